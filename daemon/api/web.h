/* web - the field client in a browser: its files, its sign-in, the API and the
 * stream of what changed, over HTTP on loopback (io/http).
 *
 * E1  Nothing is answered that web_gate does not let pass, and nothing that is
 *     somebody's without a session (web_session).
 * E2  The API over HTTP is the API of the Unix socket: one table of calls.
 * E3  Every answer but the built files is `no-store`; every answer carries the
 *     headers that keep a page to itself (a strict Content-Security-Policy).
 */
#ifndef JALKA_API_WEB_H
#define JALKA_API_WEB_H

#include "api/profile.h"
#include "api/request.h"
#include "base/fault.h"

struct web;

/* Serves the profile on this socket, which listens at a port of 127.0.0.1 and is taken over. */
struct fault web_open(struct loop *loop, int fd, struct profile *profile, struct web **out);
uint16_t web_port(const struct web *web);
void web_close(struct web *web); /* NULL is allowed */

enum { WEB_ADDRESS_BYTES = 128 };
/* An address that signs in once, within a minute: for the one who asks over the socket. */
void web_address(struct web *web, bool companion, char out[static WEB_ADDRESS_BYTES]);

#endif
