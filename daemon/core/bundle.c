/* bundle - session messages in a file: header, one Noise message of pattern X, then
 * transport messages, each with its length. */
#include "core/bundle.h"

#include "base/assert.h"

static const char MAGIC[] = "jalka-bundle-1";
static const char ANSWER[] = "answer";

enum {
	MAGIC_BYTES = sizeof MAGIC - 1, STEM_BYTES = MAGIC_BYTES - 1, /* without the version */
	KIND_AT = MAGIC_BYTES, ZERO_AT, FOR_AT,
	SIGNED_BYTES = 32,
	X_AROUND_BYTES = 2 * NOISE_DH_BYTES + 2 * NOISE_TAG_BYTES, /* e, sealed s, tag of the payload */
	HEAD_PLAIN_BYTES = 512,
	END_BYTES = 512, /* what the End takes at most */
};
_Static_assert(FOR_AT + BUNDLE_FOR_BYTES == BUNDLE_HEADER_BYTES, "the clear header has no gap");
_Static_assert(HEAD_PLAIN_BYTES + X_AROUND_BYTES < LIMIT_FRAME_BYTES, "the head fits its message");

static const char damaged[] = "the bundle is damaged: copy it again from where it was written";

static size_t put_length(uint8_t *out, size_t len)
{
	out[0] = (uint8_t)len;
	out[1] = (uint8_t)(len >> 8);
	return SESSION_FRAME_PREFIX_BYTES + len;
}

static void prologue(const uint8_t header[static BUNDLE_HEADER_BYTES], const struct delta_identity *identity,
		     uint8_t out[static BUNDLE_PROLOGUE_BYTES])
{
	memcpy(out, header, BUNDLE_HEADER_BYTES);
	memcpy(out + BUNDLE_HEADER_BYTES, identity->bytes, DELTA_IDENTITY_BYTES);
}

/* ---- writing ---- */

static void lend(struct bundle_writer *w, size_t len, struct span *out)
{
	*out = span_of(w->scratch->wire, len);
	w->bytes += len;
	(void)crypto_generichash_update(&w->hash, out->data, out->len);
}

static struct fault seal_head(struct bundle_writer *w, const struct bundle_parties *parties, size_t *len)
{
	struct bundle_scratch *s = w->scratch;
	uint8_t block[BUNDLE_PROLOGUE_BYTES];
	uint8_t *message = s->wire + BUNDLE_HEADER_BYTES + SESSION_FRAME_PREFIX_BYTES;
	struct noise noise;
	struct noise_transport transport;
	size_t plain_len;
	FAULT_TRY(session_frame_encode(SESSION_FRAME_BUNDLE_HEAD, &s->head, (struct span){ NULL, 0 }, NULL, s->packed,
				       HEAD_PLAIN_BYTES, s->plain, &plain_len));
	prologue(s->wire, parties->identity, block);
	const struct noise_config config = {
		.pattern = NOISE_X, .initiator = true, .prologue = span_of(block, sizeof block),
		.static_secret = parties->own_secret, .remote_static = parties->other_public,
		.ephemeral_secret = parties->ephemeral,
	};
	noise_init(&noise, &config);
	struct fault fault = noise_write(&noise, span_of(s->plain, plain_len), message, LIMIT_FRAME_BYTES, len);
	if (!fault_is(fault)) {
		noise_split(&noise, &transport);
		w->cipher = transport.send;
		noise_transport_wipe(&transport);
	}
	noise_wipe(&noise);
	return fault;
}

struct fault bundle_begin(struct bundle_writer *writer, struct bundle_scratch *scratch,
			  const struct session_frame_codec *codec, const struct bundle_parties *parties, struct span *out)
{
	size_t len;
	memset(writer, 0, sizeof *writer);
	writer->scratch = scratch;
	writer->codec = codec;
	writer->kind = parties->kind;
	(void)crypto_generichash_init(&writer->hash, NULL, 0, SIGNED_BYTES);
	memcpy(scratch->wire, MAGIC, MAGIC_BYTES);
	scratch->wire[KIND_AT] = (uint8_t)parties->kind;
	scratch->wire[ZERO_AT] = 0;
	memcpy(scratch->wire + FOR_AT, parties->other_public, BUNDLE_FOR_BYTES);
	FAULT_TRY(seal_head(writer, parties, &len));
	lend(writer, BUNDLE_HEADER_BYTES + put_length(scratch->wire + BUNDLE_HEADER_BYTES, len), out);
	return fault_none();
}

bool bundle_has_room(const struct bundle_writer *writer)
{
	return writer->bytes + SESSION_FRAME_WIRE_BYTES + END_BYTES <= BUNDLE_BYTES_MAX;
}

static enum session_frame_kind frame_kind(enum bundle_message message)
{
	switch (message) {
	case BUNDLE_HELLO:
		return SESSION_FRAME_HELLO;
	case BUNDLE_WELCOME:
		return SESSION_FRAME_WELCOME;
	case BUNDLE_FRAME:
		return SESSION_FRAME_FRAME;
	case BUNDLE_END:
		return SESSION_FRAME_BUNDLE_END;
	}
	return SESSION_FRAME_BUNDLE_END;
}

struct fault bundle_put(struct bundle_writer *writer, enum bundle_message message, void *control, struct span rows,
			struct span *out)
{
	struct bundle_scratch *s = writer->scratch;
	size_t plain_len, len;
	s->plain[0] = (uint8_t)message;
	FAULT_TRY(session_frame_encode(frame_kind(message), control, rows, writer->codec, s->packed,
				       BUNDLE_MESSAGE_PLAIN_BYTES, s->plain + 1, &plain_len));
	FAULT_TRY(session_frame_seal(&writer->cipher, span_of(s->plain, 1 + plain_len), s->wire, &len));
	lend(writer, len, out);
	return fault_none();
}

struct fault bundle_end(struct bundle_writer *writer, bool more, const uint8_t *identity_secret, struct span *out)
{
	jalka_BundleEnd *end = &writer->scratch->end;
	uint8_t hash[SIGNED_BYTES];
	struct delta_signature signature;
	ASSERT((writer->kind == BUNDLE_TO_DEVICE) == (identity_secret != NULL));
	(void)crypto_generichash_final(&writer->hash, hash, sizeof hash);
	memset(end, 0, sizeof *end);
	end->more = more;
	if (identity_secret != NULL) {
		FAULT_TRY(delta_sign(DELTA_TAG_BUNDLE, span_text(ANSWER), span_of(hash, sizeof hash), identity_secret,
				     &signature));
		SESSION_FRAME_SET(end->signature, signature.bytes);
	}
	(void)crypto_generichash_init(&writer->hash, NULL, 0, SIGNED_BYTES); /* of no more use */
	struct fault fault = bundle_put(writer, BUNDLE_END, end, (struct span){ NULL, 0 }, out);
	sodium_memzero(&writer->cipher, sizeof writer->cipher);
	return fault;
}

/* ---- reading ---- */

struct fault bundle_look(struct span file, struct bundle_header *out)
{
	size_t stem = file.len < STEM_BYTES ? file.len : STEM_BYTES;
	if (stem == 0 || memcmp(file.data, MAGIC, stem) != 0)
		return fault_of(FAULT_CALLER, "the file is no bundle of Jalka");
	if (file.len < BUNDLE_HEADER_BYTES)
		return fault_of(FAULT_CALLER, "the bundle is cut short: copy it again from where it was written");
	if (memcmp(file.data, MAGIC, MAGIC_BYTES) != 0 || file.data[ZERO_AT] != 0)
		return fault_of(FAULT_CALLER, "the bundle was written by a newer version: update this one first");
	if (file.data[KIND_AT] != BUNDLE_TO_CENTRAL && file.data[KIND_AT] != BUNDLE_TO_DEVICE)
		return fault_of(FAULT_CALLER, damaged);
	if (file.len > BUNDLE_BYTES_MAX)
		return fault_of(FAULT_LIMIT, "the file is larger than any bundle is");
	out->kind = (enum bundle_kind)file.data[KIND_AT];
	memcpy(out->key, file.data + FOR_AT, BUNDLE_FOR_BYTES);
	return fault_none();
}

/* The sealed message at `at`; *next is behind it. */
static struct fault message_at(struct span file, size_t at, struct span *out, size_t *next)
{
	if (file.len - at < SESSION_FRAME_PREFIX_BYTES)
		return fault_of(FAULT_PEER, "the bundle is cut short: copy it again from where it was written");
	size_t len = (size_t)file.data[at] | (size_t)file.data[at + 1] << 8;
	at += SESSION_FRAME_PREFIX_BYTES;
	if (len > file.len - at)
		return fault_of(FAULT_PEER, "the bundle is cut short: copy it again from where it was written");
	*out = span_of(file.data + at, len);
	*next = at + len;
	return fault_none();
}

static struct fault open_head(struct bundle_reader *r, const struct bundle_parties *parties, struct span message)
{
	struct bundle_scratch *s = r->scratch;
	uint8_t block[BUNDLE_PROLOGUE_BYTES];
	struct noise noise;
	struct noise_transport transport;
	struct span rows;
	size_t len = 0;
	prologue(r->file.data, parties->identity, block);
	const struct noise_config config = {
		.pattern = NOISE_X, .prologue = span_of(block, sizeof block), .static_secret = parties->own_secret,
	};
	noise_init(&noise, &config);
	struct fault fault = noise_read(&noise, message, s->plain, sizeof s->plain, &len);
	if (!fault_is(fault)) {
		memcpy(r->sender, noise.rs, sizeof r->sender);
		noise_split(&noise, &transport);
		r->cipher = r->at_first = transport.receive;
		noise_transport_wipe(&transport);
	}
	noise_wipe(&noise);
	if (fault_is(fault))
		return fault_of(FAULT_PEER, damaged);
	if (fault_is(session_frame_decode(SESSION_FRAME_BUNDLE_HEAD, span_of(s->plain, len), NULL, s->raw, &s->head, &rows)))
		return fault_of(FAULT_PEER, "the bundle's head is malformed: its writer may be of another version");
	r->head = s->head;
	return fault_none();
}

struct fault bundle_open(struct bundle_reader *reader, struct bundle_scratch *scratch,
			 const struct session_frame_codec *codec, const struct bundle_parties *parties, struct span file)
{
	struct bundle_header header;
	struct span message;
	FAULT_TRY(bundle_look(file, &header));
	ASSERT(header.kind == parties->kind);
	memset(reader, 0, sizeof *reader);
	reader->scratch = scratch;
	reader->codec = codec;
	reader->kind = parties->kind;
	reader->identity = *parties->identity;
	reader->file = file;
	FAULT_TRY(message_at(file, BUNDLE_HEADER_BYTES, &message, &reader->at));
	reader->first = reader->at;
	FAULT_TRY(open_head(reader, parties, message));
	(void)crypto_generichash(reader->name, sizeof reader->name, file.data, file.len, NULL, 0);
	return fault_none();
}

static struct fault decode(struct bundle_reader *r, struct span plain, enum bundle_message *message, struct span *rows)
{
	struct bundle_scratch *s = r->scratch;
	void *control = NULL;
	if (plain.len < 1 || plain.data[0] < BUNDLE_HELLO || plain.data[0] > BUNDLE_END)
		return fault_of(FAULT_PEER, "the bundle holds a message of an unknown kind: its writer may be newer");
	*message = (enum bundle_message)plain.data[0];
	switch (*message) {
	case BUNDLE_HELLO:
		control = &s->hello;
		break;
	case BUNDLE_WELCOME:
		control = &s->welcome;
		break;
	case BUNDLE_FRAME:
		control = &s->frame;
		break;
	case BUNDLE_END:
		control = &s->end;
		break;
	}
	return session_frame_decode(frame_kind(*message), span_of(plain.data + 1, plain.len - 1), r->codec, s->raw,
				    control, rows);
}

/* The message at the reader's place, opened and decoded. */
static struct fault take(struct bundle_reader *r, enum bundle_message *message, struct span *rows)
{
	struct bundle_scratch *s = r->scratch;
	struct span sealed;
	size_t next, len;
	FAULT_TRY(message_at(r->file, r->at, &sealed, &next));
	if (fault_is(noise_open(&r->cipher, sealed, s->plain, sizeof s->plain, &len)))
		return fault_of(FAULT_PEER, damaged);
	FAULT_TRY(decode(r, span_of(s->plain, len), message, rows));
	r->at = next;
	return fault_none();
}

/* An answer's End: the identity's signature over all before it. */
static struct fault check_signature(const struct bundle_reader *r, size_t end_at)
{
	uint8_t hash[SIGNED_BYTES];
	struct delta_signature signature;
	const jalka_BundleEnd *end = &r->scratch->end;
	if (r->kind == BUNDLE_TO_CENTRAL)
		return fault_none();
	(void)crypto_generichash(hash, sizeof hash, r->file.data, end_at, NULL, 0);
	if (end->signature.size != sizeof signature.bytes)
		return fault_of(FAULT_PEER, "the bundle is not signed by the central node");
	memcpy(signature.bytes, end->signature.bytes, sizeof signature.bytes);
	if (!delta_verify(DELTA_TAG_BUNDLE, span_text(ANSWER), span_of(hash, sizeof hash), r->identity.bytes, &signature))
		return fault_of(FAULT_PEER, "the bundle is not signed by the central node");
	return fault_none();
}

static void count_rows(struct bundle_reader *r, enum bundle_message message)
{
	const jalka_Frame *frame = &r->scratch->frame;
	if (message != BUNDLE_FRAME)
		return;
	if (frame->has_push)
		r->rows += frame->push.rows.count;
	if (frame->has_pull && frame->pull.has_rows)
		r->rows += frame->pull.rows.count;
	if (frame->has_backlog && frame->backlog.has_rows)
		r->rows += frame->backlog.rows.count;
}

/* The first says who it is, the others are frames. */
static bool in_place(const struct bundle_reader *r, enum bundle_message message)
{
	enum bundle_message first = r->kind == BUNDLE_TO_CENTRAL ? BUNDLE_HELLO : BUNDLE_WELCOME;
	return r->messages == 0 ? message == first : message == BUNDLE_FRAME || message == BUNDLE_END;
}

struct fault bundle_check(struct bundle_reader *reader)
{
	struct bundle_reader *r = reader;
	enum bundle_message message;
	struct span rows;
	size_t end_at;
	r->at = r->first;
	r->cipher = r->at_first;
	r->messages = 0;
	r->rows = 0;
	do {
		end_at = r->at;
		FAULT_TRY(take(r, &message, &rows));
		if (!in_place(r, message))
			return fault_of(FAULT_PEER, "the bundle's messages are not in their places");
		count_rows(r, message);
		r->messages += message != BUNDLE_END;
	} while (message != BUNDLE_END);
	if (r->at != r->file.len)
		return fault_of(FAULT_PEER, "the bundle is longer than it says: something was put behind it");
	FAULT_TRY(check_signature(r, end_at));
	r->more = r->scratch->end.more;
	r->at = r->first;
	r->cipher = r->at_first;
	r->read = 0;
	r->checked = true;
	return fault_none();
}

struct fault bundle_next(struct bundle_reader *reader, enum bundle_message *message, struct span *rows)
{
	ASSERT(reader->checked && reader->at < reader->file.len);
	FAULT_TRY(take(reader, message, rows));
	reader->read += *message != BUNDLE_END;
	return fault_none();
}

void bundle_close(struct bundle_reader *reader)
{
	sodium_memzero(reader, sizeof *reader);
}
