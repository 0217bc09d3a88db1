/* disclosure_text - which parts of a plan or session an item holds, and its exact text:
 * one line a part, "Label: value", in the words of the catalogue. */
#include "base/civil.h"
#include "domain/disclosure.h"
#include "domain/rules_parts.h"

/* ---- the table ---- */

#define DAYS (DISCLOSURE_KIND | DISCLOSURE_FROM | DISCLOSURE_REVIEW | DISCLOSURE_AGREEMENT)
enum { KINDS = RECORDS_PLAN_KIND_CLIENT + 1, SCOPES = RECORDS_CONSENT_SCOPE_CONTACT_DETAILS + 1 };

/* Kela looks after a plan that was its own transfer (INDEPENDENT_COPING), needs of a
 * joint one what was agreed to be done (ACTIVATION), and of a client plan, which is
 * about everything, that it is there. */
static const uint32_t table[KINDS][SCOPES] = {
	[0] = { [RECORDS_CONSENT_SCOPE_SESSION] = DISCLOSURE_AGREED },
	[RECORDS_PLAN_KIND_INDEPENDENT_COPING] = {
		[RECORDS_CONSENT_SCOPE_PLAN_SUMMARY] = DAYS | DISCLOSURE_THEMES,
		[RECORDS_CONSENT_SCOPE_PLAN_FULL] = DAYS | DISCLOSURE_GOALS | DISCLOSURE_ACTIONS,
		[RECORDS_CONSENT_SCOPE_ASSESSMENT_RESULT] = DISCLOSURE_COMPLETED | DISCLOSURE_OUTCOME,
		[RECORDS_CONSENT_SCOPE_QUADRANT_INCOME] = DISCLOSURE_STATE | DISCLOSURE_TEXT,
		[RECORDS_CONSENT_SCOPE_QUADRANT_FAMILY] = DISCLOSURE_STATE,
		[RECORDS_CONSENT_SCOPE_QUADRANT_HEALTH] = DISCLOSURE_STATE,
		[RECORDS_CONSENT_SCOPE_QUADRANT_HOUSING] = DISCLOSURE_STATE | DISCLOSURE_TEXT,
		[RECORDS_CONSENT_SCOPE_CONTACT_DETAILS] = DISCLOSURE_CONTACT,
	},
	[RECORDS_PLAN_KIND_ACTIVATION] = {
		[RECORDS_CONSENT_SCOPE_PLAN_SUMMARY] = DAYS | DISCLOSURE_THEMES | DISCLOSURE_STEPS,
		[RECORDS_CONSENT_SCOPE_PLAN_FULL] = DAYS | DISCLOSURE_GOALS | DISCLOSURE_ACTIONS | DISCLOSURE_PARTIES,
		[RECORDS_CONSENT_SCOPE_ASSESSMENT_RESULT] = DISCLOSURE_COMPLETED,
		[RECORDS_CONSENT_SCOPE_QUADRANT_INCOME] = DISCLOSURE_STATE,
		[RECORDS_CONSENT_SCOPE_QUADRANT_FAMILY] = DISCLOSURE_STATE,
		[RECORDS_CONSENT_SCOPE_QUADRANT_HEALTH] = DISCLOSURE_STATE,
		[RECORDS_CONSENT_SCOPE_QUADRANT_HOUSING] = DISCLOSURE_STATE,
		[RECORDS_CONSENT_SCOPE_CONTACT_DETAILS] = DISCLOSURE_CONTACT,
	},
	[RECORDS_PLAN_KIND_CLIENT] = {
		[RECORDS_CONSENT_SCOPE_PLAN_SUMMARY] = DAYS,
		[RECORDS_CONSENT_SCOPE_PLAN_FULL] = DAYS | DISCLOSURE_GOALS | DISCLOSURE_ACTIONS,
		[RECORDS_CONSENT_SCOPE_ASSESSMENT_RESULT] = DISCLOSURE_COMPLETED | DISCLOSURE_OUTCOME,
		[RECORDS_CONSENT_SCOPE_QUADRANT_INCOME] = DISCLOSURE_STATE | DISCLOSURE_TEXT,
		[RECORDS_CONSENT_SCOPE_QUADRANT_FAMILY] = DISCLOSURE_STATE,
		[RECORDS_CONSENT_SCOPE_QUADRANT_HEALTH] = DISCLOSURE_STATE,
		[RECORDS_CONSENT_SCOPE_QUADRANT_HOUSING] = DISCLOSURE_STATE | DISCLOSURE_TEXT,
		[RECORDS_CONSENT_SCOPE_CONTACT_DETAILS] = DISCLOSURE_CONTACT,
	},
};

uint32_t disclosure_parts(uint64_t plan_kind, uint64_t scope)
{
	return plan_kind < KINDS && scope < SCOPES ? table[plan_kind][scope] : 0;
}

static bool is_quadrant(uint64_t scope)
{
	return scope >= RECORDS_CONSENT_SCOPE_QUADRANT_INCOME && scope <= RECORDS_CONSENT_SCOPE_QUADRANT_HOUSING;
}

const struct rules_record *disclosure_source(const struct disclosure_sources *sources, uint64_t scope)
{
	if (scope == RECORDS_CONSENT_SCOPE_SESSION)
		return sources->session;
	if (scope == RECORDS_CONSENT_SCOPE_ASSESSMENT_RESULT)
		return sources->assessment;
	if (scope == RECORDS_CONSENT_SCOPE_CONTACT_DETAILS)
		return sources->client;
	return is_quadrant(scope) ? sources->mapping : sources->plan;
}

/* ---- lines ---- */

struct text {
	const struct disclosure_sources *sources;
	const struct schema_message *message;
	struct wire_out *out;
	bool begun; /* a value stands in this line */
};

static void put(struct text *text, struct span words)
{
	wire_put_raw(text->out, words);
}

static void put_string(struct text *text, const char *words)
{
	put(text, span_text(words));
}

/* With a large letter: the catalogue's words stand as in the middle of a sentence. */
static void put_begin(struct text *text, const char *words)
{
	size_t at = text->out->used;
	put_string(text, words);
	if (text->out->full || *words == '\0')
		return;
	uint8_t *first = text->out->block + at;
	if (first[0] >= 'a' && first[0] <= 'z')
		first[0] = (uint8_t)(first[0] - 'a' + 'A');
	else if (first[0] == 0xc3 && first[1] >= 0xa0 && first[1] <= 0xbe && first[1] != 0xb7)
		first[1] = (uint8_t)(first[1] - 0x20);
}

static const struct schema_field *field_of(const struct text *text, uint32_t number)
{
	return schema_field_by_number(text->message, number);
}

static void begin_line(struct text *text, const char *label)
{
	if (text->out->used != 0)
		put_string(text, "\n");
	put_begin(text, label);
	put_string(text, ": ");
}

static void begin_field(struct text *text, uint32_t number)
{
	begin_line(text, labels_field(text->sources->language, text->message, field_of(text, number)));
}

static void put_number(struct text *text, unsigned number)
{
	char digits[12];
	size_t at = sizeof digits;
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	put(text, span_of(digits + at, sizeof digits - at));
}

/* 3.11.2026 */
static void put_day(struct text *text, int32_t day)
{
	struct civil_date date = civil_of_days(day);
	put_number(text, (unsigned)date.day);
	put_string(text, ".");
	put_number(text, (unsigned)date.month);
	put_string(text, ".");
	put_number(text, (unsigned)date.year);
}

static void put_value(struct text *text, struct span fields, uint32_t number)
{
	uint64_t value = fields_number_or_none(fields, number);
	put_string(text, labels_value(text->sources->language, field_of(text, number)->enumeration, (int32_t)value));
}

static void line_value(struct text *text, struct span fields, uint32_t number)
{
	if (!fields_has(fields, number))
		return;
	begin_field(text, number);
	put_value(text, fields, number);
}

static void line_day(struct text *text, struct span fields, uint32_t number)
{
	int32_t day;
	if (!fields_date(fields, number, &day))
		return;
	begin_field(text, number);
	put_day(text, day);
}

/* ", viimeistään 3.12.2026" */
static void put_due(struct text *text, struct span fields, uint32_t number)
{
	int32_t day;
	if (!fields_date(fields, number, &day))
		return;
	put_string(text, ", ");
	put_string(text, labels_field(text->sources->language, text->message, field_of(text, number)));
	put_string(text, " ");
	put_day(text, day);
}

static void put_text(struct text *text, struct span fields, uint32_t number)
{
	struct span words;
	if (fields_bytes(fields, number, &words))
		put(text, words);
}

/* ---- a plan ---- */

/* D4: that a goal is about health is itself about health. */
static bool may_name(const struct text *text, struct span goal)
{
	return text->sources->with_health ||
	       fields_number_or_none(goal, RECORDS_PLAN_GOAL_CATEGORY) != RECORDS_THEME_HEALTH;
}

static void plan_themes(struct text *text, struct span plan)
{
	const struct schema_field *goals = schema_field_by_number(text->message, RECORDS_PLAN_GOALS);
	const struct schema_enum *themes = schema_field_by_number(goals->message, RECORDS_PLAN_GOAL_CATEGORY)->enumeration;
	bool begun = false;
	for (size_t i = 0; i < themes->count; i++) {
		struct span goal, rest = plan;
		bool named = false;
		while (fields_next(&rest, RECORDS_PLAN_GOALS, &goal))
			named = named || (may_name(text, goal) && fields_number_or_none(goal, RECORDS_PLAN_GOAL_CATEGORY) ==
									 (uint64_t)themes->values[i].number);
		if (!named)
			continue;
		if (begun)
			put_string(text, ", ");
		else
			begin_line(text, labels_word(text->sources->language, LABELS_TEXT_DISCLOSURE_THEMES));
		put_string(text, labels_value(text->sources->language, themes, themes->values[i].number));
		begun = true;
	}
}

static void plan_goals(struct text *text, struct span plan)
{
	const struct schema_message *outer = text->message;
	struct span goal, rest = plan;
	text->message = schema_field_by_number(outer, RECORDS_PLAN_GOALS)->message;
	while (fields_next(&rest, RECORDS_PLAN_GOALS, &goal)) {
		if (!may_name(text, goal))
			continue;
		begin_field(text, RECORDS_PLAN_GOAL_TEXT);
		put_text(text, goal, RECORDS_PLAN_GOAL_TEXT);
	}
	text->message = outer;
}

/* In words, or by kind alone (D3); who does it is named in neither (D4). */
static void plan_actions(struct text *text, struct span plan, bool in_words)
{
	const struct schema_message *outer = text->message;
	struct span action, rest = plan;
	text->message = schema_field_by_number(outer, RECORDS_PLAN_ACTIONS)->message;
	while (fields_next(&rest, RECORDS_PLAN_ACTIONS, &action)) {
		if (!in_words && !fields_has(action, RECORDS_PLAN_ACTION_KIND))
			continue;
		begin_line(text, labels_word(text->sources->language, LABELS_TEXT_DISCLOSURE_ACTION));
		if (in_words)
			put_text(text, action, RECORDS_PLAN_ACTION_WHAT);
		else
			put_value(text, action, RECORDS_PLAN_ACTION_KIND);
		put_due(text, action, RECORDS_PLAN_ACTION_DUE);
	}
	text->message = outer;
}

static void plan_parties(struct text *text, struct span plan)
{
	struct span party, rest = plan, name;
	bool begun = false;
	while (fields_next(&rest, RECORDS_PLAN_PARTIES, &party)) {
		if (!fields_says(party, RECORDS_PARTICIPANT_ORGANISATION) ||
		    !fields_bytes(party, RECORDS_PARTICIPANT_ORGANISATION, &name))
			continue;
		if (begun)
			put_string(text, ", ");
		else
			begin_field(text, RECORDS_PLAN_PARTIES);
		put(text, name);
		begun = true;
	}
}

static void of_plan(struct text *text, struct span plan, uint32_t parts)
{
	if (parts & DISCLOSURE_KIND)
		line_value(text, plan, RECORDS_PLAN_KIND);
	if (parts & DISCLOSURE_FROM)
		line_day(text, plan, RECORDS_PLAN_VALID_FROM);
	if (parts & DISCLOSURE_REVIEW)
		line_day(text, plan, RECORDS_PLAN_REVIEW_ON);
	if (parts & DISCLOSURE_AGREEMENT)
		line_value(text, plan, RECORDS_PLAN_CLIENT_AGREEMENT);
	if (parts & DISCLOSURE_THEMES)
		plan_themes(text, plan);
	if (parts & DISCLOSURE_GOALS)
		plan_goals(text, plan);
	if (parts & (DISCLOSURE_ACTIONS | DISCLOSURE_STEPS))
		plan_actions(text, plan, (parts & DISCLOSURE_ACTIONS) != 0);
	if (parts & DISCLOSURE_PARTIES)
		plan_parties(text, plan);
}

/* ---- the others ---- */

static void of_assessment(struct text *text, struct span assessment, uint32_t parts)
{
	if (parts & DISCLOSURE_COMPLETED)
		line_day(text, assessment, RECORDS_SERVICE_NEED_ASSESSMENT_COMPLETED_ON);
	if (parts & DISCLOSURE_OUTCOME)
		line_value(text, assessment, RECORDS_SERVICE_NEED_ASSESSMENT_OUTCOME);
}

static void of_mapping(struct text *text, struct span mapping, uint64_t scope, uint32_t parts)
{
	const struct schema_field *quadrants = field_of(text, RECORDS_LIFE_SITUATION_MAPPING_QUADRANTS);
	uint64_t wanted = scope - RECORDS_CONSENT_SCOPE_QUADRANT_INCOME + RECORDS_QUADRANT_INCOME;
	struct span quadrant;
	while (fields_next(&mapping, RECORDS_LIFE_SITUATION_MAPPING_QUADRANTS, &quadrant)) {
		if (fields_number_or_none(quadrant, RECORDS_MAPPING_QUADRANT_QUADRANT) != wanted)
			continue;
		text->message = quadrants->message;
		const struct schema_field *which = field_of(text, RECORDS_MAPPING_QUADRANT_QUADRANT);
		begin_line(text, labels_value(text->sources->language, which->enumeration, (int32_t)wanted));
		put_value(text, quadrant, RECORDS_MAPPING_QUADRANT_STATE);
		if ((parts & DISCLOSURE_TEXT) && fields_says(quadrant, RECORDS_MAPPING_QUADRANT_TEXT)) {
			put_string(text, "\n");
			put_text(text, quadrant, RECORDS_MAPPING_QUADRANT_TEXT);
		}
	}
}
_Static_assert(RECORDS_CONSENT_SCOPE_QUADRANT_HOUSING - RECORDS_CONSENT_SCOPE_QUADRANT_INCOME ==
	       RECORDS_QUADRANT_HOUSING - RECORDS_QUADRANT_INCOME, "scopes and quadrants stand in one order");

static void contacts(struct text *text, struct span client, uint32_t number)
{
	struct span one, rest = client;
	bool begun = false;
	while (fields_next(&rest, number, &one)) {
		if (begun)
			put_string(text, ", ");
		else
			begin_field(text, number);
		put(text, one);
		begun = true;
	}
}

/* What was agreed, by when, and whose it is; one line each. */
static void of_session(struct text *text)
{
	const struct disclosure_sources *sources = text->sources;
	text->message = schema_by_type(RECORDS_TYPE_AGREED_ACTION)->message;
	for (size_t i = 0; i < sources->action_count; i++) {
		struct span action = sources->actions[i]->fields;
		begin_line(text, labels_word(sources->language, LABELS_TEXT_DISCLOSURE_AGREED));
		put_text(text, action, RECORDS_AGREED_ACTION_WHAT);
		put_due(text, action, RECORDS_AGREED_ACTION_DUE);
		put_string(text, " (");
		put_value(text, action, RECORDS_AGREED_ACTION_OWNER_KIND);
		put_string(text, ": ");
		put_text(text, action, RECORDS_AGREED_ACTION_OWNER);
		put_string(text, ")");
	}
}

/* ---- the whole ---- */

static const char *what_is_missing(uint64_t scope)
{
	if (scope == RECORDS_CONSENT_SCOPE_ASSESSMENT_RESULT)
		return "there is no signed assessment in the case";
	if (is_quadrant(scope))
		return "there is no signed mapping that the client has confirmed";
	return scope == RECORDS_CONSENT_SCOPE_CONTACT_DETAILS ? "the client's own record is not on this device"
							      : "there is nothing to disclose of this";
}

struct fault disclosure_compose(const struct disclosure_sources *sources, uint64_t scope, struct wire_out *out)
{
	uint64_t kind = sources->plan == NULL ? 0 : fields_number_or_none(sources->plan->fields, RECORDS_PLAN_KIND);
	uint32_t parts = disclosure_parts(kind, scope);
	const struct rules_record *source = disclosure_source(sources, scope);
	if (parts == 0)
		return fault_of(FAULT_CALLER, "this goes with no notice of this kind");
	if (source == NULL)
		return fault_of(FAULT_CALLER, what_is_missing(scope));
	if (scope == RECORDS_CONSENT_SCOPE_CONTACT_DETAILS && fields_true(source->fields, RECORDS_CLIENT_ADDRESS_PROTECTED))
		return fault_of(FAULT_CALLER, "the client is under a non-disclosure order: no contact details go out");
	struct text text = { .sources = sources, .message = schema_by_type(source->type)->message, .out = out };
	if (parts & DISCLOSURE_AGREED)
		of_session(&text);
	else if (parts & DISCLOSURE_STATE)
		of_mapping(&text, source->fields, scope, parts);
	else if (parts & (DISCLOSURE_COMPLETED | DISCLOSURE_OUTCOME))
		of_assessment(&text, source->fields, parts);
	else if (parts & DISCLOSURE_CONTACT) {
		contacts(&text, source->fields, RECORDS_CLIENT_PHONE);
		contacts(&text, source->fields, RECORDS_CLIENT_EMAIL);
	} else {
		of_plan(&text, source->fields, parts);
	}
	if (out->full)
		return fault_of(FAULT_LIMIT, "the text to disclose is too long");
	return out->used == 0 ? fault_of(FAULT_CALLER, "there is nothing to disclose of this") : fault_none();
}
