/* world - see world.h. Devices first, central after; both follow one pattern: call
 * the node, then serve what its callbacks asked for and what its fuse did. */
#include "sim/world.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "sim/invariant.h"
#include "sim/link.h"
#include "sim/rescue.h"

enum { REOPEN_MS_MAX = 60000, TURN_MS_MAX = 3 };

static struct sim_link *link_of(struct sim *sim, const struct sim_device *device)
{
	return device->link == 0 ? NULL : sim->links[device->link - 1];
}

static struct sim *sim_of(struct sim_device *device)
{
	return device->sim;
}

/* ---- devices: what the replica calls ---- */

static void device_random(void *ctx, uint8_t *out, size_t len)
{
	prng_fill(&sim_of(ctx)->secrets, out, len);
}

static void record_message1(struct sim *sim, struct sim_link *link, struct span bytes)
{
	if (link->pipes[TO_HUB].put > 0 || sim->options.rate[TROUBLE_REPLAY] == 0 || sim->clean)
		return;
	size_t at = sim->recorded_count < SIM_RECORDED_MAX ? sim->recorded_count++
							   : prng_below(&sim->prng, SIM_RECORDED_MAX);
	struct sim_recorded *recorded = &sim->recorded[at];
	recorded->bytes = realloc(recorded->bytes, bytes.len);
	ASSERT(recorded->bytes != NULL);
	memcpy(recorded->bytes, bytes.data, bytes.len);
	recorded->len = bytes.len;
}

static void device_send(void *ctx, struct span bytes)
{
	struct sim_device *device = ctx;
	struct sim *sim = sim_of(device);
	struct sim_link *link = link_of(sim, device);
	if (link == NULL || link->device_hung || !brittle_effect(&device->store))
		return;
	sim_trace(sim, 1, device->number, bytes.len);
	record_message1(sim, link, bytes);
	link_put(sim, link, TO_HUB, bytes);
}

static void device_hang_up(void *ctx, const char *why)
{
	struct sim_device *device = ctx;
	struct sim_link *link = link_of(sim_of(device), device);
	sim_say(sim_of(device), "device %u hangs up: %s", device->number, why);
	if (link != NULL)
		link->device_hung = true;
}

/* ---- devices: what the watcher of its log sees ---- */

/* By its name, and as it is named where another has that name: by its content. */
static void name_op(struct sim *sim, uint32_t op, struct log *log, const struct log_entry *entry)
{
	struct log_entry aside = *entry;
	struct log_case info;
	bool found;
	oracle_named(&sim->oracle, op, entry);
	if (fault_is(log_case_get(log, entry->case_id, &info, &found)) || !found || !info.has_secret)
		return;
	delta_content(&info.secret, entry->bytes, &aside.author.epoch);
	oracle_named(&sim->oracle, op, &aside);
}

static void device_appended(void *ctx, const struct log_entry *entry)
{
	struct sim_device *device = ctx;
	struct sim *sim = sim_of(device);
	sim_say(sim, "device %u: %02x.%llu of case %d appended, %zu bytes", device->number, entry->author.epoch.bytes[0],
		(unsigned long long)entry->seq, (int)oracle_case_number(&sim->oracle, entry->case_id), entry->bytes.len);
	invariant_i2_not_invented(sim, entry);
	uint32_t op = oracle_op_of(&sim->oracle, entry->bytes, NULL);
	if (op != ORACLE_NONE)
		name_op(sim, op, device->store.inner, entry);
	if (!ID_EQUAL(entry->author.node, device->node)) {
		invariant_i11_in_scope(sim, device, entry);
		invariant_i12_not_fed_when_revoked(sim, device, entry);
	}
}

static void device_placed(void *ctx, const struct author *author, uint64_t seq, enum log_verdict verdict,
			  struct order order)
{
	struct sim_device *device = ctx;
	sim_say(sim_of(device), "device %u: %02x.%llu gets verdict %d, order %u:%llu", device->number,
		author->epoch.bytes[0], (unsigned long long)seq, (int)verdict, order.generation,
		(unsigned long long)order.n);
	if (verdict == LOG_ACCEPTED && order.n != 0)
		invariant_i7_ack_is_durable(sim_of(device), device, author, seq);
	if (verdict == LOG_REJECTED)
		rescue_rejected(device, author, seq);
}

static void device_committed(void *ctx)
{
	(void)ctx;
}

static struct brittle_watch device_watch(struct sim_device *device)
{
	return (struct brittle_watch){
		.ctx = device, .appended = device_appended, .placed = device_placed,
		.committed = device_committed, .rolled_back = device_committed,
	};
}

struct replica_time world_time(const struct sim *sim, const struct sim_device *device)
{
	return (struct replica_time){
		.wall_ms = SIM_WALL_MS + sim->now_ms + (uint64_t)device->skew_ms, .mono_ms = sim->now_ms,
	};
}

/* Figures that move with time, so that they are told now and then. */
static void device_health(void *ctx, struct replica_health *out)
{
	const struct sim_device *device = ctx;
	uint64_t hours = device->sim->now_ms / (3600 * 1000);
	*out = (struct replica_health){ .version = "sim", .store_bytes = hours << 10, .disk_bytes = 1ULL << 34,
					.free_bytes = (1ULL << 34) - ((hours * hours + device->number) % 1024 << 24) };
}

static void device_open(struct sim *sim, struct sim_device *device)
{
	struct replica_host host = {
		.ctx = device, .random = device_random, .send = device_send, .hang_up = device_hang_up,
		.version_min = device->version_min, .version_max = device->version_max,
		.health = sim_tells(device) ? device_health : NULL,
	};
	struct fault fault = replica_open(&device->store.log, NULL, &host, world_time(sim, device), &device->replica);
	if (fault_is(fault)) {
		device->replica = NULL;
		if (!device->store.dead)
			sim_fail(sim, "I19", "device %u does not open: %s", device->number, fault.what);
		else
			queue_put(&sim->queue, sim->now_ms + 1000, QUEUE_REOPEN, device->number, 0);
		return;
	}
	device->poke_ms = UINT64_MAX;
	rescue_follow(sim, device);
}

static void drop_link(struct sim *sim, struct sim_device *device)
{
	struct sim_link *link = link_of(sim, device);
	if (link != NULL)
		link_close_device(sim, link);
}

/* The process has ended: what is durable waits for the next start. */
static void device_stop(struct sim *sim, struct sim_device *device, struct log *next)
{
	struct brittle_watch watch = device_watch(device);
	device->store.dead = true;
	drop_link(sim, device);
	if (device->replica != NULL)
		replica_close(device->replica);
	device->replica = NULL;
	device->has_token = false;
	brittle_deinit(&device->store);
	brittle_init(&device->store, next, &watch);
}

void world_device_crash(struct sim *sim, struct sim_device *device)
{
	sim_say(sim, "device %u crashes", device->number);
	device_stop(sim, device, log_memory_copy(device->store.inner));
	if (!device->reopening)
		queue_put(&sim->queue, sim->now_ms + prng_between(&sim->prng, 1, REOPEN_MS_MAX), QUEUE_REOPEN,
			  device->number, 0);
	device->reopening = true;
}

void world_device_after(struct sim *sim, struct sim_device *device)
{
	if (device->store.dead && device->replica != NULL) {
		sim_struck(sim, TROUBLE_CRASH_DEVICE);
		world_device_crash(sim, device);
		return;
	}
	struct sim_link *link = link_of(sim, device);
	if (device->replica != NULL && link != NULL && link->device_hung) {
		drop_link(sim, device);
		replica_link_down(device->replica, world_time(sim, device));
	}
	if (device->store.dead || device->replica == NULL)
		return;
	uint64_t at = replica_deadline(device->replica);
	if (at < device->poke_ms || device->poke_ms <= sim->now_ms) {
		device->poke_ms = at;
		if (at != UINT64_MAX)
			queue_put(&sim->queue, at > sim->now_ms ? at : sim->now_ms + 1, QUEUE_POKE, device->number, 0);
	}
}

void world_poke(struct sim *sim, uint32_t number)
{
	struct sim_device *device = &sim->devices[number];
	if (device->replica == NULL || device->poke_ms > sim->now_ms)
		return;
	device->poke_ms = UINT64_MAX;
	replica_poke(device->replica, world_time(sim, device));
	world_device_after(sim, device);
}

static void say_connects(struct sim *sim, struct sim_device *device, const struct sim_link *link)
{
	struct replica_status status;
	if (!sim->verbose)
		return;
	replica_status(device->replica, &status);
	sim_say(sim, "device %u connects by link %u: epoch %02x, order %llu, %llu written, %llu without receipt",
		device->number, link->number, status.epoch.bytes[0], (unsigned long long)status.order,
		(unsigned long long)status.written, (unsigned long long)status.unreceipted);
}

void world_connect(struct sim *sim, struct sim_device *device)
{
	if (device->replica == NULL || device->link != 0 || device->out_of_reach_ms > sim->now_ms)
		return;
	struct sim_link *link = link_new(sim, device->number);
	if (link == NULL)
		return;
	sim->syncs++;
	device->link = link->number + 1;
	say_connects(sim, device, link);
	replica_link_up(device->replica, world_time(sim, device));
	world_device_after(sim, device);
}

void world_disconnect(struct sim *sim, struct sim_device *device)
{
	if (device->link == 0)
		return;
	drop_link(sim, device);
	if (device->replica != NULL) {
		replica_link_down(device->replica, world_time(sim, device));
		world_device_after(sim, device);
	}
}

void world_device_link_down(struct sim *sim, struct sim_link *link)
{
	struct sim_device *device = &sim->devices[link->device];
	link_close_device(sim, link);
	if (device->replica != NULL) {
		replica_link_broke(device->replica);
		replica_link_down(device->replica, world_time(sim, device));
		world_device_after(sim, device);
	}
}

static struct sim_device *device_slot(struct sim *sim, uint32_t holder)
{
	ASSERT(sim->device_count < SIM_DEVICES_MAX);
	struct sim_device *device = &sim->devices[sim->device_count];
	device->sim = sim;
	device->number = device->twin_of = (uint32_t)sim->device_count++;
	device->holder = holder;
	return device;
}

uint32_t world_device_new(struct sim *sim, uint32_t holder)
{
	struct sim_device *device = device_slot(sim, holder);
	struct brittle_watch watch = device_watch(device);
	brittle_init(&device->store, log_memory_new(), &watch);
	device_open(sim, device);
	return device->number;
}

/* Blocks are taken at a free place, or over a random older one. */
static struct sim_backup *backup_slot(struct sim *sim, struct sim_backup *backups, size_t *count)
{
	struct sim_backup *backup = *count < SIM_BACKUPS_MAX ? &backups[(*count)++]
							      : &backups[prng_below(&sim->prng, SIM_BACKUPS_MAX)];
	if (backup->log != NULL)
		log_close(backup->log);
	free(backup->expected);
	*backup = (struct sim_backup){ 0 };
	return backup;
}

void world_device_backup(struct sim *sim, struct sim_device *device)
{
	struct sim_backup *backup = backup_slot(sim, device->backups, &device->backup_count);
	backup->log = log_memory_copy(device->store.inner);
	backup->expected = malloc(sizeof device->expected);
	ASSERT(backup->log != NULL && backup->expected != NULL);
	memcpy(backup->expected, device->expected, sizeof device->expected);
	rescue_backed_up(sim, device, (size_t)(backup - device->backups));
}

struct unsent {
	struct oracle *oracle;
};

static bool mark_unsent(void *ctx, const struct log_entry *entry)
{
	struct unsent *unsent = ctx;
	uint32_t op = entry->verdict == LOG_LOCAL ? oracle_op_of(unsent->oracle, entry->bytes, NULL) : ORACLE_NONE;
	if (op != ORACLE_NONE)
		unsent->oracle->ops[op].doubled = true;
	return true;
}

/* Every copy of a disk will issue what it knows to be unsent, each in an epoch of
 * its own: one delta may be accepted under two names. The fold takes equal bytes
 * for one value. */
static void mark_doubled(struct sim *sim, struct log *disk)
{
	struct unsent unsent = { &sim->oracle };
	(void)log_read_local(disk, 0, mark_unsent, &unsent);
}

/* Ops that no log holds any more are nobody's fault: the disks that held them are
 * gone, or are a revoked device's, which is told to erase them. */
void world_excuse_the_lost(struct sim *sim)
{
	bool held[ORACLE_OPS_MAX] = { false };
	struct log *central = log_memory_copy(sim->central.store.inner); /* what is committed */
	ASSERT(central != NULL);
	oracle_mark_held(&sim->oracle, central, held);
	log_close(central);
	for (size_t i = 0; i < sim->device_count; i++)
		if (!sim->devices[i].revoked)
			oracle_mark_held(&sim->oracle, sim->devices[i].store.inner, held);
	rescue_mark_held(sim, held);
	for (size_t i = 0; i < sim->oracle.op_count; i++)
		if (!held[i])
			sim->oracle.ops[i].excused = true;
}

void world_device_restore(struct sim *sim, struct sim_device *device, size_t at)
{
	struct sim_backup *backup = &device->backups[at];
	struct log *log = log_memory_copy(backup->log);
	ASSERT(log != NULL);
	if (device->is_twin || device->restores > 0)
		mark_doubled(sim, log);
	device->restores++;
	sim_say(sim, "device %u is put back from backup %zu", device->number, at);
	device_stop(sim, device, log);
	rescue_put_back(sim, device, at);
	memcpy(device->expected, backup->expected, sizeof device->expected);
	device->twin_since = (uint32_t)sim->oracle.op_count;
	world_excuse_the_lost(sim);
	if (!device->reopening)
		queue_put(&sim->queue, sim->now_ms + prng_between(&sim->prng, 1, REOPEN_MS_MAX), QUEUE_REOPEN,
			  device->number, 0);
	device->reopening = true;
}

uint32_t world_device_clone(struct sim *sim, struct sim_device *device)
{
	struct sim_device *twin = device_slot(sim, device->holder);
	struct brittle_watch watch = device_watch(twin);
	brittle_init(&twin->store, log_memory_copy(device->store.inner), &watch);
	mark_doubled(sim, twin->store.inner);
	twin->twin_of = device->twin_of;
	twin->is_twin = device->is_twin = true;
	twin->node = device->node;
	twin->restores = device->restores;
	twin->enrolled = device->enrolled;
	twin->suspended = device->suspended;
	twin->incompatible = device->incompatible;
	twin->version_min = device->version_min;
	twin->version_max = device->version_max;
	twin->skew_ms = device->skew_ms;
	device->twin_since = (uint32_t)sim->oracle.op_count;
	twin->twin_since = device->twin_since;
	twin->rescue_key = device->rescue_key;
	rescue_cloned(sim, device, twin);
	memcpy(twin->expected, device->expected, sizeof twin->expected);
	sim_say(sim, "device %u is cloned as %u", device->number, twin->number);
	device_open(sim, twin);
	return twin->number;
}

void world_set_version(struct sim *sim, struct sim_device *device, uint32_t version_min, uint32_t version_max)
{
	device->version_min = version_min;
	device->version_max = version_max;
	device->incompatible = version_min > 1;
	world_disconnect(sim, device);
	device_stop(sim, device, log_memory_copy(device->store.inner));
	device_open(sim, device);
}

void world_enrol(struct sim *sim, struct sim_device *device)
{
	struct hub_slot slot;
	struct replica_status status;
	struct replica_enrolment enrolment = { .identity = *hub_identity(sim->central.hub), .serial = "SIM" };
	struct fault fault = hub_slot_new(sim->central.hub, sim->holders[device->holder], world_hub_time(sim), &slot);
	ASSERT(!fault_is(fault));
	memcpy(enrolment.slot, slot.slot, sizeof enrolment.slot);
	memcpy(enrolment.secret, slot.secret, sizeof enrolment.secret);
	fault = replica_enrol(device->replica, &enrolment);
	ASSERT(!fault_is(fault));
	world_connect(sim, device);
	sim_run_until(sim, sim->now_ms + 1000);
	replica_status(device->replica, &status);
	device->node = status.node;
	fault = hub_device_confirm(sim->central.hub, status.node, world_hub_time(sim));
	if (fault_is(fault))
		sim_fail(sim, "setup", "device %u cannot be confirmed: %s", device->number, fault.what);
	world_hub_after(sim);
	sim_run_until(sim, sim->now_ms + 1000);
	world_disconnect(sim, device);
	device->enrolled = true;
	rescue_follow(sim, device);
}

/* ---- central: what the hub calls ---- */

static void hub_random(void *ctx, uint8_t *out, size_t len)
{
	struct sim *sim = ctx;
	prng_fill(&sim->secrets, out, len);
}

static void hub_send(void *ctx, void *peer, struct span bytes)
{
	struct sim *sim = ctx;
	struct sim_link *link = peer;
	if (link->hub_hung || !brittle_effect(&sim->central.store))
		return;
	sim_trace(sim, 2, link->number, bytes.len);
	if (link->device != SIM_DEVICES_MAX)
		link_put(sim, link, TO_DEVICE, bytes);
}

static void hub_hang_up(void *ctx, void *peer, const char *why)
{
	struct sim *sim = ctx;
	struct sim_link *link = peer;
	sim_say(sim, "central hangs up on device %u, link %u: %s", link->device, link->number, why);
	link->hub_hung = true;
}

static bool hub_deny(void *ctx, struct span line)
{
	struct sim *sim = ctx;
	struct sim_central *central = &sim->central;
	if (!brittle_effect(&central->store))
		return false;
	ASSERT(central->deny_count < SIM_DENY_MAX);
	uint8_t *copy = malloc(line.len + 1);
	ASSERT(copy != NULL);
	memcpy(copy, line.data, line.len);
	central->deny[central->deny_count++] = span_of(copy, line.len);
	return !central->store.dead;
}

static void hub_appended(void *ctx, const struct log_entry *entry)
{
	struct sim *sim = ctx;
	invariant_i2_not_invented(sim, entry);
	invariant_i6_no_needless_quarantine(sim, entry);
	uint32_t op = oracle_op_of(&sim->oracle, entry->bytes, NULL);
	/* Accepted on another device's word: central writes it under its own name, and
	 * its author may still come with the original. */
	if (op != ORACLE_NONE && ID_EQUAL(entry->author.node, sim->central_node) &&
	    sim->oracle.ops[op].by != ORACLE_CENTRAL)
		sim->oracle.ops[op].doubled = true;
	oracle_central_entry(&sim->oracle, entry);
}

static void hub_placed(void *ctx, const struct author *author, uint64_t seq, enum log_verdict verdict,
		       struct order order)
{
	sim_say(ctx, "central: %02x.%llu gets verdict %d, order %u:%llu", author->epoch.bytes[0], (unsigned long long)seq,
		(int)verdict, order.generation, (unsigned long long)order.n);
}

static void hub_committed(void *ctx)
{
	struct sim *sim = ctx;
	oracle_central_durable(&sim->oracle, sim->now_ms);
}

static void hub_rolled_back(void *ctx)
{
	(void)ctx; /* the oracle reads the log anew when central starts again */
}

static struct brittle_watch hub_watch(struct sim *sim)
{
	return (struct brittle_watch){
		.ctx = sim, .appended = hub_appended, .placed = hub_placed,
		.committed = hub_committed, .rolled_back = hub_rolled_back,
	};
}

static struct fault hub_apart(void *ctx, struct record_id record_id)
{
	struct sim *sim = ctx;
	struct sim_central *central = &sim->central;
	for (size_t i = 0; i < central->apart_count; i++)
		if (ID_EQUAL(central->apart[i], record_id))
			return fault_none();
	if (central->apart_count == SIM_APART_MAX)
		sim_fail(sim, "setup", "more records stand apart than there is room for");
	else
		central->apart[central->apart_count++] = record_id;
	return fault_none();
}

static struct fault hub_touched(void *ctx, struct case_id case_id, struct record_id record_id, const struct log_entry *entry)
{
	(void)case_id;
	return entry == NULL ? hub_apart(ctx, record_id) : fault_none();
}

static struct fault hub_forgot(void *ctx, struct case_id case_id)
{
	(void)ctx;
	(void)case_id;
	return fault_none();
}

static const struct book *hub_book(struct sim *sim)
{
	static const struct book_ops ops = { .touched = hub_touched, .forgot = hub_forgot };
	sim->central.book = (struct book){ .ops = &ops, .ctx = sim };
	return &sim->central.book;
}

static struct hub_host hub_host(struct sim *sim)
{
	return (struct hub_host){
		.ctx = sim, .random = hub_random, .send = hub_send, .hang_up = hub_hang_up, .deny = hub_deny, .apart = hub_apart,
	};
}

struct hub_time world_hub_time(const struct sim *sim)
{
	return (struct hub_time){
		.wall_ms = SIM_WALL_MS + sim->now_ms + (uint64_t)sim->central.skew_ms, .mono_ms = sim->now_ms,
	};
}

void world_hub_init(struct sim *sim)
{
	struct hub_host host = hub_host(sim);
	struct brittle_watch watch = hub_watch(sim);
	brittle_init(&sim->central.store, log_memory_new(), &watch);
	struct fault fault = hub_init(&sim->central.store.log, hub_book(sim), &host, world_hub_time(sim));
	if (!fault_is(fault))
		fault = hub_open(&sim->central.store.log, hub_book(sim), &host, world_hub_time(sim), &sim->central.hub);
	if (fault_is(fault))
		sim_fail(sim, "setup", "central does not begin: %s", fault.what);
	sim->central.tick_ms = UINT64_MAX;
	sim->central.confirmed = true;
}

static void hub_stop(struct sim *sim, struct log *next)
{
	struct brittle_watch watch = hub_watch(sim);
	sim->central.store.dead = true;
	for (uint32_t i = 0; i < sim->link_count; i++)
		if (sim->links[i] != NULL)
			link_close_hub(sim, sim->links[i]);
	if (sim->central.hub != NULL)
		hub_close(sim->central.hub);
	sim->central.hub = NULL;
	brittle_deinit(&sim->central.store);
	brittle_init(&sim->central.store, next, &watch);
	sim->central.commit_set = false;
	if (!sim->central.reopening)
		queue_put(&sim->queue, sim->now_ms + prng_between(&sim->prng, 1, REOPEN_MS_MAX), QUEUE_REOPEN,
			  SIM_DEVICES_MAX, 0);
	sim->central.reopening = true;
}

void world_hub_crash(struct sim *sim)
{
	sim_say(sim, "central crashes");
	hub_stop(sim, log_memory_copy(sim->central.store.inner));
	oracle_central_rolled_back(&sim->oracle, sim->central.store.inner, sim->now_ms);
}

struct sim_backup *world_hub_backup(struct sim *sim)
{
	struct sim_central *central = &sim->central;
	struct sim_backup *backup = backup_slot(sim, central->backups, &central->backup_count);
	backup->log = log_memory_copy(central->store.inner);
	ASSERT(backup->log != NULL);
	(void)log_last_order(backup->log, &backup->order);
	backup->gen = central->restores;
	return backup;
}

void world_hub_restore(struct sim *sim, size_t at)
{
	struct sim_backup *backup = &sim->central.backups[at];
	sim_say(sim, "central is put back from backup %zu, order %llu", at, (unsigned long long)backup->order);
	hub_stop(sim, log_memory_copy(backup->log));
	sim->central.restores++;
	sim->central.restored_ms = sim->now_ms;
	sim->central.must_restore = true;
	oracle_central_rolled_back(&sim->oracle, sim->central.store.inner, sim->now_ms);
	world_excuse_the_lost(sim);
}

static void hub_start(struct sim *sim)
{
	struct sim_central *central = &sim->central;
	struct hub_host host = hub_host(sim);
	struct fault fault;
	central->tick_ms = UINT64_MAX;
	if (central->must_restore) {
		fault = hub_restore(&central->store.log, hub_book(sim), &host, central->deny, central->deny_count, false,
				    world_hub_time(sim), &central->hub);
		central->confirmed = false;
	} else {
		fault = hub_open(&central->store.log, hub_book(sim), &host, world_hub_time(sim), &central->hub);
	}
	if (fault_is(fault)) {
		central->hub = NULL;
		if (!central->store.dead)
			sim_fail(sim, "I19", "central does not open: %s", fault.what);
		else
			hub_stop(sim, log_memory_copy(central->store.inner));
		return;
	}
	central->must_restore = false;
}

/* After every call of the hub: hang-ups first, then the fuse, then timers. */
void world_hub_after(struct sim *sim)
{
	struct sim_central *central = &sim->central;
	if (central->hub == NULL)
		return;
	if (central->store.dead) {
		sim_struck(sim, TROUBLE_CRASH_CENTRAL);
		world_hub_crash(sim);
		return;
	}
	for (uint32_t i = sim->link_low; i < sim->link_count; i++)
		if (sim->links[i]->hub_hung && sim->links[i]->hub != NULL) {
			hub_link_down(central->hub, sim->links[i]->hub);
			link_close_hub(sim, sim->links[i]);
		}
	if (!central->commit_set) {
		central->commit_set = true;
		queue_put(&sim->queue, sim->now_ms + prng_below(&sim->prng, TURN_MS_MAX), QUEUE_COMMIT, 0, 0);
	}
	uint64_t at = hub_deadline(central->hub);
	if (at < central->tick_ms || central->tick_ms <= sim->now_ms) {
		central->tick_ms = at;
		if (at != UINT64_MAX)
			queue_put(&sim->queue, at > sim->now_ms ? at : sim->now_ms + 1, QUEUE_TICK, 0, 0);
	}
}

void world_commit(struct sim *sim)
{
	struct sim_central *central = &sim->central;
	central->commit_set = false;
	if (central->hub == NULL)
		return;
	uint64_t verbs = central->store.verbs;
	struct fault fault = hub_commit(central->hub, world_hub_time(sim));
	invariant_i18_bounded(sim, "hub_commit", central->store.verbs - verbs, 0);
	if (fault_is(fault) && !central->store.dead)
		sim_fail(sim, "I19", "hub_commit: %s", fault.what);
	central->commit_set = true; /* nothing new came in: no turn follows by itself */
	world_hub_after(sim);
	central->commit_set = false;
}

void world_tick(struct sim *sim)
{
	if (sim->central.hub == NULL || sim->central.tick_ms > sim->now_ms)
		return;
	sim->central.tick_ms = UINT64_MAX;
	hub_tick(sim->central.hub, world_hub_time(sim));
	world_hub_after(sim);
}

bool world_hub_link_up(struct sim *sim, struct sim_link *link)
{
	static const char *const PREFIXES[] = { "10.0", "10.1", "10.2", "10.3" };
	if (sim->central.hub == NULL)
		return false;
	struct span prefix = span_text(PREFIXES[link->device % 4]);
	struct fault fault = hub_link_up(sim->central.hub, link, prefix, world_hub_time(sim), &link->hub);
	if (fault_is(fault))
		link->hub = NULL;
	world_hub_after(sim);
	return !fault_is(fault);
}

void world_hub_link_down(struct sim *sim, struct sim_link *link)
{
	hub_link_down(sim->central.hub, link->hub);
	link_close_hub(sim, link);
	world_hub_after(sim);
}

/* ---- both ---- */

void world_reopen(struct sim *sim, uint32_t node)
{
	if (node == SIM_DEVICES_MAX) {
		sim->central.reopening = false;
		if (sim->central.hub != NULL)
			return;
		hub_start(sim);
		invariant_i7_gapless(sim, sim->central.store.inner, "central", (struct epoch_id){ { 0 } });
		invariant_i3_once(sim);
		world_hub_after(sim);
		return;
	}
	struct sim_device *device = &sim->devices[node];
	struct replica_status status;
	device->reopening = false;
	if (device->replica != NULL)
		return;
	device_open(sim, device);
	invariant_i1_device_kept(sim, device, false);
	if (device->replica != NULL) {
		replica_status(device->replica, &status);
		invariant_i7_gapless(sim, device->store.inner, "a device", status.epoch);
	}
	world_device_after(sim, device);
}

void world_bytes(struct sim *sim, struct sim_link *link, int direction, struct span bytes, uint64_t sent_ms)
{
	sim_trace(sim, 3, link->number * 2u + (uint32_t)direction, bytes.len);
	if (direction == TO_HUB) {
		if (link->hub == NULL || link->hub_hung)
			return;
		uint64_t verbs = sim->central.store.verbs;
		hub_link_bytes(sim->central.hub, link->hub, bytes, world_hub_time(sim));
		invariant_i18_bounded(sim, "hub_link_bytes", sim->central.store.verbs - verbs, bytes.len);
		world_hub_after(sim);
		return;
	}
	if (!link->device_up || link->device_hung)
		return;
	struct sim_device *device = &sim->devices[link->device];
	if (device->replica == NULL)
		return;
	device->sent_ms = sent_ms;
	uint64_t verbs = device->store.verbs;
	replica_link_bytes(device->replica, bytes, world_time(sim, device));
	invariant_i18_bounded(sim, "replica_link_bytes", device->store.verbs - verbs, bytes.len);
	world_device_after(sim, device);
}

static void free_backups(struct sim_backup *backups, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		log_close(backups[i].log);
		free(backups[i].expected);
	}
}

void world_free(struct sim *sim)
{
	for (size_t i = 0; i < sim->bundle_count; i++)
		carried_free(&sim->bundles[i].file);
	for (size_t i = 0; i < sim->device_count; i++) {
		if (sim->devices[i].replica != NULL)
			replica_close(sim->devices[i].replica);
		brittle_deinit(&sim->devices[i].store);
		free_backups(sim->devices[i].backups, sim->devices[i].backup_count);
	}
	if (sim->central.hub != NULL)
		hub_close(sim->central.hub);
	brittle_deinit(&sim->central.store);
	free_backups(sim->central.backups, sim->central.backup_count);
	for (size_t i = 0; i < sim->central.deny_count; i++)
		free((void *)(uintptr_t)sim->central.deny[i].data);
	for (size_t i = 0; i < sim->recorded_count; i++)
		free(sim->recorded[i].bytes);
}
