/* options - the table, and what is made from it. Files are read by inih. */
#include "io/options.h"

#include <errno.h>
#include <getopt.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/nearest.h"
#include "io/address.h"
#include "io/logline.h"
#include "io/place.h"

enum { BOTH = OPTIONS_FIELD | OPTIONS_CENTRAL, BACK = OPTIONS_RESTORE | OPTIONS_DRILL, LOCK_AFTER_MAX_S = 7 * 24 * 3600, LINE_BYTES_MAX = 198, HELP_COLUMN = 26 };

/* ---- what a value may be ---- */

static bool is_path(const char *text)
{
	return *text != '\0' && strlen(text) < PATH_MAX;
}

static bool is_number(const char *text, unsigned long long most)
{
	char *end;
	errno = 0;
	unsigned long long number = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && number <= most;
}

static bool is_seconds(const char *text)
{
	return is_number(text, LOCK_AFTER_MAX_S);
}

static bool is_folder(const char *text)
{
	return *text == '/' && is_path(text);
}

static bool is_command(const char *text)
{
	return *text != '\0';
}

static bool is_every(const char *text)
{
	return is_number(text, 3600) && strtoull(text, NULL, 10) > 0;
}

static bool is_hours(const char *text)
{
	return is_number(text, 31 * 24) && strtoull(text, NULL, 10) > 0;
}

static bool is_days_1(const char *text)
{
	return is_number(text, 3650) && strtoull(text, NULL, 10) > 0;
}

static bool is_percent(const char *text)
{
	return is_number(text, 50) && strtoull(text, NULL, 10) > 0;
}

static bool is_drift(const char *text)
{
	return is_number(text, 24 * 3600) && strtoull(text, NULL, 10) >= 10;
}

static bool is_failures(const char *text)
{
	return is_number(text, 10000);
}

static bool is_days(const char *text)
{
	return is_number(text, 3650);
}

/* 2026-11-22, 2026-11-22T14:05, :33, .120 and Z behind it (UTC; without it the time of this machine). */
static bool read_moment(const char *text, uint64_t *ms)
{
	static const char *const shapes[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d" };
	struct tm at;
	const char *rest = NULL;
	unsigned thousandths = 0;
	for (size_t i = 0; rest == NULL && i < sizeof shapes / sizeof shapes[0]; i++) {
		at = (struct tm){ .tm_isdst = -1 };
		rest = strptime(text, shapes[i], &at);
	}
	if (rest != NULL && *rest == '.' && strspn(rest + 1, "0123456789") == 3) {
		thousandths = (unsigned)strtoul(rest + 1, NULL, 10);
		rest += 4;
	}
	bool is_utc = rest != NULL && strcmp(rest, "Z") == 0;
	if (rest == NULL || (!is_utc && *rest != '\0'))
		return false;
	time_t seconds = is_utc ? timegm(&at) : mktime(&at);
	*ms = (uint64_t)seconds * 1000 + thousandths;
	return seconds > 0;
}

static bool is_moment(const char *text)
{
	uint64_t ms;
	return read_moment(text, &ms);
}

static bool is_web(const char *text)
{
	return strcmp(text, "off") == 0 || is_number(text, UINT16_MAX);
}

static bool is_ops(const char *text)
{
	return strcmp(text, "off") == 0 || place_is(text);
}

/* TLS is a reverse proxy's, on this machine: nobody else hears what is spoken in clear. */
static bool is_console(const char *text)
{
	struct address address;
	struct sockaddr_storage at;
	if (strcmp(text, "off") == 0)
		return true;
	if (fault_is(address_read(span_text(text), &address)) || !address_numeric(&address, &at))
		return false;
	return at.ss_family == AF_INET6 ? IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)&at)->sin6_addr)
					: ntohl(((const struct sockaddr_in *)&at)->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

/* As a browser writes it: small letters, no path, no port that goes without saying. */
static bool is_origin(const char *text)
{
	bool is_tls = strncmp(text, "https://", 8) == 0;
	const char *host = text + (is_tls ? 8 : 7), *usual = is_tls ? ":443" : ":80";
	size_t len = strlen(host), plain = strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]");
	if ((!is_tls && strncmp(text, "http://", 7) != 0) || len == 0 || len != plain || len > 255 ||
	    (len > strlen(usual) && strcmp(host + len - strlen(usual), usual) == 0))
		return false;
	size_t name = strcspn(host, ":");
	bool is_near = strncmp(host, "[::1]", 5) == 0 || (name == 9 && (strncmp(host, "127.0.0.1", 9) == 0 || strncmp(host, "localhost", 9) == 0));
	return is_tls || is_near;
}

static bool is_level(const char *text)
{
	enum logline_level level;
	return logline_level_read(text, &level);
}

static bool is_listen(const char *text)
{
	struct address address;
	struct sockaddr_storage at;
	return !fault_is(address_read(span_text(text), &address)) && address_numeric(&address, &at);
}

static bool is_public(const char *text)
{
	struct address address;
	return !fault_is(address_read(span_text(text), &address));
}

/* ---- the table ---- */

struct row {
	const char *name, *value; /* value: its word in --help; NULL: takes none */
	unsigned roles;
	const char *section;      /* of a file; NULL: on the command line alone (P4) */
	const char *fallback;     /* NULL: none, or made by default_of */
	bool (*is)(const char *text);
	const char *expects;
	const char *help;
};

static const struct row rows[OPTIONS_COUNT] = {
	[OPTIONS_DIR] = { "dir", "DIR", BOTH | BACK, "daemon", NULL, is_path, "a path",
		"the daemon's own folder, made with mode 700 (field: $XDG_DATA_HOME/jalka)" },
	[OPTIONS_SOCKET] = { "socket", "PATH", BOTH, "daemon", NULL, is_path, "a path",
		"socket of the local API (DIR/socket; of a field daemon without --dir $XDG_RUNTIME_DIR/jalka/socket)" },
	[OPTIONS_KEY_FILE] = { "store-key-file", "FILE", BOTH | BACK, "daemon", NULL, is_path, "a path",
		"open the store with this file instead of a passphrase (field: none; central: "
		"$CREDENTIALS_DIRECTORY/store.key where there is one, else DIR/store.key)" },
	[OPTIONS_LOG_LEVEL] = { "log-level", "LEVEL", BOTH | BACK, "daemon", "notice", is_level, "error, warning, notice, info or debug",
		"what is logged: error, warning, notice, info or debug (notice)" },
	[OPTIONS_LOCK_AFTER] = { "lock-after", "SECONDS", OPTIONS_FIELD, "field", "600", is_seconds, "seconds, at most a week (604800)",
		"lock after so long without use, 0 never (600)" },
	[OPTIONS_WEB] = { "web", "PORT|off", OPTIONS_FIELD, "field", "8747", is_web, "a port from 0 to 65535, or off",
		"where the web client is served, on this machine alone; 0 any free port (8747, or a free one when it is taken)" },
	[OPTIONS_LISTEN] = { "listen", "ADDR:PORT", OPTIONS_CENTRAL, "central", NULL, is_listen, "a numeric address and a port, as in 0.0.0.0:7373",
		"where devices connect; port 0 takes a free one; the real address is logged and written to DIR/address" },
	[OPTIONS_PUBLIC] = { "public", "HOST:PORT", OPTIONS_CENTRAL, "central", NULL, is_public, "a host and a port, as in jalka.example.org:7373",
		"the address that enrolment codes tell (the one listened at)" },
	[OPTIONS_CONSOLE] = { "console", "ADDR:PORT|off", OPTIONS_CENTRAL, "central", "127.0.0.1:8748", is_console,
		"a loopback address and a port, as in 127.0.0.1:8748, or off",
		"where the administrators' console is served, to this machine alone (127.0.0.1:8748, or any free port when that one is taken)" },
	[OPTIONS_CONSOLE_ORIGIN] = { "console-origin", "ORIGIN", OPTIONS_CENTRAL, "central", NULL, is_origin,
		"https:// and a host, as a browser has it: https://jalka.example.org (http:// on this machine alone)",
		"how browsers reach the console through a reverse proxy (http:// and the place of --console)" },
	[OPTIONS_OPS] = { "ops", "PLACE|off", OPTIONS_CENTRAL, "central", "off", is_ops, "ADDR:PORT with a numeric address, unix:/PATH, or off",
		"where /metrics and /healthz are served: ADDR:PORT or unix:/PATH (off)" },
	[OPTIONS_DENY_FILE] = { "deny-file", "FILE", OPTIONS_CENTRAL | OPTIONS_DRILL, "central", NULL, is_path, "a path",
		"revocations and erasures, to be copied off this machine at once (DIR/deny)" },
	[OPTIONS_BACKUP] = { "backup", "DIR", OPTIONS_CENTRAL, "central", NULL, is_folder, "an absolute path",
		"keep the store in this folder too while it runs, sealed as it is; on a disk of another machine, or see --backup-command" },
	[OPTIONS_BACKUP_COMMAND] = { "backup-command", "COMMAND", OPTIONS_CENTRAL, "central", NULL, is_command, "a command for sh",
		"takes each file of the backup, $1, to another machine; what it ends well with counts as safe" },
	[OPTIONS_BACKUP_EVERY] = { "backup-every", "SECONDS", OPTIONS_CENTRAL, "central", "60", is_every, "seconds, 1 to 3600",
		"at most so long after a change it is in the backup (60)" },
	[OPTIONS_BACKUP_BASE] = { "backup-base", "HOURS", OPTIONS_CENTRAL, "central", "24", is_hours, "hours, 1 to 744",
		"how often the store is copied whole (24)" },
	[OPTIONS_BACKUP_KEEP] = { "backup-keep", "DAYS", OPTIONS_CENTRAL, "central", "35", is_days, "days, 0 to 3650",
		"how long backups are kept in the folder, 0 for ever (35)" },
	[OPTIONS_ALERT_CONTACT] = { "alert-contact", "DAYS", OPTIONS_CENTRAL, "central", "7", is_days_1, "days, 1 to 3650",
		"an active device not heard of for so long wants attention (7); see `jalka admin health`" },
	[OPTIONS_ALERT_UNSENT] = { "alert-unsent", "HOURS", OPTIONS_CENTRAL, "central", "24", is_hours, "hours, 1 to 744",
		"so does one with work that has not come here for so long (24)" },
	[OPTIONS_ALERT_DISK] = { "alert-disk", "PERCENT", OPTIONS_CENTRAL, "central", "5", is_percent, "percent, 1 to 50",
		"one with less of its disk free; this machine's too (5)" },
	[OPTIONS_ALERT_CLOCK] = { "alert-clock", "SECONDS", OPTIONS_CENTRAL, "central", "120", is_drift, "seconds, 10 to 86400",
		"one whose clock is further off (120)" },
	[OPTIONS_ALERT_FAILURES] = { "alert-failures", "COUNT", OPTIONS_CENTRAL, "central", "5", is_failures, "a number, 0 to 10000",
		"one with more failures in about a day that are not the network's, or wrong passphrases (5)" },
	[OPTIONS_ALERT_QUARANTINE] = { "alert-quarantine", "DAYS", OPTIONS_CENTRAL, "central", "3", is_days_1, "days, 1 to 3650",
		"one with work that has waited so long for a decision (3)" },
	[OPTIONS_FROM] = { "from", "DIR", BACK, NULL, NULL, is_folder, "an absolute path", "the folder of the backup" },
	[OPTIONS_UNTIL] = { "until", "TIME", BACK, NULL, NULL, is_moment, "a day or a moment, as in 2026-11-22T14:05",
		"as it stood at this moment, of this machine's time zone or with a Z behind it (the newest)" },
	[OPTIONS_JSON] = { "json", NULL, BACK, NULL, NULL, NULL, NULL, "tell it as JSON" },
	[OPTIONS_INIT] = { "init", NULL, OPTIONS_CENTRAL, NULL, NULL, NULL, NULL, "make a new central node" },
	[OPTIONS_INIT_ONLY] = { "init-only", NULL, OPTIONS_CENTRAL, NULL, NULL, NULL, NULL, "make a new central node, and end" },
	[OPTIONS_RESTORED] = { "restored", NULL, OPTIONS_CENTRAL, NULL, NULL, NULL, NULL,
		"the store is a backup put back: apply the deny file, begin a new epoch, feed nobody until `jalka admin confirm all`" },
	[OPTIONS_OVERRIDE_DENY] = { "override-deny", NULL, OPTIONS_CENTRAL, NULL, NULL, NULL, NULL,
		"with --restored, when the deny file is lost" },
	[OPTIONS_CONFIG] = { "config", "FILE|off", BOTH, NULL, NULL, is_path, "a path, or off",
		"read this file instead of /etc/jalka/ROLE.conf and, for field, $XDG_CONFIG_HOME/jalka/field.conf" },
	[OPTIONS_CHECK_CONFIG] = { "check-config", NULL, BOTH, NULL, NULL, NULL, NULL,
		"print what would hold, as a configuration file, and end: 0 when it is good, 2 when not" },
	[OPTIONS_COMPLETION] = { "completion", NULL, BOTH, NULL, NULL, NULL, NULL, "print the words for bash to complete jalkad with" },
	[OPTIONS_HELP] = { "help", NULL, BOTH, NULL, NULL, NULL, NULL, "this text (-h)" },
	[OPTIONS_VERSION] = { "version", NULL, BOTH, NULL, NULL, NULL, NULL, "the version (-V)" },
};

static const struct {
	unsigned role;
	const char *name;
} roles[] = {
	{ OPTIONS_FIELD, "field" }, { OPTIONS_CENTRAL, "central" }, { OPTIONS_RESTORE, "restore" }, { OPTIONS_DRILL, "drill" },
};
enum { ROLES = sizeof roles / sizeof roles[0] };

/* Of several the first. */
static const char *role_name(unsigned role)
{
	size_t i = 0;
	while (i + 1 < ROLES && (roles[i].role & role) == 0)
		i++;
	return roles[i].name;
}

/* ---- errors and texts ---- */

/* The first cause stays. Answers false. */
__attribute__((format(printf, 2, 3))) static bool wrong(struct options *o, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (o->error[0] == '\0')
		vsnprintf(o->error, sizeof o->error, format, args);
	va_end(args);
	return false;
}

__attribute__((format(printf, 2, 3))) static const char *keep(struct options *o, const char *format, ...)
{
	va_list args;
	char *text = o->kept + o->kept_len;
	size_t room = sizeof o->kept - o->kept_len;
	va_start(args, format);
	int n = vsnprintf(text, room, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= room) {
		wrong(o, "the configuration is too long");
		return "";
	}
	o->kept_len += (size_t)n + 1;
	return text;
}

/* ---- files ---- */

struct reading {
	struct options *o;
	const char *path;
	FILE *file;
	unsigned line;
	unsigned stood[OPTIONS_COUNT]; /* in which line; 0: not yet */
	unsigned failed;               /* in which line; 0: nowhere. The rest is not looked at */
};

/* inih asks for a line; it tells its handler no number, so they are counted here. */
static char *next_line(char *out, int size, void *stream)
{
	struct reading *r = stream;
	char line[LINE_BYTES_MAX + 2];
	ASSERT((size_t)size >= sizeof line);
	if (r->failed != 0 || fgets(line, sizeof line, r->file) == NULL)
		return NULL;
	r->line++;
	if (strchr(line, '\n') == NULL && (!feof(r->file) || strlen(line) > LINE_BYTES_MAX)) {
		r->failed = r->line;
		wrong(r->o, "%s:%u: the line is longer than %d bytes, or holds a zero byte", r->path, r->line, LINE_BYTES_MAX);
		return NULL;
	}
	return strcpy(out, line);
}

static size_t row_named(const char *name, unsigned role, bool in_file)
{
	for (size_t i = 0; i < OPTIONS_COUNT; i++)
		if (strcmp(rows[i].name, name) == 0 && (rows[i].roles & role) != 0 && (!in_file || rows[i].section != NULL))
			return i;
	return OPTIONS_COUNT;
}

static const char *nearest_key(const struct options *o, const char *name)
{
	size_t best = SIZE_MAX;
	const char *found = NULL;
	for (size_t i = 0; i < OPTIONS_COUNT; i++)
		if (rows[i].section != NULL && (rows[i].roles & o->role) != 0 &&
		    nearest_better(span_text(name), span_text(rows[i].name), &best))
			found = rows[i].name;
	return found;
}

static bool no_such_key(struct reading *r, const char *section, const char *name)
{
	struct options *o = r->o;
	unsigned other = BOTH & ~(unsigned)o->role;
	const char *near = nearest_key(o, name);
	size_t row = row_named(name, BOTH, false);
	if (row != OPTIONS_COUNT && rows[row].section == NULL)
		return wrong(o, "%s:%u: %s is given on the command line alone, for it is not meant at every start", r->path, r->line, name);
	if (row_named(name, other, true) != OPTIONS_COUNT)
		return wrong(o, "%s:%u: %s belongs to %s", r->path, r->line, name, role_name(other));
	if (near != NULL)
		return wrong(o, "%s:%u: no such key: %s. Is %s meant?", r->path, r->line, name, near);
	return wrong(o, "%s:%u: no such key: %s. [%s] takes the keys of `jalkad --help`", r->path, r->line, name, section);
}

static bool is_section(const struct options *o, const char *section)
{
	return strcmp(section, "daemon") == 0 || strcmp(section, role_name(o->role)) == 0;
}

static bool take_key(struct reading *r, const char *section, const char *name, const char *value)
{
	struct options *o = r->o;
	if (*section == '\0')
		return wrong(o, "%s:%u: %s stands in no section: [daemon] or [%s] comes first", r->path, r->line, name, role_name(o->role));
	if (!is_section(o, section))
		return wrong(o, "%s:%u: no such section: [%s]. There are [daemon] and [%s]", r->path, r->line, section, role_name(o->role));
	size_t i = row_named(name, o->role, true);
	if (i == OPTIONS_COUNT)
		return no_such_key(r, section, name);
	struct options_value *told = &o->values[i];
	if (strcmp(rows[i].section, section) != 0)
		return wrong(o, "%s:%u: %s belongs to [%s]", r->path, r->line, name, rows[i].section);
	if (r->stood[i] != 0)
		return wrong(o, "%s:%u: %s stands in line %u already, or this line is indented and continues it", r->path, r->line, name, r->stood[i]);
	r->stood[i] = r->line;
	if (!rows[i].is(value))
		return wrong(o, "%s:%u: %s is \"%.80s\"; expected: %s", r->path, r->line, name, value, rows[i].expects);
	/* P1: the command line was read before. */
	if (!told->told || told->file != NULL)
		*told = (struct options_value){ .text = keep(o, "%s", value), .file = r->path, .line = r->line, .told = true };
	return true;
}

static int handle(void *ctx, const char *section, const char *name, const char *value)
{
	struct reading *r = ctx;
	if (r->failed == 0 && !take_key(r, section, name, value))
		r->failed = r->line;
	return r->failed == 0;
}

static bool read_file(struct options *o, const char *path, bool must)
{
	struct reading r = { .o = o, .path = path, .file = fopen(path, "re") };
	if (r.file == NULL && (must || (errno != ENOENT && errno != ENOTDIR)))
		return wrong(o, "%s: cannot be read: %s", path, strerror(errno));
	if (r.file == NULL)
		return true;
	ASSERT(o->file_count < OPTIONS_FILES);
	o->files[o->file_count++] = path;
	int line = ini_parse_stream(next_line, &r, handle, &r);
	bool unread = ferror(r.file) != 0;
	fclose(r.file);
	if (unread)
		return wrong(o, "%s: cannot be read: it is a folder, or damaged", path);
	/* inih goes on behind a line it does not understand, and tells of the first. */
	if (line > 0 && (r.failed == 0 || (unsigned)line < r.failed)) {
		o->error[0] = '\0';
		return wrong(o, "%s:%d: neither [section] nor key = value nor a comment", path, line);
	}
	return r.failed == 0;
}

/* A folder of the user's: the variable's, else below the home. NULL: there is none. */
static const char *user_folder(struct options *o, const char *variable, const char *below_home)
{
	const char *folder = getenv(variable), *home = getenv("HOME");
	if (folder != NULL && *folder == '/')
		return keep(o, "%s/jalka", folder);
	return home != NULL && *home == '/' ? keep(o, "%s/%s/jalka", home, below_home) : NULL;
}

static bool read_files(struct options *o)
{
	if ((o->role & BOTH) == 0)
		return true;
	const char *named = o->values[OPTIONS_CONFIG].text;
	if (named != NULL)
		return strcmp(named, "off") == 0 || read_file(o, named, true);
	if (!read_file(o, keep(o, "/etc/jalka/%s.conf", role_name(o->role)), false))
		return false;
	const char *folder = o->role == OPTIONS_FIELD ? user_folder(o, "XDG_CONFIG_HOME", ".config") : NULL;
	return folder == NULL || read_file(o, keep(o, "%s/field.conf", folder), false);
}

/* ---- the command line ---- */

static bool take_argument(struct options *o, size_t i, const char *text)
{
	if (rows[i].is != NULL && !rows[i].is(text))
		return wrong(o, "--%s takes %s", rows[i].name, rows[i].expects);
	o->values[i] = (struct options_value){ .text = text, .told = true };
	return true;
}

static bool take_role(struct options *o, int argc, char **argv)
{
	if (optind + 1 != argc)
		return wrong(o, optind == argc ? "say which role: field, central, restore or drill" : "one role only");
	size_t role = 0;
	while (role < ROLES && strcmp(argv[optind], roles[role].name) != 0)
		role++;
	if (role == ROLES)
		return wrong(o, "the role is field, central, restore or drill");
	o->role = roles[role].role;
	for (size_t i = 0; i < OPTIONS_COUNT; i++)
		if (o->values[i].told && (rows[i].roles & o->role) == 0)
			return wrong(o, "--%s belongs to %s", rows[i].name, role_name(rows[i].roles));
	return true;
}

static bool only_tells(const struct options *o)
{
	return o->values[OPTIONS_HELP].told || o->values[OPTIONS_VERSION].told || o->values[OPTIONS_COMPLETION].told;
}

static bool read_arguments(int argc, char **argv, struct options *o)
{
	struct option names[OPTIONS_COUNT + 1] = { { .name = NULL } };
	int c, place = 0;
	for (size_t i = 0; i < OPTIONS_COUNT; i++)
		names[i] = (struct option){ .name = rows[i].name, .has_arg = rows[i].value != NULL ? required_argument : no_argument, .val = 'x' };
	optind = 0; /* read anew, also in a test that reads twice */
	while ((c = getopt_long(argc, argv, "hV", names, &place)) != -1) {
		size_t i = c == 'h' ? OPTIONS_HELP : c == 'V' ? OPTIONS_VERSION : (size_t)place;
		if (c == '?')
			return wrong(o, "see above");
		if (!take_argument(o, i, optarg != NULL ? optarg : ""))
			return false;
	}
	return only_tells(o) || take_role(o, argc, argv);
}

/* ---- what holds ---- */

static bool check_whole(struct options *o)
{
	const struct options_value *v = o->values;
	if (v[OPTIONS_DIR].text == NULL)
		return wrong(o, "--dir DIR is needed, or dir in [daemon] of the configuration");
	if ((o->role & BACK) != 0 && v[OPTIONS_FROM].text == NULL)
		return wrong(o, "--from DIR is needed: the folder of the backup");
	if (o->role == OPTIONS_DRILL && !v[OPTIONS_KEY_FILE].told)
		return wrong(o, "--store-key-file FILE is needed: the key file of the node that was backed up");
	bool makes = v[OPTIONS_INIT].told || v[OPTIONS_INIT_ONLY].told;
	if (o->role == OPTIONS_CENTRAL && v[OPTIONS_LISTEN].text == NULL && !v[OPTIONS_INIT_ONLY].told)
		return wrong(o, "a central node needs --listen ADDR:PORT, or listen in [central] of the configuration");
	if (v[OPTIONS_OVERRIDE_DENY].told && !v[OPTIONS_RESTORED].told)
		return wrong(o, "--override-deny goes with --restored");
	if (v[OPTIONS_BACKUP].text == NULL && v[OPTIONS_BACKUP_COMMAND].text != NULL)
		return wrong(o, "--backup-command goes with --backup");
	if (makes && v[OPTIONS_RESTORED].told)
		return wrong(o, "--init and --restored cannot be together");
	return true;
}

/* Below the folder, told or not, unless it was told itself. */
static void default_in(struct options *o, enum options_name name, const char *folder, const char *file)
{
	if (o->values[name].text == NULL && folder != NULL)
		o->values[name].text = keep(o, "%s/%s", folder, file);
}

static void take_defaults(struct options *o)
{
	struct options_value *v = o->values;
	const char *credentials = getenv("CREDENTIALS_DIRECTORY"), *runtime = getenv("XDG_RUNTIME_DIR");
	bool is_field = o->role == OPTIONS_FIELD;
	for (size_t i = 0; i < OPTIONS_COUNT; i++)
		if (!v[i].told && (rows[i].roles & o->role) != 0)
			v[i].text = rows[i].fallback;
	if (is_field && v[OPTIONS_DIR].text == NULL) {
		v[OPTIONS_DIR].text = user_folder(o, "XDG_DATA_HOME", ".local/share");
		if (runtime != NULL && *runtime == '/')
			default_in(o, OPTIONS_SOCKET, runtime, "jalka/socket");
	}
	if (o->role == OPTIONS_DRILL && v[OPTIONS_DIR].text == NULL) {
		const char *temporary = getenv("TMPDIR");
		v[OPTIONS_DIR].text = temporary != NULL && *temporary == '/' ? temporary : "/tmp";
	}
	default_in(o, OPTIONS_SOCKET, v[OPTIONS_DIR].text, "socket");
	if (is_field)
		return;
	const char *key = credentials != NULL && *credentials == '/' ? keep(o, "%s/store.key", credentials) : NULL;
	if (v[OPTIONS_KEY_FILE].text == NULL && key != NULL && access(key, F_OK) == 0)
		v[OPTIONS_KEY_FILE].text = key;
	default_in(o, OPTIONS_KEY_FILE, v[OPTIONS_DIR].text, "store.key");
	default_in(o, OPTIONS_DENY_FILE, o->role == OPTIONS_DRILL ? v[OPTIONS_FROM].text : v[OPTIONS_DIR].text, "deny");
}

bool options_read(int argc, char **argv, struct options *out)
{
	*out = (struct options){ .file_count = 0 };
	if (!read_arguments(argc, argv, out))
		return false;
	if (only_tells(out))
		return true;
	if (!read_files(out))
		return false;
	take_defaults(out);
	return check_whole(out) && out->error[0] == '\0';
}

bool options_has(const struct options *o, enum options_name name)
{
	return o->values[name].text != NULL;
}

const char *options_text(const struct options *o, enum options_name name)
{
	return o->values[name].text;
}

uint64_t options_number(const struct options *o, enum options_name name)
{
	ASSERT(o->values[name].text != NULL);
	return strtoull(o->values[name].text, NULL, 10);
}

uint64_t options_moment(const struct options *o, enum options_name name)
{
	uint64_t ms = 0;
	bool good = o->values[name].text == NULL || read_moment(o->values[name].text, &ms);
	ASSERT(good); /* it was looked at when it was told */
	return ms;
}

/* ---- what is printed ---- */

/* `text` from a column on, broken at blanks. */
static void put_help(FILE *out, const char *text)
{
	enum { WIDTH = 92 - HELP_COLUMN };
	while (strlen(text) > WIDTH) {
		int n = WIDTH;
		while (text[n] != ' ')
			n--;
		fprintf(out, "%.*s\n%*s", n, text, HELP_COLUMN, "");
		text += n + 1;
	}
	fprintf(out, "%s\n", text);
}

/* Those of exactly these roles, or with them. */
static void put_options(FILE *out, unsigned of)
{
	for (size_t i = 0; i < OPTIONS_COUNT; i++) {
		if ((rows[i].roles & BOTH) != of || (of == 0 && (rows[i].roles & BACK) == 0))
			continue;
		int n = fprintf(out, "  --%s%s%s", rows[i].name, rows[i].value != NULL ? " " : "", rows[i].value != NULL ? rows[i].value : "");
		fprintf(out, "%*s", n < HELP_COLUMN - 1 ? HELP_COLUMN - n : 1, "");
		put_help(out, rows[i].help);
	}
}

void options_help(FILE *out)
{
	fputs("usage: jalkad field   [options]\n"
	      "       jalkad central --dir DIR --listen ADDR:PORT [options]\n"
	      "       jalkad restore --from DIR --dir DIR [--until TIME] [options]\n"
	      "       jalkad drill   --from DIR --store-key-file FILE [options]\n"
	      "\n"
	      "A worker's daemon (field), or the organiser's central node. Runs in the\n"
	      "foreground, logs to standard error, ends at SIGTERM. restore puts a backup of\n"
	      "a central node back into an empty folder; drill tries that out in a folder of\n"
	      "its own below --dir (/tmp), starts what came, and tells how long it took.\n"
	      "\n", out);
	put_options(out, BOTH);
	fputs("field:\n", out);
	put_options(out, OPTIONS_FIELD);
	fputs("central:\n", out);
	put_options(out, OPTIONS_CENTRAL);
	fputs("restore, drill:\n", out);
	put_options(out, 0);
	fputs("\nMost have a key in a configuration file: jalka.conf(5); --check-config shows them.\n", out);
}

static void print_section(const struct options *o, const char *section, FILE *out)
{
	fprintf(out, "\n[%s]\n", section);
	for (size_t i = 0; i < OPTIONS_COUNT; i++) {
		const struct options_value *v = &o->values[i];
		if (rows[i].section == NULL || strcmp(rows[i].section, section) != 0)
			continue;
		if (v->text == NULL)
			fprintf(out, "# %s is not set\n", rows[i].name);
		else if (v->file != NULL)
			fprintf(out, "# %s:%u\n%s = %s\n", v->file, v->line, rows[i].name, v->text);
		else
			fprintf(out, "# %s\n%s = %s\n", v->told ? "command line" : "default", rows[i].name, v->text);
	}
}

void options_print(const struct options *o, FILE *out)
{
	fprintf(out, "# What holds for jalkad %s.\n", role_name(o->role));
	for (size_t i = 0; i < o->file_count; i++)
		fprintf(out, "# Read: %s\n", o->files[i]);
	if (o->file_count == 0)
		fputs("# No configuration file was read.\n", out);
	print_section(o, "daemon", out);
	print_section(o, role_name(o->role), out);
}

static void put_words(FILE *out, unsigned role)
{
	for (size_t i = 0; i < OPTIONS_COUNT; i++)
		if ((rows[i].roles & role) != 0)
			fprintf(out, " --%s", rows[i].name);
}

/* After an option that takes a path, paths; after one that takes a word of few, those. */
void options_completion(FILE *out)
{
	fputs("# bash completion for jalkad, made by: jalkad --completion\n"
	      "_jalkad() {\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} word words='field central restore drill'\n"
	      "\tcase $before in\n"
	      "\t--log-level) COMPREPLY=($(compgen -W 'error warning notice info debug' -- \"$cur\")); return ;;\n", out);
	for (size_t i = 0; i < OPTIONS_COUNT; i++)
		if (rows[i].is == is_path)
			fprintf(out, "\t--%s) COMPREPLY=($(compgen -%c -- \"$cur\")); return ;;\n", rows[i].name, i == OPTIONS_DIR ? 'd' : 'f');
	for (size_t i = 0; i < OPTIONS_COUNT; i++)
		if (rows[i].value != NULL && rows[i].is != is_path && i != OPTIONS_LOG_LEVEL)
			fprintf(out, "\t--%s) COMPREPLY=(); return ;;\n", rows[i].name);
	fputs("\tesac\n\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n\t\tcase $word in\n\t\tfield) words='", out);
	put_words(out, OPTIONS_FIELD);
	fputs("' ;;\n\t\tcentral) words='", out);
	put_words(out, OPTIONS_CENTRAL);
	fputs("' ;;\n\t\trestore) words='", out);
	put_words(out, OPTIONS_RESTORE);
	fputs("' ;;\n\t\tdrill) words='", out);
	put_words(out, OPTIONS_DRILL);
	fputs("' ;;\n\t\tesac\n\tdone\n", out);
	fputs("\t[[ $words == 'field central restore drill' && $cur == -* ]] && words='--help --version'\n"
	      "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -F _jalkad jalkad\n", out);
}
