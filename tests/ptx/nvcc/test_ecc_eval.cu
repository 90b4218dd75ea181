/* The ECC evaluation as nvcc compiles it: its PTX leaves every byte as the CPU's builds do. */
#include <criterion/criterion.h>

#include "eval_check.h"
#include "executor.h"
#include "ptx_files.h"

/* All instances for the optimised code of the first architecture, a few for other levels and architectures. */
static const uint64_t n_cases = 60, n_few = 12;

static void expect_same_bytes(bool relaxed)
{
    for (const std::string &file : ptx_files()) {
        ptx::Executor executor;
        executor.load(file);
        simt::set_executor(&executor);
        const bool main_one = file.find(".O3.sm_80.") != std::string::npos;
        const std::string difference = eval_difference(relaxed, 0, main_one ? n_cases : n_few);
        simt::set_executor(nullptr);
        cr_assert(difference.empty(), "%s: %s", file.c_str(), difference.c_str());
        cr_assert_gt(executor.instructions_run(), 100000u, "the PTX ran, not the compiled kernels");
    }
}

Test(ptx_ecc_eval, relaxed_problems_leave_the_bytes_of_the_cpu)
{
    expect_same_bytes(true);
}

Test(ptx_ecc_eval, problems_with_fixed_subchannels_leave_the_bytes_of_the_cpu)
{
    expect_same_bytes(false);
}

Test(ptx_ecc_eval, no_instruction_leaves_its_bits_open)
{
    for (const std::string &file : ptx_files())
        for (const std::string &finding : ptx::lint(ptx::read_file(file)))
            cr_expect_fail("%s: %s", file.c_str(), finding.c_str());
}
