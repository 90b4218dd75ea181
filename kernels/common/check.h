/* CUDA calls that fail: a status, and a text with file, line, the call and the API's own words. */
#ifndef ESWI_KERNELS_CHECK_H
#define ESWI_KERNELS_CHECK_H

#include "edgesweep/status.h"
#include "kernels/common/port.h"

/* Writes the text, takes the error off the runtime's record and returns ESW_BACKEND. */
esw_status eswi_cuda_fail(esw_error *error, cudaError_t code, const char *call, const char *file, int line);

/* Leaves the function with that status if a call fails. */
#define ESWI_CUDA_TRY(error, call)                                                \
    do {                                                                          \
        const cudaError_t eswi_code = (call);                                     \
        if (eswi_code != cudaSuccess)                                             \
            return eswi_cuda_fail((error), eswi_code, #call, __FILE__, __LINE__); \
    } while (0)

/* The same after a launch, named by its kernel: ESWI_CUDA_LAUNCHED(error, ecc_place_kernel). */
#define ESWI_CUDA_LAUNCHED(error, kernel)                                                        \
    do {                                                                                         \
        const cudaError_t eswi_code = cudaGetLastError();                                        \
        if (eswi_code != cudaSuccess)                                                            \
            return eswi_cuda_fail((error), eswi_code, "launch of " #kernel, __FILE__, __LINE__); \
    } while (0)

#endif
