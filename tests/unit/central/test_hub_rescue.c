/* Rescued work: it takes the way of a push as far as the chain goes, and a person's beyond. */
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
#include <sodium.h>

#include "central/hub_state.h"
#include "lib/carried.h"
#include "lib/rules.h"
#include "records_table.h"

enum { WORKS = 64 };

struct disk {
	char path[64];
	uint8_t key[RESCUE_KEY_BYTES], secret[RESCUE_KEY_BYTES];
	struct rescue_work works[WORKS];
	uint8_t *plain[WORKS];
	struct hub_rescued results[WORKS];
	size_t count;
};

static struct disk disk;

static int setup(void **state)
{
	(void)state;
	assert_true(sodium_init() >= 0);
	disk = (struct disk){ .count = 0 };
	snprintf(disk.path, sizeof disk.path, "/tmp/jalka-hub-rescue-%d", (int)getpid());
	crypto_box_keypair(disk.key, disk.secret);
	return 0;
}

static void forget_works(void)
{
	for (size_t i = 0; i < disk.count; i++)
		free(disk.plain[i]);
	disk.count = 0;
}

static int teardown(void **state)
{
	(void)state;
	forget_works();
	(void)unlink(disk.path);
	return 0;
}

static bool open_one(void *ctx, const struct rescue_record *record)
{
	(void)ctx;
	if (record->sealed.len == 0)
		return true;
	assert_true(disk.count < WORKS);
	disk.plain[disk.count] = malloc(RESCUE_PLAIN_BYTES);
	assert_int_equal(rescue_open(record, disk.key, disk.secret, disk.plain[disk.count], &disk.works[disk.count]).kind, FAULT_NONE);
	disk.count++;
	return true;
}

static void read_disk(void)
{
	struct rescue *file;
	forget_works();
	assert_false(fault_is(rescue_file_open(disk.path, &file)));
	assert_false(fault_is(rescue_file_scan(file, open_one, NULL)));
	rescue_file_close(file);
}

static void seal_to(struct pair *pair, size_t device)
{
	assert_false(fault_is(replica_rescue_to(pair_replica(pair, device), disk.path, disk.key)));
}

static size_t bring(struct pair *pair, size_t from, size_t count, enum hub_rescued_as as)
{
	size_t found = 0;
	assert_false(fault_is(hub_rescue(pair_hub(pair), disk.works + from, count, pair_hub_time(pair), disk.results)));
	for (size_t i = 0; i < count; i++)
		found += disk.results[i].as == as;
	return found;
}

static bool count_waiting(void *ctx, const struct hub_quarantined *item)
{
	(void)item;
	++*(size_t *)ctx;
	return true;
}

static size_t waiting(struct pair *pair)
{
	size_t count = 0;
	assert_false(fault_is(hub_quarantine(pair_hub(pair), count_waiting, &count)));
	return count;
}

/* A device with a shared case, whose file follows it. */
static struct pair *begin(struct case_id *id)
{
	struct pair *pair = pair_new(1, 2);
	*id = rules_shared_case(pair, 2);
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	seal_to(pair, 0);
	return pair;
}

static void what_was_never_sent_is_accepted_and_reaches_the_other(void **state)
{
	struct case_id id;
	struct pair *pair = begin(&id);
	(void)state;
	pair_note(pair, 0, id, "kaivon kansi");
	pair_note(pair, 0, id, "kellarin luukku");
	read_disk();
	assert_int_equal(bring(pair, 0, disk.count, HUB_RESCUED_ACCEPTED), 2);
	assert_true(pair_finds(pair_hub_log(pair), "kellarin luukku"));
	rules_sync(pair, 1);
	assert_true(pair_finds(pair_device_log(pair, 1), "kaivon kansi"));
	assert_int_equal(bring(pair, 0, disk.count, HUB_RESCUED_HERE), disk.count);
	rules_sync(pair, 0); /* the device lives after all: it gets its receipts */
	assert_int_equal(pair_count(pair_device_log(pair, 0), LOG_LOCAL), 0);
	assert_int_equal(waiting(pair), 0);
	pair_free(pair);
}

static void what_is_there_when_the_key_comes_is_sealed_too(void **state)
{
	(void)state;
	struct pair *pair = pair_new(1, 1);
	struct case_id id = rules_shared_case(pair, 1);
	rules_sync(pair, 0);
	pair_note(pair, 0, id, "ennen avainta");
	seal_to(pair, 0);
	read_disk();
	assert_int_equal(bring(pair, 0, disk.count, HUB_RESCUED_ACCEPTED), 1);
	pair_free(pair);
}

static void behind_a_gap_it_waits_and_its_author_may_still_come(void **state)
{
	struct case_id id;
	struct pair *pair = begin(&id);
	(void)state;
	pair_note(pair, 0, id, "yksi");
	pair_note(pair, 0, id, "kaksi");
	pair_note(pair, 0, id, "kolme");
	read_disk();
	assert_int_equal(bring(pair, disk.count - 2, 2, HUB_RESCUED_WAITS), 2);
	assert_int_equal(disk.results[0].reason, jalka_Reason_VOUCHED);
	assert_int_equal(bring(pair, disk.count - 2, 2, HUB_RESCUED_HERE), 2);
	assert_int_equal(waiting(pair), 2);
	rules_sync(pair, 0); /* its author's own word takes the place of the vouched one */
	assert_int_equal(waiting(pair), 0);
	assert_int_equal(pair_count(pair_device_log(pair, 0), LOG_LOCAL), 0);
	pair_free(pair);
}

static bool accept_first(void *ctx, const struct hub_quarantined *item)
{
	*(struct hub_quarantined *)ctx = *item;
	return false;
}

/* A signed note: before, the second saying of it waited as FROZEN_FIELD. */
static void accepted_behind_a_gap_it_is_accepted_again_from_its_author(void **state)
{
	struct case_id id;
	struct hub_quarantined item;
	struct pair *pair = begin(&id);
	(void)state;
	pair_note(pair, 0, id, "yksi");
	pair_note(pair, 0, id, "kaksi");
	read_disk();
	assert_int_equal(bring(pair, disk.count - 1, 1, HUB_RESCUED_WAITS), 1);
	assert_false(fault_is(hub_quarantine(pair_hub(pair), accept_first, &item)));
	assert_false(fault_is(hub_decide(pair_hub(pair), &item.author, item.seq, &(struct hub_ruling){ .accept = true },
					 pair_hub_time(pair))));
	rules_sync(pair, 0);
	assert_int_equal(waiting(pair), 0);
	assert_int_equal(pair_count(pair_hub_log(pair), LOG_QUARANTINED), 0);
	pair_free(pair);
}

static void a_revoked_device_s_work_waits(void **state)
{
	struct case_id id;
	struct pair *pair = begin(&id);
	(void)state;
	pair_note(pair, 0, id, "kadonneen koneen rivi");
	assert_false(fault_is(hub_device_set_state(pair_hub(pair), pair_node(pair, 0), HUB_DEVICE_REVOKED, pair_hub_time(pair))));
	read_disk();
	assert_int_equal(bring(pair, disk.count - 1, 1, HUB_RESCUED_WAITS), 1);
	assert_int_equal(disk.results[0].reason, jalka_Reason_DEVICE_REVOKED);
	rules_sync(pair, 0); /* it erases itself, and its file with it */
	assert_int_equal(access(disk.path, F_OK), -1);
	pair_free(pair);
}

static void what_its_device_did_not_sign_is_not_taken(void **state)
{
	struct case_id id;
	struct pair *pair = begin(&id);
	(void)state;
	pair_note(pair, 0, id, "oma rivi");
	read_disk();
	struct rescue_work *work = &disk.works[disk.count - 1];
	const struct rescue_work whole = *work;
	work->seq++;
	assert_int_equal(bring(pair, disk.count - 1, 1, HUB_RESCUED_FORGED), 1);
	*work = whole;
	work->salt[0] ^= 1;
	assert_int_equal(bring(pair, disk.count - 1, 1, HUB_RESCUED_FORGED), 1);
	*work = whole;
	work->before.bytes[5] ^= 1;
	assert_int_equal(bring(pair, disk.count - 1, 1, HUB_RESCUED_FORGED), 1);
	*work = whole;
	work->author.node = pair_node(pair, 1); /* of another device */
	assert_int_equal(bring(pair, disk.count - 1, 1, HUB_RESCUED_FORGED), 1);
	memset(work->author.node.bytes, 7, ID_BYTES); /* of none */
	assert_int_equal(bring(pair, disk.count - 1, 1, HUB_RESCUED_STRANGE), 1);
	*work = whole;
	assert_int_equal(bring(pair, disk.count - 1, 1, HUB_RESCUED_ACCEPTED), 1);
	pair_free(pair);
}

static void what_a_backup_has_leaves_the_file_and_nothing_else(void **state)
{
	struct case_id id;
	struct pair *pair = begin(&id);
	struct hub_counters counters;
	(void)state;
	pair_note(pair, 0, id, "varmuuskopiossa");
	rules_sync(pair, 0);
	hub_counters(pair_hub(pair), &counters);
	pair_note(pair, 0, id, "lähettämättä");
	assert_false(fault_is(hub_safe_order(pair_hub(pair), counters.last_order, pair_hub_time(pair))));
	pair_connect(pair, 0);
	pair_carry(pair);
	read_disk();
	size_t unsafe = disk.count;
	hub_counters(pair_hub(pair), &counters);
	assert_false(fault_is(hub_safe_order(pair_hub(pair), counters.last_order, pair_hub_time(pair))));
	pair_carry(pair);
	read_disk();
	assert_true(unsafe >= 1);
	assert_int_equal(disk.count, 0);
	pair_note(pair, 0, id, "sen jälkeen");
	read_disk();
	assert_int_equal(disk.count, 1);
	pair_free(pair);
}

static void a_crash_between_commit_and_file_is_made_up_for(void **state)
{
	struct case_id id;
	struct pair *pair = begin(&id);
	(void)state;
	pair_note(pair, 0, id, "yksi");
	pair_device_crash(pair, 0); /* the new process has not heard of the file yet */
	pair_note(pair, 0, id, "kaksi");
	seal_to(pair, 0);
	read_disk();
	size_t count = disk.count;
	assert_int_equal(bring(pair, 0, disk.count, HUB_RESCUED_ACCEPTED), 2);
	(void)unlink(disk.path); /* and a file that is gone is made again */
	pair_device_crash(pair, 0);
	seal_to(pair, 0);
	read_disk();
	assert_int_equal(disk.count, count);
	pair_free(pair);
}

static bool count_orders(void *ctx, const struct log_entry *entry)
{
	*(size_t *)ctx += entry->order_count;
	return true;
}

static void an_order_that_the_file_does_not_know_of_is_lost_at_the_device_too(void **state)
{
	struct case_id id;
	struct pair *pair = begin(&id);
	size_t there = 0, here = 0;
	(void)state;
	struct log *backup = pair_hub_backup(pair);
	struct record_id note = pair_note(pair, 0, id, "ennen palautusta");
	rules_sync(pair, 0);
	read_disk();
	pair_hub_restore(pair, backup, true);
	assert_int_equal(bring(pair, 0, disk.count, HUB_RESCUED_ACCEPTED), 1);
	rules_sync(pair, 0); /* the device lives after all */
	rules_sync(pair, 0);
	assert_false(fault_is(log_read_record(pair_hub_log(pair), note, count_orders, &there)));
	assert_false(fault_is(log_read_record(pair_device_log(pair, 0), note, count_orders, &here)));
	assert_int_equal(there, 1);
	assert_int_equal(here, 1);
	pair_free(pair);
}

static size_t on_disk(const char *text)
{
	size_t found = 0;
	for (size_t i = 0; i < disk.count; i++)
		found += memmem(disk.works[i].bytes.data, disk.works[i].bytes.len, text, strlen(text)) != NULL;
	return found;
}

/* All that is in the file and at central becomes safe. */
static void back_up(struct pair *pair)
{
	struct hub_counters counters;
	rules_sync(pair, 0);
	hub_counters(pair_hub(pair), &counters);
	assert_false(fault_is(hub_safe_order(pair_hub(pair), counters.last_order, pair_hub_time(pair))));
	rules_sync(pair, 0);
	read_disk();
}

/* Before, the new names met the old ones: nothing was sealed, and the old went for the new. */
static void work_after_the_store_was_put_back_stands_beside_what_was_lost(void **state)
{
	struct case_id id;
	struct pair *pair = begin(&id);
	(void)state;
	pair_note(pair, 0, id, "ennen kopiota");
	rules_sync(pair, 0);
	struct log *backup = pair_device_backup(pair, 0);
	for (size_t i = 0; i < 3; i++)
		pair_note(pair, 0, id, "kadonnut rivi");
	pair_device_restore(pair, 0, backup);
	seal_to(pair, 0);
	for (size_t i = 0; i < 4; i++)
		pair_note(pair, 0, id, "uusi rivi");
	read_disk();
	assert_int_equal(disk.count, 1 + 3 + 4);
	assert_int_equal(rules_status(pair, 0).rescue_missing, 0);
	back_up(pair);
	assert_int_equal(on_disk("kadonnut rivi"), 3);
	assert_int_equal(on_disk("uusi rivi"), 0);
	assert_int_equal(bring(pair, 0, disk.count, HUB_RESCUED_WAITS), 3);
	assert_int_equal(pair_count(pair_device_log(pair, 0), LOG_LOCAL), 0);
	pair_free(pair);
}

static void put_back_twice_it_begins_anew_each_time(void **state)
{
	struct case_id id;
	struct pair *pair = begin(&id);
	struct log *backups[2];
	(void)state;
	pair_note(pair, 0, id, "ennen kopiota");
	backups[0] = pair_device_backup(pair, 0);
	backups[1] = pair_device_backup(pair, 0);
	for (size_t i = 0; i < 2; i++) {
		pair_note(pair, 0, id, "kadonnut rivi");
		pair_device_restore(pair, 0, backups[i]);
		struct epoch_id before = rules_status(pair, 0).epoch;
		crypto_box_keypair(disk.key, disk.secret); /* sealed to whichever key: the names are taken */
		seal_to(pair, 0);
		struct epoch_id after = rules_status(pair, 0).epoch;
		assert_false(ID_EQUAL(before, after));
	}
	struct epoch_id epoch = rules_status(pair, 0).epoch;
	pair_device_crash(pair, 0);
	seal_to(pair, 0); /* not put back: goes on */
	pair_note(pair, 0, id, "jää");
	assert_true(ID_EQUAL(rules_status(pair, 0).epoch, epoch));
	rules_sync(pair, 0);
	assert_int_equal(pair_count(pair_device_log(pair, 0), LOG_LOCAL), 0);
	assert_true(pair_finds(pair_hub_log(pair), "ennen kopiota") && pair_finds(pair_hub_log(pair), "jää"));
	pair_free(pair);
}

/* What a file written may not grow beyond; 0: as far as it likes. */
static void limit_files(uint64_t bytes)
{
	struct rlimit limit;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes == 0 ? limit.rlim_max : (rlim_t)bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Before, the file was written anew without them though nothing could be sealed to the new key. */
static void what_is_not_sealed_to_the_new_key_stays_sealed_to_the_old(void **state)
{
	struct case_id id;
	struct pair *pair = begin(&id);
	struct disk old;
	struct stat info;
	(void)state;
	for (size_t i = 0; i < 6; i++)
		pair_note(pair, 0, id, "vanhalla avaimella");
	old = disk;
	crypto_box_keypair(disk.key, disk.secret);
	assert_int_equal(stat(disk.path, &info), 0);
	limit_files((uint64_t)info.st_size / 2);
	assert_int_equal(replica_rescue_to(pair_replica(pair, 0), disk.path, disk.key).kind, FAULT_STORE);
	limit_files(0);
	assert_int_equal(rules_status(pair, 0).rescue_missing, 6);
	disk = old;
	read_disk();
	assert_int_equal(disk.count, 6);
	forget_works();
	pair_device_crash(pair, 0); /* the next process, with room on the disk */
	crypto_box_keypair(disk.key, disk.secret);
	seal_to(pair, 0);
	read_disk(); /* sealed to the new key, all of it; the old is gone */
	assert_int_equal(disk.count, 6);
	pair_free(pair);
}

/* A twin goes first: what this device wrote meanwhile is issued again in a new epoch. */
static struct pair *forked(struct case_id *id)
{
	struct pair *pair = begin(id);
	pair_note(pair, 0, *id, "yhteinen rivi");
	rules_sync(pair, 0);
	size_t twin = pair_clone(pair, 0);
	pair_note(pair, 0, *id, "haarautuva rivi");
	pair_note(pair, 0, *id, "haarautuva rivi"); /* above the twin's */
	pair_note(pair, twin, *id, "kaksosen rivi");
	rules_sync(pair, twin);
	return pair;
}

/* Before, the first of both names stayed for good: the log did not know it any more. */
static void what_a_fork_issued_again_is_erased_under_both_names(void **state)
{
	struct case_id id;
	struct pair *pair = forked(&id);
	(void)state;
	rules_sync(pair, 0);
	read_disk();
	assert_int_equal(on_disk("haarautuva rivi"), 4);
	assert_false(fault_is(hub_erase_case(pair_hub(pair), id, pair_hub_time(pair))));
	rules_sync(pair, 0);
	read_disk();
	assert_int_equal(disk.count, 0);
	pair_free(pair);
}

static void a_record_that_a_fork_issued_again_is_erased_alone(void **state)
{
	struct case_id id;
	struct pair *pair = begin(&id);
	(void)state;
	size_t twin = pair_clone(pair, 0);
	struct record_id gone = pair_note(pair, 0, id, "poistettava rivi");
	pair_note(pair, 0, id, "jäävä rivi");
	pair_note(pair, twin, id, "kaksosen rivi");
	rules_sync(pair, twin);
	rules_sync(pair, 0);
	assert_false(fault_is(hub_erase_record(pair_hub(pair), id, gone, pair_hub_time(pair))));
	rules_sync(pair, 0);
	read_disk();
	assert_int_equal(on_disk("poistettava rivi"), 0);
	assert_int_equal(on_disk("jäävä rivi"), 2);
	pair_free(pair);
}

static void the_name_before_a_fork_goes_with_the_next_trim(void **state)
{
	struct case_id id;
	struct pair *pair = forked(&id);
	(void)state;
	back_up(pair);
	assert_int_equal(disk.count, 0);
	pair_free(pair);
}

static void fed_by_hand(struct pair *pair)
{
	struct carried out = { NULL, 0 }, back = { NULL, 0 };
	struct hub_bundle_report there;
	struct replica_bundle_report here;
	assert_false(fault_is(carried_write(pair_replica(pair, 0), pair_time(pair), &out, NULL)));
	assert_false(fault_is(carried_take(pair_hub(pair), &out, pair_hub_time(pair), &back, &there)));
	assert_false(fault_is(carried_read(pair_replica(pair, 0), &back, pair_time(pair), &here)));
	carried_free(&out);
	carried_free(&back);
}

/* Before, it was sealed with the next write. */
static void what_a_bundle_s_fork_issued_again_is_sealed_at_once(void **state)
{
	struct case_id id;
	struct pair *pair = forked(&id);
	(void)state;
	fed_by_hand(pair);
	read_disk();
	assert_int_equal(on_disk("haarautuva rivi"), 4);
	assert_int_equal(rules_status(pair, 0).rescue_missing, 0);
	pair_free(pair);
}

static struct fault try_to_seal(struct pair *pair)
{
	return replica_rescue_to(pair_replica(pair, 0), disk.path, disk.key);
}

/* Before, the status said that there was no rescue, and nothing wrong. */
static void a_file_that_cannot_be_opened_is_told_and_tried_again(void **state)
{
	struct case_id id;
	struct pair *pair = pair_new(1, 1);
	(void)state;
	id = rules_shared_case(pair, 1);
	rules_sync(pair, 0);
	assert_int_equal(mkdir(disk.path, 0700), 0);
	assert_int_equal(try_to_seal(pair).kind, FAULT_STORE);
	pair_note(pair, 0, id, "tallessa vain täällä");
	struct replica_status status = rules_status(pair, 0);
	assert_true(status.is_rescued);
	assert_int_equal(status.rescue_missing, 1);
	assert_string_not_equal(status.rescue_trouble, "");
	rules_sync(pair, 0);
	assert_int_equal(rmdir(disk.path), 0);
	pair_note(pair, 0, id, "nyt molemmat");
	read_disk();
	assert_int_equal(disk.count, 2);
	status = rules_status(pair, 0);
	assert_int_equal(status.rescue_missing, 0);
	assert_string_equal(status.rescue_trouble, "");
	pair_free(pair);
}

/* The file as it was, out of the way and back. */
static void hide_file(struct pair *pair, char *aside, size_t size)
{
	snprintf(aside, size, "%s-aside", disk.path);
	assert_int_equal(rename(disk.path, aside), 0);
	assert_int_equal(symlink(aside, disk.path), 0);
	pair_device_crash(pair, 0);
	assert_int_equal(try_to_seal(pair).kind, FAULT_STORE);
}

static void what_is_erased_while_the_file_cannot_be_opened_goes_when_it_can(void **state)
{
	struct case_id id, other;
	char aside[96];
	struct pair *pair = begin(&id);
	(void)state;
	other = rules_shared_case(pair, 1);
	rules_sync(pair, 0);
	pair_note(pair, 0, id, "poistettava rivi");
	pair_note(pair, 0, other, "jäävä rivi");
	hide_file(pair, aside, sizeof aside);
	rules_sync(pair, 0);
	assert_false(fault_is(hub_erase_case(pair_hub(pair), id, pair_hub_time(pair))));
	rules_sync(pair, 0);
	assert_false(pair_finds(pair_device_log(pair, 0), "poistettava rivi"));
	assert_int_equal(rename(aside, disk.path), 0);
	pair_note(pair, 0, other, "seuraava rivi");
	read_disk();
	assert_int_equal(on_disk("poistettava rivi"), 0);
	assert_int_equal(on_disk("jäävä rivi"), 1);
	assert_int_equal(disk.count, 2);
	pair_free(pair);
}

static void a_revoked_device_removes_what_it_cannot_open_too(void **state)
{
	struct case_id id;
	char aside[96];
	struct pair *pair = begin(&id);
	(void)state;
	pair_note(pair, 0, id, "kadonneen koneen rivi");
	hide_file(pair, aside, sizeof aside);
	assert_false(fault_is(hub_device_set_state(pair_hub(pair), pair_node(pair, 0), HUB_DEVICE_REVOKED, pair_hub_time(pair))));
	rules_sync(pair, 0);
	assert_true(rules_status(pair, 0).is_erased);
	struct stat info;
	assert_int_equal(lstat(disk.path, &info), -1);
	(void)unlink(aside);
	pair_free(pair);
}

/* Before, it waited as BASE_TOO_HIGH: the device had not come to say what the bundle brought it. */
static void a_base_beyond_what_was_heard_is_accepted_and_marked(void **state)
{
	struct case_id id;
	struct hub_audit audit = { 0 };
	struct pair *pair = begin(&id);
	(void)state;
	pair_note(pair, 1, id, "toisen rivi");
	rules_sync(pair, 1);
	fed_by_hand(pair);
	assert_true(pair_finds(pair_device_log(pair, 0), "toisen rivi"));
	pair_note(pair, 0, id, "sen jälkeen kirjattu");
	read_disk();
	assert_int_equal(bring(pair, 0, disk.count, HUB_RESCUED_ACCEPTED), 1);
	assert_false(fault_is(hub_audit(pair_hub(pair), &audit)));
	assert_int_equal(audit.unchecked, 1);
	assert_int_equal(waiting(pair), 0);
	pair_free(pair);
}

/* Device 0 goes on in a new epoch, from a place that its twin has passed in other words. */
static struct pair *parted_epoch(struct case_id *id)
{
	struct pair *pair = begin(id);
	rules_sync(pair, 0);
	size_t twin = pair_clone(pair, 0);
	pair_note(pair, 0, *id, "haarautuva rivi");
	struct log *backup = pair_device_backup(pair, 0);
	pair_note(pair, 0, *id, "kadonnut rivi");
	pair_device_restore(pair, 0, backup);
	seal_to(pair, 0);
	pair_note(pair, 0, *id, "uuden jakson rivi");
	pair_note(pair, twin, *id, "kaksosen rivi");
	rules_sync(pair, twin);
	return pair;
}

/* Before, the new epoch was accepted at once; its device then wrote all of it anew, and showed the record
 * otherwise than the others for good. */
static void an_epoch_that_goes_on_from_what_parted_waits(void **state)
{
	struct case_id id;
	struct pair *pair = parted_epoch(&id);
	(void)state;
	read_disk();
	assert_int_equal(bring(pair, 0, disk.count, HUB_RESCUED_WAITS), 3);
	rules_sync(pair, 0);
	assert_true(pair_finds(pair_hub_log(pair), "haarautuva rivi") && pair_finds(pair_hub_log(pair), "uuden jakson rivi"));
	assert_int_equal(pair_count(pair_device_log(pair, 0), LOG_LOCAL), 0);
	pair_free(pair);
}

/* Before, a bundle's chunk of the new epoch was taken though the one before it had parted: its deltas
 * counted as having seen the twin's, and overwrote them unseen. */
static void nor_does_a_bundle_bring_it_before_the_place_is_held(void **state)
{
	struct case_id id;
	struct carried out = { NULL, 0 }, back = { NULL, 0 };
	struct hub_bundle_report there;
	struct replica_bundle_report here;
	struct pair *pair = parted_epoch(&id);
	(void)state;
	assert_false(fault_is(carried_write(pair_replica(pair, 0), pair_time(pair), &out, NULL)));
	assert_false(fault_is(carried_take(pair_hub(pair), &out, pair_hub_time(pair), &back, &there)));
	assert_null(there.problem);
	assert_int_equal(there.accepted, 0);
	assert_int_equal(there.waiting, 2);
	assert_false(fault_is(carried_read(pair_replica(pair, 0), &back, pair_time(pair), &here)));
	fed_by_hand(pair);
	assert_true(pair_finds(pair_hub_log(pair), "haarautuva rivi") && pair_finds(pair_hub_log(pair), "uuden jakson rivi"));
	assert_int_equal(pair_count(pair_device_log(pair, 0), LOG_LOCAL), 0);
	carried_free(&out);
	carried_free(&back);
	pair_free(pair);
}

static void reject_all(struct pair *pair)
{
	struct hub_quarantined item;
	while (waiting(pair) > 0) {
		assert_false(fault_is(hub_quarantine(pair_hub(pair), accept_first, &item)));
		assert_false(fault_is(hub_decide(pair_hub(pair), &item.author, item.seq, &(struct hub_ruling){ .accept = false },
						 pair_hub_time(pair))));
	}
}

/* Before, the rejection came with the feed and took out what the copy had written under that name since. */
static void a_rejection_says_nothing_of_other_words_accepted_since(void **state)
{
	struct case_id id;
	struct pair *pair = begin(&id);
	(void)state;
	size_t twin = pair_clone(pair, 0);
	pair_note(pair, 0, id, "ensimmäinen rivi");
	pair_note(pair, 0, id, "toinen rivi");
	pair_note(pair, twin, id, "kaksosen ensimmäinen");
	rules_sync(pair, twin);
	read_disk();
	assert_int_equal(bring(pair, 0, disk.count, HUB_RESCUED_WAITS), 2);
	reject_all(pair);
	pair_note(pair, twin, id, "kaksosen toinen"); /* by the name of what was rejected */
	rules_sync(pair, twin);
	rules_sync(pair, twin);
	assert_int_equal(pair_count(pair_device_log(pair, twin), LOG_REJECTED), 0);
	assert_true(pair_finds(pair_hub_log(pair), "kaksosen toinen"));
	pair_free(pair);
}

static bool count_sealed(void *ctx, const struct rescue_record *record)
{
	*(size_t *)ctx += record->sealed.len > 0;
	return true;
}

static size_t sealed_records(void)
{
	struct rescue *file;
	size_t count = 0;
	assert_false(fault_is(rescue_file_open(disk.path, &file)));
	assert_false(fault_is(rescue_file_scan(file, count_sealed, &count)));
	rescue_file_close(file);
	return count;
}

/* Before, it was taken for sealed again when its case came back, and went: the only copy that is in no backup. */
static void what_was_gone_when_the_key_changed_stays_sealed_to_the_old(void **state)
{
	struct case_id id;
	struct pair *pair = begin(&id);
	(void)state;
	pair_note(pair, 0, id, "ennen vaihtoa");
	rules_sync(pair, 0);
	pair_unassign(pair, id, 0);
	rules_sync(pair, 0);
	assert_false(pair_finds(pair_device_log(pair, 0), "ennen vaihtoa"));
	crypto_box_keypair(disk.key, disk.secret);
	seal_to(pair, 0);
	assert_int_equal(sealed_records(), 1);
	pair_assign(pair, id, 0);
	rules_sync(pair, 0);
	assert_true(pair_finds(pair_device_log(pair, 0), "ennen vaihtoa"));
	assert_false(fault_is(hub_safe_order(pair_hub(pair), 1, pair_hub_time(pair))));
	rules_sync(pair, 0);
	assert_int_equal(sealed_records(), 1);
	pair_free(pair);
}

/* Before, it went when the other copy's work under its name was safe. */
static void what_another_copy_has_under_its_name_says_nothing_of_it(void **state)
{
	struct case_id id;
	struct pair *pair = begin(&id);
	(void)state;
	rules_sync(pair, 0);
	size_t twin = pair_clone(pair, 0);
	struct log *backup = pair_device_backup(pair, 0);
	pair_note(pair, 0, id, "kadonnut rivi");
	pair_note(pair, twin, id, "kaksosen rivi");
	rules_sync(pair, twin);
	pair_device_restore(pair, 0, backup);
	seal_to(pair, 0);
	back_up(pair);
	assert_true(pair_finds(pair_device_log(pair, 0), "kaksosen rivi"));
	assert_int_equal(on_disk("kadonnut rivi"), 1);
	assert_int_equal(bring(pair, 0, disk.count, HUB_RESCUED_WAITS), 1);
	pair_free(pair);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_never_sent_is_accepted_and_reaches_the_other),
		TEST(what_is_there_when_the_key_comes_is_sealed_too),
		TEST(behind_a_gap_it_waits_and_its_author_may_still_come),
		TEST(accepted_behind_a_gap_it_is_accepted_again_from_its_author),
		TEST(a_revoked_device_s_work_waits),
		TEST(what_its_device_did_not_sign_is_not_taken),
		TEST(what_a_backup_has_leaves_the_file_and_nothing_else),
		TEST(a_crash_between_commit_and_file_is_made_up_for),
		TEST(an_order_that_the_file_does_not_know_of_is_lost_at_the_device_too),
		TEST(work_after_the_store_was_put_back_stands_beside_what_was_lost),
		TEST(put_back_twice_it_begins_anew_each_time),
		TEST(what_is_not_sealed_to_the_new_key_stays_sealed_to_the_old),
		TEST(what_a_fork_issued_again_is_erased_under_both_names),
		TEST(a_record_that_a_fork_issued_again_is_erased_alone),
		TEST(the_name_before_a_fork_goes_with_the_next_trim),
		TEST(what_a_bundle_s_fork_issued_again_is_sealed_at_once),
		TEST(a_file_that_cannot_be_opened_is_told_and_tried_again),
		TEST(what_is_erased_while_the_file_cannot_be_opened_goes_when_it_can),
		TEST(a_revoked_device_removes_what_it_cannot_open_too),
		TEST(a_base_beyond_what_was_heard_is_accepted_and_marked),
		TEST(an_epoch_that_goes_on_from_what_parted_waits),
		TEST(nor_does_a_bundle_bring_it_before_the_place_is_held),
		TEST(a_rejection_says_nothing_of_other_words_accepted_since),
		TEST(what_was_gone_when_the_key_changed_stays_sealed_to_the_old),
		TEST(what_another_copy_has_under_its_name_says_nothing_of_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
