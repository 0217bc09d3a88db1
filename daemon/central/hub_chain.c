/* hub_chain - what this node holds of a device's chain, told where the two may have parted.
 *
 * A copied disk, or one put back from an older copy, goes on from a place that the
 * chain here has passed in other words. Over the epoch in use message 2 tells it; over
 * an older one, which a restored node is pushed again, it shows when the push comes. */
#include "central/hub_state.h"

struct knowing {
	jalka_Known *known;
	pb_size_t *count;
	struct delta_hash h;
	uint64_t first, last, also; /* seqs; `also` is in the list whatever the step */
	uint64_t step;
};

static void know(struct knowing *k, uint64_t seq)
{
	bool wanted = seq == k->first || seq == k->last || seq == k->also || (seq - k->first) % k->step == 0;
	if (!wanted || seq == 0 || *k->count == HUB_KNOWN_MAX)
		return;
	jalka_Known *known = &k->known[(*k->count)++];
	known->seq = seq;
	SESSION_FRAME_SET(known->h, k->h.bytes);
}

static bool know_entry(void *ctx, const struct log_entry *entry)
{
	struct knowing *k = ctx;
	if (entry->seq > k->last)
		return false;
	delta_link(&k->h, entry->seq, &entry->digest, &k->h);
	know(k, entry->seq);
	return true;
}

struct fault hub_chain_known(struct hub *hub, const struct log_author *author, uint64_t from, uint64_t also,
			     jalka_Known *known, pb_size_t *count)
{
	struct knowing k = { .known = known, .count = count, .last = author->seq };
	bool found;
	*count = 0;
	if (author->seq == 0)
		return fault_none();
	k.first = from < author->seq ? from : author->seq;
	k.also = also < author->seq ? also : author->seq;
	k.step = (k.last - k.first) / (HUB_KNOWN_MAX - 4) + 1;
	FAULT_TRY(author_h_at(hub->log, &hub->identity, &author->author, k.first, &k.h, &found));
	if (!found)
		return fault_of(FAULT_STORE, "a chain in the log has a gap");
	know(&k, k.first);
	return log_read_author(hub->log, &author->author, k.first + 1, know_entry, &k);
}

static struct fault alarm(struct hub_link *link)
{
	link->device->twin_alarm = true;
	FAULT_TRY(hub_turn(link->hub));
	return hub_devices_put(link->hub, link->device);
}

struct fault hub_chain_notice_twin(struct hub_link *link, const struct epoch_id *epoch)
{
	const struct hub_author *author = hub_author_get(link->hub, epoch);
	return author == NULL || !author->info.closed || link->device->twin_alarm ? fault_none() : alarm(link);
}

struct fault hub_chain_notice_unerased(struct hub_link *link)
{
	if (!link->device->erase_confirmed)
		return fault_none();
	link->device->erase_confirmed = false;
	FAULT_TRY(alarm(link));
	return hub_devices_record(link->hub, link->device, 0); /* its wipe is pending again */
}

struct fault hub_chain_parted(struct hub_link *link)
{
	link->chain_due = true;
	if (ID_EQUAL(link->push_epoch, link->epoch))
		link->told_known = true;
	hub_wake(link);
	return hub_chain_notice_twin(link, &link->push_epoch);
}

struct fault hub_chain_tell(struct hub_link *link, jalka_Chain *out, bool *due)
{
	static const struct log_author nothing = { .seq = 0 };
	const struct hub_author *known = hub_author_get(link->hub, &link->push_epoch);
	const struct log_author *author = known == NULL ? &nothing : &known->info;
	*due = link->chain_due;
	link->chain_due = false;
	if (!*due)
		return fault_none();
	SESSION_FRAME_SET(out->epoch, link->push_epoch.bytes);
	out->held_seq = author->seq;
	SESSION_FRAME_SET(out->held_h, author->seq == 0 ? nothing.h.bytes : author->h.bytes);
	return hub_chain_known(link->hub, author, link->push_first - 1, 0, out->known, &out->known_count);
}
