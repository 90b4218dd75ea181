/* ECC: memory blocks of one scenario, for the host (blocks.h). */
#include "ecc/blocks.h"

size_t eswi_ecc_instance_bytes(const eswi_ecc_config *config)
{
    eswi_carve c = {NULL, 0};
    eswi_ecc_carve_instance(config, &c);
    return c.used;
}

size_t eswi_ecc_decision_bytes(const eswi_ecc_config *config)
{
    eswi_carve c = {NULL, 0};
    eswi_ecc_carve_decision(config, &c);
    return c.used;
}

/* The views of a const block are for reading; whoever fills a block views his own writable one. */
eswi_ecc_instance eswi_ecc_instance_view(const eswi_ecc_config *config, const void *block)
{
    return eswi_ecc_instance_at(config, (void *)block);
}

eswi_ecc_decision eswi_ecc_decision_view(const eswi_ecc_config *config, const void *block)
{
    return eswi_ecc_decision_at(config, (void *)block);
}

void eswi_ecc_decision_reset(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                             ecc_access access, const eswi_ecc_decision *decision)
{
    eswi_ecc_reset(config, instance, access, decision);
}

void eswi_ecc_decision_clamp(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                             const eswi_ecc_decision *decision)
{
    for (int u = 0; u < config->users; u++) {
        eswi_ecc_clamp_user(config, instance, u, decision);
    }
}
