/* Lines of the deny file: written, read, and nothing else taken for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "central/hub_state.h"

static struct span kept;

static bool keep(void *ctx, struct span line)
{
	(void)ctx;
	free((void *)(uintptr_t)kept.data);
	uint8_t *copy = malloc(line.len);
	memcpy(copy, line.data, line.len);
	kept = span_of(copy, line.len);
	return true;
}

static bool full(void *ctx, struct span line)
{
	(void)ctx;
	(void)line;
	return false;
}

static struct hub *a_hub(void)
{
	uint8_t seed[crypto_sign_SEEDBYTES] = { 3 };
	struct hub *hub = calloc(1, sizeof *hub);
	crypto_sign_seed_keypair(hub->identity.bytes, hub->identity_secret, seed);
	hub->host.deny = keep;
	return hub;
}

static void every_kind_of_line_reads_as_it_was_written(void **state)
{
	(void)state;
	struct hub *hub = a_hub();
	const struct deny_line lines[] = {
		{ .kind = DENY_REVOKE, .node = { { 1 } }, .time_ms = 5 },
		{ .kind = DENY_ERASE_CASE, .case_id = { { 2 } }, .time_ms = 6 },
		{ .kind = DENY_ERASE_RECORD, .case_id = { { 3 } }, .record_id = { { 4 } }, .time_ms = 7 },
		{ .kind = DENY_EPOCH, .epoch = { .id = { { 5 } }, .parent = { { 6 } }, .generation = 7, .inherited = 99 } },
	};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct deny_line line;
		assert_false(fault_is(deny_write(hub, &lines[i])));
		assert_false(fault_is(deny_read(&hub->identity, kept, &line)));
		assert_int_equal(line.kind, lines[i].kind);
		assert_int_equal(line.time_ms, lines[i].time_ms);
		assert_true(ID_EQUAL(line.node, lines[i].node));
		assert_true(ID_EQUAL(line.case_id, lines[i].case_id));
		assert_true(ID_EQUAL(line.record_id, lines[i].record_id));
		assert_true(ID_EQUAL(line.epoch.id, lines[i].epoch.id));
		assert_int_equal(line.epoch.inherited, lines[i].epoch.inherited);
		assert_int_equal(line.epoch.generation, lines[i].epoch.generation);
	}
	free(hub);
}

static void changed_or_cut_line_is_none(void **state)
{
	(void)state;
	struct hub *hub = a_hub();
	struct deny_line line;
	const struct deny_line revoke = { .kind = DENY_REVOKE, .node = { { 1 } }, .time_ms = 5 };
	assert_false(fault_is(deny_write(hub, &revoke)));
	uint8_t copy[512];
	memcpy(copy, kept.data, kept.len);
	for (size_t i = 0; i < kept.len; i++) {
		copy[i] ^= 1;
		assert_true(fault_is(deny_read(&hub->identity, span_of(copy, kept.len), &line)));
		copy[i] ^= 1;
		assert_true(fault_is(deny_read(&hub->identity, span_of(copy, i), &line)));
	}
	struct delta_identity other = { { 1 } };
	assert_true(fault_is(deny_read(&other, kept, &line)));
	free(hub);
}

static void what_the_file_cannot_keep_does_not_happen(void **state)
{
	(void)state;
	struct hub *hub = a_hub();
	const struct deny_line revoke = { .kind = DENY_REVOKE, .node = { { 1 } } };
	hub->host.deny = full;
	assert_int_equal(deny_write(hub, &revoke).kind, FAULT_LATER);
	free(hub);
	free((void *)(uintptr_t)kept.data);
	kept = (struct span){ NULL, 0 };
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_line_reads_as_it_was_written),
		cmocka_unit_test(changed_or_cut_line_is_none),
		cmocka_unit_test(what_the_file_cannot_keep_does_not_happen),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
