/* sample_matter - how matters begin, what happens on visits, assessments and plans,
 * and how matters end. */
#include "sample_set.h"
#include "sample_words.h"

static const char *const pathway_names[SAMPLE_PATHWAYS] = {
	"ETOTU_TRANSFER", "BASIC_PART_REDUCTION", "REHAB_WORK_ACT", "NEED_REQUEST", "OBVIOUS_NEED",
	"TALK_REQUEST", "SELF", "OUTREACH_FOUND", "RECEPTION_CENTRE",
};

static const char *pick(struct sample *s, const struct sample_list *list)
{
	return list->texts[chance_below(&s->chance, list->count)];
}

static unsigned worker(const struct sample *s, size_t m)
{
	return s->clients[s->cases[m].client].worker;
}

/* ---- how it begins ---- */

static const char *sender(const struct sample_case *c, size_t m)
{
	if (c->is_from_kela)
		return "KELA";
	switch (c->pathway) {
	case SAMPLE_SELF:
		return "SELF";
	case SAMPLE_FOUND:
		return "OUTREACH";
	case SAMPLE_RECEPTION:
		return "RECEPTION_CENTRE";
	case SAMPLE_ETOTU:
	case SAMPLE_REDUCTION:
	case SAMPLE_REHAB:
	case SAMPLE_NEED:
	case SAMPLE_OBVIOUS:
	case SAMPLE_TALK:
	case SAMPLE_PATHWAYS:
		break;
	}
	return m % 2 == 0 ? "OTHER_AUTHORITY" : "RELATIVE";
}

static void consent_of_referral(struct sample *s, enum sample_pathway pathway)
{
	bool asked = pathway >= SAMPLE_TALK || pathway == SAMPLE_NEED;
	row_text(&s->row, "client_consent", asked ? "GIVEN" : pathway == SAMPLE_OBVIOUS ? "NOT_OBTAINABLE" : "NOT_REQUIRED");
	if (pathway == SAMPLE_OBVIOUS)
		row_text(&s->row, "statutory_ground", "Sosiaalihuoltolaki 35 §");
	else if (!asked)
		row_text(&s->row, "statutory_ground", pathway == SAMPLE_ETOTU       ? "Laki toimeentulotuesta 14 d §"
						      : pathway == SAMPLE_REDUCTION ? "Laki toimeentulotuesta 10 §"
										    : "Laki kuntouttavasta työtoiminnasta 2 ja 5 §");
}

static void referral(struct sample *s, unsigned who, size_t number, size_t client, const struct sample_case *c)
{
	sample_line(s, who, 1, "f", number, "referral");
	sample_in(s, "c", client);
	sample_at(s, c->opened, 570);
	sample_fields(s);
	sample_ref(s, "client", "c", client);
	row_text(&s->row, "pathway", pathway_names[c->pathway]);
	row_text(&s->row, "from_org", sender(c, number));
	row_time(&s->row, "received_at", c->opened, 570);
	consent_of_referral(s, c->pathway);
	row_text(&s->row, "reasons", sample_reason[c->pathway]);
	row_bool(&s->row, "new_client", c->is_new_client);
	row_text(&s->row, "owner", "me:");
	sample_done(s);
	sample_step(s, who, 1, "f", number, "referral", "TRIAGED", c->opened, 600);
	row_object(&s->row, "urgent_triage");
	row_time(&s->row, "at", c->opened, 600);
	row_text(&s->row, "by", sample_worker_name(who));
	row_text(&s->row, "result", c->pathway == SAMPLE_OBVIOUS ? "IMMEDIATE" : "NOT_IMMEDIATE");
	sample_done(s);
}

static void opening(struct sample *s, size_t m)
{
	const struct sample_case *c = &s->cases[m];
	sample_line(s, worker(s, m), 1, "m", m, "case");
	sample_opens(s, "c", c->client);
	sample_at(s, c->opened, 610);
	sample_fields(s);
	sample_ref(s, "client", "c", c->client);
	row_text(&s->row, "title", sample_title[c->pathway]);
	row_date(&s->row, "opened_on", c->opened);
	row_text(&s->row, "opened_by_pathway", pathway_names[c->pathway]);
	row_bool(&s->row, "special_support", c->is_special);
	if (c->is_special)
		row_text(&s->row, "special_support_reason", "Toimintakyky on heikentynyt pitkän sairauden vuoksi.");
	row_list(&s->row, "work_types");
	row_text(&s->row, NULL, "OUTREACH");
	row_text(&s->row, NULL, m % 3 == 0 ? "ECONOMIC_SOCIAL_WORK" : m % 3 == 1 ? "SOCIAL_WORK" : "GUIDANCE");
	row_close(&s->row);
	if (c->is_second)
		sample_ref(s, "follows_case", "m", c->follows);
	sample_done(s);
}

static void begin(struct sample *s, size_t m)
{
	const struct sample_case *c = &s->cases[m];
	referral(s, worker(s, m), m, c->client, c);
	opening(s, m);
	sample_step(s, worker(s, m), 1, "f", m, "referral", "CASE_OPENED", c->opened, 620);
	sample_ref(s, "outcome_case", "m", m);
	if (c->is_from_kela)
		row_time(&s->row, "feedback_to_sender_at", c->opened, 900);
	sample_done(s);
}

/* Two of Kela's fifty notices of concern led to nothing. */
static void without_action(struct sample *s)
{
	for (size_t i = 0; i < 2; i++) {
		size_t client = s->cases[s->planned[i + 30]].client, number = SAMPLE_CASES + i;
		struct sample_case c = { .pathway = SAMPLE_NEED, .is_from_kela = true, .opened = s->today - 70 };
		unsigned who = s->clients[client].worker;
		referral(s, who, number, client, &c);
		sample_step(s, who, 1, "f", number, "referral", "CLOSED_NO_ACTION", c.opened, 660);
		row_text(&s->row, "outcome", "Sama asia on jo vireillä. Asiakas ei tarvinnut muuta.");
		sample_done(s);
	}
}

/* ---- visits ---- */

enum visit_course { DONE, NO_SHOW, CANCELLED, PLANNED };

static enum visit_course course_of(const struct sample_case *c, size_t v, bool is_last)
{
	if (is_last && !c->is_closed && v % 6 == 1)
		return PLANNED;
	return v % 21 == 20 ? NO_SHOW : v % 63 == 40 ? CANCELLED : DONE;
}

static void visit(struct sample *s, size_t v, size_t m, int32_t day, unsigned minute, enum visit_course course)
{
	static const char *const purposes[] = { "MAPPING", "FOLLOW_UP", "APPLICATION_HELP", "PLAN_REVIEW", "GUIDANCE" };
	static const char *const phases[] = { "GUIDANCE", "APPLYING", "SOCIAL_WELFARE" };
	static const char *const places[] = { "HOME", "HOME", "HOME", "OUTREACH_POST", "PHONE", "SERVICE_POINT" };
	static const char *const reasons[] = { "", "Kukaan ei avannut ovea.", "Asiakas soitti ja siirsi tapaamista." };
	sample_line(s, worker(s, m), 1, "v", v, "visit");
	sample_in(s, "m", m);
	sample_at(s, course == PLANNED ? s->today - 1 : day, minute);
	sample_fields(s);
	sample_ref(s, "client", "c", s->cases[m].client);
	row_text(&s->row, "place", places[chance_below(&s->chance, 6)]);
	row_time(&s->row, "planned_at", day, minute);
	if (course == DONE)
		row_time(&s->row, "started_at", day, minute + 5);
	else if (course != PLANNED)
		row_text(&s->row, "cancel_reason", reasons[course]);
	row_text(&s->row, "purpose", purposes[chance_below(&s->chance, 5)]);
	row_text(&s->row, "phase", phases[chance_below(&s->chance, 3)]);
	if (course != PLANNED)
		row_text(&s->row, "state", course == DONE ? "STARTED" : course == NO_SHOW ? "NO_SHOW" : "CANCELLED");
	sample_done(s);
}

/* As much as one note may hold: 20,000 characters. */
static void long_text(struct sample *s, const char *name)
{
	static char text[2 * 20000 + 1];
	static const char sentence[] = "Kävimme läpi saapuneet kirjeet yksi kerrallaan ja kirjasimme, mitä kullekin tehdään. ";
	size_t chars = 0, used = 0;
	for (size_t i = 0; chars < 20000; i = sentence[i + 1] == '\0' ? 0 : i + 1) {
		text[used++] = sentence[i];
		chars += ((unsigned char)sentence[i + 1] & 0xc0) != 0x80; /* the next byte begins a character */
	}
	text[used] = '\0';
	row_text(&s->row, name, text);
}

static void note(struct sample *s, size_t v, size_t m, int32_t day, unsigned minute)
{
	bool swedish = s->clients[s->cases[m].client].language == SAMPLE_SV;
	const struct sample_list *list = swedish ? &sample_note_sv : &sample_note;
	sample_line(s, worker(s, m), 1, "n", v, "encounter_note");
	sample_in(s, "m", m);
	sample_at(s, day, minute);
	sample_signed(s);
	sample_fields(s);
	sample_ref(s, "visit", "v", v);
	const char *one = pick(s, list), *two = pick(s, list), *next = pick(s, &sample_next);
	if (m == s->long_note && v == s->cases[m].first_visit)
		long_text(s, "text");
	else if (swedish)
		row_format(&s->row, "text", "%s %s", one, two);
	else
		row_format(&s->row, "text", "%s%s%s %s", one, one == two ? "" : " ", one == two ? "" : two, next);
	if (chance_below(&s->chance, 3) == 0)
		row_text(&s->row, "client_view", pick(s, &sample_view));
	row_text(&s->row, "source", v % 2 == 0 ? "CLIENT" : "OBSERVED");
	sample_done(s);
}

static void one_visit(struct sample *s, size_t m, size_t k)
{
	const struct sample_case *c = &s->cases[m];
	size_t v = c->first_visit + k;
	bool is_first = k == 0;
	enum visit_course course = is_first ? DONE : course_of(c, v, k + 1 == c->visits);
	int32_t day = c->opened + 3 + (int32_t)(k * 13 + (is_first ? 0 : chance_below(&s->chance, 5)));
	unsigned minute = 540 + (unsigned)chance_below(&s->chance, 24) * 15;
	if (course == PLANNED)
		day = s->today + (int32_t)(v / 6 % 7);
	visit(s, v, m, day, minute, course);
	if (course != DONE)
		return;
	note(s, v, m, day, minute + 50);
	sample_step(s, worker(s, m), 1, "v", v, "visit", "DONE", day, minute + 60);
	row_time(&s->row, "ended_at", day, minute + 60);
	row_text(&s->row, "next_step", pick(s, &sample_next));
	sample_done(s);
}

/* ---- assessment ---- */

static void participants(struct sample *s, const char *name, const char *worker_name, bool employment)
{
	const char *const roles[] = { "asiakas", "omatyöntekijä", "TE-palvelut" };
	row_list(&s->row, name);
	for (size_t i = 0; i < (employment ? 3u : 2u); i++) {
		row_object(&s->row, NULL);
		row_text(&s->row, "role", roles[i]);
		if (i == 1)
			row_text(&s->row, "name", worker_name);
		if (i == 2)
			row_text(&s->row, "organisation", "työllisyysalue");
		row_close(&s->row);
	}
	row_close(&s->row);
}

static void unnecessary(struct sample *s, size_t m)
{
	static const char *const grounds[] = { "TEMPORARY", "VALID_EXISTS", "GUIDANCE_SUFFICED", "OTHER_AUTHORITY" };
	static const char *const texts[] = {
		"Arviointi katsottiin ilmeisen tarpeettomaksi, koska tarve oli tilapäinen ja se hoidettiin neuvonnalla samana päivänä.",
		"Voimassa oleva arviointi on keväältä, eikä asiakkaan tilanteessa ole tapahtunut muutoksia sen jälkeen.",
		"Asiakkaan kysymykset saatiin hoidettua neuvonnalla, ja hän kertoo pärjäävänsä jatkossa itse.",
		"Asia kuuluu asumisneuvonnalle, johon asiakas ohjattiin yhdessä soittaen. Muuta tarvetta ei tullut esille.",
	};
	row_object(&s->row, "unnecessary");
	row_text(&s->row, "ground", grounds[m % 4]);
	row_text(&s->row, "text", texts[m % 4]);
	row_text(&s->row, "decided_by", sample_worker_name(worker(s, m)));
	row_close(&s->row);
}

static void findings(struct sample *s)
{
	row_list(&s->row, "findings");
	row_object(&s->row, NULL);
	row_text(&s->row, "quadrant", "INCOME");
	row_text(&s->row, "text", pick(s, &sample_quadrant[0]));
	row_close(&s->row);
	row_object(&s->row, NULL);
	row_text(&s->row, "quadrant", "HOUSING");
	row_text(&s->row, "text", pick(s, &sample_quadrant[3]));
	row_close(&s->row);
	row_close(&s->row);
}

static void assessment(struct sample *s, size_t m)
{
	static const char *const outcomes[] = { "", "SERVICES", "GUIDANCE_ONLY", "NO_NEED", "UNNECESSARY" };
	const struct sample_case *c = &s->cases[m];
	bool is_old = s->today - s->clients[c->client].born > 75 * 366;
	int32_t done = c->opened + (c->assessed == SAMPLE_UNNECESSARY ? 4 : 20);
	sample_line(s, worker(s, m), 1, "a", m, "service_need_assessment");
	sample_in(s, "m", m);
	sample_at(s, done, 840);
	sample_signed(s);
	sample_fields(s);
	row_date(&s->row, "started_on", c->opened + 3);
	row_date(&s->row, "completed_on", done);
	row_text(&s->row, "deadline_rule", is_old ? "D2_SEVEN_DAYS" : "D4_OTHER");
	participants(s, "participants", sample_worker_name(worker(s, m)), false);
	row_bool(&s->row, "special_support", c->is_special);
	row_text(&s->row, "outcome", outcomes[c->assessed]);
	if (c->assessed == SAMPLE_UNNECESSARY) {
		unnecessary(s, m);
	} else {
		findings(s);
		row_list(&s->row, "needs");
		row_text(&s->row, NULL, pick(s, &sample_need));
		row_close(&s->row);
		row_bool(&s->row, "own_worker_need", c->assessed == SAMPLE_SERVICES);
	}
	if (s->clients[c->client].has_child)
		row_text(&s->row, "child_situation", "Lapsi käy taas koulua. Koulukuraattori ja sisko auttavat aamuissa.");
	row_text(&s->row, "client_opinion", pick(s, &sample_view));
	sample_done(s);
}

/* ---- plans ---- */

/* `who` and `round` differ where somebody else revises it. */
static void plan(struct sample *s, unsigned who, unsigned round, const char *ref, size_t m, int32_t on, const char *replaces)
{
	static const char *const kinds[] = { "", "INDEPENDENT_COPING", "ACTIVATION", "CLIENT" };
	static const char *const themes[] = { "DIGITAL_SKILLS", "HOUSING", "BENEFITS", "OTHER" };
	const struct sample_case *c = &s->cases[m];
	size_t goal = chance_below(&s->chance, 4);
	sample_line(s, who, round, ref, m, "plan");
	sample_in(s, "m", m);
	sample_at(s, on, 870);
	sample_signed(s);
	sample_fields(s);
	row_text(&s->row, "kind", kinds[c->plan]);
	row_list(&s->row, "goals");
	row_object(&s->row, NULL);
	row_text(&s->row, "text", sample_goal.texts[goal]);
	row_text(&s->row, "category", themes[goal]);
	row_close(&s->row);
	row_close(&s->row);
	row_list(&s->row, "actions");
	row_object(&s->row, NULL);
	row_text(&s->row, "what", pick(s, &sample_next));
	row_text(&s->row, "who", "asiakas ja työntekijä");
	row_date(&s->row, "due", s->today + 7 + (int32_t)chance_below(&s->chance, 60));
	row_text(&s->row, "kind", "INDIVIDUAL");
	row_close(&s->row);
	row_close(&s->row);
	participants(s, "parties", sample_worker_name(who), c->plan == SAMPLE_ACTIVATION);
	row_text(&s->row, "client_agreement", "AGREED");
	row_date(&s->row, "valid_from", on);
	row_date(&s->row, "review_on", s->today + 20 + (int32_t)chance_below(&s->chance, 90));
	row_bool(&s->row, "kela_notice_wanted", m % 2 == 0);
	if (replaces != NULL)
		sample_ref(s, "replaces", replaces, m);
	sample_done(s);
}

/* Two revised by the own worker; one by two workers apart, neither hearing of the other. */
static void revisions(struct sample *s)
{
	for (size_t i = 1; i < SAMPLE_REVISED; i++)
		plan(s, worker(s, s->revised[i]), 1, "pr", s->revised[i], s->today - 10, "p");
	size_t m = s->revised[0];
	plan(s, worker(s, m), 2, "pa", m, s->today - 1, "p");
	plan(s, worker(s, m) % SAMPLE_WORKERS + 1, 2, "pb", m, s->today - 1, "p");
}

/* ---- what ends, and the whole ---- */

static void state(struct sample *s, size_t m, const char *name, int32_t day)
{
	sample_step(s, worker(s, m), 1, "m", m, "case", name, day, 900);
}

static void course(struct sample *s, size_t m)
{
	const struct sample_case *c = &s->cases[m];
	if (c->plan == SAMPLE_NO_PLAN)
		return;
	state(s, m, "PLANNED", c->opened + 22);
	sample_done(s);
	if (m % 3 == 0 && !c->is_closed)
		return;
	state(s, m, "IN_SERVICE", c->opened + 23);
	sample_done(s);
}

static const char *close_reason(const struct sample *s, const struct sample_case *c)
{
	if (s->clients[c->client].is_dead && !c->is_second)
		return "Asiakas on kuollut.";
	switch (c->assessed) {
	case SAMPLE_SERVICES:
		return "Tavoitteet saavutettiin, ja asiakas jatkaa omin voimin.";
	case SAMPLE_GUIDANCE:
		return "Neuvonta riitti, asiakas hoitaa asiansa itse.";
	case SAMPLE_NO_NEED:
		return "Arvioinnissa ei todettu tuen tarvetta.";
	case SAMPLE_UNNECESSARY:
		return "Arviointi oli ilmeisen tarpeeton, perustelut arvioinnissa.";
	case SAMPLE_NOT_ASSESSED:
		break;
	}
	return "Asia hoidettiin loppuun yhdessä asiakkaan kanssa.";
}

void sample_close(struct sample *s)
{
	for (size_t m = 0; m < SAMPLE_CASES; m++) {
		const struct sample_case *c = &s->cases[m];
		if (!c->is_closed)
			continue;
		state(s, m, "CLOSING", c->closed - 1);
		row_text(&s->row, "close_reason", close_reason(s, c));
		sample_done(s);
		state(s, m, "CLOSED", c->closed);
		row_date(&s->row, "closed_on", c->closed);
		sample_done(s);
	}
}

static void one_matter(struct sample *s, size_t m)
{
	const struct sample_case *c = &s->cases[m];
	begin(s, m);
	one_visit(s, m, 0);
	if (c->assessed != SAMPLE_NOT_ASSESSED) {
		state(s, m, "ASSESSING", c->opened + 3);
		sample_done(s);
		assessment(s, m);
	}
	if (c->plan != SAMPLE_NO_PLAN)
		plan(s, worker(s, m), 1, "p", m, c->opened + 22, NULL);
	course(s, m);
	for (size_t k = 1; k < c->visits; k++)
		one_visit(s, m, k);
}

void sample_matters(struct sample *s)
{
	/* A second matter follows a first, whatever their numbers. */
	for (size_t m = 0; m < SAMPLE_CASES; m++)
		if (!s->cases[m].is_second)
			one_matter(s, m);
	for (size_t m = 0; m < SAMPLE_CASES; m++)
		if (s->cases[m].is_second)
			one_matter(s, m);
	without_action(s);
	revisions(s);
}
