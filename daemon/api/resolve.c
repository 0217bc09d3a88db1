/* resolve - a scan that stops at the second match. */
#include "api/resolve.h"

struct search {
	const char *digits;
	uint8_t id[ID_BYTES];
	struct log_case info; /* of a search for a case */
	unsigned matches;
};

bool resolve_is_digits(const char *text)
{
	size_t len = strlen(text);
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
			return false;
	}
	return len >= RESOLVE_DIGITS_MIN && len <= 2 * ID_BYTES;
}

bool resolve_begins(const uint8_t id[static ID_BYTES], const char *digits)
{
	char hex[ID_HEX_BYTES];
	id_to_hex(id, hex);
	for (size_t i = 0; digits[i] != '\0'; i++) {
		char c = digits[i] >= 'A' && digits[i] <= 'F' ? (char)(digits[i] - 'A' + 'a') : digits[i];
		if (hex[i] != c)
			return false;
	}
	return true;
}

static bool met(struct search *search, const uint8_t id[static ID_BYTES])
{
	if (!resolve_begins(id, search->digits) || (search->matches == 1 && memcmp(search->id, id, ID_BYTES) == 0))
		return true;
	memcpy(search->id, id, ID_BYTES);
	return ++search->matches < 2;
}

static struct fault check(const char *text)
{
	return resolve_is_digits(text) ? fault_none()
				       : fault_of(FAULT_CALLER, "an id is 4 to 32 hexadecimal digits");
}

static struct fault verdict(const struct search *search)
{
	if (search->matches == 0)
		return fault_of(FAULT_CALLER, "nothing here has an id that begins so");
	if (search->matches > 1)
		return fault_of(FAULT_CALLER, "several ids begin so: give more digits");
	return fault_none();
}

static bool record_met(void *ctx, const struct casebook_record *record)
{
	return met(ctx, record->record_id.bytes);
}

struct fault resolve_record(struct casebook *book, const char *text, struct record_id *out)
{
	struct search search = { .digits = text };
	FAULT_TRY(check(text));
	if (strlen(text) == 2 * ID_BYTES) {
		struct record_id id;
		(void)id_from_hex(span_text(text), id.bytes);
		FAULT_TRY(casebook_get(book, id, record_met, &search));
	} else {
		FAULT_TRY(casebook_list(book, 0, NULL, 0, record_met, &search));
	}
	FAULT_TRY(verdict(&search));
	memcpy(out->bytes, search.id, ID_BYTES);
	return fault_none();
}

static bool draft_met(void *ctx, const struct drafts_draft *draft)
{
	return met(ctx, draft->record_id.bytes);
}

struct fault resolve_draft(struct log *log, const char *text, struct record_id *out)
{
	struct search search = { .digits = text };
	FAULT_TRY(check(text));
	FAULT_TRY(drafts_list(log, NULL, draft_met, &search));
	if (search.matches == 0)
		return fault_of(FAULT_CALLER, "no draft here has an id that begins so: jalka drafts lists them");
	FAULT_TRY(verdict(&search));
	memcpy(out->bytes, search.id, ID_BYTES);
	return fault_none();
}

static bool case_met(void *ctx, const struct log_case *info)
{
	struct search *search = ctx;
	unsigned before = search->matches;
	bool more = met(search, info->case_id.bytes);
	if (search->matches != before)
		search->info = *info;
	return more;
}

struct fault resolve_case(struct log *log, const char *text, struct log_case *out)
{
	struct search search = { .digits = text };
	FAULT_TRY(check(text));
	FAULT_TRY(log_case_scan(log, case_met, &search));
	FAULT_TRY(verdict(&search));
	*out = search.info;
	return fault_none();
}

static bool take_place(void *ctx, const struct casebook_record *record)
{
	struct case_id *place = ctx;
	*place = record->case_id;
	return false;
}

struct fault resolve_place(struct casebook *book, struct log *log, const char *text, struct case_id *out)
{
	struct record_id id;
	struct log_case info;
	struct fault f = resolve_record(book, text, &id);
	if (!fault_is(f))
		return casebook_get(book, id, take_place, out);
	if (fault_is(resolve_case(log, text, &info)))
		return f;
	*out = info.case_id;
	return fault_none();
}

/* ---- devices ---- */

struct device_search {
	const char *digits;
	struct node_id node;
	unsigned matches;
};

static bool device_met(void *ctx, const struct hub_device *device)
{
	struct device_search *search = ctx;
	if (resolve_begins(device->node.bytes, search->digits)) {
		search->node = device->node;
		search->matches++;
	}
	return search->matches < 2;
}

struct fault resolve_device(struct hub *hub, const char *text, struct node_id *out)
{
	struct device_search search = { .digits = text };
	if (!resolve_is_digits(text))
		return fault_of(FAULT_CALLER, "a device is named by 4 to 32 hexadecimal digits: see devices");
	FAULT_TRY(hub_devices(hub, device_met, &search));
	if (search.matches != 1)
		return fault_of(FAULT_CALLER, search.matches == 0 ? "no device has an id that begins so: see devices"
								  : "several devices' ids begin so: give more digits");
	*out = search.node;
	return fault_none();
}
