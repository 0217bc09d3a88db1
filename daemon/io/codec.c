/* codec - zstd with two contexts and a block for columns, kept between calls. */
#include "io/codec.h"

#include <stdlib.h>
#include <zstd.h>

#include "base/limits.h"
#include "core/columns.h"
#include "core/session_frame.h"

/* A day's rows gain 5 % from the higher level; a single row gains nothing and
 * would pay for its tables, which counts when it goes to a thousand devices. */
enum { CODEC_LEVEL_FEW = 3, CODEC_LEVEL_MANY = 9, CODEC_MANY_BYTES = 4096 };

static ZSTD_CCtx *packer;
static ZSTD_DCtx *unpacker;
static uint8_t *columns; /* COLUMNS_BYTES_MAX */

static bool have_columns(void)
{
	if (columns == NULL)
		columns = malloc(COLUMNS_BYTES_MAX);
	return columns != NULL;
}

size_t codec_compress(void *ctx, struct span in, uint8_t *out, size_t size, uint32_t *codec)
{
	(void)ctx;
	bool many = in.len >= CODEC_MANY_BYTES;
	size_t split = many && have_columns() ? columns_split(in, columns, COLUMNS_BYTES_MAX) : 0;
	struct span whole = split != 0 ? span_of(columns, split) : in;
	if (packer == NULL)
		packer = ZSTD_createCCtx();
	if (packer == NULL || in.len == 0)
		return 0;
	size_t packed = ZSTD_compressCCtx(packer, out, size, whole.data, whole.len,
					 many ? CODEC_LEVEL_MANY : CODEC_LEVEL_FEW);
	/* An error here is "does not fit": the rows then travel as they are. So they do
	 * when the reader would refuse the ratio. */
	if (ZSTD_isError(packed) || packed >= in.len || whole.len > packed * LIMIT_INFLATED_RATIO)
		return 0;
	*codec = split != 0 ? SESSION_FRAME_CODEC_COLUMNS : SESSION_FRAME_CODEC_ZSTD;
	return packed;
}

static size_t unzip(struct span in, uint8_t *out, size_t size)
{
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

size_t codec_decompress(void *ctx, uint32_t codec, struct span in, uint8_t *out, size_t size)
{
	(void)ctx;
	if (codec == SESSION_FRAME_CODEC_ZSTD)
		return unzip(in, out, size);
	if (codec != SESSION_FRAME_CODEC_COLUMNS || !have_columns())
		return 0;
	size_t split = unzip(in, columns, COLUMNS_BYTES_MAX);
	return split == 0 ? 0 : columns_join(span_of(columns, split), out, size);
}

void codec_close(void)
{
	ZSTD_freeCCtx(packer);
	ZSTD_freeDCtx(unpacker);
	free(columns);
	packer = NULL;
	unpacker = NULL;
	columns = NULL;
}
