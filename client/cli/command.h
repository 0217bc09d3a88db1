/* command - the verbs of jalka as one table: dispatch, help, usage, completion.
 *
 * A verb is one or two words ("status", "client add"). Options may stand before
 * or after it; a verb takes only those its row names, and the global ones. What
 * follows "--" is never an option.
 */
#ifndef JALKA_CLI_COMMAND_H
#define JALKA_CLI_COMMAND_H

#include "link.h"

enum command_option {
	/* global */
	COMMAND_DIR, COMMAND_SOCKET, COMMAND_JSON, COMMAND_QUIET, COMMAND_NO_COLOR, COMMAND_HELP, COMMAND_VERSION,
	COMMAND_AS,
	/* of verbs */
	COMMAND_CASE, COMMAND_CLIENT, COMMAND_VISIT, COMMAND_SIGN, COMMAND_DRAFT, COMMAND_AT, COMMAND_LIMIT, COMMAND_LOG,
	COMMAND_FROM_JSON, COMMAND_WAIT, COMMAND_OFFLINE, COMMAND_ONLINE, COMMAND_PASSPHRASE_FILE, COMMAND_SERIAL,
	COMMAND_URGENT, COMMAND_REASON, COMMAND_SEED, COMMAND_SCALE, COMMAND_PROFILE, COMMAND_TODAY, COMMAND_WORKER,
	COMMAND_CENTRAL, COMMAND_ROUND, COMMAND_CHECK, COMMAND_NAMES, COMMAND_NO_QR, COMMAND_YES,
	COMMAND_LANG, COMMAND_PLAIN, COMMAND_HTML, COMMAND_LARGE, COMMAND_BLANK, COMMAND_WITH_PROTECTED, COMMAND_OUT,
	COMMAND_KIND, COMMAND_TEXT, COMMAND_TO, COMMAND_ORIGINAL, COMMAND_ANYWAY,
	COMMAND_PROTECTED, COMMAND_FROM, COMMAND_SPECIAL, COMMAND_BREAK_GLASS, COMMAND_MINE,
	COMMAND_CONSENT, COMMAND_PREVIEW, COMMAND_MEANS, COMMAND_SCOPE, COMMAND_EXCLUDED, COMMAND_LAW, COMMAND_RECIPIENT, COMMAND_VIA,
	COMMAND_UNDERSTOOD, COMMAND_KELA_CONSENT, COMMAND_ROOM, COMMAND_OUTSIDE, COMMAND_CHANNEL,
	COMMAND_DRY_RUN, COMMAND_CSV, COMMAND_FREEZE, COMMAND_PROPOSED_BY, COMMAND_APPROVED_BY, COMMAND_ANEW,
	COMMAND_ADDRESS, COMMAND_COMPANION, COMMAND_NAMING, COMMAND_WAITING, COMMAND_KEY, COMMAND_REPLACE,
	COMMAND_FOR, COMMAND_ANSWER,
	COMMAND_OPTIONS,
};

struct command_context {
	const char *options[COMMAND_OPTIONS]; /* NULL: not given; "" where it takes no value */
	struct link *link;                    /* of command_link */
	const char *verb;                     /* as in the table, e.g. "client add" */
};

/* The connection, made at the first call: a verb that needs none works without a daemon. */
struct link *command_link(struct command_context *c);

/* Ends the program with the verb's usage line. */
_Noreturn void command_usage(const struct command_context *c, const char *what);

/* A verb: arguments without the verb and options; returns the exit code. */
typedef int command_fn(struct command_context *c, int argc, char **argv);

/* Reads options, finds the verb, runs it; returns the exit code. */
int command_main(int argc, char **argv);

#endif
