/* prng - the only source of chance in tests: xoshiro256**, seeded by splitmix64.
 *
 * Equal seeds give equal draws on every machine and compiler. No claim to
 * secrecy: never used outside tests.
 */
#ifndef JALKA_TESTS_PRNG_H
#define JALKA_TESTS_PRNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct prng {
	uint64_t s[4];
};

void prng_init(struct prng *prng, uint64_t seed);
uint64_t prng_next(struct prng *prng);

/* 0 .. n-1; n >= 1. */
uint64_t prng_below(struct prng *prng, uint64_t n);

/* low .. high, both included. */
uint64_t prng_between(struct prng *prng, uint64_t low, uint64_t high);

/* True in `permille` of 1,000 draws. */
bool prng_chance(struct prng *prng, unsigned permille);

void prng_fill(struct prng *prng, uint8_t *out, size_t len);

#endif
