/* options - see options.h. */
#include "sim/options.h"

#include <stdio.h>
#include <string.h>

struct row {
	const char *name;
	unsigned rate;   /* the greatest a seed draws */
	bool always;     /* never left out */
};

static const struct row ROWS[TROUBLE_COUNT] = {
	[TROUBLE_EDIT] = { "edit", 300, true },
	[TROUBLE_RECORD] = { "record", 100, true },
	[TROUBLE_CLEAR] = { "clear", 40, false },
	[TROUBLE_UNKNOWN_FIELD] = { "unknown-field", 40, false },
	[TROUBLE_STALE_EDIT] = { "stale-edit", 40, false },
	[TROUBLE_OPEN_CLIENT] = { "open-client", 25, false },
	[TROUBLE_OPEN_MATTER] = { "open-matter", 25, false },
	[TROUBLE_CENTRAL_WRITE] = { "central-write", 40, false },
	[TROUBLE_CONNECT] = { "connect", 160, true },
	[TROUBLE_DISCONNECT] = { "disconnect", 80, true },
	[TROUBLE_PARTITION] = { "partition", 12, false },
	[TROUBLE_ASSIGN] = { "assign", 50, true },
	[TROUBLE_UNASSIGN] = { "unassign", 40, false },
	[TROUBLE_REGRANT] = { "regrant", 20, false },
	[TROUBLE_DECIDE] = { "decide", 60, false },
	[TROUBLE_ERASE_RECORD] = { "erase-record", 12, false },
	[TROUBLE_ERASE_CASE] = { "erase-case", 6, false },
	[TROUBLE_REVOKE] = { "revoke", 4, false },
	[TROUBLE_SUSPEND] = { "suspend", 10, false },
	[TROUBLE_CLOCK] = { "clock", 25, false },
	[TROUBLE_CRASH_DEVICE] = { "crash-device", 40, false },
	[TROUBLE_CRASH_CENTRAL] = { "crash-central", 30, false },
	[TROUBLE_BACKUP_DEVICE] = { "backup-device", 40, false },
	[TROUBLE_RESTORE_DEVICE] = { "restore-device", 35, false },
	[TROUBLE_CLONE] = { "clone", 12, false },
	[TROUBLE_BACKUP_CENTRAL] = { "backup-central", 40, false },
	[TROUBLE_RESTORE_CENTRAL] = { "restore-central", 30, false },
	[TROUBLE_REPLAY] = { "replay", 25, false },
	[TROUBLE_GARBAGE] = { "garbage", 10, false },
	[TROUBLE_CUT] = { "cut", 600, false },
	[TROUBLE_HALF_OPEN] = { "half-open", 400, false },
	[TROUBLE_TRICKLE] = { "trickle", 300, false },
	[TROUBLE_DUPLICATE] = { "duplicate", 60, false },
	[TROUBLE_CORRUPT] = { "corrupt", 60, false },
	[TROUBLE_SKEW] = { "skew", 1000, false },
	[TROUBLE_VERSIONS] = { "versions", 1000, false },
	[TROUBLE_SHARED_HOLDER] = { "shared-holder", 1000, false },
	[TROUBLE_BUNDLE] = { "bundle", 600, false },
	[TROUBLE_RESCUE] = { "rescue", 300, false },
};

const char *options_trouble_name(enum trouble trouble)
{
	return ROWS[trouble].name;
}

void options_draw(struct options *options, struct prng *prng, uint64_t without)
{
	*options = (struct options){
		.devices = (unsigned)prng_between(prng, 1, 4),
		.cases = (unsigned)prng_between(prng, 1, 8),
		.actions = (unsigned)prng_between(prng, 20, 160),
	};
	static const uint64_t GAPS_MS[] = { 200, 5000, 120000, 3600000 };
	options->gap_ms = GAPS_MS[prng_below(prng, 4)];
	for (size_t i = 0; i < TROUBLE_RESCUE; i++) {
		unsigned rate = 1 + (unsigned)prng_below(prng, ROWS[i].rate);
		bool in = ROWS[i].always || prng_chance(prng, 500);
		if (ROWS[i].always)
			rate = ROWS[i].rate / 2 + rate / 2;
		options->rate[i] = in && (without >> i & 1) == 0 ? rate : 0;
	}
}

void options_draw_rescue(struct options *options, uint64_t seed, uint64_t without)
{
	struct prng prng;
	prng_init(&prng, seed + 0x726573);
	if (prng_chance(&prng, 500) && (without >> TROUBLE_RESCUE & 1) == 0)
		options->rate[TROUBLE_RESCUE] = 1 + (unsigned)prng_below(&prng, ROWS[TROUBLE_RESCUE].rate);
}

void options_tell(const struct options *options)
{
	printf("options: devices %u, cases %u, actions %u, gap %llu ms;", options->devices, options->cases,
	       options->actions, (unsigned long long)options->gap_ms);
	for (size_t i = 0; i < TROUBLE_COUNT; i++)
		if (options->rate[i] > 0)
			printf(" %s %u", ROWS[i].name, options->rate[i]);
	printf("\n");
}
