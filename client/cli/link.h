/* link - the connection to the daemon: framed requests out, answers in.
 *
 * Several requests may be under way at once; answers come in the order of the
 * requests. What fails on the way ends the program with exit code 3.
 */
#ifndef JALKA_CLI_LINK_H
#define JALKA_CLI_LINK_H

#include "base/json.h"
#include "local.pb.h"

struct link;

/* One Response, its pieces put together. Borrowed until the next receive. */
struct link_answer {
	uint32_t id;
	bool more;            /* others follow for this request */
	jalka_Kind kind;
	char error[512], field[96];
	struct json object;   /* JSON_ABSENT when refused */
};

struct link *link_open(const char *socket_path);
void link_close(struct link *link); /* NULL is allowed */

/* In whose role requests are sent from now on, at the central node. */
void link_as(const char *staff);

/* A blank request of that call (jalka_Request_..._tag), one for the whole program. */
jalka_Request *link_request(pb_size_t call);
/* Copies an argument into a field of a request; the program ends when it is no
 * UTF-8 or too long. `what` names it. */
#define LINK_PUT(field, text, what) link_put((field), sizeof(field), (text), (what))
void link_put(char *field, size_t size, const char *text, const char *what);
/* Adds one "name=value" text to a write's body. */
void link_assign(jalka_WriteCall *write, const char *text);
/* The write's body is this JSON. */
void link_body(jalka_WriteCall *write, struct span json);

/* Sends; returns the request's id. Reads meanwhile what the daemon sends. */
uint32_t link_send(struct link *link, jalka_Request *request);
void link_receive(struct link *link, struct link_answer *out);

/* Sends one request and gives every answer to fn. A refusal ends the program
 * with its exit code and text. */
typedef void link_answer_fn(void *ctx, struct json object);
void link_call(struct link *link, jalka_Request *request, link_answer_fn *fn, void *ctx);
/* The same of what is only looked up on the way: what its answer left out is not told. */
void link_look(struct link *link, jalka_Request *request, link_answer_fn *fn, void *ctx);

/* Tells of a refusal and ends the program. */
_Noreturn void link_refused(const struct link_answer *answer);

#endif
