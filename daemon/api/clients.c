/* clients - names by case, from what central's matching keeps of every client record. */
#include "api/clients.h"

#include <sodium.h>
#include <stdlib.h>

#include "api/gate.h"
#include "central/match.h"
#include "central/node.h"
#include "domain/name.h"
#include "records_table.h"

enum { ROOM_FIRST = 256, TEXT_FIRST = 16384, WORDS_MAX = 16 };

static bool has_room(struct clients *c, size_t bytes)
{
	if (c->count == c->room) {
		size_t room = c->room == 0 ? ROOM_FIRST : 2 * c->room;
		struct clients_one *more = realloc(c->all, room * sizeof *more);
		if (more == NULL)
			return false;
		c->all = more;
		c->room = room;
	}
	if (c->text_room - c->used < bytes) {
		size_t room = c->text_room == 0 ? TEXT_FIRST : 2 * c->text_room;
		char *more = malloc(room += bytes);
		if (more == NULL)
			return false;
		if (c->used > 0)
			memcpy(more, c->text, c->used);
		if (c->text != NULL)
			sodium_memzero(c->text, c->text_room);
		free(c->text);
		c->text = more;
		c->text_room = room;
	}
	return true;
}

static size_t put(struct clients *c, struct span text)
{
	size_t at = c->used;
	if (text.len > 0)
		memcpy(c->text + at, text.data, text.len);
	c->used += text.len;
	return at;
}

static bool take(void *ctx, const struct match_client *client)
{
	struct clients *c = ctx;
	c->full = !has_room(c, client->family_name.len + client->given_names.len + client->municipality.len);
	if (c->full)
		return false;
	struct clients_one one = { .case_id = client->case_id, .rank = c->count };
	one.family = put(c, client->family_name);
	one.given = put(c, client->given_names);
	one.municipality = put(c, client->municipality);
	one.end = c->used;
	c->all[c->count++] = one;
	return true;
}

static int by_case(const void *a, const void *b)
{
	const struct clients_one *x = a, *y = b;
	return memcmp(x->case_id.bytes, y->case_id.bytes, ID_BYTES);
}

struct fault clients_gather(struct request *request, struct clients *out)
{
	struct node *node = request->target.node;
	const struct record_id nobody = { { 0 } };
	const struct case_id none = { { 0 } };
	*out = (struct clients){ .may_see = !fault_is(gate_class(request->gate, ACCESS_READ, ACCESS_BASIC, 0, ACCESS_METADATA)) };
	if (!out->may_see)
		return fault_none();
	FAULT_TRY(gate_trace(request->gate, RECORDS_ACCESS_ACT_LIST, none, nobody, NULL));
	FAULT_TRY(match_run(node_match(node), node_hub(node), node_now()));
	struct fault f = match_each(node_match(node), take, out);
	if (!fault_is(f) && out->full)
		f = fault_of(FAULT_LIMIT, "memory for the names of clients");
	if (fault_is(f))
		clients_free(out);
	else if (out->count > 0)
		qsort(out->all, out->count, sizeof *out->all, by_case);
	return f;
}

void clients_free(struct clients *clients)
{
	if (clients->text != NULL)
		sodium_memzero(clients->text, clients->text_room);
	free(clients->text);
	free(clients->all);
	*clients = (struct clients){ .may_see = false };
}

const struct clients_one *clients_get(const struct clients *clients, const struct case_id *client_case)
{
	const struct clients_one key = { .case_id = *client_case };
	return clients->count == 0 ? NULL : bsearch(&key, clients->all, clients->count, sizeof key, by_case);
}

static struct span part(const struct clients *c, size_t from, size_t to)
{
	return span_of(c->text + from, to - from);
}

void clients_write(const struct clients *clients, const struct case_id *client_case, struct writer *out)
{
	const struct clients_one *one = clients_get(clients, client_case);
	if (one == NULL)
		return;
	writer_text(out, "family_name", part(clients, one->family, one->given));
	writer_text(out, "given_names", part(clients, one->given, one->municipality));
	writer_text(out, "municipality", part(clients, one->municipality, one->end));
}

/* ---- found by words ---- */

struct word {
	uint8_t text[NAME_TEXT_BYTES];
	size_t len;
};

static size_t add_words(struct span text, struct word *out, size_t count)
{
	struct name_word word;
	while (count < WORDS_MAX && name_next(&text, &word)) {
		out[count].len = name_write(&word, true, out[count].text);
		count++;
	}
	return count;
}

bool clients_match(const struct clients *clients, const struct clients_one *one, const char *text)
{
	struct word stand[WORDS_MAX], asked[WORDS_MAX];
	size_t count = 0, asked_count = add_words(span_text(text), asked, 0);
	if (one == NULL || asked_count == 0)
		return false;
	count = add_words(part(clients, one->family, one->given), stand, count);
	count = add_words(part(clients, one->given, one->municipality), stand, count);
	count = add_words(part(clients, one->municipality, one->end), stand, count);
	for (size_t i = 0; i < asked_count; i++) {
		bool found = false;
		for (size_t j = 0; j < count && !found; j++)
			found = stand[j].len >= asked[i].len && memcmp(stand[j].text, asked[i].text, asked[i].len) == 0;
		if (!found)
			return false;
	}
	return true;
}
