/* ingest - a pushed chunk at the central node: verified, then judged row by row.
 *
 * Pure. The host reads the rows, fills in the facts it has of each (secrets,
 * what the log holds at that seq) and asks; ingest answers. In this order:
 *
 *   ingest_peek      case and opening of each row, without trusting it
 *   (the host)       row.secret_known and row.secret, row.known_digest
 *   ingest_verify    digests, chain and signed head; or what is missing (P7)
 *   delta_read, schema_check and facts by the host, then ingest_judge, a row
 *
 * G1  Nothing of a chunk may be stored before ingest_verify said VERIFIED.
 * G2  Idempotent by (author, epoch, seq, h): a row at a seq that is held already
 *     must have the digest held, else the chunk is a FORK.
 * G3  A judgement depends on the facts of this row alone: one bad delta never
 *     holds up those behind it.
 */
#ifndef JALKA_CORE_INGEST_H
#define JALKA_CORE_INGEST_H

#include "core/delta.h"
#include "core/order.h"

struct ingest_row {
	struct span bytes;           /* the author's, or {NULL, 0}: erased, and */
	struct delta_hash digest;    /* the author's word for it; else written by ingest_verify */
	/* written by ingest_peek */
	struct case_id case_id;      /* none: cannot be read */
	bool opens;                  /* carries an opening with its secret */
	struct delta_secret own;     /* that secret */
	/* the host's */
	bool secret_known;           /* of case_id: from the log or from quarantine */
	struct delta_secret secret;
	bool held;                   /* its seq is in the log, and */
	struct delta_hash known_digest;
	bool came_sealed;            /* its author had to forget it and cannot read it */
	/* the device's answer to NeedSalt */
	bool salt_known;
	uint8_t salt[DELTA_SALT_BYTES];
	/* written by ingest_verify */
	bool missing;                /* neither secret nor salt: to be asked for */
};

/* Where the chain of the author stands at central. */
struct ingest_chain {
	const struct delta_identity *central;
	struct author author;
	uint64_t seq;                /* last held */
	struct delta_hash h;         /* h[seq]; seq 0: h[0] */
	const uint8_t *sign_public;  /* DELTA_SIGN_PUBLIC_BYTES */
	/* h at the last row of the chunk, when that is below `seq` */
	bool has_h_at_head;
	struct delta_hash h_at_head;
};

enum ingest_outcome {
	INGEST_VERIFIED,   /* rows above chain.seq may be stored; h_out is h at the head */
	INGEST_KNOWN,      /* all of it is held already and equal */
	INGEST_NEED_SALT,  /* rows with `missing` are to be asked for; nothing is known yet */
	INGEST_FORK,       /* contradicts what is held, or the head is not the author's */
	INGEST_GAP,        /* begins above chain.seq + 1 */
};

/* Reads from untrusted bytes what the salt depends on. */
void ingest_peek(struct ingest_row *row);

/* `rows` are the seqs first_seq .. first_seq + count - 1. */
enum ingest_outcome ingest_verify(const struct ingest_chain *chain, uint64_t first_seq, struct ingest_row *rows,
				  size_t count, const struct delta_signature *signature, struct delta_hash *h_out);

/* What central knows that decides on one delta. Spans are borrowed. */
struct ingest_facts {
	bool revoked, suspended;     /* the device */
	bool epoch_closed;           /* of the author (twin) */
	bool receipted;              /* central's own signed receipt says it was ACCEPTED before a restore */
	bool secret_unknown;         /* verified by a salt of the device's */
	bool malformed;              /* delta_read or the record's shape refuses it */
	bool central_only;           /* the record type, or a field, takes no other author */
	bool case_erased, record_erased;
	bool case_open;              /* an accepted opening of it is there */
	bool case_reserved;          /* reference, directory, or another node's ACCESS case: not a device's to open */
	bool opening_waits;          /* its opening is quarantined */
	bool held;                   /* the holder has a grant now, or all hold it, or it is the author's own ACCESS case */
	bool record_moved;           /* the record is another case's, or of another type */
	bool frozen_changed;         /* changes what the record's signing froze (see ingest_touches) */
	/* P3: in the current epoch, base may not exceed this */
	const struct epoch_id *epoch;
	uint64_t base_max;
	bool past_too_high;          /* the same for what the base says of an epoch not in use */
};

/* 0 (REASON_NONE): accept. Else the jalka_Reason to quarantine it for. `delta`
 * may be NULL when facts->malformed or the bytes are erased. */
uint32_t ingest_judge(const struct delta *delta, const struct ingest_facts *facts);

/* True when a field of `delta` (set or cleared) is set in the message `frozen`. */
bool ingest_touches(const struct delta *delta, struct span frozen);

#endif
