/* answer - JSON in one static block, framed in another. */
#include "api/answer.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/limits.h"
#include "local.pb.h"

enum {
	ANSWER_JSON_BYTES = 1024 * 1024,
	ANSWER_PIECE_BYTES = sizeof(((jalka_Response *)0)->json) - 1,
	ANSWER_PAGE_BYTES = 32 * 1024,
	ANSWER_QUEUE_BYTES = 16 * 1024 * 1024,
	ANSWER_LENGTH_BYTES = 4,
};
_Static_assert(ANSWER_PIECE_BYTES + 1024 < LIMIT_RESPONSE_BYTES, "a piece of an answer fits a Response");

struct answer {
	struct answer_sink sink;
	uint32_t id;
	bool orphan, writing, truncated;
	struct wire_out out;
	struct writer json;
};

static uint8_t json_block[ANSWER_JSON_BYTES];
static uint8_t frame_block[ANSWER_PIECE_BYTES + 2048];
static struct answer *writer; /* whose text stands in json_block */
static size_t json_used;      /* the most that was ever written there since it was wiped */

struct answer *answer_new(const struct answer_sink *sink, uint32_t id)
{
	struct answer *answer = calloc(1, sizeof *answer);
	if (answer == NULL)
		return NULL;
	answer->sink = *sink;
	answer->id = id;
	return answer;
}

void answer_orphan(struct answer *answer)
{
	answer->orphan = true;
}

struct span answer_frame(struct wire_out *out, const struct answer_response *response)
{
	uint8_t *length = out->block;
	out->used = ANSWER_LENGTH_BYTES;
	if (response->id != 0)
		wire_put_varint(out, jalka_Response_id_tag, response->id);
	if (response->more)
		wire_put_varint(out, jalka_Response_more_tag, 1);
	if (response->kind != 0)
		wire_put_varint(out, jalka_Response_kind_tag, response->kind);
	if (response->error.len != 0)
		wire_put_bytes(out, jalka_Response_error_tag, response->error);
	if (response->field.len != 0)
		wire_put_bytes(out, jalka_Response_field_tag, response->field);
	if (response->json.len != 0)
		wire_put_bytes(out, jalka_Response_json_tag, response->json);
	if (response->cut)
		wire_put_varint(out, jalka_Response_cut_tag, 1);
	uint32_t bytes = (uint32_t)(out->used - ANSWER_LENGTH_BYTES);
	for (size_t i = 0; i < ANSWER_LENGTH_BYTES; i++)
		length[i] = (uint8_t)(bytes >> (8 * i));
	return wire_out_span(out);
}

static void send(struct answer *answer, struct answer_response *response)
{
	struct wire_out out;
	if (answer->orphan)
		return;
	wire_out_init(&out, frame_block, sizeof frame_block);
	response->id = answer->id;
	answer->sink.send(answer->sink.ctx, answer_frame(&out, response), !response->more);
}

/* The object written so far, in pieces that end between characters. */
static void send_json(struct answer *answer, bool more)
{
	struct span rest = wire_out_span(&answer->out);
	json_used = rest.len > json_used ? rest.len : json_used;
	while (rest.len > ANSWER_PIECE_BYTES) {
		size_t len = ANSWER_PIECE_BYTES;
		while ((rest.data[len] & 0xc0) == 0x80)
			len--;
		send(answer, &(struct answer_response){ .more = true, .cut = true, .json = span_of(rest.data, len) });
		rest = span_of(rest.data + len, rest.len - len);
	}
	send(answer, &(struct answer_response){ .more = more, .json = rest });
}

struct writer *answer_begin(struct answer *answer)
{
	ASSERT(writer == NULL);
	writer = answer;
	answer->writing = true;
	wire_out_init(&answer->out, json_block, sizeof json_block);
	writer_init(&answer->json, &answer->out);
	writer_object(&answer->json, NULL);
	writer_number(&answer->json, "v", 1);
	return &answer->json;
}

bool answer_item(struct answer *answer, const char *key)
{
	ASSERT(writer == answer);
	if (answer->truncated)
		return false;
	if (answer->out.used < ANSWER_PAGE_BYTES)
		return true;
	if (!answer->orphan && answer->sink.queued_bytes(answer->sink.ctx) > ANSWER_QUEUE_BYTES) {
		answer->truncated = true;
		return false;
	}
	writer_list_end(&answer->json);
	writer_object_end(&answer->json);
	send_json(answer, true);
	writer = NULL;
	answer_begin(answer);
	writer_list(&answer->json, key);
	return true;
}

static void release(struct answer *answer)
{
	if (writer == answer)
		writer = NULL;
	free(answer);
}

void answer_finish(struct answer *answer)
{
	ASSERT(writer == answer);
	if (answer->truncated)
		writer_bool(&answer->json, "truncated", true);
	writer_object_end(&answer->json);
	ASSERT(answer->json.depth == 0);
	if (answer->out.full) {
		json_used = sizeof json_block;
		answer_refuse(answer, fault_of(FAULT_LIMIT, "the answer is too long for one message"),
			      "ask for less", "");
		return;
	}
	send_json(answer, false);
	release(answer);
}

struct fault answer_end(struct answer *answer, struct fault fault)
{
	if (!fault_is(fault))
		answer_finish(answer);
	return fault;
}

void answer_wipe(void)
{
	ASSERT(writer == NULL);
	sodium_memzero(json_block, json_used);
	sodium_memzero(frame_block, sizeof frame_block);
	json_used = 0;
}

static uint32_t kind_of(enum fault_kind kind)
{
	switch (kind) {
	case FAULT_NONE:
		return jalka_Kind_NONE;
	case FAULT_PEER:
		return jalka_Kind_PEER;
	case FAULT_CALLER:
		return jalka_Kind_CALLER;
	case FAULT_STALE:
		return jalka_Kind_STALE_READ;
	case FAULT_LATER:
		return jalka_Kind_LATER;
	case FAULT_STORE:
		return jalka_Kind_STORE;
	case FAULT_LIMIT:
		return jalka_Kind_LIMIT;
	}
	return jalka_Kind_STORE;
}

/* What a person can do about a kind of fault when the caller knows nothing better. */
static const char *usual_advice(enum fault_kind kind)
{
	switch (kind) {
	case FAULT_STALE:
		return "read the record again, then decide";
	case FAULT_STORE:
		return "nothing was changed; check the disk, then start the daemon again";
	case FAULT_PEER:
		return "the other node may need an update";
	case FAULT_NONE:
	case FAULT_CALLER:
	case FAULT_LATER:
	case FAULT_LIMIT:
		return "";
	}
	return "";
}

static void refuse(struct answer *answer, uint32_t kind, const char *what, const char *advice, const char *field,
		   struct span json)
{
	char text[sizeof(((jalka_Response *)0)->error)];
	int n = snprintf(text, sizeof text, *advice == '\0' ? "%s%s" : "%s: %s", what, advice);
	size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
	send(answer, &(struct answer_response){ .kind = kind, .error = span_of(text, len), .field = span_text(field),
					      .json = json.len <= ANSWER_PIECE_BYTES ? json : span_text("") });
	release(answer);
}

void answer_refuse(struct answer *answer, struct fault why, const char *advice, const char *field)
{
	ASSERT(fault_is(why));
	refuse(answer, kind_of(why.kind), why.what, *advice != '\0' ? advice : usual_advice(why.kind), field, span_text(""));
}

void answer_refuse_with(struct answer *answer, struct fault why, const char *advice, const char *field)
{
	ASSERT(fault_is(why) && writer == answer);
	writer_object_end(&answer->json);
	ASSERT(answer->json.depth == 0);
	struct span json = answer->out.full ? span_text("") : wire_out_span(&answer->out);
	json_used = answer->out.full ? sizeof json_block : json.len > json_used ? json.len : json_used;
	refuse(answer, kind_of(why.kind), why.what, *advice != '\0' ? advice : usual_advice(why.kind), field, json);
}

void answer_refuse_locked(struct answer *answer, const char *what)
{
	refuse(answer, jalka_Kind_LOCKED, what, "", "", span_text(""));
}
