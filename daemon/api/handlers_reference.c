/* handlers_reference - what a worker looks up on the road: places with their hours and
 * emergency numbers, and how guidelines compare. From the book, so it needs no network.
 *
 * Emergency numbers always come first: 112, then the municipality's emergency duty.
 */
#include <stdlib.h>

#include "api/handlers.h"
#include "api/profile.h"
#include "api/view.h"
#include "base/civil.h"
#include "central/node.h"
#include "domain/fields.h"
#include "domain/record_json.h"
#include "domain/reference.h"
#include "records_table.h"

enum { MUNICIPALITIES_MAX = 512, MUNICIPALITY_BYTES = 1024 };

struct municipality {
	uint8_t block[MUNICIPALITY_BYTES];
	struct span fields, name;
};

struct lookup {
	struct request *request;
	struct casebook *book;
	struct writer *out;
	struct span wanted, kind;
	enum labels_language language;
	int32_t day;
	uint32_t type;                      /* being listed */
	bool emergencies;                   /* the places that are emergency duties, or the others */
	struct municipality *municipalities;
	size_t count;
};

/* ---- municipalities as they are on the day ---- */

static bool take_municipality(void *ctx, const struct casebook_record *record)
{
	struct lookup *lookup = ctx;
	struct span name;
	size_t at = 0;
	if (!fields_bytes(record->shown, RECORDS_MUNICIPALITY_NAME, &name) || record->shown.len > MUNICIPALITY_BYTES ||
	    (lookup->wanted.len > 0 && !reference_is_municipality(record->shown, lookup->wanted)))
		return true;
	while (at < lookup->count && !reference_is_called(lookup->municipalities[at].name, name))
		at++;
	struct municipality *place = &lookup->municipalities[at];
	if (at == MUNICIPALITIES_MAX ||
	    !reference_holds(record->shown, at < lookup->count ? place->fields : (struct span){ NULL, 0 }, lookup->day))
		return true;
	memcpy(place->block, record->shown.data, record->shown.len);
	place->fields = span_of(place->block, record->shown.len);
	(void)fields_bytes(place->fields, RECORDS_MUNICIPALITY_NAME, &place->name);
	lookup->count += at == lookup->count;
	return true;
}

/* Whether a record's place is among those asked about. */
static bool is_asked(const struct lookup *lookup, struct span fields, uint32_t field)
{
	struct span name;
	if (lookup->wanted.len == 0)
		return true;
	if (!fields_bytes(fields, field, &name) || name.len == 0)
		return true; /* it serves all */
	for (size_t i = 0; i < lookup->count; i++)
		if (reference_is_municipality(lookup->municipalities[i].fields, name))
			return true;
	return false;
}

static const char *word_of(const struct lookup *lookup, uint32_t type, uint32_t number, struct span fields, const char **name)
{
	const struct schema_field *field = schema_field_by_number(schema_by_type(type)->message, number);
	uint64_t value = fields_number_or_none(fields, number);
	*name = "";
	for (size_t i = 0; i < field->enumeration->count; i++)
		if ((uint64_t)field->enumeration->values[i].number == value)
			*name = field->enumeration->values[i].name;
	return **name == '\0' ? "" : labels_value(lookup->language, field->enumeration, (int32_t)value);
}

static void write_fields(struct lookup *lookup, uint32_t type, struct span fields)
{
	writer_key(lookup->out, "fields");
	record_json_write(schema_by_type(type), fields, lookup->out->out);
}

static void write_municipalities(struct lookup *lookup)
{
	const char *name;
	writer_list(lookup->out, "municipalities");
	for (size_t i = 0; i < lookup->count; i++) {
		struct span fields = lookup->municipalities[i].fields;
		writer_object(lookup->out, NULL);
		writer_string(lookup->out, "env_type_label", word_of(lookup, RECORDS_TYPE_MUNICIPALITY, RECORDS_MUNICIPALITY_ENV_TYPE, fields, &name));
		write_fields(lookup, RECORDS_TYPE_MUNICIPALITY, fields);
		writer_object_end(lookup->out);
	}
	writer_list_end(lookup->out);
}

/* ---- places ---- */

static bool is_place(const struct lookup *lookup, const struct casebook_record *record, const char **kind, const char **word)
{
	struct span fields = record->shown;
	switch (lookup->type) {
	case RECORDS_TYPE_SERVICE_POINT:
		*word = word_of(lookup, lookup->type, RECORDS_SERVICE_POINT_KIND, fields, kind);
		return is_asked(lookup, fields, RECORDS_SERVICE_POINT_MUNICIPALITY) &&
		       reference_is_valid(fields, RECORDS_SERVICE_POINT_VALID_FROM, 0, lookup->day);
	case RECORDS_TYPE_OUTREACH_POST:
		*kind = "OUTREACH_POST";
		*word = labels_type(lookup->language, schema_by_type(lookup->type));
		return is_asked(lookup, fields, RECORDS_OUTREACH_POST_MUNICIPALITY);
	default:
		*kind = "PARTNER";
		*word = labels_type(lookup->language, schema_by_type(lookup->type));
		return is_asked(lookup, fields, RECORDS_PARTNER_MUNICIPALITY) &&
		       reference_is_valid(fields, RECORDS_PARTNER_VALID_FROM, RECORDS_PARTNER_VALID_TO, lookup->day);
	}
}

static bool place_item(void *ctx, const struct casebook_record *record)
{
	struct lookup *lookup = ctx;
	const char *kind, *word;
	if (!is_place(lookup, record, &kind, &word) || (strcmp(kind, "EMERGENCY_DUTY") == 0) != lookup->emergencies)
		return true;
	if (!lookup->emergencies && lookup->kind.len > 0 && !reference_is_called(span_text(kind), lookup->kind) &&
	    !reference_is_called(span_text(word), lookup->kind))
		return true;
	if (!lookup->emergencies && !answer_item(lookup->request->answer, "places"))
		return false;
	writer_object(lookup->out, NULL);
	writer_id(lookup->out, "id", record->record_id.bytes);
	writer_string(lookup->out, "type", view_type_name(record->record_type));
	writer_string(lookup->out, "kind", kind);
	writer_string(lookup->out, "kind_label", word);
	if (record->record_type == RECORDS_TYPE_OUTREACH_POST)
		writer_string(lookup->out, "weekday_label", word_of(lookup, record->record_type, RECORDS_OUTREACH_POST_WEEKDAY,
								    record->shown, &kind));
	write_fields(lookup, record->record_type, record->shown);
	writer_object_end(lookup->out);
	return true;
}

static struct fault list_of(struct lookup *lookup, uint32_t type)
{
	lookup->type = type;
	return casebook_list(lookup->book, type, NULL, 0, place_item, lookup);
}

static void write_number(struct writer *out, const char *name, struct span place, struct span phone)
{
	writer_object(out, NULL);
	writer_string(out, "kind", name);
	writer_text(out, "municipality", place);
	writer_text(out, "phone", phone);
	writer_object_end(out);
}

static struct fault write_emergencies(struct lookup *lookup)
{
	struct span phone;
	writer_list(lookup->out, "emergency");
	write_number(lookup->out, "EMERGENCY_NUMBER", span_text(""), span_text("112"));
	for (size_t i = 0; i < lookup->count; i++)
		if (fields_bytes(lookup->municipalities[i].fields, RECORDS_MUNICIPALITY_EMERGENCY_PHONE, &phone))
			write_number(lookup->out, "EMERGENCY_DUTY", lookup->municipalities[i].name, phone);
	lookup->emergencies = true;
	struct fault f = list_of(lookup, RECORDS_TYPE_SERVICE_POINT);
	lookup->emergencies = false;
	writer_list_end(lookup->out);
	return f;
}

static struct fault finish(struct lookup *lookup, struct fault f)
{
	writer_list_end(lookup->out);
	return answer_end(lookup->request->answer, f);
}

static void begin(struct lookup *lookup)
{
	char day[CIVIL_DATE_BYTES];
	civil_write_date(lookup->day, day);
	lookup->out = answer_begin(lookup->request->answer);
	writer_string(lookup->out, "day", day);
}

static struct fault places_of(struct lookup *lookup)
{
	FAULT_TRY(casebook_list(lookup->book, RECORDS_TYPE_MUNICIPALITY, NULL, 0, take_municipality, lookup));
	if (lookup->wanted.len > 0 && lookup->count == 0) {
		strcpy(lookup->request->field, "name");
		return fault_of(FAULT_CALLER, "no municipality is called so in the reference data of that day");
	}
	begin(lookup);
	struct fault f = write_emergencies(lookup);
	write_municipalities(lookup);
	writer_list(lookup->out, "places");
	static const uint32_t types[] = { RECORDS_TYPE_SERVICE_POINT, RECORDS_TYPE_OUTREACH_POST, RECORDS_TYPE_PARTNER };
	for (size_t i = 0; i < sizeof types / sizeof types[0] && !fault_is(f); i++)
		f = list_of(lookup, types[i]);
	return finish(lookup, f);
}

static struct fault places(struct lookup *lookup)
{
	lookup->municipalities = calloc(MUNICIPALITIES_MAX + 1, sizeof *lookup->municipalities);
	if (lookup->municipalities == NULL)
		return fault_of(FAULT_LIMIT, "memory for the municipalities");
	struct fault f = places_of(lookup);
	free(lookup->municipalities);
	return f;
}

/* ---- guidelines ---- */

static bool guideline_item(void *ctx, const struct casebook_record *record)
{
	struct lookup *lookup = ctx;
	struct span expense = { 0 };
	(void)fields_bytes(record->shown, RECORDS_GUIDELINE_EXPENSE_TYPE, &expense);
	if (!reference_has(expense, lookup->wanted) ||
	    !reference_is_valid(record->shown, RECORDS_GUIDELINE_VALID_FROM, RECORDS_GUIDELINE_VALID_TO, lookup->day))
		return true;
	if (!answer_item(lookup->request->answer, "guidelines"))
		return false;
	writer_object(lookup->out, NULL);
	writer_id(lookup->out, "id", record->record_id.bytes);
	write_fields(lookup, RECORDS_TYPE_GUIDELINE, record->shown);
	writer_object_end(lookup->out);
	return true;
}

static struct fault guidelines(struct lookup *lookup)
{
	begin(lookup);
	writer_list(lookup->out, "guidelines");
	return finish(lookup, casebook_list(lookup->book, RECORDS_TYPE_GUIDELINE, NULL, 0, guideline_item, lookup));
}

struct fault handlers_reference(struct request *request)
{
	const jalka_ReferenceCall *call = &request->call->call.reference;
	struct profile *profile = request->target.profile;
	struct lookup lookup = { .request = request, .wanted = span_text(call->name), .kind = span_text(call->kind),
				 .language = LABELS_FI, .day = civil_days(civil_helsinki(loop_wall_ms()).date) };
	lookup.book = profile != NULL ? profile_book(profile) : node_book(request->target.node);
	if (*call->lang != '\0')
		FAULT_TRY(handlers_read_language(request, call->lang, &lookup.language));
	if (*call->day != '\0' && !civil_read_date(span_text(call->day), &lookup.day)) {
		strcpy(request->field, "day");
		return fault_of(FAULT_CALLER, "there is no such day: it is written like 2026-11-03");
	}
	if (strcmp(call->what, "places") == 0)
		return places(&lookup);
	if (strcmp(call->what, "guidelines") == 0)
		return guidelines(&lookup);
	strcpy(request->field, "what");
	return fault_of(FAULT_CALLER, "places or guidelines can be looked up");
}
