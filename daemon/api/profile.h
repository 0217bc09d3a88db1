/* profile - a worker's profile on this machine: folder, vault, store, casebook,
 * replica and the link to the central node.
 *
 *   NONE --init--> OPENING --> OPEN <--> LOCKED (unlock by way of OPENING)
 *                     |         ^          |
 *                     +--> WAITING <-------+   out of contact for longer than the lease
 *
 * WAITING the store serves the link alone: nothing of it is shown, what is unsent is sent,
 * and the first session that is not refused makes it OPEN. That is this program's word, not
 * cryptography: docs/internals/rescue.md says what it protects against.
 *
 * Several workers on one machine have a profile each. Locked, it holds no key
 * and no page of the store in memory and keeps no connection.
 *
 * J1  Argon2id runs beside the loop: the daemon answers while it does.
 * J2  Lock wipes: before it returns the store is closed, its keys are gone, and what
 *     was read from it is overwritten, in freed memory too.
 * J3  What is written is on its way within the same turn when there is a link.
 */
#ifndef JALKA_API_PROFILE_H
#define JALKA_API_PROFILE_H

#include "base/fault.h"
#include "io/address.h"
#include "io/folder.h"
#include "io/loop.h"
#include "store/casebook.h"
#include "store/log.h"
#include "store/lease.h"
#include "store/replica.h"
#include "store/vault.h"

struct profile;

enum profile_vault { PROFILE_NONE, PROFILE_LOCKED, PROFILE_OPENING, PROFILE_WAITING, PROFILE_OPEN };

struct profile_config {
	const struct folder *folder; /* borrowed */
	const char *key_file;        /* NULL: the profile opens with a passphrase */
	uint64_t lock_after_ms;      /* 0: never by itself */
};

struct fault profile_new(struct loop *loop, const struct profile_config *config, struct profile **out);
void profile_free(struct profile *profile); /* NULL is allowed */

enum profile_vault profile_vault(const struct profile *profile);
/* The store is there, for a person (OPEN) or for the link alone (WAITING). */
bool profile_is_up(const struct profile *profile);
const struct profile_config *profile_config(const struct profile *profile);

typedef void profile_opened_fn(void *ctx, struct fault fault);
/* Makes vault and store. The passphrase is copied to locked memory. */
struct fault profile_init(struct profile *profile, struct span passphrase, profile_opened_fn *fn, void *ctx);
struct fault profile_unlock(struct profile *profile, struct span passphrase, profile_opened_fn *fn, void *ctx);
/* With the organiser's recovery key in place of the passphrase, which becomes this one. Left in the access log. */
struct fault profile_recover(struct profile *profile, const uint8_t key[static VAULT_KEY_BYTES], struct span passphrase,
			     profile_opened_fn *fn, void *ctx);
/* With a key file there is nothing to wait for: opens, and makes what is missing. */
struct fault profile_open_with_key_file(struct profile *profile);
void profile_lock(struct profile *profile);

/* Somebody uses it: the idle lock counts anew. */
void profile_touch(struct profile *profile);

/* ---- while OPEN or WAITING ---- */
struct profile_lease {
	uint32_t days;       /* 0: the organiser wants none */
	uint64_t left_ms;    /* LEASE_NONE: it does not run */
};
void profile_lease(struct profile *profile, struct profile_lease *out);

/* ---- while OPEN ---- */
const struct folder *profile_folder(const struct profile *profile); /* the daemon's own, borrowed */
struct log *profile_log(struct profile *profile);
struct casebook *profile_book(struct profile *profile);
struct replica *profile_replica(struct profile *profile);
/* As replica_status, asked again only when something changed. */
const struct replica_status *profile_status(struct profile *profile);
struct replica_time profile_now(void);
struct loop *profile_loop(struct profile *profile);

/* Authenticates every page of the store. */
struct fault profile_verify(struct profile *profile);

/* Something was written: it is sent when there is a link. */
void profile_poke(struct profile *profile);
/* Takes the machine offline or brings it back, until told otherwise: the store
 * remembers it. Dials at once. A fault says that it holds until the next lock only. */
struct fault profile_online(struct profile *profile, bool online);
bool profile_is_online(const struct profile *profile);
size_t profile_attempts(const struct profile *profile); /* wrong passphrases before it was opened with the right one */
uint64_t profile_retry_ms(const struct profile *profile);
/* Where central is and who; kept in the store. */
struct fault profile_central(struct profile *profile, const struct address *address,
			     const struct delta_identity *identity);
/* The case of what this machine's holder opened, printed and exported (P10). */
struct fault profile_access_case(struct profile *profile, struct case_id *out);
const struct address *profile_central_address(const struct profile *profile); /* NULL: not known */

/* Called once a turn in which something changed, or a dial or the link failed
 * (`failure` is then a literal, else NULL), and when the profile was locked; not from
 * inside a call. The watch is the caller's, and stands until it is taken back. */
typedef void profile_watch_fn(void *ctx, struct profile *profile, const char *failure);
struct profile_watch {
	profile_watch_fn *fn;
	void *ctx;
	struct profile_watch *next; /* the profile's */
};
void profile_watch(struct profile *profile, struct profile_watch *watch); /* twice is once */
void profile_unwatch(struct profile *profile, struct profile_watch *watch);
/* An answer carried by hand that central wrote then, by its clock: it counts as contact. */
void profile_carried(struct profile *profile, uint64_t written_ms);
/* Something changed that the replica does not know of: a draft. */
void profile_note_change(struct profile *profile);

#endif
