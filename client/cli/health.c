/* health - how devices and the central node fare, and which records wait for a choice. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "say.h"
#include "verbs.h"

static jalka_Request *ask(const char *verb)
{
	jalka_Request *request = link_request(jalka_Request_admin_tag);
	LINK_PUT(request->call.admin.verb, verb, "the verb");
	return request;
}

static void no_arguments(struct command_context *c, int argc)
{
	if (argc > 0)
		command_usage(c, "too many arguments");
}

/* ---- devices ---- */

enum { CELL_BYTES = 256 };

/* "1.5 GiB" */
static const char *bytes_text(int64_t bytes, char out[static CELL_BYTES])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double value = (double)bytes;
	size_t unit = 0;
	for (; value >= 1024 && unit + 1 < sizeof units / sizeof *units; unit++)
		value /= 1024;
	snprintf(out, CELL_BYTES, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
	return out;
}

/* "CONNECT 3, STORE 1" */
static const char *failures_text(struct json list, char out[static CELL_BYTES])
{
	struct json failure, name;
	size_t len = 0;
	out[0] = '\0';
	for (struct json_walk walk = json_walk(list); json_next(&walk, &name, &failure);) {
		int n = snprintf(out + len, CELL_BYTES - len, "%s%s %" PRId64, len == 0 ? "" : ", ", say_text(json_member(failure, "cause")),
				 say_integer(failure, "count"));
		if (n < 0 || (size_t)n >= CELL_BYTES - len)
			break;
		len += (size_t)n;
	}
	return out;
}

static const char *unsent_text(struct json device, char out[static CELL_BYTES])
{
	int64_t unsent = say_integer(device, "unsent");
	if (unsent == 0)
		return "";
	snprintf(out, CELL_BYTES, "%" PRId64 " since %s", unsent, say_time_ms(json_member(device, "oldest_unsent_ms")));
	return out;
}

static void device_row(struct json device)
{
	static char unsent[CELL_BYTES], room[CELL_BYTES], failures[CELL_BYTES], version[CELL_BYTES];
	bool has_room = say_integer(device, "disk_bytes") > 0;
	snprintf(version, sizeof version, "%s%s", say_text(json_member(device, "version")), say_true(device, "version_old") ? " (old)" : "");
	const char *cells[] = {
		say_short_id(json_member(device, "node")), say_text(json_member(device, "holder_name")), say_text(json_member(device, "state")),
		say_true(device, "connected") ? "now" : say_time_ms(json_member(device, "last_contact_ms")), unsent_text(device, unsent),
		version, has_room ? bytes_text(say_integer(device, "free_bytes"), room) : "",
		failures_text(json_member(device, "failures"), failures), say_time_ms(json_member(device, "last_lock_ms")),
		say_value(json_member(device, "alerts")),
	};
	say_table_row(cells);
}

/* What each alert that somebody has means. */
static void print_alerts(struct json list)
{
	struct json alert, name;
	for (struct json_walk walk = json_walk(list); json_next(&walk, &name, &alert);)
		if (say_integer(alert, "devices") > 0)
			say_note("%s (%s, %" PRId64 "): %s", say_text(json_member(alert, "name")), say_text(json_member(alert, "level")),
				 say_integer(alert, "devices"), say_text(json_member(alert, "text")));
}

struct shown {
	struct json alerts;
	char text[8192]; /* of the last object: it is gone when the table is printed */
	size_t len;
};

static void take_health(void *ctx, struct json object)
{
	struct shown *shown = ctx;
	struct json device, name, alerts = json_member(object, "alerts");
	if (say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "devices")); json_next(&walk, &name, &device);)
		device_row(device);
	if (alerts.type == JSON_LIST && alerts.text.len < sizeof shown->text) {
		memcpy(shown->text, alerts.text.data, alerts.text.len);
		shown->len = alerts.text.len;
	}
}

int verbs_admin_health(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "", "DEVICE", SAY_TEXT }, { "", "WORKER", SAY_TEXT }, { "", "STATE", SAY_TEXT }, { "", "LAST CONTACT", SAY_TEXT },
		{ "", "UNSENT", SAY_TEXT }, { "", "VERSION", SAY_TEXT }, { "", "FREE", SAY_TEXT }, { "", "FAILURES", SAY_TEXT },
		{ "", "LAST LOCK", SAY_TEXT }, { "", "ALERTS", SAY_TEXT },
	};
	static struct shown shown;
	(void)argv;
	no_arguments(c, argc);
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), ask("health"), take_health, &shown);
	say_table_end("no devices; jalka admin enrol STAFF makes a code for one");
	struct json alerts;
	if (shown.len > 0 && json_read(span_of(shown.text, shown.len), &alerts, NULL))
		print_alerts(alerts);
	return SAY_OK;
}

/* ---- the central node ---- */

static void print_rate(struct json object, const char *key, const char *word)
{
	struct json rate = json_member(object, key);
	say_line("%-15s %" PRId64 " since its start; in the last minute %" PRId64 ", hour %" PRId64 ", day %" PRId64, word,
		 say_integer(rate, "total"), say_integer(rate, "minute"), say_integer(rate, "hour"), say_integer(rate, "day"));
}

static void print_backup(struct json backup)
{
	if (!say_true(backup, "kept"))
		say_line("%-15s none is kept", "backup");
	else
		say_line("%-15s %s; shows %s, up to order %" PRId64 "%s%s", "backup", say_text(json_member(backup, "phase")),
			 say_time_ms(json_member(backup, "last_ms")), say_integer(backup, "order"),
			 say_integer(backup, "failures") > 0 ? "; " : "", say_text(json_member(backup, "last_failure")));
}

static void print_epochs(struct json list)
{
	struct json epoch, name;
	for (struct json_walk walk = json_walk(list); json_next(&walk, &name, &epoch);) {
		bool is_first = json_text_is(json_member(epoch, "parent"), "");
		say_line("%-15s %s%s", say_true(epoch, "current") ? "epoch" : "", say_short_id(json_member(epoch, "epoch")),
			 is_first ? ", the first" : "");
		if (!is_first)
			say_line("%-15s from %s, orders up to %" PRId64 " inherited", "", say_short_id(json_member(epoch, "parent")),
				 say_integer(epoch, "inherited"));
	}
}

static void print_system(void *ctx, struct json object)
{
	static char store[CELL_BYTES], wal[CELL_BYTES], room[CELL_BYTES], memory[CELL_BYTES];
	struct json log = json_member(object, "log"), links = json_member(object, "links"), safe = json_member(object, "safe"), alert, name;
	(void)ctx;
	if (say_json(object))
		return;
	say_line("%-15s %s, since %s, %s of memory", "version", say_text(json_member(object, "version")),
		 say_time_ms(json_member(object, "started_ms")), bytes_text(say_integer(object, "memory_bytes"), memory));
	say_line("%-15s %" PRId64 " (%" PRId64 " devices in session, %" PRId64 " half-open)", "connections", say_integer(links, "connections"),
		 say_integer(links, "devices"), say_integer(links, "half_open"));
	say_line("%-15s %" PRId64 " entries; store %s, its log %s, free %s", "log", say_integer(log, "last_order"),
		 bytes_text(say_integer(log, "store_bytes"), store), bytes_text(say_integer(log, "wal_bytes"), wal),
		 bytes_text(say_integer(log, "free_bytes"), room));
	print_rate(object, "accepted", "accepted");
	print_rate(object, "quarantined", "quarantined");
	say_line("%-15s %" PRId64 " for a decision", "waiting", say_integer(object, "waiting"));
	say_line("%-15s order %" PRId64 " %s", "safe", say_integer(safe, "order"), say_time_ms(json_member(safe, "at_ms")));
	print_backup(json_member(object, "backup"));
	say_line("%-15s since %s", "keys", say_time_ms(json_member(json_member(object, "keys"), "static_since_ms")));
	print_epochs(json_member(object, "epochs"));
	for (struct json_walk walk = json_walk(json_member(object, "alerts")); json_next(&walk, &name, &alert);)
		say_note("%s (%s): %s", say_text(json_member(alert, "name")), say_text(json_member(alert, "level")),
			 say_text(json_member(alert, "text")));
}

int verbs_admin_system(struct command_context *c, int argc, char **argv)
{
	(void)argv;
	no_arguments(c, argc);
	link_call(command_link(c), ask("system"), print_system, NULL);
	return SAY_OK;
}

/* ---- conflicts ---- */

/* "Aino Laine 3.11. klo 14.30 / Ville Koski 4.11. klo 9.00" */
static const char *writers_text(struct json siblings, char out[static CELL_BYTES])
{
	struct json sibling, name;
	size_t len = 0;
	out[0] = '\0';
	for (struct json_walk walk = json_walk(siblings); json_next(&walk, &name, &sibling);) {
		int n = snprintf(out + len, CELL_BYTES - len, "%s%s %s", len == 0 ? "" : " / ",
				 say_text(json_member(json_member(sibling, "by"), "name")), say_time_ms(json_member(sibling, "at_ms")));
		if (n < 0 || (size_t)n >= CELL_BYTES - len)
			break;
		len += (size_t)n;
	}
	return out;
}

static void take_conflicts(void *ctx, struct json object)
{
	static char writers[CELL_BYTES];
	struct json conflict, field, name, complete = json_member(object, "complete");
	bool *is_complete = ctx;
	if (say_json(object))
		return;
	*is_complete = *is_complete && (complete.type == JSON_ABSENT || say_true(object, "complete"));
	for (struct json_walk walk = json_walk(json_member(object, "conflicts")); json_next(&walk, &name, &conflict);)
		for (struct json_walk in = json_walk(json_member(conflict, "fields")); json_next(&in, &name, &field);) {
			const char *cells[] = {
				say_short_id(json_member(conflict, "case_id")), say_short_id(json_member(conflict, "record_id")),
				say_text(json_member(conflict, "type")), say_text(json_member(field, "field")),
				say_time_ms(json_member(conflict, "since_ms")), writers_text(json_member(field, "siblings"), writers),
			};
			say_table_row(cells);
		}
}

int verbs_admin_conflicts(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "", "CASE", SAY_TEXT }, { "", "RECORD", SAY_TEXT }, { "", "TYPE", SAY_TEXT }, { "", "FIELD", SAY_TEXT },
		{ "", "SINCE", SAY_TEXT }, { "", "WRITTEN BY", SAY_TEXT },
	};
	bool is_complete = true;
	(void)argv;
	no_arguments(c, argc);
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), ask("conflicts"), take_conflicts, &is_complete);
	say_table_end("no record waits for a choice between values");
	if (!is_complete)
		say_note("The log is still being looked through: ask again in a moment.");
	return SAY_OK;
}
