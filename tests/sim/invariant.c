/* invariant - see invariant.h: those asked as it happens and when a node starts.
 * The ones of the end stand in final.c. */
#include "sim/invariant.h"

#include <string.h>

#include "session.pb.h"

enum {
	/* Log verbs one call may need: what it brings and what it makes the node
	 * read is bounded by the sizes of a frame and of a seed's work. */
	VERBS_MAX = 40000,
	NONCES = 1 << 16,
};

/* I2: nothing is in a log that nobody wrote, and each is what its author wrote. */
void invariant_i2_not_invented(struct sim *sim, const struct log_entry *entry)
{
	struct delta delta;
	if (!sim->checking || entry->bytes.data == NULL)
		return;
	uint32_t number = oracle_op_of(&sim->oracle, entry->bytes, &delta);
	if (number == ORACLE_NONE) {
		if (!ID_IS_NONE(sim->central_node) && !ID_EQUAL(entry->author.node, sim->central_node))
			sim_fail(sim, "I2", "a delta of a device that nobody wrote");
		return;
	}
	const struct oracle_op *op = &sim->oracle.ops[number];
	const struct oracle_record *record = &sim->oracle.records[op->record];
	if (oracle_content(delta.fields, delta.cleared, delta.cleared_count) != op->content)
		sim_fail(sim, "I2", "op %u is not what was written", number);
	if (!ID_EQUAL(record->id, entry->record_id) ||
	    !ID_EQUAL(sim->oracle.cases[record->case_number].id, entry->case_id))
		sim_fail(sim, "I2", "op %u stands in another record or case", number);
}

/* I6: honest work waits for nobody. Every device here is honest, so never for a base
 * too high or a type of central's; and where nobody ends, erases, revokes or puts
 * back anything, for nothing but a signature that froze the field. (Elsewhere a
 * change to a record whose first delta was rejected is MALFORMED: not whole.) */
void invariant_i6_no_needless_quarantine(struct sim *sim, const struct log_entry *entry)
{
	static const enum trouble WHY[] = {
		TROUBLE_UNASSIGN, TROUBLE_REGRANT, TROUBLE_ERASE_RECORD, TROUBLE_ERASE_CASE, TROUBLE_REVOKE,
		TROUBLE_SUSPEND, TROUBLE_RESTORE_DEVICE, TROUBLE_RESTORE_CENTRAL, TROUBLE_CLONE,
	};
	bool calm = true;
	for (size_t i = 0; i < sizeof WHY / sizeof WHY[0]; i++)
		calm = calm && sim->options.rate[WHY[i]] == 0;
	bool never = entry->reason == (uint32_t)jalka_Reason_BASE_TOO_HIGH ||
		     entry->reason == (uint32_t)jalka_Reason_CENTRAL_ONLY;
	if (!sim->checking || entry->verdict != LOG_QUARANTINED)
		return;
	if (never || (calm && entry->reason != (uint32_t)jalka_Reason_FROZEN_FIELD))
		sim_fail(sim, "I6", "op %u is quarantined for reason %u", oracle_op_of(&sim->oracle, entry->bytes, NULL),
			 entry->reason);
}

/* I7: what a device takes as receipted is durable at central. A central put back
 * since those bytes were sent is no contradiction. */
void invariant_i7_ack_is_durable(struct sim *sim, struct sim_device *device, const struct author *author, uint64_t seq)
{
	if (!sim->checking || device->sent_ms <= sim->central.restored_ms)
		return;
	uint64_t durable = oracle_durable_seq(&sim->oracle, author);
	if (seq > durable)
		sim_fail(sim, "I7", "device %u has a receipt for seq %llu, durable at central is %llu", device->number,
			 (unsigned long long)seq, (unsigned long long)durable);
}

/* What central sends has an order of the epoch the device took it in; the device itself
 * writes anew, under another name, what a lost epoch gave it. */
static bool is_set_aside(const struct sim_device *device, const struct log_entry *entry)
{
	const struct order_tree *tree = device->replica == NULL ? NULL : replica_orders(device->replica);
	return tree != NULL && tree->count > 0 && entry->order_count > 0
		&& !order_is_of(tree, &order_epoch_current(tree)->id, entry->orders[0]);
}

/* I11: only deltas of cases that were in its holder's scope when they were sent. */
void invariant_i11_in_scope(struct sim *sim, struct sim_device *device, const struct log_entry *entry)
{
	if (!sim->checking || entry->bytes.data == NULL || is_set_aside(device, entry))
		return;
	uint32_t number = oracle_case_number(&sim->oracle, entry->case_id);
	if (number == ORACLE_NONE) {
		if (!ID_EQUAL(entry->case_id, sim->reference) && !ID_EQUAL(entry->case_id, sim->directory))
			sim_fail(sim, "I11", "device %u got a delta of a case nobody knows", device->number);
		return;
	}
	const struct oracle_case *c = &sim->oracle.cases[number];
	if (!c->scope[device->holder].now && c->scope[device->holder].ended_ms < device->sent_ms)
		sim_fail(sim, "I11", "device %u got a delta of case %u, out of scope since %llu ms, sent at %llu ms",
			 device->number, number, (unsigned long long)c->scope[device->holder].ended_ms,
			 (unsigned long long)device->sent_ms);
}

/* I12: nothing is fed once the revocation is known at central. */
void invariant_i12_not_fed_when_revoked(struct sim *sim, struct sim_device *device, const struct log_entry *entry)
{
	(void)entry;
	if (sim->checking && device->revoked && device->sent_ms > device->revoked_ms)
		sim_fail(sim, "I12", "device %u is fed after its revocation", device->number);
}

/* I15: no key and nonce seal twice. */
void invariant_i15_nonce_fresh(struct sim *sim, const uint8_t *key, uint64_t nonce)
{
	static uint64_t used[NONCES];
	static uint64_t owner[NONCES];
	if (!sim->checking)
		return;
	uint64_t hash;
	memcpy(&hash, key, sizeof hash);
	hash = (hash ^ nonce * 0x9e3779b97f4a7c15u) | 1;
	for (size_t i = hash % NONCES, n = 0; n < 64; i = (i + 1) % NONCES, n++) {
		if (owner[i] != sim->serial) {
			owner[i] = sim->serial;
			used[i] = hash;
			return;
		}
		if (used[i] == hash) {
			sim_fail(sim, "I15", "a key seals nonce %llu twice", (unsigned long long)nonce);
			return;
		}
	}
}

/* I18: one call does no more work than the bounds of a frame allow. */
void invariant_i18_bounded(struct sim *sim, const char *who, uint64_t verbs, size_t bytes)
{
	(void)bytes;
	if (verbs > sim->verbs_max)
		sim->verbs_max = verbs;
	if (sim->checking && verbs > VERBS_MAX)
		sim_fail(sim, "I18", "%s needed %llu verbs of the log", who, (unsigned long long)verbs);
}

/* ---- a node has started again ---- */

/* A device that has let a case go, or been told of its erasure, keeps no bytes of it. */
static bool let_go(struct sim *sim, struct sim_device *device, const struct oracle_op *op)
{
	struct log_case info;
	bool found = false;
	const struct oracle_record *record = &sim->oracle.records[op->record];
	const struct oracle_case *c = &sim->oracle.cases[record->case_number];
	if (record->erased || c->erased)
		return true;
	struct fault fault = log_case_get(device->store.inner, c->id, &info, &found);
	return !fault_is(fault) && (!found || info.erased || !info.has_secret);
}

struct undecided {
	const struct oracle *oracle;
	bool *held;
};

static bool mark_undecided(void *ctx, const struct log_entry *entry)
{
	struct undecided *undecided = ctx;
	bool waits = entry->verdict == LOG_QUARANTINED || entry->verdict == LOG_REJECTED;
	uint32_t op = waits ? oracle_op_of(undecided->oracle, entry->bytes, NULL) : ORACLE_NONE;
	if (op != ORACLE_NONE)
		undecided->held[op] = true;
	return true;
}

/* An own delta that left with its case, and comes back once the new grant is fed. */
static bool mark_emptied(void *ctx, const struct log_entry *entry)
{
	struct undecided *undecided = ctx;
	uint32_t op = entry->bytes.data == NULL ? oracle_op_by_name(undecided->oracle, entry) : ORACLE_NONE;
	if (op != ORACLE_NONE)
		undecided->held[op] = true;
	return true;
}

/* I1: every write confirmed is there after any crash. What waits at central for a
 * decision, or was rejected, left with its case when that was forgotten, and does
 * not come back with a new grant (P6). */
void invariant_i1_device_kept(struct sim *sim, struct sim_device *device, bool at_rest)
{
	bool held[ORACLE_OPS_MAX] = { false };
	struct undecided undecided = { &sim->oracle, held };
	if (!sim->checking || device->revoked)
		return;
	oracle_mark_held(&sim->oracle, device->store.inner, held);
	(void)log_read_local(sim->central.store.inner, 0, mark_undecided, &undecided);
	for (size_t i = 0; i < sim->device_count; i++)
		(void)log_read_local(sim->devices[i].store.inner, 0, mark_undecided, &undecided);
	if (!at_rest)
		(void)log_read_local(device->store.inner, 0, mark_emptied, &undecided);
	for (uint32_t i = 0; i < sim->oracle.op_count; i++)
		if (device->expected[i] && !sim->oracle.ops[i].excused && !held[i] && !let_go(sim, device, &sim->oracle.ops[i]))
			sim_fail(sim, "I1", "op %u was confirmed by device %u and is gone after a crash", i,
				 device->number);
}

struct once {
	struct sim *sim;
	bool accepted[ORACLE_OPS_MAX];
};

static bool look_once(void *ctx, const struct log_entry *entry)
{
	struct once *once = ctx;
	if (entry->verdict != LOG_ACCEPTED)
		return true;
	uint32_t op = oracle_op_of(&once->sim->oracle, entry->bytes, NULL);
	if (op == ORACLE_NONE)
		return true;
	const struct oracle_op *written = &once->sim->oracle.ops[op];
	const struct sim_device *by = written->by == ORACLE_CENTRAL ? NULL : &once->sim->devices[written->by];
	bool may_double = written->doubled || (by != NULL && (by->is_twin || by->restores > 0));
	if (once->accepted[op] && !may_double)
		sim_fail(once->sim, "I3", "op %u is accepted twice", op);
	once->accepted[op] = true;
	return true;
}

/* I3: nothing is accepted more than once, whatever is sent again. Copies and old
 * states of a disk may each issue what they take to be unsent (see mark_doubled). */
void invariant_i3_once(struct sim *sim)
{
	struct once once = { .sim = sim };
	if (sim->checking)
		(void)log_read_local(sim->central.store.inner, 0, look_once, &once);
}

struct gapless {
	struct sim *sim;
	struct log *log;
	const char *who;
	struct epoch_id open; /* a device's own epoch in use */
	uint64_t next;
};

static bool next_seq(void *ctx, const struct log_entry *entry)
{
	struct gapless *gapless = ctx;
	if (entry->seq != gapless->next)
		sim_fail(gapless->sim, "I7", "at %s an author's seq %llu follows %llu", gapless->who,
			 (unsigned long long)entry->seq, (unsigned long long)gapless->next - 1);
	gapless->next = entry->seq + 1;
	return true;
}

static bool chain_of(void *ctx, const struct log_author *author)
{
	struct gapless *gapless = ctx;
	bool all = gapless->log == gapless->sim->central.store.inner;
	if (!all && !ID_EQUAL(author->author.epoch, gapless->open))
		return true; /* a device holds other chains only as far as its cases go */
	gapless->next = 1;
	(void)log_read_author(gapless->log, &author->author, 1, next_seq, gapless);
	return true;
}

/* I7: an author's chain has no gap: all of them at central, its own at a device. */
void invariant_i7_gapless(struct sim *sim, struct log *log, const char *who, struct epoch_id open)
{
	struct gapless gapless = { sim, log, who, open, 0 };
	if (sim->checking)
		(void)log_author_scan(log, chain_of, &gapless);
}
