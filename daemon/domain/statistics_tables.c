/* statistics_tables - names and classes. */
#include "domain/statistics_tables.h"

#include "records_table.h"

enum { OWN_MAX = 9 };

/* An enumeration by a field that has it. */
struct source { uint32_t type, field; };

struct table {
	const char *name;
	enum statistics_tables_form form;
	struct source classes; /* type 0: none */
	struct source columns;
	const char *own[OWN_MAX + 1];
	size_t skipped;        /* values at the end of the enumeration that are no classes */
};

#define ENV { RECORDS_TYPE_MUNICIPALITY, RECORDS_MUNICIPALITY_ENV_TYPE }
#define THEMES { RECORDS_TYPE_ANONYMOUS_CONTACT, RECORDS_ANONYMOUS_CONTACT_THEMES }
#define LIST STATISTICS_TABLES_LIST
#define DURATIONS "UNDER_3_MONTHS", "UNDER_6_MONTHS", "UNDER_1_YEAR", "UNDER_2_YEARS", "LONGER"

static const struct table tables[STATISTICS_TABLES] = {
	[STATISTICS_CLIENTS] = { "clients", STATISTICS_TABLES_GRID, ENV,
				 { RECORDS_TYPE_DIGITAL_CAPABILITY, RECORDS_DIGITAL_CAPABILITY_CUSTOMER_TYPE }, { "UNKNOWN" }, 0 },
	[STATISTICS_CLIENTS_NEW] = { "clients_new", LIST, { 0 }, { 0 }, { "NEW", "KNOWN" }, 0 },
	[STATISTICS_VISITS_TYPE] = { "visits_by_municipality_type", LIST, ENV, { 0 }, { "UNKNOWN" }, 0 },
	[STATISTICS_VISITS_PHASE] = { "visits_by_phase", LIST, { RECORDS_TYPE_VISIT, RECORDS_VISIT_PHASE }, { 0 }, { "UNKNOWN" }, 0 },
	[STATISTICS_CONTACTS_TYPE] = { "anonymous_contacts", LIST, ENV, { 0 }, { "UNKNOWN" }, 0 },
	[STATISTICS_CONTACTS_THEME] = { "anonymous_contacts_themes", STATISTICS_TABLES_LOOSE, THEMES, { 0 }, { NULL }, 0 },
	[STATISTICS_CASES_OPENED] = { "cases_opened", LIST, { RECORDS_TYPE_REFERRAL, RECORDS_REFERRAL_PATHWAY }, { 0 }, { "UNKNOWN" }, 0 },
	[STATISTICS_CASES_OPEN] = { "cases_open", STATISTICS_TABLES_STOCK, { 0 }, { 0 }, { DURATIONS }, 0 },
	[STATISTICS_CASES_CLOSED] = { "cases_closed", LIST, { 0 }, { 0 }, { DURATIONS }, 0 },
	[STATISTICS_REFERRALS_PATHWAY] = { "referrals", LIST, { RECORDS_TYPE_REFERRAL, RECORDS_REFERRAL_PATHWAY }, { 0 }, { "UNKNOWN" }, 0 },
	[STATISTICS_REFERRALS_NEW] = { "referrals_new", LIST, { 0 }, { 0 }, { "NEW", "KNOWN", "UNKNOWN" }, 0 },
	[STATISTICS_REFERRALS_CONTACT] = { "referrals_to_contact", LIST, { 0 }, { 0 },
					   { "SAME_DAY", "DAYS_1_3", "DAYS_4_7", "DAYS_8_14", "DAYS_15_30", "OVER_30_DAYS", "NO_CONTACT" }, 0 },
	[STATISTICS_REFERRALS_ASSESSMENT] = { "referrals_to_assessment", LIST, { 0 }, { 0 },
					      { "DAYS_0_7", "DAYS_8_30", "DAYS_31_92", "OVER_92_DAYS", "NO_ASSESSMENT" }, 0 },
	[STATISTICS_REFERRALS_OUTCOME] = { "referrals_outcome", LIST, { RECORDS_TYPE_REFERRAL, RECORDS_REFERRAL_STATE }, { 0 },
					   { "UNKNOWN" }, 0 },
	[STATISTICS_CONCERNS_RESULT] = { "concerns", LIST, { RECORDS_TYPE_CONCERN_ASSESSMENT, RECORDS_CONCERN_ASSESSMENT_RESULT }, { 0 },
					 { "UNKNOWN" }, 0 },
	[STATISTICS_CONCERNS_NEW] = { "concerns_new", LIST, { 0 }, { 0 }, { "NEW", "KNOWN" }, 0 },
	/* UNNECESSARY is told by its grounds */
	[STATISTICS_ASSESSMENTS] = { "assessments", LIST, { RECORDS_TYPE_SERVICE_NEED_ASSESSMENT, RECORDS_SERVICE_NEED_ASSESSMENT_OUTCOME },
				     { 0 }, { "UNNECESSARY_TEMPORARY", "UNNECESSARY_VALID_EXISTS", "UNNECESSARY_GUIDANCE_SUFFICED",
					      "UNNECESSARY_OTHER_AUTHORITY", "UNNECESSARY_OTHER", "UNKNOWN" }, 1 },
	[STATISTICS_PLAN_THEMES] = { "plan_themes", STATISTICS_TABLES_LOOSE, THEMES, { 0 }, { "UNKNOWN" }, 0 },
	[STATISTICS_APPLICATIONS] = { "decisions", LIST, { 0 }, { 0 },
				      { "WORKING_DAYS_0_1", "WORKING_DAYS_2_7", "WORKING_DAYS_8_14", "WORKING_DAYS_15_30",
					"OVER_30_WORKING_DAYS", "UNKNOWN" }, 0 },
	[STATISTICS_URGENT] = { "urgent", LIST, { RECORDS_TYPE_ASSISTANCE_APPLICATION, RECORDS_ASSISTANCE_APPLICATION_URGENT_OUTCOME },
				{ 0 }, { "NOT_YET" }, 0 },
	[STATISTICS_FEEDBACK] = { "feedback", LIST, { 0 }, { 0 }, { "SCORE_1", "SCORE_2", "SCORE_3", "SCORE_4", "SCORE_5", "UNKNOWN" }, 0 },
	[STATISTICS_FEEDBACK_TARGET] = { "feedback_targets", LIST, { RECORDS_TYPE_FEEDBACK, RECORDS_FEEDBACK_TARGET }, { 0 },
					 { "UNKNOWN" }, 1 },
	[STATISTICS_CONCERN_TOOL] = { "concern_tool", LIST, { 0 }, { 0 }, { "HELPFUL", "NOT_HELPFUL", "UNKNOWN" }, 0 },
};

static const struct schema_enum *enum_of(struct source source)
{
	const struct schema_record *record = source.type == 0 ? NULL : schema_by_type(source.type);
	const struct schema_field *field = record == NULL ? NULL : schema_field_by_number(record->message, source.field);
	return field == NULL ? NULL : field->enumeration;
}

static size_t own_count(const struct table *table)
{
	size_t count = 0;
	while (table->own[count] != NULL)
		count++;
	return count;
}

static size_t enum_count(const struct table *table)
{
	const struct schema_enum *e = enum_of(table->classes);
	return e == NULL ? 0 : e->count - table->skipped;
}

enum statistics_tables_form statistics_tables_form(enum statistics_table table)
{
	return tables[table].form;
}

size_t statistics_tables_classes(enum statistics_table table)
{
	return enum_count(&tables[table]) + own_count(&tables[table]);
}

/* Scores are numbers from 1: their names are as good as an enumeration's. */
size_t statistics_tables_extra(enum statistics_table table)
{
	return table == STATISTICS_FEEDBACK ? 1 : own_count(&tables[table]);
}

size_t statistics_tables_columns(enum statistics_table table)
{
	const struct schema_enum *e = enum_of(tables[table].columns);
	return e == NULL ? 1 : e->count + 1;
}

const char *statistics_tables_class(enum statistics_table table, size_t class)
{
	size_t values = enum_count(&tables[table]);
	return class < values ? enum_of(tables[table].classes)->values[class].name : tables[table].own[class - values];
}

const char *statistics_tables_column(enum statistics_table table, size_t column)
{
	const struct schema_enum *e = enum_of(tables[table].columns);
	return e != NULL && column < e->count ? e->values[column].name : "UNKNOWN";
}

const char *statistics_table_name(enum statistics_table table)
{
	return tables[table].name;
}

enum statistics_table statistics_tables_find(struct span name)
{
	int table = 0;
	while (table < STATISTICS_TABLES && !span_equal(name, span_text(tables[table].name)))
		table++;
	return (enum statistics_table)table;
}

const struct schema_enum *statistics_tables_enum(enum statistics_table table, bool of_column)
{
	return enum_of(of_column ? tables[table].columns : tables[table].classes);
}
