/* phase - each record type's phase, and an application's by its state. */
#include "domain/phase.h"

#include "domain/fields.h"
#include "domain/schema.h"
#include "records_table.h"

static const struct { uint32_t type, phase, field; } phases[] = {
	{ RECORDS_TYPE_VISIT, 0, RECORDS_VISIT_PHASE },
	{ RECORDS_TYPE_RESPONSIBILITY, 0, RECORDS_RESPONSIBILITY_PHASE },
	{ RECORDS_TYPE_ANONYMOUS_CONTACT, RECORDS_PROCESS_PHASE_GUIDANCE, 0 },
	{ RECORDS_TYPE_LOCAL_APPLICATION, RECORDS_PROCESS_PHASE_DECISION, 0 },
	{ RECORDS_TYPE_LOCAL_DECISION, RECORDS_PROCESS_PHASE_DECISION, 0 },
	{ RECORDS_TYPE_REFERRAL, RECORDS_PROCESS_PHASE_SOCIAL_WELFARE, 0 },
	{ RECORDS_TYPE_CONCERN_ASSESSMENT, RECORDS_PROCESS_PHASE_SOCIAL_WELFARE, 0 },
	{ RECORDS_TYPE_BENEFIT_ASSESSMENT, RECORDS_PROCESS_PHASE_SOCIAL_WELFARE, 0 },
	{ RECORDS_TYPE_LIFE_SITUATION_MAPPING, RECORDS_PROCESS_PHASE_SOCIAL_WELFARE, 0 },
	{ RECORDS_TYPE_SERVICE_NEED_ASSESSMENT, RECORDS_PROCESS_PHASE_SOCIAL_WELFARE, 0 },
	{ RECORDS_TYPE_PLAN, RECORDS_PROCESS_PHASE_SOCIAL_WELFARE, 0 },
	{ RECORDS_TYPE_FEEDBACK, RECORDS_PROCESS_PHASE_DEVELOPMENT, 0 },
	{ RECORDS_TYPE_SOCIAL_OBSERVATION, RECORDS_PROCESS_PHASE_DEVELOPMENT, 0 },
	{ RECORDS_TYPE_DECISION_QUALITY_ITEM, RECORDS_PROCESS_PHASE_DEVELOPMENT, 0 },
	{ RECORDS_TYPE_DEVELOPMENT_EVENT, RECORDS_PROCESS_PHASE_DEVELOPMENT, 0 },
};

/* What was withdrawn is in the phase it was withdrawn from: at Kela when it had come there. */
static uint32_t application_phase(struct span fields)
{
	switch (fields_number_or_none(fields, RECORDS_ASSISTANCE_APPLICATION_STATE)) {
	case RECORDS_APPLICATION_STATE_NORMAL_QUEUE:
	case RECORDS_APPLICATION_STATE_URGENT_QUEUE:
	case RECORDS_APPLICATION_STATE_WAITING_INFO:
		return RECORDS_PROCESS_PHASE_KELA_HANDLING;
	case RECORDS_APPLICATION_STATE_DECIDED:
	case RECORDS_APPLICATION_STATE_TOLD_TO_CLIENT:
	case RECORDS_APPLICATION_STATE_COLLECTED:
	case RECORDS_APPLICATION_STATE_CLOSED:
		return RECORDS_PROCESS_PHASE_DECISION;
	case RECORDS_APPLICATION_STATE_WITHDRAWN:
		return fields_has(fields, RECORDS_ASSISTANCE_APPLICATION_ARRIVED_AT_KELA) ? RECORDS_PROCESS_PHASE_KELA_HANDLING
											  : RECORDS_PROCESS_PHASE_APPLYING;
	}
	return RECORDS_PROCESS_PHASE_APPLYING;
}

uint32_t phase_of(uint32_t record_type, struct span fields)
{
	if (record_type == RECORDS_TYPE_ASSISTANCE_APPLICATION)
		return application_phase(fields);
	for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++)
		if (phases[i].type == record_type)
			return phases[i].field == 0 ? phases[i].phase : (uint32_t)fields_number_or_none(fields, phases[i].field);
	return 0;
}

const char *phase_name(uint32_t phase)
{
	const struct schema_field *field =
		schema_field_by_number(schema_by_type(RECORDS_TYPE_VISIT)->message, RECORDS_VISIT_PHASE);
	for (size_t i = 0; i < field->enumeration->count; i++)
		if ((uint32_t)field->enumeration->values[i].number == phase)
			return field->enumeration->values[i].name;
	return "";
}
