/* replica_apply - what central sends, made durable. */
#include "store/replica_apply.h"

#include <pb_decode.h>

#include "base/assert.h"
#include "records_table.h"
#include "store/replica_decided.h"
#include "store/replica_fork.h"
#include "store/replica_health.h"
#include "store/replica_kept.h"
#include "store/replica_lost.h"
#include "store/replica_receipt.h"
#include "store/replica_scope.h"

static struct case_id case_of(const uint8_t *bytes)
{
	struct case_id id;
	memcpy(id.bytes, bytes, ID_BYTES);
	return id;
}

/* ---- authors ---- */

static struct fault learn_author(struct replica *r, const jalka_Author *wire)
{
	struct log_author info = { .seq = 0 };
	bool found;
	struct author author;
	memcpy(author.node.bytes, wire->node.bytes, ID_BYTES);
	memcpy(author.epoch.bytes, wire->epoch.bytes, ID_BYTES);
	FAULT_TRY(log_author_get(r->log, &author, &info, &found));
	if (found && (!wire->has_continues || !ID_IS_NONE(info.continues)))
		return fault_none();
	info.author = author;
	if (wire->has_continues) {
		memcpy(info.continues.bytes, wire->continues.epoch.bytes, ID_BYTES);
		info.continues_seq = wire->continues.seq;
		memcpy(info.continues_h.bytes, wire->continues.h.bytes, DELTA_HASH_BYTES);
	}
	return log_author_put(r->log, &info);
}

/* Carried by hand, a part of the feed may begin before the place reached here: what it
 * tells up to there has been told. */
static bool is_known(const struct replica *r, uint64_t order)
{
	return r->is_carried && order <= r->feed.order;
}

/* ---- rows of Pull and Backlog ---- */

struct known {
	bool is_there, has_bytes, is_equal;
	struct span bytes; /* of the row, to compare */
	struct delta_hash digest;
	uint64_t local;
	enum log_verdict verdict;
	uint32_t reason;
	struct order orders[LIMIT_ENTRY_ORDERS];
	size_t order_count;
	struct case_id case_id;
	struct record_id record_id;
};

static bool remember(void *ctx, const struct log_entry *entry)
{
	struct known *known = ctx;
	known->is_there = true;
	known->has_bytes = entry->bytes.data != NULL;
	known->is_equal = known->has_bytes && span_equal(entry->bytes, known->bytes);
	known->digest = entry->digest;
	known->local = entry->local;
	known->verdict = entry->verdict;
	known->reason = entry->reason;
	memcpy(known->orders, entry->orders, sizeof known->orders);
	known->order_count = entry->order_count;
	known->case_id = entry->case_id;
	known->record_id = entry->record_id;
	return false;
}

/* All orders a row tells, newest first; those of epochs unknown here say nothing. */
static size_t orders_of(const struct replica *r, const struct rows_row *row, struct order *out)
{
	size_t count = 0;
	out[count++] = replica_state_order(r, row->order);
	for (size_t i = 0; i < row->earlier_count && count < LIMIT_ENTRY_ORDERS; i++) {
		const struct order_epoch *epoch = order_epoch_by_id(&r->orders, &row->earlier[i].epoch);
		if (epoch == NULL)
			continue;
		struct order order = { epoch->generation, row->earlier[i].n };
		size_t at = count++;
		for (; at > 0 && order_compare(out[at - 1], order) < 0; at--)
			out[at] = out[at - 1];
		out[at] = order;
	}
	return count;
}

static struct fault put_case(struct replica *r, const struct delta *delta, const struct author *author, uint64_t seq)
{
	struct log_case info;
	bool found;
	FAULT_TRY(log_case_get(r->log, delta->case_id, &info, &found));
	if (found && info.has_secret)
		return fault_none();
	info = (struct log_case){
		.case_id = delta->case_id, .kind = delta->opening.kind, .has_secret = true,
		.secret = delta->opening.secret, .client_case = delta->opening.client_case,
		.opened_by = *author, .opened_seq = seq,
	};
	return log_case_put(r->log, &info);
}

/* Whether the row is what this log has under its name. Of own work that was
 * forgotten and comes back only the digest is here, and where it belongs; of what
 * stands beyond the own chain no more than where. */
static bool fits(struct replica *r, const struct author *author, const struct rows_row *row, const struct delta *delta,
		 const struct known *known)
{
	const struct log_author *own = ID_EQUAL(author->node, r->self.node)
		? replica_state_own_by_id(r, &author->epoch) : NULL;
	struct log_case info;
	bool found;
	uint8_t salt[DELTA_SALT_BYTES];
	struct delta_hash digest;
	if (known->has_bytes)
		return known->is_equal;
	if (!ID_EQUAL(known->case_id, delta->case_id) || !ID_EQUAL(known->record_id, delta->record_id))
		return false;
	if (own == NULL || row->seq > own->seq)
		return true;
	if (fault_is(log_case_get(r->log, known->case_id, &info, &found)) || !found || !info.has_secret)
		return true; /* live, before the backlog brings the opening: central is trusted */
	delta_salt(&info.secret, author, row->seq, salt);
	delta_digest(salt, row->delta, &digest);
	return memcmp(digest.bytes, known->digest.bytes, sizeof digest.bytes) == 0;
}

/* An order held here that central, in whose epoch it was not inherited, no longer tells. */
static bool has_lost_order(const struct replica *r, const struct known *known, const struct order *orders, size_t count)
{
	for (size_t i = 0; i < known->order_count; i++) {
		bool told = false;
		for (size_t k = 0; k < count; k++)
			told = told || order_compare(known->orders[i], orders[k]) == 0;
		if (!told && !replica_state_is_inherited(r, known->orders[i])
		    && known->orders[i].generation != replica_state_generation(r))
			return true;
	}
	return false;
}

static struct fault place_known(struct replica *r, const struct author *author, const struct rows_row *row,
				const struct known *known)
{
	struct order orders[LIMIT_ENTRY_ORDERS];
	size_t count = orders_of(r, row, orders);
	/* Not replaced now, the author's stamp may have been by a central that is lost. */
	uint64_t stamp_ms = row->stamp_ms != 0 || row->delta.data == NULL ? row->stamp_ms : delta_stamp_in(row->delta);
	r->counts_stale = r->counts_stale || ID_EQUAL(author->node, r->self.node);
	if (row->delta.data != NULL && !known->has_bytes)
		FAULT_TRY(log_refill(r->log, author, row->seq, row->delta));
	if (has_lost_order(r, known, orders, count))
		FAULT_TRY(replica_fork_reorder(r, author, row->seq, orders, count));
	for (size_t i = count; i > 0; i--)
		FAULT_TRY(log_place(r->log, author, row->seq, orders[i - 1], stamp_ms, LOG_ACCEPTED, 0));
	FAULT_TRY(replica_decided_note(r, author, row->seq, known->verdict, LOG_ACCEPTED));
	return r->book == NULL ? fault_none()
		: r->book->ops->touched(r->book->ctx, known->case_id, known->record_id, NULL);
}

static struct fault append_new(struct replica *r, const struct author *author, const struct rows_row *row,
			       const struct delta *delta)
{
	struct log_entry entry = {
		.author = *author, .seq = row->seq,
		.stamp_ms = row->stamp_ms != 0 ? row->stamp_ms : delta->stamp_ms,
		.verdict = LOG_ACCEPTED,
		.case_id = delta->case_id, .record_id = delta->record_id, .record_type = delta->record_type,
		.bytes = row->delta,
	};
	entry.order_count = orders_of(r, row, entry.orders);
	FAULT_TRY(log_append(r->log, &entry, 1, &entry.local));
	return r->book == NULL ? fault_none()
		: r->book->ops->touched(r->book->ctx, entry.case_id, entry.record_id, &entry);
}

/* Accepted after the decision: that was about other words, which another copy had under this name. */
static bool is_accepted_since(const struct replica *r, const struct known *known, uint64_t decided)
{
	for (size_t i = 0; i < known->order_count; i++)
		if (known->orders[i].n > decided && order_is_of(&r->orders, &r->feed.epoch, known->orders[i]))
			return true;
	return false;
}

/* `said_in`: the case the decision stands in: the delta's, or the directory where
 * central could not read which that is; `decided`: its order. */
static struct fault reject(struct replica *r, const struct author *author, uint64_t seq, struct case_id said_in, uint64_t decided)
{
	struct known known = { .local = 0 };
	struct log_case info;
	bool found;
	FAULT_TRY(log_find(r->log, author, seq, remember, &known));
	if (!known.is_there || is_accepted_since(r, &known, decided))
		return fault_none();
	FAULT_TRY(log_case_get(r->log, said_in, &info, &found));
	if (!ID_EQUAL(known.case_id, said_in) && (!found || info.kind != DELTA_CASE_DIRECTORY))
		return fault_none(); /* a lost delta that had this name before */
	r->counts_stale = r->counts_stale || ID_EQUAL(author->node, r->self.node);
	r->decided = true;
	uint32_t reason = known.reason != 0 ? known.reason : (uint32_t)jalka_Reason_BY_DECISION; /* why it waited */
	FAULT_TRY(log_place(r->log, author, seq, (struct order){ 0, 0 }, 0, LOG_REJECTED, reason));
	FAULT_TRY(replica_decided_note(r, author, seq, known.verdict, LOG_REJECTED));
	return r->book == NULL ? fault_none()
		: r->book->ops->touched(r->book->ctx, known.case_id, known.record_id, NULL);
}

/* What is still lost here when it is decided upon was vouched for. Accepted it stands
 * in central's chain, or in another's already: the lost name goes. */
static struct fault decide_lost(struct replica *r, const struct author *named, uint64_t named_seq, struct case_id case_id,
				bool accepted, uint64_t decided)
{
	struct author author;
	uint64_t seq;
	bool found;
	for (;;) {
		FAULT_TRY(replica_lost_find(r, case_id, named, named_seq, &author, &seq, &found));
		if (!found)
			return fault_none();
		FAULT_TRY(accepted ? replica_fork_drop(r, &author, seq) : reject(r, &author, seq, case_id, decided));
	}
}

/* A rejection that stands in the feed takes what it names out of this fold too,
 * whoever wrote it: a delta another device vouched for may be held here with the
 * order a lost central gave it. */
static struct fault apply_decision(struct replica *r, const struct delta *delta, uint64_t order)
{
	struct author author;
	uint64_t seq = 0;
	bool accepted = false, has_node = false, has_epoch = false;
	struct span rest = delta->fields;
	struct wire_field f;
	while (wire_next(&rest, &f) == WIRE_FIELD) {
		if (f.number == RECORDS_QUARANTINE_DECISION_NODE && f.data.len == ID_BYTES) {
			memcpy(author.node.bytes, f.data.data, ID_BYTES);
			has_node = true;
		} else if (f.number == RECORDS_QUARANTINE_DECISION_EPOCH && f.data.len == ID_BYTES) {
			memcpy(author.epoch.bytes, f.data.data, ID_BYTES);
			has_epoch = true;
		} else if (f.number == RECORDS_QUARANTINE_DECISION_SEQ) {
			seq = f.value;
		} else if (f.number == RECORDS_QUARANTINE_DECISION_ACCEPT) {
			accepted = f.value != 0;
		}
	}
	if (!has_node || !has_epoch || seq == 0)
		return fault_none();
	if (!accepted)
		FAULT_TRY(reject(r, &author, seq, delta->case_id, order));
	return decide_lost(r, &author, seq, delta->case_id, accepted, order);
}

static struct fault apply_row(struct replica *r, const struct author *author, const struct rows_row *row,
			      const struct case_id *only)
{
	struct known known = { .bytes = row->delta };
	struct delta delta;
	FAULT_TRY(log_find(r->log, author, row->seq, remember, &known));
	if (row->delta.data == NULL) /* no bytes at central: of foreign ones nothing is kept here */
		return known.is_there ? place_known(r, author, row, &known) : fault_none();
	FAULT_TRY(delta_read(row->delta, &delta));
	if (only != NULL && !ID_EQUAL(delta.case_id, *only))
		return fault_of(FAULT_PEER, "a backlog with a delta of another case");
	if (delta.opens)
		FAULT_TRY(put_case(r, &delta, author, row->seq));
	if (delta.record_type == RECORDS_TYPE_QUARANTINE_DECISION && ID_EQUAL(author->node, r->self.central_node))
		FAULT_TRY(apply_decision(r, &delta, row->order));
	FAULT_TRY(replica_lost_told(r, delta.record_id, author, row->seq, row->delta));
	if (known.is_there && !fits(r, author, row, &delta, &known)) {
		FAULT_TRY(replica_fork_yield(r, author, row->seq));
		known.is_there = false;
	}
	if (known.is_there)
		return place_known(r, author, row, &known);
	FAULT_TRY(replica_fork_outrun(r, author, row->seq));
	return append_new(r, author, row, &delta);
}

struct part {
	const jalka_Author *authors;
	pb_size_t author_count;
	const jalka_Rows *head; /* NULL: no rows */
	struct span rows;
	uint64_t after, upto;   /* orders allowed */
	const struct case_id *only; /* a backlog's case */
};

static struct fault apply_rows(struct replica *r, const struct part *part)
{
	struct rows_reader reader;
	for (pb_size_t i = 0; i < part->author_count; i++)
		FAULT_TRY(learn_author(r, &part->authors[i]));
	if (part->head == NULL)
		return fault_none();
	rows_read_begin(&reader, part->rows, part->head->count, part->author_count, 0, true);
	for (;;) {
		struct rows_row row;
		struct author author;
		bool end;
		FAULT_TRY(rows_read(&reader, &row, &end));
		if (end)
			return fault_none();
		if (r->is_carried && row.order <= part->after)
			continue; /* known */
		if (row.order <= part->after || row.order > part->upto)
			return fault_of(FAULT_PEER, "an order outside the part it came in");
		memcpy(author.node.bytes, part->authors[row.author].node.bytes, ID_BYTES);
		memcpy(author.epoch.bytes, part->authors[row.author].epoch.bytes, ID_BYTES);
		FAULT_TRY(apply_row(r, &author, &row, part->only));
	}
}

/* ---- Pull ---- */

static struct fault apply_grants(struct replica *r, const jalka_GrantNote *begun, pb_size_t begun_count,
				 const jalka_ForgetNote *forget, pb_size_t forget_count, bool renamed)
{
	for (pb_size_t i = 0; i < begun_count; i++) {
		if (!renamed && is_known(r, begun[i].g))
			continue;
		struct order g = replica_state_order(r, begun[i].g);
		struct case_id id = case_of(begun[i].case_id.bytes);
		FAULT_TRY(renamed ? replica_scope_renamed(r, id, g) : replica_scope_begun(r, id, g));
	}
	for (pb_size_t i = 0; i < forget_count; i++) {
		if (!renamed && is_known(r, forget[i].at))
			continue;
		struct order g = replica_state_order(r, forget[i].g);
		if (forget[i].g_epoch.size == ID_BYTES) {
			struct epoch_id epoch;
			memcpy(epoch.bytes, forget[i].g_epoch.bytes, ID_BYTES);
			const struct order_epoch *named = order_epoch_by_id(&r->orders, &epoch);
			if (named == NULL)
				return fault_of(FAULT_PEER, "a Forget of an epoch never told");
			g.generation = named->generation;
		}
		FAULT_TRY(replica_scope_ended(r, case_of(forget[i].case_id.bytes), g, forget[i].at));
	}
	return fault_none();
}

struct fault replica_apply_pull(struct replica *r, const jalka_Pull *pull, struct span rows)
{
	struct part part = {
		.authors = pull->authors, .author_count = pull->authors_count,
		.head = pull->has_rows ? &pull->rows : NULL, .rows = rows,
		.after = r->feed.order, .upto = pull->to,
	};
	if (pull->to < r->feed.order)
		return fault_of(FAULT_PEER, "a Pull that goes back");
	FAULT_TRY(apply_grants(r, pull->begun, pull->begun_count, pull->forget, pull->forget_count, false));
	FAULT_TRY(apply_rows(r, &part));
	for (pb_size_t i = 0; i < pull->erased_count; i++) {
		struct record_id record = { { 0 } };
		if (is_known(r, pull->erased[i].at))
			continue;
		if (pull->erased[i].record_id.size == ID_BYTES)
			memcpy(record.bytes, pull->erased[i].record_id.bytes, ID_BYTES);
		FAULT_TRY(replica_scope_erase(r, case_of(pull->erased[i].case_id.bytes), record));
	}
	r->decided = r->decided || pull->decisions_count > 0;
	for (pb_size_t i = 0; i < pull->decisions_count; i++)
		if (!is_known(r, pull->decisions[i].at))
			FAULT_TRY(replica_receipt_decide(r, SESSION_FRAME_SPAN(pull->decisions[i].body),
							 SESSION_FRAME_SPAN(pull->decisions[i].signature)));
	r->told.moved = r->told.moved || pull->to != r->feed.order;
	r->feed.order = pull->to;
	r->pull_more = pull->more;
	return fault_none();
}

/* ---- Backlog ---- */

struct fault replica_apply_backlog(struct replica *r, const jalka_Backlog *backlog, struct span rows)
{
	struct case_id id = case_of(backlog->case_id.bytes);
	struct order g = replica_state_order(r, backlog->g);
	struct replica_grant *held = replica_state_grant(r, id);
	if (held == NULL || held->is_forgetting || held->is_complete)
		return fault_none();
	/* By the order that began it: an inherited grant goes by its old name until Held is answered. */
	if (order_compare(order_given(&r->orders, held->g), g) != 0)
		return fault_none(); /* of a grant that is no more */
	struct replica_grant grant = *held;
	struct part part = {
		.authors = backlog->authors, .author_count = backlog->authors_count,
		.head = backlog->has_rows ? &backlog->rows : NULL, .rows = rows,
		.after = grant.place, .upto = backlog->g, .only = &id,
	};
	if (backlog->to < grant.place || backlog->to > backlog->g)
		return fault_of(FAULT_PEER, "a Backlog outside its grant");
	FAULT_TRY(apply_rows(r, &part));
	grant.place = backlog->last ? 0 : backlog->to;
	grant.is_complete = backlog->last;
	r->told.moved = true;
	return replica_state_put_grant(r, &grant);
}

/* ---- the rest of a frame ---- */

static struct fault apply_need_salt(struct replica *r, const jalka_NeedSalt *need)
{
	memcpy(r->salts_epoch.bytes, need->epoch.bytes, ID_BYTES);
	if (replica_state_own_by_id(r, &r->salts_epoch) == NULL)
		return fault_of(FAULT_PEER, "salts asked of an epoch that is not this device's");
	r->salt_count = need->seq_count;
	for (size_t i = 0; i < r->salt_count; i++)
		r->salts[i] = need->seq[i];
	r->salt_next = 0;
	r->told.salts_asked = true;
	return fault_none();
}

struct fault replica_apply_held_answer(struct replica *r, const jalka_HeldAnswer *answer)
{
	r->told.moved = true;
	return apply_grants(r, answer->granted, answer->granted_count, answer->forget, answer->forget_count, true);
}

static void apply_safe_order(struct replica *r, uint64_t safe_order, bool *risen)
{
	*risen = safe_order > r->feed.safe_order;
	if (*risen)
		r->feed.safe_order = safe_order;
}

/* The first frame's Forgotten are acknowledged by the confirmation. */
static struct fault confirm(struct replica *r, const uint8_t *new_key)
{
	r->session_record.has_key = true;
	memcpy(r->session_record.key, new_key, sizeof r->session_record.key);
	for (size_t i = r->forgotten_count; i > 0; i--)
		if (r->forgotten[i - 1].was_in_first)
			FAULT_TRY(replica_state_remove_forgotten(r, i - 1));
	return replica_state_put_session(r);
}

/* What every message ends with. */
static struct fault finish(struct replica *r, bool safe_order_risen)
{
	r->cases_stale = true;
	if (!r->is_carried)
		r->feed.last_contact_ms = r->now.wall_ms;
	r->feed.clock_offset_ms = r->author.chain.clock.offset_ms;
	r->feed.clock_state = (uint32_t)r->author.chain.clock.state;
	r->feed.last_stamp_ms = r->author.chain.clock.last_ms;
	if (safe_order_risen)
		FAULT_TRY(replica_receipt_prune(r));
	FAULT_TRY(replica_scope_settle(r));
	r->rescue_trim_due = r->rescue_trim_due || safe_order_risen || r->decided;
	if (safe_order_risen || r->decided)
		FAULT_TRY(replica_kept_prune(r));
	r->decided = false;
	if (r->self.is_revoked)
		FAULT_TRY(replica_scope_erase_all(r));
	return replica_state_put_feed(r);
}

struct fault replica_apply_finish(struct replica *r, uint64_t safe_order)
{
	bool risen;
	apply_safe_order(r, safe_order, &risen);
	return finish(r, risen);
}

static struct fault frame_parts(struct replica *r, const jalka_Frame *frame, struct span rows, const uint8_t *new_key)
{
	if (new_key != NULL)
		FAULT_TRY(confirm(r, new_key));
	FAULT_TRY(replica_health_confirm(r));
	if (frame->has_receipt)
		FAULT_TRY(replica_receipt_apply(r, SESSION_FRAME_SPAN(frame->receipt.body),
						SESSION_FRAME_SPAN(frame->receipt.signature), &r->pushing));
	if (frame->has_chain)
		FAULT_TRY(replica_fork_parted(r, &frame->chain));
	if (frame->has_held_answer) {
		FAULT_TRY(replica_apply_held_answer(r, &frame->held_answer));
		r->held_answers++;
		/* Held goes after pushes and offers: its answer says that all of them arrived. */
		if (r->held_complete && r->held_answers == r->held_frames)
			r->feed.is_held_owed = r->feed.is_offer_owed = false;
	}
	if (frame->has_pull)
		FAULT_TRY(replica_apply_pull(r, &frame->pull, rows));
	if (frame->has_backlog)
		FAULT_TRY(replica_apply_backlog(r, &frame->backlog, rows));
	if (frame->has_need_salt)
		FAULT_TRY(apply_need_salt(r, &frame->need_salt));
	return replica_apply_finish(r, frame->safe_order);
}

struct fault replica_apply_frame(struct replica *r, const jalka_Frame *frame, struct span rows, const uint8_t *new_key)
{
	FAULT_TRY(replica_state_begin(r));
	struct fault fault = frame_parts(r, frame, rows, new_key);
	if (fault_is(fault)) {
		replica_state_rollback(r);
		return fault;
	}
	return replica_state_commit(r);
}

/* ---- message 2 ---- */

struct fault replica_apply_revoked(struct replica *r, const jalka_Welcome *welcome)
{
	struct delta_signature signature;
	struct span order = SESSION_FRAME_SPAN(welcome->erase_order);
	if (welcome->erase_signature.size != sizeof signature.bytes || order.len < ID_BYTES)
		return fault_of(FAULT_PEER, "an order to erase that is not signed");
	memcpy(signature.bytes, welcome->erase_signature.bytes, sizeof signature.bytes);
	if (!delta_verify(DELTA_TAG_ERASE, span_of(r->self.central.bytes, DELTA_IDENTITY_BYTES), order,
			  r->self.central.bytes, &signature)
	    || memcmp(order.data, r->self.node.bytes, ID_BYTES) != 0)
		return fault_of(FAULT_PEER, "an order to erase that central did not sign for this device");
	r->self.is_revoked = true;
	return replica_state_put_self(r);
}

struct fault replica_apply_bundle_key(struct replica *r, const jalka_BundleKey *told)
{
	jalka_BundleKeyBody body = jalka_BundleKeyBody_init_zero;
	struct delta_signature signature;
	struct span bytes = SESSION_FRAME_SPAN(told->body);
	pb_istream_t in = pb_istream_from_buffer(bytes.data, bytes.len);
	memcpy(signature.bytes, told->signature.bytes, sizeof signature.bytes);
	if (!delta_verify(DELTA_TAG_BUNDLE, (struct span){ NULL, 0 }, bytes, r->self.central.bytes, &signature))
		return fault_of(FAULT_PEER, "a bundle key that central did not sign");
	if (!pb_decode(&in, jalka_BundleKeyBody_fields, &body) || body.key.size != NOISE_DH_BYTES)
		return fault_of(FAULT_PEER, "a malformed bundle key");
	r->feed.has_bundle_key = true;
	memcpy(r->feed.bundle_key, body.key.bytes, NOISE_DH_BYTES);
	r->feed.bundle_key_made_ms = body.made_ms;
	return fault_none();
}

static struct fault apply_standing(struct replica *r, const jalka_Welcome *welcome, bool drop_key)
{
	if (drop_key)
		r->session_record.has_key = false; /* P1: plain IK discards the old one */
	if (welcome->status == jalka_Status_STALE) { /* P8: message 1's payload was ignored */
		if (welcome->last_counter > r->session_record.counter)
			r->session_record.counter = welcome->last_counter;
		memset(&r->pushing, 0, sizeof r->pushing);
	}
	FAULT_TRY(replica_state_put_session(r));
	r->is_suspended = welcome->status == jalka_Status_SUSPENDED;
	if (welcome->time_ms != 0)
		replica_state_told(r, welcome->time_ms); /* now, even where its clock had been ahead */
	if (welcome->has_bundle_key)
		FAULT_TRY(replica_apply_bundle_key(r, &welcome->bundle_key));
	if (welcome->time_ms != 0)
		clock_learn(&r->author.chain.clock, welcome->time_ms, r->now.wall_ms,
			    (r->now.mono_ms - r->hello_mono_ms) / 2);
	if (welcome->holder.size == ID_BYTES)
		memcpy(r->self.holder.bytes, welcome->holder.bytes, ID_BYTES);
	if (welcome->holder.size == ID_BYTES || !r->self.is_confirmed || r->self.is_revoked) {
		r->self.is_confirmed = true;
		r->self.is_revoked = false;
		FAULT_TRY(replica_state_put_self(r));
	}
	return welcome->status == jalka_Status_REVOKED ? replica_apply_revoked(r, welcome) : fault_none();
}

static struct fault welcome_parts(struct replica *r, const jalka_Welcome *welcome, struct span rows, bool drop_key)
{
	bool risen = false;
	FAULT_TRY(replica_fork_adopt(r, welcome));
	FAULT_TRY(apply_standing(r, welcome, drop_key));
	if (welcome->has_receipt) /* before the comparison: it may be what lets us go on */
		FAULT_TRY(replica_receipt_apply(r, SESSION_FRAME_SPAN(welcome->receipt.body),
						SESSION_FRAME_SPAN(welcome->receipt.signature), &r->pushing));
	FAULT_TRY(replica_fork_compare(r, welcome));
	apply_safe_order(r, welcome->safe_order, &risen);
	if (welcome->has_pull)
		FAULT_TRY(replica_apply_pull(r, &welcome->pull, rows));
	r->told.held_asked = welcome->held_wanted || r->feed.is_held_owed;
	return finish(r, risen);
}

struct fault replica_apply_welcome(struct replica *r, const jalka_Welcome *welcome, struct span rows, bool drop_key)
{
	FAULT_TRY(replica_state_begin(r));
	struct fault fault = welcome_parts(r, welcome, rows, drop_key);
	if (fault_is(fault)) {
		replica_state_rollback(r);
		return fault;
	}
	return replica_state_commit(r);
}
