/* print - which print is made from what, and its title. */
#include "domain/print_frame.h"
#include "domain/print_parts.h"

typedef void body_fn(struct print_page *page);

static const struct {
	const char *name;
	uint32_t subject; /* 0: of a client */
	bool needs_subject;
	body_fn *body;
} kinds[PRINT_KINDS] = {
	[PRINT_PLAN] = { "plan", RECORDS_TYPE_PLAN, true, print_plan },
	[PRINT_NOTICE] = { "notice", RECORDS_TYPE_DISCLOSURE, true, print_notice },
	[PRINT_QUADRANTS] = { "quadrants", RECORDS_TYPE_LIFE_SITUATION_MAPPING, false, print_quadrants },
	[PRINT_CONSENT] = { "consent", RECORDS_TYPE_CONSENT, true, print_consent },
	[PRINT_ACTIONS] = { "actions", 0, false, print_actions },
	[PRINT_REPORT] = { "report", 0, false, print_report },
	[PRINT_LOG] = { "log", 0, false, print_log },
	[PRINT_CARD] = { "card", 0, false, print_card },
	[PRINT_FINDINGS] = { "findings", 0, false, print_findings },
	[PRINT_LOSS] = { "loss", RECORDS_TYPE_DEVICE, true, print_loss },
};

const char *print_kind_name(enum print_kind kind)
{
	return kinds[kind].name;
}

bool print_read_kind(struct span name, enum print_kind *out)
{
	for (int i = 0; i < PRINT_KINDS; i++) {
		if (span_equal(name, span_text(kinds[i].name))) {
			*out = (enum print_kind)i;
			return true;
		}
	}
	return false;
}

uint32_t print_subject_type(enum print_kind kind)
{
	return kinds[kind].subject;
}

enum labels_language print_language(struct span client)
{
	switch (fields_number_or_none(client, RECORDS_CLIENT_CONTACT_LANGUAGE)) {
	case RECORDS_LANGUAGE_SV:
		return LABELS_SV;
	case RECORDS_LANGUAGE_EN:
		return LABELS_EN;
	}
	return LABELS_FI;
}

static bool begins(struct span text, const char *with)
{
	size_t len = strlen(with);
	return text.len >= len && memcmp(text.data, with, len) == 0;
}

static bool is_kela(struct span recipient)
{
	return begins(recipient, "Kela") || begins(recipient, "FPA") || begins(recipient, "Kansaneläkelaitos") ||
	       begins(recipient, "Folkpensionsanstalten");
}

static const char *title(const struct print_work *work)
{
	enum labels_language language = work->language;
	const struct schema_field *kind;
	switch (work->kind) {
	case PRINT_PLAN:
		kind = schema_field_by_number(work->subject->record->message, RECORDS_PLAN_KIND);
		return labels_value(language, kind->enumeration,
				    (int32_t)fields_number_or_none(work->subject->fields, RECORDS_PLAN_KIND));
	case PRINT_NOTICE:
		return labels_word(language, is_kela(print_text(work->subject->fields, RECORDS_DISCLOSURE_RECIPIENT))
						     ? LABELS_TEXT_NOTICE_TO_KELA
						     : LABELS_TEXT_NOTICE_TITLE);
	case PRINT_QUADRANTS:
		return labels_word(language, LABELS_TEXT_QUADRANTS_TITLE);
	case PRINT_CONSENT:
		return labels_word(language, LABELS_TEXT_CONSENT_TITLE);
	case PRINT_ACTIONS:
		return labels_word(language, LABELS_TEXT_ACTIONS_TITLE);
	case PRINT_REPORT:
		return labels_word(language, LABELS_TEXT_REPORT_TITLE);
	case PRINT_LOG:
		return labels_word(language, LABELS_TEXT_LOG_TITLE);
	case PRINT_CARD:
		return labels_word(language, LABELS_TEXT_CARD_TITLE);
	case PRINT_FINDINGS:
		return labels_word(language, LABELS_TEXT_FINDINGS_TITLE);
	case PRINT_LOSS:
		return labels_word(language, LABELS_TEXT_LOSS_TITLE);
	case PRINT_KINDS:
		break;
	}
	return "";
}

struct fault print_write(const struct print_work *work, struct wire_out *out)
{
	struct print_page page;
	uint32_t wanted = kinds[work->kind].subject;
	if (work->subject == NULL && kinds[work->kind].needs_subject)
		return fault_of(FAULT_CALLER, "the print needs a record to be made from");
	if (work->subject != NULL && wanted != 0 && work->subject->record->type != wanted)
		return fault_of(FAULT_CALLER, "the print is made from a record of another type");
	if (work->kind == PRINT_REPORT && work->client == NULL)
		return fault_of(FAULT_CALLER, "a client's own data need the client");
	if (work->kind == PRINT_LOSS && work->client == NULL)
		return fault_of(FAULT_CALLER, "the letter needs the client it goes to");
	print_frame_begin(&page, work, out, title(work));
	kinds[work->kind].body(&page);
	print_frame_end(&page);
	return out->full ? fault_of(FAULT_LIMIT, "the print is too long") : fault_none();
}
