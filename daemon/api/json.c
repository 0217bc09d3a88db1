/* json - the writer: a comma before every value but the first of its depth. */
#include "api/json.h"

#include <stdio.h>

#include "base/assert.h"
#include "base/id.h"

static void put(struct json *json, const char *text)
{
	wire_put_raw(json->out, span_text(text));
}

void json_init(struct json *json, struct wire_out *out)
{
	*json = (struct json){ .out = out };
}

static void put_escaped(struct json *json, struct span text)
{
	size_t from = 0;
	put(json, "\"");
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];
		char escape[8];
		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		wire_put_raw(json->out, span_of(text.data + from, i - from));
		from = i + 1;
		if (c == '"' || c == '\\')
			snprintf(escape, sizeof escape, "\\%c", c);
		else if (c == '\n')
			snprintf(escape, sizeof escape, "\\n");
		else
			snprintf(escape, sizeof escape, "\\u%04x", c);
		put(json, escape);
	}
	wire_put_raw(json->out, span_of(text.data + from, text.len - from));
	put(json, "\"");
}

void json_key(struct json *json, const char *key)
{
	if (json->begun[json->depth])
		put(json, ",");
	json->begun[json->depth] = true;
	if (key != NULL) {
		put_escaped(json, span_text(key));
		put(json, ":");
	}
}

static void open_with(struct json *json, const char *key, const char *bracket)
{
	json_key(json, key);
	put(json, bracket);
	ASSERT(json->depth + 1 < JSON_DEPTH);
	json->begun[++json->depth] = false;
}

static void close_with(struct json *json, const char *bracket)
{
	ASSERT(json->depth > 0);
	json->depth--;
	put(json, bracket);
}

void json_object(struct json *json, const char *key)
{
	open_with(json, key, "{");
}

void json_object_end(struct json *json)
{
	close_with(json, "}");
}

void json_list(struct json *json, const char *key)
{
	open_with(json, key, "[");
}

void json_list_end(struct json *json)
{
	close_with(json, "]");
}

void json_text(struct json *json, const char *key, struct span text)
{
	json_key(json, key);
	put_escaped(json, text);
}

void json_string(struct json *json, const char *key, const char *text)
{
	json_text(json, key, span_text(text));
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	char digits[24];
	snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
	json_key(json, key);
	put(json, digits);
}

void json_signed(struct json *json, const char *key, int64_t value)
{
	char digits[24];
	snprintf(digits, sizeof digits, "%lld", (long long)value);
	json_key(json, key);
	put(json, digits);
}

void json_bool(struct json *json, const char *key, bool value)
{
	json_key(json, key);
	put(json, value ? "true" : "false");
}

void json_null(struct json *json, const char *key)
{
	json_key(json, key);
	put(json, "null");
}

void json_hex(struct json *json, const char *key, struct span bytes)
{
	static const char digits[] = "0123456789abcdef";
	json_key(json, key);
	put(json, "\"");
	for (size_t i = 0; i < bytes.len; i++) {
		char pair[2] = { digits[bytes.data[i] >> 4], digits[bytes.data[i] & 15] };
		wire_put_raw(json->out, span_of(pair, 2));
	}
	put(json, "\"");
}

void json_id(struct json *json, const char *key, const uint8_t id[static 16])
{
	json_hex(json, key, id_bytes_none(id) ? span_of(id, 0) : span_of(id, ID_BYTES));
}

struct json_mark json_mark(const struct json *json)
{
	return (struct json_mark){ .json = *json, .used = json->out->used };
}

void json_rewind(struct json *json, const struct json_mark *mark)
{
	ASSERT(json->out == mark->json.out && mark->used <= json->out->used);
	*json = mark->json;
	json->out->used = mark->used;
	json->out->full = false;
}
