#include "eval_check.h"

#include <cstdio>
#include <memory>
#include <vector>

#include "control.h"
#include "device_array.h"
#include "eval_case.h"
#include "kernels/ecc/eval.h"

namespace
{

struct InstructionSet {
    const char *name;
    eval_case_function *run;
    bool available;
};

struct Case {
    eval_case c;
    std::unique_ptr<DeviceArray<char>> d_block;

    Case(bool relaxed, uint64_t index)
    {
        eval_case_draw(&c, relaxed, index);
        d_block.reset(new DeviceArray<char>(std::vector<char>(c.block, c.block + c.bytes)));
    }
    ~Case()
    {
        eval_case_free(&c);
    }
    Case(const Case &) = delete;
    Case &operator=(const Case &) = delete;
};

} // namespace

static std::vector<InstructionSet> instruction_sets()
{
    return {{"baseline", eval_case_run_baseline, true},
            {"AVX2", eval_case_run_avx2, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")},
            {"AVX-512", eval_case_run_avx512,
             __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                 __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")}};
}

/* One launch over all packs. */
template <class Problem, class Launch>
static cudaError_t evaluate(const std::vector<std::unique_ptr<Case>> &cases, Launch launch)
{
    std::vector<Problem> problems(cases.size());
    std::vector<eswi_ecc_evaluation> points(cases.size());
    for (size_t i = 0; i < cases.size(); i++)
        eval_case_problem(&cases[i]->c, cases[i]->d_block->get(), &problems[i], &points[i]);
    DeviceArray<Problem> d_problems(problems);
    DeviceArray<eswi_ecc_evaluation> d_points(points);
    launch(d_problems.get(), d_points.get(), static_cast<int>(cases.size()), nullptr);
    return cudaDeviceSynchronize();
}

static std::string compare(const Case &one)
{
    const std::vector<char> found = one.d_block->copy();
    for (const InstructionSet &set : instruction_sets()) {
        if (!set.available)
            continue;
        std::unique_ptr<char, void (*)(void *)> expected(static_cast<char *>(aligned_alloc(64, one.c.bytes)),
                                                         free);
        memcpy(expected.get(), one.c.block, one.c.bytes);
        set.run(&one.c, expected.get());
        for (size_t i = 0; i < one.c.bytes; i += 4) {
            uint32_t a, b;
            memcpy(&a, &found[i], 4);
            memcpy(&b, expected.get() + i, 4);
            if (a == b)
                continue;
            char text[320];
            snprintf(text, sizeof text, "%s: byte %zu of %zu is %08x, the CPU with %s leaves %08x", one.c.text,
                     i, one.c.bytes, a, set.name, b);
            return text;
        }
    }
    return "";
}

std::string eval_difference(bool relaxed, uint64_t first, uint64_t count)
{
    const uint64_t packs = 10; /* more than a block holds, and not a multiple */
    for (uint64_t at = first; at < first + count; at += packs) {
        std::vector<std::unique_ptr<Case>> cases;
        for (uint64_t i = at; i < at + packs && i < first + count; i++)
            cases.push_back(std::make_unique<Case>(relaxed, i));
        const cudaError_t error = relaxed ? evaluate<eswi_ecc_lanes>(cases, eswi_cuda_ecc_evaluate)
                                          : evaluate<eswi_ecc_fixed>(cases, eswi_cuda_ecc_evaluate_fixed);
        if (error != cudaSuccess)
            return simt::reports().empty() ? cudaGetErrorString(error) : simt::reports().back();
        for (const auto &one : cases) {
            const std::string difference = compare(*one);
            if (!difference.empty())
                return difference;
        }
    }
    return "";
}
