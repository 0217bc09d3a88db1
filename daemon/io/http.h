/* http - HTTP/1.1 on a listening socket: libmicrohttpd on its epoll descriptor in our loop.
 *
 * A request is told twice: its head, before a byte of its body is taken, and then
 * whole. Whoever judges the head may refuse it there; the connection is then closed.
 * What is whole is replied to at once or later, or opened as a stream.
 *
 * H1  Nothing waits for a slow peer: a request whose head is not here in
 *     HTTP_HEAD_MS, or whose body is not in HTTP_BODY_MS, loses its connection.
 * H2  A reply never runs the server from within: it leaves in the loop's next turn.
 * H3  Unless `anybody` is set, only programs of this process's own user are served,
 *     on loopback: the kernel says whose socket the other end is.
 * H4  `gone` is told once for each request that was whole, when nothing more of its
 *     reply can be sent or all of it was; after it the exchange is not to be touched.
 */
#ifndef JALKA_IO_HTTP_H
#define JALKA_IO_HTTP_H

#include "io/loop.h"

enum {
	HTTP_TARGET_BYTES = 256,   /* longer ones are cut, and told as `long_target` */
	HTTP_HEADERS_MAX = 48,
	HTTP_HEAD_MS = 5000,
	HTTP_BODY_MS = 10000,
	HTTP_KEEP_MS = 30000,      /* an idle connection that has been of use */
	HTTP_STREAM_BEAT_MS = 15000,
	HTTP_STREAM_BYTES = 64 * 1024, /* put and not taken yet */
};

struct http;
struct http_exchange;

struct http_header {
	struct span name, value;
};

/* As the peer sent it: nothing unescaped, nothing merged, duplicates stand twice. */
struct http_head {
	const char *method, *target, *version;
	bool long_target, too_many_headers;
	size_t header_count;
	struct http_header headers[HTTP_HEADERS_MAX];
};

struct http_reply {
	unsigned status;
	bool close;                        /* the connection ends with this reply */
	struct span body;                  /* copied unless `lasting` */
	bool lasting;                      /* body outlives the server */
	size_t header_count;
	const struct http_header *headers; /* values end with a zero byte; copied */
};

struct http_serves {
	void *ctx;
	/* True: take the rest of it, `body_max` bytes of body at most. False: refused, with *reply filled in. */
	bool (*head)(void *ctx, const struct http_head *head, size_t *body_max, struct http_reply *reply);
	/* `body` may be overwritten (wiped); it is freed when this returns. */
	void (*whole)(void *ctx, struct http_exchange *exchange, const struct http_head *head, uint8_t *body, size_t len);
	void (*gone)(void *ctx, struct http_exchange *exchange);
};

struct http_config {
	int fd;                   /* listening; the server's from the call on, whatever comes of it */
	unsigned connections_max; /* beyond them nobody is accepted; those that ask for nothing give way before */
	bool anybody;             /* H3 */
	struct http_serves serves;
};

struct fault http_open(struct loop *loop, const struct http_config *config, struct http **out);
uint16_t http_port(const struct http *http); /* 0: of no port */
void http_close(struct http *http); /* NULL is allowed; tells `gone` of all */

/* Once for each whole request. */
void http_reply(struct http_exchange *exchange, const struct http_reply *reply);
/* Replies with what http_stream_put brings, until http_stream_end. `beat` is sent when
 * nothing was for HTTP_STREAM_BEAT_MS, so that a peer that went is noticed. */
void http_stream(struct http_exchange *exchange, const struct http_reply *reply, struct span beat);
/* False: the peer takes too little of it; nothing is put, and the stream should be ended. */
bool http_stream_put(struct http_exchange *exchange, struct span bytes);
void http_stream_end(struct http_exchange *exchange);

/* The caller's own, for `gone`. */
void http_exchange_keep(struct http_exchange *exchange, void *data);
void *http_exchange_kept(const struct http_exchange *exchange);

#endif
