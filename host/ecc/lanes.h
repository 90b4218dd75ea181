/* ECC, relaxed allocation: value and gradient of one direction, sixteen problems at a time. Shared by CPU and CUDA.
 *
 *   f(beta, p) = sum_u C_u / R_u,   C_u = work_u (wT + wE p_u),   R_u = sum_m beta_um log2(1 + p_u h_um / I_um)
 *
 * is the part of (22) that depends on one direction's allocation, with work_u = bits_u / b in seconds per (bit/s/Hz),
 * gains divided by the noise power (so that noise is 1), and I_um the interference of (5) or (8) plus 1. A user with
 * work_u = 0 stays local: it has no power, disturbs nobody and has no gradient.
 *
 *   a_um  = df/dI_um = lambda_u beta_um p_u h_um / (ln2 I (I + p h)),   lambda_u = C_u / R_u^2
 *   dq_vm = df/dq_vm for the radiated share q_vm = beta_vm p_v: the a of everyone v disturbs times the gain to them
 *   df/dbeta_vm = p_v dq_vm - lambda_v log2(1 + SINR_vm)
 *   df/dp_v     = work_v wE / R_v + sum_m beta_vm (dq_vm - lambda_v h_vm / (ln2 (I + p h)))
 *
 * A lane holds one column (one subchannel as one AP sees it) of one scenario. `across` = 0: the lanes are sixteen
 * scenarios and a tile is one subchannel. `across` = 1: one scenario, lane l of tile t is subchannel 16 t + l, and what
 * does not depend on the subchannel is the same in every lane. Both give the same bits: inside a column sums run in
 * index or decoding order, across columns and users they take the one shape of reduce.h.
 *
 * On the CPU a lane is a vector element; in CUDA it is a thread, ESW_EACH_LANE runs once and lane variables are
 * registers. Only the `across` sums cross lanes.
 *
 * Work: O(U N) per column. Layouts, fastest index last, L = ECC_LANES:
 *   gains and tile scratch [tile][...][user][L];  beta and its gradient [user][tile][L];  per-user values [user][L].
 */
#ifndef ESWI_ECC_LANES_H
#define ESWI_ECC_LANES_H

#include <stddef.h>
#include <stdint.h>

#include "base/detmath.h"
#include "base/portable.h"
#include "ecc/evaluation.h"

/* What one direction's evaluation reads; filled by lanes_load.h. */
typedef struct eswi_ecc_lanes {
    int users, aps, tiles, columns; /* columns = M; padded ones hold zero gains */
    int across;
    int regular;                    /* every lane has the same serving APs */
    int downlink;                   /* (8) instead of (5) */
    int published;                  /* downlink: intra-cell interference through the interferer's gain, as (8) prints */
    float weight_time, weight_energy;
    float subchannel_hz;            /* b; only the published gradient is not free of it */
    const float *own;               /* [T][U][L] gain to the serving AP over noise */
    const float *cross;             /* [T][N][U][L] gain to (from) every AP over noise, 0 for the serving one */
    const uint16_t *order;          /* [T][U][L] */
    const uint16_t *rank;           /* [T][U][L] position of a user in `order` */
    const uint16_t *ap;             /* [U][L] serving AP */
    const uint16_t *first, *last;   /* [N][L] positions of an AP's first and last decoded user; users if it has none */
    /* scratch */
    float *efficiency;              /* [T][U][L] log2(1 + SINR) */
    float *ratio;                   /* [T][U][L] SINR, later the column's share of df/dp */
    float *slope;                   /* [T][U][L] 1 / (ln2 (I + p h)) */
    float *column;                  /* [U][L] a value per user of the current column */
    float *scaled;                  /* [U][L] the same times the own gain */
    float *chain;                   /* [U][L] sums along the decoding order */
    float *coupled;                 /* [U][L] what a user receives from the others' values */
    float *ap_sum;                  /* [N][L] */
} eswi_ecc_lanes;

/* What runs along the chain: the column's values, or each times its user's own gain. */
ESW_FN const float *eswi_ecc_chain_source(const eswi_ecc_lanes *p, const float *ESW_RESTRICT own, int scaled)
{
    if (!scaled)
        return p->column;
    for (int u = 0; u < p->users; u++)
        ESW_EACH_LANE(l) { p->scaled[u * ECC_LANES + l] = p->column[u * ECC_LANES + l] * own[u * ECC_LANES + l]; }
    return p->scaled;
}

/* coupled_u = floor + other cells' values as u's AP receives them + the own cell's chain. `scaled`: the chain carries
 * value x own gain of the one who causes it; else the receiver's own gain multiplies the sum. `later`: the chain holds
 * who is decoded after u, else before. The uplink's interference, and the transpose of the downlink's. */
ESW_FN void eswi_ecc_couple_at_ap(const eswi_ecc_lanes *p, int tile, int later, int scaled, float floor)
{
    const int users = p->users;
    const size_t at = (size_t)tile * users * ECC_LANES;
    const float *own = p->own + at;
    ESW_LANE_VAR(float, cell);
    ESW_LANE_VAR(int, entry);
    ESW_LANE_VAR(float, others);

    eswi_ecc_cross_to_aps(users, p->aps, p->cross + at * p->aps, p->column, floor, p->ap_sum);
    const float *source = eswi_ecc_chain_source(p, own, scaled);
    eswi_ecc_chain(users, p->order + at, source, p->chain, later);
    for (int u = 0; u < users; u++) {
        ESW_LANES_LOOKUP(p->chain, p->rank + at + u * ECC_LANES, entry, cell);
        if (p->regular) {
            const float *row = p->ap_sum + p->ap[u * ECC_LANES] * ECC_LANES;
            ESW_EACH_LANE(l) { ESW_AT(others, l) = row[l]; }
        } else {
            ESW_LANES_LOOKUP(p->ap_sum, p->ap + u * ECC_LANES, entry, others);
        }
        ESW_EACH_LANE(l)
        {
            const int i = u * ECC_LANES + l;
            const float heard = scaled ? ESW_AT(cell, l) : own[i] * ESW_AT(cell, l);
            p->coupled[i] = ESW_AT(others, l) + heard;
        }
    }
}

/* The same where a value reaches users through their serving and other APs' sums: the downlink's interference, and the
 * transpose of the uplink's. */
ESW_FN void eswi_ecc_couple_at_user(const eswi_ecc_lanes *p, int tile, int later, int scaled, float floor)
{
    const int users = p->users;
    const size_t at = (size_t)tile * users * ECC_LANES;
    const float *own = p->own + at;
    ESW_LANE_VAR(float, cell);
    ESW_LANE_VAR(int, entry);

    eswi_ecc_chain(users, p->order + at, p->column, p->chain, later);
    eswi_ecc_chain_totals(users, p->aps, p->regular, later ? p->first : p->last, p->order + at, p->column,
                          p->chain, p->ap_sum);
    eswi_ecc_cross_to_users(users, p->aps, p->cross + at * p->aps, p->ap_sum, p->coupled);
    if (scaled)
        eswi_ecc_chain(users, p->order + at, eswi_ecc_chain_source(p, own, 1), p->chain, later);
    for (int u = 0; u < users; u++) {
        ESW_LANES_LOOKUP(p->chain, p->rank + at + u * ECC_LANES, entry, cell);
        ESW_EACH_LANE(l)
        {
            const int i = u * ECC_LANES + l;
            const float heard = scaled ? ESW_AT(cell, l) : own[i] * ESW_AT(cell, l);
            p->coupled[i] = (floor + p->coupled[i]) + heard;
        }
    }
}

/* One tile forwards: interference, SINR, spectral efficiency. (5), (8). */
ESW_FN void eswi_ecc_tile_forward(const eswi_ecc_lanes *p, int tile, const float *ESW_RESTRICT beta,
                                  const float *ESW_RESTRICT power)
{
    const int users = p->users;
    const size_t at = (size_t)tile * users * ECC_LANES;
    const float *own = p->own + at;

    for (int u = 0; u < users; u++) {
        ESW_EACH_LANE(l)
        {
            const int i = u * ECC_LANES + l;
            p->column[i] = beta[(size_t)(u * p->tiles + tile) * ECC_LANES + l] * power[i];
        }
    }
    if (p->downlink)
        eswi_ecc_couple_at_user(p, tile, 1, p->published, 1.0f);
    else
        eswi_ecc_couple_at_ap(p, tile, 1, 1, 1.0f);

    float *efficiency = p->efficiency + at, *ratio = p->ratio + at, *slope = p->slope + at;
    for (int u = 0; u < users; u++) {
        ESW_EACH_LANE(l)
        {
            const int i = u * ECC_LANES + l;
            const float signal = power[i] * own[i], interference = p->coupled[i];
            const float total = interference + signal;
            /* 1/I and 1/(I + p h) from one reciprocal, scaled so that it stays in range for I (I + p h) up to 10^54. */
            const float low = interference * 0x1p-40f, high = total * 0x1p-40f;
            const float inverse = eswi_reciprocalf(low * high);
            const float sinr = signal * ((inverse * high) * 0x1p-40f);
            ratio[i] = sinr;
            slope[i] = ECC_LOG2_E * ((inverse * low) * 0x1p-40f);
        }
    }
    for (int u = 0; u < users; u++)
        ESW_EACH_LANE(l) { efficiency[u * ECC_LANES + l] = eswi_log2_1pf_finite(ratio[u * ECC_LANES + l]); }
}

/* One tile backwards: with price_u = lambda_u, the column's gradient in beta and its share of df/dp (into `ratio`). */
ESW_FN void eswi_ecc_tile_backward(const eswi_ecc_lanes *p, int tile, const float *ESW_RESTRICT beta,
                                   const float *ESW_RESTRICT power, const float *ESW_RESTRICT price,
                                   float *ESW_RESTRICT beta_gradient)
{
    const int users = p->users;
    const size_t at = (size_t)tile * users * ECC_LANES;
    const float *own = p->own + at, *efficiency = p->efficiency + at, *slope = p->slope + at;
    float *ratio = p->ratio + at;

    for (int u = 0; u < users; u++) {
        ESW_EACH_LANE(l)
        {
            const int i = u * ECC_LANES + l;
            const float weight = price[i] * beta[(size_t)(u * p->tiles + tile) * ECC_LANES + l];
            p->column[i] = (weight * slope[i]) * ratio[i];
        }
    }
    if (p->downlink)
        eswi_ecc_couple_at_ap(p, tile, 0, !p->published, 0.0f);
    else
        eswi_ecc_couple_at_user(p, tile, 0, 0, 0.0f);

    for (int u = 0; u < users; u++) {
        ESW_EACH_LANE(l)
        {
            const int i = u * ECC_LANES + l;
            const size_t b = (size_t)(u * p->tiles + tile) * ECC_LANES + l;
            const float disturbs = p->coupled[i];
            beta_gradient[b] = fmaf(power[i], disturbs, -(price[i] * efficiency[i]));
            ratio[i] = beta[b] * (disturbs - (price[i] * own[i]) * slope[i]);
        }
    }
}

/* Every user's rate, cost and price, from the tiles' efficiencies. */
ESW_FN void eswi_ecc_users_forward(const eswi_ecc_lanes *p, const eswi_ecc_evaluation *e, int across, int tiles)
{
    const size_t row = (size_t)tiles * ECC_LANES, tile = (size_t)p->users * ECC_LANES;
    for (int u = 0; u < p->users; u++) {
        const float *beta = e->beta + u * row, *efficiency = p->efficiency + u * ECC_LANES;
        ESW_LANE_VAR(float, sum);
        ECC_SUM_COLUMNS(across, tiles, t, l, beta[t * ECC_LANES + l] * efficiency[t * tile + l], sum);
        ESW_EACH_LANE(l)
        {
            eswi_ecc_user_cost(e, u * ECC_LANES + l, ESW_AT(sum, l), p->weight_time, p->weight_energy);
        }
    }
}

/* Adds the tiles' shares to every user's df/dp. */
ESW_FN void eswi_ecc_users_backward(const eswi_ecc_lanes *p, const eswi_ecc_evaluation *e, int across, int tiles)
{
    const size_t tile = (size_t)p->users * ECC_LANES;
    for (int u = 0; u < p->users; u++) {
        const float *share = p->ratio + u * ECC_LANES;
        ESW_LANE_VAR(float, total);
        ECC_SUM_COLUMNS(across, tiles, t, l, share[t * tile + l], total);
        ESW_EACH_LANE(l)
        {
            const int i = u * ECC_LANES + l;
            e->power_gradient[i] = e->power_gradient[i] + ESW_AT(total, l);
        }
    }
}

/* f and its gradient at (beta, power). */
ESW_FN void eswi_ecc_evaluate(const eswi_ecc_lanes *p, const eswi_ecc_evaluation *e)
{
    for (int t = 0; t < p->tiles; t++)
        eswi_ecc_tile_forward(p, t, e->beta, e->power);
    ECC_WITH_TILES(eswi_ecc_users_forward, p->across, p->tiles, p, e);
    for (int t = 0; t < p->tiles; t++)
        eswi_ecc_tile_backward(p, t, e->beta, e->power, e->price, e->beta_gradient);
    ECC_WITH_TILES(eswi_ecc_users_backward, p->across, p->tiles, p, e);
    eswi_ecc_users_sum(p->users, e->cost, e->value);
}

#endif
