/* letter - read, composed, set alike. */
#include "domain/letter.h"

/* One code point of well-formed UTF-8; what is malformed is read as U+FFFD. */
static uint32_t next_char(struct span *rest)
{
	static const uint8_t masks[] = { 0x7f, 0x1f, 0x0f, 0x07 };
	uint8_t first = rest->data[0];
	size_t more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
	if (more >= rest->len || (first >= 0x80 && first < 0xc0)) {
		*rest = span_of(rest->data + 1, rest->len - 1);
		return LETTER_MALFORMED;
	}
	uint32_t c = first & masks[more];
	for (size_t i = 1; i <= more; i++)
		c = c << 6 | (rest->data[i] & 0x3f);
	*rest = span_of(rest->data + 1 + more, rest->len - 1 - more);
	return c;
}

size_t letter_write(uint32_t c, uint8_t out[static LETTER_BYTES_MAX])
{
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = len - 1; i > 0; i--, c >>= 6)
		out[i] = (uint8_t)(0x80 | (c & 0x3f));
	static const uint8_t leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	out[0] = (uint8_t)(leads[len] | c);
	return len;
}

/* Letters of Finnish, Swedish, Sami and their neighbours that may arrive as a
 * base and a combining mark; so written they are the same letters. */
struct composition {
	uint32_t mark;
	const char *bases;
	uint32_t composed[16];
};
static const struct composition compositions[] = {
	{ 0x0301, "aeiouyAEIOUY", { 0xe1, 0xe9, 0xed, 0xf3, 0xfa, 0xfd, 0xc1, 0xc9, 0xcd, 0xd3, 0xda, 0xdd } },
	{ 0x0308, "aoueiAOUEI", { 0xe4, 0xf6, 0xfc, 0xeb, 0xef, 0xc4, 0xd6, 0xdc, 0xcb, 0xcf } },
	{ 0x030a, "aA", { 0xe5, 0xc5 } },
	{ 0x030c, "cszgkCSZGK", { 0x10d, 0x161, 0x17e, 0x1e7, 0x1e9, 0x10c, 0x160, 0x17d, 0x1e6, 0x1e8 } },
	{ 0x0303, "noaNOA", { 0xf1, 0xf5, 0xe3, 0xd1, 0xd5, 0xc3 } },
};

static bool is_mark(uint32_t c)
{
	return c >= 0x0300 && c <= 0x036f;
}

static uint32_t compose(uint32_t base, uint32_t mark)
{
	for (size_t i = 0; i < sizeof compositions / sizeof compositions[0]; i++) {
		const struct composition *composition = &compositions[i];
		const char *bases = composition->bases;
		const char *at = base < 0x80 && base != 0 ? memchr(bases, (int)base, strlen(bases)) : NULL;
		if (composition->mark == mark && at != NULL)
			return composition->composed[at - bases];
	}
	return 0;
}

uint32_t letter_next(struct span *rest)
{
	uint32_t c = next_char(rest);
	struct span ahead = *rest;
	uint32_t mark = ahead.len > 0 ? next_char(&ahead) : 0;
	uint32_t composed = is_mark(mark) ? compose(c, mark) : 0;
	if (composed == 0)
		return c;
	*rest = ahead;
	return composed;
}

/* Ranges in which a capital is followed by its small letter. */
struct pairs {
	uint32_t first, last;
};
static const struct pairs pairs[] = {
	{ 0x100, 0x12f }, { 0x132, 0x137 }, { 0x14a, 0x177 }, { 0x1de, 0x1ef }, { 0x1f8, 0x21f }, { 0x222, 0x233 },
	{ 0x460, 0x481 }, { 0x48a, 0x4bf }, { 0x4d0, 0x52f }, { 0x1e00, 0x1e95 }, { 0x1ea0, 0x1eff },
};

uint32_t letter_small(uint32_t c)
{
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + 32 : c;
	if (c <= 0xff)
		return c >= 0xc0 && c <= 0xde && c != 0xd7 ? c + 32 : c;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		if (c >= pairs[i].first && c <= pairs[i].last)
			return c | 1;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e) || (c >= 0x1cd && c <= 0x1dc))
		return c % 2 == 1 ? c + 1 : c;
	if ((c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
		return c + 32;
	if (c >= 0x400 && c <= 0x40f)
		return c + 80;
	return c == 0x178 ? 0xff : c == 0x1b7 ? 0x292 : c == 0x386 ? 0x3ac : c;
}

bool letter_is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

/* Beyond ASCII everything but punctuation and spaces is. */
bool letter_in_word(uint32_t c)
{
	if (c < 0x80)
		return letter_is_digit(c) || (letter_small(c) >= 'a' && letter_small(c) <= 'z');
	if (c < 0xc0)
		return c == 0xaa || c == 0xb5 || c == 0xba;
	return c != 0xd7 && c != 0xf7 && c != LETTER_MALFORMED && c != 0xfeff && !(c >= 0x2000 && c <= 0x2bff) &&
	       !(c >= 0x3000 && c <= 0x3003);
}

/* The nearest key of each small letter from a block on; '=': none, it stays. */
static const char latin_1[] = "aaaaaaaceeeeiiiidnooooo=ouuuuyty"; /* U+00E0.. */
static const char latin_a[] =                                       /* U+0100.. */
	"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
	"lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
_Static_assert(sizeof latin_1 == 0x20 + 1 && sizeof latin_a == 0x80 + 1, "a key for each letter of the blocks");

struct near {
	uint16_t letter;
	char key; /* '\0': it is a mark and has none */
};
static const struct near far_letters[] = {
	{ 0xdf, 's' }, { 0x1e5, 'g' }, { 0x1e7, 'g' }, { 0x1e9, 'k' }, { 0x1eb, 'o' }, { 0x1ef, 'z' }, { 0x219, 's' },
	{ 0x21b, 't' }, { 0x292, 'z' }, { 0x2b9, '\0' }, { 0x2bb, '\0' }, { 0x2bc, '\0' }, { 0x2c8, '\0' },
};

uint32_t letter_base(uint32_t c)
{
	if (c < 0xdf)
		return c;
	if (c >= 0xe0 && c <= 0xff)
		return c == 0xf7 ? c : (uint32_t)latin_1[c - 0xe0];
	if (c >= 0x100 && c <= 0x17f)
		return (uint32_t)latin_a[c - 0x100];
	if (is_mark(c))
		return 0;
	for (size_t i = 0; i < sizeof far_letters / sizeof far_letters[0]; i++)
		if (far_letters[i].letter == c)
			return (uint32_t)far_letters[i].key;
	return c;
}
