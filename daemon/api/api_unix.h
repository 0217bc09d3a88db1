/* api_unix - the local API on a Unix socket: framing, who may connect, bounds.
 *
 * The socket has mode 0600 and lies in a directory of mode 0700; a peer of
 * another user is closed unread (SO_PEERCRED). One request of a client is under
 * way at a time; nothing is read while it waits, and nothing while much is
 * waiting to be written.
 *
 * U1  A length is checked before memory is taken for it.
 * U2  What is malformed is refused with a Response that says so, then closed.
 */
#ifndef JALKA_API_API_UNIX_H
#define JALKA_API_API_UNIX_H

#include "api/answer.h"
#include "base/fault.h"
#include "io/loop.h"

enum { API_UNIX_CLIENTS_MAX = 64 };

struct api_unix;

/* Takes the answer over; `request` is borrowed and may be wiped by the callee.
 * False: the request is malformed, so close after the answer. */
typedef bool api_unix_fn(void *ctx, uint8_t *request, size_t len, const struct answer_sink *sink,
			 struct answer **waiting);

/* Removes a socket left over at this path; the caller holds the folder's lock. */
struct fault api_unix_open(struct loop *loop, const char *path, api_unix_fn *fn, void *ctx, struct api_unix **out);
/* The same on a socket that listens already, made by who keeps it: it is taken over, its file is left. */
struct fault api_unix_open_handed(struct loop *loop, int fd, api_unix_fn *fn, void *ctx, struct api_unix **out);
void api_unix_close(struct api_unix *api); /* NULL is allowed; removes the socket it made */

#endif
