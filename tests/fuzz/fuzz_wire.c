/* Fuzz target: the wire reader. What it reads lies one after another inside the
 * input, and written again reads the same. */
#include "base/wire.h"
#include "lib/mutate.h"

static void write_again(const struct wire_field *field)
{
	uint8_t block[64 + MUTATE_BYTES_MAX];
	struct wire_out out;
	struct wire_field back;
	wire_out_init(&out, block, sizeof block);
	if (field->type == WIRE_VARINT)
		wire_put_varint(&out, field->number, field->value);
	else if (field->type == WIRE_FIXED64)
		wire_put_fixed64(&out, field->number, field->value);
	else if (field->type == WIRE_BYTES)
		wire_put_bytes(&out, field->number, field->data);
	else
		wire_put_raw(&out, field->whole);
	if (out.full)
		return; /* libFuzzer may bring longer ones */
	struct span rest = wire_out_span(&out);
	MUTATE_CHECK(rest.len <= field->whole.len);
	MUTATE_CHECK(wire_next(&rest, &back) == WIRE_FIELD);
	MUTATE_CHECK(rest.len == 0 && back.number == field->number && back.type == field->type);
	MUTATE_CHECK(back.value == field->value && span_equal(back.data, field->data));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = span_of(data, size);
	struct wire_field field;
	enum wire_read read;
	while ((read = wire_next(&rest, &field)) == WIRE_FIELD) {
		MUTATE_CHECK(field.number >= 1 && field.number <= 0x1fffffff);
		MUTATE_CHECK(field.whole.len >= 2 && field.whole.data + field.whole.len == rest.data);
		MUTATE_CHECK(rest.data + rest.len == data + size);
		if (field.type == WIRE_BYTES) {
			MUTATE_CHECK(field.data.data + field.data.len == rest.data);
			if (wire_utf8(field.data))
				MUTATE_CHECK(wire_utf8_chars(field.data) <= field.data.len);
		}
		write_again(&field);
	}
	MUTATE_CHECK((read == WIRE_END) == (rest.len == 0));
	return 0;
}

#ifndef JALKA_LIBFUZZER
int main(int argc, char **argv)
{
	static const char fields[] = "\x08\x96\x01\x12\x07testing\x1d\x01\x02\x03\x04\x21\x01\x02\x03\x04\x05\x06\x07\x08"
				     "\xf2\x07\x05p\xc3\xa4iv\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
	const struct span seeds[] = { span_of(fields, sizeof fields - 1), span_of("", 0) };
	return mutate_main(argc, argv, seeds, 2);
}
#endif
