/* CLO: memory blocks of one scenario, for whoever has a config. */
#include "clo/blocks.h"

size_t eswi_clo_instance_bytes(const eswi_clo_config *config)
{
    return eswi_clo_instance_size(&config->problem);
}

size_t eswi_clo_decision_bytes(const eswi_clo_config *config)
{
    return eswi_clo_decision_size(&config->problem);
}

/* The views of a const block are for reading; whoever fills a block views his own writable one. */
eswi_clo_instance eswi_clo_instance_view(const eswi_clo_config *config, const void *block)
{
    eswi_carve carve = {(char *)block, 0};
    return eswi_clo_carve_instance(&config->problem, &carve);
}

eswi_clo_decision eswi_clo_decision_view(const eswi_clo_config *config, const void *block)
{
    eswi_carve carve = {(char *)block, 0};
    return eswi_clo_carve_decision(&config->problem, &carve);
}

eswi_clo_draws eswi_clo_draws_of(const eswi_clo_instance *instance)
{
    return (eswi_clo_draws){instance->gain, instance->task};
}

size_t eswi_clo_state_bytes(const eswi_clo_config *config)
{
    return eswi_clo_lists_size(&config->problem);
}

void eswi_clo_state_view(const eswi_clo_config *config, void *block, eswi_clo_state *state)
{
    eswi_carve carve = {block, 0};
    eswi_clo_queues_carve(&state->queues, &carve, &config->problem);
}
