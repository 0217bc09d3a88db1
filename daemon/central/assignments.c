/* assignments - cases, holders and the ties between them. */
#include "central/assignments.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/assert.h"

static struct fault no_memory(void)
{
	return fault_of(FAULT_LIMIT, "out of memory");
}

void assignments_init(struct assignments *all, const uint8_t key[static IDMAP_KEY_BYTES])
{
	idmap_init(&all->cases, key);
	idmap_init(&all->holders, key);
}

static void case_free(struct assignments_case *info)
{
	while (info->ties != NULL) {
		struct assignments_tie *tie = info->ties;
		info->ties = tie->next;
		free(tie->spans);
		free(tie->reasons);
		free(tie->grants);
		free(tie);
	}
	sodium_memzero(info, sizeof *info);
	free(info);
}

void assignments_deinit(struct assignments *all)
{
	size_t at = 0;
	for (struct assignments_case *info; (info = idmap_next(&all->cases, &at)) != NULL;)
		case_free(info);
	at = 0;
	for (struct assignments_holder *holder; (holder = idmap_next(&all->holders, &at)) != NULL;) {
		free(holder->events);
		free(holder);
	}
	idmap_deinit(&all->cases);
	idmap_deinit(&all->holders);
}

struct assignments_case *assignments_case_get(const struct assignments *all, const struct case_id *id)
{
	return idmap_get(&all->cases, id->bytes);
}

struct assignments_case *assignments_case_need(struct assignments *all, const struct case_id *id)
{
	struct assignments_case *info = assignments_case_get(all, id);
	if (info != NULL)
		return info;
	info = calloc(1, sizeof *info);
	if (info == NULL)
		return NULL;
	info->id = *id;
	if (!idmap_put(&all->cases, info)) {
		free(info);
		return NULL;
	}
	return info;
}

struct assignments_case *assignments_case_open(struct assignments *all, const struct case_id *id,
					       const struct delta_opening *opening, const struct node_id *opened_by)
{
	struct assignments_case *info = assignments_case_need(all, id);
	if (info == NULL)
		return NULL;
	info->open = info->has_secret = true;
	info->waits = false;
	info->kind = opening->kind;
	info->secret = opening->secret;
	info->client_case = opening->client_case;
	info->opened_by = *opened_by;
	return info;
}

struct assignments_holder *assignments_holder_get(const struct assignments *all, const struct record_id *id)
{
	return idmap_get(&all->holders, id->bytes);
}

struct assignments_holder *assignments_holder_need(struct assignments *all, const struct record_id *id)
{
	struct assignments_holder *holder = assignments_holder_get(all, id);
	if (holder != NULL)
		return holder;
	holder = calloc(1, sizeof *holder);
	if (holder == NULL)
		return NULL;
	holder->id = *id;
	if (!idmap_put(&all->holders, holder)) {
		free(holder);
		return NULL;
	}
	return holder;
}

const struct grant *assignments_lasting(const struct assignments_tie *tie)
{
	if (tie == NULL || tie->grant_count == 0)
		return NULL;
	const struct grant *last = &tie->grants[tie->grant_count - 1];
	return last->ended == 0 ? last : NULL;
}

static void note_news(struct assignments_news *news, uint64_t order, const struct epoch_id *epoch)
{
	static const struct epoch_id nobody = { { 0 } };
	const struct epoch_id *author = epoch == NULL ? &nobody : epoch;
	if (order <= news->last_order)
		return;
	if (epoch == NULL || !ID_EQUAL(*author, news->last_epoch)) {
		/* Nobody's is news to all. */
		news->last_other = epoch == NULL ? order : news->last_order;
		news->last_epoch = *author;
	}
	news->last_order = order;
}

uint64_t assignments_news_to(const struct assignments_news *news, const struct epoch_id *epoch)
{
	return epoch != NULL && ID_EQUAL(*epoch, news->last_epoch) ? news->last_other : news->last_order;
}

void assignments_touched(struct assignments_case *info, uint64_t order, const struct epoch_id *epoch)
{
	note_news(&info->news, order, epoch);
	for (struct assignments_tie *tie = info->ties; tie != NULL; tie = tie->next)
		if (assignments_lasting(tie) != NULL)
			note_news(&tie->holder->news, order, epoch);
}

struct assignments_tie *assignments_tie_get(const struct assignments_case *info, const struct assignments_holder *holder)
{
	struct assignments_tie *tie = info->ties;
	while (tie != NULL && tie->holder != holder)
		tie = tie->next;
	return tie;
}

bool assignments_holds(const struct assignments_case *info, const struct assignments_holder *holder)
{
	return assignments_lasting(assignments_tie_get(info, holder)) != NULL;
}

static struct assignments_tie *tie_need(struct assignments_case *info, struct assignments_holder *holder)
{
	struct assignments_tie *tie = assignments_tie_get(info, holder);
	if (tie != NULL)
		return tie;
	tie = calloc(1, sizeof *tie);
	if (tie == NULL)
		return NULL;
	tie->info = info;
	tie->holder = holder;
	tie->next = info->ties;
	info->ties = tie;
	return tie;
}

static bool tie_room(struct assignments_tie *tie)
{
	size_t room = tie->reason_count + 1;
	struct grant_reason *spans = realloc(tie->spans, room * sizeof *spans);
	if (spans == NULL)
		return false;
	tie->spans = spans;
	struct assignments_reason *reasons = realloc(tie->reasons, room * sizeof *reasons);
	if (reasons == NULL)
		return false;
	tie->reasons = reasons;
	struct grant *grants = realloc(tie->grants, room * sizeof *grants);
	if (grants == NULL)
		return false;
	tie->grants = grants;
	return true;
}

static bool event_add(struct assignments_holder *holder, const struct assignments_event *event)
{
	if (holder->event_count == holder->event_room) {
		size_t room = holder->event_room == 0 ? 16 : holder->event_room * 2;
		struct assignments_event *events = realloc(holder->events, room * sizeof *events);
		if (events == NULL)
			return false;
		holder->events = events;
		holder->event_room = room;
	}
	holder->events[holder->event_count++] = *event;
	note_news(&holder->news, event->order, NULL);
	return true;
}

/* What the last change of a tie's reasons did to its grants becomes an event. */
static struct fault regrant(struct assignments_tie *tie, uint64_t order)
{
	bool held = assignments_lasting(tie) != NULL;
	tie->grant_count = grant_of_reasons(tie->spans, tie->reason_count, tie->grants);
	bool holds = assignments_lasting(tie) != NULL;
	if (held == holds)
		return fault_none();
	ASSERT(tie->holder->event_count == 0 || tie->holder->events[tie->holder->event_count - 1].order <= order);
	const struct assignments_event event = {
		.order = order, .g = tie->grants[tie->grant_count - 1].g,
		.change = holds ? ASSIGNMENTS_BEGUN : ASSIGNMENTS_ENDED, .tie = tie,
	};
	return event_add(tie->holder, &event) ? fault_none() : no_memory();
}

struct fault assignments_begin(struct assignments *all, struct assignments_case *info, struct assignments_holder *holder,
			       const struct assignments_reason *reason, uint64_t order)
{
	(void)all;
	struct assignments_tie *tie = tie_need(info, holder);
	if (tie == NULL || !tie_room(tie))
		return no_memory();
	tie->spans[tie->reason_count] = (struct grant_reason){ .began = order };
	tie->reasons[tie->reason_count++] = *reason;
	return regrant(tie, order);
}

struct fault assignments_end(struct assignments_tie *tie, size_t reason, uint64_t order)
{
	ASSERT(reason < tie->reason_count);
	if (tie->spans[reason].ended != 0)
		return fault_none();
	tie->spans[reason].ended = order;
	return regrant(tie, order);
}

struct fault assignments_erased(struct assignments_case *info, const struct record_id *record, uint64_t order)
{
	for (struct assignments_tie *tie = info->ties; tie != NULL; tie = tie->next) {
		const struct assignments_event event = { .order = order, .record = *record,
							 .change = ASSIGNMENTS_ERASED, .tie = tie };
		/* Former holders too: one who was away may have the bytes still, and hold the case again. */
		if (tie->grant_count > 0 && tie->grants[0].g < order && !event_add(tie->holder, &event))
			return no_memory();
	}
	return fault_none();
}

struct fault assignments_load(struct assignments *all, struct assignments_case *info, struct assignments_holder *holder,
			      const struct assignments_reason *reason, uint64_t began, uint64_t ended)
{
	(void)all;
	struct assignments_tie *tie = tie_need(info, holder);
	if (tie == NULL || !tie_room(tie))
		return no_memory();
	size_t at = tie->reason_count++;
	for (; at > 0 && tie->spans[at - 1].began > began; at--) {
		tie->spans[at] = tie->spans[at - 1];
		tie->reasons[at] = tie->reasons[at - 1];
	}
	tie->spans[at] = (struct grant_reason){ .began = began, .ended = ended };
	tie->reasons[at] = *reason;
	return fault_none();
}

static int event_compare(const void *a, const void *b)
{
	const struct assignments_event *x = a, *y = b;
	return (x->order > y->order) - (x->order < y->order);
}

static struct fault tie_loaded(struct assignments_tie *tie)
{
	tie->grant_count = grant_of_reasons(tie->spans, tie->reason_count, tie->grants);
	for (size_t i = 0; i < tie->grant_count; i++) {
		struct assignments_event event = { .order = tie->grants[i].g, .g = tie->grants[i].g,
						   .change = ASSIGNMENTS_BEGUN, .tie = tie };
		if (!event_add(tie->holder, &event))
			return no_memory();
		event.order = tie->grants[i].ended;
		event.change = ASSIGNMENTS_ENDED;
		if (event.order != 0 && !event_add(tie->holder, &event))
			return no_memory();
	}
	return fault_none();
}

void assignments_sort(struct assignments *all)
{
	size_t at = 0;
	for (struct assignments_holder *holder; (holder = idmap_next(&all->holders, &at)) != NULL;)
		if (holder->event_count > 1)
			qsort(holder->events, holder->event_count, sizeof *holder->events, event_compare);
}

struct fault assignments_loaded(struct assignments *all)
{
	size_t at = 0;
	for (struct assignments_case *info; (info = idmap_next(&all->cases, &at)) != NULL;) {
		for (struct assignments_tie *tie = info->ties; tie != NULL; tie = tie->next)
			FAULT_TRY(tie_loaded(tie));
		for (struct assignments_tie *tie = info->ties; tie != NULL; tie = tie->next)
			if (assignments_lasting(tie) != NULL)
				note_news(&tie->holder->news, info->news.last_order, NULL);
	}
	assignments_sort(all);
	return fault_none();
}

size_t assignments_after(const struct assignments_holder *holder, uint64_t after)
{
	size_t low = 0, high = holder->event_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (holder->events[middle].order <= after)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct assignments_event *assignments_next_grant(const struct assignments_holder *holder, uint64_t after)
{
	for (size_t i = assignments_after(holder, after); i < holder->event_count; i++) {
		const struct assignments_event *event = &holder->events[i];
		const struct grant *lasting = assignments_lasting(event->tie);
		if (event->change == ASSIGNMENTS_BEGUN && lasting != NULL && lasting->g == event->g)
			return event;
	}
	return NULL;
}
