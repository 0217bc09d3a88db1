/* gate - what stands before every call of the local API: who asks, what they may see
 * or do (domain/access.h), and what is left of it in the access log.
 *
 *   gate_open    who asks: on a field device its holder; at the central node who signed in
 *                at the console, or the operator, or the person named by `as`; their roles today
 *   gate_check   before the handler, by what the table of calls says the call does
 *   gate_sees, gate_fields, gate_write    asked by the handlers for each record
 *   gate_close   always
 *
 * One at a time, as requests are.
 *
 * K1 No handler sees a call that its caller's roles exclude.
 * K2 What a caller may not see is left out of an answer, and the answer says so
 *    ("hidden"); a record asked for by itself is refused with the reason.
 * K3 The entry of the access log is durable before anything is shown (no trace, no
 *    act): one for each person, case, act and working session; acts with a reason,
 *    prints and disclosures each time. A working session ends when the profile is
 *    locked, and after half an hour without an act; at the central node each of
 *    those who are signed in has their own.
 */
#ifndef JALKA_API_GATE_H
#define JALKA_API_GATE_H

#include "api/request.h"
#include "api/trace.h"
#include "api/world.h"
#include "api/writer.h"
#include "domain/access.h"
#include "store/casebook.h"

enum { GATE_CASES_MAX = 64, GATE_AREAS_MAX = 64, GATE_SESSION_MS = 30 * 60 * 1000 };

/* What is known of a case, as far as it was asked for. */
struct gate_case {
	struct case_id id, client_case;
	enum delta_case_kind kind;
	uint32_t met;
	bool own_worker;
	bool knows_client, knows_area, knows_near, knows_visit, knows_special, knows_glass;
	bool has_client, is_special, has_glass;
	struct record_id client;
};

struct gate {
	struct request *request;
	struct world world;
	struct node_id self;
	struct record_id staff;        /* none: the operator of the central node */
	uint64_t profession;
	uint32_t roles;                /* of the person, without those on cases */
	uint32_t met;
	bool is_open, is_central;
	bool has_person;               /* false: a machine that was never enrolled, which holds nothing */
	bool is_alone;                 /* central: nobody administrates the service yet, so the operator does */
	const char *reason;            /* given for what is guarded; NULL: none */
	struct span areas[GATE_AREAS_MAX];
	size_t area_count;
	struct gate_case cases[GATE_CASES_MAX];
	size_t case_count, case_next;
	struct node_id asked;          /* gate_is_mine: of the device asked about last, */
	bool asked_mine;               /* the answer */
	uint64_t hidden[ACCESS_CLASSES];
	struct access_answer hidden_why[ACCESS_CLASSES];
};

struct fault gate_open(struct gate *gate, struct request *request);
void gate_close(struct gate *gate);
struct fault gate_check(struct gate *gate, const struct request_row *row);
/* The profile is being locked: the working session ends. */
void gate_wipe(void);
/* The roles that let this member of the staff in at the console (1 << enum access_role): those who
 * administrate, as granted today. */
uint32_t gate_roles_of(struct node *node, struct record_id staff);

/* ---- for handlers ---- */

/* Whether a record is shown, as a whole; if not it is counted as hidden. */
bool gate_sees(struct gate *gate, const struct casebook_record *record);
/* The same uncounted, where the number alone would tell: what a search did not show. */
bool gate_shows(struct gate *gate, const struct casebook_record *record);
/* The same with the answer, uncounted: how much of it (METADATA at the central node). */
bool gate_may(struct gate *gate, enum access_act act, const struct casebook_record *record, struct access_answer *out);
/* The fault when it is not shown. */
struct fault gate_read(struct gate *gate, const struct casebook_record *record);
/* The message without the fields that are not shown; lent by the world of the gate. */
struct span gate_fields(struct gate *gate, const struct casebook_record *record, struct span fields);
bool gate_hides_field(struct gate *gate, const struct casebook_record *record, uint32_t number);
/* "hidden":[{"what","count","why","how"}] when something was left out. */
void gate_hidden(struct gate *gate, struct writer *out);

/* A write, once its values are known. */
struct gate_write {
	uint32_t record_type;
	struct span fields;            /* as it will read */
	struct case_id case_id;
	enum delta_case_kind kind;
	bool opens, is_draft;
};
struct fault gate_write(struct gate *gate, const struct gate_write *write);
/* A class of data as such: logs, the administrator's verbs. `met`: conditions it brings;
 * `least`: how much of it must be seen. */
struct fault gate_class(struct gate *gate, enum access_act act, enum access_class class, uint32_t met,
			enum access_right least);
/* Protected details of the client whose case it is, with the reason the call gives. */
struct fault gate_guarded(struct gate *gate, struct case_id case_id, const char *reason);

/* The roles that count for what stands in a case. */
uint32_t gate_case_roles(const struct gate *gate);

/* The client's record of a case; false: not here. */
bool gate_client(struct gate *gate, struct case_id case_id, struct record_id *out);

/* ---- the access log: gate_trace.c ---- */

/* RECORDS_ROLE_*: the granted role an entry tells; 0: none. */
uint32_t gate_role(const struct gate *gate);
/* Once a session, or each time when a reason is given. `case_id`, `record`: may be none. */
struct fault gate_trace(struct gate *gate, uint64_t act, struct case_id case_id, struct record_id record, const char *reason);
/* Each time; `id` may be NULL. */
struct fault gate_trace_act(struct gate *gate, uint64_t act, struct case_id case_id, struct record_id record,
			    const char *reason, struct record_id *id);
/* The same as a write to go with others; *due false: it was noted in this session. Then,
 * once it is in the log, gate_traced. Of a case that is being opened the client is told. */
struct gate_whose {
	struct case_id case_id, client_case;
	struct record_id client;
};
struct fault gate_trace_with(struct gate *gate, uint64_t act, const struct gate_whose *whose,
			     uint8_t block[static TRACE_BYTES], struct replica_write *out, bool *due);
void gate_traced(uint64_t act, struct case_id case_id);
/* An entry of BREAK_GLASS was left: whose glass is broken is asked anew. */
void gate_broken(void);
/* Whether this person broke the glass of this client today. */
bool gate_has_broken(struct gate *gate, struct case_id client_case);

#endif
