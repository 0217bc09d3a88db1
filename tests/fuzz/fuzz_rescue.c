/* Fuzz target: the rescue file of a laptop that was out of hand. The first byte says what
 * the rest is: a piece of a file as anybody may have left it, or the plaintext of a record
 * sealed as it must be, which anybody can do who knows the public key.
 *
 * Reading ends, and takes nothing for a record that is none; what is damaged hides no whole
 * record behind it (RS1); what opens is work in bounds. */
#include <sodium.h>
#include <string.h>

#include "lib/mutate.h"
#include "store/rescue.h"

enum { AS_IT_IS, SEALED, SHAPES, PIECE_BYTES = 48 * 1024, SEED_BYTES = 2048, STEP = 64, PLAIN_BYTES = 4096 + STEP };

static uint8_t public_key[RESCUE_KEY_BYTES], secret_key[RESCUE_KEY_BYTES];
static uint8_t honest[SEED_BYTES], mark[RESCUE_HEADER_BYTES];
static size_t honest_len;

static void read_piece(struct span piece)
{
	struct rescue_record record = { .seq = 0 }, last = { .seq = 0 };
	enum rescue_read got;
	size_t before = piece.len + 1;
	for (struct span rest = piece; (got = rescue_next(&rest, &record)) != RESCUE_END && got != RESCUE_CUT;) {
		MUTATE_CHECK(rest.len < before);
		before = rest.len;
		if (got != RESCUE_RECORD)
			continue;
		struct span alone = record.whole;
		MUTATE_CHECK(record.whole.data >= piece.data && record.whole.data + record.whole.len <= piece.data + piece.len);
		MUTATE_CHECK(rescue_next(&alone, &last) == RESCUE_RECORD && alone.len == 0 && last.seq == record.seq);
	}
}

/* Whole records behind the piece. */
static void read_hidden(struct span piece)
{
	static uint8_t file[PIECE_BYTES];
	struct rescue_record record;
	enum rescue_read got;
	size_t found = 0, len = piece.len < sizeof file - honest_len - sizeof mark ? piece.len : 0;
	if (len != 0)
		memcpy(file, piece.data, len);
	memcpy(file + len, honest, honest_len);
	memcpy(file + len + honest_len, mark, sizeof mark);
	struct span rest = span_of(file, len + honest_len + sizeof mark);
	while ((got = rescue_next(&rest, &record)) != RESCUE_END) {
		MUTATE_CHECK(got != RESCUE_CUT);
		if (got == RESCUE_RECORD && record.whole.data >= file + len)
			found++;
	}
	MUTATE_CHECK(found == 2);
}

static void open_sealed(struct span body)
{
	static uint8_t plain[PLAIN_BYTES], file[RESCUE_HEADER_BYTES + PLAIN_BYTES + crypto_box_SEALBYTES], out[RESCUE_PLAIN_BYTES];
	struct rescue_record record = { .sealed = span_of(file, 0) };
	struct rescue_work work;
	size_t padded, len = body.len < PLAIN_BYTES - STEP ? body.len : PLAIN_BYTES - STEP;
	if (len != 0)
		memcpy(plain, body.data, len);
	MUTATE_CHECK(sodium_pad(&padded, plain, len, STEP, sizeof plain) == 0);
	MUTATE_CHECK(crypto_box_seal(file, plain, padded, public_key) == 0);
	record.sealed = span_of(file, padded + crypto_box_SEALBYTES);
	rescue_mark(public_key, record.mark);
	if (fault_is(rescue_open(&record, public_key, secret_key, out, &work)))
		return;
	MUTATE_CHECK(work.bytes.len > 0 && work.bytes.data >= out && work.bytes.data + work.bytes.len <= out + padded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct span rest = span_of(data + 1, size - 1);
	if (data[0] % SHAPES == SEALED) {
		open_sealed(rest);
	} else {
		read_piece(rest);
		read_hidden(rest);
	}
	return 0;
}

static void begin(void)
{
	static const uint8_t seed[crypto_box_SEEDBYTES] = { 5 };
	const struct rescue_work work = { .author = { { { 1 } }, { { 2 } } }, .seq = 3, .bytes = span_of("a delta", 7), .has_continues = true };
	struct wire_out out;
	static uint8_t block[RESCUE_RECORD_BYTES];
	(void)crypto_box_seed_keypair(public_key, secret_key, seed);
	wire_out_init(&out, block, sizeof block);
	MUTATE_CHECK(!fault_is(rescue_seal(&work, public_key, &out)) && out.used <= sizeof honest);
	honest_len = out.used;
	memcpy(honest, block, honest_len);
	wire_out_init(&out, mark, sizeof mark);
	rescue_seal_none(&work.author, 2, public_key, &out);
}

#ifdef JALKA_LIBFUZZER
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	begin();
	return sodium_init() < 0;
}
#else
/* A mark, a record, a mark. */
static struct span file_seed(uint8_t block[static SEED_BYTES])
{
	uint8_t *at = block;
	*at++ = AS_IT_IS;
	memcpy(at, mark, sizeof mark);
	memcpy(at + sizeof mark, honest, honest_len);
	memcpy(at + sizeof mark + honest_len, mark, sizeof mark);
	return span_of(block, 1 + honest_len + 2 * sizeof mark);
}

static struct span work_seed(uint8_t block[static SEED_BYTES])
{
	static uint8_t plain[RESCUE_PLAIN_BYTES];
	struct rescue_record record;
	struct rescue_work work;
	struct span rest = span_of(honest, honest_len);
	size_t len;
	MUTATE_CHECK(rescue_next(&rest, &record) == RESCUE_RECORD);
	MUTATE_CHECK(!fault_is(rescue_open(&record, public_key, secret_key, plain, &work)) && work.has_continues);
	MUTATE_CHECK(sodium_unpad(&len, plain, record.sealed.len - crypto_box_SEALBYTES, STEP) == 0);
	block[0] = SEALED;
	memcpy(block + 1, plain, len);
	return span_of(block, 1 + len);
}

int main(int argc, char **argv)
{
	static uint8_t blocks[2][SEED_BYTES];
	if (sodium_init() < 0)
		return 1;
	begin();
	const struct span seeds[] = { file_seed(blocks[0]), work_seed(blocks[1]) };
	return mutate_main(argc, argv, seeds, sizeof seeds / sizeof seeds[0]);
}
#endif
