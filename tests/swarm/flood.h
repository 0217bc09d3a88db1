/* flood - bogus first messages, and sockets that are slow, from loopback addresses.
 *
 * What an outsider can make: nothing (RANDOM), a header with a wrong MAC (MAC), or,
 * who has once seen an enrolment code and so knows central's identity, messages
 * with the right MAC: to a key pair nobody has enrolled (KEYS), or of noise (NOISE).
 * OVERSIZE claims more than message 1 may be; MIXED sends each in turn.
 */
#ifndef JALKA_TESTS_SWARM_FLOOD_H
#define JALKA_TESTS_SWARM_FLOOD_H

#include "api/enrol_code.h"

/* `code` tells the address, identity and a slot. `first`: source addresses begin here (host order), `sources`
 * of them, `apart` from each other. Prints what it did as one line of `name=value`. */
struct flood_sources {
	uint32_t first;
	unsigned sources, apart;
};
int flood_run(const char *kind, const struct enrol_code *code, const struct flood_sources *from, unsigned rate,
	      unsigned seconds);
/* Holds `count` connections that send a byte a second of a good message 1, for so long. */
int flood_slow(const struct enrol_code *code, const struct flood_sources *from, unsigned count, unsigned seconds);

#endif
