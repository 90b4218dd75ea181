#include "kernels/ecc/methods.h"

#include "ecc/grid.h"
#include "kernels/ecc/baselines.h"
#include "kernels/ecc/grid.h"
#include "kernels/ecc/local.h"
#include "kernels/ecc/optimum.h"

static esw_status solve_device_only(const eswi_ecc_batch *batch, ecc_method method, cudaStream_t stream,
                                    esw_error *error)
{
    (void)method;
    return eswi_cuda_ecc_local(batch, batch->config.access, stream, error);
}

const eswi_cuda_ecc_method eswi_cuda_ecc_methods[ECC_METHODS] = {
    /* device-only */ {nullptr, solve_device_only, nullptr, nullptr},
    /* edge-only */ {eswi_cuda_ecc_baseline_scratch, eswi_cuda_ecc_edge_only, nullptr, nullptr},
    /* neurosurgeon */ {eswi_cuda_ecc_baseline_scratch, eswi_cuda_ecc_neurosurgeon, nullptr, nullptr},
    /* dnn-surgery */ {eswi_cuda_ecc_baseline_scratch, eswi_cuda_ecc_dnn_surgery, nullptr, nullptr},
    /* grid */ {eswi_cuda_ecc_grid_scratch, eswi_cuda_ecc_grid, eswi_ecc_grid_bytes, eswi_ecc_grid_prepare},
    /* gd */ {eswi_cuda_ecc_li_gd_scratch, eswi_cuda_ecc_li_gd_solve, nullptr, nullptr},
    /* li-gd */ {eswi_cuda_ecc_li_gd_scratch, eswi_cuda_ecc_li_gd_solve, nullptr, nullptr},
    /* grid-optimum */
    {eswi_cuda_ecc_optimum_scratch, eswi_cuda_ecc_optimum_solve, eswi_cuda_ecc_grid_optimum_tables_bytes,
     eswi_cuda_ecc_grid_optimum_tables},
    /* certified */
    {eswi_cuda_ecc_optimum_scratch, eswi_cuda_ecc_optimum_solve, eswi_cuda_ecc_certified_tables_bytes,
     eswi_cuda_ecc_certified_tables},
    /* joint */
    {eswi_cuda_ecc_optimum_scratch, eswi_cuda_ecc_optimum_solve, eswi_cuda_ecc_joint_tables_bytes,
     eswi_cuda_ecc_joint_tables},
};
