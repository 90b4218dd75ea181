/* Errors in units in the last place of the exact result, and what each shared function is allowed of them.
 *
 * The reference of a float function is double libm, that of a double function long double libm: where long
 * double is x87's, its own error is below 0.001 ULP of double. Bounds are what was measured, over all floats
 * or over 10^7 spread doubles against quadruple precision, rounded up a little; docs/tolerances.md lists the
 * measurements. */
#ifndef ESW_TEST_ULP_H
#define ESW_TEST_ULP_H

#include <float.h>
#include <math.h>

#define ULPS_LOG2F       1.51
#define ULPS_LOG2_1PF    1.51
#define ULPS_EXP2F       0.9
#define ULPS_EXPONENTIAL 2.0
#define ULPS_RECIPROCALF 0.51

#define ULPS_LOG         0.51
#define ULPS_LOG2        0.51
#define ULPS_LOG1P       0.51
#define ULPS_LOG2_1P     0.65 /* 0.51 from 2^-1010 on; below, a product that corrects log2(e) underflows */
#define ULPS_EXP2        0.6
#define ULPS_EXP         0.65
#define ULPS_POW         0.7
#define ULPS_CBRT        0.65
#define ULPS_ERF         1.2
#define ULPS_ERFC        4.0
#define ULPS_QUANTILE    3.5
/* A result below 2^-1022 is rounded twice, to 53 bits and to what is left of them. */
#define ULPS_SUBNORMAL 1.1

/* |found - exact| in float ULP of a finite exact. */
static inline double float_ulps(float found, double exact)
{
    int exponent;
    frexp(exact, &exponent);
    const int last = exponent > FLT_MIN_EXP ? exponent : FLT_MIN_EXP;
    return fabs((double)found - exact) / ldexp(1.0, last - FLT_MANT_DIG);
}

/* |found - exact| in double ULP of a finite exact. */
static inline double double_ulps(double found, long double exact)
{
    int exponent;
    frexpl(exact, &exponent);
    const int last = exponent > DBL_MIN_EXP ? exponent : DBL_MIN_EXP;
    return (double)(fabsl((long double)found - exact) / ldexpl(1.0L, last - DBL_MANT_DIG));
}

#endif
