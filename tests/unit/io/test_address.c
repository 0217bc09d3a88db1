/* address: what people write is read, what they mistype is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/address.h"

static void host_and_port_come_back_as_written(void **state)
{
	static const char *good[] = { "127.0.0.1:7373", "[::1]:1", "central.example.org:65535", "0.0.0.0:0" };
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct address a;
		char text[ADDRESS_TEXT_BYTES];
		assert_false(fault_is(address_read(span_text(good[i]), &a)));
		address_write(&a, text);
		assert_string_equal(text, good[i]);
	}
}

static void what_is_no_address_is_refused(void **state)
{
	static const char *bad[] = { "", ":", "host", "host:", ":80", "host:65536", "host:-1", "host:8x", "::1:80",
				     "ho st:80", "host:000080", "[]:80", "[::1]80", "hö:80" };
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct address a = { .port = 99 };
		assert_int_equal(address_read(span_text(bad[i]), &a).kind, FAULT_CALLER);
		assert_int_equal(a.port, 99); /* outputs only on success */
	}
	char longest[400];
	memset(longest, 'a', sizeof longest);
	memcpy(longest + sizeof longest - 3, ":80", 3);
	struct address a;
	assert_true(fault_is(address_read(span_of(longest, sizeof longest), &a)));
}

static void only_numbers_need_no_name_server(void **state)
{
	struct address a;
	struct sockaddr_storage at;
	char text[ADDRESS_TEXT_BYTES];
	(void)state;
	assert_false(fault_is(address_read(span_text("127.0.0.1:7373"), &a)));
	assert_true(address_numeric(&a, &at));
	address_of_socket(&at, text);
	assert_string_equal(text, "127.0.0.1:7373");
	assert_false(fault_is(address_read(span_text("[fe80::1]:7373"), &a)));
	assert_true(address_numeric(&a, &at));
	address_of_socket(&at, text);
	assert_string_equal(text, "[fe80::1]:7373");
	assert_false(fault_is(address_read(span_text("localhost:1"), &a)));
	assert_false(address_numeric(&a, &at));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_and_port_come_back_as_written),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(only_numbers_need_no_name_server),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
