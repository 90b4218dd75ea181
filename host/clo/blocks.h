/* CLO: where the arrays of an instance, of a decision and of a state lie in a block, for CPU and CUDA. Each array is
 * 64-byte aligned in one block that holds no pointers, so that a block can be copied, stored or sent as it is. A carve
 * without a base measures. */
#ifndef ESWI_CLO_BLOCKS_H
#define ESWI_CLO_BLOCKS_H

#include "base/carve.h"
#include "clo/clo.h"

ESW_FN eswi_clo_instance eswi_clo_carve_instance(const eswi_clo_problem *p, eswi_carve *carve)
{
    const size_t slots = (size_t)p->slots;
    eswi_clo_instance instance;
    instance.gain = ESWI_CARVE(carve, float, slots *(size_t)p->links);
    instance.task = ESWI_CARVE(carve, int16_t, slots * (size_t)p->devices);
    return instance;
}

ESW_FN eswi_clo_decision eswi_clo_carve_decision(const eswi_clo_problem *p, eswi_carve *carve)
{
    const size_t slots = (size_t)p->slots;
    eswi_clo_decision decision;
    decision.method = ESWI_CARVE(carve, int32_t, 1);
    decision.trace.sends = ESWI_CARVE(carve, uint8_t, slots * (size_t)p->links);
    decision.trace.infers = ESWI_CARVE(carve, uint8_t, slots * (size_t)p->nodes);
    decision.trace.theta = ESWI_CARVE(carve, uint8_t, slots);
    return decision;
}

ESW_FN size_t eswi_clo_instance_size(const eswi_clo_problem *p)
{
    eswi_carve carve = {NULL, 0};
    eswi_clo_carve_instance(p, &carve);
    return carve.used;
}

ESW_FN size_t eswi_clo_decision_size(const eswi_clo_problem *p)
{
    eswi_carve carve = {NULL, 0};
    eswi_clo_carve_decision(p, &carve);
    return carve.used;
}

/* Of the lists of a state's queues; the rest of it is small. */
ESW_FN size_t eswi_clo_lists_size(const eswi_clo_problem *p)
{
    eswi_carve carve = {NULL, 0};
    eswi_clo_queues queues;
    eswi_clo_queues_carve(&queues, &carve, p);
    return carve.used;
}

#endif
