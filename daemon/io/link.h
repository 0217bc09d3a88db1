/* link - a device's way to the central node: dial, lose, wait, dial again.
 *
 * While it is wanted it keeps one TCP connection to the address it was given.
 * After a loss it waits: 1 s, doubling to 5 min, each with jitter of a quarter
 * either way; link_settled begins anew at 1 s.
 *
 *        DOWN --want--> DIALLING --connected--> UP
 *         ^  <--lost----/    ^                  |
 *         |                  +--time-- WAITING <+-- lost
 *         +------- not wanted, from any --------+
 *
 * K1  `up` and `down` alternate, beginning with `up`; neither comes from inside
 *     a call of this module.
 */
#ifndef JALKA_IO_LINK_H
#define JALKA_IO_LINK_H

#include "io/address.h"
#include "io/loop.h"

enum {
	LINK_WAIT_MIN_MS = 1000,
	LINK_WAIT_MAX_MS = 5 * 60 * 1000,
};

struct link;

struct link_events {
	void *ctx;
	void (*up)(void *ctx);
	void (*bytes)(void *ctx, struct span bytes);
	void (*down)(void *ctx, const char *why);
	void (*failed)(void *ctx, const char *why); /* a dial came to nothing */
};

struct fault link_open(struct loop *loop, const struct link_events *events, struct link **out);
void link_close(struct link *link); /* NULL is allowed; no event comes any more */

void link_address(struct link *link, const struct address *address);
/* Whether a connection is wanted. Wanting it dials at once, waiting or not. */
void link_want(struct link *link, bool want);
bool link_is_up(const struct link *link);

void link_send(struct link *link, struct span bytes);
/* Closes the connection; it is dialled again after the wait. */
void link_hang_up(struct link *link, const char *why);
/* The connection proved good: the next wait is the shortest. */
void link_settled(struct link *link);

/* Time to the next dial; 0: not waiting. */
uint64_t link_wait_left_ms(const struct link *link);

/* The wait after `failures` losses in a row (1..), before jitter. Pure. */
uint64_t link_wait_ms(unsigned failures);
/* The same with jitter: `draw` 0..UINT32_MAX spreads it from 3/4 to 5/4. Pure. */
uint64_t link_jitter_ms(uint64_t wait_ms, uint32_t draw);

#endif
