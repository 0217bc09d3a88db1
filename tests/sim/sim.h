/* sim - the world of one seed: a central node, devices, links, and what is known
 * to be true of them.
 *
 * Everything happens in events of the queue, in virtual time; everything random
 * comes from one seed. The modules: queue (what happens when), link (bytes on the
 * way), world (the two hosts, crashes, restores), act (operations), bundle, rescue
 * (files carried by hand), oracle (what
 * was confirmed to whom), invariant (what must hold), trace (the hash).
 */
#ifndef JALKA_SIM_SIM_H
#define JALKA_SIM_SIM_H

#include "central/hub.h"
#include "lib/carried.h"
#include "lib/prng.h"
#include "sim/brittle.h"
#include "sim/options.h"
#include "sim/oracle.h"
#include "sim/queue.h"
#include "store/replica.h"

enum {
	SIM_DEVICES_MAX = 8,
	SIM_LINKS_MAX = 2048,
	SIM_BACKUPS_MAX = 6,
	SIM_DENY_MAX = 256,
	SIM_RECORDED_MAX = 8,
	SIM_MARKS_MAX = 256,
	SIM_BUNDLES_MAX = 12,
	SIM_RESCUE_KEYS_MAX = 4,
};

static const uint64_t SIM_WALL_MS = 1767225600000u; /* 2026-01-01: virtual time 0 */

/* One direction of a link. A mark says when the bytes before `end` were sent. */
struct sim_pipe {
	uint8_t *bytes;
	size_t head, len, size;
	uint64_t taken;            /* bytes delivered */
	uint64_t put;              /* bytes ever sent */
	struct { uint64_t end, sent_ms; } marks[SIM_MARKS_MAX];
	size_t mark_first, mark_count;
	uint64_t cut_at;           /* bytes after which the link breaks; UINT64_MAX: never */
	bool scheduled;
	bool closed;               /* the sender hung up: link down after the last byte, */
	bool silent;               /* or the reader is told at another time, if ever */
};

enum { TO_HUB = 0, TO_DEVICE = 1 };

struct sim_link {
	uint32_t number, device;   /* SIM_DEVICES_MAX: a stranger */
	struct hub_link *hub;      /* NULL: central's end is down, or not up yet */
	bool hub_hung, device_up, device_hung, dialled;
	unsigned latency_ms;
	bool half_open, trickle, duplicate, corrupt;
	struct sim_pipe pipes[2];
};

struct sim_backup {
	struct log *log;
	uint64_t order, gen;       /* central: last order, and how often restored before */
	bool *expected;            /* device: ops this instance had confirmed */
};

struct sim;
struct sim_device {
	struct sim *sim;
	uint32_t number, holder, twin_of; /* twin_of == number: an original */
	struct brittle store;
	struct replica *replica;   /* NULL: down */
	struct node_id node;
	int64_t skew_ms;
	uint32_t link;             /* number + 1; 0: none */
	bool enrolled, revoked, suspended, incompatible, is_twin, reopening;
	uint32_t twin_since;       /* its first op as a copy, or since it was put back */
	uint64_t revoked_ms;
	uint64_t out_of_reach_ms;  /* no connection before */
	uint64_t sent_ms;          /* when the bytes now handed over were sent */
	uint64_t poke_ms;          /* the timer that is set */
	struct sim_backup backups[SIM_BACKUPS_MAX];
	size_t backup_count;
	bool expected[ORACLE_OPS_MAX]; /* ops confirmed by this instance */
	unsigned restores;
	bool has_token;
	uint64_t token, token_local; /* token_local: the log's last number at the read */
	size_t token_rejected;       /* of the record's deltas at the read */
	uint32_t token_record;
	uint32_t version_min, version_max;
	size_t rescue_key;           /* number + 1 of the recovery key it has heard of; 0: none */
	bool rescued[ORACLE_OPS_MAX]; /* ops that its rescue file had when it was last looked at */
};

enum { SIM_APART_MAX = ORACLE_RECORDS_MAX + 256 };

struct sim_central {
	struct brittle store;
	struct hub *hub;           /* NULL: down */
	int64_t skew_ms;
	bool reopening, commit_set, confirmed, must_restore;
	uint64_t tick_ms, restored_ms; /* restored_ms: last time; 0: never */
	uint64_t restores, safe_order, safe_gen;
	struct sim_backup backups[SIM_BACKUPS_MAX];
	size_t backup_count;
	struct span deny[SIM_DENY_MAX];
	size_t deny_count;
	struct book book;          /* hears of decisions and erasures */
	struct record_id apart[SIM_APART_MAX]; /* whose values may stand apart, as the hub said */
	size_t apart_count;
};

/* A bundle on its way: from a device, or to one. */
struct sim_bundle {
	struct carried file;
	uint32_t device;
	bool is_answer;
	uint64_t made_ms;
};

/* Recovery keys, the newest last, and where the files lie that are sealed to them. */
struct sim_rescue {
	struct prng prng;
	char folder[64];
	struct { uint8_t key[RESCUE_KEY_BYTES], secret[RESCUE_KEY_BYTES]; } keys[SIM_RESCUE_KEYS_MAX];
	size_t key_count;
};

struct sim_recorded {
	uint8_t *bytes;
	size_t len;
};

struct sim {
	uint64_t seed, now_ms, steps, trace;
	struct prng prng;          /* of the scenario */
	struct prng secrets;       /* of the nodes */
	struct options options;
	struct queue queue;
	struct sim_central central;
	struct sim_device devices[SIM_DEVICES_MAX];
	size_t device_count, holder_count;
	struct record_id holders[SIM_DEVICES_MAX];
	struct sim_link *links[SIM_LINKS_MAX];
	uint32_t link_count, link_low; /* links below link_low are gone at both ends */
	struct sim_recorded recorded[SIM_RECORDED_MAX];
	size_t recorded_count;
	struct sim_bundle bundles[SIM_BUNDLES_MAX];
	size_t bundle_count;
	struct sim_rescue rescue;
	struct oracle oracle;
	unsigned actions_left;
	bool clean;                /* no faults: setting up, or healing */
	bool checking, verbose, stopped;
	uint64_t seen[TROUBLE_COUNT]; /* how often each kind struck */
	uint64_t bytes_carried, syncs, verbs_max, serial;
	struct node_id central_node;
	struct case_id reference, directory;
	bool failed;
	char failure[512];
};

/* Every other device is of a build that tells how it fares. */
bool sim_tells(const struct sim_device *device);

struct sim_result {
	uint64_t trace, steps, virtual_ms, ops, syncs, verbs_max;
	uint64_t seen[TROUBLE_COUNT];
	bool failed;
	char failure[512];
};

/* Runs one seed whole. `checking` false: the trace only. */
void sim_run(uint64_t seed, uint64_t without, bool checking, bool verbose, struct sim_result *out);

/* The seed and step now running, for who must report an abort. */
void sim_whereabouts(uint64_t *seed, uint64_t *step);

/* Notes the first violation; the run goes on to its end without checks. */
__attribute__((format(printf, 3, 4)))
void sim_fail(struct sim *sim, const char *invariant, const char *format, ...);
/* With --verbose: a line about what happens. */
__attribute__((format(printf, 2, 3)))
void sim_say(struct sim *sim, const char *format, ...);
void sim_struck(struct sim *sim, enum trouble trouble);
/* Mixes numbers into the trace. */
void sim_trace(struct sim *sim, uint64_t a, uint64_t b, uint64_t c);

/* Runs events until `until_ms`. */
void sim_run_until(struct sim *sim, uint64_t until_ms);

#endif
