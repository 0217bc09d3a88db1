/* options: the command line wins over files, a later file over an earlier one; what
 * is not understood is told with its place and what is expected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "domain/alerts.h"
#include "io/options.h"

static char base[] = "/tmp/jalka-options-XXXXXX";
static char file[256];
static struct options o;

static int make_base(void **state)
{
	char folder[128];
	(void)state;
	assert_non_null(mkdtemp(base));
	setenv("XDG_CONFIG_HOME", base, 1);
	setenv("XDG_DATA_HOME", "/data", 1);
	setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
	unsetenv("CREDENTIALS_DIRECTORY");
	snprintf(folder, sizeof folder, "%s/jalka", base);
	assert_int_equal(mkdir(folder, 0700), 0);
	snprintf(file, sizeof file, "%s/field.conf", folder);
	return 0;
}

static int remove_base(void **state)
{
	char command[200];
	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", base);
	return system(command);
}

static int remove_file(void **state)
{
	(void)state;
	unlink(file);
	unsetenv("CREDENTIALS_DIRECTORY");
	return 0;
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* Words of a command line, behind the program's name; ends with NULL. */
static bool tell(const char *first, ...)
{
	char *argv[24] = { (char *)(uintptr_t)"jalkad", (char *)(uintptr_t)first };
	int argc = first == NULL ? 1 : 2;
	va_list args;
	va_start(args, first);
	for (char *word; first != NULL && (word = va_arg(args, char *)) != NULL;)
		argv[argc++] = word;
	va_end(args);
	return options_read(argc, argv, &o);
}

static void says(const char *part)
{
	if (strstr(o.error, part) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", part, o.error);
}

static const char *one(enum options_name name)
{
	const char *text = options_text(&o, name);
	return text == NULL ? "(none)" : text;
}

static void a_worker_needs_no_option(void **state)
{
	(void)state;
	assert_true(tell("field", NULL));
	assert_int_equal(o.role, OPTIONS_FIELD);
	assert_string_equal(one(OPTIONS_DIR), "/data/jalka");
	assert_string_equal(one(OPTIONS_SOCKET), "/run/user/7/jalka/socket");
	assert_string_equal(one(OPTIONS_WEB), "8747");
	assert_int_equal(options_number(&o, OPTIONS_LOCK_AFTER), 600);
	assert_string_equal(one(OPTIONS_LOG_LEVEL), "notice");
	assert_false(options_has(&o, OPTIONS_KEY_FILE));
	assert_false(options_has(&o, OPTIONS_INIT));
}

static void a_folder_that_was_told_has_its_socket_in_it(void **state)
{
	(void)state;
	assert_true(tell("field", "--dir", "/d", NULL));
	assert_string_equal(one(OPTIONS_SOCKET), "/d/socket");
	assert_true(tell("central", "--dir", "/d", "--listen", "0.0.0.0:1", NULL));
	assert_string_equal(one(OPTIONS_SOCKET), "/d/socket");
	assert_string_equal(one(OPTIONS_KEY_FILE), "/d/store.key");
	assert_string_equal(one(OPTIONS_DENY_FILE), "/d/deny");
	assert_string_equal(one(OPTIONS_OPS), "off");
}

static void the_key_comes_from_the_credentials_where_there_is_one(void **state)
{
	char key[128];
	(void)state;
	setenv("CREDENTIALS_DIRECTORY", base, 1);
	assert_true(tell("central", "--dir", "/d", "--listen", "0.0.0.0:1", NULL));
	assert_string_equal(one(OPTIONS_KEY_FILE), "/d/store.key");
	snprintf(key, sizeof key, "%s/store.key", base);
	put(key, "k");
	assert_true(tell("central", "--dir", "/d", "--listen", "0.0.0.0:1", NULL));
	assert_string_equal(one(OPTIONS_KEY_FILE), key);
	assert_true(tell("central", "--dir", "/d", "--listen", "0.0.0.0:1", "--store-key-file", "/k", NULL));
	assert_string_equal(one(OPTIONS_KEY_FILE), "/k");
}

static void every_key_of_a_file_is_an_option(void **state)
{
	char other[128];
	(void)state;
	put(file, "# of one worker\n[daemon]\ndir = /w\nsocket=/w.s\nstore-key-file = /k\nlog-level: debug\n\n[field]\nlock-after = 60 ; a minute\nweb = off\n");
	assert_true(tell("field", NULL));
	assert_string_equal(one(OPTIONS_DIR), "/w");
	assert_string_equal(one(OPTIONS_SOCKET), "/w.s");
	assert_string_equal(one(OPTIONS_KEY_FILE), "/k");
	assert_string_equal(one(OPTIONS_LOG_LEVEL), "debug");
	assert_int_equal(options_number(&o, OPTIONS_LOCK_AFTER), 60);
	assert_string_equal(one(OPTIONS_WEB), "off");
	assert_int_equal(o.values[OPTIONS_WEB].line, 10);
	snprintf(other, sizeof other, "%s/c.conf", base);
	put(other, "[central]\nlisten = [::]:7373\npublic = jalka.example.org:7373\nops = unix:/run/jalka/ops\ndeny-file = /copied/deny\n[daemon]\ndir = /c");
	assert_true(tell("central", "--config", other, NULL));
	assert_string_equal(one(OPTIONS_LISTEN), "[::]:7373");
	assert_string_equal(one(OPTIONS_PUBLIC), "jalka.example.org:7373");
	assert_string_equal(one(OPTIONS_OPS), "unix:/run/jalka/ops");
	assert_string_equal(one(OPTIONS_DENY_FILE), "/copied/deny");
	assert_string_equal(one(OPTIONS_DIR), "/c");
}

static void the_command_line_wins_over_a_file(void **state)
{
	(void)state;
	put(file, "[daemon]\ndir = /w\n[field]\nweb = 1\n");
	assert_true(tell("field", "--web", "2", NULL));
	assert_string_equal(one(OPTIONS_WEB), "2");
	assert_null(o.values[OPTIONS_WEB].file);
	assert_string_equal(one(OPTIONS_DIR), "/w");
	assert_true(tell("field", "--config", "off", NULL));
	assert_string_equal(one(OPTIONS_WEB), "8747");
	assert_int_equal(o.file_count, 0);
}

static void what_a_file_says_wrong_is_told_with_its_line(void **state)
{
	static const struct { const char *text, *said; } cases[] = {
		{ "[field]\nwebb = 1\n", ":2: no such key: webb. Is web meant?" },
		{ "[field]\nzzzzzzzz = 1\n", ":2: no such key: zzzzzzzz" },
		{ "\n[fields]\nweb = 1\n", ":3: no such section: [fields]. There are [daemon] and [field]" },
		{ "web = 1\n", ":1: web stands in no section" },
		{ "[daemon]\nweb = 1\n", ":2: web belongs to [field]" },
		{ "[field]\nlisten = 0.0.0.0:1\n", ":2: listen belongs to central" },
		{ "[central]\nlisten = 0.0.0.0:1\n", ":2: no such section: [central]" },
		{ "[field]\nweb = 65536\n", ":2: web is \"65536\"; expected: a port from 0 to 65535, or off" },
		{ "[field]\nweb =\n", ":2: web is \"\"; expected" },
		{ "[field]\nlock-after = soon\n", ":2: lock-after is \"soon\"; expected: seconds" },
		{ "[field]\nlock-after = -1\n", ":2: lock-after is \"-1\"" },
		{ "[daemon]\nlog-level = loud\n", ":2: log-level is \"loud\"; expected: error, warning, notice, info or debug" },
		{ "[field]\nweb = 1\nweb = 2\n", ":3: web stands in line 2 already" },
		{ "[field]\nweb = 1\n  2\n", ":3: web stands in line 2 already, or this line is indented" },
		{ "[field]\nweb\n", ":2: neither [section] nor key = value" },
		{ "[field\nweb = 1\n", ":1: neither [section]" },
		{ "[daemon]\ninit = yes\n", ":2: init is given on the command line alone" },
		{ "[daemon]\nrestored = yes\n", ":2: restored is given on the command line alone" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		put(file, cases[i].text);
		assert_false(tell("field", NULL));
		assert_ptr_equal(strstr(o.error, file), o.error);
		says(cases[i].said);
		/* Whatever the command line says: a file is right or wrong as a whole. */
		assert_false(tell("field", "--web", "1", "--lock-after", "1", "--log-level", "info", NULL));
	}
}

static void a_line_of_any_length_and_any_bytes_is_no_harm(void **state)
{
	static char text[4096];
	(void)state;
	for (size_t len = 150; len < 260; len++) {
		memset(text, 'x', sizeof text);
		memcpy(text, "[daemon]\ndir = /", 16);
		text[9 + len] = '\n';
		text[10 + len] = '\0';
		put(file, text);
		bool fits = len <= 198;
		assert_int_equal(tell("field", NULL), fits);
		if (!fits)
			says(":2: the line is longer than 198 bytes");
	}
	FILE *f = fopen(file, "w");
	assert_non_null(f);
	assert_int_equal(fwrite("[daemon]\ndir = /a\0b\n", 1, 20, f), 20);
	fclose(f);
	assert_false(tell("field", NULL));
	says(":2: ");
	f = fopen(file, "w");
	assert_non_null(f);
	for (int i = 0; i < 100000; i++)
		fputc(i * 7 % 251, f);
	fclose(f);
	assert_false(tell("field", NULL));
	says(file);
}

static void a_file_that_cannot_be_read_is_told_unless_it_is_not_there(void **state)
{
	(void)state;
	assert_true(tell("field", NULL));
	assert_int_equal(o.file_count, 0);
	assert_false(tell("field", "--config", "/nowhere/field.conf", NULL));
	says("/nowhere/field.conf: cannot be read: No such file");
	assert_false(tell("field", "--config", base, NULL));
	says(base);
	says("it is a folder");
}

static void what_the_command_line_says_wrong_is_told(void **state)
{
	static const struct { const char *words[6], *said; } cases[] = {
		{ { NULL }, "say which role" },
		{ { "both" }, "the role is field, central, restore or drill" },
		{ { "field", "central" }, "one role only" },
		{ { "field", "--listen", "0.0.0.0:1" }, "--listen belongs to central" },
		{ { "central", "--web", "1" }, "--web belongs to field" },
		{ { "central", "--dir", "/d" }, "--listen ADDR:PORT" },
		{ { "central", "--dir", "/d", "--listen", "example.org:1" }, "--listen takes a numeric address" },
		{ { "field", "--lock-after", "604801" }, "--lock-after takes seconds" },
		{ { "field", "--init" }, "--init belongs to central" },
		{ { "central", "--listen", "0.0.0.0:1" }, "--dir DIR is needed" },
		{ { "central", "--dir", "/d", "--init-only", "--restored" }, "cannot be together" },
		{ { "central", "--dir", "/d", "--init-only", "--override-deny" }, "goes with --restored" },
		{ { "central", "--ops", "unix:relative" }, "--ops takes" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *const *w = cases[i].words;
		assert_false(tell(w[0], w[1], w[2], w[3], w[4], w[5], NULL));
		says(cases[i].said);
	}
	assert_true(tell("central", "--dir", "/d", "--init-only", NULL));
}

static char *printed(void (*print)(FILE *out))
{
	static char text[32 * 1024];
	FILE *out = fmemopen(text, sizeof text, "w");
	assert_non_null(out);
	print(out);
	fclose(out);
	return text;
}

static void print_o(FILE *out)
{
	options_print(&o, out);
}

/* What --check-config prints is a file that says the same. */
static void what_is_printed_reads_back_as_it_was(void **state)
{
	static const enum options_name names[] = { OPTIONS_DIR, OPTIONS_SOCKET, OPTIONS_KEY_FILE, OPTIONS_LOG_LEVEL, OPTIONS_LISTEN,
		OPTIONS_PUBLIC, OPTIONS_OPS, OPTIONS_DENY_FILE };
	char before[8][128], other[128];
	(void)state;
	assert_true(tell("central", "--dir", "/d", "--listen", "[::]:1", "--public", "a.example:2", "--ops", "127.0.0.1:0", NULL));
	for (size_t i = 0; i < 8; i++)
		snprintf(before[i], sizeof before[i], "%s", one(names[i]));
	snprintf(other, sizeof other, "%s/printed.conf", base);
	put(other, printed(print_o));
	assert_true(tell("central", "--config", other, NULL));
	for (size_t i = 0; i < 8; i++) {
		assert_string_equal(one(names[i]), before[i]);
		assert_non_null(o.values[names[i]].file);
	}
	assert_non_null(strstr(printed(print_o), "printed.conf:"));
}

static void help_fits_a_terminal_and_names_every_option(void **state)
{
	const char *text = printed(options_help);
	(void)state;
	for (const char *line = text; *line != '\0';) {
		size_t len = strcspn(line, "\n");
		assert_true(len <= 92);
		line += len + (line[len] == '\n');
	}
	assert_non_null(strstr(text, "--override-deny"));
	assert_true(tell("--help", NULL));
	assert_true(options_has(&o, OPTIONS_HELP));
	assert_true(tell("-V", NULL));
	assert_true(options_has(&o, OPTIONS_VERSION));
}

static void limits_of_alerts_are_those_of_the_rules_unless_told(void **state)
{
	static const struct {
		enum options_name name;
		const char *option, *none;
		uint64_t usual;
	} rows[] = {
		{ OPTIONS_ALERT_CONTACT, "--alert-contact", "0", ALERTS_CONTACT_DAYS },
		{ OPTIONS_ALERT_UNSENT, "--alert-unsent", "0", ALERTS_UNSENT_HOURS },
		{ OPTIONS_ALERT_DISK, "--alert-disk", "0", ALERTS_DISK_PERCENT },
		{ OPTIONS_ALERT_CLOCK, "--alert-clock", "9", ALERTS_CLOCK_S },
		{ OPTIONS_ALERT_FAILURES, "--alert-failures", "-1", ALERTS_FAILURES_MAX },
		{ OPTIONS_ALERT_QUARANTINE, "--alert-quarantine", "0", ALERTS_QUARANTINE_DAYS },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(tell("central", "--dir", "/d", "--listen", "127.0.0.1:0", "--config", "off", NULL));
		assert_int_equal(options_number(&o, rows[i].name), rows[i].usual);
		assert_true(tell("central", "--dir", "/d", "--listen", "127.0.0.1:0", "--config", "off", rows[i].option, "11", NULL));
		assert_int_equal(options_number(&o, rows[i].name), 11);
		assert_false(tell("central", "--dir", "/d", "--listen", "127.0.0.1:0", "--config", "off", rows[i].option, rows[i].none, NULL));
		assert_non_null(strstr(o.error, rows[i].option + 2));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_worker_needs_no_option, remove_file),
		cmocka_unit_test_teardown(a_folder_that_was_told_has_its_socket_in_it, remove_file),
		cmocka_unit_test_teardown(the_key_comes_from_the_credentials_where_there_is_one, remove_file),
		cmocka_unit_test_teardown(every_key_of_a_file_is_an_option, remove_file),
		cmocka_unit_test_teardown(the_command_line_wins_over_a_file, remove_file),
		cmocka_unit_test_teardown(what_a_file_says_wrong_is_told_with_its_line, remove_file),
		cmocka_unit_test_teardown(a_line_of_any_length_and_any_bytes_is_no_harm, remove_file),
		cmocka_unit_test_teardown(a_file_that_cannot_be_read_is_told_unless_it_is_not_there, remove_file),
		cmocka_unit_test_teardown(what_the_command_line_says_wrong_is_told, remove_file),
		cmocka_unit_test_teardown(limits_of_alerts_are_those_of_the_rules_unless_told, remove_file),
		cmocka_unit_test_teardown(what_is_printed_reads_back_as_it_was, remove_file),
		cmocka_unit_test_teardown(help_fits_a_terminal_and_names_every_option, remove_file),
	};
	return cmocka_run_group_tests(tests, make_base, remove_base);
}
