/* ECC: grid-optimum, certified and joint on a device, by the source the CPU runs (host/ecc/optimum_search.h and what it
 * includes).
 *
 * A scenario is a serial search whose inner loops are sixteen lanes wide; a warp has one at a time (crew.h) and takes
 * the next off one counter, as searches differ in length by orders of magnitude. Which warp takes which scenario, and
 * how many there are, changes no bit: a search reads its own scenario only, and its order is that of its text.
 *
 * Memory: a warp has a workspace of the size the config asks for, the nodes of `max_nodes` above all, 72 bytes for each;
 * tables that the config fixes are made on the host.
 */
#include "kernels/ecc/optimum.h"

#include "kernels/common/check.h"

#if !defined(ESW_LANE_IS_THREAD)
#define ESW_LANE_IS_THREAD 1
#endif
#include "kernels/ecc/crew.h"

#include "ecc/arena_search.h"
#include "ecc/frontier_search.h"
#include "ecc/joint_search.h"
#include "ecc/level_search.h"
#include "ecc/optimum_search.h"
#include "ecc/scene_build.h"

/* Warps beyond what the largest GPUs hold at once, a block each, would only take memory. */
static const uint32_t CREWS_MOST = 4096;

/* Where things lie in d_scratch, and what the kernels are told; all pointers are to device memory. */
typedef struct optimum_stage {
    eswi_ecc_config *config;
    uint32_t *next; /* scenarios taken */
    eswi_ecc_crew_order *orders;
    char *workspaces, *tables, *instances, *decisions;
    size_t workspace_bytes, instance_bytes, decision_bytes;
    uint32_t n_crews, count;
} optimum_stage;

/* ---------------------------------------------------------------- memory */

static size_t lay_out(optimum_stage *g, const eswi_ecc_config *config, ecc_method method, uint32_t capacity,
                      char *d_scratch)
{
    eswi_carve carve = {d_scratch, 0};
    g->n_crews = capacity < CREWS_MOST ? capacity : CREWS_MOST;
    g->workspace_bytes = eswi_ecc_optimum_workspace_bytes(method, config);
    g->config = ESWI_CARVE(&carve, eswi_ecc_config, 1);
    g->next = ESWI_CARVE(&carve, uint32_t, 1);
    g->orders = ESWI_CARVE(&carve, eswi_ecc_crew_order, g->n_crews);
    g->workspaces = ESWI_CARVE(&carve, char, g->workspace_bytes * g->n_crews);
    return carve.used;
}

/* The tables of a method, then those of the one it starts from if that has some. */
static bool starts_from_joint(const eswi_ecc_config *config, ecc_method method)
{
    ecc_method from;
    return eswi_ecc_optimum_starts_from(method, config, &from) && from == ECC_JOINT;
}

static size_t tables_bytes(const eswi_ecc_config *config, ecc_method method)
{
    return eswi_ecc_optimum_tables_bytes(method, config) +
           (starts_from_joint(config, method) ? eswi_ecc_optimum_tables_bytes(ECC_JOINT, config) : 0);
}

static void prepare_tables(const eswi_ecc_config *config, ecc_method method, void *tables)
{
    eswi_ecc_optimum_tables_prepare(method, config, tables);
    if (starts_from_joint(config, method))
        eswi_ecc_optimum_tables_prepare(ECC_JOINT, config,
                                        (char *)tables + eswi_ecc_optimum_tables_bytes(method, config));
}

size_t eswi_cuda_ecc_grid_optimum_tables_bytes(const eswi_ecc_config *config)
{
    return tables_bytes(config, ECC_GRID_OPTIMUM);
}

void eswi_cuda_ecc_grid_optimum_tables(const eswi_ecc_config *config, void *tables)
{
    prepare_tables(config, ECC_GRID_OPTIMUM, tables);
}

size_t eswi_cuda_ecc_certified_tables_bytes(const eswi_ecc_config *config)
{
    return tables_bytes(config, ECC_CERTIFIED);
}

void eswi_cuda_ecc_certified_tables(const eswi_ecc_config *config, void *tables)
{
    prepare_tables(config, ECC_CERTIFIED, tables);
}

size_t eswi_cuda_ecc_joint_tables_bytes(const eswi_ecc_config *config)
{
    return tables_bytes(config, ECC_JOINT);
}

void eswi_cuda_ecc_joint_tables(const eswi_ecc_config *config, void *tables)
{
    prepare_tables(config, ECC_JOINT, tables);
}

/* ---------------------------------------------------------------- kernels */

/* One thread: the config where pointers can lead to it, and nothing taken yet. */
extern "C" __global__ void __launch_bounds__(1)
    ecc_optimum_open_kernel(const optimum_stage g, const eswi_ecc_config config)
{
    *g.config = config;
    *g.next = 0;
}

/* Scenario i, by the warp that is block blockIdx.x. */
static __device__ ESW_NOINLINE void solve_one(const optimum_stage *g, ecc_method method, uint32_t i)
{
    eswi_ecc_crew_order *order = &g->orders[blockIdx.x];
    const eswi_ecc_optimum_kernels kernels = {{order}, {order}};
    eswi_carve carve = {g->tables, 0};
    eswi_ecc_optimum_tables tables;
    eswi_ecc_optimum_tables_layout(method, g->config, &carve, &tables);
    const eswi_ecc_instance instance = eswi_ecc_instance_at(g->config, g->instances + i * g->instance_bytes);
    const eswi_ecc_decision decision = eswi_ecc_decision_at(g->config, g->decisions + i * g->decision_bytes);
    eswi_ecc_optimum_solve(method, g->config, &tables, &instance, &kernels,
                           g->workspaces + blockIdx.x * g->workspace_bytes, &decision);
}

/* The first thread of a warp: scenario after scenario. */
static __device__ ESW_NOINLINE void lead(const optimum_stage *g, ecc_method method)
{
    for (uint32_t i = ESW_TAKE_TICKET(g->next); i < g->count; i = ESW_TAKE_TICKET(g->next))
        solve_one(g, method, i);
    g->orders[blockIdx.x].task = CREW_DONE;
    crew_turn(&g->orders[blockIdx.x]);
}

/* A block is a warp. That one of them on a multiprocessor is enough must be said: else ptxas keeps registers back for more,
 * and the thread that leads spills. */
extern "C" __global__ void __launch_bounds__(CREW_THREADS, 1)
    ecc_optimum_kernel(const optimum_stage g, ecc_method method)
{
    if (threadIdx.x == 0)
        lead(&g, method);
    else
        while (crew_turn(&g.orders[blockIdx.x]) != CREW_DONE)
            continue;
}

/* ---------------------------------------------------------------- launches */

static esw_status run(const eswi_ecc_batch *batch, ecc_method method, const char *d_tables, cudaStream_t stream,
                      esw_error *error)
{
    optimum_stage g = {};
    lay_out(&g, &batch->config, method, batch->capacity, batch->d_scratch);
    g.tables = (char *)d_tables;
    g.instances = batch->d_instances;
    g.instance_bytes = batch->instance_bytes;
    g.decisions = batch->d_decisions;
    g.decision_bytes = batch->decision_bytes;
    g.count = batch->count;
    ESW_LAUNCH(ecc_optimum_open_kernel, 1, 1, 0, stream, g, batch->config);
    ESWI_CUDA_LAUNCHED(error, ecc_optimum_open_kernel);
    ESW_LAUNCH(ecc_optimum_kernel, g.n_crews < g.count ? g.n_crews : g.count, CREW_THREADS, 0, stream, g,
               method);
    ESWI_CUDA_LAUNCHED(error, ecc_optimum_kernel);
    return ESW_OK;
}

size_t eswi_cuda_ecc_optimum_scratch(const eswi_ecc_config *config, ecc_method method, uint32_t capacity)
{
    optimum_stage measured = {};
    ecc_method from;
    size_t bytes = lay_out(&measured, config, method, capacity, nullptr), start = 0;
    if (eswi_ecc_optimum_starts_from(method, config, &from))
        start = from == ECC_JOINT ? lay_out(&measured, config, from, capacity, nullptr)
                                  : eswi_cuda_ecc_li_gd_scratch(config, from, capacity);
    return bytes > start ? bytes : start;
}

esw_status eswi_cuda_ecc_optimum_solve(const eswi_ecc_batch *batch, ecc_method method, cudaStream_t stream,
                                       esw_error *error)
{
    esw_status status = ESW_OK;
    ecc_method from;
    if (eswi_ecc_optimum_starts_from(method, &batch->config, &from))
        status = from == ECC_JOINT
                     ? run(batch, from, batch->d_tables + eswi_ecc_optimum_tables_bytes(method, &batch->config),
                           stream, error)
                     : eswi_cuda_ecc_li_gd_solve(batch, from, stream, error);
    return status ? status : run(batch, method, batch->d_tables, stream, error);
}
