/* loop - libuv's loop with the signals that end it and a hook for the end
 * of each turn. */
#include "io/loop.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <uv.h>

#include "base/assert.h"

struct loop {
	uv_loop_t uv;
	uv_signal_t term, interrupt, hang_up;
	uv_prepare_t prepare;
	uv_check_t check;
	loop_turn_fn *turn;
	void *turn_ctx;
	size_t beside_count;
	struct loop_load load;
	uint64_t slept_ns, began_ns; /* when the turn began; what had been slept by then */
};

const unsigned loop_step_ms[LOOP_STEPS] = { 1, 5, 10, 50, 100, 500, 1000, 5000 };

static void signalled(uv_signal_t *handle, int number)
{
	(void)number;
	uv_stop(handle->loop);
}

static void turn(struct loop *loop)
{
	if (loop->turn != NULL)
		loop->turn(loop->turn_ctx);
}

/* What passed since the last sleep began, without the sleep, was one turn's work. */
static void measure(struct loop *loop)
{
	uint64_t now = uv_hrtime(), slept = uv_metrics_idle_time(&loop->uv);
	uint64_t passed = now - loop->began_ns, sleep = slept - loop->slept_ns;
	uint64_t us = passed > sleep ? (passed - sleep) / 1000 : 0;
	if (loop->began_ns != 0) {
		loop->load.turns++;
		loop->load.busy_us += us;
		loop->load.longest_us = us > loop->load.longest_us ? us : loop->load.longest_us;
		for (size_t i = 0; i < LOOP_STEPS; i++)
			loop->load.within[i] += us <= loop_step_ms[i] * 1000ULL;
	}
	loop->began_ns = now;
	loop->slept_ns = slept;
}

static void before_sleep(uv_prepare_t *handle)
{
	struct loop *loop = handle->data;
	turn(loop);
	measure(loop);
}

static void after_reads(uv_check_t *handle)
{
	turn(handle->data);
}

struct fault loop_open(struct loop **out)
{
	struct loop *loop = calloc(1, sizeof *loop);
	if (loop == NULL)
		return fault_of(FAULT_LIMIT, "memory for the event loop");
	if (uv_loop_init(&loop->uv) != 0) {
		free(loop);
		return fault_of(FAULT_STORE, "event loop of the system");
	}
	uv_loop_configure(&loop->uv, UV_METRICS_IDLE_TIME);
	signal(SIGPIPE, SIG_IGN);
	uv_signal_init(&loop->uv, &loop->term);
	uv_signal_init(&loop->uv, &loop->interrupt);
	uv_signal_init(&loop->uv, &loop->hang_up);
	uv_prepare_init(&loop->uv, &loop->prepare);
	uv_check_init(&loop->uv, &loop->check);
	loop->prepare.data = loop;
	loop->check.data = loop;
	uv_signal_start(&loop->term, signalled, SIGTERM);
	uv_signal_start(&loop->interrupt, signalled, SIGINT);
	uv_signal_start(&loop->hang_up, signalled, SIGHUP);
	uv_prepare_start(&loop->prepare, before_sleep);
	uv_check_start(&loop->check, after_reads);
	*out = loop;
	return fault_none();
}

void loop_run(struct loop *loop)
{
	uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop)
{
	uv_stop(&loop->uv);
}

void loop_close(struct loop *loop)
{
	loop->turn = NULL;
	uv_close((uv_handle_t *)&loop->term, NULL);
	uv_close((uv_handle_t *)&loop->interrupt, NULL);
	uv_close((uv_handle_t *)&loop->hang_up, NULL);
	uv_close((uv_handle_t *)&loop->prepare, NULL);
	uv_close((uv_handle_t *)&loop->check, NULL);
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	/* A handle still open here was not closed by the module that opened it. */
	ASSERT(uv_loop_close(&loop->uv) == 0);
	free(loop);
}

const struct loop_load *loop_load(const struct loop *loop)
{
	return &loop->load;
}

struct uv_loop_s *loop_uv(struct loop *loop)
{
	return &loop->uv;
}

void loop_on_turn(struct loop *loop, loop_turn_fn *fn, void *ctx)
{
	ASSERT(fn == NULL || loop->turn == NULL);
	loop->turn = fn;
	loop->turn_ctx = ctx;
}

static uint64_t clock_ms(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t loop_wall_ms(void)
{
	return clock_ms(CLOCK_REALTIME);
}

uint64_t loop_mono_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

/* ---- work beside the loop ---- */

struct beside {
	struct loop *loop;
	uv_work_t uv;
	loop_work_fn *work, *done;
	void *ctx;
};

static void beside_work(uv_work_t *uv)
{
	struct beside *b = uv->data;
	b->work(b->ctx);
}

static void beside_done(uv_work_t *uv, int status)
{
	struct beside *b = uv->data;
	/* Nothing cancels work: it was done when this runs. */
	ASSERT(status == 0);
	b->loop->beside_count--;
	b->done(b->ctx);
	free(b);
}

struct fault loop_beside(struct loop *loop, loop_work_fn *work, loop_work_fn *done, void *ctx)
{
	struct beside *b = calloc(1, sizeof *b);
	if (b == NULL)
		return fault_of(FAULT_LIMIT, "memory for work beside the loop");
	*b = (struct beside){ .loop = loop, .work = work, .done = done, .ctx = ctx };
	b->uv.data = b;
	if (uv_queue_work(&loop->uv, &b->uv, beside_work, beside_done) != 0) {
		free(b);
		return fault_of(FAULT_LIMIT, "thread for work beside the loop");
	}
	loop->beside_count++;
	return fault_none();
}

void loop_await_beside(struct loop *loop)
{
	while (loop->beside_count > 0)
		uv_run(&loop->uv, UV_RUN_ONCE);
}
