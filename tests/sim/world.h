/* world - the hosts of the simulated devices and of central: what the daemon's
 * loop would do, and what happens when a process ends at an awkward moment.
 */
#ifndef JALKA_SIM_WORLD_H
#define JALKA_SIM_WORLD_H

#include "sim/sim.h"

/* ---- from the network ---- */
void world_bytes(struct sim *sim, struct sim_link *link, int direction, struct span bytes, uint64_t sent_ms);
bool world_hub_link_up(struct sim *sim, struct sim_link *link); /* false: central is down */
void world_hub_link_down(struct sim *sim, struct sim_link *link);
void world_device_link_down(struct sim *sim, struct sim_link *link);

/* ---- from the queue ---- */
void world_poke(struct sim *sim, uint32_t device);
void world_commit(struct sim *sim);
void world_tick(struct sim *sim);
void world_reopen(struct sim *sim, uint32_t node); /* SIM_DEVICES_MAX: central */

/* ---- central ---- */
void world_hub_init(struct sim *sim);
struct hub_time world_hub_time(const struct sim *sim);
/* After every call of the hub: serves hang-ups, timers, a crash. */
void world_hub_after(struct sim *sim);
void world_hub_crash(struct sim *sim);
struct sim_backup *world_hub_backup(struct sim *sim);
void world_hub_restore(struct sim *sim, size_t backup);

/* Nobody can be asked for what no disk holds any more. */
void world_excuse_the_lost(struct sim *sim);

/* ---- devices ---- */
uint32_t world_device_new(struct sim *sim, uint32_t holder);
struct replica_time world_time(const struct sim *sim, const struct sim_device *device);
void world_device_after(struct sim *sim, struct sim_device *device);
void world_connect(struct sim *sim, struct sim_device *device);
void world_disconnect(struct sim *sim, struct sim_device *device);
void world_device_crash(struct sim *sim, struct sim_device *device);
void world_device_backup(struct sim *sim, struct sim_device *device);
void world_device_restore(struct sim *sim, struct sim_device *device, size_t backup);
uint32_t world_device_clone(struct sim *sim, struct sim_device *device);
/* Starts again as a node of these protocol versions. */
void world_set_version(struct sim *sim, struct sim_device *device, uint32_t version_min, uint32_t version_max);
/* Enrols on a clean network. */
void world_enrol(struct sim *sim, struct sim_device *device);

void world_free(struct sim *sim);

#endif
