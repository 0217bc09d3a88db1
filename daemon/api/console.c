/* console - sessions, streams and their ends. */
#include "api/console.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/gate.h"
#include "api/web.h"
#include "base/assert.h"
#include "central/operators.h"
#include "io/random.h"
#include "io/timer.h"

enum { SIGN_IN_BYTES_MAX = 4096 };

struct console {
	struct loop *loop;
	struct node *node;
	struct web *web;
	struct console_sessions sessions;
	struct timer *telling, *ending;
	uint64_t told_ms, checked_ms;
	size_t hashing, waiting;
	struct beside *first, *last; /* that wait */
	bool closing;
};

static const struct web_gate_words words = {
	.elsewhere = "this is not the address of the console: the node's --console-origin says it",
	.another_page = "another page asks: open the console by its own address",
	.no_session = "no session: sign in",
};

/* ---- sessions ---- */

struct console_sessions *console_sessions(struct console *console)
{
	return &console->sessions;
}

static bool is_of_now(const struct console_session *session)
{
	return console_session_holds(session, loop_mono_ms());
}

/* The next end; and while there is a session, the next look whether its person is still let in (D2). That
 * one is not put off by what is asked meanwhile. */
static void set_ending(struct console *console)
{
	uint64_t at = UINT64_MAX, check = console->checked_ms + CONSOLE_CHECK_MS;
	for (size_t i = 0; i < CONSOLE_SESSION_MAX; i++) {
		const struct console_session *session = &console->sessions.all[i];
		if (session->number == 0)
			continue;
		uint64_t until = console_session_until(session) < check ? console_session_until(session) : check;
		at = until < at ? until : at;
	}
	timer_at(console->ending, at);
}

static bool is_let_in(struct console *console, const struct console_session *session)
{
	struct operators_account account;
	bool found = false;
	struct fault f = operators_get(node_log(console->node), session->staff, &account, &found);
	return !fault_is(f) && found && account.state == OPERATORS_ACTIVE && gate_roles_of(console->node, session->staff) != 0;
}

void console_end(struct console *console, struct console_session *session)
{
	web_end_streams(console->web, session->number);
	console_session_end(session);
	console_changed(console);
	set_ending(console);
}

void console_end_of(struct console *console, struct record_id staff, const struct console_session *but)
{
	for (size_t i = 0; i < CONSOLE_SESSION_MAX; i++) {
		struct console_session *session = &console->sessions.all[i];
		if (session->number != 0 && session != but && ID_EQUAL(session->staff, staff))
			console_end(console, session);
	}
}

static void ending_came(void *ctx)
{
	struct console *console = ctx;
	console->checked_ms = loop_mono_ms();
	for (size_t i = 0; i < CONSOLE_SESSION_MAX; i++) {
		struct console_session *session = &console->sessions.all[i];
		if (session->number != 0 && (!is_of_now(session) || !is_let_in(console, session)))
			console_end(console, session);
	}
	set_ending(console);
}

struct console_session *console_begin(struct console *console, struct record_id staff, const char *from,
				      char token[static CONSOLE_SESSION_TEXT_BYTES])
{
	uint8_t random[CONSOLE_SESSION_RANDOM_BYTES];
	random_fill(NULL, random, sizeof random);
	struct console_session *session = console_session_place(&console->sessions, staff, loop_mono_ms());
	if (session->number != 0) /* its streams end with it */
		console_end(console, session);
	session = console_session_begin(&console->sessions, staff, from, random, loop_wall_ms(), loop_mono_ms(), token);
	sodium_memzero(random, sizeof random);
	console_changed(console);
	set_ending(console);
	return session;
}

void console_touch(struct console *console, struct console_session *session)
{
	console_session_touch(session, loop_wall_ms(), loop_mono_ms());
	set_ending(console);
}

/* ---- what the web asks ---- */

static bool holds(void *ctx, struct span token, bool whole, struct request_target *target, uint64_t *number)
{
	struct console *console = ctx;
	struct console_session *session = console_session_find(&console->sessions, token, loop_mono_ms());
	if (session != NULL && whole && !is_let_in(console, session)) {
		console_end(console, session);
		session = NULL;
	}
	if (session == NULL)
		return false;
	*number = session->number;
	*target = (struct request_target){ .node = console->node, .console = console, .session = session };
	return true;
}

static void sign_in(void *ctx, struct http_exchange *exchange, const struct http_head *head, uint8_t *body, size_t len)
{
	struct console *console = ctx;
	char from[CONSOLE_SESSION_FROM_BYTES];
	struct span agent = web_header(head, "user-agent");
	snprintf(from, sizeof from, "%.*s", (int)(agent.len < sizeof from ? agent.len : sizeof from), agent.len > 0 ? (const char *)agent.data : "");
	const struct request_target target = { .node = console->node, .console = console, .from = from };
	web_take(exchange, &target, body, len);
}

/* ---- what pages are told ---- */

static void telling_came(void *ctx)
{
	struct console *console = ctx;
	console->told_ms = loop_mono_ms();
	web_tell(console->web);
}

void console_changed(struct console *console)
{
	if (!console->closing && web_listened(console->web) && !timer_is_set(console->telling))
		timer_at(console->telling, console->told_ms + CONSOLE_TELL_MS);
}

static void node_changed(void *ctx)
{
	console_changed(ctx);
}

/* ---- beside the loop ---- */

struct beside {
	struct console *console;
	struct beside *next;
	loop_work_fn *work, *done;
	void *ctx;
};

static void beside_work(void *ctx)
{
	struct beside *beside = ctx;
	beside->work(beside->ctx);
}

static struct fault begin_beside(struct beside *beside);

/* Who waited the longest is next; one that cannot begin is over. */
static void begin_next(struct console *console)
{
	while (console->hashing < CONSOLE_HASHING && console->first != NULL) {
		struct beside *beside = console->first;
		console->first = beside->next;
		console->waiting--;
		if (console->closing || fault_is(begin_beside(beside))) {
			beside->done(beside->ctx);
			free(beside);
		}
	}
}

static void beside_done(void *ctx)
{
	struct beside *beside = ctx;
	struct console *console = beside->console;
	console->hashing--;
	beside->done(beside->ctx);
	free(beside);
	begin_next(console);
}

static struct fault begin_beside(struct beside *beside)
{
	struct fault f = loop_beside(beside->console->loop, beside_work, beside_done, beside);
	beside->console->hashing += !fault_is(f);
	return f;
}

bool console_has_room(const struct console *console)
{
	return !console->closing && console->waiting < CONSOLE_WAITING;
}

struct fault console_beside(struct console *console, loop_work_fn *work, loop_work_fn *done, void *ctx)
{
	ASSERT(console_has_room(console));
	struct beside *beside = calloc(1, sizeof *beside);
	if (beside == NULL)
		return fault_of(FAULT_LIMIT, "memory to look at a password");
	*beside = (struct beside){ .console = console, .work = work, .done = done, .ctx = ctx };
	if (console->hashing >= CONSOLE_HASHING) {
		*(console->first == NULL ? &console->first : &console->last->next) = beside;
		console->last = beside;
		console->waiting++;
		return fault_none();
	}
	struct fault f = begin_beside(beside);
	if (fault_is(f))
		free(beside);
	return f;
}

bool console_is_closing(const struct console *console)
{
	return console->closing;
}

struct node *console_node(const struct console *console)
{
	return console->node;
}

/* ---- opening ---- */

const char *console_origin(const struct console *console)
{
	return web_origin(console->web);
}

void console_invitation(const struct console *console, const char *token, char out[static CONSOLE_ADDRESS_BYTES])
{
	snprintf(out, CONSOLE_ADDRESS_BYTES, "%.280s/#i=%.64s", console_origin(console), token);
}

static struct fault open_all(struct console *console, const struct place *place, const char *origin)
{
	const struct web_user user = { .ctx = console, .assets = WEB_ASSETS_CONSOLE, .home = "/console", .sign_in_path = "/sign-in",
				       .sign_in_bytes_max = SIGN_IN_BYTES_MAX, .words = &words, .over = "the session is over: sign in",
				       .anybody = true, .target = { .node = console->node, .console = console },
				       .holds = holds, .sign_in = sign_in };
	struct fault f = timer_open(console->loop, telling_came, console, &console->telling);
	if (!fault_is(f))
		f = timer_open(console->loop, ending_came, console, &console->ending);
	if (fault_is(f)) {
		close(place->fd);
		return f;
	}
	return web_open(console->loop, place->fd, &user, place->text, origin, &console->web);
}

struct fault console_open(struct loop *loop, const struct place *place, const char *origin, struct node *node, struct console **out)
{
	struct console *console = calloc(1, sizeof *console);
	if (console == NULL) {
		close(place->fd);
		return fault_of(FAULT_LIMIT, "memory for the console");
	}
	console->loop = loop;
	console->node = node;
	struct fault f = open_all(console, place, origin);
	if (fault_is(f)) {
		console_close(console);
		return f;
	}
	node_watch(node, node_changed, console);
	*out = console;
	return fault_none();
}

void console_close(struct console *console)
{
	if (console == NULL)
		return;
	console->closing = true;
	node_watch(console->node, NULL, NULL);
	if (console->hashing > 0)
		loop_await_beside(console->loop);
	web_close(console->web);
	timer_close(console->telling);
	timer_close(console->ending);
	sodium_memzero(&console->sessions, sizeof console->sessions);
	free(console);
}
