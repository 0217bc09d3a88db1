/* id - comparing, printing and reading 16-byte names. */
#include "base/id.h"

bool id_bytes_none(const uint8_t bytes[static ID_BYTES])
{
	uint8_t any = 0;
	for (size_t i = 0; i < ID_BYTES; i++)
		any |= bytes[i];
	return any == 0;
}

bool id_author_equal(const struct author *a, const struct author *b)
{
	return ID_EQUAL(a->node, b->node) && ID_EQUAL(a->epoch, b->epoch);
}

void id_to_hex(const uint8_t bytes[static ID_BYTES], char out[static ID_HEX_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < ID_BYTES; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * ID_BYTES] = '\0';
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool id_from_hex(struct span text, uint8_t out[static ID_BYTES])
{
	uint8_t bytes[ID_BYTES];
	if (text.len != 2 * ID_BYTES)
		return false;
	for (size_t i = 0; i < ID_BYTES; i++) {
		int high = hex_digit(text.data[2 * i]);
		int low = hex_digit(text.data[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(out, bytes, ID_BYTES);
	return true;
}
