/* conn - one TCP connection: bytes in, bytes out, a bounded queue between.
 *
 * Owns its socket. Bytes given to conn_send are copied, written at once as far
 * as the socket takes them, and queued behind that.
 *
 * N1  `closed` comes exactly once, never from inside a call of this module, and
 *     the connection is freed after it.
 * N2  While more than CONN_QUEUE_STOP_BYTES wait to be written nothing is read;
 *     above CONN_QUEUE_MAX_BYTES the connection is closed.
 * N3  What the other end does not acknowledge within CONN_DEAD_MS ends it.
 */
#ifndef JALKA_IO_CONN_H
#define JALKA_IO_CONN_H

#include "io/loop.h"

enum {
	CONN_QUEUE_STOP_BYTES = 64 * 1024,
	CONN_QUEUE_MAX_BYTES = 1024 * 1024,
	CONN_DEAD_MS = 120 * 1000,
};

struct conn;
struct uv_stream_s;

struct conn_events {
	void *ctx;
	void (*bytes)(void *ctx, struct conn *conn, struct span bytes);
	void (*closed)(void *ctx, struct conn *conn, const char *why);
};

/* Accepts from a listening stream. */
struct fault conn_accept(struct loop *loop, struct uv_stream_s *listening, struct conn **out);

struct sockaddr;
/* Begins to connect; `connected` of conn_dial is called once or `closed` comes. */
struct fault conn_dial(struct loop *loop, const struct sockaddr *address, const struct conn_events *events,
		       void (*connected)(void *ctx, struct conn *conn), struct conn **out);

/* Begins to read. */
void conn_start(struct conn *conn, const struct conn_events *events);
void conn_send(struct conn *conn, struct span bytes);
/* Closes; what is queued is dropped. `why` is a literal. */
void conn_close(struct conn *conn, const char *why);

/* The peer's address cut to its network: 3 bytes of IPv4, 7 of IPv6. */
enum { CONN_PREFIX_BYTES_MAX = 8 };
size_t conn_prefix(const struct conn *conn, uint8_t out[static CONN_PREFIX_BYTES_MAX]);

#endif
