/* One person in two records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/civil.h"
#include "base/wire.h"
#include "domain/duplicate.h"
#include "domain/person_id.h"
#include "records_table.h"

struct given {
	const char *hetu, *family, *names, *municipality, *phone;
	int born[3]; /* year, month, day; 0: not told */
};

static void put_text(struct wire_out *out, uint32_t number, const char *text)
{
	if (text != NULL)
		wire_put_bytes(out, number, span_text(text));
}

static struct span message_of(const struct given *given, uint8_t *block, size_t size)
{
	struct wire_out out;
	wire_out_init(&out, block, size);
	put_text(&out, RECORDS_CLIENT_HETU, given->hetu);
	put_text(&out, RECORDS_CLIENT_FAMILY_NAME, given->family);
	put_text(&out, RECORDS_CLIENT_GIVEN_NAMES, given->names);
	if (given->born[0] != 0) {
		int64_t days = civil_days((struct civil_date){ given->born[0], given->born[1], given->born[2] });
		wire_put_varint(&out, RECORDS_CLIENT_BIRTH_DATE, (uint64_t)(days * 2) ^ (uint64_t)(days < 0 ? -1 : 0));
	}
	put_text(&out, RECORDS_CLIENT_MUNICIPALITY, given->municipality);
	put_text(&out, RECORDS_CLIENT_PHONE, given->phone);
	assert_false(out.full);
	return wire_out_span(&out);
}

static struct duplicate_verdict compare(const struct given *a, const struct given *b)
{
	uint8_t block_a[600], block_b[600];
	struct duplicate_client x, y;
	duplicate_read(message_of(a, block_a, sizeof block_a), &x);
	duplicate_read(message_of(b, block_b, sizeof block_b), &y);
	struct duplicate_verdict verdict = duplicate_compare(&x, &y), other = duplicate_compare(&y, &x);
	assert_int_equal(verdict.grade, other.grade); /* whichever comes first */
	assert_int_equal(verdict.reasons, other.reasons);
	return verdict;
}

static const struct given matti = { "010594Y9032", "Virtanen", "Matti Johannes", "Takkuvaara", "040 000 0123", { 1994, 5, 1 } };

static void the_same_code_is_the_same_person(void **state)
{
	(void)state;
	const struct given other_name = { "010594y9032", "Korhonen", "Matias", NULL, NULL, { 0 } };
	struct duplicate_verdict verdict = compare(&matti, &other_name);
	assert_int_equal(verdict.grade, DUPLICATE_SAME);
	assert_true(verdict.reasons & DUPLICATE_CODE_SAME);
	/* One with another separator is somebody else's, temporary or not. */
	const struct given other_separator = { "010594-9032", "Korhonen", "Matias", NULL, NULL, { 0 } };
	assert_int_equal(compare(&matti, &other_separator).grade, DUPLICATE_DIFFERENT);
	const struct given mistyped = { "010594Y9033", "Korhonen", "Matias", NULL, NULL, { 0 } };
	const struct given mistyped_too = { "010594Y9033", "Laine", "Eero", NULL, NULL, { 0 } };
	assert_int_equal(compare(&mistyped, &mistyped_too).grade, DUPLICATE_DIFFERENT);
}

static void codes_for_life_that_differ_are_two_people(void **state)
{
	(void)state;
	struct given a = { "131052-308T", "Virtanen", "Matti", "Takkuvaara", "0400000123", { 1952, 10, 13 } };
	struct given b = a;
	char code[PERSON_ID_BYTES];
	int32_t born = civil_days((struct civil_date){ 1952, 10, 13 });
	b.hetu = code;
	assert_true(person_id_make(born, '-', 309, code));
	assert_int_equal(compare(&a, &b).grade, DUPLICATE_DIFFERENT);
	assert_true(person_id_make(born, '-', 903, code));
	struct duplicate_verdict verdict = compare(&a, &b);
	assert_int_equal(verdict.grade, DUPLICATE_POSSIBLE); /* his code came later */
	assert_true(verdict.reasons & DUPLICATE_CODE_TEMPORARY);
}

static void name_and_birth_date_are_probably_one(void **state)
{
	(void)state;
	static const struct given likely[] = {
		{ NULL, "Virtanen", "Matti", NULL, NULL, { 1994, 5, 1 } },
		{ NULL, "VIRTANEN", "Matti Johannes", "Hallasuo", NULL, { 1994, 5, 1 } },
		{ NULL, "Virtnaen", "Matti", NULL, NULL, { 1994, 5, 1 } },
		{ NULL, "Matti", "Virtanen", NULL, NULL, { 1994, 5, 1 } },
		{ NULL, "Virtanen-Mäki", "Matti", NULL, NULL, { 1994, 5, 1 } },
	};
	for (size_t i = 0; i < sizeof likely / sizeof likely[0]; i++)
		assert_int_equal(compare(&matti, &likely[i]).grade, DUPLICATE_PROBABLE);
	/* The code tells the date where nothing else does. */
	const struct given by_code = { "010594Y9032", "Virtanen", "Matti", NULL, NULL, { 0 } };
	assert_int_equal(compare(&by_code, &likely[0]).grade, DUPLICATE_PROBABLE);
}

static void what_may_be_one_is_possible(void **state)
{
	(void)state;
	static const struct given may_be[] = {
		{ NULL, "Virtanen", "Matti", "Takkuvaara", NULL, { 0 } },
		{ NULL, "Virtanen", "Matti", NULL, NULL, { 0 } },
		{ NULL, "Virtanen", "Matti", "Hallasuo", "0400000123", { 0 } },
		{ NULL, "Virtanen", "Matti", NULL, "+358 40 0000 123", { 0 } },
		{ NULL, "Virtane", "Matti", NULL, "0400000123", { 0 } },
		{ NULL, "Virtanen", "Matti", NULL, NULL, { 1994, 1, 5 } },  /* changed over */
		{ NULL, "Virtanen", "Matti", NULL, NULL, { 1994, 5, 11 } }, /* one of the three */
		{ NULL, "Korhonen", "Liisa", NULL, "0400000123", { 1994, 5, 1 } }, /* married, or a twin */
		{ "010594Y9021", "Virtanen", "Matti", NULL, NULL, { 1994, 5, 1 } }, /* another temporary code */
	};
	for (size_t i = 0; i < sizeof may_be / sizeof may_be[0]; i++)
		if (compare(&matti, &may_be[i]).grade != DUPLICATE_POSSIBLE)
			fail_msg("%zu: %s", i, duplicate_grade_name(compare(&matti, &may_be[i]).grade));
}

static void others_are_others(void **state)
{
	(void)state;
	static const struct given others[] = {
		{ NULL, "Virtanen", "Matti", "Takkuvaara", "0400000123", { 1961, 8, 17 } }, /* his father */
		{ NULL, "Virtanen", "Matti", "Hallasuo", NULL, { 0 } },  /* a common name elsewhere */
		{ NULL, "Virtanen", "Liisa", "Takkuvaara", "0400000123", { 0 } }, /* a household's telephone */
		{ NULL, "Korhonen", "Liisa", "Takkuvaara", NULL, { 1994, 5, 1 } },
		{ NULL, NULL, NULL, NULL, NULL, { 0 } },
	};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (compare(&matti, &others[i]).grade != DUPLICATE_DIFFERENT)
			fail_msg("%zu: %s", i, duplicate_grade_name(compare(&matti, &others[i]).grade));
}

static void reasons_are_told_in_words(void **state)
{
	(void)state;
	char words[DUPLICATE_WORDS_BYTES];
	duplicate_explain(LABELS_EN, DUPLICATE_NAME_SAME | DUPLICATE_BIRTH_SAME, words);
	assert_string_equal(words, "the same name, the same birth date");
	duplicate_explain(LABELS_EN, 0, words);
	assert_string_equal(words, "");
	duplicate_explain(LABELS_EN, ~0u, words); /* all of them fit */
	assert_non_null(strstr(words, "municipality"));
	for (size_t i = 0; i < DUPLICATE_REASONS; i++)
		assert_true(strlen(duplicate_reason_name(i)) > 0);
	assert_string_equal(duplicate_reason_name(DUPLICATE_REASONS), "");
}

/* ---- links ---- */

struct links {
	uint8_t into[256]; /* first byte of the id -> that of the one it is linked to; 0: none */
	size_t asked;
};

static struct record_id record(uint8_t n)
{
	struct record_id id = { { n } };
	return id;
}

static bool link_of(void *ctx, struct record_id id, struct record_id *into)
{
	struct links *links = ctx;
	links->asked++;
	if (links->into[id.bytes[0]] == 0)
		return false;
	*into = record(links->into[id.bytes[0]]);
	return true;
}

static uint8_t root(struct links *links, uint8_t n)
{
	links->asked = 0;
	return duplicate_root(record(n), link_of, links).bytes[0];
}

static void links_lead_to_the_last_record(void **state)
{
	(void)state;
	struct links links = { .into = { [5] = 4, [4] = 3, [3] = 9 } };
	assert_int_equal(root(&links, 5), 9);
	assert_int_equal(root(&links, 3), 9);
	assert_int_equal(root(&links, 9), 9);
	assert_int_equal(root(&links, 7), 7);
	struct links chain = { .asked = 0 };
	for (unsigned i = 1; i < 255; i++)
		chain.into[i] = (uint8_t)(i + 1);
	assert_int_equal(root(&chain, 1), 255);
}

static void a_ring_of_links_has_one_root(void **state)
{
	(void)state;
	struct links itself = { .into = { [6] = 6 } };
	assert_int_equal(root(&itself, 6), 6);
	for (unsigned tail = 0; tail < 40; tail++)
		for (unsigned length = 1; length < 40; length++) {
			struct links links = { .asked = 0 };
			for (unsigned i = 0; i < length; i++)
				links.into[100 + i] = (uint8_t)(100 + (i + 1) % length);
			for (unsigned i = 0; i < tail; i++)
				links.into[1 + i] = (uint8_t)(i + 1 == tail ? 100 + length / 2 : 2 + i);
			assert_int_equal(root(&links, tail > 0 ? 1 : 100 + (uint8_t)(length - 1)), 100);
			assert_in_range(links.asked, 1, 6 * (tail + length) + 6);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_code_is_the_same_person),
		cmocka_unit_test(codes_for_life_that_differ_are_two_people),
		cmocka_unit_test(name_and_birth_date_are_probably_one),
		cmocka_unit_test(what_may_be_one_is_possible),
		cmocka_unit_test(others_are_others),
		cmocka_unit_test(reasons_are_told_in_words),
		cmocka_unit_test(links_lead_to_the_last_record),
		cmocka_unit_test(a_ring_of_links_has_one_root),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
