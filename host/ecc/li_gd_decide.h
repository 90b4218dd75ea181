/* ECC: decisions out of what the phases of gd and li-gd found. Shared by CPU and CUDA. */
#ifndef ESWI_ECC_LI_GD_DECIDE_H
#define ESWI_ECC_LI_GD_DECIDE_H

#include "base/detmath.h"
#include "ecc/account.h"
#include "ecc/li_gd_record.h"

/* Before the phases. `load` is scratch [N][M]. */
ESW_FN void eswi_ecc_li_gd_prepare(const eswi_ecc_batch_work *w, int scenario, int32_t *load)
{
    const eswi_ecc_config *config = w->config;
    const eswi_ecc_instance instance = eswi_ecc_work_instance(w, scenario);
    eswi_ecc_record *r = &w->records[scenario];

    eswi_ecc_layers_fill(&r->layers, config, &instance);
    eswi_ecc_reset_diagnostics(config->access, &r->diagnostics);
    r->live = 0;
    r->kept_value = r->layers.local;
    if (!w->relaxed)
        eswi_ecc_rule_a(config, &instance, load, r->assigned);
}

/* Double-precision power of a level: the box in watts is the config's, not its rounding to float. */
ESW_FN double eswi_ecc_power_of(const eswi_ecc_config *config, int direction, float level)
{
    const double low = config->power_min_w[direction], high = config->power_max_w[direction];
    return low * eswi_exp2((double)level * eswi_log2(high / low));
}

/* The record's current state as a decision. */
ESW_FN void eswi_ecc_li_gd_write(const eswi_ecc_batch_work *w, int scenario, const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = w->config;
    const eswi_ecc_instance instance = eswi_ecc_work_instance(w, scenario);
    const eswi_ecc_record *r = &w->records[scenario];

    eswi_ecc_reset_diagnostics(config->access, decision->diagnostics);
    for (int u = 0; u < config->users; u++) {
        eswi_ecc_reset_user(config, &instance, u, decision);
        if (!r->live)
            continue;
        decision->split[u] = r->split[u];
        decision->compute_units[u] = config->best_units;
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            decision->assigned[d][u] = r->assigned[d][u];
            decision->power_w[d][u] = eswi_ecc_power_of(config, d, r->level[d][u]);
        }
        eswi_ecc_clamp_user(config, &instance, u, decision);
    }
}

/* Seconds-and-joules price of sending one bit at the current level and rate. */
ESW_FN double eswi_ecc_price_per_bit(const eswi_ecc_config *config, const eswi_ecc_record *r, int direction,
                                     int user, int sends)
{
    const double power = sends ? eswi_ecc_power_of(config, direction, r->level[direction][user])
                               : config->power_max_w[direction];
    const double bits_per_second = (double)r->rate[direction][user] * config->subchannel_hz[direction];
    return (config->weight_time + config->weight_energy * power) / bits_per_second;
}

/* A user's best split at the final rates (Structure, point 2). */
ESW_FN int eswi_ecc_best_split(const eswi_ecc_config *config, const eswi_ecc_profile *profile,
                               const eswi_ecc_record *r, int user)
{
    const int sent = r->split[user] < profile->units;
    const double up_price = eswi_ecc_price_per_bit(config, r, ECC_UP, user, sent);
    const double down = profile->result_bits * eswi_ecc_price_per_bit(config, r, ECC_DOWN, user, sent);
    const int able = r->assigned[ECC_UP][user] >= 0 && r->assigned[ECC_DOWN][user] >= 0;
    double best = eswi_ecc_compute_utility(config, profile, profile->units);
    int split = profile->units;
    for (int j = 1; j < profile->units && able; j++) {
        const double value =
            eswi_ecc_compute_utility(config, profile, j) + (profile->bits[j] * up_price + down);
        if (value < best) {
            best = value;
            split = j;
        }
    }
    return split;
}

/* Every user's best split; the common-split decision is kept for comparison. `lists` is scratch of account.h. */
ESW_FN void eswi_ecc_li_gd_resplit(const eswi_ecc_batch_work *w, int scenario,
                                   const eswi_ecc_decision *decision, int32_t *lists)
{
    const eswi_ecc_config *config = w->config;
    const eswi_ecc_instance instance = eswi_ecc_work_instance(w, scenario);
    eswi_ecc_record *r = &w->records[scenario];

    if (!r->live)
        return;
    r->kept_value = eswi_ecc_utility_sum(config, &instance, decision, lists);
    for (int u = 0; u < config->users; u++) {
        const eswi_ecc_profile *profile = &config->profiles[instance.profile_of_user[u]];
        const int sent = r->split[u] < profile->units, split = eswi_ecc_best_split(config, profile, r, u);
        r->kept_split[u] = decision->split[u];
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            r->kept_power[d * config->users + u] = decision->power_w[d][u];
            if (!sent)
                r->level[d][u] = 1.0f;
        }
        r->split[u] = split;
    }
}

/* The common-split decision that resplit kept. */
ESW_FN void eswi_ecc_li_gd_go_back(const eswi_ecc_batch_work *w, const eswi_ecc_record *r,
                                   const eswi_ecc_instance *instance, const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = w->config;
    for (int u = 0; u < config->users; u++) {
        decision->split[u] = r->kept_split[u];
        decision->compute_units[u] = config->best_units;
        for (int d = 0; d < ECC_DIRECTIONS; d++)
            decision->power_w[d][u] = r->kept_power[d * config->users + u];
        eswi_ecc_clamp_user(config, instance, u, decision);
    }
}

/* The last word has the accountant: never worse than the common split it started from, nor than all local. `lists` is
 * scratch of account.h. */
ESW_FN void eswi_ecc_li_gd_settle(const eswi_ecc_batch_work *w, int scenario, const eswi_ecc_decision *decision,
                                  int32_t *lists)
{
    const eswi_ecc_config *config = w->config;
    const eswi_ecc_instance instance = eswi_ecc_work_instance(w, scenario);
    eswi_ecc_record *r = &w->records[scenario];

    if (r->live) {
        double value = eswi_ecc_utility_sum(config, &instance, decision, lists);
        if (config->split == ECC_SPLIT_PER_USER && r->kept_value < value) {
            eswi_ecc_li_gd_go_back(w, r, &instance, decision);
            value = r->kept_value;
        }
        /* Strictly: the two sums of the same utilities may differ in their last bits. */
        const int gains = value < r->layers.local * (1.0 - 1e-12);
        for (int u = 0; u < config->users && !gains; u++)
            eswi_ecc_reset_user(config, &instance, u, decision);
        if (!gains)
            r->diagnostics.common_split = 0;
    }
    r->diagnostics.access = config->access;
    *decision->diagnostics = r->diagnostics;
}

#endif
