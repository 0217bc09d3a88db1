/* place: words that name a place, and a socket that listens there. */
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

#include "io/place.h"

static void words_name_a_place_or_not(void **state)
{
	static const char *const places[] = { "127.0.0.1:0", "0.0.0.0:9100", "[::1]:9100", "unix:/run/jalka/ops" };
	static const char *const none[] = { "", "9100", "localhost:9100", "unix:", "unix:ops", "unix:./ops", "/run/ops", "127.0.0.1", "127.0.0.1:65536",
		"unix:/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	struct place place;
	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		assert_true(place_is(places[i]));
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		assert_false(place_is(none[i]));
		assert_int_equal(place_listen(none[i], &place).kind, FAULT_CALLER);
	}
}

static void a_free_port_is_told_and_is_then_taken(void **state)
{
	struct place first, second;
	(void)state;
	assert_false(fault_is(place_listen("127.0.0.1:0", &first)));
	assert_ptr_equal(strstr(first.text, "127.0.0.1:"), first.text);
	assert_string_not_equal(first.text, "127.0.0.1:0");
	assert_int_equal(place_listen(first.text, &second).kind, FAULT_CALLER);
	close(first.fd);
}

static void a_unix_socket_is_for_its_group_and_replaces_one_left_over(void **state)
{
	char base[] = "/tmp/jalka-place-XXXXXX", words[64];
	struct place place;
	struct stat info;
	(void)state;
	assert_non_null(mkdtemp(base));
	snprintf(words, sizeof words, "unix:%s/ops", base);
	assert_false(fault_is(place_listen(words, &place)));
	close(place.fd); /* as after a crash: the file is left */
	assert_false(fault_is(place_listen(words, &place)));
	assert_int_equal(stat(place.path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0660);
	close(place.fd);
	place_leave(&place);
	assert_int_not_equal(stat(place.path, &info), 0);
	/* A file that is no socket stays. */
	FILE *file = fopen(place.path, "w");
	assert_non_null(file);
	fclose(file);
	assert_int_equal(place_listen(words, &place).kind, FAULT_CALLER);
	assert_int_equal(unlink(words + 5), 0);
	assert_int_equal(rmdir(base), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_name_a_place_or_not),
		cmocka_unit_test(a_free_port_is_told_and_is_then_taken),
		cmocka_unit_test(a_unix_socket_is_for_its_group_and_replaces_one_left_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
