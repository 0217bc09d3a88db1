/* pair - one central node and a few devices in one process, over log_memory.
 *
 * Bytes are carried by function calls, at once and in order, until nobody has
 * any more to say; a test may tap the wire, stop it after any byte, play bytes
 * again, throw a node away and go on from what was durable. Time stands still
 * until pair_pass. A fault nobody expects stops the test.
 *
 * Owns   everything it makes; pair_free releases it.
 * Lends  logs, hub and replicas: valid until the node is crashed or restored.
 */
#ifndef JALKA_TESTS_PAIR_H
#define JALKA_TESTS_PAIR_H

#include "central/hub.h"
#include "lib/prng.h"
#include "store/replica.h"

enum { PAIR_DEVICES_MAX = 8 };

struct pair;

/* Central and `devices` devices, each of a holder of its own, enrolled and
 * confirmed, all disconnected. */
struct pair *pair_new(uint64_t seed, size_t devices);
/* The same, not enrolled. */
struct pair *pair_new_blank(uint64_t seed, size_t devices);
void pair_free(struct pair *pair);

struct hub *pair_hub(struct pair *pair);
struct log *pair_hub_log(struct pair *pair);
struct replica *pair_replica(struct pair *pair, size_t device);
struct log *pair_device_log(struct pair *pair, size_t device);
struct record_id pair_holder(struct pair *pair, size_t device);
struct node_id pair_node(struct pair *pair, size_t device);
struct prng *pair_prng(struct pair *pair);

struct replica_time pair_time(const struct pair *pair);
struct hub_time pair_hub_time(const struct pair *pair);
/* Lets time go by; timers that run out in it are served in order. */
void pair_pass(struct pair *pair, uint64_t ms);
/* Moves one device's wall clock only. */
void pair_skew(struct pair *pair, size_t device, int64_t ms);

/* What this device's host says of it from now on. At first: version "1.0", half of the disk free. */
struct replica_health *pair_health(struct pair *pair, size_t device);
/* Central's host hears of records whose values may stand apart (hub_host.apart). */
typedef struct fault pair_apart_fn(void *ctx, struct record_id record_id);
void pair_on_apart(struct pair *pair, pair_apart_fn *fn, void *ctx);

/* ---- enrolment ---- */
void pair_enrol_begin(struct pair *pair, size_t device);
void pair_enrol(struct pair *pair, size_t device);

/* ---- the link ---- */
void pair_connect(struct pair *pair, size_t device);
void pair_disconnect(struct pair *pair, size_t device);
bool pair_connected(const struct pair *pair, size_t device);
/* Carries until quiet. False when it never gets quiet. */
bool pair_carry(struct pair *pair);
/* Connect when needed, carry. */
void pair_sync(struct pair *pair, size_t device);

/* Bytes about to be handed over; false: they are lost and the link breaks. */
typedef bool pair_tap_fn(void *ctx, size_t device, bool to_hub, struct span bytes);
void pair_tap(struct pair *pair, pair_tap_fn *fn, void *ctx);

/* Hands these bytes to central on a connection of a stranger, carries its
 * answers nowhere, and hangs up. Returns how many bytes central answered. */
size_t pair_stranger(struct pair *pair, struct span bytes);
/* Links a test makes itself (hub_link_up without a peer) are told nothing; how many central has hung up. */
size_t pair_own_hung_up(const struct pair *pair);

/* ---- crash and restore ---- */
/* The process ends and starts again from the last commit. */
void pair_device_crash(struct pair *pair, size_t device);
void pair_hub_crash(struct pair *pair);
/* A copy of what is durable now: the caller's, for the two below or log_close. */
struct log *pair_device_backup(struct pair *pair, size_t device);
struct log *pair_hub_backup(struct pair *pair);
/* Takes the log over. */
void pair_device_restore(struct pair *pair, size_t device, struct log *backup);
/* With the deny lines so far; `confirm` also confirms the devices. */
void pair_hub_restore(struct pair *pair, struct log *backup, bool confirm);
/* The same log older, without anybody saying so: what a backup must never be used for. */
void pair_hub_rollback(struct pair *pair, struct log *backup);
/* A second laptop with the same disk; returns its number. */
size_t pair_clone(struct pair *pair, size_t device);

/* ---- work ---- */
/* A case opened by central (its CLIENT case first, for a MATTER), unassigned. */
struct case_id pair_case(struct pair *pair, enum delta_case_kind kind, struct case_id client_case);
void pair_assign(struct pair *pair, struct case_id case_id, size_t device);
void pair_unassign(struct pair *pair, struct case_id case_id, size_t device);
/* A device's new note; the record's id. */
struct record_id pair_note(struct pair *pair, size_t device, struct case_id case_id, const char *text);
/* A change of one text field of a record of that type. */
struct fault pair_edit(struct pair *pair, size_t device, struct case_id case_id, struct record_id record_id,
		       uint32_t type, uint32_t field, const char *text);
/* A device opens a case of this kind; the record that opens it. */
struct fault pair_open(struct pair *pair, size_t device, enum delta_case_kind kind, struct case_id client_case,
		       struct replica_written *out);

/* ---- looking ---- */
/* Folds a record as this log has it, rejected deltas left out. False: no entries. */
bool pair_fold_hash(struct log *log, const struct order_tree *tree, struct record_id record_id, struct delta_hash *out);
/* The number of siblings of a field; 0: not there. `shown` (may be NULL) gets the shown text. */
size_t pair_siblings(struct log *log, const struct order_tree *tree, struct record_id record_id, uint32_t field,
		     char *shown, size_t size);
/* How many entries of this verdict the log has. */
size_t pair_count(struct log *log, enum log_verdict verdict);
/* Whether any entry's bytes hold this text. */
bool pair_finds(struct log *log, const char *text);

#endif
