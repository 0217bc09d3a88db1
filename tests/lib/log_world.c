#include "lib/log_world.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- a small world ---- */

enum { TABLES = 2 };

static const char *const tables[TABLES] = { "session", "draft" };

struct author log_world_author(unsigned i)
{
	struct author author;
	memset(&author, 0, sizeof author);
	author.node.bytes[0] = (uint8_t)(1 + i / 2);
	author.node.bytes[15] = 7;
	author.epoch.bytes[3] = (uint8_t)(1 + i);
	return author;
}

struct case_id log_world_case(unsigned i)
{
	struct case_id id;
	memset(&id, 0, sizeof id);
	id.bytes[0] = 0xca;
	id.bytes[9] = (uint8_t)(1 + i);
	return id;
}

struct record_id log_world_record(unsigned i)
{
	struct record_id id;
	memset(&id, 0, sizeof id);
	id.bytes[1] = 0xec;
	id.bytes[8] = (uint8_t)(1 + i);
	return id;
}

struct log_entry log_world_entry(unsigned author, uint64_t seq, unsigned owner, unsigned record, const char *text)
{
	struct log_entry entry;
	memset(&entry, 0, sizeof entry);
	entry.author = log_world_author(author);
	entry.seq = seq;
	entry.stamp_ms = 1000 + seq;
	entry.case_id = log_world_case(owner);
	entry.record_id = log_world_record(record);
	entry.record_type = 3;
	entry.digest.bytes[0] = (uint8_t)seq;
	entry.digest.bytes[31] = (uint8_t)(author + 1);
	entry.bytes = span_text(text);
	return entry;
}

struct log_entry log_world_ordered(struct log_entry entry, uint32_t generation, uint64_t n)
{
	entry.orders[0] = (struct order){ generation, n };
	entry.order_count = 1;
	entry.verdict = LOG_ACCEPTED;
	return entry;
}

/* ---- everything a log says ---- */

static void hash_number(crypto_generichash_state *state, uint64_t number)
{
	crypto_generichash_update(state, (const uint8_t *)&number, sizeof number);
}

static void hash_bytes(crypto_generichash_state *state, const void *data, size_t len)
{
	hash_number(state, len);
	if (len > 0)
		crypto_generichash_update(state, data, len);
}

static bool dump_entry(void *ctx, const struct log_entry *entry)
{
	crypto_generichash_state *state = ctx;
	hash_number(state, entry->local);
	hash_bytes(state, &entry->author, sizeof entry->author);
	hash_number(state, entry->seq);
	hash_number(state, entry->order_count);
	for (size_t i = 0; i < entry->order_count; i++) {
		hash_number(state, entry->orders[i].generation);
		hash_number(state, entry->orders[i].n);
	}
	hash_number(state, entry->stamp_ms);
	hash_number(state, entry->verdict);
	hash_number(state, entry->reason);
	hash_bytes(state, entry->case_id.bytes, ID_BYTES);
	hash_bytes(state, entry->record_id.bytes, ID_BYTES);
	hash_number(state, entry->record_type);
	hash_bytes(state, entry->digest.bytes, DELTA_HASH_BYTES);
	hash_number(state, entry->bytes.data == NULL);
	hash_bytes(state, entry->bytes.data, entry->bytes.len);
	return true;
}

static bool dump_head(void *ctx, const struct log_head *head)
{
	hash_bytes(ctx, &head->author, sizeof head->author);
	hash_number(ctx, head->seq);
	hash_bytes(ctx, head->signature.bytes, DELTA_SIGNATURE_BYTES);
	return true;
}

static bool dump_author(void *ctx, const struct log_author *author)
{
	hash_bytes(ctx, &author->author, sizeof author->author);
	hash_bytes(ctx, author->continues.bytes, ID_BYTES);
	hash_number(ctx, author->continues_seq);
	hash_bytes(ctx, author->continues_h.bytes, DELTA_HASH_BYTES);
	hash_bytes(ctx, author->sign_public, DELTA_SIGN_PUBLIC_BYTES);
	hash_number(ctx, author->seq);
	hash_bytes(ctx, author->h.bytes, DELTA_HASH_BYTES);
	hash_number(ctx, author->receipted_seq);
	hash_bytes(ctx, author->receipted_h.bytes, DELTA_HASH_BYTES);
	hash_number(ctx, author->closed);
	return true;
}

static bool dump_case(void *ctx, const struct log_case *info)
{
	hash_bytes(ctx, info->case_id.bytes, ID_BYTES);
	hash_number(ctx, info->kind);
	hash_number(ctx, info->has_secret);
	if (info->has_secret)
		hash_bytes(ctx, info->secret.bytes, DELTA_SECRET_BYTES);
	hash_bytes(ctx, info->client_case.bytes, ID_BYTES);
	hash_bytes(ctx, &info->opened_by, sizeof info->opened_by);
	hash_number(ctx, info->opened_seq);
	hash_number(ctx, info->last_order);
	hash_number(ctx, info->erased);
	return true;
}

static bool dump_named(void *ctx, struct span key, struct span value)
{
	hash_bytes(ctx, key.data, key.len);
	hash_bytes(ctx, value.data, value.len);
	return true;
}

#define MUST(call) assert_int_equal((call).kind, FAULT_NONE)

static void dump_by_ids(struct log *log, crypto_generichash_state *state)
{
	struct log_author author;
	struct log_case info;
	bool found;
	for (unsigned i = 0; i < LOG_WORLD_AUTHORS; i++) {
		struct author id = log_world_author(i);
		MUST(log_read_author(log, &id, 2, dump_entry, state));
		MUST(log_head_scan(log, &id, dump_head, state));
		MUST(log_author_get(log, &id, &author, &found));
		if (found)
			dump_author(state, &author);
		for (uint64_t seq = 0; seq < 4; seq++)
			MUST(log_find(log, &id, seq, dump_entry, state));
	}
	for (unsigned i = 0; i < LOG_WORLD_CASES; i++) {
		MUST(log_read_case(log, log_world_case(i), 3, UINT64_MAX, dump_entry, state));
		MUST(log_case_get(log, log_world_case(i), &info, &found));
		hash_number(state, found);
		if (found)
			dump_case(state, &info);
	}
	for (unsigned i = 0; i < LOG_WORLD_RECORDS; i++)
		MUST(log_read_record(log, log_world_record(i), dump_entry, state));
}

void log_world_dump(struct log *log, struct delta_hash *out)
{
	crypto_generichash_state state;
	uint64_t last;
	crypto_generichash_init(&state, NULL, 0, DELTA_HASH_BYTES);
	MUST(log_read_local(log, 0, dump_entry, &state));
	MUST(log_read_order(log, 0, UINT64_MAX, dump_entry, &state));
	MUST(log_read_order(log, 2, 9, dump_entry, &state));
	MUST(log_author_scan(log, dump_author, &state));
	MUST(log_case_scan(log, dump_case, &state));
	dump_by_ids(log, &state);
	for (unsigned i = 0; i < TABLES; i++) {
		MUST(log_scan(log, tables[i], span_of(NULL, 0), dump_named, &state));
		MUST(log_scan(log, tables[i], span_text("a"), dump_named, &state));
	}
	MUST(log_last_order(log, &last));
	hash_number(&state, last);
	MUST(log_last_local(log, &last));
	hash_number(&state, last);
	crypto_generichash_final(&state, out->bytes, DELTA_HASH_BYTES);
}

/* ---- random changes ---- */

static bool take_seq(void *ctx, const struct log_entry *entry)
{
	*(uint64_t *)ctx = entry->seq;
	return true;
}

static uint64_t last_seq(struct log *log, const struct author *author)
{
	uint64_t seq = 0;
	MUST(log_read_author(log, author, 0, take_seq, &seq));
	return seq;
}

static struct fault change_append(struct log *log, struct prng *prng)
{
	struct log_entry entries[3];
	char text[3][40];
	unsigned author = (unsigned)prng_below(prng, LOG_WORLD_AUTHORS);
	struct author id = log_world_author(author);
	uint64_t seq = last_seq(log, &id), first, order;
	size_t count = 1 + (size_t)prng_below(prng, 3);
	MUST(log_last_order(log, &order));
	for (size_t i = 0; i < count; i++) {
		seq += prng_chance(prng, 100) ? 2u : 1u;
		snprintf(text[i], sizeof text[i], "delta %u of %u", (unsigned)seq, author);
		unsigned record = (unsigned)prng_below(prng, LOG_WORLD_RECORDS);
		entries[i] = log_world_entry(author, seq, record % LOG_WORLD_CASES, record, text[i]);
		if (prng_chance(prng, 600))
			entries[i] = log_world_ordered(entries[i], 1 + (uint32_t)prng_below(prng, 3), order + 1 + i);
		if (prng_chance(prng, 50))
			entries[i].bytes = span_of(NULL, 0);
	}
	return log_append(log, entries, count, &first);
}

static struct fault change_place(struct log *log, struct prng *prng)
{
	struct author id = log_world_author((unsigned)prng_below(prng, LOG_WORLD_AUTHORS));
	uint64_t seq = prng_between(prng, 1, last_seq(log, &id) + 1);
	struct order order = { (uint32_t)prng_between(prng, 1, 4), prng_between(prng, 0, 60) };
	enum log_verdict verdict = (enum log_verdict)prng_below(prng, 4);
	return log_place(log, &id, seq, order, prng_below(prng, 2) * 5000, verdict, (uint32_t)prng_below(prng, 9));
}

static struct fault change_names(struct log *log, struct prng *prng)
{
	struct log_author author = { .author = log_world_author((unsigned)prng_below(prng, LOG_WORLD_AUTHORS)) };
	struct log_head head = { .author = author.author, .seq = prng_between(prng, 1, 6) };
	struct log_case info = { .case_id = log_world_case((unsigned)prng_below(prng, LOG_WORLD_CASES)) };
	author.seq = prng_below(prng, 100);
	author.closed = prng_chance(prng, 300);
	prng_fill(prng, author.h.bytes, DELTA_HASH_BYTES);
	prng_fill(prng, head.signature.bytes, DELTA_SIGNATURE_BYTES);
	info.kind = DELTA_CASE_MATTER;
	info.has_secret = prng_chance(prng, 800);
	info.opened_by = author.author;
	info.opened_seq = 1;
	if (info.has_secret)
		prng_fill(prng, info.secret.bytes, DELTA_SECRET_BYTES);
	FAULT_TRY(log_author_put(log, &author));
	FAULT_TRY(log_head_put(log, &head));
	return log_case_put(log, &info);
}

static struct fault change_named(struct log *log, struct prng *prng)
{
	uint8_t key[5], value[60];
	size_t key_len = (size_t)prng_below(prng, sizeof key), value_len = (size_t)prng_below(prng, sizeof value);
	for (size_t i = 0; i < key_len; i++)
		key[i] = (uint8_t)("ab\x00\xff"[prng_below(prng, 4)]);
	prng_fill(prng, value, value_len);
	const char *table = tables[prng_below(prng, TABLES)];
	if (prng_chance(prng, 250))
		return log_remove(log, table, span_of(key, key_len));
	return log_put(log, table, span_of(key, key_len), span_of(value, value_len));
}

struct fault log_world_name(struct log *log, struct prng *prng)
{
	FAULT_TRY(change_names(log, prng));
	return change_named(log, prng);
}

static struct fault change_erase(struct log *log, struct prng *prng)
{
	struct author id = log_world_author((unsigned)prng_below(prng, LOG_WORLD_AUTHORS));
	uint64_t after;
	switch (prng_below(prng, 5)) {
	case 0:
		return log_erase_record(log, log_world_record((unsigned)prng_below(prng, LOG_WORLD_RECORDS)));
	case 1:
		return log_erase_case(log, log_world_case((unsigned)prng_below(prng, LOG_WORLD_CASES)));
	case 2:
		return log_remove_case(log, log_world_case((unsigned)prng_below(prng, LOG_WORLD_CASES)), id.node);
	case 3:
		after = prng_below(prng, last_seq(log, &id) + 2);
		return log_cut(log, &id, after, after % 3 == 0 ? after + 1 : UINT64_MAX);
	default:
		return log_refill(log, &id, prng_between(prng, 1, last_seq(log, &id) + 1), span_text("back again"));
	}
}

struct fault log_world_change(struct log *log, struct prng *prng)
{
	uint64_t choice = prng_below(prng, 100);
	return choice < 45 ? change_append(log, prng) :
	       choice < 70 ? change_place(log, prng) :
	       choice < 80 ? change_names(log, prng) :
	       choice < 92 ? change_named(log, prng) :
			     change_erase(log, prng);
}
