/* phase - where in the customer process a record stands: the six phases from general
 * guidance to the development of the co-operation (ProcessPhase).
 *
 *   visit, responsibility           as they say themselves
 *   anonymous contact               guidance
 *   application to Kela             by its state: applying, at Kela, decided
 *   local application, decision     decision
 *   referral, concern, benefit,
 *   mapping, assessment, plan       social welfare
 *   feedback, observation, quality item, event   development
 *
 * What is a person's basic data, a right or a record of the office has no phase. Pure.
 */
#ifndef JALKA_DOMAIN_PHASE_H
#define JALKA_DOMAIN_PHASE_H

#include "base/span.h"

/* RECORDS_PROCESS_PHASE_*; 0: none. */
uint32_t phase_of(uint32_t record_type, struct span fields);
/* "SOCIAL_WELFARE"; "" of 0. */
const char *phase_name(uint32_t phase);

#endif
