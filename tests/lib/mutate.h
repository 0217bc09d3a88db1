/* mutate - runs a fuzz target on mutated seeds where no fuzzer is at hand.
 *
 * A target is one LLVMFuzzerTestOneInput, as libFuzzer wants it. Built by itself
 * it calls mutate_main, which draws from a fixed seed: so many inputs, always the
 * same ones. Built with -DJALKA_LIBFUZZER -fsanitize=fuzzer the fuzzer's own main
 * runs it.
 */
#ifndef JALKA_TESTS_MUTATE_H
#define JALKA_TESTS_MUTATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum { MUTATE_BYTES_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* argv[1]: how many inputs (20000). Every seed is run as it is first. */
int mutate_main(int argc, char **argv, const struct span *seeds, size_t count);

/* Ends the process, saying what a target found. */
#define MUTATE_CHECK(expression) ((expression) ? (void)0 : mutate_failed(__FILE__, __LINE__, #expression))
_Noreturn void mutate_failed(const char *file, int line, const char *expression);

#endif
