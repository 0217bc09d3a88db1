/* world - the case book's answers to what rules ask. */
#include "api/world.h"

#include <sodium.h>
#include <stdlib.h>

#include "api/profile.h"
#include "base/civil.h"
#include "central/node.h"
#include "domain/fields.h"
#include "io/loop.h"
#include "records_table.h"
#include "store/casebook.h"
#include "store/drafts.h"

enum { BLOCK_BYTES = 64 * 1024, FIELDS_ARENA_BYTES = 4 * 1024 * 1024 };

struct world_block {
	struct world_block *next;
	size_t size, used;
	_Alignas(16) uint8_t bytes[];
};

/* ---- memory -------------------------------------------------------------------------- */

void *world_take(struct world *world, size_t len)
{
	size_t room = (len + 15) & ~(size_t)15;
	struct world_block *block = world->blocks;
	if (block == NULL || block->size - block->used < room) {
		size_t size = room > BLOCK_BYTES ? room : BLOCK_BYTES;
		block = calloc(1, sizeof *block + size);
		if (block == NULL) {
			if (!fault_is(world->fault))
				world->fault = fault_of(FAULT_LIMIT, "memory to look at the records a write is about");
			return NULL;
		}
		block->size = size;
		block->next = world->blocks;
		world->blocks = block;
	}
	void *taken = block->bytes + block->used;
	block->used += room;
	return taken;
}

static struct span keep(struct world *world, struct span bytes)
{
	uint8_t *copy = bytes.len == 0 ? NULL : world_take(world, bytes.len);
	if (copy == NULL)
		return (struct span){ NULL, 0 };
	memcpy(copy, bytes.data, bytes.len);
	return span_of(copy, bytes.len);
}

static void note(struct world *world, struct fault f)
{
	if (fault_is(f) && f.kind != FAULT_CALLER && !fault_is(world->fault))
		world->fault = f;
}

/* ---- records --------------------------------------------------------------------------- */

/* A growing list of records, newest event first as the book gives them. */
struct list {
	struct world *world;
	struct rules_record *items;
	size_t count, room;
};

static struct rules_record *list_add(struct list *list)
{
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 16 : 2 * list->room;
		struct rules_record *more = world_take(list->world, room * sizeof *more);
		if (more == NULL)
			return NULL;
		if (list->count > 0)
			memcpy(more, list->items, list->count * sizeof *more);
		list->items = more;
		list->room = room;
	}
	return &list->items[list->count++];
}

static bool take_record(void *ctx, const struct casebook_record *record)
{
	struct list *list = ctx;
	struct rules_record *item = list_add(list);
	if (item == NULL)
		return false;
	*item = (struct rules_record){ .id = record->record_id, .case_id = record->case_id, .type = record->record_type,
				       .fields = keep(list->world, record->shown),
				       .event_at_ms = record->event_at_ms != 0 ? record->event_at_ms : record->created_ms };
	return true;
}

static bool take_draft(void *ctx, const struct drafts_draft *draft)
{
	struct list *list = ctx;
	struct rules_record *item = list_add(list);
	if (item == NULL)
		return false;
	*item = (struct rules_record){ .id = draft->record_id, .case_id = draft->case_id, .type = draft->record_type,
				       .fields = keep(list->world, draft->fields), .event_at_ms = draft->event_at_ms,
				       .is_draft = true };
	return true;
}

static const struct rules_record *find(void *ctx, struct record_id id)
{
	struct list list = { .world = ctx };
	if (ID_IS_NONE(id))
		return NULL;
	note(list.world, casebook_get(list.world->book, id, take_record, &list));
	return list.count == 0 ? NULL : &list.items[0];
}

/* ---- cases --------------------------------------------------------------------------------- */

struct kin {
	struct world *world;
	struct case_id client_case;
	struct case_id *ids;
	size_t count, room;
};

static bool take_kin(void *ctx, const struct log_case *info)
{
	struct kin *kin = ctx;
	if (info->erased || (!ID_EQUAL(info->case_id, kin->client_case) && !ID_EQUAL(info->client_case, kin->client_case)))
		return true;
	if (kin->count == kin->room) {
		size_t room = kin->room == 0 ? 16 : 2 * kin->room;
		struct case_id *more = world_take(kin->world, room * sizeof *more);
		if (more == NULL)
			return false;
		if (kin->count > 0)
			memcpy(more, kin->ids, kin->count * sizeof *more);
		kin->ids = more;
		kin->room = room;
	}
	kin->ids[kin->count++] = info->case_id;
	return true;
}

/* All cases of the client whose case this is. */
static void list_kin(struct list *list, struct case_id case_id, uint32_t type)
{
	struct world *world = list->world;
	struct kin kin = { .world = world, .client_case = case_id };
	struct log_case info;
	bool found;
	struct fault f = log_case_get(world->log, case_id, &info, &found);
	note(world, f);
	if (!fault_is(f) && found && !ID_IS_NONE(info.client_case))
		kin.client_case = info.client_case;
	note(world, log_case_scan(world->log, take_kin, &kin));
	for (size_t i = 0; i < kin.count; i++)
		note(world, casebook_list(world->book, type, &kin.ids[i], 0, take_record, list));
}

static size_t list(void *ctx, enum rules_scope scope, struct case_id case_id, uint32_t type,
		   const struct rules_record **out)
{
	struct list found = { .world = ctx };
	struct world *world = ctx;
	*out = NULL;
	if (scope != RULES_EVERYWHERE && ID_IS_NONE(case_id))
		return 0;
	switch (scope) {
	case RULES_IN_CASE:
		note(world, casebook_list(world->book, type, &case_id, 0, take_record, &found));
		break;
	case RULES_OF_CLIENT:
		list_kin(&found, case_id, type);
		break;
	case RULES_EVERYWHERE:
		note(world, casebook_list(world->book, type, NULL, 0, take_record, &found));
		break;
	case RULES_DRAFTS_IN_CASE:
		if (world->has_drafts)
			note(world, drafts_list(world->log, &case_id, take_draft, &found));
		break;
	}
	*out = found.items;
	return found.count;
}

/* ---- values written apart --------------------------------------------------------------------- */

static bool take_apart(void *ctx, const struct casebook_record *record)
{
	bool *is_apart = ctx;
	*is_apart = record->is_apart;
	return false;
}

static size_t values(void *ctx, struct record_id id, uint32_t field, struct span *out, size_t max)
{
	struct world *world = ctx;
	const struct casebook_field *fields;
	struct arena arena;
	size_t field_count, count = 0;
	bool is_apart = false;
	note(world, casebook_get(world->book, id, take_apart, &is_apart));
	void *block = is_apart ? malloc(FIELDS_ARENA_BYTES) : NULL; /* else the shown value is all */
	if (block == NULL)
		return 0;
	arena_init(&arena, block, FIELDS_ARENA_BYTES);
	struct fault f = casebook_fields(world->book, id, &arena, &fields, &field_count);
	note(world, f);
	for (size_t i = 0; !fault_is(f) && i < field_count; i++)
		for (size_t j = 0; fields[i].number == field && j < fields[i].count && count < max; j++)
			out[count++] = keep(world, fields[i].siblings[j].whole);
	sodium_memzero(block, arena.used);
	free(block);
	return count;
}

/* ---- who writes ------------------------------------------------------------------------------------ */

static bool is_granted(const struct rules_record *grant, struct record_id staff, int32_t today)
{
	struct record_id whose;
	int32_t from, to;
	return fields_id(grant->fields, RECORDS_ROLE_GRANT_STAFF, &whose) && ID_EQUAL(whose, staff) &&
	       (!fields_date(grant->fields, RECORDS_ROLE_GRANT_VALID_FROM, &from) || from <= today) &&
	       (!fields_date(grant->fields, RECORDS_ROLE_GRANT_VALID_TO, &to) || to >= today);
}

void world_know_writer(struct world *world)
{
	struct rules_world *rules = &world->rules;
	const struct rules_record *staff = find(world, rules->staff), *grants;
	if (staff == NULL)
		return;
	rules->profession = (uint32_t)fields_number_or_none(staff->fields, RECORDS_STAFF_MEMBER_PROFESSION);
	size_t count = list(world, RULES_EVERYWHERE, (struct case_id){ { 0 } }, RECORDS_TYPE_ROLE_GRANT, &grants);
	for (size_t i = 0; i < count; i++) {
		uint64_t role = fields_number_or_none(grants[i].fields, RECORDS_ROLE_GRANT_ROLE);
		if (role < 32 && is_granted(&grants[i], rules->staff, rules->today))
			rules->roles |= 1u << role;
	}
}

void world_open(struct world *world, const struct request_target *target)
{
	*world = (struct world){ .fault = fault_none() };
	world->rules = (struct rules_world){ .ctx = world, .find = find, .list = list, .values = values };
	world->rules.now_ms = loop_wall_ms();
	world->rules.today = civil_days(civil_helsinki(world->rules.now_ms).date);
	if (target->profile != NULL) {
		world->book = profile_book(target->profile);
		world->log = profile_log(target->profile);
		world->has_drafts = true;
		world->rules.staff = profile_status(target->profile)->holder;
	} else {
		world->book = node_book(target->node);
		world->log = node_log(target->node);
		world->rules.is_central = true;
	}
}

void world_close(struct world *world)
{
	while (world->blocks != NULL) {
		struct world_block *block = world->blocks;
		world->blocks = block->next;
		sodium_memzero(block->bytes, block->used);
		free(block);
	}
}

struct fault world_fault(const struct world *world)
{
	return world->fault;
}
