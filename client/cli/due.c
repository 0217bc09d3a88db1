/* due - what asks for attention: the agenda of a day, conflicts, and own changes that
 * the administrator has to decide on or has rejected. */
#include <inttypes.h>
#include <stdio.h>

#include "base/civil.h"
#include "day.h"
#include "fill.h"
#include "say.h"
#include "verbs.h"

/* ---- agenda -------------------------------------------------------------------------------- */
struct agenda_print { char section[16], class[16]; bool is_urgent; };

/* The section stands at the first of its rows alone. */
static const char *section_cell(struct agenda_print *print, struct json due)
{
	const char *section = say_text(json_member(due, "section"));
	if (strcmp(section, print->section) == 0)
		return "";
	snprintf(print->section, sizeof print->section, "%s", section);
	*print->class = '\0';
	print->is_urgent = print->is_urgent || strcmp(section, "URGENT") == 0;
	return say_text(json_member(due, "section_label"));
}

/* And how near it is at the first of those alike; of what is urgent the section says it. */
static const char *class_cell(struct agenda_print *print, struct json due)
{
	const char *class = say_text(json_member(due, "class"));
	if (strcmp(class, print->class) == 0 || strcmp(class, "URGENT") == 0)
		return "";
	snprintf(print->class, sizeof print->class, "%s", class);
	return say_text(json_member(due, "class_label"));
}

static void gather_due(void *ctx, struct json object)
{
	struct json name, due;
	char counted[DAY_BYTES], actable[DAY_BYTES], when[DAY_BYTES * 2];
	if (say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "due")); json_next(&walk, &name, &due);) {
		day_text(json_member(due, "counted"), counted);
		day_text(json_member(due, "actable"), actable);
		const char *time = strstr(say_time_ms(json_member(due, "at_ms")), "klo");
		snprintf(when, sizeof when, "%s%s%s", counted, time != NULL ? " " : "", time != NULL ? time : "");
		const char *section = section_cell(ctx, due);
		const char *cells[] = { section, class_cell(ctx, due), when, strcmp(counted, actable) != 0 ? actable : "",
					say_text(json_member(due, "label")), say_text(json_member(due, "rule")),
					say_text(json_member(json_member(due, "client"), "title")),
					say_text(json_member(due, "title")), say_short_id(json_member(due, "id")) };
		say_table_row(cells);
	}
	if (say_integer(object, "drafts_left_out") != 0)
		say_note("and %" PRId64 " drafts more: jalka drafts", say_integer(object, "drafts_left_out"));
}

int verbs_agenda(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "", "", SAY_TEXT }, { "", "", SAY_TEXT }, { "", "DUE", SAY_TEXT }, { "", "AT THE LATEST", SAY_TEXT }, { "", "WHAT", SAY_TEXT },
		{ "", "RULE", SAY_TEXT }, { "", "CLIENT", SAY_TEXT }, { "", "TITLE", SAY_TEXT }, { "", "ID", SAY_ID },
	};
	struct agenda_print print = { .section = "" };
	int32_t days;
	if (argc > 1)
		command_usage(c, "one day is expected");
	if (argc == 1 && !civil_read_date(span_text(argv[0]), &days))
		command_usage(c, "the day must be like 2026-11-03");
	jalka_Request *request = link_request(jalka_Request_agenda_tag);
	if (argc == 1)
		LINK_PUT(request->call.agenda.day, argv[0], "the day");
	if (c->options[COMMAND_LANG] != NULL)
		LINK_PUT(request->call.agenda.lang, c->options[COMMAND_LANG], "--lang");
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), request, gather_due, &print);
	if (!say_style()->json && print.is_urgent)
		say_line("112 first where life is in danger; whom else to call: jalka emergency CLIENT");
	say_table_end("nothing is due");
	return SAY_OK;
}

/* ---- quarantine ------------------------------------------------------------------------------ */
static void print_quarantined(struct json item)
{
	say_line("%s %s, written %s: %s (%s)", say_text(json_member(item, "type")), say_short_id(json_member(item, "id")),
		 say_time_ms(json_member(item, "stamp_ms")),
		 json_text_is(json_member(item, "verdict"), "REJECTED") ? "rejected" : "waits for a decision",
		 say_text(json_member(item, "why")));
	if (say_true(item, "here"))
		say_object(json_member(item, "fields"), 4);
	else
		say_line("    its case %s has left this device, and the text with it: nobody can read it here any more",
			 say_short_id(json_member(item, "case_id")));
}

static void gather_quarantined(void *ctx, struct json object)
{
	struct json name, item;
	bool *any = ctx;
	if (say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "quarantine")); json_next(&walk, &name, &item);) {
		print_quarantined(item);
		*any = true;
	}
}

int verbs_quarantine(struct command_context *c, int argc, char **argv)
{
	bool any = false;
	(void)argv;
	if (argc != 0)
		command_usage(c, "no argument is expected");
	link_call(command_link(c), link_request(jalka_Request_quarantine_tag), gather_quarantined, &any);
	if (!any && !say_style()->json)
		say_note("nothing waits for a decision, nothing was rejected");
	return SAY_OK;
}

/* ---- conflicts ------------------------------------------------------------------------------ */
static void print_sibling(struct json sibling)
{
	struct json by = json_member(sibling, "by");
	const char *name = say_text(json_member(by, "name"));
	say_line("    %-8s %s   %s%s%s, %s", say_true(by, "mine") ? "mine" : "theirs",
		 say_true(sibling, "cleared") ? "[cleared]" : say_value(json_member(sibling, "value")), name, *name != 0 ? ", " : "",
		 say_short_id(json_member(by, "node")), say_time_ms(json_member(sibling, "at_ms")));
}

static void print_conflicts(void *ctx, struct json object)
{
	size_t *count = ctx;
	struct json name, conflict, sibling;
	struct json list = json_member(object, "conflicts");
	bool is_said = say_json(object);
	for (struct json_walk walk = json_walk(list); json_next(&walk, &name, &conflict);) {
		(*count)++;
		if (is_said)
			continue;
		say_line("%s  %s  %s", say_text(json_member(conflict, "type")), say_text(json_member(conflict, "title")),
			 say_text(json_member(conflict, "field")));
		for (struct json_walk s = json_walk(json_member(conflict, "siblings")); json_next(&s, &name, &sibling);)
			print_sibling(sibling);
		say_line("    settle: jalka conflicts choose %s %s mine|theirs|VALUE", say_short_id(json_member(conflict, "id")),
			 say_text(json_member(conflict, "field")));
	}
}

int verbs_conflicts(struct command_context *c, int argc, char **argv)
{
	size_t count = 0;
	(void)argv;
	if (argc > 0)
		command_usage(c, "no arguments are expected");
	link_call(command_link(c), link_request(jalka_Request_conflicts_tag), print_conflicts, &count);
	if (count == 0)
		say_note("no conflicts");
	return count == 0 ? SAY_OK : SAY_CONFLICTS;
}

/* The value to keep, as JSON, and the token of the read it was seen in. */
struct choice {
	const char *field;
	bool mine;
	bool known, asks;       /* the field is in the record; two changed it apart */
	size_t matching;        /* siblings that are mine, or theirs */
	uint64_t token;
	char type[FILL_NAME_BYTES], id[FILL_ID_BYTES];
	size_t len;
	char value[60000];
};

static void take_sibling(struct choice *choice, struct json sibling)
{
	struct json value = json_member(sibling, "value");
	if (say_true(json_member(sibling, "by"), "mine") != choice->mine)
		return;
	if (choice->matching++ != 0)
		return;
	bool cleared = say_true(sibling, "cleared") || value.type == JSON_ABSENT;
	struct span text = cleared ? span_text("null") : value.text;
	if (text.len > sizeof choice->value)
		say_die(SAY_FAILED, "the value is too long");
	memcpy(choice->value, text.data, text.len);
	choice->len = text.len;
}

static void take_choice(void *ctx, struct json object)
{
	struct choice *choice = ctx;
	struct json name, field, sibling, record = json_member(object, "record");
	if (record.type == JSON_ABSENT)
		return;
	choice->token = (uint64_t)say_integer(object, "token");
	snprintf(choice->type, sizeof choice->type, "%s", say_text(json_member(record, "type")));
	snprintf(choice->id, sizeof choice->id, "%s", say_text(json_member(record, "id")));
	for (struct json_walk walk = json_walk(json_member(record, "info")); json_next(&walk, &name, &field);) {
		if (!json_text_is(json_member(field, "field"), choice->field))
			continue;
		choice->known = true;
		choice->asks = say_true(field, "conflict");
		for (struct json_walk s = json_walk(json_member(field, "siblings")); json_next(&s, &name, &sibling);)
			take_sibling(choice, sibling);
	}
}

int verbs_conflicts_choose(struct command_context *c, int argc, char **argv)
{
	static struct choice choice;
	static char body[sizeof choice.value + 256];
	if (argc != 3)
		command_usage(c, "a record, a field and a choice are expected");
	bool mine = strcmp(argv[2], "mine") == 0, theirs = strcmp(argv[2], "theirs") == 0;
	choice.field = argv[1];
	choice.mine = mine;
	jalka_Request *request = link_request(jalka_Request_show_tag);
	LINK_PUT(request->call.show.id, argv[0], "the id");
	link_call(command_link(c), request, take_choice, &choice);
	if (!choice.known)
		say_die(SAY_FAILED, "the record has no field %s", say_clean(argv[1]));
	if (!choice.asks)
		say_die(SAY_FAILED, "nobody changed %s apart: there is nothing to choose; jalka conflicts lists what is", say_clean(argv[1]));
	if ((mine || theirs) && choice.matching != 1)
		say_die(SAY_FAILED, "%zu values are %s; give the value itself", choice.matching, mine ? "mine" : "theirs");
	request = fill_write(c, choice.type);
	LINK_PUT(request->call.write.record_id, choice.id, "the id");
	request->call.write.token = choice.token;
	if (mine || theirs) {
		struct wire_out out;
		wire_out_init(&out, body, sizeof body);
		json_put(&out, "{");
		json_put_text(&out, span_text(argv[1]));
		json_put(&out, ":");
		wire_put_raw(&out, span_of(choice.value, choice.len));
		json_put(&out, "}");
		link_body(&request->call.write, wire_out_span(&out));
	} else {
		fill_default(c, request, 0, NULL, argv[1], argv[2]);
	}
	return fill_send(c, request);
}
