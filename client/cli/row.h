/* row - one line of JSON on standard output, written piece by piece.
 *
 * A row that nobody wants is written like any other and goes nowhere, so that what
 * writes rows need not ask. Texts hold nothing that JSON must escape. A name is
 * NULL in a list.
 */
#ifndef JALKA_CLI_ROW_H
#define JALKA_CLI_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROW_DEPTH = 8 };

struct row {
	bool is_wanted;
	size_t depth;
	char closes[ROW_DEPTH];   /* the brackets still open, innermost last */
	bool has_value[ROW_DEPTH];
};

void row_begin(struct row *row, bool is_wanted);
void row_end(struct row *row); /* closes what is open */
void row_object(struct row *row, const char *name);
void row_list(struct row *row, const char *name);
void row_close(struct row *row);

void row_text(struct row *row, const char *name, const char *text);
void row_bool(struct row *row, const char *name, bool value);
void row_number(struct row *row, const char *name, int64_t value);
void row_date(struct row *row, const char *name, int32_t day);
void row_time(struct row *row, const char *name, int32_t day, unsigned minute); /* of the day, in Helsinki */
/* A text made of its parts. */
void row_format(struct row *row, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
