/* print_findings - what quality workshops found in decisions, for Kela: counts by class
 * of finding, then under each class every decision with such a finding.
 *
 * A decision whose findings are of two classes stands under both, with the same number;
 * one without a class that is known stands last: nothing is left out in silence.
 */
#include "domain/print_parts.h"

enum { NO_CLASS = 0 };

static bool is_item(const struct print_record *record)
{
	return record->record->type == RECORDS_TYPE_DECISION_QUALITY_ITEM;
}

static const struct schema_message *item_message(void)
{
	return schema_by_type(RECORDS_TYPE_DECISION_QUALITY_ITEM)->message;
}

static const struct schema_enum *classes(void)
{
	const struct schema_field *findings = schema_field_by_number(item_message(), RECORDS_DECISION_QUALITY_ITEM_FINDINGS);
	return schema_field_by_number(findings->message, RECORDS_QUALITY_FINDING_FINDING)->enumeration;
}

/* NO_CLASS: none was chosen, or it is a newer version's. */
static int32_t class_of(struct span finding)
{
	const struct schema_enum *known = classes();
	uint64_t value = fields_number_or_none(finding, RECORDS_QUALITY_FINDING_FINDING);
	for (size_t i = 0; i < known->count; i++)
		if ((uint64_t)known->values[i].number == value)
			return known->values[i].number;
	return NO_CLASS;
}

static size_t count_in_item(struct span item, int32_t class)
{
	struct span finding, rest = item;
	size_t count = 0;
	while (fields_next(&rest, RECORDS_DECISION_QUALITY_ITEM_FINDINGS, &finding))
		count += class_of(finding) == class;
	if (class == NO_CLASS && !fields_has(item, RECORDS_DECISION_QUALITY_ITEM_FINDINGS))
		count = 1; /* the decision itself, with its proposal */
	return count;
}

static size_t count_in_all(const struct print_work *work, int32_t class)
{
	size_t count = 0;
	for (size_t i = 0; i < work->count; i++)
		if (is_item(&work->records[i]))
			count += count_in_item(work->records[i].fields, class);
	return count;
}

static const char *class_words(const struct print_page *page, int32_t class)
{
	return class == NO_CLASS ? labels_word(page->language, LABELS_TEXT_FINDINGS_UNCLASSED)
				 : labels_value(page->language, classes(), class);
}

static void put_period(struct print_page *page)
{
	print_pair_begin(page, labels_word(page->language, LABELS_TEXT_FINDINGS_PERIOD));
	if (page->work->has_period) {
		print_put_days(page, page->work->from, page->work->to);
	} else {
		print_put_word(page, LABELS_TEXT_FINDINGS_ALL);
	}
	print_pair_end(page);
}

static void put_count(struct print_page *page, const char *what, size_t count)
{
	print_pair_begin(page, what);
	print_put_number(page, count);
	print_pair_end(page);
}

static void put_counts(struct print_page *page, size_t items)
{
	const struct schema_enum *known = classes();
	size_t unclassed = count_in_all(page->work, NO_CLASS);
	print_pairs_begin(page);
	put_period(page);
	print_sender(page);
	put_count(page, labels_word(page->language, LABELS_TEXT_FINDINGS_DECISIONS), items);
	for (size_t i = 0; i < known->count; i++)
		if (known->values[i].number != NO_CLASS)
			put_count(page, class_words(page, known->values[i].number), count_in_all(page->work, known->values[i].number));
	if (unclassed > 0)
		put_count(page, class_words(page, NO_CLASS), unclassed);
	print_pairs_end(page);
}

static void put_item(struct print_page *page, struct span item, size_t number, int32_t class)
{
	struct span finding, rest = item;
	print_subheading_numbered(page, LABELS_TEXT_FINDINGS_DECISION, number);
	print_pairs_begin(page);
	while (fields_next(&rest, RECORDS_DECISION_QUALITY_ITEM_FINDINGS, &finding))
		if (class_of(finding) == class)
			print_pair(page, labels_word(page->language, LABELS_TEXT_FINDINGS_FINDING),
				   print_text(finding, RECORDS_QUALITY_FINDING_TEXT));
	print_pair_of(page, item_message(), item, RECORDS_DECISION_QUALITY_ITEM_ANONYMISED_TEXT);
	print_pair_of(page, item_message(), item, RECORDS_DECISION_QUALITY_ITEM_PROPOSAL);
	print_pairs_end(page);
}

static void put_class(struct print_page *page, int32_t class)
{
	const struct print_work *work = page->work;
	size_t number = 0;
	if (count_in_all(work, class) == 0)
		return;
	print_heading(page, class_words(page, class));
	for (size_t i = 0; i < work->count; i++) {
		number += is_item(&work->records[i]);
		if (is_item(&work->records[i]) && count_in_item(work->records[i].fields, class) > 0)
			put_item(page, work->records[i].fields, number, class);
	}
}

void print_findings(struct print_page *page)
{
	const struct schema_enum *known = classes();
	size_t items = 0;
	for (size_t i = 0; i < page->work->count; i++)
		items += is_item(&page->work->records[i]);
	print_sentence(page, LABELS_TEXT_FINDINGS_INTRO);
	put_counts(page, items);
	if (items == 0)
		print_sentence(page, LABELS_TEXT_FINDINGS_NONE);
	for (size_t i = 0; i < known->count; i++)
		if (known->values[i].number != NO_CLASS)
			put_class(page, known->values[i].number);
	put_class(page, NO_CLASS);
}
