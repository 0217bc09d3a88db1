/* shifted_clock - laid under a daemon by LD_PRELOAD: its wall clock is wrong by
 * $SHIFTED_CLOCK_MIN minutes. Clocks that only run forward are left alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static time_t shift_s(void)
{
	const char *minutes = getenv("SHIFTED_CLOCK_MIN");
	return minutes == NULL ? 0 : (time_t)atol(minutes) * 60;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
	static int (*real)(clockid_t, struct timespec *);
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	int result = real(clock, out);
	if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		out->tv_sec += shift_s();
	return result;
}

int gettimeofday(struct timeval *out, void *zone)
{
	static int (*real)(struct timeval *, void *);
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "gettimeofday");
	int result = real(out, zone);
	if (result == 0)
		out->tv_sec += shift_s();
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
