/* sample - options, and the lines all writers begin and end the same way. */
#include "sample.h"

#include <limits.h>
#include <stdlib.h>
#include <time.h>

#include "base/assert.h"
#include "base/civil.h"
#include "sample_set.h"
#include "say.h"

/* ---- lines ---- */

static size_t number_in_set(const struct sample *s, size_t number)
{
	return s->part * (size_t)SAMPLE_NUMBERS + number;
}

static bool is_wanted(const struct sample *s, unsigned who, unsigned round)
{
	return round == s->round && (who == s->who || (s->who > SAMPLE_WORKERS && who != SAMPLE_CENTRAL));
}

void sample_line(struct sample *s, unsigned who, unsigned round, const char *kind, size_t number, const char *type)
{
	row_begin(&s->row, is_wanted(s, who, round));
	if (kind != NULL)
		row_format(&s->row, "ref", "%s%zu", kind, number_in_set(s, number));
	if (type != NULL)
		row_text(&s->row, "type", type);
}

void sample_ref(struct sample *s, const char *name, const char *kind, size_t number)
{
	row_format(&s->row, name, "ref:%s%zu", kind, number_in_set(s, number));
}

void sample_case_ref(struct sample *s, const char *name, const char *kind, size_t number)
{
	row_format(&s->row, name, "case:%s%zu", kind, number_in_set(s, number));
}

void sample_in(struct sample *s, const char *kind, size_t number)
{
	sample_ref(s, "case", kind, number);
}

void sample_opens(struct sample *s, const char *kind, size_t number)
{
	row_text(&s->row, "case", "new");
	if (kind != NULL)
		sample_ref(s, "client_case", kind, number);
}

void sample_at(struct sample *s, int32_t day, unsigned minute)
{
	row_time(&s->row, "at", day, minute);
}

void sample_signed(struct sample *s)
{
	row_bool(&s->row, "sign", true);
}

void sample_fields(struct sample *s)
{
	row_object(&s->row, "fields");
}

void sample_done(struct sample *s)
{
	row_end(&s->row);
}

void sample_step(struct sample *s, unsigned who, unsigned round, const char *kind, size_t number, const char *type,
		 const char *state, int32_t day, unsigned minute)
{
	sample_line(s, who, round, NULL, 0, type);
	sample_ref(s, "record", kind, number);
	sample_at(s, day, minute);
	sample_fields(s);
	row_text(&s->row, "state", state);
}

const char *sample_worker_name(unsigned worker)
{
	static const char *const names[] = { "", "Aino Laine", "Henna Korvola", "Mikko Saari", "Liisa Palo", "Jussi Rautio" };
	ASSERT(worker <= SAMPLE_WORKERS);
	return names[worker];
}

/* ---- the whole ---- */

static void one_part(struct sample *s)
{
	sample_deal(s);
	sample_staff(s);
	sample_people(s);
	sample_matters(s);
	sample_aid(s);
	sample_consents(s);
	sample_sessions(s);
	sample_close(s);
	sample_encounters(s);
	sample_edges(s);
}

static unsigned long number_of(struct command_context *c, enum command_option option, unsigned long standard,
			       unsigned long most)
{
	const char *given = c->options[option];
	if (given == NULL)
		return standard;
	char *end;
	unsigned long value = strtoul(given, &end, 10);
	if (*given == '\0' || *given == '-' || *end != '\0' || value == 0 || value > most)
		say_die(SAY_USAGE, "\"%s\" is no number between 1 and %lu", say_clean(given), most);
	return value;
}

/* "2" or "2/5". */
static unsigned worker_of(struct command_context *c)
{
	const char *given = c->options[COMMAND_WORKER];
	if (c->options[COMMAND_CENTRAL] != NULL)
		return SAMPLE_CENTRAL;
	if (given == NULL)
		return SAMPLE_WORKERS + 1;
	char *end;
	unsigned long worker = strtoul(given, &end, 10);
	if (worker < 1 || worker > SAMPLE_WORKERS || (strcmp(end, "") != 0 && strcmp(end, "/5") != 0))
		say_die(SAY_USAGE, "--worker is 1 to %d, or 1/%d to %d/%d", SAMPLE_WORKERS, SAMPLE_WORKERS, SAMPLE_WORKERS,
			SAMPLE_WORKERS);
	return (unsigned)worker;
}

static bool is_outreach(struct command_context *c)
{
	const char *given = c->options[COMMAND_PROFILE];
	if (given != NULL && strcmp(given, "outreach") != 0 && strcmp(given, "applicants") != 0)
		say_die(SAY_USAGE, "--profile is applicants or outreach");
	return given != NULL && strcmp(given, "outreach") == 0;
}

static int32_t today_of(struct command_context *c)
{
	int32_t day;
	if (c->options[COMMAND_TODAY] == NULL)
		return civil_days(civil_helsinki((uint64_t)time(NULL) * 1000).date);
	if (!civil_read_date(span_text(c->options[COMMAND_TODAY]), &day))
		say_die(SAY_USAGE, "--today is a day like 2026-11-02");
	return day;
}

int sample_command(struct command_context *c, int argc, char **argv)
{
	unsigned parts = (unsigned)number_of(c, COMMAND_SCALE, 1, SAMPLE_PARTS_MAX);
	if (c->options[COMMAND_CHECK] != NULL)
		return sample_check(c, argc, argv, parts, is_outreach(c), today_of(c));
	if (argc > 0)
		command_usage(c, argv[0]);
	struct sample *s = calloc(1, sizeof *s);
	int64_t *codes = calloc((size_t)parts * SAMPLE_CLIENTS, sizeof *codes);
	if (s == NULL || codes == NULL)
		say_die(SAY_FAILED, "out of memory");
	unsigned long seed = number_of(c, COMMAND_SEED, 1, ULONG_MAX - 1);
	s->who = worker_of(c);
	s->round = (unsigned)number_of(c, COMMAND_ROUND, 1, 4);
	s->is_outreach = is_outreach(c);
	s->today = today_of(c);
	s->codes = codes;
	for (s->part = 0; s->part < parts; s->part++) {
		s->chance = chance_of(seed, s->part);
		one_part(s);
	}
	free(codes);
	free(s);
	return SAY_OK;
}
