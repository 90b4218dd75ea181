#include "naive_optimum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double weighted(const eswi_ecc_config *g, double seconds, double joules)
{
    return g->weight_time * seconds + g->weight_energy * joules;
}

static double computing(const eswi_ecc_config *g, const eswi_ecc_profile *p, int split, double units)
{
    const double c = g->device_flops, z = pow(units, g->lambda_exponent) * g->edge_unit_flops;
    double here = 0.0, there = 0.0;
    for (int l = 1; l <= p->units; l++)
        *(l <= split ? &here : &there) += p->flops[l];
    return weighted(g, here / c + there / z,
                    g->cycles_per_flop * (g->kappa_device * c * c * here + g->kappa_edge * z * z * there));
}

/* The received power per watt that user v is to user i on subchannel m, 0 where SIC or the access takes it away. */
static double disturbance(const test_case *c, int d, int m, int i, int v)
{
    const int32_t *ap = c->instance.ap_of_user;
    if (c->config.access == ECC_OMA || i == v)
        return 0.0;
    if (ap[i] != ap[v])
        return d == ECC_UP ? (double)*case_gain(c, d, v, ap[i], m) : (double)*case_gain(c, d, i, ap[v], m);
    if (c->config.access == ECC_OMA_IN_CELL)
        return 0.0;
    const double own_i = (double)case_own_gain(c, d, i, m), own_v = (double)case_own_gain(c, d, v, m);
    const int i_first = d == ECC_UP ? own_i > own_v || (own_i == own_v && i < v) /* decoded before v */
                                    : own_i < own_v || (own_i == own_v && i < v);
    if (!i_first)
        return 0.0;
    return d == ECC_UP || c->config.reading == ECC_PUBLISHED ? own_v : own_i;
}

/* Into how many slices subchannel m is cut for user i. */
static int sharers(const test_case *c, int d, int m, int i)
{
    int count = 0;
    for (int v = 0; v < c->config.users; v++)
        count += c->decision.assigned[d][v] == m &&
                 (c->config.access == ECC_OMA || (c->config.access == ECC_OMA_IN_CELL &&
                                                  c->instance.ap_of_user[v] == c->instance.ap_of_user[i]));
    return count > 0 ? count : 1;
}

naive naive_of(const test_case *c, int levels, int m)
{
    const eswi_ecc_config *g = &c->config;
    naive n = {.c = c, .n = g->users};
    for (int i = 0; i < n.n; i++) {
        const eswi_ecc_profile *p = case_profile(c, i);
        n.local[i] = computing(g, p, p->units, 1.0);
        for (int s = 1; s < p->units; s++) {
            n.computing[i][s] = INFINITY;
            if (levels == 0)
                n.computing[i][s] = computing(g, p, s, eswi_ecc_oracle_best_units(g));
            for (int r = 0; r < levels; r++) {
                const double units = r == levels - 1
                                         ? g->units_max
                                         : g->units_min + r * (g->units_max - g->units_min) / (levels - 1);
                n.computing[i][s] = fmin(n.computing[i][s], computing(g, p, s, units));
            }
        }
        for (int d = 0; d < ECC_DIRECTIONS; d++) {
            n.noise_w[d][i] = g->noise_w[d] / sharers(c, d, m, i);
            n.band_hz[d][i] = g->subchannel_hz[d] / sharers(c, d, m, i);
            n.own[d][i] = (double)case_own_gain(c, d, i, m);
            for (int v = 0; v < n.n; v++)
                n.heard[d][i][v] = disturbance(c, d, m, i, v);
        }
    }
    return n;
}

double naive_direction(const naive *n, int d, unsigned senders, const double *power_w)
{
    double sum = 0.0;
    for (int i = n->n - 1; i >= 0; i--) {
        if (!(senders >> i & 1u))
            continue;
        double interference = n->noise_w[d][i];
        for (int v = n->n - 1; v >= 0; v--)
            interference += senders >> v & 1u ? n->heard[d][i][v] * power_w[v] : 0.0;
        const double rate = n->band_hz[d][i] / M_LN2 * log1p(power_w[i] * n->own[d][i] / interference);
        const double per_bit = weighted(&n->c->config, 1.0 / rate, power_w[i] / rate);
        const eswi_ecc_profile *p = case_profile(n->c, i);
        double least = d == ECC_UP ? INFINITY : p->result_bits * per_bit;
        for (int s = p->units - 1; s >= 1 && d == ECC_UP; s--)
            least = fmin(least, n->computing[i][s] + p->bits[s] * per_bit);
        sum += least;
    }
    return sum;
}

double naive_least(const naive *n, int d, unsigned senders, const double *level_w, int levels)
{
    int at[NAIVE_USERS] = {0};
    double power_w[NAIVE_USERS] = {0.0}, least = INFINITY;
    for (;;) {
        for (int i = 0; i < n->n; i++)
            power_w[i] = level_w[at[i]];
        least = fmin(least, naive_direction(n, d, senders, power_w));
        int i = 0;
        while (i < n->n && (!(senders >> i & 1u) || ++at[i] == levels))
            at[i++] = 0;
        if (i == n->n)
            return least;
    }
}

double naive_local(const naive *n, unsigned senders)
{
    double sum = 0.0;
    for (int i = 0; i < n->n; i++)
        sum += senders >> i & 1u ? 0.0 : n->local[i];
    return sum;
}

void draw_optimum_case(test_case *c, uint64_t seed, uint64_t index, const case_shape *shape)
{
    case_draw(c, seed, index, shape);
    c->config.access = index % 4 < 3 ? ECC_NOMA : c->config.access;
    c->config.gap = 1e-3;
    c->config.max_nodes = 1 << 14;
    c->config.max_combinations = 1e12;
    c->config.starts = 2;
    dice d = dice_of(seed + 1, index); /* strong and weak users both, but none that nobody would serve */
    for (int dir = 0; dir < ECC_DIRECTIONS; dir++)
        for (int u = 0; u < c->config.users; u++)
            for (int n = 0; n < c->config.aps && index % 5; n++)
                for (int m = 0; m < c->config.subchannels; m++)
                    *case_gain(c, dir, u, n, m) =
                        (float)dice_log(&d, n == c->instance.ap_of_user[u] ? 1e-11 : 1e-14, 1e-8);
}

void draw_component(test_case *c, uint64_t seed, uint64_t index, int aps, int users)
{
    draw_optimum_case(
        c, seed, index,
        &(case_shape){
            .aps = aps, .users = users, .subchannels = 1, .cluster_cap = users, .ties = index % 5 == 0});
}

void solve_component(test_case *c, ecc_method method, const eswi_ecc_optimum_kernels *kernels)
{
    const size_t bytes = (eswi_ecc_optimum_bytes(method, &c->config) + 63) / 64 * 64;
    void *scratch = aligned_alloc(64, bytes);
    if (!scratch)
        abort();
    eswi_ecc_optimum_prepare(method, &c->config, scratch);
    eswi_ecc_solve_optimum(method, &c->config, &c->instance, kernels, scratch, &c->decision);
    free(scratch);
}
