/* metrics - one line after another; what is measured stands in one place each. */
#include "api/metrics.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "api/version.h"
#include "base/assert.h"
#include "central/alarms.h"
#include "central/backup.h"
#include "central/tally.h"
#include "io/logline.h"

enum { WORD_BYTES = 64 };

__attribute__((format(printf, 2, 3))) static void put(struct metrics *out, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(out->text + out->len, sizeof out->text - out->len, format, args);
	va_end(args);
	/* Names, labels and their number are the sources': they fit. */
	ASSERT(n >= 0 && (size_t)n < sizeof out->text - out->len);
	out->len += (size_t)n;
}

/* Every value is of a name that was told so before it. */
static void name(struct metrics *out, const char *named, const char *type, const char *help)
{
	put(out, "# HELP %s %s\n# TYPE %s %s\n", named, help, named, type);
}

static void counter(struct metrics *out, const char *named, uint64_t value, const char *help)
{
	name(out, named, "counter", help);
	put(out, "%s %" PRIu64 "\n", named, value);
}

static void gauge(struct metrics *out, const char *named, uint64_t value, const char *help)
{
	name(out, named, "gauge", help);
	put(out, "%s %" PRIu64 "\n", named, value);
}

/* Milliseconds or microseconds, as seconds. */
static void seconds(struct metrics *out, const char *named, const char *type, uint64_t us, const char *help)
{
	name(out, named, type, help);
	put(out, "%s %" PRIu64 ".%06" PRIu64 "\n", named, us / 1000000, us % 1000000);
}

/* ---- the process ---- */

uint64_t metrics_resident_bytes(void)
{
	unsigned long long whole, resident = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%llu %llu", &whole, &resident) != 2)
		resident = 0;
	fclose(file);
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

uint64_t metrics_open_files(void)
{
	uint64_t count = 0;
	DIR *folder = opendir("/proc/self/fd");
	if (folder == NULL)
		return 0;
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count < 3 ? 0 : count - 3; /* ".", ".." and the folder's own */
}

static uint64_t started_us(void)
{
	static uint64_t us;
	struct timespec up;
	unsigned long long ticks = 0;
	FILE *file = us == 0 ? fopen("/proc/self/stat", "r") : NULL;
	if (file == NULL)
		return us;
	/* The 22nd value; the second is the program's name, which has no blank in it. */
	if (fscanf(file, "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", &ticks) == 1 &&
	    clock_gettime(CLOCK_BOOTTIME, &up) == 0) {
		uint64_t up_us = (uint64_t)up.tv_sec * 1000000 + (uint64_t)up.tv_nsec / 1000;
		uint64_t after_us = ticks * 1000000 / (uint64_t)sysconf(_SC_CLK_TCK);
		us = loop_wall_ms() * 1000 - (up_us > after_us ? up_us - after_us : 0);
	}
	fclose(file);
	return us;
}

static void put_process(struct metrics *out, const struct loop *loop)
{
	const struct loop_load *load = loop_load(loop);
	struct rusage used;
	struct rlimit files;
	getrusage(RUSAGE_SELF, &used);
	seconds(out, "process_cpu_seconds_total", "counter",
		(uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 + (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec),
		"Processor time used.");
	gauge(out, "process_resident_memory_bytes", metrics_resident_bytes(), "Memory held.");
	gauge(out, "process_open_fds", metrics_open_files(), "Open file descriptors.");
	if (getrlimit(RLIMIT_NOFILE, &files) == 0)
		gauge(out, "process_max_fds", files.rlim_cur, "File descriptors it may open.");
	seconds(out, "process_start_time_seconds", "gauge", started_us(), "When it began, since 1970.");
	name(out, "jalka_loop_turn_seconds", "histogram", "How long a turn of the event loop worked; what came in meanwhile waited.");
	for (size_t i = 0; i < LOOP_STEPS; i++)
		put(out, "jalka_loop_turn_seconds_bucket{le=\"%g\"} %" PRIu64 "\n", loop_step_ms[i] / 1000.0, load->within[i]);
	put(out, "jalka_loop_turn_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\njalka_loop_turn_seconds_sum %" PRIu64 ".%06" PRIu64
		 "\njalka_loop_turn_seconds_count %" PRIu64 "\n", load->turns, load->busy_us / 1000000, load->busy_us % 1000000, load->turns);
	seconds(out, "jalka_loop_turn_longest_seconds", "gauge", load->longest_us, "The longest turn since the start.");
	name(out, "jalka_log_lines_total", "counter", "Lines written to the daemon's own log, by level.");
	for (int level = LOGLINE_ERROR; level <= LOGLINE_DEBUG; level++)
		put(out, "jalka_log_lines_total{level=\"%s\"} %" PRIu64 "\n", logline_level_name(level), logline_count(level));
}

/* ---- the log and what keeps it ---- */

static void put_backup(struct metrics *out, const struct node *node)
{
	struct backup_status s = { .failures = 0 };
	if (node_backup(node) != NULL)
		backup_status(node_backup(node), &s);
	gauge(out, "jalka_backup_kept", node_backup(node) != NULL, "1: the store is kept elsewhere too, while it runs.");
	seconds(out, "jalka_backup_time_seconds", "gauge", s.last_ms * 1000, "The moment the newest kept file shows, since 1970; 0: none yet.");
	seconds(out, "jalka_backup_base_time_seconds", "gauge", s.base_ms * 1000, "When the store was last copied whole, since 1970; 0: not yet.");
	counter(out, "jalka_backup_failures_total", s.failures, "Backups that failed; the next one begins with a whole copy.");
	gauge(out, "jalka_backup_waiting_bytes", s.pending_bytes, "Changes taken and not yet written to the backup.");
}

static void put_store(struct metrics *out, struct node *node, const struct hub_counters *c, const struct hub_census *now)
{
	struct node_room room;
	node_room(node, &room);
	gauge(out, "jalka_store_bytes", room.store_bytes, "Size of the store's file.");
	gauge(out, "jalka_store_wal_bytes", room.wal_bytes, "Size of the store's write-ahead log.");
	gauge(out, "jalka_store_free_bytes", room.free_bytes, "Free where the store lies.");
	gauge(out, "jalka_log_order", c->last_order, "The highest order given: entries of the log, erased ones too.");
	gauge(out, "jalka_safe_order", now->safe_order, "The highest order in a verified copy off this machine.");
	seconds(out, "jalka_safe_order_time_seconds", "gauge", now->safe_at_ms * 1000,
		"When that copy was told of, since 1970; 0: never.");
	put_backup(out, node);
	counter(out, "jalka_commits_total", c->commits, "Transactions made durable.");
	counter(out, "jalka_deltas_accepted_total", c->deltas_accepted, "Changes that were given an order.");
	counter(out, "jalka_deltas_quarantined_total", c->deltas_quarantined, "Changes that were put aside for a decision.");
	gauge(out, "jalka_quarantine_deltas", now->quarantine, "Changes that wait for a person's decision.");
	gauge(out, "jalka_quarantine_vouched_deltas", now->vouched, "Of them, told by another device after a restore.");
	gauge(out, "jalka_unconfirmed", now->unconfirmed, "1: put back from a backup; nobody is fed until the devices are confirmed.");
}

/* ---- devices and their sessions ---- */

static void put_devices(struct metrics *out, const struct hub_census *now)
{
	static const char *const states[HUB_DEVICE_RETIRED + 1] = {
		[HUB_DEVICE_WAITING] = "waiting", [HUB_DEVICE_ACTIVE] = "active", [HUB_DEVICE_SUSPENDED] = "suspended",
		[HUB_DEVICE_REVOKED] = "revoked", [HUB_DEVICE_RETIRED] = "retired",
	};
	name(out, "jalka_devices", "gauge", "Devices, by their state.");
	for (size_t i = HUB_DEVICE_WAITING; i <= HUB_DEVICE_RETIRED; i++)
		put(out, "jalka_devices{state=\"%s\"} %" PRIu64 "\n", states[i], now->devices[i]);
	gauge(out, "jalka_devices_connected", now->connected, "Devices in a session now.");
	name(out, "jalka_devices_silent", "gauge", "Active devices not heard of for longer than this.");
	for (size_t i = 0; i < HUB_CENSUS_SILENCES; i++)
		put(out, "jalka_devices_silent{longer_than_days=\"%" PRIu64 "\"} %" PRIu64 "\n",
		    hub_census_silence_ms[i] / (24 * 3600 * 1000), now->silent[i]);
	gauge(out, "jalka_devices_clock_wrong", now->clocks_wrong, "Active devices whose clock is more than five minutes off.");
	gauge(out, "jalka_devices_twin_alarm", now->twin_alarms, "Devices of which a second copy was seen.");
	gauge(out, "jalka_devices_wipe_open", now->wipes_open, "Revoked devices that have not said that they are erased.");
}

/* An alert as a label's word: "no_contact". */
static const char *small(const char *word, char out[static WORD_BYTES])
{
	tally_word(word, out, WORD_BYTES);
	return out;
}

static void put_alerts(struct metrics *out, struct node *node)
{
	uint64_t devices[ALERTS_COUNT], now_ms = node_now().wall_ms;
	uint32_t own = alarms_of_node(node, node_alerts(node), now_ms);
	char word[WORD_BYTES];
	name(out, "jalka_devices_alert", "gauge", "Devices that want attention, by why (jalka admin health).");
	if (!fault_is(alarms_count(node_hub(node), node_alerts(node), VERSION_TEXT, now_ms, devices)))
		for (unsigned i = 0; i < ALERTS_COUNT; i++)
			put(out, "jalka_devices_alert{alert=\"%s\"} %" PRIu64 "\n", small(alerts_word(i), word), devices[i]);
	name(out, "jalka_node_alert", "gauge", "1: the central node itself wants attention, by why (jalka admin system).");
	for (unsigned i = 0; i < ALERTS_NODE_COUNT; i++)
		put(out, "jalka_node_alert{alert=\"%s\"} %u\n", small(alerts_node_word(i), word), (unsigned)(own >> i & 1));
}

static void put_sessions(struct metrics *out, struct node *node, const struct hub_counters *c, const struct hub_census *now)
{
	const struct tally *ends = node_ends(node);
	char word[WORD_BYTES];
	gauge(out, "jalka_connections", c->links, "TCP connections now.");
	gauge(out, "jalka_connections_half_open", now->half_open, "Of them, not through their handshake.");
	counter(out, "jalka_handshakes_total", c->handshakes, "First messages that opened.");
	counter(out, "jalka_handshakes_refused_total", c->refused, "Connections ended before their session began.");
	counter(out, "jalka_sessions_total", c->sessions, "Sessions begun.");
	counter(out, "jalka_enrolments_total", c->enrolments, "Requests to be enrolled that came through.");
	name(out, "jalka_connections_ended_total", "counter", "Connections ended, by the cause.");
	for (size_t i = 0; i < ends->count; i++) {
		tally_word(ends->rows[i].cause, word, sizeof word);
		put(out, "jalka_connections_ended_total{cause=\"%s\"} %" PRIu64 "\n", word, ends->rows[i].times);
	}
	counter(out, "jalka_pushes_total", c->pushes, "Chunks of changes that devices pushed.");
	counter(out, "jalka_receipts_total", c->receipts, "Receipts signed.");
	counter(out, "jalka_pulls_total", c->pulls, "Frames of live feed sent.");
	counter(out, "jalka_backlogs_total", c->backlogs, "Frames of backlog sent.");
	counter(out, "jalka_received_bytes_total", c->bytes_in, "Bytes from devices.");
	counter(out, "jalka_sent_bytes_total", c->bytes_out, "Bytes to devices.");
}

void metrics_write(struct metrics *out, struct node *node, const struct loop *loop)
{
	struct hub_counters counters;
	struct hub_census census;
	hub_counters(node_hub(node), &counters);
	hub_census(node_hub(node), node_now(), &census);
	out->len = 0;
	name(out, "jalka_build_info", "gauge", "1; the version is in the label.");
	put(out, "jalka_build_info{version=\"" VERSION_TEXT "\"} 1\n");
	gauge(out, "jalka_up", !census.dead && !node_failed(node), "0: a commit has failed, and the node is ending.");
	put_devices(out, &census);
	put_alerts(out, node);
	put_sessions(out, node, &counters, &census);
	put_store(out, node, &counters, &census);
	put_process(out, loop);
}
