/* disclosure - whether it may go, what holds of it, and what a withdrawal calls for. */
#include "domain/disclosure.h"

#include <sodium.h>

#include "base/assert.h"
#include "domain/rules_parts.h"

/* ---- the basis ---- */

static bool names_section(struct span fields, uint32_t number)
{
	struct span text;
	return fields_bytes(fields, number, &text) && rules_text_holds(text, "§");
}

static struct fault may_by_statute(const struct rules_world *world, struct span fields, uint64_t moment_ms,
				   struct rules_told *told)
{
	const struct rules_record *law = rules_at(world, fields, RECORDS_DISCLOSURE_LAW_REF);
	int32_t day = rules_day_of(moment_ms), from, to;
	if (!fields_has(fields, RECORDS_DISCLOSURE_LAW_REF))
		return rules_refuse(told, "law_ref", "name the statute", "like SHL 35 § or LSL 25 §: jalka list law_ref");
	if (!fields_says(fields, RECORDS_DISCLOSURE_STATUTE_REASONS))
		return rules_refuse(told, "statute_reasons", "say why the statute allows it here",
				    "the need, and why consent could not be had");
	if (law == NULL) /* reference data is everywhere: what is not here is none */
		return rules_refuse(told, "law_ref", "there is no such statute here", "jalka list law_ref");
	if (law->type != RECORDS_TYPE_LAW_REF)
		return rules_refuse(told, "law_ref", "this is no statute", "jalka list law_ref");
	if ((fields_date(law->fields, RECORDS_LAW_REF_VALID_FROM, &from) && from > day) ||
	    (fields_date(law->fields, RECORDS_LAW_REF_VALID_TO, &to) && to < day))
		return rules_refuse(told, "law_ref", "this statute was not in force then", "name the one that is: jalka list law_ref");
	if (!names_section(law->fields, RECORDS_LAW_REF_NUMBER) && !names_section(fields, RECORDS_DISCLOSURE_STATUTE_REASONS))
		return rules_refuse(told, "statute_reasons", "name the section of the statute too",
				    "like 35 §: ilmeinen tarve, ei kykene huolehtimaan itsestään");
	return fault_none();
}

/* The first item the consent does not cover. */
static struct fault covers_items(const struct consent *consent, struct span fields, struct rules_told *told)
{
	struct span item, recipient = { NULL, 0 }, rest = fields;
	(void)fields_bytes(fields, RECORDS_DISCLOSURE_RECIPIENT, &recipient);
	while (fields_next(&rest, RECORDS_DISCLOSURE_ITEMS, &item)) {
		enum consent_cover cover =
			consent_covers(consent, recipient, fields_number_or_none(item, RECORDS_DISCLOSURE_ITEM_SCOPE));
		if (cover == CONSENT_COVERS)
			continue;
		bool is_item = cover == CONSENT_NOT_LISTED || cover == CONSENT_EXCLUDED;
		return rules_refuse(told, is_item ? "items.scope" : cover == CONSENT_OTHER_WAY ? "consent" : "recipient",
				    consent_cover_text(cover),
				    is_item ? "leave it out, or ask the client for a consent that names it" : "");
	}
	return fault_none();
}

static struct fault may_by_consent(const struct rules_world *world, struct span fields, uint64_t moment_ms,
				   struct rules_told *told)
{
	struct record_id id, whose, client;
	struct consent consent;
	if (!fields_id(fields, RECORDS_DISCLOSURE_CONSENT, &id))
		return rules_refuse(told, "consent", "name the client's consent", "jalka consent list CLIENT");
	const struct rules_record *named = rules_find(world, id);
	if (named != NULL && named->type != RECORDS_TYPE_CONSENT)
		return rules_refuse(told, "consent", "this is no consent", "jalka consent list CLIENT");
	enum consent_hold hold = consent_by_id(world, id, moment_ms, &consent);
	if (hold != CONSENT_HOLDS)
		return rules_refuse(told, "consent", consent_hold_text(hold), consent_hold_advice(hold));
	if (fields_id(named->fields, RECORDS_CONSENT_CLIENT, &whose) && fields_id(fields, RECORDS_DISCLOSURE_CLIENT, &client) &&
	    !ID_EQUAL(whose, client))
		return rules_refuse(told, "consent", "this consent is another client's", "jalka consent list CLIENT");
	return covers_items(&consent, fields, told);
}

struct fault disclosure_may(const struct rules_world *world, struct span fields, uint64_t moment_ms,
			    struct rules_told *told)
{
	if (moment_ms > world->now_ms)
		moment_ms = world->now_ms;
	if (fields_number_or_none(fields, RECORDS_DISCLOSURE_BASIS) == RECORDS_DISCLOSURE_BASIS_STATUTE)
		return may_by_statute(world, fields, moment_ms, told);
	return may_by_consent(world, fields, moment_ms, told);
}

bool disclosure_is_typed(struct span fields)
{
	struct span item;
	while (fields_next(&fields, RECORDS_DISCLOSURE_ITEMS, &item))
		if (!fields_has(item, RECORDS_DISCLOSURE_ITEM_SOURCE))
			return true;
	return false;
}

/* ---- what holds ---- */

static bool waits(uint32_t state)
{
	return state == RECORDS_DISCLOSURE_STATE_CHECKED || state == RECORDS_DISCLOSURE_STATE_QUEUED;
}

static bool has_gone(uint32_t state)
{
	return state == RECORDS_DISCLOSURE_STATE_SENT || state == RECORDS_DISCLOSURE_STATE_RECEIPTED;
}

struct disclosure_held disclosure_held(const struct rules_world *world, const struct rules_record *disclosure)
{
	struct disclosure_held held = { .state = rules_state(world, disclosure), .is_written = true, .hold = CONSENT_HOLDS };
	struct record_id consent;
	if (fields_number_or_none(disclosure->fields, RECORDS_DISCLOSURE_BASIS) == RECORDS_DISCLOSURE_BASIS_STATUTE)
		return held;
	held.hold = fields_id(disclosure->fields, RECORDS_DISCLOSURE_CONSENT, &consent)
			    ? consent_by_id(world, consent, world->now_ms, NULL) : CONSENT_NOT_HERE;
	/* What is not here may hold: it is not sent, and not blocked for good either. */
	if (waits(held.state) && held.hold != CONSENT_HOLDS && held.hold != CONSENT_NOT_HERE) {
		held.state = RECORDS_DISCLOSURE_STATE_BLOCKED;
		held.is_written = false;
	}
	return held;
}

/* ---- what a withdrawal calls for ---- */

struct following {
	const struct rules_world *world;
	const struct record_id *gone;
	size_t gone_count, count;
	struct disclosure_follow *out;
};

static void follow(struct following *f, enum disclosure_call call, const struct rules_record *record, struct record_id consent)
{
	if (f->count < DISCLOSURE_FOLLOWS_MAX)
		f->out[f->count++] = (struct disclosure_follow){ call, record, consent };
}

static enum consent_hold hold_of(const struct following *f, struct record_id consent)
{
	for (size_t i = 0; i < f->gone_count; i++)
		if (ID_EQUAL(f->gone[i], consent))
			return CONSENT_WITHDRAWN;
	return consent_by_id(f->world, consent, f->world->now_ms, NULL);
}

/* Partners are told when the client has withdrawn or narrowed it, not when its day was past. */
static void follow_disclosure(struct following *f, const struct rules_record *record)
{
	uint32_t state = rules_state(f->world, record);
	struct record_id consent;
	if (!fields_id(record->fields, RECORDS_DISCLOSURE_CONSENT, &consent))
		return;
	enum consent_hold hold = hold_of(f, consent);
	bool is_undone = hold == CONSENT_WITHDRAWN || hold == CONSENT_NARROWED;
	if (hold == CONSENT_HOLDS || hold == CONSENT_NOT_HERE)
		return;
	if (waits(state))
		follow(f, DISCLOSURE_BLOCK, record, consent);
	else if (is_undone && has_gone(state))
		follow(f, DISCLOSURE_TELL, record, consent);
	else if (is_undone && state == RECORDS_DISCLOSURE_STATE_RECIPIENT_INFORMED_OF_WITHDRAWAL)
		follow(f, DISCLOSURE_TOLD, record, consent);
}

static void follow_session(struct following *f, const struct rules_record *record)
{
	uint32_t state = rules_state(f->world, record);
	struct record_id consent;
	bool is_open = state == RECORDS_SESSION_STATE_SCHEDULED || state == RECORDS_SESSION_STATE_IDENTITIES_CHECKED ||
		       state == RECORDS_SESSION_STATE_RUNNING || state == RECORDS_SESSION_STATE_FAILED;
	if (!is_open || !fields_id(record->fields, RECORDS_JOINT_SESSION_CONSENT, &consent))
		return;
	enum consent_hold hold = hold_of(f, consent);
	if (hold != CONSENT_HOLDS && hold != CONSENT_NOT_HERE)
		follow(f, DISCLOSURE_SESSION, record, consent);
}

size_t disclosure_follows(const struct rules_world *world, struct case_id case_id, const struct record_id *gone,
			  size_t gone_count, struct disclosure_follow out[static DISCLOSURE_FOLLOWS_MAX])
{
	struct following f = { .world = world, .gone = gone, .gone_count = gone_count, .out = out };
	const struct rules_record *all;
	size_t count = rules_list(world, RULES_OF_CLIENT, case_id, RECORDS_TYPE_DISCLOSURE, &all);
	for (size_t i = 0; i < count; i++)
		follow_disclosure(&f, &all[i]);
	count = rules_list(world, RULES_OF_CLIENT, case_id, RECORDS_TYPE_JOINT_SESSION, &all);
	for (size_t i = 0; i < count; i++)
		follow_session(&f, &all[i]);
	return f.count;
}

bool disclosure_follow_of(const struct rules_world *world, const struct rules_record *record, struct disclosure_follow *out)
{
	struct following f = { .world = world, .out = out };
	if (record->type == RECORDS_TYPE_DISCLOSURE)
		follow_disclosure(&f, record);
	else if (record->type == RECORDS_TYPE_JOINT_SESSION)
		follow_session(&f, record);
	return f.count == 1;
}

struct record_id disclosure_task(const struct disclosure_follow *follow)
{
	static const char tell[] = "tell of withdrawal", session[] = "session without consent";
	const char *mark = follow->call == DISCLOSURE_SESSION ? session : tell;
	const struct record_id *about = follow->call == DISCLOSURE_SESSION ? &follow->record->id : &follow->consent;
	struct record_id id;
	int failed = crypto_generichash(id.bytes, sizeof id.bytes, about->bytes, sizeof about->bytes,
					(const unsigned char *)mark, strlen(mark));
	ASSERT(failed == 0);
	return id;
}
_Static_assert(ID_BYTES == crypto_generichash_BYTES_MIN, "an id is a digest");
