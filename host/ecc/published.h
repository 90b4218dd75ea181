/* ECC, `reading: published`: Algorithm 1 as printed, in lanes. Shared by CPU and CUDA.
 *
 * Variables scaled to [0, 1] (beta, and p linearly between its bounds), one fixed step, clipping to the boxes and nothing
 * else: no simplex, no line search. The gradient in beta is the sum of (29), whose second line squares the logarithm and
 * whose interference counts the whole own cell, and (30), without the factor wT w / R^2 and over the whole own cell:
 *
 *   g_im = - w_i (wT + wE p_i) / (beta_im b log2(1 + S'_im))^2
 *          + p_i h_im b sum_{t != i} beta_tm p_t h_tm / ((1 + S'_tm) ln2 I'_tm^2),
 *
 * I' the interference of every other user of the cell and of the other cells. The gradient in p is the true one, which
 * the paper does not print. Ends as printed, when the gradient, the change of Gamma or the change of the variables is
 * below 1e-4, or at the iteration limit. It is not expected to converge; how often it does is a result.
 */
#ifndef ESWI_ECC_PUBLISHED_H
#define ESWI_ECC_PUBLISHED_H

#include "ecc/descent.h"

#define ECC_PUBLISHED_STEP 0.05f
#define ECC_PUBLISHED_ACCURACY 1e-4f

/* out[u] += the chain before (later = 0) or after u, of `source`. */
ESW_FN void eswi_ecc_add_chain(const eswi_ecc_lanes *p, size_t at, const float *ESW_RESTRICT source, int later,
                               float *ESW_RESTRICT out)
{
    ESW_LANE_VAR(float, cell);
    ESW_LANE_VAR(int, entry);
    eswi_ecc_chain(p->users, p->order + at, source, p->chain, later);
    for (int u = 0; u < p->users; u++) {
        ESW_LANES_LOOKUP(p->chain, p->rank + at + u * ECC_LANES, entry, cell);
        ESW_EACH_LANE(l) { out[u * ECC_LANES + l] = out[u * ECC_LANES + l] + ESW_AT(cell, l); }
    }
}

/* One tile of the printed gradient; the tile's `ratio` and `slope` serve as scratch. */
ESW_FN void eswi_ecc_published_tile(const eswi_ecc_descent *d, int tile)
{
    const eswi_ecc_lanes *p = d->lanes;
    const int users = p->users;
    const size_t at = (size_t)tile * users * ECC_LANES;
    const float *own = p->own + at;
    float *pull = p->ratio + at, *push = p->slope + at;

    for (int u = 0; u < users; u++) {
        ESW_EACH_LANE(l)
        {
            const int i = u * ECC_LANES + l;
            p->column[i] = d->beta_trial[(size_t)(u * p->tiles + tile) * ECC_LANES + l] * d->power[i];
        }
    }
    if (p->downlink)
        eswi_ecc_couple_at_user(p, tile, 1, 1, 1.0f);
    else
        eswi_ecc_couple_at_ap(p, tile, 1, 1, 1.0f);
    eswi_ecc_add_chain(p, at, p->scaled, 0, p->coupled); /* no cancellation: the whole cell is heard */
    for (int u = 0; u < users; u++) {
        ESW_EACH_LANE(l)
        {
            const int i = u * ECC_LANES + l;
            const float beta = d->beta_trial[(size_t)(u * p->tiles + tile) * ECC_LANES + l];
            const float interference = p->coupled[i];
            const float sinr = (d->power[i] * own[i]) / interference;
            const float rate = beta * eswi_log2_1pf(sinr);
            const float spent = d->work[i] * fmaf(p->weight_energy, d->power[i], p->weight_time);
            p->column[i] = ((beta * ECC_LOG2_E) / (1.0f + sinr)) * (sinr / interference);
            pull[i] = d->work[i] > 0.0f ? (spent / rate) / (rate * p->subchannel_hz) : 0.0f;
            push[i] = 0.0f;
        }
    }
    eswi_ecc_add_chain(p, at, p->column, 0, push);
    eswi_ecc_add_chain(p, at, p->column, 1, push);
    for (int u = 0; u < users; u++) {
        ESW_EACH_LANE(l)
        {
            const int i = u * ECC_LANES + l;
            const float heard = (d->power[i] * own[i]) * p->subchannel_hz;
            d->beta_trial_gradient[(size_t)(u * p->tiles + tile) * ECC_LANES + l] = heard * push[i] - pull[i];
        }
    }
}

/* One printed iteration's end and the next point. */
ESW_FN void eswi_ecc_published_move(const eswi_ecc_descent *d)
{
    const float range = d->power_min_w * (eswi_exp2f(d->log2_range) - 1.0f);
    ESW_LANE_VAR(float, longest);  /* element of the projected gradient */
    ESW_LANE_VAR(float, farthest); /* move */
    ESW_EACH_LANE(l) { ESW_AT(longest, l) = ESW_AT(farthest, l) = 0.0f; }
    for (int u = 0; u < d->users; u++) {
        for (int t = 0; t <= d->tiles; t++) { /* the last "column" is the power */
            const int power = t == d->tiles;
            float *x = power ? d->level : d->beta + (size_t)(u * d->tiles + t) * ECC_LANES;
            float *next = power ? d->level_trial : d->beta_trial + (size_t)(u * d->tiles + t) * ECC_LANES;
            const float *g = power ? d->power_gradient : d->beta_trial_gradient + (size_t)(u * d->tiles + t) * ECC_LANES;
            const int at = power ? u * ECC_LANES : 0;
            ESW_EACH_LANE(l)
            {
                const int real = power | !d->across | (t * ECC_LANES + l < d->columns);
                const float here = next[at + l], slope = power ? g[at + l] * range : g[at + l];
                const float far = here - slope, near = here - ECC_PUBLISHED_STEP * slope;
                const float unit = far < 0.0f ? 0.0f : far > 1.0f ? 1.0f : far;
                const float step = near < 0.0f ? 0.0f : near > 1.0f ? 1.0f : near;
                const float length = fabsf(unit - here), move = fabsf(step - here);
                const int counts = real & (d->work[u * ECC_LANES + l] > 0.0f);
                ESW_AT(longest, l) = (counts & (length > ESW_AT(longest, l))) ? length : ESW_AT(longest, l);
                ESW_AT(farthest, l) = (counts & (move > ESW_AT(farthest, l))) ? move : ESW_AT(farthest, l);
                x[at + l] = here;
                next[at + l] = counts ? step : here;
            }
        }
    }
    if (d->across) {
        ESW_LANES_MAX(longest);
        ESW_LANES_MAX(farthest);
    }
    ESW_EACH_LANE(l)
    {
        d->first[l] = ESW_AT(longest, l);
        d->second[l] = ESW_AT(farthest, l);
    }
}

ESW_FN void eswi_ecc_published_settle(const eswi_ecc_descent *d)
{
    ESW_EACH_LANE(l)
    {
        const int start = d->state[l] == ECC_LANE_START;
        const int active = start | (d->state[l] == ECC_LANE_DESCEND);
        const float change = fabsf(d->value[l] - d->accepted[l]);
        const int iteration = start ? 0 : d->iteration[l] + 1;
        const int flat = d->first[l] < ECC_PUBLISHED_ACCURACY;
        const int still = (d->second[l] < ECC_PUBLISHED_ACCURACY) | (!start & (change < ECC_PUBLISHED_ACCURACY));
        const int limit = iteration >= d->max_iterations;
        const int next = (flat | still) ? ECC_LANE_CONVERGED : limit ? ECC_LANE_LIMIT : ECC_LANE_DESCEND;
        d->iteration[l] = active ? iteration : d->iteration[l];
        d->evaluations[l] = active ? d->evaluations[l] + 1 : d->evaluations[l];
        d->accepted[l] = active ? d->value[l] : d->accepted[l];
        d->norm[l] = active ? d->first[l] : d->norm[l];
        d->state[l] = active ? next : d->state[l];
    }
}

/* One printed iteration of every lane. */
ESW_FN void eswi_ecc_published_step(const eswi_ecc_descent *d)
{
    eswi_ecc_trial_evaluate(d, 1);
    for (int t = 0; t < d->tiles; t++)
        eswi_ecc_published_tile(d, t);
    eswi_ecc_published_move(d);
    eswi_ecc_published_settle(d);
}

#endif
