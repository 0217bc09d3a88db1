/* writing - one write of a client on its way into the log.
 *
 *   begin, read        what is to be written
 *   find_*             of which record, in which case
 *   put                shape, derived values, rules; then a draft or a delta
 *   end                always, whatever came of it
 *
 * A signed type (notes, assessments, consents) is kept as a draft until it is
 * signed; everything else is a delta at once, unless it is asked to be kept as one. Drafts are checked for shape alone;
 * rules decide what is signed or written (domain/rules). Whether the case may be
 * written is the replica's to say. What a write brings with it (the state of a
 * record it corrects or replaces) goes into the log in the same transaction.
 *
 * One at a time: the values stand in blocks that all writes share.
 */
#ifndef JALKA_API_WRITING_H
#define JALKA_API_WRITING_H

#include "api/request.h"
#include "api/world.h"
#include "base/limits.h"
#include "domain/rules.h"
#include "domain/schema.h"
#include "store/replica.h"

enum { WRITING_EXTRA_MAX = 128, WRITING_MAX = 2 + RULES_ALSO_MAX + WRITING_EXTRA_MAX };

struct writing {
	struct request *request;
	struct world world;
	const struct schema_record *record;
	struct wire_out fields;
	uint32_t cleared[LIMIT_FIELDS];
	size_t cleared_count;
	struct case_id case_id;
	struct record_id record_id;
	struct case_id client_case;
	enum delta_case_kind kind; /* of the case it stands in, or opens */
	bool opens, is_new, from_draft, sign, draft;
	uint64_t event_at_ms, token;
	struct rules_told told;
	struct rules_also also[RULES_ALSO_MAX];
	size_t also_count;
	const struct replica_write *extra; /* more records of the caller's, checked by him */
	size_t extra_count;
	/* Members of the caller's into the answer, once it is written; or NULL. */
	void (*tell)(struct writing *w, struct writer *out);
	void *tell_ctx;
	/* A fault: it was written that what was asked for may not be, and the answer says so. */
	struct fault refuse;
};

static inline bool writing_is_draft(const struct writing *w)
{
	return w->is_new && !w->sign && (w->record->is_signed || w->draft);
}

void writing_begin(struct writing *w, struct request *request);
void writing_end(struct writing *w);
/* Wipes what writes left in the blocks. */
void writing_wipe(void);

/* The values; w->record is set. `id` names the record or draft they are for, "": a new one. */
struct fault writing_read(struct writing *w, const char *id, jalka_Form form, struct span body);

/* A record or a draft by the beginning of its id; "" : a new one. What was given is
 * laid over a draft. w->record, when set, must be its type. */
struct fault writing_find_record(struct writing *w, struct profile *profile, const char *id);
struct fault writing_find_draft(struct writing *w, struct profile *profile, const char *id);
struct fault writing_find_central(struct writing *w, struct node *node, const char *id);
/* The case it stands in or opens; "" : said by the record, or by its type. */
struct fault writing_find_case(struct writing *w, struct profile *profile, const char *case_id, const char *client_case);

/* Judged and written; the answer is finished. */
struct fault writing_put(struct writing *w, struct profile *profile);
struct fault writing_put_central(struct writing *w, struct node *node);

/* The write as the rules see it, as far as it is known now. */
struct fault writing_rules(struct writing *w, struct rules_write *out);
/* The fault, with w->told as field and advice of the refusal. */
struct fault writing_refused(struct writing *w, struct fault f);
/* "advice": [{"field","text"}...] */
void writing_hints(const struct rules_told *told, struct writer *out);
struct fault writing_at(struct request *request, const char *field, const char *what);
/* With what a field of a few values takes as the advice; the fault alone when it is no such field. */
struct fault writing_takes(struct request *request, struct fault f, const struct schema_record *record, const char *name);

#endif
