#include <stdio.h>
#include <string.h>

#include "backend/cpu/isa.h"
#include "backend/cpu/solvers.h"

static const char *describe(void)
{
    return eswi_cpu_kernels_in_use()->name;
}

static const eswi_solver_ops *ops(const esw_system *system)
{
    return !strcmp(system->name, "ecc") ? &eswi_cpu_ecc_ops : NULL;
}

const eswi_backend eswi_cpu_backend = {.name = "cpu", .describe = describe, .ops = ops};
