/* handlers_disclosure - what is disclosed to a partner: shown before anything is
 * written, prepared, checked, queued, sent, receipted.
 *
 * The basis is asked again at each step. Where it is gone, what waited is written
 * as BLOCKED there and then, and the answer refuses and says why: nothing is sent.
 * Nothing leaves the machine here: a person sends it and says by what means.
 */
#include "api/handlers.h"

#include <sodium.h>
#include <stdio.h>

#include "api/follow.h"
#include "api/gate.h"
#include "api/profile.h"
#include "api/resolve.h"
#include "api/scopes.h"
#include "api/trace.h"
#include "api/view.h"
#include "base/civil.h"
#include "domain/disclosure.h"
#include "domain/fields.h"
#include "domain/print.h"
#include "io/random.h"
#include "records_table.h"

enum { ACTIONS_MAX = 64 };

struct disclosing {
	struct writing w;
	const jalka_DisclosureCall *call;
	struct profile *profile;
	uint64_t at_ms;
	/* what goes with the write */
	struct follow follow;
	struct replica_write writes[WRITING_EXTRA_MAX];
	size_t write_count;
	uint8_t trace_block[TRACE_BYTES];
	/* of a new one */
	const struct rules_record *subject, *client; /* the plan or session */
	struct disclosure_sources sources;
	const struct rules_record *actions[ACTIONS_MAX];
	uint64_t scopes[SCOPES_MAX];
	size_t scope_count;
	struct span recipient;
	struct consent consent;
};

static const struct rules_world *world_of(const struct disclosing *d)
{
	return &d->w.world.rules;
}

static struct fault refuse(struct disclosing *d, const char *field, const char *what, const char *advice)
{
	return request_fault(d->w.request, writing_at(d->w.request, field, what), "%s", advice);
}

/* ---- what it is made of ---- */

/* The newest of a type in these cases that stands as it was signed. */
static const struct rules_record *newest(const struct disclosing *d, struct case_id place, uint32_t type)
{
	const struct rules_record *all;
	size_t count = rules_list(world_of(d), RULES_OF_CLIENT, place, type, &all);
	for (size_t i = 0; i < count; i++) {
		bool is_good = rules_state(world_of(d), &all[i]) == RECORDS_CONTENT_STATE_SIGNED;
		if (type == RECORDS_TYPE_LIFE_SITUATION_MAPPING)
			is_good = is_good && fields_true(all[i].fields, RECORDS_LIFE_SITUATION_MAPPING_CLIENT_CONFIRMED);
		if (is_good)
			return &all[i];
	}
	return NULL;
}

/* An assessment is of the matter itself, not of another of the client's. */
static const struct rules_record *assessment_of(const struct disclosing *d, struct case_id place)
{
	const struct rules_record *all;
	size_t count = rules_list(world_of(d), RULES_IN_CASE, place, RECORDS_TYPE_SERVICE_NEED_ASSESSMENT, &all);
	for (size_t i = 0; i < count; i++)
		if (rules_state(world_of(d), &all[i]) == RECORDS_CONTENT_STATE_SIGNED)
			return &all[i];
	return NULL;
}

static struct fault take_plan(struct disclosing *d)
{
	uint32_t state = rules_state(world_of(d), d->subject);
	if (state != RECORDS_PLAN_STATE_AGREED && state != RECORDS_PLAN_STATE_ACTIVE)
		return refuse(d, "id", "this plan is not in force: it was declined, revised or has ended",
			      "name the plan that is: jalka list plan");
	d->sources.plan = d->subject;
	d->sources.mapping = newest(d, d->subject->case_id, RECORDS_TYPE_LIFE_SITUATION_MAPPING);
	d->sources.assessment = assessment_of(d, d->subject->case_id);
	return fault_none();
}

/* What was agreed, in the order in which it was; nothing else of a session goes. */
static struct fault take_session(struct disclosing *d)
{
	uint32_t state = rules_state(world_of(d), d->subject);
	struct span one, rest = d->subject->fields;
	struct record_id id;
	if (state != RECORDS_SESSION_STATE_CONFIRMED && state != RECORDS_SESSION_STATE_SIGNED)
		return refuse(d, "id", "the client has not confirmed what was agreed in this session", "jalka session confirm");
	while (fields_next(&rest, RECORDS_JOINT_SESSION_AGREED_ACTIONS, &one)) {
		if (one.len != ID_BYTES || d->sources.action_count == ACTIONS_MAX)
			continue;
		memcpy(id.bytes, one.data, ID_BYTES);
		const struct rules_record *action = rules_find(world_of(d), id);
		if (action != NULL && action->type == RECORDS_TYPE_AGREED_ACTION)
			d->actions[d->sources.action_count++] = action;
	}
	d->sources.session = d->subject;
	d->sources.actions = d->actions;
	return fault_none();
}

static struct fault find_subject(struct disclosing *d)
{
	const struct rules_record *clients;
	struct record_id id;
	FAULT_TRY(resolve_record(profile_book(d->profile), d->call->id, &id));
	d->subject = rules_find(world_of(d), id);
	if (d->subject == NULL || (d->subject->type != RECORDS_TYPE_PLAN && d->subject->type != RECORDS_TYPE_JOINT_SESSION))
		return refuse(d, "id", "a notice is made of a signed plan or of a joint session", "jalka list plan");
	if (rules_list(world_of(d), RULES_OF_CLIENT, d->subject->case_id, RECORDS_TYPE_CLIENT, &clients) == 0)
		return refuse(d, "id", "the client's own record is not on this device", "synchronise first: jalka sync");
	d->client = d->sources.client = &clients[0];
	d->sources.language = print_language(d->client->fields);
	return d->subject->type == RECORDS_TYPE_PLAN ? take_plan(d) : take_session(d);
}

/* ---- its basis ---- */

static enum consent_cover covers_all(struct disclosing *d, const struct consent *consent)
{
	enum consent_cover cover = CONSENT_COVERS;
	for (size_t i = 0; i < d->scope_count && cover == CONSENT_COVERS; i++)
		cover = consent_covers(consent, d->recipient, d->scopes[i]);
	return cover;
}

/* The newest that holds and covers it; where there is none, why the newest that comes
 * nearest does not. */
static struct fault choose_consent(struct disclosing *d)
{
	const struct rules_record *all;
	enum consent_hold why = CONSENT_HOLDS;
	enum consent_cover uncovered = CONSENT_COVERS;
	struct consent one;
	size_t count = rules_list(world_of(d), RULES_OF_CLIENT, d->client->case_id, RECORDS_TYPE_CONSENT, &all);
	for (size_t i = 0; i < count; i++) {
		if (!consent_read(world_of(d), &all[i], &one))
			continue;
		enum consent_hold hold = consent_at(&one, d->at_ms);
		enum consent_cover cover = covers_all(d, &one);
		if (hold == CONSENT_HOLDS && cover == CONSENT_COVERS) {
			d->consent = one;
			return fault_none();
		}
		if (hold != CONSENT_HOLDS && cover == CONSENT_COVERS && why == CONSENT_HOLDS)
			why = hold;
		if (hold == CONSENT_HOLDS && cover > uncovered)
			uncovered = cover;
	}
	if (uncovered != CONSENT_COVERS)
		return refuse(d, "scope", consent_cover_text(uncovered), "leave it out (--scope), or ask the client for a consent that names it");
	if (why != CONSENT_HOLDS)
		return refuse(d, "consent", consent_hold_text(why), consent_hold_advice(why));
	return refuse(d, "consent", "there is no consent of the client for this recipient, and without one nothing goes out",
		      "jalka consent give; by statute alone: --law and --reason");
}

static struct fault named_consent(struct disclosing *d)
{
	struct record_id id;
	FAULT_TRY(resolve_record(profile_book(d->profile), d->call->consent, &id));
	if (!consent_read(world_of(d), rules_find(world_of(d), id), &d->consent))
		return refuse(d, "consent", "this is no consent", "jalka consent list CLIENT");
	return fault_none();
}

/* Of a plan the summary, or the whole where the client allowed that alone. */
static struct fault choose_scopes(struct disclosing *d)
{
	FAULT_TRY(scopes_read(d->w.request, "scope", d->call->scope, d->scopes, &d->scope_count));
	if (d->scope_count == 0)
		d->scopes[d->scope_count++] = d->sources.session != NULL ? RECORDS_CONSENT_SCOPE_SESSION
									 : RECORDS_CONSENT_SCOPE_PLAN_SUMMARY;
	return fault_none();
}

static bool is_by_statute(const struct disclosing *d)
{
	return *d->call->law_ref != '\0' || *d->call->reason != '\0';
}

static struct fault put_basis(struct disclosing *d, struct wire_out *out)
{
	struct record_id law;
	if (!is_by_statute(d)) {
		FAULT_TRY(*d->call->consent != '\0' ? named_consent(d) : choose_consent(d));
		wire_put_varint(out, RECORDS_DISCLOSURE_BASIS, RECORDS_DISCLOSURE_BASIS_CONSENT);
		wire_put_bytes(out, RECORDS_DISCLOSURE_CONSENT, span_of(d->consent.record->id.bytes, ID_BYTES));
		d->sources.with_health = consent_lets(&d->consent, RECORDS_CONSENT_SCOPE_QUADRANT_HEALTH);
		return fault_none();
	}
	wire_put_varint(out, RECORDS_DISCLOSURE_BASIS, RECORDS_DISCLOSURE_BASIS_STATUTE);
	if (*d->call->law_ref != '\0') {
		FAULT_TRY(resolve_record(profile_book(d->profile), d->call->law_ref, &law));
		wire_put_bytes(out, RECORDS_DISCLOSURE_LAW_REF, span_of(law.bytes, ID_BYTES));
	}
	if (*d->call->reason != '\0')
		wire_put_bytes(out, RECORDS_DISCLOSURE_STATUTE_REASONS, span_text(d->call->reason));
	for (size_t i = 0; i < d->scope_count; i++) /* asked for by name, it is needed */
		d->sources.with_health = d->sources.with_health || d->scopes[i] == RECORDS_CONSENT_SCOPE_QUADRANT_HEALTH;
	return fault_none();
}

/* ---- the message ---- */

/* Without the seconds' parts, as people and the command line write times. */
static uint64_t moment(const struct disclosing *d)
{
	uint64_t ms = d->call->at_ms != 0 ? d->call->at_ms : world_of(d)->now_ms;
	return ms - ms % 1000;
}

/* As the gate is asked. */
static struct casebook_record as_read(const struct rules_record *record)
{
	return (struct casebook_record){ .case_id = record->case_id, .record_id = record->id, .record_type = record->type,
					 .shown = record->fields };
}

static struct fault put_item(struct disclosing *d, uint64_t scope)
{
	struct wire_out text, item;
	const struct rules_record *source = disclosure_source(&d->sources, scope);
	void *text_block = world_take(&d->w.world, LIMIT_FIELD_BYTES);
	void *item_block = world_take(&d->w.world, LIMIT_FIELD_BYTES);
	if (text_block == NULL || item_block == NULL)
		return world_fault(&d->w.world);
	if (source != NULL) { /* who may not read it does not disclose it either */
		struct casebook_record read = as_read(source);
		FAULT_TRY(gate_read(d->w.request->gate, &read));
	}
	wire_out_init(&text, text_block, LIMIT_FIELD_BYTES);
	wire_out_init(&item, item_block, LIMIT_FIELD_BYTES);
	struct fault f = disclosure_compose(&d->sources, scope, &text);
	if (fault_is(f))
		return request_fault(d->w.request, writing_at(d->w.request, "scope", f.what), "leave it out: --scope");
	wire_put_varint(&item, RECORDS_DISCLOSURE_ITEM_SCOPE, scope);
	if (source != NULL)
		wire_put_bytes(&item, RECORDS_DISCLOSURE_ITEM_SOURCE, span_of(source->id.bytes, ID_BYTES));
	wire_put_bytes(&item, RECORDS_DISCLOSURE_ITEM_TEXT, wire_out_span(&text));
	wire_put_bytes(&d->w.fields, RECORDS_DISCLOSURE_ITEMS, wire_out_span(&item));
	return item.full || d->w.fields.full ? fault_of(FAULT_LIMIT, "what is to be disclosed is too long") : fault_none();
}

/* The new disclosure's message, and whether it may go. */
static struct fault make(struct disclosing *d)
{
	struct rules_told told = { .hint_count = 0 };
	FAULT_TRY(find_subject(d));
	d->recipient = span_text(*d->call->recipient != '\0' ? d->call->recipient : "Kela");
	FAULT_TRY(choose_scopes(d));
	wire_put_bytes(&d->w.fields, RECORDS_DISCLOSURE_CLIENT, span_of(d->client->id.bytes, ID_BYTES));
	wire_put_bytes(&d->w.fields, RECORDS_DISCLOSURE_RECIPIENT, d->recipient);
	FAULT_TRY(put_basis(d, &d->w.fields));
	for (size_t i = 0; i < d->scope_count; i++)
		FAULT_TRY(put_item(d, d->scopes[i]));
	wire_put_varint(&d->w.fields, RECORDS_DISCLOSURE_PREPARED_AT, d->at_ms);
	struct fault f = disclosure_may(world_of(d), wire_out_span(&d->w.fields), d->at_ms, &told);
	if (!fault_is(f))
		return world_fault(&d->w.world);
	d->w.told = told;
	return writing_refused(&d->w, f);
}

static void tell_items(struct writer *out, struct span fields, enum labels_language language)
{
	const struct schema_field *items = schema_field_by_number(schema_by_type(RECORDS_TYPE_DISCLOSURE)->message,
								  RECORDS_DISCLOSURE_ITEMS);
	const struct schema_enum *scopes = schema_field_by_number(items->message, RECORDS_DISCLOSURE_ITEM_SCOPE)->enumeration;
	struct span item, text;
	writer_list(out, "items");
	while (fields_next(&fields, RECORDS_DISCLOSURE_ITEMS, &item)) {
		int32_t scope = (int32_t)fields_number_or_none(item, RECORDS_DISCLOSURE_ITEM_SCOPE);
		text = span_of(NULL, 0);
		(void)fields_bytes(item, RECORDS_DISCLOSURE_ITEM_TEXT, &text);
		writer_object(out, NULL);
		for (size_t i = 0; i < scopes->count; i++)
			if (scopes->values[i].number == scope)
				writer_string(out, "scope", scopes->values[i].name);
		writer_string(out, "label", labels_value(language, scopes, scope));
		writer_text(out, "text", text);
		writer_object_end(out);
	}
	writer_list_end(out);
}

static void tell_made(struct disclosing *d, struct writer *out)
{
	char until[CIVIL_DATE_BYTES] = "";
	writer_text(out, "recipient", d->recipient);
	writer_string(out, "lang", labels_code(d->sources.language));
	writer_string(out, "basis", is_by_statute(d) ? "STATUTE" : "CONSENT");
	if (!is_by_statute(d)) {
		writer_id(out, "consent", d->consent.record->id.bytes);
		civil_write_date(d->consent.valid_until, until);
	}
	writer_string(out, "valid_until", until);
	tell_items(out, wire_out_span(&d->w.fields), d->sources.language);
}

static void tell_prepared(struct writing *w, struct writer *out)
{
	tell_made(w->tell_ctx, out);
}

/* ---- preview, prepare ---- */

static struct trace trace_of(const struct disclosing *d, uint64_t act, const struct rules_record *record)
{
	struct trace trace = { .act = act, .record = record->id, .case_id = record->case_id, .reason = d->call->reason,
			       .role = gate_role(d->w.request->gate), .when_ms = world_of(d)->now_ms };
	struct record_id client;
	if (d->client != NULL)
		trace.client = d->client->id;
	else if (fields_id(record->fields, RECORDS_DISCLOSURE_CLIENT, &client))
		trace.client = client;
	return trace;
}

/* Each look at what is to go out is noted. */
static struct fault leave_look(struct disclosing *d, const struct rules_record *record)
{
	return gate_trace_act(d->w.request->gate, RECORDS_ACCESS_ACT_VIEW, record->case_id, record->id, d->call->reason, NULL);
}

/* What is shown is what would be written; the look at it is all that is. */
static struct fault preview(struct disclosing *d)
{
	FAULT_TRY(make(d));
	FAULT_TRY(leave_look(d, d->subject));
	struct writer *out = answer_begin(d->w.request->answer);
	writer_bool(out, "preview", true);
	tell_made(d, out);
	answer_finish(d->w.request->answer);
	return fault_none();
}

static struct fault prepare(struct disclosing *d)
{
	struct log_case info;
	bool found;
	FAULT_TRY(make(d));
	d->w.is_new = d->w.sign = true;
	d->w.case_id = d->client->case_id;
	FAULT_TRY(log_case_get(profile_log(d->profile), d->w.case_id, &info, &found));
	d->w.kind = found ? info.kind : DELTA_CASE_NONE;
	d->w.event_at_ms = d->at_ms;
	d->w.tell = tell_prepared;
	d->w.tell_ctx = d;
	return writing_put(&d->w, d->profile);
}

/* ---- steps ---- */

static const struct rules_record *find_disclosure(struct disclosing *d)
{
	const struct rules_record *record = rules_find(world_of(d), d->w.record_id);
	return record == NULL || record->type != RECORDS_TYPE_DISCLOSURE ? NULL : record;
}

static void tell_step(struct writing *w, struct writer *out)
{
	struct disclosing *d = w->tell_ctx;
	const struct lifecycle_table *table = lifecycle_of(RECORDS_TYPE_DISCLOSURE);
	uint64_t state = fields_number_or_none(wire_out_span(&w->fields), RECORDS_DISCLOSURE_STATE);
	for (size_t i = 0; i < d->write_count; i++)
		if (ID_EQUAL(d->writes[i].record_id, w->record_id))
			state = fields_number_or_none(d->writes[i].fields, RECORDS_DISCLOSURE_STATE);
	writer_string(out, "holds", state == 0 ? "" : lifecycle_name(table, (uint32_t)state));
	follow_tell(&d->follow, out);
}

/* With what else the client's consents call for. */
static struct fault put(struct disclosing *d, const struct rules_record *record)
{
	FAULT_TRY(follow_make(&d->follow, &d->w, record->case_id, NULL, 0, record->id));
	d->w.extra = d->writes;
	d->w.extra_count = d->write_count;
	d->w.tell = tell_step;
	d->w.tell_ctx = d;
	return writing_put(&d->w, d->profile);
}

/* "withdrawn 2026-11-03T09:15+02:00; nothing was sent": what blocks it, and since when. */
static void advise_blocked(struct disclosing *d, const struct rules_record *record, enum consent_hold hold)
{
	struct request *request = d->w.request;
	struct consent consent;
	struct record_id id;
	char at[CIVIL_TIME_BYTES] = "";
	strcpy(request->field, "consent");
	if (hold == CONSENT_WITHDRAWN && fields_id(record->fields, RECORDS_DISCLOSURE_CONSENT, &id) &&
	    consent_by_id(world_of(d), id, world_of(d)->now_ms, &consent) == CONSENT_WITHDRAWN && consent.withdrawn_ms > 1)
		civil_write_time(consent.withdrawn_ms, at);
	snprintf(request->advice, sizeof request->advice, "%s%s%snothing was sent and it is blocked now; %s", *at != '\0' ? "at " : "",
		 at, *at != '\0' ? "; " : "", consent_hold_advice(hold));
}

/* The basis is gone: BLOCKED is written, and the answer is a refusal (D2). */
static struct fault put_blocked(struct disclosing *d, const struct rules_record *record, enum consent_hold hold)
{
	wire_put_varint(&d->w.fields, RECORDS_DISCLOSURE_STATE, RECORDS_DISCLOSURE_STATE_BLOCKED);
	d->w.refuse = fault_of(FAULT_CALLER, consent_hold_text(hold));
	advise_blocked(d, record, hold);
	return put(d, record);
}

/* Whether the step was taken while the consent still held, though it is written down later. */
static bool held_then(const struct disclosing *d, const struct rules_record *record)
{
	struct record_id id;
	return d->call->at_ms != 0 && fields_id(record->fields, RECORDS_DISCLOSURE_CONSENT, &id) &&
	       consent_by_id(world_of(d), id, d->at_ms, NULL) == CONSENT_HOLDS;
}

static void put_state(struct disclosing *d, uint64_t state)
{
	wire_put_varint(&d->w.fields, RECORDS_DISCLOSURE_STATE, state);
}

/* From PREPARED it is checked on the way. */
static void mark_queued(struct disclosing *d, const struct rules_record *record)
{
	struct wire_out fields;
	void *block = world_take(&d->w.world, 16);
	if (rules_state(world_of(d), record) != RECORDS_DISCLOSURE_STATE_PREPARED || block == NULL) {
		put_state(d, RECORDS_DISCLOSURE_STATE_QUEUED);
		return;
	}
	put_state(d, RECORDS_DISCLOSURE_STATE_CHECKED);
	wire_out_init(&fields, block, 16);
	wire_put_varint(&fields, RECORDS_DISCLOSURE_STATE, RECORDS_DISCLOSURE_STATE_QUEUED);
	struct replica_write *write = &d->writes[d->write_count++];
	*write = (struct replica_write){ .case_id = record->case_id, .record_id = record->id, .record_type = record->type,
					 .fields = wire_out_span(&fields) };
	write->envelope.event_at_ms = d->at_ms;
	write->envelope.clock_state = (uint32_t)profile_status(d->profile)->clock_state;
}

/* The trace stands in the same transaction as what it tells of. */
static struct fault mark_sent(struct disclosing *d, const struct rules_record *record)
{
	uint64_t means;
	struct trace trace = trace_of(d, RECORDS_ACCESS_ACT_DISCLOSE, record);
	if (*d->call->means == '\0')
		return refuse(d, "means", "say by what means it is sent", "SECURE_MAIL, PRINT, PORTAL or ORAL");
	FAULT_TRY(scopes_read_value(d->w.request, "means", scopes_enum(RECORDS_TYPE_DISCLOSURE, RECORDS_DISCLOSURE_MEANS),
				    span_text(d->call->means), &means));
	put_state(d, RECORDS_DISCLOSURE_STATE_SENT);
	wire_put_varint(&d->w.fields, RECORDS_DISCLOSURE_SENT_AT, d->at_ms);
	wire_put_varint(&d->w.fields, RECORDS_DISCLOSURE_MEANS, means);
	FAULT_TRY(trace_prepare(d->profile, &trace, d->trace_block, &d->writes[d->write_count]));
	d->write_count++;
	return fault_none();
}

/* The task is done when nothing that went on this consent is left to tell of. */
static void close_task(struct disclosing *d, const struct rules_record *record)
{
	struct disclosure_follow all[DISCLOSURE_FOLLOWS_MAX], self = { .call = DISCLOSURE_TELL, .record = record };
	struct wire_out fields;
	void *block = world_take(&d->w.world, 16);
	size_t count = disclosure_follows(world_of(d), record->case_id, NULL, 0, all);
	if (block == NULL || !fields_id(record->fields, RECORDS_DISCLOSURE_CONSENT, &self.consent))
		return;
	for (size_t i = 0; i < count; i++)
		if (all[i].call == DISCLOSURE_TELL && ID_EQUAL(all[i].consent, self.consent) && !ID_EQUAL(all[i].record->id, record->id))
			return;
	const struct rules_record *task = rules_find(world_of(d), disclosure_task(&self));
	if (task == NULL || rules_state(world_of(d), task) == RECORDS_ACTION_STATE_DONE)
		return;
	wire_out_init(&fields, block, 16);
	wire_put_varint(&fields, RECORDS_AGREED_ACTION_STATE, RECORDS_ACTION_STATE_DONE);
	struct replica_write *write = &d->writes[d->write_count++];
	*write = (struct replica_write){ .case_id = task->case_id, .record_id = task->id, .record_type = task->type,
					 .fields = wire_out_span(&fields) };
	write->envelope.event_at_ms = d->at_ms;
	write->envelope.clock_state = (uint32_t)profile_status(d->profile)->clock_state;
}

static struct fault take_step(struct disclosing *d, const struct rules_record *record)
{
	const char *verb = d->call->verb;
	if (strcmp(verb, "check") == 0)
		put_state(d, RECORDS_DISCLOSURE_STATE_CHECKED);
	else if (strcmp(verb, "queue") == 0)
		mark_queued(d, record);
	else if (strcmp(verb, "send") == 0)
		return mark_sent(d, record);
	else if (strcmp(verb, "receipt") == 0) {
		put_state(d, RECORDS_DISCLOSURE_STATE_RECEIPTED);
		wire_put_varint(&d->w.fields, RECORDS_DISCLOSURE_RECEIPT_AT, d->at_ms);
	} else if (strcmp(verb, "told") == 0) {
		wire_put_varint(&d->w.fields, RECORDS_DISCLOSURE_CLIENT_TOLD_AT, d->at_ms);
	} else if (strcmp(verb, "recipient-informed") == 0) {
		put_state(d, RECORDS_DISCLOSURE_STATE_RECIPIENT_INFORMED_OF_WITHDRAWAL);
		close_task(d, record);
	} else {
		return refuse(d, "verb", "there is no such step of a disclosure",
			      "preview, prepare, check, queue, send, receipt, told, recipient-informed, list or show");
	}
	return fault_none();
}

static struct fault step(struct disclosing *d)
{
	FAULT_TRY(writing_find_record(&d->w, d->profile, d->call->id));
	const struct rules_record *record = find_disclosure(d);
	if (record == NULL || d->w.from_draft)
		return refuse(d, "id", "this is no signed disclosure", "jalka disclosure list");
	FAULT_TRY(writing_find_case(&d->w, d->profile, "", ""));
	struct disclosure_held held = disclosure_held(world_of(d), record);
	d->w.event_at_ms = d->at_ms;
	if (!held.is_written && !(strcmp(d->call->verb, "send") == 0 && held_then(d, record)))
		return put_blocked(d, record, held.hold);
	if (held.is_written && held.state == RECORDS_DISCLOSURE_STATE_BLOCKED && strcmp(d->call->verb, "told") != 0)
		return refuse(d, "state", held.hold == CONSENT_HOLDS ? "it was blocked when its consent was lost" : consent_hold_text(held.hold),
			      "it is blocked, and nothing is sent of it; once a consent holds prepare a new one: jalka notice");
	FAULT_TRY(take_step(d, record));
	return put(d, record);
}

/* ---- list, show ---- */

static void tell_one(struct disclosing *d, const struct rules_record *record, bool whole, struct writer *out)
{
	static const struct { const char *key; uint32_t number; } times[] = {
		{ "prepared_ms", RECORDS_DISCLOSURE_PREPARED_AT }, { "sent_ms", RECORDS_DISCLOSURE_SENT_AT },
		{ "receipt_ms", RECORDS_DISCLOSURE_RECEIPT_AT }, { "client_told_ms", RECORDS_DISCLOSURE_CLIENT_TOLD_AT },
	};
	struct disclosure_held held = disclosure_held(world_of(d), record);
	struct span fields = record->fields, recipient = { NULL, 0 };
	struct disclosure_follow self = { .call = DISCLOSURE_TELL, .record = record };
	bool by_law = fields_number_or_none(fields, RECORDS_DISCLOSURE_BASIS) == RECORDS_DISCLOSURE_BASIS_STATUTE;
	bool has_gone = held.state == RECORDS_DISCLOSURE_STATE_SENT || held.state == RECORDS_DISCLOSURE_STATE_RECEIPTED;
	(void)fields_bytes(fields, RECORDS_DISCLOSURE_RECIPIENT, &recipient);
	(void)fields_id(fields, RECORDS_DISCLOSURE_CONSENT, &self.consent);
	writer_id(out, "id", record->id.bytes);
	writer_text(out, "recipient", recipient);
	writer_string(out, "state", lifecycle_name(lifecycle_of(record->type), held.state));
	writer_bool(out, "written", held.is_written);
	writer_string(out, "basis", by_law ? "STATUTE" : "CONSENT");
	writer_bool(out, "typed", disclosure_is_typed(fields));
	writer_id(out, "consent", self.consent.bytes);
	writer_string(out, "consent_holds", by_law ? "" : consent_hold_name(held.hold));
	writer_string(out, "why", held.hold == CONSENT_HOLDS ? "" : consent_hold_text(held.hold));
	writer_bool(out, "tell_recipient", has_gone && (held.hold == CONSENT_WITHDRAWN || held.hold == CONSENT_NARROWED));
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
		writer_number(out, times[i].key, fields_number_or_none(fields, times[i].number));
	if (whole)
		tell_items(out, fields, d->sources.language);
}

/* By what means it went, and of a statute which and why. */
static void tell_how(const struct disclosing *d, struct span fields, struct writer *out)
{
	const struct schema_enum *all = scopes_enum(RECORDS_TYPE_DISCLOSURE, RECORDS_DISCLOSURE_MEANS);
	uint64_t means = fields_number_or_none(fields, RECORDS_DISCLOSURE_MEANS);
	const char *name = "";
	struct record_id law;
	struct span number = { NULL, 0 }, reasons = { NULL, 0 };
	const struct rules_record *statute = fields_id(fields, RECORDS_DISCLOSURE_LAW_REF, &law) ? rules_find(world_of(d), law) : NULL;
	for (size_t i = 0; i < all->count; i++)
		if ((uint64_t)all->values[i].number == means)
			name = all->values[i].name;
	if (statute != NULL)
		(void)fields_bytes(statute->fields, RECORDS_LAW_REF_NUMBER, &number);
	(void)fields_bytes(fields, RECORDS_DISCLOSURE_STATUTE_REASONS, &reasons);
	writer_string(out, "means", name);
	writer_text(out, "statute", number);
	writer_text(out, "statute_reasons", reasons);
}

static struct fault show(struct disclosing *d)
{
	const struct rules_record *clients;
	FAULT_TRY(resolve_record(profile_book(d->profile), d->call->id, &d->w.record_id));
	const struct rules_record *record = find_disclosure(d);
	if (record == NULL)
		return refuse(d, "id", "this is no signed disclosure", "jalka disclosure list");
	if (rules_list(world_of(d), RULES_OF_CLIENT, record->case_id, RECORDS_TYPE_CLIENT, &clients) != 0)
		d->sources.language = print_language(clients[0].fields);
	FAULT_TRY(leave_look(d, record));
	struct writer *out = answer_begin(d->w.request->answer);
	writer_object(out, "disclosure");
	tell_one(d, record, true, out);
	tell_how(d, record->fields, out);
	writer_object_end(out);
	answer_finish(d->w.request->answer);
	return fault_none();
}

static struct fault list(struct disclosing *d)
{
	const struct rules_record *all;
	struct case_id place = { { 0 } };
	bool of_client = *d->call->id != '\0';
	if (of_client)
		FAULT_TRY(resolve_place(profile_book(d->profile), profile_log(d->profile), d->call->id, &place));
	size_t count = rules_list(world_of(d), of_client ? RULES_OF_CLIENT : RULES_EVERYWHERE, place, RECORDS_TYPE_DISCLOSURE, &all);
	FAULT_TRY(world_fault(&d->w.world));
	struct writer *out = answer_begin(d->w.request->answer);
	writer_list(out, "disclosures");
	for (size_t i = 0; i < count; i++) {
		struct casebook_record read = as_read(&all[i]);
		if (!gate_sees(d->w.request->gate, &read))
			continue;
		if (!answer_item(d->w.request->answer, "disclosures"))
			break;
		writer_object(out, NULL);
		tell_one(d, &all[i], false, out);
		writer_object_end(out);
	}
	writer_list_end(out);
	gate_hidden(d->w.request->gate, out);
	answer_finish(d->w.request->answer);
	return fault_none();
}

/* ---- the call ---- */

static struct fault disclose(struct disclosing *d)
{
	const char *verb = d->call->verb;
	d->w.record = schema_by_type(RECORDS_TYPE_DISCLOSURE);
	d->at_ms = moment(d);
	if (strcmp(verb, "list") == 0)
		return list(d);
	if (*d->call->id == '\0')
		return writing_at(d->w.request, "id", "say which: a plan or session for a notice, else a disclosure");
	if (profile_status(d->profile)->state == REPLICA_BLANK)
		return fault_of(FAULT_LATER, "this machine is not enrolled yet: enrol it with the code of the administrator");
	if (strcmp(verb, "preview") == 0)
		return preview(d);
	if (strcmp(verb, "prepare") == 0)
		return prepare(d);
	return strcmp(verb, "show") == 0 ? show(d) : step(d);
}

struct fault handlers_disclosure(struct request *request)
{
	static struct disclosing d; /* 20 KiB of writes: one at a time */
	memset(&d, 0, sizeof d);
	d.call = &request->call->call.disclosure;
	d.profile = request->target.profile;
	d.follow.writes = d.writes;
	d.follow.write_count = &d.write_count;
	writing_begin(&d.w, request);
	struct fault f = disclose(&d);
	writing_end(&d.w);
	sodium_memzero(d.trace_block, sizeof d.trace_block); /* J2: a reason may stand there */
	return f;
}
