/* reference - reference data as it holds on a day: which type a municipality was of,
 * what is valid, what is meant by a name.
 *
 * Pure; a record is its message as shown.
 */
#ifndef JALKA_DOMAIN_REFERENCE_H
#define JALKA_DOMAIN_REFERENCE_H

#include "base/span.h"

/* Capitals do not count, nor letters a keyboard lacks (takkuvaara, lintuselka). */
bool reference_is_called(struct span name, struct span text);
/* The same anywhere in the name; an empty text is in every one. */
bool reference_has(struct span name, struct span text);
/* A municipality's record with this name, in either language. */
bool reference_is_municipality(struct span fields, struct span text);

/* Whether it is valid: from and to a day, both in it; an absent end is open. */
bool reference_is_valid(struct span fields, uint32_t from_field, uint32_t to_field, int32_t day);

/* Of two records of one municipality, whether `fields` holds on the day rather than
 * `other` (empty: none): it has begun, and began last. */
bool reference_holds(struct span fields, struct span other, int32_t day);

#endif
