/* timer - a uv_timer that keeps its deadline. */
#include "io/timer.h"

#include <stdlib.h>
#include <uv.h>

struct timer {
	uv_timer_t uv;
	timer_fn *fn;
	void *ctx;
	uint64_t deadline_ms; /* UINT64_MAX: not set */
};

struct fault timer_open(struct loop *loop, timer_fn *fn, void *ctx, struct timer **out)
{
	struct timer *timer = calloc(1, sizeof *timer);
	if (timer == NULL)
		return fault_of(FAULT_LIMIT, "memory for a timer");
	timer->fn = fn;
	timer->ctx = ctx;
	timer->deadline_ms = UINT64_MAX;
	uv_timer_init(loop_uv(loop), &timer->uv);
	timer->uv.data = timer;
	*out = timer;
	return fault_none();
}

static void rang(uv_timer_t *uv)
{
	struct timer *timer = uv->data;
	timer->deadline_ms = UINT64_MAX;
	timer->fn(timer->ctx);
}

void timer_at(struct timer *timer, uint64_t mono_ms)
{
	if (mono_ms == timer->deadline_ms)
		return;
	timer->deadline_ms = mono_ms;
	if (mono_ms == UINT64_MAX) {
		uv_timer_stop(&timer->uv);
		return;
	}
	uint64_t now = loop_mono_ms();
	/* libuv counts from the time of its turn, which may be some ms old. */
	uv_update_time(timer->uv.loop);
	uv_timer_start(&timer->uv, rang, mono_ms > now ? mono_ms - now : 0, 0);
}

bool timer_is_set(const struct timer *timer)
{
	return timer->deadline_ms != UINT64_MAX;
}

uint64_t timer_left_ms(const struct timer *timer)
{
	uint64_t now = loop_mono_ms();
	return timer_is_set(timer) && timer->deadline_ms > now ? timer->deadline_ms - now : 0;
}

static void closed(uv_handle_t *handle)
{
	free(handle->data);
}

void timer_close(struct timer *timer)
{
	if (timer != NULL)
		uv_close((uv_handle_t *)&timer->uv, closed);
}
