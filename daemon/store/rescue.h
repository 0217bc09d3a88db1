/* rescue - own work in a file that only the organiser's recovery key opens.
 *
 * Beside the store lies the file `rescue`: each own delta that the organiser does not
 * surely have yet, as a sealed box to its recovery key. A broken laptop's disk, or one
 * whose passphrase nobody knows any more, gives back with it what was never sent.
 * docs/internals/rescue.md has the format byte by byte.
 *
 *   "jalkares" | version u32 | key mark 4 B | node 16 B | author epoch 16 B | seq u64 |
 *   length u32 | BLAKE2b-128 of all that and what follows | length bytes: which 16 B, sealed
 *
 * Little-endian. Length 0 is a mark: of this epoch nothing up to seq needs to be here. Which is
 * BLAKE2b-128 of the delta's digest, which its salt keeps from telling anything: under one name
 * a store that was put back may have other work than the file. (Version 1 lacks it.)
 * Sealed is crypto_box_seal (X25519, XSalsa20-Poly1305) of the work, padded to 64 bytes:
 * salt and bytes of the delta, h before it and the author's own signed head over it, so
 * that each stands by itself: who wrote it is proved though others are damaged or gone.
 *
 * RS1  What rescue_append confirmed is durable, and whole: a torn end is cut off when the
 *      file is opened, and a damaged record hides none behind it.
 * RS2  The file tells who has it no more than the times and padded sizes of own work.
 * RS3  Reading costs no more than the length of what is read, whoever wrote it.
 */
#ifndef JALKA_STORE_RESCUE_H
#define JALKA_STORE_RESCUE_H

#include "base/wire.h"
#include "store/author.h"

enum {
	RESCUE_KEY_BYTES = 32,
	RESCUE_MARK_BYTES = 4,
	RESCUE_WHICH_BYTES = 16,
	RESCUE_HEADER_BYTES = 76,
	RESCUE_PLAIN_BYTES = LIMIT_DELTA_BYTES + 312, /* a delta, what proves it, padding */
	RESCUE_RECORD_BYTES = RESCUE_HEADER_BYTES + RESCUE_WHICH_BYTES + RESCUE_PLAIN_BYTES + 48,
	RESCUE_FILE_BYTES = 32 * 1024 * 1024,
};

/* One own delta and what proves it. */
struct rescue_work {
	struct author author;
	uint64_t seq;
	struct span bytes;                 /* the delta's; borrowed */
	uint8_t salt[DELTA_SALT_BYTES];
	struct delta_hash before;          /* h at seq - 1 */
	struct delta_signature signature;  /* the author's head at seq */
	bool has_continues;                /* its epoch goes on from another */
	struct author_continues continues;
};

/* The first bytes of BLAKE2b of the public key: which key a record is sealed to. */
void rescue_mark(const uint8_t key[static RESCUE_KEY_BYTES], uint8_t out[static RESCUE_MARK_BYTES]);

/* Which delta it is, of those that may have one name. */
void rescue_which(const struct delta_hash *digest, uint8_t out[static RESCUE_WHICH_BYTES]);

/* Adds a record to `out`, which has room for RESCUE_RECORD_BYTES. FAULT_CALLER: no usable key. */
struct fault rescue_seal(const struct rescue_work *work, const uint8_t key[static RESCUE_KEY_BYTES], struct wire_out *out);
/* Adds a mark. */
void rescue_seal_none(const struct author *author, uint64_t seq, const uint8_t key[static RESCUE_KEY_BYTES],
		      struct wire_out *out);

/* A record as it lies in the file. */
struct rescue_record {
	struct author author;
	uint64_t seq;
	uint8_t mark[RESCUE_MARK_BYTES];
	bool has_which;
	uint8_t which[RESCUE_WHICH_BYTES];
	struct span whole;  /* with its header; borrowed */
	struct span sealed; /* empty: a mark */
};
/* It is this delta, or its version does not tell. */
bool rescue_may_be(const struct rescue_record *record, const struct delta_hash *digest);
enum rescue_read {
	RESCUE_END,     /* nothing is left */
	RESCUE_RECORD,
	RESCUE_CUT,     /* what is left may be the beginning of a record: it stays in *rest */
	RESCUE_DAMAGED, /* bytes that are none were passed over */
};
/* The next record of a block, which it is taken off. */
enum rescue_read rescue_next(struct span *rest, struct rescue_record *out);

/* Opens a record into `plain` of RESCUE_PLAIN_BYTES, which out->bytes borrows; wipe it afterwards.
 * FAULT_CALLER: sealed to another key; FAULT_PEER: it holds no work. Who wrote it is not checked. */
struct fault rescue_open(const struct rescue_record *record, const uint8_t key[static RESCUE_KEY_BYTES],
			 const uint8_t secret[static RESCUE_KEY_BYTES], uint8_t *plain, struct rescue_work *out);

/* ---- the file ---- */

struct rescue;
typedef bool rescue_keep_fn(void *ctx, const struct rescue_record *record);

/* Opens what is there; the file itself is made by the first rescue_append. */
struct fault rescue_file_open(const char *path, struct rescue **out);
void rescue_file_close(struct rescue *rescue); /* NULL is allowed */
uint64_t rescue_file_bytes(const struct rescue *rescue);
/* Every record that is whole; fn returns false to stop. */
struct fault rescue_file_scan(struct rescue *rescue, rescue_keep_fn *fn, void *ctx);
/* Whole records, durable when it returns (RS1). FAULT_LIMIT: more than RESCUE_FILE_BYTES; FAULT_STORE. */
struct fault rescue_file_append(struct rescue *rescue, struct span records);
/* Writes the file anew with the records that `keep` says yes to, and `more` behind them. */
struct fault rescue_file_rewrite(struct rescue *rescue, rescue_keep_fn *keep, void *ctx, struct span more);
/* Nothing is to be rescued any more: the file goes, also one that cannot be opened. Not while it is open. */
struct fault rescue_file_remove_at(const char *path);

#endif
