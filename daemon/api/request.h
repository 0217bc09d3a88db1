/* request - the calls of the local API as one table: call, handler, right needed.
 *
 * A request is walked in the wire format first (one known call, texts in UTF-8,
 * nothing malformed), then decoded within the bounds of local.options, then its
 * right is checked; only then does a handler see it.
 *
 * Q1  A handler runs only with its right: the role it belongs to and, where it
 *     needs one, an open store, and only what the gate lets pass (api/gate.h).
 * Q2  A handler that returns a fault has changed nothing; the table refuses the
 *     call, and what of an answer was begun is dropped.
 * Q3  At the central node a handler finds everything that links brought in
 *     committed, so that a transaction of its own never meets the hub's.
 */
#ifndef JALKA_API_REQUEST_H
#define JALKA_API_REQUEST_H

#include "api/answer.h"
#include "base/fault.h"
#include "local.pb.h"

struct gate;    /* who asks, and what they may: api/gate.h */
struct profile; /* the field role's */
struct node;    /* the central role's */
struct web_field;       /* the web client of a field daemon: api/web_field.h */
struct console;         /* the administrators' of a central one: api/console.h */
struct console_session; /* of somebody who signed in there */

/* Whom the calls are for, profile or node; and by which door they came. */
struct request_target {
	struct profile *profile;
	struct node *node;
	struct web_field *web;   /* whose addresses may be given away; NULL: not to this caller */
	struct console *console; /* of the node; NULL: it serves none */
	struct console_session *session; /* in whose session the call is made; NULL: over the socket, by its operator */
	const char *from;        /* of a sign-in at the console: what the browser says of itself; else NULL */
};

struct request {
	const jalka_Request *call; /* borrowed until the handler returns */
	struct request_target target;
	struct gate *gate;         /* of calls that need an open store; until the handler returns */
	struct answer *answer;     /* to be finished by the handler unless it returns a fault */
	char field[96];            /* with a fault: the field it is about */
	char advice[256];          /* with a fault: what to do */
};

/* No fault: the answer is finished or somebody keeps it. */
typedef struct fault request_handler(struct request *request);

enum { REQUEST_FIELD = 1, REQUEST_CENTRAL = 2 };

/* What a call does, for the gate. */
enum request_does {
	REQUEST_FREE = 1, /* nothing that belongs to anybody: words, clocks, the vault, the link, what one is typing */
	REQUEST_NAMES, /* reads or writes the record or case it names */
	REQUEST_LISTS, /* reads what stands in many cases */
	REQUEST_ASKS,  /* its handler asks the gate once it knows of what: writes, logs, the administrator's verbs */
};

/* Of a field daemon's profile. */
enum request_needs {
	REQUEST_ANYTIME,
	REQUEST_UP,   /* open, or waiting for contact: what makes the contact, and shows nothing of clients */
	REQUEST_OPEN,
};

struct request_row {
	uint32_t call; /* field number in Request */
	const char *name;
	unsigned roles;
	enum request_needs needs;
	request_handler *handler;
	enum request_does does;
};
const struct request_row *request_table(size_t *count);

/* Handles one request (api_unix_fn with a struct request_target as ctx). The
 * bytes are wiped: they may hold a passphrase. */
bool request_take(void *target, uint8_t *bytes, size_t len, const struct answer_sink *sink, struct answer **waiting);

/* Wipes what requests and answers left in memory: the profile is being locked. */
void request_wipe(void);

/* Printf into request->advice; returns the fault. */
__attribute__((format(printf, 3, 4))) struct fault request_fault(struct request *request, struct fault fault,
								  const char *advice, ...);

#endif
