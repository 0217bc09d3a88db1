/* session_central - the central node's side of one connection.
 *
 * Tell it what happened (an event); it answers what to do (effects). Pure: no
 * clock, file, socket, heap or randomness. Times are `mono_ms` unless they say
 * `wall_ms`. It asks for what only the host knows by an effect (FIND_DEVICE,
 * FIND_SLOT, BEGIN) and goes on with the event that answers it.
 *
 *            ┌────────────── PLAIN (once) ────────┐
 *            ▼                                    │
 *          HEADER ──► KEYS ──► MESSAGE ──► FINDING ──► WELCOMING ──► FIRST ──► BEGINNING ──► OPEN
 *            ▲ (MAC) │            │
 *            └ CERT ─┘            └──► SLOT ──► ENROL_KEYS ──► ENROLLED
 *             (once)
 *          from every state ──► CLOSED
 *
 * The ladder before authentication spends the least first: length, MAC, one
 * DH, look-up, the other DH. What the MAC refuses and a key nobody knows get
 * the same silent close.
 *
 * Owns   only its own state; keys in it are wiped on the way to CLOSED.
 * Lends  effects and the spans in them until the next step. The spans of BYTES
 *        are borrowed until the machine wants bytes again (`want` with nothing kept).
 * Obey   effects in their order.
 *
 * C1  Before BEGIN was answered with BEGUN only the Push of message 1 has an
 *     effect (P1), and no transport frame is sent.
 * C2  In a STALE session nothing of message 1 has an effect, and the device's
 *     first transport frame is a Resume (P8).
 * C3  Each sealed frame uses a nonce once, in the order sent.
 */
#ifndef JALKA_CORE_SESSION_CENTRAL_H
#define JALKA_CORE_SESSION_CENTRAL_H

#include "core/delta.h"
#include "core/handshake.h"
#include "core/noise.h"
#include "core/session_frame.h"

enum {
	SESSION_CENTRAL_VERSION = 1,
	SESSION_CENTRAL_SILENCE_MS = 3 * LIMIT_PING_MS, /* nothing heard for so long: close */
	SESSION_CENTRAL_EFFECTS_MAX = 4,
};

enum session_central_state {
	SESSION_CENTRAL_HEADER,     /* nothing is known of the peer */
	SESSION_CENTRAL_KEYS,       /* header is valid */
	SESSION_CENTRAL_MESSAGE,    /* MAC is valid */
	SESSION_CENTRAL_FINDING,    /* `noise` has read the keys; a device is being looked up */
	SESSION_CENTRAL_SLOT,       /* a slot is being looked up */
	SESSION_CENTRAL_WELCOMING,  /* node, hello_counter, stale are valid; message 2 is awaited */
	SESSION_CENTRAL_FIRST,      /* transport is valid, nothing has come by it */
	SESSION_CENTRAL_BEGINNING,  /* the first frame is read; BEGIN is being answered */
	SESSION_CENTRAL_OPEN,
	SESSION_CENTRAL_ENROL_KEYS, /* message 2 of XKpsk0 is sent */
	SESSION_CENTRAL_ENROLLED,   /* the device has shown its keys */
	SESSION_CENTRAL_CLOSED,
};

/* One for all sessions of a host: what is large, and in use only within a step
 * (and, for `frame` and `rows`, until its effects are obeyed). */
struct session_central_scratch {
	jalka_Hello hello;
	jalka_Welcome welcome;
	jalka_Frame frame;
	jalka_EnrolRequest enrol_request;
	jalka_EnrolAnswer enrol_answer;
	uint8_t plain[LIMIT_FRAME_BYTES];
	uint8_t raw[LIMIT_CHUNK_BYTES];
	uint8_t packed[LIMIT_CHUNK_BYTES];
	uint8_t wire[SESSION_FRAME_WIRE_BYTES];
};

struct session_central_config {
	const struct delta_identity *identity;
	const uint8_t *static_secret;       /* NOISE_DH_BYTES */
	const uint8_t *static_public;       /* NOISE_DH_BYTES */
	struct span cert;                   /* serialized jalka_Cert */
	uint32_t version_min, version_max;
	const struct session_frame_codec *codec;
	struct session_central_scratch *scratch;
};

struct session_central {
	const struct session_central_config *config;
	enum session_central_state state;
	const char *why;                    /* CLOSED: literal, for the host's log */
	size_t want;                        /* bytes the next BYTES must hold, from the beginning of this message */
	struct handshake_header header;
	struct noise noise;                 /* until WELCOMING is left */
	struct noise_transport transport;   /* from FIRST on */
	struct span rest;                   /* FINDING, SLOT: message 1 behind the keys */
	uint8_t ephemeral[NOISE_DH_BYTES];
	uint8_t used_key[NOISE_PSK_BYTES];  /* the resumption key this handshake used */
	bool has_used_key;
	bool certified, plained;            /* CERT, PLAIN were sent */
	bool stale;                         /* C2 */
	bool owes;                          /* the device's last frame wants an answer */
	struct node_id node;                /* from WELCOMING on: the device */
	uint32_t version;                   /* from WELCOMING on: the highest both speak */
	uint64_t counter;                   /* of Hello or Resume: takes effect at the first frame */
	uint64_t opened_ms, heard_ms;       /* accepted; last whole message */
	uint64_t progress_ms;               /* LIMIT_PROGRESS_BYTES are due by then */
	size_t progress_bytes;              /* bytes of this message there were at its beginning */
};

enum session_central_event_kind {
	SESSION_CENTRAL_BYTES,        /* the first `want` bytes of the message are here */
	SESSION_CENTRAL_DEVICE_FOUND,
	SESSION_CENTRAL_DEVICE_UNKNOWN,
	SESSION_CENTRAL_SLOT_FOUND,
	SESSION_CENTRAL_SLOT_UNKNOWN,
	SESSION_CENTRAL_WELCOME_READY, /* scratch->welcome is filled in but for version, status, last_counter */
	SESSION_CENTRAL_BEGUN,         /* the counter was above the last; all is in the host's transaction */
	SESSION_CENTRAL_NOT_BEGUN,
	SESSION_CENTRAL_FRAME_READY,   /* scratch->frame is filled in */
	SESSION_CENTRAL_ANSWER_READY,  /* scratch->enrol_answer is filled in */
	SESSION_CENTRAL_TICKED,
};

struct session_central_device {
	struct node_id node;
	uint64_t counter;             /* last seen */
	bool has_current, has_previous;
	uint8_t current[NOISE_PSK_BYTES], previous[NOISE_PSK_BYTES];
	const uint8_t *ss;            /* noise_dh_static of central's and the device's key; NULL: not remembered */
};

struct session_central_event {
	enum session_central_event_kind kind;
	uint64_t now_ms;
	struct span bytes;                           /* BYTES */
	const uint8_t *random;                       /* BYTES: NOISE_DH_BYTES fresh bytes */
	const struct session_central_device *device; /* DEVICE_FOUND */
	const uint8_t *psk;                          /* SLOT_FOUND */
	jalka_Status status;                         /* WELCOME_READY: OK, REVOKED, SUSPENDED */
	struct span rows;                            /* WELCOME_READY, FRAME_READY: raw rows */
	size_t buffered;                             /* TICKED: bytes of an incomplete message */
};

enum session_central_effect_kind {
	SESSION_CENTRAL_SEND,         /* `bytes` */
	SESSION_CENTRAL_CLOSE,        /* hang up; `why`, for the log alone */
	SESSION_CENTRAL_FIND_DEVICE,  /* by its static key `key`; answer with DEVICE_* */
	SESSION_CENTRAL_FIND_SLOT,    /* `key`: slot id; answer with SLOT_* */
	SESSION_CENTRAL_SLOT_FAILED,  /* that try at the slot failed: count it */
	SESSION_CENTRAL_HELLO,        /* scratch->hello, `rows` of its push; WELCOME_READY is awaited */
	SESSION_CENTRAL_BEGIN,        /* P1: `counter`, `new_key`, `used_key` in one transaction; answer with BEGUN.. */
	SESSION_CENTRAL_FRAME,        /* scratch->frame, `rows`: obey what is in it */
	SESSION_CENTRAL_ENROL,        /* scratch->enrol_request, `key`: static key, `words`; ANSWER_READY is awaited */
};

struct session_central_effect {
	enum session_central_effect_kind kind;
	struct span bytes;
	struct span rows;
	const char *why;
	const uint8_t *key;
	uint64_t counter;
	const uint8_t *new_key;  /* NOISE_PSK_BYTES */
	const uint8_t *used_key; /* NULL: plain IK */
	char words[HANDSHAKE_WORDS_BYTES];
};

struct session_central_effects {
	struct session_central_effect list[SESSION_CENTRAL_EFFECTS_MAX];
	size_t count;
};

void session_central_init(struct session_central *session, const struct session_central_config *config,
			  uint64_t now_ms);
void session_central_wipe(struct session_central *session);

void session_central_step(struct session_central *session, const struct session_central_event *event,
			  struct session_central_effects *effects);

/* now_ms at which TICKED is due; UINT64_MAX: never. */
uint64_t session_central_deadline(const struct session_central *session);

/* True once a device is authenticated and may be answered. */
bool session_central_is_open(const struct session_central *session);
/* Not yet authenticated: counts as half-open. */
bool session_central_is_half_open(const struct session_central *session);

/* Plaintext bytes that message 2 and a frame may have. */
size_t session_central_room(const struct session_central *session);

#endif
