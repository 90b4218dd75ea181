/* See oracle.h. Readings of the paper where it is ambiguous are named E1-E18 as in docs/theory.md. */
#include "ecc/oracle.h"

#include <math.h>

static const eswi_ecc_profile *profile_of(const eswi_ecc_oracle *at, int user)
{
    return &at->config->profiles[at->instance->profile_of_user[user]];
}

/* |h|^2, |H|^2 (own AP) and |g|^2, |G|^2 (another AP) of one user, AP and subchannel. */
static double gain(const eswi_ecc_oracle *at, int direction, int user, int ap, int subchannel)
{
    const size_t aps = (size_t)at->config->aps, subchannels = (size_t)at->config->subchannels;
    return (double)
        at->instance->gain[direction][((size_t)user * aps + (size_t)ap) * subchannels + (size_t)subchannel];
}

static double own_gain(const eswi_ecc_oracle *at, int direction, int user, int subchannel)
{
    return gain(at, direction, user, at->instance->ap_of_user[user], subchannel);
}

static bool same_ap(const eswi_ecc_oracle *at, int user, int other)
{
    return at->instance->ap_of_user[user] == at->instance->ap_of_user[other];
}

eswi_ecc_oracle eswi_ecc_oracle_at(const eswi_ecc_config *config, const eswi_ecc_instance *instance,
                                   const eswi_ecc_decision *decision)
{
    return (eswi_ecc_oracle){
        .config = config,
        .instance = instance,
        .access = (ecc_access)decision->diagnostics->access,
        .split = decision->split,
        .assigned = {decision->assigned[ECC_UP], decision->assigned[ECC_DOWN]},
        .power_w = {decision->power_w[ECC_UP], decision->power_w[ECC_DOWN]},
        .compute_units = decision->compute_units,
    };
}

/* E10: s = F computes everything locally and sends nothing. */
bool eswi_ecc_oracle_offloads(const eswi_ecc_oracle *at, int user)
{
    return at->split[user] < profile_of(at, user)->units;
}

double eswi_ecc_oracle_share(const eswi_ecc_oracle *at, int direction, int user, int subchannel)
{
    if (at->beta[direction])
        return at->beta[direction][(size_t)user * (size_t)at->config->subchannels + (size_t)subchannel];
    return at->assigned[direction][user] == subchannel ? 1.0 : 0.0;
}

/* E4. */
bool eswi_ecc_oracle_remains(const eswi_ecc_oracle *at, int direction, int user, int other, int subchannel)
{
    const double own = own_gain(at, direction, user, subchannel);
    const double others = own_gain(at, direction, other, subchannel);
    if (own == others)
        return other > user;
    return direction == ECC_UP ? others < own : others > own;
}

/* E13. */
int eswi_ecc_oracle_slices(const eswi_ecc_oracle *at, int direction, int user, int subchannel)
{
    if (at->access == ECC_NOMA)
        return 1;
    int slices = 0;
    for (int v = 0; v < at->config->users; v++) {
        const bool counted = at->access == ECC_OMA || same_ap(at, user, v);
        if (counted && at->assigned[direction][v] == subchannel)
            slices++;
    }
    return slices;
}

/* The frequency a user has of a subchannel, Hz: B / M, or its slice of that. */
static double width_hz(const eswi_ecc_oracle *at, int direction, int user, int subchannel)
{
    const double subchannel_hz = at->config->bandwidth_hz[direction] / at->config->subchannels;
    return subchannel_hz / eswi_ecc_oracle_slices(at, direction, user, subchannel);
}

/* sigma^2 of (5), (8), W. */
static double noise_w(const eswi_ecc_oracle *at, int direction, int user, int subchannel)
{
    const double figure = pow(10.0, at->config->noise_figure_db / 10.0);
    return at->config->noise_w_per_hz * figure * width_hz(at, direction, user, subchannel);
}

/* beta_v p_v of a user as others receive it: nothing if it is local. */
static double sent_power(const eswi_ecc_oracle *at, int direction, int user, int subchannel)
{
    const double share = eswi_ecc_oracle_share(at, direction, user, subchannel);
    return share > 0.0 && eswi_ecc_oracle_offloads(at, user) ? share * at->power_w[direction][user] : 0.0;
}

/* (5). The AP hears its own users that SIC has not removed yet, and every other cell's users through their gain
 * to it. */
double eswi_ecc_oracle_uplink_sinr(const eswi_ecc_oracle *at, int i, int m)
{
    const int n = at->instance->ap_of_user[i];
    double intra = 0.0, inter = 0.0;
    for (int v = 0; v < at->config->users; v++) {
        const double received = sent_power(at, ECC_UP, v, m) * gain(at, ECC_UP, v, n, m);
        if (!same_ap(at, i, v))
            inter += received;
        else if (v != i && eswi_ecc_oracle_remains(at, ECC_UP, i, v, m))
            intra += received;
    }
    if (at->access != ECC_NOMA)
        intra = 0.0; /* slices of one cell are orthogonal */
    if (at->access == ECC_OMA)
        inter = 0.0; /* and so are those of different cells */
    return at->power_w[ECC_UP][i] * own_gain(at, ECC_UP, i, m) / (intra + inter + noise_w(at, ECC_UP, i, m));
}

/* (8). User i hears the powers its own AP sends to users not decoded yet, through i's own gain (E5; `published`
 * prints the gain of user q), and what every other AP x sends on m, through its gain from x. */
double eswi_ecc_oracle_downlink_sinr(const eswi_ecc_oracle *at, int i, int k)
{
    const bool printed = at->config->reading == ECC_PUBLISHED;
    double intra = 0.0, inter = 0.0;
    for (int q = 0; q < at->config->users; q++) {
        const double sent = sent_power(at, ECC_DOWN, q, k);
        if (!same_ap(at, i, q))
            inter += sent * gain(at, ECC_DOWN, i, at->instance->ap_of_user[q], k);
        else if (q != i && eswi_ecc_oracle_remains(at, ECC_DOWN, i, q, k))
            intra += sent * own_gain(at, ECC_DOWN, printed ? q : i, k);
    }
    if (at->access != ECC_NOMA)
        intra = 0.0;
    if (at->access == ECC_OMA)
        inter = 0.0;
    return at->power_w[ECC_DOWN][i] * own_gain(at, ECC_DOWN, i, k) /
           (intra + inter + noise_w(at, ECC_DOWN, i, k));
}

double eswi_ecc_oracle_sinr(const eswi_ecc_oracle *at, int direction, int i, int m)
{
    return direction == ECC_UP ? eswi_ecc_oracle_uplink_sinr(at, i, m)
                               : eswi_ecc_oracle_downlink_sinr(at, i, m);
}

/* (6), (9), with the sum over the subchannels a user holds (E3). */
double eswi_ecc_oracle_rate(const eswi_ecc_oracle *at, int direction, int i)
{
    if (!eswi_ecc_oracle_offloads(at, i))
        return 0.0;
    double rate = 0.0;
    for (int m = 0; m < at->config->subchannels; m++) {
        const double share = eswi_ecc_oracle_share(at, direction, i, m);
        if (share > 0.0) {
            const double sinr = eswi_ecc_oracle_sinr(at, direction, i, m);
            rate += share * width_hz(at, direction, i, m) * (log1p(sinr) / M_LN2);
        }
    }
    return rate;
}

double eswi_ecc_oracle_bits(const eswi_ecc_oracle *at, int direction, int i)
{
    if (!eswi_ecc_oracle_offloads(at, i))
        return 0.0;
    return direction == ECC_UP ? profile_of(at, i)->bits[at->split[i]] : profile_of(at, i)->result_bits;
}

double eswi_ecc_oracle_device_flops(const eswi_ecc_oracle *at, int i)
{
    double flops = 0.0;
    for (int unit = 1; unit <= at->split[i]; unit++)
        flops += profile_of(at, i)->flops[unit];
    return flops;
}

double eswi_ecc_oracle_edge_flops(const eswi_ecc_oracle *at, int i)
{
    double flops = 0.0;
    for (int unit = at->split[i] + 1; unit <= profile_of(at, i)->units; unit++)
        flops += profile_of(at, i)->flops[unit];
    return flops;
}

/* E18: lambda(r) = r^lambda_exponent. */
double eswi_ecc_oracle_edge_speed(const eswi_ecc_config *config, double units)
{
    return pow(units, config->lambda_exponent) * config->edge_unit_flops;
}

/* (1). */
double eswi_ecc_oracle_device_latency(const eswi_ecc_oracle *at, int i)
{
    return eswi_ecc_oracle_device_flops(at, i) / at->config->device_flops;
}

/* (3). */
double eswi_ecc_oracle_server_latency(const eswi_ecc_oracle *at, int i)
{
    if (!eswi_ecc_oracle_offloads(at, i))
        return 0.0;
    return eswi_ecc_oracle_edge_flops(at, i) / eswi_ecc_oracle_edge_speed(at->config, at->compute_units[i]);
}

/* (7). */
double eswi_ecc_oracle_upload_latency(const eswi_ecc_oracle *at, int i)
{
    if (!eswi_ecc_oracle_offloads(at, i))
        return 0.0;
    return eswi_ecc_oracle_bits(at, ECC_UP, i) / eswi_ecc_oracle_rate(at, ECC_UP, i);
}

/* (10). */
double eswi_ecc_oracle_download_latency(const eswi_ecc_oracle *at, int i)
{
    if (!eswi_ecc_oracle_offloads(at, i))
        return 0.0;
    return eswi_ecc_oracle_bits(at, ECC_DOWN, i) / eswi_ecc_oracle_rate(at, ECC_DOWN, i);
}

/* (11). */
double eswi_ecc_oracle_transfer_latency(const eswi_ecc_oracle *at, int i)
{
    return eswi_ecc_oracle_upload_latency(at, i) + eswi_ecc_oracle_download_latency(at, i);
}

/* (12). */
double eswi_ecc_oracle_latency(const eswi_ecc_oracle *at, int i)
{
    return eswi_ecc_oracle_device_latency(at, i) + eswi_ecc_oracle_server_latency(at, i) +
           eswi_ecc_oracle_transfer_latency(at, i);
}

/* (13), phi in cycles per FLOP (E1). */
double eswi_ecc_oracle_device_energy(const eswi_ecc_oracle *at, int i)
{
    const eswi_ecc_config *config = at->config;
    return config->kappa_device * pow(config->device_flops, 2.0) * config->cycles_per_flop *
           eswi_ecc_oracle_device_flops(at, i);
}

/* (14). */
double eswi_ecc_oracle_upload_energy(const eswi_ecc_oracle *at, int i)
{
    if (!eswi_ecc_oracle_offloads(at, i))
        return 0.0;
    return at->power_w[ECC_UP][i] * eswi_ecc_oracle_upload_latency(at, i);
}

/* (15). */
double eswi_ecc_oracle_download_energy(const eswi_ecc_oracle *at, int i)
{
    if (!eswi_ecc_oracle_offloads(at, i))
        return 0.0;
    return at->power_w[ECC_DOWN][i] * eswi_ecc_oracle_download_latency(at, i);
}

/* (16), with the operations left to the edge (E2). */
double eswi_ecc_oracle_server_energy(const eswi_ecc_oracle *at, int i)
{
    if (!eswi_ecc_oracle_offloads(at, i))
        return 0.0;
    const eswi_ecc_config *config = at->config;
    return config->kappa_edge * pow(eswi_ecc_oracle_edge_speed(config, at->compute_units[i]), 2.0) *
           config->cycles_per_flop * eswi_ecc_oracle_edge_flops(at, i);
}

/* (17), with m_i in its last term (E2). */
double eswi_ecc_oracle_energy(const eswi_ecc_oracle *at, int i)
{
    return eswi_ecc_oracle_device_energy(at, i) + eswi_ecc_oracle_server_energy(at, i) +
           eswi_ecc_oracle_upload_energy(at, i) + eswi_ecc_oracle_download_energy(at, i);
}

/* (19). */
double eswi_ecc_oracle_utility(const eswi_ecc_oracle *at, int i)
{
    return at->config->weight_time * eswi_ecc_oracle_latency(at, i) +
           at->config->weight_energy * eswi_ecc_oracle_energy(at, i);
}

/* (20). */
double eswi_ecc_oracle_objective(const eswi_ecc_oracle *at)
{
    double sum = 0.0;
    for (int i = 0; i < at->config->users; i++)
        sum += eswi_ecc_oracle_utility(at, i);
    return sum;
}

/* The terms of (22) with R or Phi of one direction, E3 for the rate. */
double eswi_ecc_oracle_direction_value(const eswi_ecc_oracle *at, int direction)
{
    double sum = 0.0;
    for (int i = 0; i < at->config->users; i++) {
        if (eswi_ecc_oracle_offloads(at, i))
            sum += eswi_ecc_oracle_bits(at, direction, i) *
                   (at->config->weight_time + at->config->weight_energy * at->power_w[direction][i]) /
                   eswi_ecc_oracle_rate(at, direction, i);
    }
    return sum;
}

/* (57) per FLOP is wT / z + wE xi_e phi z^2 in z = lambda(r) c_min: it falls up to cbrt(wT / (2 wE xi_e phi)),
 * then rises. */
double eswi_ecc_oracle_best_units(const eswi_ecc_config *config)
{
    const double speed = cbrt(config->weight_time /
                              (2.0 * config->weight_energy * config->kappa_edge * config->cycles_per_flop));
    const double units = pow(speed / config->edge_unit_flops, 1.0 / config->lambda_exponent);
    return fmin(fmax(units, config->units_min),
                config->units_max); /* wE = 0 gives infinite speed, so units_max */
}

void eswi_ecc_oracle_metrics(const eswi_ecc_oracle *at, double *metrics)
{
    const int users = at->config->users;
    for (int k = 0; k < ECC_METRICS; k++)
        metrics[k] = NAN;
    metrics[ECC_METRIC_LATENCY] = metrics[ECC_METRIC_ENERGY] = 0.0;
    metrics[ECC_METRIC_OFFLOADED] = metrics[ECC_METRIC_SPLIT] = 0.0;
    for (int i = 0; i < users; i++) {
        metrics[ECC_METRIC_LATENCY] += eswi_ecc_oracle_latency(at, i) / users;
        metrics[ECC_METRIC_ENERGY] += eswi_ecc_oracle_energy(at, i) / users;
        metrics[ECC_METRIC_OFFLOADED] += (eswi_ecc_oracle_offloads(at, i) ? 1.0 : 0.0) / users;
        metrics[ECC_METRIC_SPLIT] += (double)at->split[i] / users;
    }
    metrics[ECC_METRIC_UTILITY] = eswi_ecc_oracle_objective(at) / users;
}
