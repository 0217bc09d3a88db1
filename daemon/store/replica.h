/* replica - a device's log kept in step with the central node.
 *
 * Joins the pure session machine of core/session_device to a log driver, on
 * any host: the daemon (io/link carries bytes) and the simulator (a virtual
 * network does). The host tells what happened; the replica calls the host back
 * to send. One thread; callbacks must not call into the replica again.
 *
 * R1  A write is confirmed only after log_commit.
 * R2  A frame is sent only after what it promises is durable.
 * R3  Everything a session changes it changes in one transaction a frame.
 * R4  Nothing receipted, fed or written is lost by a crash between any two calls.
 */
#ifndef JALKA_STORE_REPLICA_H
#define JALKA_STORE_REPLICA_H

#include "base/fault.h"
#include "core/clock.h"
#include "core/delta.h"
#include "core/handshake.h"
#include "store/log.h"

struct replica;

/* Times the host passes in: the machine's wall clock and a monotonic one. */
struct replica_time {
	uint64_t wall_ms;
	uint64_t mono_ms;
};

/* What only the host knows of how the device fares (store/replica_health.h). */
struct replica_health {
	const char *version;          /* of the program; literal, at most 23 bytes */
	uint64_t store_bytes;         /* the store's files */
	uint64_t free_bytes, disk_bytes; /* where they lie; disk 0: not known */
};

struct replica_host {
	void *ctx;
	void (*random)(void *ctx, uint8_t *out, size_t len);
	void (*send)(void *ctx, struct span bytes);  /* whole frames, to be sent in order */
	void (*hang_up)(void *ctx, const char *why); /* close the link; link_down follows from the host */
	void (*changed)(void *ctx);                  /* state or records changed: wake who watches. May be NULL */
	/* zstd or nothing (NULL): out_len 0 when it does not fit or does not pay */
	size_t (*compress)(void *ctx, struct span in, uint8_t *out, size_t size, uint32_t *codec);
	size_t (*decompress)(void *ctx, uint32_t codec, struct span in, uint8_t *out, size_t size);
	uint32_t version_min, version_max; /* of the session protocol; 0: this build's */
	/* How the device is now; may be NULL: then central is told nothing of it. */
	void (*health)(void *ctx, struct replica_health *out);
};

/* What enrolment needs, from the code shown by the administrator. */
struct replica_enrolment {
	struct delta_identity identity;
	uint8_t slot[HANDSHAKE_SLOT_BYTES];
	uint8_t secret[NOISE_PSK_BYTES];
	const char *serial; /* UTF-8, <= 64 bytes */
	uint32_t disk;      /* EnrolRequest.disk */
};

enum replica_state {
	REPLICA_BLANK,      /* never enrolled */
	REPLICA_ENROLLING,  /* words may be compared; waits for the administrator */
	REPLICA_OFFLINE,
	REPLICA_CONNECTING, /* handshake under way */
	REPLICA_SYNCING,    /* exchange under way */
	REPLICA_IDLE,       /* connected, nothing to exchange */
	REPLICA_REVOKED,    /* told so by central: what it had not sent goes first, then all is erased; then it may only be re-enrolled */
};

enum replica_enrol_state {
	REPLICA_ENROL_NONE,
	REPLICA_ENROL_TRIES,
	REPLICA_ENROL_WAITS,   /* central has the keys, and waits for the administrator */
	REPLICA_ENROL_REFUSED, /* `last_error` tells why; only central's answer refuses, a lost connection does not */
};

struct replica_status {
	enum replica_state state;
	struct node_id node;
	struct epoch_id epoch;        /* own open epoch */
	struct record_id holder;      /* staff record of the device's holder */
	char words[HANDSHAKE_WORDS_BYTES];
	enum replica_enrol_state enrol; /* of the last try since open */
	uint64_t written;             /* own deltas, all epochs */
	uint64_t unreceipted;         /* own deltas without receipt */
	uint64_t oldest_unreceipted_ms; /* stamp; 0: none */
	uint64_t quarantined;         /* own, waiting for a decision */
	uint64_t rejected;
	uint64_t last_contact_ms;     /* wall clock of the last frame from central; 0: never */
	uint64_t order;               /* feed position */
	uint64_t safe_order;
	uint64_t backlogs;            /* grants whose backlog is incomplete */
	uint64_t cases;               /* held */
	bool is_erased;               /* of a revoked device: all was receipted, and is gone from here */
	bool is_suspended;            /* as the last welcome said: fed nothing, what is sent waits for a decision */
	int64_t clock_offset_ms;
	enum clock_state clock_state;
	const char *last_error;       /* literal; "" */
	uint64_t last_stamp_ms;       /* of own work, by central's clock; 0: none */
	bool is_rescued;              /* a recovery key is known: own work is sealed to it (replica_rescue_to) */
	uint64_t rescue_missing;      /* own deltas that could not be */
	const char *rescue_trouble;   /* literal: why; "" */
	/* counters since open */
	uint64_t round_trips;         /* of the last completed sync, after connect */
	uint64_t bytes_sent, bytes_received; /* TCP payload */
	uint64_t sessions;
};

/* Opens on a log (blank or used), which stays the caller's. `book` may be NULL. The host struct is copied. */
struct fault replica_open(struct log *log, const struct book *book, const struct replica_host *host,
			  struct replica_time now, struct replica **out);
void replica_close(struct replica *replica);

/* ---- enrolment: then link_up as usual ---- */
/* Also of a device that central was put back without: it keeps its keys, its name and what it holds. One that
 * central knows is refused there, and goes on as before. FAULT_CALLER: of another central node, or revoked and
 * not erased yet. */
struct fault replica_enrol(struct replica *replica, const struct replica_enrolment *enrolment);
/* No further try with that code; without one under way nothing happens. */
void replica_enrol_stop(struct replica *replica);

/* From now on own work lies sealed to this X25519 key in the file, until the organiser surely has
 * it (store/rescue.h); what there is already is sealed first. Another key: sealed again. A fault
 * tells that some of it is not; it is tried again after every commit. */
struct fault replica_rescue_to(struct replica *replica, const char *path, const uint8_t key[static 32]);

/* ---- the link ---- */
void replica_link_up(struct replica *replica, struct replica_time now);
void replica_link_bytes(struct replica *replica, struct span bytes, struct replica_time now);
void replica_link_down(struct replica *replica, struct replica_time now);
/* Before link_down, when neither the replica nor the person ended it: it is counted as a failure. */
void replica_link_broke(struct replica *replica);
/* Something local changed or a timer ran out: send what there is to send. */
void replica_poke(struct replica *replica, struct replica_time now);
/* mono_ms at which replica_poke must be called at the latest; UINT64_MAX: never. */
uint64_t replica_deadline(const struct replica *replica);

/* ---- how it fares: counted since the store was made, and told to central ---- */
enum replica_failure { /* HealthCount of session.proto */
	REPLICA_CONNECT, REPLICA_TIMEOUT, REPLICA_REFUSED, REPLICA_PROTOCOL, REPLICA_STORE, REPLICA_QUARANTINE, REPLICA_OTHER,
	REPLICA_PASSPHRASE, REPLICA_FAILURES,
};
/* What the host alone knows: dials that came to nothing, wrong passphrases. Durable with the
 * next message of central's, or with replica_locking. */
void replica_count(struct replica *replica, enum replica_failure failure, uint32_t times);
/* The host locks the store: that, and what was counted, is durable. */
struct fault replica_locking(struct replica *replica, struct replica_time now);

/* ---- local writes ---- */
struct replica_write {
	struct case_id case_id;      /* none with opens: a new case id is drawn */
	struct record_id record_id;  /* none: a new record */
	uint32_t record_type;
	struct span fields;          /* the record's message, only what changes */
	const uint32_t *cleared;
	size_t cleared_count;
	bool opens;                  /* opens the case */
	enum delta_case_kind kind;   /* with opens */
	struct case_id client_case;  /* with opens */
	struct delta_envelope envelope;
	bool has_token;
	uint64_t token;              /* of the read this write was made from (replica_token) */
};
struct replica_written {
	struct case_id case_id;
	struct record_id record_id;
	uint64_t seq;
	uint64_t stamp_ms;
};

/* Appends one own delta durably. FAULT_STALE: a touched field of the record
 * changed after the token, by an entry or by a decision; FAULT_CALLER: the case is not held, is being
 * forgotten, or the delta is malformed; FAULT_LIMIT. Nothing changes then. */
struct fault replica_write(struct replica *replica, const struct replica_write *write,
			   struct replica_time now, struct replica_written *out);
/* The same for several writes at once: all or none. */
struct fault replica_write_all(struct replica *replica, const struct replica_write *writes, size_t count,
			       struct replica_time now, struct replica_written *out);

/* A mark of "now" for later writes. Rises with all that changes what a record says. */
struct fault replica_token(struct replica *replica, uint64_t *out);
/* Whether this entry came, or was taken out of its record or put back by a decision,
 * after the read that the token marks. A store that fails says yes. */
bool replica_is_newer(struct replica *replica, const struct log_entry *entry, uint64_t token);

/* Keys and seeing for folding records of this log (borrowed). */
const struct order_tree *replica_orders(const struct replica *replica);

/* Whether a case is held now (its opening is here and no Forget came). */
bool replica_holds(struct replica *replica, struct case_id case_id);

void replica_status(struct replica *replica, struct replica_status *out);

/* Receipts: whether (epoch, seq) of own work is accepted, waiting, rejected. */
struct fault replica_verdict(struct replica *replica, const struct author *author, uint64_t seq,
			     enum log_verdict *verdict, uint32_t *reason);

#endif
