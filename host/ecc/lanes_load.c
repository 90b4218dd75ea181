#include "ecc/lanes_load.h"

/* Half of a common second-level cache of 2 MiB: gains and the optimiser's arrays of one direction share it. */
enum { LANE_CACHE_BYTES = 1 << 20 };

int eswi_ecc_spreads(const eswi_ecc_config *config)
{
    const size_t gains = (size_t)config->users * config->aps * config->subchannels * ECC_LANES * sizeof(float);
    return config->subchannels >= ECC_LANES && gains > LANE_CACHE_BYTES;
}
