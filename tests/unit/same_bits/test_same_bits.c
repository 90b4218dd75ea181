/* Same bits from every variant of loops.c, over inputs spread over all bit patterns and over moderate
 * numbers.
 *
 * ESW_TEST_FULL=1 goes through all 2^32 floats. ESW_TEST_SOFTWARE_FMA=1 says that glibc was told to use its
 * software fma: a test checks that it does, and the others take fewer inputs.
 */
#include <criterion/criterion.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/philox.h"
#include "same_bits.h"

#define VARIANT(name, isa, level)                        \
    extern const bits_floats floats_##name[BITS_FLOATS]; \
    extern const bits_doubles doubles_##name[BITS_DOUBLES];
#include "same_bits_variants.inc"
#undef VARIANT

static const bits_variant variants[] = {
#define VARIANT(name, isa, level) {#name, isa, level, floats_##name, doubles_##name},
#include "same_bits_variants.inc"
#undef VARIANT
};

enum {
    VARIANTS = sizeof variants / sizeof variants[0],
    CHUNK = 4096,
    SPREAD_CHUNKS = 1024,     /* 2^22 inputs for the optimised variants */
    PATTERN_CHUNKS = 1 << 20, /* 2^32, every float */
    PATTERN_STEP = 1021,      /* unless all are asked for, each 1021st chunk of them */
    UNOPTIMISED_EVERY = 64,   /* variants without optimisation see each 64th chunk */
    SOFTWARE_FMA_EVERY = 251, /* a run with the software fma takes each 251st */
};

static bool asked_for(const char *variable)
{
    const char *value = getenv(variable);
    return value && strcmp(value, "1") == 0;
}

static bool supported(const bits_variant *variant)
{
#if defined(__x86_64__)
    if (strcmp(variant->isa, "avx2") == 0)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (strcmp(variant->isa, "avx512") == 0)
        return __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512bw");
#endif
    return strcmp(variant->isa, "any") == 0;
}

static bool takes_chunk(const bits_variant *variant, uint64_t chunk)
{
    return variant->optimised || chunk % UNOPTIMISED_EVERY == 0;
}

/* A number of magnitude 2^-40 .. 2^12 from a random word: most patterns overflow exp2 or are below what erf
 * sees. */
static double moderate(uint32_t high, uint32_t low)
{
    const double magnitude =
        (1.0 + eswi_uniform53(high, low)) * eswi_double((uint64_t)(983 + high % 52u) << 52);
    return low & 1u ? -magnitude : magnitude;
}

typedef struct spread {
    float float_any[CHUNK + BITS_WINDOW], float_finite[CHUNK + BITS_WINDOW];
    double double_any[CHUNK + BITS_WINDOW], double_finite[CHUNK + BITS_WINDOW];
} spread;

/* Half of the `any` inputs are random bit patterns, which reach every exponent, every NaN and every
 * subnormal. */
static void fill(spread *x, uint64_t chunk, uint32_t salt)
{
    for (uint32_t i = 0; i < CHUNK + BITS_WINDOW; i++) {
        const eswi_draw draw = eswi_philox(salt, chunk, 0, 0, i);
        const double number = moderate(draw.w[0], draw.w[1]);
        const bool pattern = draw.w[2] % 2u == 0;
        x->float_any[i] = pattern ? eswi_float(draw.w[3]) : (float)number;
        x->double_any[i] = pattern ? eswi_double((uint64_t)draw.w[3] << 32 | draw.w[1]) : number;
        x->float_finite[i] = (float)number;
        x->double_finite[i] = number;
    }
}

/* Runs all variants on one chunk. */
static void compare_floats(size_t function, uint64_t chunk, const float *x, const float *y)
{
    static float expected[CHUNK], found[CHUNK];
    const bits_floats *reference = &variants[0].floats[function];
    reference->loop(expected, x, y, CHUNK);
    for (size_t v = 1; v < VARIANTS; v++) {
        if (!supported(&variants[v]) || !takes_chunk(&variants[v], chunk))
            continue;
        variants[v].floats[function].loop(found, x, y, CHUNK);
        const bool differ = memcmp(found, expected, sizeof found) != 0;
        for (size_t i = 0; differ && i < CHUNK; i++)
            cr_assert_eq(eswi_bits(found[i]), eswi_bits(expected[i]), "%s(%a, %a): %s gives %08x, %s %08x",
                         reference->name, (double)x[i], (double)y[i], variants[v].name, eswi_bits(found[i]),
                         variants[0].name, eswi_bits(expected[i]));
    }
}

static void compare_doubles(size_t function, uint64_t chunk, const double *x, const double *y)
{
    static double expected[CHUNK], found[CHUNK];
    const bits_doubles *reference = &variants[0].doubles[function];
    reference->loop(expected, x, y, CHUNK);
    for (size_t v = 1; v < VARIANTS; v++) {
        if (!supported(&variants[v]) || !takes_chunk(&variants[v], chunk))
            continue;
        variants[v].doubles[function].loop(found, x, y, CHUNK);
        const bool differ = memcmp(found, expected, sizeof found) != 0;
        for (size_t i = 0; differ && i < CHUNK; i++)
            cr_assert_eq(eswi_bits64(found[i]), eswi_bits64(expected[i]), "%s(%a, %a): %s gives %a, %s %a",
                         reference->name, x[i], y[i], variants[v].name, found[i], variants[0].name,
                         expected[i]);
    }
}

Test(same_bits, variants_of_this_machine_are_named)
{
    size_t usable = 0;
    for (size_t v = 0; v < VARIANTS; v++) {
        const bool here = supported(&variants[v]);
        printf("%s: %s\n", variants[v].name, here ? "compared" : "left out, this processor lacks it");
        usable += here;
    }
    cr_assert_geq(usable, 2);
    for (size_t v = 1; v < VARIANTS; v++) {
        for (size_t f = 0; f < BITS_FLOATS; f++)
            cr_assert_str_eq(variants[v].floats[f].name, variants[0].floats[f].name);
        for (size_t f = 0; f < BITS_DOUBLES; f++)
            cr_assert_str_eq(variants[v].doubles[f].name, variants[0].doubles[f].name);
    }
}

Test(same_bits, functions_agree_on_spread_inputs, .timeout = 600)
{
    static spread x, y;
    const uint64_t step = asked_for("ESW_TEST_SOFTWARE_FMA") ? SOFTWARE_FMA_EVERY : 1;
    for (uint64_t chunk = 0; chunk < SPREAD_CHUNKS; chunk += step) {
        fill(&x, chunk, 1);
        fill(&y, chunk, 2);
        for (size_t f = 0; f < BITS_FLOATS; f++) {
            const bool any = variants[0].floats[f].input != BITS_FINITE_INPUT;
            compare_floats(f, chunk, any ? x.float_any : x.float_finite, any ? y.float_any : y.float_finite);
        }
        for (size_t f = 0; f < BITS_DOUBLES; f++) {
            const bool any = variants[0].doubles[f].input != BITS_FINITE_INPUT;
            compare_doubles(f, chunk, any ? x.double_any : x.double_finite,
                            any ? y.double_any : y.double_finite);
        }
    }
}

Test(same_bits, float_functions_agree_on_every_pattern, .timeout = 6 * 3600)
{
    static float x[CHUNK + BITS_WINDOW];
    const uint32_t step = asked_for("ESW_TEST_SOFTWARE_FMA") ? SOFTWARE_FMA_EVERY * PATTERN_STEP
                          : asked_for("ESW_TEST_FULL")       ? 1
                                                             : PATTERN_STEP;
    uint64_t counter = 0;
    for (uint32_t chunk = 0; chunk < PATTERN_CHUNKS; chunk += step, counter++) {
        for (uint32_t i = 0; i < CHUNK; i++)
            x[i] = eswi_float(chunk * CHUNK + i);
        for (size_t f = 0; f < BITS_FLOATS; f++)
            if (variants[0].floats[f].input == BITS_EVERY_FLOAT)
                compare_floats(f, counter, x, x);
    }
}

#if defined(__x86_64__) && defined(__GLIBC__)
/* glibc picks its fma when the program starts. The hardware one begins with the instruction itself, whose
 * first byte is the VEX prefix 0xc4, possibly behind an endbr64. */
Test(same_bits, software_fma_is_what_runs_when_asked_for)
{
    static const unsigned char endbr64[4] = {0xf3, 0x0f, 0x1e, 0xfa};
    double (*volatile function)(double, double, double) = fma;
    unsigned char code[5];
    const unsigned char *start = (const unsigned char *)(uintptr_t)function;
    memcpy(code, start, sizeof code);
    const unsigned char first = memcmp(code, endbr64, sizeof endbr64) == 0 ? code[4] : code[0];
    printf("glibc's fma is %s\n", first == 0xc4 ? "the processor's" : "software");
    if (asked_for("ESW_TEST_SOFTWARE_FMA"))
        cr_assert_neq(first, 0xc4, "glibc ignored GLIBC_TUNABLES: this run compared nothing new");
}
#endif
