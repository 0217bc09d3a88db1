/* web - a page in a browser and what it speaks to: its files, its sign-in, the API and the
 * stream of what changed, over HTTP (io/http). Two use it: the worker's client
 * (api/web_field) and the administrator's console (api/console).
 *
 *   GET  /, /assets/…   built files
 *   POST (sign_in)      the user's own
 *   POST /api           one Request, in a session
 *   GET  /events        a stream of answers to `status`, in a session
 *
 * E1  Nothing is answered that web_gate does not let pass, and nothing that is
 *     somebody's without a session, which the user of this module judges.
 * E2  The API over HTTP is the API of the Unix socket: one table of calls.
 * E3  Every answer but the built files is `no-store`; every answer carries the
 *     headers that keep a page to itself (a strict Content-Security-Policy).
 */
#ifndef JALKA_API_WEB_H
#define JALKA_API_WEB_H

#include "api/request.h"
#include "api/web_assets.h"
#include "api/web_gate.h"
#include "base/fault.h"
#include "io/http.h"

enum { WEB_ORIGIN_BYTES = 280 };

struct web;

/* Whose page it is. */
struct web_user {
	void *ctx;
	enum web_assets_for assets;
	const char *home;                    /* the file that "/" is */
	const char *sign_in_path;
	size_t sign_in_bytes_max;            /* of its body */
	const struct web_gate_words *words;
	const char *over;                    /* of a session that does not hold */
	bool anybody;                        /* io/http.h, H3 */
	struct request_target target;        /* of the status that streams tell */
	/* Whether a session holds, for whom its calls are then, and its number (0: sessions have none).
	 * `whole`: the request is here; before, only its head. */
	bool (*holds)(void *ctx, struct span session, bool whole, struct request_target *target, uint64_t *number);
	/* A whole request to sign_in_path; to be replied to, by web_take or web_say. */
	void (*sign_in)(void *ctx, struct http_exchange *exchange, const struct http_head *head, uint8_t *body, size_t len);
};

/* `fd` listens and is taken over. `origin`: what the browser knows it by; NULL: http:// and `place`,
 * the address it listens at. */
struct fault web_open(struct loop *loop, int fd, const struct web_user *user, const char *place, const char *origin, struct web **out);
const char *web_origin(const struct web *web);
uint16_t web_port(const struct web *web);
void web_close(struct web *web); /* NULL is allowed */

/* Replies: with a text, or with what the table of calls answers. */
void web_say(struct http_exchange *exchange, unsigned status, const char *text);
void web_take(struct http_exchange *exchange, const struct request_target *target, uint8_t *body, size_t len);
/* A header's value; empty when there is none. */
struct span web_header(const struct http_head *head, const char *name);

/* ---- streams ---- */
bool web_listened(const struct web *web);          /* somebody listens */
void web_tell(struct web *web);                    /* the status as it is now, to all */
void web_end_streams(struct web *web, uint64_t number); /* of a session */

#endif
