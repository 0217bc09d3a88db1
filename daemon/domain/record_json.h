/* record_json - a record's message as JSON text, and back, by the record table.
 *
 *   text, id        "Aino", "0123456789abcdef0123456789abcdef" (hexadecimal; bytes too)
 *   bool, number    true, 12
 *   enum            "HOME": the value's name
 *   date            "2026-11-03"
 *   time            "2026-11-03T09:15:00+02:00"; without an offset Europe/Helsinki is meant;
 *                   seconds, or the whole time of day, may be left out
 *   cents           1250, or "12,50"; written as 1250
 *   list, part      [ ... ], { ... }
 *   null            clears the field
 *   "unknown:17"    a field this version does not know: its bytes, tags included, in hexadecimal
 *
 * Reading is strict: one JSON object, UTF-8, bounded nesting, no name twice, no
 * name the table lacks. What comes out is canonical: fields in rising number,
 * repeated numbers packed, shortest lengths; so equal records are equal bytes.
 * Whether required fields are there is schema_check's to say, not this module's.
 *
 * Pure; owns nothing. Outputs are written at the end of `fields` and are to be
 * dropped when a fault comes back. FAULT_CALLER: the text; FAULT_LIMIT: no room.
 * `where` (may be NULL) names the field at fault and a near miss.
 */
#ifndef JALKA_DOMAIN_RECORD_JSON_H
#define JALKA_DOMAIN_RECORD_JSON_H

#include "base/wire.h"
#include "domain/schema.h"

/* Reads one JSON object. `cleared` has room for LIMIT_FIELDS numbers, rising. */
struct fault record_json_parse(const struct schema_record *record, struct span json, struct wire_out *fields,
			       uint32_t cleared[static LIMIT_FIELDS], size_t *cleared_count,
			       struct schema_error *where);

/* Reads "name=value" texts. "name=" clears. A value is what stands in the JSON
 * above, without quotes; a text is taken as it is. A name may lead into parts
 * and lists: address.street=..., quadrants.0.state=OK; without a number the
 * first element is meant. A list is given by repeating the name (phone=...
 * phone=...), lists of enums or numbers with commas too; a part or a whole list
 * may be given as JSON. `before` is the record as it stands (empty: it is new): a name
 * that leads into a part or list changes that place and keeps the rest, and the
 * number after the last adds one; a whole value is a whole new value. */
struct fault record_json_assign(const struct schema_record *record, struct span before, const char *const *assign,
				size_t count, struct wire_out *fields, uint32_t cleared[static LIMIT_FIELDS],
				size_t *cleared_count, struct schema_error *where);

/* Writes the record as one JSON object: known fields in rising number, then the
 * unknown. Malformed parts of stored bytes are passed over, so it always ends;
 * `json->full` says when there was no room. */
void record_json_write(const struct schema_record *record, struct span fields, struct wire_out *json);

/* Writes the JSON value of one field; `whole`: all its occurrences, tags
 * included; null when there are none. */
void record_json_value(const struct schema_record *record, uint32_t field_number, struct span whole,
		       struct wire_out *json);

#endif
