/* ECC: memory of the lane problems and copying scenarios into their lanes (host side; lanes.h and fixed.h compute). */
#ifndef ESWI_ECC_LANES_LOAD_H
#define ESWI_ECC_LANES_LOAD_H

#include "base/carve.h"
#include "ecc/descent.h"
#include "ecc/ecc.h"

/* Whether a scenario of this size spreads over the lanes (lane = subchannel) instead of sharing them with fifteen others:
 * when sixteen scenarios' gains no longer fit a core's second-level cache and there is at least a lane row of columns. */
int eswi_ecc_spreads(const eswi_ecc_config *config);

/* Places the arrays of one direction's relaxed problem and sets its constants. */
void eswi_ecc_lanes_layout(eswi_ecc_lanes *lanes, eswi_carve *carve, const eswi_ecc_config *config, int direction,
                           int across);

/* Copies an instance into lane `lane`, or into all lanes if `across`: gains over noise, decoding orders. `keys` is
 * scratch of 2 U. */
void eswi_ecc_lanes_load(const eswi_ecc_lanes *lanes, const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                         int lane, uint64_t *keys);

/* Places the arrays of one direction's problem with fixed subchannels. */
void eswi_ecc_fixed_layout(eswi_ecc_fixed *fixed, eswi_carve *carve, const eswi_ecc_config *config);

/* Copies an instance with its assignment of `direction` into lane `lane`: who hears whom in `access`. Users without a
 * subchannel are alone. `next` is scratch of M + U ints. */
void eswi_ecc_fixed_load(eswi_ecc_fixed *fixed, const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                         int direction, ecc_access access, const int32_t *assigned, int lane, int32_t *next);

/* Places the optimiser's arrays for a relaxed (`lanes`) or fixed problem; the other is NULL. */
void eswi_ecc_descent_layout(eswi_ecc_descent *descent, eswi_carve *carve, const eswi_ecc_config *config,
                             const eswi_ecc_lanes *lanes, const eswi_ecc_fixed *fixed);

/* The power box of a direction: descents of both directions share one optimiser's memory. */
void eswi_ecc_descent_aim(eswi_ecc_descent *descent, const eswi_ecc_config *config, const eswi_ecc_lanes *lanes,
                          const eswi_ecc_fixed *fixed, int direction);

#endif
