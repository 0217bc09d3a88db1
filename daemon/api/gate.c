/* gate - who asks, and what they may: before a handler and record by record. */
#include "api/gate_parts.h"

#include <stdio.h>

#include "api/console_session.h"
#include "api/profile.h"
#include "api/resolve.h"
#include "base/assert.h"
#include "central/node.h"
#include "domain/fields.h"
#include "records_table.h"
#include "store/drafts.h"

/* A worker's machine is for work with clients. At the central node a worker has what is
 * nobody's case (figures, reference data), and cases are for who administrates. */
enum {
	WORKING = 1 << ACCESS_OUTREACH | 1 << ACCESS_INSTRUCTOR | 1 << ACCESS_KELA,
	ADMINISTRATING = 1 << ACCESS_KELA | 1 << ACCESS_MUNICIPAL | 1 << ACCESS_TECHNICAL | 1 << ACCESS_OFFICER,
};

uint32_t gate_case_roles(const struct gate *gate)
{
	return gate->is_central ? gate->roles & ADMINISTRATING : gate->roles;
}

/* ---- who asks ---- */

static bool is_valid(const struct rules_record *grant, int32_t today)
{
	int32_t from, to;
	return (!fields_date(grant->fields, RECORDS_ROLE_GRANT_VALID_FROM, &from) || from <= today) &&
	       (!fields_date(grant->fields, RECORDS_ROLE_GRANT_VALID_TO, &to) || to >= today);
}

static void add_areas(struct gate *gate, struct span grant)
{
	struct span area;
	while (gate->area_count < GATE_AREAS_MAX && fields_next(&grant, RECORDS_ROLE_GRANT_MUNICIPALITIES, &area))
		gate->areas[gate->area_count++] = area;
}

/* The roles granted today; whether anybody administrates the service. */
static void know_grants(struct gate *gate, bool *is_administrated)
{
	const struct rules_record *grants;
	size_t count = rules_list(&gate->world.rules, RULES_EVERYWHERE, (struct case_id){ { 0 } }, RECORDS_TYPE_ROLE_GRANT,
				  &grants);
	*is_administrated = false;
	for (size_t i = 0; i < count; i++) {
		struct record_id whose;
		enum access_role role =
			access_role_of_grant(fields_number_or_none(grants[i].fields, RECORDS_ROLE_GRANT_ROLE));
		if (role == ACCESS_ROLES || !is_valid(&grants[i], gate->world.rules.today) ||
		    !fields_id(grants[i].fields, RECORDS_ROLE_GRANT_STAFF, &whose))
			continue;
		*is_administrated = *is_administrated || role == ACCESS_MUNICIPAL;
		if (ID_IS_NONE(gate->staff) || !ID_EQUAL(whose, gate->staff))
			continue;
		gate->roles |= 1u << role;
		if (role == ACCESS_OUTREACH)
			add_areas(gate, grants[i].fields);
	}
}

static void know_person(struct gate *gate)
{
	const struct rules_record *member = rules_find(&gate->world.rules, gate->staff);
	gate->profession = member == NULL ? 0 : fields_number_or_none(member->fields, RECORDS_STAFF_MEMBER_PROFESSION);
	if (gate->profession == RECORDS_PROFESSION_LICENSED_SOCIAL_WORKER)
		gate->met |= ACCESS_IF_LICENSED;
	gate->world.rules.staff = gate->staff;
}

/* The holder of the device is the person; without a grant the profession says the role. */
static struct fault open_field(struct gate *gate)
{
	struct profile *profile = gate->request->target.profile;
	bool is_administrated;
	if (*gate->request->call->as != '\0')
		return fault_of(FAULT_CALLER, "on a worker's device nobody acts but its holder");
	gate->self = profile_status(profile)->node;
	gate->staff = profile_status(profile)->holder;
	gate->has_person = !ID_IS_NONE(gate->staff);
	if (!gate->has_person)
		return fault_none();
	know_person(gate);
	know_grants(gate, &is_administrated);
	gate->roles &= WORKING;
	if (gate->roles == 0)
		gate->roles = 1u << access_role_of_profession(gate->profession);
	return fault_none();
}

/* Who signed in at the console is themselves, in the roles of those who administrate that they were granted. */
static struct fault open_session(struct gate *gate)
{
	bool is_administrated;
	gate->staff = gate->request->target.session->staff;
	know_person(gate);
	know_grants(gate, &is_administrated);
	gate->roles &= ADMINISTRATING & ~(1u << ACCESS_KELA);
	return fault_none();
}

uint32_t gate_roles_of(struct node *node, struct record_id staff)
{
	static struct gate gate; /* 20 KiB, of its own: asked before a request has one */
	const struct request_target target = { .node = node };
	bool is_administrated;
	memset(&gate, 0, sizeof gate);
	gate.staff = staff;
	world_open(&gate.world, &target);
	know_grants(&gate, &is_administrated);
	uint32_t roles = fault_is(world_fault(&gate.world)) ? 0 : gate.roles & ADMINISTRATING & ~(1u << ACCESS_KELA);
	world_close(&gate.world);
	return roles;
}

/* Who sits at the socket is the technical administrator; where nobody administrates the
 * service yet, that too, for somebody has to begin. */
static struct fault open_central(struct gate *gate)
{
	bool is_administrated;
	gate->self = hub_node(node_hub(gate->request->target.node));
	gate->has_person = true;
	if (gate->request->target.session != NULL)
		return open_session(gate);
	const char *as = gate->request->call->as;
	if (*as != '\0') {
		struct fault f = resolve_record(gate->world.book, as, &gate->staff);
		const struct rules_record *member = fault_is(f) ? NULL : rules_find(&gate->world.rules, gate->staff);
		if (member == NULL || member->type != RECORDS_TYPE_STAFF_MEMBER) {
			strcpy(gate->request->field, "as");
			return fault_is(f) ? f : fault_of(FAULT_CALLER, "this is no member of the staff: see jalka admin staff");
		}
		know_person(gate);
	}
	know_grants(gate, &is_administrated);
	if (*as == '\0') {
		gate->is_alone = !is_administrated;
		gate->roles = 1u << ACCESS_TECHNICAL | (is_administrated ? 0u : 1u << ACCESS_MUNICIPAL);
	}
	return fault_none();
}

struct fault gate_open(struct gate *gate, struct request *request)
{
	memset(gate, 0, sizeof *gate);
	gate->request = request;
	gate->is_central = request->target.node != NULL;
	gate->is_open = true;
	world_open(&gate->world, &request->target);
	struct fault f = gate->is_central ? open_central(gate) : open_field(gate);
	return fault_is(f) ? f : world_fault(&gate->world);
}

void gate_close(struct gate *gate)
{
	if (gate->is_open)
		world_close(&gate->world);
	gate->is_open = false;
}

/* ---- refusing ---- */

static struct fault refused(struct gate *gate, const struct access_answer *answer)
{
	static char text[2 * ACCESS_TEXT_BYTES]; /* a fault's text lasts until the answer is written */
	snprintf(text, sizeof text, "not shown or done here: %s", answer->why);
	return request_fault(gate->request, fault_of(FAULT_CALLER, text), "%s", answer->how);
}

/* What is seen only as a package, as numbers or by its dates is not shown as a record. */
static bool is_whole(struct access_answer *answer)
{
	if (answer->right == ACCESS_WHOLE || answer->right == ACCESS_AGGREGATES) /* reports are numbers alone */
		return true;
	if (answer->right == ACCESS_NOTHING)
		return false;
	snprintf(answer->why, sizeof answer->why, "%s %s", access_role_words(answer->as),
		 answer->right == ACCESS_DISCLOSED ? "sees only what was disclosed, as a package"
						   : "sees its dates and state alone");
	answer->how[0] = '\0';
	return false;
}

/* ---- record by record ---- */

/* Of a correction: the class of what it corrects. */
static uint32_t type_of(struct gate *gate, uint32_t record_type, struct span *fields)
{
	struct record_id target;
	if (record_type != RECORDS_TYPE_CORRECTION || !fields_id(*fields, RECORDS_CORRECTION_TARGET, &target))
		return record_type;
	const struct rules_record *corrected = rules_find(&gate->world.rules, target);
	if (corrected == NULL || corrected->type == RECORDS_TYPE_CORRECTION)
		return record_type;
	*fields = corrected->fields;
	return corrected->type;
}

static enum access_class class_of(struct gate *gate, struct gate_case *in, uint32_t record_type, struct span fields)
{
	uint32_t type = type_of(gate, record_type, &fields);
	bool special = access_class_of_type(type) == ACCESS_ASSESSMENT && gate_is_special(gate, in);
	return access_class_of(type, fields, in->kind == DELTA_CASE_SENSITIVE, special);
}

static bool is_own(struct gate *gate, const struct casebook_record *record)
{
	struct record_id whose;
	if (record->record_type == RECORDS_TYPE_DEVICE)
		return fields_id(record->shown, RECORDS_DEVICE_HOLDER, &whose) && ID_EQUAL(whose, gate->staff);
	if (record->record_type == RECORDS_TYPE_ACCESS_LOG)
		return fields_id(record->shown, RECORDS_ACCESS_LOG_WHO, &whose) && ID_EQUAL(whose, gate->staff);
	return gate_is_mine(gate, record->last_author.node);
}

/* A worker's role counts for no case at the central node: that is said, not that there is none. */
static bool ask(const struct gate *gate, const struct access_moment *moment, enum access_act act, enum access_class class,
		struct access_answer *out)
{
	if (access_may(moment, act, class, out))
		return true;
	if (moment->roles == 0 && gate->roles != 0) {
		strcpy(out->why, "a worker sees and does the work of cases on their own device");
		out->how[0] = '\0';
	}
	return false;
}

static bool is_in_cases(enum access_class class)
{
	return class != ACCESS_LOG && class != ACCESS_DEVICES && class != ACCESS_STAFF && class != ACCESS_REFERENCE &&
	       class != ACCESS_ENCOUNTER && class != ACCESS_STATISTICS;
}

bool gate_may(struct gate *gate, enum access_act act, const struct casebook_record *record, struct access_answer *out)
{
	if (!gate->has_person) {
		*out = (struct access_answer){ .right = ACCESS_WHOLE };
		return true;
	}
	struct gate_case *in = gate_case_of(gate, record->case_id);
	enum access_class class = class_of(gate, in, record->record_type, record->shown);
	if (act == ACCESS_READ && class == ACCESS_PROTECTED && !gate->is_central)
		class = ACCESS_BASIC; /* its fields are guarded one by one */
	struct access_moment moment = gate_moment(gate, in, class, is_own(gate, record));
	return ask(gate, &moment, act, class, out);
}

static void count_hidden(struct gate *gate, enum access_class class, const struct access_answer *answer)
{
	if (gate->hidden[class]++ == 0)
		gate->hidden_why[class] = *answer;
}

bool gate_shows(struct gate *gate, const struct casebook_record *record)
{
	struct access_answer answer;
	(void)gate_may(gate, ACCESS_READ, record, &answer);
	return is_whole(&answer);
}

bool gate_sees(struct gate *gate, const struct casebook_record *record)
{
	struct access_answer answer;
	(void)gate_may(gate, ACCESS_READ, record, &answer);
	if (is_whole(&answer))
		return true;
	count_hidden(gate, class_of(gate, gate_case_of(gate, record->case_id), record->record_type, record->shown), &answer);
	return false;
}

struct fault gate_read(struct gate *gate, const struct casebook_record *record)
{
	struct access_answer answer;
	(void)gate_may(gate, ACCESS_READ, record, &answer);
	return is_whole(&answer) ? fault_none() : refused(gate, &answer);
}

bool gate_hides_field(struct gate *gate, const struct casebook_record *record, uint32_t number)
{
	struct access_answer answer;
	enum access_class of_record = access_class_of_type(record->record_type);
	enum access_class class = access_class_of_field(record->record_type, number, record->shown, of_record);
	if (class != ACCESS_PROTECTED || !gate->has_person)
		return false;
	struct access_moment moment = gate_moment(gate, gate_case_of(gate, record->case_id), class, false);
	if (access_may(&moment, ACCESS_READ, class, &answer) && is_whole(&answer))
		return false;
	if (gate->hidden[class] == 0)
		count_hidden(gate, class, &answer);
	return true;
}

struct span gate_fields(struct gate *gate, const struct casebook_record *record, struct span fields)
{
	struct span rest = fields;
	struct wire_field field;
	struct wire_out out;
	bool hides = false;
	while (!hides && wire_next(&rest, &field) == WIRE_FIELD)
		hides = gate_hides_field(gate, record, field.number);
	if (!hides)
		return fields;
	void *block = world_take(&gate->world, fields.len);
	if (block == NULL)
		return (struct span){ NULL, 0 };
	wire_out_init(&out, block, fields.len);
	while (wire_next(&fields, &field) == WIRE_FIELD)
		if (!gate_hides_field(gate, record, field.number))
			wire_put_raw(&out, field.whole);
	return wire_out_span(&out);
}

void gate_hidden(struct gate *gate, struct writer *out)
{
	bool begun = false;
	for (enum access_class class = 0; class < ACCESS_CLASSES; class++) {
		if (gate->hidden[class] == 0)
			continue;
		if (!begun)
			writer_list(out, "hidden");
		begun = true;
		writer_object(out, NULL);
		writer_string(out, "what", access_class_name(class));
		writer_number(out, "count", gate->hidden[class]);
		writer_string(out, "why", gate->hidden_why[class].why);
		writer_string(out, "how", gate->hidden_why[class].how);
		writer_object_end(out);
	}
	if (begun)
		writer_list_end(out);
}

/* ---- writes ---- */

/* By every guideline the decision names; without one, by a profession that decides. */
static bool is_entitled(struct gate *gate, struct span decision)
{
	struct span one, role;
	bool any = false;
	while (fields_next(&decision, RECORDS_LOCAL_DECISION_GUIDELINE_REF, &one)) {
		struct record_id id;
		if (one.len != ID_BYTES)
			continue;
		memcpy(id.bytes, one.data, ID_BYTES);
		const struct rules_record *guideline = rules_find(&gate->world.rules, id);
		if (guideline == NULL || guideline->type != RECORDS_TYPE_GUIDELINE ||
		    !fields_bytes(guideline->fields, RECORDS_GUIDELINE_DECIDER_ROLE, &role))
			continue;
		any = true;
		if (!access_is_entitled(role, gate->profession))
			return false;
	}
	return any || gate->profession == RECORDS_PROFESSION_LICENSED_SOCIAL_WORKER ||
	       gate->profession == RECORDS_PROFESSION_SOCIAL_INSTRUCTOR;
}

struct fault gate_write(struct gate *gate, const struct gate_write *write)
{
	struct access_answer answer;
	if (!gate->has_person)
		return fault_none();
	struct gate_case opening = { .own_worker = !gate->is_central, .met = ACCESS_IF_OWN_CASE, .kind = write->kind,
				     .knows_area = true, .knows_visit = true, .knows_near = true, .knows_special = true };
	struct gate_case *in = write->opens ? &opening : gate_case_of(gate, write->case_id);
	enum access_class class = class_of(gate, in, write->record_type, write->fields);
	struct access_moment moment = gate_moment(gate, in, class, true);
	if (class == ACCESS_DECISION && is_entitled(gate, write->fields))
		moment.met |= ACCESS_IF_ENTITLED;
	return access_may(&moment, write->is_draft ? ACCESS_DRAFT : ACCESS_CREATE, class, &answer) ? fault_none()
												   : refused(gate, &answer);
}

struct fault gate_class(struct gate *gate, enum access_act act, enum access_class class, uint32_t met,
			enum access_right least)
{
	struct access_answer answer;
	struct access_moment moment = { .roles = is_in_cases(class) ? gate_case_roles(gate) : gate->roles, .met = gate->met | met };
	if (gate->reason != NULL)
		moment.met |= ACCESS_IF_REASON;
	(void)ask(gate, &moment, act, class, &answer);
	return answer.right >= least || is_whole(&answer) ? fault_none() : refused(gate, &answer);
}

struct fault gate_guarded(struct gate *gate, struct case_id case_id, const char *reason)
{
	struct access_answer answer;
	gate->reason = reason;
	struct access_moment moment = gate_moment(gate, gate_case_of(gate, case_id), ACCESS_PROTECTED, false);
	return !gate->has_person || access_may(&moment, ACCESS_READ, ACCESS_PROTECTED, &answer) ? fault_none()
												: refused(gate, &answer);
}

/* ---- before a handler ---- */

static const char *named_by(const jalka_Request *call)
{
	switch (call->which_call) {
	case jalka_Request_show_tag:
		return call->call.show.id;
	case jalka_Request_step_tag:
		return call->call.step.record_id;
	case jalka_Request_correct_tag:
		return call->call.correct.record_id;
	case jalka_Request_print_tag:
		return call->call.print.id;
	case jalka_Request_disclosure_tag:
		return call->call.disclosure.id;
	case jalka_Request_consent_tag:
		return call->call.consent.id;
	case jalka_Request_session_tag:
		return call->call.session.id;
	case jalka_Request_protect_tag:
		return call->call.protect.id;
	case jalka_Request_handover_tag:
		return call->call.handover.id;
	default:
		return "";
	}
}

struct named {
	struct gate *gate;
	struct fault refusal;
	struct case_id case_id;
	bool found;
};

static bool take_named(void *ctx, const struct casebook_record *record)
{
	struct named *named = ctx;
	named->found = true;
	named->case_id = record->case_id;
	named->refusal = gate_read(named->gate, record);
	return false;
}

/* A reason that says nothing is none. */
static const char *said(const char *reason)
{
	return reason[strspn(reason, " \t\n")] != '\0' ? reason : NULL;
}

/* What a reading leaves: of a case once a session, with a reason each time. */
static struct fault trace_reading(struct gate *gate, const struct named *named, struct record_id id)
{
	const jalka_Request *call = gate->request->call;
	const char *reason = gate->reason;
	if (call->which_call == jalka_Request_print_tag) /* leaves its own */
		return fault_none();
	if (call->which_call == jalka_Request_show_tag && said(call->call.show.original) != NULL)
		reason = call->call.show.original;
	if (gate->is_central && gate_case_of(gate, named->case_id)->met & ACCESS_IF_OWN_CASE)
		return fault_none(); /* reference data and the directory are nobody's life */
	if (reason == NULL)
		id = (struct record_id){ { 0 } };
	return gate_trace(gate, RECORDS_ACCESS_ACT_VIEW, named->case_id, id, reason);
}

static bool is_a_persons(struct gate *gate, struct case_id id)
{
	enum delta_case_kind kind = gate_case_of(gate, id)->kind;
	return kind != DELTA_CASE_REFERENCE && kind != DELTA_CASE_DIRECTORY && kind != DELTA_CASE_ACCESS;
}

/* Lists of what is nobody's leave nothing. */
static bool lists_people(struct gate *gate)
{
	const jalka_Request *call = gate->request->call;
	const struct schema_record *type =
		call->which_call == jalka_Request_list_tag ? schema_by_name(span_text(call->call.list.type)) : NULL;
	if (gate->is_central || profile_status(gate->request->target.profile)->cases == 0)
		return false;
	switch (type == NULL ? ACCESS_BASIC : access_class_of_type(type->type)) {
	case ACCESS_LOG:
	case ACCESS_DEVICES:
	case ACCESS_STAFF:
	case ACCESS_REFERENCE:
	case ACCESS_ENCOUNTER:
	case ACCESS_STATISTICS:
		return false;
	case ACCESS_BASIC:
	case ACCESS_PROTECTED:
	case ACCESS_CONTENT:
	case ACCESS_SENSITIVE:
	case ACCESS_ASSESSMENT:
	case ACCESS_SPECIAL:
	case ACCESS_PLAN:
	case ACCESS_APPLICATION:
	case ACCESS_DECISION:
	case ACCESS_CONSENT:
	case ACCESS_REFERRAL:
	case ACCESS_CHILD_NOTICE:
	case ACCESS_MATTER:
	case ACCESS_ASSIGNMENT:
	case ACCESS_ERASURE:
	case ACCESS_CLASSES:
		break;
	}
	return true;
}

static struct fault trace_list(struct gate *gate)
{
	static const struct case_id no_case;
	static const struct record_id no_record;
	return lists_people(gate) ? gate_trace(gate, RECORDS_ACCESS_ACT_LIST, no_case, no_record, NULL) : fault_none();
}

/* A draft is the person's own, and may be of somebody's case. */
static bool take_draft(void *ctx, const struct drafts_draft *draft)
{
	struct named *named = ctx;
	named->case_id = draft->case_id;
	named->found = !ID_IS_NONE(draft->case_id);
	return false;
}

/* What cannot be found the handler refuses in its own words. */
static struct fault check_named(struct gate *gate, const char *text)
{
	struct named named = { .gate = gate, .refusal = fault_none() };
	struct record_id id = { { 0 } };
	struct log_case info;
	bool shows = gate->request->call->which_call == jalka_Request_show_tag;
	if (shows)
		gate->reason = said(gate->request->call->call.show.guarded);
	if (*text == '\0') /* a list of all there are */
		return trace_list(gate);
	if (!fault_is(resolve_record(gate->world.book, text, &id))) {
		FAULT_TRY(casebook_get(gate->world.book, id, take_named, &named));
		FAULT_TRY(named.refusal);
	} else if (!fault_is(resolve_case(gate->world.log, text, &info))) {
		named.case_id = info.case_id;
		named.found = true;
	} else if (shows && !gate->is_central && !fault_is(resolve_draft(gate->world.log, text, &id))) {
		FAULT_TRY(drafts_get(gate->world.log, id, take_draft, &named));
	}
	if (!named.found || !is_a_persons(gate, named.case_id))
		return fault_none();
	return gate->is_central ? fault_none() : trace_reading(gate, &named, id);
}

/* Kela's contact person has no login: what is marked so goes as a package. */
static struct fault check_login(struct gate *gate)
{
	struct access_answer answer = { .why = "Kela's contact person has no login", .how =
		"what is disclosed goes as a package: jalka disclosure" };
	return gate->roles == 1u << ACCESS_KELA ? refused(gate, &answer) : fault_none();
}

struct fault gate_check(struct gate *gate, const struct request_row *row)
{
	if (!gate->has_person)
		return fault_none();
	FAULT_TRY(check_login(gate));
	switch (row->does) {
	case REQUEST_FREE:
	case REQUEST_ASKS:
		return fault_none();
	case REQUEST_NAMES:
		return check_named(gate, named_by(gate->request->call));
	case REQUEST_LISTS:
		return trace_list(gate);
	}
	return fault_none();
}
