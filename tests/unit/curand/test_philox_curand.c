/* base/philox.h against cuRAND: eswi_philox(seed, scenario, stream, entity, block) = curand4 after
 * curand_init(seed, scenario, 4 * xy), xy = stream << 56 | entity << 32 | block. */
#include <criterion/criterion.h>

#include "base/philox.h"

/* words.cpp */
void curand_words(unsigned long long seed, unsigned long long subsequence, unsigned long long offset,
                  unsigned words[4]);

static void expect_curand(uint64_t seed, uint64_t scenario, uint32_t stream, uint32_t entity, uint32_t block)
{
    const uint64_t xy = (uint64_t)stream << 56 | (uint64_t)entity << 32 | block;
    const eswi_draw draw = eswi_philox(seed, scenario, stream, entity, block);
    unsigned words[4];
    curand_words(seed, scenario, 4 * xy, words);
    for (int k = 0; k < 4; k++)
        cr_assert_eq(draw.w[k], words[k], "word %d of stream %u, entity %u, block %u", k, stream, entity,
                     block);
}

Test(philox_curand, corners_of_the_layout_agree)
{
    const uint64_t wide[] = {0, 1, UINT32_MAX, UINT64_C(1) << 32, UINT64_MAX};
    const uint32_t blocks[] = {0, 1, UINT32_MAX};
    for (int s = 0; s < 5; s++)
        for (int c = 0; c < 5; c++)
            for (int b = 0; b < 3; b++) {
                expect_curand(wide[s], wide[c], 0, 0, blocks[b]);
                expect_curand(wide[s], wide[c], ESWI_STREAMS - 1, ESWI_ENTITIES - 1, blocks[b]);
            }
}

Test(philox_curand, random_places_agree)
{
    for (uint32_t i = 0; i < 100000; i++) {
        const eswi_draw a = eswi_philox(1, i, 0, 0, 0), b = eswi_philox(1, i, 0, 0, 1);
        expect_curand((uint64_t)a.w[0] << 32 | a.w[1], (uint64_t)a.w[2] << 32 | a.w[3], b.w[0] % ESWI_STREAMS,
                      b.w[1] % ESWI_ENTITIES, b.w[2]);
    }
}
