/* prompt - a passphrase from the terminal without echo, a file, or stdin; and yes or no. */
#ifndef JALKA_CLI_PROMPT_H
#define JALKA_CLI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

enum { PROMPT_PASSPHRASE_BYTES = 1025 };

/* The first line of `file` ("-": stdin), or what is typed; asked twice when `twice`. */
void prompt_passphrase(const char *file, bool twice, char out[static PROMPT_PASSPHRASE_BYTES]);

/* Asks; false also without a terminal. */
bool prompt_yes(const char *question);

#endif
