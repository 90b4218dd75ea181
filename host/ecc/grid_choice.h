/* ECC, method `grid`: how a point of the grid is computed, in float, wherever it is searched. */
#ifndef ESWI_ECC_GRID_CHOICE_H
#define ESWI_ECC_GRID_CHOICE_H

#include "base/detmath.h"
#include "ecc/grid.h"

/* (wT + wE p) / R(p): utility per bit sent at a level, given the SINR at the highest one. */
ESW_FN float eswi_ecc_grid_cost_per_bit(float price, float relative, float full_sinr, float band_hz)
{
    return price / (band_hz * eswi_log2_1pf(relative * full_sinr));
}

/* What a split of `bits` bits uploads for; the last split sends nothing, whatever a bit costs. */
ESW_FN float eswi_ecc_grid_upload(int sends, float bits, float cost_per_bit)
{
    return sends ? bits * cost_per_bit : 0.0f;
}

#endif
