/* replica_apply - what central sends, made durable: message 2 and transport frames.
 *
 * Inside the replica only. Each is one transaction (R3); r->told says what the
 * session machine must know of it. After a fault nothing of the message is kept.
 */
#ifndef JALKA_STORE_REPLICA_APPLY_H
#define JALKA_STORE_REPLICA_APPLY_H

#include "store/replica_state.h"

struct fault replica_apply_welcome(struct replica *r, const jalka_Welcome *welcome, struct span rows, bool drop_key);
/* The parts of it that hold of an answer carried by hand, within the caller's transaction. */
struct fault replica_apply_bundle_key(struct replica *r, const jalka_BundleKey *told);
struct fault replica_apply_revoked(struct replica *r, const jalka_Welcome *welcome);
struct fault replica_apply_pull(struct replica *r, const jalka_Pull *pull, struct span rows);
struct fault replica_apply_backlog(struct replica *r, const jalka_Backlog *backlog, struct span rows);
struct fault replica_apply_held_answer(struct replica *r, const jalka_HeldAnswer *answer);
/* What every message ends with. */
struct fault replica_apply_finish(struct replica *r, uint64_t safe_order);

/* `new_key`: the resumption key that takes effect with this frame, or NULL. */
struct fault replica_apply_frame(struct replica *r, const jalka_Frame *frame, struct span rows, const uint8_t *new_key);

#endif
