/* book_node - a node with a log and a case book on one SQLite connection, for tests and benches.
 *
 * book_node_setup and _teardown suit cmocka. Writes are deltas as an ingress
 * would append them: made by delta_write, given an order at once unless local,
 * told to the book.
 */
#ifndef JALKA_TESTS_BOOK_NODE_H
#define JALKA_TESTS_BOOK_NODE_H

#include "core/order.h"
#include "store/casebook.h"
#include "store/log.h"

struct sqlite3;

struct book_node {
	struct sqlite3 *db;
	struct log *log;
	struct casebook *book;
	const struct book *hooks;
	struct order_tree orders;
	uint64_t stamp_ms;
	uint64_t order;
	uint64_t seqs[4];
	char path[96];
};

int book_node_setup(void **state);
int book_node_teardown(void **state);
/* The book and its log alone, on node->db. */
void book_node_open_book(struct book_node *node);
void book_node_close_book(struct book_node *node);

struct case_id book_node_case(unsigned i);
struct record_id book_node_record(unsigned i);
struct author book_node_author(unsigned i);

/* A delta to be written: what is zero has an ordinary value. */
struct book_write {
	unsigned author, owner, record;
	uint32_t type;
	struct span fields;
	uint32_t cleared;       /* 0: none */
	uint64_t base;          /* order this author had seen */
	uint8_t base_epoch;     /* each byte of the central epoch's id; 0: the first's */
	uint64_t stamp_ms;      /* 0: the next */
	uint64_t event_at_ms;
	bool is_local;          /* no order, no receipt */
};

/* In a transaction of its own when none is open. Returns the seq. */
uint64_t book_node_write(struct book_node *node, struct book_write write);

/* A message of texts: (number, text) pairs up to 0. Lives for three more calls. */
struct span book_node_texts(uint32_t first, ...);
struct span book_node_client(const char *family, const char *given);

#endif
