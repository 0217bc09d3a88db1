/* view - records, authors and values as the JSON a client sees.
 *
 * A view knows the book it reads names from and remembers the last name it
 * looked up, since most records of a list are one person's.
 */
#ifndef JALKA_API_VIEW_H
#define JALKA_API_VIEW_H

#include "api/writer.h"
#include "store/casebook.h"

enum { VIEW_NAME_BYTES = 256, VIEW_LEADS = 8 };

struct view_named {
	struct record_id id;
	char title[VIEW_NAME_BYTES]; /* "": not here, or not for the reader */
};

struct view {
	struct casebook *book;
	struct node_id self;
	struct node_id named; /* whose name stands in `name` */
	char name[VIEW_NAME_BYTES];
	struct gate *gate;    /* asked for what a record leads to; NULL: for nothing */
	struct view_named leads[VIEW_LEADS]; /* what was last led to */
	size_t lead_next;
};

void view_init(struct view *view, struct casebook *book, const struct node_id *self);

/* A person's name from their staff record; "" when it is not known. */
void view_staff_name(struct casebook *book, const struct record_id *staff, char out[static VIEW_NAME_BYTES]);

/* The name of the person a device is in the hands of; "" when it is not known. Good until the next. */
const char *view_name(struct view *view, const struct node_id *node);

void view_author(struct view *view, struct writer *writer, const char *key, const struct author *author);
/* The members of a record's summary, into the object that is open. */
void view_summary(struct view *view, struct writer *writer, const struct casebook_record *record);
/* "merged": of a client record that was linked, where the links lead: view_merged.c. */
void view_merged(struct view *view, struct writer *writer, const struct casebook_record *record);
/* "fields": the record as shown. */
void view_fields(struct writer *writer, uint32_t record_type, struct span fields);
/* "names": what the ids in the fields stand for, {"id":"Aino Laine"}; absent when none is known. */
void view_names(struct view *view, struct writer *writer, uint32_t record_type, struct span fields);
/* "siblings": all values of one field. */
void view_siblings(struct view *view, struct writer *writer, uint32_t record_type, const struct casebook_field *field);

const char *view_type_name(uint32_t record_type);
const char *view_case_kind(enum delta_case_kind kind);
/* Whose case it is, for the administrators' lists: none of a child notice (access.md). */
const uint8_t *view_whose(const struct log_case *info);
/* Why a delta is in quarantine: Reason of session.proto by name. */
const char *view_reason(uint32_t reason);

/* Copies a record and its spans to the arena, to use it after the callback. False: no room. */
bool view_copy(struct arena *arena, const struct casebook_record *from, struct casebook_record *to);

#endif
