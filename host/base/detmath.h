/* Elementary functions whose bits are the same on every processor, compiler and optimisation level.
 *
 * libm gives other bits on other CPUs, so nothing that reaches a reported number calls it. These functions
 * use + - * / sqrt, fma and integers only; each rounds in one written order. This header holds the float
 * functions, which search and descent use on every backend; included at its end are the double functions of
 * staging and accounting. Coefficients are fits of our own, docs/coefficients/. Error bounds are in
 * docs/tolerances.md, in ULP of the exact result, and tests/unit/test_detmath*.c hold them.
 *
 * Subnormal arguments and results are cases like others; nothing is flushed to zero. A NaN result is always
 * eswi_nanf().
 */
#ifndef ESWI_DETMATH_H
#define ESWI_DETMATH_H

#include "base/portable.h"

/* log2(1 + f) for f in [sqrt(1/2) - 1, sqrt(2) - 1], divided by f. */
ESW_FN float eswi_log2f_kernel(float f)
{
    float p = -0x1.94aa34p-4f;
    p = fmaf(p, f, 0x1.709a16p-3f);
    p = fmaf(p, f, -0x1.8b4f7ap-3f);
    p = fmaf(p, f, 0x1.a5b6ap-3f);
    p = fmaf(p, f, -0x1.ea8212p-3f);
    p = fmaf(p, f, 0x1.27655ap-2f);
    p = fmaf(p, f, -0x1.715b18p-2f);
    p = fmaf(p, f, 0x1.ec7144p-2f);
    p = fmaf(p, f, -0x1.71547p-1f);
    return fmaf(p, f, 0x1.715476p0f);
}

/* log2(x). -inf at 0, NaN below 0, +inf at +inf. */
ESW_FN float eswi_log2f(float x)
{
    const int subnormal = x < 0x1p-126f;
    const float scaled = subnormal ? x * 0x1p23f : x;
    const uint32_t i = eswi_bits(scaled) - 0x3f3504f3u; /* from sqrt(1/2) on: the mantissa is centred on 1 */
    const float e = (float)((int32_t)i >> 23) - (subnormal ? 23.0f : 0.0f);
    const float f = eswi_float((i & 0x7fffffu) + 0x3f3504f3u) - 1.0f; /* exact */
    float r = fmaf(f, eswi_log2f_kernel(f), e);
    r = x < eswi_inff() ? r : eswi_inff();
    r = x > 0.0f ? r : eswi_nanf();
    return x == 0.0f ? -eswi_inff() : r;
}

/* log2(1 + x) for finite x >= 0, a rate per Hz from a SINR, accurate for the smallest x too. What rounding
 * the sum loses goes back into the mantissa; from 2^24 on that is far below half an ULP. */
ESW_FN float eswi_log2_1pf_finite(float x)
{
    const float u = 1.0f + x;
    const float lost = x - (u - 1.0f); /* exact for x < 2^24 */
    const uint32_t i = eswi_bits(u) - 0x3f3504f3u;
    const float e = (float)((int32_t)i >> 23);
    const float rest = lost * eswi_float(0x3f800000u - (i & 0xff800000u)); /* lost / 2^e */
    const float m = eswi_float((i & 0x7fffffu) + 0x3f3504f3u) - 1.0f;
    const float f = m + (x < 0x1p24f ? rest : 0.0f);
    return fmaf(f, eswi_log2f_kernel(f), e);
}

/* log2(1 + x) for every x. -inf at -1, NaN below, +inf at +inf. */
ESW_FN float eswi_log2_1pf(float x)
{
    const float u = 1.0f + x;
    float r = eswi_log2_1pf_finite(x);
    r = u < eswi_inff() ? r : eswi_inff();
    r = u > 0.0f ? r : eswi_nanf();
    return u == 0.0f ? -eswi_inff() : r;
}

/* 1 / x for x in [2^-100, 2^100]: a guess from the bits and two iterations of third order. A division fills
 * the divider of a vector unit, and on a GPU a subroutine; this does not. */
ESW_FN float eswi_reciprocalf(float x)
{
    float y = eswi_float(0x7ef127eau - eswi_bits(x)); /* to 6 % */
    float e = fmaf(-x, y, 1.0f);
    y = fmaf(y, fmaf(e, e, e), y);
    e = fmaf(-x, y, 1.0f);
    return fmaf(y, fmaf(e, e, e), y);
}

/* 2^x. 0 below about -150, +inf from 128 on. */
ESW_FN float eswi_exp2f(float x)
{
    float c = x < -160.0f ? -160.0f : x;
    c = c > 130.0f ? 130.0f : c;
    const float t = c + 0x1.8p23f; /* rounds c to an integer, held in the low bits */
    const uint32_t n = eswi_bits(t) - 0x4b400000u;
    const float f = c - (t - 0x1.8p23f); /* exact, in [-1/2, 1/2] */
    float p = 0x1.442512p-13f;
    p = fmaf(p, f, 0x1.5ef5dp-10f);
    p = fmaf(p, f, 0x1.3b2a48p-7f);
    p = fmaf(p, f, 0x1.c6af9cp-5f);
    p = fmaf(p, f, 0x1.ebfbep-3f);
    p = fmaf(p, f, 0x1.62e43p-1f);
    float r = fmaf(p, f, 1.0f);
    const uint32_t half = (uint32_t)((int32_t)n >> 1); /* 2^n in two factors: 2^n alone may be out of range */
    r = r * eswi_float((half + 127u) << 23);
    r = r * eswi_float((n - half + 127u) << 23);
    return x == x ? r : eswi_nanf();
}

#include "base/detmath64.h"
#include "base/detmath_normal.h"

#endif
