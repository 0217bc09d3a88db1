/* print_page - headings, paragraphs, pairs, lists and tables, as HTML or as plain
 * text of 80 columns, written as they come.
 *
 * A block is opened, filled with words (print_words.h) and closed; the shorter
 * forms do all three. In text a table becomes a list, one item a row, its columns
 * named: so it can be read aloud. What begins a pair, a heading or a sentence gets a
 * large letter.
 */
#ifndef JALKA_DOMAIN_PRINT_PAGE_H
#define JALKA_DOMAIN_PRINT_PAGE_H

#include "domain/print_words.h"

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
 * no word is left out. A long value has the whole width, below its label. */
void print_pairs_begin(struct print_page *page);
void print_pairs_end(struct print_page *page);
void print_pair_begin(struct print_page *page, const char *label);
void print_pair_begin_long(struct print_page *page, const char *label);
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

/* A block of one's own: opened with this HTML, or in text on a new line, perhaps below an
 * empty one. A title of text stands above a line as long as itself. */
void print_open_block(struct print_page *page, const char *html, bool with_gap);
void print_close_block(struct print_page *page, const char *html);
void print_title(struct print_page *page, struct span text, const char *open, const char *close, const char *line);
void print_underline(struct print_page *page, const char *with, unsigned columns);

#endif
