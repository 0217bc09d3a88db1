/* logline: one write a line, nothing in a value ends it or looks like another key. */
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

#include "io/logline.h"

static char text[4096];

/* What a line is, caught on a pipe in the place of standard error. */
static const char *logged(enum logline_level level, const char *event, const struct logline_field *fields, bool to_journal)
{
	int ends[2], before = dup(STDERR_FILENO);
	struct stat info;
	char stream[64];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fstat(ends[1], &info), 0);
	snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)info.st_dev, (unsigned long long)info.st_ino + !to_journal);
	setenv("JOURNAL_STREAM", stream, 1);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	logline(level, event, fields);
	dup2(before, STDERR_FILENO);
	close(before);
	ssize_t n = read(ends[0], text, sizeof text - 1);
	close(ends[0]);
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void the_journal_gets_a_priority_and_no_time(void **state)
{
	const uint8_t id[ID_BYTES] = { 0xab, 1 };
	(void)state;
	assert_string_equal(logged(LOGLINE_NOTICE, "session", LOGLINE_FIELDS(logline_id("device", id), logline_number("n", 7)), true),
			    "<5>event=session device=ab010000000000000000000000000000 n=7\n");
	assert_string_equal(logged(LOGLINE_ERROR, "ready", NULL, true), "<3>event=ready\n");
}

static void elsewhere_a_line_says_when_and_how_bad(void **state)
{
	(void)state;
	const char *line = logged(LOGLINE_WARNING, "ready", NULL, false);
	assert_ptr_equal(strstr(line, "time=2"), line);
	assert_non_null(strstr(line, "Z level=warning event=ready\n"));
}

static void a_value_stays_one_value(void **state)
{
	(void)state;
	assert_string_equal(logged(LOGLINE_NOTICE, "e", LOGLINE_FIELDS(logline_text("why", "a b=\"c\"\\\n<3>event=x")), true),
			    "<5>event=e why=\"a b=\\\"c\\\"\\\\ <3>event=x\"\n");
	assert_string_equal(logged(LOGLINE_NOTICE, "e", LOGLINE_FIELDS(logline_text("why", "")), true), "<5>event=e why=\"\"\n");
}

static void a_long_line_is_cut_and_ends(void **state)
{
	static char all[3000];
	(void)state;
	memset(all, 'x', sizeof all - 1);
	const char *line = logged(LOGLINE_NOTICE, "e", LOGLINE_FIELDS(logline_text("why", all)), true);
	assert_int_equal(strlen(line), 1024);
	assert_ptr_equal(strchr(line, '\n'), line + 1023);
}

static void what_is_less_important_is_neither_written_nor_counted(void **state)
{
	enum logline_level level;
	(void)state;
	uint64_t before = logline_count(LOGLINE_INFO);
	assert_string_equal(logged(LOGLINE_INFO, "e", NULL, true), "");
	assert_int_equal(logline_count(LOGLINE_INFO), before);
	assert_true(logline_level_read("info", &level));
	logline_set_level(level);
	assert_string_equal(logged(LOGLINE_INFO, "e", NULL, true), "<6>event=e\n");
	assert_int_equal(logline_count(LOGLINE_INFO), before + 1);
	assert_false(logline_level_read("loud", &level));
	logline_set_level(LOGLINE_NOTICE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_journal_gets_a_priority_and_no_time),
		cmocka_unit_test(elsewhere_a_line_says_when_and_how_bad),
		cmocka_unit_test(a_value_stays_one_value),
		cmocka_unit_test(a_long_line_is_cut_and_ends),
		cmocka_unit_test(what_is_less_important_is_neither_written_nor_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
