/* CLO on a device, by the source the CPU runs (clo/run.h, stage_kernel.h).
 *
 *   gains      a thread four slots of all links, blockIdx.y walks over the scenarios
 *   arrivals   a thread a device of a scenario, whole scenarios a block: the arrival probability is a chain
 *   run        a thread a realisation from its first slot to its last
 *
 * A slot depends on the one before it, so a realisation is sequential and the parallel work is realisations. Queue
 * lengths, thresholds and kept predictions are a thread's own; the lists behind the queues, two bytes a slot and device,
 * lie in device memory, and so do the curves, which all threads read. The numbers are those of the CPU, in its order, so
 * the bits are.
 */
#include "kernels/clo/batch.h"

#include "clo/stage_kernel.h"
#include "kernels/common/check.h"
#include "kernels/common/launch.h"

/* So many blocks of realisations a multiprocessor holds at least; without it ptxas spills for the sake of more. */
enum { DRAW_THREADS = 128, RUN_THREADS = 64, RUN_BLOCKS = 8 };

static __device__ __forceinline__ eswi_clo_instance instance_of(const eswi_clo_batch *batch, uint32_t i)
{
    eswi_carve carve = {batch->d_instances + i * batch->instance_bytes, 0};
    return eswi_clo_carve_instance(&batch->d_config->problem, &carve);
}

extern "C" __global__ void __launch_bounds__(DRAW_THREADS)
    clo_gain_kernel(const eswi_clo_batch batch, uint64_t seed, uint64_t first)
{
    const eswi_clo_config *config = batch.d_config;
    const int t = (int)(blockIdx.x * blockDim.x + threadIdx.x) * CLO_GAINS_A_BLOCK;
    const float mean = eswi_clo_mean_gain(config);
    for (uint32_t i = blockIdx.y; i < batch.count && t < batch.slots; i += gridDim.y) {
        const eswi_clo_instance instance = instance_of(&batch, i);
        for (int link = 0; link < config->problem.links; link++)
            eswi_clo_draw_gains(config, seed, first + i, link, t, mean, instance.gain);
    }
}

extern "C" __global__ void __launch_bounds__(DRAW_THREADS)
    clo_arrival_kernel(const eswi_clo_batch batch, uint64_t seed, uint64_t first)
{
    const uint32_t devices = (uint32_t)batch.devices, together = DRAW_THREADS / devices;
    const uint32_t i = blockIdx.x * together + threadIdx.x / devices;
    if (threadIdx.x < together * devices && i < batch.count) {
        const eswi_clo_instance instance = instance_of(&batch, i);
        eswi_clo_draw_arrivals(batch.d_config, seed, first + i, (int)(threadIdx.x % devices), instance.task);
    }
}

extern "C" __global__ void __launch_bounds__(RUN_THREADS, RUN_BLOCKS)
    clo_run_kernel(const eswi_clo_batch batch, int method)
{
    const uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < batch.count) {
        const eswi_clo_problem *problem = &batch.d_config->problem;
        const eswi_clo_instance instance = instance_of(&batch, i);
        eswi_carve decisions = {batch.d_decisions + i * batch.decision_bytes, 0};
        eswi_carve lists = {batch.d_lists + i * batch.lists_bytes, 0};
        const eswi_clo_decision decision = eswi_clo_carve_decision(problem, &decisions);
        eswi_clo_state state;
        eswi_clo_draws draws;
        draws.gain = instance.gain;
        draws.task = instance.task;
        eswi_clo_queues_carve(&state.queues, &lists, problem);
        *decision.method = method;
        eswi_clo_run(problem, method, &draws, &state, &decision.trace);
    }
}

/* ---------------------------------------------------------------- launchers */

esw_status eswi_cuda_clo_stage(const eswi_clo_batch *batch, uint64_t seed, uint64_t first, cudaStream_t stream,
                               esw_error *error)
{
    const uint32_t draws = ((uint32_t)batch->slots + CLO_GAINS_A_BLOCK - 1) / CLO_GAINS_A_BLOCK;
    const dim3 blocks(eswi_cuda_blocks(draws, DRAW_THREADS), eswi_cuda_rows(batch->count));
    ESW_LAUNCH(clo_gain_kernel, blocks, DRAW_THREADS, 0, stream, *batch, seed, first);
    ESWI_CUDA_LAUNCHED(error, clo_gain_kernel);
    ESW_LAUNCH(clo_arrival_kernel, eswi_cuda_blocks(batch->count, DRAW_THREADS / (uint32_t)batch->devices),
               DRAW_THREADS, 0, stream, *batch, seed, first);
    ESWI_CUDA_LAUNCHED(error, clo_arrival_kernel);
    return ESW_OK;
}

esw_status eswi_cuda_clo_solve(const eswi_clo_batch *batch, clo_method method, cudaStream_t stream,
                               esw_error *error)
{
    ESW_LAUNCH(clo_run_kernel, eswi_cuda_blocks(batch->count, RUN_THREADS), RUN_THREADS, 0, stream, *batch,
               (int)method);
    ESWI_CUDA_LAUNCHED(error, clo_run_kernel);
    return ESW_OK;
}
