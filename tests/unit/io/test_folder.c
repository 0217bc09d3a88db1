/* folder: one user's, one daemon's; files whole. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_made_for_its_user_alone),
		cmocka_unit_test(a_second_daemon_is_refused_until_the_first_is_gone),
		cmocka_unit_test(one_open_to_others_is_refused),
		cmocka_unit_test(files_are_whole_and_private),
		cmocka_unit_test(lines_are_added_and_keys_made_once),
	};
	return cmocka_run_group_tests(tests, make_base, remove_base);
}
