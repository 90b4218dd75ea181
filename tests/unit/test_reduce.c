/* base/reduce.h: every form of the sum has the bits of the definition, and its error stays within the bound. */
#include <criterion/criterion.h>

#include "base/philox.h"
#include "base/reduce.h"

enum { LANES = 16, MOST = 1000 };

static const size_t lengths[] = {0, 1, 2, 15, 16, 17, 31, 32, 33, 100, 255, 256, 257, MOST};
enum { LENGTHS = sizeof lengths / sizeof lengths[0] };

/* Numbers of both signs over twenty binades: almost every order of adding them gives other bits. */
static double number(uint32_t i)
{
    const eswi_draw draw = eswi_philox(16, 0, 0, 0, i);
    const double magnitude = eswi_exp2(20.0 * eswi_uniform53(draw.w[0], draw.w[1]));
    return draw.w[2] % 2 ? magnitude : -magnitude;
}

/* The definition, word by word. */
static float defined_sumf(const float *x, size_t n)
{
    float partial[16] = {0};
    for (size_t i = 0; i < n; i++)
        partial[i % 16] = partial[i % 16] + x[i];
    for (int width = 8; width > 0; width /= 2)
        for (int k = 0; k < width; k++)
            partial[k] = partial[k] + partial[k + width];
    return partial[0];
}

static double defined_sum(const double *x, size_t n)
{
    double partial[16] = {0};
    for (size_t i = 0; i < n; i++)
        partial[i % 16] = partial[i % 16] + x[i];
    for (int width = 8; width > 0; width /= 2)
        for (int k = 0; k < width; k++)
            partial[k] = partial[k] + partial[k + width];
    return partial[0];
}

static float xf[MOST * LANES];
static double xd[MOST * LANES];

static void fill(void)
{
    for (uint32_t i = 0; i < MOST * LANES; i++) {
        xd[i] = number(i);
        xf[i] = (float)xd[i];
    }
}

TestSuite(reduce, .init = fill);

Test(reduce, contiguous_sums_follow_the_definition)
{
    for (int l = 0; l < LENGTHS; l++) {
        cr_assert_eq(eswi_bits(eswi_sumf(xf, lengths[l], 1)), eswi_bits(defined_sumf(xf, lengths[l])));
        cr_assert_eq(eswi_bits64(eswi_sum(xd, lengths[l], 1)), eswi_bits64(defined_sum(xd, lengths[l])));
    }
}

Test(reduce, strided_sums_follow_the_definition)
{
    static float gathered[MOST];
    static double gathered64[MOST];
    for (int l = 0; l < LENGTHS; l++) {
        for (size_t i = 0; i < lengths[l]; i++) {
            gathered[i] = xf[i * 7];
            gathered64[i] = xd[i * 7];
        }
        cr_assert_eq(eswi_bits(eswi_sumf(xf, lengths[l], 7)), eswi_bits(defined_sumf(gathered, lengths[l])));
        cr_assert_eq(eswi_bits64(eswi_sum(xd, lengths[l], 7)),
                     eswi_bits64(defined_sum(gathered64, lengths[l])));
    }
}

Test(reduce, running_sums_follow_the_definition)
{
    for (int l = 0; l < LENGTHS; l++) {
        eswi_sum16f sum = {{0}};
        eswi_sum16 sum64 = {{0}};
        for (size_t i = 0; i < lengths[l]; i++) {
            eswi_sum16f_add(&sum, i, xf[i]);
            eswi_sum16_add(&sum64, i, xd[i]);
        }
        cr_assert_eq(eswi_bits(eswi_sum16f_total(&sum)), eswi_bits(defined_sumf(xf, lengths[l])));
        cr_assert_eq(eswi_bits64(eswi_sum16_total(&sum64)), eswi_bits64(defined_sum(xd, lengths[l])));
    }
}

/* Sixteen sums side by side, x stored [element][lane] and partials [16][lane], as the lane code has them. */
Test(reduce, lanes_follow_the_definition)
{
    for (int l = 0; l < LENGTHS; l++) {
        float partials[ESWI_SUM_PARTIALS][LANES] = {{0}}, totals[LANES], lane_x[MOST];
        for (size_t i = 0; i < lengths[l]; i++)
#pragma omp simd
            for (int lane = 0; lane < LANES; lane++)
                partials[i % ESWI_SUM_PARTIALS][lane] += xf[i * LANES + lane];
#pragma omp simd
        for (int lane = 0; lane < LANES; lane++)
            totals[lane] = eswi_tree16f(&partials[0][lane], LANES);
        for (int lane = 0; lane < LANES; lane++) {
            for (size_t i = 0; i < lengths[l]; i++)
                lane_x[i] = xf[i * LANES + lane];
            cr_assert_eq(eswi_bits(totals[lane]), eswi_bits(defined_sumf(lane_x, lengths[l])));
        }
    }
}

/* Sixteen threads that each hold a partial and take from the one `distance` above, as shuffles do. */
Test(reduce, shuffles_follow_the_definition)
{
    for (int l = 0; l < LENGTHS; l++) {
        float thread[16] = {0};
        for (size_t i = 0; i < lengths[l]; i++)
            thread[i % 16] += xf[i];
        for (int distance = 8; distance > 0; distance /= 2) {
            float taken[16];
            for (int t = 0; t < 16; t++)
                taken[t] = thread[(t + distance) % 16];
            for (int t = 0; t < 16; t++)
                thread[t] += taken[t];
        }
        cr_assert_eq(eswi_bits(thread[0]), eswi_bits(defined_sumf(xf, lengths[l])));
    }
}

Test(reduce, padding_with_zeros_changes_nothing)
{
    static float padded[MOST + 40];
    for (int l = 0; l < LENGTHS; l++) {
        for (size_t i = 0; i < MOST + 40; i++)
            padded[i] = i < lengths[l] ? xf[i] : 0.0f;
        cr_assert_eq(eswi_bits(eswi_sumf(padded, lengths[l] + 40, 1)), eswi_bits(eswi_sumf(xf, lengths[l], 1)));
    }
}

Test(reduce, empty_and_negative_zero_sums_are_positive_zero)
{
    const float zeros[3] = {-0.0f, -0.0f, -0.0f};
    const double zeros64[3] = {-0.0, -0.0, -0.0};
    cr_assert_eq(eswi_bits(eswi_sumf(zeros, 0, 1)), 0);
    cr_assert_eq(eswi_bits(eswi_sumf(zeros, 3, 1)), 0);
    cr_assert_eq(eswi_bits64(eswi_sum(zeros64, 0, 1)), 0);
    cr_assert_eq(eswi_bits64(eswi_sum(zeros64, 3, 1)), 0);
}

/* The bound of reduce.h, the exact sum being one in long double (64 bits against 24 and, of the binades here,
 * 53). */
Test(reduce, error_is_within_the_bound)
{
    for (int l = 0; l < LENGTHS; l++) {
        const size_t n = lengths[l];
        const double depth = (double)((n + 15) / 16 + 3);
        long double exact = 0, exact64 = 0, size = 0, size64 = 0;
        for (size_t i = 0; i < n; i++) {
            exact += (long double)xf[i];
            exact64 += (long double)xd[i];
            size += fabsl((long double)xf[i]);
            size64 += fabsl((long double)xd[i]);
        }
        const double bound = depth * 0x1p-24 / (1 - depth * 0x1p-24);
        const double bound64 = depth * 0x1p-53 / (1 - depth * 0x1p-53);
        cr_assert_leq(fabsl((long double)eswi_sumf(xf, n, 1) - exact), (long double)bound * size);
        cr_assert_leq(fabsl((long double)eswi_sum(xd, n, 1) - exact64), (long double)bound64 * size64);
    }
}

Test(reduce, partials_taken_in_turn_give_the_tree_s_bits)
{
    for (uint32_t first = 0; first + 16 < MOST; first++) {
        eswi_tree16_walk walk = {0.0, 0.0, 0.0, 0.0};
        eswi_tree16f_walk walkf = {0.0f, 0.0f, 0.0f, 0.0f};
        double total = 0.0;
        float totalf = 0.0f;
        for (int i = 0; i < 16; i++) {
            total = eswi_tree16_take(&walk, i, xd[first + (uint32_t)eswi_tree16_turn(i)]);
            totalf = eswi_tree16f_take(&walkf, i, xf[first + (uint32_t)eswi_tree16_turn(i)]);
        }
        cr_assert_eq(eswi_bits64(total), eswi_bits64(eswi_tree16(xd + first, 1)));
        cr_assert_eq(eswi_bits(totalf), eswi_bits(eswi_tree16f(xf + first, 1)));
    }
}
