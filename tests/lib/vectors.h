/* vectors - test vectors from a text file: a name and its words a line.
 *
 * Files are found from the repository's root, where tests are run. What is
 * missing or malformed ends the test program with a message: a vector that is
 * not read proves nothing.
 */
#ifndef JALKA_TESTS_VECTORS_H
#define JALKA_TESTS_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vectors {
	char *text;
	char *at; /* of the next line */
	const char *path;
};

void vectors_open(struct vectors *vectors, const char *path);
void vectors_close(struct vectors *vectors);

/* The next line that is not empty and not a comment: its words, up to `most`.
 * False at the end. Words live until vectors_close. */
bool vectors_line(struct vectors *vectors, const char *words[], size_t most, size_t *count);

/* Bytes of a hexadecimal word ("-": none); returns how many. */
size_t vectors_bytes(const char *word, uint8_t *out, size_t size);

/* The second word of the only line that begins with `name`, from a file opened
 * for that alone. */
size_t vectors_get(const char *path, const char *name, uint8_t *out, size_t size);
uint64_t vectors_number(const char *path, const char *name);

#endif
