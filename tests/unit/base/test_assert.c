/* assert: a broken invariant ends the process and says where. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/assert.h"

static void what_holds_goes_on(void **state)
{
	(void)state;
	int evaluated = 0;
	ASSERT(++evaluated == 1);
	assert_int_equal(evaluated, 1);
}

static void what_does_not_hold_aborts_with_place_and_expression(void **state)
{
	(void)state;
	int ends[2], status;
	char text[256];
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct rlimit no_core = { 0, 0 };
		setrlimit(RLIMIT_CORE, &no_core);
		signal(SIGABRT, SIG_DFL);
		dup2(ends[1], STDERR_FILENO);
		ASSERT(2 + 2 == 5);
		_exit(0);
	}
	close(ends[1]);
	size_t len = 0;
	for (ssize_t n; (n = read(ends[0], text + len, sizeof text - 1 - len)) > 0;)
		len += (size_t)n;
	text[len] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_non_null(strstr(text, "test_assert.c:"));
	assert_non_null(strstr(text, "2 + 2 == 5"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_holds_goes_on),
		cmocka_unit_test(what_does_not_hold_aborts_with_place_and_expression),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
