/* codec - zstd with two contexts kept between calls. */
#include "io/codec.h"

#include <zstd.h>

#include "base/limits.h"

/* A day's rows gain 5 % from the higher level; a single row gains nothing and
 * would pay for its tables, which counts when it goes to a thousand devices. */
enum { CODEC_LEVEL_FEW = 3, CODEC_LEVEL_MANY = 9, CODEC_MANY_BYTES = 4096 };

static ZSTD_CCtx *packer;
static ZSTD_DCtx *unpacker;

size_t codec_compress(void *ctx, struct span in, uint8_t *out, size_t size)
{
	(void)ctx;
	if (packer == NULL)
		packer = ZSTD_createCCtx();
	if (packer == NULL || in.len == 0)
		return 0;
	size_t packed = ZSTD_compressCCtx(packer, out, size, in.data, in.len,
					 in.len < CODEC_MANY_BYTES ? CODEC_LEVEL_FEW : CODEC_LEVEL_MANY);
	/* An error here is "does not fit": the rows then travel as they are. */
	return ZSTD_isError(packed) || packed >= in.len ? 0 : packed;
}

size_t codec_decompress(void *ctx, struct span in, uint8_t *out, size_t size)
{
	(void)ctx;
	if (in.len == 0 || in.data == NULL)
		return 0;
	unsigned long long whole = ZSTD_getFrameContentSize(in.data, in.len);
	/* Unknown and error are the two greatest values: refused by the same test. */
	if (whole > LIMIT_INFLATED_BYTES || whole > size || whole > (unsigned long long)in.len * LIMIT_INFLATED_RATIO)
		return 0;
	/* One frame and nothing behind it: zstd itself would unpack any number. */
	if (ZSTD_findFrameCompressedSize(in.data, in.len) != in.len)
		return 0;
	if (unpacker == NULL)
		unpacker = ZSTD_createDCtx();
	if (unpacker == NULL)
		return 0;
	size_t got = ZSTD_decompressDCtx(unpacker, out, (size_t)whole, in.data, in.len);
	return ZSTD_isError(got) || got != whole ? 0 : got;
}

void codec_close(void)
{
	ZSTD_freeCCtx(packer);
	ZSTD_freeDCtx(unpacker);
	packer = NULL;
	unpacker = NULL;
}
