/* print_page - one stream of words and blocks, two ways to write it. */
#include "domain/print_page.h"

#include "base/assert.h"
#include "base/civil.h"

/* Two columns are kept for marks that stick to the last word of a line. */
enum { WORD_BYTES = 160, NUMBER_BYTES = 24, WRAP_COLUMNS = PRINT_COLUMNS - 2 };

/* A4; head and foot are those of a table, for every browser repeats them on each page. */
static const char style[] =
	"@page{size:A4;margin:13mm 15mm 15mm 18mm;@bottom-right{content:counter(page) \" / \" counter(pages);font:9pt sans-serif}}\n"
	"*{box-sizing:border-box}\n"
	"body{font:11pt/1.4 \"Source Sans 3\",\"Noto Sans\",\"Liberation Sans\",Arial,sans-serif;color:#000;background:#fff;margin:0;"
	"overflow-wrap:break-word}\n"
	"body.large{font-size:18pt;line-height:1.5}\n"
	"table{border-collapse:collapse;width:100%}\n"
	"table.sheet>*>tr>td{padding:0;vertical-align:top}\n"
	"header{display:flex;justify-content:space-between;align-items:flex-start;gap:6mm;border-bottom:1pt solid #000;"
	"padding-bottom:2mm;margin-bottom:5mm;font-size:.82em}\n"
	"header .mark{text-align:right}\n"
	"header .mark b{font-size:1.25em;letter-spacing:.04em;white-space:nowrap}\n"
	"header .mark span{display:block;font-size:.85em}\n"
	"footer{border-top:.5pt solid #000;margin-top:5mm;padding-top:1.5mm;font-size:9pt}\n"
	"h1{font-size:1.6em;line-height:1.2;margin:0 0 4mm}\n"
	"h2{font-size:1.2em;line-height:1.25;margin:5mm 0 1.5mm}\n"
	"h3{font-size:1em;margin:4mm 0 1mm}\n"
	"h1,h2,h3{break-after:avoid}\n"
	"p{margin:0 0 2.5mm;orphans:3;widows:3}\n"
	"dl{margin:0 0 3mm}\n"
	"dl>div{display:flex;gap:4mm;padding:.4mm 0}\n"
	"dt{flex:0 0 32%;font-weight:600}\n"
	"dd{margin:0;flex:1;min-width:0}\n"
	"ul{margin:0 0 3mm;padding-left:6mm}\n"
	"ul.marked{list-style:none;padding-left:0}\n"
	"ul.marked>li{padding-left:7mm;text-indent:-7mm}\n"
	"ul.marked>li>b{display:inline-block;width:7mm;text-indent:0}\n"
	"li{margin:.6mm 0}\n"
	"table.data{margin:0 0 4mm}\n"
	"table.data th,table.data td{border:.5pt solid #000;padding:1.2mm 2mm;text-align:left;vertical-align:top}\n"
	"table.data th{background:#eee;font-weight:600}\n"
	"table.data tr{break-inside:avoid}\n"
	".warning{border:2pt solid #000;padding:2mm 3mm;font-weight:700;margin:0 0 4mm}\n"
	".line{border-bottom:.5pt solid #555;height:8mm}\n"
	".signs{display:flex;gap:8mm;margin-top:5mm;break-inside:avoid}\n"
	".signs>div{flex:1}\n"
	".signs .place,.signs .name{border-bottom:.5pt solid #000;height:11mm}\n"
	".signs p{margin:.5mm 0 0;font-size:.85em}\n"
	".grid{display:grid;grid-template-columns:1fr 1fr;gap:3mm;margin-bottom:3mm}\n"
	".grid section{border:1pt solid #000;padding:2.5mm;min-height:68mm}\n"
	".grid h2{margin:0 0 1mm}\n"
	".grid dl>div{display:block}\n"
	".grid.dense{font-size:.8em;line-height:1.25}\n"
	".large .grid{display:block}\n"
	".large .grid section{margin-bottom:4mm;min-height:0}\n"
	".large dl>div{display:block}\n"
	".card{width:100mm;border:1pt solid #000;padding:5mm}\n"
	".large .card{width:auto}\n"
	".card h1{font-size:1.2em;margin:0 0 2mm}\n"
	".card h2{font-size:1em;margin:3mm 0 .5mm}\n"
	".card p,.card ul{margin-bottom:1mm}\n"
	".card footer{margin-top:3mm}\n"
	"@media screen{body{max-width:180mm;margin:8mm auto;padding:0 5mm}}\n";

/* ---- bytes ---- */

static void raw(struct print_page *page, const char *text)
{
	wire_put_raw(page->out, span_text(text));
}

static void newline(struct print_page *page)
{
	raw(page, "\n");
	page->gap = page->column == 0;
	page->column = 0;
}

static void indent(struct print_page *page)
{
	for (; page->column < page->indent; page->column++)
		raw(page, " ");
}

/* Text: to the beginning of a line, with an empty one above when asked. */
static void open_line(struct print_page *page, bool with_gap)
{
	if (page->column > 0)
		newline(page);
	if (with_gap && !page->gap)
		newline(page);
	page->fresh = true;
}

void print_markup(struct print_page *page, const char *html)
{
	if (page->html)
		raw(page, html);
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
		raw(page, "&amp;");
		return;
	case '<':
		raw(page, "&lt;");
		return;
	case '>':
		raw(page, "&gt;");
		return;
	case '"':
		raw(page, "&quot;");
		return;
	case '\'':
		raw(page, "&#39;");
		return;
	}
	wire_put_raw(page->out, span_of(bytes, encode(code, bytes)));
}

/* ---- words ---- */

/* One word of text: on this line when it fits, else on the next. */
struct word { uint8_t bytes[WORD_BYTES]; size_t len; unsigned chars; bool glued; };

static void put_word(struct print_page *page, struct word *word)
{
	if (word->len == 0)
		return;
	bool spaced = !word->glued && !page->fresh && page->column > page->indent;
	if (!word->glued && page->column > page->indent && page->column + spaced + word->chars > WRAP_COLUMNS) {
		newline(page);
		spaced = false;
	}
	indent(page);
	if (spaced)
		raw(page, " ");
	wire_put_raw(page->out, span_of(word->bytes, word->len));
	page->column += spaced + word->chars;
	page->fresh = page->gap = page->empty = false;
	word->len = word->chars = 0;
	word->glued = false;
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
				newline(page);
		} else if (!is_hidden(code)) {
			if (word.len + 4 > sizeof word.bytes) {
				put_word(page, &word);
				word.glued = true;
			}
			word.len += encode(code, word.bytes + word.len);
			word.chars++;
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
				raw(page, "<br>");
			spaced = false;
			continue;
		}
		if (is_hidden(code) && !is_space(code))
			continue;
		if (spaced)
			raw(page, " ");
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

void print_put_date(struct print_page *page, int32_t days)
{
	char text[3 * NUMBER_BYTES];
	size_t n = 0;
	if (days < CIVIL_DAYS_MIN || days > CIVIL_DAYS_MAX)
		return;
	struct civil_date date = civil_of_days(days);
	n += decimal((uint64_t)date.day, 1, text + n);
	text[n++] = '.';
	n += decimal((uint64_t)date.month, 1, text + n);
	text[n++] = '.';
	decimal((uint64_t)date.year, 1, text + n);
	print_put(page, span_text(text));
}

void print_put_time(struct print_page *page, uint64_t ms)
{
	char text[2 * NUMBER_BYTES];
	if (ms > CIVIL_MS_MAX)
		return;
	struct civil_time time = civil_helsinki(ms);
	print_put_date(page, civil_days(time.date));
	print_put_word(page, LABELS_TEXT_CLOCK);
	size_t n = decimal((uint64_t)time.hour, 1, text);
	text[n++] = '.';
	decimal((uint64_t)time.minute, 2, text + n);
	print_put(page, span_text(text));
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
	if (days >= CIVIL_DAYS_MIN && days <= CIVIL_DAYS_MAX)
		print_put(page, span_text(labels_row(keys[civil_weekday(days) - 1])->text[page->language]));
}

/* ---- blocks ---- */

static void open_block(struct print_page *page, const char *html, bool with_gap)
{
	print_markup(page, html);
	if (!page->html)
		open_line(page, with_gap);
	page->fresh = true;
}

static void close_block(struct print_page *page, const char *html)
{
	print_markup(page, html);
	if (!page->html && page->column > 0)
		newline(page);
	page->fresh = true;
	page->capital = false;
}

void print_paragraph_begin(struct print_page *page)
{
	open_block(page, "<p>", true);
}

void print_paragraph_end(struct print_page *page)
{
	close_block(page, "</p>\n");
}

void print_paragraph(struct print_page *page, struct span text)
{
	print_paragraph_begin(page);
	print_put(page, text);
	print_paragraph_end(page);
}

void print_sentence(struct print_page *page, enum labels_word word)
{
	print_paragraph(page, span_text(labels_word(page->language, word)));
}

static void underline(struct print_page *page, const char *with, unsigned columns)
{
	for (unsigned i = 0; i < columns; i++)
		raw(page, with);
	raw(page, "\n");
	page->gap = false;
}

/* A heading of text stands above a line as long as itself. */
static void heading(struct print_page *page, struct span text, const char *open, const char *close, const char *line)
{
	open_block(page, open, true);
	print_capital(page);
	print_put(page, text);
	unsigned columns = page->column;
	close_block(page, close);
	if (!page->html && *line != '\0')
		underline(page, line, columns);
	page->gap = page->gap || *line == '\0'; /* what a small heading is about stands right below it */
}

void print_heading(struct print_page *page, const char *text)
{
	heading(page, span_text(text), "<h2>", "</h2>\n", "-");
}

void print_subheading(struct print_page *page, struct span text)
{
	heading(page, text, "<h3>", "</h3>\n", "");
}

void print_subheading_numbered(struct print_page *page, enum labels_word word, uint64_t number)
{
	open_block(page, "<h3>", true);
	print_capital(page);
	print_put_word(page, word);
	print_put_number(page, number);
	close_block(page, "</h3>\n");
	page->gap = true; /* as below a small heading */
}

void print_warning_begin(struct print_page *page)
{
	open_block(page, "<p class=\"warning\">", true);
	if (!page->html)
		print_put(page, span_text("!!!"));
}

void print_warning_end(struct print_page *page)
{
	close_block(page, "</p>\n");
}

/* ---- pairs ---- */

static void mark(struct print_page *page)
{
	page->mark_used = page->out->used;
	page->mark_column = page->column;
}

static void take_back(struct print_page *page)
{
	page->out->used = page->mark_used;
	page->column = page->mark_column;
	page->capital = false;
}

void print_pairs_begin(struct print_page *page)
{
	open_block(page, "<dl>\n", true);
}

void print_pairs_end(struct print_page *page)
{
	close_block(page, "</dl>\n");
}

void print_pair_begin(struct print_page *page, const char *label)
{
	if (!page->html && page->column > 0)
		newline(page);
	mark(page);
	page->fresh = true;
	print_markup(page, "<div><dt>");
	print_capital(page);
	print_put(page, span_text(label));
	print_markup(page, "</dt><dd>");
	if (page->html) {
		page->fresh = true;
	} else {
		print_glue(page, ":");
		page->indent = 2;
	}
	page->empty = true;
}

void print_pair_end(struct print_page *page)
{
	page->indent = 0;
	if (page->empty) {
		take_back(page);
		return;
	}
	close_block(page, "</dd></div>\n");
}

void print_pair(struct print_page *page, const char *label, struct span value)
{
	print_pair_begin(page, label);
	print_put(page, value);
	print_pair_end(page);
}

/* ---- lists ---- */

void print_list_begin(struct print_page *page, bool is_marked)
{
	open_block(page, is_marked ? "<ul class=\"marked\">\n" : "<ul>\n", true);
}

void print_list_end(struct print_page *page)
{
	close_block(page, "</ul>\n");
}

void print_item_begin(struct print_page *page, const char *sign)
{
	open_block(page, "<li>", false);
	if (page->html && *sign != '\0') {
		raw(page, "<b>");
		raw(page, sign);
		raw(page, "</b>");
	}
	if (!page->html) {
		print_put(page, span_text(*sign != '\0' ? sign : "-"));
		raw(page, " ");
		page->indent = page->column = page->column + 1;
	}
	page->fresh = true;
}

void print_item_end(struct print_page *page)
{
	page->indent = 0;
	close_block(page, "</li>\n");
}

/* ---- tables ---- */

void print_table_begin(struct print_page *page, const char *const *headings, size_t count)
{
	ASSERT(count > 0 && count <= PRINT_TABLE_COLUMNS);
	memcpy(page->headings, headings, count * sizeof *headings);
	page->columns = count;
	open_block(page, "<table class=\"data\"><thead><tr>", true);
	for (size_t i = 0; page->html && i < count; i++) {
		raw(page, "<th scope=\"col\">");
		page->fresh = true;
		print_capital(page);
		print_put(page, span_text(headings[i]));
		raw(page, "</th>");
	}
	print_markup(page, "</tr></thead><tbody>\n");
}

void print_table_end(struct print_page *page)
{
	close_block(page, "</tbody></table>\n");
}

void print_row_begin(struct print_page *page)
{
	page->cell = 0;
	print_markup(page, "<tr>");
}

void print_row_end(struct print_page *page)
{
	page->indent = 0;
	close_block(page, "</tr>\n");
}

/* In text the first cell is the item, the others "Heading: value" below it. */
void print_cell_begin(struct print_page *page)
{
	ASSERT(page->cell < page->columns);
	page->fresh = true;
	page->empty = false;
	if (page->html) {
		raw(page, "<td>");
		return;
	}
	if (page->cell == 0) {
		print_item_begin(page, "");
		return;
	}
	mark(page);
	newline(page);
	print_capital(page);
	print_put(page, span_text(page->headings[page->cell]));
	print_glue(page, ":");
	page->empty = true;
}

void print_cell_end(struct print_page *page)
{
	if (!page->html && page->empty)
		take_back(page);
	page->cell++;
	page->capital = false;
	page->fresh = false;
	print_markup(page, "</td>");
}

void print_cell(struct print_page *page, struct span text)
{
	print_cell_begin(page);
	print_put(page, text);
	print_cell_end(page);
}

/* ---- places to write ---- */

void print_write_lines(struct print_page *page, unsigned lines)
{
	for (unsigned i = 0; i < lines; i++) {
		open_block(page, "<div class=\"line\"></div>\n", true);
		if (!page->html)
			underline(page, "_", PRINT_COLUMNS);
	}
}

void print_sign_begin(struct print_page *page)
{
	open_block(page, "<div class=\"signs\">\n", true);
}

void print_sign(struct print_page *page, enum labels_word who)
{
	const char *role = labels_word(page->language, who);
	const enum labels_word words[] = { LABELS_TEXT_PLACE_AND_DATE, LABELS_TEXT_SIGNATURE };
	print_markup(page, "<div>");
	for (size_t i = 0; i < 2; i++) {
		open_block(page, i == 0 ? "<div class=\"place\"></div><p>" : "<div class=\"name\"></div><p>", true);
		if (!page->html)
			underline(page, "_", PRINT_COLUMNS / 2);
		print_capital(page);
		if (i == 1) {
			print_put(page, span_text(role));
			print_glue(page, ":");
		}
		print_put_word(page, words[i]);
		close_block(page, "</p>");
	}
	print_markup(page, "</div>\n");
}

void print_sign_end(struct print_page *page)
{
	close_block(page, "</div>\n");
}

/* ---- the whole ---- */

/* The statute of the mark guards what is known of a client; the findings hold nobody, and
 * go to Kela to be read there by many: the mark would be untrue (T4). */
static bool is_secret(const struct print_work *work)
{
	return work->kind != PRINT_FINDINGS;
}

static void put_organiser(struct print_page *page)
{
	if (page->work->organiser.len > 0)
		print_put(page, page->work->organiser);
	else
		print_put_word(page, LABELS_TEXT_SOCIAL_WELFARE);
}

static void put_printed(struct print_page *page)
{
	print_capital(page);
	print_put_word(page, LABELS_TEXT_PRINTED);
	print_put_time(page, page->work->now_ms);
	if (page->work->printed_by.len > 0) {
		print_glue(page, ".");
		print_capital(page);
		print_put_word(page, LABELS_TEXT_PRINTED_BY);
		print_glue(page, ":");
		print_put(page, page->work->printed_by);
	}
}

static void begin_html(struct print_page *page, const char *title)
{
	raw(page, "<!DOCTYPE html>\n<html lang=\"");
	raw(page, labels_code(page->language));
	raw(page, "\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" "
		  "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>");
	print_capital(page);
	print_put(page, span_text(title));
	raw(page, "</title>\n<style>\n");
	raw(page, style);
	raw(page, "</style>\n</head>\n<body");
	raw(page, page->work->large ? " class=\"large\">\n" : ">\n");
	page->fresh = true;
}

static void begin_head(struct print_page *page)
{
	raw(page, "<table class=\"sheet\" role=\"presentation\"><thead><tr><td><header><div>");
	put_organiser(page);
	raw(page, "</div>");
	if (is_secret(page->work)) {
		raw(page, "<div class=\"mark\"><b>");
		page->fresh = true;
		print_put_word(page, LABELS_TEXT_MARK);
		raw(page, "</b><span>");
		page->fresh = true;
		print_put_word(page, LABELS_TEXT_MARK_STATUTE);
		raw(page, "</span></div>");
	}
	raw(page, "</header></td></tr></thead>\n<tfoot><tr><td><footer>");
	page->fresh = true;
	put_printed(page);
	raw(page, "</footer></td></tr></tfoot>\n<tbody><tr><td><main>\n<h1>");
	page->fresh = true;
}

static void begin_text(struct print_page *page, const char *title)
{
	page->gap = true;
	if (page->work->kind != PRINT_CARD) {
		if (is_secret(page->work)) {
			print_put_word(page, LABELS_TEXT_MARK);
			newline(page);
			print_put_word(page, LABELS_TEXT_MARK_STATUTE);
			newline(page);
		}
		put_organiser(page);
		newline(page);
	}
	heading(page, span_text(title), "", "", "=");
}

void print_page_begin(struct print_page *page, const struct print_work *work, struct wire_out *out, const char *title)
{
	*page = (struct print_page){ .work = work, .out = out, .language = work->language,
				     .html = work->form == PRINT_HTML, .fresh = true };
	if (!page->html) {
		begin_text(page, title);
		return;
	}
	begin_html(page, title);
	if (work->kind == PRINT_CARD)
		raw(page, "<main class=\"card\">\n<h1>");
	else
		begin_head(page);
	print_capital(page);
	print_put(page, span_text(title));
	raw(page, "</h1>\n");
	page->fresh = true;
}

/* The card has neither head nor the name of who printed it: others may find it (T4). */
static void end_card(struct print_page *page)
{
	open_block(page, "<footer>", true);
	print_put_word(page, LABELS_TEXT_MARK);
	close_block(page, "</footer>\n</main>\n");
}

void print_page_end(struct print_page *page)
{
	if (page->work->kind == PRINT_CARD) {
		end_card(page);
	} else if (page->html) {
		raw(page, "</main></td></tr></tbody></table>\n");
	} else {
		open_line(page, true);
		underline(page, "-", PRINT_COLUMNS);
		put_printed(page);
		newline(page);
	}
	print_markup(page, "</body>\n</html>\n");
}
