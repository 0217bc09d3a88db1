/* rules_notice - the days that follow from a service notice: when it is deemed
 * received (D12) and, of a decision, until when it may be objected to (D13). */
#include "domain/deadline.h"
#include "domain/rules_parts.h"

static void put_day(struct wire_out *out, uint32_t field, int32_t day)
{
	wire_put_varint(out, field, ((uint64_t)(int64_t)day << 1) ^ (day < 0 ? UINT64_MAX : 0));
}

/* The days to object come from the decision's appeal text; only a decision has them. */
static void fill_objection(const struct rules_world *world, const struct rules_write *write, int32_t deemed_on,
			   struct wire_out *out)
{
	const struct rules_record *target = rules_at(world, write->after, RECORDS_SERVICE_NOTICE_TARGET);
	struct deadline_params params = { .appeal_days = 0 };
	struct deadline at;
	struct span version;
	if (target == NULL || target->type != RECORDS_TYPE_LOCAL_DECISION)
		return;
	if (fields_bytes(target->fields, RECORDS_LOCAL_DECISION_APPEAL_TEXT_VERSION, &version))
		(void)deadline_appeal_days(version, &params.appeal_days);
	if (!fault_is(deadline_count(DEADLINE_D13, deemed_on, &params, &at)))
		put_day(out, RECORDS_SERVICE_NOTICE_APPEAL_UNTIL, at.counted);
}

void rules_fill_service_notice(const struct rules_world *world, const struct rules_write *write, struct wire_out *out)
{
	int32_t sent_on, deemed_on;
	struct deadline at;
	uint64_t method = fields_number_or_none(write->after, RECORDS_SERVICE_NOTICE_METHOD);
	if (!write->is_new || !fields_date(write->after, RECORDS_SERVICE_NOTICE_ACTUALLY_SENT_ON, &sent_on))
		return;
	if (!fields_date(write->after, RECORDS_SERVICE_NOTICE_DEEMED_ON, &deemed_on)) {
		if (fault_is(deadline_count(deadline_of_notice(method), sent_on, NULL, &at)))
			return;
		deemed_on = at.counted;
		put_day(out, RECORDS_SERVICE_NOTICE_DEEMED_ON, deemed_on);
	}
	if (!fields_has(write->after, RECORDS_SERVICE_NOTICE_APPEAL_UNTIL))
		fill_objection(world, write, deemed_on, out);
}
