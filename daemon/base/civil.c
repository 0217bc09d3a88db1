/* civil - days from civil dates and back (Howard Hinnant's algorithms), and the
 * Union's daylight saving rule. */
#include "base/civil.h"

#include "base/assert.h"

enum { DAY_MS = 86400000, HOUR_MS = 3600000, MINUTE_MS = 60000 };

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool civil_date_valid(struct civil_date date)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (date.year < 0 || date.year > 9999 || date.month < 1 || date.month > 12)
		return false;
	int last = days[date.month - 1] + (date.month == 2 && is_leap(date.year) ? 1 : 0);
	return date.day >= 1 && date.day <= last;
}

int32_t civil_days(struct civil_date date)
{
	ASSERT(civil_date_valid(date));
	int year = date.year - (date.month <= 2 ? 1 : 0); /* years begin in March */
	int era = (year >= 0 ? year : year - 399) / 400;
	int of_era = year - era * 400;
	int of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct civil_date civil_of_days(int32_t days)
{
	ASSERT(days >= CIVIL_DAYS_MIN && days <= CIVIL_DAYS_MAX);
	int z = days + 719468;
	int era = (z >= 0 ? z : z - 146096) / 146097;
	int of_era = z - era * 146097;
	int year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int month = (5 * of_year + 2) / 153;
	return (struct civil_date){
		.year = year_of_era + era * 400 + (month >= 10 ? 1 : 0),
		.month = month < 10 ? month + 3 : month - 9,
		.day = of_year - (153 * month + 2) / 5 + 1,
	};
}

int civil_weekday(int32_t days)
{
	return (int)(((int64_t)days - 4) % 7 + 7) % 7 + 1; /* 1970-01-01 was a Thursday */
}

/* Ms of 01:00 UTC on the month's last Sunday; month is March or October, of 31 days. */
static int64_t last_sunday_ms(int year, int month)
{
	int32_t last = civil_days((struct civil_date){ year, month, 31 });
	int32_t sunday = last - civil_weekday(last) % 7;
	return (int64_t)sunday * DAY_MS + HOUR_MS;
}

static int offset_min_at(int64_t ms)
{
	int64_t day = ms >= 0 ? ms / DAY_MS : -1;
	if (day > CIVIL_DAYS_MAX)
		day = CIVIL_DAYS_MAX;
	int year = civil_of_days((int32_t)day).year;
	return ms >= last_sunday_ms(year, 3) && ms < last_sunday_ms(year, 10) ? 180 : 120;
}

struct civil_time civil_helsinki(uint64_t ms)
{
	ASSERT(ms <= CIVIL_MS_MAX);
	int offset_min = offset_min_at((int64_t)ms);
	uint64_t local = ms + (uint64_t)offset_min * MINUTE_MS;
	if (local > CIVIL_MS_MAX)
		local = CIVIL_MS_MAX; /* the last two hours of year 9999 */
	uint64_t in_day = local % DAY_MS;
	return (struct civil_time){
		.date = civil_of_days((int32_t)(local / DAY_MS)),
		.hour = (int)(in_day / HOUR_MS), .minute = (int)(in_day / MINUTE_MS % 60),
		.second = (int)(in_day / 1000 % 60), .ms = (int)(in_day % 1000),
		.offset_min = offset_min,
	};
}

static int64_t local_ms(const struct civil_time *time)
{
	return (int64_t)civil_days(time->date) * DAY_MS + (int64_t)time->hour * HOUR_MS +
	       (int64_t)time->minute * MINUTE_MS + (int64_t)time->second * 1000 + time->ms;
}

static bool in_range(int64_t ms, uint64_t *out)
{
	if (ms < 0 || ms > (int64_t)CIVIL_MS_MAX)
		return false;
	*out = (uint64_t)ms;
	return true;
}

bool civil_helsinki_ms(const struct civil_time *time, uint64_t *out)
{
	int64_t local = local_ms(time);
	int64_t summer = local - 180 * (int64_t)MINUTE_MS;
	/* In the hour shown twice both readings hold; summer time is the first. */
	if (summer >= 0 && offset_min_at(summer) == 180)
		return in_range(summer, out);
	return in_range(local - 120 * (int64_t)MINUTE_MS, out);
}

/* ---- text ---------------------------------------------------------------------- */
static bool digits(struct span *at, size_t n, int *out)
{
	int value = 0;
	if (at->len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (at->data[i] < '0' || at->data[i] > '9')
			return false;
		value = value * 10 + (at->data[i] - '0');
	}
	*at = span_of(at->data + n, at->len - n);
	*out = value;
	return true;
}

static bool take(struct span *at, char byte)
{
	if (at->len == 0 || at->data[0] != (uint8_t)byte)
		return false;
	*at = span_of(at->data + 1, at->len - 1);
	return true;
}

static bool take_date(struct span *at, struct civil_date *out)
{
	return digits(at, 4, &out->year) && take(at, '-') && digits(at, 2, &out->month) && take(at, '-') &&
	       digits(at, 2, &out->day) && civil_date_valid(*out);
}

bool civil_read_date(struct span text, int32_t *days)
{
	struct civil_date date;
	if (!take_date(&text, &date) || text.len != 0)
		return false;
	*days = civil_days(date);
	return true;
}

static bool take_clock(struct span *at, struct civil_time *out)
{
	if (!digits(at, 2, &out->hour) || !take(at, ':') || !digits(at, 2, &out->minute))
		return false;
	if (take(at, ':')) {
		if (!digits(at, 2, &out->second))
			return false;
		if (take(at, '.') && !digits(at, 3, &out->ms))
			return false;
	}
	return out->hour < 24 && out->minute < 60 && out->second < 60;
}

/* "Z" or "+02:00"; true also when nothing stands there, with `given` false. */
static bool take_offset(struct span *at, int *offset_min, bool *given)
{
	int hour, minute;
	*given = at->len != 0;
	*offset_min = 0;
	if (!*given || take(at, 'Z'))
		return true;
	int sign = take(at, '+') ? 1 : take(at, '-') ? -1 : 0;
	if (sign == 0 || !digits(at, 2, &hour) || !take(at, ':') || !digits(at, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*offset_min = sign * (hour * 60 + minute);
	return true;
}

bool civil_read_time(struct span text, uint64_t *ms)
{
	struct civil_time time = { .hour = 0 };
	bool given;
	if (!take_date(&text, &time.date))
		return false;
	if (text.len != 0 && !((take(&text, 'T') || take(&text, ' ')) && take_clock(&text, &time)))
		return false;
	if (!take_offset(&text, &time.offset_min, &given) || text.len != 0)
		return false;
	if (!given)
		return civil_helsinki_ms(&time, ms);
	return in_range(local_ms(&time) - (int64_t)time.offset_min * MINUTE_MS, ms);
}

static char *put(char *at, int value, int width)
{
	for (int i = width - 1; i >= 0; i--) {
		at[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return at + width;
}

static char *put_date(char *at, struct civil_date date)
{
	at = put(at, date.year, 4);
	*at++ = '-';
	at = put(at, date.month, 2);
	*at++ = '-';
	return put(at, date.day, 2);
}

void civil_write_date(int32_t days, char out[static CIVIL_DATE_BYTES])
{
	*put_date(out, civil_of_days(days)) = 0;
}

void civil_write_time(uint64_t ms, char out[static CIVIL_TIME_BYTES])
{
	struct civil_time time = civil_helsinki(ms);
	char *at = put_date(out, time.date);
	*at++ = 'T';
	at = put(at, time.hour, 2);
	*at++ = ':';
	at = put(at, time.minute, 2);
	*at++ = ':';
	at = put(at, time.second, 2);
	if (time.ms != 0) {
		*at++ = '.';
		at = put(at, time.ms, 3);
	}
	*at++ = '+';
	at = put(at, time.offset_min / 60, 2);
	*at++ = ':';
	*put(at, time.offset_min % 60, 2) = 0;
}
