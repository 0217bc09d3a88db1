/* assert - a broken invariant stops the process, in release builds too.
 *
 * For what must not be; what a peer or a user may send is a fault (fault.h).
 */
#ifndef JALKA_BASE_ASSERT_H
#define JALKA_BASE_ASSERT_H

/* Prints the place and the expression to standard error and aborts. */
_Noreturn void assert_failed(const char *file, int line, const char *expression);

#define ASSERT(expression) \
	((expression) ? (void)0 : assert_failed(__FILE__, __LINE__, #expression))

#endif
