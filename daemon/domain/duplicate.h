/* duplicate - whether two client records are of one person, why, and where their links lead.
 *
 * SAME      one identity code, all 11 characters: no question
 * PROBABLE  the name, or one like it, and the birth date: a person confirms
 * POSSIBLE  the name where the birth date is nearly the same or not known, unless
 *           that is of another municipality; or a name like it and the telephone
 *           number: somebody may look
 * Two codes given for life that differ are two people, whatever else is alike; a
 * temporary code (900..999) is left behind when the lasting one comes, so it only
 * keeps the rest from being more than POSSIBLE.
 *
 * Linked records keep all they hold: `merged_into` of one names the other. Pure.
 */
#ifndef JALKA_DOMAIN_DUPLICATE_H
#define JALKA_DOMAIN_DUPLICATE_H

#include "base/id.h"
#include "base/span.h"
#include "domain/labels.h"

enum duplicate_grade { DUPLICATE_DIFFERENT, DUPLICATE_POSSIBLE, DUPLICATE_PROBABLE, DUPLICATE_SAME };

/* Bits; in the order in which they are told. */
enum duplicate_reason {
	DUPLICATE_CODE_SAME = 1 << 0,
	DUPLICATE_CODE_OTHER = 1 << 1,        /* both for life */
	DUPLICATE_CODE_TEMPORARY = 1 << 2,    /* they differ, and one is temporary */
	DUPLICATE_NAME_SAME = 1 << 3,
	DUPLICATE_NAME_ALIKE = 1 << 4,
	DUPLICATE_BIRTH_SAME = 1 << 5,
	DUPLICATE_BIRTH_NEAR = 1 << 6,        /* one of day, month, year is another, or day and month changed over */
	DUPLICATE_BIRTH_OTHER = 1 << 7,
	DUPLICATE_BIRTH_UNKNOWN = 1 << 8,
	DUPLICATE_PHONE_SAME = 1 << 9,
	DUPLICATE_MUNICIPALITY_SAME = 1 << 10,
	DUPLICATE_MUNICIPALITY_OTHER = 1 << 11,
};
enum { DUPLICATE_REASONS = 12, DUPLICATE_WORDS_BYTES = 512 };

/* What of a client decides. Spans are borrowed from the record's message. */
struct duplicate_client {
	struct span hetu, family_name, given_names, municipality;
	struct span message;  /* for its phones */
	bool has_birth;       /* told, or by the code */
	int32_t birth_days;
};
void duplicate_read(struct span client_message, struct duplicate_client *out);

struct duplicate_verdict {
	enum duplicate_grade grade;
	unsigned reasons;     /* of enum duplicate_reason */
};
struct duplicate_verdict duplicate_compare(const struct duplicate_client *a, const struct duplicate_client *b);

const char *duplicate_grade_name(enum duplicate_grade grade); /* "PROBABLE" */
const char *duplicate_reason_name(size_t i);                  /* "NAME_SAME": of bit i */
/* "probably the same person"; "the same name, the same birth date" */
const char *duplicate_grade_word(enum labels_language language, enum duplicate_grade grade);
void duplicate_explain(enum labels_language language, unsigned reasons, char out[static DUPLICATE_WORDS_BYTES]);

/* Whether a record is linked, and to which. */
typedef bool duplicate_link_fn(void *ctx, struct record_id id, struct record_id *into);
/* The record that links lead to in the end, `id` itself where there is none. Of links
 * that run in a ring it is the least id of the ring, whichever one is asked about. */
struct record_id duplicate_root(struct record_id id, duplicate_link_fn *link, void *ctx);

#endif
