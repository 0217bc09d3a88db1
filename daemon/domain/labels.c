/* labels - looking words up by key. */
#include "domain/labels.h"

#include "base/assert.h"

enum { KEY_BYTES = 160 };

static const char *const codes[LABELS_LANGUAGES] = { "fi", "sv", "en" };

const char *labels_code(enum labels_language language)
{
	return codes[language];
}

bool labels_read_code(struct span code, enum labels_language *out)
{
	for (int i = 0; i < LABELS_LANGUAGES; i++) {
		if (code.len == 2 && (code.data[0] | 0x20) == codes[i][0] && (code.data[1] | 0x20) == codes[i][1]) {
			*out = (enum labels_language)i;
			return true;
		}
	}
	return false;
}

const char *labels_word(enum labels_language language, enum labels_word word)
{
	ASSERT((unsigned)word < LABELS_COUNT);
	return labels_table[word].text[language];
}

const struct labels_row *labels_row(const char *key)
{
	size_t from = 0, to = LABELS_COUNT;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = strcmp(key, labels_table[middle].key);
		if (order == 0)
			return &labels_table[middle];
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return NULL;
}

/* The row of "first.second[.third]"; NULL also when such a key would be too long to be one. */
static const struct labels_row *row_of(const char *first, const char *second, const char *third)
{
	char key[KEY_BYTES];
	size_t used = 0;
	const char *const parts[] = { first, second, third };
	for (size_t i = 0; i < 3 && parts[i] != NULL; i++) {
		size_t len = strlen(parts[i]);
		if (used + len + 2 > sizeof key)
			return NULL;
		if (i > 0)
			key[used++] = '.';
		memcpy(key + used, parts[i], len);
		used += len;
	}
	key[used] = '\0';
	return labels_row(key);
}

const char *labels_type(enum labels_language language, const struct schema_record *record)
{
	const struct labels_row *row = row_of("type", record->name, NULL);
	return row == NULL ? record->name : row->text[language];
}

const char *labels_field(enum labels_language language, const struct schema_message *message,
			 const struct schema_field *field)
{
	const struct labels_row *row = row_of("field", message->name, field->name);
	if (row == NULL)
		row = row_of("field", "*", field->name);
	return row == NULL ? field->name : row->text[language];
}

const char *labels_value(enum labels_language language, const struct schema_enum *enumeration, int32_t number)
{
	for (size_t i = 0; i < enumeration->count; i++) {
		const struct schema_enum_value *value = &enumeration->values[i];
		if (value->number != number)
			continue;
		const struct labels_row *row = row_of("value", enumeration->name, value->name);
		if (row == NULL)
			row = row_of("value", "*", value->name);
		return row == NULL ? value->name : row->text[language];
	}
	return labels_word(language, LABELS_TEXT_NEWER_VERSION);
}
