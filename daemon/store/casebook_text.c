#include "store/casebook_text.h"

#include "base/assert.h"
#include "domain/correction.h"

/* ---- title ---- */

enum { TITLE_CHARS_MAX = 80 }; /* of one text */

struct title {
	uint8_t *out;
	size_t used;
};

static bool title_put(struct title *title, struct span bytes)
{
	if (bytes.len > CASEBOOK_TEXT_TITLE_BYTES - title->used)
		return false;
	memcpy(title->out + title->used, bytes.data, bytes.len);
	title->used += bytes.len;
	return true;
}

static size_t char_bytes(struct span text)
{
	size_t len = 1;
	while (len < text.len && (text.data[len] & 0xc0) == 0x80)
		len++;
	return len;
}

/* The first line that says anything, so that a note has a title as a name has. */
static struct span first_line(struct span text)
{
	while (text.len > 0 && text.data[0] <= ' ')
		text = span_of(text.data + 1, text.len - 1);
	size_t len = 0;
	while (len < text.len && text.data[len] != '\n' && text.data[len] != '\r')
		len++;
	return span_of(text.data, len);
}

static void title_one(void *ctx, const struct schema_field *field, struct span text)
{
	struct title *title = ctx;
	struct span line = first_line(text);
	if (field->sensitive || line.len == 0)
		return;
	if (title->used > 0)
		(void)title_put(title, span_text(" "));
	for (size_t chars = 0; line.len > 0; chars++) {
		size_t len = char_bytes(line);
		bool is_full = chars == TITLE_CHARS_MAX;
		if (is_full || !title_put(title, line.data[0] < ' ' ? span_text(" ") : span_of(line.data, len))) {
			(void)title_put(title, span_text("\xe2\x80\xa6")); /* it goes on */
			return;
		}
		line = span_of(line.data + len, line.len - len);
	}
}

struct span casebook_text_title(const struct schema_record *schema, struct span shown,
				uint8_t out[static CASEBOOK_TEXT_TITLE_BYTES])
{
	struct title title = { .out = out };
	for (size_t i = 0; i < schema->title_count; i++) {
		struct span rest = shown;
		struct wire_field field;
		while (wire_next(&rest, &field) == WIRE_FIELD)
			if (field.number == schema->title_fields[i] && !correction_hides(schema, shown, field.number))
				schema_texts(schema, field.whole, title_one, &title);
	}
	return span_of(out, title.used);
}
