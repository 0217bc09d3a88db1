/* logline - the daemon's log: one line an event, key=value, on standard error.
 *
 *   <5>event=listening address=192.0.2.1:7373                           to journald
 *   time=2026-11-22T09:15:02.113Z level=notice event=listening ...      elsewhere
 *
 * <N> is the syslog priority, which journald takes up with its own time; that it
 * listens is known by $JOURNAL_STREAM. A value with other signs than letters, digits
 * and ._:/@+- is quoted, and nothing in it can begin a line.
 *
 * L1  Numbers, ids of devices and texts of the sources alone: nothing a person wrote,
 *     no name, no id of a client, a case or a person.
 * L2  An event is one write: lines of two processes do not mix. A log that cannot be
 *     written stops nothing.
 *
 * One log for the process: the level and the counts are its.
 */
#ifndef JALKA_IO_LOGLINE_H
#define JALKA_IO_LOGLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"

/* As syslog has them. */
enum logline_level { LOGLINE_ERROR = 3, LOGLINE_WARNING = 4, LOGLINE_NOTICE = 5, LOGLINE_INFO = 6, LOGLINE_DEBUG = 7 };

struct logline_field {
	const char *key;
	enum { LOGLINE_TEXT = 1, LOGLINE_NUMBER, LOGLINE_ID } kind;
	const char *text; /* borrowed */
	uint64_t number;
	uint8_t id[ID_BYTES];
};

#define LOGLINE_FIELDS(...) ((const struct logline_field[]){ __VA_ARGS__, { .key = NULL } })

struct logline_field logline_text(const char *key, const char *text);
struct logline_field logline_number(const char *key, uint64_t number);
struct logline_field logline_id(const char *key, const uint8_t id[static ID_BYTES]);

/* `event` is a word of the sources; `fields` ends with a NULL key, or is NULL. */
void logline(enum logline_level level, const char *event, const struct logline_field *fields);

/* What is less important is not written (LOGLINE_NOTICE until said). */
void logline_set_level(enum logline_level level);
/* "error", "warning", "notice", "info", "debug". */
const char *logline_level_name(enum logline_level level);
bool logline_level_read(const char *name, enum logline_level *out);
/* Lines written since the start. */
uint64_t logline_count(enum logline_level level);

#endif
