/* session_central - states, transport frames and time; the handshakes are in
 * session_central_handshake.c. */
#include "core/session_central_parts.h"

#include <sodium.h>

#include "base/assert.h"

/* ---- states ---- */

#define TO(state) (1u << SESSION_CENTRAL_##state)

static const struct {
	const char *name;
	unsigned next; /* beside CLOSED */
} states[] = {
	[SESSION_CENTRAL_HEADER] = { "HEADER", TO(KEYS) },
	[SESSION_CENTRAL_KEYS] = { "KEYS", TO(HEADER) | TO(MESSAGE) },
	[SESSION_CENTRAL_MESSAGE] = { "MESSAGE", TO(FINDING) | TO(SLOT) },
	[SESSION_CENTRAL_FINDING] = { "FINDING", TO(HEADER) | TO(WELCOMING) },
	[SESSION_CENTRAL_SLOT] = { "SLOT", TO(ENROL_KEYS) },
	[SESSION_CENTRAL_WELCOMING] = { "WELCOMING", TO(FIRST) },
	[SESSION_CENTRAL_FIRST] = { "FIRST", TO(BEGINNING) },
	[SESSION_CENTRAL_BEGINNING] = { "BEGINNING", TO(OPEN) },
	[SESSION_CENTRAL_OPEN] = { "OPEN", 0 },
	[SESSION_CENTRAL_ENROL_KEYS] = { "ENROL_KEYS", TO(ENROLLED) },
	[SESSION_CENTRAL_ENROLLED] = { "ENROLLED", 0 },
	[SESSION_CENTRAL_CLOSED] = { "CLOSED", 0 },
};

static void check_invariants(const struct session_central *s)
{
	bool device = s->state == SESSION_CENTRAL_WELCOMING || s->state == SESSION_CENTRAL_FIRST
		|| s->state == SESSION_CENTRAL_BEGINNING || s->state == SESSION_CENTRAL_OPEN;
	ASSERT(!device || !ID_IS_NONE(s->node));
	ASSERT(s->want <= SESSION_FRAME_WIRE_BYTES);
	ASSERT(s->state != SESSION_CENTRAL_CLOSED || (s->why != NULL && s->want == 0));
	/* C1: nothing is owed before the counter took effect. */
	ASSERT(!s->owes || s->state == SESSION_CENTRAL_OPEN || s->state == SESSION_CENTRAL_BEGINNING);
	/* A resumption key was used exactly by IKpsk1. */
	ASSERT(!device || s->has_used_key == (s->header.kind == HANDSHAKE_IKPSK1));
}

void session_central_move(struct session_central *s, enum session_central_state to)
{
	ASSERT(states[s->state].name != NULL);
	ASSERT(to == SESSION_CENTRAL_CLOSED || (states[s->state].next & 1u << to) != 0);
	s->state = to;
	check_invariants(s);
}

struct session_central_effect *session_central_order(struct session_central_effects *effects,
						     enum session_central_effect_kind kind)
{
	ASSERT(effects->count < SESSION_CENTRAL_EFFECTS_MAX);
	struct session_central_effect *effect = &effects->list[effects->count++];
	memset(effect, 0, sizeof *effect);
	effect->kind = kind;
	return effect;
}

static void wipe_keys(struct session_central *s)
{
	noise_wipe(&s->noise);
	noise_transport_wipe(&s->transport);
	sodium_memzero(s->used_key, sizeof s->used_key);
	sodium_memzero(s->ephemeral, sizeof s->ephemeral);
}

void session_central_close(struct session_central *s, struct session_central_effects *effects, const char *why)
{
	wipe_keys(s);
	s->why = why;
	s->want = 0;
	s->owes = false;
	s->rest = (struct span){ NULL, 0 };
	session_central_move(s, SESSION_CENTRAL_CLOSED);
	session_central_order(effects, SESSION_CENTRAL_CLOSE)->why = why;
}

void session_central_init(struct session_central *s, const struct session_central_config *config, uint64_t now_ms)
{
	*s = (struct session_central){
		.config = config, .state = SESSION_CENTRAL_HEADER, .want = HANDSHAKE_HEADER_BYTES,
		.opened_ms = now_ms, .heard_ms = now_ms,
	};
}

void session_central_wipe(struct session_central *s)
{
	wipe_keys(s);
	sodium_memzero(s, sizeof *s);
}

bool session_central_is_open(const struct session_central *s)
{
	return s->state == SESSION_CENTRAL_OPEN;
}

bool session_central_is_half_open(const struct session_central *s)
{
	return s->state <= SESSION_CENTRAL_SLOT || s->state == SESSION_CENTRAL_ENROL_KEYS;
}

size_t session_central_room(const struct session_central *s)
{
	return s->state == SESSION_CENTRAL_WELCOMING ? SESSION_FRAME_WELCOME_PLAIN_BYTES : LIMIT_FRAME_PLAIN_BYTES;
}

/* ---- frames ---- */

void session_central_await_frame(struct session_central *s)
{
	s->want = SESSION_FRAME_PREFIX_BYTES;
}

/* What a device may not send, whatever its state. */
static bool forbidden(const jalka_Frame *frame)
{
	return frame->has_receipt || frame->has_pull || frame->has_backlog || frame->has_need_salt
		|| frame->has_held_answer;
}

/* P8: the first frame of a stale session is Resume, and no other frame is one. */
static bool resume_in_place(const struct session_central *s, const jalka_Frame *frame)
{
	bool first = s->state == SESSION_CENTRAL_FIRST;
	if (frame->has_resume != (first && s->stale))
		return false;
	return !frame->has_resume || frame->resume.counter > s->counter;
}

static void begin(struct session_central *s, struct session_central_effects *effects)
{
	const jalka_Frame *frame = &s->config->scratch->frame;
	if (frame->has_resume)
		s->counter = frame->resume.counter;
	session_central_move(s, SESSION_CENTRAL_BEGINNING);
	struct session_central_effect *effect = session_central_order(effects, SESSION_CENTRAL_BEGIN);
	effect->counter = s->counter;
	effect->new_key = s->transport.resumption;
	effect->used_key = s->has_used_key ? s->used_key : NULL;
}

static void take_frame(struct session_central *s, const struct session_central_event *event,
		       struct session_central_effects *effects)
{
	struct session_central_scratch *scratch = s->config->scratch;
	struct span sealed = span_of(event->bytes.data + SESSION_FRAME_PREFIX_BYTES,
				     event->bytes.len - SESSION_FRAME_PREFIX_BYTES);
	size_t len;
	if (fault_is(noise_open(&s->transport.receive, sealed, scratch->plain, sizeof scratch->plain, &len))) {
		session_central_close(s, effects, "frame does not open");
		return;
	}
	struct span rows;
	struct fault fault = session_frame_decode(SESSION_FRAME_FRAME, span_of(scratch->plain, len), s->config->codec,
						  scratch->raw, &scratch->frame, &rows);
	if (fault_is(fault)) {
		session_central_close(s, effects, fault.what);
		return;
	}
	if (forbidden(&scratch->frame) || !resume_in_place(s, &scratch->frame)) {
		session_central_close(s, effects, "frame a device may not send now");
		return;
	}
	s->heard_ms = event->now_ms;
	s->progress_bytes = 0;
	session_central_await_frame(s);
	if (s->state == SESSION_CENTRAL_FIRST)
		begin(s, effects);
	s->rest = rows;
	s->owes = true;
	if (s->state == SESSION_CENTRAL_OPEN)
		session_central_order(effects, SESSION_CENTRAL_FRAME)->rows = rows;
}

static void begun(struct session_central *s, struct session_central_effects *effects)
{
	session_central_move(s, SESSION_CENTRAL_OPEN);
	/* Erased once in use: the host has stored what is needed of both. */
	sodium_memzero(s->used_key, sizeof s->used_key);
	sodium_memzero(s->transport.resumption, sizeof s->transport.resumption);
	session_central_order(effects, SESSION_CENTRAL_FRAME)->rows = s->rest;
	s->rest = (struct span){ NULL, 0 };
}

static void transport_bytes(struct session_central *s, const struct session_central_event *event,
			    struct session_central_effects *effects)
{
	if (s->want == SESSION_FRAME_PREFIX_BYTES) {
		size_t len = (size_t)event->bytes.data[0] | (size_t)event->bytes.data[1] << 8;
		if (len <= NOISE_TAG_BYTES) {
			session_central_close(s, effects, "frame too short");
			return;
		}
		s->want = SESSION_FRAME_PREFIX_BYTES + len;
		s->progress_ms = event->now_ms + LIMIT_PROGRESS_MS;
		return;
	}
	take_frame(s, event, effects);
}

/* Seals what stands in `plain` of the scratch. */
static void send_sealed(struct session_central *s, size_t plain_len, struct session_central_effects *effects)
{
	struct session_central_scratch *scratch = s->config->scratch;
	size_t len;
	struct fault fault = session_frame_seal(&s->transport.send, span_of(scratch->plain, plain_len), scratch->wire, &len);
	if (fault_is(fault)) {
		session_central_close(s, effects, fault.what);
		return;
	}
	session_central_order(effects, SESSION_CENTRAL_SEND)->bytes = span_of(scratch->wire, len);
}

static void send_frame(struct session_central *s, const struct session_central_event *event,
		       struct session_central_effects *effects)
{
	struct session_central_scratch *scratch = s->config->scratch;
	size_t len;
	ASSERT(s->state == SESSION_CENTRAL_OPEN); /* C1 */
	struct fault fault = session_frame_encode(SESSION_FRAME_FRAME, &scratch->frame, event->rows, s->config->codec,
						  scratch->packed, LIMIT_FRAME_PLAIN_BYTES, scratch->plain, &len);
	if (fault_is(fault)) {
		session_central_close(s, effects, fault.what);
		return;
	}
	s->owes = false;
	send_sealed(s, len, effects);
}

void session_central_enrol_answer(struct session_central *s, struct session_central_effects *effects)
{
	struct session_central_scratch *scratch = s->config->scratch;
	size_t len;
	ASSERT(s->state == SESSION_CENTRAL_ENROLLED);
	struct fault fault = session_frame_encode(SESSION_FRAME_ENROL_ANSWER, &scratch->enrol_answer,
						  (struct span){ NULL, 0 }, NULL, scratch->packed,
						  LIMIT_FRAME_PLAIN_BYTES, scratch->plain, &len);
	if (fault_is(fault)) {
		session_central_close(s, effects, fault.what);
		return;
	}
	send_sealed(s, len, effects);
}

/* ---- time ---- */

uint64_t session_central_deadline(const struct session_central *s)
{
	switch (s->state) {
	case SESSION_CENTRAL_HEADER:
	case SESSION_CENTRAL_KEYS:
		return s->opened_ms + LIMIT_MAC_MS;
	case SESSION_CENTRAL_MESSAGE:
	case SESSION_CENTRAL_ENROL_KEYS:
		return s->progress_ms;
	case SESSION_CENTRAL_FIRST:
	case SESSION_CENTRAL_OPEN:
		if (s->want > SESSION_FRAME_PREFIX_BYTES)
			return s->progress_ms;
		return s->heard_ms + SESSION_CENTRAL_SILENCE_MS;
	case SESSION_CENTRAL_ENROLLED:
		return s->heard_ms + LIMIT_ENROL_MS;
	case SESSION_CENTRAL_FINDING:
	case SESSION_CENTRAL_SLOT:
	case SESSION_CENTRAL_WELCOMING:
	case SESSION_CENTRAL_BEGINNING:
	case SESSION_CENTRAL_CLOSED:
		return UINT64_MAX;
	}
	return UINT64_MAX;
}

static void tick(struct session_central *s, const struct session_central_event *event,
		 struct session_central_effects *effects)
{
	if (event->now_ms < session_central_deadline(s))
		return;
	bool progressing = s->state == SESSION_CENTRAL_MESSAGE
		|| (s->want > SESSION_FRAME_PREFIX_BYTES && s->state != SESSION_CENTRAL_HEADER
		    && s->state != SESSION_CENTRAL_KEYS);
	if (progressing && event->buffered >= s->progress_bytes + LIMIT_PROGRESS_BYTES) {
		s->progress_bytes = event->buffered;
		s->progress_ms = event->now_ms + LIMIT_PROGRESS_MS;
		return;
	}
	session_central_close(s, effects, "too slow, or silent");
}

/* ---- the door ---- */

static void bytes(struct session_central *s, const struct session_central_event *event,
		  struct session_central_effects *effects)
{
	ASSERT(event->bytes.len == s->want);
	switch (s->state) {
	case SESSION_CENTRAL_HEADER:
	case SESSION_CENTRAL_KEYS:
	case SESSION_CENTRAL_MESSAGE:
		session_central_handshake_bytes(s, event, effects);
		break;
	case SESSION_CENTRAL_ENROL_KEYS:
	case SESSION_CENTRAL_ENROLLED:
		session_central_enrol_bytes(s, event, effects);
		break;
	case SESSION_CENTRAL_FIRST:
	case SESSION_CENTRAL_OPEN:
		transport_bytes(s, event, effects);
		break;
	case SESSION_CENTRAL_FINDING:
	case SESSION_CENTRAL_SLOT:
	case SESSION_CENTRAL_WELCOMING:
	case SESSION_CENTRAL_BEGINNING:
	case SESSION_CENTRAL_CLOSED:
		ASSERT(false); /* want is 0 */
	}
}

void session_central_step(struct session_central *s, const struct session_central_event *event,
			  struct session_central_effects *effects)
{
	effects->count = 0;
	if (s->state == SESSION_CENTRAL_CLOSED)
		return;
	switch (event->kind) {
	case SESSION_CENTRAL_BYTES:
		bytes(s, event, effects);
		break;
	case SESSION_CENTRAL_DEVICE_FOUND:
		session_central_device_found(s, event, effects);
		break;
	case SESSION_CENTRAL_SLOT_FOUND:
		session_central_slot_found(s, event, effects);
		break;
	case SESSION_CENTRAL_DEVICE_UNKNOWN:
	case SESSION_CENTRAL_SLOT_UNKNOWN:
		session_central_close(s, effects, "key or slot nobody knows");
		break;
	case SESSION_CENTRAL_WELCOME_READY:
		session_central_welcome(s, event, effects);
		break;
	case SESSION_CENTRAL_BEGUN:
		begun(s, effects);
		break;
	case SESSION_CENTRAL_NOT_BEGUN:
		session_central_close(s, effects, "counter not above the last");
		break;
	case SESSION_CENTRAL_FRAME_READY:
		send_frame(s, event, effects);
		break;
	case SESSION_CENTRAL_ANSWER_READY:
		session_central_enrol_answer(s, effects);
		break;
	case SESSION_CENTRAL_TICKED:
		tick(s, event, effects);
		break;
	}
	check_invariants(s);
}
