/* Shapes of grids. */
#ifndef ESWI_KERNELS_LAUNCH_H
#define ESWI_KERNELS_LAUNCH_H

#include <stdint.h>

#include "kernels/common/port.h"

/* Blocks for so many threads. */
static inline uint32_t eswi_cuda_blocks(uint64_t threads, uint32_t threads_per_block)
{
    return (uint32_t)((threads + threads_per_block - 1) / threads_per_block);
}

/* Rows of blocks that walk over the scenarios: i = blockIdx.y, += gridDim.y. */
static inline uint32_t eswi_cuda_rows(uint32_t scenarios)
{
    return scenarios < ESW_GRID_ROWS ? scenarios : ESW_GRID_ROWS;
}

#endif
