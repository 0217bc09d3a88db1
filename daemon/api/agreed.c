/* agreed - actions of a plan, made into records. */
#include "api/agreed.h"

#include <sodium.h>

#include "api/profile.h"
#include "api/view.h"
#include "base/assert.h"
#include "domain/fields.h"
#include "domain/labels.h"
#include "domain/name.h"
#include "io/random.h"
#include "records_table.h"

enum { FIXED_BYTES = 128 }; /* of an action: all but its texts */

struct making {
	struct writing *w;
	struct replica_write *writes;
	size_t count;
	struct span plan;
	struct span client, worker;         /* their names */
	const struct rules_record *old;     /* actions of the case */
	size_t old_count;
	struct record_id replaces;
	bool renews;
	struct fault fault;
};

static struct wire_out begin(struct making *m, struct record_id id, size_t bytes)
{
	struct wire_out out;
	void *block = m->count == WRITING_EXTRA_MAX ? NULL : world_take(&m->w->world, bytes);
	if (block == NULL) {
		if (!fault_is(m->fault)) {
			strcpy(m->w->request->field, "actions");
			m->fault = fault_of(FAULT_LIMIT, "the plan has too many actions");
		}
		wire_out_init(&out, NULL, 0);
		return out;
	}
	struct replica_write *write = &m->writes[m->count];
	*write = (struct replica_write){ .case_id = m->w->case_id, .record_id = id, .record_type = RECORDS_TYPE_AGREED_ACTION };
	write->envelope.event_at_ms = m->w->event_at_ms != 0 ? m->w->event_at_ms : m->w->world.rules.now_ms;
	write->envelope.clock_state = (uint32_t)profile_status(m->w->request->target.profile)->clock_state;
	wire_out_init(&out, block, bytes);
	return out;
}

static void end(struct making *m, const struct wire_out *out)
{
	if (!fault_is(m->fault))
		m->writes[m->count++].fields = wire_out_span(out);
}

/* ---- who ---- */

static bool has_word(struct span text, const struct name_word *word)
{
	struct name_word other;
	while (name_next(&text, &other))
		if (name_equal(&other, word))
			return true;
	return false;
}

/* "Kaisa" is Kaisa Korpela: each word is one of the other's. */
static bool is_of(struct span who, struct span all)
{
	struct name_word word;
	bool any = false;
	for (; name_next(&who, &word); any = true)
		if (!has_word(all, &word))
			return false;
	return any;
}

static uint64_t owner_of(const struct making *m, struct span who)
{
	struct span first = who;
	struct name_word word;
	if (name_next(&first, &word) && has_word(span_text("kela fpa"), &word))
		return RECORDS_OWNER_KIND_KELA;
	if (is_of(who, m->client) || is_of(who, span_text("asiakas klient klienten client")))
		return RECORDS_OWNER_KIND_CLIENT;
	if (is_of(who, m->worker))
		return RECORDS_OWNER_KIND_WORKER;
	return RECORDS_OWNER_KIND_PARTNER;
}

/* ---- the old plan's ---- */

static struct span what_of(const struct rules_record *action)
{
	struct span what = { NULL, 0 };
	(void)fields_bytes(action->fields, RECORDS_AGREED_ACTION_WHAT, &what);
	return what;
}

static bool is_old(const struct making *m, const struct rules_record *action)
{
	struct record_id from;
	return m->renews && fields_id(action->fields, RECORDS_AGREED_ACTION_FROM, &from) && ID_EQUAL(from, m->replaces);
}

/* Word by word: capitals, spaces and points are no difference. */
static bool same_what(struct span a, struct span b)
{
	struct name_word one, other;
	for (;;) {
		bool has = name_next(&a, &one);
		if (name_next(&b, &other) != has)
			return false;
		if (!has)
			return true;
		if (!name_equal(&one, &other))
			return false;
	}
}

/* Whether the new plan says it too. */
static bool goes_on(const struct making *m, struct span what)
{
	struct span action, text, rest = m->plan;
	while (fields_next(&rest, RECORDS_PLAN_ACTIONS, &action))
		if (fields_bytes(action, RECORDS_PLAN_ACTION_WHAT, &text) && same_what(text, what))
			return true;
	return false;
}

static void close_old(struct making *m)
{
	for (size_t i = 0; i < m->old_count; i++) {
		uint32_t state = is_old(m, &m->old[i]) ? rules_state(&m->w->world.rules, &m->old[i]) : 0;
		if (state != RECORDS_ACTION_STATE_OPEN && state != RECORDS_ACTION_STATE_OVERDUE)
			continue;
		bool carried = goes_on(m, what_of(&m->old[i]));
		const char *note = labels_word(LABELS_FI, carried ? LABELS_TEXT_ACTION_CARRIED : LABELS_TEXT_ACTION_DROPPED);
		struct wire_out out = begin(m, m->old[i].id, FIXED_BYTES + strlen(note));
		wire_put_varint(&out, RECORDS_AGREED_ACTION_STATE, carried ? RECORDS_ACTION_STATE_CARRIED_OVER : RECORDS_ACTION_STATE_CANCELLED);
		wire_put_bytes(&out, RECORDS_AGREED_ACTION_DONE_NOTE, span_text(note));
		end(m, &out);
	}
}

/* Done under the old plan, and the new one asks for it on no other day. */
static bool is_done(const struct making *m, struct span action, struct span what)
{
	int32_t due, day;
	bool has_day = fields_date(action, RECORDS_PLAN_ACTION_DUE, &day);
	for (size_t i = 0; i < m->old_count; i++)
		if (is_old(m, &m->old[i]) && rules_state(&m->w->world.rules, &m->old[i]) == RECORDS_ACTION_STATE_DONE &&
		    same_what(what_of(&m->old[i]), what) &&
		    (!has_day || (fields_date(m->old[i].fields, RECORDS_AGREED_ACTION_DUE, &due) && due == day)))
			return true;
	return false;
}

/* ---- the new plan's ---- */

/* An id of its own, that of the plan and the place: the same plan opens it once. */
static struct record_id id_of(struct record_id plan, uint32_t place)
{
	static const char mark[] = "action of a plan";
	uint8_t about[ID_BYTES + sizeof place];
	struct record_id id;
	memcpy(about, plan.bytes, ID_BYTES);
	for (size_t i = 0; i < sizeof place; i++)
		about[ID_BYTES + i] = (uint8_t)(place >> (8 * i));
	int failed = crypto_generichash(id.bytes, sizeof id.bytes, about, sizeof about, (const unsigned char *)mark, sizeof mark - 1);
	ASSERT(failed == 0);
	return id;
}
_Static_assert(ID_BYTES == crypto_generichash_BYTES_MIN, "an id is a digest");

static void open_one(struct making *m, struct span action, uint32_t place)
{
	struct span what, who;
	int32_t due;
	uint64_t state = fields_number_or_none(action, RECORDS_PLAN_ACTION_STATE);
	if ((state != 0 && state != RECORDS_ACTION_STATE_OPEN && state != RECORDS_ACTION_STATE_OVERDUE) ||
	    !fields_bytes(action, RECORDS_PLAN_ACTION_WHAT, &what) || !fields_bytes(action, RECORDS_PLAN_ACTION_WHO, &who) ||
	    is_done(m, action, what))
		return;
	/* Without a day of its own it is looked at when the plan is. */
	if (!fields_date(action, RECORDS_PLAN_ACTION_DUE, &due) && !fields_date(m->plan, RECORDS_PLAN_REVIEW_ON, &due))
		return;
	struct wire_out out = begin(m, id_of(m->w->record_id, place), FIXED_BYTES + what.len + who.len);
	wire_put_bytes(&out, RECORDS_AGREED_ACTION_FROM, span_of(m->w->record_id.bytes, ID_BYTES));
	wire_put_bytes(&out, RECORDS_AGREED_ACTION_WHAT, what);
	wire_put_varint(&out, RECORDS_AGREED_ACTION_OWNER_KIND, owner_of(m, who));
	wire_put_bytes(&out, RECORDS_AGREED_ACTION_OWNER, who);
	wire_put_varint(&out, RECORDS_AGREED_ACTION_DUE, ((uint64_t)(int64_t)due << 1) ^ (due < 0 ? UINT64_MAX : 0));
	wire_put_varint(&out, RECORDS_AGREED_ACTION_STATE, RECORDS_ACTION_STATE_OPEN);
	end(m, &out);
}

/* Both names in a row: who is meant is told by either. */
static struct span client_name(struct writing *w, const struct rules_write *write)
{
	const struct rules_record *client = rules_client(&w->world.rules, write);
	struct span given = { NULL, 0 }, family = { NULL, 0 };
	if (client == NULL)
		return given;
	(void)fields_bytes(client->fields, RECORDS_CLIENT_GIVEN_NAMES, &given);
	(void)fields_bytes(client->fields, RECORDS_CLIENT_FAMILY_NAME, &family);
	char *text = world_take(&w->world, given.len + family.len + 1);
	if (text == NULL)
		return span_of(NULL, 0);
	memcpy(text, given.data, given.len);
	text[given.len] = ' ';
	memcpy(text + given.len + 1, family.data, family.len);
	return span_of(text, given.len + 1 + family.len);
}

struct fault agreed_make(struct writing *w, struct replica_write writes[static WRITING_EXTRA_MAX], size_t *count)
{
	char worker[VIEW_NAME_BYTES];
	struct rules_write write;
	struct span action;
	uint32_t place = 0;
	*count = 0;
	if (ID_IS_NONE(w->record_id))
		random_fill(NULL, w->record_id.bytes, ID_BYTES);
	FAULT_TRY(writing_rules(w, &write));
	if (fields_number_or_none(write.after, RECORDS_PLAN_CLIENT_AGREEMENT) == RECORDS_CLIENT_AGREEMENT_DECLINED)
		return fault_none();
	view_staff_name(w->world.book, &w->world.rules.staff, worker);
	struct making m = { .w = w, .writes = writes, .plan = write.after, .client = client_name(w, &write),
			    .worker = span_text(worker), .fault = fault_none() };
	m.renews = fields_id(write.after, RECORDS_PLAN_REPLACES, &m.replaces);
	m.old_count = m.renews ? rules_list(&w->world.rules, RULES_IN_CASE, w->case_id, RECORDS_TYPE_AGREED_ACTION, &m.old) : 0;
	close_old(&m);
	for (struct span rest = write.after; fields_next(&rest, RECORDS_PLAN_ACTIONS, &action); place++)
		open_one(&m, action, place);
	FAULT_TRY(world_fault(&w->world));
	*count = m.count;
	return m.fault;
}
