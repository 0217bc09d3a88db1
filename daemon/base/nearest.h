/* nearest - what a mistyped word might have meant.
 *
 * Distance: insertions, deletions, replacements and swaps of neighbours, of
 * bytes; capitals count as small letters. Words beyond NEAREST_BYTES_MAX are far
 * from everything. Pure.
 */
#ifndef JALKA_BASE_NEAREST_H
#define JALKA_BASE_NEAREST_H

#include "base/span.h"

enum { NEAREST_BYTES_MAX = 64 };

size_t nearest_distance(struct span a, struct span b);

/* Keeps the better of two candidates: true when `name` is nearer to `word` than
 * `best` (begin with SIZE_MAX), and near enough to be worth saying. */
bool nearest_better(struct span word, struct span name, size_t *best);

#endif
