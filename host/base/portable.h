/* What lets one header serve C, C++ and CUDA device code with the same bits.
 *
 * Headers built on this one hold arithmetic that host and device share. They use + - * / sqrt, explicit fma
 * and integers only, no branches and no calls, so that a loop over them becomes vectors on the host and
 * straight-line code on the device. They must be compiled without contraction (-ffp-contract=off, nvcc
 * -fmad=false) and without any form of -ffast-math; docs/determinism.md says what is promised and how it is
 * checked.
 *
 * Assumed of every compiler and checked by tests/unit/test_portable.c: two's complement, right shifts of
 * negative numbers that keep the sign, float and double of IEEE 754 evaluated in their own precision.
 */
#ifndef ESWI_PORTABLE_H
#define ESWI_PORTABLE_H

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Marks a function of shared source: internal, inlined, on the device too when nvcc compiles it. */
#if defined(__CUDACC__)
#define ESW_FN static __host__ __device__ __forceinline__
#elif defined(__GNUC__)
#define ESW_FN static inline __attribute__((always_inline, unused))
#else
#define ESW_FN static inline
#endif

/* Marks functions of shared source that are too large to be inlined wherever they are called. In C they belong to the one
 * file that includes their bodies, ESW_LARGE for everybody, ESW_LARGE_OWN for that file; in C++ and CUDA every file
 * that includes them has its own. */
#if defined(__CUDACC__)
#define ESW_LARGE     static __device__ __noinline__
#define ESW_LARGE_OWN static __device__ __noinline__
#elif defined(__cplusplus)
#define ESW_LARGE     static __attribute__((unused))
#define ESW_LARGE_OWN static __attribute__((unused))
#else
#define ESW_LARGE
#define ESW_LARGE_OWN static
#endif

#define ESW_RESTRICT __restrict__

#if defined(__FAST_MATH__)
#error "edgesweep needs IEEE arithmetic: build without -ffast-math"
#endif
/* 16 is 0 with a _Float16 of its own precision beside float and double (AVX512-FP16 machines). */
#if FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16
#error "edgesweep needs float and double evaluated in their own precision (on 32-bit x86: -msse2 -mfpmath=sse)"
#endif

ESW_FN uint32_t eswi_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

ESW_FN float eswi_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

ESW_FN uint64_t eswi_bits64(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

ESW_FN double eswi_double(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The only NaN and infinity the shared functions return. The float NaN is the one NVIDIA GPUs produce; x86
 * would produce another, so functions select these by hand instead of letting an operation make one. */
ESW_FN float eswi_nanf(void)
{
    return eswi_float(0x7fffffffu);
}

ESW_FN float eswi_inff(void)
{
    return eswi_float(0x7f800000u);
}

ESW_FN double eswi_nan(void)
{
    return eswi_double(UINT64_C(0x7fffffffffffffff));
}

ESW_FN double eswi_inf(void)
{
    return eswi_double(UINT64_C(0x7ff0000000000000));
}

#endif
