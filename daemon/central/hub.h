/* hub - the central node's log, and the sessions of many devices on it.
 *
 * Joins the pure session machines of core/session_central to a log driver on
 * any host (daemon, simulator). Sessions' work is gathered: what they append
 * becomes durable, gets its order and is answered in hub_commit, which the host
 * calls at the end of each turn of its loop (group commit). When a turn brings a
 * lot, hub_link_bytes commits between two frames: a transaction is kept in memory.
 *
 * H1  A receipt is sent only after log_commit.
 * H2  Orders rise in commit order, without regard to sessions.
 * H3  A device is fed only cases in its holder's scope now (I11), and nothing once revoked.
 * H4  Nothing thrown away: what is not accepted is quarantined.
 *
 * The log stays the caller's. When a verb of it fails the hub is dead: every
 * verb answers that fault, links are hung up; hub_close needs the log no more.
 */
#ifndef JALKA_CENTRAL_HUB_H
#define JALKA_CENTRAL_HUB_H

#include "base/fault.h"
#include "core/delta.h"
#include "core/handshake.h"
#include "domain/handover.h"
#include "store/log.h"
#include "store/rescue.h"

struct hub;
struct hub_link; /* one connection */

struct hub_time {
	uint64_t wall_ms;
	uint64_t mono_ms;
};

struct hub_host {
	void *ctx;
	void (*random)(void *ctx, uint8_t *out, size_t len);
	/* `peer` is what the host gave to hub_link_up */
	void (*send)(void *ctx, void *peer, struct span bytes);
	void (*hang_up)(void *ctx, void *peer, const char *why);
	/* A line for the deny file, before the log has it: must be durable off the
	 * node when this returns true. NULL: kept by the hub in memory only. */
	bool (*deny)(void *ctx, struct span line);
	void (*changed)(void *ctx); /* may be NULL */
	/* A delta got its order whose author had not seen all of its case, in a record that others
	 * wrote too: the record's values may stand apart. Inside the transaction. May be NULL. */
	struct fault (*apart)(void *ctx, struct record_id record_id);
	/* NULL: rows travel as they are */
	size_t (*compress)(void *ctx, struct span in, uint8_t *out, size_t size, uint32_t *codec);
	size_t (*decompress)(void *ctx, uint32_t codec, struct span in, uint8_t *out, size_t size);
	uint32_t version_min, version_max; /* session versions spoken; 0: this build's */
};

/* A blank log becomes a new central node: identity, keys, first epoch, the
 * reserved cases `reference` and `directory`. */
struct fault hub_init(struct log *log, const struct book *book, const struct hub_host *host, struct hub_time now);

struct fault hub_open(struct log *log, const struct book *book, const struct hub_host *host,
		      struct hub_time now, struct hub **out);
void hub_close(struct hub *hub);

/* The log is a backup, put back: begins a new central epoch and a new author
 * epoch, with the lines of the deny file applied first. Until
 * hub_confirm_devices nothing is fed. Call instead of hub_open. */
struct fault hub_restore(struct log *log, const struct book *book, const struct hub_host *host,
			 const struct span *deny_lines, size_t deny_count, bool override,
			 struct hub_time now, struct hub **out);
struct fault hub_confirm_devices(struct hub *hub);

/* ---- links ---- */
/* Lets it in; too many half-open ones: hangs up the one that stands there longest (hub_door.c). */
struct fault hub_link_up(struct hub *hub, void *peer, struct span peer_prefix, struct hub_time now, struct hub_link **out);
void hub_link_bytes(struct hub *hub, struct hub_link *link, struct span bytes, struct hub_time now);
void hub_link_down(struct hub *hub, struct hub_link *link); /* frees the link */
/* Whose link it is; false: it has not said, or was not known. */
bool hub_link_device(const struct hub_link *link, struct node_id *out);
/* Commits what came in since the last call, answers, fans out. */
struct fault hub_commit(struct hub *hub, struct hub_time now);
void hub_tick(struct hub *hub, struct hub_time now);
uint64_t hub_deadline(const struct hub *hub); /* mono_ms; UINT64_MAX: none */

/* ---- the administrator's verbs: durable when they return ---- */
const struct delta_identity *hub_identity(const struct hub *hub);
const struct order_tree *hub_orders(const struct hub *hub);
struct node_id hub_node(const struct hub *hub);
struct case_id hub_reference_case(const struct hub *hub);
struct case_id hub_directory_case(const struct hub *hub);

struct hub_slot {
	uint8_t slot[HANDSHAKE_SLOT_BYTES];
	uint8_t secret[NOISE_PSK_BYTES];
	uint64_t expires_ms;
};
/* A slot to enrol one device of this holder; single use, 15 minutes, 5 tries. */
struct fault hub_slot_new(struct hub *hub, struct record_id holder, struct hub_time now, struct hub_slot *out);

enum hub_device_state {
	HUB_DEVICE_WAITING = 1, /* has shown its keys, awaits confirmation */
	HUB_DEVICE_ACTIVE = 2,
	HUB_DEVICE_SUSPENDED = 3,
	HUB_DEVICE_REVOKED = 4,
	HUB_DEVICE_RETIRED = 5,
};
/* What a device told of itself last (Health of session.proto). Moments are by this node's clock. */
enum { HUB_HEALTH_COUNTS = 8, HUB_VERSION_BYTES = 24 };
struct hub_health {
	uint64_t told_ms;                  /* 0: it has told nothing */
	char version[HUB_VERSION_BYTES];
	struct epoch_id epoch;             /* of its own that `seq` counts in */
	uint64_t seq;                      /* its head then */
	uint64_t unsent, oldest_unsent_ms; /* as it told; 0: none */
	uint64_t store_bytes, free_bytes, disk_bytes; /* disk 0: it could not tell */
	uint64_t locked_ms;                /* 0: never */
	uint32_t counts[HUB_HEALTH_COUNTS]; /* by HealthCount, since its store was made */
	uint32_t day[HUB_HEALTH_COUNTS], day_before[HUB_HEALTH_COUNTS]; /* as they were at day_ms, and a day or more before that */
	uint64_t day_ms;
};

struct hub_device {
	struct node_id node;
	struct record_id holder;
	enum hub_device_state state;
	char serial[65];
	char words[HANDSHAKE_WORDS_BYTES]; /* WAITING */
	uint32_t disk;                /* as it told: 1 encrypted, 2 not; 0: it could not tell */
	uint64_t enrolled_ms, last_contact_ms;
	uint64_t seq;                 /* held of its open epoch */
	uint64_t heard_order;
	uint64_t quarantined;
	bool connected, erase_confirmed;
	bool twin_alarm;              /* a second copy was seen, and nobody has ended the alarm; of one that is gone too */
	int64_t clock_offset_ms;      /* what its clock lacks of this one, as it told */
	uint64_t oldest_quarantined_ms; /* 0: none */
	uint64_t unsent, oldest_unsent_ms; /* as it told, less what has come since; 0: none */
	uint32_t recent[HUB_HEALTH_COUNTS]; /* of `health.counts`, what the last day or two before it told added */
	struct hub_health health;
};
typedef bool hub_device_fn(void *ctx, const struct hub_device *device);
struct fault hub_devices(struct hub *hub, hub_device_fn *fn, void *ctx);
struct fault hub_device_confirm(struct hub *hub, struct node_id node, struct hub_time now);
struct fault hub_device_set_state(struct hub *hub, struct node_id node, enum hub_device_state state, struct hub_time now);
/* Out of use, and erased as it said; one that was retired was at hand. */
bool hub_device_is_gone(const struct hub_device *device);
/* Ends the alarm of a second copy: its holder was asked. A copy that comes again raises it again.
 * FAULT_CALLER: none stands, or the device is out of use. */
struct fault hub_device_no_twin(struct hub *hub, struct node_id node, struct hub_time now);

/* Central's own deltas (staff, reference data, assignments, decisions). Same
 * shape as a device's write; the order is given at once. */
struct hub_write {
	struct case_id case_id;
	struct record_id record_id;
	uint32_t record_type;
	struct span fields;
	const uint32_t *cleared;
	size_t cleared_count;
	bool opens;
	enum delta_case_kind kind;
	struct case_id client_case;
	struct delta_envelope envelope;
	/* A row of a table beside the log that this settles: removed in the same transaction. NULL: none. */
	const char *settles_table;
	struct span settles_key;
};
struct hub_written {
	struct case_id case_id;
	struct record_id record_id;
	uint64_t order;
};
struct fault hub_write(struct hub *hub, const struct hub_write *write, struct hub_time now, struct hub_written *out);
/* All of them in one transaction, or none. The caller has checked every message: one
 * that is malformed behind the first ends the hub. `out` has room for `count`. */
struct fault hub_write_all(struct hub *hub, const struct hub_write *writes, size_t count, struct hub_time now,
			   struct hub_written *out);

/* Assignment of a case to a staff member: a case_assignment record in that case.
 * For a MATTER its CLIENT case is assigned too. `role` is AssignmentRole; with
 * HUB_ASSIGN_VISIT the case is held for the day's visits, by nobody's own worker. */
enum { HUB_ASSIGN_VISIT = 0x100 };
struct fault hub_assign(struct hub *hub, struct case_id case_id, struct record_id staff, uint32_t role,
			struct hub_time now, struct record_id *assignment);
/* Who is the own worker of a case now; false: nobody. A matter has one at most: who
 * assigns asks first. */
/* Why the case, which somebody holds, needs no own worker. FAULT_CALLER: it has one, or nobody holds it. */
struct fault hub_no_own_worker(struct hub *hub, struct case_id case_id, struct span reason, struct hub_time now);
bool hub_own_worker(struct hub *hub, struct case_id case_id, struct record_id *staff);
/* The same with a planned end (0: none), by central's wall clock: then it ends by itself. */
/* The own worker of a matter is another from now on, in one transaction: whatever `own`, who must be it now,
 * holds it as ends, and the client's card where that was the last of the client's; `staff` holds both. */
struct fault hub_assign_instead(struct hub *hub, struct case_id case_id, struct record_id staff, struct record_id own,
				struct hub_time now, struct record_id *assignment);
struct fault hub_assign_until(struct hub *hub, struct case_id case_id, struct record_id staff, uint32_t role,
			      uint64_t to_ms, struct hub_time now, struct record_id *assignment);
/* Ends every assignment of this staff member to this case (not the CLIENT case's). */
struct fault hub_unassign(struct hub *hub, struct case_id case_id, struct record_id staff, struct hub_time now);

/* ---- cases that change hands (central/handovers decides, hub_handover.c does) ---- */

/* Who holds a device; false: it is no device (central itself, or unknown). */
bool hub_holder(const struct hub *hub, struct node_id node, struct record_id *staff);

struct hub_handover {
	struct record_id record;         /* the handover, in */
	struct case_id case_id;          /* this case */
	struct record_id from, to;       /* staff */
	const struct case_id *cases;
	size_t case_count;
};
/* Of one of its cases: whether it is there, `from`'s (own worker of a matter, holder of
 * the rest), and seen by the receiver; before it was lent it counts as seen. The rest of
 * `out` stands in the book, and is left alone. */
void hub_handover_case(struct hub *hub, const struct hub_handover *handover, struct case_id case_id, struct handover_case *out);
/* Whether somebody has a device in use. */
bool hub_has_device(const struct hub *hub, struct record_id staff);
/* The receiver holds the cases, and their clients', until then: once for each handover. */
struct fault hub_handover_lend(struct hub *hub, const struct hub_handover *handover, uint64_t until_ms, struct hub_time now);
struct fault hub_handover_take_back(struct hub *hub, const struct hub_handover *handover, struct hub_time now);
/* The record says EFFECTIVE, the receiver is own worker, the other's assignments end:
 * all in one transaction. What is the client's own leaves the other only with the last
 * matter of that client. */
struct fault hub_handover_take_effect(struct hub *hub, const struct hub_handover *handover, struct hub_time now);

struct hub_quarantined {
	struct author author;
	uint64_t seq;
	uint32_t reason;
	struct case_id case_id;
	struct record_id record_id;
	uint32_t record_type;
	uint64_t received_ms;
	struct node_id vouched_by; /* the device whose word it is; none: it came from its author */
	uint64_t written_ms;       /* its author's clock; 0: erased, or decided */
	bool opens;                /* a case: what came in that case is decided with it */
	const char *obstacle;      /* why it cannot be accepted as things are; NULL: it can */
};
typedef bool hub_quarantine_fn(void *ctx, const struct hub_quarantined *item);
struct fault hub_quarantine(struct hub *hub, hub_quarantine_fn *fn, void *ctx);

/* A person's decision: accepted, it gets an order now; else it is taken out of every
 * fold, and kept. Deltas quarantined because of this opening are decided with it. */
enum { HUB_RULING_REASON_BYTES = 2000 };
struct hub_ruling {
	bool accept;
	struct record_id by; /* staff; none: the operator of the central node */
	struct span reason;  /* in words, may be empty; HUB_RULING_REASON_BYTES at most */
};
struct fault hub_decide(struct hub *hub, const struct author *author, uint64_t seq, const struct hub_ruling *ruling,
			struct hub_time now);

/* What was decided, newest first; false from fn stops. */
struct hub_decided {
	struct hub_quarantined item; /* as it waited */
	struct hub_ruling ruling;    /* `reason` is borrowed; it goes when its case is erased */
	uint64_t decided_ms;
};
typedef bool hub_decided_fn(void *ctx, const struct hub_decided *decided);
struct fault hub_decisions(struct hub *hub, hub_decided_fn *fn, void *ctx);

/* Own work of a device, opened from its rescue file (store/rescue.h): as if the device had
 * pushed it, or, where the chain held here does not reach it, as if another had vouched for it
 * after a restore. What is here already changes nothing, so a file may come twice. */
enum hub_rescued_as {
	HUB_RESCUED_HERE,      /* already */
	HUB_RESCUED_ACCEPTED,
	HUB_RESCUED_WAITS,     /* for a person; `reason` says why (Reason of session.proto) */
	HUB_RESCUED_ERASED,    /* its case or record was erased since: it is not taken */
	HUB_RESCUED_STRANGE,   /* of no device of this organisation, or of one never let in */
	HUB_RESCUED_FORGED,    /* its device did not sign it */
	HUB_RESCUED_FULL,      /* too much waits already: to be brought again when that is decided */
};
struct hub_rescued {
	enum hub_rescued_as as;
	uint32_t reason;
};
/* All of them in one transaction; results[i] tells what became of works[i]. */
struct fault hub_rescue(struct hub *hub, const struct rescue_work *works, size_t count, struct hub_time now,
			struct hub_rescued *results);

struct fault hub_erase_record(struct hub *hub, struct case_id case_id, struct record_id record_id, struct hub_time now);
struct fault hub_erase_case(struct hub *hub, struct case_id case_id, struct hub_time now);
/* `record_id` none: the whole case. */
bool hub_is_erased(const struct hub *hub, struct case_id case_id, struct record_id record_id);

/* A verified off-node copy holds everything up to this order. */
struct fault hub_safe_order(struct hub *hub, uint64_t order, struct hub_time now);

/* A grant whose case a device has told it has erased. g names it, in that central epoch. */
struct hub_forgotten {
	struct node_id node;
	struct record_id holder;
	struct case_id case_id;
	struct epoch_id epoch;
	uint64_t g;
	uint64_t at_ms; /* when it said so first */
};
typedef bool hub_forgotten_fn(void *ctx, const struct hub_forgotten *item);
struct fault hub_forgotten(struct hub *hub, hub_forgotten_fn *fn, void *ctx);

/* A case that may lie on the disk of a device (hub_exposed.c); of kinds that are about clients. */
struct hub_exposed {
	struct case_id case_id, client_case; /* of a CLIENT case: itself */
	enum delta_case_kind kind;
};
typedef bool hub_exposed_fn(void *ctx, const struct hub_exposed *item);
struct fault hub_exposed(struct hub *hub, struct node_id node, hub_exposed_fn *fn, void *ctx);

/* Who holds what now (hub_caseload.c): each case of a client that is open here and not erased, in
 * no order. Of more than HUB_HOLDS_MAX assignments of one case the rest is not told. */
enum { HUB_HOLDS_MAX = 64 };
struct hub_hold {
	struct record_id staff, assignment;
	uint32_t role;  /* as given to hub_assign */
	uint64_t to_ms; /* 0: no planned end */
};
struct hub_load {
	struct case_id case_id, client_case; /* of a CLIENT case: itself */
	enum delta_case_kind kind;
	const struct hub_hold *holds;        /* borrowed while the callback runs */
	size_t hold_count;
};
typedef bool hub_load_fn(void *ctx, const struct hub_load *load);
struct fault hub_caseload(struct hub *hub, hub_load_fn *fn, void *ctx);

/* Recomputes every author's chain from digests, checks every signed head and the
 * digest of every delta whose bytes and secret are still there. */
struct hub_audit {
	uint64_t authors, deltas, heads, erased, bad;
	uint64_t unchecked;     /* deltas whose base could not be checked: after a restore, or rescued (P3) */
	struct author first_bad; /* when bad != 0 */
	uint64_t first_bad_seq;
	const char *what;
};
struct fault hub_audit(struct hub *hub, struct hub_audit *out);

struct hub_counters {
	uint64_t sessions, handshakes, refused, deltas_accepted, deltas_quarantined, commits, bytes_in, bytes_out;
	uint64_t pushes, pulls, backlogs, receipts, enrolments; /* chunks, frames, signed answers, requests */
	uint64_t last_order;
	uint64_t links;
};
void hub_counters(const struct hub *hub, struct hub_counters *out);

/* What stands now, counted in one walk over the devices; nothing that names one. */
enum { HUB_CENSUS_SILENCES = 3 };
extern const uint64_t hub_census_silence_ms[HUB_CENSUS_SILENCES]; /* a day, a week, 30 days */
struct hub_census {
	uint64_t devices[HUB_DEVICE_RETIRED + 1];  /* by state */
	uint64_t connected, half_open;
	uint64_t silent[HUB_CENSUS_SILENCES];      /* ACTIVE ones not heard of for longer */
	uint64_t clocks_wrong;                     /* ACTIVE, more than LIMIT_FUTURE_MS off */
	uint64_t twin_alarms;                      /* but of those that are gone */
	uint64_t wipes_open;                       /* revoked, and not yet said to be erased */
	uint64_t quarantine, vouched;              /* deltas that wait for a decision; of them vouched for by others */
	uint64_t safe_order, safe_at_ms;           /* 0: none yet, or told by an older build */
	bool unconfirmed;                          /* restored: nobody is fed */
	bool dead;
};
void hub_census(const struct hub *hub, struct hub_time now, struct hub_census *out);

#endif
