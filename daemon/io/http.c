/* http - the server: libmicrohttpd run from a uv_poll on its epoll descriptor.
 *
 * One exchange stands for one connection and is used anew for each of its requests.
 * A request that waits for its reply, and a stream with nothing to send, is suspended:
 * libmicrohttpd does not look at it, so its end is only noticed by writing (the beat).
 */
#include "io/http.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/assert.h"
#include "io/timer.h"

enum { POOL_BYTES = 32 * 1024, BEAT_BYTES_MAX = 16 };

/* Where a connection is in its request. */
enum stage {
	IDLE,      /* its head is not whole */
	BODY,
	WAITING,   /* whole; the reply may come */
	REPLYING,  /* the reply is the server's, or is a stream */
	STREAMING,
};

struct http_exchange {
	struct http_exchange *next, **link;
	struct http *http;
	struct MHD_Connection *mhd;
	int fd;
	uint64_t deadline_ms; /* to lose its connection, or in a stream to beat */
	enum stage stage;
	bool of_others, of_use, suspended, told_whole, overflow;
	char target[HTTP_TARGET_BYTES];
	struct http_head head;
	uint8_t *body;
	size_t body_len, body_room, body_max;
	struct MHD_Response *reply; /* made, not handed over */
	unsigned status;
	void *kept;
	/* of a stream */
	uint8_t *bytes;
	size_t bytes_len, bytes_sent;
	bool ending;
	uint8_t beat[BEAT_BYTES_MAX];
	size_t beat_len;
};

struct http {
	struct loop *loop;
	struct http_serves serves;
	struct MHD_Daemon *daemon;
	uv_poll_t poll;
	uv_timer_t again; /* libmicrohttpd wants to run, or somebody was resumed */
	unsigned handles;
	struct timer *sweep;
	uint64_t sweep_ms; /* when it rings; UINT64_MAX: not set */
	struct http_exchange *all;
	size_t count, count_max;
	uint16_t port;
	bool anybody, closing;
};

/* ---- running the server ---- */

static void pump(struct http *http);

static void ring(uv_timer_t *timer)
{
	pump(timer->data);
}

/* From the loop alone, never from a callback of the server (H2). */
static void pump(struct http *http)
{
	MHD_UNSIGNED_LONG_LONG ms;
	MHD_run(http->daemon);
	if (MHD_get_timeout(http->daemon, &ms) == MHD_YES)
		uv_timer_start(&http->again, ring, ms, 0);
}

static void readable(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	pump(poll->data);
}

static void resume(struct http_exchange *x)
{
	if (!x->suspended)
		return;
	x->suspended = false;
	MHD_resume_connection(x->mhd);
	uv_timer_start(&x->http->again, ring, 0, 0);
}

static void suspend(struct http_exchange *x)
{
	x->suspended = true;
	MHD_suspend_connection(x->mhd);
}

static void set_deadline(struct http_exchange *x, uint64_t ms)
{
	struct http *http = x->http;
	x->deadline_ms = ms;
	if (ms < http->sweep_ms) {
		http->sweep_ms = ms;
		timer_at(http->sweep, ms);
	}
}

/* A peer that has not taken what was put a beat ago is gone or stuck. */
static void put_beat(struct http_exchange *x)
{
	x->deadline_ms = UINT64_MAX;
	if (x->bytes_sent < x->bytes_len || !http_stream_put(x, span_of(x->beat, x->beat_len))) {
		shutdown(x->fd, SHUT_RDWR);
		resume(x);
	}
}

/* What is overdue loses its connection: libmicrohttpd sees the end and clears up. */
static void sweep(void *ctx)
{
	struct http *http = ctx;
	uint64_t now = loop_mono_ms(), next = UINT64_MAX;
	http->sweep_ms = UINT64_MAX;
	for (struct http_exchange *x = http->all; x != NULL; x = x->next) {
		if (x->deadline_ms <= now && x->stage == STREAMING) {
			put_beat(x);
		} else if (x->deadline_ms <= now) {
			shutdown(x->fd, SHUT_RDWR);
			x->deadline_ms = UINT64_MAX;
		}
		next = x->deadline_ms < next ? x->deadline_ms : next;
	}
	if (next < http->sweep_ms)
		http->sweep_ms = next;
	timer_at(http->sweep, http->sweep_ms);
}

/* ---- replies ---- */

static struct MHD_Response *make_reply(const struct http_reply *reply)
{
	/* libmicrohttpd copies a body it is told must be copied and frees nothing of ours. */
	struct MHD_Response *made = MHD_create_response_from_buffer(
		reply->body.len, (void *)(uintptr_t)reply->body.data,
		reply->lasting ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);
	return made;
}

static void add_headers(struct MHD_Response *made, const struct http_reply *reply)
{
	for (size_t i = 0; i < reply->header_count; i++)
		MHD_add_response_header(made, (const char *)reply->headers[i].name.data,
					(const char *)reply->headers[i].value.data);
	if (reply->close)
		MHD_add_response_header(made, "Connection", "close");
}

/* Hands the reply over, inside a callback of the server. No reply: the connection ends. */
static enum MHD_Result hand_over(struct http_exchange *x)
{
	if (x->reply == NULL)
		return MHD_NO;
	enum MHD_Result queued = MHD_queue_response(x->mhd, x->status, x->reply);
	MHD_destroy_response(x->reply);
	x->reply = NULL;
	return queued;
}

void http_reply(struct http_exchange *x, const struct http_reply *reply)
{
	ASSERT(x->stage == WAITING);
	x->reply = make_reply(reply);
	x->status = reply->status;
	x->stage = REPLYING;
	if (x->reply != NULL)
		add_headers(x->reply, reply);
	set_deadline(x, loop_mono_ms() + HTTP_KEEP_MS);
	resume(x);
}

static ssize_t read_stream(void *ctx, uint64_t at, char *out, size_t room)
{
	struct http_exchange *x = ctx;
	(void)at;
	size_t len = x->bytes_len - x->bytes_sent;
	if (len == 0 && (x->ending || x->http->closing))
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (len == 0) {
		suspend(x);
		return 0;
	}
	len = len < room ? len : room;
	memcpy(out, x->bytes + x->bytes_sent, len);
	x->bytes_sent += len;
	return (ssize_t)len;
}

void http_stream(struct http_exchange *x, const struct http_reply *reply, struct span beat)
{
	ASSERT(x->stage == WAITING && beat.len <= sizeof x->beat);
	memcpy(x->beat, beat.data, beat.len);
	x->beat_len = beat.len;
	x->reply = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16 * 1024, read_stream, x, NULL);
	x->status = reply->status;
	x->stage = STREAMING;
	if (x->reply != NULL)
		add_headers(x->reply, reply);
	set_deadline(x, loop_mono_ms() + HTTP_STREAM_BEAT_MS);
	resume(x);
}

bool http_stream_put(struct http_exchange *x, struct span bytes)
{
	ASSERT(x->stage == STREAMING);
	size_t left = x->bytes_len - x->bytes_sent;
	if (x->ending || left + bytes.len > HTTP_STREAM_BYTES)
		return false;
	uint8_t *room = malloc(left + bytes.len);
	if (room == NULL)
		return false;
	if (left != 0)
		memcpy(room, x->bytes + x->bytes_sent, left);
	memcpy(room + left, bytes.data, bytes.len);
	free(x->bytes);
	x->bytes = room;
	x->bytes_len = left + bytes.len;
	x->bytes_sent = 0;
	x->deadline_ms = left == 0 ? loop_mono_ms() + HTTP_STREAM_BEAT_MS : x->deadline_ms;
	resume(x);
	return true;
}

void http_stream_end(struct http_exchange *x)
{
	ASSERT(x->stage == STREAMING);
	x->ending = true;
	resume(x);
}

void http_exchange_keep(struct http_exchange *x, void *data)
{
	x->kept = data;
}

void *http_exchange_kept(const struct http_exchange *x)
{
	return x->kept;
}

/* ---- requests ---- */

static enum MHD_Result keep_header(void *ctx, enum MHD_ValueKind kind, const char *name, size_t name_len,
				   const char *value, size_t value_len)
{
	struct http_head *head = ctx;
	(void)kind;
	if (head->header_count == HTTP_HEADERS_MAX) {
		head->too_many_headers = true;
		return MHD_NO;
	}
	head->headers[head->header_count++] = (struct http_header){
		.name = span_of(name, name_len), .value = span_of(value != NULL ? value : "", value_len) };
	return MHD_YES;
}

static enum MHD_Result take_head(struct http_exchange *x, const char *method, const char *version)
{
	const struct http_serves *serves = &x->http->serves;
	struct http_reply refusal = { .status = 0 };
	bool long_target = x->head.long_target;
	x->head = (struct http_head){ .method = method, .target = x->target, .version = version, .long_target = long_target };
	MHD_get_connection_values_n(x->mhd, MHD_HEADER_KIND, keep_header, &x->head);
	if (serves->head(serves->ctx, &x->head, &x->body_max, &refusal)) {
		x->stage = BODY;
		set_deadline(x, loop_mono_ms() + HTTP_BODY_MS);
		return MHD_YES;
	}
	refusal.close = true;
	x->stage = REPLYING;
	x->reply = make_reply(&refusal);
	x->status = refusal.status;
	if (x->reply != NULL)
		add_headers(x->reply, &refusal);
	return hand_over(x);
}

static void take_body(struct http_exchange *x, const char *data, size_t len)
{
	if (len > x->body_max - x->body_len) {
		x->overflow = true;
		return;
	}
	if (x->body_len + len > x->body_room) {
		size_t room = x->body_room == 0 ? 4096 : x->body_room;
		while (room < x->body_len + len)
			room *= 2;
		uint8_t *grown = malloc(room);
		if (grown == NULL) {
			x->overflow = true;
			return;
		}
		if (x->body != NULL)
			memcpy(grown, x->body, x->body_len);
		/* Moved by hand, for the old block may hold a passphrase. */
		if (x->body != NULL)
			sodium_memzero(x->body, x->body_len);
		free(x->body);
		x->body = grown;
		x->body_room = room;
	}
	memcpy(x->body + x->body_len, data, len);
	x->body_len += len;
}

static void drop_body(struct http_exchange *x)
{
	if (x->body != NULL)
		sodium_memzero(x->body, x->body_room);
	free(x->body);
	x->body = NULL;
	x->body_len = x->body_room = 0;
}

static enum MHD_Result take_whole(struct http_exchange *x)
{
	const struct http_serves *serves = &x->http->serves;
	if (x->overflow)
		return MHD_NO;
	x->stage = WAITING;
	x->of_use = true;
	x->told_whole = true;
	set_deadline(x, UINT64_MAX);
	serves->whole(serves->ctx, x, &x->head, x->body, x->body_len);
	drop_body(x);
	if (x->stage != WAITING)
		return hand_over(x);
	suspend(x);
	return MHD_YES;
}

static struct http_exchange *exchange_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info == NULL ? NULL : info->socket_context;
}

/* The target as it stands in the request line. */
static void *note_target(void *ctx, const char *uri, struct MHD_Connection *mhd)
{
	struct http_exchange *x = exchange_of(mhd);
	(void)ctx;
	if (x != NULL) {
		int n = snprintf(x->target, sizeof x->target, "%s", uri);
		x->head.long_target = n < 0 || (size_t)n >= sizeof x->target;
	}
	return NULL;
}

static enum MHD_Result access_request(void *ctx, struct MHD_Connection *mhd, const char *url, const char *method,
				      const char *version, const char *data, size_t *len, void **own)
{
	struct http_exchange *x = exchange_of(mhd);
	(void)ctx;
	(void)url;
	if (x == NULL || x->of_others || x->http->closing)
		return MHD_NO;
	*own = x;
	switch (x->stage) {
	case IDLE:
		return take_head(x, method, version);
	case BODY:
		if (*len == 0)
			return take_whole(x);
		take_body(x, data, *len);
		*len = 0;
		return MHD_YES;
	case WAITING:
	case REPLYING:
	case STREAMING:
		break;
	}
	return hand_over(x);
}

static void completed(void *ctx, struct MHD_Connection *mhd, void **own, enum MHD_RequestTerminationCode why)
{
	struct http *http = ctx;
	struct http_exchange *x = *own;
	(void)mhd;
	(void)why;
	if (x == NULL)
		return;
	if (x->told_whole)
		http->serves.gone(http->serves.ctx, x);
	drop_body(x);
	if (x->reply != NULL)
		MHD_destroy_response(x->reply);
	if (x->bytes != NULL)
		sodium_memzero(x->bytes, x->bytes_len);
	free(x->bytes);
	x->bytes = NULL;
	x->reply = NULL;
	x->kept = NULL;
	x->bytes_len = x->bytes_sent = 0;
	x->told_whole = x->overflow = x->ending = false;
	x->stage = IDLE;
	set_deadline(x, loop_mono_ms() + HTTP_KEEP_MS);
	*own = NULL;
}

/* ---- connections ---- */

/* Asks the kernel for the socket at the peer's end of a connection. False: it knows none. */
static bool find_owner(const struct sockaddr_in *peer, const struct sockaddr_in *own, uid_t *out)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 ask;
	} request = {
		.head = { .nlmsg_len = sizeof request, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST },
		.ask = { .sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP, .idiag_states = UINT32_MAX,
			 .id = { .idiag_sport = peer->sin_port, .idiag_dport = own->sin_port,
				 .idiag_src = { peer->sin_addr.s_addr }, .idiag_dst = { own->sin_addr.s_addr },
				 .idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE } } },
	};
	union {
		struct nlmsghdr head;
		uint8_t bytes[1024];
	} answer;
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	bool asked = fd >= 0 && send(fd, &request, sizeof request, 0) == (ssize_t)sizeof request;
	ssize_t got = asked ? recv(fd, &answer, sizeof answer, 0) : -1;
	if (fd >= 0)
		close(fd);
	if (got < (ssize_t)NLMSG_LENGTH(sizeof(struct inet_diag_msg)) || answer.head.nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return false;
	*out = ((struct inet_diag_msg *)NLMSG_DATA(&answer.head))->idiag_uid;
	return true;
}

/* H3 */
static bool is_own_user(int fd)
{
	struct sockaddr_in peer, own;
	socklen_t peer_len = sizeof peer, own_len = sizeof own;
	uid_t uid = (uid_t)-1;
	return getpeername(fd, (struct sockaddr *)&peer, &peer_len) == 0 && peer.sin_family == AF_INET &&
	       getsockname(fd, (struct sockaddr *)&own, &own_len) == 0 && find_owner(&peer, &own, &uid) && uid == geteuid();
}

/* Somebody holds many sockets open: those that never asked for anything go first. */
static void make_room(struct http *http)
{
	struct http_exchange *oldest = NULL;
	for (struct http_exchange *x = http->all; x != NULL; x = x->next)
		if (x->stage == IDLE && !x->of_use && x->deadline_ms != UINT64_MAX)
			oldest = x;
	if (oldest != NULL) {
		shutdown(oldest->fd, SHUT_RDWR);
		oldest->deadline_ms = UINT64_MAX;
	}
}

static void notify(void *ctx, struct MHD_Connection *mhd, void **own, enum MHD_ConnectionNotificationCode what)
{
	struct http *http = ctx;
	struct http_exchange *x = *own;
	switch (what) {
	case MHD_CONNECTION_NOTIFY_STARTED:
		if (http->count >= http->count_max * 3 / 4)
			make_room(http);
		x = calloc(1, sizeof *x);
		*own = x;
		if (x == NULL)
			return;
		*x = (struct http_exchange){ .http = http, .mhd = mhd, .next = http->all, .link = &http->all,
			.fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd };
		if (x->next != NULL)
			x->next->link = &x->next;
		http->all = x;
		http->count++;
		x->of_others = !http->anybody && !is_own_user(x->fd);
		set_deadline(x, loop_mono_ms() + HTTP_HEAD_MS);
		if (x->of_others)
			shutdown(x->fd, SHUT_RDWR);
		return;
	case MHD_CONNECTION_NOTIFY_CLOSED:
		if (x == NULL)
			return;
		*x->link = x->next;
		if (x->next != NULL)
			x->next->link = x->link;
		http->count--;
		drop_body(x);
		free(x);
		*own = NULL;
		return;
	}
}

/* ---- the server ---- */

static void handle_closed(uv_handle_t *handle)
{
	struct http *http = handle->data;
	if (--http->handles == 0)
		free(http);
}

static uint16_t port_of(int fd)
{
	struct sockaddr_storage at = { 0 };
	socklen_t len = sizeof at;
	if (getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		return 0;
	if (at.ss_family == AF_INET)
		return ntohs(((struct sockaddr_in *)&at)->sin_port);
	return at.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&at)->sin6_port) : 0;
}

static void swallow(void *ctx, const char *format, va_list args)
{
	(void)ctx;
	(void)format;
	(void)args; /* a closed tab is no event for the log */
}

static struct MHD_Daemon *start(struct http *http, int fd)
{
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, access_request,
				http, MHD_OPTION_EXTERNAL_LOGGER, swallow, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
				MHD_OPTION_CONNECTION_LIMIT, (unsigned)http->count_max,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1,
				MHD_OPTION_URI_LOG_CALLBACK, note_target, NULL, MHD_OPTION_NOTIFY_COMPLETED, completed, http,
				MHD_OPTION_NOTIFY_CONNECTION, notify, http, MHD_OPTION_END);
}

struct fault http_open(struct loop *loop, const struct http_config *config, struct http **out)
{
	struct http *http = calloc(1, sizeof *http);
	struct fault f = fault_of(FAULT_LIMIT, "memory for a port of HTTP");
	if (http != NULL) {
		*http = (struct http){ .loop = loop, .serves = config->serves, .sweep_ms = UINT64_MAX, .port = port_of(config->fd),
				       .count_max = config->connections_max, .anybody = config->anybody };
		f = timer_open(loop, sweep, http, &http->sweep);
	}
	if (!fault_is(f)) {
		http->daemon = start(http, config->fd);
		if (http->daemon == NULL)
			f = fault_of(FAULT_LIMIT, "a port of HTTP cannot be served");
	}
	if (fault_is(f)) {
		close(config->fd);
		timer_close(http == NULL ? NULL : http->sweep);
		free(http);
		return f;
	}
	uv_poll_init(loop_uv(loop), &http->poll, MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd);
	uv_timer_init(loop_uv(loop), &http->again);
	http->poll.data = http->again.data = http;
	http->handles = 2;
	uv_poll_start(&http->poll, UV_READABLE, readable);
	*out = http;
	return fault_none();
}

uint16_t http_port(const struct http *http)
{
	return http->port;
}

void http_close(struct http *http)
{
	if (http == NULL)
		return;
	http->closing = true;
	/* libmicrohttpd aborts when it is stopped with a suspended connection. */
	for (struct http_exchange *x = http->all; x != NULL; x = x->next)
		resume(x);
	MHD_run(http->daemon);
	uv_poll_stop(&http->poll);
	uv_timer_stop(&http->again);
	MHD_stop_daemon(http->daemon);
	timer_close(http->sweep);
	uv_close((uv_handle_t *)&http->poll, handle_closed);
	uv_close((uv_handle_t *)&http->again, handle_closed);
}
