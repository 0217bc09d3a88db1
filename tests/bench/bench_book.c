/* bench_book - the case book and its log on a sealed file: what a worker waits for.
 *
 * 100,000 records in 150 cases, one case of 2,000; figures are medians of 5, one a
 * line: name value unit. Notes are of 24 words drawn by Zipf's law from 5,000, the
 * commonest in nine records of ten. book.search100k.ms is the slowest of the queries
 * a worker asks; book.search100k_commonest.ms that of a long word in every other
 * record, the worst there is. book.agenda60.ms is the agenda of a worker with 60
 * clients, each with a matter, two applications, plan, mapping, capability, consent,
 * actions, visit and 20 notes; book.agenda.ms some 700 things among 100,000 records. The
 * append ratio is the log's verbs against a bare loop of the same INSERT, both on
 * plain SQLite, batches of 200, synchronous=FULL, interleaved.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "lib/book_node.h"
#include "lib/prng.h"
#include "records_table.h"
#include "store/sealed_db.h"

enum { RUNS = 5, RECORDS = 100000, BIG_CASE = 2000, CASES = 150, REBUILT = 10000, APPENDED = 20000, BATCH = 200 };

#define MUST(call) ASSERT(!fault_is(call))

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *runs)
{
	qsort(runs, RUNS, sizeof *runs, compare);
	return runs[RUNS / 2];
}

static char directory[64];

static void path_of(const char *name, char out[static 96])
{
	snprintf(out, 96, "%s/%s", directory, name);
}

static void drop(const char *name)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char path[96], whole[128];
	path_of(name, path);
	for (size_t i = 0; i < 3; i++) {
		snprintf(whole, sizeof whole, "%s%s", path, suffixes[i]);
		unlink(whole);
	}
}

/* ---- a caseload ---- */

static const char *const families[] = { "Guhtur", "Äijälä", "Mäkinen", "Korhonen", "Saijets", "Aikio", "Öberg", "Lukkari" };
static const char *const givens[] = { "Áilu", "Maarit", "Matti", "Meri-Tuuli", "Juhani", "Elle", "Pekka", "Sunna" };
static const char *const words[] = {
	"ja", "on", "ei", "hän", "oli", "kanssa", "että", "mutta", "asunnolla", "vuokra", "keittiössä", "puhuimme",
	"lääkäri", "Kela", "hakemus", "toimeentulotuki", "huomenna", "soitto", "poliisi", "velat", "ruokaa", "matka",
};

enum { VOCABULARY = 5000, COMMON = sizeof words / sizeof words[0] };

static double zipf_sum[VOCABULARY];

static void zipf_init(void)
{
	double sum = 0;
	for (size_t i = 0; i < VOCABULARY; i++)
		zipf_sum[i] = sum += 1.0 / (double)(i + 1);
}

/* The common words as they are, the others made of syllables. */
static void put_word(struct prng *prng, char *text)
{
	static const char *const syllables[] = { "ka", "lu", "mi", "ta", "vo", "se", "ry", "hä", "jo", "pe", "nu", "li" };
	double at = (double)prng_below(prng, 1u << 30) / (double)(1u << 30) * zipf_sum[VOCABULARY - 1];
	size_t low = 0, high = VOCABULARY - 1;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (zipf_sum[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < COMMON)
		strcat(text, words[low]);
	for (size_t rest = low; low >= COMMON && rest > 0; rest /= 12)
		strcat(text, syllables[rest % 12]);
	strcat(text, " ");
}

static void write_record(struct book_node *node, struct prng *prng, unsigned i)
{
	char family[40], phone[24], text[1000] = "";
	struct book_write write = { .record = i, .owner = i < BIG_CASE ? 0 : 1 + i % CASES };
	write.event_at_ms = 1700000000000 + prng_below(prng, 1000000000);
	if (i % 25 == 1) {
		snprintf(family, sizeof family, "%s%u", families[prng_below(prng, 8)], i % 997);
		snprintf(phone, sizeof phone, "040 %07u", (unsigned)prng_below(prng, 10000000));
		write.fields = book_node_texts(RECORDS_CLIENT_FAMILY_NAME, family, RECORDS_CLIENT_GIVEN_NAMES,
					       givens[prng_below(prng, 8)], RECORDS_CLIENT_PHONE, phone, 0u);
	} else {
		for (unsigned n = 0; n < 24; n++)
			put_word(prng, text);
		write.type = RECORDS_TYPE_VISIT;
		write.fields = book_node_texts(RECORDS_VISIT_TOPIC, text, 0u);
	}
	book_node_write(node, write);
	if (i % 20 == 0) {
		uint8_t block[16];
		struct wire_out out;
		wire_out_init(&out, block, sizeof block);
		wire_put_varint(&out, RECORDS_VISIT_PLANNED_AT, 1800000000000 + prng_below(prng, 86400000ull * 100));
		book_node_write(node, (struct book_write){ .record = i, .owner = write.owner, .type = RECORDS_TYPE_VISIT,
							   .fields = wire_out_span(&out), .base = node->order });
	}
}

static void fill(struct book_node *node, unsigned records)
{
	struct prng prng;
	prng_init(&prng, 1);
	for (unsigned i = 0; i < records; i++) {
		if (i % 1000 == 0)
			MUST(log_begin(node->log));
		write_record(node, &prng, i);
		if (i % 1000 == 999 || i + 1 == records)
			MUST(log_commit(node->log));
	}
}

static struct book_node *open_sealed(const char *name)
{
	static const uint8_t key[SEAL_KEY_BYTES] = { 1, 2, 3 };
	struct sealed_db_options options = { .create = true, .suite = SEAL_XCHACHA20POLY1305 };
	struct order_epoch epoch = { .generation = 1 };
	struct book_node *node = calloc(1, sizeof *node);
	ASSERT(node != NULL);
	memset(epoch.id.bytes, 0xee, ID_BYTES);
	MUST(order_learn(&node->orders, &epoch));
	path_of(name, node->path);
	MUST(sealed_db_open(node->path, key, &options, &node->db));
	book_node_open_book(node);
	node->stamp_ms = 1700000000000;
	return node;
}

static void shut(struct book_node *node, const char *name)
{
	book_node_close_book(node);
	sealed_db_close(node->db, node->path);
	drop(name);
	free(node);
}

/* ---- the figures ---- */

static bool count_record(void *ctx, const struct casebook_record *record)
{
	(void)record;
	++*(size_t *)ctx;
	return true;
}

static bool count_due(void *ctx, const struct casebook_due *due)
{
	(void)due;
	++*(size_t *)ctx;
	return true;
}

static void measure_case(struct book_node *node)
{
	double runs[RUNS];
	struct case_id id = book_node_case(0);
	for (size_t i = 0; i < RUNS; i++) {
		size_t count = 0;
		double begin = now_ms();
		MUST(casebook_list(node->book, 0, &id, 0, count_record, &count));
		runs[i] = now_ms() - begin;
		ASSERT(count == BIG_CASE);
	}
	printf("book.case2000.ms %.2f ms\n", median(runs));
}

static double search_ms(struct book_node *node, const char *query)
{
	double runs[RUNS];
	for (size_t i = 0; i < RUNS; i++) {
		size_t count = 0;
		double begin = now_ms();
		MUST(casebook_search(node->book, span_text(query), 50, count_record, &count));
		runs[i] = now_ms() - begin;
	}
	return median(runs);
}

static void measure_search(struct book_node *node)
{
	static const char *const queries[] = {
		"k", "kä", "on", "vuokra", "vuokra lääkäri", "toimeentulotuki huomenna", "guhtur", "040 12", "meri-tuuli guht",
		"puuttuu", "makinen", "äijälän", "mäkisen mäkinen", "guhturin áilun", "vuokran lääkärille", "tot", "3.11.1968",
	};
	double worst = 0;
	for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
		double ms = search_ms(node, queries[i]);
		worst = ms > worst ? ms : worst;
	}
	printf("book.search100k.ms %.2f ms\n", worst);
	printf("book.search100k_commonest.ms %.2f ms\n", search_ms(node, "kanssa"));
}

static void measure_agenda(struct book_node *node, const char *name, int32_t day, size_t least)
{
	double runs[RUNS];
	for (size_t i = 0; i < RUNS; i++) {
		size_t count = 0;
		double begin = now_ms();
		MUST(casebook_agenda(node->book, day, count_due, &count));
		runs[i] = now_ms() - begin;
		ASSERT(count >= least);
	}
	printf("%s %.2f ms\n", name, median(runs));
}

/* ---- 60 clients ---- */

enum { CLIENTS = 60, NOTES = 20, DAY = 20833 /* 15.1.2027 */ };
static const uint64_t day_ms = 86400000;

static uint8_t message_block[256];

static struct wire_out *message(void)
{
	static struct wire_out out;
	wire_out_init(&out, message_block, sizeof message_block);
	return &out;
}

static struct wire_out *with_number(struct wire_out *out, uint32_t number, uint64_t value)
{
	wire_put_varint(out, number, value);
	return out;
}

/* A date is stored zigzag; all of them stand within some weeks of DAY. */
static struct wire_out *with_day(struct wire_out *out, uint32_t number, struct prng *prng)
{
	return with_number(out, number, 2 * (DAY - 10 + prng_below(prng, 30)));
}

static struct wire_out *with_time(struct wire_out *out, uint32_t number, struct prng *prng)
{
	return with_number(out, number, day_ms * (DAY - 10) + prng_below(prng, 20 * day_ms));
}

static void put(struct book_node *node, unsigned *record, unsigned owner, uint32_t type, const struct wire_out *out)
{
	book_node_write(node, (struct book_write){ .record = (*record)++, .owner = owner, .type = type,
						   .event_at_ms = day_ms * (DAY - 20), .fields = wire_out_span(out) });
}

static void know_case(struct book_node *node, unsigned id, enum delta_case_kind kind, unsigned client)
{
	struct log_case info = { .case_id = book_node_case(id), .kind = kind };
	if (kind != DELTA_CASE_CLIENT)
		info.client_case = book_node_case(client);
	MUST(log_case_put(node->log, &info));
}

static void fill_client(struct book_node *node, struct prng *prng, unsigned *record, unsigned home)
{
	unsigned matter = home + 1;
	know_case(node, home, DELTA_CASE_CLIENT, 0);
	know_case(node, matter, DELTA_CASE_MATTER, home);
	book_node_write(node, (struct book_write){ .record = (*record)++, .owner = home, .type = RECORDS_TYPE_CLIENT,
						   .fields = book_node_client(families[home % 8], givens[home / 8 % 8]) });
	put(node, record, matter, RECORDS_TYPE_CASE,
	    with_number(with_day(message(), RECORDS_CASE_OPENED_ON, prng), RECORDS_CASE_SPECIAL_SUPPORT, home % 2));
	for (unsigned i = 0; i < 2; i++)
		put(node, record, home, RECORDS_TYPE_ASSISTANCE_APPLICATION,
		    with_number(with_time(message(), RECORDS_ASSISTANCE_APPLICATION_ARRIVED_AT_KELA, prng),
				RECORDS_ASSISTANCE_APPLICATION_URGENCY, 1 + (home + i) % 7 / 6));
	put(node, record, matter, RECORDS_TYPE_PLAN, with_day(message(), RECORDS_PLAN_REVIEW_ON, prng));
	put(node, record, home, RECORDS_TYPE_LIFE_SITUATION_MAPPING,
	    with_day(message(), RECORDS_LIFE_SITUATION_MAPPING_VALID_UNTIL, prng));
	put(node, record, home, RECORDS_TYPE_DIGITAL_CAPABILITY, with_day(message(), RECORDS_DIGITAL_CAPABILITY_NEXT_CHECK, prng));
	put(node, record, home, RECORDS_TYPE_CONSENT, with_day(message(), RECORDS_CONSENT_VALID_UNTIL, prng));
	for (unsigned i = 0; i < 3; i++)
		put(node, record, matter, RECORDS_TYPE_AGREED_ACTION, with_day(message(), RECORDS_AGREED_ACTION_DUE, prng));
	put(node, record, matter, RECORDS_TYPE_VISIT, with_time(message(), RECORDS_VISIT_PLANNED_AT, prng));
	for (unsigned i = 0; i < NOTES; i++)
		book_node_write(node, (struct book_write){ .record = (*record)++, .owner = matter, .type = RECORDS_TYPE_VISIT,
							   .fields = book_node_texts(RECORDS_VISIT_TOPIC, words[i], 0u) });
}

static void measure_agenda60(void)
{
	struct book_node *node = open_sealed("agenda.db");
	struct prng prng;
	unsigned record = 0;
	prng_init(&prng, 60);
	MUST(log_begin(node->log));
	for (unsigned i = 0; i < CLIENTS; i++)
		fill_client(node, &prng, &record, 2 * i);
	MUST(log_commit(node->log));
	measure_agenda(node, "book.agenda60.ms", DAY, 5 * CLIENTS);
	shut(node, "agenda.db");
}

/* One more change of one record, committed: what a worker's save costs. */
static void measure_save(struct book_node *node)
{
	double runs[RUNS];
	for (size_t i = 0; i < RUNS; i++) {
		double begin = now_ms();
		book_node_write(node, (struct book_write){ .record = 1, .owner = 0, .base = node->order, .is_local = true,
							   .fields = book_node_client("Guhtur", i % 2 ? "Elle" : "Áilu") });
		runs[i] = now_ms() - begin;
	}
	printf("book.save.ms %.2f ms\n", median(runs));
}

/* A case of some 650 records forgotten among 100,000: the index is merged. */
static void measure_forget(struct book_node *node)
{
	double begin = now_ms();
	MUST(log_begin(node->log));
	MUST(log_remove_case(node->log, book_node_case(7), book_node_author(3).node));
	MUST(casebook_hooks(node->book)->ops->forgot(casebook_hooks(node->book)->ctx, book_node_case(7)));
	MUST(log_commit(node->log));
	printf("book.forget100k.ms %.0f ms\n", now_ms() - begin);
}

static void measure_rebuild(void)
{
	struct book_node *node = open_sealed("rebuild.db");
	double runs[RUNS];
	fill(node, REBUILT);
	for (size_t i = 0; i < RUNS; i++) {
		double begin = now_ms();
		MUST(casebook_rebuild(node->book));
		runs[i] = now_ms() - begin;
	}
	printf("book.rebuild10k.ms %.0f ms\n", median(runs));
	shut(node, "rebuild.db");
}

/* ---- the append against a bare loop ---- */

static void entry_make(struct log_entry *entry, uint8_t bytes[static 300], uint64_t seq)
{
	memset(entry, 0, sizeof *entry);
	memset(&entry->author, (int)(1 + seq % 8), sizeof entry->author);
	entry->seq = 1 + seq / 8;
	entry->orders[0] = (struct order){ 1, seq + 1 };
	entry->order_count = 1;
	entry->stamp_ms = 1700000000000 + seq;
	entry->verdict = LOG_ACCEPTED;
	entry->case_id = book_node_case((unsigned)(seq % CASES));
	uint64_t mixed = (seq / 2) * 0x9e3779b97f4a7c15u;
	memcpy(entry->record_id.bytes, &mixed, sizeof mixed);
	entry->record_type = 3;
	memcpy(entry->digest.bytes, &mixed, sizeof mixed);
	memset(bytes, (int)seq, 300);
	entry->bytes = span_of(bytes, 300);
}

static struct sqlite3 *open_plain(const char *name)
{
	struct sqlite3 *db;
	char path[96];
	path_of(name, path);
	drop(name);
	ASSERT(sqlite3_open(path, &db) == SQLITE_OK);
	ASSERT(sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536", NULL, NULL,
			    NULL) == SQLITE_OK);
	return db;
}

static double append_by_log(void)
{
	static struct log_entry entries[BATCH];
	static uint8_t bytes[BATCH][300];
	struct sqlite3 *db = open_plain("append.db");
	struct log *log;
	uint64_t local;
	MUST(log_sqlite_open(db, &log));
	double begin = now_ms();
	for (uint64_t i = 0; i < APPENDED; i += BATCH) {
		for (size_t j = 0; j < BATCH; j++)
			entry_make(&entries[j], bytes[j], i + j);
		MUST(log_begin(log));
		MUST(log_append(log, entries, BATCH, &local));
		MUST(log_commit(log));
	}
	double took = now_ms() - begin;
	log_close(log);
	sqlite3_close(db);
	drop("append.db");
	return took;
}

static void bind_raw(struct sqlite3_stmt *insert, const struct log_entry *entry, uint64_t local, uint64_t author, uint64_t owner)
{
	sqlite3_bind_int64(insert, 1, (sqlite3_int64)local);
	sqlite3_bind_int64(insert, 2, (sqlite3_int64)author);
	sqlite3_bind_int64(insert, 3, (sqlite3_int64)entry->seq);
	sqlite3_bind_int64(insert, 4, 1);
	sqlite3_bind_int64(insert, 5, (sqlite3_int64)entry->orders[0].n);
	sqlite3_bind_int64(insert, 6, (sqlite3_int64)entry->stamp_ms);
	sqlite3_bind_int64(insert, 7, entry->verdict);
	sqlite3_bind_int64(insert, 8, 0);
	sqlite3_bind_int64(insert, 9, (sqlite3_int64)owner);
	sqlite3_bind_blob(insert, 10, entry->record_id.bytes, ID_BYTES, SQLITE_STATIC);
	sqlite3_bind_int64(insert, 11, entry->record_type);
	sqlite3_bind_blob(insert, 12, entry->digest.bytes, DELTA_HASH_BYTES, SQLITE_STATIC);
	sqlite3_bind_blob(insert, 13, entry->bytes.data, (int)entry->bytes.len, SQLITE_STATIC);
}

static double append_raw(void)
{
	struct sqlite3 *db = open_plain("raw.db");
	struct sqlite3_stmt *insert = NULL;
	struct log_entry entry;
	uint8_t bytes[300];
	struct log *log;
	MUST(log_sqlite_open(db, &log)); /* for the same schema */
	log_close(log);
	ASSERT(sqlite3_prepare_v2(db,
		"INSERT INTO log_entry(local, author, seq, generation, n, stamp, verdict, reason, case_ref, record, type, digest,"
		" bytes) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)", -1, &insert, NULL) == SQLITE_OK);
	double begin = now_ms();
	for (uint64_t i = 0; i < APPENDED; i++) {
		if (i % BATCH == 0)
			ASSERT(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK);
		entry_make(&entry, bytes, i);
		bind_raw(insert, &entry, i + 1, 1 + i % 8, 1 + i % CASES);
		ASSERT(sqlite3_step(insert) == SQLITE_DONE);
		sqlite3_reset(insert);
		if (i % BATCH == BATCH - 1)
			ASSERT(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
	}
	double took = now_ms() - begin;
	sqlite3_finalize(insert);
	sqlite3_close(db);
	drop("raw.db");
	return took;
}

static void measure_append(void)
{
	double ours[RUNS], raw[RUNS], ratios[RUNS];
	for (size_t i = 0; i < RUNS; i++) {
		raw[i] = append_raw();
		ours[i] = append_by_log();
		ratios[i] = raw[i] / ours[i];
	}
	printf("log.append.of_raw %.2f ratio\n", median(ratios));
	printf("log.append.per_second %.0f rows/s\n", APPENDED / median(ours) * 1e3);
}

int main(void)
{
	const char *base = getenv("TMPDIR");
	snprintf(directory, sizeof directory, "%s/jalka-bench-XXXXXX", base != NULL && strlen(base) < 40 ? base : "/tmp");
	ASSERT(mkdtemp(directory) != NULL);
	zipf_init();
	struct book_node *node = open_sealed("book.db");
	double begin = now_ms();
	fill(node, RECORDS);
	printf("book.fill.per_second %.0f records/s\n", RECORDS / (now_ms() - begin) * 1e3);
	measure_case(node);
	measure_search(node);
	measure_agenda(node, "book.agenda.ms", 1800000000 / 86400 + 7, 500);
	measure_save(node);
	measure_forget(node);
	shut(node, "book.db");
	measure_agenda60();
	measure_rebuild();
	measure_append();
	rmdir(directory);
	return 0;
}
