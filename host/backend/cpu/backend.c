#include "backend/cpu/isa.h"
#include "backend/cpu/solver.h"

static const char *describe(void)
{
    return eswi_cpu_kernels_in_use()->name;
}

static const eswi_solver_ops *ops(const esw_system *system)
{
    return eswi_cpu_system_of(system) ? &eswi_cpu_solver_ops : NULL;
}

static esw_status usable(const eswi_backend *self, esw_error *error)
{
    (void)self;
    return eswi_isa_check(error);
}

const eswi_backend eswi_cpu_backend = {.name = "cpu", .describe = describe, .ops = ops, .usable = usable};
