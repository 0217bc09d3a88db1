/* Fuzz target: a bundle from a stick. The first byte says what the rest is: a file as
 * anybody may put it there, or the messages of one that is sealed as it must be, by
 * a device or in central's name: what a stolen key could make its reader unpack.
 *
 * No file is taken that was not sealed so; what is taken is in bounds and in its place,
 * and unpacks within LIMIT_INFLATED_RATIO. */
#include <sodium.h>

#include "core/bundle.h"
#include "core/rows.h"
#include "io/codec.h"
#include "lib/mutate.h"

enum { AS_IT_IS, FROM_DEVICE, FROM_CENTRAL, SHAPES, FILE_BYTES = 64 * 1024, SEED_BYTES = 2048 };

static const uint8_t device_secret[32] = { 1 }, key_secret[32] = { 2 }, ephemeral[32] = { 3 };
static uint8_t sign_secret[DELTA_SIGN_SECRET_BYTES];
static struct delta_identity identity;
static struct bundle_scratch scratch;
static uint8_t honest[2][FILE_BYTES];
static size_t honest_len[2];
static const struct session_frame_codec codec = { NULL, codec_compress, codec_decompress };

static struct bundle_parties parties_of(enum bundle_kind kind, uint8_t public_key[static 32])
{
	bool up = kind == BUNDLE_TO_CENTRAL;
	(void)crypto_scalarmult_base(public_key, up ? key_secret : device_secret);
	return (struct bundle_parties){ kind, &identity, up ? device_secret : key_secret, public_key, ephemeral };
}

static const uint8_t *reads_with(enum bundle_kind kind)
{
	return kind == BUNDLE_TO_CENTRAL ? key_secret : device_secret;
}

static void add(uint8_t *file, size_t *len, struct span piece)
{
	MUTATE_CHECK(piece.len <= FILE_BYTES - *len);
	memcpy(file + *len, piece.data, piece.len);
	*len += piece.len;
}

/* The least that is whole. */
static void make_honest(enum bundle_kind kind)
{
	uint8_t public_key[32];
	uint8_t *file = honest[kind - 1];
	size_t *len = &honest_len[kind - 1];
	const struct bundle_parties parties = parties_of(kind, public_key);
	struct bundle_writer writer;
	struct span piece, none = { NULL, 0 };
	memset(&scratch, 0, sizeof scratch);
	memset(scratch.hello.epoch.bytes, 7, 16);
	scratch.hello.epoch.size = 16;
	MUTATE_CHECK(!fault_is(bundle_begin(&writer, &scratch, &codec, &parties, &piece)));
	add(file, len, piece);
	MUTATE_CHECK(!fault_is(bundle_put(&writer, kind == BUNDLE_TO_CENTRAL ? BUNDLE_HELLO : BUNDLE_WELCOME,
					  kind == BUNDLE_TO_CENTRAL ? (void *)&scratch.hello : (void *)&scratch.welcome, none,
					  &piece)));
	add(file, len, piece);
	MUTATE_CHECK(!fault_is(bundle_end(&writer, false, kind == BUNDLE_TO_CENTRAL ? NULL : sign_secret, &piece)));
	add(file, len, piece);
}

/* The readers of the rows meet what the messages hold. */
static void read_rows(const jalka_Rows *head, struct span rows)
{
	struct rows_reader reader;
	struct rows_row row;
	bool end = false;
	MUTATE_CHECK(rows.len <= LIMIT_CHUNK_BYTES && head->count <= LIMIT_CHUNK_DELTAS);
	rows_read_begin(&reader, rows, head->count, 1, 1, false);
	while (!end && !fault_is(rows_read(&reader, &row, &end)))
		;
}

static bool take(enum bundle_kind kind, struct span file)
{
	struct bundle_reader reader;
	struct bundle_header header;
	enum bundle_message message = BUNDLE_HELLO;
	struct span rows;
	const struct bundle_parties parties = { kind, &identity, reads_with(kind), NULL, NULL };
	if (fault_is(bundle_look(file, &header)) || header.kind != kind)
		return false;
	bool good = !fault_is(bundle_open(&reader, &scratch, &codec, &parties, file)) && !fault_is(bundle_check(&reader));
	size_t messages = 0;
	while (good && message != BUNDLE_END) {
		MUTATE_CHECK(!fault_is(bundle_next(&reader, &message, &rows))); /* BU1 */
		messages += message != BUNDLE_END;
		bool many;
		const jalka_Rows *head = message == BUNDLE_FRAME ? session_frame_rows(SESSION_FRAME_FRAME, &scratch.frame, &many) : NULL;
		if (head != NULL)
			read_rows(head, rows);
	}
	MUTATE_CHECK(!good || (messages == reader.messages && messages > 0));
	bundle_close(&reader);
	return good;
}

/* Messages as given, each a length of two bytes and a plaintext, sealed as they must be. */
static struct span seal_all(enum bundle_kind kind, struct span plain, uint8_t file[static FILE_BYTES])
{
	static const uint8_t head[] = { 0, 0 }; /* an empty control part */
	uint8_t public_key[32], header[BUNDLE_HEADER_BYTES], prologue[BUNDLE_PROLOGUE_BYTES];
	const struct bundle_parties parties = parties_of(kind, public_key);
	struct noise noise;
	struct noise_transport transport;
	size_t len, used;
	memcpy(header, honest[kind - 1], sizeof header);
	memcpy(prologue, header, sizeof header);
	memcpy(prologue + sizeof header, identity.bytes, DELTA_IDENTITY_BYTES);
	noise_init(&noise, &(struct noise_config){
		.pattern = NOISE_X, .initiator = true, .prologue = span_of(prologue, sizeof prologue),
		.static_secret = parties.own_secret, .remote_static = public_key, .ephemeral_secret = ephemeral });
	memcpy(file, header, sizeof header);
	used = sizeof header;
	MUTATE_CHECK(!fault_is(noise_write(&noise, span_of(head, sizeof head), file + used + 2, 4096, &len)));
	file[used] = (uint8_t)len;
	file[used + 1] = (uint8_t)(len >> 8);
	used += 2 + len;
	noise_split(&noise, &transport);
	while (plain.len >= 2) {
		size_t size = (size_t)plain.data[0] | (size_t)plain.data[1] << 8;
		size = size < plain.len - 2 ? size : plain.len - 2;
		if (used + size + 64 > FILE_BYTES)
			break;
		MUTATE_CHECK(!fault_is(session_frame_seal(&transport.send, span_of(plain.data + 2, size), file + used, &len)));
		used += len;
		plain = span_of(plain.data + 2 + size, plain.len - 2 - size);
	}
	return span_of(file, used);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t file[FILE_BYTES];
	if (size == 0)
		return 0;
	struct span rest = span_of(data + 1, size - 1);
	switch (data[0] % SHAPES) {
	case AS_IT_IS:
		for (enum bundle_kind kind = BUNDLE_TO_CENTRAL; kind <= BUNDLE_TO_DEVICE; kind++)
			MUTATE_CHECK(take(kind, rest) == span_equal(rest, span_of(honest[kind - 1], honest_len[kind - 1])));
		break;
	case FROM_DEVICE:
		(void)take(BUNDLE_TO_CENTRAL, seal_all(BUNDLE_TO_CENTRAL, rest, file));
		break;
	case FROM_CENTRAL: /* nobody else can sign */
		MUTATE_CHECK(!take(BUNDLE_TO_DEVICE, seal_all(BUNDLE_TO_DEVICE, rest, file)));
		break;
	}
	return 0;
}

static void begin(void)
{
	static const uint8_t seed[32] = { 4 };
	(void)crypto_sign_seed_keypair(identity.bytes, sign_secret, seed);
	make_honest(BUNDLE_TO_CENTRAL);
	make_honest(BUNDLE_TO_DEVICE);
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
/* A whole file behind its shape. */
static struct span file_seed(uint8_t block[static SEED_BYTES], enum bundle_kind kind)
{
	block[0] = AS_IT_IS;
	memcpy(block + 1, honest[kind - 1], honest_len[kind - 1]);
	return span_of(block, 1 + honest_len[kind - 1]);
}

/* Adds one message: kind, then what session_frame_encode makes of it. */
static size_t put(uint8_t *out, enum bundle_message message, enum session_frame_kind kind, void *control, struct span rows)
{
	static uint8_t packed[LIMIT_CHUNK_BYTES];
	size_t len;
	out[2] = (uint8_t)message;
	MUTATE_CHECK(!fault_is(session_frame_encode(kind, control, rows, &codec, packed, SEED_BYTES / 2, out + 3, &len)));
	out[0] = (uint8_t)(len + 1);
	out[1] = (uint8_t)((len + 1) >> 8);
	return 3 + len;
}

/* Hello, a push, a salt, an offer's like, End. */
static struct span device_seed(uint8_t block[static SEED_BYTES])
{
	uint8_t raw[256];
	struct rows_writer writer;
	struct rows_row row = { .delta = span_of("delta delta delta delta delta", 29), .seq = 1 };
	struct span none = { NULL, 0 };
	size_t used = 1;
	block[0] = FROM_DEVICE;
	memset(&scratch, 0, sizeof scratch);
	scratch.hello.epoch.size = 16;
	used += put(block + used, BUNDLE_HELLO, SESSION_FRAME_HELLO, &scratch.hello, none);
	rows_write_begin(&writer, raw, sizeof raw, 1);
	MUTATE_CHECK(rows_write(&writer, &row));
	scratch.frame.has_push = scratch.frame.push.has_rows = true;
	scratch.frame.push.first_seq = 1;
	scratch.frame.push.rows.count = 1;
	scratch.frame.push.signature.size = sizeof scratch.frame.push.signature.bytes;
	used += put(block + used, BUNDLE_FRAME, SESSION_FRAME_FRAME, &scratch.frame, rows_written(&writer));
	memset(&scratch.frame, 0, sizeof scratch.frame);
	scratch.frame.has_salt = true;
	scratch.frame.salt.epoch.size = 16;
	scratch.frame.salt.salts_count = 1;
	scratch.frame.salt.salts[0].seq = 1;
	scratch.frame.salt.salts[0].salt.size = 16;
	used += put(block + used, BUNDLE_FRAME, SESSION_FRAME_FRAME, &scratch.frame, none);
	used += put(block + used, BUNDLE_END, SESSION_FRAME_BUNDLE_END, &scratch.end, none);
	return span_of(block, used);
}

static struct span central_seed(uint8_t block[static SEED_BYTES])
{
	struct span none = { NULL, 0 };
	size_t used = 1;
	block[0] = FROM_CENTRAL;
	memset(&scratch, 0, sizeof scratch);
	used += put(block + used, BUNDLE_WELCOME, SESSION_FRAME_WELCOME, &scratch.welcome, none);
	scratch.frame.has_pull = true;
	used += put(block + used, BUNDLE_FRAME, SESSION_FRAME_FRAME, &scratch.frame, none);
	scratch.end.signature.size = sizeof scratch.end.signature.bytes;
	used += put(block + used, BUNDLE_END, SESSION_FRAME_BUNDLE_END, &scratch.end, none);
	return span_of(block, used);
}

int main(int argc, char **argv)
{
	static uint8_t blocks[4][SEED_BYTES];
	if (sodium_init() < 0)
		return 1;
	begin();
	const struct span seeds[] = {
		file_seed(blocks[0], BUNDLE_TO_CENTRAL), file_seed(blocks[1], BUNDLE_TO_DEVICE), device_seed(blocks[2]),
		central_seed(blocks[3]),
	};
	MUTATE_CHECK(take(BUNDLE_TO_CENTRAL, seal_all(BUNDLE_TO_CENTRAL, span_of(seeds[2].data + 1, seeds[2].len - 1),
						       (uint8_t[FILE_BYTES]){ 0 })));
	return mutate_main(argc, argv, seeds, sizeof seeds / sizeof seeds[0]);
}
#endif
