/* shifted_clock - laid under a daemon by LD_PRELOAD: its wall clock is wrong by
 * $SHIFTED_CLOCK_MIN minutes. Clocks that only run forward are left alone, but for time that
 * passes besides: $SHIFTED_RUN_FILE names a file of eight bytes, seconds as a little-endian
 * number, that whoever tests rewrites in place; all clocks are ahead by so many. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

static time_t shift_s(void)
{
	const char *minutes = getenv("SHIFTED_CLOCK_MIN");
	return minutes == NULL ? 0 : (time_t)atol(minutes) * 60;
}

static time_t run_s(void)
{
	static const volatile int64_t *seconds;
	const char *path = getenv("SHIFTED_RUN_FILE");
	if (seconds == NULL && path != NULL) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *seconds, PROT_READ, MAP_SHARED, fd, 0);
		if (mapped == MAP_FAILED)
			abort();
		seconds = mapped;
	}
	return seconds == NULL ? 0 : (time_t)*seconds;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
	static int (*real)(clockid_t, struct timespec *);
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	int result = real(clock, out);
	if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		out->tv_sec += shift_s();
	if (result == 0 && clock != CLOCK_PROCESS_CPUTIME_ID && clock != CLOCK_THREAD_CPUTIME_ID)
		out->tv_sec += run_s();
	return result;
}

int gettimeofday(struct timeval *out, void *zone)
{
	static int (*real)(struct timeval *, void *);
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "gettimeofday");
	int result = real(out, zone);
	if (result == 0)
		out->tv_sec += shift_s() + run_s();
	return result;
}

time_t time(time_t *out)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	if (out != NULL)
		*out = now.tv_sec;
	return now.tv_sec;
}
