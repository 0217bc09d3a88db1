/* print_words - one stream of words, two ways to write it: escaped for HTML, or wrapped
 * into lines of text by the columns that letters take. */
#include <utf8proc.h>

#include "base/civil.h"
#include "domain/print_words.h"

/* Two columns are kept for marks that stick to the last word of a line. */
enum { WORD_BYTES = 512, NUMBER_BYTES = 24, WRAP_COLUMNS = PRINT_COLUMNS - 2 };

/* ---- bytes ---- */

void print_raw(struct print_page *page, const char *text)
{
	wire_put_raw(page->out, span_text(text));
}

void print_newline(struct print_page *page)
{
	print_raw(page, "\n");
	page->gap = page->column == 0;
	page->column = 0;
}

static void indent(struct print_page *page)
{
	for (; page->column < page->indent; page->column++)
		print_raw(page, " ");
}

void print_open_line(struct print_page *page, bool with_gap)
{
	if (page->column > 0)
		print_newline(page);
	if (with_gap && !page->gap)
		print_newline(page);
	page->fresh = true;
}

void print_markup(struct print_page *page, const char *html)
{
	if (page->html)
		print_raw(page, html);
}

/* ---- characters ---- */

struct character { uint32_t code; size_t bytes; bool good; };

/* The first character of well-formed or broken UTF-8; what is broken is one byte long. */
static struct character first(struct span text)
{
	uint8_t lead = text.data[0];
	size_t bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	struct character c = { lead, 1, false };
	if (bytes > text.len || !wire_utf8(span_of(text.data, bytes)))
		return c;
	c.code = bytes == 1 ? lead : lead & (0x7fu >> bytes);
	for (size_t i = 1; i < bytes; i++)
		c.code = c.code << 6 | (text.data[i] & 0x3f);
	c.bytes = bytes;
	c.good = true;
	return c;
}

static bool is_space(uint32_t code)
{
	return code == ' ' || code == '\t';
}

static bool is_line_end(uint32_t code)
{
	return code == '\n' || code == 0x2028 || code == 0x2029;
}

/* Control characters, and those that turn the direction of what follows. */
static bool is_hidden(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x200e || code == 0x200f ||
	       (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

/* Small letters of the three languages and Sámi; others stay as they are. */
static uint32_t capital_of(uint32_t code)
{
	if ((code >= 'a' && code <= 'z') || (code >= 0xe0 && code <= 0xfe && code != 0xf7))
		return code - 0x20;
	return code == 0x10d || code == 0x111 || code == 0x14b || code == 0x161 || code == 0x167 || code == 0x17e ? code - 1
														   : code;
}

static size_t encode(uint32_t code, uint8_t out[static 4])
{
	if (code < 0x80) {
		out[0] = (uint8_t)code;
		return 1;
	}
	size_t bytes = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (size_t i = bytes - 1; i > 0; i--, code >>= 6)
		out[i] = (uint8_t)(0x80 | (code & 0x3f));
	out[0] = (uint8_t)((0xf00u >> bytes) | code);
	return bytes;
}

static void put_html(struct print_page *page, uint32_t code)
{
	uint8_t bytes[4];
	switch (code) {
	case '&':
		print_raw(page, "&amp;");
		return;
	case '<':
		print_raw(page, "&lt;");
		return;
	case '>':
		print_raw(page, "&gt;");
		return;
	case '"':
		print_raw(page, "&quot;");
		return;
	case '\'':
		print_raw(page, "&#39;");
		return;
	}
	wire_put_raw(page->out, span_of(bytes, encode(code, bytes)));
}

/* ---- words ---- */

/* One word of text: on this line when it fits, else on the next. */
struct word { uint8_t bytes[WORD_BYTES]; size_t len; unsigned columns; bool glued; };

static void put_word(struct print_page *page, struct word *word)
{
	if (word->len == 0)
		return;
	bool spaced = !word->glued && !page->fresh && page->column > page->indent;
	if (!word->glued && page->column > page->indent && page->column + spaced + word->columns > WRAP_COLUMNS) {
		print_newline(page);
		spaced = false;
	}
	indent(page);
	if (spaced)
		print_raw(page, " ");
	wire_put_raw(page->out, span_of(word->bytes, word->len));
	page->column += spaced + word->columns;
	page->fresh = page->gap = page->empty = false;
	*word = (struct word){ .len = 0 };
}

/* A letter more; the word goes to the page first when it fills a line, or the block. */
static void put_letter(struct print_page *page, struct word *word, uint32_t code)
{
	int width = utf8proc_charwidth((utf8proc_int32_t)code);
	unsigned columns = width < 0 ? 0 : (unsigned)width;
	bool fills_line = word->columns + columns > WRAP_COLUMNS - page->indent;
	if (fills_line || word->len + 4 > sizeof word->bytes) {
		put_word(page, word);
		word->glued = !fills_line;
	}
	word->len += encode(code, word->bytes + word->len);
	word->columns += columns;
}

static void put_text(struct print_page *page, struct span text, bool glued)
{
	struct word word = { .glued = glued };
	while (text.len > 0) {
		struct character c = first(text);
		text = span_of(text.data + c.bytes, text.len - c.bytes);
		uint32_t code = !c.good ? 0xfffd : page->capital && word.len == 0 ? capital_of(c.code) : c.code;
		if (is_space(code) || is_line_end(code)) {
			put_word(page, &word);
			if (is_line_end(code) && page->column > 0)
				print_newline(page);
		} else if (!is_hidden(code)) {
			put_letter(page, &word, code);
			page->capital = false;
		}
	}
	put_word(page, &word);
}

static void put_escaped(struct print_page *page, struct span text, bool glued)
{
	bool spaced = !glued && !page->fresh;
	while (text.len > 0) {
		struct character c = first(text);
		text = span_of(text.data + c.bytes, text.len - c.bytes);
		uint32_t code = c.good ? c.code : 0xfffd;
		if (is_line_end(code)) {
			if (!page->fresh)
				print_raw(page, "<br>");
			spaced = false;
			continue;
		}
		if (is_hidden(code) && !is_space(code))
			continue;
		if (spaced)
			print_raw(page, " ");
		spaced = false;
		put_html(page, page->capital ? capital_of(code) : code);
		page->capital = page->capital && is_space(code);
		page->fresh = page->empty = false;
	}
}

static void put(struct print_page *page, struct span text, bool glued)
{
	if (page->html)
		put_escaped(page, text, glued);
	else
		put_text(page, text, glued);
}

void print_put(struct print_page *page, struct span text)
{
	put(page, text, false);
}

void print_put_word(struct print_page *page, enum labels_word word)
{
	print_put(page, span_text(labels_word(page->language, word)));
}

void print_glue(struct print_page *page, const char *text)
{
	put(page, span_text(text), true);
}

void print_capital(struct print_page *page)
{
	page->capital = true;
}

/* ---- numbers, days, times, sums ---- */

/* At least `digits` digits; `out` gets a final zero. */
static size_t decimal(uint64_t number, size_t digits, char out[static NUMBER_BYTES])
{
	char turned[NUMBER_BYTES];
	size_t n = 0;
	do {
		turned[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0 || n < digits);
	for (size_t i = 0; i < n; i++)
		out[i] = turned[n - 1 - i];
	out[n] = '\0';
	return n;
}

void print_put_number(struct print_page *page, uint64_t number)
{
	char text[NUMBER_BYTES];
	decimal(number, 1, text);
	print_put(page, span_text(text));
}

static size_t date_text(int32_t days, char text[static 3 * NUMBER_BYTES])
{
	struct civil_date date = civil_of_days(days);
	size_t n = decimal((uint64_t)date.day, 1, text);
	text[n++] = '.';
	n += decimal((uint64_t)date.month, 1, text + n);
	text[n++] = '.';
	return n + decimal((uint64_t)date.year, 1, text + n);
}

static bool is_day(int32_t days)
{
	return days >= CIVIL_DAYS_MIN && days <= CIVIL_DAYS_MAX;
}

void print_put_date(struct print_page *page, int32_t days)
{
	char text[3 * NUMBER_BYTES];
	if (!is_day(days))
		return;
	date_text(days, text);
	print_put(page, span_text(text));
}

void print_put_days(struct print_page *page, int32_t from, int32_t to)
{
	static const char dash[] = "–";
	char text[6 * NUMBER_BYTES + sizeof dash];
	if (!is_day(from) || !is_day(to))
		return;
	size_t n = date_text(from, text);
	memcpy(text + n, dash, sizeof dash - 1);
	date_text(to, text + n + sizeof dash - 1);
	print_put(page, span_text(text));
}

void print_put_minute(struct print_page *page, uint64_t minute)
{
	char text[2 * NUMBER_BYTES];
	size_t n = decimal(minute / 60, 1, text);
	text[n++] = '.';
	decimal(minute % 60, 2, text + n);
	print_put(page, span_text(text));
}

void print_put_time(struct print_page *page, uint64_t ms)
{
	if (ms > CIVIL_MS_MAX)
		return;
	struct civil_time time = civil_helsinki(ms);
	print_put_date(page, civil_days(time.date));
	print_put_word(page, LABELS_TEXT_CLOCK);
	print_put_minute(page, (uint64_t)time.hour * 60 + (uint64_t)time.minute);
}

void print_put_cents(struct print_page *page, int64_t cents)
{
	char digits[NUMBER_BYTES], text[4 * NUMBER_BYTES];
	uint64_t sum = cents < 0 ? 0 - (uint64_t)cents : (uint64_t)cents;
	size_t count = decimal(sum / 100, 1, digits), n = 0;
	if (cents < 0)
		text[n++] = '-';
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && (count - i) % 3 == 0) {
			memcpy(text + n, "\u00a0", 2);
			n += 2;
		}
		text[n++] = digits[i];
	}
	text[n++] = ',';
	n += decimal(sum % 100, 2, text + n);
	memcpy(text + n, "\u00a0€", sizeof "\u00a0€");
	print_put(page, span_text(text));
}

void print_put_weekday(struct print_page *page, int32_t days)
{
	static const char *const keys[] = { "value.weekday.MON", "value.weekday.TUE", "value.weekday.WED", "value.weekday.THU",
					    "value.weekday.FRI", "value.weekday.SAT", "value.weekday.SUN" };
	if (is_day(days))
		print_put(page, span_text(labels_row(keys[civil_weekday(days) - 1])->text[page->language]));
}
