/* hub_feed - what a device is told: the feed by scope, notes at their orders, backlogs.
 *
 * The feed is everything in the holder's scope now with an order in (fed, last],
 * but what the device surely has itself of its epoch in use. Begun and ended grants, erasures
 * and decisions stand in it at their orders, so that one cursor acknowledges
 * all. A part of it ends where the first of its lists, or the frame, is full. */
#include "central/hub_state.h"

#include <stdlib.h>

#include "base/assert.h"

enum {
	CANDIDATES_MAX = 16,
	SCAN_ORDERS = 4096,    /* so many orders are rather read through than looked up by case */
	GATHER_ROWS = 64,      /* of one case at a time, when many have news */
	/* bytes of the control part, at most */
	CONTROL_BYTES = 256, AUTHOR_BYTES = 110, BEGUN_BYTES = 32, FORGET_BYTES = 52, ERASED_BYTES = 52,
	DECISION_BYTES = 250,
	BEGUN_MAX = sizeof ((jalka_Pull *)0)->begun / sizeof (jalka_GrantNote),
	FORGET_MAX = sizeof ((jalka_Pull *)0)->forget / sizeof (jalka_ForgetNote),
	ERASED_MAX = sizeof ((jalka_Pull *)0)->erased / sizeof (jalka_EraseNote),
	DECISIONS_MAX = sizeof ((jalka_Pull *)0)->decisions / sizeof (jalka_Decision),
};

void hub_feed_from(struct hub_link *link, const struct hub_cursor *cursor)
{
	link->fed = link->told = cursor->order;
	link->backlog_done = cursor->backlog_now != 0 ? cursor->backlog_now - 1 : cursor->order;
	link->backlog_g = cursor->backlog_now;
	link->backlog_place = cursor->backlog_place;
	link->unheard_bytes = 0;
}

/* ---- rows ---- */

struct writing {
	struct hub_link *link;
	struct hub *hub;
	const struct assignments_holder *holder;
	const struct assignments_case *access;
	struct rows_writer rows;
	jalka_Author *authors;
	pb_size_t *author_count;
	size_t budget;       /* of control and rows together */
	uint64_t common;     /* own deltas of its epoch in use that it surely has: left out */
	bool all_common;     /* no other ones are there */
	uint64_t from;
	uint64_t written;    /* order of the last row */
	uint64_t full_at;    /* order of the first row that did not fit; 0: all did */
};

static bool author_index(struct writing *w, const struct author *author, uint32_t *out)
{
	for (pb_size_t i = 0; i < *w->author_count; i++)
		if (memcmp(w->authors[i].epoch.bytes, author->epoch.bytes, ID_BYTES) == 0) {
			*out = i;
			return true;
		}
	if (*w->author_count == ROWS_AUTHORS_MAX || w->budget < AUTHOR_BYTES)
		return false;
	w->budget -= AUTHOR_BYTES;
	jalka_Author *added = &w->authors[*w->author_count];
	memset(added, 0, sizeof *added);
	SESSION_FRAME_SET(added->node, author->node.bytes);
	SESSION_FRAME_SET(added->epoch, author->epoch.bytes);
	const struct hub_author *known = hub_author_get(w->hub, &author->epoch);
	if (known != NULL && !ID_IS_NONE(known->info.continues)) {
		added->has_continues = true;
		SESSION_FRAME_SET(added->continues.epoch, known->info.continues.bytes);
		SESSION_FRAME_SET(added->continues.h, known->info.continues_h.bytes);
		added->continues.seq = known->info.continues_seq;
	}
	*out = (*w->author_count)++;
	return true;
}

static void put_earlier(const struct hub *hub, const struct log_entry *entry, struct rows_row *row)
{
	for (size_t i = 1; i < entry->order_count; i++) {
		const struct order_epoch *epoch = order_epoch_by_generation(&hub->orders, entry->orders[i].generation);
		if (epoch != NULL)
			row->earlier[row->earlier_count++] = (struct order_base){ epoch->id, entry->orders[i].n };
	}
}

/* Writes an entry that is in scope. False: full. */
static bool write_row(struct writing *w, const struct log_entry *entry)
{
	const struct hub_node *device = w->link->device;
	bool own = ID_EQUAL(entry->author.node, device->node);
	struct rows_row row = { .delta = entry->bytes, .seq = entry->seq, .order = entry->orders[0].n };
	pb_size_t authors = *w->author_count;
	size_t budget = w->budget;
	/* Decided upon, come sealed, or accepted under a grant not heard of: its author
	 * may not have it as it stands here. */
	bool told_back = entry->reason != (uint32_t)jalka_Reason_REASON_NONE;
	if (own && !told_back && entry->seq <= w->common && ID_EQUAL(entry->author.epoch, w->link->epoch))
		return true;
	if (entry->bytes.data == NULL && !own)
		return true; /* erased: a reader of this case needs nothing of it */
	if (entry->bytes.data == NULL)
		row.digest = span_of(entry->digest.bytes, DELTA_HASH_BYTES);
	else
		row.stamp_ms = hub_receipt_replaced_ms(entry);
	put_earlier(w->hub, entry, &row);
	size_t used = w->rows.out.used;
	bool fits = author_index(w, &entry->author, &row.author)
		&& rows_bytes_max(entry->bytes.len) + used + row.earlier_count * 32 <= w->budget
		&& rows_write(&w->rows, &row);
	if (!fits) {
		*w->author_count = authors;
		w->budget = budget;
		w->full_at = entry->orders[0].n;
		return false;
	}
	w->written = entry->orders[0].n;
	return true;
}

static void writing_begin(struct writing *w, struct hub_link *link, size_t room, jalka_Author *authors,
			  pb_size_t *author_count)
{
	struct hub *hub = link->hub;
	struct case_id access;
	*w = (struct writing){ .link = link, .hub = hub, .authors = authors, .author_count = author_count,
			       .budget = room > CONTROL_BYTES ? room - CONTROL_BYTES : 0 };
	const struct hub_author *own = hub_author_get(hub, &link->epoch);
	w->common = link->told_known ? 0 : link->common_seq;
	w->all_common = !link->told_known && (own == NULL || own->info.seq <= w->common);
	w->holder = assignments_holder_get(&hub->assignments, &link->device->holder);
	delta_access_case(&hub->identity, &link->device->node, &access);
	w->access = assignments_case_get(&hub->assignments, &access);
	rows_write_begin(&w->rows, hub->raw, sizeof hub->raw, 0);
}

/* ---- scope ---- */

/* The order after which the live feed of this case begins for this holder. False: not in scope. */
static bool in_scope(const struct writing *w, const struct assignments_case *info, uint64_t *after)
{
	*after = w->from;
	if (info == w->hub->directory || info == w->hub->reference || info == w->access)
		return true;
	const struct grant *grant = w->holder == NULL ? NULL : assignments_lasting(assignments_tie_get(info, w->holder));
	if (grant == NULL)
		return false;
	if (grant->g > *after)
		*after = grant->g;
	return true;
}

struct candidates {
	const struct assignments_case *cases[CANDIDATES_MAX];
	size_t count;
	bool many;
};

/* Whose deltas are left out, all of them. */
static const struct epoch_id *left_out(const struct writing *w)
{
	return w->all_common ? &w->link->epoch : NULL;
}

static void consider(const struct writing *w, const struct assignments_case *info, struct candidates *c)
{
	uint64_t after;
	if (info == NULL || !in_scope(w, info, &after) || assignments_news_to(&info->news, left_out(w)) <= after)
		return;
	if (c->count == CANDIDATES_MAX)
		c->many = true;
	else
		c->cases[c->count++] = info;
}

static void find_candidates(const struct writing *w, struct candidates *c)
{
	*c = (struct candidates){ .count = 0 };
	consider(w, w->hub->directory, c);
	consider(w, w->hub->reference, c);
	consider(w, w->access, c);
	if (w->holder == NULL || assignments_news_to(&w->holder->news, left_out(w)) <= w->from)
		return;
	const struct assignments_event *event = assignments_next_grant(w->holder, 0);
	for (; event != NULL && !c->many; event = assignments_next_grant(w->holder, event->g))
		consider(w, event->tie->info, c);
}

/* ---- the three ways of reading ---- */

static bool row_of_case(void *ctx, const struct log_entry *entry)
{
	return write_row(ctx, entry);
}

static bool row_if_in_scope(void *ctx, const struct log_entry *entry)
{
	struct writing *w = ctx;
	uint64_t after;
	const struct assignments_case *info = assignments_case_get(&w->hub->assignments, &entry->case_id);
	if (info == NULL || !in_scope(w, info, &after) || entry->orders[0].n <= after)
		return true;
	return write_row(w, entry);
}

struct gathering {
	uint64_t *orders;
	size_t count, room, of_case;
	uint64_t cut; /* orders above it may be missing */
	bool failed;
};

static bool gather_order(void *ctx, const struct log_entry *entry)
{
	struct gathering *g = ctx;
	if (g->of_case == GATHER_ROWS) {
		if (entry->orders[0].n <= g->cut)
			g->cut = entry->orders[0].n - 1;
		return false;
	}
	if (g->count == g->room) {
		size_t room = g->room == 0 ? 1024 : g->room * 2;
		uint64_t *orders = realloc(g->orders, room * sizeof *orders);
		g->failed = orders == NULL;
		if (g->failed)
			return false;
		g->orders = orders;
		g->room = room;
	}
	g->of_case++;
	g->orders[g->count++] = entry->orders[0].n;
	return true;
}

static int order_rises(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static struct fault gather_case(struct writing *w, const struct assignments_case *info, uint64_t limit,
				struct gathering *g)
{
	uint64_t after;
	if (info == NULL || !in_scope(w, info, &after) || assignments_news_to(&info->news, left_out(w)) <= after)
		return fault_none();
	g->of_case = 0;
	return log_read_case(w->hub->log, info->id, after, limit < g->cut ? limit : g->cut, gather_order, g);
}

/* Long away, and many cases have news: their next orders first, then those rows. */
static struct fault write_gathered(struct writing *w, uint64_t *limit)
{
	struct gathering g = { .cut = *limit };
	struct fault fault = gather_case(w, w->hub->directory, *limit, &g);
	if (!fault_is(fault))
		fault = gather_case(w, w->hub->reference, *limit, &g);
	if (!fault_is(fault))
		fault = gather_case(w, w->access, *limit, &g);
	const struct assignments_event *event = w->holder == NULL ? NULL : assignments_next_grant(w->holder, 0);
	for (; event != NULL && !fault_is(fault); event = assignments_next_grant(w->holder, event->g))
		fault = gather_case(w, event->tie->info, *limit, &g);
	if (!fault_is(fault) && g.failed)
		fault = fault_of(FAULT_LIMIT, "out of memory");
	if (g.count > 1)
		qsort(g.orders, g.count, sizeof *g.orders, order_rises);
	for (size_t i = 0; i < g.count && g.orders[i] <= g.cut && w->full_at == 0 && !fault_is(fault); i++)
		fault = log_read_order(w->hub->log, g.orders[i] - 1, g.orders[i], row_of_case, w);
	*limit = g.cut;
	free(g.orders);
	return fault;
}

/* Rows of (from, *limit]; *limit becomes the place up to which they are complete. */
static struct fault write_rows(struct writing *w, uint64_t *limit)
{
	struct candidates c;
	uint64_t after;
	find_candidates(w, &c);
	if (c.count == 0)
		return fault_none();
	if (c.count == 1 && in_scope(w, c.cases[0], &after))
		FAULT_TRY(log_read_case(w->hub->log, c.cases[0]->id, after, *limit, row_of_case, w));
	else if (*limit - w->from <= SCAN_ORDERS)
		FAULT_TRY(log_read_order(w->hub->log, w->from, *limit, row_if_in_scope, w));
	else
		FAULT_TRY(write_gathered(w, limit));
	if (w->full_at != 0)
		*limit = w->full_at - 1;
	return fault_none();
}

/* ---- notes ---- */

static bool note_begun(const struct assignments_event *event, jalka_Pull *pull)
{
	const struct grant *lasting = assignments_lasting(event->tie);
	if (lasting == NULL || lasting->g != event->g)
		return true; /* ended since: its Forget stands further on */
	if (pull->begun_count == BEGUN_MAX)
		return false;
	jalka_GrantNote *note = &pull->begun[pull->begun_count++];
	SESSION_FRAME_SET(note->case_id, event->tie->info->id.bytes);
	note->g = event->g;
	return true;
}

static bool note_ended(const struct assignments_event *event, jalka_Pull *pull)
{
	if (pull->forget_count == FORGET_MAX)
		return false;
	jalka_ForgetNote *note = &pull->forget[pull->forget_count++];
	memset(note, 0, sizeof *note);
	SESSION_FRAME_SET(note->case_id, event->tie->info->id.bytes);
	note->g = event->g;
	note->at = event->order;
	return true;
}

static bool note_erased(const struct assignments_event *event, jalka_Pull *pull)
{
	if (pull->erased_count == ERASED_MAX)
		return false;
	jalka_EraseNote *note = &pull->erased[pull->erased_count++];
	memset(note, 0, sizeof *note);
	SESSION_FRAME_SET(note->case_id, event->tie->info->id.bytes);
	if (!ID_IS_NONE(event->record))
		SESSION_FRAME_SET(note->record_id, event->record.bytes);
	note->at = event->order;
	return true;
}

static bool note(const struct assignments_event *event, jalka_Pull *pull)
{
	switch (event->change) {
	case ASSIGNMENTS_BEGUN:
		return note_begun(event, pull);
	case ASSIGNMENTS_ENDED:
		return note_ended(event, pull);
	case ASSIGNMENTS_ERASED:
		return note_erased(event, pull);
	}
	return true;
}

/* Notes above `limit` do not belong into this part. */
static void cut_notes(jalka_Pull *pull, uint64_t limit)
{
	while (pull->begun_count > 0 && pull->begun[pull->begun_count - 1].g > limit)
		pull->begun_count--;
	while (pull->forget_count > 0 && pull->forget[pull->forget_count - 1].at > limit)
		pull->forget_count--;
	while (pull->erased_count > 0 && pull->erased[pull->erased_count - 1].at > limit)
		pull->erased_count--;
	while (pull->decisions_count > 0 && pull->decisions[pull->decisions_count - 1].at > limit)
		pull->decisions_count--;
}

static void put_events(const struct writing *w, jalka_Pull *pull, uint64_t *limit)
{
	if (w->holder == NULL)
		return;
	for (size_t i = assignments_after(w->holder, w->from); i < w->holder->event_count; i++) {
		const struct assignments_event *event = &w->holder->events[i];
		if (event->order > *limit)
			return;
		if (!note(event, pull)) {
			*limit = event->order - 1;
			return;
		}
	}
}

static struct fault put_decisions(const struct writing *w, jalka_Pull *pull, uint64_t *limit)
{
	const struct hub_node *device = w->link->device;
	for (size_t i = hub_devices_decisions_after(device, w->from); i < device->decision_count; i++) {
		const struct hub_decision *decision = &device->decisions[i];
		bool there;
		if (decision->order > *limit)
			break;
		if (pull->decisions_count == DECISIONS_MAX) {
			*limit = decision->order - 1;
			break;
		}
		FAULT_TRY(hub_quarantine_decision(w->hub, decision, &pull->decisions[pull->decisions_count], &there));
		pull->decisions_count += there;
	}
	return fault_none();
}

/* ---- pull ---- */

static bool is_news(const struct writing *w, const struct assignments_news *news)
{
	return assignments_news_to(news, left_out(w)) > w->from;
}

static bool nothing_new(const struct writing *w)
{
	const struct hub_node *device = w->link->device;
	return !(w->holder != NULL && is_news(w, &w->holder->news)) && !is_news(w, &w->hub->directory->news)
		&& !is_news(w, &w->hub->reference->news) && !(w->access != NULL && is_news(w, &w->access->news))
		&& (device->decision_count == 0 || device->decisions[device->decision_count - 1].order <= w->from);
}

/* Nothing is to tell; but a cursor that never moves would have ever more to look through. */
static void put_nothing(struct hub_link *link, jalka_Pull *pull, bool *any)
{
	uint64_t last = link->hub->last_order;
	if (last > link->fed)
		link->fed = last;
	*any = link->fed - link->told > HUB_LAG_ORDERS;
	if (*any)
		pull->to = link->told = link->fed;
}

struct fault hub_feed_pull(struct hub_link *link, size_t room, jalka_Pull *pull, struct span *rows, bool *any)
{
	struct hub *hub = link->hub;
	struct writing w;
	uint64_t last = hub->last_order, limit = last;
	*any = false;
	*rows = (struct span){ NULL, 0 };
	pull->authors_count = pull->begun_count = pull->forget_count = pull->erased_count = pull->decisions_count = 0;
	pull->has_rows = pull->more = false;
	writing_begin(&w, link, room, pull->authors, &pull->authors_count);
	w.from = link->fed;
	if (nothing_new(&w)) {
		put_nothing(link, pull, any);
		return fault_none();
	}
	put_events(&w, pull, &limit);
	FAULT_TRY(put_decisions(&w, pull, &limit));
	cut_notes(pull, limit);
	size_t notes = pull->begun_count * (size_t)BEGUN_BYTES + pull->forget_count * (size_t)FORGET_BYTES
		+ pull->erased_count * (size_t)ERASED_BYTES + pull->decisions_count * (size_t)DECISION_BYTES;
	if (notes > w.budget)
		return fault_none(); /* a frame of its own has the room */
	w.budget -= notes;
	FAULT_TRY(write_rows(&w, &limit));
	cut_notes(pull, limit);
	if (limit <= link->fed)
		return fault_none();
	link->fed = limit;
	*rows = rows_written(&w.rows);
	*any = rows->len != 0 || pull->begun_count != 0 || pull->forget_count != 0 || pull->erased_count != 0
		|| pull->decisions_count != 0 || limit < last;
	if (!*any) {
		put_nothing(link, pull, any);
		return fault_none();
	}
	pull->to = link->told = limit;
	pull->more = limit < last;
	pull->has_rows = rows->len != 0;
	pull->rows.count = w.rows.count;
	link->unheard_bytes += rows->len + notes + CONTROL_BYTES;
	return fault_none();
}

/* ---- backlog ---- */

struct fault hub_feed_backlog(struct hub_link *link, size_t room, jalka_Backlog *backlog, struct span *rows, bool *any)
{
	struct writing w;
	*any = false;
	*rows = (struct span){ NULL, 0 };
	backlog->authors_count = 0;
	writing_begin(&w, link, room, backlog->authors, &backlog->authors_count);
	const struct assignments_event *event = w.holder == NULL ? NULL
		: assignments_next_grant(w.holder, link->backlog_done);
	if (event == NULL || event->g > link->fed)
		return fault_none(); /* its begun note goes before it */
	if (event->g != link->backlog_g)
		link->backlog_place = 0; /* another grant than the one whose place that was */
	link->backlog_g = event->g;
	const struct assignments_case *info = event->tie->info;
	/* What the device opened itself and never forgot it has. */
	if (!ID_EQUAL(info->opened_by, link->device->node) || event->tie->grant_count > 1 || link->device->must_refill)
		w.common = 0;
	FAULT_TRY(log_read_case(w.hub->log, info->id, link->backlog_place, event->g, row_of_case, &w));
	if (w.full_at != 0 && w.rows.count == 0)
		return fault_none();
	backlog->last = w.full_at == 0;
	backlog->to = backlog->last ? event->g : w.full_at - 1;
	backlog->g = event->g;
	SESSION_FRAME_SET(backlog->case_id, info->id.bytes);
	*rows = rows_written(&w.rows);
	backlog->has_rows = rows->len != 0;
	backlog->rows.count = w.rows.count;
	*any = true;
	link->backlog_place = backlog->last ? 0 : backlog->to;
	if (backlog->last)
		link->backlog_done = event->g;
	link->unheard_bytes += rows->len + CONTROL_BYTES;
	return fault_none();
}
