/* ECC on a device: edge-only, neurosurgeon, dnn-surgery. */
#ifndef ESWI_KERNELS_ECC_BASELINES_H
#define ESWI_KERNELS_ECC_BASELINES_H

#include "kernels/ecc/batch.h"

eswi_cuda_ecc_scratch eswi_cuda_ecc_baseline_scratch;
eswi_cuda_ecc_solve eswi_cuda_ecc_edge_only, eswi_cuda_ecc_neurosurgeon, eswi_cuda_ecc_dnn_surgery;

#endif
