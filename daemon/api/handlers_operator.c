/* handlers_operator - who may sign in at the console: listed, invited, blocked, let in again.
 *
 * Asked in a session of the console, and by `jalka admin operator` over the socket, where the
 * first one is invited. An account opens nothing by itself: the roles granted to its person do.
 */
#include <sodium.h>

#include "api/console.h"
#include "api/gate.h"
#include "api/handlers.h"
#include "api/resolve.h"
#include "api/view.h"
#include "central/operators.h"
#include "io/logline.h"
#include "io/random.h"
#include "records_table.h"

static const char *state_name(enum operators_state state)
{
	switch (state) {
	case OPERATORS_INVITED:
		return "INVITED";
	case OPERATORS_ACTIVE:
		return "ACTIVE";
	case OPERATORS_BLOCKED:
		return "BLOCKED";
	}
	return "";
}

/* ---- the list ---- */

struct listing {
	struct request *request;
	struct writer *out;
};

static bool take_account(void *ctx, const struct operators_account *account)
{
	struct listing *listing = ctx;
	struct writer *out = listing->out;
	char name[VIEW_NAME_BYTES];
	if (!answer_item(listing->request->answer, "operators"))
		return false;
	view_staff_name(node_book(listing->request->target.node), &account->staff, name);
	writer_object(out, NULL);
	writer_id(out, "staff", account->staff.bytes);
	writer_string(out, "name", name);
	writer_string(out, "sign_in", account->name);
	writer_string(out, "state", state_name(account->state));
	writer_number(out, "last_ms", account->last_ms);
	writer_number(out, "wrong", account->wrong);
	writer_number(out, "wrong_ms", account->wrong_ms);
	writer_number(out, "invited_until_ms", account->invited_until_ms);
	writer_bool(out, "has_role", gate_roles_of(listing->request->target.node, account->staff) != 0);
	writer_object_end(out);
	return true;
}

static struct fault list(struct request *request)
{
	struct listing listing = { .request = request, .out = answer_begin(request->answer) };
	writer_list(listing.out, "operators");
	struct fault f = operators_list(node_log(request->target.node), take_account, &listing);
	writer_list_end(listing.out);
	return answer_end(request->answer, f);
}

/* ---- whom it is about ---- */

static struct fault find_staff(struct request *request, const char *text, struct record_id *out)
{
	strcpy(request->field, "staff");
	FAULT_TRY(resolve_record(node_book(request->target.node), text, out));
	const struct rules_record *member = rules_find(&request->gate->world.rules, *out);
	if (member == NULL || member->type != RECORDS_TYPE_STAFF_MEMBER)
		return fault_of(FAULT_CALLER, "this is no member of the staff: see jalka admin staff");
	request->field[0] = '\0';
	return fault_none();
}

static struct fault answer_staff(struct request *request, struct record_id staff, const char *state)
{
	struct writer *out = answer_begin(request->answer);
	writer_id(out, "staff", staff.bytes);
	writer_string(out, "state", state);
	answer_finish(request->answer);
	return fault_none();
}

/* ---- inviting and blocking ---- */

static struct fault invite(struct request *request, struct record_id staff, const char *name)
{
	struct console *console = request->target.console;
	char token[OPERATORS_TOKEN_BYTES], address[CONSOLE_ADDRESS_BYTES];
	uint8_t random[64];
	uint64_t now_ms = loop_wall_ms();
	if (console == NULL)
		return fault_of(FAULT_CALLER, "this node serves no console: start it without --console off");
	if (gate_roles_of(request->target.node, staff) == 0) {
		strcpy(request->field, "staff");
		return request_fault(request, fault_of(FAULT_CALLER, "this person has no role of an administrator"),
				     "grant one first: jalka admin grant STAFF TECHNICAL_ADMIN, MUNICIPAL_ADMIN or DATA_PROTECTION_OFFICER");
	}
	random_fill(NULL, random, sizeof random);
	struct fault f = operators_invite(node_log(request->target.node), staff, name, random, now_ms, token);
	sodium_memzero(random, sizeof random);
	if (fault_is(f)) {
		strcpy(request->field, "name");
		return f;
	}
	console_invitation(console, token, address);
	console_changed(console);
	struct writer *out = answer_begin(request->answer);
	writer_string(out, "invitation", token);
	writer_string(out, "address", address);
	writer_number(out, "expires_ms", now_ms + OPERATORS_INVITED_MS);
	answer_finish(request->answer);
	sodium_memzero(token, sizeof token);
	sodium_memzero(address, sizeof address);
	return fault_none();
}

static struct fault block(struct request *request, struct record_id staff, bool blocked)
{
	struct console *console = request->target.console;
	if (blocked && request->target.session != NULL && ID_EQUAL(request->target.session->staff, staff))
		return fault_of(FAULT_CALLER, "nobody blocks themselves: ask another administrator");
	FAULT_TRY(operators_block(node_log(request->target.node), staff, blocked));
	if (blocked && console != NULL)
		console_end_of(console, staff, NULL);
	if (console != NULL)
		console_changed(console);
	return answer_staff(request, staff, blocked ? "BLOCKED" : "UNBLOCKED");
}

struct fault handlers_operator(struct request *request, const char *verb, const char *staff, const char *name)
{
	bool invites = strcmp(verb, "invite") == 0, blocks = strcmp(verb, "block") == 0, unblocks = strcmp(verb, "unblock") == 0;
	struct record_id id;
	bool lists = strcmp(verb, "list") == 0;
	if ((!lists && !invites && !blocks && !unblocks) || (lists && *staff != '\0') || (!lists && *staff == '\0') ||
	    (invites ? *name == '\0' : *name != '\0'))
		return fault_of(FAULT_CALLER, "operator list, operator invite STAFF NAME, operator block STAFF or operator unblock STAFF");
	FAULT_TRY(gate_class(request->gate, lists ? ACCESS_READ : ACCESS_CREATE, ACCESS_DEVICES, blocks ? ACCESS_IF_LOSS : 0, ACCESS_WHOLE));
	if (lists)
		return list(request);
	FAULT_TRY(find_staff(request, staff, &id));
	struct fault f = invites ? invite(request, id, name) : block(request, id, blocks);
	if (!fault_is(f))
		logline(LOGLINE_NOTICE, "operator", LOGLINE_FIELDS(logline_text("verb", invites ? "invite" : blocks ? "block" : "unblock")));
	return f;
}
