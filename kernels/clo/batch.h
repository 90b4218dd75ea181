/* CLO on a device: a batch of scenarios. Instances and decisions lie in device memory as blocks in the host's byte layout
 * (clo/blocks.h). */
#ifndef ESWI_KERNELS_CLO_BATCH_H
#define ESWI_KERNELS_CLO_BATCH_H

#include "kernels/common/port.h"

#include "clo/blocks.h"
#include "edgesweep/status.h"

typedef struct eswi_clo_batch {
    const eswi_clo_config *d_config; /* of the run; its curves lead to the device (clo_system.cu) */
    size_t instance_bytes, decision_bytes, lists_bytes;
    char *d_instances, *d_decisions; /* [count] blocks */
    char *d_lists;                   /* [count] the queues' lists, contents undefined */
    uint32_t count;
    int slots, devices;
} eswi_clo_batch;

/* Both enqueue on `stream` alone, and wait for nothing. */

/* Draws scenarios first .. first + count - 1. */
esw_status eswi_cuda_clo_stage(const eswi_clo_batch *batch, uint64_t seed, uint64_t first, cudaStream_t stream,
                               esw_error *error);

/* Fills the decisions. */
esw_status eswi_cuda_clo_solve(const eswi_clo_batch *batch, clo_method method, cudaStream_t stream,
                               esw_error *error);

/* For whoever asks the runtime about a kernel (cuda_backend.cu). */
extern "C" __global__ void clo_run_kernel(const eswi_clo_batch batch, int method);

#endif
