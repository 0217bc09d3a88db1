/* backup - generations, and what the write-ahead log gains, written beside the loop. */
#include "central/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "io/folder.h"
#include "io/logline.h"
#include "io/random.h"
#include "io/timer.h"
#include "store/sealed_db.h"
#include "store/vault.h"

enum {
	CHECKPOINT_BYTES = 4 * 1024 * 1024,   /* about SQLite's own habit */
	AGAIN_FIRST_MS = 60 * 1000, AGAIN_LAST_MS = 60 * 60 * 1000,
};
#define PENDING_BYTES_MAX ((uint64_t)64 * 1024 * 1024)

/* Bytes of the log that wait to be written. */
struct piece {
	struct piece *next;
	struct backup_segment segment;
	uint8_t *bytes;
};

/* What one go beside the loop does; it sees nothing else. */
struct job {
	struct backup *backup;
	bool is_base;
	char folder[PATH_MAX];                /* of the generation the pieces go to */
	char name[BACKUP_NAME_BYTES];         /* of the one that begins; */
	char unkept[BACKUP_NAME_BYTES];       /* one that goes when that stands; "": none */
	bool is_written;                      /* it stands, kept elsewhere or not */
	atomic_bool ends;                     /* no command is begun any more */
	atomic_int child;                     /* the command's process group; 0: none runs */
	const char *all, *command, *deny_path;
	uint64_t keep_before_ms;              /* generations to remove end before; 0: none */
	int store_fd;
	const char *vault_path;
	const uint8_t *key;
	struct backup_base base;
	struct piece *pieces;
	uint8_t before[BACKUP_MAC_BYTES];
	uint64_t bytes;                       /* written */
	uint64_t deny_kept;                   /* of the deny file: kept elsewhere before, and then with this go */
	struct fault fault;
};

struct backup {
	struct loop *loop;
	struct backup_config config;
	struct backup_source source;
	struct sealed_db_watch watch;
	struct timer *timer;
	int store_fd, log_fd;                 /* open as long as SQLite has them: closing one would drop its locks */
	uint8_t log_header[BACKUP_LOG_HEADER_BYTES];
	uint64_t log_bytes;                   /* committed */
	uint64_t at;                          /* taken up to here */
	bool broken;                          /* a gap: this generation ends */
	bool copying;                         /* the base is being copied: no checkpoint, nothing taken */
	bool has_generation;
	char folder[PATH_MAX];
	char unkept[BACKUP_NAME_BYTES];       /* the last generation, which could not be kept whole; "": none */
	uint32_t number;                      /* of the last segment */
	uint64_t deny_kept;                   /* bytes of the deny file kept elsewhere since the start */
	uint8_t before[BACKUP_MAC_BYTES];
	struct piece *first, **last;
	uint64_t pending_bytes;
	struct job *job;
	bool dirty;                           /* something was committed since it was taken */
	uint64_t behind_ms;                   /* wall clock: the first commit that is in no kept file; 0: all are in one */
	uint64_t next_behind_ms;              /* the same, once what is being written is kept */
	bool checkpointed;                    /* nothing was committed since the last checkpoint */
	uint64_t base_due_ms, segment_due_ms, again_ms; /* monotonic */
	bool ending;
	struct backup_status status;
};

/* ---- beside the loop ---- */

extern char **environ;

/* A process group of its own, so that all of it can be ended, and signals as a shell expects them:
 * this thread has them blocked. */
static bool start_command(struct job *job, const char *path, pid_t *child)
{
	const char *argv[] = { "sh", "-c", job->command, "jalka-backup", path, NULL };
	posix_spawnattr_t how;
	sigset_t none, pipe;
	sigemptyset(&none);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	if (posix_spawnattr_init(&how) != 0)
		return false;
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&how, 0);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &pipe);
	bool started = posix_spawn(child, "/bin/sh", NULL, &how, (char *const *)argv, environ) == 0;
	posix_spawnattr_destroy(&how);
	return started;
}

/* Runs the operator's command for one file; it ends well when the file is kept elsewhere. */
static struct fault run_command(struct job *job, const char *path)
{
	pid_t child;
	int status;
	if (!start_command(job, path, &child))
		return fault_of(FAULT_STORE, "the backup's command cannot be started");
	atomic_store(&job->child, child);
	if (atomic_load(&job->ends)) /* it may have been asked to end before there was a child */
		kill(-child, SIGTERM);
	pid_t got;
	while ((got = waitpid(child, &status, 0)) < 0 && errno == EINTR)
		;
	atomic_store(&job->child, 0);
	if (got < 0)
		return fault_of(FAULT_STORE, "the backup's command got lost");
	return WIFEXITED(status) && WEXITSTATUS(status) == 0
		       ? fault_none()
		       : fault_of(FAULT_STORE, "the backup's command failed: the file is here, but not kept elsewhere");
}

static struct fault keep(struct job *job, const char *folder, const char *name)
{
	char path[PATH_MAX];
	if (job->command == NULL)
		return fault_none();
	if (atomic_load(&job->ends))
		return fault_of(FAULT_LATER, "the node ends: the file is here, but not kept elsewhere");
	int n = snprintf(path, sizeof path, "%s/%s", folder, name);
	return n > 0 && (size_t)n < sizeof path ? run_command(job, path)
						: fault_of(FAULT_CALLER, "the backup's path is too long");
}

/* Nobody may write to it meanwhile: the copy would be of two moments. */
static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static struct fault copy_store(struct job *job, const char *folder)
{
	char vault[PATH_MAX + 16], store[PATH_MAX + 16];
	struct stat before, after;
	snprintf(vault, sizeof vault, "%s/vault", folder);
	snprintf(store, sizeof store, "%s/store", folder);
	FAULT_TRY(vault_copy(job->vault_path, vault));
	bool told = fstat(job->store_fd, &before) == 0;
	FAULT_TRY(backup_copy(job->store_fd, job->base.store_bytes, store, job->base.store_digest));
	if (!told || fstat(job->store_fd, &after) != 0 || !same_file(&before, &after))
		return fault_of(FAULT_STORE, "the store was written to while it was copied");
	return backup_base_write(folder, job->key, &job->base);
}

static bool same_bytes(int a, int b, uint64_t bytes)
{
	uint8_t x[4096], y[sizeof x];
	for (uint64_t at = 0; at < bytes; at += sizeof x) {
		size_t n = bytes - at < sizeof x ? (size_t)(bytes - at) : sizeof x;
		if (!backup_read(a, x, n, at) || !backup_read(b, y, n, at) || memcmp(x, y, n) != 0)
			return false;
	}
	return true;
}

/* The deny file only grows. One that does not begin with what its copy has is older, or was begun anew: the copy
 * may be the last there is. */
static struct fault has_lines_of_copy(int deny, uint64_t bytes, const char *path)
{
	uint64_t there;
	int copy = open(path, O_RDONLY | O_CLOEXEC);
	if (copy < 0 && errno == ENOENT)
		return fault_none();
	bool readable = copy >= 0 && folder_whole_lines(copy, &there);
	bool same = readable && there <= bytes && same_bytes(deny, copy, there);
	if (copy >= 0)
		close(copy);
	if (!readable)
		return fault_of(FAULT_STORE, "the deny file's copy in the backup cannot be read");
	return same ? fault_none()
		    : fault_of(FAULT_CALLER, "the deny file lacks lines that its copy in the backup has: restore again with that"
					     " copy, or move the copy aside and keep it");
}

static struct fault write_deny(struct job *job, int deny, uint64_t bytes)
{
	char path[PATH_MAX], fresh[PATH_MAX + 8];
	uint8_t digest[BACKUP_MAC_BYTES];
	int n = snprintf(path, sizeof path, "%s/deny", job->all);
	ASSERT(n > 0 && (size_t)n < sizeof path); /* backup_open left room */
	FAULT_TRY(has_lines_of_copy(deny, bytes, path));
	if (bytes == 0)
		return fault_none();
	snprintf(fresh, sizeof fresh, "%s.new", path);
	FAULT_TRY(backup_copy(deny, bytes, fresh, digest));
	if (rename(fresh, path) != 0)
		return fault_of(FAULT_STORE, "the backup's folder cannot be written");
	FAULT_TRY(keep(job, job->all, "deny"));
	job->deny_kept = bytes;
	return fault_none();
}

/* The deny file goes along: a node put back starts with it alone. It is small, and signed line by line. */
static struct fault copy_deny(struct job *job)
{
	uint64_t bytes = 0;
	int deny = open(job->deny_path, O_RDONLY | O_CLOEXEC);
	if (deny < 0 ? errno != ENOENT : !folder_whole_lines(deny, &bytes)) {
		if (deny >= 0)
			close(deny);
		return fault_of(FAULT_STORE, "the deny file cannot be read");
	}
	struct fault fault = bytes != 0 && bytes == job->deny_kept ? fault_none() : write_deny(job, deny, bytes);
	if (deny >= 0)
		close(deny);
	return fault;
}

static void remove_old(const struct job *job)
{
	char (*names)[BACKUP_NAME_BYTES], limit[BACKUP_NAME_BYTES];
	static const uint8_t least[4] = { 0 };
	size_t count;
	if (job->keep_before_ms == 0 || fault_is(backup_generations(job->all, &names, &count)))
		return;
	backup_name(job->keep_before_ms, least, limit);
	/* One goes when the next began long enough ago: until then it is needed for the days between. */
	for (size_t i = 0; i + 1 < count; i++) {
		if (strcmp(names[i + 1], limit) < 0 && fault_is(backup_remove(job->all, names[i])))
			logline(LOGLINE_WARNING, "backup_not_removed", NULL);
	}
	free(names);
}

/* The folder a base is made in: this node's own, so that what a crash left half made is known. */
static void making_name(const struct job *job, char out[static BACKUP_NAME_BYTES])
{
	static const char mark[] = "making";
	uint8_t digest[crypto_generichash_BYTES_MIN];
	crypto_generichash(digest, sizeof digest, (const uint8_t *)mark, sizeof mark - 1, job->key, BACKUP_KEY_BYTES);
	memcpy(out, "making-", 7);
	sodium_bin2hex(out + 7, BACKUP_NAME_BYTES - 7, digest, 8);
}

static struct fault make_in(struct job *job, const char *folder, const char *final)
{
	if (mkdir(folder, 0700) != 0)
		return errno == ENOSPC ? fault_of(FAULT_STORE, "the backup's disk is full")
				       : fault_of(FAULT_STORE, "the backup's folder cannot be written");
	FAULT_TRY(copy_store(job, folder));
	return rename(folder, final) == 0 ? fault_none() : fault_of(FAULT_STORE, "the backup's folder cannot be written");
}

static struct fault keep_base(struct job *job, const char *folder)
{
	static const char *const names[] = { "vault.a", "vault.b", "store", "base" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		FAULT_TRY(keep(job, folder, names[i]));
	return fault_none();
}

static struct fault make_base(struct job *job)
{
	char making[BACKUP_NAME_BYTES], folder[PATH_MAX], final[PATH_MAX];
	making_name(job, making);
	int n = snprintf(folder, sizeof folder, "%s/%s", job->all, making);
	int m = snprintf(final, sizeof final, "%s/%s", job->all, job->name);
	ASSERT(n > 0 && (size_t)n < sizeof folder && m > 0 && (size_t)m < sizeof final); /* backup_open left room */
	if (access(folder, F_OK) == 0)
		FAULT_TRY(backup_remove(job->all, making));
	struct fault fault = make_in(job, folder, final);
	if (fault_is(fault)) {
		(void)backup_remove(job->all, making); /* the first cause wins */
		return fault;
	}
	job->is_written = true;
	memcpy(job->before, job->base.mac, BACKUP_MAC_BYTES);
	job->bytes = job->base.store_bytes;
	if (job->unkept[0] != '\0')
		(void)backup_remove(job->all, job->unkept); /* this one has all of it */
	return keep_base(job, final);
}

static struct fault write_pieces(struct job *job)
{
	char name[16];
	for (struct piece *piece = job->pieces; piece != NULL; piece = piece->next) {
		memcpy(piece->segment.before, job->before, BACKUP_MAC_BYTES);
		FAULT_TRY(backup_segment_write(job->folder, job->key, &piece->segment, piece->bytes));
		memcpy(job->before, piece->segment.mac, BACKUP_MAC_BYTES);
		job->bytes += piece->segment.len;
		snprintf(name, sizeof name, "%08u.log", piece->segment.number);
		FAULT_TRY(keep(job, job->folder, name));
	}
	return fault_none();
}

/* What the log gained goes to its generation, before the next begins and has it too. */
static struct fault do_job(struct job *job)
{
	FAULT_TRY(copy_deny(job));
	struct fault fault = write_pieces(job);
	if (!job->is_base)
		return fault;
	job->bytes = 0;
	FAULT_TRY(make_base(job));
	remove_old(job);
	return fault_none();
}

static void work(void *ctx)
{
	struct job *job = ctx;
	job->fault = do_job(job);
}

/* ---- on the loop ---- */

static void free_pieces(struct piece *piece)
{
	while (piece != NULL) {
		struct piece *next = piece->next;
		free(piece->bytes);
		free(piece);
		piece = next;
	}
}

static void drop_pending(struct backup *b)
{
	free_pieces(b->first);
	b->first = NULL;
	b->last = &b->first;
	b->pending_bytes = 0;
}

/* BK2 */
static void fail(struct backup *b, struct fault fault)
{
	uint64_t now = loop_mono_ms();
	logline(LOGLINE_ERROR, "backup_failed", LOGLINE_FIELDS(logline_text("why", fault.what)));
	b->status.failures++;
	b->status.last_failure = fault.what;
	b->has_generation = false;
	b->broken = false;
	drop_pending(b);
	b->base_due_ms = now + b->again_ms;
	b->again_ms = 2 * b->again_ms > AGAIN_LAST_MS ? AGAIN_LAST_MS : 2 * b->again_ms;
}

static void set_timer(struct backup *b)
{
	uint64_t due = b->base_due_ms;
	if (b->has_generation && (b->dirty || b->first != NULL) && b->segment_due_ms < due)
		due = b->segment_due_ms;
	timer_at(b->timer, b->job != NULL || b->ending ? UINT64_MAX : due);
}

static bool add_piece(struct backup *b, uint64_t len)
{
	struct piece *piece = calloc(1, sizeof *piece);
	uint8_t *bytes = piece == NULL ? NULL : malloc((size_t)len);
	if (bytes == NULL || !backup_read(b->log_fd, bytes, (size_t)len, b->at)) {
		free(bytes);
		free(piece);
		return false;
	}
	piece->bytes = bytes;
	piece->segment = (struct backup_segment){ .number = ++b->number, .time_ms = loop_wall_ms(),
						  .order = b->source.order(b->source.ctx), .at = b->at, .len = len };
	memcpy(piece->segment.log_header, b->log_header, BACKUP_LOG_HEADER_BYTES);
	*b->last = piece;
	b->last = &piece->next;
	b->pending_bytes += len;
	b->at += len;
	return true;
}

static void take(struct backup *b)
{
	if (b->copying || !b->has_generation || b->broken)
		return;
	b->dirty = false;
	while (!b->broken && b->at < b->log_bytes) {
		uint64_t len = b->log_bytes - b->at;
		if (len > BACKUP_SEGMENT_BYTES_MAX)
			len = BACKUP_SEGMENT_BYTES_MAX;
		if (b->pending_bytes + len > PENDING_BYTES_MAX || !add_piece(b, len))
			b->broken = true;
	}
}

struct fault backup_take(struct backup *b)
{
	if (b == NULL)
		return fault_none();
	if (b->copying)
		return fault_of(FAULT_LATER, "the store is being copied for a backup: try again in a moment");
	take(b);
	return fault_none();
}

/* Called inside the commit: looks, and does nothing. */
static void committed(void *ctx, uint64_t log_bytes)
{
	struct backup *b = ctx;
	uint8_t header[BACKUP_LOG_HEADER_BYTES];
	if (!backup_read(b->log_fd, header, sizeof header, 0)) {
		b->broken = true;
		return;
	}
	if (memcmp(header, b->log_header, sizeof header) != 0) {
		b->broken = b->broken || (b->has_generation && b->at != b->log_bytes); /* BK1 */
		memcpy(b->log_header, header, sizeof header);
		b->at = 0;
	}
	b->log_bytes = log_bytes;
	b->checkpointed = false;
	if (b->next_behind_ms == 0)
		b->next_behind_ms = loop_wall_ms();
	if (b->behind_ms == 0)
		b->behind_ms = b->next_behind_ms;
	if (!b->dirty)
		b->segment_due_ms = loop_mono_ms() + b->config.every_ms;
	b->dirty = true;
}

static void job_done(void *ctx);

static void begin_job(struct backup *b, const struct job *what)
{
	struct job *job = malloc(sizeof *job);
	if (job == NULL) {
		free_pieces(what->pieces);
		fail(b, fault_of(FAULT_LIMIT, "memory for a backup"));
		return;
	}
	*job = *what;
	job->backup = b;
	job->all = b->config.folder;
	job->command = b->config.command;
	job->deny_path = b->source.deny_path;
	job->store_fd = b->store_fd;
	job->vault_path = b->source.vault_path;
	job->key = b->source.key;
	job->deny_kept = b->deny_kept;
	memcpy(job->folder, what->is_base ? what->folder : b->folder, sizeof job->folder);
	memcpy(job->before, b->before, BACKUP_MAC_BYTES);
	b->next_behind_ms = 0; /* all there is was taken into it, or a gap was seen */
	struct fault fault = loop_beside(b->loop, work, job_done, job);
	if (!fault_is(fault)) {
		b->job = job;
		return;
	}
	free_pieces(job->pieces);
	free(job);
	b->copying = false;
	fail(b, fault);
}

static struct piece *give_pieces(struct backup *b)
{
	struct piece *first = b->first;
	b->first = NULL;
	b->last = &b->first;
	b->pending_bytes = 0;
	return first;
}

/* The store as it stands after a whole checkpoint; until it is copied its log only grows. */
static void begin_base(struct backup *b)
{
	uint8_t random[4];
	struct stat info;
	struct job job = { .is_base = true };
	take(b);
	if (fault_is(sealed_db_checkpoint(b->source.db, true)) || fstat(b->store_fd, &info) != 0) {
		fail(b, fault_of(FAULT_STORE, "the store's log cannot be written into the store for a backup"));
		return;
	}
	b->log_bytes = b->at = 0;
	b->broken = b->dirty = false;
	memset(b->log_header, 0, sizeof b->log_header);
	random_fill(NULL, random, sizeof random);
	job.base = (struct backup_base){ .time_ms = loop_wall_ms(), .order = b->source.order(b->source.ctx),
					 .store_bytes = (uint64_t)info.st_size };
	if (b->config.keep_ms != 0 && job.base.time_ms > b->config.keep_ms)
		job.keep_before_ms = job.base.time_ms - b->config.keep_ms;
	backup_name(job.base.time_ms, random, job.name);
	job.pieces = give_pieces(b);
	memcpy(job.folder, b->folder, sizeof job.folder);
	memcpy(job.unkept, b->unkept, sizeof job.unkept);
	int n = snprintf(b->folder, sizeof b->folder, "%s/%s", b->config.folder, job.name);
	ASSERT(n > 0 && (size_t)n < sizeof b->folder); /* backup_open left room */
	memcpy(b->status.generation, job.name, sizeof job.name);
	b->status.base_took_ms = loop_mono_ms();
	b->number = 0;
	b->copying = true;
	b->has_generation = true;
	begin_job(b, &job);
}

static void begin_segments(struct backup *b)
{
	struct job job = { .pieces = give_pieces(b) };
	begin_job(b, &job);
}

/* Chooses what is due; one job at a time. */
static void go_on(struct backup *b)
{
	uint64_t now = loop_mono_ms();
	if (b->job == NULL && !b->ending) {
		if (b->broken && b->has_generation)
			fail(b, fault_of(FAULT_STORE, "what the store's log gained could not be taken in time"));
		if (b->base_due_ms <= now) {
			begin_base(b);
		} else if (b->has_generation && (b->dirty || b->first != NULL) && b->segment_due_ms <= now) {
			take(b);
			if (b->first != NULL)
				begin_segments(b);
		}
	}
	set_timer(b);
}

static void settle_base(struct backup *b, const struct job *job)
{
	b->copying = false;
	b->status.base_took_ms = loop_mono_ms() - b->status.base_took_ms;
	b->base_due_ms = loop_mono_ms() + b->config.base_every_ms;
	b->status.base_ms = b->status.last_ms = job->base.time_ms;
	b->status.order = job->base.order;
	b->status.segments = 0;
	b->status.bytes = job->bytes;
}

static void settle_segments(struct backup *b, const struct job *job)
{
	const struct piece *last = job->pieces;
	while (last->next != NULL)
		last = last->next;
	b->status.last_ms = last->segment.time_ms;
	b->status.order = last->segment.order;
	b->status.segments = last->segment.number;
	b->status.bytes += job->bytes;
}

/* The log began anew while the store was copied: it was emptied into the store, and the copy may be of two moments. */
static void distrust_torn_base(const struct backup *b, struct job *job)
{
	if (!b->broken || fault_is(job->fault))
		return;
	(void)backup_remove(job->all, job->name); /* should it stay, "restore" finds the damage */
	job->is_written = false;
	job->unkept[0] = '\0';
	job->fault = fault_of(FAULT_STORE, "the store was written to while it was copied");
}

/* A base that is here and not kept elsewhere goes when the next has all of it. */
static void remember_unkept(struct backup *b, const struct job *job)
{
	if (job->is_written && !fault_is(job->fault))
		b->unkept[0] = '\0';
	else
		memcpy(b->unkept, job->is_written ? job->name : job->unkept, sizeof b->unkept);
}

static void job_done(void *ctx)
{
	struct job *job = ctx;
	struct backup *b = job->backup;
	b->job = NULL;
	b->deny_kept = job->deny_kept;
	if (job->is_base) {
		distrust_torn_base(b, job);
		remember_unkept(b, job);
	}
	if (fault_is(job->fault)) {
		b->copying = false;
		fail(b, job->fault);
	} else {
		(job->is_base ? settle_base : settle_segments)(b, job);
		memcpy(b->before, job->before, BACKUP_MAC_BYTES);
		if (!b->broken)
			b->behind_ms = b->next_behind_ms;
		b->status.last_failure = "";
		b->again_ms = AGAIN_FIRST_MS;
		if (!b->ending)
			b->source.kept(b->source.ctx, b->status.order);
	}
	free_pieces(job->pieces);
	free(job);
	go_on(b);
}

static void rang(void *ctx)
{
	go_on(ctx);
}

void backup_turn(struct backup *b)
{
	if (b == NULL)
		return;
	if (b->log_bytes >= CHECKPOINT_BYTES && !b->copying && !b->checkpointed) {
		take(b);
		(void)sealed_db_checkpoint(b->source.db, false); /* what it cannot do now it does after the next commit */
		b->checkpointed = true;
	}
	go_on(b);
}

struct fault backup_begin(struct backup *b)
{
	if (b->job != NULL && b->job->is_base)
		return fault_of(FAULT_LATER, "a backup is being made: see jalka admin backups");
	b->base_due_ms = 0;
	go_on(b);
	return fault_none();
}

/* ---- opening and closing ---- */

static struct fault open_files(struct backup *b)
{
	char path[PATH_MAX];
	struct stat info;
	if (b->config.folder[0] != '/' || strlen(b->config.folder) + BACKUP_NAME_BYTES + 16 > PATH_MAX)
		return fault_of(FAULT_CALLER, "the backup's folder must be an absolute path");
	if (mkdir(b->config.folder, 0700) != 0 && errno != EEXIST)
		return fault_of(FAULT_CALLER, "the backup's folder cannot be made: make it, or give this user the right to");
	if (stat(b->config.folder, &info) != 0 || !S_ISDIR(info.st_mode) || access(b->config.folder, R_OK | W_OK | X_OK) != 0)
		return fault_of(FAULT_CALLER, "the backup's folder cannot be written by this user");
	snprintf(path, sizeof path, "%s-wal", b->source.store_path);
	b->store_fd = open(b->source.store_path, O_RDONLY | O_CLOEXEC);
	b->log_fd = open(path, O_RDONLY | O_CLOEXEC);
	return b->store_fd >= 0 && b->log_fd >= 0 ? fault_none() : fault_of(FAULT_STORE, "the store's files cannot be read for a backup");
}

struct fault backup_open(struct loop *loop, const struct backup_config *config, const struct backup_source *source, struct backup **out)
{
	struct backup *b = calloc(1, sizeof *b);
	if (b == NULL)
		return fault_of(FAULT_LIMIT, "memory for backups");
	*b = (struct backup){ .loop = loop, .config = *config, .source = *source, .store_fd = -1, .log_fd = -1,
			      .again_ms = AGAIN_FIRST_MS, .behind_ms = loop_wall_ms(), .status = { .last_failure = "" } };
	b->last = &b->first;
	struct fault fault = open_files(b);
	if (!fault_is(fault))
		fault = timer_open(loop, rang, b, &b->timer);
	if (fault_is(fault)) { /* the node does not start: SQLite's locks matter no more */
		backup_close(b);
		return fault;
	}
	b->watch = (struct sealed_db_watch){ .committed = committed, .ctx = b };
	sealed_db_watch(source->db, &b->watch);
	timer_at(b->timer, 0);
	*out = b;
	return fault_none();
}

static void end_command(struct job *job)
{
	atomic_store(&job->ends, true);
	pid_t child = atomic_load(&job->child);
	if (child > 0)
		kill(-child, SIGTERM);
}

void backup_stop(struct backup *b)
{
	if (b == NULL)
		return;
	b->ending = true;
	if (b->job != NULL)
		end_command(b->job);
	loop_await_beside(b->loop);
	take(b);
	if (b->has_generation && !b->broken && b->first != NULL) {
		struct job job = { .backup = b, .all = b->config.folder, .deny_path = b->source.deny_path, .key = b->source.key,
				   .pieces = b->first, .deny_kept = b->deny_kept };
		memcpy(job.folder, b->folder, sizeof job.folder);
		memcpy(job.before, b->before, BACKUP_MAC_BYTES);
		work(&job);
		if (fault_is(job.fault))
			logline(LOGLINE_ERROR, "backup_failed", LOGLINE_FIELDS(logline_text("why", job.fault.what)));
	}
	sealed_db_watch(b->source.db, NULL);
}

void backup_close(struct backup *b)
{
	if (b == NULL)
		return;
	timer_close(b->timer);
	drop_pending(b);
	if (b->store_fd >= 0)
		close(b->store_fd);
	if (b->log_fd >= 0)
		close(b->log_fd);
	sodium_memzero(b->source.key, sizeof b->source.key);
	free(b);
}

void backup_status(const struct backup *b, struct backup_status *out)
{
	*out = b->status;
	out->pending_bytes = b->pending_bytes;
	out->behind_ms = b->behind_ms;
	out->phase = b->copying ? BACKUP_COPIES : b->job != NULL ? BACKUP_WRITES
		     : b->has_generation ? BACKUP_WAITS : BACKUP_FAILED;
}
