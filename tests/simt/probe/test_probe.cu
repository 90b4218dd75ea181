/* The shared functions, compiled as CUDA source by the host compiler: the bits of plain C. */
#include <criterion/criterion.h>

#include "check.h"
#include "control.h"

Test(simt_probe, every_shared_function_has_the_bits_of_plain_c)
{
    for (uint64_t seed = 0; seed < 3; seed++) {
        simt::config.seed = seed;
        const std::string difference = probe_difference(2045);
        cr_assert(difference.empty(), "%s", difference.c_str());
    }
    cr_assert(simt::reports().empty());
}
