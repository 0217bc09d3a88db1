/* rules - see rules.h. */
#include "lib/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "records_table.h"

static const struct case_id NO_CASE;

static bool tap(void *ctx, size_t device, bool to_hub, struct span bytes)
{
	struct rules_wire *wire = ctx;
	(void)device;
	wire->pieces++;
	wire->bytes += bytes.len;
	if (bytes.len > wire->largest)
		wire->largest = bytes.len;
	if (to_hub && wire->message1_len == 0) {
		assert_true(bytes.len <= RULES_MESSAGE1_MAX);
		memcpy(wire->message1, bytes.data, bytes.len);
		wire->message1_len = bytes.len;
	}
	if (!to_hub && bytes.len >= 2 && bytes.data[0] == 0 && bytes.data[1] == 0)
		wire->plains++;
	return wire->break_at == 0 || wire->pieces != wire->break_at;
}

void rules_listen(struct pair *pair, struct rules_wire *wire, size_t break_at)
{
	memset(wire, 0, sizeof *wire);
	wire->break_at = break_at;
	pair_tap(pair, tap, wire);
}

bool rules_was_cut(const struct rules_wire *wire)
{
	return wire->break_at != 0 && wire->pieces >= wire->break_at;
}

void rules_sync(struct pair *pair, size_t device)
{
	pair_sync(pair, device);
	pair_disconnect(pair, device);
}

struct case_id rules_shared_case(struct pair *pair, size_t holders)
{
	struct case_id client = pair_case(pair, DELTA_CASE_CLIENT, NO_CASE);
	struct case_id matter = pair_case(pair, DELTA_CASE_MATTER, client);
	for (size_t i = 0; i < holders; i++)
		pair_assign(pair, matter, i);
	for (size_t i = 0; i < holders; i++)
		rules_sync(pair, i);
	return matter;
}

struct replica_written rules_open_matter(struct pair *pair, size_t device)
{
	struct replica_written client, matter;
	assert_false(fault_is(pair_open(pair, device, DELTA_CASE_CLIENT, NO_CASE, &client)));
	assert_false(fault_is(pair_open(pair, device, DELTA_CASE_MATTER, client.case_id, &matter)));
	return matter;
}

static bool take_record(void *ctx, const struct log_entry *entry)
{
	*(struct record_id *)ctx = entry->record_id;
	return false;
}

struct record_id rules_opening_record(struct log *log, struct case_id case_id)
{
	struct record_id record = { { 0 } };
	assert_false(fault_is(log_read_case(log, case_id, 0, INT64_MAX, take_record, &record)));
	return record;
}

struct fault rules_title(struct pair *pair, size_t device, struct case_id case_id, const char *title)
{
	struct record_id record = rules_opening_record(pair_device_log(pair, device), case_id);
	return pair_edit(pair, device, case_id, record, RECORDS_TYPE_CASE, RECORDS_CASE_TITLE, title);
}

struct fault rules_try_note(struct pair *pair, size_t device, struct case_id case_id, const char *text)
{
	struct record_id record;
	prng_fill(pair_prng(pair), record.bytes, sizeof record.bytes);
	return pair_edit(pair, device, case_id, record, RECORDS_TYPE_ENCOUNTER_NOTE, RECORDS_ENCOUNTER_NOTE_TEXT, text);
}

uint64_t rules_last_order(struct pair *pair)
{
	uint64_t order = 0;
	assert_false(fault_is(log_last_order(pair_hub_log(pair), &order)));
	return order;
}

uint64_t rules_last_local(struct log *log)
{
	uint64_t local = 0;
	assert_false(fault_is(log_last_local(log, &local)));
	return local;
}

struct replica_status rules_status(struct pair *pair, size_t device)
{
	struct replica_status status;
	replica_status(pair_replica(pair, device), &status);
	return status;
}

enum log_verdict rules_verdict(struct pair *pair, size_t device, uint64_t seq)
{
	struct replica_status status = rules_status(pair, device);
	struct author author = { status.node, status.epoch };
	enum log_verdict verdict = LOG_LOCAL;
	uint32_t reason;
	assert_false(fault_is(replica_verdict(pair_replica(pair, device), &author, seq, &verdict, &reason)));
	return verdict;
}

bool rules_same_fold(struct pair *pair, size_t device, struct record_id record)
{
	struct delta_hash here, there;
	bool has = pair_fold_hash(pair_device_log(pair, device), replica_orders(pair_replica(pair, device)), record,
				  &here);
	bool had = pair_fold_hash(pair_hub_log(pair), hub_orders(pair_hub(pair)), record, &there);
	return has && had && memcmp(&here, &there, sizeof here) == 0;
}

static bool take_quarantined(void *ctx, const struct hub_quarantined *item)
{
	struct rules_quarantine *found = ctx;
	if (found->count++ == 0)
		found->item = *item;
	return true;
}

struct rules_quarantine rules_quarantine(struct pair *pair)
{
	struct rules_quarantine found = { .count = 0 };
	assert_false(fault_is(hub_quarantine(pair_hub(pair), take_quarantined, &found)));
	return found;
}

void rules_decide_first(struct pair *pair, bool accept)
{
	struct rules_quarantine found = rules_quarantine(pair);
	assert_true(found.count > 0);
	assert_false(fault_is(hub_decide(pair_hub(pair), &found.item.author, found.item.seq,
					 &(struct hub_ruling){ .accept = accept }, pair_hub_time(pair))));
}
