/* web_gate - the checks, in the order of what a refusal may tell. */
#include "api/web_gate.h"

#include <strings.h>

/* Headers that may stand once at most; what is not listed is not looked at. */
struct known {
	struct span host, origin, site, type, length, coding, session, expect;
	const char *twice;
};

static const struct web_gate_verdict passes = { .status = 0 };

static struct web_gate_verdict refusal(unsigned status, const char *why)
{
	return (struct web_gate_verdict){ .status = status, .why = why };
}

static bool is_text(struct span span, const char *text)
{
	return span_equal(span, span_text(text));
}

static bool is_named(struct span name, const char *text)
{
	return name.len == strlen(text) && strncasecmp((const char *)name.data, text, name.len) == 0;
}

static void know(const struct http_head *head, struct known *out)
{
	struct { const char *name; struct span *value; } const places[] = {
		{ "host", &out->host }, { "origin", &out->origin }, { "sec-fetch-site", &out->site },
		{ "content-type", &out->type }, { "content-length", &out->length },
		{ "transfer-encoding", &out->coding }, { "x-jalka-session", &out->session }, { "expect", &out->expect },
	};
	*out = (struct known){ .twice = NULL };
	for (size_t i = 0; i < head->header_count; i++) {
		for (size_t j = 0; j < sizeof places / sizeof places[0]; j++) {
			if (!is_named(head->headers[i].name, places[j].name))
				continue;
			if (places[j].value->data != NULL)
				out->twice = places[j].name;
			*places[j].value = head->headers[i].value;
		}
	}
}

/* A path of ours: letters, digits, dots, dashes and single slashes (W1, W4). */
static bool is_plain_path(const char *target)
{
	if (*target != '/')
		return false;
	for (const char *c = target; *c != '\0'; c++) {
		bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '-' ||
			     *c == '.' || *c == '_' || *c == '/';
		if (!plain || (*c == '/' && c[1] == '/') || (*c == '.' && c[1] == '.'))
			return false;
	}
	return true;
}

static struct web_gate_verdict judge_form(const struct web_gate *gate, const struct http_head *head,
					  const struct known *known)
{
	if (head->long_target)
		return refusal(414, "the address is too long");
	if (head->too_many_headers)
		return refusal(431, "the request has too many headers");
	if (strcmp(head->version, "HTTP/1.1") != 0)
		return refusal(505, "HTTP/1.1 only");
	if (known->twice != NULL)
		return refusal(400, "a header stands twice");
	if (!is_text(known->host, gate->host))
		return refusal(421, gate->words->elsewhere);
	if (!is_plain_path(head->target))
		return refusal(400, "the address is not a plain path");
	if (known->coding.data != NULL)
		return refusal(411, "a request says its length");
	if (known->expect.data != NULL)
		return refusal(417, "nothing is expected here");
	/* A link on another page, its picture, its frame, its script: none of them gets a byte (W2). */
	if (known->site.data != NULL && !is_text(known->site, "same-origin") && !is_text(known->site, "none"))
		return refusal(403, gate->words->another_page);
	if (known->origin.data != NULL && !is_text(known->origin, gate->origin))
		return refusal(403, gate->words->another_page);
	return passes;
}

/* What changes something, or reads what is somebody's: from our own page only (W3). */
static struct web_gate_verdict judge_post(const struct known *known)
{
	if (known->origin.data == NULL || !is_text(known->site, "same-origin"))
		return refusal(403, "the request does not come from Jalka's own page");
	if (!is_text(known->type, "application/x-protobuf"))
		return refusal(415, "the body must be application/x-protobuf");
	if (known->length.data == NULL)
		return refusal(411, "a request says its length");
	return passes;
}

struct web_gate_verdict web_gate_judge(const struct web_gate *gate, const struct http_head *head)
{
	struct known known;
	know(head, &known);
	struct web_gate_verdict verdict = judge_form(gate, head, &known);
	if (verdict.status != 0)
		return verdict;
	bool reads = strcmp(head->method, "GET") == 0 || strcmp(head->method, "HEAD") == 0;
	bool api = strcmp(head->target, "/api") == 0, sign_in = strcmp(head->target, gate->sign_in) == 0;
	bool events = strcmp(head->target, "/events") == 0;
	if (reads && known.length.data != NULL && !is_text(known.length, "0"))
		return refusal(400, "a request that reads has no body");
	if (!reads && strcmp(head->method, "POST") != 0)
		return refusal(405, "GET, HEAD and POST only");
	if (reads == (api || sign_in) || (!reads && !api && !sign_in))
		return refusal(405, "this address takes another method");
	if (!reads) {
		verdict = judge_post(&known);
		if (verdict.status != 0)
			return verdict;
	}
	if (events && !is_text(known.site, "same-origin"))
		return refusal(403, "the request does not come from Jalka's own page");
	verdict.route = api ? WEB_GATE_API : sign_in ? WEB_GATE_SIGN_IN : events ? WEB_GATE_EVENTS : WEB_GATE_ASSET;
	verdict.session = known.session;
	if ((api || events) && known.session.data == NULL)
		return refusal(401, gate->words->no_session);
	return verdict;
}
