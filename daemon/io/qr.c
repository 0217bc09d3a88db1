/* qr - libqrencode's modules as boxes of a path. */
#include "io/qr.h"

#include <qrencode.h>
#include <sodium.h>
#include <stdio.h>

#include "base/assert.h"

/* QR_TEXT_MAX bytes need version 17, of 85 modules; a box is at most "M88 88h85v1h-85z". */
enum { WIDTH_MAX = 85, BOX_BYTES_MAX = 16 };
_Static_assert((WIDTH_MAX / 2 + 1) * WIDTH_MAX * BOX_BYTES_MAX + BOX_BYTES_MAX < QR_PATH_BYTES, "the worst picture fits");

static bool is_dark(const QRcode *code, int x, int y)
{
	return (code->data[y * code->width + x] & 1) != 0;
}

static size_t put_row(const QRcode *code, int y, char *out, size_t room)
{
	size_t used = 0;
	for (int x = 0; x < code->width; x++) {
		int begin = x;
		while (x < code->width && is_dark(code, x, y))
			x++;
		if (x == begin)
			continue;
		ASSERT(room - used > BOX_BYTES_MAX + 1);
		used += (size_t)snprintf(out + used, room - used, "M%d %dh%dv1h-%dz", begin + QR_QUIET, y + QR_QUIET, x - begin, x - begin);
	}
	return used;
}

struct fault qr_draw(const char *text, struct qr *out)
{
	size_t len = strlen(text), used = 0;
	if (len == 0 || len > QR_TEXT_MAX)
		return fault_of(FAULT_CALLER, "a QR code holds 1 to 600 bytes of text");
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	if (code == NULL)
		return fault_of(FAULT_LIMIT, "memory for a QR code");
	ASSERT(code->width <= WIDTH_MAX);
	for (int y = 0; y < code->width; y++)
		used += put_row(code, y, out->path + used, sizeof out->path - used);
	out->size = (unsigned)code->width + 2 * QR_QUIET;
	sodium_memzero(code->data, (size_t)code->width * (size_t)code->width);
	QRcode_free(code);
	return fault_none();
}
