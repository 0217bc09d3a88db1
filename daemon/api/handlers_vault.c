/* handlers_vault - status, open, init, unlock, lock, types: what answers without an
 * open store too. */
#include <sodium.h>
#include <stdlib.h>

#include "api/handlers.h"
#include "api/console.h"
#include "api/profile.h"
#include "api/version.h"
#include "api/view.h"
#include "api/web_field.h"
#include "base/limits.h"
#include "central/ledger.h"
#include "central/node.h"
#include "domain/labels.h"
#include "domain/schema.h"
#include "records_table.h"
#include "store/drafts.h"
#include "store/unfinished.h"

bool handlers_is_open(struct profile *profile)
{
	return profile_vault(profile) == PROFILE_OPEN;
}

const char *handlers_locked_text(struct profile *profile)
{
	switch (profile_vault(profile)) {
	case PROFILE_NONE:
		return "there is no profile here yet: make one with `jalka init`";
	case PROFILE_OPENING:
		return "the profile is being opened: try again in a moment";
	case PROFILE_WAITING:
		return "this device has been out of contact too long: connect it to the network, and it opens by itself, or carry a bundle to the centre and back; what is not sent is safe";
	case PROFILE_LOCKED:
	case PROFILE_OPEN:
		break;
	}
	return "the profile is locked: open it with `jalka unlock`";
}

static const char *vault_name(enum profile_vault vault)
{
	switch (vault) {
	case PROFILE_NONE:
		return "none";
	case PROFILE_LOCKED:
	case PROFILE_OPENING:
		return "locked";
	case PROFILE_WAITING:
		return "waiting";
	case PROFILE_OPEN:
		return "open";
	}
	return "none";
}

/* ---- status ---- */

static const char *clock_name(enum clock_state state)
{
	switch (state) {
	case CLOCK_SYNCED:
		return "SYNCED";
	case CLOCK_DRIFTING:
		return "DRIFTING";
	case CLOCK_UNKNOWN:
		return "UNKNOWN";
	}
	return "UNKNOWN";
}

const char *handlers_sync_name(enum replica_state state)
{
	switch (state) {
	case REPLICA_BLANK:
		return "blank";
	case REPLICA_ENROLLING:
		return "enrolling";
	case REPLICA_OFFLINE:
		return "offline";
	case REPLICA_CONNECTING:
		return "connecting";
	case REPLICA_SYNCING:
		return "syncing";
	case REPLICA_IDLE:
		return "idle";
	case REPLICA_REVOKED:
		return "revoked";
	}
	return "offline";
}

static bool count_conflict(void *ctx, const struct casebook_record *record, uint32_t field)
{
	(void)record;
	(void)field;
	++*(uint64_t *)ctx;
	return true;
}

static bool count_draft(void *ctx, const struct drafts_draft *draft)
{
	(void)draft;
	++*(uint64_t *)ctx;
	return true;
}

static bool count_unfinished(void *ctx, const struct unfinished *text)
{
	(void)text;
	++*(uint64_t *)ctx;
	return true;
}

static void write_link(struct profile *profile, struct writer *out)
{
	char address[ADDRESS_TEXT_BYTES] = "";
	const struct address *central = profile_central_address(profile);
	if (central != NULL)
		address_write(central, address);
	writer_string(out, "address", address);
	writer_bool(out, "online", profile_is_online(profile));
	writer_number(out, "retry_in_ms", profile_retry_ms(profile));
}

static void write_replica(struct profile *profile, struct writer *out)
{
	const struct replica_status *s = profile_status(profile);
	char name[VIEW_NAME_BYTES];
	view_staff_name(profile_book(profile), &s->holder, name);
	writer_string(out, "sync", handlers_sync_name(s->state));
	writer_id(out, "node", s->node.bytes);
	writer_id(out, "epoch", s->epoch.bytes);
	writer_id(out, "holder", s->holder.bytes);
	writer_string(out, "holder_name", name);
	writer_string(out, "words", s->words);
	writer_number(out, "written", s->written);
	writer_number(out, "unreceipted", s->unreceipted);
	writer_number(out, "oldest_unreceipted_ms", s->oldest_unreceipted_ms);
	writer_number(out, "quarantined", s->quarantined);
	writer_number(out, "rejected", s->rejected);
	writer_number(out, "last_contact_ms", s->last_contact_ms);
	writer_number(out, "order", s->order);
	writer_number(out, "safe_order", s->safe_order);
	writer_number(out, "backlogs", s->backlogs);
	writer_number(out, "cases", s->cases);
	writer_bool(out, "suspended", s->is_suspended);
	writer_signed(out, "clock_offset_ms", s->clock_offset_ms);
	writer_string(out, "clock", clock_name(s->clock_state));
	writer_string(out, "last_error", s->last_error);
	writer_number(out, "round_trips", s->round_trips);
	writer_number(out, "bytes_sent", s->bytes_sent);
	writer_number(out, "bytes_received", s->bytes_received);
	writer_number(out, "sessions", s->sessions);
}

static void write_lease(struct profile *profile, struct writer *out)
{
	struct profile_lease lease;
	profile_lease(profile, &lease);
	writer_number(out, "lease_days", lease.left_ms == LEASE_NONE ? 0 : lease.days);
	writer_number(out, "lease_left_ms", lease.left_ms == LEASE_NONE ? 0 : lease.left_ms);
}

static void write_rescue(const struct replica_status *s, struct writer *out)
{
	writer_bool(out, "rescued", s->is_rescued);
	writer_number(out, "rescue_missing", s->rescue_missing);
	writer_string(out, "rescue_trouble", s->rescue_trouble);
}

/* Of a store that serves the link alone: how the contact it waits for stands, and nothing else. */
static void write_waiting(struct profile *profile, struct writer *out)
{
	const struct replica_status *s = profile_status(profile);
	writer_string(out, "sync", handlers_sync_name(s->state));
	writer_number(out, "unreceipted", s->unreceipted);
	writer_number(out, "last_contact_ms", s->last_contact_ms);
	writer_bool(out, "suspended", s->is_suspended);
	writer_string(out, "last_error", s->last_error);
	write_link(profile, out);
	write_lease(profile, out);
}

static struct fault status_field(struct profile *profile, struct answer *answer)
{
	uint64_t conflicts = 0, drafts = 0, unfinished = 0;
	bool open = handlers_is_open(profile);
	if (open) {
		FAULT_TRY(casebook_conflicts(profile_book(profile), count_conflict, &conflicts));
		FAULT_TRY(drafts_list(profile_log(profile), NULL, count_draft, &drafts));
		FAULT_TRY(unfinished_list(profile_log(profile), NULL, span_of("", 0), count_unfinished, &unfinished));
	}
	struct writer *out = answer_begin(answer);
	writer_string(out, "role", "field");
	writer_string(out, "version", VERSION_TEXT);
	writer_string(out, "vault", vault_name(profile_vault(profile)));
	writer_number(out, "lock_after_s", profile_config(profile)->lock_after_ms / 1000);
	if (open) {
		write_replica(profile, out);
		write_link(profile, out);
		write_lease(profile, out);
		write_rescue(profile_status(profile), out);
		writer_number(out, "conflicts", conflicts);
		writer_number(out, "drafts", drafts);
		writer_number(out, "unfinished", unfinished);
		writer_number(out, "attempts", profile_attempts(profile));
	}
	if (profile_vault(profile) == PROFILE_WAITING)
		write_waiting(profile, out);
	answer_finish(answer);
	return fault_none();
}

void handlers_counters(struct node *node, struct writer *out)
{
	struct hub_counters c;
	hub_counters(node_hub(node), &c);
	writer_number(out, "last_order", c.last_order);
	writer_number(out, "links", c.links);
	writer_number(out, "sessions", c.sessions);
	writer_number(out, "handshakes", c.handshakes);
	writer_number(out, "refused", c.refused);
	writer_number(out, "accepted", c.deltas_accepted);
	writer_number(out, "quarantined", c.deltas_quarantined);
	writer_number(out, "commits", c.commits);
	writer_number(out, "bytes_in", c.bytes_in);
	writer_number(out, "bytes_out", c.bytes_out);
}

static bool count_entry(void *ctx, const struct ledger_entry *entry)
{
	(void)entry;
	++*(uint64_t *)ctx;
	return true;
}

static struct fault status_central(struct node *node, const struct console *console, struct answer *answer)
{
	const struct delta_identity *identity = hub_identity(node_hub(node));
	struct node_id id = hub_node(node_hub(node));
	uint64_t unseen, drafts = 0;
	FAULT_TRY(ledger_unseen(node_ledger(node), RECORDS_ACCESS_ACT_BREAK_GLASS, &unseen));
	FAULT_TRY(ledger_unsettled(node_ledger(node), RECORDS_ACCESS_ACT_DRAFT_OLD, RECORDS_ACCESS_ACT_DRAFT_SETTLED, count_entry, &drafts));
	struct writer *out = answer_begin(answer);
	writer_string(out, "role", "central");
	writer_string(out, "version", VERSION_TEXT);
	writer_string(out, "vault", "open");
	writer_string(out, "address", node_address(node));
	writer_string(out, "console", console != NULL ? console_origin(console) : "");
	writer_hex(out, "identity", span_of(identity->bytes, sizeof identity->bytes));
	writer_id(out, "node", id.bytes);
	handlers_counters(node, out);
	writer_number(out, "glass_unseen", unseen);
	writer_number(out, "drafts_old", drafts);
	answer_finish(answer);
	return fault_none();
}

struct fault handlers_status(struct request *request)
{
	return request->target.node != NULL ? status_central(request->target.node, request->target.console, request->answer)
					    : status_field(request->target.profile, request->answer);
}

struct fault handlers_open(struct request *request)
{
	char address[WEB_FIELD_ADDRESS_BYTES];
	if (request->target.web == NULL)
		return request_fault(request, fault_of(FAULT_CALLER, "this daemon gives no address of the web client here"),
				     "ask over its socket (`jalka open`), and see that it was not started with --web off");
	web_field_address(request->target.web, request->call->call.open.companion, address);
	struct writer *out = answer_begin(request->answer);
	writer_string(out, "url", address);
	answer_finish(request->answer);
	sodium_memzero(address, sizeof address);
	return fault_none();
}

/* ---- init, unlock, lock ---- */

static void answer_vault(struct profile *profile, struct answer *answer)
{
	struct writer *out = answer_begin(answer);
	writer_string(out, "vault", vault_name(profile_vault(profile)));
	if (profile_vault(profile) == PROFILE_WAITING)
		write_waiting(profile, out);
	else if (profile_vault(profile) == PROFILE_OPEN)
		write_lease(profile, out);
	answer_finish(answer);
}

/* What an answer needs that waits for Argon2id. */
struct opening {
	struct profile *profile;
	struct answer *answer;
};

static void opened(void *ctx, struct fault fault)
{
	struct opening opening = *(struct opening *)ctx;
	free(ctx);
	if (fault_is(fault))
		answer_refuse(opening.answer, fault, "", "");
	else
		answer_vault(opening.profile, opening.answer);
}

static struct opening *opening_of(struct request *request)
{
	struct opening *opening = malloc(sizeof *opening);
	if (opening != NULL)
		*opening = (struct opening){ request->target.profile, request->answer };
	return opening;
}

static const struct fault no_memory = { FAULT_LIMIT, "memory for the answer" };

/* With a key file the daemon opens by itself; a passphrase would only seem to matter. */
static struct fault with_key_file(struct request *request, const char *passphrase)
{
	struct profile *profile = request->target.profile;
	if (*passphrase != '\0')
		return fault_of(FAULT_CALLER, "this profile opens with its key file: give no passphrase");
	if (profile_vault(profile) == PROFILE_NONE || profile_vault(profile) == PROFILE_LOCKED)
		FAULT_TRY(profile_open_with_key_file(profile));
	answer_vault(profile, request->answer);
	return fault_none();
}

struct fault handlers_init(struct request *request)
{
	struct profile *profile = request->target.profile;
	const char *passphrase = request->call->call.init.passphrase;
	if (profile_config(profile)->key_file != NULL)
		return with_key_file(request, passphrase);
	struct opening *opening = opening_of(request);
	if (opening == NULL)
		return no_memory;
	struct fault f = profile_init(profile, span_text(passphrase), opened, opening);
	if (fault_is(f))
		free(opening);
	return f;
}

/* The organiser's key opens what a forgotten passphrase cannot, and sets a new one. */
static struct fault recover(struct request *request, struct opening *opening)
{
	const jalka_UnlockCall *call = &request->call->call.unlock;
	if (call->recovery.size != VAULT_KEY_BYTES)
		return fault_of(FAULT_CALLER, "a recovery key has 32 bytes");
	return profile_recover(request->target.profile, call->recovery.bytes, span_text(call->passphrase), opened, opening);
}

struct fault handlers_unlock(struct request *request)
{
	struct profile *profile = request->target.profile;
	const char *passphrase = request->call->call.unlock.passphrase;
	if (profile_config(profile)->key_file != NULL)
		return with_key_file(request, passphrase);
	struct opening *opening = opening_of(request);
	if (opening == NULL)
		return no_memory;
	struct fault f = request->call->call.unlock.recovery.size != 0
		? recover(request, opening) : profile_unlock(profile, span_text(passphrase), opened, opening);
	if (fault_is(f))
		free(opening);
	return f;
}

struct fault handlers_lock(struct request *request)
{
	struct profile *profile = request->target.profile;
	if (profile_vault(profile) == PROFILE_OPENING)
		return fault_of(FAULT_LATER, "the profile is being opened");
	profile_lock(profile);
	answer_vault(profile, request->answer);
	return fault_none();
}

/* ---- types ---- */

static const char *kind_name(enum schema_kind kind)
{
	switch (kind) {
	case SCHEMA_BOOL:
		return "BOOL";
	case SCHEMA_UINT32:
	case SCHEMA_UINT64:
		return "UINT";
	case SCHEMA_INT32:
	case SCHEMA_INT64:
		return "INT";
	case SCHEMA_ENUM:
		return "ENUM";
	case SCHEMA_TEXT:
		return "TEXT";
	case SCHEMA_BYTES:
		return "BYTES";
	case SCHEMA_ID:
		return "ID";
	case SCHEMA_TIME:
		return "TIME";
	case SCHEMA_DATE:
		return "DATE";
	case SCHEMA_CENTS:
		return "CENTS";
	case SCHEMA_MESSAGE:
		return "MESSAGE";
	}
	return "BYTES";
}

/* The words of a field's values, as their names. */
static void write_value_labels(struct writer *out, const struct schema_enum *enumeration, enum labels_language language)
{
	writer_list(out, "value_labels");
	for (size_t i = 0; i < enumeration->count; i++)
		writer_string(out, NULL, labels_value(language, enumeration, enumeration->values[i].number));
	writer_list_end(out);
}

/* `language`: NULL, or the language of the words beside the names. */
static void write_message(struct writer *out, const struct schema_message *message, const enum labels_language *language)
{
	writer_list(out, "fields");
	for (size_t i = 0; i < message->count; i++) {
		const struct schema_field *field = &message->fields[i];
		writer_object(out, NULL);
		writer_string(out, "name", field->name);
		writer_number(out, "number", field->number);
		if (language != NULL)
			writer_string(out, "label", labels_field(*language, message, field));
		writer_string(out, "kind", kind_name(field->kind));
		writer_bool(out, "repeated", field->repeated);
		writer_bool(out, "required", field->required);
		writer_bool(out, "later", field->later);
		if (field->kind == SCHEMA_TEXT) {
			writer_number(out, "chars_max", field->chars_max != 0 ? field->chars_max : LIMIT_TEXT_CHARS);
			writer_number(out, "bytes_max", SCHEMA_TEXT_BYTES_MAX);
		}
		if (field->enumeration != NULL) {
			writer_list(out, "values");
			for (size_t j = 0; j < field->enumeration->count; j++)
				writer_string(out, NULL, field->enumeration->values[j].name);
			writer_list_end(out);
			if (language != NULL)
				write_value_labels(out, field->enumeration, *language);
		}
		if (field->message != NULL)
			write_message(out, field->message, language); /* the table has no cycles: LIMIT_DEPTH */
		writer_object_end(out);
	}
	writer_list_end(out);
}

static void write_type(struct writer *out, const struct schema_record *record, const enum labels_language *language)
{
	writer_string(out, "name", record->name);
	if (language != NULL)
		writer_string(out, "label", labels_type(*language, record));
	writer_number(out, "number", record->type);
	writer_bool(out, "signed", record->is_signed);
	writer_bool(out, "central_only", record->central_only);
	writer_string(out, "opens", view_case_kind(record->opens));
	writer_string(out, "home", view_case_kind(record->home));
}

struct fault handlers_types(struct request *request)
{
	const char *name = request->call->call.types.type;
	const struct schema_record *record = schema_by_name(span_text(name));
	size_t count;
	const struct schema_record *all = schema_all(&count);
	enum labels_language given;
	const enum labels_language *language = *request->call->call.types.lang == '\0' ? NULL : &given;
	if (language != NULL)
		FAULT_TRY(handlers_read_language(request, request->call->call.types.lang, &given));
	if (*name != '\0' && record == NULL) {
		strcpy(request->field, "type");
		return fault_of(FAULT_CALLER, "no record type has this name: `jalka types` lists them");
	}
	struct writer *out = answer_begin(request->answer);
	if (record != NULL) {
		write_type(out, record, language);
		write_message(out, record->message, language);
	} else {
		writer_list(out, "types");
		for (size_t i = 0; i < count; i++) {
			writer_object(out, NULL);
			write_type(out, &all[i], language);
			writer_object_end(out);
		}
		writer_list_end(out);
	}
	answer_finish(request->answer);
	return fault_none();
}
