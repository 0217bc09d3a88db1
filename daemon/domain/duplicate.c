/* duplicate - client records compared, links followed. */
#include "domain/duplicate.h"

#include "base/assert.h"
#include "base/civil.h"
#include "base/wire.h"
#include "domain/name.h"
#include "domain/person_id.h"
#include "domain/phone.h"
#include "records_table.h"

void duplicate_read(struct span client_message, struct duplicate_client *out)
{
	struct person_id id;
	struct wire_field f;
	struct span rest = client_message;
	*out = (struct duplicate_client){ .message = client_message };
	while (wire_next(&rest, &f) == WIRE_FIELD) {
		if (f.type == WIRE_VARINT && f.number == RECORDS_CLIENT_BIRTH_DATE) {
			int64_t days = (int64_t)(f.value >> 1) ^ -(int64_t)(f.value & 1); /* sint32 */
			out->has_birth = days >= CIVIL_DAYS_MIN && days <= CIVIL_DAYS_MAX;
			out->birth_days = out->has_birth ? (int32_t)days : 0;
		}
		if (f.type != WIRE_BYTES)
			continue;
		if (f.number == RECORDS_CLIENT_HETU)
			out->hetu = f.data;
		else if (f.number == RECORDS_CLIENT_FAMILY_NAME)
			out->family_name = f.data;
		else if (f.number == RECORDS_CLIENT_GIVEN_NAMES)
			out->given_names = f.data;
		else if (f.number == RECORDS_CLIENT_MUNICIPALITY)
			out->municipality = f.data;
	}
	if (!out->has_birth && !fault_is(person_id_read(out->hetu, &id))) {
		out->has_birth = true;
		out->birth_days = id.birth_days;
	}
}

/* ---- one thing after the other ---- */

static unsigned compare_codes(const struct duplicate_client *a, const struct duplicate_client *b)
{
	struct person_id x, y;
	if (fault_is(person_id_read(a->hetu, &x)) || fault_is(person_id_read(b->hetu, &y)))
		return 0;
	if (memcmp(x.text, y.text, PERSON_ID_CHARS) == 0)
		return DUPLICATE_CODE_SAME;
	return x.is_temporary || y.is_temporary ? DUPLICATE_CODE_TEMPORARY : DUPLICATE_CODE_OTHER;
}

static unsigned compare_names(const struct duplicate_client *a, const struct duplicate_client *b)
{
	const struct name_person x = { a->family_name, a->given_names }, y = { b->family_name, b->given_names };
	switch (name_compare(&x, &y)) {
	case NAME_SAME:
		return DUPLICATE_NAME_SAME;
	case NAME_ALIKE:
		return DUPLICATE_NAME_ALIKE;
	case NAME_OTHER:
		break;
	}
	return 0;
}

static unsigned compare_births(const struct duplicate_client *a, const struct duplicate_client *b)
{
	if (!a->has_birth || !b->has_birth)
		return DUPLICATE_BIRTH_UNKNOWN;
	if (a->birth_days == b->birth_days)
		return DUPLICATE_BIRTH_SAME;
	struct civil_date x = civil_of_days(a->birth_days), y = civil_of_days(b->birth_days);
	int equal = (x.year == y.year) + (x.month == y.month) + (x.day == y.day);
	bool is_changed_over = x.year == y.year && x.month == y.day && x.day == y.month;
	return equal == 2 || is_changed_over ? DUPLICATE_BIRTH_NEAR : DUPLICATE_BIRTH_OTHER;
}

static bool has_phone(struct span message, const struct phone *phone)
{
	struct wire_field f;
	struct phone other;
	while (wire_next(&message, &f) == WIRE_FIELD)
		if (f.number == RECORDS_CLIENT_PHONE && f.type == WIRE_BYTES && phone_read(f.data, &other) &&
		    phone_equal(phone, &other))
			return true;
	return false;
}

static unsigned compare_phones(const struct duplicate_client *a, const struct duplicate_client *b)
{
	struct span rest = a->message;
	struct wire_field f;
	struct phone phone;
	while (wire_next(&rest, &f) == WIRE_FIELD)
		if (f.number == RECORDS_CLIENT_PHONE && f.type == WIRE_BYTES && phone_read(f.data, &phone) &&
		    has_phone(b->message, &phone))
			return DUPLICATE_PHONE_SAME;
	return 0;
}

static unsigned compare_municipalities(const struct duplicate_client *a, const struct duplicate_client *b)
{
	struct span x = a->municipality, y = b->municipality;
	struct name_word one, other;
	bool more_x = name_next(&x, &one), more_y = name_next(&y, &other);
	if (!more_x || !more_y)
		return 0; /* not told */
	while (more_x && more_y && name_equal(&one, &other)) {
		more_x = name_next(&x, &one);
		more_y = name_next(&y, &other);
	}
	return more_x || more_y ? DUPLICATE_MUNICIPALITY_OTHER : DUPLICATE_MUNICIPALITY_SAME;
}

/* ---- the verdict ---- */

static enum duplicate_grade grade_of(unsigned reasons)
{
	bool is_named = (reasons & DUPLICATE_NAME_SAME) != 0;
	bool is_near = is_named || (reasons & DUPLICATE_NAME_ALIKE) != 0;
	bool is_elsewhere = (reasons & DUPLICATE_MUNICIPALITY_OTHER) != 0;
	bool has_phone_same = (reasons & DUPLICATE_PHONE_SAME) != 0;
	if (reasons & DUPLICATE_CODE_SAME)
		return DUPLICATE_SAME;
	if (reasons & (DUPLICATE_CODE_OTHER | DUPLICATE_BIRTH_OTHER))
		return DUPLICATE_DIFFERENT;
	if ((reasons & DUPLICATE_BIRTH_SAME) && is_near)
		return reasons & DUPLICATE_CODE_TEMPORARY ? DUPLICATE_POSSIBLE : DUPLICATE_PROBABLE;
	if (reasons & DUPLICATE_BIRTH_SAME)
		return has_phone_same ? DUPLICATE_POSSIBLE : DUPLICATE_DIFFERENT;
	if (reasons & DUPLICATE_BIRTH_NEAR)
		return is_named || (is_near && has_phone_same) ? DUPLICATE_POSSIBLE : DUPLICATE_DIFFERENT;
	return (is_named && !is_elsewhere) || (is_near && has_phone_same) ? DUPLICATE_POSSIBLE : DUPLICATE_DIFFERENT;
}

struct duplicate_verdict duplicate_compare(const struct duplicate_client *a, const struct duplicate_client *b)
{
	struct duplicate_verdict verdict;
	verdict.reasons = compare_codes(a, b) | compare_names(a, b) | compare_births(a, b) | compare_phones(a, b) |
			  compare_municipalities(a, b);
	verdict.grade = grade_of(verdict.reasons);
	return verdict;
}

/* ---- in words ---- */

const char *duplicate_grade_name(enum duplicate_grade grade)
{
	switch (grade) {
	case DUPLICATE_SAME:
		return "SAME";
	case DUPLICATE_PROBABLE:
		return "PROBABLE";
	case DUPLICATE_POSSIBLE:
		return "POSSIBLE";
	case DUPLICATE_DIFFERENT:
		break;
	}
	return "DIFFERENT";
}

static const char *const reason_names[DUPLICATE_REASONS] = {
	"CODE_SAME", "CODE_OTHER", "CODE_TEMPORARY", "NAME_SAME", "NAME_ALIKE", "BIRTH_SAME", "BIRTH_NEAR", "BIRTH_OTHER",
	"BIRTH_UNKNOWN", "PHONE_SAME", "MUNICIPALITY_SAME", "MUNICIPALITY_OTHER",
};

const char *duplicate_reason_name(size_t i)
{
	return i < DUPLICATE_REASONS ? reason_names[i] : "";
}

static const char *word_of(enum labels_language language, const char *group, const char *name)
{
	char key[64];
	size_t len = strlen(group), name_len = strlen(name);
	ASSERT(len + name_len < sizeof key);
	memcpy(key, group, len);
	memcpy(key + len, name, name_len + 1);
	const struct labels_row *row = labels_row(key);
	return row == NULL ? name : row->text[language];
}

const char *duplicate_grade_word(enum labels_language language, enum duplicate_grade grade)
{
	return word_of(language, "match_grade.", duplicate_grade_name(grade));
}

void duplicate_explain(enum labels_language language, unsigned reasons, char out[static DUPLICATE_WORDS_BYTES])
{
	size_t used = 0;
	for (size_t i = 0; i < DUPLICATE_REASONS; i++) {
		if ((reasons & 1u << i) == 0)
			continue;
		const char *words = word_of(language, "match_reason.", reason_names[i]);
		size_t len = strlen(words);
		if (used + len + 3 > DUPLICATE_WORDS_BYTES)
			break;
		if (used > 0) {
			memcpy(out + used, ", ", 2);
			used += 2;
		}
		memcpy(out + used, words, len);
		used += len;
	}
	out[used] = '\0';
}

/* ---- links ---- */

/* Every one of a ring of this length is passed once. */
static struct record_id least_of_ring(struct record_id id, size_t length, duplicate_link_fn *link, void *ctx)
{
	struct record_id least = id;
	for (size_t i = 1; i < length && link(ctx, id, &id); i++)
		if (memcmp(id.bytes, least.bytes, ID_BYTES) < 0)
			least = id;
	return least;
}

/* Brent's way: a mark stays behind and moves up at each power of two; who meets it is in a ring. */
struct record_id duplicate_root(struct record_id id, duplicate_link_fn *link, void *ctx)
{
	struct record_id mark = id, at = id, next;
	size_t steps = 0, reach = 1;
	while (link(ctx, at, &next)) {
		at = next;
		steps++;
		if (ID_EQUAL(at, mark))
			return least_of_ring(at, steps, link, ctx);
		if (steps == reach) {
			mark = at;
			reach *= 2;
			steps = 0;
		}
	}
	return at;
}
