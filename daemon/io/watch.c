/* watch - a timerfd on CLOCK_BOOTTIME; a touch only notes the time, the timer
 * that rings too early is set again for the rest. A second one, on the wall clock and
 * never due, is cancelled by the kernel when the machine wakes. */
#include "io/watch.h"

#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

struct watch {
	uv_poll_t uv, waking;
	int fd, waking_fd;
	unsigned handles;
	watch_fn *fn;
	void *ctx;
	uint64_t quiet_ms; /* 0: stopped */
	uint64_t touched_ms;
	uint64_t slept_ms; /* all the sleep since the machine was started, as last looked at */
};

static uint64_t boot_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static uint64_t slept_ms(void)
{
	struct timespec awake;
	clock_gettime(CLOCK_MONOTONIC, &awake);
	return boot_ms() - ((uint64_t)awake.tv_sec * 1000 + (uint64_t)awake.tv_nsec / 1000000);
}

/* Rings when the machine slept since it was last looked at. */
static bool slept(struct watch *watch)
{
	uint64_t now = slept_ms(), before = watch->slept_ms;
	watch->slept_ms = now;
	if (watch->quiet_ms == 0 || now < before + WATCH_SLEEP_MS)
		return false;
	watch->quiet_ms = 0;
	watch->fn(watch->ctx);
	return true;
}

/* Due in a hundred years: it is only ever cancelled. */
static void await_waking(struct watch *watch)
{
	struct itimerspec in = { .it_value = { time(NULL) + (time_t)100 * 365 * 24 * 3600, 0 } };
	timerfd_settime(watch->waking_fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &in, NULL);
}

/* The wall clock was set, or the machine woke. */
static void woke(uv_poll_t *uv, int status, int events)
{
	struct watch *watch = uv->data;
	uint64_t times;
	(void)status;
	(void)events;
	(void)!read(watch->waking_fd, &times, sizeof times); /* ECANCELED */
	await_waking(watch);
	(void)slept(watch);
}

static void set(struct watch *watch, uint64_t ms)
{
	struct itimerspec in = { .it_value = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 } };
	timerfd_settime(watch->fd, 0, &in, NULL);
}

static void rang(uv_poll_t *uv, int status, int events)
{
	struct watch *watch = uv->data;
	uint64_t times;
	(void)status;
	(void)events;
	if (read(watch->fd, &times, sizeof times) < 0 || watch->quiet_ms == 0 || slept(watch))
		return;
	uint64_t quiet = boot_ms() - watch->touched_ms;
	if (quiet < watch->quiet_ms) {
		set(watch, watch->quiet_ms - quiet);
		return;
	}
	watch->quiet_ms = 0;
	watch->fn(watch->ctx);
}

struct fault watch_open(struct loop *loop, watch_fn *fn, void *ctx, struct watch **out)
{
	struct watch *watch = calloc(1, sizeof *watch);
	if (watch == NULL)
		return fault_of(FAULT_LIMIT, "memory for the idle watch");
	*watch = (struct watch){ .fn = fn, .ctx = ctx, .handles = 2, .slept_ms = slept_ms() };
	watch->fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	watch->waking_fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (watch->fd < 0 || watch->waking_fd < 0 || uv_poll_init(loop_uv(loop), &watch->uv, watch->fd) != 0 ||
	    uv_poll_init(loop_uv(loop), &watch->waking, watch->waking_fd) != 0) {
		if (watch->fd >= 0)
			close(watch->fd);
		if (watch->waking_fd >= 0)
			close(watch->waking_fd);
		free(watch); /* no memory for a handle: the daemon does not start */
		return fault_of(FAULT_STORE, "timer of the idle watch");
	}
	watch->uv.data = watch->waking.data = watch;
	uv_poll_start(&watch->uv, UV_READABLE, rang);
	uv_poll_start(&watch->waking, UV_READABLE, woke);
	await_waking(watch);
	*out = watch;
	return fault_none();
}

void watch_start(struct watch *watch, uint64_t quiet_ms)
{
	watch->quiet_ms = quiet_ms;
	watch->touched_ms = boot_ms();
	watch->slept_ms = slept_ms();
	set(watch, quiet_ms);
}

void watch_touch(struct watch *watch)
{
	if (!slept(watch))
		watch->touched_ms = boot_ms();
}

static void closed(uv_handle_t *handle)
{
	struct watch *watch = handle->data;
	if (--watch->handles != 0)
		return;
	close(watch->fd);
	close(watch->waking_fd);
	free(watch);
}

void watch_close(struct watch *watch)
{
	if (watch == NULL)
		return;
	uv_close((uv_handle_t *)&watch->uv, closed);
	uv_close((uv_handle_t *)&watch->waking, closed);
}
