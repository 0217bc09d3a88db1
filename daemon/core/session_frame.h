/* session_frame - the plaintext of messages and frames, their sealing, and frames
 * out of a stream of bytes. Shared by both ends.
 *
 * Plaintext (proto/session.proto):
 *
 *   0..1   length of the control part, little-endian
 *   2..    control part: Hello, Welcome, Frame, EnrolRequest or EnrolAnswer
 *   then   rows of the one Push, Pull, Backlog or Offer in it, as packed
 *   then   zeros up to a multiple of LIMIT_PAD_STEP_BYTES
 *
 * A frame on the wire is a 16-bit little-endian length and that many sealed
 * bytes. Length 0 is PLAIN, and only as the answer to IKpsk1.
 *
 * Purely functions on the caller's blocks. The control structures are large (up
 * to 64 KiB): the host owns one of each and lends it.
 *
 * W1  What decode accepts has every width, count and length in bounds; ids that
 *     must be there are there; texts are UTF-8; padding is zero.
 * W2  A chunk of LIMIT_CHUNK_BYTES raw rows fits a frame even when it does not compress (P4).
 */
#ifndef JALKA_CORE_SESSION_FRAME_H
#define JALKA_CORE_SESSION_FRAME_H

#include "base/fault.h"
#include "base/limits.h"
#include "base/span.h"
#include "core/handshake.h"
#include "core/noise.h"
#include "session.pb.h"

enum session_frame_kind {
	SESSION_FRAME_HELLO,         /* jalka_Hello: message 1 */
	SESSION_FRAME_WELCOME,       /* jalka_Welcome: message 2 */
	SESSION_FRAME_FRAME,         /* jalka_Frame: transport */
	SESSION_FRAME_ENROL_REQUEST, /* jalka_EnrolRequest: message 3 of XKpsk0 */
	SESSION_FRAME_ENROL_ANSWER,  /* jalka_EnrolAnswer: transport, enrolment */
	SESSION_FRAME_BUNDLE_HEAD,   /* jalka_BundleHead, jalka_BundleEnd: core/bundle */
	SESSION_FRAME_BUNDLE_END,
};

enum {
	SESSION_FRAME_PREFIX_BYTES = 2,
	/* a frame as it travels, at most */
	SESSION_FRAME_WIRE_BYTES = SESSION_FRAME_PREFIX_BYTES + LIMIT_FRAME_BYTES,
	/* Noise of message 1 of IK and IKpsk1 around its payload: e, s and its tag, payload's tag */
	SESSION_FRAME_HELLO_NOISE_BYTES = 2 * NOISE_DH_BYTES + 2 * NOISE_TAG_BYTES,
	/* Noise of message 2 around its payload: e, tag */
	SESSION_FRAME_WELCOME_NOISE_BYTES = NOISE_DH_BYTES + NOISE_TAG_BYTES,
	/* Rows.codec: 0 as they are, and what session_frame_codec packs with */
	SESSION_FRAME_CODEC_ZSTD = 1,
	SESSION_FRAME_CODEC_COLUMNS = 2,
	SESSION_FRAME_CODEC_MAX = SESSION_FRAME_CODEC_COLUMNS,
	/* the most plaintext each may have */
	SESSION_FRAME_HELLO_PLAIN_BYTES = LIMIT_MESSAGE1_BYTES - HANDSHAKE_HEADER_BYTES - HANDSHAKE_MAC_BYTES
		- SESSION_FRAME_HELLO_NOISE_BYTES,
	SESSION_FRAME_WELCOME_PLAIN_BYTES = LIMIT_FRAME_BYTES - SESSION_FRAME_WELCOME_NOISE_BYTES,
};

/* Sets a bytes field of a generated struct to its full fixed width. */
#define SESSION_FRAME_SET(field, source) \
	((field).size = sizeof (field).bytes, (void)memcpy((field).bytes, (source), sizeof (field).bytes))
#define SESSION_FRAME_SPAN(field) span_of((field).bytes, (field).size)

/* Packs rows: returns the packed length and says in *codec how (Rows.codec, not 0);
 * 0 when it does not fit or does not pay. Unpacks what was packed so; 0: it is not
 * whole, or within bounds. NULL functions: rows travel as they are, and packed ones
 * are refused. */
struct session_frame_codec {
	void *ctx;
	size_t (*compress)(void *ctx, struct span in, uint8_t *out, size_t size, uint32_t *codec);
	size_t (*decompress)(void *ctx, uint32_t codec, struct span in, uint8_t *out, size_t size);
};

/* The Rows of the one Push, Pull, Backlog or Offer in the control part, or NULL.
 * *many: more than one has rows, which is malformed. */
jalka_Rows *session_frame_rows(enum session_frame_kind kind, void *control, bool *many);

/* Writes the plaintext. `raw` are the rows of the control part, whose Rows has
 * `count` set by the caller (the rest is set here); empty when it has none.
 * `packed` is scratch of LIMIT_CHUNK_BYTES, used only when there are rows.
 * `plain_max` bounds the result, padding included. FAULT_LIMIT: does not fit. */
struct fault session_frame_encode(enum session_frame_kind kind, void *control, struct span raw,
				  const struct session_frame_codec *codec, uint8_t *packed, size_t plain_max,
				  uint8_t *out, size_t *out_len);

/* Reads the plaintext into `control` (the struct of `kind`). `raw` is a block of
 * LIMIT_CHUNK_BYTES for unpacked rows; *rows points there or into `plain`. */
struct fault session_frame_decode(enum session_frame_kind kind, struct span plain,
				  const struct session_frame_codec *codec, uint8_t *raw,
				  void *control, struct span *rows);

/* Length prefix and sealed plaintext; `out` holds SESSION_FRAME_WIRE_BYTES. */
struct fault session_frame_seal(struct noise_cipher *cipher, struct span plain, uint8_t *out, size_t *out_len);

/* ---- frames out of a stream ---- */

/* Bytes of a message not yet complete. The block is the host's and may be lent
 * anew whenever `used` is 0, so an idle session needs none. */
struct session_frame_inbox {
	uint8_t *block; /* SESSION_FRAME_WIRE_BYTES */
	size_t used;
};

/* Moves bytes from `input` until `want` (<= SESSION_FRAME_WIRE_BYTES) are in the block: true then. */
bool session_frame_gather(struct session_frame_inbox *inbox, struct span *input, size_t want);

/* The next whole frame, without its prefix; lent until the inbox is used again.
 * False: `input` is used up, more bytes are needed. An empty frame is {block, 0}. */
bool session_frame_next(struct session_frame_inbox *inbox, struct span *input, struct span *frame);

#endif
