/* CLO: a trace of a document walked slot by slot: which unit moves where, at which thresholds. For describe.c and read.c; the
 * accountant has a replay of its own. */
#ifndef ESWI_CLO_WALK_H
#define ESWI_CLO_WALK_H

#include "clo/clo.h"

typedef struct eswi_clo_walk {
    const eswi_clo_config *config;
    const eswi_clo_instance *instance;
    const eswi_clo_decision *decision;
    int slot, method;
    eswi_clo_slot row;                                /* what the slot decides */
    eswi_clo_state state;                             /* before the slot */
    void *lists;                                      /* of the state's queues */
    int32_t sent[CLO_LINKS_MAX][CLO_DEVICES_MAX];     /* units, -1: none */
    int32_t inferred[CLO_NODES_MAX][CLO_DEVICES_MAX]; /* units, -1: none */
} eswi_clo_walk;

/* What a slot adds to the sums of (27) and (31). */
typedef struct eswi_clo_slot_terms {
    double energy_j, imprecision_predicted, imprecision, loss;
    double
        objective; /* of the slot problem: V (E + eta F_hat) - sum U R - sum Q I, and LO's price of the losses */
} eswi_clo_slot_terms;

/* Stands before slot 0 of a feasible decision. False: no memory. Whoever began ends. */
bool eswi_clo_walk_begin(eswi_clo_walk *walk, const eswi_clo_config *config, const eswi_clo_instance *instance,
                         const eswi_clo_decision *decision);
void eswi_clo_walk_end(eswi_clo_walk *walk);

/* The terms of the slot before which the walk stands. */
eswi_clo_slot_terms eswi_clo_walk_terms(const eswi_clo_walk *walk);

/* Past this slot, to before the next. */
void eswi_clo_walk_on(eswi_clo_walk *walk);

#endif
