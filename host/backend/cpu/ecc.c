/* ECC on the CPU: descents take a batch as a whole, the other methods one scenario after the other. */
#include "backend/cpu/isa.h"
#include "backend/cpu/solver.h"
#include "ecc/ecc.h"

static const eswi_ecc_config *config_of(const eswi_method_run *run)
{
    return (const eswi_ecc_config *)run->config;
}

/* ---------------------------------------------------------------- descents */

static size_t descent_bytes(const eswi_method_run *run, const eswi_resources *resources)
{
    return eswi_ecc_li_gd_bytes(config_of(run), resources->batch, resources->threads);
}

static esw_status descent_open(const eswi_method_run *run, const eswi_resources *resources, void **state,
                               esw_error *error)
{
    const eswi_cpu_kernels *kernels = eswi_cpu_kernels_in_use();
    const eswi_ecc_steps steps = {kernels->ecc_step, kernels->ecc_published_step};
    eswi_ecc_li_gd *descent = NULL;
    const esw_status status = eswi_ecc_li_gd_open(config_of(run), (ecc_method)run->method, resources->batch,
                                                  resources->threads, &steps, &descent, error);
    *state = descent;
    return status;
}

static void descent_close(void *state)
{
    eswi_ecc_li_gd_close(state);
}

static void descent_solve(void *state, const eswi_cpu_batch *batch)
{
    eswi_ecc_li_gd_solve(state, batch->instances, batch->instance_bytes, batch->count, batch->decisions,
                         batch->decision_bytes);
}

static const eswi_cpu_collective *collective(size_t method)
{
    static const eswi_cpu_collective descent = {descent_bytes, descent_open, descent_close, descent_solve};
    return method == ECC_GD || method == ECC_LI_GD ? &descent : NULL;
}

/* ---------------------------------------------------------------- the other methods */

static size_t scratch_bytes(const eswi_method_run *run)
{
    const ecc_method method = (ecc_method)run->method;
    return method == ECC_GRID            ? eswi_ecc_grid_bytes(config_of(run))
           : eswi_ecc_is_optimum(method) ? eswi_ecc_optimum_bytes(method, config_of(run))
                                         : eswi_ecc_baseline_scratch_bytes(config_of(run));
}

static void prepare(const eswi_method_run *run, void *scratch)
{
    const ecc_method method = (ecc_method)run->method;
    if (method == ECC_GRID)
        eswi_ecc_grid_prepare(config_of(run), scratch);
    else if (eswi_ecc_is_optimum(method))
        eswi_ecc_optimum_prepare(method, config_of(run), scratch);
}

static bool starts_from(const eswi_method_run *run, size_t *from)
{
    ecc_method method = ECC_GD;
    const bool some = eswi_ecc_optimum_starts_from((ecc_method)run->method, config_of(run), &method);
    *from = method;
    return some;
}

static void solve(const eswi_method_run *run, const eswi_cpu_batch *batch, uint32_t i, void *scratch)
{
    const ecc_method method = (ecc_method)run->method;
    const eswi_ecc_config *config = config_of(run);
    const eswi_ecc_instance instance =
        eswi_ecc_instance_view(config, batch->instances + i * batch->instance_bytes);
    const eswi_ecc_decision decision =
        eswi_ecc_decision_view(config, batch->decisions + i * batch->decision_bytes);
    if (method == ECC_GRID)
        eswi_ecc_solve_grid(config, &instance, eswi_cpu_kernels_in_use()->ecc_grid_search, scratch, &decision);
    else if (eswi_ecc_is_optimum(method))
        eswi_ecc_solve_optimum(method, config, &instance, eswi_cpu_kernels_in_use()->ecc_optimum, scratch,
                               &decision);
    else
        eswi_ecc_solve_baseline(method, config, &instance, scratch, &decision);
}

const eswi_cpu_system eswi_cpu_ecc = {
    .name = "ecc",
    .scratch_bytes = scratch_bytes,
    .prepare = prepare,
    .solve = solve,
    .starts_from = starts_from,
    .collective = collective,
};
