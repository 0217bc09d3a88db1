/* oracle - see oracle.h. */
#include "sim/oracle.h"

#include <sodium.h>
#include <string.h>

#include "base/assert.h"
#include "lib/shape.h"

void oracle_init(struct oracle *oracle, const struct record_id *holders)
{
	const struct schema_record *assignment = schema_by_name(span_text("case_assignment"));
	ASSERT(assignment != NULL);
	oracle->holders = holders;
	oracle->assignment_type = assignment->type;
	oracle->staff_field = schema_field_by_name(assignment->message, span_text("staff"))->number;
	oracle->to_field = schema_field_by_name(assignment->message, span_text("to"))->number;
}

uint64_t oracle_event_ms(uint32_t op)
{
	return ORACLE_EVENT_MS + op;
}

uint32_t oracle_op_of(const struct oracle *oracle, struct span bytes, struct delta *delta)
{
	struct delta local;
	struct delta *out = delta != NULL ? delta : &local;
	if (bytes.data == NULL || fault_is(delta_read(bytes, out)))
		return ORACLE_NONE;
	uint64_t at = out->envelope.event_at_ms;
	bool one = at >= ORACLE_EVENT_MS && at < ORACLE_EVENT_MS + oracle->op_count;
	return one ? (uint32_t)(at - ORACLE_EVENT_MS) : ORACLE_NONE;
}

uint64_t oracle_content(struct span fields, const uint32_t *cleared, size_t cleared_count)
{
	uint8_t hash[crypto_generichash_BYTES];
	crypto_generichash_state state;
	uint64_t out;
	crypto_generichash_init(&state, NULL, 0, sizeof hash);
	crypto_generichash_update(&state, fields.data, fields.len);
	crypto_generichash_update(&state, (const uint8_t *)cleared, cleared_count * sizeof *cleared);
	crypto_generichash_final(&state, hash, sizeof hash);
	memcpy(&out, hash, sizeof out);
	return out;
}

uint32_t oracle_case_number(const struct oracle *oracle, struct case_id id)
{
	for (uint32_t i = 0; i < oracle->case_count; i++)
		if (ID_EQUAL(oracle->cases[i].id, id))
			return i;
	return ORACLE_NONE;
}

uint32_t oracle_record_number(const struct oracle *oracle, struct record_id id)
{
	for (uint32_t i = 0; i < oracle->record_count; i++)
		if (ID_EQUAL(oracle->records[i].id, id))
			return i;
	return ORACLE_NONE;
}

struct seeing {
	const struct oracle *oracle;
	struct oracle_op *op;
};

static bool has_name(const struct oracle_op *op, struct epoch_id epoch, uint64_t seq)
{
	for (size_t i = 0; i < op->name_count; i++)
		if (op->names[i].seq == seq && ID_EQUAL(op->names[i].epoch, epoch))
			return true;
	return false;
}

static bool has_digest(const struct oracle_op *op, const struct log_entry *entry)
{
	for (size_t i = 0; i < op->name_count; i++)
		if (op->names[i].seq == entry->seq && ID_EQUAL(op->names[i].epoch, entry->author.epoch)
		    && memcmp(op->names[i].digest.bytes, entry->digest.bytes, DELTA_HASH_BYTES) == 0)
			return true;
	return false;
}

void oracle_named(struct oracle *oracle, uint32_t number, const struct log_entry *entry)
{
	struct oracle_op *op = &oracle->ops[number];
	if (op->name_count < ORACLE_NAMES_MAX && !has_digest(op, entry))
		op->names[op->name_count++] = (struct oracle_name){ entry->author.epoch, entry->seq, entry->digest };
}

void oracle_mark_named(const struct oracle *oracle, struct epoch_id epoch, uint64_t seq, bool *marks)
{
	for (uint32_t i = 0; i < oracle->op_count; i++)
		marks[i] |= has_name(&oracle->ops[i], epoch, seq);
}

/* An own delta whose bytes left with its forgotten case: its author wrote it all the
 * same. Copies of a disk give a name twice: the digest tells which it is. */
uint32_t oracle_op_by_name(const struct oracle *oracle, const struct log_entry *entry)
{
	for (uint32_t i = 0; i < oracle->op_count; i++)
		if (has_digest(&oracle->ops[i], entry))
			return i;
	return ORACLE_NONE;
}

static bool see(void *ctx, const struct log_entry *entry)
{
	struct seeing *seeing = ctx;
	uint32_t other = entry->bytes.data != NULL ? oracle_op_of(seeing->oracle, entry->bytes, NULL)
						   : oracle_op_by_name(seeing->oracle, entry);
	if (other != ORACLE_NONE && seeing->op->seen_count < ORACLE_SEEN_MAX)
		seeing->op->seen[seeing->op->seen_count++] = other;
	return true;
}

static void add_field(struct oracle_op *op, uint32_t number)
{
	for (size_t i = 0; i < op->field_count; i++)
		if (op->fields[i] == number)
			return;
	ASSERT(op->field_count < ORACLE_FIELDS_MAX);
	op->fields[op->field_count++] = number;
}

uint32_t oracle_begin(struct oracle *oracle, uint32_t by, uint32_t record, struct span fields,
		      const uint32_t *cleared, size_t cleared_count, struct log *log)
{
	if (oracle->op_count == ORACLE_OPS_MAX || oracle->records[record].ops == ORACLE_SEEN_MAX)
		return ORACLE_NONE;
	struct oracle_op *op = &oracle->ops[oracle->op_count];
	*op = (struct oracle_op){ .by = by, .record = record, .content = oracle_content(fields, cleared, cleared_count) };
	struct wire_field field;
	struct span rest = fields;
	while (wire_next(&rest, &field) == WIRE_FIELD)
		add_field(op, field.number);
	for (size_t i = 0; i < cleared_count; i++)
		add_field(op, cleared[i]);
	struct seeing seeing = { oracle, op };
	(void)log_read_record(log, oracle->records[record].id, see, &seeing);
	oracle->records[record].ops++;
	return (uint32_t)oracle->op_count++;
}

uint32_t oracle_add_case(struct oracle *oracle, struct case_id id, enum delta_case_kind kind, uint32_t client_case,
			 uint32_t by)
{
	ASSERT(oracle->case_count < ORACLE_CASES_MAX);
	oracle->cases[oracle->case_count] = (struct oracle_case){
		.id = id, .kind = kind, .client_case = client_case, .by = by,
	};
	return (uint32_t)oracle->case_count++;
}

uint32_t oracle_add_record(struct oracle *oracle, struct record_id id, uint32_t case_number,
			   const struct schema_record *shape)
{
	ASSERT(oracle->record_count < ORACLE_RECORDS_MAX);
	struct oracle_record *record = &oracle->records[oracle->record_count];
	*record = (struct oracle_record){ .id = id, .case_number = case_number, .shape = shape };
	record->text_count = shape_texts(shape->message, record->texts, ORACLE_TEXTS_MAX);
	record->optional_count = shape_optional_texts(shape->message, record->optional_texts, ORACLE_TEXTS_MAX);
	return (uint32_t)oracle->record_count++;
}

/* ---- central's log: assignments and what is durable ---- */

static struct oracle_durable *durable_of(struct oracle *oracle, const struct author *author)
{
	for (size_t i = 0; i < oracle->durable_count; i++)
		if (id_author_equal(&oracle->durable[i].author, author))
			return &oracle->durable[i];
	ASSERT(oracle->durable_count < ORACLE_AUTHORS_MAX);
	struct oracle_durable *durable = &oracle->durable[oracle->durable_count++];
	*durable = (struct oracle_durable){ .author = *author };
	return durable;
}

static uint32_t holder_of(const struct oracle *oracle, struct span id)
{
	for (uint32_t i = 0; i < oracle->holder_count; i++)
		if (span_equal(id, ID_SPAN(oracle->holders[i])))
			return i;
	return ORACLE_NONE;
}

static struct oracle_assignment *assignment_of(struct oracle *oracle, const struct log_entry *entry)
{
	for (size_t i = 0; i < oracle->assignment_count; i++)
		if (ID_EQUAL(oracle->assignments[i].id, entry->record_id))
			return &oracle->assignments[i];
	ASSERT(oracle->assignment_count < ORACLE_ASSIGNMENTS_MAX);
	struct oracle_assignment *assignment = &oracle->assignments[oracle->assignment_count++];
	*assignment = (struct oracle_assignment){
		.id = entry->record_id, .case_number = oracle_case_number(oracle, entry->case_id), .holder = ORACLE_NONE,
	};
	return assignment;
}

static void note_assignment(struct oracle *oracle, const struct log_entry *entry)
{
	struct delta delta;
	struct wire_field field;
	struct oracle_assignment *assignment = assignment_of(oracle, entry);
	if (entry->bytes.data == NULL || fault_is(delta_read(entry->bytes, &delta)))
		return;
	assignment->present = true;
	struct span rest = delta.fields;
	while (wire_next(&rest, &field) == WIRE_FIELD) {
		if (field.number == oracle->staff_field)
			assignment->holder = holder_of(oracle, field.data);
		if (field.number == oracle->to_field)
			assignment->ended = true;
	}
}

void oracle_central_entry(struct oracle *oracle, const struct log_entry *entry)
{
	struct oracle_durable *durable = durable_of(oracle, &entry->author);
	if (entry->seq > durable->pending)
		durable->pending = entry->seq;
	if (entry->record_type == oracle->assignment_type)
		note_assignment(oracle, entry);
}

static bool assigned(const struct oracle *oracle, uint32_t case_number, uint32_t holder)
{
	for (size_t i = 0; i < oracle->assignment_count; i++) {
		const struct oracle_assignment *a = &oracle->assignments[i];
		if (a->present && !a->ended && a->case_number == case_number && a->holder == holder)
			return true;
	}
	return false;
}

void oracle_central_durable(struct oracle *oracle, uint64_t now_ms)
{
	for (size_t i = 0; i < oracle->durable_count; i++)
		oracle->durable[i].seq = oracle->durable[i].pending;
	for (uint32_t c = 0; c < oracle->case_count; c++) {
		for (uint32_t h = 0; h < oracle->holder_count; h++) {
			bool now = !oracle->cases[c].gone && assigned(oracle, c, h);
			if (oracle->cases[c].scope[h].now && !now)
				oracle->cases[c].scope[h].ended_ms = now_ms;
			oracle->cases[c].scope[h].now = now;
		}
	}
}

static bool entry_again(void *ctx, const struct log_entry *entry)
{
	oracle_central_entry(ctx, entry);
	return true;
}

void oracle_central_rolled_back(struct oracle *oracle, struct log *log, uint64_t now_ms)
{
	for (size_t i = 0; i < oracle->assignment_count; i++) {
		oracle->assignments[i].present = false;
		oracle->assignments[i].ended = false;
	}
	for (size_t i = 0; i < oracle->durable_count; i++)
		oracle->durable[i].pending = 0;
	(void)log_read_local(log, 0, entry_again, oracle);
	oracle_central_durable(oracle, now_ms);
}

uint64_t oracle_durable_seq(const struct oracle *oracle, const struct author *author)
{
	for (size_t i = 0; i < oracle->durable_count; i++)
		if (id_author_equal(&oracle->durable[i].author, author))
			return oracle->durable[i].seq;
	return 0;
}

struct holding {
	const struct oracle *oracle;
	bool *held;
};

static bool hold(void *ctx, const struct log_entry *entry)
{
	struct holding *holding = ctx;
	uint32_t op = oracle_op_of(holding->oracle, entry->bytes, NULL);
	if (op != ORACLE_NONE)
		holding->held[op] = true;
	return true;
}

void oracle_mark_held(const struct oracle *oracle, struct log *log, bool *held)
{
	struct holding holding = { oracle, held };
	(void)log_read_local(log, 0, hold, &holding);
}
