/* ECC: a chain of users that hear each other one way, as in one cell, bounded from both sides by a dynamic programme.
 *
 * In one cell SIC puts the senders of a subchannel in an order in which everybody hears those after it only: user k
 * sees 1 + a_k X, X = sum of b_v p_v over v > k. So the least that users 0..k can cost when those after k add up to X,
 *
 *   W_k(X) = min( local_k + W_{k-1}(X), min_p cost_k(p, X) + W_{k-1}(X + b_k p) ),
 *
 * takes one variable, and W_{n-1}(0) is the optimum. X is kept on a geometric grid of c + X, c = 1 / max a. Rounding it
 * down at every step bounds the optimum from below, up from above, as costs rise with interference; a step that is off by
 * a factor 1 + d changes a cost by no more than that factor. Of user k only the states are computed that the senders after
 * it can reach: they are fewer the weaker those are.
 *
 * Any number of users, levels x states x users steps at most. Shared with GPU code.
 */
#ifndef ESWI_ECC_STATES_H
#define ESWI_ECC_STATES_H

#include "ecc/element.h"

enum { ECC_CHAIN_USERS = 64, ECC_CHAIN_STATES = 512 };

/* The least range of states. Single precision tells states of it apart a hundred times over; below it the interference of
 * all users is a hundredth of the noise. */
#define ECC_CHAIN_OCTAVES_LEAST 0x1p-6

/* Float error of a chain's bounds, relative: docs/tolerances.md. */
#define ECC_CHAIN_TOLERANCE 0x1p-14f

typedef struct eswi_ecc_cell {
    int n, levels;
    int order[ECC_CHAIN_USERS]; /* places in the list of users it was built from */
    const float *power;         /* [levels] W, ascending */
    float weight_time, weight_energy;
    float own[ECC_CHAIN_USERS];                          /* 1/W */
    float hears[ECC_CHAIN_USERS], adds[ECC_CHAIN_USERS]; /* a, b; b in units in which a X is over the noise */
    float local[ECC_CHAIN_USERS]; /* what staying silent costs, FLT_MAX where it is not allowed */
    int states[ECC_CHAIN_USERS];  /* how many, from the first on, are asked of a user; never more than of the one before */
    int lines[ECC_CHAIN_USERS];
    float fixed[ECC_CHAIN_USERS][ECC_ELEMENT_LINES], slope[ECC_CHAIN_USERS][ECC_ELEMENT_LINES];
    float offset, octaves; /* c; of all states, with room for rounding up */
} eswi_ecc_cell;

typedef struct eswi_ecc_cell_bounds {
    float low, high; /* of the grid of levels, tolerance included; `low` with `between`: of all powers */
} eswi_ecc_cell_bounds;

/* W by state, and c + X: from below of two users in a row, from above of all, so that a decision can be read back. */
typedef struct eswi_ecc_cell_table {
    float sum[ECC_CHAIN_STATES], low[2][ECC_CHAIN_STATES], high[ECC_CHAIN_USERS + 1][ECC_CHAIN_STATES];
} eswi_ecc_cell_table;

/* A state that is not above c + X; two more are not below it, as the logarithm is right to a few hundredths of a state. Sums
 * beyond the states, infinite ones too, have the last that leaves room for two more. */
ESW_FN int eswi_ecc_cell_below(const eswi_ecc_cell *c, float sum)
{
    const float inverse_offset = 1.0f / c->offset, per_octave = ECC_CHAIN_STATES / c->octaves;
    const float state = eswi_log2f(sum * inverse_offset) * per_octave - 0.01f;
    const float reached = state < (float)(ECC_CHAIN_STATES - 3) ? state : (float)(ECC_CHAIN_STATES - 3);
    return reached > 0.0f ? (int)reached : 0;
}

/* c + X of a state: c 2^(state octaves / states). */
ESW_FN float eswi_ecc_cell_sum(const eswi_ecc_cell *c, int state)
{
    return c->offset * eswi_exp2f(c->octaves / ECC_CHAIN_STATES * (float)state);
}

/* Lays the states of a chain: `keenest` is max a, `most` the sum of b p at the highest power. The last user hears nobody;
 * each before it is asked for what the next looks up from its own highest state, silent or with its highest power, in whole
 * groups of lanes. (One more, as a computed logarithm need not grow where its argument does by a rounding.) */
ESW_FN void eswi_ecc_cell_lay_states(eswi_ecc_cell *c, double keenest, double most)
{
    const double offset = 1.0 / keenest,
                 top = ECC_CHAIN_STATES - 2.0 * c->n - 4.0; /* rounding up climbs two a user */
    const double octaves = eswi_log2((offset + most) / offset) * 1.0001 * ECC_CHAIN_STATES / top;
    int highest = 0;
    c->offset = (float)offset;
    c->octaves = (float)(octaves > ECC_CHAIN_OCTAVES_LEAST ? octaves : ECC_CHAIN_OCTAVES_LEAST);
    for (int k = c->n - 1; k >= 0; k--) {
        const int states = (highest / ECC_LANES + 1) * ECC_LANES;
        c->states[k] = states < ECC_CHAIN_STATES ? states : ECC_CHAIN_STATES;
        const float loudest = eswi_ecc_cell_sum(c, c->states[k] - 1) + c->adds[k] * c->power[c->levels - 1];
        const int sent = eswi_ecc_cell_below(c, loudest) + 2 + 1;
        highest = sent > c->states[k] - 1 ? sent : c->states[k] - 1;
    }
}

/* W before the first user. */
ESW_FN void eswi_ecc_cell_begin(const eswi_ecc_cell *c, eswi_ecc_cell_table *t)
{
    for (int k = 0; k < ECC_CHAIN_STATES; k += ECC_LANES)
        ESW_EACH_LANE(l)
        {
            t->sum[k + l] = eswi_ecc_cell_sum(c, k + l);
            t->low[0][k + l] = t->high[0][k + l] = 0.0f;
        }
}

/* One user's W from the one before: both bounds for sixteen states from `k` on. With `between`, a level stands for the
 * powers up to the next one: it is paid for and heard at its low end and received at its high end. */
ESW_FN void eswi_ecc_cell_states(const eswi_ecc_cell *c, int user, int between, int k, const float *sum,
                                 const float *low, const float *high, float *next_low, float *next_high)
{
    ESW_LANE_VAR(float, heard);
    ESW_LANE_VAR(float, heard_price);
    ESW_LANE_VAR(float, least_low);
    ESW_LANE_VAR(float, least_high);
    ESW_EACH_LANE(l)
    {
        ESW_AT(heard, l) = c->own[user] / (1.0f + c->hears[user] * (sum[k + l] - c->offset));
        ESW_AT(least_low, l) = c->local[user] < FLT_MAX ? c->local[user] + low[k + l] : FLT_MAX;
        ESW_AT(least_high, l) = c->local[user] < FLT_MAX ? c->local[user] + high[k + l] : FLT_MAX;
    }
    for (int g = 0; g < c->levels; g++) {
        const float power = c->power[g], received = c->power[between && g + 1 < c->levels ? g + 1 : g];
        const float price = c->weight_time + c->weight_energy * power, added = c->adds[user] * power;
        ESW_LANE_VAR(float, cost);
        ESW_LANE_VAR(int, at);
        ESW_EACH_LANE(l)
        {
            const float x = price / eswi_log2_1pf_finite(received * ESW_AT(heard, l));
            ESW_AT(heard_price, l) = x < 1e30f ? x : 1e30f;
            ESW_AT(cost, l) = c->slope[user][0] * ESW_AT(heard_price, l) + c->fixed[user][0];
            ESW_AT(at, l) = eswi_ecc_cell_below(c, sum[k + l] + added);
        }
        for (int line = 1; line < c->lines[user]; line++)
            ESW_EACH_LANE(l)
            {
                const float other = c->slope[user][line] * ESW_AT(heard_price, l) + c->fixed[user][line];
                ESW_AT(cost, l) = other < ESW_AT(cost, l) ? other : ESW_AT(cost, l);
            }
        ESW_EACH_LANE(l)
        {
            const float with_low = ESW_AT(cost, l) + low[ESW_AT(at, l)],
                        with_high = ESW_AT(cost, l) + high[ESW_AT(at, l) + 2];
            ESW_AT(least_low, l) = with_low < ESW_AT(least_low, l) ? with_low : ESW_AT(least_low, l);
            ESW_AT(least_high, l) = with_high < ESW_AT(least_high, l) ? with_high : ESW_AT(least_high, l);
        }
    }
    ESW_LANES_IN_TURN(l)
    {
        next_low[k + l] = ESW_AT(least_low, l);
        next_high[k + l] = ESW_AT(least_high, l);
    }
}

/* A user's W at the states it is asked for. */
ESW_FN void eswi_ecc_cell_user(const eswi_ecc_cell *c, int user, int between, eswi_ecc_cell_table *t)
{
    const int now = user & 1;
    for (int k = 0; k < c->states[user]; k += ECC_LANES)
        eswi_ecc_cell_states(c, user, between, k, t->sum, t->low[now], t->high[user], t->low[now ^ 1],
                             t->high[user + 1]);
}

/* Both bounds, when all users are done. */
ESW_FN eswi_ecc_cell_bounds eswi_ecc_cell_end(const eswi_ecc_cell *c, const eswi_ecc_cell_table *t)
{
    eswi_ecc_cell_bounds bounds;
    bounds.low = t->low[c->n & 1][0] * (1.0f - ECC_CHAIN_TOLERANCE);
    bounds.high = t->high[c->n][0] * (1.0f + ECC_CHAIN_TOLERANCE);
    return bounds;
}

/* Powers, 0 for who stays silent, that cost no more than the upper bound of a table done without `between`: at the
 * interference they have, every user takes what is best with the bound on those before it. That bound is read at a state
 * not below the interference and not above the one the table itself would read: who stays silent leaves the state as it is.
 * In the order of decoding. */
ESW_FN void eswi_ecc_cell_decide(const eswi_ecc_cell *c, const eswi_ecc_cell_table *t, float *power_w)
{
    float sum = c->offset;
    int state = 0;
    for (int k = c->n - 1; k >= 0; k--) {
        const float heard = c->own[k] / (1.0f + c->hears[k] * (sum - c->offset));
        float least = c->local[k] < FLT_MAX ? c->local[k] + t->high[k][state] : FLT_MAX;
        int next = state;
        power_w[k] = 0.0f;
        for (int g = 0; g < c->levels; g++) {
            const float power = c->power[g], added = c->adds[k] * power;
            const float x = (c->weight_time + c->weight_energy * power) / eswi_log2_1pf_finite(power * heard);
            const int real = eswi_ecc_cell_below(c, sum + added),
                      tabled = eswi_ecc_cell_below(c, t->sum[state] + added),
                      at = (real < tabled ? real : tabled) + 2;
            float cost = c->slope[k][0] * x + c->fixed[k][0];
            for (int line = 1; line < c->lines[k]; line++) {
                const float other = c->slope[k][line] * x + c->fixed[k][line];
                cost = other < cost ? other : cost;
            }
            if (cost + t->high[k][at] < least) {
                least = cost + t->high[k][at];
                next = at;
                power_w[k] = power;
            }
        }
        sum += c->adds[k] * power_w[k];
        state = next;
    }
}

/* Both bounds of a chain. */
ESW_FN eswi_ecc_cell_bounds eswi_ecc_cell_solve(const eswi_ecc_cell *c, int between, eswi_ecc_cell_table *t)
{
    eswi_ecc_cell_begin(c, t);
    for (int user = 0; user < c->n; user++)
        eswi_ecc_cell_user(c, user, between, t);
    return eswi_ecc_cell_end(c, t);
}

#endif
