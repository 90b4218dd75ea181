/* erf, erfc and the normal quantile of detmath.h: see there.
 *
 * Near 0, erf is a polynomial. Beyond 1/2, erfc comes from its scaled form exp(x^2) erfc(x) (1 + 2 x), which
 * is smooth enough on the whole half line for one polynomial in (x - 4) / (x + 4). The quantile starts from a
 * fit with a relative error of 1e-6 and takes one Halley step, which cubes it; in the tails the step is taken
 * on the logarithm, where nothing underflows.
 */
#ifndef ESWI_DETMATH_NORMAL_H
#define ESWI_DETMATH_NORMAL_H

#include "base/detmath64.h"

/* exp(x^2) erfc(x) for x in [0.4999, 27.3]. */
ESW_FN double eswi_erfcx_kernel(double x)
{
    const double t = (x - 4.0) / (x + 4.0);
    double p = -0x1.8a2cb8e4f685ap-30;
    p = fma(p, t, -0x1.6523617155a9ap-27);
    p = fma(p, t, -0x1.ebbb762b9afe5p-28);
    p = fma(p, t, 0x1.c4b8fba332b6cp-24);
    p = fma(p, t, 0x1.fca79f710455dp-25);
    p = fma(p, t, -0x1.b967587f253d7p-21);
    p = fma(p, t, 0x1.4907fc9545336p-22);
    p = fma(p, t, 0x1.7f14a933cb10dp-18);
    p = fma(p, t, -0x1.78c474f2d37abp-17);
    p = fma(p, t, -0x1.99583d599e207p-16);
    p = fma(p, t, 0x1.3be193ec14a04p-13);
    p = fma(p, t, -0x1.a1df27cfa0b4dp-13);
    p = fma(p, t, -0x1.8d4aacbe092cp-11);
    p = fma(p, t, 0x1.49c6728311318p-8);
    p = fma(p, t, -0x1.0962386fcc787p-6);
    p = fma(p, t, 0x1.3079edf69c66cp-5);
    p = fma(p, t, -0x1.0fb06dfebeaf1p-4);
    p = fma(p, t, 0x1.7fee004e1141dp-4);
    p = fma(p, t, -0x1.9ddb23c3e36d2p-4);
    p = fma(p, t, 0x1.16ecefcfa5428p-4);
    p = fma(p, t, 0x1.f7f5df66fc7cdp-7);
    p = fma(p, t, -0x1.1df1ad154a28fp-3);
    p = fma(p, t, 0x1.3ba5916e9fd7fp0);
    return p / (1.0 + 2.0 * x);
}

/* erf(x) for |x| <= 0.91. */
ESW_FN double eswi_erf_kernel(double x)
{
    const double z = x * x;
    double p = 0x1.40f93cc8b4bfep-33;
    p = fma(p, z, -0x1.b39ba132955f4p-30);
    p = fma(p, z, 0x1.0d5dc96c2e4d9p-26);
    p = fma(p, z, -0x1.620127f41d659p-23);
    p = fma(p, z, 0x1.ba2ce440c405dp-20);
    p = fma(p, z, -0x1.f4d75a9b3136cp-17);
    p = fma(p, z, 0x1.f9a364691ad5cp-14);
    p = fma(p, z, -0x1.c02db5fb074c2p-11);
    p = fma(p, z, 0x1.565bcd1910adep-8);
    p = fma(p, z, -0x1.b82ce312cf725p-6);
    p = fma(p, z, 0x1.ce2f21a043c4ep-4);
    p = fma(p, z, -0x1.812746b037a03p-2);
    p = fma(p, z, 0x1.06eba8214db69p-3);
    return fma(x, p, x);
}

/* erfc(x) for x >= 0.4999; 0 from 27.3 on. */
ESW_FN double eswi_erfc_kernel(double x)
{
    const double a = x < 27.3 ? x : 27.3;
    const double square = a * a;
    const eswi_twofold minus_square = eswi_two(-square, -fma(a, a, -square));
    const eswi_twofold inverse_ln2 = eswi_two(0x1.71547652b82fep0, 0x1.777d0ffda0d24p-56);
    return eswi_exp2_twofold(eswi_multiply(minus_square, inverse_ln2)) * eswi_erfcx_kernel(a);
}

/* The error function, odd, erf(+inf) = 1. */
ESW_FN double eswi_erf(double x)
{
    const double magnitude = x < 0.0 ? -x : x;
    const double a = magnitude > 0.9 ? magnitude : 0.9;
    const double outer = 1.0 - eswi_erfc_kernel(a);
    const double r = magnitude < 0.91 ? eswi_erf_kernel(x) : (x < 0.0 ? -outer : outer);
    return x == x ? r : eswi_nan();
}

/* 1 - erf(x), with full relative accuracy in the tail. */
ESW_FN double eswi_erfc(double x)
{
    const double magnitude = x < 0.0 ? -x : x;
    const double a = magnitude > 0.5 ? magnitude : 0.5;
    const double outer = eswi_erfc_kernel(a);
    const double r = magnitude < 0.5 ? 1.0 - eswi_erf_kernel(x) : (x < 0.0 ? 2.0 - outer : outer);
    return x == x ? r : eswi_nan();
}

/* The x at which the standard normal distribution function is 1/2 + c, |c| <= 0.4. */
ESW_FN double eswi_quantile_central(double c)
{
    const double u = c * c;
    double p = 0x1.791e4b9ab13a6p17;
    p = fma(p, u, -0x1.510a7396cd5d0p16);
    p = fma(p, u, 0x1.1dbbe8b73cd4fp14);
    p = fma(p, u, -0x1.ba5207bbac7cdp10);
    p = fma(p, u, 0x1.46136645e5467p7);
    p = fma(p, u, 0x1.7b055edaca1fdp3);
    p = fma(p, u, 0x1.75658c5b41833p2);
    p = fma(p, u, 0x1.4ff17bdb9a6d6p1);
    p = fma(p, u, 0x1.40d935248a386p1);
    const double x = c * p;
    const double excess = 0.5 * eswi_erf_kernel(x * 0x1.6a09e667f3bcdp-1) - c; /* sqrt(1/2) */
    const double newton =
        excess * eswi_exp(0.5 * x * x) * 0x1.40d931ff62706p1; /* sqrt(2 pi): over the density */
    return x - newton / fma(0.5 * x, newton, 1.0);
}

/* The x > 0 beyond which the standard normal distribution has probability q, q in [2^-1074, 0.1]. */
ESW_FN double eswi_quantile_tail(double q)
{
    const double log_q = eswi_log(q);
    const double r = sqrt(-2.0 * log_q);
    const double t = (r - 2.0) / (r + 2.0);
    double p = -0x1.1aae5fab380fcp-3;
    p = fma(p, t, 0x1.486f7df0779bbp-1);
    p = fma(p, t, -0x1.6d4e1f616ed95p0);
    p = fma(p, t, 0x1.099b41928f48bp1);
    p = fma(p, t, -0x1.2b8d316c1fb33p1);
    p = fma(p, t, 0x1.239562d8843d8p1);
    p = fma(p, t, -0x1.037f770b27b55p1);
    p = fma(p, t, 0x1.632ba57edc5a7p0);
    p = fma(p, t, 0x1.19fd93d75c06cp-1);
    const double x = r * p;
    /* g = ln Q(x) - ln q with Q = scaled exp(-x^2 / 2) / 2; g' = -1 / mills, g'' = (x - 1 / mills) / mills. */
    const double scaled = eswi_erfcx_kernel(x * 0x1.6a09e667f3bcdp-1);
    const double mills = scaled * 0x1.40d931ff62706p0; /* sqrt(pi / 2) */
    const double excess = (eswi_log(0.5 * scaled) - log_q) - 0.5 * x * x;
    const double newton = excess * mills;
    return x + newton / fma(0.5 * (1.0 / mills - x), newton, 1.0);
}

/* The standard normal quantile (inverse distribution function): -inf at 0, +inf at 1, NaN outside [0, 1]. */
ESW_FN double eswi_normal_quantile(double p)
{
    const double q = p < 0.5 ? p : 1.0 - p; /* exact */
    const double c = p - 0.5;               /* exact where it is used */
    const int central = q > 0.1;
    const double inner = eswi_quantile_central(central ? c : 0.0);
    const double tail = eswi_quantile_tail(central || !(q > 0.0) ? 0.1 : q);
    double r = central ? inner : (p < 0.5 ? -tail : tail);
    r = p == 0.0 ? -eswi_inf() : r;
    r = p == 1.0 ? eswi_inf() : r;
    return p >= 0.0 && p <= 1.0 ? r : eswi_nan();
}

#endif
