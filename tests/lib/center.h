/* center - a central node played by hand: a test says each message it sends.
 *
 * Holds real keys and speaks real Noise to a replica on log_memory, but keeps
 * no log and decides nothing: what Welcome, Pull or Receipt says is the test's.
 * A fault nobody expects stops the test.
 */
#ifndef JALKA_TESTS_CENTER_H
#define JALKA_TESTS_CENTER_H

#include "core/receipt.h"
#include "core/rows.h"
#include "core/session_frame.h"
#include "lib/prng.h"
#include "store/replica.h"

enum { CENTER_SENT_BYTES = 1 << 20 };

struct center {
	struct prng prng;
	struct delta_identity identity;
	uint8_t identity_secret[DELTA_SIGN_SECRET_BYTES];
	uint8_t static_secret[NOISE_DH_BYTES], static_public[NOISE_DH_BYTES];
	struct node_id node;
	struct order_epoch epoch;          /* in use */
	struct record_id holder;
	struct replica_enrolment code;

	/* the device */
	struct log *log;
	struct replica *replica;
	struct node_id device;
	struct epoch_id device_epoch;      /* its first */
	uint8_t device_static[NOISE_DH_BYTES];
	uint8_t device_sign[DELTA_SIGN_PUBLIC_BYTES];
	struct replica_time now;
	size_t hang_ups;
	const char *why;
	bool refuses_enrolment_key;        /* shows a certificate of another identity */

	/* the wire */
	uint8_t sent[CENTER_SENT_BYTES];   /* by the device, not yet taken */
	size_t sent_len;
	struct noise noise;
	struct noise_transport transport;
	uint8_t key[NOISE_KEY_BYTES];      /* resumption key in use here */
	bool has_key;
	enum handshake_kind kind;          /* of the message 1 taken last */

	jalka_Hello hello;
	jalka_Welcome welcome;             /* filled by the test, emptied when sent */
	jalka_Frame in, out;
	struct span in_rows;
	struct rows_writer rows;           /* for what is sent next; emptied when sent */
	uint8_t row_block[LIMIT_CHUNK_BYTES], in_block[LIMIT_FRAME_BYTES], plain[LIMIT_FRAME_BYTES];
	uint8_t wire[SESSION_FRAME_WIRE_BYTES];
};

/* A blank device and a central node of a first epoch with generation 1. */
struct center *center_new(uint64_t seed);
/* The same, enrolled and confirmed. */
struct center *center_new_enrolled(uint64_t seed);
void center_free(struct center *center);
/* Enrols and confirms; the device is disconnected then. */
void center_enrol(struct center *center);
/* The process ends and starts from the last commit. */
void center_crash(struct center *center);
/* The device goes on with an older copy of its log, taken over. */
void center_restore(struct center *center, struct log *log);

void center_up(struct center *center);
void center_down(struct center *center);
/* Takes message 1. False: there is none, or its key is unknown here. */
bool center_take_hello(struct center *center);
void center_plain(struct center *center);
/* Up, and takes message 1; by way of PLAIN where its key is unknown here. */
void center_greet(struct center *center);
/* Put back from a backup that reached so far: a new central epoch, and no resumption key. */
void center_put_back(struct center *center, uint64_t inherited);
/* Sends center->welcome with the rows written so far. */
void center_welcome(struct center *center);
/* Takes the device's next transport frame into center->in. False: none. */
bool center_take(struct center *center);
/* Sends center->out with the rows written so far. */
void center_send(struct center *center);

/* Up, Hello, Welcome as it stands, the first frame, an empty confirmation. */
void center_session(struct center *center);

/* A receipt of this device's chain up to seq: all accepted from `first_order` on,
 * or (0) quarantined for `reason`. Over the seqs from first_seq. */
void center_receipt(struct center *center, const struct epoch_id *epoch, uint64_t first_seq, uint64_t seq,
		    uint64_t first_order, uint32_t reason, jalka_Receipt *out);
void center_decision(struct center *center, const struct epoch_id *epoch, uint64_t seq, uint64_t order, bool accept,
		     jalka_Decision *out);

/* A foreign author's delta for Pull or Backlog: row of author 0. `opens`: with this kind. */
struct span center_delta(struct center *center, struct case_id case_id, struct record_id record_id, const char *text,
			 enum delta_case_kind opens, uint8_t *block, size_t size);
void center_row(struct center *center, struct span delta, uint64_t seq, uint64_t order);

/* The device's own writes. */
struct fault center_client(struct center *center, struct replica_written *out);
struct fault center_phone(struct center *center, struct case_id case_id, struct record_id record_id, const char *phone);

#endif
