/* ECC: the inner loops of the searches of optimum.h, and how a search has them done.
 *
 * A search is one serial text; its inner loops work on sixteen lanes. On the CPU they are functions of one instruction
 * set, reached through a table. In CUDA one thread of a warp searches and the others wait for what it wants done
 * (kernels/ecc/crew.h), so all that an inner loop reads or writes lies in memory that the threads share: it belongs to the
 * search (eswi_ecc_frontier, eswi_ecc_search, eswi_ecc_arena ...), never to a function.
 */
#ifndef ESWI_ECC_INNER_H
#define ESWI_ECC_INNER_H

#include "ecc/bound.h"
#include "ecc/crowd.h"
#include "ecc/scan.h"
#include "ecc/states.h"

#if defined(ESW_LANE_IS_THREAD)

/* Defined where the kernels are. */
typedef struct eswi_ecc_crew_order eswi_ecc_crew_order;

typedef struct eswi_ecc_element_kernels {
    eswi_ecc_crew_order *order;
} eswi_ecc_element_kernels;

typedef struct eswi_ecc_scan_kernels {
    eswi_ecc_crew_order *order;
} eswi_ecc_scan_kernels;

typedef struct eswi_ecc_optimum_kernels {
    eswi_ecc_element_kernels element;
    eswi_ecc_scan_kernels scan;
} eswi_ecc_optimum_kernels;

ESW_LARGE void eswi_ecc_do_bound(const eswi_ecc_element_kernels *kernels, const eswi_ecc_element *element,
                                 int steps, eswi_ecc_boxes *boxes);
ESW_LARGE void eswi_ecc_do_probe(const eswi_ecc_element_kernels *kernels, eswi_ecc_crowd *crowd);
ESW_LARGE float eswi_ecc_do_row(const eswi_ecc_scan_kernels *kernels, eswi_ecc_scan *scan, int user,
                                const int32_t *level, float *row);
ESW_LARGE void eswi_ecc_do_table(const eswi_ecc_scan_kernels *kernels, eswi_ecc_scan *scan);
ESW_LARGE eswi_ecc_cell_bounds eswi_ecc_do_chain(const eswi_ecc_optimum_kernels *kernels,
                                                 const eswi_ecc_cell *chain, int between,
                                                 eswi_ecc_cell_table *table);

/* Seconds on a clock that only goes forward. */
ESW_LARGE double eswi_ecc_seconds(void);

#else

#include "base/clock.h"

/* The inner loops, one implementation per instruction set, same bits. */
typedef struct eswi_ecc_element_kernels {
    void (*bound)(const eswi_ecc_element *element, int steps, eswi_ecc_boxes *boxes);
    void (*probe)(eswi_ecc_crowd *crowd);
} eswi_ecc_element_kernels;

typedef struct eswi_ecc_scan_kernels {
    /* row[g] = the element with user `user` at level g and the others at level[]; returns the least of them. The user
     * that is out counts with its V and is taken to send with its lowest power. */
    float (*row)(eswi_ecc_scan *scan, int user, const int32_t *level, float *row);
    /* Fills the value table of user scan->out. */
    void (*table)(const eswi_ecc_scan *scan);
} eswi_ecc_scan_kernels;

typedef struct eswi_ecc_optimum_kernels {
    eswi_ecc_element_kernels element;
    eswi_ecc_scan_kernels scan;
    eswi_ecc_cell_bounds (*chain)(const eswi_ecc_cell *chain, int between, eswi_ecc_cell_table *table);
} eswi_ecc_optimum_kernels;

ESW_FN void eswi_ecc_do_bound(const eswi_ecc_element_kernels *kernels, const eswi_ecc_element *element,
                              int steps, eswi_ecc_boxes *boxes)
{
    kernels->bound(element, steps, boxes);
}

ESW_FN void eswi_ecc_do_probe(const eswi_ecc_element_kernels *kernels, eswi_ecc_crowd *crowd)
{
    kernels->probe(crowd);
}

ESW_FN float eswi_ecc_do_row(const eswi_ecc_scan_kernels *kernels, eswi_ecc_scan *scan, int user,
                             const int32_t *level, float *row)
{
    return kernels->row(scan, user, level, row);
}

ESW_FN void eswi_ecc_do_table(const eswi_ecc_scan_kernels *kernels, eswi_ecc_scan *scan)
{
    kernels->table(scan);
}

ESW_FN eswi_ecc_cell_bounds eswi_ecc_do_chain(const eswi_ecc_optimum_kernels *kernels,
                                              const eswi_ecc_cell *chain, int between,
                                              eswi_ecc_cell_table *table)
{
    return kernels->chain(chain, between, table);
}

ESW_FN double eswi_ecc_seconds(void)
{
    return eswi_clock_s();
}

#endif
#endif
