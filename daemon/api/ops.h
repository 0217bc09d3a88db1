/* ops - what a machine may ask a central node about itself: /metrics and /healthz.
 *
 * On a listener of their own, over HTTP, for Prometheus and for whoever restarts
 * what does not answer. Numbers alone: no name, no id of a person, a device or a case,
 * so that it may be read by who may not read records. Nothing can be done through it.
 *
 * M1  Only GET is answered, only of these two, and never to a page of a browser.
 * M2  A look costs one walk over the devices in memory; the store is not read.
 */
#ifndef JALKA_API_OPS_H
#define JALKA_API_OPS_H

#include "central/node.h"

enum { OPS_CONNECTIONS_MAX = 64 };

struct ops;

/* `place` as in io/place.h. */
struct fault ops_open(struct loop *loop, const char *place, struct node *node, struct ops **out);
const char *ops_place(const struct ops *ops); /* with the real port */
void ops_close(struct ops *ops);              /* NULL is allowed */

#endif
