/* rules_parts - what the files of domain/rules share, and the rule of each type.
 *
 * Inside the rules only; others include domain/rules.h.
 */
#ifndef JALKA_DOMAIN_RULES_PARTS_H
#define JALKA_DOMAIN_RULES_PARTS_H

#include "domain/fields.h"
#include "domain/rules.h"
#include "records_table.h"

/* rules.c: refusals that many rules share; no fault where a value is absent. */
struct fault rules_order_of_dates(const struct rules_write *write, uint32_t first, uint32_t second,
				  struct rules_told *told, const char *what);
struct fault rules_order_of_times(const struct rules_write *write, uint32_t first, uint32_t second,
				  struct rules_told *told, const char *what);
struct fault rules_date_is_past(const struct rules_world *world, const struct rules_write *write, uint32_t field,
				struct rules_told *told);
struct fault rules_time_is_past(const struct rules_world *world, const struct rules_write *write, uint32_t field,
				struct rules_told *told);
/* An id field that names a record known here of another type. */
struct fault rules_names(const struct rules_world *world, const struct rules_write *write, uint32_t field, uint32_t type,
			 struct rules_told *told, const char *what);
int32_t rules_day_of(uint64_t ms);
const char *rules_field_name(const struct rules_write *write, uint32_t field);
/* Whether the record of the same case says it is closed for good. */
bool rules_case_is_closed(const struct rules_world *world, struct case_id case_id);
/* The case record of the matter a write stands in; NULL: none here. */
const struct rules_record *rules_matter(const struct rules_world *world, const struct rules_write *write);
/* Notes, mappings, assessments: what has a ContentState. */
bool rules_is_content(const struct rules_record *record);
/* Of those: voided, so that nothing rests on it. */
bool rules_is_void(const struct rules_world *world, const struct rules_record *record);
/* The instance of a type whose id field names this record, signed or written here and not voided. */
const struct rules_record *rules_naming(const struct rules_world *world, enum rules_scope scope,
					struct case_id case_id, uint32_t type, uint32_t field, struct record_id id);

/* rules_text: no identity code and no phone number in any text of the record. */
struct fault rules_text_names_nobody(const struct rules_write *write, struct rules_told *told);
bool rules_text_has_code(struct span text);
bool rules_text_has_phone(struct span text);
/* Whether a text holds this one, small and capital ASCII letters alike. */
bool rules_text_holds(struct span text, const char *part);

/* rules_aid: an application Kela handles urgently: URGENT, and not moved to the normal queue. */
bool rules_is_urgent(struct span application);

/* rules_consent: whether a consent is in force at a moment, over all siblings. */
bool rules_consent_holds(const struct rules_world *world, const struct rules_record *consent);
struct fault rules_consent_basis(const struct rules_world *world, const struct rules_write *write,
				 struct rules_told *told);
/* The same of a session's consent: in force, of scope SESSION, of this client. */
struct fault rules_consent_of_session(const struct rules_world *world, const struct rules_write *write,
				      struct rules_told *told);
/* Each participant's identity_checked_how says something. */
struct fault rules_session_identities(const struct rules_write *write, struct rules_told *told);
struct fault rules_session_actions(const struct rules_world *world, const struct rules_write *write,
				   struct rules_told *told);

rules_fn rules_client_card, rules_protected, rules_related, rules_capability;
rules_fn rules_case_record, rules_visit, rules_assignment, rules_referral;
rules_fn rules_note, rules_mapping, rules_concern, rules_benefit, rules_child_notice, rules_assessment;
/* rules_plan: another plan in force replaces the same one. */
bool rules_plan_has_rival(const struct rules_world *world, const struct rules_record *plan);

/* rules_handover: whether somebody is the own worker of a case; true as well when nobody
 * is named yet. No unsigned draft in the cases of a handover's message. */
bool rules_own_worker(const struct rules_world *world, struct case_id case_id, struct record_id staff);
struct fault rules_no_drafts(const struct rules_world *world, struct span handover, struct rules_told *told);

rules_fn rules_plan, rules_action, rules_handover;
rules_fn rules_application, rules_local_application, rules_local_decision, rules_service_notice;
rules_fn rules_consent, rules_disclosure;
rules_fn rules_session;
rules_fn rules_anonymous, rules_feedback, rules_development, rules_correction, rules_request, rules_transfer,
	rules_card, rules_valid_order, rules_post, rules_checklist;

/* Derived values: appended when absent. */
typedef void rules_fill_fn(const struct rules_world *world, const struct rules_write *write, struct wire_out *out);
rules_fill_fn rules_fill_capability, rules_fill_consent, rules_fill_mapping, rules_fill_application,
	rules_fill_service_notice;

#endif
