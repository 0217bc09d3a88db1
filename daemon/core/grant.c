/* grant - overlapping reasons become grants (P5). */
#include "core/grant.h"

#include "base/assert.h"

size_t grant_of_reasons(const struct grant_reason *reasons, size_t count, struct grant *out)
{
	size_t grants = 0;
	for (size_t i = 0; i < count; i++) {
		const struct grant_reason *reason = &reasons[i];
		ASSERT(i == 0 || reasons[i - 1].began <= reason->began);
		struct grant *last = grants == 0 ? NULL : &out[grants - 1];
		/* One delta may end a reason and begin another: at no order is
		 * the case without one, so the grant goes on. */
		if (last == NULL || (last->ended != 0 && reason->began > last->ended)) {
			out[grants++] = (struct grant){ .g = reason->began, .ended = reason->ended };
			continue;
		}
		if (last->ended != 0 && (reason->ended == 0 || reason->ended > last->ended))
			last->ended = reason->ended;
	}
	return grants;
}

const struct grant *grant_at(const struct grant *grants, size_t count, uint64_t order)
{
	for (size_t i = count; i-- > 0;)
		if (grants[i].g <= order)
			return grants[i].ended == 0 || order < grants[i].ended ? &grants[i] : NULL;
	return NULL;
}
