/* ECC: value and gradient of (22) in one direction's allocation, by the source the CPU runs (ecc/lanes.h,
 * ecc/fixed.h).
 *
 * Threads: one a lane, ECC_LANES a pack, eight packs a block. A lane touches its own elements only, so a warp's
 * access is two runs of sixteen neighbouring floats. Lanes meet only in the sums of packs that spread one
 * scenario over them: shuffles within half a warp, in the fixed tree of base/reduce.h. No shared memory, no
 * barrier.
 *
 * Work of a pack of U users, N APs and T tiles: O(T U N) flops and about 4 (N + 12) bytes a lane, user and
 * tile; what the three passes over a tile read twice comes from the cache.
 */
#include "kernels/ecc/eval.h"

enum { PACKS_PER_BLOCK = 8, THREADS_PER_BLOCK = PACKS_PER_BLOCK * ECC_LANES };

static __device__ __forceinline__ int pack_of_thread(void)
{
    return (int)(blockIdx.x * PACKS_PER_BLOCK + threadIdx.x / ECC_LANES);
}

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK)
    ecc_evaluate_kernel(const eswi_ecc_lanes *__restrict__ problems,
                        const eswi_ecc_evaluation *__restrict__ points, int packs)
{
    const int pack = pack_of_thread();
    if (pack < packs)
        eswi_ecc_evaluate(&problems[pack], &points[pack]);
}

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK)
    ecc_evaluate_fixed_kernel(const eswi_ecc_fixed *__restrict__ problems,
                              const eswi_ecc_evaluation *__restrict__ points, int packs)
{
    const int pack = pack_of_thread();
    if (pack < packs)
        eswi_ecc_evaluate_fixed(&problems[pack], &points[pack]);
}

static unsigned blocks_for(int packs)
{
    return ((unsigned)packs + PACKS_PER_BLOCK - 1) / PACKS_PER_BLOCK;
}

void eswi_cuda_ecc_evaluate(const eswi_ecc_lanes *d_problems, const eswi_ecc_evaluation *d_points, int packs,
                            cudaStream_t stream)
{
    ESW_LAUNCH(ecc_evaluate_kernel, blocks_for(packs), THREADS_PER_BLOCK, 0, stream, d_problems, d_points,
               packs);
}

void eswi_cuda_ecc_evaluate_fixed(const eswi_ecc_fixed *d_problems, const eswi_ecc_evaluation *d_points,
                                  int packs, cudaStream_t stream)
{
    ESW_LAUNCH(ecc_evaluate_fixed_kernel, blocks_for(packs), THREADS_PER_BLOCK, 0, stream, d_problems, d_points,
               packs);
}
