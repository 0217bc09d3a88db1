/* match_crowd - names that say nothing: so many records bear them that a pair made by
 * the name alone would be noise, and all pairs of them more than a store can hold (M5). */
#include "central/match_state.h"

#include <sqlite3.h>

#include "domain/name.h"

/* Between the family name and the given one: no letter of a key. */
#define BETWEEN 0x1f

struct span match_crowd_name(const struct duplicate_client *client, uint8_t out[static MATCH_NAME_BYTES])
{
	struct span family = client->family_name, given = client->given_names;
	struct name_word word;
	size_t used = 0;
	while (used + 1 + 2 * NAME_TEXT_BYTES <= MATCH_NAME_BYTES && name_next(&family, &word))
		used += name_write(&word, true, out + used);
	out[used++] = BETWEEN;
	if (name_next(&given, &word))
		used += name_write(&word, true, out + used);
	return span_of(out, used);
}

struct fault match_crowd_get(struct match *match, struct record_id id, struct match_bears *out)
{
	struct sqlite3_stmt *statement;
	*out = (struct match_bears){ .found = false };
	FAULT_TRY(statements_take(&match->statements, MATCH_BEARS, &statement));
	statements_bind_bytes(statement, 1, ID_SPAN(id));
	struct fault fault = statements_step(&match->statements, statement, &out->found);
	if (!fault_is(fault) && out->found) {
		struct span name = statements_bytes(statement, 0);
		out->has_birth = sqlite3_column_type(statement, 1) != SQLITE_NULL;
		out->birth = statements_number(statement, 1);
		if (name.len > sizeof out->name)
			fault = fault_of(FAULT_STORE, "a row of the matching is damaged: rebuild");
		else
			memcpy(out->name, name.data, out->name_bytes = name.len);
	}
	statements_release(&match->statements, MATCH_BEARS, statement);
	return fault;
}

static struct span name_of(const struct match_bears *bears)
{
	return span_of(bears->name, bears->name_bytes);
}

static void bind(struct sqlite3_stmt *statement, const struct match_bears *bears)
{
	statements_bind_text(statement, 1, name_of(bears));
	if (bears->has_birth)
		statements_bind_number(statement, 2, bears->birth);
	else
		statements_bind_bytes(statement, 2, span_of(NULL, 0)); /* equals nothing */
}

/* How many records bear the name, and name and birth date; counted as far as it matters. */
struct bearers {
	uint64_t name, born;
};

static struct fault count(struct match *match, const struct match_bears *bears, struct bearers *out)
{
	struct sqlite3_stmt *statement;
	bool row;
	FAULT_TRY(statements_take(&match->statements, MATCH_BEARERS, &statement));
	bind(statement, bears);
	statements_bind_number(statement, 3, MATCH_CROWD + 2);
	struct fault fault = statements_step(&match->statements, statement, &row);
	if (!fault_is(fault))
		*out = (struct bearers){ statements_number(statement, 0), statements_number(statement, 1) };
	statements_release(&match->statements, MATCH_BEARERS, statement);
	return fault;
}

static struct fault put(struct match *match, struct record_id id, const struct bearers *bearers)
{
	struct sqlite3_stmt *statement;
	enum match_crowd crowd = bearers->born > MATCH_CROWD   ? MATCH_CROWD_NAME_AND_BIRTH
				 : bearers->name > MATCH_CROWD ? MATCH_CROWD_NAME
							       : MATCH_CROWD_NONE;
	if (crowd == MATCH_CROWD_NONE)
		return fault_none(); /* as a row is put */
	FAULT_TRY(statements_take(&match->statements, MATCH_CROWD_PUT, &statement));
	statements_bind_bytes(statement, 1, ID_SPAN(id));
	statements_bind_number(statement, 2, crowd);
	return statements_run(&match->statements, MATCH_CROWD_PUT, statement);
}

static struct fault touch(struct match *match, const struct match_bears *bears, enum match_query query)
{
	struct sqlite3_stmt *statement;
	FAULT_TRY(statements_take(&match->statements, query, &statement));
	statements_bind_text(statement, 1, name_of(bears));
	if (query == MATCH_TOUCH_BORN)
		statements_bind_number(statement, 2, bears->birth);
	match->may_wait = match->regrouped = true;
	return statements_run(&match->statements, query, statement);
}

/* One record came to a group or left it; `edge`: how many its group has then, if that made
 * it a crowd, or a crowd no longer. */
static struct fault touch_at(struct match *match, const struct match_bears *bears, const struct bearers *bearers,
			     bool name_moved, uint64_t edge)
{
	if (name_moved && bearers->name == edge)
		return touch(match, bears, MATCH_TOUCH_NAME);
	return bears->has_birth && bearers->born == edge ? touch(match, bears, MATCH_TOUCH_BORN) : fault_none();
}

struct fault match_crowd_settle(struct match *match, struct record_id id, const struct match_bears *before)
{
	struct match_bears after;
	struct bearers bearers;
	FAULT_TRY(match_crowd_get(match, id, &after));
	bool name_moved = before->found != after.found || !span_equal(name_of(before), name_of(&after));
	bool moved = name_moved || before->has_birth != after.has_birth || before->birth != after.birth;
	if (after.found) {
		FAULT_TRY(count(match, &after, &bearers));
		FAULT_TRY(put(match, id, &bearers));
		if (moved)
			FAULT_TRY(touch_at(match, &after, &bearers, name_moved, MATCH_CROWD + 1));
	}
	if (!before->found || !moved)
		return fault_none();
	FAULT_TRY(count(match, before, &bearers));
	return touch_at(match, before, &bearers, name_moved, MATCH_CROWD);
}
