/* node - wiring of the central role. */
#include "central/node.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/assert.h"
#include "central/backup.h"
#include "central/clashes.h"
#include "central/handovers.h"
#include "central/ledger.h"
#include "central/match.h"
#include "central/rate.h"
#include "central/survey.h"
#include "central/tally.h"
#include "io/codec.h"
#include "io/conn.h"
#include "io/listener.h"
#include "io/logline.h"
#include "io/random.h"
#include "io/timer.h"
#include "store/sealed_db.h"
#include "store/vault.h"

enum {
	KEY_FILE_BYTES_MAX = 4096,
	DENY_BYTES_MAX = 16 * 1024 * 1024,
	DENY_LINE_BYTES_MAX = 4096,
	CHECKED_BYTES_MAX = 64 * 1024 * 1024,
};

struct peer {
	struct node *node; /* NULL: the node has closed */
	struct peer *next, **at;
	struct conn *conn;
	struct hub_link *link; /* NULL: the hub did not take it */
};

struct node {
	struct loop *loop;
	struct node_config config;
	struct address public;
	char vault_path[PATH_MAX], store_path[PATH_MAX];
	struct vault *vault;
	struct sqlite3 *db;
	struct log *log;
	struct casebook *book;
	struct match *match;
	struct ledger *ledger;
	struct handovers *handovers;
	struct survey *survey;
	struct clashes *clashes;
	struct backup *backup;
	struct book told; /* the book as the hub sees it: match hears of everything too */
	struct hub *hub;
	struct listener *listener;
	struct timer *deadline;
	struct peer *peers;
	struct tally ends;
	node_watch_fn *watch;
	void *watch_ctx;
	struct rate accepted, quarantined;
	uint64_t started_ms;
	bool busy;    /* something came in: commit at the end of the turn */
	bool changed; /* and whoever watches is told */
	bool failed;
};

struct hub_time node_now(void)
{
	return (struct hub_time){ .wall_ms = loop_wall_ms(), .mono_ms = loop_mono_ms() };
}

/* ---- what the hub tells its book ---- */

static struct fault told_touched(void *ctx, struct case_id case_id, struct record_id record_id,
				 const struct log_entry *entry)
{
	struct node *node = ctx;
	const struct book *book = casebook_hooks(node->book);
	FAULT_TRY(match_touched(node->match, record_id, entry));
	FAULT_TRY(ledger_touched(node->ledger, record_id, entry));
	FAULT_TRY(handovers_touched(node->handovers, record_id, entry));
	FAULT_TRY(clashes_touched(node->clashes, record_id, entry));
	return book->ops->touched(book->ctx, case_id, record_id, entry);
}

static struct fault told_forgot(void *ctx, struct case_id case_id)
{
	struct node *node = ctx;
	const struct book *book = casebook_hooks(node->book);
	FAULT_TRY(match_forgot(node->match, case_id));
	FAULT_TRY(ledger_forgot(node->ledger, case_id));
	FAULT_TRY(clashes_forgot(node->clashes, case_id));
	return book->ops->forgot(book->ctx, case_id);
}

static const struct book_ops told_ops = { .touched = told_touched, .forgot = told_forgot };

/* ---- the hub's host ---- */

static void host_send(void *ctx, void *peer, struct span bytes)
{
	(void)ctx;
	conn_send(((struct peer *)peer)->conn, bytes);
}

static void host_hang_up(void *ctx, void *peer, const char *why)
{
	(void)ctx;
	conn_close(((struct peer *)peer)->conn, why);
}

static bool host_deny(void *ctx, struct span line)
{
	struct node *node = ctx;
	char hex[2 * DENY_LINE_BYTES_MAX + 1];
	if (line.len > DENY_LINE_BYTES_MAX)
		return false;
	sodium_bin2hex(hex, sizeof hex, line.data, line.len);
	return folder_append_line(node->config.deny_file, span_text(hex));
}

static struct fault host_apart(void *ctx, struct record_id record_id)
{
	return clashes_suspect(((struct node *)ctx)->clashes, record_id);
}

static struct hub_host host_of(struct node *node)
{
	return (struct hub_host){ .ctx = node, .random = random_fill, .send = host_send, .hang_up = host_hang_up,
				  .deny = host_deny, .compress = codec_compress, .decompress = codec_decompress,
				  .apart = host_apart };
}

/* ---- connections ---- */

static void peer_bytes(void *ctx, struct conn *conn, struct span bytes)
{
	struct peer *peer = ctx;
	(void)conn;
	if (peer->node == NULL || peer->link == NULL || peer->node->failed)
		return;
	node_poke(peer->node);
	hub_link_bytes(peer->node->hub, peer->link, bytes, node_now());
}

/* Of each connection: told only where somebody looks for a trouble. */
static void log_end(const struct peer *peer, const char *why)
{
	struct node_id device;
	if (peer->link != NULL && hub_link_device(peer->link, &device))
		logline(LOGLINE_INFO, "session_ended", LOGLINE_FIELDS(logline_id("device", device.bytes), logline_text("why", why)));
	else
		logline(LOGLINE_INFO, "connection_ended", LOGLINE_FIELDS(logline_text("why", why)));
}

static void peer_closed(void *ctx, struct conn *conn, const char *why)
{
	struct peer *peer = ctx;
	(void)conn;
	if (peer->node != NULL) {
		tally_add(&peer->node->ends, why);
		log_end(peer, why);
		*peer->at = peer->next;
		if (peer->next != NULL)
			peer->next->at = peer->at;
		if (peer->link != NULL)
			hub_link_down(peer->node->hub, peer->link);
		node_poke(peer->node);
	}
	free(peer);
}

static void arrived(void *ctx, struct conn *conn)
{
	struct node *node = ctx;
	struct peer *peer = calloc(1, sizeof *peer);
	uint8_t prefix[CONN_PREFIX_BYTES_MAX];
	if (peer == NULL) {
		conn_close(conn, "no memory");
		return;
	}
	struct conn_events events = { .ctx = peer, .bytes = peer_bytes, .closed = peer_closed };
	*peer = (struct peer){ .node = node, .conn = conn, .next = node->peers, .at = &node->peers };
	if (node->peers != NULL)
		node->peers->at = &peer->next;
	node->peers = peer;
	size_t len = conn_prefix(conn, prefix);
	conn_start(conn, &events);
	if (node->failed || fault_is(hub_link_up(node->hub, peer, span_of(prefix, len), node_now(), &peer->link))) {
		peer->link = NULL;
		conn_close(conn, "not taken");
	}
	node_poke(node);
}

/* ---- turns ---- */

static void fail(struct node *node, struct fault f)
{
	logline(LOGLINE_ERROR, "commit_failed", LOGLINE_FIELDS(logline_text("why", f.what),
		logline_text("do", "it ends; started again it verifies the store")));
	node->failed = true;
	loop_stop(node->loop);
}

static void count_turn(struct node *node)
{
	struct hub_counters now;
	uint64_t mono_ms = loop_mono_ms();
	hub_counters(node->hub, &now);
	rate_add(&node->accepted, now.deltas_accepted - node->accepted.total, mono_ms);
	rate_add(&node->quarantined, now.deltas_quarantined - node->quarantined.total, mono_ms);
}

static void turn(void *ctx)
{
	struct node *node = ctx;
	if (!node->busy || node->failed)
		return;
	node->busy = false;
	struct fault f = hub_commit(node->hub, node_now());
	if (!fault_is(f))
		f = match_step(node->match, node->hub, node_now());
	if (!fault_is(f))
		f = handovers_step(node->handovers, node->hub, node_now());
	if (!fault_is(f))
		f = clashes_step(node->clashes);
	if (fault_is(f)) {
		fail(node, f); /* E2 */
		return;
	}
	count_turn(node);
	survey_step(node->survey);
	backup_turn(node->backup);
	bool is_waiting = match_waits(node->match) || survey_waits(node->survey) || clashes_waits(node->clashes);
	timer_at(node->deadline, is_waiting ? 0 : hub_deadline(node->hub));
	if (node->changed && node->watch != NULL)
		node->watch(node->watch_ctx);
	node->changed = false;
}

/* A count that somebody asked for changes nothing, or its asker would ask again for ever. */
static bool only_counts(const struct node *node)
{
	return survey_waits(node->survey) && !match_waits(node->match) && !clashes_waits(node->clashes) &&
	       hub_deadline(node->hub) > loop_mono_ms();
}

static void deadline_came(void *ctx)
{
	struct node *node = ctx;
	bool changes = !only_counts(node);
	hub_tick(node->hub, node_now());
	node->changed = node->changed || changes;
	node->busy = true;
}

/* ---- opening ---- */

static struct fault open_vault(struct node *node)
{
	uint8_t key[KEY_FILE_BYTES_MAX];
	size_t len;
	const char *key_file = node->config.key_file;
	bool is_there = vault_exists(node->vault_path);
	if (!is_there && !node->config.init)
		return fault_of(FAULT_CALLER, "there is no central node in this folder yet: make one with --init");
	if (!is_there && access(key_file, F_OK) != 0) {
		FAULT_TRY(folder_make_key(key_file));
		logline(LOGLINE_NOTICE, "key_made", LOGLINE_FIELDS(logline_text("file", key_file),
			logline_text("do", "keep a copy elsewhere: without it nothing can be read")));
	}
	FAULT_TRY(folder_read(key_file, key, sizeof key, &len));
	struct fault f = is_there ? vault_unlock_keyfile(node->vault_path, span_of(key, len), &node->vault)
				  : vault_create_keyfile(node->vault_path, span_of(key, len), &node->vault);
	sodium_memzero(key, sizeof key);
	return f;
}

/* A store that is not large is authenticated whole before anybody is answered. */
static struct fault check_whole(struct node *node)
{
	struct stat info;
	if (stat(node->store_path, &info) != 0 || info.st_size > CHECKED_BYTES_MAX)
		return fault_none();
	return sealed_db_verify(node->db);
}

static struct fault open_db(struct node *node)
{
	uint8_t key[VAULT_KEY_BYTES], random_key[16];
	struct sealed_db_options options = { .create = node->config.init, .suite = seal_vfs_best_suite() };
	uint64_t gaps = seal_vfs_wal_gaps();
	struct fault f = vault_key(node->vault, "store", key);
	if (!fault_is(f))
		f = sealed_db_open(node->store_path, key, &options, &node->db);
	sodium_memzero(key, sizeof key);
	if (seal_vfs_wal_gaps() != gaps)
		logline(LOGLINE_WARNING, "store_log_damaged", LOGLINE_FIELDS(
			logline_text("why", "a damaged record with good ones behind it: not a torn end"),
			logline_text("do", "audit, and compare with a copy")));
	FAULT_TRY(f);
	FAULT_TRY(check_whole(node));
	FAULT_TRY(log_sqlite_open(node->db, &node->log));
	FAULT_TRY(casebook_open(node->db, node->log, NULL, &node->book));
	casebook_set_central(node->book);
	FAULT_TRY(match_open(node->db, node->log, node->book, &node->match));
	FAULT_TRY(ledger_open(node->db, node->log, &node->ledger));
	FAULT_TRY(handovers_open(node->log, node->book, &node->handovers));
	FAULT_TRY(survey_open(node->log, node->book, node->match, &node->survey));
	random_fill(NULL, random_key, sizeof random_key);
	FAULT_TRY(clashes_open(node->log, node->book, random_key, &node->clashes));
	node->told = (struct book){ .ops = &told_ops, .ctx = node };
	return fault_none();
}

/* The lines of the deny file, each hexadecimal, decoded in place. */
static struct fault deny_lines(uint8_t *block, size_t len, struct span **lines, size_t *count)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i++)
		n += block[i] == '\n';
	*count = 0;
	*lines = calloc(n + 1, sizeof **lines);
	if (*lines == NULL)
		return fault_of(FAULT_LIMIT, "memory for the deny file");
	for (size_t from = 0; from < len;) {
		uint8_t *end = memchr(block + from, '\n', len - from);
		size_t chars = end == NULL ? len - from : (size_t)(end - (block + from)), bytes;
		/* A last line without its end was cut by a crash: it was never acted on. */
		if (end == NULL)
			break;
		if (sodium_hex2bin(block + from, chars / 2 + 1, (const char *)block + from, chars, NULL, &bytes, NULL) != 0)
			return fault_of(FAULT_STORE, "deny file damaged: put back its copy");
		(*lines)[(*count)++] = span_of(block + from, bytes);
		from += chars + 1;
	}
	return fault_none();
}

static struct fault restore(struct node *node, const struct hub_host *host)
{
	uint8_t *block = malloc(DENY_BYTES_MAX);
	struct span *lines = NULL;
	size_t len = 0, count = 0;
	struct fault f = block == NULL ? fault_of(FAULT_LIMIT, "memory for the deny file") : fault_none();
	if (!fault_is(f) && !node->config.override)
		f = folder_read(node->config.deny_file, block, DENY_BYTES_MAX, &len);
	if (!fault_is(f))
		f = deny_lines(block, len, &lines, &count);
	if (!fault_is(f))
		f = hub_restore(node->log, &node->told, host, lines, count, node->config.override, node_now(), &node->hub);
	free(lines);
	free(block);
	return f;
}

static struct fault open_hub(struct node *node)
{
	struct hub_host host = host_of(node);
	uint64_t last;
	FAULT_TRY(log_last_local(node->log, &last));
	if (node->config.init) {
		if (last != 0)
			return fault_of(FAULT_CALLER, "this folder holds a central node already: start it without --init");
		FAULT_TRY(hub_init(node->log, &node->told, &host, node_now()));
	}
	FAULT_TRY(node->config.restored ? restore(node, &host)
					: hub_open(node->log, &node->told, &host, node_now(), &node->hub));
	casebook_set_orders(node->book, hub_orders(node->hub));
	if (node->config.restored) /* central's own links may be among what was lost */
		FAULT_TRY(match_rebuild(node->match));
	FAULT_TRY(match_run(node->match, node->hub, node_now()));
	return handovers_step(node->handovers, node->hub, node_now());
}

/* ---- backups ---- */

static uint64_t backup_order(void *ctx)
{
	struct node *node = ctx;
	struct hub_counters counters;
	hub_counters(node->hub, &counters);
	return counters.last_order;
}

static void backup_kept(void *ctx, uint64_t order)
{
	struct node *node = ctx;
	struct fault f = node->failed ? fault_none() : hub_safe_order(node->hub, order, node_now());
	if (fault_is(f))
		fail(node, f); /* E2 */
	node_poke(node); /* devices are told */
}

static struct fault open_backup(struct node *node)
{
	struct backup_source source = { .db = node->db, .store_path = node->store_path, .vault_path = node->vault_path,
					.deny_path = node->config.deny_file, .ctx = node,
					.order = backup_order, .kept = backup_kept };
	if (node->config.backup == NULL)
		return fault_none();
	FAULT_TRY(vault_key(node->vault, "backup", source.key));
	struct fault f = backup_open(node->loop, node->config.backup, &source, &node->backup);
	sodium_memzero(source.key, sizeof source.key);
	return f;
}

static struct fault open_all(struct node *node)
{
	FAULT_TRY(folder_file(node->config.folder, "vault", node->vault_path, sizeof node->vault_path));
	FAULT_TRY(folder_file(node->config.folder, "store.db", node->store_path, sizeof node->store_path));
	FAULT_TRY(open_vault(node));
	FAULT_TRY(open_db(node));
	FAULT_TRY(open_hub(node));
	FAULT_TRY(timer_open(node->loop, deadline_came, node, &node->deadline));
	if (node->config.only_make)
		return fault_none();
	FAULT_TRY(open_backup(node));
	FAULT_TRY(listener_open(node->loop, &node->config.listen, arrived, node, &node->listener));
	FAULT_TRY(folder_write(node->config.folder, "address", span_text(listener_address(node->listener))));
	if (node->config.public != NULL)
		node->public = *node->config.public;
	else
		FAULT_TRY(address_read(span_text(listener_address(node->listener)), &node->public));
	return fault_none();
}

struct fault node_open(struct loop *loop, const struct node_config *config, struct node **out)
{
	struct node *node = calloc(1, sizeof *node);
	if (node == NULL)
		return fault_of(FAULT_LIMIT, "memory for the central node");
	node->loop = loop;
	node->config = *config;
	struct fault f = open_all(node);
	if (fault_is(f)) {
		node_close(node);
		return f;
	}
	loop_on_turn(loop, turn, node);
	node->started_ms = loop_wall_ms();
	node_poke(node);
	*out = node;
	return fault_none();
}

static void close_peers(struct node *node)
{
	for (struct peer *peer = node->peers; peer != NULL; peer = peer->next) {
		if (peer->link != NULL)
			hub_link_down(node->hub, peer->link);
		peer->link = NULL;
		peer->node = NULL;
		conn_close(peer->conn, "the central node stops");
	}
}

void node_close(struct node *node)
{
	if (node == NULL)
		return;
	loop_on_turn(node->loop, NULL, NULL);
	listener_close(node->listener);
	timer_close(node->deadline);
	close_peers(node);
	survey_close(node->survey);
	clashes_close(node->clashes);
	backup_stop(node->backup);
	if (node->hub != NULL)
		hub_close(node->hub);
	match_close(node->match);
	ledger_close(node->ledger);
	handovers_close(node->handovers);
	if (node->book != NULL)
		casebook_close(node->book);
	if (node->log != NULL)
		log_close(node->log);
	if (node->db != NULL)
		sealed_db_close(node->db, node->store_path);
	backup_close(node->backup);
	if (node->vault != NULL)
		vault_lock(node->vault);
	codec_close();
	free(node);
}

bool node_failed(const struct node *node)
{
	return node->failed;
}

struct hub *node_hub(struct node *node)
{
	return node->hub;
}

struct casebook *node_book(struct node *node)
{
	return node->book;
}

struct backup *node_backup(const struct node *node)
{
	return node->backup;
}

struct fault node_verify(struct node *node)
{
	FAULT_TRY(backup_take(node->backup)); /* the log is about to be emptied */
	return sealed_db_verify(node->db);
}

struct match *node_match(struct node *node)
{
	return node->match;
}

struct handovers *node_handovers(struct node *node)
{
	return node->handovers;
}

struct ledger *node_ledger(struct node *node)
{
	return node->ledger;
}

struct survey *node_survey(struct node *node)
{
	return node->survey;
}

struct clashes *node_clashes(struct node *node)
{
	return node->clashes;
}

struct log *node_log(struct node *node)
{
	return node->log;
}

const struct tally *node_ends(const struct node *node)
{
	return &node->ends;
}

static uint64_t bytes_of(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

void node_room(const struct node *node, struct node_room *out)
{
	char wal[PATH_MAX + 4];
	struct statvfs disk;
	snprintf(wal, sizeof wal, "%s-wal", node->store_path);
	*out = (struct node_room){ .store_bytes = bytes_of(node->store_path), .wal_bytes = bytes_of(wal) };
	if (statvfs(node->config.folder->path, &disk) != 0)
		return;
	out->free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
	out->disk_bytes = (uint64_t)disk.f_blocks * disk.f_frsize;
}

const struct rate *node_accepted(const struct node *node)
{
	return &node->accepted;
}

const struct rate *node_quarantined(const struct node *node)
{
	return &node->quarantined;
}

uint64_t node_started_ms(const struct node *node)
{
	return node->started_ms;
}

const struct alerts_limits *node_alerts(const struct node *node)
{
	return &node->config.alerts;
}

static bool take_stamp(void *ctx, const struct log_entry *entry)
{
	*(uint64_t *)ctx = entry->stamp_ms;
	return false;
}

uint64_t node_keys_since_ms(struct node *node)
{
	uint64_t ms = 0;
	return fault_is(log_read_local(node->log, 0, take_stamp, &ms)) ? 0 : ms;
}

const char *node_address(const struct node *node)
{
	return listener_address(node->listener);
}

const struct address *node_public(const struct node *node)
{
	return &node->public;
}

void node_watch(struct node *node, node_watch_fn *fn, void *ctx)
{
	node->watch = fn;
	node->watch_ctx = ctx;
}

void node_wake(struct node *node)
{
	node->busy = true;
}

void node_poke(struct node *node)
{
	node->busy = true;
	node->changed = true;
}
