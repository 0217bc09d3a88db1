/* oracle - what is true of one seed's work, kept outside every node.
 *
 * Each operation (op) writes one delta; its number stands in the delta's
 * event_at_ms, so a delta found anywhere names its op. Of each op the oracle
 * knows who was told "done", which fields it touched, and which ops its author
 * really had in front of it: only those may it supersede (I6).
 */
#ifndef JALKA_SIM_ORACLE_H
#define JALKA_SIM_ORACLE_H

#include "core/delta.h"
#include "domain/schema.h"
#include "store/log.h"

enum {
	ORACLE_OPS_MAX = 512,
	ORACLE_CASES_MAX = 24,
	ORACLE_RECORDS_MAX = 256,
	ORACLE_FIELDS_MAX = 16,
	ORACLE_SEEN_MAX = 64,
	ORACLE_NAMES_MAX = 16,
	ORACLE_TEXTS_MAX = 4,
	ORACLE_HOLDERS_MAX = 8,
	ORACLE_AUTHORS_MAX = 96,
	ORACLE_ASSIGNMENTS_MAX = 256,
	ORACLE_CENTRAL = 1000,     /* `by` of central's own ops */
	ORACLE_NONE = UINT32_MAX,
};

/* event_at_ms of op 0. */
static const uint64_t ORACLE_EVENT_MS = 1600000000000u;

struct oracle_op {
	uint32_t by, record;
	uint64_t content;          /* hash of fields and cleared */
	uint32_t fields[ORACLE_FIELDS_MAX];
	size_t field_count;
	uint32_t seen[ORACLE_SEEN_MAX];
	size_t seen_count;
	/* its names: as first written, and as a restored or copied disk issued it again */
	struct oracle_name { struct epoch_id epoch; uint64_t seq; struct delta_hash digest; } names[ORACLE_NAMES_MAX];
	size_t name_count;
	bool confirmed;
	bool doubled;              /* two copies of a disk held it before central did: both may issue it */
	bool excused;              /* no node that lives on held it when a backup was put back */
};

struct oracle_record {
	struct record_id id;
	uint32_t case_number;
	const struct schema_record *shape;
	uint32_t texts[ORACLE_TEXTS_MAX], optional_texts[ORACLE_TEXTS_MAX];
	size_t text_count, optional_count, ops;
	bool erased, opens;
};

struct oracle_case {
	struct case_id id;
	enum delta_case_kind kind;
	uint32_t client_case;      /* ORACLE_NONE, or */
	uint32_t by;
	bool erased;               /* somebody tried to: its work is excused */
	bool gone;                 /* and was told it is done: it is in nobody's scope */
	struct { bool now; uint64_t ended_ms; } scope[ORACLE_HOLDERS_MAX];
};

struct oracle_assignment {
	struct record_id id;
	uint32_t case_number, holder;
	bool ended, present;
};

struct oracle_durable {
	struct author author;
	uint64_t seq, pending;
};

struct oracle {
	struct oracle_op ops[ORACLE_OPS_MAX];
	size_t op_count;
	struct oracle_record records[ORACLE_RECORDS_MAX];
	size_t record_count;
	struct oracle_case cases[ORACLE_CASES_MAX];
	size_t case_count;
	struct oracle_assignment assignments[ORACLE_ASSIGNMENTS_MAX];
	size_t assignment_count;
	struct oracle_durable durable[ORACLE_AUTHORS_MAX]; /* what central made durable */
	size_t durable_count;
	const struct record_id *holders;
	size_t holder_count;
	uint32_t assignment_type, staff_field, to_field;
};

void oracle_init(struct oracle *oracle, const struct record_id *holders);

/* The op a delta belongs to; ORACLE_NONE: none. `delta` (may be NULL) gets what was read. */
uint32_t oracle_op_of(const struct oracle *oracle, struct span bytes, struct delta *delta);
uint64_t oracle_content(struct span fields, const uint32_t *cleared, size_t cleared_count);
uint32_t oracle_case_number(const struct oracle *oracle, struct case_id id);
uint32_t oracle_record_number(const struct oracle *oracle, struct record_id id);

/* Begins an op on a record; its number. ORACLE_NONE: no room. Notes the touched
 * fields, and as seen every op of the record in this log. */
uint32_t oracle_begin(struct oracle *oracle, uint32_t by, uint32_t record, struct span fields,
		      const uint32_t *cleared, size_t cleared_count, struct log *log);
uint64_t oracle_event_ms(uint32_t op);
/* The op an entry without bytes once was; ORACLE_NONE: not known. */
uint32_t oracle_op_by_name(const struct oracle *oracle, const struct log_entry *entry);
/* A device's log has this op under this name. */
void oracle_named(struct oracle *oracle, uint32_t op, const struct log_entry *entry);

uint32_t oracle_add_case(struct oracle *oracle, struct case_id id, enum delta_case_kind kind, uint32_t client_case,
			 uint32_t by);
uint32_t oracle_add_record(struct oracle *oracle, struct record_id id, uint32_t case_number,
			   const struct schema_record *shape);

/* Central's log: an entry became part of it / all of it is durable / read it all anew. */
void oracle_central_entry(struct oracle *oracle, const struct log_entry *entry);
void oracle_central_durable(struct oracle *oracle, uint64_t now_ms);
void oracle_central_rolled_back(struct oracle *oracle, struct log *log, uint64_t now_ms);
uint64_t oracle_durable_seq(const struct oracle *oracle, const struct author *author);

/* Marks the ops that ever stood under this name. */
void oracle_mark_named(const struct oracle *oracle, struct epoch_id epoch, uint64_t seq, bool *marks);
/* Marks the ops whose bytes this log holds. */
void oracle_mark_held(const struct oracle *oracle, struct log *log, bool *held);

#endif
