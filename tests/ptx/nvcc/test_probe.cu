/* The shared functions as nvcc compiles them: its PTX gives the bits of plain C. */
#include <criterion/criterion.h>

#include "check.h"
#include "executor.h"
#include "ptx_files.h"

Test(ptx_probe, every_shared_function_has_the_bits_of_plain_c)
{
    for (const std::string &file : ptx_files()) {
        ptx::Executor executor;
        executor.load(file);
        simt::set_executor(&executor);
        const std::string difference = probe_difference(1021);
        simt::set_executor(nullptr);
        cr_assert(difference.empty(), "%s: %s", file.c_str(), difference.c_str());
        cr_assert_gt(executor.instructions_run(), 1000000u, "the PTX ran, not the compiled kernels");
    }
}

Test(ptx_probe, no_instruction_leaves_its_bits_open)
{
    for (const std::string &file : ptx_files())
        for (const std::string &finding : ptx::lint(ptx::read_file(file)))
            cr_expect_fail("%s: %s", file.c_str(), finding.c_str());
}
