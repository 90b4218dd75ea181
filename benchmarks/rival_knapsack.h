/* The optimum of CANSA as one would first write it: the yardstick of `edgesweep bench`. */
#ifndef ESW_RIVAL_KNAPSACK_H
#define ESW_RIVAL_KNAPSACK_H

#include "cansa/cansa.h"

/* The most clients of a scenario that can be served: dynamic programming over RBs that tries every number of RBs for
 * every client, what a number is worth found by going through all options. `table` holds 2 (rbs_total + 1) doubles. */
double rival_knapsack(const eswi_cansa_config *config, const eswi_cansa_instance *instance, double *table);

#endif
