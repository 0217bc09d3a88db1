/* handlers_lost - the administrator's verb `lost`: a device is out of hand; whose data
 * may be on it, since when that is known, and how long there is to report it (D14).
 *
 * Names and municipalities of clients are metadata: shown to those whose role sees
 * them, counted for the others. */
#include "api/gate.h"
#include "api/handlers.h"
#include "api/view.h"
#include "central/idset.h"
#include "central/match.h"
#include "central/node.h"
#include "domain/deadline.h"
#include "domain/fields.h"
#include "records_table.h"

struct gathering {
	struct idset clients; /* their CLIENT cases */
	size_t cases;
	bool full;
};

static bool take_case(void *ctx, const struct hub_exposed *item)
{
	struct gathering *g = ctx;
	g->cases++;
	g->full = !idset_add(&g->clients, item->client_case.bytes);
	return !g->full;
}

/* ---- the device ---- */

struct device_answer {
	struct request *request;
	struct node_id node;
	struct writer *out;
	uint64_t known_ms; /* since when it is known to be lost; 0: nobody has said so */
	bool met;
};

static bool take_record(void *ctx, const struct casebook_record *record)
{
	struct device_answer *a = ctx;
	a->known_ms = fields_number_or_none(record->shown, RECORDS_DEVICE_LOST_AT);
	return false;
}

static bool write_device(void *ctx, const struct hub_device *device)
{
	struct device_answer *a = ctx;
	char name[VIEW_NAME_BYTES];
	if (!ID_EQUAL(device->node, a->node))
		return true;
	view_staff_name(node_book(a->request->target.node), &device->holder, name);
	writer_id(a->out, "node", device->node.bytes);
	writer_string(a->out, "holder_name", name);
	writer_string(a->out, "serial", device->serial);
	writer_bool(a->out, "revoked", device->state == HUB_DEVICE_REVOKED);
	writer_bool(a->out, "erase_confirmed", device->erase_confirmed);
	writer_number(a->out, "last_contact_ms", device->last_contact_ms);
	writer_number(a->out, "quarantined", device->quarantined);
	return false;
}

static void write_clock(struct device_answer *a)
{
	struct deadline report = { .at_ms = 0 };
	if (a->known_ms != 0)
		(void)deadline_count_ms(DEADLINE_D14, a->known_ms, NULL, &report);
	writer_number(a->out, "known_ms", a->known_ms);
	writer_number(a->out, "report_by_ms", report.at_ms);
}

/* ---- the clients ---- */

struct client_listing {
	struct request *request;
	struct writer *out;
	const struct gathering *gathered;
	size_t named;
};

static bool write_client(void *ctx, const struct match_client *client)
{
	struct client_listing *l = ctx;
	if (!idset_has(&l->gathered->clients, client->case_id.bytes))
		return true;
	l->named++;
	if (!answer_item(l->request->answer, "clients"))
		return false;
	writer_object(l->out, NULL);
	writer_id(l->out, "case_id", client->case_id.bytes);
	writer_text(l->out, "family_name", client->family_name);
	writer_text(l->out, "given_names", client->given_names);
	writer_text(l->out, "municipality", client->municipality);
	writer_object_end(l->out);
	return true;
}

static struct fault answer(struct request *request, struct node_id node, const struct gathering *g, bool may_see)
{
	struct node *central = request->target.node;
	struct device_answer a = { .request = request, .node = node };
	struct client_listing listing = { .request = request, .gathered = g };
	struct record_id record;
	memcpy(record.bytes, node.bytes, ID_BYTES); /* a device's record has its node's id */
	FAULT_TRY(casebook_get(node_book(central), record, take_record, &a));
	a.out = listing.out = answer_begin(request->answer);
	FAULT_TRY(hub_devices(node_hub(central), write_device, &a));
	write_clock(&a);
	writer_number(a.out, "cases", g->cases);
	writer_number(a.out, "client_count", g->clients.count);
	writer_bool(a.out, "names_shown", may_see);
	writer_list(a.out, "clients");
	struct fault f = may_see ? match_each(node_match(central), write_client, &listing) : fault_none();
	writer_list_end(a.out);
	/* Erased since, or never arrived: their names stand nowhere any more. */
	writer_number(a.out, "nameless", may_see ? g->clients.count - listing.named : 0);
	return answer_end(request->answer, f);
}

struct fault handlers_admin_lost(struct request *request, struct node_id node)
{
	struct node *central = request->target.node;
	struct gathering g = { .cases = 0 };
	struct record_id nobody = { { 0 } };
	struct case_id none = { { 0 } };
	bool may_see = !fault_is(gate_class(request->gate, ACCESS_READ, ACCESS_BASIC, 0, ACCESS_METADATA));
	if (may_see)
		FAULT_TRY(gate_trace(request->gate, RECORDS_ACCESS_ACT_LIST, none, nobody, NULL));
	FAULT_TRY(match_run(node_match(central), node_hub(central), node_now()));
	struct fault f = hub_exposed(node_hub(central), node, take_case, &g);
	idset_settle(&g.clients);
	if (!fault_is(f))
		f = g.full ? fault_of(FAULT_LIMIT, "memory to list the cases of the device") : answer(request, node, &g, may_see);
	idset_free(&g.clients);
	return f;
}
