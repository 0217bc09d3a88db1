/* hub_welcome - message 2: status, epochs, where the device's chain stands, receipt, pull. */
#include <sodium.h>

#include "base/assert.h"
#include "central/hub_state.h"

enum {
	/* bytes of the control part, at most */
	WELCOME_BYTES = 1024, KNOWN_BYTES = 46, EPOCH_BYTES = 56,
};

/* ---- central epochs ---- */

bool hub_map_cursor(const struct hub *hub, const jalka_Cursor *cursor, struct hub_cursor *out)
{
	const struct epoch_id *now = hub_epoch(hub);
	struct epoch_id from = *now;
	struct hub_cursor at = { cursor->order, cursor->backlog_now, cursor->backlog_place };
	uint64_t ignored;
	if (cursor->epoch.size == ID_BYTES)
		memcpy(from.bytes, cursor->epoch.bytes, ID_BYTES);
	/* An epoch that was lost in a restore of its own hangs beside the way down:
	 * what it inherited is what both have. */
	while (!order_map(&hub->orders, &from, at.order, now, &ignored)) {
		const struct order_epoch *epoch = order_epoch_by_id(&hub->orders, &from);
		if (epoch == NULL || ID_IS_NONE(epoch->parent))
			return false;
		at.order = at.order < epoch->inherited ? at.order : epoch->inherited;
		at.backlog_now = at.backlog_now < epoch->inherited ? at.backlog_now : epoch->inherited;
		at.backlog_place = at.backlog_place < epoch->inherited ? at.backlog_place : epoch->inherited;
		from = epoch->parent;
	}
	bool mapped = order_map(&hub->orders, &from, at.order, now, &out->order)
		&& order_map(&hub->orders, &from, at.backlog_now, now, &out->backlog_now)
		&& order_map(&hub->orders, &from, at.backlog_place, now, &out->backlog_place);
	return mapped;
}

/* Not the way down alone: bases and older orders may name an epoch that hangs
 * beside it, when one backup was put back more than once (P9). Who knows an epoch
 * has been told those of lower generations. */
void hub_put_epochs(const struct hub *hub, jalka_CentralEpoch *epochs, pb_size_t *count, const struct epoch_id *below)
{
	const struct order_epoch *known = below == NULL ? NULL : order_epoch_by_id(&hub->orders, below);
	uint32_t above = known == NULL ? 0 : known->generation;
	*count = 0;
	for (size_t i = hub->orders.count; i-- > 0 && hub->orders.epochs[i].generation > above;) {
		const struct order_epoch *epoch = &hub->orders.epochs[i];
		jalka_CentralEpoch *out = &epochs[(*count)++];
		memset(out, 0, sizeof *out);
		SESSION_FRAME_SET(out->epoch, epoch->id.bytes);
		if (!ID_IS_NONE(epoch->parent))
			SESSION_FRAME_SET(out->parent, epoch->parent.bytes);
		out->generation = epoch->generation;
		out->inherited = epoch->inherited;
	}
}

static void put_epoch(struct hub_link *link, jalka_Welcome *welcome)
{
	const struct hub *hub = link->hub;
	if (link->carried) /* who reads it may know another one by then */
		SESSION_FRAME_SET(welcome->central_epoch, hub_epoch(hub)->bytes);
	if (ID_EQUAL(link->cursor_epoch, *hub_epoch(hub)))
		return;
	SESSION_FRAME_SET(welcome->central_epoch, hub_epoch(hub)->bytes);
	bool has_old = !ID_IS_NONE(link->cursor_epoch);
	hub_put_epochs(hub, welcome->epochs, &welcome->epochs_count, has_old ? &link->cursor_epoch : NULL);
	welcome->held_wanted = has_old;
}

/* ---- where the device's chain stands ---- */

static bool as_hello_said(const struct hub_link *link, const struct log_author *author)
{
	if (link->hello_seq != author->seq || link->tell_known || author->closed)
		return false;
	return author->seq == 0 || (link->has_hello_h && memcmp(link->hello_h.bytes, author->h.bytes, DELTA_HASH_BYTES) == 0);
}

static struct fault put_held(struct hub_link *link, jalka_Welcome *welcome)
{
	static const struct log_author nothing = { .seq = 0 };
	struct hub *hub = link->hub;
	const struct hub_author *known = hub_author_get(hub, &link->epoch);
	bool own = known != NULL && ID_EQUAL(known->info.author.node, link->device->node);
	const struct log_author *author = own ? &known->info : &nothing;
	welcome->epoch_closed = author->closed;
	/* A receipt says it; a chunk that waits for salts is neither. */
	if (!author->closed && (link->answer_count != 0 || link->held != NULL || as_hello_said(link, author)))
		return fault_none();
	welcome->held_seq = author->seq;
	SESSION_FRAME_SET(welcome->held_h, author->seq == 0 ? nothing.h.bytes : author->h.bytes);
	if (author->seq <= link->receipted_seq && !link->tell_known && !author->closed)
		return fault_none();
	link->told_known = true;
	return hub_chain_known(hub, author, link->receipted_seq, link->hello_seq, welcome->known, &welcome->known_count);
}

/* ---- the rest ---- */

static struct fault put_erase_order(struct hub_link *link, jalka_Welcome *welcome)
{
	struct hub *hub = link->hub;
	struct delta_signature signature;
	uint8_t *out = welcome->erase_order.bytes;
	memcpy(out, link->device->node.bytes, ID_BYTES);
	for (size_t i = 0; i < 8; i++)
		out[ID_BYTES + i] = (uint8_t)(hub->now.wall_ms >> (8 * i));
	welcome->erase_order.size = ID_BYTES + 8;
	FAULT_TRY(delta_sign(DELTA_TAG_ERASE, span_of(hub->identity.bytes, DELTA_IDENTITY_BYTES),
			     SESSION_FRAME_SPAN(welcome->erase_order), hub->identity_secret, &signature));
	SESSION_FRAME_SET(welcome->erase_signature, signature.bytes);
	return fault_none();
}

static jalka_Status status_of(const struct hub_node *device)
{
	switch (device->state) {
	case HUB_DEVICE_WAITING:
	case HUB_DEVICE_ACTIVE:
		return jalka_Status_OK;
	case HUB_DEVICE_SUSPENDED:
		return jalka_Status_SUSPENDED;
	case HUB_DEVICE_REVOKED:
	case HUB_DEVICE_RETIRED:
		return jalka_Status_REVOKED;
	}
	return jalka_Status_REVOKED;
}

/* The first receipt goes with message 2, the others follow. */
static void put_receipt(struct hub_link *link, jalka_Welcome *welcome)
{
	if (link->answer_count == 0 || link->stale)
		return;
	const struct hub_answer *answer = &link->answers[0];
	welcome->has_receipt = true;
	memcpy(welcome->receipt.body.bytes, answer->body, answer->body_len);
	welcome->receipt.body.size = (pb_size_t)answer->body_len;
	SESSION_FRAME_SET(welcome->receipt.signature, answer->signature.bytes);
	hub_answers_first_gone(link);
}

static struct fault put_pull(struct hub_link *link, jalka_Welcome *welcome, struct span *rows)
{
	bool any;
	size_t used = WELCOME_BYTES + welcome->receipt.body.size + welcome->known_count * (size_t)KNOWN_BYTES
		+ welcome->epochs_count * (size_t)EPOCH_BYTES;
	if (link->stale || link->hub->unconfirmed || link->device->state != HUB_DEVICE_ACTIVE)
		return fault_none();
	FAULT_TRY(hub_feed_pull(link, session_central_room(&link->session) - used, &welcome->pull, rows, &any));
	welcome->has_pull = any;
	return fault_none();
}

/* The structure is large: what says that a part is there is enough. */
static void clear(jalka_Welcome *welcome)
{
	welcome->central_epoch.size = welcome->held_h.size = welcome->holder.size = 0;
	welcome->erase_order.size = welcome->erase_signature.size = 0;
	welcome->epochs_count = welcome->known_count = 0;
	welcome->held_seq = 0;
	welcome->epoch_closed = welcome->held_wanted = false;
	welcome->has_receipt = welcome->has_pull = welcome->has_bundle_key = false;
	welcome->receipt.body.size = welcome->receipt.central_epoch.size = 0;
}

struct fault hub_welcome_fill(struct hub_link *link, jalka_Welcome *welcome)
{
	struct hub *hub = link->hub;
	clear(welcome);
	welcome->status = status_of(link->device);
	welcome->time_ms = hub->now.wall_ms;
	welcome->safe_order = hub->safe_order;
	link->safe_order_told = hub->safe_order;
	put_epoch(link, welcome);
	FAULT_TRY(put_held(link, welcome));
	if (link->holder_wanted)
		SESSION_FRAME_SET(welcome->holder, link->device->holder.bytes);
	if (welcome->status == jalka_Status_REVOKED)
		FAULT_TRY(put_erase_order(link, welcome));
	FAULT_TRY(hub_bundle_key_tell(hub, link->bundle_key, welcome));
	link->welcome_due = false;
	return fault_none();
}

struct fault hub_welcome(struct hub_link *link)
{
	jalka_Welcome *welcome = &link->hub->scratch.welcome;
	struct span rows = { NULL, 0 };
	FAULT_TRY(hub_welcome_fill(link, welcome));
	put_receipt(link, welcome);
	FAULT_TRY(put_pull(link, welcome, &rows));
	hub_send_welcome(link, status_of(link->device), rows);
	return fault_none();
}
