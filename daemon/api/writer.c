/* writer - the writer: a comma before every value but the first of its depth. */
#include "api/writer.h"

#include <stdio.h>

#include "base/assert.h"
#include "base/id.h"

static void put(struct writer *writer, const char *text)
{
	wire_put_raw(writer->out, span_text(text));
}

void writer_init(struct writer *writer, struct wire_out *out)
{
	*writer = (struct writer){ .out = out };
}

static void put_escaped(struct writer *writer, struct span text)
{
	size_t from = 0;
	put(writer, "\"");
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];
		char escape[8];
		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		wire_put_raw(writer->out, span_of(text.data + from, i - from));
		from = i + 1;
		if (c == '"' || c == '\\')
			snprintf(escape, sizeof escape, "\\%c", c);
		else if (c == '\n')
			snprintf(escape, sizeof escape, "\\n");
		else
			snprintf(escape, sizeof escape, "\\u%04x", c);
		put(writer, escape);
	}
	wire_put_raw(writer->out, span_of(text.data + from, text.len - from));
	put(writer, "\"");
}

void writer_key(struct writer *writer, const char *key)
{
	if (writer->begun[writer->depth])
		put(writer, ",");
	writer->begun[writer->depth] = true;
	if (key != NULL) {
		put_escaped(writer, span_text(key));
		put(writer, ":");
	}
}

static void open_with(struct writer *writer, const char *key, const char *bracket)
{
	writer_key(writer, key);
	put(writer, bracket);
	ASSERT(writer->depth + 1 < WRITER_DEPTH);
	writer->begun[++writer->depth] = false;
}

static void close_with(struct writer *writer, const char *bracket)
{
	ASSERT(writer->depth > 0);
	writer->depth--;
	put(writer, bracket);
}

void writer_object(struct writer *writer, const char *key)
{
	open_with(writer, key, "{");
}

void writer_object_end(struct writer *writer)
{
	close_with(writer, "}");
}

void writer_list(struct writer *writer, const char *key)
{
	open_with(writer, key, "[");
}

void writer_list_end(struct writer *writer)
{
	close_with(writer, "]");
}

void writer_text(struct writer *writer, const char *key, struct span text)
{
	writer_key(writer, key);
	put_escaped(writer, text);
}

void writer_string(struct writer *writer, const char *key, const char *text)
{
	writer_text(writer, key, span_text(text));
}

void writer_number(struct writer *writer, const char *key, uint64_t value)
{
	char digits[24];
	snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
	writer_key(writer, key);
	put(writer, digits);
}

void writer_signed(struct writer *writer, const char *key, int64_t value)
{
	char digits[24];
	snprintf(digits, sizeof digits, "%lld", (long long)value);
	writer_key(writer, key);
	put(writer, digits);
}

void writer_bool(struct writer *writer, const char *key, bool value)
{
	writer_key(writer, key);
	put(writer, value ? "true" : "false");
}

void writer_null(struct writer *writer, const char *key)
{
	writer_key(writer, key);
	put(writer, "null");
}

void writer_hex(struct writer *writer, const char *key, struct span bytes)
{
	static const char digits[] = "0123456789abcdef";
	writer_key(writer, key);
	put(writer, "\"");
	for (size_t i = 0; i < bytes.len; i++) {
		char pair[2] = { digits[bytes.data[i] >> 4], digits[bytes.data[i] & 15] };
		wire_put_raw(writer->out, span_of(pair, 2));
	}
	put(writer, "\"");
}

void writer_id(struct writer *writer, const char *key, const uint8_t id[static 16])
{
	writer_hex(writer, key, id_bytes_none(id) ? span_of(id, 0) : span_of(id, ID_BYTES));
}

struct writer_mark writer_mark(const struct writer *writer)
{
	return (struct writer_mark){ .json = *writer, .used = writer->out->used };
}

void writer_rewind(struct writer *writer, const struct writer_mark *mark)
{
	ASSERT(writer->out == mark->json.out && mark->used <= writer->out->used);
	*writer = mark->json;
	writer->out->used = mark->used;
	writer->out->full = false;
}
