#include "kernels/ecc/methods.h"

#include "kernels/ecc/local.h"

static esw_status solve_device_only(const eswi_ecc_batch *batch, ecc_method method, cudaStream_t stream,
                                    esw_error *error)
{
    (void)method;
    return eswi_cuda_ecc_local(batch, batch->config.access, stream, error);
}

const eswi_cuda_ecc_method eswi_cuda_ecc_methods[ECC_METHODS] = {
    /* device-only */ {nullptr, solve_device_only, nullptr, nullptr},
};
