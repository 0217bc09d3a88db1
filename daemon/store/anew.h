/* anew - a small file written anew as a whole: beside it as PATH.new, and renamed into its place.
 *
 * A crash leaves PATH.new at most, a copy of what is secret or was to be erased. It has one
 * name, so that whoever opens or removes the file removes it too (anew_forget).
 */
#ifndef JALKA_STORE_ANEW_H
#define JALKA_STORE_ANEW_H

#include <stdbool.h>

enum { ANEW_PATH_BYTES = 4096 + 32 };

/* PATH.new, empty, for its owner alone, to be written and read; -1: it cannot be made. */
int anew_begin(const char *path);
/* What was written is durable, and stands in the place of PATH. False: nothing changed, and
 * PATH.new is gone. The descriptor stays the caller's; the folder is not synced yet. */
bool anew_place(const char *path, int fd);
/* The folder PATH lies in: what was renamed or removed there lasts. */
bool anew_sync_folder(const char *path);
/* What a crash left. False: it cannot be removed. */
bool anew_forget(const char *path);

#endif
