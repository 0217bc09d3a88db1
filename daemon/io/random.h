/* random - random bytes of the system, for the pure layers' hosts. */
#ifndef JALKA_IO_RANDOM_H
#define JALKA_IO_RANDOM_H

#include "base/span.h"

/* Fits the `random` member of replica_host and hub_host; ctx is not used. */
void random_fill(void *ctx, uint8_t *out, size_t len);
/* 0 <= result < bound; bound > 0. */
uint32_t random_below(uint32_t bound);

#endif
