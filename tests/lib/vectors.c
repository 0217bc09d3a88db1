/* vectors - reading test vectors. */
#include "lib/vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void give_up(const char *what, const char *name)
{
	fprintf(stderr, "vectors: %s: %s\n", what, name);
	exit(2);
}

void vectors_open(struct vectors *vectors, const char *path)
{
	FILE *file = fopen(path, "rb");
	if (file == NULL || fseek(file, 0, SEEK_END) != 0)
		give_up("cannot open (run from the repository's root)", path);
	long size = ftell(file);
	char *text = size < 0 ? NULL : malloc((size_t)size + 1);
	rewind(file);
	if (text == NULL || fread(text, 1, (size_t)size, file) != (size_t)size)
		give_up("cannot read", path);
	text[size] = '\0';
	fclose(file);
	*vectors = (struct vectors){ .text = text, .at = text, .path = path };
}

void vectors_close(struct vectors *vectors)
{
	free(vectors->text);
	vectors->text = vectors->at = NULL;
}

bool vectors_line(struct vectors *vectors, const char *words[], size_t most, size_t *count)
{
	while (*vectors->at != '\0') {
		char *line = vectors->at, *rest = NULL;
		size_t length = strcspn(line, "\n");
		vectors->at = line + length + (line[length] == '\n');
		line[length] = '\0';
		*count = 0;
		for (char *word = strtok_r(line, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
			if (*word == '#')
				break;
			if (*count == most)
				give_up("too many words in a line", vectors->path);
			words[(*count)++] = word;
		}
		if (*count != 0)
			return true;
	}
	return false;
}

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, c);
	return at == NULL ? -1 : (int)(at - digits);
}

size_t vectors_bytes(const char *word, uint8_t *out, size_t size)
{
	if (strcmp(word, "-") == 0)
		return 0;
	size_t len = strlen(word) / 2;
	if (strlen(word) % 2 != 0 || len > size)
		give_up("not as many bytes", word);
	for (size_t i = 0; i < len; i++) {
		int high = digit(word[2 * i]), low = digit(word[2 * i + 1]);
		if (high < 0 || low < 0)
			give_up("not hexadecimal", word);
		out[i] = (uint8_t)(high << 4 | low);
	}
	return len;
}

static const char *find(struct vectors *vectors, const char *name)
{
	const char *words[8];
	size_t count;
	while (vectors_line(vectors, words, 8, &count))
		if (strcmp(words[0], name) == 0 && count == 2)
			return words[1];
	give_up("no such vector", name);
	return NULL;
}

size_t vectors_get(const char *path, const char *name, uint8_t *out, size_t size)
{
	struct vectors vectors;
	vectors_open(&vectors, path);
	size_t len = vectors_bytes(find(&vectors, name), out, size);
	vectors_close(&vectors);
	return len;
}

uint64_t vectors_number(const char *path, const char *name)
{
	struct vectors vectors;
	vectors_open(&vectors, path);
	uint64_t number = strtoull(find(&vectors, name), NULL, 10);
	vectors_close(&vectors);
	return number;
}
