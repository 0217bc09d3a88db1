/* print_frame - the sheet around a print: its style, on each page of paper the
 * organiser, the client and the mark of secrecy above, who printed it and when below.
 */
#ifndef JALKA_DOMAIN_PRINT_FRAME_H
#define JALKA_DOMAIN_PRINT_FRAME_H

#include "domain/print_page.h"

void print_frame_begin(struct print_page *page, const struct print_work *work, struct wire_out *out, const char *title);
void print_frame_end(struct print_page *page);

#endif
