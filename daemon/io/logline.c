/* logline - one write a line, so that lines of two processes do not mix. */
#include "io/logline.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { LOGLINE_BYTES = 512 };

void logline(int priority, const char *format, ...)
{
	char line[LOGLINE_BYTES];
	va_list args;
	int n = snprintf(line, sizeof line, "<%d>jalkad: ", priority);
	va_start(args, format);
	int m = vsnprintf(line + n, sizeof line - (size_t)n - 1, format, args);
	va_end(args);
	size_t len = (size_t)n + (m < 0 ? 0 : (size_t)m);
	if (len > sizeof line - 2)
		len = sizeof line - 2;
	line[len] = '\n';
	/* A log that cannot be written stops nothing. */
	if (write(STDERR_FILENO, line, len + 1) < 0)
		return;
}
