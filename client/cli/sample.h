/* sample - a fictional caseload as JSON Lines, the same for the same seed and day.
 *
 *   {"ref":"c17","type":"client","case":"new","fields":{...},"sign":true}
 *   {"ref":"m3","type":"case","case":"new","client_case":"ref:c17","fields":{"client":"ref:c17",...}}
 *   {"ref":"n9","type":"encounter_note","case":"ref:m3","fields":{...},"sign":true}
 *   {"type":"consent","record":"ref:k3","fields":{"withdrawn_at":...}}      a later change of k3
 *   {"ref":"r1","type":"correction","correct":"ref:n9","kind":"RECTIFY","reason":"...","text":"..."}
 *   {"admin":"assign","args":["case:m3","find:staff_member:Aino Laine","CO_WORKER"]}
 *
 * "ref:NAME" stands for the record an earlier line made, in `case` and `client_case`
 * for its case; "case:NAME" for its case anywhere; "find:TYPE:TITLE" for a record
 * the daemon holds; "me:" for the staff record of who holds the device. "clock" on a
 * line says by how many minutes the clock of its device is wrong; loading does not
 * mind it. Lines come after those they name.
 */
#ifndef JALKA_CLI_SAMPLE_H
#define JALKA_CLI_SAMPLE_H

#include "command.h"

/* Prints the lines; with --check counts what daemons hold against what is wanted. */
int sample_command(struct command_context *c, int argc, char **argv);

/* Of sample_check.c: the daemons in these folders, or the one of the options. */
int sample_check(struct command_context *c, int argc, char **argv, unsigned parts, bool is_outreach, int32_t today);

#endif
