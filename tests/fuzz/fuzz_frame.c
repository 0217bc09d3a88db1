/* Fuzz target: the plaintext of messages and frames, as each side reads it after it was opened. What is
 * accepted has its texts in UTF-8 and its counts in bounds (W1), and is written again and read as the same. */
#include <sodium.h>

#include "core/session_frame.h"
#include "lib/mutate.h"

static union {
	jalka_Hello hello;
	jalka_Welcome welcome;
	jalka_Frame frame;
	jalka_EnrolRequest request;
	jalka_EnrolAnswer answer;
} first, second;
static uint8_t raw[LIMIT_CHUNK_BYTES], packed[LIMIT_CHUNK_BYTES], plain[LIMIT_FRAME_BYTES], again[LIMIT_FRAME_BYTES];

static bool is_written(enum session_frame_kind kind, void *control, struct span rows, uint8_t *out, size_t *len)
{
	return !fault_is(session_frame_encode(kind, control, rows, NULL, packed, LIMIT_FRAME_PLAIN_BYTES, out, len));
}

static void check_health(const jalka_Health *health)
{
	MUTATE_CHECK(strlen(health->version) < sizeof health->version && wire_utf8(span_text(health->version)));
	MUTATE_CHECK(health->counts_count <= sizeof health->counts / sizeof health->counts[0]);
}

/* The first byte says which message it is to be. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rows, rows_again;
	size_t len, len_again;
	if (size < 1 || size > LIMIT_FRAME_PLAIN_BYTES)
		return 0;
	enum session_frame_kind kind = (enum session_frame_kind)(data[0] % 5);
	memset(&first, 0, sizeof first);
	struct fault fault = session_frame_decode(kind, span_of(data + 1, size - 1), NULL, raw, &first, &rows);
	if (fault_is(fault)) {
		MUTATE_CHECK(fault.kind == FAULT_PEER);
		return 0;
	}
	if (kind == SESSION_FRAME_FRAME && first.frame.has_health)
		check_health(&first.frame.health);
	/* The longest spelling of a message may be too long for a frame once more is written out. */
	if (!is_written(kind, &first, rows, plain, &len))
		return 0;
	memset(&second, 0, sizeof second);
	MUTATE_CHECK(!fault_is(session_frame_decode(kind, span_of(plain, len), NULL, raw, &second, &rows_again)));
	MUTATE_CHECK(rows_again.len == rows.len);
	MUTATE_CHECK(is_written(kind, &second, rows_again, again, &len_again));
	MUTATE_CHECK(span_equal(span_of(plain, len), span_of(again, len_again)));
	return 0;
}

#ifndef JALKA_LIBFUZZER
enum { SEEDS = 4, SEED_BYTES = 512 };

static struct span seed(enum session_frame_kind kind, void *control, struct span rows, uint8_t *block)
{
	size_t len;
	block[0] = (uint8_t)kind;
	MUTATE_CHECK(is_written(kind, control, rows, plain, &len) && len < SEED_BYTES);
	memcpy(block + 1, plain, len);
	return span_of(block, len + 1);
}

/* A device's first frame: what it heard, and how it fares. */
static jalka_Frame frame_seed(void)
{
	jalka_Frame frame = jalka_Frame_init_zero;
	frame.has_heard = frame.heard.has_cursor = true;
	frame.heard.cursor.order = 4711;
	frame.has_health = true;
	frame.health = (jalka_Health){ .version = "0.1.0", .seq = 90, .unsent = 3, .unsent_age_s = 86400, .store_kib = 20480,
				       .free_kib16 = 1 << 20, .disk_kib16 = 1 << 24, .counts_count = 8, .counts = { 12, 1, 0, 2, 0, 0, 0, 5 },
				       .locked_age_s = 600, .clock_offset_s = -125 };
	return frame;
}

int main(int argc, char **argv)
{
	static uint8_t blocks[SEEDS][SEED_BYTES];
	static jalka_Hello hello;
	static jalka_Welcome welcome;
	static jalka_Frame frame;
	jalka_EnrolRequest request = jalka_EnrolRequest_init_zero;
	const struct span none = { NULL, 0 };
	if (sodium_init() < 0)
		return 1;
	SESSION_FRAME_SET(hello.epoch, "0123456789abcdef");
	hello.counter = 7;
	hello.has_push = hello.push.has_rows = true;
	hello.push.first_seq = hello.push.rows.count = 1;
	hello.push.signature.size = sizeof hello.push.signature.bytes;
	welcome.time_ms = 1780000000000;
	welcome.status = jalka_Status_STALE;
	frame = frame_seed();
	request.node.size = sizeof request.node.bytes;
	request.epoch.size = sizeof request.epoch.bytes;
	request.sign_key.size = sizeof request.sign_key.bytes;
	request.signature.size = sizeof request.signature.bytes;
	const struct span seeds[SEEDS] = {
		seed(SESSION_FRAME_HELLO, &hello, span_text("rows"), blocks[0]),
		seed(SESSION_FRAME_WELCOME, &welcome, none, blocks[1]),
		seed(SESSION_FRAME_FRAME, &frame, none, blocks[2]),
		seed(SESSION_FRAME_ENROL_REQUEST, &request, none, blocks[3]),
	};
	return mutate_main(argc, argv, seeds, SEEDS);
}
#endif
