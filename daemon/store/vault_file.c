/* vault_file - reading and writing the two copies.
 *
 * Layout, integers little-endian: "JALKAVT1" | generation (8) | vault id (16) |
 * slots | seal (32) | BLAKE2b-256 of all before it (32). A slot: kind (1) |
 * passes (8) | memory (8) | salt (16) | recovery public key (32) | box (128).
 */
#include "store/vault_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/anew.h"

enum {
	DIGEST_BYTES = 32,
	FILE_BYTES = VAULT_FILE_SEALED_BYTES + VAULT_FILE_SEAL_BYTES + DIGEST_BYTES,
	PATH_BYTES_MAX = 4096,
	COPIES = 2,
};
static const char magic[8] = { 'J', 'A', 'L', 'K', 'A', 'V', 'T', '1' };
static const char *const copy_suffixes[COPIES] = { ".a", ".b" };

struct copy_path {
	char text[PATH_BYTES_MAX + 16];
};

static struct copy_path copy_path(const char *path, int copy)
{
	struct copy_path out;
	snprintf(out.text, sizeof out.text, "%s%s", path, copy_suffixes[copy]);
	return out;
}

bool vault_file_exists(const char *path)
{
	for (int copy = 0; copy < COPIES; copy++) {
		if (access(copy_path(path, copy).text, F_OK) == 0)
			return true;
	}
	return false;
}

/* ---- bytes ---- */

static uint8_t *put_u64(uint8_t *at, uint64_t value)
{
	for (size_t i = 0; i < 8; i++)
		at[i] = (uint8_t)(value >> (8 * i));
	return at + 8;
}

static const uint8_t *get_u64(const uint8_t *at, uint64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < 8; i++)
		*value |= (uint64_t)at[i] << (8 * i);
	return at + 8;
}

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t len)
{
	memcpy(at, bytes, len);
	return at + len;
}

static const uint8_t *get_bytes(const uint8_t *at, void *bytes, size_t len)
{
	memcpy(bytes, at, len);
	return at + len;
}

void vault_file_encode(const struct vault_file *file, uint8_t out[static VAULT_FILE_SEALED_BYTES])
{
	uint8_t *at = put_bytes(out, magic, sizeof magic);
	at = put_u64(at, file->generation);
	at = put_bytes(at, file->vault_id, sizeof file->vault_id);
	for (size_t i = 0; i < VAULT_FILE_SLOTS; i++) {
		const struct vault_slot *slot = &file->slots[i];
		*at++ = (uint8_t)slot->kind;
		at = put_u64(at, slot->passes);
		at = put_u64(at, slot->memory_bytes);
		at = put_bytes(at, slot->salt, sizeof slot->salt);
		at = put_bytes(at, slot->recovery_public, sizeof slot->recovery_public);
		at = put_bytes(at, slot->box, sizeof slot->box);
	}
}

static bool decode(const uint8_t bytes[static FILE_BYTES], struct vault_file *out)
{
	uint8_t digest[DIGEST_BYTES];
	crypto_generichash(digest, sizeof digest, bytes, FILE_BYTES - DIGEST_BYTES, NULL, 0);
	if (memcmp(bytes, magic, sizeof magic) != 0 || memcmp(digest, bytes + FILE_BYTES - DIGEST_BYTES, sizeof digest) != 0)
		return false;
	const uint8_t *at = get_u64(bytes + sizeof magic, &out->generation);
	at = get_bytes(at, out->vault_id, sizeof out->vault_id);
	for (size_t i = 0; i < VAULT_FILE_SLOTS; i++) {
		struct vault_slot *slot = &out->slots[i];
		if (*at > VAULT_SLOT_RECOVERY)
			return false;
		slot->kind = (enum vault_slot_kind)*at++;
		at = get_u64(at, &slot->passes);
		at = get_u64(at, &slot->memory_bytes);
		at = get_bytes(at, slot->salt, sizeof slot->salt);
		at = get_bytes(at, slot->recovery_public, sizeof slot->recovery_public);
		at = get_bytes(at, slot->box, sizeof slot->box);
	}
	memcpy(out->seal, at, sizeof out->seal);
	return true;
}

/* ---- files ---- */

static bool read_copy(const char *path, int copy, struct vault_file *out, bool *present)
{
	uint8_t bytes[FILE_BYTES + 1];
	size_t used = 0;
	int fd = open(copy_path(path, copy).text, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	*present = fd >= 0 || errno != ENOENT;
	while (fd >= 0 && used < sizeof bytes) {
		ssize_t n = read(fd, bytes + used, sizeof bytes - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	if (fd >= 0)
		close(fd);
	return used == FILE_BYTES && decode(bytes, out);
}

struct fault vault_file_read(const char *path, struct vault_file *out, bool *lone)
{
	struct vault_file files[COPIES];
	bool good[COPIES], present[COPIES];
	for (int copy = 0; copy < COPIES; copy++)
		good[copy] = read_copy(path, copy, &files[copy], &present[copy]);
	if (!present[0] && !present[1])
		return fault_of(FAULT_STORE, "vault missing");
	if (!good[0] && !good[1])
		return fault_of(FAULT_STORE, "vault damaged: neither copy is whole");
	int newest = good[0] && (!good[1] || files[0].generation >= files[1].generation) ? 0 : 1;
	*lone = !good[0] || !good[1] || files[0].generation != files[1].generation;
	*out = files[newest];
	return fault_none();
}

static bool write_all(int fd, const uint8_t *bytes, size_t len)
{
	for (size_t used = 0; used < len;) {
		ssize_t n = write(fd, bytes + used, len - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		used += (size_t)n;
	}
	return fsync(fd) == 0;
}

static bool write_copy(const char *path, int copy, const uint8_t bytes[static FILE_BYTES])
{
	struct copy_path final = copy_path(path, copy);
	int fd = anew_begin(final.text);
	if (fd < 0)
		return false;
	bool written = write_all(fd, bytes, FILE_BYTES) && anew_place(final.text, fd);
	if (!written)
		(void)anew_forget(final.text);
	close(fd);
	return written && anew_sync_folder(final.text);
}

struct fault vault_file_write(const char *path, const struct vault_file *file)
{
	uint8_t bytes[FILE_BYTES];
	vault_file_encode(file, bytes);
	memcpy(bytes + VAULT_FILE_SEALED_BYTES, file->seal, sizeof file->seal);
	crypto_generichash(bytes + FILE_BYTES - DIGEST_BYTES, DIGEST_BYTES, bytes, FILE_BYTES - DIGEST_BYTES, NULL, 0);
	for (int copy = 0; copy < COPIES; copy++) {
		if (!write_copy(path, copy, bytes))
			return fault_of(FAULT_STORE, "vault cannot be written");
	}
	return fault_none();
}

static bool overwrite(const char *path)
{
	uint8_t noise[FILE_BYTES];
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT;
	randombytes_buf(noise, sizeof noise);
	bool written = write_all(fd, noise, sizeof noise);
	close(fd);
	return unlink(path) == 0 && written;
}

void vault_file_tidy(const char *path)
{
	for (int copy = 0; copy < COPIES; copy++)
		(void)anew_forget(copy_path(path, copy).text);
}

struct fault vault_file_destroy(const char *path)
{
	bool gone = true;
	for (int copy = 0; copy < COPIES; copy++)
		gone = overwrite(copy_path(path, copy).text) && anew_forget(copy_path(path, copy).text) && gone;
	gone = anew_sync_folder(path) && gone;
	return gone ? fault_none() : fault_of(FAULT_STORE, "vault could not be destroyed");
}
