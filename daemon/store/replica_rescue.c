/* replica_rescue - what the own chains have above what the file has.
 *
 * Table "cut": author epoch | seq 8 B BE -> case | record | 1: issued again under another name | digest.
 * Own names that a fork took out of the log while the file has them.
 * Table "owed": case | record, or none: of the whole case. Erased while the file could not be opened.
 */
#include "store/replica_rescue.h"

#include <limits.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/assert.h"
#include "store/replica_fork.h"
#include "store/replica_kept.h"
#include "store/rescue.h"

enum {
	BATCH_BYTES = 2 * RESCUE_RECORD_BYTES,
	MARK_DELTAS = 64,                  /* so many that need not be kept are worth a mark */
	REWRITE_BYTES = 64 * 1024,         /* so much that may go is worth writing the file anew */
};

/* How far an own epoch is done. */
struct done {
	struct epoch_id epoch;
	uint64_t seq;
	uint64_t last; /* name in the file when it was opened, whichever key it is sealed to */
	bool has_h;
	struct delta_hash h; /* at seq */
};

struct replica_rescue {
	char path[PATH_MAX];
	struct rescue *file; /* NULL: it could not be opened */
	bool is_unread;      /* and work went on beside what it may have (RR3) */
	uint8_t key[RESCUE_KEY_BYTES];
	uint8_t mark[RESCUE_MARK_BYTES];
	struct done *done;
	size_t done_count;
	const char *trouble;
	uint8_t block[BATCH_BYTES];
};

/* ---- names taken out of the log ---- */

enum { OWED_KEY_BYTES = 2 * ID_BYTES };
enum { CUT_KEY_BYTES = ID_BYTES + 8, CUT_RECORD_AT = ID_BYTES, CUT_AGAIN_AT = 2 * ID_BYTES, CUT_DIGEST_AT, CUT_BYTES = CUT_DIGEST_AT + DELTA_HASH_BYTES };

static void cut_key(const struct epoch_id *epoch, uint64_t seq, uint8_t out[static CUT_KEY_BYTES])
{
	memcpy(out, epoch->bytes, ID_BYTES);
	for (size_t i = 0; i < 8; i++)
		out[ID_BYTES + i] = (uint8_t)(seq >> (56 - 8 * i));
}

struct fault replica_rescue_cut(struct replica *r, const struct log_entry *entry, bool is_issued_again)
{
	uint8_t key[CUT_KEY_BYTES], value[CUT_BYTES];
	if (r->rescue == NULL || !ID_EQUAL(entry->author.node, r->self.node))
		return fault_none();
	cut_key(&entry->author.epoch, entry->seq, key);
	memcpy(value, entry->case_id.bytes, ID_BYTES);
	memcpy(value + CUT_RECORD_AT, entry->record_id.bytes, ID_BYTES);
	value[CUT_AGAIN_AT] = is_issued_again;
	memcpy(value + CUT_DIGEST_AT, entry->digest.bytes, DELTA_HASH_BYTES);
	return log_put(r->log, "cut", span_of(key, sizeof key), span_of(value, sizeof value));
}

struct cut {
	uint8_t value[CUT_BYTES];
};

static bool is_cut(struct replica *r, const struct rescue_record *record, struct cut *out)
{
	uint8_t key[CUT_KEY_BYTES];
	struct delta_hash digest;
	size_t len;
	bool found;
	cut_key(&record->author.epoch, record->seq, key);
	if (fault_is(log_get(r->log, "cut", span_of(key, sizeof key), out->value, sizeof out->value, &len, &found))
	    || !found || len != sizeof out->value)
		return false;
	memcpy(digest.bytes, out->value + CUT_DIGEST_AT, sizeof digest.bytes);
	return rescue_may_be(record, &digest);
}

/* ---- how far each epoch is ---- */

static struct done *done_of(struct replica_rescue *rescue, const struct epoch_id *epoch)
{
	for (size_t i = 0; i < rescue->done_count; i++)
		if (ID_EQUAL(rescue->done[i].epoch, *epoch))
			return &rescue->done[i];
	struct done *more = realloc(rescue->done, (rescue->done_count + 1) * sizeof *more);
	ASSERT(more != NULL);
	rescue->done = more;
	rescue->done[rescue->done_count] = (struct done){ .epoch = *epoch };
	return &rescue->done[rescue->done_count++];
}

/* A record sealed to an older key says nothing: what the log still has is sealed again. */
static bool note_done(void *ctx, const struct rescue_record *record)
{
	struct replica *r = ctx;
	if (!ID_EQUAL(record->author.node, r->self.node))
		return true;
	struct done *done = done_of(r->rescue, &record->author.epoch);
	if (record->seq > done->last)
		done->last = record->seq;
	if (record->seq > done->seq && memcmp(record->mark, r->rescue->mark, sizeof record->mark) == 0)
		done->seq = record->seq;
	return true;
}

static struct fault find_h(struct replica *r, const struct log_author *own, struct done *done)
{
	bool found;
	if (done->has_h)
		return fault_none();
	FAULT_TRY(author_h_at(r->log, &r->self.central, &own->author, done->seq, &done->h, &found));
	if (!found)
		return fault_of(FAULT_STORE, "own chain has a gap");
	done->has_h = true;
	return fault_none();
}

/* ---- sealing ---- */

struct sealing {
	struct replica *r;
	const struct log_author *own;
	struct done at;
	struct wire_out out;
	size_t sealed;
	struct fault fault;
};

static struct fault salt_of(struct replica *r, const struct log_entry *entry, uint8_t salt[static DELTA_SALT_BYTES], bool *known)
{
	struct delta delta;
	struct log_case info;
	FAULT_TRY(delta_read(entry->bytes, &delta));
	*known = delta.opens;
	if (!delta.opens)
		FAULT_TRY(log_case_get(r->log, entry->case_id, &info, known));
	*known = *known && (delta.opens || info.has_secret);
	if (*known)
		delta_salt(delta.opens ? &delta.opening.secret : &info.secret, &entry->author, entry->seq, salt);
	sodium_memzero(&delta.opening, sizeof delta.opening);
	sodium_memzero(&info, sizeof info);
	return fault_none();
}

static struct fault seal(struct sealing *s, const struct log_entry *entry, const struct delta_hash *h)
{
	struct replica *r = s->r;
	struct rescue_work work = { .author = entry->author, .seq = entry->seq, .bytes = entry->bytes, .before = s->at.h };
	bool known;
	FAULT_TRY(salt_of(r, entry, work.salt, &known));
	if (!known)
		return fault_none(); /* of a case that is gone */
	work.has_continues = !ID_IS_NONE(s->own->continues);
	work.continues = (struct author_continues){ s->own->continues, s->own->continues_seq, s->own->continues_h };
	delta_head_sign(&r->self.central, &entry->author, entry->seq, h, r->self.sign_secret, &work.signature);
	s->sealed++;
	return rescue_seal(&work, r->rescue->key, &s->out);
}

static bool seal_entry(void *ctx, const struct log_entry *entry)
{
	struct sealing *s = ctx;
	struct delta_hash h;
	if (entry->seq > s->own->seq || s->out.size - s->out.used < RESCUE_RECORD_BYTES)
		return false;
	delta_link(&s->at.h, entry->seq, &entry->digest, &h);
	if (entry->bytes.data != NULL && !replica_kept_is_safe(s->r, entry))
		s->fault = seal(s, entry, &h);
	s->at.seq = entry->seq;
	s->at.h = h;
	return !fault_is(s->fault);
}

/* What makes room in a full file: accepted work that is in no backup yet, too. */
static struct fault make_room(struct replica *r);

static struct fault append(struct replica *r, struct span records)
{
	struct fault fault = rescue_file_append(r->rescue->file, records);
	if (fault.kind != FAULT_LIMIT)
		return fault;
	FAULT_TRY(make_room(r));
	return rescue_file_append(r->rescue->file, records);
}

/* A batch of one epoch; *more: something of it is left. */
static struct fault keep_batch(struct replica *r, const struct log_author *own, bool *more)
{
	struct done *done = done_of(r->rescue, &own->author.epoch);
	struct sealing s = { .r = r, .own = own };
	*more = false;
	if (done->seq >= own->seq)
		return fault_none();
	FAULT_TRY(find_h(r, own, done));
	s.at = *done;
	wire_out_init(&s.out, r->rescue->block, sizeof r->rescue->block);
	FAULT_TRY(log_read_author(r->log, &own->author, done->seq + 1, seal_entry, &s));
	FAULT_TRY(s.fault);
	if (s.sealed == 0 && s.at.seq - done->seq >= MARK_DELTAS)
		rescue_seal_none(&own->author, s.at.seq, r->rescue->key, &s.out);
	if (s.out.used > 0)
		FAULT_TRY(append(r, wire_out_span(&s.out)));
	*more = s.at.seq > done->seq && s.at.seq < own->seq;
	*done_of(r->rescue, &own->author.epoch) = s.at;
	return fault_none();
}

static struct fault keep_all(struct replica *r)
{
	bool more = false;
	for (size_t i = 0; i < replica_state_own_count(r); i++)
		do {
			FAULT_TRY(keep_batch(r, replica_state_own(r, i), &more));
		} while (more);
	return fault_none();
}

/* ---- letting go ---- */

/* Work that is in the file, sealed to the key in use. */
struct sealed_work {
	uint8_t epoch[ID_BYTES], seq[8], which[RESCUE_WHICH_BYTES];
};
_Static_assert(sizeof(struct sealed_work) == ID_BYTES + 8 + RESCUE_WHICH_BYTES, "compared as bytes");

struct choosing {
	struct replica *r;
	bool is_full;
	const struct rescue_record *record; /* asked about */
	bool goes;
	uint64_t gone, stays;    /* bytes */
	struct sealed_work *works; /* sorted; malloc */
	size_t work_count, work_room;
};

static bool is_of_key_in_use(const struct choosing *c, const struct rescue_record *record)
{
	return memcmp(record->mark, c->r->rescue->mark, sizeof record->mark) == 0;
}

static struct sealed_work work_of(const struct rescue_record *record)
{
	struct sealed_work work;
	memcpy(work.epoch, record->author.epoch.bytes, sizeof work.epoch);
	memcpy(work.seq, &record->seq, sizeof work.seq);
	memcpy(work.which, record->which, sizeof work.which);
	return work;
}

static int compare_works(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct sealed_work));
}

static bool collect_work(void *ctx, const struct rescue_record *record)
{
	struct choosing *c = ctx;
	if (!record->has_which || !is_of_key_in_use(c, record))
		return true;
	if (c->work_count == c->work_room) {
		c->work_room = 2 * c->work_room + 64;
		c->works = realloc(c->works, c->work_room * sizeof *c->works);
		ASSERT(c->works != NULL);
	}
	c->works[c->work_count++] = work_of(record);
	return true;
}

static struct fault choose_begin(struct choosing *c)
{
	FAULT_TRY(rescue_file_scan(c->r->rescue->file, collect_work, c));
	if (c->work_count > 0)
		qsort(c->works, c->work_count, sizeof *c->works, compare_works);
	return fault_none();
}

/* Sealed to another key, and again to the one in use: a case that had gone meanwhile was not. */
static bool is_sealed_again(const struct choosing *c, const struct rescue_record *record)
{
	struct sealed_work work = work_of(record);
	return record->has_which && !is_of_key_in_use(c, record) && c->work_count > 0
		&& bsearch(&work, c->works, c->work_count, sizeof work, compare_works) != NULL;
}

static bool judge_entry(void *ctx, const struct log_entry *entry)
{
	struct choosing *c = ctx;
	c->goes = rescue_may_be(c->record, &entry->digest)
		&& (replica_kept_is_safe(c->r, entry) || (c->is_full && entry->verdict == LOG_ACCEPTED));
	return false;
}

/* What the log does not know stays: a store put back from an old copy lacks what the file has, or got
 * another copy's work under its name since. */
static bool stays(void *ctx, const struct rescue_record *record)
{
	struct choosing *c = ctx;
	struct cut cut;
	c->record = record;
	c->goes = record->sealed.len == 0 || is_sealed_again(c, record); /* marks are made anew */
	if (!c->goes && is_cut(c->r, record, &cut))
		c->goes = cut.value[CUT_AGAIN_AT] != 0 && !c->is_full; /* full, it may not be sealed again yet */
	else if (!c->goes && fault_is(log_find(c->r->log, &record->author, record->seq, judge_entry, c)))
		c->goes = false;
	*(c->goes && record->sealed.len > 0 ? &c->gone : &c->stays) += record->whole.len;
	return !c->goes;
}

static bool count_one(void *ctx, const struct rescue_record *record)
{
	(void)stays(ctx, record);
	return true;
}

/* With marks of how far each epoch is done, which the records that go no longer tell. */
static struct fault rewrite(struct choosing *c)
{
	struct replica *r = c->r;
	struct replica_rescue *rescue = r->rescue;
	struct wire_out marks;
	size_t size = (rescue->done_count + 1) * RESCUE_HEADER_BYTES;
	uint8_t *block = malloc(size);
	if (block == NULL)
		return fault_of(FAULT_LIMIT, "memory for the rescue file");
	wire_out_init(&marks, block, size);
	for (size_t i = 0; i < rescue->done_count; i++) {
		struct author author = { r->self.node, rescue->done[i].epoch };
		if (rescue->done[i].seq > 0)
			rescue_seal_none(&author, rescue->done[i].seq, rescue->key, &marks);
	}
	struct fault fault = rescue_file_rewrite(rescue->file, stays, c, wire_out_span(&marks));
	free(block);
	return fault;
}

static struct fault make_room(struct replica *r)
{
	struct choosing c = { .r = r, .is_full = true };
	struct fault fault = choose_begin(&c);
	if (!fault_is(fault))
		fault = rewrite(&c);
	free(c.works);
	return fault;
}

/* What is safe by now leaves the file, once that is worth writing it anew. */
static void trim(struct replica *r)
{
	struct choosing c = { .r = r };
	if (rescue_file_bytes(r->rescue->file) == 0)
		return;
	struct fault fault = choose_begin(&c);
	if (!fault_is(fault))
		fault = rescue_file_scan(r->rescue->file, count_one, &c);
	if (!fault_is(fault) && c.gone > 0 && (c.gone >= c.stays || c.gone >= REWRITE_BYTES))
		fault = rewrite(&c);
	free(c.works);
	if (fault_is(fault))
		r->rescue->trouble = fault.what;
}

/* ---- erasing ---- */

struct erasing {
	struct replica *r;
	struct case_id id;         /* none: everything */
	struct record_id record_id; /* none: of the whole case */
	uint64_t count;            /* records of the file */
	const struct rescue_record *record; /* asked about */
	bool hit;
	struct fault fault;
	size_t cut_count;
	uint8_t cuts[64][CUT_KEY_BYTES];
};

static bool is_of(const struct erasing *e, const uint8_t *id, const uint8_t *record_id)
{
	return (ID_IS_NONE(e->id) || memcmp(id, e->id.bytes, ID_BYTES) == 0)
		&& (ID_IS_NONE(e->record_id) || memcmp(record_id, e->record_id.bytes, ID_BYTES) == 0);
}

static bool look_at(void *ctx, const struct log_entry *entry)
{
	struct erasing *e = ctx;
	e->hit = rescue_may_be(e->record, &entry->digest) && is_of(e, entry->case_id.bytes, entry->record_id.bytes);
	return false;
}

/* Of whichever epoch: what the log has under its name, or had. */
static bool is_not_erased(void *ctx, const struct rescue_record *record)
{
	struct erasing *e = ctx;
	struct cut cut;
	e->record = record;
	e->hit = false;
	if (record->sealed.len == 0 || fault_is(e->fault))
		return true;
	if (is_cut(e->r, record, &cut))
		e->hit = is_of(e, cut.value, cut.value + CUT_RECORD_AT);
	else
		e->fault = log_find(e->r->log, &record->author, record->seq, look_at, e);
	return !e->hit;
}

static bool count_erased(void *ctx, const struct rescue_record *record)
{
	struct erasing *e = ctx;
	e->count += !is_not_erased(ctx, record);
	return !fault_is(e->fault);
}

static struct fault erase_in_file(struct erasing *e)
{
	struct rescue *file = e->r->rescue->file;
	FAULT_TRY(rescue_file_scan(file, count_erased, e));
	FAULT_TRY(e->fault);
	return e->count == 0 ? fault_none() : rescue_file_rewrite(file, is_not_erased, e, span_of("", 0));
}

static bool find_cut(void *ctx, struct span key, struct span value)
{
	struct erasing *e = ctx;
	if (key.len == CUT_KEY_BYTES && value.len == CUT_BYTES && is_of(e, value.data, value.data + CUT_RECORD_AT))
		memcpy(e->cuts[e->cut_count++], key.data, CUT_KEY_BYTES);
	return e->cut_count < sizeof e->cuts / sizeof e->cuts[0];
}

static struct fault erase_cuts(struct erasing *e)
{
	do {
		e->cut_count = 0;
		FAULT_TRY(log_scan(e->r->log, "cut", span_of("", 0), find_cut, e));
		for (size_t i = 0; i < e->cut_count; i++)
			FAULT_TRY(log_remove(e->r->log, "cut", span_of(e->cuts[i], CUT_KEY_BYTES)));
	} while (e->cut_count > 0);
	return fault_none();
}

static struct fault owe(struct erasing *e)
{
	uint8_t key[OWED_KEY_BYTES], none[1] = { 0 };
	memcpy(key, e->id.bytes, ID_BYTES);
	memcpy(key + ID_BYTES, e->record_id.bytes, ID_BYTES);
	return log_put(e->r->log, "owed", span_of(key, sizeof key), span_of(none, sizeof none));
}

/* The file goes by its name: it may be one that cannot be opened. */
static struct fault erase_all(struct erasing *e)
{
	struct replica_rescue *rescue = e->r->rescue;
	if (rescue == NULL)
		return fault_none();
	rescue_file_close(rescue->file);
	rescue->file = NULL;
	return rescue_file_remove_at(rescue->path);
}

struct fault replica_rescue_erase(struct replica *r, struct case_id id, struct record_id record_id)
{
	struct erasing e = { .r = r, .id = id, .record_id = record_id };
	if (ID_IS_NONE(id))
		FAULT_TRY(erase_all(&e));
	else if (r->rescue != NULL && r->rescue->file == NULL)
		return owe(&e);
	else if (r->rescue != NULL)
		FAULT_TRY(erase_in_file(&e));
	return erase_cuts(&e);
}

static bool find_owed(void *ctx, struct span key, struct span value)
{
	struct erasing *e = ctx;
	(void)value;
	if (key.len != OWED_KEY_BYTES)
		return true;
	memcpy(e->id.bytes, key.data, ID_BYTES);
	memcpy(e->record_id.bytes, key.data + ID_BYTES, ID_BYTES);
	return false;
}

static struct fault erase_one_owed(struct erasing *e)
{
	uint8_t key[OWED_KEY_BYTES];
	memcpy(key, e->id.bytes, ID_BYTES);
	memcpy(key + ID_BYTES, e->record_id.bytes, ID_BYTES);
	FAULT_TRY(erase_in_file(e));
	FAULT_TRY(erase_cuts(e));
	return log_remove(e->r->log, "owed", span_of(key, sizeof key));
}

/* What was erased while the file could not be opened. */
static struct fault erase_owed(struct replica *r)
{
	for (;;) {
		struct erasing e = { .r = r };
		FAULT_TRY(log_scan(r->log, "owed", span_of("", 0), find_owed, &e));
		if (ID_IS_NONE(e.id))
			return fault_none();
		FAULT_TRY(replica_state_begin(r));
		struct fault fault = erase_one_owed(&e);
		if (fault_is(fault)) {
			replica_state_rollback(r);
			return fault;
		}
		FAULT_TRY(replica_state_commit(r));
	}
}

/* ---- opening ---- */

void replica_rescue_close(struct replica *r)
{
	if (r->rescue == NULL)
		return;
	rescue_file_close(r->rescue->file);
	free(r->rescue->done);
	sodium_memzero(r->rescue, sizeof *r->rescue);
	free(r->rescue);
	r->rescue = NULL;
}

static struct fault begin_anew(struct replica *r)
{
	FAULT_TRY(replica_state_begin(r));
	struct fault fault = replica_fork_begin_anew(r);
	if (!fault_is(fault))
		return replica_state_commit(r);
	replica_state_rollback(r);
	return fault;
}

/* RR3: what cannot be read may have any name of the open epoch. */
static struct fault begin_anew_unread(struct replica *r)
{
	bool is_told = r->rescue->is_unread || !r->self.is_enrolled || r->author.chain.info.seq == 0;
	r->rescue->is_unread = true;
	return is_told ? fault_none() : begin_anew(r);
}

static struct fault read_file(struct replica *r)
{
	FAULT_TRY(rescue_file_scan(r->rescue->file, note_done, r));
	FAULT_TRY(erase_owed(r));
	const struct log_author *open = &r->author.chain.info;
	return r->self.is_enrolled && done_of(r->rescue, &open->author.epoch)->last > open->seq ? begin_anew(r) : fault_none();
}

/* Outside a transaction. After a fault `file` is NULL, and it is tried again. */
static struct fault open_file(struct replica *r)
{
	struct replica_rescue *rescue = r->rescue;
	struct fault fault = rescue_file_open(rescue->path, &rescue->file);
	if (fault_is(fault)) {
		rescue->file = NULL;
		(void)begin_anew_unread(r);
		return fault;
	}
	fault = read_file(r);
	if (fault_is(fault)) {
		rescue_file_close(rescue->file);
		rescue->file = NULL;
	}
	return fault;
}

/* ---- in step with the log ---- */

static bool is_in_use(const struct replica *r)
{
	return r->rescue != NULL && r->self.is_enrolled && !r->self.is_erased;
}

void replica_rescue_keep(struct replica *r)
{
	if (!is_in_use(r))
		return;
	struct fault fault = r->rescue->file == NULL ? open_file(r) : fault_none();
	if (!fault_is(fault))
		fault = keep_all(r);
	r->rescue->trouble = fault_is(fault) ? fault.what : "";
}

void replica_rescue_follow(struct replica *r)
{
	replica_rescue_keep(r);
	if (!is_in_use(r) || !r->rescue_trim_due || *replica_rescue_trouble(r) != '\0')
		return; /* what could not be sealed may be sealed to an older key alone */
	r->rescue_trim_due = false;
	trim(r);
}

struct fault replica_rescue_to(struct replica *replica, const char *path, const uint8_t key[static 32])
{
	struct replica *r = replica;
	if (r->rescue == NULL || memcmp(r->rescue->key, key, RESCUE_KEY_BYTES) != 0) {
		replica_rescue_close(r);
		r->rescue = calloc(1, sizeof *r->rescue);
		if (r->rescue == NULL)
			return fault_of(FAULT_LIMIT, "memory for the rescue file");
		memcpy(r->rescue->key, key, RESCUE_KEY_BYTES);
		rescue_mark(key, r->rescue->mark);
		ASSERT(strlen(path) < sizeof r->rescue->path);
		strcpy(r->rescue->path, path);
		if (r->self.is_erased)
			return rescue_file_remove_at(path);
		r->rescue_trim_due = true; /* what was sealed again, and what became safe while the file was not followed */
	}
	replica_rescue_follow(r);
	return *replica_rescue_trouble(r) == '\0' ? fault_none() : fault_of(FAULT_STORE, replica_rescue_trouble(r));
}

uint64_t replica_rescue_missing(struct replica *r)
{
	uint64_t missing = 0;
	for (size_t i = 0; is_in_use(r) && i < replica_state_own_count(r); i++) {
		const struct log_author *own = replica_state_own(r, i);
		uint64_t done = r->rescue->file == NULL ? own->receipted_seq : done_of(r->rescue, &own->author.epoch)->seq;
		missing += done < own->seq ? own->seq - done : 0;
	}
	return missing;
}

const char *replica_rescue_trouble(const struct replica *r)
{
	return r->rescue == NULL || r->rescue->trouble == NULL ? "" : r->rescue->trouble;
}
