/* bundle - see bundle.h. A pile of files: what is taken off it may lie there again,
 * what falls down was lost. */
#include "sim/bundle.h"

#include "base/assert.h"
#include "sim/world.h"

static struct sim_device *any_device(struct sim *sim)
{
	return &sim->devices[prng_below(&sim->prng, sim->device_count)];
}

/* Where no disk was ever put back or copied, nobody finds fault with a whole bundle. */
static void expect_no_quarrel(struct sim *sim, const char *who, struct fault fault, const char *problem)
{
	bool honest = sim->central.restores == 0;
	for (size_t i = 0; i < sim->device_count; i++)
		honest = honest && !sim->devices[i].is_twin && sim->devices[i].restores == 0 && !sim->devices[i].incompatible;
	if (honest && (problem != NULL || fault.kind == FAULT_PEER))
		sim_fail(sim, "bundle", "%s refuses what the other wrote: %s", who, problem != NULL ? problem : fault.what);
}

/* At a free place of the pile, or over another. */
static void lay_down(struct sim *sim, const struct carried *file, uint32_t device, bool is_answer)
{
	struct sim_bundle *at = sim->bundle_count < SIM_BUNDLES_MAX
		? &sim->bundles[sim->bundle_count++] : &sim->bundles[prng_below(&sim->prng, SIM_BUNDLES_MAX)];
	carried_free(&at->file);
	*at = (struct sim_bundle){ *file, device, is_answer, sim->now_ms };
	sim_trace(sim, 8, device, file->len);
}

static void write_one(struct sim *sim, struct sim_device *device)
{
	struct carried file = { NULL, 0 };
	if (device->replica == NULL)
		return;
	struct fault fault = carried_write(device->replica, world_time(sim, device), &file, NULL);
	sim_say(sim, "device %u writes a bundle: %s", device->number, fault_is(fault) ? fault.what : "done");
	if (!fault_is(fault))
		lay_down(sim, &file, device->number, false);
	world_device_after(sim, device);
}

static void write_unasked(struct sim *sim, struct sim_device *device)
{
	struct carried file = { NULL, 0 };
	if (sim->central.hub == NULL)
		return;
	struct fault fault = carried_for(sim->central.hub, device->node, world_hub_time(sim), &file);
	sim_say(sim, "central writes a bundle for device %u: %s", device->number, fault_is(fault) ? fault.what : "done");
	if (!fault_is(fault))
		lay_down(sim, &file, device->number, true);
	world_hub_after(sim);
}

static void take(struct sim *sim, const struct sim_bundle *bundle)
{
	struct hub_bundle_report told = { .problem = NULL };
	struct carried answer = { NULL, 0 };
	uint32_t device = bundle->device;
	if (sim->central.hub == NULL)
		return;
	struct fault fault = carried_take(sim->central.hub, &bundle->file, world_hub_time(sim), &answer, &told);
	sim_say(sim, "central reads a bundle of device %u: %s; %llu new, %llu quarantined, %llu known, %llu waiting%s%s", device,
		fault_is(fault) ? fault.what : "done", (unsigned long long)told.accepted,
		(unsigned long long)told.quarantined, (unsigned long long)told.known, (unsigned long long)told.waiting,
		told.problem != NULL ? "; " : "", told.problem != NULL ? told.problem : "");
	expect_no_quarrel(sim, "central", fault, told.problem);
	if (!fault_is(fault)) {
		sim_struck(sim, TROUBLE_BUNDLE);
		lay_down(sim, &answer, device, true);
	}
	world_hub_after(sim);
}

static void read_one(struct sim *sim, struct sim_device *device, const struct sim_bundle *bundle)
{
	struct replica_bundle_report told = { .problem = NULL };
	if (device->replica == NULL)
		return;
	device->sent_ms = bundle->made_ms;
	struct fault fault = carried_read(device->replica, &bundle->file, world_time(sim, device), &told);
	sim_say(sim, "device %u reads a bundle of %llu ms: %s; %llu fresh, %llu waiting%s%s%s%s", device->number,
		(unsigned long long)bundle->made_ms, fault_is(fault) ? fault.what : "done",
		(unsigned long long)told.fresh, (unsigned long long)told.waiting,
		told.is_old ? ", old" : "", told.is_lost ? ", of a lost epoch" : "",
		told.problem != NULL ? "; " : "", told.problem != NULL ? told.problem : "");
	expect_no_quarrel(sim, "a device", fault, told.problem);
	sim_trace(sim, 9, device->number, told.fresh);
	world_device_after(sim, device);
}

static void carry_one(struct sim *sim)
{
	if (sim->bundle_count == 0)
		return;
	size_t at = prng_below(&sim->prng, sim->bundle_count);
	struct sim_bundle bundle = sim->bundles[at];
	bundle.file = carried_copy(&bundle.file);
	if (prng_chance(&sim->prng, 600)) { /* once is enough, mostly */
		carried_free(&sim->bundles[at].file);
		sim->bundles[at] = sim->bundles[--sim->bundle_count];
		sim->bundles[sim->bundle_count] = (struct sim_bundle){ .device = 0 };
	}
	/* To its own device, or to another: a copy of it reads it too. */
	if (bundle.is_answer)
		read_one(sim, prng_chance(&sim->prng, 900) ? &sim->devices[bundle.device] : any_device(sim), &bundle);
	else
		take(sim, &bundle);
	carried_free(&bundle.file);
}

void bundle_act(struct sim *sim)
{
	uint64_t what = prng_below(&sim->prng, 10);
	if (what < 3)
		write_one(sim, any_device(sim));
	else if (what < 4)
		write_unasked(sim, any_device(sim));
	else
		carry_one(sim);
}

bool bundle_instead(const struct sim *sim)
{
	return sim->options.rate[TROUBLE_BUNDLE] > 200;
}

/* The newest on the pile: what was just laid down, unless nothing was. */
static bool take_up(struct sim *sim, size_t before, struct sim_bundle *out)
{
	if (sim->bundle_count == before)
		return false;
	*out = sim->bundles[--sim->bundle_count];
	sim->bundles[sim->bundle_count] = (struct sim_bundle){ .device = 0 };
	return true;
}

void bundle_round_trip(struct sim *sim, struct sim_device *device)
{
	struct sim_bundle bundle;
	if (sim->bundle_count + 1 >= SIM_BUNDLES_MAX) { /* the pile falls over */
		while (sim->bundle_count > 0)
			carried_free(&sim->bundles[--sim->bundle_count].file);
	}
	size_t before = sim->bundle_count;
	for (int tries = 0; tries < 2 && device->replica != NULL; tries++) {
		write_one(sim, device);
		if (take_up(sim, before, &bundle)) {
			take(sim, &bundle);
			carried_free(&bundle.file);
		}
		bool answered = sim->bundle_count > before;
		if (!answered) /* it has no key to seal to, or one that is lost: another comes with it */
			write_unasked(sim, device);
		if (take_up(sim, before, &bundle)) {
			read_one(sim, device, &bundle);
			carried_free(&bundle.file);
		}
		if (answered)
			return;
	}
}
