/* replica - a device's log kept in step with the central node.
 *
 * Here: opening, the link, and the loop that carries out what the session
 * machine orders. What is sent is made in replica_fill, what comes is applied
 * in replica_apply, local writes are in replica_write.
 */
#include "store/replica.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/assert.h"
#include "store/replica_apply.h"
#include "store/replica_fill.h"
#include "store/replica_fork.h"
#include "store/replica_health.h"
#include "store/replica_rescue.h"
#include "store/replica_scope.h"
#include "store/replica_state.h"

/* ---- opening ---- */

static void free_all(struct replica *r)
{
	if (r == NULL)
		return;
	session_device_deinit(&r->session);
	session_enrol_deinit(&r->enrol);
	free(r->grants);
	free(r->forgotten);
	free(r->older);
	free(r->offers);
	free(r->held);
	replica_rescue_close(r);
	free(r->inbox.block);
	if (r->scratch != NULL)
		sodium_memzero(r->scratch, sizeof *r->scratch);
	free(r->scratch);
	free(r->enrol_scratch);
	sodium_memzero(r, sizeof *r);
	free(r);
}

static void configure(struct replica *r)
{
	struct session_device_config *c = &r->session_config;
	c->central = r->self.central;
	memcpy(c->central_static, r->self.central_static, sizeof c->central_static);
	memcpy(c->own_static, r->self.own_static, sizeof c->own_static);
	c->version_min = r->host.version_min;
	c->version_max = r->host.version_max;
	c->codec = (struct session_frame_codec){ r->host.ctx, r->host.compress, r->host.decompress };
	c->scratch = r->scratch;
}

struct fault replica_open(struct log *log, const struct book *book, const struct replica_host *host,
			  struct replica_time now, struct replica **out)
{
	struct replica *r = calloc(1, sizeof *r);
	if (r == NULL)
		return fault_of(FAULT_LIMIT, "no memory for the replica");
	r->log = log;
	r->book = book;
	r->host = *host;
	r->now = now;
	r->status.last_error = "";
	r->scratch = calloc(1, sizeof *r->scratch);
	r->inbox.block = malloc(SESSION_FRAME_WIRE_BYTES);
	struct fault fault = r->scratch == NULL || r->inbox.block == NULL
		? fault_of(FAULT_LIMIT, "no memory for the replica") : replica_state_load(r);
	if (fault_is(fault)) {
		free_all(r);
		return fault;
	}
	configure(r);
	session_device_init(&r->session, &r->session_config);
	*out = r;
	return fault_none();
}

void replica_close(struct replica *replica)
{
	free_all(replica);
}

/* ---- carrying out what the session machine orders ---- */

static void tell_changed(struct replica *r)
{
	if (r->host.changed != NULL)
		r->host.changed(r->host.ctx);
}

static void hang_up(struct replica *r, const char *why)
{
	r->status.last_error = why;
	r->host.hang_up(r->host.ctx, why);
	tell_changed(r);
}

static void send(struct replica *r, struct span message)
{
	r->status.bytes_sent += message.len;
	r->awaiting = true;
	r->host.send(r->host.ctx, message);
}

/* SD1: the next counter is durable before anything tells it. */
static struct fault count(struct replica *r, struct session_device_event *event)
{
	FAULT_TRY(replica_state_begin(r));
	r->session_record.counter++;
	struct fault fault = replica_state_put_session(r);
	if (fault_is(fault)) {
		replica_state_rollback(r);
		return fault;
	}
	FAULT_TRY(replica_state_commit(r));
	event->kind = SESSION_DEVICE_COUNTED;
	event->counter = r->session_record.counter;
	event->key = r->session_record.has_key ? r->session_record.key : NULL;
	return fault_none();
}

static bool all_is_receipted(struct replica *r)
{
	for (size_t i = 0; i < replica_state_own_count(r); i++)
		if (replica_state_own(r, i)->receipted_seq < replica_state_own(r, i)->seq)
			return false;
	return true;
}

/* Both ends have everything: what this took is what `round_trips` says. */
static void note_completion(struct replica *r)
{
	bool complete = all_is_receipted(r) && !r->pull_more && replica_state_backlog(r) == NULL;
	if (complete && !r->was_complete)
		r->status.round_trips = r->flights;
	r->was_complete = complete;
}

static struct fault apply(struct replica *r, const struct session_device_effect *effect, bool has_more,
			  struct session_device_event *event)
{
	memset(&r->told, 0, sizeof r->told);
	struct fault fault = effect->kind == SESSION_DEVICE_APPLY_WELCOME
		? replica_apply_welcome(r, &r->scratch->welcome, effect->rows, effect->drop_key)
		: replica_apply_frame(r, &r->scratch->in, effect->rows, effect->new_key);
	if (fault_is(fault)) {
		r->status.last_error = fault.what;
		r->refused = fault.kind;
		event->kind = SESSION_DEVICE_REFUSED;
		return fault;
	}
	replica_rescue_follow(r); /* what a fork issued again */
	uint64_t now_ms = event->now_ms;
	r->status.last_error = "";
	*event = r->told;
	event->kind = SESSION_DEVICE_APPLIED;
	event->now_ms = now_ms;
	event->has_more = has_more;
	note_completion(r);
	tell_changed(r);
	return fault_none();
}

static void count_end(struct replica *r, enum session_device_end end)
{
	switch (end) {
	case SESSION_DEVICE_FOREIGN:
		replica_count(r, REPLICA_PROTOCOL, 1);
		break;
	case SESSION_DEVICE_UNKEPT:
		replica_count(r, r->refused == FAULT_PEER ? REPLICA_PROTOCOL : r->refused == FAULT_STORE ? REPLICA_STORE : REPLICA_OTHER, 1);
		break;
	case SESSION_DEVICE_SILENT:
		replica_count(r, REPLICA_TIMEOUT, 1);
		break;
	case SESSION_DEVICE_ORDERLY:
		break;
	}
}

/* Does one effect; false: there is nothing more to do. */
static bool perform(struct replica *r, const struct session_device_effect *effect, bool has_more,
		    struct session_device_event *event)
{
	struct fault fault = fault_none();
	*event = (struct session_device_event){ .now_ms = r->now.mono_ms };
	switch (effect->kind) {
	case SESSION_DEVICE_WAIT:
		return false;
	case SESSION_DEVICE_COUNT:
		fault = count(r, event);
		break;
	case SESSION_DEVICE_FILL_HELLO:
		event->kind = SESSION_DEVICE_FILLED;
		r->hello_mono_ms = r->now.mono_ms;
		fault = replica_fill_hello(r, effect->push_bytes, event);
		break;
	case SESSION_DEVICE_FILL:
		event->kind = SESSION_DEVICE_FILLED;
		fault = replica_fill_frame(r, effect->parts, event);
		break;
	case SESSION_DEVICE_SEND:
		send(r, effect->message);
		event->kind = SESSION_DEVICE_SENT;
		break;
	case SESSION_DEVICE_APPLY_WELCOME:
	case SESSION_DEVICE_APPLY_FRAME:
		(void)apply(r, effect, has_more, event);
		break;
	case SESSION_DEVICE_HANG_UP:
		count_end(r, effect->end);
		if (r->status.last_error[0] == '\0' || strcmp(effect->why, session_device_why_refused) != 0)
			r->status.last_error = effect->why;
		hang_up(r, r->status.last_error);
		return false;
	}
	if (fault_is(fault)) {
		r->status.last_error = fault.what;
		r->refused = fault.kind;
		event->kind = SESSION_DEVICE_REFUSED;
	}
	return true;
}

static void run(struct replica *r, const struct session_device_event *first, bool has_more)
{
	struct session_device_event event = *first;
	struct session_device_effect effect;
	do {
		effect = session_device_step(&r->session, &event);
	} while (perform(r, &effect, has_more, &event));
}

/* ---- enrolment ---- */

struct fault replica_enrol(struct replica *replica, const struct replica_enrolment *enrolment)
{
	bool same = memcmp(&replica->self.central, &enrolment->identity, sizeof enrolment->identity) == 0;
	size_t len = strlen(enrolment->serial);
	if (replica->self.is_revoked && !replica->self.is_erased)
		return fault_of(FAULT_CALLER, "this device has been revoked"); /* the order to erase stands */
	if (replica->self.is_enrolled && !same)
		return fault_of(FAULT_CALLER, "this profile belongs to another central node");
	if (len >= sizeof replica->serial || !wire_utf8(span_text(enrolment->serial)))
		return fault_of(FAULT_CALLER, "the serial is longer than 64 bytes or not UTF-8");
	if (replica->enrol_scratch == NULL)
		replica->enrol_scratch = calloc(1, sizeof *replica->enrol_scratch);
	if (replica->enrol_scratch == NULL)
		return fault_of(FAULT_LIMIT, "no memory for the enrolment");
	replica->enrolment = *enrolment;
	memcpy(replica->serial, enrolment->serial, len + 1);
	replica->enrolment.serial = replica->serial;
	replica->is_enrolling = true;
	replica->status.enrol = REPLICA_ENROL_TRIES;
	tell_changed(replica);
	return fault_none();
}

void replica_enrol_stop(struct replica *replica)
{
	if (replica->is_enrolling)
		replica->status.enrol = REPLICA_ENROL_NONE;
	replica->is_enrolling = false;
	sodium_memzero(&replica->enrolment, sizeof replica->enrolment);
	tell_changed(replica);
}

static void random_bytes(struct replica *r, uint8_t *out, size_t len)
{
	r->host.random(r->host.ctx, out, len);
}

/* Keys and ids: those there are, when an earlier attempt was never confirmed or central
 * has lost us, so that what was written since keeps its author. */
static void enrol_config(struct replica *r, struct session_enrol_config *c)
{
	memset(c, 0, sizeof *c);
	c->central = r->enrolment.identity;
	memcpy(c->slot, r->enrolment.slot, sizeof c->slot);
	memcpy(c->secret, r->enrolment.secret, sizeof c->secret);
	memcpy(c->serial, r->serial, sizeof c->serial);
	c->disk = r->enrolment.disk;
	random_bytes(r, c->ephemeral, sizeof c->ephemeral);
	if (r->self.is_enrolled && !r->self.is_erased) {
		memcpy(c->own_static, r->self.own_static, sizeof c->own_static);
		memcpy(c->sign_secret, r->self.sign_secret, sizeof c->sign_secret);
		c->node = r->self.node;
		c->epoch = r->self.epoch;
		return;
	}
	uint8_t seed[crypto_sign_SEEDBYTES], sign_public[crypto_sign_PUBLICKEYBYTES];
	random_bytes(r, seed, sizeof seed);
	crypto_sign_seed_keypair(sign_public, c->sign_secret, seed);
	sodium_memzero(seed, sizeof seed);
	random_bytes(r, c->own_static, sizeof c->own_static);
	random_bytes(r, c->node.bytes, ID_BYTES);
	random_bytes(r, c->epoch.bytes, ID_BYTES);
}

static struct fault keep_parts(struct replica *r)
{
	const struct session_enrol_config *c = &r->enrol.config;
	bool is_new = !r->self.is_enrolled || !ID_EQUAL(r->self.node, c->node);
	r->self = (struct replica_self){
		.is_enrolled = true, .is_confirmed = !is_new && r->self.is_confirmed,
		.holder = is_new ? (struct record_id){ .bytes = { 0 } } : r->self.holder, .node = c->node, .epoch = c->epoch, .central = c->central,
		.central_node = r->enrol.central_node,
	};
	memcpy(r->self.central_static, r->enrol.central_static, sizeof r->self.central_static);
	memcpy(r->self.own_static, c->own_static, sizeof r->self.own_static);
	memcpy(r->self.sign_secret, c->sign_secret, sizeof r->self.sign_secret);
	FAULT_TRY(replica_state_put_self(r));
	if (!is_new)
		return fault_none();
	memset(&r->session_record, 0, sizeof r->session_record);
	r->feed = (struct replica_feed){ .clock_state = CLOCK_UNKNOWN, .last_stamp_ms = r->feed.last_stamp_ms };
	FAULT_TRY(replica_health_forget(r));
	FAULT_TRY(replica_state_put_session(r));
	FAULT_TRY(replica_state_put_feed(r));
	r->author.central = r->self.central;
	struct author author = { c->node, c->epoch };
	return author_begin(&r->author, &author,
			    c->sign_secret + DELTA_SIGN_SECRET_BYTES - DELTA_SIGN_PUBLIC_BYTES, NULL);
}

/* EN2 */
static struct fault keep(struct replica *r)
{
	FAULT_TRY(replica_state_begin(r));
	struct fault fault = keep_parts(r);
	if (!fault_is(fault))
		fault = replica_state_commit(r);
	else
		replica_state_rollback(r);
	if (!fault_is(fault))
		fault = replica_state_load(r);
	configure(r);
	return fault;
}

static struct fault confirmed_parts(struct replica *r, const jalka_EnrolAnswer *answer)
{
	r->self.is_confirmed = true;
	if (answer->holder.size == ID_BYTES)
		memcpy(r->self.holder.bytes, answer->holder.bytes, ID_BYTES);
	return replica_state_put_self(r);
}

static struct fault confirmed(struct replica *r, const jalka_EnrolAnswer *answer)
{
	FAULT_TRY(replica_state_begin(r));
	struct fault fault = confirmed_parts(r, answer);
	if (fault_is(fault)) {
		replica_state_rollback(r);
		return fault;
	}
	return replica_state_commit(r);
}

static struct fault put_words(struct replica *r)
{
	FAULT_TRY(replica_state_begin(r));
	memcpy(r->self.words, r->enrol.words, sizeof r->self.words);
	struct fault fault = replica_state_put_self(r);
	if (!fault_is(fault))
		return replica_state_commit(r);
	replica_state_rollback(r);
	return fault;
}

static void run_enrol(struct replica *r, struct session_enrol_effect effect)
{
	struct fault fault;
	switch (effect.kind) {
	case SESSION_ENROL_WAIT:
		r->status.enrol = REPLICA_ENROL_WAITS;
		tell_changed(r);
		return;
	case SESSION_ENROL_SEND:
		send(r, effect.message);
		tell_changed(r);
		return;
	case SESSION_ENROL_KEEP:
		fault = keep(r);
		if (fault_is(fault)) {
			hang_up(r, fault.what);
			return;
		}
		r->is_enrolling = false;
		effect = session_enrol_kept(&r->enrol, r->enrol_scratch);
		(void)put_words(r); /* for the screen alone: without them the words are asked for at central */
		run_enrol(r, effect);
		return;
	case SESSION_ENROL_CONFIRMED:
		fault = confirmed(r, effect.answer);
		hang_up(r, fault_is(fault) ? fault.what : "enrolled");
		if (!fault_is(fault))
			r->status.last_error = "";
		return;
	case SESSION_ENROL_HANG_UP:
		if (r->enrol.state == SESSION_ENROL_WAITING)
			r->status.enrol = REPLICA_ENROL_REFUSED;
		hang_up(r, effect.why);
		return;
	}
}

/* ---- the link ---- */

void replica_link_up(struct replica *replica, struct replica_time now)
{
	struct replica *r = replica;
	ASSERT(!r->is_up);
	r->now = now;
	r->is_up = true;
	r->inbox.used = 0;
	r->flights = 0;
	r->awaiting = r->was_complete = r->pull_more = false;
	r->status.sessions++;
	if (r->is_enrolling) {
		struct session_enrol_config c;
		enrol_config(r, &c);
		r->by_code = true;
		r->status.last_error = "";
		run_enrol(r, session_enrol_begin(&r->enrol, &c, r->enrol_scratch));
		sodium_memzero(&c, sizeof c);
		return;
	}
	r->by_code = false;
	if (!r->self.is_enrolled) {
		hang_up(r, "this device is not enrolled yet");
		return;
	}
	r->first_frame = true;
	r->health.is_sent = false;
	r->offers_known = false;
	r->held_count = r->held_next = 0;
	r->held_frames = r->held_answers = 0;
	r->held_complete = false;
	r->salt_count = r->salt_next = 0;
	for (size_t i = 0; i < r->forgotten_count; i++)
		r->forgotten[i].was_sent = r->forgotten[i].was_in_first = false;
	uint8_t ephemeral[NOISE_DH_BYTES];
	random_bytes(r, ephemeral, sizeof ephemeral);
	struct session_device_event event = {
		.kind = SESSION_DEVICE_LINK_UP, .now_ms = now.mono_ms, .ephemeral = ephemeral,
	};
	run(r, &event, false);
	sodium_memzero(ephemeral, sizeof ephemeral);
}

static void frame_came(struct replica *r, struct span frame, bool has_more)
{
	if (r->awaiting)
		r->flights++;
	r->awaiting = false;
	if (r->by_code) {
		run_enrol(r, session_enrol_frame(&r->enrol, frame, r->enrol_scratch));
		return;
	}
	uint8_t ephemeral[NOISE_DH_BYTES];
	random_bytes(r, ephemeral, sizeof ephemeral);
	struct session_device_event event = {
		.kind = SESSION_DEVICE_FRAME_CAME, .now_ms = r->now.mono_ms, .ephemeral = ephemeral, .frame = frame,
	};
	run(r, &event, has_more);
	sodium_memzero(ephemeral, sizeof ephemeral);
}

static bool is_ended(const struct replica *r)
{
	return !r->is_up || (!r->by_code && r->session.state == SESSION_DEVICE_ENDED);
}

void replica_link_bytes(struct replica *replica, struct span bytes, struct replica_time now)
{
	struct span frame;
	replica->now = now;
	replica->status.bytes_received += bytes.len;
	while (!is_ended(replica) && session_frame_next(&replica->inbox, &bytes, &frame))
		frame_came(replica, frame, bytes.len > 0);
}

void replica_link_down(struct replica *replica, struct replica_time now)
{
	struct session_device_event event = { .kind = SESSION_DEVICE_LINK_LOST, .now_ms = now.mono_ms };
	if (!replica->is_up)
		return;
	replica->now = now;
	replica->is_up = false;
	if (replica->by_code && replica->enrol.state <= SESSION_ENROL_PROVED && replica->status.last_error[0] == '\0')
		replica->status.last_error = "the central node closed the connection before it took the code: it may be used up or too old";
	if (replica->by_code)
		session_enrol_deinit(&replica->enrol);
	run(replica, &event, false);
	tell_changed(replica);
}

/* Before message 2 it is central that will not; behind it a way that was there broke. */
void replica_link_broke(struct replica *replica)
{
	if (!is_ended(replica) && !replica->by_code)
		replica_count(replica, replica->session.state < SESSION_DEVICE_WELCOMED ? REPLICA_REFUSED : REPLICA_CONNECT, 1);
}

void replica_poke(struct replica *replica, struct replica_time now)
{
	struct session_device_event event = { .kind = SESSION_DEVICE_POKED, .now_ms = now.mono_ms };
	replica->now = now;
	if (!replica->is_up || replica->by_code)
		return;
	replica->was_complete = replica->was_complete && all_is_receipted(replica);
	if (!replica->was_complete && !replica->awaiting)
		replica->flights = 0; /* what follows is a sync of its own */
	run(replica, &event, false);
}

uint64_t replica_deadline(const struct replica *replica)
{
	return replica->is_up && !replica->by_code ? session_device_deadline(&replica->session) : UINT64_MAX;
}

/* ---- asking ---- */

const struct order_tree *replica_orders(const struct replica *replica)
{
	return &replica->orders;
}

bool replica_holds(struct replica *replica, struct case_id case_id)
{
	bool holds = false;
	return !fault_is(replica_scope_holds(replica, case_id, &holds)) && holds;
}

static enum replica_state state_of(struct replica *r)
{
	if (r->self.is_revoked)
		return REPLICA_REVOKED;
	if (!r->self.is_enrolled)
		return r->is_enrolling ? REPLICA_ENROLLING : REPLICA_BLANK;
	if (!r->self.is_confirmed || (r->is_up && r->by_code))
		return REPLICA_ENROLLING;
	if (!r->is_up || r->session.state == SESSION_DEVICE_ENDED || r->session.state == SESSION_DEVICE_DOWN)
		return REPLICA_OFFLINE;
	if (r->session.state < SESSION_DEVICE_WELCOMED)
		return REPLICA_CONNECTING;
	return session_device_is_quiet(&r->session) && r->was_complete ? REPLICA_IDLE : REPLICA_SYNCING;
}

/* Verdicts on what stands in the own chains; kept up to date by replica_receipt. */
struct counting {
	struct replica_status *status;
	uint64_t last_seq; /* what stands above is a lost copy's work, come back by the feed */
};

static bool count_entry(void *ctx, const struct log_entry *entry)
{
	struct counting *c = ctx;
	if (entry->seq > c->last_seq)
		return false;
	c->status->quarantined += entry->verdict == LOG_QUARANTINED;
	c->status->rejected += entry->verdict == LOG_REJECTED;
	return true;
}

static void recount_verdicts(struct replica *r)
{
	r->status.quarantined = r->status.rejected = 0;
	for (size_t i = 0; r->self.is_enrolled && i < replica_state_own_count(r); i++) {
		const struct log_author *own = replica_state_own(r, i);
		struct counting counting = { &r->status, own->seq };
		(void)log_read_author(r->log, &own->author, 1, count_entry, &counting);
	}
	r->counts_stale = false;
}

static bool take_stamp(void *ctx, const struct log_entry *entry)
{
	*(uint64_t *)ctx = entry->stamp_ms;
	return false;
}

/* What follows from where the own chains end and how far they are receipted. */
static void count_own(struct replica *r)
{
	struct replica_status *s = &r->status;
	s->written = s->unreceipted = s->oldest_unreceipted_ms = 0;
	for (size_t i = 0; r->self.is_enrolled && i < replica_state_own_count(r); i++) {
		const struct log_author *own = replica_state_own(r, i);
		s->written += own->seq;
		s->unreceipted += own->seq - own->receipted_seq;
		if (s->oldest_unreceipted_ms == 0 && own->receipted_seq < own->seq)
			(void)log_find(r->log, &own->author, own->receipted_seq + 1, take_stamp, &s->oldest_unreceipted_ms);
	}
}

static bool count_case(void *ctx, const struct log_case *info)
{
	struct replica *r = ctx;
	const struct replica_grant *grant = replica_state_grant(r, info->case_id);
	r->status.cases += info->has_secret && !info->erased && (grant == NULL || !grant->is_forgetting);
	return true;
}

static void recount_cases(struct replica *r)
{
	r->status.backlogs = r->status.cases = 0;
	for (size_t i = 0; i < r->grant_count; i++)
		r->status.backlogs += !r->grants[i].is_complete && !r->grants[i].is_forgetting;
	(void)log_case_scan(r->log, count_case, r);
	r->cases_stale = false;
}

void replica_status(struct replica *replica, struct replica_status *out)
{
	struct replica *r = replica;
	struct replica_status *s = &r->status;
	if (r->counts_stale)
		recount_verdicts(r);
	if (r->cases_stale)
		recount_cases(r);
	count_own(r);
	s->state = state_of(r);
	s->node = r->self.node;
	s->epoch = r->self.epoch;
	s->holder = r->self.holder;
	s->is_erased = r->self.is_erased;
	s->is_suspended = r->is_suspended;
	s->last_stamp_ms = r->author.chain.clock.last_ms;
	s->is_rescued = r->rescue != NULL;
	s->rescue_missing = replica_rescue_missing(r);
	s->rescue_trouble = replica_rescue_trouble(r);
	memcpy(s->words, r->self.words, sizeof s->words);
	s->last_contact_ms = r->feed.last_contact_ms;
	s->order = r->feed.order;
	s->safe_order = r->feed.safe_order;
	s->clock_offset_ms = r->author.chain.clock.offset_ms;
	s->clock_state = r->author.chain.clock.state;
	*out = *s;
}

struct verdict {
	bool found;
	enum log_verdict verdict;
	uint32_t reason;
};

static bool take_verdict(void *ctx, const struct log_entry *entry)
{
	struct verdict *verdict = ctx;
	*verdict = (struct verdict){ true, entry->verdict, entry->reason };
	return false;
}

struct fault replica_verdict(struct replica *replica, const struct author *author, uint64_t seq,
			     enum log_verdict *verdict, uint32_t *reason)
{
	struct verdict found = { .found = false };
	FAULT_TRY(log_find(replica->log, author, seq, take_verdict, &found));
	if (!found.found)
		return fault_of(FAULT_CALLER, "no such delta");
	*verdict = found.verdict;
	*reason = found.reason;
	return fault_none();
}
