/* The one shape in which sums are reduced, whatever adds them up.
 *
 * A sum of x[0..n-1] is defined as: sixteen partial sums that start at +0, element i added to partial i mod
 * 16 in order of i; then a tree that adds partials (k, k+8) for k < 8, (k, k+4), (k, k+2) and (k, k+1). A
 * vector of 16 floats, a half-warp and a scalar loop can all follow it, so they agree to the bit. A missing
 * element counts as +0: padding a range with zeros changes nothing, since a partial sum is never -0.
 *
 * The error of a sum is at most (ceil(n/16) + 3) u / (1 - (ceil(n/16) + 3) u) times the sum of |x[i]|, with
 * the unit roundoff u = 2^-24 (float) or 2^-53 (double): no element goes through more additions that round.
 */
#ifndef ESWI_REDUCE_H
#define ESWI_REDUCE_H

#include "base/portable.h"

enum { ESWI_SUM_PARTIALS = 16 };

/* The tree over sixteen partials, `stride` elements apart. In a loop over W lanes with the partials stored
 * [16][W], `eswi_tree16f(&partials[0][lane], W)` reduces all lanes at once. */
ESW_FN float eswi_tree16f(const float *partials, size_t stride)
{
    const float *p = partials;
    const size_t s = stride;
    const float a0 = p[0 * s] + p[8 * s], a1 = p[1 * s] + p[9 * s];
    const float a2 = p[2 * s] + p[10 * s], a3 = p[3 * s] + p[11 * s];
    const float a4 = p[4 * s] + p[12 * s], a5 = p[5 * s] + p[13 * s];
    const float a6 = p[6 * s] + p[14 * s], a7 = p[7 * s] + p[15 * s];
    return ((a0 + a4) + (a2 + a6)) + ((a1 + a5) + (a3 + a7));
}

ESW_FN double eswi_tree16(const double *partials, size_t stride)
{
    const double *p = partials;
    const size_t s = stride;
    const double a0 = p[0 * s] + p[8 * s], a1 = p[1 * s] + p[9 * s];
    const double a2 = p[2 * s] + p[10 * s], a3 = p[3 * s] + p[11 * s];
    const double a4 = p[4 * s] + p[12 * s], a5 = p[5 * s] + p[13 * s];
    const double a6 = p[6 * s] + p[14 * s], a7 = p[7 * s] + p[15 * s];
    return ((a0 + a4) + (a2 + a6)) + ((a1 + a5) + (a3 + a7));
}

/* A running sum, for elements that are computed as they are added. Zero-initialise before use. */
typedef struct eswi_sum16f {
    float partial[ESWI_SUM_PARTIALS];
} eswi_sum16f;

typedef struct eswi_sum16 {
    double partial[ESWI_SUM_PARTIALS];
} eswi_sum16;

/* Adds element `i` of the sum. Elements of equal i mod 16 must come in order of i. */
ESW_FN void eswi_sum16f_add(eswi_sum16f *sum, size_t i, float x)
{
    sum->partial[i % ESWI_SUM_PARTIALS] += x;
}

ESW_FN void eswi_sum16_add(eswi_sum16 *sum, size_t i, double x)
{
    sum->partial[i % ESWI_SUM_PARTIALS] += x;
}

ESW_FN float eswi_sum16f_total(const eswi_sum16f *sum)
{
    return eswi_tree16f(sum->partial, 1);
}

ESW_FN double eswi_sum16_total(const eswi_sum16 *sum)
{
    return eswi_tree16(sum->partial, 1);
}

/* The sum of x[0], x[stride], ..., x[(n - 1) * stride]; +0 for n = 0. */
ESW_FN float eswi_sumf(const float *x, size_t n, size_t stride)
{
    eswi_sum16f sum = {{0.0f}};
    const size_t whole = n - n % ESWI_SUM_PARTIALS;
    for (size_t i = 0; i < whole; i += ESWI_SUM_PARTIALS)
        for (size_t k = 0; k < ESWI_SUM_PARTIALS; k++)
            sum.partial[k] += x[(i + k) * stride];
    for (size_t i = whole; i < n; i++)
        sum.partial[i - whole] += x[i * stride];
    return eswi_sum16f_total(&sum);
}

ESW_FN double eswi_sum(const double *x, size_t n, size_t stride)
{
    eswi_sum16 sum = {{0.0}};
    const size_t whole = n - n % ESWI_SUM_PARTIALS;
    for (size_t i = 0; i < whole; i += ESWI_SUM_PARTIALS)
        for (size_t k = 0; k < ESWI_SUM_PARTIALS; k++)
            sum.partial[k] += x[(i + k) * stride];
    for (size_t i = whole; i < n; i++)
        sum.partial[i - whole] += x[i * stride];
    return eswi_sum16_total(&sum);
}

/* The tree over partials that are worked out one after the other, with four numbers instead of sixteen: nothing is
 * indexed at run time, which on a GPU would put an array into local memory. For i = 0..15 in turn take the partial
 * eswi_tree16_turn(i); the last call returns the total. */
typedef struct eswi_tree16f_walk {
    float pair, four, eight, half;
} eswi_tree16f_walk;

typedef struct eswi_tree16_walk {
    double pair, four, eight, half;
} eswi_tree16_walk;

/* The partial whose turn is the i-th: the bits of i reversed, so that neighbours in the tree come together. */
ESW_FN int eswi_tree16_turn(int i)
{
    return (i & 1) << 3 | (i & 2) << 1 | (i & 4) >> 1 | (i & 8) >> 3;
}

/* A finished subtree waits in `waiting` for the one that follows it, or joins the one that waits there. */
#define ESWI_TREE16_JOIN(i, bit, waiting, sum) \
    do {                                       \
        if (!((i) & (bit))) {                  \
            (waiting) = (sum);                 \
            return (sum);                      \
        }                                      \
        (sum) = (waiting) + (sum);             \
    } while (0)

ESW_FN float eswi_tree16f_take(eswi_tree16f_walk *walk, int i, float partial)
{
    float sum = partial;
    ESWI_TREE16_JOIN(i, 1, walk->pair, sum);
    ESWI_TREE16_JOIN(i, 2, walk->four, sum);
    ESWI_TREE16_JOIN(i, 4, walk->eight, sum);
    ESWI_TREE16_JOIN(i, 8, walk->half, sum);
    return sum;
}

ESW_FN double eswi_tree16_take(eswi_tree16_walk *walk, int i, double partial)
{
    double sum = partial;
    ESWI_TREE16_JOIN(i, 1, walk->pair, sum);
    ESWI_TREE16_JOIN(i, 2, walk->four, sum);
    ESWI_TREE16_JOIN(i, 4, walk->eight, sum);
    ESWI_TREE16_JOIN(i, 8, walk->half, sum);
    return sum;
}

#endif
