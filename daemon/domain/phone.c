/* phone - read and compared. */
#include "domain/phone.h"

bool phone_read(struct span text, struct phone *out)
{
	size_t skip = 0;
	*out = (struct phone){ .count = 0 };
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] >= '0' && text.data[i] <= '9') {
			if (out->count == PHONE_DIGITS_MAX)
				return false;
			out->digits[out->count++] = (char)text.data[i];
		}
	if (out->count == 0)
		return false;
	if (text.data[0] == '+' && out->count > 3 && memcmp(out->digits, "358", 3) == 0)
		skip = 3;
	else if (out->count > 5 && memcmp(out->digits, "00358", 5) == 0)
		skip = 5;
	if (skip > 0) {
		size_t keep = out->digits[skip] == '0' ? skip : skip - 1; /* +358 (0)40 */
		out->digits[keep] = '0';
		memmove(out->digits, out->digits + keep, out->count - keep);
		out->count -= keep;
	}
	out->is_home = out->digits[0] == '0';
	out->may_be_abroad = out->count >= 3 + PHONE_DIGITS_MIN && memcmp(out->digits, "358", 3) == 0;
	return true;
}

/* What both ways of writing share: the digits behind 0 or 358. */
static struct span core_of(const struct phone *phone)
{
	size_t skip = phone->may_be_abroad ? 3 : phone->is_home ? 1 : 0;
	return span_of(phone->digits + skip, phone->count - skip);
}

bool phone_equal(const struct phone *a, const struct phone *b)
{
	struct span x = core_of(a), y = core_of(b);
	return x.len + 1 >= PHONE_DIGITS_MIN && span_equal(x, y);
}
