/* print_parts - what the prints share: values of records, the client's name, the
 * worker to ask, corrections; and each print's body. */
#ifndef JALKA_DOMAIN_PRINT_PARTS_H
#define JALKA_DOMAIN_PRINT_PARTS_H

#include "domain/fields.h"
#include "domain/print_page.h"
#include "records_table.h"

/* A text of the message; empty when it is not there. */
static inline struct span print_text(struct span fields, uint32_t number)
{
	struct span text;
	return fields_bytes(fields, number, &text) ? text : span_text("");
}

/* The state that holds of a subject; 0: none is said. */
static inline uint64_t print_state(const struct print_record *record, uint32_t number)
{
	return record->state != 0 ? record->state : fields_number_or_none(record->fields, number);
}

/* ---- print_value.c ---- */
/* The label of an enum field's value, by record type; empty when the field is absent. */
struct span print_label(const struct print_page *page, const struct schema_message *message, struct span fields,
			uint32_t number);
const char *print_field_label(const struct print_page *page, const struct schema_message *message, uint32_t number);
/* "Label: value" of one field when it is there. */
void print_pair_of(struct print_page *page, const struct schema_message *message, struct span fields, uint32_t number);
/* All fields that mean something to a person, plain ones first, then parts as lists;
 * `hidden` are left out. */
void print_fields(struct print_page *page, const struct schema_message *message, struct span fields,
		  const uint32_t *hidden, size_t hidden_count);

/* ---- print_care.c ---- */
void print_client_name(struct print_page *page);
void print_client(struct print_page *page, bool with_identity_code);
/* Who recorded it, and when. */
void print_put_author(struct print_page *page, const struct print_record *record);
void print_put_recorded(struct print_page *page, const struct print_record *record);
/* Whom to ask, and where to complain of how one was treated. */
void print_ask(struct print_page *page);
void print_complain(struct print_page *page);
/* Above all else: that what stands here is one of two versions. */
void print_contested(struct print_page *page, const struct print_record *record);
/* Who receives it: Kela by its name in the print's language. */
struct span print_recipient_name(const struct print_page *page, struct span name);
void print_recipient(struct print_page *page, const struct schema_message *message, struct span fields, uint32_t number);
void print_plan(struct print_page *page);
void print_quadrants(struct print_page *page);
void print_actions(struct print_page *page);
/* An agreed action that waits (open), or one that is over. */
bool print_is_action(const struct print_record *record, bool open);

/* ---- print_card.c ---- */
void print_card(struct print_page *page);

/* ---- print_rights.c ---- */
void print_notice(struct print_page *page);
void print_consent(struct print_page *page);
void print_report(struct print_page *page);
void print_log(struct print_page *page);
/* Who hands it over, and where to call: a pair. */
void print_sender(struct print_page *page);
/* What was corrected in a record or added to it later; nothing when nothing was. */
void print_corrections(struct print_page *page, const struct print_record *record);

/* ---- print_findings.c ---- */
void print_findings(struct print_page *page);

/* ---- print_loss.c ---- */
void print_loss(struct print_page *page);

#endif
