/* logline - a line put together in one block, then written. */
#include "io/logline.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES = 1024, LEVELS = LOGLINE_DEBUG + 1 };

struct line {
	char block[LINE_BYTES];
	size_t len;
};

static enum logline_level wanted = LOGLINE_NOTICE;
static uint64_t written[LEVELS];

static const char *const names[LEVELS] = {
	[LOGLINE_ERROR] = "error", [LOGLINE_WARNING] = "warning", [LOGLINE_NOTICE] = "notice",
	[LOGLINE_INFO] = "info", [LOGLINE_DEBUG] = "debug",
};

/* A byte is kept for the end of the line; what does not fit is cut. */
static void put(struct line *line, const char *bytes, size_t len)
{
	size_t room = sizeof line->block - 1 - line->len;
	len = len < room ? len : room;
	memcpy(line->block + line->len, bytes, len);
	line->len += len;
}

static void put_text(struct line *line, const char *text)
{
	put(line, text, strlen(text));
}

static bool is_plain(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/@+-";
	return *text != '\0' && strspn(text, plain) == strlen(text);
}

static void put_value(struct line *line, const char *text)
{
	if (is_plain(text)) {
		put_text(line, text);
		return;
	}
	put_text(line, "\"");
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\')
			put_text(line, "\\");
		put(line, c < 0x20 || c == 0x7f ? " " : text, 1);
	}
	put_text(line, "\"");
}

static void put_field(struct line *line, const struct logline_field *field)
{
	char text[2 * ID_BYTES + 1];
	put_text(line, " ");
	put_text(line, field->key);
	put_text(line, "=");
	switch (field->kind) {
	case LOGLINE_TEXT:
		put_value(line, field->text);
		return;
	case LOGLINE_NUMBER:
		snprintf(text, sizeof text, "%" PRIu64, field->number);
		break;
	case LOGLINE_ID:
		sodium_bin2hex(text, sizeof text, field->id, ID_BYTES);
		break;
	}
	put_text(line, text);
}

/* systemd says which device and inode its own end of standard error is. */
static bool goes_to_journal(void)
{
	unsigned long long device, inode;
	struct stat stream;
	const char *said = getenv("JOURNAL_STREAM");
	return said != NULL && sscanf(said, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &stream) == 0 &&
	       stream.st_dev == device && stream.st_ino == inode;
}

static void put_front(struct line *line, enum logline_level level)
{
	char front[64], time_text[32];
	struct timespec now;
	struct tm day;
	if (goes_to_journal()) {
		snprintf(front, sizeof front, "<%d>", (int)level);
	} else {
		clock_gettime(CLOCK_REALTIME, &now);
		gmtime_r(&now.tv_sec, &day);
		strftime(time_text, sizeof time_text, "%Y-%m-%dT%H:%M:%S", &day);
		snprintf(front, sizeof front, "time=%s.%03ldZ level=%s ", time_text, now.tv_nsec / 1000000, names[level]);
	}
	put_text(line, front);
}

void logline(enum logline_level level, const char *event, const struct logline_field *fields)
{
	struct line line = { .len = 0 };
	if (level > wanted)
		return;
	written[level]++;
	put_front(&line, level);
	put_text(&line, "event=");
	put_value(&line, event);
	for (; fields != NULL && fields->key != NULL; fields++)
		put_field(&line, fields);
	line.block[line.len++] = '\n';
	if (write(STDERR_FILENO, line.block, line.len) < 0)
		return; /* L2 */
}

struct logline_field logline_text(const char *key, const char *text)
{
	return (struct logline_field){ .key = key, .kind = LOGLINE_TEXT, .text = text };
}

struct logline_field logline_number(const char *key, uint64_t number)
{
	return (struct logline_field){ .key = key, .kind = LOGLINE_NUMBER, .number = number };
}

struct logline_field logline_id(const char *key, const uint8_t id[static ID_BYTES])
{
	struct logline_field field = { .key = key, .kind = LOGLINE_ID };
	memcpy(field.id, id, sizeof field.id);
	return field;
}

void logline_set_level(enum logline_level level)
{
	wanted = level;
}

const char *logline_level_name(enum logline_level level)
{
	return names[level];
}

bool logline_level_read(const char *name, enum logline_level *out)
{
	for (int i = LOGLINE_ERROR; i < LEVELS; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum logline_level)i;
			return true;
		}
	}
	return false;
}

uint64_t logline_count(enum logline_level level)
{
	return written[level];
}
