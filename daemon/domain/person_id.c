/* person_id - read, compared and made. */
#include "domain/person_id.h"

#include "base/civil.h"

/* A text set right: capitals, no spaces, one kind of dash. */
struct plain {
	char text[PERSON_ID_CHARS];
	size_t len;
};

/* The bytes of a space that does not break, or of what word processors make of a
 * hyphen (U+2010..2015, the minus sign U+2212); 0: neither. */
static size_t odd_sign(struct span rest, bool *is_dash)
{
	const uint8_t *c = rest.data;
	*is_dash = false;
	if (rest.len >= 2 && c[0] == 0xc2 && c[1] == 0xa0)
		return 2;
	if (rest.len < 3 || c[0] != 0xe2)
		return 0;
	*is_dash = (c[1] == 0x80 && c[2] >= 0x90 && c[2] <= 0x95) || (c[1] == 0x88 && c[2] == 0x92);
	return *is_dash ? 3 : 0;
}

/* False: not as long as a code. */
static bool plain_of(struct span text, struct plain *out)
{
	out->len = 0;
	while (text.len > 0) {
		bool is_dash;
		size_t odd = odd_sign(text, &is_dash), taken = odd > 0 ? odd : 1;
		uint8_t c = is_dash ? '-' : odd > 0 ? ' ' : text.data[0];
		text = span_of(text.data + taken, text.len - taken);
		if (c == ' ' || c == '\t')
			continue;
		if (out->len == PERSON_ID_CHARS)
			return false;
		out->text[out->len++] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
	}
	return out->len == PERSON_ID_CHARS;
}

/* Digits as a number; false where one is none. */
static bool digits_of(const char *text, size_t count, uint32_t *out)
{
	*out = 0;
	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*out = *out * 10 + (uint32_t)(text[i] - '0');
	}
	return true;
}

/* The year a century begins with; 0: no separator. */
static int century_of(char separator)
{
	if (separator == '+')
		return 1800;
	if (memchr("-YXWVU", separator, 6) != NULL)
		return 1900;
	return separator >= 'A' && separator <= 'F' ? 2000 : 0;
}

char person_id_check(uint32_t nine_digits)
{
	return "0123456789ABCDEFHJKLMNPRSTUVWXY"[nine_digits % 31];
}

struct fault person_id_read(struct span text, struct person_id *out)
{
	struct plain plain;
	uint32_t day, month, year, date, number;

	if (!plain_of(text, &plain))
		return fault_of(FAULT_CALLER, "an identity code has 11 characters, as in 010190-123A");
	int century = century_of(plain.text[6]);
	if (century == 0)
		return fault_of(FAULT_CALLER, "the separator of an identity code is one of + - Y X W V U A B C D E F");
	if (!digits_of(plain.text, 2, &day) || !digits_of(plain.text + 2, 2, &month) ||
	    !digits_of(plain.text + 4, 2, &year) || !digits_of(plain.text, 6, &date))
		return fault_of(FAULT_CALLER, "an identity code begins with the six digits of the birth date");
	struct civil_date born = { century + (int)year, (int)month, (int)day };
	if (!civil_date_valid(born))
		return fault_of(FAULT_CALLER, "the birth date of the identity code is not in the calendar");
	if (!digits_of(plain.text + 7, 3, &number))
		return fault_of(FAULT_CALLER, "three digits follow the separator of an identity code");
	if (number < PERSON_ID_NUMBER_MIN)
		return fault_of(FAULT_CALLER, "the individual number of an identity code is 002 at least");
	if (plain.text[10] != person_id_check(date * 1000 + number))
		return fault_of(FAULT_CALLER, "the check character of the identity code does not fit: is something mistyped?");
	*out = (struct person_id){
		.birth_days = civil_days(born),
		.is_male = number % 2 == 1,
		.is_temporary = number >= PERSON_ID_TEMPORARY_MIN,
	};
	memcpy(out->text, plain.text, PERSON_ID_CHARS);
	return fault_none();
}

bool person_id_equal(struct span a, struct span b)
{
	struct person_id x, y;
	return !fault_is(person_id_read(a, &x)) && !fault_is(person_id_read(b, &y)) &&
	       memcmp(x.text, y.text, PERSON_ID_CHARS) == 0;
}

bool person_id_make(int32_t birth_days, char separator, unsigned number, char out[static PERSON_ID_BYTES])
{
	if (birth_days < CIVIL_DAYS_MIN || birth_days > CIVIL_DAYS_MAX || number < PERSON_ID_NUMBER_MIN ||
	    number > PERSON_ID_NUMBER_MAX)
		return false;
	struct civil_date born = civil_of_days(birth_days);
	int century = century_of(separator);
	if (century == 0 || born.year - born.year % 100 != century)
		return false;
	unsigned date = (unsigned)(born.day * 10000 + born.month * 100 + born.year % 100);
	for (unsigned i = 0, rest = date; i < 6; i++, rest /= 10)
		out[5 - i] = (char)('0' + rest % 10);
	out[6] = separator;
	for (unsigned i = 0, rest = number; i < 3; i++, rest /= 10)
		out[9 - i] = (char)('0' + rest % 10);
	out[10] = person_id_check(date * 1000 + number);
	out[11] = '\0';
	return true;
}
