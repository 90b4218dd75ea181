/* ECC on a device: the decision that all methods start from. */
#ifndef ESWI_KERNELS_ECC_LOCAL_H
#define ESWI_KERNELS_ECC_LOCAL_H

#include "kernels/ecc/batch.h"

/* Enqueues the twin of eswi_ecc_decision_reset on every scenario of the batch. */
esw_status eswi_cuda_ecc_local(const eswi_ecc_batch *batch, ecc_access access, cudaStream_t stream,
                               esw_error *error);

#endif
