/* vault - wrapping the store key, and getting it back.
 *
 * A passphrase or a key file gives a wrapping key; the store key lies in the
 * slot under XChaCha20-Poly1305, bound to the vault's id, the slot's kind, its
 * salt and its costs, so that none of them can be changed unnoticed. A recovery
 * slot is a sealed box over store key and vault id. The whole file is sealed
 * under the store key once more: slots cannot be taken from an older file.
 */
#include "store/vault.h"

#include <sodium.h>
#include <stdlib.h>
#include <time.h>

#include "base/wire.h"
#include "store/vault_file.h"

enum {
	PASSPHRASE_CHARS_MIN = 8,
	KEY_FILE_BYTES_MIN = 32,
	PATH_BYTES_MAX = 4096,
	PASSES_MAX = 64,
	NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	RECOVERED_BYTES = VAULT_KEY_BYTES + VAULT_FILE_ID_BYTES,
	CALIBRATED_MS = 850, /* the middle of 0.7-1.0 s */
};
#define MEMORY_MAX (8ull * 1024 * 1024 * 1024)
_Static_assert(NONCE_BYTES + VAULT_KEY_BYTES + TAG_BYTES <= VAULT_FILE_BOX_BYTES, "a wrapped key fits its slot");
_Static_assert(RECOVERED_BYTES + crypto_box_SEALBYTES <= VAULT_FILE_BOX_BYTES, "a sealed box fits its slot");
_Static_assert(VAULT_FILE_SALT_BYTES == crypto_pwhash_argon2id_SALTBYTES, "Argon2id salt");

struct vault {
	uint8_t *key;      /* sodium_malloc */
	char *path;
	struct vault_file file;
};

static uint64_t passes_floor = VAULT_PASSES_MIN;
static uint64_t memory_floor = VAULT_MEMORY_MIN;

void vault_floor_for_tests(uint64_t passes, uint64_t memory_bytes)
{
	passes_floor = passes;
	memory_floor = memory_bytes;
}

bool vault_exists(const char *path)
{
	return vault_file_exists(path);
}

struct fault vault_copy(const char *from, const char *to)
{
	struct vault_file file;
	bool lone;
	if (vault_file_exists(to))
		return fault_of(FAULT_CALLER, "a vault exists there already");
	FAULT_TRY(vault_file_read(from, &file, &lone));
	return vault_file_write(to, &file);
}

/* ---- wrapping keys ---- */

static struct fault stretch(const struct vault_slot *slot, struct span passphrase, uint8_t out[static VAULT_KEY_BYTES])
{
	/* libsodium maps the memory and unmaps it again: it goes back to the system. */
	if (crypto_pwhash(out, VAULT_KEY_BYTES, (const char *)passphrase.data, passphrase.len, slot->salt, slot->passes,
			  (size_t)slot->memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return fault_of(FAULT_LIMIT, "not enough memory to check the passphrase");
	return fault_none();
}

static void hash_key_file(const struct vault_slot *slot, struct span key_file, uint8_t out[static VAULT_KEY_BYTES])
{
	static const char tag[] = "jalka-vault-keyfile-1";
	crypto_generichash_state state;
	crypto_generichash_init(&state, slot->salt, sizeof slot->salt, VAULT_KEY_BYTES);
	crypto_generichash_update(&state, (const uint8_t *)tag, sizeof tag - 1);
	crypto_generichash_update(&state, key_file.data, key_file.len);
	crypto_generichash_final(&state, out, VAULT_KEY_BYTES);
	sodium_memzero(&state, sizeof state);
}

static struct fault wrapping_key(const struct vault_slot *slot, struct span secret, uint8_t out[static VAULT_KEY_BYTES])
{
	if (slot->kind == VAULT_SLOT_PASSPHRASE)
		return stretch(slot, secret, out);
	hash_key_file(slot, secret, out);
	return fault_none();
}

struct slot_bound {
	uint8_t bytes[VAULT_FILE_ID_BYTES + 1 + 8 + 8 + VAULT_FILE_SALT_BYTES];
};

static struct slot_bound bind_slot(const struct vault_file *file, const struct vault_slot *slot)
{
	struct slot_bound bound;
	uint8_t *at = bound.bytes;
	memcpy(at, file->vault_id, VAULT_FILE_ID_BYTES);
	at += VAULT_FILE_ID_BYTES;
	*at++ = (uint8_t)slot->kind;
	for (size_t i = 0; i < 8; i++)
		*at++ = (uint8_t)(slot->passes >> (8 * i));
	for (size_t i = 0; i < 8; i++)
		*at++ = (uint8_t)(slot->memory_bytes >> (8 * i));
	memcpy(at, slot->salt, sizeof slot->salt);
	return bound;
}

/* Wraps the store key into the slot; kind and costs stand already. */
static struct fault wrap(const struct vault_file *file, struct vault_slot *slot, struct span secret,
			 const uint8_t key[static VAULT_KEY_BYTES])
{
	uint8_t *wrapping = sodium_malloc(VAULT_KEY_BYTES);
	if (wrapping == NULL)
		return fault_of(FAULT_LIMIT, "no locked memory left for keys");
	randombytes_buf(slot->salt, sizeof slot->salt);
	struct fault fault = wrapping_key(slot, secret, wrapping);
	if (!fault_is(fault)) {
		struct slot_bound bound = bind_slot(file, slot);
		memset(slot->box, 0, sizeof slot->box);
		randombytes_buf(slot->box, NONCE_BYTES);
		crypto_aead_xchacha20poly1305_ietf_encrypt(slot->box + NONCE_BYTES, NULL, key, VAULT_KEY_BYTES, bound.bytes,
							   sizeof bound.bytes, NULL, slot->box, wrapping);
	}
	sodium_free(wrapping);
	return fault;
}

static struct fault unwrap(const struct vault_file *file, const struct vault_slot *slot, struct span secret,
			   uint8_t key[static VAULT_KEY_BYTES], bool *opened)
{
	if (slot->kind == VAULT_SLOT_PASSPHRASE && (slot->passes < passes_floor || slot->memory_bytes < memory_floor))
		return fault_of(FAULT_STORE, "vault damaged or forged: its passphrase cost is below the floor");
	if (slot->kind == VAULT_SLOT_PASSPHRASE && (slot->passes > PASSES_MAX || slot->memory_bytes > MEMORY_MAX))
		return fault_of(FAULT_STORE, "vault damaged or forged: its passphrase cost is beyond all bounds");
	uint8_t *wrapping = sodium_malloc(VAULT_KEY_BYTES);
	if (wrapping == NULL)
		return fault_of(FAULT_LIMIT, "no locked memory left for keys");
	struct fault fault = wrapping_key(slot, secret, wrapping);
	if (!fault_is(fault)) {
		struct slot_bound bound = bind_slot(file, slot);
		*opened = crypto_aead_xchacha20poly1305_ietf_decrypt(key, NULL, NULL, slot->box + NONCE_BYTES,
								     VAULT_KEY_BYTES + TAG_BYTES, bound.bytes,
								     sizeof bound.bytes, slot->box, wrapping) == 0;
	}
	sodium_free(wrapping);
	return fault;
}

/* ---- the seal over the whole file ---- */

static void seal_of(const struct vault *vault, uint8_t out[static VAULT_FILE_SEAL_BYTES])
{
	static const char tag[] = "jalka-vault-seal-1";
	uint8_t bytes[VAULT_FILE_SEALED_BYTES];
	crypto_generichash_state state;
	vault_file_encode(&vault->file, bytes);
	crypto_generichash_init(&state, vault->key, VAULT_KEY_BYTES, VAULT_FILE_SEAL_BYTES);
	crypto_generichash_update(&state, (const uint8_t *)tag, sizeof tag - 1);
	crypto_generichash_update(&state, bytes, sizeof bytes);
	crypto_generichash_final(&state, out, VAULT_FILE_SEAL_BYTES);
	sodium_memzero(&state, sizeof state);
}

static struct fault save(struct vault *vault)
{
	vault->file.generation++;
	seal_of(vault, vault->file.seal);
	return vault_file_write(vault->path, &vault->file);
}

/* ---- life ---- */

void vault_lock(struct vault *vault)
{
	if (vault == NULL)
		return;
	sodium_free(vault->key); /* wipes */
	free(vault->path);
	free(vault);
}

static struct fault new_vault(const char *path, struct vault **out)
{
	if (sodium_init() < 0)
		return fault_of(FAULT_STORE, "libsodium does not start");
	if (path == NULL || strlen(path) >= PATH_BYTES_MAX)
		return fault_of(FAULT_CALLER, "vault path too long");
	struct vault *vault = calloc(1, sizeof *vault);
	if (vault == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	vault->key = sodium_malloc(VAULT_KEY_BYTES);
	vault->path = strdup(path);
	if (vault->key == NULL || vault->path == NULL) {
		vault_lock(vault);
		return fault_of(FAULT_LIMIT, "no locked memory left for keys");
	}
	*out = vault;
	return fault_none();
}

struct fault vault_check_passphrase(struct span passphrase)
{
	if (!wire_utf8(passphrase))
		return fault_of(FAULT_CALLER, "the passphrase is not UTF-8 text");
	if (wire_utf8_chars(passphrase) < PASSPHRASE_CHARS_MIN)
		return fault_of(FAULT_CALLER, "the passphrase must have at least 8 characters");
	return fault_none();
}

static struct fault check_key_file(struct span key_file)
{
	return key_file.len >= KEY_FILE_BYTES_MIN ? fault_none()
						  : fault_of(FAULT_CALLER, "the key file must have at least 32 bytes");
}

static uint64_t elapsed_ms(struct timespec from, struct timespec to)
{
	return (uint64_t)(to.tv_sec - from.tv_sec) * 1000 + (uint64_t)((to.tv_nsec - from.tv_nsec) / 1000000);
}

/* As many passes over the floor's memory as take about 0.85 s on this machine. */
static struct fault calibrate(struct vault_cost *cost)
{
	struct vault_slot slot = { .kind = VAULT_SLOT_PASSPHRASE, .passes = passes_floor, .memory_bytes = memory_floor };
	uint8_t out[VAULT_KEY_BYTES];
	struct timespec from, to;
	clock_gettime(CLOCK_MONOTONIC, &from);
	FAULT_TRY(stretch(&slot, span_text("calibrating"), out));
	clock_gettime(CLOCK_MONOTONIC, &to);
	uint64_t ms = elapsed_ms(from, to);
	uint64_t passes = (CALIBRATED_MS * passes_floor + ms / 2) / (ms > 0 ? ms : 1);
	cost->memory_bytes = memory_floor;
	cost->passes = passes < passes_floor ? passes_floor : passes > PASSES_MAX ? PASSES_MAX : passes;
	return fault_none();
}

static struct fault choose_cost(const struct vault_cost *asked, struct vault_cost *out)
{
	bool for_tests = passes_floor < VAULT_PASSES_MIN || memory_floor < VAULT_MEMORY_MIN;
	if (asked != NULL && asked->passes != 0) {
		if (asked->passes < passes_floor || asked->memory_bytes < memory_floor)
			return fault_of(FAULT_CALLER, "that passphrase cost is below the floor");
		if (asked->passes > PASSES_MAX || asked->memory_bytes > MEMORY_MAX)
			return fault_of(FAULT_CALLER, "that passphrase cost is beyond all bounds");
		*out = *asked;
		return fault_none();
	}
	*out = (struct vault_cost){ passes_floor, memory_floor };
	return for_tests ? fault_none() : calibrate(out);
}

static struct fault create(const char *path, struct vault_slot slot, struct span secret, struct vault **out)
{
	struct vault *vault = NULL;
	if (vault_file_exists(path))
		return fault_of(FAULT_CALLER, "a vault exists there already");
	FAULT_TRY(new_vault(path, &vault));
	randombytes_buf(vault->key, VAULT_KEY_BYTES);
	randombytes_buf(vault->file.vault_id, VAULT_FILE_ID_BYTES);
	struct fault fault = wrap(&vault->file, &slot, secret, vault->key);
	if (!fault_is(fault)) {
		vault->file.slots[0] = slot;
		fault = save(vault);
	}
	if (fault_is(fault)) {
		vault_lock(vault);
		return fault;
	}
	*out = vault;
	return fault_none();
}

struct fault vault_create(const char *path, struct span passphrase, const struct vault_cost *cost, struct vault **out)
{
	struct vault_cost chosen;
	FAULT_TRY(vault_check_passphrase(passphrase));
	FAULT_TRY(choose_cost(cost, &chosen));
	struct vault_slot slot = { .kind = VAULT_SLOT_PASSPHRASE, .passes = chosen.passes, .memory_bytes = chosen.memory_bytes };
	return create(path, slot, passphrase, out);
}

struct fault vault_create_keyfile(const char *path, struct span key_file, struct vault **out)
{
	struct vault_slot slot = { .kind = VAULT_SLOT_KEYFILE };
	FAULT_TRY(check_key_file(key_file));
	return create(path, slot, key_file, out);
}

/* ---- unlocking ---- */

static struct fault unwrap_recovery(const struct vault_file *file, const struct vault_slot *slot, struct span secret,
				    uint8_t key[static VAULT_KEY_BYTES], bool *opened)
{
	uint8_t public_key[VAULT_FILE_PUBLIC_BYTES];
	uint8_t *recovered = sodium_malloc(RECOVERED_BYTES);
	if (recovered == NULL)
		return fault_of(FAULT_LIMIT, "no locked memory left for keys");
	*opened = crypto_scalarmult_base(public_key, secret.data) == 0 &&
		  memcmp(public_key, slot->recovery_public, sizeof public_key) == 0 &&
		  crypto_box_seal_open(recovered, slot->box, RECOVERED_BYTES + crypto_box_SEALBYTES, public_key,
				       secret.data) == 0 &&
		  memcmp(recovered + VAULT_KEY_BYTES, file->vault_id, VAULT_FILE_ID_BYTES) == 0;
	if (*opened)
		memcpy(key, recovered, VAULT_KEY_BYTES);
	sodium_free(recovered);
	return fault_none();
}

static struct vault_slot *find_slot(struct vault_file *file, enum vault_slot_kind kind)
{
	for (size_t i = 0; i < VAULT_FILE_SLOTS; i++)
		if (file->slots[i].kind == kind)
			return &file->slots[i];
	return NULL;
}

static struct fault try_slots(struct vault *vault, enum vault_slot_kind kind, struct span secret, bool *opened)
{
	*opened = false;
	for (size_t i = 0; i < VAULT_FILE_SLOTS && !*opened; i++) {
		const struct vault_slot *slot = &vault->file.slots[i];
		if (slot->kind != kind)
			continue;
		FAULT_TRY(kind == VAULT_SLOT_RECOVERY ? unwrap_recovery(&vault->file, slot, secret, vault->key, opened)
						      : unwrap(&vault->file, slot, secret, vault->key, opened));
	}
	return fault_none();
}

/* Reads, opens a slot, checks the seal, and makes a lagging copy good again. */
static struct fault open_file(struct vault *vault, enum vault_slot_kind kind, struct span secret, const char *refusal)
{
	uint8_t seal[VAULT_FILE_SEAL_BYTES];
	bool lone = false, opened = false;
	FAULT_TRY(vault_file_read(vault->path, &vault->file, &lone));
	if (kind == VAULT_SLOT_RECOVERY && find_slot(&vault->file, kind) == NULL)
		return fault_of(FAULT_CALLER, "this profile never heard of a recovery key: only its passphrase opens it");
	FAULT_TRY(try_slots(vault, kind, secret, &opened));
	if (!opened)
		return fault_of(FAULT_CALLER, refusal);
	seal_of(vault, seal);
	if (sodium_memcmp(seal, vault->file.seal, sizeof seal) != 0)
		return fault_of(FAULT_STORE, "vault damaged or forged: its seal does not fit");
	vault_file_tidy(vault->path);
	return lone ? vault_file_write(vault->path, &vault->file) : fault_none();
}

static struct fault unlock(const char *path, enum vault_slot_kind kind, struct span secret, const char *refusal,
			   struct vault **out)
{
	struct vault *vault = NULL;
	FAULT_TRY(new_vault(path, &vault));
	struct fault fault = open_file(vault, kind, secret, refusal);
	if (fault_is(fault)) {
		vault_lock(vault);
		return fault;
	}
	*out = vault;
	return fault_none();
}

struct fault vault_unlock(const char *path, struct span passphrase, struct vault **out)
{
	return unlock(path, VAULT_SLOT_PASSPHRASE, passphrase, "wrong passphrase", out);
}

struct fault vault_unlock_keyfile(const char *path, struct span key_file, struct vault **out)
{
	return unlock(path, VAULT_SLOT_KEYFILE, key_file, "wrong key file", out);
}

struct fault vault_unlock_recovery(const char *path, const uint8_t recovery_secret[static 32], struct vault **out)
{
	return unlock(path, VAULT_SLOT_RECOVERY, span_of(recovery_secret, 32), "wrong recovery key", out);
}

/* ---- use ---- */

struct fault vault_key(struct vault *vault, const char *purpose, uint8_t out[static VAULT_KEY_BYTES])
{
	static const char tag[] = "jalka-vault-1";
	crypto_generichash_state state;
	crypto_generichash_init(&state, vault->key, VAULT_KEY_BYTES, VAULT_KEY_BYTES);
	crypto_generichash_update(&state, (const uint8_t *)tag, sizeof tag - 1);
	crypto_generichash_update(&state, (const uint8_t *)purpose, strlen(purpose));
	crypto_generichash_final(&state, out, VAULT_KEY_BYTES);
	sodium_memzero(&state, sizeof state);
	return fault_none();
}

/* Saves; what could not be written is undone in memory, too. */
static struct fault replace_slot(struct vault *vault, struct vault_slot *place, const struct vault_slot *slot)
{
	struct vault_file before = vault->file;
	*place = *slot;
	struct fault fault = save(vault);
	if (fault_is(fault))
		vault->file = before;
	return fault;
}

/* The old passphrase is asked again, by Argon2id and not by a quick digest kept
 * in memory: a picture of the memory must not make it easy to guess. */
struct fault vault_change_passphrase(struct vault *vault, struct span old_passphrase, struct span new_passphrase)
{
	struct vault_slot *place = find_slot(&vault->file, VAULT_SLOT_PASSPHRASE);
	bool opened = false;
	if (place == NULL)
		return fault_of(FAULT_CALLER, "this vault has no passphrase");
	FAULT_TRY(vault_check_passphrase(new_passphrase));
	uint8_t *key = sodium_malloc(VAULT_KEY_BYTES);
	if (key == NULL)
		return fault_of(FAULT_LIMIT, "no locked memory left for keys");
	struct fault fault = unwrap(&vault->file, place, old_passphrase, key, &opened);
	sodium_free(key);
	if (fault_is(fault))
		return fault;
	if (!opened)
		return fault_of(FAULT_CALLER, "wrong passphrase");
	struct vault_slot slot = *place;
	FAULT_TRY(wrap(&vault->file, &slot, new_passphrase, vault->key));
	return replace_slot(vault, place, &slot);
}

struct fault vault_set_passphrase(struct vault *vault, struct span new_passphrase)
{
	struct vault_slot *place = find_slot(&vault->file, VAULT_SLOT_PASSPHRASE);
	if (place == NULL)
		return fault_of(FAULT_CALLER, "this vault has no passphrase");
	FAULT_TRY(vault_check_passphrase(new_passphrase));
	struct vault_slot slot = *place;
	FAULT_TRY(wrap(&vault->file, &slot, new_passphrase, vault->key));
	return replace_slot(vault, place, &slot);
}

bool vault_has_recovery(const struct vault *vault, const uint8_t recovery_public[static 32])
{
	for (size_t i = 0; i < VAULT_FILE_SLOTS; i++)
		if (vault->file.slots[i].kind == VAULT_SLOT_RECOVERY
		    && memcmp(vault->file.slots[i].recovery_public, recovery_public, VAULT_FILE_PUBLIC_BYTES) == 0)
			return true;
	return false;
}

struct fault vault_add_recovery(struct vault *vault, const uint8_t recovery_public[static 32])
{
	struct vault_slot slot = { .kind = VAULT_SLOT_RECOVERY };
	struct vault_slot *place = find_slot(&vault->file, VAULT_SLOT_RECOVERY);
	if (place == NULL)
		place = find_slot(&vault->file, VAULT_SLOT_FREE);
	if (place == NULL)
		return fault_of(FAULT_LIMIT, "the vault has no free slot");
	uint8_t *plain = sodium_malloc(RECOVERED_BYTES);
	if (plain == NULL)
		return fault_of(FAULT_LIMIT, "no locked memory left for keys");
	memcpy(plain, vault->key, VAULT_KEY_BYTES);
	memcpy(plain + VAULT_KEY_BYTES, vault->file.vault_id, VAULT_FILE_ID_BYTES);
	memcpy(slot.recovery_public, recovery_public, sizeof slot.recovery_public);
	int rc = crypto_box_seal(slot.box, plain, RECOVERED_BYTES, recovery_public);
	sodium_free(plain);
	if (rc != 0)
		return fault_of(FAULT_CALLER, "that is no usable recovery key");
	return replace_slot(vault, place, &slot);
}

struct fault vault_destroy(const char *path)
{
	return sodium_init() < 0 ? fault_of(FAULT_STORE, "libsodium does not start") : vault_file_destroy(path);
}
