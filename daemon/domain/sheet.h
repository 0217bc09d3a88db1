/* sheet - reference data as a table that people keep: a row a record, a column a field.
 *
 *   heading   names of fields, or their words in Finnish, Swedish or English; a field
 *             of a part with a dot (address.street, osoite.lähiosoite); any order
 *   key       the columns by which a row is a record that is there already: a table in
 *             sheet.c, told by sheet_type
 *   cells     text as it is · lists with | between (|| is one within) · dates 3.11.2026 or
 *             2026-11-03 · amounts of money 12,50 · times of day 9.30 · yes and no in three
 *             languages · values by their names or words · a law by its number
 *
 * A column that is not there leaves its field alone; an empty cell clears it. A part's
 * columns are its whole value. What a row says comes out as a message in canonical
 * form, so that equal records are equal bytes.
 *
 * Pure. Shapes beyond single cells are schema_check's.
 */
#ifndef JALKA_DOMAIN_SHEET_H
#define JALKA_DOMAIN_SHEET_H

#include "base/limits.h"
#include "domain/csv.h"
#include "domain/schema.h"

enum { SHEET_KEY_MAX = 3, SHEET_TYPES = 9 };

struct sheet_type {
	uint32_t type;
	size_t key_count;
	uint32_t key[SHEET_KEY_MAX];  /* field numbers, rising */
	uint32_t refers;              /* the field that names another record of this type; 0: none */
	uint32_t referred;            /* by this field of it */
};
const struct sheet_type *sheet_types(size_t *count);
/* NULL: not a type that comes as a table. */
const struct sheet_type *sheet_type_of(struct span name);

struct sheet_column {
	const struct schema_field *field;
	const struct schema_field *part; /* of field->message; NULL: the field itself */
};

struct sheet {
	const struct sheet_type *type;
	const struct schema_record *record;
	struct sheet_column columns[CSV_COLUMNS_MAX];
	size_t count;
};

/* What is wrong with a cell; column 0: with the row. */
struct sheet_error {
	size_t column;
	char field[96];
	char hint[64];
	struct fault fault;
};

/* Reads the heading. False: error. */
bool sheet_head(struct sheet *sheet, const struct sheet_type *type, const struct csv_row *row, struct sheet_error *error);
/* All columns the type has. */
void sheet_whole(struct sheet *sheet, const struct sheet_type *type);

struct sheet_reader {
	void *ctx;
	/* The record that a law's number stands for; false: none. */
	bool (*find)(void *ctx, struct span text, struct record_id *out);
	/* One call for each field with something wrong. */
	void (*tell)(void *ctx, const struct sheet_error *error);
};
/* Reads a row into `fields`. False: something was told, and they are of no use. */
bool sheet_read(const struct sheet *sheet, const struct csv_row *row, const struct sheet_reader *reader,
		struct wire_out *fields);
/* The column of a field as schema_check names it (address.street); 0: none. */
size_t sheet_column(const struct sheet *sheet, struct span name);

/* What makes a message the record it is: equal keys, one record. False: no room. */
bool sheet_key(const struct sheet_type *type, struct span fields, struct wire_out *out);

/* What a row changes of a record: changed fields into `delta`, those now empty into
 * `cleared` (room for LIMIT_FIELDS). False: nothing. */
bool sheet_change(const struct sheet *sheet, struct span before, struct span row, struct wire_out *delta,
		  uint32_t cleared[static LIMIT_FIELDS], size_t *cleared_count);

/* Writes the heading, and a record as a row. `name_of`: what another record is called in a cell. */
typedef struct span sheet_name_fn(void *ctx, struct record_id id);
void sheet_write_head(const struct sheet *sheet, struct wire_out *out);
void sheet_write_row(const struct sheet *sheet, struct span fields, sheet_name_fn *name_of, void *ctx, struct wire_out *out);

#endif
