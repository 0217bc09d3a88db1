/* mutate - seeded mutations of byte strings. */
#include "lib/mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prng.h"

_Noreturn void mutate_failed(const char *file, int line, const char *expression)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, expression);
	abort();
}

static size_t insert(struct prng *prng, uint8_t *bytes, size_t len, size_t room)
{
	size_t more = prng_between(prng, 1, 8), at = prng_below(prng, len + 1);
	if (more > room - len)
		return len;
	memmove(bytes + at + more, bytes + at, len - at);
	prng_fill(prng, bytes + at, more);
	return len + more;
}

static size_t take_out(struct prng *prng, uint8_t *bytes, size_t len)
{
	size_t at = prng_below(prng, len), less = prng_between(prng, 1, len - at < 16 ? len - at : 16);
	memmove(bytes + at, bytes + at + less, len - at - less);
	return len - less;
}

static void copy_within(struct prng *prng, uint8_t *bytes, size_t len)
{
	size_t from = prng_below(prng, len), to = prng_below(prng, len);
	size_t most = len - (from > to ? from : to);
	memmove(bytes + to, bytes + from, prng_between(prng, 1, most));
}

static size_t mutate(struct prng *prng, uint8_t *bytes, size_t len)
{
	static const uint8_t telling[] = { 0x00, 0x01, 0x7f, 0x80, 0xff, 0x0a, 0x08, 0x12 };
	if (len == 0)
		return insert(prng, bytes, len, MUTATE_BYTES_MAX);
	size_t at = prng_below(prng, len);
	switch (prng_below(prng, 7)) {
	case 0:
		bytes[at] ^= (uint8_t)(1 << prng_below(prng, 8));
		return len;
	case 1:
		bytes[at] = (uint8_t)prng_next(prng);
		return len;
	case 2:
		bytes[at] = telling[prng_below(prng, sizeof telling)];
		return len;
	case 3:
		return insert(prng, bytes, len, MUTATE_BYTES_MAX);
	case 4:
		return take_out(prng, bytes, len);
	case 5:
		copy_within(prng, bytes, len);
		return len;
	}
	return at;
}

/* From the heap and no longer than it is, so that a read beyond it is seen. */
static void run(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len == 0 ? 1 : len);
	if (copy == NULL)
		abort();
	if (len != 0)
		memcpy(copy, bytes, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

int mutate_main(int argc, char **argv, const struct span *seeds, size_t count)
{
	static uint8_t bytes[MUTATE_BYTES_MAX];
	unsigned long inputs = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
	struct prng prng;
	prng_init(&prng, 7);
	for (size_t i = 0; i < count; i++)
		run(seeds[i].data, seeds[i].len);
	for (unsigned long i = 0; i < inputs; i++) {
		struct span seed = seeds[prng_below(&prng, count)];
		size_t len = seed.len < sizeof bytes ? seed.len : sizeof bytes;
		memcpy(bytes, seed.data, len);
		for (uint64_t steps = prng_between(&prng, 1, 5); steps > 0; steps--)
			len = mutate(&prng, bytes, len);
		run(bytes, len);
	}
	printf("%s: %lu inputs\n", argv[0], inputs);
	return 0;
}
