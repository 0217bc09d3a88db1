/* handlers_access - roles, break-glass, and who has seen a client's data. */
#include <stdio.h>

#include "api/gate.h"
#include "api/handlers.h"
#include "api/linked.h"
#include "api/profile.h"
#include "api/resolve.h"
#include "api/view.h"
#include "base/civil.h"
#include "central/ledger.h"
#include "central/match.h"
#include "central/node.h"
#include "domain/duplicate.h"
#include "domain/fields.h"
#include "records_table.h"

enum { PERSON_ENTRIES_MAX = 2000, YEARS_TOLD = 2, REASON_CHARS_MIN = 10, WHOLE_DIGITS = 2 * ID_BYTES };

/* ---- the role table ---- */

static void write_conditions(struct writer *out, const char *key, uint32_t conditions)
{
	writer_list(out, key);
	for (unsigned bit = 0; bit < ACCESS_CONDITIONS; bit++)
		if (conditions & 1u << bit)
			writer_string(out, NULL, access_condition_name(bit));
	writer_list_end(out);
}

static void write_cell(struct writer *out, enum access_class class, enum access_role role)
{
	const struct access_cell *cell = access_cell(class, role);
	writer_object(out, NULL);
	writer_string(out, "role", access_role_name(role));
	writer_string(out, "read", access_right_name(cell->read));
	write_conditions(out, "read_if", cell->read_if);
	writer_bool(out, "create", cell->create);
	write_conditions(out, "create_if", cell->create_if);
	writer_bool(out, "glass", cell->glass);
	writer_object_end(out);
}

static void write_class(struct writer *out, enum access_class class)
{
	size_t count;
	const struct schema_record *all = schema_all(&count);
	writer_object(out, NULL);
	writer_string(out, "class", access_class_name(class));
	writer_string(out, "words", access_class_words(class));
	writer_list(out, "types");
	for (size_t i = 0; i < count; i++)
		if (access_class_of_type(all[i].type) == class)
			writer_string(out, NULL, all[i].name);
	writer_list_end(out);
	writer_list(out, "cells");
	for (enum access_role role = 0; role < ACCESS_ROLES; role++)
		write_cell(out, class, role);
	writer_list_end(out);
	writer_object_end(out);
}

/* Who asks, as the gate knows them. */
static void write_me(struct gate *gate, struct writer *out)
{
	char name[VIEW_NAME_BYTES];
	view_staff_name(gate->world.book, &gate->staff, name);
	writer_object(out, "me");
	writer_id(out, "staff", gate->staff.bytes);
	writer_string(out, "name", name);
	writer_bool(out, "alone", gate->is_alone);
	writer_list(out, "roles");
	for (enum access_role role = 0; role < ACCESS_ROLES; role++)
		if (gate->roles & 1u << role)
			writer_string(out, NULL, access_role_name(role));
	writer_list_end(out);
	writer_object_end(out);
}

/* The table of calls as it serves them, so that who tries all of them misses none. */
static void write_calls(struct writer *out)
{
	static const char *const does[] = { [REQUEST_FREE] = "FREE", [REQUEST_NAMES] = "NAMES", [REQUEST_LISTS] = "LISTS",
					    [REQUEST_ASKS] = "ASKS" };
	size_t count;
	const struct request_row *rows = request_table(&count);
	writer_list(out, "calls");
	for (size_t i = 0; i < count; i++) {
		writer_object(out, NULL);
		writer_string(out, "call", rows[i].name);
		writer_number(out, "number", rows[i].call);
		writer_bool(out, "field", (rows[i].roles & REQUEST_FIELD) != 0);
		writer_bool(out, "central", (rows[i].roles & REQUEST_CENTRAL) != 0);
		writer_string(out, "does", does[rows[i].does]);
		writer_object_end(out);
	}
	writer_list_end(out);
	handlers_admin_verbs(out);
}

struct fault handlers_roles(struct request *request)
{
	const jalka_RolesCall *call = &request->call->call.roles;
	struct writer *out = answer_begin(request->answer);
	if (request->gate != NULL)
		write_me(request->gate, out);
	if (call->calls)
		write_calls(out);
	writer_list(out, "classes");
	for (enum access_class class = 0; class < ACCESS_CLASSES && !call->mine && !call->calls; class++)
		if (answer_item(request->answer, "classes"))
			write_class(out, class);
	writer_list_end(out);
	answer_finish(request->answer);
	return fault_none();
}

/* ---- whose: the client an id means ---- */

struct whose {
	struct request *request;
	struct gate *gate;
	struct case_id client_case;
	struct record_id client;      /* none at the central node */
	unsigned found;
	struct record_id id;
};

static bool take_entry_case(void *ctx, const struct log_entry *entry)
{
	struct whose *whose = ctx;
	whose->client_case = entry->case_id;
	whose->found = 1;
	return false;
}

static bool take_id(void *ctx, struct record_id id)
{
	struct whose *whose = ctx;
	whose->id = id;
	whose->found++;
	return whose->found < 2;
}

/* The book of the central node holds no client: the matching knows their ids by their
 * beginnings, the log every record by its whole id. */
static struct fault find_at_central(struct whose *whose, const char *text)
{
	struct node *node = whose->request->target.node;
	char low[ID_HEX_BYTES], high[ID_HEX_BYTES];
	struct record_id from, to;
	size_t len = strlen(text);
	if (!resolve_is_digits(text) || len > WHOLE_DIGITS)
		return fault_of(FAULT_CALLER, "a client or a case is named by 4 to 32 hexadecimal digits");
	memset(low, '0', sizeof low);
	memset(high, 'f', sizeof high);
	memcpy(low, text, len);
	memcpy(high, text, len);
	if (!id_from_hex(span_of(low, WHOLE_DIGITS), from.bytes) || !id_from_hex(span_of(high, WHOLE_DIGITS), to.bytes))
		return fault_of(FAULT_CALLER, "a client or a case is named by 4 to 32 hexadecimal digits");
	FAULT_TRY(match_run(node_match(node), node_hub(node), node_now()));
	if (len == WHOLE_DIGITS) {
		whose->id = from;
		whose->found = 1;
	} else {
		FAULT_TRY(match_find(node_match(node), from, to, take_id, whose));
	}
	if (whose->found > 1)
		return fault_of(FAULT_CALLER, "several clients' ids begin so: give more digits");
	bool named = whose->found == 1;
	whose->found = 0;
	if (named)
		FAULT_TRY(log_read_record(node_log(node), whose->id, take_entry_case, whose));
	return whose->found == 0 ? fault_of(FAULT_CALLER, "no client, case or record has an id that begins so") : fault_none();
}

static struct fault find_client(struct whose *whose, const char *text)
{
	struct log *log = whose->gate->world.log;
	struct log_case info;
	bool found;
	strcpy(whose->request->field, "id");
	if (whose->gate->is_central) {
		if (!fault_is(resolve_case(log, text, &info)))
			whose->client_case = info.case_id;
		else
			FAULT_TRY(find_at_central(whose, text));
	} else {
		FAULT_TRY(resolve_place(whose->gate->world.book, log, text, &whose->client_case));
	}
	FAULT_TRY(log_case_get(log, whose->client_case, &info, &found));
	if (found && !ID_IS_NONE(info.client_case))
		whose->client_case = info.client_case;
	else if (!found || info.kind != DELTA_CASE_CLIENT)
		return fault_of(FAULT_CALLER, "this is neither a client nor a case or record of one");
	(void)gate_client(whose->gate, whose->client_case, &whose->client);
	whose->request->field[0] = '\0';
	return fault_none();
}

struct fault handlers_find_client(struct request *request, const char *text, struct case_id *out)
{
	struct whose whose = { .request = request, .gate = request->gate };
	FAULT_TRY(find_client(&whose, text));
	*out = whose.client_case;
	return fault_none();
}

/* ---- break-glass ---- */

/* At least a few words: the administrator reads them the next day. */
static bool says_enough(const char *reason)
{
	size_t letters = 0, words = 0;
	bool in_word = false;
	for (; *reason != '\0'; reason++) {
		bool is_letter = strchr(" \t\n.,;:-", *reason) == NULL;
		letters += is_letter && ((uint8_t)*reason & 0xc0) != 0x80;
		words += is_letter && !in_word;
		in_word = is_letter;
	}
	return words >= 2 && letters >= REASON_CHARS_MIN;
}

static bool has_glass(const struct gate *gate)
{
	for (enum access_class class = 0; class < ACCESS_CLASSES; class++)
		for (enum access_role role = 0; role < ACCESS_ROLES; role++)
			if (gate_case_roles(gate) & 1u << role && access_cell(class, role)->glass)
				return true;
	return false;
}

static uint64_t day_ends(const struct gate *gate)
{
	struct civil_time time = { .date = civil_of_days(gate->world.rules.today + 1) };
	uint64_t ms = gate->world.rules.now_ms;
	(void)civil_helsinki_ms(&time, &ms);
	return ms;
}

struct fault handlers_break_glass(struct request *request)
{
	const jalka_BreakGlassCall *call = &request->call->call.break_glass;
	struct whose whose = { .request = request, .gate = request->gate };
	struct record_id id = { { 0 } }, none = { { 0 } };
	if (!request->gate->has_person)
		return fault_of(FAULT_LATER, "this machine is not enrolled yet");
	if (ID_IS_NONE(request->gate->staff))
		return request_fault(request, fault_of(FAULT_CALLER, "only a person opens what is not for their role"),
				     "say who with --as STAFF");
	if (!has_glass(request->gate))
		return fault_of(FAULT_CALLER, "no role of this person opens anything this way");
	FAULT_TRY(find_client(&whose, call->id));
	if (!says_enough(call->reason)) {
		strcpy(request->field, "reason");
		return fault_of(FAULT_CALLER, "say in a few words why: the administrator reads it the next day");
	}
	FAULT_TRY(gate_trace_act(request->gate, RECORDS_ACCESS_ACT_BREAK_GLASS, whose.client_case, none, call->reason, &id));
	gate_broken();
	struct writer *out = answer_begin(request->answer);
	writer_id(out, "client", whose.client.bytes);
	writer_id(out, "client_case", whose.client_case.bytes);
	writer_number(out, "until_ms", day_ends(request->gate));
	writer_id(out, "access_log", id.bytes);
	answer_finish(request->answer);
	return fault_none();
}

/* ---- the access log of a client ---- */

struct logging {
	struct request *request;
	struct gate *gate;
	struct view view;
	struct writer *out;
	struct whose whose;
	struct case_id linked[LEDGER_LINKED_MAX]; /* the client's own, first, and those of records linked to it */
	size_t linked_count;
	struct case_id root;                      /* while they are gathered, at the central node */
	bool too_many;
	uint64_t from_ms, to_ms;
	const char *list;
	size_t told, more;                        /* of one person's acts */
};

static const char *enum_name(uint32_t field, uint64_t number)
{
	const struct schema_record *record = schema_by_type(RECORDS_TYPE_ACCESS_LOG);
	const struct schema_enum *values = schema_field_by_number(record->message, field)->enumeration;
	for (size_t i = 0; i < values->count; i++)
		if ((uint64_t)values->values[i].number == number)
			return values->values[i].name;
	return "";
}

static bool take_serial(void *ctx, const struct casebook_record *record)
{
	char *out = ctx;
	size_t len = record->title.len < VIEW_NAME_BYTES ? record->title.len : VIEW_NAME_BYTES - 1;
	memcpy(out, record->title.data, len);
	out[len] = '\0';
	return false;
}

static bool write_entry(struct logging *logging, const struct ledger_entry *entry)
{
	char name[VIEW_NAME_BYTES], serial[VIEW_NAME_BYTES] = "";
	struct record_id device;
	struct writer *out = logging->out;
	if (!answer_item(logging->request->answer, logging->list))
		return false;
	memcpy(device.bytes, entry->node.bytes, ID_BYTES);
	view_staff_name(logging->gate->world.book, &entry->who, name);
	(void)casebook_get(logging->gate->world.book, device, take_serial, serial);
	writer_object(out, NULL);
	writer_id(out, "id", entry->id.bytes);
	writer_number(out, "when_ms", entry->when_ms);
	writer_id(out, "who", entry->who.bytes);
	writer_string(out, "name", name);
	writer_string(out, "role", enum_name(RECORDS_ACCESS_LOG_ROLE, entry->role));
	writer_id(out, "device", entry->node.bytes);
	writer_string(out, "serial", serial);
	writer_string(out, "act", enum_name(RECORDS_ACCESS_LOG_ACT, entry->act));
	writer_text(out, "reason", entry->reason);
	writer_id(out, "client", entry->client.bytes);
	writer_id(out, "case_id", entry->case_id.bytes);
	writer_id(out, "record", entry->record.bytes);
	writer_object_end(out);
	return true;
}

static bool ledger_item(void *ctx, const struct ledger_entry *entry)
{
	return write_entry(ctx, entry);
}

/* ---- one person in several client records ---- */

static bool is_linked(const struct logging *logging, struct case_id id)
{
	for (size_t i = 0; i < logging->linked_count; i++)
		if (ID_EQUAL(logging->linked[i], id))
			return true;
	return false;
}

static bool add_linked(struct logging *logging, struct case_id id)
{
	if (is_linked(logging, id))
		return true;
	logging->too_many = logging->linked_count == LEDGER_LINKED_MAX;
	if (!logging->too_many)
		logging->linked[logging->linked_count++] = id;
	return !logging->too_many;
}

static bool find_root(void *ctx, struct case_id from, struct case_id into)
{
	struct logging *logging = ctx;
	if (ID_EQUAL(from, logging->whose.client_case))
		logging->root = into;
	return true;
}

static bool take_linked(void *ctx, struct case_id from, struct case_id into)
{
	struct logging *logging = ctx;
	return !ID_EQUAL(into, logging->root) || add_linked(logging, from);
}

/* On a device: as far as the client records here are linked. */
static struct fault add_held(struct logging *logging)
{
	struct linked linked;
	FAULT_TRY(linked_find(logging->gate->world.book, logging->whose.client_case, &linked));
	for (size_t i = 0; i < linked.count; i++)
		(void)add_linked(logging, linked.cases[i]);
	return fault_none();
}

/* The log of a person is that of all their records. */
static struct fault know_linked(struct logging *logging)
{
	struct request *request = logging->request;
	struct fault f = fault_none();
	(void)add_linked(logging, logging->whose.client_case);
	if (logging->gate->is_central) {
		struct match *match = node_match(request->target.node);
		FAULT_TRY(match_run(match, node_hub(request->target.node), node_now()));
		logging->root = logging->whose.client_case;
		FAULT_TRY(match_linked_cases(match, find_root, logging));
		(void)add_linked(logging, logging->root);
		f = match_linked_cases(match, take_linked, logging);
	} else if (!ID_IS_NONE(logging->whose.client)) {
		f = add_held(logging);
	}
	return logging->too_many ? fault_of(FAULT_LIMIT, "more than 16 client records are linked to one person") : f;
}

static void read_id(struct span fields, uint32_t number, uint8_t out[static ID_BYTES])
{
	struct record_id id = { { 0 } };
	(void)fields_id(fields, number, &id);
	memcpy(out, id.bytes, ID_BYTES);
}

/* On a device: of its own entries those of the client's cases. */
static bool own_item(void *ctx, const struct casebook_record *record)
{
	struct logging *logging = ctx;
	struct ledger_entry entry = { .id = record->record_id, .node = record->last_author.node };
	struct log_case info;
	bool found = false;
	read_id(record->shown, RECORDS_ACCESS_LOG_WHO, entry.who.bytes);
	read_id(record->shown, RECORDS_ACCESS_LOG_CLIENT, entry.client.bytes);
	read_id(record->shown, RECORDS_ACCESS_LOG_CASE, entry.case_id.bytes);
	read_id(record->shown, RECORDS_ACCESS_LOG_RECORD, entry.record.bytes);
	entry.when_ms = fields_number_or_none(record->shown, RECORDS_ACCESS_LOG_WHEN);
	entry.act = fields_number_or_none(record->shown, RECORDS_ACCESS_LOG_ACT);
	entry.role = fields_number_or_none(record->shown, RECORDS_ACCESS_LOG_ROLE);
	fields_bytes(record->shown, RECORDS_ACCESS_LOG_REASON, &entry.reason);
	if (entry.when_ms < logging->from_ms || entry.when_ms >= logging->to_ms || ID_IS_NONE(entry.case_id))
		return true;
	(void)log_case_get(logging->gate->world.log, entry.case_id, &info, &found);
	bool is_theirs = is_linked(logging, entry.case_id) || (found && is_linked(logging, info.client_case)) ||
			 (!ID_IS_NONE(logging->whose.client) && ID_EQUAL(entry.client, logging->whose.client));
	return is_theirs ? write_entry(logging, &entry) : true;
}

static struct fault read_day(struct request *request, const char *field, const char *text, int32_t *days)
{
	if (*text == '\0' || civil_read_date(span_text(text), days))
		return fault_none();
	strcpy(request->field, field);
	return fault_of(FAULT_CALLER, "a day is written YYYY-MM-DD");
}

static uint64_t begin_of(int32_t days)
{
	struct civil_time time = { .date = civil_of_days(days) };
	uint64_t ms = 0;
	(void)civil_helsinki_ms(&time, &ms);
	return ms;
}

static bool says_nothing(const char *reason)
{
	return reason[strspn(reason, " \t\n")] == '\0';
}

/* A client learns two years; what is older only for a special reason (703/2023 11 §). */
static struct fault read_range(struct logging *logging, const jalka_AccessLogCall *call)
{
	struct civil_date back = civil_of_days(logging->gate->world.rules.today);
	int32_t first, from, to = logging->gate->world.rules.today;
	back.year -= YEARS_TOLD;
	if (!civil_date_valid(back)) /* 29.2. */
		back.day--;
	from = first = civil_days(back);
	FAULT_TRY(read_day(logging->request, "from", call->from, &from));
	FAULT_TRY(read_day(logging->request, "to", call->to, &to));
	if (from < first && says_nothing(call->special)) {
		strcpy(logging->request->field, "from");
		return request_fault(logging->request,
				     fault_of(FAULT_CALLER, "what is older than two years is told only for a special reason"),
				     "give --special REASON");
	}
	if (to < from) {
		strcpy(logging->request->field, "to");
		return fault_of(FAULT_CALLER, "the last day is before the first");
	}
	logging->from_ms = begin_of(from);
	logging->to_ms = begin_of(to + 1);
	return fault_none();
}

/* Reading a log is itself an act of the log, at the central node with its reason. */
static struct fault may_read_log(struct logging *logging, const jalka_AccessLogCall *call)
{
	struct gate *gate = logging->gate;
	struct record_id none = { { 0 } };
	if (!gate->is_central)
		return gate_class(gate, ACCESS_READ, ACCESS_LOG, ACCESS_IF_AUTHOR, ACCESS_WHOLE);
	gate->reason = says_nothing(call->reason) ? NULL : call->reason;
	FAULT_TRY(gate_class(gate, ACCESS_READ, ACCESS_LOG, 0, ACCESS_WHOLE));
	return gate_trace_act(gate, RECORDS_ACCESS_ACT_READ_LOG, logging->whose.client_case, none,
			      says_nothing(call->special) ? call->reason : call->special, NULL);
}

static struct fault list_log(struct logging *logging)
{
	struct request *request = logging->request;
	if (logging->gate->is_central)
		return ledger_of_client(node_ledger(request->target.node), logging->linked, logging->linked_count,
					logging->from_ms, logging->to_ms, ledger_item, logging);
	struct case_id own;
	FAULT_TRY(profile_access_case(request->target.profile, &own));
	return casebook_list(logging->gate->world.book, RECORDS_TYPE_ACCESS_LOG, &own, 0, own_item, logging);
}

static struct fault finish(struct logging *logging, struct fault f)
{
	writer_list_end(logging->out);
	return answer_end(logging->request->answer, f);
}

struct fault handlers_access_log(struct request *request)
{
	const jalka_AccessLogCall *call = &request->call->call.access_log;
	struct logging logging = { .request = request, .gate = request->gate, .list = "entries",
				   .whose = { .request = request, .gate = request->gate } };
	if (!request->gate->has_person)
		return fault_of(FAULT_LATER, "this machine is not enrolled yet");
	FAULT_TRY(find_client(&logging.whose, call->id));
	FAULT_TRY(read_range(&logging, call));
	FAULT_TRY(may_read_log(&logging, call));
	FAULT_TRY(know_linked(&logging));
	logging.out = answer_begin(request->answer);
	writer_id(logging.out, "client_case", logging.whose.client_case.bytes);
	writer_list(logging.out, "linked");
	for (size_t i = 1; i < logging.linked_count; i++)
		writer_id(logging.out, NULL, logging.linked[i].bytes);
	writer_list_end(logging.out);
	writer_bool(logging.out, "own_acts_only", !request->gate->is_central);
	writer_number(logging.out, "from_ms", logging.from_ms);
	writer_number(logging.out, "to_ms", logging.to_ms);
	writer_list(logging.out, logging.list);
	return finish(&logging, list_log(&logging));
}

/* ---- the administrator's view ---- */

static bool volume_item(void *ctx, const struct ledger_volume *volume)
{
	struct logging *logging = ctx;
	char serial[VIEW_NAME_BYTES] = "";
	struct record_id device;
	if (!answer_item(logging->request->answer, logging->list))
		return false;
	memcpy(device.bytes, volume->node.bytes, ID_BYTES);
	(void)casebook_get(logging->gate->world.book, device, take_serial, serial);
	writer_object(logging->out, NULL);
	writer_id(logging->out, "device", volume->node.bytes);
	writer_string(logging->out, "serial", serial);
	writer_string(logging->out, "act", enum_name(RECORDS_ACCESS_LOG_ACT, volume->act));
	writer_number(logging->out, "count", volume->count);
	writer_number(logging->out, "last_ms", volume->last_ms);
	writer_object_end(logging->out);
	return true;
}

struct fault handlers_admin_access(struct request *request, const char *what, const char *since)
{
	struct logging logging = { .request = request, .gate = request->gate };
	struct ledger *ledger = node_ledger(request->target.node);
	bool glass = strcmp(what, "break-glass") == 0;
	int32_t from = request->gate->world.rules.today - 30;
	if (!glass && strcmp(what, "volume") != 0)
		return fault_of(FAULT_CALLER, "access break-glass, or access volume; with a first day, else 30 days");
	FAULT_TRY(read_day(request, "since", since, &from));
	logging.from_ms = begin_of(from);
	logging.list = glass ? "entries" : "volume";
	/* Breaking the glass is shown to the administrator: to look is their duty, and needs no reason.
	 * Neither does the volume, which is of no client. */
	FAULT_TRY(gate_class(request->gate, ACCESS_READ, ACCESS_LOG, ACCESS_IF_REASON, glass ? ACCESS_WHOLE : ACCESS_METADATA));
	if (glass) {
		struct case_id none = { { 0 } };
		FAULT_TRY(gate_trace_act(request->gate, RECORDS_ACCESS_ACT_READ_LOG, none, (struct record_id){ { 0 } }, NULL, NULL));
		FAULT_TRY(ledger_saw(ledger, RECORDS_ACCESS_ACT_BREAK_GLASS));
	}
	logging.out = answer_begin(request->answer);
	writer_list(logging.out, logging.list);
	if (glass)
		return finish(&logging, ledger_of_act(ledger, RECORDS_ACCESS_ACT_BREAK_GLASS, logging.from_ms, UINT64_MAX,
						      ledger_item, &logging));
	return finish(&logging, ledger_volume(ledger, logging.from_ms, UINT64_MAX, volume_item, &logging));
}

/* What one member of the staff saw and did, whose ever: a supervisor's look, with its reason. */
static bool person_item(void *ctx, const struct ledger_entry *entry)
{
	struct logging *logging = ctx;
	if (logging->told == PERSON_ENTRIES_MAX) {
		logging->more++;
		return true;
	}
	logging->told++;
	return write_entry(logging, entry);
}

static struct fault read_person_range(struct logging *logging, const char *first, const char *last)
{
	int32_t today = logging->gate->world.rules.today, from = today - 30, to = today;
	FAULT_TRY(read_day(logging->request, "from", first, &from));
	FAULT_TRY(read_day(logging->request, "to", last, &to));
	if (to < from) {
		strcpy(logging->request->field, "to");
		return fault_of(FAULT_CALLER, "the last day is before the first");
	}
	logging->from_ms = begin_of(from);
	logging->to_ms = begin_of(to + 1);
	return fault_none();
}

struct fault handlers_admin_access_of(struct request *request)
{
	const jalka_AdminCall *call = &request->call->call.admin;
	struct logging logging = { .request = request, .gate = request->gate, .list = "entries" };
	struct record_id who;
	const char *reason = call->args_count > 2 ? call->args[2] : "";
	strcpy(request->field, "staff");
	FAULT_TRY(resolve_record(request->gate->world.book, call->args[1], &who));
	request->field[0] = '\0';
	FAULT_TRY(read_person_range(&logging, call->args_count > 3 ? call->args[3] : "", call->args_count > 4 ? call->args[4] : ""));
	request->gate->reason = says_nothing(reason) ? NULL : reason;
	FAULT_TRY(gate_class(request->gate, ACCESS_READ, ACCESS_LOG, 0, ACCESS_WHOLE));
	FAULT_TRY(gate_trace_act(request->gate, RECORDS_ACCESS_ACT_READ_LOG, (struct case_id){ { 0 } }, who, reason, NULL));
	logging.out = answer_begin(request->answer);
	writer_id(logging.out, "who", who.bytes);
	writer_number(logging.out, "from_ms", logging.from_ms);
	writer_number(logging.out, "to_ms", logging.to_ms);
	writer_list(logging.out, logging.list);
	struct fault f = ledger_of_person(node_ledger(request->target.node), who, logging.from_ms, logging.to_ms, person_item, &logging);
	writer_list_end(logging.out);
	writer_number(logging.out, "more", logging.more);
	return answer_end(request->answer, f);
}

/* Which drafts stay unsigned; of what is in them nothing is known here (api/stale). */
struct fault handlers_admin_drafts(struct request *request)
{
	struct logging logging = { .request = request, .gate = request->gate, .list = "drafts" };
	FAULT_TRY(gate_class(request->gate, ACCESS_READ, ACCESS_LOG, ACCESS_IF_REASON, ACCESS_WHOLE));
	logging.out = answer_begin(request->answer);
	writer_list(logging.out, logging.list);
	return finish(&logging, ledger_unsettled(node_ledger(request->target.node), RECORDS_ACCESS_ACT_DRAFT_OLD,
						 RECORDS_ACCESS_ACT_DRAFT_SETTLED, ledger_item, &logging));
}
