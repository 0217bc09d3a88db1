/* handlers_match - is this person known already? On a device before a client is
 * written; at the central node, over what it found and what a person decides. */
#include "api/gate.h"
#include "api/handlers.h"
#include "api/profile.h"
#include "api/resolve.h"
#include "api/view.h"
#include "api/writing.h"
#include "central/match.h"
#include "central/node.h"
#include "domain/duplicate.h"
#include "records_table.h"

static void write_verdict(struct writer *out, enum labels_language language, const struct duplicate_verdict *verdict)
{
	char words[DUPLICATE_WORDS_BYTES];
	duplicate_explain(language, verdict->reasons, words);
	writer_string(out, "grade", duplicate_grade_name(verdict->grade));
	writer_string(out, "grade_label", duplicate_grade_word(language, verdict->grade));
	writer_string(out, "why", words);
	writer_list(out, "reasons");
	for (size_t i = 0; i < DUPLICATE_REASONS; i++)
		if (verdict->reasons & 1u << i)
			writer_string(out, NULL, duplicate_reason_name(i));
	writer_list_end(out);
}

/* ---- on a device ---- */

struct matching {
	struct request *request;
	struct view view;
	struct writer *out;
	struct duplicate_client given;
	enum labels_language language;
	enum duplicate_grade grade; /* being told: the best first */
};

static bool match_one(void *ctx, const struct casebook_record *record)
{
	struct matching *matching = ctx;
	struct duplicate_client held;
	struct access_answer answer;
	if (!gate_may(matching->request->gate, ACCESS_READ, record, &answer))
		return true;
	duplicate_read(record->shown, &held);
	struct duplicate_verdict verdict = duplicate_compare(&matching->given, &held);
	if (verdict.grade != matching->grade)
		return true;
	if (!answer_item(matching->request->answer, "matches"))
		return false;
	writer_object(matching->out, NULL);
	view_summary(&matching->view, matching->out, record);
	write_verdict(matching->out, matching->language, &verdict);
	writer_object_end(matching->out);
	return true;
}

static struct fault list_matches(struct request *request, struct span fields)
{
	struct profile *profile = request->target.profile;
	struct matching matching = { .request = request, .language = LABELS_EN };
	struct fault f = fault_none();
	if (*request->call->call.match.lang != '\0')
		FAULT_TRY(handlers_read_language(request, request->call->call.match.lang, &matching.language));
	duplicate_read(fields, &matching.given);
	view_init(&matching.view, profile_book(profile), &profile_status(profile)->node);
	matching.out = answer_begin(request->answer);
	writer_list(matching.out, "matches");
	for (int grade = DUPLICATE_SAME; grade > DUPLICATE_DIFFERENT && !fault_is(f); grade--) {
		matching.grade = (enum duplicate_grade)grade;
		f = casebook_list(profile_book(profile), RECORDS_TYPE_CLIENT, NULL, 0, match_one, &matching);
	}
	writer_list_end(matching.out);
	return answer_end(request->answer, f);
}

struct fault handlers_match(struct request *request)
{
	const jalka_MatchCall *call = &request->call->call.match;
	static struct writing w;
	writing_begin(&w, request);
	w.record = schema_by_type(RECORDS_TYPE_CLIENT);
	struct fault f = writing_read(&w, "", call->form, span_of(call->body.bytes, call->body.size));
	if (!fault_is(f))
		f = list_matches(request, wire_out_span(&w.fields));
	writing_end(&w);
	return f;
}

/* ---- at the central node ---- */

struct search {
	const char *digits;
	struct record_id id;
	unsigned found;
};

static bool search_one(void *ctx, struct record_id id)
{
	struct search *search = ctx;
	if (resolve_begins(id.bytes, search->digits)) {
		search->id = id;
		search->found++;
	}
	return search->found < 2;
}

/* The book of the central node holds no client: the matching knows their ids. */
static struct fault client_of(struct request *request, const char *text, struct record_id *out)
{
	struct search search = { .digits = text };
	char first[ID_HEX_BYTES], last[ID_HEX_BYTES];
	struct record_id low, high;
	strcpy(request->field, "client");
	if (!resolve_is_digits(text))
		return fault_of(FAULT_CALLER, "a client is named by 4 to 32 hexadecimal digits: see matches");
	memset(first, '0', sizeof first);
	memset(last, 'f', sizeof last);
	memcpy(first, text, strlen(text));
	memcpy(last, text, strlen(text));
	if (!id_from_hex(span_of(first, ID_HEX_BYTES - 1), low.bytes) ||
	    !id_from_hex(span_of(last, ID_HEX_BYTES - 1), high.bytes))
		return fault_of(FAULT_CALLER, "a client is named by 4 to 32 hexadecimal digits: see matches");
	FAULT_TRY(match_find(node_match(request->target.node), low, high, search_one, &search));
	if (search.found != 1)
		return fault_of(FAULT_CALLER, search.found == 0 ? "no client record has an id that begins so: see matches"
								: "several clients' ids begin so: give more digits");
	request->field[0] = '\0';
	*out = search.id;
	return fault_none();
}

static void write_client(struct writer *out, const char *key, const struct match_client *client)
{
	writer_object(out, key);
	writer_id(out, "id", client->record_id.bytes);
	writer_id(out, "case_id", client->case_id.bytes);
	writer_text(out, "family_name", client->family_name);
	writer_text(out, "given_names", client->given_names);
	writer_text(out, "municipality", client->municipality);
	writer_number(out, "created_ms", client->created_ms);
	writer_object_end(out);
}

static const char *state_name(const struct match_pair *pair)
{
	switch (pair->state) {
	case MATCH_PROPOSED:
		return "PROPOSED";
	case MATCH_LINKED:
		return "LINKED";
	case MATCH_DECIDED:
		return "TWO_PEOPLE";
	}
	return "";
}

struct listing {
	struct request *request;
	struct writer *out;
};

static bool pair_item(void *ctx, const struct match_pair *pair)
{
	struct listing *listing = ctx;
	if (!answer_item(listing->request->answer, "matches"))
		return false;
	writer_object(listing->out, NULL);
	writer_string(listing->out, "state", state_name(pair));
	writer_bool(listing->out, "must_look", pair->must_look);
	write_verdict(listing->out, LABELS_EN, &pair->verdict);
	write_client(listing->out, "older", &pair->older);
	write_client(listing->out, "newer", &pair->newer);
	writer_object_end(listing->out);
	return true;
}

static bool crowd_item(void *ctx, const struct match_client *one, uint64_t records)
{
	struct listing *listing = ctx;
	if (!answer_item(listing->request->answer, "crowds"))
		return false;
	writer_object(listing->out, NULL);
	writer_text(listing->out, "family_name", one->family_name);
	writer_text(listing->out, "given_names", one->given_names);
	writer_number(listing->out, "records", records);
	writer_object_end(listing->out);
	return true;
}

static struct fault list_pairs(struct request *request, bool all)
{
	struct node *node = request->target.node;
	struct listing listing = { .request = request };
	FAULT_TRY(match_run(node_match(node), node_hub(node), node_now()));
	listing.out = answer_begin(request->answer);
	writer_list(listing.out, "matches");
	struct fault f = match_list(node_match(node), all, pair_item, &listing);
	writer_list_end(listing.out);
	writer_list(listing.out, "crowds");
	if (!fault_is(f))
		f = match_crowds(node_match(node), crowd_item, &listing);
	writer_list_end(listing.out);
	return answer_end(request->answer, f);
}

static void answer_linked(struct request *request, const char *did, const struct match_linked *linked)
{
	struct writer *out = answer_begin(request->answer);
	node_poke(request->target.node);
	writer_string(out, "did", did);
	writer_id(out, "from", linked->from.bytes);
	writer_id(out, "into", linked->into.bytes);
	answer_finish(request->answer);
}

struct fault handlers_match_decide(struct request *request)
{
	const jalka_AdminCall *call = &request->call->call.admin;
	struct node *node = request->target.node;
	struct match_linked linked;
	struct record_id a, b = { { 0 } };
	bool all = call->args_count == 1 && strcmp(call->args[0], "all") == 0;
	if (strcmp(call->verb, "matches") == 0)
		return call->args_count == 0 || all ? list_pairs(request, all)
						    : fault_of(FAULT_CALLER, "matches, or matches all");
	FAULT_TRY(match_run(node_match(node), node_hub(node), node_now()));
	size_t first = strcmp(call->verb, "match") == 0 ? 1 : 0; /* match reject CLIENT CLIENT */
	FAULT_TRY(client_of(request, call->args[first], &a));
	if (call->args_count > first + 1)
		FAULT_TRY(client_of(request, call->args[first + 1], &b));
	if (strcmp(call->verb, "merge") == 0) {
		FAULT_TRY(match_merge(node_match(node), node_hub(node), a, b, node_now(), &linked));
		answer_linked(request, "merged", &linked);
	} else if (strcmp(call->verb, "unmerge") == 0) {
		FAULT_TRY(match_unmerge(node_match(node), node_hub(node), a, node_now(), &linked));
		answer_linked(request, "unmerged", &linked);
	} else {
		FAULT_TRY(match_reject(node_match(node), a, b, node_now()));
		linked = (struct match_linked){ a, b };
		answer_linked(request, "rejected", &linked);
	}
	return fault_none();
}
