/* handlers_bundle - what is carried by hand, over the local API.
 *
 *   a device     write: makes a bundle for the central node      fetch: its bytes, in pieces
 *                read: an answer, in pieces                      step: applies some of it, until done
 *   central      read, step: a device's bundle; then fetch: the answer
 *                write, for a device that has not asked; fetch
 *
 * One at a time. Files are sealed; what is kept of one here is its bytes. `end`, the
 * next one and the lock let it go; what was taken of it until then stands, and the
 * same file may be read again.
 */
#include <sodium.h>
#include <stdlib.h>

#include "api/gate.h"
#include "api/handlers.h"
#include "api/profile.h"
#include "api/resolve.h"
#include "api/view.h"
#include "base/assert.h"
#include "central/hub_bundle.h"
#include "central/node.h"
#include "io/random.h"
#include "store/replica_bundle.h"

enum {
	FETCH_BYTES = 32 * 1024,
	FETCH_CHARS = sodium_base64_ENCODED_LEN(FETCH_BYTES, sodium_base64_VARIANT_ORIGINAL),
	ROOM_STEP_BYTES = 256 * 1024,
};

struct block {
	uint8_t *bytes; /* malloc */
	size_t len, room;
};

static struct carrying {
	uint32_t token;                   /* 0: none */
	struct block in, out;             /* the file that is read, the one that was written */
	const struct replica *replica;    /* that `answer` is being applied to */
	struct replica_bundle *answer;
	struct hub_bundle *bundle;
} carrying;

void handlers_bundle_wipe(void)
{
	replica_bundle_close(carrying.answer);
	hub_bundle_close(carrying.bundle);
	free(carrying.in.bytes);
	free(carrying.out.bytes);
	carrying = (struct carrying){ .token = 0 };
}

static void begin(void)
{
	handlers_bundle_wipe(); /* one that was left off */
	while (carrying.token == 0)
		random_fill(NULL, (uint8_t *)&carrying.token, sizeof carrying.token);
}

static bool add(void *ctx, struct span piece)
{
	struct block *block = ctx;
	if (piece.len > BUNDLE_BYTES_MAX - block->len)
		return false;
	if (piece.len > block->room - block->len) {
		size_t room = block->room + piece.len + ROOM_STEP_BYTES;
		uint8_t *more = realloc(block->bytes, room);
		if (more == NULL)
			return false;
		block->bytes = more;
		block->room = room;
	}
	if (piece.len > 0)
		memcpy(block->bytes + block->len, piece.data, piece.len);
	block->len += piece.len;
	return true;
}

static struct writer *begin_answer(struct request *request)
{
	struct writer *out = answer_begin(request->answer);
	writer_number(out, "token", carrying.token);
	return out;
}

static struct fault expect_token(struct request *request)
{
	uint32_t token = request->call->call.bundle.token;
	if (token != 0 && token == carrying.token)
		return fault_none();
	return request_fault(request, fault_of(FAULT_CALLER, "another bundle has been begun meanwhile, or this one was let go"),
			     "begin again: what was taken of it stands, and reading it again changes nothing more");
}

/* ---- a device ---- */

static struct fault device_write(struct request *request)
{
	struct replica *replica = profile_replica(request->target.profile);
	struct replica_bundle_written told;
	begin();
	struct fault fault = replica_bundle_write(replica, profile_now(), add, &carrying.out, &told);
	if (fault_is(fault)) {
		handlers_bundle_wipe();
		return fault;
	}
	struct writer *out = begin_answer(request);
	writer_number(out, "size", carrying.out.len);
	writer_number(out, "deltas", told.deltas);
	writer_number(out, "left", told.left);
	writer_number(out, "key_made_ms", told.key_made_ms);
	answer_finish(request->answer);
	return fault_none();
}

static void device_told(struct writer *out)
{
	struct replica_bundle_report told;
	replica_bundle_report(carrying.answer, &told);
	writer_number(out, "at", told.done);
	writer_number(out, "of", told.messages);
	writer_number(out, "written_ms", told.written_ms);
	writer_bool(out, "asked", told.asked);
	writer_number(out, "receipts", told.receipts);
	writer_number(out, "deltas", told.deltas);
	writer_number(out, "fresh", told.fresh);
	writer_number(out, "waiting", told.waiting);
	writer_bool(out, "old", told.is_old);
	writer_bool(out, "lost", told.is_lost);
	writer_bool(out, "lacks_own", told.lacks_own);
	writer_bool(out, "left_out", told.more);
	writer_string(out, "problem", told.problem == NULL ? "" : told.problem);
}

static struct fault device_open(struct request *request)
{
	carrying.replica = profile_replica(request->target.profile);
	return replica_bundle_open(profile_replica(request->target.profile), span_of(carrying.in.bytes, carrying.in.len),
				   &carrying.answer);
}

static struct fault device_step(struct request *request, bool *done)
{
	if (carrying.answer == NULL || carrying.replica != profile_replica(request->target.profile))
		return fault_of(FAULT_CALLER, "no bundle has been read whole");
	FAULT_TRY(replica_bundle_step(carrying.answer, profile_now(), done));
	struct replica_bundle_report told;
	replica_bundle_report(carrying.answer, &told);
	if (*done && !told.is_old && !told.is_lost && told.problem == NULL)
		profile_carried(request->target.profile, told.written_ms);
	return fault_none();
}

/* ---- the central node ---- */

static const char *state_name(enum hub_device_state state)
{
	switch (state) {
	case HUB_DEVICE_WAITING: return "WAITING";
	case HUB_DEVICE_ACTIVE: return "ACTIVE";
	case HUB_DEVICE_SUSPENDED: return "SUSPENDED";
	case HUB_DEVICE_REVOKED: return "REVOKED";
	case HUB_DEVICE_RETIRED: return "RETIRED";
	}
	return "";
}

static void central_told(struct request *request, struct writer *out)
{
	struct hub_bundle_report told;
	char name[VIEW_NAME_BYTES];
	hub_bundle_report(carrying.bundle, &told);
	view_staff_name(node_book(request->target.node), &told.holder, name);
	writer_id(out, "device", told.node.bytes);
	writer_id(out, "holder", told.holder.bytes);
	writer_string(out, "holder_name", name);
	writer_string(out, "state", state_name(told.state));
	writer_number(out, "at", told.done);
	writer_number(out, "of", told.messages);
	writer_number(out, "written_ms", told.written_ms);
	writer_number(out, "deltas", told.deltas);
	writer_number(out, "accepted", told.accepted);
	writer_number(out, "quarantined", told.quarantined);
	writer_number(out, "known", told.known);
	writer_number(out, "waiting", told.waiting);
	writer_bool(out, "parted", told.parted);
	writer_bool(out, "old", told.is_old);
	writer_bool(out, "left_out", told.more);
	writer_string(out, "problem", told.problem == NULL ? "" : told.problem);
	writer_number(out, "size", carrying.out.len);
	writer_number(out, "answer_deltas", told.answer_deltas);
	writer_bool(out, "answer_left_out", told.answer_more);
	writer_number(out, "from_order", told.from_order);
	writer_number(out, "to_order", told.to_order);
}

static struct fault central_answer(void)
{
	return hub_bundle_answer(carrying.bundle, node_now(), add, &carrying.out);
}

static struct fault central_write(struct request *request)
{
	struct node_id device;
	const char *named = request->call->call.bundle.device;
	struct fault fault = *named == '\0' ? fault_of(FAULT_CALLER, "say for which device: see devices")
					    : resolve_device(node_hub(request->target.node), named, &device);
	if (fault_is(fault)) {
		strcpy(request->field, "device");
		return fault;
	}
	begin();
	fault = hub_bundle_for(node_hub(request->target.node), device, node_now(), &carrying.bundle);
	if (!fault_is(fault))
		fault = central_answer();
	if (fault_is(fault)) {
		handlers_bundle_wipe();
		return fault;
	}
	struct writer *out = begin_answer(request);
	central_told(request, out);
	answer_finish(request->answer);
	return fault_none();
}

/* What nothing could be taken of is not answered: the report says why. */
static struct fault central_step(bool *done)
{
	struct hub_bundle_report told;
	if (carrying.bundle == NULL || carrying.out.len > 0)
		return fault_of(FAULT_CALLER, "no bundle has been read whole, or it is answered already");
	FAULT_TRY(hub_bundle_step(carrying.bundle, node_now(), done));
	hub_bundle_report(carrying.bundle, &told);
	return *done && told.is_answerable ? central_answer() : fault_none();
}

/* ---- both ---- */

static struct fault open_whole(struct request *request)
{
	if (request->target.profile != NULL)
		return device_open(request);
	return hub_bundle_open(node_hub(request->target.node), span_of(carrying.in.bytes, carrying.in.len), node_now(),
			       &carrying.bundle);
}

static void tell(struct request *request, struct writer *out)
{
	if (request->target.profile != NULL)
		device_told(out);
	else
		central_told(request, out);
}

static struct fault verb_read(struct request *request)
{
	const jalka_BundleCall *call = &request->call->call.bundle;
	if (call->token == 0)
		begin();
	else
		FAULT_TRY(expect_token(request));
	if (carrying.answer != NULL || carrying.bundle != NULL || carrying.out.len > 0)
		return fault_of(FAULT_CALLER, "the bundle has been read whole already");
	if (!add(&carrying.in, span_of(call->piece.bytes, call->piece.size))) {
		handlers_bundle_wipe();
		return fault_of(FAULT_LIMIT, "the file is larger than any bundle is");
	}
	struct fault fault = call->more ? fault_none() : open_whole(request);
	if (fault_is(fault)) {
		handlers_bundle_wipe();
		return fault;
	}
	struct writer *out = begin_answer(request);
	writer_bool(out, "whole", !call->more);
	if (!call->more)
		tell(request, out);
	answer_finish(request->answer);
	return fault_none();
}

static struct fault verb_step(struct request *request)
{
	bool done = false;
	FAULT_TRY(expect_token(request));
	if (request->target.profile != NULL) {
		FAULT_TRY(device_step(request, &done));
	} else {
		FAULT_TRY(central_step(&done));
		node_poke(request->target.node);
	}
	struct writer *out = begin_answer(request);
	writer_bool(out, "done", done);
	tell(request, out);
	answer_finish(request->answer);
	return fault_none();
}

static struct fault verb_fetch(struct request *request)
{
	static char text[FETCH_CHARS];
	uint64_t offset = request->call->call.bundle.offset;
	FAULT_TRY(expect_token(request));
	if (offset >= carrying.out.len)
		return fault_of(FAULT_CALLER, "the bundle that was written ends before this place");
	size_t len = carrying.out.len - offset < FETCH_BYTES ? (size_t)(carrying.out.len - offset) : FETCH_BYTES;
	sodium_bin2base64(text, sizeof text, carrying.out.bytes + offset, len, sodium_base64_VARIANT_ORIGINAL);
	struct writer *out = begin_answer(request);
	writer_number(out, "offset", offset);
	writer_number(out, "next", offset + len);
	writer_number(out, "size", carrying.out.len);
	writer_string(out, "data", text);
	answer_finish(request->answer);
	return fault_none();
}

static struct fault verb_end(struct request *request)
{
	FAULT_TRY(expect_token(request));
	handlers_bundle_wipe();
	(void)answer_begin(request->answer);
	answer_finish(request->answer);
	return fault_none();
}

static struct fault verb_write(struct request *request)
{
	return request->target.profile != NULL ? device_write(request) : central_write(request);
}

struct fault handlers_bundle(struct request *request)
{
	static const struct { const char *name; request_handler *fn; } VERBS[] = {
		{ "write", verb_write }, { "read", verb_read }, { "step", verb_step }, { "fetch", verb_fetch }, { "end", verb_end },
	};
	const jalka_BundleCall *call = &request->call->call.bundle;
	if (request->target.node != NULL)
		FAULT_TRY(gate_class(request->gate, ACCESS_CREATE, ACCESS_DEVICES, 0, ACCESS_WHOLE));
	for (size_t i = 0; i < sizeof VERBS / sizeof VERBS[0]; i++)
		if (strcmp(VERBS[i].name, call->verb) == 0)
			return VERBS[i].fn(request);
	strcpy(request->field, "verb");
	return fault_of(FAULT_CALLER, "a bundle is written, read, stepped through, fetched or ended");
}
