/* node: a real central node on loopback, and a device that holds a valid session
 * and sends what no honest device would. Each such frame ends the session and
 * changes nothing; the device, honest again, goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "central/node.h"
#include "core/session_frame.h"
#include "io/codec.h"
#include "io/link.h"
#include "io/random.h"
#include "io/timer.h"
#include "records_table.h"
#include "store/replica_state.h" /* the session's ciphers, to seal lies with */
#include "store/seal_vfs.h"

enum { PATIENCE_MS = 10000, LOOK_MS = 3 };

static struct {
	char base[32], key[64], deny[64];
	struct loop *loop;
	struct folder folder;
	struct node *node;
	struct link *link;
	struct log *log;
	struct replica *replica;
	struct timer *look;
	bool (*awaited)(void);
	uint64_t deadline_ms;
	bool waited_in_vain;
	unsigned downs;
	struct case_id case_id;
} all;

/* ---- the device ---- */

static void host_send(void *ctx, struct span bytes)
{
	(void)ctx;
	link_send(all.link, bytes);
}

static void host_hang_up(void *ctx, const char *why)
{
	(void)ctx;
	link_hang_up(all.link, why);
}

static struct replica_time now(void)
{
	return (struct replica_time){ loop_wall_ms(), loop_mono_ms() };
}

static void up(void *ctx)
{
	(void)ctx;
	replica_link_up(all.replica, now());
}

static void came(void *ctx, struct span bytes)
{
	(void)ctx;
	replica_link_bytes(all.replica, bytes, now());
}

static void down(void *ctx, const char *why)
{
	(void)ctx;
	(void)why;
	all.downs++;
	replica_link_down(all.replica, now());
}

static void failed(void *ctx, const char *why)
{
	(void)ctx;
	(void)why;
}

static enum replica_state state(void)
{
	struct replica_status status;
	replica_status(all.replica, &status);
	return status.state;
}

/* ---- waiting ---- */

static void look(void *ctx)
{
	(void)ctx;
	all.waited_in_vain = loop_mono_ms() > all.deadline_ms;
	if (all.waited_in_vain || all.awaited())
		loop_stop(all.loop);
	else
		timer_at(all.look, loop_mono_ms() + LOOK_MS);
}

static void await(bool (*condition)(void))
{
	all.awaited = condition;
	all.deadline_ms = loop_mono_ms() + PATIENCE_MS;
	timer_at(all.look, loop_mono_ms());
	loop_run(all.loop);
	assert_false(all.waited_in_vain);
}

static struct node_id waiting;

static bool take_waiting(void *ctx, const struct hub_device *device)
{
	*(bool *)ctx = device->state == HUB_DEVICE_WAITING;
	waiting = device->node;
	return false;
}

static bool waits_for_confirmation(void)
{
	bool found = false;
	return state() == REPLICA_ENROLLING && !fault_is(hub_devices(node_hub(all.node), take_waiting, &found)) && found;
}

static bool is_offline(void)
{
	return state() == REPLICA_OFFLINE && !link_is_up(all.link);
}

static bool is_in_step(void)
{
	struct replica_status status;
	replica_status(all.replica, &status);
	return status.state == REPLICA_IDLE && status.unreceipted == 0;
}

static unsigned downs_before;

static bool is_cut(void)
{
	return all.downs > downs_before && !link_is_up(all.link);
}

static void connect_device(void)
{
	link_want(all.link, true);
	await(is_in_step);
}

/* ---- set-up ---- */

static void enrol(void)
{
	struct hub_slot slot;
	struct record_id staff;
	struct replica_enrolment enrolment = { .identity = *hub_identity(node_hub(all.node)), .serial = "test" };
	random_fill(NULL, staff.bytes, ID_BYTES);
	assert_false(fault_is(hub_slot_new(node_hub(all.node), staff, node_now(), &slot)));
	memcpy(enrolment.slot, slot.slot, sizeof enrolment.slot);
	memcpy(enrolment.secret, slot.secret, sizeof enrolment.secret);
	assert_false(fault_is(replica_enrol(all.replica, &enrolment)));
	link_want(all.link, true);
	await(waits_for_confirmation);
	assert_false(fault_is(hub_device_confirm(node_hub(all.node), waiting, node_now())));
	node_poke(all.node);
	await(is_offline);
	connect_device();
}

static struct fault write_client(const char *name, struct replica_written *out)
{
	uint8_t block[256];
	struct wire_out fields;
	struct replica_write write = { .record_type = RECORDS_TYPE_CLIENT, .opens = true, .kind = DELTA_CASE_CLIENT };
	wire_out_init(&fields, block, sizeof block);
	wire_put_bytes(&fields, RECORDS_CLIENT_FAMILY_NAME, span_text(name));
	wire_put_bytes(&fields, RECORDS_CLIENT_GIVEN_NAMES, span_text("Aino"));
	wire_put_bytes(&fields, RECORDS_CLIENT_MUNICIPALITY, span_text("Utajärvi"));
	wire_put_varint(&fields, RECORDS_CLIENT_CONTACT_LANGUAGE, 1);
	wire_put_varint(&fields, RECORDS_CLIENT_ADDRESS_PROTECTED, 0);
	write.fields = wire_out_span(&fields);
	return replica_write(all.replica, &write, now(), out);
}

static void open_node(bool init)
{
	struct node_config config = { .folder = &all.folder, .key_file = all.key, .deny_file = all.deny, .init = init };
	struct address at;
	assert_false(fault_is(address_read(span_text("127.0.0.1:0"), &config.listen)));
	assert_false(fault_is(node_open(all.loop, &config, &all.node)));
	assert_false(fault_is(address_read(span_text(node_address(all.node)), &at)));
	link_address(all.link, &at);
}

static int set_up(void **unused)
{
	struct replica_host host = { .random = random_fill, .send = host_send, .hang_up = host_hang_up,
				     .compress = codec_compress, .decompress = codec_decompress };
	struct link_events events = { .up = up, .bytes = came, .down = down, .failed = failed };
	struct replica_written written;
	char folder[64];
	(void)unused;
	assert_true(sodium_init() >= 0);
	assert_false(fault_is(seal_vfs_register()));
	strcpy(all.base, "/tmp/jalka-node-XXXXXX");
	assert_non_null(mkdtemp(all.base));
	snprintf(folder, sizeof folder, "%s/central", all.base);
	snprintf(all.key, sizeof all.key, "%s/key", all.base);
	snprintf(all.deny, sizeof all.deny, "%s/deny", all.base);
	assert_false(fault_is(folder_open(folder, &all.folder)));
	assert_false(fault_is(loop_open(&all.loop)));
	assert_false(fault_is(timer_open(all.loop, look, NULL, &all.look)));
	assert_false(fault_is(link_open(all.loop, &events, &all.link)));
	open_node(true);
	all.log = log_memory_new();
	assert_false(fault_is(replica_open(all.log, NULL, &host, now(), &all.replica)));
	enrol();
	assert_false(fault_is(write_client("Virtanen", &written)));
	all.case_id = written.case_id;
	replica_poke(all.replica, now());
	await(is_in_step);
	return 0;
}

static int tear_down(void **unused)
{
	char command[100];
	(void)unused;
	link_close(all.link);
	timer_close(all.look);
	node_close(all.node);
	loop_close(all.loop);
	replica_close(all.replica);
	log_close(all.log);
	folder_close(&all.folder);
	snprintf(command, sizeof command, "rm -rf %s", all.base);
	return system(command);
}

/* ---- what central holds ---- */

struct holdings {
	uint64_t last_local, last_order, deltas, quarantined;
};

static bool count_item(void *ctx, const struct hub_quarantined *item)
{
	(void)item;
	++*(uint64_t *)ctx;
	return true;
}

static struct holdings holdings(void)
{
	struct holdings h = { .quarantined = 0 };
	struct hub_audit audit = { .what = "" };
	assert_false(fault_is(log_last_local(node_log(all.node), &h.last_local)));
	assert_false(fault_is(log_last_order(node_log(all.node), &h.last_order)));
	assert_false(fault_is(hub_quarantine(node_hub(all.node), count_item, &h.quarantined)));
	assert_false(fault_is(hub_audit(node_hub(all.node), &audit)));
	assert_int_equal(audit.bad, 0);
	h.deltas = audit.deltas;
	return h;
}

static void assert_unchanged(const struct holdings *before)
{
	struct holdings after = holdings();
	assert_memory_equal(before, &after, sizeof after);
	assert_false(node_failed(all.node));
}

/* ---- lies ---- */

static uint8_t sealed[SESSION_FRAME_WIRE_BYTES];

static void say_sealed(struct span plain)
{
	size_t len;
	assert_false(fault_is(session_frame_seal(&all.replica->session.transport.send, plain, sealed, &len)));
	link_send(all.link, span_of(sealed, len));
}

/* A frame that must end the session. */
static void assert_refused(struct span plain)
{
	struct holdings before = holdings();
	if (!link_is_up(all.link) || state() != REPLICA_IDLE)
		connect_device();
	downs_before = all.downs;
	say_sealed(plain);
	await(is_cut);
	assert_unchanged(&before);
}

/* Control part, rows, padding to the next step. */
static struct span plain_of(uint8_t block[static 4096], struct span control, struct span rows)
{
	size_t len = 2 + control.len + rows.len;
	memset(block, 0, 4096);
	block[0] = (uint8_t)control.len;
	block[1] = (uint8_t)(control.len >> 8);
	memcpy(block + 2, control.data, control.len);
	if (rows.len > 0)
		memcpy(block + 2 + control.len, rows.data, rows.len);
	return span_of(block, (len + LIMIT_PAD_STEP_BYTES - 1) / LIMIT_PAD_STEP_BYTES * LIMIT_PAD_STEP_BYTES);
}

static void plaintext_that_is_no_frame_is_refused(void **unused)
{
	static uint8_t block[4096];
	(void)unused;
	assert_refused(span_of(block, 0));
	assert_refused(span_of(block, 1));
	assert_refused(span_of("\xff\xff", 2));                             /* control beyond the end */
	assert_refused(plain_of(block, span_of("\x07\x00", 2), span_text("")));     /* wire type 7 */
	assert_refused(plain_of(block, span_of("\x00\x01", 2), span_text("")));     /* field number 0 */
	assert_refused(plain_of(block, span_of("\x0a\x7f", 2), span_text("")));     /* part beyond the end */
	assert_refused(plain_of(block, span_text(""), span_text("rows without a part")));
	struct span padded = plain_of(block, span_text(""), span_text(""));
	block[40] = 1;
	assert_refused(padded); /* padding that is not zero */
}

static void a_broken_seal_is_refused(void **unused)
{
	struct holdings before = holdings();
	static uint8_t plain[64];
	size_t len;
	(void)unused;
	for (size_t at = 2; at < 2 + 64 + NOISE_TAG_BYTES; at += 13) {
		connect_device();
		downs_before = all.downs;
		assert_false(fault_is(session_frame_seal(&all.replica->session.transport.send,
							 span_of(plain, sizeof plain), sealed, &len)));
		sealed[at] ^= 1;
		link_send(all.link, span_of(sealed, len));
		await(is_cut);
		assert_unchanged(&before);
	}
	connect_device();
	downs_before = all.downs;
	link_send(all.link, span_of("\x00\x00", 2)); /* PLAIN, which is central's to say */
	await(is_cut);
	assert_unchanged(&before);
}

static void a_frame_played_twice_is_refused(void **unused)
{
	struct holdings before = holdings();
	static uint8_t block[4096];
	size_t len;
	(void)unused;
	connect_device();
	downs_before = all.downs;
	struct span empty = plain_of(block, span_text(""), span_text(""));
	assert_false(fault_is(session_frame_seal(&all.replica->session.transport.send, empty, sealed, &len)));
	link_send(all.link, span_of(sealed, len));
	link_send(all.link, span_of(sealed, len)); /* its nonce has passed */
	await(is_cut);
	assert_unchanged(&before);
}

/* A push whose parts can be spoilt one by one. */
static struct span push_plain(uint8_t block[static 4096], uint64_t first_seq, uint32_t count, uint32_t raw, uint32_t packed,
			      uint32_t codec, size_t signature_bytes, struct span rows)
{
	uint8_t inner[512], outer[600], sizes[64], signature[128];
	struct wire_out push, frame, counts;
	memset(signature, 0x5a, sizeof signature);
	wire_out_init(&counts, sizes, sizeof sizes);
	wire_put_varint(&counts, jalka_Rows_count_tag, count);
	wire_put_varint(&counts, jalka_Rows_raw_bytes_tag, raw);
	wire_put_varint(&counts, jalka_Rows_packed_bytes_tag, packed);
	wire_put_varint(&counts, jalka_Rows_codec_tag, codec);
	wire_out_init(&push, inner, sizeof inner);
	wire_put_bytes(&push, jalka_Push_epoch_tag, ID_SPAN(all.replica->self.epoch));
	wire_put_varint(&push, jalka_Push_first_seq_tag, first_seq);
	wire_put_bytes(&push, jalka_Push_rows_tag, wire_out_span(&counts));
	wire_put_bytes(&push, jalka_Push_signature_tag, span_of(signature, signature_bytes));
	wire_out_init(&frame, outer, sizeof outer);
	wire_put_bytes(&frame, jalka_Frame_push_tag, wire_out_span(&push));
	return plain_of(block, wire_out_span(&frame), rows);
}

static void a_push_that_is_not_in_order_is_refused(void **unused)
{
	static uint8_t block[4096];
	uint8_t row[200], delta[64];
	struct wire_out rows;
	(void)unused;
	memset(delta, 0x11, sizeof delta);
	wire_out_init(&rows, row, sizeof row);
	wire_put_bare_varint(&rows, sizeof delta + 2);
	wire_put_bytes(&rows, 1 /* Row.delta */, span_of(delta, sizeof delta));
	struct span one = wire_out_span(&rows);
	uint32_t len = (uint32_t)one.len;
	uint64_t next = all.replica->author.chain.info.seq + 1;
	assert_refused(push_plain(block, next, 1, len, len, 0, 64, one));          /* signature of nothing */
	assert_refused(push_plain(block, next, 1, len, len, 0, 0, one));           /* none */
	assert_refused(push_plain(block, next, 1, len, len, 0, 63, one));          /* short */
	assert_refused(push_plain(block, next, 0, len, len, 0, 64, one));          /* no rows */
	assert_refused(push_plain(block, next, 2, len, len, 0, 64, one));          /* fewer than said */
	assert_refused(push_plain(block, next, 1001, len, len, 0, 64, one));
	assert_refused(push_plain(block, next, 1, len, len + 500, 0, 64, one));    /* beyond the frame */
	assert_refused(push_plain(block, next, 1, len + 5, len, 0, 64, one));      /* lengths that differ */
	assert_refused(push_plain(block, next, 1, UINT32_MAX, len, 0, 64, one));
	assert_refused(push_plain(block, next, 1, len, len, 1, 64, one));          /* no zstd */
	assert_refused(push_plain(block, next, 1, len, len, 9, 64, one));          /* a codec nobody knows */
	assert_refused(push_plain(block, next + 1, 1, len, len, 0, 64, one));      /* a gap */
	assert_refused(push_plain(block, 0, 1, len, len, 0, 64, one));
	assert_refused(push_plain(block, UINT64_MAX, 1, len, len, 0, 64, one));
}

static void rows_that_unpack_to_too_much_are_refused(void **unused)
{
	static uint8_t block[4096], zeros[LIMIT_CHUNK_BYTES + 100], packed[2000];
	uint32_t codec = 0;
	(void)unused;
	/* The codec's own bounds have their test; here what passes them but not the chunk's. */
	for (size_t i = 0; i < sizeof zeros; i++)
		zeros[i] = (uint8_t)(i / 40 * 7);
	size_t len = codec_compress(NULL, span_of(zeros, sizeof zeros), packed, sizeof packed, &codec);
	if (len == 0)
		len = codec_compress(NULL, span_of(zeros, 2000), packed, sizeof packed, &codec);
	assert_true(len > 0);
	uint64_t next = all.replica->author.chain.info.seq + 1;
	assert_refused(push_plain(block, next, 1, sizeof zeros, (uint32_t)len, codec, 64, span_of(packed, len)));
	assert_refused(push_plain(block, next, 1, 1000, (uint32_t)len, codec, 64, span_of(packed, len)));
}

static void parts_that_are_centrals_to_send_are_refused_or_mean_nothing(void **unused)
{
	static const uint32_t parts[] = { jalka_Frame_receipt_tag, jalka_Frame_pull_tag, jalka_Frame_backlog_tag,
					  jalka_Frame_need_salt_tag, jalka_Frame_held_answer_tag };
	static uint8_t block[4096];
	(void)unused;
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		uint8_t control[8];
		struct wire_out frame;
		struct holdings before = holdings();
		wire_out_init(&frame, control, sizeof control);
		wire_put_bytes(&frame, parts[i], span_of(control, 0));
		connect_device();
		downs_before = all.downs;
		say_sealed(plain_of(block, wire_out_span(&frame), span_text("")));
		/* What follows is broken for sure: when it has cut the link, the first was taken or refused. */
		say_sealed(span_of("\xff\xff", 2));
		await(is_cut);
		assert_unchanged(&before);
	}
}

static void a_cursor_beyond_the_feed_raises_nothing(void **unused)
{
	static uint8_t block[4096];
	uint8_t cursor[64], heard[80], control[96];
	struct wire_out c, h, f;
	struct holdings before = holdings();
	(void)unused;
	wire_out_init(&c, cursor, sizeof cursor);
	wire_put_bytes(&c, jalka_Cursor_epoch_tag, ID_SPAN(all.replica->feed.epoch));
	wire_put_varint(&c, jalka_Cursor_order_tag, UINT64_MAX >> 1);
	wire_out_init(&h, heard, sizeof heard);
	wire_put_bytes(&h, jalka_Heard_cursor_tag, wire_out_span(&c));
	wire_out_init(&f, control, sizeof control);
	wire_put_bytes(&f, jalka_Frame_heard_tag, wire_out_span(&h));
	connect_device();
	downs_before = all.downs;
	say_sealed(plain_of(block, wire_out_span(&f), span_text("")));
	say_sealed(span_of("\xff\xff", 2));
	await(is_cut);
	assert_unchanged(&before);
	/* And the feed still reaches the device. */
	struct hub_write write = { .case_id = hub_directory_case(node_hub(all.node)), .record_type = RECORDS_TYPE_STAFF_MEMBER };
	uint8_t fields[64];
	struct wire_out out;
	struct hub_written written;
	uint64_t place = all.replica->feed.order;
	wire_out_init(&out, fields, sizeof fields);
	wire_put_bytes(&out, RECORDS_STAFF_MEMBER_NAME, span_text("Onni"));
	wire_put_varint(&out, RECORDS_STAFF_MEMBER_PROFESSION, 2);
	wire_put_bytes(&out, RECORDS_STAFF_MEMBER_UNIT, span_text("yksikkö"));
	write.fields = wire_out_span(&out);
	assert_false(fault_is(hub_write(node_hub(all.node), &write, node_now(), &written)));
	node_poke(all.node);
	connect_device();
	assert_true(all.replica->feed.order > place && all.replica->feed.order >= written.order);
}

static void random_control_parts_change_nothing(void **unused)
{
	static uint8_t block[4096];
	struct holdings before = holdings();
	uint32_t seed = 20261103;
	(void)unused;
	for (unsigned round = 0; round < 200; round++) {
		uint8_t noise[60];
		for (size_t i = 0; i < sizeof noise; i++) {
			seed = seed * 1664525 + 1013904223;
			noise[i] = (uint8_t)(seed >> 24);
		}
		connect_device();
		downs_before = all.downs;
		say_sealed(plain_of(block, span_of(noise, 1 + seed % 59), span_text("")));
		say_sealed(span_of("\xff\xff", 2));
		await(is_cut);
	}
	assert_unchanged(&before);
}

static void the_device_goes_on_when_it_is_honest_again(void **unused)
{
	struct replica_written written;
	struct holdings before = holdings();
	(void)unused;
	assert_false(fault_is(write_client("Korhonen", &written)));
	connect_device();
	struct holdings after = holdings();
	assert_true(after.last_order > before.last_order);
	assert_int_equal(after.quarantined, before.quarantined);
}

static void a_node_closed_and_opened_holds_the_same(void **unused)
{
	struct holdings before = holdings();
	(void)unused;
	downs_before = all.downs;
	node_close(all.node);
	open_node(false);
	await(is_cut);
	struct holdings after = holdings();
	assert_memory_equal(&before, &after, sizeof after);
	connect_device();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plaintext_that_is_no_frame_is_refused),
		cmocka_unit_test(a_broken_seal_is_refused),
		cmocka_unit_test(a_frame_played_twice_is_refused),
		cmocka_unit_test(a_push_that_is_not_in_order_is_refused),
		cmocka_unit_test(rows_that_unpack_to_too_much_are_refused),
		cmocka_unit_test(parts_that_are_centrals_to_send_are_refused_or_mean_nothing),
		cmocka_unit_test(a_cursor_beyond_the_feed_raises_nothing),
		cmocka_unit_test(random_control_parts_change_nothing),
		cmocka_unit_test(the_device_goes_on_when_it_is_honest_again),
		cmocka_unit_test(a_node_closed_and_opened_holds_the_same),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
