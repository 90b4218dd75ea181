/* erf, erfc and the normal quantile of base/detmath_normal.h. */
#include <criterion/criterion.h>

#include "base/detmath.h"
#include "base/philox.h"
#include "ulp.h"

#define SQRT_HALF   0.70710678118654752440084436210484904L
#define SQRT_TWO_PI 2.50662827463100050241576528481104525L

enum { DRAWS = 200000 };

static double uniform(uint32_t i)
{
    const eswi_draw draw = eswi_philox(65, 0, 0, 0, i);
    return eswi_uniform53(draw.w[0], draw.w[1]);
}

Test(detmath_normal, erf_is_within_its_bound)
{
    for (uint32_t i = 0; i < DRAWS; i++) {
        const double width = i % 3 == 0 ? 7.0 : i % 3 == 1 ? 1.2 : ldexp(1.0, -(int)(i % 1000));
        const double x = (2.0 * uniform(i) - 1.0) * width;
        const double error = double_ulps(eswi_erf(x), erfl((long double)x));
        cr_assert_leq(error, ULPS_ERF, "%.4f ULP at %a", error, x);
    }
}

Test(detmath_normal, erfc_is_within_its_bound)
{
    for (uint32_t i = 0; i < DRAWS; i++) {
        const double x = i % 2 ? -7.0 + 34.2 * uniform(i) : -1.0 + 5.0 * uniform(i);
        const double error = double_ulps(eswi_erfc(x), erfcl((long double)x));
        cr_assert_leq(error, ULPS_ERFC, "%.4f ULP at %a", error, x);
    }
}

/* The exact quantile of p from a nearby one: two Newton steps in long double, on the side where nothing
 * cancels. */
static long double polish(long double near, double p)
{
    const int upper = p > 0.5;
    const long double q = upper ? 1.0L - (long double)p : (long double)p;
    long double x = fabsl(near);
    for (int k = 0; k < 2; k++) {
        const long double excess =
            p > 0.25 && p < 0.75 ? (0.5L - q) - 0.5L * erfl(x * SQRT_HALF) : 0.5L * erfcl(x * SQRT_HALF) - q;
        x += excess * expl(0.5L * x * x) * SQRT_TWO_PI;
    }
    return upper ? x : -x;
}

static double probability(uint32_t i)
{
    const double u = uniform(i);
    switch (i % 4) {
    case 0:
        return u;
    case 1:
        return ldexp(u, -(int)(i % 1020));
    case 2:
        return 1.0 - ldexp(u, -(int)(i % 50));
    default:
        return 0.5 + ldexp(u - 0.5, -(int)(i % 50));
    }
}

Test(detmath_normal, quantile_is_within_its_bound)
{
    for (uint32_t i = 0; i < DRAWS; i++) {
        const double p = probability(i);
        const double x = eswi_normal_quantile(p);
        if (p == 0.5 || p == 1.0)
            continue;
        const double error = double_ulps(x, polish((long double)x, p));
        cr_assert_leq(error, ULPS_QUANTILE, "%.4f ULP at %a", error, p);
    }
}

static void expect_bits(double found, uint64_t bits, const char *what)
{
    cr_assert_eq(eswi_bits64(found), bits, "%s is %a", what, found);
}

#define EXPECT(call, value) expect_bits(call, eswi_bits64(value), #call)

Test(detmath_normal, special_values)
{
    const double inf = eswi_inf(), nan = eswi_nan();
    EXPECT(eswi_erf(0.0), 0.0);
    EXPECT(eswi_erf(-0.0), -0.0);
    EXPECT(eswi_erf(inf), 1.0);
    EXPECT(eswi_erf(-inf), -1.0);
    EXPECT(eswi_erf(-nan), nan);
    EXPECT(eswi_erfc(0.0), 1.0);
    EXPECT(eswi_erfc(inf), 0.0);
    EXPECT(eswi_erfc(-inf), 2.0);
    EXPECT(eswi_erfc(28.0), 0.0);
    EXPECT(eswi_erfc(-nan), nan);
    EXPECT(eswi_normal_quantile(0.0), -inf);
    EXPECT(eswi_normal_quantile(1.0), inf);
    EXPECT(eswi_normal_quantile(0.5), 0.0);
    EXPECT(eswi_normal_quantile(-0x1p-1074), nan);
    EXPECT(eswi_normal_quantile(1.0 + 0x1p-52), nan);
    EXPECT(eswi_normal_quantile(-nan), nan);
}

Test(detmath_normal, known_values)
{
    cr_assert_float_eq(eswi_normal_quantile(0.975), 1.959963984540054, 1e-15);
    cr_assert_float_eq(eswi_normal_quantile(0x1p-1074), -38.467405617144344, 1e-13);
    cr_assert_eq(eswi_normal_quantile(0.25), -eswi_normal_quantile(0.75));
    cr_assert_gt(eswi_erfc(27.2), 0.0);
}
