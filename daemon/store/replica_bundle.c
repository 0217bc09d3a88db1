/* replica_bundle - written and read: see the head of the header. */
#include "store/replica_bundle.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/assert.h"
#include "store/replica_apply.h"
#include "store/replica_fill.h"
#include "store/replica_fork.h"
#include "store/replica_receipt.h"
#include "store/replica_rescue.h"
#include "store/replica_scope.h"
#include "store/replica_state.h"

static struct fault no_memory(void)
{
	return fault_of(FAULT_LIMIT, "no memory for the bundle");
}

static struct session_frame_codec codec_of(const struct replica *r)
{
	return (struct session_frame_codec){ r->host.ctx, r->host.compress, r->host.decompress };
}

/* The place in the feed must not move under a bundle; the host dials again. */
static void close_link(struct replica *r, struct replica_time now)
{
	r->now = now;
	if (!r->is_up)
		return;
	r->host.hang_up(r->host.ctx, "a bundle is written or read");
	replica_link_down(r, now);
}

/* What a session keeps of what it has sent is not of a bundle. */
static void begin_parts(struct replica *r)
{
	r->offers_known = false;
	r->held_count = r->held_next = 0;
	r->held_frames = r->held_answers = 0;
	r->held_complete = false;
	for (size_t i = 0; i < r->forgotten_count; i++)
		r->forgotten[i].was_sent = r->forgotten[i].was_in_first = false;
}

/* ---- writing ---- */

struct writing {
	struct replica *r;
	struct bundle_scratch *scratch;
	struct session_frame_codec codec;
	struct bundle_writer writer;
	replica_bundle_put *put;
	void *ctx;
	crypto_generichash_state name;
	struct replica_bundle_written *told;
};

static struct fault give(struct writing *w, struct span piece)
{
	crypto_generichash_update(&w->name, piece.data, piece.len);
	return w->put(w->ctx, piece) ? fault_none() : fault_of(FAULT_LIMIT, "no room for the bundle");
}

static struct fault put_message(struct writing *w, enum bundle_message message, void *control, struct span rows)
{
	struct span piece;
	FAULT_TRY(bundle_put(&w->writer, message, control, rows, &piece));
	return give(w, piece);
}

/* The replica fills its session scratch, from where the message goes. */
static jalka_Frame *new_frame(struct writing *w)
{
	jalka_Frame *frame = &w->r->scratch->out;
	memset(frame, 0, sizeof *frame);
	return frame;
}

static struct fault put_frame(struct writing *w, struct span rows)
{
	return put_message(w, BUNDLE_FRAME, &w->r->scratch->out, rows);
}

static struct fault begin(struct writing *w)
{
	struct replica *r = w->r;
	uint8_t ephemeral[NOISE_DH_BYTES];
	struct session_device_event event = { .parts = 0 };
	struct span piece;
	memset(&w->scratch->head, 0, sizeof w->scratch->head);
	w->scratch->head.time_ms = r->now.wall_ms;
	r->host.random(r->host.ctx, ephemeral, sizeof ephemeral);
	const struct bundle_parties parties = {
		.kind = BUNDLE_TO_CENTRAL, .identity = &r->self.central, .own_secret = r->self.own_static,
		.other_public = r->feed.bundle_key, .ephemeral = ephemeral,
	};
	struct fault fault = bundle_begin(&w->writer, w->scratch, &w->codec, &parties, &piece);
	sodium_memzero(ephemeral, sizeof ephemeral);
	FAULT_TRY(fault);
	FAULT_TRY(give(w, piece));
	memset(&r->scratch->hello, 0, sizeof r->scratch->hello);
	FAULT_TRY(replica_fill_hello(r, 0, &event));
	/* Of the session's messages, which a bundle is made of; 0 stands for version 1. */
	r->scratch->hello.version_min = r->host.version_min <= 1 ? 0 : r->host.version_min;
	r->scratch->hello.version_max = r->host.version_max <= 1 ? 0 : r->host.version_max;
	return put_message(w, BUNDLE_HELLO, &r->scratch->hello, (struct span){ NULL, 0 });
}

static struct fault put_forgotten(struct writing *w)
{
	while (replica_fill_forgotten(w->r, new_frame(w)))
		FAULT_TRY(put_frame(w, (struct span){ NULL, 0 }));
	return fault_none();
}

/* P7: nobody can ask on the way. A central that was put back may have lost the openings of
 * these; or it has erased one, and an answer has asked. */
static struct fault put_salts(struct writing *w, const struct author *author, uint64_t first, uint64_t last)
{
	struct replica *r = w->r;
	bool wanted = r->orders.count > 1 || r->feed.are_salts_owed;
	for (uint64_t seq = first; wanted && seq <= last;) {
		jalka_Frame *frame = new_frame(w);
		jalka_Salt *salt = &frame->salt;
		frame->has_salt = true;
		SESSION_FRAME_SET(salt->epoch, author->epoch.bytes);
		while (seq <= last && salt->salts_count < sizeof salt->salts / sizeof salt->salts[0])
			FAULT_TRY(replica_fill_salt(r, author, seq++, &salt->salts[salt->salts_count++]));
		FAULT_TRY(put_frame(w, (struct span){ NULL, 0 }));
	}
	return fault_none();
}

/* What has no receipt in one own epoch, chunk after chunk. */
static struct fault put_pushes(struct writing *w, const struct log_author *own)
{
	struct log_author at = *own;
	bool has = true;
	while (has && at.receipted_seq < own->seq && bundle_has_room(&w->writer)) {
		jalka_Frame *frame = new_frame(w);
		struct span rows = { NULL, 0 };
		uint64_t first = at.receipted_seq + 1;
		FAULT_TRY(replica_fill_chunk(w->r, &at, &frame->push, &frame->has_push, &rows));
		has = frame->has_push;
		if (!has)
			break;
		FAULT_TRY(put_frame(w, rows));
		FAULT_TRY(put_salts(w, &own->author, first, at.receipted_seq));
		w->told->deltas += at.receipted_seq + 1 - first;
	}
	w->told->left += own->seq - at.receipted_seq;
	return fault_none();
}

static struct fault put_offers(struct writing *w, bool *all)
{
	*all = !w->r->feed.is_offer_owed;
	while (!*all && bundle_has_room(&w->writer)) {
		jalka_Frame *frame = new_frame(w);
		struct session_device_event event = { .parts = 0 };
		FAULT_TRY(replica_fill_offer(w->r, &frame->offer, &frame->has_offer, &event));
		*all = !frame->has_offer;
		if (frame->has_offer)
			FAULT_TRY(put_frame(w, event.rows));
	}
	return fault_none();
}

/* P5, once everything else is in it: its answer says that all of that arrived. */
static struct fault put_held(struct writing *w)
{
	struct replica *r = w->r;
	while (r->feed.is_held_owed && !r->held_complete && bundle_has_room(&w->writer)) {
		struct session_device_event event = { .parts = 0 };
		replica_fill_held(r, new_frame(w), &event);
		FAULT_TRY(put_frame(w, (struct span){ NULL, 0 }));
	}
	return fault_none();
}

static struct fault write_all(struct writing *w)
{
	struct replica *r = w->r;
	struct span piece;
	bool offered;
	FAULT_TRY(begin(w));
	FAULT_TRY(put_forgotten(w));
	for (size_t i = 0; i < replica_state_own_count(r); i++)
		FAULT_TRY(put_pushes(w, replica_state_own(r, i)));
	if (w->told->left == 0) {
		FAULT_TRY(put_offers(w, &offered));
		if (offered)
			FAULT_TRY(put_held(w));
	}
	if (r->self.is_erased) {
		new_frame(w)->bye = true;
		FAULT_TRY(put_frame(w, (struct span){ NULL, 0 }));
	}
	FAULT_TRY(bundle_end(&w->writer, w->told->left > 0, NULL, &piece));
	return give(w, piece);
}

/* By its name the answer is known, whatever central's clock shows. */
static struct fault note_question(struct writing *w)
{
	struct replica *r = w->r;
	FAULT_TRY(replica_state_begin(r));
	crypto_generichash_final(&w->name, r->feed.asked, sizeof r->feed.asked);
	struct fault fault = replica_state_put_feed(r);
	if (!fault_is(fault))
		return replica_state_commit(r);
	replica_state_rollback(r);
	return fault;
}

struct fault replica_bundle_write(struct replica *replica, struct replica_time now, replica_bundle_put *put, void *ctx,
				  struct replica_bundle_written *out)
{
	struct replica *r = replica;
	struct replica_bundle_written told = { .key_made_ms = r->feed.bundle_key_made_ms };
	struct writing w = { .r = r, .codec = codec_of(r), .put = put, .ctx = ctx, .told = &told };
	if (!r->self.is_enrolled)
		return fault_of(FAULT_CALLER, "this device is not enrolled yet");
	if (!r->feed.has_bundle_key)
		return fault_of(FAULT_LATER, "there is no key to seal bundles to yet: it comes with the first connection to the "
					     "central node, or with a bundle written there for this device");
	w.scratch = calloc(1, sizeof *w.scratch);
	if (w.scratch == NULL)
		return no_memory();
	close_link(r, now);
	begin_parts(r);
	crypto_generichash_init(&w.name, NULL, 0, BUNDLE_NAME_BYTES);
	struct fault fault = write_all(&w);
	if (!fault_is(fault))
		fault = note_question(&w);
	begin_parts(r);
	told.bytes = w.writer.bytes;
	sodium_memzero(&w.writer, sizeof w.writer);
	sodium_memzero(w.scratch, sizeof *w.scratch);
	free(w.scratch);
	if (!fault_is(fault))
		*out = told;
	return fault;
}

/* ---- reading ---- */

struct replica_bundle {
	struct replica *r;
	struct bundle_scratch *scratch;
	struct session_frame_codec codec;
	struct bundle_reader reader;
	struct replica_bundle_report report;
	struct epoch_id epoch;       /* central's, that its orders count in */
	struct epoch_id own_epoch;   /* of this device, that it speaks of; none: of none */
	bool done;
	bool is_awaited;             /* it answers the newest question, asked after central's newest word */
	bool has_common;             /* RB4, looked at in this step */
	uint64_t fed;                /* its feed is told up to here */
	uint64_t backlog_g, backlog_place;
	bool is_exact;               /* nothing has come since the bundle it answers: Held is answered */
};

void replica_bundle_close(struct replica_bundle *bundle)
{
	if (bundle == NULL)
		return;
	bundle_close(&bundle->reader);
	sodium_memzero(bundle->scratch, sizeof *bundle->scratch);
	free(bundle->scratch);
	sodium_memzero(bundle, sizeof *bundle);
	free(bundle);
}

static struct fault open_file(struct replica_bundle *b, struct span file)
{
	struct replica *r = b->r;
	struct bundle_header header;
	uint8_t own_public[NOISE_DH_BYTES];
	FAULT_TRY(bundle_look(file, &header));
	if (!r->self.is_enrolled)
		return fault_of(FAULT_CALLER, "this device is not enrolled yet");
	if (header.kind != BUNDLE_TO_DEVICE)
		return fault_of(FAULT_CALLER, "the bundle is for the central node: read it there");
	if (crypto_scalarmult_base(own_public, r->self.own_static) != 0)
		return fault_of(FAULT_STORE, "the device's key is damaged");
	if (memcmp(header.key, own_public, sizeof header.key) != 0)
		return fault_of(FAULT_CALLER, "the bundle is for another device, or for this one as it was enrolled before");
	const struct bundle_parties parties = {
		.kind = BUNDLE_TO_DEVICE, .identity = &r->self.central, .own_secret = r->self.own_static,
	};
	FAULT_TRY(bundle_open(&b->reader, b->scratch, &b->codec, &parties, file));
	if (memcmp(b->reader.sender, r->self.central_static, NOISE_DH_BYTES) != 0)
		return fault_of(FAULT_PEER, "the bundle is not of the central node of this device");
	return bundle_check(&b->reader);
}

struct fault replica_bundle_open(struct replica *replica, struct span file, struct replica_bundle **out)
{
	struct replica_bundle *b = calloc(1, sizeof *b);
	if (b == NULL)
		return no_memory();
	b->r = replica;
	b->codec = codec_of(replica);
	b->scratch = calloc(1, sizeof *b->scratch);
	struct fault fault = b->scratch == NULL ? no_memory() : open_file(b, file);
	if (fault_is(fault)) {
		if (b->scratch != NULL)
			sodium_memzero(b->scratch, sizeof *b->scratch);
		free(b->scratch);
		free(b);
		return fault;
	}
	const jalka_BundleHead *head = &b->reader.head;
	b->report = (struct replica_bundle_report){
		.written_ms = head->time_ms, .asked = head->answers.size != 0, .messages = b->reader.messages,
		.deltas = b->reader.rows, .more = b->reader.more,
	};
	b->is_awaited = b->report.asked && head->answers.size == BUNDLE_NAME_BYTES
			&& memcmp(head->answers.bytes, replica->feed.asked, BUNDLE_NAME_BYTES) == 0;
	if (head->epoch.size == ID_BYTES)
		memcpy(b->own_epoch.bytes, head->epoch.bytes, ID_BYTES);
	b->fed = head->from.order;
	b->backlog_g = head->from.backlog_now;
	b->backlog_place = head->from.backlog_place;
	*out = b;
	return fault_none();
}

/* ---- what central says of this device ---- */

/* RB1 and the feed hold in the epoch in use alone; an answer may bring a newer one. */
static bool is_of_epoch_in_use(const struct replica_bundle *b)
{
	return ID_EQUAL(b->epoch, b->r->feed.epoch);
}

static bool is_left(const struct replica *r, const struct epoch_id *epoch)
{
	return !ID_EQUAL(*epoch, r->feed.epoch) && order_epoch_by_id(&r->orders, epoch) != NULL;
}

/* RB3. The clock is not learnt: nobody knows how long it was on the way. That there was
 * contact it tells of the time when it was written. */
static struct fault apply_standing(struct replica_bundle *b, const jalka_Welcome *welcome)
{
	struct replica *r = b->r;
	uint64_t then_ms = (uint64_t)((int64_t)welcome->time_ms - r->feed.clock_offset_ms);
	replica_state_told(r, welcome->time_ms);
	if (then_ms > r->now.wall_ms)
		then_ms = r->now.wall_ms;
	if (then_ms > r->feed.last_contact_ms)
		r->feed.last_contact_ms = then_ms;
	if (welcome->has_bundle_key)
		FAULT_TRY(replica_apply_bundle_key(r, &welcome->bundle_key));
	if (welcome->status == jalka_Status_REVOKED)
		return replica_apply_revoked(r, welcome);
	r->is_suspended = welcome->status == jalka_Status_SUSPENDED;
	r->self.is_confirmed = true;
	r->self.is_revoked = false;
	if (welcome->holder.size == ID_BYTES)
		memcpy(r->self.holder.bytes, welcome->holder.bytes, ID_BYTES);
	return replica_state_put_self(r);
}

static bool speaks(const struct replica *r, uint32_t version)
{
	uint32_t min = r->host.version_min == 0 ? SESSION_DEVICE_VERSION : r->host.version_min;
	uint32_t max = r->host.version_max == 0 ? SESSION_DEVICE_VERSION : r->host.version_max;
	return min <= version && version <= max;
}

static struct fault take_welcome(struct replica_bundle *b, const jalka_Welcome *welcome)
{
	struct replica *r = b->r;
	bool same_chain = ID_EQUAL(b->own_epoch, r->author.chain.info.author.epoch);
	const jalka_BundleHead *head = &b->reader.head;
	if (!speaks(r, welcome->version == 0 ? 1 : welcome->version))
		return fault_of(FAULT_PEER, "the central node speaks another version: update this device");
	if (welcome->central_epoch.size != ID_BYTES)
		return fault_of(FAULT_PEER, "an answer that does not name its epoch");
	memcpy(b->epoch.bytes, welcome->central_epoch.bytes, ID_BYTES);
	b->report.is_lost = is_left(r, &b->epoch);
	if (b->report.is_lost)
		return fault_none();
	FAULT_TRY(replica_fork_adopt(r, welcome)); /* what another epoch told says nothing of this one's age */
	b->report.is_old = welcome->time_ms < r->feed.told_ms && !b->is_awaited;
	if (!b->report.is_old) {
		FAULT_TRY(apply_standing(b, welcome));
		if (same_chain && b->report.asked)
			FAULT_TRY(replica_fork_compare(r, welcome));
	}
	const struct replica_grant *backlog = replica_state_backlog(r);
	b->is_exact = !b->report.is_old && b->report.asked && r->feed.order == head->from.order
		&& (backlog == NULL ? head->from.backlog_now == 0
				    : head->from.backlog_now == backlog->g.n && head->from.backlog_place == backlog->place);
	return replica_apply_finish(r, welcome->safe_order);
}

/* ---- its frames ---- */

/* RB4: the feed leaves out what the device had when the bundle was written. */
static struct fault look_for_common(struct replica_bundle *b)
{
	const jalka_BundleHead *head = &b->reader.head;
	const struct author author = { b->r->self.node, b->own_epoch };
	const struct log_author *own = replica_state_own_by_id(b->r, &b->own_epoch);
	struct delta_hash h;
	bool found = false;
	b->has_common = head->common_seq == 0;
	if (b->has_common || own == NULL || own->seq < head->common_seq)
		return fault_none();
	FAULT_TRY(author_h_at(b->r->log, &b->r->self.central, &author, head->common_seq, &h, &found));
	b->has_common = found && memcmp(h.bytes, head->common_h.bytes, DELTA_HASH_BYTES) == 0;
	return fault_none();
}

static struct fault take_receipt(struct replica_bundle *b, const jalka_Receipt *receipt)
{
	struct replica *r = b->r;
	const struct log_author *own;
	bool unreceipted;
	r->told.receipted = false;
	FAULT_TRY(replica_receipt_apply(r, SESSION_FRAME_SPAN(receipt->body), SESSION_FRAME_SPAN(receipt->signature),
					&b->own_epoch));
	own = r->told.receipted ? replica_state_own_by_id(r, &r->told.receipted_epoch) : NULL;
	for (size_t i = 0; own != NULL && i < r->receipt.run_count; i++)
		b->report.receipts += r->receipt.runs[i].count;
	FAULT_TRY(replica_scope_unreceipted(r, (struct case_id){ { 0 } }, &unreceipted));
	r->feed.are_salts_owed = r->feed.are_salts_owed && unreceipted;
	return fault_none();
}

static struct fault take_forgotten(struct replica_bundle *b, const jalka_Forgotten *said)
{
	struct replica *r = b->r;
	struct epoch_id epoch = b->epoch;
	if (said->g_epoch.size == ID_BYTES)
		memcpy(epoch.bytes, said->g_epoch.bytes, ID_BYTES);
	for (size_t i = r->forgotten_count; i > 0; i--) {
		const struct replica_forgotten *f = &r->forgotten[i - 1];
		const struct order_epoch *of = order_epoch_by_generation(&r->orders, f->g.generation);
		if (memcmp(f->case_id.bytes, said->case_id.bytes, ID_BYTES) == 0 && f->g.n == said->g && of != NULL
		    && ID_EQUAL(of->id, epoch))
			FAULT_TRY(replica_state_remove_forgotten(r, i - 1));
	}
	return fault_none();
}

/* A word about an older chain may have been heard and acted upon: then it parts nothing. */
static struct fault take_chain(struct replica_bundle *b, const jalka_Chain *chain)
{
	struct fault fault = b->report.is_old ? fault_none() : replica_fork_parted(b->r, chain);
	return fault.kind == FAULT_PEER ? fault_none() : fault;
}

static struct fault take_held_answer(struct replica_bundle *b, const jalka_HeldAnswer *answer)
{
	b->is_exact = b->is_exact && b->r->feed.order == b->reader.head.from.order; /* a session may come between two steps */
	return b->is_exact && b->r->feed.is_held_owed ? replica_apply_held_answer(b->r, answer) : fault_none();
}

static bool may_be_fed(const struct replica_bundle *b)
{
	const struct replica *r = b->r;
	return b->has_common && !r->self.is_revoked && !(b->report.is_old && r->is_suspended);
}

static struct fault take_pull(struct replica_bundle *b, const jalka_Pull *pull, struct span rows)
{
	struct replica *r = b->r;
	uint64_t count = pull->has_rows ? pull->rows.count : 0, from = b->fed;
	if (b->reader.head.held_answered && b->is_exact) /* they stand before the feed: all of them are here */
		r->feed.is_held_owed = r->feed.is_offer_owed = false;
	if (!may_be_fed(b)) {
		b->report.lacks_own = !b->has_common;
		b->report.waiting += count;
		return fault_none();
	}
	b->fed = pull->to;
	if (pull->to <= r->feed.order)
		return fault_none();
	if (from > r->feed.order) {
		b->report.waiting += count;
		b->fed = from;
		return fault_none();
	}
	return replica_apply_pull(r, pull, rows);
}

static struct fault take_backlog(struct replica_bundle *b, const jalka_Backlog *backlog, struct span rows)
{
	struct replica *r = b->r;
	struct case_id id;
	uint64_t count = backlog->has_rows ? backlog->rows.count : 0;
	uint64_t from = backlog->g == b->backlog_g ? b->backlog_place : 0;
	memcpy(id.bytes, backlog->case_id.bytes, ID_BYTES);
	const struct replica_grant *held = replica_state_grant(r, id);
	b->backlog_g = backlog->g;
	b->backlog_place = backlog->last ? 0 : backlog->to;
	if (!may_be_fed(b)) {
		b->report.waiting += count;
		return fault_none();
	}
	if (held == NULL || held->is_forgetting || held->is_complete || (!backlog->last && backlog->to <= held->place))
		return fault_none();
	if (from > held->place || r->feed.order > b->reader.head.at_order) { /* RB2 */
		b->report.waiting += count;
		return fault_none();
	}
	return replica_apply_backlog(r, backlog, rows);
}

static struct fault take_frame(struct replica_bundle *b, const jalka_Frame *frame, struct span rows)
{
	struct replica *r = b->r;
	if (b->report.is_lost || !is_of_epoch_in_use(b)) {
		b->report.is_lost = true; /* it may have been left between two steps */
		return fault_none();
	}
	if (frame->has_receipt)
		FAULT_TRY(take_receipt(b, &frame->receipt));
	for (pb_size_t i = 0; i < frame->forgotten_count; i++)
		FAULT_TRY(take_forgotten(b, &frame->forgotten[i]));
	if (frame->has_need_salt)
		r->feed.are_salts_owed = true;
	if (frame->has_chain)
		FAULT_TRY(take_chain(b, &frame->chain));
	if (frame->has_held_answer)
		FAULT_TRY(take_held_answer(b, &frame->held_answer));
	FAULT_TRY(look_for_common(b));
	if (frame->has_pull)
		FAULT_TRY(take_pull(b, &frame->pull, rows));
	if (frame->has_backlog)
		FAULT_TRY(take_backlog(b, &frame->backlog, rows));
	return replica_apply_finish(r, 0);
}

/* Nothing of the feed came with it, but Held was answered. */
static struct fault take_end(struct replica_bundle *b)
{
	struct replica *r = b->r;
	b->done = true;
	if (b->report.is_lost || !is_of_epoch_in_use(b) || !b->reader.head.held_answered || !b->is_exact)
		return fault_none();
	r->feed.is_held_owed = r->feed.is_offer_owed = false;
	return replica_apply_finish(r, 0);
}

static struct fault take_message(struct replica_bundle *b, enum bundle_message message, struct span rows)
{
	switch (message) {
	case BUNDLE_WELCOME:
		return take_welcome(b, &b->scratch->welcome);
	case BUNDLE_FRAME:
		return take_frame(b, &b->scratch->frame, rows);
	case BUNDLE_END:
		return take_end(b);
	case BUNDLE_HELLO:
		break;
	}
	return fault_of(FAULT_PEER, "central says no hello");
}

/* One message, one transaction (R3). */
static struct fault apply_next(struct replica_bundle *b)
{
	struct replica *r = b->r;
	enum bundle_message message;
	struct span rows;
	struct replica_bundle_report before = b->report;
	uint64_t first, last;
	FAULT_TRY(bundle_next(&b->reader, &message, &rows));
	FAULT_TRY(log_last_local(r->log, &first));
	memset(&r->told, 0, sizeof r->told);
	FAULT_TRY(replica_state_begin(r));
	r->is_carried = true;
	struct fault fault = take_message(b, message, rows);
	r->is_carried = false;
	if (!fault_is(fault))
		fault = log_last_local(r->log, &last);
	if (fault_is(fault)) {
		replica_state_rollback(r);
		b->report = before;
		return fault;
	}
	b->report.done = b->reader.read;
	if (message == BUNDLE_FRAME && !r->told.forked) /* own work issued again is nothing new */
		b->report.fresh += last - first;
	FAULT_TRY(replica_state_commit(r));
	replica_rescue_follow(r);
	return fault_none();
}

struct fault replica_bundle_step(struct replica_bundle *bundle, struct replica_time now, bool *done)
{
	struct replica *r = bundle->r;
	struct fault fault = fault_none();
	close_link(r, now);
	for (size_t i = 0; i < REPLICA_BUNDLE_STEP_MESSAGES && !bundle->done && !fault_is(fault); i++)
		fault = apply_next(bundle);
	if (fault.kind == FAULT_PEER) { /* what came before it stands */
		bundle->report.problem = fault.what;
		bundle->done = true;
		fault = fault_none();
	}
	*done = bundle->done;
	if (r->host.changed != NULL)
		r->host.changed(r->host.ctx);
	return fault;
}

void replica_bundle_report(const struct replica_bundle *bundle, struct replica_bundle_report *out)
{
	*out = bundle->report;
}
