/* follow - blocks and tasks, made into writes and told. */
#include "api/follow.h"

#include <stdio.h>

#include "api/agreed.h"
#include "api/profile.h"
#include "api/trace.h"
#include "api/view.h"
#include "base/civil.h"
#include "domain/calendar.h"
#include "domain/fields.h"
#include "records_table.h"

static struct replica_write *add(struct follow *follow, struct writing *w, struct case_id case_id, struct record_id id,
				 uint32_t type, struct wire_out *fields)
{
	if (*follow->write_count == WRITING_EXTRA_MAX)
		return NULL; /* the rest comes at the next touch */
	void *block = world_take(&w->world, FOLLOW_FIELDS_BYTES);
	if (block == NULL)
		return NULL;
	wire_out_init(fields, block, FOLLOW_FIELDS_BYTES);
	struct replica_write *write = &follow->writes[(*follow->write_count)++];
	*write = (struct replica_write){ .case_id = case_id, .record_id = id, .record_type = type };
	write->envelope.event_at_ms = w->world.rules.now_ms;
	write->envelope.clock_state = (uint32_t)profile_status(w->request->target.profile)->clock_state;
	return write;
}

static void block(struct follow *follow, struct writing *w, const struct rules_record *record)
{
	struct wire_out fields;
	struct replica_write *write = add(follow, w, record->case_id, record->id, record->type, &fields);
	if (write == NULL)
		return;
	wire_put_varint(&fields, RECORDS_DISCLOSURE_STATE, RECORDS_DISCLOSURE_STATE_BLOCKED);
	write->fields = wire_out_span(&fields);
}

static void put_date(struct wire_out *out, uint32_t number, int32_t day)
{
	wire_put_varint(out, number, ((uint64_t)(int64_t)day << 1) ^ (day < 0 ? UINT64_MAX : 0));
}

/* "ilmoita peruutuksesta: Kela"; the recipient's 200 characters fit. */
static void put_what(struct wire_out *out, const struct disclosure_follow *item)
{
	char text[1100];
	struct span recipient = { NULL, 0 };
	if (item->call == DISCLOSURE_SESSION) {
		wire_put_bytes(out, RECORDS_AGREED_ACTION_WHAT, span_text(labels_word(LABELS_FI, LABELS_TEXT_TASK_SESSION)));
		return;
	}
	(void)fields_bytes(item->record->fields, RECORDS_DISCLOSURE_RECIPIENT, &recipient);
	int len = snprintf(text, sizeof text, "%s: %.*s", labels_word(LABELS_FI, LABELS_TEXT_TASK_TELL), (int)recipient.len,
			   (const char *)recipient.data);
	wire_put_bytes(out, RECORDS_AGREED_ACTION_WHAT, span_of(text, len < 0 ? 0 : (size_t)len));
}

static void open_task(struct follow *follow, struct writing *w, const struct disclosure_follow *item)
{
	char owner[VIEW_NAME_BYTES];
	struct record_id id = disclosure_task(item);
	struct wire_out fields;
	int32_t due = w->world.rules.today;
	if (rules_find(&w->world.rules, id) != NULL)
		return;
	for (size_t i = 0; i < *follow->write_count; i++)
		if (ID_EQUAL(follow->writes[i].record_id, id))
			return;
	struct replica_write *write =
		add(follow, w, item->record->case_id, id, RECORDS_TYPE_AGREED_ACTION, &fields);
	if (write == NULL)
		return;
	view_staff_name(w->world.book, &w->world.rules.staff, owner);
	(void)calendar_working_from(w->world.rules.today + 1, &due);
	if (item->call == DISCLOSURE_SESSION)
		wire_put_bytes(&fields, RECORDS_AGREED_ACTION_FROM, span_of(item->record->id.bytes, ID_BYTES));
	put_what(&fields, item);
	wire_put_varint(&fields, RECORDS_AGREED_ACTION_OWNER_KIND, RECORDS_OWNER_KIND_WORKER);
	wire_put_bytes(&fields, RECORDS_AGREED_ACTION_OWNER, span_text(*owner != '\0' ? owner : "-"));
	put_date(&fields, RECORDS_AGREED_ACTION_DUE, due);
	wire_put_varint(&fields, RECORDS_AGREED_ACTION_STATE, RECORDS_ACTION_STATE_OPEN);
	write->fields = wire_out_span(&fields);
}

struct fault follow_make(struct follow *follow, struct writing *w, struct case_id case_id, const struct record_id *gone,
			 size_t gone_count, struct record_id except)
{
	follow->count = disclosure_follows(&w->world.rules, case_id, gone, gone_count, follow->items);
	for (size_t i = 0; i < follow->count; i++) {
		const struct disclosure_follow *item = &follow->items[i];
		switch (item->call) {
		case DISCLOSURE_BLOCK:
			if (!ID_EQUAL(item->record->id, except))
				block(follow, w, item->record);
			break;
		case DISCLOSURE_TELL:
		case DISCLOSURE_SESSION:
			open_task(follow, w, item);
			break;
		case DISCLOSURE_TOLD:
			break;
		}
	}
	return world_fault(&w->world);
}

/* ---- with a step written plainly ---- */

static struct {
	struct follow follow;
	struct replica_write writes[WRITING_EXTRA_MAX];
	size_t count;
	uint8_t trace[TRACE_BYTES];
} plain; /* one write at a time (api/writing) */

static struct fault trace_sent(struct writing *w, struct profile *profile)
{
	const struct rules_record *record = rules_find(&w->world.rules, w->record_id);
	struct trace trace = { .act = RECORDS_ACCESS_ACT_DISCLOSE, .record = w->record_id, .case_id = w->case_id,
			       .when_ms = w->world.rules.now_ms };
	if (record != NULL)
		(void)fields_id(record->fields, RECORDS_DISCLOSURE_CLIENT, &trace.client);
	FAULT_TRY(trace_prepare(profile, &trace, plain.trace, &plain.writes[0]));
	plain.count = 1;
	return fault_none();
}

static struct fault follow_lost(struct writing *w)
{
	plain.follow.writes = plain.writes;
	plain.follow.write_count = &plain.count;
	return follow_make(&plain.follow, w, w->case_id, &w->record_id, 1, (struct record_id){ { 0 } });
}

struct fault follow_step(struct writing *w, struct profile *profile)
{
	struct span given = wire_out_span(&w->fields);
	plain.count = 0;
	if (w->record->type == RECORDS_TYPE_PLAN && w->is_new && !writing_is_draft(w))
		FAULT_TRY(agreed_make(w, plain.writes, &plain.count));
	else if (w->is_new || w->from_draft)
		return fault_none();
	if (w->record->type == RECORDS_TYPE_DISCLOSURE &&
	    fields_number_or_none(given, RECORDS_DISCLOSURE_STATE) == RECORDS_DISCLOSURE_STATE_SENT)
		FAULT_TRY(trace_sent(w, profile));
	uint64_t state = w->record->type == RECORDS_TYPE_CONSENT ? fields_number_or_none(given, RECORDS_CONSENT_STATE) : 0;
	if (state == RECORDS_CONSENT_STATE_WITHDRAWN || state == RECORDS_CONSENT_STATE_NARROWED)
		FAULT_TRY(follow_lost(w));
	w->extra = plain.writes;
	w->extra_count = plain.count;
	return fault_none();
}

/* ---- telling ---- */

static void tell_disclosure(const struct rules_record *record, struct writer *out)
{
	const struct schema_message *message = schema_by_type(RECORDS_TYPE_DISCLOSURE)->message;
	const struct schema_field *items = schema_field_by_number(message, RECORDS_DISCLOSURE_ITEMS);
	const struct schema_enum *scopes =
		schema_field_by_number(items->message, RECORDS_DISCLOSURE_ITEM_SCOPE)->enumeration;
	struct span item, rest = record->fields, recipient = { NULL, 0 };
	(void)fields_bytes(record->fields, RECORDS_DISCLOSURE_RECIPIENT, &recipient);
	writer_object(out, NULL);
	writer_id(out, "id", record->id.bytes);
	writer_text(out, "recipient", recipient);
	writer_number(out, "sent_ms", fields_number_or_none(record->fields, RECORDS_DISCLOSURE_SENT_AT));
	writer_list(out, "items");
	while (fields_next(&rest, RECORDS_DISCLOSURE_ITEMS, &item)) {
		uint64_t scope = fields_number_or_none(item, RECORDS_DISCLOSURE_ITEM_SCOPE);
		writer_string(out, NULL, labels_value(LABELS_FI, scopes, (int32_t)scope));
	}
	writer_list_end(out);
	writer_object_end(out);
}

static void tell_list(const struct follow *follow, const char *key, bool blocked, struct writer *out)
{
	writer_list(out, key);
	for (size_t i = 0; i < follow->count; i++) {
		enum disclosure_call call = follow->items[i].call;
		if (call != DISCLOSURE_SESSION && (call == DISCLOSURE_BLOCK) == blocked)
			tell_disclosure(follow->items[i].record, out);
	}
	writer_list_end(out);
}

static void tell_tasks(const struct follow *follow, struct writer *out)
{
	char due[CIVIL_DATE_BYTES];
	struct span what = { NULL, 0 };
	int32_t day = 0;
	writer_list(out, "tasks");
	for (size_t i = 0; i < *follow->write_count; i++) {
		const struct replica_write *write = &follow->writes[i];
		if (write->record_type != RECORDS_TYPE_AGREED_ACTION)
			continue;
		(void)fields_bytes(write->fields, RECORDS_AGREED_ACTION_WHAT, &what);
		(void)fields_date(write->fields, RECORDS_AGREED_ACTION_DUE, &day);
		civil_write_date(day, due);
		writer_object(out, NULL);
		writer_id(out, "id", write->record_id.bytes);
		writer_text(out, "what", what);
		writer_string(out, "due", due);
		writer_object_end(out);
	}
	writer_list_end(out);
}

void follow_tell(const struct follow *follow, struct writer *out)
{
	tell_list(follow, "blocked", true, out);
	tell_list(follow, "gone", false, out);
	writer_list(out, "sessions");
	for (size_t i = 0; i < follow->count; i++)
		if (follow->items[i].call == DISCLOSURE_SESSION)
			writer_id(out, NULL, follow->items[i].record->id.bytes);
	writer_list_end(out);
	tell_tasks(follow, out);
}

/* ---- for the agenda ---- */

struct due {
	const struct rules_world *world;
	const struct rules_record *consents;
	size_t count;
	follow_due_fn *fn;
	void *ctx;
};

/* By what is shown alone: a first sieve, so that the rest is asked of few. */
static bool looks_lost(const struct due *due, const struct rules_record *consent)
{
	int32_t until;
	uint64_t state = fields_number_or_none(consent->fields, RECORDS_CONSENT_STATE);
	return fields_has(consent->fields, RECORDS_CONSENT_WITHDRAWN_AT) || state > RECORDS_CONSENT_STATE_ACTIVE ||
	       !fields_date(consent->fields, RECORDS_CONSENT_VALID_UNTIL, &until) || until < due->world->today;
}

static bool may_be_lost(const struct due *due, struct record_id id)
{
	const struct rules_record *consent = NULL;
	for (size_t i = 0; i < due->count && consent == NULL; i++)
		if (ID_EQUAL(due->consents[i].id, id))
			consent = &due->consents[i];
	if (consent == NULL || looks_lost(due, consent))
		return consent != NULL;
	for (size_t i = 0; i < due->count; i++)
		if (looks_lost(due, &due->consents[i]) && consent_is_alike(due->consents[i].fields, consent->fields))
			return true;
	return false;
}

static uint64_t lost_at(const struct due *due, const struct disclosure_follow *follow)
{
	struct consent consent;
	if (consent_by_id(due->world, follow->consent, due->world->now_ms, &consent) == CONSENT_NOT_HERE)
		return due->world->now_ms;
	if (consent.withdrawn_ms > 1 && consent.withdrawn_ms < due->world->now_ms)
		return consent.withdrawn_ms;
	return consent.narrowed_ms > 1 ? consent.narrowed_ms : due->world->now_ms;
}

static void look(struct due *due, const struct rules_record *record, uint32_t field)
{
	struct disclosure_follow follow;
	struct record_id consent;
	if (!fields_id(record->fields, field, &consent) || !may_be_lost(due, consent) ||
	    !disclosure_follow_of(due->world, record, &follow) || follow.call == DISCLOSURE_TOLD)
		return;
	if (follow.call == DISCLOSURE_BLOCK || rules_find(due->world, disclosure_task(&follow)) == NULL)
		due->fn(due->ctx, &follow, lost_at(due, &follow));
}

void follow_due(const struct rules_world *world, follow_due_fn *fn, void *ctx)
{
	static const struct case_id any;
	struct due due = { .world = world, .fn = fn, .ctx = ctx };
	const struct rules_record *all;
	due.count = rules_list(world, RULES_EVERYWHERE, any, RECORDS_TYPE_CONSENT, &due.consents);
	size_t count = rules_list(world, RULES_EVERYWHERE, any, RECORDS_TYPE_DISCLOSURE, &all);
	for (size_t i = 0; i < count; i++)
		look(&due, &all[i], RECORDS_DISCLOSURE_CONSENT);
	count = rules_list(world, RULES_EVERYWHERE, any, RECORDS_TYPE_JOINT_SESSION, &all);
	for (size_t i = 0; i < count; i++)
		look(&due, &all[i], RECORDS_JOINT_SESSION_CONSENT);
}
