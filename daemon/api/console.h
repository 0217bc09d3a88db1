/* console - the administrators' page in a browser (api/web), at a central node: its listener,
 * who is signed in there, and what they are told.
 *
 * It listens on loopback alone: TLS and the way in from outside are a reverse proxy's on the
 * same machine, which is why connections of any user are served. Who asks is proven by
 * signing in (api/handlers_console, central/operators).
 *
 * D1  A session acts as its own person, in the administrators' roles granted to them today.
 * D2  It ends at once when the account is blocked, its invitation renewed and used, or no
 *     such role is left: asked at each request, and within CONSOLE_CHECK_MS where a page
 *     only listens.
 * D3  Streams are told at most once in CONSOLE_TELL_MS.
 * D4  At most CONSOLE_HASHING passwords are hashed at once, beside the loop; CONSOLE_WAITING
 *     more wait for it, and who comes then is told to come again before anything counts.
 */
#ifndef JALKA_API_CONSOLE_H
#define JALKA_API_CONSOLE_H

#include "api/console_session.h"
#include "central/node.h"
#include "io/place.h"

enum { CONSOLE_TELL_MS = 1000, CONSOLE_CHECK_MS = 60 * 1000, CONSOLE_HASHING = 2, CONSOLE_WAITING = 16, CONSOLE_ADDRESS_BYTES = 400 };

struct console;

/* `place` listens, and is taken over. `origin`: how browsers reach it; NULL: at the place itself. */
struct fault console_open(struct loop *loop, const struct place *place, const char *origin, struct node *node, struct console **out);
const char *console_origin(const struct console *console);
/* The address that an invitation is taken up at. */
void console_invitation(const struct console *console, const char *token, char out[static CONSOLE_ADDRESS_BYTES]);
void console_close(struct console *console); /* NULL is allowed; waits for what is hashed */

/* ---- sessions ---- */
struct console_sessions *console_sessions(struct console *console);
struct console_session *console_begin(struct console *console, struct record_id staff, const char *from,
				      char token[static CONSOLE_SESSION_TEXT_BYTES]);
/* A person did something. */
void console_touch(struct console *console, struct console_session *session);
void console_end(struct console *console, struct console_session *session);
/* All of a person's, but `but` (may be NULL). */
void console_end_of(struct console *console, struct record_id staff, const struct console_session *but);

/* Something a page may show has changed. */
void console_changed(struct console *console);

/* False: too much waits to be hashed already. */
bool console_has_room(const struct console *console);
/* Runs `work` beside the loop, then `done` on it: once for each call without a fault. Where it cannot
 * be run any more `done` comes alone. There must be room. */
struct fault console_beside(struct console *console, loop_work_fn *work, loop_work_fn *done, void *ctx);
/* In `done`: the daemon is ending, nothing is to be changed any more. */
bool console_is_closing(const struct console *console);
struct node *console_node(const struct console *console);

#endif
