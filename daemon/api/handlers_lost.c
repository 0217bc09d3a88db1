/* handlers_lost - the administrator's verb `lost`: a device is out of hand; whose data
 * may be on it, since when that is known, how long there is to report it (D14), the
 * number of the police report.
 *
 * Names and municipalities of clients are metadata: shown to those whose role sees
 * them, counted for the others. */
#include "api/gate.h"
#include "api/handlers.h"
#include "api/view.h"
#include "base/civil.h"
#include "base/limits.h"
#include "central/idset.h"
#include "central/match.h"
#include "central/node.h"
#include "domain/deadline.h"
#include "domain/fields.h"
#include "io/disk.h"
#include "records_table.h"

enum { NUMBER_LETTERS = 64, TEXT_BYTES = 4 * (4000 + NUMBER_LETTERS) };

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
	bool is_judged, is_high; /* the risk to the clients */
	struct span reasons, police_report_no; /* in `block` */
	uint8_t block[TEXT_BYTES];
};

/* What the record shows, for longer than the call. */
static struct span kept(const struct casebook_record *record, uint32_t field, struct wire_out *block)
{
	struct span text;
	size_t from = wire_out_span(block).len;
	if (!fields_bytes(record->shown, field, &text) || text.len > TEXT_BYTES - from)
		return span_of(NULL, 0);
	wire_put_raw(block, text);
	return span_of(wire_out_span(block).data + from, text.len);
}

static bool take_record(void *ctx, const struct casebook_record *record)
{
	struct device_answer *a = ctx;
	struct wire_out block;
	a->known_ms = fields_number_or_none(record->shown, RECORDS_DEVICE_LOST_AT);
	a->is_judged = fields_has(record->shown, RECORDS_DEVICE_LOSS_RISK_HIGH);
	a->is_high = fields_true(record->shown, RECORDS_DEVICE_LOSS_RISK_HIGH);
	wire_out_init(&block, a->block, sizeof a->block);
	a->police_report_no = kept(record, RECORDS_DEVICE_POLICE_REPORT_NO, &block);
	a->reasons = kept(record, RECORDS_DEVICE_LOSS_RISK_REASONS, &block);
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
	writer_string(a->out, "disk", disk_name(device->disk));
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
	writer_string(a->out, "risk", !a->is_judged ? "" : a->is_high ? "HIGH" : "LOW");
	writer_text(a->out, "risk_reasons", a->reasons);
	writer_text(a->out, "police_report_no", a->police_report_no);
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
	static struct device_answer a;
	a = (struct device_answer){ .request = request, .node = node };
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

/* ---- what is said of it ---- */

static struct fault put_since(struct request *request, const char *text, struct wire_out *out)
{
	uint64_t at_ms;
	strcpy(request->field, "since");
	if (!civil_read_time(span_text(text), &at_ms))
		return fault_of(FAULT_CALLER, "since when it is known is a time, like 2026-11-21T20:15");
	if (at_ms > node_now().wall_ms + LIMIT_FUTURE_MS)
		return fault_of(FAULT_CALLER, "the time is in the future");
	request->field[0] = '\0';
	wire_put_varint(out, RECORDS_DEVICE_LOST_AT, at_ms);
	return fault_none();
}

static struct fault put_risk(struct request *request, const char *level, const char *reasons, struct wire_out *out)
{
	bool is_high = strcmp(level, "high") == 0;
	strcpy(request->field, "risk");
	if (!is_high && strcmp(level, "low") != 0)
		return fault_of(FAULT_CALLER, "the risk to the clients is high or low");
	if (*reasons == '\0')
		return fault_of(FAULT_CALLER, "say why the risk is judged so: the breach is documented with its reasons");
	request->field[0] = '\0';
	wire_put_varint(out, RECORDS_DEVICE_LOSS_RISK_HIGH, is_high);
	wire_put_bytes(out, RECORDS_DEVICE_LOSS_RISK_REASONS, span_text(reasons));
	return fault_none();
}

static struct fault put_police(struct request *request, const char *number, struct wire_out *out)
{
	strcpy(request->field, "police_report_no");
	if (*number == '\0')
		return fault_of(FAULT_CALLER, "the number the police gave the report is missing");
	if (wire_utf8_chars(span_text(number)) > NUMBER_LETTERS)
		return fault_of(FAULT_CALLER, "the number of a police report has 64 letters at most");
	request->field[0] = '\0';
	wire_put_bytes(out, RECORDS_DEVICE_POLICE_REPORT_NO, span_text(number));
	return fault_none();
}

struct fault handlers_admin_lost_say(struct request *request, struct node_id node, const char *what, const char *first,
				     const char *second)
{
	struct hub *hub = node_hub(request->target.node);
	static uint8_t block[TEXT_BYTES];
	struct wire_out fields;
	struct hub_written written;
	wire_out_init(&fields, block, sizeof block);
	if (strcmp(what, "since") == 0)
		FAULT_TRY(put_since(request, first, &fields));
	else if (strcmp(what, "risk") == 0)
		FAULT_TRY(put_risk(request, first, second, &fields));
	else if (strcmp(what, "police") == 0)
		FAULT_TRY(put_police(request, first, &fields));
	else
		return fault_of(FAULT_CALLER, "of a lost device it is said since when, what the risk is, or the number of the police report");
	struct hub_write write = { .case_id = hub_directory_case(hub), .record_type = RECORDS_TYPE_DEVICE,
				   .fields = wire_out_span(&fields) };
	memcpy(write.record_id.bytes, node.bytes, ID_BYTES); /* a device's record has its node's id */
	FAULT_TRY(hub_write(hub, &write, node_now(), &written));
	node_poke(request->target.node);
	return handlers_admin_lost(request, node);
}
