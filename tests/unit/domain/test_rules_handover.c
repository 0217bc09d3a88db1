/* The rules of handing cases over, and who chooses between two plans. */
#include "rules_world.h"

#include "domain/handover.h"

#define HANDOVER "'from':'@3','to':'@4','reason':'x'"
/* A case is named by its 16 bytes, as records are: MATTER is case 2. */
#define OF_MATTER ",'cases':['@2']"
#define TOLD ",'client_told_at':'2026-11-03T09:00'"

static void own_worker(unsigned id, unsigned staff, const char *more)
{
	char json[200];
	snprintf(json, sizeof json, "{'staff':'@%u','role':'OWN_WORKER','from':'2026-10-01T09:00'%s}", staff, more);
	there(id, MATTER, "case_assignment", json);
}

static void a_proposal_waits_for_drafts(void **state)
{
	(void)state;
	allowed_at(0, MATTER, "handover", "{" HANDOVER OF_MATTER "}");
	assert_true(is_told("client_told_at", "telephone"));
	there_as_draft(20, MATTER, "encounter_note");
	refused_at(0, MATTER, "handover", "{" HANDOVER OF_MATTER "}", "cases", "drafts");
	there_no_more(20);
	refused_at(0, MATTER, "handover", "{'from':'@3','to':'@3','reason':'x'" OF_MATTER "}", "to", "hands over");
	refused_at(0, OLD_MATTER, "handover", "{" HANDOVER OF_MATTER "}", "cases", "stands in");
}

static void a_case_is_in_one_handover_at_a_time(void **state)
{
	(void)state;
	there(21, MATTER, "handover", "{" HANDOVER OF_MATTER "}");
	refused_at(0, MATTER, "handover", "{" HANDOVER OF_MATTER "}", "cases", "already");
	there_no_more(21);
	there(21, MATTER, "handover", "{" HANDOVER OF_MATTER ",'state':'REJECTED'}");
	allowed_at(0, MATTER, "handover", "{" HANDOVER OF_MATTER "}");
}

static void the_own_worker_hands_over(void **state)
{
	(void)state;
	own_worker(20, INSTRUCTOR, "");
	refused_at(0, MATTER, "handover", "{" HANDOVER OF_MATTER "}", "from", "own worker");
	own_worker(21, LICENSED, "");
	allowed_at(0, MATTER, "handover", "{" HANDOVER OF_MATTER "}");
	there_no_more(21);
	own_worker(21, LICENSED, ",'to':'2026-10-02T09:00'");
	refused_at(0, MATTER, "handover", "{" HANDOVER OF_MATTER "}", "from", "own worker");
	there_no_more(20);
	allowed_at(0, MATTER, "handover", "{" HANDOVER OF_MATTER "}"); /* nobody is named */
	world.rules.staff = id_of(INSTRUCTOR);
	refused_at(0, MATTER, "handover", "{" HANDOVER OF_MATTER "}", "from", "proposes");
}

static void each_says_what_is_theirs_to_say(void **state)
{
	(void)state;
	there(21, MATTER, "handover", "{" HANDOVER OF_MATTER "}");
	refused_at(21, MATTER, "handover", "{'state':'ACCEPTED','accepted_at':'2026-11-03T10:00'}", "accepted_at", "who receives");
	allowed_at(21, MATTER, "handover", "{'client_told_at':'2026-11-03T10:00'}");
	allowed_at(21, MATTER, "handover", "{'state':'REJECTED','rejected_reason':'x'}");
	refused_at(21, MATTER, "handover", "{'to':'@77'}", "to", "stands as it was made");
	refused_at(21, MATTER, "handover", "{'cases':['@2','@3']}", "cases", "stands as it was made");
	there_as_draft(20, MATTER, "encounter_note");
	refused_at(21, MATTER, "handover", "{'client_told_at':'2026-11-03T10:00'}", "cases", "drafts");
	world.rules.staff = id_of(INSTRUCTOR);
	refused_at(21, MATTER, "handover", "{'state':'ACCEPTED'}", "accepted_at", "accepted");
	allowed_at(21, MATTER, "handover", "{'state':'ACCEPTED','accepted_at':'2026-11-03T10:00'}");
	allowed_at(21, MATTER, "handover", "{'state':'REJECTED'}");
	refused_at(21, MATTER, "handover", "{'client_told_at':'2026-11-03T10:00'}", "client_told_at", "hands the case over");
	world.rules.staff = id_of(77);
	refused_at(21, MATTER, "handover", "{'state':'REJECTED'}", "state", "rejects");
}

static void only_central_puts_it_in_effect(void **state)
{
	(void)state;
	there(22, MATTER, "handover", "{" HANDOVER OF_MATTER TOLD ",'state':'ACCEPTED','accepted_at':'2026-11-03T10:00'}");
	refused_at(22, MATTER, "handover", "{'state':'EFFECTIVE'}", "state", "central node");
	refused_at(22, MATTER, "handover", "{'effective_at':'2026-11-03T11:00'}", "effective_at", "central node");
	refused_at(22, MATTER, "handover", "{'state':'REJECTED'}", "state", "ACCEPTED");
	world.rules.staff = (struct record_id){ { 0 } };
	world.rules.is_central = true;
	refused_at(22, MATTER, "handover", "{'state':'EFFECTIVE','effective_at':'2026-11-03T09:30'}", "effective_at", "before it is accepted");
	allowed_at(22, MATTER, "handover", "{'state':'EFFECTIVE','effective_at':'2026-11-03T11:00'}");
	there(23, MATTER, "handover", "{" HANDOVER OF_MATTER ",'state':'ACCEPTED','accepted_at':'2026-11-03T10:00'}");
	refused_at(23, MATTER, "handover", "{'state':'EFFECTIVE','effective_at':'2026-11-03T11:00'}", "client_told_at", "told");
}

static void special_support_is_handed_to_a_licensed_worker(void **state)
{
	(void)state;
	there_no_more(CASE);
	there(20, MATTER, "case", "{'client':'@1','title':'x','opened_on':'2026-01-01','opened_by_pathway':'SELF',"
	      "'special_support':true,'special_support_reason':'x'}");
	refused_at(0, MATTER, "handover", "{" HANDOVER OF_MATTER "}", "to", "licensed");
	there(21, MATTER, "handover", "{" HANDOVER OF_MATTER "}");
	world.rules.staff = id_of(INSTRUCTOR); /* the need was found after the proposal */
	refused_at(21, MATTER, "handover", "{'state':'ACCEPTED','accepted_at':'2026-11-03T10:00'}", "to", "licensed");
	there_no_more(21);
	allowed_at(0, MATTER, "handover", "{'from':'@4','to':'@3','reason':'x'" OF_MATTER "}");
}

static struct fault draft_saved(unsigned place)
{
	struct rules_write write = { .record = type_of("encounter_note"), .case_id = case_of(place), .is_new = true };
	memset(&world.told, 0, sizeof world.told);
	return rules_draft(&world.rules, &write, &world.told);
}

static void no_draft_is_begun_that_would_be_lost(void **state)
{
	(void)state;
	there(21, MATTER, "handover", "{" HANDOVER OF_MATTER "}");
	assert_false(fault_is(draft_saved(MATTER)));
	there_no_more(21);
	there(21, MATTER, "handover", "{" HANDOVER OF_MATTER TOLD "}");
	assert_true(fault_is(draft_saved(MATTER)));
	assert_string_equal(world.told.field, "case_id");
	assert_false(fault_is(draft_saved(OLD_MATTER)));
	world.rules.staff = id_of(INSTRUCTOR);
	assert_false(fault_is(draft_saved(MATTER))); /* the receiver keeps the case */
}

/* ---- what central makes of it ---- */

static void take(struct handover *handover, unsigned who, const char *json)
{
	uint32_t cleared[LIMIT_FIELDS];
	size_t count;
	handover_take(handover, id_of(who), fields_of(type_of("handover"), json, cleared, &count));
}

static void it_takes_effect_once_accepted_and_told(void **state)
{
	struct handover handover = { .is_begun = false };
	(void)state;
	assert_int_equal(handover_due(&handover), HANDOVER_NOTHING);
	take(&handover, LICENSED, "{" HANDOVER OF_MATTER "}");
	assert_int_equal(handover_due(&handover), HANDOVER_LEND);
	take(&handover, INSTRUCTOR, "{'state':'ACCEPTED','accepted_at':'2026-11-03T10:00'}");
	assert_int_equal(handover_due(&handover), HANDOVER_LEND);
	take(&handover, LICENSED, "{'client_told_at':'2026-11-03T10:00'}");
	assert_int_equal(handover_due(&handover), HANDOVER_TAKE_EFFECT);
	take(&handover, 0, "{'state':'EFFECTIVE'}");
	assert_int_equal(handover_due(&handover), HANDOVER_NOTHING);
	take(&handover, INSTRUCTOR, "{'state':'REJECTED'}");
	assert_int_equal(handover_due(&handover), HANDOVER_NOTHING);
}

static void whichever_comes_first_accepted_or_told(void **state)
{
	struct handover handover = { .is_begun = false };
	(void)state;
	take(&handover, LICENSED, "{" HANDOVER OF_MATTER TOLD "}");
	assert_int_equal(handover_due(&handover), HANDOVER_LEND);
	take(&handover, INSTRUCTOR, "{'state':'ACCEPTED'}");
	assert_int_equal(handover_due(&handover), HANDOVER_TAKE_EFFECT);
}

static void who_rejects_takes_it_back(void **state)
{
	(void)state;
	for (unsigned who = LICENSED; who <= INSTRUCTOR; who++) {
		struct handover handover = { .is_begun = false };
		take(&handover, LICENSED, "{" HANDOVER OF_MATTER TOLD "}");
		take(&handover, INSTRUCTOR, "{'state':'ACCEPTED'}");
		take(&handover, who, "{'state':'REJECTED'}");
		assert_int_equal(handover_due(&handover), HANDOVER_TAKE_BACK);
	}
}

static void what_others_say_counts_for_nothing(void **state)
{
	struct handover handover = { .is_begun = false };
	(void)state;
	take(&handover, INSTRUCTOR, "{" HANDOVER OF_MATTER TOLD "}"); /* in another's name */
	take(&handover, INSTRUCTOR, "{'state':'ACCEPTED'}");
	assert_int_equal(handover_due(&handover), HANDOVER_NOTHING);
	handover = (struct handover){ .is_begun = false };
	take(&handover, LICENSED, "{" HANDOVER OF_MATTER TOLD "}");
	take(&handover, LICENSED, "{'state':'ACCEPTED'}");   /* for the receiver */
	take(&handover, 77, "{'state':'ACCEPTED'}");
	take(&handover, INSTRUCTOR, "{'state':'EFFECTIVE'}"); /* for central */
	take(&handover, 77, "{'state':'REJECTED'}");
	assert_int_equal(handover_due(&handover), HANDOVER_LEND);
	take(&handover, LICENSED, "{'to':'@77','cases':['@6']}");
	assert_true(ID_EQUAL(handover.to, id_of(INSTRUCTOR)));
	assert_int_equal(handover.case_count, 1);
}

static void a_list_that_is_too_long_is_no_proposal(void **state)
{
	struct handover handover = { .is_begun = false };
	char json[4000] = "{" HANDOVER ",'cases':['@1'";
	(void)state;
	for (unsigned i = 0; i < HANDOVER_CASES_MAX; i++)
		snprintf(json + strlen(json), 16, ",'@%u'", i + 2);
	strcat(json, "]}");
	take(&handover, LICENSED, json);
	assert_int_equal(handover_due(&handover), HANDOVER_NOTHING);
}

static void waits(const char *json, const char *whom)
{
	uint32_t cleared[LIMIT_FIELDS];
	size_t count;
	assert_string_equal(handover_waits_for(fields_of(type_of("handover"), json, cleared, &count)), whom);
}

static void it_says_whom_it_waits_for(void **state)
{
	(void)state;
	waits("{" HANDOVER OF_MATTER TOLD "}", "RECEIVER");
	waits("{'state':'ACCEPTED'}", "CLIENT_TOLD");
	waits("{'state':'ACCEPTED'" TOLD "}", "CENTRAL");
	waits("{'state':'REJECTED'}", "");
	waits("{'state':'EFFECTIVE'}", "");
}

/* ---- what stands in its way ---- */

static const struct handover_receiver licensed = { .is_staff = true, .is_licensed = true, .has_device = true };
static const struct handover_case ours = { .is_there = true, .is_own = true, .is_seen = true };

static void each_thing_in_its_way_has_a_name_a_reason_and_what_to_do(void **state)
{
	struct handover_receiver to = licensed;
	struct handover_case one = ours;
	(void)state;
	assert_int_equal(handover_blocked(&one, &to), HANDOVER_FREE);
	one.is_special = true;
	assert_int_equal(handover_blocked(&one, &to), HANDOVER_FREE);
	one.is_seen = false;
	assert_int_equal(handover_blocked(&one, &to), HANDOVER_LENT_OVER);
	to.has_device = false;
	assert_int_equal(handover_blocked(&one, &to), HANDOVER_NO_DEVICE);
	to.is_licensed = false;
	assert_int_equal(handover_blocked(&one, &to), HANDOVER_NOT_LICENSED);
	to.is_staff = false;
	assert_int_equal(handover_blocked(&one, &to), HANDOVER_NO_RECEIVER);
	one.is_own = false;
	assert_int_equal(handover_blocked(&one, &to), HANDOVER_NOT_OWN);
	one.is_closed = true;
	assert_int_equal(handover_blocked(&one, &to), HANDOVER_CASE_CLOSED);
	one.is_there = false;
	assert_int_equal(handover_blocked(&one, &to), HANDOVER_NO_CASE);
	for (enum handover_block block = HANDOVER_NO_CASE; block <= HANDOVER_LENT_OVER; block++)
		assert_true(*handover_block_name(block) != '\0' && *handover_block_why(block) != '\0' &&
			    *handover_block_advice(block) != '\0');
}

static void special_matter(void)
{
	there_no_more(CASE);
	there(20, MATTER, "case", "{'client':'@1','title':'x','opened_on':'2026-01-01','opened_by_pathway':'SELF',"
	      "'special_support':true,'special_support_reason':'x'}");
}

static enum handover_block blocked(const char *json)
{
	uint32_t cleared[LIMIT_FIELDS];
	size_t count;
	return rules_handover_blocked(&world.rules, fields_of(type_of("handover"), json, cleared, &count));
}

static void a_no_is_said_whatever_became_of_the_case(void **state)
{
	(void)state;
	there(21, MATTER, "handover", "{" HANDOVER OF_MATTER "}");
	special_matter();
	allowed_at(21, MATTER, "handover", "{'state':'REJECTED','rejected_reason':'x'}");
	there_no_more(20);
	there(20, MATTER, "case", "{'client':'@1','title':'x','opened_on':'2026-01-01','opened_by_pathway':'SELF','state':'CLOSED'}");
	refused_at(21, MATTER, "handover", "{'client_told_at':'2026-11-03T10:00'}", "cases", "closed");
	allowed_at(21, MATTER, "handover", "{'state':'REJECTED','rejected_reason':'x'}");
}

static void an_accepted_one_of_somebody_who_has_the_case_no_more_is_in_nobodys_way(void **state)
{
	(void)state;
	own_worker(22, INSTRUCTOR, "");
	there(21, MATTER, "handover", "{" HANDOVER OF_MATTER TOLD ",'state':'ACCEPTED','accepted_at':'2026-11-03T10:00'}");
	assert_int_equal(blocked("{" HANDOVER OF_MATTER ",'state':'ACCEPTED'}"), HANDOVER_NOT_OWN);
	world.rules.staff = id_of(INSTRUCTOR);
	allowed_at(0, MATTER, "handover", "{'from':'@4','to':'@3','reason':'x'" OF_MATTER "}");
	there_no_more(22);
	own_worker(22, LICENSED, "");
	assert_int_equal(blocked("{" HANDOVER OF_MATTER ",'state':'ACCEPTED'}"), HANDOVER_FREE);
	world.rules.staff = id_of(LICENSED);
	refused_at(0, MATTER, "handover", "{" HANDOVER OF_MATTER "}", "cases", "already");
	special_matter();
	assert_int_equal(blocked("{" HANDOVER OF_MATTER ",'state':'ACCEPTED'}"), HANDOVER_NOT_LICENSED);
	assert_int_equal(blocked("{" HANDOVER OF_MATTER ",'state':'EFFECTIVE'}"), HANDOVER_FREE);
}

static void what_was_lent_and_has_ended_is_not_accepted(void **state)
{
	(void)state;
	there(21, MATTER, "handover", "{" HANDOVER OF_MATTER "}");
	there(22, MATTER, "case_assignment", "{'staff':'@4','role':'CO_WORKER','from':'2026-10-01T09:00','to':'2026-10-15T09:00'}");
	world.rules.staff = id_of(INSTRUCTOR);
	refused_at(21, MATTER, "handover", "{'state':'ACCEPTED','accepted_at':'2026-11-03T10:00'}", "cases", "in time");
	allowed_at(21, MATTER, "handover", "{'state':'REJECTED','rejected_reason':'x'}");
	there(23, MATTER, "case_assignment", "{'staff':'@4','role':'CO_WORKER','from':'2026-10-01T09:00','to':'2099-10-15T09:00'}");
	allowed_at(21, MATTER, "handover", "{'state':'ACCEPTED','accepted_at':'2026-11-03T10:00'}");
}

/* ---- two plans ---- */

#define PLAN "{'kind':'CLIENT','goals':[{'text':'x','category':'WORK'}],'parties':[{'role':'x'}]," \
	     "'client_agreement':'AGREED','review_on':'2099-01-01','replaces':'@20'}"

static void of_two_revisions_the_own_worker_ends_one(void **state)
{
	(void)state;
	there(21, MATTER, "plan", PLAN);
	own_worker(30, INSTRUCTOR, "");
	allowed_at(21, MATTER, "plan", "{'state':'ENDED'}");
	there(22, MATTER, "plan", PLAN);
	refused_at(21, MATTER, "plan", "{'state':'ENDED'}", "state", "own worker chooses");
	world.rules.staff = id_of(INSTRUCTOR);
	allowed_at(21, MATTER, "plan", "{'state':'ENDED'}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_proposal_waits_for_drafts),
		WORLD_TEST(a_case_is_in_one_handover_at_a_time),
		WORLD_TEST(the_own_worker_hands_over),
		WORLD_TEST(each_says_what_is_theirs_to_say),
		WORLD_TEST(only_central_puts_it_in_effect),
		WORLD_TEST(special_support_is_handed_to_a_licensed_worker),
		WORLD_TEST(no_draft_is_begun_that_would_be_lost),
		WORLD_TEST(it_takes_effect_once_accepted_and_told),
		WORLD_TEST(whichever_comes_first_accepted_or_told),
		WORLD_TEST(who_rejects_takes_it_back),
		WORLD_TEST(what_others_say_counts_for_nothing),
		WORLD_TEST(a_list_that_is_too_long_is_no_proposal),
		WORLD_TEST(it_says_whom_it_waits_for),
		WORLD_TEST(each_thing_in_its_way_has_a_name_a_reason_and_what_to_do),
		WORLD_TEST(a_no_is_said_whatever_became_of_the_case),
		WORLD_TEST(an_accepted_one_of_somebody_who_has_the_case_no_more_is_in_nobodys_way),
		WORLD_TEST(what_was_lent_and_has_ended_is_not_accepted),
		WORLD_TEST(of_two_revisions_the_own_worker_ends_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
