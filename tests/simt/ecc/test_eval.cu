/* The ECC evaluation as CUDA source compiled by the host compiler: every byte is that of the CPU's builds. */
#include <criterion/criterion.h>

#include "control.h"
#include "eval_check.h"

/* Checked builds are an order of magnitude slower. */
#if defined(SIMT_RACE_BUILD) || defined(SIMT_ASAN_BUILD)
static const uint64_t n_cases = 30;
#else
static const uint64_t n_cases = 120;
#endif

static void expect_same_bytes(bool relaxed)
{
    for (uint64_t seed = 0; seed < 3; seed++) {
        simt::config.seed = seed;
        const std::string difference = eval_difference(relaxed, seed * n_cases, n_cases);
        cr_assert(difference.empty(), "%s", difference.c_str());
    }
    cr_assert(simt::reports().empty());
}

Test(simt_ecc_eval, relaxed_problems_leave_the_bytes_of_the_cpu)
{
    expect_same_bytes(true);
}

Test(simt_ecc_eval, problems_with_fixed_subchannels_leave_the_bytes_of_the_cpu)
{
    expect_same_bytes(false);
}
