/* main - jalkad: configuration and wiring, the only file that knows every layer.
 *
 *   jalkad field   --dir DIR [--socket PATH] [--lock-after S] [--store-key-file F] [--web PORT]
 *   jalkad central --dir DIR --listen ADDR:PORT [--socket PATH] [--init] ...
 */
#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "api/api_unix.h"
#include "api/profile.h"
#include "api/request.h"
#include "api/version.h"
#include "api/web.h"
#include "central/node.h"
#include "io/address.h"
#include "io/folder.h"
#include "io/logline.h"
#include "io/loop.h"
#include "store/seal_vfs.h"

enum { EXIT_USAGE = 2, LOCK_AFTER_S = 600, WEB_PORT = 8747, WEB_OFF = -1 };

struct options {
	bool central;
	const char *dir, *socket, *listen, *key_file, *deny_file, *public;
	uint64_t lock_after_s;
	int web;       /* the port of the web client, or WEB_OFF */
	bool web_given;
	bool init, restored, override;
};

static const char usage[] =
	"usage: jalkad field   --dir DIR [options]\n"
	"       jalkad central --dir DIR --listen ADDR:PORT [options]\n"
	"\n"
	"A worker's daemon (field), or the organiser's central node. Runs in the\n"
	"foreground, logs to standard error, ends at SIGTERM.\n"
	"\n"
	"  --dir DIR             the daemon's own folder, made with mode 700\n"
	"  --socket PATH         socket of the local API (DIR/socket)\n"
	"  --store-key-file F    open the store with this file instead of a passphrase\n"
	"                        (field: none; central: DIR/store.key)\n"
	"field:\n"
	"  --lock-after SECONDS  lock after so long without use, 0 never (600)\n"
	"  --web PORT|off        where the web client is served, on this machine alone; 0 any\n"
	"                        free port (8747, or a free one when it is taken)\n"
	"central:\n"
	"  --listen ADDR:PORT    where devices connect; port 0 takes a free one; the real\n"
	"                        address is printed and written to DIR/address\n"
	"  --public HOST:PORT    the address that enrolment codes tell (the one listened at)\n"
	"  --init                make a new central node\n"
	"  --deny-file F         revocations and erasures, to be copied off this machine\n"
	"                        at once (DIR/deny)\n"
	"  --restored            the store is a backup put back: apply the deny file, begin\n"
	"                        a new epoch, feed nobody until `jalka admin confirm all`\n"
	"  --override-deny       with --restored, when the deny file is lost\n"
	"  -h, --help            this text\n"
	"  -V, --version         the version\n";

static int complain(const char *what)
{
	fprintf(stderr, "jalkad: %s\nTry: jalkad --help\n", what);
	return EXIT_USAGE;
}

/* ---- command line ---- */

static bool read_seconds(const char *text, uint64_t *out)
{
	char *end;
	errno = 0;
	unsigned long long seconds = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || seconds > 7 * 24 * 3600)
		return false;
	*out = seconds;
	return true;
}

static bool read_web(const char *text, struct options *out)
{
	char *end;
	out->web_given = true;
	if (strcmp(text, "off") == 0) {
		out->web = WEB_OFF;
		return true;
	}
	unsigned long port = strtoul(text, &end, 10);
	out->web = (int)port;
	return *text >= '0' && *text <= '9' && *end == '\0' && port <= 65535;
}

/* -1: go on; otherwise the exit code. */
static int read_options(int argc, char **argv, struct options *out)
{
	static const struct option names[] = {
		{ "dir", required_argument, NULL, 'd' },	{ "socket", required_argument, NULL, 's' },
		{ "listen", required_argument, NULL, 'l' },	{ "store-key-file", required_argument, NULL, 'k' },
		{ "lock-after", required_argument, NULL, 'a' }, { "public", required_argument, NULL, 'p' },
		{ "deny-file", required_argument, NULL, 'f' },	{ "init", no_argument, NULL, 'i' },
		{ "restored", no_argument, NULL, 'r' },		{ "override-deny", no_argument, NULL, 'o' },
		{ "web", required_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;
	while ((c = getopt_long(argc, argv, "hV", names, NULL)) != -1) {
		switch (c) {
		case 'd': out->dir = optarg; break;
		case 's': out->socket = optarg; break;
		case 'l': out->listen = optarg; break;
		case 'k': out->key_file = optarg; break;
		case 'p': out->public = optarg; break;
		case 'f': out->deny_file = optarg; break;
		case 'i': out->init = true; break;
		case 'r': out->restored = true; break;
		case 'o': out->override = true; break;
		case 'a':
			if (!read_seconds(optarg, &out->lock_after_s))
				return complain("--lock-after takes seconds, at most a week");
			break;
		case 'w':
			if (!read_web(optarg, out))
				return complain("--web takes a port from 0 to 65535, or off");
			break;
		case 'h': fputs(usage, stdout); return ferror(stdout) || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
		case 'V': puts("jalkad " VERSION_TEXT); return fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
		default: return complain("see above");
		}
	}
	if (optind + 1 != argc)
		return complain(optind == argc ? "say which role: field or central" : "one role only");
	out->central = strcmp(argv[optind], "central") == 0;
	if (!out->central && strcmp(argv[optind], "field") != 0)
		return complain("the role is field or central");
	return -1;
}

static const char *contradiction(const struct options *o)
{
	if (o->dir == NULL)
		return "--dir DIR is needed";
	if (o->central && o->listen == NULL)
		return "a central node needs --listen ADDR:PORT";
	if (!o->central && (o->listen != NULL || o->init || o->restored || o->override || o->deny_file != NULL || o->public != NULL))
		return "--listen, --public, --init, --deny-file and --restored belong to central";
	if (o->central && o->lock_after_s != LOCK_AFTER_S)
		return "--lock-after belongs to field";
	if (o->central && o->web_given)
		return "--web belongs to field";
	if (o->override && !o->restored)
		return "--override-deny goes with --restored";
	if (o->init && o->restored)
		return "--init and --restored cannot be together";
	return NULL;
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
	logline(LOGLINE_ERROR, "%s", f.what);
	return f.kind == FAULT_CALLER ? EXIT_USAGE : EXIT_FAILURE;
}

/* Serves the API until a signal comes. */
static struct fault serve(struct loop *loop, const struct folder *folder, const struct options *o,
			  struct request_target *target)
{
	char path[PATH_MAX];
	struct api_unix *api;
	FAULT_TRY(folder_file(folder, "socket", path, sizeof path));
	FAULT_TRY(api_unix_open(loop, o->socket != NULL ? o->socket : path, request_take, target, &api));
	logline(LOGLINE_NOTICE, "ready");
	loop_run(loop);
	api_unix_close(api);
	return fault_none();
}

/* The port that was asked for; the usual one, when it is taken, gives way to a free one. */
static struct fault serve_web(struct loop *loop, const struct options *o, struct request_target *target)
{
	if (o->web == WEB_OFF)
		return fault_none();
	struct fault f = web_open(loop, (uint16_t)o->web, target->profile, &target->web);
	return fault_is(f) && !o->web_given ? web_open(loop, 0, target->profile, &target->web) : f;
}

static struct fault run_field(struct loop *loop, const struct folder *folder, const struct options *o)
{
	struct profile_config config = { .folder = folder, .key_file = o->key_file,
					 .lock_after_ms = o->key_file != NULL ? 0 : o->lock_after_s * 1000 };
	struct request_target target = { .profile = NULL };
	FAULT_TRY(profile_new(loop, &config, &target.profile));
	struct fault f = o->key_file != NULL ? profile_open_with_key_file(target.profile) : fault_none();
	if (!fault_is(f))
		f = serve_web(loop, o, &target);
	if (!fault_is(f))
		f = serve(loop, folder, o, &target);
	web_close(target.web);
	profile_free(target.profile);
	return f;
}

static struct fault run_central(struct loop *loop, const struct folder *folder, const struct options *o)
{
	char key[PATH_MAX], deny[PATH_MAX];
	struct address public;
	struct node_config config = { .folder = folder, .init = o->init, .restored = o->restored, .override = o->override };
	struct request_target target = { .node = NULL };
	FAULT_TRY(folder_file(folder, "store.key", key, sizeof key));
	FAULT_TRY(folder_file(folder, "deny", deny, sizeof deny));
	FAULT_TRY(address_read(span_text(o->listen), &config.listen));
	if (o->public != NULL) {
		FAULT_TRY(address_read(span_text(o->public), &public));
		config.public = &public;
	}
	config.key_file = o->key_file != NULL ? o->key_file : key;
	config.deny_file = o->deny_file != NULL ? o->deny_file : deny;
	FAULT_TRY(node_open(loop, &config, &target.node));
	logline(LOGLINE_NOTICE, "listening at %s", node_address(target.node));
	struct fault f = serve(loop, folder, o, &target);
	if (!fault_is(f) && node_failed(target.node))
		f = fault_of(FAULT_STORE, "stopped after a failed commit: start again to verify the store");
	node_close(target.node);
	return f;
}

int main(int argc, char **argv)
{
	struct options o = { .lock_after_s = LOCK_AFTER_S, .web = WEB_PORT };
	struct folder folder;
	struct loop *loop;
	int code = read_options(argc, argv, &o);
	if (code >= 0)
		return code;
	if (contradiction(&o) != NULL)
		return complain(contradiction(&o));
	close_up();
	if (sodium_init() < 0)
		return refuse(fault_of(FAULT_STORE, "libsodium cannot start on this machine"));
	struct fault f = seal_vfs_register();
	if (!fault_is(f))
		f = folder_open(o.dir, &folder);
	if (fault_is(f))
		return refuse(f);
	f = loop_open(&loop);
	if (!fault_is(f)) {
		f = o.central ? run_central(loop, &folder, &o) : run_field(loop, &folder, &o);
		loop_close(loop);
	}
	folder_close(&folder);
	if (fault_is(f))
		return refuse(f);
	logline(LOGLINE_NOTICE, "ended");
	return EXIT_SUCCESS;
}
