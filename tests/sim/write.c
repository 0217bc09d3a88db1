/* write - see write.h. */
#include "sim/write.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "lib/shape.h"
#include "sim/rescue.h"
#include "sim/world.h"

enum { FIELDS_BYTES = 4096, UNKNOWN_FIELD = 1001 };

/* What one op writes. */
struct draft {
	uint32_t record;
	uint8_t block[FIELDS_BYTES];
	struct wire_out fields;
	uint32_t cleared[2];
	size_t cleared_count;
	bool opens, is_signed, has_token;
	uint64_t token;
	char mark[64];
};

static void begin(struct sim *sim, struct draft *draft, uint32_t record)
{
	draft->record = record;
	draft->cleared_count = 0;
	draft->opens = draft->is_signed = draft->has_token = false;
	wire_out_init(&draft->fields, draft->block, sizeof draft->block);
	const struct oracle_record *r = &sim->oracle.records[record];
	if (prng_chance(&sim->prng, 60))
		snprintf(draft->mark, sizeof draft->mark, "the same case%02u", r->case_number);
	else
		snprintf(draft->mark, sizeof draft->mark, "op%05zu case%02u", sim->oracle.op_count, r->case_number);
}

static struct sim_device *any_device(struct sim *sim)
{
	struct sim_device *device = &sim->devices[prng_below(&sim->prng, sim->device_count)];
	return device->replica != NULL && !device->revoked ? device : NULL;
}

static bool found_one(void *ctx, const struct log_entry *entry)
{
	(void)entry;
	*(bool *)ctx = true;
	return false;
}

/* A record of a case this device holds, mostly one that it has. */
static uint32_t any_record(struct sim *sim, struct sim_device *device)
{
	for (int tries = 0; tries < 6 && sim->oracle.record_count > 0; tries++) {
		uint32_t number = (uint32_t)prng_below(&sim->prng, sim->oracle.record_count);
		const struct oracle_record *record = &sim->oracle.records[number];
		bool has = prng_chance(&sim->prng, 50);
		if (!has)
			(void)log_read_record(device->store.inner, record->id, found_one, &has);
		if (has && replica_holds(device->replica, sim->oracle.cases[record->case_number].id))
			return number;
	}
	return ORACLE_NONE;
}

static uint32_t any_held_case(struct sim *sim, struct sim_device *device)
{
	for (int tries = 0; tries < 6 && sim->oracle.case_count > 0; tries++) {
		uint32_t number = (uint32_t)prng_below(&sim->prng, sim->oracle.case_count);
		if (replica_holds(device->replica, sim->oracle.cases[number].id))
			return number;
	}
	return ORACLE_NONE;
}

struct since {
	const struct sim *sim;
	const struct draft *draft;
	uint64_t local;  /* the log's last number at the read */
	size_t rejected; /* now */
	bool record, field, rejected_field;
};

static bool touched_since(void *ctx, const struct log_entry *entry)
{
	struct since *since = ctx;
	struct delta delta;
	if (entry->bytes.data == NULL || fault_is(delta_read(entry->bytes, &delta)))
		return true;
	struct span rest = delta.fields;
	struct wire_field theirs, ours;
	bool touches = false, is_new = entry->local > since->local, is_rejected = entry->verdict == LOG_REJECTED;
	while (wire_next(&rest, &theirs) == WIRE_FIELD) {
		struct span mine = wire_out_span(&since->draft->fields);
		while (wire_next(&mine, &ours) == WIRE_FIELD)
			touches |= ours.number == theirs.number;
	}
	since->rejected += is_rejected;
	since->record |= is_new;
	since->field |= is_new && touches;
	since->rejected_field |= is_rejected && touches;
	return true;
}

static size_t rejected_of(struct sim *sim, struct sim_device *device, uint32_t record)
{
	struct draft nothing = { .record = record };
	struct since since = { .sim = sim, .draft = &nothing };
	wire_out_init(&nothing.fields, nothing.block, sizeof nothing.block);
	(void)log_read_record(device->store.inner, sim->oracle.records[record].id, touched_since, &since);
	return since.rejected;
}

/* What has happened to the record since the draft's read. */
static struct since since_read(struct sim *sim, struct sim_device *device, const struct draft *draft)
{
	struct since since = { .sim = sim, .draft = draft, .local = device->token_local };
	if (!draft->has_token)
		return since;
	(void)log_read_record(device->store.inner, sim->oracle.records[draft->record].id, touched_since, &since);
	since.record |= since.rejected != device->token_rejected;
	since.field |= since.rejected_field && device->token_rejected == 0; /* a decision took it out since */
	return since;
}

/* A write made from an old read is STALE exactly when a touched field changed since. */
static void check_token(struct sim *sim, struct sim_device *device, const struct since *since, struct fault fault)
{
	if (!sim->checking || !since->draft->has_token || device->store.dead)
		return;
	if (since->field && !fault_is(fault))
		sim_fail(sim, "I6", "device %u wrote over a field changed since it was read", device->number);
	if (!since->record && fault.kind == FAULT_STALE)
		sim_fail(sim, "I19", "device %u is told STALE of a record nobody touched", device->number);
}

static void write_device(struct sim *sim, struct sim_device *device, struct draft *draft)
{
	const struct oracle_record *record = &sim->oracle.records[draft->record];
	const struct oracle_case *c = &sim->oracle.cases[record->case_number];
	struct replica_written written;
	struct replica_write write = {
		.case_id = c->id, .record_id = record->id, .record_type = record->shape->type,
		.fields = wire_out_span(&draft->fields), .cleared = draft->cleared, .cleared_count = draft->cleared_count,
		.opens = draft->opens, .kind = draft->opens ? c->kind : DELTA_CASE_NONE,
		.has_token = draft->has_token, .token = draft->token,
	};
	if (draft->opens && c->client_case != ORACLE_NONE)
		write.client_case = sim->oracle.cases[c->client_case].id;
	uint32_t op = oracle_begin(&sim->oracle, device->number, draft->record, write.fields, draft->cleared,
				   draft->cleared_count, device->store.inner);
	if (op == ORACLE_NONE)
		return;
	write.envelope.event_at_ms = oracle_event_ms(op);
	write.envelope.is_signed = draft->is_signed;
	struct since since = since_read(sim, device, draft);
	struct fault fault = replica_write(device->replica, &write, world_time(sim, device), &written);
	sim_trace(sim, 4, op, fault.kind);
	if (!fault_is(fault)) {
		sim->oracle.ops[op].confirmed = true;
		device->expected[op] = true;
		rescue_i23_wrote(sim, device, op);
	}
	check_token(sim, device, &since, fault);
	if (fault.kind == FAULT_STORE && !device->store.dead)
		sim_fail(sim, "I19", "device %u cannot write: %s", device->number, fault.what);
	sim_say(sim, "device %u writes op %u on record %u of case %u: %s", device->number, op, draft->record,
		record->case_number, fault_is(fault) ? fault.what : "confirmed");
	if (!device->store.dead)
		replica_poke(device->replica, world_time(sim, device));
	world_device_after(sim, device);
}

/* Puts one text field of the record in the draft; false: it has none. */
static bool put_text(struct sim *sim, struct draft *draft)
{
	const struct oracle_record *record = &sim->oracle.records[draft->record];
	if (record->text_count == 0)
		return false;
	uint32_t field = record->texts[prng_below(&sim->prng, record->text_count)];
	wire_put_bytes(&draft->fields, field, span_text(draft->mark));
	return true;
}

void write_edit(struct sim *sim)
{
	struct draft draft;
	struct sim_device *device = any_device(sim);
	uint32_t record = device == NULL ? ORACLE_NONE : any_record(sim, device);
	if (record == ORACLE_NONE)
		return;
	begin(sim, &draft, record);
	if (!put_text(sim, &draft))
		return;
	draft.is_signed = sim->oracle.records[record].shape->is_signed && prng_chance(&sim->prng, 20);
	sim_struck(sim, TROUBLE_EDIT);
	write_device(sim, device, &draft);
}

void write_clear(struct sim *sim)
{
	struct draft draft;
	struct sim_device *device = any_device(sim);
	uint32_t record = device == NULL ? ORACLE_NONE : any_record(sim, device);
	if (record == ORACLE_NONE || sim->oracle.records[record].optional_count == 0)
		return;
	begin(sim, &draft, record);
	const struct oracle_record *r = &sim->oracle.records[record];
	draft.cleared[draft.cleared_count++] = r->optional_texts[prng_below(&sim->prng, r->optional_count)];
	sim_struck(sim, TROUBLE_CLEAR);
	write_device(sim, device, &draft);
}

void write_unknown_field(struct sim *sim)
{
	struct draft draft;
	struct sim_device *device = any_device(sim);
	uint32_t record = device == NULL ? ORACLE_NONE : any_record(sim, device);
	if (record == ORACLE_NONE)
		return;
	begin(sim, &draft, record);
	wire_put_bytes(&draft.fields, UNKNOWN_FIELD + (uint32_t)prng_below(&sim->prng, 2), span_text(draft.mark));
	sim_struck(sim, TROUBLE_UNKNOWN_FIELD);
	write_device(sim, device, &draft);
}

/* First the read, and at a later turn the write made from it. */
void write_stale_edit(struct sim *sim)
{
	struct draft draft;
	struct sim_device *device = any_device(sim);
	if (device == NULL)
		return;
	if (!device->has_token) {
		device->token_record = any_record(sim, device);
		device->has_token = device->token_record != ORACLE_NONE &&
				    !fault_is(replica_token(device->replica, &device->token)) &&
				    !fault_is(log_last_local(device->store.inner, &device->token_local));
		if (device->has_token)
			device->token_rejected = rejected_of(sim, device, device->token_record);
		world_device_after(sim, device);
		return;
	}
	device->has_token = false;
	begin(sim, &draft, device->token_record);
	draft.has_token = true;
	draft.token = device->token;
	if (!put_text(sim, &draft))
		return;
	sim_struck(sim, TROUBLE_STALE_EDIT);
	write_device(sim, device, &draft);
}

static struct record_id new_record_id(struct sim *sim)
{
	struct record_id id;
	prng_fill(&sim->prng, id.bytes, sizeof id.bytes);
	return id;
}

/* A type a worker may write in a case of this kind. */
static const struct schema_record *any_shape(struct sim *sim, enum delta_case_kind kind)
{
	size_t count;
	uint32_t fields[1];
	const struct schema_record *all = schema_all(&count);
	for (int tries = 0; tries < 60; tries++) {
		const struct schema_record *shape = &all[prng_below(&sim->prng, count)];
		if (!shape->central_only && shape->opens == DELTA_CASE_NONE && schema_may_stand_in(shape, kind) &&
		    shape_texts(shape->message, fields, 1) > 0)
			return shape;
	}
	return NULL;
}

static bool room(const struct sim *sim)
{
	return sim->oracle.record_count < ORACLE_RECORDS_MAX && sim->oracle.op_count < ORACLE_OPS_MAX;
}

void write_record(struct sim *sim)
{
	struct draft draft;
	struct sim_device *device = any_device(sim);
	uint32_t number = device == NULL || !room(sim) ? ORACLE_NONE : any_held_case(sim, device);
	if (number == ORACLE_NONE)
		return;
	const struct schema_record *shape = any_shape(sim, sim->oracle.cases[number].kind);
	if (shape == NULL)
		return;
	begin(sim, &draft, oracle_add_record(&sim->oracle, new_record_id(sim), number, shape));
	shape_write(shape->message, draft.mark, &draft.fields);
	draft.is_signed = shape->is_signed && prng_chance(&sim->prng, 80);
	sim_struck(sim, TROUBLE_RECORD);
	write_device(sim, device, &draft);
}

/* A new case with its opening record, known to the oracle; the draft that opens it. */
static void draft_opening(struct sim *sim, struct draft *draft, enum delta_case_kind kind, uint32_t client_case,
			  uint32_t by)
{
	struct case_id id;
	const char *name = kind == DELTA_CASE_MATTER ? "case" : "client";
	const struct schema_record *shape = schema_by_name(span_text(name));
	ASSERT(shape != NULL);
	prng_fill(&sim->prng, id.bytes, sizeof id.bytes);
	uint32_t number = oracle_add_case(&sim->oracle, id, kind, client_case, by);
	begin(sim, draft, oracle_add_record(&sim->oracle, new_record_id(sim), number, shape));
	sim->oracle.records[draft->record].opens = true;
	shape_write(shape->message, draft->mark, &draft->fields);
	draft->opens = true;
}

void write_open_client(struct sim *sim)
{
	struct draft draft;
	struct sim_device *device = any_device(sim);
	if (device == NULL || !room(sim) || sim->oracle.case_count == ORACLE_CASES_MAX)
		return;
	draft_opening(sim, &draft, DELTA_CASE_CLIENT, ORACLE_NONE, device->number);
	sim_struck(sim, TROUBLE_OPEN_CLIENT);
	write_device(sim, device, &draft);
}

/* About a client the device holds, or (seldom) one it only knows of. */
void write_open_matter(struct sim *sim)
{
	struct draft draft;
	struct sim_device *device = any_device(sim);
	if (device == NULL || !room(sim) || sim->oracle.case_count == ORACLE_CASES_MAX)
		return;
	uint32_t client = prng_chance(&sim->prng, 150) ? (uint32_t)prng_below(&sim->prng, sim->oracle.case_count)
						       : any_held_case(sim, device);
	if (client == ORACLE_NONE || sim->oracle.cases[client].kind != DELTA_CASE_CLIENT)
		return;
	draft_opening(sim, &draft, DELTA_CASE_MATTER, client, device->number);
	sim_struck(sim, TROUBLE_OPEN_MATTER);
	write_device(sim, device, &draft);
}

static bool hub_write_draft(struct sim *sim, struct draft *draft)
{
	const struct oracle_record *record = &sim->oracle.records[draft->record];
	const struct oracle_case *c = &sim->oracle.cases[record->case_number];
	struct hub_written written;
	struct hub_write write = {
		.case_id = c->id, .record_id = record->id, .record_type = record->shape->type,
		.fields = wire_out_span(&draft->fields), .opens = draft->opens,
		.kind = draft->opens ? c->kind : DELTA_CASE_NONE,
	};
	if (draft->opens && c->client_case != ORACLE_NONE)
		write.client_case = sim->oracle.cases[c->client_case].id;
	uint32_t op = oracle_begin(&sim->oracle, ORACLE_CENTRAL, draft->record, write.fields, NULL, 0,
				   sim->central.store.inner);
	if (op == ORACLE_NONE)
		return false;
	write.envelope.event_at_ms = oracle_event_ms(op);
	struct fault fault = hub_write(sim->central.hub, &write, world_hub_time(sim), &written);
	sim->oracle.ops[op].confirmed = !fault_is(fault);
	if (fault.kind == FAULT_STORE && !sim->central.store.dead)
		sim_fail(sim, "I19", "central cannot write: %s", fault.what);
	sim_say(sim, "central writes op %u on record %u of case %u: %s", op, draft->record, record->case_number,
		fault_is(fault) ? fault.what : "confirmed");
	world_hub_after(sim);
	return !fault_is(fault);
}

uint32_t write_central_case(struct sim *sim, enum delta_case_kind kind, uint32_t client_case)
{
	struct draft draft;
	draft_opening(sim, &draft, kind, client_case, ORACLE_CENTRAL);
	uint32_t number = sim->oracle.records[draft.record].case_number;
	return hub_write_draft(sim, &draft) ? number : ORACLE_NONE;
}

void write_central(struct sim *sim)
{
	struct draft draft;
	struct log_case info;
	bool found = false;
	if (sim->central.hub == NULL || sim->oracle.record_count == 0)
		return;
	uint32_t record = (uint32_t)prng_below(&sim->prng, sim->oracle.record_count);
	const struct oracle_record *r = &sim->oracle.records[record];
	(void)log_case_get(sim->central.store.inner, sim->oracle.cases[r->case_number].id, &info, &found);
	if (!found || info.erased || r->erased)
		return;
	begin(sim, &draft, record);
	if (!put_text(sim, &draft))
		return;
	sim_struck(sim, TROUBLE_CENTRAL_WRITE);
	(void)hub_write_draft(sim, &draft);
}
