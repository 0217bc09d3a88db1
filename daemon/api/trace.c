/* trace - makes and writes entries of the access log. */
#include "api/trace.h"

#include <sodium.h>

#include "domain/schema.h"
#include "records_table.h"

static void put_id(struct wire_out *out, uint32_t number, const uint8_t id[static ID_BYTES])
{
	static const uint8_t none[ID_BYTES];
	if (memcmp(id, none, ID_BYTES) != 0)
		wire_put_bytes(out, number, span_of(id, ID_BYTES));
}

struct fault trace_fields(const struct trace *trace, const struct record_id *who, const struct node_id *device,
			  uint8_t block[static TRACE_BYTES], struct span *out)
{
	struct wire_out fields;
	struct schema_error where;
	wire_out_init(&fields, block, TRACE_BYTES);
	put_id(&fields, RECORDS_ACCESS_LOG_WHO, who->bytes);
	if (trace->role != 0)
		wire_put_varint(&fields, RECORDS_ACCESS_LOG_ROLE, trace->role);
	put_id(&fields, RECORDS_ACCESS_LOG_DEVICE, device->bytes);
	wire_put_varint(&fields, RECORDS_ACCESS_LOG_WHEN, trace->when_ms);
	put_id(&fields, RECORDS_ACCESS_LOG_CLIENT, trace->client.bytes);
	put_id(&fields, RECORDS_ACCESS_LOG_RECORD, trace->record.bytes);
	wire_put_varint(&fields, RECORDS_ACCESS_LOG_ACT, trace->act);
	if (trace->reason != NULL && *trace->reason != '\0')
		wire_put_bytes(&fields, RECORDS_ACCESS_LOG_REASON, span_text(trace->reason));
	put_id(&fields, RECORDS_ACCESS_LOG_CASE, trace->case_id.bytes);
	if (fields.full)
		return fault_of(FAULT_LIMIT, "the reason is too long");
	FAULT_TRY(schema_check(schema_by_type(RECORDS_TYPE_ACCESS_LOG), wire_out_span(&fields), NULL, 0, true, false, &where));
	*out = wire_out_span(&fields);
	return fault_none();
}

struct fault trace_prepare(struct profile *profile, const struct trace *trace, uint8_t block[static TRACE_BYTES],
			   struct replica_write *out)
{
	struct log_case info;
	bool found;
	const struct replica_status *status = profile_status(profile);
	struct replica_write write = { .record_type = RECORDS_TYPE_ACCESS_LOG, .kind = DELTA_CASE_ACCESS };
	FAULT_TRY(profile_access_case(profile, &write.case_id));
	FAULT_TRY(log_case_get(profile_log(profile), write.case_id, &info, &found));
	write.opens = !found;
	write.envelope = (struct delta_envelope){ .event_at_ms = trace->when_ms, .is_signed = true,
						  .clock_state = (uint32_t)status->clock_state };
	FAULT_TRY(trace_fields(trace, &status->holder, &status->node, block, &write.fields));
	*out = write;
	return fault_none();
}

struct fault trace_leave(struct profile *profile, const struct trace *trace, struct replica_written *out)
{
	uint8_t block[TRACE_BYTES];
	struct replica_write write;
	FAULT_TRY(trace_prepare(profile, trace, block, &write));
	struct fault f = replica_write(profile_replica(profile), &write, profile_now(), out);
	sodium_memzero(block, sizeof block);
	FAULT_TRY(f);
	profile_poke(profile);
	return fault_none();
}
