#include "store/casebook_text.h"

#include "base/assert.h"

/* ---- title ---- */

struct title {
	uint8_t *out;
	size_t used;
};

static void title_one(void *ctx, const struct schema_field *field, struct span text)
{
	struct title *title = ctx;
	if (field->sensitive || text.len == 0)
		return;
	if (title->used > 0 && title->used < CASEBOOK_TEXT_TITLE_BYTES)
		title->out[title->used++] = ' ';
	for (size_t i = 0; i < text.len; i++) {
		size_t len = 1;
		while (i + len < text.len && (text.data[i + len] & 0xc0) == 0x80)
			len++;
		if (title->used + len > CASEBOOK_TEXT_TITLE_BYTES)
			return;
		memcpy(title->out + title->used, text.data + i, len);
		if (text.data[i] < 0x20)
			title->out[title->used] = ' '; /* one line */
		title->used += len;
		i += len - 1;
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
			if (field.number == schema->title_fields[i])
				schema_texts(schema, field.whole, title_one, &title);
	}
	return span_of(out, title.used);
}
