/* operators - who may sign in at the console: accounts, invitations, wrong attempts.
 *
 * An account belongs to a member of the staff and says nothing of what they may do: that
 * are the roles granted to them. It lies in the sealed store, in tables of central's alone;
 * no device gets any of it.
 *
 *            invite            joined (name, password, secret taken over)
 *   (none) ----------> INVITED -----------------------------------------> ACTIVE
 *                         block, unblock: <-> BLOCKED ---- joined --------->
 *
 * A password is there as Argon2id has it (crypto_pwhash_str); computing that takes long,
 * so it is the caller's, beside the loop: operators_begin tells what is to be verified,
 * operators_finish takes what came of it.
 *
 *   begin    the attempt counts as wrong from here on, durably: a daemon that is killed
 *            meanwhile has counted it
 *   finish   right in all: what counted is forgotten, the code's step will not serve again
 *
 * N1  An attempt at a name that nobody has counts, waits and takes as long as one at a name
 *     that somebody has.
 * N2  A code serves once (core/totp.h), whatever it was for.
 * N3  What was there holds until an invitation is used: name, password and secret of an
 *     account that is active; and that it lets nobody in, of one that is blocked.
 * N4  Of an invitation only a digest is kept. It serves once, OPERATORS_INVITED_MS long.
 *
 * The caller brings times (ms since 1970) and random bytes, and no transaction of the log
 * is open. A fault says that nothing was changed, but for the attempt that counts.
 */
#ifndef JALKA_CENTRAL_OPERATORS_H
#define JALKA_CENTRAL_OPERATORS_H

#include "base/fault.h"
#include "base/id.h"
#include "core/totp.h"
#include "store/log.h"

enum {
	OPERATORS_NAME_BYTES = 64 + 1,
	OPERATORS_HASH_BYTES = 128,       /* crypto_pwhash_STRBYTES */
	OPERATORS_TOKEN_BYTES = 64 + 1,   /* 32 random bytes, hexadecimal */
	OPERATORS_INVITED_MS = 3 * 24 * 3600 * 1000,
	OPERATORS_PASSWORD_CHARS_MIN = 12,
	OPERATORS_FREE_TRIES = 3,         /* wrong ones, before the next has to wait */
	OPERATORS_WAIT_MS = 2000,         /* then; twice as long after each further one, */
	OPERATORS_WAIT_MS_MAX = 15 * 60 * 1000,
	OPERATORS_UNKNOWN_MAX = 1024,     /* names that nobody has, remembered at once */
	OPERATORS_MAX = 1024,
};

enum operators_state { OPERATORS_INVITED = 1, OPERATORS_ACTIVE = 2, OPERATORS_BLOCKED = 3 };

struct operators_account {
	struct record_id staff;
	char name[OPERATORS_NAME_BYTES];  /* to sign in with: small letters, digits, . _ - @ */
	enum operators_state state;
	uint64_t last_ms;                 /* signed in; 0: never */
	uint64_t invited_until_ms;        /* 0: no invitation is open */
	uint32_t wrong;                   /* attempts since */
	uint64_t wrong_ms;                /* the last of them */
};

/* Callbacks return false to stop; that is no fault. */
typedef bool operators_fn(void *ctx, const struct operators_account *account);
struct fault operators_list(struct log *log, operators_fn *fn, void *ctx);
struct fault operators_get(struct log *log, struct record_id staff, struct operators_account *out, bool *found);

/* Anew where there is an account (N3). FAULT_CALLER: the name cannot be one, or is or will be another's.
 * `random`: of the token, then of the secret. */
struct fault operators_invite(struct log *log, struct record_id staff, const char *name, const uint8_t random[static 64],
			      uint64_t now_ms, char token[static OPERATORS_TOKEN_BYTES]);
/* Blocking takes an open invitation away; unblocking forgets wrong attempts, also of an account that is not
 * blocked. FAULT_CALLER: there is no such account, or nothing to change. */
struct fault operators_block(struct log *log, struct record_id staff, bool blocked);

/* What is to be verified. `hash` "": nothing, and as much time is to be spent. */
struct operators_try {
	struct record_id staff;  /* none: nobody has the name */
	char name[OPERATORS_NAME_BYTES];
	char hash[OPERATORS_HASH_BYTES];
	uint32_t wrong;          /* attempts before this one */
};
/* FAULT_LATER: too many were wrong; *wait_ms: so long from now, and nothing was counted. */
struct fault operators_begin(struct log *log, const char *name, uint64_t now_ms, struct operators_try *out, uint64_t *wait_ms);
/* FAULT_CALLER, with one text for all: the name, the password or the code is wrong, or the account is blocked. */
struct fault operators_finish(struct log *log, const struct operators_try *tried, bool password_is_right, const char *code,
			      uint64_t now_ms, struct operators_account *out);
/* Of a password that may be one: FAULT_CALLER says what it lacks. */
struct fault operators_password_check(const char *password, const char *name);
struct fault operators_password(struct log *log, struct record_id staff, const char *hash);

/* Whose invitation it is, with the name they will have, and the secret of their codes to come. FAULT_CALLER: it serves no more, or never did. */
struct fault operators_invited(struct log *log, const char *token, uint64_t now_ms, struct operators_account *out,
			       uint8_t secret[static TOTP_SECRET_BYTES]);
/* A code of the new secret, counted like an attempt to sign in: FAULT_CALLER: wrong; FAULT_LATER: as operators_begin. */
struct fault operators_join_begin(struct log *log, const char *token, const char *code, uint64_t now_ms, uint64_t *wait_ms);
/* Then with the hash of the password: the invitation is used up, password and secret are the account's. */
struct fault operators_joined(struct log *log, const char *token, const char *hash, uint64_t now_ms, struct operators_account *out);

/* How long after the last wrong attempt the next has to wait. */
uint64_t operators_wait_ms(uint32_t wrong);

#endif
