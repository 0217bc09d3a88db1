/* vault - the random store key, wrapped by key slots.
 *
 * A small file beside the store, two copies (A/B) with a generation counter,
 * each written temp + fsync + rename. Slots: passphrase (Argon2id, parameters
 * authenticated and never accepted below the floor), key file (32 bytes and
 * more, for a server's credential), recovery (sealed box to the organiser's
 * X25519 recovery key). Changing a passphrase rewraps one slot: O(1).
 *
 * The store key lives in sodium_malloc memory and is wiped by vault_lock.
 */
#ifndef JALKA_STORE_VAULT_H
#define JALKA_STORE_VAULT_H

#include "base/fault.h"
#include "base/span.h"

enum { VAULT_KEY_BYTES = 32 };

struct vault;

struct vault_cost {
	uint64_t passes;     /* 0: calibrated to 0.7-1.0 s, never below the floor */
	uint64_t memory_bytes;
};
enum { VAULT_PASSES_MIN = 3 };
#define VAULT_MEMORY_MIN (256ull * 1024 * 1024)

/* Tests alone may lower the floor for this process, so that a test suite does
 * not spend its time in Argon2id; a vault made so opens only in such a process. */
void vault_floor_for_tests(uint64_t passes, uint64_t memory_bytes);

/* Makes a vault with one slot. FAULT_CALLER: it exists, or a passphrase under 8 characters. */
struct fault vault_create(const char *path, struct span passphrase, const struct vault_cost *cost, struct vault **out);
struct fault vault_create_keyfile(const char *path, struct span key_file, struct vault **out);

/* FAULT_CALLER "wrong passphrase"; FAULT_STORE "vault damaged ..." */
struct fault vault_unlock(const char *path, struct span passphrase, struct vault **out);
struct fault vault_unlock_keyfile(const char *path, struct span key_file, struct vault **out);
bool vault_exists(const char *path);

/* The same vault at another path; no key is needed, and none comes near. FAULT_CALLER: one is there. */
struct fault vault_copy(const char *from, const char *to);

/* A key for one purpose: BLAKE2b-256(key = store key, "jalka-vault-1" | purpose). Lent until vault_lock. */
struct fault vault_key(struct vault *vault, const char *purpose, uint8_t out[static VAULT_KEY_BYTES]);

/* Whether it may be one: FAULT_CALLER says what it lacks. Create, change and set ask the same. */
struct fault vault_check_passphrase(struct span passphrase);
struct fault vault_change_passphrase(struct vault *vault, struct span old_passphrase, struct span new_passphrase);
/* Without the old one: the vault was opened with the recovery key. A vault of a key file gets none. */
struct fault vault_set_passphrase(struct vault *vault, struct span new_passphrase);
bool vault_has_recovery(const struct vault *vault, const uint8_t recovery_public[static 32]);
struct fault vault_add_recovery(struct vault *vault, const uint8_t recovery_public[static 32]);
/* FAULT_CALLER "wrong recovery key", or that the vault never got a slot for one. */
struct fault vault_unlock_recovery(const char *path, const uint8_t recovery_secret[static 32], struct vault **out);
/* Destroys every slot: the store can never be read again. */
struct fault vault_destroy(const char *path);

void vault_lock(struct vault *vault); /* wipes and frees */

#endif
