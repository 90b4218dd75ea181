/* The double functions of detmath.h: see there. A NaN result is always eswi_nan().
 *
 * Logarithms are computed as unevaluated sums of two doubles, with a relative error below 2^-64; rounding
 * that once gives log, log2 and their 1 + x forms, and multiplying it before rounding gives pow and cbrt.
 */
#ifndef ESWI_DETMATH64_H
#define ESWI_DETMATH64_H

#include "base/portable.h"

/* hi + lo, lo being what rounding to hi lost. */
typedef struct eswi_twofold {
    double hi, lo;
} eswi_twofold;

/* a + b for |a| >= |b| or a = 0, and c, which is small beside both. */
ESW_FN eswi_twofold eswi_add3(double a, double b, double c)
{
    eswi_twofold r;
    const double hi = a + b;
    const double lo = ((a - hi) + b) + c;
    r.hi = hi + lo;
    r.lo = (hi - r.hi) + lo;
    return r;
}

/* a * b for twofold a and b. */
ESW_FN eswi_twofold eswi_multiply(eswi_twofold a, eswi_twofold b)
{
    eswi_twofold r;
    r.hi = a.hi * b.hi;
    r.lo = fma(a.hi, b.hi, -r.hi) + fma(a.hi, b.lo, a.lo * b.hi);
    return r;
}

ESW_FN eswi_twofold eswi_two(double hi, double lo)
{
    eswi_twofold r;
    r.hi = hi;
    r.lo = lo;
    return r;
}

/* A positive number as 2^exponent (1 + f), f in [sqrt(1/2) - 1, sqrt(2) - 1]. */
typedef struct eswi_split64 {
    double exponent;
    eswi_twofold f;
} eswi_split64;

/* Splits x + rest, x positive and normal, |rest| at most half an ULP of x; from 2^1000 on rest is ignored. */
ESW_FN eswi_split64 eswi_split(double x, double rest)
{
    eswi_split64 r;
    const uint64_t root = UINT64_C(0x3fe6a09e667f3bcd); /* sqrt(1/2) */
    const uint64_t i =
        eswi_bits64(x) - root + (UINT64_C(1024) << 52); /* biased, so that the shift is unsigned */
    r.exponent = eswi_double(i >> 52 | UINT64_C(0x4330000000000000)) - (0x1p52 + 1024.0);
    const double f = eswi_double((i & UINT64_C(0x000fffffffffffff)) + root) - 1.0; /* exact */
    const uint64_t shift = (i & UINT64_C(0xfff0000000000000)) - (UINT64_C(1024) << 52);
    const double scale = eswi_double(UINT64_C(0x3ff0000000000000) - shift); /* 2^-exponent */
    const double g = x < 0x1p1000 ? rest * scale : 0.0;
    r.f.hi = f + g;
    r.f.lo = (f - r.f.hi) + g;
    return r;
}

/* ln(1 + f) from s = 2 f / (2 + f): ln = 2 artanh(s / 2) = s + s^3 (1/12 + s^2 (1/80 + ...)). */
ESW_FN eswi_twofold eswi_log_kernel(eswi_twofold f)
{
    const double d = 2.0 + f.hi;
    const double d_lo = ((2.0 - d) + f.hi) + f.lo;
    const double inverse = 1.0 / d;
    eswi_twofold s;
    s.hi = (2.0 * f.hi) * inverse;
    s.lo = (fma(-s.hi, d, 2.0 * f.hi) + fma(-s.hi, d_lo, 2.0 * f.lo)) * inverse;
    const eswi_twofold z = eswi_multiply(s, s);
    double q = 0x1.da9aa9cb4439bp-23;
    q = fma(q, z.hi, 0x1.e01a7efcab84cp-21);
    q = fma(q, z.hi, 0x1.11154be1783bcp-18);
    q = fma(q, z.hi, 0x1.3b13a9e53da6p-16);
    q = fma(q, z.hi, 0x1.745d173ca3ea2p-14);
    q = fma(q, z.hi, 0x1.c71c71c74cc3fp-12);
    q = fma(q, z.hi, 0x1.24924924922fdp-9);
    q = fma(q, z.hi, 0x1.999999999999ap-7);
    /* 1/12 is 0x1.5555555555555p-4 and a rest. */
    const eswi_twofold t = eswi_add3(0x1.5555555555555p-4, z.hi * q, fma(z.lo, q, 0x1.5555555555555p-58));
    const eswi_twofold tail = eswi_multiply(s, eswi_multiply(z, t));
    return eswi_add3(s.hi, tail.hi, s.lo + tail.lo);
}

/* log2 of a split number. */
ESW_FN eswi_twofold eswi_log2_twofold(eswi_split64 x)
{
    const eswi_twofold inverse_ln2 = eswi_two(0x1.71547652b82fep0, 0x1.777d0ffda0d24p-56);
    const eswi_twofold r = eswi_multiply(eswi_log_kernel(x.f), inverse_ln2);
    return eswi_add3(x.exponent, r.hi, r.lo);
}

/* ln of a split number. The upper part of ln 2 has 42 bits, so that its multiples are exact. */
ESW_FN eswi_twofold eswi_log_twofold(eswi_split64 x)
{
    const eswi_twofold r = eswi_log_kernel(x.f);
    return eswi_add3(x.exponent * 0x1.62e42fefa38p-1, r.hi, fma(x.exponent, 0x1.ef35793c7673p-45, r.lo));
}

/* Splits any x > 0, subnormal ones too. */
ESW_FN eswi_split64 eswi_split_positive(double x)
{
    const int subnormal = x < 0x1p-1022;
    eswi_split64 r = eswi_split(subnormal ? x * 0x1p54 : x, 0.0);
    r.exponent = r.exponent - (subnormal ? 54.0 : 0.0);
    return r;
}

/* Splits 1 + x for x > -1, with what rounding the sum lost. */
ESW_FN eswi_split64 eswi_split_1p(double x)
{
    const double u = 1.0 + x;
    const double lost = x < 1.0 ? x - (u - 1.0) : 1.0 - (u - x);
    return eswi_split(u, lost);
}

/* The special values every logarithm of x shares, r being its value elsewhere. */
ESW_FN double eswi_log_specials(double x, double r)
{
    r = x < eswi_inf() ? r : eswi_inf();
    r = x > 0.0 ? r : eswi_nan();
    return x == 0.0 ? -eswi_inf() : r;
}

/* ln(x). -inf at 0, NaN below 0, +inf at +inf. */
ESW_FN double eswi_log(double x)
{
    const eswi_twofold r = eswi_log_twofold(eswi_split_positive(x));
    return eswi_log_specials(x, r.hi + r.lo);
}

/* log2(x). -inf at 0, NaN below 0, +inf at +inf; exact at powers of two. */
ESW_FN double eswi_log2(double x)
{
    const eswi_twofold r = eswi_log2_twofold(eswi_split_positive(x));
    return eswi_log_specials(x, r.hi + r.lo);
}

/* ln(1 + x), accurate for the smallest x too. -inf at -1, NaN below, +inf at +inf. */
ESW_FN double eswi_log1p(double x)
{
    const eswi_twofold r = eswi_log_twofold(eswi_split_1p(x));
    const int tiny = x < 0x1p-100 && x > -0x1p-100;
    return eswi_log_specials(1.0 + x, tiny ? x : r.hi + r.lo);
}

/* log2(1 + x), accurate for the smallest x too. -inf at -1, NaN below, +inf at +inf. */
ESW_FN double eswi_log2_1p(double x)
{
    const eswi_twofold r = eswi_log2_twofold(eswi_split_1p(x));
    const int tiny = x < 0x1p-100 && x > -0x1p-100;
    return eswi_log_specials(1.0 + x,
                             tiny ? fma(x, 0x1.71547652b82fep0, x * 0x1.777d0ffda0d24p-56) : r.hi + r.lo);
}

/* 2^(x.hi + x.lo), |x.lo| small beside 1; 0 and +inf beyond the range of double. Not for NaN. */
ESW_FN double eswi_exp2_twofold(eswi_twofold x)
{
    double c = x.hi < -1080.0 ? -1080.0 : x.hi;
    c = c > 1025.0 ? 1025.0 : c;
    const double lo = c == x.hi ? x.lo : 0.0;
    const double t = c + 0x1.8p52; /* rounds c to an integer, held in the low bits */
    const uint64_t n = eswi_bits64(t) - UINT64_C(0x4338000000000000);
    const double whole = c - (t - 0x1.8p52); /* exact, in [-1/2, 1/2] */
    const double f = whole + lo;
    const double f_lo = (whole - f) + lo;
    double q = 0x1.c0d00f6edf1bfp-36;
    q = fma(q, f, 0x1.e9f872e1a0ebap-32);
    q = fma(q, f, 0x1.e4d210e4e0e59p-28);
    q = fma(q, f, 0x1.b524e412dcb54p-24);
    q = fma(q, f, 0x1.62c0215ee2153p-20);
    q = fma(q, f, 0x1.ffcbfc7105e9cp-17);
    q = fma(q, f, 0x1.430912f8aa543p-13);
    q = fma(q, f, 0x1.5d87fe78a366fp-10);
    q = fma(q, f, 0x1.3b2ab6fba4d7dp-7);
    q = fma(q, f, 0x1.c6b08d704a0c8p-5);
    q = fma(q, f, 0x1.ebfbdff82c58fp-3);
    /* 1 + f ln 2 + f^2 q, the first product in twofold. */
    const double linear = f * 0x1.62e42fefa39efp-1;
    const double linear_lo = fma(f, 0x1.62e42fefa39efp-1, -linear) + f * 0x1.abc9e3b39803fp-56;
    const double sum = 1.0 + linear;
    const double rest = ((1.0 - sum) + linear) + fma(f * f, q, linear_lo);
    double r = sum + fma(f_lo * 0x1.62e42fefa39efp-1, sum, rest);
    const uint64_t half = ((n + 2048u) >> 1) - 1024u; /* 2^n in two factors: 2^n alone may be out of range */
    r = r * eswi_double((half + 1023u) << 52);
    return r * eswi_double((n - half + 1023u) << 52);
}

/* 2^x. */
ESW_FN double eswi_exp2(double x)
{
    const double r = eswi_exp2_twofold(eswi_two(x, 0.0));
    return x == x ? r : eswi_nan();
}

/* e^x. */
ESW_FN double eswi_exp(double x)
{
    const double hi = x * 0x1.71547652b82fep0;
    const double lo = fma(x, 0x1.71547652b82fep0, -hi) + x * 0x1.777d0ffda0d24p-56;
    const double r = eswi_exp2_twofold(eswi_two(hi, lo));
    return x == x ? r : eswi_nan();
}

/* x^y for x >= 0, with C's special values there: 1 for y = 0 or x = 1 whatever the other, x = 0 and
 * infinities by limits. NaN for x < 0. */
ESW_FN double eswi_pow(double x, double y)
{
    const eswi_twofold log2x = eswi_log2_twofold(eswi_split_positive(x));
    const double log_hi = eswi_log_specials(x, log2x.hi);
    const double hi = log_hi * y;
    const double lo = fma(log_hi, y, -hi) + log2x.lo * y;
    double r = eswi_exp2_twofold(eswi_two(hi, lo));
    r = x >= 0.0 && y == y ? r : eswi_nan();
    return y == 0.0 || x == 1.0 ? 1.0 : r;
}

/* The cube root of any x, with its sign. */
ESW_FN double eswi_cbrt(double x)
{
    const double magnitude = x < 0.0 ? -x : x;
    const eswi_twofold third = eswi_two(0x1.5555555555555p-2, 0x1.5555555555555p-56);
    const eswi_twofold log2x = eswi_log2_twofold(eswi_split_positive(magnitude));
    double r = eswi_exp2_twofold(eswi_multiply(log2x, third));
    r = x < 0.0 ? -r : r;
    r = magnitude > 0.0 && magnitude < eswi_inf() ? r : x;
    return x == x ? r : eswi_nan();
}

#endif
