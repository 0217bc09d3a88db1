/* hub_salt - chunks that wait for salts of cases whose secret central lacks (P7). */
#include <stdlib.h>

#include "base/assert.h"
#include "central/hub_state.h"

enum { ASK_MAX = sizeof ((jalka_NeedSalt *)0)->seq / sizeof ((jalka_NeedSalt *)0)->seq[0] };

void hub_held_free(struct hub_link *link)
{
	if (link->held == NULL)
		return;
	for (size_t i = 0; i < link->held->word_count; i++)
		free((void *)(uintptr_t)link->held->words[i].body.data);
	free(link->held->rows);
	free(link->held->salts);
	free(link->held);
	link->held = NULL;
}

static bool answered(const struct hub_salt *salt)
{
	return salt->has_salt || salt->has_digest;
}

/* Fills the question anew only when all of the last one has been answered. */
bool hub_need_salt(struct hub_link *link, jalka_NeedSalt *out)
{
	struct hub_held *held = link->held;
	if (held == NULL || held->asked != 0)
		return false;
	memset(out, 0, sizeof *out);
	SESSION_FRAME_SET(out->epoch, held->epoch.bytes);
	for (size_t i = 0; i < held->count && out->seq_count < ASK_MAX; i++)
		if (held->salts[i].missing && !answered(&held->salts[i]))
			out->seq[out->seq_count++] = held->first_seq + i;
	held->asked = out->seq_count;
	return out->seq_count != 0;
}

static struct fault take_salt(struct hub_held *held, const jalka_SaltOf *given)
{
	uint64_t i = given->seq - held->first_seq;
	if (given->seq < held->first_seq || i >= held->count || !held->salts[i].missing || answered(&held->salts[i]))
		return fault_of(FAULT_PEER, "salt nobody asked for");
	struct hub_salt *salt = &held->salts[i];
	salt->has_salt = given->salt.size == DELTA_SALT_BYTES;
	salt->has_digest = given->digest.size == DELTA_HASH_BYTES;
	if (salt->has_salt)
		memcpy(salt->salt, given->salt.bytes, DELTA_SALT_BYTES);
	if (salt->has_digest)
		memcpy(salt->digest.bytes, given->digest.bytes, DELTA_HASH_BYTES);
	if (held->asked > 0)
		held->asked--;
	return fault_none();
}

struct fault hub_ingest_salt(struct hub_link *link, const jalka_Salt *salt, bool *goes_on)
{
	struct hub_held *held = link->held;
	*goes_on = true;
	if (held == NULL || memcmp(held->epoch.bytes, salt->epoch.bytes, ID_BYTES) != 0)
		return fault_of(FAULT_PEER, "salt nobody asked for");
	for (pb_size_t i = 0; i < salt->salts_count; i++)
		FAULT_TRY(take_salt(held, &salt->salts[i]));
	if (held->asked != 0)
		return fault_none();
	for (size_t i = 0; i < held->count; i++) {
		if (held->salts[i].missing && !answered(&held->salts[i])) {
			hub_wake(link); /* the rest is asked for */
			return fault_none();
		}
	}
	const struct hub_pushed pushed = {
		.epoch = &held->epoch, .has_continues = held->has_continues, .continues = held->continues,
		.left_out = held->left_out,
		.first_seq = held->first_seq, .count = held->count, .signature = held->signature,
		.rows = span_of(held->rows, held->rows_len), .salts = held->salts,
		.words = held->words, .word_count = held->word_count,
	};
	return hub_ingest(link, &pushed, goes_on);
}
