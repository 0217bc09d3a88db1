/* bundle - files carried by hand between devices and central: whenever, however often. */
#ifndef JALKA_SIM_BUNDLE_H
#define JALKA_SIM_BUNDLE_H

#include "sim/sim.h"

/* One thing somebody does with a bundle. */
void bundle_act(struct sim *sim);

/* Where there is hardly a network, of most seeds that have bundles at all. */
bool bundle_instead(const struct sim *sim);
/* To the centre and back, at once, as far as both run. */
void bundle_round_trip(struct sim *sim, struct sim_device *device);

#endif
