/* casebook_words - terms of the index and queries for them. */
#include "store/casebook_words.h"

#include "base/assert.h"
#include "domain/correction.h"
#include "base/civil.h"
#include "domain/letter.h"
#include "domain/name.h"
#include "domain/person_id.h"
#include "domain/phone.h"

/* ---- chunks: what stands between spaces ---- */

struct chunk {
	struct span text;   /* borrowed; without the space */
	bool has_parts;     /* something inside splits it */
	bool is_number;     /* letters none, digits some, and no date */
	bool is_date;
	int32_t days;       /* is_date */
};

static bool is_space(uint32_t c)
{
	return c <= 0x20 || c == 0xa0 || c == ',' || c == ';' || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
	       c == 0x2029;
}

static void put_letter(struct wire_out *out, uint32_t c)
{
	uint8_t bytes[LETTER_BYTES_MAX];
	if (c != 0)
		wire_put_raw(out, span_of(bytes, letter_write(c, bytes)));
}

/* One or two, or four, digits; false: others. */
static bool read_number(struct span *rest, size_t digits_max, int *out)
{
	size_t n = 0;
	for (*out = 0; n < rest->len && n <= digits_max && letter_is_digit(rest->data[n]); n++)
		*out = *out * 10 + (rest->data[n] - '0');
	*rest = span_of(rest->data + n, rest->len - n);
	return n > 0 && n <= digits_max;
}

static bool read_sign(struct span *rest, char sign)
{
	if (rest->len == 0 || rest->data[0] != (uint8_t)sign)
		return false;
	*rest = span_of(rest->data + 1, rest->len - 1);
	return true;
}

/* A day as people write it, 3.11.2026, or 2026-11-03; signs before and behind do not count. */
static bool read_date(struct span text, int32_t *days)
{
	struct civil_date date;
	while (text.len > 0 && !letter_in_word(text.data[0]))
		text = span_of(text.data + 1, text.len - 1);
	while (text.len > 0 && !letter_in_word(text.data[text.len - 1]))
		text.len--;
	if (civil_read_date(text, days))
		return true;
	if (!read_number(&text, 2, &date.day) || !read_sign(&text, '.') || !read_number(&text, 2, &date.month) ||
	    !read_sign(&text, '.') || text.len != 4 || !read_number(&text, 4, &date.year) || !civil_date_valid(date))
		return false;
	*days = civil_days(date);
	return true;
}

/* The next chunk with a word in it; false at the end. */
static bool next_chunk(struct span *rest, struct chunk *out)
{
	while (rest->len > 0) {
		struct chunk chunk = { .text = span_of(rest->data, 0), .is_number = true };
		bool split = false, has_word = false;
		while (rest->len > 0) {
			uint32_t c = letter_next(rest);
			if (is_space(c))
				break;
			if (letter_in_word(c)) {
				chunk.has_parts = chunk.has_parts || (split && has_word);
				has_word = true;
				chunk.is_number = chunk.is_number && letter_is_digit(c);
			}
			split = !letter_in_word(c);
			chunk.text.len = (size_t)(rest->data - chunk.text.data);
		}
		if (has_word) {
			chunk.is_date = chunk.is_number && chunk.has_parts && read_date(chunk.text, &chunk.days);
			chunk.is_number = chunk.is_number && !chunk.is_date;
			*out = chunk;
			return true;
		}
	}
	return false;
}

/* A chunk, or the numbers that follow one another, as one span. */
static struct span whole_run(const struct chunk *chunk, struct span *rest, size_t *count)
{
	struct span run = chunk->text;
	*count = 1;
	while (chunk->is_number) {
		struct span ahead = *rest;
		struct chunk next;
		if (!next_chunk(&ahead, &next) || !next.is_number)
			break;
		run.len = (size_t)(next.text.data - run.data) + next.text.len;
		*rest = ahead;
		++*count;
	}
	return run;
}

/* The next part of a chunk; false at its end. */
static bool next_part(struct span *rest, struct span *out)
{
	struct span part = { NULL, 0 };
	while (rest->len > 0) {
		const uint8_t *at = rest->data;
		bool inside = letter_in_word(letter_next(rest));
		if (!inside && part.len > 0)
			break;
		if (inside && part.len == 0)
			part.data = at;
		if (inside)
			part.len = (size_t)(rest->data - part.data);
	}
	*out = part;
	return part.len > 0;
}

/* ---- terms ---- */

/* A part, or with what splits it left out a whole chunk, in small letters. */
static void put_word(struct wire_out *out, struct span text, bool base)
{
	while (text.len > 0) {
		uint32_t c = letter_next(&text);
		if (letter_in_word(c))
			put_letter(out, base ? letter_base(letter_small(c)) : letter_small(c));
	}
}

static bool has_marks(struct span text)
{
	while (text.len > 0) {
		uint32_t c = letter_small(letter_next(&text));
		if (letter_in_word(c) && letter_base(c) != c)
			return true;
	}
	return false;
}

static void put_date(struct wire_out *out, int32_t days)
{
	char text[CIVIL_DATE_BYTES];
	civil_write_date(days, text);
	wire_put_raw(out, span_text("@"));
	wire_put_raw(out, span_of(text, 4));
	wire_put_raw(out, span_of(text + 5, 2));
	wire_put_raw(out, span_of(text + 8, 2));
}

static void put_person_id(struct wire_out *out, const struct person_id *id)
{
	wire_put_raw(out, span_text("#"));
	for (const char *at = id->text; *at != '\0'; at++)
		put_letter(out, letter_small((uint8_t)*at));
}

static struct span digits_of(const struct phone *phone, size_t skip)
{
	return span_of(phone->digits + skip, phone->count - skip);
}

/* ---- the index ---- */

static void index_word(struct wire_out *out, struct span text)
{
	put_word(out, text, false);
	put_letter(out, ' ');
	if (has_marks(text)) {
		put_letter(out, '~');
		put_word(out, text, true);
		put_letter(out, ' ');
	}
}

static void index_number(struct wire_out *out, struct span run)
{
	struct phone phone;
	if (!phone_read(run, &phone)) {
		index_word(out, run);
		return;
	}
	wire_put_raw(out, digits_of(&phone, 0));
	put_letter(out, ' ');
	if (phone.may_be_abroad) {
		put_letter(out, '0');
		wire_put_raw(out, digits_of(&phone, 3));
		put_letter(out, ' ');
	}
	if ((phone.is_home && phone.count >= PHONE_DIGITS_MIN) || phone.may_be_abroad) {
		wire_put_raw(out, digits_of(&phone, phone.is_home ? 1 : 3));
		put_letter(out, ' ');
	}
}

static void index_person_id(struct wire_out *out, const struct person_id *id)
{
	put_person_id(out, id);
	put_letter(out, ' ');
	for (size_t i = 0; i < PERSON_ID_CHARS; i++) /* without its separator */
		if (i != 6)
			put_letter(out, letter_small((uint8_t)id->text[i]));
	put_letter(out, ' ');
	for (size_t i = 7; i < PERSON_ID_CHARS; i++) /* 010594 9032 */
		put_letter(out, letter_small((uint8_t)id->text[i]));
	put_letter(out, ' ');
	put_date(out, id->birth_days);
	put_letter(out, ' ');
}

static void index_text(struct wire_out *out, struct span text)
{
	struct person_id id;
	struct chunk chunk;
	while (next_chunk(&text, &chunk)) {
		size_t count;
		struct span run = whole_run(&chunk, &text, &count), rest = run, part;
		while (next_part(&rest, &part))
			index_word(out, part);
		bool is_whole_number = chunk.is_number && (count > 1 || chunk.has_parts || run.len >= PHONE_DIGITS_MIN);
		if (is_whole_number)
			index_number(out, run);
		else if (chunk.has_parts)
			index_word(out, run);
		if (chunk.is_date) {
			put_date(out, chunk.days);
			put_letter(out, ' ');
		}
		if (run.len >= PERSON_ID_CHARS && !fault_is(person_id_read(run, &id)))
			index_person_id(out, &id);
	}
}

static void index_one(void *ctx, const struct schema_field *field, struct span text)
{
	(void)field;
	index_text(ctx, text);
}

static bool is_searched(const struct schema_record *schema, uint32_t number)
{
	for (size_t i = 0; i < schema->search_count; i++)
		if (schema->search_fields[i] == number)
			return true;
	return false;
}

/* A date among the searched fields; several stand packed in one. */
static void index_dates(const struct schema_record *schema, const struct wire_field *field, struct wire_out *out)
{
	const struct schema_field *known = schema_field_by_number(schema->message, field->number);
	if (known == NULL || known->kind != SCHEMA_DATE || field->type != WIRE_VARINT)
		return;
	int64_t days = (int64_t)(field->value >> 1) ^ -(int64_t)(field->value & 1); /* sint32 */
	if (days < CIVIL_DAYS_MIN || days > CIVIL_DAYS_MAX)
		return;
	put_date(out, (int32_t)days);
	put_letter(out, ' ');
}

static void put_type(struct wire_out *out, uint32_t type)
{
	uint8_t digits[10];
	size_t at = sizeof digits;
	do
		digits[--at] = (uint8_t)('0' + type % 10);
	while ((type /= 10) != 0);
	put_letter(out, '=');
	wire_put_raw(out, span_of(digits + at, sizeof digits - at));
}

void casebook_words_index(const struct schema_record *schema, struct span shown, struct wire_out *out)
{
	struct wire_field field;
	struct span whole = shown;
	put_type(out, schema->type);
	put_letter(out, ' ');
	while (wire_next(&shown, &field) == WIRE_FIELD)
		if (is_searched(schema, field.number) && !correction_hides(schema, whole, field.number)) {
			schema_texts(schema, field.whole, index_one, out);
			index_dates(schema, &field, out);
		}
}

size_t casebook_words_bytes(struct span shown)
{
	/* Every text in parts and joined, each of them twice, a space or a sign with each word. */
	return 8 * shown.len + 64;
}

/* ---- the query ---- */

struct asking {
	struct wire_out out;
	enum casebook_words_tier tier;
};

static void put_text(struct asking *asking, const char *text)
{
	wire_put_raw(&asking->out, span_text(text));
}

/* " OR "~base"* and its like; terms hold no quotation mark. */
static void put_term(struct asking *asking, const char *before, struct span text, bool base, const char *after)
{
	put_text(asking, before);
	put_word(&asking->out, text, base);
	put_text(asking, after);
}

static void put_forms(struct asking *asking, const struct name_forms *forms)
{
	uint8_t text[NAME_TEXT_BYTES];
	for (size_t i = 0; i < forms->count; i++) {
		struct span form = span_of(text, name_write(&forms->all[i], false, text));
		put_term(asking, " OR \"", form, false, "\"");
		put_term(asking, " OR \"~", form, true, "\"");
	}
}

/* One word as the tier asks for it, in parentheses where it is more than a term. */
static void put_asked(struct asking *asking, struct span text, bool joined)
{
	struct name_forms forms;
	struct name_word word;
	struct span rest = text;
	switch (asking->tier) {
	case CASEBOOK_WORDS_WHOLE:
		put_term(asking, "\"", text, false, "\"");
		return;
	case CASEBOOK_WORDS_PREFIX:
		put_term(asking, "\"", text, false, "\"*");
		return;
	case CASEBOOK_WORDS_LIKE:
		break;
	case CASEBOOK_WORDS_TIERS:
		ASSERT(false);
	}
	put_term(asking, "(\"", text, false, "\"*");
	if (has_marks(text))
		put_term(asking, " OR \"", text, true, "\"*");
	put_term(asking, " OR \"~", text, true, "\"*");
	if (!joined && name_next(&rest, &word) && word.count < NAME_LETTERS_MAX) {
		name_bases(&word, &forms);
		put_forms(asking, &forms);
		name_inflected(&word, &forms);
		put_forms(asking, &forms);
		name_siblings(&word, &forms);
		put_forms(asking, &forms);
	}
	put_text(asking, ")");
}

static void put_number(struct asking *asking, struct span run)
{
	const char *end = asking->tier == CASEBOOK_WORDS_WHOLE ? "\"" : "\"*";
	struct phone phone;
	if (!phone_read(run, &phone)) {
		put_term(asking, "\"", run, false, end);
		return;
	}
	put_term(asking, "\"", digits_of(&phone, 0), false, end);
	if (phone.may_be_abroad)
		put_term(asking, " OR \"0", digits_of(&phone, 3), false, end);
}

/* The parts of a chunk or run, all of them asked for. */
static void put_parts(struct asking *asking, struct span run)
{
	struct span part;
	for (bool first = true; next_part(&run, &part); first = false) {
		if (!first)
			put_text(asking, " AND ");
		put_asked(asking, part, false);
	}
}

static void put_date_asked(struct asking *asking, int32_t days)
{
	put_text(asking, "\"");
	put_date(&asking->out, days);
	put_text(asking, "\"");
}

static void put_chunk(struct asking *asking, const struct chunk *chunk, struct span run, bool split)
{
	put_text(asking, "(");
	if (chunk->is_date)
		put_date_asked(asking, chunk->days);
	else if (chunk->is_number)
		put_number(asking, run);
	else
		put_asked(asking, run, split);
	if (split && !chunk->is_date) {
		put_text(asking, " OR (");
		put_parts(asking, run);
		put_text(asking, ")");
	}
	put_text(asking, ")");
}

/* Each chunk, all of them asked for; what fits. Returns the bytes. */
static size_t put_chunks(struct asking *asking, struct span text)
{
	struct chunk chunk;
	size_t kept = 0;
	for (size_t i = 0; i < CASEBOOK_WORDS_QUERY_MAX && next_chunk(&text, &chunk); i++) {
		size_t count;
		struct span run = whole_run(&chunk, &text, &count);
		bool split = count > 1 || chunk.has_parts || (chunk.is_number && run.data[0] == '+');
		if (i > 0)
			put_text(asking, " AND ");
		put_chunk(asking, &chunk, run, split);
		if (asking->out.full)
			break;
		kept = asking->out.used;
	}
	return kept;
}

bool casebook_words_next(struct span *text, struct span *word)
{
	struct chunk chunk;
	size_t count;
	if (!next_chunk(text, &chunk))
		return false;
	*word = whole_run(&chunk, text, &count);
	return true;
}

struct span casebook_words_query(struct span text, enum casebook_words_tier tier, uint32_t type,
				 uint8_t out[static CASEBOOK_WORDS_QUERY_BYTES])
{
	struct asking asking = { .tier = tier };
	struct person_id id;
	wire_out_init(&asking.out, out, CASEBOOK_WORDS_QUERY_BYTES);
	if (type != 0) {
		put_text(&asking, "\"");
		put_type(&asking.out, type);
		put_text(&asking, "\" AND ");
	}
	/* A whole code is the whole of the first tier: the same digits with another separator come later. */
	if (tier == CASEBOOK_WORDS_WHOLE && !fault_is(person_id_read(text, &id))) {
		put_text(&asking, "\"");
		put_person_id(&asking.out, &id);
		put_text(&asking, "\"");
		return wire_out_span(&asking.out);
	}
	return span_of(out, put_chunks(&asking, text));
}
