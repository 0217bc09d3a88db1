/* hub_ingest - a push: verified, appended as it is judged, receipted; nothing sent yet.
 *
 * Works on the hub's row scratch; what must outlive the call (answers, a held
 * chunk) is copied to the link. */
#include <sodium.h>
#include <stdlib.h>

#include "base/assert.h"
#include "central/hub_state.h"
#include "records_table.h"

/* ---- authors ---- */

struct hub_author *hub_author_get(const struct hub *hub, const struct epoch_id *epoch)
{
	return idmap_get(&hub->authors, epoch->bytes);
}

struct fault hub_author_add(struct hub *hub, const struct log_author *info, struct hub_author **out)
{
	struct hub_author *author = calloc(1, sizeof *author);
	if (author == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	author->epoch = info->author.epoch;
	author->info = *info;
	if (!idmap_put(&hub->authors, author)) {
		free(author);
		return fault_of(FAULT_LIMIT, "out of memory");
	}
	*out = author;
	return fault_none();
}

/* The chain as it stands, or as this push begins it. */
static struct fault author_of(struct hub_link *link, const struct hub_pushed *pushed, struct log_author *out, bool *known)
{
	struct hub *hub = link->hub;
	const struct hub_author *author = hub_author_get(hub, pushed->epoch);
	*known = author != NULL;
	if (author != NULL) {
		*out = author->info;
		if (!ID_EQUAL(author->info.author.node, link->device->node))
			return fault_of(FAULT_PEER, "push in another node's epoch");
		return fault_none();
	}
	struct log_author info = { .author = { link->device->node, *pushed->epoch } };
	if (pushed->has_continues) {
		const struct hub_author *before = hub_author_get(hub, &pushed->continues.epoch);
		if (before != NULL && !ID_EQUAL(before->info.author.node, link->device->node))
			return fault_of(FAULT_PEER, "epoch that goes on from another node's");
		info.continues = pushed->continues.epoch;
		info.continues_seq = pushed->continues.seq;
		info.continues_h = pushed->continues.h;
	}
	memcpy(info.sign_public, link->device->sign_public, sizeof info.sign_public);
	delta_chain_begin(&hub->identity, &info.author, info.continues_seq,
			  pushed->has_continues ? &info.continues_h : NULL, &info.h);
	*out = info;
	return fault_none();
}

/* Whether a new epoch goes on from what is held here, in the same words. What its device brings of the
 * older one comes first: so it has parted, or is missing here. Taken all the same, its deltas would
 * seem to have seen what stands here under those names. */
struct fault hub_continues_here(struct hub *hub, const struct author_continues *from, bool *out)
{
	const struct hub_author *before = hub_author_get(hub, &from->epoch);
	struct delta_hash h;
	*out = before == NULL && from->seq == 0; /* nothing of it was ever pushed */
	if (before == NULL || from->seq > before->info.seq)
		return fault_none();
	FAULT_TRY(author_h_at(hub->log, &hub->identity, &before->info.author, from->seq, &h, out));
	*out = *out && memcmp(h.bytes, from->h.bytes, DELTA_HASH_BYTES) == 0;
	return fault_none();
}

/* A node has one open epoch: a new one closes those before. */
static struct fault close_others(struct hub *hub, const struct author *open)
{
	size_t at = 0;
	for (struct hub_author *author; (author = idmap_next(&hub->authors, &at)) != NULL;) {
		if (!ID_EQUAL(author->info.author.node, open->node) || ID_EQUAL(author->epoch, open->epoch))
			continue;
		if (author->info.closed)
			continue;
		author->info.closed = true;
		FAULT_TRY(log_author_put(hub->log, &author->info));
	}
	return fault_none();
}

/* ---- rows ---- */

/* Where what was sealed is opened: not more than came. */
struct opening {
	const struct hub_node *device;
	struct author author;
	size_t used; /* of hub->raw */
};

/* Opened, it is as if the delta had come with its salt; else the digest stands alone (P6). */
static void open_sealed(struct hub *hub, struct opening *opening, const struct rows_row *row, struct ingest_row *in)
{
	uint8_t *plain = hub->raw + opening->used;
	size_t room = sizeof hub->raw - opening->used;
	struct span delta;
	if (row->sealed.data == NULL
	    || !hub_kept_open(hub, opening->device, &opening->author, row, plain, room, &delta))
		return;
	opening->used += DELTA_SALT_BYTES + delta.len;
	in->bytes = delta;
	in->salt_known = in->came_sealed = true;
	memcpy(in->salt, plain, sizeof in->salt);
}

static struct fault read_rows(struct hub *hub, const struct hub_node *device, const struct hub_pushed *pushed)
{
	struct opening opening = { .device = device, .author = { device->node, *pushed->epoch } };
	struct rows_reader reader;
	struct rows_row row;
	bool end;
	if (pushed->count == 0 || pushed->count > LIMIT_CHUNK_DELTAS || pushed->first_seq == 0
	    || pushed->first_seq > INT64_MAX - LIMIT_CHUNK_DELTAS)
		return fault_of(FAULT_PEER, "push without rows or seq");
	rows_read_begin(&reader, pushed->rows, (uint32_t)pushed->count, 1, pushed->first_seq, false);
	for (size_t i = 0; i < pushed->count; i++) {
		FAULT_TRY(rows_read(&reader, &row, &end));
		if (end || row.seq != pushed->first_seq + i)
			return fault_of(FAULT_PEER, "rows of a push are not in sequence");
		struct ingest_row *in = &hub->rows[i];
		memset(in, 0, sizeof *in);
		in->bytes = row.delta;
		if (row.digest.data != NULL)
			memcpy(in->digest.bytes, row.digest.data, DELTA_HASH_BYTES);
		if (pushed->salts != NULL) {
			const struct hub_salt *salt = &pushed->salts[i];
			in->salt_known = salt->has_salt;
			memcpy(in->salt, salt->salt, sizeof in->salt);
			if (salt->has_digest) {
				/* Erased there meanwhile: no salt can vouch for these bytes. */
				in->bytes = (struct span){ NULL, 0 };
				in->digest = salt->digest;
			}
		}
		open_sealed(hub, &opening, &row, in);
		ingest_peek(in);
		const struct assignments_case *info = assignments_case_get(&hub->assignments, &in->case_id);
		if (info != NULL && info->has_secret) {
			in->secret_known = true;
			in->secret = info->secret;
		}
	}
	FAULT_TRY(rows_read(&reader, &row, &end));
	return end ? fault_none() : fault_of(FAULT_PEER, "more rows than the push says");
}

struct overlap {
	struct hub *hub;
	uint64_t first_seq;
	size_t count;
};

static bool take_known(void *ctx, const struct log_entry *entry)
{
	struct overlap *overlap = ctx;
	size_t i = (size_t)(entry->seq - overlap->first_seq);
	if (i >= overlap->count)
		return false;
	struct ingest_row *row = &overlap->hub->rows[i];
	struct hub_verdict *verdict = &overlap->hub->verdicts[i];
	row->held = true;
	row->known_digest = entry->digest;
	*verdict = (struct hub_verdict){
		.order = entry->verdict == LOG_ACCEPTED && entry->order_count > 0 ? entry->orders[0].n : 0,
		.reason = entry->reason, .rejected = entry->verdict == LOG_REJECTED,
		.stamp_ms = hub_receipt_replaced_ms(entry),
	};
	return i + 1 < overlap->count;
}

/* ---- a verified chunk ---- */

/* What becomes of accepted openings: central grants the case to the author's holder. One that
 * only says again what opened it before grants nothing: it may have changed hands since. */
static struct fault grant_opened(struct hub_judging *j, const struct log_entry *entries, size_t count)
{
	struct hub *hub = j->hub;
	for (size_t i = 0; i < count && j->opened > 0; i++) {
		struct record_id assignment;
		if (entries[i].verdict != LOG_ACCEPTED)
			continue;
		struct assignments_case *info = assignments_case_get(&hub->assignments, &entries[i].case_id);
		const struct hub_node *device = j->link->device;
		if (!hub->rows[entries[i].seq - j->first_seq].opens || info->kind == DELTA_CASE_ACCESS)
			continue;
		if (info->opened_chunk != hub->chunk)
			continue;
		const struct assignments_holder *holder = assignments_holder_get(&hub->assignments, &device->holder);
		if (holder == NULL || !assignments_holds(info, holder))
			FAULT_TRY(hub_append_assignment(hub, info, device->holder, RECORDS_ASSIGNMENT_ROLE_OWN_WORKER,
							&assignment));
	}
	return fault_none();
}

struct others {
	struct epoch_id author; /* two epochs of one device may not have seen each other either */
	bool wrote;
};

static bool is_others(void *ctx, const struct log_entry *entry)
{
	struct others *others = ctx;
	others->wrote = !ID_EQUAL(entry->author.epoch, others->author) && entry->verdict == LOG_ACCEPTED;
	return !others->wrote;
}

static struct fault tell_apart(struct hub *hub, const struct log_entry *entry)
{
	struct others others = { .author = entry->author.epoch };
	if (hub->host.apart == NULL)
		return fault_none();
	FAULT_TRY(log_read_record(hub->log, entry->record_id, is_others, &others));
	return others.wrote ? hub->host.apart(hub->host.ctx, entry->record_id) : fault_none();
}

static struct fault append(struct hub_judging *j, const struct log_author *author, const struct delta_signature *signature,
			   size_t count)
{
	struct hub *hub = j->hub;
	uint64_t first_local;
	FAULT_TRY(log_append(hub->log, hub->entries, count, &first_local));
	for (size_t i = 0; i < count; i++) {
		const struct log_entry *entry = &hub->entries[i];
		FAULT_TRY(hub_book_touched(hub, entry));
		if (entry->verdict != LOG_ACCEPTED)
			continue;
		struct assignments_case *info = assignments_case_need(&hub->assignments, &entry->case_id);
		if (info == NULL)
			return fault_of(FAULT_LIMIT, "out of memory");
		hub->counters.deltas_accepted++;
		if (hub->verdicts[entry->seq - j->first_seq].is_late)
			FAULT_TRY(tell_apart(hub, entry));
		const struct epoch_id *no_news_to = entry->reason == 0 ? &entry->author.epoch : NULL;
		FAULT_TRY(hub_touched(hub, info, entry->orders[0].n, no_news_to));
	}
	struct log_head head = { .author = author->author, .seq = author->seq, .signature = *signature };
	FAULT_TRY(log_author_put(hub->log, author));
	FAULT_TRY(log_head_put(hub->log, &head));
	if (hub->vouched != 0)
		FAULT_TRY(vouched_arrived(hub, hub->entries, count));
	return grant_opened(j, hub->entries, count);
}

static struct fault store(struct hub_judging *j, const struct hub_pushed *pushed, const struct log_author *author, bool known,
			  const struct delta_hash *h)
{
	struct hub *hub = j->hub;
	struct log_author next = *author;
	struct hub_author *held = hub_author_get(hub, pushed->epoch);
	size_t from = (size_t)(author->seq + 1 - pushed->first_seq), taken;
	FAULT_TRY(hub_turn(hub));
	hub_turn_took(hub, pushed->count, pushed->rows.len);
	FAULT_TRY(hub_chain_notice_unerased(j->link));
	hub->chunk++;
	next.seq = pushed->first_seq + pushed->count - 1;
	next.h = *h;
	FAULT_TRY(hub_judge_rows(j, &author->author, from, pushed->count, &taken));
	FAULT_TRY(append(j, &next, &pushed->signature, taken));
	if (!known) {
		FAULT_TRY(hub_author_add(hub, &next, &held));
		FAULT_TRY(close_others(hub, &next.author));
	}
	held->info = next;
	return fault_none();
}

/* ---- the whole way ---- */

/* Old words count only when this identity signed them, in an epoch known here. */
static void take_old_word(struct hub_judging *j, const struct hub_pushed *pushed, const struct log_author *author,
			  const struct delta_hash *before, const struct hub_word *word)
{
	struct hub *hub = j->hub;
	struct receipt *old = &hub->old_receipts[j->old_receipt_count];
	const struct order_epoch *signed_in = order_epoch_by_id(&hub->orders, &word->central_epoch);
	if (signed_in == NULL || fault_is(receipt_read(word->body, old)))
		return;
	if (old->seq < pushed->first_seq || old->seq - pushed->first_seq >= pushed->count)
		return;
	struct delta_hash h = *before;
	for (uint64_t seq = pushed->first_seq; seq <= old->seq; seq++)
		delta_link(&h, seq, &hub->rows[seq - pushed->first_seq].digest, &h);
	if (receipt_verify(&hub->identity, &word->central_epoch, &author->author, &h, word->body, word->signature))
		j->old_generation[j->old_receipt_count++] = signed_in->generation;
}

static bool keep_words(struct hub_held *held, const struct hub_pushed *pushed)
{
	for (size_t i = 0; i < pushed->word_count; i++) {
		const struct hub_word *word = &pushed->words[i];
		uint8_t *copy = malloc(word->body.len + word->signature.len);
		if (copy == NULL)
			return false;
		memcpy(copy, word->body.data, word->body.len);
		memcpy(copy + word->body.len, word->signature.data, word->signature.len);
		held->words[held->word_count++] = (struct hub_word){
			.body = span_of(copy, word->body.len),
			.signature = span_of(copy + word->body.len, word->signature.len),
			.central_epoch = word->central_epoch,
		};
	}
	return true;
}

static struct fault hold(struct hub_link *link, const struct hub_pushed *pushed)
{
	if (link->held != NULL && pushed->salts != NULL) {
		hub_wake(link); /* it is held already: the rest is asked for */
		return fault_none();
	}
	hub_held_free(link);
	struct hub_held *held = calloc(1, sizeof *held);
	if (held == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	link->held = held;
	held->epoch = *pushed->epoch;
	held->has_continues = pushed->has_continues;
	held->left_out = pushed->left_out;
	held->continues = pushed->continues;
	held->first_seq = pushed->first_seq;
	held->count = pushed->count;
	held->signature = pushed->signature;
	held->rows_len = pushed->rows.len;
	held->rows = malloc(pushed->rows.len);
	held->salts = calloc(pushed->count, sizeof *held->salts);
	if (held->rows == NULL || held->salts == NULL) {
		hub_held_free(link);
		return fault_of(FAULT_LIMIT, "out of memory");
	}
	memcpy(held->rows, pushed->rows.data, pushed->rows.len);
	if (!keep_words(held, pushed)) {
		hub_held_free(link);
		return fault_of(FAULT_LIMIT, "out of memory");
	}
	for (size_t i = 0; i < pushed->count; i++)
		held->salts[i].missing = link->hub->rows[i].missing;
	hub_wake(link);
	return fault_none();
}

/* What the log holds at the chunk's seqs, h before it and (when lower) at its head. */
static struct fault look_back(struct hub *hub, const struct hub_pushed *pushed, struct ingest_chain *chain,
			      struct delta_hash *before)
{
	struct overlap overlap = { hub, pushed->first_seq, pushed->count };
	uint64_t last = pushed->first_seq + pushed->count - 1;
	bool found;
	*before = chain->h;
	if (pushed->first_seq > chain->seq)
		return fault_none();
	FAULT_TRY(log_read_author(hub->log, &chain->author, pushed->first_seq, take_known, &overlap));
	FAULT_TRY(author_h_at(hub->log, &hub->identity, &chain->author, pushed->first_seq - 1, before, &found));
	if (found && last < chain->seq)
		FAULT_TRY(author_h_at(hub->log, &hub->identity, &chain->author, last, &chain->h_at_head, &found));
	chain->has_h_at_head = found;
	return found ? fault_none() : fault_of(FAULT_STORE, "a chain in the log has a gap");
}

static struct fault judge_and_store(struct hub_link *link, const struct hub_pushed *pushed, const struct log_author *author,
				    bool known, const struct delta_hash *before, const struct delta_hash *h)
{
	struct hub *hub = link->hub;
	struct hub_judging judging = {
		.link = link, .hub = hub, .first_seq = pushed->first_seq, .closed = author->closed,
		.left_out = pushed->left_out,
		.holder = assignments_holder_get(&hub->assignments, &link->device->holder),
	};
	for (size_t i = 0; i < pushed->word_count; i++)
		take_old_word(&judging, pushed, author, before, &pushed->words[i]);
	struct fault fault = store(&judging, pushed, author, known, h);
	return fault_is(fault) ? hub_die(hub, fault) : fault;
}

struct fault hub_ingest(struct hub_link *link, const struct hub_pushed *pushed, bool *goes_on)
{
	struct hub *hub = link->hub;
	struct log_author author;
	struct delta_hash before, h;
	bool known;
	*goes_on = false;
	link->push_first = pushed->first_seq;
	FAULT_TRY(author_of(link, pushed, &author, &known));
	if (!known && pushed->has_continues) {
		bool is_here;
		struct fault fault = hub_continues_here(hub, &pushed->continues, &is_here);
		if (fault_is(fault))
			return hub_die(hub, fault);
		if (!is_here) {
			link->push_epoch = pushed->continues.epoch; /* that is the one to tell of, all along */
			link->push_first = 1;
			hub_held_free(link);
			return fault_none();
		}
	}
	if (link->device->quarantined >= LIMIT_QUARANTINE_PER_DEVICE)
		return fault_of(FAULT_LIMIT, "too much of this device's work waits for a decision");
	FAULT_TRY(read_rows(hub, link->device, pushed));
	struct ingest_chain chain = { .central = &hub->identity, .author = author.author, .seq = author.seq,
				      .h = author.h, .sign_public = author.sign_public };
	struct fault looked = look_back(hub, pushed, &chain, &before);
	if (fault_is(looked))
		return hub_die(hub, looked);
	enum ingest_outcome outcome = ingest_verify(&chain, pushed->first_seq, hub->rows, pushed->count,
						    &pushed->signature, &h);
	*goes_on = outcome != INGEST_FORK && outcome != INGEST_GAP;
	switch (outcome) {
	case INGEST_FORK:
	case INGEST_GAP:
		hub_held_free(link);
		return fault_none();
	case INGEST_NEED_SALT:
		/* Over what is held here already it may be another copy's: first of all
		 * the device is to see where the chains part. */
		*goes_on = !link->welcome_due || !ID_EQUAL(*pushed->epoch, link->epoch) || pushed->first_seq > author.seq;
		return *goes_on ? hold(link, pushed) : fault_none();
	case INGEST_VERIFIED:
		FAULT_TRY(judge_and_store(link, pushed, &author, known, &before, &h));
		break;
	case INGEST_KNOWN:
		break;
	}
	/* Its signed head stands over all of the chain so far. */
	if (ID_EQUAL(*pushed->epoch, link->epoch) && link->common_seq < pushed->first_seq + pushed->count - 1)
		link->common_seq = pushed->first_seq + pushed->count - 1;
	struct fault fault = hub_receipt_rows(link, pushed, &author.author, before);
	hub_held_free(link);
	return fault;
}

static size_t words_of(const jalka_Push *push, struct hub_word words[static HUB_OLD_WORDS])
{
	size_t count = 0;
	for (pb_size_t i = 0; i < push->receipts_count && count < HUB_OLD_WORDS; i++) {
		const jalka_Receipt *receipt = &push->receipts[i];
		if (receipt->central_epoch.size != ID_BYTES)
			continue;
		words[count] = (struct hub_word){ SESSION_FRAME_SPAN(receipt->body), SESSION_FRAME_SPAN(receipt->signature),
						  { { 0 } } };
		memcpy(words[count++].central_epoch.bytes, receipt->central_epoch.bytes, ID_BYTES);
	}
	for (pb_size_t i = 0; i < push->proofs_count && count < HUB_OLD_WORDS; i++) {
		const jalka_Proof *proof = &push->proofs[i];
		if (proof->central_epoch.size != ID_BYTES)
			continue;
		words[count] = (struct hub_word){ SESSION_FRAME_SPAN(proof->body), SESSION_FRAME_SPAN(proof->signature),
						  { { 0 } } };
		memcpy(words[count++].central_epoch.bytes, proof->central_epoch.bytes, ID_BYTES);
	}
	return count;
}

/* A bundle written before its device knew of the epoch in use says nothing of the orders that
 * these rows got in a lost one since: it is told back which of them they have. */
static bool is_of_before(const struct hub_link *link)
{
	return link->carried && link->hub->orders.count > 1 && !ID_EQUAL(link->cursor_epoch, *hub_epoch(link->hub));
}

struct fault hub_ingest_push(struct hub_link *link, const jalka_Push *push, struct span rows, bool *goes_on)
{
	struct epoch_id epoch = link->push_epoch;
	struct hub_word words[HUB_OLD_WORDS];
	struct hub_pushed pushed = {
		.epoch = &epoch, .has_continues = push->has_continues, .first_seq = push->first_seq,
		.count = push->rows.count, .left_out = push->left_out || is_of_before(link),
		.rows = rows, .words = words, .word_count = words_of(push, words),
	};
	if (link->held != NULL)
		return fault_of(FAULT_PEER, "push while another waits for salts");
	link->hub->counters.pushes++;
	if (push->epoch.size == ID_BYTES)
		memcpy(epoch.bytes, push->epoch.bytes, ID_BYTES);
	if (ID_IS_NONE(epoch))
		return fault_of(FAULT_PEER, "push without an epoch");
	link->push_epoch = epoch;
	if (push->has_continues) {
		memcpy(pushed.continues.epoch.bytes, push->continues.epoch.bytes, ID_BYTES);
		memcpy(pushed.continues.h.bytes, push->continues.h.bytes, DELTA_HASH_BYTES);
		pushed.continues.seq = push->continues.seq;
	}
	memcpy(pushed.signature.bytes, push->signature.bytes, sizeof pushed.signature.bytes);
	return hub_ingest(link, &pushed, goes_on);
}
