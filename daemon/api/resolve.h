/* resolve - finds what a person means by the first digits of an id.
 *
 * At least RESOLVE_DIGITS_MIN hexadecimal digits; whole ids are looked up, beginnings
 * searched for. FAULT_CALLER: malformed, nothing begins so, or more than one does.
 */
#ifndef JALKA_API_RESOLVE_H
#define JALKA_API_RESOLVE_H

#include "base/fault.h"
#include "base/id.h"
#include "central/hub.h"
#include "store/casebook.h"
#include "store/drafts.h"
#include "store/log.h"

enum { RESOLVE_DIGITS_MIN = 4 };

struct fault resolve_record(struct casebook *book, const char *text, struct record_id *out);
struct fault resolve_draft(struct log *log, const char *text, struct record_id *out);
struct fault resolve_case(struct log *log, const char *text, struct log_case *out);

/* One that the central node knows. */
struct fault resolve_device(struct hub *hub, const char *text, struct node_id *out);

/* The case of a record, or the case itself. */
struct fault resolve_place(struct casebook *book, struct log *log, const char *text, struct case_id *out);

/* Whether the hexadecimal form of the id begins with these digits. */
bool resolve_begins(const uint8_t id[static ID_BYTES], const char *digits);
/* Whether the text can be the beginning of an id. */
bool resolve_is_digits(const char *text);

#endif
