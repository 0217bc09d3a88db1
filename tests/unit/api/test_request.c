/* request: the table's rights, and what is refused before a handler sees it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "api/profile.h"
#include "api/request.h"
#include "base/wire.h"
#include "central/hub_state.h"
#include "central/node.h"
#include "io/folder.h"
#include "store/seal_vfs.h"

static char base[] = "/tmp/jalka-request-XXXXXX";
static struct folder folder;
static struct loop *loop;
static struct request_target target;

/* The last answer. */
static struct {
	unsigned answers;
	uint32_t kind;
	char error[512], json[4096];
} got;

static void take_answer(void *ctx, struct span frame, bool last)
{
	struct span rest = span_of(frame.data + 4, frame.len - 4);
	struct wire_field field;
	(void)ctx;
	got.kind = 0;
	got.answers += last;
	while (wire_next(&rest, &field) == WIRE_FIELD) {
		if (field.number == jalka_Response_kind_tag)
			got.kind = (uint32_t)field.value;
		if (field.number == jalka_Response_error_tag)
			snprintf(got.error, sizeof got.error, "%.*s", (int)field.data.len, (const char *)field.data.data);
		if (field.number == jalka_Response_json_tag)
			snprintf(got.json, sizeof got.json, "%.*s", (int)field.data.len, (const char *)field.data.data);
	}
}

static size_t nothing_queued(void *ctx)
{
	(void)ctx;
	return 0;
}

static bool ask_bytes(struct span request)
{
	struct answer_sink sink = { .send = take_answer, .queued_bytes = nothing_queued };
	struct answer *waiting = NULL;
	uint8_t copy[4096];
	memset(&got, 0, sizeof got);
	assert_true(request.len <= sizeof copy);
	memcpy(copy, request.data, request.len);
	bool good = request_take(&target, copy, request.len, &sink, &waiting);
	assert_int_equal(got.answers, 1);
	for (size_t i = 0; i < request.len; i++)
		assert_int_equal(copy[i], 0); /* it may have held a passphrase */
	return good;
}

static bool ask(uint32_t call, struct span body)
{
	uint8_t block[4096];
	struct wire_out out;
	wire_out_init(&out, block, sizeof block);
	wire_put_varint(&out, jalka_Request_id_tag, 9);
	wire_put_bytes(&out, call, body);
	return ask_bytes(wire_out_span(&out));
}

static int set_up(void **state)
{
	struct profile_config config = { .folder = &folder };
	(void)state;
	assert_true(sodium_init() >= 0);
	assert_non_null(mkdtemp(base));
	assert_false(fault_is(seal_vfs_register()));
	assert_false(fault_is(folder_open(base, &folder)));
	assert_false(fault_is(loop_open(&loop)));
	assert_false(fault_is(profile_new(loop, &config, &target.profile)));
	return 0;
}

static int tear_down(void **state)
{
	char command[100];
	(void)state;
	profile_free(target.profile);
	loop_close(loop);
	folder_close(&folder);
	snprintf(command, sizeof command, "rm -rf %s", base);
	return system(command);
}

static void the_table_has_every_call_once(void **state)
{
	size_t count;
	const struct request_row *rows = request_table(&count);
	(void)state;
	assert_int_equal(count, jalka_Request_msg.field_count - 3); /* every field but the id, who acts and quiet is a call */
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(rows[j].call, rows[i].call);
		assert_non_null(rows[i].handler);
		assert_int_not_equal(rows[i].roles, 0);
		assert_true(rows[i].does >= REQUEST_FREE && rows[i].does <= REQUEST_ASKS);
	}
}

static void what_needs_an_open_store_is_refused_without_one(void **state)
{
	size_t count;
	const struct request_row *rows = request_table(&count);
	(void)state;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].needs == REQUEST_ANYTIME || (rows[i].roles & REQUEST_FIELD) == 0)
			continue;
		assert_true(ask(rows[i].call, span_text("")));
		assert_int_equal(got.kind, jalka_Kind_LOCKED);
		assert_non_null(strstr(got.error, "jalka init"));
	}
}

static void the_administrators_calls_are_not_a_workers(void **state)
{
	(void)state;
	assert_true(ask(jalka_Request_admin_tag, span_text("")));
	assert_int_equal(got.kind, jalka_Kind_CALLER);
}

static void status_and_types_need_nothing(void **state)
{
	uint8_t body[64];
	struct wire_out out;
	(void)state;
	assert_true(ask(jalka_Request_status_tag, span_text("")));
	assert_int_equal(got.kind, jalka_Kind_NONE);
	assert_non_null(strstr(got.json, "\"vault\":\"none\""));
	wire_out_init(&out, body, sizeof body);
	wire_put_bytes(&out, jalka_TypesCall_type_tag, span_text("related_person"));
	assert_true(ask(jalka_Request_types_tag, wire_out_span(&out)));
	assert_non_null(strstr(got.json, "\"name\":\"relation\""));
}

static void malformed_requests_never_reach_a_handler(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {
		{ "", 0 },                     /* nothing */
		{ "\x08\x05", 2 },             /* no call */
		{ "\x10\x01", 2 },             /* status as a number */
		{ "\x12\x00\x12\x00", 4 },     /* two calls */
		{ "\x12\x05", 2 },             /* cut */
		{ "\x9a\x06\x00", 3 },         /* call 99 */
		{ "\x0d\x01\x00\x00\x00\x12\x00", 7 }, /* id of another wire type */
		{ "\x5a\x05\x0a\x03\x61\xff\x62", 7 }, /* search text that is not UTF-8 */
		{ "\x5a\x04\x0a\x02\x61\x00", 6 },     /* with a zero byte */
		{ "\x5a\x02\x0b\x0c", 4 },             /* a group inside */
	};
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(ask_bytes(span_of(bad[i].bytes, bad[i].len)));
		assert_int_equal(got.kind, jalka_Kind_CALLER);
		assert_true(strlen(got.error) > 20);
	}
	/* A text longer than its bound. */
	uint8_t body[1000];
	char text[600];
	struct wire_out out;
	memset(text, 'a', sizeof text);
	wire_out_init(&out, body, sizeof body);
	wire_put_bytes(&out, jalka_SearchCall_text_tag, span_of(text, sizeof text));
	assert_false(ask(jalka_Request_search_tag, wire_out_span(&out)));
}

static void unknown_fields_of_a_newer_client_are_passed_over(void **state)
{
	(void)state;
	assert_true(ask(jalka_Request_status_tag, span_of("\x78\x01", 2)));
	assert_int_equal(got.kind, jalka_Kind_NONE);
}

static void stop_when_answered(void *ctx)
{
	(void)ctx;
	if (got.answers > 0)
		loop_stop(loop);
}

static void a_short_passphrase_makes_no_vault(void **state)
{
	struct answer_sink sink = { .send = take_answer, .queued_bytes = nothing_queued };
	struct answer *waiting = NULL;
	uint8_t request[] = "\x2a\x07\x0a\x05" "short";
	(void)state;
	memset(&got, 0, sizeof got);
	assert_true(request_take(&target, request, sizeof request - 1, &sink, &waiting));
	assert_int_equal(got.answers, 0); /* it is being looked at beside the loop */
	assert_int_equal(profile_vault(target.profile), PROFILE_OPENING);
	loop_on_turn(loop, NULL, NULL);
	loop_on_turn(loop, stop_when_answered, NULL);
	loop_run(loop);
	assert_int_equal(got.kind, jalka_Kind_CALLER);
	assert_int_equal(profile_vault(target.profile), PROFILE_NONE);
}

/* A device's push and an administrator's call may come in one turn of the loop. */
static void what_links_brought_in_is_committed_before_a_call_of_centrals(void **state)
{
	struct folder central;
	struct loop *own;
	char path[64], key[64], deny[64];
	struct node *node;
	struct profile *profile = target.profile;
	struct node_config config = { .folder = &central, .key_file = key, .deny_file = deny, .init = true };
	(void)state;
	snprintf(path, sizeof path, "%s/central", base);
	snprintf(key, sizeof key, "%s/key", base);
	snprintf(deny, sizeof deny, "%s/deny", base);
	assert_false(fault_is(folder_open(path, &central)));
	assert_false(fault_is(address_read(span_text("127.0.0.1:0"), &config.listen)));
	assert_false(fault_is(loop_open(&own)));
	assert_false(fault_is(node_open(own, &config, &node)));
	target = (struct request_target){ .node = node };
	assert_false(fault_is(hub_turn(node_hub(node))));
	assert_true(log_in_transaction(node_log(node)));
	assert_true(ask(jalka_Request_rebuild_tag, span_text(""))); /* takes a transaction of its own */
	assert_int_equal(got.kind, jalka_Kind_NONE);
	assert_false(log_in_transaction(node_log(node)));
	target = (struct request_target){ .profile = profile };
	node_close(node);
	loop_close(own);
	folder_close(&central);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_has_every_call_once),
		cmocka_unit_test(what_needs_an_open_store_is_refused_without_one),
		cmocka_unit_test(the_administrators_calls_are_not_a_workers),
		cmocka_unit_test(status_and_types_need_nothing),
		cmocka_unit_test(malformed_requests_never_reach_a_handler),
		cmocka_unit_test(unknown_fields_of_a_newer_client_are_passed_over),
		cmocka_unit_test(a_short_passphrase_makes_no_vault),
		cmocka_unit_test(what_links_brought_in_is_committed_before_a_call_of_centrals),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
