/* delta: golden bytes, every check of the header, and each derivation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "core/delta.h"
#include "lib/vectors.h"

static const char path[] = "tests/vectors/derivations.txt";

enum { OUT_BYTES = LIMIT_DELTA_BYTES + 1024 };
static uint8_t block[OUT_BYTES];

static void fill_run(uint8_t *out, size_t len, uint8_t start)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(start + i);
}

static struct delta least(void)
{
	struct delta delta = { .record_type = 1, .stamp_ms = 1, .fields = span_of("", 0) };
	fill_run(delta.case_id.bytes, ID_BYTES, 0x01);
	fill_run(delta.record_id.bytes, ID_BYTES, 0x31);
	return delta;
}

static struct delta everything(struct span fields)
{
	struct delta delta = least();
	delta.record_type = 300;
	delta.fields = fields;
	delta.cleared[0] = 4;
	delta.cleared[1] = 0x1fffffff;
	delta.cleared[2] = 128;
	delta.cleared_count = 3;
	delta.base.count = 2;
	delta.base.pairs[0].n = INT64_MAX;
	fill_run(delta.base.pairs[0].epoch.bytes, ID_BYTES, 0x71);
	fill_run(delta.base.pairs[1].epoch.bytes, ID_BYTES, 0x91);
	delta.stamp_ms = 1780000000123;
	delta.opens = true;
	delta.opening.kind = DELTA_CASE_MATTER;
	fill_run(delta.opening.secret.bytes, DELTA_SECRET_BYTES, 0x60);
	fill_run(delta.opening.client_case.bytes, ID_BYTES, 0x51);
	delta.envelope = (struct delta_envelope){
		.event_at_ms = 1779999999000, .is_signed = true, .author_role = 2, .clock_state = 1, .language = 3,
		.service_task = 4, .law_regime = 5, .retention_class = 6, .schema_version = 7,
	};
	fill_run(delta.envelope.supersedes.bytes, ID_BYTES, 0xb1);
	return delta;
}

static struct fault write(const struct delta *delta, struct span *out)
{
	struct wire_out wire;
	wire_out_init(&wire, block, sizeof block);
	struct fault fault = delta_write(delta, &wire);
	if (!fault_is(fault))
		*out = wire_out_span(&wire);
	return fault;
}

static void check_golden(const struct delta *delta, const char *name)
{
	uint8_t golden[512];
	struct span bytes;
	struct delta back;
	size_t len = vectors_get(path, name, golden, sizeof golden);
	assert_int_equal(write(delta, &bytes).kind, FAULT_NONE);
	assert_int_equal(bytes.len, len);
	assert_memory_equal(bytes.data, golden, len);
	assert_int_equal(delta_read(bytes, &back).kind, FAULT_NONE);
	assert_true(ID_EQUAL(back.case_id, delta->case_id));
	assert_true(ID_EQUAL(back.record_id, delta->record_id));
	assert_int_equal(back.record_type, delta->record_type);
	assert_true(span_equal(back.fields, delta->fields));
	assert_int_equal(back.cleared_count, delta->cleared_count);
	assert_memory_equal(back.cleared, delta->cleared, delta->cleared_count * sizeof *back.cleared);
	assert_int_equal(back.base.count, delta->base.count);
	for (size_t i = 0; i < back.base.count; i++) {
		assert_true(ID_EQUAL(back.base.pairs[i].epoch, delta->base.pairs[i].epoch));
		assert_true(back.base.pairs[i].n == delta->base.pairs[i].n);
	}
	assert_true(back.stamp_ms == delta->stamp_ms);
	assert_int_equal(back.opens, delta->opens);
	assert_int_equal(back.opening.kind, delta->opening.kind);
	assert_memory_equal(back.opening.secret.bytes, delta->opening.secret.bytes, DELTA_SECRET_BYTES);
	assert_true(ID_EQUAL(back.opening.client_case, delta->opening.client_case));
	assert_true(back.envelope.event_at_ms == delta->envelope.event_at_ms);
	assert_int_equal(back.envelope.is_signed, delta->envelope.is_signed);
	assert_int_equal(back.envelope.author_role, delta->envelope.author_role);
	assert_int_equal(back.envelope.clock_state, delta->envelope.clock_state);
	assert_int_equal(back.envelope.language, delta->envelope.language);
	assert_int_equal(back.envelope.service_task, delta->envelope.service_task);
	assert_int_equal(back.envelope.law_regime, delta->envelope.law_regime);
	assert_int_equal(back.envelope.retention_class, delta->envelope.retention_class);
	assert_int_equal(back.envelope.schema_version, delta->envelope.schema_version);
	assert_true(ID_EQUAL(back.envelope.supersedes, delta->envelope.supersedes));
}

static void bytes_are_the_golden_ones_and_read_back(void **state)
{
	(void)state;
	uint8_t fields[64];
	struct delta delta = least();
	check_golden(&delta, "delta_least");
	size_t len = vectors_get(path, "delta_fields", fields, sizeof fields);
	delta = everything(span_of(fields, len));
	check_golden(&delta, "delta_full");
}

static void a_read_delta_without_fields_has_empty_ones(void **state)
{
	(void)state;
	struct delta delta = least(), back;
	struct span bytes;
	assert_int_equal(write(&delta, &bytes).kind, FAULT_NONE);
	assert_int_equal(delta_read(bytes, &back).kind, FAULT_NONE);
	assert_non_null(back.fields.data);
	assert_int_equal(back.fields.len, 0);
}

/* ---- what neither writer nor reader lets pass ------------------------------ */

/* Encoded without a check, so that the reader's own are met. */
static struct span encode(const struct delta *delta, uint8_t *out, size_t size)
{
	uint8_t inner_block[1024];
	struct wire_out wire, inner;
	wire_out_init(&wire, out, size);
	wire_put_bytes(&wire, 1, ID_SPAN(delta->case_id));
	wire_put_bytes(&wire, 2, ID_SPAN(delta->record_id));
	wire_put_varint(&wire, 3, delta->record_type);
	wire_put_bytes(&wire, 4, delta->fields);
	for (size_t i = 0; i < delta->cleared_count; i++)
		wire_put_varint(&wire, 5, delta->cleared[i]); /* unpacked: this too is protobuf */
	for (size_t i = 0; i < delta->base.count; i++) {
		wire_out_init(&inner, inner_block, sizeof inner_block);
		wire_put_bytes(&inner, 1, ID_SPAN(delta->base.pairs[i].epoch));
		wire_put_varint(&inner, 2, delta->base.pairs[i].n);
		wire_put_bytes(&wire, 6, wire_out_span(&inner));
	}
	wire_put_varint(&wire, 7, delta->stamp_ms);
	wire_out_init(&inner, inner_block, sizeof inner_block);
	wire_put_varint(&inner, 1, (uint64_t)delta->opening.kind);
	wire_put_bytes(&inner, 2, span_of(delta->opening.secret.bytes, DELTA_SECRET_BYTES));
	if (!ID_IS_NONE(delta->opening.client_case))
		wire_put_bytes(&inner, 3, ID_SPAN(delta->opening.client_case));
	if (delta->opens)
		wire_put_bytes(&wire, 8, wire_out_span(&inner));
	wire_out_init(&inner, inner_block, sizeof inner_block);
	wire_put_varint(&inner, 1, delta->envelope.event_at_ms);
	wire_put_bytes(&wire, 9, wire_out_span(&inner));
	return wire_out_span(&wire);
}

static void refused(const struct delta *delta, const char *what)
{
	static uint8_t bytes[2 * OUT_BYTES];
	struct span written = span_of(NULL, 0);
	struct delta back = { .record_type = 77 };
	struct fault fault = write(delta, &written);
	bool limit = fault.kind == FAULT_LIMIT;
	if ((fault.kind != FAULT_CALLER && !limit) || strstr(fault.what, what) == NULL)
		fail_msg("write: \"%s\" instead of \"%s\"", fault.what, what);
	assert_null(written.data);
	fault = delta_read(encode(delta, bytes, sizeof bytes), &back);
	if (fault.kind != (limit ? FAULT_LIMIT : FAULT_PEER) || strstr(fault.what, what) == NULL)
		fail_msg("read: \"%s\" instead of \"%s\"", fault.what, what);
	assert_int_equal(back.record_type, 77);
}

static void accepted(const struct delta *delta)
{
	static uint8_t bytes[2 * OUT_BYTES];
	struct span written;
	struct delta back;
	struct fault fault = write(delta, &written);
	if (!fault_is(fault))
		fault = delta_read(written, &back);
	if (!fault_is(fault))
		fault = delta_read(encode(delta, bytes, sizeof bytes), &back);
	if (fault_is(fault))
		fail_msg("%s", fault.what);
}

static void ids_type_and_stamp_must_be_there(void **state)
{
	(void)state;
	struct delta delta = least();
	accepted(&delta);
	delta.case_id = (struct case_id){ { 0 } };
	refused(&delta, "no case id");
	delta = least();
	delta.record_id = (struct record_id){ { 0 } };
	refused(&delta, "no record id");
	delta = least();
	delta.record_type = 0;
	refused(&delta, "no record type");
	delta = least();
	delta.stamp_ms = 0;
	refused(&delta, "stamp");
	delta.stamp_ms = (uint64_t)INT64_MAX + 1;
	refused(&delta, "stamp");
	delta.stamp_ms = INT64_MAX;
	accepted(&delta);
	delta.envelope.event_at_ms = (uint64_t)INT64_MAX + 1;
	refused(&delta, "event time");
}

static void fields_must_be_wire_format(void **state)
{
	(void)state;
	struct delta delta = least();
	delta.fields = span_of("\x08", 1);
	refused(&delta, "not wire format");
	delta.fields = span_of("\x08\x01\x0b", 3);
	refused(&delta, "not wire format");
	/* Text is not looked at here: what is well-formed as a field passes. */
	delta.fields = span_of("\x0a\x02\xc3\x28", 4);
	accepted(&delta);
}

static void a_number_is_set_or_cleared_once(void **state)
{
	(void)state;
	struct delta delta = least();
	delta.fields = span_of("\x08\x01\x10\x02", 4);
	delta.cleared[0] = 3;
	delta.cleared_count = 1;
	accepted(&delta);
	delta.cleared[0] = 2;
	refused(&delta, "both set and cleared");
	delta.cleared[0] = delta.cleared[1] = 7;
	delta.cleared_count = 2;
	refused(&delta, "cleared twice");
	delta.cleared[0] = 0;
	refused(&delta, "out of range");
}

static void a_cleared_number_out_of_range_is_refused(void **state)
{
	(void)state;
	uint8_t bytes[256];
	struct delta delta = least(), back;
	struct span written;
	delta.cleared[0] = 0x20000000;
	delta.cleared_count = 1;
	assert_int_equal(write(&delta, &written).kind, FAULT_CALLER);
	assert_int_equal(delta_read(encode(&delta, bytes, sizeof bytes), &back).kind, FAULT_PEER);
	delta.cleared[0] = 0x1fffffff;
	accepted(&delta);
}

/* `count` fields of distinct numbers, each 2 or 3 bytes. */
static struct span many_fields(uint8_t *out, size_t size, uint32_t count)
{
	struct wire_out wire;
	wire_out_init(&wire, out, size);
	for (uint32_t i = 1; i <= count; i++)
		wire_put_varint(&wire, i, 1);
	return wire_out_span(&wire);
}

static void more_fields_than_the_limit_are_refused(void **state)
{
	(void)state;
	uint8_t fields[1024];
	struct delta delta = least();
	delta.fields = many_fields(fields, sizeof fields, LIMIT_FIELDS);
	accepted(&delta);
	delta.cleared[0] = 1000;
	delta.cleared_count = 1;
	refused(&delta, "too many fields");
	delta.fields = many_fields(fields, sizeof fields, LIMIT_FIELDS - 1);
	accepted(&delta);
	delta.cleared_count = 0;
	delta.fields = many_fields(fields, sizeof fields, LIMIT_FIELDS + 1);
	refused(&delta, "too many fields");
	delta.fields = span_of("", 0);
	delta.cleared_count = LIMIT_FIELDS;
	for (uint32_t i = 0; i < LIMIT_FIELDS; i++)
		delta.cleared[i] = 2000 + i;
	accepted(&delta);
}

static void a_field_longer_than_the_limit_is_refused_in_all_its_occurrences(void **state)
{
	(void)state;
	static uint8_t text[LIMIT_FIELD_BYTES], fields[LIMIT_FIELD_BYTES + 64];
	struct delta delta = least();
	struct wire_out wire;
	for (size_t over = 0; over < 2; over++) {
		/* Two occurrences: tag, and a length of three bytes and of one. */
		wire_out_init(&wire, fields, sizeof fields);
		wire_put_bytes(&wire, 2, span_of(text, LIMIT_FIELD_BYTES - 4 - 2 - 100));
		wire_put_varint(&wire, 3, 1);
		wire_put_bytes(&wire, 2, span_of(text, 100 + over));
		delta.fields = wire_out_span(&wire);
		if (over)
			refused(&delta, "field too long");
		else
			accepted(&delta);
	}
}

/* Two texts of so many bytes in all. */
static struct span two_texts(size_t bytes)
{
	static uint8_t text[LIMIT_FIELD_BYTES], fields[2 * LIMIT_FIELD_BYTES];
	struct wire_out wire;
	wire_out_init(&wire, fields, sizeof fields);
	wire_put_bytes(&wire, 2, span_of(text, 30000));
	wire_put_bytes(&wire, 3, span_of(text, bytes - 30000));
	return wire_out_span(&wire);
}

static void a_delta_longer_than_the_limit_is_refused(void **state)
{
	(void)state;
	static uint8_t bytes[2 * OUT_BYTES];
	struct delta delta = least(), back;
	struct span written;
	delta.fields = two_texts(LIMIT_DELTA_BYTES - 100);
	assert_int_equal(write(&delta, &written).kind, FAULT_NONE);
	size_t most = LIMIT_DELTA_BYTES - 100 + LIMIT_DELTA_BYTES - written.len;
	delta.fields = two_texts(most);
	assert_int_equal(write(&delta, &written).kind, FAULT_NONE);
	assert_int_equal(written.len, LIMIT_DELTA_BYTES);
	assert_int_equal(delta_read(written, &back).kind, FAULT_NONE);
	delta.fields = two_texts(most + 1);
	assert_int_equal(write(&delta, &written).kind, FAULT_LIMIT);
	assert_int_equal(delta_read(encode(&delta, bytes, sizeof bytes), &back).kind, FAULT_LIMIT);
}

static void what_does_not_fit_the_callers_block_is_refused(void **state)
{
	(void)state;
	struct delta delta = least();
	struct span whole = { NULL, 0 };
	assert_int_equal(write(&delta, &whole).kind, FAULT_NONE);
	for (size_t size = 0; size <= whole.len; size++) {
		struct wire_out wire;
		wire_out_init(&wire, block, size);
		assert_int_equal(delta_write(&delta, &wire).kind, size == whole.len ? FAULT_NONE : FAULT_LIMIT);
	}
}

static void bases_are_at_most_four_of_distinct_epochs(void **state)
{
	(void)state;
	struct delta delta = least();
	for (size_t i = 0; i < LIMIT_BASES; i++) {
		delta.base.pairs[i].epoch.bytes[3] = (uint8_t)(i + 1);
		delta.base.pairs[i].n = i;
		delta.base.count = i + 1;
		accepted(&delta);
	}
	delta.base.pairs[3].epoch = delta.base.pairs[0].epoch;
	refused(&delta, "two bases of one epoch");
	delta.base.pairs[3].epoch = (struct epoch_id){ { 0 } };
	refused(&delta, "base without epoch");
	delta.base.pairs[3].epoch.bytes[3] = 9;
	delta.base.pairs[3].n = (uint64_t)INT64_MAX + 1;
	refused(&delta, "base order");
}

static void an_opening_is_complete(void **state)
{
	(void)state;
	struct delta delta = least();
	delta.opens = true;
	for (int kind = DELTA_CASE_NONE; kind <= DELTA_CASE_ACCESS + 1; kind++) {
		bool known = kind >= DELTA_CASE_CLIENT && kind <= DELTA_CASE_ACCESS;
		bool names = kind >= DELTA_CASE_MATTER && kind <= DELTA_CASE_CHILD_NOTICE;
		delta.opening.kind = (enum delta_case_kind)kind;
		delta.opening.client_case = (struct case_id){ { 0 } };
		if (known && !names)
			accepted(&delta);
		else
			refused(&delta, "opening");
		delta.opening.client_case.bytes[0] = 5;
		if (known && names)
			accepted(&delta);
		else
			refused(&delta, "opening");
	}
	delta.opening.kind = DELTA_CASE_MATTER;
	delta.opening.client_case = delta.case_id;
	refused(&delta, "itself");
}

/* ---- what only a reader meets ----------------------------------------------- */

static struct fault read_with(const void *extra, size_t extra_len)
{
	uint8_t bytes[512];
	struct delta delta = least(), back;
	struct wire_out wire;
	wire_out_init(&wire, bytes, sizeof bytes);
	assert_int_equal(delta_write(&delta, &wire).kind, FAULT_NONE);
	wire_put_raw(&wire, span_of(extra, extra_len));
	return delta_read(wire_out_span(&wire), &back);
}

#define READ_WITH(text) read_with(text, sizeof(text) - 1)

static void a_case_is_a_clients_or_reserved(void **state)
{
	(void)state;
	for (int kind = DELTA_CASE_NONE; kind <= DELTA_CASE_ACCESS; kind++)
		assert_int_equal(delta_case_is_clients((enum delta_case_kind)kind),
				 kind >= DELTA_CASE_CLIENT && kind <= DELTA_CASE_CHILD_NOTICE);
}

static void stamp_and_fields_are_found_in_bytes_that_are_no_valid_delta(void **state)
{
	(void)state;
	static const uint8_t bytes[] = { DELTA_FIELDS << 3 | 2, 2, 8, 1, DELTA_STAMP_MS << 3, 77 };
	struct span fields = delta_fields_in(span_of(bytes, sizeof bytes));
	assert_int_equal(delta_stamp_in(span_of(bytes, sizeof bytes)), 77);
	assert_int_equal(fields.len, 2);
	assert_ptr_equal(fields.data, bytes + 2);
	assert_int_equal(delta_stamp_in(span_of(bytes, 4)), 0);
	assert_int_equal(delta_fields_in(span_of(bytes + 4, 2)).len, 0);
	assert_int_equal(delta_stamp_in(span_of(bytes, 3)), 0); /* cut off */
}

static void malformed_parts_are_refused(void **state)
{
	(void)state;
	assert_int_equal(READ_WITH("").kind, FAULT_NONE);
	assert_int_equal(READ_WITH("\x0b").kind, FAULT_PEER);         /* a group */
	assert_int_equal(READ_WITH("\x22").kind, FAULT_PEER);         /* cut */
	assert_int_equal(READ_WITH("\x20\x01").kind, FAULT_PEER);     /* fields: a number */
	assert_int_equal(READ_WITH("\x2a\x01\x80").kind, FAULT_PEER); /* cleared: cut varint */
	assert_int_equal(READ_WITH("\x2d\x01\x01\x01\x01").kind, FAULT_PEER); /* cleared: fixed32 */
	assert_int_equal(READ_WITH("\x30\x01").kind, FAULT_PEER);     /* base: a number */
	assert_int_equal(READ_WITH("\x32\x00").kind, FAULT_PEER);     /* base: no epoch */
	assert_int_equal(READ_WITH("\x32\x03\x0a\x01\x01").kind, FAULT_PEER); /* base: short epoch */
	assert_int_equal(READ_WITH("\x32\x01\x0a").kind, FAULT_PEER);
	assert_int_equal(READ_WITH("\x32\x24\x0a\x10" "0123456789abcdef" "\x0a\x10" "0123456789abcdef").kind, FAULT_PEER);
	assert_int_equal(READ_WITH("\x32\x16\x0a\x10" "0123456789abcdef" "\x10\x01\x10\x01").kind, FAULT_PEER);
	assert_int_equal(READ_WITH("\x40\x01").kind, FAULT_PEER);     /* opening: a number */
	assert_int_equal(READ_WITH("\x42\x02\x08\x01").kind, FAULT_PEER); /* opening: no secret */
	assert_int_equal(READ_WITH("\x42\x05\x08\x01\x12\x01\x01").kind, FAULT_PEER); /* short secret */
	assert_int_equal(READ_WITH("\x42\x01\x08").kind, FAULT_PEER);
	assert_int_equal(READ_WITH("\x48\x01").kind, FAULT_PEER);     /* envelope: a number */
	assert_int_equal(READ_WITH("\x4a\x01\x08").kind, FAULT_PEER);
	assert_int_equal(READ_WITH("\x4a\x02\x10\x02").kind, FAULT_PEER); /* signed: neither 0 nor 1 */
	assert_int_equal(READ_WITH("\x4a\x03\x0a\x01\x01").kind, FAULT_PEER); /* event time: bytes */
	assert_int_equal(READ_WITH("\x4a\x04\x18\x01\x18\x01").kind, FAULT_PEER); /* role twice */
	assert_int_equal(READ_WITH("\x4a\x07\x18\x80\x80\x80\x80\x10").kind, FAULT_PEER); /* role of 33 bits, cut */
	assert_int_equal(READ_WITH("\x4a\x06\x18\x80\x80\x80\x80\x10").kind, FAULT_PEER); /* role of 33 bits */
	assert_int_equal(READ_WITH("\x4a\x03\x52\x01\x01").kind, FAULT_PEER); /* short supersedes */
	assert_int_equal(READ_WITH("\x4a\x12\x52\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0").kind, FAULT_PEER); /* of none */
	assert_int_equal(READ_WITH("\x18\x01").kind, FAULT_PEER);     /* type again */
	assert_int_equal(READ_WITH("\x38\x01").kind, FAULT_PEER);     /* stamp again */
	assert_int_equal(READ_WITH("\x4a\x00\x4a\x00").kind, FAULT_PEER); /* envelope twice */
	assert_int_equal(READ_WITH("\x4a\x00").kind, FAULT_NONE);
}

static void unknown_delta_fields_are_passed_over(void **state)
{
	(void)state;
	assert_int_equal(READ_WITH("\x52\x02hi").kind, FAULT_NONE);
	assert_int_equal(READ_WITH("\xf8\x07\x05\xf8\x07\x05").kind, FAULT_NONE);
	assert_int_equal(READ_WITH("\x4a\x03\x78\x01\x0a").kind, FAULT_PEER);
	assert_int_equal(READ_WITH("\x4a\x02\x78\x01").kind, FAULT_NONE);
	assert_int_equal(READ_WITH("\x32\x14\x0a\x10" "0123456789abcdef" "\x78\x01").kind, FAULT_NONE);
}

static void ids_of_other_lengths_are_refused(void **state)
{
	(void)state;
	struct delta back;
	for (size_t len = 0; len < 40; len++) {
		for (uint32_t number = 1; number <= 2; number++) {
			uint8_t bytes[256], id[40];
			struct wire_out wire;
			memset(id, 7, sizeof id);
			wire_out_init(&wire, bytes, sizeof bytes);
			wire_put_bytes(&wire, number, span_of(id, len));
			wire_put_bytes(&wire, 3 - number, span_of(id, 16));
			wire_put_varint(&wire, 3, 1);
			wire_put_varint(&wire, 7, 1);
			assert_int_equal(delta_read(wire_out_span(&wire), &back).kind, len == 16 ? FAULT_NONE : FAULT_PEER);
		}
	}
}

static void a_fifth_base_and_one_clearing_too_many_are_refused(void **state)
{
	(void)state;
	uint8_t bytes[4096], epoch[18] = { 0x0a, 16 };
	struct wire_out wire;
	wire_out_init(&wire, bytes, sizeof bytes);
	for (uint8_t i = 1; i <= LIMIT_BASES + 1; i++) {
		epoch[2] = i;
		assert_int_equal(read_with(bytes, wire.used).kind, FAULT_NONE);
		wire_put_bytes(&wire, 6, span_of(epoch, sizeof epoch));
	}
	assert_int_equal(read_with(bytes, wire.used).kind, FAULT_PEER);
	wire_out_init(&wire, bytes, sizeof bytes);
	for (uint32_t i = 1; i <= 20; i++)
		wire_put_varint(&wire, 5, i);
	assert_int_equal(read_with(bytes, wire.used).kind, FAULT_NONE);
	uint8_t packed[LIMIT_FIELDS];
	for (size_t i = 0; i < sizeof packed; i++)
		packed[i] = (uint8_t)(i % 100 + 21); /* one above the limit, whatever they are */
	wire_put_bytes(&wire, 5, span_of(packed, sizeof packed));
	assert_int_equal(read_with(bytes, wire.used).kind, FAULT_PEER);
}

static void every_cut_of_a_delta_is_refused_or_another_delta(void **state)
{
	(void)state;
	uint8_t golden[512];
	struct delta back;
	size_t len = vectors_get(path, "delta_full", golden, sizeof golden), whole = 0;
	for (size_t cut = 0; cut < len; cut++) {
		/* On the heap, so that a read beyond the end is seen. */
		uint8_t *bytes = test_malloc(cut + 1);
		memcpy(bytes, golden, cut);
		struct fault fault = delta_read(span_of(bytes, cut), &back);
		whole += fault.kind == FAULT_NONE;
		assert_true(fault.kind == FAULT_NONE || fault.kind == FAULT_PEER);
		test_free(bytes);
	}
	/* Only the cut before the opening and the one before the envelope. */
	assert_int_equal(whole, 2);
}

/* ---- derivations ------------------------------------------------------------- */

struct known {
	struct delta_identity identity;
	struct author author;
	struct delta_secret secret;
	struct delta_hash previous;
	uint64_t seq;
	uint8_t public_key[DELTA_SIGN_PUBLIC_BYTES], secret_key[DELTA_SIGN_SECRET_BYTES];
};

static void load(struct known *known)
{
	uint8_t seed[32], public_key[32];
	vectors_get(path, "identity", known->identity.bytes, 32);
	vectors_get(path, "node", known->author.node.bytes, ID_BYTES);
	vectors_get(path, "epoch", known->author.epoch.bytes, ID_BYTES);
	vectors_get(path, "secret", known->secret.bytes, 32);
	vectors_get(path, "previous_h", known->previous.bytes, 32);
	known->seq = vectors_number(path, "seq_n");
	vectors_get(path, "sign_seed", seed, sizeof seed);
	vectors_get(path, "sign_public", public_key, sizeof public_key);
	crypto_sign_seed_keypair(known->public_key, known->secret_key, seed);
	assert_memory_equal(known->public_key, public_key, sizeof public_key);
}

static void same_as_vector(const char *name, const uint8_t *bytes, size_t len)
{
	uint8_t expected[128];
	assert_int_equal(vectors_get(path, name, expected, sizeof expected), len);
	if (memcmp(bytes, expected, len) != 0)
		fail_msg("%s differs", name);
}

static void each_hash_is_the_vector(void **state)
{
	(void)state;
	struct known known;
	struct delta_hash hash;
	uint8_t salt[DELTA_SALT_BYTES], delta[512];
	load(&known);
	delta_chain_begin(&known.identity, &known.author, 0, NULL, &hash);
	same_as_vector("chain_begin", hash.bytes, 32);
	delta_chain_begin(&known.identity, &known.author, 99, NULL, &hash);
	same_as_vector("chain_begin", hash.bytes, 32);
	delta_chain_begin(&known.identity, &known.author, known.seq, &known.previous, &hash);
	same_as_vector("chain_continues", hash.bytes, 32);
	delta_salt(&known.secret, &known.author, known.seq, salt);
	same_as_vector("salt", salt, sizeof salt);
	size_t len = vectors_get(path, "delta_full", delta, sizeof delta);
	delta_digest(salt, span_of(delta, len), &hash);
	same_as_vector("digest", hash.bytes, 32);
	delta_link(&known.previous, known.seq, &hash, &hash); /* in place, too */
	same_as_vector("link", hash.bytes, 32);
}

static void content_is_of_the_bytes_and_the_secret_alone(void **state)
{
	(void)state;
	struct delta_secret secret = { { 1 } }, other = { { 2 } };
	const struct author nobody = { .node = { { 0 } } };
	struct epoch_id content, again, of_other_bytes, of_other_secret;
	uint8_t salt[DELTA_SALT_BYTES];
	struct delta_hash digest;
	delta_content(&secret, span_text("bytes"), &content);
	delta_content(&secret, span_text("bytes"), &again);
	delta_content(&secret, span_text("byteS"), &of_other_bytes);
	delta_content(&other, span_text("bytes"), &of_other_secret);
	assert_true(ID_EQUAL(content, again));
	assert_false(ID_EQUAL(content, of_other_bytes));
	assert_false(ID_EQUAL(content, of_other_secret));
	delta_salt(&secret, &nobody, 0, salt);
	delta_digest(salt, span_text("bytes"), &digest);
	assert_memory_equal(content.bytes, digest.bytes, ID_BYTES);
}

static void a_head_is_the_vector_and_verifies_for_nothing_else(void **state)
{
	(void)state;
	struct known known, other;
	struct delta_hash link;
	struct delta_signature head;
	load(&known);
	vectors_get(path, "link", link.bytes, 32);
	delta_head_sign(&known.identity, &known.author, known.seq, &link, known.secret_key, &head);
	same_as_vector("head", head.bytes, sizeof head.bytes);
	assert_true(delta_head_verify(&known.identity, &known.author, known.seq, &link, known.public_key, &head));
	assert_false(delta_head_verify(&known.identity, &known.author, known.seq + 1, &link, known.public_key, &head));
	assert_false(delta_head_verify(&known.identity, &known.author, known.seq, &known.previous, known.public_key, &head));
	other = known;
	other.identity.bytes[31] ^= 1;
	assert_false(delta_head_verify(&other.identity, &known.author, known.seq, &link, known.public_key, &head));
	other.author.node.bytes[15] ^= 1;
	assert_false(delta_head_verify(&known.identity, &other.author, known.seq, &link, known.public_key, &head));
	other.author = known.author;
	other.author.epoch.bytes[15] ^= 1;
	assert_false(delta_head_verify(&known.identity, &other.author, known.seq, &link, known.public_key, &head));
	other.public_key[3] ^= 1;
	assert_false(delta_head_verify(&known.identity, &known.author, known.seq, &link, other.public_key, &head));
	for (size_t i = 0; i < DELTA_SIGNATURE_BYTES; i++) {
		head.bytes[i] ^= 0x10;
		assert_false(delta_head_verify(&known.identity, &known.author, known.seq, &link, known.public_key, &head));
		head.bytes[i] ^= 0x10;
	}
}

static void each_tagged_signature_is_the_vector_and_stays_with_its_tag(void **state)
{
	(void)state;
	static const struct { const char *tag, *name; } tags[] = {
		{ DELTA_TAG_RECEIPT, "sign_receipt" }, { DELTA_TAG_CERT, "sign_cert" }, { DELTA_TAG_ENROL, "sign_enrol" },
		{ DELTA_TAG_DENY, "sign_deny" }, { DELTA_TAG_ERASE, "sign_erase" }, { DELTA_TAG_BUNDLE, "sign_bundle" },
	};
	struct known known;
	struct delta_signature signature;
	struct span context = span_text("context"), message = span_text("exact bytes");
	load(&known);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(delta_sign(tags[i].tag, context, message, known.secret_key, &signature).kind, FAULT_NONE);
		same_as_vector(tags[i].name, signature.bytes, sizeof signature.bytes);
		for (size_t k = 0; k < 6; k++)
			assert_int_equal(delta_verify(tags[k].tag, context, message, known.public_key, &signature), i == k);
		assert_false(delta_verify(tags[i].tag, context, span_text("exact byte"), known.public_key, &signature));
		assert_false(delta_verify(tags[i].tag, span_text("contexT"), message, known.public_key, &signature));
		/* An empty context is no other message. */
		assert_true(delta_verify(tags[i].tag, span_of(NULL, 0), span_text("contextexact bytes"), known.public_key, &signature));
	}
}

static void a_message_too_long_to_sign_is_refused(void **state)
{
	(void)state;
	static uint8_t large[64 * 1024 + 1];
	struct known known;
	struct delta_signature signature;
	load(&known);
	struct span most = span_of(large, sizeof large - 1);
	assert_int_equal(delta_sign(DELTA_TAG_CERT, span_of("", 0), most, known.secret_key, &signature).kind, FAULT_NONE);
	assert_true(delta_verify(DELTA_TAG_CERT, span_of("", 0), most, known.public_key, &signature));
	assert_int_equal(delta_sign(DELTA_TAG_CERT, span_of("x", 1), most, known.secret_key, &signature).kind, FAULT_LIMIT);
	assert_int_equal(delta_sign(DELTA_TAG_CERT, span_of(large, sizeof large), most, known.secret_key, &signature).kind, FAULT_LIMIT);
	assert_false(delta_verify(DELTA_TAG_CERT, span_of("x", 1), most, known.public_key, &signature));
}

static void reserved_cases_have_the_ids_of_the_vectors(void **state)
{
	(void)state;
	struct known known;
	struct case_id id;
	load(&known);
	delta_reserved_case(&known.identity, span_text("reference"), &id);
	same_as_vector("case_reference", id.bytes, ID_BYTES);
	delta_reserved_case(&known.identity, span_text("directory"), &id);
	same_as_vector("case_directory", id.bytes, ID_BYTES);
	delta_access_case(&known.identity, &known.author.node, &id);
	same_as_vector("case_access", id.bytes, ID_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_the_golden_ones_and_read_back),
		cmocka_unit_test(a_read_delta_without_fields_has_empty_ones),
		cmocka_unit_test(ids_type_and_stamp_must_be_there),
		cmocka_unit_test(fields_must_be_wire_format),
		cmocka_unit_test(a_number_is_set_or_cleared_once),
		cmocka_unit_test(a_cleared_number_out_of_range_is_refused),
		cmocka_unit_test(more_fields_than_the_limit_are_refused),
		cmocka_unit_test(a_field_longer_than_the_limit_is_refused_in_all_its_occurrences),
		cmocka_unit_test(a_delta_longer_than_the_limit_is_refused),
		cmocka_unit_test(what_does_not_fit_the_callers_block_is_refused),
		cmocka_unit_test(bases_are_at_most_four_of_distinct_epochs),
		cmocka_unit_test(an_opening_is_complete),
		cmocka_unit_test(a_case_is_a_clients_or_reserved),
		cmocka_unit_test(stamp_and_fields_are_found_in_bytes_that_are_no_valid_delta),
		cmocka_unit_test(malformed_parts_are_refused),
		cmocka_unit_test(unknown_delta_fields_are_passed_over),
		cmocka_unit_test(ids_of_other_lengths_are_refused),
		cmocka_unit_test(a_fifth_base_and_one_clearing_too_many_are_refused),
		cmocka_unit_test(every_cut_of_a_delta_is_refused_or_another_delta),
		cmocka_unit_test(each_hash_is_the_vector),
		cmocka_unit_test(a_head_is_the_vector_and_verifies_for_nothing_else),
		cmocka_unit_test(each_tagged_signature_is_the_vector_and_stays_with_its_tag),
		cmocka_unit_test(content_is_of_the_bytes_and_the_secret_alone),
		cmocka_unit_test(a_message_too_long_to_sign_is_refused),
		cmocka_unit_test(reserved_cases_have_the_ids_of_the_vectors),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
