/* clock - corrected, strictly rising stamps.
 *
 * The stamp only picks among concurrent values; causality is `base`. A peer's
 * stamp never moves this clock. The offset is learnt from central's time in
 * message 2 (never from a delta).
 *
 * K1  A stamp given is above every stamp given before by this author.
 */
#ifndef JALKA_CORE_CLOCK_H
#define JALKA_CORE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum clock_state { CLOCK_SYNCED = 0, CLOCK_DRIFTING = 1, CLOCK_UNKNOWN = 2 };

struct clock {
	int64_t offset_ms;    /* corrected = wall + offset */
	uint64_t last_ms;     /* last stamp given */
	enum clock_state state;
};

/* Begins after `last_ms`, the author's last stamp in the log (0: none). */
void clock_init(struct clock *clock, uint64_t last_ms, int64_t offset_ms, enum clock_state state);

/* The next stamp. `wall_ms`: the machine's clock, ms since 1970. */
uint64_t clock_stamp(struct clock *clock, uint64_t wall_ms);

/* Central said it is `central_ms` when the machine's clock showed `wall_ms`;
 * `uncertain_ms` is half the round trip. DRIFTING when the machine is more than
 * LIMIT_FUTURE_MS off, SYNCED otherwise. */
void clock_learn(struct clock *clock, uint64_t central_ms, uint64_t wall_ms, uint64_t uncertain_ms);

/* At central: the stamp that counts. One more than LIMIT_FUTURE_MS ahead of
 * `now_ms` is replaced by `now_ms`; *replaced says so. */
uint64_t clock_effective(uint64_t stamp_ms, uint64_t now_ms, bool *replaced);

#endif
