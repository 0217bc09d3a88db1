/* putback - copy the base, replay the log, check, and only then give it its name. */
#include "central/putback.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/loop.h"
#include "store/sealed_db.h"
#include "store/vault.h"

enum { KEY_FILE_BYTES_MAX = 4096 };

struct putting {
	const struct putback *what;
	const struct folder *into;
	struct putback_report *report;
	char folder[PATH_MAX];                       /* the generation's */
	char vault[PATH_MAX], store[PATH_MAX], log[PATH_MAX]; /* under their temporary names */
	uint8_t store_key[VAULT_KEY_BYTES], backup_key[VAULT_KEY_BYTES];
	uint8_t *bytes;                              /* of one segment */
	int log_fd;                                  /* of the log being put together; -1: none */
	uint8_t log_header[BACKUP_LOG_HEADER_BYTES];
	uint64_t log_bytes;
	uint8_t before[BACKUP_MAC_BYTES];
};

/* ---- which one ---- */

static struct fault join(const char *folder, const char *name, char out[static PATH_MAX])
{
	int n = snprintf(out, PATH_MAX, "%s/%s", folder, name);
	return n > 0 && n < PATH_MAX ? fault_none() : fault_of(FAULT_CALLER, "the backup's path is too long");
}

static struct fault choose(struct putting *p)
{
	char (*names)[BACKUP_NAME_BYTES];
	size_t count;
	FAULT_TRY(backup_generations(p->what->from, &names, &count));
	for (size_t i = 0; i < count; i++) {
		if (p->what->until_ms == 0 || backup_name_ms(names[i]) <= p->what->until_ms)
			memcpy(p->report->generation, names[i], BACKUP_NAME_BYTES);
	}
	p->report->oldest_ms = count == 0 ? 0 : backup_name_ms(names[0]);
	free(names);
	if (p->report->generation[0] == '\0')
		return fault_of(FAULT_CALLER, count == 0 ? "there is no whole backup in this folder"
							 : "no backup is as old as that");
	return join(p->what->from, p->report->generation, p->folder);
}

/* ---- keys ---- */

static struct fault copy_file(const char *from, const char *to, uint64_t bytes, const uint8_t *expected)
{
	uint8_t digest[BACKUP_MAC_BYTES];
	int fd = open(from, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fault_of(FAULT_STORE, "a file of the backup is missing or cannot be read");
	struct fault fault = backup_copy(fd, bytes, to, digest);
	close(fd);
	if (!fault_is(fault) && sodium_memcmp(digest, expected, BACKUP_MAC_BYTES) != 0)
		fault = fault_of(FAULT_STORE, "a file of the backup is damaged");
	return fault;
}

/* The vault is opened as a copy: nothing of the backup is written to. */
static struct fault open_keys(struct putting *p)
{
	uint8_t key[KEY_FILE_BYTES_MAX];
	char from[PATH_MAX];
	struct vault *vault;
	size_t len;
	FAULT_TRY(join(p->folder, "vault", from));
	FAULT_TRY(folder_read(p->what->key_file, key, sizeof key, &len));
	FAULT_TRY(vault_copy(from, p->vault));
	struct fault fault = vault_unlock_keyfile(p->vault, span_of(key, len), &vault);
	sodium_memzero(key, sizeof key);
	FAULT_TRY(fault);
	fault = vault_key(vault, "store", p->store_key);
	if (!fault_is(fault))
		fault = vault_key(vault, "backup", p->backup_key);
	vault_lock(vault);
	return fault;
}

/* ---- the base ---- */

static struct fault copy_base(struct putting *p)
{
	char from[PATH_MAX];
	struct backup_base base;
	uint64_t began = loop_mono_ms();
	FAULT_TRY(backup_base_read(p->folder, p->backup_key, &base));
	FAULT_TRY(join(p->folder, "store", from));
	FAULT_TRY(copy_file(from, p->store, base.store_bytes, base.store_digest));
	p->report->base_ms = p->report->at_ms = base.time_ms;
	p->report->order = base.order;
	memcpy(p->before, base.mac, BACKUP_MAC_BYTES);
	p->report->copy_ms = loop_mono_ms() - began;
	return fault_none();
}

/* ---- the log ---- */

/* SQLite recovers what was put together, and writes it into the store. */
static struct fault replay(struct putting *p)
{
	struct sealed_db_options options = { .create = false };
	struct sqlite3 *db;
	uint64_t gaps = seal_vfs_wal_gaps();
	if (p->log_fd < 0)
		return fault_none();
	bool good = fsync(p->log_fd) == 0;
	close(p->log_fd);
	p->log_fd = -1;
	if (!good)
		return fault_of(FAULT_STORE, "the folder to put it back into cannot be written");
	FAULT_TRY(sealed_db_open(p->store, p->store_key, &options, &db));
	struct fault fault = sealed_db_checkpoint(db, true);
	sealed_db_close(db, p->store);
	if (!fault_is(fault) && seal_vfs_wal_gaps() != gaps)
		fault = fault_of(FAULT_STORE, "a log in the backup does not hang together");
	return fault;
}

static struct fault begin_log(struct putting *p, const struct backup_segment *segment)
{
	FAULT_TRY(replay(p));
	p->log_fd = open(p->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (p->log_fd < 0)
		return fault_of(FAULT_STORE, "the folder to put it back into cannot be written");
	memcpy(p->log_header, segment->log_header, BACKUP_LOG_HEADER_BYTES);
	p->log_bytes = 0;
	return fault_none();
}

static struct fault add_segment(struct putting *p, const struct backup_segment *segment)
{
	if (p->log_fd < 0 || memcmp(p->log_header, segment->log_header, BACKUP_LOG_HEADER_BYTES) != 0)
		FAULT_TRY(begin_log(p, segment));
	if (segment->at != p->log_bytes)
		return fault_of(FAULT_STORE, "a segment of the backup does not go on from the one before");
	ssize_t n = pwrite(p->log_fd, p->bytes, (size_t)segment->len, (off_t)segment->at);
	if (n < 0 || (uint64_t)n != segment->len)
		return fault_of(FAULT_STORE, "the folder to put it back into cannot be written");
	p->log_bytes += segment->len;
	return fault_none();
}

/* One that is missing between others is damage; behind the last there is none. */
static bool is_behind_last(const struct putting *p, uint32_t number)
{
	char name[16], path[PATH_MAX];
	for (uint32_t next = number + 1; next <= number + 64; next++) {
		snprintf(name, sizeof name, "%08u.log", next);
		if (fault_is(join(p->folder, name, path)) || access(path, F_OK) == 0)
			return false;
	}
	return true;
}

static struct fault read_segment(struct putting *p, uint32_t number, struct backup_segment *segment, bool *is_last)
{
	struct fault fault = backup_segment_read(p->folder, number, p->backup_key, segment, p->bytes);
	*is_last = fault.kind == FAULT_CALLER && is_behind_last(p, number);
	if (*is_last)
		return fault_none();
	if (fault.kind == FAULT_CALLER)
		return fault_of(FAULT_STORE, "a segment of the backup is missing");
	if (!fault_is(fault) && sodium_memcmp(segment->before, p->before, BACKUP_MAC_BYTES) != 0)
		return fault_of(FAULT_STORE, "a segment of the backup does not go on from the one before");
	return fault;
}

static struct fault replay_all(struct putting *p)
{
	uint64_t began = loop_mono_ms();
	for (uint32_t number = 1; p->what->until_ms == 0 || p->report->at_ms < p->what->until_ms; number++) {
		struct backup_segment segment;
		bool is_last;
		p->report->bad_segment = number;
		FAULT_TRY(read_segment(p, number, &segment, &is_last));
		if (is_last || (p->what->until_ms != 0 && segment.time_ms > p->what->until_ms))
			break;
		FAULT_TRY(add_segment(p, &segment));
		memcpy(p->before, segment.mac, BACKUP_MAC_BYTES);
		p->report->at_ms = segment.time_ms;
		p->report->order = segment.order;
		p->report->segments++;
	}
	p->report->bad_segment = 0;
	FAULT_TRY(replay(p));
	p->report->replay_ms = loop_mono_ms() - began;
	return fault_none();
}

/* ---- the end ---- */

static struct fault verify(struct putting *p)
{
	struct sealed_db_options options = { .create = false };
	struct sqlite3 *db;
	struct stat info;
	uint64_t began = loop_mono_ms();
	FAULT_TRY(sealed_db_open(p->store, p->store_key, &options, &db));
	struct fault fault = sealed_db_verify(db);
	sealed_db_close(db, p->store);
	if (!fault_is(fault) && stat(p->store, &info) == 0)
		p->report->bytes = (uint64_t)info.st_size;
	p->report->verify_ms = loop_mono_ms() - began;
	return fault;
}

/* The store last: without it the folder holds nothing yet. */
static struct fault give_names(struct putting *p)
{
	char vault[PATH_MAX], store[PATH_MAX], from[PATH_MAX], deny[PATH_MAX];
	uint8_t digest[BACKUP_MAC_BYTES];
	struct stat info;
	FAULT_TRY(join(p->into->path, "vault", vault));
	FAULT_TRY(join(p->into->path, "store.db", store));
	FAULT_TRY(join(p->into->path, "deny", deny));
	FAULT_TRY(join(p->what->from, "deny", from));
	int fd = open(from, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		struct fault fault = access(deny, F_OK) == 0 ? fault_none()
				     : fstat(fd, &info) == 0 ? backup_copy(fd, (uint64_t)info.st_size, deny, digest)
							     : fault_of(FAULT_STORE, "the backup's deny file cannot be read");
		close(fd);
		FAULT_TRY(fault);
	}
	FAULT_TRY(vault_copy(p->vault, vault));
	return rename(p->store, store) == 0 && fsync(p->into->fd) == 0
		       ? fault_none()
		       : fault_of(FAULT_STORE, "the folder to put it back into cannot be written");
}

static struct fault refuse_occupied(const struct folder *into)
{
	static const char *const names[] = { "vault.a", "vault.b", "store.db", "store.db-wal" };
	char path[PATH_MAX];
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		FAULT_TRY(join(into->path, names[i], path));
		if (access(path, F_OK) == 0)
			return fault_of(FAULT_CALLER, "there is a store in this folder: put the backup back into an empty one");
	}
	return fault_none();
}

static struct fault run(struct putting *p)
{
	FAULT_TRY(refuse_occupied(p->into));
	FAULT_TRY(join(p->into->path, "vault.back", p->vault));
	FAULT_TRY(join(p->into->path, "store.back", p->store));
	FAULT_TRY(join(p->into->path, "store.back-wal", p->log));
	if (vault_exists(p->vault)) /* of a go that was cut off */
		FAULT_TRY(vault_destroy(p->vault));
	FAULT_TRY(choose(p));
	FAULT_TRY(open_keys(p));
	FAULT_TRY(copy_base(p));
	p->bytes = malloc(BACKUP_SEGMENT_BYTES_MAX);
	if (p->bytes == NULL)
		return fault_of(FAULT_LIMIT, "memory for a segment of the backup");
	FAULT_TRY(replay_all(p));
	FAULT_TRY(verify(p));
	return give_names(p);
}

struct fault putback_run(const struct putback *what, const struct folder *into, struct putback_report *out)
{
	struct putting p = { .what = what, .into = into, .report = out, .log_fd = -1 };
	*out = (struct putback_report){ .generation = "" };
	struct fault fault = run(&p);
	if (p.log_fd >= 0)
		close(p.log_fd);
	free(p.bytes);
	sodium_memzero(p.store_key, sizeof p.store_key);
	sodium_memzero(p.backup_key, sizeof p.backup_key);
	if (p.vault[0] != '\0' && vault_exists(p.vault))
		(void)vault_destroy(p.vault);
	if (fault_is(fault)) {
		out->good_ms = out->bad_segment > 0 ? out->at_ms : 0;
		unlink(p.store);
		unlink(p.log);
	}
	return fault;
}
