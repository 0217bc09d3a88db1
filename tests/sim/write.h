/* write - people's and central's edits, each known to the oracle before it is tried. */
#ifndef JALKA_SIM_WRITE_H
#define JALKA_SIM_WRITE_H

#include "sim/sim.h"

void write_edit(struct sim *sim);
void write_record(struct sim *sim);
void write_clear(struct sim *sim);
void write_unknown_field(struct sim *sim);
void write_stale_edit(struct sim *sim);
void write_open_client(struct sim *sim);
void write_open_matter(struct sim *sim);
void write_central(struct sim *sim);

/* Central opens a case; its number, or ORACLE_NONE. */
uint32_t write_central_case(struct sim *sim, enum delta_case_kind kind, uint32_t client_case);

#endif
