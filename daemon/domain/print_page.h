/* print_page - headings, paragraphs, pairs, lists and tables, as HTML or as plain
 * text of 80 columns, written as they come.
 *
 * A block is opened, filled with words (print_put, print_glue) and closed; the
 * shorter forms do all three. In text a line is broken between words; a table
 * becomes a list, one item a row, its columns named: so it can be read aloud.
 * What begins a pair, a heading or a sentence gets a large letter.
 * Nothing is owned; overflow is kept in out->full.
 */
#ifndef JALKA_DOMAIN_PRINT_PAGE_H
#define JALKA_DOMAIN_PRINT_PAGE_H

#include "domain/print.h"

enum { PRINT_COLUMNS = 80, PRINT_TABLE_COLUMNS = 6 };

struct print_page {
	const struct print_work *work;
	struct wire_out *out;
	enum labels_language language;
	bool html;
	bool fresh;   /* the next word needs no space before it */
	bool empty;   /* no word stands in this pair or cell yet */
	bool capital; /* the next word begins with a large letter */
	/* of text: where the line stands, and whether an empty one is above */
	unsigned column, indent;
	bool gap;
	/* of a table */
	const char *headings[PRINT_TABLE_COLUMNS];
	size_t columns, cell;
	/* where the pair or cell began, which is taken back when it stays empty */
	size_t mark_used;
	unsigned mark_column;
};

/* Head and foot of the whole: style, mark, organiser, who printed it and when. */
void print_page_begin(struct print_page *page, const struct print_work *work, struct wire_out *out, const char *title);
void print_page_end(struct print_page *page);

/* ---- words inside a block ---- */
void print_put(struct print_page *page, struct span text);
void print_put_word(struct print_page *page, enum labels_word word);
/* Without a space before it. */
void print_glue(struct print_page *page, const char *text);
/* The next word begins with a large letter. */
void print_capital(struct print_page *page);
void print_put_number(struct print_page *page, uint64_t number);
void print_put_date(struct print_page *page, int32_t days);  /* 3.11.2026 */
void print_put_time(struct print_page *page, uint64_t ms);   /* 3.11.2026 klo 9.15 */
void print_put_cents(struct print_page *page, int64_t cents); /* 12,50 € */
void print_put_weekday(struct print_page *page, int32_t days);

/* ---- blocks ---- */
void print_paragraph_begin(struct print_page *page);
void print_paragraph_end(struct print_page *page);
void print_paragraph(struct print_page *page, struct span text);
void print_sentence(struct print_page *page, enum labels_word word);
void print_heading(struct print_page *page, const char *text);
void print_subheading(struct print_page *page, struct span text);
void print_subheading_numbered(struct print_page *page, enum labels_word word, uint64_t number);
/* What nobody may overlook. */
void print_warning_begin(struct print_page *page);
void print_warning_end(struct print_page *page);

/* "Label: value"; pairs that follow each other stand in one list. A pair that got
 * no word is left out. */
void print_pairs_begin(struct print_page *page);
void print_pairs_end(struct print_page *page);
void print_pair_begin(struct print_page *page, const char *label);
void print_pair_end(struct print_page *page);
void print_pair(struct print_page *page, const char *label, struct span value);

/* Items of a marked list bear a sign of their own; the others a bullet (""). */
void print_list_begin(struct print_page *page, bool is_marked);
void print_list_end(struct print_page *page);
void print_item_begin(struct print_page *page, const char *sign);
void print_item_end(struct print_page *page);

void print_table_begin(struct print_page *page, const char *const *headings, size_t count);
void print_table_end(struct print_page *page);
void print_row_begin(struct print_page *page);
void print_row_end(struct print_page *page);
void print_cell_begin(struct print_page *page);
void print_cell_end(struct print_page *page);
void print_cell(struct print_page *page, struct span text);

/* Lines to write on, and a place to sign. */
void print_write_lines(struct print_page *page, unsigned lines);
void print_sign_begin(struct print_page *page);
void print_sign(struct print_page *page, enum labels_word who);
void print_sign_end(struct print_page *page);

/* HTML as it stands, nothing in text: for what only paper has (the quadrants' grid). */
void print_markup(struct print_page *page, const char *html);

#endif
