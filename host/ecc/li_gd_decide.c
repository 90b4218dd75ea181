/* ECC: decisions out of what the phases of gd and li-gd found. */
#include <string.h>

#include "base/detmath.h"
#include "ecc/li_gd_record.h"

void eswi_ecc_li_gd_prepare(eswi_ecc_li_gd *s, int scenario, int32_t *load)
{
    const eswi_ecc_config *config = s->config;
    const eswi_ecc_instance instance = eswi_ecc_li_gd_instance(s, scenario);
    eswi_ecc_record *r = &s->records[scenario];

    eswi_ecc_layers_fill(&r->layers, config, &instance);
    memset(&r->diagnostics, 0, sizeof r->diagnostics);
    r->live = 0;
    r->kept_value = r->layers.local;
    if (!s->relaxed)
        eswi_ecc_assign_rule_a(config, &instance, load, r->assigned);
}

/* Double-precision power of a level: the box in watts is the config's, not its rounding to float. */
static double power_of(const eswi_ecc_config *config, int direction, float level)
{
    const double low = config->power_min_w[direction], high = config->power_max_w[direction];
    return low * eswi_exp2((double)level * eswi_log2(high / low));
}

/* The record's current state as a decision. */
void eswi_ecc_li_gd_write(eswi_ecc_li_gd *s, int scenario, const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = s->config;
    const eswi_ecc_instance instance = eswi_ecc_li_gd_instance(s, scenario);
    const eswi_ecc_record *r = &s->records[scenario];

    eswi_ecc_decision_reset(config, &instance, s->config->access, decision);
    if (!r->live)
        return;
    for (int u = 0; u < config->users; u++) {
        decision->split[u] = r->split[u];
        decision->compute_units[u] = config->best_units;
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            decision->assigned[d][u] = r->assigned[d][u];
            decision->power_w[d][u] = power_of(config, d, r->level[d][u]);
        }
    }
    eswi_ecc_decision_clamp(config, &instance, decision);
}

/* Seconds-and-joules price of sending one bit at the current level and rate. */
static double price_per_bit(const eswi_ecc_config *config, const eswi_ecc_record *r, int direction, int user,
                            int sends)
{
    const double power =
        sends ? power_of(config, direction, r->level[direction][user]) : config->power_max_w[direction];
    const double bits_per_second = (double)r->rate[direction][user] * config->subchannel_hz[direction];
    return (config->weight_time + config->weight_energy * power) / bits_per_second;
}

/* Every user's best split at the final rates (Structure, point 2); the common-split decision is kept for comparison. */
void eswi_ecc_li_gd_resplit(eswi_ecc_li_gd *s, int scenario, const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = s->config;
    const eswi_ecc_instance instance = eswi_ecc_li_gd_instance(s, scenario);
    eswi_ecc_record *r = &s->records[scenario];
    const size_t users = (size_t)config->users;

    if (!r->live)
        return;
    r->kept_value = eswi_ecc_account(config, &instance, decision, NULL, NULL);
    memcpy(r->kept_split, decision->split, users * sizeof *r->kept_split);
    for (int d = 0; d < ECC_DIRECTIONS; d++)
        memcpy(r->kept_power + d * users, decision->power_w[d], users * sizeof *r->kept_power);
    for (int u = 0; u < config->users; u++) {
        const eswi_ecc_profile *profile = &config->profiles[instance.profile_of_user[u]];
        const int sent = r->split[u] < profile->units;
        double best = eswi_ecc_compute_utility(config, profile, profile->units);
        int split = profile->units;
        for (int j = 1; j < profile->units && r->assigned[ECC_UP][u] >= 0 && r->assigned[ECC_DOWN][u] >= 0;
             j++) {
            const double up = profile->bits[j] * price_per_bit(config, r, ECC_UP, u, sent);
            const double down = profile->result_bits * price_per_bit(config, r, ECC_DOWN, u, sent);
            const double value = eswi_ecc_compute_utility(config, profile, j) + (up + down);
            if (value < best) {
                best = value;
                split = j;
            }
        }
        for (int d = 0; d < ECC_DIRECTIONS && !sent; d++)
            r->level[d][u] = 1.0f;
        r->split[u] = split;
    }
}

/* The last word has the accountant: never worse than the common split it started from, nor than all local. */
void eswi_ecc_li_gd_settle(eswi_ecc_li_gd *s, int scenario, const eswi_ecc_decision *decision)
{
    const eswi_ecc_config *config = s->config;
    const eswi_ecc_instance instance = eswi_ecc_li_gd_instance(s, scenario);
    eswi_ecc_record *r = &s->records[scenario];
    const size_t users = (size_t)config->users;

    if (r->live) {
        double value = eswi_ecc_account(config, &instance, decision, NULL, NULL);
        if (config->split == ECC_SPLIT_PER_USER && r->kept_value < value) {
            memcpy(decision->split, r->kept_split, users * sizeof *r->kept_split);
            for (int d = 0; d < ECC_DIRECTIONS; d++)
                memcpy(decision->power_w[d], r->kept_power + d * users, users * sizeof *r->kept_power);
            for (size_t u = 0; u < users; u++)
                decision->compute_units[u] = config->best_units;
            eswi_ecc_decision_clamp(config, &instance, decision);
            value = r->kept_value;
        }
        /* Strictly: the two sums of the same utilities may differ in their last bits. */
        if (!(value < r->layers.local * (1.0 - 1e-12))) {
            eswi_ecc_decision_reset(config, &instance, s->config->access, decision);
            r->diagnostics.common_split = 0;
        }
    }
    r->diagnostics.access = decision->diagnostics->access;
    *decision->diagnostics = r->diagnostics;
}
