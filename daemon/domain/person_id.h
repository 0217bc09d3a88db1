/* person_id - the Finnish personal identity code (henkilötunnus).
 *
 *   DDMMYY S NNN C    day, month, year of the century · separator · individual
 *                     number · check character, 11 characters in all
 *   S  1800s +    1900s - Y X W V U    2000s A B C D E F
 *   NNN  002..899 given for life; 900..999 temporary, and for tests. Odd: male
 *   C  the nine digits as one number, mod 31, in 0123456789ABCDEFHJKLMNPRSTUVWXY
 *
 * Two codes that differ in the separator alone belong to two people: always all
 * 11 characters are compared. A code says when somebody was born, never that he
 * was; whether that day is in the future is the caller's question. Pure.
 */
#ifndef JALKA_DOMAIN_PERSON_ID_H
#define JALKA_DOMAIN_PERSON_ID_H

#include "base/fault.h"
#include "base/span.h"

enum {
	PERSON_ID_CHARS = 11,
	PERSON_ID_BYTES = 12,           /* and a zero */
	PERSON_ID_NUMBER_MIN = 2,
	PERSON_ID_TEMPORARY_MIN = 900,  /* from here on not given for life */
	PERSON_ID_NUMBER_MAX = 999,
};

struct person_id {
	char text[PERSON_ID_BYTES];     /* as it is stored: capitals, no spaces */
	int32_t birth_days;             /* since 1970-01-01 */
	bool is_male;
	bool is_temporary;
};

/* Reads a code as somebody typed it: small letters, spaces and other dashes are
 * set right. FAULT_CALLER names what is wrong, in words for the one who types. */
struct fault person_id_read(struct span text, struct person_id *out);

/* All 11 characters, separator included. Either side as somebody typed it; what
 * is no code equals nothing. */
bool person_id_equal(struct span a, struct span b);

/* The check character of the nine digits of a code. */
char person_id_check(uint32_t nine_digits);

/* Makes the code of a birth date (1800..2099), a separator of its century and a
 * number 2..999. False: there is no such code. */
bool person_id_make(int32_t birth_days, char separator, unsigned number, char out[static PERSON_ID_BYTES]);

#endif
