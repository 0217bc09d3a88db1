/* device - see device.h. One scratch serves all: a step is done before the next begins. */
#include "swarm/device.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/receipt.h"
#include "core/rows.h"
#include "io/codec.h"
#include "records_table.h"

enum { READ_BYTES = 4096 };

static struct session_device_scratch scratch;
static struct session_enrol_scratch enrol_scratch;
static struct receipt receipt;

void device_must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "swarm: %s (%s)\n", what, strerror(errno));
	exit(1);
}

static void expect(struct fault fault)
{
	device_must(!fault_is(fault), fault.what);
}

uint64_t device_now_us(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * 1000000 + (uint64_t)at.tv_nsec / 1000;
}

static uint64_t wall_ms(void)
{
	struct timespec at;
	clock_gettime(CLOCK_REALTIME, &at);
	return (uint64_t)at.tv_sec * 1000 + (uint64_t)at.tv_nsec / 1000000;
}

/* ---- the socket ---- */

int device_dial(const struct address *to, uint32_t from)
{
	struct sockaddr_storage at;
	struct sockaddr_in source = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(from) };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	device_must(fd >= 0, "socket");
	device_must(address_numeric(to, &at) && at.ss_family == AF_INET, "central's address is not numeric");
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
	device_must(bind(fd, (struct sockaddr *)&source, sizeof source) == 0, "bind");
	device_must(connect(fd, (struct sockaddr *)&at, sizeof(struct sockaddr_in)) == 0, "connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	device_must(fcntl(fd, F_SETFL, O_NONBLOCK) == 0, "fcntl");
	return fd;
}

static void send_all(struct device *device, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t n = send(device->fd, bytes.data, bytes.len, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN) {
			struct pollfd wait = { .fd = device->fd, .events = POLLOUT };
			poll(&wait, 1, 1000);
			continue;
		}
		if (n < 0)
			return; /* the end shows when it is read */
		bytes = span_of(bytes.data + n, bytes.len - (size_t)n);
	}
}

void device_drop(struct device *device)
{
	if (device->fd >= 0)
		close(device->fd);
	device->fd = -1;
	device->inbox_len = 0;
	if (device->session.state != SESSION_DEVICE_DOWN) {
		struct session_device_event lost = { .kind = SESSION_DEVICE_LINK_LOST };
		session_device_step(&device->session, &lost);
	}
}

bool device_is_open(const struct device *device)
{
	return device->session.state == SESSION_DEVICE_CONFIRMED;
}

/* ---- enrolment ---- */

static void run_enrol(struct device *device, struct session_enrol_effect effect)
{
	while (effect.kind == SESSION_ENROL_KEEP)
		effect = session_enrol_kept(device->enrol, &enrol_scratch);
	device_must(effect.kind != SESSION_ENROL_HANG_UP, effect.why == NULL ? "enrolment" : effect.why);
	if (effect.kind == SESSION_ENROL_SEND)
		send_all(device, effect.message);
	if (effect.kind != SESSION_ENROL_CONFIRMED)
		return;
	memcpy(device->config.central_static, device->enrol->central_static, NOISE_DH_BYTES);
	memcpy(device->config.own_static, device->enrol->config.own_static, NOISE_DH_BYTES);
	memcpy(device->sign_secret, device->enrol->config.sign_secret, sizeof device->sign_secret);
	if (effect.answer->epochs_count > 0)
		memcpy(device->central_epoch.bytes, effect.answer->epochs[0].epoch.bytes, ID_BYTES);
	session_enrol_deinit(device->enrol);
	free(device->enrol);
	device->enrol = NULL;
	device->confirmed = true;
	session_device_init(&device->session, &device->config);
	device_drop(device);
}

void device_enrol(struct device *device, const struct enrol_code *code, uint32_t from)
{
	struct session_enrol_config config = { .central = code->identity, .disk = 1 };
	uint8_t seed[crypto_sign_SEEDBYTES], sign_public[crypto_sign_PUBLICKEYBYTES];
	memcpy(config.slot, code->slot, sizeof config.slot);
	memcpy(config.secret, code->secret, sizeof config.secret);
	randombytes_buf(seed, sizeof seed);
	crypto_sign_seed_keypair(sign_public, config.sign_secret, seed);
	randombytes_buf(config.own_static, sizeof config.own_static);
	randombytes_buf(config.ephemeral, sizeof config.ephemeral);
	randombytes_buf(config.node.bytes, ID_BYTES);
	randombytes_buf(config.epoch.bytes, ID_BYTES);
	snprintf(config.serial, sizeof config.serial, "swarm-%zu", device->number);
	device->node = config.node;
	device->epoch = config.epoch;
	device->config = (struct session_device_config){
		.central = code->identity, .codec = { NULL, codec_compress, codec_decompress }, .scratch = &scratch };
	const struct author author = { device->node, device->epoch };
	delta_chain_begin(&device->config.central, &author, 0, NULL, &device->h);
	device->enrol = calloc(1, sizeof *device->enrol);
	device_must(device->enrol != NULL, "memory");
	device->fd = device_dial(&code->address, from);
	run_enrol(device, session_enrol_begin(device->enrol, &config, &enrol_scratch));
}

/* ---- own work ---- */

void device_opens(struct device *device, enum device_work work)
{
	device->work = work;
	if (work == DEVICE_OPENS_MATTER)
		device->client_case = device->case_id;
	randombytes_buf(device->case_id.bytes, ID_BYTES);
	randombytes_buf(device->secret.bytes, DELTA_SECRET_BYTES);
}

void device_notes(struct device *device, size_t count)
{
	device_must(count >= 1 && count <= DEVICE_NOTES_MAX && device_is_open(device), "1 to 100 notes go in one push of a session");
	device->work = DEVICE_NOTES;
	device->notes = count;
}

/* No two alike: the same name again and again is a work of its own, of whoever looks for duplicates. */
static void put_client(struct wire_out *f)
{
	char name[16];
	for (size_t i = 0; i < sizeof name - 1; i++)
		name[i] = (char)('a' + randombytes_uniform(26));
	name[sizeof name - 1] = '\0';
	wire_put_bytes(f, RECORDS_CLIENT_FAMILY_NAME, span_text(name));
	wire_put_bytes(f, RECORDS_CLIENT_GIVEN_NAMES, span_text("Paavo"));
	wire_put_bytes(f, RECORDS_CLIENT_MUNICIPALITY, span_text("Utajärvi"));
	wire_put_varint(f, RECORDS_CLIENT_CONTACT_LANGUAGE, 1);
	wire_put_varint(f, RECORDS_CLIENT_ADDRESS_PROTECTED, 0);
}

static void put_matter(struct wire_out *f, const struct record_id *client)
{
	wire_put_bytes(f, RECORDS_CASE_CLIENT, ID_SPAN(*client));
	wire_put_bytes(f, RECORDS_CASE_TITLE, span_text("Vuokrarästi"));
	wire_put_varint(f, RECORDS_CASE_OPENED_ON, 2 * 20454);
	wire_put_varint(f, RECORDS_CASE_OPENED_BY_PATHWAY, 1);
	wire_put_varint(f, RECORDS_CASE_SPECIAL_SUPPORT, 0);
}

static void put_note(struct wire_out *f)
{
	char text[260];
	snprintf(text, sizeof text, "Tavattu torilla kello kymmenen. Asiakas kertoi vuokrarästistä ja pyysi apua hakemukseen; "
		 "sovittiin, että täytetään se yhdessä ensi viikolla. Puhelin toimii taas. %08x", randombytes_random());
	wire_put_bytes(f, RECORDS_ENCOUNTER_NOTE_TEXT, span_text(text));
}

/* The fields of what is to be written, and what the delta says around them. */
static void make_work(struct device *device, uint8_t *block, size_t size, struct delta *delta)
{
	struct wire_out f;
	wire_out_init(&f, block, size);
	delta->opens = device->work != DEVICE_NOTES;
	delta->opening.secret = device->secret;
	switch (device->work) {
	case DEVICE_IDLE:
		break;
	case DEVICE_OPENS_CLIENT:
		delta->record_type = RECORDS_TYPE_CLIENT;
		delta->opening.kind = DELTA_CASE_CLIENT;
		device->client = delta->record_id;
		put_client(&f);
		break;
	case DEVICE_OPENS_MATTER:
		delta->record_type = RECORDS_TYPE_CASE;
		delta->opening.kind = DELTA_CASE_MATTER;
		delta->opening.client_case = device->client_case;
		put_matter(&f, &device->client);
		break;
	case DEVICE_NOTES:
		delta->record_type = RECORDS_TYPE_ENCOUNTER_NOTE;
		delta->envelope.is_signed = true;
		put_note(&f);
		break;
	}
	delta->fields = wire_out_span(&f);
}

/* The next delta of the work, chained. */
static struct span make_delta(struct device *device)
{
	static struct delta delta;
	static uint8_t fields[512], bytes[1024];
	struct wire_out out;
	uint8_t salt[DELTA_SALT_BYTES];
	struct delta_hash digest;
	const struct author author = { device->node, device->epoch };
	uint64_t now = wall_ms();
	device->stamp_ms = now > device->stamp_ms ? now : device->stamp_ms + 1;
	memset(&delta, 0, sizeof delta);
	delta.case_id = device->case_id;
	randombytes_buf(delta.record_id.bytes, ID_BYTES);
	delta.stamp_ms = device->stamp_ms;
	make_work(device, fields, sizeof fields, &delta);
	wire_out_init(&out, bytes, sizeof bytes);
	expect(delta_write(&delta, &out));
	device->seq++;
	delta_salt(&device->secret, &author, device->seq, salt);
	delta_digest(salt, wire_out_span(&out), &digest);
	delta_link(&device->h, device->seq, &digest, &device->h);
	return wire_out_span(&out);
}

/* The work under a signed head: the push of the rows it returns. */
static struct span make_push(struct device *device, jalka_Push *push)
{
	struct rows_writer writer;
	struct delta_signature signature;
	const struct author author = { device->node, device->epoch };
	size_t count = device->work == DEVICE_NOTES ? device->notes : 1;
	push->first_seq = device->seq + 1;
	push->has_rows = true;
	push->rows.count = (uint32_t)count;
	rows_write_begin(&writer, scratch.raw_out, sizeof scratch.raw_out, push->first_seq);
	for (size_t i = 0; i < count; i++) {
		struct rows_row row = { .seq = device->seq + 1 };
		row.delta = make_delta(device);
		device_must(rows_write(&writer, &row), "the rows do not fit");
	}
	delta_head_sign(&device->config.central, &author, device->seq, &device->h, device->sign_secret, &signature);
	SESSION_FRAME_SET(push->signature, signature.bytes);
	device->work = DEVICE_IDLE;
	return rows_written(&writer);
}

static void note_push(struct device *device, struct span rows, struct session_device_event *event)
{
	event->rows = rows;
	event->parts |= SESSION_DEVICE_PUSH;
	event->push_epoch = device->epoch;
	event->push_seq = device->seq;
}

/* ---- what the session machine orders ---- */

static void fill_hello(struct device *device, size_t push_bytes, struct session_device_event *event)
{
	jalka_Hello *hello = &scratch.hello;
	SESSION_FRAME_SET(hello->epoch, device->epoch.bytes);
	if (push_bytes != 0 && device->work != DEVICE_IDLE) {
		hello->has_push = true;
		note_push(device, make_push(device, &hello->push), event);
	}
	hello->seq = device->seq;
	if (!hello->has_push && hello->seq != 0)
		SESSION_FRAME_SET(hello->h, device->h.bytes);
	hello->receipted_seq = device->receipted_seq;
	hello->has_cursor = !ID_IS_NONE(device->central_epoch);
	if (hello->has_cursor)
		SESSION_FRAME_SET(hello->cursor.epoch, device->central_epoch.bytes);
	hello->cursor.order = device->cursor;
}

static void fill_frame(struct device *device, unsigned parts, struct session_device_event *event)
{
	if (parts & SESSION_DEVICE_HEARD & device->session.owed) {
		scratch.out.has_heard = scratch.out.heard.has_cursor = true;
		scratch.out.heard.cursor.order = device->cursor;
		event->parts |= SESSION_DEVICE_HEARD;
	}
	if ((parts & SESSION_DEVICE_PUSH) && device->work != DEVICE_IDLE) {
		scratch.out.has_push = true;
		SESSION_FRAME_SET(scratch.out.push.epoch, device->epoch.bytes);
		note_push(device, make_push(device, &scratch.out.push), event);
	}
}

static void take_receipt(struct device *device, const jalka_Receipt *said, struct session_device_event *event)
{
	expect(receipt_read(SESSION_FRAME_SPAN(said->body), &receipt));
	const struct receipt_run *run = receipt_run_of(&receipt, device->seq);
	if (run == NULL || run->first_order == 0)
		fprintf(stderr, "swarm: reason %u\n", run == NULL ? 0 : run->reason);
	device_must(run != NULL && run->first_order != 0, "the push was not accepted");
	device->receipted_seq = receipt.seq;
	event->receipted = true;
	event->receipted_epoch = device->epoch;
	event->receipted_seq = receipt.seq;
}

static void took_rows(struct device *device, uint32_t count)
{
	device->rows += count;
	if (count != 0 && device->pulled_us == 0)
		device->pulled_us = device->came_us;
}

static void apply_welcome(struct device *device, bool drop_key, struct session_device_event *event)
{
	const jalka_Welcome *welcome = &scratch.welcome;
	device_must(welcome->status != jalka_Status_STALE, "central says STALE"); /* suspended, revoked: it is told, and stays */
	if (welcome->central_epoch.size == ID_BYTES)
		memcpy(device->central_epoch.bytes, welcome->central_epoch.bytes, ID_BYTES);
	device->has_key = device->has_key && !drop_key;
	if (welcome->has_receipt) {
		take_receipt(device, &welcome->receipt, event);
		device->receipt_us = device->came_us;
	}
	if (welcome->has_pull) {
		device->cursor = welcome->pull.to;
		event->moved = true;
		took_rows(device, welcome->pull.has_rows ? welcome->pull.rows.count : 0);
	}
}

static void apply_frame(struct device *device, const uint8_t *new_key, struct session_device_event *event)
{
	const jalka_Frame *frame = &scratch.in;
	if (new_key != NULL) {
		memcpy(device->key, new_key, sizeof device->key);
		device->has_key = true;
	}
	device->frames++;
	if (frame->has_receipt) {
		take_receipt(device, &frame->receipt, event);
		device->receipt_us = device->came_us;
	}
	if (frame->has_pull) {
		device->cursor = frame->pull.to;
		event->moved = true;
		took_rows(device, frame->pull.has_rows ? frame->pull.rows.count : 0);
	}
	/* A backlog is as good as taken: nothing of it is kept. */
	event->moved |= frame->has_backlog;
}

void device_record(struct device *device, const char *path)
{
	snprintf(device->record_path, sizeof device->record_path, "%.*s", (int)strcspn(path, "\n"), path);
}

static void record(const struct device *device, struct span rows)
{
	if (device->record_path[0] == '\0')
		return;
	FILE *file = fopen(device->record_path, "ab");
	device_must(file != NULL, "the record cannot be written");
	fwrite(scratch.plain, 1, sizeof scratch.plain, file); /* wiped before the message was opened into it */
	if (rows.len != 0)
		fwrite(rows.data, 1, rows.len, file);
	device_must(fclose(file) == 0, "the record cannot be written");
}

static bool perform(struct device *device, const struct session_device_effect *effect,
		    struct session_device_event *event)
{
	*event = (struct session_device_event){ .now_ms = device_now_us() / 1000 };
	switch (effect->kind) {
	case SESSION_DEVICE_WAIT:
		return false;
	case SESSION_DEVICE_COUNT:
		event->kind = SESSION_DEVICE_COUNTED;
		event->counter = ++device->counter;
		event->key = device->has_key ? device->key : NULL;
		return true;
	case SESSION_DEVICE_FILL_HELLO:
		event->kind = SESSION_DEVICE_FILLED;
		fill_hello(device, effect->push_bytes, event);
		return true;
	case SESSION_DEVICE_FILL:
		event->kind = SESSION_DEVICE_FILLED;
		fill_frame(device, effect->parts, event);
		return true;
	case SESSION_DEVICE_SEND:
		event->kind = SESSION_DEVICE_SENT;
		send_all(device, effect->message);
		return true;
	case SESSION_DEVICE_APPLY_WELCOME:
		event->kind = SESSION_DEVICE_APPLIED;
		record(device, effect->rows);
		apply_welcome(device, effect->drop_key, event);
		return true;
	case SESSION_DEVICE_APPLY_FRAME:
		event->kind = SESSION_DEVICE_APPLIED;
		record(device, effect->rows);
		apply_frame(device, effect->new_key, event);
		return true;
	case SESSION_DEVICE_HANG_UP:
		device_must(false, effect->why);
	}
	return false;
}

static void run(struct device *device, const struct session_device_event *first)
{
	struct session_device_event event = *first;
	struct session_device_effect effect;
	do {
		effect = session_device_step(&device->session, &event);
	} while (perform(device, &effect, &event));
}

void device_connect(struct device *device, const struct address *to, uint32_t from)
{
	uint8_t ephemeral[NOISE_DH_BYTES];
	randombytes_buf(ephemeral, sizeof ephemeral);
	device->fd = device_dial(to, from);
	struct session_device_event up = { .kind = SESSION_DEVICE_LINK_UP, .now_ms = device_now_us() / 1000, .ephemeral = ephemeral };
	run(device, &up);
}

void device_poke(struct device *device)
{
	struct session_device_event poked = { .kind = SESSION_DEVICE_POKED, .now_ms = device_now_us() / 1000 };
	if (device->fd >= 0 && device->enrol == NULL)
		run(device, &poked);
}

/* ---- bytes in ---- */

bool device_read(struct device *device)
{
	device->came_us = device_now_us();
	for (;;) {
		if (device->inbox_room - device->inbox_len < READ_BYTES) {
			device->inbox_room += READ_BYTES;
			device->inbox = realloc(device->inbox, device->inbox_room);
			device_must(device->inbox != NULL, "memory");
		}
		ssize_t n = recv(device->fd, device->inbox + device->inbox_len, device->inbox_room - device->inbox_len, 0);
		if (n <= 0)
			return n < 0 && errno == EAGAIN;
		device->inbox_len += (size_t)n;
	}
}

static void take_one(struct device *device, struct span frame)
{
	uint8_t ephemeral[NOISE_DH_BYTES];
	if (device->enrol != NULL) {
		run_enrol(device, session_enrol_frame(device->enrol, frame, &enrol_scratch));
		return;
	}
	randombytes_buf(ephemeral, sizeof ephemeral);
	if (device->record_path[0] != '\0')
		sodium_memzero(scratch.plain, sizeof scratch.plain); /* what it held was another device's */
	struct session_device_event came = { .kind = SESSION_DEVICE_FRAME_CAME, .now_ms = device->came_us / 1000,
					     .ephemeral = ephemeral, .frame = frame };
	run(device, &came);
}

void device_take(struct device *device)
{
	size_t at = 0;
	while (device->fd >= 0 && device->inbox_len - at >= SESSION_FRAME_PREFIX_BYTES) {
		size_t len = (size_t)device->inbox[at] | (size_t)device->inbox[at + 1] << 8;
		if (device->inbox_len - at < SESSION_FRAME_PREFIX_BYTES + len)
			break;
		take_one(device, span_of(device->inbox + at + SESSION_FRAME_PREFIX_BYTES, len));
		at += SESSION_FRAME_PREFIX_BYTES + len;
	}
	if (device->fd < 0)
		return;
	device->inbox_len -= at;
	memmove(device->inbox, device->inbox + at, device->inbox_len);
	if (device->inbox_len != 0)
		return;
	free(device->inbox); /* an idle device keeps no block here either */
	device->inbox = NULL;
	device->inbox_room = 0;
}
