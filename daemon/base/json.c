/* json - a strict reader that borrows, a writer that fills the caller's block. */
#include "base/json.h"

#include "base/assert.h"

/* ---- reading: `at` moves over the text; false stops everything ---------------- */
static void skip_space(struct span *at)
{
	while (at->len != 0 && (at->data[0] == ' ' || at->data[0] == '\t' || at->data[0] == '\n' || at->data[0] == '\r'))
		*at = span_of(at->data + 1, at->len - 1);
}

static bool take(struct span *at, uint8_t byte)
{
	if (at->len == 0 || at->data[0] != byte)
		return false;
	*at = span_of(at->data + 1, at->len - 1);
	return true;
}

static bool take_word(struct span *at, const char *word)
{
	size_t n = strlen(word);
	if (at->len < n || memcmp(at->data, word, n) != 0)
		return false;
	*at = span_of(at->data + n, at->len - n);
	return true;
}

static size_t take_digits(struct span *at)
{
	size_t n = 0;
	while (n < at->len && at->data[n] >= '0' && at->data[n] <= '9')
		n++;
	*at = span_of(at->data + n, at->len - n);
	return n;
}

static bool take_number(struct span *at)
{
	take(at, '-');
	bool zero = at->len != 0 && at->data[0] == '0';
	size_t digits = take_digits(at);
	if (digits == 0 || (zero && digits > 1))
		return false;
	if (take(at, '.') && take_digits(at) == 0)
		return false;
	if (at->len != 0 && (at->data[0] == 'e' || at->data[0] == 'E')) {
		*at = span_of(at->data + 1, at->len - 1);
		if (!take(at, '-'))
			take(at, '+');
		return take_digits(at) != 0;
	}
	return true;
}

static bool hex4(const uint8_t *p, size_t left, uint32_t *out)
{
	uint32_t value = 0;
	if (left < 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		uint8_t c = p[i];
		uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0')
				 : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
				 : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10 : 16;
		if (digit == 16)
			return false;
		value = value << 4 | digit;
	}
	*out = value;
	return true;
}

/* The code point of one escape, `at` standing behind the backslash. */
static bool take_escape(struct span *at, uint32_t *point)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	if (at->len == 0)
		return false;
	const char *plain = memchr(from, at->data[0], sizeof from - 1);
	if (plain != NULL) {
		*point = (uint8_t)to[plain - from];
		*at = span_of(at->data + 1, at->len - 1);
		return true;
	}
	uint32_t low, high;
	if (at->data[0] != 'u' || !hex4(at->data + 1, at->len - 1, &high) || high == 0)
		return false;
	*at = span_of(at->data + 5, at->len - 5);
	if (high >= 0xdc00 && high <= 0xdfff)
		return false;
	*point = high;
	if (high < 0xd800 || high > 0xdbff)
		return true;
	/* A character beyond U+FFFF is two escapes, the second from DC00 on. */
	if (at->len < 6 || at->data[0] != '\\' || at->data[1] != 'u' || !hex4(at->data + 2, at->len - 2, &low) ||
	    low < 0xdc00 || low > 0xdfff)
		return false;
	*at = span_of(at->data + 6, at->len - 6);
	*point = 0x10000 + ((high - 0xd800) << 10 | (low - 0xdc00));
	return true;
}

static bool take_text(struct span *at)
{
	uint32_t point;
	if (!take(at, '"'))
		return false;
	while (at->len != 0 && at->data[0] != '"') {
		if (at->data[0] < 0x20)
			return false;
		bool escape = at->data[0] == '\\';
		*at = span_of(at->data + 1, at->len - 1);
		if (escape && !take_escape(at, &point))
			return false;
	}
	return take(at, '"');
}

static enum json_type type_of(uint8_t first)
{
	switch (first) {
	case 'n': return JSON_NULL;
	case 'f': return JSON_FALSE;
	case 't': return JSON_TRUE;
	case '"': return JSON_TEXT;
	case '[': return JSON_LIST;
	case '{': return JSON_OBJECT;
	default: return JSON_NUMBER;
	}
}

static bool take_value(struct span *at, size_t depth);

/* The inside of a list or object, its opening bracket already taken. */
static bool take_inside(struct span *at, uint8_t close, size_t depth)
{
	skip_space(at);
	if (take(at, close))
		return true;
	if (depth == JSON_DEPTH)
		return false;
	for (;;) {
		skip_space(at);
		if (close == '}') {
			if (!take_text(at))
				return false;
			skip_space(at);
			if (!take(at, ':'))
				return false;
		}
		if (!take_value(at, depth + 1))
			return false;
		skip_space(at);
		if (take(at, close))
			return true;
		if (!take(at, ','))
			return false;
	}
}

static bool take_value(struct span *at, size_t depth)
{
	skip_space(at);
	if (at->len == 0)
		return false;
	enum json_type type = type_of(at->data[0]);
	switch (type) {
	case JSON_NULL: return take_word(at, "null");
	case JSON_FALSE: return take_word(at, "false");
	case JSON_TRUE: return take_word(at, "true");
	case JSON_TEXT: return take_text(at);
	case JSON_NUMBER: return take_number(at);
	case JSON_LIST: return take(at, '[') && take_inside(at, ']', depth);
	case JSON_OBJECT: return take(at, '{') && take_inside(at, '}', depth);
	case JSON_ABSENT: break;
	}
	return false;
}

bool json_read(struct span text, struct json *out, size_t *bad_at)
{
	struct span at = text;
	skip_space(&at);
	struct span begin = at;
	bool good = wire_utf8(text) && take_value(&at, 0);
	struct span end = at;
	skip_space(&at);
	if (!good || at.len != 0) {
		if (bad_at != NULL)
			*bad_at = text.len - at.len;
		return false;
	}
	*out = (struct json){ type_of(begin.data[0]), span_of(begin.data, (size_t)(end.data - begin.data)) };
	return true;
}

/* ---- walking: over text json_read has passed ---------------------------------- */
struct json_walk json_walk(struct json value)
{
	struct json_walk walk = { .in_object = value.type == JSON_OBJECT };
	if (value.type == JSON_LIST || value.type == JSON_OBJECT)
		walk.rest = span_of(value.text.data + 1, value.text.len - 2);
	return walk;
}

static struct json taken(struct span begin, struct span end)
{
	return (struct json){ type_of(begin.data[0]), span_of(begin.data, (size_t)(end.data - begin.data)) };
}

bool json_next(struct json_walk *walk, struct json *name, struct json *value)
{
	struct span *at = &walk->rest;
	skip_space(at);
	take(at, ',');
	skip_space(at);
	if (at->len == 0)
		return false;
	struct span begin = *at;
	*name = (struct json){ JSON_ABSENT, { NULL, 0 } };
	if (walk->in_object) {
		bool good = take_text(at);
		*name = taken(begin, *at);
		skip_space(at);
		good = take(at, ':') && good;
		skip_space(at);
		ASSERT(good);
		begin = *at;
	}
	bool good = take_value(at, 0);
	ASSERT(good);
	*value = taken(begin, *at);
	return true;
}

struct json json_member(struct json object, const char *wanted)
{
	struct json name, value;
	struct json_walk walk = json_walk(object);
	while (walk.in_object && json_next(&walk, &name, &value))
		if (json_text_is(name, wanted))
			return value;
	return (struct json){ JSON_ABSENT, { NULL, 0 } };
}

static size_t utf8_put(uint32_t point, uint8_t out[static 4])
{
	if (point < 0x80) {
		out[0] = (uint8_t)point;
		return 1;
	}
	size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = len - 1; i > 0; i--) {
		out[i] = (uint8_t)(0x80 | (point & 0x3f));
		point >>= 6;
	}
	out[0] = (uint8_t)(lead[len] | point);
	return len;
}

/* The next run of the text's bytes: plain ones in place, or one escape. */
static struct span next_run(struct span *at, uint8_t block[static 4])
{
	if (at->data[0] == '\\') {
		uint32_t point = 0;
		*at = span_of(at->data + 1, at->len - 1);
		bool good = take_escape(at, &point);
		ASSERT(good);
		return span_of(block, utf8_put(point, block));
	}
	const uint8_t *end = memchr(at->data, '\\', at->len);
	struct span run = span_of(at->data, end != NULL ? (size_t)(end - at->data) : at->len);
	*at = span_of(at->data + run.len, at->len - run.len);
	return run;
}

bool json_text(struct json value, void *out, size_t size, size_t *len)
{
	uint8_t block[4];
	size_t used = 0;
	if (value.type != JSON_TEXT)
		return false;
	struct span at = span_of(value.text.data + 1, value.text.len - 2);
	while (at.len != 0) {
		struct span run = next_run(&at, block);
		if (run.len > size - used)
			return false;
		memcpy((uint8_t *)out + used, run.data, run.len);
		used += run.len;
	}
	*len = used;
	return true;
}

bool json_text_is(struct json value, const char *text)
{
	uint8_t block[4];
	struct span wanted = span_text(text);
	if (value.type != JSON_TEXT)
		return false;
	struct span at = span_of(value.text.data + 1, value.text.len - 2);
	while (at.len != 0) {
		struct span run = next_run(&at, block);
		if (run.len > wanted.len || memcmp(run.data, wanted.data, run.len) != 0)
			return false;
		wanted = span_of(wanted.data + run.len, wanted.len - run.len);
	}
	return wanted.len == 0;
}

bool json_integer(struct json value, int64_t *out)
{
	struct span at = value.text;
	uint64_t magnitude = 0;
	if (value.type != JSON_NUMBER)
		return false;
	bool negative = take(&at, '-');
	for (size_t i = 0; i < at.len; i++) {
		uint8_t c = at.data[i];
		if (c < '0' || c > '9' || magnitude > (UINT64_MAX - 9) / 10)
			return false;
		magnitude = magnitude * 10 + (uint64_t)(c - '0');
	}
	if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return false;
	*out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}

/* ---- writing ------------------------------------------------------------------ */
void json_put(struct wire_out *out, const char *literal)
{
	wire_put_raw(out, span_text(literal));
}

static void put_escape(struct wire_out *out, uint8_t c)
{
	static const char digits[] = "0123456789abcdef";
	char text[] = "\\u0000";
	const char *plain = c == '"' ? "\\\"" : c == '\\' ? "\\\\" : c == '\n' ? "\\n" : c == '\t' ? "\\t"
			    : c == '\r' ? "\\r" : NULL;
	if (plain == NULL) {
		text[4] = digits[c >> 4];
		text[5] = digits[c & 15];
		plain = text;
	}
	json_put(out, plain);
}

void json_put_text(struct wire_out *out, struct span text)
{
	bool utf8 = wire_utf8(text);
	size_t plain = 0;
	json_put(out, "\"");
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];
		bool foreign = c == 0 || (!utf8 && c >= 0x80); /* no U+0000: readers refuse it */
		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f && !foreign)
			continue;
		wire_put_raw(out, span_of(text.data + plain, i - plain));
		plain = i + 1;
		if (foreign)
			json_put(out, "\xef\xbf\xbd");
		else
			put_escape(out, c);
	}
	if (text.len != 0)
		wire_put_raw(out, span_of(text.data + plain, text.len - plain));
	json_put(out, "\"");
}

void json_put_unsigned(struct wire_out *out, uint64_t value)
{
	char digits[20];
	size_t at = sizeof digits;
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	wire_put_raw(out, span_of(digits + at, sizeof digits - at));
}

void json_put_integer(struct wire_out *out, int64_t value)
{
	if (value < 0)
		json_put(out, "-");
	json_put_unsigned(out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void json_put_hex(struct wire_out *out, struct span bytes)
{
	static const char digits[] = "0123456789abcdef";
	json_put(out, "\"");
	for (size_t i = 0; i < bytes.len; i++) {
		char pair[2] = { digits[bytes.data[i] >> 4], digits[bytes.data[i] & 15] };
		wire_put_raw(out, span_of(pair, 2));
	}
	json_put(out, "\"");
}
