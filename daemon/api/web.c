/* web - routes what the gate let pass: files, sign-in, calls, the stream. */
#include "api/web.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"

enum { HEADERS_MAX = 16, STREAMS_MAX = 64, BEAT_BYTES = 4, CONNECTIONS_MAX = 1000 };

/* A call whose answer is being collected, or one asked for a stream. */
struct call {
	struct http_exchange *exchange;
	struct answer *waiting;
	uint8_t *bytes;
	size_t len, room;
	bool failed;
};

struct stream {
	struct http_exchange *exchange; /* NULL: a free place */
	uint64_t number;                /* of its session */
};

struct web {
	struct web_user user;
	struct http *http;
	struct stream streams[STREAMS_MAX];
	char origin[WEB_ORIGIN_BYTES];
	struct web_gate gate;
};

/* ---- headers ---- */

#define HEADER(name, value) { { (const uint8_t *)(name), sizeof(name) - 1 }, { (const uint8_t *)(value), sizeof(value) - 1 } }

/* On every answer (E3). The page is ours, its scripts and styles are files of ours,
 * nothing of it may be framed, and text never becomes code. */
static const struct http_header page_headers[] = {
	HEADER("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
		"connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"),
	HEADER("Cross-Origin-Opener-Policy", "same-origin"),
	HEADER("Cross-Origin-Resource-Policy", "same-origin"),
	HEADER("Cross-Origin-Embedder-Policy", "require-corp"),
	HEADER("X-Content-Type-Options", "nosniff"),
	HEADER("Referrer-Policy", "no-referrer"),
	HEADER("Permissions-Policy", "camera=(), microphone=(), geolocation=(), display-capture=()"),
	HEADER("Vary", "Accept-Encoding, Origin, Sec-Fetch-Site"),
};
enum { PAGE_HEADERS = sizeof page_headers / sizeof page_headers[0] };

struct headers {
	struct http_header all[HEADERS_MAX];
	size_t count;
};

static void add(struct headers *headers, const char *name, const char *value)
{
	headers->all[headers->count++] = (struct http_header){ span_text(name), span_text(value) };
}

static struct headers headers_of(const char *type, const char *caching)
{
	struct headers headers = { .count = PAGE_HEADERS };
	memcpy(headers.all, page_headers, sizeof page_headers);
	add(&headers, "Content-Type", type);
	add(&headers, "Cache-Control", caching);
	return headers;
}

void web_say(struct http_exchange *exchange, unsigned status, const char *text)
{
	struct headers headers = headers_of("text/plain; charset=utf-8", "no-store");
	struct http_reply reply = { .status = status, .body = span_text(text), .header_count = headers.count, .headers = headers.all };
	http_reply(exchange, &reply);
}

/* ---- files ---- */

struct span web_header(const struct http_head *head, const char *name)
{
	for (size_t i = 0; i < head->header_count; i++)
		if (head->headers[i].name.len == strlen(name) &&
		    strncasecmp((const char *)head->headers[i].name.data, name, strlen(name)) == 0)
			return head->headers[i].value;
	return (struct span){ NULL, 0 };
}

static bool mentions(struct span value, const char *word)
{
	return value.data != NULL && memmem(value.data, value.len, word, strlen(word)) != NULL;
}

static void reply_asset(struct http_exchange *exchange, const struct http_head *head, const struct web_asset *asset)
{
	struct headers headers = headers_of(asset->type, asset->lasting ? "public, max-age=31536000, immutable" : "no-cache");
	struct span accepted = web_header(head, "accept-encoding");
	struct span body = span_of(asset->raw, (size_t)(asset->raw_end - asset->raw));
	struct http_reply reply = { .status = 200, .lasting = true };
	add(&headers, "ETag", asset->tag);
	if (mentions(web_header(head, "if-none-match"), asset->tag)) {
		reply.status = 304;
		body.len = 0;
	} else if (asset->brotli != NULL && mentions(accepted, "br")) {
		body = span_of(asset->brotli, (size_t)(asset->brotli_end - asset->brotli));
		add(&headers, "Content-Encoding", "br");
	} else if (asset->gzip != NULL && mentions(accepted, "gzip")) {
		body = span_of(asset->gzip, (size_t)(asset->gzip_end - asset->gzip));
		add(&headers, "Content-Encoding", "gzip");
	}
	reply.body = body;
	reply.header_count = headers.count;
	reply.headers = headers.all;
	http_reply(exchange, &reply);
}

static void take_asset(const struct web *web, struct http_exchange *exchange, const struct http_head *head)
{
	const char *path = strcmp(head->target, "/") == 0 ? web->user.home : head->target;
	for (unsigned i = 0; i < web_assets_count; i++) {
		if ((web_assets[i].whose & web->user.assets) != 0 && strcmp(web_assets[i].path, path) == 0) {
			reply_asset(exchange, head, &web_assets[i]);
			return;
		}
	}
	web_say(exchange, 404, "there is no such page here\n");
}

/* ---- calls ---- */

static void call_free(struct call *call)
{
	if (call->bytes != NULL)
		sodium_memzero(call->bytes, call->len);
	free(call->bytes);
	free(call);
}

static bool call_keep(struct call *call, struct span frame)
{
	if (call->len + frame.len > call->room) {
		size_t room = call->room == 0 ? 8192 : call->room;
		while (room < call->len + frame.len)
			room *= 2;
		uint8_t *grown = realloc(call->bytes, room);
		if (grown == NULL)
			return false;
		call->bytes = grown;
		call->room = room;
	}
	memcpy(call->bytes + call->len, frame.data, frame.len);
	call->len += frame.len;
	return true;
}

static void call_reply(struct call *call)
{
	struct headers headers = headers_of("application/x-protobuf", "no-store");
	struct http_reply reply = { .status = 200, .body = span_of(call->bytes, call->len), .header_count = headers.count,
				    .headers = headers.all };
	http_exchange_keep(call->exchange, NULL);
	if (call->failed)
		web_say(call->exchange, 503, "no memory for the answer\n");
	else
		http_reply(call->exchange, &reply);
	call_free(call);
}

static void call_send(void *ctx, struct span frame, bool last)
{
	struct call *call = ctx;
	call->failed = call->failed || !call_keep(call, frame);
	if (!last)
		return;
	call->waiting = NULL;
	call_reply(call);
}

static size_t call_queued(void *ctx)
{
	return ((struct call *)ctx)->len;
}

void web_take(struct http_exchange *exchange, const struct request_target *target, uint8_t *body, size_t len)
{
	struct request_target copy = *target;
	struct call *call = len == 0 ? NULL : calloc(1, sizeof *call);
	if (call == NULL) {
		web_say(exchange, len == 0 ? 400 : 503, len == 0 ? "the request is empty\n" : "no memory for the request\n");
		return;
	}
	call->exchange = exchange;
	http_exchange_keep(exchange, call);
	struct answer_sink sink = { .ctx = call, .send = call_send, .queued_bytes = call_queued };
	/* Once the answer is finished the call is gone; `waiting` is only written before. */
	(void)request_take(&copy, body, len, &sink, &call->waiting);
}

/* ---- the stream ---- */

struct collected {
	uint8_t bytes[16 * 1024];
	size_t len;
	bool whole;
};

static void collect(void *ctx, struct span frame, bool last)
{
	struct collected *collected = ctx;
	if (!last || frame.len > sizeof collected->bytes)
		return;
	memcpy(collected->bytes, frame.data, frame.len);
	collected->len = frame.len;
	collected->whole = true;
}

static size_t nothing_queued(void *ctx)
{
	(void)ctx;
	return 0;
}

/* The answer to `status`, as any client would get it. */
static void status_now(struct web *web, struct collected *out)
{
	uint8_t request[] = { jalka_Request_status_tag << 3 | 2, 0 };
	struct answer *waiting;
	struct answer_sink sink = { .ctx = out, .send = collect, .queued_bytes = nothing_queued };
	out->whole = false;
	(void)request_take(&web->user.target, request, sizeof request, &sink, &waiting);
}

static void tell(struct http_exchange *stream, const struct collected *status)
{
	if (status->whole && !http_stream_put(stream, span_of(status->bytes, status->len)))
		http_stream_end(stream); /* it comes back and gets what holds then */
}

bool web_listened(const struct web *web)
{
	for (size_t i = 0; i < STREAMS_MAX; i++)
		if (web->streams[i].exchange != NULL)
			return true;
	return false;
}

void web_tell(struct web *web)
{
	static struct collected status;
	if (!web_listened(web))
		return;
	status_now(web, &status);
	for (size_t i = 0; i < STREAMS_MAX; i++)
		if (web->streams[i].exchange != NULL)
			tell(web->streams[i].exchange, &status);
	sodium_memzero(&status, sizeof status);
}

void web_end_streams(struct web *web, uint64_t number)
{
	for (size_t i = 0; i < STREAMS_MAX; i++)
		if (web->streams[i].exchange != NULL && web->streams[i].number == number)
			http_stream_end(web->streams[i].exchange);
}

static void take_stream(struct web *web, struct http_exchange *exchange, uint64_t number)
{
	static struct collected status;
	static const uint8_t beat[BEAT_BYTES] = { 0 };
	struct headers headers = headers_of("application/x-protobuf", "no-store");
	struct http_reply reply = { .status = 200, .header_count = headers.count, .headers = headers.all };
	size_t place = 0;
	add(&headers, "X-Accel-Buffering", "no"); /* nginx passes each piece on at once */
	reply.header_count = headers.count;
	while (place < STREAMS_MAX && web->streams[place].exchange != NULL)
		place++;
	if (place == STREAMS_MAX) {
		web_say(exchange, 503, "too many windows listen already: close one\n");
		return;
	}
	http_stream(exchange, &reply, span_of(beat, sizeof beat));
	web->streams[place] = (struct stream){ exchange, number };
	http_exchange_keep(exchange, web->streams);
	status_now(web, &status);
	tell(exchange, &status);
	sodium_memzero(&status, sizeof status);
}

/* ---- what http tells ---- */

static bool head(void *ctx, const struct http_head *head_, size_t *body_max, struct http_reply *reply)
{
	static struct headers headers;
	struct web *web = ctx;
	struct request_target target;
	uint64_t number;
	struct web_gate_verdict verdict = web_gate_judge(&web->gate, head_);
	bool is_somebodys = verdict.status == 0 && (verdict.route == WEB_GATE_API || verdict.route == WEB_GATE_EVENTS);
	*body_max = verdict.route == WEB_GATE_API ? LIMIT_REQUEST_BYTES : verdict.route == WEB_GATE_SIGN_IN ? web->user.sign_in_bytes_max : 0;
	if (is_somebodys && !web->user.holds(web->user.ctx, verdict.session, false, &target, &number))
		verdict = (struct web_gate_verdict){ .status = 401, .why = web->user.over };
	struct span length = web_header(head_, "content-length");
	if (verdict.status == 0 && length.data != NULL && (length.len > 7 || strtoul((const char *)length.data, NULL, 10) > *body_max))
		verdict = (struct web_gate_verdict){ .status = 413, .why = "the request is too long" };
	if (verdict.status == 0)
		return true;
	headers = headers_of("text/plain; charset=utf-8", "no-store");
	*reply = (struct http_reply){ .status = verdict.status, .body = span_text(verdict.why), .lasting = true,
				      .header_count = headers.count, .headers = headers.all };
	return false;
}

/* What is somebody's is asked for again: a session may have ended while the body came. */
static void take_somebodys(struct web *web, struct http_exchange *exchange, const struct web_gate_verdict *verdict, uint8_t *body,
			   size_t len)
{
	struct request_target target = { .profile = NULL };
	uint64_t number = 0;
	if (!web->user.holds(web->user.ctx, verdict->session, true, &target, &number))
		web_say(exchange, 401, web->user.over);
	else if (verdict->route == WEB_GATE_API)
		web_take(exchange, &target, body, len);
	else
		take_stream(web, exchange, number);
}

static void whole(void *ctx, struct http_exchange *exchange, const struct http_head *head_, uint8_t *body, size_t len)
{
	struct web *web = ctx;
	struct web_gate_verdict verdict = web_gate_judge(&web->gate, head_);
	switch (verdict.route) {
	case WEB_GATE_ASSET:
		take_asset(web, exchange, head_);
		return;
	case WEB_GATE_SIGN_IN:
		web->user.sign_in(web->user.ctx, exchange, head_, body, len);
		return;
	case WEB_GATE_API:
	case WEB_GATE_EVENTS:
		take_somebodys(web, exchange, &verdict, body, len);
		return;
	}
}

static void gone(void *ctx, struct http_exchange *exchange)
{
	struct web *web = ctx;
	void *kept = http_exchange_kept(exchange);
	if (kept == web->streams) {
		for (size_t i = 0; i < STREAMS_MAX; i++)
			if (web->streams[i].exchange == exchange)
				web->streams[i].exchange = NULL;
	} else if (kept != NULL) {
		struct call *call = kept;
		if (call->waiting != NULL)
			answer_orphan(call->waiting);
		call_free(call);
	}
}

/* ---- opening ---- */

struct fault web_open(struct loop *loop, int fd, const struct web_user *user, const char *place, const char *origin, struct web **out)
{
	struct web *web = calloc(1, sizeof *web);
	if (web == NULL) {
		close(fd);
		return fault_of(FAULT_LIMIT, "memory for the web client");
	}
	web->user = *user;
	snprintf(web->origin, sizeof web->origin, "%s%s", origin != NULL ? "" : "http://", origin != NULL ? origin : place);
	web->gate = (struct web_gate){ .host = strstr(web->origin, "//") + 2, .origin = web->origin,
				       .sign_in = user->sign_in_path, .words = user->words };
	struct http_config config = { .fd = fd, .connections_max = CONNECTIONS_MAX, .anybody = user->anybody,
				      .serves = { .ctx = web, .head = head, .whole = whole, .gone = gone } };
	struct fault f = http_open(loop, &config, &web->http);
	if (fault_is(f)) {
		free(web);
		return f;
	}
	*out = web;
	return fault_none();
}

const char *web_origin(const struct web *web)
{
	return web->origin;
}

uint16_t web_port(const struct web *web)
{
	return http_port(web->http);
}

void web_close(struct web *web)
{
	if (web == NULL)
		return;
	http_close(web->http);
	free(web);
}
