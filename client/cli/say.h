/* say - what the person at the terminal sees: data on stdout, all else on stderr.
 *
 * Errors end the program here, with the exit code that scripts go by; so the
 * verbs read as if nothing went wrong. Texts come from records: control
 * characters are never sent to the terminal.
 */
#ifndef JALKA_CLI_SAY_H
#define JALKA_CLI_SAY_H

#include <stdnoreturn.h>

#include "base/json.h"

enum say_exit {
	SAY_OK = 0, SAY_FAILED = 1, SAY_USAGE = 2, SAY_NO_DAEMON = 3, SAY_LOCKED = 4, SAY_CONFLICTS = 5,
};

struct say_style {
	bool json;   /* answers as JSON Lines, as the daemon gave them */
	bool quiet;  /* no words about what went well */
	bool colour;
};
void say_begin(struct say_style style);
const struct say_style *say_style(void);
/* Flushes stdout; an answer that could not be written is a failure, not a success. */
int say_end(int code);

noreturn void say_die(enum say_exit code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A word on stderr, unless --quiet. */
void say_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* With --json: prints the object as it came, and is true; then there is nothing else to say. */
bool say_json(struct json object);

/* ---- one value in a line, good for the next thirty calls ---- */
const char *say_text(struct json value);          /* "" when absent or null */
const char *say_value(struct json value);         /* dates and times as Finns write them, lists with commas */
const char *say_short_id(struct json value);      /* eight digits */
const char *say_time_ms(struct json value);       /* "3.11.2026 klo 14.30", "" for 0 */
const char *say_clean(const char *text);          /* without control characters, clipped */
int64_t say_integer(struct json object, const char *name); /* 0 when absent */
bool say_true(struct json object, const char *name);

/* ---- tables: columns as wide as what stands in them ---- */
enum say_kind { SAY_TEXT, SAY_ID, SAY_TIME, SAY_YES, SAY_NUMBER };
struct say_column { const char *key, *heading; enum say_kind kind; };
/* Rows gathered over several parts of one answer, printed by say_table_end; with --json
 * the parts were printed as they came, and it prints nothing. */
void say_table_begin(const struct say_column *columns, size_t count);
void say_table_rows(struct json list);
void say_table_row(const char *const *cells); /* texts instead of JSON; copied */
size_t say_table_end(const char *when_empty); /* number of rows */

/* A whole text, however long, line by line as it stands. */
void say_lines(struct json value, int indent);
/* An object, one line a member, parts indented. */
void say_object(struct json object, int indent);
/* The same of a record's fields, ids with what `names` says they stand for. */
void say_fields(struct json fields, struct json names, int indent);

#endif
