/* rules_world - a world of a few records for the tests of rules: each written as the
 * JSON a client would send, its id and case a small number. Refusals are told by the
 * field and a part of the text. */
#ifndef JALKA_TEST_RULES_WORLD_H
#define JALKA_TEST_RULES_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/civil.h"
#include "domain/fields.h"
#include "domain/record_json.h"
#include "domain/rules.h"
#include "records_table.h"

enum { WORLD_RECORDS = 64, WORLD_BYTES = 1 << 20 };

/* The cases: a client's, two matters of it, a sensitive one; another client's. */
enum { CLIENT_CASE = 1, MATTER, OLD_MATTER, SENSITIVE, OTHER_CASE, OTHER_MATTER, REFERENCE };
/* Ids of records always there. */
enum { CLIENT = 1, OTHER, LICENSED, INSTRUCTOR, CASE, NEXT_ID };

static struct {
	struct rules_world rules;
	struct rules_record items[WORLD_RECORDS], found[WORLD_RECORDS];
	size_t count;
	uint8_t block[WORLD_BYTES];
	struct arena arena;
	struct record_id apart;    /* whose state was written apart ... */
	uint32_t apart_states[2];  /* ... as these */
	struct rules_told told;
} world;

static inline struct record_id id_of(unsigned n)
{
	struct record_id id = { { 0 } };
	id.bytes[ID_BYTES - 1] = (uint8_t)n;
	return id;
}

static inline struct case_id case_of(unsigned n)
{
	struct case_id id = { { 0 } };
	id.bytes[ID_BYTES - 1] = (uint8_t)n;
	return id;
}

static inline bool is_kin(struct case_id a, struct case_id b)
{
	unsigned x = a.bytes[ID_BYTES - 1], y = b.bytes[ID_BYTES - 1];
	return x == y || (x <= SENSITIVE && y <= SENSITIVE) || (x >= OTHER_CASE && x <= OTHER_MATTER && y >= OTHER_CASE && y <= OTHER_MATTER);
}

static const struct rules_record *world_find(void *ctx, struct record_id id)
{
	(void)ctx;
	for (size_t i = 0; i < world.count; i++)
		if (ID_EQUAL(world.items[i].id, id) && !world.items[i].is_draft)
			return &world.items[i];
	return NULL;
}

static size_t world_list(void *ctx, enum rules_scope scope, struct case_id case_id, uint32_t type,
			 const struct rules_record **out)
{
	size_t count = 0;
	(void)ctx;
	struct rules_record *found = arena_take(&world.arena, WORLD_RECORDS, sizeof *found);
	assert_non_null(found);
	for (size_t i = world.count; i-- > 0;) {
		const struct rules_record *one = &world.items[i];
		bool here = scope == RULES_EVERYWHERE || (scope == RULES_OF_CLIENT ? is_kin(one->case_id, case_id)
									     : ID_EQUAL(one->case_id, case_id));
		if (here && one->is_draft == (scope == RULES_DRAFTS_IN_CASE) && (type == 0 || one->type == type))
			found[count++] = *one;
	}
	*out = found;
	return count;
}

static size_t world_values(void *ctx, struct record_id id, uint32_t field, struct span *out, size_t max)
{
	(void)ctx;
	(void)max;
	if (ID_IS_NONE(world.apart) || !ID_EQUAL(world.apart, id))
		return 0;
	for (size_t i = 0; i < 2; i++) {
		struct wire_out value;
		wire_out_init(&value, arena_take(&world.arena, 16, 1), 16);
		wire_put_varint(&value, field, world.apart_states[i]);
		out[i] = wire_out_span(&value);
	}
	return 2;
}

static inline const struct schema_record *type_of(const char *name)
{
	const struct schema_record *record = schema_by_name(span_text(name));
	if (record == NULL)
		fail_msg("no type %s", name);
	return record;
}

/* JSON with ids as @n, so that they are read easily: "@7" stands for that record's. */
static inline struct span text_of(const char *json)
{
	static char out[30000];
	size_t n = 0;
	for (; *json != 0; json++) {
		if (*json != '@') {
			out[n++] = *json == '\'' ? '"' : *json;
			continue;
		}
		n += (size_t)snprintf(out + n, 40, "%032x", (unsigned)strtoul(json + 1, (char **)&json, 10));
		json--;
	}
	return span_of(out, n);
}

static inline struct span fields_of(const struct schema_record *record, const char *json, uint32_t cleared[LIMIT_FIELDS],
				    size_t *cleared_count)
{
	static uint8_t block[30000];
	struct wire_out out;
	struct schema_error where = { .field = "" };
	wire_out_init(&out, block, sizeof block);
	struct fault f = record_json_parse(record, text_of(json), &out, cleared, cleared_count, &where);
	if (fault_is(f))
		fail_msg("%s: %s %s", json, where.field, f.what);
	return arena_copy(&world.arena, wire_out_span(&out));
}

/* A record that is there. */
static inline void there(unsigned id, unsigned place, const char *type, const char *json)
{
	uint32_t cleared[LIMIT_FIELDS];
	size_t count;
	assert_true(world.count < WORLD_RECORDS);
	world.items[world.count++] = (struct rules_record){
		.id = id_of(id), .case_id = case_of(place), .type = type_of(type)->type,
		.fields = fields_of(type_of(type), json, cleared, &count), .event_at_ms = world.rules.now_ms - 1000 + world.count };
}

static inline void there_as_draft(unsigned id, unsigned place, const char *type)
{
	there(id, place, type, "{}");
	world.items[world.count - 1].is_draft = true;
}

static inline void there_no_more(unsigned id)
{
	for (size_t i = 0; i < world.count; i++)
		if (ID_EQUAL(world.items[i].id, id_of(id)))
			world.items[i--] = world.items[--world.count];
}

static inline enum delta_case_kind kind_of(unsigned place)
{
	return place == CLIENT_CASE || place == OTHER_CASE ? DELTA_CASE_CLIENT
	       : place == SENSITIVE			   ? DELTA_CASE_SENSITIVE
	       : place == REFERENCE			   ? DELTA_CASE_REFERENCE : DELTA_CASE_MATTER;
}

/* What stands with what is given laid over it. */
static inline struct span over(struct span before, struct span given, const uint32_t *cleared, size_t cleared_count)
{
	struct wire_out out;
	struct wire_field field;
	wire_out_init(&out, arena_take(&world.arena, 1, 60000), 60000);
	while (wire_next(&before, &field) == WIRE_FIELD) {
		bool gone = fields_has(given, field.number);
		for (size_t i = 0; i < cleared_count; i++)
			gone = gone || cleared[i] == field.number;
		if (!gone)
			wire_put_raw(&out, field.whole);
	}
	wire_put_raw(&out, given);
	return wire_out_span(&out);
}

/* Filled, judged, and told in world.told. `id` 0: new. */
static inline struct fault judged(unsigned id, unsigned place, const char *type, const char *json)
{
	static uint32_t cleared[LIMIT_FIELDS];
	const struct rules_record *before = id == 0 ? NULL : world_find(NULL, id_of(id));
	struct rules_write write = { .record = type_of(type), .case_id = case_of(place), .kind = kind_of(place),
				     .record_id = id_of(id), .is_new = before == NULL, .cleared = cleared,
				     .event_at_ms = world.rules.now_ms };
	struct wire_out more;
	size_t mark = arena_mark(&world.arena);
	memset(&world.told, 0, sizeof world.told);
	write.given = fields_of(write.record, json, cleared, &write.cleared_count);
	if (before != NULL)
		write.before = before->fields;
	write.after = over(write.before, write.given, cleared, write.cleared_count);
	wire_out_init(&more, arena_take(&world.arena, 1, 60000), 60000);
	wire_put_raw(&more, write.given);
	rules_fill(&world.rules, &write, &more);
	write.given = wire_out_span(&more);
	write.after = over(write.before, write.given, cleared, write.cleared_count);
	struct fault f = rules_check(&world.rules, &write, &world.told);
	arena_rewind(&world.arena, mark);
	return f;
}

static inline void allowed_at(unsigned id, unsigned place, const char *type, const char *json)
{
	struct fault f = judged(id, place, type, json);
	if (fault_is(f))
		fail_msg("%s %s: refused: %s %s (%s)", type, json, world.told.field, f.what, world.told.advice);
}

static inline void refused_at(unsigned id, unsigned place, const char *type, const char *json, const char *field,
			      const char *part)
{
	struct fault f = judged(id, place, type, json);
	if (!fault_is(f))
		fail_msg("%s %s: allowed", type, json);
	if (strcmp(world.told.field, field) != 0 || (strstr(f.what, part) == NULL && strstr(world.told.advice, part) == NULL))
		fail_msg("%s %s: %s %s (%s)", type, json, world.told.field, f.what, world.told.advice);
}

static inline bool is_told(const char *field, const char *part)
{
	for (size_t i = 0; i < world.told.hint_count; i++)
		if (strcmp(world.told.hints[i].field, field) == 0 && strstr(world.told.hints[i].text, part) != NULL)
			return true;
	return false;
}

/* It is 2026-11-03 at noon in Helsinki; a licensed social worker writes. */
static inline int world_begin(void **state)
{
	(void)state;
	memset(&world, 0, sizeof world);
	arena_init(&world.arena, world.block, sizeof world.block);
	world.rules = (struct rules_world){ .find = world_find, .list = world_list, .values = world_values,
					    .profession = RECORDS_PROFESSION_LICENSED_SOCIAL_WORKER, .staff = id_of(LICENSED) };
	assert_true(civil_read_time(span_text("2026-11-03T12:00"), &world.rules.now_ms));
	assert_true(civil_read_date(span_text("2026-11-03"), &world.rules.today));
	there(CLIENT, CLIENT_CASE, "client", "{'family_name':'Kettunen','given_names':'Aino','municipality':'Hallasuo',"
	      "'contact_language':'FI','address_protected':false}");
	there(OTHER, OTHER_CASE, "client", "{'family_name':'Saari','given_names':'Olli','municipality':'Hallasuo',"
	      "'contact_language':'FI','address_protected':false}");
	there(LICENSED, REFERENCE, "staff_member", "{'name':'Aino Laine','profession':'LICENSED_SOCIAL_WORKER','unit':'Etelä'}");
	there(INSTRUCTOR, REFERENCE, "staff_member", "{'name':'Mikko Saari','profession':'SOCIAL_INSTRUCTOR','unit':'Etelä'}");
	there(CASE, MATTER, "case", "{'client':'@1','title':'Vuokra','opened_on':'2026-10-01','opened_by_pathway':'OUTREACH_FOUND',"
	      "'special_support':false}");
	return 0;
}

#define WORLD_TEST(test) cmocka_unit_test_setup(test, world_begin)

#endif
