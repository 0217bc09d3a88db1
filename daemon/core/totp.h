/* totp - one-time codes of the time, RFC 6238 with HMAC-SHA-256.
 *
 *   code = dynamic truncation (RFC 4226, 5.3) of HMAC-SHA-256(secret, step), step = seconds / 30
 *
 * A telephone's authenticator holds the secret and shows the code of the moment. Here the
 * code before and the one after count too, for clocks differ; which step a code was of is
 * told, so that the caller takes none of that step or an earlier one again (RFC 6238, 5.2).
 *
 * Pure; owns nothing.
 */
#ifndef JALKA_CORE_TOTP_H
#define JALKA_CORE_TOTP_H

#include <stdbool.h>

#include "base/span.h"

enum {
	TOTP_SECRET_BYTES = 32,          /* as long as the hash (RFC 4226, R6) */
	TOTP_STEP_MS = 30 * 1000,
	TOTP_DIGITS = 6,
	TOTP_DIGITS_MAX = 8,
	TOTP_WINDOW = 1,                 /* steps before and after */
	TOTP_SECRET_TEXT_BYTES = 52 + 1, /* base32 without padding, and the final zero */
	TOTP_URI_BYTES = 1024,
};

/* The code of one step; `digits` at most TOTP_DIGITS_MAX. */
void totp_code(struct span secret, uint64_t step, unsigned digits, char out[static TOTP_DIGITS_MAX + 1]);
/* Whether this is the code of a step about `wall_ms`, later than `last_step`; *step: which.
 * Spaces in the code are passed over. Takes as long whether it is or not. */
bool totp_accepts(const uint8_t secret[static TOTP_SECRET_BYTES], struct span code, uint64_t wall_ms, uint64_t last_step,
		  uint64_t *step);

/* The secret for who types it: base32 (RFC 4648, 6). */
void totp_secret_text(const uint8_t secret[static TOTP_SECRET_BYTES], char out[static TOTP_SECRET_TEXT_BYTES]);
/* The same as authenticators take it from a QR code: otpauth://totp/ISSUER:ACCOUNT?secret=…
 * False: the names are too long. */
bool totp_uri(const uint8_t secret[static TOTP_SECRET_BYTES], struct span issuer, struct span account,
	      char out[static TOTP_URI_BYTES]);

#endif
