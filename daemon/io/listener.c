/* listener - a listening uv_tcp.
 *
 * However fast connections come, a turn of the loop accepts LISTENER_TURN_MAX of them,
 * then reads what those and all others have sent: who was let in is heard before so many
 * newer ones stand beside it. The rest wait in the kernel's queue. */
#include "io/listener.h"

#include <stdlib.h>
#include <uv.h>

#include "base/limits.h"
#include "io/timer.h"

enum {
	LISTENER_BACKLOG = 4096, /* the kernel cuts it to its own limit: a second of connects while a commit is slow */
	LISTENER_TURN_MAX = 16,
};
_Static_assert(2 * LISTENER_TURN_MAX < (int)LIMIT_HALF_OPEN_PER_PREFIX, "who was let in is not pushed out before it was read");

struct listener {
	uv_tcp_t tcp;
	struct timer *next_turn;
	struct loop *loop;
	listener_fn *fn;
	void *ctx;
	unsigned taken; /* in this turn */
	bool held;      /* one more is there and has not been accepted: libuv offers none until it is */
	char address[ADDRESS_TEXT_BYTES];
};

static void take(struct listener *listener)
{
	struct conn *conn;
	listener->taken++;
	if (!fault_is(conn_accept(listener->loop, (uv_stream_t *)&listener->tcp, &conn)))
		listener->fn(listener->ctx, conn);
}

static void arrived(uv_stream_t *stream, int status)
{
	struct listener *listener = stream->data;
	if (status != 0)
		return;
	if (listener->taken == 0)
		timer_at(listener->next_turn, 0);
	if (listener->taken < LISTENER_TURN_MAX)
		take(listener);
	else
		listener->held = true;
}

static void next_turn(void *ctx)
{
	struct listener *listener = ctx;
	listener->taken = 0;
	if (!listener->held)
		return;
	listener->held = false;
	timer_at(listener->next_turn, 0);
	take(listener);
}

static void closed(uv_handle_t *handle)
{
	free(handle->data);
}

struct fault listener_open(struct loop *loop, const struct address *address, listener_fn *fn, void *ctx,
			   struct listener **out)
{
	struct sockaddr_storage at;
	int len = sizeof at;
	if (!address_numeric(address, &at))
		return fault_of(FAULT_CALLER, "address to listen at must be numeric, as in 0.0.0.0:7373");
	struct listener *listener = calloc(1, sizeof *listener);
	if (listener == NULL)
		return fault_of(FAULT_LIMIT, "memory for the listener");
	listener->loop = loop;
	listener->fn = fn;
	listener->ctx = ctx;
	struct fault f = timer_open(loop, next_turn, listener, &listener->next_turn);
	if (fault_is(f)) {
		free(listener);
		return f;
	}
	uv_tcp_init(loop_uv(loop), &listener->tcp);
	listener->tcp.data = listener;
	if (uv_tcp_bind(&listener->tcp, (struct sockaddr *)&at, 0) != 0 ||
	    uv_listen((uv_stream_t *)&listener->tcp, LISTENER_BACKLOG, arrived) != 0 ||
	    uv_tcp_getsockname(&listener->tcp, (struct sockaddr *)&at, &len) != 0) {
		listener_close(listener);
		return fault_of(FAULT_CALLER, "address to listen at is not free or not of this machine");
	}
	address_of_socket(&at, listener->address);
	*out = listener;
	return fault_none();
}

const char *listener_address(const struct listener *listener)
{
	return listener->address;
}

void listener_close(struct listener *listener)
{
	if (listener == NULL)
		return;
	timer_close(listener->next_turn);
	uv_close((uv_handle_t *)&listener->tcp, closed);
}
