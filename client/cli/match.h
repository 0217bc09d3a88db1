/* match - asks whether a client about to be written is known on this device already. */
#ifndef JALKA_CLI_MATCH_H
#define JALKA_CLI_MATCH_H

#include "command.h"

/* Tells of clients held here who may be the one `request` would write; ends the
 * program where one probably is, unless --anyway was given. */
void match_warn(struct command_context *c, jalka_Request *request);

#endif
