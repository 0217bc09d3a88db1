/* retention - the table. */
#include "domain/retention.h"

#include "base/assert.h"
#include "base/civil.h"

static const struct retention_row rows[RETENTION_CLASSES] = {
	[RETENTION_CLIENT_CARD] = { "CLIENT_CARD", "client card and basic data", "the client's death", "703/2023, annex", 2 },
	[RETENTION_WORKING_AGE] = { "WORKING_AGE", "working-age services", "the closing of the case", "703/2023, annex", 10 },
	[RETENTION_CHILD_PROTECTION] = { "CHILD_PROTECTION", "child protection", "the notice", "703/2023, annex", 30 },
};

const struct retention_row *retention_row(enum retention_class class)
{
	ASSERT((unsigned)class < RETENTION_CLASSES);
	return &rows[class];
}

bool retention_class_of(enum delta_case_kind kind, enum retention_class *out)
{
	switch (kind) {
	case DELTA_CASE_CLIENT:
	case DELTA_CASE_PROTECTED:
		*out = RETENTION_CLIENT_CARD;
		return true;
	case DELTA_CASE_MATTER:
	case DELTA_CASE_SENSITIVE:
		*out = RETENTION_WORKING_AGE;
		return true;
	case DELTA_CASE_CHILD_NOTICE:
		*out = RETENTION_CHILD_PROTECTION;
		return true;
	case DELTA_CASE_NONE:
	case DELTA_CASE_REFERENCE:
	case DELTA_CASE_DIRECTORY:
	case DELTA_CASE_ACCESS:
		break;
	}
	return false;
}

int32_t retention_until(enum retention_class class, int32_t start)
{
	struct civil_date date = civil_of_days(start);
	date.year += retention_row(class)->years;
	if (!civil_date_valid(date)) /* 29.2. */
		date.day--;
	return civil_days(date);
}

bool retention_is_over(int32_t until, int32_t today)
{
	return today > until;
}
