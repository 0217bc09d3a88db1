/* operators - accounts as rows of two tables: "operator" by staff id, "operator_unknown" by
 * a digest of a name that nobody has. A row is a message of fields, so that later versions
 * may add some. */
#include "central/operators.h"

#include <sodium.h>

#include "base/assert.h"
#include "base/wire.h"

enum { ROW_BYTES = 1024, DIGEST_BYTES = 32, UNKNOWN_KEY_BYTES = 16, UNKNOWN_KEPT_MS = 24 * 3600 * 1000 };

_Static_assert(OPERATORS_HASH_BYTES == crypto_pwhash_STRBYTES, "Argon2id as text");
_Static_assert(TOTP_SECRET_BYTES == 32 && OPERATORS_TOKEN_BYTES == 2 * 32 + 1, "64 random bytes: a token and a secret");

static const char accounts[] = "operator", unknowns[] = "operator_unknown";

/* Field numbers of a row; never used for anything else. */
enum field {
	NAME = 1, STATE = 2, HASH = 3, SECRET = 4, STEP = 5, WRONG = 6, WRONG_MS = 7, INVITATION = 8, INVITED_UNTIL = 9,
	NEXT_SECRET = 10, LAST_MS = 11, NEXT_STEP = 12, NEXT_NAME = 13,
};

struct row {
	struct operators_account account;
	char hash[OPERATORS_HASH_BYTES];          /* "": no password yet */
	uint8_t secret[TOTP_SECRET_BYTES];
	uint64_t step;                            /* the last one a code was taken of */
	uint8_t invitation[DIGEST_BYTES];         /* where invited_until_ms != 0 */
	uint8_t next_secret[TOTP_SECRET_BYTES];   /* so are the next three */
	uint64_t next_step;
	char next_name[OPERATORS_NAME_BYTES];     /* "": the name stays */
};

/* ---- rows ---- */

static void take_text(struct span from, char *out, size_t size)
{
	size_t len = from.len < size ? from.len : size - 1;
	memcpy(out, from.data, len);
	out[len] = '\0';
}

static void take_bytes(struct span from, uint8_t *out, size_t size)
{
	if (from.len == size)
		memcpy(out, from.data, size);
}

static void read_field(struct row *row, const struct wire_field *field)
{
	switch ((enum field)field->number) {
	case NAME: take_text(field->data, row->account.name, sizeof row->account.name); return;
	case STATE: row->account.state = (enum operators_state)field->value; return;
	case HASH: take_text(field->data, row->hash, sizeof row->hash); return;
	case SECRET: take_bytes(field->data, row->secret, sizeof row->secret); return;
	case STEP: row->step = field->value; return;
	case WRONG: row->account.wrong = (uint32_t)field->value; return;
	case WRONG_MS: row->account.wrong_ms = field->value; return;
	case INVITATION: take_bytes(field->data, row->invitation, sizeof row->invitation); return;
	case INVITED_UNTIL: row->account.invited_until_ms = field->value; return;
	case NEXT_SECRET: take_bytes(field->data, row->next_secret, sizeof row->next_secret); return;
	case NEXT_STEP: row->next_step = field->value; return;
	case NEXT_NAME: take_text(field->data, row->next_name, sizeof row->next_name); return;
	case LAST_MS: row->account.last_ms = field->value; return;
	}
}

static void read_row(struct span value, struct row *out)
{
	struct wire_field field;
	*out = (struct row){ .hash = "" };
	while (wire_next(&value, &field) == WIRE_FIELD)
		if ((field.type == WIRE_BYTES) == (field.number == NAME || field.number == HASH || field.number == SECRET ||
						   field.number == INVITATION || field.number == NEXT_SECRET ||
						   field.number == NEXT_NAME))
			read_field(out, &field);
}

static void put_number(struct wire_out *out, enum field field, uint64_t value)
{
	if (value != 0)
		wire_put_varint(out, field, value);
}

static struct fault put_row(struct log *log, const char *table, struct span key, const struct row *row)
{
	uint8_t block[ROW_BYTES];
	struct wire_out out;
	bool own;
	wire_out_init(&out, block, sizeof block);
	wire_put_bytes(&out, NAME, span_text(row->account.name));
	put_number(&out, STATE, row->account.state);
	if (*row->hash != '\0') {
		wire_put_bytes(&out, HASH, span_text(row->hash));
		wire_put_bytes(&out, SECRET, span_of(row->secret, sizeof row->secret));
	}
	put_number(&out, STEP, row->step);
	put_number(&out, WRONG, row->account.wrong);
	put_number(&out, WRONG_MS, row->account.wrong_ms);
	if (row->account.invited_until_ms != 0) {
		wire_put_bytes(&out, INVITATION, span_of(row->invitation, sizeof row->invitation));
		put_number(&out, INVITED_UNTIL, row->account.invited_until_ms);
		wire_put_bytes(&out, NEXT_SECRET, span_of(row->next_secret, sizeof row->next_secret));
		put_number(&out, NEXT_STEP, row->next_step);
		if (*row->next_name != '\0')
			wire_put_bytes(&out, NEXT_NAME, span_text(row->next_name));
	}
	put_number(&out, LAST_MS, row->account.last_ms);
	ASSERT(!out.full);
	struct fault f = log_join(log, &own);
	if (!fault_is(f))
		f = log_leave(log, own, log_put(log, table, key, wire_out_span(&out)));
	sodium_memzero(block, sizeof block);
	return f;
}

static struct fault put_account(struct log *log, const struct row *row)
{
	return put_row(log, accounts, ID_SPAN(row->account.staff), row);
}

/* ---- finding ---- */

struct search {
	const char *name;              /* NULL: any */
	bool or_next;                  /* the name is an account's, or one's that it will have */
	const uint8_t *invitation;     /* a digest; NULL: any */
	operators_fn *fn;              /* NULL: the first that fits is kept */
	void *ctx;
	struct row row;
	size_t count;
	bool found;
};

static bool fits(const struct search *search, const struct row *row)
{
	bool has_name = search->name == NULL || strcmp(row->account.name, search->name) == 0 ||
			(search->or_next && strcmp(row->next_name, search->name) == 0);
	return has_name &&
	       (search->invitation == NULL || (row->account.invited_until_ms != 0 &&
					       sodium_memcmp(row->invitation, search->invitation, DIGEST_BYTES) == 0));
}

static bool meet(void *ctx, struct span key, struct span value)
{
	struct search *search = ctx;
	struct row row;
	if (key.len != ID_BYTES)
		return true;
	read_row(value, &row);
	memcpy(row.account.staff.bytes, key.data, ID_BYTES);
	search->count++;
	bool goes_on = true;
	if (search->fn != NULL) {
		goes_on = search->fn(search->ctx, &row.account);
	} else if (!search->found && fits(search, &row)) {
		search->found = true;
		search->row = row;
	}
	sodium_memzero(&row, sizeof row);
	return goes_on;
}

static struct fault look(struct log *log, struct search *search)
{
	return log_scan(log, accounts, span_of("", 0), meet, search);
}

static struct fault get(struct log *log, struct record_id staff, struct row *out, bool *found)
{
	uint8_t block[ROW_BYTES];
	size_t len = 0;
	FAULT_TRY(log_get(log, accounts, ID_SPAN(staff), block, sizeof block, &len, found));
	if (*found) {
		read_row(span_of(block, len), out);
		out->account.staff = staff;
	}
	sodium_memzero(block, sizeof block);
	return fault_none();
}

/* Of an account that must be there. */
static struct fault get_known(struct log *log, struct record_id staff, struct row *out)
{
	bool found = false;
	FAULT_TRY(get(log, staff, out, &found));
	return found ? fault_none() : fault_of(FAULT_CALLER, "this member of the staff has no account of the console");
}

struct fault operators_list(struct log *log, operators_fn *fn, void *ctx)
{
	struct search search = { .fn = fn, .ctx = ctx };
	return look(log, &search);
}

struct fault operators_get(struct log *log, struct record_id staff, struct operators_account *out, bool *found)
{
	struct row row;
	FAULT_TRY(get(log, staff, &row, found));
	if (*found)
		*out = row.account;
	sodium_memzero(&row, sizeof row);
	return fault_none();
}

/* ---- names and passwords ---- */

/* In small letters. False: it can be nobody's. */
static bool read_name(const char *text, char out[static OPERATORS_NAME_BYTES])
{
	size_t len = strlen(text);
	if (len < 2 || len >= OPERATORS_NAME_BYTES)
		return false;
	for (size_t i = 0; i <= len; i++)
		out[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
	return strspn(out, "abcdefghijklmnopqrstuvwxyz0123456789._-@") == len;
}

struct fault operators_password_check(const char *password, const char *name)
{
	if (wire_utf8_chars(span_text(password)) < OPERATORS_PASSWORD_CHARS_MIN)
		return fault_of(FAULT_CALLER, "a password has at least 12 characters: several words make a good one");
	if (strlen(name) >= OPERATORS_PASSWORD_CHARS_MIN && strcmp(password, name) == 0)
		return fault_of(FAULT_CALLER, "the password must not be the name");
	if (strspn(password, (const char[]){ *password, '\0' }) == strlen(password))
		return fault_of(FAULT_CALLER, "the password is one character again and again");
	return fault_none();
}

/* ---- wrong attempts ---- */

uint64_t operators_wait_ms(uint32_t wrong)
{
	uint64_t wait = OPERATORS_WAIT_MS;
	if (wrong < OPERATORS_FREE_TRIES)
		return 0;
	for (uint32_t i = OPERATORS_FREE_TRIES; i < wrong && wait < OPERATORS_WAIT_MS_MAX; i++)
		wait *= 2;
	return wait < OPERATORS_WAIT_MS_MAX ? wait : OPERATORS_WAIT_MS_MAX;
}

/* Counts one more unless it comes too early. Where the clock was put back nobody knows how long they have
 * waited: the next one is taken, and counts from then on. */
static struct fault count(struct row *row, uint64_t now_ms, uint64_t *wait_ms)
{
	struct operators_account *account = &row->account;
	uint64_t wait = operators_wait_ms(account->wrong), since = now_ms >= account->wrong_ms ? now_ms - account->wrong_ms : wait;
	*wait_ms = since < wait ? wait - since : 0;
	if (*wait_ms > 0)
		return fault_of(FAULT_LATER, "too many wrong attempts");
	account->wrong += account->wrong < UINT32_MAX;
	account->wrong_ms = now_ms;
	return fault_none();
}

struct oldest {
	uint64_t now_ms, at_ms;
	uint8_t key[UNKNOWN_KEY_BYTES];
	size_t count;
};

static bool find_oldest(void *ctx, struct span key, struct span value)
{
	struct oldest *oldest = ctx;
	struct row row;
	read_row(value, &row);
	if (key.len == UNKNOWN_KEY_BYTES && (oldest->count == 0 || row.account.wrong_ms < oldest->at_ms)) {
		oldest->at_ms = row.account.wrong_ms;
		memcpy(oldest->key, key.data, UNKNOWN_KEY_BYTES);
	}
	oldest->count++;
	return true;
}

/* Room for one more: the oldest goes when there are too many, or it is of yesterday. */
static struct fault make_room(struct log *log, uint64_t now_ms)
{
	struct oldest oldest = { .now_ms = now_ms };
	bool own;
	FAULT_TRY(log_scan(log, unknowns, span_of("", 0), find_oldest, &oldest));
	if (oldest.count == 0 || (oldest.count < OPERATORS_UNKNOWN_MAX && oldest.at_ms + UNKNOWN_KEPT_MS > now_ms))
		return fault_none();
	FAULT_TRY(log_join(log, &own));
	return log_leave(log, own, log_remove(log, unknowns, span_of(oldest.key, sizeof oldest.key)));
}

/* N1: a name that nobody has is remembered as long as it matters. */
static struct fault begin_unknown(struct log *log, const char *name, uint64_t now_ms, struct operators_try *out, uint64_t *wait_ms)
{
	uint8_t key[UNKNOWN_KEY_BYTES], block[ROW_BYTES];
	struct row row = { .hash = "" };
	size_t len = 0;
	bool found = false;
	crypto_generichash(key, sizeof key, (const uint8_t *)name, strlen(name), NULL, 0);
	FAULT_TRY(log_get(log, unknowns, span_of(key, sizeof key), block, sizeof block, &len, &found));
	if (found)
		read_row(span_of(block, len), &row);
	out->wrong = row.account.wrong;
	FAULT_TRY(count(&row, now_ms, wait_ms));
	if (!found)
		FAULT_TRY(make_room(log, now_ms));
	return put_row(log, unknowns, span_of(key, sizeof key), &row);
}

struct fault operators_begin(struct log *log, const char *name, uint64_t now_ms, struct operators_try *out, uint64_t *wait_ms)
{
	struct search search = { .name = out->name };
	struct operators_try tried = { .hash = "" };
	*wait_ms = 0;
	if (!read_name(name, tried.name)) { /* nobody's, in the form it was given */
		strncpy(tried.name, name, sizeof tried.name - 1);
		search.name = NULL;
	}
	*out = tried;
	if (search.name != NULL)
		FAULT_TRY(look(log, &search));
	if (!search.found)
		return begin_unknown(log, out->name, now_ms, out, wait_ms);
	out->staff = search.row.account.staff;
	out->wrong = search.row.account.wrong;
	memcpy(out->hash, search.row.hash, sizeof out->hash);
	struct fault f = count(&search.row, now_ms, wait_ms);
	if (!fault_is(f))
		f = put_account(log, &search.row);
	sodium_memzero(&search, sizeof search);
	return f;
}

static struct fault wrong(void)
{
	return fault_of(FAULT_CALLER, "the name, the password or the code is wrong");
}

/* Right in all: what counted is forgotten. */
static struct fault settle(struct log *log, struct row *row, uint32_t wrong_before, uint64_t now_ms, struct operators_account *out)
{
	struct operators_account before = row->account;
	row->account.wrong = 0;
	row->account.wrong_ms = 0;
	row->account.last_ms = now_ms;
	FAULT_TRY(put_account(log, row));
	*out = before;
	out->state = row->account.state;
	out->wrong = wrong_before;
	return fault_none();
}

struct fault operators_finish(struct log *log, const struct operators_try *tried, bool password_is_right, const char *code,
			      uint64_t now_ms, struct operators_account *out)
{
	struct row row;
	bool found = false;
	if (ID_IS_NONE(tried->staff))
		return wrong();
	FAULT_TRY(get(log, tried->staff, &row, &found));
	/* The account may have changed while the password was verified: it was of another hash then. */
	bool is_right = found && password_is_right && row.account.state == OPERATORS_ACTIVE && strcmp(row.hash, tried->hash) == 0 &&
			totp_accepts(row.secret, span_text(code), now_ms, row.step, &row.step);
	struct fault f = is_right ? settle(log, &row, tried->wrong, now_ms, out) : wrong();
	sodium_memzero(&row, sizeof row);
	return f;
}

struct fault operators_password(struct log *log, struct record_id staff, const char *hash)
{
	struct row row;
	FAULT_TRY(get_known(log, staff, &row));
	strncpy(row.hash, hash, sizeof row.hash - 1);
	struct fault f = put_account(log, &row);
	sodium_memzero(&row, sizeof row);
	return f;
}

/* ---- invitations ---- */

static void digest_of(const char *token, uint8_t out[static DIGEST_BYTES])
{
	crypto_generichash(out, DIGEST_BYTES, (const uint8_t *)token, strlen(token), NULL, 0);
}

/* A name is one person's; there is room. */
static struct fault check_free(struct log *log, struct record_id staff, const char *name)
{
	struct search search = { .name = name, .or_next = true };
	FAULT_TRY(look(log, &search));
	bool is_others = search.found && !ID_EQUAL(search.row.account.staff, staff);
	sodium_memzero(&search.row, sizeof search.row);
	if (is_others)
		return fault_of(FAULT_CALLER, "another account has this name to sign in with: choose another");
	return search.count < OPERATORS_MAX ? fault_none() : fault_of(FAULT_LIMIT, "there are too many accounts of the console");
}

struct fault operators_invite(struct log *log, struct record_id staff, const char *name, const uint8_t random[static 64],
			      uint64_t now_ms, char token[static OPERATORS_TOKEN_BYTES])
{
	char plain[OPERATORS_NAME_BYTES];
	struct row row = { .hash = "" };
	bool found = false;
	if (!read_name(name, plain))
		return fault_of(FAULT_CALLER, "a name to sign in with has 2 to 64 letters a to z, digits and . _ - @");
	FAULT_TRY(get(log, staff, &row, &found));
	FAULT_TRY(check_free(log, staff, plain));
	row.account.staff = staff;
	if (!found)
		row.account.state = OPERATORS_INVITED;
	if (*row.hash == '\0') /* nobody signs in by the one before */
		memcpy(row.account.name, plain, sizeof row.account.name);
	strncpy(row.next_name, strcmp(plain, row.account.name) == 0 ? "" : plain, sizeof row.next_name);
	sodium_bin2hex(token, OPERATORS_TOKEN_BYTES, random, 32);
	digest_of(token, row.invitation);
	memcpy(row.next_secret, random + 32, TOTP_SECRET_BYTES);
	row.next_step = 0;
	row.account.invited_until_ms = now_ms + OPERATORS_INVITED_MS;
	struct fault f = put_account(log, &row);
	sodium_memzero(&row, sizeof row);
	return f;
}

struct fault operators_block(struct log *log, struct record_id staff, bool blocked)
{
	struct row row;
	FAULT_TRY(get_known(log, staff, &row));
	struct operators_account *account = &row.account;
	bool is_blocked = account->state == OPERATORS_BLOCKED;
	struct fault f = fault_none();
	if (blocked && is_blocked && account->invited_until_ms == 0)
		f = fault_of(FAULT_CALLER, "the account is blocked already");
	if (!blocked && !is_blocked && account->wrong == 0)
		f = fault_of(FAULT_CALLER, "the account is not blocked, and no wrong attempt is counted");
	if (blocked) {
		account->state = OPERATORS_BLOCKED;
		account->invited_until_ms = 0;
	} else {
		account->state = *row.hash != '\0' ? OPERATORS_ACTIVE : OPERATORS_INVITED;
		account->wrong = 0;
		account->wrong_ms = 0;
	}
	if (!fault_is(f))
		f = put_account(log, &row);
	sodium_memzero(&row, sizeof row);
	return f;
}

static struct fault find_invited(struct log *log, const char *token, uint64_t now_ms, struct row *out)
{
	uint8_t digest[DIGEST_BYTES];
	struct search search = { .invitation = digest };
	digest_of(token, digest);
	FAULT_TRY(look(log, &search));
	bool holds = search.found && search.row.account.invited_until_ms > now_ms;
	if (holds)
		*out = search.row;
	sodium_memzero(&search.row, sizeof search.row);
	return holds ? fault_none()
		     : fault_of(FAULT_CALLER, "the invitation has been used, or is older than three days: ask for a new one");
}

struct fault operators_invited(struct log *log, const char *token, uint64_t now_ms, struct operators_account *out,
			       uint8_t secret[static TOTP_SECRET_BYTES])
{
	struct row row;
	FAULT_TRY(find_invited(log, token, now_ms, &row));
	*out = row.account;
	if (*row.next_name != '\0')
		memcpy(out->name, row.next_name, sizeof out->name);
	memcpy(secret, row.next_secret, TOTP_SECRET_BYTES);
	sodium_memzero(&row, sizeof row);
	return fault_none();
}

struct fault operators_join_begin(struct log *log, const char *token, const char *code, uint64_t now_ms, uint64_t *wait_ms)
{
	struct row row;
	*wait_ms = 0;
	FAULT_TRY(find_invited(log, token, now_ms, &row));
	uint32_t before = row.account.wrong;
	struct fault f = count(&row, now_ms, wait_ms);
	bool is_right = !fault_is(f) && totp_accepts(row.next_secret, span_text(code), now_ms, row.next_step, &row.next_step);
	if (is_right) /* a right one proves the telephone, and is no attempt */
		row.account.wrong = before;
	if (!fault_is(f))
		f = put_account(log, &row);
	sodium_memzero(&row, sizeof row);
	return fault_is(f) || is_right ? f
				       : fault_of(FAULT_CALLER, "the code is wrong: see that the authenticator took SHA256, and the clocks are right");
}

struct fault operators_joined(struct log *log, const char *token, const char *hash, uint64_t now_ms, struct operators_account *out)
{
	struct row row;
	FAULT_TRY(find_invited(log, token, now_ms, &row));
	uint32_t before = row.account.wrong;
	strncpy(row.hash, hash, sizeof row.hash - 1);
	memcpy(row.secret, row.next_secret, sizeof row.secret);
	row.step = row.next_step;
	if (*row.next_name != '\0')
		memcpy(row.account.name, row.next_name, sizeof row.account.name);
	row.account.state = OPERATORS_ACTIVE;
	row.account.invited_until_ms = 0;
	struct fault f = settle(log, &row, before, now_ms, out);
	sodium_memzero(&row, sizeof row);
	return f;
}
