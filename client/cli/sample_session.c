/* sample_session - joint sessions of client, worker and Kela, and what was agreed.
 *
 * The first has ended with an interpreter and waits for the client's confirmation; one
 * is to come, one was called off, two went on by phone, one is confirmed; the others
 * are signed.
 */
#include "sample_set.h"
#include "sample_words.h"

enum { FIRST_CONSENT = 16, INTERPRETED = 0, TO_COME, CALLED_OFF, DROPPED, DROPPED_TOO, CONFIRMED };

static size_t client(const struct sample *s, size_t j)
{
	return s->cases[s->planned[FIRST_CONSENT - 3 + j]].client;
}

static unsigned worker(const struct sample *s, size_t j)
{
	return s->clients[client(s, j)].worker;
}

static int32_t day_of(const struct sample *s, size_t j)
{
	return j == TO_COME ? s->today + 2 : s->cases[s->planned[FIRST_CONSENT - 3 + j]].opened + 32;
}

static void participant(struct sample *s, const char *role, const char *name, const char *organisation, const char *how)
{
	row_object(&s->row, NULL);
	row_text(&s->row, "role", role);
	if (name != NULL)
		row_text(&s->row, "name", name);
	if (organisation != NULL)
		row_text(&s->row, "organisation", organisation);
	row_text(&s->row, "identity_checked_how", how);
	row_close(&s->row);
}

static void scheduled(struct sample *s, size_t j)
{
	static const char *const kinds[] = { "NEGOTIATION", "JOINT_ASSESSMENT", "ADVICE" };
	static const char *const channels[] = { "SKYPE", "OTHER_VIDEO", "PHONE" };
	int32_t day = day_of(s, j);
	sample_line(s, worker(s, j), 1, "e", j, "joint_session");
	sample_in(s, "c", client(s, j));
	sample_at(s, j == TO_COME ? s->today - 1 : day - 5, 600);
	sample_fields(s);
	sample_ref(s, "client", "c", client(s, j));
	row_text(&s->row, "kind", kinds[j % 3]);
	row_text(&s->row, "channel", channels[j == DROPPED || j == DROPPED_TOO ? 0 : j % 3]);
	row_time(&s->row, "scheduled_at", day, 600);
	row_list(&s->row, "participants");
	participant(s, "asiakas", NULL, NULL, "tunnettu ennestään");
	participant(s, "työntekijä", sample_worker_name(worker(s, j)), NULL, "tunnettu ennestään");
	participant(s, "Kelan yhteyshenkilö", j % 2 == 0 ? "Kaisa Nevala" : "Petri Salmela", "Kela", "soitto Kelan numeroon");
	if (j == INTERPRETED)
		participant(s, "tulkki", NULL, "puhelintulkkaus", "tulkin numero tilausvahvistuksesta");
	row_close(&s->row);
	sample_ref(s, "consent", "k", FIRST_CONSENT + j);
	row_list(&s->row, "agenda");
	row_object(&s->row, NULL);
	row_text(&s->row, "title", "Hakemuksen tilanne ja puuttuvat liitteet");
	row_text(&s->row, "notes", "Vuokrasopimus puuttui. Asiakas toimittaa sen kirjaston koneella.");
	row_close(&s->row);
	row_object(&s->row, NULL);
	row_text(&s->row, "title", "Suunnitelman seuraavat askeleet");
	row_close(&s->row);
	row_close(&s->row);
	row_bool(&s->row, "client_confirmed", false);
	sample_done(s);
}

static void action(struct sample *s, size_t j, size_t which)
{
	static const char *const what[] = { "Toimittaa vuokrasopimuksen Kelaan", "Soittaa asiakkaalle päätöksestä" };
	int32_t due = day_of(s, j) + 7 + (int32_t)which * 3;
	sample_line(s, worker(s, j), 1, which == 0 ? "u" : "w", j, "agreed_action");
	sample_in(s, "c", client(s, j));
	sample_at(s, day_of(s, j), 650);
	sample_fields(s);
	sample_ref(s, "from", "e", j);
	row_text(&s->row, "what", what[which]);
	row_text(&s->row, "owner_kind", which == 0 ? "CLIENT" : "KELA");
	row_text(&s->row, "owner", which == 0 ? "asiakas" : "Kaisa Nevala");
	row_date(&s->row, "due", j % 4 == 1 ? s->today + 5 : due);
	sample_done(s);
	if (j % 4 == 1)
		return;
	sample_step(s, worker(s, j), 1, which == 0 ? "u" : "w", j, "agreed_action", "DONE", due, 700);
	sample_done(s);
}

static void step(struct sample *s, size_t j, const char *state, unsigned minute)
{
	sample_step(s, worker(s, j), 1, "e", j, "joint_session", state, day_of(s, j), minute);
}

static void called_off(struct sample *s, size_t j)
{
	sample_step(s, worker(s, j), 1, "e", j, "joint_session", "CANCELLED", day_of(s, j) - 1, 600);
	sample_done(s);
}

static void running(struct sample *s, size_t j)
{
	step(s, j, "IDENTITIES_CHECKED", 601);
	sample_done(s);
	step(s, j, "RUNNING", 605);
	row_time(&s->row, "started_at", day_of(s, j), 605);
	sample_done(s);
	if (j != DROPPED && j != DROPPED_TOO)
		return;
	step(s, j, "FAILED", 615);
	row_text(&s->row, "connection_trouble", "Kuva ja ääni katkesivat kymmenen minuutin kohdalla.");
	sample_done(s);
	step(s, j, "RUNNING", 620);
	row_text(&s->row, "channel", "PHONE");
	sample_done(s);
}

static void ending(struct sample *s, size_t j)
{
	for (size_t which = 0; which < 2; which++)
		action(s, j, which);
	step(s, j, "ENDED", 660);
	row_time(&s->row, "ended_at", day_of(s, j), 660);
	row_text(&s->row, "summary", "Puuttuva liite toimitetaan, ja Kela soittaa päätöksestä asiakkaalle.");
	row_list(&s->row, "agreed_actions");
	sample_ref(s, NULL, "u", j);
	sample_ref(s, NULL, "w", j);
	sample_done(s);
	if (j == INTERPRETED)
		return;
	step(s, j, "CONFIRMED", 665);
	row_bool(&s->row, "client_confirmed", true);
	sample_done(s);
	if (j == CONFIRMED)
		return;
	step(s, j, "SIGNED", 670);
	sample_done(s);
}

void sample_sessions(struct sample *s)
{
	for (size_t j = 0; j < SAMPLE_SESSIONS; j++) {
		scheduled(s, j);
		if (j == CALLED_OFF)
			called_off(s, j);
		if (j == CALLED_OFF || j == TO_COME)
			continue;
		running(s, j);
		ending(s, j);
	}
}
