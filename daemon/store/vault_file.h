/* vault_file - the bytes of a vault on disk: two copies, the newer one counts.
 *
 * `path`.a and `path`.b hold the same vault; each is written whole to
 * `path`.a.new or .b.new, synced and renamed, one after the other. A digest tells a
 * damaged copy before anybody is asked for a passphrase, so that damage is
 * never taken for a wrong passphrase; the other copy takes over. The digest is
 * no proof against a forger: the seal under the store key is (vault.c).
 */
#ifndef JALKA_STORE_VAULT_FILE_H
#define JALKA_STORE_VAULT_FILE_H

#include "base/fault.h"
#include "base/span.h"

enum {
	VAULT_FILE_SLOTS = 4,
	VAULT_FILE_ID_BYTES = 16,
	VAULT_FILE_SALT_BYTES = 16,
	VAULT_FILE_BOX_BYTES = 128,
	VAULT_FILE_PUBLIC_BYTES = 32,
	VAULT_FILE_SEAL_BYTES = 32,
};

enum vault_slot_kind { VAULT_SLOT_FREE = 0, VAULT_SLOT_PASSPHRASE = 1, VAULT_SLOT_KEYFILE = 2, VAULT_SLOT_RECOVERY = 3 };

struct vault_slot {
	enum vault_slot_kind kind;
	uint64_t passes, memory_bytes;                 /* of a passphrase */
	uint8_t salt[VAULT_FILE_SALT_BYTES];           /* of a passphrase or a key file */
	uint8_t recovery_public[VAULT_FILE_PUBLIC_BYTES];
	uint8_t box[VAULT_FILE_BOX_BYTES];             /* the store key, wrapped */
};

struct vault_file {
	uint64_t generation;
	uint8_t vault_id[VAULT_FILE_ID_BYTES];
	struct vault_slot slots[VAULT_FILE_SLOTS];
	uint8_t seal[VAULT_FILE_SEAL_BYTES];           /* over all before it, under the store key */
};

/* Bytes of a slot on disk, and of the part of the file that is sealed. */
enum {
	VAULT_FILE_SLOT_BYTES = 1 + 8 + 8 + VAULT_FILE_SALT_BYTES + VAULT_FILE_PUBLIC_BYTES + VAULT_FILE_BOX_BYTES,
	VAULT_FILE_SEALED_BYTES = 8 + 8 + VAULT_FILE_ID_BYTES + VAULT_FILE_SLOTS * VAULT_FILE_SLOT_BYTES,
};

bool vault_file_exists(const char *path);
/* The part the seal covers, as it stands on disk. */
void vault_file_encode(const struct vault_file *file, uint8_t out[static VAULT_FILE_SEALED_BYTES]);
/* The newest undamaged copy; `lone` when the other is missing, damaged or older.
 * FAULT_STORE: missing, or both damaged. */
struct fault vault_file_read(const char *path, struct vault_file *out, bool *lone);
/* Both copies, A first. */
struct fault vault_file_write(const char *path, const struct vault_file *file);
/* What a crash while writing left (store/anew.h): it may open to an older passphrase. */
void vault_file_tidy(const char *path);
/* Overwrites, then removes both copies, and what a crash left beside them. */
struct fault vault_file_destroy(const char *path);

#endif
