/* ECC: draws instances on the device, by the source the CPU runs (ecc/stage_kernel.h).
 *
 *   place  a thread a user: its place, distances, AP and network          [scenario][user]
 *   mean   a thread a link: the mean gain, in double, to scratch          [scenario][user][AP]
 *   gain   a thread a Philox block: four gains of a link in a direction   [direction][scenario][user][AP][M / 4]
 *
 * blockIdx.y walks over the scenarios. Neighbouring threads of `gain` write neighbouring fours; where M is a
 * multiple of four they are aligned and leave in one store. A gain costs a quarter of ten Philox rounds, one
 * logarithm and four bytes written: the kernel is limited by arithmetic, not by memory.
 */
#include "kernels/ecc/stage.h"

#include "ecc/stage_kernel.h"
#include "kernels/common/check.h"

enum { THREADS_PER_BLOCK = 128 };

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK)
    ecc_place_kernel(const eswi_ecc_batch batch, uint64_t seed, uint64_t first)
{
    const int user = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    for (uint32_t i = blockIdx.y; i < batch.count; i += gridDim.y) {
        const eswi_ecc_instance instance = eswi_ecc_batch_instance(&batch, i);
        if (user < batch.config.users)
            eswi_ecc_stage_user(&batch.config, seed, first + i, user, &instance);
    }
}

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK) ecc_mean_kernel(const eswi_ecc_batch batch)
{
    const uint32_t links = (uint32_t)batch.config.users * (uint32_t)batch.config.aps;
    const uint32_t link = blockIdx.x * blockDim.x + threadIdx.x;
    float *mean = (float *)batch.d_scratch;
    for (uint32_t i = blockIdx.y; i < batch.count; i += gridDim.y) {
        const double *distance_m = eswi_ecc_batch_instance(&batch, i).distance_m;
        if (link < links)
            mean[(size_t)i * links + link] =
                eswi_ecc_mean_gain(batch.config.path_loss_exponent, distance_m[link]);
    }
}

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK)
    ecc_gain_kernel(const eswi_ecc_batch batch, uint64_t seed, uint64_t first)
{
    const uint32_t aps = (uint32_t)batch.config.aps, links = (uint32_t)batch.config.users * aps;
    const uint32_t subchannels = (uint32_t)batch.config.subchannels;
    const uint32_t blocks = (subchannels + ECC_STAGE_DRAWS - 1) / ECC_STAGE_DRAWS;
    const uint32_t item = blockIdx.x * blockDim.x + threadIdx.x, direction = blockIdx.z;
    const uint32_t link = item / blocks, q = item % blocks;
    const float *mean = (const float *)batch.d_scratch;
    for (uint32_t i = blockIdx.y; i < batch.count && link < links; i += gridDim.y) {
        const eswi_ecc_instance instance = eswi_ecc_batch_instance(&batch, i);
        float *gain = (direction == ECC_UP ? instance.gain[ECC_UP] : instance.gain[ECC_DOWN]) +
                      (size_t)link * subchannels + ECC_STAGE_DRAWS * q;
        const float own_mean = mean[(size_t)i * links + link];
        const eswi_draw draw = eswi_philox(seed, first + i, ECC_STREAM_GAIN_UP + direction, link / aps,
                                           eswi_ecc_gain_block(link % aps, q));
        const float4 four =
            make_float4(eswi_ecc_faded_gain(own_mean, draw.w[0]), eswi_ecc_faded_gain(own_mean, draw.w[1]),
                        eswi_ecc_faded_gain(own_mean, draw.w[2]), eswi_ecc_faded_gain(own_mean, draw.w[3]));
        const uint32_t left = subchannels - ECC_STAGE_DRAWS * q;
        if (subchannels % ECC_STAGE_DRAWS == 0) {
            *reinterpret_cast<float4 *>(gain) = four;
        } else {
            gain[0] = four.x;
            if (left > 1)
                gain[1] = four.y;
            if (left > 2)
                gain[2] = four.z;
            if (left > 3)
                gain[3] = four.w;
        }
    }
}

size_t eswi_cuda_ecc_stage_scratch(const eswi_ecc_config *config, uint32_t capacity)
{
    return sizeof(float) * capacity * (size_t)config->users * (size_t)config->aps;
}

esw_status eswi_cuda_ecc_stage(const eswi_ecc_batch *batch, uint64_t seed, uint64_t first, cudaStream_t stream,
                               esw_error *error)
{
    const uint32_t users = (uint32_t)batch->config.users, links = users * (uint32_t)batch->config.aps;
    const uint32_t blocks = ((uint32_t)batch->config.subchannels + ECC_STAGE_DRAWS - 1) / ECC_STAGE_DRAWS;
    const uint32_t rows = eswi_cuda_rows(batch->count);
    const dim3 by_user((users + THREADS_PER_BLOCK - 1) / THREADS_PER_BLOCK, rows);
    const dim3 by_link((links + THREADS_PER_BLOCK - 1) / THREADS_PER_BLOCK, rows);
    const dim3 by_block((links * blocks + THREADS_PER_BLOCK - 1) / THREADS_PER_BLOCK, rows, ECC_DIRECTIONS);

    ESW_LAUNCH(ecc_place_kernel, by_user, THREADS_PER_BLOCK, 0, stream, *batch, seed, first);
    ESWI_CUDA_LAUNCHED(error, ecc_place_kernel);
    ESW_LAUNCH(ecc_mean_kernel, by_link, THREADS_PER_BLOCK, 0, stream, *batch);
    ESWI_CUDA_LAUNCHED(error, ecc_mean_kernel);
    ESW_LAUNCH(ecc_gain_kernel, by_block, THREADS_PER_BLOCK, 0, stream, *batch, seed, first);
    ESWI_CUDA_LAUNCHED(error, ecc_gain_kernel);
    return ESW_OK;
}
