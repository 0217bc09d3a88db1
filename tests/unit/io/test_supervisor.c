/* supervisor: what a socket of ours in the place of systemd's hears and hands over. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/supervisor.h"
#include "io/timer.h"

static int ear;
static char name[64];

/* A name of the abstract kind: nothing to remove. */
static void listen_abstract(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	ear = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	snprintf(name, sizeof name, "@jalka-supervisor-%ld", (long)getpid());
	strcpy(at.sun_path, name);
	at.sun_path[0] = '\0';
	assert_int_equal(bind(ear, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))), 0);
	setenv("NOTIFY_SOCKET", name, 1);
}

static const char *heard(void)
{
	static char text[512];
	ssize_t n = recv(ear, text, sizeof text - 1, 0);
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void stop(void *ctx)
{
	loop_stop(ctx);
}

static void ready_stopping_and_a_fed_watchdog_are_told(void **state)
{
	struct loop *loop;
	struct timer *end;
	size_t fed = 0;
	(void)state;
	listen_abstract();
	setenv("WATCHDOG_USEC", "40000", 1);
	supervisor_begin();
	assert_null(getenv("NOTIFY_SOCKET"));
	assert_null(getenv("WATCHDOG_USEC"));
	assert_false(fault_is(loop_open(&loop)));
	assert_false(fault_is(supervisor_ready(loop, "serves")));
	assert_string_equal(heard(), "READY=1\nSTATUS=serves");
	assert_false(fault_is(timer_open(loop, stop, loop, &end)));
	timer_at(end, loop_mono_ms() + 200);
	loop_run(loop);
	while (strcmp(heard(), "WATCHDOG=1") == 0)
		fed++;
	assert_in_range(fed, 2, 12);
	supervisor_stopping();
	assert_string_equal(heard(), "STOPPING=1");
	supervisor_end();
	timer_close(end);
	loop_close(loop);
	close(ear);
}

static void without_a_supervisor_nothing_is_told_and_nothing_wakes(void **state)
{
	struct loop *loop;
	(void)state;
	unsetenv("NOTIFY_SOCKET");
	setenv("WATCHDOG_USEC", "40000", 1);
	setenv("WATCHDOG_PID", "1", 1); /* somebody else's */
	supervisor_begin();
	assert_false(fault_is(loop_open(&loop)));
	assert_false(fault_is(supervisor_ready(loop, "serves")));
	supervisor_stopping();
	supervisor_end();
	loop_close(loop);
	assert_int_equal(supervisor_socket("api"), -1);
}

/* In a child: descriptors from 3 on are the protocol's. */
static int child_of_sockets(bool ours)
{
	char pid[32];
	int api = socket(AF_UNIX, SOCK_STREAM, 0), other = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	if (bind(api, (struct sockaddr *)&at, sizeof(sa_family_t)) != 0 || listen(api, 1) != 0)
		return 1;
	int high_api = fcntl(api, F_DUPFD, 20), high_other = fcntl(other, F_DUPFD, 20);
	for (int fd = 3; fd < 20; fd++)
		close(fd);
	dup2(high_other, 3); /* listens at nothing */
	dup2(high_api, 4);
	snprintf(pid, sizeof pid, "%ld", (long)(ours ? getpid() : 1));
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "2", 1);
	setenv("LISTEN_FDNAMES", "web:api", 1);
	supervisor_begin();
	if (!ours)
		return supervisor_socket("api") == -1 ? 0 : 2;
	if (supervisor_socket("web") != -1)
		return 3;
	if (supervisor_socket("api") != 4 || supervisor_socket("api") != -1)
		return 4;
	if ((fcntl(4, F_GETFD) & FD_CLOEXEC) == 0 || (fcntl(4, F_GETFL) & O_NONBLOCK) == 0)
		return 5;
	return getenv("LISTEN_FDS") == NULL ? 0 : 6;
}

static int run_child(bool ours)
{
	int status;
	pid_t child = fork();
	if (child == 0)
		_exit(child_of_sockets(ours));
	assert_int_equal(waitpid(child, &status, 0), child);
	return WEXITSTATUS(status);
}

static void sockets_are_handed_over_by_name_once_and_only_if_they_listen(void **state)
{
	(void)state;
	assert_int_equal(run_child(true), 0);
}

static void sockets_for_another_process_are_left_alone(void **state)
{
	(void)state;
	assert_int_equal(run_child(false), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ready_stopping_and_a_fed_watchdog_are_told),
		cmocka_unit_test(without_a_supervisor_nothing_is_told_and_nothing_wakes),
		cmocka_unit_test(sockets_are_handed_over_by_name_once_and_only_if_they_listen),
		cmocka_unit_test(sockets_for_another_process_are_left_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
