/* sample - a fictional caseload as JSON Lines, the same for the same seed.
 *
 *   {"ref":"c17","type":"client","case":"new","fields":{...},"sign":true}
 *   {"ref":"m3","type":"case","case":"new","client_case":"ref:c17","fields":{"client":"ref:c17",...}}
 *   {"ref":"n9","type":"encounter_note","case":"ref:m3","fields":{...},"sign":true}
 *   {"ref":"k4","type":"consent","record":"ref:k3","fields":{"withdrawn_at":...}}      a later change of k3
 *
 * "ref:NAME" in `case` and `client_case` stands for that line's case, in `fields`
 * for its record. Lines come after those they name.
 */
#ifndef JALKA_CLI_SAMPLE_H
#define JALKA_CLI_SAMPLE_H

#include "command.h"

int sample_command(struct command_context *c, int argc, char **argv);

#endif
