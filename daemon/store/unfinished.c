#include "store/unfinished.h"

#include <stdlib.h>

#include "base/wire.h"

/* A value is wire format; numbers are never given another meaning. */
enum unfinished_number {
	UNFINISHED_CASE = 1, UNFINISHED_TYPE = 2, UNFINISHED_TEXT = 3, UNFINISHED_WINDOW = 4,
	UNFINISHED_CHANGED = 5, UNFINISHED_BEGUN = 6,
};

static const char table[] = "unfinished";

enum { KEY_BYTES = ID_BYTES + UNFINISHED_NAME_BYTES };
_Static_assert((int)KEY_BYTES <= (int)LOG_KEY_BYTES, "a key is an id and a name");
_Static_assert(UNFINISHED_TEXT_BYTES + 256 <= (int)LOG_VALUE_BYTES, "a value is a text and its circumstances");

/* ---- reading ---- */

static bool read_field(const struct wire_field *field, struct unfinished *text)
{
	switch (field->number) {
	case UNFINISHED_CASE:
		if (field->data.len != ID_BYTES)
			return false;
		memcpy(text->case_id.bytes, field->data.data, ID_BYTES);
		return true;
	case UNFINISHED_TYPE:
		text->record_type = (uint32_t)field->value;
		return true;
	case UNFINISHED_TEXT:
		text->text = field->data;
		return true;
	case UNFINISHED_WINDOW:
		text->window = field->value;
		return true;
	case UNFINISHED_CHANGED:
		text->changed_ms = field->value;
		return true;
	case UNFINISHED_BEGUN:
		text->begun_ms = field->value;
		return true;
	}
	return true; /* a later version's */
}

static bool read_text(struct span key, struct span value, struct unfinished *text)
{
	struct wire_field field;
	enum wire_read read;
	if (key.len <= ID_BYTES)
		return false;
	memset(text, 0, sizeof *text);
	memcpy(text->about, key.data, ID_BYTES);
	text->name = span_of(key.data + ID_BYTES, key.len - ID_BYTES);
	while ((read = wire_next(&value, &field)) == WIRE_FIELD)
		if (!read_field(&field, text))
			return false;
	return read == WIRE_END;
}

struct reading {
	struct span name; /* empty: any */
	unfinished_fn *fn;
	void *ctx;
	bool is_damaged;
};

static bool read_row(void *ctx, struct span key, struct span value)
{
	struct reading *reading = ctx;
	struct unfinished text;
	if (!read_text(key, value, &text)) {
		reading->is_damaged = true;
		return false;
	}
	return (reading->name.len > 0 && !span_equal(reading->name, text.name)) || reading->fn(reading->ctx, &text);
}

struct fault unfinished_list(struct log *log, const uint8_t *about, struct span name, unfinished_fn *fn, void *ctx)
{
	struct reading reading = { .name = name, .fn = fn, .ctx = ctx };
	FAULT_TRY(log_scan(log, table, about == NULL ? span_of("", 0) : span_of(about, ID_BYTES), read_row, &reading));
	return reading.is_damaged ? fault_of(FAULT_STORE, "an unfinished text is damaged") : fault_none();
}

/* ---- writing ---- */

struct standing {
	bool found;
	uint64_t window, changed_ms, begun_ms;
};

static bool take_standing(void *ctx, const struct unfinished *text)
{
	*(struct standing *)ctx = (struct standing){ true, text->window, text->changed_ms, text->begun_ms };
	return false;
}

static bool count_one(void *ctx, const struct unfinished *text)
{
	(void)text;
	return ++*(size_t *)ctx < UNFINISHED_MAX;
}

static struct span key_of(const struct unfinished *text, uint8_t key[static KEY_BYTES])
{
	memcpy(key, text->about, ID_BYTES);
	memcpy(key + ID_BYTES, text->name.data, text->name.len);
	return span_of(key, ID_BYTES + text->name.len);
}

static struct fault write_row(struct log *log, struct span key, const struct unfinished *text, uint64_t changed_ms, uint64_t begun_ms)
{
	struct wire_out out;
	uint8_t *block = malloc(LOG_VALUE_BYTES);
	if (block == NULL)
		return fault_of(FAULT_LIMIT, "memory for an unfinished text");
	wire_out_init(&out, block, LOG_VALUE_BYTES);
	wire_put_bytes(&out, UNFINISHED_CASE, ID_SPAN(text->case_id));
	wire_put_varint(&out, UNFINISHED_TYPE, text->record_type);
	wire_put_bytes(&out, UNFINISHED_TEXT, text->text);
	wire_put_varint(&out, UNFINISHED_WINDOW, text->window);
	wire_put_varint(&out, UNFINISHED_CHANGED, changed_ms);
	wire_put_varint(&out, UNFINISHED_BEGUN, begun_ms);
	struct fault f = log_put(log, table, key, wire_out_span(&out));
	free(block);
	return f;
}

struct fault unfinished_put(struct log *log, const struct unfinished *text, uint64_t seen_ms, uint64_t *changed_ms)
{
	struct standing standing = { .found = false };
	uint8_t block[KEY_BYTES];
	size_t count = 0;
	bool own;
	if (text->name.len == 0 || text->name.len > UNFINISHED_NAME_BYTES)
		return fault_of(FAULT_CALLER, "an unfinished text needs a name of at most 64 bytes");
	if (text->text.len > UNFINISHED_TEXT_BYTES)
		return fault_of(FAULT_LIMIT, "the unfinished text is too long");
	FAULT_TRY(unfinished_list(log, text->about, text->name, take_standing, &standing));
	if (standing.found && standing.window != text->window && standing.changed_ms != seen_ms) /* U3 */
		return fault_of(FAULT_STALE, "the same text has been typed in another window");
	if (!standing.found && text->text.len > 0) {
		FAULT_TRY(unfinished_list(log, NULL, span_of("", 0), count_one, &count));
		if (count >= UNFINISHED_MAX) /* U4 */
			return fault_of(FAULT_LIMIT, "there are too many unfinished texts: finish or discard some");
	}
	uint64_t now_ms = text->changed_ms > standing.changed_ms ? text->changed_ms : standing.changed_ms + 1; /* U2 */
	struct span key = key_of(text, block);
	FAULT_TRY(log_join(log, &own));
	FAULT_TRY(log_leave(log, own, text->text.len == 0 ? log_remove(log, table, key)
								 : write_row(log, key, text, now_ms, standing.found ? standing.begun_ms : now_ms)));
	*changed_ms = text->text.len == 0 ? 0 : now_ms;
	return fault_none();
}

struct first {
	uint8_t key[KEY_BYTES];
	size_t len;
};

static bool take_first(void *ctx, const struct unfinished *text)
{
	struct first *first = ctx;
	first->len = key_of(text, first->key).len;
	return false;
}

/* One at a time: a callback may not write, and a record has few. */
static struct fault discard_all(struct log *log, const uint8_t about[static ID_BYTES])
{
	for (;;) {
		struct first first = { .len = 0 };
		FAULT_TRY(unfinished_list(log, about, span_of("", 0), take_first, &first));
		if (first.len == 0)
			return fault_none();
		FAULT_TRY(log_remove(log, table, span_of(first.key, first.len)));
	}
}

struct fault unfinished_discard(struct log *log, const uint8_t about[static ID_BYTES])
{
	bool own;
	FAULT_TRY(log_join(log, &own));
	return log_leave(log, own, discard_all(log, about));
}
