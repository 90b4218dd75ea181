/* ECC: spectral projected gradient in lanes, one evaluation a step. Shared by CPU and CUDA.
 *
 * Variables of one direction: beta_u on the simplex over the subchannels (absent when subchannels are fixed) and the
 * power level z_u in [0, 1], p = p_min (p_max / p_min)^z. The objective is ln f, so steps are free of f's scale. From x:
 *   d = P(x - alpha g) - x,   try x + s d for s = 1, 1/2, ... until f <= (1 + 1e-4 s g.d) max of the last ten f
 *   alpha = (dx.dx) / (dx.dg), clipped                         (Barzilai-Borwein; Birgin, Martinez, Raydan 2000)
 * (The test implies Armijo's for ln f, as ln(1 + x) <= x.)
 *
 * Every lane is a state machine whose step is one evaluation, line-search trials included, so lanes start, finish and
 * are refilled at any step without touching their neighbours. A descent ends when five accepted points improved f by
 * less than `tolerance`; a warm start ends at its first evaluation if its projected gradient is no longer than the one
 * at which the descent before it ended.
 */
#ifndef ESWI_ECC_DESCENT_H
#define ESWI_ECC_DESCENT_H

#include "ecc/fixed.h"
#include "ecc/lanes.h"
#include "ecc/simplex.h"

enum { ECC_HISTORY = 10, ECC_PATIENCE = 5, ECC_HALVINGS = 24 };

/* What a lane does with the next evaluation, or that it waits for its owner. */
enum {
    ECC_LANE_IDLE,      /* holds nothing; its results are ignored */
    ECC_LANE_START,     /* the trial point is a start */
    ECC_LANE_DESCEND,   /* the trial point is x + s d */
    ECC_LANE_CONVERGED, /* done: no progress left */
    ECC_LANE_LIMIT,     /* done: iteration limit */
    ECC_LANE_STALLED    /* done: no decrease along d, or nothing finite */
};

typedef struct eswi_ecc_descent {
    const eswi_ecc_lanes *lanes; /* relaxed problem, or */
    const eswi_ecc_fixed *fixed; /* the problem with fixed subchannels; the other is NULL */
    int users, tiles, columns, across; /* tiles = 0 with fixed subchannels */
    float log2_range;            /* log2(p_max / p_min) */
    float power_min_w;
    int linear;                  /* published: p is linear in the level, not its logarithm */
    float tolerance;
    int max_iterations;
    /* accepted point x, gradient of ln f there, d, and the trial point with its gradient of f */
    float *beta, *beta_gradient, *beta_step, *beta_trial, *beta_trial_gradient; /* [U][T][L] */
    float *level, *level_gradient, *level_step, *level_trial;                   /* [U][L] */
    float *power, *power_gradient, *work, *rate, *price, *cost, *term, *term2;  /* [U][L] */
    /* per lane */
    float *value;      /* f at the last evaluation */
    float *accepted;   /* f at x */
    float *history;    /* [10][L] */
    float *alpha, *size, *descent; /* step length, s, g.d */
    float *norm;       /* largest element of P(x - g) - x where the descent ended */
    float *mark;       /* least f at the last look */
    float *least;      /* least f so far */
    int32_t *state, *iteration, *halving, *evaluations;
    /* per lane, within a step */
    int32_t *take;     /* the trial point becomes x */
    int32_t *last;     /* the descent ends here: d is the unit step, to report the projected gradient */
    float *first, *second; /* dx.dx and dx.dg, then max |d| and g.d */
} eswi_ecc_descent;

/* p = p_min (p_max / p_min)^z, or as published p_min + z (p_max - p_min); 0 for local users. */
ESW_FN void eswi_ecc_trial_power(const eswi_ecc_descent *d)
{
    const float least = d->power_min_w, log2_range = d->log2_range;
    const float range = least * (eswi_exp2f(log2_range) - 1.0f);
    const float *level = d->level_trial, *work = d->work;
    float *power = d->power;

    for (int u = 0; u < d->users; u++) {
        ESW_EACH_LANE(l)
        {
            const int i = u * ECC_LANES + l;
            const float logarithmic = least * eswi_exp2f(level[i] * log2_range);
            power[i] = work[i] > 0.0f ? logarithmic : 0.0f;
        }
    }
    for (int u = 0; u < d->users && d->linear; u++) {
        ESW_EACH_LANE(l)
        {
            const int i = u * ECC_LANES + l;
            power[i] = work[i] > 0.0f ? fmaf(level[i], range, least) : 0.0f;
        }
    }
}

/* `relaxed`: d->lanes is the problem, not d->fixed. Who knows it at compile time gets one kind's code only. */
ESW_FN void eswi_ecc_trial_evaluate(const eswi_ecc_descent *d, int relaxed)
{
    eswi_ecc_trial_power(d);
    eswi_ecc_evaluation e;
    e.beta = d->beta_trial;
    e.power = d->power;
    e.work = d->work;
    e.beta_gradient = d->beta_trial_gradient;
    e.power_gradient = d->power_gradient;
    e.rate = d->rate;
    e.price = d->price;
    e.cost = d->cost;
    e.value = d->value;
    if (relaxed)
        eswi_ecc_evaluate(d->lanes, &e);
    else
        eswi_ecc_evaluate_fixed(d->fixed, &e);
}

/* Whether each lane takes its trial point; `size` is halved where not, and too many halvings end the descent at x. */
ESW_FN void eswi_ecc_decide(const eswi_ecc_descent *d)
{
    ESW_EACH_LANE(l)
    {
        float reference = d->history[l];
        for (int k = 1; k < ECC_HISTORY; k++) {
            const float f = d->history[k * ECC_LANES + l];
            reference = f > reference ? f : reference;
        }
        const float bound = reference * fmaf(1e-4f * d->size[l], d->descent[l], 1.0f);
        const int start = d->state[l] == ECC_LANE_START;
        const int search = d->state[l] == ECC_LANE_DESCEND;
        const int good = search & (d->value[l] <= bound);
        const int again = search & !good;
        d->take[l] = start | good;
        d->size[l] = again ? 0.5f * d->size[l] : 1.0f;
        d->halving[l] = again ? d->halving[l] + 1 : 0;
        d->last[l] = again & (d->halving[l] > ECC_HALVINGS);
        d->evaluations[l] = (start | search) ? d->evaluations[l] + 1 : d->evaluations[l];
    }
}

/* Moves taking lanes to their trial point; a user's term, term2 = its part of dx.dx, dx.dg. */
ESW_FN void eswi_ecc_move_users(const eswi_ecc_descent *d, int across, int tiles)
{
    const float ln_range = d->log2_range * 0x1.62e43p-1f;
    ESW_LANE_VAR(float, scale);
    ESW_EACH_LANE(l) { ESW_AT(scale, l) = 1.0f / d->value[l]; }
    for (int u = 0; u < d->users; u++) {
        const size_t base = (size_t)u * tiles * ECC_LANES;
        float *x = d->beta + base, *g = d->beta_gradient + base;
        const float *xt = d->beta_trial + base;
        float *gt = d->beta_trial_gradient + base;
        ESW_LANE_VAR(float, ss);
        ESW_LANE_VAR(float, sy);
        ECC_SUM_COLUMNS_TWO(across, tiles, t, l,
                            (xt[t * ECC_LANES + l] - x[t * ECC_LANES + l]) * (xt[t * ECC_LANES + l] - x[t * ECC_LANES + l]),
                            ss,
                            (xt[t * ECC_LANES + l] - x[t * ECC_LANES + l]) *
                                fmaf(gt[t * ECC_LANES + l], ESW_AT(scale, l), -g[t * ECC_LANES + l]),
                            sy);
        for (int t = 0; t < tiles; t++) {
            ESW_EACH_LANE(l)
            {
                const int i = t * ECC_LANES + l;
                x[i] = d->take[l] ? xt[i] : x[i];
                g[i] = d->take[l] ? gt[i] * ESW_AT(scale, l) : g[i];
            }
        }
        ESW_EACH_LANE(l)
        {
            const int i = u * ECC_LANES + l;
            const float moved = d->level_trial[i] - d->level[i];
            const float slope = ((d->power_gradient[i] * d->power[i]) * ln_range) * ESW_AT(scale, l);
            d->term[i] = fmaf(moved, moved, ESW_AT(ss, l));
            d->term2[i] = fmaf(moved, slope - d->level_gradient[i], ESW_AT(sy, l));
            d->level[i] = d->take[l] ? d->level_trial[i] : d->level[i];
            d->level_gradient[i] = d->take[l] ? slope : d->level_gradient[i];
        }
    }
}

/* Moves taking lanes to their trial point; first, second = dx.dx, dx.dg. */
ESW_FN void eswi_ecc_move(const eswi_ecc_descent *d, int relaxed)
{
    ECC_WITH_TILES(eswi_ecc_move_users, relaxed && d->across, relaxed ? d->tiles : 0, d);
    eswi_ecc_users_sum(d->users, d->term, d->first);
    eswi_ecc_users_sum(d->users, d->term2, d->second);
}

/* The step length of the lanes that moved, and whether this was their last point. */
ESW_FN void eswi_ecc_advance(const eswi_ecc_descent *d)
{
    ESW_EACH_LANE(l)
    {
        const int take = d->take[l], start = d->state[l] == ECC_LANE_START;
        const float f = d->value[l];
        const float ratio = d->second[l] > 0.0f ? d->first[l] / d->second[l] : 1e5f;
        const float clipped = ratio < 1e-5f ? 1e-5f : ratio > 1e5f ? 1e5f : ratio;
        const int iteration = start ? 0 : d->iteration[l] + 1;
        const float least = (start | (f < d->least[l])) ? f : d->least[l];
        const int due = !start & (iteration % ECC_PATIENCE == 0);
        const int idle = due & (d->mark[l] - least <= d->tolerance * least);
        const int last = d->last[l] | (take & (idle | (iteration >= d->max_iterations)));
        d->alpha[l] = (last | (take & start)) ? 1.0f : take ? clipped : d->alpha[l];
        d->last[l] = last;
        d->accepted[l] = take ? f : d->accepted[l];
        d->least[l] = take ? least : d->least[l];
        d->mark[l] = (take & (start | due)) ? least : d->mark[l];
        d->iteration[l] = take ? iteration : d->iteration[l];
        for (int k = 0; k < ECC_HISTORY; k++) {
            const int here = take & (start | (iteration % ECC_HISTORY == k));
            d->history[k * ECC_LANES + l] = here ? f : d->history[k * ECC_LANES + l];
        }
    }
}

/* d = P(x - alpha g) - x where x or alpha is new, the trial x + s d for all; first = max |d|, a user's term = its part of
 * g.d. */
ESW_FN void eswi_ecc_direct_users(const eswi_ecc_descent *d, int across, int tiles)
{
    ESW_LANE_ROWS(float, tau, ECC_SIMPLEX_ROWS);
    ESW_EACH_LANE(l) { d->first[l] = 0.0f; }
    for (int u = 0; u < d->users; u++) {
        const size_t base = (size_t)u * tiles * ECC_LANES;
        const float *x = d->beta + base, *g = d->beta_gradient + base;
        float *step = d->beta_step + base, *trial = d->beta_trial + base, *z = trial;
        const int row = u % ECC_SIMPLEX_ROWS, left = d->users - u;
        ESW_LANE_VAR(float, gd);
        ESW_LANE_VAR(float, longest);
        ESW_EACH_LANE(l) { ESW_AT(gd, l) = ESW_AT(longest, l) = 0.0f; }
        if (tiles > 0) {
            if (row == 0)
                eswi_ecc_simplex_bounds(across, left < ECC_SIMPLEX_ROWS ? left : ECC_SIMPLEX_ROWS, tiles, d->columns, x,
                                        g, d->alpha, z, tau);
            for (int t = 0; t < tiles; t++) {
                ESW_EACH_LANE(l)
                {
                    const int i = t * ECC_LANES + l;
                    const float share = z[i] - ESW_ROW_AT(tau, row, l);
                    const float projected = share > 0.0f ? share : 0.0f;
                    const float move = (d->take[l] | d->last[l]) ? projected - x[i] : step[i];
                    const float length = fabsf(move);
                    step[i] = move;
                    trial[i] = fmaf(d->size[l], move, x[i]);
                    ESW_AT(longest, l) = length > ESW_AT(longest, l) ? length : ESW_AT(longest, l);
                }
            }
            if (across)
                ESW_LANES_MAX(longest);
            ECC_SUM_COLUMNS(across, tiles, t, l, step[t * ECC_LANES + l] * g[t * ECC_LANES + l], gd);
        }
        ESW_EACH_LANE(l)
        {
            const int i = u * ECC_LANES + l;
            const float raw = fmaf(-d->alpha[l], d->level_gradient[i], d->level[i]);
            const float boxed = raw < 0.0f ? 0.0f : raw > 1.0f ? 1.0f : raw;
            const float move = (d->take[l] | d->last[l]) ? boxed - d->level[i] : d->level_step[i];
            const float length = fabsf(move);
            d->level_step[i] = move;
            d->level_trial[i] = fmaf(d->size[l], move, d->level[i]);
            d->term[i] = fmaf(move, d->level_gradient[i], ESW_AT(gd, l));
            const float longer = ESW_AT(longest, l) > length ? ESW_AT(longest, l) : length;
            d->first[l] = longer > d->first[l] ? longer : d->first[l];
        }
    }
}

/* d = P(x - alpha g) - x where x or alpha is new, the trial x + s d for all; first, second = max |d|, g.d. */
ESW_FN void eswi_ecc_direct(const eswi_ecc_descent *d, int relaxed)
{
    ECC_WITH_TILES(eswi_ecc_direct_users, relaxed && d->across, relaxed ? d->tiles : 0, d);
    eswi_ecc_users_sum(d->users, d->term, d->second);
}

/* Ends the lanes that are done. */
ESW_FN void eswi_ecc_settle(const eswi_ecc_descent *d)
{
    ESW_EACH_LANE(l)
    {
        const int start = d->state[l] == ECC_LANE_START;
        const int active = start | (d->state[l] == ECC_LANE_DESCEND);
        const int take = d->take[l], last = d->last[l];
        const float norm = d->first[l], along = d->second[l];
        const int warm = take & start & (norm <= 1.01f * d->norm[l]);
        const int still = take & (norm == 0.0f);
        const int uphill = take & !(along < 0.0f); /* true for NaN */
        const int limit = last & (d->iteration[l] >= d->max_iterations);
        const int good = warm | still | (last & (d->halving[l] <= ECC_HALVINGS));
        const int end = limit ? ECC_LANE_LIMIT : good ? ECC_LANE_CONVERGED : ECC_LANE_STALLED;
        const int next = (warm | still | uphill | last) ? end : ECC_LANE_DESCEND;
        d->descent[l] = take ? along : d->descent[l];
        d->norm[l] = ((take & start & !warm) | last) ? norm : d->norm[l];
        d->state[l] = active ? next : d->state[l];
    }
}

ESW_FN void eswi_ecc_descent_step_of(const eswi_ecc_descent *d, int relaxed)
{
    eswi_ecc_trial_evaluate(d, relaxed);
    eswi_ecc_decide(d);
    eswi_ecc_move(d, relaxed);
    eswi_ecc_advance(d);
    eswi_ecc_direct(d, relaxed);
    eswi_ecc_settle(d);
}

/* One step of every lane: evaluates the trial points and decides the next ones. */
ESW_FN void eswi_ecc_descent_step(const eswi_ecc_descent *d)
{
    eswi_ecc_descent_step_of(d, d->lanes != NULL);
}

#endif
