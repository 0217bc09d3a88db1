/* link - see link.h. */
#include "sim/link.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "sim/world.h"

enum { HALF_OPEN_MS_MAX = 2 * 3600 * 1000, TRICKLE_BYTES = 200, PIPE_BYTES_MAX = 8 * 1024 * 1024 };

static void draw_faults(struct sim *sim, struct sim_link *link)
{
	const unsigned *rate = sim->options.rate;
	link->latency_ms = (unsigned)prng_between(&sim->prng, 1, sim->clean ? 40 : 900);
	if (sim->clean)
		return;
	if (prng_chance(&sim->prng, rate[TROUBLE_CUT])) {
		static const uint64_t SPANS[] = { 200, 1000, 6000, 60000 };
		uint64_t at = prng_below(&sim->prng, SPANS[prng_below(&sim->prng, 4)]);
		link->pipes[prng_below(&sim->prng, 2)].cut_at = at;
		link->half_open = prng_chance(&sim->prng, rate[TROUBLE_HALF_OPEN]);
	}
	link->trickle = prng_chance(&sim->prng, rate[TROUBLE_TRICKLE]);
	link->duplicate = prng_chance(&sim->prng, rate[TROUBLE_DUPLICATE]);
	link->corrupt = prng_chance(&sim->prng, rate[TROUBLE_CORRUPT]);
	if (link->trickle)
		sim_struck(sim, TROUBLE_TRICKLE);
}

static struct sim_link *make(struct sim *sim, uint32_t device)
{
	if (sim->link_count == SIM_LINKS_MAX)
		return NULL;
	struct sim_link *link = calloc(1, sizeof *link);
	ASSERT(link != NULL);
	link->number = sim->link_count;
	link->device = device;
	link->pipes[TO_HUB].cut_at = link->pipes[TO_DEVICE].cut_at = UINT64_MAX;
	sim->links[sim->link_count++] = link;
	return link;
}

struct sim_link *link_new(struct sim *sim, uint32_t device)
{
	struct sim_link *link = make(sim, device);
	if (link == NULL)
		return NULL;
	draw_faults(sim, link);
	link->device_up = true;
	queue_put(&sim->queue, sim->now_ms + link->latency_ms, QUEUE_DIAL, link->number, 0);
	return link;
}

void link_stranger(struct sim *sim, struct span bytes)
{
	struct sim_link *link = make(sim, SIM_DEVICES_MAX);
	if (link == NULL)
		return;
	link->latency_ms = 1;
	queue_put(&sim->queue, sim->now_ms, QUEUE_DIAL, link->number, 0);
	link_put(sim, link, TO_HUB, bytes);
	link->pipes[TO_HUB].closed = prng_chance(&sim->prng, 500);
}

void link_dialled(struct sim *sim, struct sim_link *link)
{
	link->dialled = true;
	if (link->device != SIM_DEVICES_MAX && !link->device_up)
		return;
	if (!world_hub_link_up(sim, link) && link->device_up)
		queue_put(&sim->queue, sim->now_ms + link->latency_ms, QUEUE_LINK_DOWN, link->number, TO_DEVICE);
}

static void grow(struct sim_pipe *pipe, size_t more)
{
	if (pipe->head > 0) {
		memmove(pipe->bytes, pipe->bytes + pipe->head, pipe->len);
		pipe->head = 0;
	}
	if (pipe->len + more <= pipe->size)
		return;
	pipe->size = (pipe->len + more) * 2;
	ASSERT(pipe->size < PIPE_BYTES_MAX);
	pipe->bytes = realloc(pipe->bytes, pipe->size);
	ASSERT(pipe->bytes != NULL);
}

static void schedule(struct sim *sim, struct sim_link *link, int direction, uint64_t delay_ms)
{
	struct sim_pipe *pipe = &link->pipes[direction];
	if (pipe->scheduled)
		return;
	pipe->scheduled = true;
	queue_put(&sim->queue, sim->now_ms + delay_ms, QUEUE_DELIVER, link->number, (uint32_t)direction);
}

static void append(struct sim *sim, struct sim_pipe *pipe, struct span bytes)
{
	grow(pipe, bytes.len);
	memcpy(pipe->bytes + pipe->head + pipe->len, bytes.data, bytes.len);
	pipe->len += bytes.len;
	pipe->put += bytes.len;
	/* When the marks are used up, the last one stands for what follows: its time
	 * is then earlier than the truth, which only makes I11 more lenient. */
	if (pipe->mark_count < SIM_MARKS_MAX) {
		size_t at = (pipe->mark_first + pipe->mark_count++) % SIM_MARKS_MAX;
		pipe->marks[at].end = pipe->put;
		pipe->marks[at].sent_ms = sim->now_ms;
	} else {
		pipe->marks[(pipe->mark_first + SIM_MARKS_MAX - 1) % SIM_MARKS_MAX].end = pipe->put;
	}
}

void link_put(struct sim *sim, struct sim_link *link, int direction, struct span bytes)
{
	struct sim_pipe *pipe = &link->pipes[direction];
	if (pipe->closed || bytes.len == 0)
		return;
	append(sim, pipe, bytes);
	if (link->duplicate && prng_chance(&sim->prng, 200)) {
		sim_struck(sim, TROUBLE_DUPLICATE);
		append(sim, pipe, bytes);
	}
	schedule(sim, link, direction, link->latency_ms);
}

static void cut(struct sim *sim, struct sim_link *link)
{
	sim_struck(sim, TROUBLE_CUT);
	if (link->half_open)
		sim_struck(sim, TROUBLE_HALF_OPEN);
	sim_say(sim, "link %u is cut%s", link->number, link->half_open ? ", half-open" : "");
	for (int end = 0; end < 2; end++) {
		uint64_t late = link->half_open && prng_chance(&sim->prng, 700)
			? prng_below(&sim->prng, HALF_OPEN_MS_MAX) : prng_below(&sim->prng, 2000);
		link->pipes[end].closed = link->pipes[end].silent = true;
		link->pipes[end].len = 0;
		queue_put(&sim->queue, sim->now_ms + late, QUEUE_LINK_DOWN, link->number, (uint32_t)end);
	}
}

/* When the byte after the first `taken` was sent: no frame that ends in the piece it
 * begins was sent before. */
static uint64_t sent_at(struct sim_pipe *pipe, uint64_t taken)
{
	uint64_t sent_ms = 0;
	while (pipe->mark_count > 0) {
		sent_ms = pipe->marks[pipe->mark_first].sent_ms;
		if (pipe->marks[pipe->mark_first].end > taken)
			break;
		pipe->mark_first = (pipe->mark_first + 1) % SIM_MARKS_MAX;
		pipe->mark_count--;
	}
	return sent_ms;
}

static size_t piece(struct sim *sim, struct sim_link *link, struct sim_pipe *pipe)
{
	if (link->trickle && pipe->taken < TRICKLE_BYTES)
		return 1;
	bool whole = sim->clean || !prng_chance(&sim->prng, 250);
	return whole ? pipe->len : (size_t)prng_between(&sim->prng, 1, pipe->len);
}

void link_deliver(struct sim *sim, struct sim_link *link, int direction)
{
	struct sim_pipe *pipe = &link->pipes[direction];
	pipe->scheduled = false;
	if (pipe->len > 0) {
		size_t n = piece(sim, link, pipe);
		bool cuts = pipe->taken + n >= pipe->cut_at;
		if (cuts)
			n = (size_t)(pipe->cut_at - pipe->taken);
		uint8_t *bytes = pipe->bytes + pipe->head;
		if (n > 0 && link->corrupt && prng_chance(&sim->prng, 50)) {
			sim_struck(sim, TROUBLE_CORRUPT);
			bytes[prng_below(&sim->prng, n)] ^= (uint8_t)(1u << prng_below(&sim->prng, 8));
		}
		uint64_t sent_ms = sent_at(pipe, pipe->taken);
		pipe->taken += n;
		sim->bytes_carried += n;
		pipe->head += n; /* who is called writes into other pipes, never into this one */
		pipe->len -= n;
		if (n > 0)
			world_bytes(sim, link, direction, span_of(bytes, n), sent_ms);
		if (cuts) {
			cut(sim, link);
			return;
		}
	}
	if (pipe->len > 0)
		schedule(sim, link, direction, link->trickle && pipe->taken < TRICKLE_BYTES ? 1 : 5);
	else if (pipe->closed && !pipe->silent)
		link_down(sim, link, direction);
}

static void close_pipe(struct sim *sim, struct sim_link *link, int direction)
{
	struct sim_pipe *pipe = &link->pipes[direction];
	if (pipe->closed)
		return;
	pipe->closed = true;
	if (link->half_open && prng_chance(&sim->prng, 500)) {
		pipe->silent = true;
		sim_struck(sim, TROUBLE_HALF_OPEN);
		queue_put(&sim->queue, sim->now_ms + prng_below(&sim->prng, HALF_OPEN_MS_MAX), QUEUE_LINK_DOWN,
			  link->number, (uint32_t)direction);
	} else {
		schedule(sim, link, direction, link->latency_ms);
	}
}

void link_close_device(struct sim *sim, struct sim_link *link)
{
	if (!link->device_up)
		return;
	link->device_up = false;
	link->pipes[TO_DEVICE].len = 0;
	if (sim->devices[link->device].link == link->number + 1)
		sim->devices[link->device].link = 0;
	close_pipe(sim, link, TO_HUB);
}

void link_close_hub(struct sim *sim, struct sim_link *link)
{
	if (link->hub == NULL)
		return;
	link->hub = NULL;
	link->pipes[TO_HUB].len = 0;
	close_pipe(sim, link, TO_DEVICE);
}

void link_down(struct sim *sim, struct sim_link *link, int direction)
{
	if (direction == TO_HUB && link->hub != NULL)
		world_hub_link_down(sim, link);
	else if (direction == TO_DEVICE && link->device_up)
		world_device_link_down(sim, link);
}

void link_free(struct sim_link *link)
{
	free(link->pipes[0].bytes);
	free(link->pipes[1].bytes);
	free(link);
}
