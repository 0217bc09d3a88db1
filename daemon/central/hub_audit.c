/* hub_audit - every author's chain recomputed from digests, every signed head and
 * the digest of every delta whose bytes and secret are still there (hub_audit). */
#include <stdlib.h>

#include "base/assert.h"
#include "central/hub_state.h"

struct heads {
	struct log_head *list; /* rising seq */
	size_t count, room, at;
	bool failed;
};

struct auditing {
	struct hub *hub;
	const struct log_author *info;
	struct heads heads;
	struct delta_hash h;
	uint64_t seq;
	struct hub_audit *out;
};

static void bad(struct auditing *a, uint64_t seq, const char *what)
{
	if (a->out->bad++ != 0)
		return;
	a->out->first_bad = a->info->author;
	a->out->first_bad_seq = seq;
	a->out->what = what;
}

static bool take_head(void *ctx, const struct log_head *head)
{
	struct heads *heads = ctx;
	if (heads->count == heads->room) {
		size_t room = heads->room == 0 ? 64 : heads->room * 2;
		struct log_head *list = realloc(heads->list, room * sizeof *list);
		heads->failed = list == NULL;
		if (heads->failed)
			return false;
		heads->list = list;
		heads->room = room;
	}
	heads->list[heads->count++] = *head;
	return true;
}

static int seq_rises(const void *x, const void *y)
{
	const struct log_head *a = x, *b = y;
	return (a->seq > b->seq) - (a->seq < b->seq);
}

/* The digest of bytes that are here, when the secret for its salt is here too. */
static void check_digest(struct auditing *a, const struct log_entry *entry)
{
	struct ingest_row row = { .bytes = entry->bytes };
	const struct assignments_case *info;
	uint8_t salt[DELTA_SALT_BYTES];
	struct delta_hash digest;
	ingest_peek(&row);
	info = assignments_case_get(&a->hub->assignments, &row.case_id);
	if (!row.opens && (info == NULL || !info->has_secret))
		return;
	delta_salt(row.opens ? &row.own : &info->secret, &entry->author, entry->seq, salt);
	delta_digest(salt, entry->bytes, &digest);
	/* What was verified by a salt of the device's (P7) may have another secret. */
	if (memcmp(digest.bytes, entry->digest.bytes, DELTA_HASH_BYTES) != 0
	    && entry->reason != (uint32_t)jalka_Reason_SECRET_UNKNOWN)
		bad(a, entry->seq, "the bytes of a delta are not those that were signed");
}

static bool audit_entry(void *ctx, const struct log_entry *entry)
{
	struct auditing *a = ctx;
	a->out->deltas++;
	if (entry->seq != a->seq + 1)
		bad(a, entry->seq, "a chain has a gap");
	a->seq = entry->seq;
	delta_link(&a->h, entry->seq, &entry->digest, &a->h);
	if (entry->bytes.data == NULL)
		a->out->erased++;
	else
		check_digest(a, entry);
	for (; a->heads.at < a->heads.count && a->heads.list[a->heads.at].seq == entry->seq; a->heads.at++) {
		a->out->heads++;
		if (!delta_head_verify(&a->hub->identity, &a->info->author, entry->seq, &a->h, a->info->sign_public,
				       &a->heads.list[a->heads.at].signature))
			bad(a, entry->seq, "a signed head does not cover the chain");
	}
	return true;
}

static struct fault audit_author(struct hub *hub, const struct log_author *info, struct hub_audit *out)
{
	struct auditing a = { .hub = hub, .info = info, .out = out };
	delta_chain_begin(&hub->identity, &info->author, info->continues_seq,
			  ID_IS_NONE(info->continues) ? NULL : &info->continues_h, &a.h);
	out->authors++;
	struct fault fault = log_head_scan(hub->log, &info->author, take_head, &a.heads);
	if (!fault_is(fault) && a.heads.failed)
		fault = fault_of(FAULT_LIMIT, "out of memory");
	if (a.heads.count > 1)
		qsort(a.heads.list, a.heads.count, sizeof *a.heads.list, seq_rises);
	if (!fault_is(fault))
		fault = log_read_author(hub->log, &info->author, 1, audit_entry, &a);
	free(a.heads.list);
	FAULT_TRY(fault);
	if (a.seq != info->seq || memcmp(a.h.bytes, info->h.bytes, DELTA_HASH_BYTES) != 0)
		bad(&a, a.seq, "a chain does not end where its author stands");
	if (info->seq != 0 && (a.heads.count == 0 || a.heads.list == NULL || a.heads.at != a.heads.count))
		bad(&a, a.seq, "a chain has no signed head, or one beyond its end");
	return fault_none();
}

struct authors {
	struct log_author *list;
	size_t count, room;
	bool failed;
};

static bool take_author(void *ctx, const struct log_author *info)
{
	struct authors *authors = ctx;
	if (authors->count == authors->room) {
		size_t room = authors->room == 0 ? 64 : authors->room * 2;
		struct log_author *list = realloc(authors->list, room * sizeof *list);
		authors->failed = list == NULL;
		if (authors->failed)
			return false;
		authors->list = list;
		authors->room = room;
	}
	authors->list[authors->count++] = *info;
	return true;
}

struct fault hub_audit(struct hub *hub, struct hub_audit *out)
{
	struct hub_audit result = { .what = "" };
	struct authors authors = { .list = NULL };
	FAULT_TRY(hub_commit(hub, hub->now));
	struct fault fault = log_author_scan(hub->log, take_author, &authors);
	if (!fault_is(fault) && authors.failed)
		fault = fault_of(FAULT_LIMIT, "out of memory");
	for (size_t i = 0; i < authors.count && !fault_is(fault); i++)
		fault = audit_author(hub, &authors.list[i], &result);
	free(authors.list);
	if (!fault_is(fault))
		fault = hub_past_count(hub, &result.unchecked);
	if (!fault_is(fault))
		*out = result;
	return fault;
}
