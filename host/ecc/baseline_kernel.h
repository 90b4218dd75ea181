/* ECC: what the baselines compute of one user, shared by the loops of baselines.c and the threads of a device. */
#ifndef ESWI_ECC_BASELINE_KERNEL_H
#define ESWI_ECC_BASELINE_KERNEL_H

#include "ecc/blocks.h"
#include "ecc/cost.h"

enum { ECC_SURGERY_ROUNDS = 20 };

/* Makes `split` the choice of a user, with full power and `units` where it offloads. */
ESW_FN void eswi_ecc_decide_user(const eswi_ecc_config *config, const eswi_ecc_instance *instance, int user,
                                 int split, double units, const eswi_ecc_decision *decision)
{
    const bool sends = split < eswi_ecc_units_of(config, instance, user);
    decision->split[user] = split;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        decision->power_w[d][user] = sends ? config->power_max_w[d] : 0.0;
    }
    decision->compute_units[user] = sends ? units : 0.0;
}

ESW_FN bool eswi_ecc_has_subchannels(const eswi_ecc_decision *decision, int user)
{
    return decision->assigned[ECC_UP][user] >= 0 && decision->assigned[ECC_DOWN][user] >= 0;
}

/* The rate of a user on its slice of a subchannel that `share` users share, full power, no interference: (6), (9)
 * under OMA. */
ESW_FN double eswi_ecc_oma_rate(const eswi_ecc_config *config, int direction, int share, float gain)
{
    const double received_w = config->power_max_w[direction] * (double)gain;
    const double sinr = eswi_ecc_slice_sinr(config, direction, share, received_w, 0.0);
    return eswi_ecc_rate(config->subchannel_hz[direction] / share, sinr);
}

/* The split of least latency, the smallest of equal ones; F where nothing can be sent. */
ESW_FN int eswi_ecc_fastest_split(const eswi_ecc_config *config, const eswi_ecc_profile *profile, bool sends,
                                  double edge_flops_per_s, const eswi_ecc_transfer *transfer)
{
    const int units = profile->units;
    int best = units;
    double best_s = eswi_ecc_latency_s(config, profile, units, edge_flops_per_s, transfer);
    for (int s = units - 1; s >= 1 && sends; s--) {
        const double s_latency = eswi_ecc_latency_s(config, profile, s, edge_flops_per_s, transfer);
        if (s_latency <= best_s) {
            best = s;
            best_s = s_latency;
        }
    }
    return best;
}

/* r_i = clip(r_total / n_off, r_min, r_max): what each of an AP's offloading users gets. */
ESW_FN double eswi_ecc_shared_units(const eswi_ecc_config *config, int offloading)
{
    const double units = offloading > 0 ? config->edge_capacity_units / offloading : config->units_max;
    return eswi_ecc_clamp(units, config->units_min, config->units_max);
}

#endif
