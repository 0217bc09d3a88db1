/* What of a plan or session goes to a partner: every kind of plan with every item, and
 * that what must never go never does. */
#include "rules_world.h"

#include "domain/disclosure.h"

enum { PLAN = 30, MAPPING, ASSESSMENT, SESSION, ACTION };

/* Each text that must never go holds a word of its own. */
#define GOALS                                                                             \
	"'goals':[{'text':'TAVOITE_ASUMINEN','category':'HOUSING','client_words':'EI_SANAT'}," \
	"{'text':'TERVEYS_TAVOITE','category':'HEALTH','client_words':'EI_SANAT'}]"
#define PLAN_OF(kind)                                                                                                         \
	"{'kind':'" kind "'," GOALS ",'actions':[{'what':'TEKO','who':'EI_KUKA','due':'2026-12-24','kind':'GROUP'}],"           \
	"'parties':[{'role':'EI_ROOLI','name':'EI_NIMI','organisation':'JÄRJESTÖ'}],'client_agreement':'PARTLY',"               \
	"'client_agreement_note':'EI_PERUSTELU','valid_from':'2026-11-01','review_on':'2027-02-01'}"

static struct disclosure_sources sources;
static char text[8192];

static void begin(const char *plan, bool protected)
{
	assert_int_equal(world_begin(NULL), 0);
	there_no_more(CLIENT);
	there(CLIENT, CLIENT_CASE, "client", protected
	      ? "{'family_name':'EI','given_names':'EI','municipality':'EI_KUNTA','contact_language':'FI','phone':['040 000 0001'],'address_protected':true}"
	      : "{'family_name':'EI','given_names':'EI','municipality':'EI_KUNTA','contact_language':'FI','phone':['040 000 0001'],"
		"'email':['aino.esimerkki.invalid'],'address':[{'street':'EI_KATU'}],'address_protected':false}");
	there(MAPPING, CLIENT_CASE, "life_situation_mapping", "{'client':'@1','mode':'FACE','client_confirmed':true,'quadrants':["
	      "{'quadrant':'INCOME','state':'WATCH','text':'TULOT','strengths':'EI_VOIMA'},{'quadrant':'FAMILY','state':'SUPPORT','text':'EI_PERHE'},"
	      "{'quadrant':'HEALTH','state':'ACUTE','text':'EI_TAUTI'},{'quadrant':'HOUSING','state':'OK','text':'KOTI'}]}");
	there(ASSESSMENT, MATTER, "service_need_assessment", "{'completed_on':'2026-10-30','outcome':'SERVICES','needs':['EI_TARVE'],"
	      "'participants':[{'role':'EI_ROOLI'}],'findings':[{'quadrant':'HEALTH','text':'EI_HAVAINTO'}],'client_opinion':'EI_MIELI'}");
	sources = (struct disclosure_sources){ .language = LABELS_FI, .client = world_find(NULL, id_of(CLIENT)),
					       .mapping = world_find(NULL, id_of(MAPPING)),
					       .assessment = world_find(NULL, id_of(ASSESSMENT)) };
	if (plan != NULL) {
		there(PLAN, MATTER, "plan", plan);
		sources.plan = world_find(NULL, id_of(PLAN));
	}
}

static bool composed(uint64_t scope)
{
	struct wire_out out;
	wire_out_init(&out, text, sizeof text - 1);
	struct fault f = disclosure_compose(&sources, scope, &out);
	text[fault_is(f) ? 0 : out.used] = '\0';
	return !fault_is(f);
}

#define DAYS "Voimassa alkaen: 1.11.2026\nTarkistuspäivä: 1.2.2027\nAsiakkaan kanta: osittain samaa mieltä"
#define COPING "Suunnitelman laji: suunnitelma itsenäisen suoriutumisen edistämiseksi\n" DAYS
#define ACTIVATION "Suunnitelman laji: aktivointisuunnitelma\n" DAYS
#define CLIENT_PLAN "Suunnitelman laji: asiakassuunnitelma\n" DAYS
#define WHOLE "\nTavoite: TAVOITE_ASUMINEN\nToimenpide: TEKO, viimeistään 24.12.2026"
#define QUADRANTS(income, housing)                                                                          \
	[4] = "Toimeentulo: seurattava" income, [5] = "Perhe: tuen tarve", [6] = "Terveys ja toimintakyky: kiireellinen", \
	[7] = "Asuminen: kunnossa" housing
#define CONTACT [10] = "Puhelin: 040 000 0001\nSähköposti: aino.esimerkki.invalid"

/* By kind of plan and item; NULL: it goes with no such notice. */
static const char *const cells[4][11] = {
	[1] = { [1] = COPING "\nTavoitteiden aiheet: asuminen", [2] = COPING WHOLE,
		[3] = "Valmistunut: 30.10.2026\nLopputulos: palveluja tarvitaan", QUADRANTS("\nTULOT", "\nKOTI"), CONTACT },
	[2] = { [1] = ACTIVATION "\nTavoitteiden aiheet: asuminen\nToimenpide: ryhmätoiminta, viimeistään 24.12.2026",
		[2] = ACTIVATION WHOLE "\nOsapuolet: JÄRJESTÖ", [3] = "Valmistunut: 30.10.2026", QUADRANTS("", ""), CONTACT },
	[3] = { [1] = CLIENT_PLAN, [2] = CLIENT_PLAN WHOLE, [3] = "Valmistunut: 30.10.2026\nLopputulos: palveluja tarvitaan",
		QUADRANTS("\nTULOT", "\nKOTI"), CONTACT },
};
static const char *const plans[4] = { NULL, PLAN_OF("INDEPENDENT_COPING"), PLAN_OF("ACTIVATION"), PLAN_OF("CLIENT") };

static void each_item_of_each_kind_of_plan_holds_exactly_its_parts(void **state)
{
	size_t count = 0;
	(void)state;
	for (uint64_t kind = 1; kind <= 3; kind++) {
		begin(plans[kind], false);
		for (uint64_t scope = 0; scope <= 11; scope++, count++) {
			const char *wanted = scope <= 10 ? cells[kind][scope] : NULL;
			bool goes = composed(scope);
			if (goes != (wanted != NULL) || (goes && strcmp(text, wanted) != 0))
				fail_msg("kind %u scope %u:\n%s\n---\n%s", (unsigned)kind, (unsigned)scope, text, wanted == NULL ? "(nothing)" : wanted);
			assert_int_equal(disclosure_parts(kind, scope) != 0, wanted != NULL);
			assert_null(strstr(text, "EI_"));
		}
	}
	print_message("%u cells\n", (unsigned)count);
}

static void that_a_goal_is_about_health_goes_only_when_health_may(void **state)
{
	(void)state;
	for (uint64_t kind = 1; kind <= 3; kind++)
		for (uint64_t scope = 1; scope <= 2; scope++) {
			begin(plans[kind], false);
			assert_true(composed(scope));
			assert_null(strstr(text, "TERVEYS"));
			assert_null(strstr(text, "terveys"));
			sources.with_health = true;
			assert_true(composed(scope));
			bool named = strstr(text, "TERVEYS") != NULL || strstr(text, "terveys") != NULL;
			assert_int_equal(named, (disclosure_parts(kind, scope) & (DISCLOSURE_THEMES | DISCLOSURE_GOALS)) != 0);
			assert_null(strstr(text, "EI_"));
		}
}

/* D3. */
static void a_summary_holds_nothing_that_somebody_typed(void **state)
{
	static const char *const typed[] = { "TAVOITE", "TEKO", "JÄRJESTÖ" };
	(void)state;
	for (uint64_t kind = 1; kind <= 3; kind++) {
		begin(plans[kind], false);
		sources.with_health = true;
		assert_true(composed(RECORDS_CONSENT_SCOPE_PLAN_SUMMARY));
		for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
			assert_null(strstr(text, typed[i]));
	}
}

static void nothing_of_how_to_reach_a_protected_client(void **state)
{
	(void)state;
	begin(plans[1], true);
	assert_false(composed(RECORDS_CONSENT_SCOPE_CONTACT_DETAILS));
	assert_true(composed(RECORDS_CONSENT_SCOPE_PLAN_FULL));
}

static void what_is_not_there_does_not_go(void **state)
{
	(void)state;
	begin(plans[1], false);
	sources.mapping = sources.assessment = NULL;
	for (uint64_t scope = 3; scope <= 7; scope++)
		assert_false(composed(scope));
}

static void of_a_session_goes_what_was_agreed(void **state)
{
	const struct rules_record *actions[2];
	(void)state;
	begin(NULL, false);
	there(SESSION, CLIENT_CASE, "joint_session", "{'client':'@1','kind':'ADVICE','channel':'PHONE','client_confirmed':true,'consent':'@20',"
	      "'participants':[{'role':'EI_ROOLI'}],'agenda':[{'title':'EI_KOHTA','notes':'EI_MUISTIO'}],'summary':'EI_TIIVIS'}");
	there(ACTION, CLIENT_CASE, "agreed_action", "{'what':'Lähetä sopimus','owner_kind':'CLIENT','owner':'Aino','due':'2026-11-20'}");
	there(ACTION + 1, CLIENT_CASE, "agreed_action", "{'what':'Tarkista','owner_kind':'KELA','owner':'Sari','due':'2026-11-21','done_note':'EI_NÄIN'}");
	sources.session = world_find(NULL, id_of(SESSION));
	actions[0] = world_find(NULL, id_of(ACTION));
	actions[1] = world_find(NULL, id_of(ACTION + 1));
	sources.actions = actions;
	sources.action_count = 2;
	for (uint64_t scope = 1; scope <= 10; scope++)
		assert_int_equal(composed(scope), scope == RECORDS_CONSENT_SCOPE_SESSION);
	assert_true(composed(RECORDS_CONSENT_SCOPE_SESSION));
	assert_string_equal(text, "Sovittu: Lähetä sopimus, viimeistään 20.11.2026 (asiakas: Aino)\n"
				  "Sovittu: Tarkista, viimeistään 21.11.2026 (Kela: Sari)");
	sources.action_count = 0;
	assert_false(composed(RECORDS_CONSENT_SCOPE_SESSION));
}

static void the_words_are_the_client_s(void **state)
{
	(void)state;
	begin(plans[3], false);
	sources.language = LABELS_SV;
	assert_true(composed(RECORDS_CONSENT_SCOPE_PLAN_SUMMARY));
	assert_non_null(strstr(text, "Typ av plan: klientplan"));
	sources.language = LABELS_EN;
	assert_true(composed(RECORDS_CONSENT_SCOPE_PLAN_SUMMARY));
	assert_non_null(strstr(text, "Kind of plan: "));
}

static void a_block_too_small_is_told(void **state)
{
	uint8_t small[64];
	struct wire_out out;
	(void)state;
	begin(plans[1], false);
	for (size_t size = 0; size < sizeof small; size++) {
		wire_out_init(&out, small, size);
		assert_int_equal(disclosure_compose(&sources, RECORDS_CONSENT_SCOPE_PLAN_FULL, &out).kind, FAULT_LIMIT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(each_item_of_each_kind_of_plan_holds_exactly_its_parts),
		WORLD_TEST(that_a_goal_is_about_health_goes_only_when_health_may),
		WORLD_TEST(a_summary_holds_nothing_that_somebody_typed),
		WORLD_TEST(nothing_of_how_to_reach_a_protected_client),
		WORLD_TEST(what_is_not_there_does_not_go),
		WORLD_TEST(of_a_session_goes_what_was_agreed),
		WORLD_TEST(the_words_are_the_client_s),
		WORLD_TEST(a_block_too_small_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
