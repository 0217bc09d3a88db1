/* session_device - the device's side of a session.
 *
 * The words are those of docs/internals/session.md; rules P1, P4 and P8 of
 * docs/architecture.md are kept here, the others by the host that fills and
 * applies.
 */
#include "core/session_device.h"

#include <sodium.h>

#include "base/assert.h"

/* Raw rows tried in message 1: hoping that they pack, then sure to fit. */
static const size_t push_tries[] = { 40 * 1024, 26 * 1024, 12 * 1024, 0 };

enum {
	OTHER_PARTS_BYTES = 1024, /* Hello around its push */
};
_Static_assert(12 * 1024 + OTHER_PARTS_BYTES < (int)SESSION_FRAME_HELLO_PLAIN_BYTES,
	       "the last try fits message 1 even when it does not pack");

const char session_device_why_refused[] = "central's message could not be applied";

#define TO(state) (1u << (state))

/* Allowed moves; ENDED and DOWN are allowed from everywhere. */
static const struct {
	const char *name;
	unsigned next;
} edges[SESSION_DEVICE_STATES] = {
	[SESSION_DEVICE_DOWN] = { "down", TO(SESSION_DEVICE_COUNTING) },
	[SESSION_DEVICE_COUNTING] = { "counting", TO(SESSION_DEVICE_GREETING) },
	[SESSION_DEVICE_GREETING] = { "greeting", TO(SESSION_DEVICE_GREETED) },
	[SESSION_DEVICE_GREETED] = { "greeted", TO(SESSION_DEVICE_WELCOMED) | TO(SESSION_DEVICE_COUNTING) },
	[SESSION_DEVICE_WELCOMED] = { "welcomed", TO(SESSION_DEVICE_OPENING) | TO(SESSION_DEVICE_RESUMING) },
	[SESSION_DEVICE_RESUMING] = { "resuming", TO(SESSION_DEVICE_OPENING) },
	[SESSION_DEVICE_OPENING] = { "opening", TO(SESSION_DEVICE_OPENED) },
	[SESSION_DEVICE_OPENED] = { "opened", TO(SESSION_DEVICE_CONFIRMED) },
	[SESSION_DEVICE_CONFIRMED] = { "confirmed", 0 },
	[SESSION_DEVICE_ENDED] = { "ended", 0 },
};

static void check(const struct session_device *s)
{
	bool handshaking = s->state == SESSION_DEVICE_GREETING || s->state == SESSION_DEVICE_GREETED;
	bool open = s->state >= SESSION_DEVICE_WELCOMED && s->state <= SESSION_DEVICE_CONFIRMED;
	ASSERT(!handshaking || s->counter != 0);                 /* SD1 */
	ASSERT(!(s->is_resumed && s->is_plain));                 /* PLAIN: no key on this link any more */
	ASSERT(!open || s->transport.send.has_key);
	ASSERT(!(s->in_flight && s->state == SESSION_DEVICE_GREETED && !s->is_resumed)); /* SD2 */
	ASSERT(s->state != SESSION_DEVICE_RESUMING || s->is_stale);
}

static void move(struct session_device *s, enum session_device_state next)
{
	bool always = next == SESSION_DEVICE_ENDED || next == SESSION_DEVICE_DOWN;
	ASSERT(always || (edges[s->state].next & TO(next)) != 0);
	s->state = next;
	check(s);
}

static void forget_keys(struct session_device *s)
{
	noise_wipe(&s->noise);
	noise_transport_wipe(&s->transport);
	sodium_memzero(s->ephemeral, sizeof s->ephemeral);
}

void session_device_init(struct session_device *session, const struct session_device_config *config)
{
	memset(session, 0, sizeof *session);
	session->config = config;
}

void session_device_deinit(struct session_device *session)
{
	sodium_memzero(session, sizeof *session);
}

static struct session_device_effect effect(enum session_device_effect_kind kind)
{
	return (struct session_device_effect){ .kind = kind };
}

static struct session_device_effect end(struct session_device *s, enum session_device_end how, const char *why)
{
	forget_keys(s);
	move(s, SESSION_DEVICE_ENDED);
	struct session_device_effect e = effect(SESSION_DEVICE_HANG_UP);
	e.why = why;
	e.end = how;
	return e;
}

static struct session_device_effect hang_up(struct session_device *s, const char *why)
{
	return end(s, SESSION_DEVICE_FOREIGN, why);
}

static uint32_t version_min(const struct session_device *s)
{
	return s->config->version_min != 0 ? s->config->version_min : SESSION_DEVICE_VERSION;
}

static uint32_t version_max(const struct session_device *s)
{
	return s->config->version_max != 0 ? s->config->version_max : SESSION_DEVICE_VERSION;
}

static struct session_device_effect ask_frame(struct session_device *s)
{
	struct session_device_effect e = effect(SESSION_DEVICE_FILL);
	e.parts = s->owed | SESSION_DEVICE_FORGOTTEN;
	if (!s->is_revoked)
		e.parts |= SESSION_DEVICE_HEALTH;
	if (!s->in_flight && (s->owed & SESSION_DEVICE_SALT) == 0) /* SD5 */
		e.parts |= SESSION_DEVICE_PUSH;
	if (s->is_stale && s->state == SESSION_DEVICE_OPENING)
		e.parts &= ~(unsigned)SESSION_DEVICE_HEARD; /* Resume has the cursor (P8) */
	if (s->state == SESSION_DEVICE_CONFIRMED && !s->is_revoked)
		e.parts |= SESSION_DEVICE_OFFER;
	memset(&s->config->scratch->out, 0, sizeof s->config->scratch->out);
	return e;
}

/* ---- message 1 ---- */

static struct session_device_effect link_up(struct session_device *s, const struct session_device_event *event)
{
	const struct session_device_config *config = s->config;
	ASSERT(s->state == SESSION_DEVICE_DOWN);
	session_device_init(s, config);
	memcpy(s->ephemeral, event->ephemeral, sizeof s->ephemeral);
	s->sent_ms = s->heard_ms = event->now_ms;
	move(s, SESSION_DEVICE_COUNTING);
	return effect(SESSION_DEVICE_COUNT);
}

static struct session_device_effect ask_hello(struct session_device *s)
{
	struct session_device_effect e = effect(SESSION_DEVICE_FILL_HELLO);
	e.push_bytes = push_tries[s->push_try];
	memset(&s->config->scratch->hello, 0, sizeof s->config->scratch->hello);
	return e;
}

static struct session_device_effect counted(struct session_device *s, const struct session_device_event *event)
{
	s->counter = event->counter;
	if (s->state == SESSION_DEVICE_RESUMING) {
		s->owed |= SESSION_DEVICE_RESUME;
		move(s, SESSION_DEVICE_OPENING);
		return ask_frame(s);
	}
	ASSERT(s->state == SESSION_DEVICE_COUNTING);
	s->is_resumed = event->key != NULL && !s->is_plain;
	s->push_try = s->is_resumed ? 0 : sizeof push_tries / sizeof push_tries[0] - 1; /* SD2 */
	/* Noise begins when message 1 is filled, since the prologue holds its length.
	 * Until then the key waits in its place there. */
	if (s->is_resumed)
		memcpy(s->noise.psk, event->key, NOISE_PSK_BYTES);
	move(s, SESSION_DEVICE_GREETING);
	return ask_hello(s);
}

/* Header, MAC and Noise message of a filled Hello into scratch->wire. */
static struct fault write_message1(struct session_device *s, struct span plain, size_t *out_len)
{
	const struct session_device_config *c = s->config;
	uint8_t psk[NOISE_PSK_BYTES], prologue[HANDSHAKE_PROLOGUE_BYTES_MAX];
	struct handshake_header header = {
		.kind = s->is_resumed ? HANDSHAKE_IKPSK1 : HANDSHAKE_IK,
		.message_bytes = (uint16_t)(plain.len + SESSION_FRAME_HELLO_NOISE_BYTES),
	};
	memcpy(psk, s->noise.psk, sizeof psk);
	size_t prologue_len = handshake_prologue(&c->central, &header, prologue);
	struct noise_config noise = {
		.pattern = s->is_resumed ? NOISE_IKPSK1 : NOISE_IK,
		.initiator = true,
		.prologue = span_of(prologue, prologue_len),
		.static_secret = c->own_static,
		.remote_static = c->central_static,
		.psk = s->is_resumed ? psk : NULL,
		.ephemeral_secret = s->ephemeral,
	};
	noise_init(&s->noise, &noise);
	sodium_memzero(psk, sizeof psk);
	sodium_memzero(s->ephemeral, sizeof s->ephemeral);

	uint8_t clear[HANDSHAKE_HEADER_SLOT_BYTES];
	size_t header_len = handshake_header_write(&header, clear);
	uint8_t *wire = c->scratch->wire;
	size_t before = header_len + HANDSHAKE_MAC_BYTES, len;
	FAULT_TRY(noise_write(&s->noise, plain, wire + before, SESSION_FRAME_WIRE_BYTES - before, &len));
	ASSERT(len == header.message_bytes);
	memcpy(wire, clear, header_len);
	handshake_mac(&c->central, &header, span_of(wire + before, handshake_mac_covers(header.kind)),
		      wire + header_len);
	*out_len = before + len;
	return fault_none();
}

static void note_push(struct session_device *s, const struct session_device_event *event)
{
	s->in_flight = true;
	s->in_flight_epoch = event->push_epoch;
	s->in_flight_seq = event->push_seq;
}

static struct session_device_effect send(struct session_device *s, size_t len)
{
	struct session_device_effect e = effect(SESSION_DEVICE_SEND);
	e.message = span_of(s->config->scratch->wire, len);
	return e;
}

static struct session_device_effect hello_filled(struct session_device *s, const struct session_device_event *event)
{
	struct session_device_scratch *scratch = s->config->scratch;
	jalka_Hello *hello = &scratch->hello;
	size_t plain_len, wire_len;
	ASSERT(!hello->has_push || s->is_resumed); /* SD2 */
	hello->counter = s->counter;
	hello->version_min = version_min(s) == SESSION_DEVICE_VERSION ? 0 : version_min(s);
	hello->version_max = version_max(s) == SESSION_DEVICE_VERSION ? 0 : version_max(s);
	struct fault fault = session_frame_encode(SESSION_FRAME_HELLO, hello, event->rows, &s->config->codec,
						  scratch->packed, SESSION_FRAME_HELLO_PLAIN_BYTES,
						  scratch->plain, &plain_len);
	if (fault_is(fault) && hello->has_push) {
		s->push_try++;
		return ask_hello(s); /* fewer, so that they fit (P4) */
	}
	if (!fault_is(fault))
		fault = write_message1(s, span_of(scratch->plain, plain_len), &wire_len);
	if (fault_is(fault))
		return hang_up(s, fault.what);
	if (hello->has_push)
		note_push(s, event);
	move(s, SESSION_DEVICE_GREETED);
	s->sent_ms = event->now_ms;
	return send(s, wire_len);
}

/* ---- message 2 ---- */

static struct session_device_effect begin_plain(struct session_device *s, const uint8_t *ephemeral)
{
	noise_wipe(&s->noise);
	memcpy(s->ephemeral, ephemeral, sizeof s->ephemeral);
	s->is_plain = true;
	s->is_resumed = false;
	s->in_flight = false;
	move(s, SESSION_DEVICE_COUNTING);
	return effect(SESSION_DEVICE_COUNT);
}

static struct session_device_effect message2_came(struct session_device *s, const struct session_device_event *event)
{
	struct session_device_scratch *scratch = s->config->scratch;
	struct session_device_effect e = effect(SESSION_DEVICE_APPLY_WELCOME);
	size_t len;
	if (event->frame.len == 0)
		return s->is_resumed ? begin_plain(s, event->ephemeral) : hang_up(s, "central answered nothing");
	if (fault_is(noise_read(&s->noise, event->frame, scratch->plain, sizeof scratch->plain, &len)))
		return hang_up(s, "message 2 is not central's");
	ASSERT(noise_finished(&s->noise));
	noise_split(&s->noise, &s->transport);
	noise_wipe(&s->noise);
	move(s, SESSION_DEVICE_WELCOMED);
	struct fault fault = session_frame_decode(SESSION_FRAME_WELCOME, span_of(scratch->plain, len),
						  &s->config->codec, scratch->raw_in, &scratch->welcome, &e.rows);
	if (fault_is(fault))
		return hang_up(s, fault.what);
	const jalka_Welcome *welcome = &scratch->welcome;
	uint32_t version = welcome->version != 0 ? welcome->version : SESSION_DEVICE_VERSION;
	if (version < version_min(s) || version > version_max(s))
		return hang_up(s, "central speaks another version");
	s->is_stale = welcome->status == jalka_Status_STALE;
	s->is_revoked = welcome->status == jalka_Status_REVOKED;
	if (s->is_stale && (welcome->has_receipt || welcome->has_pull))
		return hang_up(s, "a stale session carries no receipt and no pull"); /* P8 */
	if (s->is_stale)
		s->in_flight = false; /* payload ignored: pushed again */
	e.drop_key = !s->is_resumed; /* SD4 */
	return e;
}

/* ---- transport frames ---- */

static struct session_device_effect send_frame(struct session_device *s, struct span rows, uint64_t now_ms)
{
	struct session_device_scratch *scratch = s->config->scratch;
	size_t plain_len, wire_len;
	struct fault fault = session_frame_encode(SESSION_FRAME_FRAME, &scratch->out, rows, &s->config->codec,
						  scratch->packed, LIMIT_FRAME_PLAIN_BYTES, scratch->plain, &plain_len);
	if (!fault_is(fault))
		fault = session_frame_seal(&s->transport.send, span_of(scratch->plain, plain_len),
					   scratch->wire, &wire_len);
	if (fault_is(fault))
		return hang_up(s, fault.what);
	s->sent_ms = now_ms;
	return send(s, wire_len);
}

static struct session_device_effect frame_filled(struct session_device *s, const struct session_device_event *event)
{
	bool first = s->state == SESSION_DEVICE_OPENING;
	ASSERT(first || s->state == SESSION_DEVICE_OPENED || s->state == SESSION_DEVICE_CONFIRMED);
	if (event->parts == 0 && !first)
		return effect(SESSION_DEVICE_WAIT);
	if (s->owed & SESSION_DEVICE_RESUME)
		s->config->scratch->out.resume.counter = s->counter;
	if (event->parts & SESSION_DEVICE_PUSH)
		note_push(s, event);
	s->owed = (s->owed & ~event->parts) | event->more;
	if (first)
		move(s, SESSION_DEVICE_OPENED);
	return send_frame(s, event->rows, event->now_ms);
}

static struct session_device_effect frame_came(struct session_device *s, const struct session_device_event *event)
{
	struct session_device_scratch *scratch = s->config->scratch;
	struct session_device_effect e = effect(SESSION_DEVICE_APPLY_FRAME);
	size_t len;
	if (s->state == SESSION_DEVICE_GREETED)
		return message2_came(s, event);
	if (s->state != SESSION_DEVICE_OPENED && s->state != SESSION_DEVICE_CONFIRMED)
		return hang_up(s, "central spoke out of turn");
	if (fault_is(noise_open(&s->transport.receive, event->frame, scratch->plain, sizeof scratch->plain, &len)))
		return hang_up(s, "a frame is not central's");
	struct fault fault = session_frame_decode(SESSION_FRAME_FRAME, span_of(scratch->plain, len),
						  &s->config->codec, scratch->raw_in, &scratch->in, &e.rows);
	if (fault_is(fault))
		return hang_up(s, fault.what);
	if (scratch->in.bye)
		return end(s, SESSION_DEVICE_ORDERLY, "central said goodbye");
	s->heard_ms = event->now_ms;
	if (s->state == SESSION_DEVICE_OPENED)
		e.new_key = s->transport.resumption; /* SD4 */
	return e;
}

static struct session_device_effect applied(struct session_device *s, const struct session_device_event *event)
{
	if (event->moved)
		s->owed |= SESSION_DEVICE_HEARD;
	if (event->salts_asked)
		s->owed |= SESSION_DEVICE_SALT;
	if (event->held_asked)
		s->owed |= SESSION_DEVICE_HELD;
	if (event->erased)
		s->owed |= SESSION_DEVICE_BYE;
	if (event->forked)
		s->in_flight = false;
	if (event->receipted && s->in_flight && ID_EQUAL(event->receipted_epoch, s->in_flight_epoch)
	    && event->receipted_seq >= s->in_flight_seq)
		s->in_flight = false;
	if (s->state == SESSION_DEVICE_WELCOMED) {
		/* Told what is held, the push did not go on from it; untold and without a
		 * receipt it is held until central has the salts (P7). */
		if (s->config->scratch->welcome.held_h.size != 0)
			s->in_flight = false;
		s->heard_ms = event->now_ms;
		if (s->is_stale) {
			move(s, SESSION_DEVICE_RESUMING);
			return effect(SESSION_DEVICE_COUNT);
		}
		move(s, SESSION_DEVICE_OPENING);
		return ask_frame(s);
	}
	if (s->state == SESSION_DEVICE_OPENED) {
		sodium_memzero(s->transport.resumption, sizeof s->transport.resumption);
		move(s, SESSION_DEVICE_CONFIRMED);
	}
	return event->has_more ? effect(SESSION_DEVICE_WAIT) : ask_frame(s);
}

/* ---- time and local writes ---- */

static bool is_open(const struct session_device *s)
{
	return s->state == SESSION_DEVICE_OPENED || s->state == SESSION_DEVICE_CONFIRMED;
}

static struct session_device_effect poked(struct session_device *s, const struct session_device_event *event)
{
	switch (s->state) {
	case SESSION_DEVICE_GREETED:
		if (event->now_ms - s->sent_ms >= SESSION_DEVICE_HANDSHAKE_MS)
			return end(s, SESSION_DEVICE_SILENT, "central did not answer");
		return effect(SESSION_DEVICE_WAIT);
	case SESSION_DEVICE_OPENED:
	case SESSION_DEVICE_CONFIRMED:
		if (event->now_ms - s->heard_ms >= 2 * (uint64_t)LIMIT_PING_MS)
			return end(s, SESSION_DEVICE_SILENT, "central fell silent");
		return ask_frame(s);
	case SESSION_DEVICE_DOWN:
	case SESSION_DEVICE_COUNTING:
	case SESSION_DEVICE_GREETING:
	case SESSION_DEVICE_WELCOMED:
	case SESSION_DEVICE_RESUMING:
	case SESSION_DEVICE_OPENING:
	case SESSION_DEVICE_ENDED:
	case SESSION_DEVICE_STATES:
		return effect(SESSION_DEVICE_WAIT);
	}
	return effect(SESSION_DEVICE_WAIT);
}

/* A frame of nothing, so that the other end and everything between know we are here. */
static bool ping_is_due(const struct session_device *s, uint64_t now_ms)
{
	return is_open(s) && now_ms - (s->sent_ms > s->heard_ms ? s->sent_ms : s->heard_ms) >= LIMIT_PING_MS;
}

static struct session_device_effect filled(struct session_device *s, const struct session_device_event *event)
{
	if (s->state == SESSION_DEVICE_GREETING)
		return hello_filled(s, event);
	if (event->parts == 0 && ping_is_due(s, event->now_ms))
		return send_frame(s, (struct span){ NULL, 0 }, event->now_ms);
	return frame_filled(s, event);
}

static struct session_device_effect sent(struct session_device *s)
{
	if (s->is_revoked && is_open(s) && (s->config->scratch->out.bye))
		return end(s, SESSION_DEVICE_ORDERLY, "this device has been revoked");
	return is_open(s) ? ask_frame(s) : effect(SESSION_DEVICE_WAIT);
}

struct session_device_effect session_device_step(struct session_device *s, const struct session_device_event *event)
{
	struct session_device_effect e = effect(SESSION_DEVICE_WAIT);
	if (s->state == SESSION_DEVICE_ENDED && event->kind != SESSION_DEVICE_LINK_LOST)
		return e;
	switch (event->kind) {
	case SESSION_DEVICE_LINK_UP:
		return link_up(s, event);
	case SESSION_DEVICE_COUNTED:
		return counted(s, event);
	case SESSION_DEVICE_FILLED:
		return filled(s, event);
	case SESSION_DEVICE_SENT:
		return sent(s);
	case SESSION_DEVICE_FRAME_CAME:
		return frame_came(s, event);
	case SESSION_DEVICE_APPLIED:
		return applied(s, event);
	case SESSION_DEVICE_REFUSED:
		return end(s, SESSION_DEVICE_UNKEPT, session_device_why_refused);
	case SESSION_DEVICE_POKED:
		return poked(s, event);
	case SESSION_DEVICE_LINK_LOST:
		forget_keys(s);
		move(s, SESSION_DEVICE_DOWN);
		return e;
	}
	return e;
}

uint64_t session_device_deadline(const struct session_device *s)
{
	if (s->state == SESSION_DEVICE_GREETED)
		return s->sent_ms + SESSION_DEVICE_HANDSHAKE_MS;
	if (!is_open(s))
		return UINT64_MAX;
	uint64_t last = s->sent_ms > s->heard_ms ? s->sent_ms : s->heard_ms;
	uint64_t silent = s->heard_ms + 2 * (uint64_t)LIMIT_PING_MS, ping = last + LIMIT_PING_MS;
	return ping < silent ? ping : silent;
}

bool session_device_is_quiet(const struct session_device *s)
{
	return s->state == SESSION_DEVICE_CONFIRMED && !s->in_flight && s->owed == 0;
}
