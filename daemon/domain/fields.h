/* fields - one value of a record's message, by its number.
 *
 * What is absent is absent: false, an empty span. Of a number given twice the
 * last counts, as protobuf has it. Spans point into the message. Bytes that are
 * malformed end it: what stands before them is read (schema_check has refused
 * them long before; a log of a newer version may hold what this one cannot read).
 * Pure.
 */
#ifndef JALKA_DOMAIN_FIELDS_H
#define JALKA_DOMAIN_FIELDS_H

#include "base/id.h"
#include "base/span.h"
#include "base/wire.h"

/* Any value at all stands there. */
bool fields_has(struct span fields, uint32_t number);
/* BOOL, ENUM, UINT, TIME, CENTS, as they stand. */
bool fields_number(struct span fields, uint32_t number, uint64_t *out);
/* The number, or 0: an absent enum value, false, no time. */
uint64_t fields_number_or_none(struct span fields, uint32_t number);
bool fields_true(struct span fields, uint32_t number);
bool fields_date(struct span fields, uint32_t number, int32_t *days);
/* A part, a text, bytes; empty and false when absent. */
bool fields_bytes(struct span fields, uint32_t number, struct span *out);
/* A text that says something: not absent, not white space alone. */
bool fields_says(struct span fields, uint32_t number);
bool fields_id(struct span fields, uint32_t number, struct record_id *out);

/* The elements of a list one by one: begin with `rest` as the whole message. */
bool fields_next(struct span *rest, uint32_t number, struct span *out);
size_t fields_count(struct span fields, uint32_t number);
/* Whether a list of enum values, packed or not, holds one. */
bool fields_holds(struct span fields, uint32_t number, uint64_t value);

#endif
