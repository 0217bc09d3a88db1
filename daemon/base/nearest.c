/* nearest - the Damerau-Levenshtein distance (optimal alignment), three rows of it. */
#include "base/nearest.h"

static uint8_t small(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t nearest_distance(struct span a, struct span b)
{
	size_t rows[3][NEAREST_BYTES_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2];
	if (a.len > NEAREST_BYTES_MAX || b.len > NEAREST_BYTES_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.len; j++)
		last[j] = before[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		now[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			bool same = small(a.data[i - 1]) == small(b.data[j - 1]);
			now[j] = least(least(last[j] + 1, now[j - 1] + 1), last[j - 1] + (same ? 0 : 1));
			bool swapped = i > 1 && j > 1 && small(a.data[i - 1]) == small(b.data[j - 2]) &&
				       small(a.data[i - 2]) == small(b.data[j - 1]);
			if (swapped)
				now[j] = least(now[j], before[j - 2] + 1);
		}
		size_t *free_row = before;
		before = last;
		last = now;
		now = free_row;
	}
	return last[b.len];
}

bool nearest_better(struct span word, struct span name, size_t *best)
{
	size_t distance = nearest_distance(word, name);
	/* One slip in a short word, up to three in a long one; never half of it. */
	size_t allowed = word.len < 4 ? 1 : word.len < 8 ? 2 : 3;
	if (distance > allowed || distance * 2 > name.len || distance >= *best)
		return false;
	*best = distance;
	return true;
}
