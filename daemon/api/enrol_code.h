/* enrol_code - what the administrator hands to a worker, as one line of text:
 *
 *   JALKA:1:<base32, RFC 4648, upper case, no padding> of
 *   length of address u8 | address "host:port" | central's identity 32 |
 *   slot 16 | one-time secret 32 | check 4 = first bytes of BLAKE2b-256 of all before
 *
 * Upper-case letters, digits and colons only: a QR code's alphanumeric mode. Case
 * and spaces do not matter when it is read.
 */
#ifndef JALKA_API_ENROL_CODE_H
#define JALKA_API_ENROL_CODE_H

#include "core/delta.h"
#include "core/handshake.h"
#include "io/address.h"

enum {
	ENROL_CODE_RAW_MAX = 1 + ADDRESS_TEXT_BYTES + DELTA_IDENTITY_BYTES + HANDSHAKE_SLOT_BYTES + NOISE_PSK_BYTES + 4,
	ENROL_CODE_TEXT_MAX = 8 + (ENROL_CODE_RAW_MAX * 8 + 4) / 5 + 1,
};

struct enrol_code {
	struct address address;
	struct delta_identity identity;
	uint8_t slot[HANDSHAKE_SLOT_BYTES];
	uint8_t secret[NOISE_PSK_BYTES];
};

void enrol_code_write(const struct enrol_code *code, char out[static ENROL_CODE_TEXT_MAX]);
/* FAULT_CALLER: not such a code, or mistyped. */
struct fault enrol_code_read(struct span text, struct enrol_code *out);

#endif
