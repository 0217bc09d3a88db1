/* center - a central node played by hand. */
#include "lib/center.h"

#include <pb_encode.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/assert.h"
#include "lib/shape.h"
#include "records_table.h"
#include "store/author.h"

static void expect(struct fault fault)
{
	if (fault_is(fault))
		assert_failed(__FILE__, __LINE__, fault.what);
}

/* ---- the host of the replica ---- */

static void host_random(void *ctx, uint8_t *out, size_t len)
{
	struct center *c = ctx;
	prng_fill(&c->prng, out, len);
}

static void host_send(void *ctx, struct span bytes)
{
	struct center *c = ctx;
	ASSERT(bytes.len <= sizeof c->sent - c->sent_len);
	memcpy(c->sent + c->sent_len, bytes.data, bytes.len);
	c->sent_len += bytes.len;
}

static void host_hang_up(void *ctx, const char *why)
{
	struct center *c = ctx;
	c->hang_ups++;
	c->why = why;
}

static void open_replica(struct center *c)
{
	struct replica_host host = { .ctx = c, .random = host_random, .send = host_send, .hang_up = host_hang_up };
	expect(replica_open(c->log, NULL, &host, c->now, &c->replica));
}

struct center *center_new(uint64_t seed)
{
	struct center *c = calloc(1, sizeof *c);
	uint8_t sign_seed[32];
	ASSERT(c != NULL && sodium_init() >= 0);
	prng_init(&c->prng, seed);
	prng_fill(&c->prng, sign_seed, sizeof sign_seed);
	crypto_sign_seed_keypair(c->identity.bytes, c->identity_secret, sign_seed);
	prng_fill(&c->prng, c->static_secret, sizeof c->static_secret);
	crypto_scalarmult_base(c->static_public, c->static_secret);
	prng_fill(&c->prng, c->node.bytes, ID_BYTES);
	prng_fill(&c->prng, c->epoch.id.bytes, ID_BYTES);
	prng_fill(&c->prng, c->holder.bytes, ID_BYTES);
	c->epoch.generation = 1;
	c->now = (struct replica_time){ 1780000000000, 1000 };
	c->log = log_memory_new();
	rows_write_begin(&c->rows, c->row_block, sizeof c->row_block, 0);
	open_replica(c);
	return c;
}

void center_free(struct center *c)
{
	replica_close(c->replica);
	log_close(c->log);
	free(c);
}

void center_restore(struct center *c, struct log *log)
{
	replica_close(c->replica);
	log_close(c->log);
	c->log = log;
	c->sent_len = 0;
	open_replica(c);
}

void center_crash(struct center *c)
{
	center_restore(c, log_memory_copy(c->log));
}

/* ---- bytes of the device ---- */

static struct span take(struct center *c, size_t len)
{
	ASSERT(len <= c->sent_len && len <= sizeof c->in_block);
	memcpy(c->in_block, c->sent, len);
	memmove(c->sent, c->sent + len, c->sent_len - len);
	c->sent_len -= len;
	return span_of(c->in_block, len);
}

static void give(struct center *c, struct span bytes)
{
	replica_link_bytes(c->replica, bytes, c->now);
}

/* A length and that many bytes of c->wire from 2 on. */
static void give_frame(struct center *c, size_t len)
{
	c->wire[0] = (uint8_t)len;
	c->wire[1] = (uint8_t)(len >> 8);
	give(c, span_of(c->wire, len + 2));
}

static struct span take_frame(struct center *c)
{
	ASSERT(c->sent_len >= 2);
	size_t len = (size_t)c->sent[0] | (size_t)c->sent[1] << 8;
	(void)take(c, 2);
	return take(c, len);
}

/* The header of a message 1, checked; the Noise message stays to be taken. */
static struct handshake_header take_header(struct center *c)
{
	struct handshake_header header;
	uint8_t mac[HANDSHAKE_MAC_BYTES], want[HANDSHAKE_MAC_BYTES];
	size_t bytes = handshake_header_bytes(c->sent);
	ASSERT(bytes != 0 && c->sent_len >= bytes);
	expect(handshake_header_read(take(c, bytes), &header, mac));
	handshake_mac(&c->identity, &header, span_of(c->sent, handshake_mac_covers(header.kind)), want);
	ASSERT(memcmp(mac, want, sizeof mac) == 0);
	return header;
}

static void begin_noise(struct center *c, const struct handshake_header *header, enum noise_pattern pattern,
			const uint8_t *psk)
{
	uint8_t prologue[HANDSHAKE_PROLOGUE_BYTES_MAX], ephemeral[NOISE_DH_BYTES];
	prng_fill(&c->prng, ephemeral, sizeof ephemeral);
	struct noise_config config = {
		.pattern = pattern, .prologue = span_of(prologue, handshake_prologue(&c->identity, header, prologue)),
		.static_secret = c->static_secret, .psk = psk, .ephemeral_secret = ephemeral,
	};
	noise_init(&c->noise, &config);
}

/* ---- enrolment ---- */

static void give_cert(struct center *c)
{
	static jalka_Cert cert;
	jalka_CertBody body = jalka_CertBody_init_zero;
	struct delta_signature signature;
	SESSION_FRAME_SET(body.static_key, c->static_public);
	SESSION_FRAME_SET(body.node, c->node.bytes);
	pb_ostream_t stream = pb_ostream_from_buffer(cert.body.bytes, sizeof cert.body.bytes);
	ASSERT(pb_encode(&stream, jalka_CertBody_fields, &body));
	cert.body.size = (pb_size_t)stream.bytes_written;
	expect(delta_sign(DELTA_TAG_CERT, span_of("", 0), SESSION_FRAME_SPAN(cert.body), c->identity_secret, &signature));
	signature.bytes[3] ^= c->refuses_enrolment_key;
	SESSION_FRAME_SET(cert.signature, signature.bytes);
	stream = pb_ostream_from_buffer(c->wire + 2, sizeof c->wire - 2);
	ASSERT(pb_encode(&stream, jalka_Cert_fields, &cert));
	give_frame(c, stream.bytes_written);
}

static void take_request(struct center *c)
{
	static jalka_EnrolRequest request;
	struct delta_signature signature;
	struct span rows;
	size_t len;
	uint8_t h[NOISE_HASH_BYTES];
	memcpy(h, c->noise.h, sizeof h);
	expect(noise_read(&c->noise, take_frame(c), c->plain, sizeof c->plain, &len));
	expect(session_frame_decode(SESSION_FRAME_ENROL_REQUEST, span_of(c->plain, len), NULL, NULL, &request, &rows));
	memcpy(signature.bytes, request.signature.bytes, sizeof signature.bytes);
	ASSERT(delta_verify(DELTA_TAG_ENROL, span_of("", 0), span_of(h, sizeof h), request.sign_key.bytes, &signature));
	memcpy(c->device.bytes, request.node.bytes, ID_BYTES);
	memcpy(c->device_epoch.bytes, request.epoch.bytes, ID_BYTES);
	memcpy(c->device_sign, request.sign_key.bytes, sizeof c->device_sign);
	memcpy(c->device_static, c->noise.rs, sizeof c->device_static);
	noise_split(&c->noise, &c->transport);
}

static void give_answer(struct center *c, jalka_EnrolAnswer *answer)
{
	size_t plain_len, len;
	expect(session_frame_encode(SESSION_FRAME_ENROL_ANSWER, answer, span_of(NULL, 0), NULL, NULL, 8192,
				    c->plain, &plain_len));
	expect(session_frame_seal(&c->transport.send, span_of(c->plain, plain_len), c->wire, &len));
	give(c, span_of(c->wire, len));
}

void center_enrol(struct center *c)
{
	static jalka_EnrolAnswer answer;
	size_t len;
	c->code.identity = c->identity;
	prng_fill(&c->prng, c->code.slot, sizeof c->code.slot);
	prng_fill(&c->prng, c->code.secret, sizeof c->code.secret);
	c->code.serial = "laptop 7";
	expect(replica_enrol(c->replica, &c->code));
	center_up(c);
	ASSERT(take_header(c).kind == HANDSHAKE_CERT);
	give_cert(c);
	if (c->hang_ups > 0)
		return;
	struct handshake_header header = take_header(c);
	ASSERT(header.kind == HANDSHAKE_XKPSK0 && memcmp(header.slot, c->code.slot, sizeof header.slot) == 0);
	begin_noise(c, &header, NOISE_XKPSK0, c->code.secret);
	expect(noise_read(&c->noise, take(c, header.message_bytes), c->plain, sizeof c->plain, &len));
	expect(noise_write(&c->noise, span_of("", 0), c->wire + 2, sizeof c->wire - 2, &len));
	give_frame(c, len);
	take_request(c);
	memset(&answer, 0, sizeof answer);
	answer.waiting = true;
	give_answer(c, &answer);
	memset(&answer, 0, sizeof answer);
	answer.confirmed = true;
	SESSION_FRAME_SET(answer.holder, c->holder.bytes);
	give_answer(c, &answer);
	center_down(c);
	c->hang_ups = 0;
}

struct center *center_new_enrolled(uint64_t seed)
{
	struct center *c = center_new(seed);
	center_enrol(c);
	return c;
}

/* ---- sessions ---- */

void center_up(struct center *c)
{
	c->sent_len = 0;
	memset(&c->welcome, 0, sizeof c->welcome);
	memset(&c->out, 0, sizeof c->out);
	rows_write_begin(&c->rows, c->row_block, sizeof c->row_block, 0);
	replica_link_up(c->replica, c->now);
}

void center_down(struct center *c)
{
	replica_link_down(c->replica, c->now);
	c->sent_len = 0;
}

bool center_take_hello(struct center *c)
{
	struct span rest;
	size_t len;
	if (c->sent_len == 0)
		return false;
	struct handshake_header header = take_header(c);
	c->kind = header.kind;
	struct span message = take(c, header.message_bytes);
	begin_noise(c, &header, header.kind == HANDSHAKE_IKPSK1 ? NOISE_IKPSK1 : NOISE_IK, NULL);
	expect(noise_read_keys(&c->noise, message, &rest));
	ASSERT(memcmp(c->noise.rs, c->device_static, NOISE_DH_BYTES) == 0);
	if (header.kind == HANDSHAKE_IKPSK1) {
		if (!c->has_key)
			return false;
		noise_set_psk(&c->noise, c->key);
	}
	if (fault_is(noise_read_payload(&c->noise, rest, c->plain, sizeof c->plain, &len)))
		return false;
	expect(session_frame_decode(SESSION_FRAME_HELLO, span_of(c->plain, len), NULL, NULL, &c->hello, &c->in_rows));
	return true;
}

void center_plain(struct center *c)
{
	give_frame(c, 0);
}

void center_greet(struct center *c)
{
	center_up(c);
	if (center_take_hello(c))
		return;
	center_plain(c);
	ASSERT(center_take_hello(c));
}

void center_put_back(struct center *c, uint64_t inherited)
{
	c->epoch.parent = c->epoch.id;
	prng_fill(&c->prng, c->epoch.id.bytes, ID_BYTES);
	c->epoch.generation++;
	c->epoch.inherited = inherited;
	c->has_key = false; /* resumption keys are never backed up */
}

/* Rows written go into this message. */
static struct span take_rows(struct center *c, bool *has, jalka_Rows *head)
{
	struct span rows = rows_written(&c->rows);
	*has = c->rows.count > 0;
	head->count = c->rows.count;
	return rows;
}

void center_welcome(struct center *c)
{
	size_t plain_len, len;
	struct span rows = take_rows(c, &c->welcome.pull.has_rows, &c->welcome.pull.rows);
	c->welcome.has_pull = c->welcome.has_pull || rows.len > 0;
	if (!c->hello.has_cursor || memcmp(c->hello.cursor.epoch.bytes, c->epoch.id.bytes, ID_BYTES) != 0) {
		jalka_CentralEpoch *epoch = &c->welcome.epochs[c->welcome.epochs_count++];
		SESSION_FRAME_SET(c->welcome.central_epoch, c->epoch.id.bytes);
		SESSION_FRAME_SET(epoch->epoch, c->epoch.id.bytes);
		epoch->generation = c->epoch.generation;
		epoch->inherited = c->epoch.inherited;
		if (!ID_IS_NONE(c->epoch.parent))
			SESSION_FRAME_SET(epoch->parent, c->epoch.parent.bytes);
	}
	expect(session_frame_encode(SESSION_FRAME_WELCOME, &c->welcome, rows, NULL, NULL,
				    SESSION_FRAME_WELCOME_PLAIN_BYTES, c->plain, &plain_len));
	expect(noise_write(&c->noise, span_of(c->plain, plain_len), c->wire + 2, sizeof c->wire - 2, &len));
	noise_split(&c->noise, &c->transport);
	memset(&c->welcome, 0, sizeof c->welcome);
	give_frame(c, len);
	rows_write_begin(&c->rows, c->row_block, sizeof c->row_block, 0);
}

bool center_take(struct center *c)
{
	size_t len;
	if (c->sent_len == 0)
		return false;
	expect(noise_open(&c->transport.receive, take_frame(c), c->plain, sizeof c->plain, &len));
	expect(session_frame_decode(SESSION_FRAME_FRAME, span_of(c->plain, len), NULL, NULL, &c->in, &c->in_rows));
	memcpy(c->key, c->transport.resumption, sizeof c->key);
	c->has_key = true;
	return true;
}

void center_send(struct center *c)
{
	size_t plain_len, len;
	struct span rows = span_of(NULL, 0);
	if (c->out.has_pull)
		rows = take_rows(c, &c->out.pull.has_rows, &c->out.pull.rows);
	else if (c->out.has_backlog)
		rows = take_rows(c, &c->out.backlog.has_rows, &c->out.backlog.rows);
	expect(session_frame_encode(SESSION_FRAME_FRAME, &c->out, rows, NULL, NULL, LIMIT_FRAME_PLAIN_BYTES,
				    c->plain, &plain_len));
	expect(session_frame_seal(&c->transport.send, span_of(c->plain, plain_len), c->wire, &len));
	memset(&c->out, 0, sizeof c->out);
	give(c, span_of(c->wire, len));
	rows_write_begin(&c->rows, c->row_block, sizeof c->row_block, 0);
}

void center_session(struct center *c)
{
	jalka_Welcome welcome = c->welcome;
	center_up(c);
	c->welcome = welcome;
	ASSERT(center_take_hello(c));
	center_welcome(c);
	ASSERT(center_take(c));
	center_send(c);
}

/* ---- receipts ---- */

static struct delta_hash device_h(struct center *c, const struct author *author, uint64_t seq)
{
	struct delta_hash h;
	bool found;
	expect(author_h_at(c->log, &c->identity, author, seq, &h, &found));
	ASSERT(found);
	return h;
}

static struct span sign_body(struct center *c, const struct epoch_id *epoch, struct receipt *receipt, uint8_t *block,
			     size_t size, struct delta_signature *signature)
{
	struct author author = { c->device, *epoch };
	struct delta_hash h = device_h(c, &author, receipt->seq);
	struct wire_out out;
	wire_out_init(&out, block, size);
	expect(receipt_write(receipt, &out));
	expect(receipt_sign(&c->identity, &c->epoch.id, &author, &h, wire_out_span(&out), c->identity_secret, signature));
	return wire_out_span(&out);
}

void center_receipt(struct center *c, const struct epoch_id *epoch, uint64_t first_seq, uint64_t seq,
		    uint64_t first_order, uint32_t reason, jalka_Receipt *out)
{
	static struct receipt receipt;
	struct delta_signature signature;
	receipt_begin(&receipt, seq, 0);
	receipt.epoch = *epoch;
	for (uint64_t s = first_seq; s <= seq; s++)
		ASSERT(receipt_add(&receipt, s, first_order == 0 ? 0 : first_order + s - first_seq, reason, false, 0));
	out->body.size = (pb_size_t)sign_body(c, epoch, &receipt, out->body.bytes, sizeof out->body.bytes, &signature).len;
	SESSION_FRAME_SET(out->signature, signature.bytes);
}

void center_decision(struct center *c, const struct epoch_id *epoch, uint64_t seq, uint64_t order, bool accept,
		     jalka_Decision *out)
{
	static struct receipt receipt;
	struct delta_signature signature;
	receipt_begin(&receipt, seq, 0);
	receipt.epoch = *epoch;
	ASSERT(receipt_add(&receipt, seq, accept ? order : 0, jalka_Reason_BY_DECISION, !accept, 0));
	out->body.size = (pb_size_t)sign_body(c, epoch, &receipt, out->body.bytes, sizeof out->body.bytes, &signature).len;
	SESSION_FRAME_SET(out->signature, signature.bytes);
	out->at = order;
}

/* ---- deltas ---- */

struct span center_delta(struct center *c, struct case_id case_id, struct record_id record_id, const char *text,
			 enum delta_case_kind opens, uint8_t *block, size_t size)
{
	uint8_t fields[1024];
	struct wire_out field_out, out;
	wire_out_init(&field_out, fields, sizeof fields);
	wire_put_bytes(&field_out, RECORDS_CLIENT_PHONE, span_text(text));
	struct delta delta = {
		.case_id = case_id, .record_id = record_id, .record_type = RECORDS_TYPE_CLIENT,
		.fields = wire_out_span(&field_out), .stamp_ms = c->now.wall_ms, .opens = opens != DELTA_CASE_NONE,
	};
	delta.opening.kind = opens;
	memset(delta.opening.secret.bytes, 0x5e, DELTA_SECRET_BYTES);
	wire_out_init(&out, block, size);
	expect(delta_write(&delta, &out));
	return wire_out_span(&out);
}

void center_row(struct center *c, struct span delta, uint64_t seq, uint64_t order)
{
	struct rows_row row = { .delta = delta, .seq = seq, .order = order };
	ASSERT(rows_write(&c->rows, &row));
}

struct fault center_client(struct center *c, struct replica_written *out)
{
	const struct schema_record *record = schema_by_type(RECORDS_TYPE_CLIENT);
	uint8_t block[2048];
	struct wire_out fields;
	wire_out_init(&fields, block, sizeof block);
	shape_write(record->message, "Aino", &fields);
	struct replica_write write = {
		.record_type = RECORDS_TYPE_CLIENT, .fields = wire_out_span(&fields), .opens = true,
		.kind = DELTA_CASE_CLIENT,
	};
	return replica_write(c->replica, &write, c->now, out);
}

struct fault center_phone(struct center *c, struct case_id case_id, struct record_id record_id, const char *phone)
{
	uint8_t block[256];
	struct wire_out fields;
	struct replica_written written;
	wire_out_init(&fields, block, sizeof block);
	wire_put_bytes(&fields, RECORDS_CLIENT_PHONE, span_text(phone));
	struct replica_write write = {
		.case_id = case_id, .record_id = record_id, .record_type = RECORDS_TYPE_CLIENT,
		.fields = wire_out_span(&fields),
	};
	return replica_write(c->replica, &write, c->now, &written);
}
