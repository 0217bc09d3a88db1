/* link - the dialling side's state machine over conn and timer. */
#include "io/link.h"

#include <stdlib.h>
#include <uv.h>

#include "base/assert.h"
#include "io/conn.h"
#include "io/random.h"
#include "io/timer.h"

enum state { DOWN, RESOLVING, DIALLING, UP, WAITING, ENDING /* the old connection is closing */ };

struct link {
	struct loop *loop;
	struct link_events events;
	struct address address;
	struct timer *timer;
	struct conn *conn;
	uv_getaddrinfo_t lookup;
	enum state state;
	unsigned failures;
	bool has_address, wanted, was_up, looking, closing;
	bool at_once; /* wanted again while the old connection was closing: no wait */
};

static void dial(struct link *link);

uint64_t link_wait_ms(unsigned failures)
{
	uint64_t wait = LINK_WAIT_MIN_MS;
	for (unsigned i = 1; i < failures && wait < LINK_WAIT_MAX_MS; i++)
		wait *= 2;
	return wait < LINK_WAIT_MAX_MS ? wait : LINK_WAIT_MAX_MS;
}

uint64_t link_jitter_ms(uint64_t wait_ms, uint32_t draw)
{
	return wait_ms * 3 / 4 + wait_ms / 2 * draw / UINT32_MAX;
}

static void release(struct link *link)
{
	/* libuv's lookup cannot always be cancelled: the link waits for it. */
	if (link->closing && link->conn == NULL && !link->looking)
		free(link);
}

static void wait(struct link *link, const char *why)
{
	bool was_up = link->was_up;
	link->was_up = false;
	if (link->closing)
		return;
	link->failures++;
	link->state = link->wanted ? WAITING : DOWN;
	if (link->wanted) {
		uint64_t ms = link_jitter_ms(link_wait_ms(link->failures), random_below(UINT32_MAX));
		timer_at(link->timer, loop_mono_ms() + (link->at_once ? 0 : ms));
	}
	link->at_once = false;
	if (was_up)
		link->events.down(link->events.ctx, why);
	else
		link->events.failed(link->events.ctx, why);
}

static void conn_bytes(void *ctx, struct conn *conn, struct span bytes)
{
	struct link *link = ctx;
	(void)conn;
	if (!link->closing && link->state == UP)
		link->events.bytes(link->events.ctx, bytes);
}

static void conn_closed(void *ctx, struct conn *conn, const char *why)
{
	struct link *link = ctx;
	ASSERT(link->conn == conn);
	link->conn = NULL;
	wait(link, why);
	release(link);
}

static void conn_connected(void *ctx, struct conn *conn)
{
	struct link *link = ctx;
	(void)conn;
	link->state = UP;
	link->was_up = true;
	link->events.up(link->events.ctx);
}

static void dial_at(struct link *link, const struct sockaddr *at)
{
	struct conn_events events = { .ctx = link, .bytes = conn_bytes, .closed = conn_closed };
	link->state = DIALLING;
	if (fault_is(conn_dial(link->loop, at, &events, conn_connected, &link->conn)))
		wait(link, "the central node cannot be reached");
}

static void looked_up(uv_getaddrinfo_t *lookup, int status, struct addrinfo *found)
{
	struct link *link = lookup->data;
	link->looking = false;
	if (!link->closing && link->state == RESOLVING) {
		if (status != 0 || found == NULL)
			wait(link, "the central node's name is not known here");
		else
			dial_at(link, found->ai_addr);
	}
	uv_freeaddrinfo(found);
	release(link);
}

static void dial(struct link *link)
{
	struct sockaddr_storage at;
	if (!link->has_address || link->looking || link->conn != NULL)
		return;
	if (address_numeric(&link->address, &at)) {
		dial_at(link, (struct sockaddr *)&at);
		return;
	}
	char port[8];
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
	snprintf(port, sizeof port, "%u", (unsigned)link->address.port);
	link->state = RESOLVING;
	link->looking = true;
	link->lookup.data = link;
	if (uv_getaddrinfo(loop_uv(link->loop), &link->lookup, looked_up, link->address.host, port, &hints) != 0) {
		link->looking = false;
		wait(link, "the central node's name cannot be looked up");
	}
}

static void waited(void *ctx)
{
	struct link *link = ctx;
	if (link->wanted && link->state == WAITING)
		dial(link);
}

struct fault link_open(struct loop *loop, const struct link_events *events, struct link **out)
{
	struct link *link = calloc(1, sizeof *link);
	if (link == NULL)
		return fault_of(FAULT_LIMIT, "memory for the link");
	link->loop = loop;
	link->events = *events;
	struct fault f = timer_open(loop, waited, link, &link->timer);
	if (fault_is(f)) {
		free(link);
		return f;
	}
	*out = link;
	return fault_none();
}

void link_close(struct link *link)
{
	if (link == NULL)
		return;
	link->closing = true;
	timer_close(link->timer);
	if (link->conn != NULL)
		conn_close(link->conn, "closed here");
	release(link);
}

void link_address(struct link *link, const struct address *address)
{
	link->address = *address;
	link->has_address = true;
}

void link_want(struct link *link, bool want)
{
	link->wanted = want;
	link->at_once = want && link->state == ENDING;
	if (!want) {
		timer_at(link->timer, UINT64_MAX);
		if (link->conn != NULL)
			link_hang_up(link, "taken offline");
		else
			link->state = DOWN;
	} else if (link->state == DOWN || link->state == WAITING) {
		timer_at(link->timer, UINT64_MAX);
		link->failures = 0;
		/* From the loop, so that no event comes from inside this call (K1). */
		link->state = WAITING;
		timer_at(link->timer, loop_mono_ms());
	}
}

bool link_is_up(const struct link *link)
{
	return link->state == UP;
}

void link_send(struct link *link, struct span bytes)
{
	if (link->state == UP)
		conn_send(link->conn, bytes);
}

void link_hang_up(struct link *link, const char *why)
{
	if (link->conn == NULL)
		return;
	link->state = ENDING;
	conn_close(link->conn, why);
}

void link_settled(struct link *link)
{
	link->failures = 0;
}

uint64_t link_wait_left_ms(const struct link *link)
{
	return timer_left_ms(link->timer);
}
