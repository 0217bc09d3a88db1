/* rules_content - what is signed about a client: notes, mapping, concern, benefit,
 * child notice, assessment. */
#include "base/wire.h"
#include "domain/calendar.h"
#include "domain/labels.h"
#include "domain/rules_parts.h"

enum { UNNECESSARY_CHARS_MIN = 40, MAPPING_MONTHS = 6, QUADRANTS = 4 };

/* ---- note ---------------------------------------------------------------------------------- */

struct fault rules_note(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	if (fields_true(write->after, RECORDS_ENCOUNTER_NOTE_SENSITIVE) && write->kind == DELTA_CASE_MATTER)
		return rules_refuse(told, "sensitive", "a sensitive note does not stand where every holder of the case reads it",
				    "open a sensitive_file of this client and write it there");
	FAULT_TRY(rules_names(world, write, RECORDS_ENCOUNTER_NOTE_VISIT, RECORDS_TYPE_VISIT, told, "this is no visit"));
	if (write->is_new && !fields_says(write->after, RECORDS_ENCOUNTER_NOTE_CLIENT_VIEW))
		rules_hint(told, "client_view", "the client's own view belongs in the record");
	return fault_none();
}

/* ---- mapping --------------------------------------------------------------------------------- */

static uint32_t quadrant_of(uint64_t prompt)
{
	switch (prompt) {
	case RECORDS_PROMPT_INCOME_MANAGEMENT:
		return RECORDS_QUADRANT_INCOME;
	case RECORDS_PROMPT_FAMILY_SUPPORT:
	case RECORDS_PROMPT_CHILD_CONCERN:
		return RECORDS_QUADRANT_FAMILY;
	case RECORDS_PROMPT_DAILY_COPING:
	case RECORDS_PROMPT_HELP_NEED:
		return RECORDS_QUADRANT_HEALTH;
	case RECORDS_PROMPT_HOUSING_SUPPORT:
	case RECORDS_PROMPT_RENT_ARREARS:
	case RECORDS_PROMPT_EVICTION_THREAT:
		return RECORDS_QUADRANT_HOUSING;
	}
	return 0;
}

static struct fault check_prompts(struct span quadrant, struct rules_told *told)
{
	uint64_t which = fields_number_or_none(quadrant, RECORDS_MAPPING_QUADRANT_QUADRANT), seen = 0;
	struct span prompt, rest = quadrant;
	bool arrears = false;
	while (fields_next(&rest, RECORDS_MAPPING_QUADRANT_PROMPTS_ANSWERED, &prompt)) {
		uint64_t number = fields_number_or_none(prompt, RECORDS_PROMPT_ANSWER_PROMPT);
		bool yes = fields_number_or_none(prompt, RECORDS_PROMPT_ANSWER_ANSWER) == RECORDS_ANSWER_YES;
		if (number >= 64 || quadrant_of(number) != which)
			return rules_refuse(told, "quadrants.prompts_answered", "the question belongs to another quadrant", "");
		if ((seen & 1ull << number) != 0)
			return rules_refuse(told, "quadrants.prompts_answered", "the same question is answered twice", "");
		seen |= 1ull << number;
		arrears = arrears || (yes && number == RECORDS_PROMPT_RENT_ARREARS);
		if (yes && number == RECORDS_PROMPT_CHILD_CONCERN)
			rules_hint(told, "quadrants", "concern for a child: make a child_notice without delay");
	}
	if (arrears && (seen & 1ull << RECORDS_PROMPT_EVICTION_THREAT) == 0)
		return rules_refuse(told, "quadrants.prompts_answered", "there are rent arrears: ask whether eviction threatens",
				    "answer EVICTION_THREAT too");
	return fault_none();
}

static struct fault check_quadrants(const struct rules_write *write, struct rules_told *told)
{
	struct span quadrant, rest = write->after;
	unsigned seen = 0, count = 0;
	while (fields_next(&rest, RECORDS_LIFE_SITUATION_MAPPING_QUADRANTS, &quadrant)) {
		uint64_t which = fields_number_or_none(quadrant, RECORDS_MAPPING_QUADRANT_QUADRANT);
		if (which == 0 || which > QUADRANTS || (seen & 1u << which) != 0)
			return rules_refuse(told, "quadrants", "each of the four quadrants stands once", "");
		seen |= 1u << which;
		count++;
		FAULT_TRY(check_prompts(quadrant, told));
		if (fields_number_or_none(quadrant, RECORDS_MAPPING_QUADRANT_STATE) == RECORDS_QUADRANT_STATE_ACUTE)
			rules_hint(told, "quadrants", "an acute situation is met today: assess urgency, help apply urgently");
	}
	if (count != QUADRANTS)
		return rules_refuse(told, "quadrants", "a mapping has all four quadrants",
				    "INCOME, FAMILY, HEALTH, HOUSING; what was not spoken of is NOT_ASKED");
	return fault_none();
}

/* "Is it still valid?" is asked again after half a year where nothing else is said. */
void rules_fill_mapping(const struct rules_world *world, const struct rules_write *write, struct wire_out *out)
{
	int32_t until;
	(void)world;
	if (!write->is_new || fields_has(write->after, RECORDS_LIFE_SITUATION_MAPPING_VALID_UNTIL) ||
	    !calendar_add_months(rules_day_of(write->event_at_ms), MAPPING_MONTHS, &until))
		return;
	wire_put_varint(out, RECORDS_LIFE_SITUATION_MAPPING_VALID_UNTIL,
			((uint64_t)(int64_t)until << 1) ^ (until < 0 ? UINT64_MAX : 0));
}

struct fault rules_mapping(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	struct span event, rest = write->after;
	int32_t day, until;
	FAULT_TRY(check_quadrants(write, told));
	while (fields_next(&rest, RECORDS_LIFE_SITUATION_MAPPING_EVENTS, &event))
		if (fields_date(event, RECORDS_MAPPING_EVENT_DATE, &day) && day > world->today &&
		    fields_number_or_none(event, RECORDS_MAPPING_EVENT_LIFE_EVENT) == RECORDS_LIFE_EVENT_DEATH)
			return rules_refuse(told, "events.date", "the date is in the future", "");
	if (write->is_new && fields_date(write->after, RECORDS_LIFE_SITUATION_MAPPING_VALID_UNTIL, &until) &&
	    until < rules_day_of(write->event_at_ms))
		return rules_refuse(told, "valid_until", "the mapping would have run out before it was made", "");
	FAULT_TRY(rules_names(world, write, RECORDS_LIFE_SITUATION_MAPPING_REPLACES, RECORDS_TYPE_LIFE_SITUATION_MAPPING, told,
			      "this is no mapping"));
	if (write->is_new && !fields_true(write->after, RECORDS_LIFE_SITUATION_MAPPING_CLIENT_CONFIRMED))
		rules_hint(told, "client_confirmed", "read it back to the client: it stands as not confirmed");
	return fault_none();
}

/* ---- concern ------------------------------------------------------------------------------------ */

/* Of the list in use, which is that of the catalogue of labels. */
static bool is_listed(struct span code)
{
	char key[32] = "concern.";
	size_t used = strlen(key);
	if (code.len >= sizeof key - used)
		return false;
	memcpy(key + used, code.data, code.len);
	return labels_row(key) != NULL;
}

static bool is_code(struct span item, const char *code)
{
	struct span text;
	return fields_bytes(item, RECORDS_CONCERN_ITEM_CODE, &text) && span_equal(text, span_text(code));
}

static struct fault check_items(const struct rules_write *write, struct rules_told *told)
{
	struct span item, other, code, same, rest = write->after;
	uint64_t level = fields_number_or_none(write->after, RECORDS_CONCERN_ASSESSMENT_LEVEL);
	for (size_t i = 0; fields_next(&rest, RECORDS_CONCERN_ASSESSMENT_ITEMS, &item); i++) {
		struct span before = write->after;
		fields_bytes(item, RECORDS_CONCERN_ITEM_CODE, &code);
		if (!is_listed(code))
			return rules_refuse(told, "items.code", "the list of concerns has no such item", "C01 to C12, in capitals");
		for (size_t j = 0; j < i && fields_next(&before, RECORDS_CONCERN_ASSESSMENT_ITEMS, &other); j++)
			if (fields_bytes(other, RECORDS_CONCERN_ITEM_CODE, &same) && span_equal(same, code))
				return rules_refuse(told, "items.code", "the same item is answered twice", "");
		if (fields_number_or_none(item, RECORDS_CONCERN_ITEM_ANSWER) != RECORDS_ANSWER_YES)
			continue;
		if ((is_code(item, "C05") || is_code(item, "C08")) && level != RECORDS_CONCERN_LEVEL_SERIOUS)
			return rules_refuse(told, "level", "violence (C05) or danger to life (C08) makes the concern SERIOUS", "");
		if (is_code(item, "C04"))
			rules_hint(told, "items", "concern for a child: make a child_notice without delay, whatever the consent");
	}
	return fault_none();
}

struct fault rules_concern(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	(void)world;
	FAULT_TRY(check_items(write, told));
	if (!fields_true(write->after, RECORDS_CONCERN_ASSESSMENT_DONE_WITH_CLIENT) &&
	    !fields_says(write->after, RECORDS_CONCERN_ASSESSMENT_REASON_IF_NOT))
		return rules_refuse(told, "reason_if_not", "say why it was not done together with the client", "");
	if (fields_number_or_none(write->after, RECORDS_CONCERN_ASSESSMENT_LEVEL) == RECORDS_CONCERN_LEVEL_SERIOUS)
		rules_hint(told, "level", "a serious concern is handled today; in danger call 112 or the emergency duty");
	return fault_none();
}

/* ---- benefit, child notice ---------------------------------------------------------------------- */

struct fault rules_benefit(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	(void)world;
	if (write->is_new && fields_number_or_none(write->after, RECORDS_BENEFIT_ASSESSMENT_ANSWER) == RECORDS_BENEFIT_ANSWER_YES)
		rules_hint(told, "answer", "the client benefits: offer a referral or an assessment of service needs");
	return fault_none();
}

struct fault rules_child_notice(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	return rules_time_is_past(world, write, RECORDS_CHILD_NOTICE_MADE_AT, told);
}

/* ---- assessment ---------------------------------------------------------------------------------- */

/* "The client did not answer" is no ground to leave an assessment undone. */
static bool is_no_answer(struct span text)
{
	static const char *const phrases[] = {
		"ei vastannut", "ei vastaa", "ei ole vastannut", "ei tavoitettu", "ei ole tavoitettu", "ei saatu kiinni",
		"svarade inte", "svarar inte", "har inte svarat", "nåddes inte", "did not answer", "didn't answer",
		"does not answer", "has not answered", "not reached", "no answer",
	};
	for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
		if (rules_text_holds(text, phrases[i]))
			return true;
	return false;
}

/* White space at its ends says nothing. */
static struct span trimmed(struct span text)
{
	while (text.len > 0 && text.data[0] <= ' ')
		text = span_of(text.data + 1, text.len - 1);
	while (text.len > 0 && text.data[text.len - 1] <= ' ')
		text.len--;
	return text;
}

static struct fault check_unnecessary(const struct rules_write *write, struct rules_told *told)
{
	struct span part, text;
	bool is_outcome = fields_number_or_none(write->after, RECORDS_SERVICE_NEED_ASSESSMENT_OUTCOME) ==
			  RECORDS_ASSESSMENT_OUTCOME_UNNECESSARY;
	bool is_there = fields_bytes(write->after, RECORDS_SERVICE_NEED_ASSESSMENT_UNNECESSARY, &part);
	if (!is_outcome && is_there)
		return rules_refuse(told, "outcome", "reasons why it was unnecessary belong to the outcome UNNECESSARY", "");
	if (!is_outcome)
		return fault_none();
	if (!is_there)
		return rules_refuse(told, "unnecessary", "an assessment found unnecessary needs ground, reasons and who decided it", "");
	fields_bytes(part, RECORDS_UNNECESSARY_TEXT, &text);
	if (wire_utf8_chars(trimmed(text)) < UNNECESSARY_CHARS_MIN)
		return rules_refuse(told, "unnecessary.text", "give the reasons in at least 40 characters", "");
	if (!fields_says(part, RECORDS_UNNECESSARY_DECIDED_BY))
		return rules_refuse(told, "unnecessary.decided_by", "say who decided it", "");
	if (!is_no_answer(text))
		return fault_none();
	if (fields_number_or_none(part, RECORDS_UNNECESSARY_GROUND) == RECORDS_UNNECESSARY_GROUND_OTHER)
		return rules_refuse(told, "unnecessary.text", "that the client did not answer is no ground to leave the assessment undone",
				    "reach the client another way, and record it");
	rules_hint(told, "unnecessary.text", "that the client did not answer is no ground by itself");
	return fault_none();
}

/* A minor who lives with the client, whoever's child it is. */
static bool cares_for_child(const struct rules_world *world, const struct rules_write *write)
{
	const struct rules_record *people;
	size_t count = rules_list(world, RULES_OF_CLIENT, write->case_id, RECORDS_TYPE_RELATED_PERSON, &people);
	for (size_t i = 0; i < count; i++)
		if (fields_true(people[i].fields, RECORDS_RELATED_PERSON_MINOR) &&
		    fields_true(people[i].fields, RECORDS_RELATED_PERSON_LIVES_WITH))
			return true;
	return false;
}

/* The assessment of one in need of special support, by its own word or the case's. */
static bool is_special(const struct rules_world *world, const struct rules_write *write)
{
	const struct rules_record *matter = rules_matter(world, write);
	return fields_true(write->after, RECORDS_SERVICE_NEED_ASSESSMENT_SPECIAL_SUPPORT) ||
	       (matter != NULL && fields_true(matter->fields, RECORDS_CASE_SPECIAL_SUPPORT));
}

static struct fault check_findings(const struct rules_write *write, struct rules_told *told)
{
	struct span finding, rest = write->after;
	unsigned seen = 0;
	while (fields_next(&rest, RECORDS_SERVICE_NEED_ASSESSMENT_FINDINGS, &finding)) {
		uint64_t which = fields_number_or_none(finding, RECORDS_QUADRANT_FINDING_QUADRANT);
		if (which <= QUADRANTS && (seen & 1u << which) != 0)
			return rules_refuse(told, "findings", "a quadrant has one finding", "");
		seen |= which <= QUADRANTS ? 1u << which : 0;
	}
	return fault_none();
}

struct fault rules_assessment(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	uint64_t outcome = fields_number_or_none(write->after, RECORDS_SERVICE_NEED_ASSESSMENT_OUTCOME);
	FAULT_TRY(rules_date_is_past(world, write, RECORDS_SERVICE_NEED_ASSESSMENT_STARTED_ON, told));
	FAULT_TRY(rules_date_is_past(world, write, RECORDS_SERVICE_NEED_ASSESSMENT_COMPLETED_ON, told));
	FAULT_TRY(rules_order_of_dates(write, RECORDS_SERVICE_NEED_ASSESSMENT_STARTED_ON,
				       RECORDS_SERVICE_NEED_ASSESSMENT_COMPLETED_ON, told,
				       "the assessment is completed before it began"));
	FAULT_TRY(check_findings(write, told));
	if (write->is_new && is_special(world, write) &&
	    world->profession != 0 && world->profession != RECORDS_PROFESSION_LICENSED_SOCIAL_WORKER)
		return rules_refuse(told, "special_support", "the need of special support is assessed by a licensed social worker",
				    "prepare it as a draft for one to sign");
	if (write->is_new && outcome != RECORDS_ASSESSMENT_OUTCOME_UNNECESSARY && cares_for_child(world, write) &&
	    !fields_says(write->after, RECORDS_SERVICE_NEED_ASSESSMENT_CHILD_SITUATION))
		return rules_refuse(told, "child_situation", "the client cares for a child: the child's situation is assessed too", "");
	if (outcome == RECORDS_ASSESSMENT_OUTCOME_SERVICES &&
	    fields_true(write->after, RECORDS_SERVICE_NEED_ASSESSMENT_OWN_WORKER_NEED))
		rules_hint(told, "own_worker_need", "name the own worker now, at the latest (D11)");
	return check_unnecessary(write, told);
}

/* ---- checklist ------------------------------------------------------------------------------------ */

struct fault rules_checklist(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	struct span item, rest = write->after;
	bool economic = fields_number_or_none(write->after, RECORDS_CHECKLIST_KIND) == RECORDS_CHECKLIST_KIND_ECONOMIC;
	uint32_t seen = 0;
	(void)world;
	while (fields_next(&rest, RECORDS_CHECKLIST_ITEMS, &item)) {
		uint64_t point = fields_number_or_none(item, RECORDS_CHECKLIST_ITEM_POINT);
		if ((point >= RECORDS_CHECKLIST_POINT_INCOME) != economic)
			return rules_refuse(told, "items.point", "the point is of the other checklist", "");
		if ((seen >> point & 1) != 0)
			return rules_refuse(told, "items.point", "the same point is answered twice", "");
		seen |= (uint32_t)1 << point;
	}
	rules_hint(told, "items", economic ? "what is missing becomes goals of the plan: INCOME, BENEFITS, HOUSING"
					   : "what is to be learned becomes goals of the plan: DIGITAL_SKILLS");
	return fault_none();
}
