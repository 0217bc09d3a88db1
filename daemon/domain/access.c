/* access - the table, and reading it. */
#include "domain/access.h"

#include "base/assert.h"
#include "domain/fields.h"
#include "domain/rules_parts.h"
#include "domain/schema.h"
#include "records_table.h"

#define OWN ACCESS_IF_OWN_CASE
#define AREA ACCESS_IF_CASE_OR_AREA
#define VISITING ACCESS_IF_VISITING
#define LICENSED ACCESS_IF_LICENSED
#define NEAR ACCESS_IF_LICENSED_NEAR
#define AUTHOR ACCESS_IF_AUTHOR
#define ENTITLED ACCESS_IF_ENTITLED
#define REASON ACCESS_IF_REASON
#define DRAFT ACCESS_IF_DRAFT
#define LOSS ACCESS_IF_LOSS

/* R read, C create or sign, D what was disclosed, M metadata, A aggregates; G: the
 * glass may be broken to read it. */
#define NONE { ACCESS_NOTHING, 0, false, 0, false }
#define R(when) { ACCESS_WHOLE, (when), false, 0, false }
#define RC(when, create) { ACCESS_WHOLE, (when), true, (create), false }
#define G { ACCESS_NOTHING, 0, false, 0, true }
#define RG(when) { ACCESS_WHOLE, (when), false, 0, true }
#define RCG(when, create) { ACCESS_WHOLE, (when), true, (create), true }
#define CG(create) { ACCESS_NOTHING, 0, true, (create), true }
#define C(create) { ACCESS_NOTHING, 0, true, (create), false }
#define D { ACCESS_DISCLOSED, 0, false, 0, false }
#define M { ACCESS_METADATA, 0, false, 0, false }
#define MC { ACCESS_METADATA, 0, true, 0, false }
#define MG { ACCESS_METADATA, 0, false, 0, true }
#define A { ACCESS_AGGREGATES, 0, false, 0, false }
#define AC { ACCESS_AGGREGATES, 0, true, 0, false }

static const struct access_cell table[ACCESS_CLASSES][ACCESS_ROLES] = {
	/*                       outreach worker            own worker          social instructor       Kela  municipal      technical  officer */
	[ACCESS_BASIC]       = { RCG(AREA, AREA),           RC(0, 0),           RCG(OWN, OWN),          D,    MG,            NONE,      NONE },
	[ACCESS_PROTECTED]   = { RG(VISITING | REASON),     RC(REASON, 0),      RG(VISITING | REASON),  NONE, NONE,          NONE,      NONE },
	[ACCESS_CONTENT]     = { RCG(OWN, OWN),             RC(0, 0),           RCG(OWN, OWN),          NONE, G,             NONE,      NONE },
	[ACCESS_SENSITIVE]   = { RCG(OWN, OWN),             RC(0, 0),           G,                      NONE, G,             NONE,      NONE },
	[ACCESS_ASSESSMENT]  = { RCG(AUTHOR, OWN | DRAFT),  RC(0, 0),           RCG(AUTHOR, OWN | DRAFT), D,  MG,            NONE,      NONE },
	[ACCESS_SPECIAL]     = { RCG(OWN | LICENSED, OWN | LICENSED), RC(0, NEAR), RG(OWN),             NONE, MG,            NONE,      NONE },
	[ACCESS_PLAN]        = { RCG(OWN, OWN),             RC(0, 0),           RCG(OWN, OWN),          D,    MG,            NONE,      NONE },
	[ACCESS_APPLICATION] = { RCG(OWN, OWN),             RC(0, 0),           RCG(OWN, OWN),          D,    MG,            NONE,      NONE },
	[ACCESS_DECISION]    = { RG(OWN),                   RC(0, ENTITLED),    RCG(OWN, OWN | ENTITLED), NONE, MG,          NONE,      NONE },
	[ACCESS_CONSENT]     = { RCG(OWN, OWN),             RC(0, 0),           RCG(OWN, OWN),          D,    MG,            NONE,      NONE },
	[ACCESS_REFERRAL]    = { RCG(OWN, OWN),             RC(0, 0),           RCG(OWN, OWN),          D,    MG,            NONE,      NONE },
	[ACCESS_CHILD_NOTICE] = { RCG(AUTHOR, OWN),         RC(0, 0),           RCG(AUTHOR, OWN),       NONE, M,             NONE,      NONE },
	[ACCESS_MATTER]      = { RCG(OWN, OWN),             RC(0, 0),           RCG(OWN, OWN),          NONE, MG,            NONE,      NONE },
	[ACCESS_ASSIGNMENT]  = { R(OWN),                    R(0),               R(OWN),                 NONE, RC(0, 0),      M,         NONE },
	[ACCESS_LOG]         = { R(AUTHOR),                 R(AUTHOR),          R(AUTHOR),              NONE, R(REASON),     M,         R(REASON) },
	[ACCESS_DEVICES]     = { R(AUTHOR),                 R(AUTHOR),          R(AUTHOR),              NONE, RC(0, LOSS),   RC(0, 0),  NONE },
	[ACCESS_STAFF]       = { R(0),                      R(0),               R(0),                   NONE, RC(0, 0),      R(0),      R(0) },
	[ACCESS_REFERENCE]   = { R(0),                      R(0),               R(0),                   NONE, RC(0, 0),      R(0),      R(0) },
	[ACCESS_ENCOUNTER]   = { RC(0, 0),                  RC(0, 0),           RC(0, 0),               NONE, RC(0, 0),      NONE,      NONE },
	[ACCESS_ERASURE]     = { R(OWN),                    R(0),               R(OWN),                 NONE, RC(0, 0),      NONE,      M },
	[ACCESS_STATISTICS]  = { A,                         A,                  A,                      A,    AC,            NONE,      NONE },
};

const struct access_cell *access_cell(enum access_class class, enum access_role role)
{
	ASSERT((unsigned)class < ACCESS_CLASSES && (unsigned)role < ACCESS_ROLES);
	return &table[class][role];
}

/* ---- reading the table ---- */

static void say(char out[static ACCESS_TEXT_BYTES], const char *first, const char *second, const char *third)
{
	const char *const parts[] = { first, second, third };
	size_t used = 0;
	for (size_t i = 0; i < 3; i++)
		for (const char *at = parts[i]; *at != '\0' && used < ACCESS_TEXT_BYTES - 1; at++)
			out[used++] = *at;
	out[used] = '\0';
}

static const char *missing_text(uint32_t condition)
{
	switch ((enum access_condition)condition) {
	case ACCESS_IF_OWN_CASE:
		return "the case is not assigned to this person";
	case ACCESS_IF_CASE_OR_AREA:
		return "the case is not assigned to this person, nor in the area of the role";
	case ACCESS_IF_VISITING:
		return "no visit to this client is planned for today or under way";
	case ACCESS_IF_LICENSED:
		return "it belongs to a licensed social worker";
	case ACCESS_IF_LICENSED_NEAR:
		return "special support is needed: a licensed social worker must be own worker or work with the client";
	case ACCESS_IF_AUTHOR:
		return "it is not this person's own";
	case ACCESS_IF_ENTITLED:
		return "the guideline gives this decision to another role";
	case ACCESS_IF_REASON:
		return "it is not shown without a reason";
	case ACCESS_IF_DRAFT:
		return "this role drafts it, and the own worker decides and signs";
	case ACCESS_IF_LOSS:
		return "this role reports the loss of a device and changes nothing else of it";
	}
	return "";
}

static const char *cure_text(uint32_t condition, enum access_class class)
{
	switch ((enum access_condition)condition) {
	case ACCESS_IF_OWN_CASE:
	case ACCESS_IF_CASE_OR_AREA:
		return "have the administrator assign the case";
	case ACCESS_IF_VISITING:
		return "plan the visit, or start it";
	case ACCESS_IF_LICENSED:
	case ACCESS_IF_LICENSED_NEAR:
		return "have a licensed social worker assigned to the case";
	case ACCESS_IF_AUTHOR:
		return class == ACCESS_LOG ? "the data-protection officer reads all logs at the central node" : "";
	case ACCESS_IF_ENTITLED:
		return "have it made by the role the guideline names";
	case ACCESS_IF_REASON:
		return class == ACCESS_PROTECTED ? "give --protected REASON" : "give --reason TEXT";
	case ACCESS_IF_DRAFT:
		return "leave it a draft for the own worker to sign";
	case ACCESS_IF_LOSS:
		return "the technical administrator does it";
	}
	return "";
}

static const char *act_words(enum access_act act)
{
	switch (act) {
	case ACCESS_READ:
		return "does not read ";
	case ACCESS_DRAFT:
		return "does not draft ";
	case ACCESS_CREATE:
		return "does not write ";
	case ACCESS_ACTS:
		break;
	}
	return "does not see ";
}

static uint32_t met_by(const struct access_moment *moment, enum access_act act)
{
	uint32_t met = moment->met | (act == ACCESS_DRAFT ? ACCESS_IF_DRAFT : 0u);
	if (met & ACCESS_IF_OWN_CASE)
		met |= ACCESS_IF_CASE_OR_AREA;
	if (met & ACCESS_IF_LICENSED)
		met |= ACCESS_IF_LICENSED_NEAR;
	return met;
}

static unsigned count_bits(uint32_t bits)
{
	unsigned count = 0;
	for (; bits != 0; bits &= bits - 1)
		count++;
	return count;
}

/* What one role grants; of a refusal `missing` are the conditions not met, 0: never. */
static enum access_right grant_of(const struct access_cell *cell, uint32_t met, enum access_act act, uint32_t *missing)
{
	bool granted = act == ACCESS_READ ? cell->read != ACCESS_NOTHING : cell->create;
	uint32_t need = act == ACCESS_READ ? cell->read_if : cell->create_if;
	*missing = granted ? need & ~met : 0;
	if (!granted || *missing != 0)
		return ACCESS_NOTHING;
	return act == ACCESS_READ ? cell->read : ACCESS_WHOLE;
}

static void refuse(enum access_role as, uint32_t missing, bool may_break, enum access_act act, enum access_class class,
		   struct access_answer *out)
{
	static const char glass[] = "jalka break-glass opens it for today, with a reason that is shown to the administrator";
	uint32_t first = missing & (~missing + 1);
	if (first != 0)
		say(out->why, access_class_words(class), ": ", missing_text(first));
	else
		say(out->why, access_role_words(as), " ", act_words(act));
	if (first == 0) { /* "social instructor does not read notes marked sensitive" */
		char whole[ACCESS_TEXT_BYTES];
		say(whole, out->why, access_class_words(class), "");
		say(out->why, whole, "", "");
	}
	if (first == ACCESS_IF_REASON || first == ACCESS_IF_VISITING)
		may_break = may_break && class != ACCESS_PROTECTED; /* a reason, or a visit, is the way to them */
	const char *cure = first != 0 ? cure_text(first, class) : "";
	say(out->how, cure, *cure != '\0' && may_break ? "; or " : "", may_break ? glass : "");
}

bool access_may(const struct access_moment *moment, enum access_act act, enum access_class class, struct access_answer *out)
{
	uint32_t met = met_by(moment, act), nearest = 0;
	bool may_break = false;
	enum access_role near = ACCESS_ROLES;
	*out = (struct access_answer){ .right = ACCESS_NOTHING, .as = ACCESS_ROLES };
	for (enum access_role role = 0; role < ACCESS_ROLES; role++) {
		const struct access_cell *cell = access_cell(class, role);
		uint32_t missing;
		if ((moment->roles & 1u << role) == 0)
			continue;
		enum access_right right = grant_of(cell, met, act, &missing);
		bool by_glass = act == ACCESS_READ && cell->glass && moment->glass && right < ACCESS_WHOLE;
		may_break = may_break || (act == ACCESS_READ && cell->glass && !moment->glass);
		if (by_glass) { /* it stands for every condition but the reason of each look (A4) */
			missing &= ACCESS_IF_REASON;
			by_glass = missing == 0;
			right = by_glass ? ACCESS_WHOLE : right;
		}
		if (right > out->right) {
			out->right = right;
			out->as = role;
			out->by_glass = by_glass;
		}
		/* The refusal told is the one that least is missing for. */
		if (near == ACCESS_ROLES || (missing != 0 && (nearest == 0 || count_bits(missing) < count_bits(nearest)))) {
			near = role;
			nearest = missing;
		}
	}
	if (out->right != ACCESS_NOTHING)
		return true;
	out->as = near;
	if (near == ACCESS_ROLES) {
		say(out->why, "no role is granted to this person today", "", "");
		say(out->how, "the administrator grants one: jalka admin grant STAFF ROLE", "", "");
		return false;
	}
	refuse(near, nearest, may_break, act, class, out);
	return false;
}

/* ---- which class a thing is of ---- */

enum access_class access_class_of_type(uint32_t record_type)
{
	switch (record_type) {
	case RECORDS_TYPE_CLIENT:
	case RECORDS_TYPE_RELATED_PERSON:
	case RECORDS_TYPE_KAIKUKORTTI_GRANT:
	case RECORDS_TYPE_DATA_SUBJECT_REQUEST:
		return ACCESS_BASIC;
	case RECORDS_TYPE_PROTECTED_DETAILS:
		return ACCESS_PROTECTED;
	case RECORDS_TYPE_SENSITIVE_FILE:
		return ACCESS_SENSITIVE;
	case RECORDS_TYPE_SERVICE_NEED_ASSESSMENT:
		return ACCESS_ASSESSMENT;
	case RECORDS_TYPE_PLAN:
	case RECORDS_TYPE_AGREED_ACTION:
		return ACCESS_PLAN;
	case RECORDS_TYPE_ASSISTANCE_APPLICATION:
	case RECORDS_TYPE_LOCAL_APPLICATION:
	case RECORDS_TYPE_SERVICE_NOTICE:
		return ACCESS_APPLICATION;
	case RECORDS_TYPE_LOCAL_DECISION:
		return ACCESS_DECISION;
	case RECORDS_TYPE_CONSENT:
	case RECORDS_TYPE_DISCLOSURE:
		return ACCESS_CONSENT;
	case RECORDS_TYPE_REFERRAL:
		return ACCESS_REFERRAL;
	case RECORDS_TYPE_CHILD_NOTICE:
		return ACCESS_CHILD_NOTICE;
	case RECORDS_TYPE_CASE:
	case RECORDS_TYPE_VISIT:
	case RECORDS_TYPE_HANDOVER:
		return ACCESS_MATTER;
	case RECORDS_TYPE_CASE_ASSIGNMENT:
	case RECORDS_TYPE_QUARANTINE_DECISION:
		return ACCESS_ASSIGNMENT;
	case RECORDS_TYPE_ACCESS_LOG:
		return ACCESS_LOG;
	case RECORDS_TYPE_DEVICE:
	case RECORDS_TYPE_ORGANISER_POLICY:
		return ACCESS_DEVICES;
	case RECORDS_TYPE_STAFF_MEMBER:
	case RECORDS_TYPE_ROLE_GRANT:
		return ACCESS_STAFF;
	case RECORDS_TYPE_MUNICIPALITY:
	case RECORDS_TYPE_SERVICE_POINT:
	case RECORDS_TYPE_PARTNER:
	case RECORDS_TYPE_OUTREACH_POST:
	case RECORDS_TYPE_GUIDELINE:
	case RECORDS_TYPE_LAW_REF:
	case RECORDS_TYPE_MODEL_VERSION:
	case RECORDS_TYPE_RESPONSIBILITY:
	case RECORDS_TYPE_BULLETIN:
		return ACCESS_REFERENCE;
	case RECORDS_TYPE_ANONYMOUS_CONTACT:
	case RECORDS_TYPE_FEEDBACK:
	case RECORDS_TYPE_SOCIAL_OBSERVATION:
	case RECORDS_TYPE_DECISION_QUALITY_ITEM:
	case RECORDS_TYPE_DEVELOPMENT_EVENT:
		return ACCESS_ENCOUNTER;
	case RECORDS_TYPE_RETENTION_ACTION:
		return ACCESS_ERASURE;
	case RECORDS_TYPE_AGGREGATE_REPORT:
		return ACCESS_STATISTICS;
	default: /* a newer version's too: what is not known is content */
		return ACCESS_CONTENT;
	}
}

enum access_class access_class_of(uint32_t record_type, struct span fields, bool in_sensitive, bool in_special)
{
	enum access_class class = access_class_of_type(record_type);
	if (class == ACCESS_ASSESSMENT &&
	    (in_special || fields_true(fields, RECORDS_SERVICE_NEED_ASSESSMENT_SPECIAL_SUPPORT)))
		class = ACCESS_SPECIAL;
	if (class == ACCESS_CONTENT && record_type == RECORDS_TYPE_ENCOUNTER_NOTE &&
	    fields_true(fields, RECORDS_ENCOUNTER_NOTE_SENSITIVE))
		return ACCESS_SENSITIVE;
	/* Who is assigned to it is no secret of the file. */
	return in_sensitive && class != ACCESS_ASSIGNMENT ? ACCESS_SENSITIVE : class;
}

enum access_class access_class_of_field(uint32_t record_type, uint32_t field, struct span fields, enum access_class of_record)
{
	if (record_type == RECORDS_TYPE_CLIENT && field == RECORDS_CLIENT_ADDRESS &&
	    fields_true(fields, RECORDS_CLIENT_ADDRESS_PROTECTED))
		return ACCESS_PROTECTED;
	/* That there are protected details is basic data; what they are is not. */
	if (record_type == RECORDS_TYPE_PROTECTED_DETAILS)
		return field == RECORDS_PROTECTED_DETAILS_CLIENT ? ACCESS_BASIC : ACCESS_PROTECTED;
	return of_record;
}

bool access_is_metadata(uint32_t record_type, uint32_t field)
{
	const struct schema_record *record = schema_by_type(record_type);
	const struct schema_field *known = record == NULL ? NULL : schema_field_by_number(record->message, field);
	if (known == NULL)
		return false;
	if (record_type == RECORDS_TYPE_CLIENT)
		return field == RECORDS_CLIENT_FAMILY_NAME || field == RECORDS_CLIENT_GIVEN_NAMES ||
		       field == RECORDS_CLIENT_MUNICIPALITY;
	if (record_type == RECORDS_TYPE_CHILD_NOTICE)
		return false; /* counted alone */
	if (known->kind == SCHEMA_DATE || known->kind == SCHEMA_TIME)
		return true;
	if (record_type == RECORDS_TYPE_CASE_ASSIGNMENT)
		return field == RECORDS_CASE_ASSIGNMENT_STAFF || field == RECORDS_CASE_ASSIGNMENT_ROLE;
	return known->kind == SCHEMA_ENUM && !known->repeated &&
	       (record_type == RECORDS_TYPE_SERVICE_NEED_ASSESSMENT || span_equal(span_text(known->name), span_text("state")));
}

/* ---- roles ---- */

enum access_role access_role_of_grant(uint64_t role)
{
	for (enum access_role known = 0; known < ACCESS_ROLES; known++)
		if (role != 0 && access_grant_of_role(known) == role)
			return known;
	return ACCESS_ROLES;
}

uint32_t access_grant_of_role(enum access_role role)
{
	switch (role) {
	case ACCESS_OUTREACH:
		return RECORDS_ROLE_OUTREACH_WORKER;
	case ACCESS_INSTRUCTOR:
		return RECORDS_ROLE_SOCIAL_INSTRUCTOR;
	case ACCESS_KELA:
		return RECORDS_ROLE_KELA_CONTACT;
	case ACCESS_MUNICIPAL:
		return RECORDS_ROLE_MUNICIPAL_ADMIN;
	case ACCESS_TECHNICAL:
		return RECORDS_ROLE_TECHNICAL_ADMIN;
	case ACCESS_OFFICER:
		return RECORDS_ROLE_DATA_PROTECTION_OFFICER;
	case ACCESS_OWN_WORKER:
	case ACCESS_ROLES:
		break;
	}
	return 0;
}

/* The law leaves open who may do outreach work (SHL 7 a §). */
enum access_role access_role_of_profession(uint64_t profession)
{
	return profession == RECORDS_PROFESSION_SOCIAL_INSTRUCTOR ? ACCESS_INSTRUCTOR : ACCESS_OUTREACH;
}

bool access_is_entitled(struct span decider_role, uint64_t profession)
{
	bool worker = rules_text_holds(decider_role, "sosiaalityöntekijä") || rules_text_holds(decider_role, "socialarbetare") ||
		      rules_text_holds(decider_role, "social worker");
	bool instructor = rules_text_holds(decider_role, "sosiaaliohjaaja") ||
			  rules_text_holds(decider_role, "socialhandledare") ||
			  rules_text_holds(decider_role, "social instructor");
	if (!worker && !instructor)
		return true;
	return (worker && profession == RECORDS_PROFESSION_LICENSED_SOCIAL_WORKER) ||
	       (instructor && (profession == RECORDS_PROFESSION_SOCIAL_INSTRUCTOR ||
			       profession == RECORDS_PROFESSION_LICENSED_SOCIAL_WORKER));
}

/* ---- names ---- */

static const char *const role_names[ACCESS_ROLES][2] = {
	[ACCESS_OUTREACH] = { "outreach_worker", "outreach worker" },
	[ACCESS_OWN_WORKER] = { "own_worker", "own worker" },
	[ACCESS_INSTRUCTOR] = { "social_instructor", "social instructor" },
	[ACCESS_KELA] = { "kela_contact", "Kela's contact person" },
	[ACCESS_MUNICIPAL] = { "municipal_admin", "municipal administrator" },
	[ACCESS_TECHNICAL] = { "technical_admin", "technical administrator" },
	[ACCESS_OFFICER] = { "data_protection_officer", "data-protection officer" },
};

static const char *const class_names[ACCESS_CLASSES][2] = {
	[ACCESS_BASIC] = { "basic", "client basic data" },
	[ACCESS_PROTECTED] = { "protected", "protected address, safety note" },
	[ACCESS_CONTENT] = { "content", "notes, mapping, concern" },
	[ACCESS_SENSITIVE] = { "sensitive", "what is marked sensitive" },
	[ACCESS_ASSESSMENT] = { "assessment", "assessment" },
	[ACCESS_SPECIAL] = { "special_assessment", "special-support assessment" },
	[ACCESS_PLAN] = { "plan", "plans, agreed actions" },
	[ACCESS_APPLICATION] = { "application", "applications, info requests" },
	[ACCESS_DECISION] = { "decision", "local decisions" },
	[ACCESS_CONSENT] = { "consent", "consent, disclosure" },
	[ACCESS_REFERRAL] = { "referral", "referrals" },
	[ACCESS_CHILD_NOTICE] = { "child_notice", "child notice" },
	[ACCESS_MATTER] = { "matter", "matters, visits, handover" },
	[ACCESS_ASSIGNMENT] = { "assignment", "assignments, quarantine, links" },
	[ACCESS_LOG] = { "access_log", "access logs" },
	[ACCESS_DEVICES] = { "devices", "devices, keys, copies" },
	[ACCESS_STAFF] = { "staff", "staff and roles" },
	[ACCESS_REFERENCE] = { "reference", "reference data" },
	[ACCESS_ENCOUNTER] = { "encounter", "records without a person" },
	[ACCESS_ERASURE] = { "erasure", "keeping and erasing" },
	[ACCESS_STATISTICS] = { "statistics", "statistics" },
};

const char *access_role_name(enum access_role role)
{
	return role < ACCESS_ROLES ? role_names[role][0] : "none";
}

const char *access_role_words(enum access_role role)
{
	return role < ACCESS_ROLES ? role_names[role][1] : "nobody";
}

const char *access_class_name(enum access_class class)
{
	return class_names[class][0];
}

const char *access_class_words(enum access_class class)
{
	return class_names[class][1];
}

const char *access_right_name(enum access_right right)
{
	switch (right) {
	case ACCESS_NOTHING:
		return "NOTHING";
	case ACCESS_AGGREGATES:
		return "AGGREGATES";
	case ACCESS_DISCLOSED:
		return "DISCLOSED";
	case ACCESS_METADATA:
		return "METADATA";
	case ACCESS_WHOLE:
		return "READ";
	}
	return "NOTHING";
}

const char *access_condition_name(unsigned bit)
{
	static const char *const names[ACCESS_CONDITIONS] = { "own_case", "case_or_area", "visiting", "licensed", "licensed_near",
							      "author", "entitled", "reason", "draft", "loss" };
	return bit < ACCESS_CONDITIONS ? names[bit] : "";
}
