/* clock - corrected, strictly rising stamps. */
#include "core/clock.h"

#include "base/assert.h"
#include "base/limits.h"

/* No time is later than this: sums and differences of two stay in an int64_t. */
static const uint64_t time_max_ms = UINT64_C(1) << 61;

static int64_t bounded(uint64_t time_ms)
{
	return (int64_t)(time_ms < time_max_ms ? time_ms : time_max_ms);
}

void clock_init(struct clock *clock, uint64_t last_ms, int64_t offset_ms, enum clock_state state)
{
	const int64_t most = (int64_t)time_max_ms;
	ASSERT(last_ms < UINT64_MAX);
	offset_ms = offset_ms > most ? most : offset_ms < -most ? -most : offset_ms;
	*clock = (struct clock){ .offset_ms = offset_ms, .last_ms = last_ms, .state = state };
}

uint64_t clock_stamp(struct clock *clock, uint64_t wall_ms)
{
	int64_t corrected = bounded(wall_ms) + clock->offset_ms;
	uint64_t stamp = corrected > 0 ? (uint64_t)corrected : 0;
	/* K1: a clock set back, or two stamps in one millisecond, still rise. */
	if (stamp <= clock->last_ms)
		stamp = clock->last_ms + 1;
	ASSERT(stamp > clock->last_ms);
	clock->last_ms = stamp;
	return stamp;
}

void clock_learn(struct clock *clock, uint64_t central_ms, uint64_t wall_ms, uint64_t uncertain_ms)
{
	int64_t measured = bounded(central_ms) - bounded(wall_ms);
	int64_t moved = measured - clock->offset_ms;
	uint64_t by = (uint64_t)(moved < 0 ? -moved : moved);
	/* A measurement that may be off by more than it would move the offset
	 * says nothing new. */
	if (clock->state == CLOCK_UNKNOWN || by > uncertain_ms)
		clock->offset_ms = measured;
	int64_t off = clock->offset_ms < 0 ? -clock->offset_ms : clock->offset_ms;
	clock->state = off > LIMIT_FUTURE_MS ? CLOCK_DRIFTING : CLOCK_SYNCED;
}

uint64_t clock_effective(uint64_t stamp_ms, uint64_t now_ms, bool *replaced)
{
	*replaced = stamp_ms > now_ms && stamp_ms - now_ms > LIMIT_FUTURE_MS;
	return *replaced ? now_ms : stamp_ms;
}
