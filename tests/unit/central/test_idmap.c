/* Things found by id. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "central/idmap.h"

struct item {
	uint8_t id[ID_BYTES];
};

static void what_is_put_is_found_until_it_is_removed(void **state)
{
	(void)state;
	enum { COUNT = 500 };
	static struct item items[COUNT];
	static const uint8_t key[IDMAP_KEY_BYTES] = { 1 };
	struct idmap map;
	idmap_init(&map, key);
	for (size_t i = 0; i < COUNT; i++) {
		memcpy(items[i].id, &i, sizeof i);
		assert_null(idmap_get(&map, items[i].id));
		assert_true(idmap_put(&map, &items[i]));
	}
	/* every third goes; the others stay where a probe finds them */
	for (size_t i = 0; i < COUNT; i += 3)
		idmap_remove(&map, items[i].id);
	for (size_t i = 0; i < COUNT; i++)
		assert_ptr_equal(idmap_get(&map, items[i].id), i % 3 == 0 ? NULL : &items[i]);
	size_t at = 0, seen = 0;
	while (idmap_next(&map, &at) != NULL)
		seen++;
	assert_int_equal(seen, map.count);
	idmap_deinit(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_put_is_found_until_it_is_removed) };
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
