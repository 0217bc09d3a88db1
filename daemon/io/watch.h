/* watch - rings after a time of quiet, and when the machine has slept.
 *
 * For the idle lock: a laptop that was closed is locked as soon as it wakes, however
 * short its sleep was. Sleep is what the boot-time clock counts and the monotonic one
 * does not; the kernel tells of a wake-up by cancelling a timer of the wall clock.
 * No wake-ups but that one and the one at which the time of quiet may be over.
 */
#ifndef JALKA_IO_WATCH_H
#define JALKA_IO_WATCH_H

#include "io/loop.h"

struct watch;
typedef void watch_fn(void *ctx);

struct fault watch_open(struct loop *loop, watch_fn *fn, void *ctx, struct watch **out);
enum { WATCH_SLEEP_MS = 2000 }; /* a shorter one is not told from a busy machine */

/* Starts to count; 0 stops, and sleep does not ring either. Rings once. */
void watch_start(struct watch *watch, uint64_t quiet_ms);
/* Somebody is there: counting begins anew; rings when the machine slept meanwhile. Cheap. */
void watch_touch(struct watch *watch);
void watch_close(struct watch *watch); /* NULL is allowed */

#endif
