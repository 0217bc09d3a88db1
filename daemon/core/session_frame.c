/* session_frame - plaintext codec, sealing, and frames out of a stream.
 *
 * nanopb bounds counts and lengths from above (session.options); that fixed
 * widths are exact, and that what must be there is there, is checked here (W1).
 */
#include "core/session_frame.h"

#include <pb_decode.h>
#include <pb_encode.h>

#include "base/assert.h"
#include "base/wire.h"
#include "core/rows.h"

_Static_assert((int)SESSION_FRAME_WELCOME_PLAIN_BYTES <= (int)LIMIT_FRAME_PLAIN_BYTES, "message 2 is the smaller");
_Static_assert(LIMIT_CHUNK_BYTES <= LIMIT_INFLATED_BYTES, "rows of one frame stay below what may be inflated");

/* ---- which rows ---- */

static void consider(bool has, bool has_rows, jalka_Rows *rows, jalka_Rows **found, bool *many)
{
	if (!has || !has_rows)
		return;
	*many = *many || *found != NULL;
	*found = rows;
}

static jalka_Rows *frame_rows(jalka_Frame *f, bool *many)
{
	jalka_Rows *found = NULL;
	consider(f->has_push, f->push.has_rows, &f->push.rows, &found, many);
	consider(f->has_pull, f->pull.has_rows, &f->pull.rows, &found, many);
	consider(f->has_backlog, f->backlog.has_rows, &f->backlog.rows, &found, many);
	consider(f->has_offer, f->offer.has_rows, &f->offer.rows, &found, many);
	return found;
}

jalka_Rows *session_frame_rows(enum session_frame_kind kind, void *control, bool *many)
{
	jalka_Rows *found = NULL;
	*many = false;
	switch (kind) {
	case SESSION_FRAME_HELLO: {
		jalka_Hello *hello = control;
		consider(hello->has_push, hello->push.has_rows, &hello->push.rows, &found, many);
		return found;
	}
	case SESSION_FRAME_WELCOME: {
		jalka_Welcome *welcome = control;
		consider(welcome->has_pull, welcome->pull.has_rows, &welcome->pull.rows, &found, many);
		return found;
	}
	case SESSION_FRAME_FRAME:
		return frame_rows(control, many);
	case SESSION_FRAME_ENROL_REQUEST:
	case SESSION_FRAME_ENROL_ANSWER:
	case SESSION_FRAME_BUNDLE_HEAD:
	case SESSION_FRAME_BUNDLE_END:
		return NULL;
	}
	return NULL;
}

static const pb_msgdesc_t *fields_of(enum session_frame_kind kind)
{
	switch (kind) {
	case SESSION_FRAME_HELLO:
		return jalka_Hello_fields;
	case SESSION_FRAME_WELCOME:
		return jalka_Welcome_fields;
	case SESSION_FRAME_FRAME:
		return jalka_Frame_fields;
	case SESSION_FRAME_ENROL_REQUEST:
		return jalka_EnrolRequest_fields;
	case SESSION_FRAME_ENROL_ANSWER:
		return jalka_EnrolAnswer_fields;
	case SESSION_FRAME_BUNDLE_HEAD:
		return jalka_BundleHead_fields;
	case SESSION_FRAME_BUNDLE_END:
		return jalka_BundleEnd_fields;
	}
	return NULL;
}

/* ---- writing ---- */

/* Rows as they will travel: packed when that is shorter, and never so tightly
 * that the reader's ratio would refuse them. */
static struct span pack(struct span raw, const struct session_frame_codec *codec, uint8_t *packed, jalka_Rows *head)
{
	size_t len = 0;
	uint32_t number = 0;
	head->raw_bytes = (uint32_t)raw.len;
	if (codec != NULL && codec->compress != NULL)
		len = codec->compress(codec->ctx, raw, packed, LIMIT_CHUNK_BYTES, &number);
	if (len == 0 || len >= raw.len || raw.len > len * LIMIT_INFLATED_RATIO) {
		head->codec = 0;
		head->packed_bytes = (uint32_t)raw.len;
		return raw;
	}
	head->codec = number;
	head->packed_bytes = (uint32_t)len;
	return span_of(packed, len);
}

struct fault session_frame_encode(enum session_frame_kind kind, void *control, struct span raw,
				  const struct session_frame_codec *codec, uint8_t *packed, size_t plain_max,
				  uint8_t *out, size_t *out_len)
{
	bool many;
	jalka_Rows *head = session_frame_rows(kind, control, &many);
	struct span rows = raw;
	ASSERT(!many && (head != NULL) == (raw.len > 0) && raw.len <= LIMIT_CHUNK_BYTES);
	if (head != NULL)
		rows = pack(raw, codec, packed, head);

	if (plain_max < SESSION_FRAME_PREFIX_BYTES + rows.len)
		return fault_of(FAULT_LIMIT, "rows do not fit the frame");
	size_t room = plain_max - SESSION_FRAME_PREFIX_BYTES - rows.len;
	pb_ostream_t stream = pb_ostream_from_buffer(out + SESSION_FRAME_PREFIX_BYTES, room);
	if (!pb_encode(&stream, fields_of(kind), control))
		return fault_of(FAULT_LIMIT, "control part does not fit the frame");
	size_t len = stream.bytes_written;
	if (len > UINT16_MAX)
		return fault_of(FAULT_LIMIT, "control part does not fit the frame");
	out[0] = (uint8_t)len;
	out[1] = (uint8_t)(len >> 8);
	size_t used = SESSION_FRAME_PREFIX_BYTES + len;
	if (rows.len > 0)
		memcpy(out + used, rows.data, rows.len);
	used += rows.len;
	size_t padded = (used + LIMIT_PAD_STEP_BYTES - 1) / LIMIT_PAD_STEP_BYTES * LIMIT_PAD_STEP_BYTES;
	if (padded > plain_max)
		padded = plain_max;
	memset(out + used, 0, padded - used);
	*out_len = padded;
	return fault_none();
}

/* ---- what nanopb does not check ---- */

/* Absent or of its full width; there and of its full width. */
#define MAY(field) ((field).size == 0 || (field).size == sizeof (field).bytes)
#define MUST(field) ((field).size == sizeof (field).bytes)

static bool cursor_valid(bool has, const jalka_Cursor *c)
{
	return !has || (MAY(c->epoch) && (c->backlog_now != 0 || c->backlog_place == 0));
}

static bool continues_valid(bool has, const jalka_Continues *c)
{
	return !has || (MUST(c->epoch) && MUST(c->h));
}

static bool receipt_valid(const jalka_Receipt *r)
{
	return r->body.size > 0 && MUST(r->signature) && MAY(r->central_epoch);
}

static bool rows_valid(bool has, const jalka_Rows *r)
{
	if (!has)
		return true;
	if (r->count == 0 || r->count > LIMIT_CHUNK_DELTAS || r->codec > SESSION_FRAME_CODEC_MAX)
		return false;
	if (r->raw_bytes == 0 || r->raw_bytes > LIMIT_CHUNK_BYTES || r->packed_bytes == 0)
		return false;
	return r->codec == 0 ? r->packed_bytes == r->raw_bytes
			     : r->raw_bytes / LIMIT_INFLATED_RATIO <= r->packed_bytes;
}

static bool authors_valid(const jalka_Author *authors, pb_size_t count)
{
	for (pb_size_t i = 0; i < count; i++)
		if (!MUST(authors[i].node) || !MUST(authors[i].epoch)
		    || !continues_valid(authors[i].has_continues, &authors[i].continues))
			return false;
	return true;
}

static bool push_valid(const jalka_Push *p)
{
	if (!MAY(p->epoch) || !continues_valid(p->has_continues, &p->continues) || !MUST(p->signature))
		return false;
	if (!p->has_rows || p->first_seq == 0)
		return false;
	for (pb_size_t i = 0; i < p->receipts_count; i++)
		if (!receipt_valid(&p->receipts[i]))
			return false;
	for (pb_size_t i = 0; i < p->proofs_count; i++)
		if (p->proofs[i].body.size == 0 || !MUST(p->proofs[i].signature) || !MUST(p->proofs[i].central_epoch))
			return false;
	return rows_valid(true, &p->rows);
}

static bool forget_valid(const jalka_ForgetNote *notes, pb_size_t count)
{
	for (pb_size_t i = 0; i < count; i++)
		if (!MUST(notes[i].case_id) || !MAY(notes[i].g_epoch))
			return false;
	return true;
}

static bool grants_valid(const jalka_GrantNote *notes, pb_size_t count)
{
	for (pb_size_t i = 0; i < count; i++)
		if (!MUST(notes[i].case_id) || notes[i].g == 0)
			return false;
	return true;
}

static bool pull_valid(const jalka_Pull *p)
{
	if (!authors_valid(p->authors, p->authors_count) || !grants_valid(p->begun, p->begun_count)
	    || !forget_valid(p->forget, p->forget_count) || !rows_valid(p->has_rows, &p->rows))
		return false;
	for (pb_size_t i = 0; i < p->decisions_count; i++)
		if (p->decisions[i].body.size == 0 || !MUST(p->decisions[i].signature))
			return false;
	for (pb_size_t i = 0; i < p->erased_count; i++)
		if (!MUST(p->erased[i].case_id) || !MAY(p->erased[i].record_id))
			return false;
	return true;
}

static bool epochs_valid(const jalka_CentralEpoch *epochs, pb_size_t count)
{
	for (pb_size_t i = 0; i < count; i++)
		if (!MUST(epochs[i].epoch) || !MAY(epochs[i].parent) || epochs[i].generation == 0)
			return false;
	return true;
}

static bool hello_valid(const jalka_Hello *m)
{
	return MUST(m->epoch) && MAY(m->h) && cursor_valid(m->has_cursor, &m->cursor)
		&& (!m->has_push || push_valid(&m->push));
}

static bool known_valid(const jalka_Known *known, pb_size_t count)
{
	for (pb_size_t i = 0; i < count; i++)
		if (!MUST(known[i].h) || known[i].seq == 0)
			return false;
	return true;
}

static bool welcome_valid(const jalka_Welcome *m)
{
	if (!MAY(m->central_epoch) || !MAY(m->held_h) || !MAY(m->erase_signature) || !MAY(m->holder)
	    || !epochs_valid(m->epochs, m->epochs_count))
		return false;
	if (m->has_bundle_key && (m->bundle_key.body.size == 0 || !MUST(m->bundle_key.signature)))
		return false;
	return known_valid(m->known, m->known_count)
		&& (unsigned)m->status <= (unsigned)_jalka_Status_MAX && (!m->has_receipt || receipt_valid(&m->receipt))
		&& (!m->has_pull || pull_valid(&m->pull));
}

static bool salts_valid(const jalka_Salt *m)
{
	if (!MUST(m->epoch))
		return false;
	for (pb_size_t i = 0; i < m->salts_count; i++) {
		const jalka_SaltOf *s = &m->salts[i];
		if (s->seq == 0 || !MAY(s->salt) || !MAY(s->digest) || (s->salt.size == 0) == (s->digest.size == 0))
			return false;
	}
	return true;
}

static bool scope_valid(const jalka_Frame *m)
{
	for (pb_size_t i = 0; i < m->forgotten_count; i++)
		if (!MUST(m->forgotten[i].case_id) || !MAY(m->forgotten[i].g_epoch))
			return false;
	for (pb_size_t i = 0; m->has_held && i < m->held.grants_count; i++)
		if (!MUST(m->held.grants[i].case_id) || !MUST(m->held.grants[i].g_epoch) || m->held.grants[i].g == 0)
			return false;
	return !m->has_held_answer
		|| (grants_valid(m->held_answer.granted, m->held_answer.granted_count)
		    && forget_valid(m->held_answer.forget, m->held_answer.forget_count));
}

static bool backlog_valid(const jalka_Backlog *m)
{
	return MUST(m->case_id) && m->g != 0 && authors_valid(m->authors, m->authors_count)
		&& rows_valid(m->has_rows, &m->rows);
}

static bool offer_valid(const jalka_Offer *m)
{
	return m->has_author && authors_valid(&m->author, 1) && m->first_seq != 0 && m->has_rows
		&& rows_valid(true, &m->rows) && MAY(m->signature);
}

static bool chain_valid(const jalka_Chain *m)
{
	return MUST(m->epoch) && MUST(m->held_h) && known_valid(m->known, m->known_count);
}

static bool text_valid(const char *text)
{
	return wire_utf8(span_text(text));
}

static bool frame_valid(const jalka_Frame *m)
{
	return (!m->has_health || text_valid(m->health.version))
		&& cursor_valid(m->has_resume && m->resume.has_cursor, &m->resume.cursor)
		&& cursor_valid(m->has_heard && m->heard.has_cursor, &m->heard.cursor)
		&& (!m->has_push || push_valid(&m->push)) && (!m->has_receipt || receipt_valid(&m->receipt))
		&& (!m->has_pull || pull_valid(&m->pull)) && (!m->has_backlog || backlog_valid(&m->backlog))
		&& (!m->has_need_salt || (MUST(m->need_salt.epoch) && m->need_salt.seq_count > 0))
		&& (!m->has_salt || salts_valid(&m->salt)) && scope_valid(m)
		&& (!m->has_offer || offer_valid(&m->offer)) && (!m->has_chain || chain_valid(&m->chain));
}

static bool enrol_request_valid(const jalka_EnrolRequest *m)
{
	return MUST(m->node) && MUST(m->sign_key) && MUST(m->signature) && MUST(m->epoch) && text_valid(m->serial) && m->disk <= 2;
}

static bool enrol_answer_valid(const jalka_EnrolAnswer *m)
{
	return epochs_valid(m->epochs, m->epochs_count) && MAY(m->central_node) && MAY(m->holder)
		&& text_valid(m->refused);
}

static bool bundle_head_valid(const jalka_BundleHead *m)
{
	return MAY(m->answers) && MAY(m->epoch) && MAY(m->common_h) && cursor_valid(m->has_from, &m->from)
		&& (m->common_seq == 0 || (MUST(m->epoch) && MUST(m->common_h)));
}

static bool control_valid(enum session_frame_kind kind, const void *control)
{
	switch (kind) {
	case SESSION_FRAME_HELLO:
		return hello_valid(control);
	case SESSION_FRAME_WELCOME:
		return welcome_valid(control);
	case SESSION_FRAME_FRAME:
		return frame_valid(control);
	case SESSION_FRAME_ENROL_REQUEST:
		return enrol_request_valid(control);
	case SESSION_FRAME_ENROL_ANSWER:
		return enrol_answer_valid(control);
	case SESSION_FRAME_BUNDLE_HEAD:
		return bundle_head_valid(control);
	case SESSION_FRAME_BUNDLE_END:
		return MAY(((const jalka_BundleEnd *)control)->signature);
	}
	return false;
}

/* ---- reading ---- */

static bool all_zero(struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if (bytes.data[i] != 0)
			return false;
	return true;
}

static struct fault unpack(const jalka_Rows *head, struct span packed, const struct session_frame_codec *codec,
			   uint8_t *raw, struct span *rows)
{
	if (head->codec == 0) {
		*rows = packed;
		return fault_none();
	}
	if (codec == NULL || codec->decompress == NULL)
		return fault_of(FAULT_PEER, "rows packed in a way this node does not read");
	size_t len = codec->decompress(codec->ctx, head->codec, packed, raw, LIMIT_CHUNK_BYTES);
	if (len != head->raw_bytes)
		return fault_of(FAULT_PEER, "packed rows do not unpack");
	*rows = span_of(raw, len);
	return fault_none();
}

struct fault session_frame_decode(enum session_frame_kind kind, struct span plain,
				  const struct session_frame_codec *codec, uint8_t *raw,
				  void *control, struct span *rows)
{
	if (plain.len < SESSION_FRAME_PREFIX_BYTES)
		return fault_of(FAULT_PEER, "message shorter than its prefix");
	size_t len = (size_t)plain.data[0] | (size_t)plain.data[1] << 8;
	if (len > plain.len - SESSION_FRAME_PREFIX_BYTES)
		return fault_of(FAULT_PEER, "control part longer than its message");
	pb_istream_t stream = pb_istream_from_buffer(plain.data + SESSION_FRAME_PREFIX_BYTES, len);
	if (!pb_decode(&stream, fields_of(kind), control))
		return fault_of(FAULT_PEER, "malformed control part");
	if (!control_valid(kind, control))
		return fault_of(FAULT_PEER, "control part with a field out of bounds");

	size_t used = SESSION_FRAME_PREFIX_BYTES + len;
	struct span rest = span_of(plain.data + used, plain.len - used);
	bool many;
	const jalka_Rows *head = session_frame_rows(kind, control, &many);
	if (many)
		return fault_of(FAULT_PEER, "more than one part with rows");
	size_t packed_bytes = head != NULL ? head->packed_bytes : 0;
	if (packed_bytes > rest.len)
		return fault_of(FAULT_PEER, "rows longer than their message");
	if (!all_zero(span_of(rest.data + packed_bytes, rest.len - packed_bytes)))
		return fault_of(FAULT_PEER, "padding is not zero");
	if (head != NULL)
		return unpack(head, span_of(rest.data, packed_bytes), codec, raw, rows);
	*rows = (struct span){ NULL, 0 };
	return fault_none();
}

struct fault session_frame_seal(struct noise_cipher *cipher, struct span plain, uint8_t *out, size_t *out_len)
{
	size_t len;
	FAULT_TRY(noise_seal(cipher, plain, out + SESSION_FRAME_PREFIX_BYTES, LIMIT_FRAME_BYTES, &len));
	out[0] = (uint8_t)len;
	out[1] = (uint8_t)(len >> 8);
	*out_len = SESSION_FRAME_PREFIX_BYTES + len;
	return fault_none();
}

/* ---- frames out of a stream ---- */

bool session_frame_gather(struct session_frame_inbox *inbox, struct span *input, size_t want)
{
	ASSERT(want <= SESSION_FRAME_WIRE_BYTES);
	if (inbox->used < want && input->len > 0) {
		size_t n = want - inbox->used < input->len ? want - inbox->used : input->len;
		memcpy(inbox->block + inbox->used, input->data, n);
		inbox->used += n;
		*input = span_of(input->data + n, input->len - n);
	}
	return inbox->used >= want;
}

bool session_frame_next(struct session_frame_inbox *inbox, struct span *input, struct span *frame)
{
	if (!session_frame_gather(inbox, input, SESSION_FRAME_PREFIX_BYTES))
		return false;
	size_t len = (size_t)inbox->block[0] | (size_t)inbox->block[1] << 8;
	if (!session_frame_gather(inbox, input, SESSION_FRAME_PREFIX_BYTES + len))
		return false;
	*frame = span_of(inbox->block + SESSION_FRAME_PREFIX_BYTES, len);
	inbox->used = 0;
	return true;
}
