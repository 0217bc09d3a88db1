/* supervisor - sendto, and an environment read once. */
#include "io/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/logline.h"
#include "io/timer.h"

enum { FIRST_SOCKET = 3, SOCKETS_MAX = 8, NAME_BYTES = 32, STATE_BYTES = 256 };

/* Of the process, as its environment is. */
static struct {
	struct sockaddr_un address;
	socklen_t address_len; /* 0: nobody is to be told */
	uint64_t watchdog_ms;  /* 0: none; the time between two feedings */
	struct timer *timer;
	size_t socket_count;
	struct handed {
		char name[NAME_BYTES];
		int fd;
	} sockets[SOCKETS_MAX];
} self;

static uint64_t number_of(const char *variable)
{
	const char *text = getenv(variable);
	return text == NULL ? 0 : strtoull(text, NULL, 10);
}

/* A path, or @name of the abstract kind. */
static void take_address(void)
{
	const char *text = getenv("NOTIFY_SOCKET");
	self.address_len = 0;
	if (text == NULL || (*text != '/' && *text != '@') || strlen(text) >= sizeof self.address.sun_path)
		return;
	self.address.sun_family = AF_UNIX;
	strcpy(self.address.sun_path, text);
	self.address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(text));
	if (*text == '@')
		self.address.sun_path[0] = '\0';
}

static void take_sockets(void)
{
	const char *names = getenv("LISTEN_FDNAMES");
	uint64_t count = number_of("LISTEN_PID") == (uint64_t)getpid() ? number_of("LISTEN_FDS") : 0;
	self.socket_count = 0;
	for (int fd = FIRST_SOCKET; self.socket_count < count && self.socket_count < SOCKETS_MAX; fd++) {
		struct handed *handed = &self.sockets[self.socket_count++];
		size_t len = names == NULL ? 0 : strcspn(names, ":");
		snprintf(handed->name, sizeof handed->name, "%.*s", (int)(len < NAME_BYTES ? len : 0), names == NULL ? "" : names);
		names = names == NULL || names[len] == '\0' ? NULL : names + len + 1;
		handed->fd = fd;
		fcntl(fd, F_SETFD, FD_CLOEXEC); /* V2 */
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	}
}

void supervisor_begin(void)
{
	uint64_t pid = number_of("WATCHDOG_PID");
	take_address();
	take_sockets();
	self.watchdog_ms = pid == 0 || pid == (uint64_t)getpid() ? number_of("WATCHDOG_USEC") / 2000 : 0;
	for (size_t i = 0; i < 6; i++) {
		static const char *const taken[] = { "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES" };
		unsetenv(taken[i]);
	}
}

int supervisor_socket(const char *name)
{
	for (size_t i = 0; i < self.socket_count; i++) {
		int fd = self.sockets[i].fd, is_listening = 0;
		socklen_t len = sizeof is_listening;
		if (fd < 0 || strcmp(self.sockets[i].name, name) != 0)
			continue;
		self.sockets[i].fd = -1;
		if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &len) == 0 && is_listening)
			return fd;
		logline(LOGLINE_WARNING, "socket_unfit", LOGLINE_FIELDS(logline_text("name", name)));
	}
	return -1;
}

static void tell(const char *state)
{
	if (self.address_len == 0)
		return;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* The supervisor notices by itself what it is not told. */
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&self.address, self.address_len) < 0)
		logline(LOGLINE_WARNING, "supervisor_not_told", LOGLINE_FIELDS(logline_text("why", strerror(errno))));
	close(fd);
}

static void feed(void *ctx)
{
	(void)ctx;
	tell("WATCHDOG=1");
	timer_at(self.timer, loop_mono_ms() + self.watchdog_ms);
}

struct fault supervisor_ready(struct loop *loop, const char *state)
{
	char text[STATE_BYTES];
	snprintf(text, sizeof text, "READY=1\nSTATUS=%s", state);
	tell(text);
	if (self.watchdog_ms == 0 || self.address_len == 0)
		return fault_none();
	FAULT_TRY(timer_open(loop, feed, NULL, &self.timer));
	feed(NULL);
	return fault_none();
}

void supervisor_stopping(void)
{
	tell("STOPPING=1");
}

void supervisor_end(void)
{
	timer_close(self.timer);
	self.timer = NULL;
}
