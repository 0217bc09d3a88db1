/* deadline - the table of rules, and counting by it. */
#include "domain/deadline.h"

#include "base/assert.h"
#include "base/civil.h"
#include "domain/calendar.h"
#include "records_table.h"

#define CONTACT "the contact (event_at)"
#define INITIATED "the initiation of the matter (opened_on)"
#define ARRIVED "the arrival at Kela (arrived_at_kela), or at the county (received_at)"
#define SHL_36 "SHL 1301/2014 36 §"
#define TOTUL_14C "TotuL 1412/1997 14 c §"
#define OWN "this system's choice"

static const struct deadline_row rows[DEADLINE_RULES] = {
	[DEADLINE_D1] = { "D1", "the urgency of the need is judged", "learning of a person in need (event_at)",
			  DEADLINE_AT_ONCE, 0, false, false, SHL_36 },
	[DEADLINE_D2] = { "D2", "the assessment is started: over 75, or highest care allowance", CONTACT,
			  DEADLINE_WORKING_DAYS, 7, false, true, SHL_36 },
	[DEADLINE_D3_START] = { "D3", "the assessment is started: child needing special support", CONTACT,
				DEADLINE_WORKING_DAYS, 7, false, true, SHL_36 "; LSL 417/2007 26 §" },
	[DEADLINE_D3_FINISH] = { "D3", "the assessment is finished: child needing special support", INITIATED,
				 DEADLINE_MONTHS, 3, false, true, SHL_36 "; LSL 417/2007 26 §" },
	[DEADLINE_D4] = { "D4", "the assessment is finished: other adults", INITIATED, DEADLINE_MONTHS, 3, false, true,
			  SHL_36 " (without undue delay); three months are " OWN },
	[DEADLINE_D5] = { "D5", "the application for social assistance is decided", ARRIVED, DEADLINE_WORKING_DAYS, 7, false,
			  true, TOTUL_14C },
	[DEADLINE_D6] = { "D6", "the urgent application is decided: the same or the next working day", ARRIVED,
			  DEADLINE_WORKING_DAYS, 1, false, true, TOTUL_14C },
	[DEADLINE_D7] = { "D7", "what the application lacks is asked for", ARRIVED, DEADLINE_WORKING_DAYS, 7, false, true,
			  TOTUL_14C },
	[DEADLINE_D8] = { "D8", "the completed application is decided", "its completion (supplied_at)",
			  DEADLINE_WORKING_DAYS, 7, false, true, TOTUL_14C },
	[DEADLINE_D9] = { "D9", "the application that was not completed is decided", "the end of the time given (due)",
			  DEADLINE_WORKING_DAYS, 7, false, true, TOTUL_14C },
	[DEADLINE_D10] = { "D10", "a talk in person with a social worker or instructor", "the request (received_at)",
			   DEADLINE_WORKING_DAYS, 7, false, true, "TotuL 1412/1997 14 e §" },
	[DEADLINE_D11] = { "D11", "the own worker is named", "the end of the assessment (completed_on)", DEADLINE_AT_ONCE, 0,
			   false, false, "SHL 1301/2014 42 §" },
	[DEADLINE_D12_LETTER] = { "D12", "the letter is deemed received", "its posting (actually_sent_on)", DEADLINE_DAYS, 7,
				  false, false, "HL 434/2003 59 §" },
	[DEADLINE_D12_ELECTRONIC] = { "D12", "the ordinary electronic notice is deemed received",
				      "its sending (actually_sent_on)", DEADLINE_DAYS, 3, false, false, "13/2003 19 §" },
	[DEADLINE_D12_HANDED] = { "D12", "the notice given in person or against a certificate is received",
				  "its giving (actually_sent_on)", DEADLINE_DAYS, 0, false, false, "HL 434/2003 60 §" },
	[DEADLINE_D13] = { "D13", "the objection is made", "the notice (deemed_on)", DEADLINE_DAYS, DEADLINE_APPEAL_DAYS, true,
			   true, "HL 434/2003 49 c §; the number is that of the appeal text" },
	[DEADLINE_D14] = { "D14", "the breach is reported to the Data Protection Ombudsman", "becoming aware of it",
			   DEADLINE_HOURS, 72, false, false, "GDPR 33" },
	[DEADLINE_D15] = { "D15", "the data-subject request is answered", "its receipt (received_on)", DEADLINE_MONTHS, 1,
			   false, true, "GDPR 12(3)" },
	[DEADLINE_D15_EXTENDED] = { "D15", "the request is answered, when the time was lengthened and the person told",
				    "its receipt (received_on)", DEADLINE_MONTHS, 3, false, true, "GDPR 12(3)" },
	[DEADLINE_D16] = { "D16", "the decision is carried out", INITIATED, DEADLINE_MONTHS, 3, false, true,
			   "SHL 1301/2014 45 §" },
	[DEADLINE_D16_URGENT] = { "D16", "the urgent decision is carried out", "the decision", DEADLINE_AT_ONCE, 0, false,
				  false, "SHL 1301/2014 45 §" },
	[DEADLINE_D17] = { "D17", "Kela's month of urging ends, before a cut of 50 % (a reminder)", "Kela's urging",
			   DEADLINE_MONTHS, 1, false, false, "TotuL 1412/1997 as amended from 1.2.2026" },
	[DEADLINE_D18_REVIEW] = { "D18", "the plan is reviewed", "its review day (review_on)", DEADLINE_DAYS, 0, false, true,
				  OWN },
	[DEADLINE_D18_MAPPING] = { "D18", "the mapping is checked again, when it names no day", "the mapping (event_at)",
				   DEADLINE_MONTHS, 6, false, true, OWN },
	[DEADLINE_D18_CONSENT] = { "D18", "the consent ends", "its last day (valid_until)", DEADLINE_DAYS, 0, false, false,
				   OWN },
	[DEADLINE_D18_DRAFT] = { "D18", "the draft is signed", "its beginning", DEADLINE_HOURS, 24, false, false, OWN },
	[DEADLINE_D18_DRAFT_OLD] = { "D18", "the draft is signed, or the administrator is told", "its beginning",
				     DEADLINE_WORKING_DAYS, 3, false, false, OWN },
	[DEADLINE_D18_UNSYNCED] = { "D18", "the device exchanges what it has written", "its last exchange", DEADLINE_DAYS, 3,
				    false, false, OWN },
};

const struct deadline_row *deadline_row(enum deadline_rule rule)
{
	return (int)rule > DEADLINE_NONE && rule < DEADLINE_RULES ? &rows[rule] : NULL;
}

static uint8_t capital(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
}

static bool same_code(struct span given, const char *code)
{
	if (given.len != strlen(code))
		return false;
	for (size_t i = 0; i < given.len; i++)
		if (capital(given.data[i]) != (uint8_t)code[i])
			return false;
	return true;
}

enum deadline_rule deadline_find(struct span code, enum deadline_rule from)
{
	for (int rule = from > DEADLINE_NONE ? (int)from : DEADLINE_D1; rule < DEADLINE_RULES; rule++)
		if (same_code(code, rows[rule].code))
			return (enum deadline_rule)rule;
	return DEADLINE_NONE;
}

static bool count_days(const struct deadline_row *row, uint16_t amount, struct deadline *at)
{
	switch (row->unit) {
	case DEADLINE_AT_ONCE:
		at->counted = at->start;
		return true;
	case DEADLINE_HOURS: /* counted from a moment */
		return false;
	case DEADLINE_DAYS:
		return calendar_add_days(at->start, amount, &at->counted);
	case DEADLINE_WORKING_DAYS:
		return calendar_working_from(at->start, &at->start) &&
		       calendar_add_working(at->start, amount, &at->counted);
	case DEADLINE_MONTHS:
		return calendar_add_months(at->start, amount, &at->counted);
	}
	return false;
}

static const char outside[] = "the day is outside the years 1990 to 2100";

static struct fault count_hours(const struct deadline_row *row, uint64_t start_ms, struct deadline *out)
{
	struct deadline at = { .start = civil_days(civil_helsinki(start_ms).date),
			       .at_ms = start_ms + row->amount * 3600000ull };
	if (!calendar_covers(at.start) || at.at_ms > CIVIL_MS_MAX)
		return fault_of(FAULT_CALLER, outside);
	at.counted = at.actable = civil_days(civil_helsinki(at.at_ms).date);
	if (!calendar_covers(at.counted))
		return fault_of(FAULT_CALLER, outside);
	*out = at;
	return fault_none();
}

struct fault deadline_count(enum deadline_rule rule, int32_t start, const struct deadline_params *params,
			    struct deadline *out)
{
	const struct deadline_row *row = deadline_row(rule);
	struct deadline at = { .start = start };
	if (row == NULL)
		return fault_of(FAULT_CALLER, "no such rule");
	if (!calendar_covers(start))
		return fault_of(FAULT_CALLER, outside);
	if (row->unit == DEADLINE_HOURS) {
		struct civil_time midnight = { .date = civil_of_days(start) };
		uint64_t start_ms = 0;
		bool known = civil_helsinki_ms(&midnight, &start_ms);
		ASSERT(known); /* a day of the calendar */
		return count_hours(row, start_ms, out);
	}
	bool by_text = row->by_appeal_text && params != NULL && params->appeal_days != 0;
	if (!count_days(row, by_text ? params->appeal_days : row->amount, &at))
		return fault_of(FAULT_CALLER, outside);
	at.actable = at.counted;
	if (row->is_moved && !calendar_actable(at.counted, &at.actable))
		return fault_of(FAULT_CALLER, outside);
	*out = at;
	return fault_none();
}

struct fault deadline_count_ms(enum deadline_rule rule, uint64_t start_ms, const struct deadline_params *params,
			       struct deadline *out)
{
	const struct deadline_row *row = deadline_row(rule);
	if (start_ms > CIVIL_MS_MAX)
		return fault_of(FAULT_CALLER, outside);
	if (row != NULL && row->unit == DEADLINE_HOURS)
		return count_hours(row, start_ms, out);
	return deadline_count(rule, civil_days(civil_helsinki(start_ms).date), params, out);
}

enum deadline_rule deadline_of_notice(uint64_t method)
{
	if (method == RECORDS_NOTICE_METHOD_LETTER)
		return DEADLINE_D12_LETTER;
	return method == RECORDS_NOTICE_METHOD_ELECTRONIC ? DEADLINE_D12_ELECTRONIC : DEADLINE_D12_HANDED;
}

bool deadline_appeal_days(struct span version, uint16_t *out)
{
	unsigned days = 0;
	size_t at = version.len;
	while (at > 0 && version.data[at - 1] >= '0' && version.data[at - 1] <= '9')
		at--;
	if (at == 0 || at == version.len || version.len - at > 3 || version.data[at - 1] != '/')
		return false;
	for (; at < version.len; at++)
		days = days * 10 + version.data[at] - '0';
	if (days == 0 || days > 365)
		return false;
	*out = (uint16_t)days;
	return true;
}
