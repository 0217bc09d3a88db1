/* profile - opening and closing the store, and the wiring between replica and
 * link. */
#include "api/profile.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "api/attempts.h"
#include "api/contact.h"
#include "api/policy.h"
#include "api/request.h"
#include "api/sweep.h"
#include "api/version.h"
#include "api/wipe.h"
#include "base/assert.h"
#include "io/codec.h"
#include "io/link.h"
#include "io/logline.h"
#include "io/random.h"
#include "io/timer.h"
#include "io/watch.h"
#include "store/sealed_db.h"

enum { CHECKED_BYTES_MAX = 64 * 1024 * 1024 };
enum { KEY_FILE_BYTES_MAX = 4096 };

#define STORE_PURPOSE "store"
#define SETTINGS "daemon" /* the log's table of named values */
#define OFFLINE span_text("offline") /* there: this machine was taken offline */

struct profile {
	struct loop *loop;
	struct profile_config config;
	char vault_path[PATH_MAX], store_path[PATH_MAX], rescue_path[PATH_MAX];
	enum profile_vault state;
	struct watch *idle;
	struct timer *deadline; /* replica_deadline */

	/* OPEN and WAITING only */
	struct vault *vault;
	struct sqlite3 *db;
	struct log *log;
	struct casebook *book;
	struct replica *replica;
	struct link *link;
	struct address address;
	bool has_address, online, freeing;
	size_t attempts; /* wrong passphrases before it was opened */
	bool answered; /* since the link is up */
	enum attempts_opened opened; /* told once it is OPEN */
	struct policy policy;
	struct contact contact;
	const char *rescue_trouble; /* as last logged; literal */
	bool told_down; /* the replica knows already that this connection ends */

	struct replica_status status;
	bool status_known, changed;
	uint64_t cases, order; /* held, and read up to, when last told */
	const char *failure;
	struct profile_watch *watches;
};

struct replica_time profile_now(void)
{
	return (struct replica_time){ .wall_ms = loop_wall_ms(), .mono_ms = loop_mono_ms() };
}

bool profile_is_up(const struct profile *profile)
{
	return profile->state == PROFILE_OPEN || profile->state == PROFILE_WAITING;
}

/* ---- the replica's host ---- */

static void host_send(void *ctx, struct span bytes)
{
	link_send(((struct profile *)ctx)->link, bytes);
}

static void host_hang_up(void *ctx, const char *why)
{
	link_hang_up(((struct profile *)ctx)->link, why);
}

static void host_changed(void *ctx)
{
	struct profile *profile = ctx;
	profile->changed = true;
	profile->status_known = false;
}

static uint64_t bytes_of(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

/* What the machine shows of itself; the rest the replica knows. */
static void host_health(void *ctx, struct replica_health *out)
{
	const struct profile *profile = ctx;
	char wal[PATH_MAX + 4];
	struct statvfs disk;
	snprintf(wal, sizeof wal, "%s-wal", profile->store_path);
	*out = (struct replica_health){ .version = VERSION_TEXT,
					.store_bytes = bytes_of(profile->store_path) + bytes_of(wal) };
	if (statvfs(profile->config.folder->path, &disk) != 0)
		return;
	out->free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
	out->disk_bytes = (uint64_t)disk.f_blocks * disk.f_frsize;
}

/* ---- the link's events ---- */

static void link_went_up(void *ctx)
{
	struct profile *profile = ctx;
	host_changed(profile);
	profile->answered = false;
	replica_link_up(profile->replica, profile_now());
}

static void link_brought(void *ctx, struct span bytes)
{
	struct profile *profile = ctx;
	profile->answered = true;
	replica_link_bytes(profile->replica, bytes, profile_now());
	profile->status_known = false;
}

static void end_contact(struct profile *profile);

static void link_went_down(void *ctx, const char *why)
{
	/* So it treats every stranger; and whom it was put back without is one. */
	static const char unknown[] = "the central node closed the connection without an answer. If it does so again it may not know this "
				      "machine any more: ask the administrator, who gives a new code then";
	struct profile *profile = ctx;
	end_contact(profile);
	bool enrolling = profile->status.state == REPLICA_ENROLLING; /* as it was last told */
	bool is_enrolled = !enrolling && profile->status.state != REPLICA_BLANK;
	if (!profile->told_down) {
		replica_link_broke(profile->replica);
		replica_link_down(profile->replica, profile_now());
	}
	host_changed(profile);
	profile->failure = profile->answered || profile->told_down || !is_enrolled ? why : unknown;
	profile->told_down = false;
	/* Confirmed by the administrator: the first session follows at once. */
	if (enrolling && profile_status(profile)->state == REPLICA_OFFLINE && profile->online)
		link_want(profile->link, true);
}

static void link_did_fail(void *ctx, const char *why)
{
	struct profile *profile = ctx;
	host_changed(profile);
	profile->failure = why;
	replica_count(profile->replica, REPLICA_CONNECT, 1);
}

static void deadline_came(void *ctx)
{
	struct profile *profile = ctx;
	if (profile_is_up(profile))
		replica_poke(profile->replica, profile_now());
}

static void tell_watches(struct profile *profile, const char *failure)
{
	for (struct profile_watch *watch = profile->watches, *next; watch != NULL; watch = next) {
		next = watch->next;
		watch->fn(watch->ctx, profile, failure);
	}
}

/* ---- what the organiser wants of every device ---- */

static struct fault read_policy(struct profile *profile)
{
	struct delta_identity identity;
	size_t len = 0;
	bool found = false;
	profile->policy = (struct policy){ .lease_days = POLICY_LEASE_DAYS };
	FAULT_TRY(log_get(profile->log, SETTINGS, span_text("identity"), identity.bytes, sizeof identity.bytes, &len, &found));
	return found && len == sizeof identity.bytes ? policy_read(profile->book, &identity, &profile->policy) : fault_none();
}

static void log_trouble(struct profile *profile, const char *what)
{
	if (*what != '\0' && what != profile->rescue_trouble)
		logline(LOGLINE_WARNING, "rescue_not_kept", LOGLINE_FIELDS(logline_text("why", what),
			logline_text("do", "sync; see that the disk has room")));
	profile->rescue_trouble = what;
}

/* The recovery key may be new: own work is sealed to it, and the vault opens to it. */
static void follow_policy(struct profile *profile)
{
	struct fault f = read_policy(profile);
	if (!fault_is(f) && profile->policy.has_recovery && profile_status(profile)->state != REPLICA_BLANK) {
		f = replica_rescue_to(profile->replica, profile->rescue_path, profile->policy.recovery);
		if (!vault_has_recovery(profile->vault, profile->policy.recovery)) {
			struct fault added = vault_add_recovery(profile->vault, profile->policy.recovery);
			f = fault_is(f) ? f : added;
		}
		profile->status_known = false;
	}
	log_trouble(profile, f.what);
}

/* ---- the lease ---- */

static void end_contact(struct profile *profile)
{
	contact_end(&profile->contact, profile->log, profile_status(profile));
}

void profile_lease(struct profile *profile, struct profile_lease *out)
{
	out->days = profile->policy.lease_days;
	out->left_ms = contact_left_ms(&profile->contact, profile_status(profile), out->days);
}

/* ---- open to a person ---- */

static void become_open(struct profile *profile)
{
	enum attempts_opened how = profile->opened;
	profile->state = PROFILE_OPEN;
	profile->changed = true;
	profile->opened = ATTEMPTS_OPENED_TOLD;
	logline(LOGLINE_INFO, "profile_open", NULL);
	if (fault_is(attempts_tell(profile, how, &profile->attempts)))
		logline(LOGLINE_WARNING, "unlock_not_traced", LOGLINE_FIELDS(
			logline_text("why", "the access log could not be written: wrong attempts are told later")));
	replica_count(profile->replica, REPLICA_PASSPHRASE, (uint32_t)profile->attempts);
}

void profile_carried(struct profile *profile, uint64_t written_ms)
{
	struct profile_lease lease;
	contact_carried(&profile->contact, profile->log, profile_status(profile), written_ms);
	profile_lease(profile, &lease);
	if (profile->state == PROFILE_WAITING && lease.left_ms != 0)
		become_open(profile);
}

/* A session that was not refused is the contact; a machine that has erased itself has nothing left to hide. */
static void follow_contact(struct profile *profile)
{
	const struct replica_status *now = profile_status(profile);
	contact_follow(&profile->contact, profile->log, now);
	if (profile->state == PROFILE_WAITING && (profile->contact.is_on || now->is_erased))
		become_open(profile);
}

/* The end of a turn: what changed is told, the next deadline set. */
static void turn(void *ctx)
{
	struct profile *profile = ctx;
	if (!profile_is_up(profile))
		return;
	if (profile->changed) {
		const char *failure = profile->failure;
		profile->changed = false;
		profile->failure = NULL;
		const struct replica_status *now = profile_status(profile);
		if (now->order != profile->order)
			follow_policy(profile);
		follow_contact(profile);
		now = profile_status(profile);
		log_trouble(profile, now->rescue_trouble);
		if (now->cases < profile->cases)
			(void)sweep_drafts(profile); /* a fault is met again by the next write */
		if (now->cases < profile->cases || now->order != profile->order)
			(void)sweep_unfinished(profile);
		profile->cases = now->cases;
		profile->order = now->order;
		if (now->state == REPLICA_SYNCING || now->state == REPLICA_IDLE || now->state == REPLICA_ENROLLING)
			link_settled(profile->link);
		if (now->state == REPLICA_REVOKED && now->is_erased && !link_is_up(profile->link))
			link_want(profile->link, false); /* it has said goodbye */
		tell_watches(profile, failure);
	}
	if (profile_is_up(profile))
		timer_at(profile->deadline, replica_deadline(profile->replica));
}

static void quiet(void *ctx)
{
	struct profile *profile = ctx;
	if (!profile_is_up(profile))
		return;
	logline(LOGLINE_INFO, "locked", LOGLINE_FIELDS(logline_number("quiet_s", profile->config.lock_after_ms / 1000)));
	profile_lock(profile);
}

/* ---- opening and closing ---- */

struct fault profile_new(struct loop *loop, const struct profile_config *config, struct profile **out)
{
	struct profile *profile = calloc(1, sizeof *profile);
	if (profile == NULL)
		return fault_of(FAULT_LIMIT, "memory for the profile");
	profile->loop = loop;
	profile->config = *config;
	struct fault f = folder_file(config->folder, "vault", profile->vault_path, sizeof profile->vault_path);
	if (!fault_is(f))
		f = folder_file(config->folder, "store.db", profile->store_path, sizeof profile->store_path);
	if (!fault_is(f))
		f = folder_file(config->folder, "rescue", profile->rescue_path, sizeof profile->rescue_path);
	if (!fault_is(f))
		f = watch_open(loop, quiet, profile, &profile->idle);
	if (!fault_is(f))
		f = timer_open(loop, deadline_came, profile, &profile->deadline);
	if (fault_is(f)) {
		watch_close(profile->idle);
		free(profile);
		return f;
	}
	profile->state = vault_exists(profile->vault_path) ? PROFILE_LOCKED : PROFILE_NONE;
	wipe_begin(); /* J2 */
	loop_on_turn(loop, turn, profile);
	*out = profile;
	return fault_none();
}

void profile_free(struct profile *profile)
{
	if (profile == NULL)
		return;
	profile_lock(profile);
	loop_on_turn(profile->loop, NULL, NULL);
	watch_close(profile->idle);
	timer_close(profile->deadline);
	/* Argon2id cannot be stopped: opening_done frees the profile then. */
	profile->freeing = true;
	if (profile->state != PROFILE_OPENING)
		free(profile);
}

enum profile_vault profile_vault(const struct profile *profile)
{
	return profile->state;
}

const struct profile_config *profile_config(const struct profile *profile)
{
	return &profile->config;
}

static void close_store(struct profile *profile)
{
	if (profile->replica != NULL && profile->book != NULL && profile_is_up(profile))
		contact_keep(&profile->contact, profile->log, profile_status(profile));
	link_close(profile->link);
	if (profile->replica != NULL)
		replica_close(profile->replica);
	if (profile->book != NULL)
		casebook_close(profile->book);
	if (profile->log != NULL)
		log_close(profile->log);
	if (profile->db != NULL)
		sealed_db_close(profile->db, profile->store_path);
	if (profile->vault != NULL)
		vault_lock(profile->vault);
	codec_close();
	profile->link = NULL;
	profile->replica = NULL;
	profile->book = NULL;
	profile->log = NULL;
	profile->db = NULL;
	profile->vault = NULL;
	profile->has_address = false;
	profile->attempts = 0;
	profile->opened = ATTEMPTS_OPENED_TOLD;
	profile->contact = (struct contact){ .is_on = false };
	profile->rescue_trouble = "";
	profile->told_down = false;
	profile->status_known = false;
}

/* A store that is not large is authenticated whole before anything is shown. */
static struct fault check_whole(struct profile *profile)
{
	struct stat info;
	if (stat(profile->store_path, &info) != 0 || info.st_size > CHECKED_BYTES_MAX)
		return fault_none();
	return sealed_db_verify(profile->db);
}

static struct fault open_db(struct profile *profile)
{
	uint8_t key[VAULT_KEY_BYTES];
	/* A vault without a store is an init that was cut: it is finished here. */
	struct sealed_db_options options = { .create = access(profile->store_path, F_OK) != 0,
					     .suite = seal_vfs_best_suite() };
	uint64_t gaps = seal_vfs_wal_gaps();
	struct fault f = vault_key(profile->vault, STORE_PURPOSE, key);
	if (!fault_is(f))
		f = sealed_db_open(profile->store_path, key, &options, &profile->db);
	sodium_memzero(key, sizeof key);
	if (seal_vfs_wal_gaps() != gaps)
		logline(LOGLINE_WARNING, "store_log_damaged", LOGLINE_FIELDS(
			logline_text("why", "a damaged record with good ones behind it: not a torn end"),
			logline_text("do", "compare with the central node")));
	return fault_is(f) ? f : check_whole(profile);
}

static struct fault open_rest(struct profile *profile)
{
	struct replica_host host = { .ctx = profile, .random = random_fill, .send = host_send,
				     .hang_up = host_hang_up, .changed = host_changed,
				     .compress = codec_compress, .decompress = codec_decompress, .health = host_health };
	struct link_events events = { .ctx = profile, .up = link_went_up, .bytes = link_brought,
				      .down = link_went_down, .failed = link_did_fail };
	FAULT_TRY(open_db(profile));
	FAULT_TRY(log_sqlite_open(profile->db, &profile->log));
	FAULT_TRY(casebook_open(profile->db, profile->log, NULL, &profile->book));
	FAULT_TRY(replica_open(profile->log, casebook_hooks(profile->book), &host, profile_now(), &profile->replica));
	casebook_set_orders(profile->book, replica_orders(profile->replica));
	return link_open(profile->loop, &events, &profile->link);
}

/* As it was left: a machine that was taken offline stays so. */
static struct fault begin_link(struct profile *profile)
{
	char text[ADDRESS_TEXT_BYTES];
	uint8_t none[1];
	size_t len = 0;
	bool found = false, offline = false;
	FAULT_TRY(log_get(profile->log, SETTINGS, OFFLINE, none, sizeof none, &len, &offline));
	profile->online = !offline;
	FAULT_TRY(log_get(profile->log, SETTINGS, span_text("central"), (uint8_t *)text, sizeof text, &len, &found));
	if (!found || fault_is(address_read(span_of(text, len), &profile->address)))
		return fault_none();
	profile->has_address = true;
	link_address(profile->link, &profile->address);
	const struct replica_status *now = profile_status(profile);
	if (profile->online && now->state != REPLICA_BLANK && !(now->state == REPLICA_REVOKED && now->is_erased))
		link_want(profile->link, true);
	return fault_none();
}

static struct fault keep_online(struct profile *profile, bool online);

/* The vault is open: now the store and what stands on it. */
static struct fault open_store(struct profile *profile, enum attempts_opened how)
{
	struct profile_lease lease = { .left_ms = LEASE_NONE };
	struct fault f = open_rest(profile);
	if (!fault_is(f))
		f = contact_open(&profile->contact, profile->log, profile_status(profile));
	if (!fault_is(f)) {
		follow_policy(profile);
		profile_lease(profile, &lease);
		f = lease.left_ms == 0 ? keep_online(profile, true) : fault_none(); /* it asks for contact now */
	}
	if (!fault_is(f))
		f = begin_link(profile);
	if (fault_is(f)) {
		close_store(profile);
		profile->state = PROFILE_LOCKED;
		return f;
	}
	profile->opened = how;
	watch_start(profile->idle, profile->config.lock_after_ms);
	if (lease.left_ms != 0) {
		become_open(profile);
		return fault_none();
	}
	profile->state = PROFILE_WAITING;
	profile->changed = true;
	logline(LOGLINE_NOTICE, "lease_over", LOGLINE_FIELDS(logline_number("days", lease.days),
		logline_text("do", "connect to the network: it opens with the first session")));
	return fault_none();
}

void profile_lock(struct profile *profile)
{
	if (!profile_is_up(profile))
		return;
	watch_start(profile->idle, 0);
	timer_at(profile->deadline, UINT64_MAX);
	if (fault_is(replica_locking(profile->replica, profile_now())))
		logline(LOGLINE_INFO, "lock_not_noted", NULL); /* locked all the same: nothing of the work hangs on it */
	close_store(profile);
	profile->state = PROFILE_LOCKED;
	request_wipe();
	wipe_freed(); /* J2 */
	tell_watches(profile, "the profile was locked");
}

/* ---- the passphrase, beside the loop (J1) ---- */

struct opening {
	struct profile *profile;
	uint8_t *passphrase; /* sodium_malloc */
	size_t len;
	uint8_t *recovery;   /* the same; NULL: the passphrase opens it */
	bool create;
	struct vault *vault;
	struct fault fault;
	profile_opened_fn *fn;
	void *ctx;
};

/* That it was used is noted before it has any effect. */
static struct fault recover(struct opening *o, struct span passphrase)
{
	FAULT_TRY(vault_unlock_recovery(o->profile->vault_path, o->recovery, &o->vault));
	struct fault f = vault_check_passphrase(passphrase);
	if (!fault_is(f))
		f = attempts_note_recovery(o->profile->config.folder, loop_wall_ms());
	if (!fault_is(f))
		f = vault_set_passphrase(o->vault, passphrase);
	if (fault_is(f))
		vault_lock(o->vault);
	return f;
}

static void opening_work(void *ctx)
{
	struct opening *o = ctx;
	struct span passphrase = span_of(o->passphrase, o->len);
	o->fault = o->recovery != NULL ? recover(o, passphrase)
		: o->create ? vault_create(o->profile->vault_path, passphrase, NULL, &o->vault)
			    : vault_unlock(o->profile->vault_path, passphrase, &o->vault);
}

static void opening_done(void *ctx)
{
	struct opening *o = ctx;
	struct profile *profile = o->profile;
	struct fault f = o->fault;
	sodium_free(o->passphrase);
	sodium_free(o->recovery);
	if (profile->freeing) {
		if (!fault_is(f))
			vault_lock(o->vault);
		o->fn(o->ctx, fault_of(FAULT_LATER, "the daemon is ending"));
		free(profile);
		free(o);
		return;
	}
	profile->state = vault_exists(profile->vault_path) ? PROFILE_LOCKED : PROFILE_NONE;
	if (f.kind == FAULT_CALLER && !o->create) /* a wrong passphrase */
		attempts_note(profile->config.folder, loop_wall_ms());
	if (!fault_is(f)) {
		profile->vault = o->vault;
		f = open_store(profile, o->recovery != NULL ? ATTEMPTS_OPENED_BY_RECOVERY : ATTEMPTS_OPENED_BY_PASSPHRASE);
	}
	o->fn(o->ctx, f);
	free(o);
}

static struct fault begin_opening(struct profile *profile, struct span passphrase, const uint8_t *recovery, bool create,
				  profile_opened_fn *fn, void *ctx)
{
	struct opening *o = calloc(1, sizeof *o);
	uint8_t *copy = sodium_malloc(passphrase.len + 1);
	uint8_t *key = recovery == NULL ? NULL : sodium_malloc(VAULT_KEY_BYTES);
	if (o == NULL || copy == NULL || (recovery != NULL && key == NULL)) {
		free(o);
		sodium_free(copy);
		sodium_free(key);
		return fault_of(FAULT_LIMIT, "memory for the passphrase");
	}
	memcpy(copy, passphrase.data, passphrase.len);
	if (key != NULL)
		memcpy(key, recovery, VAULT_KEY_BYTES);
	*o = (struct opening){ .profile = profile, .passphrase = copy, .len = passphrase.len, .recovery = key, .create = create,
			       .fn = fn, .ctx = ctx };
	struct fault f = loop_beside(profile->loop, opening_work, opening_done, o);
	if (fault_is(f)) {
		sodium_free(copy);
		sodium_free(key);
		free(o);
		return f;
	}
	profile->state = PROFILE_OPENING;
	return fault_none();
}

struct fault profile_init(struct profile *profile, struct span passphrase, profile_opened_fn *fn, void *ctx)
{
	if (profile->state == PROFILE_OPENING)
		return fault_of(FAULT_LATER, "the profile is being opened");
	if (profile->state != PROFILE_NONE)
		return fault_of(FAULT_CALLER, "this profile has a vault already");
	return begin_opening(profile, passphrase, NULL, true, fn, ctx);
}

static struct fault unlock(struct profile *profile, struct span passphrase, const uint8_t *recovery, profile_opened_fn *fn,
			   void *ctx)
{
	switch (profile->state) {
	case PROFILE_NONE:
		return fault_of(FAULT_CALLER, "this profile has no vault yet");
	case PROFILE_OPENING:
		return fault_of(FAULT_LATER, "the profile is being opened");
	case PROFILE_WAITING:
		return fault_of(FAULT_LATER, "this device waits for contact: connect it to the network, and it opens by itself");
	case PROFILE_OPEN:
		return fault_of(FAULT_CALLER, "the profile is open already");
	case PROFILE_LOCKED:
		break;
	}
	return begin_opening(profile, passphrase, recovery, false, fn, ctx);
}

struct fault profile_unlock(struct profile *profile, struct span passphrase, profile_opened_fn *fn, void *ctx)
{
	return unlock(profile, passphrase, NULL, fn, ctx);
}

struct fault profile_recover(struct profile *profile, const uint8_t key[static VAULT_KEY_BYTES], struct span passphrase,
			     profile_opened_fn *fn, void *ctx)
{
	return unlock(profile, passphrase, key, fn, ctx);
}

struct fault profile_open_with_key_file(struct profile *profile)
{
	uint8_t key[KEY_FILE_BYTES_MAX];
	size_t len;
	ASSERT(profile->config.key_file != NULL && !profile_is_up(profile));
	if (profile->state == PROFILE_NONE && access(profile->config.key_file, F_OK) != 0)
		FAULT_TRY(folder_make_key(profile->config.key_file));
	struct fault f = folder_read(profile->config.key_file, key, sizeof key, &len);
	if (!fault_is(f))
		f = profile->state == PROFILE_NONE
			    ? vault_create_keyfile(profile->vault_path, span_of(key, len), &profile->vault)
			    : vault_unlock_keyfile(profile->vault_path, span_of(key, len), &profile->vault);
	sodium_memzero(key, sizeof key);
	return fault_is(f) ? f : open_store(profile, ATTEMPTS_OPENED_TOLD);
}

/* ---- while open ---- */

void profile_touch(struct profile *profile)
{
	if (profile->state == PROFILE_OPEN)
		watch_touch(profile->idle);
}

struct loop *profile_loop(struct profile *profile)
{
	return profile->loop;
}

struct fault profile_verify(struct profile *profile)
{
	return sealed_db_verify(profile->db);
}

const struct folder *profile_folder(const struct profile *profile)
{
	return profile->config.folder;
}

struct log *profile_log(struct profile *profile)
{
	return profile->log;
}

struct casebook *profile_book(struct profile *profile)
{
	return profile->book;
}

struct replica *profile_replica(struct profile *profile)
{
	return profile->replica;
}

const struct replica_status *profile_status(struct profile *profile)
{
	ASSERT(profile->replica != NULL);
	if (!profile->status_known)
		replica_status(profile->replica, &profile->status);
	profile->status_known = true;
	return &profile->status;
}

void profile_poke(struct profile *profile)
{
	host_changed(profile);
	replica_poke(profile->replica, profile_now());
}

static struct fault keep_online(struct profile *profile, bool online)
{
	FAULT_TRY(log_begin(profile->log));
	struct fault f = online ? log_remove(profile->log, SETTINGS, OFFLINE)
				: log_put(profile->log, SETTINGS, OFFLINE, span_text("1"));
	if (!fault_is(f))
		return log_commit(profile->log);
	(void)log_rollback(profile->log);
	return f;
}

struct fault profile_online(struct profile *profile, bool online)
{
	struct fault f = online == profile->online ? fault_none() : keep_online(profile, online);
	profile->online = online;
	if (!online) {
		/* At once, so that whoever asks next is not told of the link that ends. */
		if (link_is_up(profile->link)) {
			replica_link_down(profile->replica, profile_now());
			profile->told_down = true;
		}
		link_want(profile->link, false);
	} else if (profile->has_address && !link_is_up(profile->link)) {
		link_want(profile->link, true);
	}
	host_changed(profile);
	return f;
}

size_t profile_attempts(const struct profile *profile)
{
	return profile->attempts;
}

bool profile_is_online(const struct profile *profile)
{
	return profile->online;
}

uint64_t profile_retry_ms(const struct profile *profile)
{
	return link_wait_left_ms(profile->link);
}

struct fault profile_central(struct profile *profile, const struct address *address,
			     const struct delta_identity *identity)
{
	char text[ADDRESS_TEXT_BYTES];
	address_write(address, text);
	FAULT_TRY(log_begin(profile->log));
	struct fault f = log_put(profile->log, SETTINGS, span_text("central"), span_text(text));
	if (!fault_is(f))
		f = log_put(profile->log, SETTINGS, span_text("identity"), span_of(identity->bytes, sizeof identity->bytes));
	if (fault_is(f)) {
		(void)log_rollback(profile->log);
		return f;
	}
	FAULT_TRY(log_commit(profile->log));
	profile->address = *address;
	profile->has_address = true;
	link_address(profile->link, address);
	if (link_is_up(profile->link))
		link_hang_up(profile->link, "an enrolment begins");
	return fault_none();
}

struct fault profile_access_case(struct profile *profile, struct case_id *out)
{
	struct delta_identity identity;
	size_t len = 0;
	bool found = false;
	FAULT_TRY(log_get(profile->log, SETTINGS, span_text("identity"), identity.bytes, sizeof identity.bytes, &len, &found));
	if (!found || len != sizeof identity.bytes)
		return fault_of(FAULT_LATER, "this machine is not enrolled yet");
	delta_access_case(&identity, &profile_status(profile)->node, out);
	return fault_none();
}

const struct address *profile_central_address(const struct profile *profile)
{
	return profile->has_address ? &profile->address : NULL;
}

void profile_unwatch(struct profile *profile, struct profile_watch *watch)
{
	for (struct profile_watch **at = &profile->watches; *at != NULL; at = &(*at)->next) {
		if (*at == watch) {
			*at = watch->next;
			return;
		}
	}
}

void profile_watch(struct profile *profile, struct profile_watch *watch)
{
	profile_unwatch(profile, watch);
	watch->next = profile->watches;
	profile->watches = watch;
}

void profile_note_change(struct profile *profile)
{
	host_changed(profile);
}
