/* session_enrol - the device's side of enrolment: CERT, then XKpsk0.
 *
 *   D -> C  CERT header with the slot           C -> D  Cert, signed by the identity
 *   D -> C  header, e                           C -> D  e
 *   D -> C  s, EnrolRequest                     C -> D  EnrolAnswer: waiting ... confirmed | refused
 *
 * Pure, as core/session_device: tell each frame, do what it answers. The keys
 * and ids are the host's and are durable before KEEP is answered, so that a
 * confirmed device is never without them.
 *
 * EN1  Nothing secret is sent before the certificate of the identity in the code
 *      was verified.
 * EN2  The device's keys are sent only after they are durable.
 */
#ifndef JALKA_CORE_SESSION_ENROL_H
#define JALKA_CORE_SESSION_ENROL_H

#include "core/session_frame.h"

struct session_enrol_config {
	struct delta_identity central;
	uint8_t slot[HANDSHAKE_SLOT_BYTES];
	uint8_t secret[NOISE_PSK_BYTES];
	uint8_t own_static[NOISE_DH_BYTES];                /* secret */
	uint8_t sign_secret[DELTA_SIGN_SECRET_BYTES];      /* its last 32 bytes are the public key */
	struct node_id node;
	struct epoch_id epoch;                             /* first author epoch */
	char serial[65];                                   /* UTF-8 */
	uint32_t disk;                                     /* EnrolRequest.disk */
	uint8_t ephemeral[NOISE_DH_BYTES];
};

/*
 *   ASKED --Cert--> PROVED --e--> KEEPING --session_enrol_kept--> WAITING --confirmed--> DONE
 */
enum session_enrol_state {
	SESSION_ENROL_ASKED,   /* for the certificate */
	SESSION_ENROL_PROVED,  /* central_static is verified; e sent */
	SESSION_ENROL_KEEPING, /* central has shown the slot's secret; keys are being made durable */
	SESSION_ENROL_WAITING, /* words may be compared */
	SESSION_ENROL_DONE,
};

struct session_enrol {
	struct session_enrol_config config;
	enum session_enrol_state state;
	struct noise noise;
	struct noise_transport transport;
	uint8_t central_static[NOISE_DH_BYTES];
	struct node_id central_node;
	char words[HANDSHAKE_WORDS_BYTES]; /* from WAITING on */
};

enum session_enrol_effect_kind {
	SESSION_ENROL_WAIT,
	SESSION_ENROL_SEND,      /* `message` */
	SESSION_ENROL_KEEP,      /* make keys, ids, central_static and central_node durable, then session_enrol_kept */
	SESSION_ENROL_CONFIRMED, /* `answer`: store epochs and holder, hang up, come back with IK */
	SESSION_ENROL_HANG_UP,   /* `why` */
};

struct session_enrol_effect {
	enum session_enrol_effect_kind kind;
	struct span message;
	const jalka_EnrolAnswer *answer;
	const char *why;
};

/* Scratch of the host's, lent for the time of a call and until the message is sent. */
struct session_enrol_scratch {
	jalka_EnrolAnswer answer;
	uint8_t plain[LIMIT_FRAME_BYTES];
	uint8_t wire[SESSION_FRAME_WIRE_BYTES];
};

/* Begins: SEND with the CERT header. */
struct session_enrol_effect session_enrol_begin(struct session_enrol *enrol, const struct session_enrol_config *config,
						struct session_enrol_scratch *scratch);
/* A whole frame came, without its length. */
struct session_enrol_effect session_enrol_frame(struct session_enrol *enrol, struct span frame,
						struct session_enrol_scratch *scratch);
/* What KEEP ordered is durable: SEND with message 3. */
struct session_enrol_effect session_enrol_kept(struct session_enrol *enrol, struct session_enrol_scratch *scratch);
void session_enrol_deinit(struct session_enrol *enrol); /* wipes */

#endif
