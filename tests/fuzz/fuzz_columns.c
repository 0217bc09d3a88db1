/* Fuzz target: columns out of rows and rows out of columns. Rows that split come back
 * as they were; columns that join are rows that split, and split the same way round. */
#include "core/columns.h"

#include <string.h>

#include "base/wire.h"
#include "lib/mutate.h"

static uint8_t columns[COLUMNS_BYTES_MAX], rows[LIMIT_CHUNK_BYTES], again[LIMIT_CHUNK_BYTES];

static void comes_back(struct span in)
{
	size_t n = columns_split(in, columns, sizeof columns);
	if (n == 0)
		return;
	MUTATE_CHECK(columns_join(span_of(columns, n), again, sizeof again) == in.len);
	MUTATE_CHECK(memcmp(again, in.data, in.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > LIMIT_CHUNK_BYTES)
		return 0;
	comes_back(span_of(data, size));
	size_t n = columns_join(span_of(data, size), rows, sizeof rows);
	if (n != 0)
		comes_back(span_of(rows, n));
	return 0;
}

#ifndef JALKA_LIBFUZZER
int main(int argc, char **argv)
{
	static const uint8_t two[] = "\x0c\x0a\x0a\x0a\x02" "ab" "\x22\x02\x08\x05\x38\x09"
				     "\x0e\x0a\x0a\x0a\x02" "cd" "\x22\x02\x08\x06\x38\x07\x28\x07";
	static uint8_t split[256];
	size_t n = columns_split(span_of(two, sizeof two - 1), split, sizeof split);
	const struct span seeds[] = { span_of(two, sizeof two - 1), span_of(split, n), span_of("", 0) };
	return mutate_main(argc, argv, seeds, 3);
}
#endif
