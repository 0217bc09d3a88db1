/* access: every cell of the role table under every set of circumstances, against the
 * table as the specification draws it, written here once more by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/wire.h"
#include "domain/access.h"
#include "domain/schema.h"
#include "records_table.h"

/* R read, C write; of each the conditions after a colon, joined by +. D what was
 * disclosed, M metadata, A aggregates, G the glass may be broken, - nothing. */
static const char *const drawn[ACCESS_CLASSES][ACCESS_ROLES] = {
	[ACCESS_BASIC] = { "R:case_or_area C:case_or_area G", "R C", "R:own_case C:own_case G", "D", "M G", "-", "-" },
	[ACCESS_PROTECTED] = { "R:visiting+reason G", "R:reason C", "R:visiting+reason G", "-", "-", "-", "-" },
	[ACCESS_CONTENT] = { "R:own_case C:own_case G", "R C", "R:own_case C:own_case G", "-", "G", "-", "-" },
	[ACCESS_SENSITIVE] = { "R:own_case C:own_case G", "R C", "G", "-", "G", "-", "-" },
	[ACCESS_ASSESSMENT] = { "R:author C:own_case+draft G", "R C", "R:author C:own_case+draft G", "D", "M G", "-", "-" },
	[ACCESS_SPECIAL] = { "R:own_case+licensed C:own_case+licensed G", "R C:licensed_near", "R:own_case G", "-", "M G", "-",
			     "-" },
	[ACCESS_PLAN] = { "R:own_case C:own_case G", "R C", "R:own_case C:own_case G", "D", "M G", "-", "-" },
	[ACCESS_APPLICATION] = { "R:own_case C:own_case G", "R C", "R:own_case C:own_case G", "D", "M G", "-", "-" },
	[ACCESS_DECISION] = { "R:own_case G", "R C:entitled", "R:own_case C:own_case+entitled G", "-", "M G", "-", "-" },
	[ACCESS_CONSENT] = { "R:own_case C:own_case G", "R C", "R:own_case C:own_case G", "D", "M G", "-", "-" },
	[ACCESS_REFERRAL] = { "R:own_case C:own_case G", "R C", "R:own_case C:own_case G", "D", "M G", "-", "-" },
	[ACCESS_CHILD_NOTICE] = { "R:author C:own_case G", "R C", "R:author C:own_case G", "-", "M", "-", "-" },
	[ACCESS_MATTER] = { "R:own_case C:own_case G", "R C", "R:own_case C:own_case G", "-", "M G", "-", "-" },
	[ACCESS_ASSIGNMENT] = { "R:own_case", "R", "R:own_case", "-", "R C", "M", "-" },
	[ACCESS_LOG] = { "R:author", "R:author", "R:author", "-", "R:reason", "M", "R:reason" },
	[ACCESS_DEVICES] = { "R:author", "R:author", "R:author", "-", "R C:loss", "R C", "-" },
	[ACCESS_STAFF] = { "R", "R", "R", "-", "R C", "R", "R" },
	[ACCESS_REFERENCE] = { "R", "R", "R", "-", "R C", "R", "R" },
	[ACCESS_ENCOUNTER] = { "R C", "R C", "R C", "-", "R C", "-", "-" },
	[ACCESS_ERASURE] = { "R:own_case", "R", "R:own_case", "-", "R C", "-", "M" },
	[ACCESS_STATISTICS] = { "A", "A", "A", "A", "A C", "-", "-" },
};

/* The conditions after "R:" or "C:"; false: the letter is not there. */
static bool conditions_of(const char *cell, char letter, uint32_t *need)
{
	for (const char *at = cell; *at != '\0'; at += strcspn(at, " "), at += *at == ' ') {
		if (*at != letter)
			continue;
		*need = 0;
		for (const char *name = at + 1; *name == ':' || *name == '+';) {
			size_t len = strcspn(++name, "+ ");
			unsigned bit = 0;
			while (bit < ACCESS_CONDITIONS && (strlen(access_condition_name(bit)) != len ||
							   strncmp(access_condition_name(bit), name, len) != 0))
				bit++;
			assert_true(bit < ACCESS_CONDITIONS);
			*need |= 1u << bit;
			name += len;
		}
		return true;
	}
	return false;
}

static enum access_right expected(const char *cell, enum access_act act, uint32_t met, bool glass)
{
	uint32_t need;
	bool has_glass = conditions_of(cell, 'G', &need);
	if (met & ACCESS_IF_OWN_CASE)
		met |= ACCESS_IF_CASE_OR_AREA;
	if (met & ACCESS_IF_LICENSED)
		met |= ACCESS_IF_LICENSED_NEAR;
	if (act != ACCESS_READ) {
		met |= act == ACCESS_DRAFT ? ACCESS_IF_DRAFT : 0u;
		return conditions_of(cell, 'C', &need) && (need & ~met) == 0 ? ACCESS_WHOLE : ACCESS_NOTHING;
	}
	bool reads = conditions_of(cell, 'R', &need);
	if ((reads && (need & ~met) == 0) || (glass && has_glass && (!reads || (need & ~met & ACCESS_IF_REASON) == 0)))
		return ACCESS_WHOLE;
	return *cell == 'M' ? ACCESS_METADATA : *cell == 'D' ? ACCESS_DISCLOSED : *cell == 'A' ? ACCESS_AGGREGATES
												: ACCESS_NOTHING;
}

static void every_cell_answers_as_it_is_drawn(void **state)
{
	unsigned long cells = 0, asked = 0, allowed = 0, silent = 0;
	(void)state;
	for (enum access_class class = 0; class < ACCESS_CLASSES; class++)
		for (enum access_role role = 0; role < ACCESS_ROLES; role++, cells++)
			for (enum access_act act = 0; act < ACCESS_ACTS; act++)
				for (uint32_t bits = 0; bits < 2u << ACCESS_CONDITIONS; bits++) {
					struct access_answer answer;
					struct access_moment moment = { .roles = 1u << role, .met = bits >> 1, .glass = bits & 1 };
					if (moment.met & ACCESS_IF_DRAFT)
						continue; /* follows from the act */
					enum access_right right = expected(drawn[class][role], act, moment.met, moment.glass);
					bool may = access_may(&moment, act, class, &answer);
					if (may != (right != ACCESS_NOTHING) || answer.right != right)
						fail_msg("%s, %s, act %d, met %x: %s", access_class_name(class),
							 access_role_name(role), act, moment.met, access_right_name(answer.right));
					silent += !may && answer.why[0] == '\0';
					asked++;
					allowed += may;
				}
	assert_int_equal(silent, 0); /* A3 */
	printf("%lu cells: %lu times asked, %lu allowed, %lu refused with a reason\n", cells, asked, allowed, asked - allowed);
}

static void roles_add_up(void **state)
{
	struct access_answer answer;
	struct access_moment moment = { .roles = 1u << ACCESS_INSTRUCTOR, .met = ACCESS_IF_OWN_CASE };
	(void)state;
	assert_false(access_may(&moment, ACCESS_READ, ACCESS_SENSITIVE, &answer));
	assert_non_null(strstr(answer.why, "social instructor"));
	assert_non_null(strstr(answer.how, "break-glass"));
	moment.roles |= 1u << ACCESS_OWN_WORKER;
	assert_true(access_may(&moment, ACCESS_READ, ACCESS_SENSITIVE, &answer));
	assert_int_equal(answer.as, ACCESS_OWN_WORKER);
	moment = (struct access_moment){ .roles = 1u << ACCESS_MUNICIPAL | 1u << ACCESS_TECHNICAL };
	assert_true(access_may(&moment, ACCESS_CREATE, ACCESS_DEVICES, &answer));
	assert_int_equal(answer.as, ACCESS_TECHNICAL);
}

static void nobody_without_a_role_sees_anything(void **state)
{
	struct access_answer answer;
	struct access_moment moment = { .met = ~(uint32_t)0, .glass = true };
	(void)state;
	for (enum access_class class = 0; class < ACCESS_CLASSES; class++)
		for (enum access_act act = 0; act < ACCESS_ACTS; act++) {
			assert_false(access_may(&moment, act, class, &answer));
			assert_non_null(strstr(answer.why, "no role"));
		}
}

static void the_glass_opens_reading_alone(void **state)
{
	struct access_answer answer;
	struct access_moment moment = { .roles = 1u << ACCESS_MUNICIPAL, .glass = true };
	(void)state;
	assert_true(access_may(&moment, ACCESS_READ, ACCESS_CONTENT, &answer));
	assert_true(answer.by_glass);
	assert_false(access_may(&moment, ACCESS_CREATE, ACCESS_CONTENT, &answer));
	assert_false(access_may(&moment, ACCESS_READ, ACCESS_PROTECTED, &answer));
	moment.roles = 1u << ACCESS_TECHNICAL;
	assert_false(access_may(&moment, ACCESS_READ, ACCESS_CONTENT, &answer));
}

static void a_refusal_says_what_would_make_it_possible(void **state)
{
	struct access_answer answer;
	struct access_moment moment = { .roles = 1u << ACCESS_OUTREACH, .met = ACCESS_IF_OWN_CASE | ACCESS_IF_REASON };
	(void)state;
	assert_false(access_may(&moment, ACCESS_READ, ACCESS_PROTECTED, &answer));
	assert_non_null(strstr(answer.why, "visit"));
	assert_non_null(strstr(answer.how, "plan the visit"));
	assert_false(access_may(&moment, ACCESS_CREATE, ACCESS_ASSESSMENT, &answer));
	assert_non_null(strstr(answer.why, "own worker decides"));
	assert_true(access_may(&moment, ACCESS_DRAFT, ACCESS_ASSESSMENT, &answer));
	moment.roles = 1u << ACCESS_OWN_WORKER;
	moment.met = 0;
	assert_false(access_may(&moment, ACCESS_READ, ACCESS_PROTECTED, &answer));
	assert_non_null(strstr(answer.how, "--protected"));
	assert_false(access_may(&moment, ACCESS_CREATE, ACCESS_SPECIAL, &answer));
	assert_non_null(strstr(answer.why, "licensed"));
}

static void every_type_has_its_class(void **state)
{
	size_t count, content = 0;
	const struct schema_record *all = schema_all(&count);
	(void)state;
	for (size_t i = 0; i < count; i++)
		content += access_class_of_type(all[i].type) == ACCESS_CONTENT;
	/* note, mapping, concern, benefit, capability, checklist, session, transfer, correction */
	assert_int_equal(content, 9);
	assert_int_equal(access_class_of_type(9999), ACCESS_CONTENT);
}

static void a_record_says_itself_when_it_is_of_another_class(void **state)
{
	static const uint8_t sensitive[] = { RECORDS_ENCOUNTER_NOTE_SENSITIVE << 3, 1 };
	static const uint8_t special[] = { RECORDS_SERVICE_NEED_ASSESSMENT_SPECIAL_SUPPORT << 3, 1 };
	static const uint8_t guarded[] = { RECORDS_CLIENT_ADDRESS_PROTECTED << 3, 1 };
	struct span nothing = { NULL, 0 };
	(void)state;
	assert_int_equal(access_class_of(RECORDS_TYPE_ENCOUNTER_NOTE, nothing, false, false), ACCESS_CONTENT);
	assert_int_equal(access_class_of(RECORDS_TYPE_ENCOUNTER_NOTE, span_of(sensitive, 2), false, false), ACCESS_SENSITIVE);
	assert_int_equal(access_class_of(RECORDS_TYPE_ENCOUNTER_NOTE, nothing, true, false), ACCESS_SENSITIVE);
	assert_int_equal(access_class_of(RECORDS_TYPE_CASE_ASSIGNMENT, nothing, true, false), ACCESS_ASSIGNMENT);
	assert_int_equal(access_class_of(RECORDS_TYPE_SERVICE_NEED_ASSESSMENT, span_of(special, 2), false, false), ACCESS_SPECIAL);
	assert_int_equal(access_class_of(RECORDS_TYPE_SERVICE_NEED_ASSESSMENT, nothing, false, true), ACCESS_SPECIAL);
	assert_int_equal(access_class_of_field(RECORDS_TYPE_CLIENT, RECORDS_CLIENT_ADDRESS, nothing, ACCESS_BASIC), ACCESS_BASIC);
	assert_int_equal(access_class_of_field(RECORDS_TYPE_CLIENT, RECORDS_CLIENT_ADDRESS, span_of(guarded, 2), ACCESS_BASIC),
			 ACCESS_PROTECTED);
}

static void metadata_are_names_dates_and_states(void **state)
{
	(void)state;
	assert_true(access_is_metadata(RECORDS_TYPE_CLIENT, RECORDS_CLIENT_FAMILY_NAME));
	assert_true(access_is_metadata(RECORDS_TYPE_CLIENT, RECORDS_CLIENT_MUNICIPALITY));
	assert_false(access_is_metadata(RECORDS_TYPE_CLIENT, RECORDS_CLIENT_HETU));
	assert_false(access_is_metadata(RECORDS_TYPE_CLIENT, RECORDS_CLIENT_BIRTH_DATE));
	assert_true(access_is_metadata(RECORDS_TYPE_SERVICE_NEED_ASSESSMENT, RECORDS_SERVICE_NEED_ASSESSMENT_OUTCOME));
	assert_true(access_is_metadata(RECORDS_TYPE_ASSISTANCE_APPLICATION, RECORDS_ASSISTANCE_APPLICATION_STATE));
	assert_false(access_is_metadata(RECORDS_TYPE_ENCOUNTER_NOTE, RECORDS_ENCOUNTER_NOTE_TEXT));
	assert_false(access_is_metadata(RECORDS_TYPE_CHILD_NOTICE, RECORDS_CHILD_NOTICE_MADE_AT));
}

static void roles_come_from_grants_or_the_profession(void **state)
{
	(void)state;
	for (enum access_role role = 0; role < ACCESS_ROLES; role++)
		if (access_grant_of_role(role) != 0)
			assert_int_equal(access_role_of_grant(access_grant_of_role(role)), role);
	assert_int_equal(access_role_of_grant(0), ACCESS_ROLES);
	assert_int_equal(access_role_of_grant(99), ACCESS_ROLES);
	assert_int_equal(access_role_of_profession(RECORDS_PROFESSION_LICENSED_SOCIAL_WORKER), ACCESS_OUTREACH);
	assert_int_equal(access_role_of_profession(RECORDS_PROFESSION_SOCIAL_INSTRUCTOR), ACCESS_INSTRUCTOR);
	assert_true(access_is_entitled(span_text("johtava sosiaalityöntekijä"), RECORDS_PROFESSION_LICENSED_SOCIAL_WORKER));
	assert_false(access_is_entitled(span_text("Johtava Sosiaalityöntekijä"), RECORDS_PROFESSION_SOCIAL_INSTRUCTOR));
	assert_true(access_is_entitled(span_text("sosiaaliohjaaja"), RECORDS_PROFESSION_SOCIAL_INSTRUCTOR));
	assert_false(access_is_entitled(span_text("sosiaaliohjaaja"), RECORDS_PROFESSION_OTHER));
	assert_true(access_is_entitled(span_text("esihenkilö"), RECORDS_PROFESSION_OTHER));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_answers_as_it_is_drawn),
		cmocka_unit_test(roles_add_up),
		cmocka_unit_test(nobody_without_a_role_sees_anything),
		cmocka_unit_test(the_glass_opens_reading_alone),
		cmocka_unit_test(a_refusal_says_what_would_make_it_possible),
		cmocka_unit_test(every_type_has_its_class),
		cmocka_unit_test(a_record_says_itself_when_it_is_of_another_class),
		cmocka_unit_test(metadata_are_names_dates_and_states),
		cmocka_unit_test(roles_come_from_grants_or_the_profession),
	};
	return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
