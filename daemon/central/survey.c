/* survey - cases in the order of persons, records in the order of cases. */
#include "central/survey.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/assert.h"
#include "central/idset.h"
#include "records_table.h"

/* Of one part: entries looked at, records folded. */
enum { ENTRIES_STEP = 512, RECORDS_STEP = 64 };

struct place {
	struct case_id person; /* the CLIENT case all of a person's cases go by; none: nobody's */
	struct case_id case_id;
};

struct walk {
	struct place *places;
	size_t count, room, at;
	bool is_read;          /* the ids of places[at] are all here */
	uint64_t after;        /* read so far: the order */
	size_t looked;         /* entries of this part */
	struct idset ids;      /* of places[at]; settled when it is read */
	size_t id_at;
	struct fault fault;
};

struct survey {
	struct log *log;
	struct casebook *book;
	struct match *match;
	struct statistics *counts; /* NULL: nothing under way */
	survey_done_fn *done;
	void *ctx;
	struct walk walk;
};

struct fault survey_open(struct log *log, struct casebook *book, struct match *match, struct survey **out)
{
	struct survey *survey = calloc(1, sizeof *survey);
	if (survey == NULL)
		return fault_of(FAULT_LIMIT, "memory for the survey");
	survey->log = log;
	survey->book = book;
	survey->match = match;
	*out = survey;
	return fault_none();
}

static void end(struct survey *survey, struct fault fault)
{
	struct statistics *counts = survey->counts;
	if (!fault_is(fault))
		statistics_end(counts);
	survey->counts = NULL;
	free(survey->walk.places);
	idset_free(&survey->walk.ids);
	survey->walk = (struct walk){ .fault = fault_none() };
	survey->done(survey->ctx, fault, fault_is(fault) ? NULL : counts);
	sodium_memzero(counts, sizeof *counts);
	free(counts);
}

void survey_close(struct survey *survey)
{
	if (survey == NULL)
		return;
	if (survey->counts != NULL)
		end(survey, fault_of(FAULT_LATER, "the central node stops"));
	free(survey);
}

bool survey_waits(const struct survey *survey)
{
	return survey->counts != NULL;
}

/* ---- which cases, in which order ---- */

static bool grow(struct walk *walk)
{
	if (walk->count < walk->room)
		return true;
	size_t room = walk->room == 0 ? 256 : 2 * walk->room;
	struct place *more = realloc(walk->places, room * sizeof *more);
	if (more == NULL) {
		walk->fault = fault_of(FAULT_LIMIT, "memory for the survey");
		return false;
	}
	walk->places = more;
	walk->room = room;
	return true;
}

static bool take_case(void *ctx, const struct log_case *info)
{
	struct walk *walk = ctx;
	struct place place = { .case_id = info->case_id };
	if (info->erased)
		return true;
	switch (info->kind) {
	case DELTA_CASE_CLIENT:
		place.person = info->case_id;
		break;
	case DELTA_CASE_MATTER:
	case DELTA_CASE_SENSITIVE:
		place.person = info->client_case;
		break;
	case DELTA_CASE_REFERENCE:
		break;
	case DELTA_CASE_NONE:
	case DELTA_CASE_PROTECTED:
	case DELTA_CASE_CHILD_NOTICE:
	case DELTA_CASE_DIRECTORY:
	case DELTA_CASE_ACCESS:
		return true;
	}
	if (!grow(walk))
		return false;
	walk->places[walk->count++] = place;
	return true;
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct place));
}

struct linking {
	struct walk *walk;
	struct place *copy; /* the places as they were, sorted */
};

/* All that went by `from` goes by `into` (T2). */
static bool take_link(void *ctx, struct case_id from, struct case_id into)
{
	struct linking *linking = ctx;
	struct walk *walk = linking->walk;
	size_t low = 0, high = walk->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (memcmp(linking->copy[middle].person.bytes, from.bytes, ID_BYTES) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < walk->count && ID_EQUAL(linking->copy[low].person, from); low++)
		walk->places[low].person = into;
	return true;
}

static void sort(struct walk *walk)
{
	if (walk->count > 0)
		qsort(walk->places, walk->count, sizeof *walk->places, compare);
}

static struct fault gather(struct survey *survey)
{
	struct walk *walk = &survey->walk;
	FAULT_TRY(log_case_scan(survey->log, take_case, walk));
	FAULT_TRY(walk->fault);
	sort(walk);
	struct linking linking = { .walk = walk, .copy = malloc((walk->count + 1) * sizeof *linking.copy) };
	if (linking.copy == NULL)
		return fault_of(FAULT_LIMIT, "memory for the survey");
	if (walk->count > 0)
		memcpy(linking.copy, walk->places, walk->count * sizeof *walk->places);
	struct fault fault = match_linked_cases(survey->match, take_link, &linking);
	free(linking.copy);
	sort(walk); /* nobody's case is the first: its id is all zeros */
	return fault;
}

static bool take_municipality(void *ctx, const struct casebook_record *record)
{
	statistics_record(ctx, &(struct statistics_record){ record->record_type, record->shown, record->event_at_ms });
	return true;
}

struct fault survey_begin(struct survey *survey, int32_t from, int32_t to, survey_done_fn *done, void *ctx)
{
	if (survey->counts != NULL)
		return fault_of(FAULT_LATER, "statistics are being counted already: ask again in a moment");
	struct statistics *counts = malloc(sizeof *counts);
	if (counts == NULL)
		return fault_of(FAULT_LIMIT, "memory for the statistics");
	survey->walk = (struct walk){ .fault = fault_none() };
	struct fault fault = statistics_begin(counts, from, to);
	/* Municipalities first: all else is classed by them. */
	if (!fault_is(fault))
		fault = casebook_list(survey->book, RECORDS_TYPE_MUNICIPALITY, NULL, 0, take_municipality, counts);
	if (!fault_is(fault))
		fault = gather(survey);
	if (fault_is(fault)) {
		free(survey->walk.places);
		free(counts);
		return fault;
	}
	survey->counts = counts;
	survey->done = done;
	survey->ctx = ctx;
	return fault_none();
}

/* ---- which records ---- */

static bool take_id(void *ctx, const struct log_entry *entry)
{
	struct walk *walk = ctx;
	walk->after = entry->orders[0].n;
	walk->looked++;
	if (entry->record_type != RECORDS_TYPE_MUNICIPALITY && statistics_counts(entry->record_type) &&
	    !idset_add(&walk->ids, entry->record_id.bytes))
		walk->fault = fault_of(FAULT_LIMIT, "memory for the survey");
	return !fault_is(walk->fault) && walk->looked < ENTRIES_STEP;
}

static struct fault read_ids(struct survey *survey)
{
	struct walk *walk = &survey->walk;
	size_t before = walk->looked;
	FAULT_TRY(log_read_case(survey->log, walk->places[walk->at].case_id, walk->after, UINT64_MAX >> 1, take_id, walk));
	FAULT_TRY(walk->fault);
	walk->is_read = walk->looked < ENTRIES_STEP || walk->looked == before;
	if (walk->is_read)
		idset_settle(&walk->ids);
	return fault_none();
}

static bool count_record(void *ctx, const struct casebook_record *record)
{
	statistics_record(ctx, &(struct statistics_record){ record->record_type, record->shown, record->event_at_ms });
	return false;
}

static void next_case(struct survey *survey)
{
	struct walk *walk = &survey->walk;
	const struct place *old = &walk->places[walk->at++];
	walk->is_read = false;
	walk->after = 0;
	walk->ids.count = walk->id_at = 0;
	if (walk->at < walk->count && !ID_EQUAL(walk->places[walk->at].person, old->person))
		statistics_person(survey->counts);
}

static struct fault step(struct survey *survey, bool *is_done)
{
	struct walk *walk = &survey->walk;
	size_t folded = 0;
	walk->looked = 0;
	if (walk->at == 0 && walk->after == 0 && walk->id_at == 0 && walk->count > 0 && !ID_IS_NONE(walk->places[0].person))
		statistics_person(survey->counts);
	while (walk->at < walk->count && folded < RECORDS_STEP && walk->looked < ENTRIES_STEP) {
		if (!walk->is_read)
			FAULT_TRY(read_ids(survey));
		for (; walk->is_read && walk->id_at < walk->ids.count && folded < RECORDS_STEP; folded++)
			FAULT_TRY(casebook_peek(survey->book, idset_record(&walk->ids, walk->id_at++), count_record,
						survey->counts));
		if (walk->is_read && walk->id_at == walk->ids.count)
			next_case(survey);
	}
	*is_done = walk->at == walk->count;
	return fault_none();
}

void survey_step(struct survey *survey)
{
	bool is_done = false;
	if (survey->counts == NULL)
		return;
	struct fault fault = step(survey, &is_done);
	if (fault_is(fault) || is_done)
		end(survey, fault);
}
