/* receipt - central's signed word on what became of an author's deltas. */
#include "core/receipt.h"

#include "base/assert.h"

enum {
	BODY_SEQ = 1, BODY_RUN = 2, BODY_REPLACED = 3, BODY_TIME = 4, BODY_EPOCH = 5,
	RUN_FIRST_SEQ = 1, RUN_COUNT = 2, RUN_FIRST_ORDER = 3, RUN_REASON = 4, RUN_REJECTED = 5,
	REPLACED_SEQ = 1, REPLACED_STAMP = 2,
	SUB_BYTES_MAX = 64,
	/* what is signed before the body */
	SCOPE_BYTES = DELTA_IDENTITY_BYTES + 3 * ID_BYTES + DELTA_HASH_BYTES,
};

void receipt_begin(struct receipt *receipt, uint64_t seq, uint64_t time_ms)
{
	receipt->seq = seq;
	receipt->time_ms = time_ms;
	memset(&receipt->epoch, 0, sizeof receipt->epoch);
	receipt->run_count = 0;
	receipt->replaced_count = 0;
}

static bool goes_on(const struct receipt_run *run, uint64_t seq, uint64_t order, uint32_t reason, bool rejected)
{
	if (seq != run->first_seq + run->count || run->rejected != rejected || run->count == UINT32_MAX)
		return false;
	if (run->first_order != 0)
		return order == run->first_order + run->count;
	return order == 0 && run->reason == reason;
}

bool receipt_add(struct receipt *receipt, uint64_t seq, uint64_t order, uint32_t reason, bool rejected,
		 uint64_t stamp_ms)
{
	bool joined = receipt->run_count > 0
		&& goes_on(&receipt->runs[receipt->run_count - 1], seq, order, reason, rejected);
	if (!joined && receipt->run_count == RECEIPT_RUNS_MAX)
		return false;
	if (stamp_ms != 0 && receipt->replaced_count == RECEIPT_RUNS_MAX)
		return false;
	if (joined) {
		receipt->runs[receipt->run_count - 1].count++;
	} else {
		receipt->runs[receipt->run_count++] = (struct receipt_run){
			.first_seq = seq, .count = 1, .first_order = order,
			.reason = order != 0 ? 0 : reason, .rejected = rejected,
		};
	}
	if (stamp_ms != 0)
		receipt->replaced[receipt->replaced_count++] = (struct receipt_replaced){ seq, stamp_ms };
	return true;
}

/* ---- writing ---- */

static void put_run(struct wire_out *out, const struct receipt_run *run, uint64_t expected_seq)
{
	uint8_t block[SUB_BYTES_MAX];
	struct wire_out sub;
	wire_out_init(&sub, block, sizeof block);
	if (run->first_seq != expected_seq)
		wire_put_varint(&sub, RUN_FIRST_SEQ, run->first_seq);
	if (run->count != 1)
		wire_put_varint(&sub, RUN_COUNT, run->count);
	if (run->first_order != 0)
		wire_put_varint(&sub, RUN_FIRST_ORDER, run->first_order);
	if (run->reason != 0)
		wire_put_varint(&sub, RUN_REASON, run->reason);
	if (run->rejected)
		wire_put_varint(&sub, RUN_REJECTED, 1);
	wire_put_bytes(out, BODY_RUN, wire_out_span(&sub));
}

static void put_replaced(struct wire_out *out, const struct receipt_replaced *replaced, uint64_t expected_seq)
{
	uint8_t block[SUB_BYTES_MAX];
	struct wire_out sub;
	wire_out_init(&sub, block, sizeof block);
	if (replaced->seq != expected_seq)
		wire_put_varint(&sub, REPLACED_SEQ, replaced->seq);
	wire_put_varint(&sub, REPLACED_STAMP, replaced->stamp_ms);
	wire_put_bytes(out, BODY_REPLACED, wire_out_span(&sub));
}

struct fault receipt_write(const struct receipt *receipt, struct wire_out *out)
{
	wire_put_varint(out, BODY_SEQ, receipt->seq);
	uint64_t expected = receipt->seq;
	for (size_t i = 0; i < receipt->run_count; i++) {
		put_run(out, &receipt->runs[i], expected);
		expected = receipt->runs[i].first_seq + receipt->runs[i].count;
	}
	expected = receipt->run_count > 0 ? receipt->runs[0].first_seq : 0;
	for (size_t i = 0; i < receipt->replaced_count; i++) {
		put_replaced(out, &receipt->replaced[i], expected);
		expected = receipt->replaced[i].seq + 1;
	}
	if (receipt->time_ms != 0)
		wire_put_varint(out, BODY_TIME, receipt->time_ms);
	if (!ID_IS_NONE(receipt->epoch))
		wire_put_bytes(out, BODY_EPOCH, ID_SPAN(receipt->epoch));
	if (out->full || out->used > RECEIPT_BODY_BYTES_MAX)
		return fault_of(FAULT_LIMIT, "receipt longer than its body may be");
	return fault_none();
}

/* ---- reading ---- */

static bool read_run(struct span bytes, uint64_t expected_seq, struct receipt_run *out)
{
	struct receipt_run run = { .first_seq = expected_seq, .count = 1 };
	struct wire_field f;
	enum wire_read r;
	while ((r = wire_next(&bytes, &f)) == WIRE_FIELD) {
		if (f.number > RUN_REJECTED)
			continue;
		if (f.type != WIRE_VARINT)
			return false;
		if (f.number == RUN_FIRST_SEQ)
			run.first_seq = f.value;
		else if (f.number == RUN_COUNT && f.value <= UINT32_MAX)
			run.count = (uint32_t)f.value;
		else if (f.number == RUN_FIRST_ORDER)
			run.first_order = f.value;
		else if (f.number == RUN_REASON && f.value <= UINT32_MAX)
			run.reason = (uint32_t)f.value;
		else if (f.number == RUN_REJECTED)
			run.rejected = f.value != 0;
		else
			return false;
	}
	*out = run;
	return r == WIRE_END;
}

static bool read_replaced(struct span bytes, uint64_t expected_seq, struct receipt_replaced *out)
{
	struct receipt_replaced replaced = { .seq = expected_seq };
	struct wire_field f;
	enum wire_read r;
	while ((r = wire_next(&bytes, &f)) == WIRE_FIELD) {
		if (f.number > REPLACED_STAMP)
			continue;
		if (f.type != WIRE_VARINT)
			return false;
		if (f.number == REPLACED_SEQ)
			replaced.seq = f.value;
		else
			replaced.stamp_ms = f.value;
	}
	*out = replaced;
	return r == WIRE_END;
}

/* RC1: `run` may follow the runs there are. */
static bool run_valid(const struct receipt *receipt, const struct receipt_run *run)
{
	const struct receipt_run *last = receipt->run_count > 0 ? &receipt->runs[receipt->run_count - 1] : NULL;
	if (run->first_seq == 0 || run->count == 0 || run->first_seq > receipt->seq)
		return false;
	if (run->count - 1 > receipt->seq - run->first_seq)
		return false;
	if (last != NULL && run->first_seq < last->first_seq + last->count)
		return false;
	if (run->first_order != 0)
		return !run->rejected && run->first_order <= UINT64_MAX - run->count;
	return true;
}

static bool add_run(struct receipt *receipt, struct span bytes)
{
	const struct receipt_run *last = receipt->run_count > 0 ? &receipt->runs[receipt->run_count - 1] : NULL;
	struct receipt_run run;
	if (receipt->run_count == RECEIPT_RUNS_MAX)
		return false;
	if (!read_run(bytes, last != NULL ? last->first_seq + last->count : receipt->seq, &run))
		return false;
	if (!run_valid(receipt, &run))
		return false;
	receipt->runs[receipt->run_count++] = run;
	return true;
}

static bool add_replaced(struct receipt *receipt, struct span bytes)
{
	size_t n = receipt->replaced_count;
	uint64_t expected = n > 0 ? receipt->replaced[n - 1].seq + 1
		: receipt->run_count > 0 ? receipt->runs[0].first_seq : 0;
	struct receipt_replaced replaced;
	if (n == RECEIPT_RUNS_MAX || !read_replaced(bytes, expected, &replaced))
		return false;
	if (replaced.seq < expected || replaced.stamp_ms == 0 || receipt_run_of(receipt, replaced.seq) == NULL)
		return false;
	receipt->replaced[receipt->replaced_count++] = replaced;
	return true;
}

static bool read_field(const struct wire_field *f, struct receipt *receipt)
{
	switch (f->number) {
	case BODY_SEQ:
		receipt->seq = f->value;
		return f->type == WIRE_VARINT && receipt->run_count == 0;
	case BODY_RUN:
		return f->type == WIRE_BYTES && add_run(receipt, f->data);
	case BODY_REPLACED:
		return f->type == WIRE_BYTES && add_replaced(receipt, f->data);
	case BODY_TIME:
		receipt->time_ms = f->value;
		return f->type == WIRE_VARINT;
	case BODY_EPOCH:
		if (f->type != WIRE_BYTES || f->data.len != ID_BYTES)
			return false;
		memcpy(receipt->epoch.bytes, f->data.data, ID_BYTES);
		return true;
	}
	return true;
}

struct fault receipt_read(struct span body, struct receipt *out)
{
	struct wire_field f;
	enum wire_read r;
	receipt_begin(out, 0, 0);
	if (body.len > RECEIPT_BODY_BYTES_MAX)
		return fault_of(FAULT_PEER, "receipt too long");
	while ((r = wire_next(&body, &f)) == WIRE_FIELD)
		if (!read_field(&f, out))
			return fault_of(FAULT_PEER, "malformed receipt");
	if (r == WIRE_BAD || out->seq == 0)
		return fault_of(FAULT_PEER, "malformed receipt");
	return fault_none();
}

const struct receipt_run *receipt_run_of(const struct receipt *receipt, uint64_t seq)
{
	size_t low = 0, high = receipt->run_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct receipt_run *run = &receipt->runs[middle];
		if (seq < run->first_seq)
			high = middle;
		else if (seq - run->first_seq >= run->count)
			low = middle + 1;
		else
			return run;
	}
	return NULL;
}

uint64_t receipt_stamp_of(const struct receipt *receipt, uint64_t seq)
{
	size_t low = 0, high = receipt->replaced_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (receipt->replaced[middle].seq == seq)
			return receipt->replaced[middle].stamp_ms;
		if (seq < receipt->replaced[middle].seq)
			high = middle;
		else
			low = middle + 1;
	}
	return 0;
}

/* ---- signing ---- */

static struct span scope(const struct delta_identity *central, const struct epoch_id *central_epoch,
			 const struct author *author, const struct delta_hash *h, uint8_t block[static SCOPE_BYTES])
{
	struct wire_out out;
	wire_out_init(&out, block, SCOPE_BYTES);
	wire_put_raw(&out, span_of(central->bytes, DELTA_IDENTITY_BYTES));
	wire_put_raw(&out, ID_SPAN(*central_epoch));
	wire_put_raw(&out, ID_SPAN(author->node));
	wire_put_raw(&out, ID_SPAN(author->epoch));
	wire_put_raw(&out, span_of(h->bytes, DELTA_HASH_BYTES));
	ASSERT(!out.full && out.used == SCOPE_BYTES);
	return wire_out_span(&out);
}

struct fault receipt_sign(const struct delta_identity *central, const struct epoch_id *central_epoch,
			  const struct author *author, const struct delta_hash *h, struct span body,
			  const uint8_t identity_secret[static DELTA_SIGN_SECRET_BYTES],
			  struct delta_signature *out)
{
	uint8_t block[SCOPE_BYTES];
	return delta_sign(DELTA_TAG_RECEIPT, scope(central, central_epoch, author, h, block), body,
			  identity_secret, out);
}

bool receipt_verify(const struct delta_identity *central, const struct epoch_id *central_epoch,
		    const struct author *author, const struct delta_hash *h, struct span body,
		    struct span signature)
{
	uint8_t block[SCOPE_BYTES];
	struct delta_signature s;
	if (signature.len != sizeof s.bytes)
		return false;
	memcpy(s.bytes, signature.data, sizeof s.bytes);
	return delta_verify(DELTA_TAG_RECEIPT, scope(central, central_epoch, author, h, block), body,
			    central->bytes, &s);
}
