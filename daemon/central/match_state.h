/* match_state - what the files of match share; callers see central/match.h.
 *
 * match.c keeps the tables in step with the log and links by code; match_crowd.c
 * knows which names say nothing, because too many bear them; match_decide.c lists
 * what was found and does what a person decides.
 */
#ifndef JALKA_CENTRAL_MATCH_STATE_H
#define JALKA_CENTRAL_MATCH_STATE_H

#include "central/match.h"
#include "store/statements.h"

enum match_query {
	MATCH_TOUCH, MATCH_TOUCH_CASE, MATCH_UNTOUCH, MATCH_TOUCHED,
	MATCH_ROW_PUT, MATCH_ROW_REMOVE, MATCH_ROW_GET, MATCH_ROW_LINK, MATCH_ROWS_LIKE, MATCH_ROWS_FIND, MATCH_ROWS_LINKED,
	MATCH_ROWS_ALL,
	MATCH_BEARS, MATCH_BEARERS, MATCH_CROWD_PUT, MATCH_CROWDS, MATCH_TOUCH_NAME, MATCH_TOUCH_BORN,
	MATCH_PAIR_PUT, MATCH_PAIRS_REMOVE, MATCH_PAIRS_OF, MATCH_PAIRS,
	MATCH_META_GET, MATCH_META_PUT,
	MATCH_QUERIES,
};
_Static_assert((int)MATCH_QUERIES <= (int)STATEMENTS_MAX, "every query has a place among the statements");

enum { MATCH_MESSAGE_BYTES = 4096, MATCH_NAME_BYTES = 512 };

struct match {
	struct log *log;
	struct casebook *book;
	struct statements statements;
	bool may_wait;  /* something may be touched: match_run has to look */
	bool regrouped; /* match_crowd_settle touched some, of which a batch may have been at work */
};

/* How much of what a row says is said by a crowd (M5): then it is not looked up by it. */
enum match_crowd { MATCH_CROWD_NONE, MATCH_CROWD_NAME, MATCH_CROWD_NAME_AND_BIRTH };

/* A row, its message copied. */
struct match_row {
	struct record_id record_id;
	struct case_id case_id;
	uint64_t created_ms;
	bool is_linked;
	struct record_id into;
	enum match_crowd crowd;
	uint8_t message[MATCH_MESSAGE_BYTES];
	size_t message_bytes;
	struct duplicate_client client; /* spans into message */
};
struct fault match_row_get(struct match *match, struct record_id id, struct match_row *out, bool *found);
/* Of a statement whose columns are those of MATCH_ROW_GET; false: damaged. */
bool match_row_read(struct sqlite3_stmt *row, struct match_row *out);
/* Whether a is the newer one: by the time it was made, then by id. */
bool match_is_newer(const struct match_row *a, const struct match_row *b);
/* The last record of its chain of links. */
struct fault match_root(struct match *match, struct record_id id, struct record_id *out);

/* The family name and the first given name as their keys: what may be a crowd's. */
struct span match_crowd_name(const struct duplicate_client *client, uint8_t out[static MATCH_NAME_BYTES]);
/* What a row bears. */
struct match_bears {
	bool found, has_birth;
	uint64_t birth; /* as in the table */
	uint8_t name[MATCH_NAME_BYTES];
	size_t name_bytes;
};
struct fault match_crowd_get(struct match *match, struct record_id id, struct match_bears *out);
/* Inside the transaction, after the row was put or removed; `before`: what it bore until
 * then. Says of what crowd it is; touches all of a group that is a crowd since, or no longer. */
struct fault match_crowd_settle(struct match *match, struct record_id id, const struct match_bears *before);

/* What somebody decided over a pair, in either order. Two people with one code: decided
 * though the codes were the same then. */
enum match_decision { MATCH_UNDECIDED, MATCH_TWO_PEOPLE, MATCH_ONE_PERSON, MATCH_TWO_WITH_ONE_CODE };
bool match_is_two(enum match_decision decision);
struct fault match_decision_get(struct match *match, struct record_id a, struct record_id b, enum match_decision *out);
/* In a transaction of its own. */
struct fault match_decision_put(struct match *match, struct record_id a, struct record_id b,
				enum match_decision decision, uint64_t now_ms);

/* Central's delta: `from` is linked to `into`, or, none, to nothing any more. */
struct fault match_link(struct match *match, struct hub *hub, const struct match_row *from, struct record_id into,
			struct hub_time now);

#endif
