/* listener - accepts TCP connections for the central node. */
#ifndef JALKA_IO_LISTENER_H
#define JALKA_IO_LISTENER_H

#include "io/address.h"
#include "io/conn.h"

struct listener;
/* The connection is the callee's: conn_start or conn_close it. */
typedef void listener_fn(void *ctx, struct conn *conn);

/* A numeric address; port 0: any free one. */
struct fault listener_open(struct loop *loop, const struct address *address, listener_fn *fn, void *ctx,
			   struct listener **out);
/* The address it listens at, with the real port. */
const char *listener_address(const struct listener *listener);
void listener_close(struct listener *listener); /* NULL is allowed */

#endif
