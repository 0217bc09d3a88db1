/* civil - calendar days and the clock on the wall in Helsinki.
 *
 * Days are counted from 1970-01-01 of the Gregorian calendar, years 0 to 9999;
 * times are milliseconds since 1970-01-01T00:00Z. Europe/Helsinki follows the
 * Union's rule: +03:00 from 01:00 UTC of March's last Sunday to 01:00 UTC of
 * October's, else +02:00. (Applied to every year; times before 1996 are shown by
 * today's rule.) Pure: nothing asks the machine's clock or its time zone files.
 */
#ifndef JALKA_BASE_CIVIL_H
#define JALKA_BASE_CIVIL_H

#include "base/span.h"

enum {
	CIVIL_DAYS_MIN = -719528,      /* 0000-01-01 */
	CIVIL_DAYS_MAX = 2932896,      /* 9999-12-31 */
	CIVIL_DATE_BYTES = 11,         /* "2026-11-03" and a zero */
	CIVIL_TIME_BYTES = 30,         /* "2026-11-03T09:15:00.000+02:00" and a zero */
};
#define CIVIL_MS_MAX 253402300799999u /* 9999-12-31T23:59:59.999Z */

struct civil_date { int year, month, day; };
struct civil_time {
	struct civil_date date;
	int hour, minute, second, ms;
	int offset_min; /* east of UTC */
};

bool civil_date_valid(struct civil_date date);
int32_t civil_days(struct civil_date date);      /* of a valid date */
struct civil_date civil_of_days(int32_t days);
int civil_weekday(int32_t days);                 /* 1 Monday .. 7 Sunday */

/* Helsinki's wall clock at a moment, up to CIVIL_MS_MAX. */
struct civil_time civil_helsinki(uint64_t ms);
/* The moment a Helsinki wall clock shows this (offset_min is not read). The hour
 * shown twice means its first; the hour left out means what +02:00 makes of it.
 * False: before 1970 or after 9999. */
bool civil_helsinki_ms(const struct civil_time *time, uint64_t *out);

/* "2026-11-03" */
bool civil_read_date(struct span text, int32_t *days);
void civil_write_date(int32_t days, char out[static CIVIL_DATE_BYTES]);

/* "2026-11-03[T09:15[:30[.250]]][Z|+02:00]"; a space may stand for the T; without
 * an offset Helsinki is meant; a date alone is its midnight in Helsinki. */
bool civil_read_time(struct span text, uint64_t *ms);
/* "2026-11-03T09:15:00+02:00" in Helsinki; with ".250" when there are milliseconds. */
void civil_write_time(uint64_t ms, char out[static CIVIL_TIME_BYTES]);

#endif
