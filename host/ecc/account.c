/* ECC: the accountant. Scores a finished decision in double precision, (5)-(19), and is the only source of
 * reported metrics. User by user in index order: the SINR of both links from the users on the same
 * subchannel, the rates, then latency, energy and utility; sums run in the one fixed shape of base/reduce.h. */
#include "base/detmath.h"
#include "base/reduce.h"
#include "ecc/cost.h"
#include "ecc/ecc.h"
#include "ecc/links.h"

/* A decision being scored, with its users listed by (direction, subchannel). */
typedef struct ledger {
    const eswi_ecc_config *config;
    const eswi_ecc_instance *instance;
    const eswi_ecc_decision *decision;
    ecc_access access;
    const eswi_ecc_links *on_subchannel; /* [ECC_DIRECTIONS] */
} ledger;

static bool sends(const ledger *a, int user)
{
    return a->decision->split[user] < a->config->profiles[a->instance->profile_of_user[user]].units;
}

/* |h|^2 between a user and an AP on a subchannel. */
static double gain(const ledger *a, int direction, int user, int ap, int subchannel)
{
    const size_t link = (size_t)user * (size_t)a->config->aps + (size_t)ap;
    return (double)a->instance->gain[direction][link * (size_t)a->config->subchannels + (size_t)subchannel];
}

/* SIC: whether user i hears user v of its own cluster. Uplink: the AP decodes larger gains first, so i is
 * disturbed by smaller ones. Downlink: weaker users decode first and i is disturbed by larger ones. Of equal
 * gains the smaller index is decoded first, in both directions. */
static bool disturbs(int direction, double gain_v, int v, double gain_i, int i)
{
    if (gain_v == gain_i) {
        return v > i;
    }
    return direction == ECC_UP ? gain_v < gain_i : gain_v > gain_i;
}

/* The power user v of i's own cluster adds to i's interference: v's own received power in the uplink; in the
 * downlink v's share of the superposed signal through i's channel, or, as (8) is printed, through v's. */
static double intra_cell_w(const ledger *a, int direction, int v, int i, int subchannel)
{
    const int ap = a->instance->ap_of_user[i];
    const double gain_v = gain(a, direction, v, ap, subchannel), gain_i = gain(a, direction, i, ap, subchannel);
    if (v == i || !disturbs(direction, gain_v, v, gain_i, i)) {
        return 0.0;
    }
    const bool through_v = direction == ECC_UP || a->config->reading == ECC_PUBLISHED;
    return a->decision->power_w[direction][v] * (through_v ? gain_v : gain_i);
}

/* The power user v of another cell adds: its signal at i's AP, or its AP's signal for it at i. */
static double inter_cell_w(const ledger *a, int direction, int v, int i, int subchannel)
{
    const int32_t *ap = a->instance->ap_of_user;
    return a->decision->power_w[direction][v] * (direction == ECC_UP
                                                     ? gain(a, direction, v, ap[i], subchannel)
                                                     : gain(a, direction, i, ap[v], subchannel));
}

typedef struct link {
    double sinr, rate_bps;
} link;

/* (5), (6) or (8), (9) of a sending user. Under OMA the users assigned to the subchannel (in its cell:
 * oma-in-cell) have equal slices of it, senders or not; the noise shrinks with the slice, powers do not. */
static link link_of(const ledger *a, int direction, int i)
{
    const int subchannel = a->decision->assigned[direction][i], ap = a->instance->ap_of_user[i];
    double intra_w = 0.0, inter_w = 0.0;
    int share = 0;
    const eswi_ecc_links *links = &a->on_subchannel[direction];
    for (int v = links->first[subchannel]; v >= 0; v = links->next[v]) {
        const bool same_cell = a->instance->ap_of_user[v] == ap;
        share += a->access == ECC_OMA || (a->access == ECC_OMA_IN_CELL && same_cell);
        if (!sends(a, v) || a->access == ECC_OMA) {
            continue;
        }
        if (!same_cell) {
            inter_w += inter_cell_w(a, direction, v, i, subchannel);
        } else if (a->access == ECC_NOMA) {
            intra_w += intra_cell_w(a, direction, v, i, subchannel);
        }
    }
    const int slices = a->access == ECC_NOMA ? 1 : share;
    const double received_w = a->decision->power_w[direction][i] * gain(a, direction, i, ap, subchannel);
    link result;
    result.sinr = eswi_ecc_slice_sinr(a->config, direction, slices, received_w, intra_w + inter_w);
    result.rate_bps = eswi_ecc_rate(a->config->subchannel_hz[direction] / slices, result.sinr);
    return result;
}

typedef struct user_score {
    link links[ECC_DIRECTIONS];
    double latency_s, energy_j, utility;
} user_score;

static user_score score_user(const ledger *a, int user)
{
    const eswi_ecc_config *config = a->config;
    const eswi_ecc_decision *decision = a->decision;
    const eswi_ecc_profile *profile = &config->profiles[a->instance->profile_of_user[user]];
    user_score score = {{{0.0, 0.0}, {0.0, 0.0}}, 0.0, 0.0, 0.0};
    eswi_ecc_transfer transfer = {{0.0, 0.0}, {0.0, 0.0}};
    double edge_flops_per_s = 0.0;
    if (sends(a, user)) {
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            score.links[d] = link_of(a, d, user);
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

static void put(double *values, int user, double value)
{
    if (values) {
        values[user] = value;
    }
}

static void put_terms(const eswi_ecc_terms *terms, int user, const user_score *score)
{
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        put(terms->sinr[d], user, score->links[d].sinr);
        put(terms->rate_bps[d], user, score->links[d].rate_bps);
    }
    put(terms->latency_s, user, score->latency_s);
    put(terms->energy_j, user, score->energy_j);
    put(terms->utility, user, score->utility);
}

static void put_diagnostics(const eswi_ecc_diagnostics *diagnostics, double *metrics)
{
    metrics[ECC_METRIC_ITERATIONS] = diagnostics->iterations;
    metrics[ECC_METRIC_EVALUATIONS] = diagnostics->evaluations;
    metrics[ECC_METRIC_EVALUATIONS_FIRST] = diagnostics->evaluations_first;
    metrics[ECC_METRIC_EVALUATIONS_LATER] =
        diagnostics->layers_later > 0 ? (double)diagnostics->evaluations_later / diagnostics->layers_later
                                      : 0.0;
    metrics[ECC_METRIC_UNCONVERGED] = diagnostics->unconverged_layers > 0;
    metrics[ECC_METRIC_UNROUNDED] = diagnostics->unrounded;
    metrics[ECC_METRIC_GRADIENT_NORM] = (double)diagnostics->gradient_norm;
    metrics[ECC_METRIC_NODES] = diagnostics->nodes;
}

/* The bound is on (20), the metrics are means over users. A decision that was not searched for has no metrics. */
static void put_bound(const eswi_ecc_diagnostics *diagnostics, int users, double *metrics)
{
    const double utility = metrics[ECC_METRIC_UTILITY];
    const bool proved = diagnostics->bound > 0.0;
    metrics[ECC_METRIC_BOUND] = proved ? diagnostics->bound / users : eswi_nan();
    metrics[ECC_METRIC_GAP] = proved ? (utility - metrics[ECC_METRIC_BOUND]) / utility : eswi_nan();
    for (int m = 0; m < ECC_METRICS && diagnostics->reason == ECC_REASON_TOO_LARGE; m++) {
        metrics[m] = eswi_nan();
    }
}

double eswi_ecc_account(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                        const eswi_ecc_decision *decision, double *metrics, const eswi_ecc_terms *terms)
{
    const int users = config->users;
    eswi_ecc_links on_subchannel[ECC_DIRECTIONS];
    for (int d = 0; d < ECC_DIRECTIONS; d++) {
        eswi_ecc_link_users(users, config->subchannels, decision->assigned[d], on_subchannel[d].first,
                            on_subchannel[d].next);
    }
    const ledger a = {config, instance, decision, (ecc_access)decision->diagnostics->access, on_subchannel};
    eswi_sum16 latency = {{0.0}}, energy = {{0.0}}, utility = {{0.0}};
    int64_t offloaded = 0, splits = 0;
    for (int u = 0; u < users; u++) {
        const user_score score = score_user(&a, u);
        eswi_sum16_add(&latency, (size_t)u, score.latency_s);
        eswi_sum16_add(&energy, (size_t)u, score.energy_j);
        eswi_sum16_add(&utility, (size_t)u, score.utility);
        offloaded += sends(&a, u);
        splits += decision->split[u];
        if (terms) {
            put_terms(terms, u, &score);
        }
    }
    const double total = eswi_sum16_total(&utility); /* (20) */
    if (metrics) {
        metrics[ECC_METRIC_LATENCY] = eswi_sum16_total(&latency) / users;
        metrics[ECC_METRIC_ENERGY] = eswi_sum16_total(&energy) / users;
        metrics[ECC_METRIC_UTILITY] = total / users;
        metrics[ECC_METRIC_OFFLOADED] = (double)offloaded / users;
        metrics[ECC_METRIC_SPLIT] = (double)splits / users;
        put_diagnostics(decision->diagnostics, metrics);
        put_bound(decision->diagnostics, users, metrics);
    }
    return total;
}
