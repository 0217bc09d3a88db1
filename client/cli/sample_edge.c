/* sample_edge - what goes from hand to hand, and the deliberate cases that need a
 * second worker, a wrong clock or central. */
#include "sample_set.h"
#include "sample_words.h"

enum { DAY_MINUTES = 24 * 60, TOLD = 3, ACCEPTED = 4 /* of the five handovers; the last is proposed */ };

static unsigned worker(const struct sample *s, size_t m)
{
	return s->clients[s->cases[m].client].worker;
}

static unsigned next(unsigned who)
{
	return who % SAMPLE_WORKERS + 1;
}

/* ---- central's orders ---- */

static void order(struct sample *s, unsigned round, const char *verb, size_t m, unsigned who, const char *role)
{
	sample_line(s, SAMPLE_CENTRAL, round, NULL, 0, NULL);
	row_text(&s->row, "admin", verb);
	row_list(&s->row, "args");
	sample_case_ref(s, NULL, "m", m);
	row_format(&s->row, NULL, "find:staff_member:%s", sample_worker_name(who));
	if (role != NULL)
		row_text(&s->row, NULL, role);
	sample_done(s);
}

/* ---- corrections ---- */

static void correction(struct sample *s, size_t number, size_t m, const char *kind, const char *reason, const char *text)
{
	sample_line(s, worker(s, m), 1, "r", number, "correction");
	sample_ref(s, "correct", "n", s->cases[m].first_visit);
	row_text(&s->row, "kind", kind);
	row_text(&s->row, "reason", reason);
	if (text != NULL)
		row_text(&s->row, "text", text);
}

static void corrections(struct sample *s)
{
	const size_t *m = &s->planned[32];
	correction(s, 0, m[0], "RECTIFY", "Päivämäärä oli väärin.", "Soitamme Kelaan yhdessä torstaina, ei perjantaina.");
	sample_done(s);
	correction(s, 1, m[1], "RECTIFY", "Vuokrarästin määrä tarkistettiin.", "Vuokrarästi on yhden kuukauden ajalta.");
	row_text(&s->row, "requested_by", "asiakas");
	sample_done(s);
	correction(s, 2, m[2], "SUPPLEMENT", "Käynnillä sovittu asia jäi kirjaamatta.", "Sovimme myös, että asiakas kysyy kaivoveden tutkimisesta.");
	sample_done(s);
	correction(s, 3, m[3], "CLIENT_STATEMENT", "Asiakas toivoi oman näkemyksensä kirjaamista.", "En ollut kotona, koska olin lääkärissä.");
	row_text(&s->row, "requested_by", "asiakas");
	sample_done(s);
	correction(s, 4, m[4], "REMOVE_UNNECESSARY", "Merkinnässä oli naapurin asioita, jotka eivät kuulu asiaan.", NULL);
	sample_done(s);
	correction(s, 5, m[5], "RECTIFY", "Asiakas katsoo arvion vääräksi.", NULL);
	row_text(&s->row, "requested_by", "asiakas");
	row_text(&s->row, "refusal", "Arvio oli perusteltu silloin, kun se tehtiin. Asiakkaan näkemys liitettiin merkintään.");
	sample_done(s);
	correction(s, 6, s->wrong, "WRONG_CLIENT", "Merkintä tehtiin toisen asiakkaan asiaan.", NULL);
	sample_case_ref(s, "to_case", "m", s->right);
	sample_done(s);
}

/* ---- handovers, transfers ---- */

/* Central lends the case to the receiver, and puts it in effect when it is accepted and told. */
static void handover(struct sample *s, size_t i)
{
	size_t m = s->handed[i];
	unsigned from = worker(s, m), to = next(from);
	sample_line(s, from, 2, "g", i, "handover");
	sample_in(s, "m", m);
	sample_at(s, s->today - 1, 800);
	sample_fields(s);
	row_list(&s->row, "cases");
	sample_case_ref(s, NULL, "m", m);
	row_close(&s->row);
	row_format(&s->row, "from", "find:staff_member:%s", sample_worker_name(from));
	row_format(&s->row, "to", "find:staff_member:%s", sample_worker_name(to));
	row_text(&s->row, "reason", "Asiakas muutti toisen työntekijän alueelle.");
	row_text(&s->row, "open_deadlines", "Ei avoimia määräaikoja.");
	if (i < TOLD)
		row_time(&s->row, "client_told_at", s->today - 1, 780);
	sample_done(s);
	if (i >= ACCEPTED)
		return;
	sample_step(s, to, 3, "g", i, "handover", "ACCEPTED", s->today - 1, 820);
	row_time(&s->row, "accepted_at", s->today - 1, 820);
	sample_done(s);
}

static void transfer(struct sample *s, size_t m)
{
	const struct sample_case *c = &s->cases[m];
	sample_line(s, worker(s, m), 1, "z", m, "reception_transfer");
	sample_in(s, "c", c->client);
	sample_at(s, c->opened, 660);
	sample_fields(s);
	sample_ref(s, "client", "c", c->client);
	row_text(&s->row, "centre", "Kuvitteellinen vastaanottokeskus");
	row_date(&s->row, "move_date", c->opened + 14);
	row_bool(&s->row, "permit_known", true);
	row_text(&s->row, "contact_at_centre", "Ohjaaja");
	row_object(&s->row, "items");
	row_text(&s->row, "housing", "Vuokra-asunto on löytynyt.");
	row_text(&s->row, "hetu", s->clients[c->client].has_code ? "annettu" : "haettu, ei vielä annettu");
	row_text(&s->row, "bank", "Aika varattu.");
	row_list(&s->row, "kela_benefits_applied");
	row_text(&s->row, NULL, "asumistuki");
	row_close(&s->row);
	row_text(&s->row, "assistance_agreed_with", "vastaanottokeskus muuttopäivään asti");
	row_text(&s->row, "interpreter", "puhelintulkkaus");
	row_close(&s->row);
	row_object(&s->row, "understanding_confirmed");
	row_text(&s->row, "how", "Asiakas kertoi tulkin kautta omin sanoin, mitä seuraavaksi tapahtuu.");
	row_text(&s->row, "by", sample_worker_name(worker(s, m)));
	row_text(&s->row, "language", "asiakkaan oma kieli");
	row_close(&s->row);
	row_time(&s->row, "network_meeting", c->opened + 5, 780);
	sample_done(s);
}

/* ---- the same person written by somebody else ---- */

static void twin(struct sample *s, size_t client, unsigned who, bool with_code)
{
	const struct sample_client *c = &s->clients[client];
	sample_line(s, who, 2, with_code ? "twin" : "double", client, "client");
	sample_opens(s, NULL, 0);
	sample_at(s, s->today - 1, 640);
	sample_fields(s);
	row_bool(&s->row, "address_protected", false);
	row_text(&s->row, "family_name", c->family);
	row_text(&s->row, "given_names", c->given);
	if (with_code)
		row_text(&s->row, "hetu", c->code);
	row_date(&s->row, "birth_date", c->born);
	row_text(&s->row, "municipality", sample_municipality.texts[c->place]);
	row_text(&s->row, "contact_language", "FI");
	row_time(&s->row, "informed_at", s->today - 1, 640);
	sample_done(s);
}

/* By identity code central links the two by itself; by name a person says so. */
static void twins(struct sample *s)
{
	twin(s, s->twin_code, 5, true);
	twin(s, s->twin_name, 2, false);
	sample_line(s, SAMPLE_CENTRAL, 4, NULL, 0, NULL);
	row_text(&s->row, "admin", "merge");
	row_list(&s->row, "args");
	sample_ref(s, NULL, "double", s->twin_name);
	sample_ref(s, NULL, "c", s->twin_name);
	sample_done(s);
}

/* ---- clocks ---- */

static void note_by_clock(struct sample *s, unsigned who, size_t m, int clock_minutes, const char *text, bool is_signed)
{
	sample_line(s, who, 2, is_signed ? "late" : "draft", m, "encounter_note");
	row_number(&s->row, "clock", clock_minutes);
	sample_in(s, "m", m);
	if (is_signed)
		sample_signed(s);
	sample_fields(s);
	row_text(&s->row, "text", text);
	row_text(&s->row, "source", "CLIENT");
	sample_done(s);
}

void sample_edges(struct sample *s)
{
	corrections(s);
	for (size_t m = 0; m < SAMPLE_CASES; m++)
		if (s->cases[m].pathway == SAMPLE_RECEPTION)
			transfer(s, m);
	for (size_t i = 0; i < SAMPLE_HANDOVERS; i++)
		handover(s, i);
	order(s, 2, "assign", s->revised[0], next(worker(s, s->revised[0])), "CO_WORKER");
	twins(s);
	note_by_clock(s, 2, s->right, -5 * DAY_MINUTES, "Asiakas soitti ja kertoi, että päätös on tullut. Luemme sen yhdessä ensi käynnillä.", false);
	note_by_clock(s, 3, s->long_note, 180, "Sovimme, että soitamme Kelaan yhdessä torstaina klo 10.", true);
}
