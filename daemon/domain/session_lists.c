#include "domain/session_lists.h"

#include "base/assert.h"
#include "domain/fields.h"
#include "records_table.h"

bool session_lists_is(uint32_t field)
{
	return field == RECORDS_JOINT_SESSION_AGENDA || field == RECORDS_JOINT_SESSION_PARTICIPANTS || field == RECORDS_JOINT_SESSION_AGREED_ACTIONS ||
	       field == RECORDS_JOINT_SESSION_COURSE;
}

void session_lists_lay(struct span session, struct span lists, struct wire_out *out)
{
	struct wire_field field;
	while (wire_next(&session, &field) == WIRE_FIELD)
		if (!session_lists_is(field.number))
			wire_put_raw(out, field.whole);
	while (wire_next(&lists, &field) == WIRE_FIELD)
		if (session_lists_is(field.number))
			wire_put_raw(out, field.whole);
}

struct joining {
	uint32_t field;
	const struct span *values;
	size_t count;
	struct wire_out *scratch, *out;
};

static bool same(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* What tells an entry from the others of its list. */
static struct span key_of(uint32_t field, struct span entry)
{
	struct span key = { NULL, 0 };
	if (field == RECORDS_JOINT_SESSION_AGREED_ACTIONS)
		return entry;
	(void)fields_bytes(entry, field == RECORDS_JOINT_SESSION_AGENDA ? RECORDS_AGENDA_POINT_TITLE : RECORDS_SESSION_PARTICIPANT_ROLE, &key);
	return key;
}

/* The entry of this key that has `before` others of the key before it in its list. */
static bool find(const struct joining *j, size_t list, struct span key, size_t before, struct span *entry)
{
	struct span rest = j->values[list];
	while (fields_next(&rest, j->field, entry))
		if (same(key_of(j->field, *entry), key) && before-- == 0)
			return true;
	return false;
}

static size_t count_before(const struct joining *j, size_t list, struct span key, struct span upto)
{
	struct span one, rest = j->values[list];
	size_t count = 0;
	while (fields_next(&rest, j->field, &one) && one.data != upto.data)
		count += same(key_of(j->field, one), key);
	return count;
}

/* ---- notes ---- */

static struct span take_line(struct span *text)
{
	size_t len = 0;
	while (len < text->len && text->data[len] != '\n')
		len++;
	struct span line = span_of(text->data, len);
	*text = len == text->len ? span_of(NULL, 0) : span_of(text->data + len + 1, text->len - len - 1);
	return line;
}

static bool has_line(struct span text, struct span line)
{
	while (text.len > 0)
		if (same(take_line(&text), line))
			return true;
	return false;
}

static void add_lines(struct wire_out *out, struct span text)
{
	while (text.len > 0) {
		struct span line = take_line(&text);
		if (line.len == 0 || has_line(wire_out_span(out), line))
			continue;
		if (out->used > 0)
			wire_put_raw(out, span_text("\n"));
		wire_put_raw(out, line);
	}
}

static void put_point(const struct joining *j, size_t list, struct span first, size_t before)
{
	struct span one, title = key_of(j->field, first), notes;
	bool outside = false;
	j->scratch->used = 0;
	for (size_t i = list; i < j->count; i++) {
		if (!find(j, i, title, before, &one))
			continue;
		outside = outside || fields_true(one, RECORDS_AGENDA_POINT_OUT_OF_SCOPE);
		if (!fields_bytes(one, RECORDS_AGENDA_POINT_NOTES, &notes))
			continue;
		if (j->scratch->used == 0)
			wire_put_raw(j->scratch, notes);
		else
			add_lines(j->scratch, notes);
	}
	/* The point stands behind the note it is built from. */
	struct span text = wire_out_span(j->scratch);
	struct wire_out point;
	wire_out_init(&point, (uint8_t *)j->scratch->block + text.len, j->scratch->size - text.len);
	wire_put_bytes(&point, RECORDS_AGENDA_POINT_TITLE, title);
	if (text.len > 0)
		wire_put_bytes(&point, RECORDS_AGENDA_POINT_NOTES, text);
	else if (outside)
		wire_put_varint(&point, RECORDS_AGENDA_POINT_OUT_OF_SCOPE, 1);
	wire_put_bytes(j->out, j->field, wire_out_span(&point));
	j->out->full = j->out->full || j->scratch->full || point.full;
}

static void put_participant(const struct joining *j, size_t list, struct span first, size_t before)
{
	static const uint32_t tells_more[] = { RECORDS_SESSION_PARTICIPANT_LEFT_AT, RECORDS_SESSION_PARTICIPANT_IDENTITY_CHECKED_HOW };
	struct span one, best = first;
	bool found = false;
	for (size_t k = 0; k < sizeof tells_more / sizeof tells_more[0] && !found; k++)
		for (size_t i = list; i < j->count && !found; i++)
			if (find(j, i, key_of(j->field, first), before, &one) && fields_has(one, tells_more[k])) {
				best = one;
				found = true;
			}
	wire_put_bytes(j->out, j->field, best);
}

/* ---- the course ---- */

static bool is_there(struct span list, uint32_t field, struct span entry)
{
	struct span one;
	while (fields_next(&list, field, &one))
		if (same(one, entry))
			return true;
	return false;
}

/* Each list is in its order; the earliest of their heads comes next. */
static void put_course(const struct joining *j)
{
	struct span rest[SESSION_LISTS_MAX], heads[SESSION_LISTS_MAX];
	bool there[SESSION_LISTS_MAX];
	ASSERT(j->count <= SESSION_LISTS_MAX);
	for (size_t i = 0; i < j->count; i++) {
		rest[i] = j->values[i];
		there[i] = fields_next(&rest[i], j->field, &heads[i]);
	}
	for (;;) {
		size_t first = j->count;
		for (size_t i = 0; i < j->count; i++)
			if (there[i] && (first == j->count || fields_number_or_none(heads[i], RECORDS_SESSION_TURN_AT) <
								      fields_number_or_none(heads[first], RECORDS_SESSION_TURN_AT)))
				first = i;
		if (first == j->count)
			return;
		if (!is_there(wire_out_span(j->out), j->field, heads[first]))
			wire_put_bytes(j->out, j->field, heads[first]);
		there[first] = fields_next(&rest[first], j->field, &heads[first]);
	}
}

void session_lists_join(uint32_t field, const struct span *values, size_t count, struct wire_out *scratch, struct wire_out *out)
{
	const struct joining j = { .field = field, .values = values, .count = count, .scratch = scratch, .out = out };
	struct span entry, other;
	if (count == 1)
		wire_put_raw(out, values[0]);
	else if (field == RECORDS_JOINT_SESSION_COURSE) {
		put_course(&j);
		return;
	}
	for (size_t list = 0; count > 1 && list < count; list++) {
		struct span rest = values[list];
		while (fields_next(&rest, field, &entry)) {
			struct span key = key_of(field, entry);
			size_t before = count_before(&j, list, key, entry);
			bool told = false;
			for (size_t i = 0; i < list; i++)
				told = told || find(&j, i, key, before, &other);
			if (told)
				continue;
			if (field == RECORDS_JOINT_SESSION_AGENDA)
				put_point(&j, list, entry, before);
			else if (field == RECORDS_JOINT_SESSION_PARTICIPANTS)
				put_participant(&j, list, entry, before);
			else
				wire_put_bytes(out, field, entry);
		}
	}
}
