#include "cansa/blocks.h"

size_t eswi_cansa_instance_bytes(const eswi_cansa_config *config)
{
    return eswi_cansa_instance_size(config->clients);
}

size_t eswi_cansa_decision_bytes(const eswi_cansa_config *config)
{
    return eswi_cansa_decision_size(config->clients);
}

/* The views of a const block are for reading; whoever fills a block views his own writable one. */
eswi_cansa_instance eswi_cansa_instance_view(const eswi_cansa_config *config, const void *block)
{
    return eswi_cansa_instance_at(config->clients, (char *)block);
}

eswi_cansa_decision eswi_cansa_decision_view(const eswi_cansa_config *config, const void *block)
{
    return eswi_cansa_decision_at(config->clients, (char *)block);
}
