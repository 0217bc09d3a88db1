/* sample_consent - consents and what was disclosed on them, or on a statute.
 *
 * Of the 45 consents: 0-2 narrowed by 3-5, 6-11 withdrawn, 12-15 expired, the others
 * in force; 16-33 allow a joint session. Of the 38 disclosures 0-32 rest on consents,
 * one each but the last: those of 10 and 11 are blocked.
 */
#include "sample_set.h"
#include "sample_words.h"

enum { NARROWED = 3, WITHDRAWN = 6, EXPIRED = 12, IN_FORCE = 16, FOR_SESSIONS = IN_FORCE + SAMPLE_SESSIONS,
       BLOCKED_HERE = 10, BLOCKED_APART = 11, DISCLOSED = 35 };

static size_t matter(const struct sample *s, size_t k)
{
	return s->planned[k < NARROWED ? k : k - NARROWED];
}

static size_t client(const struct sample *s, size_t k)
{
	return s->cases[matter(s, k)].client;
}

static unsigned worker(const struct sample *s, size_t k)
{
	return s->clients[client(s, k)].worker;
}

static int32_t given(const struct sample *s, size_t k)
{
	return s->cases[matter(s, k)].opened + 23 + (k >= NARROWED && k < WITHDRAWN ? 10 : 0);
}

/* ---- consents ---- */

static void scope(struct sample *s, size_t k)
{
	bool narrower = k >= NARROWED && k < WITHDRAWN;
	row_list(&s->row, "scope");
	row_text(&s->row, NULL, "PLAN_SUMMARY");
	if (k < NARROWED)
		row_text(&s->row, NULL, "ASSESSMENT_RESULT");
	if (k >= IN_FORCE && k < FOR_SESSIONS)
		row_text(&s->row, NULL, "SESSION");
	row_close(&s->row);
	row_list(&s->row, "excluded");
	row_text(&s->row, NULL, "QUADRANT_HEALTH");
	if (narrower)
		row_text(&s->row, NULL, "ASSESSMENT_RESULT");
	row_close(&s->row);
}

static void consent(struct sample *s, size_t k)
{
	int32_t on = given(s, k);
	sample_line(s, worker(s, k), 1, "k", k, "consent");
	sample_in(s, "c", client(s, k));
	sample_at(s, on, 630);
	sample_signed(s);
	sample_fields(s);
	sample_ref(s, "client", "c", client(s, k));
	row_text(&s->row, "direction", "TO_KELA");
	row_text(&s->row, "recipient", "Kela");
	row_text(&s->row, "purpose", "Suunnitelman tiedoksianto Kelalle");
	scope(s, k);
	row_text(&s->row, "form", "WRITTEN");
	row_time(&s->row, "given_at", on, 630);
	row_text(&s->row, "place", "asiakkaan koti");
	row_text(&s->row, "witness_staff", sample_worker_name(worker(s, k)));
	row_date(&s->row, "valid_until", k >= EXPIRED && k < IN_FORCE ? s->today - 3 : on + 300);
	row_text(&s->row, "understood_check", "Asiakas kertoi omin sanoin, mitä luovutetaan ja kenelle.");
	sample_done(s);
}

static void withdraw(struct sample *s, size_t k, unsigned who, unsigned round, int32_t day)
{
	sample_step(s, who, round, "k", k, "consent", "WITHDRAWN", day, 555);
	row_time(&s->row, "withdrawn_at", day, 555);
	row_text(&s->row, "withdrawn_via", "puhelimitse");
	sample_done(s);
}

/* What becomes of it when all that was disclosed on it has been. */
static void consent_course(struct sample *s, size_t k)
{
	int32_t on = given(s, k);
	if (k < NARROWED) {
		sample_step(s, worker(s, k), 1, "k", k, "consent", "NARROWED", on + 10, 640);
		sample_ref(s, "narrowed_by", "k", k + NARROWED);
		sample_done(s);
	} else if (k >= WITHDRAWN && k < BLOCKED_APART) {
		withdraw(s, k, worker(s, k), 1, on + 12);
	} else if (k >= EXPIRED && k < IN_FORCE) {
		sample_step(s, worker(s, k), 1, "k", k, "consent", "EXPIRED", s->today - 2, 540);
		sample_done(s);
	}
}

/* ---- disclosures ---- */

static void item(struct sample *s, size_t m)
{
	row_list(&s->row, "items");
	row_object(&s->row, NULL);
	row_text(&s->row, "scope", "PLAN_SUMMARY");
	sample_ref(s, "source", "p", m);
	row_text(&s->row, "text", "Suunnitelma on tehty yhdessä. Tavoitteena on saada laskut ja etuudet järjestykseen.");
	row_close(&s->row);
	row_close(&s->row);
}

static void prepared(struct sample *s, unsigned round, size_t k, int32_t day)
{
	sample_line(s, worker(s, k), round, "x", k, "disclosure");
	sample_in(s, "c", client(s, k));
	sample_at(s, day, 600);
	sample_signed(s);
	sample_fields(s);
	sample_ref(s, "client", "c", client(s, k));
	row_text(&s->row, "recipient", "Kela");
	row_text(&s->row, "basis", "CONSENT");
	sample_ref(s, "consent", "k", k);
	item(s, matter(s, k));
	row_time(&s->row, "prepared_at", day, 600);
	sample_done(s);
}

static void step(struct sample *s, unsigned who, unsigned round, size_t number, const char *state, int32_t day, unsigned minute)
{
	sample_step(s, who, round, "x", number, "disclosure", state, day, minute);
}

static void queued(struct sample *s, unsigned who, unsigned round, size_t number, int32_t day)
{
	step(s, who, round, number, "CHECKED", day, 605);
	sample_done(s);
	step(s, who, round, number, "QUEUED", day, 610);
	sample_done(s);
}

static void sent(struct sample *s, unsigned who, size_t number, int32_t day, const char *means)
{
	queued(s, who, 1, number, day);
	step(s, who, 1, number, "SENT", day, 620);
	row_time(&s->row, "sent_at", day, 620);
	row_text(&s->row, "means", means);
	row_time(&s->row, "client_told_at", day, 625);
	sample_done(s);
	if (number % 8 == 7)
		return;
	step(s, who, 1, number, "RECEIPTED", day + 2, 700);
	row_time(&s->row, "receipt_at", day + 2, 700);
	sample_done(s);
}

static void disclosure(struct sample *s, size_t k)
{
	int32_t day = given(s, k) + 2;
	if (k == BLOCKED_APART)
		return;
	prepared(s, 1, k, day);
	if (k == BLOCKED_HERE)
		queued(s, worker(s, k), 1, k, day);
	else
		sent(s, worker(s, k), k, day, "SECURE_MAIL");
}

/* What follows a withdrawal: the queue is stopped, who was told is told of it too. */
static void disclosure_course(struct sample *s, size_t k)
{
	if (k == BLOCKED_HERE)
		step(s, worker(s, k), 1, k, "BLOCKED", given(s, k) + 12, 560);
	else if (k == WITHDRAWN || k == WITHDRAWN + 1)
		step(s, worker(s, k), 1, k, "RECIPIENT_INFORMED_OF_WITHDRAWAL", given(s, k) + 12, 600);
	else
		return;
	sample_done(s);
}

/* Obvious need, and a client who could not be asked: SHL 35 §. */
static void by_statute(struct sample *s)
{
	size_t count = 0;
	for (size_t m = 0; m < SAMPLE_CASES && count < SAMPLE_BY_STATUTE; m++) {
		const struct sample_case *c = &s->cases[m];
		unsigned who = s->clients[c->client].worker;
		size_t number = SAMPLE_CONSENTS + count;
		if (c->pathway != SAMPLE_OBVIOUS)
			continue;
		sample_line(s, who, 1, "x", number, "disclosure");
		sample_in(s, "c", c->client);
		sample_at(s, c->opened, 700);
		sample_signed(s);
		sample_fields(s);
		sample_ref(s, "client", "c", c->client);
		row_text(&s->row, "recipient", "Sosiaalipäivystys");
		row_text(&s->row, "basis", "STATUTE");
		row_text(&s->row, "law_ref", "find:law_ref:1301/2014");
		row_text(&s->row, "statute_reasons", "Sosiaalihuoltolaki 35 §: asiakas ei kykene vastaamaan omasta huolenpidostaan, "
			 "eikä suostumusta voitu pyytää.");
		row_list(&s->row, "items");
		row_object(&s->row, NULL);
		row_text(&s->row, "scope", "CONTACT_DETAILS");
		row_text(&s->row, "text", "Yhteystiedot kotikäyntiä varten.");
		row_close(&s->row);
		row_close(&s->row);
		row_time(&s->row, "prepared_at", c->opened, 700);
		sample_done(s);
		sent(s, who, number, c->opened + 1, "ORAL");
		count++;
	}
}

/* Withdrawn offline on one device while another, offline too, has it in the queue. */
static void apart(struct sample *s)
{
	size_t k = BLOCKED_APART, m = matter(s, k);
	unsigned own = worker(s, k), other = own % SAMPLE_WORKERS + 1;
	int32_t day = s->today - 1;
	prepared(s, 2, k, day - 1);
	queued(s, own, 2, k, day - 1);
	withdraw(s, k, other, 2, day);
	sample_line(s, other, 2, NULL, 0, "encounter_note");
	sample_in(s, "m", m);
	sample_at(s, day, 560);
	sample_signed(s);
	sample_fields(s);
	row_text(&s->row, "text", "Asiakas perui lupansa puhelimitse klo 9.15. Kerroin, mitä on jo lähetetty.");
	row_text(&s->row, "source", "CLIENT");
	sample_done(s);
	step(s, own, 3, k, "BLOCKED", s->today, 1);
	sample_done(s);
	sample_line(s, SAMPLE_CENTRAL, 2, NULL, 0, NULL);
	row_text(&s->row, "admin", "assign");
	row_list(&s->row, "args");
	sample_case_ref(s, NULL, "m", m);
	row_format(&s->row, NULL, "find:staff_member:%s", sample_worker_name(other));
	row_text(&s->row, NULL, "CO_WORKER");
	sample_done(s);
}

void sample_consents(struct sample *s)
{
	for (size_t k = 0; k < SAMPLE_CONSENTS; k++) {
		consent(s, k);
		if (k < DISCLOSED && (k < 1 || k >= NARROWED))
			disclosure(s, k);
	}
	for (size_t k = 0; k < SAMPLE_CONSENTS; k++) {
		consent_course(s, k);
		disclosure_course(s, k);
	}
	by_statute(s);
	apart(s);
}
