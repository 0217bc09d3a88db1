/* nfc - letters are found by their marks, and each is composed by libutf8proc. */
#include "domain/nfc.h"

#include <utf8proc.h>

enum {
	FIRST_MARK = 0x300, /* below it no character joins with the one before */
	JAMO_VOWEL_FIRST = 0x1160,
	JAMO_FINAL_LAST = 0x11ff,
};

/* The first byte of a character from FIRST_MARK on is no less; every other byte is. */
static const uint8_t mark_byte = 0xcc;

static bool is_plain(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] >= mark_byte)
			return false;
	return true;
}

/* Marks join with what stands before them, and so do Hangul's vowels and finals. */
static bool joins(utf8proc_int32_t c)
{
	if (c < FIRST_MARK)
		return false;
	utf8proc_category_t category = utf8proc_category(c);
	return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME
		|| (c >= JAMO_VOWEL_FIRST && c <= JAMO_FINAL_LAST);
}

/* The bytes of the first letter with all that joins with it. */
static size_t letter_bytes(struct span text)
{
	size_t len = 0;
	while (len < text.len) {
		utf8proc_int32_t c;
		utf8proc_ssize_t bytes = utf8proc_iterate(text.data + len, (utf8proc_ssize_t)(text.len - len), &c);
		if (bytes <= 0 || (len > 0 && !joins(c)))
			break;
		len += (size_t)bytes;
	}
	return len;
}

/* Writes over what was read already: never beyond `until`. */
static struct fault put_letter(struct span letter, const uint8_t *until, struct wire_out *out)
{
	utf8proc_int32_t block[NFC_LETTER_MAX + 1]; /* and the zero that reencode ends with */
	const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
	utf8proc_ssize_t count = utf8proc_decompose(letter.data, (utf8proc_ssize_t)letter.len, block, NFC_LETTER_MAX, options);
	if (count < 0 || count > NFC_LETTER_MAX)
		return fault_of(FAULT_CALLER, "has a letter with too many marks on it");
	utf8proc_ssize_t bytes = utf8proc_reencode(block, count, options);
	if (bytes < 0 || (size_t)bytes > (size_t)(until - (out->block + out->used))) {
		out->full = true;
		return fault_none();
	}
	memcpy(out->block + out->used, block, (size_t)bytes);
	out->used += (size_t)bytes;
	return fault_none();
}

struct fault nfc_settle(struct wire_out *out, size_t begin)
{
	if (out->full)
		return fault_none();
	struct span text = span_of(out->block + begin, out->used - begin);
	if (is_plain(text) || !wire_utf8(text))
		return fault_none();
	/* Out of the way, to the end of the block; it is read there as it is written here. */
	uint8_t *away = out->block + out->size - text.len;
	memmove(away, text.data, text.len);
	text.data = away;
	out->used = begin;
	while (text.len > 0 && !out->full) {
		size_t len = letter_bytes(text);
		struct span letter = span_of(text.data, len);
		text = span_of(text.data + len, text.len - len);
		FAULT_TRY(put_letter(letter, text.data, out));
	}
	return fault_none();
}
