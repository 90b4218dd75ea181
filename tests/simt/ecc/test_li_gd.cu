/* gd and li-gd as CUDA source compiled by the host compiler: every decision has the bytes of the CPU's. */
#include <criterion/criterion.h>

#include <cstdlib>

#include "control.h"
#include "li_gd_check.h"

static bool in_full()
{
    const char *full = getenv("ESW_TEST_FULL");
    return full && *full && std::string(full) != "0";
}

/* Checked builds are one or two orders of magnitude slower. */
#if defined(SIMT_RACE_BUILD)
static const LiGdSize size = LiGdSize::tiny;
static const uint32_t n_scenarios = 3;
static const uint64_t few = 1;
#elif defined(SIMT_ASAN_BUILD)
static const LiGdSize size = LiGdSize::tiny;
static const uint32_t n_scenarios = 19;
static const uint64_t few = 1;
#else
static const LiGdSize size = LiGdSize::odd;
static const uint32_t n_scenarios = 19;
static const uint64_t few = 2;
#endif

/* Every combination at several sizes; the schedule changes from one to the next. */
static void expect_same_bytes(bool spread)
{
    const uint64_t rounds = in_full() ? 14 : few;
    int senders = 0;
    for (int combination = 0; combination < LI_GD_COMBINATIONS; combination++) {
        for (uint64_t round = 0; round < rounds && (!spread || li_gd_is_relaxed(combination)); round++) {
            simt::config.seed = (static_cast<uint64_t>(combination) + round) % 7;
            const std::string difference =
                li_gd_difference(combination, spread, size, static_cast<uint64_t>(combination) * 3 + round,
                                 spread ? (n_scenarios + 2) / 3 : n_scenarios, &senders);
            cr_assert(difference.empty(), "seed %lu: %s", simt::config.seed, difference.c_str());
        }
    }
    cr_assert(simt::reports().empty());
    cr_assert_gt(senders, 20, "decisions with nothing in them prove little");
}

Test(simt_ecc_li_gd, a_thread_a_scenario_leaves_the_bytes_of_the_cpu)
{
    expect_same_bytes(false);
}

Test(simt_ecc_li_gd, half_a_warp_a_scenario_leaves_the_bytes_of_the_cpu)
{
    expect_same_bytes(true);
}

/* In every build, where what rows share can race or lie beyond an array. */
Test(simt_ecc_li_gd, half_a_warp_goes_through_several_rows_of_subchannels)
{
    int senders = 0;
    for (int combination = 0; li_gd_is_relaxed(combination); combination++) {
        simt::config.seed = static_cast<uint64_t>(combination) % 4;
        for (uint64_t row = 0; row < (in_full() ? 3 : 1); row++) {
            const std::string difference = li_gd_difference(
                combination, true, LiGdSize::wide, static_cast<uint64_t>(combination) + row, 3, &senders);
            cr_assert(difference.empty(), "seed %lu: %s", simt::config.seed, difference.c_str());
        }
    }
    cr_assert(simt::reports().empty());
    cr_assert_gt(senders, 20, "decisions with nothing in them prove little");
}
