/* columns - rows taken apart and put together again. */
#include "core/columns.h"

#include <string.h>

#include "base/wire.h"
#include "core/delta.h"

/* What holds a message: the delta in its row, the record's fields in the delta. */
enum { ROW_DELTA = 1 };
enum { STRUCTURE = 0, VARINT_BYTES_MAX = 10 };

static bool is_message(unsigned level, uint32_t number, enum wire_type type)
{
	return type == WIRE_BYTES
	       && ((level == 0 && number == ROW_DELTA) || (level == 1 && number == DELTA_FIELDS));
}

static bool is_stamp(unsigned level, uint32_t number, enum wire_type type)
{
	return type == WIRE_VARINT && level == 1 && number == DELTA_STAMP_MS;
}

/* A stamp is told as its difference from the one before, the sign in the lowest bit. */
static uint64_t fold_sign(uint64_t difference)
{
	return difference >> 63 == 0 ? difference << 1 : ~(difference << 1);
}

static uint64_t unfold_sign(uint64_t folded)
{
	return (folded & 1) == 0 ? folded >> 1 : ~(folded >> 1);
}

static size_t part_of(unsigned level, uint32_t number)
{
	return 1 + level * COLUMNS_OF_LEVEL + number % COLUMNS_OF_LEVEL;
}

/* ---- splitting: once to know the lengths, once to write ---- */

struct parts {
	uint8_t *at[COLUMNS_PARTS]; /* NULL: only counted */
	size_t len[COLUMNS_PARTS];
	uint64_t stamp; /* of the delta before */
};

static void put(struct parts *parts, size_t part, const uint8_t *bytes, size_t len)
{
	if (parts->at[part] != NULL && len != 0)
		memcpy(parts->at[part] + parts->len[part], bytes, len);
	parts->len[part] += len;
}

static void put_stamp(struct parts *parts, uint64_t stamp)
{
	uint8_t block[VARINT_BYTES_MAX];
	struct wire_out out;
	wire_out_init(&out, block, sizeof block);
	wire_put_bare_varint(&out, fold_sign(stamp - parts->stamp));
	put(parts, part_of(1, DELTA_STAMP_MS), block, out.used);
	parts->stamp = stamp;
}

static void put_end(struct parts *parts)
{
	static const uint8_t end = 0;
	put(parts, STRUCTURE, &end, 1);
}

/* The message's fields; false: it is not wire format in its shortest form. */
static bool split_message(struct parts *parts, struct span message, unsigned level)
{
	struct wire_field f;
	enum wire_read read;
	while ((read = wire_next(&message, &f)) == WIRE_FIELD) {
		size_t tag = wire_varint_bytes((uint64_t)f.number << 3 | f.type), head = tag;
		if (f.whole.data[tag - 1] >= 0x80)
			return false;
		if (f.type == WIRE_BYTES) {
			head += wire_varint_bytes(f.data.len);
			if (f.whole.len != head + f.data.len)
				return false;
		}
		if (is_stamp(level, f.number, f.type)) {
			if (f.whole.len != tag + wire_varint_bytes(f.value))
				return false;
			put(parts, STRUCTURE, f.whole.data, tag);
			put_stamp(parts, f.value);
			continue;
		}
		if (!is_message(level, f.number, f.type)) {
			put(parts, STRUCTURE, f.whole.data, head);
			put(parts, part_of(level, f.number), f.whole.data + head, f.whole.len - head);
			continue;
		}
		put(parts, STRUCTURE, f.whole.data, tag);
		if (!split_message(parts, f.data, level + 1))
			return false;
	}
	put_end(parts);
	return read == WIRE_END;
}

static bool split_rows(struct parts *parts, struct span rows)
{
	while (rows.len != 0) {
		size_t before = rows.len;
		uint64_t len;
		if (!wire_varint(&rows, &len) || len > rows.len || before - rows.len != wire_varint_bytes(len))
			return false;
		if (!split_message(parts, span_of(rows.data, (size_t)len), 0))
			return false;
		rows = span_of(rows.data + len, rows.len - (size_t)len);
	}
	return true;
}

size_t columns_split(struct span rows, uint8_t *out, size_t size)
{
	struct parts parts = { .len = { 0 } };
	struct wire_out header;
	if (!split_rows(&parts, rows))
		return 0;
	wire_out_init(&header, out, size);
	for (size_t i = 0; i < COLUMNS_PARTS; i++)
		wire_put_bare_varint(&header, parts.len[i]);
	if (header.full)
		return 0;
	size_t used = header.used;
	for (size_t i = 0; i < COLUMNS_PARTS; i++) {
		if (parts.len[i] > size - used)
			return 0;
		parts.at[i] = out + used;
		used += parts.len[i];
		parts.len[i] = 0;
	}
	parts.stamp = 0;
	split_rows(&parts, rows);
	return used;
}

/* ---- joining ---- */

struct join {
	struct span part[COLUMNS_PARTS];
	struct wire_out out;
	uint64_t stamp; /* of the delta before */
};

/* Moves `len` bytes of a part to the rows. */
static bool take(struct join *join, size_t part, size_t len)
{
	struct span *from = &join->part[part];
	if (len > from->len)
		return false;
	wire_put_raw(&join->out, span_of(from->data, len));
	*from = span_of(from->data + len, from->len - len);
	return !join->out.full;
}

static bool take_varint(struct join *join, size_t part)
{
	const struct span *from = &join->part[part];
	for (size_t len = 1; len <= from->len && len <= VARINT_BYTES_MAX; len++)
		if (from->data[len - 1] < 0x80)
			return take(join, part, len);
	return false;
}

static bool take_stamp(struct join *join)
{
	uint64_t folded;
	if (!wire_varint(&join->part[part_of(1, DELTA_STAMP_MS)], &folded))
		return false;
	join->stamp += unfold_sign(folded);
	wire_put_bare_varint(&join->out, join->stamp);
	return !join->out.full;
}

static bool join_value(struct join *join, unsigned level, uint32_t number, enum wire_type type)
{
	struct span *structure = &join->part[STRUCTURE];
	uint64_t len;
	switch (type) {
	case WIRE_VARINT:
		if (is_stamp(level, number, type))
			return take_stamp(join);
		return take_varint(join, part_of(level, number));
	case WIRE_FIXED64:
		return take(join, part_of(level, number), 8);
	case WIRE_FIXED32:
		return take(join, part_of(level, number), 4);
	case WIRE_BYTES:
		if (!wire_varint(structure, &len) || len > join->out.size)
			return false;
		wire_put_bare_varint(&join->out, len);
		return take(join, part_of(level, number), (size_t)len);
	}
	return false;
}

/* A length goes before what stands behind `from`, which moves. */
static bool put_length(struct wire_out *out, size_t from)
{
	size_t len = out->used - from, bytes = wire_varint_bytes(len);
	if (bytes > out->size - out->used)
		return false;
	memmove(out->block + from + bytes, out->block + from, len);
	out->used = from;
	wire_put_bare_varint(out, len);
	out->used += len;
	return true;
}

/* A message up to its end, with its length before it. */
static bool join_message(struct join *join, unsigned level)
{
	struct span *structure = &join->part[STRUCTURE];
	size_t from = join->out.used;
	uint64_t tag;
	while (wire_varint(structure, &tag)) {
		if (tag == 0)
			return put_length(&join->out, from);
		if (tag >> 3 == 0 || tag > UINT32_MAX)
			return false;
		uint32_t number = (uint32_t)(tag >> 3);
		enum wire_type type = (enum wire_type)(tag & 7);
		wire_put_bare_varint(&join->out, tag);
		if (is_message(level, number, type) ? !join_message(join, level + 1)
						    : !join_value(join, level, number, type))
			return false;
	}
	return false;
}

size_t columns_join(struct span columns, uint8_t *out, size_t size)
{
	struct join join;
	uint64_t lens[COLUMNS_PARTS];
	for (size_t i = 0; i < COLUMNS_PARTS; i++)
		if (!wire_varint(&columns, &lens[i]))
			return 0;
	for (size_t i = 0; i < COLUMNS_PARTS; i++) {
		if (lens[i] > columns.len)
			return 0;
		join.part[i] = span_of(columns.data, (size_t)lens[i]);
		columns = span_of(columns.data + lens[i], columns.len - (size_t)lens[i]);
	}
	wire_out_init(&join.out, out, size);
	join.stamp = 0;
	while (join.part[STRUCTURE].len != 0)
		if (!join_message(&join, 0))
			return 0;
	for (size_t i = 0; i < COLUMNS_PARTS; i++)
		if (join.part[i].len != 0)
			return 0;
	return columns.len == 0 && !join.out.full ? join.out.used : 0;
}
