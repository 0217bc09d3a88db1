/* node - the central node as a daemon: folder, vault, store, hub and listener.
 *
 * The store opens with a key file, so that a server can start by itself. The
 * casebook of a central node holds the reserved cases only (reference data and
 * the directory): what clients' cases hold is in the log, sealed, and in no index.
 *
 * E1  What one turn of the loop brought in is committed once, then answered.
 * E2  A failed commit ends the process: it begins again by opening and verifying.
 */
#ifndef JALKA_CENTRAL_NODE_H
#define JALKA_CENTRAL_NODE_H

#include "central/hub.h"
#include "domain/alerts.h"
#include "io/address.h"
#include "io/folder.h"
#include "io/loop.h"
#include "store/casebook.h"

struct backup;
struct backup_config;
struct clashes;
struct handovers;
struct ledger;
struct match;
struct rate;
struct survey;
struct tally;
struct node;

struct node_config {
	const struct folder *folder;  /* borrowed */
	const char *key_file;
	const char *deny_file;        /* copied off the node by the operator */
	struct address listen;
	const struct address *public; /* what enrolment codes tell; NULL: where it listens */
	const struct backup_config *backup; /* NULL: none is kept */
	struct alerts_limits alerts;  /* from where on a device wants attention */
	bool init;                    /* make what is missing; refused when a node is there */
	bool only_make;               /* with init: listen nowhere; node_address is not to be asked */
	bool restored;                /* the store is a backup put back: hub_restore */
	bool override;                /* restored without its deny file, on an administrator's word */
};

struct fault node_open(struct loop *loop, const struct node_config *config, struct node **out);
void node_close(struct node *node); /* NULL is allowed */
/* Whether a commit failed: the process ends with an error. */
bool node_failed(const struct node *node);

struct hub *node_hub(struct node *node);
struct casebook *node_book(struct node *node);
struct match *node_match(struct node *node);
struct handovers *node_handovers(struct node *node);
struct ledger *node_ledger(struct node *node);
struct survey *node_survey(struct node *node);
struct clashes *node_clashes(struct node *node);
struct backup *node_backup(const struct node *node); /* NULL: none is kept */
struct log *node_log(struct node *node);
/* Authenticates every page of the store. FAULT_LATER: a backup is copying it. */
struct fault node_verify(struct node *node);
/* Why connections ended, since the start. */
const struct tally *node_ends(const struct node *node);
/* Deltas accepted, and put aside, since the start. */
const struct rate *node_accepted(const struct node *node);
const struct rate *node_quarantined(const struct node *node);
uint64_t node_started_ms(const struct node *node); /* wall clock */
/* When the keys it has were made: that of the first entry of its log. 0: not known. */
uint64_t node_keys_since_ms(struct node *node);
const struct alerts_limits *node_alerts(const struct node *node);
/* The sizes of the store's files, and what is free beside them; 0: not known. */
struct node_room {
	uint64_t store_bytes, wal_bytes, free_bytes, disk_bytes;
};
void node_room(const struct node *node, struct node_room *out);
const char *node_address(const struct node *node);   /* where it listens */
const struct address *node_public(const struct node *node);
struct hub_time node_now(void);
/* Called at the end of each turn that changed something; one at most, NULL takes it away. */
typedef void node_watch_fn(void *ctx);
void node_watch(struct node *node, node_watch_fn *fn, void *ctx);
/* The administrator did something: it goes out at the end of this turn, and who watches is told. */
void node_poke(struct node *node);
/* Something is to be worked off from this turn on, and nothing has changed. */
void node_wake(struct node *node);

#endif
