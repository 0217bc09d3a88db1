/* The rescue file: what its key opens, what damage costs, what stays after a crash. */
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "store/rescue.h"

#define MUST(call) assert_int_equal((call).kind, FAULT_NONE)

struct desk {
	char folder[64], path[96];
	uint8_t key[RESCUE_KEY_BYTES], secret[RESCUE_KEY_BYTES];
	uint8_t block[8 * 4096];
	uint8_t plain[RESCUE_PLAIN_BYTES];
};

static int setup(void **state)
{
	struct desk *desk = calloc(1, sizeof *desk);
	assert_true(sodium_init() >= 0 && desk != NULL);
	strcpy(desk->folder, "/tmp/jalka-rescue-XXXXXX");
	assert_non_null(mkdtemp(desk->folder));
	snprintf(desk->path, sizeof desk->path, "%s/rescue", desk->folder);
	crypto_box_keypair(desk->key, desk->secret);
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;
	(void)unlink(desk->path);
	assert_int_equal(rmdir(desk->folder), 0);
	free(desk);
	return 0;
}

static struct rescue_work work_of(uint64_t seq, const char *text)
{
	struct rescue_work work = { .seq = seq, .bytes = span_text(text) };
	memset(work.author.node.bytes, 1, ID_BYTES);
	memset(work.author.epoch.bytes, 2, ID_BYTES);
	memset(work.salt, 3, sizeof work.salt);
	memset(work.before.bytes, 4, sizeof work.before.bytes);
	memset(work.signature.bytes, 5, sizeof work.signature.bytes);
	return work;
}

static struct span seal(struct desk *desk, uint64_t first_seq, size_t count)
{
	struct wire_out out;
	char text[64];
	wire_out_init(&out, desk->block, sizeof desk->block);
	for (size_t i = 0; i < count; i++) {
		snprintf(text, sizeof text, "kirjaus %llu", (unsigned long long)(first_seq + i));
		const struct rescue_work work = work_of(first_seq + i, text);
		MUST(rescue_seal(&work, desk->key, &out));
	}
	return wire_out_span(&out);
}

static void what_is_sealed_opens_with_its_key_alone(void **state)
{
	struct desk *desk = *state;
	struct rescue_work work = work_of(7, "saunakamarin uuni"), opened;
	struct rescue_record record;
	struct wire_out out;
	uint8_t other_key[RESCUE_KEY_BYTES], other_secret[RESCUE_KEY_BYTES];
	work.has_continues = true;
	work.continues.seq = 12;
	memset(work.continues.epoch.bytes, 8, ID_BYTES);
	wire_out_init(&out, desk->block, sizeof desk->block);
	MUST(rescue_seal(&work, desk->key, &out));
	struct span rest = wire_out_span(&out);
	assert_int_equal(rescue_next(&rest, &record), RESCUE_RECORD);
	assert_int_equal(rescue_next(&rest, &record), RESCUE_END);
	MUST(rescue_open(&record, desk->key, desk->secret, desk->plain, &opened));
	assert_true(span_equal(opened.bytes, work.bytes) && opened.seq == 7 && opened.has_continues && opened.continues.seq == 12);
	assert_memory_equal(opened.salt, work.salt, sizeof work.salt);
	assert_memory_equal(opened.before.bytes, work.before.bytes, sizeof work.before.bytes);
	assert_memory_equal(opened.signature.bytes, work.signature.bytes, sizeof work.signature.bytes);
	assert_true(ID_EQUAL(opened.author.node, work.author.node) && ID_EQUAL(opened.continues.epoch, work.continues.epoch));
	crypto_box_keypair(other_key, other_secret);
	assert_int_equal(rescue_open(&record, other_key, other_secret, desk->plain, &opened).kind, FAULT_CALLER);
	assert_int_equal(rescue_open(&record, desk->key, other_secret, desk->plain, &opened).kind, FAULT_PEER);
}

/* RS2 */
static void sizes_are_told_in_steps_and_nothing_else(void **state)
{
	struct desk *desk = *state;
	static const char text[] = "puolukkasankopuolukkasankopuolukkasankopuolukkasankopuolukkasankopuolukkasanko";
	size_t first = 0, steps = 0, before = 0;
	for (size_t len = 1; len <= 64; len++) {
		struct wire_out out;
		struct rescue_work work = work_of(len, "");
		work.bytes = span_of(text, len);
		wire_out_init(&out, desk->block, sizeof desk->block);
		MUST(rescue_seal(&work, desk->key, &out));
		assert_int_equal((out.used - RESCUE_HEADER_BYTES - RESCUE_WHICH_BYTES - 48) % 64, 0);
		assert_null(memmem(desk->block, out.used, "sanko", 5));
		steps += before != 0 && out.used != before;
		before = out.used;
		first = first == 0 ? out.used : first;
	}
	assert_int_equal(steps, 1);
	assert_int_equal(before, first + 64);
}

static void the_header_is_as_it_is_drawn(void **state)
{
	struct desk *desk = *state;
	struct wire_out out;
	const struct rescue_work work = work_of(0x0102, "x");
	uint8_t digest[16], mark[16];
	wire_out_init(&out, desk->block, sizeof desk->block);
	rescue_seal_none(&work.author, work.seq, desk->key, &out);
	assert_int_equal(out.used, RESCUE_HEADER_BYTES);
	assert_memory_equal(desk->block, "jalkares\x02\0\0\0", 12);
	crypto_generichash(mark, sizeof mark, desk->key, sizeof desk->key, NULL, 0);
	assert_memory_equal(desk->block + 12, mark, 4);
	assert_memory_equal(desk->block + 16, work.author.node.bytes, ID_BYTES);
	assert_memory_equal(desk->block + 32, work.author.epoch.bytes, ID_BYTES);
	assert_memory_equal(desk->block + 48, "\x02\x01\0\0\0\0\0\0" "\0\0\0\0", 12);
	crypto_generichash(digest, sizeof digest, desk->block, 60, NULL, 0);
	assert_memory_equal(desk->block + 60, digest, 16);
}

static void which_delta_it_is_is_told_by_its_digest(void **state)
{
	struct desk *desk = *state;
	struct rescue_work work = work_of(7, "saunakamarin uuni"), opened;
	struct rescue_record record;
	struct delta_hash digest;
	struct wire_out out;
	uint8_t which[16];
	wire_out_init(&out, desk->block, sizeof desk->block);
	MUST(rescue_seal(&work, desk->key, &out));
	struct span rest = wire_out_span(&out);
	assert_int_equal(rescue_next(&rest, &record), RESCUE_RECORD);
	delta_digest(work.salt, work.bytes, &digest);
	crypto_generichash(which, sizeof which, digest.bytes, sizeof digest.bytes, NULL, 0);
	assert_memory_equal(desk->block + RESCUE_HEADER_BYTES, which, sizeof which);
	assert_true(record.has_which && rescue_may_be(&record, &digest));
	digest.bytes[0] ^= 1;
	assert_false(rescue_may_be(&record, &digest));
	digest.bytes[0] ^= 1;

	/* The same as version 1 had it, which did not tell. */
	memmove(desk->block + RESCUE_HEADER_BYTES, desk->block + RESCUE_HEADER_BYTES + RESCUE_WHICH_BYTES, record.sealed.len);
	desk->block[8] = 1;
	desk->block[56] = (uint8_t)record.sealed.len;
	desk->block[57] = (uint8_t)(record.sealed.len >> 8);
	size_t len = RESCUE_HEADER_BYTES + record.sealed.len;
	crypto_generichash_state hash;
	crypto_generichash_init(&hash, NULL, 0, 16);
	crypto_generichash_update(&hash, desk->block, 60);
	crypto_generichash_update(&hash, desk->block + RESCUE_HEADER_BYTES, record.sealed.len);
	crypto_generichash_final(&hash, desk->block + 60, 16);
	rest = span_of(desk->block, len);
	assert_int_equal(rescue_next(&rest, &record), RESCUE_RECORD);
	MUST(rescue_open(&record, desk->key, desk->secret, desk->plain, &opened));
	assert_true(span_equal(opened.bytes, work.bytes));
	digest.bytes[0] ^= 1;
	assert_true(!record.has_which && rescue_may_be(&record, &digest));
}

static size_t count_records(struct span block, size_t *damaged, bool *cut)
{
	struct rescue_record record;
	size_t records = 0;
	*damaged = 0;
	for (;;) {
		enum rescue_read got = rescue_next(&block, &record);
		*cut = got == RESCUE_CUT;
		if (got == RESCUE_END || got == RESCUE_CUT)
			return records;
		records += got == RESCUE_RECORD;
		*damaged += got == RESCUE_DAMAGED;
	}
}

/* RS1 */
static void each_flipped_byte_costs_one_record(void **state)
{
	struct desk *desk = *state;
	struct span block = seal(desk, 1, 5);
	size_t damaged;
	bool cut;
	for (size_t at = 0; at < block.len; at++) {
		desk->block[at] ^= 0x20;
		assert_int_equal(count_records(block, &damaged, &cut), 4);
		assert_true(damaged >= 1 || cut);
		desk->block[at] ^= 0x20;
	}
	assert_int_equal(count_records(block, &damaged, &cut), 5);
}

static void cut_anywhere_what_stands_before_is_read(void **state)
{
	struct desk *desk = *state;
	struct span block = seal(desk, 1, 3);
	size_t damaged, one = block.len / 3;
	bool cut;
	for (size_t len = 0; len <= block.len; len++) {
		assert_int_equal(count_records(span_of(block.data, len), &damaged, &cut), len / one);
		assert_int_equal(damaged, 0);
		assert_int_equal(cut, len % one != 0);
	}
}

/* Headers as dense as they can stand, each claiming what makes the reader look furthest: first
 * lengths that run past the end, then such as fit with a digest that does not; at the end a mark. */
static struct span crafted(struct desk *desk, uint8_t *block, size_t size)
{
	enum { STEP = 22, MOST = RESCUE_RECORD_BYTES - RESCUE_HEADER_BYTES };
	struct wire_out out;
	const struct rescue_work work = work_of(1, "x");
	size_t end = size - RESCUE_HEADER_BYTES;
	memset(block, 0, size);
	for (size_t at = 0; at + RESCUE_HEADER_BYTES < end; at += STEP) {
		size_t len = at < size / 2 ? size : end - at - RESCUE_HEADER_BYTES;
		len = len < MOST ? len : MOST;
		memcpy(block + at, "jalkares\x01\0\0\0", 12);
		for (size_t i = 0; i < 4 && at >= 2 * STEP; i++) /* in a gap of the header's that begins two steps before */
			block[at + 12 + i] = (uint8_t)(len >> (8 * i));
	}
	wire_out_init(&out, block + end, RESCUE_HEADER_BYTES);
	rescue_seal_none(&work.author, 7, desk->key, &out);
	return span_of(block, size);
}

/* RS3; it took 2.6 s of a fast machine at 30 KB, and eight times that at twice the length. */
static void a_crafted_file_costs_no_more_than_its_length(void **state)
{
	struct desk *desk = *state;
	enum { BYTES = 1024 * 1024 };
	uint8_t *block = malloc(BYTES);
	struct timespec from, to;
	size_t damaged;
	bool cut;
	assert_non_null(block);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	assert_int_equal(count_records(crafted(desk, block, 48000), &damaged, &cut), 1);
	assert_int_equal(count_records(crafted(desk, block, BYTES), &damaged, &cut), 1);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	assert_true(to.tv_sec - from.tv_sec <= 1);
	free(block);
}

struct seen {
	uint64_t seqs[32];
	size_t count;
	uint64_t from; /* of what is kept */
};

static bool see(void *ctx, const struct rescue_record *record)
{
	struct seen *seen = ctx;
	seen->seqs[seen->count++] = record->seq;
	return true;
}

static bool is_late(void *ctx, const struct rescue_record *record)
{
	return record->seq >= ((struct seen *)ctx)->from;
}

static void a_torn_end_is_cut_off_and_written_over(void **state)
{
	struct desk *desk = *state;
	struct rescue *file;
	struct seen seen = { .count = 0 };
	struct stat info;
	MUST(rescue_file_open(desk->path, &file));
	assert_int_equal(access(desk->path, F_OK), -1); /* blank key, nothing */
	MUST(rescue_file_append(file, seal(desk, 1, 3)));
	assert_true(stat(desk->path, &info) == 0 && (info.st_mode & 0777) == 0600);
	rescue_file_close(file);
	int fd = open(desk->path, O_WRONLY | O_APPEND | O_CLOEXEC);
	struct span half = seal(desk, 4, 1);
	assert_true(write(fd, half.data, half.len - 1) == (ssize_t)(half.len - 1) && close(fd) == 0);
	MUST(rescue_file_open(desk->path, &file));
	assert_int_equal(rescue_file_bytes(file), info.st_size);
	MUST(rescue_file_append(file, seal(desk, 4, 2)));
	MUST(rescue_file_scan(file, see, &seen));
	assert_int_equal(seen.count, 5);
	assert_true(seen.seqs[3] == 4 && seen.seqs[4] == 5);
	rescue_file_close(file);
}

static void written_anew_it_holds_what_was_kept(void **state)
{
	struct desk *desk = *state;
	struct rescue *file;
	struct seen seen = { .from = 3 };
	MUST(rescue_file_open(desk->path, &file));
	MUST(rescue_file_append(file, seal(desk, 1, 4)));
	struct span more = seal(desk, 9, 1);
	MUST(rescue_file_rewrite(file, is_late, &seen, more));
	MUST(rescue_file_append(file, seal(desk, 10, 1)));
	rescue_file_close(file);
	MUST(rescue_file_open(desk->path, &file));
	MUST(rescue_file_scan(file, see, &seen));
	assert_int_equal(seen.count, 4);
	assert_true(seen.seqs[0] == 3 && seen.seqs[1] == 4 && seen.seqs[2] == 9 && seen.seqs[3] == 10);
	rescue_file_close(file);
	MUST(rescue_file_remove_at(desk->path));
	MUST(rescue_file_remove_at(desk->path));
	assert_int_equal(access(desk->path, F_OK), -1);
}

static void make(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0 && write(fd, "kopio", 5) == 5 && close(fd) == 0);
}

/* Before, what a power cut left of writing anew had a name of its own each time, and stayed. */
static void what_a_crash_left_of_writing_anew_goes(void **state)
{
	struct desk *desk = *state;
	struct rescue *file;
	struct seen seen = { .from = 2 };
	char left[sizeof desk->path + 8];
	snprintf(left, sizeof left, "%s.new", desk->path);
	make(left);
	MUST(rescue_file_open(desk->path, &file));
	assert_int_equal(access(left, F_OK), -1);
	MUST(rescue_file_append(file, seal(desk, 1, 3)));
	make(left);
	MUST(rescue_file_rewrite(file, is_late, &seen, span_of("", 0)));
	assert_int_equal(access(left, F_OK), -1);
	MUST(rescue_file_scan(file, see, &seen));
	assert_int_equal(seen.count, 2);
	rescue_file_close(file);
	make(left);
	MUST(rescue_file_remove_at(desk->path));
	assert_int_equal(access(left, F_OK), -1);
}

/* So many more descriptors may be opened. */
static void allow_descriptors(size_t more)
{
	struct rlimit limit;
	int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_true(next >= 0 && close(next) == 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0);
	limit.rlim_cur = (rlim_t)next + more;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* Before, the records that followed went into the file that had lost its name. */
static void renamed_it_is_the_file_though_its_folder_cannot_be_synced(void **state)
{
	struct desk *desk = *state;
	struct rescue *file;
	struct seen seen = { .from = 3 };
	struct rlimit before;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	MUST(rescue_file_open(desk->path, &file));
	MUST(rescue_file_append(file, seal(desk, 1, 4)));
	allow_descriptors(1); /* the new file opens, and the folder does not */
	assert_int_equal(rescue_file_rewrite(file, is_late, &seen, span_of("", 0)).kind, FAULT_STORE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	MUST(rescue_file_append(file, seal(desk, 9, 1)));
	rescue_file_close(file);
	MUST(rescue_file_open(desk->path, &file));
	MUST(rescue_file_scan(file, see, &seen));
	assert_int_equal(seen.count, 3);
	assert_true(seen.seqs[0] == 3 && seen.seqs[1] == 4 && seen.seqs[2] == 9);
	rescue_file_close(file);
}

/* Before, the room left was counted without a sign. */
static void one_that_is_too_long_takes_no_more(void **state)
{
	struct desk *desk = *state;
	struct rescue *file;
	struct span one = seal(desk, 1, 1);
	int fd = open(desk->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0 && pwrite(fd, one.data, one.len, RESCUE_FILE_BYTES) == (ssize_t)one.len && close(fd) == 0);
	MUST(rescue_file_open(desk->path, &file));
	assert_true(rescue_file_bytes(file) > RESCUE_FILE_BYTES);
	assert_int_equal(rescue_file_append(file, one).kind, FAULT_LIMIT);
	rescue_file_close(file);
}

static void it_is_bounded(void **state)
{
	struct desk *desk = *state;
	struct rescue *file;
	MUST(rescue_file_open(desk->path, &file));
	assert_int_equal(rescue_file_append(file, span_of(desk->block, (size_t)RESCUE_FILE_BYTES + 1)).kind, FAULT_LIMIT);
	rescue_file_close(file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_sealed_opens_with_its_key_alone),
		TEST(sizes_are_told_in_steps_and_nothing_else),
		TEST(the_header_is_as_it_is_drawn),
		TEST(which_delta_it_is_is_told_by_its_digest),
		TEST(each_flipped_byte_costs_one_record),
		TEST(cut_anywhere_what_stands_before_is_read),
		TEST(a_crafted_file_costs_no_more_than_its_length),
		TEST(a_torn_end_is_cut_off_and_written_over),
		TEST(written_anew_it_holds_what_was_kept),
		TEST(what_a_crash_left_of_writing_anew_goes),
		TEST(renamed_it_is_the_file_though_its_folder_cannot_be_synced),
		TEST(one_that_is_too_long_takes_no_more),
		TEST(it_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
