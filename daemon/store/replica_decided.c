/* replica_decided - changes without an entry, and the tokens that see them. */
#include "store/replica_decided.h"

enum {
	KEY_BYTES = 2 * ID_BYTES + 8,
	CHANGE_BITS = 20, /* of a token: a device meets no million decisions about its own work */
};

#define TABLE "decided"
#define LAST "last"

static const uint64_t change_max = (UINT64_C(1) << CHANGE_BITS) - 1;

static void put_u64(uint64_t value, uint8_t *out)
{
	for (size_t i = 0; i < 8; i++)
		out[i] = (uint8_t)(value >> (56 - 8 * i));
}

static struct fault read_number(struct replica *r, struct span key, uint64_t *out)
{
	uint8_t value[8];
	size_t len;
	bool found;
	*out = 0;
	FAULT_TRY(log_get(r->log, TABLE, key, value, sizeof value, &len, &found));
	for (size_t i = 0; found && i < len; i++)
		*out = *out << 8 | value[i];
	return fault_none();
}

static struct span key_of(const struct author *author, uint64_t seq, uint8_t key[static KEY_BYTES])
{
	memcpy(key, author->node.bytes, ID_BYTES);
	memcpy(key + ID_BYTES, author->epoch.bytes, ID_BYTES);
	put_u64(seq, key + 2 * ID_BYTES);
	return span_of(key, KEY_BYTES);
}

struct fault replica_decided_note(struct replica *r, const struct author *author, uint64_t seq, enum log_verdict from,
				  enum log_verdict to)
{
	uint64_t last;
	uint8_t key[KEY_BYTES], value[8];
	if ((from == LOG_REJECTED) == (to == LOG_REJECTED))
		return fault_none();
	FAULT_TRY(read_number(r, span_text(LAST), &last));
	put_u64(last < change_max ? last + 1 : last, value);
	FAULT_TRY(log_put(r->log, TABLE, key_of(author, seq, key), span_of(value, sizeof value)));
	return log_put(r->log, TABLE, span_text(LAST), span_of(value, sizeof value));
}

struct fault replica_token(struct replica *r, uint64_t *out)
{
	uint64_t local, change;
	FAULT_TRY(log_last_local(r->log, &local));
	FAULT_TRY(read_number(r, span_text(LAST), &change));
	*out = local << CHANGE_BITS | change;
	return fault_none();
}

bool replica_is_newer(struct replica *r, const struct log_entry *entry, uint64_t token)
{
	uint8_t key[KEY_BYTES];
	uint64_t change;
	if (entry->local > token >> CHANGE_BITS)
		return true;
	return fault_is(read_number(r, key_of(&entry->author, entry->seq, key), &change)) || change > (token & change_max);
}
