/* What devices offer after a restore: kept for a person, under whose name, and what
 * is sealed, forged or said again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "central/hub_state.h"
#include "lib/rules.h"
#include "records_table.h"
#include "store/replica_state.h"

/* ---- stories ---- */

static void sync_twice(struct pair *pair, size_t device)
{
	rules_sync(pair, device);
	rules_sync(pair, device);
}

/* The note that waits; central's own records are offered too, and cannot be accepted. */
static bool take_note(void *ctx, const struct hub_quarantined *item)
{
	struct rules_quarantine *found = ctx;
	if (item->record_type == RECORDS_TYPE_ENCOUNTER_NOTE && found->count++ == 0)
		found->item = *item;
	return true;
}

static struct rules_quarantine waiting_notes(struct pair *pair)
{
	struct rules_quarantine found = { .count = 0 };
	assert_false(fault_is(hub_quarantine(pair_hub(pair), take_note, &found)));
	return found;
}

static void decide_note(struct pair *pair, size_t waiting, bool accept)
{
	struct rules_quarantine found = waiting_notes(pair);
	assert_int_equal(found.count, waiting);
	assert_int_equal(found.item.reason, jalka_Reason_VOUCHED);
	assert_false(fault_is(hub_decide(pair_hub(pair), &found.item.author, found.item.seq,
					  &(struct hub_ruling){ .accept = accept }, pair_hub_time(pair))));
	assert_int_equal(waiting_notes(pair).count, waiting - 1);
}

static void accept_note(struct pair *pair)
{
	decide_note(pair, 1, true);
}

/* Own work, waiting for a decision, its case forgotten: readable nowhere. Then central
 * is put back, and a copy of the disk goes on under its name. */
static void own_sealed_work_whose_name_was_given_away_waits_for_a_person(void **state)
{
	(void)state;
	struct pair *pair = pair_new(1, 1);
	struct case_id id = rules_shared_case(pair, 1);
	rules_sync(pair, 0);
	struct log *backup = pair_hub_backup(pair);
	size_t twin = pair_clone(pair, 0);
	pair_unassign(pair, id, 0);
	pair_note(pair, 0, id, "vain sinetissä");
	sync_twice(pair, 0);
	assert_false(pair_finds(pair_device_log(pair, 0), "vain sinetissä"));
	pair_hub_restore(pair, backup, true);
	pair_note(pair, twin, id, "kaksosen rivi");
	sync_twice(pair, twin);
	sync_twice(pair, 0);
	assert_int_equal(waiting_notes(pair).count, 1);
	sync_twice(pair, 0);
	accept_note(pair);
	assert_true(pair_finds(pair_hub_log(pair), "vain sinetissä"));
	assert_true(pair_finds(pair_hub_log(pair), "kaksosen rivi"));
	sync_twice(pair, 0);
	sync_twice(pair, twin);
	assert_true(pair_finds(pair_device_log(pair, twin), "vain sinetissä"));
	assert_int_equal(waiting_notes(pair).count, 0);
	pair_free(pair);
}

/* It is kept on, and a central node put back once more asks again. */
static void own_sealed_work_outlives_a_second_restore(void **state)
{
	(void)state;
	struct pair *pair = pair_new(2, 1);
	struct case_id id = rules_shared_case(pair, 1);
	rules_sync(pair, 0);
	struct log *backup = pair_hub_backup(pair);
	size_t twin = pair_clone(pair, 0);
	pair_unassign(pair, id, 0);
	pair_note(pair, 0, id, "vain sinetissä");
	sync_twice(pair, 0);
	pair_hub_restore(pair, backup, true);
	pair_note(pair, twin, id, "kaksosen rivi");
	sync_twice(pair, twin);
	struct log *later = pair_hub_backup(pair);
	/* That the twin's row is safe says nothing of what is kept under the same name. */
	assert_false(fault_is(hub_safe_order(pair_hub(pair), rules_last_order(pair), pair_hub_time(pair))));
	sync_twice(pair, 0);
	accept_note(pair);
	pair_hub_restore(pair, later, true);
	assert_false(pair_finds(pair_hub_log(pair), "vain sinetissä"));
	pair_device_crash(pair, 0);
	sync_twice(pair, 0);
	accept_note(pair);
	assert_true(pair_finds(pair_hub_log(pair), "vain sinetissä"));
	pair_free(pair);
}

static bool count_kept(void *ctx, struct span key, struct span value)
{
	(void)key;
	(void)value;
	++*(size_t *)ctx;
	return true;
}

static void own_sealed_work_goes_with_its_erased_case(void **state)
{
	(void)state;
	struct pair *pair = pair_new(7, 1);
	struct case_id id = rules_shared_case(pair, 1);
	size_t kept = 0;
	rules_sync(pair, 0);
	struct log *backup = pair_hub_backup(pair);
	size_t twin = pair_clone(pair, 0);
	pair_unassign(pair, id, 0);
	pair_note(pair, 0, id, "vain sinetissä");
	sync_twice(pair, 0);
	pair_hub_restore(pair, backup, true);
	pair_note(pair, twin, id, "kaksosen rivi");
	sync_twice(pair, twin);
	sync_twice(pair, 0);
	assert_false(fault_is(log_scan(pair_device_log(pair, 0), "kept", span_of("", 0), count_kept, &kept)));
	assert_int_equal(kept, 1);
	assert_false(fault_is(hub_erase_case(pair_hub(pair), id, pair_hub_time(pair))));
	assert_int_equal(waiting_notes(pair).count, 0);
	sync_twice(pair, 0);
	kept = 0;
	assert_false(fault_is(log_scan(pair_device_log(pair, 0), "kept", span_of("", 0), count_kept, &kept)));
	assert_int_equal(kept, 0);
	pair_free(pair);
}

struct counting {
	const char *text;
	size_t count;
};

static bool count_text(void *ctx, const struct log_entry *entry)
{
	struct counting *counting = ctx;
	size_t len = strlen(counting->text);
	bool found = false;
	for (size_t i = 0; entry->bytes.data != NULL && i + len <= entry->bytes.len && !found; i++)
		found = memcmp(entry->bytes.data + i, counting->text, len) == 0;
	counting->count += found && entry->verdict == LOG_ACCEPTED;
	return true;
}

/* Entries in the fold that hold this text. */
static size_t times(struct log *log, const char *text)
{
	struct counting counting = { text, 0 };
	assert_false(fault_is(log_read_local(log, 0, count_text, &counting)));
	return counting.count;
}

/* Devices 1 and 2 have read what device 0 wrote; it never comes back. */
static struct case_id read_and_lost(struct pair *pair, struct log **backup, const char *text)
{
	struct case_id id = rules_shared_case(pair, 3);
	*backup = pair_hub_backup(pair);
	pair_note(pair, 0, id, text);
	for (size_t i = 0; i < 3; i++)
		rules_sync(pair, i);
	return id;
}

static void a_lost_name_goes_from_who_holds_it_once_its_bytes_stand_under_another(void **state)
{
	(void)state;
	struct pair *pair = pair_new(20, 3);
	struct log *backup;
	read_and_lost(pair, &backup, "luettu rivi");
	pair_hub_restore(pair, backup, true);
	sync_twice(pair, 1);
	accept_note(pair);
	sync_twice(pair, 1);
	sync_twice(pair, 2); /* the row first, the offer later */
	sync_twice(pair, 1);
	assert_int_equal(times(pair_hub_log(pair), "luettu rivi"), 1);
	assert_int_equal(times(pair_device_log(pair, 1), "luettu rivi"), 1);
	assert_int_equal(times(pair_device_log(pair, 2), "luettu rivi"), 1);
	assert_int_equal(rules_quarantine(pair).count, 0);
	pair_free(pair);
}

/* Accepted after one restore, and lost again: one device has its new name, one the old. */
static void what_is_vouched_for_under_two_names_is_accepted_once(void **state)
{
	(void)state;
	struct pair *pair = pair_new(21, 3);
	struct log *backup, *again;
	read_and_lost(pair, &backup, "kahdella nimellä");
	pair_hub_restore(pair, backup, true);
	again = pair_hub_backup(pair);
	sync_twice(pair, 1);
	accept_note(pair);
	sync_twice(pair, 1);
	pair_hub_restore(pair, again, true);
	sync_twice(pair, 1);
	sync_twice(pair, 2);
	decide_note(pair, 2, true);
	decide_note(pair, 1, false); /* it stands already: there is nothing to reject */
	for (size_t i = 0; i < 4; i++)
		sync_twice(pair, 1 + i % 2);
	assert_int_equal(times(pair_hub_log(pair), "kahdella nimellä"), 1);
	assert_int_equal(times(pair_device_log(pair, 1), "kahdella nimellä"), 1);
	assert_int_equal(times(pair_device_log(pair, 2), "kahdella nimellä"), 1);
	pair_free(pair);
}

static void deltas_vouched_for_do_not_see_each_other(void **state)
{
	(void)state;
	struct pair *pair = pair_new(22, 3);
	struct case_id id = rules_shared_case(pair, 3);
	struct record_id record = rules_opening_record(pair_hub_log(pair), id);
	struct log *backup = pair_hub_backup(pair);
	assert_false(fault_is(rules_title(pair, 0, id, "yhden otsikko")));
	assert_false(fault_is(rules_title(pair, 1, id, "toisen otsikko")));
	for (size_t i = 0; i < 3; i++)
		rules_sync(pair, i);
	pair_hub_restore(pair, backup, true);
	sync_twice(pair, 2);
	assert_int_equal(rules_quarantine(pair).count, 2);
	rules_decide_first(pair, true);
	rules_decide_first(pair, true);
	assert_int_equal(pair_siblings(pair_hub_log(pair), hub_orders(pair_hub(pair)), record, RECORDS_CASE_TITLE, NULL, 0), 2);
	sync_twice(pair, 2);
	assert_true(rules_same_fold(pair, 2, record));
	pair_free(pair);
}

/* Device 1 has read what device 0's lost disk wrote; device 0 goes on from an older
 * copy, under the same name, after central was put back. */
enum shown_first { OFFERED_FIRST, NAMED_FIRST, NAMED_AND_FED_FIRST };

static void name_given_to_other_bytes(struct pair *pair, struct case_id id, enum shown_first first)
{
	struct log *backup = pair_hub_backup(pair), *old = pair_device_backup(pair, 0);
	pair_note(pair, 0, id, "kadonneen levyn rivi");
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	assert_true(pair_finds(pair_device_log(pair, 1), "kadonneen levyn rivi"));
	pair_hub_restore(pair, backup, true);
	pair_device_restore(pair, 0, old);
	pair_note(pair, 0, id, "vanhan levyn rivi");
	if (first == NAMED_FIRST)
		pair_unassign(pair, id, 1); /* so that it is not shown the other bytes first */
	sync_twice(pair, first == OFFERED_FIRST ? 1 : 0);
	sync_twice(pair, first == OFFERED_FIRST ? 0 : 1);
	accept_note(pair);
	sync_twice(pair, 1);
	sync_twice(pair, 0);
	assert_true(pair_finds(pair_device_log(pair, 0), "kadonneen levyn rivi"));
	assert_true(pair_finds(pair_device_log(pair, 0), "vanhan levyn rivi"));
	assert_int_equal(waiting_notes(pair).count, 0);
}

static void what_was_vouched_for_steps_aside_for_other_bytes_of_its_name(void **state)
{
	(void)state;
	struct pair *pair = pair_new(3, 2);
	name_given_to_other_bytes(pair, rules_shared_case(pair, 2), OFFERED_FIRST);
	pair_free(pair);
}

static void what_is_offered_under_a_name_already_given_waits_aside(void **state)
{
	(void)state;
	struct pair *pair = pair_new(4, 2);
	name_given_to_other_bytes(pair, rules_shared_case(pair, 2), NAMED_FIRST);
	pair_free(pair);
}

/* The only copy, at a device that central shows the other bytes before it has offered it. */
static void what_is_shown_other_bytes_under_its_name_before_it_was_offered_is_offered_still(void **state)
{
	(void)state;
	struct pair *pair = pair_new(8, 2);
	struct case_id id = rules_shared_case(pair, 2);
	name_given_to_other_bytes(pair, id, NAMED_AND_FED_FIRST);
	assert_int_equal(times(pair_device_log(pair, 1), "kadonneen levyn rivi"), 1);
	assert_int_equal(times(pair_device_log(pair, 1), "vanhan levyn rivi"), 1);
	pair_free(pair);
}

static void what_its_author_brings_too_is_dropped(void **state)
{
	(void)state;
	struct pair *pair = pair_new(5, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct log *backup = pair_hub_backup(pair);
	pair_note(pair, 0, id, "kahdella tallessa");
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	pair_hub_restore(pair, backup, true);
	sync_twice(pair, 1);
	assert_int_equal(waiting_notes(pair).count, 1);
	sync_twice(pair, 0);
	assert_int_equal(waiting_notes(pair).count, 0);
	assert_true(pair_finds(pair_hub_log(pair), "kahdella tallessa"));
	pair_free(pair);
}

static bool finds_vouched(void *ctx, struct span key, struct span value)
{
	(void)key;
	*(bool *)ctx = *(bool *)ctx || memmem(value.data, value.len, "vain yhdellä", strlen("vain yhdellä")) != NULL;
	return true;
}

static bool is_vouched(struct pair *pair)
{
	bool found = false;
	assert_false(fault_is(log_scan(pair_hub_log(pair), HUB_TABLE_VOUCHED, span_of("", 0), finds_vouched, &found)));
	return found;
}

/* Erased while it waits, and offered once more afterwards. */
static void what_is_erased_waits_no_longer_and_is_not_taken_again(void **state)
{
	(void)state;
	for (int whole = 0; whole < 2; whole++) {
		struct pair *pair = pair_new(6, 3);
		struct case_id id = rules_shared_case(pair, 3);
		struct record_id record = rules_opening_record(pair_hub_log(pair), id);
		struct log *backup = pair_hub_backup(pair);
		assert_false(fault_is(rules_title(pair, 0, id, "vain yhdellä")));
		rules_sync(pair, 0);
		rules_sync(pair, 1);
		rules_sync(pair, 2);
		pair_hub_restore(pair, backup, true);
		sync_twice(pair, 1);
		assert_true(is_vouched(pair));
		assert_false(fault_is(whole ? hub_erase_case(pair_hub(pair), id, pair_hub_time(pair))
					    : hub_erase_record(pair_hub(pair), id, record, pair_hub_time(pair))));
		assert_false(is_vouched(pair));
		sync_twice(pair, 2);
		assert_false(is_vouched(pair));
		pair_free(pair);
	}
}

/* ---- sealed rows by hand ---- */

enum { BLOCK_BYTES = 2048 };

/* Device 0 is connected, and has one delta more than central: `seq`. */
struct by_hand {
	struct pair *pair;
	struct hub *hub;
	struct hub_link *link;
	struct author author;
	uint64_t seq;
	uint8_t own_static[NOISE_DH_BYTES];
	uint8_t salt[DELTA_SALT_BYTES];
	uint8_t delta[BLOCK_BYTES];
	size_t delta_len;
};

static bool take_bytes(void *ctx, const struct log_entry *entry)
{
	struct by_hand *h = ctx;
	assert_true(entry->bytes.len <= sizeof h->delta);
	memcpy(h->delta, entry->bytes.data, entry->bytes.len);
	h->delta_len = entry->bytes.len;
	return false;
}

static struct by_hand by_hand_new(uint64_t seed)
{
	struct by_hand h = { .pair = pair_new(seed, 2) };
	struct case_id id = rules_shared_case(h.pair, 2);
	struct log_case info;
	bool found;
	pair_note(h.pair, 0, id, "ensin");
	pair_sync(h.pair, 0);
	h.hub = pair_hub(h.pair);
	struct node_id node = pair_node(h.pair, 0);
	h.link = hub_devices_get(h.hub, &node)->link;
	assert_non_null(h.link);
	pair_note(h.pair, 0, id, "sinetöitävä");
	struct replica_status status = rules_status(h.pair, 0);
	h.author = (struct author){ status.node, status.epoch };
	h.seq = 2;
	assert_false(fault_is(log_find(pair_device_log(h.pair, 0), &h.author, h.seq, take_bytes, &h)));
	assert_true(h.delta_len > 0);
	assert_false(fault_is(log_case_get(pair_device_log(h.pair, 0), id, &info, &found)));
	delta_salt(&info.secret, &h.author, h.seq, h.salt);
	memcpy(h.own_static, pair_replica(h.pair, 0)->self.own_static, sizeof h.own_static);
	return h;
}

static void by_hand_free(struct by_hand *h)
{
	pair_free(h->pair);
}

/* salt | delta, sealed with this static key for this name. */
static struct span seal(struct by_hand *h, const uint8_t *own_static, uint64_t seq, uint8_t block[static BLOCK_BYTES])
{
	uint8_t plain[BLOCK_BYTES], prologue[BLOCK_BYTES], ephemeral[NOISE_DH_BYTES];
	struct wire_out out;
	struct noise noise;
	size_t len;
	wire_out_init(&out, prologue, sizeof prologue);
	wire_put_raw(&out, span_text("jalka-kept-1"));
	wire_put_raw(&out, span_of(h->hub->identity.bytes, DELTA_IDENTITY_BYTES));
	wire_put_raw(&out, ID_SPAN(h->author.node));
	wire_put_raw(&out, ID_SPAN(h->author.epoch));
	for (size_t i = 0; i < 8; i++) {
		uint8_t byte = (uint8_t)(seq >> (8 * i));
		wire_put_raw(&out, span_of(&byte, 1));
	}
	prng_fill(pair_prng(h->pair), ephemeral, sizeof ephemeral);
	const struct noise_config config = {
		.pattern = NOISE_X, .initiator = true, .prologue = wire_out_span(&out), .static_secret = own_static,
		.remote_static = h->hub->static_public, .ephemeral_secret = ephemeral,
	};
	memcpy(plain, h->salt, DELTA_SALT_BYTES);
	memcpy(plain + DELTA_SALT_BYTES, h->delta, h->delta_len);
	noise_init(&noise, &config);
	assert_false(fault_is(noise_write(&noise, span_of(plain, DELTA_SALT_BYTES + h->delta_len), block, BLOCK_BYTES, &len)));
	noise_wipe(&noise);
	return span_of(block, len);
}

static struct delta_hash digest_of(const struct by_hand *h)
{
	struct delta_hash digest;
	delta_digest(h->salt, span_of(h->delta, h->delta_len), &digest);
	return digest;
}

static struct fault offer(struct by_hand *h, struct author author, uint64_t seq, struct delta_hash digest, struct span sealed)
{
	uint8_t block[2 * BLOCK_BYTES];
	struct rows_writer writer;
	jalka_Offer message = { .has_author = true, .first_seq = seq, .has_rows = true };
	struct rows_row row = { .seq = seq, .digest = span_of(digest.bytes, sizeof digest.bytes), .sealed = sealed };
	rows_write_begin(&writer, block, sizeof block, seq);
	assert_true(rows_write(&writer, &row));
	SESSION_FRAME_SET(message.author.node, author.node.bytes);
	SESSION_FRAME_SET(message.author.epoch, author.epoch.bytes);
	message.rows.count = 1;
	struct fault fault = vouched_offer(h->link, &message, rows_written(&writer));
	assert_false(fault_is(hub_commit(h->hub, pair_hub_time(h->pair))));
	return fault;
}

static void nothing_waits_after(struct by_hand *h, struct author author, uint64_t seq, struct delta_hash digest,
				struct span sealed)
{
	assert_false(fault_is(offer(h, author, seq, digest, sealed)));
	assert_int_equal(rules_quarantine(h->pair).count, 0);
}

static void forged_sealed_rows_change_nothing(void **state)
{
	(void)state;
	struct by_hand h = by_hand_new(10);
	uint8_t block[BLOCK_BYTES];
	struct delta_hash digest = digest_of(&h), wrong = digest;
	wrong.bytes[31] ^= 1;
	struct span sealed = seal(&h, h.own_static, h.seq, block);
	nothing_waits_after(&h, h.author, h.seq, wrong, sealed);              /* not what its digest says */
	nothing_waits_after(&h, h.author, h.seq + 1, digest, sealed);         /* sealed for another name */
	nothing_waits_after(&h, (struct author){ pair_node(h.pair, 1), h.author.epoch }, h.seq, digest, sealed);
	nothing_waits_after(&h, h.author, h.seq, digest, span_of(block, 40)); /* cut */
	for (size_t i = 0; i < sealed.len; i += 13) {
		block[i] ^= 0x10;
		nothing_waits_after(&h, h.author, h.seq, digest, sealed);
		block[i] ^= 0x10;
	}
	/* by another device's key, under this device's name and under its own */
	uint8_t other[NOISE_DH_BYTES];
	memcpy(other, pair_replica(h.pair, 1)->self.own_static, sizeof other);
	nothing_waits_after(&h, h.author, h.seq, digest, seal(&h, other, h.seq, block));
	h.author.node = pair_node(h.pair, 1);
	nothing_waits_after(&h, h.author, h.seq, digest, seal(&h, other, h.seq, block));
	nothing_waits_after(&h, h.author, h.seq, digest, seal(&h, h.own_static, h.seq, block));
	by_hand_free(&h);
}

static void sealed_row_that_holds_no_delta_changes_nothing(void **state)
{
	(void)state;
	struct by_hand h = by_hand_new(11);
	uint8_t block[BLOCK_BYTES];
	memset(h.delta, 0xff, h.delta_len);
	nothing_waits_after(&h, h.author, h.seq, digest_of(&h), seal(&h, h.own_static, h.seq, block));
	h.delta_len = 0;
	nothing_waits_after(&h, h.author, h.seq, digest_of(&h), seal(&h, h.own_static, h.seq, block));
	by_hand_free(&h);
}

static void sealed_row_offered_again_asks_nobody_again(void **state)
{
	(void)state;
	struct by_hand h = by_hand_new(12);
	uint8_t block[BLOCK_BYTES];
	for (size_t name = 1; name <= 2; name++) { /* a name that is given away, and one that is free */
		struct span sealed = seal(&h, h.own_static, name, block);
		for (size_t i = 0; i < 3; i++) {
			assert_false(fault_is(offer(&h, h.author, name, digest_of(&h), sealed)));
			assert_int_equal(rules_quarantine(h.pair).count, 1);
		}
		rules_decide_first(h.pair, name == 2); /* accepted, the bytes would not wait again */
		size_t accepted = pair_count(pair_hub_log(h.pair), LOG_ACCEPTED);
		assert_false(fault_is(offer(&h, h.author, name, digest_of(&h), seal(&h, h.own_static, name, block))));
		assert_int_equal(rules_quarantine(h.pair).count, 0);
		assert_int_equal(pair_count(pair_hub_log(h.pair), LOG_ACCEPTED), accepted);
	}
	assert_true(pair_finds(pair_hub_log(h.pair), "sinetöitävä"));
	by_hand_free(&h);
}

static void sealed_row_of_what_is_held_is_passed_by(void **state)
{
	(void)state;
	struct by_hand h = by_hand_new(13);
	uint8_t block[BLOCK_BYTES];
	pair_sync(h.pair, 0); /* it is pushed */
	assert_true(pair_finds(pair_hub_log(h.pair), "sinetöitävä"));
	nothing_waits_after(&h, h.author, h.seq, digest_of(&h), seal(&h, h.own_static, h.seq, block));
	by_hand_free(&h);
}

static void no_more_is_taken_than_may_wait(void **state)
{
	(void)state;
	struct by_hand h = by_hand_new(14);
	uint8_t block[BLOCK_BYTES];
	struct span sealed = seal(&h, h.own_static, h.seq, block);
	h.hub->vouched = LIMIT_QUARANTINE_PER_DEVICE;
	assert_int_equal(offer(&h, h.author, h.seq, digest_of(&h), sealed).kind, FAULT_LIMIT);
	assert_int_equal(rules_quarantine(h.pair).count, 0);
	h.hub->vouched = 0;
	by_hand_free(&h);
}

/* In a push the digest stands for it: the chain goes on, the bytes are not taken. */
static void forged_sealed_row_of_a_push_brings_no_bytes(void **state)
{
	(void)state;
	for (int forged = 0; forged < 3; forged++) {
		struct by_hand h = by_hand_new(15);
		uint8_t block[BLOCK_BYTES], rows[2 * BLOCK_BYTES], other[NOISE_DH_BYTES];
		const struct log_author *own = &pair_replica(h.pair, 0)->author.chain.info;
		struct rows_writer writer;
		struct delta_hash digest = digest_of(&h);
		jalka_Push push = { .first_seq = h.seq, .has_rows = true, .rows.count = 1 };
		struct delta_signature signature;
		bool goes_on;
		memcpy(other, pair_replica(h.pair, forged == 1 ? 1 : 0)->self.own_static, sizeof other);
		struct span sealed = seal(&h, other, h.seq, block);
		if (forged == 2)
			block[sealed.len - 1] ^= 1;
		struct rows_row row = { .seq = h.seq, .digest = span_of(digest.bytes, sizeof digest.bytes), .sealed = sealed };
		rows_write_begin(&writer, rows, sizeof rows, h.seq);
		assert_true(rows_write(&writer, &row));
		delta_head_sign(&h.hub->identity, &h.author, h.seq, &own->h, pair_replica(h.pair, 0)->self.sign_secret,
				&signature);
		SESSION_FRAME_SET(push.epoch, h.author.epoch.bytes);
		SESSION_FRAME_SET(push.signature, signature.bytes);
		assert_false(fault_is(hub_ingest_push(h.link, &push, rows_written(&writer), &goes_on)));
		assert_false(fault_is(hub_commit(h.hub, pair_hub_time(h.pair))));
		assert_int_equal(pair_finds(pair_hub_log(h.pair), "sinetöitävä"), forged == 0);
		assert_int_equal(rules_quarantine(h.pair).count, forged == 0 ? 0 : 1);
		by_hand_free(&h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_sealed_work_whose_name_was_given_away_waits_for_a_person),
		cmocka_unit_test(own_sealed_work_outlives_a_second_restore),
		cmocka_unit_test(own_sealed_work_goes_with_its_erased_case),
		cmocka_unit_test(a_lost_name_goes_from_who_holds_it_once_its_bytes_stand_under_another),
		cmocka_unit_test(what_is_vouched_for_under_two_names_is_accepted_once),
		cmocka_unit_test(deltas_vouched_for_do_not_see_each_other),
		cmocka_unit_test(what_was_vouched_for_steps_aside_for_other_bytes_of_its_name),
		cmocka_unit_test(what_is_offered_under_a_name_already_given_waits_aside),
		cmocka_unit_test(what_is_shown_other_bytes_under_its_name_before_it_was_offered_is_offered_still),
		cmocka_unit_test(what_its_author_brings_too_is_dropped),
		cmocka_unit_test(what_is_erased_waits_no_longer_and_is_not_taken_again),
		cmocka_unit_test(forged_sealed_rows_change_nothing),
		cmocka_unit_test(sealed_row_that_holds_no_delta_changes_nothing),
		cmocka_unit_test(sealed_row_offered_again_asks_nobody_again),
		cmocka_unit_test(sealed_row_of_what_is_held_is_passed_by),
		cmocka_unit_test(no_more_is_taken_than_may_wait),
		cmocka_unit_test(forged_sealed_row_of_a_push_brings_no_bytes),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
