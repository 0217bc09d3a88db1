/* alarms - the alerts (domain/alerts) of each device of a hub, and of the node itself. */
#ifndef JALKA_CENTRAL_ALARMS_H
#define JALKA_CENTRAL_ALARMS_H

#include "central/hub.h"
#include "central/node.h"
#include "domain/alerts.h"

/* Of about the last day, by cause; the network's and wrong passphrases are not among them. */
uint64_t alarms_failures(const struct hub_device *device);

/* `version`: this node's. */
uint32_t alarms_of_device(const struct hub_device *device, const struct alerts_limits *limits, const char *version,
			  uint64_t now_ms);

/* Of how many devices each alert holds. */
struct fault alarms_count(struct hub *hub, const struct alerts_limits *limits, const char *version, uint64_t now_ms,
			  uint64_t out[static ALERTS_COUNT]);

/* All devices that are in use, asked for, or to be erased; those with the most pressing alerts
 * first, then by the oldest contact. `devices` and `alerts` are malloc'ed. */
struct alarms {
	struct alarms_row {
		struct hub_device device;
		uint32_t alerts;
		bool is_version_old;
	} *rows;
	size_t count;
};
struct fault alarms_list(struct hub *hub, const struct alerts_limits *limits, const char *version, uint64_t now_ms,
			 struct alarms *out);
void alarms_free(struct alarms *alarms);

uint32_t alarms_of_node(struct node *node, const struct alerts_limits *limits, uint64_t now_ms);

#endif
