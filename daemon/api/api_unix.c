/* api_unix - a listening uv_pipe and its clients. */
#include "api/api_unix.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include "base/assert.h"
#include "base/limits.h"
#include "local.pb.h"

enum { LENGTH_BYTES = 4, QUEUE_STOP_BYTES = 256 * 1024, BACKLOG = 128 };

struct client {
	uv_pipe_t pipe;
	struct api_unix *api;
	struct client *next, **link;
	uint8_t length[LENGTH_BYTES];
	size_t have;            /* bytes of length and request that are here */
	uint8_t *request;       /* NULL until its length is known and good */
	uint32_t request_bytes;
	struct answer *waiting; /* the request under way */
	size_t queued_bytes;
	bool reading, closing, close_when_written;
	size_t writes;
};

struct api_unix {
	uv_pipe_t pipe;
	struct loop *loop;
	api_unix_fn *fn;
	void *ctx;
	struct client *clients;
	size_t client_count;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
};

struct write {
	uv_write_t uv;
	struct client *client;
	size_t bytes;
	uint8_t data[];
};

static void client_close(struct client *client);
static void client_read(struct client *client);

static void client_closed(uv_handle_t *handle)
{
	struct client *client = handle->data;
	free(client->request);
	free(client);
}

static void client_close(struct client *client)
{
	if (client->closing)
		return;
	client->closing = true;
	if (client->waiting != NULL)
		answer_orphan(client->waiting);
	client->waiting = NULL;
	*client->link = client->next;
	if (client->next != NULL)
		client->next->link = client->link;
	client->api->client_count--;
	uv_close((uv_handle_t *)&client->pipe, client_closed);
}

/* ---- out ---- */

static void written(uv_write_t *uv, int status)
{
	struct write *w = (struct write *)uv;
	struct client *client = w->client;
	client->queued_bytes -= w->bytes;
	client->writes--;
	free(w);
	if (status != 0 || (client->close_when_written && client->writes == 0))
		client_close(client);
	else
		client_read(client);
}

static void client_send(void *ctx, struct span frame, bool last)
{
	struct client *client = ctx;
	if (last)
		client->waiting = NULL;
	if (client->closing)
		return;
	struct write *w = malloc(sizeof *w + frame.len);
	if (w == NULL) {
		client_close(client);
		return;
	}
	*w = (struct write){ .client = client, .bytes = frame.len };
	memcpy(w->data, frame.data, frame.len);
	uv_buf_t buf = uv_buf_init((char *)w->data, (unsigned)frame.len);
	if (uv_write(&w->uv, (uv_stream_t *)&client->pipe, &buf, 1, written) != 0) {
		free(w);
		client_close(client);
		return;
	}
	client->queued_bytes += frame.len;
	client->writes++;
}

static size_t client_queued(void *ctx)
{
	return ((struct client *)ctx)->queued_bytes;
}

/* What cannot be read as a request gets a refusal, and no second chance (U2). */
static void refuse_and_close(struct client *client, const char *what)
{
	static uint8_t block[1024];
	struct wire_out out;
	wire_out_init(&out, block, sizeof block);
	client->close_when_written = true;
	struct answer_response response = { .kind = jalka_Kind_CALLER, .error = span_text(what) };
	client_send(client, answer_frame(&out, &response), true);
}

/* ---- in ---- */

static void take(struct client *client)
{
	struct answer_sink sink = { .ctx = client, .send = client_send, .queued_bytes = client_queued };
	bool good = client->api->fn(client->api->ctx, client->request, client->request_bytes, &sink, &client->waiting);
	free(client->request);
	client->request = NULL;
	client->have = 0;
	client->close_when_written = !good;
	if (!good && client->writes == 0)
		client_close(client);
}

static void lend_block(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct client *client = handle->data;
	(void)suggested;
	/* Exactly what is missing: nothing of a next request is read ahead. */
	if (client->request == NULL)
		*out = uv_buf_init((char *)client->length + client->have, (unsigned)(LENGTH_BYTES - client->have));
	else
		*out = uv_buf_init((char *)client->request + (client->have - LENGTH_BYTES),
				   (unsigned)(client->request_bytes - (client->have - LENGTH_BYTES)));
}

static void begin_request(struct client *client)
{
	uint32_t bytes = 0;
	for (size_t i = 0; i < LENGTH_BYTES; i++)
		bytes |= (uint32_t)client->length[i] << (8 * i);
	if (bytes == 0 || bytes > LIMIT_REQUEST_BYTES) { /* U1 */
		refuse_and_close(client, "the request's length is 0 or above 256 KiB: send a smaller one");
		return;
	}
	client->request = malloc(bytes);
	client->request_bytes = bytes;
	if (client->request == NULL)
		client_close(client);
}

static void received(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct client *client = stream->data;
	(void)buf;
	if (n == UV_EOF && client->have != 0 && !client->closing) {
		refuse_and_close(client, "the request ends before its length: it was cut");
		client_read(client);
		return;
	}
	if (n < 0) {
		client_close(client);
		return;
	}
	client->have += (size_t)n;
	if (client->request == NULL && client->have == LENGTH_BYTES)
		begin_request(client);
	else if (client->request != NULL && client->have == LENGTH_BYTES + client->request_bytes)
		take(client);
	client_read(client);
}

static void client_read(struct client *client)
{
	bool want = !client->closing && !client->close_when_written && client->waiting == NULL &&
		    client->queued_bytes < QUEUE_STOP_BYTES;
	if (want == client->reading)
		return;
	client->reading = want;
	if (!want)
		uv_read_stop((uv_stream_t *)&client->pipe);
	else if (uv_read_start((uv_stream_t *)&client->pipe, lend_block, received) != 0)
		client_close(client);
}

/* ---- the socket ---- */

static bool is_own_user(struct client *client)
{
	struct ucred peer;
	socklen_t len = sizeof peer;
	int fd;
	return uv_fileno((uv_handle_t *)&client->pipe, &fd) == 0 &&
	       getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == geteuid();
}

static void arrived(uv_stream_t *stream, int status)
{
	struct api_unix *api = stream->data;
	struct client *client = status == 0 ? calloc(1, sizeof *client) : NULL;
	if (client == NULL)
		return;
	uv_pipe_init(loop_uv(api->loop), &client->pipe, 0);
	client->pipe.data = client;
	client->api = api;
	client->next = api->clients;
	client->link = &api->clients;
	if (client->next != NULL)
		client->next->link = &client->next;
	api->clients = client;
	api->client_count++;
	if (uv_accept(stream, (uv_stream_t *)&client->pipe) != 0 || !is_own_user(client) ||
	    api->client_count > API_UNIX_CLIENTS_MAX)
		client_close(client);
	else
		client_read(client);
}

static void api_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static struct fault make(struct loop *loop, api_unix_fn *fn, void *ctx, struct api_unix **out)
{
	struct api_unix *api = calloc(1, sizeof *api);
	if (api == NULL)
		return fault_of(FAULT_LIMIT, "memory for the local API");
	*api = (struct api_unix){ .loop = loop, .fn = fn, .ctx = ctx };
	uv_pipe_init(loop_uv(loop), &api->pipe, 0);
	api->pipe.data = api;
	*out = api;
	return fault_none();
}

static struct fault unmake(struct api_unix *api, const char *what)
{
	uv_close((uv_handle_t *)&api->pipe, api_closed);
	return fault_of(FAULT_STORE, what);
}

struct fault api_unix_open(struct loop *loop, const char *path, api_unix_fn *fn, void *ctx, struct api_unix **out)
{
	struct api_unix *api;
	if (strlen(path) >= sizeof api->path)
		return fault_of(FAULT_CALLER, "path of the socket is too long: give a shorter one with --socket");
	FAULT_TRY(make(loop, fn, ctx, &api));
	strcpy(api->path, path);
	unlink(path);
	mode_t before = umask(0177); /* 0600 from the first moment */
	int rc = uv_pipe_bind(&api->pipe, path);
	umask(before);
	if (rc != 0 || chmod(path, 0600) != 0 || uv_listen((uv_stream_t *)&api->pipe, BACKLOG, arrived) != 0)
		return unmake(api, "socket of the local API cannot be made at its path");
	*out = api;
	return fault_none();
}

struct fault api_unix_open_handed(struct loop *loop, int fd, api_unix_fn *fn, void *ctx, struct api_unix **out)
{
	struct api_unix *api;
	struct fault f = make(loop, fn, ctx, &api);
	if (fault_is(f)) {
		close(fd);
		return f;
	}
	if (uv_pipe_open(&api->pipe, fd) != 0) {
		close(fd);
		return unmake(api, "socket of the local API that was handed over is none");
	}
	if (uv_listen((uv_stream_t *)&api->pipe, BACKLOG, arrived) != 0)
		return unmake(api, "socket of the local API that was handed over cannot be listened at");
	*out = api;
	return fault_none();
}

void api_unix_close(struct api_unix *api)
{
	if (api == NULL)
		return;
	while (api->clients != NULL)
		client_close(api->clients);
	if (api->path[0] != '\0')
		unlink(api->path);
	uv_close((uv_handle_t *)&api->pipe, api_closed);
}
