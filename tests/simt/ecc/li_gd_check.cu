#include "li_gd_check.h"

#include <cstdio>
#include <vector>

#include "control.h"
#include "device_array.h"
#include "kernels/ecc/config_image.h"
#include "kernels/ecc/li_gd.h"
#include "li_gd_case.h"

namespace
{

struct Choice {
    bool cold, published, per_user;
    const char *access;
};

struct Size {
    int aps, users, subchannels;
};

} // namespace

/* Cold or warm, reading and kind of split are taken in every access. */
static Choice choice_of(int combination)
{
    static const char *const accesses[] = {"noma", "oma", "oma-in-cell"};
    return {combination % 2 == 0, combination / 2 % 2 == 1, combination / 4 % 2 == 1,
            accesses[combination / 8]};
}

bool li_gd_is_relaxed(int combination)
{
    return combination < 8;
}

static Size size_of(LiGdSize kind, uint64_t index)
{
    static const Size tiny[] = {{2, 6, 3}, {1, 1, 1}, {2, 3, 2}, {1, 5, 2}};
    static const Size odd[] = {{2, 7, 5}, {1, 1, 1}, {3, 5, 17}, {2, 12, 6}, {1, 9, 3}, {4, 3, 1}, {2, 5, 35}};
    static const Size wide[] = {{1, 3, 17}, {2, 2, 20}, {1, 2, 35}};
    return kind == LiGdSize::tiny ? tiny[index % 4] : kind == LiGdSize::wide ? wide[index % 3] : odd[index % 7];
}

static std::string overrides_of(int combination, LiGdSize kind, uint64_t index)
{
    const Choice c = choice_of(combination);
    const Size size = size_of(kind, index);
    const int room = 3 * size.aps * size.subchannels;
    /* Of users with a split each, some are to be local and some to join those who send. */
    const char *const band = c.per_user ? "upload=network bandwidth_up_hz=24000 bandwidth_down_hz=80000 " : "";
    char text[400];
    snprintf(
        text, sizeof text,
        "%saps=%d users=%d subchannels=%d cluster_cap=3 access=%s reading=%s split=%s pair_directions=%s layout=%s "
        "max_iterations=%d start_seed=%d profile={\"mix\":[\"nin-cifar10-32\",\"yolov2tiny-cifar10-416\"]}",
        band, size.aps, size.users < room ? size.users : room, size.subchannels, c.access,
        c.published ? "published" : "repaired", c.per_user ? "per-user" : "common",
        index % 3 == 1 ? "true" : "false", index % 2 ? "uniform" : "users_around_ap",
        kind == LiGdSize::odd ? 40 : 12, index % 4 == 3 ? 9 : 0);
    return text;
}

/* The decisions of the device, the gaps as the CPU's blocks have them. */
static std::string solve_on_device(const li_gd_case &c, bool spread, std::vector<char> &found)
{
    DeviceArray<char> d_instances(std::vector<char>(c.instances, c.instances + c.instance_bytes * c.count));
    DeviceArray<char> d_decisions(
        std::vector<char>(c.decision_bytes * c.count, static_cast<char>(LI_GD_CASE_GAP)));
    std::vector<char> h_image(eswi_cuda_ecc_image_bytes(c.config));
    DeviceArray<char> d_image(h_image.size());
    eswi_ecc_batch batch = {};
    batch.config = eswi_cuda_ecc_image(c.config, h_image.data(), d_image.get());
    cudaMemcpy(d_image.get(), h_image.data(), h_image.size(), cudaMemcpyHostToDevice);

    const uint32_t seats = spread ? 1 : 16, needed = (c.count + seats - 1) / seats;
    const eswi_cuda_ecc_li_gd_shape shape = {spread, needed > 2 ? needed - 1 : 1}; /* some are taken later */
    DeviceArray<char> d_scratch(eswi_cuda_ecc_li_gd_shape_bytes(c.config, shape, c.count));
    batch.d_instances = d_instances.get();
    batch.instance_bytes = c.instance_bytes;
    batch.d_decisions = d_decisions.get();
    batch.decision_bytes = c.decision_bytes;
    batch.d_scratch = d_scratch.get();
    batch.count = batch.capacity = c.count;
    esw_error error = {};
    const esw_status status = eswi_cuda_ecc_li_gd_run(&batch, c.method, shape, nullptr, &error);
    const cudaError_t code = cudaDeviceSynchronize();
    if (!simt::reports().empty())
        return simt::reports().back();
    if (status != ESW_OK || code != cudaSuccess)
        return status != ESW_OK ? error.text : cudaGetErrorString(code);
    found = d_decisions.copy();
    return "";
}

std::string li_gd_difference(int combination, bool spread, LiGdSize size, uint64_t first, uint32_t count,
                             int *senders)
{
    li_gd_case c;
    std::vector<char> found;
    li_gd_case_open(&c, overrides_of(combination, size, first).c_str(),
                    choice_of(combination).cold ? ECC_GD : ECC_LI_GD, first, count);
    std::string difference = solve_on_device(c, spread, found);
    if (!difference.empty())
        difference = std::string(c.text) + ": " + difference;
    for (size_t i = 0; difference.empty() && i < found.size(); i += 4) {
        uint32_t a, b;
        memcpy(&a, &found[i], 4);
        memcpy(&b, c.decisions + i, 4);
        if (a != b) {
            char text[480];
            snprintf(text, sizeof text,
                     "%s%s: scenario %zu, byte %zu of its decision is %08x, the CPU's is %08x", c.text,
                     spread ? " spread" : "", i / c.decision_bytes, i % c.decision_bytes, a, b);
            difference = text;
        }
    }
    *senders += li_gd_case_senders(&c);
    li_gd_case_close(&c);
    return difference;
}
