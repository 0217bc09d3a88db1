/* act - operations: what people, administrators and bad luck do to the nodes. */
#ifndef JALKA_SIM_ACT_H
#define JALKA_SIM_ACT_H

#include "sim/sim.h"

/* Holders, devices, cases and first assignments, on a clean network. */
void act_set_up(struct sim *sim);

/* One operation, drawn by the seed's rates. */
void act_once(struct sim *sim);

/* Everybody goes home: no link stays up. */
void act_close_lids(struct sim *sim);

/* The liveness phase: everything is healed, decided and synced in bounded rounds. */
void act_heal(struct sim *sim);

#endif
