/* scopes - the items of a consent by their names, as a person types them. */
#ifndef JALKA_API_SCOPES_H
#define JALKA_API_SCOPES_H

#include "api/request.h"
#include "domain/labels.h"
#include "domain/rules.h"

enum { SCOPES_MAX = 16 };

/* The enumeration of a field. */
const struct schema_enum *scopes_enum(uint32_t record_type, uint32_t field);
/* A value of an enumeration by its name; FAULT_CALLER at `field`, with the names there are. */
struct fault scopes_read_value(struct request *request, const char *field, const struct schema_enum *values,
			       struct span name, uint64_t *out);
/* "PLAN_SUMMARY,QUADRANT_INCOME"; "" : none. */
struct fault scopes_read(struct request *request, const char *field, const char *text, uint64_t out[static SCOPES_MAX],
			 size_t *count);
/* A list of their names: those of a repeated field. */
void scopes_tell(struct writer *out, const char *key, struct span fields, uint32_t number);

#endif
