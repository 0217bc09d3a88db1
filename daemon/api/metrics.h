/* metrics - a central node in the text format of Prometheus (version 0.0.4).
 *
 * Base units, `_total` on what only rises, labels of few values that the sources name
 * (a state, a cause). docs/operations.md says what each is for and when to worry.
 */
#ifndef JALKA_API_METRICS_H
#define JALKA_API_METRICS_H

#include "central/node.h"

enum { METRICS_BYTES = 32 * 1024 };

struct metrics {
	char text[METRICS_BYTES];
	size_t len;
};

/* Of this process; 0: not known. */
uint64_t metrics_resident_bytes(void);
uint64_t metrics_open_files(void);

void metrics_write(struct metrics *out, struct node *node, const struct loop *loop);

#endif
