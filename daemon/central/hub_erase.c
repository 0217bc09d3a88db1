/* hub_erase - a record or a case is erased for good: here, on the devices that hold
 * it, and after any restore.
 *
 * In this order: the deny file, a retention_action of central's own, the bytes.
 * The devices are told at that delta's order (EraseNote, and Forget for a case). */
#include <sodium.h>
#include <stdlib.h>

#include "base/assert.h"
#include "central/hub_state.h"
#include "records_table.h"

struct erased_record {
	struct record_id id; /* first: its key */
};

bool hub_erase_is_record(const struct hub *hub, const struct record_id *id)
{
	return idmap_get(&hub->erased_records, id->bytes) != NULL;
}

static struct fault note_record(struct hub *hub, const struct record_id *id)
{
	if (hub_erase_is_record(hub, id))
		return fault_none();
	struct erased_record *record = calloc(1, sizeof *record);
	if (record == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	record->id = *id;
	if (idmap_put(&hub->erased_records, record))
		return fault_none();
	free(record);
	return fault_of(FAULT_LIMIT, "out of memory");
}

bool hub_is_erased(const struct hub *hub, struct case_id case_id, struct record_id record_id)
{
	const struct assignments_case *info = assignments_case_get(&hub->assignments, &case_id);
	return ID_IS_NONE(record_id) ? info != NULL && info->erased : hub_erase_is_record(hub, &record_id);
}

void hub_erase_free(struct hub *hub)
{
	size_t at = 0;
	for (struct erased_record *record; (record = idmap_next(&hub->erased_records, &at)) != NULL;)
		free(record);
	idmap_deinit(&hub->erased_records);
}

/* ---- in the log ---- */

static struct fault put_erased(struct hub *hub, const struct case_id *id, const struct record_id *record, uint64_t order)
{
	uint8_t key[8 + ID_BYTES];
	hub_put_be64(key, order);
	memcpy(key + 8, id->bytes, ID_BYTES);
	return log_put(hub->log, HUB_TABLE_ERASED, span_of(key, sizeof key), ID_SPAN(*record));
}

struct loading {
	struct hub *hub;
	struct fault fault;
};

static struct fault load(struct hub *hub, struct span key, struct span value)
{
	struct case_id id;
	struct record_id record;
	if (key.len != 8 + ID_BYTES || value.len != ID_BYTES)
		return fault_of(FAULT_STORE, "what the log keeps of an erasure is damaged");
	memcpy(id.bytes, key.data + 8, ID_BYTES);
	memcpy(record.bytes, value.data, ID_BYTES);
	struct assignments_case *info = assignments_case_need(&hub->assignments, &id);
	if (info == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	if (ID_IS_NONE(record))
		info->erased = true;
	else
		FAULT_TRY(note_record(hub, &record));
	return assignments_erased(info, &record, hub_get_be64(key.data));
}

static bool load_one(void *ctx, struct span key, struct span value)
{
	struct loading *loading = ctx;
	loading->fault = load(loading->hub, key, value);
	return !fault_is(loading->fault);
}

struct fault hub_erase_load(struct hub *hub)
{
	struct loading loading = { hub, fault_none() };
	FAULT_TRY(log_scan(hub->log, HUB_TABLE_ERASED, (struct span){ NULL, 0 }, load_one, &loading));
	assignments_sort(&hub->assignments);
	return loading.fault;
}

/* ---- erasing ---- */

/* The delta that says so: in the case while it stays, else in the directory; ids only. */
static struct fault append_action(struct hub *hub, const struct deny_line *line, uint64_t *order)
{
	uint8_t block[160];
	char record[ID_HEX_BYTES];
	struct wire_out fields;
	const struct assignments_case *info = assignments_case_get(&hub->assignments, &line->case_id);
	bool in_case = line->kind == DENY_ERASE_RECORD && info != NULL && info->open && info->has_secret && !info->erased;
	wire_out_init(&fields, block, sizeof block);
	wire_put_bytes(&fields, RECORDS_RETENTION_ACTION_DUE_CASES, ID_SPAN(line->case_id));
	wire_put_varint(&fields, RECORDS_RETENTION_ACTION_EXECUTED_AT, line->time_ms);
	if (line->kind == DENY_ERASE_RECORD) {
		id_to_hex(line->record_id.bytes, record);
		wire_put_bytes(&fields, RECORDS_RETENTION_ACTION_CERTIFICATE, span_text(record));
	}
	wire_put_bytes(&fields, RECORDS_RETENTION_ACTION_GROUND, span_text("erasure"));
	const struct hub_own own = { .case_id = in_case ? line->case_id : hub->directory_case,
				     .record_id = hub_new_record(hub), .record_type = RECORDS_TYPE_RETENTION_ACTION,
				     .fields = wire_out_span(&fields) };
	return hub_append_own(hub, &own, order);
}

static struct fault erase_record(struct hub *hub, const struct deny_line *line)
{
	uint64_t order;
	struct assignments_case *info = assignments_case_need(&hub->assignments, &line->case_id);
	if (info == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	if (hub_erase_is_record(hub, &line->record_id))
		return fault_none();
	FAULT_TRY(append_action(hub, line, &order));
	FAULT_TRY(log_erase_record(hub->log, line->record_id));
	FAULT_TRY(vouched_erase(hub, line->case_id, line->record_id));
	FAULT_TRY(put_erased(hub, &line->case_id, &line->record_id, order));
	FAULT_TRY(note_record(hub, &line->record_id));
	FAULT_TRY(assignments_erased(info, &line->record_id, order));
	if (hub->has_book)
		FAULT_TRY(hub->book.ops->touched(hub->book.ctx, line->case_id, line->record_id, NULL));
	return hub_touched(hub, info, order, NULL);
}

static struct fault end_reasons(struct hub *hub, struct assignments_case *info, uint64_t order)
{
	for (struct assignments_tie *tie = info->ties; tie != NULL; tie = tie->next)
		for (size_t i = 0; i < tie->reason_count; i++) {
			if (tie->spans[i].ended != 0)
				continue;
			FAULT_TRY(hub_reason_put(hub, tie, i, order));
			FAULT_TRY(assignments_end(tie, i, order));
		}
	return fault_none();
}

static struct fault erase_case(struct hub *hub, const struct deny_line *line)
{
	static const struct record_id whole = { { 0 } };
	uint64_t order;
	struct assignments_case *info = assignments_case_need(&hub->assignments, &line->case_id);
	if (info == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	if (info->erased)
		return fault_none();
	FAULT_TRY(append_action(hub, line, &order));
	if (info->open)
		FAULT_TRY(log_erase_case(hub->log, line->case_id));
	FAULT_TRY(vouched_erase(hub, line->case_id, whole));
	FAULT_TRY(hub_decided_erase(hub, &line->case_id));
	FAULT_TRY(log_remove(hub->log, HUB_TABLE_SECRET, ID_SPAN(line->case_id)));
	FAULT_TRY(put_erased(hub, &line->case_id, &whole, order));
	FAULT_TRY(end_reasons(hub, info, order));
	FAULT_TRY(assignments_erased(info, &whole, order));
	info->erased = true;
	info->has_secret = false;
	sodium_memzero(&info->secret, sizeof info->secret);
	if (hub->has_book && info->open)
		FAULT_TRY(hub->book.ops->forgot(hub->book.ctx, line->case_id));
	return hub_touched(hub, info, order, NULL);
}

struct fault hub_erase_apply(struct hub *hub, const struct deny_line *line)
{
	return line->kind == DENY_ERASE_CASE ? erase_case(hub, line) : erase_record(hub, line);
}

/* ---- the administrator's verbs ---- */

static struct fault erase(struct hub *hub, const struct deny_line *line)
{
	FAULT_TRY(deny_write(hub, line));
	return hub_verb_end(hub, hub_erase_apply(hub, line));
}

struct of_case {
	struct case_id id;
	bool found;
};

static bool is_of_case(void *ctx, const struct log_entry *entry)
{
	struct of_case *of = ctx;
	of->found = ID_EQUAL(entry->case_id, of->id);
	return false;
}

struct fault hub_erase_record(struct hub *hub, struct case_id case_id, struct record_id record_id, struct hub_time now)
{
	FAULT_TRY(hub_verb_begin(hub, now));
	const struct assignments_case *info = assignments_case_get(&hub->assignments, &case_id);
	struct of_case of = { .id = case_id };
	if (info == NULL || info->erased || info == hub->directory || info == hub->reference)
		return fault_of(FAULT_CALLER, "no such case");
	struct fault fault = log_read_record(hub->log, record_id, is_of_case, &of);
	if (fault_is(fault))
		return hub_die(hub, fault);
	if (!of.found)
		return fault_of(FAULT_CALLER, "no such record in this case");
	const struct deny_line line = { .kind = DENY_ERASE_RECORD, .case_id = case_id, .record_id = record_id,
					.time_ms = now.wall_ms };
	return erase(hub, &line);
}

struct fault hub_erase_case(struct hub *hub, struct case_id case_id, struct hub_time now)
{
	FAULT_TRY(hub_verb_begin(hub, now));
	const struct assignments_case *info = assignments_case_get(&hub->assignments, &case_id);
	if (info == NULL || !info->open || info->erased || info == hub->directory || info == hub->reference)
		return fault_of(FAULT_CALLER, "no such case");
	const struct deny_line line = { .kind = DENY_ERASE_CASE, .case_id = case_id, .time_ms = now.wall_ms };
	return erase(hub, &line);
}
