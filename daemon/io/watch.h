/* watch - rings after a time of quiet, the machine's sleep included.
 *
 * For the idle lock: a laptop closed for longer than the lock time is locked as
 * soon as it wakes. Counts on the boot-time clock; no wake-ups but the one at
 * which the time may be over.
 */
#ifndef JALKA_IO_WATCH_H
#define JALKA_IO_WATCH_H

#include "io/loop.h"

struct watch;
typedef void watch_fn(void *ctx);

struct fault watch_open(struct loop *loop, watch_fn *fn, void *ctx, struct watch **out);
/* Starts to count; 0 stops. Rings once. */
void watch_start(struct watch *watch, uint64_t quiet_ms);
/* Somebody is there: counting begins anew. Cheap. */
void watch_touch(struct watch *watch);
void watch_close(struct watch *watch); /* NULL is allowed */

#endif
