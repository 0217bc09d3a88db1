/* hub_link - connections: bytes in, the session's effects obeyed, answers out. */
#include "central/hub_state.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/assert.h"

/* ---- up and down ---- */

static void keep_deadline(struct hub *hub, const struct hub_link *link)
{
	uint64_t deadline = session_central_deadline(&link->session);
	if (deadline < hub->deadline)
		hub->deadline = deadline;
}

struct fault hub_link_up(struct hub *hub, void *peer, struct span peer_prefix, struct hub_time now, struct hub_link **out)
{
	hub->now = now;
	if (fault_is(hub->dead))
		return hub->dead;
	struct hub_link *link = calloc(1, sizeof *link);
	if (link == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	link->hub = hub;
	link->peer = peer;
	session_central_init(&link->session, &hub->config, now.mono_ms);
	hub_door_enter(hub, link, peer_prefix);
	link->next = hub->links;
	if (link->next != NULL)
		link->next->previous = link;
	hub->links = link;
	hub->counters.links++;
	keep_deadline(hub, link);
	*out = link;
	return fault_none();
}

static void leave_holder(struct hub_link *link)
{
	struct hub *hub = link->hub;
	if (!link->in_holder)
		return;
	struct assignments_holder *holder = assignments_holder_get(&hub->assignments, &link->device->holder);
	if (link->next_of_holder != NULL)
		link->next_of_holder->previous_of_holder = link->previous_of_holder;
	if (link->previous_of_holder != NULL)
		link->previous_of_holder->next_of_holder = link->next_of_holder;
	else
		holder->links = link->next_of_holder;
	link->next_of_holder = link->previous_of_holder = NULL;
	link->in_holder = false;
}

static void sleep(struct hub_link *link)
{
	struct hub *hub = link->hub;
	struct hub_link *before = NULL;
	if (!link->woken)
		return;
	for (struct hub_link *at = hub->woken; at != link; at = at->next_woken)
		before = at;
	if (before != NULL)
		before->next_woken = link->next_woken;
	else
		hub->woken = link->next_woken;
	if (hub->woken_last == link)
		hub->woken_last = before;
	link->woken = false;
}

static void leave_device(struct hub_link *link)
{
	struct hub_node *device = link->device;
	if (device != NULL && device->link == link)
		device->link = NULL;
	if (device != NULL && device->greeted == link)
		device->greeted = NULL;
}

void hub_link_down(struct hub *hub, struct hub_link *link)
{
	hub_door_leave(link);
	leave_holder(link);
	sleep(link);
	leave_device(link);
	if (link->previous != NULL)
		link->previous->next = link->next;
	else
		hub->links = link->next;
	if (link->next != NULL)
		link->next->previous = link->previous;
	hub->counters.links--;
	hub_held_free(link);
	hub_answers_free(link);
	free(link->held_answer);
	free(link->held_cases);
	free(link->inbox.block);
	session_central_wipe(&link->session);
	free(link);
}

bool hub_link_device(const struct hub_link *link, struct node_id *out)
{
	if (link->device == NULL)
		return false;
	*out = link->device->node;
	return true;
}

void hub_link_close(struct hub_link *link, const char *why)
{
	struct hub *hub = link->hub;
	if (link->gone)
		return;
	link->gone = true;
	if (link->carried) {
		link->why_gone = why;
		return;
	}
	hub->counters.refused += link->at_door != NULL;
	hub_door_leave(link);
	leave_holder(link);
	leave_device(link);
	hub->host.hang_up(hub->host.ctx, link->peer, why);
}

void hub_wake(struct hub_link *link)
{
	if (link->woken || link->carried)
		return;
	struct hub *hub = link->hub;
	link->woken = true;
	link->next_woken = NULL;
	if (hub->woken == NULL)
		hub->woken = link;
	else
		hub->woken_last->next_woken = link;
	hub->woken_last = link;
}

/* ---- effects ---- */

static void step(struct hub_link *link, const struct session_central_event *event);

static struct session_central_event event_of(const struct hub_link *link, enum session_central_event_kind kind)
{
	return (struct session_central_event){ .kind = kind, .now_ms = link->hub->now.mono_ms };
}

static void send(struct hub_link *link, struct span bytes)
{
	struct hub *hub = link->hub;
	hub->counters.bytes_out += bytes.len;
	hub->host.send(hub->host.ctx, link->peer, bytes);
}

static void find_device(struct hub_link *link, const uint8_t *key)
{
	struct hub *hub = link->hub;
	struct hub_node *device = hub_devices_by_key(hub, key);
	struct session_central_event event = event_of(link, SESSION_CENTRAL_DEVICE_UNKNOWN);
	struct session_central_device facts;
	if (device == NULL || device->state == HUB_DEVICE_WAITING) {
		step(link, &event);
		return;
	}
	link->device = device;
	facts = (struct session_central_device){
		.node = device->node, .counter = device->counter,
		.has_current = device->has_current, .has_previous = device->has_previous,
	};
	memcpy(facts.current, device->current, sizeof facts.current);
	memcpy(facts.previous, device->previous, sizeof facts.previous);
	if (!device->has_ss)
		device->has_ss = noise_dh_static(hub->static_secret, device->static_public, device->ss);
	facts.ss = device->has_ss ? device->ss : NULL;
	event.kind = SESSION_CENTRAL_DEVICE_FOUND;
	event.device = &facts;
	step(link, &event);
	sodium_memzero(&facts, sizeof facts);
}

static void find_slot(struct hub_link *link, const uint8_t *slot)
{
	uint8_t psk[NOISE_PSK_BYTES];
	struct session_central_event event = event_of(link, SESSION_CENTRAL_SLOT_UNKNOWN);
	if (hub_enrol_slot(link->hub, slot, psk)) {
		event.kind = SESSION_CENTRAL_SLOT_FOUND;
		event.psk = psk;
	}
	step(link, &event);
	sodium_memzero(psk, sizeof psk);
}

/* A chunk that does not go on from what is held: the device is told where it stands. */
static void took_push(struct hub_link *link, struct fault fault, bool goes_on)
{
	if (fault_is(fault)) {
		hub_link_close(link, fault.what);
		return;
	}
	if (!goes_on && link->welcome_due)
		link->tell_known = true;
	else if (!goes_on)
		fault = hub_chain_parted(link);
	if (fault_is(fault))
		hub_die(link->hub, fault);
}

/* How far the device's chain is surely the one held here: a copy of a disk may
 * have gone on from an older place, in other words; and receipts of an epoch that
 * is lost say nothing of what came again since. */
static uint64_t common_of(const struct hub_link *link)
{
	const struct hub_author *author = hub_author_get(link->hub, &link->epoch);
	if (author == NULL || !ID_EQUAL(author->info.author.node, link->device->node))
		return 0;
	uint64_t held = author->info.seq;
	if (link->has_hello_h && link->hello_seq == held)
		return memcmp(link->hello_h.bytes, author->info.h.bytes, DELTA_HASH_BYTES) == 0 ? held : 0;
	if (!ID_EQUAL(link->cursor_epoch, *hub_epoch(link->hub)))
		return 0;
	return link->receipted_seq < held ? link->receipted_seq : held;
}

/* Who has recorded a message 1 can play it again as often as they like: one session of a
 * device at a time waits for its first frame, and none with a lower counter, or the same,
 * stands in the way of it. Stale ones give way to each other and to all else. */
static bool is_next(struct hub_link *link)
{
	struct hub_link *other = link->device->greeted;
	bool is_later = other == NULL || other->session.stale ||
			(!link->session.stale && link->session.counter > other->session.counter);
	if (!is_later) {
		hub_link_close(link, "another session of the device is being opened");
		return false;
	}
	if (other != NULL)
		hub_link_close(other, "the device has opened another session");
	link->device->greeted = link;
	return true;
}

void hub_link_hello(struct hub_link *link, const jalka_Hello *hello, struct span rows)
{
	struct hub *hub = link->hub;
	if (!link->carried && !is_next(link))
		return;
	link->welcome_due = true;
	link->stale = link->session.stale;
	memcpy(link->epoch.bytes, hello->epoch.bytes, ID_BYTES);
	link->push_epoch = link->epoch;
	link->hello_seq = hello->seq;
	/* 0 is either "all" or none: where it matters, none is the safe reading. */
	link->receipted_seq = hello->receipted_seq;
	link->has_hello_h = hello->h.size == DELTA_HASH_BYTES;
	if (link->has_hello_h)
		memcpy(link->hello_h.bytes, hello->h.bytes, DELTA_HASH_BYTES);
	link->holder_wanted = hello->holder_wanted;
	link->bundle_key = hello->bundle_key;
	memset(&link->cursor_epoch, 0, sizeof link->cursor_epoch);
	if (hello->has_cursor && hello->cursor.epoch.size == ID_BYTES) {
		memcpy(link->cursor_epoch.bytes, hello->cursor.epoch.bytes, ID_BYTES);
		link->cursor_said = hello->cursor.order;
		if (!hub_map_cursor(hub, &hello->cursor, &link->cursor)) {
			hub_link_close(link, "cursor of a central epoch nobody knows");
			return;
		}
	}
	link->common_seq = common_of(link);
	hub_feed_from(link, &link->cursor);
	struct fault noticed = hub_chain_notice_twin(link, &link->epoch);
	if (!fault_is(noticed) && hello->has_cursor)
		noticed = hub_past_take(hub, link->device, &hello->cursor);
	if (fault_is(noticed)) {
		hub_die(hub, noticed);
		return;
	}
	if (hello->has_push) {
		bool goes_on;
		struct fault fault = hub_ingest_push(link, &hello->push, rows, &goes_on);
		took_push(link, fault, goes_on);
	}
	hub_wake(link);
}

static void join_holder(struct hub_link *link)
{
	struct assignments_holder *holder = assignments_holder_need(&link->hub->assignments, &link->device->holder);
	if (holder == NULL) {
		hub_link_close(link, "out of memory");
		return;
	}
	link->next_of_holder = holder->links;
	if (link->next_of_holder != NULL)
		link->next_of_holder->previous_of_holder = link;
	holder->links = link;
	link->in_holder = true;
}

/* P1, at the device's first transport frame: all of it in the turn's transaction. */
static void begin(struct hub_link *link, const struct session_central_effect *effect)
{
	struct hub *hub = link->hub;
	struct hub_node *device = link->device;
	struct session_central_event event = event_of(link, SESSION_CENTRAL_NOT_BEGUN);
	bool is_fed = device->state == HUB_DEVICE_ACTIVE;
	if (effect->counter <= device->counter && (is_fed || !link->stale)) {
		step(link, &event);
		return;
	}
	if (effect->counter > device->counter)
		device->counter = effect->counter;
	device->has_previous = effect->used_key != NULL;
	if (device->has_previous)
		memcpy(device->previous, effect->used_key, NOISE_PSK_BYTES);
	else
		sodium_memzero(device->previous, sizeof device->previous);
	memcpy(device->current, effect->new_key, NOISE_PSK_BYTES);
	device->has_current = true;
	if (!link->stale)
		device->heard = link->cursor;
	device->last_contact_ms = hub->now.wall_ms;
	hub_devices_dirty(hub, device);
	if (device->link != NULL && device->link != link)
		hub_link_close(device->link, "the device has opened another session");
	device->link = link;
	device->greeted = device->greeted == link ? NULL : device->greeted;
	hub->counters.sessions++;
	if (is_fed)
		join_holder(link);
	event.kind = SESSION_CENTRAL_BEGUN;
	step(link, &event);
}

static void take_cursor(struct hub_link *link, const jalka_Cursor *cursor)
{
	struct hub *hub = link->hub;
	struct hub_cursor mapped;
	if (!hub_map_cursor(hub, cursor, &mapped) || mapped.order > hub->last_order) {
		hub_link_close(link, "cursor above what was fed");
		return;
	}
	link->device->heard = mapped;
	link->unheard_bytes = 0;
	hub_devices_dirty(hub, link->device);
	hub_wake(link);
}

/* P8: what Hello's cursor is to other sessions, Resume's is to a stale one. */
static void take_resume(struct hub_link *link, const jalka_Resume *resume)
{
	link->stale = false;
	if (!resume->has_cursor)
		return;
	take_cursor(link, &resume->cursor);
	link->cursor = link->device->heard;
	hub_feed_from(link, &link->cursor);
}

struct fault hub_link_wiped(struct hub_link *link, bool *news)
{
	struct hub_node *device = link->device;
	*news = (device->state == HUB_DEVICE_REVOKED || device->state == HUB_DEVICE_RETIRED) && !device->erase_confirmed;
	if (!*news)
		return fault_none();
	device->erase_confirmed = link->erase_told = true;
	FAULT_TRY(hub_turn(link->hub));
	return hub_devices_record(link->hub, device, 0);
}

static void take_bye(struct hub_link *link)
{
	bool news;
	struct fault fault = hub_link_wiped(link, &news);
	if (fault_is(fault))
		hub_die(link->hub, fault);
	else if (!news) /* else closed after the commit, when it was answered */
		hub_link_close(link, "an orderly end");
}

static void take_frame(struct hub_link *link, struct span rows)
{
	struct hub *hub = link->hub;
	const jalka_Frame *frame = &hub->scratch.frame;
	struct fault fault = fault_none();
	bool goes_on = true;
	hub_wake(link);
	link->device->last_contact_ms = hub->now.wall_ms;
	if (frame->has_resume)
		take_resume(link, &frame->resume);
	if (frame->has_heard && frame->heard.has_cursor && !link->gone)
		take_cursor(link, &frame->heard.cursor);
	/* That it is answered is its acknowledgement: by then it is kept. */
	for (pb_size_t i = 0; i < frame->forgotten_count && !fault_is(fault); i++)
		fault = hub_forgotten_take(hub, link->device, &frame->forgotten[i]);
	if (frame->has_health && !fault_is(fault))
		fault = hub_health_take(link, &frame->health);
	if (frame->has_push && !fault_is(fault) && !link->gone)
		fault = hub_ingest_push(link, &frame->push, rows, &goes_on);
	if (frame->has_salt && !fault_is(fault) && goes_on && !link->gone)
		fault = hub_ingest_salt(link, &frame->salt, &goes_on);
	if (frame->has_offer && !fault_is(fault) && goes_on && !link->gone)
		fault = vouched_offer(link, &frame->offer, rows);
	if (frame->has_held && !fault_is(fault) && goes_on && !link->gone)
		fault = hub_held_take(link, &frame->held);
	if (!link->gone)
		took_push(link, fault, goes_on);
	if (frame->bye && !link->gone)
		take_bye(link);
}

static void take_enrolment(struct hub_link *link, const struct session_central_effect *effect)
{
	struct fault fault = hub_enrol_request(link, effect->key, effect->words);
	link->hub->counters.enrolments++;
	if (fault_is(fault)) {
		hub_enrol_answer(link, false, fault.what);
		hub_link_close(link, fault.what);
		return;
	}
	link->enrol_waiting = true;
	hub_wake(link);
}

static void obey(struct hub_link *link, const struct session_central_effect *effect)
{
	switch (effect->kind) {
	case SESSION_CENTRAL_SEND:
		send(link, effect->bytes);
		break;
	case SESSION_CENTRAL_CLOSE:
		hub_link_close(link, effect->why);
		break;
	case SESSION_CENTRAL_FIND_DEVICE:
		find_device(link, effect->key);
		break;
	case SESSION_CENTRAL_FIND_SLOT:
		find_slot(link, effect->key);
		break;
	case SESSION_CENTRAL_SLOT_FAILED:
		hub_enrol_slot_failed(link->hub, effect->key);
		break;
	case SESSION_CENTRAL_HELLO:
		link->hub->counters.handshakes++;
		hub_link_hello(link, &link->hub->scratch.hello, effect->rows);
		break;
	case SESSION_CENTRAL_BEGIN:
		begin(link, effect);
		break;
	case SESSION_CENTRAL_FRAME:
		take_frame(link, effect->rows);
		break;
	case SESSION_CENTRAL_ENROL:
		take_enrolment(link, effect);
		break;
	}
}

static void step(struct hub_link *link, const struct session_central_event *event)
{
	struct session_central_effects effects;
	session_central_step(&link->session, event, &effects);
	for (size_t i = 0; i < effects.count && !link->gone; i++)
		obey(link, &effects.list[i]);
	if (!session_central_is_half_open(&link->session))
		hub_door_leave(link);
}

/* ---- bytes ---- */

static bool has_inbox(struct hub_link *link)
{
	if (link->inbox.block == NULL)
		link->inbox.block = malloc(SESSION_FRAME_WIRE_BYTES);
	return link->inbox.block != NULL;
}

/* An idle session keeps no block. */
static void free_inbox(struct hub_link *link)
{
	if (link->inbox.used != 0)
		return;
	free(link->inbox.block);
	link->inbox.block = NULL;
}

void hub_link_bytes(struct hub *hub, struct hub_link *link, struct span bytes, struct hub_time now)
{
	uint8_t random[NOISE_DH_BYTES];
	hub->now = now;
	hub->counters.bytes_in += bytes.len;
	while (!link->gone && !fault_is(hub->dead) && bytes.len > 0) {
		size_t want = link->session.want;
		if (want == 0) {
			hub_link_close(link, "bytes out of turn");
			break;
		}
		if (!has_inbox(link)) {
			hub_link_close(link, "out of memory");
			break;
		}
		if (!session_frame_gather(&link->inbox, &bytes, want))
			break;
		struct session_central_event event = event_of(link, SESSION_CENTRAL_BYTES);
		event.bytes = span_of(link->inbox.block, link->inbox.used);
		if (link->session.state == SESSION_CENTRAL_MESSAGE)
			hub->host.random(hub->host.ctx, random, sizeof random);
		event.random = random;
		step(link, &event);
		/* Wanting more than there is means: of the same message. */
		if (link->session.want <= link->inbox.used)
			link->inbox.used = 0;
		/* A push and its receipt are one frame's: in one transaction (H1). */
		if (hub->turn_bytes >= HUB_TURN_BYTES)
			(void)hub_commit(hub, now); /* a fault is the hub's from now on */
	}
	sodium_memzero(random, sizeof random);
	free_inbox(link);
	if (!link->gone)
		keep_deadline(hub, link);
}

/* ---- after the commit ---- */

void hub_link_send_frame(struct hub_link *link, struct span rows)
{
	struct session_central_event event = event_of(link, SESSION_CENTRAL_FRAME_READY);
	event.rows = rows;
	/* Told when it is sent: a frame that turns out to be empty is not. */
	if (link->hub->scratch.frame.safe_order != 0)
		link->safe_order_told = link->hub->scratch.frame.safe_order;
	step(link, &event);
}

void hub_send_welcome(struct hub_link *link, jalka_Status status, struct span rows)
{
	struct session_central_event event = event_of(link, SESSION_CENTRAL_WELCOME_READY);
	event.status = status;
	event.rows = rows;
	step(link, &event);
}

/* An empty frame. It is large: only what says that a part is there is cleared,
 * and each part is cleared by who fills it. */
static jalka_Frame *new_frame(struct hub_link *link)
{
	jalka_Frame *frame = &link->hub->scratch.frame;
	frame->has_resume = frame->has_heard = frame->has_push = frame->has_receipt = frame->has_pull = false;
	frame->has_backlog = frame->has_need_salt = frame->has_salt = frame->has_held = false;
	frame->has_held_answer = frame->has_offer = frame->has_chain = frame->bye = false;
	frame->forgotten_count = 0;
	frame->safe_order = 0;
	if (link->safe_order_told != link->hub->safe_order)
		frame->safe_order = link->hub->safe_order;
	return frame;
}

static void put_answer(const struct hub_answer *answer, jalka_Receipt *out)
{
	out->central_epoch.size = 0;
	memcpy(out->body.bytes, answer->body, answer->body_len);
	out->body.size = (pb_size_t)answer->body_len;
	SESSION_FRAME_SET(out->signature, answer->signature.bytes);
}

static void send_receipts(struct hub_link *link)
{
	for (size_t i = 0; i < link->answer_count && !link->gone; i++) {
		jalka_Frame *frame = new_frame(link);
		frame->has_receipt = true;
		put_answer(&link->answers[i], &frame->receipt);
		hub_link_send_frame(link, (struct span){ NULL, 0 });
	}
	hub_answers_free(link);
}

static void send_held_answer(struct hub_link *link)
{
	if (link->held_answer == NULL)
		return;
	jalka_Frame *frame = new_frame(link);
	frame->has_held_answer = true;
	frame->held_answer = *link->held_answer;
	free(link->held_answer);
	link->held_answer = NULL;
	hub_link_send_frame(link, (struct span){ NULL, 0 });
}

static void send_chain(struct hub_link *link)
{
	bool due;
	jalka_Frame *frame = new_frame(link);
	struct fault fault = hub_chain_tell(link, &frame->chain, &due);
	frame->has_chain = due;
	if (fault_is(fault))
		hub_die(link->hub, fault);
	else if (due)
		hub_link_send_frame(link, (struct span){ NULL, 0 });
}

/* Live feed first; backlogs take turns with it and never hold it up. */
static void send_feed(struct hub_link *link)
{
	bool any = true;
	while (any && !link->gone && link->unheard_bytes < HUB_UNHEARD_BYTES) {
		struct span rows;
		bool pulled, backlogged;
		jalka_Frame *frame = new_frame(link);
		struct fault fault = hub_feed_pull(link, LIMIT_FRAME_PLAIN_BYTES, &frame->pull, &rows, &pulled);
		frame->has_pull = pulled;
		link->hub->counters.pulls += pulled;
		if (!fault_is(fault) && pulled)
			hub_link_send_frame(link, rows);
		if (fault_is(fault) || link->gone)
			break;
		frame = new_frame(link);
		fault = hub_feed_backlog(link, LIMIT_FRAME_PLAIN_BYTES, &frame->backlog, &rows, &backlogged);
		frame->has_backlog = backlogged;
		link->hub->counters.backlogs += backlogged;
		if (!fault_is(fault) && backlogged)
			hub_link_send_frame(link, rows);
		if (fault_is(fault))
			hub_die(link->hub, fault);
		any = !fault_is(fault) && (pulled || backlogged);
	}
}

static void answer_open(struct hub_link *link)
{
	struct hub *hub = link->hub;
	send_receipts(link);
	if (!link->gone && link->chain_due)
		send_chain(link);
	if (!link->gone)
		send_held_answer(link);
	jalka_Frame *frame = link->gone ? NULL : new_frame(link);
	if (frame != NULL && hub_need_salt(link, &frame->need_salt)) {
		frame->has_need_salt = true;
		hub_link_send_frame(link, (struct span){ NULL, 0 });
	}
	if (!link->gone && !hub->unconfirmed && link->in_holder)
		send_feed(link);
	if (!link->gone && (link->session.owes || link->safe_order_told != hub->safe_order)) {
		new_frame(link);
		hub_link_send_frame(link, (struct span){ NULL, 0 });
	}
	if (!link->gone && link->erase_told)
		hub_link_close(link, "the device has erased what it held");
}

static void answer_enrolment(struct hub_link *link)
{
	if (link->enrol_waiting)
		hub_enrol_answer(link, false, NULL);
	link->enrol_waiting = false;
	if (link->enrol_confirmed && !link->gone)
		hub_enrol_answer(link, true, NULL);
	link->enrol_confirmed = false;
}

static void answer_hello(struct hub_link *link)
{
	struct fault fault = hub_welcome(link);
	if (fault_is(fault))
		hub_die(link->hub, fault);
}

void hub_link_answer(struct hub_link *link)
{
	if (link->gone || fault_is(link->hub->dead))
		return;
	if (link->session.state == SESSION_CENTRAL_WELCOMING)
		answer_hello(link);
	else if (link->session.state == SESSION_CENTRAL_OPEN)
		answer_open(link);
	else if (link->session.state == SESSION_CENTRAL_ENROLLED)
		answer_enrolment(link);
	if (!link->gone)
		keep_deadline(link->hub, link);
}

/* ---- time ---- */

void hub_tick(struct hub *hub, struct hub_time now)
{
	hub->now = now;
	if (now.mono_ms < hub->deadline)
		return;
	hub->deadline = UINT64_MAX;
	for (struct hub_link *link = hub->links; link != NULL; link = link->next) {
		struct session_central_event event = event_of(link, SESSION_CENTRAL_TICKED);
		event.buffered = link->inbox.used;
		if (!link->gone && session_central_deadline(&link->session) <= now.mono_ms)
			step(link, &event);
		if (!link->gone)
			keep_deadline(hub, link);
	}
	/* A scan of all links is worth waiting a little for. */
	if (hub->deadline < now.mono_ms + HUB_TICK_MIN_MS)
		hub->deadline = now.mono_ms + HUB_TICK_MIN_MS;
}

uint64_t hub_deadline(const struct hub *hub)
{
	uint64_t end = hub_assign_deadline(hub);
	return end < hub->deadline ? end : hub->deadline;
}
