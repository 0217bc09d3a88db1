/* labels: the catalogue has a word for everything the record table has, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "domain/access.h"
#include "domain/agenda.h"
#include "domain/duplicate.h"
#include "domain/labels.h"
#include "records_table.h"

enum { MESSAGES_MAX = 200, ENUMS_MAX = 200 };

/* Every message and enumeration of the record table, each once. */
static const struct schema_message *messages[MESSAGES_MAX];
static const struct schema_enum *enums[ENUMS_MAX];
static size_t message_count, enum_count;
static bool used[LABELS_COUNT];

static void gather_enum(const struct schema_enum *e)
{
	for (size_t i = 0; i < enum_count; i++)
		if (enums[i] == e)
			return;
	assert_true(enum_count < ENUMS_MAX);
	enums[enum_count++] = e;
}

static void gather_message(const struct schema_message *message)
{
	for (size_t i = 0; i < message_count; i++)
		if (messages[i] == message)
			return;
	assert_true(message_count < MESSAGES_MAX);
	messages[message_count++] = message;
	for (size_t i = 0; i < message->count; i++) {
		if (message->fields[i].message != NULL)
			gather_message(message->fields[i].message);
		if (message->fields[i].enumeration != NULL)
			gather_enum(message->fields[i].enumeration);
	}
}

static int gather_all(void **state)
{
	size_t count;
	const struct schema_record *all = schema_all(&count);
	(void)state;
	for (size_t i = 0; i < count; i++)
		gather_message(all[i].message);
	return 0;
}

/* Marks the word used; false, told, when neither key is there. */
static bool has(const char *kind, const char *own, const char *name)
{
	char key[200], shared[200];
	snprintf(key, sizeof key, "%s.%s%s%s", kind, own, name == NULL ? "" : ".", name == NULL ? "" : name);
	snprintf(shared, sizeof shared, "%s.*.%s", kind, name == NULL ? "" : name);
	const struct labels_row *row = labels_row(key);
	if (row == NULL)
		row = labels_row(shared);
	if (row == NULL) {
		fprintf(stderr, "no word for %s\n", key);
		return false;
	}
	used[row - labels_table] = true;
	return true;
}

static void every_type_field_and_value_has_its_words(void **state)
{
	size_t count, missing = 0;
	const struct schema_record *all = schema_all(&count);
	(void)state;
	for (size_t i = 0; i < count; i++)
		missing += !has("type", all[i].name, NULL);
	for (size_t i = 0; i < message_count; i++)
		for (size_t j = 0; j < messages[i]->count; j++)
			missing += !has("field", messages[i]->name, messages[i]->fields[j].name);
	for (size_t i = 0; i < enum_count; i++)
		for (size_t j = 0; j < enums[i]->count; j++)
			missing += !has("value", enums[i]->name, enums[i]->values[j].name);
	assert_int_equal(missing, 0);
	print_message("%zu types, %zu messages, %zu enumerations, %d words\n", count, message_count, enum_count, LABELS_COUNT);
}

/* Runs after the one above: a word of the record table that nothing uses is a slip of a key. */
static void no_word_is_for_something_that_is_not_there(void **state)
{
	size_t unknown = 0;
	(void)state;
	for (size_t i = 0; i < LABELS_COUNT; i++) {
		const char *key = labels_table[i].key;
		bool of_records = strncmp(key, "type.", 5) == 0 || strncmp(key, "field.", 6) == 0 || strncmp(key, "value.", 6) == 0;
		if (of_records && !used[i]) {
			fprintf(stderr, "%s is no type, field or value\n", key);
			unknown++;
		}
	}
	assert_int_equal(unknown, 0);
}

static void no_cell_is_empty(void **state)
{
	(void)state;
	for (size_t i = 0; i < LABELS_COUNT; i++)
		for (int l = 0; l < LABELS_LANGUAGES; l++)
			assert_true(*labels_table[i].text[l] != '\0');
}

static void keys_rise(void **state)
{
	(void)state;
	for (size_t i = 1; i < LABELS_COUNT; i++)
		assert_true(strcmp(labels_table[i - 1].key, labels_table[i].key) < 0);
	for (size_t i = 0; i < LABELS_COUNT; i++)
		assert_ptr_equal(labels_row(labels_table[i].key), &labels_table[i]);
	assert_null(labels_row(""));
	assert_null(labels_row("zzz"));
	assert_null(labels_row("field.*"));
}

static const struct schema_field *field(const struct schema_record *record, const char *name)
{
	const struct schema_field *found = schema_field_by_name(record->message, span_text(name));
	assert_non_null(found);
	return found;
}

static void a_message_s_own_word_goes_before_the_shared_one(void **state)
{
	const struct schema_record *plan = schema_by_type(RECORDS_TYPE_PLAN), *client = schema_by_type(RECORDS_TYPE_CLIENT),
				   *visit = schema_by_type(RECORDS_TYPE_VISIT);
	(void)state;
	assert_string_equal(labels_field(LABELS_FI, plan->message, field(plan, "kind")), "suunnitelman laji");
	assert_string_equal(labels_field(LABELS_SV, client->message, field(client, "hetu")), "personbeteckning");
	assert_string_equal(labels_field(LABELS_EN, client->message, field(client, "municipality")), "municipality of residence");
	assert_string_equal(labels_value(LABELS_FI, field(visit, "state")->enumeration, RECORDS_VISIT_STATE_NO_SHOW), "ei tavattu");
	assert_string_equal(labels_value(LABELS_SV, field(plan, "kind")->enumeration, RECORDS_PLAN_KIND_CLIENT), "klientplan");
	assert_string_equal(labels_type(LABELS_SV, plan), "plan");
	assert_string_equal(labels_word(LABELS_FI, LABELS_CONCERN_C09), "vuokrarästejä tai häätöuhka");
}

static void what_a_newer_version_has_is_told_as_such(void **state)
{
	const struct schema_record *visit = schema_by_type(RECORDS_TYPE_VISIT);
	const struct schema_field newer = { .name = "mood_of_the_day" };
	(void)state;
	assert_string_equal(labels_field(LABELS_FI, visit->message, &newer), "mood_of_the_day");
	assert_string_equal(labels_value(LABELS_EN, field(visit, "state")->enumeration, 99),
			    "information from a newer version of the program");
}

static void every_kind_of_the_agenda_has_its_words(void **state)
{
	size_t missing = 0;
	(void)state;
	for (int kind = AGENDA_NOTHING + 1; kind < AGENDA_KINDS; kind++)
		missing += !has("agenda", agenda_kind_name((enum agenda_kind)kind), NULL);
	for (int section = AGENDA_URGENTLY; section < AGENDA_SECTIONS; section++)
		missing += !has("agenda_section", agenda_section_name((enum agenda_section)section), NULL);
	assert_int_equal(missing, 0);
}

static void the_table_of_roles_has_its_words(void **state)
{
	size_t missing = 0;
	(void)state;
	for (int role = 0; role < ACCESS_ROLES; role++)
		missing += !has("access_role", access_role_name((enum access_role)role), NULL);
	for (int class = 0; class < ACCESS_CLASSES; class++)
		missing += !has("access_class", access_class_name((enum access_class)class), NULL);
	for (int right = ACCESS_NOTHING; right <= ACCESS_WHOLE; right++)
		missing += !has("access_right", access_right_name((enum access_right)right), NULL);
	for (unsigned bit = 0; bit < ACCESS_CONDITIONS; bit++)
		missing += !has("access_condition", access_condition_name(bit), NULL);
	assert_int_equal(missing, 0);
}

static void grades_and_reasons_of_a_match_have_their_words(void **state)
{
	size_t missing = 0;
	(void)state;
	for (int grade = DUPLICATE_POSSIBLE; grade <= DUPLICATE_SAME; grade++)
		missing += !has("match_grade", duplicate_grade_name((enum duplicate_grade)grade), NULL);
	for (size_t i = 0; i < DUPLICATE_REASONS; i++)
		missing += !has("match_reason", duplicate_reason_name(i), NULL);
	assert_int_equal(missing, 0);
}

static void languages_are_read_by_their_codes(void **state)
{
	enum labels_language language = LABELS_EN;
	(void)state;
	assert_true(labels_read_code(span_text("sv"), &language) && language == LABELS_SV);
	assert_true(labels_read_code(span_text("FI"), &language) && language == LABELS_FI);
	assert_false(labels_read_code(span_text("se"), &language));
	assert_false(labels_read_code(span_text("fin"), &language));
	assert_false(labels_read_code(span_text(""), &language));
	assert_int_equal(language, LABELS_FI);
	assert_string_equal(labels_code(LABELS_EN), "en");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_field_and_value_has_its_words),
		cmocka_unit_test(no_word_is_for_something_that_is_not_there),
		cmocka_unit_test(no_cell_is_empty),
		cmocka_unit_test(keys_rise),
		cmocka_unit_test(a_message_s_own_word_goes_before_the_shared_one),
		cmocka_unit_test(what_a_newer_version_has_is_told_as_such),
		cmocka_unit_test(every_kind_of_the_agenda_has_its_words),
		cmocka_unit_test(the_table_of_roles_has_its_words),
		cmocka_unit_test(grades_and_reasons_of_a_match_have_their_words),
		cmocka_unit_test(languages_are_read_by_their_codes),
	};
	return cmocka_run_group_tests(tests, gather_all, NULL);
}
