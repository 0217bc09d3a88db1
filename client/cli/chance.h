/* chance - dice and decks that fall the same everywhere for the same seed.
 *
 * splitmix64. A deck holds the right number of each card and is shuffled, so that
 * shares are exact and only their order is chance.
 */
#ifndef JALKA_CLI_CHANCE_H
#define JALKA_CLI_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chance { uint64_t state; };

struct chance chance_of(uint64_t seed, uint64_t part);
size_t chance_below(struct chance *chance, size_t bound); /* 0 .. bound - 1 */
void chance_shuffle(struct chance *chance, uint8_t *cards, size_t count);
/* of_each[k] cards of kind k, shuffled; they add up to `count`. */
void chance_deal(struct chance *chance, uint8_t *cards, size_t count, const unsigned *of_each);

#endif
