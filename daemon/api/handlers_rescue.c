/* handlers_rescue - what a device kept for the organiser comes home: the call `rescue`; and
 * the administrator's verbs `policy` and `recovery-key`, which every device goes by.
 *
 * A rescue file comes in pieces, one upload at a time; each piece's whole records are opened,
 * judged and durable before it is answered. The secret half of the recovery key comes with
 * every piece and is wiped with it: between two calls, and on disk, this node never has it.
 */
#include <sodium.h>
#include <stdlib.h>

#include "api/gate.h"
#include "api/handlers.h"
#include "api/policy.h"
#include "api/view.h"
#include "central/node.h"
#include "io/logline.h"
#include "io/random.h"
#include "records_table.h"
#include "session.pb.h"
#include "store/rescue.h"

enum {
	PIECE_BYTES = sizeof((jalka_RescueCall *)0)->piece.bytes,
	BLOCK_BYTES = PIECE_BYTES + RESCUE_RECORD_BYTES,
	WORKS_MAX = BLOCK_BYTES / (RESCUE_HEADER_BYTES + crypto_box_SEALBYTES) + 1,
	REASONS = 32,
};

/* ---- the upload ---- */

static struct upload {
	uint32_t token; /* 0: none */
	struct node_id node; /* whose the first record is */
	uint64_t records, as[HUB_RESCUED_FULL + 1], reasons[REASONS], other_key, damaged;
	uint8_t *block; /* what of a record has come so far; sealed */
	size_t used;
} upload;

static void upload_end(void)
{
	free(upload.block);
	upload = (struct upload){ .token = 0 };
}

static struct fault upload_begin(void)
{
	upload_end(); /* one that was left off */
	upload.block = malloc(BLOCK_BYTES);
	if (upload.block == NULL)
		return fault_of(FAULT_LIMIT, "memory for the file");
	while (upload.token == 0)
		random_fill(NULL, (uint8_t *)&upload.token, sizeof upload.token);
	return fault_none();
}

/* ---- one piece ---- */

/* For the length of a call; wiped at its end. */
struct opening {
	uint8_t public_key[RESCUE_KEY_BYTES];
	uint8_t plain[BLOCK_BYTES]; /* what was opened, one after another */
	size_t used;
	struct rescue_work works[WORKS_MAX];
	struct hub_rescued results[WORKS_MAX];
	size_t count;
};

static void open_one(struct opening *o, const struct rescue_record *record, const uint8_t *secret)
{
	if (upload.records == 0 && upload.other_key == 0)
		upload.node = record->author.node;
	struct fault f = rescue_open(record, o->public_key, secret, o->plain + o->used, &o->works[o->count]);
	upload.other_key += f.kind == FAULT_CALLER;
	upload.damaged += f.kind == FAULT_PEER;
	upload.records += !fault_is(f);
	if (fault_is(f))
		return;
	o->used += record->sealed.len - crypto_box_SEALBYTES;
	o->count++;
}

/* Every whole record of the block; the rest moves to its beginning. */
static void open_block(struct opening *o, const uint8_t *secret)
{
	struct span rest = span_of(upload.block, upload.used);
	struct rescue_record record;
	for (;;) {
		enum rescue_read got = rescue_next(&rest, &record);
		if (got == RESCUE_END || got == RESCUE_CUT)
			break;
		if (got == RESCUE_DAMAGED)
			upload.damaged++;
		else if (record.sealed.len > 0)
			open_one(o, &record, secret);
	}
	memmove(upload.block, rest.data, rest.len);
	upload.used = rest.len;
}

static struct fault take_in(struct request *request, struct opening *o)
{
	struct node *node = request->target.node;
	if (o->count == 0)
		return fault_none();
	FAULT_TRY(hub_rescue(node_hub(node), o->works, o->count, node_now(), o->results));
	node_poke(node);
	for (size_t i = 0; i < o->count; i++) {
		upload.as[o->results[i].as]++;
		if (o->results[i].as == HUB_RESCUED_WAITS && o->results[i].reason < REASONS)
			upload.reasons[o->results[i].reason]++;
	}
	return fault_none();
}

static struct fault take_piece(struct request *request, const jalka_RescueCall *call)
{
	struct opening *o = calloc(1, sizeof *o);
	if (o == NULL)
		return fault_of(FAULT_LIMIT, "memory for the file");
	if (call->piece.size > BLOCK_BYTES - upload.used)
		upload.used = 0; /* more than a record's length without a record: cannot be, for rescue_next passes it over */
	memcpy(upload.block + upload.used, call->piece.bytes, call->piece.size);
	upload.used += call->piece.size;
	struct fault f = fault_of(FAULT_CALLER, "the recovery key is none");
	if (crypto_scalarmult_base(o->public_key, call->key.bytes) == 0) {
		open_block(o, call->key.bytes);
		f = take_in(request, o);
	}
	sodium_memzero(o, sizeof *o);
	free(o);
	return f;
}

/* ---- the answer ---- */

struct holder_search {
	struct node *node;
	char name[VIEW_NAME_BYTES];
};

static bool find_holder(void *ctx, const struct hub_device *device)
{
	struct holder_search *search = ctx;
	if (!ID_EQUAL(device->node, upload.node))
		return true;
	view_staff_name(node_book(search->node), &device->holder, search->name);
	return false;
}

static struct fault answer_whole(struct request *request)
{
	struct holder_search search = { .node = request->target.node };
	FAULT_TRY(hub_devices(node_hub(search.node), find_holder, &search));
	struct writer *out = answer_begin(request->answer);
	writer_id(out, "node", upload.node.bytes);
	writer_string(out, "holder_name", search.name);
	writer_number(out, "records", upload.records);
	writer_number(out, "here", upload.as[HUB_RESCUED_HERE]);
	writer_number(out, "accepted", upload.as[HUB_RESCUED_ACCEPTED]);
	writer_number(out, "waiting", upload.as[HUB_RESCUED_WAITS]);
	writer_list(out, "reasons");
	for (uint32_t i = 0; i < REASONS; i++) {
		if (upload.reasons[i] == 0)
			continue;
		writer_object(out, NULL);
		writer_string(out, "reason", view_reason(i));
		writer_number(out, "count", upload.reasons[i]);
		writer_object_end(out);
	}
	writer_list_end(out);
	writer_number(out, "erased", upload.as[HUB_RESCUED_ERASED]);
	writer_number(out, "strange", upload.as[HUB_RESCUED_STRANGE]);
	writer_number(out, "forged", upload.as[HUB_RESCUED_FORGED]);
	writer_number(out, "full", upload.as[HUB_RESCUED_FULL]);
	writer_number(out, "other_key", upload.other_key);
	writer_number(out, "damaged", upload.damaged);
	writer_bool(out, "cut", upload.used > 0);
	answer_finish(request->answer);
	logline(LOGLINE_NOTICE, "rescued", LOGLINE_FIELDS(logline_number("accepted", upload.as[HUB_RESCUED_ACCEPTED]),
		logline_number("waiting", upload.as[HUB_RESCUED_WAITS]), logline_number("here", upload.as[HUB_RESCUED_HERE])));
	return fault_none();
}

struct fault handlers_rescue(struct request *request)
{
	const jalka_RescueCall *call = &request->call->call.rescue;
	FAULT_TRY(gate_class(request->gate, ACCESS_CREATE, ACCESS_DEVICES, 0, ACCESS_WHOLE));
	if (call->key.size != RESCUE_KEY_BYTES) {
		strcpy(request->field, "key");
		return fault_of(FAULT_CALLER, "a recovery key has 32 bytes");
	}
	if (call->token == 0)
		FAULT_TRY(upload_begin());
	if (call->token != 0 && call->token != upload.token)
		return request_fault(request, fault_of(FAULT_CALLER, "another rescue has begun meanwhile"),
				     "bring the file again: what is here already stays as it is");
	FAULT_TRY(take_piece(request, call));
	if (call->more) {
		writer_number(answer_begin(request->answer), "token", upload.token);
		answer_finish(request->answer);
		return fault_none();
	}
	struct fault f = upload.records + upload.other_key + upload.damaged == 0 && upload.used == 0
		? fault_of(FAULT_CALLER, "the file holds nothing that was kept for the organiser") : answer_whole(request);
	upload_end();
	return f;
}

/* ---- what every device goes by ---- */

static struct fault answer_policy(struct request *request)
{
	struct node *node = request->target.node;
	struct policy policy;
	FAULT_TRY(policy_read(node_book(node), hub_identity(node_hub(node)), &policy));
	struct writer *out = answer_begin(request->answer);
	writer_number(out, "lease_days", policy.lease_days);
	writer_hex(out, "recovery", span_of(policy.recovery, policy.has_recovery ? sizeof policy.recovery : 0));
	writer_number(out, "recovery_at_ms", policy.recovery_at_ms);
	answer_finish(request->answer);
	return fault_none();
}

static struct fault put(struct request *request, struct span fields)
{
	struct node *node = request->target.node;
	struct hub_write write = { .record_type = RECORDS_TYPE_ORGANISER_POLICY, .fields = fields };
	struct hub_written written;
	policy_record(hub_identity(node_hub(node)), &write.case_id, &write.record_id);
	FAULT_TRY(hub_write(node_hub(node), &write, node_now(), &written));
	node_poke(node);
	return answer_policy(request);
}

struct fault handlers_admin_policy(struct request *request)
{
	const jalka_AdminCall *call = &request->call->call.admin;
	uint8_t block[16];
	struct wire_out fields;
	char *end;
	if (call->args_count == 0)
		return answer_policy(request);
	if (call->args_count != 2 || strcmp(call->args[0], "lease") != 0)
		return fault_of(FAULT_CALLER, "policy, or policy lease DAYS");
	unsigned long days = strtoul(call->args[1], &end, 10);
	if (*call->args[1] < '0' || *call->args[1] > '9' || *end != '\0' || days > POLICY_LEASE_DAYS_MAX) {
		strcpy(request->field, "days");
		return fault_of(FAULT_CALLER, "the lease is 1 to 365 days, or 0: devices never ask for contact");
	}
	wire_out_init(&fields, block, sizeof block);
	wire_put_varint(&fields, RECORDS_ORGANISER_POLICY_LEASE_DAYS, days);
	return put(request, wire_out_span(&fields));
}

/* A key that nothing can be sealed to would only seem to protect. */
static bool read_key(const char *hex, uint8_t key[static POLICY_KEY_BYTES])
{
	uint8_t box[crypto_box_SEALBYTES + 1];
	size_t len = 0;
	return sodium_hex2bin(key, POLICY_KEY_BYTES, hex, strlen(hex), NULL, &len, NULL) == 0 && len == POLICY_KEY_BYTES
		&& crypto_box_seal(box, (const uint8_t *)"", 1, key) == 0;
}

struct fault handlers_admin_recovery_key(struct request *request)
{
	const jalka_AdminCall *call = &request->call->call.admin;
	struct node *node = request->target.node;
	uint8_t key[POLICY_KEY_BYTES], block[64];
	struct wire_out fields;
	struct policy policy;
	if (call->args_count == 0)
		return answer_policy(request);
	bool replaces = call->args_count == 2 && strcmp(call->args[1], "replace") == 0;
	if ((call->args_count == 2 && !replaces) || !read_key(call->args[0], key))
		return fault_of(FAULT_CALLER, "a recovery key's public half is 64 hexadecimal digits, with replace when there is one already");
	FAULT_TRY(policy_read(node_book(node), hub_identity(node_hub(node)), &policy));
	if (policy.has_recovery && !replaces)
		return request_fault(request, fault_of(FAULT_CALLER, "there is a recovery key already"),
				     "where its secret half is lost or known to others: --replace, and keep the old one as long as devices may be sealed to it");
	wire_out_init(&fields, block, sizeof block);
	wire_put_bytes(&fields, RECORDS_ORGANISER_POLICY_RECOVERY_PUBLIC, span_of(key, sizeof key));
	wire_put_varint(&fields, RECORDS_ORGANISER_POLICY_RECOVERY_AT, node_now().wall_ms);
	return put(request, wire_out_span(&fields));
}
