/* link - a Unix socket, poll, and nanopb for the requests. */
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <pb_decode.h>
#include <pb_encode.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/limits.h"
#include "say.h"

enum { HEAD_BYTES = 4, READ_BYTES = 65536, OBJECT_BYTES_MAX = 16 * 1024 * 1024 };

struct link {
	int fd;
	uint32_t last_id;
	uint8_t *in;          /* what has come and is not yet read */
	size_t in_used, in_size, in_read;
	char *object;         /* the pieces of one answer's JSON */
	size_t object_used, object_size;
};

static jalka_Request request_block;
static jalka_Response response_block;
static uint8_t out_block[HEAD_BYTES + LIMIT_REQUEST_BYTES];

static noreturn void lost(const char *why)
{
	say_die(SAY_NO_DAEMON, "the daemon closed the connection (%s); what it had confirmed is kept", why);
}

/* A daemon answers the user it runs as, and nobody else, root neither. */
static void check_owner(int fd, const char *socket_path)
{
	struct ucred daemon;
	socklen_t len = sizeof daemon;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &daemon, &len) != 0 || daemon.uid == geteuid())
		return;
	const struct passwd *user = getpwuid(daemon.uid);
	if (user == NULL)
		say_die(SAY_NO_DAEMON, "the daemon at %s answers its own user alone, number %u", socket_path, (unsigned)daemon.uid);
	say_die(SAY_NO_DAEMON, "the daemon at %s answers its own user alone: sudo -u %s jalka ...", socket_path, user->pw_name);
}

struct link *link_open(const char *socket_path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct link *link = calloc(1, sizeof *link);
	if (link == NULL)
		say_die(SAY_FAILED, "out of memory");
	if (strlen(socket_path) >= sizeof address.sun_path)
		say_die(SAY_USAGE, "the path of the socket is too long: %s", socket_path);
	strcpy(address.sun_path, socket_path);
	link->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (link->fd < 0 || connect(link->fd, (struct sockaddr *)&address, sizeof address) != 0)
		say_die(SAY_NO_DAEMON, "no daemon answers at %s (%s); start jalkad, or name its folder with --dir",
			socket_path, strerror(errno));
	check_owner(link->fd, socket_path);
	fcntl(link->fd, F_SETFL, O_NONBLOCK);
	return link;
}

void link_close(struct link *link)
{
	if (link == NULL)
		return;
	close(link->fd);
	free(link->in);
	free(link->object);
	free(link);
}

static const char *acting = "";

void link_as(const char *staff)
{
	acting = staff;
}

jalka_Request *link_request(pb_size_t call)
{
	memset(&request_block, 0, sizeof request_block);
	request_block.which_call = call;
	return &request_block;
}

void link_put(char *field, size_t size, const char *text, const char *what)
{
	if (!wire_utf8(span_text(text)))
		say_die(SAY_USAGE, "%s is not UTF-8 text", what);
	if (strlen(text) >= size)
		say_die(SAY_USAGE, "%s is too long (at most %zu bytes)", what, size - 1);
	strcpy(field, text);
}

void link_assign(jalka_WriteCall *write, const char *text)
{
	size_t len = strlen(text) + 1, used = write->body.size;
	if (!wire_utf8(span_text(text)))
		say_die(SAY_USAGE, "an assignment is not UTF-8 text");
	if (strchr(text, '=') == NULL)
		say_die(SAY_USAGE, "expected field=value, got \"%s\"", say_clean(text));
	if (len > sizeof write->body.bytes - used)
		say_die(SAY_USAGE, "the record is too long (at most %zu bytes)", sizeof write->body.bytes);
	memcpy(write->body.bytes + used, text, len);
	write->body.size = (pb_size_t)(used + len);
	write->form = jalka_Form_ASSIGNMENTS;
}

void link_body(jalka_WriteCall *write, struct span json)
{
	if (json.len > sizeof write->body.bytes)
		say_die(SAY_USAGE, "the record is too long (at most %zu bytes)", sizeof write->body.bytes);
	memcpy(write->body.bytes, json.data, json.len);
	write->body.size = (pb_size_t)json.len;
	write->form = jalka_Form_JSON;
}

static void await(struct link *link, short events)
{
	struct pollfd poll_fd = { .fd = link->fd, .events = events };
	while (poll(&poll_fd, 1, -1) < 0)
		if (errno != EINTR)
			lost(strerror(errno));
}

/* Reads what is there; false when nothing was. */
static bool read_some(struct link *link)
{
	if (link->in_read == link->in_used)
		link->in_read = link->in_used = 0;
	if (link->in_size - link->in_used < READ_BYTES) {
		if (link->in_read != link->in_used)
			memmove(link->in, link->in + link->in_read, link->in_used - link->in_read);
		link->in_used -= link->in_read;
		link->in_read = 0;
		link->in_size = link->in_used + 2 * READ_BYTES;
		link->in = realloc(link->in, link->in_size);
		if (link->in == NULL)
			say_die(SAY_FAILED, "out of memory");
	}
	ssize_t n = read(link->fd, link->in + link->in_used, link->in_size - link->in_used);
	if (n == 0)
		lost("end of stream");
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		lost(strerror(errno));
	link->in_used += n > 0 ? (size_t)n : 0;
	return n > 0;
}

uint32_t link_send(struct link *link, jalka_Request *request)
{
	request->id = ++link->last_id;
	LINK_PUT(request->as, acting, "--as");
	pb_ostream_t stream = pb_ostream_from_buffer(out_block + HEAD_BYTES, sizeof out_block - HEAD_BYTES);
	if (!pb_encode(&stream, jalka_Request_fields, request))
		say_die(SAY_FAILED, "the request cannot be encoded");
	size_t len = stream.bytes_written, sent = 0;
	for (size_t i = 0; i < HEAD_BYTES; i++)
		out_block[i] = (uint8_t)(len >> (8 * i));
	while (sent < HEAD_BYTES + len) {
		ssize_t n = send(link->fd, out_block + sent, HEAD_BYTES + len - sent, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			lost(strerror(errno));
		sent += n > 0 ? (size_t)n : 0;
		if (n >= 0)
			continue;
		/* The daemon may be waiting for us to read: both ways, or nobody moves. */
		await(link, POLLIN | POLLOUT);
		read_some(link);
	}
	if (request->which_call == jalka_Request_init_tag || request->which_call == jalka_Request_unlock_tag) {
		explicit_bzero(&request->call, sizeof request->call); /* the passphrase stays nowhere */
		explicit_bzero(out_block, sizeof out_block);
	}
	return request->id;
}

static uint32_t frame_bytes(const struct link *link)
{
	const uint8_t *p = link->in + link->in_read;
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The next Response into response_block. */
static void next_response(struct link *link)
{
	for (;;) {
		size_t have = link->in_used - link->in_read;
		size_t len = have >= HEAD_BYTES ? frame_bytes(link) : 0;
		if (len > LIMIT_RESPONSE_BYTES)
			lost("an answer longer than allowed");
		if (have >= HEAD_BYTES && have >= HEAD_BYTES + len) {
			pb_istream_t stream = pb_istream_from_buffer(link->in + link->in_read + HEAD_BYTES, len);
			link->in_read += HEAD_BYTES + len;
			if (!pb_decode(&stream, jalka_Response_fields, &response_block))
				lost("an answer that cannot be read");
			return;
		}
		if (!read_some(link))
			await(link, POLLIN);
	}
}

static void gather(struct link *link, const char *piece)
{
	size_t len = strlen(piece);
	if (len == 0)
		return;
	if (link->object_used + len > OBJECT_BYTES_MAX)
		lost("an answer longer than allowed");
	if (link->object_used + len > link->object_size) {
		link->object_size = 2 * (link->object_used + len);
		link->object = realloc(link->object, link->object_size);
		if (link->object == NULL)
			say_die(SAY_FAILED, "out of memory");
	}
	memcpy(link->object + link->object_used, piece, len);
	link->object_used += len;
}

void link_receive(struct link *link, struct link_answer *out)
{
	link->object_used = 0;
	do {
		next_response(link);
		gather(link, response_block.json);
	} while (response_block.cut);
	*out = (struct link_answer){ .id = response_block.id, .more = response_block.more, .kind = response_block.kind };
	strcpy(out->error, response_block.error);
	strcpy(out->field, response_block.field);
	if (link->object_used != 0 && !json_read(span_of(link->object, link->object_used), &out->object, NULL))
		lost("an answer that is not JSON");
}

/* What was left out of an answer is said wherever it is read by a person. */
static void say_hidden(struct json object)
{
	struct json name, item, hidden = json_member(object, "hidden");
	if (say_style()->json || hidden.type != JSON_LIST)
		return;
	for (struct json_walk walk = json_walk(hidden); json_next(&walk, &name, &item);) {
		const char *how = say_text(json_member(item, "how"));
		say_note("left out: %s (%s)%s%s", say_text(json_member(item, "why")), say_value(json_member(item, "count")),
			 *how != 0 ? "; " : "", how);
	}
	if (say_true(object, "truncated"))
		say_note("cut: there is more than one answer holds; ask for less, with --limit, a type or a case");
}

static void call(struct link *link, jalka_Request *request, link_answer_fn *fn, void *ctx, bool tells_hidden)
{
	struct link_answer answer;
	uint32_t id = link_send(link, request);
	do {
		link_receive(link, &answer);
		if (answer.kind != jalka_Kind_NONE)
			link_refused(&answer);
		if (answer.id == id && fn != NULL)
			fn(ctx, answer.object);
		if (answer.id == id && tells_hidden)
			say_hidden(answer.object);
	} while (answer.more || answer.id != id);
}

void link_call(struct link *link, jalka_Request *request, link_answer_fn *fn, void *ctx)
{
	call(link, request, fn, ctx, true);
}

void link_look(struct link *link, jalka_Request *request, link_answer_fn *fn, void *ctx)
{
	call(link, request, fn, ctx, false);
}

/* Somebody changed the field since it was read: both values, so that one can choose. */
static noreturn void say_stale(struct json object)
{
	struct json by = json_member(object, "by");
	if (by.type != JSON_OBJECT) /* a decision of the administrator's */
		say_die(SAY_FAILED, "what stood in %s was taken out meanwhile\nnot written: %s\nLook at it and write again.",
			say_text(json_member(object, "field")), say_value(json_member(object, "given")));
	say_die(SAY_FAILED, "%s was changed meanwhile by %s (%s) to: %s\nnot written: %s\nLook at it and write again.",
		say_text(json_member(object, "field")), say_text(json_member(by, "name")),
		say_time_ms(json_member(object, "at_ms")), say_value(json_member(object, "stored")),
		say_value(json_member(object, "given")));
}

/* "phone" and "is required" make "phone: is required"; the daemon may have named the
 * field in its text already, at the beginning or behind the last colon. */
_Noreturn void link_refused(const struct link_answer *answer)
{
	enum say_exit code = answer->kind == jalka_Kind_LOCKED ? SAY_LOCKED : SAY_FAILED;
	char error[sizeof answer->error];
	size_t field_len = strlen(answer->field), len = strlen(answer->error);
	strcpy(error, answer->error);
	if (answer->kind == jalka_Kind_STALE_READ && answer->object.type == JSON_OBJECT)
		say_stale(answer->object);
	if (field_len == 0 || strncmp(error, answer->field, field_len) == 0)
		say_die(code, "%s", say_clean(error));
	if (len > field_len + 2 && strcmp(error + len - field_len, answer->field) == 0 && error[len - field_len - 2] == ':')
		error[len - field_len - 2] = 0;
	say_die(code, "%s: %s", say_clean(answer->field), say_clean(error));
}
