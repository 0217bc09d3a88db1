/* Fuzz target: records. The first byte chooses the type; the rest is read as JSON,
 * as assignments and as stored fields. What is read from a text and written is
 * JSON that reads and writes the same; stored bytes of any kind are written as JSON. */
#include "base/json.h"
#include "base/limits.h"
#include "domain/record_json.h"
#include "lib/mutate.h"

enum { BLOCK_BYTES = 64 * MUTATE_BYTES_MAX };

static uint8_t first_json[BLOCK_BYTES], second_json[BLOCK_BYTES], fields_block[BLOCK_BYTES];
static uint32_t cleared[LIMIT_FIELDS];

static bool parse(const struct schema_record *record, struct span json, struct span *fields)
{
	struct wire_out out;
	struct schema_error where;
	size_t count = 0;
	wire_out_init(&out, fields_block, sizeof fields_block);
	struct fault f = record_json_parse(record, json, &out, cleared, &count, &where);
	if (fault_is(f)) {
		MUTATE_CHECK(f.what[0] != 0 && wire_utf8(span_text(where.field)) && wire_utf8(span_text(where.hint)));
		return false;
	}
	for (size_t i = 1; i < count; i++)
		MUTATE_CHECK(cleared[i - 1] < cleared[i]);
	*fields = wire_out_span(&out);
	return true;
}

static struct span write_json(const struct schema_record *record, struct span fields, uint8_t *block)
{
	struct wire_out out;
	struct json value;
	wire_out_init(&out, block, BLOCK_BYTES);
	record_json_write(record, fields, &out);
	MUTATE_CHECK(!out.full);
	MUTATE_CHECK(json_read(wire_out_span(&out), &value, NULL) && value.type == JSON_OBJECT);
	return wire_out_span(&out);
}

static void as_json(const struct schema_record *record, struct span text)
{
	struct span fields;
	if (!parse(record, text, &fields))
		return;
	struct span once = write_json(record, fields, first_json);
	MUTATE_CHECK(parse(record, once, &fields));
	MUTATE_CHECK(span_equal(write_json(record, fields, second_json), once));
}

/* Lines as assignments. */
static void as_assignments(const struct schema_record *record, struct span text)
{
	static char copy[MUTATE_BYTES_MAX + 1];
	const char *lines[80];
	size_t count = 0, cleared_count = 0;
	if (text.len > MUTATE_BYTES_MAX || memchr(text.data, 0, text.len) != NULL)
		return;
	memcpy(copy, text.data, text.len);
	copy[text.len] = 0;
	for (char *line = copy; line != NULL && count < 80; count++) {
		char *end = strchr(line, '\n');
		if (end != NULL)
			*end++ = 0;
		lines[count] = line;
		line = end;
	}
	struct wire_out out;
	struct schema_error where;
	wire_out_init(&out, fields_block, sizeof fields_block);
	if (!fault_is(record_json_assign(record, span_of(NULL, 0), lines, count, &out, cleared, &cleared_count, &where)))
		write_json(record, wire_out_span(&out), first_json);
}

static void as_stored(const struct schema_record *record, struct span fields)
{
	struct schema_error where;
	if (!fault_is(schema_check(record, fields, NULL, 0, false, true, &where))) {
		/* What passed the check is shown whole, so it reads back as a record that passes. */
		struct span back;
		MUTATE_CHECK(parse(record, write_json(record, fields, first_json), &back));
		MUTATE_CHECK(!fault_is(schema_check(record, back, NULL, 0, false, true, &where)));
	} else {
		write_json(record, fields, first_json);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t count;
	const struct schema_record *all = schema_all(&count);
	if (size == 0 || size > MUTATE_BYTES_MAX)
		return 0;
	const struct schema_record *record = &all[data[0] % count];
	struct span rest = span_of(data + 1, size - 1);
	as_json(record, rest);
	as_assignments(record, rest);
	as_stored(record, rest);
	return 0;
}

#ifndef JALKA_LIBFUZZER
int main(int argc, char **argv)
{
	/* type numbers less one: client, mapping, application, case */
	static const char client[] = "\x00{\"family_name\":\"\\u00c5\",\"phone\":[\"1\"],\"birth_date\":\"2000-02-29\",\"address\":"
				     "[{\"village\":\"x\"}],\"address_protected\":true,\"hetu\":null,\"unknown:100\":\"a00601\"}";
	static const char mapping[] = "\x11mode=FACE\nquadrants.0.state=OK\nquadrants.1.prompts_answered.answer=YES\n"
				      "events={\"life_event\":\"MOVE\"}\nvalid_until=";
	static const char application[] = "\x18{\"period\":{\"from\":\"2026-01-01\",\"to\":\"2026-01-31\"},\"urgency_grounds\":"
					  "[\"FOOD\"],\"callback\":{\"at\":\"2026-07-01T09:15\",\"summary\":\"x\"}}";
	static const char stored[] = "\x0c\x12\x04" "asia\x18\xc8\xbf\x02\x28\x01\x3a\x02\x04\x01\xa0\x06\x07";
	const struct span seeds[] = { span_of(client, sizeof client - 1), span_of(mapping, sizeof mapping - 1),
				      span_of(application, sizeof application - 1), span_of(stored, sizeof stored - 1) };
	return mutate_main(argc, argv, seeds, 4);
}
#endif
