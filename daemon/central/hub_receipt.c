/* hub_receipt - signed receipts for the rows of a chunk, kept until the commit. */
#include <stdlib.h>

#include "base/assert.h"
#include "central/hub_state.h"

uint64_t hub_receipt_replaced_ms(const struct log_entry *entry)
{
	uint64_t author_ms = entry->bytes.data == NULL ? 0 : delta_stamp_in(entry->bytes);
	return author_ms == 0 || author_ms == entry->stamp_ms ? 0 : entry->stamp_ms;
}

void hub_answers_free(struct hub_link *link)
{
	for (size_t i = 0; i < link->answer_count; i++)
		free(link->answers[i].body);
	link->answer_count = 0;
}

void hub_answers_first_gone(struct hub_link *link)
{
	free(link->answers[0].body);
	link->answer_count--;
	memmove(&link->answers[0], &link->answers[1], link->answer_count * sizeof link->answers[0]);
}

static struct fault sign_receipt(struct hub_link *link, const struct author *author, const struct delta_hash *h)
{
	struct hub *hub = link->hub;
	struct wire_out body;
	struct hub_answer *answer = &link->answers[link->answer_count];
	wire_out_init(&body, hub->body, sizeof hub->body);
	FAULT_TRY(receipt_write(&hub->receipt, &body));
	answer->body = malloc(body.used);
	if (answer->body == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	memcpy(answer->body, body.block, body.used);
	answer->body_len = body.used;
	answer->author_epoch = author->epoch;
	link->answer_count++;
	hub->counters.receipts++;
	return receipt_sign(&hub->identity, hub_epoch(hub), author, h, span_of(answer->body, answer->body_len),
			    hub->identity_secret, &answer->signature);
}

/* Bytes a run and a replaced stamp take at most in a body. */
enum { RUN_BYTES = 26, REPLACED_BYTES = 18, BODY_REST_BYTES = 64 };

static bool fits(const struct receipt *receipt)
{
	return receipt->run_count * RUN_BYTES + receipt->replaced_count * REPLACED_BYTES + BODY_REST_BYTES
		+ RUN_BYTES + REPLACED_BYTES <= RECEIPT_BODY_BYTES_MAX;
}

struct fault hub_receipt_rows(struct hub_link *link, const struct hub_pushed *pushed, const struct author *author,
				 struct delta_hash h /* before the first row */)
{
	struct hub *hub = link->hub;
	bool other_epoch = !ID_EQUAL(author->epoch, link->epoch);
	hub_answers_free(link);
	receipt_begin(&hub->receipt, 0, 0);
	for (size_t i = 0; i < pushed->count; i++) {
		const struct hub_verdict *v = &hub->verdicts[i];
		uint64_t seq = pushed->first_seq + i;
		bool last = i + 1 == pushed->count;
		bool added = receipt_add(&hub->receipt, seq, v->order, v->reason, v->rejected, v->stamp_ms);
		ASSERT(added);
		delta_link(&h, seq, &hub->rows[i].digest, &h);
		if (!last && fits(&hub->receipt))
			continue;
		if (link->answer_count == HUB_RECEIPTS_MAX)
			break; /* the device asks for the rest by pushing it again */
		hub->receipt.seq = seq;
		hub->receipt.time_ms = link->welcome_due ? 0 : hub->now.wall_ms;
		if (other_epoch)
			hub->receipt.epoch = author->epoch;
		FAULT_TRY(sign_receipt(link, author, &h));
		receipt_begin(&hub->receipt, 0, 0);
	}
	hub_wake(link);
	return fault_none();
}
