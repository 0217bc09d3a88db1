/* sweep - what is typed goes with what it is about. */
#include "api/sweep.h"

#include "io/logline.h"
#include "store/drafts.h"
#include "store/unfinished.h"

enum { DRAFT_CASES_MAX = 64 };

struct draft_cases {
	struct case_id ids[DRAFT_CASES_MAX];
	size_t count;
};

static bool note_case(void *ctx, const struct drafts_draft *draft)
{
	struct draft_cases *cases = ctx;
	bool is_new = !ID_IS_NONE(draft->case_id);
	for (size_t i = 0; i < cases->count; i++)
		is_new = is_new && !ID_EQUAL(cases->ids[i], draft->case_id);
	if (is_new)
		cases->ids[cases->count++] = draft->case_id;
	return cases->count < DRAFT_CASES_MAX;
}

/* A case that is held no more leaves nothing here, drafts included. */
struct fault sweep_drafts(struct profile *profile)
{
	struct draft_cases cases = { .count = 0 };
	FAULT_TRY(drafts_list(profile_log(profile), NULL, note_case, &cases));
	for (size_t i = 0; i < cases.count; i++) {
		if (replica_holds(profile_replica(profile), cases.ids[i]))
			continue;
		FAULT_TRY(drafts_discard_case(profile_log(profile), cases.ids[i]));
		logline(LOGLINE_NOTICE, "drafts_discarded", LOGLINE_FIELDS(logline_text("why", "their case is held no more")));
	}
	return fault_none();
}

struct gone {
	struct profile *profile;
	uint8_t about[ID_BYTES];
	bool found;
};

static bool is_there(void *ctx, const struct casebook_record *record)
{
	(void)record;
	*(bool *)ctx = true;
	return false;
}

static bool find_gone(void *ctx, const struct unfinished *text)
{
	struct gone *gone = ctx;
	struct record_id id;
	bool there = text->record_type == 0;
	memcpy(id.bytes, text->about, ID_BYTES);
	if (!there && fault_is(casebook_get(profile_book(gone->profile), id, is_there, &there)))
		return false; /* met again at the next turn */
	gone->found = !there || !replica_holds(profile_replica(gone->profile), text->case_id);
	memcpy(gone->about, text->about, ID_BYTES);
	return !gone->found;
}

/* Nor text about a record that was erased, or about what is not held. */
struct fault sweep_unfinished(struct profile *profile)
{
	for (;;) {
		struct gone gone = { .profile = profile };
		FAULT_TRY(unfinished_list(profile_log(profile), NULL, span_of("", 0), find_gone, &gone));
		if (!gone.found)
			return fault_none();
		FAULT_TRY(unfinished_discard(profile_log(profile), gone.about));
	}
}
