/* timer and watch: they ring once, when they should, and a touch puts it off; a machine
 * that slept rings at the first touch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/timer.h"
#include "io/watch.h"

/* Laid over the C library's: what the boot-time clock is ahead of the monotonic one is sleep. */
static time_t sleep_s;

int clock_gettime(clockid_t clock, struct timespec *out)
{
	int result = (int)syscall(SYS_clock_gettime, clock, out);
	if (result == 0 && clock == CLOCK_BOOTTIME)
		out->tv_sec += sleep_s;
	return result;
}

struct bell {
	struct loop *loop;
	struct watch *watch;
	struct timer *timer;
	unsigned rings, touches;
	uint64_t rang_ms;
};

static void ring(void *ctx)
{
	struct bell *bell = ctx;
	bell->rings++;
	bell->rang_ms = loop_mono_ms();
	loop_stop(bell->loop);
}

static void touch(void *ctx)
{
	struct bell *bell = ctx;
	watch_touch(bell->watch);
	if (++bell->touches < 3)
		timer_at(bell->timer, loop_mono_ms() + 40);
}

static void a_timer_rings_once_at_its_latest_deadline(void **state)
{
	struct bell bell = { .rings = 0 };
	(void)state;
	assert_false(fault_is(loop_open(&bell.loop)));
	assert_false(fault_is(timer_open(bell.loop, ring, &bell, &bell.timer)));
	assert_false(timer_is_set(bell.timer));
	uint64_t began = loop_mono_ms();
	timer_at(bell.timer, began + 5000);
	assert_in_range(timer_left_ms(bell.timer), 4000, 5000);
	timer_at(bell.timer, began + 60);
	loop_run(bell.loop);
	assert_int_equal(bell.rings, 1);
	assert_in_range(bell.rang_ms - began, 59, 2000);
	assert_false(timer_is_set(bell.timer));
	timer_at(bell.timer, 1); /* in the past: at the next turn */
	loop_run(bell.loop);
	assert_int_equal(bell.rings, 2);
	timer_close(bell.timer);
	loop_close(bell.loop);
}

static void a_touch_puts_the_idle_lock_off(void **state)
{
	struct bell bell = { .rings = 0 };
	(void)state;
	assert_false(fault_is(loop_open(&bell.loop)));
	assert_false(fault_is(watch_open(bell.loop, ring, &bell, &bell.watch)));
	assert_false(fault_is(timer_open(bell.loop, touch, &bell, &bell.timer)));
	uint64_t began = loop_mono_ms();
	watch_start(bell.watch, 100);
	timer_at(bell.timer, began + 40);
	loop_run(bell.loop);
	assert_int_equal(bell.rings, 1);
	assert_int_equal(bell.touches, 3);
	assert_in_range(bell.rang_ms - began, 3 * 40 + 90, 3000);
	timer_close(bell.timer);
	watch_close(bell.watch);
	loop_close(bell.loop);
}

static void count(void *ctx)
{
	((struct bell *)ctx)->rings++;
}

static void a_machine_that_slept_is_locked_at_the_first_touch(void **state)
{
	struct bell bell = { .rings = 0 };
	(void)state;
	assert_false(fault_is(loop_open(&bell.loop)));
	assert_false(fault_is(watch_open(bell.loop, count, &bell, &bell.watch)));
	watch_start(bell.watch, 600000);
	watch_touch(bell.watch);
	assert_int_equal(bell.rings, 0);
	sleep_s += 1; /* as long as a busy machine may take to look at both clocks */
	watch_touch(bell.watch);
	assert_int_equal(bell.rings, 0);
	sleep_s += 5;
	watch_touch(bell.watch);
	assert_int_equal(bell.rings, 1);
	watch_touch(bell.watch);
	assert_int_equal(bell.rings, 1);
	watch_start(bell.watch, 0);
	sleep_s += 5;
	watch_touch(bell.watch);
	assert_int_equal(bell.rings, 1);
	watch_close(bell.watch);
	loop_close(bell.loop);
}

static void work_beside_the_loop(void *ctx)
{
	struct bell *bell = ctx;
	usleep(20000);
	bell->touches = 77;
}

static void work_beside_does_not_stop_the_loop(void **state)
{
	struct bell bell = { .rings = 0 };
	(void)state;
	assert_false(fault_is(loop_open(&bell.loop)));
	assert_false(fault_is(loop_beside(bell.loop, work_beside_the_loop, ring, &bell)));
	loop_run(bell.loop);
	assert_int_equal(bell.rings, 1);
	assert_int_equal(bell.touches, 77);
	loop_close(bell.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timer_rings_once_at_its_latest_deadline),
		cmocka_unit_test(a_touch_puts_the_idle_lock_off),
		cmocka_unit_test(a_machine_that_slept_is_locked_at_the_first_touch),
		cmocka_unit_test(work_beside_does_not_stop_the_loop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
