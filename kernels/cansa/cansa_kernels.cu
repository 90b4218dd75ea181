/* CANSA on a device, by the source the CPU runs (cansa/auction.h, optimum.h, nash.h, stage_kernel.h).
 *
 *   stage      a thread a client, blockIdx.y walks over the scenarios
 *   allocate   a thread a scenario, sixteen to a pack: neighbouring threads touch neighbouring words of its arrays
 *   optimum    a block a scenario, its threads divide the RBs; three barriers a client
 *   nash       a thread a scenario
 *
 * Allocation reads and writes about 40 bytes a client and lane some ten times, mostly from the cache; the optimum
 * streams rows of R_total + 1 doubles. All sums and maxima are those of the CPU, in its order, so the bits are.
 */
#include "kernels/cansa/batch.h"

#include "cansa/stage_kernel.h"
#include "kernels/common/check.h"
#include "kernels/common/launch.h"

/* Blocks a multiprocessor shall hold of the kernels that solve: left to itself ptxas saves registers and spills. */
enum { THREADS_PER_BLOCK = 128, BLOCKS_AT_LEAST = 4, SCRATCH_ALIGN = 256 };

static __host__ __device__ __forceinline__ size_t padded(size_t bytes)
{
    return (bytes + SCRATCH_ALIGN - 1) / SCRATCH_ALIGN * SCRATCH_ALIGN;
}

static __host__ __device__ __forceinline__ size_t pack_bytes(int clients)
{
    const size_t cells = (size_t)clients * ESW_LANES;
    return padded(cells * (3 * sizeof(double) + 4 * sizeof(int32_t)) + 3 * ESW_LANES * sizeof(int32_t));
}

static __host__ __device__ __forceinline__ size_t knapsack_bytes(int clients, int rbs_total)
{
    const size_t row = (size_t)rbs_total + 1, n = (size_t)clients;
    return padded(((n + 1) * row + n * row) * sizeof(double) + (n * row + n) * sizeof(int32_t));
}

static __host__ __device__ __forceinline__ size_t game_bytes(int clients)
{
    return padded((size_t)clients * (sizeof(double) + sizeof(int32_t)));
}

static __device__ __forceinline__ eswi_cansa_instance instance_of(const eswi_cansa_batch *batch, uint32_t i)
{
    return eswi_cansa_instance_at(batch->clients,
                                  batch->d_instances + i * eswi_cansa_instance_size(batch->clients));
}

static __device__ __forceinline__ eswi_cansa_decision decision_of(const eswi_cansa_batch *batch, uint32_t i)
{
    return eswi_cansa_decision_at(batch->clients,
                                  batch->d_decisions + i * eswi_cansa_decision_size(batch->clients));
}

/* ---------------------------------------------------------------- kernels */

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK)
    cansa_stage_kernel(const eswi_cansa_batch batch, uint64_t seed, uint64_t first)
{
    const int client = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    const eswi_cansa_config *config = batch.d_config;
    for (uint32_t i = blockIdx.y; i < batch.count && client < batch.clients; i += gridDim.y) {
        const eswi_cansa_instance instance = instance_of(&batch, i);
        double distance_m, shadowing_db, fading_power;
        int32_t context;
        eswi_cansa_draw_place(config, seed, first + i, (uint32_t)client, &distance_m, &context);
        eswi_cansa_draw_channel(config, seed, first + i, (uint32_t)client, &shadowing_db, &fading_power);
        const double rate = eswi_cansa_rb_rate(config, distance_m, shadowing_db, fading_power);
        instance.distance_m[client] = distance_m;
        instance.shadowing_db[client] = shadowing_db;
        instance.fading_power[client] = fading_power;
        instance.rate_per_rb_bps[client] = config->rb_rate_bps > 0.0 ? config->rb_rate_bps : rate;
        instance.context[client] = config->context > 0 ? config->context - 1 : context;
    }
}

/* The arrays of a pack. */
static __device__ __forceinline__ eswi_cansa_pack pack_of(const eswi_cansa_batch *batch, uint32_t index)
{
    const size_t cells = (size_t)batch->clients * ESW_LANES;
    double *reals = (double *)(batch->d_scratch + index * pack_bytes(batch->clients));
    int32_t *integers = (int32_t *)(reals + 3 * cells);
    eswi_cansa_pack pack;
    pack.rate = reals;
    pack.bid = reals + cells;
    pack.rest = reals + 2 * cells;
    pack.context = integers;
    pack.need = integers + cells;
    pack.rbs = integers + 2 * cells;
    pack.option = integers + 3 * cells;
    pack.threshold = integers + 4 * cells;
    pack.sum = pack.threshold + ESW_LANES;
    pack.left = pack.sum + ESW_LANES;
    return pack;
}

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK, BLOCKS_AT_LEAST)
    cansa_allocate_kernel(const eswi_cansa_batch batch, int method)
{
    const uint32_t scenario = blockIdx.x * blockDim.x + threadIdx.x, lane = threadIdx.x % ESW_LANES;
    if (scenario < batch.count) {
        const eswi_cansa_rules *rules = &batch.d_config->rules;
        const eswi_cansa_pack pack = pack_of(&batch, scenario / ESW_LANES);
        const eswi_cansa_instance instance = instance_of(&batch, scenario);
        const eswi_cansa_decision decision = decision_of(&batch, scenario);
        for (int i = 0; i < batch.clients; i++) {
            ((double *)pack.rate)[i * ESW_LANES + lane] = instance.rate_per_rb_bps[i];
            ((int32_t *)pack.context)[i * ESW_LANES + lane] = instance.context[i];
        }
        if (method == CANSA_AUCTION)
            eswi_cansa_auction(rules, &pack);
        else
            eswi_cansa_baseline(rules, &pack, method - CANSA_AVERAGE + CANSA_ALLOCATE_EVENLY);
        for (int i = 0; i < batch.clients; i++) {
            decision.bid[i] = pack.bid[i * ESW_LANES + lane];
            decision.rbs[i] = pack.rbs[i * ESW_LANES + lane];
            decision.option[i] = pack.option[i * ESW_LANES + lane];
        }
        eswi_cansa_report(&decision, CANSA_REASON_NONE, 0, 0, 0);
    }
}

/* The tables of one scenario in flight. */
static __device__ __forceinline__ eswi_cansa_knapsack knapsack_of(const eswi_cansa_batch *batch, uint32_t slot,
                                                                  const eswi_cansa_instance *instance)
{
    const size_t row = (size_t)batch->rbs_total + 1, clients = (size_t)batch->clients;
    double *reals = (double *)(batch->d_scratch + slot * knapsack_bytes(batch->clients, batch->rbs_total));
    eswi_cansa_knapsack k;
    k.rate = instance->rate_per_rb_bps;
    k.context = instance->context;
    k.value = reals;
    k.worth = reals + (clients + 1) * row;
    k.steps = (int32_t *)(k.worth + clients * row);
    k.n_steps = k.steps + clients * row;
    k.row = row;
    return k;
}

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK, BLOCKS_AT_LEAST)
    cansa_optimum_kernel(const eswi_cansa_batch batch)
{
    const eswi_cansa_rules *rules = &batch.d_config->rules;
    const int total = batch.rbs_total, by_count = rules->objective == CANSA_SUCCESS_COUNT;
    for (uint32_t scenario = blockIdx.x; scenario < batch.count; scenario += gridDim.x) {
        const eswi_cansa_instance instance = instance_of(&batch, scenario);
        const eswi_cansa_decision decision = decision_of(&batch, scenario);
        const eswi_cansa_knapsack k = knapsack_of(&batch, blockIdx.x, &instance);
        for (int r = (int)threadIdx.x; r <= total; r += THREADS_PER_BLOCK)
            k.value[r] = 0.0;
        for (int i = 0; i < batch.clients; i++) {
            for (int x = (int)threadIdx.x; x <= total && !by_count; x += THREADS_PER_BLOCK)
                k.worth[(size_t)i * k.row + (size_t)x] = eswi_cansa_worth(rules, &k, i, x);
            __syncthreads();
            if (threadIdx.x == 0 && by_count)
                eswi_cansa_success_steps(rules, &k, i);
            if (threadIdx.x == 0 && !by_count)
                eswi_cansa_utility_steps(rules, &k, i);
            __syncthreads();
            for (int r = (int)threadIdx.x; r <= total; r += THREADS_PER_BLOCK)
                k.value[(size_t)(i + 1) * k.row + (size_t)r] = eswi_cansa_relax(&k, i, r);
        }
        __syncthreads();
        if (threadIdx.x == 0) {
            eswi_cansa_trace(rules, &k, decision.rbs, decision.option, decision.bid);
            eswi_cansa_report(&decision, CANSA_REASON_NONE, 0, 0, 1);
        }
        __syncthreads();
    }
}

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK, BLOCKS_AT_LEAST)
    cansa_nash_kernel(const eswi_cansa_batch batch)
{
    const uint32_t scenario = blockIdx.x * blockDim.x + threadIdx.x;
    if (scenario < batch.count) {
        const eswi_cansa_instance instance = instance_of(&batch, scenario);
        const eswi_cansa_decision decision = decision_of(&batch, scenario);
        eswi_cansa_game game;
        game.rate = instance.rate_per_rb_bps;
        game.context = instance.context;
        game.bid = decision.bid;
        game.saved = (double *)(batch.d_scratch + scenario * game_bytes(batch.clients));
        game.need = (int32_t *)(game.saved + batch.clients);
        game.rbs = decision.rbs;
        game.option = decision.option;
        const eswi_cansa_ending end = eswi_cansa_nash(&batch.d_config->rules, &game);
        eswi_cansa_report(&decision, end.reason, end.sweeps, end.cycle, 0);
    }
}

/* ---------------------------------------------------------------- launchers */

/* Scenarios of the optimum in flight, of `count`: as many as the current device has room for blocks of. */
static cudaError_t slots_for(uint32_t count, uint32_t *slots)
{
    int device = 0, multiprocessors = 0, blocks = 0;
    cudaError_t code = cudaGetDevice(&device);
    if (!code)
        code = cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device);
    if (!code)
        code =
            cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, cansa_optimum_kernel, THREADS_PER_BLOCK, 0);
    const uint32_t room = (uint32_t)(multiprocessors * blocks);
    *slots = !code && room > 0 && room < count ? room : count;
    return code;
}

size_t eswi_cuda_cansa_scratch(int clients, int rbs_total, size_t method, uint32_t capacity)
{
    if (method == CANSA_OPTIMUM) {
        uint32_t slots;
        if (slots_for(capacity, &slots))
            cudaGetLastError(); /* then a slot for each; what is wrong with the device the next call says */
        return knapsack_bytes(clients, rbs_total) * slots;
    }
    if (method == CANSA_NASH)
        return game_bytes(clients) * capacity;
    return pack_bytes(clients) * ((capacity + ESW_LANES - 1) / ESW_LANES);
}

esw_status eswi_cuda_cansa_stage(const eswi_cansa_batch *batch, uint64_t seed, uint64_t first,
                                 cudaStream_t stream, esw_error *error)
{
    const dim3 blocks(eswi_cuda_blocks((uint32_t)batch->clients, THREADS_PER_BLOCK),
                      eswi_cuda_rows(batch->count));
    ESW_LAUNCH(cansa_stage_kernel, blocks, THREADS_PER_BLOCK, 0, stream, *batch, seed, first);
    ESWI_CUDA_LAUNCHED(error, cansa_stage_kernel);
    return ESW_OK;
}

esw_status eswi_cuda_cansa_solve(const eswi_cansa_batch *batch, size_t method, cudaStream_t stream,
                                 esw_error *error)
{
    if (method == CANSA_OPTIMUM) {
        uint32_t slots;
        ESWI_CUDA_TRY(error, slots_for(batch->count, &slots));
        ESW_LAUNCH(cansa_optimum_kernel, slots, THREADS_PER_BLOCK, 0, stream, *batch);
        ESWI_CUDA_LAUNCHED(error, cansa_optimum_kernel);
    } else if (method == CANSA_NASH) {
        ESW_LAUNCH(cansa_nash_kernel, eswi_cuda_blocks(batch->count, THREADS_PER_BLOCK), THREADS_PER_BLOCK, 0,
                   stream, *batch);
        ESWI_CUDA_LAUNCHED(error, cansa_nash_kernel);
    } else {
        ESW_LAUNCH(cansa_allocate_kernel, eswi_cuda_blocks(batch->count, THREADS_PER_BLOCK), THREADS_PER_BLOCK,
                   0, stream, *batch, (int)method);
        ESWI_CUDA_LAUNCHED(error, cansa_allocate_kernel);
    }
    return ESW_OK;
}
