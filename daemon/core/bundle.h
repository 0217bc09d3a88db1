/* bundle - session messages in a file that is carried by hand.
 *
 * What a device would push and what central would answer, sealed for one reader
 * by the one-way Noise pattern X, whose `s` says who wrote it. An answer is signed
 * by central's identity besides, since X alone would let who has stolen a device's
 * static key write to it in central's name. Byte by byte: docs/internals/bundle.md.
 *
 *   to central    Head | Hello, Frame .., End      sealed to central's bundle key
 *   to a device   Head | Welcome, Frame .., End    sealed to the device's static key
 *
 * Pure. A writer lends the next piece of the file until its next call; a reader
 * walks over a file that the caller holds whole.
 *
 * Order to obey, reading: bundle_look (whose is it?), bundle_open, bundle_check,
 * then bundle_next until BUNDLE_END. bundle_close on every way out.
 *
 * BU1  Nothing of a bundle is lent before bundle_check has seen its End: every
 *      message opened and decoded (W1), in its place, the signature good.
 * BU2  A bundle is at most BUNDLE_BYTES_MAX, and as sent unpacks to at most
 *      LIMIT_INFLATED_RATIO times that.
 */
#ifndef JALKA_CORE_BUNDLE_H
#define JALKA_CORE_BUNDLE_H

#include <sodium.h>

#include "core/delta.h"
#include "core/session_frame.h"

enum {
	BUNDLE_BYTES_MAX = 8 * 1024 * 1024,
	BUNDLE_HEADER_BYTES = 32,
	BUNDLE_FOR_BYTES = 16,   /* of the reader's public key, in the clear header */
	BUNDLE_NAME_BYTES = 16,  /* BLAKE2b-128 of the whole file */
	BUNDLE_PROLOGUE_BYTES = BUNDLE_HEADER_BYTES + DELTA_IDENTITY_BYTES,
	BUNDLE_MESSAGE_PLAIN_BYTES = LIMIT_FRAME_PLAIN_BYTES - 1, /* of Hello, Welcome, Frame in one */
};

enum bundle_kind { BUNDLE_TO_CENTRAL = 1, BUNDLE_TO_DEVICE = 2 };
enum bundle_message { BUNDLE_HELLO = 1, BUNDLE_WELCOME = 2, BUNDLE_FRAME = 3, BUNDLE_END = 4 };

/* One for all bundles of a host: about 500 KiB. */
struct bundle_scratch {
	jalka_BundleHead head;
	jalka_BundleEnd end;
	jalka_Hello hello;
	jalka_Welcome welcome;
	jalka_Frame frame;
	uint8_t plain[LIMIT_FRAME_BYTES];
	uint8_t raw[LIMIT_CHUNK_BYTES];
	uint8_t packed[LIMIT_CHUNK_BYTES];
	uint8_t wire[SESSION_FRAME_WIRE_BYTES + BUNDLE_HEADER_BYTES];
};

/* ---- writing ---- */

struct bundle_parties {
	enum bundle_kind kind;
	const struct delta_identity *identity; /* central's */
	const uint8_t *own_secret;             /* writing: the writer's static key; reading: the key it is sealed to */
	const uint8_t *other_public;           /* writing: the key it is sealed to */
	const uint8_t *ephemeral;              /* writing: 32 fresh random bytes */
};

struct bundle_writer {
	struct bundle_scratch *scratch;
	const struct session_frame_codec *codec;
	enum bundle_kind kind;
	struct noise_cipher cipher;
	crypto_generichash_state hash;
	size_t bytes;
};

/* `head` is scratch->head, filled in. *out: the beginning of the file. */
struct fault bundle_begin(struct bundle_writer *writer, struct bundle_scratch *scratch,
			  const struct session_frame_codec *codec, const struct bundle_parties *parties, struct span *out);
/* Whether one more message of any size, and the End, fit. */
bool bundle_has_room(const struct bundle_writer *writer);
/* `control`: a jalka_Hello, jalka_Welcome or jalka_Frame; `rows` as in session_frame_encode. */
struct fault bundle_put(struct bundle_writer *writer, enum bundle_message message, void *control, struct span rows,
			struct span *out);
/* `identity_secret`: of an answer; else NULL. Wipes the writer. */
struct fault bundle_end(struct bundle_writer *writer, bool more, const uint8_t *identity_secret, struct span *out);

/* ---- reading ---- */

struct bundle_header {
	enum bundle_kind kind;
	uint8_t key[BUNDLE_FOR_BYTES]; /* what the key it is sealed to begins with */
};

/* The clear header. FAULT_CALLER: no bundle, or of a version not known here. */
struct fault bundle_look(struct span file, struct bundle_header *out);

struct bundle_reader {
	struct bundle_scratch *scratch;
	const struct session_frame_codec *codec;
	enum bundle_kind kind;
	struct delta_identity identity;
	struct span file;
	size_t at, first;            /* place in the file; of the first message */
	struct noise_cipher cipher, at_first;
	uint8_t sender[NOISE_DH_BYTES];
	uint8_t name[BUNDLE_NAME_BYTES];
	jalka_BundleHead head;
	size_t messages, read;       /* before the End: in it (once checked), read so far */
	uint64_t rows;               /* deltas in pushes, pulls and backlogs (once checked) */
	bool more, checked;
};

/* Opens the first message: `sender` and `head` are known then. FAULT_PEER: not
 * sealed to this key, or damaged. The file stays borrowed until bundle_close. */
struct fault bundle_open(struct bundle_reader *reader, struct bundle_scratch *scratch,
			 const struct session_frame_codec *codec, const struct bundle_parties *parties, struct span file);
/* BU1. FAULT_PEER: damaged, cut short, longer than it says, or not signed. */
struct fault bundle_check(struct bundle_reader *reader);
/* The next message into scratch->hello, welcome or frame. */
struct fault bundle_next(struct bundle_reader *reader, enum bundle_message *message, struct span *rows);
void bundle_close(struct bundle_reader *reader);

#endif
