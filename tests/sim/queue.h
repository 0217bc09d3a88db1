/* queue - what will happen, ordered by (time, id): equal seeds, equal order. */
#ifndef JALKA_SIM_QUEUE_H
#define JALKA_SIM_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum queue_kind {
	QUEUE_ACT = 1,      /* the next operation of the scenario */
	QUEUE_DIAL,         /* a device's connection reaches central */
	QUEUE_DELIVER,      /* bytes of one direction of a link arrive */
	QUEUE_LINK_DOWN,    /* one end of a link learns that it is gone */
	QUEUE_POKE,         /* a device's timer */
	QUEUE_COMMIT,       /* central's turn of the loop ends */
	QUEUE_TICK,         /* central's timer */
	QUEUE_REOPEN,       /* a crashed node starts again */
	QUEUE_STOP,         /* the phase ends */
};

struct queue_event {
	uint64_t time_ms, id;
	enum queue_kind kind;
	uint32_t subject;   /* device or link number */
	uint32_t detail;    /* direction or end; generation of a node */
};

enum { QUEUE_EVENTS_MAX = 8192 };

struct queue {
	struct queue_event heap[QUEUE_EVENTS_MAX];
	size_t count;
	uint64_t next_id;
};

void queue_put(struct queue *queue, uint64_t time_ms, enum queue_kind kind, uint32_t subject, uint32_t detail);
/* When the next event is due; UINT64_MAX: none. */
uint64_t queue_peek_ms(const struct queue *queue);
bool queue_take(struct queue *queue, struct queue_event *out);
const char *queue_kind_name(enum queue_kind kind);

#endif
