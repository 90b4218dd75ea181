/* The CPU backend's inner loops of the optimum methods. Compiled once per instruction set, as kernels.c is. */
#include "backend/cpu/isa.h"

#define JOIN2(a, b) a##b
#define JOIN(a, b)  JOIN2(a, b)

static void ecc_bound(const eswi_ecc_element *element, int steps, eswi_ecc_boxes *boxes)
{
    eswi_ecc_bound_boxes(element, steps, boxes);
}

static void ecc_probe(eswi_ecc_crowd *crowd)
{
    eswi_ecc_crowd_probe(crowd);
}

static float ecc_scan_row(eswi_ecc_scan *scan, int user, const int32_t *level, float *row)
{
    eswi_ecc_scan_lanes(scan, user, level, row);
    return eswi_ecc_scan_least(scan);
}

static void ecc_scan_table(const eswi_ecc_scan *scan)
{
    eswi_ecc_scan_table(scan);
}

static eswi_ecc_cell_bounds ecc_chain(const eswi_ecc_cell *chain, int between, eswi_ecc_cell_table *table)
{
    return eswi_ecc_cell_solve(chain, between, table);
}

const eswi_ecc_optimum_kernels JOIN(eswi_cpu_optimum_, ESWI_ISA) = {
    .element = {ecc_bound, ecc_probe},
    .scan = {ecc_scan_row, ecc_scan_table},
    .chain = ecc_chain,
};
