/* The systems that have kernels, one line each. */
#ifndef ESWI_KERNELS_SYSTEMS_H
#define ESWI_KERNELS_SYSTEMS_H

#include "kernels/common/system.h"

extern const eswi_cuda_system eswi_cuda_ecc_system;   /* ecc/ecc_system.cu */
extern const eswi_cuda_system eswi_cuda_cansa_system; /* cansa/cansa_system.cu */
extern const eswi_cuda_system eswi_cuda_clo_system;   /* clo/clo_system.cu */

#endif
