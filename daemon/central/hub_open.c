/* hub_open - a blank log becomes a central node; a used one is taken up. */
#include <pb_encode.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/assert.h"
#include "central/hub_state.h"
#include "records_table.h"

/* ---- the central node's own values ---- */

static struct fault put_value(struct log *log, const char *name, const void *data, size_t len)
{
	return log_put(log, HUB_TABLE_CENTRAL, span_text(name), span_of(data, len));
}

static struct fault get_value(struct log *log, const char *name, void *out, size_t size)
{
	size_t len;
	bool found;
	FAULT_TRY(log_get(log, HUB_TABLE_CENTRAL, span_text(name), out, size, &len, &found));
	if (!found || len != size)
		return fault_of(FAULT_STORE, "the log is no central node's");
	return fault_none();
}

static struct fault load_keys(struct hub *hub)
{
	uint8_t safe[8] = { 0 };
	size_t len;
	bool found;
	FAULT_TRY(get_value(hub->log, "identity", hub->identity_secret, sizeof hub->identity_secret));
	FAULT_TRY(get_value(hub->log, "static", hub->static_secret, sizeof hub->static_secret));
	FAULT_TRY(get_value(hub->log, "node", hub->node.bytes, sizeof hub->node.bytes));
	FAULT_TRY(log_get(hub->log, HUB_TABLE_CENTRAL, span_text("safe"), safe, sizeof safe, &len, &found));
	hub->safe_order = found ? hub_get_be64(safe) : 0;
	FAULT_TRY(log_get(hub->log, HUB_TABLE_CENTRAL, span_text("safe at"), safe, sizeof safe, &len, &found));
	hub->safe_at_ms = found ? hub_get_be64(safe) : 0;
	FAULT_TRY(log_get(hub->log, HUB_TABLE_CENTRAL, span_text("unconfirmed"), safe, sizeof safe, &len, &found));
	hub->unconfirmed = found;
	crypto_sign_ed25519_sk_to_pk(hub->identity.bytes, hub->identity_secret);
	if (crypto_scalarmult_base(hub->static_public, hub->static_secret) != 0)
		return fault_of(FAULT_STORE, "the static key is damaged");
	delta_reserved_case(&hub->identity, span_text("reference"), &hub->reference_case);
	delta_reserved_case(&hub->identity, span_text("directory"), &hub->directory_case);
	return fault_none();
}

/* The certificate devices fetch before they enrol: made anew, not stored. */
static struct fault make_cert(struct hub *hub)
{
	jalka_CertBody body = jalka_CertBody_init_zero;
	jalka_Cert cert = jalka_Cert_init_zero;
	struct delta_signature signature;
	SESSION_FRAME_SET(body.static_key, hub->static_public);
	SESSION_FRAME_SET(body.node, hub->node.bytes);
	pb_ostream_t out = pb_ostream_from_buffer(cert.body.bytes, sizeof cert.body.bytes);
	if (!pb_encode(&out, jalka_CertBody_fields, &body))
		return fault_of(FAULT_LIMIT, "certificate too long");
	cert.body.size = (pb_size_t)out.bytes_written;
	FAULT_TRY(delta_sign(DELTA_TAG_CERT, (struct span){ NULL, 0 }, SESSION_FRAME_SPAN(cert.body),
			     hub->identity_secret, &signature));
	SESSION_FRAME_SET(cert.signature, signature.bytes);
	out = pb_ostream_from_buffer(hub->cert, sizeof hub->cert);
	if (!pb_encode(&out, jalka_Cert_fields, &cert))
		return fault_of(FAULT_LIMIT, "certificate too long");
	hub->cert_len = out.bytes_written;
	return fault_none();
}

void hub_configure(struct hub *hub)
{
	hub->codec = (struct session_frame_codec){ hub->host.ctx, hub->host.compress, hub->host.decompress };
	hub->config = (struct session_central_config){
		.identity = &hub->identity, .static_secret = hub->static_secret, .static_public = hub->static_public,
		.cert = span_of(hub->cert, hub->cert_len),
		.version_min = hub->host.version_min != 0 ? hub->host.version_min : SESSION_CENTRAL_VERSION,
		.version_max = hub->host.version_max != 0 ? hub->host.version_max : SESSION_CENTRAL_VERSION,
		.codec = &hub->codec, .scratch = &hub->scratch,
	};
}

/* ---- projections ---- */

struct loading {
	struct hub *hub;
	struct fault fault;
};

static bool load_author(void *ctx, const struct log_author *info)
{
	struct loading *loading = ctx;
	struct hub_author *added;
	loading->fault = hub_author_add(loading->hub, info, &added);
	return !fault_is(loading->fault);
}

static bool load_case(void *ctx, const struct log_case *stored)
{
	struct loading *loading = ctx;
	const struct delta_opening opening = { .kind = stored->kind, .secret = stored->secret, .client_case = stored->client_case };
	struct assignments_case *info =
		assignments_case_open(&loading->hub->assignments, &stored->case_id, &opening, &stored->opened_by.node);
	if (info == NULL) {
		loading->fault = fault_of(FAULT_LIMIT, "out of memory");
		return false;
	}
	info->has_secret = stored->has_secret;
	info->erased = stored->erased;
	info->news.last_order = info->news.last_other = stored->last_order;
	return true;
}

static bool load_secret(void *ctx, struct span key, struct span value)
{
	struct loading *loading = ctx;
	struct case_id id;
	if (key.len != ID_BYTES || value.len != DELTA_SECRET_BYTES) {
		loading->fault = fault_of(FAULT_STORE, "a case secret is damaged");
		return false;
	}
	memcpy(id.bytes, key.data, ID_BYTES);
	struct assignments_case *info = assignments_case_need(&loading->hub->assignments, &id);
	if (info == NULL) {
		loading->fault = fault_of(FAULT_LIMIT, "out of memory");
		return false;
	}
	info->waits = !info->open;
	if (!info->has_secret && !info->erased) {
		info->has_secret = true;
		memcpy(info->secret.bytes, value.data, DELTA_SECRET_BYTES);
	}
	return true;
}

static bool load_reason(void *ctx, struct span key, struct span value)
{
	struct loading *loading = ctx;
	struct hub *hub = loading->hub;
	struct record_id staff;
	struct case_id id;
	struct assignments_reason reason;
	if (key.len != 3 * ID_BYTES || value.len != 32) {
		loading->fault = fault_of(FAULT_STORE, "an assignment is damaged");
		return false;
	}
	memcpy(staff.bytes, key.data, ID_BYTES);
	memcpy(id.bytes, key.data + ID_BYTES, ID_BYTES);
	memcpy(reason.assignment.bytes, key.data + 2 * ID_BYTES, ID_BYTES);
	reason.role = (uint32_t)hub_get_be64(value.data + 16);
	reason.to_ms = hub_get_be64(value.data + 24);
	struct assignments_case *info = assignments_case_need(&hub->assignments, &id);
	struct assignments_holder *holder = assignments_holder_need(&hub->assignments, &staff);
	if (info == NULL || holder == NULL) {
		loading->fault = fault_of(FAULT_LIMIT, "out of memory");
		return false;
	}
	loading->fault = assignments_load(&hub->assignments, info, holder, &reason, hub_get_be64(value.data),
					  hub_get_be64(value.data + 8));
	return !fault_is(loading->fault);
}

static struct fault load_projections(struct hub *hub)
{
	struct loading loading = { hub, fault_none() };
	FAULT_TRY(log_author_scan(hub->log, load_author, &loading));
	FAULT_TRY(loading.fault);
	FAULT_TRY(log_case_scan(hub->log, load_case, &loading));
	FAULT_TRY(loading.fault);
	FAULT_TRY(log_scan(hub->log, HUB_TABLE_SECRET, (struct span){ NULL, 0 }, load_secret, &loading));
	FAULT_TRY(loading.fault);
	FAULT_TRY(log_scan(hub->log, HUB_TABLE_REASON, (struct span){ NULL, 0 }, load_reason, &loading));
	FAULT_TRY(loading.fault);
	FAULT_TRY(assignments_loaded(&hub->assignments));
	FAULT_TRY(hub_erase_load(hub));
	FAULT_TRY(hub_devices_load(hub));
	FAULT_TRY(hub_health_load(hub));
	FAULT_TRY(hub_quarantine_load(hub));
	FAULT_TRY(vouched_load(hub));
	FAULT_TRY(hub_bundle_key_load(hub));
	FAULT_TRY(log_last_order(hub->log, &hub->last_order));
	/* An epoch that has given no order yet goes on after what it inherited (P9). */
	const struct order_epoch *epoch = order_epoch_current(&hub->orders);
	if (epoch->inherited > hub->last_order)
		hub->last_order = epoch->inherited;
	hub->directory = assignments_case_get(&hub->assignments, &hub->directory_case);
	hub->reference = assignments_case_get(&hub->assignments, &hub->reference_case);
	if (hub->directory == NULL || hub->reference == NULL)
		return fault_of(FAULT_STORE, "the log has no directory");
	return fault_none();
}

static bool last_stamp(void *ctx, const struct log_entry *entry)
{
	*(uint64_t *)ctx = entry->stamp_ms;
	return false;
}

static struct fault load_self(struct hub *hub)
{
	struct author author = { .node = hub->node };
	uint64_t stamp_ms = 0;
	hub->self.log = hub->log;
	hub->self.book = hub->has_book ? &hub->book : NULL;
	hub->self.central = hub->identity;
	hub->self.sign_secret = hub->identity_secret;
	FAULT_TRY(get_value(hub->log, "self", author.epoch.bytes, sizeof author.epoch.bytes));
	FAULT_TRY(author_resume(&hub->self, &author));
	if (hub->self.chain.info.seq != 0)
		FAULT_TRY(log_find(hub->log, &author, hub->self.chain.info.seq, last_stamp, &stamp_ms));
	clock_init(&hub->self.chain.clock, stamp_ms, 0, CLOCK_SYNCED);
	return fault_none();
}

struct fault hub_load(struct hub *hub)
{
	FAULT_TRY(load_keys(hub));
	FAULT_TRY(make_cert(hub));
	FAULT_TRY(hub_restore_load_epochs(hub));
	FAULT_TRY(load_projections(hub));
	return load_self(hub);
}

struct hub *hub_alloc(struct log *log, const struct book *book, const struct hub_host *host, struct hub_time now)
{
	uint8_t key[IDMAP_KEY_BYTES];
	struct hub *hub = calloc(1, sizeof *hub);
	if (hub == NULL)
		return NULL;
	hub->log = log;
	hub->host = *host;
	hub->now = now;
	hub->has_book = book != NULL;
	if (book != NULL)
		hub->book = *book;
	hub->deadline = UINT64_MAX;
	host->random(host->ctx, key, sizeof key);
	assignments_init(&hub->assignments, key);
	idmap_init(&hub->devices, key);
	idmap_init(&hub->keys, key);
	idmap_init(&hub->authors, key);
	idmap_init(&hub->erased_records, key);
	return hub;
}

struct fault hub_open(struct log *log, const struct book *book, const struct hub_host *host,
		      struct hub_time now, struct hub **out)
{
	struct hub *hub = hub_alloc(log, book, host, now);
	if (hub == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	struct fault fault = hub_load(hub);
	if (fault_is(fault)) {
		hub_close(hub);
		return fault;
	}
	hub_configure(hub);
	*out = hub;
	return fault_none();
}

void hub_close(struct hub *hub)
{
	if (hub == NULL)
		return;
	while (hub->links != NULL)
		hub_link_down(hub, hub->links);
	size_t at = 0;
	for (struct hub_author *author; (author = idmap_next(&hub->authors, &at)) != NULL;)
		free(author);
	idmap_deinit(&hub->authors);
	hub_devices_free(hub);
	hub_erase_free(hub);
	assignments_deinit(&hub->assignments);
	for (size_t i = 0; i < hub->deny_count; i++)
		free((void *)(uintptr_t)hub->deny_kept[i].data);
	free(hub->deny_kept);
	free(hub->touched);
	sodium_memzero(hub, sizeof *hub);
	free(hub);
}

/* ---- a blank log ---- */

static struct fault draw_keys(struct log *log, const struct hub_host *host, struct node_id *node)
{
	uint8_t seed[crypto_sign_SEEDBYTES], secret[DELTA_SIGN_SECRET_BYTES], public_key[DELTA_SIGN_PUBLIC_BYTES];
	uint8_t static_secret[NOISE_DH_BYTES];
	host->random(host->ctx, seed, sizeof seed);
	crypto_sign_seed_keypair(public_key, secret, seed);
	host->random(host->ctx, static_secret, sizeof static_secret);
	host->random(host->ctx, node->bytes, sizeof node->bytes);
	struct fault fault = put_value(log, "identity", secret, sizeof secret);
	if (!fault_is(fault))
		fault = put_value(log, "static", static_secret, sizeof static_secret);
	if (!fault_is(fault))
		fault = put_value(log, "node", node->bytes, sizeof node->bytes);
	sodium_memzero(seed, sizeof seed);
	sodium_memzero(secret, sizeof secret);
	sodium_memzero(static_secret, sizeof static_secret);
	return fault;
}

/* The two cases everybody holds, each opened by its first record. */
static struct fault open_reserved(struct hub *hub)
{
	uint8_t block[256];
	struct wire_out fields;
	uint64_t order;
	struct hub_own own = { .case_id = hub->directory_case, .record_type = RECORDS_TYPE_DEVICE, .opens = true };
	memcpy(own.record_id.bytes, hub->node.bytes, ID_BYTES);
	own.opening.kind = DELTA_CASE_DIRECTORY;
	hub->host.random(hub->host.ctx, own.opening.secret.bytes, sizeof own.opening.secret.bytes);
	wire_out_init(&fields, block, sizeof block);
	wire_put_bytes(&fields, RECORDS_DEVICE_SERIAL, span_text("central"));
	wire_put_bytes(&fields, RECORDS_DEVICE_HOLDER, ID_SPAN(hub->node));
	wire_put_varint(&fields, RECORDS_DEVICE_STATE, RECORDS_DEVICE_STATE_ACTIVE);
	wire_put_bytes(&fields, RECORDS_DEVICE_NODE, ID_SPAN(hub->node));
	own.fields = wire_out_span(&fields);
	FAULT_TRY(hub_append_own(hub, &own, &order));

	own = (struct hub_own){ .case_id = hub->reference_case, .record_type = RECORDS_TYPE_LAW_REF, .opens = true,
				.record_id = hub_new_record(hub) };
	own.opening.kind = DELTA_CASE_REFERENCE;
	hub->host.random(hub->host.ctx, own.opening.secret.bytes, sizeof own.opening.secret.bytes);
	wire_out_init(&fields, block, sizeof block);
	wire_put_bytes(&fields, RECORDS_LAW_REF_NUMBER, span_text("1301/2014"));
	wire_put_bytes(&fields, RECORDS_LAW_REF_NAME_FI, span_text("Sosiaalihuoltolaki"));
	wire_put_bytes(&fields, RECORDS_LAW_REF_NAME_SV, span_text("Socialvårdslag"));
	wire_put_bytes(&fields, RECORDS_LAW_REF_NAME_EN, span_text("Social Welfare Act"));
	wire_put_varint(&fields, RECORDS_LAW_REF_VALID_FROM, 2 * 16526u); /* 2015-04-01, zigzag */
	own.fields = wire_out_span(&fields);
	return hub_append_own(hub, &own, &order);
}

static struct fault init_in(struct hub *hub)
{
	struct order_epoch first = { .generation = 1 };
	struct author author;
	FAULT_TRY(draw_keys(hub->log, &hub->host, &hub->node));
	hub->host.random(hub->host.ctx, first.id.bytes, sizeof first.id.bytes);
	FAULT_TRY(order_learn(&hub->orders, &first));
	FAULT_TRY(hub_restore_put_epochs(hub));
	FAULT_TRY(load_keys(hub));
	author.node = hub->node;
	hub->host.random(hub->host.ctx, author.epoch.bytes, sizeof author.epoch.bytes);
	FAULT_TRY(put_value(hub->log, "self", author.epoch.bytes, sizeof author.epoch.bytes));
	hub->self = (struct author_self){ .log = hub->log, .book = hub->has_book ? &hub->book : NULL,
					  .central = hub->identity, .sign_secret = hub->identity_secret };
	clock_init(&hub->self.chain.clock, 0, 0, CLOCK_SYNCED);
	FAULT_TRY(author_begin(&hub->self, &author, hub->identity.bytes, NULL));
	FAULT_TRY(open_reserved(hub));
	FAULT_TRY(hub_bundle_key_make(hub));
	/* The epoch's opening is in the deny file before the log has it. */
	const struct deny_line line = { .kind = DENY_EPOCH, .epoch = first, .time_ms = hub->now.wall_ms };
	FAULT_TRY(deny_write(hub, &line));
	struct log_head head;
	author_head(&hub->self, &head);
	return log_head_put(hub->log, &head);
}

struct fault hub_init(struct log *log, const struct book *book, const struct hub_host *host, struct hub_time now)
{
	uint8_t value[64];
	size_t len;
	bool found;
	FAULT_TRY(log_get(log, HUB_TABLE_CENTRAL, span_text("node"), value, sizeof value, &len, &found));
	if (found)
		return fault_of(FAULT_CALLER, "the log is a central node's already");
	struct hub *hub = hub_alloc(log, book, host, now);
	if (hub == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	struct fault fault = hub_turn(hub);
	if (!fault_is(fault)) {
		fault = init_in(hub);
		fault = fault_is(fault) ? fault : log_commit(log);
		if (fault_is(fault) && log_in_transaction(log))
			log_rollback(log);
	}
	hub->in_turn = false;
	hub_close(hub);
	return fault;
}
