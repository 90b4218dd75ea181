/* CANSA on a device: a batch of scenarios. Instances and decisions lie in device memory as blocks in the host's byte
 * layout (cansa/blocks.h). */
#ifndef ESWI_KERNELS_CANSA_BATCH_H
#define ESWI_KERNELS_CANSA_BATCH_H

#include "kernels/common/port.h"

#if !defined(ESW_LANE_IS_THREAD)
#define ESW_LANE_IS_THREAD 1
#endif
#include "cansa/auction.h"
#include "cansa/blocks.h"
#include "cansa/nash.h"
#include "cansa/optimum.h"
#include "edgesweep/status.h"

typedef struct eswi_cansa_batch {
    const eswi_cansa_config *d_config; /* of the run; it holds no pointers, so it is a copy of the host's */
    int clients, rbs_total;
    char *d_instances; /* [count] blocks of eswi_cansa_instance_size */
    char *d_decisions; /* [count] blocks of eswi_cansa_decision_size */
    char *d_scratch;   /* eswi_cuda_cansa_scratch bytes, contents undefined */
    uint32_t count;
} eswi_cansa_batch;

/* Scratch of a method for batches of up to `capacity` scenarios. */
size_t eswi_cuda_cansa_scratch(int clients, int rbs_total, size_t method, uint32_t capacity);

/* Both enqueue on `stream` alone, and wait for nothing. */

/* Draws scenarios first .. first + count - 1. */
esw_status eswi_cuda_cansa_stage(const eswi_cansa_batch *batch, uint64_t seed, uint64_t first,
                                 cudaStream_t stream, esw_error *error);

/* Fills the decisions. */
esw_status eswi_cuda_cansa_solve(const eswi_cansa_batch *batch, size_t method, cudaStream_t stream,
                                 esw_error *error);

#endif
