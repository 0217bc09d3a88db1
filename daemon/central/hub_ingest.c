/* hub_ingest - a push: verified, judged, appended, receipted; nothing sent yet.
 *
 * Works on the hub's row scratch; what must outlive the call (answers, a held
 * chunk) is copied to the link. */
#include <sodium.h>
#include <stdlib.h>

#include "base/assert.h"
#include "central/hub_state.h"
#include "domain/schema.h"
#include "records_table.h"

/* ---- authors ---- */

struct hub_author *hub_author_get(const struct hub *hub, const struct epoch_id *epoch)
{
	return idmap_get(&hub->authors, epoch->bytes);
}

struct fault hub_author_add(struct hub *hub, const struct log_author *info, struct hub_author **out)
{
	struct hub_author *author = calloc(1, sizeof *author);
	if (author == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	author->epoch = info->author.epoch;
	author->info = *info;
	if (!idmap_put(&hub->authors, author)) {
		free(author);
		return fault_of(FAULT_LIMIT, "out of memory");
	}
	*out = author;
	return fault_none();
}

/* The chain as it stands, or as this push begins it. */
static struct fault author_of(struct hub_link *link, const struct hub_pushed *pushed, struct log_author *out, bool *known)
{
	struct hub *hub = link->hub;
	const struct hub_author *author = hub_author_get(hub, pushed->epoch);
	*known = author != NULL;
	if (author != NULL) {
		*out = author->info;
		if (!ID_EQUAL(author->info.author.node, link->device->node))
			return fault_of(FAULT_PEER, "push in another node's epoch");
		return fault_none();
	}
	struct log_author info = { .author = { link->device->node, *pushed->epoch } };
	if (pushed->has_continues) {
		const struct hub_author *before = hub_author_get(hub, &pushed->continues.epoch);
		if (before != NULL && !ID_EQUAL(before->info.author.node, link->device->node))
			return fault_of(FAULT_PEER, "epoch that goes on from another node's");
		info.continues = pushed->continues.epoch;
		info.continues_seq = pushed->continues.seq;
		info.continues_h = pushed->continues.h;
	}
	memcpy(info.sign_public, link->device->sign_public, sizeof info.sign_public);
	delta_chain_begin(&hub->identity, &info.author, info.continues_seq,
			  pushed->has_continues ? &info.continues_h : NULL, &info.h);
	*out = info;
	return fault_none();
}

/* A node has one open epoch: a new one closes those before. */
static struct fault close_others(struct hub *hub, const struct author *open)
{
	size_t at = 0;
	for (struct hub_author *author; (author = idmap_next(&hub->authors, &at)) != NULL;) {
		if (!ID_EQUAL(author->info.author.node, open->node) || ID_EQUAL(author->epoch, open->epoch))
			continue;
		if (author->info.closed)
			continue;
		author->info.closed = true;
		FAULT_TRY(log_author_put(hub->log, &author->info));
	}
	return fault_none();
}

/* ---- rows ---- */

/* Where what was sealed is opened: not more than came. */
struct opening {
	const struct hub_node *device;
	struct author author;
	size_t used; /* of hub->raw */
};

/* Opened, it is as if the delta had come with its salt; else the digest stands alone (P6). */
static void open_sealed(struct hub *hub, struct opening *opening, const struct rows_row *row, struct ingest_row *in)
{
	uint8_t *plain = hub->raw + opening->used;
	size_t room = sizeof hub->raw - opening->used;
	struct span delta;
	if (row->sealed.data == NULL
	    || !hub_kept_open(hub, opening->device, &opening->author, row, plain, room, &delta))
		return;
	opening->used += DELTA_SALT_BYTES + delta.len;
	in->bytes = delta;
	in->salt_known = in->came_sealed = true;
	memcpy(in->salt, plain, sizeof in->salt);
}

static struct fault read_rows(struct hub *hub, const struct hub_node *device, const struct hub_pushed *pushed)
{
	struct opening opening = { .device = device, .author = { device->node, *pushed->epoch } };
	struct rows_reader reader;
	struct rows_row row;
	bool end;
	if (pushed->count == 0 || pushed->count > LIMIT_CHUNK_DELTAS || pushed->first_seq == 0
	    || pushed->first_seq > INT64_MAX - LIMIT_CHUNK_DELTAS)
		return fault_of(FAULT_PEER, "push without rows or seq");
	rows_read_begin(&reader, pushed->rows, (uint32_t)pushed->count, 1, pushed->first_seq, false);
	for (size_t i = 0; i < pushed->count; i++) {
		FAULT_TRY(rows_read(&reader, &row, &end));
		if (end || row.seq != pushed->first_seq + i)
			return fault_of(FAULT_PEER, "rows of a push are not in sequence");
		struct ingest_row *in = &hub->rows[i];
		memset(in, 0, sizeof *in);
		in->bytes = row.delta;
		if (row.digest.data != NULL)
			memcpy(in->digest.bytes, row.digest.data, DELTA_HASH_BYTES);
		if (pushed->salts != NULL) {
			const struct hub_salt *salt = &pushed->salts[i];
			in->salt_known = salt->has_salt;
			memcpy(in->salt, salt->salt, sizeof in->salt);
			if (salt->has_digest) {
				/* Erased there meanwhile: no salt can vouch for these bytes. */
				in->bytes = (struct span){ NULL, 0 };
				in->digest = salt->digest;
			}
		}
		open_sealed(hub, &opening, &row, in);
		ingest_peek(in);
		const struct assignments_case *info = assignments_case_get(&hub->assignments, &in->case_id);
		if (info != NULL && info->has_secret) {
			in->secret_known = true;
			in->secret = info->secret;
		}
	}
	FAULT_TRY(rows_read(&reader, &row, &end));
	return end ? fault_none() : fault_of(FAULT_PEER, "more rows than the push says");
}

struct overlap {
	struct hub *hub;
	uint64_t first_seq;
	size_t count;
};

/* The author's stamp in a delta's bytes, 0 when it cannot be read. */
static uint64_t stamp_in(struct span bytes)
{
	struct wire_field f;
	while (wire_next(&bytes, &f) == WIRE_FIELD)
		if (f.number == 7 && f.type == WIRE_VARINT)
			return f.value;
	return 0;
}

static bool take_known(void *ctx, const struct log_entry *entry)
{
	struct overlap *overlap = ctx;
	size_t i = (size_t)(entry->seq - overlap->first_seq);
	if (i >= overlap->count)
		return false;
	struct ingest_row *row = &overlap->hub->rows[i];
	struct hub_verdict *verdict = &overlap->hub->verdicts[i];
	uint64_t stamp_ms = entry->bytes.data == NULL ? 0 : stamp_in(entry->bytes);
	row->held = true;
	row->known_digest = entry->digest;
	*verdict = (struct hub_verdict){
		.order = entry->verdict == LOG_ACCEPTED && entry->order_count > 0 ? entry->orders[0].n : 0,
		.reason = entry->reason, .rejected = entry->verdict == LOG_REJECTED,
		.stamp_ms = stamp_ms != 0 && stamp_ms != entry->stamp_ms ? entry->stamp_ms : 0,
	};
	return i + 1 < overlap->count;
}

/* ---- facts of one row ---- */

struct judging {
	struct hub_link *link;
	struct hub *hub;
	const struct assignments_holder *holder;
	uint64_t first_seq;
	bool closed;
	uint64_t heard;             /* P3 */
	size_t old_receipt_count;
	uint32_t old_generation[HUB_OLD_WORDS];
	/* first delta of a record */
	struct record_id record;
	const struct delta *delta;
	bool has_first, first_erased, first_moved, first_touched;
	bool is_unheard;            /* the grant the row's case is held by */
	bool is_unchecked;          /* the row's base, in an epoch of which nothing is known (P3) */
	size_t opened;              /* openings accepted in this chunk */
};

static size_t slot_of(const struct record_id *record)
{
	size_t value;
	memcpy(&value, record->bytes, sizeof value);
	return value & (HUB_FIRSTS - 1);
}

/* The row of this chunk that made the record, or where to note it. */
static size_t chunk_slot(struct hub *hub, const struct record_id *record)
{
	size_t slot = slot_of(record);
	while (hub->first_of[slot] != 0 && !ID_EQUAL(hub->entries[hub->first_of[slot] - 1].record_id, *record))
		slot = (slot + 1) & (HUB_FIRSTS - 1);
	return slot;
}

/* The fields of a delta's bytes. */
static struct span fields_in(struct span bytes)
{
	struct wire_field f;
	while (wire_next(&bytes, &f) == WIRE_FIELD)
		if (f.number == 4 && f.type == WIRE_BYTES)
			return f.data;
	return span_of("", 0);
}

static bool take_first(void *ctx, const struct log_entry *entry)
{
	struct judging *j = ctx;
	if (entry->verdict == LOG_REJECTED)
		return true;
	j->has_first = true;
	j->first_moved = !ID_EQUAL(entry->case_id, j->delta->case_id) || entry->record_type != j->delta->record_type;
	j->first_erased = entry->bytes.data == NULL;
	if (!j->first_erased)
		j->first_touched = ingest_touches(j->delta, fields_in(entry->bytes));
	return false;
}

static bool holds(const struct judging *j, const struct assignments_case *info)
{
	struct case_id access;
	if (info == NULL || info == j->hub->reference || info == j->hub->directory)
		return info != NULL;
	if (j->holder != NULL && assignments_holds(info, j->holder))
		return true;
	/* Opened further up in this chunk: the grant follows the chunk. */
	if (info->opened_chunk == j->hub->chunk && ID_EQUAL(info->opened_by, j->link->device->node))
		return true;
	if (info->kind != DELTA_CASE_ACCESS)
		return false;
	delta_access_case(&j->hub->identity, &j->link->device->node, &access);
	return ID_EQUAL(access, info->id);
}

static bool reserved(const struct judging *j, const struct delta *delta)
{
	struct case_id access;
	if (ID_EQUAL(delta->case_id, j->hub->directory_case) || ID_EQUAL(delta->case_id, j->hub->reference_case))
		return true;
	delta_access_case(&j->hub->identity, &j->link->device->node, &access);
	bool own = ID_EQUAL(access, delta->case_id);
	switch (delta->opening.kind) {
	case DELTA_CASE_NONE:
	case DELTA_CASE_REFERENCE:
	case DELTA_CASE_DIRECTORY:
		return true;
	case DELTA_CASE_ACCESS:
		return !own;
	case DELTA_CASE_CLIENT:
	case DELTA_CASE_MATTER:
	case DELTA_CASE_PROTECTED:
	case DELTA_CASE_SENSITIVE:
	case DELTA_CASE_CHILD_NOTICE:
		return own;
	}
	return true;
}

/* P3: how far this cursor says that this case was seen. */
static uint64_t seen_of(const struct hub_cursor *at, const struct assignments_tie *tie)
{
	const struct grant *grant = assignments_lasting(tie);
	if (grant == NULL || at->backlog_now == 0 || grant->g < at->backlog_now || grant->g > at->order)
		return at->order;
	/* Its backlog is incomplete: its place; or what an earlier grant had fed. */
	uint64_t place = grant->g == at->backlog_now ? at->backlog_place : 0;
	uint64_t before = tie->grant_count > 1 ? tie->grants[tie->grant_count - 2].ended : 0;
	return place > before ? place : before;
}

/* P3: the greater of what was Heard durably and what message 1 of this session says. */
static uint64_t base_max(const struct judging *j, const struct assignments_tie *tie)
{
	uint64_t said = seen_of(&j->link->cursor, tie), heard = seen_of(&j->link->device->heard, tie);
	uint64_t most = said > heard ? said : heard;
	return most < j->hub->last_order ? most : j->hub->last_order;
}

/* The device has not heard of the grant it holds the case by: until then it may
 * forget the case over the end of an older one, and this delta with it (P2). */
static bool is_unheard(const struct judging *j, const struct assignments_case *info, const struct assignments_tie *tie)
{
	const struct grant *grant = tie == NULL ? NULL : assignments_lasting(tie);
	const struct hub_node *device = j->link->device;
	if (grant == NULL || grant->g <= j->link->cursor.order || grant->g <= device->heard.order)
		return false;
	/* What it opened itself and never forgot it has. */
	return !ID_EQUAL(info->opened_by, device->node) || tie->grant_count > 1 || device->must_refill;
}

static void shape_facts(const struct judging *j, const struct delta *delta, const struct assignments_case *info,
			struct ingest_facts *facts)
{
	const struct schema_record *type = schema_by_type(delta->record_type);
	struct schema_error where;
	if (type == NULL) {
		facts->malformed = true;
		return;
	}
	facts->central_only = type->central_only ||
			      schema_central_field(type, delta->fields, delta->cleared, delta->cleared_count) != NULL;
	enum delta_case_kind kind = delta->opens ? delta->opening.kind : info != NULL ? info->kind : DELTA_CASE_NONE;
	bool placed = kind == DELTA_CASE_NONE || schema_may_stand_in(type, kind);
	facts->malformed = !placed || fault_is(schema_check(type, delta->fields, delta->cleared, delta->cleared_count,
							    !j->has_first, true, &where));
	if (!facts->malformed && j->has_first && type->is_signed)
		facts->frozen_changed = j->first_touched || fault_is(schema_check_signed_change(type, delta->fields, delta->cleared,
									    delta->cleared_count, &where));
}

/* Whether one of central's own words from before a restore says that it was accepted. */
static bool was_accepted(const struct judging *j, uint64_t seq)
{
	for (size_t i = 0; i < j->old_receipt_count; i++) {
		const struct receipt_run *run = receipt_run_of(&j->hub->old_receipts[i], seq);
		if (run != NULL && run->first_order != 0)
			return true;
	}
	return false;
}

static struct fault find_first(struct judging *j, const struct delta *delta)
{
	struct hub *hub = j->hub;
	size_t slot = chunk_slot(hub, &delta->record_id);
	j->delta = delta;
	j->has_first = j->first_erased = j->first_moved = j->first_touched = false;
	if (hub->first_of[slot] != 0) {
		take_first(j, &hub->entries[hub->first_of[slot] - 1]);
		return fault_none();
	}
	return log_read_record(hub->log, delta->record_id, take_first, j);
}

static struct fault facts_of(struct judging *j, const struct ingest_row *row, uint64_t seq, const struct delta *delta,
			     struct ingest_facts *facts)
{
	struct hub *hub = j->hub;
	const struct hub_node *device = j->link->device;
	const struct assignments_case *info = assignments_case_get(&hub->assignments, &row->case_id);
	const struct assignments_tie *tie = info == NULL || j->holder == NULL ? NULL
		: assignments_tie_get(info, j->holder);
	j->is_unheard = is_unheard(j, info, tie);
	j->is_unchecked = false;
	*facts = (struct ingest_facts){
		.revoked = device->state == HUB_DEVICE_REVOKED || device->state == HUB_DEVICE_RETIRED,
		.suspended = device->state == HUB_DEVICE_SUSPENDED,
		.epoch_closed = j->closed,
		.receipted = was_accepted(j, seq),
		.secret_unknown = row->salt_known && !row->opens && !row->secret_known,
		.case_erased = info != NULL && info->erased,
		.case_open = info != NULL && info->open,
		.opening_waits = info != NULL && info->waits,
		.held = holds(j, info),
		.epoch = hub_epoch(hub),
		.base_max = base_max(j, tie),
	};
	if (delta == NULL)
		return fault_none();
	FAULT_TRY(hub_past_check(j->link, delta, &facts->past_too_high, &j->is_unchecked));
	FAULT_TRY(find_first(j, delta));
	facts->record_erased = hub_erase_is_record(hub, &delta->record_id) || (j->has_first && j->first_erased);
	facts->case_reserved = delta->opens && reserved(j, delta);
	shape_facts(j, delta, info, facts);
	facts->record_moved = j->first_moved;
	return fault_none();
}

/* ---- one row ---- */

static struct fault accept_opening(struct judging *j, const struct delta *delta, uint64_t seq)
{
	struct hub *hub = j->hub;
	struct log_case stored = {
		.case_id = delta->case_id, .kind = delta->opening.kind, .has_secret = true,
		.secret = delta->opening.secret, .client_case = delta->opening.client_case,
		.opened_by = hub->entries[0].author, .opened_seq = seq,
	};
	struct assignments_case *info = assignments_case_need(&hub->assignments, &delta->case_id);
	if (info == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	info->open = info->has_secret = true;
	info->waits = false;
	info->kind = stored.kind;
	info->secret = stored.secret;
	info->client_case = stored.client_case;
	info->opened_by = stored.opened_by.node;
	info->opened_chunk = hub->chunk;
	j->opened++;
	return log_case_put(hub->log, &stored);
}

/* The secret of an opening that is not accepted verifies what follows it (P7). */
static struct fault keep_secret(struct hub *hub, const struct ingest_row *row)
{
	struct assignments_case *info = assignments_case_need(&hub->assignments, &row->case_id);
	if (info == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	if (info->open || info->erased || info->has_secret)
		return fault_none();
	info->waits = info->has_secret = true;
	info->secret = row->own;
	return log_put(hub->log, HUB_TABLE_SECRET, ID_SPAN(row->case_id), span_of(row->own.bytes, DELTA_SECRET_BYTES));
}

/* Every order the old words tell goes with the entry, newest generation first. */
static void add_old_order(struct log_entry *entry, struct order order)
{
	size_t at = entry->order_count;
	for (size_t i = 1; i < entry->order_count; i++)
		if (entry->orders[i].generation == order.generation)
			return;
	if (entry->order_count == LIMIT_ENTRY_ORDERS)
		return;
	for (; at > 1 && entry->orders[at - 1].generation < order.generation; at--)
		entry->orders[at] = entry->orders[at - 1];
	entry->orders[at] = order;
	entry->order_count++;
}

static void place_accepted(struct judging *j, struct log_entry *entry, struct hub_verdict *verdict, uint64_t seq)
{
	struct hub *hub = j->hub;
	bool replaced;
	uint64_t author_ms = entry->stamp_ms;
	entry->stamp_ms = clock_effective(author_ms, hub->now.wall_ms, &replaced);
	entry->verdict = LOG_ACCEPTED;
	entry->orders[0] = (struct order){ hub_generation(hub), ++hub->last_order };
	entry->order_count = 1;
	/* Taken from central's own signatures: orders and stamp of before. */
	for (size_t i = 0; i < j->old_receipt_count; i++) {
		const struct receipt_run *run = receipt_run_of(&hub->old_receipts[i], seq);
		if (run == NULL || run->first_order == 0)
			continue;
		uint64_t old_ms = receipt_stamp_of(&hub->old_receipts[i], seq);
		add_old_order(entry, (struct order){ j->old_generation[i], run->first_order + (seq - run->first_seq) });
		if (old_ms != 0 || !replaced)
			entry->stamp_ms = old_ms != 0 ? old_ms : entry->stamp_ms;
		else
			entry->stamp_ms = author_ms; /* it stood then, so it stands */
	}
	*verdict = (struct hub_verdict){ .order = hub->last_order,
					 .stamp_ms = entry->stamp_ms != author_ms ? entry->stamp_ms : 0 };
}

static struct fault place_quarantined(struct judging *j, const struct ingest_row *row, struct log_entry *entry,
				      struct hub_verdict *verdict, uint32_t reason)
{
	struct hub *hub = j->hub;
	bool replaced;
	entry->verdict = LOG_QUARANTINED;
	entry->reason = reason;
	entry->stamp_ms = clock_effective(entry->stamp_ms, hub->now.wall_ms, &replaced);
	*verdict = (struct hub_verdict){ .reason = reason, .stamp_ms = replaced ? entry->stamp_ms : 0 };
	if (row->opens)
		FAULT_TRY(keep_secret(hub, row));
	if (reason == (uint32_t)jalka_Reason_EPOCH_CLOSED && !j->link->device->twin_alarm) {
		j->link->device->twin_alarm = true;
		FAULT_TRY(hub_devices_put(hub, j->link->device));
	}
	return hub_quarantine_put(hub, j->link->device, &entry->author, entry->seq, reason);
}

static struct fault take_row(struct judging *j, const struct author *author, size_t i, struct log_entry *entry)
{
	struct hub *hub = j->hub;
	const struct ingest_row *row = &hub->rows[i];
	uint64_t seq = j->first_seq + i;
	struct delta delta;
	struct ingest_facts facts;
	bool readable = row->bytes.data != NULL && !fault_is(delta_read(row->bytes, &delta));
	memset(entry, 0, sizeof *entry);
	entry->author = *author;
	entry->seq = seq;
	entry->digest = row->digest;
	entry->bytes = row->bytes;
	if (readable) {
		entry->case_id = delta.case_id;
		entry->record_id = delta.record_id;
		entry->record_type = delta.record_type;
		entry->stamp_ms = delta.stamp_ms;
	}
	FAULT_TRY(facts_of(j, row, seq, readable ? &delta : NULL, &facts));
	facts.malformed = facts.malformed || (!readable && row->bytes.data != NULL);
	uint32_t reason = ingest_judge(readable ? &delta : NULL, &facts);
	if (reason != jalka_Reason_REASON_NONE)
		return place_quarantined(j, row, entry, &hub->verdicts[i], reason);
	if (j->is_unchecked && !facts.receipted)
		FAULT_TRY(hub_past_mark(hub, author, seq));
	place_accepted(j, entry, &hub->verdicts[i], seq);
	if (row->came_sealed || j->is_unheard)
		entry->reason = (uint32_t)jalka_Reason_TOLD_BACK;
	if (delta.opens && !facts.case_open)
		FAULT_TRY(accept_opening(j, &delta, seq));
	return fault_none();
}

/* ---- a verified chunk ---- */

/* What becomes of accepted openings: central grants the case to the author's holder. */
static struct fault grant_opened(struct judging *j, const struct log_entry *entries, size_t count)
{
	struct hub *hub = j->hub;
	for (size_t i = 0; i < count && j->opened > 0; i++) {
		struct record_id assignment;
		if (entries[i].verdict != LOG_ACCEPTED)
			continue;
		struct assignments_case *info = assignments_case_get(&hub->assignments, &entries[i].case_id);
		const struct hub_node *device = j->link->device;
		if (!hub->rows[entries[i].seq - j->first_seq].opens || info->kind == DELTA_CASE_ACCESS)
			continue;
		const struct assignments_holder *holder = assignments_holder_get(&hub->assignments, &device->holder);
		if (holder == NULL || !assignments_holds(info, holder))
			FAULT_TRY(hub_append_assignment(hub, info, device->holder, RECORDS_ASSIGNMENT_ROLE_OWN_WORKER,
							&assignment));
	}
	return fault_none();
}

static struct fault append(struct judging *j, const struct log_author *author, const struct delta_signature *signature,
			   size_t count)
{
	struct hub *hub = j->hub;
	uint64_t first_local;
	FAULT_TRY(log_append(hub->log, hub->entries, count, &first_local));
	for (size_t i = 0; i < count; i++) {
		const struct log_entry *entry = &hub->entries[i];
		FAULT_TRY(hub_book_touched(hub, entry));
		if (entry->verdict != LOG_ACCEPTED)
			continue;
		struct assignments_case *info = assignments_case_need(&hub->assignments, &entry->case_id);
		if (info == NULL)
			return fault_of(FAULT_LIMIT, "out of memory");
		hub->counters.deltas_accepted++;
		const struct epoch_id *no_news_to = entry->reason == 0 ? &entry->author.epoch : NULL;
		FAULT_TRY(hub_touched(hub, info, entry->orders[0].n, no_news_to));
	}
	struct log_head head = { .author = author->author, .seq = author->seq, .signature = *signature };
	FAULT_TRY(log_author_put(hub->log, author));
	FAULT_TRY(log_head_put(hub->log, &head));
	if (hub->vouched != 0)
		FAULT_TRY(vouched_arrived(hub, hub->entries, count));
	return grant_opened(j, hub->entries, count);
}

static struct fault take_rows(struct judging *j, const struct log_author *author, size_t from, size_t count, size_t *taken)
{
	struct hub *hub = j->hub;
	for (size_t i = from; i < count; i++) {
		struct log_entry *entry = &hub->entries[*taken];
		FAULT_TRY(take_row(j, &author->author, i, entry));
		(*taken)++;
		/* Only what made the record froze it: of one that was there before this chunk, none. */
		if (!j->has_first)
			hub->first_of[chunk_slot(hub, &entry->record_id)] = (uint16_t)*taken;
	}
	return fault_none();
}

static struct fault store(struct judging *j, const struct hub_pushed *pushed, const struct log_author *author, bool known,
			  const struct delta_hash *h)
{
	struct hub *hub = j->hub;
	struct log_author next = *author;
	struct hub_author *held = hub_author_get(hub, pushed->epoch);
	size_t from = (size_t)(author->seq + 1 - pushed->first_seq), taken = 0;
	FAULT_TRY(hub_turn(hub));
	hub->chunk++;
	next.seq = pushed->first_seq + pushed->count - 1;
	next.h = *h;
	struct fault fault = take_rows(j, author, from, pushed->count, &taken);
	if (!fault_is(fault))
		fault = append(j, &next, &pushed->signature, taken);
	memset(hub->first_of, 0, sizeof hub->first_of);
	FAULT_TRY(fault);
	if (!known) {
		FAULT_TRY(hub_author_add(hub, &next, &held));
		FAULT_TRY(close_others(hub, &next.author));
	}
	held->info = next;
	return fault_none();
}

/* ---- the whole way ---- */

/* Old words count only when this identity signed them, in an epoch known here. */
static void take_old_word(struct judging *j, const struct hub_pushed *pushed, const struct log_author *author,
			  const struct delta_hash *before, const struct hub_word *word)
{
	struct hub *hub = j->hub;
	struct receipt *old = &hub->old_receipts[j->old_receipt_count];
	const struct order_epoch *signed_in = order_epoch_by_id(&hub->orders, &word->central_epoch);
	if (signed_in == NULL || fault_is(receipt_read(word->body, old)))
		return;
	if (old->seq < pushed->first_seq || old->seq - pushed->first_seq >= pushed->count)
		return;
	struct delta_hash h = *before;
	for (uint64_t seq = pushed->first_seq; seq <= old->seq; seq++)
		delta_link(&h, seq, &hub->rows[seq - pushed->first_seq].digest, &h);
	if (receipt_verify(&hub->identity, &word->central_epoch, &author->author, &h, word->body, word->signature))
		j->old_generation[j->old_receipt_count++] = signed_in->generation;
}

static bool keep_words(struct hub_held *held, const struct hub_pushed *pushed)
{
	for (size_t i = 0; i < pushed->word_count; i++) {
		const struct hub_word *word = &pushed->words[i];
		uint8_t *copy = malloc(word->body.len + word->signature.len);
		if (copy == NULL)
			return false;
		memcpy(copy, word->body.data, word->body.len);
		memcpy(copy + word->body.len, word->signature.data, word->signature.len);
		held->words[held->word_count++] = (struct hub_word){
			.body = span_of(copy, word->body.len),
			.signature = span_of(copy + word->body.len, word->signature.len),
			.central_epoch = word->central_epoch,
		};
	}
	return true;
}

static struct fault hold(struct hub_link *link, const struct hub_pushed *pushed)
{
	if (link->held != NULL && pushed->salts != NULL) {
		hub_wake(link); /* it is held already: the rest is asked for */
		return fault_none();
	}
	hub_held_free(link);
	struct hub_held *held = calloc(1, sizeof *held);
	if (held == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	link->held = held;
	held->epoch = *pushed->epoch;
	held->has_continues = pushed->has_continues;
	held->continues = pushed->continues;
	held->first_seq = pushed->first_seq;
	held->count = pushed->count;
	held->signature = pushed->signature;
	held->rows_len = pushed->rows.len;
	held->rows = malloc(pushed->rows.len);
	held->salts = calloc(pushed->count, sizeof *held->salts);
	if (held->rows == NULL || held->salts == NULL) {
		hub_held_free(link);
		return fault_of(FAULT_LIMIT, "out of memory");
	}
	memcpy(held->rows, pushed->rows.data, pushed->rows.len);
	if (!keep_words(held, pushed)) {
		hub_held_free(link);
		return fault_of(FAULT_LIMIT, "out of memory");
	}
	for (size_t i = 0; i < pushed->count; i++)
		held->salts[i].missing = link->hub->rows[i].missing;
	hub_wake(link);
	return fault_none();
}

/* What the log holds at the chunk's seqs, h before it and (when lower) at its head. */
static struct fault look_back(struct hub *hub, const struct hub_pushed *pushed, struct ingest_chain *chain,
			      struct delta_hash *before)
{
	struct overlap overlap = { hub, pushed->first_seq, pushed->count };
	uint64_t last = pushed->first_seq + pushed->count - 1;
	bool found;
	*before = chain->h;
	if (pushed->first_seq > chain->seq)
		return fault_none();
	FAULT_TRY(log_read_author(hub->log, &chain->author, pushed->first_seq, take_known, &overlap));
	FAULT_TRY(author_h_at(hub->log, &hub->identity, &chain->author, pushed->first_seq - 1, before, &found));
	if (found && last < chain->seq)
		FAULT_TRY(author_h_at(hub->log, &hub->identity, &chain->author, last, &chain->h_at_head, &found));
	chain->has_h_at_head = found;
	return found ? fault_none() : fault_of(FAULT_STORE, "a chain in the log has a gap");
}

static struct fault judge_and_store(struct hub_link *link, const struct hub_pushed *pushed, const struct log_author *author,
				    bool known, const struct delta_hash *before, const struct delta_hash *h)
{
	struct hub *hub = link->hub;
	struct judging judging = {
		.link = link, .hub = hub, .first_seq = pushed->first_seq, .closed = author->closed,
		.holder = assignments_holder_get(&hub->assignments, &link->device->holder),
	};
	for (size_t i = 0; i < pushed->word_count; i++)
		take_old_word(&judging, pushed, author, before, &pushed->words[i]);
	struct fault fault = store(&judging, pushed, author, known, h);
	return fault_is(fault) ? hub_die(hub, fault) : fault;
}

struct fault hub_ingest(struct hub_link *link, const struct hub_pushed *pushed, bool *goes_on)
{
	struct hub *hub = link->hub;
	struct log_author author;
	struct delta_hash before, h;
	bool known;
	*goes_on = false;
	link->push_first = pushed->first_seq;
	FAULT_TRY(author_of(link, pushed, &author, &known));
	if (link->device->quarantined >= LIMIT_QUARANTINE_PER_DEVICE)
		return fault_of(FAULT_LIMIT, "too much of this device's work waits for a decision");
	FAULT_TRY(read_rows(hub, link->device, pushed));
	struct ingest_chain chain = { .central = &hub->identity, .author = author.author, .seq = author.seq,
				      .h = author.h, .sign_public = author.sign_public };
	struct fault looked = look_back(hub, pushed, &chain, &before);
	if (fault_is(looked))
		return hub_die(hub, looked);
	enum ingest_outcome outcome = ingest_verify(&chain, pushed->first_seq, hub->rows, pushed->count,
						    &pushed->signature, &h);
	*goes_on = outcome != INGEST_FORK && outcome != INGEST_GAP;
	switch (outcome) {
	case INGEST_FORK:
	case INGEST_GAP:
		hub_held_free(link);
		return fault_none();
	case INGEST_NEED_SALT:
		/* Over what is held here already it may be another copy's: first of all
		 * the device is to see where the chains part. */
		*goes_on = !link->welcome_due || !ID_EQUAL(*pushed->epoch, link->epoch) || pushed->first_seq > author.seq;
		return *goes_on ? hold(link, pushed) : fault_none();
	case INGEST_VERIFIED:
		FAULT_TRY(judge_and_store(link, pushed, &author, known, &before, &h));
		break;
	case INGEST_KNOWN:
		break;
	}
	/* Its signed head stands over all of the chain so far. */
	if (ID_EQUAL(*pushed->epoch, link->epoch) && link->common_seq < pushed->first_seq + pushed->count - 1)
		link->common_seq = pushed->first_seq + pushed->count - 1;
	struct fault fault = hub_receipt_rows(link, pushed, &author.author, before);
	hub_held_free(link);
	return fault;
}

static size_t words_of(const jalka_Push *push, struct hub_word words[static HUB_OLD_WORDS])
{
	size_t count = 0;
	for (pb_size_t i = 0; i < push->receipts_count && count < HUB_OLD_WORDS; i++) {
		const jalka_Receipt *receipt = &push->receipts[i];
		if (receipt->central_epoch.size != ID_BYTES)
			continue;
		words[count] = (struct hub_word){ SESSION_FRAME_SPAN(receipt->body), SESSION_FRAME_SPAN(receipt->signature),
						  { { 0 } } };
		memcpy(words[count++].central_epoch.bytes, receipt->central_epoch.bytes, ID_BYTES);
	}
	for (pb_size_t i = 0; i < push->proofs_count && count < HUB_OLD_WORDS; i++) {
		const jalka_Proof *proof = &push->proofs[i];
		if (proof->central_epoch.size != ID_BYTES)
			continue;
		words[count] = (struct hub_word){ SESSION_FRAME_SPAN(proof->body), SESSION_FRAME_SPAN(proof->signature),
						  { { 0 } } };
		memcpy(words[count++].central_epoch.bytes, proof->central_epoch.bytes, ID_BYTES);
	}
	return count;
}

struct fault hub_ingest_push(struct hub_link *link, const jalka_Push *push, struct span rows, bool *goes_on)
{
	struct epoch_id epoch = link->push_epoch;
	struct hub_word words[HUB_OLD_WORDS];
	struct hub_pushed pushed = {
		.epoch = &epoch, .has_continues = push->has_continues, .first_seq = push->first_seq,
		.count = push->rows.count,
		.rows = rows, .words = words, .word_count = words_of(push, words),
	};
	if (link->held != NULL)
		return fault_of(FAULT_PEER, "push while another waits for salts");
	if (push->epoch.size == ID_BYTES)
		memcpy(epoch.bytes, push->epoch.bytes, ID_BYTES);
	if (ID_IS_NONE(epoch))
		return fault_of(FAULT_PEER, "push without an epoch");
	link->push_epoch = epoch;
	if (push->has_continues) {
		memcpy(pushed.continues.epoch.bytes, push->continues.epoch.bytes, ID_BYTES);
		memcpy(pushed.continues.h.bytes, push->continues.h.bytes, DELTA_HASH_BYTES);
		pushed.continues.seq = push->continues.seq;
	}
	memcpy(pushed.signature.bytes, push->signature.bytes, sizeof pushed.signature.bytes);
	return hub_ingest(link, &pushed, goes_on);
}
