/* backup_file - a backup's files, written whole and read back.
 *
 *   base     "jalka-base-1\0\0\0\0" · time · order · store bytes · its digest · MAC
 *   segment  "jalka-wal-1\0\0\0\0\0" · number (as 8 bytes) · time · order · at · len · log header · MAC before · bytes · MAC
 */
#include "store/backup_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
	MAGIC_BYTES = 16,
	BASE_HEAD_BYTES = MAGIC_BYTES + 3 * 8 + BACKUP_MAC_BYTES,
	SEGMENT_HEAD_BYTES = MAGIC_BYTES + 5 * 8 + BACKUP_LOG_HEADER_BYTES + BACKUP_MAC_BYTES,
	COPY_BYTES = 1024 * 1024,
	NAME_RANDOM_BYTES = 4,
};

static const char base_magic[MAGIC_BYTES] = "jalka-base-1";
static const char segment_magic[MAGIC_BYTES] = "jalka-wal-1";

static struct fault cannot_write(void)
{
	return errno == ENOSPC || errno == EDQUOT ? fault_of(FAULT_STORE, "the backup's disk is full")
						  : fault_of(FAULT_STORE, "the backup's folder cannot be written");
}

static struct fault damaged(void)
{
	return fault_of(FAULT_STORE, "a file of the backup is damaged, or was made with another store key");
}

/* ---- widths ---- */

static uint8_t *put_u64(uint8_t *out, uint64_t value)
{
	for (size_t i = 0; i < 8; i++)
		out[i] = (uint8_t)(value >> (8 * i));
	return out + 8;
}

static uint8_t *put_bytes(uint8_t *out, const void *bytes, size_t len)
{
	memcpy(out, bytes, len);
	return out + len;
}

static const uint8_t *get_u64(const uint8_t *in, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < 8; i++)
		*out |= (uint64_t)in[i] << (8 * i);
	return in + 8;
}

static const uint8_t *get_bytes(const uint8_t *in, void *out, size_t len)
{
	memcpy(out, in, len);
	return in + len;
}

/* ---- names ---- */

void backup_name(uint64_t time_ms, const uint8_t random[static 4], char out[static BACKUP_NAME_BYTES])
{
	time_t seconds = (time_t)(time_ms / 1000);
	struct tm at;
	gmtime_r(&seconds, &at);
	size_t len = strftime(out, BACKUP_NAME_BYTES, "%Y%m%dT%H%M%S", &at);
	len += (size_t)snprintf(out + len, BACKUP_NAME_BYTES - len, "%03uZ-", (unsigned)(time_ms % 1000));
	sodium_bin2hex(out + len, BACKUP_NAME_BYTES - len, random, NAME_RANDOM_BYTES);
}

bool backup_is_name(const char *name)
{
	static const char shape[] = "dddddddd" "T" "ddddddddd" "Z-" "hhhhhhhh";
	if (strlen(name) != sizeof shape - 1)
		return false;
	for (size_t i = 0; i < sizeof shape - 1; i++) {
		bool is_digit = name[i] >= '0' && name[i] <= '9';
		bool is_hex = is_digit || (name[i] >= 'a' && name[i] <= 'f');
		if (shape[i] == 'd' ? !is_digit : shape[i] == 'h' ? !is_hex : name[i] != shape[i])
			return false;
	}
	return true;
}

uint64_t backup_name_ms(const char *name)
{
	struct tm at = { .tm_isdst = 0 };
	char seconds[] = "yyyymmddThhmmss";
	if (!backup_is_name(name))
		return 0;
	memcpy(seconds, name, sizeof seconds - 1);
	if (strptime(seconds, "%Y%m%dT%H%M%S", &at) == NULL)
		return 0;
	return (uint64_t)timegm(&at) * 1000 + strtoul(name + sizeof seconds - 1, NULL, 10);
}

static struct fault path_of(const char *folder, const char *name, char out[static PATH_MAX])
{
	int n = snprintf(out, PATH_MAX, "%s/%s", folder, name);
	return n > 0 && n < PATH_MAX ? fault_none() : fault_of(FAULT_CALLER, "the backup's path is too long");
}

static struct fault segment_path(const char *folder, uint32_t number, char out[static PATH_MAX])
{
	char name[16];
	snprintf(name, sizeof name, "%08u.log", number);
	return path_of(folder, name, out);
}

/* ---- whole files ---- */

static bool write_all(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

bool backup_read(int fd, uint8_t *out, size_t len, uint64_t at)
{
	while (len > 0) {
		ssize_t n = pread(fd, out, len, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		out += n;
		at += (size_t)n;
		len -= (size_t)n;
	}
	return true;
}

static bool sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return good;
}

/* Out of the page cache as far as the system will, so that reading back reads the disk. */
static bool settle(int fd)
{
	if (fsync(fd) != 0)
		return false;
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	return true;
}

static struct fault make_file(const char *folder, const char *path, struct span head, struct span body, struct span tail)
{
	char fresh[PATH_MAX + 8];
	snprintf(fresh, sizeof fresh, "%s.new", path);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool good = fd >= 0 && write_all(fd, head.data, head.len) && write_all(fd, body.data, body.len) &&
		    write_all(fd, tail.data, tail.len) && settle(fd);
	if (fd >= 0)
		close(fd);
	if (!good || rename(fresh, path) != 0 || !sync_folder(folder)) {
		struct fault fault = cannot_write();
		unlink(fresh);
		return fault;
	}
	return fault_none();
}

static struct fault digest_of(int fd, uint64_t bytes, uint8_t digest[static BACKUP_MAC_BYTES])
{
	crypto_generichash_state state;
	uint8_t *block = malloc(COPY_BYTES), more;
	bool good = block != NULL;
	crypto_generichash_init(&state, NULL, 0, BACKUP_MAC_BYTES);
	for (uint64_t at = 0; good && at < bytes;) {
		size_t n = bytes - at < COPY_BYTES ? (size_t)(bytes - at) : COPY_BYTES;
		good = backup_read(fd, block, n, at);
		if (good)
			crypto_generichash_update(&state, block, n);
		at += n;
	}
	free(block);
	crypto_generichash_final(&state, digest, BACKUP_MAC_BYTES);
	return good && pread(fd, &more, 1, (off_t)bytes) == 0 ? fault_none() : damaged();
}

struct fault backup_digest(const char *path, uint64_t bytes, uint8_t digest[static BACKUP_MAC_BYTES])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fault_of(FAULT_STORE, "a file of the backup is missing or cannot be read");
	struct fault fault = digest_of(fd, bytes, digest);
	close(fd);
	return fault;
}

static bool copy_bytes(int from, uint64_t bytes, int to, uint8_t *block, crypto_generichash_state *state)
{
	for (uint64_t at = 0; at < bytes;) {
		size_t n = bytes - at < COPY_BYTES ? (size_t)(bytes - at) : COPY_BYTES;
		if (!backup_read(from, block, n, at) || !write_all(to, block, n))
			return false;
		crypto_generichash_update(state, block, n);
		at += n;
	}
	return true;
}

struct fault backup_copy(int from, uint64_t bytes, const char *path, uint8_t digest[static BACKUP_MAC_BYTES])
{
	crypto_generichash_state state;
	uint8_t *block = malloc(COPY_BYTES), again[BACKUP_MAC_BYTES];
	if (block == NULL)
		return fault_of(FAULT_LIMIT, "memory for a backup");
	crypto_generichash_init(&state, NULL, 0, BACKUP_MAC_BYTES);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool good = fd >= 0 && copy_bytes(from, bytes, fd, block, &state) && settle(fd);
	struct fault fault = good ? fault_none() : cannot_write();
	if (fd >= 0)
		close(fd);
	free(block);
	crypto_generichash_final(&state, digest, BACKUP_MAC_BYTES);
	if (!fault_is(fault))
		fault = backup_digest(path, bytes, again);
	if (!fault_is(fault) && sodium_memcmp(digest, again, BACKUP_MAC_BYTES) != 0)
		fault = fault_of(FAULT_STORE, "the backup's disk gives back other bytes than were written");
	return fault;
}

/* ---- the base ---- */

static void base_head(const struct backup_base *base, uint8_t out[static BASE_HEAD_BYTES])
{
	uint8_t *at = put_bytes(out, base_magic, MAGIC_BYTES);
	at = put_u64(at, base->time_ms);
	at = put_u64(at, base->order);
	at = put_u64(at, base->store_bytes);
	put_bytes(at, base->store_digest, BACKUP_MAC_BYTES);
}

struct fault backup_base_write(const char *folder, const uint8_t key[static BACKUP_KEY_BYTES], struct backup_base *base)
{
	uint8_t head[BASE_HEAD_BYTES];
	char path[PATH_MAX];
	struct backup_base back;
	base_head(base, head);
	crypto_generichash(base->mac, BACKUP_MAC_BYTES, head, sizeof head, key, BACKUP_KEY_BYTES);
	FAULT_TRY(path_of(folder, "base", path));
	FAULT_TRY(make_file(folder, path, span_of(head, sizeof head), span_of(head, 0), span_of(base->mac, BACKUP_MAC_BYTES)));
	return backup_base_read(folder, key, &back);
}

struct fault backup_base_read(const char *folder, const uint8_t key[static BACKUP_KEY_BYTES], struct backup_base *out)
{
	uint8_t file[BASE_HEAD_BYTES + BACKUP_MAC_BYTES + 1], mac[BACKUP_MAC_BYTES];
	char path[PATH_MAX];
	FAULT_TRY(path_of(folder, "base", path));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fault_of(FAULT_CALLER, "there is no whole backup in this folder");
	ssize_t n = read(fd, file, sizeof file);
	close(fd);
	crypto_generichash(mac, sizeof mac, file, BASE_HEAD_BYTES, key, BACKUP_KEY_BYTES);
	if (n != BASE_HEAD_BYTES + BACKUP_MAC_BYTES || memcmp(file, base_magic, MAGIC_BYTES) != 0 ||
	    sodium_memcmp(mac, file + BASE_HEAD_BYTES, BACKUP_MAC_BYTES) != 0)
		return damaged();
	const uint8_t *at = get_u64(file + MAGIC_BYTES, &out->time_ms);
	at = get_u64(at, &out->order);
	at = get_u64(at, &out->store_bytes);
	get_bytes(at, out->store_digest, BACKUP_MAC_BYTES);
	memcpy(out->mac, mac, BACKUP_MAC_BYTES);
	return fault_none();
}

/* ---- segments ---- */

static void segment_head(const struct backup_segment *segment, uint8_t out[static SEGMENT_HEAD_BYTES])
{
	uint8_t *at = put_bytes(out, segment_magic, MAGIC_BYTES);
	at = put_u64(at, segment->number);
	at = put_u64(at, segment->time_ms);
	at = put_u64(at, segment->order);
	at = put_u64(at, segment->at);
	at = put_u64(at, segment->len);
	at = put_bytes(at, segment->log_header, BACKUP_LOG_HEADER_BYTES);
	put_bytes(at, segment->before, BACKUP_MAC_BYTES);
}

static void segment_mac(struct span head, struct span bytes, const uint8_t *key, uint8_t out[static BACKUP_MAC_BYTES])
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, key, BACKUP_KEY_BYTES, BACKUP_MAC_BYTES);
	crypto_generichash_update(&state, head.data, head.len);
	crypto_generichash_update(&state, bytes.data, bytes.len);
	crypto_generichash_final(&state, out, BACKUP_MAC_BYTES);
}

struct fault backup_segment_write(const char *folder, const uint8_t key[static BACKUP_KEY_BYTES],
				  struct backup_segment *segment, const uint8_t *bytes)
{
	uint8_t head[SEGMENT_HEAD_BYTES];
	char path[PATH_MAX];
	struct backup_segment back;
	struct span body = span_of(bytes, (size_t)segment->len);
	segment_head(segment, head);
	segment_mac(span_of(head, sizeof head), body, key, segment->mac);
	FAULT_TRY(segment_path(folder, segment->number, path));
	FAULT_TRY(make_file(folder, path, span_of(head, sizeof head), body, span_of(segment->mac, BACKUP_MAC_BYTES)));
	return backup_segment_read(folder, segment->number, key, &back, NULL);
}

static void read_head(const uint8_t *head, struct backup_segment *out)
{
	uint64_t number;
	const uint8_t *at = get_u64(head + MAGIC_BYTES, &number);
	out->number = (uint32_t)number;
	at = get_u64(at, &out->time_ms);
	at = get_u64(at, &out->order);
	at = get_u64(at, &out->at);
	at = get_u64(at, &out->len);
	at = get_bytes(at, out->log_header, BACKUP_LOG_HEADER_BYTES);
	get_bytes(at, out->before, BACKUP_MAC_BYTES);
}

static struct fault read_segment(int fd, uint32_t number, const uint8_t *key, struct backup_segment *out, uint8_t *bytes)
{
	uint8_t head[SEGMENT_HEAD_BYTES], mac[BACKUP_MAC_BYTES], more;
	if (!backup_read(fd, head, sizeof head, 0) || memcmp(head, segment_magic, MAGIC_BYTES) != 0)
		return damaged();
	read_head(head, out);
	if (out->number != number || out->len > BACKUP_SEGMENT_BYTES_MAX)
		return damaged();
	uint64_t end = SEGMENT_HEAD_BYTES + out->len;
	if (!backup_read(fd, bytes, (size_t)out->len, SEGMENT_HEAD_BYTES) || !backup_read(fd, out->mac, BACKUP_MAC_BYTES, end) ||
	    pread(fd, &more, 1, (off_t)(end + BACKUP_MAC_BYTES)) != 0)
		return damaged();
	segment_mac(span_of(head, sizeof head), span_of(bytes, (size_t)out->len), key, mac);
	return sodium_memcmp(mac, out->mac, BACKUP_MAC_BYTES) == 0 ? fault_none() : damaged();
}

struct fault backup_segment_read(const char *folder, uint32_t number, const uint8_t key[static BACKUP_KEY_BYTES],
				 struct backup_segment *out, uint8_t *bytes)
{
	char path[PATH_MAX];
	FAULT_TRY(segment_path(folder, number, path));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? fault_of(FAULT_CALLER, "there is no such segment")
				       : fault_of(FAULT_STORE, "a file of the backup is missing or cannot be read");
	uint8_t *block = bytes != NULL ? bytes : malloc(BACKUP_SEGMENT_BYTES_MAX);
	struct fault fault = block == NULL ? fault_of(FAULT_LIMIT, "memory for a segment of the backup")
					   : read_segment(fd, number, key, out, block);
	if (bytes == NULL)
		free(block);
	close(fd);
	return fault;
}

/* ---- generations ---- */

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool has_base(const char *folder, const char *name)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/%s/base", folder, name);
	return n > 0 && (size_t)n < sizeof path && access(path, F_OK) == 0;
}

struct fault backup_generations(const char *folder, char (**names)[BACKUP_NAME_BYTES], size_t *count)
{
	DIR *dir = opendir(folder);
	size_t room = 0;
	*names = NULL;
	*count = 0;
	if (dir == NULL)
		return fault_of(FAULT_CALLER, "the backup's folder cannot be read");
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		if (!backup_is_name(entry->d_name) || !has_base(folder, entry->d_name))
			continue;
		if (*count == room) {
			room = room == 0 ? 16 : 2 * room;
			void *more = realloc(*names, room * BACKUP_NAME_BYTES);
			if (more == NULL) {
				free(*names);
				closedir(dir);
				return fault_of(FAULT_LIMIT, "memory for the list of backups");
			}
			*names = more;
		}
		memcpy((*names)[(*count)++], entry->d_name, strlen(entry->d_name) + 1); /* backup_is_name: its length */
	}
	closedir(dir);
	if (*count > 0)
		qsort(*names, *count, BACKUP_NAME_BYTES, compare_names);
	return fault_none();
}

struct fault backup_remove(const char *folder, const char *name)
{
	char path[PATH_MAX];
	FAULT_TRY(path_of(folder, name, path));
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return fault_of(FAULT_STORE, "an old backup cannot be removed");
	}
	bool good = unlinkat(fd, "base", 0) == 0 || errno == ENOENT;
	for (struct dirent *entry; good && (entry = readdir(dir)) != NULL;) {
		if (entry->d_name[0] != '.')
			good = unlinkat(fd, entry->d_name, 0) == 0;
	}
	closedir(dir);
	return good && rmdir(path) == 0 ? fault_none() : fault_of(FAULT_STORE, "an old backup cannot be removed");
}
