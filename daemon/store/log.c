/* log - the door before every driver: states of a transaction, bounds, closing.
 *
 *   idle --begin--> open --commit, rollback--> idle
 *                     |  a write meets FAULT_STORE: doomed, only rollback helps
 *   a commit that fails: idle, and closed to writes for good
 *
 * What a driver may take for granted is asserted or refused here, once, so that
 * drivers hold no checks of their own: writes come only inside a transaction and
 * never from a callback, ids and bounds are within limits.
 */
#include "store/log.h"

#include "base/assert.h"

static const uint64_t number_max = INT64_MAX;

struct fault log_begin(struct log *log)
{
	ASSERT(!log->in_transaction);
	ASSERT(log->reading == 0);
	if (log->is_closed)
		return fault_of(FAULT_STORE, "the log is closed to writes: a commit failed");
	FAULT_TRY(log->driver->begin(log));
	log->in_transaction = true;
	log->doom = fault_none();
	return fault_none();
}

bool log_in_transaction(const struct log *log)
{
	return log->in_transaction;
}

struct fault log_join(struct log *log, bool *own)
{
	*own = !log->in_transaction;
	return *own ? log_begin(log) : fault_none();
}

struct fault log_leave(struct log *log, bool own, struct fault fault)
{
	if (!own)
		return fault;
	if (!fault_is(fault))
		return log_commit(log);
	(void)log_rollback(log); /* the first cause wins */
	return fault;
}

void log_listen(struct log *log, log_before_commit_fn *before, void (*undone)(void *ctx), void *ctx)
{
	log->before_commit = before;
	log->rolled_back = undone;
	log->before_commit_ctx = ctx;
}

struct fault log_rollback(struct log *log)
{
	ASSERT(log->in_transaction);
	ASSERT(log->reading == 0);
	struct fault fault = log->driver->rollback(log);
	log->in_transaction = false;
	if (fault_is(fault))
		log->is_closed = true;
	if (log->rolled_back != NULL)
		log->rolled_back(log->before_commit_ctx);
	return fault;
}

struct fault log_commit(struct log *log)
{
	ASSERT(log->in_transaction);
	ASSERT(log->reading == 0);
	struct fault fault = log->doom;
	if (!fault_is(fault) && log->before_commit != NULL)
		fault = log->before_commit(log->before_commit_ctx);
	if (fault_is(fault)) {
		(void)log_rollback(log); /* the first cause wins */
		return fault;
	}
	fault = log->driver->commit(log);
	if (fault_is(fault)) {
		/* Nobody can say what reached the disk: no write after this. */
		(void)log_rollback(log);
		log->is_closed = true;
		return fault;
	}
	log->in_transaction = false;
	return fault_none();
}

/* Before each write: the fault that doomed the transaction, if one did. */
static struct fault write_begin(struct log *log)
{
	ASSERT(log->in_transaction);
	ASSERT(log->reading == 0);
	return log->doom;
}

static struct fault write_end(struct log *log, struct fault fault)
{
	if (fault.kind == FAULT_STORE)
		log->doom = fault;
	return fault;
}

#define WRITE(log, call)                                  \
	do {                                              \
		FAULT_TRY(write_begin(log));              \
		return write_end((log), (log)->driver->call); \
	} while (0)

#define READ(log, call)                                     \
	do {                                                \
		(log)->reading++;                           \
		struct fault read_ = (log)->driver->call;   \
		(log)->reading--;                           \
		return read_;                               \
	} while (0)

static struct fault check_entry(const struct log_entry *entry)
{
	ASSERT(entry->seq != 0);
	if (entry->seq > number_max || entry->stamp_ms > number_max)
		return fault_of(FAULT_LIMIT, "seq or stamp of an entry");
	if (entry->order_count > LIMIT_ENTRY_ORDERS)
		return fault_of(FAULT_LIMIT, "orders of an entry");
	for (size_t i = 0; i < entry->order_count; i++) {
		ASSERT(entry->orders[i].n != 0);
		ASSERT(i == 0 || order_compare(entry->orders[i - 1], entry->orders[i]) > 0);
		if (entry->orders[i].n > number_max)
			return fault_of(FAULT_LIMIT, "order of an entry");
	}
	if (entry->bytes.len > LIMIT_DELTA_BYTES)
		return fault_of(FAULT_LIMIT, "bytes of an entry");
	return fault_none();
}

struct fault log_append(struct log *log, const struct log_entry *entries, size_t count, uint64_t *first_local)
{
	for (size_t i = 0; i < count; i++)
		FAULT_TRY(check_entry(&entries[i]));
	uint64_t ignored;
	WRITE(log, append(log, entries, count, first_local != NULL ? first_local : &ignored));
}

struct fault log_place(struct log *log, const struct author *author, uint64_t seq, struct order order,
		       uint64_t stamp_ms, enum log_verdict verdict, uint32_t reason)
{
	if (order.n > number_max || stamp_ms > number_max)
		return fault_of(FAULT_LIMIT, "order or stamp of an entry");
	WRITE(log, place(log, author, seq, order, stamp_ms, verdict, reason));
}

struct fault log_refill(struct log *log, const struct author *author, uint64_t seq, struct span bytes)
{
	if (bytes.len == 0 || bytes.len > LIMIT_DELTA_BYTES)
		return fault_of(FAULT_LIMIT, "bytes of an entry");
	WRITE(log, refill(log, author, seq, bytes));
}

struct fault log_find(struct log *log, const struct author *author, uint64_t seq, log_entry_fn *fn, void *ctx)
{
	READ(log, find(log, author, seq, fn, ctx));
}

static uint64_t clamp(uint64_t number)
{
	return number < number_max ? number : number_max;
}

struct fault log_read_order(struct log *log, uint64_t after, uint64_t upto, log_entry_fn *fn, void *ctx)
{
	READ(log, read_order(log, clamp(after), clamp(upto), fn, ctx));
}

struct fault log_read_case(struct log *log, struct case_id id, uint64_t after, uint64_t upto, log_entry_fn *fn, void *ctx)
{
	READ(log, read_case(log, id, clamp(after), clamp(upto), fn, ctx));
}

struct fault log_read_record(struct log *log, struct record_id id, log_entry_fn *fn, void *ctx)
{
	READ(log, read_record(log, id, fn, ctx));
}

struct fault log_read_author(struct log *log, const struct author *author, uint64_t from_seq, log_entry_fn *fn, void *ctx)
{
	READ(log, read_author(log, author, clamp(from_seq), fn, ctx));
}

struct fault log_read_local(struct log *log, uint64_t after, log_entry_fn *fn, void *ctx)
{
	READ(log, read_local(log, clamp(after), fn, ctx));
}

struct fault log_last_order(struct log *log, uint64_t *out)
{
	READ(log, last_order(log, out));
}

struct fault log_last_local(struct log *log, uint64_t *out)
{
	READ(log, last_local(log, out));
}

struct fault log_author_put(struct log *log, const struct log_author *author)
{
	if (author->seq > number_max || author->receipted_seq > number_max || author->continues_seq > number_max)
		return fault_of(FAULT_LIMIT, "seq of an author");
	WRITE(log, author_put(log, author));
}

struct fault log_author_get(struct log *log, const struct author *author, struct log_author *out, bool *found)
{
	READ(log, author_get(log, author, out, found));
}

struct fault log_author_scan(struct log *log, log_author_fn *fn, void *ctx)
{
	READ(log, author_scan(log, fn, ctx));
}

struct fault log_head_put(struct log *log, const struct log_head *head)
{
	if (head->seq > number_max)
		return fault_of(FAULT_LIMIT, "seq of a head");
	WRITE(log, head_put(log, head));
}

struct fault log_head_scan(struct log *log, const struct author *author, log_head_fn *fn, void *ctx)
{
	READ(log, head_scan(log, author, fn, ctx));
}

struct fault log_case_put(struct log *log, const struct log_case *info)
{
	if (info->opened_seq > number_max)
		return fault_of(FAULT_LIMIT, "seq of an opening");
	WRITE(log, case_put(log, info));
}

struct fault log_case_get(struct log *log, struct case_id id, struct log_case *out, bool *found)
{
	READ(log, case_get(log, id, out, found));
}

struct fault log_case_scan(struct log *log, log_case_fn *fn, void *ctx)
{
	READ(log, case_scan(log, fn, ctx));
}

struct fault log_erase_record(struct log *log, struct record_id id)
{
	WRITE(log, erase_record(log, id));
}

struct fault log_erase_case(struct log *log, struct case_id id)
{
	WRITE(log, erase_case(log, id));
}

struct fault log_remove_case(struct log *log, struct case_id id, struct node_id own)
{
	WRITE(log, remove_case(log, id, own));
}

struct fault log_cut(struct log *log, const struct author *author, uint64_t after_seq, uint64_t upto_seq)
{
	WRITE(log, cut(log, author, clamp(after_seq), clamp(upto_seq)));
}

static struct fault check_key(const char *table, struct span key)
{
	ASSERT(table[0] != '\0' && strlen(table) <= LOG_TABLE_BYTES);
	return key.len <= LOG_KEY_BYTES ? fault_none() : fault_of(FAULT_LIMIT, "key of a named value");
}

struct fault log_put(struct log *log, const char *table, struct span key, struct span value)
{
	FAULT_TRY(check_key(table, key));
	if (value.len > LOG_VALUE_BYTES)
		return fault_of(FAULT_LIMIT, "named value");
	WRITE(log, put(log, table, key, value));
}

struct fault log_get(struct log *log, const char *table, struct span key, uint8_t *value, size_t size, size_t *len, bool *found)
{
	FAULT_TRY(check_key(table, key));
	READ(log, get(log, table, key, value, size, len, found));
}

struct fault log_remove(struct log *log, const char *table, struct span key)
{
	FAULT_TRY(check_key(table, key));
	WRITE(log, remove(log, table, key));
}

struct fault log_scan(struct log *log, const char *table, struct span prefix, log_kv_fn *fn, void *ctx)
{
	FAULT_TRY(check_key(table, prefix));
	READ(log, scan(log, table, prefix, fn, ctx));
}

void log_close(struct log *log)
{
	if (log->in_transaction)
		(void)log_rollback(log);
	log->driver->close(log);
}
