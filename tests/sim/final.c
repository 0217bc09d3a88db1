/* final - the invariants asked when all is healed and everybody has synced. */
#include <stdio.h>
#include <string.h>

#include "lib/refold.h"
#include "records_table.h"
#include "sim/invariant.h"
#include "sim/rescue.h"
#include "sim/world.h"

/* One record as central folds it; its block is in use while the next one is looked at. */
struct judged {
	struct sim *sim;
	uint32_t number;
	struct refold central;
	struct delta_hash hash;
};

/* Where the two sides of a comparison are folded. */
static _Alignas(16) uint8_t central_block[REFOLD_ARENA_BYTES], device_block[REFOLD_ARENA_BYTES];

static bool op_is_lost(struct sim *sim, const struct oracle_op *op)
{
	const struct oracle_record *record = &sim->oracle.records[op->record];
	if (!op->confirmed || op->excused || record->erased || sim->oracle.cases[record->case_number].erased)
		return false;
	if (op->by == ORACLE_CENTRAL)
		return true;
	const struct sim_device *device = &sim->devices[op->by];
	return !device->revoked && !device->incompatible;
}

struct rejected {
	const struct oracle *oracle;
	bool *held;
};

static bool mark_rejected(void *ctx, const struct log_entry *entry)
{
	struct rejected *rejected = ctx;
	uint32_t op = entry->verdict == LOG_REJECTED ? oracle_op_of(rejected->oracle, entry->bytes, NULL) : ORACLE_NONE;
	if (op != ORACLE_NONE)
		rejected->held[op] = true;
	return true;
}

/* What was vouched for and rejected stands in no log where the offering device has
 * forgotten the case since: central's own record of the decision names it. */
static bool mark_decided(void *ctx, const struct log_entry *entry)
{
	struct rejected *rejected = ctx;
	struct delta delta;
	struct wire_field f;
	struct epoch_id epoch = { { 0 } };
	uint64_t seq = 0;
	bool accepted = false;
	if (entry->record_type != RECORDS_TYPE_QUARANTINE_DECISION || fault_is(delta_read(entry->bytes, &delta)))
		return true;
	while (wire_next(&delta.fields, &f) == WIRE_FIELD) {
		if (f.number == RECORDS_QUARANTINE_DECISION_EPOCH && f.data.len == ID_BYTES)
			memcpy(epoch.bytes, f.data.data, ID_BYTES);
		else if (f.number == RECORDS_QUARANTINE_DECISION_SEQ)
			seq = f.value;
		else if (f.number == RECORDS_QUARANTINE_DECISION_ACCEPT)
			accepted = f.value != 0;
	}
	if (!accepted)
		oracle_mark_named(rejected->oracle, epoch, seq, rejected->held);
	return true;
}

/* I10, I6: every confirmed op is in central's log, or was rejected by decision when a
 * device offered it back. */
static void invariant_i10_regained(struct sim *sim)
{
	bool held[ORACLE_OPS_MAX] = { false };
	struct rejected rejected = { &sim->oracle, held };
	oracle_mark_held(&sim->oracle, sim->central.store.inner, held);
	(void)log_read_local(sim->central.store.inner, 0, mark_decided, &rejected);
	for (size_t i = 0; i < sim->device_count; i++)
		(void)log_read_local(sim->devices[i].store.inner, 0, mark_rejected, &rejected);
	for (uint32_t i = 0; i < sim->oracle.op_count; i++)
		if (!held[i] && op_is_lost(sim, &sim->oracle.ops[i]))
			sim_fail(sim, sim->central.restores > 0 ? "I10" : "I1",
				 "op %u, confirmed by %u, is not in central's log", i, sim->oracle.ops[i].by);
}

/* Whether some op that touches the field truly saw op x. */
static bool truly_superseded(const struct judged *judged, uint32_t x, uint32_t field)
{
	const struct oracle *oracle = &judged->sim->oracle;
	for (size_t i = 0; i < judged->central.count; i++) {
		uint32_t y = oracle_op_of(oracle, judged->central.entries[i].bytes, NULL);
		if (y == ORACLE_NONE || y == x)
			continue;
		const struct oracle_op *op = &oracle->ops[y];
		bool touches = false, saw = false;
		for (size_t f = 0; f < op->field_count; f++)
			touches |= op->fields[f] == field;
		for (size_t s = 0; s < op->seen_count; s++)
			saw |= op->seen[s] == x;
		if (touches && saw)
			return true;
	}
	return false;
}

/* The bytes a delta gives a field: every occurrence; empty for a clearing. */
static size_t value_of(const struct delta *delta, uint32_t field, uint8_t *out, size_t size)
{
	struct span rest = delta->fields;
	struct wire_field found;
	size_t used = 0;
	while (wire_next(&rest, &found) == WIRE_FIELD)
		if (found.number == field && used + found.whole.len <= size) {
			memcpy(out + used, found.whole.data, found.whole.len);
			used += found.whole.len;
		}
	return used;
}

static bool is_sibling(const struct judged *judged, const struct delta *delta, uint32_t field)
{
	uint8_t value[2048];
	size_t len = value_of(delta, field, value, sizeof value);
	const struct fold_field *folded = refold_field(&judged->central, field);
	for (size_t i = 0; folded != NULL && i < folded->count; i++)
		if (span_equal(folded->siblings[i].whole, span_of(value, len)))
			return true;
	return false;
}

/* With --verbose: all that a fold depends on. */
static void tell_fold(const struct sim *sim, const char *who, uint32_t number, const struct refold *refold)
{
	for (size_t i = 0; sim->verbose && i < refold->count; i++) {
		const struct fold_input *in = &refold->inputs[i];
		printf("  %s %u: %02x.%llu stamp %llu continues %02x.%llu base", who, number, in->author.epoch.bytes[0],
		       (unsigned long long)in->seq, (unsigned long long)in->stamp_ms, in->continues.epoch.bytes[0],
		       (unsigned long long)in->continues.seq);
		for (size_t b = 0; b < in->base.count; b++)
			printf(" %02x:%llu", in->base.pairs[b].epoch.bytes[0], (unsigned long long)in->base.pairs[b].n);
		printf(" orders");
		for (size_t o = 0; o < in->order_count; o++)
			printf(" %u:%llu", in->orders[o].generation, (unsigned long long)in->orders[o].n);
		printf(" op %u\n", oracle_op_of(&sim->oracle, refold->entries[i].bytes, NULL));
	}
}

/* I6: an accepted edit is shown, or a sibling, or superseded by one that saw it. */
static void invariant_i6_no_silent_overwrite(const struct judged *judged)
{
	const struct oracle *oracle = &judged->sim->oracle;
	for (size_t i = 0; i < judged->central.count; i++) {
		uint32_t x = oracle_op_of(oracle, judged->central.entries[i].bytes, NULL);
		for (size_t f = 0; x != ORACLE_NONE && f < oracle->ops[x].field_count; f++) {
			uint32_t field = oracle->ops[x].fields[f];
			if (is_sibling(judged, &judged->central.deltas[i], field) || truly_superseded(judged, x, field))
				continue;
			sim_fail(judged->sim, "I6", "op %u is silently overwritten in field %u of record %u", x, field,
				 judged->number);
			tell_fold(judged->sim, "central", judged->number, &judged->central);
		}
	}
}

/* I5: the same set in any other order folds to the same record. */
static void invariant_i5_any_order(struct judged *judged)
{
	struct refold *refold = &judged->central;
	struct fold_record again;
	struct delta_hash hash;
	struct prng prng;
	prng_init(&prng, judged->sim->seed + judged->number);
	for (size_t i = refold->count; i > 1; i--) {
		size_t j = prng_below(&prng, i);
		struct fold_input t = refold->inputs[i - 1];
		refold->inputs[i - 1] = refold->inputs[j];
		refold->inputs[j] = t;
	}
	if (fault_is(fold_record(&refold->arena, hub_orders(judged->sim->central.hub), refold->inputs, refold->count,
				 &again)))
		return;
	fold_hash(&again, &hash);
	if (memcmp(&hash, &judged->hash, sizeof hash) != 0)
		sim_fail(judged->sim, "I5", "record %u folds to something else in another order", judged->number);
}

static bool is_judged(const struct sim_device *device)
{
	return device->enrolled && !device->revoked && !device->suspended && !device->incompatible &&
	       device->replica != NULL;
}

static void tell_epochs(const struct sim *sim, const char *who, const struct order_tree *tree)
{
	for (size_t i = 0; sim->verbose && i < tree->count; i++)
		printf("  %s knows epoch %02x, generation %u, parent %02x, inherited %llu\n", who, tree->epochs[i].id.bytes[0],
		       tree->epochs[i].generation, tree->epochs[i].parent.bytes[0],
		       (unsigned long long)tree->epochs[i].inherited);
}

/* I4, one device: what it shows of a record is what central shows. */
static void compare(const struct judged *judged, struct sim_device *device)
{
	struct sim *sim = judged->sim;
	struct refold mine;
	struct delta_hash hash;
	refold_record(&mine, device_block, device->store.inner, replica_orders(device->replica),
		      sim->oracle.records[judged->number].id, true);
	if (mine.failed != NULL) {
		sim_fail(sim, "I19", "record %u at device %u: %s", judged->number, device->number, mine.failed);
		return;
	}
	fold_hash(&mine.record, &hash);
	if (mine.waiting > 0 && judged->central.waiting == 0)
		sim_fail(sim, "I4", "device %u waits for a decision on record %u that was made", device->number,
			 judged->number);
	else if (judged->central.waiting == 0 && memcmp(&hash, &judged->hash, sizeof hash) != 0) {
		sim_fail(sim, "I4", "record %u of case %u at device %u differs: %zu deltas here, %zu at central",
			 judged->number, sim->oracle.records[judged->number].case_number, device->number, mine.count,
			 judged->central.count);
		tell_fold(sim, "central", judged->number, &judged->central);
		tell_fold(sim, "device", device->number, &mine);
		tell_epochs(sim, "central", hub_orders(sim->central.hub));
		tell_epochs(sim, "device", replica_orders(device->replica));
	}
}

/* I4: every permitted replica shows what central shows. */
static void invariant_i4_converged(const struct judged *judged)
{
	struct sim *sim = judged->sim;
	const struct oracle_case *c = &sim->oracle.cases[sim->oracle.records[judged->number].case_number];
	for (size_t i = 0; i < sim->device_count; i++)
		if (is_judged(&sim->devices[i]) && c->scope[sim->devices[i].holder].now)
			compare(judged, &sim->devices[i]);
}

/* I21: of a record whose values stand apart central was told, without folding it. */
static void invariant_i21_apart_is_known(const struct judged *judged)
{
	struct sim *sim = judged->sim;
	const struct fold_record *record = &judged->central.record;
	struct record_id id = sim->oracle.records[judged->number].id;
	size_t known = 0;
	while (known < sim->central.apart_count && !ID_EQUAL(sim->central.apart[known], id))
		known++;
	for (size_t i = 0; i < record->count && known == sim->central.apart_count; i++)
		if (record->fields[i].count > 1) {
			sim_fail(sim, "I21", "field %u of record %u has %zu values, and central was not told", record->fields[i].number,
				 judged->number, record->fields[i].count);
			tell_fold(sim, "central", judged->number, &judged->central);
		}
}

static void judge_record(struct sim *sim, uint32_t number)
{
	struct judged judged = { .sim = sim, .number = number };
	refold_record(&judged.central, central_block, sim->central.store.inner, hub_orders(sim->central.hub),
		      sim->oracle.records[number].id, false);
	if (judged.central.failed != NULL) {
		sim_fail(sim, "I19", "record %u at central: %s", number, judged.central.failed);
		return;
	}
	fold_hash(&judged.central.record, &judged.hash);
	invariant_i4_converged(&judged);
	invariant_i6_no_silent_overwrite(&judged);
	invariant_i21_apart_is_known(&judged);
	invariant_i5_any_order(&judged);
}

struct leftovers {
	struct sim *sim;
	struct sim_device *device;
	uint32_t case_number;
};

static bool look_leftover(void *ctx, const struct log_entry *entry)
{
	struct leftovers *left = ctx;
	if (ID_EQUAL(entry->case_id, left->sim->oracle.cases[left->case_number].id) && entry->bytes.data != NULL) {
		sim_fail(left->sim, "I13", "device %u still has bytes of case %u, which its holder may not hold",
			 left->device->number, left->case_number);
		return false;
	}
	return true;
}

static bool is_there(void *ctx, const struct log_entry *entry)
{
	(void)entry;
	*(bool *)ctx = true;
	return false;
}

/* I13: after scope ended and a sync, nothing of the case is left. A case that was
 * never open at central (its opening was rejected) is its author's own text. */
static void invariant_i13_purged(struct sim *sim, struct sim_device *device)
{
	for (uint32_t c = 0; c < sim->oracle.case_count; c++) {
		struct leftovers left = { sim, device, c };
		bool open = false;
		(void)log_read_case(sim->central.store.inner, sim->oracle.cases[c].id, 0, INT64_MAX, is_there, &open);
		if (open && !sim->oracle.cases[c].scope[device->holder].now)
			(void)log_read_local(device->store.inner, 0, look_leftover, &left);
	}
}

/* I4: nothing is left to say. */
static void invariant_i4_all_said(struct sim *sim, struct sim_device *device)
{
	struct replica_status status;
	replica_status(device->replica, &status);
	if (status.unreceipted > 0 || status.backlogs > 0)
		sim_fail(sim, "I4", "device %u has %llu deltas without receipt and %llu backlogs open after healing",
			 device->number, (unsigned long long)status.unreceipted, (unsigned long long)status.backlogs);
}

/* I7, I2: the chains verify, head by head and delta by delta. */
static void invariant_i7_audit(struct sim *sim)
{
	struct hub_audit audit = { 0 };
	struct fault fault = hub_audit(sim->central.hub, &audit);
	if (fault_is(fault) || audit.bad != 0)
		sim_fail(sim, "I7", "audit: %llu bad, %s", (unsigned long long)audit.bad,
			 fault_is(fault) ? fault.what : audit.what);
}

struct alarm {
	struct sim *sim;
	struct node_id node;
	bool raised;
};

static bool look_alarm(void *ctx, const struct hub_device *device)
{
	struct alarm *alarm = ctx;
	if (ID_EQUAL(device->node, alarm->node))
		alarm->raised = device->twin_alarm;
	return true;
}

static bool look_health(void *ctx, const struct hub_device *device)
{
	struct hub_device *out = ctx;
	if (ID_EQUAL(device->node, out->node))
		*out = *device;
	return true;
}

/* I22: who tells how it fares is known to, and nothing of what came is shown as missing. */
static void invariant_i22_health_is_told(struct sim *sim, const struct sim_device *device)
{
	struct hub_device shown = { .node = device->node };
	(void)hub_devices(sim->central.hub, look_health, &shown);
	if (sim_tells(device) && device->twin_of == device->number && !device->is_twin &&
	    (shown.health.told_ms == 0 || strcmp(shown.health.version, "sim") != 0))
		sim_fail(sim, "I22", "device %u told nothing of how it fares", device->number);
	if (shown.unsent != 0)
		sim_fail(sim, "I22", "device %u has %llu deltas unsent, as central shows it", device->number,
			 (unsigned long long)shown.unsent);
}

/* What was erased with its case before it came is no work of its own any more. */
static bool wrote_as_twin(const struct sim *sim, const struct sim_device *device)
{
	for (uint32_t i = device->twin_since; i < sim->oracle.op_count; i++) {
		const struct oracle_op *op = &sim->oracle.ops[i];
		const struct oracle_record *record = &sim->oracle.records[op->record];
		if (op->by == device->number && op->confirmed && !record->erased && !sim->oracle.cases[record->case_number].erased)
			return true;
	}
	return false;
}

/* I9: two live twins that both went on writing are noticed. */
static void invariant_i9_twins_noticed(struct sim *sim, const struct sim_device *twin)
{
	const struct sim_device *original = &sim->devices[twin->twin_of];
	bool both = wrote_as_twin(sim, twin) && wrote_as_twin(sim, original);
	if (!both || !is_judged(twin) || !is_judged(original) || sim->central.restores > 0)
		return;
	struct alarm alarm = { sim, twin->node, false };
	(void)hub_devices(sim->central.hub, look_alarm, &alarm);
	if (!alarm.raised)
		sim_fail(sim, "I9", "devices %u and %u are twins, and no alarm was raised", twin->number,
			 original->number);
}

/* ---- telling, with --verbose ---- */

struct telling {
	struct sim *sim;
	uint32_t op;
	const char *where;
};

static bool tell_entry(void *ctx, const struct log_entry *entry)
{
	static const char *const VERDICTS[] = { "local", "accepted", "quarantined", "rejected" };
	struct telling *telling = ctx;
	if (oracle_op_of(&telling->sim->oracle, entry->bytes, NULL) == telling->op)
		printf(" %s: %s(%u) %02x.%llu @%llu;", telling->where, VERDICTS[entry->verdict], entry->reason,
		       entry->author.epoch.bytes[0], (unsigned long long)entry->seq,
		       (unsigned long long)(entry->order_count > 0 ? entry->orders[0].n : 0));
	return true;
}

void final_tell(struct sim *sim)
{
	for (uint32_t i = 0; i < sim->oracle.op_count; i++) {
		const struct oracle_op *op = &sim->oracle.ops[i];
		struct telling telling = { sim, i, "central" };
		if (!op->confirmed)
			continue;
		printf("op %u by %u, record %u, case %u%s:", i, op->by, op->record,
		       sim->oracle.records[op->record].case_number, op->excused ? ", excused" : "");
		(void)log_read_local(sim->central.store.inner, 0, tell_entry, &telling);
		for (size_t d = 0; d < sim->device_count; d++) {
			char name[24];
			snprintf(name, sizeof name, "d%zu", d);
			telling.where = name;
			(void)log_read_local(sim->devices[d].store.inner, 0, tell_entry, &telling);
		}
		printf("\n");
	}
}

void invariants_final(struct sim *sim)
{
	if (!sim->checking || sim->central.hub == NULL)
		return;
	invariant_i10_regained(sim);
	invariant_i3_once(sim);
	invariant_i7_gapless(sim, sim->central.store.inner, "central", (struct epoch_id){ { 0 } });
	invariant_i7_audit(sim);
	for (size_t i = 0; i < sim->device_count; i++) {
		struct sim_device *device = &sim->devices[i];
		rescue_i24_erased(sim, device, is_judged(device));
		rescue_i25_left(sim, device);
		if (!is_judged(device))
			continue;
		invariant_i1_device_kept(sim, device, true);
		invariant_i4_all_said(sim, device);
		invariant_i13_purged(sim, device);
		invariant_i22_health_is_told(sim, device);
		if (device->twin_of != device->number)
			invariant_i9_twins_noticed(sim, device);
	}
	for (uint32_t i = 0; i < sim->oracle.record_count; i++)
		judge_record(sim, i);
}
