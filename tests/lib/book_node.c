#include "lib/book_node.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "records_table.h"

#define MUST(call) assert_int_equal((call).kind, FAULT_NONE)

void book_node_open_book(struct book_node *node)
{
	MUST(log_sqlite_open(node->db, &node->log));
	MUST(casebook_open(node->db, node->log, &node->orders, &node->book));
	node->hooks = casebook_hooks(node->book);
}

int book_node_setup(void **state)
{
	struct book_node *node = calloc(1, sizeof *node);
	struct order_epoch epoch = { .generation = 1 };
	memset(epoch.id.bytes, 0xee, ID_BYTES);
	MUST(order_learn(&node->orders, &epoch));
	assert_int_equal(sqlite3_open(":memory:", &node->db), SQLITE_OK);
	book_node_open_book(node);
	node->stamp_ms = 1700000000000;
	*state = node;
	return 0;
}

void book_node_close_book(struct book_node *node)
{
	casebook_close(node->book);
	log_close(node->log);
}

int book_node_teardown(void **state)
{
	struct book_node *node = *state;
	book_node_close_book(node);
	assert_int_equal(sqlite3_close(node->db), SQLITE_OK);
	free(node);
	return 0;
}

struct case_id book_node_case(unsigned i)
{
	struct case_id id;
	memset(&id, 0, sizeof id);
	id.bytes[0] = 0xc0;
	id.bytes[1] = (uint8_t)i;
	id.bytes[2] = (uint8_t)(i >> 8);
	id.bytes[3] = (uint8_t)(i >> 16);
	id.bytes[15] = 1;
	return id;
}

struct record_id book_node_record(unsigned i)
{
	struct record_id id;
	memset(&id, 0, sizeof id);
	id.bytes[0] = (uint8_t)(0xa0 + i / 256);
	id.bytes[1] = (uint8_t)i;
	id.bytes[2] = (uint8_t)(i >> 16);
	id.bytes[15] = 1;
	return id;
}

struct author book_node_author(unsigned i)
{
	struct author author;
	memset(&author, (int)(1 + i), sizeof author);
	return author;
}

uint64_t book_node_write(struct book_node *node, struct book_write write)
{
	static uint8_t block[LIMIT_DELTA_BYTES];
	struct delta delta;
	struct log_entry entry;
	struct wire_out out;
	uint64_t local;

	memset(&delta, 0, sizeof delta);
	memset(&entry, 0, sizeof entry);
	delta.case_id = book_node_case(write.owner);
	delta.record_id = book_node_record(write.record);
	delta.record_type = write.type != 0 ? write.type : RECORDS_TYPE_CLIENT;
	delta.fields = write.fields;
	delta.cleared[0] = write.cleared;
	delta.cleared_count = write.cleared != 0;
	delta.stamp_ms = write.stamp_ms != 0 ? write.stamp_ms : ++node->stamp_ms;
	delta.envelope.event_at_ms = write.event_at_ms;
	if (write.base != 0) {
		delta.base.count = 1;
		delta.base.pairs[0].epoch = node->orders.epochs[0].id;
		delta.base.pairs[0].n = write.base;
		if (write.base_epoch != 0)
			memset(delta.base.pairs[0].epoch.bytes, write.base_epoch, ID_BYTES);
	}
	wire_out_init(&out, block, sizeof block);
	MUST(delta_write(&delta, &out));
	entry.author = book_node_author(write.author);
	entry.seq = ++node->seqs[write.author];
	entry.stamp_ms = delta.stamp_ms;
	entry.case_id = delta.case_id;
	entry.record_id = delta.record_id;
	entry.record_type = delta.record_type;
	entry.bytes = wire_out_span(&out);
	if (!write.is_local) {
		entry.orders[0] = (struct order){ 1, ++node->order };
		entry.order_count = 1;
		entry.verdict = LOG_ACCEPTED;
	}
	bool own = !log_in_transaction(node->log);
	if (own)
		MUST(log_begin(node->log));
	MUST(log_append(node->log, &entry, 1, &local));
	MUST(node->hooks->ops->touched(node->hooks->ctx, entry.case_id, entry.record_id, &entry));
	if (own)
		MUST(log_commit(node->log));
	return entry.seq;
}

struct span book_node_texts(uint32_t first, ...)
{
	static uint8_t blocks[4][4096];
	static unsigned turn;
	struct wire_out out;
	va_list args;
	turn = (turn + 1) % 4;
	wire_out_init(&out, blocks[turn], sizeof blocks[turn]);
	va_start(args, first);
	for (uint32_t number = first; number != 0; number = va_arg(args, uint32_t))
		wire_put_bytes(&out, number, span_text(va_arg(args, const char *)));
	va_end(args);
	assert_false(out.full);
	return wire_out_span(&out);
}

struct span book_node_client(const char *family, const char *given)
{
	return book_node_texts(RECORDS_CLIENT_FAMILY_NAME, family, RECORDS_CLIENT_GIVEN_NAMES, given, 0u);
}
