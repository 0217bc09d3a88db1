/* ingest - a pushed chunk, verified and judged. */
#include "core/ingest.h"

#include "base/assert.h"
#include "session.pb.h"

static void peek_opening(struct span opening, struct ingest_row *row)
{
	struct wire_field f;
	while (wire_next(&opening, &f) == WIRE_FIELD) {
		if (f.number != DELTA_OPENING_SECRET || f.type != WIRE_BYTES || f.data.len != DELTA_SECRET_BYTES)
			continue;
		memcpy(row->own.bytes, f.data.data, DELTA_SECRET_BYTES);
		row->opens = true;
	}
}

void ingest_peek(struct ingest_row *row)
{
	struct span rest = row->bytes;
	struct wire_field f;
	memset(&row->case_id, 0, sizeof row->case_id);
	row->opens = false;
	if (rest.data == NULL)
		return;
	while (wire_next(&rest, &f) == WIRE_FIELD) {
		if (f.type != WIRE_BYTES)
			continue;
		if (f.number == DELTA_CASE_ID && f.data.len == ID_BYTES)
			memcpy(row->case_id.bytes, f.data.data, ID_BYTES);
		else if (f.number == DELTA_OPENING)
			peek_opening(f.data, row);
	}
}

/* The secret of an opening of this case earlier in the chunk. */
static const struct delta_secret *opened_before(const struct ingest_row *rows, size_t at)
{
	for (size_t i = at; i-- > 0;)
		if (rows[i].opens && ID_EQUAL(rows[i].case_id, rows[at].case_id))
			return &rows[i].own;
	return NULL;
}

/* P7: where the salt of a row comes from. False: nowhere. */
static bool digest_of(const struct ingest_chain *chain, uint64_t seq, struct ingest_row *rows, size_t at,
		      bool chunk_opens)
{
	struct ingest_row *row = &rows[at];
	uint8_t salt[DELTA_SALT_BYTES];
	const struct delta_secret *secret = NULL;
	if (row->bytes.data == NULL)
		return true;
	if (row->opens)
		secret = &row->own;
	else if (row->secret_known)
		secret = &row->secret;
	else if (chunk_opens && !ID_IS_NONE(row->case_id))
		secret = opened_before(rows, at);
	if (secret != NULL)
		delta_salt(secret, &chain->author, seq, salt);
	else if (row->salt_known)
		memcpy(salt, row->salt, sizeof salt);
	else
		return false;
	delta_digest(salt, row->bytes, &row->digest);
	return true;
}

static bool hash_equal(const struct delta_hash *a, const struct delta_hash *b)
{
	return memcmp(a->bytes, b->bytes, DELTA_HASH_BYTES) == 0;
}

static bool digest_all(const struct ingest_chain *chain, uint64_t first_seq, struct ingest_row *rows, size_t count)
{
	bool opens = false, whole = true;
	for (size_t i = 0; i < count; i++) {
		rows[i].missing = !digest_of(chain, first_seq + i, rows, i, opens);
		whole = whole && !rows[i].missing;
		opens = opens || rows[i].opens;
	}
	return whole;
}

enum ingest_outcome ingest_verify(const struct ingest_chain *chain, uint64_t first_seq, struct ingest_row *rows,
				  size_t count, const struct delta_signature *signature, struct delta_hash *h_out)
{
	ASSERT(first_seq != 0 && count != 0);
	uint64_t last = first_seq + count - 1;
	if (first_seq > chain->seq + 1)
		return INGEST_GAP;
	if (!digest_all(chain, first_seq, rows, count))
		return INGEST_NEED_SALT;

	struct delta_hash h = chain->h;
	for (size_t i = 0; i < count; i++) {
		uint64_t seq = first_seq + i;
		if (seq > chain->seq)
			delta_link(&h, seq, &rows[i].digest, &h);
		else if (!rows[i].held || !hash_equal(&rows[i].digest, &rows[i].known_digest))
			return INGEST_FORK; /* G2 */
	}
	if (last < chain->seq) {
		ASSERT(chain->has_h_at_head);
		h = chain->h_at_head;
	}
	if (!delta_head_verify(chain->central, &chain->author, last, &h, chain->sign_public, signature))
		return INGEST_FORK;
	*h_out = h;
	return last > chain->seq ? INGEST_VERIFIED : INGEST_KNOWN;
}

bool ingest_touches(const struct delta *delta, struct span frozen)
{
	struct wire_field f;
	while (wire_next(&frozen, &f) == WIRE_FIELD) {
		for (size_t i = 0; i < delta->cleared_count; i++)
			if (delta->cleared[i] == f.number)
				return true;
		struct span rest = delta->fields;
		struct wire_field touched;
		while (wire_next(&rest, &touched) == WIRE_FIELD)
			if (touched.number == f.number)
				return true;
	}
	return false;
}

/* P3 */
static bool base_too_high(const struct delta *delta, const struct ingest_facts *facts)
{
	if (facts->past_too_high)
		return true;
	for (size_t i = 0; i < delta->base.count; i++)
		if (ID_EQUAL(delta->base.pairs[i].epoch, *facts->epoch) && delta->base.pairs[i].n > facts->base_max)
			return true;
	return false;
}

/* May the author write in this case at all? */
static uint32_t judge_case(const struct delta *delta, const struct ingest_facts *facts)
{
	if (delta->opens && facts->case_reserved)
		return jalka_Reason_CENTRAL_ONLY;
	if (delta->opens)
		return facts->case_open ? jalka_Reason_DUPLICATE_OPENING : jalka_Reason_REASON_NONE;
	if (!facts->case_open && facts->opening_waits)
		return jalka_Reason_OPENING_QUARANTINED;
	if (facts->secret_unknown)
		return jalka_Reason_SECRET_UNKNOWN;
	return facts->case_open && facts->held ? jalka_Reason_REASON_NONE : jalka_Reason_NOT_HELD;
}

uint32_t ingest_judge(const struct delta *delta, const struct ingest_facts *facts)
{
	if (facts->epoch_closed && !facts->receipted)
		return jalka_Reason_EPOCH_CLOSED;
	if (facts->malformed || delta == NULL)
		return delta == NULL && !facts->malformed ? jalka_Reason_ERASED : jalka_Reason_MALFORMED;
	if (facts->case_erased || facts->record_erased)
		return jalka_Reason_ERASED;
	/* Central's own word from before a restore stands: it was judged then. */
	if (facts->receipted)
		return jalka_Reason_REASON_NONE;
	if (facts->revoked || facts->suspended)
		return jalka_Reason_DEVICE_REVOKED;
	if (facts->central_only)
		return jalka_Reason_CENTRAL_ONLY;
	uint32_t reason = judge_case(delta, facts);
	if (reason != jalka_Reason_REASON_NONE)
		return reason;
	if (facts->record_moved)
		return jalka_Reason_MALFORMED;
	if (base_too_high(delta, facts))
		return jalka_Reason_BASE_TOO_HIGH;
	if (facts->frozen_changed)
		return jalka_Reason_FROZEN_FIELD;
	return jalka_Reason_REASON_NONE;
}
