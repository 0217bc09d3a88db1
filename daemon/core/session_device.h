/* session_device - the device's side of a session with the central node.
 *
 * Tell it what happened (session_device_event); it answers the one thing to do
 * next (session_device_effect). Do it, tell what came of it, and so on until it
 * answers WAIT. Pure: no clock, file, socket, heap or randomness; time is
 * `now_ms`, monotonic; ephemeral secrets come in events.
 *
 * It owns the handshake, the resumption change-over, the counter's rule, which
 * parts a frame may carry and when; the host owns what is in them (the log).
 *
 * Owns   its own state; keys in it are wiped by session_device_deinit.
 * Lends  a message to send, until the next step. Control parts and rows live in
 *        the host's scratch.
 * Obey   the effect's comment; what it orders is durable before its event is told.
 *
 * SD1  Message 1 and Resume are sent only after their counter is durable (P1, P8).
 * SD2  Case data is in message 1 under IKpsk1 only.
 * SD3  The first transport frame follows the application of message 2; Heard
 *      tells only what is durable.
 * SD4  The new resumption key is adopted at central's first transport frame; a
 *      plain IK session drops the old one before its own first (P1).
 * SD5  One push is in flight at a time, none while salts are asked for: a cut
 *      resends at most one chunk.
 */
#ifndef JALKA_CORE_SESSION_DEVICE_H
#define JALKA_CORE_SESSION_DEVICE_H

#include "core/session_frame.h"

/*
 *   DOWN --LINK_UP--> COUNTING --COUNTED--> GREETING --FILLED, SENT--> GREETED
 *                        ^                                               |
 *                        +----------- PLAIN (then IK, fresh e) ----------+
 *                                                                        | message 2
 *   OPENED <--FILLED, SENT-- OPENING <-------------APPLIED------- WELCOMED
 *      |                        ^                                        |
 *      |                        +--COUNTED-- RESUMING <-APPLIED, STALE---+
 *      | central's first frame
 *      v
 *   CONFIRMED     every state --LINK_DOWN--> DOWN, --what must not be--> ENDED
 */
enum session_device_state {
	SESSION_DEVICE_DOWN,
	SESSION_DEVICE_COUNTING,  /* a counter is being made durable */
	SESSION_DEVICE_GREETING,  /* message 1 is being filled */
	SESSION_DEVICE_GREETED,   /* message 1 sent; noise is waiting for message 2 */
	SESSION_DEVICE_WELCOMED,  /* message 2 is being applied; transport is there */
	SESSION_DEVICE_RESUMING,  /* STALE: the counter above central's is being made durable */
	SESSION_DEVICE_OPENING,   /* the first transport frame is being filled and sent */
	SESSION_DEVICE_OPENED,    /* it is sent */
	SESSION_DEVICE_CONFIRMED, /* central's first transport frame came: key adopted */
	SESSION_DEVICE_ENDED,     /* nothing more on this link */
	SESSION_DEVICE_STATES,
};

/* Parts of a transport frame. RESUME, HEARD, FORGOTTEN and HEALTH go beside any other;
 * of the rest a frame has at most one, in this order of preference. */
enum session_device_part {
	SESSION_DEVICE_RESUME = 1,
	SESSION_DEVICE_HEARD = 2,
	SESSION_DEVICE_FORGOTTEN = 4,
	SESSION_DEVICE_SALT = 8,
	SESSION_DEVICE_PUSH = 16,
	SESSION_DEVICE_OFFER = 32,
	SESSION_DEVICE_HELD = 64,
	SESSION_DEVICE_BYE = 128,
	SESSION_DEVICE_HEALTH = 256,
};

/* The host's, one for all its sessions: about 500 KiB. */
struct session_device_scratch {
	jalka_Hello hello;
	jalka_Welcome welcome;
	jalka_Frame in, out;
	uint8_t plain[LIMIT_FRAME_BYTES];
	uint8_t packed[LIMIT_CHUNK_BYTES];
	uint8_t raw_in[LIMIT_CHUNK_BYTES];  /* rows that came, unpacked */
	uint8_t raw_out[LIMIT_CHUNK_BYTES]; /* rows to send, filled by the host */
	uint8_t wire[SESSION_FRAME_WIRE_BYTES];
};

struct session_device_config {
	struct delta_identity central;
	uint8_t central_static[NOISE_DH_BYTES];
	uint8_t own_static[NOISE_DH_BYTES]; /* secret */
	uint32_t version_min, version_max;  /* 0: this build's */
	struct session_frame_codec codec;
	struct session_device_scratch *scratch;
};

enum { SESSION_DEVICE_VERSION = 1, SESSION_DEVICE_HANDSHAKE_MS = 60000 };

enum session_device_event_kind {
	SESSION_DEVICE_LINK_UP,   /* ephemeral */
	SESSION_DEVICE_COUNTED,   /* counter; key, when there is one */
	SESSION_DEVICE_FILLED,    /* parts, rows; push_* with PUSH */
	SESSION_DEVICE_SENT,
	SESSION_DEVICE_FRAME_CAME,/* frame, ephemeral (for PLAIN) */
	SESSION_DEVICE_APPLIED,   /* what the message did; has_more: further frames are buffered */
	SESSION_DEVICE_REFUSED,   /* the message could not be applied; nothing of it was kept */
	SESSION_DEVICE_POKED,     /* something was written here, or time has passed */
	SESSION_DEVICE_LINK_LOST,
};

struct session_device_event {
	enum session_device_event_kind kind;
	uint64_t now_ms;
	const uint8_t *ephemeral;     /* 32 random bytes: LINK_UP, FRAME_CAME */
	uint64_t counter;             /* COUNTED */
	const uint8_t *key;           /* COUNTED: resumption key, or NULL */
	unsigned parts;               /* FILLED: what `scratch->out` has now */
	unsigned more;                /* FILLED: of which of them there is more for a next frame */
	struct span rows;             /* FILLED: rows of it, in scratch->raw_out */
	struct epoch_id push_epoch;   /* FILLED with a push: its author epoch and last seq */
	uint64_t push_seq;
	struct span frame;            /* FRAME_CAME: without its length */
	bool moved;                   /* APPLIED: the cursor did; Heard is owed */
	bool receipted;               /* APPLIED: of this epoch everything up to this seq has a receipt */
	struct epoch_id receipted_epoch;
	uint64_t receipted_seq;
	bool forked;                  /* APPLIED: what is in flight is void: own work is pushed anew */
	bool salts_asked;             /* APPLIED */
	bool held_asked;              /* APPLIED */
	bool erased;                  /* APPLIED: revoked and all erased: say goodbye */
	bool has_more;                /* APPLIED */
};

enum session_device_effect_kind {
	SESSION_DEVICE_WAIT,        /* nothing: tell the next thing that happens */
	SESSION_DEVICE_COUNT,       /* make counter + 1 durable, then COUNTED */
	SESSION_DEVICE_FILL_HELLO,  /* fill scratch->hello but counter and versions; a push of at most
	                               push_bytes of raw rows when that is not 0, else h; then FILLED */
	SESSION_DEVICE_FILL,        /* fill scratch->out, which is empty, with what there is of `parts`; then FILLED */
	SESSION_DEVICE_SEND,        /* send `message`, then SENT */
	SESSION_DEVICE_APPLY_WELCOME, /* scratch->welcome and rows, one transaction; drop_key in it; then APPLIED or REFUSED */
	SESSION_DEVICE_APPLY_FRAME, /* scratch->in and rows; new_key, when not NULL, in the same transaction; APPLIED or REFUSED */
	SESSION_DEVICE_HANG_UP,     /* close the link: `why`; LINK_LOST follows when it is closed */
};

enum session_device_end {
	SESSION_DEVICE_FOREIGN,  /* what came was not central's, or was not understood */
	SESSION_DEVICE_UNKEPT,   /* what was ordered could not be done: after REFUSED */
	SESSION_DEVICE_SILENT,   /* nothing came for too long */
	SESSION_DEVICE_ORDERLY,  /* as it should be */
};

struct session_device_effect {
	enum session_device_effect_kind kind;
	unsigned parts;
	size_t push_bytes;
	struct span message;
	struct span rows;
	bool drop_key;
	const uint8_t *new_key;
	const char *why;
	enum session_device_end end;      /* HANG_UP */
};

struct session_device {
	const struct session_device_config *config;
	enum session_device_state state;
	struct noise noise;               /* GREETING, GREETED */
	struct noise_transport transport; /* from WELCOMED on; its resumption key is pending until CONFIRMED */
	uint8_t ephemeral[NOISE_DH_BYTES];
	bool is_resumed;                  /* this handshake uses the resumption key */
	bool is_plain;                    /* central said PLAIN on this link */
	bool is_stale;
	bool is_revoked;
	uint64_t counter;
	size_t push_try;                  /* which size of push GREETING is trying */
	unsigned owed;                    /* parts to be filled when there is room */
	bool in_flight;                   /* a push waits for its receipt */
	struct epoch_id in_flight_epoch;
	uint64_t in_flight_seq;
	uint64_t sent_ms, heard_ms;       /* last frame out, last frame in */
};

void session_device_init(struct session_device *session, const struct session_device_config *config);
void session_device_deinit(struct session_device *session); /* wipes */

struct session_device_effect session_device_step(struct session_device *session,
						 const struct session_device_event *event);

/* The `why` that follows REFUSED: the host knows better what it was. */
extern const char session_device_why_refused[];

/* now_ms at which POKED must be told at the latest; UINT64_MAX: never. */
uint64_t session_device_deadline(const struct session_device *session);

/* Neither a push nor a part waits: what there was has been exchanged. */
bool session_device_is_quiet(const struct session_device *session);

#endif
