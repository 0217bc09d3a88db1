/* stale - compares the drafts with those that were told of, and writes what changed. */
#include "api/stale.h"

#include <stdlib.h>

#include "api/trace.h"
#include "api/view.h"
#include "base/civil.h"
#include "domain/agenda.h"
#include "io/loop.h"
#include "records_table.h"
#include "store/drafts.h"

static const char table[] = "draft_told";

enum { LOOK_MAX = 256 }; /* the rest at the next look */

struct item {
	struct record_id id;
	struct case_id case_id;
	uint32_t type;
	uint64_t begun_ms;
};

struct look {
	struct profile *profile;
	int32_t today;
	struct item old[LOOK_MAX];  /* drafts past their third working day */
	struct record_id told[LOOK_MAX];
	size_t old_count, told_count;
};

static bool take_old(void *ctx, const struct drafts_draft *draft)
{
	struct look *look = ctx;
	struct agenda_item item;
	if (agenda_of_draft(draft->begun_ms, look->today, &item) && item.rule == DEADLINE_D18_DRAFT_OLD)
		look->old[look->old_count++] = (struct item){
			.id = draft->record_id, .type = draft->record_type, .begun_ms = draft->begun_ms,
			.case_id = ID_IS_NONE(draft->case_id) ? draft->client_case : draft->case_id,
		};
	return look->old_count < LOOK_MAX;
}

static bool take_told(void *ctx, struct span key, struct span value)
{
	struct look *look = ctx;
	(void)value;
	if (key.len == ID_BYTES)
		memcpy(look->told[look->told_count++].bytes, key.data, ID_BYTES);
	return look->told_count < LOOK_MAX;
}

/* ---- whose ---- */

static bool take_client(void *ctx, const struct casebook_record *record)
{
	*(struct record_id *)ctx = record->record_id;
	return false;
}

static struct fault find_client(struct profile *profile, struct case_id case_id, struct record_id *out)
{
	struct log_case info;
	bool found = false;
	if (ID_IS_NONE(case_id))
		return fault_none();
	FAULT_TRY(log_case_get(profile_log(profile), case_id, &info, &found));
	if (found && info.kind != DELTA_CASE_CLIENT && !ID_IS_NONE(info.client_case))
		case_id = info.client_case;
	return casebook_list(profile_book(profile), RECORDS_TYPE_CLIENT, &case_id, 1, take_client, out);
}

/* ---- telling ---- */

static struct fault remember(struct log *log, struct record_id id, bool is_told)
{
	FAULT_TRY(log_begin(log));
	struct fault f = is_told ? log_put(log, table, ID_SPAN(id), span_text("1")) : log_remove(log, table, ID_SPAN(id));
	if (!fault_is(f))
		return log_commit(log);
	(void)log_rollback(log);
	return f;
}

static struct fault tell_old(struct look *look, const struct item *item)
{
	struct replica_written written;
	struct trace trace = { .act = RECORDS_ACCESS_ACT_DRAFT_OLD, .record = item->id, .case_id = item->case_id,
			       .when_ms = item->begun_ms, .reason = view_type_name(item->type) };
	FAULT_TRY(find_client(look->profile, item->case_id, &trace.client));
	FAULT_TRY(trace_leave(look->profile, &trace, &written));
	return remember(profile_log(look->profile), item->id, true);
}

static struct fault tell_settled(struct look *look, struct record_id id)
{
	struct replica_written written;
	const struct trace trace = { .act = RECORDS_ACCESS_ACT_DRAFT_SETTLED, .record = id, .when_ms = loop_wall_ms() };
	FAULT_TRY(trace_leave(look->profile, &trace, &written));
	return remember(profile_log(look->profile), id, false);
}

static bool is_among(const struct record_id *ids, size_t count, struct record_id id)
{
	for (size_t i = 0; i < count; i++)
		if (ID_EQUAL(ids[i], id))
			return true;
	return false;
}

static bool take_any(void *ctx, const struct drafts_draft *draft)
{
	(void)draft;
	*(bool *)ctx = true;
	return false;
}

static struct fault tell(struct look *look)
{
	for (size_t i = 0; i < look->old_count; i++)
		if (!is_among(look->told, look->told_count, look->old[i].id))
			FAULT_TRY(tell_old(look, &look->old[i]));
	for (size_t i = 0; i < look->told_count; i++) {
		bool is_draft = false;
		FAULT_TRY(drafts_get(profile_log(look->profile), look->told[i], take_any, &is_draft));
		if (!is_draft)
			FAULT_TRY(tell_settled(look, look->told[i]));
	}
	return fault_none();
}

struct fault stale_look(struct profile *profile)
{
	enum replica_state state = profile_status(profile)->state;
	if (state == REPLICA_BLANK || state == REPLICA_ENROLLING || state == REPLICA_REVOKED)
		return fault_none();
	struct look *look = calloc(1, sizeof *look);
	if (look == NULL)
		return fault_of(FAULT_LIMIT, "memory to look at the drafts");
	look->profile = profile;
	look->today = civil_days(civil_helsinki(loop_wall_ms()).date);
	struct fault f = drafts_list(profile_log(profile), NULL, take_old, look);
	if (!fault_is(f))
		f = log_scan(profile_log(profile), table, span_of(NULL, 0), take_told, look);
	if (!fault_is(f))
		f = tell(look);
	free(look);
	return f;
}
