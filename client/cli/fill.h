/* fill - what the daily verbs share: finding what an id means, filling a write
 * with defaults and with what the person gave, sending it, telling what came of it. */
#ifndef JALKA_CLI_FILL_H
#define JALKA_CLI_FILL_H

#include "command.h"

enum { FILL_ID_BYTES = 33, FILL_NAME_BYTES = 64, FILL_TITLE_BYTES = 256 };

/* What an id stands for. Of a case: the record that opened it, where it is there. */
struct fill_found {
	char id[FILL_ID_BYTES], case_id[FILL_ID_BYTES], client_case[FILL_ID_BYTES];
	char type[FILL_NAME_BYTES], case_kind[FILL_NAME_BYTES]; /* "" when only the other is known */
	char title[FILL_TITLE_BYTES];
	bool is_case;
};
void fill_find(struct command_context *c, const char *id, struct fill_found *out);
/* The client record and CLIENT case behind a client's, a case's or a record's id. */
void fill_find_client(struct command_context *c, const char *id, struct fill_found *out);

/* A write of that type, with --at and --from-json taken in. */
jalka_Request *fill_write(struct command_context *c, const char *type);
/* "name=value" unless the person gave that field, or part of it, or JSON. */
void fill_default(struct command_context *c, jalka_Request *request, int argc, char **argv, const char *name,
		  const char *value);
void fill_rest(struct command_context *c, jalka_Request *request, int argc, char **argv);
/* Sends and prints the new record's id and state, and what to mind. */
int fill_send(struct command_context *c, jalka_Request *request);
/* What an answer says is to be minded. */
void fill_advice(struct json answer);
/* When it happened, by --at; 0: not said. */
uint64_t fill_at_ms(struct command_context *c);
/* The text, or all of stdin for "-", without its last line ends. */
const char *fill_text(const char *argument);

/* "2026-11-03" and "2026-11-03T09:15:00+02:00"; with --at, that moment. */
const char *fill_today(struct command_context *c);
const char *fill_day_after(struct command_context *c, int days);
const char *fill_now(struct command_context *c);

/* Reads a file or stdin ("-") whole; the program ends when it is longer or no UTF-8. */
struct span fill_read_file(const char *path);

#endif
