/* span - bytes somebody else owns.
 *
 * A span is borrowed: it says where bytes are and how many, never who frees
 * them. An absent value is {NULL, 0}; an empty value has a non-NULL pointer.
 */
#ifndef JALKA_BASE_SPAN_H
#define JALKA_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *data;
	size_t len;
};

static inline struct span span_of(const void *data, size_t len)
{
	return (struct span){ data, len };
}

static inline struct span span_text(const char *text)
{
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* The order of bytes, shorter first when one begins the other: <0, 0, >0. */
static inline int span_compare(struct span a, struct span b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int d = n == 0 ? 0 : memcmp(a.data, b.data, n);
	return d != 0 ? d : (a.len > b.len) - (a.len < b.len);
}

#endif
