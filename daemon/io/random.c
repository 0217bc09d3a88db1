/* random - libsodium's generator, which asks the kernel. */
#include "io/random.h"

#include <sodium.h>

#include "base/assert.h"

void random_fill(void *ctx, uint8_t *out, size_t len)
{
	(void)ctx;
	randombytes_buf(out, len);
}

uint32_t random_below(uint32_t bound)
{
	ASSERT(bound > 0);
	return randombytes_uniform(bound);
}
