/* rules_notice - service notices, and the days that follow from one: when it is deemed
 * received (D12) and, of a decision, until when it may be objected to (D13). Both are
 * derived: who writes another day than the one that follows is refused.
 */
#include "domain/deadline.h"
#include "domain/rules_parts.h"

/* What follows from a notice; a day that does not follow is not there. */
struct days {
	bool has_deemed, has_until;
	int32_t deemed_on, until;
};

/* The days to object come from the decision's appeal text; only a decision has them. */
static bool objection(const struct rules_world *world, const struct rules_write *write, int32_t deemed_on, int32_t *until)
{
	const struct rules_record *target = rules_at(world, write->after, RECORDS_SERVICE_NOTICE_TARGET);
	struct deadline_params params = { .appeal_days = 0 };
	struct deadline at;
	struct span version;
	if (target == NULL || target->type != RECORDS_TYPE_LOCAL_DECISION)
		return false;
	if (fields_bytes(target->fields, RECORDS_LOCAL_DECISION_APPEAL_TEXT_VERSION, &version))
		(void)deadline_appeal_days(version, &params.appeal_days);
	if (fault_is(deadline_count(DEADLINE_D13, deemed_on, &params, &at)))
		return false;
	*until = at.counted;
	return true;
}

static struct days days_of(const struct rules_world *world, const struct rules_write *write)
{
	struct days days = { .has_deemed = false };
	struct deadline at;
	int32_t sent_on;
	uint64_t method = fields_number_or_none(write->after, RECORDS_SERVICE_NOTICE_METHOD);
	if (!fields_date(write->after, RECORDS_SERVICE_NOTICE_ACTUALLY_SENT_ON, &sent_on) ||
	    fault_is(deadline_count(deadline_of_notice(method), sent_on, NULL, &at)))
		return days;
	days.has_deemed = true;
	days.deemed_on = at.counted;
	days.has_until = objection(world, write, days.deemed_on, &days.until);
	return days;
}

static void put_day(struct wire_out *out, uint32_t field, int32_t day)
{
	wire_put_varint(out, field, ((uint64_t)(int64_t)day << 1) ^ (day < 0 ? UINT64_MAX : 0));
}

void rules_fill_service_notice(const struct rules_world *world, const struct rules_write *write, struct wire_out *out)
{
	struct days days = days_of(world, write);
	if (!write->is_new)
		return;
	if (days.has_deemed && !fields_has(write->after, RECORDS_SERVICE_NOTICE_DEEMED_ON))
		put_day(out, RECORDS_SERVICE_NOTICE_DEEMED_ON, days.deemed_on);
	if (days.has_until && !fields_has(write->after, RECORDS_SERVICE_NOTICE_APPEAL_UNTIL))
		put_day(out, RECORDS_SERVICE_NOTICE_APPEAL_UNTIL, days.until);
}

struct fault rules_service_notice(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	struct days days = days_of(world, write);
	int32_t day;
	FAULT_TRY(rules_date_is_past(world, write, RECORDS_SERVICE_NOTICE_ACTUALLY_SENT_ON, told));
	if (fields_date(write->after, RECORDS_SERVICE_NOTICE_DEEMED_ON, &day) && (!days.has_deemed || day != days.deemed_on))
		return rules_refuse(told, "deemed_on", "the day it is deemed received follows from how and when it was sent",
				    "leave it out and it is filled in");
	if (fields_date(write->after, RECORDS_SERVICE_NOTICE_APPEAL_UNTIL, &day) && (!days.has_until || day != days.until))
		return rules_refuse(told, "appeal_until", "the time for an objection follows from the decision and its appeal text",
				    "leave it out and it is filled in");
	return fault_none();
}
