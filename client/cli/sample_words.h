/* sample_words - the invented names and the texts the sample is made of.
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

extern const struct sample_list sample_family, sample_women, sample_men;
extern const struct sample_list sample_family_sv, sample_women_sv, sample_men_sv;
extern const struct sample_list sample_family_other, sample_women_other, sample_men_other;
extern const struct sample_list sample_language, sample_street;
extern const struct sample_list sample_municipality; /* in the order of the decks */
extern const struct sample_list sample_note, sample_note_sv, sample_next, sample_view, sample_need, sample_goal;
extern const struct sample_list sample_quadrant[4]; /* income, family, health, housing */
extern const char *const sample_title[9];           /* by pathway */
extern const char *const sample_reason[9];          /* the same: why the matter began */
extern const struct sample_list sample_feedback, sample_guided;

#endif
