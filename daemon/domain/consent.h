/* consent - whether a client's consent holds at a moment, and what it covers.
 *
 * One consent lifts secrecy towards one recipient, for one purpose and the items it
 * lists, until its last day. It is read from all values of its fields, so the
 * answer is the same on every device that holds the same records, whichever came
 * first.
 *
 * N1  A withdrawal beats every consent of the same client for the same recipient
 *     and purpose that was given before it, whatever the order of arrival. One
 *     given later is a new consent.
 * N2  A narrowed consent holds no more; the newer one that narrows it does.
 * N3  An oral consent to Kela covers one dealing: what happens on its day.
 * N4  What is excluded is not covered, whatever else is allowed.
 * N5  A withdrawal whose time lies ahead of this machine's clock counts at once.
 * N6  What the client excludes later, from a consent for the same recipient and purpose,
 *     is excluded from the earlier one too; and of two that narrow the same consent,
 *     given apart, each keeps to what the other excludes.
 *
 * Pure; looks up by rules_world.
 */
#ifndef JALKA_DOMAIN_CONSENT_H
#define JALKA_DOMAIN_CONSENT_H

#include "domain/rules.h"

enum consent_hold {
	CONSENT_HOLDS,
	CONSENT_NOT_HERE,   /* not on this device: nobody can see that it holds */
	CONSENT_NOT_YET,    /* given after the moment */
	CONSENT_WITHDRAWN,
	CONSENT_NARROWED,
	CONSENT_EXPIRED,
	CONSENT_OTHER_DAY,  /* N3 */
};
const char *consent_hold_name(enum consent_hold hold);   /* "HOLDS", "WITHDRAWN" ... */
const char *consent_hold_text(enum consent_hold hold);   /* why it does not hold, in a sentence */
const char *consent_hold_advice(enum consent_hold hold); /* what to do then */

struct consent {
	const struct rules_record *record;
	uint64_t given_ms;
	uint64_t withdrawn_ms;        /* the earliest withdrawal that beats it; 0: none */
	struct record_id withdrawn_with; /* the other consent whose withdrawal it was; none: its own */
	uint64_t narrowed_ms;         /* 0: not narrowed */
	struct record_id narrowed_by; /* may be none */
	uint32_t excluded_too;        /* N6: a bit for each scope that another consent excludes */
	int32_t valid_until;
	bool is_expired;              /* somebody wrote so */
	bool is_for_one_dealing;
	uint64_t now_ms;
};
/* False: no consent. */
bool consent_read(const struct rules_world *world, const struct rules_record *record, struct consent *out);
enum consent_hold consent_at(const struct consent *consent, uint64_t moment_ms);
/* The same of a record by id; `out` may be NULL. */
enum consent_hold consent_by_id(const struct rules_world *world, struct record_id id, uint64_t moment_ms,
				struct consent *out);
/* The newest of a client's in this direction that allows a joint session and holds at the moment;
 * `form` 0: in any form. False, and nothing written: there is none. */
bool consent_for_session(const struct rules_world *world, struct case_id client, uint64_t direction, uint64_t form, uint64_t moment_ms,
			 struct consent *out);

enum consent_cover {
	CONSENT_COVERS,
	CONSENT_OTHER_WAY,       /* it lets Kela tell us, not us Kela */
	CONSENT_OTHER_RECIPIENT,
	CONSENT_NOT_LISTED,
	CONSENT_EXCLUDED,
};
/* The whole plan includes its summary. */
enum consent_cover consent_covers(const struct consent *consent, struct span recipient, uint64_t scope);
const char *consent_cover_text(enum consent_cover cover);
bool consent_allows(struct span consent, uint64_t scope); /* listed and not excluded, by its own words */
bool consent_lets(const struct consent *consent, uint64_t scope); /* nor by another's (N6) */

/* Whether two consents are for the same recipient and purpose, in the same direction (N1). */
bool consent_is_alike(struct span a, struct span b);
/* Texts a person would call the same: capitals and blanks around do not count. */
bool consent_same_text(struct span a, struct span b);

#endif
