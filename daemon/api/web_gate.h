/* web_gate - which requests of a browser are ours: judged by the head alone.
 *
 * Any page that the user's browser shows can send requests to our port, and so can
 * any program of this machine. A request passes only when the page that sends it is
 * ours and, where it asks for anything that is somebody's, when it holds a session.
 * Behind a reverse proxy the host and origin are those that the browser knows.
 *
 * W1  One Host, byte for byte ours (DNS rebinding); the target is a plain path.
 * W2  What the browser says of where a request comes from is ours or nobody's.
 * W3  Only POST does anything; it comes from our origin, with our content type and
 *     a length, never with two ways to count its body.
 * W4  No secret stands in a target or a cookie: the session is one header.
 */
#ifndef JALKA_API_WEB_GATE_H
#define JALKA_API_WEB_GATE_H

#include "io/http.h"

/* What a request that passes is for. */
enum web_gate_route {
	WEB_GATE_ASSET,    /* GET or HEAD of a built file */
	WEB_GATE_SIGN_IN,  /* POST to its path: what makes a session */
	WEB_GATE_API,      /* POST /api: one Request; needs a session */
	WEB_GATE_EVENTS,   /* GET /events: the stream; needs a session */
};

/* What refusals say to the one who looks into them. */
struct web_gate_words {
	const char *elsewhere;    /* another host */
	const char *another_page;
	const char *no_session;
};

struct web_gate {
	const char *host;    /* "127.0.0.1:PORT", "jalka.example.fi" */
	const char *origin;  /* "http://127.0.0.1:PORT", "https://jalka.example.fi" */
	const char *sign_in; /* the path that makes sessions: "/session" */
	const struct web_gate_words *words;
};

struct web_gate_verdict {
	unsigned status;      /* 0: it passes; else the HTTP status of the refusal */
	const char *why;      /* with a refusal: for the one who looks into it */
	enum web_gate_route route;
	struct span session;  /* of API and EVENTS: the header as sent; borrowed */
};

struct web_gate_verdict web_gate_judge(const struct web_gate *gate, const struct http_head *head);

#endif
