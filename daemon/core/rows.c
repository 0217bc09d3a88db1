/* rows - deltas of a message, one after another. */
#include "core/rows.h"

#include "base/assert.h"

enum {
	ROW_DELTA = 1, ROW_DIGEST = 2, ROW_AUTHOR = 3, ROW_SEQ = 4, ROW_ORDER = 5, ROW_STAMP = 6, ROW_EARLIER = 7,
	ROW_SEALED = 8,
	PLACE_EPOCH = 1, PLACE_ORDER = 2,
	/* tags and varints of digest, author, seq, order, stamp around a delta, at most */
	ROW_OVERHEAD_BYTES = 5 + 4 + 6 + 11 + 11 + 11,
	ROW_PLACE_BYTES = 2 + 2 + ID_BYTES + 11,
};
_Static_assert(LIMIT_DELTA_BYTES + ROW_OVERHEAD_BYTES + LIMIT_ENTRY_ORDERS * ROW_PLACE_BYTES <= LIMIT_CHUNK_BYTES,
	       "any delta is a row of a chunk, whatever orders it has had");
_Static_assert((int)ROWS_SEALED_BYTES_MAX + (int)ROWS_DIGEST_BYTES + 2 + (int)ROW_OVERHEAD_BYTES <= (int)LIMIT_CHUNK_BYTES,
	       "so is any sealed one");

void rows_write_begin(struct rows_writer *writer, void *block, size_t size, uint64_t first_seq)
{
	*writer = (struct rows_writer){ .count = 0 };
	wire_out_init(&writer->out, block, size);
	writer->state.next_seq[0] = first_seq;
}

size_t rows_bytes_max(size_t delta_bytes)
{
	return delta_bytes + ROW_OVERHEAD_BYTES;
}

/* The row without its length, into `out`. */
static void put_row(struct wire_out *out, const struct rows_state *state, const struct rows_row *row)
{
	if (row->delta.data != NULL)
		wire_put_bytes(out, ROW_DELTA, row->delta);
	else
		wire_put_bytes(out, ROW_DIGEST, row->digest);
	if (row->sealed.data != NULL)
		wire_put_bytes(out, ROW_SEALED, row->sealed);
	if (row->author != 0)
		wire_put_varint(out, ROW_AUTHOR, row->author);
	if (row->seq != state->next_seq[row->author])
		wire_put_varint(out, ROW_SEQ, row->seq);
	if (row->order != 0 && row->order != state->next_order)
		wire_put_varint(out, ROW_ORDER, row->order);
	if (row->stamp_ms != 0)
		wire_put_varint(out, ROW_STAMP, row->stamp_ms);
	for (size_t i = 0; i < row->earlier_count; i++) {
		uint8_t place[ROW_PLACE_BYTES];
		struct wire_out sub;
		wire_out_init(&sub, place, sizeof place);
		wire_put_bytes(&sub, PLACE_EPOCH, ID_SPAN(row->earlier[i].epoch));
		wire_put_varint(&sub, PLACE_ORDER, row->earlier[i].n);
		wire_put_bytes(out, ROW_EARLIER, wire_out_span(&sub));
	}
}

/* The length of what put_row writes, by the same rules. */
static size_t row_bytes(const struct rows_state *state, const struct rows_row *row)
{
	size_t body = row->delta.data != NULL ? row->delta.len : row->digest.len;
	size_t n = 1 + wire_varint_bytes(body) + body;
	if (row->sealed.data != NULL)
		n += 1 + wire_varint_bytes(row->sealed.len) + row->sealed.len;
	if (row->author != 0)
		n += 1 + wire_varint_bytes(row->author);
	if (row->seq != state->next_seq[row->author])
		n += 1 + wire_varint_bytes(row->seq);
	if (row->order != 0 && row->order != state->next_order)
		n += 1 + wire_varint_bytes(row->order);
	if (row->stamp_ms != 0)
		n += 1 + wire_varint_bytes(row->stamp_ms);
	for (size_t i = 0; i < row->earlier_count; i++) {
		size_t place = 2 + ID_BYTES + 1 + wire_varint_bytes(row->earlier[i].n);
		n += 1 + wire_varint_bytes(place) + place;
	}
	return n;
}

bool rows_write(struct rows_writer *writer, const struct rows_row *row)
{
	ASSERT(row->author < ROWS_AUTHORS_MAX && row->seq != 0);
	ASSERT(row->delta.data != NULL || row->digest.len == ROWS_DIGEST_BYTES);
	ASSERT(row->earlier_count <= LIMIT_ENTRY_ORDERS);
	size_t len = row_bytes(&writer->state, row);
	if (writer->count == LIMIT_CHUNK_DELTAS)
		return false;
	if (wire_varint_bytes(len) + len > writer->out.size - writer->out.used)
		return false;
	wire_put_bare_varint(&writer->out, len);
	size_t before = writer->out.used;
	put_row(&writer->out, &writer->state, row);
	ASSERT(!writer->out.full && writer->out.used - before == len);
	writer->state.next_seq[row->author] = row->seq + 1;
	if (row->order != 0)
		writer->state.next_order = row->order + 1;
	writer->count++;
	return true;
}

struct span rows_written(const struct rows_writer *writer)
{
	return span_of(writer->out.block, writer->out.used);
}

void rows_read_begin(struct rows_reader *reader, struct span bytes, uint32_t count, uint32_t author_count,
		     uint64_t first_seq, bool ordered)
{
	ASSERT(author_count <= ROWS_AUTHORS_MAX);
	*reader = (struct rows_reader){
		.rest = bytes, .left = count, .author_count = author_count, .ordered = ordered,
	};
	reader->state.next_seq[0] = first_seq;
}

static bool read_place(struct span bytes, struct rows_row *row)
{
	struct order_base place = { .n = 0 };
	struct wire_field f;
	enum wire_read r;
	if (row->earlier_count == LIMIT_ENTRY_ORDERS)
		return false;
	while ((r = wire_next(&bytes, &f)) == WIRE_FIELD) {
		if (f.number == PLACE_EPOCH && f.type == WIRE_BYTES && f.data.len == ID_BYTES)
			memcpy(place.epoch.bytes, f.data.data, ID_BYTES);
		else if (f.number == PLACE_ORDER && f.type == WIRE_VARINT)
			place.n = f.value;
		else if (f.number <= PLACE_ORDER)
			return false;
	}
	if (r == WIRE_BAD || place.n == 0 || ID_IS_NONE(place.epoch))
		return false;
	row->earlier[row->earlier_count++] = place;
	return true;
}

/* One field of a row; fields this version does not know are passed over. */
static bool read_field(const struct wire_field *f, struct rows_row *row)
{
	bool is_bytes = f->number == ROW_DELTA || f->number == ROW_DIGEST || f->number >= ROW_EARLIER;
	if (f->number > ROW_SEALED)
		return true;
	if (f->type != (is_bytes ? WIRE_BYTES : WIRE_VARINT))
		return false;
	switch (f->number) {
	case ROW_DELTA:
		row->delta = f->data;
		return f->data.len > 0 && f->data.len <= LIMIT_DELTA_BYTES;
	case ROW_DIGEST:
		row->digest = f->data;
		return f->data.len == ROWS_DIGEST_BYTES;
	case ROW_AUTHOR:
		row->author = (uint32_t)f->value;
		return f->value < ROWS_AUTHORS_MAX;
	case ROW_SEQ:
		row->seq = f->value;
		return f->value != 0;
	case ROW_ORDER:
		row->order = f->value;
		return f->value != 0;
	case ROW_STAMP:
		row->stamp_ms = f->value;
		return true;
	case ROW_EARLIER:
		return read_place(f->data, row);
	case ROW_SEALED:
		row->sealed = f->data;
		return f->data.len > 0 && f->data.len <= ROWS_SEALED_BYTES_MAX;
	}
	return false;
}

/* Fills in what was left out and checks the row against those before it. */
static struct fault complete(struct rows_reader *reader, struct rows_row *row)
{
	if (row->author >= reader->author_count)
		return fault_of(FAULT_PEER, "row of an author the message does not name");
	uint64_t next_seq = reader->state.next_seq[row->author];
	if (row->seq == 0)
		row->seq = next_seq;
	if (row->seq == 0 || row->seq == UINT64_MAX || (!reader->ordered && row->seq < next_seq))
		return fault_of(FAULT_PEER, "row without a valid seq");
	if (row->sealed.data != NULL && (reader->ordered || row->digest.data == NULL))
		return fault_of(FAULT_PEER, "a sealed delta where none may be");
	if (!reader->ordered && row->order != 0)
		return fault_of(FAULT_PEER, "order in a row that has none");
	if (reader->ordered) {
		if (row->order == 0)
			row->order = reader->state.next_order;
		if (row->order == 0 || row->order == UINT64_MAX || row->order < reader->state.next_order)
			return fault_of(FAULT_PEER, "orders of rows do not rise");
		reader->state.next_order = row->order + 1;
	}
	reader->state.next_seq[row->author] = row->seq + 1;
	return fault_none();
}

struct fault rows_read(struct rows_reader *reader, struct rows_row *out, bool *end)
{
	if (reader->left == 0) {
		if (reader->rest.len != 0)
			return fault_of(FAULT_PEER, "bytes after the last row");
		*end = true;
		return fault_none();
	}
	uint64_t len;
	if (!wire_varint(&reader->rest, &len) || len > reader->rest.len)
		return fault_of(FAULT_PEER, "row longer than its message");
	struct span body = span_of(reader->rest.data, (size_t)len);
	reader->rest = span_of(reader->rest.data + len, reader->rest.len - (size_t)len);
	reader->left--;

	struct rows_row row = { .order = 0 };
	struct wire_field f;
	enum wire_read r;
	while ((r = wire_next(&body, &f)) == WIRE_FIELD)
		if (!read_field(&f, &row))
			return fault_of(FAULT_PEER, "malformed row");
	if (r == WIRE_BAD || (row.delta.data == NULL) == (row.digest.data == NULL))
		return fault_of(FAULT_PEER, "malformed row");
	FAULT_TRY(complete(reader, &row));
	*out = row;
	*end = false;
	return fault_none();
}
