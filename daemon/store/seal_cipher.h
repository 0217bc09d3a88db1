/* seal_cipher - one key of one sealed file: pages and WAL records in, sealed
 * bytes out.
 *
 * Every sealed unit ends in a trailer of 40 bytes: nonce (24) and tag (16). The
 * nonce is 16 bytes that are drawn anew at process start, after a fork and
 * whenever seal_cipher_renew is called, then a 64-bit counter (little-endian).
 * Both suites take a subkey HChaCha20(file key, first 16 nonce bytes) and the
 * counter as the rest of the nonce, so suite 1 is XChaCha20-Poly1305 to the
 * letter; suite 2 is AES-256-GCM under the subkey with the nonce 0^4 | counter.
 *
 * Keys live in sodium_malloc memory, the caller's and those cached here.
 * One cipher belongs to one connection and is used by one thread at a time; the
 * nonces are drawn from one counter for the whole process and any thread.
 *
 * C1  No (subkey, counter) pair seals twice.
 * C2  seal_cipher_open writes zeros, never data, when authentication fails.
 */
#ifndef JALKA_STORE_SEAL_CIPHER_H
#define JALKA_STORE_SEAL_CIPHER_H

#include "base/fault.h"
#include "store/seal_vfs.h"

enum {
	SEAL_CIPHER_TRAILER_BYTES = SEAL_RESERVE_BYTES,
	SEAL_CIPHER_NONCE_BYTES = 24,
	SEAL_CIPHER_PREFIX_BYTES = 16,
	SEAL_CIPHER_TAG_BYTES = 16,
};
_Static_assert(SEAL_CIPHER_NONCE_BYTES + SEAL_CIPHER_TAG_BYTES == SEAL_CIPHER_TRAILER_BYTES, "trailer");

/* The database file and its log have keys of their own. */
enum seal_purpose { SEAL_PAGES, SEAL_LOG };

struct seal_cipher;

/* FAULT_CALLER: this processor cannot do the suite. FAULT_LIMIT: no locked memory left. */
struct fault seal_cipher_new(enum seal_suite suite, enum seal_purpose purpose, const uint8_t key[static SEAL_KEY_BYTES],
			     const uint8_t file_id[static SEAL_FILE_ID_BYTES], struct seal_cipher **out);
void seal_cipher_free(struct seal_cipher *cipher);

/* Seals `len` bytes of `plain` to `sealed` (apart from it) and fills the trailer. */
void seal_cipher_seal(struct seal_cipher *cipher, uint8_t *sealed, const uint8_t *plain, size_t len, struct span bound,
		      uint8_t trailer[static SEAL_CIPHER_TRAILER_BYTES]);
/* False: not what was sealed under this key, bound to these bytes; `plain` is zeros then. */
bool seal_cipher_open(struct seal_cipher *cipher, uint8_t *plain, const uint8_t *sealed, size_t len, struct span bound,
		      const uint8_t trailer[static SEAL_CIPHER_TRAILER_BYTES]);

/* The next seal draws a new nonce prefix: bounds what a copied virtual machine
 * can repeat, and how much one AES-GCM subkey seals. */
void seal_cipher_renew(void);

/* Four bytes of a file's id that tell a wrong key before anything is decrypted. */
enum { SEAL_CIPHER_CHECK_BYTES = 4 };
void seal_cipher_check(const uint8_t key[static SEAL_KEY_BYTES], struct span bound,
		       uint8_t out[static SEAL_CIPHER_CHECK_BYTES]);

bool seal_cipher_supports(enum seal_suite suite);

#endif
