/* schema - the record types of records.proto as one table: names, fields, enums.
 *
 * Generated from proto/records.proto (build/gen/records_table.c) by
 * scripts/gen-records, so that shapes are written down once. The CLI, the API
 * and the central node's acceptance all decide by this table.
 *
 * schema_check decides shapes alone: types, enum values, required fields, UTF-8,
 * lengths, nesting. Life cycles and deadlines are other modules'.
 */
#ifndef JALKA_DOMAIN_SCHEMA_H
#define JALKA_DOMAIN_SCHEMA_H

#include "base/fault.h"
#include "base/limits.h"
#include "base/span.h"
#include "core/delta.h"

enum schema_kind {
	SCHEMA_BOOL, SCHEMA_UINT32, SCHEMA_UINT64, SCHEMA_INT32, SCHEMA_INT64, SCHEMA_ENUM,
	SCHEMA_TEXT, SCHEMA_BYTES, SCHEMA_ID /* 16 bytes: a record or case */,
	SCHEMA_TIME /* ms since 1970 */, SCHEMA_DATE /* days since 1970-01-01, sint32 */,
	SCHEMA_CENTS, SCHEMA_MESSAGE,
};

/* UTF-8 bytes of one text at the most: a top-level field (LIMIT_FIELD_BYTES) less its tag and length. */
enum { SCHEMA_TEXT_BYTES_MAX = LIMIT_FIELD_BYTES - 8 };

struct schema_enum_value { const char *name; int32_t number; };
struct schema_enum { const char *name; const struct schema_enum_value *values; size_t count; };

struct schema_message;
struct schema_field {
	const char *name;
	uint32_t number;
	enum schema_kind kind;
	bool repeated;
	bool required;                        /* of the whole record; repeated: at least one */
	uint32_t chars_max;                   /* TEXT: code points; 0: LIMIT_TEXT_CHARS */
	const struct schema_enum *enumeration;
	const struct schema_message *message;
	bool sensitive;                       /* never in lists, titles or logs */
	bool later;                           /* of a signed record: written only after signing */
	bool central_only;                    /* no other author, whoever writes the rest of the record */
};
struct schema_message { const char *name; const struct schema_field *fields; size_t count; };

struct schema_record {
	uint32_t type;
	const char *name;                     /* "encounter_note" */
	const struct schema_message *message;
	bool is_signed;                       /* content record: draft, then signed and frozen */
	bool central_only;                    /* CENTRAL: no other author */
	enum delta_case_kind opens;           /* its first delta opens a case of this kind, or NONE */
	enum delta_case_kind home;            /* kind of case it belongs to (CLIENT, MATTER, REFERENCE, ...) */
	const uint32_t *title_fields;         /* numbers that make the one-line title */
	size_t title_count;
	const uint32_t *search_fields;        /* numbers that go into the search index (texts, nested too) */
	size_t search_count;
};

const struct schema_record *schema_by_type(uint32_t type);          /* NULL: unknown */
const struct schema_record *schema_by_name(struct span name);       /* NULL: unknown */
const struct schema_record *schema_all(size_t *count);
const struct schema_field *schema_field_by_number(const struct schema_message *message, uint32_t number);
const struct schema_field *schema_field_by_name(const struct schema_message *message, struct span name);

/* Whether a record of this type may stand in a case of this kind: at home, where
 * it opens its own, anywhere when its home is NONE; a SENSITIVE or CHILD_NOTICE
 * case takes what belongs to a client or a matter. */
bool schema_may_stand_in(const struct schema_record *record, enum delta_case_kind kind);

/* Where a check failed: the field's name, dotted when nested; "" when unknown.
 * `hint`, where a name was not known: the one that might have been meant, or "". */
struct schema_error { char field[96]; char hint[64]; };

/* Checks a record's message. `whole`: required fields must be there (a first
 * delta); otherwise it is a change. A required field may not be cleared.
 * Fields the table does not know are allowed when `allow_unknown` (a newer
 * version's). Of a signed record's first delta, a
 * field marked later is refused. FAULT_CALLER / FAULT_LIMIT; the text says what
 * is wrong, `where` (may be NULL) which field. */
struct fault schema_check(const struct schema_record *record, struct span fields,
			  const uint32_t *cleared, size_t cleared_count,
			  bool whole, bool allow_unknown, struct schema_error *where);

/* Of a draft, kept as far as it is typed: nothing is required yet, inside parts neither,
 * and what is required may be emptied again. */
struct fault schema_check_draft(const struct schema_record *record, struct span fields,
				const uint32_t *cleared, size_t cleared_count, struct schema_error *where);

/* Of a change to a signed record: it may touch fields marked later alone, for what
 * the signature covers stays as it was, the absent included; corrections are new
 * records. Unknown fields are a newer version's business and pass. */
struct fault schema_check_signed_change(const struct schema_record *record, struct span fields,
					const uint32_t *cleared, size_t cleared_count,
					struct schema_error *where);

/* The first field of the change that is the central node's alone; NULL: none. */
const struct schema_field *schema_central_field(const struct schema_record *record, struct span fields,
						const uint32_t *cleared, size_t cleared_count);

/* Every text the record shows (nested too), one call a text: search, byte scans. */
typedef void schema_text_fn(void *ctx, const struct schema_field *field, struct span text);
void schema_texts(const struct schema_record *record, struct span fields, schema_text_fn *fn, void *ctx);

#endif
