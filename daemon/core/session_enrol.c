/* session_enrol - the device's side of enrolment. */
#include "core/session_enrol.h"

#include <pb_decode.h>
#include <sodium.h>

#include "base/assert.h"

static struct session_enrol_effect effect(enum session_enrol_effect_kind kind)
{
	return (struct session_enrol_effect){ .kind = kind };
}

static struct session_enrol_effect hang_up(const char *why)
{
	struct session_enrol_effect e = effect(SESSION_ENROL_HANG_UP);
	e.why = why;
	return e;
}

static struct session_enrol_effect send(struct session_enrol_scratch *scratch, size_t len)
{
	struct session_enrol_effect e = effect(SESSION_ENROL_SEND);
	e.message = span_of(scratch->wire, len);
	return e;
}

/* Header and MAC; the Noise message of `message_bytes` stands already at its place. */
static size_t write_header(struct session_enrol *enrol, enum handshake_kind kind, size_t message_bytes,
			   struct session_enrol_scratch *scratch)
{
	struct handshake_header header = { .kind = kind, .message_bytes = (uint16_t)message_bytes };
	uint8_t clear[HANDSHAKE_HEADER_SLOT_BYTES];
	memcpy(header.slot, enrol->config.slot, sizeof header.slot);
	size_t len = handshake_header_write(&header, clear);
	memcpy(scratch->wire, clear, len);
	handshake_mac(&enrol->config.central, &header,
		      span_of(scratch->wire + len + HANDSHAKE_MAC_BYTES, handshake_mac_covers(kind)),
		      scratch->wire + len);
	return len + HANDSHAKE_MAC_BYTES + message_bytes;
}

struct session_enrol_effect session_enrol_begin(struct session_enrol *enrol, const struct session_enrol_config *config,
						struct session_enrol_scratch *scratch)
{
	memset(enrol, 0, sizeof *enrol);
	enrol->config = *config;
	enrol->state = SESSION_ENROL_ASKED;
	return send(scratch, write_header(enrol, HANDSHAKE_CERT, 0, scratch));
}

/* The certificate says which static key the identity vouches for (EN1). */
static bool read_cert(struct session_enrol *enrol, struct span frame)
{
	jalka_Cert cert = jalka_Cert_init_zero;
	jalka_CertBody body = jalka_CertBody_init_zero;
	struct delta_signature signature;
	pb_istream_t stream = pb_istream_from_buffer(frame.data, frame.len);
	if (!pb_decode(&stream, jalka_Cert_fields, &cert) || cert.signature.size != sizeof signature.bytes)
		return false;
	memcpy(signature.bytes, cert.signature.bytes, sizeof signature.bytes);
	if (!delta_verify(DELTA_TAG_CERT, span_of("", 0), SESSION_FRAME_SPAN(cert.body),
			  enrol->config.central.bytes, &signature))
		return false;
	stream = pb_istream_from_buffer(cert.body.bytes, cert.body.size);
	if (!pb_decode(&stream, jalka_CertBody_fields, &body) || body.static_key.size != NOISE_DH_BYTES
	    || body.node.size != ID_BYTES)
		return false;
	memcpy(enrol->central_static, body.static_key.bytes, NOISE_DH_BYTES);
	memcpy(enrol->central_node.bytes, body.node.bytes, ID_BYTES);
	return true;
}

static struct session_enrol_effect cert_came(struct session_enrol *enrol, struct span frame,
					     struct session_enrol_scratch *scratch)
{
	enum { MESSAGE_BYTES = NOISE_DH_BYTES + NOISE_TAG_BYTES }; /* psk, e, es and an empty payload */
	uint8_t prologue[HANDSHAKE_PROLOGUE_BYTES_MAX];
	struct handshake_header header = { .kind = HANDSHAKE_XKPSK0, .message_bytes = MESSAGE_BYTES };
	size_t len;
	if (!read_cert(enrol, frame))
		return hang_up("the certificate is not the one the code names");
	memcpy(header.slot, enrol->config.slot, sizeof header.slot);
	struct noise_config noise = {
		.pattern = NOISE_XKPSK0,
		.initiator = true,
		.prologue = span_of(prologue, handshake_prologue(&enrol->config.central, &header, prologue)),
		.static_secret = enrol->config.own_static,
		.remote_static = enrol->central_static,
		.psk = enrol->config.secret,
		.ephemeral_secret = enrol->config.ephemeral,
	};
	noise_init(&enrol->noise, &noise);
	uint8_t *at = scratch->wire + HANDSHAKE_HEADER_BYTES_MAX;
	if (fault_is(noise_write(&enrol->noise, span_of("", 0), at, MESSAGE_BYTES, &len)) || len != MESSAGE_BYTES)
		return hang_up("message 1 of enrolment could not be made");
	enrol->state = SESSION_ENROL_PROVED;
	return send(scratch, write_header(enrol, HANDSHAKE_XKPSK0, len, scratch));
}

static struct session_enrol_effect key_came(struct session_enrol *enrol, struct span frame,
					    struct session_enrol_scratch *scratch)
{
	size_t len;
	if (fault_is(noise_read(&enrol->noise, frame, scratch->plain, sizeof scratch->plain, &len)))
		return hang_up("the code's secret is not the one central has");
	enrol->state = SESSION_ENROL_KEEPING;
	return effect(SESSION_ENROL_KEEP);
}

static struct fault fill_request(const struct session_enrol *enrol, jalka_EnrolRequest *request)
{
	const struct session_enrol_config *c = &enrol->config;
	struct delta_signature signature;
	FAULT_TRY(delta_sign(DELTA_TAG_ENROL, span_of("", 0), span_of(enrol->noise.h, NOISE_HASH_BYTES),
			     c->sign_secret, &signature));
	SESSION_FRAME_SET(request->node, c->node.bytes);
	SESSION_FRAME_SET(request->sign_key, c->sign_secret + DELTA_SIGN_SECRET_BYTES - DELTA_SIGN_PUBLIC_BYTES);
	SESSION_FRAME_SET(request->signature, signature.bytes);
	SESSION_FRAME_SET(request->epoch, c->epoch.bytes);
	_Static_assert(sizeof request->serial == sizeof c->serial, "a serial is as long here as on the wire");
	memcpy(request->serial, c->serial, sizeof request->serial);
	request->disk = c->disk;
	return fault_none();
}

struct session_enrol_effect session_enrol_kept(struct session_enrol *enrol, struct session_enrol_scratch *scratch)
{
	jalka_EnrolRequest request = jalka_EnrolRequest_init_zero;
	size_t plain_len, len;
	ASSERT(enrol->state == SESSION_ENROL_KEEPING);
	struct fault fault = fill_request(enrol, &request);
	if (!fault_is(fault))
		fault = session_frame_encode(SESSION_FRAME_ENROL_REQUEST, &request, (struct span){ NULL, 0 }, NULL, NULL,
					     LIMIT_FRAME_PLAIN_BYTES / 2, scratch->plain, &plain_len);
	if (!fault_is(fault))
		fault = noise_write(&enrol->noise, span_of(scratch->plain, plain_len),
				    scratch->wire + SESSION_FRAME_PREFIX_BYTES, LIMIT_FRAME_BYTES, &len);
	if (fault_is(fault))
		return hang_up(fault.what);
	scratch->wire[0] = (uint8_t)len;
	scratch->wire[1] = (uint8_t)(len >> 8);
	noise_split(&enrol->noise, &enrol->transport);
	handshake_words(enrol->transport.handshake_hash, enrol->words);
	noise_wipe(&enrol->noise);
	enrol->state = SESSION_ENROL_WAITING;
	return send(scratch, SESSION_FRAME_PREFIX_BYTES + len);
}

static const char *why_refused(jalka_EnrolRefusal why)
{
	switch (why) {
	case jalka_EnrolRefusal_BY_NAME:
		return "the central node knows this machine already: there is nothing to enrol";
	case jalka_EnrolRefusal_BY_DENY:
		return "this machine was revoked: the central node lets it in no more";
	case jalka_EnrolRefusal_BY_CODE:
		break;
	}
	return "the code was used up meanwhile: ask the administrator for a new one";
}

static struct session_enrol_effect answer_came(struct session_enrol *enrol, struct span frame,
					       struct session_enrol_scratch *scratch)
{
	size_t len;
	struct span rows;
	if (fault_is(noise_open(&enrol->transport.receive, frame, scratch->plain, sizeof scratch->plain, &len)))
		return hang_up("a frame is not central's");
	if (fault_is(session_frame_decode(SESSION_FRAME_ENROL_ANSWER, span_of(scratch->plain, len), NULL, NULL,
					  &scratch->answer, &rows)))
		return hang_up("malformed answer to the enrolment");
	if (scratch->answer.refused[0] != '\0')
		return hang_up(why_refused(scratch->answer.why));
	if (!scratch->answer.confirmed)
		return effect(SESSION_ENROL_WAIT);
	enrol->state = SESSION_ENROL_DONE;
	struct session_enrol_effect e = effect(SESSION_ENROL_CONFIRMED);
	e.answer = &scratch->answer;
	return e;
}

struct session_enrol_effect session_enrol_frame(struct session_enrol *enrol, struct span frame,
						struct session_enrol_scratch *scratch)
{
	switch (enrol->state) {
	case SESSION_ENROL_ASKED:
		return cert_came(enrol, frame, scratch);
	case SESSION_ENROL_PROVED:
		return key_came(enrol, frame, scratch);
	case SESSION_ENROL_WAITING:
		return answer_came(enrol, frame, scratch);
	case SESSION_ENROL_KEEPING:
	case SESSION_ENROL_DONE:
		return hang_up("central spoke out of turn");
	}
	return hang_up("central spoke out of turn");
}

void session_enrol_deinit(struct session_enrol *enrol)
{
	sodium_memzero(enrol, sizeof *enrol);
}
