/* linked - found by where the links of the client records here lead. */
#include "api/linked.h"

#include <string.h>

#include "domain/duplicate.h"
#include "domain/fields.h"
#include "records_table.h"

bool linked_has(const struct linked *linked, struct case_id client_case)
{
	for (size_t i = 0; i < linked->count; i++)
		if (ID_EQUAL(linked->cases[i], client_case))
			return true;
	return false;
}

struct looking {
	struct casebook *book;
	struct record_id into, root;
	bool found, too_many;
	struct linked linked;
};

static bool take_link(void *ctx, const struct casebook_record *record)
{
	struct looking *looking = ctx;
	looking->found = record->record_type == RECORDS_TYPE_CLIENT &&
			 fields_id(record->shown, RECORDS_CLIENT_MERGED_INTO, &looking->into);
	return false;
}

static bool next_link(void *ctx, struct record_id id, struct record_id *into)
{
	struct looking *looking = ctx;
	looking->found = false;
	if (fault_is(casebook_get(looking->book, id, take_link, looking)) || !looking->found)
		return false;
	*into = looking->into;
	return true;
}

static bool take_asked(void *ctx, const struct casebook_record *record)
{
	struct looking *looking = ctx;
	looking->root = record->record_id;
	looking->found = true;
	return false;
}

static bool take_client(void *ctx, const struct casebook_record *record)
{
	struct looking *looking = ctx;
	struct linked *linked = &looking->linked;
	struct record_id root = duplicate_root(record->record_id, next_link, looking);
	if (!ID_EQUAL(root, looking->root) || linked_has(linked, record->case_id))
		return true;
	looking->too_many = linked->count == LINKED_MAX;
	if (!looking->too_many) {
		linked->cases[linked->count] = record->case_id;
		linked->records[linked->count++] = record->record_id;
	}
	return !looking->too_many;
}

struct fault linked_find(struct casebook *book, struct case_id client_case, struct linked *out)
{
	struct looking looking = { .book = book, .linked = { .cases = { client_case }, .count = 1 } };
	FAULT_TRY(casebook_list(book, RECORDS_TYPE_CLIENT, &client_case, 1, take_asked, &looking));
	if (looking.found) {
		looking.linked.records[0] = looking.root;
		looking.root = duplicate_root(looking.root, next_link, &looking);
		FAULT_TRY(casebook_list(book, RECORDS_TYPE_CLIENT, NULL, 0, take_client, &looking));
	}
	if (looking.too_many)
		return fault_of(FAULT_LIMIT, "more than 16 client records are linked to one person");
	*out = looking.linked;
	return fault_none();
}
