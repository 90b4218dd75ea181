/* ECC: what the accountant says of a decision user by user, in double precision, (5)-(19). User by user in index
 * order: the SINR of both links from the users on the same subchannel, the rates, then latency, energy and utility;
 * sums run in the one fixed shape of base/reduce.h. Shared by host and device: account.c is the accountant itself. */
#ifndef ESWI_ECC_ACCOUNT_H
#define ESWI_ECC_ACCOUNT_H

#include "base/detmath.h"
#include "base/reduce.h"
#include "ecc/blocks.h"
#include "ecc/cost.h"
#include "ecc/links.h"

/* A decision being scored, with its users listed by (direction, subchannel). */
typedef struct eswi_ecc_ledger {
    const eswi_ecc_config *config;
    const eswi_ecc_instance *instance;
    const eswi_ecc_decision *decision;
    ecc_access access;
    const int32_t *first[ECC_DIRECTIONS], *next[ECC_DIRECTIONS]; /* [M], [U] who is on a subchannel: links.h */
} eswi_ecc_ledger;

ESW_FN bool eswi_ecc_sends(const eswi_ecc_ledger *a, int user)
{
    return a->decision->split[user] < a->config->profiles[a->instance->profile_of_user[user]].units;
}

/* |h|^2 between a user and an AP on a subchannel. */
ESW_FN double eswi_ecc_gain(const eswi_ecc_ledger *a, int direction, int user, int ap, int subchannel)
{
    const size_t link = (size_t)user * (size_t)a->config->aps + (size_t)ap;
    return (double)eswi_ecc_gains(a->instance, direction)[link * (size_t)a->config->subchannels + (size_t)subchannel];
}

/* SIC: whether user i hears user v of its own cluster. Uplink: the AP decodes larger gains first, so i is
 * disturbed by smaller ones. Downlink: weaker users decode first and i is disturbed by larger ones. Of equal
 * gains the smaller index is decoded first, in both directions. */
ESW_FN bool eswi_ecc_disturbs(int direction, double gain_v, int v, double gain_i, int i)
{
    if (gain_v == gain_i) {
        return v > i;
    }
    return direction == ECC_UP ? gain_v < gain_i : gain_v > gain_i;
}

/* The power user v of i's own cluster adds to i's interference: v's own received power in the uplink; in the
 * downlink v's share of the superposed signal through i's channel, or, as (8) is printed, through v's. */
ESW_FN double eswi_ecc_intra_cell_w(const eswi_ecc_ledger *a, int direction, int v, int i, int subchannel)
{
    const int ap = a->instance->ap_of_user[i];
    const double gain_v = eswi_ecc_gain(a, direction, v, ap, subchannel),
                 gain_i = eswi_ecc_gain(a, direction, i, ap, subchannel);
    if (v == i || !eswi_ecc_disturbs(direction, gain_v, v, gain_i, i)) {
        return 0.0;
    }
    const bool through_v = direction == ECC_UP || a->config->reading == ECC_PUBLISHED;
    return a->decision->power_w[direction][v] * (through_v ? gain_v : gain_i);
}

/* The power user v of another cell adds: its signal at i's AP, or its AP's signal for it at i. */
ESW_FN double eswi_ecc_inter_cell_w(const eswi_ecc_ledger *a, int direction, int v, int i, int subchannel)
{
    const int32_t *ap = a->instance->ap_of_user;
    return a->decision->power_w[direction][v] * (direction == ECC_UP
                                                     ? eswi_ecc_gain(a, direction, v, ap[i], subchannel)
                                                     : eswi_ecc_gain(a, direction, i, ap[v], subchannel));
}

typedef struct eswi_ecc_link {
    double sinr, rate_bps;
} eswi_ecc_link;

/* (5), (6) or (8), (9) of a sending user. Under OMA the users assigned to the subchannel (in its cell:
 * oma-in-cell) have equal slices of it, senders or not; the noise shrinks with the slice, powers do not. */
ESW_FN eswi_ecc_link eswi_ecc_link_of(const eswi_ecc_ledger *a, int direction, int i)
{
    const int subchannel = a->decision->assigned[direction][i], ap = a->instance->ap_of_user[i];
    double intra_w = 0.0, inter_w = 0.0;
    int share = 0;
    for (int v = a->first[direction][subchannel]; v >= 0; v = a->next[direction][v]) {
        const bool same_cell = a->instance->ap_of_user[v] == ap;
        share += a->access == ECC_OMA || (a->access == ECC_OMA_IN_CELL && same_cell);
        if (!eswi_ecc_sends(a, v) || a->access == ECC_OMA) {
            continue;
        }
        if (!same_cell) {
            inter_w += eswi_ecc_inter_cell_w(a, direction, v, i, subchannel);
        } else if (a->access == ECC_NOMA) {
            intra_w += eswi_ecc_intra_cell_w(a, direction, v, i, subchannel);
        }
    }
    const int slices = a->access == ECC_NOMA ? 1 : share;
    const double received_w =
        a->decision->power_w[direction][i] * eswi_ecc_gain(a, direction, i, ap, subchannel);
    eswi_ecc_link result;
    result.sinr = eswi_ecc_slice_sinr(a->config, direction, slices, received_w, intra_w + inter_w);
    result.rate_bps = eswi_ecc_rate(a->config->subchannel_hz[direction] / slices, result.sinr);
    return result;
}

typedef struct eswi_ecc_score {
    eswi_ecc_link links[ECC_DIRECTIONS];
    double latency_s, energy_j, utility;
} eswi_ecc_score;

ESW_FN eswi_ecc_score eswi_ecc_score_user(const eswi_ecc_ledger *a, int user)
{
    const eswi_ecc_config *config = a->config;
    const eswi_ecc_decision *decision = a->decision;
    const eswi_ecc_profile *profile = &config->profiles[a->instance->profile_of_user[user]];
    eswi_ecc_score score = {{{0.0, 0.0}, {0.0, 0.0}}, 0.0, 0.0, 0.0};
    eswi_ecc_transfer transfer = {{0.0, 0.0}, {0.0, 0.0}};
    double edge_flops_per_s = 0.0;
    if (eswi_ecc_sends(a, user)) {
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            score.links[d] = eswi_ecc_link_of(a, d, user);
            transfer.power_w[d] = decision->power_w[d][user];
            transfer.rate_bps[d] = score.links[d].rate_bps;
        }
        edge_flops_per_s = eswi_ecc_edge_flops_per_s(config, decision->compute_units[user]);
    }
    const int split = decision->split[user];
    score.latency_s = eswi_ecc_latency_s(config, profile, split, edge_flops_per_s, &transfer);
    score.energy_j = eswi_ecc_energy_j(config, profile, split, edge_flops_per_s, &transfer);
    score.utility = config->weight_time * score.latency_s + config->weight_energy * score.energy_j; /* (19) */
    return score;
}

/* The memory of the lists of both directions, in ints. */
ESW_FN size_t eswi_ecc_ledger_ints(const eswi_ecc_config *config)
{
    return ECC_DIRECTIONS * ((size_t)config->subchannels + (size_t)config->users);
}

/* Opens a ledger; `lists` holds eswi_ecc_ledger_ints(config). */
ESW_FN eswi_ecc_ledger eswi_ecc_ledger_open(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                                            const eswi_ecc_decision *decision, int32_t *lists)
{
    eswi_ecc_ledger a;
    a.config = config;
    a.instance = instance;
    a.decision = decision;
    a.access = (ecc_access)decision->diagnostics->access;
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        int32_t *first = lists + d * (config->subchannels + config->users), *next = first + config->subchannels;
        eswi_ecc_link_users(config->users, config->subchannels, decision->assigned[d], first, next);
        a.first[d] = first;
        a.next[d] = next;
    }
    return a;
}

/* The gap between a decision's sum of utilities (20) and a bound on it, relative, as it is reported. */
ESW_FN double eswi_ecc_reported_gap(double total, double bound, int users)
{
    const double utility = total / users;
    return (utility - bound / users) / utility;
}

/* The sum of utilities (20) alone: what eswi_ecc_account returns, without its memory. */
ESW_FN double eswi_ecc_utility_sum(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                                   const eswi_ecc_decision *decision, int32_t *lists)
{
    const eswi_ecc_ledger a = eswi_ecc_ledger_open(config, instance, decision, lists);
    eswi_tree16_walk walk = {0.0, 0.0, 0.0, 0.0};
    double total = 0.0;
    for (int i = 0; i < ESWI_SUM_PARTIALS; i++) {
        double partial = 0.0;
        for (int u = eswi_tree16_turn(i); u < config->users; u += ESWI_SUM_PARTIALS)
            partial += eswi_ecc_score_user(&a, u).utility;
        total = eswi_tree16_take(&walk, i, partial);
    }
    return total;
}

#endif
