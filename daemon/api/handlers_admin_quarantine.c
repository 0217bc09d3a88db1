/* handlers_admin_quarantine - what waits at the central node for a person, the decision, and what was decided.
 *
 * Who wrote it, of which case and kind it is, why it waits and what stands in the way of
 * accepting it: metadata, never what it says. Nothing vanishes: what was set aside is kept,
 * and stays listed with who decided.
 */
#include <stdio.h>

#include "api/gate.h"
#include "api/handlers.h"
#include "api/view.h"
#include "central/node.h"

enum { ITEM_BYTES = 8 + 1 + 8 + 1 + 20 + 1, DECIDED_MAX = 500 };

static void item_name(const struct author *author, uint64_t seq, char out[static ITEM_BYTES])
{
	char node[ID_HEX_BYTES], epoch[ID_HEX_BYTES];
	id_to_hex(author->node.bytes, node);
	id_to_hex(author->epoch.bytes, epoch);
	snprintf(out, ITEM_BYTES, "%.8s.%.8s.%llu", node, epoch, (unsigned long long)seq);
}

struct listing {
	struct request *request;
	struct node *node;
	struct writer *out;
	size_t count;
};

static void write_person(struct listing *listing, const char *key, const char *name_key, const struct record_id *staff)
{
	char name[VIEW_NAME_BYTES];
	view_staff_name(node_book(listing->node), staff, name);
	writer_id(listing->out, key, staff->bytes);
	writer_string(listing->out, name_key, name);
}

static void write_case(struct listing *listing, struct case_id id)
{
	struct log_case info;
	struct record_id own;
	bool found = false;
	writer_id(listing->out, "case_id", id.bytes);
	if (fault_is(log_case_get(node_log(listing->node), id, &info, &found)) || !found)
		return;
	writer_string(listing->out, "case_kind", view_case_kind(info.kind));
	writer_id(listing->out, "client_case", view_whose(&info));
	if (!hub_own_worker(node_hub(listing->node), id, &own))
		return;
	writer_object(listing->out, "own_worker");
	write_person(listing, "staff", "name", &own);
	writer_object_end(listing->out);
}

/* What is told of it whether it waits or not. */
static void write_item(struct listing *listing, const struct hub_quarantined *item)
{
	struct writer *out = listing->out;
	struct record_id holder = { { 0 } };
	char name[ITEM_BYTES];
	item_name(&item->author, item->seq, name);
	(void)hub_holder(node_hub(listing->node), item->author.node, &holder);
	writer_string(out, "item", name);
	writer_id(out, "node", item->author.node.bytes);
	writer_id(out, "epoch", item->author.epoch.bytes);
	writer_number(out, "seq", item->seq);
	write_person(listing, "holder", "holder_name", &holder);
	if (!ID_IS_NONE(item->vouched_by) && hub_holder(node_hub(listing->node), item->vouched_by, &holder)) {
		writer_id(out, "vouched_by", item->vouched_by.bytes);
		write_person(listing, "vouched_holder", "vouched_name", &holder);
	}
	writer_string(out, "reason", view_reason(item->reason));
	write_case(listing, item->case_id);
	writer_id(out, "record_id", item->record_id.bytes);
	writer_string(out, "type", view_type_name(item->record_type));
	writer_bool(out, "opens", item->opens);
	writer_number(out, "received_ms", item->received_ms);
}

static bool waiting_item(void *ctx, const struct hub_quarantined *item)
{
	struct listing *listing = ctx;
	if (!answer_item(listing->request->answer, "quarantine"))
		return false;
	writer_object(listing->out, NULL);
	write_item(listing, item);
	writer_number(listing->out, "written_ms", item->written_ms);
	writer_string(listing->out, "obstacle", item->obstacle == NULL ? "" : item->obstacle);
	writer_object_end(listing->out);
	return true;
}

static bool decided_item(void *ctx, const struct hub_decided *decided)
{
	struct listing *listing = ctx;
	if (listing->count++ == DECIDED_MAX || !answer_item(listing->request->answer, "decided"))
		return false;
	writer_object(listing->out, NULL);
	write_item(listing, &decided->item);
	writer_string(listing->out, "decision", decided->ruling.accept ? "ACCEPT" : "REJECT");
	writer_number(listing->out, "decided_ms", decided->decided_ms);
	write_person(listing, "decided_by", "decided_by_name", &decided->ruling.by);
	writer_text(listing->out, "words", decided->ruling.reason);
	writer_object_end(listing->out);
	return true;
}

struct fault handlers_admin_quarantine(struct request *request, bool is_decided)
{
	struct listing listing = { .request = request, .node = request->target.node };
	struct hub *hub = node_hub(listing.node);
	listing.out = answer_begin(request->answer);
	writer_list(listing.out, is_decided ? "decided" : "quarantine");
	struct fault f = is_decided ? hub_decisions(hub, decided_item, &listing) : hub_quarantine(hub, waiting_item, &listing);
	writer_list_end(listing.out);
	return answer_end(request->answer, f);
}

/* ---- the decision ---- */

struct search {
	const char *name;
	struct author author;
	uint64_t seq;
	unsigned matches;
};

static bool item_met(void *ctx, const struct hub_quarantined *item)
{
	struct search *search = ctx;
	char name[ITEM_BYTES];
	item_name(&item->author, item->seq, name);
	if (strcmp(name, search->name) == 0) {
		search->author = item->author;
		search->seq = item->seq;
		search->matches++;
	}
	return search->matches < 2;
}

struct fault handlers_admin_decide(struct request *request, bool accept, const char *item, const char *words)
{
	struct node *node = request->target.node;
	struct search search = { .name = item };
	const struct hub_ruling ruling = { .accept = accept, .by = request->gate->staff, .reason = span_text(words) };
	strcpy(request->field, "item");
	FAULT_TRY(hub_quarantine(node_hub(node), item_met, &search));
	if (search.matches != 1)
		return fault_of(FAULT_CALLER, "nothing in quarantine has this name: see quarantine");
	FAULT_TRY(hub_decide(node_hub(node), &search.author, search.seq, &ruling, node_now()));
	request->field[0] = '\0';
	node_poke(node);
	struct writer *out = answer_begin(request->answer);
	writer_string(out, "item", search.name);
	writer_string(out, "decision", accept ? "ACCEPT" : "REJECT");
	answer_finish(request->answer);
	return fault_none();
}
