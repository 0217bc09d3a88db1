/* replica_apply - what central sends, made durable: message 2 and transport frames.
 *
 * Inside the replica only. Each is one transaction (R3); r->told says what the
 * session machine must know of it. After a fault nothing of the message is kept.
 */
#ifndef JALKA_STORE_REPLICA_APPLY_H
#define JALKA_STORE_REPLICA_APPLY_H

#include "store/replica_state.h"

struct fault replica_apply_welcome(struct replica *r, const jalka_Welcome *welcome, struct span rows, bool drop_key);
/* `new_key`: the resumption key that takes effect with this frame, or NULL. */
struct fault replica_apply_frame(struct replica *r, const jalka_Frame *frame, struct span rows, const uint8_t *new_key);

#endif
