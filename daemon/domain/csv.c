/* csv - one row at a time out of a text. */
#include "domain/csv.h"

#include "domain/nfc.h"

static const uint8_t mark[3] = { 0xef, 0xbb, 0xbf };

/* ---- opening ---- */

static struct span without_mark(struct span text)
{
	bool has = text.len >= sizeof mark && memcmp(text.data, mark, sizeof mark) == 0;
	return has ? span_of(text.data + sizeof mark, text.len - sizeof mark) : text;
}

static bool is_end(uint8_t c)
{
	return c == '\n' || c == '\r';
}

/* The bytes of the line end at the front: CR LF is one. */
static size_t end_bytes(struct span text)
{
	return text.len >= 2 && text.data[0] == '\r' && text.data[1] == '\n' ? 2 : 1;
}

static struct span from(struct span text, size_t at)
{
	return span_of(text.data + at, text.len - at);
}

/* The first line that is not UTF-8. */
static size_t bad_line(struct span text)
{
	size_t line = 1;
	while (text.len > 0) {
		size_t len = 0;
		while (len < text.len && !is_end(text.data[len]))
			len++;
		if (!wire_utf8(span_of(text.data, len)) || len == text.len)
			return line;
		text = from(text, len);
		text = from(text, end_bytes(text));
		line++;
	}
	return line;
}

/* The separator that stands most often in the heading, outside quotation marks. */
static uint8_t separator_of(struct span text)
{
	static const uint8_t known[] = { ';', ',', '\t' };
	size_t counts[sizeof known] = { 0 }, best = 0;
	bool quoted = false;
	for (size_t i = 0; i < text.len && (quoted || !is_end(text.data[i])); i++) {
		quoted ^= text.data[i] == '"';
		for (size_t k = 0; k < sizeof known; k++)
			counts[k] += !quoted && text.data[i] == known[k];
	}
	for (size_t k = 1; k < sizeof known; k++)
		if (counts[k] > counts[best])
			best = k;
	return known[best];
}

struct fault csv_open(struct csv *csv, struct span text, struct csv_place *place)
{
	*place = (struct csv_place){ 1, 0 };
	if (text.len >= 2 && ((text.data[0] == 0xff && text.data[1] == 0xfe) || (text.data[0] == 0xfe && text.data[1] == 0xff)))
		return fault_of(FAULT_CALLER, "the file is UTF-16: save it as \"CSV UTF-8\"");
	text = without_mark(text);
	if (!wire_utf8(text)) {
		place->line = bad_line(text);
		return fault_of(FAULT_CALLER, "the text is not UTF-8: save the file as \"CSV UTF-8\"");
	}
	*csv = (struct csv){ .rest = text, .separator = separator_of(text), .line = 1 };
	return fault_none();
}

/* ---- one row ---- */

struct reading {
	struct csv *csv;
	struct wire_out *block;
	struct csv_row *row;
	struct csv_place place;
	struct fault fault;
};

static bool fail(struct reading *r, const char *what)
{
	r->fault = fault_of(FAULT_CALLER, what);
	return false;
}

static void skip_line_end(struct csv *csv)
{
	csv->rest = from(csv->rest, end_bytes(csv->rest));
	csv->line++;
}

/* What stands between quotation marks; two of them are one. */
static bool read_quoted(struct reading *r)
{
	struct csv *csv = r->csv;
	csv->rest = from(csv->rest, 1);
	for (;;) {
		size_t len = 0;
		while (len < csv->rest.len && csv->rest.data[len] != '"' && !is_end(csv->rest.data[len]))
			len++;
		wire_put_raw(r->block, span_of(csv->rest.data, len));
		csv->rest = from(csv->rest, len);
		if (csv->rest.len == 0)
			return fail(r, "a quotation mark is opened here and never closed");
		if (is_end(csv->rest.data[0])) {
			skip_line_end(csv);
			wire_put_raw(r->block, span_text("\n"));
			continue;
		}
		csv->rest = from(csv->rest, 1);
		if (csv->rest.len == 0 || csv->rest.data[0] != '"')
			break;
		wire_put_raw(r->block, span_text("\""));
		csv->rest = from(csv->rest, 1);
	}
	if (csv->rest.len > 0 && csv->rest.data[0] != csv->separator && !is_end(csv->rest.data[0]))
		return fail(r, "something stands behind a closed quotation mark: a mark within a cell is written twice");
	return true;
}

static bool read_plain(struct reading *r)
{
	struct csv *csv = r->csv;
	size_t len = 0;
	while (len < csv->rest.len && csv->rest.data[len] != csv->separator && !is_end(csv->rest.data[len])) {
		if (csv->rest.data[len] == '"')
			return fail(r, "a quotation mark stands within a cell: put the whole cell in quotation marks, and write it twice");
		len++;
	}
	wire_put_raw(r->block, span_of(csv->rest.data, len));
	csv->rest = from(csv->rest, len);
	return true;
}

static bool read_cell(struct reading *r)
{
	struct csv *csv = r->csv;
	size_t begin = r->block->used;
	r->place.column = r->row->count + 1;
	if (r->row->count == CSV_COLUMNS_MAX)
		return fail(r, "a row has more than 64 cells");
	bool quoted = csv->rest.len > 0 && csv->rest.data[0] == '"';
	if (!(quoted ? read_quoted(r) : read_plain(r)))
		return false;
	r->fault = nfc_settle(r->block, begin);
	if (r->block->full)
		r->fault = fault_of(FAULT_LIMIT, "the row is too long");
	if (fault_is(r->fault))
		return false;
	r->row->cells[r->row->count++] = span_of(r->block->block + begin, r->block->used - begin);
	return true;
}

static bool read_row(struct reading *r)
{
	struct csv *csv = r->csv;
	r->row->count = 0;
	r->row->line = r->place.line = csv->line;
	r->block->used = 0;
	for (;;) {
		if (!read_cell(r))
			return false;
		if (csv->rest.len == 0)
			return true;
		if (csv->rest.data[0] != csv->separator) {
			skip_line_end(csv);
			return true;
		}
		csv->rest = from(csv->rest, 1);
	}
}

static bool says_nothing(const struct csv_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		for (size_t k = 0; k < row->cells[i].len; k++)
			if (row->cells[i].data[k] != ' ')
				return false;
	return true;
}

enum csv_read csv_next(struct csv *csv, struct wire_out *block, struct csv_row *row, struct fault *fault,
		       struct csv_place *place)
{
	struct reading r = { .csv = csv, .block = block, .row = row };
	while (csv->rest.len > 0) {
		if (!read_row(&r)) {
			csv->rest.len = 0;
			*fault = r.fault;
			*place = r.place;
			return CSV_BAD;
		}
		if (!says_nothing(row))
			return CSV_ROW;
	}
	return CSV_END;
}

/* ---- writing ---- */

void csv_put_mark(struct wire_out *out)
{
	wire_put_raw(out, span_of(mark, sizeof mark));
}

static bool needs_quotes(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '"' || text.data[i] == ';' || text.data[i] == ',' || text.data[i] == '\t' || is_end(text.data[i]))
			return true;
	return false;
}

void csv_put_cell(struct wire_out *out, bool is_first, struct span text)
{
	bool quoted = needs_quotes(text);
	if (!is_first)
		wire_put_raw(out, span_text(";"));
	if (!quoted) {
		wire_put_raw(out, text);
		return;
	}
	wire_put_raw(out, span_text("\""));
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"')
			wire_put_raw(out, span_text("\""));
		wire_put_raw(out, span_of(text.data + i, 1));
	}
	wire_put_raw(out, span_text("\""));
}

void csv_put_end(struct wire_out *out)
{
	wire_put_raw(out, span_text("\r\n"));
}
