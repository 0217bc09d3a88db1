/* assert - the one place of the pure layers that ends the process. */
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void assert_failed(const char *file, int line, const char *expression)
{
	fprintf(stderr, "jalka: broken invariant at %s:%d: %s\n", file, line, expression);
	abort();
}
