/* print_rights - the prints of secrecy and of a person's rights: the notice of what
 * is disclosed, the consent, a client's own data, who handled them. */
#include "base/civil.h"
#include "domain/print_parts.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct schema_message *message_of(uint32_t type)
{
	return schema_by_type(type)->message;
}

static void warn(struct print_page *page, enum labels_word word)
{
	print_warning_begin(page);
	print_put_word(page, word);
	print_warning_end(page);
}

static const struct print_record *find(const struct print_work *work, const struct record_id *id)
{
	for (size_t i = 0; i < work->count; i++)
		if (ID_EQUAL(work->records[i].id, *id))
			return &work->records[i];
	return NULL;
}

/* ---- the notice ---- */

/* The consent a disclosure stands on, when it is among the records; else NULL. */
static const struct print_record *consent_of(const struct print_work *work, struct span disclosure)
{
	struct record_id id;
	const struct print_record *record =
		fields_id(disclosure, RECORDS_DISCLOSURE_CONSENT, &id) ? find(work, &id) : NULL;
	return record != NULL && record->record->type == RECORDS_TYPE_CONSENT ? record : NULL;
}

static bool is_withdrawn(const struct print_record *consent)
{
	return fields_number_or_none(consent->fields, RECORDS_CONSENT_STATE) == RECORDS_CONSENT_STATE_WITHDRAWN ||
	       fields_has(consent->fields, RECORDS_CONSENT_WITHDRAWN_AT);
}

static void notice_warning(struct print_page *page, const struct print_record *consent)
{
	uint64_t state = print_state(page->work->subject, RECORDS_DISCLOSURE_STATE);
	bool sent = state == RECORDS_DISCLOSURE_STATE_SENT || state == RECORDS_DISCLOSURE_STATE_RECEIPTED;
	bool withdrawn = state == RECORDS_DISCLOSURE_STATE_RECIPIENT_INFORMED_OF_WITHDRAWAL ||
			 (consent != NULL && is_withdrawn(consent));
	if (state == RECORDS_DISCLOSURE_STATE_BLOCKED)
		warn(page, LABELS_TEXT_NOTICE_BLOCKED);
	else if (withdrawn)
		warn(page, LABELS_TEXT_NOTICE_WITHDRAWN);
	else if (!sent && state != RECORDS_DISCLOSURE_STATE_QUEUED)
		warn(page, LABELS_TEXT_NOTICE_PREVIEW);
}

void print_sender(struct print_page *page)
{
	print_pair_begin(page, labels_word(page->language, LABELS_TEXT_NOTICE_SENDER));
	print_put(page, page->work->printed_by);
	if (page->work->phone.len > 0) {
		print_glue(page, ",");
		print_put(page, page->work->phone);
	}
	print_pair_end(page);
}

static void notice_head(struct print_page *page, struct span fields, const struct print_record *consent)
{
	const struct schema_message *disclosure = message_of(RECORDS_TYPE_DISCLOSURE);
	const struct schema_message *of_consent = message_of(RECORDS_TYPE_CONSENT);
	int32_t until;
	print_pairs_begin(page);
	print_recipient(page, disclosure, fields, RECORDS_DISCLOSURE_RECIPIENT);
	print_client(page, true);
	print_pair_of(page, disclosure, fields, RECORDS_DISCLOSURE_BASIS);
	print_pair_of(page, disclosure, fields, RECORDS_DISCLOSURE_LAW_REF);
	if (consent != NULL) {
		print_pair_of(page, of_consent, consent->fields, RECORDS_CONSENT_PURPOSE);
		print_pair_begin(page, labels_word(page->language, LABELS_TEXT_NOTICE_CONSENT_UNTIL));
		if (fields_date(consent->fields, RECORDS_CONSENT_VALID_UNTIL, &until))
			print_put_date(page, until);
		print_pair_end(page);
	}
	print_pair_of(page, disclosure, fields, RECORDS_DISCLOSURE_PREPARED_AT);
	print_pair_of(page, disclosure, fields, RECORDS_DISCLOSURE_SENT_AT);
	print_sender(page);
	print_pairs_end(page);
}

/* T2: the reasons why a statute was used, and whether the client was told, stay with us. */
void print_notice(struct print_page *page)
{
	struct span item, fields = page->work->subject->fields, rest = fields;
	const struct schema_message *disclosure = message_of(RECORDS_TYPE_DISCLOSURE);
	const struct schema_message *part = schema_field_by_number(disclosure, RECORDS_DISCLOSURE_ITEMS)->message;
	const struct print_record *consent = consent_of(page->work, fields);
	notice_warning(page, consent);
	notice_head(page, fields, consent);
	print_heading(page, labels_word(page->language, LABELS_TEXT_NOTICE_ITEMS));
	while (fields_next(&rest, RECORDS_DISCLOSURE_ITEMS, &item)) {
		print_subheading(page, print_label(page, part, item, RECORDS_DISCLOSURE_ITEM_SCOPE));
		print_paragraph(page, print_text(item, RECORDS_DISCLOSURE_ITEM_TEXT));
	}
	print_sentence(page, LABELS_TEXT_NOTICE_ONLY);
	print_sentence(page, LABELS_TEXT_NOTICE_USE);
}

/* ---- the consent ---- */

static void consent_warning(struct print_page *page, struct span fields)
{
	uint64_t state = print_state(page->work->subject, RECORDS_CONSENT_STATE), at;
	int32_t until, today = civil_days(civil_helsinki(page->work->now_ms).date);
	bool is_over = fields_date(fields, RECORDS_CONSENT_VALID_UNTIL, &until) && until < today;
	if (state == RECORDS_CONSENT_STATE_WITHDRAWN || fields_has(fields, RECORDS_CONSENT_WITHDRAWN_AT)) {
		print_warning_begin(page);
		print_put_word(page, LABELS_TEXT_CONSENT_WITHDRAWN);
		if (fields_number(fields, RECORDS_CONSENT_WITHDRAWN_AT, &at))
			print_put_time(page, at);
		print_glue(page, ".");
		print_warning_end(page);
	} else if (state == RECORDS_CONSENT_STATE_NARROWED) {
		warn(page, LABELS_TEXT_CONSENT_NARROWED);
	} else if (state == RECORDS_CONSENT_STATE_EXPIRED || is_over) {
		warn(page, LABELS_TEXT_CONSENT_EXPIRED);
	}
}

static void consent_list(struct print_page *page, struct span fields, uint32_t number, const char *sign)
{
	const struct schema_message *consent = message_of(RECORDS_TYPE_CONSENT);
	const struct schema_enum *scopes = schema_field_by_number(consent, number)->enumeration;
	for (size_t i = 0; i < scopes->count; i++) {
		if (!fields_holds(fields, number, (uint64_t)scopes->values[i].number))
			continue;
		print_item_begin(page, sign);
		print_put(page, span_text(labels_value(page->language, scopes, scopes->values[i].number)));
		print_item_end(page);
	}
}

static void consent_scopes(struct print_page *page, struct span fields)
{
	bool excludes = fields_has(fields, RECORDS_CONSENT_EXCLUDED) || fields_says(fields, RECORDS_CONSENT_EXCLUDED_TEXT);
	print_heading(page, labels_word(page->language, LABELS_TEXT_CONSENT_SCOPE));
	print_list_begin(page, true);
	consent_list(page, fields, RECORDS_CONSENT_SCOPE, "☑");
	print_list_end(page);
	if (excludes) {
		print_heading(page, labels_word(page->language, LABELS_TEXT_CONSENT_EXCLUDED));
		print_list_begin(page, true);
		consent_list(page, fields, RECORDS_CONSENT_EXCLUDED, "☒");
		if (fields_says(fields, RECORDS_CONSENT_EXCLUDED_TEXT)) {
			print_item_begin(page, "☒");
			print_put(page, print_text(fields, RECORDS_CONSENT_EXCLUDED_TEXT));
			print_item_end(page);
		}
		print_list_end(page);
	}
	print_sentence(page, LABELS_TEXT_CONSENT_NOTHING_ELSE);
}

static enum labels_word consent_intro(struct span fields)
{
	uint64_t direction = fields_number_or_none(fields, RECORDS_CONSENT_DIRECTION);
	return direction == RECORDS_CONSENT_DIRECTION_TO_KELA ? LABELS_TEXT_CONSENT_TO_KELA
	       : direction == RECORDS_CONSENT_DIRECTION_FROM_KELA ? LABELS_TEXT_CONSENT_FROM_KELA
								  : LABELS_TEXT_CONSENT_TO_OTHER;
}

static void consent_rights(struct print_page *page, bool is_oral, bool is_from_kela)
{
	static const enum labels_word rights[] = { LABELS_TEXT_CONSENT_VOLUNTARY, LABELS_TEXT_CONSENT_WITHDRAW,
						   LABELS_TEXT_CONSENT_AFTER, LABELS_TEXT_CONSENT_SERVICE_GOES_ON,
						   LABELS_TEXT_CONSENT_ORAL_KELA };
	print_heading(page, labels_word(page->language, LABELS_TEXT_CONSENT_RIGHTS_HEADING));
	print_list_begin(page, false);
	for (size_t i = 0; i < COUNT(rights) - !(is_oral && is_from_kela); i++) {
		print_item_begin(page, "");
		print_put_word(page, rights[i]);
		print_item_end(page);
	}
	print_list_end(page);
	print_ask(page);
	print_complain(page);
}

void print_consent(struct print_page *page)
{
	static const uint32_t shown[] = { RECORDS_CONSENT_PURPOSE, RECORDS_CONSENT_VALID_UNTIL };
	static const uint32_t made[] = { RECORDS_CONSENT_GIVEN_AT, RECORDS_CONSENT_PLACE, RECORDS_CONSENT_FORM,
					 RECORDS_CONSENT_UNDERSTOOD_CHECK, RECORDS_CONSENT_WITNESS_STAFF };
	const struct schema_message *consent = message_of(RECORDS_TYPE_CONSENT);
	struct span fields = page->work->subject->fields;
	bool is_oral = fields_number_or_none(fields, RECORDS_CONSENT_FORM) == RECORDS_CONSENT_FORM_ORAL;
	enum labels_word intro = consent_intro(fields);
	consent_warning(page, fields);
	print_contested(page, page->work->subject);
	print_pairs_begin(page);
	print_client(page, false);
	print_recipient(page, consent, fields, RECORDS_CONSENT_RECIPIENT);
	for (size_t i = 0; i < COUNT(shown); i++)
		print_pair_of(page, consent, fields, shown[i]);
	print_pairs_end(page);
	print_sentence(page, intro);
	consent_scopes(page, fields);
	consent_rights(page, is_oral, intro == LABELS_TEXT_CONSENT_FROM_KELA);
	print_pairs_begin(page);
	for (size_t i = 0; i < COUNT(made); i++)
		print_pair_of(page, consent, fields, made[i]);
	print_pairs_end(page);
	print_corrections(page, page->work->subject);
	if (is_oral) {
		print_sentence(page, LABELS_TEXT_CONSENT_GIVEN_ORALLY);
		return;
	}
	print_sign_begin(page);
	print_sign(page, LABELS_TEXT_SIGNATURE_CLIENT);
	print_sign(page, LABELS_TEXT_SIGNATURE_WORKER);
	print_sign_end(page);
}

/* ---- a client's own data ---- */

/* Why a record is not in the report (T3). FOREIGN: none of a client's life at all. */
enum left_out { LEFT_IN, LEFT_THIRD_PARTY, LEFT_VOIDED, LEFT_PROTECTED, LEFT_FOREIGN, LEFT_REASONS };

static bool is_foreign(uint32_t type)
{
	const struct schema_record *record = schema_by_type(type);
	return type == RECORDS_TYPE_ACCESS_LOG || type == RECORDS_TYPE_QUARANTINE_DECISION ||
	       type == RECORDS_TYPE_RETENTION_ACTION || record->home == DELTA_CASE_REFERENCE ||
	       record->home == DELTA_CASE_DIRECTORY;
}

static bool is_correction(const struct print_record *record, const struct record_id *target)
{
	struct record_id id;
	return record->record->type == RECORDS_TYPE_CORRECTION &&
	       !fields_says(record->fields, RECORDS_CORRECTION_REFUSAL_REASONS) &&
	       fields_id(record->fields, RECORDS_CORRECTION_TARGET, &id) && ID_EQUAL(id, *target);
}

static bool takes_away(const struct print_record *correction)
{
	uint64_t kind = fields_number_or_none(correction->fields, RECORDS_CORRECTION_KIND);
	return kind == RECORDS_CORRECTION_KIND_WRONG_CLIENT || kind == RECORDS_CORRECTION_KIND_REMOVE_UNNECESSARY;
}

static bool is_voided(const struct print_work *work, const struct print_record *record)
{
	const struct schema_field *state = schema_field_by_name(record->record->message, span_text("state"));
	if (state != NULL && state->enumeration != NULL && strcmp(state->enumeration->name, "content_state") == 0 &&
	    fields_number_or_none(record->fields, state->number) == RECORDS_CONTENT_STATE_VOIDED)
		return true;
	if (record->record->type == RECORDS_TYPE_CORRECTION)
		return takes_away(record);
	for (size_t i = 0; i < work->count; i++)
		if (is_correction(&work->records[i], &record->id) && takes_away(&work->records[i]))
			return true;
	return false;
}

static enum left_out reason_to_leave(const struct print_work *work, const struct print_record *record)
{
	uint32_t type = record->record->type;
	if (is_foreign(type))
		return LEFT_FOREIGN;
	if (is_voided(work, record))
		return LEFT_VOIDED;
	if (type == RECORDS_TYPE_CHILD_NOTICE)
		return LEFT_THIRD_PARTY;
	if (type == RECORDS_TYPE_ENCOUNTER_NOTE && fields_number_or_none(record->fields, RECORDS_ENCOUNTER_NOTE_SOURCE) ==
							   RECORDS_NOTE_SOURCE_THIRD_PARTY)
		return LEFT_THIRD_PARTY;
	if (type == RECORDS_TYPE_PROTECTED_DETAILS && !work->with_protected)
		return LEFT_PROTECTED;
	return LEFT_IN;
}

static bool was_corrected(const struct print_work *work, const struct print_record *record)
{
	for (size_t i = 0; i < work->count; i++)
		if (is_correction(&work->records[i], &record->id))
			return true;
	return false;
}

static void correction_item(struct print_page *page, const struct print_record *correction)
{
	const struct schema_message *message = message_of(RECORDS_TYPE_CORRECTION);
	print_item_begin(page, "");
	if (correction->at_ms <= CIVIL_MS_MAX)
		print_put_date(page, civil_days(civil_helsinki(correction->at_ms).date));
	print_put(page, print_label(page, message, correction->fields, RECORDS_CORRECTION_KIND));
	if (fields_says(correction->fields, RECORDS_CORRECTION_NEW_TEXT)) {
		print_glue(page, ":");
		print_put(page, print_text(correction->fields, RECORDS_CORRECTION_NEW_TEXT));
	}
	print_item_end(page);
}

void print_corrections(struct print_page *page, const struct print_record *record)
{
	if (!was_corrected(page->work, record))
		return;
	print_heading(page, labels_word(page->language, LABELS_TEXT_CORRECTIONS));
	print_list_begin(page, false);
	for (size_t i = 0; i < page->work->count; i++)
		if (is_correction(&page->work->records[i], &record->id))
			correction_item(page, &page->work->records[i]);
	print_list_end(page);
}

/* What is not for the report though its record is: whose record it is, and the like. */
static size_t hidden_fields(const struct print_page *page, const struct print_record *record, uint32_t hidden[static 4])
{
	size_t count = 0;
	const struct schema_field *client = schema_field_by_name(record->record->message, span_text("client"));
	if (client != NULL)
		hidden[count++] = client->number;
	if (record->record->type == RECORDS_TYPE_PROTECTED_DETAILS)
		hidden[count++] = RECORDS_PROTECTED_DETAILS_SAFETY_NOTE;
	if (record->record->type == RECORDS_TYPE_CLIENT && !page->work->with_protected &&
	    fields_true(record->fields, RECORDS_CLIENT_ADDRESS_PROTECTED)) {
		hidden[count++] = RECORDS_CLIENT_ADDRESS; /* T1: should one stand there all the same */
		hidden[count++] = RECORDS_CLIENT_MUNICIPALITY;
	}
	return count;
}

static void report_record(struct print_page *page, const struct print_record *record)
{
	uint32_t hidden[4];
	size_t count = hidden_fields(page, record, hidden);
	print_pairs_begin(page);
	print_pair_begin(page, labels_word(page->language, LABELS_TEXT_REPORT_RECORDED));
	print_put_recorded(page, record);
	print_pair_end(page);
	print_pairs_end(page);
	if (was_corrected(page->work, record))
		print_sentence(page, LABELS_TEXT_REPORT_CORRECTED);
	print_fields(page, record->record->message, record->fields, hidden, count);
}

static void report_type(struct print_page *page, const struct schema_record *type)
{
	bool begun = false;
	for (size_t i = 0; i < page->work->count; i++) {
		const struct print_record *record = &page->work->records[i];
		if (record->record != type || reason_to_leave(page->work, record) != LEFT_IN)
			continue;
		if (!begun)
			print_heading(page, labels_type(page->language, type));
		begun = true;
		print_markup(page, "<section class=\"record\">");
		report_record(page, record);
		print_markup(page, "</section>\n");
	}
}

static void left_out_item(struct print_page *page, enum labels_word word, size_t count)
{
	if (count == 0)
		return;
	print_item_begin(page, "");
	print_put_word(page, word);
	print_glue(page, ":");
	print_put_number(page, count);
	print_item_end(page);
}

/* A client's address that should not stand in the open record is protected too. */
static size_t count_protected(const struct print_work *work, size_t records)
{
	struct span client = work->client->fields;
	return records + (!work->with_protected && fields_true(client, RECORDS_CLIENT_ADDRESS_PROTECTED) &&
			  fields_has(client, RECORDS_CLIENT_ADDRESS));
}

static void report_left_out(struct print_page *page)
{
	const struct print_work *work = page->work;
	size_t left[LEFT_REASONS] = { 0 }, safety = 0;
	for (size_t i = 0; i < work->count; i++) {
		left[reason_to_leave(work, &work->records[i])]++;
		safety += work->records[i].record->type == RECORDS_TYPE_PROTECTED_DETAILS && work->with_protected &&
			  fields_says(work->records[i].fields, RECORDS_PROTECTED_DETAILS_SAFETY_NOTE);
	}
	size_t hidden = count_protected(work, left[LEFT_PROTECTED]);
	print_heading(page, labels_word(page->language, LABELS_TEXT_REPORT_LEFT_OUT));
	if (left[LEFT_THIRD_PARTY] + left[LEFT_VOIDED] + hidden + safety + work->drafts == 0) {
		print_sentence(page, LABELS_TEXT_REPORT_NOTHING_LEFT_OUT);
		return;
	}
	print_list_begin(page, false);
	left_out_item(page, LABELS_TEXT_REPORT_THIRD_PARTY, left[LEFT_THIRD_PARTY]);
	left_out_item(page, LABELS_TEXT_REPORT_VOIDED, left[LEFT_VOIDED]);
	left_out_item(page, LABELS_TEXT_REPORT_PROTECTED, hidden);
	left_out_item(page, LABELS_TEXT_REPORT_SAFETY, safety);
	left_out_item(page, LABELS_TEXT_REPORT_DRAFTS, work->drafts);
	print_list_end(page);
	print_sentence(page, LABELS_TEXT_REPORT_DECISION);
}

void print_report(struct print_page *page)
{
	size_t count;
	const struct schema_record *types = schema_all(&count);
	if (page->work->with_protected)
		warn(page, LABELS_TEXT_REPORT_HOLDS_PROTECTED);
	print_sentence(page, LABELS_TEXT_REPORT_INTRO);
	print_sentence(page, LABELS_TEXT_REPORT_OTHERS);
	print_sentence(page, LABELS_TEXT_REPORT_BASIS);
	print_sentence(page, LABELS_TEXT_REPORT_KEPT);
	for (size_t i = 0; i < count; i++)
		report_type(page, &types[i]);
	report_left_out(page);
	print_heading(page, labels_word(page->language, LABELS_TEXT_REPORT_RIGHTS_HEADING));
	print_sentence(page, LABELS_TEXT_REPORT_RIGHTS);
	print_complain(page);
	print_sentence(page, LABELS_TEXT_REPORT_HELP);
	print_ask(page);
}

/* ---- who handled the data ---- */

/* Midnight two years before today: what is older needs a special reason (703/2023, 11 §). */
static uint64_t two_years_ago(uint64_t now_ms)
{
	struct civil_time begin = { .date = civil_helsinki(now_ms).date };
	uint64_t ms = 0;
	begin.date.year -= 2;
	if (!civil_date_valid(begin.date))
		begin.date.day = 28;
	return civil_helsinki_ms(&begin, &ms) ? ms : 0;
}

/* What kind of record it was; empty: the whole case, or a record that is not here. */
static struct span log_record(const struct print_page *page, struct span fields)
{
	struct record_id id;
	const struct print_record *record = fields_id(fields, RECORDS_ACCESS_LOG_RECORD, &id) ? find(page->work, &id) : NULL;
	return record == NULL ? span_text("") : span_text(labels_type(page->language, record->record));
}

static void log_row(struct print_page *page, const struct schema_message *log, const struct print_record *record)
{
	struct span fields = record->fields, who;
	const struct print_work *work = page->work;
	print_row_begin(page);
	print_cell_begin(page);
	print_put_time(page, fields_number_or_none(fields, RECORDS_ACCESS_LOG_WHEN));
	print_cell_end(page);
	print_cell_begin(page);
	if (fields_bytes(fields, RECORDS_ACCESS_LOG_WHO, &who) && who.len == ID_BYTES && work->name != NULL)
		print_put(page, work->name(work->name_ctx, who.data));
	else
		print_put_author(page, record);
	print_cell_end(page);
	print_cell(page, print_label(page, log, fields, RECORDS_ACCESS_LOG_ROLE));
	print_cell(page, print_label(page, log, fields, RECORDS_ACCESS_LOG_ACT));
	print_cell(page, log_record(page, fields));
	print_cell(page, print_text(fields, RECORDS_ACCESS_LOG_REASON));
	print_row_end(page);
}

static bool is_log(const struct print_record *record, uint64_t from_ms, bool older)
{
	return record->record->type == RECORDS_TYPE_ACCESS_LOG &&
	       (fields_number_or_none(record->fields, RECORDS_ACCESS_LOG_WHEN) < from_ms) == older;
}

static size_t log_table(struct print_page *page, uint64_t from_ms)
{
	static const uint32_t columns[] = { RECORDS_ACCESS_LOG_WHEN, RECORDS_ACCESS_LOG_WHO, RECORDS_ACCESS_LOG_ROLE,
					    RECORDS_ACCESS_LOG_ACT, RECORDS_ACCESS_LOG_RECORD, RECORDS_ACCESS_LOG_REASON };
	const struct schema_message *log = message_of(RECORDS_TYPE_ACCESS_LOG);
	const struct print_work *work = page->work;
	const char *headings[COUNT(columns)];
	size_t shown = 0, older = 0;
	for (size_t i = 0; i < COUNT(columns); i++)
		headings[i] = print_field_label(page, log, columns[i]);
	for (size_t i = 0; i < work->count; i++) {
		shown += is_log(&work->records[i], from_ms, false);
		older += is_log(&work->records[i], from_ms, true);
	}
	if (shown == 0) {
		print_sentence(page, LABELS_TEXT_LOG_NONE);
		return older;
	}
	print_table_begin(page, headings, COUNT(columns));
	for (size_t i = 0; i < work->count; i++)
		if (is_log(&work->records[i], from_ms, false))
			log_row(page, log, &work->records[i]);
	print_table_end(page);
	return older;
}

static void log_disclosures(struct print_page *page)
{
	static const uint32_t columns[] = { RECORDS_DISCLOSURE_SENT_AT, RECORDS_DISCLOSURE_RECIPIENT, RECORDS_DISCLOSURE_BASIS,
					    RECORDS_DISCLOSURE_LAW_REF };
	const struct schema_message *disclosure = message_of(RECORDS_TYPE_DISCLOSURE);
	const struct print_work *work = page->work;
	const char *headings[COUNT(columns)];
	bool begun = false;
	for (size_t i = 0; i < COUNT(columns); i++)
		headings[i] = print_field_label(page, disclosure, columns[i]);
	for (size_t i = 0; i < work->count; i++) {
		struct span law, fields = work->records[i].fields;
		uint64_t sent;
		if (work->records[i].record->type != RECORDS_TYPE_DISCLOSURE ||
		    !fields_number(fields, RECORDS_DISCLOSURE_SENT_AT, &sent))
			continue;
		if (!begun) {
			print_heading(page, labels_word(page->language, LABELS_TEXT_LOG_DISCLOSED));
			print_table_begin(page, headings, COUNT(columns));
		}
		begun = true;
		print_row_begin(page);
		print_cell_begin(page);
		print_put_time(page, sent);
		print_cell_end(page);
		print_cell(page, print_recipient_name(page, print_text(fields, RECORDS_DISCLOSURE_RECIPIENT)));
		print_cell(page, print_label(page, disclosure, fields, RECORDS_DISCLOSURE_BASIS));
		print_cell_begin(page);
		if (work->name != NULL && fields_bytes(fields, RECORDS_DISCLOSURE_LAW_REF, &law) && law.len == ID_BYTES)
			print_put(page, work->name(work->name_ctx, law.data));
		print_cell_end(page);
		print_row_end(page);
	}
	if (begun)
		print_table_end(page);
}

void print_log(struct print_page *page)
{
	print_pairs_begin(page);
	print_client(page, false);
	print_pairs_end(page);
	print_sentence(page, LABELS_TEXT_LOG_INTRO);
	print_sentence(page, LABELS_TEXT_LOG_HERE);
	size_t older = log_table(page, two_years_ago(page->work->now_ms));
	log_disclosures(page);
	if (older > 0) {
		print_paragraph_begin(page);
		print_put_word(page, LABELS_TEXT_LOG_OLDER);
		print_glue(page, ":");
		print_put_number(page, older);
		print_glue(page, ".");
		print_paragraph_end(page);
	}
	print_ask(page);
	print_complain(page);
}
