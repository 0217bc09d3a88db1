/* session_central_handshake - from the first byte to message 2, and enrolment.
 *
 * The order of work is that of the ladder in docs/internals/session.md. */
#include "core/session_central_parts.h"

#include <sodium.h>

#include "base/assert.h"

/* ---- header, MAC ---- */

/* CERT: the certificate, in the clear; the device goes on with XKpsk0. */
static void send_cert(struct session_central *s, struct session_central_effects *effects)
{
	struct span cert = s->config->cert;
	uint8_t *wire = s->config->scratch->wire;
	if (s->certified || s->plained) {
		session_central_close(s, effects, "CERT asked for twice");
		return;
	}
	ASSERT(cert.len != 0 && cert.len <= LIMIT_FRAME_BYTES);
	wire[0] = (uint8_t)cert.len;
	wire[1] = (uint8_t)(cert.len >> 8);
	memcpy(wire + SESSION_FRAME_PREFIX_BYTES, cert.data, cert.len);
	s->certified = true;
	s->want = HANDSHAKE_HEADER_BYTES;
	session_central_move(s, SESSION_CENTRAL_HEADER);
	session_central_order(effects, SESSION_CENTRAL_SEND)->bytes =
		span_of(wire, SESSION_FRAME_PREFIX_BYTES + cert.len);
}

static void header_bytes(struct session_central *s, const struct session_central_event *event,
			 struct session_central_effects *effects)
{
	size_t before = handshake_header_bytes(event->bytes.data);
	if (before == 0) {
		session_central_close(s, effects, "header of no known version, kind or length");
		return;
	}
	enum handshake_kind kind = (enum handshake_kind)event->bytes.data[1];
	size_t message = (size_t)event->bytes.data[2] | (size_t)event->bytes.data[3] << 8;
	size_t covers = handshake_mac_covers(kind);
	if (message < covers || (s->plained && kind != HANDSHAKE_IK)) {
		session_central_close(s, effects, "header out of place");
		return;
	}
	s->want = before + covers;
	s->header.kind = kind;
	session_central_move(s, SESSION_CENTRAL_KEYS);
}

static void keys_bytes(struct session_central *s, const struct session_central_event *event,
		       struct session_central_effects *effects)
{
	uint8_t mac[HANDSHAKE_MAC_BYTES], expected[HANDSHAKE_MAC_BYTES];
	size_t before = handshake_header_bytes(event->bytes.data);
	struct span head = span_of(event->bytes.data, before);
	struct span keys = span_of(event->bytes.data + before, event->bytes.len - before);
	if (fault_is(handshake_header_read(head, &s->header, mac))) {
		session_central_close(s, effects, "malformed header");
		return;
	}
	handshake_mac(s->config->identity, &s->header, keys, expected);
	if (sodium_memcmp(mac, expected, sizeof mac) != 0) {
		session_central_close(s, effects, "MAC of message 1 is wrong");
		return;
	}
	if (s->header.kind == HANDSHAKE_CERT) {
		send_cert(s, effects); /* no message follows its header */
		return;
	}
	session_central_move(s, SESSION_CENTRAL_MESSAGE);
	s->want = before + s->header.message_bytes;
	s->progress_ms = event->now_ms + LIMIT_PROGRESS_MS;
	s->progress_bytes = event->bytes.len;
}

/* ---- message 1 ---- */

static enum noise_pattern pattern_of(enum handshake_kind kind)
{
	switch (kind) {
	case HANDSHAKE_IK:
		return NOISE_IK;
	case HANDSHAKE_IKPSK1:
		return NOISE_IKPSK1;
	case HANDSHAKE_XKPSK0:
	case HANDSHAKE_CERT:
		return NOISE_XKPSK0;
	}
	return NOISE_IK;
}

static void noise_begin(struct session_central *s, const uint8_t *psk)
{
	uint8_t prologue[HANDSHAKE_PROLOGUE_BYTES_MAX];
	size_t prologue_len = handshake_prologue(s->config->identity, &s->header, prologue);
	const struct noise_config config = {
		.pattern = pattern_of(s->header.kind), .initiator = false,
		.prologue = span_of(prologue, prologue_len), .static_secret = s->config->static_secret,
		.static_public = s->config->static_public,
		.psk = psk, .ephemeral_secret = s->ephemeral,
	};
	noise_init(&s->noise, &config);
}

static void message_bytes(struct session_central *s, const struct session_central_event *event,
			  struct session_central_effects *effects)
{
	size_t before = handshake_header_bytes(event->bytes.data);
	struct span message = span_of(event->bytes.data + before, event->bytes.len - before);
	s->want = 0;
	s->heard_ms = event->now_ms;
	memcpy(s->ephemeral, event->random, sizeof s->ephemeral);
	if (s->header.kind == HANDSHAKE_XKPSK0) {
		s->rest = message;
		session_central_move(s, SESSION_CENTRAL_SLOT);
		session_central_order(effects, SESSION_CENTRAL_FIND_SLOT)->key = s->header.slot;
		return;
	}
	noise_begin(s, NULL);
	if (fault_is(noise_read_keys(&s->noise, message, &s->rest))) {
		session_central_close(s, effects, "keys of message 1 do not open");
		return;
	}
	session_central_move(s, SESSION_CENTRAL_FINDING);
	session_central_order(effects, SESSION_CENTRAL_FIND_DEVICE)->key = s->noise.rs;
}

void session_central_handshake_bytes(struct session_central *s, const struct session_central_event *event,
				     struct session_central_effects *effects)
{
	if (s->state == SESSION_CENTRAL_HEADER) {
		header_bytes(s, event, effects);
	} else if (s->state == SESSION_CENTRAL_MESSAGE) {
		message_bytes(s, event, effects);
	} else {
		keys_bytes(s, event, effects);
	}
}

/* P1: with the current resumption key, then the previous. False: with neither. */
static bool read_resumed(struct session_central *s, const struct session_central_device *device, size_t *len)
{
	struct session_central_scratch *scratch = s->config->scratch;
	const uint8_t *tries[2] = { device->has_current ? device->current : NULL,
				    device->has_previous ? device->previous : NULL };
	bool opened = false;
	for (size_t i = 0; i < 2 && !opened; i++) {
		if (tries[i] == NULL)
			continue;
		noise_set_psk(&s->noise, tries[i]);
		opened = !fault_is(noise_read_payload(&s->noise, s->rest, scratch->plain, sizeof scratch->plain, len));
		if (opened)
			memcpy(s->used_key, tries[i], sizeof s->used_key);
	}
	s->has_used_key = opened;
	return opened;
}

/* Unauthenticated, and the device's key stays as it is: it begins again with IK. */
static void send_plain(struct session_central *s, struct session_central_effects *effects)
{
	static const uint8_t plain[SESSION_FRAME_PREFIX_BYTES] = { 0, 0 };
	noise_wipe(&s->noise);
	s->rest = (struct span){ NULL, 0 };
	s->plained = true;
	s->want = HANDSHAKE_HEADER_BYTES;
	s->opened_ms = s->heard_ms; /* LIMIT_MAC_MS begins anew, once */
	session_central_move(s, SESSION_CENTRAL_HEADER);
	session_central_order(effects, SESSION_CENTRAL_SEND)->bytes = span_of(plain, sizeof plain);
}

/* On the wire 0 stands for version 1. */
static uint32_t version_of(uint32_t carried)
{
	return carried == 0 ? 1 : carried;
}

static bool versions_meet(const struct session_central_config *config, const jalka_Hello *hello)
{
	uint32_t min = version_of(hello->version_min), max = version_of(hello->version_max);
	return min <= max && min <= config->version_max && max >= config->version_min;
}

static void take_hello(struct session_central *s, const struct session_central_device *device, size_t len,
		       struct session_central_effects *effects)
{
	struct session_central_scratch *scratch = s->config->scratch;
	struct span rows;
	struct fault fault = session_frame_decode(SESSION_FRAME_HELLO, span_of(scratch->plain, len), s->config->codec,
						  scratch->raw, &scratch->hello, &rows);
	if (fault_is(fault)) {
		session_central_close(s, effects, fault.what);
		return;
	}
	if (!versions_meet(s->config, &scratch->hello)) {
		session_central_close(s, effects, "no version both speak");
		return;
	}
	if (scratch->hello.has_push && s->header.kind != HANDSHAKE_IKPSK1) {
		session_central_close(s, effects, "case data in message 1 of IK");
		return;
	}
	uint32_t most = version_of(scratch->hello.version_max);
	s->version = most < s->config->version_max ? most : s->config->version_max;
	s->node = device->node;
	s->stale = scratch->hello.counter <= device->counter;
	s->counter = s->stale ? device->counter : scratch->hello.counter;
	if (s->stale)
		scratch->hello.has_push = false; /* C2 */
	session_central_move(s, SESSION_CENTRAL_WELCOMING);
	session_central_order(effects, SESSION_CENTRAL_HELLO)->rows = s->stale ? (struct span){ NULL, 0 } : rows;
}

void session_central_device_found(struct session_central *s, const struct session_central_event *event,
				  struct session_central_effects *effects)
{
	struct session_central_scratch *scratch = s->config->scratch;
	size_t len;
	ASSERT(s->state == SESSION_CENTRAL_FINDING);
	if (event->device->ss != NULL)
		noise_set_ss(&s->noise, event->device->ss);
	if (s->header.kind == HANDSHAKE_IKPSK1) {
		if (!read_resumed(s, event->device, &len)) {
			send_plain(s, effects);
			return;
		}
	} else if (fault_is(noise_read_payload(&s->noise, s->rest, scratch->plain, sizeof scratch->plain, &len))) {
		session_central_close(s, effects, "message 1 does not open");
		return;
	}
	s->rest = (struct span){ NULL, 0 };
	take_hello(s, event->device, len, effects);
}

/* ---- message 2 ---- */

void session_central_welcome(struct session_central *s, const struct session_central_event *event,
			     struct session_central_effects *effects)
{
	struct session_central_scratch *scratch = s->config->scratch;
	jalka_Welcome *welcome = &scratch->welcome;
	size_t len, sealed;
	ASSERT(s->state == SESSION_CENTRAL_WELCOMING);
	/* P8: until Resume a stale session carries no Receipt, Pull or Forget. */
	ASSERT(!s->stale || event->status != jalka_Status_OK || (!welcome->has_receipt && !welcome->has_pull));
	welcome->version = s->version == 1 ? 0 : s->version;
	welcome->status = s->stale && event->status == jalka_Status_OK ? jalka_Status_STALE : event->status;
	welcome->last_counter = s->stale ? s->counter : 0;
	/* Who is suspended or revoked is fed nothing: there is no cursor to resume. */
	s->stale = s->stale && event->status == jalka_Status_OK;
	struct fault fault = session_frame_encode(SESSION_FRAME_WELCOME, welcome, event->rows, s->config->codec,
						  scratch->packed, SESSION_FRAME_WELCOME_PLAIN_BYTES, scratch->plain, &len);
	if (!fault_is(fault))
		fault = noise_write(&s->noise, span_of(scratch->plain, len), scratch->wire + SESSION_FRAME_PREFIX_BYTES,
				    LIMIT_FRAME_BYTES, &sealed);
	if (fault_is(fault)) {
		session_central_close(s, effects, fault.what);
		return;
	}
	scratch->wire[0] = (uint8_t)sealed;
	scratch->wire[1] = (uint8_t)(sealed >> 8);
	noise_split(&s->noise, &s->transport);
	noise_wipe(&s->noise);
	sodium_memzero(s->ephemeral, sizeof s->ephemeral);
	session_central_move(s, SESSION_CENTRAL_FIRST);
	session_central_await_frame(s);
	session_central_order(effects, SESSION_CENTRAL_SEND)->bytes =
		span_of(scratch->wire, SESSION_FRAME_PREFIX_BYTES + sealed);
}

/* ---- enrolment: XKpsk0 ---- */

void session_central_slot_found(struct session_central *s, const struct session_central_event *event,
				struct session_central_effects *effects)
{
	struct session_central_scratch *scratch = s->config->scratch;
	size_t len;
	ASSERT(s->state == SESSION_CENTRAL_SLOT);
	noise_begin(s, event->psk);
	struct fault fault = noise_read(&s->noise, s->rest, scratch->plain, sizeof scratch->plain, &len);
	s->rest = (struct span){ NULL, 0 };
	if (fault_is(fault)) {
		session_central_order(effects, SESSION_CENTRAL_SLOT_FAILED)->key = s->header.slot;
		session_central_close(s, effects, "enrolment with a wrong secret");
		return;
	}
	fault = noise_write(&s->noise, (struct span){ NULL, 0 }, scratch->wire + SESSION_FRAME_PREFIX_BYTES,
			    LIMIT_FRAME_BYTES, &len);
	if (fault_is(fault)) {
		session_central_close(s, effects, fault.what);
		return;
	}
	scratch->wire[0] = (uint8_t)len;
	scratch->wire[1] = (uint8_t)(len >> 8);
	session_central_move(s, SESSION_CENTRAL_ENROL_KEYS);
	session_central_await_frame(s);
	s->progress_ms = s->heard_ms + LIMIT_PROGRESS_MS;
	session_central_order(effects, SESSION_CENTRAL_SEND)->bytes =
		span_of(scratch->wire, SESSION_FRAME_PREFIX_BYTES + len);
}

static void take_enrol_request(struct session_central *s, struct span message,
			       struct session_central_effects *effects)
{
	struct session_central_scratch *scratch = s->config->scratch;
	jalka_EnrolRequest *request = &scratch->enrol_request;
	uint8_t hash[NOISE_HASH_BYTES]; /* after message 2, before message 3: what the device signed */
	struct delta_signature signature;
	struct span rows;
	size_t len;
	memcpy(hash, s->noise.h, sizeof hash);
	struct fault fault = noise_read(&s->noise, message, scratch->plain, sizeof scratch->plain, &len);
	if (!fault_is(fault))
		fault = session_frame_decode(SESSION_FRAME_ENROL_REQUEST, span_of(scratch->plain, len), NULL,
					     scratch->raw, request, &rows);
	if (fault_is(fault)) {
		session_central_close(s, effects, fault.what);
		return;
	}
	memcpy(signature.bytes, request->signature.bytes, sizeof signature.bytes);
	if (!delta_verify(DELTA_TAG_ENROL, (struct span){ NULL, 0 }, span_of(hash, sizeof hash),
			  request->sign_key.bytes, &signature)) {
		session_central_close(s, effects, "enrolment not signed by the key it brings");
		return;
	}
	noise_split(&s->noise, &s->transport);
	sodium_memzero(s->ephemeral, sizeof s->ephemeral);
	sodium_memzero(s->transport.resumption, sizeof s->transport.resumption);
	session_central_move(s, SESSION_CENTRAL_ENROLLED);
	session_central_await_frame(s);
	struct session_central_effect *effect = session_central_order(effects, SESSION_CENTRAL_ENROL);
	effect->key = s->noise.rs;
	handshake_words(s->transport.handshake_hash, effect->words);
}

void session_central_enrol_bytes(struct session_central *s, const struct session_central_event *event,
				 struct session_central_effects *effects)
{
	if (s->state == SESSION_CENTRAL_ENROLLED) {
		session_central_close(s, effects, "the device spoke out of turn in its enrolment");
		return;
	}
	if (s->want == SESSION_FRAME_PREFIX_BYTES) {
		size_t len = (size_t)event->bytes.data[0] | (size_t)event->bytes.data[1] << 8;
		if (len <= NOISE_TAG_BYTES || len > LIMIT_MESSAGE1_BYTES) {
			session_central_close(s, effects, "message 3 out of bounds");
			return;
		}
		s->want = SESSION_FRAME_PREFIX_BYTES + len;
		return;
	}
	s->heard_ms = event->now_ms;
	take_enrol_request(s, span_of(event->bytes.data + SESSION_FRAME_PREFIX_BYTES,
				      event->bytes.len - SESSION_FRAME_PREFIX_BYTES), effects);
}
