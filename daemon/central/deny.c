/* deny - lines that no restore may take back: revocations, erasures, epochs.
 *
 * One line is text, so that a person can read the file and append-only copies
 * are easy:
 *
 *   jalka-deny-1 <time ms> revoke <node>
 *   jalka-deny-1 <time ms> erase-record <case> <record>
 *   jalka-deny-1 <time ms> erase-case <case>
 *   jalka-deny-1 <time ms> epoch <epoch> <generation> <parent> <inherited>
 *
 * each followed by a space and the signature, 128 hexadecimal digits: Ed25519 of
 * the identity over "jalka-deny-1" | identity | the text before that space. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"
#include "central/hub_state.h"

enum { TEXT_BYTES = 256, SIGNATURE_HEX = 2 * DELTA_SIGNATURE_BYTES, WORDS_MAX = 7 };

static size_t text_of(const struct deny_line *line, char text[static TEXT_BYTES])
{
	char a[ID_HEX_BYTES], b[ID_HEX_BYTES];
	int len = 0;
	switch (line->kind) {
	case DENY_REVOKE:
		id_to_hex(line->node.bytes, a);
		len = snprintf(text, TEXT_BYTES, DELTA_TAG_DENY " %" PRIu64 " revoke %s", line->time_ms, a);
		break;
	case DENY_ERASE_RECORD:
		id_to_hex(line->case_id.bytes, a);
		id_to_hex(line->record_id.bytes, b);
		len = snprintf(text, TEXT_BYTES, DELTA_TAG_DENY " %" PRIu64 " erase-record %s %s", line->time_ms, a, b);
		break;
	case DENY_ERASE_CASE:
		id_to_hex(line->case_id.bytes, a);
		len = snprintf(text, TEXT_BYTES, DELTA_TAG_DENY " %" PRIu64 " erase-case %s", line->time_ms, a);
		break;
	case DENY_EPOCH:
		id_to_hex(line->epoch.id.bytes, a);
		id_to_hex(line->epoch.parent.bytes, b);
		len = snprintf(text, TEXT_BYTES, DELTA_TAG_DENY " %" PRIu64 " epoch %s %" PRIu32 " %s %" PRIu64,
			       line->time_ms, a, line->epoch.generation, b, line->epoch.inherited);
		break;
	}
	ASSERT(len > 0 && len < TEXT_BYTES);
	return (size_t)len;
}

static struct fault keep(struct hub *hub, const char *text, size_t len)
{
	struct span *kept = realloc(hub->deny_kept, (hub->deny_count + 1) * sizeof *kept);
	uint8_t *copy = malloc(len);
	if (kept != NULL)
		hub->deny_kept = kept;
	if (kept == NULL || copy == NULL) {
		free(copy);
		return fault_of(FAULT_LIMIT, "out of memory");
	}
	memcpy(copy, text, len);
	hub->deny_kept[hub->deny_count++] = span_of(copy, len);
	return fault_none();
}

struct fault deny_write(struct hub *hub, const struct deny_line *line)
{
	char text[TEXT_BYTES + 1 + SIGNATURE_HEX + 1];
	struct delta_signature signature;
	size_t len = text_of(line, text);
	FAULT_TRY(delta_sign(DELTA_TAG_DENY, span_of(hub->identity.bytes, DELTA_IDENTITY_BYTES), span_of(text, len),
			     hub->identity_secret, &signature));
	text[len] = ' ';
	sodium_bin2hex(text + len + 1, SIGNATURE_HEX + 1, signature.bytes, sizeof signature.bytes);
	len += 1 + SIGNATURE_HEX;
	if (hub->host.deny == NULL)
		return keep(hub, text, len);
	if (!hub->host.deny(hub->host.ctx, span_of(text, len)))
		return fault_of(FAULT_LATER, "the deny file could not be written");
	return fault_none();
}

/* ---- reading ---- */

static size_t split(struct span text, struct span words[static WORDS_MAX])
{
	size_t count = 0, begin = 0;
	for (size_t i = 0; i <= text.len; i++) {
		if (i < text.len && text.data[i] != ' ')
			continue;
		if (i == begin || count == WORDS_MAX)
			return 0;
		words[count++] = span_of(text.data + begin, i - begin);
		begin = i + 1;
	}
	return count;
}

static bool number(struct span word, uint64_t *out)
{
	uint64_t value = 0;
	if (word.len == 0 || word.len > 19)
		return false;
	for (size_t i = 0; i < word.len; i++) {
		if (word.data[i] < '0' || word.data[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(word.data[i] - '0');
	}
	*out = value;
	return true;
}

static bool is_word(struct span word, const char *text)
{
	return span_equal(word, span_text(text));
}

static bool read_epoch(const struct span *words, size_t count, struct order_epoch *out)
{
	uint64_t generation;
	if (count != 7 || !id_from_hex(words[3], out->id.bytes) || !number(words[4], &generation)
	    || !id_from_hex(words[5], out->parent.bytes) || !number(words[6], &out->inherited))
		return false;
	out->generation = (uint32_t)generation;
	return generation > 0 && generation <= UINT32_MAX;
}

static bool read_words(const struct span *words, size_t count, struct deny_line *out)
{
	if (count < 4 || !is_word(words[0], DELTA_TAG_DENY) || !number(words[1], &out->time_ms))
		return false;
	if (is_word(words[2], "revoke")) {
		out->kind = DENY_REVOKE;
		return count == 4 && id_from_hex(words[3], out->node.bytes);
	}
	if (is_word(words[2], "erase-case")) {
		out->kind = DENY_ERASE_CASE;
		return count == 4 && id_from_hex(words[3], out->case_id.bytes);
	}
	if (is_word(words[2], "erase-record")) {
		out->kind = DENY_ERASE_RECORD;
		return count == 5 && id_from_hex(words[3], out->case_id.bytes)
			&& id_from_hex(words[4], out->record_id.bytes);
	}
	out->kind = DENY_EPOCH;
	return is_word(words[2], "epoch") && read_epoch(words, count, &out->epoch);
}

struct fault deny_read(const struct delta_identity *identity, struct span text, struct deny_line *out)
{
	struct delta_signature signature;
	struct span words[WORDS_MAX];
	struct deny_line line = { .time_ms = 0 };
	size_t binary;
	while (text.len > 0 && (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == '\r'))
		text.len--;
	if (text.len <= SIGNATURE_HEX + 1 || text.data[text.len - SIGNATURE_HEX - 1] != ' ')
		return fault_of(FAULT_CALLER, "not a line of a deny file");
	struct span signed_text = span_of(text.data, text.len - SIGNATURE_HEX - 1);
	const char *hex = (const char *)text.data + signed_text.len + 1;
	if (sodium_hex2bin(signature.bytes, sizeof signature.bytes, hex, SIGNATURE_HEX, NULL, &binary, NULL) != 0
	    || binary != sizeof signature.bytes)
		return fault_of(FAULT_CALLER, "not a line of a deny file");
	if (!delta_verify(DELTA_TAG_DENY, span_of(identity->bytes, DELTA_IDENTITY_BYTES), signed_text,
			  identity->bytes, &signature))
		return fault_of(FAULT_CALLER, "a line of the deny file is not signed by this central node");
	if (!read_words(words, split(signed_text, words), &line))
		return fault_of(FAULT_CALLER, "not a line of a deny file");
	*out = line;
	return fault_none();
}
