/* sample_tally - counts records as daemons show them, each once, by the lines of the set.
 *
 * Tell it every record of every daemon; a record that several hold is counted the
 * first time. Then sample_tally_end counts what only all of them together tell.
 */
#ifndef JALKA_CLI_SAMPLE_TALLY_H
#define JALKA_CLI_SAMPLE_TALLY_H

#include "base/json.h"

struct sample_fact {
	const char *what;
	unsigned wanted;       /* of one set */
	bool is_fixed;         /* whatever the scale */
	bool is_least;         /* of several sets: more may come together by chance */
	size_t found;
};

struct sample_tally;

struct sample_tally *sample_tally_new(int32_t today, bool is_outreach);
void sample_tally_free(struct sample_tally *tally);
/* False: it was counted before. */
bool sample_tally_sees(struct sample_tally *tally, struct json id);
void sample_tally_record(struct sample_tally *tally, struct json record);
void sample_tally_draft(struct sample_tally *tally, struct json draft, uint64_t now_ms);
void sample_tally_device(struct sample_tally *tally, struct json device); /* as the central node lists it */
void sample_tally_clock(struct sample_tally *tally, int64_t offset_ms);
void sample_tally_end(struct sample_tally *tally);
struct sample_fact *sample_tally_facts(struct sample_tally *tally, size_t *count);

#endif
