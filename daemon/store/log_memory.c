/* log_memory - the log in memory, for tests and the simulator: the verbs. */
#include "store/log_memory.h"

#include <stdlib.h>

#include "base/assert.h"

static struct memory *memory_of(struct log *log)
{
	return (struct memory *)log;
}

/* ---- faults on demand ---- */

static struct fault fail_now(struct memory *memory)
{
	if (memory->fail_calls == 0 || --memory->fail_calls > 0)
		return fault_none();
	return fault_of(FAULT_STORE, "write to the log failed, as asked");
}

/* ---- the verbs ---- */

static struct fault begin(struct log *log)
{
	ASSERT(memory_of(log)->undo_count == 0);
	return fault_none();
}

static struct fault commit(struct log *log)
{
	struct memory *memory = memory_of(log);
	struct fault fault = fail_now(memory);
	if (fault_is(fault)) {
		memory->has_failed_kept = memory->fail_kept;
		return fault;
	}
	log_memory_undo_forget(memory);
	return fault_none();
}

static struct fault rollback(struct log *log)
{
	struct memory *memory = memory_of(log);
	if (!memory->has_failed_kept)
		for (size_t i = memory->undo_count; i > 0; i--)
			log_memory_undo_apply(memory, &memory->undo[i - 1]);
	log_memory_undo_forget(memory);
	return fault_none();
}

static bool order_is_taken(const struct memory *memory, struct order order)
{
	struct cell probe;
	probe.entry.orders[0] = order;
	return log_memory_cells_find(&memory->by_order, &probe, log_memory_by_order) != NULL;
}

static struct fault append(struct log *log, const struct log_entry *entries, size_t count, uint64_t *first_local)
{
	struct memory *memory = memory_of(log);
	uint64_t first = memory->by_local.count + 1;
	FAULT_TRY(fail_now(memory));
	for (size_t i = 0; i < count; i++) {
		struct log_entry entry = entries[i];
		if (log_memory_cell_find(memory, &entry.author, entry.seq) != NULL)
			return fault_of(FAULT_STORE, "an entry with this author and seq is there");
		if (entry.order_count > 0 && order_is_taken(memory, entry.orders[0]))
			return fault_of(FAULT_STORE, "another entry has this order");
		entry.local = memory->by_local.count + 1;
		log_memory_cell_add(memory, &entry, entry.bytes.len > 0 ? log_memory_blob_new(entry.bytes) : NULL);
		log_memory_undo_push(memory, UNDO_APPEND)->local = entry.local;
	}
	*first_local = first;
	return fault_none();
}

/* Where a new order belongs among those an entry had; SIZE_MAX: it is there, or too old. */
static size_t order_place(const struct log_entry *entry, struct order order)
{
	size_t at = 0;
	while (at < entry->order_count && order_compare(entry->orders[at], order) > 0)
		at++;
	bool there = at < entry->order_count && order_compare(entry->orders[at], order) == 0;
	return there || at == LIMIT_ENTRY_ORDERS ? SIZE_MAX : at;
}

static struct fault place(struct log *log, const struct author *author, uint64_t seq, struct order order,
			  uint64_t stamp_ms, enum log_verdict verdict, uint32_t reason)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	struct cell *cell = log_memory_cell_find(memory, author, seq);
	if (cell == NULL)
		return fault_of(FAULT_CALLER, "no such entry");
	struct log_entry *entry = &cell->entry;
	size_t at = order.n == 0 ? SIZE_MAX : order_place(entry, order);
	if (at == 0 && order_is_taken(memory, order))
		return fault_of(FAULT_STORE, "another entry has this order");
	log_memory_undo_push_cell(memory, UNDO_CELL, cell);
	if (at != SIZE_MAX) {
		log_memory_cell_unorder(memory, cell);
		if (entry->order_count == LIMIT_ENTRY_ORDERS)
			entry->order_count--;
		memmove(entry->orders + at + 1, entry->orders + at, (entry->order_count - at) * sizeof order);
		entry->orders[at] = order;
		entry->order_count++;
		log_memory_cell_order(memory, cell);
	}
	entry->stamp_ms = stamp_ms != 0 ? stamp_ms : entry->stamp_ms;
	entry->verdict = verdict;
	entry->reason = reason;
	return fault_none();
}

static struct fault refill(struct log *log, const struct author *author, uint64_t seq, struct span bytes)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	struct cell *cell = log_memory_cell_find(memory, author, seq);
	if (cell == NULL || cell->blob != NULL)
		return fault_of(FAULT_CALLER, "no such erased entry");
	log_memory_undo_push_cell(memory, UNDO_CELL, cell);
	cell->blob = log_memory_blob_new(bytes);
	cell->entry.bytes = log_memory_blob_span(cell->blob);
	return fault_none();
}

static struct fault find(struct log *log, const struct author *author, uint64_t seq, log_entry_fn *fn, void *ctx)
{
	const struct cell *cell = log_memory_cell_find(memory_of(log), author, seq);
	if (cell != NULL)
		(void)fn(ctx, &cell->entry);
	return fault_none();
}

static struct fault read_orders(const struct cells *cells, uint64_t after, uint64_t upto, log_entry_fn *fn, void *ctx)
{
	struct cell probe;
	probe.entry.orders[0] = (struct order){ 0, after + 1 };
	for (size_t i = log_memory_cells_place(cells, &probe, log_memory_by_order); i < cells->count; i++) {
		const struct log_entry *entry = &cells->items[i]->entry;
		if (entry->orders[0].n > upto)
			break;
		if (entry->verdict == LOG_ACCEPTED && !fn(ctx, entry))
			break;
	}
	return fault_none();
}

static struct fault read_order(struct log *log, uint64_t after, uint64_t upto, log_entry_fn *fn, void *ctx)
{
	return read_orders(&memory_of(log)->by_order, after, upto, fn, ctx);
}

static struct fault read_case(struct log *log, struct case_id id, uint64_t after, uint64_t upto, log_entry_fn *fn, void *ctx)
{
	const struct ids_case *owner = log_memory_map_find(&memory_of(log)->cases, &id);
	return owner == NULL ? fault_none() : read_orders(&owner->by_order, after, upto, fn, ctx);
}

static struct fault read_cells(const struct cells *cells, size_t from, log_entry_fn *fn, void *ctx)
{
	for (size_t i = from; i < cells->count; i++)
		if (cells->items[i] != NULL && !fn(ctx, &cells->items[i]->entry))
			break;
	return fault_none();
}

static struct fault read_record(struct log *log, struct record_id id, log_entry_fn *fn, void *ctx)
{
	const struct ids_record *record = log_memory_map_find(&memory_of(log)->records, &id);
	return record == NULL ? fault_none() : read_cells(&record->by_local, 0, fn, ctx);
}

static struct fault read_author(struct log *log, const struct author *author, uint64_t from_seq, log_entry_fn *fn, void *ctx)
{
	const struct ids_author *found = log_memory_map_find(&memory_of(log)->authors, author);
	struct cell probe;
	if (found == NULL)
		return fault_none();
	probe.entry.seq = from_seq;
	return read_cells(&found->by_seq, log_memory_cells_place(&found->by_seq, &probe, log_memory_by_seq), fn, ctx);
}

static struct fault read_local(struct log *log, uint64_t after, log_entry_fn *fn, void *ctx)
{
	const struct memory *memory = memory_of(log);
	if (after >= memory->by_local.count)
		return fault_none();
	return read_cells(&memory->by_local, (size_t)after, fn, ctx);
}

static uint64_t newest_order(const struct cells *by_newest_cells)
{
	size_t count = by_newest_cells->count;
	return count == 0 ? 0 : by_newest_cells->items[count - 1]->entry.orders[0].n;
}

static struct fault last_order(struct log *log, uint64_t *out)
{
	*out = newest_order(&memory_of(log)->by_newest);
	return fault_none();
}

static struct fault last_local(struct log *log, uint64_t *out)
{
	*out = memory_of(log)->by_local.count;
	return fault_none();
}

static struct fault author_put(struct log *log, const struct log_author *info)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	struct ids_author *author = log_memory_map_take(&memory->authors, &info->author);
	struct undo *undo = log_memory_undo_push(memory, UNDO_AUTHOR);
	undo->existed = author->is_known;
	undo->old.author = author->info;
	undo->old.author.author = info->author;
	author->info = *info;
	author->is_known = true;
	return fault_none();
}

static struct fault author_get(struct log *log, const struct author *id, struct log_author *out, bool *found)
{
	const struct ids_author *author = log_memory_map_find(&memory_of(log)->authors, id);
	*found = author != NULL && author->is_known;
	if (*found)
		*out = author->info;
	return fault_none();
}

static struct fault author_scan(struct log *log, log_author_fn *fn, void *ctx)
{
	struct ids_author **authors = (struct ids_author **)log_memory_map_sorted(&memory_of(log)->authors);
	for (size_t i = 0; authors[i] != NULL; i++)
		if (authors[i]->is_known && !fn(ctx, &authors[i]->info))
			break;
	free(authors);
	return fault_none();
}

static struct fault head_put(struct log *log, const struct log_head *head)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	struct ids_author *author = log_memory_map_take(&memory->authors, &head->author);
	size_t at = log_memory_head_place(author, head->seq);
	struct undo *undo = log_memory_undo_push(memory, UNDO_HEAD);
	undo->existed = at < author->head_count && author->heads[at].seq == head->seq;
	undo->old.head = undo->existed ? author->heads[at] : *head;
	log_memory_head_set(author, head->seq, head);
	return fault_none();
}

static struct fault head_scan(struct log *log, const struct author *id, log_head_fn *fn, void *ctx)
{
	const struct ids_author *author = log_memory_map_find(&memory_of(log)->authors, id);
	for (size_t i = 0; author != NULL && i < author->head_count; i++)
		if (!fn(ctx, &author->heads[i]))
			break;
	return fault_none();
}

static void case_change(struct memory *memory, struct ids_case *owner, const struct log_case *info, bool is_known)
{
	struct undo *undo = log_memory_undo_push(memory, UNDO_CASE);
	undo->existed = owner->is_known;
	undo->old.info = owner->info;
	undo->old.info.case_id = owner->id;
	owner->info = *info;
	owner->is_known = is_known;
}

static struct fault case_put(struct log *log, const struct log_case *info)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	case_change(memory, log_memory_map_take(&memory->cases, &info->case_id), info, true);
	return fault_none();
}

static struct fault case_get(struct log *log, struct case_id id, struct log_case *out, bool *found)
{
	const struct ids_case *owner = log_memory_map_find(&memory_of(log)->cases, &id);
	*found = owner != NULL && owner->is_known;
	if (*found) {
		*out = owner->info;
		out->last_order = newest_order(&owner->by_newest);
	}
	return fault_none();
}

static struct fault case_scan(struct log *log, log_case_fn *fn, void *ctx)
{
	struct ids_case **cases = (struct ids_case **)log_memory_map_sorted(&memory_of(log)->cases);
	for (size_t i = 0; cases[i] != NULL; i++) {
		struct log_case info = cases[i]->info;
		info.last_order = newest_order(&cases[i]->by_newest);
		if (cases[i]->is_known && !fn(ctx, &info))
			break;
	}
	free(cases);
	return fault_none();
}

static void erase_cell(struct memory *memory, struct cell *cell)
{
	if (cell->blob == NULL)
		return;
	log_memory_undo_push_cell(memory, UNDO_CELL, cell);
	log_memory_blob_drop(cell->blob);
	cell->blob = NULL;
	cell->entry.bytes = log_memory_blob_span(NULL);
}

static struct fault erase_record(struct log *log, struct record_id id)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	struct ids_record *record = log_memory_map_find(&memory->records, &id);
	for (size_t i = 0; record != NULL && i < record->by_local.count; i++)
		erase_cell(memory, record->by_local.items[i]);
	return fault_none();
}

static struct fault erase_case(struct log *log, struct case_id id)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	struct ids_case *owner = log_memory_map_find(&memory->cases, &id);
	if (owner == NULL)
		return fault_none();
	for (size_t i = 0; i < owner->by_local.count; i++)
		erase_cell(memory, owner->by_local.items[i]);
	if (owner->is_known) {
		struct log_case info = owner->info;
		info.has_secret = false;
		memset(&info.secret, 0, sizeof info.secret);
		info.erased = true;
		case_change(memory, owner, &info, true);
	}
	return fault_none();
}

static struct fault remove_case(struct log *log, struct case_id id, struct node_id own)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	struct ids_case *owner = log_memory_map_find(&memory->cases, &id);
	if (owner == NULL)
		return fault_none();
	for (size_t i = owner->by_local.count; i > 0; i--) {
		struct cell *cell = owner->by_local.items[i - 1];
		if (ID_EQUAL(cell->entry.author.node, own)) {
			erase_cell(memory, cell);
		} else {
			log_memory_undo_push_cell(memory, UNDO_GONE, cell);
			log_memory_cell_take_out(memory, cell);
		}
	}
	struct log_case none = { .case_id = id };
	case_change(memory, owner, &none, false);
	return fault_none();
}

static struct fault cut(struct log *log, const struct author *id, uint64_t after_seq, uint64_t upto_seq)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	struct ids_author *author = log_memory_map_find(&memory->authors, id);
	for (size_t i = author == NULL ? 0 : author->by_seq.count; i-- > 0;) {
		struct cell *cell = author->by_seq.items[i];
		if (cell->entry.seq <= after_seq)
			break;
		if (cell->entry.seq > upto_seq)
			continue;
		log_memory_undo_push_cell(memory, UNDO_GONE, cell);
		log_memory_cell_take_out(memory, cell);
	}
	for (size_t i = author == NULL ? 0 : author->head_count; i-- > 0 && author->heads[i].seq > after_seq;) {
		if (author->heads[i].seq > upto_seq)
			continue;
		struct undo *undo = log_memory_undo_push(memory, UNDO_HEAD);
		undo->existed = true;
		undo->old.head = author->heads[i];
		log_memory_head_set(author, undo->old.head.seq, NULL);
	}
	return fault_none();
}

static void named_change(struct memory *memory, size_t table, struct blob *key, struct blob *value)
{
	const struct named *row = log_memory_named_find(&memory->tables.items[table], log_memory_blob_span(key));
	struct undo *undo = log_memory_undo_push(memory, UNDO_NAMED);
	undo->table = table;
	undo->key = log_memory_blob_keep(key);
	undo->blob = row != NULL ? log_memory_blob_keep(row->value) : NULL;
	log_memory_named_set(&memory->tables.items[table], key, value);
}

static struct fault put(struct log *log, const char *table, struct span key, struct span value)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	named_change(memory, log_memory_table_take(&memory->tables, table), log_memory_blob_new(key), log_memory_blob_new(value));
	return fault_none();
}

static struct fault get(struct log *log, const char *table, struct span key, uint8_t *value, size_t size,
			size_t *len, bool *found)
{
	const struct memory *memory = memory_of(log);
	size_t at = log_memory_table_find(&memory->tables, table);
	const struct named *row = at < memory->tables.count ? log_memory_named_find(&memory->tables.items[at], key) : NULL;
	if (row != NULL && row->value->len > size)
		return fault_of(FAULT_LIMIT, "named value is longer than its place");
	*found = row != NULL;
	if (row != NULL) {
		*len = row->value->len;
		if (*len > 0)
			memcpy(value, row->value->data, *len);
	}
	return fault_none();
}

static struct fault remove_named(struct log *log, const char *table, struct span key)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	size_t at = log_memory_table_find(&memory->tables, table);
	if (at < memory->tables.count && log_memory_named_find(&memory->tables.items[at], key) != NULL)
		named_change(memory, at, log_memory_blob_new(key), NULL);
	return fault_none();
}

static struct fault scan(struct log *log, const char *table, struct span prefix, log_kv_fn *fn, void *ctx)
{
	const struct memory *memory = memory_of(log);
	size_t at = log_memory_table_find(&memory->tables, table);
	if (at == memory->tables.count)
		return fault_none();
	const struct named_table *named = &memory->tables.items[at];
	for (size_t i = log_memory_named_place(named, prefix); i < named->count; i++) {
		struct span key = log_memory_blob_span(named->rows[i].key);
		if (key.len < prefix.len || !span_equal(span_of(key.data, prefix.len), prefix))
			break;
		if (!fn(ctx, key, log_memory_blob_span(named->rows[i].value)))
			break;
	}
	return fault_none();
}

/* ---- making, copying, closing ---- */

static void close_memory(struct log *log)
{
	struct memory *memory = memory_of(log);
	log_memory_undo_forget(memory);
	for (size_t i = 0; i < memory->by_local.count; i++) {
		if (memory->by_local.items[i] != NULL)
			log_memory_blob_drop(memory->by_local.items[i]->blob);
		free(memory->by_local.items[i]);
	}
	for (size_t i = 0; i < memory->authors.size; i++) {
		struct ids_author *author = memory->authors.slots[i];
		if (author != NULL) {
			free(author->by_seq.items);
			free(author->heads);
		}
	}
	for (size_t i = 0; i < memory->cases.size; i++) {
		struct ids_case *owner = memory->cases.slots[i];
		if (owner != NULL) {
			free(owner->by_local.items);
			free(owner->by_order.items);
			free(owner->by_newest.items);
		}
	}
	for (size_t i = 0; i < memory->records.size; i++)
		if (memory->records.slots[i] != NULL)
			free(((struct ids_record *)memory->records.slots[i])->by_local.items);
	for (size_t i = 0; i < memory->tables.count; i++) {
		for (size_t j = 0; j < memory->tables.items[i].count; j++) {
			log_memory_blob_drop(memory->tables.items[i].rows[j].key);
			log_memory_blob_drop(memory->tables.items[i].rows[j].value);
		}
		free(memory->tables.items[i].rows);
	}
	log_memory_map_free(&memory->authors);
	log_memory_map_free(&memory->cases);
	log_memory_map_free(&memory->records);
	free(memory->tables.items);
	free(memory->by_local.items);
	free(memory->by_order.items);
	free(memory->by_newest.items);
	free(memory->undo);
	free(memory);
}

static const struct log_driver driver = {
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.append = append,
	.place = place,
	.refill = refill,
	.find = find,
	.read_order = read_order,
	.read_case = read_case,
	.read_record = read_record,
	.read_author = read_author,
	.read_local = read_local,
	.last_order = last_order,
	.last_local = last_local,
	.author_put = author_put,
	.author_get = author_get,
	.author_scan = author_scan,
	.head_put = head_put,
	.head_scan = head_scan,
	.case_put = case_put,
	.case_get = case_get,
	.case_scan = case_scan,
	.erase_record = erase_record,
	.erase_case = erase_case,
	.remove_case = remove_case,
	.cut = cut,
	.put = put,
	.get = get,
	.remove = remove_named,
	.scan = scan,
	.close = close_memory,
};

struct log *log_memory_new(void)
{
	struct memory *memory = calloc(1, sizeof *memory);
	ASSERT(memory != NULL);
	memory->log.driver = &driver;
	memory->authors.width = sizeof(struct author);
	memory->authors.item_bytes = sizeof(struct ids_author);
	memory->cases.width = sizeof(struct case_id);
	memory->cases.item_bytes = sizeof(struct ids_case);
	memory->records.width = sizeof(struct record_id);
	memory->records.item_bytes = sizeof(struct ids_record);
	return &memory->log;
}

static void copy_author(struct memory *to, const struct ids_author *from)
{
	struct ids_author *author = log_memory_map_take(&to->authors, &from->id);
	author->info = from->info;
	author->is_known = from->is_known;
	for (size_t i = 0; i < from->head_count; i++)
		log_memory_head_set(author, from->heads[i].seq, &from->heads[i]);
}

struct log *log_memory_copy(const struct log *log)
{
	const struct memory *from = (const struct memory *)log;
	struct memory *to = memory_of(log_memory_new());

	for (size_t i = 0; i < from->by_local.count; i++)
		if (from->by_local.items[i] != NULL)
			log_memory_cell_add(to, &from->by_local.items[i]->entry, log_memory_blob_keep(from->by_local.items[i]->blob));
	log_memory_by_local_fill(to, from->by_local.count);
	for (size_t i = 0; i < from->authors.size; i++)
		if (from->authors.slots[i] != NULL)
			copy_author(to, from->authors.slots[i]);
	for (size_t i = 0; i < from->cases.size; i++) {
		const struct ids_case *owner = from->cases.slots[i];
		if (owner != NULL) {
			struct ids_case *copy = log_memory_map_take(&to->cases, &owner->id);
			copy->info = owner->info;
			copy->is_known = owner->is_known;
		}
	}
	for (size_t i = 0; i < from->tables.count; i++) {
		size_t table = log_memory_table_take(&to->tables, from->tables.items[i].name);
		for (size_t j = 0; j < from->tables.items[i].count; j++)
			log_memory_named_set(&to->tables.items[table], log_memory_blob_keep(from->tables.items[i].rows[j].key),
				  log_memory_blob_keep(from->tables.items[i].rows[j].value));
	}
	for (size_t i = from->undo_count; i > 0; i--)
		log_memory_undo_apply(to, &from->undo[i - 1]);
	return &to->log;
}

void log_memory_fail(struct log *log, uint64_t calls, bool kept)
{
	struct memory *memory = memory_of(log);
	memory->fail_calls = calls;
	memory->fail_kept = kept;
}
