/* rows: what is left out comes back, and nothing malformed passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/rows.h"

static uint8_t block[LIMIT_CHUNK_BYTES];
static uint8_t text[LIMIT_DELTA_BYTES];

static struct rows_row row_of(uint32_t author, uint64_t seq, uint64_t order, const char *delta)
{
	return (struct rows_row){ .author = author, .seq = seq, .order = order, .delta = span_text(delta) };
}

static void write_pull(struct rows_writer *writer)
{
	static const uint8_t digest[ROWS_DIGEST_BYTES] = { 7 };
	struct rows_row rows[] = {
		row_of(0, 5, 100, "a"), row_of(0, 6, 101, "b"), row_of(1, 9, 102, "c"), row_of(0, 7, 110, "d"),
		row_of(1, 20, 111, "e"),
	};
	rows[2].stamp_ms = 1700000000000;
	rows[3].delta = (struct span){ NULL, 0 };
	rows[3].digest = span_of(digest, sizeof digest);
	rows[4].earlier_count = 2;
	for (size_t i = 0; i < 2; i++) {
		memset(rows[4].earlier[i].epoch.bytes, (int)(i + 1), ID_BYTES);
		rows[4].earlier[i].n = 90 + i;
	}
	rows_write_begin(writer, block, sizeof block, 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_true(rows_write(writer, &rows[i]));
}

static struct rows_row next(struct rows_reader *reader)
{
	struct rows_row row;
	bool end = true;
	assert_false(fault_is(rows_read(reader, &row, &end)));
	assert_false(end);
	return row;
}

static void a_pull_comes_back_as_it_was_written(void **state)
{
	(void)state;
	struct rows_writer writer;
	struct rows_reader reader;
	write_pull(&writer);
	rows_read_begin(&reader, rows_written(&writer), writer.count, 2, 0, true);
	static const uint64_t seqs[] = { 5, 6, 9, 7, 20 }, orders[] = { 100, 101, 102, 110, 111 };
	for (size_t i = 0; i < 5; i++) {
		struct rows_row row = next(&reader);
		assert_int_equal(row.seq, seqs[i]);
		assert_int_equal(row.order, orders[i]);
		assert_int_equal(row.author, i == 2 || i == 4);
		assert_int_equal(row.stamp_ms, i == 2 ? 1700000000000 : 0);
		assert_int_equal(row.digest.len, i == 3 ? ROWS_DIGEST_BYTES : 0);
		assert_int_equal(row.earlier_count, i == 4 ? 2 : 0);
	}
	bool end = false;
	struct rows_row row;
	assert_false(fault_is(rows_read(&reader, &row, &end)));
	assert_true(end);
}

static void an_author_s_next_seq_and_the_next_order_cost_nothing(void **state)
{
	(void)state;
	struct rows_writer writer;
	rows_write_begin(&writer, block, sizeof block, 0);
	struct rows_row row = row_of(0, 1000, 100000, "x");
	assert_true(rows_write(&writer, &row));
	size_t first = writer.out.used;
	row = row_of(0, 1001, 100001, "x");
	assert_true(rows_write(&writer, &row));
	assert_int_equal(writer.out.used - first, 1 + 1 + 1 + 1); /* length, tag, length, x */
}

static void a_row_that_does_not_fit_leaves_those_before_whole(void **state)
{
	(void)state;
	struct rows_writer writer;
	struct rows_reader reader;
	uint8_t small[64];
	rows_write_begin(&writer, small, sizeof small, 1);
	struct rows_row row = row_of(0, 1, 0, "0123456789");
	uint32_t count = 0;
	for (; rows_write(&writer, &row); row.seq++)
		count++;
	assert_int_equal(count, 64 / 13);
	rows_read_begin(&reader, rows_written(&writer), writer.count, 1, 1, false);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(next(&reader).seq, i + 1);
}

static void a_chunk_holds_at_most_a_thousand_deltas(void **state)
{
	(void)state;
	struct rows_writer writer;
	rows_write_begin(&writer, block, sizeof block, 1);
	struct rows_row row = row_of(0, 1, 0, "x");
	while (rows_write(&writer, &row))
		row.seq++;
	assert_int_equal(writer.count, LIMIT_CHUNK_DELTAS);
}

static void the_largest_delta_fits_what_rows_bytes_max_says(void **state)
{
	(void)state;
	struct rows_writer writer;
	struct rows_row row = { .seq = INT64_MAX, .order = INT64_MAX, .stamp_ms = INT64_MAX, .author = 31,
				.delta = span_of(text, sizeof text) };
	assert_true(rows_bytes_max(sizeof text) <= LIMIT_CHUNK_BYTES);
	rows_write_begin(&writer, block, rows_bytes_max(sizeof text), 0);
	assert_true(rows_write(&writer, &row));
}

/* Reads everything; the fault met, or none. */
static struct fault read_all(struct span bytes, uint32_t count, uint32_t authors, uint64_t first_seq, bool ordered)
{
	struct rows_reader reader;
	struct rows_row row;
	bool end = false;
	rows_read_begin(&reader, bytes, count, authors, first_seq, ordered);
	while (!end)
		FAULT_TRY(rows_read(&reader, &row, &end));
	return fault_none();
}

#define BYTES(...) (span_of((const uint8_t[]){ __VA_ARGS__ }, sizeof (const uint8_t[]){ __VA_ARGS__ }))

static void malformed_rows_are_the_peer_s_fault(void **state)
{
	(void)state;
	struct { struct span bytes; uint32_t count; bool ordered; } bad[] = {
		{ BYTES(9, 0x0a, 1, 'x'), 1, false },                   /* longer than the message */
		{ BYTES(3, 0x0a, 1, 'x', 0), 1, false },                /* bytes after the last */
		{ BYTES(0), 1, false },                                 /* neither delta nor digest */
		{ BYTES(2, 0x0a, 0), 1, false },                        /* an empty delta */
		{ BYTES(5, 0x0a, 1, 'x', 0x18, 1), 1, false },          /* author not named */
		{ BYTES(5, 0x0a, 1, 'x', 0x20, 0), 1, false },          /* seq 0 */
		{ BYTES(5, 0x0a, 1, 'x', 0x28, 7), 1, false },          /* order where there is none */
		{ BYTES(5, 0x0a, 1, 'x', 0x20, 3), 1, true },           /* no order where there must be */
		{ BYTES(4, 0x12, 2, 1, 1), 1, false },                  /* digest of two bytes */
		{ BYTES(5, 0x0a, 1, 'x', 0x3a, 0), 1, false },          /* an earlier place of nothing */
		{ BYTES(2, 0x08, 1), 1, false },                        /* a delta that is a number */
		{ BYTES(3, 0x0b, 1, 'x'), 1, false },                   /* a group */
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(read_all(bad[i].bytes, bad[i].count, 1, 1, bad[i].ordered).kind, FAULT_PEER);
	assert_false(fault_is(read_all(BYTES(3, 0x0a, 1, 'x'), 1, 1, 1, false)));
}

static void orders_that_do_not_rise_are_refused(void **state)
{
	(void)state;
	struct span same = BYTES(7, 0x0a, 1, 'x', 0x20, 1, 0x28, 9, 7, 0x0a, 1, 'y', 0x20, 2, 0x28, 9);
	assert_int_equal(read_all(same, 2, 1, 0, true).kind, FAULT_PEER);
}

static void seqs_of_a_push_may_not_go_back(void **state)
{
	(void)state;
	struct span back = BYTES(5, 0x0a, 1, 'x', 0x20, 9, 5, 0x0a, 1, 'y', 0x20, 8);
	assert_int_equal(read_all(back, 2, 1, 1, false).kind, FAULT_PEER);
}

static void what_was_forgotten_travels_sealed_beside_its_digest(void **state)
{
	(void)state;
	struct rows_writer writer;
	struct rows_reader reader;
	static const uint8_t digest[ROWS_DIGEST_BYTES] = { 7 };
	struct rows_row row = { .seq = 4, .digest = span_of(digest, sizeof digest), .sealed = span_text("sealed") };
	rows_write_begin(&writer, block, sizeof block, 4);
	assert_true(rows_write(&writer, &row));
	rows_read_begin(&reader, rows_written(&writer), 1, 1, 4, false);
	row = next(&reader);
	assert_int_equal(row.sealed.len, 6);
	assert_int_equal(read_all(BYTES(6, 0x0a, 1, 'x', 0x42, 1, 'y'), 1, 1, 1, false).kind, FAULT_PEER); /* beside a delta */
}

static void fields_of_a_later_version_are_passed_over(void **state)
{
	(void)state;
	assert_false(fault_is(read_all(BYTES(6, 0x0a, 1, 'x', 0xa0, 0x06, 1), 1, 1, 1, false)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pull_comes_back_as_it_was_written),
		cmocka_unit_test(an_author_s_next_seq_and_the_next_order_cost_nothing),
		cmocka_unit_test(a_row_that_does_not_fit_leaves_those_before_whole),
		cmocka_unit_test(a_chunk_holds_at_most_a_thousand_deltas),
		cmocka_unit_test(the_largest_delta_fits_what_rows_bytes_max_says),
		cmocka_unit_test(malformed_rows_are_the_peer_s_fault),
		cmocka_unit_test(orders_that_do_not_rise_are_refused),
		cmocka_unit_test(seqs_of_a_push_may_not_go_back),
		cmocka_unit_test(what_was_forgotten_travels_sealed_beside_its_digest),
		cmocka_unit_test(fields_of_a_later_version_are_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
