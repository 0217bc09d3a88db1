/* calendar - the table of holidays, Easter, and counting from day to day. */
#include "domain/calendar.h"

#include <stddef.h>

#include "base/civil.h"

enum { SATURDAY = 6 };

/* A day of the year, or days after Easter Sunday (month 0), or the Friday from that
 * day on (is_friday). `counts`: it is a working day when periods are counted. */
struct holiday {
	const char *name;
	int month, day;
	bool is_friday;
	bool counts;
};

static const struct holiday holidays[] = {
	{ "uudenvuodenpäivä", 1, 1, false, false },
	{ "loppiainen", 1, 6, false, false },
	{ "pitkäperjantai", 0, -2, false, false },
	{ "toinen pääsiäispäivä", 0, 1, false, false },
	{ "vapunpäivä", 5, 1, false, false },
	{ "helatorstai", 0, 39, false, false },
	{ "juhannusaatto", 6, 19, true, false },
	{ "itsenäisyyspäivä", 12, 6, false, false },
	{ "jouluaatto", 12, 24, false, CALENDAR_CHRISTMAS_EVE_COUNTS },
	{ "joulupäivä", 12, 25, false, false },
	{ "toinen joulupäivä", 12, 26, false, false },
};
enum { HOLIDAYS = sizeof holidays / sizeof *holidays };

static int32_t day_of(int year, int month, int day)
{
	return civil_days((struct civil_date){ year, month, day });
}

/* Gauss' rule for the Gregorian calendar, with Lichtenberg's correction: the paschal
 * full moon by the golden number, then the Sunday after it. */
static int32_t easter_of(int year)
{
	int century = year / 100;
	int moon_shift = 15 + (3 * century + 3) / 4 - (8 * century + 13) / 25;
	int sun_shift = 2 - (3 * century + 3) / 4;
	int golden = year % 19;
	int moon = (19 * golden + moon_shift) % 30;
	int full = 21 + moon - (moon / 29 + (moon / 28 - moon / 29) * (golden / 11)); /* of March */
	int sunday = 7 - (year + year / 4 + sun_shift) % 7;
	int to_sunday = 7 - ((full - sunday) % 7 + 7) % 7;
	return day_of(year, 3, 1) + full + to_sunday - 1;
}

bool calendar_covers(int32_t day)
{
	return day >= day_of(CALENDAR_YEAR_MIN, 1, 1) && day <= day_of(CALENDAR_YEAR_MAX, 12, 31);
}

bool calendar_easter(int year, int32_t *out)
{
	if (year < CALENDAR_YEAR_MIN || year > CALENDAR_YEAR_MAX)
		return false;
	*out = easter_of(year);
	return true;
}

static int32_t holiday_day(const struct holiday *holiday, int year)
{
	if (holiday->month == 0)
		return easter_of(year) + holiday->day;
	int32_t day = day_of(year, holiday->month, holiday->day);
	return holiday->is_friday ? day + (12 - civil_weekday(day)) % 7 : day;
}

static const struct holiday *holiday_on(int32_t day)
{
	int year = civil_of_days(day).year;
	for (size_t i = 0; i < HOLIDAYS; i++)
		if (holiday_day(&holidays[i], year) == day)
			return &holidays[i];
	return NULL;
}

const char *calendar_holiday(int32_t day)
{
	const struct holiday *holiday = calendar_covers(day) ? holiday_on(day) : NULL;
	return holiday != NULL ? holiday->name : "";
}

bool calendar_is_working(int32_t day)
{
	if (!calendar_covers(day) || civil_weekday(day) >= SATURDAY)
		return false;
	const struct holiday *holiday = holiday_on(day);
	return holiday == NULL || holiday->counts;
}

bool calendar_working_from(int32_t day, int32_t *out)
{
	while (calendar_covers(day) && !calendar_is_working(day))
		day++;
	if (!calendar_covers(day))
		return false;
	*out = day;
	return true;
}

bool calendar_add_working(int32_t day, uint32_t count, int32_t *out)
{
	if (!calendar_working_from(day, &day))
		return false;
	for (; count > 0; count--)
		if (!calendar_working_from(day + 1, &day))
			return false;
	*out = day;
	return true;
}

bool calendar_add_months(int32_t day, uint32_t months, int32_t *out)
{
	enum { MONTHS_MAX = (CALENDAR_YEAR_MAX - CALENDAR_YEAR_MIN + 1) * 12 };
	if (!calendar_covers(day) || months > MONTHS_MAX)
		return false;
	struct civil_date date = civil_of_days(day);
	int month = date.month - 1 + (int)months;
	date.year += month / 12;
	date.month = month % 12 + 1;
	while (!civil_date_valid(date))
		date.day--;
	if (date.year > CALENDAR_YEAR_MAX)
		return false;
	*out = civil_days(date);
	return true;
}

bool calendar_add_days(int32_t day, uint32_t count, int32_t *out)
{
	enum { DAYS_MAX = (CALENDAR_YEAR_MAX - CALENDAR_YEAR_MIN + 1) * 366 };
	if (!calendar_covers(day) || count > DAYS_MAX || !calendar_covers(day + (int32_t)count))
		return false;
	*out = day + (int32_t)count;
	return true;
}

/* 5 § names Christmas Eve whatever counting makes of it: every row moves an act. */
bool calendar_actable(int32_t day, int32_t *out)
{
	while (calendar_covers(day) && (civil_weekday(day) >= SATURDAY || holiday_on(day) != NULL))
		day++;
	if (!calendar_covers(day))
		return false;
	*out = day;
	return true;
}
