/* print_words - the words of a print, as they come: escaped for HTML, or broken into
 * lines of text, by the columns that letters take (a wide one two, a mark on
 * another none). A word that is longer than a line is broken where the line ends.
 *
 * Nothing is owned; overflow is kept in out->full.
 */
#ifndef JALKA_DOMAIN_PRINT_WORDS_H
#define JALKA_DOMAIN_PRINT_WORDS_H

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

void print_put(struct print_page *page, struct span text);
void print_put_word(struct print_page *page, enum labels_word word);
/* Without a space before it. */
void print_glue(struct print_page *page, const char *text);
/* The next word begins with a large letter. */
void print_capital(struct print_page *page);
void print_put_number(struct print_page *page, uint64_t number);
void print_put_date(struct print_page *page, int32_t days);  /* 3.11.2026 */
void print_put_days(struct print_page *page, int32_t from, int32_t to); /* 1.10.2026–31.12.2026 */
void print_put_time(struct print_page *page, uint64_t ms);   /* 3.11.2026 klo 9.15 */
void print_put_minute(struct print_page *page, uint64_t minute); /* 9.15, of the day */
void print_put_cents(struct print_page *page, int64_t cents); /* 12,50 € */
void print_put_weekday(struct print_page *page, int32_t days);

/* What print_page and print_frame build blocks of: bytes as they stand, and lines of text. */
void print_raw(struct print_page *page, const char *text);
void print_newline(struct print_page *page);
/* To the beginning of a line, with an empty one above when asked. */
void print_open_line(struct print_page *page, bool with_gap);
/* HTML as it stands, nothing in text: for what only paper has (the quadrants' grid). */
void print_markup(struct print_page *page, const char *html);

#endif
