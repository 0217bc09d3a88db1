/* qr - a text as a QR code on a terminal, two modules a character. */
#ifndef JALKA_CLI_QR_H
#define JALKA_CLI_QR_H

/* Prints to stdout; nothing when the text is too long for one code. Dark on light
 * whatever the terminal's colours, when `colour`. */
void qr_print(const char *text, int colour);

#endif
