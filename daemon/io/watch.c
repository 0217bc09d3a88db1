/* watch - a timerfd on CLOCK_BOOTTIME; a touch only notes the time, the timer
 * that rings too early is set again for the rest. */
#include "io/watch.h"

#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

struct watch {
	uv_poll_t uv;
	int fd;
	watch_fn *fn;
	void *ctx;
	uint64_t quiet_ms; /* 0: stopped */
	uint64_t touched_ms;
};

static uint64_t boot_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
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
	if (read(watch->fd, &times, sizeof times) < 0 || watch->quiet_ms == 0)
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
	*watch = (struct watch){ .fn = fn, .ctx = ctx };
	watch->fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (watch->fd < 0 || uv_poll_init(loop_uv(loop), &watch->uv, watch->fd) != 0) {
		if (watch->fd >= 0)
			close(watch->fd);
		free(watch);
		return fault_of(FAULT_STORE, "timer of the idle watch");
	}
	watch->uv.data = watch;
	uv_poll_start(&watch->uv, UV_READABLE, rang);
	*out = watch;
	return fault_none();
}

void watch_start(struct watch *watch, uint64_t quiet_ms)
{
	watch->quiet_ms = quiet_ms;
	watch->touched_ms = boot_ms();
	set(watch, quiet_ms);
}

void watch_touch(struct watch *watch)
{
	watch->touched_ms = boot_ms();
}

static void closed(uv_handle_t *handle)
{
	struct watch *watch = handle->data;
	close(watch->fd);
	free(watch);
}

void watch_close(struct watch *watch)
{
	if (watch != NULL)
		uv_close((uv_handle_t *)&watch->uv, closed);
}
