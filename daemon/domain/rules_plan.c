/* rules_plan - plans and agreed actions. */
#include "domain/rules_parts.h"

enum { ACTIVATION_PARTIES = 3 };

/* The kind a pathway leads to; 0: the pathway leads to none in particular. */
static uint64_t kind_of(uint64_t pathway)
{
	switch (pathway) {
	case RECORDS_PATHWAY_BASIC_PART_REDUCTION:
		return RECORDS_PLAN_KIND_INDEPENDENT_COPING;
	case RECORDS_PATHWAY_REHAB_WORK_ACT:
		return RECORDS_PLAN_KIND_ACTIVATION;
	case RECORDS_PATHWAY_NEED_REQUEST:
	case RECORDS_PATHWAY_OBVIOUS_NEED:
		return RECORDS_PLAN_KIND_CLIENT;
	}
	return 0;
}

static struct fault check_kind(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	const struct rules_record *matter = rules_matter(world, write);
	uint64_t kind = fields_number_or_none(write->after, RECORDS_PLAN_KIND);
	uint64_t due = matter == NULL ? 0 : kind_of(fields_number_or_none(matter->fields, RECORDS_CASE_OPENED_BY_PATHWAY));
	if (due != 0 && kind != due)
		return rules_refuse(told, "kind", "the pathway of the case leads to another kind of plan",
				    "BASIC_PART_REDUCTION: INDEPENDENT_COPING; REHAB_WORK_ACT: ACTIVATION; "
				    "NEED_REQUEST and OBVIOUS_NEED: CLIENT");
	if (kind == RECORDS_PLAN_KIND_ACTIVATION && fields_count(write->after, RECORDS_PLAN_PARTIES) < ACTIVATION_PARTIES)
		return rules_refuse(told, "parties", "an activation plan is made by three: the employment authority, the county "
				    "and the person", "");
	return fault_none();
}

static bool is_live(struct span plan)
{
	uint32_t state = lifecycle_state(lifecycle_of(RECORDS_TYPE_PLAN), plan);
	return state == RECORDS_PLAN_STATE_AGREED || state == RECORDS_PLAN_STATE_ACTIVE;
}

bool rules_plans_are_rivals(struct span a, struct span b)
{
	struct record_id one, other;
	return is_live(a) && is_live(b) && fields_id(a, RECORDS_PLAN_REPLACES, &one) &&
	       fields_id(b, RECORDS_PLAN_REPLACES, &other) && ID_EQUAL(one, other);
}

bool rules_plan_has_rival(const struct rules_world *world, const struct rules_record *plan)
{
	const struct rules_record *all;
	size_t count = rules_list(world, RULES_IN_CASE, plan->case_id, RECORDS_TYPE_PLAN, &all);
	for (size_t i = 0; i < count; i++)
		if (!ID_EQUAL(all[i].id, plan->id) && rules_plans_are_rivals(plan->fields, all[i].fields))
			return true;
	return false;
}

/* Two workers may revise one plan apart: both revisions stand, and the own worker chooses. */
static void mind_rivals(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	struct record_id old;
	if (!write->is_new || !fields_id(write->after, RECORDS_PLAN_REPLACES, &old))
		return;
	if (rules_naming(world, RULES_IN_CASE, write->case_id, RECORDS_TYPE_PLAN, RECORDS_PLAN_REPLACES, old) != NULL)
		rules_hint(told, "replaces", "another plan replaces the same one: the own worker chooses which is in force");
}

/* Of two revisions of one plan the own worker ends one; others leave both. */
static struct fault check_choice(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	const struct rules_record *plan = rules_find(world, write->record_id);
	if (!rules_touches(write, RECORDS_PLAN_STATE) || plan == NULL || ID_IS_NONE(world->staff) ||
	    !rules_plan_has_rival(world, plan) || rules_own_worker(world, write->case_id, world->staff))
		return fault_none();
	return rules_refuse(told, "state", "another plan replaces the same one: the own worker chooses which is in force", "");
}

struct fault rules_plan(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	uint64_t agreement = fields_number_or_none(write->after, RECORDS_PLAN_CLIENT_AGREEMENT);
	int32_t review;
	if (!write->is_new)
		return check_choice(world, write, told);
	FAULT_TRY(check_kind(world, write, told));
	if (agreement != RECORDS_CLIENT_AGREEMENT_AGREED && !fields_says(write->after, RECORDS_PLAN_CLIENT_AGREEMENT_NOTE))
		return rules_refuse(told, "client_agreement_note", "say what the client did not agree to", "");
	FAULT_TRY(rules_order_of_dates(write, RECORDS_PLAN_VALID_FROM, RECORDS_PLAN_REVIEW_ON, told,
				       "the plan is reviewed before it begins"));
	if (fields_date(write->after, RECORDS_PLAN_REVIEW_ON, &review) && review < rules_day_of(write->event_at_ms))
		return rules_refuse(told, "review_on", "the day of the review is past", "");
	FAULT_TRY(rules_names(world, write, RECORDS_PLAN_REPLACES, RECORDS_TYPE_PLAN, told, "this is no plan"));
	mind_rivals(world, write, told);
	if (fields_true(write->after, RECORDS_PLAN_KELA_NOTICE_WANTED))
		rules_hint(told, "kela_notice_wanted", "Kela is told only with the client's consent, by a disclosure");
	return fault_none();
}

/* ---- agreed_action ---------------------------------------------------------------------------- */

/* What the client heard read aloud and confirmed stays as it was: it is done, carried
 * over or cancelled, not written anew. */
static struct fault check_confirmed(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	static const uint32_t agreed[] = { RECORDS_AGREED_ACTION_FROM, RECORDS_AGREED_ACTION_WHAT, RECORDS_AGREED_ACTION_OWNER_KIND,
					   RECORDS_AGREED_ACTION_OWNER, RECORDS_AGREED_ACTION_DUE };
	const struct rules_record *from = rules_at(world, write->is_new ? write->after : write->before, RECORDS_AGREED_ACTION_FROM);
	uint32_t state = from == NULL || from->type != RECORDS_TYPE_JOINT_SESSION ? 0 : rules_state(world, from);
	struct record_id one;
	struct span item, rest = from == NULL ? span_of(NULL, 0) : from->fields;
	bool is_listed = false;
	if (state != RECORDS_SESSION_STATE_CONFIRMED && state != RECORDS_SESSION_STATE_SIGNED)
		return fault_none();
	if (write->is_new)
		return rules_refuse(told, "from", state == RECORDS_SESSION_STATE_SIGNED
					    ? "the session is signed: nothing is added to it"
					    : "the client has confirmed what was agreed: nothing is added to it",
				    "an action of its own, without the session, may be written");
	while (fields_next(&rest, RECORDS_JOINT_SESSION_AGREED_ACTIONS, &item))
		if (item.len == ID_BYTES) {
			memcpy(one.bytes, item.data, ID_BYTES);
			is_listed = is_listed || ID_EQUAL(one, write->record_id);
		}
	for (size_t i = 0; i < sizeof agreed / sizeof agreed[0]; i++)
		if (is_listed && rules_touches(write, agreed[i]))
			return rules_refuse(told, rules_field_name(write, agreed[i]), "the client has confirmed this as it was agreed",
					    "step it to CARRIED_OVER with what came of it, and write a new one");
	return fault_none();
}

struct fault rules_action(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	const struct rules_record *from = rules_at(world, write->after, RECORDS_AGREED_ACTION_FROM);
	int32_t due;
	if (from != NULL && rules_touches(write, RECORDS_AGREED_ACTION_FROM) && from->type != RECORDS_TYPE_JOINT_SESSION &&
	    from->type != RECORDS_TYPE_VISIT && from->type != RECORDS_TYPE_PLAN && from->type != RECORDS_TYPE_ASSISTANCE_APPLICATION)
		return rules_refuse(told, "from", "an action is agreed in a session, on a visit, in a plan or for an application", "");
	FAULT_TRY(check_confirmed(world, write, told));
	if (write->is_new && fields_date(write->after, RECORDS_AGREED_ACTION_DUE, &due) && due < world->today)
		rules_hint(told, "due", "the day is past already");
	return fault_none();
}
