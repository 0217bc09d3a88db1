/* bench_ingest - the central node: deltas from the wire to durable, and whole syncs.
 *
 * ingest.batch200.of_raw: rows a second of central taking pushes of 200 notes
 * (about 277 B each) through the hub, from the sealed frame to the signed receipt
 * after a durable commit (decrypt, decompress, hash, verify, judge, append; one
 * push a commit; synchronous=FULL, WAL), over rows a second of a C loop that
 * inserts the same rows into the same schema, 200 a transaction. Both write a
 * plain SQLite file on the same disk and take turns, 5 rounds, the median of the
 * ratios. ingest.batch200.sealed.of_raw: the same with central on its sealed
 * database, against the same plain loop.
 *
 * sync.one_delta.per_second: full one-delta syncs under IKpsk1 through the hub on
 * one thread: message 1 with the push, message 2 with the receipt after the
 * commit, the device's first transport frame, the confirmation after its commit.
 * 32 devices share each commit (group commit). Only time inside the hub counts;
 * what the devices compute (their half of the handshake, their signatures) runs
 * between and is not counted. Seconds are those this thread was running, so the
 * figure is per core; waiting for the disk at the two commits a group is not in
 * it. On the sealed database; median of 5 rounds. sync.one_delta.of_key_work: the
 * same as a part of what the public-key work alone would allow in the same round
 * (4 DH, one new key, one signature checked, one made), whatever else the machine
 * does. Central remembers one of the four DH, that of the static keys, so the part
 * could be above 1.
 */
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "central/hub.h"
#include "core/session_frame.h"
#include "core/rows.h"
#include "io/codec.h"
#include "records_table.h"
#include "store/sealed_db.h"

enum { ROUNDS = 5, BATCH = 200, BATCHES = 60, CASES = 20, GROUP = 32, GROUPS = 24, ANSWERS_BYTES = 1 << 18 };

static char directory[64];
static jalka_Hello hello;
static jalka_Welcome welcome;
static jalka_Frame frame;
static jalka_EnrolRequest request;
static uint8_t plain[LIMIT_FRAME_BYTES], packed[LIMIT_CHUNK_BYTES], raw_rows[LIMIT_CHUNK_BYTES];
static const struct session_frame_codec codec = { NULL, codec_compress, codec_decompress };

static double now_s(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

/* Of this thread alone: what one core is busy for. */
static double busy_s(void)
{
	struct timespec at;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
	return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static struct hub_time hub_now(void)
{
	double s = now_s();
	return (struct hub_time){ .wall_ms = 1767225600000u + (uint64_t)(s * 1000), .mono_ms = (uint64_t)(s * 1000) };
}

static void expect(struct fault fault)
{
	if (fault_is(fault)) {
		fprintf(stderr, "bench_ingest: %s\n", fault.what);
		exit(1);
	}
}

static void must(bool ok, const char *what)
{
	if (!ok)
		expect(fault_of(FAULT_CALLER, what));
}

/* ---- a device, as small as may be ---- */

struct device {
	struct hub_link *link;
	struct delta_identity identity;
	struct node_id node;
	struct epoch_id epoch, central_epoch;
	uint8_t static_secret[NOISE_DH_BYTES], static_public[NOISE_DH_BYTES], central_static[NOISE_DH_BYTES];
	uint8_t sign_secret[DELTA_SIGN_SECRET_BYTES], sign_public[DELTA_SIGN_PUBLIC_BYTES];
	uint8_t key[NOISE_PSK_BYTES];
	bool has_key;
	uint64_t counter, seq, stamp_ms;
	struct delta_hash h;
	struct noise noise;
	struct noise_transport transport;
	uint8_t ephemeral[NOISE_DH_BYTES];
	struct case_id cases[CASES];
	struct delta_secret secrets[CASES];
	uint8_t *got; /* what central sent */
	size_t got_len;
};

static void host_random(void *ctx, uint8_t *out, size_t len)
{
	(void)ctx;
	randombytes_buf(out, len);
}

static void host_send(void *ctx, void *peer, struct span bytes)
{
	struct device *device = peer;
	(void)ctx;
	must(device->got_len + bytes.len <= ANSWERS_BYTES, "central says too much");
	memcpy(device->got + device->got_len, bytes.data, bytes.len);
	device->got_len += bytes.len;
}

static void host_hang_up(void *ctx, void *peer, const char *why)
{
	(void)ctx;
	(void)peer;
	must(strcmp(why, "the device has opened another session") == 0, why);
}

static const struct hub_host host = { .random = host_random, .send = host_send, .hang_up = host_hang_up,
				      .compress = codec_compress, .decompress = codec_decompress };

/* The next frame central sent, without its length. */
static struct span take(struct device *device, size_t *at)
{
	must(device->got_len >= *at + 2, "central did not answer");
	size_t len = (size_t)device->got[*at] | (size_t)device->got[*at + 1] << 8;
	must(device->got_len >= *at + 2 + len, "central's answer is cut");
	struct span out = span_of(device->got + *at + 2, len);
	*at += 2 + len;
	return out;
}

static size_t begin_message(struct device *device, enum handshake_kind kind, const uint8_t *slot, const uint8_t *psk,
			    struct span payload, uint8_t *out)
{
	struct handshake_header header = { .kind = kind };
	uint8_t prologue[HANDSHAKE_PROLOGUE_BYTES_MAX];
	size_t overhead = kind == HANDSHAKE_XKPSK0 ? NOISE_DH_BYTES + NOISE_TAG_BYTES : SESSION_FRAME_HELLO_NOISE_BYTES;
	size_t len, before;
	header.message_bytes = (uint16_t)(payload.len + overhead);
	if (slot != NULL)
		memcpy(header.slot, slot, sizeof header.slot);
	before = handshake_header_write(&header, out);
	size_t prologue_len = handshake_prologue(&device->identity, &header, prologue);
	randombytes_buf(device->ephemeral, sizeof device->ephemeral);
	const struct noise_config config = {
		.pattern = kind == HANDSHAKE_XKPSK0 ? NOISE_XKPSK0 : kind == HANDSHAKE_IK ? NOISE_IK : NOISE_IKPSK1,
		.initiator = true, .prologue = span_of(prologue, prologue_len), .static_secret = device->static_secret,
		.remote_static = device->central_static, .psk = psk, .ephemeral_secret = device->ephemeral,
	};
	noise_init(&device->noise, &config);
	uint8_t *message = out + before + HANDSHAKE_MAC_BYTES;
	expect(noise_write(&device->noise, payload, message, LIMIT_MESSAGE1_BYTES, &len));
	must(len == header.message_bytes, "message 1 has another length");
	handshake_mac(&device->identity, &header, span_of(message, handshake_mac_covers(kind)), out + before);
	return before + HANDSHAKE_MAC_BYTES + len;
}

static void enrol(struct hub *hub, struct device *device, struct record_id holder)
{
	static uint8_t message[LIMIT_MESSAGE1_BYTES];
	uint8_t seed[crypto_sign_SEEDBYTES], mac_head[HANDSHAKE_HEADER_SLOT_BYTES];
	struct hub_slot slot;
	struct delta_signature signature;
	size_t len, at = 0, sealed;
	device->identity = *hub_identity(hub);
	randombytes_buf(device->node.bytes, ID_BYTES);
	randombytes_buf(device->epoch.bytes, ID_BYTES);
	randombytes_buf(device->static_secret, sizeof device->static_secret);
	crypto_scalarmult_base(device->static_public, device->static_secret);
	randombytes_buf(seed, sizeof seed);
	crypto_sign_seed_keypair(device->sign_public, device->sign_secret, seed);
	delta_chain_begin(&device->identity, &(struct author){ device->node, device->epoch }, 0, NULL, &device->h);
	expect(hub_slot_new(hub, holder, hub_now(), &slot));
	expect(hub_link_up(hub, device, span_of(device->node.bytes, 4), hub_now(), &device->link));

	struct handshake_header header = { .kind = HANDSHAKE_CERT };
	memcpy(header.slot, slot.slot, sizeof header.slot);
	len = handshake_header_write(&header, mac_head);
	memcpy(message, mac_head, len);
	handshake_mac(&device->identity, &header, (struct span){ NULL, 0 }, message + len);
	hub_link_bytes(hub, device->link, span_of(message, len + HANDSHAKE_MAC_BYTES), hub_now());
	struct span cert = take(device, &at);
	/* Cert{body{static key ...}}: the key stands behind four bytes of tags and lengths. */
	must(cert.len > 4 + NOISE_DH_BYTES, "no certificate");
	memcpy(device->central_static, cert.data + 4, NOISE_DH_BYTES);

	len = begin_message(device, HANDSHAKE_XKPSK0, slot.slot, slot.secret, (struct span){ NULL, 0 }, message);
	hub_link_bytes(hub, device->link, span_of(message, len), hub_now());
	struct span second = take(device, &at);
	expect(noise_read(&device->noise, second, plain, sizeof plain, &len));
	expect(delta_sign(DELTA_TAG_ENROL, (struct span){ NULL, 0 }, span_of(device->noise.h, NOISE_HASH_BYTES),
			  device->sign_secret, &signature));
	memset(&request, 0, sizeof request);
	SESSION_FRAME_SET(request.node, device->node.bytes);
	SESSION_FRAME_SET(request.sign_key, device->sign_public);
	SESSION_FRAME_SET(request.signature, signature.bytes);
	SESSION_FRAME_SET(request.epoch, device->epoch.bytes);
	strcpy(request.serial, "bench");
	expect(session_frame_encode(SESSION_FRAME_ENROL_REQUEST, &request, (struct span){ NULL, 0 }, NULL, packed,
				    4096, plain, &len));
	expect(noise_write(&device->noise, span_of(plain, len), message + 2, sizeof message - 2, &sealed));
	message[0] = (uint8_t)sealed;
	message[1] = (uint8_t)(sealed >> 8);
	hub_link_bytes(hub, device->link, span_of(message, sealed + 2), hub_now());
	expect(hub_commit(hub, hub_now()));
	expect(hub_device_confirm(hub, device->node, hub_now()));
	hub_link_down(hub, device->link);
	device->link = NULL;
	device->got_len = 0;
}

/* ---- what it pushes ---- */

static size_t note_fields(uint8_t *out, size_t size)
{
	static const char text[] = "Tavattu torilla kello kymmenen. Asiakas kertoi vuokrarästistä ja pyysi apua "
				   "hakemukseen; sovittiin, että täytetään se yhdessä ensi viikolla. Puhelin toimii taas. ";
	char shown[240];
	uint32_t salt = randombytes_random();
	snprintf(shown, sizeof shown, "%.*s%08x", (int)(sizeof text - 1), text, salt);
	struct wire_out fields;
	wire_out_init(&fields, out, size);
	wire_put_bytes(&fields, RECORDS_ENCOUNTER_NOTE_TEXT, span_text(shown));
	return fields.used;
}

/* A delta of this device into `out`; chained. */
static struct span make_delta(struct device *device, size_t which, bool opens, uint8_t *out, size_t size)
{
	uint8_t fields[300], salt[DELTA_SALT_BYTES];
	struct delta_hash digest;
	struct wire_out bytes;
	static struct delta delta;
	memset(&delta, 0, sizeof delta);
	delta.case_id = device->cases[which];
	randombytes_buf(delta.record_id.bytes, ID_BYTES);
	delta.stamp_ms = device->stamp_ms++;
	if (opens) {
		struct wire_out f;
		wire_out_init(&f, fields, sizeof fields);
		wire_put_bytes(&f, RECORDS_CASE_CLIENT, ID_SPAN(device->node));
		wire_put_bytes(&f, RECORDS_CASE_TITLE, span_text("Vuokrarästi"));
		wire_put_varint(&f, RECORDS_CASE_OPENED_ON, 2 * 20454);
		wire_put_varint(&f, RECORDS_CASE_OPENED_BY_PATHWAY, 1);
		wire_put_varint(&f, RECORDS_CASE_SPECIAL_SUPPORT, 0);
		delta.record_type = RECORDS_TYPE_CASE;
		delta.fields = wire_out_span(&f);
		delta.opens = true;
		delta.opening.kind = DELTA_CASE_MATTER;
		delta.opening.client_case = device->cases[(which + 1) % CASES];
		delta.opening.secret = device->secrets[which];
	} else {
		delta.record_type = RECORDS_TYPE_ENCOUNTER_NOTE;
		delta.fields = span_of(fields, note_fields(fields, sizeof fields));
		delta.envelope.is_signed = true;
	}
	wire_out_init(&bytes, out, size);
	expect(delta_write(&delta, &bytes));
	device->seq++;
	const struct author author = { device->node, device->epoch };
	delta_salt(&device->secrets[which], &author, device->seq, salt);
	delta_digest(salt, wire_out_span(&bytes), &digest);
	delta_link(&device->h, device->seq, &digest, &device->h);
	return wire_out_span(&bytes);
}

/* `count` deltas as a push; the raw rows stand in raw_rows. */
static struct span make_push(struct device *device, size_t count, bool opens, jalka_Push *push)
{
	static uint8_t bytes[2048];
	struct rows_writer writer;
	struct delta_signature signature;
	const struct author author = { device->node, device->epoch };
	memset(push, 0, sizeof *push);
	push->first_seq = device->seq + 1;
	rows_write_begin(&writer, raw_rows, sizeof raw_rows, push->first_seq);
	for (size_t i = 0; i < count; i++) {
		struct rows_row row = { .seq = device->seq + 1 };
		row.delta = make_delta(device, opens ? i : randombytes_uniform(CASES), opens, bytes, sizeof bytes);
		must(rows_write(&writer, &row), "rows do not fit");
	}
	delta_head_sign(&device->identity, &author, device->seq, &device->h, device->sign_secret, &signature);
	SESSION_FRAME_SET(push->signature, signature.bytes);
	SESSION_FRAME_SET(push->epoch, device->epoch.bytes);
	push->has_rows = true;
	push->rows.count = (uint32_t)count;
	return rows_written(&writer);
}

static size_t seal_frame(struct device *device, struct span rows, uint8_t *out)
{
	size_t len, sealed;
	expect(session_frame_encode(SESSION_FRAME_FRAME, &frame, rows, &codec, packed, LIMIT_FRAME_PLAIN_BYTES, plain, &len));
	expect(session_frame_seal(&device->transport.send, span_of(plain, len), out, &sealed));
	return sealed;
}

/* Message 1: IK without a push, IKpsk1 with one delta. */
static size_t make_hello(struct device *device, uint64_t order, uint8_t *out)
{
	struct span rows = { NULL, 0 };
	size_t len;
	memset(&hello, 0, sizeof hello);
	hello.counter = ++device->counter;
	SESSION_FRAME_SET(hello.epoch, device->epoch.bytes);
	hello.has_cursor = !ID_IS_NONE(device->central_epoch);
	if (hello.has_cursor)
		SESSION_FRAME_SET(hello.cursor.epoch, device->central_epoch.bytes);
	hello.cursor.order = order;
	hello.receipted_seq = device->seq;
	if (device->has_key) {
		hello.has_push = true;
		rows = make_push(device, 1, false, &hello.push);
		hello.push.epoch.size = 0;
	}
	hello.seq = device->seq;
	if (!hello.has_push && hello.seq != 0)
		SESSION_FRAME_SET(hello.h, device->h.bytes);
	expect(session_frame_encode(SESSION_FRAME_HELLO, &hello, rows, &codec, packed, SESSION_FRAME_HELLO_PLAIN_BYTES, plain,
				    &len));
	return begin_message(device, device->has_key ? HANDSHAKE_IKPSK1 : HANDSHAKE_IK, NULL,
			     device->has_key ? device->key : NULL, span_of(plain, len), out);
}

static void read_welcome(struct device *device)
{
	size_t at = 0, len;
	struct span rows;
	expect(noise_read(&device->noise, take(device, &at), plain, sizeof plain, &len));
	expect(session_frame_decode(SESSION_FRAME_WELCOME, span_of(plain, len), &codec, raw_rows, &welcome, &rows));
	must(welcome.status == jalka_Status_OK, "central does not say OK");
	must(device->has_key == welcome.has_receipt, "no receipt for the push");
	if (welcome.central_epoch.size == ID_BYTES)
		memcpy(device->central_epoch.bytes, welcome.central_epoch.bytes, ID_BYTES);
	noise_split(&device->noise, &device->transport);
	memcpy(device->key, device->transport.resumption, sizeof device->key);
	device->has_key = true;
	device->got_len = 0;
}

static void connect_device(struct hub *hub, struct device *device, uint64_t order)
{
	static uint8_t message[LIMIT_MESSAGE1_BYTES], wire[SESSION_FRAME_WIRE_BYTES];
	expect(hub_link_up(hub, device, span_of(device->node.bytes, 4), hub_now(), &device->link));
	size_t len = make_hello(device, order, message);
	hub_link_bytes(hub, device->link, span_of(message, len), hub_now());
	expect(hub_commit(hub, hub_now()));
	read_welcome(device);
	memset(&frame, 0, sizeof frame);
	len = seal_frame(device, (struct span){ NULL, 0 }, wire);
	hub_link_bytes(hub, device->link, span_of(wire, len), hub_now());
	expect(hub_commit(hub, hub_now()));
	device->got_len = 0;
}

static struct device *new_device(struct hub *hub)
{
	struct device *device = calloc(1, sizeof *device);
	struct record_id holder;
	must(device != NULL, "out of memory");
	device->got = malloc(ANSWERS_BYTES);
	device->stamp_ms = 1767225600000u;
	randombytes_buf(holder.bytes, ID_BYTES);
	for (size_t i = 0; i < CASES; i++) {
		randombytes_buf(device->cases[i].bytes, ID_BYTES);
		randombytes_buf(device->secrets[i].bytes, DELTA_SECRET_BYTES);
	}
	enrol(hub, device, holder);
	return device;
}

static void open_cases(struct hub *hub, struct device *device)
{
	static uint8_t wire[SESSION_FRAME_WIRE_BYTES];
	memset(&frame, 0, sizeof frame);
	frame.has_push = true;
	struct span rows = make_push(device, CASES, true, &frame.push);
	size_t len = seal_frame(device, rows, wire);
	hub_link_bytes(hub, device->link, span_of(wire, len), hub_now());
	expect(hub_commit(hub, hub_now()));
	device->got_len = 0;
}

static void free_device(struct device *device)
{
	free(device->got);
	sodium_memzero(device, sizeof *device);
	free(device);
}

/* ---- stores ---- */

static sqlite3 *open_db(const char *name, bool sealed)
{
	static const uint8_t key[SEAL_KEY_BYTES] = { 7 };
	char path[128];
	sqlite3 *db = NULL;
	snprintf(path, sizeof path, "%s/%s.db", directory, name);
	if (sealed) {
		const struct sealed_db_options options = { .create = true, .suite = seal_vfs_best_suite() };
		expect(sealed_db_open(path, key, &options, &db));
		return db;
	}
	must(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK, "open");
	must(sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
			      "PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON", NULL, NULL, NULL) == SQLITE_OK, "pragma");
	return db;
}

static void close_db(sqlite3 *db, const char *name, bool sealed)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char path[160];
	snprintf(path, sizeof path, "%s/%s.db", directory, name);
	if (sealed)
		sealed_db_close(db, path);
	else
		sqlite3_close(db);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/%s.db%s", directory, name, ends[i]);
		unlink(path);
	}
}

/* ---- ingest ---- */

/* Rows a second of central taking pushes of 200. */
static double ingest(bool sealed)
{
	static uint8_t *frames[BATCHES];
	size_t lens[BATCHES];
	sqlite3 *db = open_db("central", sealed);
	struct log *log;
	struct hub *hub;
	struct hub_counters counters;
	expect(log_sqlite_open(db, &log));
	expect(hub_init(log, NULL, &host, hub_now()));
	expect(hub_open(log, NULL, &host, hub_now(), &hub));
	struct device *device = new_device(hub);
	connect_device(hub, device, 0);
	open_cases(hub, device);
	for (size_t i = 0; i < BATCHES; i++) {
		frames[i] = malloc(SESSION_FRAME_WIRE_BYTES);
		memset(&frame, 0, sizeof frame);
		frame.has_push = true;
		struct span rows = make_push(device, BATCH, false, &frame.push);
		lens[i] = seal_frame(device, rows, frames[i]);
	}
	double began = now_s();
	for (size_t i = 0; i < BATCHES; i++) {
		hub_link_bytes(hub, device->link, span_of(frames[i], lens[i]), hub_now());
		expect(hub_commit(hub, hub_now()));
		device->got_len = 0;
	}
	double took = now_s() - began;
	hub_counters(hub, &counters);
	must(counters.deltas_accepted == (uint64_t)BATCHES * BATCH + CASES, "not every delta was accepted");
	for (size_t i = 0; i < BATCHES; i++)
		free(frames[i]);
	hub_link_down(hub, device->link);
	hub_close(hub);
	log_close(log);
	close_db(db, "central", sealed);
	free_device(device);
	return BATCHES * BATCH / took;
}

/* One raw row of log_entry, bound as the driver binds it. */
static void insert(sqlite3_stmt *stmt, int64_t n, const uint8_t *bytes, size_t len)
{
	uint8_t record[ID_BYTES], digest[DELTA_HASH_BYTES];
	memcpy(record, bytes + (n % 64), sizeof record);
	memcpy(record, &n, sizeof n);
	crypto_shorthash(record, record, ID_BYTES, record); /* spread, as random ids are */
	memcpy(digest, bytes + (n % 32), sizeof digest);
	sqlite3_bind_int64(stmt, 1, n);
	sqlite3_bind_int64(stmt, 2, 2);
	sqlite3_bind_int64(stmt, 3, n);
	sqlite3_bind_int64(stmt, 4, 1);
	sqlite3_bind_int64(stmt, 5, n);
	sqlite3_bind_null(stmt, 6);
	sqlite3_bind_int64(stmt, 7, 1767225600000 + n);
	sqlite3_bind_int64(stmt, 8, 1);
	sqlite3_bind_int64(stmt, 9, 0);
	sqlite3_bind_int64(stmt, 10, 3 + n % CASES);
	sqlite3_bind_blob(stmt, 11, record, sizeof record, SQLITE_TRANSIENT);
	sqlite3_bind_int64(stmt, 12, RECORDS_TYPE_ENCOUNTER_NOTE);
	sqlite3_bind_blob(stmt, 13, digest, sizeof digest, SQLITE_TRANSIENT);
	sqlite3_bind_blob(stmt, 14, bytes, (int)len, SQLITE_STATIC);
	must(sqlite3_step(stmt) == SQLITE_DONE, "insert");
	sqlite3_reset(stmt);
}

/* Rows a second of the plain loop: same schema, same sizes, same transactions. */
static double raw(void)
{
	static uint8_t bytes[277];
	sqlite3 *db = open_db("raw", false);
	struct log *log;
	sqlite3_stmt *stmt;
	expect(log_sqlite_open(db, &log)); /* makes the schema */
	log_close(log);
	randombytes_buf(bytes, sizeof bytes);
	must(sqlite3_prepare_v2(db, "INSERT INTO log_entry(local, author, seq, generation, n, older, stamp, verdict, reason,"
				    " case_ref, record, type, digest, bytes) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
				-1, &stmt, NULL) == SQLITE_OK, "prepare");
	int64_t n = 0;
	double began = now_s();
	for (size_t i = 0; i < BATCHES; i++) {
		must(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK, "begin");
		for (size_t row = 0; row < BATCH; row++)
			insert(stmt, ++n, bytes, sizeof bytes);
		must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, "commit");
	}
	double took = now_s() - began;
	sqlite3_finalize(stmt);
	close_db(db, "raw", false);
	return BATCHES * BATCH / took;
}

/* ---- one-delta syncs ---- */

static double sync_group(struct hub *hub, struct device **devices, uint64_t *order)
{
	static uint8_t messages[GROUP][LIMIT_MESSAGE1_BYTES], firsts[GROUP][1024];
	size_t lens[GROUP];
	double spent = 0, began;
	struct hub_counters counters;
	hub_counters(hub, &counters);
	*order = counters.last_order;
	for (size_t i = 0; i < GROUP; i++) {
		hub_link_down(hub, devices[i]->link);
		devices[i]->got_len = 0;
		lens[i] = make_hello(devices[i], *order, messages[i]);
	}
	began = busy_s();
	for (size_t i = 0; i < GROUP; i++) {
		expect(hub_link_up(hub, devices[i], span_of(devices[i]->node.bytes, 4), hub_now(), &devices[i]->link));
		hub_link_bytes(hub, devices[i]->link, span_of(messages[i], lens[i]), hub_now());
	}
	expect(hub_commit(hub, hub_now()));
	spent += busy_s() - began;
	for (size_t i = 0; i < GROUP; i++) {
		read_welcome(devices[i]);
		memset(&frame, 0, sizeof frame);
		lens[i] = seal_frame(devices[i], (struct span){ NULL, 0 }, firsts[i]);
	}
	began = busy_s();
	for (size_t i = 0; i < GROUP; i++)
		hub_link_bytes(hub, devices[i]->link, span_of(firsts[i], lens[i]), hub_now());
	expect(hub_commit(hub, hub_now()));
	return spent + busy_s() - began;
}

static double syncs(void)
{
	struct device *devices[GROUP];
	sqlite3 *db = open_db("central", true);
	struct log *log;
	struct hub *hub;
	uint64_t order = 0;
	double spent = 0;
	expect(log_sqlite_open(db, &log));
	expect(hub_init(log, NULL, &host, hub_now()));
	expect(hub_open(log, NULL, &host, hub_now(), &hub));
	for (size_t i = 0; i < GROUP; i++) {
		devices[i] = new_device(hub);
		connect_device(hub, devices[i], 0);
		open_cases(hub, devices[i]);
	}
	sync_group(hub, devices, &order);
	for (size_t i = 0; i < GROUPS; i++)
		spent += sync_group(hub, devices, &order);
	for (size_t i = 0; i < GROUP; i++) {
		hub_link_down(hub, devices[i]->link);
		free_device(devices[i]);
	}
	hub_close(hub);
	log_close(log);
	close_db(db, "central", true);
	return GROUP * GROUPS / spent;
}

/* Seconds of the public-key work of one sync alone: 4 DH, a new key, a check, a signature. */
static double key_work(void)
{
	enum { TIMES = 400 };
	static uint8_t message[160];
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES], signature[crypto_sign_BYTES];
	uint8_t a[NOISE_DH_BYTES], b[NOISE_DH_BYTES], shared[NOISE_DH_BYTES];
	crypto_sign_keypair(public_key, secret);
	randombytes_buf(a, sizeof a);
	double began = busy_s();
	for (size_t i = 0; i < TIMES; i++) {
		crypto_scalarmult_base(b, a);
		for (size_t dh = 0; dh < 4; dh++)
			must(crypto_scalarmult(shared, a, b) == 0, "dh");
		crypto_sign_detached(signature, NULL, message, sizeof message, secret);
		must(crypto_sign_verify_detached(signature, message, sizeof message, public_key) == 0, "verify");
	}
	return (busy_s() - began) / TIMES;
}

static int rises(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof *values, rises);
	return values[ROUNDS / 2];
}

static void report(double *plain_ratio, double *sealed_ratio, double *raw_rate)
{
	printf("ingest.batch200.of_raw %.3f ratio\n", median(plain_ratio));
	printf("ingest.batch200.sealed.of_raw %.3f ratio\n", median(sealed_ratio));
	printf("ingest.raw.rows_per_second %.0f per_second\n", median(raw_rate));
}

int main(int argc, char **argv)
{
	double plain_ratio[ROUNDS], sealed_ratio[ROUNDS], rate[ROUNDS], raw_rate[ROUNDS], floor[ROUNDS];
	must(sodium_init() >= 0, "sodium");
	bool only_syncs = argc > 1 && strcmp(argv[1], "sync") == 0; /* for a profiler */
	const char *base = getenv("TMPDIR");
	snprintf(directory, sizeof directory, "%.40s/jalka-ingest-XXXXXX", base != NULL ? base : "/tmp");
	must(mkdtemp(directory) != NULL, "mkdtemp");
	for (size_t i = 0; i < ROUNDS; i++) {
		rate[i] = syncs();
		floor[i] = rate[i] * key_work();
		if (only_syncs)
			continue;
		double before = raw();
		double with_plain = ingest(false);
		double with_sealed = ingest(true);
		double after = raw();
		raw_rate[i] = (before + after) / 2;
		plain_ratio[i] = with_plain / raw_rate[i];
		sealed_ratio[i] = with_sealed / raw_rate[i];
	}
	if (!only_syncs)
		report(plain_ratio, sealed_ratio, raw_rate);
	printf("sync.one_delta.per_second %.0f per_second\n", median(rate));
	printf("sync.one_delta.of_key_work %.3f ratio\n", median(floor));
	codec_close();
	rmdir(directory);
	return 0;
}
