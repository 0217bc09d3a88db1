/* invariant - what must hold, numbered as in docs/internals/simulator.md.
 *
 * Each is its own function. Those of watchers are asked at the moment something
 * enters a log; those of `invariants_settled` when a node has started again; those
 * of `invariants_final` after the liveness phase.
 */
#ifndef JALKA_SIM_INVARIANT_H
#define JALKA_SIM_INVARIANT_H

#include "sim/sim.h"

/* ---- as it happens ---- */
void invariant_i2_not_invented(struct sim *sim, const struct log_entry *entry);
void invariant_i6_no_needless_quarantine(struct sim *sim, const struct log_entry *entry);
void invariant_i7_ack_is_durable(struct sim *sim, struct sim_device *device, const struct author *author, uint64_t seq);
void invariant_i11_in_scope(struct sim *sim, struct sim_device *device, const struct log_entry *entry);
void invariant_i12_not_fed_when_revoked(struct sim *sim, struct sim_device *device, const struct log_entry *entry);
void invariant_i15_nonce_fresh(struct sim *sim, const uint8_t *key, uint64_t nonce);
void invariant_i18_bounded(struct sim *sim, const char *who, uint64_t verbs, size_t bytes);

/* ---- a node has started again ---- */
void invariant_i1_device_kept(struct sim *sim, struct sim_device *device, bool at_rest);
void invariant_i3_once(struct sim *sim);
void invariant_i7_gapless(struct sim *sim, struct log *log, const char *who, struct epoch_id open);

/* ---- at the end ---- */
void invariants_final(struct sim *sim);
/* Prints where each op is, for who looks into a failure. */
void final_tell(struct sim *sim);

#endif
