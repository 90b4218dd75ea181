/* Random numbers as a pure function of what they are for: Philox4x32-10 (Salmon et al., SC'11), shared by
 * host and device, bit for bit Random123's philox4x32 and cuRAND's generator.
 *
 *   key        (seed low, seed high)
 *   counter    x = block, y = stream << 24 | entity, z = scenario low, w = scenario high
 *
 * One block gives four 32-bit words. The words equal curand4() after curand_init(seed, scenario, 4 * xy) with
 * xy = stream << 56 | entity << 32 | block. Nothing depends on threads, batches, ranks or the order of calls.
 */
#ifndef ESWI_PHILOX_H
#define ESWI_PHILOX_H

#include "base/detmath.h"
#include "base/portable.h"

enum {
    ESWI_PHILOX_ROUNDS = 10,
    ESWI_STREAMS = 64,       /* stream < 64 keeps 4 * xy within 64 bits */
    ESWI_ENTITIES = 1 << 24, /* entity < 2^24 */
};

typedef struct eswi_draw {
    uint32_t w[4];
} eswi_draw;

/* The bijection itself: counter (x, y, z, w) under key (k0, k1). */
ESW_FN eswi_draw eswi_philox4x32(uint32_t x, uint32_t y, uint32_t z, uint32_t w, uint32_t k0, uint32_t k1)
{
    for (int round = 0; round < ESWI_PHILOX_ROUNDS; round++) {
        const uint64_t p = (uint64_t)0xd2511f53u * x;
        const uint64_t q = (uint64_t)0xcd9e8d57u * z;
        x = (uint32_t)(q >> 32) ^ y ^ k0;
        y = (uint32_t)q;
        z = (uint32_t)(p >> 32) ^ w ^ k1;
        w = (uint32_t)p;
        k0 += 0x9e3779b9u;
        k1 += 0xbb67ae85u;
    }
    eswi_draw draw;
    draw.w[0] = x;
    draw.w[1] = y;
    draw.w[2] = z;
    draw.w[3] = w;
    return draw;
}

/* Four words for block `block` of entity `entity` (< ESWI_ENTITIES) in stream `stream` (< ESWI_STREAMS). */
ESW_FN eswi_draw eswi_philox(uint64_t seed, uint64_t scenario, uint32_t stream, uint32_t entity, uint32_t block)
{
    return eswi_philox4x32(block, stream << 24 | entity, (uint32_t)scenario, (uint32_t)(scenario >> 32),
                           (uint32_t)seed, (uint32_t)(seed >> 32));
}

/* Uniform on (0, 1): an odd multiple of 2^-24, never 0 or 1. */
ESW_FN float eswi_uniform(uint32_t word)
{
    return (float)(int32_t)(word >> 8 | 1u) * 0x1p-24f;
}

/* Uniform on (0, 1): an odd multiple of 2^-53, never 0 or 1. Two signed halves, because those convert in
 * vectors. */
ESW_FN double eswi_uniform53(uint32_t high, uint32_t low)
{
    const double upper = (double)(int32_t)(high >> 6);
    const double lower = (double)(int32_t)(low >> 5 | 1u);
    return (upper * 0x1p27 + lower) * 0x1p-53;
}

/* Exponential with mean 1: -ln(uniform), in [2^-24, 24 ln 2]. The power gain of a Rayleigh channel. */
ESW_FN float eswi_exponential(uint32_t word)
{
    return -0x1.62e43p-1f * eswi_log2f(eswi_uniform(word));
}

/* One of 0..n-1, n >= 1: each has probability 1/n to within 2^-32. */
ESW_FN uint32_t eswi_index(uint32_t word, uint32_t n)
{
    return (uint32_t)((uint64_t)word * n >> 32);
}

#endif
