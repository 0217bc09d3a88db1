/* handlers_print - a print of what stands on this device: gathers the client's
 * records, leaves the trace that it was printed, and sends the page in parts.
 *
 * Without a record of the kind's type the newest one of the client or matter is
 * taken; findings are those of the reference case, of a quarter or of all time. The
 * trace is written before anything is sent: no trace, no print.
 */
#include <sodium.h>
#include <stdlib.h>

#include "api/gate.h"
#include "api/handlers.h"
#include "api/linked.h"
#include "api/profile.h"
#include "api/resolve.h"
#include "api/view.h"
#include "api/world.h"
#include "base/civil.h"
#include "domain/correction.h"
#include "domain/fields.h"
#include "domain/print.h"
#include "domain/reference.h"
#include "domain/statistics.h"
#include "records_table.h"
#include "store/drafts.h"

enum {
	GATHER_BYTES_MIN = 2 * 1024 * 1024, GATHER_BYTES_MAX = 256 * 1024 * 1024,
	PAGE_BYTES_MIN = 256 * 1024, PAGE_BYTES_MAX = 12 * 1024 * 1024, /* fits what an answer may queue */
	PART_BYTES = 8 * 1024, CASES_MAX = 1024,
};

struct printing {
	struct request *request;
	const jalka_PrintCall *call;
	struct profile *profile;
	struct casebook *book;
	struct log *log;
	struct view view;
	struct arena arena;
	struct print_work work;
	/* what was named: a record (its type 0 when a case was), the case it stands in, whose it is */
	struct record_id named;
	uint32_t named_type;
	struct log_case named_case;
	struct case_id client_case;
	struct linked person;       /* of all data and the log: their other client records too */
	struct case_id cases[CASES_MAX];
	size_t case_count;
	struct print_record *records;
	size_t room, count;
	/* of a card: the client's municipality, and where its record stands among the others */
	struct span home;
	size_t place;
	char name[VIEW_NAME_BYTES];
	struct span printed_by, phone, unit;
};

static struct fault at_field(struct request *request, const char *field, const char *what)
{
	strcpy(request->field, field);
	return fault_of(FAULT_CALLER, what);
}

/* ---- what is asked for ---- */

static struct fault read_call(struct printing *p)
{
	const jalka_PrintCall *call = p->call;
	if (!print_read_kind(span_text(call->kind), &p->work.kind))
		return at_field(p->request, "kind",
				"a print is plan, notice, quadrants, consent, actions, report, log, card, findings or loss");
	if (call->with_protected && (p->work.kind != PRINT_REPORT || *call->reason == '\0'))
		return at_field(p->request, "with_protected",
				"protected contact details are printed in the client's own report alone, and with a reason");
	p->work.form = call->text ? PRINT_TEXT : PRINT_HTML;
	p->work.large = call->large;
	p->work.with_protected = call->with_protected;
	if (*call->lang != '\0')
		return handlers_read_language(p->request, call->lang, &p->work.language);
	return fault_none();
}

static bool take_named(void *ctx, const struct casebook_record *record)
{
	struct printing *p = ctx;
	p->named_type = record->record_type;
	p->named_case.case_id = record->case_id;
	return false;
}

/* The quarter of the findings; none: of all time. Who may not read them is told so at once. */
static struct fault find_period(struct printing *p)
{
	struct print_work *work = &p->work;
	work->has_period = *p->call->id != '\0';
	if (work->has_period && !statistics_quarter(span_text(p->call->id), &work->from, &work->to))
		return at_field(p->request, "id", "findings are of a quarter, like 2026Q1, or of all time without one");
	enum access_class class = access_class_of_type(RECORDS_TYPE_DECISION_QUALITY_ITEM);
	return gate_class(p->request->gate, ACCESS_READ, class, 0, ACCESS_WHOLE);
}

/* What is recorded of a person, and who has seen it. */
static bool is_of_person(const struct printing *p)
{
	return p->work.kind == PRINT_REPORT || p->work.kind == PRINT_LOG;
}

/* A record, else a case; either way, whose. */
static struct fault find_named(struct printing *p)
{
	bool found = false;
	if (p->work.kind == PRINT_FINDINGS)
		return find_period(p);
	struct fault f = resolve_record(p->book, p->call->id, &p->named);
	if (!fault_is(f)) {
		FAULT_TRY(casebook_get(p->book, p->named, take_named, p));
		FAULT_TRY(log_case_get(p->log, p->named_case.case_id, &p->named_case, &found));
	} else if (!fault_is(resolve_case(p->log, p->call->id, &p->named_case))) {
		found = true;
	}
	if (!found)
		return fault_is(f) ? f : fault_of(FAULT_CALLER, "the record's case is not on this device");
	p->client_case = p->named_case.kind == DELTA_CASE_CLIENT ? p->named_case.case_id : p->named_case.client_case;
	if (ID_IS_NONE(p->client_case))
		return at_field(p->request, "id", "prints are made of a client, their cases and records");
	p->person = (struct linked){ .cases = { p->client_case }, .count = 1 };
	return is_of_person(p) ? linked_find(p->book, p->client_case, &p->person) : fault_none();
}

/* ---- gathering ---- */

/* Of a matter that was named, that matter and the client's own case; else all of the client's.
 * Of the findings the reference case, which the trace then names. */
static bool take_case(void *ctx, const struct log_case *info)
{
	struct printing *p = ctx;
	if (p->work.kind == PRINT_FINDINGS) {
		if (info->kind == DELTA_CASE_REFERENCE)
			p->cases[p->case_count++] = p->named_case.case_id = info->case_id;
		return p->case_count == 0;
	}
	bool of_all = p->named_case.kind != DELTA_CASE_MATTER || is_of_person(p);
	bool is_wanted = linked_has(&p->person, info->case_id) || ID_EQUAL(info->case_id, p->named_case.case_id) ||
			 (of_all && linked_has(&p->person, info->client_case));
	if (is_wanted && !info->erased && p->case_count < CASES_MAX)
		p->cases[p->case_count++] = info->case_id;
	return true;
}

static bool is_theirs(const struct printing *p, const struct case_id *id)
{
	for (size_t i = 0; i < p->case_count; i++)
		if (ID_EQUAL(p->cases[i], *id))
			return true;
	return false;
}

/* An entry of the access log about the client or one of their cases. */
static bool concerns(const struct printing *p, struct span fields)
{
	struct record_id client, of_case;
	struct case_id case_id;
	if (fields_id(fields, RECORDS_ACCESS_LOG_CLIENT, &client))
		for (size_t i = 0; i < p->person.count; i++)
			if (ID_EQUAL(client, p->person.records[i]))
				return true;
	if (!fields_id(fields, RECORDS_ACCESS_LOG_CASE, &of_case))
		return false;
	memcpy(case_id.bytes, of_case.bytes, sizeof case_id.bytes);
	return is_theirs(p, &case_id);
}

static uint64_t moment_of(const struct casebook_record *record)
{
	return record->event_at_ms != 0 ? record->event_at_ms : record->created_ms;
}

static bool is_in_period(const struct printing *p, const struct casebook_record *record)
{
	uint64_t at_ms = moment_of(record);
	if (!p->work.has_period)
		return true;
	if (at_ms > CIVIL_MS_MAX)
		return false;
	int32_t day = civil_days(civil_helsinki(at_ms).date);
	return day >= p->work.from && day <= p->work.to;
}

static bool add_record(struct printing *p, const struct casebook_record *record, const struct schema_record *type)
{
	if (p->count == p->room) {
		p->arena.full = true;
		return false;
	}
	struct print_record *out = &p->records[p->count++];
	*out = (struct print_record){ .record = type, .id = record->record_id, .fields = arena_copy(&p->arena, record->shown),
				      .at_ms = moment_of(record) };
	const char *name = view_name(&p->view, &record->last_author.node);
	out->by_central = strcmp(name, "central") == 0; /* as view_name calls the node that is nobody's */
	out->author = arena_copy(&p->arena, span_text(out->by_central ? "" : name));
	out->is_contested = record->has_conflict;
	return !p->arena.full;
}

static bool take_record(void *ctx, const struct casebook_record *record)
{
	struct printing *p = ctx;
	const struct schema_record *type = schema_by_type(record->record_type);
	if (type == NULL || (record->record_type == RECORDS_TYPE_ACCESS_LOG && !concerns(p, record->shown)))
		return true;
	if (!is_in_period(p, record) || !gate_sees(p->request->gate, record))
		return true;
	return add_record(p, record, type);
}

/* Of the letter on a loss: the device lost last. Who lost it is nobody's to see here, so
 * the gate is not asked; its time alone is printed. */
static bool take_lost(void *ctx, const struct casebook_record *record)
{
	struct printing *p = ctx;
	uint64_t lost_ms, other_ms = 0;
	if (fields_number_or_none(record->shown, RECORDS_DEVICE_STATE) != RECORDS_DEVICE_STATE_REVOKED_LOST ||
	    !fields_number(record->shown, RECORDS_DEVICE_LOST_AT, &lost_ms))
		return true;
	bool has = p->count > 0 && p->records[p->count - 1].record->type == RECORDS_TYPE_DEVICE;
	if (has)
		(void)fields_number(p->records[p->count - 1].fields, RECORDS_DEVICE_LOST_AT, &other_ms);
	if (lost_ms <= other_ms)
		return true;
	p->count -= has;
	return add_record(p, record, schema_by_type(RECORDS_TYPE_DEVICE));
}

/* Of the card: the municipality as it is today, and the places there. */
static bool take_place(void *ctx, const struct casebook_record *record)
{
	struct printing *p = ctx;
	struct span name;
	bool is_point = record->record_type == RECORDS_TYPE_SERVICE_POINT;
	int32_t today = civil_days(civil_helsinki(p->work.now_ms).date);
	struct print_record *place = &p->records[p->place];
	bool is_wanted = is_point ? p->place < p->count && fields_bytes(record->shown, RECORDS_SERVICE_POINT_MUNICIPALITY, &name) &&
				    reference_is_municipality(place->fields, name) &&
				    reference_is_valid(record->shown, RECORDS_SERVICE_POINT_VALID_FROM, 0, today)
				  : reference_is_municipality(record->shown, p->home) &&
				    reference_holds(record->shown, p->place < p->count ? place->fields : span_text(""), today);
	if (!is_wanted)
		return true;
	if (!is_point && p->place < p->count)
		p->count--; /* one of the same place that holds no more */
	return take_record(ctx, record);
}

static struct fault gather_places(struct printing *p)
{
	p->place = p->count;
	if (p->work.client == NULL || !fields_bytes(p->work.client->fields, RECORDS_CLIENT_MUNICIPALITY, &p->home))
		return fault_none();
	FAULT_TRY(casebook_list(p->book, RECORDS_TYPE_MUNICIPALITY, NULL, 0, take_place, p));
	return casebook_list(p->book, RECORDS_TYPE_SERVICE_POINT, NULL, 0, take_place, p);
}

static int by_time(const void *a, const void *b)
{
	const struct print_record *x = a, *y = b;
	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return memcmp(x->id.bytes, y->id.bytes, sizeof x->id.bytes);
}

/* The corrections of one record among those gathered, in the order they were made. */
static size_t corrections_of(struct printing *p, const struct print_record *record, struct rules_record *out)
{
	struct record_id target;
	size_t count = 0;
	for (size_t i = 0; i < p->count; i++) {
		const struct print_record *one = &p->records[i];
		if (one->record->type == RECORDS_TYPE_CORRECTION && fields_id(one->fields, RECORDS_CORRECTION_TARGET, &target) &&
		    ID_EQUAL(target, record->id))
			out[count++] = (struct rules_record){ .id = one->id, .type = one->record->type, .fields = one->fields };
	}
	return count;
}

/* Prints show a record as it reads now; the original is asked for with a reason. */
static void read_corrected(struct printing *p, struct print_record *record, struct rules_record *corrections)
{
	struct wire_out out;
	size_t count = record->record->is_signed ? corrections_of(p, record, corrections) : 0;
	struct correction_view view = correction_view(corrections, count);
	if (view.mark == CORRECTION_NONE || view.mark == CORRECTION_ADDED)
		return;
	size_t size = record->fields.len + view.text.len + 64;
	uint8_t *block = arena_take(&p->arena, 1, size);
	if (block == NULL)
		return;
	wire_out_init(&out, block, size);
	correction_read(record->record, record->fields, &view, &out);
	record->fields = wire_out_span(&out);
}

static void read_all_corrected(struct printing *p)
{
	size_t count = 0;
	for (size_t i = 0; i < p->count; i++)
		count += p->records[i].record->type == RECORDS_TYPE_CORRECTION;
	struct rules_record *corrections = count == 0 ? NULL : ARENA_ARRAY(&p->arena, count, struct rules_record);
	for (size_t i = 0; i < p->count && corrections != NULL; i++)
		read_corrected(p, &p->records[i], corrections);
}

/* The client's record: of a person with several, the one asked about. */
static void find_client(struct printing *p)
{
	p->work.client = NULL;
	for (size_t i = 0; i < p->count; i++)
		if (p->records[i].record->type == RECORDS_TYPE_CLIENT &&
		    (p->work.client == NULL || ID_EQUAL(p->records[i].id, p->person.records[0])))
			p->work.client = &p->records[i];
}

/* The client stands in their own case; the log is asked for by the client's id, so after. */
static struct fault gather(struct printing *p)
{
	uint32_t type = p->work.kind == PRINT_FINDINGS ? RECORDS_TYPE_DECISION_QUALITY_ITEM : 0;
	p->count = 0;
	p->room = p->arena.size / 1024;
	p->records = ARENA_ARRAY(&p->arena, p->room, struct print_record);
	for (size_t i = 0; i < p->case_count && !p->arena.full; i++)
		FAULT_TRY(casebook_list(p->book, type, &p->cases[i], 0, take_record, p));
	find_client(p);
	if (p->work.kind == PRINT_CARD && !p->arena.full)
		FAULT_TRY(gather_places(p));
	if (p->work.kind == PRINT_LOSS && !p->arena.full)
		FAULT_TRY(casebook_list(p->book, RECORDS_TYPE_DEVICE, NULL, 0, take_lost, p));
	if (p->work.kind == PRINT_LOG && !p->arena.full)
		FAULT_TRY(casebook_list(p->book, RECORDS_TYPE_ACCESS_LOG, NULL, 0, take_record, p));
	if (p->arena.full)
		return fault_none();
	qsort(p->records, p->count, sizeof *p->records, by_time);
	read_all_corrected(p);
	find_client(p);
	return fault_none();
}

static bool take_staff(void *ctx, const struct casebook_record *record)
{
	struct printing *p = ctx;
	static const uint32_t numbers[] = { RECORDS_STAFF_MEMBER_NAME, RECORDS_STAFF_MEMBER_PHONE, RECORDS_STAFF_MEMBER_UNIT };
	struct span *const texts[] = { &p->printed_by, &p->phone, &p->unit };
	struct span text;
	for (size_t i = 0; i < 3; i++)
		if (fields_bytes(record->shown, numbers[i], &text))
			*texts[i] = arena_copy(&p->arena, text);
	return false;
}

/* What is gathered once may be more than the block holds: then with a larger one. */
static struct fault gather_all(struct printing *p, void **block, size_t *size)
{
	FAULT_TRY(log_case_scan(p->log, take_case, p));
	if (p->work.kind == PRINT_FINDINGS && p->case_count == 0)
		return fault_of(FAULT_LATER, "the reference case has not come from the central node yet");
	for (*size = GATHER_BYTES_MIN; *size <= GATHER_BYTES_MAX; *size *= 4) {
		*block = malloc(*size);
		if (*block == NULL)
			break;
		arena_init(&p->arena, *block, *size);
		FAULT_TRY(casebook_get(p->book, profile_status(p->profile)->holder, take_staff, p));
		FAULT_TRY(gather(p));
		if (!p->arena.full)
			return fault_none();
		sodium_memzero(*block, *size);
		free(*block);
		*block = NULL;
	}
	return fault_of(FAULT_LIMIT, "memory to gather the client's records");
}

/* ---- which of them the print is of ---- */

static bool is_of_named(const struct printing *p, const struct print_record *record)
{
	struct record_id from;
	if (p->named_type == RECORDS_TYPE_PLAN || p->named_type == RECORDS_TYPE_JOINT_SESSION || p->named_type == RECORDS_TYPE_VISIT)
		return fields_id(record->fields, RECORDS_AGREED_ACTION_FROM, &from) && ID_EQUAL(from, p->named);
	return true;
}

/* Of a plan, session or visit only the actions agreed there are listed. */
static void keep_named_actions(struct printing *p)
{
	size_t kept = 0;
	for (size_t i = 0; i < p->count; i++) {
		if (p->records[i].record->type == RECORDS_TYPE_AGREED_ACTION && !is_of_named(p, &p->records[i]))
			continue;
		p->records[kept++] = p->records[i];
	}
	p->count = kept;
	find_client(p);
}

/* What was written under the wrong client, or taken out, is printed when it is named, not by itself. */
static bool is_voided(struct printing *p, const struct print_record *record)
{
	struct record_id target;
	for (size_t i = 0; i < p->count; i++)
		if (p->records[i].record->type == RECORDS_TYPE_CORRECTION &&
		    fields_id(p->records[i].fields, RECORDS_CORRECTION_TARGET, &target) && ID_EQUAL(target, record->id) &&
		    correction_state(p->records[i].fields) == RECORDS_CONTENT_STATE_VOIDED)
			return true;
	return false;
}

static bool take_case_of(void *ctx, const struct casebook_record *record)
{
	*(struct case_id *)ctx = record->case_id;
	return false;
}

/* The state that holds, which follows from other records too: a rival plan, a consent lost. */
static struct fault know_state(struct printing *p, struct print_record *subject)
{
	struct world world;
	struct rules_record record = { .id = subject->id, .type = subject->record->type, .fields = subject->fields };
	FAULT_TRY(casebook_get(p->book, subject->id, take_case_of, &record.case_id));
	if (lifecycle_of(record.type) == NULL)
		return fault_none();
	world_open(&world, &p->request->target);
	subject->state = rules_held(&world.rules, &record).state;
	struct fault f = world_fault(&world);
	world_close(&world);
	subject->is_contested = subject->is_contested ||
				(record.type == RECORDS_TYPE_PLAN && subject->state == RECORDS_PLAN_STATE_CONFLICT);
	return f;
}

static struct fault choose(struct printing *p)
{
	uint32_t wanted = print_subject_type(p->work.kind);
	struct print_record *subject = NULL;
	if (p->work.kind == PRINT_ACTIONS)
		keep_named_actions(p);
	for (size_t i = 0; i < p->count && wanted != 0 && !p->call->blank; i++) {
		struct print_record *record = &p->records[i];
		bool is_meant = p->named_type == wanted ? ID_EQUAL(record->id, p->named)
							: record->record->type == wanted && !is_voided(p, record);
		if (is_meant)
			subject = record; /* of several the newest */
	}
	if (subject != NULL)
		FAULT_TRY(know_state(p, subject));
	p->work.subject = subject;
	p->work.records = p->records;
	p->work.count = p->count;
	if (p->work.kind == PRINT_FINDINGS)
		return fault_none();
	if (*p->call->lang == '\0' && p->work.client != NULL)
		p->work.language = print_language(p->work.client->fields);
	if (wanted == 0 || p->work.subject != NULL || (p->call->blank && p->work.kind == PRINT_QUADRANTS))
		return p->work.client == NULL ? fault_of(FAULT_CALLER, "the client's own record is not on this device")
					      : fault_none();
	if (p->work.kind == PRINT_QUADRANTS)
		return request_fault(p->request, fault_of(FAULT_CALLER, "there is no signed mapping of this client"),
				     "an empty sheet is printed with --blank");
	if (p->work.kind == PRINT_LOSS)
		return fault_of(FAULT_CALLER, "no device is known here to be lost");
	return request_fault(p->request, fault_of(FAULT_CALLER, "there is nothing to print here"),
			     "no signed %s of this client is on this device", view_type_name(wanted));
}

/* A statute by its number and its name in the print's language, others by their title. */
static bool take_name(void *ctx, const struct casebook_record *record)
{
	static const uint32_t names[LABELS_LANGUAGES] = { RECORDS_LAW_REF_NAME_FI, RECORDS_LAW_REF_NAME_SV, RECORDS_LAW_REF_NAME_EN };
	struct printing *p = ctx;
	struct span number, law, name = record->title;
	bool is_law = record->record_type == RECORDS_TYPE_LAW_REF && fields_bytes(record->shown, RECORDS_LAW_REF_NUMBER, &number) &&
		      fields_bytes(record->shown, names[p->work.language], &law);
	if (is_law)
		snprintf(p->name, sizeof p->name, "%.*s %.*s", (int)number.len, (const char *)number.data, (int)law.len,
			 (const char *)law.data);
	else
		snprintf(p->name, sizeof p->name, "%.*s", (int)name.len, (const char *)name.data);
	return false;
}

static struct span name_of(void *ctx, const uint8_t id[static ID_BYTES])
{
	struct printing *p = ctx;
	struct record_id record;
	memcpy(record.bytes, id, sizeof record.bytes);
	p->name[0] = '\0';
	if (ID_IS_NONE(record) || fault_is(casebook_get(p->book, record, take_name, p)))
		p->name[0] = '\0';
	return span_text(p->name);
}

static bool count_draft(void *ctx, const struct drafts_draft *draft)
{
	struct printing *p = ctx;
	p->work.drafts += is_theirs(p, &draft->case_id) || linked_has(&p->person, draft->client_case);
	return true;
}

/* ---- the trace ---- */

/* That this device's holder printed it, of whom and why. */
static struct fault leave_trace(struct printing *p, struct record_id *id)
{
	struct record_id subject = { { 0 } };
	if (p->work.subject != NULL)
		subject = p->work.subject->id;
	const char *reason = *p->call->reason != '\0' ? p->call->reason : NULL;
	return gate_trace_act(p->request->gate, RECORDS_ACCESS_ACT_PRINT, p->named_case.case_id, subject, reason, id);
}

/* ---- the page ---- */

/* The page in parts that end between characters. */
static void send_page(struct printing *p, struct span page, const struct record_id *trace)
{
	struct writer *out = answer_begin(p->request->answer);
	writer_string(out, "kind", print_kind_name(p->work.kind));
	writer_string(out, "lang", labels_code(p->work.language));
	writer_string(out, "form", p->work.form == PRINT_HTML ? "html" : "text");
	writer_id(out, "access_log", trace->bytes);
	writer_list(out, "parts");
	while (page.len > 0 && answer_item(p->request->answer, "parts")) {
		size_t len = page.len < PART_BYTES ? page.len : PART_BYTES;
		while (len < page.len && (page.data[len] & 0xc0) == 0x80)
			len--;
		writer_text(out, NULL, span_of(page.data, len));
		page = span_of(page.data + len, page.len - len);
	}
	writer_list_end(out);
	gate_hidden(p->request->gate, out);
	answer_finish(p->request->answer);
}

/* Renders to a block, larger until it fits; the trace only once the page is there. */
static struct fault render(struct printing *p)
{
	struct fault f = fault_of(FAULT_LIMIT, "the print is too long for one answer");
	for (size_t size = PAGE_BYTES_MIN; size <= PAGE_BYTES_MAX; size *= 2) {
		struct wire_out out;
		struct record_id trace;
		void *block = malloc(size);
		if (block == NULL)
			return fault_of(FAULT_LIMIT, "memory for the page");
		wire_out_init(&out, block, size);
		f = print_write(&p->work, &out);
		bool again = f.kind == FAULT_LIMIT;
		if (!fault_is(f))
			f = leave_trace(p, &trace);
		if (!fault_is(f))
			send_page(p, wire_out_span(&out), &trace);
		sodium_memzero(block, size);
		free(block);
		if (!again)
			return f;
	}
	return f;
}

static struct fault print_of(struct printing *p, void **block, size_t *size)
{
	FAULT_TRY(read_call(p));
	FAULT_TRY(find_named(p));
	for (size_t i = 0; p->work.with_protected && i < p->person.count; i++)
		FAULT_TRY(gate_guarded(p->request->gate, p->person.cases[i], p->call->reason));
	FAULT_TRY(gather_all(p, block, size));
	FAULT_TRY(choose(p));
	if (p->work.kind == PRINT_REPORT)
		FAULT_TRY(drafts_list(p->log, NULL, count_draft, p));
	p->work.organiser = p->unit;
	p->work.printed_by = p->printed_by;
	p->work.phone = p->phone;
	return render(p);
}

struct fault handlers_print(struct request *request)
{
	static struct printing printing; /* 16 KiB of case ids: one at a time, wiped after */
	struct profile *profile = request->target.profile;
	struct node_id self = profile_status(profile)->node;
	void *block = NULL;
	size_t size = 0;
	printing = (struct printing){ .request = request, .call = &request->call->call.print, .profile = profile,
				      .book = profile_book(profile), .log = profile_log(profile) };
	printing.work = (struct print_work){ .now_ms = loop_wall_ms(), .name = name_of, .name_ctx = &printing };
	view_init(&printing.view, printing.book, &self);
	struct fault f = print_of(&printing, &block, &size);
	if (block != NULL) {
		sodium_memzero(block, size);
		free(block);
	}
	sodium_memzero(&printing, sizeof printing);
	return f;
}
