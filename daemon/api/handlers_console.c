/* handlers_console - signing in at the console, and what belongs to a session there.
 *
 * A password is hashed beside the loop: the request waits in a job, which holds copies of
 * what it was told, in locked memory what is secret, and no session, for that may end
 * meanwhile. What comes of it is decided when it is back, on what the store then says.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/console.h"
#include "api/gate.h"
#include "api/handlers.h"
#include "api/resolve.h"
#include "api/view.h"
#include "central/operators.h"
#include "domain/nfc.h"
#include "domain/schema.h"
#include "io/logline.h"
#include "io/qr.h"
#include "io/random.h"
#include "records_table.h"

enum {
	PASSWORD_BYTES = 4096,             /* normalised; what is typed has at most 1024 bytes */
	PASSES = 3,
	MEMORY_BYTES = 64 * 1024 * 1024,   /* Argon2id: 0.1 s on a processor of 2024; CONSOLE_HASHING of them at once */
};

enum job_kind { SIGN_IN, JOIN, CHANGE };

struct job {
	enum job_kind kind;
	struct console *console;
	struct answer *answer;
	struct operators_try tried;        /* SIGN_IN, CHANGE */
	char *password, *fresh;            /* sodium_malloc; fresh: of CHANGE */
	char code[sizeof(((jalka_SignInCall *)0)->code)], token[OPERATORS_TOKEN_BYTES];
	char from[CONSOLE_SESSION_FROM_BYTES];
	uint64_t session;                  /* of CHANGE: its number */
	bool is_right, failed; /* failed: until it was looked at, too */
	char hash[OPERATORS_HASH_BYTES];   /* of what the password becomes */
};

_Static_assert(sizeof(((jalka_SignInCall *)0)->invitation) == OPERATORS_TOKEN_BYTES, "a token fits its call");

static void job_free(struct job *job)
{
	sodium_free(job->password);
	sodium_free(job->fresh);
	sodium_memzero(job, sizeof *job);
	free(job);
}

/* The same letters typed on another system are the same password. NULL: no memory, or no text. */
static char *password_copy(const char *text)
{
	struct wire_out out;
	char *copy = sodium_malloc(PASSWORD_BYTES + 1);
	if (copy == NULL)
		return NULL;
	wire_out_init(&out, copy, PASSWORD_BYTES);
	wire_put_raw(&out, span_text(text));
	if (fault_is(nfc_settle(&out, 0)) || out.full) {
		sodium_free(copy);
		return NULL;
	}
	copy[out.used] = '\0';
	return copy;
}

/* ---- beside the loop ---- */

static bool hash_password(const char *password, char out[static OPERATORS_HASH_BYTES])
{
	return crypto_pwhash_str(out, password, strlen(password), PASSES, MEMORY_BYTES) == 0;
}

static void work(void *ctx)
{
	struct job *job = ctx;
	job->failed = false;
	if (job->kind == JOIN) {
		job->failed = !hash_password(job->password, job->hash);
		return;
	}
	if (*job->tried.hash == '\0') /* nobody, who takes as long (N1) */
		(void)hash_password(job->password, job->hash);
	else
		job->is_right = crypto_pwhash_str_verify(job->tried.hash, job->password, strlen(job->password)) == 0;
	if (job->kind == CHANGE && job->is_right)
		job->failed = !hash_password(job->fresh, job->hash);
}

/* ---- what is answered ---- */

static const char *role_name(enum access_role role)
{
	const struct schema_message *message = schema_by_type(RECORDS_TYPE_ROLE_GRANT)->message;
	const struct schema_enum *values = schema_field_by_number(message, RECORDS_ROLE_GRANT_ROLE)->enumeration;
	for (size_t i = 0; i < values->count; i++)
		if ((uint32_t)values->values[i].number == access_grant_of_role(role))
			return values->values[i].name;
	return "";
}

static void write_person(struct writer *out, struct node *node, const struct operators_account *account, uint32_t roles)
{
	char name[VIEW_NAME_BYTES];
	view_staff_name(node_book(node), &account->staff, name);
	writer_id(out, "staff", account->staff.bytes);
	writer_string(out, "name", name);
	writer_string(out, "sign_in", account->name);
	writer_list(out, "roles");
	for (enum access_role role = 0; role < ACCESS_ROLES; role++)
		if ((roles & 1u << role) != 0)
			writer_string(out, NULL, role_name(role));
	writer_list_end(out);
}

static void write_until(struct writer *out, const struct console_session *session)
{
	writer_number(out, "until_ms", console_session_until_wall(session, loop_wall_ms(), loop_mono_ms()));
}

static void write_qr(struct writer *out, const struct qr *qr)
{
	writer_number(out, "size", qr->size);
	writer_string(out, "path", qr->path);
}

/* Into the access log: that somebody signed in, and that others had tried. */
static struct fault trace(struct console_session *session, struct console *console, uint32_t wrong)
{
	static struct gate gate;
	static const struct case_id no_case;
	static const struct record_id no_record;
	struct request request = { .target = { .node = console_node(console), .console = console, .session = session } };
	char text[64];
	snprintf(text, sizeof text, "%u wrong attempts before", wrong);
	struct fault f = gate_open(&gate, &request);
	if (!fault_is(f) && wrong > 0)
		f = gate_trace_act(&gate, RECORDS_ACCESS_ACT_LOGIN_FAIL, no_case, no_record, text, NULL);
	if (!fault_is(f))
		f = gate_trace_act(&gate, RECORDS_ACCESS_ACT_UNLOCK, no_case, no_record, NULL, NULL);
	gate_close(&gate);
	return f;
}

static struct fault begin_session(const struct job *job, const struct operators_account *account)
{
	struct node *node = console_node(job->console);
	char token[CONSOLE_SESSION_TEXT_BYTES];
	uint32_t roles = gate_roles_of(node, account->staff);
	if (roles == 0)
		return fault_of(FAULT_CALLER, "no role of an administrator is granted to you: ask whoever invited you");
	if (job->kind == JOIN)
		console_end_of(job->console, account->staff, NULL);
	struct console_session *session = console_begin(job->console, account->staff, job->from, token);
	struct fault f = trace(session, job->console, account->wrong);
	if (fault_is(f)) { /* no trace, no act */
		console_end(job->console, session);
		return f;
	}
	logline(LOGLINE_NOTICE, "signed_in", LOGLINE_FIELDS(logline_number("wrong_before", account->wrong)));
	struct writer *out = answer_begin(job->answer);
	writer_string(out, "session", token);
	write_person(out, node, account, roles);
	write_until(out, session);
	writer_number(out, "last_ms", account->last_ms);
	writer_number(out, "wrong", account->wrong);
	answer_finish(job->answer);
	sodium_memzero(token, sizeof token);
	return fault_none();
}

static struct fault change_password(const struct job *job, const struct operators_account *account)
{
	struct console_sessions *sessions = console_sessions(job->console);
	struct console_session *here = NULL;
	FAULT_TRY(operators_password(node_log(console_node(job->console)), account->staff, job->hash));
	for (size_t i = 0; i < CONSOLE_SESSION_MAX; i++)
		if (sessions->all[i].number == job->session && job->session != 0)
			here = &sessions->all[i];
	console_end_of(job->console, account->staff, here);
	writer_bool(answer_begin(job->answer), "changed", true);
	answer_finish(job->answer);
	return fault_none();
}

static struct fault conclude(const struct job *job)
{
	struct node *node = console_node(job->console);
	struct operators_account account;
	uint64_t now_ms = loop_wall_ms();
	if (console_is_closing(job->console))
		return fault_of(FAULT_LATER, "the daemon is ending");
	if (job->failed)
		return fault_of(FAULT_LIMIT, "memory to look at a password");
	FAULT_TRY(hub_commit(node_hub(node), node_now())); /* as before every call (Q3) */
	struct fault f = job->kind == JOIN
		? operators_joined(node_log(node), job->token, job->hash, now_ms, &account)
		: operators_finish(node_log(node), &job->tried, job->is_right, job->code, now_ms, &account);
	if (fault_is(f))
		logline(LOGLINE_NOTICE, "sign_in_refused", LOGLINE_FIELDS(logline_number("wrong", job->tried.wrong + 1u)));
	FAULT_TRY(f);
	return job->kind == CHANGE ? change_password(job, &account) : begin_session(job, &account);
}

static void done(void *ctx)
{
	struct job *job = ctx;
	struct fault f = conclude(job);
	if (fault_is(f)) {
		answer_refuse(job->answer, f, "", "");
		console_changed(job->console); /* an attempt counts */
	}
	job_free(job);
}

/* ---- beginning ---- */

static struct fault refuse_wait(struct request *request, struct fault f, uint64_t wait_ms)
{
	if (f.kind != FAULT_LATER || wait_ms == 0)
		return f;
	logline(LOGLINE_NOTICE, "sign_in_must_wait", LOGLINE_FIELDS(logline_number("wait_s", (wait_ms + 999) / 1000)));
	return request_fault(request, f, "try again in %llu seconds", (unsigned long long)((wait_ms + 999) / 1000));
}

/* Asked before an attempt counts. */
static struct fault room(const struct console *console)
{
	return console_has_room(console) ? fault_none() : fault_of(FAULT_LATER, "too many sign in at this moment: try again in a moment");
}

static struct fault job_new(struct request *request, enum job_kind kind, const char *password, const char *code, struct job **out)
{
	struct job *job = calloc(1, sizeof *job);
	char *copy = password_copy(password);
	if (job == NULL || copy == NULL) {
		free(job);
		sodium_free(copy);
		return fault_of(FAULT_LIMIT, "memory to look at a password");
	}
	*job = (struct job){ .kind = kind, .console = request->target.console, .answer = request->answer, .password = copy, .failed = true };
	snprintf(job->code, sizeof job->code, "%s", code);
	if (request->target.from != NULL)
		snprintf(job->from, sizeof job->from, "%s", request->target.from);
	*out = job;
	return fault_none();
}

static struct fault begin_job(struct job *job)
{
	struct fault f = console_beside(job->console, work, done, job);
	if (fault_is(f))
		job_free(job);
	return f;
}

static struct fault take_sign_in(struct request *request)
{
	const jalka_SignInCall *call = &request->call->call.sign_in;
	struct job *job;
	uint64_t wait_ms;
	FAULT_TRY(room(request->target.console));
	if (*call->name == '\0' || *call->password == '\0' || *call->code == '\0')
		return fault_of(FAULT_CALLER, "to sign in takes the name, the password and the code");
	FAULT_TRY(job_new(request, SIGN_IN, call->password, call->code, &job));
	struct fault f = operators_begin(node_log(request->target.node), call->name, loop_wall_ms(), &job->tried, &wait_ms);
	if (fault_is(f)) {
		job_free(job);
		return refuse_wait(request, f, wait_ms);
	}
	return begin_job(job);
}

static struct fault tell_invitation(struct request *request, const struct operators_account *account,
				    const uint8_t secret[static TOTP_SECRET_BYTES])
{
	char issuer[CONSOLE_ADDRESS_BYTES], uri[TOTP_URI_BYTES], text[TOTP_SECRET_TEXT_BYTES], name[VIEW_NAME_BYTES];
	struct node *node = request->target.node;
	struct qr *qr = calloc(1, sizeof *qr);
	struct fault f = qr == NULL ? fault_of(FAULT_LIMIT, "memory for a QR code") : fault_none();
	snprintf(issuer, sizeof issuer, "Jalka %s", strstr(console_origin(request->target.console), "//") + 2);
	totp_secret_text(secret, text);
	if (!fault_is(f) && !totp_uri(secret, span_text(issuer), span_text(account->name), uri))
		f = fault_of(FAULT_LIMIT, "the names are too long for an authenticator");
	if (!fault_is(f))
		f = qr_draw(uri, qr);
	if (!fault_is(f)) {
		struct writer *out = answer_begin(request->answer);
		view_staff_name(node_book(node), &account->staff, name);
		writer_string(out, "name", account->name);
		writer_string(out, "staff_name", name);
		writer_number(out, "expires_ms", account->invited_until_ms);
		writer_object(out, "totp");
		writer_string(out, "uri", uri);
		writer_string(out, "secret", text);
		writer_object(out, "qr");
		write_qr(out, qr);
		writer_object_end(out);
		writer_object_end(out);
		answer_finish(request->answer);
	}
	if (qr != NULL)
		sodium_memzero(qr, sizeof *qr);
	free(qr);
	sodium_memzero(uri, sizeof uri);
	sodium_memzero(text, sizeof text);
	return f;
}

static struct fault at_field(struct request *request, const char *field, struct fault f)
{
	if (f.kind == FAULT_CALLER)
		strcpy(request->field, field);
	return f;
}

static struct fault take_joining(struct request *request, const struct operators_account *account)
{
	const jalka_SignInCall *call = &request->call->call.sign_in;
	struct log *log = node_log(request->target.node);
	struct job *job;
	uint64_t wait_ms;
	FAULT_TRY(room(request->target.console));
	FAULT_TRY(job_new(request, JOIN, call->password, call->code, &job));
	struct fault f = at_field(request, "password", operators_password_check(job->password, account->name));
	if (!fault_is(f)) {
		f = at_field(request, "code", operators_join_begin(log, call->invitation, call->code, loop_wall_ms(), &wait_ms));
		f = refuse_wait(request, f, wait_ms);
	}
	if (fault_is(f)) {
		job_free(job);
		return f;
	}
	memcpy(job->token, call->invitation, sizeof job->token);
	return begin_job(job);
}

struct fault handlers_sign_in(struct request *request)
{
	const jalka_SignInCall *call = &request->call->call.sign_in;
	struct operators_account account;
	uint8_t secret[TOTP_SECRET_BYTES];
	if (*call->invitation == '\0')
		return take_sign_in(request);
	FAULT_TRY(at_field(request, "invitation",
			   operators_invited(node_log(request->target.node), call->invitation, loop_wall_ms(), &account, secret)));
	struct fault f = *call->password == '\0' && *call->code == '\0' ? tell_invitation(request, &account, secret)
									 : take_joining(request, &account);
	sodium_memzero(secret, sizeof secret);
	return f;
}

/* ---- what a session asks ---- */

struct asked {
	struct request *request;
	struct console *console;
	struct console_session *session;
	const char (*args)[sizeof(((jalka_ConsoleCall *)0)->args[0])];
};

static bool is_technical(const struct asked *asked)
{
	return (asked->request->gate->roles & 1u << ACCESS_TECHNICAL) != 0;
}

static struct fault account_here(const struct asked *asked, struct operators_account *out)
{
	bool found = false;
	FAULT_TRY(operators_get(node_log(asked->request->target.node), asked->session->staff, out, &found));
	return found ? fault_none() : fault_of(FAULT_CALLER, "this member of the staff has no account of the console");
}

static struct fault ask_me(struct asked *asked)
{
	struct operators_account account;
	FAULT_TRY(account_here(asked, &account));
	struct writer *out = answer_begin(asked->request->answer);
	write_person(out, asked->request->target.node, &account, asked->request->gate->roles);
	write_until(out, asked->session);
	answer_finish(asked->request->answer);
	return fault_none();
}

static struct fault ask_sessions(struct asked *asked)
{
	const struct console_sessions *sessions = console_sessions(asked->console);
	struct writer *out = answer_begin(asked->request->answer);
	writer_list(out, "sessions");
	for (size_t i = 0; i < CONSOLE_SESSION_MAX; i++) {
		const struct console_session *session = &sessions->all[i];
		bool is_mine = ID_EQUAL(session->staff, asked->session->staff);
		char name[VIEW_NAME_BYTES];
		if (!console_session_holds(session, loop_mono_ms()) || (!is_mine && !is_technical(asked)))
			continue;
		view_staff_name(node_book(asked->request->target.node), &session->staff, name);
		writer_object(out, NULL);
		writer_string(out, "id", session->id);
		writer_id(out, "staff", session->staff.bytes);
		writer_string(out, "name", name);
		writer_number(out, "begun_ms", session->begun_ms);
		writer_number(out, "last_ms", session->last_ms);
		write_until(out, session);
		writer_string(out, "from", session->from);
		writer_bool(out, "mine", is_mine);
		writer_bool(out, "here", session == asked->session);
		writer_object_end(out);
	}
	writer_list_end(out);
	answer_finish(asked->request->answer);
	return fault_none();
}

static void answer_ended(struct asked *asked, struct console_session *session)
{
	writer_string(answer_begin(asked->request->answer), "ended", session->id);
	answer_finish(asked->request->answer);
	console_end(asked->console, session);
}

static struct fault ask_end(struct asked *asked)
{
	struct console_session *session = console_session_named(console_sessions(asked->console), asked->args[0], loop_mono_ms());
	if (session == NULL || (!ID_EQUAL(session->staff, asked->session->staff) && !is_technical(asked))) {
		strcpy(asked->request->field, "id");
		return fault_of(FAULT_CALLER, "there is no such session, or it has ended already");
	}
	answer_ended(asked, session);
	return fault_none();
}

static struct fault ask_out(struct asked *asked)
{
	answer_ended(asked, asked->session);
	return fault_none();
}

static struct fault ask_password(struct asked *asked)
{
	struct request *request = asked->request;
	struct operators_account account;
	struct job *job;
	uint64_t wait_ms;
	FAULT_TRY(room(asked->console));
	FAULT_TRY(account_here(asked, &account));
	FAULT_TRY(job_new(request, CHANGE, asked->args[0], asked->args[2], &job));
	job->session = asked->session->number;
	job->fresh = password_copy(asked->args[1]);
	struct fault f = job->fresh == NULL ? fault_of(FAULT_LIMIT, "memory to look at a password") : fault_none();
	if (!fault_is(f))
		f = at_field(request, "new", operators_password_check(job->fresh, account.name));
	if (!fault_is(f) && strcmp(job->fresh, job->password) == 0)
		f = at_field(request, "new", fault_of(FAULT_CALLER, "the new password is the old one"));
	if (!fault_is(f))
		f = refuse_wait(request, operators_begin(node_log(request->target.node), account.name, loop_wall_ms(), &job->tried, &wait_ms), wait_ms);
	if (fault_is(f)) {
		job_free(job);
		return f;
	}
	return begin_job(job);
}

static struct fault ask_qr(struct asked *asked)
{
	struct qr *qr = calloc(1, sizeof *qr);
	struct fault f = qr == NULL ? fault_of(FAULT_LIMIT, "memory for a QR code") : qr_draw(asked->args[0], qr);
	if (!fault_is(f)) {
		write_qr(answer_begin(asked->request->answer), qr);
		answer_finish(asked->request->answer);
	}
	if (qr != NULL)
		sodium_memzero(qr, sizeof *qr);
	free(qr);
	return f;
}

static struct fault ask_operators(struct asked *asked)
{
	static const char *const verbs[] = { "list", "invite", "block", "unblock" };
	const jalka_ConsoleCall *call = &asked->request->call->call.console;
	const char *verb = strcmp(call->verb, "operators") == 0 ? verbs[0] : call->verb;
	return handlers_operator(asked->request, verb, call->args_count > 0 ? call->args[0] : "", call->args_count > 1 ? call->args[1] : "");
}

static const struct {
	const char *name;
	struct fault (*fn)(struct asked *asked);
	size_t args;
} verbs[] = {
	{ "me", ask_me, 0 },
	{ "sessions", ask_sessions, 0 },
	{ "end", ask_end, 1 },
	{ "out", ask_out, 0 },
	{ "password", ask_password, 3 },
	{ "operators", ask_operators, 0 },
	{ "invite", ask_operators, 2 },
	{ "block", ask_operators, 1 },
	{ "unblock", ask_operators, 1 },
	{ "qr", ask_qr, 1 },
};

struct fault handlers_console(struct request *request)
{
	const jalka_ConsoleCall *call = &request->call->call.console;
	struct asked asked = { .request = request, .console = request->target.console, .session = request->target.session, .args = call->args };
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (strcmp(verbs[i].name, call->verb) != 0)
			continue;
		if (call->args_count != verbs[i].args)
			return fault_of(FAULT_CALLER, "wrong number of arguments");
		return verbs[i].fn(&asked);
	}
	strcpy(request->field, "verb");
	return fault_of(FAULT_CALLER, "the console has no such verb");
}
