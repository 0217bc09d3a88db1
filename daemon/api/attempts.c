/* attempts - a line each while locked, an entry each when open. */
#include "api/attempts.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/trace.h"
#include "records_table.h"

enum { PATH_BYTES = 4096, LINE_BYTES = 24 };

static const char file_name[] = "unlock-failures";

void attempts_note(const struct folder *folder, uint64_t now_ms)
{
	char path[PATH_BYTES], line[LINE_BYTES];
	struct stat info;
	if (fault_is(folder_file(folder, file_name, path, sizeof path)))
		return;
	if (stat(path, &info) == 0 && info.st_size > ATTEMPTS_FILE_BYTES - LINE_BYTES)
		return;
	snprintf(line, sizeof line, "%llu", (unsigned long long)now_ms);
	(void)folder_append_line(path, span_text(line));
}

/* The newest moments of the file; a line that is none is left out. `total`: lines. */
static size_t read_moments(const char *path, uint64_t out[static ATTEMPTS_TOLD_MAX], size_t *total)
{
	char text[ATTEMPTS_FILE_BYTES + 1];
	size_t len = 0, count = 0;
	*total = 0;
	if (fault_is(folder_read(path, (uint8_t *)text, ATTEMPTS_FILE_BYTES, &len)))
		return 0;
	text[len] = '\0';
	for (char *at = text; *at != '\0';) {
		char *end = at + strcspn(at, "\n");
		unsigned long long ms = strtoull(at, NULL, 10);
		if (*at >= '1' && *at <= '9') {
			if (count == ATTEMPTS_TOLD_MAX)
				memmove(out, out + 1, --count * sizeof *out);
			out[count++] = ms;
			++*total;
		}
		at = *end == '\0' ? end : end + 1;
	}
	return count;
}

struct telling {
	struct profile *profile;
	struct replica_write writes[ATTEMPTS_TOLD_MAX + 1];
	uint8_t blocks[ATTEMPTS_TOLD_MAX + 1][TRACE_BYTES];
	size_t count;
};

/* The first opens the case of the log where it is not there yet. */
static struct fault add(struct telling *t, uint64_t act, uint64_t when_ms, const char *reason)
{
	struct trace trace = { .act = act, .when_ms = when_ms, .reason = reason };
	FAULT_TRY(trace_prepare(t->profile, &trace, t->blocks[t->count], &t->writes[t->count]));
	if (t->count > 0)
		t->writes[t->count].opens = false;
	t->count++;
	return fault_none();
}

static struct fault tell(struct telling *t, const char *path, const char *how, size_t *told)
{
	struct replica_written written[ATTEMPTS_TOLD_MAX + 1];
	uint64_t moments[ATTEMPTS_TOLD_MAX];
	char more[64];
	size_t total, count = read_moments(path, moments, &total);
	snprintf(more, sizeof more, "the last of %zu", total);
	for (size_t i = 0; i < count; i++)
		FAULT_TRY(add(t, RECORDS_ACCESS_ACT_LOGIN_FAIL, moments[i], i + 1 == count && total > count ? more : NULL));
	FAULT_TRY(add(t, RECORDS_ACCESS_ACT_UNLOCK, profile_now().wall_ms, how));
	FAULT_TRY(replica_write_all(profile_replica(t->profile), t->writes, t->count, profile_now(), written));
	if (count > 0)
		(void)unlink(path);
	*told = total;
	profile_poke(t->profile);
	return fault_none();
}

struct fault attempts_tell(struct profile *profile, const char *how, size_t *count)
{
	char path[PATH_BYTES];
	*count = 0;
	if (ID_IS_NONE(profile_status(profile)->holder))
		return fault_none();
	FAULT_TRY(folder_file(profile_config(profile)->folder, file_name, path, sizeof path));
	struct telling *t = calloc(1, sizeof *t);
	if (t == NULL)
		return fault_of(FAULT_LIMIT, "memory for the access log");
	t->profile = profile;
	struct fault f = tell(t, path, how, count);
	free(t);
	return f;
}
