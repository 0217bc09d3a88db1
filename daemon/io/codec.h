/* codec - rows made small for the wire: zstd, codec number 1 of session.proto.
 *
 * Both functions fit replica_host and hub_host; ctx is not used. One thread.
 * What a peer sends is bounded before it is unpacked: LIMIT_INFLATED_BYTES and
 * LIMIT_INFLATED_RATIO of base/limits.h.
 */
#ifndef JALKA_IO_CODEC_H
#define JALKA_IO_CODEC_H

#include "base/span.h"

/* Bytes written; 0 when it does not fit or does not pay. */
size_t codec_compress(void *ctx, struct span in, uint8_t *out, size_t size);
/* Bytes written; 0 when `in` is no whole frame within the bounds or `size`. */
size_t codec_decompress(void *ctx, struct span in, uint8_t *out, size_t size);
/* Gives back the memory both keep between calls. */
void codec_close(void);

#endif
