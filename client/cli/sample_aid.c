/* sample_aid - applications for social assistance: Kela's, with their clocks, and the
 * county's own with decision and notice. */
#include "base/civil.h"
#include "sample_set.h"
#include "sample_words.h"

enum { NOON = 720 };

/* ---- the days of the deliberate cases ---- */

/* Easter Sunday by the Gregorian computus. */
static int32_t easter(int year)
{
	int a = year % 19, b = year / 100, c = year % 100;
	int g = (8 * b + 13) / 25, h = (19 * a + b - b / 4 - g + 15) % 30, m = (a + 11 * h) / 319;
	int j = (2 * (b % 4) + 2 * (c / 4) - c % 4 - h + m + 32) % 7;
	int month = (h - m + j + 90) / 25;
	return civil_days((struct civil_date){ year, month, (h - m + j + month + 19) % 32 });
}

int32_t sample_easter_saturday(int32_t today)
{
	int year = civil_of_days(today).year;
	int32_t day = easter(year) - 1;
	return day < today - 30 ? day : easter(year - 1) - 1;
}

int32_t sample_before_midsummer(int32_t today)
{
	int year = civil_of_days(today).year;
	for (;; year--) {
		int32_t day = civil_days((struct civil_date){ year, 6, 19 });
		while (civil_weekday(day) != 5)
			day++;
		if (day < today - 30)
			return day - 4;
	}
}

/* ---- Kela's ---- */

struct application {
	size_t number, client;
	unsigned who;
	int32_t day;                  /* it arrived at Kela */
	bool is_urgent, is_moved, is_asked, is_open;
};

static void step(struct sample *s, const struct application *a, const char *state, int32_t day, unsigned minute)
{
	sample_step(s, a->who, 1, "h", a->number, "assistance_application", state, day, minute);
}

static void callback(struct sample *s, const struct application *a)
{
	row_object(&s->row, "callback");
	row_time(&s->row, "at", a->day, 900);
	row_text(&s->row, "summary", a->is_moved ? "Kelan käsittelijä soitti: asia siirtyi tavalliseen käsittelyyn. Kerroin tästä asiakkaalle."
						 : "Kelan käsittelijä soitti asiakkaalle ja ratkaisi asian samana päivänä.");
	row_close(&s->row);
	row_text(&s->row, "urgent_outcome", a->is_moved ? "MOVED_TO_NORMAL" : "RESOLVED_URGENT");
}

static void commitment(struct sample *s, int32_t day, bool is_collected)
{
	row_object(&s->row, "payment_commitment");
	row_text(&s->row, "place", "apteekki");
	row_date(&s->row, "pickup_by", day + 7);
	if (is_collected)
		row_time(&s->row, "collected_at", day + 1, 660);
	row_close(&s->row);
}

static void info_request(struct sample *s, const struct application *a, bool is_supplied)
{
	static const char *const how[] = { "PHONE", "MESSAGE", "LETTER" };
	row_list(&s->row, "info_requests");
	row_object(&s->row, NULL);
	row_time(&s->row, "asked_at", a->day + 3, 600);
	row_text(&s->row, "how", how[a->number % 3]);
	row_list(&s->row, "items");
	row_text(&s->row, NULL, "vuokrasopimus");
	row_text(&s->row, NULL, "tiliotteet kahdelta kuukaudelta");
	row_close(&s->row);
	row_date(&s->row, "due", a->day + 17);
	if (is_supplied)
		row_time(&s->row, "supplied_at", a->day + 8, 780);
	row_close(&s->row);
	row_close(&s->row);
}

static void application(struct sample *s, const struct application *a)
{
	static const char *const channels[] = { "OWN_DEVICE", "PUBLIC_GUIDED", "ORAL_PHONE", "PAPER", "WITH_WORKER_DEVICE",
						"NGO_SUPPORTED" };
	static const char *const grounds[] = { "MEDICINE", "FOOD", "EVICTION", "CRISIS" };
	sample_line(s, a->who, 1, "h", a->number, "assistance_application");
	sample_in(s, "c", a->client);
	sample_at(s, a->day, 690);
	sample_fields(s);
	sample_ref(s, "client", "c", a->client);
	row_object(&s->row, "period");
	row_date(&s->row, "from", a->day);
	row_date(&s->row, "to", a->day + 30);
	row_close(&s->row);
	row_text(&s->row, "channel", a->is_urgent ? "ORAL_PHONE" : channels[chance_below(&s->chance, 6)]);
	row_text(&s->row, "helped_by", sample_worker_name(a->who));
	row_text(&s->row, "urgency", a->is_urgent ? "URGENT" : "NORMAL");
	if (a->is_urgent) {
		row_list(&s->row, "urgency_grounds");
		row_text(&s->row, NULL, grounds[a->number % 4]);
		row_close(&s->row);
		row_text(&s->row, "urgency_reason", "Asiakas kertoo, että lääkkeet loppuivat eilen eikä rahaa uusiin ole.");
	}
	row_time(&s->row, "delivered_at", a->day, 690);
	row_text(&s->row, "state", "DELIVERED");
	sample_done(s);
	step(s, a, a->is_urgent ? "URGENT_QUEUE" : "NORMAL_QUEUE", a->day, NOON);
	row_time(&s->row, "arrived_at_kela", a->day, NOON);
	sample_done(s);
}

static void decided(struct sample *s, const struct application *a, int32_t day)
{
	step(s, a, "DECIDED", day, 930);
	row_object(&s->row, "decision");
	row_date(&s->row, "date", day);
	row_text(&s->row, "result", a->number % 5 == 0 ? "Myönnetty osittain" : "Myönnetty");
	row_bool(&s->row, "copy_seen", a->number % 3 != 0);
	row_close(&s->row);
	if (a->is_urgent && !a->is_moved) {
		callback(s, a);
		commitment(s, day, false);
	}
	sample_done(s);
}

static void ended(struct sample *s, const struct application *a, int32_t day)
{
	step(s, a, "TOLD_TO_CLIENT", day, 960);
	sample_done(s);
	if (a->is_urgent && !a->is_moved) {
		step(s, a, "COLLECTED", day + 1, 660);
		commitment(s, day, true);
		sample_done(s);
	}
	step(s, a, "CLOSED", day + 2, 600);
	sample_done(s);
}

static void course(struct sample *s, const struct application *a)
{
	int32_t day = a->day + (a->is_urgent && !a->is_moved ? 0 : 9);
	application(s, a);
	if (a->is_moved) {
		step(s, a, "NORMAL_QUEUE", a->day, 900);
		callback(s, a);
		sample_done(s);
	}
	if (a->is_asked) {
		step(s, a, "WAITING_INFO", a->day + 3, 610);
		info_request(s, a, false);
		sample_done(s);
	}
	if (a->is_open)
		return;
	if (a->is_asked) {
		step(s, a, "NORMAL_QUEUE", a->day + 8, 790);
		info_request(s, a, true);
		sample_done(s);
		day = a->day + 14;
	}
	decided(s, a, day);
	ended(s, a, day + 1);
}

/* Every client once; forty once more, earlier. Some are under way. */
static void kelas(struct sample *s)
{
	int32_t easter_saturday = sample_easter_saturday(s->today), midsummer = sample_before_midsummer(s->today);
	for (size_t a = 0; a < SAMPLE_APPLICATIONS; a++) {
		size_t client = a % SAMPLE_CLIENTS;
		struct application one = { .number = a, .client = client, .who = s->clients[client].worker };
		one.is_urgent = a < SAMPLE_URGENT * 11 && a % 11 == 6;
		one.is_moved = one.is_urgent && a / 11 >= SAMPLE_RESOLVED;
		one.is_asked = !one.is_urgent && a % 4 == 1 && a / 4 < SAMPLE_ASKED + 4;
		one.is_open = a < SAMPLE_CLIENTS && (a % 12 == 9 || a % 24 == 6) && (!one.is_urgent || one.is_moved);
		one.day = s->today - (one.is_open ? 5 : a < SAMPLE_CLIENTS ? 25 : 120) -
			  (int32_t)chance_below(&s->chance, one.is_open ? 2 : 70);
		while (one.day == easter_saturday || one.day == midsummer)
			one.day--;
		if (a == 2 || a == 3)
			one.day = a == 2 ? easter_saturday : midsummer;
		course(s, &one);
	}
}

/* ---- the county's own ---- */

static void notice(struct sample *s, unsigned who, size_t m, int32_t day)
{
	sample_line(s, who, 1, NULL, 0, "service_notice");
	sample_in(s, "m", m);
	sample_at(s, day, 900);
	sample_signed(s);
	sample_fields(s);
	sample_ref(s, "target", "ld", m);
	row_text(&s->row, "method", m % 2 == 0 ? "LETTER" : "ELECTRONIC");
	row_date(&s->row, "actually_sent_on", day);
	sample_done(s);
}

static void county(struct sample *s, size_t m)
{
	const struct sample_case *c = &s->cases[m];
	unsigned who = s->clients[c->client].worker;
	const char *kind = m % 2 == 0 ? "SUPPLEMENTARY" : "PREVENTIVE";
	int64_t cents = 8000 + 500 * (int64_t)chance_below(&s->chance, 40);
	sample_line(s, who, 1, "l", m, "local_application");
	sample_in(s, "m", m);
	sample_at(s, c->opened, 630);
	sample_fields(s);
	row_text(&s->row, "kind", kind);
	row_time(&s->row, "received_at", c->opened, 630);
	row_text(&s->row, "via", "ETOTU");
	row_format(&s->row, "kela_decision_ref", "Kelan päätös %zu", 1000 + m);
	row_list(&s->row, "expenses");
	row_object(&s->row, NULL);
	row_text(&s->row, "type", "sähkölasku");
	row_number(&s->row, "cents", cents);
	sample_done(s);
	sample_step(s, who, 1, "l", m, "local_application", "HANDLING", c->opened + 2, 600);
	sample_done(s);
	if (m % 5 == 2 && !c->is_closed)
		return;
	sample_line(s, who, 1, "ld", m, "local_decision");
	sample_in(s, "m", m);
	sample_at(s, c->opened + 6, 840);
	sample_signed(s);
	sample_fields(s);
	sample_ref(s, "application", "l", m);
	row_text(&s->row, "kind", kind);
	row_date(&s->row, "date", c->opened + 6);
	row_number(&s->row, "granted_cents", cents);
	row_text(&s->row, "reasons", "Sähkön katkeaminen vaarantaisi asumisen. Lasku on kohtuullinen eikä siihen ole muuta maksajaa.");
	row_format(&s->row, "decider", "%s, %s", sample_worker_name(who), who == 3 ? "sosiaaliohjaaja" : "sosiaalityöntekijä");
	row_text(&s->row, "appeal_text_version", "oikaisuvaatimus-2024/30");
	sample_done(s);
	sample_step(s, who, 1, "l", m, "local_application", "DECIDED", c->opened + 6, 850);
	sample_done(s);
	notice(s, who, m, c->opened + 7);
	sample_step(s, who, 1, "l", m, "local_application", "NOTIFIED", c->opened + 7, 910);
	sample_done(s);
}

void sample_aid(struct sample *s)
{
	kelas(s);
	for (size_t m = 0; m < SAMPLE_CASES; m++)
		if (s->cases[m].pathway == SAMPLE_ETOTU)
			county(s, m);
}
