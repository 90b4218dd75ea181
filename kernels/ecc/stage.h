/* ECC on a device: drawing instances. */
#ifndef ESWI_KERNELS_ECC_STAGE_H
#define ESWI_KERNELS_ECC_STAGE_H

#include "kernels/ecc/batch.h"

/* Scratch of staging `capacity` scenarios. */
size_t eswi_cuda_ecc_stage_scratch(const eswi_ecc_config *config, uint32_t capacity);

/* Enqueues on `stream` what draws scenarios first .. first + batch->count - 1: the CUDA twin of eswi_ecc_stage. */
esw_status eswi_cuda_ecc_stage(const eswi_ecc_batch *batch, uint64_t seed, uint64_t first, cudaStream_t stream,
                               esw_error *error);

#endif
