/* flood - see flood.h. Connections are made without waiting, at the rate asked for as far as
 * the machine goes, and let go when central closes them or after HOLD_MS. */
#include "swarm/flood.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core/session_frame.h"
#include "swarm/device.h"

enum { MESSAGES = 256, MESSAGE_BYTES = 320, OPEN_MAX = 4096, HOLD_MS = 3000, EVENTS = 512, KINDS = 5 };

static const char *const kinds[KINDS] = { "random", "mac", "keys", "noise", "oversize" };

struct message {
	uint8_t bytes[MESSAGE_BYTES];
	size_t len;
};

struct flood {
	const struct flood_sources *from;
	struct sockaddr_storage to;
	struct message *messages;
	size_t message_count;
	int epoll;
	uint64_t opened_us[65536]; /* by descriptor; 0: not ours */
	unsigned open;
	uint64_t made, refused, answered, closed_by_it, let_go;
};

/* ---- what is sent ---- */

/* Central's static key out of its certificate, asked for as an enrolling device does. */
static void fetch_static(const struct enrol_code *code, uint32_t from, uint8_t out[static NOISE_DH_BYTES])
{
	struct session_enrol_config config = { .central = code->identity };
	static struct session_enrol enrol;
	static struct session_enrol_scratch scratch;
	static uint8_t in[1024];
	size_t len = 0;
	memcpy(config.slot, code->slot, sizeof config.slot);
	randombytes_buf(config.own_static, sizeof config.own_static);
	randombytes_buf(config.ephemeral, sizeof config.ephemeral);
	struct session_enrol_effect effect = session_enrol_begin(&enrol, &config, &scratch);
	int fd = device_dial(&code->address, from);
	device_must(send(fd, effect.message.data, effect.message.len, MSG_NOSIGNAL) > 0, "the certificate cannot be asked for");
	for (uint64_t end = device_now_us() + 30000000; device_now_us() < end && enrol.state == SESSION_ENROL_ASKED;) {
		ssize_t n = recv(fd, in + len, sizeof in - len, 0);
		len += n > 0 ? (size_t)n : 0;
		if (len > 2 && len >= 2 + ((size_t)in[0] | (size_t)in[1] << 8))
			session_enrol_frame(&enrol, span_of(in + 2, len - 2), &scratch);
	}
	device_must(enrol.state == SESSION_ENROL_PROVED, "central's certificate did not come");
	memcpy(out, enrol.central_static, NOISE_DH_BYTES);
	close(fd);
}

/* Message 1 of IK with keys of nobody, in all else as it should be. */
static void good_message(const struct enrol_code *code, const uint8_t *central, struct message *out)
{
	struct handshake_header header = { .kind = HANDSHAKE_IK };
	uint8_t own[NOISE_DH_BYTES], ephemeral[NOISE_DH_BYTES], prologue[HANDSHAKE_PROLOGUE_BYTES_MAX], payload[128] = { 0 };
	static struct noise noise;
	size_t len;
	header.message_bytes = sizeof payload + SESSION_FRAME_HELLO_NOISE_BYTES;
	size_t before = handshake_header_write(&header, out->bytes);
	size_t prologue_len = handshake_prologue(&code->identity, &header, prologue);
	randombytes_buf(own, sizeof own);
	randombytes_buf(ephemeral, sizeof ephemeral);
	const struct noise_config config = { .pattern = NOISE_IK, .initiator = true, .prologue = span_of(prologue, prologue_len),
					     .static_secret = own, .remote_static = central, .ephemeral_secret = ephemeral };
	noise_init(&noise, &config);
	uint8_t *message = out->bytes + before + HANDSHAKE_MAC_BYTES;
	device_must(!fault_is(noise_write(&noise, span_of(payload, sizeof payload), message, MESSAGE_BYTES, &len)), "message 1");
	handshake_mac(&code->identity, &header, span_of(message, handshake_mac_covers(header.kind)), out->bytes + before);
	out->len = before + HANDSHAKE_MAC_BYTES + len;
}

static void make_message(size_t kind, const struct enrol_code *code, const uint8_t *central, struct message *out)
{
	struct handshake_header header = { .kind = HANDSHAKE_IK };
	good_message(code, central, out);
	uint8_t *keys = out->bytes + HANDSHAKE_HEADER_BYTES + HANDSHAKE_MAC_BYTES;
	switch (kind) {
	case 0:
		randombytes_buf(out->bytes, out->len);
		break;
	case 1:
		randombytes_buf(out->bytes + HANDSHAKE_HEADER_BYTES, HANDSHAKE_MAC_BYTES);
		break;
	case 3:
		randombytes_buf(keys, out->len - HANDSHAKE_HEADER_BYTES - HANDSHAKE_MAC_BYTES);
		header.message_bytes = (uint16_t)(out->len - HANDSHAKE_HEADER_BYTES - HANDSHAKE_MAC_BYTES);
		handshake_mac(&code->identity, &header, span_of(keys, handshake_mac_covers(header.kind)),
			      out->bytes + HANDSHAKE_HEADER_BYTES);
		break;
	case 4:
		out->bytes[2] = out->bytes[3] = 0xff;
		break;
	}
}

static void make_messages(struct flood *flood, const char *kind, const struct enrol_code *code)
{
	uint8_t central[NOISE_DH_BYTES];
	bool known = strcmp(kind, "mixed") == 0;
	fetch_static(code, flood->from->first, central);
	flood->messages = calloc(MESSAGES, sizeof *flood->messages);
	device_must(flood->messages != NULL, "memory");
	for (size_t i = 0; i < MESSAGES; i++)
		for (size_t k = 0; k < KINDS; k++)
			if (strcmp(kind, "mixed") == 0 ? i % KINDS == k : strcmp(kind, kinds[k]) == 0) {
				make_message(k, code, central, &flood->messages[i]);
				known = true;
			}
	device_must(known, "no such kind of flood");
}

/* ---- connections ---- */

static struct sockaddr_in source(const struct flood_sources *from, uint64_t n)
{
	uint32_t at = from->first + (uint32_t)(n % from->sources) * from->apart;
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(at) };
}

/* A connection under way, in the epoll set; -1: none could be had. */
static int begin(struct flood *flood)
{
	struct sockaddr_in at = source(flood->from, flood->made);
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	event.data.fd = fd;
	if (fd >= 65536 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
	    (connect(fd, (struct sockaddr *)&flood->to, sizeof(struct sockaddr_in)) != 0 && errno != EINPROGRESS) ||
	    epoll_ctl(flood->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
		close(fd);
		return -1;
	}
	flood->opened_us[fd] = device_now_us();
	flood->open++;
	return fd;
}

/* Leaves no connection waiting for its time to pass. */
static void end(struct flood *flood, int fd)
{
	struct linger now = { .l_onoff = 1 };
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(fd);
	flood->opened_us[fd] = 0;
	flood->open--;
}

static void heard(struct flood *flood, int fd)
{
	uint8_t in[512];
	ssize_t n = recv(fd, in, sizeof in, 0);
	flood->answered += n > 0;
	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		flood->closed_by_it++;
		end(flood, fd);
	}
}

static void serve(struct flood *flood, int wait_ms)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(flood->epoll, events, EVENTS, wait_ms);
	for (int i = 0; i < n; i++)
		if (flood->opened_us[events[i].data.fd] != 0 && (events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP)))
			heard(flood, events[i].data.fd);
}

static void let_old_go(struct flood *flood, uint64_t now_us)
{
	for (int fd = 0; fd < 65536; fd++)
		if (flood->opened_us[fd] != 0 && now_us - flood->opened_us[fd] > HOLD_MS * 1000) {
			flood->let_go++;
			end(flood, fd);
		}
}

/* On loopback a connection stands when connect returns, if central's queue has room. */
static void make_one(struct flood *flood)
{
	const struct message *message = &flood->messages[flood->made % MESSAGES];
	int fd = begin(flood);
	flood->made++;
	if (fd < 0 || send(fd, message->bytes, message->len, MSG_NOSIGNAL) < 0) {
		flood->refused++;
		if (fd >= 0)
			end(flood, fd);
	}
}

static struct flood *start(const struct enrol_code *code, const struct flood_sources *from)
{
	struct flood *flood = calloc(1, sizeof *flood);
	device_must(flood != NULL && address_numeric(&code->address, &flood->to), "central's address is not numeric");
	flood->from = from;
	flood->epoll = epoll_create1(EPOLL_CLOEXEC);
	return flood;
}

int flood_run(const char *kind, const struct enrol_code *code, const struct flood_sources *from, unsigned rate,
	      unsigned seconds)
{
	struct flood *flood = start(code, from);
	make_messages(flood, kind, code);
	printf("begun\n");
	fflush(stdout);
	uint64_t began = device_now_us(), end_us = began + (uint64_t)seconds * 1000000, looked = began, now;
	while ((now = device_now_us()) < end_us) {
		uint64_t due = (now - began) * rate / 1000000;
		for (unsigned i = 0; i < 64 && flood->made < due && flood->open < OPEN_MAX; i++)
			make_one(flood);
		serve(flood, flood->made < due && flood->open < OPEN_MAX ? 0 : 1);
		if (now - looked > 500000) {
			let_old_go(flood, now);
			looked = now;
		}
	}
	double took = (double)(device_now_us() - began) / 1e6;
	printf("made=%llu per_second=%.0f not_let_in=%llu closed_by_it=%llu answered=%llu let_go=%llu\n",
	       (unsigned long long)flood->made, (double)flood->made / took, (unsigned long long)flood->refused,
	       (unsigned long long)flood->closed_by_it, (unsigned long long)flood->answered, (unsigned long long)flood->let_go);
	return 0;
}

/* ---- slow ones ---- */

int flood_slow(const struct enrol_code *code, const struct flood_sources *from, unsigned count, unsigned seconds)
{
	struct flood *flood = start(code, from);
	uint8_t at[65536] = { 0 };
	uint64_t began = device_now_us(), second = 0;
	unsigned most = 0;
	make_messages(flood, "keys", code);
	printf("begun\n");
	fflush(stdout);
	while (device_now_us() - began < (uint64_t)seconds * 1000000) {
		for (unsigned i = 0; i < 64 && flood->open < count; i++) {
			int fd = begin(flood);
			flood->made++;
			if (fd >= 0)
				at[fd] = 0;
		}
		most = flood->open > most ? flood->open : most;
		serve(flood, 10);
		if (device_now_us() - began < second * 1000000)
			continue;
		second++;
		for (int fd = 0; fd < 65536; fd++)
			if (flood->opened_us[fd] != 0 && at[fd] < flood->messages[0].len &&
			    send(fd, flood->messages[0].bytes + at[fd], 1, MSG_NOSIGNAL) == 1)
				at[fd]++;
	}
	printf("made=%llu most_open=%u closed_by_it=%llu answered=%llu\n", (unsigned long long)flood->made, most,
	       (unsigned long long)flood->closed_by_it, (unsigned long long)flood->answered);
	return 0;
}
