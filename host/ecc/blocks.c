/* Memory blocks of one scenario: the arrays of an instance and of a decision, each 64-byte aligned in one
 * block that holds no pointers, so that a block can be copied, stored or sent as it is. */
#include "ecc/ecc.h"

#include <string.h>

#include "base/carve.h"

static eswi_ecc_instance carve_instance(const eswi_ecc_config *config, eswi_carve *c)
{
    const size_t users = (size_t)config->users, links = users * (size_t)config->aps;
    eswi_ecc_instance instance;
    instance.ap_of_user = ESWI_CARVE(c, int32_t, users);
    instance.profile_of_user = ESWI_CARVE(c, int32_t, users);
    instance.distance_m = ESWI_CARVE(c, double, links);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        instance.gain[d] = ESWI_CARVE(c, float, links *(size_t)config->subchannels);
    }
    return instance;
}

static eswi_ecc_decision carve_decision(const eswi_ecc_config *config, eswi_carve *c)
{
    const size_t users = (size_t)config->users;
    eswi_ecc_decision decision;
    decision.diagnostics = ESWI_CARVE(c, eswi_ecc_diagnostics, 1);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        decision.power_w[d] = ESWI_CARVE(c, double, users);
    }
    decision.compute_units = ESWI_CARVE(c, double, users);
    decision.split = ESWI_CARVE(c, int32_t, users);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        decision.assigned[d] = ESWI_CARVE(c, int32_t, users);
    }
    return decision;
}

size_t eswi_ecc_instance_bytes(const eswi_ecc_config *config)
{
    eswi_carve c = {NULL, 0};
    carve_instance(config, &c);
    return c.used;
}

size_t eswi_ecc_decision_bytes(const eswi_ecc_config *config)
{
    eswi_carve c = {NULL, 0};
    carve_decision(config, &c);
    return c.used;
}

/* The views of a const block are for reading; whoever fills a block views his own writable one. */
eswi_ecc_instance eswi_ecc_instance_view(const eswi_ecc_config *config, const void *block)
{
    eswi_carve c = {(char *)block, 0};
    return carve_instance(config, &c);
}

eswi_ecc_decision eswi_ecc_decision_view(const eswi_ecc_config *config, const void *block)
{
    eswi_carve c = {(char *)block, 0};
    return carve_decision(config, &c);
}

void eswi_ecc_decision_reset(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                             ecc_access access, const eswi_ecc_decision *decision)
{
    memset(decision->diagnostics, 0, sizeof *decision->diagnostics);
    decision->diagnostics->access = access;
    for (int u = 0; u < config->users; u++) {
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            decision->power_w[d][u] = 0.0;
            decision->assigned[d][u] = -1;
        }
        decision->compute_units[u] = 0.0;
        decision->split[u] = config->profiles[instance->profile_of_user[u]].units;
    }
}

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

void eswi_ecc_decision_clamp(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                             const eswi_ecc_decision *decision)
{
    for (int u = 0; u < config->users; u++) {
        const bool local = decision->split[u] == config->profiles[instance->profile_of_user[u]].units;
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            double *power_w = &decision->power_w[d][u];
            *power_w = local ? 0.0 : clamp(*power_w, config->power_min_w[d], config->power_max_w[d]);
        }
        double *units = &decision->compute_units[u];
        *units = local ? 0.0 : clamp(*units, config->units_min, config->units_max);
    }
}
