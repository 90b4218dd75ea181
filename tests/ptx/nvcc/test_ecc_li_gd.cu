/* gd and li-gd as nvcc compiles them: their PTX leaves the decisions of the CPU, byte for byte. */
#include <criterion/criterion.h>

#include <cstdlib>

#include "executor.h"
#include "li_gd_check.h"
#include "ptx_files.h"

static bool in_full()
{
    const char *full = getenv("ESW_TEST_FULL");
    return full && *full && std::string(full) != "0";
}

static bool is_main(const std::string &file)
{
    return file.find(".O3.sm_80.") != std::string::npos;
}

/* Scenarios of a combination: 20 by the optimised code of the first architecture and 3 by every other PTX; by default 6
 * by the former, and one of every seventh combination by the others. */
static void expect_same_bytes(const std::string &file, bool spread)
{
    const bool full = in_full(), main_one = is_main(file);
    const uint32_t count = main_one ? (full ? 5 : 3) : (full ? 3 : 1);
    const uint64_t rounds = main_one ? (full ? 4 : 2) : 1; /* as many sizes */
    int senders = 0;
    ptx::Executor executor;
    executor.load(file);
    simt::set_executor(&executor);
    std::string difference;
    for (int combination = 0; combination < LI_GD_COMBINATIONS && difference.empty(); combination++) {
        if ((spread && !li_gd_is_relaxed(combination)) || (!full && !main_one && combination % 7 != 0))
            continue;
        for (uint64_t round = 0; round < rounds && difference.empty(); round++)
            difference = li_gd_difference(combination, spread, LiGdSize::tiny,
                                          4 * static_cast<uint64_t>(combination) + round, count, &senders);
        if (spread && main_one && difference.empty())
            difference = li_gd_difference(combination, true, LiGdSize::wide, static_cast<uint64_t>(combination),
                                          full ? 5 : 1, &senders);
    }
    simt::set_executor(nullptr);
    cr_assert(difference.empty(), "%s: %s", file.c_str(), difference.c_str());
    cr_assert_gt(executor.instructions_run(), 100000u, "the PTX ran, not the compiled kernels");
    cr_assert_gt(senders, 0, "decisions with nothing in them prove little");
}

Test(ptx_ecc_li_gd, a_thread_a_scenario_leaves_the_bytes_of_the_cpu)
{
    for (const std::string &file : ptx_files())
        expect_same_bytes(file, false);
}

Test(ptx_ecc_li_gd, half_a_warp_a_scenario_leaves_the_bytes_of_the_cpu)
{
    for (const std::string &file : ptx_files())
        expect_same_bytes(file, true);
}

Test(ptx_ecc_li_gd, no_instruction_leaves_its_bits_open)
{
    for (const std::string &file : ptx_files())
        for (const std::string &finding : ptx::lint(ptx::read_file(file)))
            cr_expect_fail("%s: %s", file.c_str(), finding.c_str());
}
