#include "store/casebook_text.h"

#include "base/assert.h"

/* ---- characters ---- */

/* One code point of well-formed UTF-8; what is malformed is read as U+FFFD. */
static uint32_t next_char(struct span *rest)
{
	static const uint8_t masks[] = { 0x7f, 0x1f, 0x0f, 0x07 };
	uint8_t first = rest->data[0];
	size_t more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
	if (more >= rest->len || (first >= 0x80 && first < 0xc0)) {
		*rest = span_of(rest->data + 1, rest->len - 1);
		return 0xfffd;
	}
	uint32_t c = first & masks[more];
	for (size_t i = 1; i <= more; i++)
		c = c << 6 | (rest->data[i] & 0x3f);
	*rest = span_of(rest->data + 1 + more, rest->len - 1 - more);
	return c;
}

static void put_char(struct wire_out *out, uint32_t c)
{
	uint8_t bytes[4];
	size_t len;
	if (c < 0x80) {
		bytes[0] = (uint8_t)c;
		len = 1;
	} else if (c < 0x800) {
		bytes[0] = (uint8_t)(0xc0 | c >> 6);
		bytes[1] = (uint8_t)(0x80 | (c & 0x3f));
		len = 2;
	} else if (c < 0x10000) {
		bytes[0] = (uint8_t)(0xe0 | c >> 12);
		bytes[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		bytes[2] = (uint8_t)(0x80 | (c & 0x3f));
		len = 3;
	} else {
		bytes[0] = (uint8_t)(0xf0 | c >> 18);
		bytes[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
		bytes[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		bytes[3] = (uint8_t)(0x80 | (c & 0x3f));
		len = 4;
	}
	wire_put_raw(out, span_of(bytes, len));
}

/* Letters of Finnish, Swedish, Sami and their neighbours that may arrive as a
 * base and a combining mark; so written they are the same letters. */
struct composition {
	uint32_t mark;
	const char *bases;
	uint32_t composed[16];
};
static const struct composition compositions[] = {
	{ 0x0301, "aeiouyAEIOUY", { 0xe1, 0xe9, 0xed, 0xf3, 0xfa, 0xfd, 0xc1, 0xc9, 0xcd, 0xd3, 0xda, 0xdd } },
	{ 0x0308, "aoueiAOUEI", { 0xe4, 0xf6, 0xfc, 0xeb, 0xef, 0xc4, 0xd6, 0xdc, 0xcb, 0xcf } },
	{ 0x030a, "aA", { 0xe5, 0xc5 } },
	{ 0x030c, "cszgkCSZGK", { 0x10d, 0x161, 0x17e, 0x1e7, 0x1e9, 0x10c, 0x160, 0x17d, 0x1e6, 0x1e8 } },
	{ 0x0303, "noaNOA", { 0xf1, 0xf5, 0xe3, 0xd1, 0xd5, 0xc3 } },
};

static bool is_mark(uint32_t c)
{
	return c >= 0x0300 && c <= 0x036f;
}

static uint32_t compose(uint32_t base, uint32_t mark)
{
	for (size_t i = 0; i < sizeof compositions / sizeof compositions[0]; i++) {
		const struct composition *composition = &compositions[i];
		const char *at = base < 0x80 && base != 0 ? strchr(composition->bases, (int)base) : NULL;
		if (composition->mark == mark && at != NULL)
			return composition->composed[at - composition->bases];
	}
	return 0;
}

/* The next character, composed. */
static uint32_t next_letter(struct span *rest)
{
	uint32_t c = next_char(rest);
	struct span ahead = *rest;
	uint32_t mark = ahead.len > 0 ? next_char(&ahead) : 0;
	uint32_t composed = is_mark(mark) ? compose(c, mark) : 0;
	if (composed == 0)
		return c;
	*rest = ahead;
	return composed;
}

/* Ranges in which a capital is followed by its small letter. */
struct pairs {
	uint32_t first, last;
};
static const struct pairs pairs[] = {
	{ 0x100, 0x12f }, { 0x132, 0x137 }, { 0x14a, 0x177 }, { 0x1de, 0x1ef }, { 0x1f8, 0x21f }, { 0x222, 0x233 },
	{ 0x460, 0x481 }, { 0x48a, 0x4bf }, { 0x4d0, 0x52f }, { 0x1e00, 0x1e95 }, { 0x1ea0, 0x1eff },
};

/* Capital to small for the alphabets of Europe; others are left as they are. */
static uint32_t fold_case(uint32_t c)
{
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + 32 : c;
	if (c <= 0xff)
		return c >= 0xc0 && c <= 0xde && c != 0xd7 ? c + 32 : c;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		if (c >= pairs[i].first && c <= pairs[i].last)
			return c | 1;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e) || (c >= 0x1cd && c <= 0x1dc))
		return c % 2 == 1 ? c + 1 : c;
	if ((c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
		return c + 32;
	if (c >= 0x400 && c <= 0x40f)
		return c + 80;
	return c == 0x178 ? 0xff : c == 0x1b7 ? 0x292 : c == 0x386 ? 0x3ac : c;
}

static bool is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

/* Part of a word. Beyond ASCII everything but punctuation and spaces is. */
static bool is_word(uint32_t c)
{
	if (c < 0x80)
		return is_digit(c) || (fold_case(c) >= 'a' && fold_case(c) <= 'z');
	if (c < 0xc0)
		return c == 0xaa || c == 0xb5 || c == 0xba;
	return c != 0xd7 && c != 0xf7 && c != 0xfffd && c != 0xfeff && !(c >= 0x2000 && c <= 0x2bff) &&
	       !(c >= 0x3000 && c <= 0x3003);
}

static bool is_space(uint32_t c)
{
	return c <= 0x20 || c == 0xa0 || c == ',' || c == ';' || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029;
}

/* ---- chunks: what stands between spaces ---- */

struct chunk {
	struct span text;   /* borrowed; without the space */
	bool has_parts;     /* something inside splits it */
	bool is_number;     /* letters none, digits some */
	bool has_word;
};

/* The next chunk with a word in it; false at the end. */
static bool next_chunk(struct span *rest, struct chunk *out)
{
	while (rest->len > 0) {
		struct chunk chunk = { .text = span_of(rest->data, 0), .is_number = true };
		bool split = false;
		while (rest->len > 0) {
			uint32_t c = next_char(rest);
			if (is_space(c))
				break;
			if (is_word(c)) {
				chunk.has_parts = chunk.has_parts || (split && chunk.has_word);
				chunk.has_word = true;
				chunk.is_number = chunk.is_number && is_digit(c);
			}
			split = !is_word(c);
			chunk.text.len = (size_t)(rest->data - chunk.text.data);
		}
		if (chunk.has_word) {
			*out = chunk;
			return true;
		}
	}
	return false;
}

/* Copies a chunk's words, parts kept apart by spaces or joined. */
static void put_words(struct wire_out *out, struct span text, bool joined)
{
	while (text.len > 0) {
		uint32_t c = next_letter(&text);
		if (is_word(c))
			put_char(out, fold_case(c));
		else if (!joined)
			put_char(out, ' ');
	}
}

/* A run of numbers as one: a telephone number is found however it is spaced.
 * Finland's country code is what a 0 in front says at home. */
static void put_number(struct wire_out *out, struct span run)
{
	bool abroad = run.len > 0 && run.data[0] == '+';
	size_t begin = out->used;
	put_words(out, run, true);
	if (out->full)
		return;
	struct span digits = span_of(out->block + begin, out->used - begin);
	size_t skip = abroad && digits.len > 3 && memcmp(digits.data, "358", 3) == 0 ? 3 :
		      digits.len > 5 && memcmp(digits.data, "00358", 5) == 0 ? 5 : 0;
	if (skip == 0)
		return;
	out->used = begin;
	bool trunk = digits.data[skip] == '0'; /* +358 (0)40 */
	if (!trunk)
		out->block[out->used++] = '0';
	memmove(out->block + out->used, digits.data + skip, digits.len - skip);
	out->used += digits.len - skip;
}

/* A chunk, or the numbers that follow one another, as one span. */
static struct span whole_run(struct chunk *chunk, struct span *rest, size_t *count)
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

/* ---- words of the index ---- */

static void index_text(struct wire_out *out, struct span text)
{
	struct chunk chunk;
	while (next_chunk(&text, &chunk)) {
		size_t count;
		struct span run = whole_run(&chunk, &text, &count);
		put_words(out, run, false);
		put_char(out, ' ');
		if (chunk.is_number && (count > 1 || chunk.has_parts || run.data[0] == '+' || run.data[0] == '0')) {
			put_number(out, run);
			put_char(out, ' ');
		} else if (chunk.has_parts) {
			put_words(out, run, true);
			put_char(out, ' ');
		}
	}
}

static void index_one(void *ctx, const struct schema_field *field, struct span text)
{
	(void)field;
	index_text(ctx, text);
}

static bool is_among(uint32_t number, const uint32_t *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

void casebook_text_words(const struct schema_record *schema, struct span shown, struct wire_out *out)
{
	struct wire_field field;
	while (wire_next(&shown, &field) == WIRE_FIELD)
		if (is_among(field.number, schema->search_fields, schema->search_count))
			schema_texts(schema, field.whole, index_one, out);
}

size_t casebook_text_words_bytes(struct span shown)
{
	/* Every text at most twice, a space after each, one 0 more a number. */
	return 4 * shown.len + 64;
}

/* ---- the query ---- */

/* "word"* ; words hold no quotation mark. */
static void put_prefix(struct wire_out *out, struct span text, bool number)
{
	wire_put_raw(out, span_text("\""));
	if (number)
		put_number(out, text);
	else
		put_words(out, text, true);
	wire_put_raw(out, span_text("\"*"));
}

/* The parts of a chunk or run, each a prefix, all of them asked for. */
static void put_parts(struct wire_out *out, struct span run)
{
	bool inside = false, first = true;
	while (run.len > 0) {
		uint32_t c = next_letter(&run);
		if (is_word(c) && !inside) {
			wire_put_raw(out, span_text(first ? "\"" : " AND \""));
			first = false;
		}
		if (is_word(c))
			put_char(out, fold_case(c));
		else if (inside)
			wire_put_raw(out, span_text("\"*"));
		inside = is_word(c);
	}
	if (inside)
		wire_put_raw(out, span_text("\"*"));
}

struct span casebook_text_query(struct span text, uint8_t out[static CASEBOOK_TEXT_QUERY_BYTES])
{
	struct wire_out query;
	struct chunk chunk;
	size_t kept = 0;
	wire_out_init(&query, out, CASEBOOK_TEXT_QUERY_BYTES);
	for (size_t i = 0; i < CASEBOOK_TEXT_QUERY_WORDS && next_chunk(&text, &chunk); i++) {
		size_t count;
		struct span run = whole_run(&chunk, &text, &count);
		bool split = count > 1 || chunk.has_parts || (chunk.is_number && run.data[0] == '+');
		wire_put_raw(&query, span_text(i == 0 ? "(" : " AND ("));
		put_prefix(&query, run, chunk.is_number);
		if (split) {
			wire_put_raw(&query, span_text(" OR ("));
			put_parts(&query, run);
			wire_put_raw(&query, span_text(")"));
		}
		wire_put_raw(&query, span_text(")"));
		if (query.full)
			break; /* what fits is asked for */
		kept = query.used;
	}
	return span_of(out, kept);
}

/* ---- title ---- */

enum { TITLE_CHARS_MAX = 80 }; /* of one text */

struct title {
	uint8_t *out;
	size_t used;
};

static bool title_put(struct title *title, struct span bytes)
{
	if (bytes.len > CASEBOOK_TEXT_TITLE_BYTES - title->used)
		return false;
	memcpy(title->out + title->used, bytes.data, bytes.len);
	title->used += bytes.len;
	return true;
}

static size_t char_bytes(struct span text)
{
	size_t len = 1;
	while (len < text.len && (text.data[len] & 0xc0) == 0x80)
		len++;
	return len;
}

/* The first line that says anything, so that a note has a title as a name has. */
static struct span first_line(struct span text)
{
	while (text.len > 0 && text.data[0] <= ' ')
		text = span_of(text.data + 1, text.len - 1);
	size_t len = 0;
	while (len < text.len && text.data[len] != '\n' && text.data[len] != '\r')
		len++;
	return span_of(text.data, len);
}

static void title_one(void *ctx, const struct schema_field *field, struct span text)
{
	struct title *title = ctx;
	struct span line = first_line(text);
	if (field->sensitive || line.len == 0)
		return;
	if (title->used > 0)
		(void)title_put(title, span_text(" "));
	for (size_t chars = 0; line.len > 0; chars++) {
		size_t len = char_bytes(line);
		bool is_full = chars == TITLE_CHARS_MAX;
		if (is_full || !title_put(title, line.data[0] < ' ' ? span_text(" ") : span_of(line.data, len))) {
			(void)title_put(title, span_text("\xe2\x80\xa6")); /* it goes on */
			return;
		}
		line = span_of(line.data + len, line.len - len);
	}
}

struct span casebook_text_title(const struct schema_record *schema, struct span shown,
				uint8_t out[static CASEBOOK_TEXT_TITLE_BYTES])
{
	struct title title = { .out = out };
	for (size_t i = 0; i < schema->title_count; i++) {
		struct span rest = shown;
		struct wire_field field;
		while (wire_next(&rest, &field) == WIRE_FIELD)
			if (field.number == schema->title_fields[i])
				schema_texts(schema, field.whole, title_one, &title);
	}
	return span_of(out, title.used);
}

/* ---- what is due, what is urgent ---- */

static const uint64_t day_ms = 86400000;

static void due_value(const struct schema_field *field, uint64_t value, casebook_text_due_fn *fn, void *ctx)
{
	if (field->kind == SCHEMA_TIME) {
		fn(ctx, field, value);
		return;
	}
	int64_t days = (int64_t)(value >> 1) ^ -(int64_t)(value & 1); /* sint32 */
	if (days >= 0 && days <= INT32_MAX)
		fn(ctx, field, (uint64_t)days * day_ms);
}

void casebook_text_due(const struct schema_record *schema, struct span message, casebook_text_due_fn *fn, void *ctx)
{
	struct wire_field f;
	uint64_t value;
	while (wire_next(&message, &f) == WIRE_FIELD) {
		const struct schema_field *field = schema_field_by_number(schema->message, f.number);
		if (field == NULL || !is_among(f.number, schema->due_fields, schema->due_count) ||
		    (field->kind != SCHEMA_TIME && field->kind != SCHEMA_DATE))
			continue;
		if (f.type == WIRE_VARINT)
			due_value(field, f.value, fn, ctx);
		while (f.type == WIRE_BYTES && wire_varint(&f.data, &value))
			due_value(field, value, fn, ctx);
	}
}

static bool names_urgency(const struct schema_enum *enumeration, uint64_t value)
{
	for (size_t i = 0; i < enumeration->count; i++)
		if ((uint64_t)enumeration->values[i].number == value)
			return strcmp(enumeration->values[i].name, "URGENT") == 0 ||
			       strcmp(enumeration->values[i].name, "ACUTE") == 0;
	return false;
}

bool casebook_text_urgent(const struct schema_record *schema, struct span shown)
{
	struct wire_field f;
	while (wire_next(&shown, &f) == WIRE_FIELD) {
		const struct schema_field *field = schema_field_by_number(schema->message, f.number);
		if (field != NULL && field->kind == SCHEMA_ENUM && f.type == WIRE_VARINT &&
		    names_urgency(field->enumeration, f.value))
			return true;
	}
	return false;
}
