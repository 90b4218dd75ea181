/* The cost grid of method `grid` as one would first write it: the yardstick of `edgesweep bench`. */
#ifndef ESW_RIVAL_GRID_H
#define ESW_RIVAL_GRID_H

#include "ecc/grid.h"

/* The point of least utility of a user's grid. */
typedef struct rival_choice {
    int split, power, units;
    double utility;
} rival_choice;

/* Searches the uplink grids of `users` users, profile[users], by three nested loops in double precision with the rate
 * of every (split, power) computed where it is needed. Levels come from the tables, links as for the fast search. */
void rival_grid(const eswi_ecc_config *config, const eswi_ecc_grid_tables *tables, int users,
                const int32_t *profile, const eswi_ecc_grid_link *links, rival_choice *choice);

#endif
