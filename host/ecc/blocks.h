/* ECC: the arrays of an instance and of a decision inside one block of memory, each 64-byte aligned, without
 * pointers, so that a block can be copied, stored or sent as it is. Host and device share the layout. */
#ifndef ESWI_ECC_BLOCKS_H
#define ESWI_ECC_BLOCKS_H

#include "base/carve.h"
#include "ecc/ecc.h"

ESW_FN eswi_ecc_instance eswi_ecc_carve_instance(const eswi_ecc_config *config, eswi_carve *c)
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

ESW_FN eswi_ecc_decision eswi_ecc_carve_decision(const eswi_ecc_config *config, eswi_carve *c)
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

/* Views of a block. */
ESW_FN eswi_ecc_instance eswi_ecc_instance_at(const eswi_ecc_config *config, void *block)
{
    eswi_carve c = {(char *)block, 0};
    return eswi_ecc_carve_instance(config, &c);
}

ESW_FN eswi_ecc_decision eswi_ecc_decision_at(const eswi_ecc_config *config, void *block)
{
    eswi_carve c = {(char *)block, 0};
    return eswi_ecc_carve_decision(config, &c);
}

/* The gains of a direction. A choice, not an index: on a GPU an array of pointers indexed at run time lies in memory. */
ESW_FN const float *eswi_ecc_gains(const eswi_ecc_instance *instance, int direction)
{
    return direction == ECC_UP ? instance->gain[ECC_UP] : instance->gain[ECC_DOWN];
}

/* F of a user's network. */
ESW_FN int eswi_ecc_units_of(const eswi_ecc_config *config, const eswi_ecc_instance *instance, int user)
{
    return config->profiles[instance->profile_of_user[user]].units;
}

/* The part of eswi_ecc_decision_reset that is one user's. */
ESW_FN void eswi_ecc_reset_user(const eswi_ecc_config *config, const eswi_ecc_instance *instance, int user,
                                const eswi_ecc_decision *decision)
{
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        decision->power_w[d][user] = 0.0;
        decision->assigned[d][user] = -1;
    }
    decision->compute_units[user] = 0.0;
    decision->split[user] = eswi_ecc_units_of(config, instance, user);
}

/* The part that is the scenario's. */
ESW_FN void eswi_ecc_reset_diagnostics(ecc_access access, eswi_ecc_diagnostics *diagnostics)
{
    memset(diagnostics, 0, sizeof *diagnostics);
    diagnostics->access = access;
}

/* eswi_ecc_decision_reset. */
ESW_FN void eswi_ecc_reset(const eswi_ecc_config *config, const eswi_ecc_instance *instance, ecc_access access,
                           const eswi_ecc_decision *decision)
{
    eswi_ecc_reset_diagnostics(access, decision->diagnostics);
    for (int u = 0; u < config->users; u++)
        eswi_ecc_reset_user(config, instance, u, decision);
}

ESW_FN double eswi_ecc_clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* The part of eswi_ecc_decision_clamp that is one user's. */
ESW_FN void eswi_ecc_clamp_user(const eswi_ecc_config *config, const eswi_ecc_instance *instance, int user,
                                const eswi_ecc_decision *decision)
{
    const bool local = decision->split[user] == eswi_ecc_units_of(config, instance, user);
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        double *power_w = &decision->power_w[d][user];
        *power_w = local ? 0.0 : eswi_ecc_clamp(*power_w, config->power_min_w[d], config->power_max_w[d]);
    }
    double *units = &decision->compute_units[user];
    *units = local ? 0.0 : eswi_ecc_clamp(*units, config->units_min, config->units_max);
}

#endif
