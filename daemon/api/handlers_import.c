/* handlers_import - reference data in and out as tables, on the central node.
 *
 * A file comes in pieces, one upload at a time. When all of it is here every row is
 * read and judged; only when nothing is wrong with any of them all are written, in
 * one transaction. A row whose record is there already (sheet_type's key) changes it,
 * or says nothing new and writes nothing: a file may be imported again.
 */
#include <stdlib.h>

#include "api/gate.h"
#include "api/handlers.h"
#include "api/world.h"
#include "central/node.h"
#include "domain/fields.h"
#include "domain/rules.h"
#include "domain/sheet.h"
#include "io/random.h"
#include "store/casebook.h"

enum {
	FILE_BYTES_MAX = 4 * 1024 * 1024,
	ROWS_MAX = 5000,
	ERRORS_MAX = 50, /* told; the rest is counted */
	KEY_BYTES = 2048,
	EXPORT_BYTES = 512 * 1024, /* room for one row */
	PART_BYTES = 24 * 1024,
};

/* ---- the upload ---- */

static struct upload {
	uint32_t token; /* 0: none */
	char type[sizeof(((jalka_ImportCall *)0)->type)];
	uint8_t *bytes;
	size_t len;
} upload;

static void upload_end(void)
{
	free(upload.bytes);
	upload = (struct upload){ .token = 0 };
}

static struct fault upload_begin(const jalka_ImportCall *call)
{
	upload_end(); /* one that was left off */
	upload.bytes = malloc(FILE_BYTES_MAX);
	if (upload.bytes == NULL)
		return fault_of(FAULT_LIMIT, "memory for the file");
	while (upload.token == 0)
		random_fill(NULL, (uint8_t *)&upload.token, sizeof upload.token);
	strcpy(upload.type, call->type);
	return fault_none();
}

static struct fault upload_take(struct request *request, const jalka_ImportCall *call)
{
	if (call->token == 0)
		FAULT_TRY(upload_begin(call));
	if (call->token != 0 && (call->token != upload.token || strcmp(call->type, upload.type) != 0))
		return request_fault(request, fault_of(FAULT_CALLER, "another import has begun meanwhile"),
				     "nothing was imported; import the file again");
	if (call->piece.size > FILE_BYTES_MAX - upload.len) {
		upload_end();
		return fault_of(FAULT_LIMIT, "the file is larger than 4 MiB: divide it");
	}
	memcpy(upload.bytes + upload.len, call->piece.bytes, call->piece.size);
	upload.len += call->piece.size;
	return fault_none();
}

/* ---- what is there, and what the file says ---- */

struct error {
	size_t line;
	struct sheet_error what;
	char advice[RULES_ADVICE_BYTES];
};

/* A record by its key: in the book, or of a row of the file. */
struct known {
	struct span key, referred;
	struct span fields;       /* as it stands; empty: new */
	struct record_id id;
	size_t line;              /* of the file; 0: not in it */
	bool is_twice;            /* two records of the book have the key */
};

struct row {
	size_t known;             /* its index */
	size_t line;
	bool is_bad, is_changed;
	struct span fields, delta;
	uint32_t *cleared;
	size_t cleared_count;
};

struct import {
	struct world world;
	const struct sheet_type *type;
	struct sheet sheet;
	struct known *known;
	size_t known_count, known_room;
	size_t *places;           /* index + 1 of a known one by the hash of its key; 0: none */
	size_t place_mask;
	struct row *rows;
	size_t row_count;
	size_t line;              /* being read */
	bool is_second;           /* reading: names of other records count now */
	struct error *errors;
	size_t error_count, told; /* found; told of the line being read */
	struct fault fault;
};

static struct span keep(struct import *import, struct span bytes)
{
	uint8_t *copy = world_take(&import->world, bytes.len + 1);
	if (copy == NULL)
		return (struct span){ NULL, 0 };
	memcpy(copy, bytes.data, bytes.len);
	return span_of(copy, bytes.len);
}

static void tell(void *ctx, const struct sheet_error *what)
{
	struct import *import = ctx;
	size_t at = import->error_count++;
	import->told++;
	if (at < ERRORS_MAX)
		import->errors[at] = (struct error){ .line = import->line, .what = *what };
}

static void tell_fault(struct import *import, size_t column, const char *field, struct fault fault)
{
	struct sheet_error what = { .column = column, .fault = fault };
	memcpy(what.field, field, strlen(field) + 1);
	tell(import, &what);
}

/* Where one with this key is, or belongs (FNV-1a, open addressing). */
static size_t *place_of(struct import *import, struct span key)
{
	uint64_t hash = 0xcbf29ce484222325u;
	for (size_t i = 0; i < key.len; i++)
		hash = (hash ^ key.data[i]) * 0x100000001b3u;
	size_t at = (size_t)(hash >> 20) & import->place_mask;
	while (import->places[at] != 0 && !span_equal(import->known[import->places[at] - 1].key, key))
		at = (at + 1) & import->place_mask;
	return &import->places[at];
}

static struct known *add_known(struct import *import)
{
	if (import->known_count == import->known_room) {
		size_t room = import->known_room == 0 ? 256 : 2 * import->known_room;
		struct known *more = realloc(import->known, room * sizeof *more);
		if (more == NULL) {
			import->fault = fault_of(FAULT_LIMIT, "memory for the records");
			return NULL;
		}
		import->known = more;
		import->known_room = room;
	}
	struct known *known = &import->known[import->known_count++];
	memset(known, 0, sizeof *known);
	return known;
}

static bool key_of(struct import *import, struct span fields, struct known *out)
{
	uint8_t block[KEY_BYTES];
	struct wire_out key;
	wire_out_init(&key, block, sizeof block);
	if (!sheet_key(import->type, fields, &key))
		return false;
	out->key = keep(import, wire_out_span(&key));
	if (import->type->refers != 0 && fields_bytes(fields, import->type->referred, &out->referred))
		out->referred = keep(import, out->referred);
	return true;
}

static bool take_known(void *ctx, const struct casebook_record *record)
{
	struct import *import = ctx;
	struct known *known = add_known(import);
	if (known == NULL)
		return false;
	known->id = record->record_id;
	known->fields = keep(import, record->shown);
	return key_of(import, record->shown, known);
}

static struct fault read_book(struct import *import, struct casebook *book)
{
	FAULT_TRY(casebook_list(book, import->type->type, NULL, 0, take_known, import));
	FAULT_TRY(import->fault);
	FAULT_TRY(world_fault(&import->world));
	size_t places = 1024;
	while (places < 2 * (import->known_count + ROWS_MAX))
		places *= 2;
	import->places = calloc(places, sizeof *import->places);
	if (import->places == NULL)
		return fault_of(FAULT_LIMIT, "memory for the records");
	import->place_mask = places - 1;
	for (size_t i = 0; i < import->known_count; i++) {
		size_t *place = place_of(import, import->known[i].key);
		if (*place != 0)
			import->known[*place - 1].is_twice = true;
		else
			*place = i + 1;
	}
	return fault_none();
}

/* The record of that name, the last of them by its key: of a law, the newest. */
static bool find_referred(void *ctx, struct span text, struct record_id *out)
{
	struct import *import = ctx;
	const struct known *found = NULL;
	for (size_t i = 0; i < import->known_count; i++) {
		const struct known *known = &import->known[i];
		if (span_equal(known->referred, text) && (found == NULL || span_compare(known->key, found->key) > 0))
			found = known;
	}
	if (found != NULL)
		*out = found->id;
	/* The first time through, what stands further down is not known yet. */
	return found != NULL || !import->is_second;
}

/* ---- rows ---- */

/* The record a row is about, new when there is none; SIZE_MAX: told. */
static size_t known_of(struct import *import, struct span fields)
{
	struct known wanted = { .line = import->line };
	if (!key_of(import, fields, &wanted)) {
		tell_fault(import, 0, "", fault_of(FAULT_LIMIT, "what the row is known by is too long"));
		return SIZE_MAX;
	}
	size_t *place = place_of(import, wanted.key);
	struct known *found = *place == 0 ? NULL : &import->known[*place - 1];
	if (found != NULL && found->line != 0)
		tell_fault(import, 0, "", fault_of(FAULT_CALLER, "an earlier line is about the same record"));
	else if (found != NULL && found->is_twice)
		tell_fault(import, 0, "", fault_of(FAULT_CALLER, "two records are known by the same: change one of them by hand first"));
	if (found != NULL && (found->line != 0 || found->is_twice))
		return SIZE_MAX;
	if (found == NULL) {
		found = add_known(import);
		if (found == NULL)
			return SIZE_MAX;
		*found = wanted;
		*place = import->known_count;
		random_fill(NULL, found->id.bytes, ID_BYTES);
	}
	found->line = import->line;
	return (size_t)(found - import->known);
}

static void read_row(struct import *import, const struct csv_row *cells, struct row *row)
{
	static uint8_t block[LIMIT_DELTA_BYTES];
	const struct sheet_reader reader = { import, find_referred, tell };
	struct wire_out fields;
	import->line = cells->line;
	import->told = 0;
	wire_out_init(&fields, block, sizeof block);
	if (row->is_bad)
		return; /* told the first time */
	row->is_bad = !sheet_read(&import->sheet, cells, &reader, &fields);
	if (row->is_bad)
		return;
	row->line = cells->line;
	row->fields = keep(import, wire_out_span(&fields));
	if (!import->is_second)
		row->known = known_of(import, row->fields);
	row->is_bad = import->told > 0 || row->known == SIZE_MAX;
}

/* The file begins. False: told. */
static bool read_head(struct import *import, struct csv *csv, struct wire_out *cells)
{
	struct csv_row row;
	struct csv_place place;
	struct sheet_error error;
	struct fault fault = csv_open(csv, span_of(upload.bytes, upload.len), &place);
	enum csv_read got = fault_is(fault) ? CSV_BAD : csv_next(csv, cells, &row, &fault, &place);
	switch (got) {
	case CSV_ROW:
		import->line = row.line;
		if (sheet_head(&import->sheet, import->type, &row, &error))
			return true;
		tell(import, &error);
		return false;
	case CSV_END:
		import->line = 1;
		tell_fault(import, 0, "", fault_of(FAULT_CALLER, "the file is empty"));
		return false;
	case CSV_BAD:
		import->line = place.line;
		tell_fault(import, place.column, "", fault);
		return false;
	}
	return false;
}

static struct fault read_rows(struct import *import, bool is_second)
{
	static uint8_t cells_block[LIMIT_DELTA_BYTES];
	struct wire_out cells;
	struct csv csv;
	struct csv_row row;
	struct csv_place place;
	struct fault fault;
	enum csv_read got;
	size_t count = 0;
	import->is_second = is_second;
	wire_out_init(&cells, cells_block, sizeof cells_block);
	if (!read_head(import, &csv, &cells))
		return fault_none();
	while ((got = csv_next(&csv, &cells, &row, &fault, &place)) == CSV_ROW) {
		if (count == ROWS_MAX)
			return fault_of(FAULT_LIMIT, "the file has more than 5,000 rows: divide it");
		read_row(import, &row, &import->rows[count++]);
		FAULT_TRY(import->fault);
		FAULT_TRY(world_fault(&import->world));
	}
	import->row_count = count;
	if (got == CSV_BAD && !is_second) {
		import->line = place.line;
		tell_fault(import, place.column, "", fault);
	}
	return fault_none();
}

/* ---- judging ---- */

static bool is_cleared(const struct row *row, uint32_t number)
{
	for (size_t i = 0; i < row->cleared_count; i++)
		if (row->cleared[i] == number)
			return true;
	return false;
}

static struct span lay_over(struct import *import, struct span before, const struct row *row)
{
	struct wire_out out;
	struct wire_field f;
	size_t size = before.len + row->delta.len + 1;
	void *block = world_take(&import->world, size);
	if (block == NULL)
		return (struct span){ NULL, 0 };
	wire_out_init(&out, block, size);
	while (wire_next(&before, &f) == WIRE_FIELD)
		if (!is_cleared(row, f.number) && !fields_has(row->delta, f.number))
			wire_put_raw(&out, f.whole);
	wire_put_raw(&out, row->delta);
	return wire_out_span(&out);
}

static void check_shape(struct import *import, const struct row *row, bool is_new)
{
	struct schema_error where = { .field = "" };
	struct fault f = schema_check(import->sheet.record, row->delta, row->cleared, row->cleared_count, is_new, false, &where);
	if (fault_is(f))
		tell_fault(import, sheet_column(&import->sheet, span_text(where.field)), where.field, f);
}

static void check_rules(struct import *import, const struct row *row, const struct known *known, struct case_id reference)
{
	struct rules_told told = { .field = "" };
	struct rules_write write = {
		.record = import->sheet.record, .record_id = known->id, .case_id = reference, .kind = DELTA_CASE_REFERENCE,
		.is_new = known->fields.len == 0, .given = row->delta, .cleared = row->cleared,
		.cleared_count = row->cleared_count, .before = known->fields, .event_at_ms = import->world.rules.now_ms,
		.after = lay_over(import, known->fields, row),
	};
	struct fault f = rules_check(&import->world.rules, &write, &told);
	if (!fault_is(f))
		return;
	tell_fault(import, sheet_column(&import->sheet, span_text(told.field)), told.field, f);
	if (import->error_count <= ERRORS_MAX)
		memcpy(import->errors[import->error_count - 1].advice, told.advice, sizeof told.advice);
}

static void judge(struct import *import, struct row *row, struct case_id reference)
{
	static uint8_t block[LIMIT_DELTA_BYTES];
	uint32_t cleared[LIMIT_FIELDS];
	const struct known *known = &import->known[row->known];
	struct wire_out delta;
	import->line = row->line;
	import->told = 0;
	wire_out_init(&delta, block, sizeof block);
	row->is_changed = sheet_change(&import->sheet, known->fields, row->fields, &delta, cleared, &row->cleared_count);
	if (!row->is_changed)
		return;
	row->delta = keep(import, wire_out_span(&delta));
	row->cleared = (uint32_t *)(void *)keep(import, span_of(cleared, row->cleared_count * sizeof *cleared)).data;
	check_shape(import, row, known->fields.len == 0);
	if (import->told == 0)
		check_rules(import, row, known, reference);
}

static struct fault judge_all(struct import *import, struct node *node)
{
	FAULT_TRY(read_book(import, node_book(node)));
	FAULT_TRY(read_rows(import, false));
	if (import->type->refers != 0 && import->error_count == 0)
		FAULT_TRY(read_rows(import, true));
	for (size_t i = 0; i < import->row_count; i++) {
		if (!import->rows[i].is_bad)
			judge(import, &import->rows[i], hub_reference_case(node_hub(node)));
		FAULT_TRY(world_fault(&import->world));
	}
	return fault_none();
}

/* ---- writing ---- */

static struct fault write_all(struct import *import, struct node *node)
{
	struct hub_write *writes = calloc(import->row_count + 1, sizeof *writes);
	struct hub_written *written = calloc(import->row_count + 1, sizeof *written);
	struct fault f = writes == NULL || written == NULL ? fault_of(FAULT_LIMIT, "memory for the records") : fault_none();
	size_t count = 0;
	for (size_t i = 0; i < import->row_count && !fault_is(f); i++) {
		const struct row *row = &import->rows[i];
		if (row->is_changed)
			writes[count++] = (struct hub_write){
				.case_id = hub_reference_case(node_hub(node)), .record_id = import->known[row->known].id,
				.record_type = import->type->type, .fields = row->delta, .cleared = row->cleared,
				.cleared_count = row->cleared_count,
			};
	}
	if (!fault_is(f) && count > 0)
		f = hub_write_all(node_hub(node), writes, count, node_now(), written);
	free(writes);
	free(written);
	node_poke(node);
	return f;
}

static void write_errors(const struct import *import, struct writer *out)
{
	writer_number(out, "error_count", import->error_count);
	writer_list(out, "errors");
	for (size_t i = 0; i < import->error_count && i < ERRORS_MAX; i++) {
		const struct error *error = &import->errors[i];
		writer_object(out, NULL);
		writer_number(out, "line", error->line);
		writer_number(out, "column", error->what.column);
		writer_string(out, "field", error->what.field);
		writer_string(out, "text", error->what.fault.what);
		writer_string(out, "hint", error->what.hint);
		writer_string(out, "advice", error->advice);
		writer_object_end(out);
	}
	writer_list_end(out);
}

static void answer_import(struct request *request, const struct import *import, bool written)
{
	size_t added = 0, changed = 0, same = 0;
	struct writer *out = answer_begin(request->answer);
	for (size_t i = 0; i < import->row_count; i++) {
		const struct row *row = &import->rows[i];
		bool is_new = !row->is_bad && import->known[row->known].fields.len == 0;
		added += is_new;
		changed += !row->is_bad && !is_new && row->is_changed;
		same += !row->is_bad && !is_new && !row->is_changed;
	}
	writer_string(out, "type", import->sheet.record->name);
	writer_bool(out, "written", written);
	writer_number(out, "rows", import->row_count);
	writer_number(out, "new", added);
	writer_number(out, "changed", changed);
	writer_number(out, "same", same);
	write_errors(import, out);
	answer_finish(request->answer);
}

static struct fault import_file(struct request *request, const struct sheet_type *type, bool dry_run)
{
	struct import import = { .type = type, .sheet = { .record = schema_by_type(type->type) }, .fault = fault_none() };
	world_open(&import.world, &request->target);
	import.rows = calloc(ROWS_MAX, sizeof *import.rows);
	import.errors = calloc(ERRORS_MAX, sizeof *import.errors);
	struct fault f = import.rows == NULL || import.errors == NULL ? fault_of(FAULT_LIMIT, "memory for the rows")
								       : judge_all(&import, request->target.node);
	bool writes = !fault_is(f) && import.error_count == 0 && !dry_run;
	if (writes)
		f = write_all(&import, request->target.node);
	if (!fault_is(f))
		answer_import(request, &import, writes);
	world_close(&import.world);
	free(import.known);
	free(import.places);
	free(import.rows);
	free(import.errors);
	return f;
}

/* ---- the way out ---- */

struct export {
	struct request *request;
	struct sheet sheet;
	struct casebook *book;
	struct writer *out;
	uint8_t *block;
	struct wire_out text, name;
	uint8_t name_block[KEY_BYTES];
};

static bool take_name(void *ctx, const struct casebook_record *record)
{
	struct export *export = ctx;
	struct span name;
	if (fields_bytes(record->shown, export->sheet.type->referred, &name))
		wire_put_raw(&export->name, name);
	return false;
}

/* What a law that another one names is called. */
static struct span name_of(void *ctx, struct record_id id)
{
	struct export *export = ctx;
	wire_out_init(&export->name, export->name_block, sizeof export->name_block);
	(void)casebook_get(export->book, id, take_name, export);
	return wire_out_span(&export->name);
}

static bool send_part(struct export *export, size_t least)
{
	if (export->text.used < least || export->text.used == 0)
		return true;
	bool more = answer_item(export->request->answer, "parts");
	if (more)
		writer_text(export->out, NULL, wire_out_span(&export->text));
	export->text.used = 0;
	return more;
}

static bool export_row(void *ctx, const struct casebook_record *record)
{
	struct export *export = ctx;
	sheet_write_row(&export->sheet, record->shown, name_of, export, &export->text);
	return !export->text.full && send_part(export, PART_BYTES);
}

static struct fault export_file(struct request *request, const struct sheet_type *type)
{
	struct export export = { .request = request, .book = node_book(request->target.node) };
	export.block = malloc(EXPORT_BYTES);
	if (export.block == NULL)
		return fault_of(FAULT_LIMIT, "memory for the table");
	wire_out_init(&export.text, export.block, EXPORT_BYTES);
	sheet_whole(&export.sheet, type);
	export.out = answer_begin(request->answer);
	writer_string(export.out, "type", export.sheet.record->name);
	writer_list(export.out, "parts");
	csv_put_mark(&export.text);
	sheet_write_head(&export.sheet, &export.text);
	struct fault f = casebook_list(export.book, type->type, NULL, 0, export_row, &export);
	if (!fault_is(f) && export.text.full)
		f = fault_of(FAULT_LIMIT, "a record is too long for a table");
	(void)send_part(&export, 1);
	writer_list_end(export.out);
	free(export.block);
	return answer_end(request->answer, f);
}

/* ---- the call ---- */

static struct fault refuse_type(struct request *request)
{
	char names[200] = "";
	size_t count;
	const struct sheet_type *types = sheet_types(&count);
	for (size_t i = 0; i < count; i++) {
		strcat(names, i == 0 ? "" : ", ");
		strcat(names, schema_by_type(types[i].type)->name);
	}
	strcpy(request->field, "type");
	return request_fault(request, fault_of(FAULT_CALLER, "such records do not come as a table"), "these do: %s", names);
}

struct fault handlers_import(struct request *request)
{
	const jalka_ImportCall *call = &request->call->call.import;
	const struct sheet_type *type = sheet_type_of(span_text(call->type));
	if (type == NULL)
		return refuse_type(request);
	FAULT_TRY(gate_class(request->gate, call->out ? ACCESS_READ : ACCESS_CREATE, ACCESS_REFERENCE, 0, ACCESS_WHOLE));
	if (call->out)
		return export_file(request, type);
	FAULT_TRY(upload_take(request, call));
	if (call->more) {
		struct writer *out = answer_begin(request->answer);
		writer_number(out, "token", upload.token);
		writer_number(out, "bytes", upload.len);
		answer_finish(request->answer);
		return fault_none();
	}
	struct fault f = import_file(request, type, call->dry_run);
	upload_end();
	return f;
}
