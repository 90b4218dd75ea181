/* ECC: rule A, the assignment of subchannels without descent. */
#include "ecc/ecc.h"

#include <string.h>

/* The least-loaded subchannel below the cap of one AP, then the best own gain, then the lowest index; -1 if
 * all are full. load and gain are the AP's rows [M]. */
static int32_t pick(const eswi_ecc_config *config, const int32_t *load, const float *gain)
{
    int32_t best = -1;
    for (int m = 0; m < config->subchannels; m++) {
        if (load[m] >= config->cluster_cap) {
            continue;
        }
        if (best < 0 || load[m] < load[best] || (load[m] == load[best] && gain[m] > gain[best])) {
            best = m;
        }
    }
    return best;
}

void eswi_ecc_assign_rule_a(const eswi_ecc_config *config, const eswi_ecc_instance *instance, int32_t *load,
                            int32_t *const assigned[ECC_DIRECTIONS])
{
    const size_t users = (size_t)config->users, aps = (size_t)config->aps,
                 subchannels = (size_t)config->subchannels;
    const int directions = config->pair_directions ? 1 : ECC_DIRECTIONS;
    for (int d = 0; d < directions; d++) {
        memset(load, 0, aps * subchannels * sizeof *load);
        /* The APs do not interact, so one pass over all users takes those of each AP in index order. */
        for (size_t u = 0; u < users; u++) {
            const size_t ap = (size_t)instance->ap_of_user[u];
            const int32_t m =
                pick(config, load + ap * subchannels, instance->gain[d] + (u * aps + ap) * subchannels);
            assigned[d][u] = m;
            if (m >= 0) {
                load[ap * subchannels + (size_t)m]++;
            }
        }
    }
    if (config->pair_directions) {
        memcpy(assigned[ECC_DOWN], assigned[ECC_UP], users * sizeof *assigned[ECC_UP]);
    }
}
