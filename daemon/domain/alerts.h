/* alerts - what of a device, or of the central node, wants a person's attention.
 *
 * Rules over figures, and nothing of anybody's cases. Each alert has a name that stays
 * (metrics and scripts hang on it), a level, and a sentence that says what it is and what
 * to do; numbers stand beside it. docs/operations.md tells each at length.
 *
 * W1  A device that is out of use and not erased has only what is about its erasing, its work
 *     that waits, and a twin; erased, only its work that waits.
 * W2  What it has not told gives no alert: only what is known does.
 * W3  Connections that were not reached or broke are no failures here: out of doors the
 *     network comes and goes. They are counted and shown.
 */
#ifndef JALKA_DOMAIN_ALERTS_H
#define JALKA_DOMAIN_ALERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Most pressing first. */
enum alerts_name {
	ALERTS_TWIN, ALERTS_WIPE_OPEN, ALERTS_OLD_UNSENT, ALERTS_DISK_FULL,                               /* ALARM */
	ALERTS_NO_CONTACT, ALERTS_OLD_QUARANTINE, ALERTS_FAILURES, ALERTS_WRONG_PASSPHRASES, ALERTS_CLOCK_OFF, /* WARNING */
	ALERTS_WAITING_CONFIRMATION, ALERTS_VERSION_OLD, ALERTS_DISK_NOT_ENCRYPTED,                       /* NOTICE */
	ALERTS_COUNT,
};

enum alerts_level { ALERTS_ALARM, ALERTS_WARNING, ALERTS_NOTICE };

/* From where on; each can be set in jalka.conf. */
enum {
	ALERTS_CONTACT_DAYS = 7,     /* an active device not heard of for so long */
	ALERTS_UNSENT_HOURS = 24,    /* work that lies on a device for so long */
	ALERTS_DISK_PERCENT = 5,     /* less than so much of a disk is free */
	ALERTS_CLOCK_S = 120,        /* a clock so far off */
	ALERTS_FAILURES_MAX = 5,     /* more of them in about a day; wrong passphrases too */
	ALERTS_QUARANTINE_DAYS = 3,  /* a decision is awaited for so long */
	ALERTS_BACKUP_HOURS = 2,     /* no set option: changes that no backup has had for so long */
	ALERTS_TOLD_HOURS = 48,      /* no set option: what was told longer ago says nothing of failures now */
};

struct alerts_limits {
	uint64_t contact_days, unsent_hours, disk_percent, clock_s, failures, quarantine_days;
};

struct alerts_device {
	bool is_active, is_waiting, is_out;  /* state: in use, to be confirmed, revoked or retired */
	bool is_erased, is_twin, is_version_old, is_disk_open; /* disk_open: it told that its disk is not encrypted */
	uint64_t since_ms;                   /* last contact; before the first one when it was let in */
	uint64_t told_ms;                    /* when it told what follows; 0: it has not */
	uint64_t oldest_unsent_ms;           /* 0: none */
	uint64_t free_bytes, disk_bytes;     /* disk 0: not known */
	int64_t clock_offset_ms;
	uint64_t failures, wrong_passphrases; /* of about a day */
	uint64_t oldest_quarantined_ms;      /* 0: none */
};

/* The alerts that hold, one bit each: 1 << ALERTS_TWIN and so on. */
uint32_t alerts_of_device(const struct alerts_device *device, const struct alerts_limits *limits, uint64_t now_ms);

/* Lower bits are more pressing: the place of a device in the list. 0 alerts: after all others. */
int alerts_compare(uint32_t a, uint32_t b);

const char *alerts_word(enum alerts_name name); /* "TWIN" */
enum alerts_level alerts_level(enum alerts_name name);
const char *alerts_level_word(enum alerts_level level); /* "ALARM" */
const char *alerts_text(enum alerts_name name); /* English: a row of proto/refusals.tsv */

/* ---- of the central node itself ---- */

enum alerts_node_name {
	ALERTS_NODE_UNCONFIRMED, ALERTS_NODE_DISK_FULL, ALERTS_NODE_BACKUP_FAILING, ALERTS_NODE_NO_BACKUP,
	ALERTS_NODE_QUARANTINE_WAITING, ALERTS_NODE_COUNT,
};
struct alerts_node {
	bool is_unconfirmed;                /* put back from a backup; nobody is fed */
	bool keeps_backup, backup_failed;   /* failed: the last try */
	uint64_t behind_since_ms;           /* when the first change was made that no backup has; 0: they lack none */
	uint64_t free_bytes, disk_bytes;
	uint64_t oldest_quarantined_ms;
};
uint32_t alerts_of_node(const struct alerts_node *node, const struct alerts_limits *limits, uint64_t now_ms);
const char *alerts_node_word(enum alerts_node_name name);
enum alerts_level alerts_node_level(enum alerts_node_name name);
const char *alerts_node_text(enum alerts_node_name name);

/* Versions of the program, "0.1.0": whether a is before b. What is no version is before none. */
bool alerts_is_older(const char *a, const char *b);

#endif
