/* fold - the deltas of one record become its fields (design: "Fold").
 *
 * Works on the wire format: a field is one top-level number with all its
 * occurrences in a delta. Pure and a function of the set of inputs alone: the
 * order in which they are given never matters.
 *
 * F1  The siblings of a field are its values that no delta of that field,
 *     superseded ones included, saw; equal bytes are one value, which stays as
 *     long as one delta that wrote it is unseen and has the place of the greatest
 *     such delta; a clearing is a value. (Should deltas claim to have seen each
 *     other in a circle, so that none is left, the greatest stands.)
 * F2  The shown sibling has the greatest (stamp, node, epoch).
 * F3  Two or more siblings are a conflict until a delta that saw all of them.
 * F4  Fields this version does not know are folded and kept.
 */
#ifndef JALKA_CORE_FOLD_H
#define JALKA_CORE_FOLD_H

#include "base/arena.h"
#include "base/fault.h"
#include "core/delta.h"
#include "core/order.h"

/* Where an author's epoch goes on from; `seq` 0: from nothing. */
struct fold_continues {
	struct epoch_id epoch;
	uint64_t seq;
};

/* One accepted or local delta of the record. */
struct fold_input {
	struct author author;
	struct fold_continues continues; /* of author.epoch */
	uint64_t seq;
	struct order orders[LIMIT_ENTRY_ORDERS]; /* all it ever had, newest first */
	size_t order_count;                      /* 0: not ordered yet */
	uint64_t stamp_ms;                       /* effective */
	struct order_bases base;
	struct span fields;                      /* borrowed */
	const uint32_t *cleared;
	size_t cleared_count;
};

/* One value of a field. `whole`: every occurrence, tags included, one after
 * another; empty with a non-NULL pointer when the value is a clearing. */
struct fold_value {
	struct span whole;
	size_t input;      /* index of the delta it comes from: of equal values the shown one's */
};

struct fold_field {
	uint32_t number;
	struct fold_value *siblings; /* the shown one first, then by falling (stamp, node, epoch) */
	size_t count;                /* >= 1; >= 2: a conflict */
};

struct fold_record {
	struct fold_field *fields;   /* ascending number */
	size_t count;
};

/* y saw x, two deltas (design "Order and seeing"). A y whose epoch goes on from one
 * that goes on from x's saw x too, but that only fold_record can tell. */
bool fold_saw(const struct order_tree *tree, const struct fold_input *y, const struct fold_input *x);

/* Bytes of arena that are always enough to fold these. */
size_t fold_arena_bytes(const struct order_tree *tree, const struct fold_input *inputs, size_t count);

/* Folds the record. The result lives in the arena and borrows the inputs.
 * FAULT_LIMIT: the arena is too small. Inputs must have passed delta_read. */
struct fault fold_record(struct arena *arena, const struct order_tree *tree,
			 const struct fold_input *inputs, size_t count, struct fold_record *out);

/* The record's message as shown: the shown value of each field, ascending
 * number, cleared fields absent. FAULT_LIMIT: does not fit. */
struct fault fold_shown(const struct fold_record *record, struct wire_out *out);

/* A hash of the folded record (numbers, all siblings): equal on replicas that agree. */
void fold_hash(const struct fold_record *record, struct delta_hash *out);

#endif
