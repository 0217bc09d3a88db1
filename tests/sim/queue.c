/* queue - a binary heap; see queue.h. */
#include "sim/queue.h"

#include "base/assert.h"

static bool before(const struct queue_event *a, const struct queue_event *b)
{
	return a->time_ms != b->time_ms ? a->time_ms < b->time_ms : a->id < b->id;
}

static void swap(struct queue_event *a, struct queue_event *b)
{
	struct queue_event t = *a;
	*a = *b;
	*b = t;
}

void queue_put(struct queue *queue, uint64_t time_ms, enum queue_kind kind, uint32_t subject, uint32_t detail)
{
	ASSERT(queue->count < QUEUE_EVENTS_MAX);
	size_t i = queue->count++;
	queue->heap[i] = (struct queue_event){ time_ms, queue->next_id++, kind, subject, detail };
	while (i > 0 && before(&queue->heap[i], &queue->heap[(i - 1) / 2])) {
		swap(&queue->heap[i], &queue->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
}

uint64_t queue_peek_ms(const struct queue *queue)
{
	return queue->count == 0 ? UINT64_MAX : queue->heap[0].time_ms;
}

bool queue_take(struct queue *queue, struct queue_event *out)
{
	if (queue->count == 0)
		return false;
	*out = queue->heap[0];
	queue->heap[0] = queue->heap[--queue->count];
	for (size_t i = 0;;) {
		size_t least = i;
		for (size_t child = 2 * i + 1; child <= 2 * i + 2; child++)
			if (child < queue->count && before(&queue->heap[child], &queue->heap[least]))
				least = child;
		if (least == i)
			return true;
		swap(&queue->heap[i], &queue->heap[least]);
		i = least;
	}
}

const char *queue_kind_name(enum queue_kind kind)
{
	switch (kind) {
	case QUEUE_ACT: return "act";
	case QUEUE_DIAL: return "dial";
	case QUEUE_DELIVER: return "deliver";
	case QUEUE_LINK_DOWN: return "link down";
	case QUEUE_POKE: return "poke";
	case QUEUE_COMMIT: return "commit";
	case QUEUE_TICK: return "tick";
	case QUEUE_REOPEN: return "reopen";
	case QUEUE_STOP: return "stop";
	}
	return "?";
}
