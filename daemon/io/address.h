/* address - a network address as a person writes it: "host:port", "[v6]:port". */
#ifndef JALKA_IO_ADDRESS_H
#define JALKA_IO_ADDRESS_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "base/span.h"

enum { ADDRESS_HOST_BYTES = 256, ADDRESS_TEXT_BYTES = ADDRESS_HOST_BYTES + 8 };

struct address {
	char host[ADDRESS_HOST_BYTES];
	uint16_t port;
};

/* Splits and checks the text; asks no name server. */
struct fault address_read(struct span text, struct address *out);
/* Writes it back. */
void address_write(const struct address *address, char out[static ADDRESS_TEXT_BYTES]);
/* The same of a socket's own end. */
void address_of_socket(const struct sockaddr_storage *socket, char out[static ADDRESS_TEXT_BYTES]);
/* A numeric address; false: the host is a name and must be looked up. */
bool address_numeric(const struct address *address, struct sockaddr_storage *out);

#endif
