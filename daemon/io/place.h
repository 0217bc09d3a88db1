/* place - a listening socket of the kind that a place in words names.
 *
 *   ADDR:PORT    a numeric address; port 0 takes a free one
 *   unix:PATH    a Unix socket, made with mode 0660; a socket left over at PATH is removed
 *
 * Sockets do not block and are closed on exec.
 */
#ifndef JALKA_IO_PLACE_H
#define JALKA_IO_PLACE_H

#include "base/fault.h"
#include "io/address.h"

enum { PLACE_PATH_BYTES = 108, PLACE_TEXT_BYTES = ADDRESS_TEXT_BYTES };

struct place {
	int fd;
	char path[PLACE_PATH_BYTES]; /* of a Unix socket; else empty */
	char text[PLACE_TEXT_BYTES]; /* as it was asked for, with the real port */
};

/* Whether the words name a place; listens at nothing. */
bool place_is(const char *words);
/* FAULT_CALLER: not such words, taken already, or not of this machine. */
struct fault place_listen(const char *words, struct place *out);
/* Removes a Unix socket's file. The socket itself is its user's to close. */
void place_leave(const struct place *place);

#endif
