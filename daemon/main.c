/* main - jalkad: wiring, the only file that knows every layer.
 *
 *   jalkad field   [options]
 *   jalkad central --dir DIR --listen ADDR:PORT [options]
 *   jalkad restore --from DIR --dir DIR [options]
 *   jalkad drill   --from DIR [options]
 *
 * What it is told stands in io/options; what the supervisor hands over in io/supervisor.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/api_unix.h"
#include "api/back.h"
#include "api/console.h"
#include "api/ops.h"
#include "api/profile.h"
#include "api/request.h"
#include "api/version.h"
#include "api/web_field.h"
#include "central/backup.h"
#include "central/drill.h"
#include "central/node.h"
#include "io/address.h"
#include "io/folder.h"
#include "io/logline.h"
#include "io/loop.h"
#include "io/options.h"
#include "io/place.h"
#include "io/supervisor.h"
#include "store/seal_vfs.h"

enum { EXIT_USAGE = 2 };

/* Some of a kilobyte each: not on the stack. */
static struct options options;
static struct folder folder;

static const char *option(enum options_name name)
{
	return options_text(&options, name);
}

/* ---- the process ---- */

/* No core dump, no other process of this user looks in, files for nobody else. */
static void close_up(void)
{
	struct rlimit none = { 0, 0 }, files;
	umask(077);
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

static int refuse(struct fault f)
{
	logline(LOGLINE_ERROR, "failed", LOGLINE_FIELDS(logline_text("why", f.what)));
	return f.kind == FAULT_CALLER ? EXIT_USAGE : EXIT_FAILURE;
}

/* ---- serving ---- */

/* The folders above a path that may not be there yet in a new account: of the user's
 * runtime folder, and of ~/.local/share. */
static void make_parents(const char *path)
{
	char parent[PATH_MAX];
	int n = snprintf(parent, sizeof parent, "%s", path);
	if (n < 1 || (size_t)n >= sizeof parent)
		return;
	for (char *end = strchr(parent + 1, '/'); end != NULL; end = strchr(end + 1, '/')) {
		*end = '\0';
		mkdir(parent, 0700); /* where it cannot be made, who opens the path says so */
		*end = '/';
	}
}

static struct fault open_api(struct loop *loop, struct request_target *target, struct api_unix **out)
{
	int handed = supervisor_socket("api");
	if (handed >= 0)
		return api_unix_open_handed(loop, handed, request_take, target, out);
	if (!options.values[OPTIONS_SOCKET].told)
		make_parents(option(OPTIONS_SOCKET));
	return api_unix_open(loop, option(OPTIONS_SOCKET), request_take, target, out);
}

/* Serves the API until a signal comes. */
static struct fault serve(struct loop *loop, struct request_target *target, const char *state)
{
	struct api_unix *api;
	FAULT_TRY(open_api(loop, target, &api));
	struct fault f = supervisor_ready(loop, state);
	if (!fault_is(f)) {
		logline(LOGLINE_NOTICE, "ready", NULL);
		loop_run(loop);
		supervisor_stopping();
	}
	supervisor_end();
	api_unix_close(api);
	return f;
}

/* ---- field ---- */

static struct fault listen_web(const char *port, int *fd)
{
	char words[32];
	struct place place;
	snprintf(words, sizeof words, "127.0.0.1:%s", port);
	FAULT_TRY(place_listen(words, &place));
	*fd = place.fd;
	return fault_none();
}

/* The port that was asked for; the usual one, when it is taken, gives way to a free one. */
static struct fault serve_web(struct loop *loop, struct request_target *target)
{
	int fd = supervisor_socket("web");
	bool is_off = strcmp(option(OPTIONS_WEB), "off") == 0;
	if (is_off && fd >= 0)
		close(fd);
	if (is_off)
		return fault_none();
	struct fault f = fd >= 0 ? fault_none() : listen_web(option(OPTIONS_WEB), &fd);
	if (fault_is(f) && !options.values[OPTIONS_WEB].told)
		f = listen_web("0", &fd);
	if (fault_is(f))
		return f.kind == FAULT_CALLER
			? fault_of(FAULT_CALLER, "port of the web client is not free: give another, or 0 for any free one") : f;
	FAULT_TRY(web_field_open(loop, fd, target->profile, &target->web));
	logline(LOGLINE_NOTICE, "web", LOGLINE_FIELDS(logline_number("port", web_field_port(target->web))));
	return fault_none();
}

static struct fault run_field(struct loop *loop)
{
	const char *key_file = option(OPTIONS_KEY_FILE);
	struct profile_config config = { .folder = &folder, .key_file = key_file,
					 .lock_after_ms = key_file != NULL ? 0 : options_number(&options, OPTIONS_LOCK_AFTER) * 1000 };
	struct request_target target = { .profile = NULL };
	FAULT_TRY(profile_new(loop, &config, &target.profile));
	struct fault f = key_file != NULL ? profile_open_with_key_file(target.profile) : fault_none();
	if (!fault_is(f))
		f = serve_web(loop, &target);
	if (!fault_is(f))
		f = serve(loop, &target, "a worker's daemon serves");
	web_field_close(target.web);
	profile_free(target.profile);
	return f;
}

/* ---- central ---- */

static struct alerts_limits read_alerts(void)
{
	return (struct alerts_limits){
		.contact_days = options_number(&options, OPTIONS_ALERT_CONTACT), .unsent_hours = options_number(&options, OPTIONS_ALERT_UNSENT),
		.disk_percent = options_number(&options, OPTIONS_ALERT_DISK), .clock_s = options_number(&options, OPTIONS_ALERT_CLOCK),
		.failures = options_number(&options, OPTIONS_ALERT_FAILURES),
		.quarantine_days = options_number(&options, OPTIONS_ALERT_QUARANTINE),
	};
}

static struct fault read_central(struct node_config *config, struct address *public)
{
	*config = (struct node_config){
		.folder = &folder, .key_file = option(OPTIONS_KEY_FILE), .deny_file = option(OPTIONS_DENY_FILE),
		.only_make = options_has(&options, OPTIONS_INIT_ONLY), .alerts = read_alerts(),
		.init = options_has(&options, OPTIONS_INIT) || options_has(&options, OPTIONS_INIT_ONLY),
		.restored = options_has(&options, OPTIONS_RESTORED), .override = options_has(&options, OPTIONS_OVERRIDE_DENY),
	};
	if (!config->only_make)
		FAULT_TRY(address_read(span_text(option(OPTIONS_LISTEN)), &config->listen));
	if (options_has(&options, OPTIONS_PUBLIC)) {
		FAULT_TRY(address_read(span_text(option(OPTIONS_PUBLIC)), public));
		config->public = public;
	}
	return fault_none();
}

static const struct backup_config *read_backup(struct backup_config *out)
{
	*out = (struct backup_config){
		.folder = option(OPTIONS_BACKUP), .command = option(OPTIONS_BACKUP_COMMAND),
		.every_ms = options_number(&options, OPTIONS_BACKUP_EVERY) * 1000,
		.base_every_ms = options_number(&options, OPTIONS_BACKUP_BASE) * 3600 * 1000,
		.keep_ms = options_number(&options, OPTIONS_BACKUP_KEEP) * 24 * 3600 * 1000,
	};
	return out->folder != NULL ? out : NULL;
}

static struct fault serve_ops(struct loop *loop, struct node *node, struct ops **out)
{
	if (strcmp(option(OPTIONS_OPS), "off") == 0)
		return fault_none();
	FAULT_TRY(ops_open(loop, option(OPTIONS_OPS), node, out));
	logline(LOGLINE_NOTICE, "ops", LOGLINE_FIELDS(logline_text("place", ops_place(*out))));
	return fault_none();
}

/* The place that was asked for; the usual one, when it is taken and no proxy looks for it there, gives way. */
static struct fault serve_console(struct loop *loop, struct request_target *target)
{
	const char *place = option(OPTIONS_CONSOLE), *origin = option(OPTIONS_CONSOLE_ORIGIN);
	struct place at;
	if (strcmp(place, "off") == 0)
		return fault_none();
	struct fault f = place_listen(place, &at);
	if (f.kind == FAULT_CALLER && !options.values[OPTIONS_CONSOLE].told && origin == NULL)
		f = place_listen("127.0.0.1:0", &at);
	if (f.kind == FAULT_CALLER)
		return fault_of(FAULT_CALLER, "place of the console is not free: give another, or off");
	FAULT_TRY(f);
	FAULT_TRY(console_open(loop, &at, origin, target->node, &target->console));
	logline(LOGLINE_NOTICE, "console", LOGLINE_FIELDS(logline_text("place", at.text), logline_text("origin", console_origin(target->console))));
	return fault_none();
}

static struct fault serve_central(struct loop *loop, struct request_target *target)
{
	struct ops *ops = NULL;
	logline(LOGLINE_NOTICE, "listening", LOGLINE_FIELDS(logline_text("address", node_address(target->node))));
	struct fault f = serve_ops(loop, target->node, &ops);
	if (!fault_is(f))
		f = serve_console(loop, target);
	if (!fault_is(f))
		f = serve(loop, target, "the central node serves");
	if (!fault_is(f) && node_failed(target->node))
		f = fault_of(FAULT_STORE, "stopped after a failed commit: start again to verify the store");
	console_close(target->console);
	ops_close(ops);
	return f;
}

static struct fault run_central(struct loop *loop)
{
	struct address public;
	struct node_config config;
	struct backup_config backup;
	struct request_target target = { .node = NULL };
	FAULT_TRY(read_central(&config, &public));
	config.backup = read_backup(&backup);
	FAULT_TRY(node_open(loop, &config, &target.node));
	struct fault f = fault_none();
	if (config.only_make)
		logline(LOGLINE_NOTICE, "made", NULL);
	else
		f = serve_central(loop, &target);
	node_close(target.node);
	return f;
}

/* ---- backups put back ---- */

static struct putback what_to_put_back(void)
{
	return (struct putback){ .from = option(OPTIONS_FROM), .key_file = option(OPTIONS_KEY_FILE),
				 .until_ms = options_moment(&options, OPTIONS_UNTIL) };
}

static struct fault run_restore(void)
{
	struct putback what = what_to_put_back();
	struct putback_report report;
	struct fault f = putback_run(&what, &folder, &report);
	bool told = back_tell_restore(f, &report, options_has(&options, OPTIONS_JSON));
	return fault_is(f) || told ? f : fault_of(FAULT_STORE, "standard output cannot be written");
}

static struct fault run_drill(struct loop *loop)
{
	struct drill drill = { .what = what_to_put_back(), .deny_file = option(OPTIONS_DENY_FILE), .below = option(OPTIONS_DIR) };
	struct drill_report report;
	struct fault f = drill_run(loop, &drill, &report);
	bool told = back_tell_drill(f, &report, options_has(&options, OPTIONS_JSON));
	return fault_is(f) || told ? f : fault_of(FAULT_STORE, "standard output cannot be written");
}

static struct fault run_role(struct loop *loop)
{
	switch (options.role) {
	case OPTIONS_FIELD: return run_field(loop);
	case OPTIONS_CENTRAL: return run_central(loop);
	case OPTIONS_RESTORE: return run_restore();
	case OPTIONS_DRILL: return run_drill(loop);
	}
	return fault_none();
}

/* ---- start and end ---- */

static int tell(void (*print)(FILE *out))
{
	print(stdout);
	return ferror(stdout) || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void print_version(FILE *out)
{
	fputs("jalkad " VERSION_TEXT "\n", out);
}

static void print_configuration(FILE *out)
{
	options_print(&options, out);
}

/* What only tells something ends here. -1: go on; otherwise the exit code. */
static int tell_or_go_on(void)
{
	if (options_has(&options, OPTIONS_HELP))
		return tell(options_help);
	if (options_has(&options, OPTIONS_VERSION))
		return tell(print_version);
	if (options_has(&options, OPTIONS_COMPLETION))
		return tell(options_completion);
	return options_has(&options, OPTIONS_CHECK_CONFIG) ? tell(print_configuration) : -1;
}

/* The user's own data folder may not be there yet: ~/.local/share of a new account. */
static struct fault open_folder(void)
{
	if (options.role == OPTIONS_DRILL) /* it makes one below */
		return fault_none();
	if (!options.values[OPTIONS_DIR].told)
		make_parents(option(OPTIONS_DIR));
	return folder_open(option(OPTIONS_DIR), &folder);
}

static int run(void)
{
	struct loop *loop;
	enum logline_level level;
	if (logline_level_read(option(OPTIONS_LOG_LEVEL), &level))
		logline_set_level(level);
	close_up();
	if (sodium_init() < 0)
		return refuse(fault_of(FAULT_STORE, "libsodium cannot start on this machine"));
	struct fault f = seal_vfs_register();
	if (!fault_is(f))
		f = open_folder();
	if (fault_is(f))
		return refuse(f);
	f = loop_open(&loop);
	if (!fault_is(f)) {
		f = run_role(loop);
		loop_close(loop);
	}
	if (options.role != OPTIONS_DRILL)
		folder_close(&folder);
	if (fault_is(f))
		return refuse(f);
	logline(LOGLINE_NOTICE, "ended", NULL);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (!options_read(argc, argv, &options)) {
		fprintf(stderr, "jalkad: %s\nTry: jalkad --help\n", options.error);
		return EXIT_USAGE;
	}
	int code = tell_or_go_on();
	if (code >= 0)
		return code;
	supervisor_begin();
	return run();
}
