/* conn - a uv_tcp with its write queue counted. */
#include "io/conn.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <uv.h>

#include "base/assert.h"

enum { CONN_READ_BYTES = 64 * 1024 };

struct conn {
	uv_tcp_t tcp;
	uv_connect_t dial;
	struct conn_events events;
	void (*connected)(void *ctx, struct conn *conn);
	const char *why;
	size_t queued_bytes;
	bool started, reading, closing;
};

struct write {
	uv_write_t uv;
	struct conn *conn;
	size_t bytes;
	uint8_t data[];
};

static void read_more(struct conn *conn);

static void lend_block(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	/* One block for all: libuv calls `received` before it asks again. */
	static char block[CONN_READ_BYTES];
	(void)handle;
	(void)suggested;
	*out = uv_buf_init(block, sizeof block);
}

static void received(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct conn *conn = stream->data;
	if (conn->closing)
		return;
	if (n < 0)
		conn_close(conn, n == UV_EOF ? "closed by the other end" : "connection lost");
	else if (n > 0)
		conn->events.bytes(conn->events.ctx, conn, span_of(buf->base, (size_t)n));
}

/* N2: reading goes on and off with the queue. */
static void read_more(struct conn *conn)
{
	bool want = conn->started && !conn->closing && conn->queued_bytes <= CONN_QUEUE_STOP_BYTES;
	if (want == conn->reading)
		return;
	conn->reading = want;
	if (!want)
		uv_read_stop((uv_stream_t *)&conn->tcp);
	else if (uv_read_start((uv_stream_t *)&conn->tcp, lend_block, received) != 0)
		conn_close(conn, "connection cannot be read");
}

static void set_up(struct conn *conn)
{
	int fd, ms = CONN_DEAD_MS;
	uv_tcp_nodelay(&conn->tcp, 1);
	if (uv_fileno((uv_handle_t *)&conn->tcp, &fd) == 0)
		setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms); /* N3 */
}

static struct conn *blank(struct loop *loop)
{
	struct conn *conn = calloc(1, sizeof *conn);
	if (conn == NULL)
		return NULL;
	uv_tcp_init(loop_uv(loop), &conn->tcp);
	conn->tcp.data = conn;
	conn->why = "";
	return conn;
}

struct fault conn_accept(struct loop *loop, struct uv_stream_s *listening, struct conn **out)
{
	struct conn *conn = blank(loop);
	if (conn == NULL)
		return fault_of(FAULT_LIMIT, "memory for a connection");
	if (uv_accept(listening, (uv_stream_t *)&conn->tcp) != 0) {
		conn_close(conn, "");
		return fault_of(FAULT_LIMIT, "connection could not be accepted");
	}
	set_up(conn);
	*out = conn;
	return fault_none();
}

static void dialled(uv_connect_t *dial, int status)
{
	struct conn *conn = dial->data;
	if (conn->closing)
		return;
	if (status != 0) {
		conn_close(conn, status == UV_ECONNREFUSED ? "nobody listens at the central node's address"
							   : "the central node cannot be reached");
		return;
	}
	set_up(conn);
	conn->connected(conn->events.ctx, conn);
	conn->started = true;
	read_more(conn);
}

struct fault conn_dial(struct loop *loop, const struct sockaddr *address, const struct conn_events *events,
		       void (*connected)(void *ctx, struct conn *conn), struct conn **out)
{
	struct conn *conn = blank(loop);
	if (conn == NULL)
		return fault_of(FAULT_LIMIT, "memory for a connection");
	conn->dial.data = conn;
	conn->connected = connected;
	if (uv_tcp_connect(&conn->dial, &conn->tcp, address, dialled) != 0) {
		conn_close(conn, "");
		return fault_of(FAULT_LATER, "the central node cannot be reached");
	}
	conn->events = *events;
	*out = conn;
	return fault_none();
}

void conn_start(struct conn *conn, const struct conn_events *events)
{
	ASSERT(!conn->started);
	conn->events = *events;
	conn->started = true;
	read_more(conn);
}

static void written(uv_write_t *uv, int status)
{
	struct write *w = (struct write *)uv;
	struct conn *conn = w->conn;
	conn->queued_bytes -= w->bytes;
	free(w);
	if (status != 0)
		conn_close(conn, "connection lost");
	else
		read_more(conn);
}

void conn_send(struct conn *conn, struct span bytes)
{
	if (conn->closing || bytes.len == 0)
		return;
	if (conn->queued_bytes == 0) {
		uv_buf_t now = uv_buf_init((char *)(uintptr_t)bytes.data, (unsigned)bytes.len);
		int n = uv_try_write((uv_stream_t *)&conn->tcp, &now, 1);
		if (n > 0)
			bytes = span_of(bytes.data + n, bytes.len - (size_t)n);
		if (bytes.len == 0)
			return;
	}
	struct write *w = conn->queued_bytes + bytes.len > CONN_QUEUE_MAX_BYTES ? NULL : malloc(sizeof *w + bytes.len);
	if (w == NULL) {
		conn_close(conn, "the other end does not read"); /* N2 */
		return;
	}
	*w = (struct write){ .conn = conn, .bytes = bytes.len };
	memcpy(w->data, bytes.data, bytes.len);
	uv_buf_t buf = uv_buf_init((char *)w->data, (unsigned)bytes.len);
	conn->queued_bytes += bytes.len;
	if (uv_write(&w->uv, (uv_stream_t *)&conn->tcp, &buf, 1, written) != 0) {
		conn->queued_bytes -= bytes.len;
		free(w);
		conn_close(conn, "connection lost");
		return;
	}
	read_more(conn);
}

static void handle_closed(uv_handle_t *handle)
{
	struct conn *conn = handle->data;
	if (conn->events.closed != NULL)
		conn->events.closed(conn->events.ctx, conn, conn->why);
	free(conn);
}

void conn_close(struct conn *conn, const char *why)
{
	if (conn->closing)
		return;
	conn->closing = true;
	conn->why = why;
	uv_close((uv_handle_t *)&conn->tcp, handle_closed);
}

size_t conn_prefix(const struct conn *conn, uint8_t out[static CONN_PREFIX_BYTES_MAX])
{
	struct sockaddr_storage peer;
	int len = sizeof peer;
	if (uv_tcp_getpeername(&conn->tcp, (struct sockaddr *)&peer, &len) != 0)
		return 0;
	if (peer.ss_family == AF_INET) {
		memcpy(out, &((struct sockaddr_in *)&peer)->sin_addr, 3);
		return 3;
	}
	memcpy(out, &((struct sockaddr_in6 *)&peer)->sin6_addr, 7);
	return 7;
}
