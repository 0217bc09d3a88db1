/* link - connections of the simulated network.
 *
 * A link is two pipes. Bytes put in one end come out at the other in order,
 * after the latency, in pieces of any size, until the link is cut after some
 * byte, or one end hangs up (what was sent before still arrives). A half-open
 * link is one whose other end learns late, or never, that it is gone.
 */
#ifndef JALKA_SIM_LINK_H
#define JALKA_SIM_LINK_H

#include "sim/sim.h"

/* A connection from this device, on its way to central. NULL: no more links. */
struct sim_link *link_new(struct sim *sim, uint32_t device);

/* A connection of a stranger who sends these bytes and then waits. */
void link_stranger(struct sim *sim, struct span bytes);

void link_dialled(struct sim *sim, struct sim_link *link);
void link_put(struct sim *sim, struct sim_link *link, int direction, struct span bytes);
void link_deliver(struct sim *sim, struct sim_link *link, int direction);

/* One end is gone of its own will or by a crash; the other learns by the network. */
void link_close_device(struct sim *sim, struct sim_link *link);
void link_close_hub(struct sim *sim, struct sim_link *link);
/* An end learns. `direction` names the pipe whose reading end it is. */
void link_down(struct sim *sim, struct sim_link *link, int direction);

void link_free(struct sim_link *link);

#endif
