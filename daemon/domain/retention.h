/* retention - how long a case is kept: years from the day that starts the time, by what
 * the case is of (703/2023, annex). The periods also apply to older documents.
 *
 * What is proposed for erasing when its time is over; erasing is two people's act.
 *
 * Pure.
 */
#ifndef JALKA_DOMAIN_RETENTION_H
#define JALKA_DOMAIN_RETENTION_H

#include "core/delta.h"

enum retention_class {
	RETENTION_CLIENT_CARD,      /* client card and basic data, protected details */
	RETENTION_WORKING_AGE,      /* working-age services: a matter, what is filed as sensitive beside it */
	RETENTION_CHILD_PROTECTION, /* child notices */
	RETENTION_CLASSES,
};

struct retention_row {
	const char *code, *what, *starts, *basis;
	uint16_t years;
};
const struct retention_row *retention_row(enum retention_class class);

/* Of a case by its kind; false: nobody's case, whose records are kept otherwise. */
bool retention_class_of(enum delta_case_kind kind, enum retention_class *out);

/* The last day it is kept: the same day so many years on, else the last of the month. */
int32_t retention_until(enum retention_class class, int32_t start);
bool retention_is_over(int32_t until, int32_t today);

#endif
