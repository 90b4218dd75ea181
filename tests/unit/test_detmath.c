/* The float functions of base/detmath.h: error against double libm and special values. Each 509th float by
 * default, every one with ESW_TEST_FULL=1. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "base/detmath.h"
#include "base/philox.h"
#include "full.h"
#include "ulp.h"

#define LOG2_E 1.4426950408889634074

static uint32_t step(void)
{
    return test_full() ? 1 : 509;
}

/* The largest error over the floats with patterns first..last, all results finite. */
static void expect_within(float (*function)(float), double (*exact)(double), double ulps, uint32_t first,
                          uint32_t last)
{
    const uint32_t stride = step();
    double worst = 0;
    float at = 0;
    for (uint64_t i = first; i <= last; i += stride) {
        const float x = eswi_float((uint32_t)i);
        const double error = float_ulps(function(x), exact((double)x));
        if (!(error <= worst)) {
            worst = error;
            at = x;
        }
    }
    cr_assert_leq(worst, ulps, "%.4f ULP at %a", worst, (double)at);
}

static float det_log2(float x)
{
    return eswi_log2f(x);
}

static float det_log2_1p(float x)
{
    return eswi_log2_1pf(x);
}

static float det_exp2(float x)
{
    return eswi_exp2f(x);
}

static float det_reciprocal(float x)
{
    return eswi_reciprocalf(x);
}

static double reciprocal(double x)
{
    return 1.0 / x;
}

static double log2_1p(double x)
{
    return log1p(x) * LOG2_E;
}

Test(detmath, log2f_is_within_its_bound, .timeout = 3600)
{
    expect_within(det_log2, log2, ULPS_LOG2F, 1, eswi_bits(FLT_MAX));
}

Test(detmath, log2_1pf_is_within_its_bound_for_every_sinr, .timeout = 3600)
{
    expect_within(det_log2_1p, log2_1p, ULPS_LOG2_1PF, 0, eswi_bits(FLT_MAX));
}

Test(detmath, log2_1pf_is_within_its_bound_below_zero, .timeout = 3600)
{
    expect_within(det_log2_1p, log2_1p, ULPS_LOG2_1PF, eswi_bits(-0.0f), eswi_bits(-1.0f) - 1);
}

Test(detmath, exp2f_is_within_its_bound, .timeout = 3600)
{
    expect_within(det_exp2, exp2, ULPS_EXP2F, 0, eswi_bits(128.0f) - 1);
    expect_within(det_exp2, exp2, ULPS_EXP2F, eswi_bits(-0.0f), eswi_bits(-160.0f));
}

Test(detmath, reciprocalf_is_within_its_bound, .timeout = 3600)
{
    expect_within(det_reciprocal, reciprocal, ULPS_RECIPROCALF, eswi_bits(0x1p-100f), eswi_bits(0x1p100f));
}

Test(detmath, exact_cases_are_exact)
{
    for (int e = -149; e < 128; e++) {
        cr_assert_eq(eswi_log2f(ldexpf(1.0f, e)), (float)e);
        cr_assert_eq(eswi_exp2f((float)e), ldexpf(1.0f, e));
    }
    cr_assert_eq(eswi_bits(eswi_log2_1pf(0.0f)), eswi_bits(0.0f));
    for (int e = 1; e <= 24; e++)
        cr_assert_eq(eswi_log2_1pf(ldexpf(1.0f, e) - 1.0f), (float)e);
}

static void expect_bits(float found, uint32_t bits, const char *what)
{
    cr_assert_eq(eswi_bits(found), bits, "%s is %08x", what, eswi_bits(found));
}

#define EXPECT(call, value) expect_bits(call, eswi_bits(value), #call)

Test(detmath, special_values_of_the_logarithms)
{
    const float inf = eswi_inff(), nan = eswi_nanf(), negative_nan = eswi_float(0xffc00001u);
    EXPECT(eswi_log2f(0.0f), -inf);
    EXPECT(eswi_log2f(-0.0f), -inf);
    EXPECT(eswi_log2f(-0x1p-149f), nan);
    EXPECT(eswi_log2f(-inf), nan);
    EXPECT(eswi_log2f(inf), inf);
    EXPECT(eswi_log2f(negative_nan), nan);
    EXPECT(eswi_log2_1pf(-1.0f), -inf);
    EXPECT(eswi_log2_1pf(-1.0f - 0x1p-23f), nan);
    EXPECT(eswi_log2_1pf(-inf), nan);
    EXPECT(eswi_log2_1pf(inf), inf);
    EXPECT(eswi_log2_1pf(negative_nan), nan);
    EXPECT(eswi_log2_1pf(0x1p-149f), 0x1p-149f);
    EXPECT(eswi_log2_1pf(FLT_MAX), 128.0f);
}

Test(detmath, special_values_of_exp2f)
{
    const float inf = eswi_inff(), nan = eswi_nanf();
    EXPECT(eswi_exp2f(inf), inf);
    EXPECT(eswi_exp2f(-inf), 0.0f);
    EXPECT(eswi_exp2f(128.0f), inf);
    EXPECT(eswi_exp2f(FLT_MAX), inf);
    EXPECT(eswi_exp2f(-FLT_MAX), 0.0f);
    EXPECT(eswi_exp2f(-149.0f), 0x1p-149f);
    EXPECT(eswi_exp2f(-151.0f), 0.0f);
    EXPECT(eswi_exp2f(eswi_float(0xffc00001u)), nan);
}

/* All 2^23 values of a uniform. */
Test(detmath, exponential_draws_are_within_their_bound)
{
    double worst = 0;
    for (uint32_t k = 1; k < 1u << 24; k += 2)
        worst = fmax(worst, float_ulps(eswi_exponential(k << 8), -log((double)k * 0x1p-24)));
    cr_assert_leq(worst, ULPS_EXPONENTIAL, "%.4f ULP", worst);
}
