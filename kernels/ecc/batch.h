/* ECC on a device: a batch of staged scenarios, and what every method of this folder is.
 *
 * Instances and decisions lie in device memory as blocks in the host's byte layout (ecc/blocks.h), so that a
 * block copied either way is the same block. A kernel takes the config by value: its scalars come from the
 * parameter bank, its arrays (ap_xy_m, profiles and theirs) lead to device memory.
 */
#ifndef ESWI_KERNELS_ECC_BATCH_H
#define ESWI_KERNELS_ECC_BATCH_H

#include "ecc/blocks.h"
#include "edgesweep/status.h"
#include "kernels/common/launch.h"
#include "kernels/common/port.h"

typedef struct eswi_ecc_batch {
    eswi_ecc_config config; /* of the run; pointers are to device memory, the host must not follow them */
    char *d_instances;      /* [count] blocks, instance_bytes apart, 64-byte aligned */
    size_t instance_bytes;
    char *d_decisions; /* [count] blocks, decision_bytes apart, 64-byte aligned */
    size_t decision_bytes;
    char *d_scratch;      /* as many bytes as the method asked for, 256-byte aligned, contents undefined */
    const char *d_tables; /* what the method prepared for its config (kernels/ecc/methods.h); NULL: nothing */
    uint32_t count;       /* scenarios in this batch, >= 1 */
    uint32_t capacity;    /* scenarios that d_scratch was sized for, >= count */
} eswi_ecc_batch;

/* One block of a batch, on the device. */
ESW_FN eswi_ecc_instance eswi_ecc_batch_instance(const eswi_ecc_batch *batch, uint32_t scenario)
{
    return eswi_ecc_instance_at(&batch->config, batch->d_instances + scenario * batch->instance_bytes);
}

ESW_FN eswi_ecc_decision eswi_ecc_batch_decision(const eswi_ecc_batch *batch, uint32_t scenario)
{
    return eswi_ecc_decision_at(&batch->config, batch->d_decisions + scenario * batch->decision_bytes);
}

/* Scratch on the device for batches of up to `capacity` scenarios; `config` is the host's. */
typedef size_t eswi_cuda_ecc_scratch(const eswi_ecc_config *config, ecc_method method, uint32_t capacity);

/* Enqueues everything that fills the decisions of a batch, on `stream` alone; does not wait, allocate or copy to
 * the host. ESW_BACKEND with file, line and API text when a launch fails. */
typedef esw_status eswi_cuda_ecc_solve(const eswi_ecc_batch *batch, ecc_method method, cudaStream_t stream,
                                       esw_error *error);

/* gd and li-gd (li_gd.cu). */
eswi_cuda_ecc_scratch eswi_cuda_ecc_li_gd_scratch;
eswi_cuda_ecc_solve eswi_cuda_ecc_li_gd_solve;

#endif
