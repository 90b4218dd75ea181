/* ECC on a device: rule A. */
#ifndef ESWI_KERNELS_ECC_ASSIGN_H
#define ESWI_KERNELS_ECC_ASSIGN_H

#include "kernels/ecc/batch.h"

/* Scratch: the load of every subchannel, int32_t [capacity][direction][AP][M]. */
size_t eswi_cuda_ecc_assign_scratch(const eswi_ecc_config *config, uint32_t capacity);

/* Enqueues the twin of eswi_ecc_assign_rule_a on every scenario: fills `assigned` of both directions. d_load is the
 * scratch; it is free again afterwards. */
esw_status eswi_cuda_ecc_assign(const eswi_ecc_batch *batch, int32_t *d_load, cudaStream_t stream,
                                esw_error *error);

#endif
