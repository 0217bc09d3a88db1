/* listener - a listening uv_tcp. */
#include "io/listener.h"

#include <stdlib.h>
#include <uv.h>

enum { LISTENER_BACKLOG = 256 };

struct listener {
	uv_tcp_t tcp;
	struct loop *loop;
	listener_fn *fn;
	void *ctx;
	char address[ADDRESS_TEXT_BYTES];
};

static void arrived(uv_stream_t *stream, int status)
{
	struct listener *listener = stream->data;
	struct conn *conn;
	if (status == 0 && !fault_is(conn_accept(listener->loop, stream, &conn)))
		listener->fn(listener->ctx, conn);
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
	uv_tcp_init(loop_uv(loop), &listener->tcp);
	listener->tcp.data = listener;
	if (uv_tcp_bind(&listener->tcp, (struct sockaddr *)&at, 0) != 0 ||
	    uv_listen((uv_stream_t *)&listener->tcp, LISTENER_BACKLOG, arrived) != 0 ||
	    uv_tcp_getsockname(&listener->tcp, (struct sockaddr *)&at, &len) != 0) {
		uv_close((uv_handle_t *)&listener->tcp, closed);
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
	if (listener != NULL)
		uv_close((uv_handle_t *)&listener->tcp, closed);
}
