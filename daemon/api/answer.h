/* answer - what goes back to a client for one request: one JSON object, or a
 * refusal that says what failed and what to do.
 *
 * An answer may wait (a passphrase being hashed, a sync under way): it is then
 * only this small struct. While it is written it uses the one block all share,
 * so it must be begun and finished in one go. A long list is sent in pages.
 *
 * W1  Exactly one last Response for a request: answer_finish or answer_refuse.
 * W2  A client that has gone makes no difference to the caller: the answer goes
 *     nowhere.
 */
#ifndef JALKA_API_ANSWER_H
#define JALKA_API_ANSWER_H

#include "api/writer.h"
#include "base/fault.h"

struct answer;

struct answer_sink {
	void *ctx;
	/* A whole Response, framed. `last`: none of this request follows. */
	void (*send)(void *ctx, struct span frame, bool last);
	size_t (*queued_bytes)(void *ctx); /* not yet taken by the client */
};

/* NULL: no memory. */
struct answer *answer_new(const struct answer_sink *sink, uint32_t id);
/* The client has gone: what follows is written nowhere. */
void answer_orphan(struct answer *answer);

/* Begins {"v":1 and gives the writer. */
struct writer *answer_begin(struct answer *answer);
/* Between two items of the list `key` of the outermost object: sends what there
 * is when it is long and goes on in a new object. False: the client has too much
 * to read already, write no more items ("truncated" is added). */
bool answer_item(struct answer *answer, const char *key);
/* Closes the object, sends it and frees the answer. */
void answer_finish(struct answer *answer);
/* What a handler returns last: finishes when nothing failed; else the fault, for the
 * table of calls to refuse. What was begun is then dropped with the answer. */
struct fault answer_end(struct answer *answer, struct fault fault);

/* Sends a refusal and frees the answer. `advice` (may be "") follows the fault's
 * text; `field` names the field at fault or is "". */
void answer_refuse(struct answer *answer, struct fault why, const char *advice, const char *field);
/* The same after answer_begin: the object written so far goes with it (when it
 * fits one Response). */
void answer_refuse_with(struct answer *answer, struct fault why, const char *advice, const char *field);
/* The store is locked or not there yet. */
void answer_refuse_locked(struct answer *answer, const char *what);

/* Wipes the blocks all answers share. None may be being written. */
void answer_wipe(void);

/* One Response and its length before it, for what is no answer to a known request. */
struct answer_response {
	uint32_t id, kind;
	bool more, cut;
	struct span error, field, json;
};
struct span answer_frame(struct wire_out *out, const struct answer_response *response);

#endif
