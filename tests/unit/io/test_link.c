/* link, conn, listener on a loopback socket: dialling, losing, waiting, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/conn.h"
#include "io/link.h"
#include "io/listener.h"
#include "io/timer.h"

enum { GIVE_UP_MS = 10000 };

struct world {
	struct loop *loop;
	struct listener *listener;
	struct link *link;
	struct conn *served; /* the latest connection at the listening end */
	struct timer *give_up, *later;
	unsigned ups, downs, fails, served_closed;
	size_t link_got, served_got;
	uint8_t last;
	const char *why;
	void (*on_up)(struct world *world);
	void (*on_down)(struct world *world);
	void (*on_served)(struct world *world);
	bool gave_up;
};

static void stop(struct world *world)
{
	loop_stop(world->loop);
}

static void up(void *ctx)
{
	struct world *world = ctx;
	world->ups++;
	if (world->on_up != NULL)
		world->on_up(world);
}

static void got(void *ctx, struct span bytes)
{
	struct world *world = ctx;
	world->link_got += bytes.len;
	world->last = bytes.data[bytes.len - 1];
}

static void down(void *ctx, const char *why)
{
	struct world *world = ctx;
	world->downs++;
	world->why = why;
	if (world->on_down != NULL)
		world->on_down(world);
}

static void failed(void *ctx, const char *why)
{
	struct world *world = ctx;
	world->fails++;
	world->why = why;
	stop(world);
}

static void served_bytes(void *ctx, struct conn *conn, struct span bytes)
{
	struct world *world = ctx;
	world->served_got += bytes.len;
	conn_send(conn, bytes);
}

static void served_closed(void *ctx, struct conn *conn, const char *why)
{
	struct world *world = ctx;
	world->served_closed++;
	world->why = why;
	if (world->served == conn)
		world->served = NULL;
	if (world->on_down != NULL)
		world->on_down(world);
}

static void served(void *ctx, struct conn *conn)
{
	struct world *world = ctx;
	struct conn_events events = { .ctx = world, .bytes = served_bytes, .closed = served_closed };
	world->served = conn;
	conn_start(conn, &events);
	if (world->on_served != NULL)
		world->on_served(world);
}

static void gave_up(void *ctx)
{
	struct world *world = ctx;
	world->gave_up = true;
	stop(world);
}

static void set_up(struct world *world)
{
	struct address any, at;
	struct link_events events = { .ctx = world, .up = up, .bytes = got, .down = down, .failed = failed };
	memset(world, 0, sizeof *world);
	assert_false(fault_is(loop_open(&world->loop)));
	assert_false(fault_is(address_read(span_text("127.0.0.1:0"), &any)));
	assert_false(fault_is(listener_open(world->loop, &any, served, world, &world->listener)));
	assert_false(fault_is(address_read(span_text(listener_address(world->listener)), &at)));
	assert_int_not_equal(at.port, 0);
	assert_false(fault_is(link_open(world->loop, &events, &world->link)));
	link_address(world->link, &at);
	assert_false(fault_is(timer_open(world->loop, gave_up, world, &world->give_up)));
	timer_at(world->give_up, loop_mono_ms() + GIVE_UP_MS);
}

static void tear_down(struct world *world)
{
	assert_false(world->gave_up);
	world->on_down = NULL;
	link_close(world->link);
	listener_close(world->listener);
	timer_close(world->give_up);
	if (world->served != NULL)
		conn_close(world->served, "over");
	loop_close(world->loop);
}

static void waits_double_to_five_minutes(void **state)
{
	(void)state;
	assert_int_equal(link_wait_ms(1), 1000);
	assert_int_equal(link_wait_ms(2), 2000);
	assert_int_equal(link_wait_ms(5), 16000);
	assert_int_equal(link_wait_ms(9), 256000);
	assert_int_equal(link_wait_ms(10), 300000);
	assert_int_equal(link_wait_ms(4000000000u), 300000);
}

static void jitter_is_a_quarter_either_way(void **state)
{
	(void)state;
	assert_int_equal(link_jitter_ms(1000, 0), 750);
	assert_int_equal(link_jitter_ms(1000, UINT32_MAX), 1250);
	assert_int_equal(link_jitter_ms(300000, UINT32_MAX), 375000);
	assert_in_range(link_jitter_ms(300000, UINT32_MAX / 2), 299999, 300001);
}

static void send_ten(struct world *world)
{
	link_send(world->link, span_text("0123456789"));
}

static void echo_came(struct world *world)
{
	(void)world;
}

static void stop_when_idle(void *ctx)
{
	struct world *world = ctx;
	if (world->link_got >= 10)
		stop(world);
}

static void bytes_go_both_ways(void **state)
{
	struct world world;
	(void)state;
	set_up(&world);
	world.on_up = send_ten;
	world.on_served = echo_came;
	loop_on_turn(world.loop, stop_when_idle, &world);
	link_want(world.link, true);
	assert_int_equal(world.ups, 0); /* no event from inside a call */
	loop_run(world.loop);
	assert_int_equal(world.ups, 1);
	assert_true(link_is_up(world.link));
	assert_int_equal(world.served_got, 10);
	assert_int_equal(world.link_got, 10);
	assert_int_equal(world.last, '9');
	tear_down(&world);
}

static void close_served(struct world *world)
{
	conn_close(world->served, "test");
}

static void lost_once(struct world *world)
{
	if (world->downs == 1 && world->served_closed == 1)
		stop(world);
}

static void a_lost_link_waits_about_a_second_then_dials(void **state)
{
	struct world world;
	(void)state;
	set_up(&world);
	world.on_served = close_served;
	world.on_down = lost_once;
	link_want(world.link, true);
	loop_run(world.loop);
	assert_int_equal(world.downs, 1);
	assert_int_equal(world.ups, 1);
	assert_false(link_is_up(world.link));
	assert_in_range(link_wait_left_ms(world.link), 500, 1250);
	/* Asked for by a person it dials at once. */
	world.on_served = NULL;
	world.on_down = NULL;
	world.on_up = stop;
	uint64_t began = loop_mono_ms();
	link_want(world.link, true);
	loop_run(world.loop);
	assert_int_equal(world.ups, 2);
	assert_true(loop_mono_ms() - began < 400);
	tear_down(&world);
}

static void hang_up(struct world *world)
{
	link_hang_up(world->link, "said so");
	assert_int_equal(world->downs, 0); /* K1 */
}

static void taken_offline_it_stays_so(void **state)
{
	struct world world;
	(void)state;
	set_up(&world);
	world.on_up = hang_up;
	world.on_down = lost_once;
	link_want(world.link, true);
	loop_run(world.loop);
	assert_int_equal(world.downs, 1);
	link_want(world.link, false);
	assert_int_equal(link_wait_left_ms(world.link), 0);
	assert_false(link_is_up(world.link));
	tear_down(&world);
}

static void nobody_there_is_told_and_waited_for(void **state)
{
	struct world world;
	struct address at;
	(void)state;
	set_up(&world);
	assert_false(fault_is(address_read(span_text(listener_address(world.listener)), &at)));
	listener_close(world.listener);
	world.listener = NULL;
	loop_stop(world.loop);
	loop_run(world.loop); /* the listener's handle closes */
	link_want(world.link, true);
	loop_run(world.loop);
	assert_int_equal(world.fails, 1);
	assert_int_equal(world.ups, 0);
	assert_in_range(link_wait_left_ms(world.link), 500, 1250);
	tear_down(&world);
}

/* N2: the other end does not read, so the queue ends the connection. */
static void flood(struct world *world)
{
	uint8_t *block = calloc(1, 256 * 1024);
	assert_non_null(block);
	for (unsigned i = 0; i < 200; i++)
		conn_send(world->served, span_of(block, 256 * 1024));
	free(block);
}

static void stop_on_close(struct world *world)
{
	if (world->served_closed == 1)
		stop(world);
}

static void a_peer_that_does_not_read_is_let_go(void **state)
{
	struct world world;
	(void)state;
	set_up(&world);
	world.on_served = flood;
	world.on_down = stop_on_close;
	link_want(world.link, true);
	loop_run(world.loop);
	assert_int_equal(world.served_closed, 1);
	tear_down(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_double_to_five_minutes),
		cmocka_unit_test(jitter_is_a_quarter_either_way),
		cmocka_unit_test(bytes_go_both_ways),
		cmocka_unit_test(a_lost_link_waits_about_a_second_then_dials),
		cmocka_unit_test(taken_offline_it_stays_so),
		cmocka_unit_test(nobody_there_is_told_and_waited_for),
		cmocka_unit_test(a_peer_that_does_not_read_is_let_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
