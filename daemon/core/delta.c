/* delta - the format of proto/delta.proto, written canonically and read in place.
 *
 * The derivations (hashes, chain, signatures) are in delta_chain.c.
 */
#include "core/delta.h"

enum { BASE_EPOCH = 1, BASE_ORDER };
enum {
	ENVELOPE_EVENT_AT_MS = 1, ENVELOPE_SIGNED, ENVELOPE_AUTHOR_ROLE, ENVELOPE_CLOCK_STATE,
	ENVELOPE_LANGUAGE, ENVELOPE_SERVICE_TASK, ENVELOPE_LAW_REGIME, ENVELOPE_RETENTION_CLASS,
	ENVELOPE_SCHEMA_VERSION, ENVELOPE_SUPERSEDES,
};

enum {
	FIELD_NUMBER_MAX = 0x1fffffff,
	BASE_BYTES_MAX = 2 + ID_BYTES + 11,
	OPENING_BYTES_MAX = 2 + 2 + DELTA_SECRET_BYTES + 2 + ID_BYTES,
	ENVELOPE_BYTES_MAX = 11 + 2 + 7 * 6 + 2 + ID_BYTES,
	CLEARED_BYTES_MAX = LIMIT_FIELDS * 5,
};

/* A time or an order of later than this is neither: the store keeps 63 bits. */
#define DELTA_U63_MAX ((uint64_t)INT64_MAX)

/* ---- what holds of every delta, written or read ---------------------------
 * `who` is whose fault it is: the caller's in writing, the peer's in reading. */

/* The distinct numbers a delta touches and the bytes of each. */
struct touched {
	uint32_t number[LIMIT_FIELDS];
	size_t bytes[LIMIT_FIELDS];
	size_t count;
};

static size_t touched_find(const struct touched *touched, uint32_t number)
{
	for (size_t i = touched->count; i-- > 0;)
		if (touched->number[i] == number)
			return i;
	return touched->count;
}

static struct fault check_fields(const struct delta *delta, enum fault_kind who, struct touched *touched)
{
	struct span rest = delta->fields;
	struct wire_field field;
	enum wire_read read;
	while ((read = wire_next(&rest, &field)) == WIRE_FIELD) {
		size_t at = touched_find(touched, field.number);
		if (at == touched->count) {
			if (touched->count == LIMIT_FIELDS)
				return fault_of(FAULT_LIMIT, "delta: too many fields");
			touched->number[touched->count++] = field.number;
			touched->bytes[at] = 0;
		}
		touched->bytes[at] += field.whole.len;
		if (touched->bytes[at] > LIMIT_FIELD_BYTES)
			return fault_of(FAULT_LIMIT, "delta: field too long");
	}
	return read == WIRE_END ? fault_none() : fault_of(who, "delta: fields are not wire format");
}

static struct fault check_cleared(const struct delta *delta, enum fault_kind who, struct touched *touched)
{
	size_t set = touched->count;
	if (delta->cleared_count > LIMIT_FIELDS - set)
		return fault_of(FAULT_LIMIT, "delta: too many fields");
	for (size_t i = 0; i < delta->cleared_count; i++) {
		uint32_t number = delta->cleared[i];
		if (number == 0 || number > FIELD_NUMBER_MAX)
			return fault_of(who, "delta: cleared field number out of range");
		size_t at = touched_find(touched, number);
		if (at < set)
			return fault_of(who, "delta: field both set and cleared");
		if (at < touched->count)
			return fault_of(who, "delta: field cleared twice");
		touched->number[touched->count++] = number;
	}
	return fault_none();
}

static struct fault check_base(const struct order_bases *base, enum fault_kind who)
{
	if (base->count > LIMIT_BASES)
		return fault_of(FAULT_LIMIT, "delta: too many bases");
	for (size_t i = 0; i < base->count; i++) {
		if (ID_IS_NONE(base->pairs[i].epoch))
			return fault_of(who, "delta: base without epoch");
		if (base->pairs[i].n > DELTA_U63_MAX)
			return fault_of(who, "delta: base order out of range");
		for (size_t k = 0; k < i; k++)
			if (ID_EQUAL(base->pairs[i].epoch, base->pairs[k].epoch))
				return fault_of(who, "delta: two bases of one epoch");
	}
	return fault_none();
}

bool delta_case_is_clients(enum delta_case_kind kind)
{
	switch (kind) {
	case DELTA_CASE_CLIENT:
	case DELTA_CASE_MATTER:
	case DELTA_CASE_PROTECTED:
	case DELTA_CASE_SENSITIVE:
	case DELTA_CASE_CHILD_NOTICE:
		return true;
	case DELTA_CASE_NONE:
	case DELTA_CASE_REFERENCE:
	case DELTA_CASE_DIRECTORY:
	case DELTA_CASE_ACCESS:
		return false;
	}
	return false;
}

static struct fault check_opening(const struct delta *delta, enum fault_kind who)
{
	const struct delta_opening *opening = &delta->opening;
	bool names_client = !ID_IS_NONE(opening->client_case);
	if (opening->kind <= DELTA_CASE_NONE || opening->kind > DELTA_CASE_ACCESS)
		return fault_of(who, "delta: opening of no known kind");
	if (names_client != (delta_case_is_clients(opening->kind) && opening->kind != DELTA_CASE_CLIENT))
		return fault_of(who, names_client ? "delta: opening names a client case it may not have"
						  : "delta: opening names no client case");
	if (names_client && ID_EQUAL(opening->client_case, delta->case_id))
		return fault_of(who, "delta: opening names itself as client case");
	return fault_none();
}

static struct fault check(const struct delta *delta, enum fault_kind who)
{
	struct touched touched;
	touched.count = 0;
	if (ID_IS_NONE(delta->case_id))
		return fault_of(who, "delta: no case id");
	if (ID_IS_NONE(delta->record_id))
		return fault_of(who, "delta: no record id");
	if (delta->record_type == 0)
		return fault_of(who, "delta: no record type");
	if (delta->stamp_ms == 0 || delta->stamp_ms > DELTA_U63_MAX)
		return fault_of(who, "delta: stamp out of range");
	if (delta->envelope.event_at_ms > DELTA_U63_MAX)
		return fault_of(who, "delta: event time out of range");
	FAULT_TRY(check_fields(delta, who, &touched));
	FAULT_TRY(check_cleared(delta, who, &touched));
	FAULT_TRY(check_base(&delta->base, who));
	return delta->opens ? check_opening(delta, who) : fault_none();
}

/* ---- writing: ascending numbers, defaults left out ------------------------ */

static void put_number(struct wire_out *out, uint32_t number, uint64_t value)
{
	if (value != 0)
		wire_put_varint(out, number, value);
}

static void put_cleared(struct wire_out *out, const struct delta *delta)
{
	uint8_t block[CLEARED_BYTES_MAX];
	struct wire_out packed;
	if (delta->cleared_count == 0)
		return;
	wire_out_init(&packed, block, sizeof block);
	for (size_t i = 0; i < delta->cleared_count; i++)
		wire_put_bare_varint(&packed, delta->cleared[i]);
	wire_put_bytes(out, DELTA_CLEARED, wire_out_span(&packed));
}

static void put_base(struct wire_out *out, const struct order_base *base)
{
	uint8_t block[BASE_BYTES_MAX];
	struct wire_out inner;
	wire_out_init(&inner, block, sizeof block);
	wire_put_bytes(&inner, BASE_EPOCH, ID_SPAN(base->epoch));
	put_number(&inner, BASE_ORDER, base->n);
	wire_put_bytes(out, DELTA_BASE, wire_out_span(&inner));
}

static void put_opening(struct wire_out *out, const struct delta_opening *opening)
{
	uint8_t block[OPENING_BYTES_MAX];
	struct wire_out inner;
	wire_out_init(&inner, block, sizeof block);
	put_number(&inner, DELTA_OPENING_KIND, opening->kind);
	wire_put_bytes(&inner, DELTA_OPENING_SECRET, span_of(opening->secret.bytes, DELTA_SECRET_BYTES));
	if (!ID_IS_NONE(opening->client_case))
		wire_put_bytes(&inner, DELTA_OPENING_CLIENT_CASE, ID_SPAN(opening->client_case));
	wire_put_bytes(out, DELTA_OPENING, wire_out_span(&inner));
}

static void put_envelope(struct wire_out *out, const struct delta_envelope *envelope)
{
	uint8_t block[ENVELOPE_BYTES_MAX];
	struct wire_out inner;
	wire_out_init(&inner, block, sizeof block);
	put_number(&inner, ENVELOPE_EVENT_AT_MS, envelope->event_at_ms);
	put_number(&inner, ENVELOPE_SIGNED, envelope->is_signed);
	put_number(&inner, ENVELOPE_AUTHOR_ROLE, envelope->author_role);
	put_number(&inner, ENVELOPE_CLOCK_STATE, envelope->clock_state);
	put_number(&inner, ENVELOPE_LANGUAGE, envelope->language);
	put_number(&inner, ENVELOPE_SERVICE_TASK, envelope->service_task);
	put_number(&inner, ENVELOPE_LAW_REGIME, envelope->law_regime);
	put_number(&inner, ENVELOPE_RETENTION_CLASS, envelope->retention_class);
	put_number(&inner, ENVELOPE_SCHEMA_VERSION, envelope->schema_version);
	if (!ID_IS_NONE(envelope->supersedes))
		wire_put_bytes(&inner, ENVELOPE_SUPERSEDES, ID_SPAN(envelope->supersedes));
	if (inner.used != 0)
		wire_put_bytes(out, DELTA_ENVELOPE, wire_out_span(&inner));
}

struct fault delta_write(const struct delta *delta, struct wire_out *out)
{
	FAULT_TRY(check(delta, FAULT_CALLER));
	size_t begin = out->used;
	wire_put_bytes(out, DELTA_CASE_ID, ID_SPAN(delta->case_id));
	wire_put_bytes(out, DELTA_RECORD_ID, ID_SPAN(delta->record_id));
	wire_put_varint(out, DELTA_RECORD_TYPE, delta->record_type);
	if (delta->fields.len != 0)
		wire_put_bytes(out, DELTA_FIELDS, delta->fields);
	put_cleared(out, delta);
	for (size_t i = 0; i < delta->base.count; i++)
		put_base(out, &delta->base.pairs[i]);
	wire_put_varint(out, DELTA_STAMP_MS, delta->stamp_ms);
	if (delta->opens)
		put_opening(out, &delta->opening);
	put_envelope(out, &delta->envelope);
	if (out->full)
		return fault_of(FAULT_LIMIT, "delta: does not fit");
	if (out->used - begin > LIMIT_DELTA_BYTES) {
		out->used = begin;
		_Static_assert(LIMIT_DELTA_BYTES == 61000, "the text says so");
		return fault_of(FAULT_LIMIT, "what is written at once takes more than 61,000 bytes: write it in two records");
	}
	return fault_none();
}

/* ---- reading -------------------------------------------------------------
 * A field of the delta itself given twice, or with another wire type, is
 * refused: no two readers may understand one delta differently. */

/* True, once, for each `number` of a message; `seen` starts at 0. */
static bool first_time(uint32_t *seen, uint32_t number)
{
	uint32_t bit = UINT32_C(1) << number;
	bool first = (*seen & bit) == 0;
	*seen |= bit;
	return first;
}

static bool read_bytes(const struct wire_field *field, uint8_t *out, size_t bytes)
{
	if (field->type != WIRE_BYTES || field->data.len != bytes)
		return false;
	memcpy(out, field->data.data, bytes);
	return true;
}

static bool read_u64(const struct wire_field *field, uint64_t *out)
{
	*out = field->value;
	return field->type == WIRE_VARINT;
}

static bool read_u32(const struct wire_field *field, uint32_t *out)
{
	if (field->type != WIRE_VARINT || field->value > UINT32_MAX)
		return false;
	*out = (uint32_t)field->value;
	return true;
}

static bool add_cleared(struct delta *out, uint64_t number)
{
	if (number > FIELD_NUMBER_MAX || out->cleared_count == LIMIT_FIELDS)
		return false;
	out->cleared[out->cleared_count++] = (uint32_t)number;
	return true;
}

/* Packed, as we write it, or one at a time: protobuf readers take both. */
static bool read_cleared(const struct wire_field *field, struct delta *out)
{
	if (field->type == WIRE_VARINT)
		return add_cleared(out, field->value);
	if (field->type != WIRE_BYTES)
		return false;
	for (struct span rest = field->data; rest.len != 0;) {
		uint64_t number;
		if (!wire_varint(&rest, &number) || !add_cleared(out, number))
			return false;
	}
	return true;
}

static bool read_base(const struct wire_field *field, struct order_bases *out)
{
	struct order_base base = { .n = 0 };
	struct wire_field inner;
	enum wire_read read;
	uint32_t seen = 0;
	bool ok = field->type == WIRE_BYTES && out->count < LIMIT_BASES;
	struct span rest = field->data;
	while (ok && (read = wire_next(&rest, &inner)) != WIRE_END) {
		if (read == WIRE_BAD)
			return false;
		if (inner.number == BASE_EPOCH)
			ok = first_time(&seen, inner.number) && read_bytes(&inner, base.epoch.bytes, ID_BYTES);
		else if (inner.number == BASE_ORDER)
			ok = first_time(&seen, inner.number) && read_u64(&inner, &base.n);
	}
	if (ok)
		out->pairs[out->count++] = base;
	return ok;
}

typedef bool part_fn(const struct wire_field *part, void *out);

/* The parts of a sub-message; those up to `last` at most once each, `seen` says
 * which came. */
static bool read_parts(const struct wire_field *field, uint32_t last, part_fn *read_part, void *out, uint32_t *seen)
{
	struct wire_field part;
	enum wire_read read;
	if (field->type != WIRE_BYTES)
		return false;
	struct span rest = field->data;
	while ((read = wire_next(&rest, &part)) != WIRE_END) {
		if (read == WIRE_BAD)
			return false;
		if (part.number <= last && !first_time(seen, part.number))
			return false;
		if (!read_part(&part, out))
			return false;
	}
	return true;
}

static bool read_opening_field(const struct wire_field *field, void *opening)
{
	struct delta_opening *out = opening;
	uint32_t kind;
	switch (field->number) {
	case DELTA_OPENING_KIND:
		if (!read_u32(field, &kind) || kind > DELTA_CASE_ACCESS)
			return false;
		out->kind = (enum delta_case_kind)kind;
		return true;
	case DELTA_OPENING_SECRET:
		return read_bytes(field, out->secret.bytes, DELTA_SECRET_BYTES);
	case DELTA_OPENING_CLIENT_CASE:
		return read_bytes(field, out->client_case.bytes, ID_BYTES) && !ID_IS_NONE(out->client_case);
	}
	return true;
}

static bool read_opening(const struct wire_field *field, struct delta *out)
{
	uint32_t seen = 0;
	if (!read_parts(field, DELTA_OPENING_CLIENT_CASE, read_opening_field, &out->opening, &seen))
		return false;
	out->opens = true;
	return (seen & 1u << DELTA_OPENING_SECRET) != 0;
}

static bool read_envelope_field(const struct wire_field *field, void *envelope)
{
	struct delta_envelope *out = envelope;
	uint32_t flag;
	switch (field->number) {
	case ENVELOPE_EVENT_AT_MS:
		return read_u64(field, &out->event_at_ms);
	case ENVELOPE_SIGNED:
		if (!read_u32(field, &flag) || flag > 1)
			return false;
		out->is_signed = flag != 0;
		return true;
	case ENVELOPE_AUTHOR_ROLE:
		return read_u32(field, &out->author_role);
	case ENVELOPE_CLOCK_STATE:
		return read_u32(field, &out->clock_state);
	case ENVELOPE_LANGUAGE:
		return read_u32(field, &out->language);
	case ENVELOPE_SERVICE_TASK:
		return read_u32(field, &out->service_task);
	case ENVELOPE_LAW_REGIME:
		return read_u32(field, &out->law_regime);
	case ENVELOPE_RETENTION_CLASS:
		return read_u32(field, &out->retention_class);
	case ENVELOPE_SCHEMA_VERSION:
		return read_u32(field, &out->schema_version);
	case ENVELOPE_SUPERSEDES:
		return read_bytes(field, out->supersedes.bytes, ID_BYTES) && !ID_IS_NONE(out->supersedes);
	}
	return true;
}

static bool read_envelope(const struct wire_field *field, struct delta_envelope *out)
{
	uint32_t seen = 0;
	return read_parts(field, ENVELOPE_SUPERSEDES, read_envelope_field, out, &seen);
}

static struct fault bad(bool ok, const char *what)
{
	return ok ? fault_none() : fault_of(FAULT_PEER, what);
}

static struct fault read_field(const struct wire_field *field, struct delta *out)
{
	switch (field->number) {
	case DELTA_CASE_ID:
		return bad(read_bytes(field, out->case_id.bytes, ID_BYTES), "delta: case id malformed");
	case DELTA_RECORD_ID:
		return bad(read_bytes(field, out->record_id.bytes, ID_BYTES), "delta: record id malformed");
	case DELTA_RECORD_TYPE:
		return bad(read_u32(field, &out->record_type), "delta: record type malformed");
	case DELTA_FIELDS:
		out->fields = field->data;
		return bad(field->type == WIRE_BYTES, "delta: fields malformed");
	case DELTA_CLEARED:
		return bad(read_cleared(field, out), "delta: cleared malformed or too many");
	case DELTA_BASE:
		return bad(read_base(field, &out->base), "delta: base malformed or too many");
	case DELTA_STAMP_MS:
		return bad(read_u64(field, &out->stamp_ms), "delta: stamp malformed");
	case DELTA_OPENING:
		return bad(read_opening(field, out), "delta: opening malformed");
	case DELTA_ENVELOPE:
		return bad(read_envelope(field, &out->envelope), "delta: envelope malformed");
	}
	return fault_none();
}

struct fault delta_read(struct span bytes, struct delta *out)
{
	struct delta delta = { .fields = span_of("", 0) };
	struct wire_field field;
	enum wire_read read;
	uint32_t seen = 0;
	if (bytes.len > LIMIT_DELTA_BYTES)
		return fault_of(FAULT_LIMIT, "delta: too long");
	while ((read = wire_next(&bytes, &field)) == WIRE_FIELD) {
		bool repeats = field.number == DELTA_CLEARED || field.number == DELTA_BASE;
		if (field.number <= DELTA_ENVELOPE && !first_time(&seen, field.number) && !repeats)
			return fault_of(FAULT_PEER, "delta: a field of it given twice");
		FAULT_TRY(read_field(&field, &delta));
	}
	if (read == WIRE_BAD)
		return fault_of(FAULT_PEER, "delta: not wire format");
	FAULT_TRY(check(&delta, FAULT_PEER));
	*out = delta;
	return fault_none();
}

/* ---- looking into bytes ---- */

uint64_t delta_stamp_in(struct span bytes)
{
	struct wire_field field;
	while (wire_next(&bytes, &field) == WIRE_FIELD)
		if (field.number == DELTA_STAMP_MS && field.type == WIRE_VARINT)
			return field.value;
	return 0;
}

struct span delta_fields_in(struct span bytes)
{
	struct wire_field field;
	while (wire_next(&bytes, &field) == WIRE_FIELD)
		if (field.number == DELTA_FIELDS && field.type == WIRE_BYTES)
			return field.data;
	return span_of("", 0);
}
