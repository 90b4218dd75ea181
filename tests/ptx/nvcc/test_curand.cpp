/* base/philox.h against cuRAND's device code, run as the PTX that nvcc makes of it: eswi_philox(seed, scenario,
 * stream, entity, block) = curand4 after curand_init(seed, scenario, 4 * xy), xy = stream << 56 | entity << 32
 * | block. */
#include <criterion/criterion.h>

#include "base/philox.h"
#include "executor.h"
#include "ptx_files.h"

static const int n_draws = 500;

struct Draws {
    std::vector<uint64_t> seed, scenario, xy;
};

/* Corners of every field, then anything. */
static Draws draws()
{
    static const uint64_t corners[] = {0, 1, 0xffffffffull, 0x100000000ull, ~0ull};
    Draws d;
    for (uint64_t i = 0; i < n_draws; i++) {
        const eswi_draw a = eswi_philox(11, i, 0, 0, 0), b = eswi_philox(11, i, 0, 0, 1);
        const bool corner = i < 125;
        d.seed.push_back(corner ? corners[i % 5] : static_cast<uint64_t>(a.w[0]) << 32 | a.w[1]);
        d.scenario.push_back(corner ? corners[i / 5 % 5] : static_cast<uint64_t>(a.w[2]) << 32 | a.w[3]);
        const uint64_t any = static_cast<uint64_t>(b.w[0]) << 32 | b.w[1];
        d.xy.push_back((corner ? corners[i / 25] : any) & (~0ull >> 2)); /* stream < 64 */
    }
    return d;
}

/* The words of every draw by the kernel of one PTX file. */
static std::vector<uint32_t> curand_words(const std::string &file, Draws d)
{
    const ptx::Module module(ptx::read_file(file));
    ptx::Machine machine(module);
    std::vector<uint32_t> words(4 * n_draws);
    void *addresses[4] = {d.seed.data(), d.scenario.data(), d.xy.data(), words.data()};
    int n = n_draws;
    ptx::LaunchConfig config;
    config.block.x = 128;
    config.grid.x = (n_draws + 127) / 128;
    for (void *&address : addresses) {
        machine.add_memory(address, (&address == &addresses[3] ? 16 : 8) * static_cast<size_t>(n_draws));
        config.arguments.push_back({&address, sizeof address});
    }
    config.arguments.push_back({&n, sizeof n});
    machine.run("curand_words_kernel", config);
    return words;
}

Test(ptx_curand, philox_equals_curand_draw_by_draw)
{
    const Draws d = draws();
    for (const std::string &file : ptx_files()) {
        const std::vector<uint32_t> words = curand_words(file, d);
        for (size_t i = 0; i < n_draws; i++) {
            const uint32_t stream = static_cast<uint32_t>(d.xy[i] >> 56), entity = d.xy[i] >> 32 & 0xffffff;
            const eswi_draw draw =
                eswi_philox(d.seed[i], d.scenario[i], stream, entity, static_cast<uint32_t>(d.xy[i]));
            for (size_t k = 0; k < 4; k++)
                cr_assert_eq(words[4 * i + k], draw.w[k], "%s: draw %zu word %zu", file.c_str(), i, k);
        }
    }
}
