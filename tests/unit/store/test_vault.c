/* vault: the store key comes back through its slots and through nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "store/vault.h"
#include "store/vault_file.h"

enum { TEST_PASSES = 1, TEST_MEMORY = 64 * 1024 };
static const struct vault_cost cheap = { TEST_PASSES, TEST_MEMORY };
static const char passphrase[] = "kolme sinist\xc3\xa4 porkkanaa";

struct room {
	char directory[64];
	char path[96], copy_a[104], copy_b[104];
};

static int enter(void **state)
{
	struct room *room = calloc(1, sizeof *room);
	const char *base = getenv("TMPDIR");
	snprintf(room->directory, sizeof room->directory, "%s/vaultXXXXXX", base != NULL && strlen(base) < 40 ? base : "/tmp");
	assert_non_null(mkdtemp(room->directory));
	snprintf(room->path, sizeof room->path, "%s/vault", room->directory);
	snprintf(room->copy_a, sizeof room->copy_a, "%s.a", room->path);
	snprintf(room->copy_b, sizeof room->copy_b, "%s.b", room->path);
	vault_floor_for_tests(TEST_PASSES, TEST_MEMORY);
	*state = room;
	return sodium_init() < 0 ? -1 : 0;
}

static int leave(void **state)
{
	struct room *room = *state;
	unlink(room->copy_a);
	unlink(room->copy_b);
	int rc = rmdir(room->directory); /* nothing else was left behind */
	free(room);
	return rc;
}

static void succeeds(struct fault fault)
{
	if (fault_is(fault))
		fail_msg("fault: %s", fault.what);
}

static void refuses(struct fault fault, enum fault_kind kind, const char *what)
{
	assert_int_equal(fault.kind, kind);
	if (strstr(fault.what, what) == NULL)
		fail_msg("expected \"%s\", got \"%s\"", what, fault.what);
}

static size_t slurp(const char *path, uint8_t *out, size_t size)
{
	int fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	ssize_t n = read(fd, out, size);
	assert_true(n > 0);
	close(fd);
	return (size_t)n;
}

static void spill(const char *path, const uint8_t *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

static void damage(const char *path, size_t at)
{
	uint8_t bytes[8192];
	size_t len = slurp(path, bytes, sizeof bytes);
	bytes[at % len] ^= 0x10;
	spill(path, bytes, len);
}

static void make(const struct room *room, uint8_t key[static VAULT_KEY_BYTES])
{
	struct vault *vault = NULL;
	succeeds(vault_create(room->path, span_text(passphrase), &cheap, &vault));
	succeeds(vault_key(vault, "store", key));
	vault_lock(vault);
}

static struct fault reopen(const struct room *room, const char *with, uint8_t key[static VAULT_KEY_BYTES])
{
	struct vault *vault = NULL;
	FAULT_TRY(vault_unlock(room->path, span_text(with), &vault));
	succeeds(vault_key(vault, "store", key));
	vault_lock(vault);
	return fault_none();
}

static void the_same_passphrase_gives_the_same_keys(void **state)
{
	const struct room *room = *state;
	uint8_t first[VAULT_KEY_BYTES], second[VAULT_KEY_BYTES];
	assert_false(vault_exists(room->path));
	make(room, first);
	assert_true(vault_exists(room->path));
	succeeds(reopen(room, passphrase, second));
	assert_memory_equal(first, second, VAULT_KEY_BYTES);
}

static void purposes_have_keys_of_their_own(void **state)
{
	const struct room *room = *state;
	uint8_t store[VAULT_KEY_BYTES], sign[VAULT_KEY_BYTES];
	struct vault *vault = NULL;
	succeeds(vault_create(room->path, span_text(passphrase), &cheap, &vault));
	succeeds(vault_key(vault, "store", store));
	succeeds(vault_key(vault, "sign", sign));
	assert_memory_not_equal(store, sign, VAULT_KEY_BYTES);
	vault_lock(vault);
}

static void a_wrong_passphrase_is_told_from_damage(void **state)
{
	const struct room *room = *state;
	uint8_t key[VAULT_KEY_BYTES];
	make(room, key);
	refuses(reopen(room, "kolme punaista porkkanaa", key), FAULT_CALLER, "wrong passphrase");
	damage(room->copy_a, 40);
	damage(room->copy_b, 60);
	refuses(reopen(room, passphrase, key), FAULT_STORE, "vault damaged");
	unlink(room->copy_a);
	unlink(room->copy_b);
	refuses(reopen(room, passphrase, key), FAULT_STORE, "vault missing");
}

static void any_damaged_byte_of_one_copy_lets_the_other_take_over(void **state)
{
	const struct room *room = *state;
	uint8_t key[VAULT_KEY_BYTES], again[VAULT_KEY_BYTES], bytes[8192];
	make(room, key);
	size_t len = slurp(room->copy_a, bytes, sizeof bytes);
	for (size_t at = 0; at < len; at += 13) {
		damage(room->copy_a, at);
		succeeds(reopen(room, passphrase, again));
		assert_memory_equal(key, again, VAULT_KEY_BYTES);
		uint8_t healed[8192];
		assert_int_equal(slurp(room->copy_a, healed, sizeof healed), len);
		assert_memory_equal(healed, bytes, len);
	}
	spill(room->copy_b, bytes, len / 2);
	succeeds(reopen(room, passphrase, again));
	assert_memory_equal(key, again, VAULT_KEY_BYTES);
}

static void a_change_of_passphrase_keeps_the_keys_and_ends_the_old_one(void **state)
{
	const struct room *room = *state;
	static const char other[] = "nelj\xc3\xa4 vihre\xc3\xa4\xc3\xa4 kurkkua";
	uint8_t key[VAULT_KEY_BYTES], again[VAULT_KEY_BYTES];
	struct vault *vault = NULL;
	make(room, key);
	succeeds(vault_unlock(room->path, span_text(passphrase), &vault));
	refuses(vault_change_passphrase(vault, span_text("not the old one"), span_text(other)), FAULT_CALLER, "wrong passphrase");
	refuses(vault_change_passphrase(vault, span_text(passphrase), span_text("short")), FAULT_CALLER, "8 characters");
	succeeds(vault_change_passphrase(vault, span_text(passphrase), span_text(other)));
	vault_lock(vault);
	refuses(reopen(room, passphrase, again), FAULT_CALLER, "wrong passphrase");
	succeeds(reopen(room, other, again));
	assert_memory_equal(key, again, VAULT_KEY_BYTES);
}

/* The crash between the two copies: the older one must not keep the old passphrase alive. */
static void a_lagging_copy_is_made_good_at_the_next_unlock(void **state)
{
	const struct room *room = *state;
	static const char other[] = "viisi keltaista sitruunaa";
	uint8_t key[VAULT_KEY_BYTES], older[8192];
	struct vault *vault = NULL;
	make(room, key);
	size_t len = slurp(room->copy_b, older, sizeof older);
	succeeds(vault_unlock(room->path, span_text(passphrase), &vault));
	succeeds(vault_change_passphrase(vault, span_text(passphrase), span_text(other)));
	vault_lock(vault);
	spill(room->copy_b, older, len);
	refuses(reopen(room, passphrase, key), FAULT_CALLER, "wrong passphrase");
	succeeds(reopen(room, other, key));
	unlink(room->copy_a);
	refuses(reopen(room, passphrase, key), FAULT_CALLER, "wrong passphrase");
	succeeds(reopen(room, other, key));
}

static void costs_below_the_floor_are_refused_both_ways(void **state)
{
	const struct room *room = *state;
	uint8_t key[VAULT_KEY_BYTES];
	struct vault *vault = NULL;
	static const struct vault_cost low = { TEST_PASSES, TEST_MEMORY / 2 };
	refuses(vault_create(room->path, span_text(passphrase), &low, &vault), FAULT_CALLER, "below the floor");
	make(room, key);
	vault_floor_for_tests(TEST_PASSES + 1, TEST_MEMORY);
	refuses(reopen(room, passphrase, key), FAULT_STORE, "below the floor");
}

/* Forged, with the digest made to fit: the parameters are authenticated. */
static void forged_costs_and_slots_do_not_open(void **state)
{
	const struct room *room = *state;
	struct vault_file file;
	bool lone = false;
	uint8_t key[VAULT_KEY_BYTES];
	make(room, key);
	succeeds(vault_file_read(room->path, &file, &lone));
	struct vault_file forged = file;
	forged.slots[0].passes++;
	forged.generation++;
	succeeds(vault_file_write(room->path, &forged));
	refuses(reopen(room, passphrase, key), FAULT_CALLER, "wrong passphrase");
	forged = file;
	forged.slots[0].memory_bytes = 1ull << 50;
	succeeds(vault_file_write(room->path, &forged));
	refuses(reopen(room, passphrase, key), FAULT_STORE, "beyond all bounds");
	forged = file;
	forged.slots[1].kind = VAULT_SLOT_RECOVERY; /* somebody's own recovery key slipped in */
	succeeds(vault_file_write(room->path, &forged));
	refuses(reopen(room, passphrase, key), FAULT_STORE, "seal does not fit");
}

static void a_recovery_key_opens_and_another_does_not(void **state)
{
	const struct room *room = *state;
	uint8_t public_key[32], secret_key[32], other_public[32], other_secret[32];
	uint8_t key[VAULT_KEY_BYTES], again[VAULT_KEY_BYTES];
	struct vault *vault = NULL;
	crypto_box_keypair(public_key, secret_key);
	crypto_box_keypair(other_public, other_secret);
	make(room, key);
	succeeds(vault_unlock(room->path, span_text(passphrase), &vault));
	succeeds(vault_add_recovery(vault, public_key));
	vault_lock(vault);
	succeeds(vault_unlock_recovery(room->path, secret_key, &vault));
	succeeds(vault_key(vault, "store", again));
	vault_lock(vault);
	assert_memory_equal(key, again, VAULT_KEY_BYTES);
	refuses(vault_unlock_recovery(room->path, other_secret, &vault), FAULT_CALLER, "wrong recovery key");
	succeeds(reopen(room, passphrase, again));
}

static void a_recovered_vault_takes_a_new_passphrase_and_no_other(void **state)
{
	const struct room *room = *state;
	uint8_t public_key[32], secret_key[32], key[VAULT_KEY_BYTES], again[VAULT_KEY_BYTES];
	struct vault *vault = NULL;
	crypto_box_keypair(public_key, secret_key);
	make(room, key);
	refuses(vault_unlock_recovery(room->path, secret_key, &vault), FAULT_CALLER, "never heard");
	succeeds(vault_unlock(room->path, span_text(passphrase), &vault));
	assert_false(vault_has_recovery(vault, public_key));
	succeeds(vault_add_recovery(vault, public_key));
	assert_true(vault_has_recovery(vault, public_key));
	vault_lock(vault);
	succeeds(vault_unlock_recovery(room->path, secret_key, &vault));
	refuses(vault_set_passphrase(vault, span_text("lyhyt")), FAULT_CALLER, "8 characters");
	succeeds(vault_set_passphrase(vault, span_text("uusi tunnuslause")));
	vault_lock(vault);
	refuses(reopen(room, passphrase, again), FAULT_CALLER, "wrong passphrase");
	succeeds(reopen(room, "uusi tunnuslause", again));
	assert_memory_equal(key, again, VAULT_KEY_BYTES);
	succeeds(vault_unlock_recovery(room->path, secret_key, &vault)); /* its slot stays */
	vault_lock(vault);
}

static void a_key_file_opens_a_server_s_vault(void **state)
{
	const struct room *room = *state;
	uint8_t credential[48], key[VAULT_KEY_BYTES], again[VAULT_KEY_BYTES];
	struct vault *vault = NULL;
	randombytes_buf(credential, sizeof credential);
	refuses(vault_create_keyfile(room->path, span_of(credential, 31), &vault), FAULT_CALLER, "32 bytes");
	succeeds(vault_create_keyfile(room->path, span_of(credential, sizeof credential), &vault));
	succeeds(vault_key(vault, "store", key));
	vault_lock(vault);
	succeeds(vault_unlock_keyfile(room->path, span_of(credential, sizeof credential), &vault));
	succeeds(vault_key(vault, "store", again));
	vault_lock(vault);
	assert_memory_equal(key, again, VAULT_KEY_BYTES);
	credential[47] ^= 1;
	refuses(vault_unlock_keyfile(room->path, span_of(credential, sizeof credential), &vault), FAULT_CALLER, "wrong key file");
	refuses(vault_unlock(room->path, span_text(passphrase), &vault), FAULT_CALLER, "wrong passphrase");
}

static void short_or_malformed_passphrases_are_refused(void **state)
{
	const struct room *room = *state;
	struct vault *vault = NULL;
	refuses(vault_create(room->path, span_text("seitsem"), &cheap, &vault), FAULT_CALLER, "8 characters");
	refuses(vault_create(room->path, span_text("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"), &cheap, &vault), FAULT_CALLER, "8 characters");
	refuses(vault_create(room->path, span_text("abcdefgh\xff"), &cheap, &vault), FAULT_CALLER, "UTF-8");
	assert_false(vault_exists(room->path));
}

static void an_existing_vault_is_never_replaced(void **state)
{
	const struct room *room = *state;
	uint8_t key[VAULT_KEY_BYTES];
	struct vault *vault = NULL;
	make(room, key);
	unlink(room->copy_a);
	refuses(vault_create(room->path, span_text(passphrase), &cheap, &vault), FAULT_CALLER, "exists");
}

static void a_destroyed_vault_is_gone(void **state)
{
	const struct room *room = *state;
	uint8_t key[VAULT_KEY_BYTES];
	make(room, key);
	succeeds(vault_destroy(room->path));
	assert_false(vault_exists(room->path));
	refuses(reopen(room, passphrase, key), FAULT_STORE, "vault missing");
}

static void a_folder_that_cannot_be_written_is_a_fault_of_the_store(void **state)
{
	struct vault *vault = NULL;
	(void)state;
	refuses(vault_create("/nonexistent-folder/vault", span_text(passphrase), &cheap, &vault), FAULT_STORE, "cannot be written");
}

static void no_secret_stands_in_the_files(void **state)
{
	const struct room *room = *state;
	uint8_t bytes[8192];
	uint8_t key[VAULT_KEY_BYTES];
	make(room, key);
	size_t len = slurp(room->copy_a, bytes, sizeof bytes);
	assert_null(memmem(bytes, len, passphrase, strlen(passphrase)));
	assert_null(memmem(bytes, len, key, sizeof key));
}

static long resident_kib(void)
{
	long total = 0, resident = 0;
	FILE *statm = fopen("/proc/self/statm", "r");
	assert_non_null(statm);
	assert_int_equal(fscanf(statm, "%ld %ld", &total, &resident), 2);
	fclose(statm);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* At the real floor, once: 256 MiB are taken and given back. */
static void the_memory_of_argon2id_goes_back_to_the_system(void **state)
{
	const struct room *room = *state;
	static const struct vault_cost real = { VAULT_PASSES_MIN, VAULT_MEMORY_MIN };
	struct vault *vault = NULL;
	struct rusage usage;
	vault_floor_for_tests(VAULT_PASSES_MIN, VAULT_MEMORY_MIN);
	long before = resident_kib();
	succeeds(vault_create(room->path, span_text(passphrase), &real, &vault));
	long after = resident_kib();
	getrusage(RUSAGE_SELF, &usage);
	assert_true(usage.ru_maxrss > (long)(VAULT_MEMORY_MIN / 1024));
	assert_true(after - before < 8 * 1024);
	vault_lock(vault);
}

/* How long it then takes is not asked here: others may be using the processor. */
static void a_cost_that_is_not_given_is_calibrated_above_the_floor(void **state)
{
	const struct room *room = *state;
	struct vault *vault = NULL;
	struct vault_file file;
	bool lone = false;
	vault_floor_for_tests(VAULT_PASSES_MIN, VAULT_MEMORY_MIN);
	succeeds(vault_create(room->path, span_text(passphrase), NULL, &vault));
	vault_lock(vault);
	succeeds(vault_file_read(room->path, &file, &lone));
	assert_false(lone);
	assert_true(file.slots[0].passes >= VAULT_PASSES_MIN && file.slots[0].passes <= 64);
	assert_true(file.slots[0].memory_bytes >= VAULT_MEMORY_MIN);
}

static void leave_copy(const char *of, const char *as)
{
	uint8_t bytes[8192];
	int in = open(of, O_RDONLY | O_CLOEXEC), out = open(as, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ssize_t len = read(in, bytes, sizeof bytes);
	assert_true(len > 0 && write(out, bytes, (size_t)len) == len && close(in) == 0 && close(out) == 0);
}

/* It opens to the passphrase of its time. */
static void what_a_crash_left_of_writing_it_goes(void **state)
{
	struct room *room = *state;
	struct vault *vault;
	char left_a[120], left_b[120];
	snprintf(left_a, sizeof left_a, "%s.new", room->copy_a);
	snprintf(left_b, sizeof left_b, "%s.new", room->copy_b);
	succeeds(vault_create(room->path, span_text(passphrase), &cheap, &vault));
	vault_lock(vault);
	leave_copy(room->copy_a, left_a);
	leave_copy(room->copy_a, left_b);
	refuses(vault_unlock(room->path, span_text("jokin aivan muu"), &vault), FAULT_CALLER, "wrong passphrase");
	assert_int_equal(access(left_a, F_OK), 0);
	succeeds(vault_unlock(room->path, span_text(passphrase), &vault));
	assert_true(access(left_a, F_OK) != 0 && access(left_b, F_OK) != 0);
	leave_copy(room->copy_a, left_a);
	succeeds(vault_change_passphrase(vault, span_text(passphrase), span_text("toinen tunnuslause")));
	assert_true(access(left_a, F_OK) != 0);
	vault_lock(vault);
	leave_copy(room->copy_a, left_a);
	leave_copy(room->copy_a, left_b);
	succeeds(vault_destroy(room->path));
	assert_true(access(left_a, F_OK) != 0 && access(left_b, F_OK) != 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
	const struct CMUnitTest tests[] = {
		TEST(the_same_passphrase_gives_the_same_keys),
		TEST(purposes_have_keys_of_their_own),
		TEST(a_wrong_passphrase_is_told_from_damage),
		TEST(any_damaged_byte_of_one_copy_lets_the_other_take_over),
		TEST(a_change_of_passphrase_keeps_the_keys_and_ends_the_old_one),
		TEST(a_lagging_copy_is_made_good_at_the_next_unlock),
		TEST(costs_below_the_floor_are_refused_both_ways),
		TEST(forged_costs_and_slots_do_not_open),
		TEST(a_recovery_key_opens_and_another_does_not),
		TEST(a_recovered_vault_takes_a_new_passphrase_and_no_other),
		TEST(a_key_file_opens_a_server_s_vault),
		TEST(short_or_malformed_passphrases_are_refused),
		TEST(an_existing_vault_is_never_replaced),
		TEST(a_destroyed_vault_is_gone),
		TEST(what_a_crash_left_of_writing_it_goes),
		TEST(a_folder_that_cannot_be_written_is_a_fault_of_the_store),
		TEST(no_secret_stands_in_the_files),
		TEST(the_memory_of_argon2id_goes_back_to_the_system),
		TEST(a_cost_that_is_not_given_is_calibrated_above_the_floor),
	};
	return cmocka_run_group_tests_name("vault", tests, NULL, NULL);
}
