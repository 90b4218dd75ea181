/* ECC: the cost grid of `solve --grid`: split x uplink power x compute units of every user. */
#ifndef ESWI_ECC_GRID_VALUES_H
#define ESWI_ECC_GRID_VALUES_H

#include "edgesweep/grid.h"

extern const esw_grid_ops eswi_ecc_grid_ops;

#endif
