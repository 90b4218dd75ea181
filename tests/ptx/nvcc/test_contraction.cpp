/* With the project's flags nvcc fuses no multiply-add that the source does not ask for; with contraction
 * allowed it does, and the lint sees it: the control would notice if it saw nothing. */
#include <criterion/criterion.h>

#include "executor.h"
#include "ptx_files.h"

static size_t count(const std::string &text, const std::string &word)
{
    size_t n = 0;
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        n++;
    return n;
}

static bool is_contracted(const std::string &file)
{
    return file.find("ptx_contracted") != std::string::npos;
}

Test(ptx_contraction, only_the_fused_operations_of_the_source_are_in_the_ptx)
{
    for (const std::string &file : ptx_files()) {
        const std::string text = ptx::read_file(file);
        if (is_contracted(file))
            continue;
        cr_expect_eq(count(text, "fma.rn.f32"), 1u, "%s", file.c_str());
        cr_expect_eq(count(text, "fma.rn.f64"), 1u, "%s", file.c_str());
        cr_expect(ptx::lint(text).empty(), "%s: %s", file.c_str(), ptx::lint(text).front().c_str());
    }
}

Test(ptx_contraction, allowed_contraction_would_be_seen)
{
    size_t n_files = 0;
    for (const std::string &file : ptx_files()) {
        const std::string text = ptx::read_file(file);
        if (!is_contracted(file))
            continue;
        n_files++;
        cr_expect_gt(count(text, "fma.rn.f32"), 1u, "%s", file.c_str());
        cr_expect_gt(count(text, "fma.rn.f64"), 1u, "%s", file.c_str());
    }
    cr_assert_gt(n_files, 0u);
}
