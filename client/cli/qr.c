/* qr - libqrencode's modules as half blocks, with the quiet zone the standard asks for. */
#include "qr.h"

#include <qrencode.h>
#include <stdbool.h>
#include <stdio.h>

enum { QUIET = 4 };

static bool dark(const QRcode *code, int x, int y)
{
	bool inside = x >= 0 && y >= 0 && x < code->width && y < code->width;
	return inside && (code->data[y * code->width + x] & 1) != 0;
}

void qr_print(const char *text, int colour)
{
	QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
	if (code == NULL)
		return;
	/* The light modules are drawn: on the usual dark terminal, and in any with colours set, it reads right. */
	static const char *const blocks[2][2] = { { "\u2588", "\u2580" }, { "\u2584", " " } };
	for (int y = -QUIET; y < code->width + QUIET; y += 2) {
		fputs(colour ? "\x1b[97;40m" : "", stdout);
		for (int x = -QUIET; x < code->width + QUIET; x++)
			fputs(blocks[dark(code, x, y)][dark(code, x, y + 1)], stdout);
		puts(colour ? "\x1b[0m" : "");
	}
	QRcode_free(code);
}
