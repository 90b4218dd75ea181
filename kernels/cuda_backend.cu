/* The backend that this file and its neighbours make, in a module of its own: `cuda` by nvcc, `simt` by a C++
 * compiler. host/backend/modules.c loads it. */
#include <cstring>

#include "backend/backend.h"
#include "backend_abi.h"
#include "kernels/clo/batch.h"
#include "kernels/common/check.h"
#include "kernels/common/devices.h"
#include "kernels/common/solver.h"
#include "kernels/ecc/methods.h"
#include "kernels/systems.h"

struct known_system {
    const eswi_cuda_system *system;
    eswi_solver_ops ops;
};

static const known_system known[] = {
    {&eswi_cuda_ecc_system, ESWI_CUDA_SOLVER_OPS(ESWI_CUDA_ECC_METHODS)},
    {&eswi_cuda_cansa_system, ESWI_CUDA_SOLVER_OPS(0) /* all methods */},
    {&eswi_cuda_clo_system, ESWI_CUDA_SOLVER_OPS(0)},
};

static const char *describe(void)
{
    return eswi_cuda_devices_here()->text;
}

static const known_system *find(const esw_system *system)
{
    for (const known_system &one : known)
        if (strcmp(system->name, one.system->name) == 0)
            return &one;
    return nullptr;
}

const eswi_cuda_system *eswi_cuda_system_of(const esw_system *system)
{
    return find(system)->system;
}

static const eswi_solver_ops *ops(const esw_system *system)
{
    const known_system *one = find(system);
    return one ? &one->ops : nullptr;
}

/* Whether the devices take what the module holds: one may be in the hands of another process, its driver may be too old to
 * compile the PTX. If the code of one kernel can be had, so can that of all. */
static esw_status load(const eswi_cuda_devices *devices, esw_error *error)
{
    for (int i = 0; i < devices->count; i++) {
        cudaFuncAttributes attributes;
        ESWI_CUDA_TRY(error, cudaSetDevice(devices->ordinal[i]));
        ESWI_CUDA_TRY(error, cudaFuncGetAttributes(&attributes, clo_run_kernel));
    }
    return ESW_OK;
}

struct readiness {
    esw_status status;
    esw_error error;
};

static readiness find_readiness(void)
{
    const eswi_cuda_devices *devices = eswi_cuda_devices_here();
    readiness here = {devices->status, devices->error};
    if (!here.status)
        here.status = load(devices, &here.error);
    return here;
}

static esw_status usable(const eswi_backend *, esw_error *error)
{
    static const readiness here = find_readiness();
    return here.status ? esw_fail(error, here.status, "%s", here.error.text) : ESW_OK;
}

static const eswi_backend backend = {ESW_BACKEND_NAME, describe, ops, usable};

extern "C" __attribute__((visibility("default")))
const eswi_backend_exports eswi_backend_module = {ESWI_BACKEND_ABI, &backend};
