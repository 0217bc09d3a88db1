/* web_field - the worker's client in a browser, on loopback (api/web).
 *
 * `jalka open` gives an address that signs in once (api/web_session); only programs of
 * the daemon's own user are served.
 */
#ifndef JALKA_API_WEB_FIELD_H
#define JALKA_API_WEB_FIELD_H

#include "api/profile.h"
#include "base/fault.h"

struct web_field;

/* Serves the profile on this socket, which listens at a port of 127.0.0.1 and is taken over. */
struct fault web_field_open(struct loop *loop, int fd, struct profile *profile, struct web_field **out);
uint16_t web_field_port(const struct web_field *web);
void web_field_close(struct web_field *web); /* NULL is allowed */

enum { WEB_FIELD_ADDRESS_BYTES = 128 };
/* An address that signs in once, within a minute: for the one who asks over the socket. */
void web_field_address(struct web_field *web, bool companion, char out[static WEB_FIELD_ADDRESS_BYTES]);

#endif
