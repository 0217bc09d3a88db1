/* consent - from all values of a consent's fields to whether it holds. */
#include "domain/consent.h"

#include "base/limits.h"
#include "domain/rules_parts.h"

/* ---- words ---- */

static const struct { const char *name, *text, *advice; } holds[] = {
	[CONSENT_HOLDS] = { "HOLDS", "", "" },
	[CONSENT_NOT_HERE] = { "NOT_HERE", "the consent is not on this device, so nobody can see that it holds",
			       "synchronise first: jalka sync" },
	[CONSENT_NOT_YET] = { "NOT_YET", "the consent was given later than that", "check the time" },
	[CONSENT_WITHDRAWN] = { "WITHDRAWN", "the consent does not hold: the client has withdrawn it",
				"nothing may be sent on it; a new one is the client's to give: jalka consent give" },
	[CONSENT_NARROWED] = { "NARROWED", "the consent does not hold: the client has narrowed it by a newer one",
			       "prepare it anew on the newer consent: jalka consent list CLIENT" },
	[CONSENT_EXPIRED] = { "EXPIRED", "the consent does not hold: it has expired",
			      "ask the client for a new one: jalka consent give" },
	[CONSENT_OTHER_DAY] = { "OTHER_DAY", "an oral consent to Kela covers one dealing, on the day it was given",
				"the client gives it anew, or in writing (form Y100)" },
};

const char *consent_hold_name(enum consent_hold hold)
{
	return holds[hold].name;
}

const char *consent_hold_text(enum consent_hold hold)
{
	return holds[hold].text;
}

const char *consent_hold_advice(enum consent_hold hold)
{
	return holds[hold].advice;
}

const char *consent_cover_text(enum consent_cover cover)
{
	switch (cover) {
	case CONSENT_COVERS:
		return "";
	case CONSENT_OTHER_WAY:
		return "this consent lets Kela tell us; what we tell Kela needs one of its own";
	case CONSENT_OTHER_RECIPIENT:
		return "the consent is for another recipient";
	case CONSENT_NOT_LISTED:
		return "the client has not consented to disclose this";
	case CONSENT_EXCLUDED:
		return "the client has excluded this: it must not be disclosed";
	}
	return "";
}

/* ---- alike ---- */

static struct span trimmed(struct span text)
{
	while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
		text = span_of(text.data + 1, text.len - 1);
	while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
		text.len--;
	return text;
}

static uint8_t small(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

bool consent_same_text(struct span a, struct span b)
{
	a = trimmed(a);
	b = trimmed(b);
	for (size_t i = 0; i < a.len && i < b.len; i++)
		if (small(a.data[i]) != small(b.data[i]))
			return false;
	return a.len == b.len;
}

static struct span text_at(struct span fields, uint32_t number)
{
	struct span text;
	return fields_bytes(fields, number, &text) ? text : span_of(NULL, 0);
}

bool consent_is_alike(struct span a, struct span b)
{
	static const uint32_t texts[] = { RECORDS_CONSENT_RECIPIENT, RECORDS_CONSENT_PURPOSE };
	if (!span_equal(text_at(a, RECORDS_CONSENT_CLIENT), text_at(b, RECORDS_CONSENT_CLIENT)) ||
	    fields_number_or_none(a, RECORDS_CONSENT_DIRECTION) != fields_number_or_none(b, RECORDS_CONSENT_DIRECTION))
		return false;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (!consent_same_text(text_at(a, texts[i]), text_at(b, texts[i])))
			return false;
	return true;
}

/* ---- all values ---- */

enum { VALUES_MAX = LIMIT_SIBLINGS, SCOPES_MAX = 32 };
_Static_assert((int)RECORDS_CONSENT_SCOPE_CONTACT_DETAILS < (int)SCOPES_MAX, "each scope has a bit");

/* Without a conflict the shown message stands for the one value. */
static size_t values_of(const struct rules_world *world, const struct rules_record *record, uint32_t field,
			struct span out[static VALUES_MAX])
{
	size_t count = world->values(world->ctx, record->id, field, out, VALUES_MAX);
	if (count == 0)
		out[count++] = record->fields;
	return count;
}

static bool some_state(const struct rules_world *world, const struct rules_record *record, uint64_t state)
{
	struct span values[VALUES_MAX];
	size_t count = values_of(world, record, RECORDS_CONSENT_STATE, values);
	for (size_t i = 0; i < count; i++)
		if (fields_number_or_none(values[i], RECORDS_CONSENT_STATE) == state)
			return true;
	return false;
}

/* The earliest time any value gives; 1, the beginning of time, when some value says it
 * is withdrawn and none says when. 0: it is not. */
static uint64_t own_withdrawal(const struct rules_world *world, const struct rules_record *record)
{
	struct span values[VALUES_MAX];
	size_t count = values_of(world, record, RECORDS_CONSENT_WITHDRAWN_AT, values);
	uint64_t earliest = 0, at;
	for (size_t i = 0; i < count; i++)
		if (fields_number(values[i], RECORDS_CONSENT_WITHDRAWN_AT, &at) && (earliest == 0 || at < earliest))
			earliest = at;
	return earliest == 0 && some_state(world, record, RECORDS_CONSENT_STATE_WITHDRAWN) ? 1 : earliest;
}

static bool is_narrowed_by(const struct rules_world *world, const struct rules_record *record, struct record_id *out)
{
	struct span values[VALUES_MAX];
	size_t count = values_of(world, record, RECORDS_CONSENT_NARROWED_BY, values);
	for (size_t i = 0; i < count; i++)
		if (fields_id(values[i], RECORDS_CONSENT_NARROWED_BY, out))
			return true;
	*out = (struct record_id){ { 0 } };
	return some_state(world, record, RECORDS_CONSENT_STATE_NARROWED);
}

/* When it was narrowed: when the newer consent was given; from the beginning when that is not here. */
static uint64_t narrowed_at(const struct rules_world *world, struct record_id by)
{
	const struct rules_record *newer = ID_IS_NONE(by) ? NULL : rules_find(world, by);
	uint64_t at;
	return newer != NULL && fields_number(newer->fields, RECORDS_CONSENT_GIVEN_AT, &at) ? at : 1;
}

/* N1: the earliest withdrawal of another consent that was made after this one was given. */
static void look_at_others(const struct rules_world *world, struct consent *consent)
{
	const struct rules_record *all;
	struct record_id narrows;
	size_t count = rules_list(world, RULES_OF_CLIENT, consent->record->case_id, RECORDS_TYPE_CONSENT, &all);
	for (size_t i = 0; i < count; i++) {
		if (ID_EQUAL(all[i].id, consent->record->id))
			continue;
		bool counts = consent_is_alike(all[i].fields, consent->record->fields) ||
			      (is_narrowed_by(world, &all[i], &narrows) && ID_EQUAL(narrows, consent->record->id));
		uint64_t at = counts ? own_withdrawal(world, &all[i]) : 0;
		if (at > consent->given_ms && (consent->withdrawn_ms == 0 || at < consent->withdrawn_ms)) {
			consent->withdrawn_ms = at;
			consent->withdrawn_with = all[i].id;
		}
	}
}

/* ---- what others exclude (N6) ---- */

static bool narrows(const struct rules_world *world, const struct rules_record *original, struct record_id id)
{
	struct span values[VALUES_MAX];
	struct record_id by;
	size_t count = values_of(world, original, RECORDS_CONSENT_NARROWED_BY, values);
	for (size_t i = 0; i < count; i++)
		if (fields_id(values[i], RECORDS_CONSENT_NARROWED_BY, &by) && ID_EQUAL(by, id))
			return true;
	return false;
}

static bool narrow_the_same(const struct rules_world *world, const struct rules_record *all, size_t count, struct record_id a,
			    struct record_id b)
{
	for (size_t i = 0; i < count; i++)
		if (narrows(world, &all[i], a) && narrows(world, &all[i], b))
			return true;
	return false;
}

static uint32_t excluded_bit(uint64_t scope)
{
	return scope < SCOPES_MAX ? (uint32_t)1 << scope : 0;
}

static uint32_t excluded_of(struct span fields)
{
	uint32_t excluded = 0;
	for (uint64_t scope = 1; scope < SCOPES_MAX; scope++)
		if (fields_holds(fields, RECORDS_CONSENT_EXCLUDED, scope))
			excluded |= excluded_bit(scope);
	return excluded;
}

static void look_at_exclusions(const struct rules_world *world, struct consent *consent)
{
	const struct rules_record *all, *one = consent->record;
	size_t count = rules_list(world, RULES_OF_CLIENT, one->case_id, RECORDS_TYPE_CONSENT, &all);
	for (size_t i = 0; i < count; i++) {
		if (ID_EQUAL(all[i].id, one->id) || all[i].is_draft || !consent_is_alike(all[i].fields, one->fields))
			continue;
		if (fields_number_or_none(all[i].fields, RECORDS_CONSENT_GIVEN_AT) > consent->given_ms ||
		    narrow_the_same(world, all, count, all[i].id, one->id))
			consent->excluded_too |= excluded_of(all[i].fields);
	}
}

bool consent_read(const struct rules_world *world, const struct rules_record *record, struct consent *out)
{
	if (record == NULL || record->type != RECORDS_TYPE_CONSENT || record->is_draft)
		return false;
	struct span fields = record->fields;
	*out = (struct consent){ .record = record, .now_ms = world->now_ms,
				 .given_ms = fields_number_or_none(fields, RECORDS_CONSENT_GIVEN_AT),
				 .withdrawn_ms = own_withdrawal(world, record),
				 .is_expired = some_state(world, record, RECORDS_CONSENT_STATE_EXPIRED) };
	if (!fields_date(fields, RECORDS_CONSENT_VALID_UNTIL, &out->valid_until))
		out->valid_until = INT32_MIN;
	out->is_for_one_dealing =
		fields_number_or_none(fields, RECORDS_CONSENT_DIRECTION) == RECORDS_CONSENT_DIRECTION_FROM_KELA &&
		fields_number_or_none(fields, RECORDS_CONSENT_FORM) == RECORDS_CONSENT_FORM_ORAL;
	if (is_narrowed_by(world, record, &out->narrowed_by))
		out->narrowed_ms = narrowed_at(world, out->narrowed_by);
	look_at_others(world, out);
	look_at_exclusions(world, out);
	return true;
}

/* ---- holds ---- */

/* Whether what happened at `at` had happened at the moment; what lies ahead of the
 * clock has happened (N5). */
static bool has_come(uint64_t at, const struct consent *consent, uint64_t moment_ms)
{
	return at != 0 && (at <= moment_ms || at > consent->now_ms);
}

enum consent_hold consent_at(const struct consent *consent, uint64_t moment_ms)
{
	int32_t day = rules_day_of(moment_ms);
	if (has_come(consent->withdrawn_ms, consent, moment_ms))
		return CONSENT_WITHDRAWN;
	if (has_come(consent->narrowed_ms, consent, moment_ms))
		return CONSENT_NARROWED;
	if (consent->given_ms > moment_ms + LIMIT_FUTURE_MS)
		return CONSENT_NOT_YET;
	if (consent->is_for_one_dealing && day != rules_day_of(consent->given_ms))
		return CONSENT_OTHER_DAY;
	if (day > consent->valid_until || (consent->is_expired && day >= rules_day_of(consent->now_ms)))
		return CONSENT_EXPIRED;
	return CONSENT_HOLDS;
}

enum consent_hold consent_by_id(const struct rules_world *world, struct record_id id, uint64_t moment_ms,
				struct consent *out)
{
	struct consent consent;
	if (!consent_read(world, rules_find(world, id), &consent))
		return CONSENT_NOT_HERE;
	if (out != NULL)
		*out = consent;
	return consent_at(&consent, moment_ms);
}

/* ---- covers ---- */

bool consent_allows(struct span consent, uint64_t scope)
{
	return fields_holds(consent, RECORDS_CONSENT_SCOPE, scope) && !fields_holds(consent, RECORDS_CONSENT_EXCLUDED, scope);
}

bool consent_lets(const struct consent *consent, uint64_t scope)
{
	return consent_allows(consent->record->fields, scope) && (consent->excluded_too & excluded_bit(scope)) == 0;
}

enum consent_cover consent_covers(const struct consent *consent, struct span recipient, uint64_t scope)
{
	struct span fields = consent->record->fields;
	if (fields_number_or_none(fields, RECORDS_CONSENT_DIRECTION) == RECORDS_CONSENT_DIRECTION_FROM_KELA)
		return CONSENT_OTHER_WAY;
	if (!consent_same_text(text_at(fields, RECORDS_CONSENT_RECIPIENT), recipient))
		return CONSENT_OTHER_RECIPIENT;
	if (fields_holds(fields, RECORDS_CONSENT_EXCLUDED, scope) || (consent->excluded_too & excluded_bit(scope)) != 0)
		return CONSENT_EXCLUDED;
	if (consent_allows(fields, scope) || (scope == RECORDS_CONSENT_SCOPE_PLAN_SUMMARY &&
					      consent_allows(fields, RECORDS_CONSENT_SCOPE_PLAN_FULL)))
		return CONSENT_COVERS;
	return CONSENT_NOT_LISTED;
}

bool consent_for_session(const struct rules_world *world, struct case_id client, uint64_t direction, uint64_t form, uint64_t moment_ms,
			 struct consent *out)
{
	const struct rules_record *all;
	struct consent one;
	size_t count = rules_list(world, RULES_OF_CLIENT, client, RECORDS_TYPE_CONSENT, &all);
	for (size_t i = 0; i < count; i++) {
		if (fields_number_or_none(all[i].fields, RECORDS_CONSENT_DIRECTION) != direction ||
		    (form != 0 && fields_number_or_none(all[i].fields, RECORDS_CONSENT_FORM) != form) || !consent_read(world, &all[i], &one) ||
		    !consent_lets(&one, RECORDS_CONSENT_SCOPE_SESSION) || consent_at(&one, moment_ms) != CONSENT_HOLDS)
			continue;
		*out = one;
		return true;
	}
	return false;
}
