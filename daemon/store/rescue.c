/* rescue - records sealed, read and kept in one append-only file. */
#include "store/rescue.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "store/anew.h"

enum {
	MAGIC_BYTES = 8, VERSION = 2, VERSION_WITHOUT_WHICH = 1, DIGEST_BYTES = 16, PAD_STEP = 64,
	MARK_AT = MAGIC_BYTES + 4, NODE_AT = MARK_AT + RESCUE_MARK_BYTES, EPOCH_AT = NODE_AT + ID_BYTES,
	SEQ_AT = EPOCH_AT + ID_BYTES, LENGTH_AT = SEQ_AT + 8, DIGEST_AT = LENGTH_AT + 4,
};
_Static_assert(DIGEST_AT + DIGEST_BYTES == RESCUE_HEADER_BYTES, "the header as drawn in rescue.h");
_Static_assert(crypto_box_SEALBYTES == 48, "RESCUE_RECORD_BYTES");
_Static_assert(crypto_box_PUBLICKEYBYTES == RESCUE_KEY_BYTES && crypto_box_SECRETKEYBYTES == RESCUE_KEY_BYTES, "X25519");

/* Fields of the work, as base/wire.h writes them. */
enum { WORK_DELTA = 1, WORK_SALT, WORK_BEFORE, WORK_SIGNATURE, WORK_CONTINUES, WORK_CONTINUES_SEQ, WORK_CONTINUES_H };
enum { WORK_TAGS_BYTES = 32,
       WORK_BYTES = LIMIT_DELTA_BYTES + DELTA_SALT_BYTES + 2 * DELTA_HASH_BYTES + DELTA_SIGNATURE_BYTES + ID_BYTES + 10 + WORK_TAGS_BYTES };
_Static_assert((int)WORK_BYTES + (int)PAD_STEP <= (int)RESCUE_PLAIN_BYTES, "the longest work fits");

static const char magic[MAGIC_BYTES + 1] = "jalkares";

static void put_little(uint8_t *out, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_little(const uint8_t *in, size_t bytes)
{
	uint64_t value = 0;
	for (size_t i = 0; i < bytes; i++)
		value |= (uint64_t)in[i] << (8 * i);
	return value;
}

void rescue_mark(const uint8_t key[static RESCUE_KEY_BYTES], uint8_t out[static RESCUE_MARK_BYTES])
{
	uint8_t digest[DIGEST_BYTES];
	crypto_generichash(digest, sizeof digest, key, RESCUE_KEY_BYTES, NULL, 0);
	memcpy(out, digest, RESCUE_MARK_BYTES);
}

void rescue_which(const struct delta_hash *digest, uint8_t out[static RESCUE_WHICH_BYTES])
{
	crypto_generichash(out, RESCUE_WHICH_BYTES, digest->bytes, sizeof digest->bytes, NULL, 0);
}

bool rescue_may_be(const struct rescue_record *record, const struct delta_hash *digest)
{
	uint8_t which[RESCUE_WHICH_BYTES];
	rescue_which(digest, which);
	return !record->has_which || memcmp(which, record->which, sizeof which) == 0;
}

/* ---- writing ---- */

static void digest_of(const uint8_t *header, struct span body, uint8_t out[static DIGEST_BYTES])
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, DIGEST_BYTES);
	crypto_generichash_update(&state, header, DIGEST_AT);
	crypto_generichash_update(&state, body.data, body.len);
	crypto_generichash_final(&state, out, DIGEST_BYTES);
}

static void put_record(const struct author *author, uint64_t seq, const uint8_t *key, struct span body, struct wire_out *out)
{
	uint8_t header[RESCUE_HEADER_BYTES];
	memcpy(header, magic, MAGIC_BYTES);
	put_little(header + MAGIC_BYTES, VERSION, 4);
	rescue_mark(key, header + MARK_AT);
	memcpy(header + NODE_AT, author->node.bytes, ID_BYTES);
	memcpy(header + EPOCH_AT, author->epoch.bytes, ID_BYTES);
	put_little(header + SEQ_AT, seq, 8);
	put_little(header + LENGTH_AT, body.len, 4);
	digest_of(header, body, header + DIGEST_AT);
	wire_put_raw(out, span_of(header, sizeof header));
	wire_put_raw(out, body);
	ASSERT(!out->full);
}

void rescue_seal_none(const struct author *author, uint64_t seq, const uint8_t key[static RESCUE_KEY_BYTES],
		      struct wire_out *out)
{
	put_record(author, seq, key, span_of("", 0), out);
}

static void put_work(const struct rescue_work *work, struct wire_out *out)
{
	wire_put_bytes(out, WORK_DELTA, work->bytes);
	wire_put_bytes(out, WORK_SALT, span_of(work->salt, sizeof work->salt));
	wire_put_bytes(out, WORK_BEFORE, span_of(work->before.bytes, sizeof work->before.bytes));
	wire_put_bytes(out, WORK_SIGNATURE, span_of(work->signature.bytes, sizeof work->signature.bytes));
	if (!work->has_continues)
		return;
	wire_put_bytes(out, WORK_CONTINUES, ID_SPAN(work->continues.epoch));
	wire_put_varint(out, WORK_CONTINUES_SEQ, work->continues.seq);
	wire_put_bytes(out, WORK_CONTINUES_H, span_of(work->continues.h.bytes, sizeof work->continues.h.bytes));
}

struct fault rescue_seal(const struct rescue_work *work, const uint8_t key[static RESCUE_KEY_BYTES], struct wire_out *out)
{
	static uint8_t plain[RESCUE_PLAIN_BYTES], sealed[RESCUE_WHICH_BYTES + RESCUE_PLAIN_BYTES + crypto_box_SEALBYTES];
	struct wire_out body;
	struct delta_hash digest;
	size_t padded;
	ASSERT(work->bytes.len > 0 && work->bytes.len <= LIMIT_DELTA_BYTES);
	wire_out_init(&body, plain, sizeof plain);
	put_work(work, &body);
	int rc = sodium_pad(&padded, plain, body.used, PAD_STEP, sizeof plain);
	ASSERT(!body.full && rc == 0);
	delta_digest(work->salt, work->bytes, &digest);
	rescue_which(&digest, sealed);
	rc = crypto_box_seal(sealed + RESCUE_WHICH_BYTES, plain, padded, key);
	sodium_memzero(plain, padded);
	if (rc != 0)
		return fault_of(FAULT_CALLER, "that is no usable recovery key");
	put_record(&work->author, work->seq, key, span_of(sealed, RESCUE_WHICH_BYTES + padded + crypto_box_SEALBYTES), out);
	return fault_none();
}

/* ---- reading ---- */

/* Where the next record may begin; a magic cut by the end of the block counts. */
static size_t next_magic(struct span block, size_t from)
{
	for (size_t i = from; i < block.len; i++) {
		size_t len = block.len - i < MAGIC_BYTES ? block.len - i : MAGIC_BYTES;
		if (memcmp(block.data + i, magic, len) == 0)
			return i;
	}
	return block.len;
}

static enum rescue_read pass_over(struct span *rest)
{
	size_t to = next_magic(*rest, 1);
	*rest = span_of(rest->data + to, rest->len - to);
	return RESCUE_DAMAGED;
}

/* RS3: a magic within what a header claims belongs to another record, so that the claim is damaged;
 * what is digested never overlaps. (In sealed bytes it stands by chance once in 2^47 records.) */
static bool claims_another(struct span block, size_t claimed)
{
	size_t len = claimed < block.len ? claimed : block.len;
	return len > MAGIC_BYTES && memmem(block.data + 1, len - 1, magic, MAGIC_BYTES) != NULL;
}

/* The record at the beginning of a block. */
static enum rescue_read read_record(struct span block, struct rescue_record *out)
{
	uint8_t digest[DIGEST_BYTES];
	const uint8_t *at = block.data;
	if (claims_another(block, RESCUE_HEADER_BYTES))
		return RESCUE_DAMAGED;
	if (block.len < RESCUE_HEADER_BYTES)
		return RESCUE_CUT;
	uint64_t len = get_little(at + LENGTH_AT, 4), version = get_little(at + MAGIC_BYTES, 4);
	bool has_which = version == VERSION && len >= RESCUE_WHICH_BYTES;
	if ((version != VERSION && version != VERSION_WITHOUT_WHICH) || len > RESCUE_RECORD_BYTES - RESCUE_HEADER_BYTES
	    || claims_another(block, RESCUE_HEADER_BYTES + (size_t)len))
		return RESCUE_DAMAGED;
	if (block.len - RESCUE_HEADER_BYTES < len)
		return RESCUE_CUT;
	struct span body = span_of(at + RESCUE_HEADER_BYTES, (size_t)len);
	digest_of(at, body, digest);
	if (memcmp(digest, at + DIGEST_AT, sizeof digest) != 0)
		return RESCUE_DAMAGED;
	memcpy(out->author.node.bytes, at + NODE_AT, ID_BYTES);
	memcpy(out->author.epoch.bytes, at + EPOCH_AT, ID_BYTES);
	memcpy(out->mark, at + MARK_AT, RESCUE_MARK_BYTES);
	out->seq = get_little(at + SEQ_AT, 8);
	out->has_which = has_which;
	if (has_which)
		memcpy(out->which, body.data, RESCUE_WHICH_BYTES);
	out->sealed = has_which ? span_of(body.data + RESCUE_WHICH_BYTES, body.len - RESCUE_WHICH_BYTES) : body;
	out->whole = span_of(at, RESCUE_HEADER_BYTES + (size_t)len);
	return RESCUE_RECORD;
}

enum rescue_read rescue_next(struct span *rest, struct rescue_record *out)
{
	struct rescue_record record;
	if (rest->len == 0)
		return RESCUE_END;
	enum rescue_read got = next_magic(*rest, 0) == 0 ? read_record(*rest, &record) : RESCUE_DAMAGED;
	if (got == RESCUE_DAMAGED)
		return pass_over(rest);
	if (got == RESCUE_RECORD) {
		*rest = span_of(rest->data + record.whole.len, rest->len - record.whole.len);
		*out = record;
	}
	return got;
}

static bool take(struct wire_field f, uint8_t *out, size_t len)
{
	if (f.type != WIRE_BYTES || f.data.len != len)
		return false;
	memcpy(out, f.data.data, len);
	return true;
}

static struct fault read_work(struct span plain, struct rescue_work *out)
{
	struct wire_field f;
	enum wire_read got;
	unsigned seen = 0;
	while ((got = wire_next(&plain, &f)) == WIRE_FIELD) {
		bool good = true;
		if (f.number == WORK_DELTA && f.type == WIRE_BYTES)
			out->bytes = f.data;
		else if (f.number == WORK_SALT)
			good = take(f, out->salt, sizeof out->salt);
		else if (f.number == WORK_BEFORE)
			good = take(f, out->before.bytes, sizeof out->before.bytes);
		else if (f.number == WORK_SIGNATURE)
			good = take(f, out->signature.bytes, sizeof out->signature.bytes);
		else if (f.number == WORK_CONTINUES)
			good = take(f, out->continues.epoch.bytes, ID_BYTES);
		else if (f.number == WORK_CONTINUES_SEQ && f.type == WIRE_VARINT)
			out->continues.seq = f.value;
		else if (f.number == WORK_CONTINUES_H)
			good = take(f, out->continues.h.bytes, sizeof out->continues.h.bytes);
		if (!good)
			break;
		seen |= f.number < 32 ? 1u << f.number : 0;
	}
	const unsigned needed = 1u << WORK_DELTA | 1u << WORK_SALT | 1u << WORK_BEFORE | 1u << WORK_SIGNATURE;
	const unsigned goes_on = 1u << WORK_CONTINUES | 1u << WORK_CONTINUES_SEQ | 1u << WORK_CONTINUES_H;
	out->has_continues = (seen & goes_on) == goes_on;
	bool is_whole = got == WIRE_END && (seen & needed) == needed && out->bytes.len > 0 && out->bytes.len <= LIMIT_DELTA_BYTES;
	return is_whole ? fault_none() : fault_of(FAULT_PEER, "the record holds no work");
}

struct fault rescue_open(const struct rescue_record *record, const uint8_t key[static RESCUE_KEY_BYTES],
			 const uint8_t secret[static RESCUE_KEY_BYTES], uint8_t *plain, struct rescue_work *out)
{
	uint8_t mark[RESCUE_MARK_BYTES];
	struct rescue_work work = { .author = record->author, .seq = record->seq };
	size_t len;
	rescue_mark(key, mark);
	if (memcmp(mark, record->mark, sizeof mark) != 0)
		return fault_of(FAULT_CALLER, "sealed to another recovery key");
	if (record->sealed.len < crypto_box_SEALBYTES
	    || record->sealed.len - crypto_box_SEALBYTES > RESCUE_PLAIN_BYTES
	    || crypto_box_seal_open(plain, record->sealed.data, record->sealed.len, key, secret) != 0
	    || sodium_unpad(&len, plain, record->sealed.len - crypto_box_SEALBYTES, PAD_STEP) != 0)
		return fault_of(FAULT_PEER, "the record does not open");
	FAULT_TRY(read_work(span_of(plain, len), &work));
	*out = work;
	return fault_none();
}

/* ---- the file ---- */

struct rescue {
	char path[PATH_MAX];
	int fd;         /* -1: no file yet */
	uint64_t bytes; /* whole records; an append begins here */
};

static bool write_at(int fd, struct span bytes, uint64_t at)
{
	for (size_t used = 0; used < bytes.len;) {
		ssize_t n = pwrite(fd, bytes.data + used, bytes.len - used, (off_t)(at + used));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		used += (size_t)n;
	}
	return true;
}

/* The whole file in memory: malloc, for the caller to free. */
static struct fault load(const struct rescue *rescue, uint64_t size, uint8_t **out)
{
	uint8_t *block = malloc(size + 1);
	if (block == NULL)
		return fault_of(FAULT_LIMIT, "memory for the rescue file");
	for (uint64_t used = 0; used < size;) {
		ssize_t n = pread(rescue->fd, block + used, size - used, (off_t)used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			free(block);
			return fault_of(FAULT_STORE, "the rescue file cannot be read");
		}
		used += (size_t)n;
	}
	*out = block;
	return fault_none();
}

static struct fault walk(struct rescue *rescue, uint64_t size, rescue_keep_fn *fn, void *ctx, uint64_t *whole)
{
	struct rescue_record record;
	enum rescue_read got;
	uint8_t *block = NULL;
	FAULT_TRY(load(rescue, size, &block));
	struct span rest = span_of(block, size);
	while ((got = rescue_next(&rest, &record)) == RESCUE_RECORD || got == RESCUE_DAMAGED)
		if (got == RESCUE_RECORD && fn != NULL && !fn(ctx, &record))
			break;
	*whole = size - (got == RESCUE_CUT ? rest.len : 0);
	free(block);
	return fault_none();
}

struct fault rescue_file_open(const char *path, struct rescue **out)
{
	struct stat info;
	struct rescue *rescue = calloc(1, sizeof *rescue);
	if (rescue == NULL)
		return fault_of(FAULT_LIMIT, "memory for the rescue file");
	ASSERT(strlen(path) < sizeof rescue->path);
	strcpy(rescue->path, path);
	(void)anew_forget(path);
	rescue->fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct fault fault = fault_none();
	if (rescue->fd < 0 && errno != ENOENT)
		fault = fault_of(FAULT_STORE, "the rescue file cannot be opened");
	else if (rescue->fd >= 0 && (fstat(rescue->fd, &info) != 0 || !S_ISREG(info.st_mode)))
		fault = fault_of(FAULT_STORE, "the rescue file cannot be read");
	else if (rescue->fd >= 0)
		fault = walk(rescue, (uint64_t)info.st_size, NULL, NULL, &rescue->bytes);
	/* RS1: what a crash left of the last record goes, so that the next does not stand behind it; and
	 * whole records count from now on, also those of an append that was not confirmed. */
	if (!fault_is(fault) && rescue->fd >= 0
	    && (ftruncate(rescue->fd, (off_t)rescue->bytes) != 0 || fdatasync(rescue->fd) != 0))
		fault = fault_of(FAULT_STORE, "the rescue file cannot be written");
	if (fault_is(fault)) {
		rescue_file_close(rescue);
		return fault;
	}
	*out = rescue;
	return fault_none();
}

void rescue_file_close(struct rescue *rescue)
{
	if (rescue != NULL && rescue->fd >= 0)
		close(rescue->fd);
	free(rescue);
}

uint64_t rescue_file_bytes(const struct rescue *rescue)
{
	return rescue->bytes;
}

struct fault rescue_file_scan(struct rescue *rescue, rescue_keep_fn *fn, void *ctx)
{
	uint64_t whole;
	return rescue->fd < 0 ? fault_none() : walk(rescue, rescue->bytes, fn, ctx, &whole);
}

static struct fault make(struct rescue *rescue)
{
	if (rescue->fd >= 0)
		return fault_none();
	rescue->fd = open(rescue->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (rescue->fd < 0 || !anew_sync_folder(rescue->path))
		return fault_of(FAULT_STORE, "the rescue file cannot be made");
	return fault_none();
}

struct fault rescue_file_append(struct rescue *rescue, struct span records)
{
	if (rescue->bytes > RESCUE_FILE_BYTES || records.len > RESCUE_FILE_BYTES - rescue->bytes)
		return fault_of(FAULT_LIMIT, "the rescue file is full");
	FAULT_TRY(make(rescue));
	/* What a failed append left stays beyond `bytes`, and is written over. */
	if (!write_at(rescue->fd, records, rescue->bytes) || fdatasync(rescue->fd) != 0)
		return fault_of(FAULT_STORE, "the rescue file cannot be written");
	rescue->bytes += records.len;
	return fault_none();
}

struct rewriting {
	rescue_keep_fn *keep;
	void *ctx;
	int fd;
	uint64_t bytes;
	bool failed;
};

static bool rewrite_one(void *ctx, const struct rescue_record *record)
{
	struct rewriting *w = ctx;
	if (!w->keep(w->ctx, record))
		return true;
	w->failed = !write_at(w->fd, record->whole, w->bytes);
	w->bytes += record->whole.len;
	return !w->failed;
}

static struct fault write_anew(struct rescue *rescue, struct rewriting *w, struct span more)
{
	FAULT_TRY(rescue_file_scan(rescue, rewrite_one, w));
	w->failed = w->failed || !write_at(w->fd, more, w->bytes);
	w->bytes += more.len;
	return w->failed ? fault_of(FAULT_STORE, "the rescue file cannot be written") : fault_none();
}

struct fault rescue_file_rewrite(struct rescue *rescue, rescue_keep_fn *keep, void *ctx, struct span more)
{
	struct rewriting w = { .keep = keep, .ctx = ctx };
	w.fd = anew_begin(rescue->path);
	if (w.fd < 0)
		return fault_of(FAULT_STORE, "the rescue file cannot be written");
	struct fault fault = write_anew(rescue, &w, more);
	if (fault_is(fault) || !anew_place(rescue->path, w.fd)) {
		(void)anew_forget(rescue->path);
		close(w.fd);
		return fault_is(fault) ? fault : fault_of(FAULT_STORE, "the rescue file cannot be written");
	}
	/* It has the name: it is the file, whatever becomes of the folder. */
	bool synced = anew_sync_folder(rescue->path);
	if (rescue->fd >= 0)
		close(rescue->fd);
	rescue->fd = w.fd;
	rescue->bytes = w.bytes;
	return synced ? fault_none() : fault_of(FAULT_STORE, "the rescue file cannot be written");
}

/* A folder of that name is not ours. */
struct fault rescue_file_remove_at(const char *path)
{
	bool is_gone = unlink(path) == 0 || errno == ENOENT || errno == EISDIR;
	return anew_forget(path) && is_gone && anew_sync_folder(path) ? fault_none() : fault_of(FAULT_STORE, "the rescue file cannot be removed");
}
