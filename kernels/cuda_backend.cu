/* The backend that this file and its neighbours make, in a module of its own: `cuda` by nvcc, `simt` by a C++
 * compiler. host/backend/modules.c loads it. */
#include <cstring>

#include "backend/backend.h"
#include "kernels/cansa/solver.h"
#include "kernels/clo/solver.h"
#include "kernels/common/devices.h"
#include "kernels/common/port.h"
#include "kernels/ecc/solver.h"

static const char *describe(void)
{
    return eswi_cuda_devices_here()->text;
}

static const eswi_solver_ops *ops(const esw_system *system)
{
    if (strcmp(system->name, "ecc") == 0)
        return &eswi_cuda_ecc_ops;
    if (strcmp(system->name, "cansa") == 0)
        return &eswi_cuda_cansa_ops;
    return strcmp(system->name, "clo") == 0 ? &eswi_cuda_clo_ops : nullptr;
}

static esw_status usable(const eswi_backend *, esw_error *error)
{
    const eswi_cuda_devices *devices = eswi_cuda_devices_here();
    return devices->status ? esw_fail(error, devices->status, "%s", devices->error.text) : ESW_OK;
}

static const eswi_backend backend = {ESW_BACKEND_NAME, describe, ops, usable};

extern "C" __attribute__((visibility("default")))
const eswi_backend_exports eswi_backend_module = {ESWI_BACKEND_ABI, &backend};
