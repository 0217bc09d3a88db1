/* node - the verbs about this device: vault, enrolment, connection. */
#include <inttypes.h>
#include <string.h>

#include "base/civil.h"
#include "fill.h"
#include "prompt.h"
#include "say.h"
#include "verbs.h"

/* For answers whose one fact is that it went well. */
static void say_done(void *ctx, struct json object)
{
	if (!say_json(object))
		say_note("%s", (const char *)ctx);
}

static void none_expected(struct command_context *c, int argc)
{
	if (argc > 0)
		command_usage(c, "no arguments are expected");
}

/* Whole days, the begun one counted; 0: no lease runs, or there is plenty of time. */
static int64_t days_left(struct json s)
{
	const int64_t day_ms = 24 * 3600 * 1000, told_days = 7;
	int64_t left_ms = say_integer(s, "lease_left_ms");
	return say_integer(s, "lease_days") == 0 || left_ms >= told_days * day_ms ? 0 : (left_ms + day_ms - 1) / day_ms;
}

/* What there is to do when the device asks for contact before it opens. */
static void say_waiting(struct json s)
{
	int64_t unsent = say_integer(s, "unreceipted");
	if (json_text_is(json_member(s, "sync"), "revoked")) {
		say_note("This device has been revoked: call the administrator. What was not sent goes to the centre first.");
		return;
	}
	if (say_true(s, "suspended")) {
		say_note("This device is suspended: call the administrator. %" PRId64 " unsent entries are safe.", unsent);
		return;
	}
	say_note("This device has been out of contact for more than %" PRId64 " days, and asks for contact before it opens.\n"
		 "Connect it to the network: it opens by itself. %" PRId64 " unsent entries are safe.", say_integer(s, "lease_days"), unsent);
}

struct opening { const char *done; bool is_waiting; };

static void print_opened(void *ctx, struct json s)
{
	struct opening *opening = ctx;
	opening->is_waiting = json_text_is(json_member(s, "vault"), "waiting");
	if (say_json(s))
		return;
	if (opening->is_waiting) {
		say_waiting(s);
		return;
	}
	say_note("%s", opening->done);
	if (days_left(s) != 0)
		say_note("Connect to the network within %" PRId64 " days: after that this device asks for contact before it opens.", days_left(s));
}

int verbs_open_with(struct link *link, jalka_Request *request, const char *done)
{
	struct opening opening = { .done = done };
	link_call(link, request, print_opened, &opening);
	return opening.is_waiting ? SAY_LOCKED : SAY_OK;
}

static int open_vault(struct command_context *c, pb_size_t call, bool twice, char *done)
{
	char passphrase[PROMPT_PASSPHRASE_BYTES];
	struct link *link = command_link(c); /* no passphrase is asked for when no daemon is there */
	prompt_passphrase(c->options[COMMAND_PASSPHRASE_FILE], twice, passphrase);
	jalka_Request *request = link_request(call);
	if (call == jalka_Request_init_tag)
		LINK_PUT(request->call.init.passphrase, passphrase, "the passphrase");
	else
		LINK_PUT(request->call.unlock.passphrase, passphrase, "the passphrase");
	explicit_bzero(passphrase, sizeof passphrase);
	return verbs_open_with(link, request, done);
}

int verbs_init(struct command_context *c, int argc, char **argv)
{
	(void)argv;
	none_expected(c, argc);
	static char done[] = "the vault is made and open; next: jalka enrol CODE";
	return open_vault(c, jalka_Request_init_tag, true, done);
}

int verbs_unlock(struct command_context *c, int argc, char **argv)
{
	(void)argv;
	none_expected(c, argc);
	static char done[] = "open";
	return open_vault(c, jalka_Request_unlock_tag, false, done);
}

int verbs_lock(struct command_context *c, int argc, char **argv)
{
	(void)argv;
	none_expected(c, argc);
	static char done[] = "locked: keys are out of memory, data stays";
	link_call(command_link(c), link_request(jalka_Request_lock_tag), say_done, done);
	return SAY_OK;
}

/* ---- enrol -------------------------------------------------------------------------------- */
static void print_words(void *ctx, struct json object)
{
	(void)ctx;
	if (say_json(object))
		return;
	say_line("%s", say_text(json_member(object, "words")));
	say_note("Compare these words with the administrator's screen; nothing is received before they are confirmed there.");
	if (json_text_is(json_member(object, "disk"), "NOT_ENCRYPTED"))
		say_note("The disk of this machine is not encrypted: tell the administrator.");
}

int verbs_enrol(struct command_context *c, int argc, char **argv)
{
	if (argc != 1)
		command_usage(c, "one code is expected");
	const char *code = argv[0];
	char line[512];
	if (strcmp(code, "-") == 0) {
		struct span text = fill_read_file("-");
		size_t len = 0;
		while (len < text.len && text.data[len] != '\n' && len < sizeof line - 1)
			len++;
		memcpy(line, text.data, len);
		line[len] = 0;
		code = line;
	}
	jalka_Request *request = link_request(jalka_Request_enrol_tag);
	LINK_PUT(request->call.enrol.code, code, "the code");
	if (c->options[COMMAND_SERIAL] != NULL)
		LINK_PUT(request->call.enrol.serial, c->options[COMMAND_SERIAL], "--serial");
	link_call(command_link(c), request, print_words, NULL);
	return SAY_OK;
}

/* ---- status ------------------------------------------------------------------------------- */
static void line_if(const char *label, const char *text)
{
	if (*text != 0)
		say_line("%-14s %s", label, text);
}

static void print_central(struct json s)
{
	line_if("address", say_text(json_member(s, "address")));
	line_if("identity", say_text(json_member(s, "identity")));
	say_line("%-14s %" PRId64 " connected, %" PRId64 " sessions since the start", "devices", say_integer(s, "links"),
		 say_integer(s, "sessions"));
	say_line("%-14s %" PRId64 " accepted, %" PRId64 " quarantined, last order %" PRId64, "deltas", say_integer(s, "accepted"),
		 say_integer(s, "quarantined"), say_integer(s, "last_order"));
	if (say_integer(s, "glass_unseen") != 0)
		say_line("%-14s %" PRId64 " times the glass was broken and nobody has looked yet: jalka admin access --break-glass",
			 "to look at", say_integer(s, "glass_unseen"));
	if (say_integer(s, "drafts_old") != 0)
		say_line("%-14s %" PRId64 " drafts are unsigned after three working days: jalka admin drafts", "to look at",
			 say_integer(s, "drafts_old"));
}

static void print_unsent(struct json s)
{
	int64_t unreceipted = say_integer(s, "unreceipted"), quarantined = say_integer(s, "quarantined");
	if (unreceipted == 0)
		say_line("%-14s everything written here has its receipt", "to send");
	else
		say_line("%-14s %" PRId64 " changes without receipt, the oldest of %s", "to send", unreceipted,
			 say_time_ms(json_member(s, "oldest_unreceipted_ms")));
	if (quarantined != 0)
		say_line("%-14s %" PRId64 " changes wait for the administrator's decision: jalka quarantine", "", quarantined);
	if (say_integer(s, "rejected") != 0)
		say_line("%-14s %" PRId64 " changes were rejected: jalka quarantine", "", say_integer(s, "rejected"));
}

/* Seconds, where they are worth telling; else 0. */
static int64_t clock_off_s(struct json s)
{
	int64_t offset_s = say_integer(s, "clock_offset_ms") / 1000;
	return offset_s > 300 || offset_s < -300 ? offset_s : 0;
}

static void print_field(struct json s)
{
	const char *last = say_time_ms(json_member(s, "last_contact_ms"));
	line_if("worker", say_text(json_member(s, "holder_name")));
	line_if("device", say_text(json_member(s, "node")));
	say_line("%-14s %s%s", "connection", say_text(json_member(s, "sync")),
		 json_member(s, "online").type == JSON_FALSE ? " (set offline: jalka sync --online)" : "");
	if (json_text_is(json_member(s, "sync"), "enrolling"))
		line_if("words", say_text(json_member(s, "words")));
	say_line("%-14s %s", "last contact", *last != 0 ? last : "never");
	print_unsent(s);
	say_line("%-14s %" PRId64 " held, %" PRId64 " still arriving", "cases", say_integer(s, "cases"), say_integer(s, "backlogs"));
	if (say_integer(s, "drafts") != 0)
		say_line("%-14s %" PRId64 " not signed: jalka drafts", "drafts", say_integer(s, "drafts"));
	if (say_integer(s, "conflicts") != 0)
		say_line("%-14s %" PRId64 " to settle: jalka conflicts", "conflicts", say_integer(s, "conflicts"));
	int64_t offset_s = clock_off_s(s);
	if (offset_s != 0)
		say_line("%-14s this device's clock is %" PRId64 " s off", "clock", offset_s);
	if (!json_text_is(json_member(s, "sync"), "idle")) /* connected: what went wrong before is over */
		line_if("trouble", say_text(json_member(s, "last_error")));
	if (days_left(s) != 0)
		say_line("%-14s connect within %" PRId64 " days: after that this device asks for contact before it opens", "lease", days_left(s));
	if (say_integer(s, "rescue_missing") != 0 || *say_text(json_member(s, "rescue_trouble")) != '\0')
		say_line("%-14s %" PRId64 " changes are not sealed for the organiser: %s", "rescue", say_integer(s, "rescue_missing"),
			 say_text(json_member(s, "rescue_trouble")));
}

static void print_waiting(struct json s)
{
	const char *last = say_time_ms(json_member(s, "last_contact_ms"));
	say_line("%-14s %s", "connection", say_text(json_member(s, "sync")));
	say_line("%-14s %s", "last contact", *last != 0 ? last : "never");
	line_if("trouble", say_text(json_member(s, "last_error")));
	say_waiting(s);
}

static void print_status(void *ctx, struct json s)
{
	bool *locked = ctx;
	bool waits = json_text_is(json_member(s, "vault"), "waiting");
	*locked = waits || json_text_is(json_member(s, "vault"), "locked");
	if (say_json(s))
		return;
	say_line("%-14s %s", "vault", say_text(json_member(s, "vault")));
	if (json_text_is(json_member(s, "role"), "central"))
		print_central(s);
	else if (json_text_is(json_member(s, "vault"), "open"))
		print_field(s);
	else if (waits)
		print_waiting(s);
	else if (*locked)
		say_note("jalka unlock opens it");
	else
		say_note("jalka init makes it");
}

int verbs_status(struct command_context *c, int argc, char **argv)
{
	bool locked = false;
	(void)argv;
	none_expected(c, argc);
	link_call(command_link(c), link_request(jalka_Request_status_tag), print_status, &locked);
	return locked ? SAY_LOCKED : SAY_OK;
}

/* ---- sync, rebuild -------------------------------------------------------------------------- */
/* What a worker back from the field wants to know: is it all sent, is anything left to do. */
static void print_after(void *ctx, struct json s)
{
	(void)ctx;
	if (say_integer(s, "unreceipted") == 0)
		say_note("everything written here has its receipt");
	if (say_integer(s, "conflicts") != 0)
		say_note("%" PRId64 " conflicts to settle: jalka conflicts", say_integer(s, "conflicts"));
	if (say_integer(s, "drafts") != 0)
		say_note("%" PRId64 " drafts are not signed and were not sent: jalka drafts", say_integer(s, "drafts"));
	if (say_integer(s, "rejected") != 0)
		say_note("%" PRId64 " changes were rejected: jalka quarantine", say_integer(s, "rejected"));
	if (clock_off_s(s) != 0)
		say_note("this device's clock is %" PRId64 " s off: set it right", clock_off_s(s));
}

static void print_sync(void *ctx, struct json s)
{
	(void)ctx;
	if (say_json(s))
		return;
	say_line("%s%s", say_text(json_member(s, "sync")), json_member(s, "online").type == JSON_FALSE ? ", set offline" : "");
	if (say_integer(s, "bytes_sent") != 0)
		say_note("%" PRId64 " round trips, %" PRId64 " B sent, %" PRId64 " B received, %" PRId64 " ms",
			 say_integer(s, "round_trips"), say_integer(s, "bytes_sent"), say_integer(s, "bytes_received"),
			 say_integer(s, "took_ms"));
	if (say_integer(s, "unreceipted") != 0)
		say_note("%" PRId64 " changes are still without receipt", say_integer(s, "unreceipted"));
	if (say_integer(s, "quarantined") != 0)
		say_note("%" PRId64 " changes wait for the administrator's decision", say_integer(s, "quarantined"));
}

int verbs_sync(struct command_context *c, int argc, char **argv)
{
	(void)argv;
	none_expected(c, argc);
	jalka_Request *request = link_request(jalka_Request_sync_tag);
	request->call.sync.wait = c->options[COMMAND_WAIT] != NULL;
	request->call.sync.offline = c->options[COMMAND_OFFLINE] != NULL;
	request->call.sync.online = c->options[COMMAND_ONLINE] != NULL;
	if (request->call.sync.offline && (request->call.sync.online || request->call.sync.wait))
		command_usage(c, "--offline goes with neither --online nor --wait");
	bool waited = request->call.sync.wait;
	link_call(command_link(c), request, print_sync, NULL);
	if (waited && !say_style()->json)
		link_call(command_link(c), link_request(jalka_Request_status_tag), print_after, NULL);
	return SAY_OK;
}

static void print_rebuilt(void *ctx, struct json object)
{
	bool *same = ctx;
	*same = say_true(object, "same");
	if (!say_json(object))
		say_line("%s %s", say_text(json_member(object, "digest")), *same ? "as before" : "DIFFERS from before");
}

int verbs_rebuild(struct command_context *c, int argc, char **argv)
{
	bool same = false;
	(void)argv;
	none_expected(c, argc);
	link_call(command_link(c), link_request(jalka_Request_rebuild_tag), print_rebuilt, &same);
	return same ? SAY_OK : SAY_FAILED;
}
