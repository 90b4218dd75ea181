#include "base/stats.h"

#include <math.h>

#include "base/reduce.h"

/* A first mean, and the sum of the deviations from it: what its rounding has left. */
typedef struct centre {
    double mean, rest;
} centre;

static centre centre_of(const double *x, size_t n)
{
    eswi_sum16 sum = {0}, deviation = {0};
    for (size_t i = 0; i < n; ++i)
        eswi_sum16_add(&sum, i, x[i]);
    const double mean = eswi_sum16_total(&sum) / (double)n;
    for (size_t i = 0; i < n; ++i)
        eswi_sum16_add(&deviation, i, x[i] - mean);
    return (centre){mean, eswi_sum16_total(&deviation)};
}

static double corrected_mean(centre c, size_t n)
{
    return c.mean + c.rest / (double)n;
}

/* Sum of (x - mean x) (y - mean y). Of x with itself it is the sum of squares to the last bit, so that what is equal
 * has a correlation of exactly 1. */
static double products(const double *x, centre of_x, const double *y, centre of_y, size_t n)
{
    eswi_sum16 product = {0};
    for (size_t i = 0; i < n; ++i)
        eswi_sum16_add(&product, i, (x[i] - of_x.mean) * (y[i] - of_y.mean));
    return eswi_sum16_total(&product) - of_x.rest * of_y.rest / (double)n;
}

static double squares(const double *x, centre of_x, size_t n)
{
    const double sum = products(x, of_x, x, of_x, n);
    return sum > 0 ? sum : 0;
}

eswi_moments eswi_moments_of(const double *values, size_t n)
{
    eswi_moments result = {0};
    double finite[ESWI_STATS_BLOCK];
    for (size_t i = 0; i < n; ++i) {
        double value = values[i];
        if (isnan(value)) {
            ++result.undefined;
        } else if (isinf(value)) {
            ++result.infinite;
        } else {
            if (result.count == 0 || value < result.min)
                result.min = value;
            if (result.count == 0 || value > result.max)
                result.max = value;
            finite[result.count++] = value;
        }
    }
    if (result.count > 0) {
        const centre c = centre_of(finite, result.count);
        result.mean = corrected_mean(c, result.count);
        result.m2 = squares(finite, c, result.count);
    }
    return result;
}

void eswi_moments_merge(eswi_moments *total, const eswi_moments *next)
{
    total->undefined += next->undefined;
    total->infinite += next->infinite;
    if (next->count == 0)
        return;
    if (total->count == 0 || next->min < total->min)
        total->min = next->min;
    if (total->count == 0 || next->max > total->max)
        total->max = next->max;
    double before = (double)total->count, added = (double)next->count, all = before + added;
    double delta = next->mean - total->mean;
    total->mean = total->count == 0 ? next->mean : total->mean + delta * (added / all);
    total->m2 += next->m2 + delta * delta * (before * (added / all));
    total->count += next->count;
}

double eswi_moments_std(const eswi_moments *moments)
{
    return moments->count < 2 ? NAN : sqrt(moments->m2 / (double)(moments->count - 1));
}

double eswi_moments_halfwidth(const eswi_moments *moments)
{
    if (moments->count < 2)
        return NAN;
    return eswi_student_975(moments->count - 1) * eswi_moments_std(moments) / sqrt((double)moments->count);
}

void eswi_running_add(eswi_running *running, double value)
{
    if (!isfinite(value))
        return;
    ++running->count;
    double delta = value - running->mean;
    running->mean += delta / (double)running->count;
    running->m2 += delta * (value - running->mean);
}

void eswi_running_merge(eswi_running *total, const eswi_running *next)
{
    if (next->count == 0)
        return;
    double before = (double)total->count, added = (double)next->count, all = before + added;
    double delta = next->mean - total->mean;
    total->mean = total->count == 0 ? next->mean : total->mean + delta * (added / all);
    total->m2 += next->m2 + delta * delta * (before * (added / all));
    total->count += next->count;
}

double eswi_running_std(const eswi_running *running)
{
    return running->count < 2 ? NAN : sqrt(running->m2 / (double)(running->count - 1));
}

eswi_comoments eswi_comoments_of(const double *a, const double *b, size_t n)
{
    eswi_comoments result = {0};
    double pairs[2][ESWI_STATS_BLOCK];
    for (size_t i = 0; i < n; ++i)
        if (isfinite(a[i]) && isfinite(b[i])) {
            pairs[0][result.count] = a[i];
            pairs[1][result.count++] = b[i];
        }
    if (result.count == 0)
        return result;
    const centre a_centre = centre_of(pairs[0], result.count), b_centre = centre_of(pairs[1], result.count);
    result.mean_a = corrected_mean(a_centre, result.count);
    result.mean_b = corrected_mean(b_centre, result.count);
    result.m2_a = squares(pairs[0], a_centre, result.count);
    result.m2_b = squares(pairs[1], b_centre, result.count);
    if (result.m2_a > 0 && result.m2_b > 0) /* what does not vary does not vary together */
        result.c_ab = products(pairs[0], a_centre, pairs[1], b_centre, result.count);
    return result;
}

void eswi_comoments_merge(eswi_comoments *total, const eswi_comoments *next)
{
    if (next->count == 0)
        return;
    if (total->count == 0) {
        *total = *next;
        return;
    }
    double before = (double)total->count, added = (double)next->count, share = added / (before + added);
    double delta_a = next->mean_a - total->mean_a, delta_b = next->mean_b - total->mean_b;
    total->mean_a += delta_a * share;
    total->mean_b += delta_b * share;
    total->m2_a += next->m2_a + delta_a * delta_a * (before * share);
    total->m2_b += next->m2_b + delta_b * delta_b * (before * share);
    total->c_ab += next->c_ab + delta_a * delta_b * (before * share);
    total->count += next->count;
}

eswi_interval eswi_ratio_of_means(const eswi_comoments *m)
{
    eswi_interval result = {NAN, NAN, NAN};
    if (m->count == 0 || m->mean_b == 0)
        return result;
    double ratio = m->mean_a / m->mean_b;
    result.value = ratio;
    if (m->count < 2)
        return result;
    double residual = m->m2_a - 2 * ratio * m->c_ab + ratio * ratio * m->m2_b;
    double variance = (residual > 0 ? residual : 0) / (double)(m->count - 1) / (double)m->count;
    double half = eswi_student_975(m->count - 1) * sqrt(variance) / fabs(m->mean_b);
    result.low = ratio - half;
    result.high = ratio + half;
    return result;
}

double eswi_student_975(uint64_t degrees)
{
    static const double table[] = {
        12.70620473617471, 4.302652729749462, 3.182446305283708, 2.776445105197793, 2.570581835636314,
        2.446911851144969, 2.364624251592785, 2.306004135204166, 2.262157162798205, 2.228138851986274,
        2.200985160091638, 2.178812829667228, 2.160368656462793, 2.144786687917804, 2.131449545559774,
        2.119905299221255, 2.109815577833317, 2.100922040241038, 2.093024054408309, 2.085963447265864,
        2.079613844727681, 2.073873067904022, 2.068657610419049, 2.063898561628021, 2.059538552753298,
        2.055529438642873, 2.051830516480285, 2.048407141795246, 2.045229642132704, 2.042272456301236,
    };
    if (degrees == 0)
        return NAN;
    if (degrees <= sizeof table / sizeof *table)
        return table[degrees - 1];
    const double z = 1.959963984540054; /* the normal quantile */
    double z2 = z * z, inverse = 1.0 / (double)degrees;
    double g1 = z * (z2 + 1) / 4;
    double g2 = z * ((5 * z2 + 16) * z2 + 3) / 96;
    double g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
    double g4 = z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
    return z + (((g4 * inverse + g3) * inverse + g2) * inverse + g1) * inverse;
}
