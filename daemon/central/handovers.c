/* handovers - read from the log, decided by domain/handover, done by the hub. */
#include "central/handovers.h"

#include <stdlib.h>

#include "domain/fields.h"
#include "domain/handover.h"
#include "domain/lifecycle.h"
#include "records_table.h"

/* Of handovers that are not over: record -> nothing. */
#define TABLE "handover"
/* Of those that are over: the moment that was seen, big-endian, and record -> nothing. */
#define TABLE_OVER "handover-over"

enum { DAY_MS = 24 * 60 * 60 * 1000, MOMENT_BYTES = 8, OVER_BYTES = MOMENT_BYTES + ID_BYTES };

struct handovers {
	struct log *log;
	struct casebook *book;
	bool may_wait;
};

struct fault handovers_open(struct log *log, struct casebook *book, struct handovers **out)
{
	struct handovers *handovers = calloc(1, sizeof *handovers);
	if (handovers == NULL)
		return fault_of(FAULT_LIMIT, "memory for handovers");
	*handovers = (struct handovers){ .log = log, .book = book, .may_wait = true }; /* what a crash left */
	*out = handovers;
	return fault_none();
}

void handovers_close(struct handovers *handovers)
{
	free(handovers);
}

struct fault handovers_touched(struct handovers *handovers, struct record_id record_id, const struct log_entry *entry)
{
	uint32_t type = entry == NULL ? 0 : entry->record_type;
	if (type == RECORDS_TYPE_CASE || type == RECORDS_TYPE_CASE_ASSIGNMENT || type == RECORDS_TYPE_STAFF_MEMBER ||
	    type == RECORDS_TYPE_DEVICE)
		handovers->may_wait = true;
	if (type != RECORDS_TYPE_HANDOVER)
		return fault_none();
	handovers->may_wait = true;
	return log_put(handovers->log, TABLE, ID_SPAN(record_id), (struct span){ NULL, 0 });
}

/* ---- what was said ---- */

struct reading {
	const struct hub *hub;
	struct case_id case_id;
	struct handover said;
	bool found;
};

static bool take_entry(void *ctx, const struct log_entry *entry)
{
	struct reading *reading = ctx;
	struct record_id who = { { 0 } };
	struct node_id central = hub_node(reading->hub);
	struct delta delta;
	if (entry->verdict != LOG_ACCEPTED || entry->bytes.data == NULL || fault_is(delta_read(entry->bytes, &delta)))
		return true;
	if (!hub_holder(reading->hub, entry->author.node, &who) && !ID_EQUAL(entry->author.node, central))
		return true;
	if (!reading->found)
		reading->case_id = entry->case_id;
	reading->found = true;
	handover_take(&reading->said, who, delta.fields);
	return true;
}

/* ---- what stands in the way ---- */

struct looking {
	struct record_id matter;
	bool found;
	struct handover_case one;
	struct handover_receiver to;
};

static bool find_matter(void *ctx, const struct log_entry *entry)
{
	struct looking *looking = ctx;
	if (entry->record_type != RECORDS_TYPE_CASE)
		return true;
	looking->matter = entry->record_id;
	looking->found = true;
	return false;
}

static bool take_matter(void *ctx, const struct casebook_record *record)
{
	struct looking *looking = ctx;
	looking->one.is_special = fields_true(record->shown, RECORDS_CASE_SPECIAL_SUPPORT);
	looking->one.is_closed = lifecycle_state(lifecycle_of(RECORDS_TYPE_CASE), record->shown) == RECORDS_CASE_STATE_CLOSED;
	return false;
}

static bool take_staff(void *ctx, const struct casebook_record *record)
{
	struct looking *looking = ctx;
	looking->to.is_staff = record->record_type == RECORDS_TYPE_STAFF_MEMBER;
	looking->to.is_licensed = looking->to.is_staff && fields_number_or_none(record->shown, RECORDS_STAFF_MEMBER_PROFESSION) ==
								RECORDS_PROFESSION_LICENSED_SOCIAL_WORKER;
	return false;
}

/* The first thing of the first case that has one. */
static struct fault find_block(struct handovers *handovers, struct hub *hub, const struct hub_handover *handover,
			       bool is_accepted, enum handover_block *out)
{
	struct looking looking = { .to.has_device = hub_has_device(hub, handover->to) };
	*out = HANDOVER_FREE;
	FAULT_TRY(casebook_get(handovers->book, handover->to, take_staff, &looking));
	for (size_t i = 0; i < handover->case_count && *out == HANDOVER_FREE; i++) {
		looking.one = (struct handover_case){ .is_there = false };
		looking.found = false;
		hub_handover_case(hub, handover, handover->cases[i], &looking.one);
		looking.one.is_seen = looking.one.is_seen || is_accepted;
		FAULT_TRY(log_read_case(handovers->log, handover->cases[i], 0, INT64_MAX, find_matter, &looking));
		if (looking.found)
			FAULT_TRY(casebook_peek(handovers->book, looking.matter, take_matter, &looking));
		*out = handover_blocked(&looking.one, &looking.to);
	}
	return fault_none();
}

/* ---- doing it ---- */

static struct fault act(struct handovers *handovers, struct hub *hub, const struct hub_handover *handover,
			const struct handover *said, struct hub_time now, bool *is_over)
{
	enum handover_block block;
	enum handover_due due = handover_due(said);
	*is_over = due == HANDOVER_NOTHING || due == HANDOVER_TAKE_BACK;
	switch (due) {
	case HANDOVER_NOTHING:
		return fault_none();
	case HANDOVER_TAKE_BACK:
		return hub_handover_take_back(hub, handover, now);
	case HANDOVER_LEND:
	case HANDOVER_TAKE_EFFECT:
		break;
	}
	FAULT_TRY(find_block(handovers, hub, handover, said->is_accepted, &block));
	if (block != HANDOVER_FREE)
		return fault_none();
	if (due == HANDOVER_LEND)
		return hub_handover_lend(hub, handover, now.wall_ms + HANDOVER_LENT_DAYS * (uint64_t)DAY_MS, now);
	*is_over = true;
	return hub_handover_take_effect(hub, handover, now);
}

/* It waits no more; that it was there stands under its moment. */
static struct fault forget(struct handovers *handovers, struct record_id id, bool was_proposed, struct hub_time now)
{
	uint8_t key[OVER_BYTES];
	for (size_t i = 0; i < MOMENT_BYTES; i++)
		key[i] = (uint8_t)(now.wall_ms >> (56 - 8 * i));
	memcpy(key + MOMENT_BYTES, id.bytes, ID_BYTES);
	FAULT_TRY(log_begin(handovers->log));
	(void)log_remove(handovers->log, TABLE, ID_SPAN(id));
	if (was_proposed)
		(void)log_put(handovers->log, TABLE_OVER, span_of(key, sizeof key), (struct span){ NULL, 0 });
	return log_commit(handovers->log); /* tells what the removal met */
}

static struct fault read_one(struct handovers *handovers, const struct hub *hub, struct record_id id,
			     struct reading *reading, struct hub_handover *out)
{
	*reading = (struct reading){ .hub = hub };
	FAULT_TRY(log_read_record(handovers->log, id, take_entry, reading));
	*out = (struct hub_handover){
		.record = id, .case_id = reading->case_id, .from = reading->said.from, .to = reading->said.to,
		.cases = reading->said.cases, .case_count = reading->said.case_count,
	};
	return fault_none();
}

static struct fault look_at(struct handovers *handovers, struct hub *hub, struct record_id id, struct hub_time now)
{
	struct reading reading;
	struct hub_handover handover;
	bool is_over = true;
	FAULT_TRY(read_one(handovers, hub, id, &reading, &handover));
	FAULT_TRY(act(handovers, hub, &handover, &reading.said, now, &is_over));
	return is_over ? forget(handovers, id, reading.said.is_proposed, now) : fault_none();
}

/* ---- what waits ---- */

struct waiting {
	struct record_id *ids;
	size_t count, room;
	bool full;
	uint64_t since_ms; /* of those that are over */
};

static bool take_id(struct waiting *waiting, const uint8_t id[static ID_BYTES])
{
	if (waiting->count == waiting->room) {
		size_t room = waiting->room == 0 ? 16 : 2 * waiting->room;
		struct record_id *more = realloc(waiting->ids, room * sizeof *more);
		waiting->full = more == NULL;
		if (more == NULL)
			return false;
		waiting->ids = more;
		waiting->room = room;
	}
	memcpy(waiting->ids[waiting->count++].bytes, id, ID_BYTES);
	return true;
}

static bool take_waiting(void *ctx, struct span key, struct span value)
{
	struct waiting *waiting = ctx;
	(void)value;
	return key.len != ID_BYTES || take_id(waiting, key.data);
}

static bool take_over(void *ctx, struct span key, struct span value)
{
	struct waiting *waiting = ctx;
	uint64_t at_ms = 0;
	(void)value;
	if (key.len != OVER_BYTES)
		return true;
	for (size_t i = 0; i < MOMENT_BYTES; i++)
		at_ms = at_ms << 8 | key.data[i];
	return at_ms < waiting->since_ms || take_id(waiting, key.data + MOMENT_BYTES);
}

static struct fault find_waiting(struct handovers *handovers, struct waiting *waiting)
{
	*waiting = (struct waiting){ .count = 0 };
	struct fault fault = log_scan(handovers->log, TABLE, (struct span){ NULL, 0 }, take_waiting, waiting);
	return !fault_is(fault) && waiting->full ? fault_of(FAULT_LIMIT, "memory for handovers") : fault;
}

struct fault handovers_step(struct handovers *handovers, struct hub *hub, struct hub_time now)
{
	struct waiting waiting;
	if (!handovers->may_wait)
		return fault_none();
	struct fault fault = find_waiting(handovers, &waiting);
	for (size_t i = 0; i < waiting.count && !fault_is(fault); i++)
		fault = look_at(handovers, hub, waiting.ids[i], now);
	free(waiting.ids);
	/* What was done here touched assignments and says so: nothing new comes of that. */
	handovers->may_wait = fault_is(fault);
	return fault;
}

static struct fault tell(struct handovers *handovers, struct hub *hub, struct record_id id, handovers_fn *fn, void *ctx,
			 bool *goes_on)
{
	struct reading reading;
	struct hub_handover handover;
	FAULT_TRY(read_one(handovers, hub, id, &reading, &handover));
	struct handovers_one one = { .handover = &handover, .said = &reading.said };
	FAULT_TRY(find_block(handovers, hub, &handover, reading.said.is_accepted, &one.block));
	*goes_on = fn(ctx, &one);
	return fault_none();
}

struct fault handovers_list(struct handovers *handovers, struct hub *hub, handovers_fn *fn, void *ctx)
{
	struct waiting waiting;
	bool goes_on = true;
	struct fault fault = find_waiting(handovers, &waiting);
	for (size_t i = 0; i < waiting.count && goes_on && !fault_is(fault); i++)
		fault = tell(handovers, hub, waiting.ids[i], fn, ctx, &goes_on);
	free(waiting.ids);
	return fault;
}

struct fault handovers_over(struct handovers *handovers, struct hub *hub, uint64_t since_ms, handovers_fn *fn, void *ctx)
{
	struct waiting waiting = { .since_ms = since_ms };
	bool goes_on = true;
	struct fault fault = log_scan(handovers->log, TABLE_OVER, (struct span){ NULL, 0 }, take_over, &waiting);
	if (!fault_is(fault) && waiting.full)
		fault = fault_of(FAULT_LIMIT, "memory for handovers");
	for (size_t i = waiting.count; i-- > 0 && goes_on && !fault_is(fault);)
		fault = tell(handovers, hub, waiting.ids[i], fn, ctx, &goes_on);
	free(waiting.ids);
	return fault;
}
