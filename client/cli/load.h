/* load - writes the lines of sample.h through the daemon, many under way at once. */
#ifndef JALKA_CLI_LOAD_H
#define JALKA_CLI_LOAD_H

#include "command.h"

int load_command(struct command_context *c, int argc, char **argv);

#endif
