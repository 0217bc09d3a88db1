/* hub_bundle - what is carried by hand: a link of the hub that has no session. Its
 * messages come out of a file, what answers them is gathered for another. */
#include "central/hub_bundle.h"

#include <stdlib.h>

#include "base/assert.h"
#include "central/hub_state.h"

enum {
	KEEP_STEP = 64, /* answers of pushes are made room for in steps */
	STOPPED_MAX = 64, /* chains that part */
	FORGOTTEN_A_FRAME = sizeof ((jalka_Frame *)0)->forgotten / sizeof (jalka_Forgotten),
};

#define COUNT_OF(array) (sizeof (array) / sizeof (array)[0])

/* An own epoch of the device whose pushes are not taken any further. */
struct stopped {
	struct epoch_id epoch;
	bool is_parted; /* its place here goes into the answer */
	jalka_Chain chain;
};

struct hub_bundle {
	struct hub *hub;
	struct hub_link link;
	struct bundle_scratch *scratch;
	struct bundle_reader reader;
	bool asked, done;
	uint32_t version;        /* of the session's messages: the highest both speak */
	struct hub_bundle_report report;
	/* for the answer */
	struct hub_answer *receipts;
	size_t receipt_count;
	jalka_HeldAnswer **held;
	size_t held_count;
	bool held_said;         /* the last of it */
	bool held_answered;
	jalka_Forgotten *forgotten;
	size_t forgotten_count;
	struct stopped *stopped;
	size_t stopped_count;
	bool needs_salt;
	jalka_NeedSalt need_salt; /* of the first chunk that came without them */
};

static struct fault no_memory(void)
{
	return fault_of(FAULT_LIMIT, "out of memory");
}

/* Room for one more in a block that grows in steps. */
static bool grow(void **block, size_t count, size_t size)
{
	if (count % KEEP_STEP != 0)
		return true;
	void *more = realloc(*block, (count + KEEP_STEP) * size);
	if (more == NULL)
		return false;
	*block = more;
	return true;
}

static struct fault bundle_new(struct hub *hub, struct hub_time now, struct hub_bundle **out)
{
	hub->now = now;
	if (fault_is(hub->dead))
		return hub->dead;
	struct hub_bundle *b = calloc(1, sizeof *b);
	if (b == NULL)
		return no_memory();
	b->scratch = calloc(1, sizeof *b->scratch);
	if (b->scratch == NULL) {
		free(b);
		return no_memory();
	}
	b->hub = hub;
	b->link.hub = hub;
	b->link.carried = true;
	*out = b;
	return fault_none();
}

void hub_bundle_close(struct hub_bundle *bundle)
{
	if (bundle == NULL)
		return;
	hub_held_free(&bundle->link);
	hub_answers_free(&bundle->link);
	free(bundle->link.held_answer);
	free(bundle->link.held_cases);
	for (size_t i = 0; i < bundle->receipt_count; i++)
		free(bundle->receipts[i].body);
	for (size_t i = 0; i < bundle->held_count; i++)
		free(bundle->held[i]);
	free(bundle->receipts);
	free(bundle->held);
	free(bundle->forgotten);
	free(bundle->stopped);
	bundle_close(&bundle->reader);
	sodium_memzero(bundle->scratch, sizeof *bundle->scratch);
	free(bundle->scratch);
	sodium_memzero(bundle, sizeof *bundle);
	free(bundle);
}

static void about(struct hub_bundle *b, struct hub_node *device)
{
	b->link.device = device;
	b->report.node = device->node;
	b->report.holder = device->holder;
	b->report.state = device->state;
}

/* ---- a device's bundle ---- */

static struct fault open_file(struct hub_bundle *b, struct span file)
{
	struct hub *hub = b->hub;
	struct bundle_header header;
	FAULT_TRY(bundle_look(file, &header));
	if (header.kind != BUNDLE_TO_CENTRAL)
		return fault_of(FAULT_CALLER, "the bundle is for a device: read it there");
	const struct hub_bundle_key *key = hub_bundle_key_find(hub, header.key, sizeof header.key);
	if (key == NULL)
		return fault_of(FAULT_CALLER, "the bundle is sealed to a key that is not here: it is older than a year, for another "
					      "central node, or of before this one was put back; write one for the device, which "
					      "brings it the key in use, and have it write another");
	const struct bundle_parties parties = {
		.kind = BUNDLE_TO_CENTRAL, .identity = &hub->identity, .own_secret = key->secret,
	};
	FAULT_TRY(bundle_open(&b->reader, b->scratch, &hub->codec, &parties, file));
	struct hub_node *device = hub_devices_by_key(hub, b->reader.sender);
	if (device == NULL || device->state == HUB_DEVICE_WAITING)
		return fault_of(FAULT_CALLER, "the bundle is of a device that is not enrolled here");
	FAULT_TRY(bundle_check(&b->reader));
	about(b, device);
	memcpy(b->report.name, b->reader.name, sizeof b->report.name);
	b->report.written_ms = b->reader.head.time_ms;
	b->report.messages = b->reader.messages;
	b->report.deltas = b->reader.rows;
	b->report.more = b->reader.more;
	return fault_none();
}

struct fault hub_bundle_open(struct hub *hub, struct span file, struct hub_time now, struct hub_bundle **out)
{
	struct hub_bundle *b;
	FAULT_TRY(bundle_new(hub, now, &b));
	b->asked = true;
	struct fault fault = open_file(b, file);
	if (fault_is(fault)) {
		hub_bundle_close(b);
		return fault;
	}
	*out = b;
	return fault_none();
}

/* ---- what it says ---- */

/* What was heard only rises: the bundle may be older than what a session told since. */
static bool is_further(const struct hub_cursor *a, const struct hub_cursor *b)
{
	uint64_t now_a = a->backlog_now == 0 ? UINT64_MAX : a->backlog_now;
	uint64_t now_b = b->backlog_now == 0 ? UINT64_MAX : b->backlog_now;
	if (a->order != b->order)
		return a->order > b->order;
	return now_a != now_b ? now_a > now_b : a->backlog_place > b->backlog_place;
}

static struct fault take_hello(struct hub_bundle *b, struct span rows)
{
	struct hub *hub = b->hub;
	struct hub_link *link = &b->link;
	struct hub_node *device = link->device;
	uint64_t written_ms = b->report.written_ms < hub->now.wall_ms ? b->report.written_ms : hub->now.wall_ms;
	if (b->scratch->hello.has_push)
		return fault_of(FAULT_PEER, "a bundle's Hello has no push");
	uint32_t min = b->scratch->hello.version_min, max = b->scratch->hello.version_max;
	if (min > hub->config.version_max || (max == 0 ? 1 : max) < hub->config.version_min)
		return fault_of(FAULT_PEER, "the device speaks another version: update it, or this central node");
	b->version = (max == 0 ? 1 : max) < hub->config.version_max ? (max == 0 ? 1 : max) : hub->config.version_max;
	hub_link_hello(link, &b->scratch->hello, rows);
	link->welcome_due = false; /* salts come with their chunk: nothing has to be seen first */
	if (link->gone)
		return fault_of(FAULT_PEER, link->why_gone);
	if (link->cursor.order > hub->last_order)
		return fault_of(FAULT_PEER, "cursor above what was fed");
	b->report.is_answerable = true;
	b->report.is_old = is_further(&device->heard, &link->cursor);
	if (is_further(&link->cursor, &device->heard))
		device->heard = link->cursor;
	if (device->last_contact_ms < written_ms)
		device->last_contact_ms = written_ms;
	hub_devices_dirty(hub, device);
	return hub->dead;
}

static struct stopped *stopped_of(struct hub_bundle *b, const struct epoch_id *epoch)
{
	for (size_t i = 0; i < b->stopped_count; i++)
		if (ID_EQUAL(b->stopped[i].epoch, *epoch))
			return &b->stopped[i];
	return NULL;
}

static struct fault stop(struct hub_bundle *b, const struct epoch_id *epoch, struct stopped **out)
{
	if (b->stopped_count == STOPPED_MAX) /* looked for with each push, and each told */
		return fault_of(FAULT_PEER, "the bundle has too many chains of changes that do not go on from what is here");
	if (!grow((void **)&b->stopped, b->stopped_count, sizeof *b->stopped))
		return no_memory();
	*out = &b->stopped[b->stopped_count++];
	memset(*out, 0, sizeof **out);
	(*out)->epoch = *epoch;
	return fault_none();
}

/* A push that did not go on from what is held: message 2 tells it of the open epoch,
 * Chain of the others. */
static struct fault part(struct hub_bundle *b)
{
	struct hub_link *link = &b->link;
	struct stopped *stopped;
	b->report.parted = true;
	if (stopped_of(b, &link->push_epoch) != NULL)
		return fault_none();
	FAULT_TRY(stop(b, &link->push_epoch, &stopped));
	if (ID_EQUAL(link->push_epoch, link->epoch)) {
		link->tell_known = true;
		return fault_none();
	}
	FAULT_TRY(hub_chain_parted(link));
	return hub_chain_tell(link, &stopped->chain, &stopped->is_parted);
}

static struct fault keep_receipts(struct hub_bundle *b)
{
	struct hub_link *link = &b->link;
	size_t kept = 0;
	while (kept < link->answer_count && grow((void **)&b->receipts, b->receipt_count, sizeof *b->receipts))
		b->receipts[b->receipt_count++] = link->answers[kept++];
	link->answer_count -= kept; /* the body of each is in one place */
	memmove(link->answers, link->answers + kept, link->answer_count * sizeof link->answers[0]);
	return link->answer_count == 0 ? fault_none() : no_memory();
}

static uint64_t held_seq(const struct hub_bundle *b, const struct epoch_id *epoch)
{
	const struct hub_author *author = hub_author_get(b->hub, epoch);
	return author == NULL ? 0 : author->info.seq;
}

/* What a chunk came to: rows at or below `before` were here already. */
static void count_chunk(struct hub_bundle *b, uint64_t first_seq, size_t count, uint64_t before, uint64_t after)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t seq = first_seq + i;
		if (seq > after)
			b->report.waiting++;
		else if (seq <= before)
			b->report.known++;
		else if (b->hub->verdicts[i].order != 0)
			b->report.accepted++;
		else
			b->report.quarantined++;
	}
}

static struct fault took_chunk(struct hub_bundle *b, uint64_t first_seq, size_t count, uint64_t before, bool goes_on)
{
	if (b->link.held != NULL) /* its salts come next, or never */
		return fault_none();
	count_chunk(b, first_seq, count, before, goes_on ? held_seq(b, &b->link.push_epoch) : 0);
	FAULT_TRY(keep_receipts(b));
	return goes_on ? fault_none() : part(b);
}

/* A chunk whose salts did not come with it: the rest of its epoch waits for a bundle that has them. */
static struct fault drop_held(struct hub_bundle *b)
{
	struct hub_held *held = b->link.held;
	struct stopped *stopped;
	if (held == NULL)
		return fault_none();
	b->report.waiting += held->count;
	if (!b->needs_salt)
		b->needs_salt = hub_need_salt(&b->link, &b->need_salt);
	FAULT_TRY(stop(b, &held->epoch, &stopped));
	hub_held_free(&b->link);
	return fault_none();
}

static struct fault take_push(struct hub_bundle *b, const jalka_Push *push, struct span rows)
{
	struct hub_link *link = &b->link;
	bool goes_on;
	FAULT_TRY(drop_held(b));
	if (push->epoch.size == ID_BYTES)
		memcpy(link->push_epoch.bytes, push->epoch.bytes, ID_BYTES);
	if (stopped_of(b, &link->push_epoch) != NULL) {
		b->report.waiting += push->rows.count;
		return fault_none();
	}
	uint64_t before = held_seq(b, &link->push_epoch);
	FAULT_TRY(hub_ingest_push(link, push, rows, &goes_on));
	return took_chunk(b, push->first_seq, push->rows.count, before, goes_on);
}

/* Nobody asked for them: of those that are given, what is missing. */
static struct fault take_salt(struct hub_bundle *b, jalka_Salt *salt)
{
	struct hub_link *link = &b->link;
	struct hub_held *held = link->held;
	pb_size_t wanted = 0;
	bool goes_on;
	if (held == NULL || memcmp(held->epoch.bytes, salt->epoch.bytes, ID_BYTES) != 0)
		return fault_none();
	for (pb_size_t i = 0; i < salt->salts_count; i++) {
		uint64_t at = salt->salts[i].seq - held->first_seq;
		bool missing = salt->salts[i].seq >= held->first_seq && at < held->count && held->salts[at].missing
			&& !held->salts[at].has_salt && !held->salts[at].has_digest;
		if (missing)
			salt->salts[wanted++] = salt->salts[i];
	}
	salt->salts_count = wanted;
	if (wanted == 0)
		return fault_none();
	uint64_t first_seq = held->first_seq, before = held_seq(b, &held->epoch);
	size_t count = held->count;
	FAULT_TRY(hub_ingest_salt(link, salt, &goes_on));
	return took_chunk(b, first_seq, count, before, goes_on);
}

static struct fault take_forgotten(struct hub_bundle *b, const jalka_Forgotten *said)
{
	FAULT_TRY(hub_forgotten_take(b->hub, b->link.device, said));
	if (!grow((void **)&b->forgotten, b->forgotten_count, sizeof *b->forgotten))
		return no_memory();
	b->forgotten[b->forgotten_count++] = *said;
	return fault_none();
}

/* An answer that has room in the one before it goes there: however small the parts of Held, the
 * answers take no more room than what they hold. */
static bool joins(jalka_HeldAnswer *before, const jalka_HeldAnswer *more)
{
	if (before->granted_count + more->granted_count > COUNT_OF(before->granted)
	    || before->forget_count + more->forget_count > COUNT_OF(before->forget))
		return false;
	memcpy(before->granted + before->granted_count, more->granted, more->granted_count * sizeof more->granted[0]);
	memcpy(before->forget + before->forget_count, more->forget, more->forget_count * sizeof more->forget[0]);
	before->granted_count += more->granted_count;
	before->forget_count += more->forget_count;
	return true;
}

static struct fault keep_held_answer(struct hub_bundle *b)
{
	struct hub_link *link = &b->link;
	if (b->held_count > 0 && joins(b->held[b->held_count - 1], link->held_answer)) {
		free(link->held_answer);
		link->held_answer = NULL;
		return fault_none();
	}
	if (!grow((void **)&b->held, b->held_count, sizeof *b->held))
		return no_memory();
	b->held[b->held_count++] = link->held_answer;
	link->held_answer = NULL;
	return fault_none();
}

/* Of an older central epoch it says nothing: the device will owe another. */
static struct fault take_held(struct hub_bundle *b, const jalka_Held *held)
{
	struct hub_link *link = &b->link;
	if (!ID_EQUAL(link->cursor_epoch, *hub_epoch(b->hub)))
		return fault_none();
	if (b->held_said)
		return fault_of(FAULT_PEER, "the bundle goes on listing held cases after the end of its list");
	if (held->grants_count == 0 && !held->last)
		return fault_of(FAULT_PEER, "the bundle's list of held cases has an empty part");
	FAULT_TRY(hub_held_take(link, held));
	FAULT_TRY(keep_held_answer(b));
	b->held_said = held->last;
	b->held_answered = held->last && b->report.waiting == 0;
	return fault_none();
}

static struct fault take_frame(struct hub_bundle *b, struct span rows)
{
	jalka_Frame *frame = &b->scratch->frame;
	struct hub_link *link = &b->link;
	bool news;
	for (pb_size_t i = 0; i < frame->forgotten_count; i++)
		FAULT_TRY(take_forgotten(b, &frame->forgotten[i]));
	if (frame->has_push)
		return take_push(b, &frame->push, rows);
	if (frame->has_salt)
		return take_salt(b, &frame->salt);
	if (frame->has_offer && ID_EQUAL(link->cursor_epoch, *hub_epoch(b->hub)))
		return vouched_offer(link, &frame->offer, rows);
	if (frame->has_held)
		return take_held(b, &frame->held);
	return frame->bye ? hub_link_wiped(link, &news) : fault_none();
}

static struct fault take_next(struct hub_bundle *b)
{
	enum bundle_message message;
	struct span rows;
	FAULT_TRY(bundle_next(&b->reader, &message, &rows));
	b->report.done = b->reader.read;
	switch (message) {
	case BUNDLE_HELLO:
		return take_hello(b, rows);
	case BUNDLE_FRAME:
		return take_frame(b, rows);
	case BUNDLE_END:
		b->done = true;
		return drop_held(b);
	case BUNDLE_WELCOME:
		break;
	}
	return fault_of(FAULT_PEER, "a device says no welcome");
}

struct fault hub_bundle_step(struct hub_bundle *bundle, struct hub_time now, bool *done)
{
	struct hub *hub = bundle->hub;
	struct fault fault = fault_none();
	ASSERT(bundle->asked);
	hub->now = now;
	for (size_t i = 0; i < HUB_BUNDLE_STEP_MESSAGES && !bundle->done && !fault_is(fault); i++)
		fault = take_next(bundle);
	/* What the device must not say ends its bundle as it would end a session. */
	if (fault_is(fault) && !fault_is(hub->dead)) {
		bundle->report.problem = fault.what;
		bundle->done = true;
	}
	*done = bundle->done;
	return hub_commit(hub, now); /* H1 */
}

/* ---- for a device that has not asked ---- */

/* The author epoch in which the device goes on, as far as is known here. */
static void find_open_epoch(struct hub_bundle *b)
{
	struct hub_link *link = &b->link;
	size_t at = 0;
	link->epoch = link->device->first_epoch;
	for (const struct hub_author *author; (author = idmap_next(&b->hub->authors, &at)) != NULL;)
		if (ID_EQUAL(author->info.author.node, link->device->node) && !author->info.closed)
			link->epoch = author->epoch;
	const struct hub_author *open = hub_author_get(b->hub, &link->epoch);
	if (open == NULL)
		return;
	/* Taken to have what is held of it: the head says so, and the device compares. */
	link->hello_seq = link->common_seq = link->receipted_seq = open->info.seq;
	link->hello_h = open->info.h;
	link->has_hello_h = true;
}

struct fault hub_bundle_for(struct hub *hub, struct node_id node, struct hub_time now, struct hub_bundle **out)
{
	struct hub_bundle *b;
	struct hub_node *device = hub_devices_get(hub, &node);
	if (device == NULL || device->state == HUB_DEVICE_WAITING)
		return fault_of(FAULT_CALLER, "no such device is enrolled here");
	FAULT_TRY(bundle_new(hub, now, &b));
	about(b, device);
	b->link.cursor = device->heard;
	b->link.holder_wanted = true;
	hub_feed_from(&b->link, &b->link.cursor);
	find_open_epoch(b);
	b->version = hub->config.version_min;
	b->report.is_answerable = b->done = true;
	*out = b;
	return fault_none();
}

/* ---- the answer ---- */

struct writing {
	struct hub_bundle *b;
	struct bundle_writer writer;
	hub_bundle_put *put;
	void *ctx;
};

static struct fault give(struct writing *w, struct span piece)
{
	return w->put(w->ctx, piece) ? fault_none() : fault_of(FAULT_LIMIT, "no room for the answer");
}

static struct fault put_message(struct writing *w, enum bundle_message message, void *control, struct span rows)
{
	struct span piece;
	FAULT_TRY(bundle_put(&w->writer, message, control, rows, &piece));
	return give(w, piece);
}

static jalka_Frame *new_frame(struct writing *w)
{
	jalka_Frame *frame = &w->b->scratch->frame;
	memset(frame, 0, sizeof *frame);
	return frame;
}

static struct fault put_frame(struct writing *w, struct span rows)
{
	return put_message(w, BUNDLE_FRAME, &w->b->scratch->frame, rows);
}

static struct fault begin_answer(struct writing *w)
{
	struct hub_bundle *b = w->b;
	struct hub *hub = b->hub;
	struct hub_link *link = &b->link;
	jalka_BundleHead *head = &b->scratch->head;
	const struct author author = { link->device->node, link->epoch };
	uint8_t ephemeral[NOISE_DH_BYTES];
	struct delta_hash h;
	struct span piece;
	bool found;
	memset(head, 0, sizeof *head);
	head->time_ms = hub->now.wall_ms;
	head->at_order = hub->last_order;
	head->held_answered = b->held_answered;
	if (b->asked)
		SESSION_FRAME_SET(head->answers, b->report.name);
	SESSION_FRAME_SET(head->epoch, link->epoch.bytes);
	head->common_seq = link->told_known ? 0 : link->common_seq;
	if (head->common_seq != 0) {
		FAULT_TRY(author_h_at(hub->log, &hub->identity, &author, head->common_seq, &h, &found));
		if (!found)
			return fault_of(FAULT_STORE, "a chain in the log has a gap");
		SESSION_FRAME_SET(head->common_h, h.bytes);
	}
	head->has_from = true;
	head->from.order = link->cursor.order;
	head->from.backlog_now = link->cursor.backlog_now;
	head->from.backlog_place = link->cursor.backlog_place;
	hub->host.random(hub->host.ctx, ephemeral, sizeof ephemeral);
	const struct bundle_parties parties = {
		.kind = BUNDLE_TO_DEVICE, .identity = &hub->identity, .own_secret = hub->static_secret,
		.other_public = link->device->static_public, .ephemeral = ephemeral,
	};
	struct fault fault = bundle_begin(&w->writer, b->scratch, &hub->codec, &parties, &piece);
	sodium_memzero(ephemeral, sizeof ephemeral);
	return fault_is(fault) ? fault : give(w, piece);
}

static struct fault put_receipts(struct writing *w)
{
	struct hub_bundle *b = w->b;
	for (size_t i = 0; i < b->receipt_count; i++) {
		jalka_Frame *frame = new_frame(w);
		frame->has_receipt = true;
		frame->receipt.body.size = (pb_size_t)b->receipts[i].body_len;
		memcpy(frame->receipt.body.bytes, b->receipts[i].body, b->receipts[i].body_len);
		SESSION_FRAME_SET(frame->receipt.signature, b->receipts[i].signature.bytes);
		FAULT_TRY(put_frame(w, (struct span){ NULL, 0 }));
	}
	return fault_none();
}

/* What the device said it has forgotten is said back: that it arrived. */
static struct fault put_forgotten(struct writing *w)
{
	struct hub_bundle *b = w->b;
	for (size_t i = 0; i < b->forgotten_count;) {
		jalka_Frame *frame = new_frame(w);
		while (i < b->forgotten_count && frame->forgotten_count < FORGOTTEN_A_FRAME)
			frame->forgotten[frame->forgotten_count++] = b->forgotten[i++];
		FAULT_TRY(put_frame(w, (struct span){ NULL, 0 }));
	}
	return fault_none();
}

static struct fault put_words(struct writing *w)
{
	struct hub_bundle *b = w->b;
	for (size_t i = 0; i < b->stopped_count; i++) {
		if (!b->stopped[i].is_parted)
			continue;
		jalka_Frame *frame = new_frame(w);
		frame->has_chain = true;
		frame->chain = b->stopped[i].chain;
		FAULT_TRY(put_frame(w, (struct span){ NULL, 0 }));
	}
	FAULT_TRY(put_forgotten(w));
	if (b->needs_salt) {
		jalka_Frame *frame = new_frame(w);
		frame->has_need_salt = true;
		frame->need_salt = b->need_salt;
		FAULT_TRY(put_frame(w, (struct span){ NULL, 0 }));
	}
	for (size_t i = 0; i < b->held_count; i++) {
		jalka_Frame *frame = new_frame(w);
		frame->has_held_answer = true;
		frame->held_answer = *b->held[i];
		FAULT_TRY(put_frame(w, (struct span){ NULL, 0 }));
	}
	return fault_none();
}

/* The live feed first, then backlogs, each as far as there is room. */
static struct fault put_feed(struct writing *w)
{
	struct hub_bundle *b = w->b;
	struct hub_link *link = &b->link;
	struct span rows;
	bool pulled = true, backlogged = true;
	while (pulled && bundle_has_room(&w->writer)) {
		jalka_Frame *frame = new_frame(w);
		FAULT_TRY(hub_feed_pull(link, BUNDLE_MESSAGE_PLAIN_BYTES, &frame->pull, &rows, &pulled));
		frame->has_pull = pulled;
		if (pulled)
			FAULT_TRY(put_frame(w, rows));
		if (pulled && frame->pull.has_rows)
			b->report.answer_deltas += frame->pull.rows.count;
	}
	while (backlogged && bundle_has_room(&w->writer)) {
		jalka_Frame *frame = new_frame(w);
		FAULT_TRY(hub_feed_backlog(link, BUNDLE_MESSAGE_PLAIN_BYTES, &frame->backlog, &rows, &backlogged));
		frame->has_backlog = backlogged;
		if (backlogged)
			FAULT_TRY(put_frame(w, rows));
		if (backlogged && frame->backlog.has_rows)
			b->report.answer_deltas += frame->backlog.rows.count;
	}
	b->report.answer_more = pulled || backlogged;
	return fault_none();
}

static struct fault write_answer(struct writing *w)
{
	struct hub_bundle *b = w->b;
	struct hub *hub = b->hub;
	jalka_Welcome *welcome = &b->scratch->welcome;
	struct span piece;
	FAULT_TRY(begin_answer(w));
	memset(welcome, 0, sizeof *welcome);
	FAULT_TRY(hub_welcome_fill(&b->link, welcome));
	welcome->version = b->version == 1 ? 0 : b->version;
	FAULT_TRY(put_message(w, BUNDLE_WELCOME, welcome, (struct span){ NULL, 0 }));
	FAULT_TRY(put_receipts(w));
	FAULT_TRY(put_words(w));
	if (b->link.device->state == HUB_DEVICE_ACTIVE && !hub->unconfirmed)
		FAULT_TRY(put_feed(w));
	FAULT_TRY(bundle_end(&w->writer, b->report.answer_more, hub->identity_secret, &piece));
	return give(w, piece);
}

struct fault hub_bundle_answer(struct hub_bundle *bundle, struct hub_time now, hub_bundle_put *put, void *ctx)
{
	struct writing w = { .b = bundle, .put = put, .ctx = ctx };
	struct hub *hub = bundle->hub;
	FAULT_TRY(hub_commit(hub, now)); /* HB2 */
	if (!bundle->done || !bundle->report.is_answerable)
		return fault_of(FAULT_CALLER, "there is nothing to answer yet");
	bundle->report.from_order = bundle->link.cursor.order;
	struct fault fault = write_answer(&w);
	sodium_memzero(&w.writer.cipher, sizeof w.writer.cipher);
	bundle->report.answer_bytes = w.writer.bytes;
	bundle->report.to_order = bundle->link.fed;
	return fault;
}

void hub_bundle_report(const struct hub_bundle *bundle, struct hub_bundle_report *out)
{
	*out = bundle->report;
}
