/* pair - see pair.h. Bytes travel through one queue of chunks; an empty chunk
 * says that its sender closed the link. */
#include "lib/pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "domain/schema.h"
#include "lib/refold.h"
#include "lib/shape.h"

enum { CHUNK_BYTES_MAX = 128 * 1024, DENY_MAX = 256, CARRY_ROUNDS_MAX = 200000 };

struct chunk {
	struct chunk *next;
	size_t device; /* PAIR_DEVICES_MAX: the stranger */
	uint64_t link; /* of which connection */
	bool to_hub;
	size_t len;
	uint8_t bytes[];
};

struct pair_device {
	struct pair *pair;
	size_t number;
	struct log *log;
	struct replica *replica;
	struct record_id holder;
	struct hub_link *hub_link;
	uint64_t link; /* 0: not connected */
	int64_t skew_ms;
	struct replica_health health;
};

struct pair {
	struct prng prng;
	uint64_t now_ms, links;
	struct log *hub_log;
	struct hub *hub;
	struct pair_device devices[PAIR_DEVICES_MAX + 1];
	size_t count;
	struct chunk *first, **last;
	pair_tap_fn *tap;
	void *tap_ctx;
	pair_apart_fn *apart;
	void *apart_ctx;
	struct span deny[DENY_MAX];
	size_t deny_count;
	size_t stranger_bytes;
	size_t own_hung_up; /* links a test made itself, without a peer */
	uint64_t edits;
};

static const uint64_t WALL_MS = 1767225600000u; /* 2026-01-01 */

static void expect(struct fault fault)
{
	if (fault_is(fault))
		fprintf(stderr, "pair: %s\n", fault.what);
	ASSERT(!fault_is(fault));
}

static void put_chunk(struct pair_device *device, bool to_hub, struct span bytes)
{
	struct pair *pair = device->pair;
	if (device->link == 0)
		return;
	struct chunk *chunk = malloc(sizeof *chunk + bytes.len);
	ASSERT(chunk != NULL && bytes.len <= CHUNK_BYTES_MAX);
	chunk->next = NULL;
	chunk->device = device->number;
	chunk->link = device->link;
	chunk->to_hub = to_hub;
	chunk->len = bytes.len;
	if (bytes.len > 0)
		memcpy(chunk->bytes, bytes.data, bytes.len);
	*pair->last = chunk;
	pair->last = &chunk->next;
}

/* ---- what the nodes call ---- */

static void device_random(void *ctx, uint8_t *out, size_t len)
{
	struct pair_device *device = ctx;
	prng_fill(&device->pair->prng, out, len);
}

static void device_send(void *ctx, struct span bytes)
{
	put_chunk(ctx, true, bytes);
}

static void device_hang_up(void *ctx, const char *why)
{
	(void)why;
	put_chunk(ctx, true, (struct span){ NULL, 0 });
}

static void hub_random(void *ctx, uint8_t *out, size_t len)
{
	struct pair *pair = ctx;
	prng_fill(&pair->prng, out, len);
}

static void hub_send(void *ctx, void *peer, struct span bytes)
{
	struct pair *pair = ctx;
	struct pair_device *device = peer;
	if (device == NULL)
		return;
	if (device->number == PAIR_DEVICES_MAX)
		pair->stranger_bytes += bytes.len;
	else
		put_chunk(device, false, bytes);
}

static void hub_hang_up(void *ctx, void *peer, const char *why)
{
	struct pair *pair = ctx;
	(void)why;
	pair->own_hung_up += peer == NULL;
	if (peer != NULL)
		put_chunk(peer, false, (struct span){ NULL, 0 });
}

static bool hub_deny(void *ctx, struct span line)
{
	struct pair *pair = ctx;
	ASSERT(pair->deny_count < DENY_MAX);
	uint8_t *copy = malloc(line.len + 1);
	ASSERT(copy != NULL);
	memcpy(copy, line.data, line.len);
	pair->deny[pair->deny_count++] = span_of(copy, line.len);
	return true;
}

static void device_health(void *ctx, struct replica_health *out)
{
	*out = ((struct pair_device *)ctx)->health;
}

struct replica_health *pair_health(struct pair *pair, size_t device)
{
	return &pair->devices[device].health;
}

static struct fault hub_apart(void *ctx, struct record_id record_id)
{
	struct pair *pair = ctx;
	return pair->apart == NULL ? fault_none() : pair->apart(pair->apart_ctx, record_id);
}

void pair_on_apart(struct pair *pair, pair_apart_fn *fn, void *ctx)
{
	pair->apart = fn;
	pair->apart_ctx = ctx;
}

static struct replica_host device_host(struct pair_device *device)
{
	return (struct replica_host){
		.ctx = device, .random = device_random, .send = device_send, .hang_up = device_hang_up, .health = device_health,
	};
}

static struct hub_host central_host(struct pair *pair)
{
	return (struct hub_host){
		.ctx = pair, .random = hub_random, .send = hub_send, .hang_up = hub_hang_up, .deny = hub_deny,
		.apart = hub_apart,
	};
}

struct replica_time pair_time(const struct pair *pair)
{
	return (struct replica_time){ .wall_ms = WALL_MS + pair->now_ms, .mono_ms = pair->now_ms };
}

static struct replica_time device_time(const struct pair_device *device)
{
	struct replica_time time = pair_time(device->pair);
	time.wall_ms += (uint64_t)device->skew_ms;
	return time;
}

struct hub_time pair_hub_time(const struct pair *pair)
{
	return (struct hub_time){ .wall_ms = WALL_MS + pair->now_ms, .mono_ms = pair->now_ms };
}

/* ---- carrying ---- */

static void close_link(struct pair *pair, struct pair_device *device)
{
	if (device->hub_link != NULL)
		hub_link_down(pair->hub, device->hub_link);
	device->hub_link = NULL;
	device->link = 0;
	if (device->replica != NULL)
		replica_link_down(device->replica, device_time(device));
}

static void hand_over(struct pair *pair, struct pair_device *device, const struct chunk *chunk)
{
	struct span bytes = span_of(chunk->bytes, chunk->len);
	if (chunk->len == 0 ||
	    (pair->tap != NULL && !pair->tap(pair->tap_ctx, device->number, chunk->to_hub, bytes)))
		close_link(pair, device);
	else if (chunk->to_hub)
		hub_link_bytes(pair->hub, device->hub_link, bytes, pair_hub_time(pair));
	else
		replica_link_bytes(device->replica, bytes, device_time(device));
}

static void carry_chunk(struct pair *pair)
{
	struct chunk *chunk = pair->first;
	pair->first = chunk->next;
	if (pair->first == NULL)
		pair->last = &pair->first;
	struct pair_device *device = &pair->devices[chunk->device];
	if (chunk->link == device->link && chunk->device < PAIR_DEVICES_MAX)
		hand_over(pair, device, chunk);
	free(chunk);
}

static void serve_timers(struct pair *pair)
{
	if (hub_deadline(pair->hub) <= pair->now_ms)
		hub_tick(pair->hub, pair_hub_time(pair));
	for (size_t i = 0; i < pair->count; i++)
		if (pair->devices[i].replica != NULL && replica_deadline(pair->devices[i].replica) <= pair->now_ms)
			replica_poke(pair->devices[i].replica, device_time(&pair->devices[i]));
}

bool pair_carry(struct pair *pair)
{
	for (size_t round = 0; round < CARRY_ROUNDS_MAX; round++) {
		if (pair->first == NULL) {
			serve_timers(pair);
			expect(hub_commit(pair->hub, pair_hub_time(pair)));
		}
		if (pair->first == NULL)
			return true;
		carry_chunk(pair);
	}
	return false;
}

void pair_connect(struct pair *pair, size_t device)
{
	struct pair_device *d = &pair->devices[device];
	ASSERT(d->link == 0);
	d->link = ++pair->links;
	expect(hub_link_up(pair->hub, d, span_text("10.0"), pair_hub_time(pair), &d->hub_link));
	replica_link_up(d->replica, device_time(d));
}

void pair_disconnect(struct pair *pair, size_t device)
{
	if (pair->devices[device].link != 0)
		close_link(pair, &pair->devices[device]);
}

bool pair_connected(const struct pair *pair, size_t device)
{
	return pair->devices[device].link != 0;
}

void pair_sync(struct pair *pair, size_t device)
{
	if (!pair_connected(pair, device))
		pair_connect(pair, device);
	else
		replica_poke(pair->devices[device].replica, device_time(&pair->devices[device]));
	ASSERT(pair_carry(pair));
}

void pair_tap(struct pair *pair, pair_tap_fn *fn, void *ctx)
{
	pair->tap = fn;
	pair->tap_ctx = ctx;
}

size_t pair_own_hung_up(const struct pair *pair)
{
	return pair->own_hung_up;
}

size_t pair_stranger(struct pair *pair, struct span bytes)
{
	struct hub_link *link = NULL;
	pair->stranger_bytes = 0;
	expect(hub_link_up(pair->hub, &pair->devices[PAIR_DEVICES_MAX], span_text("10.9"), pair_hub_time(pair), &link));
	hub_link_bytes(pair->hub, link, bytes, pair_hub_time(pair));
	expect(hub_commit(pair->hub, pair_hub_time(pair)));
	hub_link_down(pair->hub, link);
	return pair->stranger_bytes;
}

void pair_pass(struct pair *pair, uint64_t ms)
{
	uint64_t end = pair->now_ms + ms;
	while (pair->now_ms < end) {
		uint64_t next = end;
		uint64_t hub_next = hub_deadline(pair->hub);
		if (hub_next < next)
			next = hub_next;
		for (size_t i = 0; i < pair->count; i++)
			if (pair->devices[i].replica != NULL && replica_deadline(pair->devices[i].replica) < next)
				next = replica_deadline(pair->devices[i].replica);
		pair->now_ms = next > pair->now_ms ? next : pair->now_ms + 1;
		ASSERT(pair_carry(pair));
	}
}

void pair_skew(struct pair *pair, size_t device, int64_t ms)
{
	pair->devices[device].skew_ms = ms;
}

/* ---- making and enrolling ---- */

static void open_device(struct pair_device *device)
{
	struct replica_host host = device_host(device);
	expect(replica_open(device->log, NULL, &host, device_time(device), &device->replica));
}

static void add_device(struct pair *pair, struct log *log, struct record_id holder)
{
	ASSERT(pair->count < PAIR_DEVICES_MAX);
	struct pair_device *device = &pair->devices[pair->count++];
	device->log = log;
	device->holder = holder;
	device->health = (struct replica_health){ .version = "1.0", .store_bytes = 1 << 20, .free_bytes = 1ULL << 33, .disk_bytes = 1ULL << 34 };
	open_device(device);
}

struct pair *pair_new_blank(uint64_t seed, size_t devices)
{
	struct pair *pair = calloc(1, sizeof *pair);
	ASSERT(pair != NULL);
	prng_init(&pair->prng, seed);
	pair->now_ms = 1000000;
	pair->last = &pair->first;
	for (size_t i = 0; i <= PAIR_DEVICES_MAX; i++) {
		pair->devices[i].pair = pair;
		pair->devices[i].number = i;
	}
	struct hub_host host = central_host(pair);
	pair->hub_log = log_memory_new();
	expect(hub_init(pair->hub_log, NULL, &host, pair_hub_time(pair)));
	expect(hub_open(pair->hub_log, NULL, &host, pair_hub_time(pair), &pair->hub));
	for (size_t i = 0; i < devices; i++) {
		struct record_id holder;
		prng_fill(&pair->prng, holder.bytes, ID_BYTES);
		add_device(pair, log_memory_new(), holder);
	}
	return pair;
}

struct pair *pair_new(uint64_t seed, size_t devices)
{
	struct pair *pair = pair_new_blank(seed, devices);
	for (size_t i = 0; i < devices; i++)
		pair_enrol(pair, i);
	return pair;
}

void pair_enrol_begin(struct pair *pair, size_t device)
{
	struct pair_device *d = &pair->devices[device];
	struct hub_slot slot;
	struct replica_enrolment enrolment = { .identity = *hub_identity(pair->hub), .serial = "TEST-1" };
	expect(hub_slot_new(pair->hub, d->holder, pair_hub_time(pair), &slot));
	memcpy(enrolment.slot, slot.slot, sizeof enrolment.slot);
	memcpy(enrolment.secret, slot.secret, sizeof enrolment.secret);
	expect(replica_enrol(d->replica, &enrolment));
	pair_sync(pair, device);
}

void pair_enrol(struct pair *pair, size_t device)
{
	pair_enrol_begin(pair, device);
	expect(hub_device_confirm(pair->hub, pair_node(pair, device), pair_hub_time(pair)));
	ASSERT(pair_carry(pair));
	pair_disconnect(pair, device);
	pair_sync(pair, device);
	pair_disconnect(pair, device);
}

void pair_free(struct pair *pair)
{
	for (size_t i = 0; i < pair->count; i++) {
		if (pair->devices[i].replica != NULL)
			replica_close(pair->devices[i].replica);
		log_close(pair->devices[i].log);
	}
	hub_close(pair->hub);
	log_close(pair->hub_log);
	while (pair->first != NULL) {
		struct chunk *next = pair->first->next;
		free(pair->first);
		pair->first = next;
	}
	for (size_t i = 0; i < pair->deny_count; i++)
		free((void *)(uintptr_t)pair->deny[i].data);
	free(pair);
}

/* ---- crash and restore ---- */

void pair_device_restore(struct pair *pair, size_t device, struct log *backup)
{
	struct pair_device *d = &pair->devices[device];
	pair_disconnect(pair, device);
	replica_close(d->replica);
	log_close(d->log);
	d->log = backup;
	open_device(d);
}

struct log *pair_device_backup(struct pair *pair, size_t device)
{
	return log_memory_copy(pair->devices[device].log);
}

struct log *pair_hub_backup(struct pair *pair)
{
	return log_memory_copy(pair->hub_log);
}

void pair_device_crash(struct pair *pair, size_t device)
{
	pair_device_restore(pair, device, pair_device_backup(pair, device));
}

static void stop_hub(struct pair *pair)
{
	for (size_t i = 0; i < pair->count; i++)
		pair_disconnect(pair, i);
	hub_close(pair->hub);
	log_close(pair->hub_log);
}

void pair_hub_rollback(struct pair *pair, struct log *backup)
{
	struct hub_host host = central_host(pair);
	stop_hub(pair);
	pair->hub_log = backup;
	expect(hub_open(pair->hub_log, NULL, &host, pair_hub_time(pair), &pair->hub));
}

void pair_hub_crash(struct pair *pair)
{
	pair_hub_rollback(pair, pair_hub_backup(pair));
}

void pair_hub_restore(struct pair *pair, struct log *backup, bool confirm)
{
	struct hub_host host = central_host(pair);
	stop_hub(pair);
	pair->hub_log = backup;
	expect(hub_restore(pair->hub_log, NULL, &host, pair->deny, pair->deny_count, false,
			   pair_hub_time(pair), &pair->hub));
	if (confirm)
		expect(hub_confirm_devices(pair->hub));
}

size_t pair_clone(struct pair *pair, size_t device)
{
	add_device(pair, pair_device_backup(pair, device), pair->devices[device].holder);
	return pair->count - 1;
}

/* ---- work ---- */

struct case_id pair_case(struct pair *pair, enum delta_case_kind kind, struct case_id client_case)
{
	const struct schema_record *record = schema_by_name(span_text(kind == DELTA_CASE_MATTER ? "case" : "client"));
	uint8_t block[2048];
	struct wire_out out;
	struct hub_written written;
	ASSERT(record != NULL);
	wire_out_init(&out, block, sizeof block);
	shape_write(record->message, "Aino Esimerkki", &out);
	struct hub_write write = {
		.record_type = record->type, .fields = wire_out_span(&out), .opens = true, .kind = kind,
		.client_case = client_case,
	};
	expect(hub_write(pair->hub, &write, pair_hub_time(pair), &written));
	return written.case_id;
}

void pair_assign(struct pair *pair, struct case_id case_id, size_t device)
{
	struct record_id assignment;
	expect(hub_assign(pair->hub, case_id, pair->devices[device].holder, 1, pair_hub_time(pair), &assignment));
}

void pair_unassign(struct pair *pair, struct case_id case_id, size_t device)
{
	expect(hub_unassign(pair->hub, case_id, pair->devices[device].holder, pair_hub_time(pair)));
}

static const struct schema_record *note_record(void)
{
	const struct schema_record *record = schema_by_name(span_text("encounter_note"));
	ASSERT(record != NULL);
	return record;
}

struct record_id pair_note(struct pair *pair, size_t device, struct case_id case_id, const char *text)
{
	uint8_t block[8192];
	struct wire_out out;
	struct replica_written written;
	const struct schema_record *record = note_record();
	wire_out_init(&out, block, sizeof block);
	shape_write(record->message, text, &out);
	struct replica_write write = {
		.case_id = case_id, .record_type = record->type, .fields = wire_out_span(&out),
	};
	expect(replica_write(pair->devices[device].replica, &write, device_time(&pair->devices[device]), &written));
	return written.record_id;
}

struct fault pair_edit(struct pair *pair, size_t device, struct case_id case_id, struct record_id record_id,
		       uint32_t type, uint32_t field, const char *text)
{
	uint8_t block[2048];
	struct wire_out out;
	struct replica_written written;
	wire_out_init(&out, block, sizeof block);
	wire_put_bytes(&out, field, span_text(text));
	struct replica_write write = {
		.case_id = case_id, .record_id = record_id, .record_type = type, .fields = wire_out_span(&out),
	};
	return replica_write(pair->devices[device].replica, &write, device_time(&pair->devices[device]), &written);
}

struct fault pair_open(struct pair *pair, size_t device, enum delta_case_kind kind, struct case_id client_case,
		       struct replica_written *out)
{
	const struct schema_record *record = schema_by_name(span_text(kind == DELTA_CASE_MATTER ? "case" : "client"));
	uint8_t block[2048];
	struct wire_out fields;
	ASSERT(record != NULL);
	wire_out_init(&fields, block, sizeof block);
	shape_write(record->message, "Eino Malli", &fields);
	struct replica_write write = {
		.record_type = record->type, .fields = wire_out_span(&fields), .opens = true, .kind = kind,
		.client_case = client_case,
	};
	return replica_write(pair->devices[device].replica, &write, device_time(&pair->devices[device]), out);
}

/* ---- looking ---- */

bool pair_fold_hash(struct log *log, const struct order_tree *tree, struct record_id record_id, struct delta_hash *out)
{
	struct refold refold;
	void *block = malloc(REFOLD_ARENA_BYTES);
	ASSERT(block != NULL);
	refold_record(&refold, block, log, tree, record_id, false);
	ASSERT(refold.failed == NULL);
	if (refold.count > 0)
		fold_hash(&refold.record, out);
	free(block);
	return refold.count > 0;
}

static void shown_text(const struct fold_value *value, char *shown, size_t size)
{
	struct span rest = value->whole;
	struct wire_field field;
	shown[0] = '\0';
	if (rest.len > 0 && wire_next(&rest, &field) == WIRE_FIELD && field.data.len < size) {
		memcpy(shown, field.data.data, field.data.len);
		shown[field.data.len] = '\0';
	}
}

size_t pair_siblings(struct log *log, const struct order_tree *tree, struct record_id record_id, uint32_t field,
		     char *shown, size_t size)
{
	struct refold refold;
	void *block = malloc(REFOLD_ARENA_BYTES);
	ASSERT(block != NULL);
	refold_record(&refold, block, log, tree, record_id, false);
	const struct fold_field *found = refold.failed == NULL ? refold_field(&refold, field) : NULL;
	size_t count = found == NULL ? 0 : found->count;
	if (found != NULL && shown != NULL)
		shown_text(&found->siblings[0], shown, size);
	free(block);
	return count;
}

struct looking {
	enum log_verdict verdict;
	const char *text;
	size_t count;
};

static bool look(void *ctx, const struct log_entry *entry)
{
	struct looking *looking = ctx;
	if (looking->text == NULL)
		looking->count += entry->verdict == looking->verdict;
	else if (entry->bytes.data != NULL)
		looking->count += memmem(entry->bytes.data, entry->bytes.len, looking->text, strlen(looking->text)) != NULL;
	return true;
}

size_t pair_count(struct log *log, enum log_verdict verdict)
{
	struct looking looking = { .verdict = verdict };
	expect(log_read_local(log, 0, look, &looking));
	return looking.count;
}

bool pair_finds(struct log *log, const char *text)
{
	struct looking looking = { .text = text };
	expect(log_read_local(log, 0, look, &looking));
	return looking.count > 0;
}

struct hub *pair_hub(struct pair *pair)
{
	return pair->hub;
}

struct log *pair_hub_log(struct pair *pair)
{
	return pair->hub_log;
}

struct replica *pair_replica(struct pair *pair, size_t device)
{
	return pair->devices[device].replica;
}

struct log *pair_device_log(struct pair *pair, size_t device)
{
	return pair->devices[device].log;
}

struct record_id pair_holder(struct pair *pair, size_t device)
{
	return pair->devices[device].holder;
}

struct node_id pair_node(struct pair *pair, size_t device)
{
	struct replica_status status;
	replica_status(pair->devices[device].replica, &status);
	return status.node;
}

struct prng *pair_prng(struct pair *pair)
{
	return &pair->prng;
}
