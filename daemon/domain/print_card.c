/* print_card - what a client carries along: whom to call, when and where we meet, what
 * was agreed, the places of guidance nearby with their hours, and where to get help at once.
 *
 * Others may find it (T4): neither the client nor the organiser is named, so the social
 * office is not among the places; and for a client whose address is protected no place
 * is, since they tell the municipality (T1).
 */
#include "base/civil.h"
#include "domain/print_parts.h"

/* The first visit to come; NULL: none. */
static const struct print_record *next_visit(const struct print_work *work, uint64_t *at_ms)
{
	const struct print_record *next = NULL;
	for (size_t i = 0; i < work->count; i++) {
		const struct print_record *record = &work->records[i];
		uint64_t state, at;
		if (record->record->type != RECORDS_TYPE_VISIT || !fields_number(record->fields, RECORDS_VISIT_PLANNED_AT, &at))
			continue;
		state = fields_number_or_none(record->fields, RECORDS_VISIT_STATE);
		if ((state == 0 || state == RECORDS_VISIT_STATE_PLANNED) && at >= work->now_ms && (next == NULL || at < *at_ms)) {
			next = record;
			*at_ms = at;
		}
	}
	return next;
}

static bool tells_places(const struct print_work *work)
{
	return work->client != NULL && !fields_true(work->client->fields, RECORDS_CLIENT_ADDRESS_PROTECTED);
}

/* The name of the service point or post where it is; empty when neither is said, known or to be told. */
static struct span visit_at(const struct print_work *work, struct span visit)
{
	struct record_id id;
	bool is_said = fields_id(visit, RECORDS_VISIT_SERVICE_POINT, &id) || fields_id(visit, RECORDS_VISIT_OUTREACH_POST, &id);
	return is_said && work->name != NULL && tells_places(work) ? work->name(work->name_ctx, id.bytes) : span_text("");
}

static void card_visit(struct print_page *page)
{
	uint64_t at_ms = 0;
	const struct print_record *visit = next_visit(page->work, &at_ms);
	print_heading(page, labels_word(page->language, LABELS_TEXT_CARD_NEXT));
	if (visit == NULL) {
		print_sentence(page, LABELS_TEXT_CARD_NO_VISIT);
		return;
	}
	struct span place = print_label(page, visit->record->message, visit->fields, RECORDS_VISIT_PLACE);
	struct span name = visit_at(page->work, visit->fields);
	print_paragraph_begin(page);
	print_capital(page);
	print_put_weekday(page, civil_days(civil_helsinki(at_ms).date));
	print_put_time(page, at_ms);
	if (place.len > 0) {
		print_glue(page, ",");
		print_put(page, place);
	}
	if (name.len > 0) {
		print_glue(page, ",");
		print_put(page, name);
	}
	print_paragraph_end(page);
}

static void put_action(struct print_page *page, struct span action)
{
	int32_t due;
	print_put(page, print_text(action, RECORDS_AGREED_ACTION_WHAT));
	print_put(page, span_text("–"));
	print_put(page, print_text(action, RECORDS_AGREED_ACTION_OWNER));
	if (fields_date(action, RECORDS_AGREED_ACTION_DUE, &due)) {
		print_glue(page, ",");
		print_put_word(page, LABELS_TEXT_CARD_BY);
		print_put_date(page, due);
	}
}

typedef bool is_item_fn(const struct print_work *work, const struct print_record *record);
typedef void put_item_fn(struct print_page *page, struct span fields);

static bool is_agreed(const struct print_work *work, const struct print_record *record)
{
	(void)work;
	return print_is_action(record, true);
}

/* A heading and a list of such records; nothing when there are none. */
static void card_list(struct print_page *page, enum labels_word heading, is_item_fn *is_item, put_item_fn *put_item)
{
	const struct print_work *work = page->work;
	bool begun = false;
	for (size_t i = 0; i < work->count; i++) {
		if (!is_item(work, &work->records[i]))
			continue;
		if (!begun) {
			print_heading(page, labels_word(page->language, heading));
			print_list_begin(page, false);
		}
		begun = true;
		print_item_begin(page, "");
		put_item(page, work->records[i].fields);
		print_item_end(page);
	}
	if (begun)
		print_list_end(page);
}

static bool is_near(const struct print_work *work, const struct print_record *record, uint32_t type)
{
	return record->record->type == type && tells_places(work);
}

static bool is_place(const struct print_work *work, const struct print_record *record)
{
	uint64_t kind = fields_number_or_none(record->fields, RECORDS_SERVICE_POINT_KIND);
	return is_near(work, record, RECORDS_TYPE_SERVICE_POINT) && kind != RECORDS_SERVICE_POINT_KIND_SOCIAL_OFFICE &&
	       kind != RECORDS_SERVICE_POINT_KIND_EMERGENCY_DUTY;
}

/* "Library, mon-fri 10-18, 040 …, Koulutie 1": what is known of it, with commas between. */
static void put_place(struct print_page *page, struct span place)
{
	static const uint32_t told[] = { RECORDS_SERVICE_POINT_HOURS, RECORDS_SERVICE_POINT_PHONE };
	struct span address;
	print_put(page, print_text(place, RECORDS_SERVICE_POINT_NAME));
	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
		if (!fields_says(place, told[i]))
			continue;
		print_glue(page, ",");
		print_put(page, print_text(place, told[i]));
	}
	if (fields_bytes(place, RECORDS_SERVICE_POINT_ADDRESS, &address) && fields_says(address, RECORDS_ADDRESS_STREET)) {
		print_glue(page, ",");
		print_put(page, print_text(address, RECORDS_ADDRESS_STREET));
	}
}

static void card_emergency(struct print_page *page)
{
	const struct print_work *work = page->work;
	print_sentence(page, LABELS_TEXT_CARD_EMERGENCY);
	for (size_t i = 0; i < work->count; i++) {
		if (!is_near(work, &work->records[i], RECORDS_TYPE_MUNICIPALITY) ||
		    !fields_says(work->records[i].fields, RECORDS_MUNICIPALITY_EMERGENCY_PHONE))
			continue;
		print_paragraph_begin(page);
		print_put_word(page, LABELS_TEXT_CARD_URGENT);
		print_put(page, print_text(work->records[i].fields, RECORDS_MUNICIPALITY_EMERGENCY_PHONE));
		print_paragraph_end(page);
	}
}

void print_card(struct print_page *page)
{
	if (page->work->printed_by.len > 0) {
		print_heading(page, labels_word(page->language, LABELS_TEXT_CARD_CALL));
		print_paragraph_begin(page);
		print_put(page, page->work->printed_by);
		if (page->work->phone.len > 0) {
			print_put(page, span_text("\n"));
			print_put(page, page->work->phone);
		}
		print_paragraph_end(page);
	}
	card_visit(page);
	card_list(page, LABELS_TEXT_CARD_AGREED, is_agreed, put_action);
	card_list(page, LABELS_TEXT_CARD_PLACES, is_place, put_place);
	card_emergency(page);
}
