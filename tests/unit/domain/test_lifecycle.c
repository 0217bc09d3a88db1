/* The tables of the life cycles: every pair of states of every type, tried. The
 * tables are written down here a second time, as the domain draws them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "domain/fields.h"
#include "domain/lifecycle.h"
#include "domain/schema.h"
#include "records_table.h"

/* "A>B" a step, "A~B" one that is drawn but never written; the first state first. */
struct drawing {
	const char *type, *field, *first, *steps;
};

static const char content[] = "DRAFT>SIGNED SIGNED>SUPERSEDED SIGNED>CORRECTED SIGNED>VOIDED SUPERSEDED>CORRECTED "
			      "SUPERSEDED>VOIDED CORRECTED>SUPERSEDED CORRECTED>VOIDED";

static const struct drawing drawings[] = {
	{ "referral", "state", "RECEIVED",
	  "RECEIVED>TRIAGED TRIAGED>CASE_OPENED TRIAGED>LINKED TRIAGED>RETURNED_WRONG_RECIPIENT TRIAGED>CLOSED_NO_ACTION" },
	{ "case", "state", "OPEN",
	  "OPEN>ASSESSING ASSESSING>PLANNED PLANNED>IN_SERVICE IN_SERVICE>CLOSING CLOSING>CLOSED OPEN>CLOSING "
	  "ASSESSING>CLOSING OPEN>TRANSFERRED ASSESSING>TRANSFERRED PLANNED>TRANSFERRED IN_SERVICE>TRANSFERRED "
	  "CLOSING>TRANSFERRED" },
	{ "visit", "state", "PLANNED",
	  "PLANNED>STARTED STARTED>DONE PLANNED>CANCELLED PLANNED>NO_SHOW STARTED>ABORTED_SAFETY" },
	{ "encounter_note", "state", "SIGNED", content },
	{ "life_situation_mapping", "state", "SIGNED", content },
	{ "concern_assessment", "state", "SIGNED", content },
	{ "benefit_assessment", "state", "SIGNED", content },
	{ "service_need_assessment", "state", "SIGNED", content },
	{ "plan", "state", "AGREED", "DRAFT>AGREED DRAFT>DECLINED_BY_CLIENT AGREED>ACTIVE AGREED>ENDED ACTIVE>REVISED ACTIVE>ENDED "
	  "AGREED~CONFLICT ACTIVE~CONFLICT CONFLICT>ENDED" },
	{ "assistance_application", "state", "PREPARED",
	  "PREPARED>DELIVERED DELIVERED>NORMAL_QUEUE DELIVERED>URGENT_QUEUE URGENT_QUEUE>DECIDED "
	  "URGENT_QUEUE>NORMAL_QUEUE NORMAL_QUEUE>WAITING_INFO URGENT_QUEUE>WAITING_INFO WAITING_INFO>NORMAL_QUEUE "
	  "WAITING_INFO>URGENT_QUEUE NORMAL_QUEUE>DECIDED DECIDED>TOLD_TO_CLIENT TOLD_TO_CLIENT>COLLECTED "
	  "TOLD_TO_CLIENT>CLOSED COLLECTED>CLOSED PREPARED>WITHDRAWN DELIVERED>WITHDRAWN NORMAL_QUEUE>WITHDRAWN "
	  "URGENT_QUEUE>WITHDRAWN WAITING_INFO>WITHDRAWN" },
	{ "local_application", "state", "RECEIVED",
	  "RECEIVED>HANDLING HANDLING>WAITING_INFO WAITING_INFO>HANDLING HANDLING>DECIDED DECIDED>NOTIFIED NOTIFIED>FINAL "
	  "NOTIFIED>OBJECTION OBJECTION>FINAL RECEIVED>TRANSFERRED_OUT" },
	{ "consent", "state", "ACTIVE", "DRAFT>ACTIVE ACTIVE>NARROWED ACTIVE>WITHDRAWN ACTIVE>EXPIRED" },
	{ "disclosure", "state", "PREPARED",
	  "PREPARED>CHECKED CHECKED>QUEUED QUEUED>SENT SENT>RECEIPTED CHECKED>BLOCKED QUEUED>BLOCKED "
	  "SENT>RECIPIENT_INFORMED_OF_WITHDRAWAL RECEIPTED>RECIPIENT_INFORMED_OF_WITHDRAWAL" },
	{ "joint_session", "state", "SCHEDULED",
	  "SCHEDULED>IDENTITIES_CHECKED IDENTITIES_CHECKED>RUNNING RUNNING>ENDED ENDED>CONFIRMED CONFIRMED>SIGNED "
	  "SCHEDULED>FAILED RUNNING>FAILED SCHEDULED>CANCELLED RUNNING>CANCELLED FAILED>RUNNING "
	  "IDENTITIES_CHECKED>FAILED IDENTITIES_CHECKED>CANCELLED FAILED>ENDED FAILED>CANCELLED" },
	{ "agreed_action", "state", "OPEN",
	  "OPEN>DONE OPEN~OVERDUE OVERDUE>DONE OPEN>CARRIED_OVER OPEN>CANCELLED OVERDUE>CARRIED_OVER OVERDUE>CANCELLED "
	  "DONE>OPEN" },
	{ "handover", "state", "PROPOSED", "PROPOSED>ACCEPTED ACCEPTED>EFFECTIVE PROPOSED>REJECTED" },
	{ "device", "state", "REQUESTED",
	  "REQUESTED>ENROLLED ENROLLED>ACTIVE ACTIVE>SUSPENDED SUSPENDED>ACTIVE ACTIVE>REVOKED_LOST ACTIVE>RETIRED "
	  "SUSPENDED>REVOKED_LOST SUSPENDED>RETIRED" },
	{ "device", "wipe_state", "NONE", "NONE>PENDING PENDING>CONFIRMED PENDING>UNCONFIRMED" },
};
enum { DRAWINGS = sizeof drawings / sizeof drawings[0] };

static const struct lifecycle_table *table_of(const struct drawing *drawing)
{
	const struct schema_record *record = schema_by_name(span_text(drawing->type));
	const struct schema_field *field = schema_field_by_name(record->message, span_text(drawing->field));
	const struct lifecycle_table *table = lifecycle_of_field(record->type, field->number);
	assert_non_null(table);
	return table;
}

static const struct schema_enum *states_of(const struct lifecycle_table *table)
{
	return schema_field_by_number(schema_by_type(table->record_type)->message, table->field)->enumeration;
}

static uint32_t state_of(const struct lifecycle_table *table, const char *name)
{
	const struct schema_enum *states = states_of(table);
	for (size_t i = 0; i < states->count; i++)
		if (strcmp(states->values[i].name, name) == 0)
			return (uint32_t)states->values[i].number;
	fail_msg("no state %s", name);
	return 0;
}

/* '>' or '~' as the drawing has it between two states; 0: no step. */
static char drawn(const struct drawing *drawing, const char *from, const char *to)
{
	char step[128];
	for (const char *mark = ">~"; *mark != 0; mark++) {
		int len = snprintf(step, sizeof step, "%s%c%s", from, *mark, to);
		for (const char *at = drawing->steps; (at = strstr(at, step)) != NULL; at++)
			if ((at == drawing->steps || at[-1] == ' ') && (at[len] == ' ' || at[len] == 0))
				return *mark;
	}
	return 0;
}

static void every_pair_of_states_is_allowed_or_refused_as_drawn(void **state)
{
	unsigned allowed = 0, refused = 0;
	(void)state;
	for (size_t d = 0; d < DRAWINGS; d++) {
		const struct lifecycle_table *table = table_of(&drawings[d]);
		const struct schema_enum *states = states_of(table);
		assert_int_equal(table->first, state_of(table, drawings[d].first));
		for (size_t i = 0; i < states->count; i++)
			for (size_t j = 0; j < states->count; j++) {
				char steps[LIFECYCLE_STEPS_BYTES];
				char as = drawn(&drawings[d], states->values[i].name, states->values[j].name);
				struct fault f = lifecycle_check_in(table, (uint32_t)states->values[i].number,
								    (uint32_t)states->values[j].number, steps);
				if (fault_is(f) != (i != j && as != '>'))
					fail_msg("%s %s -> %s: %s", drawings[d].type, states->values[i].name,
						 states->values[j].name, fault_is(f) ? f.what : "allowed");
				allowed += i != j && !fault_is(f);
				refused += fault_is(f);
				/* A refusal says where it is. */
				assert_true(!fault_is(f) || strstr(steps, states->values[i].name) != NULL);
			}
	}
	print_message("%u steps allowed, %u refused, %u tables\n", allowed, refused, (unsigned)DRAWINGS);
}

static void each_table_is_drawn_here(void **state)
{
	size_t count;
	(void)state;
	(void)lifecycle_all(&count);
	assert_int_equal(count, DRAWINGS);
}

static void a_refusal_names_the_steps_that_are_possible(void **state)
{
	char steps[LIFECYCLE_STEPS_BYTES];
	(void)state;
	struct fault f = lifecycle_check(RECORDS_TYPE_REFERRAL, RECORDS_REFERRAL_STATE_TRIAGED,
					 RECORDS_REFERRAL_STATE_RECEIVED, steps);
	assert_int_equal(f.kind, FAULT_CALLER);
	assert_string_equal(steps, "it is TRIAGED; from there it can step to CASE_OPENED, LINKED, RETURNED_WRONG_RECIPIENT, "
				   "CLOSED_NO_ACTION");
	f = lifecycle_check(RECORDS_TYPE_CASE, RECORDS_CASE_STATE_CLOSED, RECORDS_CASE_STATE_OPEN, steps);
	assert_int_equal(f.kind, FAULT_CALLER);
	assert_string_equal(steps, "it is CLOSED, which is final");
	assert_non_null(strstr(f.what, "follows_case"));
	f = lifecycle_check(RECORDS_TYPE_AGREED_ACTION, RECORDS_ACTION_STATE_OPEN, RECORDS_ACTION_STATE_OVERDUE, steps);
	assert_non_null(strstr(f.what, "comes by itself"));
	assert_null(strstr(steps, "OVERDUE"));
	/* The longest list of steps fits. */
	f = lifecycle_check(RECORDS_TYPE_ASSISTANCE_APPLICATION, RECORDS_APPLICATION_STATE_URGENT_QUEUE,
			    RECORDS_APPLICATION_STATE_CLOSED, steps);
	assert_non_null(strstr(steps, "WITHDRAWN"));
}

static void what_needs_something_says_what(void **state)
{
	size_t count;
	const struct lifecycle_table *all = lifecycle_all(&count);
	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < all[i].step_count; j++) {
			enum lifecycle_need need = all[i].steps[j].need;
			const char *field = lifecycle_need_field(need);
			assert_true((need == LIFECYCLE_NOTHING) == (*lifecycle_need_text(need) == 0));
			/* The field named is one of the record's. */
			if (need != LIFECYCLE_NOTHING &&
			    schema_field_by_name(schema_by_type(all[i].record_type)->message, span_text(field)) == NULL)
				fail_msg("%s has no field %s", schema_by_type(all[i].record_type)->name, field);
		}
}

static void an_absent_state_is_the_first(void **state)
{
	uint8_t block[16];
	struct wire_out out;
	(void)state;
	const struct lifecycle_table *plan = lifecycle_of(RECORDS_TYPE_PLAN);
	assert_int_equal(lifecycle_state(lifecycle_of(RECORDS_TYPE_CASE), span_text("")), RECORDS_CASE_STATE_OPEN);
	assert_int_equal(lifecycle_state(lifecycle_of(RECORDS_TYPE_ENCOUNTER_NOTE), span_text("")), RECORDS_CONTENT_STATE_SIGNED);
	assert_int_equal(lifecycle_state(plan, span_text("")), RECORDS_PLAN_STATE_AGREED);
	wire_out_init(&out, block, sizeof block);
	wire_put_varint(&out, RECORDS_PLAN_CLIENT_AGREEMENT, RECORDS_CLIENT_AGREEMENT_DECLINED);
	assert_int_equal(lifecycle_state(plan, wire_out_span(&out)), RECORDS_PLAN_STATE_DECLINED_BY_CLIENT);
	wire_put_varint(&out, RECORDS_PLAN_STATE, RECORDS_PLAN_STATE_ENDED);
	assert_int_equal(lifecycle_state(plan, wire_out_span(&out)), RECORDS_PLAN_STATE_ENDED);
	assert_null(lifecycle_of(RECORDS_TYPE_CLIENT));
	assert_true(lifecycle_is_final(plan, RECORDS_PLAN_STATE_ENDED));
	assert_false(lifecycle_is_final(plan, RECORDS_PLAN_STATE_ACTIVE));
}

/* ---- what several wrote apart -------------------------------------------------------- */

static void assert_held(const char *type, const char *one, const char *other, const char *holds, bool decided)
{
	const struct lifecycle_table *table = lifecycle_of(schema_by_name(span_text(type))->type);
	for (int turn = 0; turn < 2; turn++) {
		uint32_t states[2] = { *one == 0 ? 0 : state_of(table, one), *other == 0 ? 0 : state_of(table, other) };
		if (turn == 1) {
			uint32_t first = states[0];
			states[0] = states[1];
			states[1] = first;
		}
		struct lifecycle_held held = lifecycle_derive(table, states, 2);
		const char *name = lifecycle_name(table, held.state);
		const char *expected = *holds != 0 ? holds : turn == 0 ? one : other;
		if (strcmp(name, expected) != 0 || held.decided != decided)
			fail_msg("%s: %s and %s: %s", type, one, other, name);
		assert_true(*held.why != 0);
	}
}

static void of_states_written_apart_the_same_holds_whatever_came_first(void **state)
{
	(void)state;
	assert_held("case", "CLOSED", "TRANSFERRED", "CLOSED", true);
	assert_held("case", "CLOSED", "ASSESSING", "CLOSED", true);
	assert_held("case", "ASSESSING", "PLANNED", "PLANNED", true);
	assert_held("consent", "WITHDRAWN", "NARROWED", "WITHDRAWN", true);
	assert_held("consent", "WITHDRAWN", "EXPIRED", "WITHDRAWN", true);
	assert_held("consent", "WITHDRAWN", "", "WITHDRAWN", true); /* cleared: the first state */
	assert_held("disclosure", "SENT", "BLOCKED", "SENT", true);
	assert_held("disclosure", "QUEUED", "BLOCKED", "BLOCKED", true);
	assert_held("visit", "DONE", "ABORTED_SAFETY", "DONE", true);
	assert_held("visit", "CANCELLED", "STARTED", "CANCELLED", true);
	assert_held("encounter_note", "CORRECTED", "VOIDED", "VOIDED", true);
	assert_held("assistance_application", "DECIDED", "WITHDRAWN", "DECIDED", true);
	assert_held("assistance_application", "WAITING_INFO", "WITHDRAWN", "WITHDRAWN", true);
	assert_held("joint_session", "RUNNING", "IDENTITIES_CHECKED", "RUNNING", true);
}

static void where_neither_leads_to_the_other_a_person_decides(void **state)
{
	(void)state;
	assert_held("assistance_application", "NORMAL_QUEUE", "URGENT_QUEUE", "", false);
	uint32_t three[] = { RECORDS_APPLICATION_STATE_NORMAL_QUEUE, RECORDS_APPLICATION_STATE_URGENT_QUEUE,
			     RECORDS_APPLICATION_STATE_DECIDED };
	struct lifecycle_held held = lifecycle_derive(lifecycle_of(RECORDS_TYPE_ASSISTANCE_APPLICATION), three, 3);
	assert_int_equal(held.state, RECORDS_APPLICATION_STATE_DECIDED);
	uint32_t newer[] = { RECORDS_CASE_STATE_OPEN, 31 }, far[] = { 1000000, RECORDS_CASE_STATE_OPEN };
	assert_false(lifecycle_derive(lifecycle_of(RECORDS_TYPE_CASE), newer, 2).decided);
	assert_int_equal(lifecycle_derive(lifecycle_of(RECORDS_TYPE_CASE), far, 2).state, 1000000);
	assert_int_equal(lifecycle_derive(lifecycle_of(RECORDS_TYPE_CASE), newer, 0).state, RECORDS_CASE_STATE_OPEN);
}

/* C2, C3 over all: any two final states have a winner, and it is one of the two. */
static void of_two_final_states_one_always_holds(void **state)
{
	size_t count;
	unsigned pairs = 0;
	const struct lifecycle_table *all = lifecycle_all(&count);
	(void)state;
	for (size_t t = 0; t < count; t++)
		for (uint32_t a = 1; a <= states_of(&all[t])->count; a++)
			for (uint32_t b = 1; b <= states_of(&all[t])->count; b++) {
				uint32_t one[] = { a, b }, other[] = { b, a };
				struct lifecycle_held held = lifecycle_derive(&all[t], one, 2);
				assert_true(held.state == a || held.state == b);
				if (held.decided)
					assert_int_equal(lifecycle_derive(&all[t], other, 2).state, held.state);
				if (!lifecycle_is_final(&all[t], a) || !lifecycle_is_final(&all[t], b))
					continue;
				assert_true(held.decided);
				pairs++;
			}
	assert_true(pairs > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_of_states_is_allowed_or_refused_as_drawn),
		cmocka_unit_test(each_table_is_drawn_here),
		cmocka_unit_test(a_refusal_names_the_steps_that_are_possible),
		cmocka_unit_test(what_needs_something_says_what),
		cmocka_unit_test(an_absent_state_is_the_first),
		cmocka_unit_test(of_states_written_apart_the_same_holds_whatever_came_first),
		cmocka_unit_test(where_neither_leads_to_the_other_a_person_decides),
		cmocka_unit_test(of_two_final_states_one_always_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
