/* handlers_write - write, sign, drafts: what a person records. */
#include "api/handlers.h"

#include "api/follow.h"
#include "api/gate.h"
#include "api/profile.h"
#include "api/stale.h"
#include "api/resolve.h"
#include "api/view.h"
#include "api/writing.h"
#include "central/node.h"
#include "domain/fields.h"
#include "records_table.h"
#include "store/drafts.h"

void handlers_wipe(void)
{
	writing_wipe();
}

static struct fault write_field(struct writing *w, struct profile *profile, const jalka_WriteCall *call)
{
	if (w->record->central_only)
		return writing_at(w->request, "type", "records of this type are written at the central node only");
	if (profile_status(profile)->state == REPLICA_BLANK)
		return fault_of(FAULT_LATER, "this machine is not enrolled yet: enrol it with the code of the administrator");
	FAULT_TRY(writing_find_record(w, profile, call->record_id));
	FAULT_TRY(writing_find_case(w, profile, call->case_id, call->client_case));
	FAULT_TRY(follow_step(w, profile));
	return writing_put(w, profile);
}

/* Who granted a role is who asks: never said, and told of a new one. */
static struct fault put_granter(struct writing *w, struct node *node)
{
	char by[VIEW_NAME_BYTES];
	bool is_said = fields_has(wire_out_span(&w->fields), RECORDS_ROLE_GRANT_GRANTED_BY);
	for (size_t i = 0; i < w->cleared_count; i++)
		is_said |= w->cleared[i] == RECORDS_ROLE_GRANT_GRANTED_BY;
	if (is_said)
		return writing_at(w->request, "granted_by", "who grants a role is who asks: leave it out");
	view_staff_name(node_book(node), &w->request->gate->staff, by);
	if (w->is_new && *by != '\0')
		wire_put_bytes(&w->fields, RECORDS_ROLE_GRANT_GRANTED_BY, span_text(by));
	return fault_none();
}

/* At the central node: reference data and the directory; there are no drafts. A quarter's report is
 * nobody's to write, for it says of itself that two people stand behind it. */
static struct fault write_central(struct writing *w, struct node *node, const jalka_WriteCall *call)
{
	struct hub *hub = node_hub(node);
	w->kind = w->record->home;
	if (w->kind != DELTA_CASE_REFERENCE && w->kind != DELTA_CASE_DIRECTORY)
		return writing_at(w->request, "type", "the central node writes reference data and the directory only");
	if (w->record->type == RECORDS_TYPE_AGGREGATE_REPORT)
		return writing_at(w->request, "type", "a quarter's report takes two people, who make it with: jalka admin statistics QUARTER");
	w->case_id = w->kind == DELTA_CASE_REFERENCE ? hub_reference_case(hub) : hub_directory_case(hub);
	w->sign = true;
	FAULT_TRY(writing_find_central(w, node, call->record_id));
	if (w->record->type == RECORDS_TYPE_ROLE_GRANT)
		FAULT_TRY(put_granter(w, node));
	return writing_put_central(w, node);
}

static struct fault write_with(struct writing *w, const jalka_WriteCall *call)
{
	struct request *request = w->request;
	w->record = schema_by_name(span_text(call->type));
	w->sign = call->sign;
	w->draft = call->draft;
	w->token = call->token;
	w->event_at_ms = call->event_at_ms;
	if (w->record == NULL)
		return writing_at(request, "type", "no record type has this name: `jalka types` lists them");
	FAULT_TRY(writing_read(w, call->record_id, call->form, span_of(call->body.bytes, call->body.size)));
	return request->target.node != NULL ? write_central(w, request->target.node, call)
					    : write_field(w, request->target.profile, call);
}

struct fault handlers_write(struct request *request)
{
	static struct writing w;
	writing_begin(&w, request);
	struct fault f = write_with(&w, &request->call->call.write);
	writing_end(&w);
	return f;
}

static struct fault sign_with(struct writing *w, struct profile *profile)
{
	w->sign = true;
	FAULT_TRY(writing_find_draft(w, profile, w->request->call->call.sign.record_id));
	const struct rules_record *there = rules_find(&w->world.rules, w->record_id);
	if (there != NULL && !there->is_draft) /* session_typed */
		return writing_at(w->request, "record_id", "this is what is being typed in a joint session: go on there");
	FAULT_TRY(writing_find_case(w, profile, "", ""));
	FAULT_TRY(follow_step(w, profile));
	return writing_put(w, profile);
}

struct fault handlers_sign(struct request *request)
{
	static struct writing w;
	writing_begin(&w, request);
	struct fault f = sign_with(&w, request->target.profile);
	writing_end(&w);
	return f;
}

/* ---- drafts ---- */

struct listing {
	struct answer *answer;
	struct writer *out;
};

static bool list_draft(void *ctx, const struct drafts_draft *draft)
{
	struct listing *listing = ctx;
	if (!answer_item(listing->answer, "drafts"))
		return false;
	writer_object(listing->out, NULL);
	writer_id(listing->out, "id", draft->record_id.bytes);
	writer_id(listing->out, "case_id", draft->case_id.bytes);
	writer_string(listing->out, "type", view_type_name(draft->record_type));
	writer_number(listing->out, "changed_ms", draft->updated_ms);
	view_fields(listing->out, draft->record_type, draft->fields);
	writer_object_end(listing->out);
	return true;
}

struct fault handlers_drafts(struct request *request)
{
	struct log *drafts = profile_log(request->target.profile);
	const char *discard = request->call->call.drafts.discard;
	struct record_id id;
	if (*discard != '\0') {
		FAULT_TRY(resolve_draft(drafts, discard, &id));
		FAULT_TRY(drafts_discard(drafts, id));
		FAULT_TRY(stale_look(request->target.profile));
		writer_id(answer_begin(request->answer), "discarded", id.bytes);
		answer_finish(request->answer);
		return fault_none();
	}
	struct listing listing = { .answer = request->answer, .out = answer_begin(request->answer) };
	writer_list(listing.out, "drafts");
	struct fault f = drafts_list(drafts, NULL, list_draft, &listing);
	writer_list_end(listing.out);
	return answer_end(request->answer, f);
}
