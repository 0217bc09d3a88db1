/* rate - rings of buckets; what is too old is emptied when something is added. */
#include "central/rate.h"

static const struct {
	uint64_t bucket_ms;
	uint32_t buckets;
} spans[RATE_SPANS] = {
	[RATE_MINUTE] = { 1000, 60 },
	[RATE_HOUR] = { 60 * 1000, 60 },
	[RATE_DAY] = { 15 * 60 * 1000, 96 },
};

void rate_add(struct rate *rate, uint64_t count, uint64_t mono_ms)
{
	rate->total += count;
	for (int i = 0; i < RATE_SPANS; i++) {
		struct rate_ring *ring = &rate->rings[i];
		uint64_t now = mono_ms / spans[i].bucket_ms, passed = now - ring->at;
		if (now < ring->at)
			passed = 0; /* a clock that stands still */
		for (uint64_t k = 0; k < passed && k < spans[i].buckets; k++)
			ring->counts[(now - k) % spans[i].buckets] = 0;
		if (passed > 0)
			ring->at = now;
		uint32_t *bucket = &ring->counts[ring->at % spans[i].buckets];
		*bucket = count > UINT32_MAX - *bucket ? UINT32_MAX : *bucket + (uint32_t)count;
	}
}

uint64_t rate_within(const struct rate *rate, int span, uint64_t mono_ms)
{
	const struct rate_ring *ring = &rate->rings[span];
	uint64_t now = mono_ms / spans[span].bucket_ms, sum = 0;
	for (uint64_t k = 0; k < spans[span].buckets && k <= ring->at; k++)
		if (now < ring->at - k + spans[span].buckets)
			sum += ring->counts[(ring->at - k) % spans[span].buckets];
	return sum;
}
