/* ECC: every user local and unassigned, the state all methods start from; it is what device-only decides. */
#include "kernels/ecc/local.h"

#include "kernels/common/check.h"

enum { THREADS_PER_BLOCK = 128 };

/* A thread a user, blockIdx.y walks over the scenarios; 32 bytes written per user. */
extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK)
    ecc_local_kernel(const eswi_ecc_batch batch, ecc_access access)
{
    const int user = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    for (uint32_t i = blockIdx.y; i < batch.count; i += gridDim.y) {
        const eswi_ecc_instance instance = eswi_ecc_batch_instance(&batch, i);
        const eswi_ecc_decision decision = eswi_ecc_batch_decision(&batch, i);
        if (user < batch.config.users)
            eswi_ecc_reset_user(&batch.config, &instance, user, &decision);
        if (user == 0)
            eswi_ecc_reset_diagnostics(access, decision.diagnostics);
    }
}

esw_status eswi_cuda_ecc_local(const eswi_ecc_batch *batch, ecc_access access, cudaStream_t stream,
                               esw_error *error)
{
    const uint32_t users = (uint32_t)batch->config.users;
    const dim3 blocks((users + THREADS_PER_BLOCK - 1) / THREADS_PER_BLOCK, eswi_cuda_rows(batch->count));
    ESW_LAUNCH(ecc_local_kernel, blocks, THREADS_PER_BLOCK, 0, stream, *batch, access);
    ESWI_CUDA_LAUNCHED(error, ecc_local_kernel);
    return ESW_OK;
}
