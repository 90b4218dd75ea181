#include "check.h"

#include <cstdint>
#include <cstdio>
#include <vector>

#include "control.h"
#include "device_array.h"
#include "kernels/common/probe.h"
#include "reference.h"

namespace
{

struct InstructionSet {
    const char *name;
    const probe_reference *reference;
    bool available;
};

} // namespace

static std::vector<InstructionSet> instruction_sets()
{
    return {{"baseline", &probe_reference_baseline, true},
            {"AVX2", &probe_reference_avx2, __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")},
            {"AVX-512", &probe_reference_avx512,
             __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                 __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")}};
}

/* Any bit pattern, or in turn numbers around 0, around 1 and of all everyday sizes. */
template <class T> static std::vector<T> inputs(int n, bool finite, uint64_t seed)
{
    std::vector<T> values(static_cast<size_t>(n));
    for (size_t i = 0; i < values.size(); i++) {
        const eswi_draw draw = eswi_philox(seed, i, 0, 0, 0);
        const uint64_t bits = static_cast<uint64_t>(draw.w[0]) << 32 | draw.w[1];
        const double u = static_cast<double>(draw.w[2]) * 0x1p-31 - 1.0, scales[] = {1.0, 1e-6, 40.0, 1e5};
        if (finite || draw.w[3] & 1)
            values[i] = static_cast<T>(u * scales[draw.w[3] >> 1 & 3] + (draw.w[3] & 8 ? 1.0 : 0.0));
        else
            memcpy(&values[i], &bits, sizeof(T));
    }
    return values;
}

template <class T, class Launch, class Reference>
static std::string difference(const char *name, bool finite, int row, int n, Launch launch, Reference reference)
{
    const std::vector<T> x = inputs<T>(n + PROBE_WINDOW, finite, 1), y = inputs<T>(n + PROBE_WINDOW, finite, 2);
    DeviceArray<T> d_x(x), d_y(y), d_out(static_cast<size_t>(n));
    launch(row, d_out.get(), d_x.get(), d_y.get(), n);
    const cudaError_t error = cudaDeviceSynchronize();
    if (error != cudaSuccess)
        return std::string(name) + ": " +
               (simt::reports().empty() ? cudaGetErrorString(error) : simt::reports().back());
    const std::vector<T> out = d_out.copy();
    std::vector<T> expected(static_cast<size_t>(n));
    for (const InstructionSet &set : instruction_sets()) {
        if (!set.available)
            continue;
        reference(set.reference, row, expected.data(), x.data(), y.data(), n);
        for (size_t i = 0; i < expected.size(); i++) {
            const uint64_t found = simt::to_bits(out[i]), wanted = simt::to_bits(expected[i]);
            if (found == wanted)
                continue;
            char text[200];
            snprintf(text, sizeof text, "%s of %a, %a: %#llx, C with %s gives %#llx", name,
                     static_cast<double>(x[i]), static_cast<double>(y[i]),
                     static_cast<unsigned long long>(found), set.name, static_cast<unsigned long long>(wanted));
            return text;
        }
    }
    return "";
}

std::string probe_difference(int n)
{
    const bool any = false, finite = true;
    const auto floats = [](const probe_reference *r, int row, float *out, const float *x, const float *y,
                           int count) { r->floats(row, out, x, y, count); };
    const auto doubles = [](const probe_reference *r, int row, double *out, const double *x, const double *y,
                            int count) { r->doubles(row, out, x, y, count); };
    std::string text;
#define FLOAT_ROW(name, kind, value) \
    if (text.empty())                \
        text = difference<float>(#name, kind, ESWI_PROBE_##name, n, eswi_cuda_probe_float, floats);
#define DOUBLE_ROW(name, kind, value) \
    if (text.empty())                 \
        text = difference<double>(#name, kind, ESWI_PROBE_##name, n, eswi_cuda_probe_double, doubles);
    ESWI_PROBE_FLOATS(FLOAT_ROW)
    ESWI_PROBE_DOUBLES(DOUBLE_ROW)
    return text;
}
