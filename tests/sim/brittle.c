/* brittle - see brittle.h. Every verb but commit only asks whether the node lives. */
#include "sim/brittle.h"

static struct brittle *self(struct log *log)
{
	return (struct brittle *)log;
}

static struct fault dead(void)
{
	return fault_of(FAULT_STORE, "the simulated node has crashed");
}

/* Passes a verb on, or fails when the node is dead. */
#define PASS(log, call)                       \
	do {                                  \
		struct brittle *to_ = self(log); \
		to_->verbs++;                   \
		if (to_->dead)                  \
			return dead();        \
		struct log *in = to_->inner;    \
		return call;                  \
	} while (0)

bool brittle_effect(struct brittle *brittle)
{
	if (brittle->dead)
		return false;
	if (brittle->fuse == 0 || --brittle->fuse > 0)
		return true;
	brittle->dead = true;
	return brittle->strikes_after;
}

void brittle_arm(struct brittle *brittle, unsigned effects, bool strikes_after)
{
	brittle->fuse = effects;
	brittle->strikes_after = strikes_after;
}

static struct fault do_begin(struct log *log)
{
	PASS(log, log_begin(in));
}

static struct fault do_commit(struct log *log)
{
	struct brittle *b = self(log);
	b->verbs++;
	if (!brittle_effect(b))
		return dead();
	struct fault fault = log_commit(b->inner);
	if (!fault_is(fault))
		b->watch.committed(b->watch.ctx);
	return b->dead ? dead() : fault;
}

static struct fault do_rollback(struct log *log)
{
	struct brittle *b = self(log);
	if (!b->dead)
		b->watch.rolled_back(b->watch.ctx);
	PASS(log, log_rollback(in));
}

static struct fault do_append(struct log *log, const struct log_entry *entries, size_t count, uint64_t *first_local)
{
	struct brittle *b = self(log);
	b->verbs++;
	if (b->dead)
		return dead();
	FAULT_TRY(log_append(b->inner, entries, count, first_local));
	for (size_t i = 0; i < count; i++)
		b->watch.appended(b->watch.ctx, &entries[i]);
	return fault_none();
}

static struct fault do_place(struct log *log, const struct author *author, uint64_t seq, struct order order,
			     uint64_t stamp_ms, enum log_verdict verdict, uint32_t reason)
{
	struct brittle *b = self(log);
	b->verbs++;
	if (b->dead)
		return dead();
	FAULT_TRY(log_place(b->inner, author, seq, order, stamp_ms, verdict, reason));
	b->watch.placed(b->watch.ctx, author, seq, verdict, order);
	return fault_none();
}

static struct fault do_refill(struct log *log, const struct author *author, uint64_t seq, struct span bytes)
{
	PASS(log, log_refill(in, author, seq, bytes));
}

static struct fault do_find(struct log *log, const struct author *author, uint64_t seq, log_entry_fn *fn, void *ctx)
{
	PASS(log, log_find(in, author, seq, fn, ctx));
}

static struct fault do_read_order(struct log *log, uint64_t after, uint64_t upto, log_entry_fn *fn, void *ctx)
{
	PASS(log, log_read_order(in, after, upto, fn, ctx));
}

static struct fault do_read_case(struct log *log, struct case_id id, uint64_t after, uint64_t upto, log_entry_fn *fn,
				 void *ctx)
{
	PASS(log, log_read_case(in, id, after, upto, fn, ctx));
}

static struct fault do_read_record(struct log *log, struct record_id id, log_entry_fn *fn, void *ctx)
{
	PASS(log, log_read_record(in, id, fn, ctx));
}

static struct fault do_read_author(struct log *log, const struct author *author, uint64_t from_seq, log_entry_fn *fn,
				   void *ctx)
{
	PASS(log, log_read_author(in, author, from_seq, fn, ctx));
}

static struct fault do_read_local(struct log *log, uint64_t after, log_entry_fn *fn, void *ctx)
{
	PASS(log, log_read_local(in, after, fn, ctx));
}

static struct fault do_last_order(struct log *log, uint64_t *out)
{
	PASS(log, log_last_order(in, out));
}

static struct fault do_last_local(struct log *log, uint64_t *out)
{
	PASS(log, log_last_local(in, out));
}

static struct fault do_author_put(struct log *log, const struct log_author *author)
{
	PASS(log, log_author_put(in, author));
}

static struct fault do_author_get(struct log *log, const struct author *author, struct log_author *out, bool *found)
{
	PASS(log, log_author_get(in, author, out, found));
}

static struct fault do_author_scan(struct log *log, log_author_fn *fn, void *ctx)
{
	PASS(log, log_author_scan(in, fn, ctx));
}

static struct fault do_head_put(struct log *log, const struct log_head *head)
{
	PASS(log, log_head_put(in, head));
}

static struct fault do_head_scan(struct log *log, const struct author *author, log_head_fn *fn, void *ctx)
{
	PASS(log, log_head_scan(in, author, fn, ctx));
}

static struct fault do_case_put(struct log *log, const struct log_case *info)
{
	PASS(log, log_case_put(in, info));
}

static struct fault do_case_get(struct log *log, struct case_id id, struct log_case *out, bool *found)
{
	PASS(log, log_case_get(in, id, out, found));
}

static struct fault do_case_scan(struct log *log, log_case_fn *fn, void *ctx)
{
	PASS(log, log_case_scan(in, fn, ctx));
}

static struct fault do_erase_record(struct log *log, struct record_id id)
{
	PASS(log, log_erase_record(in, id));
}

static struct fault do_erase_case(struct log *log, struct case_id id)
{
	PASS(log, log_erase_case(in, id));
}

static struct fault do_remove_case(struct log *log, struct case_id id, struct node_id own)
{
	PASS(log, log_remove_case(in, id, own));
}

static struct fault do_cut(struct log *log, const struct author *author, uint64_t after_seq, uint64_t upto_seq)
{
	PASS(log, log_cut(in, author, after_seq, upto_seq));
}

static struct fault do_put(struct log *log, const char *table, struct span key, struct span value)
{
	PASS(log, log_put(in, table, key, value));
}

static struct fault do_get(struct log *log, const char *table, struct span key, uint8_t *value, size_t size,
			   size_t *len, bool *found)
{
	PASS(log, log_get(in, table, key, value, size, len, found));
}

static struct fault do_remove(struct log *log, const char *table, struct span key)
{
	PASS(log, log_remove(in, table, key));
}

static struct fault do_scan(struct log *log, const char *table, struct span prefix, log_kv_fn *fn, void *ctx)
{
	PASS(log, log_scan(in, table, prefix, fn, ctx));
}

/* The simulator closes the inner log itself (brittle_deinit). */
static void do_close(struct log *log)
{
	self(log)->dead = true;
}

static const struct log_driver DRIVER = {
	.begin = do_begin, .commit = do_commit, .rollback = do_rollback,
	.append = do_append, .place = do_place, .refill = do_refill, .find = do_find,
	.read_order = do_read_order, .read_case = do_read_case, .read_record = do_read_record,
	.read_author = do_read_author, .read_local = do_read_local,
	.last_order = do_last_order, .last_local = do_last_local,
	.author_put = do_author_put, .author_get = do_author_get, .author_scan = do_author_scan,
	.head_put = do_head_put, .head_scan = do_head_scan,
	.case_put = do_case_put, .case_get = do_case_get, .case_scan = do_case_scan,
	.erase_record = do_erase_record, .erase_case = do_erase_case, .remove_case = do_remove_case,
	.cut = do_cut,
	.put = do_put, .get = do_get, .remove = do_remove, .scan = do_scan, .close = do_close,
};

void brittle_init(struct brittle *brittle, struct log *inner, const struct brittle_watch *watch)
{
	*brittle = (struct brittle){ .log = { .driver = &DRIVER }, .inner = inner, .watch = *watch };
}

void brittle_deinit(struct brittle *brittle)
{
	if (brittle->inner != NULL) {
		if (log_in_transaction(brittle->inner))
			(void)log_rollback(brittle->inner);
		log_close(brittle->inner);
	}
	brittle->inner = NULL;
	brittle->dead = true;
}
