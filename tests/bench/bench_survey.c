/* bench_survey - a quarter counted at a central node of 30,000 persons, 60,000 cases and
 * 240,000 records, on a sealed file.
 *
 * survey.count.ms is all of it; survey.part_slowest.ms the longest the event loop is
 * held by one part, and survey.begin.ms by the beginning, which puts the cases in order.
 * Milliseconds of processor time, for the longest of 4,000 parts is else another process's.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "central/match.h"
#include "central/survey.h"
#include "lib/book_node.h"
#include "lib/prng.h"
#include "records_table.h"
#include "store/sealed_db.h"

enum { PERSONS = 30000, PER_COMMIT = 500, VISITS = 3 };

#define MUST(call) ASSERT(!fault_is(call))

static const uint64_t day_ms = 86400000;
static const int32_t first_day = 20454; /* 1.1.2026 */

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static uint8_t block[256];

static struct wire_out *message(void)
{
	static struct wire_out out;
	wire_out_init(&out, block, sizeof block);
	return &out;
}

static void put(struct book_node *node, unsigned *record, unsigned owner, uint32_t type, uint64_t event_ms,
		const struct wire_out *out)
{
	book_node_write(node, (struct book_write){ .record = (*record)++, .owner = owner, .type = type,
						   .event_at_ms = event_ms, .fields = wire_out_span(out) });
}

static void know(struct book_node *node, unsigned id, enum delta_case_kind kind, unsigned client)
{
	struct log_case info = { .case_id = book_node_case(id), .kind = kind };
	if (kind == DELTA_CASE_MATTER)
		info.client_case = book_node_case(client);
	MUST(log_case_put(node->log, &info));
}

static void fill_person(struct book_node *node, struct prng *prng, unsigned person, unsigned *record)
{
	unsigned home = 2 * person, matter = home + 1;
	uint64_t when = day_ms * (uint64_t)(first_day - 60) + prng_below(prng, 180 * day_ms);
	struct wire_out *out;
	know(node, home, DELTA_CASE_CLIENT, 0);
	know(node, matter, DELTA_CASE_MATTER, home);
	put(node, record, home, RECORDS_TYPE_CLIENT, when, (out = message(),
	    wire_put_bytes(out, RECORDS_CLIENT_FAMILY_NAME, span_text("Asiakas")),
	    wire_put_bytes(out, RECORDS_CLIENT_MUNICIPALITY, span_text("Takkuvaara")), out));
	put(node, record, home, RECORDS_TYPE_DIGITAL_CAPABILITY, when, (out = message(),
	    wire_put_varint(out, RECORDS_DIGITAL_CAPABILITY_ASSESSED_ON, 2 * (uint64_t)(when / day_ms)),
	    wire_put_varint(out, RECORDS_DIGITAL_CAPABILITY_CUSTOMER_TYPE, 1 + prng_below(prng, 4)), out));
	put(node, record, home, RECORDS_TYPE_REFERRAL, when, (out = message(),
	    wire_put_varint(out, RECORDS_REFERRAL_RECEIVED_AT, when),
	    wire_put_varint(out, RECORDS_REFERRAL_PATHWAY, 1 + prng_below(prng, 9)), out));
	put(node, record, matter, RECORDS_TYPE_CASE, when, (out = message(),
	    wire_put_varint(out, RECORDS_CASE_OPENED_ON, 2 * (uint64_t)(when / day_ms)),
	    wire_put_varint(out, RECORDS_CASE_OPENED_BY_PATHWAY, 1 + prng_below(prng, 9)), out));
	for (unsigned i = 0; i < VISITS; i++)
		put(node, record, matter, RECORDS_TYPE_VISIT, when, (out = message(),
		    wire_put_varint(out, RECORDS_VISIT_STARTED_AT, when + i * day_ms),
		    wire_put_varint(out, RECORDS_VISIT_PHASE, 1 + prng_below(prng, 6)),
		    wire_put_varint(out, RECORDS_VISIT_STATE, RECORDS_VISIT_STATE_DONE), out));
	put(node, record, matter, RECORDS_TYPE_ENCOUNTER_NOTE, when, (out = message(),
	    wire_put_bytes(out, RECORDS_ENCOUNTER_NOTE_TEXT, span_text("Keskustelimme talouden hoidosta ja vuokrasta.")), out));
}

static void fill(struct book_node *node)
{
	struct prng prng;
	unsigned record = 0;
	prng_init(&prng, 30);
	for (unsigned person = 0; person < PERSONS; person++) {
		if (person % PER_COMMIT == 0)
			MUST(log_begin(node->log));
		fill_person(node, &prng, person, &record);
		if (person % PER_COMMIT == PER_COMMIT - 1)
			MUST(log_commit(node->log));
	}
}

struct told {
	bool done;
	uint32_t visits;
};

static void done(void *ctx, struct fault fault, const struct statistics *counts)
{
	struct told *told = ctx;
	ASSERT(!fault_is(fault));
	told->done = true;
	for (size_t i = 0; i < STATISTICS_CELLS_MAX; i++)
		told->visits += counts->cells[STATISTICS_VISITS_PHASE][i];
}

static void measure(struct book_node *node, struct match *match)
{
	struct told told = { .done = false };
	struct survey *survey;
	double slowest = 0, begin = now_ms(), at;
	MUST(survey_open(node->log, node->book, match, &survey));
	MUST(survey_begin(survey, first_day, first_day + 89, done, &told));
	printf("survey.begin.ms %.1f ms\n", now_ms() - begin);
	while (survey_waits(survey)) {
		at = now_ms();
		survey_step(survey);
		slowest = now_ms() - at > slowest ? now_ms() - at : slowest;
	}
	ASSERT(told.done && told.visits > PERSONS / 2);
	printf("survey.count.ms %.0f ms\n", now_ms() - begin);
	printf("survey.part_slowest.ms %.1f ms\n", slowest);
	survey_close(survey);
}

int main(void)
{
	static const uint8_t key[SEAL_KEY_BYTES] = { 1, 2, 3 };
	struct sealed_db_options options = { .create = true, .suite = SEAL_XCHACHA20POLY1305 };
	struct order_epoch epoch = { .generation = 1 };
	static struct book_node node;
	const char *base = getenv("TMPDIR");
	char directory[64];
	struct match *match;
	snprintf(directory, sizeof directory, "%s/jalka-bench-XXXXXX", base != NULL && strlen(base) < 40 ? base : "/tmp");
	ASSERT(mkdtemp(directory) != NULL);
	snprintf(node.path, sizeof node.path, "%s/central.db", directory);
	memset(epoch.id.bytes, 0xee, ID_BYTES);
	MUST(order_learn(&node.orders, &epoch));
	MUST(sealed_db_open(node.path, key, &options, &node.db));
	book_node_open_book(&node);
	casebook_set_central(node.book);
	node.stamp_ms = 1767200000000;
	MUST(match_open(node.db, node.log, node.book, &match));
	fill(&node);
	measure(&node, match);
	match_close(match);
	book_node_close_book(&node);
	sealed_db_close(node.db, node.path);
	unlink(node.path);
	rmdir(directory);
	return 0;
}
