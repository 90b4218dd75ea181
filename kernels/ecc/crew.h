/* ECC on a device: a warp that searches for an optimum (host/ecc/inner.h).
 *
 * Its first thread leads: it runs the serial text of the search. The others wait in crew_turn until the leader arrives
 * there with an order, an inner loop over sixteen lanes. The leader is one of the lanes, the upper half warp has none.
 * Everything an order names lies in global memory, and the two __syncwarp of crew_turn order all accesses: what the
 * leader wrote before is there for the lanes, what they wrote is there for the leader.
 */
#ifndef ESWI_KERNELS_ECC_CREW_H
#define ESWI_KERNELS_ECC_CREW_H

#include "ecc/inner.h"
#include "kernels/common/port.h"

enum { CREW_THREADS = 32 };

typedef enum {
    CREW_DONE, /* nothing more will come */
    CREW_BOUND,
    CREW_PROBE,
    CREW_ROW,
    CREW_TABLE,
    CREW_CHAIN_BEGIN,
    CREW_CHAIN_USER
} crew_task;

/* A task and what of this it needs. */
struct eswi_ecc_crew_order {
    crew_task task;
    int number;  /* steps, or a user */
    int between; /* of a chain */
    const eswi_ecc_element *element;
    eswi_ecc_boxes *boxes;
    eswi_ecc_crowd *crowd;
    eswi_ecc_scan *scan;
    const int32_t *level;
    float *row;
    const eswi_ecc_cell *chain;
    eswi_ecc_cell_table *table;
};

/* One inner loop, in the lanes. */
static __device__ void crew_work(const eswi_ecc_crew_order *o)
{
    switch (o->task) {
    case CREW_BOUND:
        eswi_ecc_bound_boxes(o->element, o->number, o->boxes);
        break;
    case CREW_PROBE:
        eswi_ecc_crowd_probe(o->crowd);
        break;
    case CREW_ROW:
        eswi_ecc_scan_lanes(o->scan, o->number, o->level, o->row);
        break;
    case CREW_TABLE:
        eswi_ecc_scan_table(o->scan);
        break;
    case CREW_CHAIN_BEGIN:
        eswi_ecc_cell_begin(o->chain, o->table);
        break;
    case CREW_CHAIN_USER:
        eswi_ecc_cell_user(o->chain, o->number, o->between, o->table);
        break;
    case CREW_DONE:
        break;
    }
}

/* The warp meets, carries out the order and meets again; a function of its own, so that the leader and the others arrive
 * at the same instructions. Returns what was done. */
static __device__ ESW_NOINLINE crew_task crew_turn(const eswi_ecc_crew_order *order)
{
    __syncwarp();
    const crew_task task = order->task;
    if (threadIdx.x % CREW_THREADS < ECC_LANES)
        crew_work(order);
    __syncwarp();
    return task;
}

/* ---------------------------------------------------------------- the leader's side (host/ecc/inner.h) */

ESW_LARGE void eswi_ecc_do_bound(const eswi_ecc_element_kernels *kernels, const eswi_ecc_element *element,
                                 int steps, eswi_ecc_boxes *boxes)
{
    eswi_ecc_crew_order *o = kernels->order;
    o->task = CREW_BOUND;
    o->element = element;
    o->number = steps;
    o->boxes = boxes;
    crew_turn(o);
}

ESW_LARGE void eswi_ecc_do_probe(const eswi_ecc_element_kernels *kernels, eswi_ecc_crowd *crowd)
{
    eswi_ecc_crew_order *o = kernels->order;
    o->task = CREW_PROBE;
    o->crowd = crowd;
    crew_turn(o);
}

ESW_LARGE float eswi_ecc_do_row(const eswi_ecc_scan_kernels *kernels, eswi_ecc_scan *scan, int user,
                                const int32_t *level, float *row)
{
    eswi_ecc_crew_order *o = kernels->order;
    o->task = CREW_ROW;
    o->scan = scan;
    o->number = user;
    o->level = level;
    o->row = row;
    crew_turn(o);
    return eswi_ecc_scan_least(scan);
}

ESW_LARGE void eswi_ecc_do_table(const eswi_ecc_scan_kernels *kernels, eswi_ecc_scan *scan)
{
    eswi_ecc_crew_order *o = kernels->order;
    o->task = CREW_TABLE;
    o->scan = scan;
    crew_turn(o);
}

ESW_LARGE eswi_ecc_cell_bounds eswi_ecc_do_chain(const eswi_ecc_optimum_kernels *kernels,
                                                 const eswi_ecc_cell *chain, int between,
                                                 eswi_ecc_cell_table *table)
{
    eswi_ecc_crew_order *o = kernels->element.order;
    o->task = CREW_CHAIN_BEGIN;
    o->chain = chain;
    o->between = between;
    o->table = table;
    crew_turn(o);
    o->task = CREW_CHAIN_USER; /* a user's states read those of the one before, of all lanes: a turn each */
    for (int user = 0; user < chain->n; user++) {
        o->number = user;
        crew_turn(o);
    }
    return eswi_ecc_cell_end(chain, table);
}

ESW_LARGE double eswi_ecc_seconds(void)
{
    return 1e-9 * (double)ESW_NANOSECONDS();
}

#endif
