/* request - reading a request, its right, its handler. */
#include "api/request.h"

#include <pb_decode.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>

#include "api/console.h"
#include "api/gate.h"
#include "api/handlers.h"
#include "api/profile.h"
#include "base/assert.h"
#include "base/wire.h"
#include "central/node.h"

/* One at a time; 60 KiB, so neither on the stack nor per client. */
static jalka_Request decoded;

static const struct request_row table[] = {
	{ jalka_Request_status_tag, "status", REQUEST_FIELD | REQUEST_CENTRAL, REQUEST_ANYTIME, handlers_status, REQUEST_FREE },
	{ jalka_Request_open_tag, "open", REQUEST_FIELD, REQUEST_ANYTIME, handlers_open, REQUEST_FREE },
	{ jalka_Request_init_tag, "init", REQUEST_FIELD, REQUEST_ANYTIME, handlers_init, REQUEST_FREE },
	{ jalka_Request_unlock_tag, "unlock", REQUEST_FIELD, REQUEST_ANYTIME, handlers_unlock, REQUEST_FREE },
	{ jalka_Request_lock_tag, "lock", REQUEST_FIELD, REQUEST_ANYTIME, handlers_lock, REQUEST_FREE },
	{ jalka_Request_types_tag, "types", REQUEST_FIELD | REQUEST_CENTRAL, REQUEST_ANYTIME, handlers_types, REQUEST_FREE },
	{ jalka_Request_write_tag, "write", REQUEST_FIELD | REQUEST_CENTRAL, REQUEST_OPEN, handlers_write, REQUEST_ASKS },
	{ jalka_Request_sign_tag, "sign", REQUEST_FIELD, REQUEST_OPEN, handlers_sign, REQUEST_ASKS },
	{ jalka_Request_drafts_tag, "drafts", REQUEST_FIELD, REQUEST_OPEN, handlers_drafts, REQUEST_LISTS },
	{ jalka_Request_keep_tag, "keep", REQUEST_FIELD, REQUEST_OPEN, handlers_keep, REQUEST_FREE },
	{ jalka_Request_kept_tag, "kept", REQUEST_FIELD, REQUEST_OPEN, handlers_kept, REQUEST_FREE },
	{ jalka_Request_show_tag, "show", REQUEST_FIELD | REQUEST_CENTRAL, REQUEST_OPEN, handlers_show, REQUEST_NAMES },
	{ jalka_Request_list_tag, "list", REQUEST_FIELD | REQUEST_CENTRAL, REQUEST_OPEN, handlers_list, REQUEST_LISTS },
	{ jalka_Request_search_tag, "search", REQUEST_FIELD | REQUEST_CENTRAL, REQUEST_OPEN, handlers_search, REQUEST_LISTS },
	{ jalka_Request_agenda_tag, "agenda", REQUEST_FIELD, REQUEST_OPEN, handlers_agenda, REQUEST_LISTS },
	{ jalka_Request_conflicts_tag, "conflicts", REQUEST_FIELD, REQUEST_OPEN, handlers_conflicts, REQUEST_LISTS },
	{ jalka_Request_quarantine_tag, "quarantine", REQUEST_FIELD, REQUEST_OPEN, handlers_quarantine, REQUEST_LISTS },
	{ jalka_Request_rebuild_tag, "rebuild", REQUEST_FIELD | REQUEST_CENTRAL, REQUEST_OPEN, handlers_rebuild, REQUEST_FREE },
	{ jalka_Request_sync_tag, "sync", REQUEST_FIELD, REQUEST_OPEN, handlers_sync, REQUEST_FREE },
	{ jalka_Request_enrol_tag, "enrol", REQUEST_FIELD, REQUEST_UP, handlers_enrol, REQUEST_FREE },
	{ jalka_Request_step_tag, "step", REQUEST_FIELD, REQUEST_OPEN, handlers_step, REQUEST_NAMES },
	{ jalka_Request_correct_tag, "correct", REQUEST_FIELD, REQUEST_OPEN, handlers_correct, REQUEST_NAMES },
	{ jalka_Request_print_tag, "print", REQUEST_FIELD, REQUEST_OPEN, handlers_print, REQUEST_NAMES },
	{ jalka_Request_labels_tag, "labels", REQUEST_FIELD | REQUEST_CENTRAL, REQUEST_ANYTIME, handlers_labels, REQUEST_FREE },
	{ jalka_Request_disclosure_tag, "disclosure", REQUEST_FIELD, REQUEST_OPEN, handlers_disclosure, REQUEST_NAMES },
	{ jalka_Request_consent_tag, "consent", REQUEST_FIELD, REQUEST_OPEN, handlers_consent, REQUEST_NAMES },
	{ jalka_Request_session_tag, "session", REQUEST_FIELD, REQUEST_OPEN, handlers_session, REQUEST_NAMES },
	{ jalka_Request_access_log_tag, "access_log", REQUEST_FIELD | REQUEST_CENTRAL, REQUEST_OPEN, handlers_access_log, REQUEST_ASKS },
	{ jalka_Request_break_glass_tag, "break_glass", REQUEST_FIELD | REQUEST_CENTRAL, REQUEST_OPEN, handlers_break_glass, REQUEST_ASKS },
	{ jalka_Request_roles_tag, "roles", REQUEST_FIELD | REQUEST_CENTRAL, REQUEST_ANYTIME, handlers_roles, REQUEST_ASKS },
	{ jalka_Request_protect_tag, "protect", REQUEST_FIELD, REQUEST_OPEN, handlers_protect, REQUEST_NAMES },
	{ jalka_Request_handover_tag, "handover", REQUEST_FIELD, REQUEST_OPEN, handlers_handover, REQUEST_NAMES },
	{ jalka_Request_match_tag, "match", REQUEST_FIELD, REQUEST_OPEN, handlers_match, REQUEST_LISTS },
	{ jalka_Request_admin_tag, "admin", REQUEST_CENTRAL, REQUEST_OPEN, handlers_admin, REQUEST_ASKS },
	{ jalka_Request_deadline_tag, "deadline", REQUEST_FIELD | REQUEST_CENTRAL, REQUEST_ANYTIME, handlers_deadline, REQUEST_FREE },
	{ jalka_Request_reference_tag, "reference", REQUEST_FIELD | REQUEST_CENTRAL, REQUEST_OPEN, handlers_reference, REQUEST_FREE },
	{ jalka_Request_statistics_tag, "statistics", REQUEST_FIELD, REQUEST_OPEN, handlers_published, REQUEST_FREE },
	{ jalka_Request_rescue_tag, "rescue", REQUEST_CENTRAL, REQUEST_OPEN, handlers_rescue, REQUEST_ASKS },
	{ jalka_Request_bundle_tag, "bundle", REQUEST_FIELD | REQUEST_CENTRAL, REQUEST_UP, handlers_bundle, REQUEST_ASKS },
	{ jalka_Request_import_tag, "import", REQUEST_CENTRAL, REQUEST_OPEN, handlers_import, REQUEST_ASKS },
	{ jalka_Request_sign_in_tag, "sign_in", REQUEST_CENTRAL, REQUEST_OPEN, handlers_sign_in, REQUEST_FREE },
	{ jalka_Request_console_tag, "console", REQUEST_CENTRAL, REQUEST_OPEN, handlers_console, REQUEST_ASKS },
};

const struct request_row *request_table(size_t *count)
{
	*count = sizeof table / sizeof table[0];
	return table;
}

static const struct request_row *row_of(uint32_t call)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].call == call)
			return &table[i];
	return NULL;
}

/* The assignments of a write or step stand in its body, each ended by a zero byte. */
static bool body_is_good(struct span body)
{
	while (body.len > 0) {
		const uint8_t *end = memchr(body.data, 0, body.len);
		size_t len = end == NULL ? body.len : (size_t)(end - body.data);
		if (!wire_utf8(span_of(body.data, len)))
			return false;
		len += end != NULL;
		body = span_of(body.data + len, body.len - len);
	}
	return true;
}

/* A piece of a file, which whoever reads the file judges, or a key. */
static bool is_no_text(uint32_t call, uint32_t field)
{
	switch (call) {
	case jalka_Request_import_tag:
		return field == jalka_ImportCall_piece_tag;
	case jalka_Request_rescue_tag:
		return field == jalka_RescueCall_piece_tag || field == jalka_RescueCall_key_tag;
	case jalka_Request_unlock_tag:
		return field == jalka_UnlockCall_recovery_tag;
	case jalka_Request_bundle_tag:
		return field == jalka_BundleCall_piece_tag;
	default:
		return false;
	}
}

/* Every other length-delimited field of a call is a text, or a write's body of texts. */
static bool texts_are_good(uint32_t call, struct span fields)
{
	struct wire_field field;
	enum wire_read got;
	while ((got = wire_next(&fields, &field)) == WIRE_FIELD) {
		if (is_no_text(call, field.number))
			continue;
		bool is_body = (call == jalka_Request_write_tag && field.number == jalka_WriteCall_body_tag) ||
			       (call == jalka_Request_match_tag && field.number == jalka_MatchCall_body_tag) ||
			       (call == jalka_Request_step_tag && field.number == jalka_StepCall_body_tag);
		if (field.type == WIRE_BYTES && !(is_body ? body_is_good(field.data) : wire_utf8(field.data)))
			return false;
	}
	return got == WIRE_END;
}

/* Walks the outer message: an id and exactly one known call. NULL: all is well. */
static const char *walk(struct span bytes, uint32_t *id, const struct request_row **row)
{
	static const char malformed[] = "the request is malformed: client and daemon may be of different versions";
	struct wire_field field;
	enum wire_read got;
	*row = NULL;
	while ((got = wire_next(&bytes, &field)) == WIRE_FIELD) {
		if (field.number == jalka_Request_id_tag && field.type == WIRE_VARINT && field.value <= UINT32_MAX) {
			*id = (uint32_t)field.value;
			continue;
		}
		if (field.number == jalka_Request_id_tag)
			return malformed;
		if (field.number == jalka_Request_as_tag && field.type == WIRE_BYTES && wire_utf8(field.data))
			continue;
		if (field.number == jalka_Request_quiet_tag && field.type == WIRE_VARINT)
			continue;
		const struct request_row *known = row_of(field.number);
		if (known == NULL)
			return "the request asks for a call this daemon does not know: it may be older than the client";
		if (*row != NULL || field.type != WIRE_BYTES)
			return malformed;
		if (!texts_are_good(field.number, field.data))
			return "the request holds text that is not UTF-8, or is malformed";
		*row = known;
	}
	return got == WIRE_BAD || *row == NULL ? malformed : NULL;
}

static const char *decode(struct span bytes, uint32_t *id, const struct request_row **row)
{
	const char *bad = walk(bytes, id, row);
	if (bad != NULL)
		return bad;
	pb_istream_t in = pb_istream_from_buffer(bytes.data, bytes.len);
	memset(&decoded, 0, sizeof decoded);
	if (!pb_decode_noinit(&in, jalka_Request_fields, &decoded))
		return "the request holds a text that is too long, or too many of them";
	ASSERT(decoded.which_call == (*row)->call);
	return NULL;
}

void request_wipe(void)
{
	sodium_memzero(&decoded, sizeof decoded);
	answer_wipe();
	handlers_wipe();
	handlers_bundle_wipe();
	gate_wipe();
}

struct fault request_fault(struct request *request, struct fault fault, const char *advice, ...)
{
	va_list args;
	va_start(args, advice);
	vsnprintf(request->advice, sizeof request->advice, advice, args);
	va_end(args);
	return fault;
}

/* What the table says of a call is kept before its handler runs (Q1). */
static struct fault pass_and_handle(struct request *request, const struct request_row *row)
{
	static struct gate gate; /* 20 KiB; one request at a time */
	bool is_open = request->target.profile == NULL || handlers_is_open(request->target.profile);
	if (row->does == REQUEST_FREE || !is_open) {
		if (request->target.profile != NULL && *request->call->as != '\0')
			return fault_of(FAULT_CALLER, "on a worker's device nobody acts but its holder");
		return row->handler(request);
	}
	struct fault f = gate_open(&gate, request);
	request->gate = &gate;
	if (!fault_is(f))
		f = gate_check(&gate, row);
	if (!fault_is(f))
		f = row->handler(request);
	request->gate = NULL;
	gate_close(&gate);
	return f;
}

/* Each door takes what is its: "" when this one does. A console's session acts as its own person. */
static const char *wrong_door(const struct request *request, const struct request_row *row)
{
	const struct request_target *target = &request->target;
	if (target->from != NULL && row->call != jalka_Request_sign_in_tag)
		return "only a sign-in is taken here";
	if (target->from == NULL && row->call == jalka_Request_sign_in_tag)
		return "signing in is for the console in a browser";
	if (target->session == NULL && row->call == jalka_Request_console_tag)
		return "this belongs to a session of the console in a browser";
	if (target->from == NULL && target->session == NULL)
		return "";
	return *request->call->as != '\0' ? "in the console everybody acts as themselves" : "";
}

static bool has_what_it_needs(struct profile *profile, enum request_needs needs)
{
	return needs == REQUEST_ANYTIME || (needs == REQUEST_UP ? profile_is_up(profile) : handlers_is_open(profile));
}

static void dispatch(struct request *request, const struct request_row *row)
{
	unsigned role = request->target.profile != NULL ? REQUEST_FIELD : REQUEST_CENTRAL;
	struct answer *answer = request->answer;
	/* Before anything is looked at: it locks a machine that has slept. */
	if (role == REQUEST_FIELD && !request->call->quiet && row->needs != REQUEST_ANYTIME)
		profile_touch(request->target.profile);
	if ((row->roles & role) == 0) {
		answer_refuse(answer, fault_of(FAULT_CALLER, role == REQUEST_FIELD
						? "this is a worker's daemon, and the call belongs to the central node"
						: "this is the central node, and the call belongs to a worker's daemon"),
			      "", "");
		return;
	}
	if (role == REQUEST_FIELD && !has_what_it_needs(request->target.profile, row->needs)) {
		answer_refuse_locked(answer, handlers_locked_text(request->target.profile));
		return;
	}
	if (*wrong_door(request, row) != '\0') {
		answer_refuse(answer, fault_of(FAULT_CALLER, wrong_door(request, row)), "", "");
		return;
	}
	if (request->target.session != NULL && !request->call->quiet)
		console_touch(request->target.console, request->target.session);
	struct node *node = request->target.node;
	struct fault f = node == NULL ? fault_none() : hub_commit(node_hub(node), node_now()); /* Q3 */
	if (!fault_is(f))
		f = pass_and_handle(request, row);
	if (fault_is(f))
		answer_refuse(answer, f, request->advice, request->field);
}

bool request_take(void *target, uint8_t *bytes, size_t len, const struct answer_sink *sink, struct answer **waiting)
{
	uint32_t id = 0;
	const struct request_row *row;
	const char *bad = decode(span_of(bytes, len), &id, &row);
	struct request request = { .call = &decoded, .target = *(struct request_target *)target };
	request.answer = answer_new(sink, id);
	if (request.answer == NULL)
		return false;
	*waiting = request.answer;
	if (bad != NULL)
		answer_refuse(request.answer, fault_of(FAULT_CALLER, bad), "", "");
	else
		dispatch(&request, row);
	sodium_memzero(bytes, len);
	if (bad == NULL && (row->call == jalka_Request_unlock_tag || row->call == jalka_Request_init_tag ||
			    row->call == jalka_Request_sign_in_tag || row->call == jalka_Request_console_tag ||
			    row->call == jalka_Request_rescue_tag))
		sodium_memzero(&decoded, sizeof decoded);
	return bad == NULL;
}
