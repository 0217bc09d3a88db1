/* tally - a short list, searched from its front. */
#include "central/tally.h"

#include <stdbool.h>
#include <string.h>

void tally_add(struct tally *tally, const char *cause)
{
	size_t i = 0;
	while (i < tally->count && strcmp(tally->rows[i].cause, cause) != 0)
		i++;
	if (i == TALLY_ROWS) {
		i = TALLY_ROWS - 1; /* the last row is that of all others */
		tally->rows[i].cause = TALLY_OTHER;
	} else if (i == tally->count) {
		bool is_last = i == TALLY_ROWS - 1;
		tally->rows[tally->count++].cause = is_last ? TALLY_OTHER : cause;
	}
	tally->rows[i].times++;
}

void tally_word(const char *cause, char *out, size_t size)
{
	size_t n = 0;
	for (; *cause != '\0' && n + 1 < size; cause++) {
		char c = *cause;
		if (c >= 'A' && c <= 'Z')
			out[n++] = (char)(c - 'A' + 'a');
		else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[n++] = c;
		else if (n != 0 && out[n - 1] != '_')
			out[n++] = '_';
	}
	while (n != 0 && out[n - 1] == '_')
		n--;
	out[n] = '\0';
}
