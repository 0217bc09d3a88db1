/* tally - how often what happened, by its cause.
 *
 * A cause is a literal of the sources ("MAC of message 1 is wrong"), so there are
 * few; what comes when all rows are taken is counted as TALLY_OTHER. Pure.
 */
#ifndef JALKA_CENTRAL_TALLY_H
#define JALKA_CENTRAL_TALLY_H

#include <stddef.h>
#include <stdint.h>

#define TALLY_OTHER "other"
enum { TALLY_ROWS = 64 };

struct tally {
	size_t count;
	struct tally_row {
		const char *cause; /* borrowed: a literal */
		uint64_t times;
	} rows[TALLY_ROWS];
};

void tally_add(struct tally *tally, const char *cause);

/* The cause as a word of small letters, digits and underscores; cut to `size`. */
void tally_word(const char *cause, char *out, size_t size);

#endif
