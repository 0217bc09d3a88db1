/* replica_lost - see replica_lost.h. */
#include "store/replica_lost.h"

#include "store/replica_fork.h"

bool replica_lost_is(const struct replica *r, const struct log_entry *entry)
{
	return entry->order_count > 0 && entry->orders[0].generation != replica_state_generation(r)
		&& !replica_state_is_inherited(r, entry->orders[0]);
}

bool replica_lost_is_foreign(struct replica *r, const struct log_entry *entry)
{
	const struct log_author *own = ID_EQUAL(entry->author.node, r->self.node)
		? replica_state_own_by_id(r, &entry->author.epoch) : NULL;
	return own == NULL || entry->seq > own->seq;
}

struct finding {
	struct replica *r;
	const struct author *named;
	uint64_t named_seq;
	struct span bytes;          /* these under another name than that, or (none) */
	struct delta_secret secret; /* what has that name, or that content in place of the epoch */
	/* found */
	struct author author;
	uint64_t seq;
	bool found;
};

static bool is_wanted(const struct finding *finding, const struct log_entry *entry)
{
	bool named = entry->seq == finding->named_seq && id_author_equal(&entry->author, finding->named);
	struct epoch_id content;
	if (finding->bytes.data != NULL)
		return !named && span_equal(entry->bytes, finding->bytes);
	delta_content(&finding->secret, entry->bytes, &content);
	return named || ID_EQUAL(content, finding->named->epoch);
}

static bool find_lost(void *ctx, const struct log_entry *entry)
{
	struct finding *finding = ctx;
	if (entry->bytes.data == NULL || !replica_lost_is(finding->r, entry)
	    || !replica_lost_is_foreign(finding->r, entry) || !is_wanted(finding, entry))
		return true;
	finding->author = entry->author;
	finding->seq = entry->seq;
	finding->found = true;
	return false;
}

struct fault replica_lost_told(struct replica *r, struct record_id record_id, const struct author *author,
			       uint64_t seq, struct span bytes)
{
	struct finding finding = { .r = r, .named = author, .named_seq = seq, .bytes = bytes };
	if (r->orders.count < 2)
		return fault_none(); /* no epoch is lost */
	for (;;) {
		finding.found = false;
		FAULT_TRY(log_read_record(r->log, record_id, find_lost, &finding));
		if (!finding.found)
			return fault_none();
		FAULT_TRY(replica_fork_drop(r, &finding.author, finding.seq));
	}
}

struct fault replica_lost_find(struct replica *r, struct case_id case_id, const struct author *named, uint64_t named_seq,
			       struct author *author, uint64_t *seq, bool *found)
{
	struct finding finding = { .r = r, .named = named, .named_seq = named_seq };
	struct log_case info;
	*found = false;
	if (r->orders.count < 2)
		return fault_none();
	FAULT_TRY(log_case_get(r->log, case_id, &info, found));
	if (!*found)
		return fault_none();
	finding.secret = info.secret;
	FAULT_TRY(log_read_case(r->log, case_id, 0, INT64_MAX, find_lost, &finding));
	*found = finding.found;
	*author = finding.author;
	*seq = finding.seq;
	return fault_none();
}
