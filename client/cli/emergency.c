/* emergency - whom to call now: 112 before anything else, then the emergency social
 * service of the client's municipality and the places there that have a phone.
 *
 * 112 is told without a daemon, without a vault and without a network.
 */
#include <stdio.h>

#include "fill.h"
#include "say.h"
#include "verbs.h"

enum { PLACES_MAX = 64 };

struct places {
	const char *municipality; /* "": of all */
	char ids[PLACES_MAX][FILL_ID_BYTES];
	size_t count;
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

static void gather_ids(void *ctx, struct json object)
{
	struct places *places = ctx;
	struct json name, record;
	for (struct json_walk walk = json_walk(json_member(object, "records")); json_next(&walk, &name, &record);)
		if (places->count < PLACES_MAX)
			snprintf(places->ids[places->count++], FILL_ID_BYTES, "%s", say_text(json_member(record, "id")));
}

static void take_municipality(void *ctx, struct json object)
{
	snprintf(ctx, FILL_TITLE_BYTES, "%s",
		 say_text(json_member(json_member(json_member(object, "record"), "fields"), "municipality")));
}

static void print_municipality(void *ctx, struct json object)
{
	const struct places *places = ctx;
	struct json fields = json_member(json_member(object, "record"), "fields");
	const char *name = say_text(json_member(fields, "name")), *phone = say_text(json_member(fields, "emergency_phone"));
	if (*phone != 0 && (*places->municipality == 0 || strcmp(name, places->municipality) == 0))
		say_number(phone, "emergency social service (sosiaalipäivystys)", name, "");
}

static void print_point(void *ctx, struct json object)
{
	const struct places *places = ctx;
	struct json fields = json_member(json_member(object, "record"), "fields");
	const char *phone = say_text(json_member(fields, "phone"));
	bool is_duty = json_text_is(json_member(fields, "kind"), "EMERGENCY_DUTY");
	bool is_here = strcmp(say_text(json_member(fields, "municipality")), places->municipality) == 0;
	/* Without a client all duties are told; with one, also the places of the client's municipality. */
	if (*phone != 0 && (is_here || (is_duty && *places->municipality == 0)))
		say_number(phone, say_text(json_member(fields, "name")), is_duty ? "on duty" : say_text(json_member(fields, "kind")),
			   say_text(json_member(fields, "hours")));
}

static void each_of(struct command_context *c, const char *type, link_answer_fn *print, struct places *places)
{
	jalka_Request *request = link_request(jalka_Request_list_tag);
	LINK_PUT(request->call.list.type, type, "the type");
	places->count = 0;
	link_call(command_link(c), request, gather_ids, places);
	for (size_t i = 0; i < places->count; i++) {
		request = link_request(jalka_Request_show_tag);
		LINK_PUT(request->call.show.id, places->ids[i], "the id");
		link_call(command_link(c), request, print, places);
	}
}

int verbs_emergency(struct command_context *c, int argc, char **argv)
{
	static struct places places;
	static char municipality[FILL_TITLE_BYTES];
	struct fill_found client;
	if (argc > 1)
		command_usage(c, "one client is expected, or none");
	say_number("112", "danger to life: call first (hätänumero)", "", "");
	places.municipality = municipality;
	if (argc == 1) {
		fill_find_client(c, argv[0], &client);
		jalka_Request *request = link_request(jalka_Request_show_tag);
		LINK_PUT(request->call.show.id, client.id, "the client");
		link_call(command_link(c), request, take_municipality, municipality);
	}
	each_of(c, "municipality", print_municipality, &places);
	each_of(c, "service_point", print_point, &places);
	return SAY_OK;
}
