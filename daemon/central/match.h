/* match - one person in two client records: found at the central node, linked or proposed.
 *
 * Two workers who met the same person out of reach of the network have each made a
 * client record, each with a case of its own. Central alone holds both. It keeps
 * of every client record what matching needs (identity code, names, birth date,
 * municipality, where it is linked) as a projection in the sealed store, compares
 * (domain/duplicate.h), and tells ids, grades and reasons; nobody reads lives here.
 *
 * A link is `merged_into` of the newer record, written by central's own delta in
 * that record's case: both records and both cases stay as they are, and nobody
 * receives a case but by an assignment.
 *
 * Tell it what the hub appends (match_touched, match_forgot), inside the hub's
 * transaction; call match_run after each commit.
 *
 * M1  Equal identity codes link without anybody; anything less waits for a person.
 * M2  What a person decided is not proposed or linked again.
 * M3  Links join the last records of two chains, the newer to the older: no ring.
 * M4  Its tables are a function of the log (match_rebuild); the decisions stand in
 *     the log's named values. What was touched is known after a crash too.
 * M5  A name that more than MATCH_CROWD records bear (Tuntematon) says nothing by
 *     itself: such records are compared by code and birth date alone, and by code alone
 *     where as many share name and birth date. Pairs rise with the records, not with
 *     their square. match_crowds tells these names.
 */
#ifndef JALKA_CENTRAL_MATCH_H
#define JALKA_CENTRAL_MATCH_H

#include "central/hub.h"
#include "domain/duplicate.h"
#include "store/casebook.h"

struct match;
struct sqlite3;

/* On the log's own connection. `book` and `log` are borrowed. Not inside a transaction. */
struct fault match_open(struct sqlite3 *db, struct log *log, struct casebook *book, struct match **out);
void match_close(struct match *match); /* NULL is allowed */

/* Inside the transaction; `entry` NULL: it may be any record. */
struct fault match_touched(struct match *match, struct record_id record_id, const struct log_entry *entry);
struct fault match_forgot(struct match *match, struct case_id case_id);
/* Works off what was touched: compares, links (M1). Outside a transaction; writes by
 * hub_write. Nothing to do costs nothing. */
struct fault match_run(struct match *match, struct hub *hub, struct hub_time now);
/* A part of it, so that links are answered meanwhile; match_waits: there is more. */
struct fault match_step(struct match *match, struct hub *hub, struct hub_time now);
bool match_waits(const struct match *match);
/* All client records are touched: the next match_run makes every row anew. */
struct fault match_rebuild(struct match *match);

/* Records of one family name and first given name. A county of 100,000 clients has some
 * twenty called Matti Virtanen. */
enum { MATCH_CROWD = 64 };

enum match_state {
	MATCH_PROPOSED, /* waits for a person */
	MATCH_LINKED,
	MATCH_DECIDED,  /* somebody said that these are two people */
};
struct match_client {
	struct record_id record_id;
	struct case_id case_id;
	uint64_t created_ms;
	struct span family_name, given_names, municipality; /* borrowed while the callback runs */
};
struct match_pair {
	struct match_client older, newer;
	struct duplicate_verdict verdict;
	enum match_state state;
	bool must_look; /* linked by code while the names differ, and nobody has confirmed it; or
			 * decided to be two people before they had the same code: one of them is wrong */
};
typedef bool match_pair_fn(void *ctx, const struct match_pair *pair);
/* Every client record, by family name; false from fn stops. */
typedef bool match_client_fn(void *ctx, const struct match_client *client);
struct fault match_each(struct match *match, match_client_fn *fn, void *ctx);
/* Best grade first. `all`: linked and decided ones too. */
struct fault match_list(struct match *match, bool all, match_pair_fn *fn, void *ctx);

/* A crowd (M5): one of its records, and how many they are; most first. */
typedef bool match_crowd_fn(void *ctx, const struct match_client *one, uint64_t records);
struct fault match_crowds(struct match *match, match_crowd_fn *fn, void *ctx);

struct match_linked {
	struct record_id from, into;
};
/* A person's word. Merging links the newer of the two (M3), or confirms a link that
 * is there. FAULT_CALLER: no such client; codes given for life that differ; not linked. */
struct fault match_merge(struct match *match, struct hub *hub, struct record_id a, struct record_id b,
			 struct hub_time now, struct match_linked *out);
struct fault match_unmerge(struct match *match, struct hub *hub, struct record_id id, struct hub_time now,
			   struct match_linked *out);
/* These are two people. FAULT_CALLER: linked: unmerge first. */
struct fault match_reject(struct match *match, struct record_id a, struct record_id b, struct hub_time now);

/* Cases of linked client records, each with the case its links lead to: one person. */
typedef bool match_linked_fn(void *ctx, struct case_id from, struct case_id into);
struct fault match_linked_cases(struct match *match, match_linked_fn *fn, void *ctx);

/* Client records whose ids are from low to high, rising; false from fn stops. */
typedef bool match_record_fn(void *ctx, struct record_id id);
struct fault match_find(struct match *match, struct record_id low, struct record_id high, match_record_fn *fn,
			void *ctx);

#endif
