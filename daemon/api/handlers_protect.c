/* handlers_protect - a client's address becomes protected (turvakielto).
 *
 * In one transaction it leaves the card, every value of it that stands there, also what
 * another worker wrote apart; protected_details take it, the client's that are here or
 * new ones; and the card says that the address is protected.
 */
#include "api/handlers.h"

#include <sodium.h>
#include <stdlib.h>

#include "api/profile.h"
#include "api/resolve.h"
#include "api/writing.h"
#include "domain/fields.h"
#include "records_table.h"

struct protecting {
	struct writing *w;
	struct profile *profile;
	struct wire_out details;  /* of protected_details: what is there, and the addresses moved */
	size_t moved;
	struct replica_write write;
};

static struct fault find_client(struct protecting *p, const char *id)
{
	struct writing *w = p->w;
	struct case_id place;
	struct log_case info;
	const struct rules_record *clients;
	bool found;
	FAULT_TRY(resolve_place(profile_book(p->profile), profile_log(p->profile), id, &place));
	FAULT_TRY(log_case_get(profile_log(p->profile), place, &info, &found));
	if (found && info.kind != DELTA_CASE_CLIENT)
		place = info.client_case;
	if (ID_IS_NONE(place) || rules_list(&w->world.rules, RULES_IN_CASE, place, RECORDS_TYPE_CLIENT, &clients) == 0)
		return writing_at(w->request, "id", "say whose address is protected");
	w->record_id = clients[0].id;
	w->case_id = place;
	w->kind = DELTA_CASE_CLIENT;
	return world_fault(&w->world);
}

/* An address that is not among those to be kept yet. */
static void keep_address(struct protecting *p, struct span address)
{
	struct span rest = wire_out_span(&p->details), one;
	while (fields_next(&rest, RECORDS_PROTECTED_DETAILS_ADDRESS, &one))
		if (span_equal(one, address))
			return;
	wire_put_bytes(&p->details, RECORDS_PROTECTED_DETAILS_ADDRESS, address);
	p->moved++;
}

static void keep_addresses(struct protecting *p, struct span card)
{
	struct span one;
	while (fields_next(&card, RECORDS_CLIENT_ADDRESS, &one))
		keep_address(p, one);
}

/* The protected_details of this client that are here; none: they are opened. */
static void find_details(struct protecting *p)
{
	const struct rules_record *all;
	struct span one;
	struct writing *w = p->w;
	p->write.record_type = RECORDS_TYPE_PROTECTED_DETAILS;
	size_t count = rules_list(&w->world.rules, RULES_OF_CLIENT, w->case_id, RECORDS_TYPE_PROTECTED_DETAILS, &all);
	if (count == 0) {
		p->write.opens = true;
		p->write.kind = DELTA_CASE_PROTECTED;
		p->write.client_case = w->case_id;
		wire_put_bytes(&p->details, RECORDS_PROTECTED_DETAILS_CLIENT, ID_SPAN(w->record_id));
		return;
	}
	struct span rest = all[0].fields;
	p->write.record_id = all[0].id;
	p->write.case_id = all[0].case_id;
	while (fields_next(&rest, RECORDS_PROTECTED_DETAILS_ADDRESS, &one))
		wire_put_bytes(&p->details, RECORDS_PROTECTED_DETAILS_ADDRESS, one);
}

/* Every value that stands, shown or hidden already. */
static struct fault gather(struct protecting *p, struct arena *arena)
{
	struct casebook *book = profile_book(p->profile);
	const struct casebook_field *fields;
	size_t count;
	for (int hidden = 0; hidden < 2; hidden++) {
		FAULT_TRY(hidden ? casebook_hidden_fields(book, p->w->record_id, arena, &fields, &count)
				 : casebook_fields(book, p->w->record_id, arena, &fields, &count));
		for (size_t i = 0; i < count; i++)
			for (size_t j = 0; fields[i].number == RECORDS_CLIENT_ADDRESS && j < fields[i].count; j++)
				keep_addresses(p, fields[i].siblings[j].whole);
	}
	return p->details.full ? fault_of(FAULT_LIMIT, "the addresses are too long") : fault_none();
}

static void tell_moved(struct writing *w, struct writer *out)
{
	const struct protecting *p = w->tell_ctx;
	writer_number(out, "moved", p->moved);
}

static struct fault put(struct protecting *p)
{
	struct writing *w = p->w;
	wire_put_varint(&w->fields, RECORDS_CLIENT_ADDRESS_PROTECTED, true);
	w->cleared[w->cleared_count++] = RECORDS_CLIENT_ADDRESS;
	if (p->moved > 0) {
		p->write.fields = wire_out_span(&p->details);
		p->write.envelope.event_at_ms = w->world.rules.now_ms;
		p->write.envelope.clock_state = (uint32_t)profile_status(p->profile)->clock_state;
		w->extra = &p->write;
		w->extra_count = 1;
	}
	w->tell = tell_moved;
	w->tell_ctx = p;
	return writing_put(w, p->profile);
}

static struct fault protect(struct protecting *p, const char *id)
{
	struct arena arena;
	uint8_t *block = malloc(HANDLERS_ARENA_BYTES + LIMIT_FIELD_BYTES);
	if (block == NULL)
		return fault_of(FAULT_LIMIT, "memory for the client's addresses");
	arena_init(&arena, block, HANDLERS_ARENA_BYTES);
	wire_out_init(&p->details, block + HANDLERS_ARENA_BYTES, LIMIT_FIELD_BYTES);
	struct fault f = find_client(p, id);
	if (!fault_is(f)) {
		find_details(p);
		f = gather(p, &arena);
	}
	if (!fault_is(f))
		f = put(p);
	sodium_memzero(block, HANDLERS_ARENA_BYTES + LIMIT_FIELD_BYTES);
	free(block);
	return f;
}

struct fault handlers_protect(struct request *request)
{
	static struct writing w;
	writing_begin(&w, request);
	struct protecting p = { .w = &w, .profile = request->target.profile };
	w.record = schema_by_type(RECORDS_TYPE_CLIENT);
	struct fault f = protect(&p, request->call->call.protect.id);
	writing_end(&w);
	return f;
}
