/* Whether a consent holds, over all values and in any order; and what a withdrawal calls for. */
#include "rules_world.h"

#include "domain/disclosure.h"

#define FIELDS(direction, form, purpose, scope, given, until)                                                       \
	"'client':'@1','direction':'" direction "','recipient':'Kela','purpose':'" purpose "','scope':[" scope "],'form':'" form \
	"','given_at':'" given "','witness_staff':'A','understood_check':'x','valid_until':'" until "'"
#define CONSENT(given, until) "{" FIELDS("TO_KELA", "WRITTEN", "tiedoksi", "'PLAN_SUMMARY'", given, until)
#define OCTOBER CONSENT("2026-10-03T09:00", "2026-12-02")

static uint64_t ms_of(const char *text)
{
	uint64_t ms;
	assert_true(civil_read_time(span_text(text), &ms));
	return ms;
}

static enum consent_hold hold(unsigned id, const char *moment)
{
	return consent_by_id(&world.rules, id_of(id), moment == NULL ? world.rules.now_ms : ms_of(moment), NULL);
}

static enum consent_cover cover(unsigned id, const char *recipient, uint64_t scope)
{
	struct consent consent;
	assert_int_not_equal(consent_by_id(&world.rules, id_of(id), world.rules.now_ms, &consent), CONSENT_NOT_HERE);
	return consent_covers(&consent, span_text(recipient), scope);
}

static void it_holds_from_when_it_was_given_to_its_last_day(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", OCTOBER "}");
	assert_int_equal(hold(20, NULL), CONSENT_HOLDS);
	assert_int_equal(hold(20, "2026-10-03T08:00"), CONSENT_NOT_YET);
	assert_int_equal(hold(20, "2026-10-03T09:00"), CONSENT_HOLDS);
	assert_int_equal(hold(20, "2026-12-02T23:59"), CONSENT_HOLDS);
	assert_int_equal(hold(20, "2026-12-03T00:00"), CONSENT_EXPIRED);
	assert_int_equal(hold(99, NULL), CONSENT_NOT_HERE);
	assert_int_equal(hold(CLIENT, NULL), CONSENT_NOT_HERE);
}

static void a_withdrawal_counts_from_its_moment(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", OCTOBER ",'state':'WITHDRAWN','withdrawn_at':'2026-11-02T09:15'}");
	assert_int_equal(hold(20, NULL), CONSENT_WITHDRAWN);
	assert_int_equal(hold(20, "2026-11-02T09:14"), CONSENT_HOLDS);
	assert_int_equal(hold(20, "2026-11-02T09:15"), CONSENT_WITHDRAWN);
	/* The other device's clock is hours ahead: it counts at once (N5). */
	there(21, CLIENT_CASE, "consent", "{" FIELDS("TO_KELA", "WRITTEN", "muu", "'SESSION'", "2026-10-03T09:00", "2026-12-02")
	      ",'state':'WITHDRAWN','withdrawn_at':'2026-11-03T15:00'}");
	assert_int_equal(hold(21, NULL), CONSENT_WITHDRAWN);
}

/* States and times written apart, whichever is shown. */
static void of_values_written_apart_the_withdrawal_counts(void **state)
{
	static const uint32_t others[] = { 0, RECORDS_CONSENT_STATE_ACTIVE, RECORDS_CONSENT_STATE_NARROWED, RECORDS_CONSENT_STATE_EXPIRED };
	(void)state;
	there(20, CLIENT_CASE, "consent", OCTOBER "}");
	world.apart = id_of(20);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		for (size_t first = 0; first < 2; first++) {
			world.apart_states[first] = RECORDS_CONSENT_STATE_WITHDRAWN;
			world.apart_states[1 - first] = others[i];
			assert_int_equal(hold(20, NULL), CONSENT_WITHDRAWN);
		}
}

/* N1: the other record of the same thing, in either order of arrival. */
static void a_withdrawal_beats_every_earlier_grant_alike(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		assert_int_equal(world_begin(NULL), 0);
		if (order == 0)
			there(20, CLIENT_CASE, "consent", OCTOBER "}");
		there(21, CLIENT_CASE, "consent", "{" FIELDS("TO_KELA", "ORAL", " Tiedoksi ", "'PLAN_FULL'", "2026-10-05T09:00", "2026-12-02")
		      ",'state':'WITHDRAWN','withdrawn_at':'2026-11-02T09:15'}");
		if (order == 1)
			there(20, CLIENT_CASE, "consent", OCTOBER "}");
		struct consent consent;
		assert_int_equal(consent_by_id(&world.rules, id_of(20), world.rules.now_ms, &consent), CONSENT_WITHDRAWN);
		assert_true(ID_EQUAL(consent.withdrawn_with, id_of(21)));
		assert_int_equal(hold(20, "2026-11-01T09:00"), CONSENT_HOLDS);
	}
	there(22, CLIENT_CASE, "consent", CONSENT("2026-11-02T10:00", "2026-12-02") "}"); /* given afterwards: new */
	assert_int_equal(hold(22, NULL), CONSENT_HOLDS);
	there(23, CLIENT_CASE, "consent", "{" FIELDS("TO_KELA", "WRITTEN", "muu asia", "'SESSION'", "2026-10-01T09:00", "2026-12-02") "}");
	assert_int_equal(hold(23, NULL), CONSENT_HOLDS);
	there(24, CLIENT_CASE, "consent", "{" FIELDS("FROM_KELA", "WRITTEN", "tiedoksi", "'SESSION'", "2026-10-01T09:00", "2026-12-02") "}");
	assert_int_equal(hold(24, NULL), CONSENT_HOLDS);
}

static void a_narrowed_one_gives_way_to_the_newer(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", OCTOBER ",'state':'NARROWED','narrowed_by':'@21'}");
	there(21, CLIENT_CASE, "consent", "{" FIELDS("TO_KELA", "WRITTEN", "tiedoksi", "'QUADRANT_HOUSING'", "2026-11-01T09:00", "2026-12-02") "}");
	assert_int_equal(hold(20, NULL), CONSENT_NARROWED);
	assert_int_equal(hold(20, "2026-10-31T09:00"), CONSENT_HOLDS);
	assert_int_equal(hold(21, NULL), CONSENT_HOLDS);
	there_no_more(21); /* the newer one has not arrived yet */
	assert_int_equal(hold(20, "2026-10-31T09:00"), CONSENT_NARROWED);
}

/* N6: what the client excludes at one table is not given at another. */
static void what_is_excluded_later_is_excluded_from_the_earlier_one_too(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", OCTOBER "}");
	assert_int_equal(cover(20, "Kela", RECORDS_CONSENT_SCOPE_PLAN_SUMMARY), CONSENT_COVERS);
	there(21, CLIENT_CASE, "consent", "{" FIELDS("TO_KELA", "WRITTEN", "muu", "'SESSION'", "2026-11-01T09:00", "2026-12-02")
	      ",'excluded':['PLAN_SUMMARY']}"); /* for another purpose */
	there(22, CLIENT_CASE, "consent", "{" FIELDS("TO_KELA", "WRITTEN", "tiedoksi", "'SESSION'", "2026-10-01T09:00", "2026-12-02")
	      ",'excluded':['PLAN_SUMMARY']}"); /* before: given anew since */
	assert_int_equal(cover(20, "Kela", RECORDS_CONSENT_SCOPE_PLAN_SUMMARY), CONSENT_COVERS);
	there(23, CLIENT_CASE, "consent", "{" FIELDS("TO_KELA", "ORAL", "Tiedoksi", "'SESSION'", "2026-11-01T09:00", "2026-12-02")
	      ",'excluded':['PLAN_SUMMARY']}");
	struct consent consent;
	assert_int_equal(consent_by_id(&world.rules, id_of(20), world.rules.now_ms, &consent), CONSENT_HOLDS);
	assert_int_equal(cover(20, "Kela", RECORDS_CONSENT_SCOPE_PLAN_SUMMARY), CONSENT_EXCLUDED);
	assert_true(consent_allows(consent.record->fields, RECORDS_CONSENT_SCOPE_PLAN_SUMMARY));
	assert_false(consent_lets(&consent, RECORDS_CONSENT_SCOPE_PLAN_SUMMARY));
}

static void an_oral_consent_to_kela_covers_its_day(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", "{" FIELDS("FROM_KELA", "ORAL", "x", "'SESSION'", "2026-11-02T09:00", "2026-11-30") "}");
	there(21, CLIENT_CASE, "consent", "{" FIELDS("FROM_KELA", "WRITTEN", "y", "'SESSION'", "2026-11-02T09:00", "2026-11-30") "}");
	assert_int_equal(hold(20, "2026-11-02T16:00"), CONSENT_HOLDS);
	assert_int_equal(hold(20, NULL), CONSENT_OTHER_DAY);
	assert_int_equal(hold(21, NULL), CONSENT_HOLDS);
	assert_int_equal(cover(21, "Kela", RECORDS_CONSENT_SCOPE_SESSION), CONSENT_OTHER_WAY);
}

static void it_covers_what_is_listed_and_not_excluded(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", "{" FIELDS("TO_KELA", "WRITTEN", "x", "'PLAN_FULL','QUADRANT_INCOME','QUADRANT_HEALTH'",
						      "2026-10-03T09:00", "2026-12-02") ",'excluded':['QUADRANT_HEALTH']}");
	for (uint64_t scope = 1; scope <= RECORDS_CONSENT_SCOPE_CONTACT_DETAILS; scope++) {
		bool listed = scope == RECORDS_CONSENT_SCOPE_PLAN_FULL || scope == RECORDS_CONSENT_SCOPE_QUADRANT_INCOME ||
			      scope == RECORDS_CONSENT_SCOPE_PLAN_SUMMARY; /* the whole includes it */
		enum consent_cover wanted = scope == RECORDS_CONSENT_SCOPE_QUADRANT_HEALTH ? CONSENT_EXCLUDED
					    : listed					      ? CONSENT_COVERS : CONSENT_NOT_LISTED;
		assert_int_equal(cover(20, "Kela", scope), wanted);
		assert_int_equal(cover(20, "Poliisi", scope), CONSENT_OTHER_RECIPIENT);
	}
	assert_int_equal(cover(20, " kela", RECORDS_CONSENT_SCOPE_PLAN_FULL), CONSENT_COVERS);
}

/* ---- disclosures ---- */

#define ITEM "'items':[{'scope':'PLAN_SUMMARY','text':'x'}]"
#define DISCLOSURE(consent) "'client':'@1','recipient':'Kela','basis':'CONSENT','consent':'" consent "'," ITEM

static uint32_t held(unsigned id)
{
	return disclosure_held(&world.rules, world_find(NULL, id_of(id))).state;
}

static void what_waits_is_blocked_as_soon_as_its_consent_is_gone(void **state)
{
	static const struct { const char *state; uint32_t wanted; } cells[] = {
		{ "PREPARED", RECORDS_DISCLOSURE_STATE_PREPARED }, { "CHECKED", RECORDS_DISCLOSURE_STATE_BLOCKED },
		{ "QUEUED", RECORDS_DISCLOSURE_STATE_BLOCKED }, { "SENT", RECORDS_DISCLOSURE_STATE_SENT },
		{ "RECEIPTED", RECORDS_DISCLOSURE_STATE_RECEIPTED }, { "BLOCKED", RECORDS_DISCLOSURE_STATE_BLOCKED },
	};
	char json[400];
	(void)state;
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
		assert_int_equal(world_begin(NULL), 0);
		snprintf(json, sizeof json, "{" DISCLOSURE("@20") ",'state':'%s'}", cells[i].state);
		there(30, CLIENT_CASE, "disclosure", json);
		assert_int_equal(disclosure_held(&world.rules, world_find(NULL, id_of(30))).hold, CONSENT_NOT_HERE);
		assert_true(disclosure_held(&world.rules, world_find(NULL, id_of(30))).is_written); /* not blocked for good */
		there(20, CLIENT_CASE, "consent", OCTOBER ",'state':'WITHDRAWN','withdrawn_at':'2026-11-02T09:15'}");
		assert_int_equal(held(30), cells[i].wanted);
	}
}

static void one_sent_before_the_withdrawal_may_be_written_down_after_it(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", OCTOBER ",'state':'WITHDRAWN','withdrawn_at':'2026-11-02T09:15'}");
	there(30, CLIENT_CASE, "disclosure", "{" DISCLOSURE("@20") ",'state':'QUEUED'}");
	allowed_at(30, CLIENT_CASE, "disclosure", "{'state':'SENT','sent_at':'2026-11-02T09:00','means':'PRINT'}");
	refused_at(30, CLIENT_CASE, "disclosure", "{'state':'SENT','sent_at':'2026-11-02T09:30','means':'PRINT'}", "consent", "withdrawn");
	allowed_at(30, CLIENT_CASE, "disclosure", "{'state':'BLOCKED'}");
}

static void after_its_last_day_nothing_is_sent(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", CONSENT("2026-10-03T09:00", "2026-11-02") "}");
	there(30, CLIENT_CASE, "disclosure", "{" DISCLOSURE("@20") ",'state':'QUEUED'}");
	refused_at(30, CLIENT_CASE, "disclosure", "{'state':'SENT','sent_at':'2026-11-03T09:00'}", "consent", "expired");
	assert_int_equal(held(30), RECORDS_DISCLOSURE_STATE_BLOCKED);
	allowed_at(30, CLIENT_CASE, "disclosure", "{'state':'BLOCKED'}");
}

static void a_statute_is_in_force_and_has_its_reasons(void **state)
{
	(void)state;
	there(40, REFERENCE, "law_ref", "{'number':'1301/2014 35 §','name_fi':'SHL','valid_from':'2015-01-01'}");
	there(41, REFERENCE, "law_ref", "{'number':'710/1982','name_fi':'SHL','valid_from':'1984-01-01','valid_to':'2015-03-31'}");
#define STATUTE "'client':'@1','recipient':'Kela','basis':'STATUTE'," ITEM
	allowed_at(0, CLIENT_CASE, "disclosure", "{" STATUTE ",'law_ref':'@40','statute_reasons':'hätä'}");
	refused_at(0, CLIENT_CASE, "disclosure", "{" STATUTE ",'statute_reasons':'hätä'}", "law_ref", "name the statute");
	refused_at(0, CLIENT_CASE, "disclosure", "{" STATUTE ",'law_ref':'@40','statute_reasons':'  '}", "statute_reasons", "say why");
	refused_at(0, CLIENT_CASE, "disclosure", "{" STATUTE ",'law_ref':'@41','statute_reasons':'hätä'}", "law_ref", "not in force");
	refused_at(0, CLIENT_CASE, "disclosure", "{" STATUTE ",'law_ref':'@1','statute_reasons':'hätä'}", "law_ref", "no statute");
	/* Reference data is on every device: what is not here is none. */
	refused_at(0, CLIENT_CASE, "disclosure", "{" STATUTE ",'law_ref':'@99','statute_reasons':'hätä'}", "law_ref", "no such statute");
	there(42, REFERENCE, "law_ref", "{'number':'1301/2014','name_fi':'SHL','valid_from':'2015-01-01'}");
	refused_at(0, CLIENT_CASE, "disclosure", "{" STATUTE ",'law_ref':'@42','statute_reasons':'hätä'}", "statute_reasons", "section");
	allowed_at(0, CLIENT_CASE, "disclosure", "{" STATUTE ",'law_ref':'@42','statute_reasons':'35 §: hätä'}");
}

/* ---- what stands, stands ---- */

static void a_withdrawal_is_not_moved_to_later(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", OCTOBER ",'state':'WITHDRAWN','withdrawn_at':'2026-11-02T09:15'}");
	refused_at(20, CLIENT_CASE, "consent", "{'withdrawn_at':'2026-11-02T12:00'}", "withdrawn_at", "not moved to later");
	allowed_at(20, CLIENT_CASE, "consent", "{'withdrawn_at':'2026-11-02T09:10'}");
	refused_at(20, CLIENT_CASE, "consent", "{'state':'ACTIVE'}", "state", "made by signing");
	refused_at(20, CLIENT_CASE, "consent", "{'state':'EXPIRED'}", "state", "final");
}

static void what_narrows_a_consent_is_alike_and_allows_less(void **state)
{
#define NARROW(purpose, scope, given) "{" FIELDS("TO_KELA", "WRITTEN", purpose, scope, given, "2026-12-02") "}"
	static const struct { const char *newer; bool may; } cells[] = {
		{ NARROW("tiedoksi", "'PLAN_SUMMARY'", "2026-10-05T09:00"), true },
		{ NARROW("tiedoksi", "'PLAN_SUMMARY','PLAN_FULL'", "2026-10-05T09:00"), false }, /* more */
		{ NARROW("muu", "'PLAN_SUMMARY'", "2026-10-05T09:00"), false },                   /* another purpose */
		{ NARROW("tiedoksi", "'PLAN_SUMMARY'", "2026-10-01T09:00"), false },              /* older */
	};
	(void)state;
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
		assert_int_equal(world_begin(NULL), 0);
		there(20, CLIENT_CASE, "consent", OCTOBER "}");
		there(21, CLIENT_CASE, "consent", cells[i].newer);
		if (cells[i].may)
			allowed_at(20, CLIENT_CASE, "consent", "{'state':'NARROWED','narrowed_by':'@21'}");
		else
			refused_at(20, CLIENT_CASE, "consent", "{'state':'NARROWED','narrowed_by':'@21'}", "narrowed_by", "allows less");
		refused_at(20, CLIENT_CASE, "consent", "{'state':'NARROWED','narrowed_by':'@20'}", "narrowed_by", "allows less");
	}
	assert_int_equal(world_begin(NULL), 0);
	there(21, CLIENT_CASE, "consent", OCTOBER "}");
	there(20, CLIENT_CASE, "consent", OCTOBER ",'state':'NARROWED','narrowed_by':'@21'}");
	refused_at(20, CLIENT_CASE, "consent", "{'narrowed_by':'@21'}", "narrowed_by", "already");
}

static void the_direction_of_a_consent_fits_its_recipient(void **state)
{
#define TOWARDS(direction, recipient) "{'client':'@1','direction':'" direction "','recipient':'" recipient "','purpose':'x','scope':['SESSION']," \
	"'form':'WRITTEN','given_at':'2026-11-02T09:00','witness_staff':'A','understood_check':'x','valid_until':'2026-12-02'}"
	(void)state;
	allowed_at(0, CLIENT_CASE, "consent", TOWARDS("TO_KELA", " kela"));
	allowed_at(0, CLIENT_CASE, "consent", TOWARDS("TO_OTHER", "Vuokranantaja"));
	refused_at(0, CLIENT_CASE, "consent", TOWARDS("TO_KELA", "Vuokranantaja"), "recipient", "for Kela");
	refused_at(0, CLIENT_CASE, "consent", TOWARDS("FROM_KELA", "Vuokranantaja"), "recipient", "for Kela");
	refused_at(0, CLIENT_CASE, "consent", TOWARDS("TO_OTHER", "KELA"), "direction", "TO_KELA");
}

static void what_was_sent_is_said_with_the_step_alone(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", OCTOBER "}");
	there(30, CLIENT_CASE, "disclosure", "{" DISCLOSURE("@20") ",'state':'QUEUED'}");
	refused_at(30, CLIENT_CASE, "disclosure", "{'sent_at':'2026-11-02T09:00'}", "sent_at", "with the step");
	refused_at(30, CLIENT_CASE, "disclosure", "{'means':'PRINT'}", "means", "with the step");
	refused_at(30, CLIENT_CASE, "disclosure", "{'state':'SENT','sent_at':'2026-11-02T09:00'}", "means", "by what means");
	there(31, CLIENT_CASE, "disclosure", "{" DISCLOSURE("@20") ",'state':'SENT','sent_at':'2026-11-02T09:00','means':'PRINT'}");
	refused_at(31, CLIENT_CASE, "disclosure", "{'sent_at':'2026-11-02T08:00'}", "sent_at", "with the step");
	refused_at(31, CLIENT_CASE, "disclosure", "{'receipt_at':'2026-11-02T10:00'}", "receipt_at", "with the step");
	refused_at(31, CLIENT_CASE, "disclosure", "{'state':'RECEIPTED','receipt_at':'2027-11-02T10:00'}", "receipt_at", "future");
	refused_at(31, CLIENT_CASE, "disclosure", "{'client_told_at':'2027-11-02T10:00'}", "client_told_at", "future");
	allowed_at(31, CLIENT_CASE, "disclosure", "{'state':'RECEIPTED','receipt_at':'2026-11-02T10:00'}");
}

/* The grant, what waits on it or went, and the withdrawal, in every order in which a
 * device may hear of them: what holds is the same as soon as it has heard of all. */
static void what_holds_does_not_depend_on_the_order_of_arrival(void **state)
{
	static const struct { unsigned id; const char *type, *json; } all[] = {
		{ 20, "consent", OCTOBER ",'state':'WITHDRAWN','withdrawn_at':'2026-11-02T09:15'}" },
		{ 21, "consent", CONSENT("2026-11-02T09:00", "2026-12-02") "}" },  /* the colleague's record of the same */
		{ 22, "consent", CONSENT("2026-11-02T09:30", "2026-12-02") "}" },  /* given anew, afterwards */
		{ 30, "disclosure", "{" DISCLOSURE("@21") ",'state':'QUEUED'}" },
		{ 31, "disclosure", "{" DISCLOSURE("@22") ",'state':'QUEUED'}" },
	};
	enum { COUNT = sizeof all / sizeof *all, ORDERS = 120 };
	(void)state;
	for (unsigned order = 0; order < ORDERS; order++) {
		size_t left[COUNT] = { 0, 1, 2, 3, 4 };
		unsigned rest = order;
		assert_int_equal(world_begin(NULL), 0);
		for (size_t n = COUNT; n > 0; n--) {
			size_t pick = rest % n;
			rest /= (unsigned)n;
			there(all[left[pick]].id, CLIENT_CASE, all[left[pick]].type, all[left[pick]].json);
			left[pick] = left[n - 1];
		}
		assert_int_equal(hold(20, NULL), CONSENT_WITHDRAWN);
		assert_int_equal(hold(21, NULL), CONSENT_WITHDRAWN);
		assert_int_equal(hold(22, NULL), CONSENT_HOLDS);
		assert_int_equal(held(30), RECORDS_DISCLOSURE_STATE_BLOCKED);
		assert_int_equal(held(31), RECORDS_DISCLOSURE_STATE_QUEUED);
		refused_at(30, CLIENT_CASE, "disclosure", "{'state':'SENT','sent_at':'2026-11-03T09:00','means':'PRINT'}", "consent", "withdrawn");
		allowed_at(31, CLIENT_CASE, "disclosure", "{'state':'SENT','sent_at':'2026-11-03T09:00','means':'PRINT'}");
	}
}

/* ---- what a withdrawal calls for ---- */

static size_t count_of(const struct disclosure_follow *all, size_t count, enum disclosure_call call)
{
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		n += all[i].call == call;
	return n;
}

static void a_withdrawal_calls_for_blocks_tasks_and_sessions(void **state)
{
	struct disclosure_follow all[DISCLOSURE_FOLLOWS_MAX];
	const struct record_id gone = id_of(20);
	(void)state;
	there(20, CLIENT_CASE, "consent", "{" FIELDS("TO_KELA", "WRITTEN", "x", "'PLAN_SUMMARY','SESSION'", "2026-10-03T09:00", "2026-12-02") "}");
	there(30, CLIENT_CASE, "disclosure", "{" DISCLOSURE("@20") ",'state':'QUEUED'}");
	there(31, CLIENT_CASE, "disclosure", "{" DISCLOSURE("@20") ",'state':'SENT'}");
	there(32, CLIENT_CASE, "disclosure", "{" DISCLOSURE("@20") ",'state':'RECEIPTED'}");
	there(33, CLIENT_CASE, "disclosure", "{" DISCLOSURE("@20") "}");
	there(34, CLIENT_CASE, "disclosure", "{" DISCLOSURE("@20") ",'state':'RECIPIENT_INFORMED_OF_WITHDRAWAL'}");
#define SESSION "'client':'@1','kind':'ADVICE','channel':'PHONE','client_confirmed':false,'consent':'@20','participants':[{'role':'x'}]"
	there(50, CLIENT_CASE, "joint_session", "{" SESSION "}");
	there(51, CLIENT_CASE, "joint_session", "{" SESSION ",'state':'SIGNED'}");
	there(52, CLIENT_CASE, "joint_session", "{" SESSION ",'state':'RUNNING'}");
	assert_int_equal(disclosure_follows(&world.rules, case_of(CLIENT_CASE), NULL, 0, all), 0);
	size_t count = disclosure_follows(&world.rules, case_of(CLIENT_CASE), &gone, 1, all);
	assert_int_equal(count_of(all, count, DISCLOSURE_BLOCK), 1);
	assert_int_equal(count_of(all, count, DISCLOSURE_TELL), 2);
	assert_int_equal(count_of(all, count, DISCLOSURE_TOLD), 1);
	assert_int_equal(count_of(all, count, DISCLOSURE_SESSION), 2);
	/* One task for the recipient, one for each session; the same on every device. */
	struct record_id tell = { { 0 } }, session = { { 0 } };
	for (size_t i = 0; i < count; i++) {
		struct record_id task = disclosure_task(&all[i]);
		if (all[i].call == DISCLOSURE_TELL && ID_IS_NONE(tell))
			tell = task;
		else if (all[i].call == DISCLOSURE_TELL)
			assert_true(ID_EQUAL(task, tell));
		else if (all[i].call == DISCLOSURE_SESSION)
			assert_false(ID_EQUAL(task, session) || ID_EQUAL(task, tell));
		if (all[i].call == DISCLOSURE_SESSION)
			session = task;
	}
}

/* Partners are told of what the client takes back, not of a day that is past. */
static void an_expiry_blocks_and_tells_nobody(void **state)
{
	struct disclosure_follow all[DISCLOSURE_FOLLOWS_MAX];
	(void)state;
	there(20, CLIENT_CASE, "consent", CONSENT("2026-10-03T09:00", "2026-11-02") "}");
	there(30, CLIENT_CASE, "disclosure", "{" DISCLOSURE("@20") ",'state':'QUEUED'}");
	there(31, CLIENT_CASE, "disclosure", "{" DISCLOSURE("@20") ",'state':'SENT'}");
	assert_int_equal(disclosure_follows(&world.rules, case_of(CLIENT_CASE), NULL, 0, all), 1);
	assert_int_equal(all[0].call, DISCLOSURE_BLOCK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(it_holds_from_when_it_was_given_to_its_last_day),
		WORLD_TEST(a_withdrawal_counts_from_its_moment),
		WORLD_TEST(of_values_written_apart_the_withdrawal_counts),
		WORLD_TEST(a_withdrawal_beats_every_earlier_grant_alike),
		WORLD_TEST(a_narrowed_one_gives_way_to_the_newer),
		WORLD_TEST(what_is_excluded_later_is_excluded_from_the_earlier_one_too),
		WORLD_TEST(an_oral_consent_to_kela_covers_its_day),
		WORLD_TEST(it_covers_what_is_listed_and_not_excluded),
		WORLD_TEST(what_waits_is_blocked_as_soon_as_its_consent_is_gone),
		WORLD_TEST(one_sent_before_the_withdrawal_may_be_written_down_after_it),
		WORLD_TEST(after_its_last_day_nothing_is_sent),
		WORLD_TEST(a_statute_is_in_force_and_has_its_reasons),
		WORLD_TEST(a_withdrawal_is_not_moved_to_later),
		WORLD_TEST(what_narrows_a_consent_is_alike_and_allows_less),
		WORLD_TEST(the_direction_of_a_consent_fits_its_recipient),
		WORLD_TEST(what_was_sent_is_said_with_the_step_alone),
		WORLD_TEST(what_holds_does_not_depend_on_the_order_of_arrival),
		WORLD_TEST(a_withdrawal_calls_for_blocks_tasks_and_sessions),
		WORLD_TEST(an_expiry_blocks_and_tells_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
