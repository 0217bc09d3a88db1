/* match_decide - what was found, as a list, and what a person decides over it. */
#include "central/match_state.h"

#include <sqlite3.h>

/* Decisions last beside the log: the smaller id, the greater one -> the decision, when. */
#define TABLE_DECIDED "match"

/* ---- decisions ---- */

struct pair_key {
	uint8_t bytes[2 * ID_BYTES];
};

static struct pair_key key_of(struct record_id a, struct record_id b)
{
	struct pair_key key;
	bool in_order = memcmp(a.bytes, b.bytes, ID_BYTES) < 0;
	memcpy(key.bytes, in_order ? a.bytes : b.bytes, ID_BYTES);
	memcpy(key.bytes + ID_BYTES, in_order ? b.bytes : a.bytes, ID_BYTES);
	return key;
}

struct fault match_decision_get(struct match *match, struct record_id a, struct record_id b, enum match_decision *out)
{
	struct pair_key key = key_of(a, b);
	uint8_t value[9];
	size_t len;
	bool found;
	struct span place = span_of(key.bytes, sizeof key.bytes);
	FAULT_TRY(log_get(match->log, TABLE_DECIDED, place, value, sizeof value, &len, &found));
	*out = MATCH_UNDECIDED;
	if (found && len == sizeof value && value[0] <= MATCH_TWO_WITH_ONE_CODE)
		*out = (enum match_decision)value[0];
	return fault_none();
}

bool match_is_two(enum match_decision decision)
{
	return decision == MATCH_TWO_PEOPLE || decision == MATCH_TWO_WITH_ONE_CODE;
}

static enum match_decision two_people(const struct match_row *a, const struct match_row *b)
{
	bool one_code = duplicate_compare(&a->client, &b->client).grade == DUPLICATE_SAME;
	return one_code ? MATCH_TWO_WITH_ONE_CODE : MATCH_TWO_PEOPLE;
}

struct fault match_decision_put(struct match *match, struct record_id a, struct record_id b,
				enum match_decision decision, uint64_t now_ms)
{
	struct pair_key key = key_of(a, b);
	uint8_t value[9] = { (uint8_t)decision };
	for (size_t i = 0; i < 8; i++)
		value[1 + i] = (uint8_t)(now_ms >> 8 * i);
	FAULT_TRY(log_begin(match->log));
	(void)log_put(match->log, TABLE_DECIDED, span_of(key.bytes, sizeof key.bytes), span_of(value, sizeof value));
	return log_commit(match->log); /* tells what the write met */
}

/* ---- the list ---- */

struct found_pair {
	struct record_id a, b;
	struct duplicate_verdict verdict;
};

static struct fault state_of(struct match *match, const struct found_pair *found, struct match_pair *out)
{
	struct record_id root_a, root_b;
	enum match_decision decision;
	bool names_fit = (found->verdict.reasons & (DUPLICATE_NAME_SAME | DUPLICATE_NAME_ALIKE)) != 0;
	FAULT_TRY(match_root(match, found->a, &root_a));
	FAULT_TRY(match_root(match, found->b, &root_b));
	FAULT_TRY(match_decision_get(match, found->a, found->b, &decision));
	out->verdict = found->verdict;
	out->state = ID_EQUAL(root_a, root_b) ? MATCH_LINKED :
		     match_is_two(decision)   ? MATCH_DECIDED :
						MATCH_PROPOSED;
	out->must_look = (out->state == MATCH_LINKED && !names_fit && decision != MATCH_ONE_PERSON) ||
			 (out->state == MATCH_DECIDED && found->verdict.grade == DUPLICATE_SAME && decision == MATCH_TWO_PEOPLE);
	return fault_none();
}

static struct match_client client_of(const struct match_row *row)
{
	return (struct match_client){ row->record_id, row->case_id, row->created_ms, row->client.family_name,
				      row->client.given_names, row->client.municipality };
}

static struct fault tell(struct match *match, bool all, const struct found_pair *found, match_pair_fn *fn, void *ctx,
			 bool *goes_on)
{
	struct match_pair pair;
	struct match_row a, b;
	bool found_a, found_b;
	FAULT_TRY(state_of(match, found, &pair));
	if (!all && pair.state != MATCH_PROPOSED && !pair.must_look)
		return fault_none();
	FAULT_TRY(match_row_get(match, found->a, &a, &found_a));
	FAULT_TRY(match_row_get(match, found->b, &b, &found_b));
	if (!found_a || !found_b)
		return fault_none();
	bool newer = match_is_newer(&a, &b);
	pair.older = client_of(newer ? &b : &a);
	pair.newer = client_of(newer ? &a : &b);
	*goes_on = fn(ctx, &pair);
	return fault_none();
}

struct fault match_each(struct match *match, match_client_fn *fn, void *ctx)
{
	struct sqlite3_stmt *statement;
	struct match_row row;
	struct fault fault;
	bool found, goes_on = true;
	FAULT_TRY(statements_take(&match->statements, MATCH_ROWS_ALL, &statement));
	for (;;) {
		fault = statements_step(&match->statements, statement, &found);
		if (fault_is(fault) || !found || !goes_on)
			break;
		if (!match_row_read(statement, &row)) {
			fault = fault_of(FAULT_STORE, "a row of the matching is damaged: rebuild");
			break;
		}
		struct match_client client = client_of(&row);
		goes_on = fn(ctx, &client);
	}
	statements_release(&match->statements, MATCH_ROWS_ALL, statement);
	return fault;
}

struct fault match_crowds(struct match *match, match_crowd_fn *fn, void *ctx)
{
	struct sqlite3_stmt *statement;
	struct match_row row;
	struct fault fault;
	bool found;
	FAULT_TRY(statements_take(&match->statements, MATCH_CROWDS, &statement));
	for (;;) {
		fault = statements_step(&match->statements, statement, &found);
		if (fault_is(fault) || !found)
			break;
		if (!match_row_read(statement, &row)) {
			fault = fault_of(FAULT_STORE, "a row of the matching is damaged: rebuild");
			break;
		}
		struct match_client client = client_of(&row);
		if (!fn(ctx, &client, statements_number(statement, 6)))
			break;
	}
	statements_release(&match->statements, MATCH_CROWDS, statement);
	return fault;
}

struct fault match_list(struct match *match, bool all, match_pair_fn *fn, void *ctx)
{
	struct sqlite3_stmt *statement;
	struct fault fault;
	bool row, goes_on = true;
	FAULT_TRY(statements_take(&match->statements, MATCH_PAIRS, &statement));
	for (;;) {
		struct found_pair found;
		fault = statements_step(&match->statements, statement, &row);
		if (fault_is(fault) || !row)
			break;
		found.verdict.grade = (enum duplicate_grade)statements_number(statement, 2);
		found.verdict.reasons = (unsigned)statements_number(statement, 3);
		if (!statements_copy(statement, 0, found.a.bytes, ID_BYTES) ||
		    !statements_copy(statement, 1, found.b.bytes, ID_BYTES)) {
			fault = fault_of(FAULT_STORE, "a row of the matching is damaged: rebuild");
			break;
		}
		fault = tell(match, all, &found, fn, ctx, &goes_on);
		if (fault_is(fault) || !goes_on)
			break;
	}
	statements_release(&match->statements, MATCH_PAIRS, statement);
	return fault;
}

/* ---- a person's word ---- */

static struct fault rows_get(struct match *match, struct record_id a, struct record_id b, struct match_row *x,
			     struct match_row *y)
{
	bool found_x, found_y;
	if (ID_EQUAL(a, b))
		return fault_of(FAULT_CALLER, "these are one record");
	FAULT_TRY(match_row_get(match, a, x, &found_x));
	FAULT_TRY(match_row_get(match, b, y, &found_y));
	return found_x && found_y ? fault_none() : fault_of(FAULT_CALLER, "no client record has this id");
}

/* Links the last records of both chains. Linked already: confirms it. */
static struct fault merge_roots(struct match *match, struct hub *hub, struct record_id a, struct record_id b,
				struct hub_time now, struct match_linked *out)
{
	struct match_row x, y;
	FAULT_TRY(match_root(match, a, &a));
	FAULT_TRY(match_root(match, b, &b));
	if (ID_EQUAL(a, b)) {
		*out = (struct match_linked){ a, a };
		return fault_none();
	}
	FAULT_TRY(rows_get(match, a, b, &x, &y));
	bool newer = match_is_newer(&x, &y);
	*out = (struct match_linked){ newer ? a : b, newer ? b : a };
	return match_link(match, hub, newer ? &x : &y, out->into, now);
}

struct fault match_merge(struct match *match, struct hub *hub, struct record_id a, struct record_id b,
			 struct hub_time now, struct match_linked *out)
{
	struct match_row x, y;
	FAULT_TRY(match_run(match, hub, now));
	FAULT_TRY(rows_get(match, a, b, &x, &y));
	struct duplicate_verdict verdict = duplicate_compare(&x.client, &y.client);
	if (verdict.reasons & DUPLICATE_CODE_OTHER)
		return fault_of(FAULT_CALLER, "two identity codes given for life are two people: "
					      "if one is wrong, have it corrected first");
	struct match_linked linked;
	FAULT_TRY(merge_roots(match, hub, a, b, now, &linked));
	if (ID_EQUAL(linked.from, linked.into))
		linked.from = ID_EQUAL(a, linked.into) ? b : a;
	FAULT_TRY(match_decision_put(match, a, b, MATCH_ONE_PERSON, now.wall_ms));
	*out = linked;
	return fault_none();
}

struct fault match_unmerge(struct match *match, struct hub *hub, struct record_id id, struct hub_time now,
			   struct match_linked *out)
{
	struct match_row row, into;
	bool found;
	FAULT_TRY(match_run(match, hub, now));
	FAULT_TRY(match_row_get(match, id, &row, &found));
	if (!found)
		return fault_of(FAULT_CALLER, "no client record has this id");
	if (!row.is_linked)
		return fault_of(FAULT_CALLER, "this client record is not linked to another");
	struct match_linked linked = { id, row.into };
	/* First the word, or the next run would link them again by their code. */
	FAULT_TRY(match_row_get(match, row.into, &into, &found));
	FAULT_TRY(match_decision_put(match, id, row.into, found ? two_people(&row, &into) : MATCH_TWO_PEOPLE, now.wall_ms));
	FAULT_TRY(match_link(match, hub, &row, (struct record_id){ { 0 } }, now));
	*out = linked;
	return fault_none();
}

struct fault match_reject(struct match *match, struct record_id a, struct record_id b, struct hub_time now)
{
	struct match_row x, y;
	struct record_id root_a, root_b;
	FAULT_TRY(rows_get(match, a, b, &x, &y));
	FAULT_TRY(match_root(match, a, &root_a));
	FAULT_TRY(match_root(match, b, &root_b));
	if (ID_EQUAL(root_a, root_b))
		return fault_of(FAULT_CALLER, "these are linked: take the link away with unmerge");
	return match_decision_put(match, a, b, two_people(&x, &y), now.wall_ms);
}

/* ---- by the beginning of an id ---- */

struct fault match_find(struct match *match, struct record_id low, struct record_id high, match_record_fn *fn,
			void *ctx)
{
	struct sqlite3_stmt *statement;
	struct record_id id;
	struct fault fault;
	bool row;
	FAULT_TRY(statements_take(&match->statements, MATCH_ROWS_FIND, &statement));
	statements_bind_bytes(statement, 1, ID_SPAN(low));
	statements_bind_bytes(statement, 2, ID_SPAN(high));
	for (;;) {
		fault = statements_step(&match->statements, statement, &row);
		if (fault_is(fault) || !row || !statements_copy(statement, 0, id.bytes, ID_BYTES) || !fn(ctx, id))
			break;
	}
	statements_release(&match->statements, MATCH_ROWS_FIND, statement);
	return fault;
}

struct fault match_linked_cases(struct match *match, match_linked_fn *fn, void *ctx)
{
	struct sqlite3_stmt *statement;
	struct record_id id, into;
	struct case_id from;
	struct match_row root;
	struct fault fault;
	bool more, found;
	FAULT_TRY(statements_take(&match->statements, MATCH_ROWS_LINKED, &statement));
	for (;;) {
		fault = statements_step(&match->statements, statement, &more);
		if (fault_is(fault) || !more)
			break;
		if (!statements_copy(statement, 0, id.bytes, ID_BYTES) || !statements_copy(statement, 1, from.bytes, ID_BYTES)) {
			fault = fault_of(FAULT_STORE, "a row of the matching is damaged: rebuild");
			break;
		}
		fault = match_root(match, id, &into);
		if (!fault_is(fault))
			fault = match_row_get(match, into, &root, &found);
		if (fault_is(fault) || (found && !fn(ctx, from, root.case_id)))
			break;
	}
	statements_release(&match->statements, MATCH_ROWS_LINKED, statement);
	return fault;
}
