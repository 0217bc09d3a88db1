/* noise - the Noise Protocol Framework (revision 34) for our four patterns:
 * IK, IKpsk1, XKpsk0, X with 25519, ChaChaPoly and BLAKE2b.
 *
 * Code follows the specification's own words and order (noiseprotocol.org/noise.html,
 * sections 5 and 7 and 9). Randomness comes in: the caller gives the ephemeral
 * secret. A public key that gives an all-zero shared secret is refused.
 *
 * Order to obey: noise_init, then write and read in the pattern's turns, then
 * noise_split once `noise_finished`. noise_wipe on every way out.
 */
#ifndef JALKA_CORE_NOISE_H
#define JALKA_CORE_NOISE_H

#include "base/fault.h"
#include "base/span.h"

enum {
	NOISE_DH_BYTES = 32,
	NOISE_HASH_BYTES = 64,
	NOISE_KEY_BYTES = 32,
	NOISE_TAG_BYTES = 16,
	NOISE_PSK_BYTES = 32,
};

enum noise_pattern { NOISE_IK, NOISE_IKPSK1, NOISE_XKPSK0, NOISE_X };

struct noise_cipher {
	uint8_t key[NOISE_KEY_BYTES];
	uint64_t nonce;
	bool has_key;
};

struct noise {
	enum noise_pattern pattern;
	bool initiator;
	size_t message; /* index of the next handshake message */
	uint8_t ck[NOISE_HASH_BYTES], h[NOISE_HASH_BYTES];
	struct noise_cipher cipher;
	uint8_t s_secret[NOISE_DH_BYTES], s_public[NOISE_DH_BYTES];
	uint8_t e_secret[NOISE_DH_BYTES], e_public[NOISE_DH_BYTES];
	uint8_t rs[NOISE_DH_BYTES], re[NOISE_DH_BYTES];
	uint8_t psk[NOISE_PSK_BYTES];
	uint8_t ss[NOISE_DH_BYTES]; /* DH(s, rs) */
	bool has_s, has_e, has_rs, has_re, has_psk, has_ss;
	bool keys_read; /* between noise_read_keys and noise_read_payload */
};

struct noise_config {
	enum noise_pattern pattern;
	bool initiator;
	struct span prologue;
	const uint8_t *static_secret;    /* 32 bytes: both sides of all four have one */
	const uint8_t *static_public;    /* its public key, to save computing it; or NULL */
	const uint8_t *remote_static;    /* 32 bytes; initiators only: the responder's key */
	const uint8_t *psk;              /* 32 bytes, IKpsk1 and XKpsk0; a responder may set it later */
	const uint8_t *ephemeral_secret; /* 32 random bytes, fresh for this handshake; NULL: responder of X */
};

void noise_init(struct noise *noise, const struct noise_config *config);

/* A responder of IKpsk1 learns whose psk to use from `rs`: set between
 * noise_read_keys and noise_read_payload; and again with another psk when the
 * payload did not open (P1: current, then previous). */
void noise_set_psk(struct noise *noise, const uint8_t psk[static NOISE_PSK_BYTES]);

/* DH(s, rs) of two static keys is the same in every handshake of the two. Who
 * remembers it (as safely as a static key) saves a DH: a responder of IK or IKpsk1
 * sets it between noise_read_keys and noise_read_payload. False: a key of low order. */
bool noise_dh_static(const uint8_t secret[static NOISE_DH_BYTES], const uint8_t public[static NOISE_DH_BYTES],
		     uint8_t out[static NOISE_DH_BYTES]);
void noise_set_ss(struct noise *noise, const uint8_t ss[static NOISE_DH_BYTES]);

/* Writes the next message; out must hold the tokens and payload.len + 16. After a
 * fault other than FAULT_LIMIT the handshake is over. */
struct fault noise_write(struct noise *noise, struct span payload, uint8_t *out, size_t out_size, size_t *out_len);

/* Reads the next message whole; payload must hold message.len bytes. After a
 * fault in reading, the handshake is where it was before the call. */
struct fault noise_read(struct noise *noise, struct span message, uint8_t *payload, size_t payload_size, size_t *payload_len);

/* The same in two halves: first the tokens (for IK and IKpsk1: e, es, s; their ss and
 * psk are of the second half), then the payload. The first returns the rest of the
 * message. After the first half of message 1 `rs` is known, for one DH. */
struct fault noise_read_keys(struct noise *noise, struct span message, struct span *rest);
struct fault noise_read_payload(struct noise *noise, struct span rest, uint8_t *payload, size_t payload_size, size_t *payload_len);

bool noise_finished(const struct noise *noise);

struct noise_transport {
	struct noise_cipher send, receive;
	uint8_t handshake_hash[NOISE_HASH_BYTES];
	uint8_t resumption[NOISE_KEY_BYTES]; /* P1: BLAKE2b-256(key = k3, "jalka-resume-1" | h) */
};

/* Split(), and the resumption key of P1: (k1, k2, k3) = HKDF(ck, empty, 3), each
 * cut to 32 bytes. Wipes ck and k3. After pattern X only the initiator sends. */
void noise_split(struct noise *noise, struct noise_transport *out);

/* Transport messages with empty associated data. A tag that does not fit is
 * FAULT_PEER and the transport must not be used again. `out` may not overlap. */
struct fault noise_seal(struct noise_cipher *cipher, struct span plain, uint8_t *out, size_t out_size, size_t *out_len);
struct fault noise_open(struct noise_cipher *cipher, struct span sealed, uint8_t *out, size_t out_size, size_t *out_len);

void noise_wipe(struct noise *noise);
void noise_transport_wipe(struct noise_transport *transport);

#endif
