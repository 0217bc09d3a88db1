/* replica_scope - which cases this device may hold. */
#include "store/replica_scope.h"

#include <stdlib.h>

#include "base/assert.h"
#include "store/replica_kept.h"
#include "store/replica_rescue.h"

/* A grant of a lost epoch gives way to whatever central tells now. */
static bool is_newer(const struct replica *r, const struct replica_grant *held, struct order g)
{
	bool lost = held->g.generation != replica_state_generation(r) && !replica_state_is_inherited(r, held->g);
	return !lost && order_compare(held->g, g) > 0;
}

struct fault replica_scope_begun(struct replica *r, struct case_id id, struct order g)
{
	struct replica_grant *held = replica_state_grant(r, id);
	if (held != NULL && order_compare(held->g, g) == 0)
		return fault_none(); /* told again */
	if (held != NULL && is_newer(r, held, g))
		return fault_none();
	struct replica_grant grant = { .case_id = id, .g = g };
	if (held != NULL && held->is_forgetting)
		FAULT_TRY(replica_state_put_forgotten(r, id, held->g)); /* its Forget is void now */
	return replica_state_put_grant(r, &grant);
}

static bool find_bytes(void *ctx, const struct log_entry *entry)
{
	*(bool *)ctx = entry->bytes.data != NULL;
	return entry->bytes.data == NULL;
}

/* Also without its opening: what is live comes before the backlog that brings that. */
static struct fault is_here(struct replica *r, struct case_id id, bool *out)
{
	struct log_case info;
	bool found;
	FAULT_TRY(log_case_get(r->log, id, &info, &found));
	*out = found && !info.erased;
	return *out ? fault_none() : log_read_case(r->log, id, 0, INT64_MAX, find_bytes, out);
}

struct fault replica_scope_ended(struct replica *r, struct case_id id, struct order g, uint64_t at)
{
	struct replica_grant *held = replica_state_grant(r, id);
	bool here;
	if (held != NULL && is_newer(r, held, g))
		return replica_state_put_forgotten(r, id, g);
	FAULT_TRY(is_here(r, id, &here));
	if (held == NULL && !here)
		return replica_state_put_forgotten(r, id, g);
	/* Own opening without a grant, an older grant whose end we never heard of, or
	 * exactly this one: the case goes. */
	struct replica_grant grant = held != NULL ? *held : (struct replica_grant){ .case_id = id };
	grant.g = g;
	grant.is_forgetting = true;
	grant.forget_at = at;
	return replica_state_put_grant(r, &grant);
}

struct fault replica_scope_renamed(struct replica *r, struct case_id id, struct order g)
{
	struct replica_grant *held = replica_state_grant(r, id);
	if (held == NULL)
		return replica_scope_begun(r, id, g);
	struct replica_grant grant = *held;
	grant.g = g;
	/* Its end, not acted upon yet, is lost with the epoch that told it. */
	grant.is_forgetting = false;
	grant.forget_at = 0;
	FAULT_TRY(replica_state_put_grant(r, &grant));
	/* The cursor says: below backlog_now all, above it none. Keep it true. */
	if (grant.is_complete)
		return fault_none();
	for (size_t i = 0; i < r->grant_count; i++) {
		struct replica_grant later = r->grants[i];
		if (later.is_forgetting || order_compare(later.g, g) <= 0 || (!later.is_complete && later.place == 0))
			continue;
		later.is_complete = false;
		later.place = 0;
		FAULT_TRY(replica_state_put_grant(r, &later));
	}
	return fault_none();
}

/* ---- unreceipted own work ---- */

struct search {
	const struct case_id *id; /* NULL: any */
	uint64_t upto;            /* what stands above is a lost copy's work, come back by the feed */
	bool found;
};

static bool search_entry(void *ctx, const struct log_entry *entry)
{
	struct search *search = ctx;
	if (entry->seq > search->upto)
		return false;
	search->found = search->id == NULL || ID_EQUAL(entry->case_id, *search->id);
	return !search->found;
}

struct fault replica_scope_unreceipted(struct replica *r, struct case_id id, bool *out)
{
	struct search search = { .id = ID_IS_NONE(id) ? NULL : &id };
	for (size_t i = 0; i < replica_state_own_count(r) && !search.found; i++) {
		const struct log_author *own = replica_state_own(r, i);
		search.upto = own->seq;
		if (own->receipted_seq < own->seq)
			FAULT_TRY(log_read_author(r->log, &own->author, own->receipted_seq + 1, search_entry, &search));
	}
	*out = search.found;
	return fault_none();
}

/* ---- erasing ---- */

static struct fault forget_case(struct replica *r, struct case_id id)
{
	FAULT_TRY(log_remove_case(r->log, id, r->self.node));
	return r->book == NULL ? fault_none() : r->book->ops->forgot(r->book->ctx, id);
}

struct fault replica_scope_settle(struct replica *r)
{
	/* A restored central may lack what others wrote in these cases: offered first. And their
	 * end may be lost with the epoch that told it: the answer to Held, which has named them, says so. */
	if (r->feed.is_offer_owed || r->feed.is_held_owed)
		return fault_none();
	for (size_t i = 0; i < r->grant_count;) {
		struct replica_grant grant = r->grants[i];
		bool waits = true;
		if (grant.is_forgetting)
			FAULT_TRY(replica_scope_unreceipted(r, grant.case_id, &waits));
		if (waits) {
			i++;
			continue;
		}
		FAULT_TRY(replica_kept_seal(r, grant.case_id));
		FAULT_TRY(forget_case(r, grant.case_id));
		FAULT_TRY(replica_state_put_forgotten(r, grant.case_id, grant.g));
		FAULT_TRY(replica_state_remove_grant(r, grant.case_id));
	}
	return fault_none();
}

struct fault replica_scope_erase(struct replica *r, struct case_id id, struct record_id record_id)
{
	FAULT_TRY(replica_kept_erase(r, id, record_id)); /* KE1 */
	FAULT_TRY(replica_rescue_erase(r, id, record_id));
	if (ID_IS_NONE(record_id)) {
		FAULT_TRY(log_erase_case(r->log, id));
		return r->book == NULL ? fault_none() : r->book->ops->forgot(r->book->ctx, id);
	}
	FAULT_TRY(log_erase_record(r->log, record_id));
	return r->book == NULL ? fault_none() : r->book->ops->touched(r->book->ctx, id, record_id, NULL);
}

struct cases {
	struct case_id *ids;
	size_t count, size;
};

static bool collect_case(void *ctx, const struct log_case *info)
{
	struct cases *cases = ctx;
	if (cases->count == cases->size) {
		cases->size = cases->size == 0 ? 64 : 2 * cases->size;
		cases->ids = realloc(cases->ids, cases->size * sizeof *cases->ids);
		ASSERT(cases->ids != NULL);
	}
	cases->ids[cases->count++] = info->case_id;
	return true;
}

struct fault replica_scope_erase_all(struct replica *r)
{
	struct case_id none = { { 0 } };
	struct cases cases = { .count = 0 };
	bool waits;
	FAULT_TRY(replica_scope_unreceipted(r, none, &waits));
	if (waits)
		return fault_none();
	struct fault fault = r->self.is_erased ? fault_none() : log_case_scan(r->log, collect_case, &cases);
	for (size_t i = 0; i < cases.count && !fault_is(fault); i++)
		fault = forget_case(r, cases.ids[i]);
	free(cases.ids);
	FAULT_TRY(fault);
	FAULT_TRY(replica_kept_erase(r, none, (struct record_id){ { 0 } })); /* KE1 */
	FAULT_TRY(replica_rescue_erase(r, none, (struct record_id){ { 0 } }));
	while (r->grant_count > 0)
		FAULT_TRY(replica_state_remove_grant(r, r->grants[0].case_id));
	r->self.is_erased = true;
	r->told.erased = true;
	return replica_state_put_self(r);
}

/* ---- seeing ---- */

struct fault replica_scope_holds(struct replica *r, struct case_id id, bool *out)
{
	struct replica_grant *grant = replica_state_grant(r, id);
	struct log_case info;
	bool found;
	*out = false;
	if (grant != NULL && grant->is_forgetting)
		return fault_none();
	FAULT_TRY(log_case_get(r->log, id, &info, &found));
	*out = found && info.has_secret && !info.erased;
	return fault_none();
}

struct lacking {
	struct replica *r;
	bool found;
};

static bool lacks_new_order(void *ctx, const struct log_entry *entry)
{
	struct lacking *lacking = ctx;
	lacking->found = entry->orders[0].generation != replica_state_generation(lacking->r)
		&& !replica_state_is_inherited(lacking->r, entry->orders[0]);
	return !lacking->found;
}

/* P9: whether folded entries of this case still lack an order of the epoch in use. */
static struct fault case_lacks_orders(struct replica *r, struct case_id id, bool *out)
{
	struct lacking lacking = { .r = r };
	FAULT_TRY(log_read_case(r->log, id, 0, INT64_MAX, lacks_new_order, &lacking));
	*out = lacking.found;
	return fault_none();
}

static void add_base(struct order_bases *bases, struct epoch_id epoch, uint64_t n)
{
	if (n != 0 && bases->count < LIMIT_BASES)
		bases->pairs[bases->count++] = (struct order_base){ epoch, n };
}

struct fault replica_scope_base(struct replica *r, struct case_id id, struct order_bases *out)
{
	struct replica_grant *grant = replica_state_grant(r, id);
	struct order_bases bases = { .count = 0 };
	bool holds;
	FAULT_TRY(replica_scope_holds(r, id, &holds));
	if (!holds)
		return fault_of(FAULT_CALLER, grant != NULL && grant->is_forgetting
				? "the case is no longer held: it takes no more writes" : "the case is not held here");
	if (grant == NULL) { /* own opening, not assigned yet: nobody else's work has come */
		*out = bases;
		return fault_none();
	}
	add_base(&bases, r->feed.epoch, grant->is_complete ? r->feed.order : grant->place);
	if (grant->past_count > 0) {
		bool lacks;
		FAULT_TRY(case_lacks_orders(r, id, &lacks));
		for (size_t i = 0; lacks && i < grant->past_count; i++)
			add_base(&bases, grant->past[i].epoch, grant->past[i].n);
	}
	*out = bases;
	return fault_none();
}
