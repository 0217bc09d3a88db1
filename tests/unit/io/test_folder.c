/* folder: one user's, one daemon's; files whole. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/folder.h"

static char base[] = "/tmp/jalka-folder-XXXXXX";
static char path[64];

static int make_base(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(base));
	snprintf(path, sizeof path, "%s/d", base);
	return 0;
}

static int remove_base(void **state)
{
	char command[100];
	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", base);
	return system(command);
}

static void it_is_made_for_its_user_alone(void **state)
{
	struct folder folder;
	struct stat info;
	(void)state;
	assert_false(fault_is(folder_open(path, &folder)));
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
	folder_close(&folder);
}

static void a_second_daemon_is_refused_until_the_first_is_gone(void **state)
{
	struct folder first, second;
	(void)state;
	assert_false(fault_is(folder_open(path, &first)));
	assert_int_equal(folder_open(path, &second).kind, FAULT_CALLER);
	folder_close(&first);
	assert_false(fault_is(folder_open(path, &second)));
	folder_close(&second);
}

static void one_open_to_others_is_refused(void **state)
{
	struct folder folder;
	(void)state;
	assert_int_equal(chmod(path, 0750), 0);
	assert_int_equal(folder_open(path, &folder).kind, FAULT_CALLER);
	assert_int_equal(chmod(path, 0700), 0);
}

static void files_are_whole_and_private(void **state)
{
	struct folder folder;
	struct stat info;
	char file[PATH_MAX];
	uint8_t back[100];
	size_t len;
	(void)state;
	assert_false(fault_is(folder_open(path, &folder)));
	assert_false(fault_is(folder_write(&folder, "address", span_text("127.0.0.1:1"))));
	assert_false(fault_is(folder_write(&folder, "address", span_text("127.0.0.1:22"))));
	assert_false(fault_is(folder_file(&folder, "address", file, sizeof file)));
	assert_false(fault_is(folder_read(file, back, sizeof back, &len)));
	assert_int_equal(len, 12);
	assert_memory_equal(back, "127.0.0.1:22", 12);
	assert_int_equal(stat(file, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_false(fault_is(folder_read(file, back, 12, &len))); /* exactly as long */
	assert_int_equal(folder_read(file, back, 11, &len).kind, FAULT_CALLER);
	assert_int_equal(folder_read("/nonexistent/file", back, 11, &len).kind, FAULT_CALLER);
	folder_close(&folder);
}

static void lines_are_added_and_keys_made_once(void **state)
{
	char file[PATH_MAX + 8];
	uint8_t back[100];
	size_t len;
	(void)state;
	snprintf(file, sizeof file, "%s/deny", path);
	assert_true(folder_append_line(file, span_text("one")));
	assert_true(folder_append_line(file, span_text("two")));
	assert_false(fault_is(folder_read(file, back, sizeof back, &len)));
	assert_memory_equal(back, "one\ntwo\n", len);
	assert_false(folder_append_line("/nonexistent/deny", span_text("x")));
	snprintf(file, sizeof file, "%s/store.key", path);
	assert_false(fault_is(folder_make_key(file)));
	assert_false(fault_is(folder_read(file, back, sizeof back, &len)));
	assert_int_equal(len, 32);
	assert_int_equal(folder_make_key(file).kind, FAULT_CALLER);
}

static void write_whole(const char *file, const char *text)
{
	FILE *out = fopen(file, "w");
	assert_non_null(out);
	assert_int_equal(fputs(text, out) < 0, 0);
	assert_int_equal(fclose(out), 0);
}

static void stands(const char *file, const char *text)
{
	uint8_t back[20000];
	size_t len;
	assert_false(fault_is(folder_read(file, back, sizeof back, &len)));
	assert_int_equal(len, strlen(text));
	assert_memory_equal(back, text, len);
}

static void a_torn_line_goes_before_the_next_is_added(void **state)
{
	char file[PATH_MAX + 8], text[12000];
	(void)state;
	snprintf(file, sizeof file, "%s/torn", path);
	write_whole(file, "abc"); /* a full disk, or the power went */
	assert_true(folder_append_line(file, span_text("two")));
	stands(file, "two\n");
	write_whole(file, "one\nabc");
	assert_true(folder_append_line(file, span_text("two")));
	stands(file, "one\ntwo\n");
	memset(text, 'x', sizeof text); /* longer than what is looked through at once */
	memcpy(text, "one\n", 4);
	text[sizeof text - 1] = '\0';
	write_whole(file, text);
	assert_true(folder_append_line(file, span_text("two")));
	stands(file, "one\ntwo\n");
}

/* A disk that is full, as far as a process can have one of its own. */
static void a_line_that_cannot_be_written_leaves_nothing(void **state)
{
	char file[PATH_MAX + 8], line[100];
	struct rlimit before, small;
	(void)state;
	snprintf(file, sizeof file, "%s/full", path);
	memset(line, 'x', sizeof line);
	assert_true(folder_append_line(file, span_text("one")));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){ .rlim_cur = 50, .rlim_max = before.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	bool added = folder_append_line(file, span_of((const uint8_t *)line, sizeof line));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_false(added);
	stands(file, "one\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_made_for_its_user_alone),
		cmocka_unit_test(a_second_daemon_is_refused_until_the_first_is_gone),
		cmocka_unit_test(one_open_to_others_is_refused),
		cmocka_unit_test(files_are_whole_and_private),
		cmocka_unit_test(lines_are_added_and_keys_made_once),
		cmocka_unit_test(a_torn_line_goes_before_the_next_is_added),
		cmocka_unit_test(a_line_that_cannot_be_written_leaves_nothing),
	};
	return cmocka_run_group_tests(tests, make_base, remove_base);
}
