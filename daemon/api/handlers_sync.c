/* handlers_sync - sync and enrol: the two calls that wait for the central node.
 *
 * A waiting call is told when what it waits for came, when the link failed, or
 * after WAIT_MS; whichever is first.
 */
#include <sodium.h>
#include <stdlib.h>

#include "api/enrol_code.h"
#include "api/handlers.h"
#include "api/profile.h"
#include "api/stale.h"
#include "io/disk.h"
#include "io/timer.h"

enum { WAIT_MS = 30 * 1000, LOSSES_MAX = 3 };

enum purpose { SYNC, ENROL };

struct waiter {
	struct waiter *next;
	struct profile *profile;
	struct answer *answer;
	struct timer *timer;
	enum purpose purpose;
	unsigned losses;
	uint64_t began_ms, sent_before, received_before;
};

static struct waiter *waiters;

static void answer_sync(struct profile *profile, struct answer *answer, const struct waiter *waiter, bool done)
{
	const struct replica_status *s = profile_status(profile);
	struct writer *out = answer_begin(answer);
	writer_string(out, "sync", handlers_sync_name(s->state));
	writer_bool(out, "online", profile_is_online(profile));
	writer_bool(out, "done", done);
	writer_number(out, "round_trips", s->round_trips);
	writer_number(out, "bytes_sent", waiter == NULL ? 0 : s->bytes_sent - waiter->sent_before);
	writer_number(out, "bytes_received", waiter == NULL ? 0 : s->bytes_received - waiter->received_before);
	writer_number(out, "unreceipted", s->unreceipted);
	writer_number(out, "quarantined", s->quarantined);
	writer_number(out, "took_ms", waiter == NULL ? 0 : loop_mono_ms() - waiter->began_ms);
	writer_string(out, "last_error", s->last_error);
	answer_finish(answer);
}

static void answer_enrol(struct profile *profile, struct answer *answer)
{
	const struct replica_status *s = profile_status(profile);
	struct writer *out = answer_begin(answer);
	writer_string(out, "sync", handlers_sync_name(s->state));
	writer_id(out, "node", s->node.bytes);
	writer_string(out, "words", s->words);
	writer_string(out, "disk", disk_name((unsigned)disk_of_folder(profile_folder(profile)->path)));
	answer_finish(answer);
}

static bool is_done(const struct waiter *waiter, const struct replica_status *s)
{
	switch (waiter->purpose) {
	case SYNC:
		return s->state == REPLICA_IDLE && s->unreceipted == 0 && s->backlogs == 0;
	case ENROL:
		return s->state == REPLICA_ENROLLING && s->enrol == REPLICA_ENROL_WAITS;
	}
	return false;
}

static void remove_waiter(struct waiter *waiter)
{
	struct waiter **at = &waiters;
	while (*at != waiter)
		at = &(*at)->next;
	*at = waiter->next;
	timer_close(waiter->timer);
	free(waiter);
}

static void give_up(struct waiter *waiter, const char *why)
{
	struct answer *answer = waiter->answer;
	bool enrol = waiter->purpose == ENROL;
	bool is_up = profile_is_up(waiter->profile);
	bool refused = enrol && is_up && profile_status(waiter->profile)->enrol == REPLICA_ENROL_REFUSED;
	if (enrol && is_up)
		replica_enrol_stop(profile_replica(waiter->profile));
	remove_waiter(waiter);
	answer_refuse(answer, fault_of(FAULT_LATER, why),
		      refused ? ""
		      : enrol ? "check the address; a code lasts 15 minutes and serves once, the administrator gives a new one"
			      : "what is recorded here is kept and sent when there is a connection",
		      "");
}

static void check(struct waiter *waiter, const char *failure)
{
	struct profile *profile = waiter->profile;
	if (!profile_is_up(profile)) {
		give_up(waiter, "the profile was locked");
		return;
	}
	const struct replica_status *s = profile_status(profile);
	if (is_done(waiter, s)) {
		if (waiter->purpose == SYNC)
			answer_sync(profile, waiter->answer, waiter, true);
		else
			answer_enrol(profile, waiter->answer);
		remove_waiter(waiter);
	} else if (waiter->purpose == ENROL && s->enrol == REPLICA_ENROL_REFUSED) {
		give_up(waiter, s->last_error);
	} else if (s->state == REPLICA_REVOKED) {
		give_up(waiter, "the central node has revoked this device");
	} else if (failure != NULL && ++waiter->losses >= LOSSES_MAX) {
		give_up(waiter, *s->last_error != '\0' ? s->last_error : failure);
	} else if (failure != NULL && profile_is_online(profile)) {
		(void)profile_online(profile, true); /* somebody waits: dial again at once */
	} else if (failure != NULL) {
		give_up(waiter, "this machine was taken offline");
	}
}

static void changed(void *ctx, struct profile *profile, const char *failure)
{
	(void)ctx;
	(void)profile;
	for (struct waiter *waiter = waiters, *next; waiter != NULL; waiter = next) {
		next = waiter->next;
		check(waiter, failure);
	}
}

static struct profile_watch watch = { .fn = changed };

static void waited_long_enough(void *ctx)
{
	give_up(ctx, "the central node did not finish in 30 seconds");
}

static struct fault wait_for(struct request *request, enum purpose purpose)
{
	struct profile *profile = request->target.profile;
	const struct replica_status *s = profile_status(profile);
	FAULT_TRY(profile_online(profile, true));
	struct waiter *waiter = calloc(1, sizeof *waiter);
	if (waiter == NULL)
		return fault_of(FAULT_LIMIT, "memory for a call that waits");
	*waiter = (struct waiter){ .next = waiters, .profile = profile, .answer = request->answer, .purpose = purpose,
				   .began_ms = loop_mono_ms(), .sent_before = s->bytes_sent,
				   .received_before = s->bytes_received };
	struct fault f = timer_open(profile_loop(profile), waited_long_enough, waiter, &waiter->timer);
	if (fault_is(f)) {
		free(waiter);
		return f;
	}
	timer_at(waiter->timer, loop_mono_ms() + WAIT_MS);
	waiters = waiter;
	profile_watch(profile, &watch);
	if (purpose == SYNC)
		profile_poke(profile); /* the end of this turn asks whether there is anything to wait for */
	return fault_none();
}

struct fault handlers_sync(struct request *request)
{
	const jalka_SyncCall *call = &request->call->call.sync;
	struct profile *profile = request->target.profile;
	if (call->offline && call->online)
		return fault_of(FAULT_CALLER, "offline and online at once cannot be");
	if (profile_status(profile)->state == REPLICA_REVOKED)
		return fault_of(FAULT_LATER, "the central node has revoked this device: it must be enrolled anew");
	if (profile_central_address(profile) == NULL && !call->offline)
		return fault_of(FAULT_LATER, "this machine is not enrolled yet: enrol it with the code of the administrator");
	FAULT_TRY(stale_look(profile));
	if (call->offline || call->online)
		FAULT_TRY(profile_online(profile, call->online));
	if (call->offline || (call->online && !call->wait)) {
		answer_sync(profile, request->answer, NULL, false);
		return fault_none();
	}
	if (!profile_is_online(profile))
		return fault_of(FAULT_LATER, "this machine was taken offline: `jalka sync --online` brings it back");
	if (call->wait)
		return wait_for(request, SYNC);
	FAULT_TRY(profile_online(profile, true));
	profile_poke(profile);
	answer_sync(profile, request->answer, NULL, false);
	return fault_none();
}

struct fault handlers_enrol(struct request *request)
{
	const jalka_EnrolCall *call = &request->call->call.enrol;
	struct profile *profile = request->target.profile;
	struct enrol_code code;
	struct fault f = enrol_code_read(span_text(call->code), &code);
	if (fault_is(f)) {
		strcpy(request->field, "code");
		return f;
	}
	struct replica_enrolment enrolment = { .identity = code.identity, .serial = call->serial,
					       .disk = (uint32_t)disk_of_folder(profile_folder(profile)->path) };
	memcpy(enrolment.slot, code.slot, sizeof enrolment.slot);
	memcpy(enrolment.secret, code.secret, sizeof enrolment.secret);
	f = replica_enrol(profile_replica(profile), &enrolment);
	if (!fault_is(f))
		f = profile_central(profile, &code.address, &code.identity);
	sodium_memzero(&code, sizeof code);
	sodium_memzero(&enrolment, sizeof enrolment);
	return fault_is(f) ? f : wait_for(request, ENROL);
}
