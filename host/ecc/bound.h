/* ECC: a certified lower bound of an element over boxes of powers, sixteen boxes at a time.
 *
 * In y = log2 p user i's rate per Hz is r = log2(1 + 2^u), u = y_i + log2 own_i - log2 I_i(y), I_i = 1 + sum heard p. u is
 * concave in y, for log2 I is the logarithm of a sum of exponentials. ln r is concave and rises in u: its derivative is
 * ln2 (1 - e^-t) / t at t = r ln2, which falls in t. So ln r is concave in y, ln(wT + wE p) is convex, and
 * x = (wT + wE p) / r, the exponential of their difference, is convex: the price of a bit needs no relaxation. What does is
 * the envelope, concave in x: it lies above its chord over the prices of the box. The sum of the chords at x is a convex
 * lower bound; a few projected gradient steps go towards its minimum, and the tangent plane at any point bounds it, and
 * with it the element, wherever the steps have ended.
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
    double point[ECC_ELEMENT_USERS][ECC_LANES]; /* in the box, log2 W: the best tangent plane touches here */
    double plane[ECC_ELEMENT_USERS][ECC_LANES]; /* its slopes */
    double tangent[ECC_LANES]; /* and its least value in the box: nobody pays less than the plane says */
    double value[ECC_LANES];   /* the element at the point, clamped to its powers */
    double score[ECC_ELEMENT_USERS][ECC_LANES]; /* how much of the gap a user's width is to blame for */
} eswi_ecc_boxes;

/* Relative margins, see docs/theory.md. */
#define ECC_BOUND_MARGIN 0x1p-36
#define ECC_BOUND_ERROR  0x1p-37

/* The relaxation of one box: per user the chord of the envelope. */
typedef struct eswi_ecc_relaxation {
    ESW_LANE_ROWS(double, fixed, ECC_ELEMENT_USERS);
    ESW_LANE_ROWS(double, slope, ECC_ELEMENT_USERS);
    ESW_LANE_VAR(double, interval); /* the bound from intervals alone */
    ESW_LANE_VAR(double, widest);
} eswi_ecc_relaxation;

/* The envelope in lanes: out = envelope of user i at x. */
ESW_FN void eswi_ecc_bound_envelope(const eswi_ecc_element *e, int i, const ESW_LANE_REF(double, x),
                                    ESW_LANE_REF(double, out))
{
    ESW_EACH_LANE(l)
    {
        ESW_REF(out, l) = fma(e->slope[i][0], ESW_REF(x, l), e->fixed[i][0]);
    }
    for (int k = 1; k < e->lines[i]; k++)
        ESW_EACH_LANE(l)
        {
            const double line = fma(e->slope[i][k], ESW_REF(x, l), e->fixed[i][k]);
            ESW_REF(out, l) = line < ESW_REF(out, l) ? line : ESW_REF(out, l);
        }
}

/* The chord of user i's envelope between prices cheap and dear, below it. */
ESW_FN void eswi_ecc_bound_chord(const eswi_ecc_element *e, int i, const ESW_LANE_REF(double, cheap),
                                 const ESW_LANE_REF(double, dear), eswi_ecc_relaxation *r)
{
    ESW_LANE_VAR(double, at_cheap);
    ESW_LANE_VAR(double, at_dear);
    eswi_ecc_bound_envelope(e, i, cheap, ESW_PASS(at_cheap));
    eswi_ecc_bound_envelope(e, i, dear, ESW_PASS(at_dear));
    const int one_line = e->lines[i] == 1;
    ESW_EACH_LANE(l)
    {
        const double width = ESW_REF(dear, l) - ESW_REF(cheap, l);
        double slope =
            width > 1e-9 * ESW_REF(dear, l) ? (ESW_AT(at_dear, l) - ESW_AT(at_cheap, l)) / width : 0.0;
        slope = slope > 0.0 ? slope : 0.0;
        const double a = ESW_AT(at_cheap, l) - slope * ESW_REF(cheap, l),
                     b = ESW_AT(at_dear, l) - slope * ESW_REF(dear, l);
        const double fixed = (a < b ? a : b) - ECC_BOUND_ERROR * (ESW_AT(at_cheap, l) + ESW_AT(at_dear, l));
        ESW_ROW_AT(r->slope, i, l) = one_line ? e->slope[i][0] : slope;
        ESW_ROW_AT(r->fixed, i, l) = one_line ? e->fixed[i][0] : fixed;
        ESW_AT(r->interval, l) += ESW_AT(at_cheap, l);
    }
}

/* Sets up the relaxation of all boxes. */
ESW_FN void eswi_ecc_bound_relax(const eswi_ecc_element *e, const eswi_ecc_boxes *b, eswi_ecc_relaxation *r)
{
    ESW_LANE_ROWS(double, low_w, ECC_ELEMENT_USERS);
    ESW_LANE_ROWS(double, high_w, ECC_ELEMENT_USERS);
    ESW_EACH_LANE(l)
    {
        ESW_AT(r->interval, l) = ESW_AT(r->widest, l) = 0.0;
    }
    for (int i = 0; i < e->n; i++) {
        ESW_EACH_LANE(l)
        {
            ESW_ROW_AT(low_w, i, l) = eswi_exp2(b->low[i][l]);
            ESW_ROW_AT(high_w, i, l) = eswi_exp2(b->high[i][l]);
            const double width = b->high[i][l] - b->low[i][l];
            ESW_AT(r->widest, l) = width > ESW_AT(r->widest, l) ? width : ESW_AT(r->widest, l);
        }
    }
    for (int i = 0; i < e->n; i++) {
        ESW_LANE_VAR(double, quiet);
        ESW_LANE_VAR(double, loud);
        ESW_LANE_VAR(double, cheap);
        ESW_LANE_VAR(double, dear);
        ESW_EACH_LANE(l)
        {
            ESW_AT(quiet, l) = ESW_AT(loud, l) = 1.0;
        }
        for (int v = 0; v < e->n; v++)
            if (e->heard[i][v] > 0.0)
                ESW_EACH_LANE(l)
                {
                    ESW_AT(quiet, l) += e->heard[i][v] * ESW_ROW_AT(low_w, v, l);
                    ESW_AT(loud, l) += e->heard[i][v] * ESW_ROW_AT(high_w, v, l);
                }
        ESW_EACH_LANE(l)
        {
            const double worst = e->own[i] * ESW_ROW_AT(low_w, i, l) / ESW_AT(loud, l),
                         best = e->own[i] * ESW_ROW_AT(high_w, i, l) / ESW_AT(quiet, l);
            const double low_price = e->weight_time + e->weight_energy * ESW_ROW_AT(low_w, i, l);
            const double high_price = e->weight_time + e->weight_energy * ESW_ROW_AT(high_w, i, l);
            ESW_AT(cheap, l) = low_price / eswi_log2_1p(best) * (1.0 - ECC_BOUND_MARGIN);
            ESW_AT(dear, l) = high_price / eswi_log2_1p(worst) * (1.0 + ECC_BOUND_MARGIN);
        }
        eswi_ecc_bound_chord(e, i, ESW_PASS(cheap), ESW_PASS(dear), r);
    }
}

/* Value, gradient and the bound on their rounding error of the relaxation at the point y. Out of range, the error is
 * infinite or not a number, and no plane is taken. */
ESW_FN void eswi_ecc_bound_evaluate(const eswi_ecc_element *e, const eswi_ecc_relaxation *r,
                                    ESW_LANE_ROWS_REF(double, y), ESW_LANE_REF(double, value),
                                    ESW_LANE_ROWS_REF(double, gradient), ESW_LANE_REF(double, error))
{
    ESW_LANE_ROWS(double, power_w, ECC_ELEMENT_USERS);
    ESW_EACH_LANE(l)
    {
        ESW_REF(value, l) = ESW_REF(error, l) = 0.0;
    }
    for (int i = 0; i < e->n; i++)
        ESW_EACH_LANE(l)
        {
            ESW_ROW_AT(power_w, i, l) = eswi_exp2(ESW_ROW_AT(y, i, l));
            ESW_ROW_AT(gradient, i, l) = 0.0;
        }
    for (int i = 0; i < e->n; i++) {
        ESW_LANE_VAR(double, heard);
        ESW_LANE_VAR(double, push);
        ESW_EACH_LANE(l)
        {
            ESW_AT(heard, l) = 1.0;
        }
        for (int v = 0; v < e->n; v++)
            if (e->heard[i][v] > 0.0)
                ESW_EACH_LANE(l)
                {
                    ESW_AT(heard, l) += e->heard[i][v] * ESW_ROW_AT(power_w, v, l);
                }
        ESW_EACH_LANE(l)
        {
            const double sinr = e->own[i] * ESW_ROW_AT(power_w, i, l) / ESW_AT(heard, l);
            const double spent = e->weight_energy * ESW_ROW_AT(power_w, i, l), slope =
                                                                                   ESW_ROW_AT(r->slope, i, l);
            const double inverse = 1.0 / eswi_log2_1p(sinr);
            const double cost = slope * ((e->weight_time + spent) * inverse);
            const double rises = slope * spent * 0x1.62e42fefa39efp-1 * inverse;
            const double falls = cost * (sinr / (1.0 + sinr)) * inverse;
            const double steep = 2.0 * (rises + 2.0 * falls) * ESW_AT(r->widest, l);
            ESW_REF(value, l) += ESW_ROW_AT(r->fixed, i, l) + cost;
            ESW_REF(error, l) += ECC_BOUND_ERROR * (cost + steep + ESW_ROW_AT(r->fixed, i, l));
            ESW_ROW_AT(gradient, i, l) += rises - falls;
            ESW_AT(push, l) = falls / ESW_AT(heard, l);
        }
        for (int v = 0; v < e->n; v++)
            if (e->heard[i][v] > 0.0)
                ESW_EACH_LANE(l)
                {
                    ESW_ROW_AT(gradient, v, l) +=
                        ESW_AT(push, l) * (e->heard[i][v] * ESW_ROW_AT(power_w, v, l));
                }
    }
}

/* The least value of the tangent plane over the box, less its error. */
ESW_FN void eswi_ecc_bound_tangent(const eswi_ecc_element *e, const eswi_ecc_boxes *b,
                                   ESW_LANE_ROWS_REF(double, y), const ESW_LANE_REF(double, value),
                                   ESW_LANE_ROWS_REF(double, gradient), const ESW_LANE_REF(double, error),
                                   ESW_LANE_REF(double, tangent))
{
    ESW_EACH_LANE(l)
    {
        ESW_REF(tangent, l) = ESW_REF(value, l) - ESW_REF(error, l);
    }
    for (int i = 0; i < e->n; i++)
        ESW_EACH_LANE(l)
        {
            const double g = ESW_ROW_AT(gradient, i, l);
            const double fall =
                g > 0.0 ? g * (b->low[i][l] - ESW_ROW_AT(y, i, l)) : g * (b->high[i][l] - ESW_ROW_AT(y, i, l));
            ESW_REF(tangent, l) += fall;
        }
}

/* The element at the points, and what of the gap there each user's width explains: what its own plane falls by, and its
 * share of the chords' gaps, by how much of the price's range it makes. */
ESW_FN void eswi_ecc_bound_blame(const eswi_ecc_element *e, const eswi_ecc_relaxation *r, eswi_ecc_boxes *b)
{
    ESW_LANE_ROWS(double, power_w, ECC_ELEMENT_USERS);
    ESW_LANE_ROWS(double, width, ECC_ELEMENT_USERS);
    ESW_EACH_LANE(l)
    {
        b->value[l] = 0.0;
    }
    for (int i = 0; i < e->n; i++)
        ESW_EACH_LANE(l)
        {
            const double y = b->point[i][l], p = eswi_exp2(y), slope = b->plane[i][l];
            ESW_ROW_AT(power_w, i, l) = p < e->power_min_w   ? e->power_min_w
                                        : p > e->power_max_w ? e->power_max_w
                                                             : p;
            ESW_ROW_AT(width, i, l) = b->high[i][l] - b->low[i][l];
            b->score[i][l] = slope > 0.0 ? slope * (y - b->low[i][l]) : slope * (y - b->high[i][l]);
        }
    for (int i = 0; i < e->n; i++) {
        ESW_LANE_VAR(double, heard);
        ESW_LANE_VAR(double, range);
        ESW_LANE_VAR(double, price);
        ESW_LANE_VAR(double, cost);
        ESW_LANE_VAR(double, gap);
        ESW_EACH_LANE(l)
        {
            ESW_AT(heard, l) = 1.0;
            ESW_AT(range, l) = 0.0;
        }
        for (int v = 0; v < e->n; v++)
            if (e->heard[i][v] > 0.0)
                ESW_EACH_LANE(l)
                {
                    const double received = e->heard[i][v] * ESW_ROW_AT(power_w, v, l);
                    ESW_AT(heard, l) += received;
                    ESW_AT(range, l) += ESW_ROW_AT(width, v, l) * received;
                }
        ESW_EACH_LANE(l)
        {
            ESW_AT(price, l) = (e->weight_time + e->weight_energy * ESW_ROW_AT(power_w, i, l)) /
                               eswi_log2_1p(e->own[i] * ESW_ROW_AT(power_w, i, l) / ESW_AT(heard, l));
        }
        eswi_ecc_bound_envelope(e, i, ESW_PASS(price), ESW_PASS(cost));
        ESW_EACH_LANE(l)
        {
            const double chord = ESW_ROW_AT(r->fixed, i, l) + ESW_ROW_AT(r->slope, i, l) * ESW_AT(price, l);
            const double own = ESW_ROW_AT(width, i, l) * ESW_AT(heard, l);
            b->value[l] += ESW_AT(cost, l);
            ESW_AT(gap, l) = (ESW_AT(cost, l) - chord) / (own + ESW_AT(range, l));
            b->score[i][l] += ESW_AT(gap, l) * own;
        }
        for (int v = 0; v < e->n; v++)
            if (e->heard[i][v] > 0.0)
                ESW_EACH_LANE(l)
                {
                    const double received = e->heard[i][v] * ESW_ROW_AT(power_w, v, l);
                    b->score[v][l] += ESW_AT(gap, l) * (ESW_ROW_AT(width, v, l) * received);
                }
    }
}

/* One projected gradient step of Barzilai-Borwein length; the first moves half the widest side. */
ESW_FN void eswi_ecc_bound_step(const eswi_ecc_element *e, const eswi_ecc_boxes *b,
                                const eswi_ecc_relaxation *r, int first, ESW_LANE_ROWS_REF(double, y),
                                ESW_LANE_ROWS_REF(double, gradient), ESW_LANE_ROWS_REF(double, old_y),
                                ESW_LANE_ROWS_REF(double, old_gradient), ESW_LANE_REF(double, step))
{
    ESW_LANE_VAR(double, moved);
    ESW_LANE_VAR(double, turned);
    ESW_EACH_LANE(l)
    {
        ESW_AT(moved, l) = ESW_AT(turned, l) = 0.0;
    }
    for (int i = 0; i < e->n; i++)
        ESW_EACH_LANE(l)
        {
            const double size = fabs(ESW_ROW_AT(gradient, i, l));
            const double dy = ESW_ROW_AT(y, i, l) - ESW_ROW_AT(old_y, i, l),
                         dg = ESW_ROW_AT(gradient, i, l) - ESW_ROW_AT(old_gradient, i, l);
            ESW_AT(moved, l) =
                first ? (size > ESW_AT(moved, l) ? size : ESW_AT(moved, l)) : ESW_AT(moved, l) + dy * dy;
            ESW_AT(turned, l) += dy * dg;
        }
    ESW_EACH_LANE(l)
    {
        const double start = 0.5 * ESW_AT(r->widest, l) / (ESW_AT(moved, l) + 1e-300);
        const double next = ESW_AT(turned, l) > 1e-290 && ESW_AT(moved, l) > 0.0
                                ? ESW_AT(moved, l) / ESW_AT(turned, l)
                                : ESW_REF(step, l);
        ESW_REF(step, l) = first ? start : next;
    }
    for (int i = 0; i < e->n; i++)
        ESW_EACH_LANE(l)
        {
            const double low = b->low[i][l], high = b->high[i][l],
                         to = ESW_ROW_AT(y, i, l) - ESW_REF(step, l) * ESW_ROW_AT(gradient, i, l);
            ESW_ROW_AT(old_y, i, l) = ESW_ROW_AT(y, i, l);
            ESW_ROW_AT(old_gradient, i, l) = ESW_ROW_AT(gradient, i, l);
            ESW_ROW_AT(y, i, l) = to < low ? low : to > high ? high : to;
        }
}

/* Bounds all boxes: `steps` >= 1 evaluations of the relaxation, the tangent at the best of them. */
ESW_FN void eswi_ecc_bound_boxes(const eswi_ecc_element *e, int steps, eswi_ecc_boxes *b)
{
    eswi_ecc_relaxation r;
    ESW_LANE_ROWS(double, y, ECC_ELEMENT_USERS);
    ESW_LANE_ROWS(double, gradient, ECC_ELEMENT_USERS);
    ESW_LANE_ROWS(double, old_y, ECC_ELEMENT_USERS);
    ESW_LANE_ROWS(double, old_gradient, ECC_ELEMENT_USERS);
    ESW_LANE_VAR(double, step);
    ESW_LANE_VAR(double, value);
    ESW_LANE_VAR(double, error);
    ESW_LANE_VAR(double, tangent);
    eswi_ecc_bound_relax(e, b, &r);
    ESW_EACH_LANE(l)
    {
        b->tangent[l] = -eswi_inf();
        ESW_AT(step, l) = 0.0;
    }
    for (int i = 0; i < e->n; i++)
        ESW_EACH_LANE(l)
        {
            ESW_ROW_AT(y, i, l) = b->point[i][l] = 0.5 * (b->low[i][l] + b->high[i][l]);
            ESW_ROW_AT(old_y, i, l) = ESW_ROW_AT(old_gradient, i, l) = b->plane[i][l] = 0.0;
        }
    for (int k = 0; k < steps; k++) {
        eswi_ecc_bound_evaluate(e, &r, y, ESW_PASS(value), gradient, ESW_PASS(error));
        eswi_ecc_bound_tangent(e, b, y, ESW_PASS(value), gradient, ESW_PASS(error), ESW_PASS(tangent));
        for (int i = 0; i < e->n; i++)
            ESW_EACH_LANE(l)
            {
                const int better = ESW_AT(tangent, l) > b->tangent[l];
                b->point[i][l] = better ? ESW_ROW_AT(y, i, l) : b->point[i][l];
                b->plane[i][l] = better ? ESW_ROW_AT(gradient, i, l) : b->plane[i][l];
            }
        ESW_EACH_LANE(l)
        {
            b->tangent[l] = ESW_AT(tangent, l) > b->tangent[l] ? ESW_AT(tangent, l) : b->tangent[l];
        }
        if (k + 1 < steps)
            eswi_ecc_bound_step(e, b, &r, k == 0, y, gradient, old_y, old_gradient, ESW_PASS(step));
    }
    ESW_EACH_LANE(l)
    {
        const double interval = ESW_AT(r.interval, l) * (1.0 - ECC_BOUND_MARGIN);
        b->bound[l] = interval > b->tangent[l] ? interval : b->tangent[l];
    }
    eswi_ecc_bound_blame(e, &r, b);
}

#endif
