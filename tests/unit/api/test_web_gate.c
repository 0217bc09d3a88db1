/* web_gate: what our own page sends passes; each thing that another page, another
 * name of this machine or a confused proxy would send does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "api/web_gate.h"

static const struct web_gate_words words = { "elsewhere", "another page", "no session" };
static const struct web_gate gate = { .host = "127.0.0.1:8747", .origin = "http://127.0.0.1:8747", .sign_in = "/session", .words = &words };
static struct http_head head;

static void header(const char *name, const char *value)
{
	head.headers[head.header_count++] = (struct http_header){ span_text(name), span_text(value) };
}

static void drop(const char *name)
{
	size_t kept = 0;
	for (size_t i = 0; i < head.header_count; i++)
		if (!span_equal(head.headers[i].name, span_text(name)))
			head.headers[kept++] = head.headers[i];
	head.header_count = kept;
}

static void replace(const char *name, const char *value)
{
	drop(name);
	header(name, value);
}

/* As Chromium sends a call of our page. */
static void our_post(const char *target)
{
	head = (struct http_head){ .method = "POST", .target = target, .version = "HTTP/1.1" };
	header("Host", "127.0.0.1:8747");
	header("Content-Length", "12");
	header("Content-Type", "application/x-protobuf");
	header("X-Jalka-Session", "00ff");
	header("Origin", "http://127.0.0.1:8747");
	header("Sec-Fetch-Site", "same-origin");
}

static void our_get(const char *target, const char *site)
{
	head = (struct http_head){ .method = "GET", .target = target, .version = "HTTP/1.1" };
	header("Host", "127.0.0.1:8747");
	header("Sec-Fetch-Site", site);
}

static unsigned judged(void)
{
	return web_gate_judge(&gate, &head).status;
}

static void what_our_page_sends_passes(void **state)
{
	(void)state;
	our_post("/api");
	struct web_gate_verdict verdict = web_gate_judge(&gate, &head);
	assert_int_equal(verdict.status, 0);
	assert_int_equal(verdict.route, WEB_GATE_API);
	assert_true(span_equal(verdict.session, span_text("00ff")));
	our_post("/session");
	drop("X-Jalka-Session");
	verdict = web_gate_judge(&gate, &head);
	assert_int_equal(verdict.status, 0);
	assert_int_equal(verdict.route, WEB_GATE_SIGN_IN);
	our_get("/", "none");
	verdict = web_gate_judge(&gate, &head);
	assert_int_equal(verdict.status, 0);
	assert_int_equal(verdict.route, WEB_GATE_ASSET);
	our_get("/assets/field-0123456789ab.js", "same-origin");
	assert_int_equal(judged(), 0);
	our_get("/events", "same-origin");
	header("X-Jalka-Session", "00ff");
	verdict = web_gate_judge(&gate, &head);
	assert_int_equal(verdict.status, 0);
	assert_int_equal(verdict.route, WEB_GATE_EVENTS);
}

static void another_name_of_this_machine_is_refused(void **state)
{
	static const char *const hosts[] = { "evil.example", "evil.example:8747", "localhost:8747", "127.0.0.1", "127.0.0.1:8748",
		"127.0.0.1:8747.evil.example", "127.0.0.1:87470", "127.1:8747", "2130706433:8747", "[::1]:8747", "0.0.0.0:8747", "",
		" 127.0.0.1:8747", "127.0.0.1:8747 ", "127.0.0.1:8747\t", "user@127.0.0.1:8747", "127.0.0.1:8747,evil.example" };
	(void)state;
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
		our_post("/api");
		replace("Host", hosts[i]);
		assert_int_equal(judged(), 421);
		our_get("/", "none");
		replace("Host", hosts[i]);
		assert_int_equal(judged(), 421);
	}
	our_post("/api");
	drop("Host");
	assert_int_equal(judged(), 421);
	our_post("/api");
	header("host", "127.0.0.1:8747");
	assert_int_equal(judged(), 400);
}

static void another_page_is_refused_whatever_it_asks_for(void **state)
{
	static const char *const sites[] = { "cross-site", "same-site", "CROSS-SITE", "", "none, same-origin" };
	static const char *const origins[] = { "http://127.0.0.1:8748", "http://localhost:8747", "https://127.0.0.1:8747", "null",
		"http://evil.example", "http://127.0.0.1:8747.evil.example", "", "http://127.0.0.1:8747/" };
	static const char *const targets[] = { "/", "/companion", "/assets/words-fi-0.json", "/events" };
	(void)state;
	for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++) {
		for (size_t j = 0; j < sizeof targets / sizeof targets[0]; j++) {
			our_get(targets[j], sites[i]);
			header("X-Jalka-Session", "00ff");
			assert_int_equal(judged(), 403);
		}
		our_post("/api");
		replace("Sec-Fetch-Site", sites[i]);
		assert_int_equal(judged(), 403);
	}
	for (size_t i = 0; i < sizeof origins / sizeof origins[0]; i++) {
		our_post("/api");
		replace("Origin", origins[i]);
		assert_int_equal(judged(), 403);
		our_get("/", "none");
		header("Origin", origins[i]);
		assert_int_equal(judged(), 403);
	}
	our_post("/api");
	drop("Origin");
	assert_int_equal(judged(), 403);
	our_post("/api");
	drop("Sec-Fetch-Site");
	assert_int_equal(judged(), 403);
	our_post("/api");
	replace("Sec-Fetch-Site", "none");
	assert_int_equal(judged(), 403);
	our_get("/events", "none");
	header("X-Jalka-Session", "00ff");
	assert_int_equal(judged(), 403);
}

static void a_target_that_is_no_plain_path_is_refused(void **state)
{
	static const char *const targets[] = { "http://127.0.0.1:8747/api", "*", "", "api", "//api", "/api?session=00ff", "/?t=00ff", "/a//b",
		"/../etc/passwd", "/assets/..", "/%2e%2e/", "/api%00", "/api#x", "/api;x", "/a b", "/\xc3\xa4", "/api\r\nHost: x", "/\\evil" };
	(void)state;
	for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
		our_get(targets[i], "same-origin");
		assert_int_equal(judged(), 400);
		our_post(targets[i]);
		assert_int_equal(judged(), 400);
	}
	our_get("/", "none");
	head.long_target = true;
	assert_int_equal(judged(), 414);
	our_get("/", "none");
	head.too_many_headers = true;
	assert_int_equal(judged(), 431);
}

static void nothing_is_done_by_another_method(void **state)
{
	static const char *const methods[] = { "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "get", "post", "" };
	(void)state;
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		our_post("/api");
		head.method = methods[i];
		assert_int_equal(judged(), 405);
	}
	our_get("/api", "same-origin");
	header("X-Jalka-Session", "00ff");
	assert_int_equal(judged(), 405);
	our_get("/session", "same-origin");
	assert_int_equal(judged(), 405);
	our_post("/");
	assert_int_equal(judged(), 405);
	our_post("/events");
	assert_int_equal(judged(), 405);
}

static void a_body_is_counted_in_one_way(void **state)
{
	(void)state;
	our_post("/api");
	header("Transfer-Encoding", "chunked");
	assert_int_equal(judged(), 411);
	our_post("/api");
	drop("Content-Length");
	header("Transfer-Encoding", "chunked");
	assert_int_equal(judged(), 411);
	our_post("/api");
	drop("Content-Length");
	assert_int_equal(judged(), 411);
	our_post("/api");
	header("content-length", "12");
	assert_int_equal(judged(), 400);
	our_post("/api");
	header("Expect", "100-continue");
	assert_int_equal(judged(), 417);
	our_get("/", "none");
	header("Content-Length", "5");
	assert_int_equal(judged(), 400);
	our_post("/api");
	head.version = "HTTP/1.0";
	assert_int_equal(judged(), 505);
}

static void a_form_of_another_page_has_no_content_type_of_ours(void **state)
{
	static const char *const types[] = { "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json",
		"application/x-protobuf; charset=utf-8", "" };
	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		our_post("/api");
		replace("Content-Type", types[i]);
		assert_int_equal(judged(), 415);
	}
	our_post("/api");
	drop("Content-Type");
	assert_int_equal(judged(), 415);
}

static void no_session_is_no_answer_and_a_cookie_is_none(void **state)
{
	(void)state;
	our_post("/api");
	drop("X-Jalka-Session");
	header("Cookie", "session=00ff");
	header("Authorization", "Bearer 00ff");
	assert_int_equal(judged(), 401);
	our_get("/events", "same-origin");
	assert_int_equal(judged(), 401);
	our_post("/api");
	header("x-jalka-session", "00fe");
	assert_int_equal(judged(), 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_our_page_sends_passes),
		cmocka_unit_test(another_name_of_this_machine_is_refused),
		cmocka_unit_test(another_page_is_refused_whatever_it_asks_for),
		cmocka_unit_test(a_target_that_is_no_plain_path_is_refused),
		cmocka_unit_test(nothing_is_done_by_another_method),
		cmocka_unit_test(a_body_is_counted_in_one_way),
		cmocka_unit_test(a_form_of_another_page_has_no_content_type_of_ours),
		cmocka_unit_test(no_session_is_no_answer_and_a_cookie_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
