/* What a folder lies on, from a sysfs built for the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "io/disk.h"

static char root[64];

static void shell(const char *command)
{
	char line[2048];
	snprintf(line, sizeof line, "cd '%s' && %s", root, command);
	assert_int_equal(system(line), 0);
}

static int begin(void **state)
{
	(void)state;
	strcpy(root, "/tmp/jalka-disk-XXXXXX");
	if (mkdtemp(root) == NULL)
		return -1;
	/* A disk of three partitions; on the second LUKS with LVM on it; on the third LVM alone. */
	shell("mkdir -p sys/dev/block sys/devices/sda/queue sys/devices/sda/sda1 sys/devices/sda/sda2 sys/devices/sda/sda3 && "
	      "for p in 1 2 3; do echo $p > sys/devices/sda/sda$p/partition; done && "
	      "for n in 0 1 2 3 4; do mkdir -p sys/devices/dm-$n/dm sys/devices/dm-$n/slaves sys/devices/dm-$n/queue; done && "
	      "echo CRYPT-LUKS2-00-sda2_crypt > sys/devices/dm-0/dm/uuid && ln -s ../../sda/sda2 sys/devices/dm-0/slaves/sda2 && "
	      "echo LVM-aa > sys/devices/dm-1/dm/uuid && ln -s ../../dm-0 sys/devices/dm-1/slaves/dm-0 && "
	      "echo LVM-bb > sys/devices/dm-2/dm/uuid && ln -s ../../sda/sda3 sys/devices/dm-2/slaves/sda3 && "
	      "echo LVM-cc > sys/devices/dm-3/dm/uuid && ln -s ../../dm-0 sys/devices/dm-3/slaves/dm-0 && "
	      "ln -s ../../sda/sda3 sys/devices/dm-3/slaves/sda3 && "
	      "echo LVM-ring > sys/devices/dm-4/dm/uuid && ln -s ../../dm-4 sys/devices/dm-4/slaves/dm-4 && "
	      "mkdir -p sys/devices/loop0/loop sys/devices/loop0/queue && "
	      "ln -s ../../devices/sda/sda1 sys/dev/block/8:1 && ln -s ../../devices/loop0 sys/dev/block/7:0 && "
	      "for n in 0 1 2 3 4; do ln -s ../../devices/dm-$n sys/dev/block/254:$n; done");
	return 0;
}

static int end(void **state)
{
	char line[128];
	(void)state;
	snprintf(line, sizeof line, "rm -rf '%s'", root);
	return system(line);
}

static void a_partition_of_a_plain_disk_is_not_encrypted(void **state)
{
	(void)state;
	assert_int_equal(disk_of_device(root, 8, 1), DISK_NOT_ENCRYPTED);
}

static void luks_is_encrypted_and_a_volume_on_it_too(void **state)
{
	(void)state;
	assert_int_equal(disk_of_device(root, 254, 0), DISK_ENCRYPTED);
	assert_int_equal(disk_of_device(root, 254, 1), DISK_ENCRYPTED);
}

static void a_volume_on_a_plain_partition_is_not(void **state)
{
	(void)state;
	assert_int_equal(disk_of_device(root, 254, 2), DISK_NOT_ENCRYPTED);
}

static void a_volume_that_lies_on_both_is_not(void **state)
{
	(void)state;
	assert_int_equal(disk_of_device(root, 254, 3), DISK_NOT_ENCRYPTED);
}

static void what_cannot_be_followed_is_not_known(void **state)
{
	(void)state;
	assert_int_equal(disk_of_device(root, 254, 4), DISK_NOT_KNOWN); /* a ring */
	assert_int_equal(disk_of_device(root, 7, 0), DISK_NOT_KNOWN);   /* a file in a loop */
	assert_int_equal(disk_of_device(root, 9, 9), DISK_NOT_KNOWN);
	assert_int_equal(disk_of_folder("/nowhere/at/all"), DISK_NOT_KNOWN);
	assert_int_equal(disk_of_folder("/proc"), DISK_NOT_KNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_partition_of_a_plain_disk_is_not_encrypted),
		cmocka_unit_test(luks_is_encrypted_and_a_volume_on_it_too),
		cmocka_unit_test(a_volume_on_a_plain_partition_is_not),
		cmocka_unit_test(a_volume_that_lies_on_both_is_not),
		cmocka_unit_test(what_cannot_be_followed_is_not_known),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
