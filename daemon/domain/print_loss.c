/* print_loss - the letter to a client whose data may be on a lost device, where the risk is
 * high (GDPR 34): what happened and when it was known, which data, what may follow, what
 * was done, what the client can do and whom to ask. In plain words, and nothing of what
 * is recorded of the client. */
#include "domain/print_parts.h"

static void part(struct print_page *page, enum labels_word heading, enum labels_word text)
{
	print_heading(page, labels_word(page->language, heading));
	print_sentence(page, text);
}

void print_loss(struct print_page *page)
{
	const struct print_record *device = page->work->subject;
	uint64_t known_ms;
	print_pairs_begin(page);
	print_client(page, false);
	if (fields_number(device->fields, RECORDS_DEVICE_LOST_AT, &known_ms)) {
		print_pair_begin(page, labels_word(page->language, LABELS_TEXT_LOSS_KNOWN));
		print_put_time(page, known_ms);
		print_pair_end(page);
	}
	print_pairs_end(page);
	print_sentence(page, LABELS_TEXT_LOSS_WHAT);
	part(page, LABELS_TEXT_LOSS_DATA_HEADING, LABELS_TEXT_LOSS_DATA);
	part(page, LABELS_TEXT_LOSS_CONSEQUENCES_HEADING, LABELS_TEXT_LOSS_CONSEQUENCES);
	part(page, LABELS_TEXT_LOSS_MEASURES_HEADING, LABELS_TEXT_LOSS_MEASURES);
	part(page, LABELS_TEXT_LOSS_ADVICE_HEADING, LABELS_TEXT_LOSS_ADVICE);
	print_ask(page);
	print_complain(page);
}
