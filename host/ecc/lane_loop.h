/* Lanes (base/lane_loop.h) that look rows up in a table, and lanes that meet: ESW_LANES_TOTAL and ESW_LANES_MAX are the
 * exceptions to the rule that no lane reads another, and all sixteen must reach them.
 */
#ifndef ESWI_ECC_LANE_LOOP_H
#define ESWI_ECC_LANE_LOOP_H

#include "base/lane_loop.h"

#if defined(__AVX2__) && !defined(ESW_LANE_IS_THREAD)
#include <immintrin.h>
#endif

enum { ECC_LANES = ESW_LANES };

/* Rows of a table: the low bits of a stored row number; the rest are flags of its owner. */
enum { ECC_ROW = 0x3fff };

/* Before a loop of which the device compiler is not to make copies. */
#if defined(__CUDA_ARCH__)
#define ESW_LOOP_STAYS _Pragma("unroll 1")
#else
#define ESW_LOOP_STAYS
#endif

/* Whether the compiler knows a value. */
#if defined(__GNUC__) && !defined(__CUDACC__)
#define ESW_KNOWN(value) __builtin_constant_p(value)
#else
#define ESW_KNOWN(value) 0
#endif

#if defined(ESW_LANE_IS_THREAD)

/* What only a device can do; nvcc compiles shared functions for the host too, where no lane calls them. */
#if defined(__CUDACC__) && !defined(__CUDA_ARCH__)
#define ESW_LANES_SHUFFLE(shuffle, value, lane) ((void)(lane), (value))
#else
#define ESW_LANES_SHUFFLE(shuffle, value, lane) shuffle(0xffffu << (threadIdx.x & 16u), value, lane, ECC_LANES)
#endif

/* The tree of reduce.h over the lanes; every lane gets the result. */
#define ESW_LANES_TOTAL(name)                                                                                \
    do {                                                                                                     \
        for (int half = ECC_LANES / 2; half > 0; half /= 2) {                                                \
            const float other = ESW_LANES_SHUFFLE(__shfl_down_sync, name, half);                             \
            name = name + other;                                                                             \
        }                                                                                                    \
        name = ESW_LANES_SHUFFLE(__shfl_sync, name, 0);                                                      \
    } while (0)

/* The largest element over the lanes, in every lane. */
#define ESW_LANES_MAX(name)                                                                                  \
    do {                                                                                                     \
        for (int half = ECC_LANES / 2; half > 0; half /= 2) {                                                \
            const float other = ESW_LANES_SHUFFLE(__shfl_xor_sync, name, half);                              \
            name = other > name ? other : name;                                                              \
        }                                                                                                    \
    } while (0)

/* entry = rows[l]; out = table[entry's row][l]: both lane variables. */
#define ESW_LANES_LOOKUP(table, rows, entry, out)                                                            \
    do {                                                                                                     \
        (entry) = (rows)[threadIdx.x % ECC_LANES];                                                           \
        (out) = (table)[((entry) & ECC_ROW) * ECC_LANES + threadIdx.x % ECC_LANES];                          \
    } while (0)

/* The lanes a caller on lane `lane` fills for its scenario: on the CPU all of them where they are one scenario's
 * subchannels (`across`), in CUDA the thread's own. */
#define ESW_LANES_FROM(across, lane) ((void)(across), (lane))
#define ESW_LANES_TO(across, lane)   ((void)(across), (lane) + 1)

/* Whether this caller writes what belongs to its scenario as a whole. */
#define ESW_LANE_LEADS(across) (!(across) || threadIdx.x % ECC_LANES == 0)

/* Element m of a row that with `across` lies over the lanes, else `step` elements apart in one lane. With `across` all
 * sixteen lanes must reach it; every lane gets the element. */
#define ESW_LANE_ELEMENT(across, row, m, step)                                                               \
    ((across) ? ESW_LANES_SHUFFLE(__shfl_sync,                                                               \
                                  (row)[(m) - (m) % ECC_LANES + (int)(threadIdx.x % ECC_LANES)],             \
                                  (m) % ECC_LANES)                                                           \
              : (row)[(size_t)(m) * (step)])

/* The first lane's value of an integer, in every lane. */
#define ESW_LANES_FROM_FIRST(value) ESW_LANES_SHUFFLE(__shfl_sync, value, 0)

/* Whether the lanes of a problem are loaded together, so that one may speak for all. */
#define ESW_LANES_LOAD_TOGETHER 0

#else

#define ESW_LANES_TOTAL(name)                                                                                \
    do {                                                                                                     \
        for (int half = ECC_LANES / 2; half > 0; half /= 2)                                                  \
            for (int lane = 0; lane < half; lane++)                                                          \
                name[lane] = name[lane] + name[lane + half];                                                 \
        for (int lane = 1; lane < ECC_LANES; lane++)                                                         \
            name[lane] = name[0];                                                                            \
    } while (0)

#define ESW_LANES_MAX(name)                                                                                  \
    do {                                                                                                     \
        for (int lane = 1; lane < ECC_LANES; lane++)                                                         \
            name[0] = name[lane] > name[0] ? name[lane] : name[0];                                           \
        for (int lane = 1; lane < ECC_LANES; lane++)                                                         \
            name[lane] = name[0];                                                                            \
    } while (0)

/* Gathers by hand: compilers of the day take them apart. Loads have one result, so the bits are those of the loop. */
static inline void eswi_lanes_lookup(const float *table, const uint16_t *rows, int *entry, float *out)
{
#if defined(__AVX512F__)
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)rows));
    const __m512i base = _mm512_slli_epi32(_mm512_and_si512(wide, _mm512_set1_epi32(ECC_ROW)), 4);
    _mm512_storeu_si512(entry, wide);
    _mm512_storeu_ps(out, _mm512_i32gather_ps(_mm512_or_si512(base, lane), table, 4));
#elif defined(__AVX2__)
    for (int half = 0; half < ECC_LANES; half += 8) {
        const __m256i lane = _mm256_add_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32(half));
        const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(rows + half)));
        const __m256i base = _mm256_slli_epi32(_mm256_and_si256(wide, _mm256_set1_epi32(ECC_ROW)), 4);
        _mm256_storeu_si256((__m256i *)(entry + half), wide);
        _mm256_storeu_ps(out + half, _mm256_i32gather_ps(table, _mm256_or_si256(base, lane), 4));
    }
#else
    for (int lane = 0; lane < ECC_LANES; lane++) {
        entry[lane] = rows[lane];
        out[lane] = table[(rows[lane] & ECC_ROW) * ECC_LANES + lane];
    }
#endif
}

#define ESW_LANES_LOOKUP(table, rows, entry, out) eswi_lanes_lookup(table, rows, entry, out)
#define ESW_LANES_FROM(across, lane) ((across) ? 0 : (lane))
#define ESW_LANES_TO(across, lane)   ((across) ? ECC_LANES : (lane) + 1)
#define ESW_LANE_LEADS(across) ((void)(across), 1)
#define ESW_LANE_ELEMENT(across, row, m, step) ((row)[(size_t)(m) * (step)])
#define ESW_LANES_LOAD_TOGETHER 1

#endif
#endif
