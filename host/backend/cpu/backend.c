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
    static const struct {
        const char *system;
        const eswi_solver_ops *ops;
    } known[] = {
        {"ecc", &eswi_cpu_ecc_ops},
        {"cansa", &eswi_cpu_cansa_ops},
        {"clo", &eswi_cpu_clo_ops},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(system->name, known[i].system))
            return known[i].ops;
    return NULL;
}

static esw_status usable(const eswi_backend *self, esw_error *error)
{
    (void)self;
    return eswi_isa_check(error);
}

const eswi_backend eswi_cpu_backend = {.name = "cpu", .describe = describe, .ops = ops, .usable = usable};
