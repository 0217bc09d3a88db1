/* csv - a table as text with separators (RFC 4180): read row by row, and written.
 *
 * What offices save is read as it comes: UTF-8 with or without its mark, ; or , or a
 * tab between the cells (the heading decides), any line ends, blank lines. Texts come
 * out normalised (nfc.h). What is no such table is refused with its line and column.
 *
 * Owns   nothing: cells are written into the caller's block, until the next row.
 * Bounds CSV_COLUMNS_MAX cells a row, each as long as the block has room for.
 *
 * Pure.
 */
#ifndef JALKA_DOMAIN_CSV_H
#define JALKA_DOMAIN_CSV_H

#include "base/fault.h"
#include "base/span.h"
#include "base/wire.h"

enum { CSV_COLUMNS_MAX = 64 };

struct csv {
	struct span rest;
	uint8_t separator;
	size_t line; /* the next row begins here, 1.. */
};

struct csv_row {
	size_t line;  /* where it begins */
	size_t count;
	struct span cells[CSV_COLUMNS_MAX];
};

struct csv_place { size_t line, column; }; /* both from 1; column 0: the whole line */

/* FAULT_CALLER: not UTF-8; `place` says where. */
struct fault csv_open(struct csv *csv, struct span text, struct csv_place *place);

enum csv_read { CSV_ROW, CSV_END, CSV_BAD };

/* The next row that says anything, its cells in `block`. CSV_BAD: `fault` and `place`
 * tell; nothing can be read after it. */
enum csv_read csv_next(struct csv *csv, struct wire_out *block, struct csv_row *row, struct fault *fault,
		       struct csv_place *place);

/* Writing: ; between the cells, quotation marks where needed, CR LF behind each row,
 * and the mark in front without which spreadsheets misread ä. */
void csv_put_mark(struct wire_out *out);
void csv_put_cell(struct wire_out *out, bool is_first, struct span text);
void csv_put_end(struct wire_out *out);

#endif
