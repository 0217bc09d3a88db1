/* handlers_erase - the administrator's verbs retention, erase and erasures: what has been
 * kept long enough, and erasing it, which is two people's act.
 *
 *   retention                     cases whose time is over; with `all`: those that are still kept too
 *   erase case CASE [GROUND]      one administrator proposes; so also erase record CASE RECORD [GROUND]
 *   erase approve CASE [RECORD]   another approves: it is erased here and on every device, with a certificate
 *   erase drop CASE [RECORD]      the proposal is taken back
 *   erasures                      what waits for the second person
 *   erasures done                 the certificates of what was erased
 *
 * While nobody is granted the administrator's role there is no second person, and what
 * sits at the socket erases alone. Without a ground the end of the time to be kept is
 * one. Certificates are retention_actions of the directory: no names of clients.
 */
#include <stdio.h>
#include <stdlib.h>

#include "api/clients.h"
#include "api/gate.h"
#include "api/handlers.h"
#include "api/resolve.h"
#include "api/view.h"
#include "base/civil.h"
#include "central/node.h"
#include "domain/fields.h"
#include "domain/lifecycle.h"
#include "domain/retention.h"
#include "records_table.h"

#define TABLE_PROPOSED "erasure"
enum { KEY_BYTES = 2 * ID_BYTES, GROUND_BYTES = 1001, VALUE_BYTES = ID_BYTES + 8 + GROUND_BYTES, CASES_MAX = 100000 };

struct erasing {
	struct request *request;
	struct gate *gate;
	struct node *node;
	const jalka_AdminCall *call;
	struct writer *out;
	struct log_case info;
	struct record_id record;      /* none: the whole case */
	uint8_t proposed[VALUE_BYTES];
	size_t proposed_bytes;
	struct log_case *cases;       /* of the list */
	size_t case_count, room;
	bool all, full;
	struct clients clients;       /* of the lists, for roles that see names */
};

static const char *arg(const struct erasing *e, size_t i)
{
	return i < e->call->args_count ? e->call->args[i] : "";
}

/* ---- how long it is kept ---- */

struct dated {
	struct erasing *e;
	uint32_t type;
	struct record_id id;
	bool found;
	int32_t start;
	bool has_start;
};

static bool take_first(void *ctx, const struct log_entry *entry)
{
	struct dated *dated = ctx;
	if (entry->record_type != dated->type)
		return true;
	dated->id = entry->record_id;
	dated->found = true;
	return false;
}

static bool take_start(void *ctx, const struct casebook_record *record)
{
	struct dated *dated = ctx;
	uint64_t made_ms;
	switch (record->record_type) {
	case RECORDS_TYPE_CLIENT:
		dated->has_start = fields_date(record->shown, RECORDS_CLIENT_DIED_ON, &dated->start);
		break;
	case RECORDS_TYPE_CASE:
		dated->has_start = fields_number_or_none(record->shown, RECORDS_CASE_STATE) == RECORDS_CASE_STATE_CLOSED &&
				   fields_date(record->shown, RECORDS_CASE_CLOSED_ON, &dated->start);
		break;
	case RECORDS_TYPE_CHILD_NOTICE:
		dated->has_start = fields_number(record->shown, RECORDS_CHILD_NOTICE_MADE_AT, &made_ms) && made_ms <= CIVIL_MS_MAX;
		if (dated->has_start)
			dated->start = civil_days(civil_helsinki(made_ms).date);
		break;
	default:
		break;
	}
	return false;
}

/* The day that starts the time of what the record of this type in a case tells. */
static struct fault start_in(struct erasing *e, struct case_id id, uint32_t type, bool *has, int32_t *start)
{
	struct dated dated = { .e = e, .type = type };
	FAULT_TRY(log_read_case(node_log(e->node), id, 0, UINT64_MAX, take_first, &dated));
	if (dated.found)
		FAULT_TRY(casebook_peek(node_book(e->node), dated.id, take_start, &dated));
	*has = dated.has_start;
	*start = dated.start;
	return fault_none();
}

static bool take_case(void *ctx, const struct log_case *info)
{
	struct erasing *e = ctx;
	if (e->case_count == e->room) {
		size_t room = e->room == 0 ? 256 : 2 * e->room;
		struct log_case *more = room > CASES_MAX ? NULL : realloc(e->cases, room * sizeof *more);
		e->full = more == NULL;
		if (e->full)
			return false;
		e->cases = more;
		e->room = room;
	}
	if (!info->erased)
		e->cases[e->case_count++] = *info;
	return true;
}

static struct fault know_cases(struct erasing *e)
{
	FAULT_TRY(log_case_scan(node_log(e->node), take_case, e));
	return e->full ? fault_of(FAULT_LIMIT, "memory to list the cases") : fault_none();
}

/* What is filed beside the client's matters goes when the last of them may. */
static struct fault last_closing(struct erasing *e, struct case_id client_case, bool *has, int32_t *start)
{
	*has = false;
	for (size_t i = 0; i < e->case_count; i++) {
		bool closed;
		int32_t day;
		if (e->cases[i].kind != DELTA_CASE_MATTER || !ID_EQUAL(e->cases[i].client_case, client_case))
			continue;
		FAULT_TRY(start_in(e, e->cases[i].case_id, RECORDS_TYPE_CASE, &closed, &day));
		if (!closed) {
			*has = false;
			return fault_none();
		}
		*start = *has && *start > day ? *start : day;
		*has = true;
	}
	return fault_none();
}

/* Its class; *has: the time has begun, and ends with the day *until. */
static struct fault kept_until(struct erasing *e, const struct log_case *info, enum retention_class *class, bool *has,
			       int32_t *until)
{
	int32_t start = 0;
	struct fault f = fault_none();
	*has = false;
	if (!retention_class_of(info->kind, class))
		return fault_none();
	if (info->kind == DELTA_CASE_SENSITIVE)
		f = last_closing(e, info->client_case, has, &start);
	else
		f = start_in(e, info->kind == DELTA_CASE_PROTECTED ? info->client_case : info->case_id,
			     *class == RETENTION_CLIENT_CARD ? RECORDS_TYPE_CLIENT
			     : *class == RETENTION_WORKING_AGE ? RECORDS_TYPE_CASE : RECORDS_TYPE_CHILD_NOTICE, has, &start);
	*until = *has ? retention_until(*class, start) : 0;
	return f;
}

/* ---- what waits for the second person ---- */

static void key_of(const struct case_id *id, const struct record_id *record, uint8_t out[static KEY_BYTES])
{
	memcpy(out, id->bytes, ID_BYTES);
	memcpy(out + ID_BYTES, record->bytes, ID_BYTES);
}

static struct fault find_proposed(struct erasing *e, bool *found)
{
	uint8_t key[KEY_BYTES];
	key_of(&e->info.case_id, &e->record, key);
	FAULT_TRY(log_get(node_log(e->node), TABLE_PROPOSED, span_of(key, sizeof key), e->proposed, sizeof e->proposed,
			  &e->proposed_bytes, found));
	*found = *found && e->proposed_bytes > ID_BYTES + 8;
	return fault_none();
}

/* An empty value takes it back. */
static struct fault keep_proposed(struct erasing *e, struct span value)
{
	uint8_t key[KEY_BYTES];
	struct log *log = node_log(e->node);
	key_of(&e->info.case_id, &e->record, key);
	FAULT_TRY(hub_commit(node_hub(e->node), node_now())); /* no transaction of its own is open then */
	FAULT_TRY(log_begin(log));
	if (value.len > 0)
		(void)log_put(log, TABLE_PROPOSED, span_of(key, sizeof key), value);
	else
		(void)log_remove(log, TABLE_PROPOSED, span_of(key, sizeof key));
	return log_commit(log); /* tells what the write met */
}

static struct record_id proposer_of(const uint8_t *value)
{
	struct record_id id;
	memcpy(id.bytes, value, ID_BYTES);
	return id;
}

static uint64_t moment_of(const uint8_t *value)
{
	uint64_t ms = 0;
	for (size_t i = 0; i < 8; i++)
		ms = ms << 8 | value[ID_BYTES + i];
	return ms;
}

/* Whose it is; of a child notice nobody learns that here. */
static void write_client(struct erasing *e, const uint8_t case_id[static ID_BYTES])
{
	struct log_case info;
	struct case_id id;
	bool found = false;
	memcpy(id.bytes, case_id, ID_BYTES);
	(void)log_case_get(node_log(e->node), id, &info, &found);
	if (!found)
		return;
	writer_string(e->out, "kind", view_case_kind(info.kind));
	if (info.kind != DELTA_CASE_CHILD_NOTICE)
		clients_write(&e->clients, info.kind == DELTA_CASE_CLIENT ? &info.case_id : &info.client_case, e->out);
}

static bool waiting_item(void *ctx, struct span key, struct span value)
{
	struct erasing *e = ctx;
	char name[VIEW_NAME_BYTES];
	if (key.len != KEY_BYTES || value.len <= ID_BYTES + 8)
		return true;
	if (!answer_item(e->request->answer, "erasures"))
		return false;
	const struct record_id by = proposer_of(value.data);
	view_staff_name(node_book(e->node), &by, name);
	writer_object(e->out, NULL);
	writer_id(e->out, "case_id", key.data);
	writer_id(e->out, "record", key.data + ID_BYTES);
	write_client(e, key.data);
	writer_string(e->out, "proposed_by", name);
	writer_bool(e->out, "mine", ID_EQUAL(by, e->gate->staff));
	writer_number(e->out, "at_ms", moment_of(value.data));
	writer_text(e->out, "ground", span_of(value.data + ID_BYTES + 8, value.len - ID_BYTES - 8));
	writer_object_end(e->out);
	return true;
}

static struct fault list_waiting(struct erasing *e)
{
	FAULT_TRY(clients_gather(e->request, &e->clients));
	e->out = answer_begin(e->request->answer);
	writer_list(e->out, "erasures");
	struct fault f = log_scan(node_log(e->node), TABLE_PROPOSED, (struct span){ NULL, 0 }, waiting_item, e);
	writer_list_end(e->out);
	return answer_end(e->request->answer, f);
}

/* ---- what was erased ---- */

static bool certificate_item(void *ctx, const struct casebook_record *record)
{
	struct erasing *e = ctx;
	struct span text = { NULL, 0 };
	struct record_id place = { { 0 } };
	if (!fields_has(record->shown, RECORDS_RETENTION_ACTION_CERTIFICATE))
		return true; /* the hub's own memory of the same erasure */
	if (!answer_item(e->request->answer, "certificates"))
		return false;
	writer_object(e->out, NULL);
	writer_id(e->out, "id", record->record_id.bytes);
	writer_number(e->out, "executed_ms", fields_number_or_none(record->shown, RECORDS_RETENTION_ACTION_EXECUTED_AT));
	(void)fields_id(record->shown, RECORDS_RETENTION_ACTION_DUE_CASES, &place);
	writer_id(e->out, "case_id", place.bytes);
	(void)fields_bytes(record->shown, RECORDS_RETENTION_ACTION_GROUND, &text);
	writer_text(e->out, "ground", text);
	text = (struct span){ NULL, 0 };
	(void)fields_bytes(record->shown, RECORDS_RETENTION_ACTION_PROPOSED_BY, &text);
	writer_text(e->out, "proposed_by", text);
	text = (struct span){ NULL, 0 };
	(void)fields_bytes(record->shown, RECORDS_RETENTION_ACTION_APPROVER, &text);
	writer_text(e->out, "approver", text);
	text = (struct span){ NULL, 0 };
	(void)fields_bytes(record->shown, RECORDS_RETENTION_ACTION_CERTIFICATE, &text);
	writer_text(e->out, "certificate", text);
	writer_object_end(e->out);
	return true;
}

static struct fault list_done(struct erasing *e)
{
	e->out = answer_begin(e->request->answer);
	writer_list(e->out, "certificates");
	struct fault f = casebook_list(node_book(e->node), RECORDS_TYPE_RETENTION_ACTION, NULL, 0, certificate_item, e);
	writer_list_end(e->out);
	return answer_end(e->request->answer, f);
}

/* ---- the list of what is due ---- */

static void write_day(struct writer *out, const char *key, bool has, int32_t day)
{
	char text[CIVIL_DATE_BYTES] = "";
	if (has)
		civil_write_date(day, text);
	writer_string(out, key, text);
}

static struct fault due_item(struct erasing *e, const struct log_case *info)
{
	enum retention_class class = RETENTION_CLASSES;
	bool has, waits;
	int32_t until;
	FAULT_TRY(kept_until(e, info, &class, &has, &until));
	bool over = has && retention_is_over(until, e->gate->world.rules.today);
	if (class == RETENTION_CLASSES || (!over && !e->all))
		return fault_none();
	e->info = *info;
	e->record = (struct record_id){ { 0 } };
	FAULT_TRY(find_proposed(e, &waits));
	if (!answer_item(e->request->answer, "cases"))
		return fault_none();
	const struct retention_row *row = retention_row(class);
	writer_object(e->out, NULL);
	writer_id(e->out, "case_id", info->case_id.bytes);
	writer_string(e->out, "kind", view_case_kind(info->kind));
	writer_id(e->out, "client_case", view_whose(info));
	if (info->kind != DELTA_CASE_CHILD_NOTICE)
		clients_write(&e->clients, info->kind == DELTA_CASE_CLIENT ? &info->case_id : &info->client_case, e->out);
	writer_string(e->out, "class", row->code);
	writer_number(e->out, "years", row->years);
	writer_string(e->out, "starts", row->starts);
	writer_string(e->out, "basis", row->basis);
	write_day(e->out, "until", has, until);
	writer_bool(e->out, "over", over);
	writer_bool(e->out, "proposed", waits);
	writer_object_end(e->out);
	return fault_none();
}

static struct fault list_due(struct erasing *e)
{
	FAULT_TRY(know_cases(e));
	FAULT_TRY(clients_gather(e->request, &e->clients));
	e->out = answer_begin(e->request->answer);
	writer_list(e->out, "cases");
	struct fault f = fault_none();
	for (size_t i = 0; i < e->case_count && !fault_is(f); i++)
		f = due_item(e, &e->cases[i]);
	writer_list_end(e->out);
	return answer_end(e->request->answer, f);
}

/* ---- what is to be erased ---- */

/* Central knows no record of a client's case by a beginning: the whole id. */
static struct fault find_record(struct erasing *e, const char *text)
{
	if (id_from_hex(span_text(text), e->record.bytes))
		return fault_none();
	strcpy(e->request->field, "record");
	return fault_of(FAULT_CALLER, "the record to erase is named by all 32 digits of its id");
}

static struct fault find_case(struct erasing *e, const char *text)
{
	struct fault f = resolve_case(node_log(e->node), text, &e->info);
	if (fault_is(f))
		strcpy(e->request->field, "case");
	return f;
}

static bool is_whole(const struct erasing *e)
{
	return ID_IS_NONE(e->record);
}

static struct fault erase_now(struct erasing *e)
{
	struct hub *hub = node_hub(e->node);
	return is_whole(e) ? hub_erase_case(hub, e->info.case_id, node_now())
			   : hub_erase_record(hub, e->info.case_id, e->record, node_now());
}

static struct fault answer_done(struct erasing *e, const char *did)
{
	node_poke(e->node);
	struct writer *out = answer_begin(e->request->answer);
	writer_string(out, did, is_whole(e) ? "case" : "record");
	writer_id(out, "id", is_whole(e) ? e->info.case_id.bytes : e->record.bytes);
	answer_finish(e->request->answer);
	return fault_none();
}

/* Given, or that the time to be kept is over. */
static struct fault ground_of(struct erasing *e, const char *given, char out[static GROUND_BYTES])
{
	enum retention_class class = RETENTION_CLASSES;
	char day[CIVIL_DATE_BYTES] = "";
	bool has = false;
	int32_t until = 0;
	if (given[strspn(given, " \t\n")] != '\0') {
		if (strlen(given) >= GROUND_BYTES)
			return fault_of(FAULT_LIMIT, "the ground is longer than 1000 bytes");
		strcpy(out, given);
		return fault_none();
	}
	FAULT_TRY(know_cases(e));
	FAULT_TRY(kept_until(e, &e->info, &class, &has, &until));
	if (has)
		civil_write_date(until, day);
	if (!has || !retention_is_over(until, e->gate->world.rules.today)) {
		strcpy(e->request->field, "ground");
		return request_fault(e->request, fault_of(FAULT_CALLER, "its time to be kept is not over: say why it is erased"),
				     "%s%s", has ? "it is kept until " : "", day);
	}
	const struct retention_row *row = retention_row(class);
	snprintf(out, GROUND_BYTES, "kept until %s: %s, %u years from %s (%s)", day, row->what, (unsigned)row->years, row->starts,
		 row->basis);
	return fault_none();
}

static struct fault propose(struct erasing *e, const char *ground)
{
	uint8_t value[VALUE_BYTES];
	char text[GROUND_BYTES];
	uint64_t now_ms = e->gate->world.rules.now_ms;
	if (hub_is_erased(node_hub(e->node), e->info.case_id, e->record))
		return request_fault(e->request, fault_of(FAULT_CALLER, "this is erased already"),
				     "a proposal that still waits lacks its certificate alone: jalka admin erase approve");
	if (e->gate->is_alone) {
		FAULT_TRY(erase_now(e));
		return answer_done(e, "erased");
	}
	FAULT_TRY(ground_of(e, ground, text));
	memcpy(value, e->gate->staff.bytes, ID_BYTES);
	for (size_t i = 0; i < 8; i++)
		value[ID_BYTES + i] = (uint8_t)(now_ms >> (56 - 8 * i));
	memcpy(value + ID_BYTES + 8, text, strlen(text));
	FAULT_TRY(keep_proposed(e, span_of(value, ID_BYTES + 8 + strlen(text))));
	return answer_done(e, "proposed");
}

/* ---- the second person ---- */

/* The proposal goes in the same transaction: there is exactly one. */
static struct fault put_certificate(struct erasing *e, char text[static 2000])
{
	uint8_t block[4096], key[KEY_BYTES];
	char proposer[VIEW_NAME_BYTES], approver[VIEW_NAME_BYTES], id[ID_HEX_BYTES], record[ID_HEX_BYTES] = "",
		proposed_at[CIVIL_TIME_BYTES], now[CIVIL_TIME_BYTES];
	struct wire_out fields;
	struct hub_written written;
	uint64_t now_ms = e->gate->world.rules.now_ms;
	const struct record_id by = proposer_of(e->proposed);
	struct span ground = span_of(e->proposed + ID_BYTES + 8, e->proposed_bytes - ID_BYTES - 8);
	view_staff_name(node_book(e->node), &by, proposer);
	view_staff_name(node_book(e->node), &e->gate->staff, approver);
	id_to_hex(e->info.case_id.bytes, id);
	if (!is_whole(e))
		id_to_hex(e->record.bytes, record);
	civil_write_time(moment_of(e->proposed), proposed_at);
	civil_write_time(now_ms, now);
	snprintf(text, 2000, "Erased %s: %s %s%s%s. Ground: %.*s. Proposed by %s, %s; approved by %s.", now,
		 is_whole(e) ? "case" : "of case", id, is_whole(e) ? "" : ", record ", record, (int)ground.len,
		 (const char *)ground.data, proposer, proposed_at, approver);
	wire_out_init(&fields, block, sizeof block);
	wire_put_bytes(&fields, RECORDS_RETENTION_ACTION_DUE_CASES, ID_SPAN(e->info.case_id));
	wire_put_bytes(&fields, RECORDS_RETENTION_ACTION_PROPOSED_BY, span_text(proposer));
	wire_put_bytes(&fields, RECORDS_RETENTION_ACTION_APPROVER, span_text(approver));
	wire_put_varint(&fields, RECORDS_RETENTION_ACTION_EXECUTED_AT, now_ms);
	wire_put_bytes(&fields, RECORDS_RETENTION_ACTION_CERTIFICATE, span_text(text));
	wire_put_bytes(&fields, RECORDS_RETENTION_ACTION_GROUND, ground);
	struct hub_write write = { .case_id = hub_directory_case(node_hub(e->node)), .record_type = RECORDS_TYPE_RETENTION_ACTION,
				   .fields = wire_out_span(&fields), .settles_table = TABLE_PROPOSED,
				   .settles_key = span_of(key, sizeof key) };
	key_of(&e->info.case_id, &e->record, key);
	return hub_write(node_hub(e->node), &write, node_now(), &written);
}

/* What is erased while its proposal stands was cut off before its certificate (or put back so, with
 * the deny file): that is written now. */
static struct fault approve(struct erasing *e)
{
	char certificate[2000];
	bool found;
	FAULT_TRY(find_proposed(e, &found));
	if (!found)
		return request_fault(e->request, fault_of(FAULT_CALLER, "nobody has proposed to erase this"),
				     "jalka admin erasures lists what waits");
	if (!e->gate->is_alone && ID_EQUAL(proposer_of(e->proposed), e->gate->staff))
		return fault_of(FAULT_CALLER, "who proposed it does not approve it: erasing is two people's act");
	if (!hub_is_erased(node_hub(e->node), e->info.case_id, e->record))
		FAULT_TRY(erase_now(e));
	FAULT_TRY(put_certificate(e, certificate));
	node_poke(e->node);
	struct writer *out = answer_begin(e->request->answer);
	writer_string(out, "erased", is_whole(e) ? "case" : "record");
	writer_id(out, "id", is_whole(e) ? e->info.case_id.bytes : e->record.bytes);
	writer_string(out, "certificate", certificate);
	answer_finish(e->request->answer);
	return fault_none();
}

static struct fault drop(struct erasing *e)
{
	bool found;
	FAULT_TRY(find_proposed(e, &found));
	if (!found)
		return fault_of(FAULT_CALLER, "nobody has proposed to erase this");
	FAULT_TRY(keep_proposed(e, span_of(NULL, 0)));
	return answer_done(e, "dropped");
}

static struct fault erase(struct erasing *e)
{
	const char *what = arg(e, 0);
	bool record = strcmp(what, "record") == 0, case_ = strcmp(what, "case") == 0, approves = strcmp(what, "approve") == 0;
	if ((!record && !case_ && !approves && strcmp(what, "drop") != 0) || (record && e->call->args_count < 3))
		return fault_of(FAULT_CALLER, "erase case CASE [GROUND], erase record CASE RECORD [GROUND], or erase approve or "
					      "drop CASE [RECORD]");
	FAULT_TRY(find_case(e, arg(e, 1)));
	if (record || (!case_ && e->call->args_count > 2))
		FAULT_TRY(find_record(e, arg(e, 2)));
	if (record || case_)
		return propose(e, arg(e, record ? 3 : 2));
	return approves ? approve(e) : drop(e);
}

/* ---- the call ---- */

struct fault handlers_admin_erase(struct request *request)
{
	const jalka_AdminCall *call = &request->call->call.admin;
	struct erasing e = { .request = request, .gate = request->gate, .node = request->target.node, .call = call };
	e.all = strcmp(arg(&e, 0), "all") == 0;
	struct fault f;
	if (strcmp(call->verb, "erase") == 0)
		f = erase(&e);
	else if (strcmp(call->verb, "erasures") == 0)
		f = call->args_count == 0 ? list_waiting(&e) : strcmp(arg(&e, 0), "done") == 0 ? list_done(&e)
									      : fault_of(FAULT_CALLER, "erasures, or erasures done");
	else
		f = call->args_count == 0 || e.all ? list_due(&e) : fault_of(FAULT_CALLER, "retention, or retention all");
	free(e.cases);
	clients_free(&e.clients);
	return f;
}
