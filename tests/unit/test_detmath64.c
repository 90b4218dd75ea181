/* The double functions of base/detmath64.h: error against long double libm over spread arguments, special
 * values. */
#include <criterion/criterion.h>

#include "base/detmath.h"
#include "base/philox.h"
#include "ulp.h"

#define LOG2_E 1.4426950408889634073599246810018921L

enum { DRAWS = 200000 };

static double uniform(uint32_t i, double low, double high)
{
    const eswi_draw draw = eswi_philox(64, 0, 0, 0, i);
    return low + (high - low) * eswi_uniform53(draw.w[0], draw.w[1]);
}

/* Positive, any exponent down to the subnormals, or near 1 where logarithms cancel. */
static double positive(uint32_t i)
{
    const double mantissa = 1.0 + uniform(2 * i, 0, 1);
    const double exponent = floor(uniform(2 * i + 1, -1074, 1023));
    return i % 2 ? ldexp(mantissa, (int)exponent) : 0.5 + mantissa * 0.5 * (exponent / 1074 + 1.1);
}

/* Above -1, any exponent. */
static double above_minus_one(uint32_t i)
{
    const double magnitude =
        ldexp(1.0 + uniform(2 * i, 0, 1), (int)floor(uniform(2 * i + 1, -1074, i % 2 ? 1023 : 2)));
    return i % 3 == 0 && magnitude < 1 ? -magnitude : magnitude;
}

typedef double (*function)(double);
typedef long double (*reference)(long double);

static void expect_within(function f, reference exact, double (*argument)(uint32_t), double ulps)
{
    for (uint32_t i = 0; i < DRAWS; i++) {
        const double x = argument(i);
        const long double r = exact((long double)x);
        const double allowed = fabsl(r) < (long double)DBL_MIN ? fmax(ulps, ULPS_SUBNORMAL) : ulps;
        const double error = double_ulps(f(x), r);
        cr_assert_leq(error, allowed, "%.4f ULP at %a", error, x);
    }
}

static double det_log(double x)
{
    return eswi_log(x);
}

static double det_log2(double x)
{
    return eswi_log2(x);
}

static double det_log1p(double x)
{
    return eswi_log1p(x);
}

static double det_log2_1p(double x)
{
    return eswi_log2_1p(x);
}

static double det_exp(double x)
{
    return eswi_exp(x);
}

static double det_exp2(double x)
{
    return eswi_exp2(x);
}

static double det_cbrt(double x)
{
    return eswi_cbrt(x);
}

static long double log2_1p(long double x)
{
    return log1pl(x) * LOG2_E;
}

static double exponent_of_two(uint32_t i)
{
    return i % 2 ? uniform(i, -1080, 1023.9) : uniform(i, -2, 2);
}

static double exponent_of_e(uint32_t i)
{
    return i % 2 ? uniform(i, -748, 709.7) : uniform(i, -2, 2);
}

static double signed_number(uint32_t i)
{
    return i % 3 ? positive(i) : -positive(i);
}

Test(detmath64, logarithms_are_within_their_bounds)
{
    expect_within(det_log, logl, positive, ULPS_LOG);
    expect_within(det_log2, log2l, positive, ULPS_LOG2);
}

Test(detmath64, logarithms_of_1_plus_x_are_within_their_bounds)
{
    expect_within(det_log1p, log1pl, above_minus_one, ULPS_LOG1P);
    expect_within(det_log2_1p, log2_1p, above_minus_one, ULPS_LOG2_1P);
}

Test(detmath64, exponentials_are_within_their_bounds)
{
    expect_within(det_exp, expl, exponent_of_e, ULPS_EXP);
    expect_within(det_exp2, exp2l, exponent_of_two, ULPS_EXP2);
}

Test(detmath64, cube_root_is_within_its_bound)
{
    expect_within(det_cbrt, cbrtl, signed_number, ULPS_CBRT);
}

/* Exponents chosen so that the power lies anywhere in the range of double. */
Test(detmath64, pow_is_within_its_bound)
{
    for (uint32_t i = 0; i < DRAWS; i++) {
        const double x = positive(i), target = uniform(i, -1021.9, 1023.9);
        const double y = target / log2(x);
        const long double exact = powl((long double)x, (long double)y);
        if (!isfinite(y) || (double)exact > DBL_MAX || (double)exact < DBL_MIN)
            continue;
        const double error = double_ulps(eswi_pow(x, y), exact);
        cr_assert_leq(error, ULPS_POW, "%.4f ULP at %a, %a", error, x, y);
    }
}

Test(detmath64, exact_cases_are_exact)
{
    for (int e = -1074; e < 1024; e++) {
        cr_assert_eq(eswi_log2(ldexp(1.0, e)), (double)e);
        cr_assert_eq(eswi_exp2((double)e), ldexp(1.0, e));
    }
    for (int k = 1; k < 1000; k++) {
        const double n = k;
        cr_assert_eq(eswi_cbrt(n * n * n), n);
        cr_assert_eq(eswi_pow(n, 2.0), n * n);
        cr_assert_eq(eswi_pow(n * n, 0.5), n);
    }
    cr_assert_eq(eswi_pow(10.0, -3.0), 1e-3);
}

static void expect_bits(double found, uint64_t bits, const char *what)
{
    cr_assert_eq(eswi_bits64(found), bits, "%s is %a", what, found);
}

#define EXPECT(call, value) expect_bits(call, eswi_bits64(value), #call)

Test(detmath64, special_values_of_the_logarithms)
{
    const double inf = eswi_inf(), nan = eswi_nan(), negative_nan = eswi_double(UINT64_C(0xfff8000000000001));
    const function plain[] = {det_log, det_log2};
    for (int f = 0; f < 2; f++) {
        EXPECT(plain[f](0.0), -inf);
        EXPECT(plain[f](-0.0), -inf);
        EXPECT(plain[f](-0x1p-1074), nan);
        EXPECT(plain[f](-inf), nan);
        EXPECT(plain[f](inf), inf);
        EXPECT(plain[f](negative_nan), nan);
        EXPECT(plain[f](1.0), 0.0);
    }
    const function shifted[] = {det_log1p, det_log2_1p};
    for (int f = 0; f < 2; f++) {
        EXPECT(shifted[f](-1.0), -inf);
        EXPECT(shifted[f](-1.0 - 0x1p-52), nan);
        EXPECT(shifted[f](-inf), nan);
        EXPECT(shifted[f](inf), inf);
        EXPECT(shifted[f](negative_nan), nan);
        EXPECT(shifted[f](0.0), 0.0);
        EXPECT(shifted[f](0x1p-1074), 0x1p-1074);
    }
}

Test(detmath64, special_values_of_the_exponentials)
{
    const double inf = eswi_inf(), nan = eswi_nan();
    const function both[] = {det_exp, det_exp2};
    for (int f = 0; f < 2; f++) {
        EXPECT(both[f](0.0), 1.0);
        EXPECT(both[f](-0.0), 1.0);
        EXPECT(both[f](inf), inf);
        EXPECT(both[f](-inf), 0.0);
        EXPECT(both[f](DBL_MAX), inf);
        EXPECT(both[f](-DBL_MAX), 0.0);
        EXPECT(both[f](-nan), nan);
        EXPECT(both[f](0x1p-1074), 1.0);
    }
    EXPECT(eswi_exp2(1024.0), inf);
    EXPECT(eswi_exp2(-1076.0), 0.0);
}

Test(detmath64, special_values_of_powers_and_roots)
{
    const double inf = eswi_inf(), nan = eswi_nan();
    EXPECT(eswi_pow(0.0, 2.0), 0.0);
    EXPECT(eswi_pow(0.0, -2.0), inf);
    EXPECT(eswi_pow(0.0, 0.0), 1.0);
    EXPECT(eswi_pow(inf, 0.5), inf);
    EXPECT(eswi_pow(inf, -0.5), 0.0);
    EXPECT(eswi_pow(inf, 0.0), 1.0);
    EXPECT(eswi_pow(2.0, inf), inf);
    EXPECT(eswi_pow(0.5, inf), 0.0);
    EXPECT(eswi_pow(2.0, -inf), 0.0);
    EXPECT(eswi_pow(1.0, nan), 1.0);
    EXPECT(eswi_pow(nan, 0.0), 1.0);
    EXPECT(eswi_pow(2.0, nan), nan);
    EXPECT(eswi_pow(nan, 2.0), nan);
    EXPECT(eswi_pow(-1.0, 2.0), nan);
    EXPECT(eswi_pow(10.0, 400.0), inf);
    EXPECT(eswi_pow(10.0, -400.0), 0.0);
    EXPECT(eswi_cbrt(0.0), 0.0);
    EXPECT(eswi_cbrt(-0.0), -0.0);
    EXPECT(eswi_cbrt(inf), inf);
    EXPECT(eswi_cbrt(-inf), -inf);
    EXPECT(eswi_cbrt(-27.0), -3.0);
    EXPECT(eswi_cbrt(-nan), nan);
}
