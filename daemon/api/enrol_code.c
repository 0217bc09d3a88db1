/* enrol_code - base32 around the parts. */
#include "api/enrol_code.h"

#include <sodium.h>

#define PREFIX "JALKA:1:"

enum { CHECK_BYTES = 4, FIXED_BYTES = DELTA_IDENTITY_BYTES + HANDSHAKE_SLOT_BYTES + NOISE_PSK_BYTES };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

static void check_of(const uint8_t *raw, size_t len, uint8_t out[static CHECK_BYTES])
{
	uint8_t hash[crypto_generichash_BYTES];
	crypto_generichash(hash, sizeof hash, raw, len, NULL, 0);
	memcpy(out, hash, CHECK_BYTES);
}

void enrol_code_write(const struct enrol_code *code, char out[static ENROL_CODE_TEXT_MAX])
{
	uint8_t raw[ENROL_CODE_RAW_MAX];
	char address[ADDRESS_TEXT_BYTES];
	address_write(&code->address, address);
	size_t len = strlen(address), n = 0;
	raw[n++] = (uint8_t)len;
	memcpy(raw + n, address, len);
	n += len;
	memcpy(raw + n, code->identity.bytes, DELTA_IDENTITY_BYTES);
	n += DELTA_IDENTITY_BYTES;
	memcpy(raw + n, code->slot, HANDSHAKE_SLOT_BYTES);
	n += HANDSHAKE_SLOT_BYTES;
	memcpy(raw + n, code->secret, NOISE_PSK_BYTES);
	n += NOISE_PSK_BYTES;
	check_of(raw, n, raw + n);
	n += CHECK_BYTES;
	strcpy(out, PREFIX);
	size_t at = strlen(PREFIX), bits = 0;
	uint32_t held = 0;
	for (size_t i = 0; i < n; i++) {
		held = held << 8 | raw[i];
		for (bits += 8; bits >= 5; bits -= 5)
			out[at++] = alphabet[held >> (bits - 5) & 31];
	}
	if (bits > 0)
		out[at++] = alphabet[held << (5 - bits) & 31];
	out[at] = '\0';
	sodium_memzero(raw, sizeof raw);
}

static int upper(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

/* Decodes what follows the prefix; 0: not base32, too long, or bits left over. */
static size_t decode(struct span text, uint8_t out[static ENROL_CODE_RAW_MAX])
{
	uint32_t held = 0;
	size_t bits = 0, n = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == ' ' || text.data[i] == '\n' || text.data[i] == '\r' || text.data[i] == '\t')
			continue;
		const char *at = strchr(alphabet, upper(text.data[i]));
		if (at == NULL || text.data[i] == '\0')
			return 0;
		held = held << 5 | (uint32_t)(at - alphabet);
		bits += 5;
		if (bits >= 8) {
			if (n == ENROL_CODE_RAW_MAX)
				return 0;
			bits -= 8;
			out[n++] = (uint8_t)(held >> bits);
		}
	}
	return bits >= 5 || (held & ((1u << bits) - 1)) != 0 ? 0 : n;
}

struct fault enrol_code_read(struct span text, struct enrol_code *out)
{
	static const char bad[] = "this is not an enrolment code, or it was mistyped: copy the whole line JALKA:1:...";
	uint8_t raw[ENROL_CODE_RAW_MAX], check[CHECK_BYTES];
	struct enrol_code code;
	while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\n'))
		text = span_of(text.data + 1, text.len - 1);
	if (text.len < strlen(PREFIX))
		return fault_of(FAULT_CALLER, bad);
	for (size_t i = 0; i < strlen(PREFIX); i++)
		if (upper(text.data[i]) != PREFIX[i])
			return fault_of(FAULT_CALLER, bad);
	size_t n = decode(span_of(text.data + strlen(PREFIX), text.len - strlen(PREFIX)), raw);
	if (n < 1 + FIXED_BYTES + CHECK_BYTES || n != 1u + raw[0] + FIXED_BYTES + CHECK_BYTES)
		return fault_of(FAULT_CALLER, bad);
	check_of(raw, n - CHECK_BYTES, check);
	if (memcmp(check, raw + n - CHECK_BYTES, CHECK_BYTES) != 0)
		return fault_of(FAULT_CALLER, bad);
	FAULT_TRY(address_read(span_of(raw + 1, raw[0]), &code.address));
	const uint8_t *at = raw + 1 + raw[0];
	memcpy(code.identity.bytes, at, DELTA_IDENTITY_BYTES);
	memcpy(code.slot, at + DELTA_IDENTITY_BYTES, HANDSHAKE_SLOT_BYTES);
	memcpy(code.secret, at + DELTA_IDENTITY_BYTES + HANDSHAKE_SLOT_BYTES, NOISE_PSK_BYTES);
	*out = code;
	sodium_memzero(raw, sizeof raw);
	return fault_none();
}
