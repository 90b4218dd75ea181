/* ECC on a device: what each method needs and does. */
#ifndef ESWI_KERNELS_ECC_METHODS_H
#define ESWI_KERNELS_ECC_METHODS_H

#include "kernels/ecc/batch.h"

typedef struct eswi_cuda_ecc_method {
    eswi_cuda_ecc_scratch *scratch; /* NULL: none */
    eswi_cuda_ecc_solve *solve;
    /* Tables that depend on the config alone: bytes, and their content made on the host; NULL: none. */
    size_t (*tables_bytes)(const eswi_ecc_config *config);
    void (*prepare_tables)(const eswi_ecc_config *config, void *tables);
} eswi_cuda_ecc_method;

/* Of these methods there is a GPU version: bit m for method m. */
#define ESWI_CUDA_ECC_METHODS                                                                          \
    (UINT64_C(1) << ECC_DEVICE_ONLY | UINT64_C(1) << ECC_EDGE_ONLY | UINT64_C(1) << ECC_NEUROSURGEON | \
     UINT64_C(1) << ECC_DNN_SURGERY | UINT64_C(1) << ECC_GRID | UINT64_C(1) << ECC_GD |                \
     UINT64_C(1) << ECC_LI_GD | UINT64_C(1) << ECC_JOINT | UINT64_C(1) << ECC_GRID_OPTIMUM |           \
     UINT64_C(1) << ECC_CERTIFIED)

/* In the order of ecc_method, empty for the others. */
extern const eswi_cuda_ecc_method eswi_cuda_ecc_methods[ECC_METHODS];

#endif
