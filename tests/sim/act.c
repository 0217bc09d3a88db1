/* act - see act.h. */
#include "sim/act.h"

#include <string.h>

#include "base/assert.h"
#include "core/session_central.h"
#include "sim/bundle.h"
#include "sim/link.h"
#include "sim/rescue.h"
#include "sim/world.h"
#include "sim/write.h"

enum {
	DAY_MS = 24 * 3600 * 1000,
	FUSE_MAX = 30,
	CLONES_MAX = 2,
	SYNC_MS = 20000,      /* how long one sync may take when all is well */
	REOPEN_ALL_MS = SESSION_CENTRAL_SILENCE_MS + 70000, /* who played a recorded message 1 is hung up on, too */
	DECISIONS_MAX = 400,
};

static const int64_t YEAR_MS = 365ll * DAY_MS;

static struct sim_device *any_device(struct sim *sim)
{
	return &sim->devices[prng_below(&sim->prng, sim->device_count)];
}

static uint32_t any_case(struct sim *sim)
{
	return (uint32_t)prng_below(&sim->prng, sim->oracle.case_count);
}

static uint32_t any_holder(struct sim *sim)
{
	return (uint32_t)prng_below(&sim->prng, sim->holder_count);
}

/* ---- links ---- */

static void act_connect(struct sim *sim)
{
	struct sim_device *device = any_device(sim);
	if (bundle_instead(sim) && prng_chance(&sim->prng, 800)) {
		bundle_round_trip(sim, device);
		return;
	}
	sim_struck(sim, TROUBLE_CONNECT);
	world_connect(sim, device);
}

static void act_disconnect(struct sim *sim)
{
	sim_struck(sim, TROUBLE_DISCONNECT);
	world_disconnect(sim, any_device(sim));
}

static void act_partition(struct sim *sim)
{
	struct sim_device *device = any_device(sim);
	sim_struck(sim, TROUBLE_PARTITION);
	world_disconnect(sim, device);
	device->out_of_reach_ms = sim->now_ms + prng_between(&sim->prng, DAY_MS, 5 * (uint64_t)DAY_MS);
}

static void act_replay(struct sim *sim)
{
	if (sim->recorded_count == 0)
		return;
	const struct sim_recorded *recorded = &sim->recorded[prng_below(&sim->prng, sim->recorded_count)];
	sim_struck(sim, TROUBLE_REPLAY);
	sim_say(sim, "a stranger plays a message 1 of %zu bytes again", recorded->len);
	link_stranger(sim, span_of(recorded->bytes, recorded->len));
}

static void act_garbage(struct sim *sim)
{
	uint8_t bytes[600];
	size_t len = (size_t)prng_between(&sim->prng, 1, sizeof bytes);
	prng_fill(&sim->prng, bytes, len);
	if (prng_chance(&sim->prng, 700)) {
		bytes[0] = 1; /* a version and a kind that are known, and any length */
		if (len > 1)
			bytes[1] = (uint8_t)prng_between(&sim->prng, 1, 4);
	}
	sim_struck(sim, TROUBLE_GARBAGE);
	link_stranger(sim, span_of(bytes, len));
}

/* ---- administrators ---- */

static void assign(struct sim *sim, uint32_t case_number, uint32_t holder)
{
	struct record_id assignment;
	if (sim->central.hub == NULL)
		return;
	struct fault fault = hub_assign(sim->central.hub, sim->oracle.cases[case_number].id, sim->holders[holder], 1,
					world_hub_time(sim), &assignment);
	sim_say(sim, "case %u is assigned to holder %u: %s", case_number, holder, fault_is(fault) ? fault.what : "done");
	sim_trace(sim, 5, case_number, fault.kind);
	world_hub_after(sim);
}

static void unassign(struct sim *sim, uint32_t case_number, uint32_t holder)
{
	if (sim->central.hub == NULL)
		return;
	struct fault fault = hub_unassign(sim->central.hub, sim->oracle.cases[case_number].id, sim->holders[holder],
					  world_hub_time(sim));
	sim_say(sim, "case %u is taken from holder %u: %s", case_number, holder, fault_is(fault) ? fault.what : "done");
	sim_trace(sim, 6, case_number, fault.kind);
	world_hub_after(sim);
}

static void act_assign(struct sim *sim)
{
	sim_struck(sim, TROUBLE_ASSIGN);
	assign(sim, any_case(sim), any_holder(sim));
}

static void act_unassign(struct sim *sim)
{
	sim_struck(sim, TROUBLE_UNASSIGN);
	unassign(sim, any_case(sim), any_holder(sim));
}

static void act_regrant(struct sim *sim)
{
	uint32_t case_number = any_case(sim), holder = any_holder(sim);
	sim_struck(sim, TROUBLE_REGRANT);
	assign(sim, case_number, holder);
	unassign(sim, case_number, holder);
	assign(sim, case_number, holder);
}

struct picking {
	struct prng *prng;
	struct hub_quarantined item;
	size_t count;
};

static bool pick(void *ctx, const struct hub_quarantined *item)
{
	struct picking *picking = ctx;
	if (prng_below(picking->prng, ++picking->count) == 0)
		picking->item = *item;
	return true;
}

/* Vouched for and rejected: of a case that is not open here no log has its name, nor anybody the key to it. */
static void excuse_rejected(struct sim *sim, const struct hub_quarantined *item)
{
	bool held[ORACLE_OPS_MAX] = { false };
	uint32_t record = oracle_record_number(&sim->oracle, item->record_id);
	if (ID_IS_NONE(item->vouched_by))
		return;
	oracle_mark_held(&sim->oracle, sim->central.store.inner, held);
	for (size_t i = 0; i < sim->device_count; i++)
		oracle_mark_held(&sim->oracle, sim->devices[i].store.inner, held);
	for (uint32_t i = 0; i < sim->oracle.op_count; i++) {
		struct oracle_op *op = &sim->oracle.ops[i];
		bool is_it = false;
		for (size_t n = 0; n < op->name_count; n++)
			is_it = is_it || op->names[n].seq == item->seq;
		op->excused = op->excused || (is_it && op->record == record && !held[i]);
	}
}

/* One decision on a random quarantined delta; false: there is none. */
static bool decide(struct sim *sim)
{
	struct picking picking = { .prng = &sim->prng };
	if (sim->central.hub == NULL || fault_is(hub_quarantine(sim->central.hub, pick, &picking)) || picking.count == 0)
		return false;
	bool accept = prng_chance(&sim->prng, 600);
	struct fault fault = hub_decide(sim->central.hub, &picking.item.author, picking.item.seq,
					&(struct hub_ruling){ .accept = accept }, world_hub_time(sim));
	sim_say(sim, "seq %llu, quarantined for reason %u, is %s: %s", (unsigned long long)picking.item.seq,
		picking.item.reason, accept ? "accepted" : "rejected", fault_is(fault) ? fault.what : "done");
	bool is_refused = fault.kind == FAULT_CALLER && accept;
	if (is_refused) /* erased meanwhile: there is nothing to accept */
		fault = hub_decide(sim->central.hub, &picking.item.author, picking.item.seq,
				   &(struct hub_ruling){ .accept = false }, world_hub_time(sim));
	if (!fault_is(fault) && (!accept || is_refused))
		excuse_rejected(sim, &picking.item);
	world_hub_after(sim);
	return !fault_is(fault);
}

static void act_decide(struct sim *sim)
{
	if (decide(sim))
		sim_struck(sim, TROUBLE_DECIDE);
}

static void act_erase_record(struct sim *sim)
{
	struct oracle_record *record = &sim->oracle.records[prng_below(&sim->prng, sim->oracle.record_count)];
	if (sim->central.hub == NULL || record->opens || record->erased)
		return;
	sim_struck(sim, TROUBLE_ERASE_RECORD);
	record->erased = true;
	struct fault fault = hub_erase_record(sim->central.hub, sim->oracle.cases[record->case_number].id, record->id,
					      world_hub_time(sim));
	if (fault.kind == FAULT_CALLER)
		record->erased = false;
	sim_say(sim, "a record of case %u is erased: %s", record->case_number, fault_is(fault) ? fault.what : "done");
	world_hub_after(sim);
}

static void act_erase_case(struct sim *sim)
{
	uint32_t number = any_case(sim);
	if (sim->central.hub == NULL || sim->oracle.cases[number].erased)
		return;
	sim_struck(sim, TROUBLE_ERASE_CASE);
	sim->oracle.cases[number].erased = true;
	struct fault fault = hub_erase_case(sim->central.hub, sim->oracle.cases[number].id, world_hub_time(sim));
	if (fault.kind == FAULT_CALLER)
		sim->oracle.cases[number].erased = false;
	sim->oracle.cases[number].gone = !fault_is(fault);
	oracle_central_durable(&sim->oracle, sim->now_ms);
	sim_say(sim, "case %u is erased: %s", number, fault_is(fault) ? fault.what : "done");
	world_hub_after(sim);
}

static void set_state(struct sim *sim, struct sim_device *device, enum hub_device_state state)
{
	if (sim->central.hub == NULL)
		return;
	struct fault fault = hub_device_set_state(sim->central.hub, device->node, state, world_hub_time(sim));
	sim_say(sim, "device %u gets state %d: %s", device->number, (int)state, fault_is(fault) ? fault.what : "done");
	for (size_t i = 0; i < sim->device_count; i++) {
		struct sim_device *same = &sim->devices[i];
		if (!ID_EQUAL(same->node, device->node))
			continue;
		if (!fault_is(fault))
			same->suspended = state == HUB_DEVICE_SUSPENDED;
		if (state == HUB_DEVICE_REVOKED && !same->revoked) {
			same->revoked = true;
			same->revoked_ms = fault_is(fault) ? UINT64_MAX : sim->now_ms;
		}
	}
	world_hub_after(sim);
	if (state == HUB_DEVICE_REVOKED)
		world_excuse_the_lost(sim);
}

static void act_revoke(struct sim *sim)
{
	struct sim_device *device = any_device(sim);
	if (device->revoked || sim->central.hub == NULL)
		return;
	sim_struck(sim, TROUBLE_REVOKE);
	set_state(sim, device, HUB_DEVICE_REVOKED);
}

static void act_suspend(struct sim *sim)
{
	struct sim_device *device = any_device(sim);
	if (device->revoked || sim->central.hub == NULL)
		return;
	sim_struck(sim, TROUBLE_SUSPEND);
	set_state(sim, device, device->suspended ? HUB_DEVICE_ACTIVE : HUB_DEVICE_SUSPENDED);
}

/* ---- bad luck ---- */

static void act_clock(struct sim *sim)
{
	static const int64_t JUMPS_MS[] = { 3600 * 1000, 2 * DAY_MS, 0, 7 * 60 * 1000 };
	int64_t jump = JUMPS_MS[prng_below(&sim->prng, 4)];
	if (jump == 0)
		jump = 10 * YEAR_MS;
	if (prng_chance(&sim->prng, 500))
		jump = -jump;
	sim_struck(sim, TROUBLE_CLOCK);
	if (prng_chance(&sim->prng, 250))
		sim->central.skew_ms = jump / 10;
	else
		any_device(sim)->skew_ms = jump;
}

static void act_crash_device(struct sim *sim)
{
	brittle_arm(&any_device(sim)->store, (unsigned)prng_between(&sim->prng, 1, FUSE_MAX),
		    prng_chance(&sim->prng, 500));
}

static void act_crash_central(struct sim *sim)
{
	brittle_arm(&sim->central.store, (unsigned)prng_between(&sim->prng, 1, FUSE_MAX),
		    prng_chance(&sim->prng, 500));
}

static void act_backup_device(struct sim *sim)
{
	sim_struck(sim, TROUBLE_BACKUP_DEVICE);
	world_device_backup(sim, any_device(sim));
}

static void act_restore_device(struct sim *sim)
{
	struct sim_device *device = any_device(sim);
	if (device->backup_count == 0 || device->revoked)
		return;
	sim_struck(sim, TROUBLE_RESTORE_DEVICE);
	world_device_restore(sim, device, prng_below(&sim->prng, device->backup_count));
}

static void act_clone(struct sim *sim)
{
	struct sim_device *device = any_device(sim);
	size_t twins = 0;
	for (size_t i = 0; i < sim->device_count; i++)
		twins += sim->devices[i].twin_of != sim->devices[i].number;
	if (sim->device_count == SIM_DEVICES_MAX || twins == CLONES_MAX || device->revoked)
		return;
	sim_struck(sim, TROUBLE_CLONE);
	(void)world_device_clone(sim, device);
}

static void act_backup_central(struct sim *sim)
{
	struct sim_central *central = &sim->central;
	sim_struck(sim, TROUBLE_BACKUP_CENTRAL);
	struct sim_backup *backup = world_hub_backup(sim);
	if (central->hub == NULL || !prng_chance(&sim->prng, 500))
		return;
	central->safe_order = backup->order;
	central->safe_gen = backup->gen;
	(void)hub_safe_order(central->hub, backup->order, world_hub_time(sim));
	world_hub_after(sim);
}

/* Not to a place below what was declared safe: that promise was the administrator's. */
static void act_restore_central(struct sim *sim)
{
	struct sim_central *central = &sim->central;
	if (central->backup_count == 0)
		return;
	size_t at = prng_below(&sim->prng, central->backup_count);
	const struct sim_backup *backup = &central->backups[at];
	bool promised = central->safe_order > 0 &&
			(backup->gen < central->safe_gen || backup->order < central->safe_order);
	if (promised)
		return;
	sim_struck(sim, TROUBLE_RESTORE_CENTRAL);
	world_hub_restore(sim, at);
}

typedef void act_fn(struct sim *sim);

static act_fn *const ACTS[TROUBLE_CUT] = {
	[TROUBLE_EDIT] = write_edit, [TROUBLE_RECORD] = write_record, [TROUBLE_CLEAR] = write_clear,
	[TROUBLE_UNKNOWN_FIELD] = write_unknown_field, [TROUBLE_STALE_EDIT] = write_stale_edit,
	[TROUBLE_OPEN_CLIENT] = write_open_client, [TROUBLE_OPEN_MATTER] = write_open_matter,
	[TROUBLE_CENTRAL_WRITE] = write_central, [TROUBLE_CONNECT] = act_connect,
	[TROUBLE_DISCONNECT] = act_disconnect, [TROUBLE_PARTITION] = act_partition, [TROUBLE_ASSIGN] = act_assign,
	[TROUBLE_UNASSIGN] = act_unassign, [TROUBLE_REGRANT] = act_regrant, [TROUBLE_DECIDE] = act_decide,
	[TROUBLE_ERASE_RECORD] = act_erase_record, [TROUBLE_ERASE_CASE] = act_erase_case,
	[TROUBLE_REVOKE] = act_revoke, [TROUBLE_SUSPEND] = act_suspend, [TROUBLE_CLOCK] = act_clock,
	[TROUBLE_CRASH_DEVICE] = act_crash_device, [TROUBLE_CRASH_CENTRAL] = act_crash_central,
	[TROUBLE_BACKUP_DEVICE] = act_backup_device, [TROUBLE_RESTORE_DEVICE] = act_restore_device,
	[TROUBLE_CLONE] = act_clone, [TROUBLE_BACKUP_CENTRAL] = act_backup_central,
	[TROUBLE_RESTORE_CENTRAL] = act_restore_central, [TROUBLE_REPLAY] = act_replay,
	[TROUBLE_GARBAGE] = act_garbage,
};

static void confirm_devices(struct sim *sim)
{
	struct sim_central *central = &sim->central;
	if (central->hub == NULL || central->confirmed)
		return;
	central->confirmed = !fault_is(hub_confirm_devices(central->hub));
	world_hub_after(sim);
}

void act_once(struct sim *sim)
{
	uint64_t total = 0;
	for (size_t i = 0; i < TROUBLE_CUT; i++)
		total += sim->options.rate[i];
	uint64_t at = prng_below(&sim->prng, total);
	size_t kind = 0;
	while (at >= sim->options.rate[kind])
		at -= sim->options.rate[kind++];
	sim_trace(sim, 7, kind, sim->now_ms);
	ACTS[kind](sim);
	if (prng_chance(&sim->prng, sim->options.rate[TROUBLE_BUNDLE]))
		bundle_act(sim);
	if (prng_chance(&sim->rescue.prng, sim->options.rate[TROUBLE_RESCUE]))
		rescue_act(sim);
	if (!sim->central.confirmed && prng_chance(&sim->prng, 300))
		confirm_devices(sim);
}

/* ---- beginning and end ---- */

static void set_up_devices(struct sim *sim)
{
	bool shared = sim->options.rate[TROUBLE_SHARED_HOLDER] > 500 && sim->options.devices > 1;
	sim->holder_count = shared ? sim->options.devices - 1 : sim->options.devices;
	sim->oracle.holder_count = sim->holder_count;
	for (size_t i = 0; i < sim->holder_count; i++)
		prng_fill(&sim->prng, sim->holders[i].bytes, ID_BYTES);
	for (uint32_t i = 0; i < sim->options.devices; i++) {
		uint32_t number = world_device_new(sim, i < sim->holder_count ? i : 0);
		world_enrol(sim, &sim->devices[number]);
	}
	if (shared)
		sim_struck(sim, TROUBLE_SHARED_HOLDER);
}

static void set_up_cases(struct sim *sim)
{
	uint32_t client = ORACLE_NONE;
	for (unsigned i = 0; i < sim->options.cases && !sim->failed; i++) {
		bool matter = client != ORACLE_NONE && prng_chance(&sim->prng, 500);
		uint32_t number = write_central_case(sim, matter ? DELTA_CASE_MATTER : DELTA_CASE_CLIENT,
						     matter ? client : ORACLE_NONE);
		if (number == ORACLE_NONE) {
			sim_fail(sim, "setup", "central cannot open a case");
			return;
		}
		client = matter ? client : number;
		for (uint32_t holder = 0; holder < sim->holder_count; holder++)
			if (prng_chance(&sim->prng, 600))
				assign(sim, number, holder);
	}
}

/* Clocks that are off, and nodes of other versions, once everybody is enrolled. */
static void set_up_oddities(struct sim *sim)
{
	for (size_t i = 0; i < sim->device_count; i++) {
		struct sim_device *device = &sim->devices[i];
		if (sim->options.rate[TROUBLE_SKEW] > 0 && prng_chance(&sim->prng, 500)) {
			sim_struck(sim, TROUBLE_SKEW);
			device->skew_ms = (int64_t)prng_below(&sim->prng, 4 * (uint64_t)DAY_MS) - 2 * DAY_MS;
		}
		if (sim->options.rate[TROUBLE_VERSIONS] > 0 && prng_chance(&sim->prng, 300)) {
			sim_struck(sim, TROUBLE_VERSIONS);
			world_set_version(sim, device, prng_chance(&sim->prng, 600) ? 1 : 2, 3);
		}
	}
}

void act_set_up(struct sim *sim)
{
	sim->clean = true;
	oracle_init(&sim->oracle, sim->holders);
	world_hub_init(sim);
	if (sim->failed)
		return;
	sim->central_node = hub_node(sim->central.hub);
	sim->reference = hub_reference_case(sim->central.hub);
	sim->directory = hub_directory_case(sim->central.hub);
	set_up_devices(sim);
	if (sim->failed)
		return;
	set_up_cases(sim);
	set_up_oddities(sim);
	sim_run_until(sim, sim->now_ms + 1000);
	sim->clean = false;
}

static void disarm(struct sim *sim)
{
	sim->clean = true;
	sim->central.store.fuse = 0;
	for (size_t i = 0; i < sim->device_count; i++) {
		sim->devices[i].store.fuse = 0;
		sim->devices[i].out_of_reach_ms = 0;
		world_disconnect(sim, &sim->devices[i]);
	}
}

void act_close_lids(struct sim *sim)
{
	for (size_t i = 0; i < sim->device_count; i++)
		world_disconnect(sim, &sim->devices[i]);
}

static void decide_all(struct sim *sim)
{
	for (size_t i = 0; i < DECISIONS_MAX && decide(sim); i++)
		;
}

/* Every device in turn: twins cannot be connected at once. */
static void sync_each(struct sim *sim)
{
	for (size_t i = 0; i < sim->device_count && !sim->failed; i++) {
		world_connect(sim, &sim->devices[i]);
		sim_run_until(sim, sim->now_ms + SYNC_MS);
		world_disconnect(sim, &sim->devices[i]);
		sim_run_until(sim, sim->now_ms + 1000);
	}
}

/* The same by hand; what it leaves, the syncs after it find. */
static void carry_each(struct sim *sim)
{
	for (size_t i = 0; i < sim->device_count && !sim->failed; i++) {
		bundle_round_trip(sim, &sim->devices[i]);
		sim_run_until(sim, sim->now_ms + 1000);
	}
}

/* Without a network at all everything that a device wrote arrives, and is receipted. */
static void carry_all(struct sim *sim)
{
	carry_each(sim);
	carry_each(sim);
	decide_all(sim);
	carry_each(sim);
	for (size_t i = 0; i < sim->device_count && !sim->failed; i++) {
		struct sim_device *device = &sim->devices[i];
		struct replica_status status;
		if (device->replica == NULL || device->is_twin || device->incompatible)
			continue;
		replica_status(device->replica, &status);
		if (status.unreceipted != 0)
			sim_fail(sim, "bundle", "device %u has %llu deltas without receipt after three round trips by hand",
				 device->number, (unsigned long long)status.unreceipted);
	}
}

static void sync_together(struct sim *sim)
{
	for (size_t i = 0; i < sim->device_count; i++)
		if (sim->devices[i].twin_of == sim->devices[i].number)
			world_connect(sim, &sim->devices[i]);
	sim_run_until(sim, sim->now_ms + SYNC_MS);
	for (size_t i = 0; i < sim->device_count; i++)
		world_disconnect(sim, &sim->devices[i]);
	sim_run_until(sim, sim->now_ms + 1000);
}

static bool learn_state(void *ctx, const struct hub_device *known)
{
	struct sim *sim = ctx;
	for (size_t i = 0; i < sim->device_count; i++) {
		struct sim_device *device = &sim->devices[i];
		if (!ID_EQUAL(device->node, known->node))
			continue;
		device->suspended = known->state == HUB_DEVICE_SUSPENDED;
		if (known->state == HUB_DEVICE_REVOKED && !device->revoked) {
			device->revoked = true;
			device->revoked_ms = UINT64_MAX;
		}
	}
	return true;
}

/* What a crash or a restore of central made of the devices' states. */
static void heal_devices(struct sim *sim)
{
	if (sim->central.hub == NULL)
		return;
	(void)hub_devices(sim->central.hub, learn_state, sim);
	for (size_t i = 0; i < sim->device_count; i++)
		if (sim->devices[i].suspended && !sim->devices[i].revoked)
			set_state(sim, &sim->devices[i], HUB_DEVICE_ACTIVE);
}

static bool has_twins(const struct sim *sim)
{
	for (size_t i = 0; i < sim->device_count; i++)
		if (sim->devices[i].is_twin)
			return true;
	return false;
}

void act_heal(struct sim *sim)
{
	sim_say(sim, "everything is healed");
	disarm(sim);
	sim_run_until(sim, sim->now_ms + REOPEN_ALL_MS);
	confirm_devices(sim);
	heal_devices(sim);
	if (bundle_instead(sim))
		carry_all(sim);
	rescue_bring_all(sim);
	sync_each(sim);
	decide_all(sim);
	sync_together(sim);
	decide_all(sim);
	sync_each(sim);
	if (has_twins(sim)) /* each must have come after the other */
		sync_each(sim);
}
