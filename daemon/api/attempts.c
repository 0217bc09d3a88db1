/* attempts - a line each while locked, an entry each when open. */
#include "api/attempts.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/trace.h"
#include "records_table.h"

enum { TOLD_MAX = ATTEMPTS_TOLD_MAX + ATTEMPTS_RECOVERIES_MAX + 1 };
enum { PATH_BYTES = 4096, LINE_BYTES = 24, RECOVERIES_BYTES = 2 * ATTEMPTS_RECOVERIES_MAX * LINE_BYTES };

static const char file_name[] = "unlock-failures";
static const char how_recovered[] = "opened with the organiser's recovery key; a new passphrase was set";

/* A line, as long as `room` bytes of the file are left behind it. */
static bool note(const struct folder *folder, const char *mark, uint64_t now_ms, off_t room)
{
	char path[PATH_BYTES], line[LINE_BYTES];
	struct stat info;
	if (fault_is(folder_file(folder, file_name, path, sizeof path)))
		return false;
	if (stat(path, &info) == 0 && info.st_size > ATTEMPTS_FILE_BYTES - LINE_BYTES - room)
		return true;
	snprintf(line, sizeof line, "%s%llu", mark, (unsigned long long)now_ms);
	return folder_append_line(path, span_text(line));
}

void attempts_note(const struct folder *folder, uint64_t now_ms)
{
	(void)note(folder, "", now_ms, RECOVERIES_BYTES);
}

struct fault attempts_note_recovery(const struct folder *folder, uint64_t now_ms)
{
	return note(folder, "r", now_ms, 0) ? fault_none()
		: fault_of(FAULT_STORE, "the use of the recovery key cannot be noted in the profile's folder");
}

/* The newest of one kind; `total`: how many there were. */
struct moments {
	uint64_t ms[ATTEMPTS_TOLD_MAX];
	size_t count, size, total;
};

static void add_moment(struct moments *moments, uint64_t ms)
{
	if (moments->count == moments->size)
		memmove(moments->ms, moments->ms + 1, --moments->count * sizeof moments->ms[0]);
	moments->ms[moments->count++] = ms;
	moments->total++;
}

/* A line that is none is left out. */
static void read_moments(const char *path, struct moments *wrong, struct moments *recovered)
{
	char text[ATTEMPTS_FILE_BYTES + 1];
	size_t len = 0;
	*wrong = (struct moments){ .size = ATTEMPTS_TOLD_MAX };
	*recovered = (struct moments){ .size = ATTEMPTS_RECOVERIES_MAX };
	if (fault_is(folder_read(path, (uint8_t *)text, ATTEMPTS_FILE_BYTES, &len)))
		return;
	text[len] = '\0';
	for (char *at = text; *at != '\0';) {
		char *end = at + strcspn(at, "\n"), *digits = at + (*at == 'r');
		if (*digits >= '1' && *digits <= '9')
			add_moment(*at == 'r' ? recovered : wrong, strtoull(digits, NULL, 10));
		at = *end == '\0' ? end : end + 1;
	}
}

struct telling {
	struct profile *profile;
	struct replica_write writes[TOLD_MAX];
	uint8_t blocks[TOLD_MAX][TRACE_BYTES];
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

static struct fault tell(struct telling *t, const char *path, bool by_recovery, size_t *told)
{
	struct replica_written written[TOLD_MAX];
	struct moments wrong, recoveries;
	char more[64];
	read_moments(path, &wrong, &recoveries);
	snprintf(more, sizeof more, "the last of %zu", wrong.total);
	for (size_t i = 0; i < wrong.count; i++)
		FAULT_TRY(add(t, RECORDS_ACCESS_ACT_LOGIN_FAIL, wrong.ms[i], i + 1 == wrong.count && wrong.total > wrong.count ? more : NULL));
	for (size_t i = 0; i < recoveries.count; i++)
		FAULT_TRY(add(t, RECORDS_ACCESS_ACT_UNLOCK, recoveries.ms[i], how_recovered));
	if (!by_recovery || recoveries.count == 0)
		FAULT_TRY(add(t, RECORDS_ACCESS_ACT_UNLOCK, profile_now().wall_ms, by_recovery ? how_recovered : ""));
	FAULT_TRY(replica_write_all(profile_replica(t->profile), t->writes, t->count, profile_now(), written));
	if (wrong.count + recoveries.count > 0)
		(void)unlink(path);
	*told = wrong.total;
	profile_poke(t->profile);
	return fault_none();
}

struct fault attempts_tell(struct profile *profile, enum attempts_opened how, size_t *count)
{
	char path[PATH_BYTES];
	*count = 0;
	if (how == ATTEMPTS_OPENED_TOLD || ID_IS_NONE(profile_status(profile)->holder))
		return fault_none();
	FAULT_TRY(folder_file(profile_config(profile)->folder, file_name, path, sizeof path));
	struct telling *t = calloc(1, sizeof *t);
	if (t == NULL)
		return fault_of(FAULT_LIMIT, "memory for the access log");
	t->profile = profile;
	struct fault f = tell(t, path, how == ATTEMPTS_OPENED_BY_RECOVERY, count);
	free(t);
	return f;
}
