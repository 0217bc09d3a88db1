/* handlers_console - signing in at the console, and what belongs to a session there. */
#include "api/handlers.h"

struct fault handlers_sign_in(struct request *request)
{
	(void)request;
	return fault_of(FAULT_CALLER, "signing in is for the console in a browser");
}

struct fault handlers_console(struct request *request)
{
	(void)request;
	return fault_of(FAULT_CALLER, "this belongs to a session of the console in a browser");
}
