/* ops - two pages over HTTP. */
#include "api/ops.h"

#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "api/metrics.h"
#include "io/http.h"
#include "io/place.h"

struct ops {
	struct loop *loop;
	struct node *node;
	struct http *http;
	struct place place;
	struct metrics metrics;
};

#define HEADER(name, value) { { (const uint8_t *)(name), sizeof(name) - 1 }, { (const uint8_t *)(value), sizeof(value) - 1 } }

static const struct http_header text_headers[] = {
	HEADER("Content-Type", "text/plain; charset=utf-8"), HEADER("Cache-Control", "no-store"), HEADER("X-Content-Type-Options", "nosniff"),
};
static const struct http_header metrics_headers[] = {
	HEADER("Content-Type", "text/plain; version=0.0.4; charset=utf-8"), HEADER("Cache-Control", "no-store"),
	HEADER("X-Content-Type-Options", "nosniff"),
};
static const struct http_header only_get[] = {
	HEADER("Content-Type", "text/plain; charset=utf-8"), HEADER("Cache-Control", "no-store"), HEADER("Allow", "GET"),
};
enum { HEADERS = 3 };

static bool is_metrics(const struct http_head *head)
{
	return strcmp(head->target, "/metrics") == 0;
}

/* Some page of the web asks through the browser of somebody who sits near: a person
 * who types the address brings "none", a program nothing. */
static bool is_of_a_page(const struct http_head *head)
{
	for (size_t i = 0; i < head->header_count; i++) {
		struct span name = head->headers[i].name, value = head->headers[i].value;
		if (name.len == 6 && strncasecmp((const char *)name.data, "origin", 6) == 0)
			return true;
		if (name.len == 14 && strncasecmp((const char *)name.data, "sec-fetch-site", 14) == 0 && !span_equal(value, span_text("none")))
			return true;
	}
	return false;
}

static bool refuse(struct http_reply *reply, unsigned status, const char *why, const struct http_header *headers)
{
	*reply = (struct http_reply){ .status = status, .body = span_text(why), .lasting = true, .header_count = HEADERS, .headers = headers };
	return false;
}

/* M1 */
static bool head(void *ctx, const struct http_head *head_, size_t *body_max, struct http_reply *reply)
{
	(void)ctx;
	*body_max = 0;
	if (strcmp(head_->method, "GET") != 0)
		return refuse(reply, 405, "only GET\n", only_get);
	if (head_->too_many_headers || head_->long_target || is_of_a_page(head_))
		return refuse(reply, 403, "not for a page of a browser\n", text_headers);
	if (!is_metrics(head_) && strcmp(head_->target, "/healthz") != 0)
		return refuse(reply, 404, "there are /metrics and /healthz\n", text_headers);
	return true;
}

static void reply_health(struct ops *ops, struct http_exchange *exchange)
{
	struct hub_census census;
	hub_census(node_hub(ops->node), node_now(), &census);
	bool ended = census.dead || node_failed(ops->node);
	const char *text = ended ? "ending: a commit failed\n"
			 : census.unconfirmed ? "ok, put back from a backup: devices wait to be confirmed\n" : "ok\n";
	struct http_reply reply = { .status = ended ? 503 : 200, .body = span_text(text), .lasting = true,
				    .header_count = HEADERS, .headers = text_headers };
	http_reply(exchange, &reply);
}

static void whole(void *ctx, struct http_exchange *exchange, const struct http_head *head_, uint8_t *body, size_t len)
{
	struct ops *ops = ctx;
	(void)body;
	(void)len;
	if (!is_metrics(head_)) {
		reply_health(ops, exchange);
		return;
	}
	metrics_write(&ops->metrics, ops->node, ops->loop);
	struct http_reply reply = { .status = 200, .body = span_of(ops->metrics.text, ops->metrics.len),
				    .header_count = HEADERS, .headers = metrics_headers };
	http_reply(exchange, &reply);
}

static void gone(void *ctx, struct http_exchange *exchange)
{
	(void)ctx;
	(void)exchange;
}

struct fault ops_open(struct loop *loop, const char *place, struct node *node, struct ops **out)
{
	struct ops *ops = calloc(1, sizeof *ops);
	if (ops == NULL)
		return fault_of(FAULT_LIMIT, "memory for the listener of metrics");
	*ops = (struct ops){ .loop = loop, .node = node };
	struct fault f = place_listen(place, &ops->place);
	struct http_config config = { .fd = ops->place.fd, .connections_max = OPS_CONNECTIONS_MAX, .anybody = true,
				      .serves = { .ctx = ops, .head = head, .whole = whole, .gone = gone } };
	if (!fault_is(f)) {
		f = http_open(loop, &config, &ops->http);
		if (fault_is(f))
			place_leave(&ops->place);
	}
	if (fault_is(f)) {
		free(ops);
		return f;
	}
	*out = ops;
	return fault_none();
}

const char *ops_place(const struct ops *ops)
{
	return ops->place.text;
}

void ops_close(struct ops *ops)
{
	if (ops == NULL)
		return;
	http_close(ops->http);
	place_leave(&ops->place);
	free(ops);
}
