/* correction - what a correction does to the record it names, and to how it reads.
 *
 *   kind                the original becomes   a reader sees
 *   RECTIFY             CORRECTED              the new text, marked; the original's text not
 *   SUPPLEMENT          stays                  the original, and what was added below
 *   CLIENT_STATEMENT    stays                  the original, and the client's statement below
 *   REMOVE_UNNECESSARY  VOIDED                 that something unnecessary was taken out
 *   WRONG_CLIENT        VOIDED                 that it was written under the wrong client
 *
 * The signed original is untouched: of it only the later field `state` is written,
 * in the same transaction as the correction. Types without that field are read
 * through their corrections all the same. A refused correction (refusal_reasons)
 * changes nothing and is shown beside the record. What several corrections say
 * together: the last text of RECTIFY; every supplement and statement; voided once
 * one of them voids. The original is shown to nobody but on asking, with a reason.
 *
 * Pure; owns nothing; spans point into the corrections given.
 */
#ifndef JALKA_DOMAIN_CORRECTION_H
#define JALKA_DOMAIN_CORRECTION_H

#include "domain/rules.h"

enum correction_mark {
	CORRECTION_NONE,
	CORRECTION_ADDED,       /* supplements or statements */
	CORRECTION_CORRECTED,   /* reads otherwise now */
	CORRECTION_VOIDED,      /* is not to be read: unnecessary */
	CORRECTION_WRONG,       /* was written under the wrong client */
};

struct correction_view {
	enum correction_mark mark;
	struct span text;       /* of CORRECTED: instead of the main text */
	size_t shown_by;        /* of a mark beyond ADDED: which correction made it */
	uint64_t decided_ms;    /* and when that was decided */
};

/* Of all corrections whose target is one record, in the order they were made as far as
 * it is known: of two that were made apart, the one decided last is read. */
struct correction_view correction_view(const struct rules_record *corrections, size_t count);

/* Whether the correction was refused. */
bool correction_is_refused(struct span correction);
/* The state its target steps to; 0: it stays as it is. */
uint32_t correction_state(struct span correction);

/* The field a RECTIFY replaces: a note's text. 0: a record of several parts, whose
 * corrected text is shown beside it, for it says which part it is about. */
uint32_t correction_main_field(uint32_t record_type);

/* Whether a field of a record is not read any more, by the state in its message: all
 * of what is VOIDED, the main field of what is CORRECTED. What is not read is not
 * found by its words either, and is in no title. */
bool correction_hides(const struct schema_record *record, struct span fields, uint32_t number);

/* A record's message as it reads now: the main field holds the new text (CORRECTED),
 * or nothing but what says who, when and in which state (VOIDED, WRONG). */
void correction_read(const struct schema_record *record, struct span fields, const struct correction_view *view,
		     struct wire_out *out);

#endif
