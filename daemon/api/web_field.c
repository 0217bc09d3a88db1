/* web_field - tokens, sessions and the profile behind the worker's page. */
#include "api/web_field.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/web.h"
#include "api/web_session.h"
#include "io/address.h"
#include "io/random.h"

enum { TOKEN_BYTES = 32 };

struct web_field {
	struct web *web;
	struct profile *profile;
	struct web_sessions sessions;
	struct profile_watch watch;
};

static const struct web_gate_words words = {
	.elsewhere = "this is not the address of Jalka here: open it with `jalka open`",
	.another_page = "another page asks: open Jalka with `jalka open`",
	.no_session = "no session: open Jalka with `jalka open`",
};

static bool holds(void *ctx, struct span session, bool whole, struct request_target *target, uint64_t *number)
{
	struct web_field *web = ctx;
	(void)whole;
	*number = 0;
	/* No `web` in the target: an address to sign in with is had over the Unix socket alone. */
	*target = (struct request_target){ .profile = web->profile };
	return web_session_holds(&web->sessions, session, loop_mono_ms());
}

static void sign_in(void *ctx, struct http_exchange *exchange, const struct http_head *head, uint8_t *body, size_t len)
{
	struct web_field *web = ctx;
	uint8_t random[TOKEN_BYTES];
	char session[WEB_SESSION_TEXT_BYTES];
	(void)head;
	random_fill(NULL, random, sizeof random);
	if (web_session_begin(&web->sessions, span_of(body, len), random, loop_mono_ms(), session))
		web_say(exchange, 200, session);
	else
		web_say(exchange, 403, "this address has been used, or is older than a minute: `jalka open` gives a new one\n");
	sodium_memzero(random, sizeof random);
	sodium_memzero(session, sizeof session);
}

void web_field_address(struct web_field *web, bool companion, char out[static WEB_FIELD_ADDRESS_BYTES])
{
	uint8_t random[TOKEN_BYTES];
	char token[WEB_SESSION_TEXT_BYTES];
	random_fill(NULL, random, sizeof random);
	web_session_offer(&web->sessions, random, loop_mono_ms(), token);
	snprintf(out, WEB_FIELD_ADDRESS_BYTES, "%.40s/%s#t=%s", web_origin(web->web), companion ? "companion" : "", token);
	sodium_memzero(random, sizeof random);
	sodium_memzero(token, sizeof token);
}

static void changed(void *ctx, struct profile *profile, const char *failure)
{
	struct web_field *web = ctx;
	(void)profile;
	(void)failure;
	web_tell(web->web);
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in at = { .sin_port = 0 };
	socklen_t len = sizeof at;
	return getsockname(fd, (struct sockaddr *)&at, &len) == 0 ? ntohs(at.sin_port) : 0;
}

struct fault web_field_open(struct loop *loop, int fd, struct profile *profile, struct web_field **out)
{
	struct web_field *web = calloc(1, sizeof *web);
	char place[32];
	if (web == NULL) {
		close(fd);
		return fault_of(FAULT_LIMIT, "memory for the web client");
	}
	const struct web_user user = { .ctx = web, .assets = WEB_ASSETS_FIELD, .home = "/", .sign_in_path = "/session",
				       .sign_in_bytes_max = WEB_SESSION_TEXT_BYTES, .words = &words,
				       .over = "the session is over: open Jalka with `jalka open`", .target = { .profile = profile },
				       .holds = holds, .sign_in = sign_in };
	web->profile = profile;
	snprintf(place, sizeof place, "127.0.0.1:%u", (unsigned)port_of(fd));
	struct fault f = web_open(loop, fd, &user, place, NULL, &web->web);
	if (fault_is(f)) {
		free(web);
		return f;
	}
	web->watch = (struct profile_watch){ .fn = changed, .ctx = web };
	profile_watch(profile, &web->watch);
	*out = web;
	return fault_none();
}

uint16_t web_field_port(const struct web_field *web)
{
	return web_port(web->web);
}

void web_field_close(struct web_field *web)
{
	if (web == NULL)
		return;
	profile_unwatch(web->profile, &web->watch);
	web_close(web->web);
	sodium_memzero(&web->sessions, sizeof web->sessions);
	free(web);
}
