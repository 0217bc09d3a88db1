/* options - what a daemon is told, by its command line and by its configuration files.
 *
 * One table (options.c) names each option: its key, its section, its roles, what it
 * takes and what it is for. From it come the command line, the files, --help,
 * --check-config and bash completion. An option's key in a file is its long name:
 *
 *   [central]
 *   listen = 0.0.0.0:7373
 *
 * P1  The command line wins over files, a later file over an earlier one.
 * P2  Files are /etc/jalka/ROLE.conf, then for field $XDG_CONFIG_HOME/jalka/field.conf;
 *     or the one that --config names. A file that is not there is no error, unless named.
 * P3  What is not understood is an error that names the place and what is expected; no
 *     part of a file is passed over.
 * P4  What is done once (--init, --restored ...) has no key: a file is read at every start.
 */
#ifndef JALKA_IO_OPTIONS_H
#define JALKA_IO_OPTIONS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* RESTORE puts a backup back into a folder, DRILL tries that out: neither reads files. */
enum options_role { OPTIONS_FIELD = 1, OPTIONS_CENTRAL = 2, OPTIONS_RESTORE = 4, OPTIONS_DRILL = 8 };

enum options_name {
	OPTIONS_DIR, OPTIONS_SOCKET, OPTIONS_KEY_FILE, OPTIONS_LOG_LEVEL,
	OPTIONS_LOCK_AFTER, OPTIONS_WEB,
	OPTIONS_LISTEN, OPTIONS_PUBLIC, OPTIONS_CONSOLE, OPTIONS_CONSOLE_ORIGIN, OPTIONS_OPS, OPTIONS_DENY_FILE,
	OPTIONS_BACKUP, OPTIONS_BACKUP_COMMAND, OPTIONS_BACKUP_EVERY, OPTIONS_BACKUP_BASE, OPTIONS_BACKUP_KEEP,
	OPTIONS_ALERT_CONTACT, OPTIONS_ALERT_UNSENT, OPTIONS_ALERT_DISK, OPTIONS_ALERT_CLOCK, OPTIONS_ALERT_FAILURES,
	OPTIONS_ALERT_QUARANTINE,
	OPTIONS_FROM, OPTIONS_UNTIL, OPTIONS_JSON,
	OPTIONS_INIT, OPTIONS_INIT_ONLY, OPTIONS_RESTORED, OPTIONS_OVERRIDE_DENY,
	OPTIONS_CONFIG, OPTIONS_CHECK_CONFIG, OPTIONS_COMPLETION, OPTIONS_HELP, OPTIONS_VERSION,
	OPTIONS_COUNT,
};

enum { OPTIONS_ERROR_BYTES = 1024, OPTIONS_KEPT_BYTES = 16 * 1024, OPTIONS_FILES = 2 };

struct options {
	enum options_role role;
	struct options_value {
		const char *text; /* NULL: not told, and there is no default; "" of an option without a value */
		const char *file; /* where it was told; NULL: on the command line, or a default */
		unsigned line;
		bool told;        /* false: the default */
	} values[OPTIONS_COUNT];
	const char *files[OPTIONS_FILES]; /* that were read */
	size_t file_count;
	char kept[OPTIONS_KEPT_BYTES];    /* texts of files and defaults */
	size_t kept_len;
	char error[OPTIONS_ERROR_BYTES];  /* the first one */
};

/* False: out->error says what is wrong. Help, version and completion are seen first: with
 * one of them nothing else is looked at. */
bool options_read(int argc, char **argv, struct options *out);

bool options_has(const struct options *o, enum options_name name);         /* told or by default */
const char *options_text(const struct options *o, enum options_name name); /* NULL: no */
uint64_t options_number(const struct options *o, enum options_name name);
uint64_t options_moment(const struct options *o, enum options_name name); /* ms since 1970; not told: 0 */

/* What --help, --check-config and --completion print. */
void options_help(FILE *out);
void options_print(const struct options *o, FILE *out); /* a configuration file, with where each value is from */
void options_completion(FILE *out);

#endif
