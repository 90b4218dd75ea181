/* CLO on the CPU: realisations are independent, one thread runs one from its first slot to its last. */
#include "backend/cpu/isa.h"
#include "backend/cpu/solver.h"
#include "clo/clo.h"

static const eswi_clo_config *config_of(const eswi_method_run *run)
{
    return (const eswi_clo_config *)run->config;
}

static size_t scratch_bytes(const eswi_method_run *run)
{
    return eswi_clo_state_bytes(config_of(run));
}

static void solve(const eswi_method_run *run, const eswi_cpu_batch *batch, uint32_t first, void *scratch)
{
    eswi_clo_solve(eswi_cpu_kernels_in_use()->clo_run, (clo_method)run->method, config_of(run),
                   batch->instances + first * batch->instance_bytes, scratch,
                   batch->decisions + first * batch->decision_bytes);
}

const eswi_cpu_system eswi_cpu_clo = {.name = "clo", .scratch_bytes = scratch_bytes, .solve = solve};
