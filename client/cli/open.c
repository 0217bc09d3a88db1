/* open - the verb that opens the web client: it asks the daemon for an address that
 * signs in once, and gives it to the browser of this desktop. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"
#include "verbs.h"

enum { ADDRESS_BYTES = 256 };

static void take_address(void *ctx, struct json object)
{
	if (say_style()->json)
		say_line("%.*s", (int)object.text.len, (const char *)object.text.data);
	snprintf(ctx, ADDRESS_BYTES, "%s", say_text(json_member(object, "url")));
}

/* The opener goes on by itself; only that it could be started is looked at. */
static bool start_browser(char *address)
{
	const char *browser = getenv("BROWSER");
	pid_t pid = fork();
	if (pid < 0)
		return false;
	if (pid == 0) {
		char *const args[] = { (char *)(uintptr_t)(browser != NULL ? browser : "xdg-open"), address, NULL };
		execvp(args[0], args);
		_exit(127);
	}
	int status = 0;
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int verbs_open(struct command_context *c, int argc, char **argv)
{
	char address[ADDRESS_BYTES];
	(void)argv;
	if (argc > 0)
		command_usage(c, "no arguments are expected");
	jalka_Request *request = link_request(jalka_Request_open_tag);
	request->call.open.companion = c->options[COMMAND_COMPANION] != NULL;
	link_call(command_link(c), request, take_address, address);
	if (say_style()->json)
		return SAY_OK;
	if (c->options[COMMAND_ADDRESS] != NULL) {
		say_line("%s", address);
		return SAY_OK;
	}
	if (!start_browser(address))
		say_die(SAY_FAILED, "no browser could be started: `jalka open --address` shows the address, which serves once within a minute");
	say_note("Jalka is open in the browser.");
	return SAY_OK;
}
