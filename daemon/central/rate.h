/* rate - how much happened within the last minute, hour and day. Pure.
 *
 * Three rings of buckets: a second, a minute and a quarter of an hour each. What it says of
 * a span holds to one bucket. Time is monotonic, in ms.
 */
#ifndef JALKA_CENTRAL_RATE_H
#define JALKA_CENTRAL_RATE_H

#include <stdint.h>

enum { RATE_MINUTE, RATE_HOUR, RATE_DAY, RATE_SPANS, RATE_BUCKETS = 96 };

struct rate {
	uint64_t total; /* all that was added */
	struct rate_ring {
		uint64_t at; /* number of the newest bucket since the clock began */
		uint32_t counts[RATE_BUCKETS];
	} rings[RATE_SPANS];
};

/* So many more, now. */
void rate_add(struct rate *rate, uint64_t count, uint64_t mono_ms);
/* Of the span that ends now. */
uint64_t rate_within(const struct rate *rate, int span, uint64_t mono_ms);

#endif
