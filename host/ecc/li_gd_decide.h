/* ECC: decisions out of what the phases of gd and li-gd found. Shared by CPU and CUDA. */
#ifndef ESWI_ECC_LI_GD_DECIDE_H
#define ESWI_ECC_LI_GD_DECIDE_H

#include "base/detmath.h"
#include "ecc/account.h"
#include "ecc/li_gd_record.h"
#include "ecc/resplit.h"

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

/* Every user's own split, as a decision and as the state the powers are descended on from; the common-split decision is kept
 * for comparison. `lists` is scratch of account.h. */
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
        r->kept_split[u] = decision->split[u];
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            r->kept_assigned[d * config->users + u] = decision->assigned[d][u];
            r->kept_power[d * config->users + u] = decision->power_w[d][u];
        }
    }
    eswi_ecc_resplit_users(config, &instance, decision, lists);
    for (int u = 0; u < config->users; u++) {
        const int sent = r->kept_split[u] < eswi_ecc_units_of(config, &instance, u);
        r->split[u] = decision->split[u];
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            r->assigned[d][u] = decision->assigned[d][u];
            if (!sent)
                r->level[d][u] = 1.0f;
        }
    }
}

/* The common-split decision that eswi_ecc_li_gd_resplit kept. */
ESW_FN void eswi_ecc_li_gd_go_back(const eswi_ecc_batch_work *w, const eswi_ecc_record *r,
                                   const eswi_ecc_instance *instance, const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = w->config;
    for (int u = 0; u < config->users; u++) {
        decision->split[u] = r->kept_split[u];
        decision->compute_units[u] = config->best_units;
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            decision->assigned[d][u] = r->kept_assigned[d * config->users + u];
            decision->power_w[d][u] = r->kept_power[d * config->users + u];
        }
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
