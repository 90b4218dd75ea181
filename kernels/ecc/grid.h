/* ECC on a device: method grid. */
#ifndef ESWI_KERNELS_ECC_GRID_H
#define ESWI_KERNELS_ECC_GRID_H

#include "kernels/ecc/batch.h"

eswi_cuda_ecc_scratch eswi_cuda_ecc_grid_scratch;
eswi_cuda_ecc_solve eswi_cuda_ecc_grid;

#endif
