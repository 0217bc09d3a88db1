/* rules_person - the client's card, people near them, and how they manage e-services. */
#include "base/civil.h"
#include "domain/person_id.h"
#include "domain/rules_parts.h"

/* Nobody alive was born before; a wrong century is typed easily. */
enum { BORN_YEAR_MIN = 1890 };

bool rules_settle(uint32_t record_type, struct span given, struct wire_out *out)
{
	struct wire_field field;
	struct person_id code;
	struct span hetu;
	if (record_type != RECORDS_TYPE_CLIENT || !fields_bytes(given, RECORDS_CLIENT_HETU, &hetu) ||
	    fault_is(person_id_read(hetu, &code)) || span_equal(hetu, span_text(code.text)))
		return false;
	while (wire_next(&given, &field) == WIRE_FIELD)
		if (field.number == RECORDS_CLIENT_HETU)
			wire_put_bytes(out, RECORDS_CLIENT_HETU, span_text(code.text));
		else
			wire_put_raw(out, field.whole);
	return true;
}

static struct fault check_birth(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	int32_t born, died;
	struct span hetu;
	struct person_id code;
	bool has_birth = fields_date(write->after, RECORDS_CLIENT_BIRTH_DATE, &born);
	if (has_birth && born > world->today)
		return rules_refuse(told, "birth_date", "nobody is born in the future", "");
	if (has_birth && born < civil_days((struct civil_date){ BORN_YEAR_MIN, 1, 1 }))
		return rules_refuse(told, "birth_date", "the year of birth cannot be right", "");
	if (fields_date(write->after, RECORDS_CLIENT_DIED_ON, &died)) {
		if (died > world->today)
			return rules_refuse(told, "died_on", "the date is in the future", "");
		if (has_birth && died < born)
			return rules_refuse(told, "died_on", "the day of death is before the day of birth", "");
	}
	if (!rules_touches(write, RECORDS_CLIENT_HETU) && !rules_touches(write, RECORDS_CLIENT_BIRTH_DATE))
		return fault_none();
	if (!fields_bytes(write->after, RECORDS_CLIENT_HETU, &hetu))
		return fault_none();
	struct fault f = person_id_read(hetu, &code);
	if (fault_is(f))
		return rules_refuse(told, "hetu", f.what, "");
	if (code.birth_days > world->today)
		return rules_refuse(told, "hetu", "by this code the person is born in the future: look at its separator", "");
	if (has_birth && born != code.birth_days)
		return rules_refuse(told, "birth_date", "the date of birth is not the one in the identity code", "");
	return fault_none();
}

struct fault rules_client_card(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	struct record_id into;
	FAULT_TRY(check_birth(world, write, told));
	if (fields_true(write->after, RECORDS_CLIENT_ADDRESS_PROTECTED) && fields_has(write->after, RECORDS_CLIENT_ADDRESS))
		return rules_refuse(told, "address", "the client's address is protected and does not stand on the client's card",
				    "write it in protected_details, and clear it here");
	if (fields_number_or_none(write->after, RECORDS_CLIENT_CONTACT_LANGUAGE) == RECORDS_LANGUAGE_OTHER &&
	    !fields_says(write->after, RECORDS_CLIENT_CONTACT_LANGUAGE_OTHER))
		return rules_refuse(told, "contact_language_other", "say which language the client speaks", "");
	FAULT_TRY(rules_time_is_past(world, write, RECORDS_CLIENT_INFORMED_AT, told));
	if (rules_touches(write, RECORDS_CLIENT_MERGED_INTO) &&
	    fields_id(write->after, RECORDS_CLIENT_MERGED_INTO, &into) && ID_EQUAL(into, write->record_id))
		return rules_refuse(told, "merged_into", "a client is not merged into itself", "");
	FAULT_TRY(rules_names(world, write, RECORDS_CLIENT_MERGED_INTO, RECORDS_TYPE_CLIENT, told, "this is no client"));
	if (write->is_new && !fields_has(write->after, RECORDS_CLIENT_INFORMED_AT))
		rules_hint(told, "informed_at", "tell the client what is recorded, why, and who sees it, and note when");
	if (write->is_new && !fields_has(write->after, RECORDS_CLIENT_HETU) && !fields_has(write->after, RECORDS_CLIENT_TEMP_ID))
		rules_hint(told, "hetu", "without identity code or temporary id the same person may be recorded twice");
	return fault_none();
}

struct fault rules_protected(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	return rules_names(world, write, RECORDS_PROTECTED_DETAILS_CLIENT, RECORDS_TYPE_CLIENT, told, "this is no client");
}

struct fault rules_related(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	(void)world;
	if (write->is_new && !fields_has(write->after, RECORDS_RELATED_PERSON_MINOR) &&
	    fields_number_or_none(write->after, RECORDS_RELATED_PERSON_RELATION) == RECORDS_RELATION_CHILD)
		rules_hint(told, "minor", "say whether the child is a minor and lives with the client: the assessment asks it");
	return fault_none();
}

/* ---- digital_capability --------------------------------------------------------------------- */

/* Equipment: a computer or smartphone, and a connection. False: not enough is known. */
static bool has_equipment(struct span fields, bool *out)
{
	uint64_t computer, phone, connection;
	bool knows_computer = fields_number(fields, RECORDS_DIGITAL_CAPABILITY_HAS_COMPUTER, &computer);
	bool knows_phone = fields_number(fields, RECORDS_DIGITAL_CAPABILITY_HAS_SMARTPHONE, &phone);
	bool knows_connection = fields_number(fields, RECORDS_DIGITAL_CAPABILITY_HAS_CONNECTION, &connection);
	bool has_device = (knows_computer && computer != 0) || (knows_phone && phone != 0);
	bool knows_device = has_device || (knows_computer && knows_phone);
	*out = has_device && knows_connection && connection != 0;
	return (knows_device && knows_connection) || (knows_device && !has_device) || (knows_connection && connection == 0);
}

/* The customer type that equipment and skill make; 0: not enough is known. */
static uint32_t customer_type(struct span fields)
{
	bool equipped;
	uint64_t skill = fields_number_or_none(fields, RECORDS_DIGITAL_CAPABILITY_SKILL);
	if (skill == 0 || !has_equipment(fields, &equipped))
		return 0;
	bool skilled = skill == RECORDS_SKILL_GOOD;
	if (equipped)
		return skilled ? RECORDS_CUSTOMER_TYPE_EQ_SK : RECORDS_CUSTOMER_TYPE_EQ_NOSK;
	return skilled ? RECORDS_CUSTOMER_TYPE_NOEQ_SK : RECORDS_CUSTOMER_TYPE_NOEQ_NOSK;
}

void rules_fill_capability(const struct rules_world *world, const struct rules_write *write, struct wire_out *out)
{
	uint32_t type = customer_type(write->after);
	(void)world;
	if (type != 0 && !fields_has(write->after, RECORDS_DIGITAL_CAPABILITY_CUSTOMER_TYPE))
		wire_put_varint(out, RECORDS_DIGITAL_CAPABILITY_CUSTOMER_TYPE, type);
}

struct fault rules_capability(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	uint32_t type = customer_type(write->after);
	FAULT_TRY(rules_date_is_past(world, write, RECORDS_DIGITAL_CAPABILITY_ASSESSED_ON, told));
	FAULT_TRY(rules_order_of_dates(write, RECORDS_DIGITAL_CAPABILITY_ASSESSED_ON, RECORDS_DIGITAL_CAPABILITY_NEXT_CHECK,
				       told, "the next check is before this one"));
	if (type == 0)
		return rules_refuse(told, fields_has(write->after, RECORDS_DIGITAL_CAPABILITY_SKILL) ? "has_connection" : "skill",
				    "the customer type follows from equipment and skill: say what the client has and can do",
				    "has_computer, has_smartphone, has_connection and skill");
	if (fields_number_or_none(write->after, RECORDS_DIGITAL_CAPABILITY_CUSTOMER_TYPE) != type)
		return rules_refuse(told, "customer_type", "this is not the type that equipment and skill make",
				    "equipment: a computer or smartphone, and a connection; skills: GOOD. "
				    "Leave it out and it is filled in");
	return fault_none();
}
