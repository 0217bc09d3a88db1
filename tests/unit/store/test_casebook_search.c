/* What is there is found: names in any form and on any keyboard, codes, dates, numbers, words. */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/civil.h"
#include "lib/book_node.h"
#include "records_table.h"
#include "store/casebook.h"
#include "store/casebook_words.h"

#define MUST(call) assert_int_equal((call).kind, FAULT_NONE)

struct seen {
	size_t count;
	char titles[2048]; /* joined by ", " */
};

static bool see(void *ctx, const struct casebook_record *record)
{
	struct seen *seen = ctx;
	size_t at = strlen(seen->titles);
	if (at + record->title.len + 3 < sizeof seen->titles) {
		memcpy(seen->titles + at, record->title.data, record->title.len);
		memcpy(seen->titles + at + record->title.len, ", ", 3);
	}
	seen->count++;
	return true;
}

static struct seen search(struct book_node *node, uint32_t type, const char *text, size_t limit)
{
	struct seen seen = { .count = 0 };
	MUST(casebook_search_type(node->book, type, span_text(text), limit, see, &seen));
	return seen;
}

struct query {
	const char *text;
	size_t found;
};

static void expect(struct book_node *node, const struct query *queries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct seen seen = search(node, 0, queries[i].text, 0);
		if (seen.count != queries[i].found)
			fail_msg("\"%s\" finds %zu: %s", queries[i].text, seen.count, seen.titles);
	}
}
#define EXPECT(node, queries) expect(node, queries, sizeof queries / sizeof queries[0])

static void write_client(struct book_node *node, unsigned record, const char *family, const char *given)
{
	book_node_write(node, (struct book_write){ .record = record, .owner = record, .fields = book_node_client(family, given),
						   .event_at_ms = 1000 + record });
}

/* ---- letters, codes, numbers ---- */

static void search_knows_names_letters_codes_and_phones(void **state)
{
	static const struct query queries[] = {
		/* prefixes, any case, every word */
		{ "Guhtur", 1 }, { "guh", 1 }, { "GUHTURÓMARGA", 1 }, { "urmarga", 0 }, { "guhtur meri", 1 }, { "guhtur pekka", 0 },
		/* hyphenated names by either part and joined */
		{ "meri", 1 }, { "tuuli", 1 }, { "Meri-Tuuli", 1 }, { "merituuli", 1 }, { "meri-tu", 1 }, { "meri tuuli", 1 },
		{ "Meri\xe2\x80\x91Tuuli", 1 },
		/* letters, typed or not */
		{ "Äijälä", 1 }, { "äijälä", 1 }, { "Aijala", 1 }, { "ÄIJÄLÄ", 1 }, { "A\xcc\x88ij\x61\xcc\x88l\x61\xcc\x88", 1 },
		{ "Šaŋŋá", 1 }, { "šaŋŋá", 1 }, { "sanna", 1 }, { "sann", 1 }, { "ŠAŊŊÁ", 1 }, { "đuoddar", 1 }, { "duod", 1 },
		{ "Ŧiŧŧo", 1 }, { "titto", 1 }, { "åse", 1 }, { "ase", 1 }, { "äse", 1 }, { "Öberg", 1 }, { "oberg", 1 }, { "øberg", 1 },
		{ "Жукова", 1 }, { "жук", 1 }, { "guhturomarga aijala sanna", 1 },
		/* identity codes */
		{ "010190-123A", 1 }, { "010190123a", 1 }, { "010190 123A", 1 }, { "010190", 1 }, { "0101", 1 }, { "123a", 1 }, { "010191", 0 },
		/* telephone numbers however they are spaced */
		{ "0401234567", 1 }, { "040 123 4567", 1 }, { "040-1234567", 1 }, { "+358 40 1234567", 1 }, { "+358401234567", 1 },
		{ "00358 40 123 4567", 1 }, { "040123", 1 }, { "040 99", 0 }, { "0409876543", 1 }, { "+358 (0)40 9876543", 1 },
		{ "401234567", 1 }, { "40 123 4567", 1 }, { "358401234567", 1 }, { "358 40 987 6543", 1 }, { "40 9876543", 1 },
		{ "0409876544", 0 }, { "358409876544", 0 },
		/* nothing to search by */
		{ "", 0 }, { "   ", 0 }, { "-", 0 }, { "\"*", 0 }, { "NOT", 0 }, { "guhtur OR", 0 }, { "guhtur\" OR \"x", 0 },
		{ "guhtur*", 1 }, { "{guhtur}", 1 }, { "^guhtur", 1 }, { "\xff\xfe", 0 }, { "~", 0 }, { "=", 0 }, { "@", 0 }, { "#", 0 },
	};
	struct book_node *node = *state;
	book_node_write(node, (struct book_write){ .fields = book_node_texts(RECORDS_CLIENT_HETU, "010190-123A", RECORDS_CLIENT_FAMILY_NAME,
		"Guhturómarga Äijälä Öberg", RECORDS_CLIENT_GIVEN_NAMES, "Meri-Tuuli Šaŋŋá Ŧiŧŧo Åse Жукова Đuoddar",
		RECORDS_CLIENT_PHONE, "040 1234567", RECORDS_CLIENT_PHONE, "+358 40 987 6543", 0u) });
	EXPECT(node, queries);
}

static void phones_are_found_however_they_were_written(void **state)
{
	static const struct query queries[] = {
		{ "0400000123", 3 }, { "040 000 0123", 3 }, { "+358400000123", 3 }, { "358 400 000 123", 3 }, { "400000123", 3 }, { "04000001", 3 },
	};
	struct book_node *node = *state;
	static const char *const written[] = { "0400000123", "+358 40 000 0123", "358400000123" };
	for (unsigned i = 0; i < 3; i++)
		book_node_write(node, (struct book_write){ .record = i, .owner = i,
			.fields = book_node_texts(RECORDS_CLIENT_FAMILY_NAME, "X", RECORDS_CLIENT_PHONE, written[i], 0u) });
	EXPECT(node, queries);
}

static void an_identity_code_is_found_with_all_its_characters_first(void **state)
{
	static const struct query queries[] = {
		{ "010594Y9032", 3 }, { "010594y9032", 3 }, { "010594 Y9032", 1 }, { "0105949032", 3 }, { "010594 9032", 3 },
		{ "010594", 3 }, { "010594Y", 1 }, { "010594Y90", 1 }, { "010594Y9021", 0 }, { "1.5.1994", 2 }, { "1.5.2094", 1 }, { "1.5.1894", 0 },
	};
	struct book_node *node = *state;
	static const char *const codes[] = { "010594-9032", "010594Y9032", "010594F9032" };
	for (unsigned i = 0; i < 3; i++)
		book_node_write(node, (struct book_write){ .record = i, .owner = i, .event_at_ms = 5000 - i,
			.fields = book_node_texts(RECORDS_CLIENT_FAMILY_NAME, codes[i], RECORDS_CLIENT_HETU, codes[i], 0u) });
	struct seen first = search(node, 0, "010594Y9032", 1);
	assert_string_equal(first.titles, "010594Y9032, "); /* older than 010594-9032, and a better match */
	first = search(node, 0, " 010594 y 9032", 0);
	assert_string_equal(first.titles, "010594Y9032, ");
	for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
		struct seen seen = search(node, 0, queries[i].text, 0);
		/* With the wrong separator the digits are found last; the right code never is missing. */
		if (queries[i].found > 0 ? seen.count == 0 : seen.count != 0)
			fail_msg("\"%s\" finds %zu: %s", queries[i].text, seen.count, seen.titles);
	}
}

static void a_birth_date_is_found_as_people_write_it(void **state)
{
	static const struct query queries[] = {
		{ "3.11.1968", 1 }, { "03.11.1968", 1 }, { "1968-11-03", 1 }, { "(3.11.1968)", 1 }, { "4.11.1968", 0 }, { "3.11.1969", 0 },
		{ "Niemi 3.11.1968", 1 }, { "Aho 3.11.1968", 0 }, { "31.11.1968", 0 },
		{ "7.12.2026", 1 }, { "07.12.2026", 1 }, { "2026-12-07", 1 }, { "vuokra 7.12.2026", 1 },
	};
	struct book_node *node = *state;
	uint8_t block[200];
	struct wire_out out;
	int32_t born = civil_days((struct civil_date){ 1968, 11, 3 });
	wire_out_init(&out, block, sizeof block);
	wire_put_raw(&out, book_node_client("Niemi", "Aino"));
	wire_put_varint(&out, RECORDS_CLIENT_BIRTH_DATE, ((uint64_t)((int64_t)born * 2)) ^ (uint64_t)(born < 0 ? -1 : 0));
	book_node_write(node, (struct book_write){ .fields = wire_out_span(&out) });
	book_node_write(node, (struct book_write){ .record = 1, .type = RECORDS_TYPE_VISIT,
		.fields = book_node_texts(RECORDS_VISIT_TOPIC, "Vuokra maksetaan 7.12.2026.", 0u) });
	EXPECT(node, queries);
}

/* ---- forms of names ---- */

static void names_are_found_in_any_form(void **state)
{
	static const struct query queries[] = {
		{ "Virtasen", 1 }, { "Virtaselle", 1 }, { "virtasta", 1 }, { "Mäkisen", 1 }, { "Makisen", 1 }, { "mäkisellä", 1 },
		{ "Laineen", 1 }, { "Laineelta", 1 }, { "Petäjä", 1 }, { "Petäjän", 1 }, { "petajan", 1 }, { "Mäki-Petäjän", 1 },
		{ "Mäen", 1 }, { "von Öhman", 1 }, { "Öhmanin", 1 }, { "von Öhmanille", 1 }, { "ohmans", 1 }, { "Åsa-Märta", 1 },
		{ "asa-marta", 1 }, { "Asa Marta von Ohmanin", 1 }, { "Märtan", 1 }, { "Niillas Ánte Guhturin", 1 }, { "niillas ante", 1 },
		{ "Guhturille", 1 }, { "Matin", 1 }, { "Virtasen Matin", 1 }, { "Virtasen Pekan", 0 }, { "Liisalle", 1 },
		{ "Korhosen", 0 }, { "Virtan", 1 /* the beginning of Virtanen */ },
	};
	struct book_node *node = *state;
	write_client(node, 0, "Virtanen", "Matti");
	write_client(node, 1, "Mäkinen", "Sirkka");
	write_client(node, 2, "Laine", "Eero");
	write_client(node, 3, "Mäki-Petäjä", "Liisa");
	write_client(node, 4, "von Öhman", "Åsa-Märta");
	write_client(node, 5, "Guhtur", "Niillas Ánte");
	EXPECT(node, queries);
}

static void words_of_a_note_are_found_by_the_name(void **state)
{
	static const struct query queries[] = {
		{ "Takkuvaara", 1 }, { "Takkuvaarassa", 1 }, { "Takkuvaarasta", 1 }, { "Lintuselkä", 1 }, { "lintuselka", 1 }, { "Ylikorpi", 1 },
		{ "Ylikorvesta", 1 }, { "Virtanen", 1 }, { "Virtaselta", 1 }, { "Mäki", 1 }, { "maki", 1 }, { "vuokra", 1 }, { "vuokrista", 0 },
		{ "vuokrarästi", 1 }, { "lääke", 1 }, { "laake", 1 }, { "sähkö", 0 },
	};
	struct book_node *node = *state;
	book_node_write(node, (struct book_write){ .type = RECORDS_TYPE_VISIT, .fields = book_node_texts(RECORDS_VISIT_TOPIC,
		"Takkuvaarasta Lintuselälle ja Ylikorvessa Virtasen luona, Mäellä vuokrarästit, vuokra ja lääkkeet", 0u) });
	EXPECT(node, queries);
}

/* ---- order ---- */

static void the_best_match_comes_first_then_the_newest(void **state)
{
	struct book_node *node = *state;
	write_client(node, 9, "Makinen", "newest, without its marks");
	write_client(node, 8, "Mäkinen", "whole, newer");
	write_client(node, 7, "Mäkinen", "whole, older");
	write_client(node, 6, "Mäkisalo", "another");
	write_client(node, 5, "Mäki", "whole");
	struct seen seen = search(node, 0, "mäki", 0);
	assert_string_equal(seen.titles, "Mäki whole, Mäkinen whole, newer, Mäkinen whole, older, Mäkisalo another, "
					 "Makinen newest, without its marks, ");
	seen = search(node, 0, "Mäkinen", 0);
	assert_string_equal(seen.titles, "Mäkinen whole, newer, Mäkinen whole, older, Makinen newest, without its marks, ");
	seen = search(node, 0, "makinen", 0);
	assert_string_equal(seen.titles, "Makinen newest, without its marks, Mäkinen whole, newer, Mäkinen whole, older, ");
	seen = search(node, 0, "Mäkisen", 0);
	assert_string_equal(seen.titles, "Mäkinen whole, newer, Mäkinen whole, older, ");
	seen = search(node, 0, "mäki", 2);
	assert_string_equal(seen.titles, "Mäki whole, Mäkinen whole, newer, ");
}

static void who_is_looked_for_stands_above_what_mentions_them(void **state)
{
	struct book_node *node = *state;
	write_client(node, 0, "Mäkinen", "Matti");
	for (unsigned i = 1; i < 60; i++)
		book_node_write(node, (struct book_write){ .record = i, .type = RECORDS_TYPE_VISIT, .event_at_ms = 5000 + i,
			.fields = book_node_texts(RECORDS_VISIT_TOPIC, "Matti Mäkinen soitti", 0u) });
	write_client(node, 60, "Mäkinen-Saari", "Mattiina");
	assert_string_equal(search(node, 0, "matti mäkinen", 2).titles, "Mäkinen Matti, Matti Mäkinen soitti, ");
	assert_string_equal(search(node, 0, "matin mäkisen", 2).titles, "Mäkinen Matti, Matti Mäkinen soitti, ");
	assert_int_equal(search(node, 0, "matti mäkinen", 0).count, 61);
}

static void search_is_newest_first_and_limited(void **state)
{
	struct book_node *node = *state;
	for (unsigned i = 0; i < 9; i++) {
		char name[16];
		snprintf(name, sizeof name, "n%u", (i * 4) % 9);
		book_node_write(node, (struct book_write){ .record = i, .fields = book_node_client("Sama", name), .event_at_ms = 1000 + (i * 4) % 9 });
	}
	assert_string_equal(search(node, 0, "sama", 3).titles, "Sama n8, Sama n7, Sama n6, ");
}

static void records_of_one_type_are_searched_alone(void **state)
{
	struct book_node *node = *state;
	write_client(node, 0, "Virtanen", "Matti");
	book_node_write(node, (struct book_write){ .record = 1, .type = RECORDS_TYPE_VISIT,
		.fields = book_node_texts(RECORDS_VISIT_TOPIC, "Virtasen luona", 0u) });
	assert_int_equal(search(node, 0, "Virtanen", 0).count, 2);
	assert_int_equal(search(node, RECORDS_TYPE_CLIENT, "Virtasen", 0).count, 1);
	assert_string_equal(search(node, RECORDS_TYPE_VISIT, "Virtanen", 0).titles, "Virtasen luona, ");
	assert_int_equal(search(node, RECORDS_TYPE_STAFF_MEMBER, "Virtanen", 0).count, 0);
	assert_int_equal(search(node, RECORDS_TYPE_CLIENT, "", 0).count, 0);
}

static bool see_one(void *ctx, const struct casebook_record *record)
{
	see(ctx, record);
	return false;
}

static void a_reader_that_stops_is_given_no_more(void **state)
{
	struct book_node *node = *state;
	struct seen seen = { .count = 0 };
	write_client(node, 0, "Mäki", "a");
	write_client(node, 1, "Mäkinen", "b");
	MUST(casebook_search(node->book, span_text("mäki"), 0, see_one, &seen));
	assert_int_equal(seen.count, 1);
}

static void a_long_query_is_no_fault(void **state)
{
	struct book_node *node = *state;
	char text[2000];
	book_node_write(node, (struct book_write){ .fields = book_node_client("Guhtur", "Aslak") });
	for (size_t i = 0; i < sizeof text - 1; i++)
		text[i] = "a-b 1.2(3) "[i % 11];
	text[sizeof text - 1] = '\0';
	assert_int_equal(search(node, 0, text, 0).count, 0);
	memset(text, 'x', sizeof text - 1);
	assert_int_equal(search(node, 0, text, 0).count, 0);
	/* Sixteen inflected names are asked for, each in all its forms. */
	text[0] = '\0';
	for (size_t i = 0; i < 20; i++)
		strcat(text, i % 2 == 0 ? "Koskelanmäkeläisenrannassa " : "Hämäläiskankaallisessa ");
	assert_int_equal(search(node, 0, text, 0).count, 0);
}

static void the_terms_of_a_record_fit_what_is_kept_for_them(void **state)
{
	static const char *const pieces[] = { "ä", "-", " ", "1", ".", "+358", "010594Y9032", "0", "\xc7\xa7", "3.11.2026", "\xff", "0401234567 ", "Ö-å" };
	enum { PIECES = sizeof pieces / sizeof pieces[0] };
	static uint8_t block[200000];
	const struct schema_record *schema = schema_by_type(RECORDS_TYPE_VISIT);
	(void)state;
	for (size_t a = 0; a < PIECES; a++)
		for (size_t b = 0; b < PIECES; b++)
			for (size_t c = 0; c < PIECES; c++) {
				char text[1200] = "";
				while (strlen(text) < 900) {
					strcat(text, pieces[a]);
					strcat(text, pieces[b]);
					strcat(text, pieces[c]);
				}
				struct span shown = book_node_texts(RECORDS_VISIT_TOPIC, text, 0u);
				struct wire_out out;
				wire_out_init(&out, block, casebook_words_bytes(shown));
				casebook_words_index(schema, shown, &out);
				if (out.full)
					fail_msg("%s%s%s", pieces[a], pieces[b], pieces[c]);
			}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, book_node_setup, book_node_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(search_knows_names_letters_codes_and_phones),
		TEST(phones_are_found_however_they_were_written),
		TEST(an_identity_code_is_found_with_all_its_characters_first),
		TEST(a_birth_date_is_found_as_people_write_it),
		TEST(names_are_found_in_any_form),
		TEST(words_of_a_note_are_found_by_the_name),
		TEST(the_best_match_comes_first_then_the_newest),
		TEST(who_is_looked_for_stands_above_what_mentions_them),
		TEST(search_is_newest_first_and_limited),
		TEST(records_of_one_type_are_searched_alone),
		TEST(a_reader_that_stops_is_given_no_more),
		TEST(a_long_query_is_no_fault),
		cmocka_unit_test(the_terms_of_a_record_fit_what_is_kept_for_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
