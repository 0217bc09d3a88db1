/* Fuzz target: a table as somebody saved it, read as reference data. The first byte
 * chooses the type. What is read and written is read again as the same. */
#include "domain/schema.h"
#include "domain/sheet.h"
#include "lib/mutate.h"

enum { BLOCK = 64 * 1024 };

static uint8_t cells[BLOCK], fields_block[BLOCK], text[4 * BLOCK], again_block[BLOCK];

static bool find(void *ctx, struct span name, struct record_id *out)
{
	(void)ctx;
	memset(out->bytes, name.len == 0 ? 0 : name.data[0], ID_BYTES);
	return name.len == 1;
}

static void tell(void *ctx, const struct sheet_error *error)
{
	(void)ctx;
	MUTATE_CHECK(error->column <= CSV_COLUMNS_MAX && fault_is(error->fault));
}

static const struct sheet_reader reader = { NULL, find, tell };

static struct span name_of(void *ctx, struct record_id id)
{
	uint8_t *name = ctx;
	*name = id.bytes[0];
	return span_of(name, 1);
}

/* A row as it would be exported says the same. */
static void check_again(const struct sheet_type *type, struct span fields)
{
	struct sheet whole, again;
	struct wire_out out, row_cells, read;
	struct csv csv;
	struct csv_row row;
	struct csv_place place;
	struct fault fault;
	struct sheet_error error;
	uint8_t name;
	sheet_whole(&whole, type);
	wire_out_init(&out, text, sizeof text);
	sheet_write_head(&whole, &out);
	sheet_write_row(&whole, fields, name_of, &name, &out);
	MUTATE_CHECK(!out.full && !fault_is(csv_open(&csv, wire_out_span(&out), &place)));
	wire_out_init(&row_cells, cells, sizeof cells);
	MUTATE_CHECK(csv_next(&csv, &row_cells, &row, &fault, &place) == CSV_ROW && sheet_head(&again, type, &row, &error));
	MUTATE_CHECK(csv_next(&csv, &row_cells, &row, &fault, &place) == CSV_ROW);
	wire_out_init(&read, again_block, sizeof again_block);
	MUTATE_CHECK(sheet_read(&again, &row, &reader, &read));
	MUTATE_CHECK(span_equal(fields, wire_out_span(&read)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct csv csv;
	struct csv_row row;
	struct csv_place place;
	struct fault fault;
	struct sheet sheet;
	struct sheet_error error;
	struct wire_out block, fields;
	size_t count;
	if (size < 1 || size > MUTATE_BYTES_MAX)
		return 0;
	const struct sheet_type *type = &sheet_types(&count)[data[0] % SHEET_TYPES];
	if (fault_is(csv_open(&csv, span_of(data + 1, size - 1), &place)))
		return 0;
	wire_out_init(&block, cells, sizeof cells);
	if (csv_next(&csv, &block, &row, &fault, &place) != CSV_ROW || !sheet_head(&sheet, type, &row, &error))
		return 0;
	while (csv_next(&csv, &block, &row, &fault, &place) == CSV_ROW) {
		wire_out_init(&fields, fields_block, sizeof fields_block);
		if (!sheet_read(&sheet, &row, &reader, &fields))
			continue;
		/* What the record table refuses is never exported. */
		if (!fault_is(schema_check(sheet.record, wire_out_span(&fields), NULL, 0, true, false, NULL)))
			check_again(type, wire_out_span(&fields));
		block.used = 0;
	}
	return 0;
}

#ifndef JALKA_LIBFUZZER
int main(int argc, char **argv)
{
	static const char municipality[] = "\x00" "name;env_type;valid_from;villages;inhabitants\nTakkuvaara;VERY_NARROW;1.1.2020;Ylikorpi|Joki;1150\n";
	static const char point[] = "\x01" "name,municipality,kind,features,remote_link,address.street,devices\n"
				    "\"A, \"\"B\"\"\",C,kirjasto,DROP_IN|COMPUTER,x,Tie 1,a||b|c\n";
	static const char guideline[] = "\x04" "authority;expense_type;limit_cents;decider_role;valid_from;valid_to\nA;B;12,50;C;2020-01-01;31.12.2020\n";
	static const char post[] = "\x03" "name;host;municipality;weekday;from_minute;to_minute\nA;B;C;ti;9.30;24:00\nA;B;C;TUE;9.30;24:00\n";
	static const char law[] = "\x05" "number;name_fi;valid_from;replaced_by\n254/2015;X;1.4.2015;a\n";
	const struct span seeds[] = { span_of(municipality, sizeof municipality - 1), span_of(point, sizeof point - 1),
				      span_of(guideline, sizeof guideline - 1), span_of(post, sizeof post - 1),
				      span_of(law, sizeof law - 1) };
	return mutate_main(argc, argv, seeds, 5);
}
#endif
