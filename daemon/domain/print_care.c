/* print_care - the prints of working together: plan, four quadrants and what was
 * agreed; and what they share. */
#include "base/civil.h"
#include "domain/print_parts.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct schema_message *message_of(uint32_t type)
{
	return schema_by_type(type)->message;
}

/* The part a field of the message is made of. */
static const struct schema_message *part_of(const struct schema_message *message, uint32_t number)
{
	return schema_field_by_number(message, number)->message;
}

static struct span field_word(const struct print_page *page, const struct schema_message *message, uint32_t number)
{
	return span_text(print_field_label(page, message, number));
}

/* ---- shared ---- */

void print_client_name(struct print_page *page)
{
	struct span client = page->work->client->fields;
	print_put(page, print_text(client, RECORDS_CLIENT_GIVEN_NAMES));
	print_put(page, print_text(client, RECORDS_CLIENT_FAMILY_NAME));
}

void print_put_author(struct print_page *page, const struct print_record *record)
{
	print_put(page, record->by_central ? span_text(labels_word(page->language, LABELS_TEXT_CENTRAL)) : record->author);
}

void print_put_recorded(struct print_page *page, const struct print_record *record)
{
	print_put_time(page, record->at_ms);
	if (record->by_central || record->author.len > 0)
		print_glue(page, ",");
	print_put_author(page, record);
}

void print_client(struct print_page *page, bool with_identity_code)
{
	const struct schema_record *record = schema_by_type(RECORDS_TYPE_CLIENT);
	if (page->work->client == NULL)
		return;
	struct span client = page->work->client->fields;
	print_pair_begin(page, labels_type(page->language, record));
	print_client_name(page);
	print_pair_end(page);
	if (with_identity_code && fields_says(client, RECORDS_CLIENT_HETU))
		print_pair_of(page, record->message, client, RECORDS_CLIENT_HETU);
	else
		print_pair_of(page, record->message, client, RECORDS_CLIENT_BIRTH_DATE);
}

void print_ask(struct print_page *page)
{
	if (page->work->printed_by.len == 0)
		return;
	print_paragraph_begin(page);
	print_put_word(page, LABELS_TEXT_CONTACT_HEADING);
	print_glue(page, ":");
	print_put(page, page->work->printed_by);
	if (page->work->phone.len > 0) {
		print_glue(page, ",");
		print_put(page, page->work->phone);
	}
	print_paragraph_end(page);
}

void print_contested(struct print_page *page, const struct print_record *record)
{
	if (!record->is_contested)
		return;
	print_warning_begin(page);
	print_put_word(page, LABELS_TEXT_CONTESTED);
	print_warning_end(page);
}

void print_complain(struct print_page *page)
{
	print_sentence(page, LABELS_TEXT_RIGHT_TO_COMPLAIN);
}

struct span print_recipient_name(const struct print_page *page, struct span name)
{
	bool is_kela = span_equal(name, span_text("Kela")) || span_equal(name, span_text("FPA"));
	return is_kela ? span_text(labels_word(page->language, LABELS_TEXT_KELA)) : name;
}

void print_recipient(struct print_page *page, const struct schema_message *message, struct span fields, uint32_t number)
{
	print_pair(page, print_field_label(page, message, number), print_recipient_name(page, print_text(fields, number)));
}

static void sign_both(struct print_page *page)
{
	print_sign_begin(page);
	print_sign(page, LABELS_TEXT_SIGNATURE_CLIENT);
	print_sign(page, LABELS_TEXT_SIGNATURE_WORKER);
	print_sign_end(page);
}

/* "… by 3.11.2026." */
static void sentence_until(struct print_page *page, enum labels_word word, int32_t days)
{
	print_paragraph_begin(page);
	print_put_word(page, word);
	print_put_date(page, days);
	print_glue(page, ".");
	print_paragraph_end(page);
}

/* ---- the plan ---- */

static void plan_goals(struct print_page *page, const struct schema_message *plan, struct span fields)
{
	struct span goal, rest = fields;
	const struct schema_message *part = part_of(plan, RECORDS_PLAN_GOALS);
	print_heading(page, print_field_label(page, plan, RECORDS_PLAN_GOALS));
	print_list_begin(page, false);
	while (fields_next(&rest, RECORDS_PLAN_GOALS, &goal)) {
		struct span words = print_text(goal, RECORDS_PLAN_GOAL_CLIENT_WORDS);
		struct span area = print_label(page, part, goal, RECORDS_PLAN_GOAL_CATEGORY);
		print_item_begin(page, "");
		if (area.len > 0) {
			print_capital(page);
			print_put(page, area);
			print_glue(page, ":");
		}
		print_put(page, print_text(goal, RECORDS_PLAN_GOAL_TEXT));
		if (words.len > 0) {
			print_put(page, span_text("\n"));
			print_capital(page);
			print_put(page, field_word(page, part, RECORDS_PLAN_GOAL_CLIENT_WORDS));
			print_glue(page, ":");
			print_put(page, words);
		}
		print_item_end(page);
	}
	print_list_end(page);
}

static void plan_action(struct print_page *page, const struct schema_message *part, struct span action)
{
	const struct schema_enum *states = schema_field_by_number(part, RECORDS_PLAN_ACTION_STATE)->enumeration;
	int32_t due;
	print_row_begin(page);
	print_cell(page, print_text(action, RECORDS_PLAN_ACTION_WHAT));
	print_cell(page, print_text(action, RECORDS_PLAN_ACTION_WHO));
	print_cell_begin(page);
	if (fields_date(action, RECORDS_PLAN_ACTION_DUE, &due))
		print_put_date(page, due);
	print_cell_end(page);
	print_cell(page, fields_has(action, RECORDS_PLAN_ACTION_STATE)
				 ? print_label(page, part, action, RECORDS_PLAN_ACTION_STATE)
				 : span_text(labels_value(page->language, states, RECORDS_ACTION_STATE_OPEN)));
	print_row_end(page);
}

static void plan_actions(struct print_page *page, const struct schema_message *plan, struct span fields)
{
	const struct schema_message *part = part_of(plan, RECORDS_PLAN_ACTIONS);
	const uint32_t columns[] = { RECORDS_PLAN_ACTION_WHAT, RECORDS_PLAN_ACTION_WHO, RECORDS_PLAN_ACTION_DUE,
				     RECORDS_PLAN_ACTION_STATE };
	const char *headings[COUNT(columns)];
	struct span action, rest = fields;
	print_heading(page, print_field_label(page, plan, RECORDS_PLAN_ACTIONS));
	if (!fields_has(fields, RECORDS_PLAN_ACTIONS)) {
		print_sentence(page, LABELS_TEXT_PLAN_NO_ACTIONS);
		return;
	}
	for (size_t i = 0; i < COUNT(columns); i++)
		headings[i] = print_field_label(page, part, columns[i]);
	print_table_begin(page, headings, COUNT(columns));
	while (fields_next(&rest, RECORDS_PLAN_ACTIONS, &action))
		plan_action(page, part, action);
	print_table_end(page);
}

static void plan_parties(struct print_page *page, const struct schema_message *plan, struct span fields)
{
	struct span party, rest = fields;
	print_heading(page, print_field_label(page, plan, RECORDS_PLAN_PARTIES));
	print_list_begin(page, false);
	while (fields_next(&rest, RECORDS_PLAN_PARTIES, &party)) {
		struct span name = print_text(party, RECORDS_PARTICIPANT_NAME);
		struct span organisation = print_text(party, RECORDS_PARTICIPANT_ORGANISATION);
		print_item_begin(page, "");
		print_capital(page);
		print_put(page, print_text(party, RECORDS_PARTICIPANT_ROLE));
		if (name.len > 0) {
			print_glue(page, ":");
			print_put(page, name);
		}
		if (organisation.len > 0) {
			print_glue(page, ",");
			print_put(page, organisation);
		}
		print_item_end(page);
	}
	print_list_end(page);
}

/* What came to an end is told above all else. */
static void warn_of_state(struct print_page *page, struct span label)
{
	print_warning_begin(page);
	print_put_word(page, LABELS_TEXT_NOT_IN_FORCE);
	print_glue(page, ":");
	print_put(page, label);
	print_warning_end(page);
}

void print_plan(struct print_page *page)
{
	const struct schema_message *plan = message_of(RECORDS_TYPE_PLAN);
	struct span fields = page->work->subject->fields;
	uint64_t state = print_state(page->work->subject, RECORDS_PLAN_STATE);
	const struct schema_enum *states = schema_field_by_number(plan, RECORDS_PLAN_STATE)->enumeration;
	int32_t review;
	if (state == RECORDS_PLAN_STATE_REVISED || state == RECORDS_PLAN_STATE_ENDED ||
	    state == RECORDS_PLAN_STATE_DECLINED_BY_CLIENT)
		warn_of_state(page, span_text(labels_value(page->language, states, (int32_t)state)));
	print_contested(page, page->work->subject);
	print_pairs_begin(page);
	print_client(page, false);
	print_pair_of(page, plan, fields, RECORDS_PLAN_VALID_FROM);
	print_pair_of(page, plan, fields, RECORDS_PLAN_REVIEW_ON);
	print_pairs_end(page);
	print_sentence(page, LABELS_TEXT_PLAN_YOURS);
	plan_goals(page, plan, fields);
	plan_actions(page, plan, fields);
	plan_parties(page, plan, fields);
	print_heading(page, print_field_label(page, plan, RECORDS_PLAN_CLIENT_AGREEMENT));
	print_paragraph_begin(page);
	print_capital(page);
	print_put(page, print_label(page, plan, fields, RECORDS_PLAN_CLIENT_AGREEMENT));
	print_glue(page, ".");
	print_put(page, print_text(fields, RECORDS_PLAN_CLIENT_AGREEMENT_NOTE));
	print_paragraph_end(page);
	print_sentence(page, fields_true(fields, RECORDS_PLAN_KELA_NOTICE_WANTED) ? LABELS_TEXT_PLAN_KELA_YES
										   : LABELS_TEXT_PLAN_KELA_NO);
	if (fields_date(fields, RECORDS_PLAN_REVIEW_ON, &review))
		sentence_until(page, LABELS_TEXT_PLAN_REVIEW, review);
	print_corrections(page, page->work->subject);
	print_ask(page);
	print_complain(page);
	sign_both(page);
}

/* ---- the four quadrants ---- */

static const struct { uint8_t quadrant, first, last; } prompts[] = {
	{ RECORDS_QUADRANT_INCOME, RECORDS_PROMPT_INCOME_MANAGEMENT, RECORDS_PROMPT_INCOME_MANAGEMENT },
	{ RECORDS_QUADRANT_FAMILY, RECORDS_PROMPT_FAMILY_SUPPORT, RECORDS_PROMPT_CHILD_CONCERN },
	{ RECORDS_QUADRANT_HEALTH, RECORDS_PROMPT_DAILY_COPING, RECORDS_PROMPT_HELP_NEED },
	{ RECORDS_QUADRANT_HOUSING, RECORDS_PROMPT_HOUSING_SUPPORT, RECORDS_PROMPT_EVICTION_THREAT },
};

/* The quadrant's part of the mapping; empty when there is none. */
static struct span quadrant_part(struct span mapping, uint64_t quadrant)
{
	struct span part;
	while (fields_next(&mapping, RECORDS_LIFE_SITUATION_MAPPING_QUADRANTS, &part))
		if (fields_number_or_none(part, RECORDS_MAPPING_QUADRANT_QUADRANT) == quadrant)
			return part;
	return span_text("");
}

static struct span prompt_part(struct span quadrant, uint64_t prompt)
{
	struct span part;
	while (fields_next(&quadrant, RECORDS_MAPPING_QUADRANT_PROMPTS_ANSWERED, &part))
		if (fields_number_or_none(part, RECORDS_PROMPT_ANSWER_PROMPT) == prompt)
			return part;
	return span_text("");
}

/* Each prompt, with its answer when there is one: "☐ rent arrears: yes. Two months." */
static void quadrant_prompts(struct print_page *page, const struct schema_message *part, struct span fields, size_t place)
{
	const struct schema_message *answer = part_of(part, RECORDS_MAPPING_QUADRANT_PROMPTS_ANSWERED);
	const struct schema_field *prompt = schema_field_by_number(answer, RECORDS_PROMPT_ANSWER_PROMPT);
	print_list_begin(page, false);
	for (uint8_t n = prompts[place].first; n <= prompts[place].last; n++) {
		struct span given = prompt_part(fields, n);
		struct span label = print_label(page, answer, given, RECORDS_PROMPT_ANSWER_ANSWER);
		print_item_begin(page, "");
		print_capital(page);
		print_put(page, span_text(labels_value(page->language, prompt->enumeration, n)));
		if (label.len > 0) {
			print_glue(page, ":");
			print_put(page, label);
		}
		if (fields_says(given, RECORDS_PROMPT_ANSWER_TEXT)) {
			print_glue(page, ".");
			print_put(page, print_text(given, RECORDS_PROMPT_ANSWER_TEXT));
		}
		print_item_end(page);
	}
	print_list_end(page);
}

static void quadrant(struct print_page *page, const struct schema_message *part, struct span fields, size_t place)
{
	const struct schema_field *name = schema_field_by_number(part, RECORDS_MAPPING_QUADRANT_QUADRANT);
	print_markup(page, "<section>");
	print_heading(page, labels_value(page->language, name->enumeration, prompts[place].quadrant));
	if (fields.len > 0) {
		print_paragraph_begin(page);
		print_markup(page, "<b>");
		print_capital(page);
		print_put(page, print_label(page, part, fields, RECORDS_MAPPING_QUADRANT_STATE));
		print_markup(page, "</b>");
		print_paragraph_end(page);
	}
	quadrant_prompts(page, part, fields, place);
	if (fields.len > 0) {
		if (fields_says(fields, RECORDS_MAPPING_QUADRANT_TEXT))
			print_paragraph(page, print_text(fields, RECORDS_MAPPING_QUADRANT_TEXT));
		print_pairs_begin(page);
		print_pair_of(page, part, fields, RECORDS_MAPPING_QUADRANT_STRENGTHS);
		print_pairs_end(page);
	} else {
		print_write_lines(page, 4);
		print_paragraph_begin(page);
		print_capital(page);
		print_put(page, field_word(page, part, RECORDS_MAPPING_QUADRANT_STRENGTHS));
		print_glue(page, ":");
		print_paragraph_end(page);
		print_write_lines(page, 1);
	}
	print_markup(page, "</section>\n");
}

static void quadrant_events(struct print_page *page, const struct schema_message *mapping, struct span fields)
{
	const struct schema_message *part = part_of(mapping, RECORDS_LIFE_SITUATION_MAPPING_EVENTS);
	struct span event, rest = fields;
	int32_t date;
	if (!fields_has(fields, RECORDS_LIFE_SITUATION_MAPPING_EVENTS))
		return;
	print_paragraph_begin(page);
	print_markup(page, "<b>");
	print_put_word(page, LABELS_TEXT_QUADRANTS_EVENTS);
	print_glue(page, ":");
	print_markup(page, "</b>");
	for (bool begun = false; fields_next(&rest, RECORDS_LIFE_SITUATION_MAPPING_EVENTS, &event); begun = true) {
		if (begun)
			print_glue(page, ";");
		print_put(page, print_label(page, part, event, RECORDS_MAPPING_EVENT_LIFE_EVENT));
		if (fields_date(event, RECORDS_MAPPING_EVENT_DATE, &date))
			print_put_date(page, date);
		if (fields_says(event, RECORDS_MAPPING_EVENT_NOTE)) {
			print_glue(page, ",");
			print_put(page, print_text(event, RECORDS_MAPPING_EVENT_NOTE));
		}
	}
	print_glue(page, ".");
	print_paragraph_end(page);
}

static void quadrant_rest(struct print_page *page, const struct schema_message *mapping, struct span fields)
{
	struct span words = print_text(fields, RECORDS_LIFE_SITUATION_MAPPING_CLIENT_WORDS);
	int32_t until;
	quadrant_events(page, mapping, fields);
	if (words.len > 0) {
		print_paragraph_begin(page);
		print_markup(page, "<b>");
		print_capital(page);
		print_put(page, field_word(page, mapping, RECORDS_LIFE_SITUATION_MAPPING_CLIENT_WORDS));
		print_glue(page, ":");
		print_markup(page, "</b>");
		print_put(page, words);
		print_paragraph_end(page);
	}
	print_sentence(page, fields_true(fields, RECORDS_LIFE_SITUATION_MAPPING_CLIENT_CONFIRMED)
				     ? LABELS_TEXT_QUADRANTS_CONFIRMED
				     : LABELS_TEXT_QUADRANTS_UNCONFIRMED);
	if (fields_date(fields, RECORDS_LIFE_SITUATION_MAPPING_VALID_UNTIL, &until))
		sentence_until(page, LABELS_TEXT_QUADRANTS_VALID, until);
}

/* One page as long as no more is written than fits it in smaller letters; else two. */
enum { QUADRANT_ROOMY_BYTES = 1100 };

void print_quadrants(struct print_page *page)
{
	const struct print_record *subject = page->work->subject;
	const struct schema_message *mapping = message_of(RECORDS_TYPE_LIFE_SITUATION_MAPPING);
	const struct schema_message *part = part_of(mapping, RECORDS_LIFE_SITUATION_MAPPING_QUADRANTS);
	struct span fields = subject == NULL ? span_text("") : subject->fields;
	print_pairs_begin(page);
	print_client(page, false);
	if (subject != NULL) {
		print_pair_begin(page, labels_word(page->language, LABELS_TEXT_REPORT_RECORDED));
		print_put_recorded(page, subject);
		print_pair_end(page);
	}
	print_pairs_end(page);
	if (subject == NULL)
		print_sentence(page, LABELS_TEXT_QUADRANTS_ASK);
	else
		print_contested(page, subject);
	print_markup(page, fields.len > QUADRANT_ROOMY_BYTES ? "<div class=\"grid dense\">\n" : "<div class=\"grid\">\n");
	for (size_t i = 0; i < COUNT(prompts); i++)
		quadrant(page, part, quadrant_part(fields, prompts[i].quadrant), i);
	print_markup(page, "</div>\n");
	if (subject != NULL) {
		quadrant_rest(page, mapping, fields);
		print_corrections(page, subject);
	}
	print_ask(page);
}

/* ---- what was agreed ---- */

bool print_is_action(const struct print_record *record, bool open)
{
	if (record->record->type != RECORDS_TYPE_AGREED_ACTION)
		return false;
	uint64_t state = fields_number_or_none(record->fields, RECORDS_AGREED_ACTION_STATE);
	return (state == 0 || state == RECORDS_ACTION_STATE_OPEN || state == RECORDS_ACTION_STATE_OVERDUE) == open;
}

static size_t count_actions(const struct print_page *page, bool open)
{
	size_t count = 0;
	for (size_t i = 0; i < page->work->count; i++)
		count += print_is_action(&page->work->records[i], open);
	return count;
}

static void action_row(struct print_page *page, const struct schema_message *action, struct span fields, bool open)
{
	int32_t due;
	print_row_begin(page);
	print_cell(page, print_text(fields, RECORDS_AGREED_ACTION_WHAT));
	print_cell_begin(page);
	print_put(page, print_text(fields, RECORDS_AGREED_ACTION_OWNER));
	print_put(page, span_text("("));
	page->fresh = true;
	print_put(page, print_label(page, action, fields, RECORDS_AGREED_ACTION_OWNER_KIND));
	print_glue(page, ")");
	print_cell_end(page);
	print_cell_begin(page);
	if (fields_date(fields, RECORDS_AGREED_ACTION_DUE, &due))
		print_put_date(page, due);
	print_cell_end(page);
	print_cell(page, print_text(fields, RECORDS_AGREED_ACTION_PLACE));
	if (!open) {
		print_cell_begin(page);
		print_put(page, print_label(page, action, fields, RECORDS_AGREED_ACTION_STATE));
		if (fields_says(fields, RECORDS_AGREED_ACTION_DONE_NOTE)) {
			print_glue(page, ":");
			print_put(page, print_text(fields, RECORDS_AGREED_ACTION_DONE_NOTE));
		}
		print_cell_end(page);
	}
	print_row_end(page);
}

static void action_table(struct print_page *page, enum labels_word heading, bool open)
{
	const struct schema_message *action = message_of(RECORDS_TYPE_AGREED_ACTION);
	const uint32_t columns[] = { RECORDS_AGREED_ACTION_WHAT, RECORDS_AGREED_ACTION_OWNER, RECORDS_AGREED_ACTION_DUE,
				     RECORDS_AGREED_ACTION_PLACE, RECORDS_AGREED_ACTION_STATE };
	const char *headings[COUNT(columns)];
	if (count_actions(page, open) == 0)
		return;
	for (size_t i = 0; i < COUNT(columns); i++)
		headings[i] = print_field_label(page, action, columns[i]);
	print_heading(page, labels_word(page->language, heading));
	print_table_begin(page, headings, open ? COUNT(columns) - 1 : COUNT(columns));
	for (size_t i = 0; i < page->work->count; i++)
		if (print_is_action(&page->work->records[i], open))
			action_row(page, action, page->work->records[i].fields, open);
	print_table_end(page);
}

void print_actions(struct print_page *page)
{
	print_pairs_begin(page);
	print_client(page, false);
	print_pairs_end(page);
	if (count_actions(page, true) == 0)
		print_sentence(page, LABELS_TEXT_ACTIONS_NONE);
	action_table(page, LABELS_TEXT_ACTIONS_OPEN, true);
	action_table(page, LABELS_TEXT_ACTIONS_DONE, false);
	print_ask(page);
}
