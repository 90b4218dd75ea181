/* ECC: the senders of one subchannel in one direction as a local search sees them: any number of them, at powers of which
 * one moves at a time.
 *
 * What is an element (element.h) in arrays of its owner, with the interference and the cost of everybody at the powers they
 * have. A probe moves one user's power and adds up what that changes: those who do not hear the mover pay as before.
 *
 * Shared with GPU code: no allocation, no libm. Powers in W.
 */
#ifndef ESWI_ECC_CROWD_H
#define ESWI_ECC_CROWD_H

#include "ecc/element.h"

typedef struct eswi_ecc_crowd {
    int n, stride;
    double weight_time, weight_energy;
    double power_min_w, power_max_w;
    const double *own;           /* [n] as in eswi_ecc_element, and so the next four */
    const double *heard;         /* [n][stride] */
    const int *lines;            /* [n] */
    const double *fixed, *slope; /* [n][ECC_ELEMENT_LINES] */
    double *power_w;             /* [n] */
    double *around, *cost;       /* [n] interference and noise over the noise, and the envelope, at power_w */
    /* A probe: sixteen powers of one user, evenly in their logarithm up to `octaves` to either side. */
    int mover;
    double octaves;
    double probe_w[ECC_LANES], value[ECC_LANES];
} eswi_ecc_crowd;

/* What user i costs at the interference it hears. */
ESW_FN double eswi_ecc_crowd_cost(const eswi_ecc_crowd *c, int i)
{
    const double p = c->power_w[i], sinr = c->own[i] * p / c->around[i];
    const double x = (c->weight_time + c->weight_energy * p) / eswi_log2_1p(sinr);
    const double *fixed = c->fixed + i * ECC_ELEMENT_LINES, *slope = c->slope + i * ECC_ELEMENT_LINES;
    double least = fma(slope[0], x, fixed[0]);
    for (int k = 1; k < c->lines[i]; k++) {
        const double line = fma(slope[k], x, fixed[k]);
        least = line < least ? line : least;
    }
    return least;
}

/* What all cost at the powers they have, added up anew: the sum in index order. */
ESW_FN double eswi_ecc_crowd_refresh(eswi_ecc_crowd *c)
{
    double sum = 0.0;
    for (int i = 0; i < c->n; i++) {
        const double *heard = c->heard + (size_t)i * (size_t)c->stride;
        c->around[i] = 1.0;
        for (int v = 0; v < c->n; v++)
            if (heard[v] > 0.0)
                c->around[i] += heard[v] * c->power_w[v];
        c->cost[i] = eswi_ecc_crowd_cost(c, i);
        sum += c->cost[i];
    }
    return sum;
}

/* Moves a user's power. Interference only takes up the difference: it stays above the noise and that of the mover, so
 * that its relative error grows by no more than the ratio of the largest power to the smallest. */
ESW_FN void eswi_ecc_crowd_move(eswi_ecc_crowd *c, int mover, double power_w)
{
    const double change = power_w - c->power_w[mover];
    c->power_w[mover] = power_w;
    for (int i = 0; i < c->n; i++) {
        const double hears = c->heard[(size_t)i * (size_t)c->stride + (size_t)mover];
        c->around[i] += hears * change;
        if (i == mover || hears > 0.0)
            c->cost[i] = eswi_ecc_crowd_cost(c, i);
    }
}

/* The prices of sixteen powers of the mover to user i. */
ESW_FN void eswi_ecc_crowd_prices(const eswi_ecc_crowd *c, int i, double hears,
                                  const ESW_LANE_REF(double, power_w), ESW_LANE_REF(double, price))
{
    const double around = c->around[i], before = c->power_w[c->mover];
    if (i == c->mover) {
        const double gain = c->own[i] / around;
        ESW_EACH_LANE(l)
        {
            const double p = ESW_REF(power_w, l);
            ESW_REF(price, l) = (c->weight_time + c->weight_energy * p) / eswi_log2_1p(gain * p);
        }
    } else {
        const double received = c->own[i] * c->power_w[i],
                     spent = c->weight_time + c->weight_energy * c->power_w[i];
        ESW_EACH_LANE(l)
        {
            ESW_REF(price, l) =
                spent / eswi_log2_1p(received / (around + hears * (ESW_REF(power_w, l) - before)));
        }
    }
}

/* Fills probe_w and value for c->mover. */
ESW_FN void eswi_ecc_crowd_probe(eswi_ecc_crowd *c)
{
    ESW_LANE_VAR(double, power_w);
    ESW_LANE_VAR(double, sum);
    const double from = c->power_w[c->mover];
    ESW_EACH_LANE(l)
    {
        const double p = from * eswi_exp2(c->octaves * ((2 * l - (ECC_LANES - 1)) / (double)(ECC_LANES - 1)));
        ESW_AT(power_w, l) = p < c->power_min_w ? c->power_min_w : p > c->power_max_w ? c->power_max_w : p;
        ESW_AT(sum, l) = 0.0;
    }
    for (int i = 0; i < c->n; i++) {
        const double hears = c->heard[(size_t)i * (size_t)c->stride + (size_t)c->mover];
        if (i != c->mover && !(hears > 0.0)) {
            ESW_EACH_LANE(l)
            {
                ESW_AT(sum, l) += c->cost[i];
            }
            continue;
        }
        ESW_LANE_VAR(double, price);
        ESW_LANE_VAR(double, least);
        const double *fixed = c->fixed + i * ECC_ELEMENT_LINES, *slope = c->slope + i * ECC_ELEMENT_LINES;
        eswi_ecc_crowd_prices(c, i, hears, ESW_PASS(power_w), ESW_PASS(price));
        ESW_EACH_LANE(l)
        {
            ESW_AT(least, l) = fma(slope[0], ESW_AT(price, l), fixed[0]);
        }
        for (int k = 1; k < c->lines[i]; k++)
            ESW_EACH_LANE(l)
            {
                const double line = fma(slope[k], ESW_AT(price, l), fixed[k]);
                ESW_AT(least, l) = line < ESW_AT(least, l) ? line : ESW_AT(least, l);
            }
        ESW_EACH_LANE(l)
        {
            ESW_AT(sum, l) += ESW_AT(least, l);
        }
    }
    ESW_EACH_LANE(l)
    {
        c->probe_w[l] = ESW_AT(power_w, l);
        c->value[l] = ESW_AT(sum, l);
    }
}

#endif
