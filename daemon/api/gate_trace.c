/* gate_trace - what a person did, into the access log: once a working session, or each
 * time (K3); and whose glass they broke today, which that log alone remembers. */
#include "api/gate_parts.h"

#include <sodium.h>

#include "api/console_session.h"
#include "api/profile.h"
#include "base/civil.h"
#include "central/ledger.h"
#include "central/node.h"
#include "domain/fields.h"
#include "domain/schema.h"
#include "io/loop.h"
#include "records_table.h"

/* A person's working session. On a device its holder alone acts; at the central node everybody who is signed in
 * at the console, and whoever --as names on its socket. */
enum { SESSIONS_MAX = CONSOLE_SESSION_MAX + 8, DONE_MAX = 512, GLASS_MAX = 256, DAY_MS = 24 * 60 * 60 * 1000 };

/* More acts than it remembers are noted twice. */
struct session {
	bool is_taken;
	struct record_id who;
	uint64_t last_ms; /* monotonic */
	size_t count, next;
	struct { struct case_id id; uint64_t act; } done[DONE_MAX];
	bool knows_glass;
	int32_t glass_day;
	size_t glass_count;
	struct case_id glass[GLASS_MAX];
};

static struct session sessions[SESSIONS_MAX];
static struct session *session; /* of who acts now; NULL: nobody has yet */

static void end(struct session *ended)
{
	if (ended->is_taken) /* memory that was never used stays so */
		sodium_memzero(ended, sizeof *ended);
}

void gate_wipe(void)
{
	for (size_t i = 0; i < SESSIONS_MAX; i++)
		end(&sessions[i]);
	session = NULL;
}

/* This person's; else a free place, or that of who has not acted for the longest. */
static struct session *session_of(struct record_id who)
{
	struct session *place = &sessions[0];
	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		struct session *at = &sessions[i];
		if (at->is_taken && ID_EQUAL(at->who, who))
			return at;
		if (place->is_taken && (!at->is_taken || at->last_ms < place->last_ms))
			place = at;
	}
	return place;
}

static void begin_if_over(struct gate *gate)
{
	uint64_t now_ms = loop_mono_ms();
	session = session_of(gate->staff);
	if (!ID_EQUAL(session->who, gate->staff) || now_ms - session->last_ms > GATE_SESSION_MS)
		end(session);
	session->is_taken = true;
	session->who = gate->staff;
	session->last_ms = now_ms;
}

static bool is_done(uint64_t act, struct case_id id)
{
	for (size_t i = 0; i < session->count; i++)
		if (session->done[i].act == act && ID_EQUAL(session->done[i].id, id))
			return true;
	return false;
}

void gate_traced(uint64_t act, struct case_id case_id)
{
	if (session == NULL || is_done(act, case_id))
		return;
	session->done[session->next].act = act;
	session->done[session->next].id = case_id;
	session->next = (session->next + 1) % DONE_MAX;
	if (session->count < DONE_MAX)
		session->count++;
}

/* ---- the entry ---- */

/* The granted role of who acts; on a case also own worker, which the assignments say. */
uint32_t gate_role(const struct gate *gate)
{
	for (enum access_role role = 0; role < ACCESS_ROLES; role++)
		if (gate->roles & 1u << role && access_grant_of_role(role) != 0)
			return access_grant_of_role(role);
	return 0;
}

static struct trace trace_of(struct gate *gate, uint64_t act, struct case_id case_id, struct record_id record, const char *reason)
{
	struct trace trace = { .act = act, .record = record, .case_id = case_id, .reason = reason, .role = gate_role(gate),
			       .when_ms = gate->world.rules.now_ms };
	if (!ID_IS_NONE(case_id))
		(void)gate_client(gate, case_id, &trace.client);
	return trace;
}

static struct fault leave_field(struct gate *gate, const struct trace *trace, struct record_id *id)
{
	struct replica_written written;
	FAULT_TRY(trace_leave(gate->request->target.profile, trace, &written));
	if (id != NULL)
		*id = written.record_id;
	return fault_none();
}

/* Central is an author too: what is read there stands in its own ACCESS case. */
static struct fault leave_central(struct gate *gate, const struct trace *trace, struct record_id *id)
{
	struct node *node = gate->request->target.node;
	struct node_id self = hub_node(node_hub(node));
	struct hub_write write = { .record_type = RECORDS_TYPE_ACCESS_LOG, .kind = DELTA_CASE_ACCESS };
	struct hub_written written;
	struct log_case info;
	uint8_t block[TRACE_BYTES];
	bool found;
	delta_access_case(hub_identity(node_hub(node)), &self, &write.case_id);
	FAULT_TRY(log_case_get(node_log(node), write.case_id, &info, &found));
	write.opens = !found;
	FAULT_TRY(trace_fields(trace, &gate->staff, &self, block, &write.fields));
	write.envelope = (struct delta_envelope){ .event_at_ms = trace->when_ms, .is_signed = true };
	FAULT_TRY(hub_write(node_hub(node), &write, node_now(), &written));
	node_poke(node);
	if (id != NULL)
		*id = written.record_id;
	return fault_none();
}

struct fault gate_trace_act(struct gate *gate, uint64_t act, struct case_id case_id, struct record_id record,
			    const char *reason, struct record_id *id)
{
	if (!gate->has_person)
		return fault_none();
	begin_if_over(gate);
	struct trace trace = trace_of(gate, act, case_id, record, reason);
	return gate->is_central ? leave_central(gate, &trace, id) : leave_field(gate, &trace, id);
}

struct fault gate_trace(struct gate *gate, uint64_t act, struct case_id case_id, struct record_id record, const char *reason)
{
	if (!gate->has_person)
		return fault_none();
	begin_if_over(gate);
	if (reason == NULL && is_done(act, case_id))
		return fault_none();
	FAULT_TRY(gate_trace_act(gate, act, case_id, record, reason, NULL));
	if (reason == NULL)
		gate_traced(act, case_id);
	return fault_none();
}

struct fault gate_trace_with(struct gate *gate, uint64_t act, const struct gate_whose *whose,
			     uint8_t block[static TRACE_BYTES], struct replica_write *out, bool *due)
{
	*due = false;
	if (!gate->has_person || gate->is_central)
		return fault_none();
	begin_if_over(gate);
	if (is_done(act, whose->case_id))
		return fault_none();
	struct trace trace = trace_of(gate, act, whose->case_id, (struct record_id){ { 0 } }, NULL);
	if (!ID_IS_NONE(whose->client))
		trace.client = whose->client;
	else if (ID_IS_NONE(trace.client) && !ID_IS_NONE(whose->client_case))
		(void)gate_client(gate, whose->client_case, &trace.client);
	FAULT_TRY(trace_prepare(gate->request->target.profile, &trace, block, out));
	*due = true;
	return fault_none();
}

/* ---- glass ---- */

static uint64_t day_begins(uint64_t now_ms)
{
	struct civil_time time = civil_helsinki(now_ms);
	uint64_t ms = now_ms;
	time.hour = time.minute = time.second = 0;
	return civil_helsinki_ms(&time, &ms) && ms <= now_ms ? ms : now_ms - DAY_MS;
}

static void keep_glass(struct case_id client_case)
{
	if (session->glass_count < GLASS_MAX)
		session->glass[session->glass_count++] = client_case;
}

struct glass {
	struct gate *gate;
	uint64_t since_ms;
};

/* Newest first: what is older than today ends it. */
static bool take_entry(void *ctx, const struct casebook_record *record)
{
	struct glass *glass = ctx;
	struct record_id about;
	struct case_id client_case;
	uint64_t when = fields_number_or_none(record->shown, RECORDS_ACCESS_LOG_WHEN);
	if (when < glass->since_ms)
		return record->event_at_ms >= glass->since_ms;
	if (fields_number_or_none(record->shown, RECORDS_ACCESS_LOG_ACT) != RECORDS_ACCESS_ACT_BREAK_GLASS ||
	    !fields_id(record->shown, RECORDS_ACCESS_LOG_CASE, &about))
		return true;
	memcpy(client_case.bytes, about.bytes, ID_BYTES);
	keep_glass(client_case);
	return true;
}

static bool take_row(void *ctx, const struct ledger_entry *entry)
{
	struct glass *glass = ctx;
	if (ID_EQUAL(entry->who, glass->gate->staff))
		keep_glass(entry->client_case);
	return true;
}

static void know_glass(struct gate *gate)
{
	struct glass glass = { .gate = gate, .since_ms = day_begins(gate->world.rules.now_ms) };
	struct case_id own;
	struct fault f;
	session->glass_count = 0;
	if (gate->is_central) {
		f = ledger_of_act(node_ledger(gate->request->target.node), RECORDS_ACCESS_ACT_BREAK_GLASS, glass.since_ms,
				  UINT64_MAX, take_row, &glass);
	} else {
		f = profile_access_case(gate->request->target.profile, &own);
		if (!fault_is(f))
			f = casebook_list(gate->world.book, RECORDS_TYPE_ACCESS_LOG, &own, 0, take_entry, &glass);
	}
	session->knows_glass = !fault_is(f); /* what cannot be read opens nothing */
	session->glass_day = gate->world.rules.today;
}

bool gate_has_broken(struct gate *gate, struct case_id client_case)
{
	if (ID_IS_NONE(gate->staff))
		return false;
	begin_if_over(gate);
	if (!session->knows_glass || session->glass_day != gate->world.rules.today)
		know_glass(gate);
	for (size_t i = 0; i < session->glass_count; i++)
		if (ID_EQUAL(session->glass[i], client_case))
			return true;
	return false;
}

void gate_broken(void)
{
	if (session != NULL)
		session->knows_glass = false;
}
