/* loop - the one event loop of a daemon: libuv, its signals and its clocks.
 *
 * One thread. Everything else of io hangs on a loop; a handle is closed by its
 * own module and freed by the loop's next turn.
 *
 * O1  The turn hooks run after the reads of a turn and after its timers, before
 *     the loop sleeps: what one turn brought in is committed together.
 * O2  The loop itself never wakes up: without I/O, a timer or a signal it sleeps.
 */
#ifndef JALKA_IO_LOOP_H
#define JALKA_IO_LOOP_H

#include "base/fault.h"
#include "base/span.h"

struct loop;
struct uv_loop_s;

/* SIGTERM, SIGINT and SIGHUP (the terminal went away) stop the loop; SIGPIPE is ignored. */
struct fault loop_open(struct loop **out);
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);
/* Runs until every handle that is being closed is closed, then frees. */
void loop_close(struct loop *loop);

struct uv_loop_s *loop_uv(struct loop *loop);

typedef void loop_turn_fn(void *ctx);
/* At most one hook; NULL takes it away. */
void loop_on_turn(struct loop *loop, loop_turn_fn *fn, void *ctx);

/* How long turns took, from the first event of each to its sleep: what came in meanwhile
 * waited as long. Counted since loop_open. */
enum { LOOP_STEPS = 8 };
extern const unsigned loop_step_ms[LOOP_STEPS];
struct loop_load {
	uint64_t turns, busy_us;
	uint64_t within[LOOP_STEPS]; /* turns of at most loop_step_ms[i] */
	uint64_t longest_us;
};
const struct loop_load *loop_load(const struct loop *loop);

uint64_t loop_wall_ms(void); /* ms since 1970 */
uint64_t loop_mono_ms(void); /* monotonic, from some start */

/* `work` runs beside the loop and must touch only `ctx`; `done` runs on the loop
 * afterwards. For what takes long: Argon2id. */
typedef void loop_work_fn(void *ctx);
struct fault loop_beside(struct loop *loop, loop_work_fn *work, loop_work_fn *done, void *ctx);
/* Runs the loop until nothing is worked on beside it: for who ends and has begun some. */
void loop_await_beside(struct loop *loop);

#endif
