/* sim - one seed from beginning to end; see sim.h. */
#include "sim/sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "core/noise.h"
#include "sim/act.h"
#include "sim/invariant.h"
#include "sim/link.h"
#include "sim/rescue.h"
#include "sim/world.h"

enum {
	STEPS_MAX = 400000, /* of a whole seed: what never comes to rest is a fault (I18) */
	ACT_END_MS = 30000, /* after the last operation, before healing */
	LONG_GAP_MS = 10 * 60 * 1000, /* laptops are mostly closed in longer ones */
};

static struct sim *current;
static uint64_t serial;

void sim_whereabouts(uint64_t *seed, uint64_t *step)
{
	*seed = current == NULL ? 0 : current->seed;
	*step = current == NULL ? 0 : current->steps;
}

void sim_fail(struct sim *sim, const char *invariant, const char *format, ...)
{
	va_list args;
	if (sim->failed)
		return;
	sim->failed = true;
	sim->checking = false;
	int n = snprintf(sim->failure, sizeof sim->failure, "step %llu, %llu ms: %s: ", (unsigned long long)sim->steps,
			 (unsigned long long)sim->now_ms, invariant);
	va_start(args, format);
	vsnprintf(sim->failure + n, sizeof sim->failure - (size_t)n, format, args);
	va_end(args);
	if (sim->verbose)
		printf("!!! %s\n", sim->failure);
}

void sim_say(struct sim *sim, const char *format, ...)
{
	va_list args;
	if (!sim->verbose)
		return;
	printf("%6llu %12llu  ", (unsigned long long)sim->steps, (unsigned long long)sim->now_ms);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

void sim_struck(struct sim *sim, enum trouble trouble)
{
	sim->seen[trouble]++;
}

/* FNV-1a over the three numbers. */
void sim_trace(struct sim *sim, uint64_t a, uint64_t b, uint64_t c)
{
	const uint64_t numbers[] = { a, b, c };
	for (size_t i = 0; i < 3; i++)
		for (unsigned shift = 0; shift < 64; shift += 8)
			sim->trace = (sim->trace ^ (numbers[i] >> shift & 0xff)) * 0x100000001b3u;
}

/* The linker puts this before the real one (Makefile, --wrap). */
struct fault __real_noise_seal(struct noise_cipher *cipher, struct span plain, uint8_t *out, size_t out_size,
			       size_t *out_len);
struct fault __wrap_noise_seal(struct noise_cipher *cipher, struct span plain, uint8_t *out, size_t out_size,
			       size_t *out_len);
struct fault __wrap_noise_seal(struct noise_cipher *cipher, struct span plain, uint8_t *out, size_t out_size,
			       size_t *out_len)
{
	if (current != NULL)
		invariant_i15_nonce_fresh(current, cipher->key, cipher->nonce);
	return __real_noise_seal(cipher, plain, out, out_size, out_len);
}

static void act(struct sim *sim)
{
	if (sim->actions_left == 0)
		return;
	sim->actions_left--;
	act_once(sim);
	uint64_t gap = prng_below(&sim->prng, sim->options.gap_ms) + 1;
	if (prng_chance(&sim->prng, 20))
		gap += prng_below(&sim->prng, 3 * 24 * 3600 * 1000ull);
	if (gap > LONG_GAP_MS && prng_chance(&sim->prng, 950))
		act_close_lids(sim);
	if (sim->actions_left > 0)
		queue_put(&sim->queue, sim->now_ms + gap, QUEUE_ACT, 0, 0);
	else
		queue_put(&sim->queue, sim->now_ms + ACT_END_MS, QUEUE_STOP, 0, 0);
}

static void step(struct sim *sim, const struct queue_event *event)
{
	switch (event->kind) {
	case QUEUE_ACT:
		act(sim);
		break;
	case QUEUE_DIAL:
		link_dialled(sim, sim->links[event->subject]);
		break;
	case QUEUE_DELIVER:
		link_deliver(sim, sim->links[event->subject], (int)event->detail);
		break;
	case QUEUE_LINK_DOWN:
		link_down(sim, sim->links[event->subject], (int)event->detail);
		break;
	case QUEUE_POKE:
		world_poke(sim, event->subject);
		break;
	case QUEUE_COMMIT:
		world_commit(sim);
		break;
	case QUEUE_TICK:
		world_tick(sim);
		break;
	case QUEUE_REOPEN:
		world_reopen(sim, event->subject);
		break;
	case QUEUE_STOP:
		sim->stopped = true;
		break;
	}
}

void sim_run_until(struct sim *sim, uint64_t until_ms)
{
	struct queue_event event;
	while (!sim->stopped && !sim->failed && queue_peek_ms(&sim->queue) <= until_ms &&
	       queue_take(&sim->queue, &event)) {
		ASSERT(event.time_ms >= sim->now_ms);
		sim->now_ms = event.time_ms;
		if (++sim->steps > STEPS_MAX) {
			sim_fail(sim, "I18", "it never comes to rest: %s of %u", queue_kind_name(event.kind),
				 event.subject);
			return;
		}
		sim_trace(sim, event.time_ms, event.kind, event.subject);
		step(sim, &event);
	}
	if (!sim->stopped && sim->now_ms < until_ms)
		sim->now_ms = until_ms;
}

static void finish(struct sim *sim, struct sim_result *out)
{
	*out = (struct sim_result){
		.trace = sim->trace, .steps = sim->steps, .virtual_ms = sim->now_ms, .ops = sim->oracle.op_count,
		.syncs = sim->syncs, .verbs_max = sim->verbs_max, .failed = sim->failed,
	};
	memcpy(out->seen, sim->seen, sizeof out->seen);
	memcpy(out->failure, sim->failure, sizeof out->failure);
	world_free(sim);
	rescue_end(sim);
	for (uint32_t i = 0; i < sim->link_count; i++)
		link_free(sim->links[i]);
}

void sim_run(uint64_t seed, uint64_t without, bool checking, bool verbose, struct sim_result *out)
{
	struct sim *sim = calloc(1, sizeof *sim);
	ASSERT(sim != NULL);
	sim->seed = seed;
	sim->serial = ++serial;
	sim->checking = checking;
	sim->verbose = verbose;
	sim->now_ms = 1000000;
	prng_init(&sim->prng, seed);
	prng_init(&sim->secrets, ~seed);
	current = sim;
	options_draw(&sim->options, &sim->prng, without);
	options_draw_rescue(&sim->options, seed, without);
	rescue_begin(sim);
	if (verbose)
		options_tell(&sim->options);
	act_set_up(sim);
	sim->actions_left = sim->options.actions;
	queue_put(&sim->queue, sim->now_ms, QUEUE_ACT, 0, 0);
	sim_run_until(sim, UINT64_MAX);
	sim->stopped = false;
	if (!sim->failed)
		act_heal(sim);
	if (!sim->failed)
		invariants_final(sim);
	if (verbose)
		final_tell(sim);
	finish(sim, out);
	current = NULL;
	free(sim);
}

bool sim_tells(const struct sim_device *device)
{
	return (device->sim->seed + device->number) % 2 == 0;
}
