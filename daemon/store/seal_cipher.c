/* seal_cipher - AEAD for pages and WAL records on libsodium's functions alone.
 *
 * A subkey is found by the nonce's prefix in a small cache, so a page costs
 * neither an HChaCha20 nor an AES key schedule nor a call for random bytes. The
 * own prefix has a place of its own; the prefixes of earlier processes, which
 * are read only, share a direct-mapped table.
 */
#include "store/seal_cipher.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>

#include "base/assert.h"

enum { SUBKEYS = 64, SUBKEY_BYTES = 32, COUNTER_BYTES = 8, SHORT_NONCE_BYTES = 12 };

_Static_assert(crypto_aead_chacha20poly1305_ietf_NPUBBYTES == SHORT_NONCE_BYTES, "RFC 8439 nonce");
_Static_assert(crypto_aead_aes256gcm_NPUBBYTES == SHORT_NONCE_BYTES, "GCM nonce");
_Static_assert(crypto_aead_chacha20poly1305_ietf_ABYTES == SEAL_CIPHER_TAG_BYTES, "Poly1305 tag");
_Static_assert(crypto_aead_aes256gcm_ABYTES == SEAL_CIPHER_TAG_BYTES, "GCM tag");
_Static_assert(crypto_core_hchacha20_INPUTBYTES == SEAL_CIPHER_PREFIX_BYTES, "HChaCha20 input");
_Static_assert(crypto_core_hchacha20_OUTPUTBYTES == SUBKEY_BYTES, "HChaCha20 output");

struct subkey {
	crypto_aead_aes256gcm_state aes; /* suite 2; wants 16-byte alignment (T20) */
	uint8_t key[SUBKEY_BYTES];       /* suite 1 */
	uint8_t prefix[SEAL_CIPHER_PREFIX_BYTES];
	bool known;
};
_Static_assert(sizeof(struct subkey) % 16 == 0, "sodium_malloc aligns to the size's factors");

struct seal_cipher {
	struct subkey own;             /* of the prefix this process seals with */
	struct subkey read[SUBKEYS];
	uint8_t key[SUBKEY_BYTES];
	enum seal_suite suite;
	uint64_t own_generation;
};
_Static_assert(sizeof(struct seal_cipher) % 16 == 0, "sodium_malloc aligns to the size's factors");

/* ---- nonces: one counter for the process ---- */

static struct {
	pthread_mutex_t mutex;
	uint64_t generation; /* rises with every prefix drawn; 0: none yet */
	uint64_t counter;
	uint8_t prefix[SEAL_CIPHER_PREFIX_BYTES];
	bool forks_are_seen;
} nonces = { .mutex = PTHREAD_MUTEX_INITIALIZER };
/* Set from the fork handler, where no lock may be waited for. */
static atomic_bool prefix_is_stale = true;

static void child_was_born(void)
{
	atomic_store(&prefix_is_stale, true);
}

static void lock_nonces(void)
{
	pthread_mutex_lock(&nonces.mutex);
}

static void unlock_nonces(void)
{
	pthread_mutex_unlock(&nonces.mutex);
}

void seal_cipher_renew(void)
{
	atomic_store(&prefix_is_stale, true);
}

/* Writes a nonce never given before and returns its prefix's generation (V3, C1). */
static uint64_t next_nonce(uint8_t nonce[static SEAL_CIPHER_NONCE_BYTES])
{
	lock_nonces();
	if (!nonces.forks_are_seen) {
		/* The mutex is held across a fork so that the child finds it whole. */
		int rc = pthread_atfork(lock_nonces, unlock_nonces, unlock_nonces);
		rc = rc != 0 ? rc : pthread_atfork(NULL, NULL, child_was_born);
		ASSERT(rc == 0);
		nonces.forks_are_seen = true;
	}
	if (atomic_exchange(&prefix_is_stale, false)) {
		randombytes_buf(nonces.prefix, sizeof nonces.prefix);
		nonces.generation++;
		nonces.counter = 0;
	}
	memcpy(nonce, nonces.prefix, SEAL_CIPHER_PREFIX_BYTES);
	uint64_t counter = nonces.counter++;
	uint64_t generation = nonces.generation;
	unlock_nonces();
	for (size_t i = 0; i < COUNTER_BYTES; i++)
		nonce[SEAL_CIPHER_PREFIX_BYTES + i] = (uint8_t)(counter >> (8 * i));
	return generation;
}

/* ---- keys ---- */

bool seal_cipher_supports(enum seal_suite suite)
{
	switch (suite) {
	case SEAL_NULL:
	case SEAL_XCHACHA20POLY1305:
		return true;
	case SEAL_AES256GCM:
		return crypto_aead_aes256gcm_is_available() == 1;
	}
	return false;
}

static void derive(const uint8_t key[static SEAL_KEY_BYTES], const char *tag, struct span bound, uint8_t *out, size_t len)
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, key, SEAL_KEY_BYTES, len);
	crypto_generichash_update(&state, (const uint8_t *)tag, strlen(tag));
	crypto_generichash_update(&state, bound.data, bound.len);
	crypto_generichash_final(&state, out, len);
	sodium_memzero(&state, sizeof state);
}

void seal_cipher_check(const uint8_t key[static SEAL_KEY_BYTES], struct span bound,
		       uint8_t out[static SEAL_CIPHER_CHECK_BYTES])
{
	uint8_t hash[32];
	derive(key, "jalka-seal-check-1", bound, hash, sizeof hash);
	memcpy(out, hash, SEAL_CIPHER_CHECK_BYTES);
}

struct fault seal_cipher_new(enum seal_suite suite, enum seal_purpose purpose, const uint8_t key[static SEAL_KEY_BYTES],
			     const uint8_t file_id[static SEAL_FILE_ID_BYTES], struct seal_cipher **out)
{
	if (!seal_cipher_supports(suite))
		return fault_of(FAULT_CALLER, "store: this processor cannot do the file's cipher suite");
	struct seal_cipher *cipher = sodium_malloc(sizeof *cipher);
	if (cipher == NULL || sodium_mlock(cipher, sizeof *cipher) != 0) { /* sodium_malloc itself does not say */
		sodium_free(cipher);
		return fault_of(FAULT_LIMIT, "store: no locked memory left for keys (RLIMIT_MEMLOCK)");
	}
	memset(cipher, 0, sizeof *cipher);
	cipher->suite = suite;
	derive(key, purpose == SEAL_PAGES ? "jalka-seal-pages-1" : "jalka-seal-log-1",
	       span_of(file_id, SEAL_FILE_ID_BYTES), cipher->key, sizeof cipher->key);
	*out = cipher;
	return fault_none();
}

void seal_cipher_free(struct seal_cipher *cipher)
{
	sodium_free(cipher); /* wipes */
}

static void expand(const struct seal_cipher *cipher, struct subkey *subkey, const uint8_t *prefix)
{
	crypto_core_hchacha20(subkey->key, prefix, cipher->key, NULL);
	if (cipher->suite == SEAL_AES256GCM)
		crypto_aead_aes256gcm_beforenm(&subkey->aes, subkey->key);
	memcpy(subkey->prefix, prefix, SEAL_CIPHER_PREFIX_BYTES);
	subkey->known = true;
}

static const struct subkey *subkey_of(struct seal_cipher *cipher, const uint8_t *prefix)
{
	if (cipher->own.known && memcmp(cipher->own.prefix, prefix, SEAL_CIPHER_PREFIX_BYTES) == 0)
		return &cipher->own;
	struct subkey *subkey = &cipher->read[prefix[0] % SUBKEYS];
	if (!subkey->known || memcmp(subkey->prefix, prefix, SEAL_CIPHER_PREFIX_BYTES) != 0)
		expand(cipher, subkey, prefix);
	return subkey;
}

/* ---- sealing ---- */

static void short_nonce(uint8_t out[static SHORT_NONCE_BYTES], const uint8_t *nonce)
{
	memset(out, 0, SHORT_NONCE_BYTES - COUNTER_BYTES);
	memcpy(out + SHORT_NONCE_BYTES - COUNTER_BYTES, nonce + SEAL_CIPHER_PREFIX_BYTES, COUNTER_BYTES);
}

void seal_cipher_seal(struct seal_cipher *cipher, uint8_t *sealed, const uint8_t *plain, size_t len, struct span bound,
		      uint8_t trailer[static SEAL_CIPHER_TRAILER_BYTES])
{
	uint8_t *tag = trailer + SEAL_CIPHER_NONCE_BYTES;
	uint8_t nonce[SHORT_NONCE_BYTES];
	uint64_t generation = next_nonce(trailer);
	if (generation != cipher->own_generation) {
		expand(cipher, &cipher->own, trailer);
		cipher->own_generation = generation;
	}
	short_nonce(nonce, trailer);
	switch (cipher->suite) {
	case SEAL_NULL:
		memcpy(sealed, plain, len);
		memset(tag, 0, SEAL_CIPHER_TAG_BYTES);
		return;
	case SEAL_XCHACHA20POLY1305:
		crypto_aead_chacha20poly1305_ietf_encrypt_detached(sealed, tag, NULL, plain, len, bound.data, bound.len,
								   NULL, nonce, cipher->own.key);
		return;
	case SEAL_AES256GCM:
		crypto_aead_aes256gcm_encrypt_detached_afternm(sealed, tag, NULL, plain, len, bound.data, bound.len, NULL,
							       nonce, &cipher->own.aes);
		return;
	}
}

bool seal_cipher_open(struct seal_cipher *cipher, uint8_t *plain, const uint8_t *sealed, size_t len, struct span bound,
		      const uint8_t trailer[static SEAL_CIPHER_TRAILER_BYTES])
{
	const uint8_t *tag = trailer + SEAL_CIPHER_NONCE_BYTES;
	uint8_t nonce[SHORT_NONCE_BYTES];
	int rc = -1;
	short_nonce(nonce, trailer);
	switch (cipher->suite) {
	case SEAL_NULL:
		memcpy(plain, sealed, len);
		rc = 0;
		break;
	case SEAL_XCHACHA20POLY1305:
		rc = crypto_aead_chacha20poly1305_ietf_decrypt_detached(plain, NULL, sealed, len, tag, bound.data,
									bound.len, nonce,
									subkey_of(cipher, trailer)->key);
		break;
	case SEAL_AES256GCM:
		rc = crypto_aead_aes256gcm_decrypt_detached_afternm(plain, NULL, sealed, len, tag, bound.data, bound.len,
								    nonce, &subkey_of(cipher, trailer)->aes);
		break;
	}
	if (rc != 0)
		memset(plain, 0, len);
	return rc == 0;
}
