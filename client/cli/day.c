/* day - dates with their weekdays. */
#include "day.h"

#include <stdio.h>

#include "base/civil.h"
#include "say.h"

const char *day_text(struct json date, char out[static DAY_BYTES])
{
	static const char *const names[] = { "ma", "ti", "ke", "to", "pe", "la", "su" };
	int32_t day;
	*out = 0;
	if (civil_read_date(span_text(say_text(date)), &day)) {
		struct civil_date d = civil_of_days(day);
		snprintf(out, DAY_BYTES, "%s %d.%d.%d", names[civil_weekday(day) - 1], d.day, d.month, d.year);
	}
	return out;
}
