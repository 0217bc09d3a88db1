/* handshake - the clear header of message 1, its MAC, prologue and words. */
#include "core/handshake.h"

#include <sodium.h>

#include "base/assert.h"
#include "base/limits.h"

_Static_assert(LIMIT_MESSAGE1_BYTES <= UINT16_MAX, "the length of message 1 fits its two bytes");
_Static_assert(HANDSHAKE_MAC_BYTES >= crypto_generichash_BYTES_MIN, "BLAKE2b gives so short a MAC");

/* The tokens and tag of the first Noise message of each kind. */
enum {
	KEYS_E_BYTES = NOISE_DH_BYTES,
	KEYS_E_S_BYTES = NOISE_DH_BYTES + NOISE_DH_BYTES + NOISE_TAG_BYTES,
};

static bool kind_of(uint8_t byte, enum handshake_kind *out)
{
	if (byte < HANDSHAKE_CERT || byte > HANDSHAKE_XKPSK0)
		return false;
	*out = (enum handshake_kind)byte;
	return true;
}

static bool has_slot(enum handshake_kind kind)
{
	return kind == HANDSHAKE_CERT || kind == HANDSHAKE_XKPSK0;
}

static bool length_fits(enum handshake_kind kind, uint16_t message_bytes)
{
	if (kind == HANDSHAKE_CERT)
		return message_bytes == 0;
	return message_bytes >= handshake_mac_covers(kind) + NOISE_TAG_BYTES &&
	       message_bytes <= HANDSHAKE_MESSAGE_BYTES_MAX;
}

size_t handshake_header_write(const struct handshake_header *header, uint8_t out[static HANDSHAKE_HEADER_SLOT_BYTES])
{
	ASSERT(length_fits(header->kind, header->message_bytes));
	out[0] = HANDSHAKE_VERSION;
	out[1] = (uint8_t)header->kind;
	out[2] = (uint8_t)header->message_bytes;
	out[3] = (uint8_t)(header->message_bytes >> 8);
	if (!has_slot(header->kind))
		return HANDSHAKE_HEADER_BYTES;
	memcpy(out + HANDSHAKE_HEADER_BYTES, header->slot, HANDSHAKE_SLOT_BYTES);
	return HANDSHAKE_HEADER_SLOT_BYTES;
}

size_t handshake_header_bytes(const uint8_t first[static HANDSHAKE_HEADER_BYTES])
{
	enum handshake_kind kind;
	uint16_t message_bytes = (uint16_t)(first[2] | first[3] << 8);
	if (first[0] != HANDSHAKE_VERSION || !kind_of(first[1], &kind) || !length_fits(kind, message_bytes))
		return 0;
	return (has_slot(kind) ? HANDSHAKE_HEADER_SLOT_BYTES : HANDSHAKE_HEADER_BYTES) + HANDSHAKE_MAC_BYTES;
}

struct fault handshake_header_read(struct span bytes, struct handshake_header *out,
				   uint8_t mac[static HANDSHAKE_MAC_BYTES])
{
	if (bytes.len < HANDSHAKE_HEADER_BYTES)
		return fault_of(FAULT_PEER, "handshake header: short");
	size_t whole = handshake_header_bytes(bytes.data);
	if (whole == 0)
		return fault_of(FAULT_PEER, "handshake header: version, kind or length");
	if (bytes.len != whole)
		return fault_of(FAULT_PEER, "handshake header: not its length");
	struct handshake_header header = {
		.message_bytes = (uint16_t)(bytes.data[2] | bytes.data[3] << 8),
	};
	bool known = kind_of(bytes.data[1], &header.kind);
	ASSERT(known);
	if (has_slot(header.kind))
		memcpy(header.slot, bytes.data + HANDSHAKE_HEADER_BYTES, HANDSHAKE_SLOT_BYTES);
	*out = header;
	memcpy(mac, bytes.data + whole - HANDSHAKE_MAC_BYTES, HANDSHAKE_MAC_BYTES);
	return fault_none();
}

size_t handshake_mac_covers(enum handshake_kind kind)
{
	switch (kind) {
	case HANDSHAKE_CERT:
		return 0;
	case HANDSHAKE_IK:
	case HANDSHAKE_IKPSK1:
		return KEYS_E_S_BYTES;
	case HANDSHAKE_XKPSK0:
		return KEYS_E_BYTES;
	}
	return 0;
}

static void hash(uint8_t *out, size_t out_bytes, struct span key, struct span first, struct span second)
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, key.data, key.len, out_bytes);
	crypto_generichash_update(&state, first.data, first.len);
	crypto_generichash_update(&state, second.data, second.len);
	crypto_generichash_final(&state, out, out_bytes);
}

void handshake_mac(const struct delta_identity *central, const struct handshake_header *header,
		   struct span keys, uint8_t out[static HANDSHAKE_MAC_BYTES])
{
	uint8_t key[32], clear[HANDSHAKE_HEADER_SLOT_BYTES];
	ASSERT(keys.len == handshake_mac_covers(header->kind));
	hash(key, sizeof key, span_of(NULL, 0), span_text("jalka-mac-1"),
	     span_of(central->bytes, sizeof central->bytes));
	size_t len = handshake_header_write(header, clear);
	hash(out, HANDSHAKE_MAC_BYTES, span_of(key, sizeof key), span_of(clear, len), keys);
}

size_t handshake_prologue(const struct delta_identity *central, const struct handshake_header *header,
			  uint8_t out[static HANDSHAKE_PROLOGUE_BYTES_MAX])
{
	size_t len = handshake_header_write(header, out);
	memcpy(out + len, central->bytes, DELTA_IDENTITY_BYTES);
	return len + DELTA_IDENTITY_BYTES;
}

/* Sixteen bits as consonant-vowel-consonant-vowel-consonant, high bits first. */
static void proquint(uint16_t bits, char out[static 5])
{
	static const char consonants[] = "bdfghjklmnprstvz", vowels[] = "aiou";
	out[0] = consonants[bits >> 12];
	out[1] = vowels[bits >> 10 & 3];
	out[2] = consonants[bits >> 6 & 15];
	out[3] = vowels[bits >> 4 & 3];
	out[4] = consonants[bits & 15];
}

void handshake_words(const uint8_t handshake_hash[static NOISE_HASH_BYTES], char out[static HANDSHAKE_WORDS_BYTES])
{
	uint8_t digest[32];
	hash(digest, sizeof digest, span_of(NULL, 0), span_text("jalka-words-1"),
	     span_of(handshake_hash, NOISE_HASH_BYTES));
	for (size_t i = 0; i < 4; i++) {
		proquint((uint16_t)(digest[2 * i] << 8 | digest[2 * i + 1]), out + 6 * i);
		out[6 * i + 5] = i < 3 ? '-' : '\0';
	}
}
