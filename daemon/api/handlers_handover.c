/* handlers_handover - cases that change hands: proposed, told to the client, accepted,
 * rejected, listed. What central makes of it: domain/handover.h.
 *
 * A proposal takes with it what is due in its cases, as text in the language of who
 * proposes, so that the receiver sees what waits before the cases are his; a list tells it
 * line by line in the language of who asks. Of a matter its client's protected details go
 * along; with the last matter of a client all that is the client's. At the central node:
 * which are not over, and what stands in the way of each.
 */
#include "api/handlers.h"

#include <sodium.h>
#include <stdio.h>

#include "api/clients.h"
#include "api/gate.h"
#include "api/profile.h"
#include "api/resolve.h"
#include "api/view.h"
#include "api/writing.h"
#include "base/civil.h"
#include "central/handovers.h"
#include "central/node.h"
#include "domain/fields.h"
#include "domain/handover.h"
#include "records_table.h"

enum { DEADLINES_CHARS_MAX = 8000, DEADLINES_DAYS = 400 };

struct proposing {
	struct writing *w;
	struct profile *profile;
	struct log_case named;
	struct case_id client_case;
	struct case_id cases[HANDOVER_CASES_MAX];
	size_t case_count;
	bool is_last;           /* the own worker has no other open matter of this client */
	bool too_many;
	enum labels_language language;
	uint8_t text[DEADLINES_CHARS_MAX];
	struct wire_out due;
};

/* ---- which cases go ---- */

static void add(struct proposing *p, struct case_id id)
{
	for (size_t i = 0; i < p->case_count; i++)
		if (ID_EQUAL(p->cases[i], id))
			return;
	p->too_many = p->case_count == HANDOVER_CASES_MAX;
	if (!p->too_many)
		p->cases[p->case_count++] = id;
}

/* An open matter whose own worker is the one who proposes. */
static bool is_own_matter(struct proposing *p, const struct log_case *info)
{
	const struct rules_world *world = &p->w->world.rules;
	const struct rules_record *matters, *assigned;
	if (info->kind != DELTA_CASE_MATTER || rules_list(world, RULES_IN_CASE, info->case_id, RECORDS_TYPE_CASE, &matters) == 0 ||
	    rules_state(world, &matters[0]) == RECORDS_CASE_STATE_CLOSED)
		return false;
	size_t count = rules_list(world, RULES_IN_CASE, info->case_id, RECORDS_TYPE_CASE_ASSIGNMENT, &assigned);
	for (size_t i = 0; i < count; i++) {
		struct record_id staff;
		uint64_t to = fields_number_or_none(assigned[i].fields, RECORDS_CASE_ASSIGNMENT_TO);
		if (fields_number_or_none(assigned[i].fields, RECORDS_CASE_ASSIGNMENT_ROLE) == RECORDS_ASSIGNMENT_ROLE_OWN_WORKER &&
		    fields_id(assigned[i].fields, RECORDS_CASE_ASSIGNMENT_STAFF, &staff) && (to == 0 || to > world->now_ms))
			return ID_EQUAL(staff, world->staff);
	}
	return ID_EQUAL(info->opened_by.node, profile_status(p->profile)->node);
}

static bool is_the_clients(const struct proposing *p, const struct log_case *info)
{
	return !info->erased && (ID_EQUAL(info->case_id, p->client_case) || ID_EQUAL(info->client_case, p->client_case)) &&
	       replica_holds(profile_replica(p->profile), info->case_id);
}

static bool look_for_others(void *ctx, const struct log_case *info)
{
	struct proposing *p = ctx;
	if (is_the_clients(p, info) && !ID_EQUAL(info->case_id, p->named.case_id) && is_own_matter(p, info))
		p->is_last = false;
	return true;
}

static bool take_case(void *ctx, const struct log_case *info)
{
	struct proposing *p = ctx;
	bool of_client = p->named.kind == DELTA_CASE_CLIENT;
	if (!is_the_clients(p, info))
		return true;
	if (info->kind == DELTA_CASE_MATTER ? of_client && is_own_matter(p, info)
					    : of_client || p->is_last || info->kind == DELTA_CASE_PROTECTED)
		add(p, info->case_id);
	return !p->too_many;
}

static struct fault find_cases(struct proposing *p, const char *id)
{
	struct case_id place;
	bool found;
	FAULT_TRY(resolve_place(profile_book(p->profile), profile_log(p->profile), id, &place));
	FAULT_TRY(log_case_get(profile_log(p->profile), place, &p->named, &found));
	if (!found || (p->named.kind != DELTA_CASE_MATTER && p->named.kind != DELTA_CASE_CLIENT))
		return writing_at(p->w->request, "id", "what is handed over is a matter, or a client with all of theirs");
	p->client_case = p->named.kind == DELTA_CASE_CLIENT ? place : p->named.client_case;
	p->is_last = true;
	if (p->named.kind == DELTA_CASE_MATTER) {
		FAULT_TRY(log_case_scan(profile_log(p->profile), look_for_others, p));
		add(p, place);
	}
	FAULT_TRY(log_case_scan(profile_log(p->profile), take_case, p));
	return p->too_many ? fault_of(FAULT_LIMIT, "at most 32 cases are handed over at a time") : fault_none();
}

/* ---- what is due in them ---- */

static bool take_due(void *ctx, const struct casebook_due *due)
{
	struct proposing *p = ctx;
	const struct deadline_row *rule = deadline_row(due->item.rule);
	char key[64], line[400], date[CIVIL_DATE_BYTES];
	bool is_theirs = false;
	for (size_t i = 0; i < p->case_count; i++)
		is_theirs = is_theirs || ID_EQUAL(p->cases[i], due->case_id);
	if (!is_theirs || due->item.kind == AGENDA_HANDOVER)
		return true;
	snprintf(key, sizeof key, "agenda.%s", agenda_kind_name(due->item.kind));
	const struct labels_row *words = labels_row(key);
	civil_write_date(due->item.counted, date);
	int len = snprintf(line, sizeof line, "%s %s%s%s%s: %.*s\n", date,
			   words == NULL ? agenda_kind_name(due->item.kind) : words->text[p->language], rule != NULL ? " (" : "",
			   rule != NULL ? rule->code : "", rule != NULL ? ")" : "",
			   (int)(due->title.len < 200 ? due->title.len : 0), (const char *)due->title.data);
	if (len < 0 || (size_t)len >= sizeof line || p->due.size - p->due.used < (size_t)len)
		return false; /* the nearest come first: what is cut is the farthest */
	wire_put_raw(&p->due, span_of(line, (size_t)len));
	return true;
}

static struct fault gather_due(struct proposing *p)
{
	wire_out_init(&p->due, p->text, sizeof p->text);
	FAULT_TRY(casebook_agenda_ahead(profile_book(p->profile), p->w->world.rules.today, DEADLINES_DAYS, take_due, p));
	if (p->due.used > 0)
		p->due.used--; /* the last line's end */
	return fault_none();
}

/* The words a line of it has for what is due: a row of the labels, in any language. */
static const struct labels_row *due_words(struct span line, size_t *len)
{
	char key[64];
	for (enum agenda_kind kind = AGENDA_NOTHING + 1; kind < AGENDA_KINDS; kind++) {
		snprintf(key, sizeof key, "agenda.%s", agenda_kind_name(kind));
		const struct labels_row *row = labels_row(key);
		for (size_t i = 0; row != NULL && i < LABELS_LANGUAGES; i++) {
			*len = strlen(row->text[i]);
			if (line.len > *len + 1 && memcmp(line.data, row->text[i], *len) == 0 &&
			    (line.data[*len] == ':' || (line.data[*len] == ' ' && line.data[*len + 1] == '(')))
				return row;
		}
	}
	return NULL;
}

/* "2026-03-02 review of the plan (D18): the title", as take_due wrote it; what reads otherwise is title. */
static void write_due(struct writer *out, struct span text, enum labels_language language)
{
	enum { DAY = CIVIL_DATE_BYTES - 1 };
	writer_list(out, "due");
	while (text.len > 0) {
		const uint8_t *end = memchr(text.data, '\n', text.len);
		struct span line = span_of(text.data, end == NULL ? text.len : (size_t)(end - text.data));
		text = span_of(text.data + line.len + (end != NULL), text.len - line.len - (end != NULL));
		size_t len = 0;
		struct span day = { NULL, 0 };
		const struct labels_row *words = line.len <= DAY ? NULL : due_words(span_of(line.data + DAY + 1, line.len - DAY - 1), &len);
		if (words != NULL) {
			day = span_of(line.data, DAY);
			line = span_of(line.data + DAY + 1 + len, line.len - DAY - 1 - len);
			const uint8_t *mark = memchr(line.data, ':', line.len);
			size_t past = mark == NULL ? line.len : (size_t)(mark - line.data) + 1;
			past += past < line.len && line.data[past] == ' ';
			line = span_of(line.data + past, line.len - past);
		}
		writer_object(out, NULL);
		writer_text(out, "day", day);
		writer_string(out, "label", words == NULL ? "" : words->text[language]);
		writer_text(out, "title", line);
		writer_object_end(out);
	}
	writer_list_end(out);
}

/* ---- the verbs ---- */

/* Of the call's words; Finnish where none is named. */
static struct fault language_of(struct writing *w, const jalka_HandoverCall *call, enum labels_language *out)
{
	*out = LABELS_FI;
	return *call->lang == '\0' ? fault_none() : handlers_read_language(w->request, call->lang, out);
}

static struct fault receiver(struct writing *w, struct profile *profile, const char *text, struct record_id *out)
{
	const struct rules_record *staff = NULL;
	struct fault f = resolve_record(profile_book(profile), text, out);
	if (!fault_is(f))
		staff = rules_find(&w->world.rules, *out);
	if (staff == NULL || staff->type != RECORDS_TYPE_STAFF_MEMBER)
		return request_fault(w->request, writing_at(w->request, "to", "say who receives it: the id of a colleague"),
				     "jalka list staff_member");
	return fault_none();
}

static void tell_staff(struct writing *w, struct writer *out, const char *key, struct span fields, uint32_t field)
{
	struct record_id id;
	struct span name = { NULL, 0 }, phone = { NULL, 0 };
	if (!fields_id(fields, field, &id))
		return;
	const struct rules_record *staff = rules_find(&w->world.rules, id);
	if (staff != NULL) {
		(void)fields_bytes(staff->fields, RECORDS_STAFF_MEMBER_NAME, &name);
		(void)fields_bytes(staff->fields, RECORDS_STAFF_MEMBER_PHONE, &phone);
	}
	writer_object(out, key);
	writer_id(out, "id", id.bytes);
	writer_text(out, "name", name);
	writer_text(out, "phone", phone);
	writer_object_end(out);
}

/* What the client is told, and what went into it. */
static void tell_proposed(struct writing *w, struct writer *out)
{
	struct span fields = wire_out_span(&w->fields), text = { NULL, 0 };
	struct case_id one;
	(void)fields_bytes(fields, RECORDS_HANDOVER_OPEN_DEADLINES, &text);
	tell_staff(w, out, "to", fields, RECORDS_HANDOVER_TO);
	writer_text(out, "open_deadlines", text);
	writer_list(out, "cases");
	while (handover_next_case(&fields, &one))
		writer_id(out, NULL, one.bytes);
	writer_list_end(out);
}

static struct fault propose(struct writing *w, struct profile *profile, const jalka_HandoverCall *call)
{
	static struct proposing p; /* 8 KiB of text: one at a time */
	struct record_id to;
	p = (struct proposing){ .w = w, .profile = profile };
	FAULT_TRY(language_of(w, call, &p.language));
	FAULT_TRY(receiver(w, profile, call->to, &to));
	FAULT_TRY(find_cases(&p, call->id));
	FAULT_TRY(gather_due(&p));
	for (size_t i = 0; i < p.case_count; i++)
		wire_put_bytes(&w->fields, RECORDS_HANDOVER_CASES, ID_SPAN(p.cases[i]));
	wire_put_bytes(&w->fields, RECORDS_HANDOVER_FROM, ID_SPAN(w->world.rules.staff));
	wire_put_bytes(&w->fields, RECORDS_HANDOVER_TO, ID_SPAN(to));
	wire_put_bytes(&w->fields, RECORDS_HANDOVER_REASON, span_text(call->reason));
	if (p.due.used > 0)
		wire_put_bytes(&w->fields, RECORDS_HANDOVER_OPEN_DEADLINES, wire_out_span(&p.due));
	if (call->at_ms != 0)
		wire_put_varint(&w->fields, RECORDS_HANDOVER_CLIENT_TOLD_AT, call->at_ms);
	sodium_memzero(p.text, sizeof p.text);
	w->is_new = true;
	w->case_id = p.named.case_id;
	w->kind = p.named.kind;
	w->tell = tell_proposed;
	return writing_put(w, profile);
}

static void write_block(struct writer *out, enum handover_block block)
{
	if (block == HANDOVER_FREE)
		return;
	writer_object(out, "blocked");
	writer_string(out, "name", handover_block_name(block));
	writer_string(out, "why", handover_block_why(block));
	writer_string(out, "advice", handover_block_advice(block));
	writer_object_end(out);
}

/* What stands in its way, as far as this device knows. */
static void tell_block(struct writing *w, struct writer *out, struct span handover)
{
	write_block(out, rules_handover_blocked(&w->world.rules, handover));
}
static void tell_who(struct writing *w, struct writer *out)
{
	const struct rules_record *handover = rules_find(&w->world.rules, w->record_id);
	if (handover == NULL)
		return;
	tell_staff(w, out, "to", handover->fields, RECORDS_HANDOVER_TO);
	writer_string(out, "waits_for", handover_waits_for(handover->fields));
	tell_block(w, out, handover->fields);
}

/* One step of a handover that is there. */
static struct fault say(struct writing *w, struct profile *profile, const jalka_HandoverCall *call)
{
	uint64_t at_ms = call->at_ms != 0 ? call->at_ms : w->world.rules.now_ms;
	FAULT_TRY(writing_find_record(w, profile, call->id));
	if (w->is_new)
		return writing_at(w->request, "id", "say which handover: see jalka handover list");
	FAULT_TRY(writing_find_case(w, profile, "", ""));
	if (strcmp(call->verb, "told") == 0) {
		wire_put_varint(&w->fields, RECORDS_HANDOVER_CLIENT_TOLD_AT, at_ms);
	} else if (strcmp(call->verb, "accept") == 0) {
		wire_put_varint(&w->fields, RECORDS_HANDOVER_ACCEPTED_AT, at_ms);
		wire_put_varint(&w->fields, RECORDS_HANDOVER_STATE, RECORDS_HANDOVER_STATE_ACCEPTED);
	} else {
		if (*call->reason == '\0')
			return writing_at(w->request, "reason", "say why it is not handed over");
		wire_put_varint(&w->fields, RECORDS_HANDOVER_STATE, RECORDS_HANDOVER_STATE_REJECTED);
		wire_put_bytes(&w->fields, RECORDS_HANDOVER_REJECTED_REASON, span_text(call->reason));
	}
	w->tell = tell_who;
	return writing_put(w, profile);
}

/* ---- the list ---- */

struct listing {
	struct writing *w;
	struct writer *out;
	enum labels_language language;
};

static bool list_one(void *ctx, const struct casebook_record *record)
{
	struct listing *listing = ctx;
	struct writing *w = listing->w;
	struct writer *out = listing->out;
	const struct rules_record as_rules = { .id = record->record_id, .case_id = record->case_id, .type = record->record_type,
					       .fields = record->shown };
	struct span text = { NULL, 0 };
	if (!gate_sees(w->request->gate, record))
		return true;
	if (!answer_item(w->request->answer, "handovers"))
		return false;
	writer_object(out, NULL);
	writer_id(out, "id", record->record_id.bytes);
	writer_id(out, "case_id", record->case_id.bytes);
	tell_staff(w, out, "from", record->shown, RECORDS_HANDOVER_FROM);
	tell_staff(w, out, "to", record->shown, RECORDS_HANDOVER_TO);
	writer_string(out, "state", lifecycle_name(lifecycle_of(RECORDS_TYPE_HANDOVER), rules_state(&w->world.rules, &as_rules)));
	writer_string(out, "waits_for", handover_waits_for(record->shown));
	tell_block(w, out, record->shown);
	(void)fields_bytes(record->shown, RECORDS_HANDOVER_REASON, &text);
	writer_text(out, "reason", text);
	if (fields_bytes(record->shown, RECORDS_HANDOVER_REJECTED_REASON, &text))
		writer_text(out, "rejected_reason", text);
	if (fields_bytes(record->shown, RECORDS_HANDOVER_OPEN_DEADLINES, &text))
		write_due(out, text, listing->language);
	writer_object_end(out);
	return true;
}

static struct fault list(struct writing *w, struct profile *profile, const jalka_HandoverCall *call)
{
	struct listing listing = { .w = w };
	FAULT_TRY(language_of(w, call, &listing.language));
	listing.out = answer_begin(w->request->answer);
	writer_list(listing.out, "handovers");
	struct fault f = casebook_list(profile_book(profile), RECORDS_TYPE_HANDOVER, NULL, 0, list_one, &listing);
	writer_list_end(listing.out);
	gate_hidden(w->request->gate, listing.out);
	return answer_end(w->request->answer, f);
}

/* ---- at the central node ---- */

enum { OVER_DAYS = 30 };

struct waiting {
	struct request *request;
	struct writer *out;
	struct clients clients;
	bool is_over; /* those are being told */
};

/* Whose the case is. */
static void write_whose(struct waiting *waiting, const struct case_id *id)
{
	struct log_case info;
	bool found = false;
	(void)log_case_get(node_log(waiting->request->target.node), *id, &info, &found);
	if (found && info.kind != DELTA_CASE_CHILD_NOTICE)
		clients_write(&waiting->clients, info.kind == DELTA_CASE_CLIENT ? &info.case_id : &info.client_case, waiting->out);
}

static const char *said_state(const struct handover *said)
{
	return said->is_in_effect ? "EFFECTIVE" : said->is_rejected ? "REJECTED" : said->is_accepted ? "ACCEPTED" : "PROPOSED";
}

static void write_staff(struct waiting *waiting, const char *key, struct record_id id)
{
	char name[VIEW_NAME_BYTES];
	view_staff_name(node_book(waiting->request->target.node), &id, name);
	writer_object(waiting->out, key);
	writer_id(waiting->out, "id", id.bytes);
	writer_string(waiting->out, "name", name);
	writer_object_end(waiting->out);
}

/* Who and which cases; the reason is the workers' own. */
static bool waiting_item(void *ctx, const struct handovers_one *one)
{
	struct waiting *waiting = ctx;
	struct writer *out = waiting->out;
	if (!answer_item(waiting->request->answer, "handovers"))
		return false;
	writer_object(out, NULL);
	writer_id(out, "id", one->handover->record.bytes);
	writer_id(out, "case_id", one->handover->case_id.bytes);
	write_staff(waiting, "from", one->handover->from);
	write_staff(waiting, "to", one->handover->to);
	write_whose(waiting, &one->handover->case_id);
	writer_string(out, "state", said_state(one->said));
	writer_bool(out, "client_told", one->said->is_told);
	writer_string(out, "waits_for", waiting->is_over ? "" : handover_waits(one->said));
	if (!waiting->is_over)
		write_block(out, one->block);
	writer_list(out, "cases");
	for (size_t i = 0; i < one->handover->case_count; i++)
		writer_id(out, NULL, one->handover->cases[i].bytes);
	writer_list_end(out);
	writer_object_end(out);
	return true;
}

struct fault handlers_handovers_waiting(struct request *request)
{
	struct node *node = request->target.node;
	const jalka_AdminCall *call = &request->call->call.admin;
	bool all = call->args_count == 1 && strcmp(call->args[0], "all") == 0;
	struct waiting waiting = { .request = request };
	if (call->args_count != 0 && !all)
		return fault_of(FAULT_CALLER, "handovers, or handovers all");
	FAULT_TRY(handovers_step(node_handovers(node), node_hub(node), node_now()));
	FAULT_TRY(clients_gather(request, &waiting.clients));
	waiting.out = answer_begin(request->answer);
	writer_list(waiting.out, "handovers");
	struct fault f = handovers_list(node_handovers(node), node_hub(node), waiting_item, &waiting);
	waiting.is_over = true;
	if (!fault_is(f) && all)
		f = handovers_over(node_handovers(node), node_hub(node), node_now().wall_ms - OVER_DAYS * (uint64_t)86400000, waiting_item,
				   &waiting);
	writer_list_end(waiting.out);
	clients_free(&waiting.clients);
	return answer_end(request->answer, f);
}

/* ---- the call ---- */

static struct fault handover_with(struct writing *w, struct profile *profile, const jalka_HandoverCall *call)
{
	w->record = schema_by_type(RECORDS_TYPE_HANDOVER);
	if (strcmp(call->verb, "list") == 0)
		return list(w, profile, call);
	if (*call->id == '\0')
		return writing_at(w->request, "id", "say which: a case or client to hand over, else the handover");
	if (strcmp(call->verb, "propose") == 0)
		return propose(w, profile, call);
	if (strcmp(call->verb, "told") == 0 || strcmp(call->verb, "accept") == 0 || strcmp(call->verb, "reject") == 0)
		return say(w, profile, call);
	return writing_at(w->request, "verb", "a handover is proposed, told, accepted, rejected or listed");
}

struct fault handlers_handover(struct request *request)
{
	static struct writing w;
	writing_begin(&w, request);
	struct fault f = handover_with(&w, request->target.profile, &request->call->call.handover);
	writing_end(&w);
	return f;
}
