/* handlers_keep - keep, kept: text being typed that is no draft of a record.
 *
 * It is the worker's own, not yet part of anything recorded, so the gate is not asked
 * and the access log says nothing of it. Whoever's it is about, it goes when that goes
 * (api/profile).
 */
#include "api/handlers.h"

#include "api/profile.h"
#include "api/view.h"
#include "api/writing.h"
#include "io/loop.h"
#include "store/unfinished.h"

static bool take_record(void *ctx, const struct casebook_record *record)
{
	struct unfinished *text = ctx;
	text->case_id = record->case_id;
	text->record_type = record->record_type;
	return false;
}

static struct fault find_about(struct profile *profile, struct unfinished *text)
{
	struct record_id record;
	struct case_id home;
	memcpy(record.bytes, text->about, ID_BYTES);
	memcpy(home.bytes, text->about, ID_BYTES);
	FAULT_TRY(casebook_get(profile_book(profile), record, take_record, text));
	if (!ID_IS_NONE(text->case_id))
		return fault_none();
	if (!replica_holds(profile_replica(profile), home))
		return fault_of(FAULT_CALLER, "what this text is about is not on this device any more");
	text->case_id = home;
	return fault_none();
}

struct fault handlers_keep(struct request *request)
{
	struct profile *profile = request->target.profile;
	const jalka_KeepCall *call = &request->call->call.keep;
	struct unfinished text = { .name = span_text(call->name), .text = span_text(call->text), .window = call->window,
				   .changed_ms = loop_wall_ms() };
	uint64_t changed_ms = 0;
	if (!id_from_hex(span_text(call->id), text.about))
		return writing_at(request, "id", "must be an id of 32 hexadecimal digits");
	if (text.text.len > 0)
		FAULT_TRY(find_about(profile, &text));
	FAULT_TRY(unfinished_put(profile_log(profile), &text, call->seen_ms, &changed_ms));
	if (call->seen_ms == 0 || changed_ms == 0)
		profile_note_change(profile); /* how many there are */
	writer_number(answer_begin(request->answer), "changed_ms", changed_ms);
	answer_finish(request->answer);
	return fault_none();
}

struct listing {
	struct answer *answer;
	struct writer *out;
};

static bool list_text(void *ctx, const struct unfinished *text)
{
	struct listing *listing = ctx;
	if (!answer_item(listing->answer, "kept"))
		return false;
	writer_object(listing->out, NULL);
	writer_id(listing->out, "id", text->about);
	writer_text(listing->out, "name", text->name);
	writer_id(listing->out, "case_id", text->case_id.bytes);
	writer_string(listing->out, "type", text->record_type == 0 ? "case" : view_type_name(text->record_type));
	writer_number(listing->out, "begun_ms", text->begun_ms);
	writer_number(listing->out, "changed_ms", text->changed_ms);
	writer_text(listing->out, "text", text->text);
	writer_object_end(listing->out);
	return true;
}

struct fault handlers_kept(struct request *request)
{
	const jalka_KeptCall *call = &request->call->call.kept;
	uint8_t about[ID_BYTES];
	bool any = *call->id == '\0';
	if (!any && !id_from_hex(span_text(call->id), about))
		return writing_at(request, "id", "must be an id of 32 hexadecimal digits");
	struct listing listing = { .answer = request->answer, .out = answer_begin(request->answer) };
	writer_list(listing.out, "kept");
	struct fault f = unfinished_list(profile_log(request->target.profile), any ? NULL : about, span_text(call->name), list_text, &listing);
	writer_list_end(listing.out);
	return answer_end(request->answer, f);
}
