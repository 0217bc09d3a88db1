/* alerts - the rules, and their words. */
#include "domain/alerts.h"

#include "base/assert.h"

#define HOUR_MS (3600 * 1000ULL)
#define DAY_MS (24 * HOUR_MS)

struct words {
	const char *word;
	enum alerts_level level;
	const char *text;
};

static const struct words of_device[ALERTS_COUNT] = {
	[ALERTS_TWIN] = { "TWIN", ALERTS_ALARM,
		"a second copy of this device was seen: ask its holder whether it was put back from a copy; if so end the alarm, otherwise revoke it" },
	[ALERTS_WIPE_OPEN] = { "WIPE_OPEN", ALERTS_ALARM,
		"revoked, and it has not said that it is erased: what it holds may still be on its disk" },
	[ALERTS_OLD_UNSENT] = { "OLD_UNSENT", ALERTS_ALARM,
		"work on this device has not been received here for long: ask its holder to bring it online" },
	[ALERTS_DISK_FULL] = { "DISK_FULL", ALERTS_ALARM,
		"its disk is nearly full, and soon nothing more can be recorded: ask its holder to free some room" },
	[ALERTS_NO_CONTACT] = { "NO_CONTACT", ALERTS_WARNING,
		"not heard of for long: ask its holder to bring it online, or whether it is lost" },
	[ALERTS_OLD_QUARANTINE] = { "OLD_QUARANTINE", ALERTS_WARNING,
		"its work has waited long for a decision: see the quarantine" },
	[ALERTS_FAILURES] = { "FAILURES", ALERTS_WARNING,
		"its syncs fail for another reason than the network: see the causes, and the log of the device" },
	[ALERTS_WRONG_PASSPHRASES] = { "WRONG_PASSPHRASES", ALERTS_WARNING,
		"many wrong passphrases were given at it: ask its holder whether it was them" },
	[ALERTS_CLOCK_OFF] = { "CLOCK_OFF", ALERTS_WARNING,
		"its clock is wrong: ask its holder to set it; times of entries made offline may be wrong" },
	[ALERTS_WAITING_CONFIRMATION] = { "WAITING_CONFIRMATION", ALERTS_NOTICE,
		"waits to be let in: compare the words with its holder, then confirm it" },
	[ALERTS_VERSION_OLD] = { "VERSION_OLD", ALERTS_NOTICE,
		"its program is older than the central node's: have it updated" },
	[ALERTS_DISK_NOT_ENCRYPTED] = { "DISK_NOT_ENCRYPTED", ALERTS_NOTICE,
		"its disk is not encrypted: the store is sealed all the same, other files of the machine are not" },
};

static const struct words of_node[ALERTS_NODE_COUNT] = {
	[ALERTS_NODE_UNCONFIRMED] = { "UNCONFIRMED", ALERTS_ALARM,
		"put back from a backup, and nobody is fed: look over the devices, then confirm all" },
	[ALERTS_NODE_DISK_FULL] = { "NODE_DISK_FULL", ALERTS_ALARM,
		"the disk of the central node is nearly full: when it is, nothing more is received" },
	[ALERTS_NODE_BACKUP_FAILING] = { "BACKUP_FAILING", ALERTS_ALARM,
		"the newest changes are in no backup: see why it failed" },
	[ALERTS_NODE_NO_BACKUP] = { "NO_BACKUP", ALERTS_WARNING,
		"no backup is kept: start the central node with one, on a disk of another machine" },
	[ALERTS_NODE_QUARANTINE_WAITING] = { "QUARANTINE_WAITING", ALERTS_WARNING,
		"work has waited long for a decision: see the quarantine" },
};

static bool is_over(uint64_t since_ms, uint64_t now_ms, uint64_t than_ms)
{
	return since_ms != 0 && now_ms > since_ms && now_ms - since_ms > than_ms;
}

static bool is_nearly_full(uint64_t free_bytes, uint64_t disk_bytes, uint64_t percent)
{
	return disk_bytes != 0 && free_bytes / percent < disk_bytes / 100;
}

static uint32_t bit(enum alerts_name name, bool holds)
{
	return holds ? 1u << name : 0;
}

/* Whatever its state. */
static uint32_t of_any(const struct alerts_device *d, const struct alerts_limits *limits, uint64_t now_ms)
{
	bool is_gone = d->is_out && d->is_erased; /* W1 */
	return bit(ALERTS_TWIN, d->is_twin && !is_gone) | bit(ALERTS_WAITING_CONFIRMATION, d->is_waiting)
		| bit(ALERTS_OLD_QUARANTINE, is_over(d->oldest_quarantined_ms, now_ms, limits->quarantine_days * DAY_MS));
}

/* Of what it told of itself. */
static uint32_t of_told(const struct alerts_device *d, const struct alerts_limits *limits, uint64_t now_ms)
{
	int64_t off_ms = d->clock_offset_ms < 0 ? -d->clock_offset_ms : d->clock_offset_ms;
	bool is_fresh = !is_over(d->told_ms, now_ms, ALERTS_TOLD_HOURS * HOUR_MS);
	return bit(ALERTS_OLD_UNSENT, is_over(d->oldest_unsent_ms, now_ms, limits->unsent_hours * HOUR_MS))
		| bit(ALERTS_DISK_FULL, is_nearly_full(d->free_bytes, d->disk_bytes, limits->disk_percent))
		| bit(ALERTS_FAILURES, is_fresh && d->failures > limits->failures)
		| bit(ALERTS_WRONG_PASSPHRASES, is_fresh && d->wrong_passphrases > limits->failures)
		| bit(ALERTS_CLOCK_OFF, (uint64_t)off_ms > limits->clock_s * 1000)
		| bit(ALERTS_VERSION_OLD, d->is_version_old);
}

uint32_t alerts_of_device(const struct alerts_device *d, const struct alerts_limits *limits, uint64_t now_ms)
{
	if (d->is_out) /* W1 */
		return of_any(d, limits, now_ms) | bit(ALERTS_WIPE_OPEN, !d->is_erased);
	uint32_t found = of_any(d, limits, now_ms) | bit(ALERTS_DISK_NOT_ENCRYPTED, d->is_disk_open);
	if (d->is_active)
		found |= bit(ALERTS_NO_CONTACT, is_over(d->since_ms, now_ms, limits->contact_days * DAY_MS));
	return d->told_ms == 0 ? found : found | of_told(d, limits, now_ms); /* W2 */
}

int alerts_compare(uint32_t a, uint32_t b)
{
	for (unsigned i = 0; i < ALERTS_COUNT; i++)
		if ((a >> i & 1) != (b >> i & 1))
			return a >> i & 1 ? -1 : 1;
	return 0;
}

const char *alerts_word(enum alerts_name name)
{
	ASSERT(name < ALERTS_COUNT);
	return of_device[name].word;
}

enum alerts_level alerts_level(enum alerts_name name)
{
	ASSERT(name < ALERTS_COUNT);
	return of_device[name].level;
}

const char *alerts_text(enum alerts_name name)
{
	ASSERT(name < ALERTS_COUNT);
	return of_device[name].text;
}

const char *alerts_level_word(enum alerts_level level)
{
	switch (level) {
	case ALERTS_ALARM: return "ALARM";
	case ALERTS_WARNING: return "WARNING";
	case ALERTS_NOTICE: return "NOTICE";
	}
	return "";
}

/* ---- of the central node itself ---- */

uint32_t alerts_of_node(const struct alerts_node *n, const struct alerts_limits *limits, uint64_t now_ms)
{
	bool is_behind = is_over(n->behind_since_ms, now_ms, ALERTS_BACKUP_HOURS * HOUR_MS);
	uint32_t found = 0;
	found |= (uint32_t)n->is_unconfirmed << ALERTS_NODE_UNCONFIRMED;
	found |= (uint32_t)is_nearly_full(n->free_bytes, n->disk_bytes, limits->disk_percent) << ALERTS_NODE_DISK_FULL;
	found |= (uint32_t)(n->keeps_backup && (n->backup_failed || is_behind)) << ALERTS_NODE_BACKUP_FAILING;
	found |= (uint32_t)!n->keeps_backup << ALERTS_NODE_NO_BACKUP;
	found |= (uint32_t)is_over(n->oldest_quarantined_ms, now_ms, limits->quarantine_days * DAY_MS) << ALERTS_NODE_QUARANTINE_WAITING;
	return found;
}

const char *alerts_node_word(enum alerts_node_name name)
{
	ASSERT(name < ALERTS_NODE_COUNT);
	return of_node[name].word;
}

enum alerts_level alerts_node_level(enum alerts_node_name name)
{
	ASSERT(name < ALERTS_NODE_COUNT);
	return of_node[name].level;
}

const char *alerts_node_text(enum alerts_node_name name)
{
	ASSERT(name < ALERTS_NODE_COUNT);
	return of_node[name].text;
}

/* ---- versions ---- */

/* The next number, and its point; false: no number stands there. */
static bool take_number(const char **text, uint64_t *out)
{
	const char *at = *text;
	*out = 0;
	if (*at < '0' || *at > '9')
		return false;
	for (; *at >= '0' && *at <= '9'; at++)
		*out = *out > UINT32_MAX ? *out : *out * 10 + (uint64_t)(*at - '0');
	*text = *at == '.' ? at + 1 : at;
	return true;
}

bool alerts_is_older(const char *a, const char *b)
{
	for (;;) {
		uint64_t x, y;
		if (!take_number(&a, &x) || !take_number(&b, &y))
			return false;
		if (x != y)
			return x < y;
	}
}
