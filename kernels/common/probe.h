/* Probe kernels: every shared function (detmath.h, philox.h, reduce.h) applied to arrays.
 *
 * They compute nothing a user asks for. They exist so that the bits of a device can be compared with those of
 * the CPU, function by function: by the tests without a GPU, by profiling/ scripts on one. The lists are the
 * one statement of what is compared; whoever checks a device expands them too, over plain loops.
 */
#ifndef ESWI_PROBE_H
#define ESWI_PROBE_H

#include "base/detmath.h"
#include "base/philox.h"
#include "base/reduce.h"

/* Result i of a probe depends on x[i], y[i], or on the window x[i .. i + PROBE_WINDOW). Inputs hold n +
 * PROBE_WINDOW values. X(name, inputs, value of element i): inputs are `any` bit patterns, or `finite` moderate
 * numbers where plain arithmetic could choose a NaN of its own. */
enum { PROBE_WINDOW = 45 };

#define ESWI_PROBE_FLOATS(X)                                               \
    X(log2f, any, eswi_log2f(x[i]))                                        \
    X(log2_1pf, any, eswi_log2_1pf(x[i]))                                  \
    X(log2_1pf_finite, finite, eswi_log2_1pf_finite(fabsf(x[i])))          \
    X(reciprocalf, finite, eswi_reciprocalf(fabsf(x[i]) + 0x1p-60f))       \
    X(exp2f, any, eswi_exp2f(x[i]))                                        \
    X(uniform, any, eswi_uniform(eswi_bits(x[i])))                         \
    X(exponential, any, eswi_exponential(eswi_bits(x[i])))                 \
    X(index, any, (float)eswi_index(eswi_bits(x[i]), eswi_bits(y[i]) | 1)) \
    X(philox_0, any, eswi_probe_word(eswi_bits(x[i]), eswi_bits(y[i]), 0)) \
    X(philox_1, any, eswi_probe_word(eswi_bits(x[i]), eswi_bits(y[i]), 1)) \
    X(philox_2, any, eswi_probe_word(eswi_bits(x[i]), eswi_bits(y[i]), 2)) \
    X(philox_3, any, eswi_probe_word(eswi_bits(x[i]), eswi_bits(y[i]), 3)) \
    X(sumf, finite, eswi_sumf(x + i, PROBE_WINDOW, 1))                     \
    X(sumf_stride, finite, eswi_sumf(x + i, PROBE_WINDOW / 3, 3))

#define ESWI_PROBE_DOUBLES(X)                                              \
    X(log, any, eswi_log(x[i]))                                            \
    X(log2, any, eswi_log2(x[i]))                                          \
    X(log1p, any, eswi_log1p(x[i]))                                        \
    X(log2_1p, any, eswi_log2_1p(x[i]))                                    \
    X(exp, any, eswi_exp(x[i]))                                            \
    X(exp2, any, eswi_exp2(x[i]))                                          \
    X(pow, any, eswi_pow(x[i], y[i]))                                      \
    X(cbrt, any, eswi_cbrt(x[i]))                                          \
    X(erf, any, eswi_erf(x[i]))                                            \
    X(erfc, any, eswi_erfc(x[i]))                                          \
    X(quantile, any, eswi_normal_quantile(x[i]))                           \
    X(quantile_inside, any, eswi_normal_quantile(eswi_probe_inside(x[i]))) \
    X(uniform53, any, eswi_probe_inside(x[i]))                             \
    X(sum, finite, eswi_sum(x + i, PROBE_WINDOW, 1))                       \
    X(sum_stride, finite, eswi_sum(x + i, PROBE_WINDOW / 3, 3))

/* Word k of a block whose seed, scenario, stream, entity and block all come from two words; its bits in a
 * float. */
ESW_FN float eswi_probe_word(uint32_t low, uint32_t high, int k)
{
    const uint64_t wide = (uint64_t)high << 32 | low;
    return eswi_float(eswi_philox(wide, ~wide, high % ESWI_STREAMS, low % ESWI_ENTITIES, low ^ high).w[k]);
}

/* A number inside (0, 1) from any bits. */
ESW_FN double eswi_probe_inside(double x)
{
    return eswi_uniform53((uint32_t)(eswi_bits64(x) >> 32), (uint32_t)eswi_bits64(x));
}

#ifdef __cplusplus
extern "C" {
#endif

/* Places of the lists' rows. */
enum {
#define X(name, inputs, value) ESWI_PROBE_##name,
    ESWI_PROBE_FLOATS(X) ESWI_PROBE_FLOATS_END,
    ESWI_PROBE_DOUBLES_BEGIN = -1,
    ESWI_PROBE_DOUBLES(X) ESWI_PROBE_DOUBLES_END
#undef X
};

/* Launches float or double probe `row` on the default stream: d_out[i] for i < n. Arrays are in device memory.
 * Launch errors are left to cudaGetLastError. */
void eswi_cuda_probe_float(int row, float *d_out, const float *d_x, const float *d_y, int n);
void eswi_cuda_probe_double(int row, double *d_out, const double *d_x, const double *d_y, int n);

#ifdef __cplusplus
}
#endif

#endif
