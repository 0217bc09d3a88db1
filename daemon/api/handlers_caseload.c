/* handlers_caseload - the administrator's verb caseload: who holds which case, and which case
 * nobody answers for.
 *
 *   caseload                 what asks for somebody first, then by the clients' names
 *   caseload attention       of these only what asks for somebody
 *   caseload of STAFF        what one member of the staff holds
 *   caseload find TEXT       by the client's name or municipality, or the beginning of a case's id
 *   caseload people          how many cases each member of the staff holds, and as what
 *
 * Metadata: names and municipalities for roles that see them, ids for the others; of a
 * child notice nobody learns here whose it is: such rows stand behind all others. What asks
 * for somebody is an open matter that nobody holds or whose own worker is missing, has left
 * or has no device; and a client without a matter whom nobody holds.
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
#include "records_table.h"

enum { TOLD_MAX = 200, TOLD_OF_PERSON_MAX = 4000, STAFF_MAX = 8192, NEW_STAFF_ROOM = 128 };

enum attention { NOBODY, NO_OWN_WORKER, OWN_WORKER_LEFT, OWN_WORKER_NO_DEVICE, NOTHING };
static const char *const attention_names[] = { "NOBODY", "NO_OWN_WORKER", "OWN_WORKER_LEFT", "OWN_WORKER_NO_DEVICE", "" };

enum what { ALL, ATTENTION, OF, FIND, PEOPLE };

struct member {
	struct record_id id;
	bool has_left, has_device;
	size_t own, co, substitute, visit; /* matters held, by role */
	uint64_t next_end_ms;              /* the first planned end among them; 0: none */
};

struct row {
	struct case_id case_id, client_case;
	enum delta_case_kind kind;
	enum attention attention;
	size_t rank;                       /* of the client by name; SIZE_MAX: not known */
	size_t hold_at, hold_count;        /* in `holds` */
};

/* Of a matter, folded from the log. */
struct matter {
	struct record_id id;
	bool found, excused;
	uint32_t state;
	int32_t opened_on, closed_on; /* INT32_MIN: not told */
};

struct load {
	struct request *request;
	struct gate *gate;
	struct node *node;
	enum what what;
	const char *text;
	struct record_id who;          /* OF */
	struct clients clients;
	struct member *staff;          /* by id */
	size_t staff_count, staff_room;
	struct row *rows;
	size_t row_count, row_room;
	struct hub_hold *holds;
	size_t hold_count, hold_room;
	bool full;
	struct writer *out;
};

/* `*room` items of `size` at least one more than `count`. */
static bool grow(void **items, size_t *room, size_t count, size_t more, size_t size)
{
	if (*room - count >= more)
		return true;
	size_t next = (*room == 0 ? NEW_STAFF_ROOM : 2 * *room) + more;
	void *bigger = realloc(*items, next * size);
	if (bigger == NULL)
		return false;
	*items = bigger;
	*room = next;
	return true;
}

/* ---- the staff ---- */

static int by_id(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	return memcmp(x->id.bytes, y->id.bytes, ID_BYTES);
}

static bool take_member(void *ctx, const struct casebook_record *record)
{
	struct load *load = ctx;
	int32_t last = INT32_MAX;
	load->full = load->staff_count == STAFF_MAX ||
		     !grow((void **)&load->staff, &load->staff_room, load->staff_count, 1, sizeof *load->staff);
	if (load->full)
		return false;
	(void)fields_date(record->shown, RECORDS_STAFF_MEMBER_VALID_TO, &last);
	load->staff[load->staff_count++] = (struct member){
		.id = record->record_id, .has_left = last < load->gate->world.rules.today,
		.has_device = hub_has_device(node_hub(load->node), record->record_id),
	};
	return true;
}

static struct fault know_staff(struct load *load)
{
	FAULT_TRY(casebook_list(node_book(load->node), RECORDS_TYPE_STAFF_MEMBER, NULL, 0, take_member, load));
	if (load->full)
		return fault_of(FAULT_LIMIT, "memory to list the staff");
	if (load->staff_count > 0)
		qsort(load->staff, load->staff_count, sizeof *load->staff, by_id);
	return fault_none();
}

static struct member *member_of(const struct load *load, const struct record_id *id)
{
	const struct member key = { .id = *id };
	return load->staff_count == 0 ? NULL : bsearch(&key, load->staff, load->staff_count, sizeof key, by_id);
}

/* ---- the cases ---- */

static bool is_own(const struct hub_hold *hold)
{
	return hold->role == RECORDS_ASSIGNMENT_ROLE_OWN_WORKER;
}

/* As far as assignments tell; what stands in the matter is looked at later. */
static enum attention attention_of(const struct load *load, const struct hub_load *item)
{
	enum attention worst = NO_OWN_WORKER;
	if (item->hold_count == 0)
		return NOBODY;
	for (size_t i = 0; i < item->hold_count; i++) {
		const struct member *one = is_own(&item->holds[i]) ? member_of(load, &item->holds[i].staff) : NULL;
		if (one == NULL)
			continue;
		if (!one->has_left && one->has_device)
			return NOTHING;
		worst = one->has_left ? OWN_WORKER_LEFT : OWN_WORKER_NO_DEVICE;
	}
	return worst;
}

static bool is_held_by(const struct hub_load *item, const struct record_id *staff)
{
	for (size_t i = 0; i < item->hold_count; i++)
		if (ID_EQUAL(item->holds[i].staff, *staff))
			return true;
	return false;
}

static void count_for_people(struct load *load, const struct hub_load *item)
{
	if (item->kind != DELTA_CASE_MATTER)
		return;
	for (size_t i = 0; i < item->hold_count; i++) {
		const struct hub_hold *hold = &item->holds[i];
		struct member *one = member_of(load, &hold->staff);
		if (one == NULL)
			continue;
		if (hold->role & HUB_ASSIGN_VISIT)
			one->visit++;
		else if (is_own(hold))
			one->own++;
		else if (hold->role == RECORDS_ASSIGNMENT_ROLE_SUBSTITUTE)
			one->substitute++;
		else
			one->co++;
		if (hold->to_ms != 0 && (one->next_end_ms == 0 || hold->to_ms < one->next_end_ms))
			one->next_end_ms = hold->to_ms;
	}
}

static bool take_case(void *ctx, const struct hub_load *item)
{
	struct load *load = ctx;
	if (load->what == PEOPLE) {
		count_for_people(load, item);
		return true;
	}
	if (load->what == OF && !is_held_by(item, &load->who))
		return true;
	load->full = !grow((void **)&load->rows, &load->row_room, load->row_count, 1, sizeof *load->rows) ||
		     !grow((void **)&load->holds, &load->hold_room, load->hold_count, item->hold_count, sizeof *load->holds);
	if (load->full)
		return false;
	const struct clients_one *client = item->kind == DELTA_CASE_CHILD_NOTICE ? NULL : clients_get(&load->clients, &item->client_case);
	struct row row = { .case_id = item->case_id, .client_case = item->client_case, .kind = item->kind, .attention = NOTHING,
			   .rank = client == NULL ? SIZE_MAX : client->rank, .hold_at = load->hold_count,
			   .hold_count = item->hold_count };
	if (item->kind == DELTA_CASE_MATTER || item->kind == DELTA_CASE_CLIENT)
		row.attention = attention_of(load, item);
	if (item->hold_count > 0)
		memcpy(load->holds + load->hold_count, item->holds, item->hold_count * sizeof *item->holds);
	load->hold_count += item->hold_count;
	load->rows[load->row_count++] = row;
	return true;
}

static int by_client(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int by_case = memcmp(x->client_case.bytes, y->client_case.bytes, ID_BYTES);
	return by_case != 0 ? by_case : (x->kind > y->kind) - (x->kind < y->kind);
}

/* ---- what stands in a matter ---- */

static bool take_first(void *ctx, const struct log_entry *entry)
{
	struct matter *matter = ctx;
	if (entry->record_type != RECORDS_TYPE_CASE)
		return true;
	matter->id = entry->record_id;
	matter->found = true;
	return false;
}

static bool take_matter(void *ctx, const struct casebook_record *record)
{
	struct matter *matter = ctx;
	matter->state = lifecycle_state(lifecycle_of(RECORDS_TYPE_CASE), record->shown);
	(void)fields_date(record->shown, RECORDS_CASE_OPENED_ON, &matter->opened_on);
	(void)fields_date(record->shown, RECORDS_CASE_CLOSED_ON, &matter->closed_on);
	return false;
}

static bool take_excuse(void *ctx, const struct casebook_record *record)
{
	struct matter *matter = ctx;
	struct span why;
	matter->excused |= fields_bytes(record->shown, RECORDS_CASE_ASSIGNMENT_NOT_NEEDED_REASON, &why) && why.len > 0;
	return false;
}

static struct fault read_matter(struct load *load, const struct row *row, struct matter *out)
{
	*out = (struct matter){ .opened_on = INT32_MIN, .closed_on = INT32_MIN };
	if (row->kind != DELTA_CASE_MATTER)
		return fault_none();
	FAULT_TRY(log_read_case(node_log(load->node), row->case_id, 0, UINT64_MAX, take_first, out));
	if (out->found)
		FAULT_TRY(casebook_peek(node_book(load->node), out->id, take_matter, out));
	for (size_t i = 0; i < row->hold_count && row->attention == NO_OWN_WORKER && !out->excused; i++)
		FAULT_TRY(casebook_peek(node_book(load->node), load->holds[row->hold_at + i].assignment, take_excuse, out));
	return fault_none();
}

/* A closed matter asks for nobody, nor does one that needs no own worker; a client's card is its matters'. */
static struct fault settle(struct load *load, size_t at)
{
	struct row *row = &load->rows[at];
	struct matter matter;
	if (row->kind == DELTA_CASE_CLIENT && row->attention != NOTHING) {
		bool has_matter = at + 1 < load->row_count && ID_EQUAL(load->rows[at + 1].client_case, row->client_case) &&
				  load->rows[at + 1].kind == DELTA_CASE_MATTER; /* by_client: they stand next */
		row->attention = has_matter || row->attention == NO_OWN_WORKER || load->what == OF ? NOTHING : row->attention;
		return fault_none();
	}
	if (row->attention == NOTHING)
		return fault_none();
	FAULT_TRY(read_matter(load, row, &matter));
	if (matter.excused || (matter.found && matter.state == RECORDS_CASE_STATE_CLOSED))
		row->attention = NOTHING;
	return fault_none();
}

static struct fault gather(struct load *load)
{
	FAULT_TRY(hub_caseload(node_hub(load->node), take_case, load));
	if (load->full)
		return fault_of(FAULT_LIMIT, "memory to list the cases");
	if (load->row_count > 0)
		qsort(load->rows, load->row_count, sizeof *load->rows, by_client);
	for (size_t i = 0; i < load->row_count; i++)
		FAULT_TRY(settle(load, i));
	return fault_none();
}

/* ---- the answer ---- */

/* Whose a child notice is must not follow from the rows beside it: those stand last, by their ids. */
static int by_need(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	bool x_asks = x->attention != NOTHING, y_asks = y->attention != NOTHING;
	bool x_notice = x->kind == DELTA_CASE_CHILD_NOTICE, y_notice = y->kind == DELTA_CASE_CHILD_NOTICE;
	if (x_asks != y_asks)
		return x_asks ? -1 : 1;
	if (x_notice != y_notice)
		return x_notice ? 1 : -1;
	if (x_notice)
		return memcmp(x->case_id.bytes, y->case_id.bytes, ID_BYTES);
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	int by_place = by_client(a, b);
	return by_place != 0 ? by_place : memcmp(x->case_id.bytes, y->case_id.bytes, ID_BYTES);
}

static bool is_wanted(const struct load *load, const struct row *row)
{
	if (load->what == ATTENTION)
		return row->attention != NOTHING;
	return load->what != FIND || (resolve_is_digits(load->text) && resolve_begins(row->case_id.bytes, load->text)) ||
	       (row->kind != DELTA_CASE_CHILD_NOTICE && clients_match(&load->clients, clients_get(&load->clients, &row->client_case), load->text));
}

static const char *role_name(uint32_t role)
{
	switch (role & ~(uint32_t)HUB_ASSIGN_VISIT) {
	case RECORDS_ASSIGNMENT_ROLE_OWN_WORKER:
		return "OWN_WORKER";
	case RECORDS_ASSIGNMENT_ROLE_SUBSTITUTE:
		return "SUBSTITUTE";
	case RECORDS_ASSIGNMENT_ROLE_CO_WORKER:
		return "CO_WORKER";
	default:
		return "";
	}
}

static void write_hold(struct load *load, const struct hub_hold *hold)
{
	char name[VIEW_NAME_BYTES];
	view_staff_name(node_book(load->node), &hold->staff, name);
	writer_object(load->out, NULL);
	writer_id(load->out, "staff", hold->staff.bytes);
	writer_string(load->out, "name", name);
	writer_string(load->out, "role", hold->role & HUB_ASSIGN_VISIT ? "VISIT" : role_name(hold->role));
	writer_number(load->out, "until_ms", hold->to_ms);
	writer_object_end(load->out);
}

static void write_day(struct writer *out, const char *key, int32_t day)
{
	char text[CIVIL_DATE_BYTES] = "";
	if (day != INT32_MIN)
		civil_write_date(day, text);
	writer_string(out, key, text);
}

static struct fault write_row(struct load *load, const struct row *row)
{
	struct matter matter;
	bool is_notice = row->kind == DELTA_CASE_CHILD_NOTICE;
	FAULT_TRY(read_matter(load, row, &matter));
	writer_object(load->out, NULL);
	writer_id(load->out, "case_id", row->case_id.bytes);
	writer_string(load->out, "kind", view_case_kind(row->kind));
	writer_id(load->out, "client_case", is_notice ? (const uint8_t[ID_BYTES]){ 0 } : row->client_case.bytes);
	if (!is_notice)
		clients_write(&load->clients, &row->client_case, load->out);
	writer_string(load->out, "attention", attention_names[row->attention]);
	if (matter.found) {
		writer_string(load->out, "state", lifecycle_name(lifecycle_of(RECORDS_TYPE_CASE), matter.state));
		write_day(load->out, "opened_on", matter.opened_on);
		write_day(load->out, "closed_on", matter.closed_on);
	}
	writer_list(load->out, "held");
	for (size_t i = 0; i < row->hold_count; i++)
		write_hold(load, &load->holds[row->hold_at + i]);
	writer_list_end(load->out);
	writer_object_end(load->out);
	return fault_none();
}

static struct fault write_rows(struct load *load)
{
	size_t told = 0, more = 0, asking = 0;
	struct fault f = fault_none();
	load->out = answer_begin(load->request->answer);
	writer_bool(load->out, "names_shown", load->clients.may_see);
	writer_list(load->out, "cases");
	for (size_t i = 0; i < load->row_count && !fault_is(f); i++) {
		asking += load->rows[i].attention != NOTHING;
		if (!is_wanted(load, &load->rows[i]))
			continue;
		if (told == (load->what == OF ? TOLD_OF_PERSON_MAX : TOLD_MAX) || !answer_item(load->request->answer, "cases")) {
			more++;
			continue;
		}
		told++;
		f = write_row(load, &load->rows[i]);
	}
	writer_list_end(load->out);
	writer_number(load->out, "more", more);
	writer_number(load->out, "asking", asking);
	return answer_end(load->request->answer, f);
}

static struct fault write_people(struct load *load)
{
	load->out = answer_begin(load->request->answer);
	writer_list(load->out, "people");
	for (size_t i = 0; i < load->staff_count; i++) {
		const struct member *one = &load->staff[i];
		if (!answer_item(load->request->answer, "people"))
			break;
		writer_object(load->out, NULL);
		writer_id(load->out, "staff", one->id.bytes);
		writer_bool(load->out, "has_left", one->has_left);
		writer_bool(load->out, "has_device", one->has_device);
		writer_number(load->out, "own", one->own);
		writer_number(load->out, "co", one->co);
		writer_number(load->out, "substitute", one->substitute);
		writer_number(load->out, "visit", one->visit);
		writer_number(load->out, "next_end_ms", one->next_end_ms);
		writer_object_end(load->out);
	}
	writer_list_end(load->out);
	return answer_end(load->request->answer, fault_none());
}

/* ---- the call ---- */

static struct fault read_call(struct load *load, const jalka_AdminCall *call)
{
	static const char usage[] = "caseload, caseload attention, caseload of STAFF, caseload find TEXT, or caseload people";
	const char *what = call->args_count > 0 ? call->args[0] : "";
	bool is_of = strcmp(what, "of") == 0, takes_one = is_of || strcmp(what, "find") == 0;
	if (takes_one != (call->args_count == 2))
		return fault_of(FAULT_CALLER, usage);
	load->text = takes_one ? call->args[1] : "";
	load->what = is_of ? OF : takes_one ? FIND : strcmp(what, "attention") == 0 ? ATTENTION : strcmp(what, "people") == 0 ? PEOPLE : ALL;
	if (load->what == ALL && *what != '\0')
		return fault_of(FAULT_CALLER, usage);
	if (!is_of)
		return fault_none();
	struct fault f = resolve_record(node_book(load->node), load->text, &load->who);
	if (fault_is(f))
		strcpy(load->request->field, "staff");
	return f;
}

struct fault handlers_admin_caseload(struct request *request)
{
	struct load load = { .request = request, .gate = request->gate, .node = request->target.node };
	struct fault f = read_call(&load, &request->call->call.admin);
	if (!fault_is(f))
		f = know_staff(&load);
	if (!fault_is(f) && load.what != PEOPLE)
		f = clients_gather(request, &load.clients);
	if (!fault_is(f))
		f = gather(&load);
	if (!fault_is(f) && load.row_count > 0)
		qsort(load.rows, load.row_count, sizeof *load.rows, by_need);
	if (!fault_is(f))
		f = load.what == PEOPLE ? write_people(&load) : write_rows(&load);
	clients_free(&load.clients);
	free(load.staff);
	free(load.rows);
	free(load.holds);
	return f;
}
