/* Fuzz target: the gate of the web client. The bytes are a method, a target and headers,
 * a line each, cut where the fuzzer cuts. What passes is looked at again in another way:
 * line by line, it is what only our own page sends. */
#include <strings.h>

#include "api/web_gate.h"
#include "lib/mutate.h"

static const struct web_gate_words words = { "elsewhere", "another page", "no session" };
static const struct web_gate gate = { .host = "127.0.0.1:8747", .origin = "http://127.0.0.1:8747", .sign_in = "/session", .words = &words };

static size_t count_of(const struct http_head *head, const char *name, const char *value)
{
	size_t count = 0;
	for (size_t i = 0; i < head->header_count; i++) {
		const struct http_header *header = &head->headers[i];
		bool named = header->name.len == strlen(name) && strncasecmp((const char *)header->name.data, name, strlen(name)) == 0;
		count += named && (value == NULL || span_equal(header->value, span_text(value)));
	}
	return count;
}

static void look_again(const struct http_head *head, const struct web_gate_verdict *verdict)
{
	MUTATE_CHECK(count_of(head, "host", NULL) == 1 && count_of(head, "host", gate.host) == 1);
	MUTATE_CHECK(count_of(head, "origin", NULL) == count_of(head, "origin", gate.origin));
	MUTATE_CHECK(count_of(head, "sec-fetch-site", NULL) ==
		     count_of(head, "sec-fetch-site", "same-origin") + count_of(head, "sec-fetch-site", "none"));
	MUTATE_CHECK(count_of(head, "transfer-encoding", NULL) == 0);
	MUTATE_CHECK(*head->target == '/' && strpbrk(head->target, "?#%:@\\ ;") == NULL && strstr(head->target, "..") == NULL);
	MUTATE_CHECK(strcmp(head->version, "HTTP/1.1") == 0);
	bool posts = strcmp(head->method, "POST") == 0;
	MUTATE_CHECK(posts || strcmp(head->method, "GET") == 0 || strcmp(head->method, "HEAD") == 0);
	MUTATE_CHECK(posts == (verdict->route == WEB_GATE_API || verdict->route == WEB_GATE_SIGN_IN));
	if (posts)
		MUTATE_CHECK(count_of(head, "origin", gate.origin) == 1 && count_of(head, "sec-fetch-site", "same-origin") == 1 &&
			     count_of(head, "content-type", "application/x-protobuf") == 1 && count_of(head, "content-length", NULL) == 1);
	if (verdict->route == WEB_GATE_API || verdict->route == WEB_GATE_EVENTS)
		MUTATE_CHECK(count_of(head, "x-jalka-session", NULL) == 1 && count_of(head, "sec-fetch-site", "same-origin") == 1);
}

/* The next line, with a zero byte at its end. */
static char *line(char **rest, char *end)
{
	char *begin = *rest, *stop = memchr(begin, '\n', (size_t)(end - begin));
	if (stop == NULL)
		stop = end;
	*stop = '\0';
	*rest = stop < end ? stop + 1 : end;
	return begin;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[MUTATE_BYTES_MAX + 1];
	static struct http_head head;
	if (size > MUTATE_BYTES_MAX)
		return 0;
	memcpy(text, data, size);
	char *rest = text, *end = text + size;
	head = (struct http_head){ .version = "HTTP/1.1" };
	head.method = line(&rest, end);
	head.target = line(&rest, end);
	while (rest < end && head.header_count < HTTP_HEADERS_MAX) {
		char *name = line(&rest, end), *colon = strstr(name, ": ");
		struct span value = colon != NULL ? span_text(colon + 2) : span_text("");
		if (colon != NULL)
			*colon = '\0';
		head.headers[head.header_count++] = (struct http_header){ span_text(name), value };
	}
	struct web_gate_verdict verdict = web_gate_judge(&gate, &head);
	if (verdict.status == 0)
		look_again(&head, &verdict);
	else
		MUTATE_CHECK(verdict.status >= 400 && verdict.status < 600 && *verdict.why != '\0');
	return 0;
}

#ifndef JALKA_LIBFUZZER
int main(int argc, char **argv)
{
	static const char *const texts[] = {
		"POST\n/api\nHost: 127.0.0.1:8747\nContent-Length: 12\nContent-Type: application/x-protobuf\nX-Jalka-Session: 00ff\n"
		"Origin: http://127.0.0.1:8747\nSec-Fetch-Site: same-origin",
		"GET\n/events\nHost: 127.0.0.1:8747\nX-Jalka-Session: 00ff\nSec-Fetch-Site: same-origin",
		"POST\n/session\nHost: 127.0.0.1:8747\nContent-Length: 64\nContent-Type: application/x-protobuf\nOrigin: http://127.0.0.1:8747\n"
		"Sec-Fetch-Site: same-origin",
		"GET\n/assets/field-0123456789ab.js\nHost: 127.0.0.1:8747\nSec-Fetch-Site: none\nhost: 127.0.0.1:8747",
	};
	struct span seeds[4];
	for (size_t i = 0; i < 4; i++)
		seeds[i] = span_text(texts[i]);
	return mutate_main(argc, argv, seeds, 4);
}
#endif
