/* ECC: rule A. Users of an AP take their subchannel one after the other: the least-loaded below the cap, then the
 * best own gain, then the lowest index.
 *
 * A warp a (scenario, direction, AP), four a block. Lanes stride over the subchannels, whose loads and gains are
 * neighbours in memory, and agree on the best by shuffles; the order of the three criteria is total, so the shape of
 * that reduction does not matter. A lane touches the loads of its own subchannels only: no barrier, no atomic.
 * Work: M / 32 steps and five shuffles a user; 8 M bytes read per user, of which the loads come from the cache.
 */
#include "kernels/ecc/assign.h"

#include "kernels/common/check.h"

enum {
    WARP = 32,
    WARPS_PER_BLOCK = 4,
    THREADS_PER_BLOCK = WARP * WARPS_PER_BLOCK,
    BLOCKS_PER_SM = 12 /* 42 registers a thread: with 32, which the compiler likes better, one is spilled */
};
static const unsigned all_lanes = 0xffffffffu;

/* A subchannel that a user could take; -1: none. */
typedef struct candidate {
    int32_t load, subchannel;
    float gain;
} candidate;

static __device__ __forceinline__ bool better(const candidate *a, const candidate *b)
{
    if (a->subchannel < 0 || b->subchannel < 0)
        return b->subchannel < 0 && a->subchannel >= 0;
    if (a->load != b->load)
        return a->load < b->load;
    return a->gain > b->gain || (a->gain == b->gain && a->subchannel < b->subchannel);
}

/* The best of the lanes' subchannels, in every lane. */
static __device__ __forceinline__ int32_t pick(const eswi_ecc_config *config, const int32_t *load,
                                               const float *gain, int lane)
{
    candidate best = {0, -1, 0.0f};
    for (int m = lane; m < config->subchannels; m += WARP) {
        const candidate next = {load[m], m, gain[m]};
        if (next.load < config->cluster_cap && better(&next, &best))
            best = next;
    }
    for (int distance = WARP / 2; distance > 0; distance /= 2) {
        candidate other;
        other.load = __shfl_xor_sync(all_lanes, best.load, distance);
        other.subchannel = __shfl_xor_sync(all_lanes, best.subchannel, distance);
        other.gain = __shfl_xor_sync(all_lanes, best.gain, distance);
        if (better(&other, &best))
            best = other;
    }
    return best.subchannel;
}

static __device__ __forceinline__ void assign_ap(const eswi_ecc_config *config,
                                                 const eswi_ecc_instance *instance, const float *gains, int ap,
                                                 int lane, int32_t *load, int32_t *assigned)
{
    const size_t aps = (size_t)config->aps, subchannels = (size_t)config->subchannels;
    for (int m = lane; m < config->subchannels; m += WARP)
        load[m] = 0;
    for (int first = 0; first < config->users; first += WARP) {
        const int own = first + lane;
        const int mine = own < config->users && instance->ap_of_user[own] == ap;
        unsigned left = __ballot_sync(all_lanes, mine);
        while (left != 0) {
            const int user = first + __ffs((int)left) - 1;
            const int32_t m = pick(config, load, gains + ((size_t)user * aps + (size_t)ap) * subchannels, lane);
            left &= left - 1;
            if (lane == 0)
                assigned[user] = m;
            if (m >= 0 && lane == m % WARP)
                load[m]++;
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK, BLOCKS_PER_SM)
    ecc_assign_kernel(const eswi_ecc_batch batch, int32_t *load)
{
    const uint32_t warp = blockIdx.x * WARPS_PER_BLOCK + threadIdx.x / WARP; /* threads may be more than 2^32 */
    const uint32_t aps = (uint32_t)batch.config.aps, rows = ECC_DIRECTIONS * aps;
    const uint32_t ap = warp % aps, direction = warp / aps % ECC_DIRECTIONS, scenario = warp / rows;
    if (scenario < batch.count && !(batch.config.pair_directions && direction != ECC_UP)) {
        const eswi_ecc_instance instance = eswi_ecc_batch_instance(&batch, scenario);
        const eswi_ecc_decision decision = eswi_ecc_batch_decision(&batch, scenario);
        const float *gains = direction == ECC_UP ? instance.gain[ECC_UP] : instance.gain[ECC_DOWN];
        int32_t *assigned = direction == ECC_UP ? decision.assigned[ECC_UP] : decision.assigned[ECC_DOWN];
        assign_ap(&batch.config, &instance, gains, (int)ap, (int)(threadIdx.x % WARP),
                  load + (size_t)warp * (size_t)batch.config.subchannels, assigned);
    }
}

/* The downlink takes the uplink's subchannels. */
extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK) ecc_pair_kernel(const eswi_ecc_batch batch)
{
    const int user = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    for (uint32_t i = blockIdx.y; i < batch.count; i += gridDim.y) {
        const eswi_ecc_decision decision = eswi_ecc_batch_decision(&batch, i);
        if (user < batch.config.users)
            decision.assigned[ECC_DOWN][user] = decision.assigned[ECC_UP][user];
    }
}

size_t eswi_cuda_ecc_assign_scratch(const eswi_ecc_config *config, uint32_t capacity)
{
    return sizeof(int32_t) * ECC_DIRECTIONS * capacity * (size_t)config->aps * (size_t)config->subchannels;
}

esw_status eswi_cuda_ecc_assign(const eswi_ecc_batch *batch, int32_t *d_load, cudaStream_t stream,
                                esw_error *error)
{
    const uint32_t warps = batch->count * ECC_DIRECTIONS * (uint32_t)batch->config.aps;
    const uint32_t users = (uint32_t)batch->config.users;
    ESW_LAUNCH(ecc_assign_kernel, (warps + WARPS_PER_BLOCK - 1) / WARPS_PER_BLOCK, THREADS_PER_BLOCK, 0, stream,
               *batch, d_load);
    ESWI_CUDA_LAUNCHED(error, ecc_assign_kernel);
    if (batch->config.pair_directions) {
        const dim3 blocks((users + THREADS_PER_BLOCK - 1) / THREADS_PER_BLOCK, eswi_cuda_rows(batch->count));
        ESW_LAUNCH(ecc_pair_kernel, blocks, THREADS_PER_BLOCK, 0, stream, *batch);
        ESWI_CUDA_LAUNCHED(error, ecc_pair_kernel);
    }
    return ESW_OK;
}
