/* emergency - whom to call now: 112 before anything else, then the emergency social
 * service of the client's municipality and the places there that have a phone.
 *
 * 112 is told without a daemon, without a vault and without a network.
 */
#include <stdio.h>

#include "fill.h"
#include "say.h"
#include "verbs.h"

/* Where the client lives, under its names in both languages. */
struct here {
	char municipality[FILL_TITLE_BYTES], name[FILL_TITLE_BYTES], swedish[FILL_TITLE_BYTES];
	bool is_known; /* it stands in the reference data: what is not here is left out */
};

static void say_number(const char *phone, const char *what, const char *where, const char *hours)
{
	static char line[1024];
	struct wire_out out;
	if (!say_style()->json) {
		say_line("%-16s %s%s%s%s%s", phone, what, *where != 0 ? ", " : "", where, *hours != 0 ? ", " : "", hours);
		return;
	}
	wire_out_init(&out, line, sizeof line);
	json_put(&out, "{\"v\":1,\"phone\":");
	json_put_text(&out, span_text(phone));
	json_put(&out, ",\"what\":");
	json_put_text(&out, span_text(what));
	json_put(&out, ",\"where\":");
	json_put_text(&out, span_text(where));
	json_put(&out, ",\"hours\":");
	json_put_text(&out, span_text(hours));
	json_put(&out, "}");
	struct span text = wire_out_span(&out);
	say_line("%.*s", (int)text.len, (const char *)text.data);
}

static void take_municipality(void *ctx, struct json object)
{
	snprintf(ctx, FILL_TITLE_BYTES, "%s",
		 say_text(json_member(json_member(json_member(object, "record"), "fields"), "municipality")));
}

static void find_here(struct here *here, struct json municipalities)
{
	struct json name, item;
	for (struct json_walk walk = json_walk(municipalities); json_next(&walk, &name, &item);) {
		struct json fields = json_member(item, "fields");
		snprintf(here->name, sizeof here->name, "%s", say_text(json_member(fields, "name")));
		snprintf(here->swedish, sizeof here->swedish, "%s", say_text(json_member(fields, "name_sv")));
		here->is_known = strcmp(here->municipality, here->name) == 0 || strcmp(here->municipality, here->swedish) == 0;
		if (here->is_known)
			return;
	}
}

/* A place of no municipality serves all. */
static bool is_here(const struct here *here, const char *municipality)
{
	return !here->is_known || *municipality == 0 || strcmp(municipality, here->name) == 0 ||
	       strcmp(municipality, here->swedish) == 0;
}

static void say_place(const struct here *here, struct json place, const char *what)
{
	struct json fields = json_member(place, "fields");
	const char *phone = say_text(json_member(fields, "phone"));
	if (*phone != 0 && is_here(here, say_text(json_member(fields, "municipality"))))
		say_number(phone, say_text(json_member(fields, "name")), what, say_text(json_member(fields, "hours")));
}

/* Duties first; where the client's municipality is known, also its other places that have a phone. */
static void print_numbers(void *ctx, struct json object)
{
	struct here *here = ctx;
	struct json name, item;
	if (*here->municipality != 0 && !here->is_known)
		find_here(here, json_member(object, "municipalities"));
	for (struct json_walk walk = json_walk(json_member(object, "emergency")); json_next(&walk, &name, &item);) {
		const char *municipality = say_text(json_member(item, "municipality"));
		if (json_member(item, "fields").type == JSON_OBJECT)
			say_place(here, item, "on duty");
		else if (!json_text_is(json_member(item, "kind"), "EMERGENCY_NUMBER") && is_here(here, municipality))
			say_number(say_text(json_member(item, "phone")), "emergency social service (sosiaalipäivystys)", municipality, "");
	}
	for (struct json_walk walk = json_walk(json_member(object, "places")); here->is_known && json_next(&walk, &name, &item);)
		if (json_text_is(json_member(item, "type"), "service_point"))
			say_place(here, item, say_text(json_member(item, "kind_label")));
}

int verbs_emergency(struct command_context *c, int argc, char **argv)
{
	static struct here here;
	struct fill_found client;
	if (argc > 1)
		command_usage(c, "one client is expected, or none");
	say_number("112", "danger to life: call first (hätänumero)", "", "");
	if (argc == 1) {
		fill_find_client(c, argv[0], &client);
		jalka_Request *request = link_request(jalka_Request_show_tag);
		LINK_PUT(request->call.show.id, client.id, "the client");
		link_call(command_link(c), request, take_municipality, here.municipality);
	}
	jalka_Request *request = link_request(jalka_Request_reference_tag);
	LINK_PUT(request->call.reference.what, "places", "");
	link_call(command_link(c), request, print_numbers, &here);
	return SAY_OK;
}
