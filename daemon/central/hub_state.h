/* hub_state - what the files of the hub share: its state and the verbs between
 * them. No header of anyone else.
 *
 *   hub.c          the turn (transaction, commit), own deltas; hub_open.c: opening, closing
 *   hub_assign.c   assignments, their ends, planned ones too; hub_handover.c: those of handovers
 *   hub_link.c     links: bytes in, effects obeyed; hub_door.c: those that have not said whose they are
 *   hub_ingest.c   pushes: verified, appended, receipted; hub_judge.c: what becomes of each row;
 *                  hub_salt.c: when salts are missing
 *   hub_bundle.c   what is carried by hand: a link without a session; hub_bundle_key.c: what it is sealed to
 *   hub_kept.c     what a device had to forget, opened
 *   hub_forgotten.c what devices said they have forgotten
 *   hub_health.c   what devices told of how they fare
 *   hub_census.c   all of it in numbers
 *   hub_rescue.c   what a device kept for the organiser's recovery key
 *   hub_past.c     bases in central epochs that are lost
 *   hub_welcome.c  message 2; hub_chain.c: where a device's chain and the one held here parted
 *   hub_feed.c     pulls, backlogs and notes out
 *   hub_devices.c  devices and their sessions' lasting state
 *   hub_enrol.c hub_quarantine.c hub_decided.c hub_restore.c hub_erase.c hub_audit.c, deny.c, vouched.c
 */
#ifndef JALKA_CENTRAL_HUB_STATE_H
#define JALKA_CENTRAL_HUB_STATE_H

#include "central/assignments.h"
#include "central/hub.h"
#include "core/ingest.h"
#include "core/receipt.h"
#include "core/rows.h"
#include "core/session_central.h"
#include "store/author.h"

/* Tables of the log. Keys: devices by node; authors' rows by node, epoch and big-endian seq. */
#define HUB_TABLE_CENTRAL "central"       /* keys, epochs, safe order */
#define HUB_TABLE_DEVICE "device"         /* node -> what rarely changes */
#define HUB_TABLE_SESSION "session"       /* node -> counter, resumption keys, heard */
#define HUB_TABLE_REASON "reason"         /* staff, case, assignment -> began, ended, role */
#define HUB_TABLE_QUARANTINE "quarantine" /* node, epoch, seq -> received, reason */
#define HUB_TABLE_DECISION "decision"     /* node, order -> epoch, seq */
#define HUB_TABLE_DECIDED "decided"       /* see hub_decided.c */
#define HUB_TABLE_SECRET "secret"         /* case -> secret, of openings not accepted */
#define HUB_TABLE_ERASED "erased"         /* order, case -> record or nothing */
#define HUB_TABLE_VOUCHED "vouched"       /* node, epoch, seq -> received, offering node, bytes */
#define HUB_TABLE_HEALTH "health"         /* see hub_health.c */
#define HUB_TABLE_FORGOTTEN "forgotten"   /* see hub_forgotten.c */
#define HUB_TABLE_PAST "past"             /* see hub_past.c */
#define HUB_TABLE_UNCHECKED "unchecked"
#define HUB_TABLE_DENIED "denied"         /* node -> nothing: revoked after the backup that knew nothing of it */
#define HUB_TABLE_BUNDLE "bundle"         /* see hub_bundle_key.c */
#define HUB_TABLE_SLOT "slot"             /* slot -> secret, holder, expiry, tries */

enum {
	HUB_UNHEARD_BYTES = 96 * 1024, /* fed and not yet Heard, before the feed waits */
	HUB_LAG_ORDERS = 64,           /* a cursor that lies so far behind is moved on, though there is nothing to tell */
	HUB_TICK_MIN_MS = 250,
	HUB_TURN_BYTES = 8 << 20,      /* of rows taken: then a turn is committed between two frames */
	HUB_TURN_ROW_BYTES = 1024,     /* what a row counts beside its own: it stands in several places */
	HUB_FIRSTS = 4096,             /* a power of two */
	HUB_BUNDLE_KEYS_MAX = 16,      /* one a month, for a year and a month */
	HUB_OLD_WORDS = 4,             /* receipts and proofs of one push */
	HUB_RECEIPTS_MAX = 4,          /* receipts of one chunk, when one body is too small */
	HUB_KNOWN_MAX = sizeof ((jalka_Welcome *)0)->known / sizeof (jalka_Known),
};

/* A place in the feed, in the central epoch in use. */
struct hub_cursor {
	uint64_t order;
	uint64_t backlog_now, backlog_place;
};

struct hub_decision {
	uint64_t order;
	struct author author;
	uint64_t seq;
	struct delta_hash h; /* of the author's chain at seq */
};

/* A device. */
struct hub_node {
	struct node_id node; /* first: its key */
	struct hub_node_key {
		uint8_t prefix[ID_BYTES]; /* first: its key. Of static_public */
		struct hub_node *device;
	} by_key;
	uint8_t static_public[NOISE_DH_BYTES];
	uint8_t sign_public[DELTA_SIGN_PUBLIC_BYTES];
	struct epoch_id first_epoch;
	struct record_id holder;
	enum hub_device_state state;
	char serial[65];
	char words[HANDSHAKE_WORDS_BYTES];
	uint32_t disk;        /* EnrolRequest.disk: as it told when it was enrolled */
	uint64_t enrolled_ms;
	bool twin_alarm, erase_confirmed;
	bool must_refill;     /* told to forget by a HeldAnswer: backlogs hold its own deltas too */
	bool has_directory;   /* its record stands in the directory */
	/* HUB_TABLE_SESSION */
	uint64_t counter;
	bool has_current, has_previous;
	uint8_t current[NOISE_PSK_BYTES], previous[NOISE_PSK_BYTES];
	struct hub_cursor heard; /* durable */
	uint64_t last_contact_ms;
	int64_t clock_offset_ms;
	struct hub_health health; /* HUB_TABLE_HEALTH */
	/* in memory */
	bool has_ss;
	uint8_t ss[NOISE_DH_BYTES];     /* DH of central's static key and the device's, from its first session on */
	bool session_dirty;
	struct hub_node *next_dirty;
	uint64_t quarantined, quarantined_since_ms; /* the oldest of them; 0: none, or not known (hub_quarantine_oldest) */
	struct epoch_id open_epoch; /* and what is held of it: filled in by hub_devices */
	uint64_t open_seq;
	struct hub_decision *decisions; /* rising order */
	size_t decision_count, decision_room;
	struct hub_link *link;          /* the session that has begun, or NULL */
	struct hub_link *greeted;       /* one whose message 1 was good and whose first frame has not come, or NULL */
};

struct hub_bundle_key {
	uint8_t public[NOISE_DH_BYTES], secret[NOISE_DH_BYTES];
	uint64_t made_ms; /* wall clock */
};

struct hub_author {
	struct epoch_id epoch; /* first: its key */
	struct log_author info;
};

/* A signed answer that waits for the commit. */
struct hub_answer {
	struct epoch_id author_epoch;
	size_t body_len;
	uint8_t *body; /* malloc */
	struct delta_signature signature;
};

/* Central's own signed word from before a restore: a receipt or a decision. */
struct hub_word {
	struct span body, signature;
	struct epoch_id central_epoch;
};

/* The salt of one row, as the device gave it. */
struct hub_salt {
	bool missing;              /* is to be asked for */
	bool has_salt, has_digest; /* answered: by the salt, or by the digest of what it erased */
	uint8_t salt[DELTA_SALT_BYTES];
	struct delta_hash digest;
};

/* A chunk that waits for salts (P7). */
struct hub_held {
	struct epoch_id epoch;
	bool has_continues, left_out;
	struct author_continues continues;
	uint64_t first_seq;
	size_t count;
	struct delta_signature signature;
	uint8_t *rows; /* malloc, `rows_len` */
	size_t rows_len;
	size_t asked; /* asked for and not answered yet */
	struct hub_salt *salts; /* one for each row: malloc */
	struct hub_word words[HUB_OLD_WORDS]; /* malloc, each body with its signature */
	size_t word_count;
};

struct hub_link {
	struct hub *hub;
	void *peer;
	struct hub_link *next, *previous;           /* of the hub */
	struct hub_link *next_woken;
	struct hub_link *next_of_holder, *previous_of_holder;
	struct hub_prefix *at_door;                 /* half-open: its network's; else NULL */
	struct hub_link *next_at_door, *previous_at_door;
	struct session_central session;
	struct session_frame_inbox inbox;
	bool woken;          /* in the hub's list */
	bool in_holder;      /* in its holder's list: it may be fed */
	bool gone;           /* hung up: nothing more for it */
	bool carried;        /* by hand: no session, nothing is sent; in no list */
	const char *why_gone; /* carried: literal */
	bool erase_told;     /* a revoked device's: closed when that is answered */
	struct hub_node *device; /* from WELCOMING on */
	/* from Hello */
	struct epoch_id epoch;       /* its author epoch in use */
	struct epoch_id push_epoch;  /* of the last push */
	uint64_t push_first;         /* its first seq */
	uint32_t bundle_key;         /* that it has: Hello.bundle_key */
	bool welcome_due, stale, holder_wanted, tell_known;
	bool is_rescue;              /* hub_rescue.c's: nothing was said, and nobody is answered */
	bool told_known;             /* it may begin a new epoch: its own deltas are fed too */
	bool chain_due;              /* the last push did not go on from what is held: Chain is to tell */
	uint64_t hello_seq, receipted_seq;
	struct delta_hash hello_h;
	bool has_hello_h;
	uint64_t common_seq;         /* of `epoch`: up to here the device surely has what is held here */
	struct epoch_id cursor_epoch;
	uint64_t cursor_said;        /* in that epoch */
	struct hub_cursor cursor;    /* of message 1, mapped to the epoch in use (P9) */
	struct hub_answer answers[HUB_RECEIPTS_MAX];
	size_t answer_count;
	struct hub_held *held;       /* NULL: none */
	/* the feed */
	uint64_t fed;                /* order: all in scope up to it has been told */
	uint64_t told;               /* the device knows that it is fed so far */
	uint64_t backlog_done;       /* grants with g <= this have their whole backlog */
	uint64_t backlog_g;          /* the grant `backlog_place` is of */
	uint64_t backlog_place;
	size_t unheard_bytes;
	/* HeldAnswer that waits for the commit */
	jalka_HeldAnswer *held_answer; /* malloc */
	struct case_id *held_cases;    /* malloc: what Held has named so far */
	size_t held_count;
	uint64_t safe_order_told;
	bool enrol_waiting, enrol_confirmed; /* that EnrolAnswer is due */
	jalka_EnrolRefusal enrol_refusal;    /* goes with a refusal */
};

/* What became of a row of a chunk. */
struct hub_verdict {
	uint64_t order;
	uint32_t reason;
	bool rejected;
	uint64_t stamp_ms; /* 0, or that central put in place of the author's */
	bool is_late;      /* accepted, and its author had not seen all that others wrote in its case */
};

/* Half-open connections, the one that came first first; and how many of each network. */
struct hub_prefix {
	uint8_t bytes[16];
	size_t len;
	size_t count; /* 0: not in use */
};
struct hub_door {
	struct hub_link *first, *last;
	size_t count;
	struct hub_prefix prefixes[LIMIT_HALF_OPEN];
};

struct hub {
	struct log *log;
	struct book book;
	bool has_book;
	struct hub_host host;
	struct fault dead;        /* FAULT_NONE while it lives */
	struct hub_time now;
	/* who it is */
	struct delta_identity identity;
	uint8_t identity_secret[DELTA_SIGN_SECRET_BYTES];
	uint8_t static_secret[NOISE_DH_BYTES], static_public[NOISE_DH_BYTES];
	struct node_id node;
	uint8_t cert[256];
	size_t cert_len;
	struct order_tree orders;
	struct case_id reference_case, directory_case;
	uint64_t safe_order, safe_at_ms; /* and when that was told, wall clock */
	struct hub_bundle_key bundle_keys[HUB_BUNDLE_KEYS_MAX];
	size_t bundle_key_count;
	uint64_t bundle_key_gone_ms; /* mono_ms of the last that was let go; 0: none since it started */
	bool unconfirmed;         /* restored: nothing is fed yet */
	struct session_central_config config;
	struct session_frame_codec codec;
	struct author_self self;
	bool head_due;            /* own chain moved on since the last signed head */
	/* projections */
	struct assignments assignments;
	struct idmap devices, keys, authors, erased_records;
	struct assignments_case *directory, *reference;
	uint64_t last_order;
	uint64_t chunk;           /* counts chunks stored */
	uint64_t vouched;         /* deltas vouched for that wait */
	uint64_t next_end_ms;     /* wall clock: no planned end of an assignment comes before. 0: not looked yet */
	struct hub_node *dirty_devices;
	/* the turn */
	bool in_turn;
	size_t turn_bytes; /* taken in it so far */
	struct assignments_case **touched; /* cases that got an order in this turn */
	size_t touched_count, touched_room;
	struct hub_link *links;
	struct hub_link *woken, *woken_last; /* in the order they were woken: who brought something is answered first */
	struct hub_door door;
	uint64_t deadline;
	struct span *deny_kept;   /* deny lines when the host keeps none: malloc */
	size_t deny_count;
	struct hub_counters counters;
	/* scratch, in use within one call */
	struct session_central_scratch scratch;
	struct ingest_row rows[LIMIT_CHUNK_DELTAS];
	struct hub_verdict verdicts[LIMIT_CHUNK_DELTAS];
	struct log_entry entries[LIMIT_CHUNK_DELTAS];
	uint16_t first_of[HUB_FIRSTS]; /* record of the chunk -> entry + 1 */
	struct receipt receipt, old_receipts[HUB_OLD_WORDS];
	uint8_t raw[LIMIT_CHUNK_BYTES];
	uint8_t body[RECEIPT_BODY_BYTES_MAX];
};

_Static_assert(HUB_KNOWN_MAX == sizeof ((jalka_Chain *)0)->known / sizeof (jalka_Known), "one list serves both");
_Static_assert(HUB_FIRSTS >= 2 * LIMIT_CHUNK_DELTAS, "first_of is never more than half full");

/* ---- hub.c ---- */

/* The hub is dead from here on (a verb of the log failed). Returns the fault. */
struct fault hub_die(struct hub *hub, struct fault fault);
/* Opens the turn's transaction when there is none. */
struct fault hub_turn(struct hub *hub);
/* Rows came in: until the commit their pages are kept in memory. */
void hub_turn_took(struct hub *hub, size_t rows, size_t bytes);
/* A verb of the administrator: what waits is committed first, then a turn of its own. */
struct fault hub_verb_begin(struct hub *hub, struct hub_time now);
/* Commits the verb's turn and answers everybody; after a fault, gives it on. */
struct fault hub_verb_end(struct hub *hub, struct fault fault);

uint32_t hub_generation(const struct hub *hub);
const struct epoch_id *hub_epoch(const struct hub *hub);
/* A device's opening delta is accepted: kept by the log, and the case is open from now on. */
struct fault hub_case_open(struct hub *hub, const struct delta *delta, const struct author *author, uint64_t seq,
			   struct assignments_case **info);
/* A delta of this author's (NULL: not said) got an order: the case's holders will be woken at the commit. */
struct fault hub_touched(struct hub *hub, struct assignments_case *info, uint64_t order, const struct epoch_id *author);

/* Appends one delta of central's own, with the next order. */
struct hub_own {
	struct case_id case_id;
	struct record_id record_id;
	uint32_t record_type;
	struct span fields;
	const uint32_t *cleared;
	size_t cleared_count;
	bool opens;
	struct delta_opening opening;
	struct delta_envelope envelope;
};
struct fault hub_append_own(struct hub *hub, const struct hub_own *own, uint64_t *order);
struct record_id hub_new_record(struct hub *hub);
struct fault hub_book_touched(struct hub *hub, const struct log_entry *entry);

/* ---- hub_assign.c ---- */
/* A case_assignment record with a planned end (0: none); the holder's grant may begin with it. */
struct fault hub_assign_append(struct hub *hub, struct assignments_case *info, struct record_id staff, uint32_t role,
			       uint64_t to_ms, struct record_id *assignment);
struct fault hub_append_assignment(struct hub *hub, struct assignments_case *info, struct record_id staff, uint32_t role,
				   struct record_id *assignment); /* without an end */
/* The same under a record id of the caller's; `why`: AssignmentReason or 0. */
struct fault hub_assign_put(struct hub *hub, struct assignments_case *info, struct record_id staff,
			    const struct assignments_reason *as, uint64_t why);
/* The reason that this record is, whoever's; NULL: none. */
struct assignments_tie *hub_assign_find(struct assignments_case *info, const struct record_id *assignment, size_t *reason);
/* Ends a reason that lasts, by a delta of central's own. */
struct fault hub_assign_end(struct hub *hub, const struct assignments_tie *tie, size_t reason, uint64_t to_ms);
/* Own delta of a case_assignment record, just appended at this order: the scope follows. */
struct fault hub_assign_follow(struct hub *hub, struct assignments_case *info, const struct hub_own *own, uint64_t order);
/* Keeps a reason in the log: its assignment began and ended (0: lasts) at these orders. */
struct fault hub_reason_put(struct hub *hub, const struct assignments_tie *tie, size_t reason, uint64_t ended);
/* Ends every reason of a tie, by deltas of central's own; renew: and begins a grant anew, until the same end. */
struct fault hub_end_reasons(struct hub *hub, struct assignments_tie *tie);
struct fault hub_assign_renew(struct hub *hub, struct assignments_tie *tie);
/* Ends the reasons whose planned end has come; of many a part, and is due again at once. */
struct fault hub_assign_end_due(struct hub *hub);
uint64_t hub_assign_deadline(const struct hub *hub); /* mono_ms; UINT64_MAX: none is planned */

/* ---- hub_link.c ---- */
void hub_wake(struct hub_link *link);
/* Hangs up: the host closes, the link does nothing more. */
void hub_link_close(struct hub_link *link, const char *why);
/* Sends scratch.frame with these raw rows. */
void hub_link_send_frame(struct hub_link *link, struct span rows);
/* Sends scratch.welcome. */
void hub_send_welcome(struct hub_link *link, jalka_Status status, struct span rows);
/* What a device says first; link->gone when it cannot be. */
void hub_link_hello(struct hub_link *link, const jalka_Hello *hello, struct span rows);
/* A revoked device has erased what it held. *news: it had not said so before. */
struct fault hub_link_wiped(struct hub_link *link, bool *news);
/* Answers a link after the commit. */
void hub_link_answer(struct hub_link *link);

/* ---- hub_door.c ---- */
/* A new link is half-open: what stands in its way is hung up. */
void hub_door_enter(struct hub *hub, struct hub_link *link, struct span prefix);
void hub_door_leave(struct hub_link *link); /* not there: nothing changes */

/* ---- hub_held.c ---- */
/* The grants a device says it holds, after a new central epoch (P5). */
struct fault hub_held_take(struct hub_link *link, const jalka_Held *held);

/* ---- hub_ingest.c ---- */
struct hub_pushed {
	const struct epoch_id *epoch;
	bool has_continues;
	bool left_out;              /* not all old words came: orders it had may be missing */
	struct author_continues continues;
	uint64_t first_seq;
	size_t count;
	struct delta_signature signature;
	struct span rows;
	const struct hub_word *words;
	size_t word_count;
	const struct hub_salt *salts; /* of a held chunk, or NULL */
};
/* *goes_on false: fork or gap. A fault is FAULT_PEER (close the link) or the log's. */
struct fault hub_ingest(struct hub_link *link, const struct hub_pushed *pushed, bool *goes_on);
struct fault hub_ingest_push(struct hub_link *link, const jalka_Push *push, struct span rows, bool *goes_on);
struct hub_author *hub_author_get(const struct hub *hub, const struct epoch_id *epoch);
struct fault hub_author_add(struct hub *hub, const struct log_author *info, struct hub_author **out);
/* A new epoch goes on from a place that is held here, in the same words. Walks the older one's chain. */
struct fault hub_continues_here(struct hub *hub, const struct author_continues *from, bool *out);

/* ---- hub_judge.c ---- */
/* A verified chunk, while its rows are judged one after another. */
struct hub_judging {
	struct hub_link *link;
	struct hub *hub;
	const struct assignments_holder *holder;
	uint64_t first_seq;
	bool closed, left_out;
	size_t old_receipt_count;
	uint32_t old_generation[HUB_OLD_WORDS];
	const struct delta *delta;  /* of the row, and what made its record */
	struct span bytes;          /* the row's */
	bool has_first, first_erased, first_moved, first_touched;
	bool first_same;            /* the row says again what its author said under another name */
	bool is_unheard;            /* the grant the row's case is held by */
	bool is_unchecked;          /* the row's base, of which nothing is known (P3): in a lost epoch, or of rescued work */
	size_t opened;              /* openings accepted in this chunk */
};
/* hub->rows from..count become hub->entries, *taken of them, and hub->verdicts. */
struct fault hub_judge_rows(struct hub_judging *j, const struct author *author, size_t from, size_t count, size_t *taken);

/* ---- hub_receipt.c ---- */
/* The stamp that stands in place of the author's; 0: the author's does. */
uint64_t hub_receipt_replaced_ms(const struct log_entry *entry);
/* Receipts for the rows as judged, more than one when a body is too small;
 * `before`: h before the first row. */
struct fault hub_receipt_rows(struct hub_link *link, const struct hub_pushed *pushed, const struct author *author,
			      struct delta_hash before);
void hub_answers_free(struct hub_link *link);
void hub_answers_first_gone(struct hub_link *link);

/* ---- hub_kept.c ---- */
/* Opens row->sealed into `plain`, salt first, then *delta, which lies in it.
 * False: not this device's, or not what row->digest says. */
bool hub_kept_open(const struct hub *hub, const struct hub_node *device, const struct author *author,
		   const struct rows_row *row, uint8_t *plain, size_t plain_size, struct span *delta);

/* ---- hub_past.c ---- */
/* A device's cursor, as it said it: kept when it is in an epoch not in use. */
struct fault hub_past_take(struct hub *hub, const struct hub_node *device, const jalka_Cursor *cursor);
/* P3 for the pairs of a base in epochs not in use. */
struct fault hub_past_check(const struct hub_link *link, const struct delta *delta, bool *too_high, bool *unchecked);
/* An accepted delta with a base that could not be checked; how many there are. */
struct fault hub_past_mark(struct hub *hub, const struct author *author, uint64_t seq);
struct fault hub_past_count(struct hub *hub, uint64_t *out);

/* ---- hub_bundle_key.c ---- */
struct fault hub_bundle_key_load(struct hub *hub);
/* A new one, in the transaction that is open. */
struct fault hub_bundle_key_make(struct hub *hub);
/* In the turn: another when there is none or it has been in use long enough; one that is old enough goes. */
struct fault hub_bundle_key_due(struct hub *hub);
/* What a key begins with, as Hello names it. */
uint32_t hub_bundle_key_number(const uint8_t public[static NOISE_DH_BYTES]);
/* The key whose public half begins so, or NULL. */
const struct hub_bundle_key *hub_bundle_key_find(const struct hub *hub, const uint8_t *begins, size_t len);
/* Certified into message 2, unless `known` names it. */
struct fault hub_bundle_key_tell(struct hub *hub, uint32_t known, jalka_Welcome *welcome);

/* ---- hub_health.c ---- */
/* Kept in the turn; the device's clock is told by it too. */
struct fault hub_health_take(struct hub_link *link, const jalka_Health *told);
struct fault hub_health_load(struct hub *hub);
/* Of `device` into `out`: health, unsent, recent. After open_epoch and open_seq are known. */
void hub_health_show(const struct hub_node *device, struct hub_device *out);

/* ---- hub_forgotten.c ---- */
struct fault hub_forgotten_take(struct hub *hub, const struct hub_node *device, const jalka_Forgotten *said);

/* ---- hub_salt.c ---- */
struct fault hub_ingest_salt(struct hub_link *link, const jalka_Salt *salt, bool *goes_on);
void hub_held_free(struct hub_link *link);
/* Fills NeedSalt of the held chunk that was not asked for yet. */
bool hub_need_salt(struct hub_link *link, jalka_NeedSalt *out);

/* ---- hub_welcome.c ---- */
struct fault hub_welcome(struct hub_link *link);
/* Message 2 but receipt and pull, into `welcome`. */
struct fault hub_welcome_fill(struct hub_link *link, jalka_Welcome *welcome);
/* All epochs, newest first; those newer than `below` when it is not NULL. */
void hub_put_epochs(const struct hub *hub, jalka_CentralEpoch *epochs, pb_size_t *count, const struct epoch_id *below);
/* A device's cursor in the epoch in use (P9). False: of an epoch nobody knows. */
bool hub_map_cursor(const struct hub *hub, const jalka_Cursor *cursor, struct hub_cursor *out);

/* ---- hub_chain.c ---- */
/* (seq, h) of a chain held here from `from` on, thinned to HUB_KNOWN_MAX; `also` is among them. */
struct fault hub_chain_known(struct hub *hub, const struct log_author *author, uint64_t from, uint64_t also,
			     jalka_Known *known, pb_size_t *count);
/* The last push did not go on from what is held: the device is to be told. */
struct fault hub_chain_parted(struct hub_link *link);
/* Fills Chain, when one is due. */
struct fault hub_chain_tell(struct hub_link *link, jalka_Chain *out, bool *due);
/* A device leaves an epoch before it is closed here: who still goes on from a
 * closed one is a twin, or was put back from an old copy. */
struct fault hub_chain_notice_twin(struct hub_link *link, const struct epoch_id *epoch);
/* New work of a device that said it had erased all: another copy of its disk has not. */
struct fault hub_chain_notice_unerased(struct hub_link *link);

/* ---- hub_feed.c ---- */
/* The next part of the feed into `pull`; rows into `raw`. *any false: nothing to tell. */
struct fault hub_feed_pull(struct hub_link *link, size_t room, jalka_Pull *pull, struct span *rows, bool *any);
struct fault hub_feed_backlog(struct hub_link *link, size_t room, jalka_Backlog *backlog, struct span *rows, bool *any);
/* The feed goes on from a device's cursor. */
void hub_feed_from(struct hub_link *link, const struct hub_cursor *cursor);

/* ---- hub_devices.c ---- */
struct hub_node *hub_devices_get(const struct hub *hub, const struct node_id *node);
struct hub_node *hub_devices_by_key(const struct hub *hub, const uint8_t key[static NOISE_DH_BYTES]);
struct fault hub_devices_load(struct hub *hub);
void hub_devices_free(struct hub *hub);
struct fault hub_devices_add(struct hub *hub, const struct hub_node *device, struct hub_node **out);
/* Into the log, inside the turn. */
struct fault hub_devices_put(struct hub *hub, const struct hub_node *device);
struct fault hub_devices_put_session(struct hub *hub, const struct hub_node *device);
/* Session state changed: put at the commit. */
void hub_devices_dirty(struct hub *hub, struct hub_node *device);
/* Its record in the directory, as its state is now. */
/* `lost_ms`: since when it is known to be lost; 0: not said. */
struct fault hub_devices_record(struct hub *hub, struct hub_node *device, uint64_t lost_ms);
struct fault hub_devices_decided(struct hub_node *device, const struct hub_decision *decision);
bool hub_devices_is_gone(enum hub_device_state state, bool erase_confirmed);
/* Index of the first decision with order > after. */
size_t hub_devices_decisions_after(const struct hub_node *device, uint64_t after);

/* ---- hub_enrol.c ---- */
bool hub_enrol_slot(struct hub *hub, const uint8_t slot[static HANDSHAKE_SLOT_BYTES], uint8_t psk[static NOISE_PSK_BYTES]);
void hub_enrol_slot_failed(struct hub *hub, const uint8_t slot[static HANDSHAKE_SLOT_BYTES]);
/* The request in scratch becomes a WAITING device. */
struct fault hub_enrol_request(struct hub_link *link, const uint8_t *static_public, const char *words);
void hub_enrol_answer(struct hub_link *link, bool confirmed, const char *refused);

/* ---- hub_quarantine.c ---- */
struct fault hub_quarantine_put(struct hub *hub, struct hub_node *device, const struct author *author, uint64_t seq,
			    uint32_t reason);
struct fault hub_quarantine_load(struct hub *hub);
/* Makes quarantined_since_ms what it is; cheap unless something of the device's was decided since. */
struct fault hub_quarantine_oldest(struct hub *hub, struct hub_node *device);
void hub_quarantine_key(const struct author *author, uint64_t seq, uint8_t out[static 2 * ID_BYTES + 8]);

/* The central delta that tells a decision, in the case where that is open. */
struct fault hub_quarantine_say(struct hub *hub, const struct author *author, uint64_t seq, const struct case_id *id,
				const struct hub_ruling *ruling, uint64_t *order);
/* The one run of a decision, signed, as it stands in the feed. *there false: not decided any more. */
struct fault hub_quarantine_decision(struct hub *hub, const struct hub_decision *decision, jalka_Decision *out, bool *there);

/* ---- hub_decided.c ---- */
/* It has been decided, and the delta that says so has this order. */
bool hub_quarantine_in_case(const struct hub *hub, const struct case_id *id);
struct fault hub_quarantine_words(const struct hub *hub, const struct case_id *id, const struct hub_ruling *ruling);
/* The words that are kept beside the log go with their case. */
struct fault hub_decided_erase(struct hub *hub, const struct case_id *id);
struct fault hub_decided_put(struct hub *hub, uint64_t order, const struct hub_quarantined *item, const struct hub_ruling *ruling);

/* ---- vouched.c ---- */
/* Deltas a device offers after a restore: kept for a decision. */
struct fault vouched_offer(struct hub_link *link, const jalka_Offer *offer, struct span rows);
/* One that its author signed, come by the way of central/hub_rescue.c, and which does not go on from
 * the chain held here. Inside a turn. FAULT_LIMIT: nothing is kept. */
enum vouched_as { VOUCHED_WAITS, VOUCHED_HERE, VOUCHED_ERASED, VOUCHED_MALFORMED };
struct fault vouched_rescued(struct hub *hub, const struct hub_node *device, const struct author *author, uint64_t seq,
			     const struct delta_hash *digest, struct span bytes, enum vouched_as *out);
/* The author itself has pushed these. */
struct fault vouched_arrived(struct hub *hub, const struct log_entry *entries, size_t count);
/* What waits of an erased record, or of a whole case when `record` is none. */
struct fault vouched_erase(struct hub *hub, struct case_id id, struct record_id record);
struct fault vouched_load(struct hub *hub);
struct fault vouched_list(struct hub *hub, hub_quarantine_fn *fn, void *ctx, bool *goes_on);
/* *found false: nothing vouched for by this name. */
struct fault vouched_decide(struct hub *hub, const struct author *author, uint64_t seq, const struct hub_ruling *ruling,
			    bool *found);

/* ---- deny.c ---- */
enum deny_kind { DENY_EPOCH, DENY_REVOKE, DENY_ERASE_RECORD, DENY_ERASE_CASE };
struct deny_line {
	enum deny_kind kind;
	struct node_id node;           /* REVOKE */
	struct case_id case_id;        /* ERASE_* */
	struct record_id record_id;    /* ERASE_RECORD */
	struct order_epoch epoch;      /* EPOCH */
	uint64_t time_ms;
};
/* Signs the line and hands it to the host; FAULT_LATER: the host could not keep it. */
struct fault deny_write(struct hub *hub, const struct deny_line *line);
/* FAULT_CALLER: not a line signed by this identity. */
struct fault deny_read(const struct delta_identity *identity, struct span text, struct deny_line *out);

/* ---- hub_erase.c ---- */
struct fault hub_erase_load(struct hub *hub);
void hub_erase_free(struct hub *hub);
/* Inside a turn, once the deny file has the line. Erased already: nothing changes. */
struct fault hub_erase_apply(struct hub *hub, const struct deny_line *line);
bool hub_erase_is_record(const struct hub *hub, const struct record_id *id);

/* ---- hub_open.c ---- */
struct hub *hub_alloc(struct log *log, const struct book *book, const struct hub_host *host, struct hub_time now);
/* Keys, epochs and projections out of the log. */
struct fault hub_load(struct hub *hub);
/* Once it is loaded: ready for links. */
void hub_configure(struct hub *hub);

/* ---- hub_restore.c ---- */
struct fault hub_restore_put_epochs(struct hub *hub);
struct fault hub_restore_load_epochs(struct hub *hub);

/* Big-endian, so that keys rise with it. */
static inline void hub_put_be64(uint8_t out[static 8], uint64_t value)
{
	for (size_t i = 0; i < 8; i++)
		out[i] = (uint8_t)(value >> (56 - 8 * i));
}
static inline uint64_t hub_get_be64(const uint8_t in[static 8])
{
	uint64_t value = 0;
	for (size_t i = 0; i < 8; i++)
		value = value << 8 | in[i];
	return value;
}

#endif
