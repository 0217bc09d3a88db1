/* rescue - what devices keep sealed to the recovery key, and administrators who bring it home.
 *
 * The files are real ones, in a folder of memory; a file is a disk of its own, which stays when a
 * store is put back, or goes back with it. Whoever has one brings it whenever, also an older copy.
 * Chance comes of a source of its own: a seed does the same with it and without.
 */
#ifndef JALKA_SIM_RESCUE_H
#define JALKA_SIM_RESCUE_H

#include "sim/sim.h"

void rescue_begin(struct sim *sim);
void rescue_end(struct sim *sim);

/* A device's program has begun: it follows its file, if it has heard of a key. */
void rescue_follow(struct sim *sim, struct sim_device *device);
/* Its disk is copied to another's; with its backup `slot`, put back from there (or the file stays as it is). */
void rescue_cloned(struct sim *sim, const struct sim_device *from, const struct sim_device *to);
void rescue_backed_up(struct sim *sim, const struct sim_device *device, size_t slot);
void rescue_put_back(struct sim *sim, const struct sim_device *device, size_t slot);

/* One thing somebody does about it. */
void rescue_act(struct sim *sim);
/* Every file is brought home. */
void rescue_bring_all(struct sim *sim);

/* Marks the ops whose work lies in a file of a device that is not revoked. */
void rescue_mark_held(struct sim *sim, bool *held);

/* I23: what was confirmed is in the file: this op just now. */
void rescue_i23_wrote(struct sim *sim, struct sim_device *device, uint32_t op);
/* I25: what has left the file since it was asked last was erased, rejected, or is in central's log as far
 * as a backup is verified. */
void rescue_i25_left(struct sim *sim, struct sim_device *device);
/* The device has been told that its delta is rejected: it may let go of it, also when a centre that was put
 * back, and has lost the word, decides otherwise later. */
void rescue_rejected(struct sim_device *device, const struct author *author, uint64_t seq);
/* I24: what is erased, and its device was told of, is in no file; a revoked device that erased itself has none. */
void rescue_i24_erased(struct sim *sim, struct sim_device *device, bool has_synced);

#endif
