/* handlers_deadline - deadline, agenda: what the law counts, and what is due.
 *
 * The agenda joins four sources in one order: what the case book holds of records,
 * drafts that wait for a signature, what was written long ago and has no receipt, and
 * what rests on a consent that was lost (api/follow).
 */
#include <stdio.h>
#include <stdlib.h>

#include "api/gate.h"
#include "api/follow.h"
#include "api/handlers.h"
#include "api/profile.h"
#include "api/stale.h"
#include "api/view.h"
#include "base/assert.h"
#include "base/civil.h"
#include "domain/agenda.h"
#include "domain/calendar.h"
#include "domain/deadline.h"
#include "domain/schema.h"
#include "records_table.h"
#include "store/casebook_text.h"
#include "store/drafts.h"
#include "store/unfinished.h"

static void write_day(struct writer *out, const char *key, int32_t day)
{
	char text[CIVIL_DATE_BYTES];
	civil_write_date(day, text);
	writer_string(out, key, text);
}

/* ---- deadline ---- */

static const char *unit_name(enum deadline_unit unit)
{
	switch (unit) {
	case DEADLINE_AT_ONCE:
		return "AT_ONCE";
	case DEADLINE_HOURS:
		return "HOURS";
	case DEADLINE_DAYS:
		return "DAYS";
	case DEADLINE_WORKING_DAYS:
		return "WORKING_DAYS";
	case DEADLINE_MONTHS:
		return "MONTHS";
	}
	return "";
}

static const char *weekday_name(int32_t day)
{
	static const char *const names[] = { "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN" };
	return names[civil_weekday(day) - 1];
}

/* A day, its weekday and the feast it is, under names that begin alike. */
static void write_named_day(struct writer *out, const char *key, int32_t day)
{
	writer_object(out, key);
	write_day(out, "date", day);
	writer_string(out, "weekday", weekday_name(day));
	writer_string(out, "holiday", calendar_holiday(day));
	writer_object_end(out);
}

static void write_rule(struct writer *out, const struct deadline_row *row, uint16_t amount)
{
	writer_string(out, "rule", row->code);
	writer_string(out, "what", row->what);
	writer_string(out, "starts", row->starts);
	writer_string(out, "unit", unit_name(row->unit));
	writer_number(out, "amount", amount);
	writer_string(out, "basis", row->basis);
}

static struct fault list_rules(struct request *request)
{
	struct writer *out = answer_begin(request->answer);
	writer_list(out, "rules");
	for (int rule = DEADLINE_NONE + 1; rule < DEADLINE_RULES; rule++) {
		const struct deadline_row *row = deadline_row((enum deadline_rule)rule);
		writer_object(out, NULL);
		write_rule(out, row, row->amount);
		writer_object_end(out);
	}
	writer_list_end(out);
	answer_finish(request->answer);
	return fault_none();
}

/* What is asked for: "D5", or "D13/14" with the days of an appeal text. */
struct asked {
	struct span code;
	struct deadline_params params;
	bool is_moment;
	int32_t day;
	uint64_t ms;
};

static struct fault read_asked(struct request *request, struct asked *out)
{
	const jalka_DeadlineCall *call = &request->call->call.deadline;
	const char *slash = strchr(call->rule, '/');
	*out = (struct asked){ .code = span_text(call->rule) };
	if (slash != NULL) {
		out->code.len = (size_t)(slash - call->rule);
		strcpy(request->field, "rule");
		if (!deadline_appeal_days(span_text(call->rule), &out->params.appeal_days))
			return fault_of(FAULT_CALLER, "after the slash the days of an appeal text are expected, 1 to 365");
		enum deadline_rule rule = deadline_find(out->code, DEADLINE_NONE);
		if (rule != DEADLINE_NONE && !deadline_row(rule)->by_appeal_text)
			return fault_of(FAULT_CALLER, "an appeal text says the days of D13 alone");
	}
	strcpy(request->field, "rule");
	if (deadline_find(out->code, DEADLINE_NONE) == DEADLINE_NONE)
		return request_fault(request, fault_of(FAULT_CALLER, "no such rule"), "jalka deadline lists them: D1 to D18");
	strcpy(request->field, "start");
	if (*call->start == '\0')
		return request_fault(request, fault_of(FAULT_CALLER, "the day that starts the clock is missing"),
				     "it is written like 2026-11-03");
	if (civil_read_date(span_text(call->start), &out->day))
		return fault_none();
	out->is_moment = civil_read_time(span_text(call->start), &out->ms);
	if (!out->is_moment)
		return request_fault(request, fault_of(FAULT_CALLER, "there is no such day"),
				     "a day is written like 2026-11-03, a time like 2026-11-03T09:15");
	out->day = civil_days(civil_helsinki(out->ms).date);
	return fault_none();
}

static struct fault count_one(const struct asked *asked, enum deadline_rule rule, struct deadline *out)
{
	return asked->is_moment ? deadline_count_ms(rule, asked->ms, &asked->params, out)
				: deadline_count(rule, asked->day, &asked->params, out);
}

static void write_clock(struct writer *out, const struct asked *asked, enum deadline_rule rule, const struct deadline *at)
{
	const struct deadline_row *row = deadline_row(rule);
	bool by_text = row->by_appeal_text && asked->params.appeal_days != 0;
	writer_object(out, NULL);
	write_rule(out, row, by_text ? asked->params.appeal_days : row->amount);
	write_named_day(out, "start", at->start);
	write_named_day(out, "counted", at->counted);
	write_named_day(out, "actable", at->actable);
	writer_number(out, "at_ms", at->at_ms);
	writer_object_end(out);
}

struct fault handlers_deadline(struct request *request)
{
	struct deadline at;
	struct asked asked;
	if (*request->call->call.deadline.rule == '\0')
		return list_rules(request);
	FAULT_TRY(read_asked(request, &asked));
	/* Counted before anything is written (Q2): a code has few clocks. */
	for (enum deadline_rule rule = deadline_find(asked.code, DEADLINE_NONE); rule != DEADLINE_NONE;
	     rule = deadline_find(asked.code, rule + 1))
		FAULT_TRY(count_one(&asked, rule, &at));
	struct writer *out = answer_begin(request->answer);
	write_named_day(out, "given", asked.day);
	writer_list(out, "clocks");
	for (enum deadline_rule rule = deadline_find(asked.code, DEADLINE_NONE); rule != DEADLINE_NONE;
	     rule = deadline_find(asked.code, rule + 1)) {
		struct fault fault = count_one(&asked, rule, &at);
		ASSERT(!fault_is(fault)); /* counted above */
		write_clock(out, &asked, rule, &at);
	}
	writer_list_end(out);
	answer_finish(request->answer);
	return fault_none();
}

/* ---- agenda ---- */

/* What is due and stands in no record: a draft, unfinished text, or what has no receipt. */
struct extra {
	struct casebook_due due;
	const char *what; /* NULL: the kind of its item */
	uint8_t title[CASEBOOK_TEXT_TITLE_BYTES], client_title[CASEBOOK_TEXT_TITLE_BYTES];
};
enum { EXTRAS_MAX = 256 };

struct agenda {
	struct gate *gate;
	struct answer *answer;
	struct writer *out;
	int32_t day;
	enum labels_language language;
	struct extra *extras;
	size_t extra_count, extras_told;
	size_t left_out; /* drafts beyond EXTRAS_MAX */
};

/* A word of the catalogue; a name of a newer version's kind stands for itself. */
static const char *word_of(const struct agenda *agenda, const char *group, const char *name)
{
	char key[64];
	snprintf(key, sizeof key, "%s.%s", group, name);
	const struct labels_row *row = labels_row(key);
	return row == NULL ? name : row->text[agenda->language];
}

/* `what`: of an extra; NULL: the kind of the item. */
static void write_due(struct agenda *agenda, const struct casebook_due *due, const char *what)
{
	const char *class = agenda_class_name(agenda_class(&due->item, agenda->day));
	struct writer *out = agenda->out;
	const struct agenda_item *item = &due->item;
	const struct deadline_row *row = deadline_row(item->rule);
	writer_object(out, NULL);
	writer_string(out, "class", class);
	writer_string(out, "class_label", word_of(agenda, "agenda_class", class));
	writer_string(out, "section", agenda_section_name(agenda_section(item)));
	writer_string(out, "section_label", word_of(agenda, "agenda_section", agenda_section_name(agenda_section(item))));
	what = what == NULL ? agenda_kind_name(item->kind) : what;
	writer_string(out, "what", what);
	writer_string(out, "label", word_of(agenda, "agenda", what));
	writer_string(out, "rule", row != NULL ? row->code : "");
	writer_string(out, "basis", row != NULL ? row->basis : "");
	writer_bool(out, "urgent", item->urgent);
	write_day(out, "counted", item->counted);
	write_day(out, "actable", item->actable);
	writer_number(out, "start_ms", item->start_ms);
	writer_number(out, "at_ms", item->at_ms);
	writer_string(out, "type", view_type_name(due->record_type));
	writer_id(out, "case_id", due->case_id.bytes);
	writer_id(out, "id", due->record_id.bytes);
	writer_text(out, "title", due->title);
	writer_object(out, "client");
	writer_id(out, "id", due->client.bytes);
	writer_text(out, "title", due->client_title);
	writer_object_end(out);
	writer_object_end(out);
}

/* The order of the agenda: <0 when a stands before b. */
static int compare_items(const struct agenda_item *a, const struct agenda_item *b, int32_t day)
{
	enum agenda_section one = agenda_section(a), other = agenda_section(b);
	enum agenda_class x = agenda_class(a, day), y = agenda_class(b, day);
	if (one != other)
		return one < other ? -1 : 1;
	if (x != y)
		return x < y ? -1 : 1;
	return (a->counted > b->counted) - (a->counted < b->counted);
}

/* Extras that stand before `item` (NULL: all that are left). False: the client is full. */
static bool tell_extras(struct agenda *agenda, const struct agenda_item *item)
{
	while (agenda->extras_told < agenda->extra_count) {
		const struct casebook_due *due = &agenda->extras[agenda->extras_told].due;
		if (item != NULL && compare_items(item, &due->item, agenda->day) <= 0)
			return true;
		if (!answer_item(agenda->answer, "due"))
			return false;
		write_due(agenda, due, agenda->extras[agenda->extras_told].what);
		agenda->extras_told++;
	}
	return true;
}

struct seen {
	struct gate *gate;
	enum agenda_kind kind;
	bool is_seen;
};

/* Who heard of a child makes the notice; it stands where others do not see it, so they are
 * not told that it is missing. */
static bool is_others(const struct seen *seen, const struct casebook_record *record)
{
	return seen->kind == AGENDA_CHILD && !ID_EQUAL(record->last_author.node, seen->gate->self);
}

static bool take_seen(void *ctx, const struct casebook_record *record)
{
	struct seen *seen = ctx;
	seen->is_seen = !is_others(seen, record) && gate_sees(seen->gate, record);
	return false;
}

static bool tell_due(void *ctx, const struct casebook_due *due)
{
	struct agenda *agenda = ctx;
	struct seen seen = { .gate = agenda->gate, .kind = due->item.kind };
	if (fault_is(casebook_get(agenda->gate->world.book, due->record_id, take_seen, &seen)) || !seen.is_seen)
		return true;
	if (!tell_extras(agenda, &due->item) || !answer_item(agenda->answer, "due"))
		return false;
	write_due(agenda, due, NULL);
	return true;
}

static struct extra *add_extra(struct agenda *agenda, const struct agenda_item *item)
{
	enum agenda_class class = agenda_class(item, agenda->day);
	if (class == AGENDA_LATER || class == AGENDA_PAST)
		return NULL;
	/* By insertion: there are few, and most come late. */
	size_t at = agenda->extra_count;
	if (at == EXTRAS_MAX) {
		agenda->left_out++;
		return NULL;
	}
	while (at > 0 && compare_items(item, &agenda->extras[at - 1].due.item, agenda->day) < 0)
		at--;
	struct extra *extra = &agenda->extras[at];
	memmove(extra + 1, extra, (agenda->extra_count - at) * sizeof *extra);
	agenda->extra_count++;
	*extra = (struct extra){ .due = { .item = *item } };
	return extra;
}

static bool add_draft(void *ctx, const struct drafts_draft *draft)
{
	struct agenda *agenda = ctx;
	const struct schema_record *schema = schema_by_type(draft->record_type);
	struct agenda_item item;
	if (!agenda_of_draft(draft->begun_ms, agenda->day, &item))
		return true;
	struct extra *extra = add_extra(agenda, &item);
	if (extra == NULL)
		return true;
	extra->due.record_type = draft->record_type;
	extra->due.case_id = ID_IS_NONE(draft->case_id) ? draft->client_case : draft->case_id;
	extra->due.record_id = draft->record_id;
	if (schema != NULL)
		extra->due.title.len = casebook_text_title(schema, draft->fields, extra->title).len;
	return true;
}

/* Several texts about the same thing are one line. */
static bool add_unfinished(void *ctx, const struct unfinished *text)
{
	struct agenda *agenda = ctx;
	struct agenda_item item;
	struct extra *last = agenda->extra_count > 0 ? &agenda->extras[agenda->extra_count - 1] : NULL;
	if (last != NULL && last->what != NULL && memcmp(last->due.record_id.bytes, text->about, ID_BYTES) == 0)
		return true;
	struct extra *extra = agenda_of_draft(text->begun_ms, agenda->day, &item) ? add_extra(agenda, &item) : NULL;
	if (extra == NULL)
		return true;
	extra->what = "unfinished";
	extra->due.record_type = text->record_type == 0 ? RECORDS_TYPE_CASE : text->record_type;
	extra->due.case_id = text->case_id;
	memcpy(extra->due.record_id.bytes, text->about, ID_BYTES);
	return true;
}

/* What a lost consent calls for: a withdrawal may have come by sync, and nobody seen to it yet. */
static void add_withdrawal(void *ctx, const struct disclosure_follow *follow, uint64_t lost_ms)
{
	struct agenda *agenda = ctx;
	const struct casebook_record record = { .case_id = follow->record->case_id, .record_id = follow->record->id,
						.record_type = follow->record->type, .shown = follow->record->fields };
	if (!gate_sees(agenda->gate, &record))
		return;
	const struct schema_record *schema = schema_by_type(follow->record->type);
	struct agenda_item item;
	struct extra *extra = agenda_of_withdrawal(lost_ms, &item) ? add_extra(agenda, &item) : NULL;
	if (extra == NULL)
		return;
	extra->due.record_type = follow->record->type;
	extra->due.case_id = follow->record->case_id;
	extra->due.record_id = follow->record->id;
	if (schema != NULL)
		extra->due.title.len = casebook_text_title(schema, follow->record->fields, extra->title).len;
}

static struct fault add_withdrawals(struct agenda *agenda, const struct request_target *target)
{
	static struct world world;
	world_open(&world, target);
	follow_due(&world.rules, add_withdrawal, agenda);
	struct fault f = world_fault(&world);
	world_close(&world);
	return f;
}

static bool take_client(void *ctx, const struct casebook_record *record)
{
	struct extra *extra = ctx;
	size_t len = record->title.len < sizeof extra->client_title ? record->title.len : sizeof extra->client_title;
	memcpy(extra->client_title, record->title.data, len);
	extra->due.client = record->record_id;
	extra->due.client_title = span_of(extra->client_title, len);
	return false;
}

/* Whose it is: the client of its case. */
static struct fault name_client(const struct agenda *agenda, struct extra *extra)
{
	struct case_id home = extra->due.case_id;
	struct log_case info;
	bool found = false;
	if (ID_IS_NONE(home))
		return fault_none();
	FAULT_TRY(log_case_get(agenda->gate->world.log, home, &info, &found));
	if (found && info.kind != DELTA_CASE_CLIENT && !ID_IS_NONE(info.client_case))
		home = info.client_case;
	return casebook_list(agenda->gate->world.book, RECORDS_TYPE_CLIENT, &home, 1, take_client, extra);
}

static struct fault gather_extras(struct agenda *agenda, const struct request_target *target)
{
	struct profile *profile = target->profile;
	uint64_t oldest_ms = profile_status(profile)->oldest_unreceipted_ms;
	struct agenda_item item;
	if (oldest_ms != 0 && agenda_of_unsynced(oldest_ms, agenda->day, &item))
		(void)add_extra(agenda, &item);
	FAULT_TRY(drafts_list(profile_log(profile), NULL, add_draft, agenda));
	FAULT_TRY(unfinished_list(profile_log(profile), NULL, span_of("", 0), add_unfinished, agenda));
	FAULT_TRY(add_withdrawals(agenda, target));
	for (size_t i = 0; i < agenda->extra_count; i++) {
		agenda->extras[i].due.title.data = agenda->extras[i].title; /* they have come to rest */
		FAULT_TRY(name_client(agenda, &agenda->extras[i]));
	}
	return fault_none();
}

static struct fault read_day(struct request *request, int32_t *out)
{
	const char *text = request->call->call.agenda.day;
	*out = civil_days(civil_helsinki(loop_wall_ms()).date);
	if (*text == '\0')
		return fault_none();
	strcpy(request->field, "day");
	if (!civil_read_date(span_text(text), out))
		return fault_of(FAULT_CALLER, "a day is written YYYY-MM-DD");
	if (!calendar_covers(*out))
		return fault_of(FAULT_CALLER, "the day is outside the years 1990 to 2100");
	return fault_none();
}

struct fault handlers_agenda(struct request *request)
{
	struct profile *profile = request->target.profile;
	struct agenda agenda = { .gate = request->gate, .answer = request->answer };
	FAULT_TRY(read_day(request, &agenda.day));
	if (*request->call->call.agenda.lang != '\0')
		FAULT_TRY(handlers_read_language(request, request->call->call.agenda.lang, &agenda.language));
	FAULT_TRY(stale_look(profile));
	agenda.extras = malloc((EXTRAS_MAX + 1) * sizeof *agenda.extras);
	if (agenda.extras == NULL)
		return fault_of(FAULT_LIMIT, "memory for the agenda");
	struct fault fault = gather_extras(&agenda, &request->target);
	if (fault_is(fault)) {
		free(agenda.extras);
		return fault;
	}
	agenda.out = answer_begin(agenda.answer);
	write_day(agenda.out, "day", agenda.day);
	writer_number(agenda.out, "drafts_left_out", agenda.left_out);
	writer_list(agenda.out, "due");
	fault = casebook_agenda(profile_book(profile), agenda.day, tell_due, &agenda);
	if (!fault_is(fault))
		(void)tell_extras(&agenda, NULL);
	writer_list_end(agenda.out);
	free(agenda.extras);
	gate_hidden(agenda.gate, agenda.out);
	return answer_end(agenda.answer, fault);
}
