/* ECC: rule A, the assignment of subchannels without descent; ecc.h says what it is. Shared by host and device. */
#ifndef ESWI_ECC_ASSIGN_H
#define ESWI_ECC_ASSIGN_H

#include "base/portable.h"
#include "ecc/blocks.h"

/* The least-loaded subchannel below the cap of one AP, then the best own gain, then the lowest index; -1 if
 * all are full. load and gain are the AP's rows [M]. */
ESW_FN int32_t eswi_ecc_least_loaded(const eswi_ecc_config *config, const int32_t *load, const float *gain)
{
    int32_t best = -1;
    for (int m = 0; m < config->subchannels; m++) {
        if (load[m] >= config->cluster_cap)
            continue;
        if (best < 0 || load[m] < load[best] || (load[m] == load[best] && gain[m] > gain[best]))
            best = m;
    }
    return best;
}

/* Rule A in one direction; load[N][M] is scratch. The APs do not interact, so one pass over all users takes those of
 * each AP in index order. */
ESW_FN void eswi_ecc_assign_direction(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                                      int direction, int32_t *load, int32_t *assigned)
{
    const size_t users = (size_t)config->users, aps = (size_t)config->aps,
                 subchannels = (size_t)config->subchannels;
    for (size_t i = 0; i < aps * subchannels; i++)
        load[i] = 0;
    for (size_t u = 0; u < users; u++) {
        const size_t ap = (size_t)instance->ap_of_user[u];
        const int32_t m = eswi_ecc_least_loaded(config, load + ap * subchannels,
                                                eswi_ecc_gains(instance, direction) + (u * aps + ap) * subchannels);
        assigned[u] = m;
        if (m >= 0)
            load[ap * subchannels + (size_t)m]++;
    }
}

/* eswi_ecc_assign_rule_a. */
ESW_FN void eswi_ecc_rule_a(const eswi_ecc_config *config, const eswi_ecc_instance *instance, int32_t *load,
                            int32_t *const assigned[ECC_DIRECTIONS])
{
    eswi_ecc_assign_direction(config, instance, ECC_UP, load, assigned[ECC_UP]);
    if (!config->pair_directions)
        eswi_ecc_assign_direction(config, instance, ECC_DOWN, load, assigned[ECC_DOWN]);
    for (int u = 0; config->pair_directions && u < config->users; u++)
        assigned[ECC_DOWN][u] = assigned[ECC_UP][u];
}

#endif
