/* hub_judge - a row of a verified chunk: what is known of it, and what becomes of it.
 *
 * Accepted it gets the next order, with those that central's own old words tell;
 * quarantined it waits for a person. Nothing is appended here: the entries are made. */
#include "central/hub_state.h"
#include "domain/schema.h"

/* ---- facts of one row ---- */

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

/* These very bytes stand already. Bytes do not name who wrote them: they are the device's own,
 * under another name, or what central issued again for their author (vouched.c). That is never
 * an opening, and of a case only the device's own that was accepted is no second one. */
static bool is_said_again(const struct hub_judging *j, const struct log_entry *entry)
{
	bool own = ID_EQUAL(entry->author.node, j->link->device->node);
	if (entry->bytes.data == NULL || !span_equal(entry->bytes, j->bytes))
		return false;
	return j->delta->opens ? own && entry->verdict == LOG_ACCEPTED : own || ID_EQUAL(entry->author.node, j->hub->node);
}

static bool take_first(void *ctx, const struct log_entry *entry)
{
	struct hub_judging *j = ctx;
	if (entry->verdict == LOG_REJECTED)
		return true;
	j->has_first = true;
	j->first_moved = !ID_EQUAL(entry->case_id, j->delta->case_id) || entry->record_type != j->delta->record_type;
	j->first_erased = entry->bytes.data == NULL;
	j->first_same = is_said_again(j, entry);
	if (!j->first_erased)
		j->first_touched = ingest_touches(j->delta, delta_fields_in(entry->bytes));
	return false;
}

static bool holds(const struct hub_judging *j, const struct assignments_case *info)
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

static bool reserved(const struct hub_judging *j, const struct delta *delta)
{
	struct case_id access;
	if (ID_EQUAL(delta->case_id, j->hub->directory_case) || ID_EQUAL(delta->case_id, j->hub->reference_case))
		return true;
	delta_access_case(&j->hub->identity, &j->link->device->node, &access);
	bool own = ID_EQUAL(access, delta->case_id);
	return delta->opening.kind == DELTA_CASE_ACCESS ? !own : own || !delta_case_is_clients(delta->opening.kind);
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
static uint64_t base_max(const struct hub_judging *j, const struct assignments_tie *tie)
{
	uint64_t said = seen_of(&j->link->cursor, tie), heard = seen_of(&j->link->device->heard, tie);
	uint64_t most = said > heard ? said : heard;
	return most < j->hub->last_order ? most : j->hub->last_order;
}

/* P3: with rescued work comes no cursor, and the device may have been fed more than it came to say that
 * it heard. A base beyond that is not checked: accepted and marked, as one in a lost epoch is. */
static void bound_rescued(struct hub_judging *j, const struct delta *delta, struct ingest_facts *facts)
{
	for (size_t i = 0; i < delta->base.count; i++) {
		const struct order_base *pair = &delta->base.pairs[i];
		bool is_beyond = ID_EQUAL(pair->epoch, *facts->epoch) && pair->n > facts->base_max;
		j->is_unchecked = j->is_unchecked || is_beyond;
	}
	facts->base_max = j->hub->last_order;
}

/* The device has not heard of the grant it holds the case by: until then it may
 * forget the case over the end of an older one, and this delta with it (P2). What was
 * Heard outside this session another copy of its disk may have heard. */
static bool is_unheard(const struct hub_judging *j, const struct assignments_case *info, const struct assignments_tie *tie)
{
	const struct grant *grant = tie == NULL ? NULL : assignments_lasting(tie);
	const struct hub_node *device = j->link->device;
	bool is_begun = device->link == j->link;
	if (grant == NULL || grant->g <= j->link->cursor.order || (is_begun && grant->g <= device->heard.order))
		return false;
	/* What it opened itself and never forgot it has. */
	return !ID_EQUAL(info->opened_by, device->node) || tie->grant_count > 1 || device->must_refill;
}

static void shape_facts(const struct hub_judging *j, const struct delta *delta, const struct assignments_case *info,
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
	/* Vouched for and accepted before its author came with it: it says again what stands. */
	if (!facts->malformed && j->has_first && !j->first_same && type->is_signed)
		facts->frozen_changed = j->first_touched || fault_is(schema_check_signed_change(type, delta->fields, delta->cleared,
									    delta->cleared_count, &where));
}

/* Whether one of central's own words from before a restore says that it was accepted. */
static bool was_accepted(const struct hub_judging *j, uint64_t seq)
{
	for (size_t i = 0; i < j->old_receipt_count; i++) {
		const struct receipt_run *run = receipt_run_of(&j->hub->old_receipts[i], seq);
		if (run != NULL && run->first_order != 0)
			return true;
	}
	return false;
}

static struct fault find_first(struct hub_judging *j, const struct delta *delta, struct span bytes)
{
	struct hub *hub = j->hub;
	size_t slot = chunk_slot(hub, &delta->record_id);
	j->delta = delta;
	j->bytes = bytes;
	j->has_first = j->first_erased = j->first_moved = j->first_touched = j->first_same = false;
	if (hub->first_of[slot] != 0) {
		take_first(j, &hub->entries[hub->first_of[slot] - 1]);
		return fault_none();
	}
	return log_read_record(hub->log, delta->record_id, take_first, j);
}

static struct fault facts_of(struct hub_judging *j, const struct ingest_row *row, uint64_t seq, const struct delta *delta,
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
	if (j->link->is_rescue)
		bound_rescued(j, delta, facts);
	FAULT_TRY(find_first(j, delta, row->bytes));
	facts->record_erased = hub_erase_is_record(hub, &delta->record_id) || (j->has_first && j->first_erased);
	facts->case_reserved = delta->opens && reserved(j, delta);
	shape_facts(j, delta, info, facts);
	facts->record_moved = j->first_moved;
	return fault_none();
}

/* ---- one row ---- */

static struct fault accept_opening(struct hub_judging *j, const struct delta *delta, uint64_t seq)
{
	struct assignments_case *info;
	FAULT_TRY(hub_case_open(j->hub, delta, &j->hub->entries[0].author, seq, &info));
	info->opened_chunk = j->hub->chunk;
	j->opened++;
	return fault_none();
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

static void place_accepted(struct hub_judging *j, struct log_entry *entry, struct hub_verdict *verdict, uint64_t seq)
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
		const struct order told = { j->old_generation[i], run->first_order + (seq - run->first_seq) };
		add_old_order(entry, order_given(&hub->orders, told));
		if (old_ms != 0 || !replaced)
			entry->stamp_ms = old_ms != 0 ? old_ms : entry->stamp_ms;
		else
			entry->stamp_ms = author_ms; /* it stood then, so it stands */
	}
	*verdict = (struct hub_verdict){ .order = hub->last_order,
					 .stamp_ms = entry->stamp_ms != author_ms ? entry->stamp_ms : 0 };
}

static struct fault place_quarantined(struct hub_judging *j, const struct ingest_row *row, struct log_entry *entry,
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

/* By the base it names in the epoch in use: what came in older ones it is not asked about. */
static bool is_late(const struct hub *hub, const struct delta *delta, const struct author *author)
{
	const struct assignments_case *info = assignments_case_get(&hub->assignments, &delta->case_id);
	uint64_t news = info == NULL ? 0 : assignments_news_to(&info->news, &author->epoch), seen = 0;
	for (size_t i = 0; i < delta->base.count; i++)
		if (ID_EQUAL(delta->base.pairs[i].epoch, *hub_epoch(hub)))
			seen = delta->base.pairs[i].n;
	return seen < news;
}

static struct fault take_row(struct hub_judging *j, const struct author *author, size_t i, struct log_entry *entry)
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
	struct ingest_facts judged = facts;
	judged.case_open = facts.case_open && !(readable && delta.opens && j->first_same); /* its own, said again, is no second one */
	uint32_t reason = ingest_judge(readable ? &delta : NULL, &judged);
	if (reason != jalka_Reason_REASON_NONE)
		return place_quarantined(j, row, entry, &hub->verdicts[i], reason);
	if (j->is_unchecked && !facts.receipted)
		FAULT_TRY(hub_past_mark(hub, author, seq));
	place_accepted(j, entry, &hub->verdicts[i], seq);
	hub->verdicts[i].is_late = is_late(hub, &delta, author);
	if (row->came_sealed || j->is_unheard || j->left_out)
		entry->reason = (uint32_t)jalka_Reason_TOLD_BACK;
	if (delta.opens && !facts.case_open)
		FAULT_TRY(accept_opening(j, &delta, seq));
	return fault_none();
}

struct fault hub_judge_rows(struct hub_judging *j, const struct author *author, size_t from, size_t count, size_t *taken)
{
	struct hub *hub = j->hub;
	struct fault fault = fault_none();
	*taken = 0;
	for (size_t i = from; i < count; i++) {
		struct log_entry *entry = &hub->entries[*taken];
		fault = take_row(j, author, i, entry);
		if (fault_is(fault))
			break;
		(*taken)++;
		/* Only what made the record froze it: of one that was there before this chunk, none. */
		if (!j->has_first)
			hub->first_of[chunk_slot(hub, &entry->record_id)] = (uint16_t)*taken;
	}
	memset(hub->first_of, 0, sizeof hub->first_of);
	return fault;
}
