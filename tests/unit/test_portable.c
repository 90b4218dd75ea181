/* What base/portable.h assumes of the compiler. */
#include <criterion/criterion.h>

#include "base/portable.h"

Test(portable, right_shift_keeps_the_sign)
{
    volatile int32_t narrow = -5;
    volatile uint32_t wrapped = 0xfffffffbu;
    cr_assert_eq(narrow >> 1, -3);
    cr_assert_eq((int32_t)wrapped, -5);
}

Test(portable, bits_of_numbers_are_ieee_754)
{
    cr_assert_eq(eswi_bits(1.0f), 0x3f800000u);
    cr_assert_eq(eswi_bits(-0.0f), 0x80000000u);
    cr_assert_eq(eswi_bits(0x1p-149f), 1u);
    cr_assert_eq(eswi_bits64(1.0), UINT64_C(0x3ff0000000000000));
    cr_assert_eq(eswi_bits64(0x1p-1074), UINT64_C(1));
    cr_assert_eq(eswi_float(0x40490fdbu), 0x1.921fb6p+1f);
    cr_assert_eq(eswi_double(UINT64_C(0x400921fb54442d18)), 0x1.921fb54442d18p+1);
}

Test(portable, special_values_are_what_they_are_called)
{
    cr_assert(isnan(eswi_nanf()) && isnan(eswi_nan()));
    cr_assert(isinf(eswi_inff()) && isinf(eswi_inf()) && eswi_inff() > 0 && eswi_inf() > 0);
    cr_assert_eq(eswi_bits(eswi_nanf()), 0x7fffffffu);
    cr_assert_eq(eswi_bits64(eswi_nan()), UINT64_C(0x7fffffffffffffff));
}

/* Contracted, a * b - c would be the exact remainder; rounded first, it is 0. */
Test(portable, products_and_sums_round_separately)
{
    volatile float a = 1.0f + 0x1p-23f;
    volatile double b = 1.0 + 0x1p-52;
    const float square = a * a;
    const double square64 = b * b;
    cr_assert_eq(a * a - square, 0.0f);
    cr_assert_eq(b * b - square64, 0.0);
    cr_assert_eq(fmaf(a, a, -square), 0x1p-46f);
    cr_assert_eq(fma(b, b, -square64), 0x1p-104);
}

/* Flushing subnormals to zero is a processor mode that -ffast-math sets at start-up. */
Test(portable, subnormals_are_not_flushed)
{
    volatile float small = 0x1p-126f;
    volatile double small64 = 0x1p-1022;
    cr_assert_eq(eswi_bits(small * 0.5f), 0x00400000u);
    cr_assert_eq(eswi_bits64(small64 * 0.5), UINT64_C(0x0008000000000000));
}
