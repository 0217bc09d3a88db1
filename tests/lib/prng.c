/* prng - see prng.h. The algorithms are Blackman and Vigna's (prng.di.unimi.it). */
#include "lib/prng.h"

#include <string.h>

static uint64_t splitmix(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static uint64_t rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

void prng_init(struct prng *prng, uint64_t seed)
{
	for (size_t i = 0; i < 4; i++)
		prng->s[i] = splitmix(&seed);
}

uint64_t prng_next(struct prng *prng)
{
	uint64_t *s = prng->s;
	uint64_t result = rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

uint64_t prng_below(struct prng *prng, uint64_t n)
{
	/* The bias of the remainder is below 2^-40 for every n a test uses. */
	return prng_next(prng) % n;
}

uint64_t prng_between(struct prng *prng, uint64_t low, uint64_t high)
{
	return low + prng_below(prng, high - low + 1);
}

bool prng_chance(struct prng *prng, unsigned permille)
{
	return prng_below(prng, 1000) < permille;
}

void prng_fill(struct prng *prng, uint8_t *out, size_t len)
{
	while (len > 0) {
		uint64_t x = prng_next(prng);
		size_t n = len < sizeof x ? len : sizeof x;
		memcpy(out, &x, n);
		out += n;
		len -= n;
	}
}
