/* handlers_admin - the administrator's verbs, on the central node only.
 *
 * Metadata, never content: the casebook here holds reference data and the
 * directory alone. One table of verbs; arguments are positional texts.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/enrol_code.h"
#include "api/gate.h"
#include "api/handlers.h"
#include "api/resolve.h"
#include "api/view.h"
#include "base/civil.h"
#include "central/node.h"
#include "domain/record_json.h"
#include "domain/schema.h"
#include "io/disk.h"
#include "io/logline.h"
#include "records_table.h"

struct order_line { /* one administrator's order */
	struct request *request;
	struct node *node;
	struct hub *hub;
	const char (*args)[sizeof(((jalka_AdminCall *)0)->args[0])];
	size_t count;
	enum hub_device_state state; /* of the verbs that set one */
	bool accept;
};

typedef struct fault verb_fn(struct order_line *line);

static const char *arg(const struct order_line *line, size_t i)
{
	return i < line->count ? line->args[i] : "";
}

/* ---- finding what is meant ---- */

static struct fault staff_of(struct order_line *line, const char *text, struct record_id *out)
{
	struct fault f = resolve_record(node_book(line->node), text, out);
	if (fault_is(f))
		strcpy(line->request->field, "staff");
	return f;
}

static struct fault case_of(struct order_line *line, const char *text, struct log_case *out)
{
	struct fault f = resolve_case(node_log(line->node), text, out);
	if (fault_is(f))
		strcpy(line->request->field, "case");
	return f;
}

static struct fault node_of(struct order_line *line, const char *text, struct node_id *out)
{
	struct fault f = resolve_device(line->hub, text, out);
	if (fault_is(f))
		strcpy(line->request->field, "node");
	return f;
}

/* Of what was only read: nobody else is told. */
static struct writer *begin(struct order_line *line)
{
	return answer_begin(line->request->answer);
}

/* Of what was done: devices and pages are told. */
static struct writer *begin_done(struct order_line *line)
{
	node_poke(line->node);
	return begin(line);
}

static struct fault finish(struct order_line *line, struct fault f)
{
	return answer_end(line->request->answer, f);
}

/* ---- staff ---- */

struct staff_listing {
	struct order_line *line;
	struct writer *out;
};

static bool staff_item(void *ctx, const struct casebook_record *record)
{
	struct staff_listing *listing = ctx;
	const struct schema_record *schema = schema_by_type(RECORDS_TYPE_STAFF_MEMBER);
	struct span rest = record->shown;
	struct wire_field field;
	if (!answer_item(listing->line->request->answer, "staff"))
		return false;
	writer_object(listing->out, NULL);
	writer_id(listing->out, "id", record->record_id.bytes);
	writer_text(listing->out, "name", record->title);
	while (wire_next(&rest, &field) == WIRE_FIELD) {
		if (field.number != RECORDS_STAFF_MEMBER_PROFESSION && field.number != RECORDS_STAFF_MEMBER_UNIT)
			continue;
		writer_key(listing->out, field.number == RECORDS_STAFF_MEMBER_UNIT ? "unit" : "profession");
		record_json_value(schema, field.number, field.whole, listing->out->out);
	}
	writer_object_end(listing->out);
	return true;
}

static struct fault staff_list(struct order_line *line)
{
	struct staff_listing listing = { .line = line, .out = begin(line) };
	writer_list(listing.out, "staff");
	struct fault f = casebook_list(node_book(line->node), RECORDS_TYPE_STAFF_MEMBER, NULL, 0, staff_item, &listing);
	writer_list_end(listing.out);
	return finish(line, f);
}

static struct fault staff_add(struct order_line *line)
{
	static char name[4200], profession[4200], unit[4200];
	const char *assign[] = { name, profession, unit };
	const struct schema_record *schema = schema_by_type(RECORDS_TYPE_STAFF_MEMBER);
	uint8_t block[2048];
	uint32_t cleared[LIMIT_FIELDS];
	size_t cleared_count;
	struct wire_out fields;
	struct schema_error where = { .field = "" };
	struct hub_written written;
	snprintf(name, sizeof name, "name=%s", arg(line, 1));
	snprintf(profession, sizeof profession, "profession=%s", line->count > 2 ? arg(line, 2) : "OTHER");
	snprintf(unit, sizeof unit, "unit=%s", line->count > 3 ? arg(line, 3) : "jalkautuva sosiaalityö");
	wire_out_init(&fields, block, sizeof block);
	struct fault f = record_json_assign(schema, span_of(NULL, 0), assign, 3, &fields, cleared, &cleared_count, &where);
	if (!fault_is(f))
		f = schema_check(schema, wire_out_span(&fields), cleared, cleared_count, true, false, &where);
	if (fault_is(f)) {
		memcpy(line->request->field, where.field, sizeof where.field);
		return request_fault(line->request, f, "staff add NAME PROFESSION UNIT%s%s",
				     where.hint[0] != '\0' ? "; did you mean " : "", where.hint);
	}
	struct hub_write write = { .case_id = hub_directory_case(line->hub), .record_type = RECORDS_TYPE_STAFF_MEMBER,
				   .fields = wire_out_span(&fields) };
	FAULT_TRY(hub_write(line->hub, &write, node_now(), &written));
	struct writer *out = begin_done(line);
	writer_id(out, "id", written.record_id.bytes);
	writer_id(out, "case_id", written.case_id.bytes);
	return finish(line, fault_none());
}

static struct fault verb_staff(struct order_line *line)
{
	if (line->count == 0 || strcmp(arg(line, 0), "list") == 0)
		return staff_list(line);
	if (strcmp(arg(line, 0), "add") == 0 && line->count >= 2)
		return staff_add(line);
	return fault_of(FAULT_CALLER, "staff list, or staff add NAME PROFESSION UNIT");
}

/* ---- enrolment and devices ---- */

static struct fault verb_enrol(struct order_line *line)
{
	struct record_id staff;
	struct hub_slot slot;
	struct enrol_code code;
	char text[ENROL_CODE_TEXT_MAX], address[ADDRESS_TEXT_BYTES];
	FAULT_TRY(staff_of(line, arg(line, 0), &staff));
	FAULT_TRY(hub_slot_new(line->hub, staff, node_now(), &slot));
	code.address = *node_public(line->node);
	code.identity = *hub_identity(line->hub);
	memcpy(code.slot, slot.slot, sizeof code.slot);
	memcpy(code.secret, slot.secret, sizeof code.secret);
	enrol_code_write(&code, text);
	address_write(&code.address, address);
	struct writer *out = begin_done(line);
	writer_string(out, "code", text);
	writer_hex(out, "slot", span_of(slot.slot, sizeof slot.slot));
	writer_number(out, "expires_ms", slot.expires_ms);
	writer_string(out, "address", address);
	sodium_memzero(&slot, sizeof slot);
	sodium_memzero(&code, sizeof code);
	sodium_memzero(text, sizeof text);
	return finish(line, fault_none());
}

const char *handlers_device_state(enum hub_device_state state)
{
	switch (state) {
	case HUB_DEVICE_WAITING:
		return "WAITING";
	case HUB_DEVICE_ACTIVE:
		return "ACTIVE";
	case HUB_DEVICE_SUSPENDED:
		return "SUSPENDED";
	case HUB_DEVICE_REVOKED:
		return "REVOKED";
	case HUB_DEVICE_RETIRED:
		return "RETIRED";
	}
	return "";
}

static bool device_item(void *ctx, const struct hub_device *device)
{
	struct staff_listing *listing = ctx;
	struct writer *out = listing->out;
	char name[VIEW_NAME_BYTES];
	if (!answer_item(listing->line->request->answer, "devices"))
		return false;
	view_staff_name(node_book(listing->line->node), &device->holder, name);
	writer_object(out, NULL);
	writer_id(out, "node", device->node.bytes);
	writer_id(out, "holder", device->holder.bytes);
	writer_string(out, "holder_name", name);
	writer_string(out, "state", handlers_device_state(device->state));
	writer_string(out, "serial", device->serial);
	writer_string(out, "words", device->state == HUB_DEVICE_WAITING ? device->words : "");
	writer_string(out, "disk", disk_name(device->disk));
	writer_number(out, "enrolled_ms", device->enrolled_ms);
	writer_number(out, "last_contact_ms", device->last_contact_ms);
	writer_number(out, "seq", device->seq);
	writer_number(out, "heard_order", device->heard_order);
	writer_number(out, "quarantined", device->quarantined);
	writer_bool(out, "connected", device->connected);
	writer_bool(out, "twin_alarm", device->twin_alarm && !hub_device_is_gone(device));
	writer_bool(out, "erase_confirmed", device->erase_confirmed);
	writer_signed(out, "clock_offset_ms", device->clock_offset_ms);
	writer_object_end(out);
	return true;
}

static struct fault verb_devices(struct order_line *line)
{
	struct staff_listing listing = { .line = line, .out = begin(line) };
	writer_list(listing.out, "devices");
	struct fault f = hub_devices(line->hub, device_item, &listing);
	writer_list_end(listing.out);
	return finish(line, f);
}

static bool forgotten_item(void *ctx, const struct hub_forgotten *item)
{
	struct staff_listing *listing = ctx;
	struct writer *out = listing->out;
	char name[VIEW_NAME_BYTES];
	if (!answer_item(listing->line->request->answer, "forgotten"))
		return false;
	view_staff_name(node_book(listing->line->node), &item->holder, name);
	writer_object(out, NULL);
	writer_id(out, "node", item->node.bytes);
	writer_id(out, "holder", item->holder.bytes);
	writer_string(out, "holder_name", name);
	writer_id(out, "case_id", item->case_id.bytes);
	writer_id(out, "epoch", item->epoch.bytes);
	writer_number(out, "g", item->g);
	writer_number(out, "at_ms", item->at_ms);
	writer_object_end(out);
	return true;
}

static struct fault verb_forgotten(struct order_line *line)
{
	struct staff_listing listing = { .line = line, .out = begin(line) };
	writer_list(listing.out, "forgotten");
	struct fault f = hub_forgotten(line->hub, forgotten_item, &listing);
	writer_list_end(listing.out);
	return finish(line, f);
}

static struct fault answer_device(struct order_line *line, const struct node_id *node, enum hub_device_state state)
{
	struct writer *out = begin_done(line);
	writer_id(out, "node", node->bytes);
	writer_string(out, "state", handlers_device_state(state));
	return finish(line, fault_none());
}

struct confirmed {
	struct node_id node;
	uint32_t disk;
};

static bool device_confirmed(void *ctx, const struct hub_device *device)
{
	struct confirmed *confirmed = ctx;
	if (!ID_EQUAL(device->node, confirmed->node))
		return true;
	confirmed->disk = device->disk;
	return false;
}

/* A store put back from a backup feeds nobody until the list was looked through. */
static struct fault verb_confirm(struct order_line *line)
{
	struct node_id node;
	if (strcmp(arg(line, 0), "all") == 0) {
		FAULT_TRY(hub_confirm_devices(line->hub));
		writer_string(begin_done(line), "confirmed", "all");
		return finish(line, fault_none());
	}
	FAULT_TRY(node_of(line, arg(line, 0), &node));
	FAULT_TRY(hub_device_confirm(line->hub, node, node_now()));
	struct confirmed confirmed = { .node = node };
	FAULT_TRY(hub_devices(line->hub, device_confirmed, &confirmed));
	struct writer *out = begin_done(line);
	writer_id(out, "node", node.bytes);
	writer_string(out, "state", handlers_device_state(HUB_DEVICE_ACTIVE));
	writer_string(out, "disk", disk_name(confirmed.disk));
	return finish(line, fault_none());
}

static struct fault verb_state(struct order_line *line)
{
	struct node_id node;
	FAULT_TRY(node_of(line, arg(line, 0), &node));
	FAULT_TRY(hub_device_set_state(line->hub, node, line->state, node_now()));
	return answer_device(line, &node, line->state);
}

static struct fault verb_no_twin(struct order_line *line)
{
	struct node_id node;
	FAULT_TRY(node_of(line, arg(line, 0), &node));
	FAULT_TRY(hub_device_no_twin(line->hub, node, node_now()));
	writer_id(begin_done(line), "node", node.bytes);
	return finish(line, fault_none());
}

static struct fault verb_lost(struct order_line *line)
{
	struct node_id node;
	FAULT_TRY(node_of(line, arg(line, 0), &node));
	return line->count == 1 ? handlers_admin_lost(line->request, node)
				: handlers_admin_lost_say(line->request, node, arg(line, 1), arg(line, 2), arg(line, 3));
}

static struct fault verb_policy(struct order_line *line)
{
	return handlers_admin_policy(line->request);
}

static struct fault verb_recovery_key(struct order_line *line)
{
	return handlers_admin_recovery_key(line->request);
}

/* ---- who may hold what ---- */

static struct fault role_of(struct order_line *line, uint32_t *out)
{
	const struct schema_record *schema = schema_by_type(RECORDS_TYPE_CASE_ASSIGNMENT);
	const struct schema_field *field = schema_field_by_number(schema->message, RECORDS_CASE_ASSIGNMENT_ROLE);
	*out = RECORDS_ASSIGNMENT_ROLE_OWN_WORKER;
	if (line->count < 3)
		return fault_none();
	if (strcmp(arg(line, 2), "VISIT") == 0) { /* the day's route: not own worker, not co-worker */
		*out = RECORDS_ASSIGNMENT_ROLE_CO_WORKER | HUB_ASSIGN_VISIT;
		return fault_none();
	}
	for (size_t i = 0; i < field->enumeration->count; i++)
		if (strcmp(field->enumeration->values[i].name, arg(line, 2)) == 0) {
			*out = (uint32_t)field->enumeration->values[i].number;
			return fault_none();
		}
	strcpy(line->request->field, "role");
	return fault_of(FAULT_CALLER, "a role is OWN_WORKER, CO_WORKER or SUBSTITUTE, or VISIT for the day's route");
}

/* A matter has exactly one own worker (SHL 42 §): the next comes when the last has gone. */
static struct fault check_own_worker(struct order_line *line, const struct log_case *info, struct record_id staff, uint32_t role)
{
	struct record_id own;
	char name[VIEW_NAME_BYTES];
	if (role != RECORDS_ASSIGNMENT_ROLE_OWN_WORKER || info->kind != DELTA_CASE_MATTER ||
	    !hub_own_worker(line->hub, info->case_id, &own) || ID_EQUAL(own, staff))
		return fault_none();
	view_staff_name(node_book(line->request->target.node), &own, name);
	strcpy(line->request->field, "role");
	return request_fault(line->request, fault_of(FAULT_CALLER, "the case has an own worker, and has only one"),
			     "put this person in the place of %s, or assign as CO_WORKER or SUBSTITUTE", name);
}

/* A moment; a day is held through. */
static struct fault end_of(struct order_line *line, uint64_t *out)
{
	int32_t days;
	*out = 0;
	if (line->count < 4)
		return fault_none();
	struct span text = span_text(arg(line, 3));
	bool is_day = civil_read_date(text, &days);
	const struct civil_time midnight = { .date = civil_of_days(is_day && days < CIVIL_DAYS_MAX ? days + 1 : 0) };
	if (is_day ? civil_helsinki_ms(&midnight, out) : civil_read_time(text, out))
		return fault_none();
	strcpy(line->request->field, "until");
	return fault_of(FAULT_CALLER, "an end is a day, 2026-11-30, or a moment, 2026-11-30T16:00");
}

static struct fault answer_assigned(struct order_line *line, struct case_id id, struct record_id staff, struct record_id assignment,
				    uint64_t until_ms)
{
	struct writer *out = begin_done(line);
	writer_id(out, "case_id", id.bytes);
	writer_id(out, "staff", staff.bytes);
	writer_id(out, "assignment", assignment.bytes);
	writer_number(out, "until_ms", until_ms);
	return finish(line, fault_none());
}

/* The own worker changes at once; who it is now is named, for somebody may have changed it meanwhile. */
static struct fault assign_instead(struct order_line *line)
{
	struct log_case info;
	struct record_id staff, own, assignment;
	FAULT_TRY(case_of(line, arg(line, 0), &info));
	FAULT_TRY(staff_of(line, arg(line, 1), &staff));
	if (line->count != 5 || strcmp(arg(line, 2), "OWN_WORKER") != 0)
		return request_fault(line->request, fault_of(FAULT_CALLER, "only an own worker takes another's place"),
				     "assign CASE STAFF OWN_WORKER instead STAFF");
	FAULT_TRY(staff_of(line, arg(line, 4), &own));
	FAULT_TRY(hub_assign_instead(line->hub, info.case_id, staff, own, node_now(), &assignment));
	return answer_assigned(line, info.case_id, staff, assignment, 0);
}

static struct fault verb_assign(struct order_line *line)
{
	struct log_case info;
	struct record_id staff, assignment;
	uint32_t role;
	uint64_t until_ms;
	if (strcmp(arg(line, 3), "instead") == 0)
		return assign_instead(line);
	if (line->count > 4)
		return fault_of(FAULT_CALLER, "assign CASE STAFF [ROLE [UNTIL]], or assign CASE STAFF OWN_WORKER instead STAFF");
	FAULT_TRY(case_of(line, arg(line, 0), &info));
	FAULT_TRY(staff_of(line, arg(line, 1), &staff));
	FAULT_TRY(role_of(line, &role));
	FAULT_TRY(check_own_worker(line, &info, staff, role));
	FAULT_TRY(end_of(line, &until_ms));
	FAULT_TRY(hub_assign_until(line->hub, info.case_id, staff, role, until_ms, node_now(), &assignment));
	return answer_assigned(line, info.case_id, staff, assignment, until_ms);
}

static struct fault verb_unassign(struct order_line *line)
{
	struct log_case info;
	struct record_id staff;
	FAULT_TRY(case_of(line, arg(line, 0), &info));
	FAULT_TRY(staff_of(line, arg(line, 1), &staff));
	FAULT_TRY(hub_unassign(line->hub, info.case_id, staff, node_now()));
	struct writer *out = begin_done(line);
	writer_id(out, "case_id", info.case_id.bytes);
	writer_id(out, "staff", staff.bytes);
	return finish(line, fault_none());
}

/* An own worker is left out only with a reason, which stands with an assignment of the case. */
static struct fault verb_no_own_worker(struct order_line *line)
{
	struct log_case info;
	FAULT_TRY(case_of(line, arg(line, 0), &info));
	FAULT_TRY(hub_no_own_worker(line->hub, info.case_id, span_text(arg(line, 1)), node_now()));
	struct writer *out = begin_done(line);
	writer_id(out, "case_id", info.case_id.bytes);
	return finish(line, fault_none());
}

/* ---- quarantine ---- */

static struct fault verb_quarantine(struct order_line *line)
{
	bool is_decided = strcmp(arg(line, 0), "decided") == 0;
	return line->count == 0 || is_decided ? handlers_admin_quarantine(line->request, is_decided)
					      : fault_of(FAULT_CALLER, "quarantine, or quarantine decided");
}

static struct fault verb_decide(struct order_line *line)
{
	return handlers_admin_decide(line->request, line->accept, arg(line, 0), arg(line, 1));
}

/* ---- erasing, auditing, counting ---- */

static struct fault verb_erase(struct order_line *line)
{
	return handlers_admin_erase(line->request);
}

static struct fault verb_audit(struct order_line *line)
{
	struct hub_audit audit = { .what = "" };
	FAULT_TRY(node_verify(line->node));
	FAULT_TRY(hub_audit(line->hub, &audit));
	struct writer *out = begin(line);
	writer_bool(out, "ok", audit.bad == 0);
	writer_number(out, "authors", audit.authors);
	writer_number(out, "deltas", audit.deltas);
	writer_number(out, "heads", audit.heads);
	writer_number(out, "erased", audit.erased);
	writer_number(out, "unchecked", audit.unchecked);
	writer_number(out, "bad", audit.bad);
	if (audit.bad != 0) {
		writer_object(out, "first_bad");
		writer_id(out, "node", audit.first_bad.node.bytes);
		writer_id(out, "epoch", audit.first_bad.epoch.bytes);
		writer_number(out, "seq", audit.first_bad_seq);
		writer_object_end(out);
		writer_string(out, "what", audit.what);
	}
	return finish(line, fault_none());
}

static bool case_item(void *ctx, const struct log_case *info)
{
	struct staff_listing *listing = ctx;
	struct writer *out = listing->out;
	if (!answer_item(listing->line->request->answer, "cases"))
		return false;
	writer_object(out, NULL);
	writer_id(out, "case_id", info->case_id.bytes);
	writer_string(out, "kind", view_case_kind(info->kind));
	writer_id(out, "client_case", view_whose(info));
	writer_id(out, "opened_by", info->opened_by.node.bytes);
	writer_number(out, "last_order", info->last_order);
	writer_bool(out, "erased", info->erased);
	writer_object_end(out);
	return true;
}

static struct fault verb_cases(struct order_line *line)
{
	struct staff_listing listing = { .line = line, .out = begin(line) };
	writer_list(listing.out, "cases");
	struct fault f = log_case_scan(node_log(line->node), case_item, &listing);
	writer_list_end(listing.out);
	return finish(line, f);
}

static struct fault verb_counters(struct order_line *line)
{
	handlers_counters(line->node, begin(line));
	return finish(line, fault_none());
}

/* A verified copy off the node holds everything up to this order. */
static struct fault verb_safe(struct order_line *line)
{
	char *end;
	unsigned long long order = strtoull(arg(line, 0), &end, 10);
	if (*arg(line, 0) < '0' || *arg(line, 0) > '9' || *end != '\0')
		return fault_of(FAULT_CALLER, "safe ORDER: the highest order in a verified copy off this node");
	FAULT_TRY(hub_safe_order(line->hub, order, node_now()));
	writer_number(begin_done(line), "safe_order", order);
	return finish(line, fault_none());
}

static struct fault verb_health(struct order_line *line)
{
	return handlers_health(line->request);
}

static struct fault verb_system(struct order_line *line)
{
	return handlers_system(line->request);
}

static struct fault verb_conflicts(struct order_line *line)
{
	return handlers_clashes(line->request);
}

static struct fault verb_backups(struct order_line *line)
{
	return handlers_backup(line->request, false);
}

static struct fault verb_backup(struct order_line *line)
{
	return handlers_backup(line->request, true);
}

static struct fault verb_handovers(struct order_line *line)
{
	return handlers_handovers_waiting(line->request);
}

/* ---- one person in two records ---- */

static struct fault verb_match(struct order_line *line)
{
	return handlers_match_decide(line->request);
}

static struct fault verb_match_reject(struct order_line *line)
{
	return strcmp(arg(line, 0), "reject") == 0 ? handlers_match_decide(line->request)
						   : fault_of(FAULT_CALLER, "match reject CLIENT CLIENT");
}

/* ---- the access logs ---- */

static struct fault verb_drafts(struct order_line *line)
{
	return handlers_admin_drafts(line->request);
}

static struct fault verb_caseload(struct order_line *line)
{
	return handlers_admin_caseload(line->request);
}

static struct fault verb_access(struct order_line *line)
{
	static const char usage[] = "access break-glass or access volume, with a first day, else 30 days; or access of STAFF REASON [FROM [TO]]";
	if (strcmp(arg(line, 0), "of") == 0)
		return line->count >= 3 ? handlers_admin_access_of(line->request) : fault_of(FAULT_CALLER, usage);
	if (line->count > 2)
		return fault_of(FAULT_CALLER, usage);
	return handlers_admin_access(line->request, arg(line, 0), arg(line, 1));
}

static struct fault verb_statistics(struct order_line *line)
{
	return handlers_statistics(line->request);
}

/* ---- roles ---- */

static struct fault verb_grants(struct order_line *line)
{
	return handlers_admin_grants(line->request);
}

/* ---- who may sign in at the console ---- */

static struct fault verb_operator(struct order_line *line)
{
	return handlers_operator(line->request, arg(line, 0), arg(line, 1), arg(line, 2));
}

/* ---- the table ---- */

static const struct verb {
	const char *name;
	verb_fn *fn;
	size_t args_min, args_max;
	const char *usage;
	enum hub_device_state state;
	bool accept;
	enum access_act act; /* what it does to what, for the gate */
	enum access_class class;
} verbs[] = {
	{ "staff", verb_staff, 0, 4, "staff list, or staff add NAME PROFESSION UNIT", 0, false, ACCESS_READ, ACCESS_STAFF },
	{ "grants", verb_grants, 0, 1, "grants, or grants all", 0, false, ACCESS_READ, ACCESS_STAFF },
	{ "grant", verb_grants, 2, 3, "grant STAFF ROLE [UNTIL]", 0, false, ACCESS_CREATE, ACCESS_STAFF },
	{ "ungrant", verb_grants, 2, 2, "ungrant STAFF ROLE", 0, false, ACCESS_CREATE, ACCESS_STAFF },
	{ "operator", verb_operator, 1, 3, "operator list, operator invite STAFF NAME, operator block STAFF or operator unblock STAFF",
	  0, false, ACCESS_READ, ACCESS_DEVICES },
	{ "enrol", verb_enrol, 1, 1, "enrol STAFF", 0, false, ACCESS_CREATE, ACCESS_DEVICES },
	{ "devices", verb_devices, 0, 0, "devices", 0, false, ACCESS_READ, ACCESS_DEVICES },
	{ "confirm", verb_confirm, 1, 1, "confirm DEVICE, or confirm all after a restore", 0, false, ACCESS_CREATE, ACCESS_DEVICES },
	{ "revoke", verb_state, 1, 1, "revoke DEVICE", HUB_DEVICE_REVOKED, false, ACCESS_CREATE, ACCESS_DEVICES },
	{ "suspend", verb_state, 1, 1, "suspend DEVICE", HUB_DEVICE_SUSPENDED, false, ACCESS_CREATE, ACCESS_DEVICES },
	{ "resume", verb_state, 1, 1, "resume DEVICE", HUB_DEVICE_ACTIVE, false, ACCESS_CREATE, ACCESS_DEVICES },
	{ "retire", verb_state, 1, 1, "retire DEVICE", HUB_DEVICE_RETIRED, false, ACCESS_CREATE, ACCESS_DEVICES },
	{ "no-twin", verb_no_twin, 1, 1, "no-twin DEVICE", 0, false, ACCESS_CREATE, ACCESS_DEVICES },
	{ "lost", verb_lost, 1, 4, "lost DEVICE, lost DEVICE since TIME, lost DEVICE risk high|low REASONS, or lost DEVICE police NUMBER", 0, false, ACCESS_READ, ACCESS_DEVICES },
	{ "policy", verb_policy, 0, 2, "policy, or policy lease DAYS", 0, false, ACCESS_READ, ACCESS_DEVICES },
	{ "recovery-key", verb_recovery_key, 0, 2, "recovery-key, or recovery-key PUBLIC [replace]", 0, false, ACCESS_READ, ACCESS_DEVICES },
	{ "assign", verb_assign, 2, 5, "assign CASE STAFF [ROLE [UNTIL]], or assign CASE STAFF OWN_WORKER instead STAFF", 0, false, ACCESS_CREATE, ACCESS_ASSIGNMENT },
	{ "unassign", verb_unassign, 2, 2, "unassign CASE STAFF", 0, false, ACCESS_CREATE, ACCESS_ASSIGNMENT },
	{ "no-own-worker", verb_no_own_worker, 2, 2, "no-own-worker CASE REASON", 0, false, ACCESS_CREATE, ACCESS_ASSIGNMENT },
	{ "forgotten", verb_forgotten, 0, 0, "forgotten", 0, false, ACCESS_READ, ACCESS_ASSIGNMENT },
	{ "caseload", verb_caseload, 0, 2, "caseload, caseload attention, caseload of STAFF, caseload find TEXT, or caseload people", 0, false,
	  ACCESS_READ, ACCESS_ASSIGNMENT },
	{ "handovers", verb_handovers, 0, 1, "handovers, or handovers all", 0, false, ACCESS_READ, ACCESS_ASSIGNMENT },
	{ "quarantine", verb_quarantine, 0, 1, "quarantine, or quarantine decided", 0, false, ACCESS_READ, ACCESS_ASSIGNMENT },
	{ "accept", verb_decide, 1, 2, "accept ITEM [WHY]", 0, true, ACCESS_CREATE, ACCESS_ASSIGNMENT },
	{ "reject", verb_decide, 1, 2, "reject ITEM [WHY]", 0, false, ACCESS_CREATE, ACCESS_ASSIGNMENT },
	{ "erase", verb_erase, 2, 4, "erase case CASE [GROUND], erase record CASE RECORD [GROUND], or erase approve or drop CASE [RECORD]",
	  0, false, ACCESS_CREATE, ACCESS_ERASURE },
	{ "erasures", verb_erase, 0, 1, "erasures, or erasures done", 0, false, ACCESS_READ, ACCESS_ERASURE },
	{ "retention", verb_erase, 0, 1, "retention, or retention all", 0, false, ACCESS_READ, ACCESS_ERASURE },
	{ "audit", verb_audit, 0, 0, "audit", 0, false, ACCESS_READ, ACCESS_DEVICES },
	{ "cases", verb_cases, 0, 0, "cases", 0, false, ACCESS_READ, ACCESS_ASSIGNMENT },
	{ "counters", verb_counters, 0, 0, "counters", 0, false, ACCESS_READ, ACCESS_DEVICES },
	{ "matches", verb_match, 0, 1, "matches, or matches all", 0, false, ACCESS_READ, ACCESS_BASIC },
	{ "merge", verb_match, 2, 2, "merge CLIENT CLIENT", 0, false, ACCESS_CREATE, ACCESS_ASSIGNMENT },
	{ "unmerge", verb_match, 1, 1, "unmerge CLIENT", 0, false, ACCESS_CREATE, ACCESS_ASSIGNMENT },
	{ "match", verb_match_reject, 3, 3, "match reject CLIENT CLIENT", 0, false, ACCESS_CREATE, ACCESS_ASSIGNMENT },
	{ "safe", verb_safe, 1, 1, "safe ORDER", 0, false, ACCESS_CREATE, ACCESS_DEVICES },
	{ "health", verb_health, 0, 0, "health", 0, false, ACCESS_READ, ACCESS_DEVICES },
	{ "system", verb_system, 0, 0, "system", 0, false, ACCESS_READ, ACCESS_DEVICES },
	{ "conflicts", verb_conflicts, 0, 0, "conflicts", 0, false, ACCESS_READ, ACCESS_BASIC },
	{ "backups", verb_backups, 0, 0, "backups", 0, false, ACCESS_READ, ACCESS_DEVICES },
	{ "backup", verb_backup, 0, 0, "backup", 0, false, ACCESS_CREATE, ACCESS_DEVICES },
	{ "drafts", verb_drafts, 0, 0, "drafts", 0, false, ACCESS_READ, ACCESS_LOG },
	{ "access", verb_access, 1, 5, "access break-glass or access volume, with a first day, else 30 days; or access of STAFF REASON [FROM [TO]]",
	  0, false, ACCESS_READ, ACCESS_LOG },
	{ "statistics", verb_statistics, 1, 5, "statistics QUARTER [show | count | propose STAFF | freeze STAFF LANG DIGEST], or statistics list", 0, false,
	  ACCESS_READ, ACCESS_STATISTICS },
};

/* Names and municipalities of clients are metadata; a new member of the staff is more
 * than a list of them; who loses a device or suspects it reports that. */
static struct fault ask_gate(const struct order_line *line, const struct verb *verb)
{
	bool outs = verb->fn == verb_state && (verb->state == HUB_DEVICE_REVOKED || verb->state == HUB_DEVICE_SUSPENDED);
	bool is_loss = outs || verb->fn == verb_lost;
	bool rules = line->count > 0 && (verb->fn == verb_policy || verb->fn == verb_recovery_key);
	bool adds = rules || (verb->fn == verb_staff && strcmp(arg(line, 0), "add") == 0) || (verb->fn == verb_lost && line->count > 1) ||
		    (verb->fn == verb_statistics && (strcmp(arg(line, 1), "propose") == 0 || strcmp(arg(line, 1), "freeze") == 0));
	bool is_metadata = verb->class == ACCESS_BASIC || verb->class == ACCESS_LOG || verb->class == ACCESS_ERASURE ||
			   verb->fn == verb_caseload || verb->fn == verb_handovers;
	struct record_id nobody = { { 0 } };
	struct case_id none = { { 0 } };
	FAULT_TRY(gate_class(line->request->gate, adds ? ACCESS_CREATE : verb->act, verb->class,
			     (is_loss ? ACCESS_IF_LOSS : 0) | (verb->class == ACCESS_LOG ? ACCESS_IF_REASON : 0),
			     verb->class == ACCESS_STATISTICS && !adds ? ACCESS_AGGREGATES : is_metadata ? ACCESS_METADATA : ACCESS_WHOLE));
	return verb->class == ACCESS_BASIC ? gate_trace(line->request->gate, RECORDS_ACCESS_ACT_LIST, none, nobody, NULL)
					   : fault_none();
}

/* That it was done, not to whom or what: who did is in the access log. */
static void log_order(const struct verb *verb, struct fault f)
{
	enum logline_level level = verb->act == ACCESS_READ ? LOGLINE_DEBUG : LOGLINE_NOTICE;
	logline(fault_is(f) ? LOGLINE_INFO : level, fault_is(f) ? "order_refused" : "order", LOGLINE_FIELDS(logline_text("verb", verb->name)));
}

void handlers_admin_verbs(struct writer *out)
{
	writer_list(out, "verbs");
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		writer_object(out, NULL);
		writer_string(out, "verb", verbs[i].name);
		writer_string(out, "usage", verbs[i].usage);
		writer_number(out, "args_min", verbs[i].args_min);
		writer_number(out, "args_max", verbs[i].args_max);
		writer_string(out, "class", access_class_name(verbs[i].class));
		writer_bool(out, "creates", verbs[i].act == ACCESS_CREATE);
		writer_object_end(out);
	}
	writer_list_end(out);
}

struct fault handlers_admin(struct request *request)
{
	const jalka_AdminCall *call = &request->call->call.admin;
	struct node *node = request->target.node;
	struct order_line line = { .request = request, .node = node, .hub = node_hub(node), .args = call->args,
				   .count = call->args_count };
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		const struct verb *verb = &verbs[i];
		if (strcmp(verb->name, call->verb) != 0)
			continue;
		if (line.count < verb->args_min || line.count > verb->args_max)
			return request_fault(request, fault_of(FAULT_CALLER, "wrong number of arguments"), "%s", verb->usage);
		line.state = verb->state;
		line.accept = verb->accept;
		struct fault f = ask_gate(&line, verb);
		if (!fault_is(f))
			f = verb->fn(&line);
		log_order(verb, f);
		return f;
	}
	strcpy(request->field, "verb");
	return fault_of(FAULT_CALLER, "the administrator has no such verb: see jalka admin --help");
}
