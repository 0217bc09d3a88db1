/* replica_state - what a replica is: its durable records, mirrored in memory.
 *
 * Inside the replica only (replica*.c). Tables of the log:
 *
 *   self       "self"                 keys, ids, the holder (struct replica_self)
 *   session    "session"              counter and resumption key
 *   feed       "feed"                 position, safe order, clock, last contact
 *   epoch      generation, 4 B BE     central epochs (struct order_epoch)
 *   grant      case id                struct replica_grant
 *   forgotten  case | gen 4 B | n 8 B Forgotten not yet acknowledged
 *   kept       see store/replica_kept.h
 *   cut, owed  see store/replica_rescue.c
 *   health     "told"                 when 8 B LE | Health of session.proto, as central was told last
 *              "counts"               last lock 8 B LE | 4 B LE for each of enum replica_failure
 *   receipt    author epoch | seq 8 B | first seq 8 B    central epoch | greatest order 8 B | signature | body
 *
 * The records change in memory and are written by replica_state_commit; after a
 * failed transaction replica_state_load reads them back.
 */
#ifndef JALKA_STORE_REPLICA_STATE_H
#define JALKA_STORE_REPLICA_STATE_H

#include "core/bundle.h"
#include "core/receipt.h"
#include "core/rows.h"
#include "core/session_device.h"
#include "core/session_enrol.h"
#include "store/author.h"
#include "store/replica.h"

struct replica_self {
	bool is_enrolled;      /* keys are made and central has them */
	bool is_confirmed;     /* central has let us in at least once */
	bool is_revoked;       /* told so, signed */
	bool is_erased;        /* and all is erased */
	struct node_id node;
	struct epoch_id epoch; /* own open epoch */
	struct delta_identity central;
	uint8_t central_static[NOISE_DH_BYTES];
	struct node_id central_node;
	uint8_t own_static[NOISE_DH_BYTES];
	uint8_t sign_secret[DELTA_SIGN_SECRET_BYTES];
	struct record_id holder;
	char words[HANDSHAKE_WORDS_BYTES]; /* of the enrolment */
};

struct replica_session {
	uint64_t counter;
	bool has_key;
	uint8_t key[NOISE_KEY_BYTES];
};

struct replica_feed {
	struct epoch_id epoch; /* central's, that `order` and backlog places count in; none: not told yet */
	uint64_t order;
	uint64_t safe_order;
	uint64_t last_contact_ms;
	uint64_t last_stamp_ms;   /* for the clock, when the log has no own delta */
	int64_t clock_offset_ms;
	uint32_t clock_state;
	uint64_t told_ms;         /* central's clock in the newest of its words about this device; in its epoch */
	uint8_t asked[BUNDLE_NAME_BYTES]; /* the newest bundle written since; zeros: none */
	bool has_bundle_key;      /* what bundles are sealed to (store/replica_bundle.h) */
	uint8_t bundle_key[NOISE_DH_BYTES];
	uint64_t bundle_key_made_ms; /* central's clock */
	bool is_offer_owed;       /* deltas that a restored central lacks are to be offered */
	bool are_salts_owed;      /* an answer carried by hand asked for some (P7): the next bundle brings all */
	bool is_held_owed;        /* the epoch is new: Held has not been answered whole */
};

enum { REPLICA_PAST_MAX = LIMIT_BASES - 1 };

/* A case that central assigned. One that this device opened itself and that is
 * not assigned yet has none. */
struct replica_grant {
	struct case_id case_id;
	struct order g;           /* its name (P5) */
	bool is_complete;         /* the whole backlog is here */
	uint64_t place;           /* reached in an incomplete one */
	bool is_forgetting;       /* ended: takes no write, erased once own work is receipted (P2) */
	uint64_t forget_at;       /* order of the delta that ended it */
	size_t past_count;        /* P9: positions in ancestor epochs, newest first */
	struct order_base past[REPLICA_PAST_MAX];
};

struct replica_forgotten {
	struct case_id case_id;
	struct order g;
	bool was_sent;      /* in this session */
	bool was_in_first;  /* in its first frame: the confirmation acknowledges it */
};

/* store/replica_health.h; `told` and `told_ms` are durable. */
struct replica_told {
	uint64_t told_ms;    /* wall clock; 0: never */
	jalka_Health told;
	bool is_sent;        /* in this session, and not answered yet */
	uint64_t sent_ms;
	jalka_Health sent;
	uint64_t looked_mono_ms;
	/* durable too */
	uint32_t counts[REPLICA_FAILURES];
	uint64_t locked_ms;  /* wall clock of the last lock; 0: never */
	bool is_dirty;       /* counted, and not durable yet */
};

/* A delta to be offered to a restored central: foreign, or own and adrift. */
struct replica_offer {
	struct author author;
	uint64_t seq;
	bool is_kept;  /* sealed: store/replica_kept.h */
};

struct replica {
	struct log *log;
	const struct book *book;
	struct replica_host host;
	struct replica_time now;

	struct replica_self self;
	struct replica_session session_record;
	struct replica_feed feed;
	struct order_tree orders;
	struct replica_grant *grants; /* by rising case id */
	size_t grant_count, grant_size;
	struct replica_forgotten *forgotten;
	size_t forgotten_count, forgotten_size;

	struct author_self author;    /* the open epoch's chain */
	struct log_author *older;     /* own older epochs, oldest first */
	size_t older_count;

	/* the link */
	bool is_up;
	bool by_code;                 /* this link is an enrolment's */
	bool is_enrolling;            /* the code was given, not yet used up */
	struct replica_enrolment enrolment;
	char serial[65];
	struct session_device session;
	struct session_device_config session_config;
	struct session_enrol enrol;
	struct session_frame_inbox inbox;

	/* this session */
	struct epoch_id pushing;      /* the author epoch central takes a push for */
	bool first_frame;             /* the next frame filled is the first */
	bool offers_known;
	struct replica_offer *offers;
	size_t offer_count, offer_next;
	struct replica_forgotten *held; /* what Held tells: the grants as they were when it began, ascending g */
	size_t held_count, held_next;
	size_t held_frames, held_answers;
	bool held_complete;           /* the last Held is sent */
	struct epoch_id salts_epoch;
	uint64_t salts[LIMIT_CHUNK_DELTAS];
	size_t salt_count, salt_next;
	bool is_carried;              /* the message is an answer's: what of it is known is passed over */
	bool decided;                 /* the message brought decisions about own work */
	bool pull_more;               /* central said another Pull follows */
	uint64_t hello_mono_ms;
	struct replica_told health;
	enum fault_kind refused;      /* what the last REFUSED was of */
	struct session_device_event told; /* what the message being applied did */

	/* what status says */
	bool counts_stale;            /* verdicts are to be counted anew */
	bool cases_stale;
	struct replica_status status;
	uint64_t flights;             /* answers awaited in this session */
	bool awaiting;
	bool was_complete;
	bool is_suspended;            /* the last welcome said so */

	struct replica_rescue *rescue; /* NULL: the organiser has no recovery key */
	bool rescue_trim_due;

	/* scratch */
	struct session_device_scratch *scratch;
	struct session_enrol_scratch *enrol_scratch;
	struct receipt receipt;
	uint8_t value[LOG_VALUE_BYTES];
	uint8_t sealed[ROWS_SEALED_BYTES_MAX];
};

/* Reads everything from the log. */
struct fault replica_state_load(struct replica *r);

/* A transaction; the copies made at begin are put back by a rollback. */
struct fault replica_state_begin(struct replica *r);
struct fault replica_state_commit(struct replica *r);
void replica_state_rollback(struct replica *r);

/* Each writes its record inside the transaction. */
struct fault replica_state_put_self(struct replica *r);
struct fault replica_state_put_session(struct replica *r);
struct fault replica_state_put_feed(struct replica *r);
/* Central's newest word about this device is of this moment of its clock: no question is open any more. */
void replica_state_told(struct replica *r, uint64_t time_ms);
struct fault replica_state_learn_epoch(struct replica *r, const struct order_epoch *epoch);

struct replica_grant *replica_state_grant(struct replica *r, struct case_id id); /* NULL: none */
struct fault replica_state_put_grant(struct replica *r, const struct replica_grant *grant);
struct fault replica_state_remove_grant(struct replica *r, struct case_id id);
/* The lowest grant whose backlog is incomplete and which central of this epoch knows, or NULL. */
const struct replica_grant *replica_state_backlog(const struct replica *r);

struct fault replica_state_put_forgotten(struct replica *r, struct case_id id, struct order g);
struct fault replica_state_remove_forgotten(struct replica *r, size_t index);

uint32_t replica_state_generation(const struct replica *r); /* of the epoch in use; 0: none */
/* The order of a row numbered n in the epoch in use. */
struct order replica_state_order(const struct replica *r, uint64_t n);
/* Seen from the epoch in use, whether an order of an older generation was taken over. */
bool replica_state_is_inherited(const struct replica *r, struct order order);

/* Own epochs, oldest first; the last is the open one. */
size_t replica_state_own_count(const struct replica *r);
struct log_author *replica_state_own(struct replica *r, size_t index);
/* Its index, or replica_state_own_count: no own epoch. */
size_t replica_state_own_index(struct replica *r, const struct epoch_id *id);
/* The own epoch of that id, or NULL. */
struct log_author *replica_state_own_by_id(struct replica *r, const struct epoch_id *id);

#endif
