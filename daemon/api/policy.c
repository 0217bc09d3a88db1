/* policy - read from the directory's record. */
#include "api/policy.h"

#include "domain/fields.h"
#include "records_table.h"

void policy_record(const struct delta_identity *central, struct case_id *directory, struct record_id *out)
{
	delta_reserved_case(central, span_text("directory"), directory);
	memcpy(out->bytes, directory->bytes, ID_BYTES);
}

static bool take(void *ctx, const struct casebook_record *record)
{
	struct policy *policy = ctx;
	struct span key;
	if (record->record_type != RECORDS_TYPE_ORGANISER_POLICY)
		return false;
	if (fields_has(record->shown, RECORDS_ORGANISER_POLICY_LEASE_DAYS)) {
		uint64_t days = fields_number_or_none(record->shown, RECORDS_ORGANISER_POLICY_LEASE_DAYS);
		policy->lease_days = days > POLICY_LEASE_DAYS_MAX ? POLICY_LEASE_DAYS_MAX : (uint32_t)days;
	}
	policy->has_recovery = fields_bytes(record->shown, RECORDS_ORGANISER_POLICY_RECOVERY_PUBLIC, &key)
		&& key.len == POLICY_KEY_BYTES;
	if (policy->has_recovery)
		memcpy(policy->recovery, key.data, POLICY_KEY_BYTES);
	policy->recovery_at_ms = fields_number_or_none(record->shown, RECORDS_ORGANISER_POLICY_RECOVERY_AT);
	return false;
}

struct fault policy_read(struct casebook *book, const struct delta_identity *central, struct policy *out)
{
	struct policy policy = { .lease_days = POLICY_LEASE_DAYS };
	struct case_id directory;
	struct record_id record;
	policy_record(central, &directory, &record);
	FAULT_TRY(casebook_get(book, record, take, &policy));
	*out = policy;
	return fault_none();
}
