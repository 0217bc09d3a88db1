/* brittle - a log driver in front of log_memory that a crash can strike.
 *
 * An effect is a commit, or whatever the node's host counts with
 * brittle_effect (a send, a deny line). A fuse set with brittle_arm burns one
 * step an effect and strikes before or after the last one. From then on the
 * node is dead: every verb fails, every effect is swallowed, and what is durable
 * is what the inner log had committed. Watchers see what is appended and placed,
 * and learn when it became durable.
 */
#ifndef JALKA_SIM_BRITTLE_H
#define JALKA_SIM_BRITTLE_H

#include "store/log.h"

struct brittle_watch {
	void *ctx;
	void (*appended)(void *ctx, const struct log_entry *entry);
	void (*placed)(void *ctx, const struct author *author, uint64_t seq, enum log_verdict verdict, struct order order);
	void (*committed)(void *ctx);
	void (*rolled_back)(void *ctx);
};

struct brittle {
	struct log log;     /* what the node is given */
	struct log *inner;  /* log_memory; ours */
	struct brittle_watch watch;
	uint64_t verbs;     /* calls so far: the measure of work (I18) */
	unsigned fuse;      /* effects left; 0: not armed */
	bool strikes_after; /* the last effect still happens */
	bool dead;
};

/* Takes `inner` over. */
void brittle_init(struct brittle *brittle, struct log *inner, const struct brittle_watch *watch);
void brittle_deinit(struct brittle *brittle);

void brittle_arm(struct brittle *brittle, unsigned effects, bool strikes_after);

/* True when an effect of the host may happen. */
bool brittle_effect(struct brittle *brittle);

#endif
