#include <math.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "base/stats.h"

/* A small generator of the tests' own; values around `offset` with the given spread. */
static double next_value(uint64_t *state, double offset, double spread)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return offset + spread * ((double)(*state >> 11) * 0x1p-53 - 0.5);
}

/* Mean and sum of squared deviations in two passes of long double. */
static void oracle(const double *x, size_t n, long double *mean, long double *m2)
{
    long double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; ++i)
        if (isfinite(x[i])) {
            sum += x[i];
            ++count;
        }
    *mean = sum / count;
    *m2 = 0;
    for (size_t i = 0; i < n; ++i)
        if (isfinite(x[i]))
            *m2 += (x[i] - *mean) * (x[i] - *mean);
}

static eswi_moments in_blocks(const double *x, size_t n)
{
    eswi_moments total = {0};
    for (size_t i = 0; i < n; i += ESWI_STATS_BLOCK) {
        eswi_moments block = eswi_moments_of(x + i, n - i < ESWI_STATS_BLOCK ? n - i : ESWI_STATS_BLOCK);
        eswi_moments_merge(&total, &block);
    }
    return total;
}

enum { VALUES = 10007 };

static void close_to_oracle(double offset, double spread, double tolerance)
{
    static double x[VALUES];
    uint64_t state = 7;
    for (size_t i = 0; i < VALUES; ++i)
        x[i] = i % 100 == 9 ? NAN : i % 1000 == 500 ? INFINITY : next_value(&state, offset, spread);
    long double mean, m2;
    oracle(x, VALUES, &mean, &m2);
    eswi_moments total = in_blocks(x, VALUES);
    cr_assert_eq(total.count, VALUES - 100 - 10);
    cr_assert_eq(total.undefined, 100);
    cr_assert_eq(total.infinite, 10);
    cr_assert_leq(fabsl(total.mean - mean), 1e-15L * fabsl(mean), "%g %Lg", total.mean, mean);
    cr_assert_leq(fabsl(total.m2 - m2), tolerance * m2, "%.17g %.17Lg", total.m2, m2);
}

Test(stats, moments_in_blocks_are_those_of_two_passes)
{
    close_to_oracle(1, 1, 1e-14);
    close_to_oracle(-3e-9, 1e-9, 1e-14);
    close_to_oracle(1e100, 1e100, 1e-14);
}

Test(stats, a_large_offset_does_not_eat_the_variance)
{
    /* A block's mean is off by up to e = 2^-24 here, half an ulp of 1e9; merging 40 blocks of n = 256 whose
     * means differ by d ~ 0.02 moves m2 by about sqrt(40) 2 d e n = 4e-6 of 830, at most by 40 times that for
     * one block: 3e-8. */
    close_to_oracle(1e9, 1, 3e-8);
}

Test(stats, extremes_and_counts_are_exact)
{
    const double x[] = {3, -1, NAN, 7, 7, -INFINITY, 0};
    eswi_moments m = eswi_moments_of(x, 7);
    cr_assert_eq(m.count, 5);
    cr_assert_eq(m.min, -1);
    cr_assert_eq(m.max, 7);
    cr_assert_eq(m.undefined, 1);
    cr_assert_eq(m.infinite, 1);
    cr_assert_eq(m.mean, 3.2);
}

Test(stats, no_values_and_one_value_are_no_trouble)
{
    eswi_moments none = eswi_moments_of(NULL, 0), total = {0};
    const double five = 5;
    eswi_moments one = eswi_moments_of(&five, 1);
    eswi_moments_merge(&total, &none);
    cr_assert_eq(total.count, 0);
    cr_assert(isnan(eswi_moments_std(&total)));
    eswi_moments_merge(&total, &one);
    eswi_moments_merge(&total, &none);
    cr_assert_eq(total.count, 1);
    cr_assert_eq(total.mean, 5);
    cr_assert_eq(total.min, 5);
    cr_assert(isnan(eswi_moments_std(&total)));
}

Test(stats, equal_values_have_no_spread)
{
    double x[200];
    for (size_t i = 0; i < 200; ++i)
        x[i] = 0.1;
    eswi_moments m = eswi_moments_of(x, 200);
    cr_assert_eq(m.mean, 0.1);
    cr_assert_eq(m.m2, 0);
}

Test(stats, one_value_at_a_time_agrees_with_two_passes)
{
    static double x[5000];
    uint64_t state = 3;
    eswi_running whole = {0}, parts = {0};
    for (size_t i = 0; i < 5000; ++i)
        x[i] = i % 50 == 0 ? NAN : next_value(&state, 10, 3);
    for (size_t start = 0; start < 5000; start += 1000) {
        eswi_running part = {0};
        for (size_t i = start; i < start + 1000; ++i) {
            eswi_running_add(&whole, x[i]);
            eswi_running_add(&part, x[i]);
        }
        eswi_running_merge(&parts, &part);
    }
    long double mean, m2;
    oracle(x, 5000, &mean, &m2);
    cr_assert_eq(whole.count, 4900);
    cr_assert_eq(parts.count, 4900);
    cr_assert_float_eq(whole.mean, (double)mean, 1e-12);
    cr_assert_float_eq(parts.mean, (double)mean, 1e-12);
    cr_assert_float_eq(whole.m2, (double)m2, 1e-9);
    cr_assert_float_eq(parts.m2, (double)m2, 1e-9);
}

/* Student's density without its constant, and its integral from 0 to t by Simpson's rule. */
static double density(double x, double degrees)
{
    return exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2) - (degrees + 1) / 2 * log1p(x * x / degrees)) /
           sqrt(degrees * 3.14159265358979323846);
}

static double tail_free_probability(double t, double degrees)
{
    const int steps = 20000;
    double h = t / steps, sum = density(0, degrees) + density(t, degrees);
    for (int i = 1; i < steps; ++i)
        sum += (i % 2 ? 4 : 2) * density(i * h, degrees);
    return 0.5 + sum * h / 3;
}

Test(stats, students_quantile_has_its_probability)
{
    static const uint64_t degrees[] = {1, 2, 3, 5, 10, 17, 29, 30, 31, 32, 40, 64, 100, 255, 1000, 1000000};
    for (size_t i = 0; i < sizeof degrees / sizeof *degrees; ++i) {
        double t = eswi_student_975(degrees[i]);
        /* 1e-6 of t moves the probability by less than 1e-6 t density(t) < 1.2e-7. */
        cr_assert_float_eq(tail_free_probability(t, (double)degrees[i]), 0.975, 1.2e-7, "%llu: %.12g",
                           (unsigned long long)degrees[i], t);
    }
    for (uint64_t d = 1; d < 30; ++d)
        cr_assert_float_eq(tail_free_probability(eswi_student_975(d), (double)d), 0.975, 1e-9, "%d", (int)d);
    cr_assert(isnan(eswi_student_975(0)));
}

Test(stats, ratio_of_means_is_the_plain_formula)
{
    enum { N = 1500 };
    static double a[N], b[N];
    uint64_t state = 11;
    for (size_t i = 0; i < N; ++i) {
        double shared = next_value(&state, 2, 1);
        a[i] = i == 40 ? NAN : 3 * shared + next_value(&state, 0, 0.5);
        b[i] = i == 70 ? INFINITY : shared + next_value(&state, 1, 0.5);
    }
    eswi_comoments total = {0};
    for (size_t i = 0; i < N; i += 256) {
        eswi_comoments block = eswi_comoments_of(a + i, b + i, N - i < 256 ? N - i : 256);
        eswi_comoments_merge(&total, &block);
    }
    double n = 0, mean_a = 0, mean_b = 0, residual = 0;
    for (size_t i = 0; i < N; ++i)
        if (i != 40 && i != 70) {
            n += 1;
            mean_a += a[i];
            mean_b += b[i];
        }
    double ratio = mean_a / mean_b;
    for (size_t i = 0; i < N; ++i)
        if (i != 40 && i != 70) {
            double d = (a[i] - mean_a / n) - ratio * (b[i] - mean_b / n);
            residual += d * d;
        }
    double half = 1.96 * sqrt(residual / (n - 1) / n) / (mean_b / n);
    eswi_interval interval = eswi_ratio_of_means(&total);
    cr_assert_eq(total.count, N - 2);
    cr_assert_float_eq(interval.value, ratio, 1e-13 * ratio);
    cr_assert_float_eq(interval.high - interval.value, half, 2e-3 * half);
    cr_assert_float_eq(interval.value - interval.low, half, 2e-3 * half);
}

/* A method compared with itself differs by nothing: neither rounding of the sums nor of the merging may show. */
Test(stats, a_ratio_with_itself_is_exactly_1)
{
    enum { N = 1000 };
    static double drawn[N], constant[N], scaled[N];
    for (int i = 0; i < N; ++i) {
        drawn[i] = 1e3 + 1.0 / (3 + i % 37) + i * 0.1;
        constant[i] = 1.0370626418604652;
        scaled[i] = 0.25 * drawn[i];
    }
    const double *const samples[] = {drawn, constant, scaled};
    for (int k = 0; k < 3; ++k) {
        eswi_comoments total = {0};
        for (int i = 0; i < N; i += 256) {
            const size_t n = (size_t)(N - i < 256 ? N - i : 256);
            eswi_comoments block = eswi_comoments_of(samples[k] + i, (k == 2 ? drawn : samples[k]) + i, n);
            eswi_comoments_merge(&total, &block);
        }
        eswi_interval interval = eswi_ratio_of_means(&total);
        const double expected = k == 2 ? 0.25 : 1.0;
        cr_assert(interval.value == expected && interval.low == expected && interval.high == expected,
                  "sample %d: %.17g %.17g %.17g", k, interval.value, interval.low, interval.high);
    }
}

/* The interval must hold the true ratio in about 95 of 100 samples. */
Test(stats, ratio_intervals_cover_the_truth)
{
    uint64_t state = 5;
    int covered = 0;
    const int samples = 2000;
    for (int s = 0; s < samples; ++s) {
        double a[64], b[64];
        for (size_t i = 0; i < 64; ++i) {
            double shared = next_value(&state, 3, 1);
            a[i] = 2 * shared + next_value(&state, 0, 1);
            b[i] = shared + next_value(&state, 0, 1);
        }
        eswi_comoments m = eswi_comoments_of(a, b, 64);
        eswi_interval interval = eswi_ratio_of_means(&m);
        covered += interval.low <= 2 && 2 <= interval.high;
    }
    /* 95 % +- 5 standard deviations of a binomial count. */
    cr_assert(covered > 0.95 * samples - 49 && covered < 0.95 * samples + 49, "%d", covered);
}

Test(stats, a_ratio_needs_pairs_and_a_denominator)
{
    eswi_comoments none = {0};
    cr_assert(isnan(eswi_ratio_of_means(&none).value));
    const double a[] = {1, 2}, zero[] = {0, 0};
    eswi_comoments m = eswi_comoments_of(a, zero, 2);
    cr_assert(isnan(eswi_ratio_of_means(&m).value));
    m = eswi_comoments_of(a, a, 1);
    eswi_interval one = eswi_ratio_of_means(&m);
    cr_assert_eq(one.value, 1);
    cr_assert(isnan(one.low) && isnan(one.high));
}
