/* sample_words - the invented names and the Finnish texts the sample is made of.
 *
 * No municipality of Finland has one of these names; notes follow the model of
 * respectful, short recording. None holds a quotation mark or a backslash.
 */
#ifndef JALKA_CLI_SAMPLE_WORDS_H
#define JALKA_CLI_SAMPLE_WORDS_H

#include <stddef.h>

struct sample_list {
	const char *const *texts;
	size_t count;
};

extern const struct sample_list sample_family, sample_given, sample_family_sv, sample_given_sv;
extern const struct sample_list sample_language, sample_street;
/* Clients of each in percent, adding up to 100. */
extern const struct sample_list sample_municipality;
extern const unsigned sample_municipality_percent[];
extern const struct sample_list sample_note, sample_next, sample_view, sample_need, sample_goal;
extern const struct sample_list sample_quadrant[4]; /* income, family, health, housing */
extern const char *const sample_title[9];           /* by pathway */

#endif
