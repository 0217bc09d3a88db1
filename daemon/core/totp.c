/* totp - RFC 6238 in the order of its words. */
#include "core/totp.h"

#include <sodium.h>

#include "base/assert.h"

_Static_assert(TOTP_SECRET_BYTES == crypto_auth_hmacsha256_BYTES, "a secret is as long as the hash");
_Static_assert(TOTP_SECRET_TEXT_BYTES == (TOTP_SECRET_BYTES * 8 + 4) / 5 + 1, "five bits a letter");

/* RFC 4226, 5.3: four bytes at the place that the last half byte names, without their first bit. */
static uint32_t truncated(const uint8_t mac[static crypto_auth_hmacsha256_BYTES])
{
	const uint8_t *at = mac + (mac[crypto_auth_hmacsha256_BYTES - 1] & 0x0f);
	return (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

void totp_code(struct span secret, uint64_t step, unsigned digits, char out[static TOTP_DIGITS_MAX + 1])
{
	crypto_auth_hmacsha256_state state;
	uint8_t counter[8], mac[crypto_auth_hmacsha256_BYTES];
	ASSERT(digits > 0 && digits <= TOTP_DIGITS_MAX);
	for (size_t i = 0; i < sizeof counter; i++)
		counter[i] = (uint8_t)(step >> (8 * (sizeof counter - 1 - i)));
	crypto_auth_hmacsha256_init(&state, secret.data, secret.len);
	crypto_auth_hmacsha256_update(&state, counter, sizeof counter);
	crypto_auth_hmacsha256_final(&state, mac);
	uint32_t number = truncated(mac);
	for (unsigned i = digits; i > 0; i--) {
		out[i - 1] = (char)('0' + number % 10);
		number /= 10;
	}
	out[digits] = '\0';
	sodium_memzero(&state, sizeof state);
	sodium_memzero(mac, sizeof mac);
}

/* The digits alone; false: there are others than TOTP_DIGITS, or something else. */
static bool read_code(struct span code, char out[static TOTP_DIGITS])
{
	size_t count = 0;
	for (size_t i = 0; i < code.len; i++) {
		if (code.data[i] == ' ')
			continue;
		if (code.data[i] < '0' || code.data[i] > '9' || count == TOTP_DIGITS)
			return false;
		out[count++] = (char)code.data[i];
	}
	return count == TOTP_DIGITS;
}

bool totp_accepts(const uint8_t secret[static TOTP_SECRET_BYTES], struct span code, uint64_t wall_ms, uint64_t last_step,
		  uint64_t *step)
{
	char given[TOTP_DIGITS], right[TOTP_DIGITS_MAX + 1];
	uint64_t now = wall_ms / TOTP_STEP_MS, found = 0;
	bool any = false;
	if (!read_code(code, given))
		return false;
	for (uint64_t at = now > TOTP_WINDOW ? now - TOTP_WINDOW : 0; at <= now + TOTP_WINDOW; at++) {
		totp_code(span_of(secret, TOTP_SECRET_BYTES), at, TOTP_DIGITS, right);
		if (sodium_memcmp(given, right, TOTP_DIGITS) == 0 && at > last_step) {
			any = true;
			found = at;
		}
	}
	sodium_memzero(right, sizeof right);
	if (any)
		*step = found;
	return any;
}

void totp_secret_text(const uint8_t secret[static TOTP_SECRET_BYTES], char out[static TOTP_SECRET_TEXT_BYTES])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint32_t held = 0;
	unsigned bits = 0;
	size_t count = 0;
	for (size_t i = 0; i < TOTP_SECRET_BYTES; i++) {
		held = held << 8 | secret[i];
		for (bits += 8; bits >= 5; bits -= 5)
			out[count++] = letters[held >> (bits - 5) & 31];
		held &= (1u << bits) - 1;
	}
	if (bits > 0)
		out[count++] = letters[held << (5 - bits) & 31];
	out[count] = '\0';
	ASSERT(count + 1 == TOTP_SECRET_TEXT_BYTES);
}

/* ---- the address ---- */

struct text {
	char *out;
	size_t used;
	bool full;
};

static void put(struct text *text, char c)
{
	text->full = text->full || text->used + 1 >= TOTP_URI_BYTES;
	if (!text->full)
		text->out[text->used++] = c;
}

static void put_word(struct text *text, const char *word)
{
	while (*word != '\0')
		put(text, *word++);
}

/* RFC 3986: what is not unreserved is %XX. */
static void put_escaped(struct text *text, struct span name)
{
	static const char hex[] = "0123456789ABCDEF";
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.data[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
			     c == '_' || c == '~';
		if (plain) {
			put(text, (char)c);
			continue;
		}
		put(text, '%');
		put(text, hex[c >> 4]);
		put(text, hex[c & 15]);
	}
}

bool totp_uri(const uint8_t secret[static TOTP_SECRET_BYTES], struct span issuer, struct span account,
	      char out[static TOTP_URI_BYTES])
{
	struct text text = { .out = out };
	char base32[TOTP_SECRET_TEXT_BYTES];
	totp_secret_text(secret, base32);
	put_word(&text, "otpauth://totp/");
	put_escaped(&text, issuer);
	put(&text, ':');
	put_escaped(&text, account);
	put_word(&text, "?secret=");
	put_word(&text, base32);
	put_word(&text, "&issuer=");
	put_escaped(&text, issuer);
	put_word(&text, "&algorithm=SHA256&digits=6&period=30");
	out[text.used] = '\0';
	sodium_memzero(base32, sizeof base32);
	return !text.full;
}
