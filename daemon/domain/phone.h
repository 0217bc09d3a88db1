/* phone - telephone numbers as digits, however they are written.
 *
 * +358 40 123 4567, 00358401234567, +358 (0)40 1234567 and 040-1234567 are one
 * number, dialled at home as 0401234567. Other countries keep their digits. Pure.
 */
#ifndef JALKA_DOMAIN_PHONE_H
#define JALKA_DOMAIN_PHONE_H

#include "base/span.h"

enum { PHONE_DIGITS_MAX = 24, PHONE_DIGITS_MIN = 7 };

struct phone {
	char digits[PHONE_DIGITS_MAX];
	size_t count;
	bool is_home;        /* begins with the 0 of a number within the country */
	bool may_be_abroad;  /* begins with 358, as if a + was left out */
};

/* False: no digit, or more than a number has. */
bool phone_read(struct span text, struct phone *out);
/* One subscriber: all digits equal, the + left out or not; PHONE_DIGITS_MIN at least. */
bool phone_equal(const struct phone *a, const struct phone *b);

#endif
