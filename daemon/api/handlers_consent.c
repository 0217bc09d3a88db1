/* handlers_consent - consents after they were given: withdrawn, narrowed, listed.
 *
 * A withdrawal counts from the time the client said so. In the same transaction
 * what waits on it is blocked and the tasks are opened that it calls for
 * (api/follow); the answer tells what had gone already, for the client is told so.
 */
#include "api/handlers.h"

#include "api/follow.h"
#include "api/gate.h"
#include "api/profile.h"
#include "api/resolve.h"
#include "api/scopes.h"
#include "api/view.h"
#include "base/civil.h"
#include "domain/consent.h"
#include "domain/fields.h"
#include "io/random.h"
#include "records_table.h"

enum { GONE_MAX = 16 };

/* One call on its way: what goes with the write, and what is told. */
struct consenting {
	const jalka_ConsentCall *call;
	struct consent consent;
	uint64_t at_ms;
	struct follow follow;
	struct replica_write writes[WRITING_EXTRA_MAX];
	size_t write_count;
	struct record_id gone[GONE_MAX];
	size_t gone_count;
};

/* Whole seconds, as people and the command line write times. */
static uint64_t moment(const struct consenting *c, const struct writing *w)
{
	uint64_t ms = c->call->at_ms != 0 ? c->call->at_ms : w->world.rules.now_ms;
	return ms - ms % 1000;
}

static struct fault find_consent(struct consenting *c, struct writing *w, struct profile *profile)
{
	w->record = schema_by_type(RECORDS_TYPE_CONSENT);
	struct fault f = writing_find_record(w, profile, c->call->id);
	FAULT_TRY(f);
	if (w->from_draft || w->is_new || !consent_read(&w->world.rules, rules_find(&w->world.rules, w->record_id), &c->consent))
		return request_fault(w->request, writing_at(w->request, "id", "name a signed consent"), "jalka consent list CLIENT");
	return writing_find_case(w, profile, "", "");
}

static struct fault refuse_gone(struct writing *w, const struct consent *consent)
{
	char at[CIVIL_TIME_BYTES];
	struct fault f = writing_at(w->request, "id", "the client has withdrawn this consent already");
	if (consent->withdrawn_ms > 1) {
		civil_write_time(consent->withdrawn_ms, at);
		return request_fault(w->request, f, "at %s", at);
	}
	return f;
}

static struct fault refuse_narrowed(struct writing *w, const struct consent *consent)
{
	const uint8_t *id = consent->narrowed_by.bytes;
	return request_fault(w->request, writing_at(w->request, "id", "this consent was narrowed: the newer one stands"),
			     "it is %02x%02x%02x%02x", id[0], id[1], id[2], id[3]);
}

/* With what goes with it, in one transaction. */
static struct fault put(struct consenting *c, struct writing *w, struct profile *profile)
{
	FAULT_TRY(follow_make(&c->follow, w, w->case_id, c->gone, c->gone_count, (struct record_id){ { 0 } }));
	w->extra = c->writes;
	w->extra_count = c->write_count;
	w->tell_ctx = c;
	return writing_put(w, profile);
}

/* ---- withdraw ---- */

/* N1: the others that fall with it are written as withdrawn too, so that each reads so. */
static void withdraw_alike(struct consenting *c, struct writing *w)
{
	const struct rules_record *all;
	struct consent other;
	struct rules_world *world = &w->world.rules;
	size_t count = rules_list(world, RULES_OF_CLIENT, c->consent.record->case_id, RECORDS_TYPE_CONSENT, &all);
	for (size_t i = 0; i < count && c->gone_count < GONE_MAX; i++) {
		uint8_t *block = world_take(&w->world, 64);
		struct wire_out fields;
		if (block == NULL || ID_EQUAL(all[i].id, c->consent.record->id) ||
		    !consent_is_alike(all[i].fields, c->consent.record->fields) || !consent_read(world, &all[i], &other) ||
		    other.given_ms >= c->at_ms || rules_state(world, &all[i]) != RECORDS_CONSENT_STATE_ACTIVE)
			continue;
		wire_out_init(&fields, block, 64);
		wire_put_varint(&fields, RECORDS_CONSENT_STATE, RECORDS_CONSENT_STATE_WITHDRAWN);
		wire_put_varint(&fields, RECORDS_CONSENT_WITHDRAWN_AT, c->at_ms);
		struct replica_write *write = &c->writes[c->write_count++];
		*write = (struct replica_write){ .case_id = all[i].case_id, .record_id = all[i].id, .record_type = all[i].type,
						 .fields = wire_out_span(&fields) };
		write->envelope.event_at_ms = c->at_ms;
		write->envelope.clock_state = (uint32_t)profile_status(w->request->target.profile)->clock_state;
		c->gone[c->gone_count++] = all[i].id;
	}
}

/* Consents to the same recipient for another purpose: they stand, and the client may not know. */
static void tell_standing(struct consenting *c, struct writing *w, struct writer *out)
{
	const struct rules_record *all;
	struct consent other;
	struct span recipient = { NULL, 0 }, to = { NULL, 0 };
	size_t count = rules_list(&w->world.rules, RULES_OF_CLIENT, w->case_id, RECORDS_TYPE_CONSENT, &all);
	(void)fields_bytes(c->consent.record->fields, RECORDS_CONSENT_RECIPIENT, &recipient);
	writer_list(out, "standing");
	for (size_t i = 0; i < count; i++) {
		bool is_gone = false;
		for (size_t j = 0; j < c->gone_count; j++)
			is_gone = is_gone || ID_EQUAL(c->gone[j], all[i].id);
		(void)fields_bytes(all[i].fields, RECORDS_CONSENT_RECIPIENT, &to);
		if (!is_gone && consent_same_text(to, recipient) && consent_read(&w->world.rules, &all[i], &other) &&
		    consent_at(&other, w->world.rules.now_ms) == CONSENT_HOLDS)
			writer_id(out, NULL, all[i].id.bytes);
	}
	writer_list_end(out);
}

static void tell_withdrawn(struct writing *w, struct writer *out)
{
	struct consenting *c = w->tell_ctx;
	struct span recipient = { NULL, 0 };
	(void)fields_bytes(c->consent.record->fields, RECORDS_CONSENT_RECIPIENT, &recipient);
	writer_text(out, "recipient", recipient);
	writer_number(out, "withdrawn_ms", c->at_ms);
	writer_list(out, "withdrawn_too");
	for (size_t i = 1; i < c->gone_count; i++)
		writer_id(out, NULL, c->gone[i].bytes);
	writer_list_end(out);
	follow_tell(&c->follow, out);
	tell_standing(c, w, out);
}

static struct fault withdraw(struct consenting *c, struct writing *w, struct profile *profile)
{
	FAULT_TRY(find_consent(c, w, profile));
	if (c->consent.withdrawn_ms != 0 && rules_state(&w->world.rules, c->consent.record) == RECORDS_CONSENT_STATE_WITHDRAWN)
		return refuse_gone(w, &c->consent);
	if (c->consent.narrowed_ms != 0)
		return refuse_narrowed(w, &c->consent);
	c->at_ms = moment(c, w);
	wire_put_varint(&w->fields, RECORDS_CONSENT_STATE, RECORDS_CONSENT_STATE_WITHDRAWN);
	wire_put_varint(&w->fields, RECORDS_CONSENT_WITHDRAWN_AT, c->at_ms);
	if (*c->call->via != '\0')
		wire_put_bytes(&w->fields, RECORDS_CONSENT_WITHDRAWN_VIA, span_text(c->call->via));
	w->event_at_ms = c->at_ms;
	c->gone[c->gone_count++] = w->record_id;
	withdraw_alike(c, w);
	w->tell = tell_withdrawn;
	return put(c, w, profile);
}

/* ---- narrow ---- */

static bool is_among(uint64_t scope, const uint64_t *scopes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (scopes[i] == scope)
			return true;
	return false;
}

/* What a narrowing takes from the old consent, and what it says itself. */
static void copy_consent(struct consenting *c, struct writing *w)
{
	struct span rest = c->consent.record->fields;
	struct wire_field field;
	while (wire_next(&rest, &field) == WIRE_FIELD) {
		const struct schema_field *known = schema_field_by_number(w->record->message, field.number);
		bool is_own = field.number == RECORDS_CONSENT_SCOPE || field.number == RECORDS_CONSENT_EXCLUDED ||
			      field.number == RECORDS_CONSENT_GIVEN_AT || field.number == RECORDS_CONSENT_WITNESS_STAFF ||
			      field.number == RECORDS_CONSENT_UNDERSTOOD_CHECK;
		if (known != NULL && !known->later && !is_own)
			wire_put_raw(&w->fields, field.whole);
	}
}

static struct fault put_scopes(struct consenting *c, struct writing *w)
{
	uint64_t left[SCOPES_MAX], out[SCOPES_MAX];
	size_t left_count, out_count;
	struct span old = c->consent.record->fields;
	const struct schema_enum *all = scopes_enum(RECORDS_TYPE_CONSENT, RECORDS_CONSENT_SCOPE);
	FAULT_TRY(scopes_read(w->request, "scope", c->call->scope, left, &left_count));
	FAULT_TRY(scopes_read(w->request, "excluded", c->call->excluded, out, &out_count));
	if (left_count + out_count == 0)
		return writing_at(w->request, "scope", "say what is left of it, or what must not be disclosed any more");
	for (size_t i = 0; i < left_count; i++)
		if (!consent_allows(old, left[i]))
			return request_fault(w->request, writing_at(w->request, "scope", "narrowing takes away: this was not allowed before"),
					     "for more the client gives a new consent: jalka consent give");
	for (size_t i = 0; i < all->count; i++) {
		uint64_t scope = (uint64_t)all->values[i].number;
		bool excluded = fields_holds(old, RECORDS_CONSENT_EXCLUDED, scope) || is_among(scope, out, out_count);
		bool stays = left_count != 0 ? is_among(scope, left, left_count) : fields_holds(old, RECORDS_CONSENT_SCOPE, scope);
		if (excluded)
			wire_put_varint(&w->fields, RECORDS_CONSENT_EXCLUDED, scope);
		else if (stays)
			wire_put_varint(&w->fields, RECORDS_CONSENT_SCOPE, scope);
	}
	return fault_none();
}

static void tell_narrowed(struct writing *w, struct writer *out)
{
	struct consenting *c = w->tell_ctx;
	writer_id(out, "narrows", c->consent.record->id.bytes);
	follow_tell(&c->follow, out);
}

/* The old one says which consent narrowed it; both in one transaction. */
static struct fault narrow(struct consenting *c, struct writing *w, struct profile *profile)
{
	char witness[VIEW_NAME_BYTES];
	static uint8_t block[64];
	struct wire_out fields;
	FAULT_TRY(find_consent(c, w, profile));
	enum consent_hold hold = consent_at(&c->consent, w->world.rules.now_ms);
	if (hold != CONSENT_HOLDS)
		return request_fault(w->request, writing_at(w->request, "id", consent_hold_text(hold)), "%s", consent_hold_advice(hold));
	c->at_ms = moment(c, w);
	copy_consent(c, w);
	FAULT_TRY(put_scopes(c, w));
	view_staff_name(w->world.book, &w->world.rules.staff, witness);
	wire_put_varint(&w->fields, RECORDS_CONSENT_GIVEN_AT, c->at_ms);
	wire_put_bytes(&w->fields, RECORDS_CONSENT_WITNESS_STAFF, span_text(witness));
	if (*c->call->understood != '\0')
		wire_put_bytes(&w->fields, RECORDS_CONSENT_UNDERSTOOD_CHECK, span_text(c->call->understood));
	w->is_new = w->sign = true;
	w->event_at_ms = c->at_ms;
	random_fill(NULL, w->record_id.bytes, ID_BYTES);
	wire_out_init(&fields, block, sizeof block);
	wire_put_varint(&fields, RECORDS_CONSENT_STATE, RECORDS_CONSENT_STATE_NARROWED);
	wire_put_bytes(&fields, RECORDS_CONSENT_NARROWED_BY, span_of(w->record_id.bytes, ID_BYTES));
	c->writes[c->write_count++] = (struct replica_write){ .case_id = w->case_id, .record_id = c->consent.record->id,
							      .record_type = RECORDS_TYPE_CONSENT, .fields = wire_out_span(&fields) };
	c->writes[0].envelope.event_at_ms = c->at_ms;
	c->writes[0].envelope.clock_state = (uint32_t)profile_status(profile)->clock_state;
	c->gone[c->gone_count++] = c->consent.record->id;
	w->tell = tell_narrowed;
	return put(c, w, profile);
}

/* ---- list ---- */

static void tell_consent(struct writer *out, const struct consent *consent, uint64_t now_ms)
{
	char until[CIVIL_DATE_BYTES];
	struct span fields = consent->record->fields, text = { NULL, 0 };
	enum consent_hold hold = consent_at(consent, now_ms);
	const struct schema_enum *ways = scopes_enum(RECORDS_TYPE_CONSENT, RECORDS_CONSENT_DIRECTION);
	uint64_t way = fields_number_or_none(fields, RECORDS_CONSENT_DIRECTION);
	writer_object(out, NULL);
	writer_id(out, "id", consent->record->id.bytes);
	writer_string(out, "holds", consent_hold_name(hold));
	writer_string(out, "why", consent_hold_text(hold));
	for (size_t i = 0; i < ways->count; i++)
		if ((uint64_t)ways->values[i].number == way)
			writer_string(out, "direction", ways->values[i].name);
	(void)fields_bytes(fields, RECORDS_CONSENT_RECIPIENT, &text);
	writer_text(out, "recipient", text);
	text = span_of(NULL, 0);
	(void)fields_bytes(fields, RECORDS_CONSENT_PURPOSE, &text);
	writer_text(out, "purpose", text);
	scopes_tell(out, "scope", fields, RECORDS_CONSENT_SCOPE);
	scopes_tell(out, "excluded", fields, RECORDS_CONSENT_EXCLUDED);
	writer_number(out, "given_ms", consent->given_ms);
	civil_write_date(consent->valid_until, until);
	writer_string(out, "valid_until", until);
	writer_number(out, "withdrawn_ms", consent->withdrawn_ms > 1 ? consent->withdrawn_ms : 0);
	writer_id(out, "withdrawn_with", consent->withdrawn_with.bytes);
	writer_id(out, "narrowed_by", consent->narrowed_by.bytes);
	writer_object_end(out);
}

static struct fault list(struct consenting *c, struct writing *w, struct profile *profile)
{
	const struct rules_record *all;
	struct case_id case_id;
	FAULT_TRY(resolve_place(profile_book(profile), profile_log(profile), c->call->id, &case_id));
	size_t count = rules_list(&w->world.rules, RULES_OF_CLIENT, case_id, RECORDS_TYPE_CONSENT, &all);
	FAULT_TRY(world_fault(&w->world));
	struct writer *out = answer_begin(w->request->answer);
	writer_list(out, "consents");
	for (size_t i = 0; i < count; i++) {
		struct casebook_record read = { .case_id = all[i].case_id, .record_id = all[i].id, .record_type = all[i].type,
						.shown = all[i].fields };
		if (gate_sees(w->request->gate, &read) && consent_read(&w->world.rules, &all[i], &c->consent) &&
		    answer_item(w->request->answer, "consents"))
			tell_consent(out, &c->consent, w->world.rules.now_ms);
	}
	writer_list_end(out);
	gate_hidden(w->request->gate, out);
	answer_finish(w->request->answer);
	return fault_none();
}

/* ---- the call ---- */

static struct fault consent_with(struct consenting *c, struct writing *w, struct profile *profile)
{
	const char *verb = c->call->verb;
	if (*c->call->id == '\0')
		return writing_at(w->request, "id", "say which: a consent, or to list them a client");
	if (strcmp(verb, "withdraw") == 0)
		return withdraw(c, w, profile);
	if (strcmp(verb, "narrow") == 0)
		return narrow(c, w, profile);
	if (strcmp(verb, "list") == 0)
		return list(c, w, profile);
	return writing_at(w->request, "verb", "a consent is withdrawn, narrowed or listed");
}

struct fault handlers_consent(struct request *request)
{
	static struct writing w;
	static struct consenting c;
	writing_begin(&w, request);
	c = (struct consenting){ .call = &request->call->call.consent };
	c.follow.writes = c.writes;
	c.follow.write_count = &c.write_count;
	struct fault f = consent_with(&c, &w, request->target.profile);
	writing_end(&w);
	return f;
}
