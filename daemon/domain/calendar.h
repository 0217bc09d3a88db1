/* calendar - the days on which Finnish authorities work, and the counting of days.
 *
 * A working day (arkipäivä) is Monday to Friday and none of the days of one table
 * (calendar.c): the church feasts of the Church Act, the first of May, Independence
 * Day, Midsummer Eve and Christmas Eve. Feasts that always fall on a Saturday or a
 * Sunday need no row. Days are those of base/civil.h.
 *
 * Counting follows the act on the counting of statutory periods of time (laki
 * säädettyjen määräaikain laskemisesta, 150/1930):
 *   2 §  the day from which one counts is not counted itself;
 *   3 §  a month ends on the day of the same number, or on the month's last;
 *   5 §  what ends on a Sunday or another feast, on Independence Day, the first of
 *        May, Christmas Eve, Midsummer Eve or a Saturday may still be done on the
 *        next working day: the "actable" day.
 *
 * K1  Years 1990 to 2100 and no others: what would leave them is refused (false).
 *     Today's feasts are applied to every year (until the early 1990s Epiphany and
 *     Ascension Day were kept on Saturdays).
 * K2  What arrives on a day that is no working day counts as arrived on the next one;
 *     day 1 of a count of working days is the working day after that.
 */
#ifndef JALKA_DOMAIN_CALENDAR_H
#define JALKA_DOMAIN_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

/* Whether Christmas Eve is counted as a working day. The act names it beside Midsummer
 * Eve in 5 §, so acts move past it either way; that counting leaves it out too is this
 * system's choice. An organisation that reads the law otherwise builds with
 *	make CFLAGS_EXTRA=-DCALENDAR_CHRISTMAS_EVE=1
 * and not with a setting of each machine: two devices of one office count alike. */
#ifndef CALENDAR_CHRISTMAS_EVE
#define CALENDAR_CHRISTMAS_EVE 0
#endif

enum {
	CALENDAR_YEAR_MIN = 1990,
	CALENDAR_YEAR_MAX = 2100,
	CALENDAR_CHRISTMAS_EVE_COUNTS = CALENDAR_CHRISTMAS_EVE,
};

bool calendar_covers(int32_t day);

/* Easter Sunday, for the other feasts and for people. False: K1. */
bool calendar_easter(int year, int32_t *out);

/* The feast or eve of that name, "" for other days; never NULL. */
const char *calendar_holiday(int32_t day);

/* A working day as periods count them; false also outside K1's years. */
bool calendar_is_working(int32_t day);
/* The same or the next working day. */
bool calendar_working_from(int32_t day, int32_t *out);
/* The working day on which a period of `count` working days ends (K2). With 0: the
 * day of arrival as counted. */
bool calendar_add_working(int32_t day, uint32_t count, int32_t *out);
bool calendar_add_days(int32_t day, uint32_t count, int32_t *out);
/* The day of the same number that many months later, or the month's last (3 §). */
bool calendar_add_months(int32_t day, uint32_t months, int32_t *out);
/* The last day on which what ends on `day` may be done: the same, or moved by 5 §. */
bool calendar_actable(int32_t day, int32_t *out);

#endif
