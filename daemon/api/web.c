/* web - routes what the gate let pass: files, sign-in, calls, the stream. */
#include "api/web.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/web_assets.h"
#include "api/web_gate.h"
#include "api/web_session.h"
#include "base/limits.h"
#include "io/http.h"
#include "io/random.h"

enum { HEADERS_MAX = 16, TOKEN_BYTES = 32, STREAMS_MAX = 8, BEAT_BYTES = 4, CONNECTIONS_MAX = 1000 };

/* A call whose answer is being collected, or one asked for a stream. */
struct call {
	struct http_exchange *exchange;
	struct answer *waiting;
	uint8_t *bytes;
	size_t len, room;
	bool failed;
};

struct web {
	struct http *http;
	struct request_target target;
	struct web_sessions sessions;
	struct profile_watch watch;
	struct http_exchange *streams[STREAMS_MAX];
	char host[32], origin[40];
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

static void say(struct http_exchange *exchange, unsigned status, const char *text)
{
	struct headers headers = headers_of("text/plain; charset=utf-8", "no-store");
	struct http_reply reply = { .status = status, .body = span_text(text), .lasting = true,
				    .header_count = headers.count, .headers = headers.all };
	http_reply(exchange, &reply);
}

/* ---- files ---- */

static struct span header_named(const struct http_head *head, const char *name)
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
	struct span accepted = header_named(head, "accept-encoding");
	struct span body = span_of(asset->raw, (size_t)(asset->raw_end - asset->raw));
	struct http_reply reply = { .status = 200, .lasting = true };
	add(&headers, "ETag", asset->tag);
	if (mentions(header_named(head, "if-none-match"), asset->tag)) {
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

static void take_asset(struct http_exchange *exchange, const struct http_head *head)
{
	for (unsigned i = 0; i < web_assets_count; i++) {
		if (strcmp(web_assets[i].path, head->target) == 0) {
			reply_asset(exchange, head, &web_assets[i]);
			return;
		}
	}
	say(exchange, 404, "there is no such page here\n");
}

/* ---- sign-in ---- */

static void take_sign_in(struct web *web, struct http_exchange *exchange, struct span token)
{
	uint8_t random[TOKEN_BYTES];
	char session[WEB_SESSION_TEXT_BYTES];
	random_fill(NULL, random, sizeof random);
	if (!web_session_begin(&web->sessions, token, random, loop_mono_ms(), session)) {
		say(exchange, 403, "this address has been used, or is older than a minute: `jalka open` gives a new one\n");
		return;
	}
	struct headers headers = headers_of("text/plain; charset=utf-8", "no-store");
	struct http_reply reply = { .status = 200, .body = span_text(session), .header_count = headers.count,
				    .headers = headers.all };
	http_reply(exchange, &reply);
	sodium_memzero(random, sizeof random);
	sodium_memzero(session, sizeof session);
}

void web_address(struct web *web, bool companion, char out[static WEB_ADDRESS_BYTES])
{
	uint8_t random[TOKEN_BYTES];
	char token[WEB_SESSION_TEXT_BYTES];
	random_fill(NULL, random, sizeof random);
	web_session_offer(&web->sessions, random, loop_mono_ms(), token);
	snprintf(out, WEB_ADDRESS_BYTES, "%s/%s#t=%s", web->origin, companion ? "companion" : "", token);
	sodium_memzero(random, sizeof random);
	sodium_memzero(token, sizeof token);
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
		say(call->exchange, 503, "no memory for the answer\n");
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

static void take_call(struct web *web, struct http_exchange *exchange, uint8_t *body, size_t len)
{
	struct call *call = len == 0 ? NULL : calloc(1, sizeof *call);
	if (call == NULL) {
		say(exchange, len == 0 ? 400 : 503, len == 0 ? "the request is empty\n" : "no memory for the request\n");
		return;
	}
	call->exchange = exchange;
	http_exchange_keep(exchange, call);
	struct answer_sink sink = { .ctx = call, .send = call_send, .queued_bytes = call_queued };
	/* Once the answer is finished the call is gone; `waiting` is only written before. */
	(void)request_take(&web->target, body, len, &sink, &call->waiting);
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
	(void)request_take(&web->target, request, sizeof request, &sink, &waiting);
}

static void tell(struct web *web, struct http_exchange *stream, const struct collected *status)
{
	(void)web;
	if (status->whole && !http_stream_put(stream, span_of(status->bytes, status->len)))
		http_stream_end(stream); /* it comes back and gets what holds then */
}

static void changed(void *ctx, struct profile *profile, const char *failure)
{
	static struct collected status;
	struct web *web = ctx;
	bool any = false;
	(void)profile;
	(void)failure;
	for (size_t i = 0; i < STREAMS_MAX; i++)
		any = any || web->streams[i] != NULL;
	if (!any)
		return;
	status_now(web, &status);
	for (size_t i = 0; i < STREAMS_MAX; i++)
		if (web->streams[i] != NULL)
			tell(web, web->streams[i], &status);
	sodium_memzero(&status, sizeof status);
}

static void take_stream(struct web *web, struct http_exchange *exchange)
{
	static struct collected status;
	static const uint8_t beat[BEAT_BYTES] = { 0 };
	struct headers headers = headers_of("application/x-protobuf", "no-store");
	struct http_reply reply = { .status = 200, .header_count = headers.count, .headers = headers.all };
	size_t place = 0;
	while (place < STREAMS_MAX && web->streams[place] != NULL)
		place++;
	if (place == STREAMS_MAX) {
		say(exchange, 503, "too many windows listen already: close one\n");
		return;
	}
	http_stream(exchange, &reply, span_of(beat, sizeof beat));
	web->streams[place] = exchange;
	http_exchange_keep(exchange, web->streams);
	status_now(web, &status);
	tell(web, exchange, &status);
	sodium_memzero(&status, sizeof status);
}

/* ---- what http tells ---- */

static bool head(void *ctx, const struct http_head *head_, size_t *body_max, struct http_reply *reply)
{
	static struct headers headers;
	struct web *web = ctx;
	struct web_gate_verdict verdict = web_gate_judge(&web->gate, head_);
	bool is_somebodys = verdict.status == 0 && (verdict.route == WEB_GATE_API || verdict.route == WEB_GATE_EVENTS);
	*body_max = verdict.route == WEB_GATE_API ? LIMIT_REQUEST_BYTES : verdict.route == WEB_GATE_SIGN_IN ? WEB_SESSION_TEXT_BYTES : 0;
	if (is_somebodys && !web_session_holds(&web->sessions, verdict.session, loop_mono_ms()))
		verdict = (struct web_gate_verdict){ .status = 401, .why = "the session is over: open Jalka with `jalka open`" };
	struct span length = header_named(head_, "content-length");
	if (verdict.status == 0 && length.data != NULL && (length.len > 7 || strtoul((const char *)length.data, NULL, 10) > *body_max))
		verdict = (struct web_gate_verdict){ .status = 413, .why = "the request is too long" };
	if (verdict.status == 0)
		return true;
	headers = headers_of("text/plain; charset=utf-8", "no-store");
	*reply = (struct http_reply){ .status = verdict.status, .body = span_text(verdict.why), .lasting = true,
				      .header_count = headers.count, .headers = headers.all };
	return false;
}

static void whole(void *ctx, struct http_exchange *exchange, const struct http_head *head_, uint8_t *body, size_t len)
{
	struct web *web = ctx;
	switch (web_gate_judge(&web->gate, head_).route) {
	case WEB_GATE_ASSET:
		take_asset(exchange, head_);
		return;
	case WEB_GATE_SIGN_IN:
		take_sign_in(web, exchange, span_of(body, len));
		return;
	case WEB_GATE_API:
		take_call(web, exchange, body, len);
		return;
	case WEB_GATE_EVENTS:
		take_stream(web, exchange);
		return;
	}
}

static void gone(void *ctx, struct http_exchange *exchange)
{
	struct web *web = ctx;
	void *kept = http_exchange_kept(exchange);
	if (kept == web->streams) {
		for (size_t i = 0; i < STREAMS_MAX; i++)
			if (web->streams[i] == exchange)
				web->streams[i] = NULL;
	} else if (kept != NULL) {
		struct call *call = kept;
		if (call->waiting != NULL)
			answer_orphan(call->waiting);
		call_free(call);
	}
}

/* ---- opening ---- */

struct fault web_open(struct loop *loop, int fd, struct profile *profile, struct web **out)
{
	struct web *web = calloc(1, sizeof *web);
	if (web == NULL) {
		close(fd);
		return fault_of(FAULT_LIMIT, "memory for the web client");
	}
	/* No `web` in the target: an address to sign in with is had over the Unix socket alone. */
	web->target = (struct request_target){ .profile = profile };
	struct http_config config = { .fd = fd, .connections_max = CONNECTIONS_MAX,
				      .serves = { .ctx = web, .head = head, .whole = whole, .gone = gone } };
	struct fault f = http_open(loop, &config, &web->http);
	if (fault_is(f)) {
		free(web);
		return f;
	}
	snprintf(web->host, sizeof web->host, "127.0.0.1:%u", (unsigned)http_port(web->http));
	snprintf(web->origin, sizeof web->origin, "http://%s", web->host);
	web->gate = (struct web_gate){ .host = web->host, .origin = web->origin };
	web->watch = (struct profile_watch){ .fn = changed, .ctx = web };
	profile_watch(profile, &web->watch);
	*out = web;
	return fault_none();
}

uint16_t web_port(const struct web *web)
{
	return http_port(web->http);
}

void web_close(struct web *web)
{
	if (web == NULL)
		return;
	profile_unwatch(web->target.profile, &web->watch);
	http_close(web->http);
	sodium_memzero(&web->sessions, sizeof web->sessions);
	free(web);
}
