/* handshake - the clear header of message 1, its MAC, and what is around Noise.
 *
 * Clear header, byte by byte (all little-endian):
 *
 *   0      handshake version, 1
 *   1      kind: 1 CERT, 2 IK, 3 IKPSK1, 4 XKPSK0
 *   2..3   length of the Noise message that follows the MAC (CERT: 0)
 *   4..19  slot id of the enrolment (CERT and XKPSK0 only)
 *   then   MAC, 16 bytes = BLAKE2b-128(key = BLAKE2b-256("jalka-mac-1" | identity),
 *          header | e | encrypted s)   — as many of e and s as the pattern has
 *   then   the Noise message, beginning with e and the encrypted s
 *
 * The Noise prologue is the header (4 or 20 bytes) | central identity (32).
 * The same bytes answer: a frame is a 16-bit length and that many bytes; a
 * length of 0 in answer to IKPSK1 is PLAIN: begin again with IK on this
 * connection. What the MAC refuses and what a key nobody knows sends get the
 * same silent close.
 */
#ifndef JALKA_CORE_HANDSHAKE_H
#define JALKA_CORE_HANDSHAKE_H

#include "base/fault.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/wire.h"
#include "core/delta.h"
#include "core/noise.h"

enum handshake_kind { HANDSHAKE_CERT = 1, HANDSHAKE_IK = 2, HANDSHAKE_IKPSK1 = 3, HANDSHAKE_XKPSK0 = 4 };

enum {
	HANDSHAKE_VERSION = 1,
	HANDSHAKE_SLOT_BYTES = 16,
	HANDSHAKE_MAC_BYTES = 16,
	HANDSHAKE_HEADER_BYTES = 4,
	HANDSHAKE_HEADER_SLOT_BYTES = 4 + HANDSHAKE_SLOT_BYTES,
	HANDSHAKE_HEADER_BYTES_MAX = HANDSHAKE_HEADER_SLOT_BYTES + HANDSHAKE_MAC_BYTES,
	HANDSHAKE_PROLOGUE_BYTES_MAX = HANDSHAKE_HEADER_SLOT_BYTES + DELTA_IDENTITY_BYTES,
	/* Header, MAC and Noise message together are one initial TCP window. */
	HANDSHAKE_MESSAGE_BYTES_MAX = LIMIT_MESSAGE1_BYTES - HANDSHAKE_HEADER_BYTES_MAX,
};

struct handshake_header {
	enum handshake_kind kind;
	uint16_t message_bytes;
	uint8_t slot[HANDSHAKE_SLOT_BYTES];
};

/* Writes header without MAC (4 or 20 bytes); returns how many. message_bytes is
 * in bounds: 0 for CERT, else e, s and a tag up to HANDSHAKE_MESSAGE_BYTES_MAX. */
size_t handshake_header_write(const struct handshake_header *header, uint8_t out[static HANDSHAKE_HEADER_SLOT_BYTES]);

/* How many bytes (header and MAC) stand before the Noise message, once the first
 * 4 bytes are there; 0: unknown version or kind, or message_bytes out of bounds. */
size_t handshake_header_bytes(const uint8_t first[static HANDSHAKE_HEADER_BYTES]);

/* Reads header and MAC, which are complete. */
struct fault handshake_header_read(struct span bytes, struct handshake_header *out,
				   uint8_t mac[static HANDSHAKE_MAC_BYTES]);

/* How many bytes of the Noise message the MAC covers: 0, 32 (e) or 80 (e, s). */
size_t handshake_mac_covers(enum handshake_kind kind);

/* `keys`: the first handshake_mac_covers bytes of the Noise message. Compare in
 * constant time (sodium_memcmp). */
void handshake_mac(const struct delta_identity *central, const struct handshake_header *header,
		   struct span keys, uint8_t out[static HANDSHAKE_MAC_BYTES]);

/* Prologue bytes; returns how many. */
size_t handshake_prologue(const struct delta_identity *central, const struct handshake_header *header,
			  uint8_t out[static HANDSHAKE_PROLOGUE_BYTES_MAX]);

/* The enrolment words both screens show: four proquints (arXiv:0901.4016) of the
 * first 8 bytes of BLAKE2b-256("jalka-words-1" | handshake hash). */
enum { HANDSHAKE_WORDS_BYTES = 4 * 6 };
void handshake_words(const uint8_t handshake_hash[static NOISE_HASH_BYTES], char out[static HANDSHAKE_WORDS_BYTES]);

#endif
