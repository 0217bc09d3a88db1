/* api_unix: framing, who may connect, bounds; each refusal is told, then closed. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/answer.h"
#include "api/api_unix.h"
#include "base/limits.h"
#include "base/wire.h"
#include "local.pb.h"

/* The client's side runs beside the loop with blocking calls. */
struct scene {
	struct loop *loop;
	struct api_unix *api;
	char folder[32], path[64];
	void (*script)(struct scene *scene);
	struct answer *kept; /* an answer that waits */
	unsigned taken;
	size_t last_len;
	/* what the client saw */
	unsigned answers;
	uint32_t kinds[8], ids[8];
	bool closed_at_end;
};

static bool echo_id(void *ctx, uint8_t *request, size_t len, const struct answer_sink *sink, struct answer **waiting)
{
	struct scene *scene = ctx;
	scene->taken++;
	scene->last_len = len;
	*waiting = answer_new(sink, request[0]);
	if (request[0] == 'w') { /* waits until the next request of another client */
		scene->kept = *waiting;
		return true;
	}
	if (request[0] == 'b') { /* malformed */
		answer_refuse(*waiting, fault_of(FAULT_CALLER, "malformed"), "", "");
		return false;
	}
	if (scene->kept != NULL) {
		answer_begin(scene->kept);
		answer_finish(scene->kept);
		scene->kept = NULL;
	}
	answer_begin(*waiting);
	answer_finish(*waiting);
	return true;
}

static void run_script(void *ctx)
{
	struct scene *scene = ctx;
	scene->script(scene);
}

static void stop(void *ctx)
{
	loop_stop(((struct scene *)ctx)->loop);
}

static void play(struct scene *scene, void (*script)(struct scene *scene))
{
	memset(scene, 0, sizeof *scene);
	strcpy(scene->folder, "/tmp/jalka-api-XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	snprintf(scene->path, sizeof scene->path, "%s/socket", scene->folder);
	scene->script = script;
	assert_false(fault_is(loop_open(&scene->loop)));
	assert_false(fault_is(api_unix_open(scene->loop, scene->path, echo_id, scene, &scene->api)));
	assert_false(fault_is(loop_beside(scene->loop, run_script, stop, scene)));
	loop_run(scene->loop);
	api_unix_close(scene->api);
	loop_close(scene->loop);
	assert_int_not_equal(access(scene->path, F_OK), 0); /* the socket goes with the daemon */
	assert_int_equal(rmdir(scene->folder), 0);
}

/* ---- the client ---- */

static int dial(struct scene *scene)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct timeval patience = { 5, 0 };
	strcpy(at.sun_path, scene->path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return connect(fd, (struct sockaddr *)&at, sizeof at) == 0 ? fd : -1;
}

static void say(int fd, const void *bytes, size_t len)
{
	if (write(fd, bytes, len) != (ssize_t)len)
		fprintf(stderr, "the daemon closed while the client wrote\n");
}

static void say_request(int fd, char what, uint32_t len)
{
	uint8_t *bytes = calloc(1, 4 + len);
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(len >> (8 * i));
	bytes[4] = (uint8_t)what;
	say(fd, bytes, 4 + len);
	free(bytes);
}

static bool read_whole(int fd, uint8_t *out, size_t len)
{
	for (size_t have = 0; have < len;) {
		ssize_t n = read(fd, out + have, len - have);
		if (n <= 0)
			return false;
		have += (size_t)n;
	}
	return true;
}

/* Notes one answer; false when the daemon closed instead. */
static bool hear(struct scene *scene, int fd)
{
	uint8_t length[4], body[1000];
	struct wire_field field;
	if (!read_whole(fd, length, 4))
		return false;
	size_t len = length[0] | (size_t)length[1] << 8;
	if (len > sizeof body || !read_whole(fd, body, len))
		return false;
	struct span rest = span_of(body, len);
	while (wire_next(&rest, &field) == WIRE_FIELD) {
		if (field.number == jalka_Response_kind_tag)
			scene->kinds[scene->answers] = (uint32_t)field.value;
		if (field.number == jalka_Response_id_tag)
			scene->ids[scene->answers] = (uint32_t)field.value;
	}
	scene->answers++;
	return true;
}

static void hear_end(struct scene *scene, int fd)
{
	uint8_t byte;
	/* Closed with something unread, the socket says ECONNRESET instead of the end. */
	ssize_t n = read(fd, &byte, 1);
	scene->closed_at_end = n == 0 || (n < 0 && errno == ECONNRESET);
	close(fd);
}

/* ---- facts ---- */

static void three_requests(struct scene *scene)
{
	int fd = dial(scene);
	say_request(fd, 'a', 1);
	hear(scene, fd);
	say_request(fd, 'c', 9); /* two at once */
	say_request(fd, 'd', LIMIT_REQUEST_BYTES);
	hear(scene, fd);
	hear(scene, fd);
	close(fd);
}

static void requests_are_answered_in_order(void **state)
{
	struct scene scene;
	(void)state;
	play(&scene, three_requests);
	assert_int_equal(scene.answers, 3);
	assert_int_equal(scene.ids[0], 'a');
	assert_int_equal(scene.ids[1], 'c');
	assert_int_equal(scene.ids[2], 'd');
	assert_int_equal(scene.last_len, LIMIT_REQUEST_BYTES);
}

static void slow_request(struct scene *scene)
{
	int fd = dial(scene);
	uint8_t bytes[] = { 3, 0, 0, 0, 's', 0, 0 };
	for (size_t i = 0; i < sizeof bytes; i++)
		say(fd, bytes + i, 1);
	hear(scene, fd);
	close(fd);
}

static void a_request_may_come_byte_by_byte(void **state)
{
	struct scene scene;
	(void)state;
	play(&scene, slow_request);
	assert_int_equal(scene.answers, 1);
	assert_int_equal(scene.last_len, 3);
}

static uint32_t bad_length;

static void bad_length_request(struct scene *scene)
{
	int fd = dial(scene);
	uint8_t bytes[4];
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(bad_length >> (8 * i));
	say(fd, bytes, 4);
	hear(scene, fd);
	hear_end(scene, fd);
}

static void a_length_out_of_bounds_is_refused_and_closed(void **state)
{
	static const uint32_t lengths[] = { 0, LIMIT_REQUEST_BYTES + 1, UINT32_MAX, 0x80000000u };
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct scene scene;
		bad_length = lengths[i];
		play(&scene, bad_length_request);
		assert_int_equal(scene.answers, 1);
		assert_int_equal(scene.kinds[0], jalka_Kind_CALLER);
		assert_true(scene.closed_at_end);
		assert_int_equal(scene.taken, 0);
	}
}

static void cut_request(struct scene *scene)
{
	int fd = dial(scene);
	say(fd, "\x10\0\0\0abc", 7);
	shutdown(fd, SHUT_WR);
	hear(scene, fd);
	hear_end(scene, fd);
}

static void a_cut_request_is_refused_and_not_taken(void **state)
{
	struct scene scene;
	(void)state;
	play(&scene, cut_request);
	assert_int_equal(scene.answers, 1);
	assert_int_equal(scene.kinds[0], jalka_Kind_CALLER);
	assert_true(scene.closed_at_end);
	assert_int_equal(scene.taken, 0);
}

static void malformed_request(struct scene *scene)
{
	int fd = dial(scene);
	say_request(fd, 'b', 5);
	say_request(fd, 'a', 5);
	hear(scene, fd);
	hear_end(scene, fd);
}

static void after_a_malformed_request_nothing_more_is_taken(void **state)
{
	struct scene scene;
	(void)state;
	play(&scene, malformed_request);
	assert_int_equal(scene.answers, 1);
	assert_int_equal(scene.taken, 1);
	assert_true(scene.closed_at_end);
}

static void two_clients(struct scene *scene)
{
	int first = dial(scene), second = dial(scene);
	say_request(first, 'w', 1);
	say_request(first, 'x', 1); /* must wait behind the one that waits */
	say_request(second, 'a', 1);
	hear(scene, second);
	hear(scene, first);
	hear(scene, first);
	close(first);
	close(second);
}

static void one_that_waits_stops_no_other_client(void **state)
{
	struct scene scene;
	(void)state;
	play(&scene, two_clients);
	assert_int_equal(scene.answers, 3);
	assert_int_equal(scene.ids[0], 'a');
	assert_int_equal(scene.ids[1], 'w');
	assert_int_equal(scene.ids[2], 'x');
}

static void gone_client(struct scene *scene)
{
	int first = dial(scene), second = dial(scene), third = dial(scene);
	say_request(first, 'w', 1);
	say_request(third, 'b', 1); /* so that the first was surely taken before it goes */
	hear(scene, third);
	close(first);
	say_request(second, 'a', 1);
	hear(scene, second);
	close(second);
	close(third);
}

static void an_answer_to_a_client_that_has_gone_goes_nowhere(void **state)
{
	struct scene scene;
	(void)state;
	play(&scene, gone_client);
	assert_int_equal(scene.answers, 2);
}

static void too_many(struct scene *scene)
{
	int fds[API_UNIX_CLIENTS_MAX + 1];
	for (size_t i = 0; i <= API_UNIX_CLIENTS_MAX; i++)
		fds[i] = dial(scene);
	uint8_t byte;
	scene->closed_at_end = read(fds[API_UNIX_CLIENTS_MAX], &byte, 1) == 0;
	say_request(fds[0], 'a', 1);
	hear(scene, fds[0]);
	for (size_t i = 0; i <= API_UNIX_CLIENTS_MAX; i++)
		close(fds[i]);
}

static void clients_above_the_limit_are_closed(void **state)
{
	struct scene scene;
	(void)state;
	play(&scene, too_many);
	assert_true(scene.closed_at_end);
	assert_int_equal(scene.answers, 1);
}

static mode_t seen_mode;

static void look_at_mode(struct scene *scene)
{
	struct stat info;
	seen_mode = stat(scene->path, &info) == 0 ? info.st_mode & 0777 : 0;
}

static void the_socket_is_its_users_alone(void **state)
{
	struct scene scene;
	(void)state;
	play(&scene, look_at_mode);
	assert_int_equal(seen_mode, 0600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_answered_in_order),
		cmocka_unit_test(a_request_may_come_byte_by_byte),
		cmocka_unit_test(a_length_out_of_bounds_is_refused_and_closed),
		cmocka_unit_test(a_cut_request_is_refused_and_not_taken),
		cmocka_unit_test(after_a_malformed_request_nothing_more_is_taken),
		cmocka_unit_test(one_that_waits_stops_no_other_client),
		cmocka_unit_test(an_answer_to_a_client_that_has_gone_goes_nowhere),
		cmocka_unit_test(clients_above_the_limit_are_closed),
		cmocka_unit_test(the_socket_is_its_users_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
