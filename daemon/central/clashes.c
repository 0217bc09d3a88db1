/* clashes - who is suspected, looked at a few at a time. */
#include "central/clashes.h"

#include <stdlib.h>

#include "base/assert.h"
#include "central/idmap.h"

enum { SUSPECTS_STEP = 16, ENTRIES_STEP = 256, VALUE_BYTES = ID_BYTES + 4 + 8 };

#define SUSPECT "suspect"
#define CLASH "clash"
#define META "clashes"
#define WALKED span_text("walked")

/* Of the case being read: who wrote which record. */
struct wrote {
	struct record_id record;
	struct epoch_id epoch;
};

struct walk {
	struct case_id *cases;
	size_t count, room, at;
	uint64_t after;   /* order reached in the case */
	size_t looked;    /* entries of this step */
	struct wrote *wrote;
	size_t wrote_count, wrote_room;
	bool is_full;     /* out of memory */
};

struct clashes {
	struct log *log;
	struct casebook *book;
	struct idmap rows; /* of struct clashes_row, malloc */
	bool may_wait;     /* somebody may be suspected */
	bool is_walked;
	struct walk walk;
};

/* ---- rows ---- */

static void put_be(uint8_t *out, uint64_t value, size_t bytes)
{
	for (size_t i = bytes; i-- > 0; value >>= 8)
		out[i] = (uint8_t)value;
}

static uint64_t get_be(const uint8_t *in, size_t bytes)
{
	uint64_t value = 0;
	for (size_t i = 0; i < bytes; i++)
		value = value << 8 | in[i];
	return value;
}

/* The row of a record in memory, made when it is not there. NULL: no memory. */
static struct clashes_row *row_need(struct clashes *clashes, struct record_id id)
{
	struct clashes_row *row = idmap_get(&clashes->rows, id.bytes);
	if (row != NULL)
		return row;
	row = calloc(1, sizeof *row);
	if (row == NULL)
		return NULL;
	row->record_id = id;
	if (idmap_put(&clashes->rows, row))
		return row;
	free(row);
	return NULL;
}

static struct fault row_put(struct clashes *clashes, const struct casebook_record *record)
{
	uint8_t value[VALUE_BYTES];
	struct clashes_row *row = row_need(clashes, record->record_id);
	if (row == NULL)
		return fault_of(FAULT_LIMIT, "memory for the conflicts");
	row->case_id = record->case_id;
	row->record_type = record->record_type;
	row->since_ms = record->changed_ms;
	memcpy(value, row->case_id.bytes, ID_BYTES);
	put_be(value + ID_BYTES, row->record_type, 4);
	put_be(value + ID_BYTES + 4, row->since_ms, 8);
	return log_put(clashes->log, CLASH, ID_SPAN(row->record_id), span_of(value, sizeof value));
}

static struct fault row_remove(struct clashes *clashes, struct record_id id)
{
	struct clashes_row *row = idmap_get(&clashes->rows, id.bytes);
	if (row == NULL)
		return fault_none();
	idmap_remove(&clashes->rows, id.bytes);
	free(row);
	return log_remove(clashes->log, CLASH, ID_SPAN(id));
}

struct loading {
	struct clashes *clashes;
	struct fault fault;
};

static bool load_row(void *ctx, struct span key, struct span value)
{
	struct loading *loading = ctx;
	struct record_id id;
	if (key.len != ID_BYTES || value.len != VALUE_BYTES) {
		loading->fault = fault_of(FAULT_STORE, "a row of the conflicts is damaged");
		return false;
	}
	memcpy(id.bytes, key.data, ID_BYTES);
	struct clashes_row *row = row_need(loading->clashes, id);
	if (row == NULL) {
		loading->fault = fault_of(FAULT_LIMIT, "memory for the conflicts");
		return false;
	}
	memcpy(row->case_id.bytes, value.data, ID_BYTES);
	row->record_type = (uint32_t)get_be(value.data + ID_BYTES, 4);
	row->since_ms = get_be(value.data + ID_BYTES + 4, 8);
	return true;
}

static struct fault load(struct clashes *clashes)
{
	struct loading loading = { clashes, fault_none() };
	uint8_t yes[1];
	size_t len;
	FAULT_TRY(log_scan(clashes->log, CLASH, (struct span){ NULL, 0 }, load_row, &loading));
	FAULT_TRY(loading.fault);
	clashes->may_wait = true;
	return log_get(clashes->log, META, WALKED, yes, sizeof yes, &len, &clashes->is_walked);
}

struct fault clashes_open(struct log *log, struct casebook *book, const uint8_t key[static 16], struct clashes **out)
{
	struct clashes *clashes = calloc(1, sizeof *clashes);
	if (clashes == NULL)
		return fault_of(FAULT_LIMIT, "memory for the conflicts");
	clashes->log = log;
	clashes->book = book;
	idmap_init(&clashes->rows, key);
	struct fault fault = load(clashes);
	if (fault_is(fault)) {
		clashes_close(clashes);
		return fault;
	}
	*out = clashes;
	return fault_none();
}

static void walk_free(struct walk *walk)
{
	free(walk->cases);
	free(walk->wrote);
	*walk = (struct walk){ .cases = NULL };
}

void clashes_close(struct clashes *clashes)
{
	size_t at = 0;
	if (clashes == NULL)
		return;
	for (struct clashes_row *row; (row = idmap_next(&clashes->rows, &at)) != NULL;)
		free(row);
	idmap_deinit(&clashes->rows);
	walk_free(&clashes->walk);
	free(clashes);
}

/* ---- what comes ---- */

struct fault clashes_suspect(struct clashes *clashes, struct record_id record_id)
{
	clashes->may_wait = true;
	return log_put(clashes->log, SUSPECT, ID_SPAN(record_id), span_of("", 0));
}

/* A decision or an erasure may have made a conflict, or ended one. */
struct fault clashes_touched(struct clashes *clashes, struct record_id record_id, const struct log_entry *entry)
{
	bool is_known = clashes->rows.count != 0 && idmap_get(&clashes->rows, record_id.bytes) != NULL;
	return entry == NULL || is_known ? clashes_suspect(clashes, record_id) : fault_none();
}

struct fault clashes_forgot(struct clashes *clashes, struct case_id case_id)
{
	size_t at = 0;
	for (const struct clashes_row *row; (row = idmap_next(&clashes->rows, &at)) != NULL;)
		if (ID_EQUAL(row->case_id, case_id))
			FAULT_TRY(clashes_suspect(clashes, row->record_id));
	return fault_none();
}

/* ---- looking ---- */

struct suspects {
	struct record_id ids[SUSPECTS_STEP];
	size_t count;
};

static bool take_suspect(void *ctx, struct span key, struct span value)
{
	struct suspects *suspects = ctx;
	(void)value;
	if (key.len == ID_BYTES)
		memcpy(suspects->ids[suspects->count++].bytes, key.data, ID_BYTES);
	return suspects->count < SUSPECTS_STEP;
}

struct looking {
	struct clashes *clashes;
	bool is_clash;
	struct fault fault;
};

static bool look(void *ctx, const struct casebook_record *record)
{
	struct looking *looking = ctx;
	looking->is_clash = record->has_conflict;
	if (looking->is_clash)
		looking->fault = row_put(looking->clashes, record);
	return false;
}

static struct fault settle(struct clashes *clashes, struct record_id id)
{
	struct looking looking = { .clashes = clashes, .fault = fault_none() };
	FAULT_TRY(casebook_peek(clashes->book, id, look, &looking));
	FAULT_TRY(looking.fault);
	if (!looking.is_clash)
		FAULT_TRY(row_remove(clashes, id));
	return log_remove(clashes->log, SUSPECT, ID_SPAN(id));
}

static struct fault settle_some(struct clashes *clashes)
{
	struct suspects suspects = { .count = 0 };
	FAULT_TRY(log_scan(clashes->log, SUSPECT, (struct span){ NULL, 0 }, take_suspect, &suspects));
	clashes->may_wait = suspects.count == SUSPECTS_STEP;
	for (size_t i = 0; i < suspects.count; i++)
		FAULT_TRY(settle(clashes, suspects.ids[i]));
	return fault_none();
}

/* ---- once through a log that is older ---- */

static bool take_case(void *ctx, const struct log_case *info)
{
	struct walk *walk = ctx;
	if (info->erased)
		return true;
	if (walk->count == walk->room) {
		size_t room = walk->room == 0 ? 256 : walk->room * 2;
		struct case_id *cases = realloc(walk->cases, room * sizeof *cases);
		walk->is_full = cases == NULL;
		if (cases == NULL)
			return false;
		walk->cases = cases;
		walk->room = room;
	}
	walk->cases[walk->count++] = info->case_id;
	return true;
}

static bool take_entry(void *ctx, const struct log_entry *entry)
{
	struct walk *walk = ctx;
	if (walk->wrote_count == walk->wrote_room) {
		size_t room = walk->wrote_room == 0 ? 256 : walk->wrote_room * 2;
		struct wrote *wrote = realloc(walk->wrote, room * sizeof *wrote);
		walk->is_full = wrote == NULL;
		if (wrote == NULL)
			return false;
		walk->wrote = wrote;
		walk->wrote_room = room;
	}
	walk->wrote[walk->wrote_count++] = (struct wrote){ entry->record_id, entry->author.epoch };
	walk->after = entry->orders[0].n;
	return ++walk->looked < ENTRIES_STEP;
}

static int compare_wrote(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct wrote));
}

/* Sorted, a record of several authors stands with two that differ. */
static struct fault suspect_shared(struct clashes *clashes)
{
	struct walk *walk = &clashes->walk;
	if (walk->wrote_count > 0)
		qsort(walk->wrote, walk->wrote_count, sizeof *walk->wrote, compare_wrote);
	for (size_t i = 1; i < walk->wrote_count; i++) {
		const struct wrote *a = &walk->wrote[i - 1], *b = &walk->wrote[i];
		if (ID_EQUAL(a->record, b->record) && !ID_EQUAL(a->epoch, b->epoch))
			FAULT_TRY(clashes_suspect(clashes, b->record));
	}
	return fault_none();
}

static struct fault walk_case(struct clashes *clashes)
{
	struct walk *walk = &clashes->walk;
	size_t before = walk->looked;
	FAULT_TRY(log_read_case(clashes->log, walk->cases[walk->at], walk->after, UINT64_MAX >> 1, take_entry, walk));
	if (walk->is_full)
		return fault_of(FAULT_LIMIT, "memory to look for conflicts");
	if (walk->looked == ENTRIES_STEP && walk->looked > before)
		return fault_none(); /* there may be more of it */
	FAULT_TRY(suspect_shared(clashes));
	walk->wrote_count = 0;
	walk->after = 0;
	walk->at++;
	return fault_none();
}

static struct fault walk_some(struct clashes *clashes)
{
	struct walk *walk = &clashes->walk;
	if (walk->cases == NULL) {
		FAULT_TRY(log_case_scan(clashes->log, take_case, walk));
		if (walk->is_full)
			return fault_of(FAULT_LIMIT, "memory to look for conflicts");
	}
	walk->looked = 0;
	while (walk->at < walk->count && walk->looked < ENTRIES_STEP)
		FAULT_TRY(walk_case(clashes));
	if (walk->at < walk->count)
		return fault_none();
	walk_free(walk);
	clashes->is_walked = true;
	return log_put(clashes->log, META, WALKED, span_of("\1", 1));
}

/* ---- the turn ---- */

bool clashes_waits(const struct clashes *clashes)
{
	return clashes->may_wait || !clashes->is_walked;
}

struct fault clashes_step(struct clashes *clashes)
{
	if (!clashes_waits(clashes))
		return fault_none();
	FAULT_TRY(log_begin(clashes->log));
	struct fault fault = clashes->is_walked ? fault_none() : walk_some(clashes);
	if (!fault_is(fault) && clashes->may_wait)
		fault = settle_some(clashes);
	if (!fault_is(fault))
		return log_commit(clashes->log);
	(void)log_rollback(clashes->log);
	return fault;
}

/* ---- the list ---- */

size_t clashes_count(const struct clashes *clashes)
{
	return clashes->rows.count;
}

static int newest_first(const void *a, const void *b)
{
	const struct clashes_row *x = a, *y = b;
	if (x->since_ms != y->since_ms)
		return x->since_ms > y->since_ms ? -1 : 1;
	return memcmp(x->record_id.bytes, y->record_id.bytes, ID_BYTES);
}

struct fault clashes_list(const struct clashes *clashes, struct clashes_row **rows, size_t *count)
{
	struct clashes_row *list = malloc((clashes->rows.count + 1) * sizeof *list);
	size_t at = 0;
	*count = 0;
	if (list == NULL)
		return fault_of(FAULT_LIMIT, "memory for the conflicts");
	for (const struct clashes_row *row; (row = idmap_next(&clashes->rows, &at)) != NULL;)
		list[(*count)++] = *row;
	qsort(list, *count, sizeof *list, newest_first);
	*rows = list;
	return fault_none();
}
