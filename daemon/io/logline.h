/* logline - lines for the journal: "<N>text" on standard error.
 *
 * N is the syslog priority, which journald takes up. Ids and counters only:
 * nothing a person wrote, no name, no path of a person's folder.
 */
#ifndef JALKA_IO_LOGLINE_H
#define JALKA_IO_LOGLINE_H

enum { LOGLINE_ERROR = 3, LOGLINE_WARNING = 4, LOGLINE_NOTICE = 5, LOGLINE_INFO = 6 };

__attribute__((format(printf, 2, 3))) void logline(int priority, const char *format, ...);

#endif
