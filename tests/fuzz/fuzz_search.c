/* Fuzz target: search. Whatever text is written is found by itself, in the first
 * tier and so before all others; and no text is more than a query: FTS5 takes
 * whatever is made of it, malformed UTF-8 too. */
#include <stdlib.h>

#include "base/assert.h"
#include "domain/duplicate.h"
#include "lib/book_node.h"
#include "lib/mutate.h"
#include "records_table.h"
#include "store/casebook_words.h"

enum { RECORDS_MAX = 40 };

static struct book_node *node;
static unsigned records;

static struct book_node *open_node(void)
{
	void *state = NULL;
	if (node != NULL && records < RECORDS_MAX)
		return node;
	if (node != NULL) {
		state = node;
		MUTATE_CHECK(book_node_teardown(&state) == 0);
	}
	MUTATE_CHECK(book_node_setup(&state) == 0);
	node = state;
	records = 0;
	return node;
}

static bool take(void *ctx, const struct casebook_record *record)
{
	*(struct record_id *)ctx = record->record_id;
	return false;
}

static bool go_on(void *ctx, const struct casebook_record *record)
{
	(void)record;
	++*(size_t *)ctx;
	return true;
}

static void is_found_by_itself(const char *text)
{
	static uint8_t block[CASEBOOK_WORDS_QUERY_BYTES];
	struct record_id found = { { 0 } };
	bool has_word = casebook_words_query(span_text(text), CASEBOOK_WORDS_WHOLE, 0, block).len > 0;
	struct book_node *book = open_node();
	unsigned record = records++;
	book_node_write(book, (struct book_write){ .record = record, .owner = record % 8, .type = RECORDS_TYPE_VISIT,
						   .event_at_ms = 1000000 + 1000 * (uint64_t)record,
						   .fields = book_node_texts(RECORDS_VISIT_TOPIC, text, 0u) });
	MUTATE_CHECK(!fault_is(casebook_search(book->book, span_text(text), 1, take, &found)));
	struct record_id expected = book_node_record(record);
	if (has_word)
		MUTATE_CHECK(ID_EQUAL(found, expected));
	else
		MUTATE_CHECK(ID_IS_NONE(found));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[801];
	struct duplicate_client a, b;
	size_t count = 0;
	if (size == 0 || size >= sizeof text)
		return 0;
	if (data[0] % 4 == 0) /* all tiers, to their ends */
		MUTATE_CHECK(!fault_is(casebook_search_type(open_node()->book, RECORDS_TYPE_VISIT, span_of(data, size), 0, go_on,
							    &count)));
	duplicate_read(span_of(data, size), &a);
	duplicate_read(span_of(data + size / 2, size - size / 2), &b);
	MUTATE_CHECK(duplicate_compare(&a, &b).grade == duplicate_compare(&b, &a).grade);
	if (!wire_utf8(span_of(data, size)))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	is_found_by_itself(text);
	return 0;
}

#ifndef JALKA_LIBFUZZER
int main(int argc, char **argv)
{
	static const char *const texts[] = {
		"Åsa-Märta von Öhman, Niillas Ánte Guhtur; Mäki-Petäjä (131052-308T) 010594Y9032",
		"+358 (0)40 123 45 67, 00358401234567 tai 040-1234567; klo 9.15 3.11.2026 2026-11-03",
		"Takkuvaarassa Lintuselälle Virtasen Mäellä Kankaan Laineen Lahdesta Pekan Öhmanin Markuksen",
		"\"a\"* OR NOT (b AND c) ~x #y @z =1 ^q {w} : + - \xcc\x88 a\xcc\x88 \xf0\x9f\x98\x80",
	};
	struct span seeds[4];
	for (size_t i = 0; i < 4; i++)
		seeds[i] = span_text(texts[i]);
	int code = mutate_main(argc, argv, seeds, 4);
	void *state = node;
	if (node != NULL)
		(void)book_node_teardown(&state);
	return code;
}
#endif
