/* Memory blocks of one scenario: the arrays of an instance and of a decision, each 64-byte aligned in one block that
 * holds no pointers, so that a block can be copied, stored or sent as it is. */
#include "base/carve.h"
#include "cansa/cansa.h"

static eswi_cansa_instance carve_instance(const eswi_cansa_config *config, eswi_carve *c)
{
    const size_t clients = (size_t)config->clients;
    eswi_cansa_instance instance;
    instance.distance_m = ESWI_CARVE(c, double, clients);
    instance.shadowing_db = ESWI_CARVE(c, double, clients);
    instance.fading_power = ESWI_CARVE(c, double, clients);
    instance.rate_per_rb_bps = ESWI_CARVE(c, double, clients);
    instance.context = ESWI_CARVE(c, int32_t, clients);
    return instance;
}

static eswi_cansa_decision carve_decision(const eswi_cansa_config *config, eswi_carve *c)
{
    const size_t clients = (size_t)config->clients;
    eswi_cansa_decision decision;
    decision.diagnostics = ESWI_CARVE(c, eswi_cansa_diagnostics, 1);
    decision.bid = ESWI_CARVE(c, double, clients);
    decision.rbs = ESWI_CARVE(c, int32_t, clients);
    decision.option = ESWI_CARVE(c, int32_t, clients);
    return decision;
}

size_t eswi_cansa_instance_bytes(const eswi_cansa_config *config)
{
    eswi_carve c = {NULL, 0};
    carve_instance(config, &c);
    return c.used;
}

size_t eswi_cansa_decision_bytes(const eswi_cansa_config *config)
{
    eswi_carve c = {NULL, 0};
    carve_decision(config, &c);
    return c.used;
}

/* The views of a const block are for reading; whoever fills a block views his own writable one. */
eswi_cansa_instance eswi_cansa_instance_view(const eswi_cansa_config *config, const void *block)
{
    eswi_carve c = {(char *)block, 0};
    return carve_instance(config, &c);
}

eswi_cansa_decision eswi_cansa_decision_view(const eswi_cansa_config *config, const void *block)
{
    eswi_carve c = {(char *)block, 0};
    return carve_decision(config, &c);
}
