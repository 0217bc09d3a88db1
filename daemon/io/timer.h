/* timer - one deadline on the loop, in monotonic milliseconds.
 *
 * A timer rings once for each timer_at; setting it again moves it. A deadline
 * in the past rings at the next turn.
 */
#ifndef JALKA_IO_TIMER_H
#define JALKA_IO_TIMER_H

#include "io/loop.h"

struct timer;
typedef void timer_fn(void *ctx);

struct fault timer_open(struct loop *loop, timer_fn *fn, void *ctx, struct timer **out);
/* UINT64_MAX: none. */
void timer_at(struct timer *timer, uint64_t mono_ms);
bool timer_is_set(const struct timer *timer);
uint64_t timer_left_ms(const struct timer *timer); /* 0: not set, or due */
void timer_close(struct timer *timer);             /* NULL is allowed */

#endif
