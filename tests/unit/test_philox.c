/* base/philox.h against the published vectors and against Random123, and what its users rely on. */
#include <criterion/criterion.h>

#include <Random123/philox.h>

#include "base/philox.h"

/* The philox4x32 lines, 10 rounds, of kat_vectors in the Random123 distribution: counter, key, result. */
static const uint32_t known_answers[][10] = {
    {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
    {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6,
     0x6d5451fd},
    {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420,
     0x24126ea1},
};

static void expect_words(eswi_draw draw, const uint32_t *words)
{
    for (int k = 0; k < 4; k++)
        cr_assert_eq(draw.w[k], words[k], "word %d is %08x, not %08x", k, draw.w[k], words[k]);
}

Test(philox, gives_the_published_known_answers)
{
    for (size_t i = 0; i < sizeof known_answers / sizeof known_answers[0]; i++) {
        const uint32_t *a = known_answers[i];
        expect_words(eswi_philox4x32(a[0], a[1], a[2], a[3], a[4], a[5]), a + 6);
    }
}

Test(philox, equals_random123_bit_for_bit)
{
    philox4x32_ctr_t counter = {{1, 2, 3, 4}};
    philox4x32_key_t key = {{5, 6}};
    for (int i = 0; i < 1000000; i++) {
        const philox4x32_ctr_t expected = philox4x32(counter, key);
        expect_words(
            eswi_philox4x32(counter.v[0], counter.v[1], counter.v[2], counter.v[3], key.v[0], key.v[1]),
            expected.v);
        key.v[0] = counter.v[1]; /* the next input is made of this output and this input */
        key.v[1] = counter.v[3] ^ (uint32_t)i;
        counter = expected;
    }
}

Test(philox, layout_of_key_and_counter)
{
    const uint64_t seed = UINT64_C(0x0123456789abcdef), scenario = UINT64_C(0xfedcba9876543210);
    const philox4x32_ctr_t counter = {{0x89abcdef, 0x3f123456, 0x76543210, 0xfedcba98}};
    const philox4x32_key_t key = {{0x89abcdef, 0x01234567}};
    expect_words(eswi_philox(seed, scenario, 0x3f, 0x123456, 0x89abcdef), philox4x32(counter, key).v);
}

Test(philox, uniforms_are_inside_the_open_interval)
{
    cr_assert_eq(eswi_uniform(0), 0x1p-24f);
    cr_assert_eq(eswi_uniform(UINT32_MAX), 1.0f - 0x1p-24f);
    cr_assert_eq(eswi_uniform(0x80000000u), 0.5f + 0x1p-24f);
    cr_assert_eq(eswi_uniform53(0, 0), 0x1p-53);
    cr_assert_eq(eswi_uniform53(UINT32_MAX, UINT32_MAX), 1.0 - 0x1p-53);
    for (uint32_t i = 0; i < 1000; i++) {
        const eswi_draw draw = eswi_philox(1, 2, 3, 4, i);
        const uint64_t word = (uint64_t)(draw.w[0] >> 6) << 27 | draw.w[1] >> 5 | 1u;
        cr_assert_eq(eswi_uniform53(draw.w[0], draw.w[1]), (double)word * 0x1p-53);
    }
}

Test(philox, exponential_draws_are_positive_and_finite)
{
    cr_assert_eq(eswi_exponential(UINT32_MAX), 0x1p-24f);
    cr_assert_float_eq(eswi_exponential(0), 24.0f * 0x1.62e43p-1f, 1e-5f);
}

/* Chi-squared over the 64 cells of three bits from each of two words of a block: a cell count is binomial,
 * and the sum of 63 squared deviates exceeds 63 + 5 sqrt(126) = 119 with a probability of 3e-5; the inputs
 * are fixed. */
Test(philox, words_of_a_block_are_equidistributed_and_independent)
{
    enum { CELLS = 64, PER_CELL = 4096 };
    static uint32_t count[CELLS];
    for (uint32_t i = 0; i < CELLS * PER_CELL; i++) {
        const eswi_draw draw = eswi_philox(7, i, 0, i % 50, i / 50 % 12);
        count[draw.w[0] >> 29 << 3 | draw.w[3] >> 29]++;
    }
    double chi_squared = 0;
    for (int c = 0; c < CELLS; c++)
        chi_squared += ((double)count[c] - PER_CELL) * ((double)count[c] - PER_CELL) / PER_CELL;
    cr_assert_lt(chi_squared, 119.0);
    cr_assert_gt(chi_squared, 20.0, "too even to be random: %g", chi_squared);
}

Test(philox, index_covers_its_range_evenly)
{
    enum { N = 7 };
    cr_assert_eq(eswi_index(0, N), 0);
    cr_assert_eq(eswi_index(UINT32_MAX, N), N - 1);
    cr_assert_eq(eswi_index(UINT32_MAX, 1), 0);
    cr_assert_eq(eswi_index(UINT32_MAX, UINT32_MAX), UINT32_MAX - 1);
    uint32_t previous = 0;
    for (uint32_t k = 1; k < N; k++) { /* the first word of cell k is ceil(k 2^32 / n) */
        const uint32_t first = (uint32_t)(((UINT64_C(1) << 32) * k + N - 1) / N);
        cr_assert_eq(eswi_index(first, N), k);
        cr_assert_eq(eswi_index(first - 1, N), k - 1);
        cr_assert_leq(first - previous - UINT32_MAX / N, 1);
        previous = first;
    }
}
