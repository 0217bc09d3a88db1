/* qr - a text as a QR code (ISO/IEC 18004), drawn as one path of an SVG picture.
 *
 * Of libqrencode. The unit of the path is a module; the picture is `size` modules wide
 * and high, the quiet zone of four that the standard asks for included. Each run of dark
 * modules in a row is a box: M x y h w v1 h-w z. An allocation is made and released within
 * the call; what was drawn may be a secret, and is the caller's to wipe.
 */
#ifndef JALKA_IO_QR_H
#define JALKA_IO_QR_H

#include "base/fault.h"
#include "base/span.h"

enum { QR_TEXT_MAX = 600, QR_QUIET = 4, QR_PATH_BYTES = 60 * 1024 };

struct qr {
	unsigned size;            /* modules, quiet zone included */
	char path[QR_PATH_BYTES]; /* ends with a zero byte */
};

/* Error correction L, bytes as they are. FAULT_CALLER: the text is empty, or longer than QR_TEXT_MAX. */
struct fault qr_draw(const char *text, struct qr *out);

#endif
