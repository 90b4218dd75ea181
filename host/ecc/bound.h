/* ECC: a certified lower bound of an element over boxes of powers, sixteen boxes at a time.
 *
 * In y = log2 p user i's rate per Hz is r(u) = log2(1 + 2^u), u = y_i + log2 own_i - log2 I_i(y), I_i = 1 + sum heard p.
 * r is convex, so over a box it lies below its chord alpha u + beta; u is concave in y (log2 I is a logarithm of a sum of
 * exponentials), so R = alpha u + beta is a concave upper bound of the rate. ln(wT + wE 2^y) and -ln R are convex, hence
 * so is x = (wT + wE 2^y) / R, a lower bound of the price of a bit. The envelope is concave in x and lies above its chord
 * over the box. The sum of the chords at x is therefore a convex lower bound; a few projected gradient steps go towards
 * its minimum, and the tangent plane at any point bounds it, and with it the element, wherever the steps have ended.
 *
 * Rounding: all bounds are moved outwards by margins that exceed every error made here by a factor of a thousand and
 * more; docs/theory.md, section 8, derives them. A box for which the derivation does not hold keeps its interval bound.
 *
 * Shared with GPU code. A lane is a box; lanes never talk.
 */
#ifndef ESWI_ECC_BOUND_H
#define ESWI_ECC_BOUND_H

#include "ecc/element.h"

/* Boxes in log2 W and what is found out about them. */
typedef struct eswi_ecc_boxes {
    double low[ECC_ELEMENT_USERS][ECC_LANES], high[ECC_ELEMENT_USERS][ECC_LANES];
    double bound[ECC_LANES];                    /* nobody in the box pays less */
    double point[ECC_ELEMENT_USERS][ECC_LANES]; /* in the box, log2 W: the best lower bound was found here */
    double value[ECC_LANES];                    /* the element there, clamped to its powers */
    double score[ECC_ELEMENT_USERS][ECC_LANES]; /* how much of the gap a user's width is to blame for */
} eswi_ecc_boxes;

/* Relative and absolute margins, see docs/theory.md. */
#define ECC_BOUND_MARGIN 0x1p-36
#define ECC_BOUND_CHORD  0x1p-34
#define ECC_BOUND_ERROR  0x1p-40

/* The relaxation of one box: per user the chord of the rate and of the envelope. */
typedef struct eswi_ecc_relaxation {
    double alpha[ECC_ELEMENT_USERS][ECC_LANES], beta[ECC_ELEMENT_USERS][ECC_LANES];
    double fixed[ECC_ELEMENT_USERS][ECC_LANES], slope[ECC_ELEMENT_USERS][ECC_LANES];
    double log_own[ECC_ELEMENT_USERS];
    double interval[ECC_LANES]; /* the bound from intervals alone */
    double widest[ECC_LANES];
} eswi_ecc_relaxation;

/* The envelope in lanes: out = envelope of user i at x. */
ESW_FN void eswi_ecc_bound_envelope(const eswi_ecc_element *e, int i, const double *x, double *out)
{
    ESW_EACH_LANE(l)
    {
        out[l] = fma(e->slope[i][0], x[l], e->fixed[i][0]);
    }
    for (int k = 1; k < e->lines[i]; k++)
        ESW_EACH_LANE(l)
        {
            const double line = fma(e->slope[i][k], x[l], e->fixed[i][k]);
            out[l] = line < out[l] ? line : out[l];
        }
}

/* The chord of user i's envelope between prices cheap and dear, below it. */
ESW_FN void eswi_ecc_bound_chord(const eswi_ecc_element *e, int i, const double *cheap, const double *dear,
                                 eswi_ecc_relaxation *r)
{
    double at_cheap[ECC_LANES], at_dear[ECC_LANES];
    eswi_ecc_bound_envelope(e, i, cheap, at_cheap);
    eswi_ecc_bound_envelope(e, i, dear, at_dear);
    const int one_line = e->lines[i] == 1;
    ESW_EACH_LANE(l)
    {
        const double width = dear[l] - cheap[l];
        double slope = width > 1e-9 * dear[l] ? (at_dear[l] - at_cheap[l]) / width : 0.0;
        slope = slope > 0.0 ? slope : 0.0;
        const double a = at_cheap[l] - slope * cheap[l], b = at_dear[l] - slope * dear[l];
        const double fixed = (a < b ? a : b) - ECC_BOUND_ERROR * (at_cheap[l] + at_dear[l]);
        r->slope[i][l] = one_line ? e->slope[i][0] : slope;
        r->fixed[i][l] = one_line ? e->fixed[i][0] : fixed;
        r->interval[l] += at_cheap[l];
    }
}

/* Sets up the relaxation of all boxes. */
ESW_FN void eswi_ecc_bound_relax(const eswi_ecc_element *e, const eswi_ecc_boxes *b, eswi_ecc_relaxation *r)
{
    double low_w[ECC_ELEMENT_USERS][ECC_LANES], high_w[ECC_ELEMENT_USERS][ECC_LANES];
    ESW_EACH_LANE(l)
    {
        r->interval[l] = r->widest[l] = 0.0;
    }
    for (int i = 0; i < e->n; i++) {
        r->log_own[i] = eswi_log2(e->own[i]);
        ESW_EACH_LANE(l)
        {
            low_w[i][l] = eswi_exp2(b->low[i][l]);
            high_w[i][l] = eswi_exp2(b->high[i][l]);
            const double width = b->high[i][l] - b->low[i][l];
            r->widest[l] = width > r->widest[l] ? width : r->widest[l];
        }
    }
    for (int i = 0; i < e->n; i++) {
        double quiet[ECC_LANES], loud[ECC_LANES], cheap[ECC_LANES], dear[ECC_LANES];
        ESW_EACH_LANE(l)
        {
            quiet[l] = loud[l] = 1.0;
        }
        for (int v = 0; v < e->n; v++)
            if (e->heard[i][v] > 0.0)
                ESW_EACH_LANE(l)
                {
                    quiet[l] += e->heard[i][v] * low_w[v][l];
                    loud[l] += e->heard[i][v] * high_w[v][l];
                }
        ESW_EACH_LANE(l)
        {
            const double worst = e->own[i] * low_w[i][l] / loud[l], best = e->own[i] * high_w[i][l] / quiet[l];
            const double u_low = eswi_log2(worst), u_high = eswi_log2(best);
            const double rate_low = eswi_log2_1p(worst), rate_high = eswi_log2_1p(best);
            const double span = u_high - u_low;
            double alpha = span > 1e-6 ? (rate_high - rate_low) / span : 0.0;
            const double at_low = rate_low - alpha * u_low, at_high = rate_high - alpha * u_high;
            const double size = rate_high + alpha * (fabs(u_low) + fabs(u_high));
            r->alpha[i][l] = alpha;
            r->beta[i][l] = (at_low > at_high ? at_low : at_high) + ECC_BOUND_CHORD * size;
            cheap[l] = (e->weight_time + e->weight_energy * low_w[i][l]) / rate_high * (1.0 - ECC_BOUND_MARGIN);
            dear[l] = (e->weight_time + e->weight_energy * high_w[i][l]) / rate_low * (1.0 + ECC_BOUND_MARGIN);
        }
        eswi_ecc_bound_chord(e, i, cheap, dear, r);
    }
}

/* Value, gradient and the bound on their rounding error of the relaxation at the point y. */
ESW_FN void eswi_ecc_bound_evaluate(const eswi_ecc_element *e, const eswi_ecc_relaxation *r,
                                    double (*y)[ECC_LANES], double *value, double (*gradient)[ECC_LANES],
                                    double *error)
{
    double power_w[ECC_ELEMENT_USERS][ECC_LANES];
    ESW_EACH_LANE(l)
    {
        value[l] = error[l] = 0.0;
    }
    for (int i = 0; i < e->n; i++)
        ESW_EACH_LANE(l)
        {
            power_w[i][l] = eswi_exp2(y[i][l]);
            gradient[i][l] = 0.0;
        }
    for (int i = 0; i < e->n; i++) {
        double heard[ECC_LANES], push[ECC_LANES];
        ESW_EACH_LANE(l)
        {
            heard[l] = 1.0;
        }
        for (int v = 0; v < e->n; v++)
            if (e->heard[i][v] > 0.0)
                ESW_EACH_LANE(l)
                {
                    heard[l] += e->heard[i][v] * power_w[v][l];
                }
        const double log_own = r->log_own[i];
        ESW_EACH_LANE(l)
        {
            const double log_heard = eswi_log2(heard[l]), alpha = r->alpha[i][l], beta = r->beta[i][l];
            const double spent = e->weight_energy * power_w[i][l];
            const double inverse = 1.0 / (alpha * (y[i][l] + log_own - log_heard) + beta);
            const double price = (e->weight_time + spent) * inverse;
            const double cost = r->slope[i][l] * price;
            const double rises = r->slope[i][l] * spent * 0x1.62e42fefa39efp-1 * inverse;
            const double falls = cost * alpha * inverse;
            const double terms = alpha * (fabs(y[i][l]) + fabs(log_own) + log_heard) + fabs(beta);
            const double relative = ECC_BOUND_ERROR * (4.0 + terms * inverse);
            const double steep = 2.0 * (rises + 2.0 * falls) * r->widest[l];
            value[l] += r->fixed[i][l] + cost;
            error[l] += relative < 0x1p-10 && inverse > 0.0
                            ? relative * (cost + steep) + ECC_BOUND_ERROR * fabs(r->fixed[i][l])
                            : eswi_inf();
            gradient[i][l] += rises - falls;
            push[l] = falls / heard[l];
        }
        for (int v = 0; v < e->n; v++)
            if (e->heard[i][v] > 0.0)
                ESW_EACH_LANE(l)
                {
                    gradient[v][l] += push[l] * (e->heard[i][v] * power_w[v][l]);
                }
    }
}

/* The least value of the tangent plane over the box, less its error. */
ESW_FN void eswi_ecc_bound_tangent(const eswi_ecc_element *e, const eswi_ecc_boxes *b, double (*y)[ECC_LANES],
                                   const double *value, double (*gradient)[ECC_LANES], const double *error,
                                   double *tangent)
{
    ESW_EACH_LANE(l)
    {
        tangent[l] = value[l] - error[l];
    }
    for (int i = 0; i < e->n; i++)
        ESW_EACH_LANE(l)
        {
            const double g = gradient[i][l];
            const double fall = g > 0.0 ? g * (b->low[i][l] - y[i][l]) : g * (b->high[i][l] - y[i][l]);
            tangent[l] += fall;
        }
}

/* The element at the points, and what of the gap there each user's width explains: a user's own chords, and the
 * interference it makes in those of others. */
ESW_FN void eswi_ecc_bound_blame(const eswi_ecc_element *e, const eswi_ecc_relaxation *r, eswi_ecc_boxes *b)
{
    double power_w[ECC_ELEMENT_USERS][ECC_LANES];
    ESW_EACH_LANE(l)
    {
        b->value[l] = 0.0;
    }
    for (int i = 0; i < e->n; i++)
        ESW_EACH_LANE(l)
        {
            const double p = eswi_exp2(b->point[i][l]);
            power_w[i][l] = p < e->power_min_w ? e->power_min_w : p > e->power_max_w ? e->power_max_w : p;
            b->score[i][l] = 0.0;
        }
    for (int i = 0; i < e->n; i++) {
        double heard[ECC_LANES], price[ECC_LANES], cost[ECC_LANES], gap[ECC_LANES];
        ESW_EACH_LANE(l)
        {
            heard[l] = 1.0;
        }
        for (int v = 0; v < e->n; v++)
            if (e->heard[i][v] > 0.0)
                ESW_EACH_LANE(l)
                {
                    heard[l] += e->heard[i][v] * power_w[v][l];
                }
        ESW_EACH_LANE(l)
        {
            price[l] = (e->weight_time + e->weight_energy * power_w[i][l]) /
                       eswi_log2_1p(e->own[i] * power_w[i][l] / heard[l]);
        }
        eswi_ecc_bound_envelope(e, i, price, cost);
        ESW_EACH_LANE(l)
        {
            const double u = eswi_log2(e->own[i] * power_w[i][l] / heard[l]);
            const double relaxed =
                (e->weight_time + e->weight_energy * power_w[i][l]) / (r->alpha[i][l] * u + r->beta[i][l]);
            gap[l] = cost[l] - (r->fixed[i][l] + r->slope[i][l] * relaxed);
            b->value[l] += cost[l];
            b->score[i][l] += gap[l] * (b->high[i][l] - b->low[i][l]);
            gap[l] = gap[l] / heard[l];
        }
        for (int v = 0; v < e->n; v++)
            if (e->heard[i][v] > 0.0)
                ESW_EACH_LANE(l)
                {
                    b->score[v][l] +=
                        gap[l] * (b->high[v][l] - b->low[v][l]) * (e->heard[i][v] * power_w[v][l]);
                }
    }
}

/* One projected gradient step of Barzilai-Borwein length; the first moves half the widest side. */
ESW_FN void eswi_ecc_bound_step(const eswi_ecc_element *e, const eswi_ecc_boxes *b,
                                const eswi_ecc_relaxation *r, int first, double (*y)[ECC_LANES],
                                double (*gradient)[ECC_LANES], double (*old_y)[ECC_LANES],
                                double (*old_gradient)[ECC_LANES], double *step)
{
    double moved[ECC_LANES], turned[ECC_LANES];
    ESW_EACH_LANE(l)
    {
        moved[l] = turned[l] = 0.0;
    }
    for (int i = 0; i < e->n; i++)
        ESW_EACH_LANE(l)
        {
            const double size = fabs(gradient[i][l]);
            const double dy = y[i][l] - old_y[i][l], dg = gradient[i][l] - old_gradient[i][l];
            moved[l] = first ? (size > moved[l] ? size : moved[l]) : moved[l] + dy * dy;
            turned[l] += dy * dg;
        }
    ESW_EACH_LANE(l)
    {
        const double start = 0.5 * r->widest[l] / (moved[l] + 1e-300);
        const double next = turned[l] > 1e-290 && moved[l] > 0.0 ? moved[l] / turned[l] : step[l];
        step[l] = first ? start : next;
    }
    for (int i = 0; i < e->n; i++)
        ESW_EACH_LANE(l)
        {
            const double low = b->low[i][l], high = b->high[i][l], to = y[i][l] - step[l] * gradient[i][l];
            old_y[i][l] = y[i][l];
            old_gradient[i][l] = gradient[i][l];
            y[i][l] = to < low ? low : to > high ? high : to;
        }
}

/* Bounds all boxes: `steps` >= 1 evaluations of the relaxation, the tangent at the best of them. */
ESW_FN void eswi_ecc_bound_boxes(const eswi_ecc_element *e, int steps, eswi_ecc_boxes *b)
{
    eswi_ecc_relaxation r;
    double y[ECC_ELEMENT_USERS][ECC_LANES], gradient[ECC_ELEMENT_USERS][ECC_LANES];
    double old_y[ECC_ELEMENT_USERS][ECC_LANES], old_gradient[ECC_ELEMENT_USERS][ECC_LANES];
    double step[ECC_LANES], value[ECC_LANES], error[ECC_LANES], tangent[ECC_LANES];
    eswi_ecc_bound_relax(e, b, &r);
    ESW_EACH_LANE(l)
    {
        b->bound[l] = -eswi_inf();
        step[l] = 0.0;
    }
    for (int i = 0; i < e->n; i++)
        ESW_EACH_LANE(l)
        {
            y[i][l] = b->point[i][l] = 0.5 * (b->low[i][l] + b->high[i][l]);
            old_y[i][l] = old_gradient[i][l] = 0.0;
        }
    for (int k = 0; k < steps; k++) {
        eswi_ecc_bound_evaluate(e, &r, y, value, gradient, error);
        eswi_ecc_bound_tangent(e, b, y, value, gradient, error, tangent);
        for (int i = 0; i < e->n; i++)
            ESW_EACH_LANE(l)
            {
                b->point[i][l] = tangent[l] > b->bound[l] ? y[i][l] : b->point[i][l];
            }
        ESW_EACH_LANE(l)
        {
            b->bound[l] = tangent[l] > b->bound[l] ? tangent[l] : b->bound[l];
        }
        if (k + 1 < steps)
            eswi_ecc_bound_step(e, b, &r, k == 0, y, gradient, old_y, old_gradient, step);
    }
    ESW_EACH_LANE(l)
    {
        const double interval = r.interval[l] * (1.0 - ECC_BOUND_MARGIN);
        b->bound[l] = interval > b->bound[l] ? interval : b->bound[l];
    }
    eswi_ecc_bound_blame(e, &r, b);
}

#endif
