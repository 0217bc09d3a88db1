/* print_page - headings, pairs, lists, tables and places to write, made of words. */
#include "base/assert.h"
#include "domain/print_page.h"

/* ---- blocks ---- */

void print_open_block(struct print_page *page, const char *html, bool with_gap)
{
	print_markup(page, html);
	if (!page->html)
		print_open_line(page, with_gap);
	page->fresh = true;
}

void print_close_block(struct print_page *page, const char *html)
{
	print_markup(page, html);
	if (!page->html && page->column > 0)
		print_newline(page);
	page->fresh = true;
	page->capital = false;
}

void print_paragraph_begin(struct print_page *page)
{
	print_open_block(page, "<p>", true);
}

void print_paragraph_end(struct print_page *page)
{
	print_close_block(page, "</p>\n");
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

void print_underline(struct print_page *page, const char *with, unsigned columns)
{
	for (unsigned i = 0; i < columns; i++)
		print_raw(page, with);
	print_raw(page, "\n");
	page->gap = false;
}

void print_title(struct print_page *page, struct span text, const char *open, const char *close, const char *line)
{
	print_open_block(page, open, true);
	print_capital(page);
	print_put(page, text);
	unsigned columns = page->column;
	print_close_block(page, close);
	if (!page->html && *line != '\0')
		print_underline(page, line, columns);
	page->gap = page->gap || *line == '\0'; /* what a small heading is about stands right below it */
}

void print_heading(struct print_page *page, const char *text)
{
	print_title(page, span_text(text), "<h2>", "</h2>\n", "-");
}

void print_subheading(struct print_page *page, struct span text)
{
	print_title(page, text, "<h3>", "</h3>\n", "");
}

void print_subheading_numbered(struct print_page *page, enum labels_word word, uint64_t number)
{
	print_open_block(page, "<h3>", true);
	print_capital(page);
	print_put_word(page, word);
	print_put_number(page, number);
	print_close_block(page, "</h3>\n");
	page->gap = true; /* as below a small heading */
}

void print_warning_begin(struct print_page *page)
{
	print_open_block(page, "<p class=\"warning\">", true);
	if (!page->html)
		print_put(page, span_text("!!!"));
}

void print_warning_end(struct print_page *page)
{
	print_close_block(page, "</p>\n");
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
	print_open_block(page, "<dl>\n", true);
}

void print_pairs_end(struct print_page *page)
{
	print_close_block(page, "</dl>\n");
}

static void begin_pair(struct print_page *page, const char *label, const char *html)
{
	if (!page->html && page->column > 0)
		print_newline(page);
	mark(page);
	page->fresh = true;
	print_markup(page, html);
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

void print_pair_begin(struct print_page *page, const char *label)
{
	begin_pair(page, label, "<div><dt>");
}

void print_pair_begin_long(struct print_page *page, const char *label)
{
	begin_pair(page, label, "<div class=\"long\"><dt>");
}

void print_pair_end(struct print_page *page)
{
	page->indent = 0;
	if (page->empty) {
		take_back(page);
		return;
	}
	print_close_block(page, "</dd></div>\n");
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
	print_open_block(page, is_marked ? "<ul class=\"marked\">\n" : "<ul>\n", true);
}

void print_list_end(struct print_page *page)
{
	print_close_block(page, "</ul>\n");
}

void print_item_begin(struct print_page *page, const char *sign)
{
	print_open_block(page, "<li>", false);
	if (page->html && *sign != '\0') {
		print_raw(page, "<b>");
		print_raw(page, sign);
		print_raw(page, "</b>");
	}
	if (!page->html) {
		print_put(page, span_text(*sign != '\0' ? sign : "-"));
		print_raw(page, " ");
		page->indent = page->column = page->column + 1;
	}
	page->fresh = true;
}

void print_item_end(struct print_page *page)
{
	page->indent = 0;
	print_close_block(page, "</li>\n");
}

/* ---- tables ---- */

void print_table_begin(struct print_page *page, const char *const *headings, size_t count)
{
	ASSERT(count > 0 && count <= PRINT_TABLE_COLUMNS);
	memcpy(page->headings, headings, count * sizeof *headings);
	page->columns = count;
	print_open_block(page, "<table class=\"data\"><thead><tr>", true);
	for (size_t i = 0; page->html && i < count; i++) {
		print_raw(page, "<th scope=\"col\">");
		page->fresh = true;
		print_capital(page);
		print_put(page, span_text(headings[i]));
		print_raw(page, "</th>");
	}
	print_markup(page, "</tr></thead><tbody>\n");
}

void print_table_end(struct print_page *page)
{
	print_close_block(page, "</tbody></table>\n");
}

void print_row_begin(struct print_page *page)
{
	page->cell = 0;
	print_markup(page, "<tr>");
}

void print_row_end(struct print_page *page)
{
	page->indent = 0;
	print_close_block(page, "</tr>\n");
}

/* In text the first cell is the item, the others "Heading: value" below it. */
void print_cell_begin(struct print_page *page)
{
	ASSERT(page->cell < page->columns);
	page->fresh = true;
	page->empty = false;
	if (page->html) {
		print_raw(page, "<td>");
		return;
	}
	if (page->cell == 0) {
		print_item_begin(page, "");
		return;
	}
	mark(page);
	print_newline(page);
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
		print_open_block(page, "<div class=\"line\"></div>\n", true);
		if (!page->html)
			print_underline(page, "_", PRINT_COLUMNS);
	}
}

void print_sign_begin(struct print_page *page)
{
	print_open_block(page, "<div class=\"signs\">\n", true);
}

void print_sign(struct print_page *page, enum labels_word who)
{
	const char *role = labels_word(page->language, who);
	const enum labels_word words[] = { LABELS_TEXT_PLACE_AND_DATE, LABELS_TEXT_SIGNATURE };
	print_markup(page, "<div>");
	for (size_t i = 0; i < 2; i++) {
		print_open_block(page, i == 0 ? "<div class=\"place\"></div><p>" : "<div class=\"name\"></div><p>", true);
		if (!page->html)
			print_underline(page, "_", PRINT_COLUMNS / 2);
		print_capital(page);
		if (i == 1) {
			print_put(page, span_text(role));
			print_glue(page, ":");
		}
		print_put_word(page, words[i]);
		print_close_block(page, "</p>");
	}
	print_markup(page, "</div>\n");
}

void print_sign_end(struct print_page *page)
{
	print_close_block(page, "</div>\n");
}
