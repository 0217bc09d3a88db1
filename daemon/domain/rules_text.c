/* rules_text - what a text gives away: identity codes and phone numbers. */
#include "domain/person_id.h"
#include "domain/rules_parts.h"
#include "domain/schema.h"

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static uint8_t small(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool is_word(uint8_t c)
{
	return is_digit(c) || (small(c) >= 'a' && small(c) <= 'z') || c >= 0x80;
}

bool rules_text_holds(struct span text, const char *part)
{
	size_t len = strlen(part);
	for (size_t i = 0; i + len <= text.len; i++) {
		size_t n = 0;
		while (n < len && small(text.data[i + n]) == small((uint8_t)part[n]))
			n++;
		if (n == len)
			return true;
	}
	return false;
}

/* Anything of the form 010190-123A: also one whose check character is wrong, since
 * a typing error does not make it less of somebody's. */
bool rules_text_has_code(struct span text)
{
	for (size_t i = 0; i + PERSON_ID_CHARS <= text.len; i++) {
		const uint8_t *c = text.data + i;
		size_t n = 0;
		if ((i > 0 && is_word(c[-1])) || (i + PERSON_ID_CHARS < text.len && is_word(c[PERSON_ID_CHARS])))
			continue;
		while (n < 6 && is_digit(c[n]))
			n++;
		bool separator = c[6] == '-' || c[6] == '+' || (small(c[6]) >= 'a' && small(c[6]) <= 'f') ||
				 (small(c[6]) >= 'u' && small(c[6]) <= 'y');
		if (n == 6 && separator && is_digit(c[7]) && is_digit(c[8]) && is_digit(c[9]) && is_word(c[10]) && c[10] < 0x80)
			return true;
	}
	return false;
}

/* Numbers of services that anybody may be told: 010, 020, 029, 0800, 116 ... */
static bool is_service(const uint8_t *digits, size_t count)
{
	static const char *const beginnings[] = { "010", "020", "029", "030", "071", "073", "075", "0200", "0600", "0700", "0800" };
	for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
		if (count >= strlen(beginnings[i]) && memcmp(digits, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

enum { PHONE_DIGITS_MIN = 7, PHONE_DIGITS_MAX = 15 };

/* A number begins with 0 or +; blanks and one hyphen may stand in it, so that a date
 * written with hyphens is none. */
static bool is_phone(struct span text, size_t at)
{
	uint8_t digits[PHONE_DIGITS_MAX];
	size_t count = 0, hyphens = 0, i = at + (text.data[at] == '+');
	for (; i < text.len && count < PHONE_DIGITS_MAX; i++) {
		if (is_digit(text.data[i]))
			digits[count++] = text.data[i];
		else if (text.data[i] == '-' && i + 1 < text.len && is_digit(text.data[i + 1]))
			hyphens++;
		else if (text.data[i] != ' ' || i + 1 == text.len || !is_digit(text.data[i + 1]))
			break;
	}
	return count >= PHONE_DIGITS_MIN && hyphens <= 1 && (text.data[at] == '+' || !is_service(digits, count));
}

bool rules_text_has_phone(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		bool begins = i == 0 || !is_word(text.data[i - 1]);
		if (begins && (text.data[i] == '0' || text.data[i] == '+') && is_phone(text, i))
			return true;
	}
	return false;
}

struct search {
	struct rules_told *told;
	struct fault fault;
};

static void look(void *ctx, const struct schema_field *field, struct span text)
{
	struct search *search = ctx;
	if (fault_is(search->fault))
		return;
	if (rules_text_has_code(text))
		search->fault = rules_refuse(search->told, field->name, "the text holds an identity code, and nobody may be known by it", "");
	else if (rules_text_has_phone(text))
		search->fault = rules_refuse(search->told, field->name, "the text holds a phone number, and nobody may be known by it", "");
}

struct fault rules_text_names_nobody(const struct rules_write *write, struct rules_told *told)
{
	struct search search = { told, fault_none() };
	schema_texts(write->record, write->given, look, &search);
	return search.fault;
}
