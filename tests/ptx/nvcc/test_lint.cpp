/* The PTX of every kernel of the backend: nothing in it whose bits ptxas or the order of threads could choose. */
#include <criterion/criterion.h>

#include "executor.h"
#include "ptx_files.h"

Test(ptx_lint, no_instruction_of_the_backend_leaves_its_bits_open)
{
    size_t kernels = 0;
    for (const std::string &file : ptx_files()) {
        const std::string text = ptx::read_file(file);
        for (const std::string &finding : ptx::lint(text))
            cr_expect_fail("%s: %s", file.c_str(), finding.c_str());
        const ptx::Module module(text); /* an instruction that nobody has written is an error here */
        for (const auto &[name, function] : module.functions())
            kernels += function.is_entry;
    }
    cr_assert_gt(kernels, 0u);
}
