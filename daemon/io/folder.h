/* folder - a daemon's own folder: one user's, one process's.
 *
 * Mode 0700, held by one daemon at a time (flock on the folder itself, so that
 * no lock file lies about and none is left after a crash). Small files are
 * written whole: temporary name, fsync, rename, fsync of the folder.
 */
#ifndef JALKA_IO_FOLDER_H
#define JALKA_IO_FOLDER_H

#include <limits.h>

#include "base/fault.h"
#include "base/span.h"

struct folder {
	char path[PATH_MAX]; /* absolute */
	int fd;
};

/* Makes the folder when it is missing. FAULT_CALLER: another daemon has it, or
 * it belongs to another user or is open to others. */
struct fault folder_open(const char *path, struct folder *out);
void folder_close(struct folder *folder);

/* The path of a file in it; FAULT_LIMIT when it is too long. */
struct fault folder_file(const struct folder *folder, const char *name, char *out, size_t size);

struct fault folder_write(const struct folder *folder, const char *name, struct span bytes);

/* Adds one line, durable when it returns true; when false it is not there. `path` may be anywhere. A
 * last line without its end was cut by a crash, and nobody was told of it: it goes first. */
bool folder_append_line(const char *path, struct span line);

/* How many bytes the lines of an open file take that have their end; false: it cannot be read. */
bool folder_whole_lines(int fd, uint64_t *bytes);

/* Reads a file whole. FAULT_CALLER: it is not there or longer than `size`. */
struct fault folder_read(const char *path, uint8_t *out, size_t size, size_t *len);

/* 32 random bytes in a new file of mode 0600. FAULT_CALLER: it exists. */
struct fault folder_make_key(const char *path);

#endif
