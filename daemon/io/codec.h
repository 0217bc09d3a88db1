/* codec - rows made small for the wire: codecs 1 and 2 of session.proto.
 *
 * 1 is zstd of the rows; 2, for more than a handful, is zstd of their columns
 * (core/columns.h), which is a seventh shorter. Both functions fit replica_host and
 * hub_host; ctx is not used. One thread. What a peer sends is bounded before it is
 * unpacked: LIMIT_INFLATED_BYTES and LIMIT_INFLATED_RATIO of base/limits.h.
 */
#ifndef JALKA_IO_CODEC_H
#define JALKA_IO_CODEC_H

#include "base/span.h"

/* Bytes written, and in *codec how; 0 when it does not fit or does not pay. */
size_t codec_compress(void *ctx, struct span in, uint8_t *out, size_t size, uint32_t *codec);
/* Bytes written; 0 when `in` is no whole frame of that codec within the bounds or `size`. */
size_t codec_decompress(void *ctx, uint32_t codec, struct span in, uint8_t *out, size_t size);
/* Gives back the memory both keep between calls. */
void codec_close(void);

#endif
