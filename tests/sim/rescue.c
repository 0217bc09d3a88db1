/* rescue - see rescue.h. */
#include "sim/rescue.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "sim/world.h"

enum { PIECE_WORKS = 16, COPY_BYTES = 65536, PATH_BYTES = 128 };

/* ---- files ---- */

static void path_of(const struct sim *sim, const char *kind, uint32_t device, size_t slot, char out[static PATH_BYTES])
{
	int n = snprintf(out, PATH_BYTES, "%s/%s-%u-%zu", sim->rescue.folder, kind, device, slot);
	ASSERT(n > 0 && n < PATH_BYTES);
}

static void file_of(const struct sim *sim, const struct sim_device *device, char out[static PATH_BYTES])
{
	path_of(sim, "rescue", device->number, 0, out);
}

/* One that is not there makes the other go. */
static void copy_file(const char *from, const char *to)
{
	static char block[COPY_BYTES];
	ssize_t n;
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	if (in < 0) {
		ASSERT(errno == ENOENT);
		(void)unlink(to);
		return;
	}
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ASSERT(out >= 0);
	while ((n = read(in, block, sizeof block)) > 0) {
		ssize_t written = write(out, block, (size_t)n);
		ASSERT(written == n);
	}
	ASSERT(n == 0);
	close(in);
	close(out);
}

static bool is_in_use(const struct sim *sim)
{
	return sim->options.rate[TROUBLE_RESCUE] > 0;
}

static void new_key(struct sim *sim)
{
	struct sim_rescue *rescue = &sim->rescue;
	uint8_t seed[crypto_box_SEEDBYTES];
	if (rescue->key_count == SIM_RESCUE_KEYS_MAX)
		return;
	prng_fill(&rescue->prng, seed, sizeof seed);
	crypto_box_seed_keypair(rescue->keys[rescue->key_count].key, rescue->keys[rescue->key_count].secret, seed);
	rescue->key_count++;
	sim_say(sim, "recovery key %zu is published", rescue->key_count);
}

void rescue_begin(struct sim *sim)
{
	struct sim_rescue *rescue = &sim->rescue;
	prng_init(&rescue->prng, sim->seed ^ 0x7265736375650000u);
	if (!is_in_use(sim))
		return;
	snprintf(rescue->folder, sizeof rescue->folder, "%s/jalka-sim-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	char *made = mkdtemp(rescue->folder);
	ASSERT(made != NULL);
	if (prng_chance(&rescue->prng, 600))
		new_key(sim);
}

void rescue_end(struct sim *sim)
{
	char path[PATH_BYTES];
	if (!is_in_use(sim))
		return;
	for (uint32_t i = 0; i < SIM_DEVICES_MAX; i++) {
		file_of(sim, &(struct sim_device){ .number = i }, path);
		(void)unlink(path);
		path_of(sim, "copy", i, 0, path);
		(void)unlink(path);
		for (size_t slot = 0; slot < SIM_BACKUPS_MAX; slot++) {
			path_of(sim, "backup", i, slot, path);
			(void)unlink(path);
		}
	}
	int rc = rmdir(sim->rescue.folder);
	ASSERT(rc == 0);
}

/* ---- devices ---- */

static void i23_nothing_missing(struct sim *sim, struct sim_device *device);

static void learn(struct sim *sim, struct sim_device *device)
{
	char path[PATH_BYTES];
	if (device->replica == NULL || !device->enrolled || device->rescue_key == 0)
		return;
	file_of(sim, device, path);
	struct fault fault = replica_rescue_to(device->replica, path, sim->rescue.keys[device->rescue_key - 1].key);
	if (fault_is(fault) && !device->store.dead)
		sim_fail(sim, "I23", "device %u does not follow its rescue file: %s", device->number, fault.what);
	world_device_after(sim, device);
	i23_nothing_missing(sim, device);
	rescue_i25_left(sim, device);
}

void rescue_follow(struct sim *sim, struct sim_device *device)
{
	if (!is_in_use(sim))
		return;
	if (prng_chance(&sim->rescue.prng, 500))
		device->rescue_key = sim->rescue.key_count;
	learn(sim, device);
}

void rescue_cloned(struct sim *sim, const struct sim_device *from, const struct sim_device *to)
{
	char path[PATH_BYTES], twin[PATH_BYTES];
	if (!is_in_use(sim))
		return;
	file_of(sim, from, path);
	file_of(sim, to, twin);
	copy_file(path, twin);
	memset(sim->devices[to->number].rescued, 0, sizeof to->rescued);
}

void rescue_backed_up(struct sim *sim, const struct sim_device *device, size_t slot)
{
	char path[PATH_BYTES], backup[PATH_BYTES];
	if (!is_in_use(sim))
		return;
	file_of(sim, device, path);
	path_of(sim, "backup", device->number, slot, backup);
	copy_file(path, backup);
}

void rescue_put_back(struct sim *sim, const struct sim_device *device, size_t slot)
{
	char path[PATH_BYTES], backup[PATH_BYTES];
	if (!is_in_use(sim) || prng_chance(&sim->rescue.prng, 600))
		return;
	sim_say(sim, "the rescue file of device %u too", device->number);
	file_of(sim, device, path);
	path_of(sim, "backup", device->number, slot, backup);
	copy_file(backup, path);
	memset(sim->devices[device->number].rescued, 0, sizeof device->rescued);
}

/* ---- reading ---- */

typedef void work_fn(void *ctx, const struct rescue_work *work);

struct reading {
	struct sim *sim;
	work_fn *fn;
	void *ctx;
};

static bool read_one(void *ctx, const struct rescue_record *record)
{
	struct reading *reading = ctx;
	struct sim *sim = reading->sim;
	static uint8_t plain[RESCUE_PLAIN_BYTES];
	uint8_t mark[RESCUE_MARK_BYTES];
	struct rescue_work work;
	if (record->sealed.len == 0)
		return true;
	for (size_t i = 0; i < sim->rescue.key_count; i++) {
		rescue_mark(sim->rescue.keys[i].key, mark);
		if (memcmp(mark, record->mark, sizeof mark) != 0)
			continue;
		struct fault fault = rescue_open(record, sim->rescue.keys[i].key, sim->rescue.keys[i].secret, plain, &work);
		if (fault_is(fault))
			sim_fail(sim, "I23", "a record of a rescue file does not open: %s", fault.what);
		else
			reading->fn(reading->ctx, &work);
		return true;
	}
	sim_fail(sim, "I23", "a record of a rescue file is sealed to no key there ever was");
	return false;
}

static void read_file(struct sim *sim, const char *path, work_fn *fn, void *ctx)
{
	struct reading reading = { sim, fn, ctx };
	struct rescue *file;
	if (access(path, F_OK) != 0)
		return;
	struct fault fault = rescue_file_open(path, &file);
	if (!fault_is(fault)) {
		fault = rescue_file_scan(file, read_one, &reading);
		rescue_file_close(file);
	}
	if (fault_is(fault))
		sim_fail(sim, "I23", "a rescue file is not read: %s", fault.what);
}

struct marking {
	const struct oracle *oracle;
	bool *held;
};

static void mark_work(void *ctx, const struct rescue_work *work)
{
	struct marking *marking = ctx;
	uint32_t op = oracle_op_of(marking->oracle, work->bytes, NULL);
	if (op != ORACLE_NONE)
		marking->held[op] = true;
}

void rescue_mark_held(struct sim *sim, bool *held)
{
	char path[PATH_BYTES];
	struct marking marking = { &sim->oracle, held };
	for (size_t i = 0; is_in_use(sim) && i < sim->device_count; i++) {
		file_of(sim, &sim->devices[i], path);
		if (!sim->devices[i].revoked)
			read_file(sim, path, mark_work, &marking);
	}
}

/* ---- bringing home ---- */

struct bringing {
	struct sim *sim;
	struct rescue_work works[PIECE_WORKS];
	uint8_t *bytes[PIECE_WORKS];
	size_t count;
	size_t as[HUB_RESCUED_FULL + 1];
};

static void say_piece(struct bringing *b, const struct hub_rescued *results)
{
	for (size_t i = 0; i < b->count; i++) {
		b->as[results[i].as]++;
		if (results[i].as == HUB_RESCUED_FORGED || results[i].as == HUB_RESCUED_STRANGE)
			sim_fail(b->sim, "I23", "op %u, rescued, is taken for %s", oracle_op_of(&b->sim->oracle, b->works[i].bytes, NULL),
				 results[i].as == HUB_RESCUED_FORGED ? "forged" : "a stranger's");
	}
}

static void bring_piece(struct bringing *b)
{
	struct hub_rescued results[PIECE_WORKS];
	struct sim *sim = b->sim;
	if (sim->central.hub != NULL && b->count > 0) {
		struct fault fault = hub_rescue(sim->central.hub, b->works, b->count, world_hub_time(sim), results);
		if (!fault_is(fault))
			say_piece(b, results);
		else if (!sim->central.store.dead)
			sim_fail(sim, "I19", "central cannot take rescued work: %s", fault.what);
		world_hub_after(sim);
	}
	for (size_t i = 0; i < b->count; i++)
		free(b->bytes[i]);
	b->count = 0;
}

static void bring_work(void *ctx, const struct rescue_work *work)
{
	struct bringing *b = ctx;
	uint8_t *copy = malloc(work->bytes.len);
	ASSERT(copy != NULL);
	memcpy(copy, work->bytes.data, work->bytes.len);
	b->works[b->count] = *work;
	b->works[b->count].bytes = span_of(copy, work->bytes.len);
	b->bytes[b->count++] = copy;
	if (b->count == PIECE_WORKS)
		bring_piece(b);
}

static void bring(struct sim *sim, const char *path, uint32_t device)
{
	struct bringing b = { .sim = sim };
	if (sim->central.hub == NULL || access(path, F_OK) != 0)
		return;
	read_file(sim, path, bring_work, &b);
	bring_piece(&b);
	sim_struck(sim, TROUBLE_RESCUE);
	sim_say(sim, "the rescue file of device %u is brought: %zu here, %zu accepted, %zu wait, %zu erased, %zu too many", device,
		b.as[HUB_RESCUED_HERE], b.as[HUB_RESCUED_ACCEPTED], b.as[HUB_RESCUED_WAITS], b.as[HUB_RESCUED_ERASED], b.as[HUB_RESCUED_FULL]);
	sim_trace(sim, 10, b.as[HUB_RESCUED_HERE], b.as[HUB_RESCUED_ACCEPTED] << 32 | b.as[HUB_RESCUED_WAITS]);
}

void rescue_bring_all(struct sim *sim)
{
	char path[PATH_BYTES];
	for (uint32_t i = 0; is_in_use(sim) && i < sim->device_count && !sim->failed; i++) {
		file_of(sim, &sim->devices[i], path);
		bring(sim, path, i);
	}
}

/* ---- what somebody does ---- */

static void lose(struct sim *sim, struct sim_device *device, const char *path)
{
	sim_say(sim, "the rescue file of device %u is deleted", device->number);
	world_disconnect(sim, device);
	if (device->replica != NULL)
		world_device_crash(sim, device);
	(void)unlink(path);
	memset(device->rescued, 0, sizeof device->rescued);
	world_excuse_the_lost(sim);
}

void rescue_act(struct sim *sim)
{
	struct sim_rescue *rescue = &sim->rescue;
	char path[PATH_BYTES], copy[PATH_BYTES];
	struct sim_device *device = &sim->devices[prng_below(&rescue->prng, sim->device_count)];
	uint64_t what = prng_below(&rescue->prng, 100);
	rescue_i25_left(sim, device);
	file_of(sim, device, path);
	path_of(sim, "copy", device->number, 0, copy);
	if (what < 40) {
		bring(sim, path, device->number);
	} else if (what < 55) {
		copy_file(path, copy);
	} else if (what < 65) {
		bring(sim, copy, device->number);
	} else if (what < 90) {
		device->rescue_key = rescue->key_count;
		learn(sim, device);
	} else if (what < 96) {
		new_key(sim);
	} else {
		lose(sim, device, path);
	}
}

/* ---- what must hold ---- */

static bool is_followed(struct sim *sim, const struct sim_device *device)
{
	return sim->checking && is_in_use(sim) && device->rescue_key != 0 && device->enrolled && device->replica != NULL
		&& !device->store.dead;
}

static void i23_nothing_missing(struct sim *sim, struct sim_device *device)
{
	struct replica_status status;
	if (!is_followed(sim, device))
		return;
	replica_status(device->replica, &status);
	if (!status.is_rescued || status.rescue_missing > 0 || *status.rescue_trouble != '\0')
		sim_fail(sim, "I23", "device %u lacks %llu deltas in its rescue file: %s", device->number,
			 (unsigned long long)status.rescue_missing, status.rescue_trouble);
}

struct last {
	const struct oracle *oracle;
	uint32_t op;
};

static void note_last(void *ctx, const struct rescue_work *work)
{
	struct last *last = ctx;
	last->op = oracle_op_of(last->oracle, work->bytes, NULL);
}

void rescue_i23_wrote(struct sim *sim, struct sim_device *device, uint32_t op)
{
	char path[PATH_BYTES];
	struct last last = { &sim->oracle, ORACLE_NONE };
	i23_nothing_missing(sim, device);
	if (!is_followed(sim, device))
		return;
	file_of(sim, device, path);
	read_file(sim, path, note_last, &last);
	if (last.op != op)
		sim_fail(sim, "I23", "op %u was confirmed by device %u and is not in its rescue file", op, device->number);
}

/* ---- what left it ---- */

struct leaving {
	struct sim *sim;
	uint32_t op;
	bool is_safe;
};

static bool is_op(const struct leaving *leaving, const struct log_entry *entry)
{
	const struct oracle *oracle = &leaving->sim->oracle;
	return leaving->op == (entry->bytes.data != NULL ? oracle_op_of(oracle, entry->bytes, NULL) : oracle_op_by_name(oracle, entry));
}

static bool look_safe(void *ctx, const struct log_entry *entry)
{
	struct leaving *leaving = ctx;
	const struct sim_central *central = &leaving->sim->central;
	bool is_kept = entry->verdict == LOG_ACCEPTED && entry->order_count > 0 && entry->orders[0].n <= central->safe_order;
	leaving->is_safe |= (is_kept || entry->verdict == LOG_REJECTED) && is_op(leaving, entry);
	return !leaving->is_safe;
}

static bool look_rejected(void *ctx, const struct log_entry *entry)
{
	struct leaving *leaving = ctx;
	leaving->is_safe |= entry->verdict == LOG_REJECTED && is_op(leaving, entry);
	return !leaving->is_safe;
}

static bool may_leave(struct sim *sim, const struct sim_device *device, uint32_t op)
{
	struct leaving leaving = { sim, op, false };
	const struct oracle_record *record = &sim->oracle.records[sim->oracle.ops[op].record];
	if (record->erased || sim->oracle.cases[record->case_number].erased)
		return true;
	(void)log_read_record(sim->central.store.inner, record->id, look_safe, &leaving);
	(void)log_read_record(device->store.inner, record->id, look_rejected, &leaving); /* by a word that a put-back centre has lost */
	return leaving.is_safe;
}

static bool is_rejected(struct sim *sim, const struct sim_device *device, uint32_t op)
{
	struct leaving leaving = { sim, op, false };
	(void)log_read_record(device->store.inner, sim->oracle.records[sim->oracle.ops[op].record].id, look_rejected, &leaving);
	return leaving.is_safe;
}

static bool let_go(void *ctx, const struct log_entry *entry)
{
	struct sim_device *device = ctx;
	const struct oracle *oracle = &device->sim->oracle;
	uint32_t op = entry->bytes.data != NULL ? oracle_op_of(oracle, entry->bytes, NULL) : oracle_op_by_name(oracle, entry);
	if (op != ORACLE_NONE)
		device->rescued[op] = false;
	return false;
}

void rescue_rejected(struct sim_device *device, const struct author *author, uint64_t seq)
{
	(void)log_find(device->store.inner, author, seq, let_go, device);
}

void rescue_i25_left(struct sim *sim, struct sim_device *device)
{
	char path[PATH_BYTES];
	bool now[ORACLE_OPS_MAX] = { false };
	struct marking marking = { &sim->oracle, now };
	if (!sim->checking || !is_in_use(sim) || device->revoked)
		return;
	file_of(sim, device, path);
	read_file(sim, path, mark_work, &marking);
	for (uint32_t i = 0; i < sim->oracle.op_count; i++) {
		if (device->rescued[i] && !now[i] && !may_leave(sim, device, i))
			sim_fail(sim, "I25", "op %u has left the rescue file of device %u, and is in no backup", i, device->number);
		device->rescued[i] = now[i] && !is_rejected(sim, device, i);
	}
}

struct erased {
	struct sim *sim;
	struct sim_device *device;
};

struct bytes_left {
	bool is_here, has_bytes;
};

static bool look_bytes(void *ctx, const struct log_entry *entry)
{
	struct bytes_left *left = ctx;
	left->is_here = true;
	left->has_bytes |= entry->bytes.data != NULL;
	return true;
}

static struct bytes_left bytes_left(struct log *log, struct record_id id)
{
	struct bytes_left left = { false, false };
	(void)log_read_record(log, id, look_bytes, &left);
	return left;
}

static bool is_told_of(struct sim_device *device, const struct oracle_case *c)
{
	struct log_case info;
	bool found = false;
	(void)log_case_get(device->store.inner, c->id, &info, &found);
	return (found && info.erased) || c->scope[device->holder].now;
}

static void expect_not_erased(void *ctx, const struct rescue_work *work)
{
	struct erased *erased = ctx;
	struct sim *sim = erased->sim;
	uint32_t op = oracle_op_of(&sim->oracle, work->bytes, NULL);
	if (op == ORACLE_NONE)
		return;
	const struct oracle_record *record = &sim->oracle.records[sim->oracle.ops[op].record];
	struct bytes_left there = bytes_left(sim->central.store.inner, record->id), here = bytes_left(erased->device->store.inner, record->id);
	const struct oracle_case *c = &sim->oracle.cases[record->case_number];
	bool is_erased = c->gone || (record->erased && there.is_here && !there.has_bytes);
	/* Of a case that it does not hold nobody tells it; what was rejected is its author's own text. */
	if (is_erased && is_told_of(erased->device, c) && !here.has_bytes)
		sim_fail(sim, "I24", "op %u is erased, and in the rescue file of device %u", op, erased->device->number);
}

void rescue_i24_erased(struct sim *sim, struct sim_device *device, bool has_synced)
{
	char path[PATH_BYTES];
	struct replica_status status;
	struct erased erased = { sim, device };
	if (!sim->checking || !is_in_use(sim) || device->replica == NULL)
		return;
	file_of(sim, device, path);
	replica_status(device->replica, &status);
	if (status.is_erased && access(path, F_OK) == 0)
		sim_fail(sim, "I24", "device %u has erased itself, but not its rescue file", device->number);
	if (has_synced && !device->is_twin && device->restores == 0)
		read_file(sim, path, expect_not_erased, &erased);
}
