/* swarm - many synthetic devices and those who would harm central, for bench-scale and e2e_scale.
 *
 *   swarm serve                               commands on standard input, an answer line each
 *   swarm flood KIND CODE FROM SOURCES APART RATE SECONDS
 *   swarm slow CODE FROM SOURCES APART COUNT SECONDS
 *
 *   swarm dump FOLDER KEY_FILE                every value of a store, to standard output
 *
 * Of `serve`:
 *   enrol N          N enrolment codes follow, a line each -> "waiting NODE..." when all show their words
 *   confirmed        -> "confirmed" when the administrator has confirmed all that wait
 *   cursor ORDER     devices connected from now on say that they hold everything up to it
 *   connect A B      devices A..B-1 -> "connected N US", all sessions confirmed
 *   serve MS         -> "served" after that time: pings and what central sends are answered
 *   opens D          device D opens a client and a matter -> "case ID" of the matter
 *   note D N         device D pushes a note; N other devices get it -> "note PUSH RECEIPT US..."
 *   fill D C N       device D opens C matters, each of a client of its own, with N notes -> "filled DELTAS US"
 *   await N          -> "came US..." when N devices have got rows
 *   record D PATH    what central sends device D from now on, decrypted and unpacked, goes into a file too
 *   mark             what came before counts no more
 *   drop A B
 * Times are microseconds of CLOCK_MONOTONIC, taken when the bytes were read. What must not be
 * (a session that ends, a push that is not accepted) ends the process, with why on standard error.
 */
#include <arpa/inet.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "io/codec.h"
#include "swarm/device.h"
#include "swarm/dump.h"
#include "swarm/flood.h"

enum { DEVICES_MAX = 20000, EVENTS = 1024, LINE_BYTES = 1024, WAIT_MS = 60000, CONNECTING_MAX = 32, PREFIXES = 200 };

static struct device *devices;
static size_t device_count, confirmed_count;
static struct address central;
static uint64_t cursor;
static int epoll;

/* ---- sockets ---- */

/* 127.1.x.1: central counts half-open connections by /24. */
static uint32_t source_of(size_t number)
{
	return 0x7f010001u + (uint32_t)(number % PREFIXES) * 256;
}

static void watch(struct device *device)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = device };
	device_must(epoll_ctl(epoll, EPOLL_CTL_ADD, device->fd, &event) == 0, "epoll");
}

/* All that is there is read first, with its time, and taken then: what one device's
 * frames cost here does not count for the next one's. */
static bool serve_once(int wait_ms)
{
	static struct epoll_event events[EVENTS];
	static struct device *ready[DEVICES_MAX];
	size_t count = 0;
	int n = epoll_wait(epoll, events, EVENTS, wait_ms);
	for (; n > 0; n = epoll_wait(epoll, events, EVENTS, 0)) {
		for (int i = 0; i < n && count < DEVICES_MAX; i++) {
			struct device *device = events[i].data.ptr;
			device_must(device_read(device), "central closed the connection of a device");
			ready[count++] = device;
		}
		if (count + EVENTS > DEVICES_MAX)
			break;
	}
	for (size_t i = 0; i < count; i++)
		if (ready[i]->fd >= 0)
			device_take(ready[i]);
	return count > 0;
}

static void poke_due(void)
{
	uint64_t now = device_now_us() / 1000;
	for (size_t i = 0; i < device_count; i++)
		if (devices[i].fd >= 0 && devices[i].enrol == NULL && session_device_deadline(&devices[i].session) <= now)
			device_poke(&devices[i]);
}

static void serve_for(uint64_t ms)
{
	uint64_t end = device_now_us() + ms * 1000, poked = 0;
	while (device_now_us() < end) {
		serve_once(10);
		if (device_now_us() - poked > 100000) {
			poke_due();
			poked = device_now_us();
		}
	}
}

typedef bool done_fn(size_t a, size_t b);

static void serve_until(done_fn *done, size_t a, size_t b, const char *what)
{
	uint64_t end = device_now_us() + WAIT_MS * 1000;
	while (!done(a, b)) {
		device_must(device_now_us() < end, what);
		serve_once(10);
	}
}

/* ---- commands ---- */

static void read_line(char line[static LINE_BYTES])
{
	device_must(fgets(line, LINE_BYTES, stdin) != NULL, "a line is missing");
	line[strcspn(line, "\n")] = '\0';
}

static bool all_wait(size_t a, size_t b)
{
	for (; a < b; a++)
		if (!devices[a].confirmed && devices[a].enrol->state != SESSION_ENROL_WAITING)
			return false;
	return true;
}

static void enrol(size_t count)
{
	char line[LINE_BYTES], node[2 * ID_BYTES + 1];
	struct enrol_code code;
	size_t first = device_count;
	device_must(first + count <= DEVICES_MAX, "too many devices");
	for (size_t i = 0; i < count; i++) {
		read_line(line);
		device_must(!fault_is(enrol_code_read(span_text(line), &code)), "not an enrolment code");
		struct device *device = &devices[device_count];
		device->number = device_count++;
		device_enrol(device, &code, source_of(device->number));
		watch(device);
	}
	central = code.address;
	serve_until(all_wait, first, device_count, "enrolments wait");
	printf("waiting");
	for (size_t i = first; i < device_count; i++)
		printf(" %s", sodium_bin2hex(node, sizeof node, devices[i].node.bytes, ID_BYTES));
	printf("\n");
}

static bool all_confirmed(size_t a, size_t b)
{
	for (; a < b; a++)
		if (!devices[a].confirmed)
			return false;
	return true;
}

static void confirmed(void)
{
	serve_until(all_confirmed, confirmed_count, device_count, "devices are confirmed");
	confirmed_count = device_count;
	printf("confirmed\n");
}

static size_t connecting(size_t a, size_t b)
{
	size_t count = 0;
	for (; a < b; a++)
		count += devices[a].fd >= 0 && !device_is_open(&devices[a]);
	return count;
}

static bool few_connecting(size_t a, size_t b)
{
	return connecting(a, b) <= CONNECTING_MAX / 2;
}

static bool none_connecting(size_t a, size_t b)
{
	return connecting(a, b) == 0;
}

static void connect_all(size_t a, size_t b)
{
	uint64_t began = device_now_us();
	device_must(a <= b && b <= confirmed_count, "no such devices");
	for (size_t i = a; i < b; i++) {
		if (devices[i].cursor < cursor)
			devices[i].cursor = cursor;
		device_connect(&devices[i], &central, source_of(i));
		watch(&devices[i]);
		if (i % CONNECTING_MAX == CONNECTING_MAX - 1)
			serve_until(few_connecting, i - i % CONNECTING_MAX, i + 1, "sessions begin");
	}
	serve_until(none_connecting, a, b, "sessions begin");
	printf("connected %zu %llu\n", b - a, (unsigned long long)(device_now_us() - began));
}

static bool has_receipt(size_t a, size_t b)
{
	(void)b;
	return devices[a].receipted_seq == devices[a].seq;
}

static void push(size_t d)
{
	device_poke(&devices[d]);
	serve_until(has_receipt, d, 0, "a receipt comes");
}

static void open_matter(size_t d)
{
	device_must(d < confirmed_count && device_is_open(&devices[d]), "no such device is connected");
	for (enum device_work work = DEVICE_OPENS_CLIENT; work <= DEVICE_OPENS_MATTER; work++) {
		device_opens(&devices[d], work);
		push(d);
	}
}

static void fill(size_t d, size_t matters, size_t notes)
{
	uint64_t began = device_now_us();
	for (size_t i = 0; i < matters; i++) {
		open_matter(d);
		for (size_t left = notes, now; left > 0; left -= now) {
			now = left < DEVICE_NOTES_MAX ? left : DEVICE_NOTES_MAX;
			device_notes(&devices[d], now);
			push(d);
		}
	}
	printf("filled %zu %llu\n", matters * (2 + notes), (unsigned long long)(device_now_us() - began));
}

static void opens(size_t d)
{
	char id[2 * ID_BYTES + 1];
	open_matter(d);
	printf("case %s\n", sodium_bin2hex(id, sizeof id, devices[d].case_id.bytes, ID_BYTES));
}

static void mark(void)
{
	for (size_t i = 0; i < device_count; i++)
		devices[i].pulled_us = 0;
}

static bool so_many_pulled(size_t wanted, size_t unused)
{
	size_t count = 0;
	(void)unused;
	for (size_t i = 0; i < device_count; i++)
		count += devices[i].pulled_us != 0;
	return count >= wanted;
}

static void print_pulled(void)
{
	for (size_t i = 0; i < device_count; i++)
		if (devices[i].pulled_us != 0)
			printf(" %llu", (unsigned long long)devices[i].pulled_us);
	printf("\n");
}

static void note(size_t d, size_t count)
{
	device_must(d < confirmed_count && device_is_open(&devices[d]), "no such device is connected");
	mark();
	device_notes(&devices[d], 1);
	uint64_t pushed = device_now_us();
	push(d);
	serve_until(so_many_pulled, count, 0, "all have it");
	printf("note %llu %llu", (unsigned long long)pushed, (unsigned long long)devices[d].receipt_us);
	print_pulled();
}

static void drop(size_t a, size_t b)
{
	for (size_t i = a; i < b && i < device_count; i++)
		device_drop(&devices[i]);
	printf("dropped\n");
}

static void obey(const char *line)
{
	unsigned long long a = 0, b = 0, c = 0;
	char word[16] = "";
	sscanf(line, "%15s %llu %llu %llu", word, &a, &b, &c);
	if (strcmp(word, "enrol") == 0) {
		enrol(a);
	} else if (strcmp(word, "confirmed") == 0) {
		confirmed();
	} else if (strcmp(word, "cursor") == 0) {
		cursor = a;
		printf("cursor\n");
	} else if (strcmp(word, "connect") == 0) {
		connect_all(a, b);
	} else if (strcmp(word, "serve") == 0) {
		serve_for(a);
		printf("served\n");
	} else if (strcmp(word, "opens") == 0) {
		opens(a);
	} else if (strcmp(word, "note") == 0) {
		note(a, b);
	} else if (strcmp(word, "fill") == 0) {
		fill(a, b, c);
	} else if (strcmp(word, "await") == 0) {
		serve_until(so_many_pulled, a, 0, "all have it");
		printf("came");
		print_pulled();
	} else if (strcmp(word, "mark") == 0) {
		mark();
		printf("marked\n");
	} else if (strcmp(word, "record") == 0) {
		device_must(a < device_count && strchr(line, '/') != NULL, "record D PATH");
		device_record(&devices[a], strchr(line, '/'));
		printf("recorded\n");
	} else if (strcmp(word, "drop") == 0) {
		drop(a, b);
	} else {
		device_must(false, "no such command");
	}
}

/* Between commands nothing is read or sent: `serve` is what keeps sessions alive. */
static int serve(void)
{
	static char line[LINE_BYTES];
	static char buffer[LINE_BYTES * 64];
	setvbuf(stdin, buffer, _IOFBF, sizeof buffer);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	devices = calloc(DEVICES_MAX, sizeof *devices);
	device_must(epoll >= 0 && devices != NULL, "memory");
	for (size_t i = 0; i < DEVICES_MAX; i++)
		devices[i].fd = -1;
	while (fgets(line, sizeof line, stdin) != NULL) {
		obey(line);
		fflush(stdout);
	}
	codec_close();
	return 0;
}

static unsigned number(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}

static int flood(char **words, int count)
{
	struct in_addr from;
	struct enrol_code code;
	bool slow = strcmp(words[0], "slow") == 0;
	device_must(count == (slow ? 7 : 8), "usage: flood KIND CODE FROM SOURCES APART RATE SECONDS | slow CODE FROM SOURCES APART COUNT SECONDS");
	char **rest = words + (slow ? 1 : 2);
	device_must(!fault_is(enrol_code_read(span_text(rest[0]), &code)), "not an enrolment code");
	device_must(inet_pton(AF_INET, rest[1], &from) == 1 && ntohl(from.s_addr) >> 24 == 127, "FROM is no loopback address");
	const struct flood_sources sources = { ntohl(from.s_addr), number(rest[2]), number(rest[3]) };
	device_must(sources.sources > 0 && number(rest[5]) <= 600, "no sources, or longer than ten minutes");
	return slow ? flood_slow(&code, &sources, number(rest[4]), number(rest[5]))
		    : flood_run(words[1], &code, &sources, number(rest[4]), number(rest[5]));
}

int main(int argc, char **argv)
{
	struct rlimit files;
	device_must(sodium_init() >= 0, "sodium");
	if (argc == 4 && strcmp(argv[1], "dump") == 0)
		return dump_run(argv[2], argv[3]);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	return argc > 1 && strcmp(argv[1], "serve") != 0 ? flood(argv + 1, argc - 1) : serve();
}
