/* replica_write - local writes: shape, seeing, stamp, chain, one transaction. */
#include "base/assert.h"
#include "domain/schema.h"
#include "store/replica_rescue.h"
#include "store/replica_scope.h"
#include "store/replica_state.h"

/* ---- STALE: has a touched field changed since the read? ---- */

struct touch {
	struct replica *replica;
	const struct replica_write *write;
	bool changed;
};

static bool touches(const struct replica_write *write, uint32_t number)
{
	struct span rest = write->fields;
	struct wire_field f;
	for (size_t i = 0; i < write->cleared_count; i++)
		if (write->cleared[i] == number)
			return true;
	while (wire_next(&rest, &f) == WIRE_FIELD)
		if (f.number == number)
			return true;
	return false;
}

static bool compare_entry(void *ctx, const struct log_entry *entry)
{
	struct touch *touch = ctx;
	struct delta delta;
	struct wire_field f;
	if (entry->bytes.data == NULL || !replica_is_newer(touch->replica, entry, touch->write->token))
		return true;
	if (fault_is(delta_read(entry->bytes, &delta)))
		return true;
	for (size_t i = 0; i < delta.cleared_count; i++)
		touch->changed = touch->changed || touches(touch->write, delta.cleared[i]);
	while (!touch->changed && wire_next(&delta.fields, &f) == WIRE_FIELD)
		touch->changed = touches(touch->write, f.number);
	return !touch->changed;
}

static struct fault check_token(struct replica *r, const struct replica_write *write)
{
	struct touch touch = { .replica = r, .write = write };
	if (!write->has_token || ID_IS_NONE(write->record_id))
		return fault_none();
	FAULT_TRY(log_read_record(r->log, write->record_id, compare_entry, &touch));
	return touch.changed ? fault_of(FAULT_STALE, "the record has changed since it was read") : fault_none();
}

/* ---- shape ---- */

struct record_here {
	bool exists, is_frozen, other_case, other_type;
	const struct replica_write *write;
};

static bool look_at_record(void *ctx, const struct log_entry *entry)
{
	struct record_here *here = ctx;
	struct delta delta;
	if (entry->verdict == LOG_REJECTED)
		return true;
	here->exists = true;
	here->other_case = here->other_case || !ID_EQUAL(entry->case_id, here->write->case_id);
	here->other_type = here->other_type || entry->record_type != here->write->record_type;
	if (entry->bytes.data != NULL && !fault_is(delta_read(entry->bytes, &delta)))
		here->is_frozen = here->is_frozen || delta.envelope.is_signed;
	return true;
}

/* Records of one kind of case do not stand in another. */
static struct fault check_placing(struct replica *r, const struct replica_write *write,
				  const struct schema_record *record)
{
	enum delta_case_kind kind = write->kind;
	if (!write->opens) {
		struct log_case info;
		bool found;
		FAULT_TRY(log_case_get(r->log, write->case_id, &info, &found));
		if (!found)
			return fault_of(FAULT_CALLER, "the case is not held here");
		kind = info.kind;
	}
	return schema_may_stand_in(record, kind) ? fault_none()
		: fault_of(FAULT_CALLER, "a record of this type does not stand in a case of this kind");
}

/* What central would refuse for its shape is refused here, so that nothing
 * written can be refused at sync. */
static struct fault check_shape(struct replica *r, const struct replica_write *write)
{
	const struct schema_record *record = schema_by_type(write->record_type);
	struct record_here here = { .write = write };
	struct schema_error where;
	if (record == NULL)
		return fault_of(FAULT_CALLER, "unknown record type");
	if (record->central_only)
		return fault_of(FAULT_CALLER, "only the central node writes records of this type");
	FAULT_TRY(check_placing(r, write, record));
	if (!ID_IS_NONE(write->record_id))
		FAULT_TRY(log_read_record(r->log, write->record_id, look_at_record, &here));
	if (here.other_case || here.other_type)
		return fault_of(FAULT_CALLER, "the record belongs to another case or is of another type");
	if (here.is_frozen && record->is_signed)
		return schema_check_signed_change(record, write->fields, write->cleared, write->cleared_count, &where);
	bool is_newer = r->host.version_max > SESSION_DEVICE_VERSION; /* a later build knows more fields */
	return schema_check(record, write->fields, write->cleared, write->cleared_count, !here.exists, is_newer, &where);
}

/* ---- one write ---- */

static struct fault check_opening(struct replica *r, const struct replica_write *write)
{
	struct log_case info;
	bool found;
	bool needs_client = write->kind == DELTA_CASE_MATTER || write->kind == DELTA_CASE_PROTECTED
		|| write->kind == DELTA_CASE_SENSITIVE || write->kind == DELTA_CASE_CHILD_NOTICE;
	if (write->kind == DELTA_CASE_NONE || write->kind == DELTA_CASE_REFERENCE || write->kind == DELTA_CASE_DIRECTORY)
		return fault_of(FAULT_CALLER, "a case of this kind is not opened on a device");
	if (needs_client && ID_IS_NONE(write->client_case))
		return fault_of(FAULT_CALLER, "the case's client is missing");
	if (ID_IS_NONE(write->case_id))
		return fault_none();
	FAULT_TRY(log_case_get(r->log, write->case_id, &info, &found));
	return found ? fault_of(FAULT_CALLER, "the case is open already") : fault_none();
}

static void draw_if_none(struct replica *r, uint8_t id[static ID_BYTES])
{
	if (id_bytes_none(id))
		r->host.random(r->host.ctx, id, ID_BYTES);
}

/* The opening delta of a case, or one in a case that is held. */
static struct fault prepare(struct replica *r, const struct replica_write *write, struct author_change *out)
{
	struct author_change change = {
		.case_id = write->case_id, .record_id = write->record_id, .record_type = write->record_type,
		.fields = write->fields, .cleared = write->cleared, .cleared_count = write->cleared_count,
		.opens = write->opens, .envelope = write->envelope,
	};
	FAULT_TRY(check_shape(r, write));
	FAULT_TRY(check_token(r, write));
	if (write->opens) {
		FAULT_TRY(check_opening(r, write));
		change.opening.kind = write->kind;
		change.opening.client_case = write->client_case;
		r->host.random(r->host.ctx, change.opening.secret.bytes, DELTA_SECRET_BYTES);
		draw_if_none(r, change.case_id.bytes);
		r->cases_stale = true;
	} else {
		FAULT_TRY(replica_scope_base(r, write->case_id, &change.base));
	}
	draw_if_none(r, change.record_id.bytes);
	*out = change;
	return fault_none();
}

static struct fault write_one(struct replica *r, const struct replica_write *write, struct replica_written *out)
{
	static const struct author_place local = { .verdict = LOG_LOCAL };
	struct author_change change;
	struct log_entry entry;
	FAULT_TRY(prepare(r, write, &change));
	FAULT_TRY(author_append(&r->author, &change, &local, r->now.wall_ms, &entry));
	*out = (struct replica_written){ change.case_id, change.record_id, entry.seq, entry.stamp_ms };
	return fault_none();
}

struct fault replica_write_all(struct replica *replica, const struct replica_write *writes, size_t count,
			       struct replica_time now, struct replica_written *out)
{
	struct fault fault = fault_none();
	if (!replica->self.is_enrolled)
		return fault_of(FAULT_LATER, "this device is not enrolled yet");
	if (replica->self.is_revoked)
		return fault_of(FAULT_CALLER, "this device has been revoked");
	replica->now = now;
	struct author_chain before = replica->author.chain;
	FAULT_TRY(replica_state_begin(replica));
	for (size_t i = 0; i < count && !fault_is(fault); i++)
		fault = write_one(replica, &writes[i], &out[i]);
	if (!fault_is(fault)) {
		FAULT_TRY(replica_state_commit(replica)); /* R1 */
		replica_rescue_keep(replica); /* RR1 */
		return fault_none();
	}
	(void)log_rollback(replica->log);
	uint64_t last_ms = replica->author.chain.clock.last_ms;
	replica->author.chain = before;
	replica->author.chain.clock.last_ms = last_ms; /* K1 */
	return fault;
}

struct fault replica_write(struct replica *replica, const struct replica_write *write,
			   struct replica_time now, struct replica_written *out)
{
	struct replica_written written;
	FAULT_TRY(replica_write_all(replica, write, 1, now, &written));
	*out = written;
	return fault_none();
}
