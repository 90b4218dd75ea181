/* ECC on a device: gd and li-gd. The contract of every method is in batch.h; here is what it is made of, so that tests
 * can choose the shape. */
#ifndef ESWI_KERNELS_ECC_LI_GD_H
#define ESWI_KERNELS_ECC_LI_GD_H

#include "kernels/ecc/batch.h"

/* How a batch is laid out on the device. No shape changes a bit of the decisions. */
typedef struct eswi_cuda_ecc_li_gd_shape {
    int spread;     /* NOMA: sixteen threads share a scenario, a lane a subchannel; else a thread has its own */
    uint32_t crews; /* half-warps that work at the same time, each on one or sixteen scenarios; >= 1 */
} eswi_cuda_ecc_li_gd_shape;

/* The shape for batches of up to `capacity` scenarios. */
eswi_cuda_ecc_li_gd_shape eswi_cuda_ecc_li_gd_shape_for(const eswi_ecc_config *config, uint32_t capacity);

/* Scratch of a shape in bytes; `config` may be the host's or the batch's. */
size_t eswi_cuda_ecc_li_gd_shape_bytes(const eswi_ecc_config *config, eswi_cuda_ecc_li_gd_shape shape,
                                       uint32_t capacity);

/* eswi_cuda_ecc_li_gd_solve with a shape of the caller's, whose bytes d_scratch has. */
esw_status eswi_cuda_ecc_li_gd_run(const eswi_ecc_batch *batch, ecc_method method,
                                   eswi_cuda_ecc_li_gd_shape shape, cudaStream_t stream, esw_error *error);

#endif
