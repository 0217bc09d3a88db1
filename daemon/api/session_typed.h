/* session_typed - what is being typed in a joint session's companion and is not in the
 * record yet: a draft that bears the session's id, with the points typed under and
 * their texts, and as `summary` what is about to be agreed.
 *
 * A draft is local and survives whatever ends the process. As long as one is there the
 * drafts tell it, and their link leads to the session itself.
 */
#ifndef JALKA_API_SESSION_TYPED_H
#define JALKA_API_SESSION_TYPED_H

#include "api/writer.h"
#include "domain/rules.h"
#include "store/log.h"

/* Keeps the text under the point of this title; without a title, what is about to be
 * agreed. An empty text: nothing is typed there any more. */
struct fault session_typed_put(struct log *log, const struct rules_record *session, struct span title, struct span text, uint64_t now_ms);
/* "typed": {"summary","agenda":[{"title","notes"}]}; without any, {}. */
struct fault session_typed_tell(struct log *log, struct record_id session, struct writer *out);

#endif
