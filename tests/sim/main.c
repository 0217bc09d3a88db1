/* main - the simulator's command line: seeds, their verdicts, and what was met.
 *
 *   sim --seeds N [--from S] [--jobs J]   runs N seeds, each twice
 *   sim --seed S --verbose                replays one and tells what happens
 *   sim --without a,b,c                   leaves kinds of trouble out (names of --help)
 *   sim --list FILE                       runs the seeds a file names, one a line
 *   sim --open FILE                       seeds known to break an invariant, the reason
 *                                         beside each: told and counted apart; one of
 *                                         them that holds is a failure, so that the
 *                                         list stays true
 *
 * Exit status 0: all held; 1: an invariant was broken; 2: the arguments are wrong.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "sim/sim.h"

enum { JOBS_MAX = 16, SEEDS_LISTED_MAX = 4096, FAILURES_SHOWN = 20 };

struct arguments {
	uint64_t seeds, from, jobs, without;
	bool verbose;
	uint64_t *list;     /* of --list; NULL: from, from + 1, ... */
	uint64_t *open;     /* of --open */
	uint64_t open_count;
};

struct totals {
	uint64_t seeds, failed, open, steps, ops, syncs, verbs_max, virtual_ms;
	uint64_t seen[TROUBLE_COUNT];
};

static uint64_t nth_seed(const struct arguments *arguments, uint64_t i)
{
	return arguments->list != NULL ? arguments->list[i] : arguments->from + i;
}

/* An assertion, or a sanitizer, ends the process: say where it was. */
static void say_where(void)
{
	char text[160];
	uint64_t seed, at;
	sim_whereabouts(&seed, &at);
	int n = snprintf(text, sizeof text, "seed %llu: step %llu: I19: aborted; replay: sim --seed %llu --verbose\n",
			 (unsigned long long)seed, (unsigned long long)at, (unsigned long long)seed);
	if (n > 0 && write(STDOUT_FILENO, text, (size_t)n) < 0)
		_exit(1);
}

static void on_signal(int number)
{
	say_where();
	signal(number, SIG_DFL);
	raise(number);
}

void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void watch_for_death(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (__sanitizer_set_death_callback != NULL)
		__sanitizer_set_death_callback(say_where);
	signal(SIGABRT, on_signal);
	if (__sanitizer_set_death_callback == NULL)
		signal(SIGSEGV, on_signal);
}

static bool is_open(const struct arguments *arguments, uint64_t seed)
{
	for (uint64_t i = 0; i < arguments->open_count; i++)
		if (arguments->open[i] == seed)
			return true;
	return false;
}

/* One seed, twice: the second run must leave the same trace. */
static void run_seed(const struct arguments *arguments, uint64_t seed, struct totals *totals)
{
	struct sim_result first, second;
	sim_run(seed, arguments->without, true, arguments->verbose, &first);
	const char *failure = first.failed ? first.failure : NULL;
	if (!first.failed) {
		sim_run(seed, arguments->without, false, false, &second);
		if (second.trace != first.trace)
			failure = "determinism: the second run left another trace";
	}
	totals->seeds++;
	totals->steps += first.steps;
	totals->ops += first.ops;
	totals->syncs += first.syncs;
	totals->virtual_ms += first.virtual_ms;
	if (first.verbs_max > totals->verbs_max)
		totals->verbs_max = first.verbs_max;
	for (size_t i = 0; i < TROUBLE_COUNT; i++)
		totals->seen[i] += first.seen[i];
	if (is_open(arguments, seed)) {
		totals->open += failure != NULL;
		failure = failure != NULL ? NULL : "holds, and is listed as open: take it off the list";
	}
	if (failure != NULL && totals->failed++ < FAILURES_SHOWN)
		printf("seed %llu: %s; replay: sim --seed %llu --verbose\n", (unsigned long long)seed, failure,
		       (unsigned long long)seed);
}

static void run_share(const struct arguments *arguments, uint64_t first, uint64_t stride, struct totals *totals)
{
	for (uint64_t i = first; i < arguments->seeds; i += stride)
		run_seed(arguments, nth_seed(arguments, i), totals);
}

static void add(struct totals *to, const struct totals *from)
{
	to->seeds += from->seeds;
	to->failed += from->failed;
	to->open += from->open;
	to->steps += from->steps;
	to->ops += from->ops;
	to->syncs += from->syncs;
	to->virtual_ms += from->virtual_ms;
	if (from->verbs_max > to->verbs_max)
		to->verbs_max = from->verbs_max;
	for (size_t i = 0; i < TROUBLE_COUNT; i++)
		to->seen[i] += from->seen[i];
}

/* Each job is a process: one that dies takes only its own share with it. */
static void run_jobs(const struct arguments *arguments, struct totals *totals)
{
	int ends[JOBS_MAX][2];
	pid_t children[JOBS_MAX];
	for (uint64_t j = 0; j < arguments->jobs; j++) {
		struct totals share = { 0 };
		if (pipe(ends[j]) != 0 || (children[j] = fork()) < 0) {
			perror("sim");
			exit(2);
		}
		if (children[j] != 0)
			continue;
		watch_for_death();
		run_share(arguments, j, arguments->jobs, &share);
		_exit(write(ends[j][1], &share, sizeof share) == sizeof share ? 0 : 1);
	}
	for (uint64_t j = 0; j < arguments->jobs; j++) {
		struct totals share;
		int status;
		close(ends[j][1]);
		bool whole = read(ends[j][0], &share, sizeof share) == sizeof share;
		waitpid(children[j], &status, 0);
		if (whole)
			add(totals, &share);
		else
			totals->failed++;
	}
}

static void report(const struct arguments *arguments, const struct totals *totals, double seconds)
{
	double n = totals->seeds == 0 ? 1 : (double)totals->seeds;
	printf("sim: %llu seeds twice in %.1f s, %.1f seeds/s on %llu core%s; a seed: %.0f steps, %.0f ops, %.0f syncs, "
	       "%.1f days; most log verbs in one call: %llu\n",
	       (unsigned long long)totals->seeds, seconds, n / seconds, (unsigned long long)arguments->jobs,
	       arguments->jobs == 1 ? "" : "s", (double)totals->steps / n, (double)totals->ops / n,
	       (double)totals->syncs / n, (double)totals->virtual_ms / n / 86400000, (unsigned long long)totals->verbs_max);
	printf("met:");
	for (size_t i = 0; i < TROUBLE_COUNT; i++)
		printf(" %s %llu", options_trouble_name((enum trouble)i), (unsigned long long)totals->seen[i]);
	printf("\nsim: %llu passed, %llu failed", (unsigned long long)(totals->seeds - totals->failed - totals->open),
	       (unsigned long long)totals->failed);
	if (totals->open > 0)
		printf(", %llu known to be open", (unsigned long long)totals->open);
	printf("\n");
}

static void usage(void)
{
	fprintf(stderr, "usage: sim [--seeds N] [--from S] [--seed S] [--jobs J] [--verbose] [--without a,b] "
			"[--only a,b] [--list FILE] [--open FILE]\nkinds of trouble:");
	for (size_t i = 0; i < TROUBLE_COUNT; i++)
		fprintf(stderr, " %s", options_trouble_name((enum trouble)i));
	fprintf(stderr, "\n");
	exit(2);
}

static uint64_t kinds(const char *names)
{
	char copy[1024];
	uint64_t mask = 0;
	snprintf(copy, sizeof copy, "%s", names);
	for (char *name = strtok(copy, ","); name != NULL; name = strtok(NULL, ",")) {
		size_t i = 0;
		while (i < TROUBLE_COUNT && strcmp(name, options_trouble_name((enum trouble)i)) != 0)
			i++;
		if (i == TROUBLE_COUNT)
			usage();
		mask |= (uint64_t)1 << i;
	}
	return mask;
}

/* A line is a seed and, after it, what it once found. Returns how many. */
static uint64_t read_list(const char *path, uint64_t **list)
{
	char line[1024];
	uint64_t count = 0;
	FILE *file = fopen(path, "r");
	*list = calloc(SEEDS_LISTED_MAX, sizeof **list);
	if (file == NULL || *list == NULL) {
		perror(path);
		exit(2);
	}
	while (count < SEEDS_LISTED_MAX && fgets(line, sizeof line, file) != NULL)
		if (line[0] >= '0' && line[0] <= '9')
			(*list)[count++] = strtoull(line, NULL, 10);
	fclose(file);
	return count;
}

static void take(struct arguments *arguments, const char *name, const char *value)
{
	if (value == NULL)
		usage();
	if (strcmp(name, "--seeds") == 0)
		arguments->seeds = strtoull(value, NULL, 10);
	else if (strcmp(name, "--from") == 0)
		arguments->from = strtoull(value, NULL, 10);
	else if (strcmp(name, "--jobs") == 0)
		arguments->jobs = strtoull(value, NULL, 10);
	else if (strcmp(name, "--without") == 0)
		arguments->without |= kinds(value);
	else if (strcmp(name, "--only") == 0)
		arguments->without |= ~kinds(value);
	else if (strcmp(name, "--list") == 0)
		arguments->seeds = read_list(value, &arguments->list);
	else if (strcmp(name, "--open") == 0)
		arguments->open_count = read_list(value, &arguments->open);
	else if (strcmp(name, "--seed") == 0) {
		arguments->from = strtoull(value, NULL, 10);
		arguments->seeds = 1;
	} else
		usage();
}

int main(int argc, char **argv)
{
	struct arguments arguments = { .seeds = 200, .from = 1, .jobs = 1 };
	struct totals totals = { 0 };
	struct timespec begin, end;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--verbose") == 0) {
			arguments.verbose = true;
		} else {
			take(&arguments, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
			i++;
		}
	}
	if (sodium_init() < 0 || arguments.jobs < 1 || arguments.jobs > JOBS_MAX)
		usage();
	clock_gettime(CLOCK_MONOTONIC, &begin);
	if (arguments.jobs == 1) {
		watch_for_death();
		run_share(&arguments, 0, 1, &totals);
	} else {
		run_jobs(&arguments, &totals);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	report(&arguments, &totals, (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9);
	free(arguments.list);
	free(arguments.open);
	return totals.failed > 0 ? 1 : 0;
}
