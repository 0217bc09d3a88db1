/* center_case - one case of a foreign author, as a test's central node feeds it. */
#include "lib/center_case.h"

#include "base/assert.h"

const struct author center_case_author = { { { 0xa1 } }, { { 0xa2 } } };
const struct case_id center_case_id = { { 0xc1 } };
const struct record_id center_case_record = { { 0xd1 } };

struct replica_status center_case_status(struct center *c)
{
	struct replica_status s;
	replica_status(c->replica, &s);
	return s;
}

void center_case_name_author(jalka_Author *authors, pb_size_t *count)
{
	*count = 1;
	SESSION_FRAME_SET(authors[0].node, center_case_author.node.bytes);
	SESSION_FRAME_SET(authors[0].epoch, center_case_author.epoch.bytes);
}

void center_case_row(struct center *c, uint64_t seq, uint64_t order, const char *text, bool opens)
{
	uint8_t block[1024];
	struct span delta = center_delta(c, center_case_id, center_case_record, text,
					 opens ? DELTA_CASE_CLIENT : DELTA_CASE_NONE, block, sizeof block);
	center_row(c, delta, seq, order);
}

void center_case_begun(jalka_Pull *pull, uint64_t g)
{
	jalka_GrantNote *note = &pull->begun[pull->begun_count++];
	SESSION_FRAME_SET(note->case_id, center_case_id.bytes);
	note->g = g;
}

void center_case_ended(jalka_Pull *pull, uint64_t g, uint64_t at)
{
	jalka_ForgetNote *note = &pull->forget[pull->forget_count++];
	SESSION_FRAME_SET(note->case_id, center_case_id.bytes);
	note->g = g;
	note->at = at;
}

void center_case_pull(struct center *c, uint64_t to)
{
	c->out.has_pull = true;
	c->out.pull.to = to;
	center_send(c);
}

void center_case_backlog(struct center *c, uint64_t g, uint64_t first, uint64_t to, bool last)
{
	c->out.has_backlog = true;
	SESSION_FRAME_SET(c->out.backlog.case_id, center_case_id.bytes);
	c->out.backlog.g = g;
	c->out.backlog.to = to;
	c->out.backlog.last = last;
	center_case_name_author(c->out.backlog.authors, &c->out.backlog.authors_count);
	for (uint64_t n = first; n <= to; n++)
		center_case_row(c, n, n, "backlog", n == 1);
	center_send(c);
}

void center_case_hold(struct center *c)
{
	center_session(c);
	center_case_begun(&c->out.pull, 5);
	center_case_pull(c, 5);
	center_case_backlog(c, 5, 1, 5, true);
	while (center_take(c))
		;
	ASSERT(replica_holds(c->replica, center_case_id));
}

struct last {
	struct delta delta;
	bool found;
};

static bool take_last(void *ctx, const struct log_entry *entry)
{
	struct last *last = ctx;
	last->found = !fault_is(delta_read(entry->bytes, &last->delta));
	return true;
}

struct order_bases center_case_base(struct center *c)
{
	struct last last = { .found = false };
	struct replica_status status = center_case_status(c);
	struct author me = { status.node, status.epoch };
	ASSERT(!fault_is(log_read_author(c->log, &me, 1, take_last, &last)) && last.found);
	return last.delta.base;
}
