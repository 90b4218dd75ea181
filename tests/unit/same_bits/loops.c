/* One variant of the loops; the build sets BITS_FLOATS_TABLE and BITS_DOUBLES_TABLE to this variant's names. */
#include "same_bits.h"

#include "base/detmath.h"
#include "base/philox.h"
#include "base/reduce.h"

#define FLOAT_LIST(X)                                                      \
    X(log2f, BITS_EVERY_FLOAT, eswi_log2f(x[i]))                           \
    X(log2_1pf, BITS_EVERY_FLOAT, eswi_log2_1pf(x[i]))                     \
    X(exp2f, BITS_EVERY_FLOAT, eswi_exp2f(x[i]))                           \
    X(reciprocalf, BITS_FINITE_INPUT, eswi_reciprocalf(x[i]))              \
    X(uniform, BITS_ANY_INPUT, eswi_uniform(eswi_bits(x[i])))              \
    X(exponential, BITS_ANY_INPUT, eswi_exponential(eswi_bits(x[i])))      \
    X(philox, BITS_ANY_INPUT, draw_word(eswi_bits(x[i]), eswi_bits(y[i]))) \
    X(sumf, BITS_FINITE_INPUT, eswi_sumf(x + i, BITS_WINDOW, 1))           \
    X(sumf_stride, BITS_FINITE_INPUT, eswi_sumf(x + i, BITS_WINDOW / 2, 2))

#define DOUBLE_LIST(X)                                                     \
    X(log, BITS_ANY_INPUT, eswi_log(x[i]))                                 \
    X(log2, BITS_ANY_INPUT, eswi_log2(x[i]))                               \
    X(log1p, BITS_ANY_INPUT, eswi_log1p(x[i]))                             \
    X(log2_1p, BITS_ANY_INPUT, eswi_log2_1p(x[i]))                         \
    X(exp, BITS_ANY_INPUT, eswi_exp(x[i]))                                 \
    X(exp2, BITS_ANY_INPUT, eswi_exp2(x[i]))                               \
    X(pow, BITS_ANY_INPUT, eswi_pow(x[i], y[i]))                           \
    X(cbrt, BITS_ANY_INPUT, eswi_cbrt(x[i]))                               \
    X(erf, BITS_ANY_INPUT, eswi_erf(x[i]))                                 \
    X(erfc, BITS_ANY_INPUT, eswi_erfc(x[i]))                               \
    X(quantile, BITS_ANY_INPUT, eswi_normal_quantile(x[i]))                \
    X(quantile_inside, BITS_ANY_INPUT, eswi_normal_quantile(inside(x[i]))) \
    X(uniform53, BITS_ANY_INPUT, inside(x[i]))                             \
    X(sum, BITS_FINITE_INPUT, eswi_sum(x + i, BITS_WINDOW, 1))             \
    X(sum_stride, BITS_FINITE_INPUT, eswi_sum(x + i, BITS_WINDOW / 2, 2))

/* The last word of a block, its bits in a float: every word of the last round depends on all inputs. */
ESW_FN float draw_word(uint32_t low, uint32_t high)
{
    const eswi_draw draw =
        eswi_philox((uint64_t)high << 32 | low, low, high % ESWI_STREAMS, low % ESWI_ENTITIES, high);
    return eswi_float(draw.w[3]);
}

ESW_FN double inside(double x)
{
    return eswi_uniform53((uint32_t)(eswi_bits64(x) >> 32), (uint32_t)eswi_bits64(x));
}

#define FLOAT_LOOP(name, input, value)                                                                         \
    static void loop_##name(float *ESW_RESTRICT out, const float *ESW_RESTRICT x, const float *ESW_RESTRICT y, \
                            size_t n)                                                                          \
    {                                                                                                          \
        (void)y;                                                                                               \
        _Pragma("omp simd") for (size_t i = 0; i < n; i++) out[i] = value;                                     \
    }
FLOAT_LIST(FLOAT_LOOP)

#define DOUBLE_LOOP(name, input, value)                                             \
    static void loop_##name(double *ESW_RESTRICT out, const double *ESW_RESTRICT x, \
                            const double *ESW_RESTRICT y, size_t n)                 \
    {                                                                               \
        (void)y;                                                                    \
        _Pragma("omp simd") for (size_t i = 0; i < n; i++) out[i] = value;          \
    }
DOUBLE_LIST(DOUBLE_LOOP)

#ifdef __cplusplus
extern "C" {
#endif
extern const bits_floats BITS_FLOATS_TABLE[BITS_FLOATS];
extern const bits_doubles BITS_DOUBLES_TABLE[BITS_DOUBLES];
#ifdef __cplusplus
}
#endif

#define ROW(name, input, value) {#name, input, loop_##name},
const bits_floats BITS_FLOATS_TABLE[BITS_FLOATS] = {FLOAT_LIST(ROW)};
const bits_doubles BITS_DOUBLES_TABLE[BITS_DOUBLES] = {DOUBLE_LIST(ROW)};
