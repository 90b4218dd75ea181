/* CLO as one would first write it: the yardstick of `edgesweep bench`. */
#ifndef ESW_RIVAL_SLOTS_H
#define ESW_RIVAL_SLOTS_H

#include "clo/clo.h"

/* The first `slots` slots of a realisation under CLO_CLO or CLO_LO: in every slot each node prices its links and head units
 * with libm and goes through all sets of sends and decisions, LO at every threshold of the grid. state_block is as for
 * eswi_clo_solve. The sum of what the slot problems reach. */
double rival_slots(const eswi_clo_config *config, clo_method method, const eswi_clo_instance *instance,
                   int slots, void *state_block);

#endif
