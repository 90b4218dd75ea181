/* Shapes of grids. */
#ifndef ESWI_KERNELS_LAUNCH_H
#define ESWI_KERNELS_LAUNCH_H

#include <stdint.h>

/* Blocks for so many threads. */
static inline uint32_t eswi_cuda_blocks(uint32_t threads, uint32_t threads_per_block)
{
    return (threads + threads_per_block - 1) / threads_per_block;
}

/* Rows of blocks that walk over the scenarios: i = blockIdx.y, += gridDim.y. */
static inline uint32_t eswi_cuda_rows(uint32_t scenarios)
{
    const uint32_t most = 65535; /* what a grid can have */
    return scenarios < most ? scenarios : most;
}

#endif
