/* CANSA: where the arrays of an instance and of a decision lie in a block, for CPU and CUDA. Each array is 64-byte
 * aligned in one block that holds no pointers, so that a block can be copied, stored or sent as it is. */
#ifndef ESWI_CANSA_BLOCKS_H
#define ESWI_CANSA_BLOCKS_H

#include "base/portable.h"
#include "cansa/cansa.h"

ESW_FN size_t eswi_cansa_array_bytes(size_t element, int count)
{
    return (element * (size_t)count + 63) / 64 * 64;
}

ESW_FN size_t eswi_cansa_instance_size(int clients)
{
    return 4 * eswi_cansa_array_bytes(sizeof(double), clients) +
           eswi_cansa_array_bytes(sizeof(int32_t), clients);
}

ESW_FN size_t eswi_cansa_decision_size(int clients)
{
    return eswi_cansa_array_bytes(sizeof(eswi_cansa_diagnostics), 1) +
           eswi_cansa_array_bytes(sizeof(double), clients) +
           2 * eswi_cansa_array_bytes(sizeof(int32_t), clients);
}

ESW_FN eswi_cansa_instance eswi_cansa_instance_at(int clients, char *block)
{
    const size_t reals = eswi_cansa_array_bytes(sizeof(double), clients);
    eswi_cansa_instance instance;
    instance.distance_m = (double *)(void *)block;
    instance.shadowing_db = (double *)(void *)(block + reals);
    instance.fading_power = (double *)(void *)(block + 2 * reals);
    instance.rate_per_rb_bps = (double *)(void *)(block + 3 * reals);
    instance.context = (int32_t *)(void *)(block + 4 * reals);
    return instance;
}

ESW_FN eswi_cansa_decision eswi_cansa_decision_at(int clients, char *block)
{
    const size_t head = eswi_cansa_array_bytes(sizeof(eswi_cansa_diagnostics), 1);
    const size_t reals = eswi_cansa_array_bytes(sizeof(double), clients);
    const size_t integers = eswi_cansa_array_bytes(sizeof(int32_t), clients);
    eswi_cansa_decision decision;
    decision.diagnostics = (eswi_cansa_diagnostics *)(void *)block;
    decision.bid = (double *)(void *)(block + head);
    decision.rbs = (int32_t *)(void *)(block + head + reals);
    decision.option = (int32_t *)(void *)(block + head + reals + integers);
    return decision;
}

/* What a method says about itself. */
ESW_FN void eswi_cansa_report(const eswi_cansa_decision *decision, int reason, int sweeps, int cycle,
                              int proven)
{
    decision->diagnostics->reason = reason;
    decision->diagnostics->sweeps = sweeps;
    decision->diagnostics->cycle = cycle;
    decision->diagnostics->proven = proven;
}

#endif
