/* node - the hosts of the simulated devices and of central: what the daemon's
 * loop would do, and what happens when a process ends at an awkward moment.
 */
#ifndef JALKA_SIM_NODE_H
#define JALKA_SIM_NODE_H

#include "sim/sim.h"

/* ---- from the network ---- */
void node_bytes(struct sim *sim, struct sim_link *link, int direction, struct span bytes, uint64_t sent_ms);
bool node_hub_link_up(struct sim *sim, struct sim_link *link); /* false: central is down */
void node_hub_link_down(struct sim *sim, struct sim_link *link);
void node_device_link_down(struct sim *sim, struct sim_link *link);

/* ---- from the queue ---- */
void node_poke(struct sim *sim, uint32_t device);
void node_commit(struct sim *sim);
void node_tick(struct sim *sim);
void node_reopen(struct sim *sim, uint32_t node); /* SIM_DEVICES_MAX: central */

/* ---- central ---- */
void node_hub_init(struct sim *sim);
struct hub_time node_hub_time(const struct sim *sim);
/* After every call of the hub: serves hang-ups, timers, a crash. */
void node_hub_after(struct sim *sim);
void node_hub_crash(struct sim *sim);
struct sim_backup *node_hub_backup(struct sim *sim);
void node_hub_restore(struct sim *sim, size_t backup);

/* ---- devices ---- */
uint32_t node_device_new(struct sim *sim, uint32_t holder);
struct replica_time node_time(const struct sim *sim, const struct sim_device *device);
void node_device_after(struct sim *sim, struct sim_device *device);
void node_connect(struct sim *sim, struct sim_device *device);
void node_disconnect(struct sim *sim, struct sim_device *device);
void node_device_crash(struct sim *sim, struct sim_device *device);
void node_device_backup(struct sim *sim, struct sim_device *device);
void node_device_restore(struct sim *sim, struct sim_device *device, size_t backup);
uint32_t node_device_clone(struct sim *sim, struct sim_device *device);
/* Starts again as a node of these protocol versions. */
void node_set_version(struct sim *sim, struct sim_device *device, uint32_t version_min, uint32_t version_max);
/* Enrols on a clean network. */
void node_enrol(struct sim *sim, struct sim_device *device);

void node_free(struct sim *sim);

#endif
