/* Fuzz target: what arrives before authentication: clear header and message 1.
 * Only the honest message is taken; any other leaves the responder as it was. */
#include <sodium.h>

#include "base/limits.h"
#include "core/handshake.h"
#include "core/noise.h"
#include "lib/mutate.h"

enum { KINDS = 3, MESSAGE_BYTES = 256 };

static const enum noise_pattern patterns[KINDS] = { NOISE_IK, NOISE_IKPSK1, NOISE_XKPSK0 };
static const enum handshake_kind kinds[KINDS] = { HANDSHAKE_IK, HANDSHAKE_IKPSK1, HANDSHAKE_XKPSK0 };

static const uint8_t device_secret[32] = { 1 }, central_secret[32] = { 2 }, device_e[32] = { 3 }, central_e[32] = { 4 };
static const uint8_t psk[32] = { 5 };
static const struct delta_identity identity = { { 6 } };
static uint8_t payload[LIMIT_FRAME_BYTES];

static void begin_responder(struct noise *central, size_t kind, struct span prologue)
{
	noise_init(central, &(struct noise_config){
		.pattern = patterns[kind], .prologue = prologue, .static_secret = central_secret,
		.psk = patterns[kind] == NOISE_IK ? NULL : psk, .ephemeral_secret = central_e });
}

/* Header, MAC and message as an honest device sends them. */
static struct span honest(size_t kind, uint8_t out[static MESSAGE_BYTES])
{
	struct handshake_header header = { .kind = kinds[kind], .slot = { 9 } };
	struct span text = span_text("hello");
	struct noise device;
	uint8_t prologue[HANDSHAKE_PROLOGUE_BYTES_MAX], public_key[32];
	header.message_bytes = (uint16_t)(handshake_mac_covers(header.kind) + text.len + NOISE_TAG_BYTES);
	crypto_scalarmult_base(public_key, central_secret);
	size_t len = handshake_prologue(&identity, &header, prologue);
	noise_init(&device, &(struct noise_config){
		.pattern = patterns[kind], .initiator = true, .prologue = span_of(prologue, len),
		.static_secret = device_secret, .remote_static = public_key,
		.psk = patterns[kind] == NOISE_IK ? NULL : psk, .ephemeral_secret = device_e });
	size_t before = handshake_header_write(&header, out) + HANDSHAKE_MAC_BYTES;
	MUTATE_CHECK(!fault_is(noise_write(&device, text, out + before, MESSAGE_BYTES - before, &len)));
	MUTATE_CHECK(len == header.message_bytes);
	handshake_mac(&identity, &header, span_of(out + before, handshake_mac_covers(header.kind)),
		      out + before - HANDSHAKE_MAC_BYTES);
	return span_of(out, before + len);
}

static void read_message(size_t kind, const struct handshake_header *header, struct span message, bool is_honest)
{
	uint8_t prologue[HANDSHAKE_PROLOGUE_BYTES_MAX];
	struct noise central, before;
	size_t payload_len = 0;
	size_t len = handshake_prologue(&identity, header, prologue);
	begin_responder(&central, kind, span_of(prologue, len));
	before = central;
	struct fault fault = noise_read(&central, message, payload, sizeof payload, &payload_len);
	MUTATE_CHECK(fault_is(fault) != is_honest);
	if (is_honest)
		MUTATE_CHECK(span_equal(span_of(payload, payload_len), span_text("hello")));
	else
		MUTATE_CHECK(fault.kind == FAULT_PEER && memcmp(&before, &central, sizeof central) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct handshake_header header;
	uint8_t mac[HANDSHAKE_MAC_BYTES], expected[HANDSHAKE_MAC_BYTES], sent[MESSAGE_BYTES];
	size_t head = size < HANDSHAKE_HEADER_BYTES ? 0 : handshake_header_bytes(data);
	if (head == 0 || head > size)
		return 0;
	MUTATE_CHECK(!fault_is(handshake_header_read(span_of(data, head), &header, mac)));
	struct span message = span_of(data + head, size - head);
	size_t covers = handshake_mac_covers(header.kind);
	if (message.len < covers)
		return 0;
	handshake_mac(&identity, &header, span_of(message.data, covers), expected);
	bool mac_fits = sodium_memcmp(mac, expected, sizeof mac) == 0;
	for (size_t kind = 0; kind < KINDS; kind++) {
		if (kinds[kind] != header.kind)
			continue;
		struct span whole = honest(kind, sent);
		bool same = span_equal(span_of(data, size), whole);
		MUTATE_CHECK(mac_fits || !same);
		/* The MAC is no part of the prologue: a message may be honest under a wrong one. */
		bool taken = message.len == whole.len - head && memcmp(message.data, whole.data + head, message.len) == 0 &&
			     memcmp(data, whole.data, head - HANDSHAKE_MAC_BYTES) == 0;
		read_message(kind, &header, message, taken);
	}
	return 0;
}

#ifndef JALKA_LIBFUZZER
int main(int argc, char **argv)
{
	static uint8_t blocks[KINDS][MESSAGE_BYTES];
	struct span seeds[KINDS + 1];
	if (sodium_init() < 0)
		return 1;
	for (size_t i = 0; i < KINDS; i++)
		seeds[i] = honest(i, blocks[i]);
	seeds[KINDS] = span_of("\x01\x01\x00\x00" "0123456789abcdef" "0123456789abcdef", 36);
	return mutate_main(argc, argv, seeds, KINDS + 1);
}
#endif
