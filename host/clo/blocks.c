/* CLO: memory blocks of one scenario. */
#include "base/carve.h"
#include "clo/clo.h"

static eswi_clo_instance carve_instance(const eswi_clo_config *config, eswi_carve *carve)
{
    const size_t slots = (size_t)config->slots;
    eswi_clo_instance instance;
    instance.gain = ESWI_CARVE(carve, float, slots *(size_t)config->problem.links);
    instance.task = ESWI_CARVE(carve, int16_t, slots * (size_t)config->problem.devices);
    return instance;
}

static eswi_clo_decision carve_decision(const eswi_clo_config *config, eswi_carve *carve)
{
    const size_t slots = (size_t)config->slots;
    eswi_clo_decision decision;
    decision.method = ESWI_CARVE(carve, int32_t, 1);
    decision.trace.sends = ESWI_CARVE(carve, uint8_t, slots * (size_t)config->problem.links);
    decision.trace.infers = ESWI_CARVE(carve, uint8_t, slots * (size_t)config->problem.nodes);
    decision.trace.theta = ESWI_CARVE(carve, uint8_t, slots);
    return decision;
}

size_t eswi_clo_instance_bytes(const eswi_clo_config *config)
{
    eswi_carve carve = {NULL, 0};
    carve_instance(config, &carve);
    return carve.used;
}

size_t eswi_clo_decision_bytes(const eswi_clo_config *config)
{
    eswi_carve carve = {NULL, 0};
    carve_decision(config, &carve);
    return carve.used;
}

/* The views of a const block are for reading; whoever fills a block views his own writable one. */
eswi_clo_instance eswi_clo_instance_view(const eswi_clo_config *config, const void *block)
{
    eswi_carve carve = {(char *)block, 0};
    return carve_instance(config, &carve);
}

eswi_clo_decision eswi_clo_decision_view(const eswi_clo_config *config, const void *block)
{
    eswi_carve carve = {(char *)block, 0};
    return carve_decision(config, &carve);
}

eswi_clo_draws eswi_clo_draws_of(const eswi_clo_instance *instance)
{
    return (eswi_clo_draws){instance->gain, instance->task};
}

size_t eswi_clo_state_bytes(const eswi_clo_config *config)
{
    eswi_carve carve = {NULL, 0};
    eswi_clo_queues queues;
    eswi_clo_queues_carve(&queues, &carve, &config->problem);
    return carve.used;
}

void eswi_clo_state_view(const eswi_clo_config *config, void *block, eswi_clo_state *state)
{
    eswi_carve carve = {block, 0};
    eswi_clo_queues_carve(&state->queues, &carve, &config->problem);
}
