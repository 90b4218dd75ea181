/* ECC: Algorithm 1 (gd, li-gd) on a device, by the source the CPU runs (host/ecc/li_gd_phases.h, li_gd_decide.h and
 * what they include).
 *
 * A batch goes through the phases of host/ecc/li_gd.h, a launch each; the stream orders them. In a phase the grid is
 * persistent: a crew is half a warp, sixteen threads with the memory of sixteen lanes, and takes scenarios off one
 * counter until none is left, so that a scenario that converges early makes room for the next one.
 *
 *   spread   a crew has one scenario and its lanes are subchannels, m = 16 t + lane: the columns are sorted, summed and
 *            differentiated side by side, sums over a user's subchannels cross lanes by shuffles in the fixed tree of
 *            base/reduce.h. What does not depend on the subchannel is computed alike in all lanes.
 *   not      a thread has a scenario of its own and never looks at its neighbours; powers with fixed subchannels are
 *            always worked out like this.
 *
 * Which crew takes which scenario, and how many there are, changes no bit: a lane reads its own scenario only.
 *
 * Memory: arrays are [..][user][lane], so that half a warp's access is one run of 64 bytes. A crew has its problem and
 * the optimiser's arrays, about 4 (N + 20) U bytes a column and lane in NOMA; a scenario keeps a record between phases.
 * No shared memory, no barrier; half a warp meets in shuffles alone. Work: see lanes.h and fixed.h, an evaluation a step.
 */
#include "kernels/ecc/li_gd.h"

#include "kernels/common/check.h"

#if !defined(ESW_LANE_IS_THREAD)
#define ESW_LANE_IS_THREAD 1
#endif
#include "ecc/li_gd_decide.h"
#include "ecc/li_gd_phases.h"
#include "ecc/published.h"

enum { CREWS_PER_BLOCK = 8, THREADS_PER_BLOCK = CREWS_PER_BLOCK * ECC_LANES };

/* Asked for four blocks a multiprocessor, 128 registers a thread, ptxas spills nothing of the descents on any
 * architecture; asked for nothing it stops far below that and spills. */
enum { DESCENT_BLOCKS = 4 };

/* Crews beyond what the largest GPUs hold at once would only take memory: 8192 are 131,072 threads. */
static const uint32_t CREWS_MOST = 8192;

/* From half a row of lanes on, a scenario that spreads keeps most of its threads busy. */
enum { SPREAD_FROM_SUBCHANNELS = ECC_LANES / 2 };

/* Where things lie in d_scratch, and what the kernels are told; all pointers are to device memory. */
typedef struct li_gd_stage {
    eswi_ecc_batch_work work;
    eswi_ecc_config *config;
    eswi_ecc_crew *crews;
    char *crew_memory, *record_memory, *decisions;
    size_t crew_bytes, record_bytes, decision_bytes;
    uint32_t n_crews;
    int spread;
} li_gd_stage;

/* ---------------------------------------------------------------- memory */

static size_t crew_bytes(const eswi_ecc_config *config, int spread)
{
    eswi_ecc_crew measured;
    eswi_carve carve = {nullptr, 0};
    eswi_ecc_crew_layout(&measured, &carve, config, config->access == ECC_NOMA, spread, ECC_LANES);
    return carve.used;
}

static size_t record_bytes(const eswi_ecc_config *config)
{
    eswi_ecc_record measured;
    eswi_carve carve = {nullptr, 0};
    eswi_ecc_record_layout(&measured, &carve, config);
    return carve.used;
}

static size_t lay_out(li_gd_stage *g, const eswi_ecc_config *config, eswi_cuda_ecc_li_gd_shape shape,
                      uint32_t capacity, char *d_scratch)
{
    eswi_carve carve = {d_scratch, 0};
    g->n_crews = shape.crews;
    g->spread = shape.spread;
    g->crew_bytes = crew_bytes(config, shape.spread);
    g->record_bytes = record_bytes(config);
    g->config = ESWI_CARVE(&carve, eswi_ecc_config, 1);
    g->work.next = ESWI_CARVE(&carve, uint32_t, 1);
    g->crews = ESWI_CARVE(&carve, eswi_ecc_crew, shape.crews);
    g->work.records = ESWI_CARVE(&carve, eswi_ecc_record, capacity);
    g->crew_memory = ESWI_CARVE(&carve, char, g->crew_bytes *shape.crews);
    g->record_memory = ESWI_CARVE(&carve, char, g->record_bytes *capacity);
    return carve.used;
}

/* ---------------------------------------------------------------- kernels */

static __device__ __forceinline__ uint32_t thread_of_grid(void)
{
    return blockIdx.x * blockDim.x + threadIdx.x;
}

/* One thread: the config where pointers can lead to it. */
extern "C" __global__ void __launch_bounds__(1)
    ecc_li_gd_config_kernel(eswi_ecc_config *place, const eswi_ecc_config config)
{
    *place = config;
}

/* A thread a crew or record: where its arrays are. */
extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK) ecc_li_gd_open_kernel(const li_gd_stage g)
{
    const uint32_t i = thread_of_grid();
    const int relaxed = g.work.relaxed;
    if (i < g.n_crews) {
        eswi_carve carve = {g.crew_memory + i * g.crew_bytes, 0};
        eswi_ecc_crew_layout(&g.crews[i], &carve, g.config, relaxed, g.spread, ECC_LANES);
    }
    if (i < g.work.count) {
        eswi_carve carve = {g.record_memory + i * g.record_bytes, 0};
        eswi_ecc_record_layout(&g.work.records[i], &carve, g.config);
    }
}

/* A thread a crew: points it at the phase's problem and empties its seats; the counter starts at the first scenario. */
extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK)
    ecc_li_gd_aim_kernel(const li_gd_stage g, int direction, int relaxed)
{
    const uint32_t i = thread_of_grid();
    if (i == 0)
        *g.work.next = 0;
    if (i < g.n_crews)
        eswi_ecc_crew_aim(&g.crews[i], direction, relaxed);
}

/* Phases 1 and 2 of NOMA. */
extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK, DESCENT_BLOCKS)
    ecc_li_gd_shares_kernel(const li_gd_stage g, eswi_ecc_phase phase)
{
    const uint32_t thread = thread_of_grid();
    const int seat = (int)(thread % ECC_LANES);
    if (thread / ECC_LANES < g.n_crews) {
        eswi_ecc_crew *crew = &g.crews[thread / ECC_LANES];
        while (eswi_ecc_seat_turn(&g.work, crew, phase, 1, seat))
            eswi_ecc_descent_step_of(&crew->shares, 1);
    }
}

/* The same by the printed iteration. */
extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK, DESCENT_BLOCKS)
    ecc_li_gd_published_kernel(const li_gd_stage g, eswi_ecc_phase phase)
{
    const uint32_t thread = thread_of_grid();
    const int seat = (int)(thread % ECC_LANES);
    if (thread / ECC_LANES < g.n_crews) {
        eswi_ecc_crew *crew = &g.crews[thread / ECC_LANES];
        while (eswi_ecc_seat_turn(&g.work, crew, phase, 1, seat))
            eswi_ecc_published_step(&crew->shares);
    }
}

/* Phases 3 and 4, and all phases of OMA. */
extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK, DESCENT_BLOCKS)
    ecc_li_gd_powers_kernel(const li_gd_stage g, eswi_ecc_phase phase)
{
    const uint32_t thread = thread_of_grid();
    const int seat = (int)(thread % ECC_LANES);
    if (thread / ECC_LANES < g.n_crews) {
        eswi_ecc_crew *crew = &g.crews[thread / ECC_LANES];
        while (eswi_ecc_seat_turn(&g.work, crew, phase, 0, seat))
            eswi_ecc_descent_step_of(&crew->powers, 0);
    }
}

/* Between the phases: a thread takes scenario after scenario, with the desk of its crew that is its own. */
#define LI_GD_EACH_SCENARIO(g, i) \
    for (uint32_t i = thread_of_grid(); i < (g).work.count; i += (g).n_crews * ECC_LANES)

/* Ten blocks: left to itself ptxas stops at 40 registers on sm_90 and spills. */
extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK, 10) ecc_li_gd_prepare_kernel(const li_gd_stage g)
{
    const uint32_t thread = thread_of_grid();
    if (thread / ECC_LANES < g.n_crews) {
        int32_t *load = eswi_ecc_crew_load(&g.crews[thread / ECC_LANES], (int)(thread % ECC_LANES));
        LI_GD_EACH_SCENARIO(g, i) eswi_ecc_li_gd_prepare(&g.work, (int)i, load);
    }
}

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK) ecc_li_gd_write_kernel(const li_gd_stage g)
{
    LI_GD_EACH_SCENARIO(g, i)
    {
        const eswi_ecc_decision decision = eswi_ecc_decision_at(g.config, g.decisions + i * g.decision_bytes);
        eswi_ecc_li_gd_write(&g.work, (int)i, &decision);
    }
}

/* Three blocks: 168 registers a thread. It goes through both directions by index, so the ledger's lists lie in local memory. */
extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK, 3) ecc_li_gd_resplit_kernel(const li_gd_stage g)
{
    const uint32_t thread = thread_of_grid();
    if (thread / ECC_LANES < g.n_crews) {
        int32_t *lists = eswi_ecc_crew_links(&g.crews[thread / ECC_LANES], (int)(thread % ECC_LANES));
        LI_GD_EACH_SCENARIO(g, i)
        {
            const eswi_ecc_decision decision =
                eswi_ecc_decision_at(g.config, g.decisions + i * g.decision_bytes);
            eswi_ecc_li_gd_resplit(&g.work, (int)i, &decision, lists);
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS_PER_BLOCK) ecc_li_gd_settle_kernel(const li_gd_stage g)
{
    const uint32_t thread = thread_of_grid();
    if (thread / ECC_LANES < g.n_crews) {
        int32_t *lists = eswi_ecc_crew_links(&g.crews[thread / ECC_LANES], (int)(thread % ECC_LANES));
        LI_GD_EACH_SCENARIO(g, i)
        {
            const eswi_ecc_decision decision =
                eswi_ecc_decision_at(g.config, g.decisions + i * g.decision_bytes);
            eswi_ecc_li_gd_settle(&g.work, (int)i, &decision, lists);
        }
    }
}

/* ---------------------------------------------------------------- launches */

static unsigned blocks_for(uint32_t threads)
{
    return (threads + THREADS_PER_BLOCK - 1) / THREADS_PER_BLOCK;
}

#define LI_GD_LAUNCH(error, kernel, threads, stream, ...)                                     \
    do {                                                                                      \
        ESW_LAUNCH(kernel, blocks_for(threads), THREADS_PER_BLOCK, 0, (stream), __VA_ARGS__); \
        ESWI_CUDA_LAUNCHED((error), kernel);                                                  \
    } while (0)

static esw_status open_stage(const li_gd_stage *g, const eswi_ecc_batch *batch, cudaStream_t stream,
                             esw_error *error)
{
    const uint32_t most = g->n_crews > batch->count ? g->n_crews : batch->count;
    ESW_LAUNCH(ecc_li_gd_config_kernel, 1, 1, 0, stream, g->config, batch->config);
    ESWI_CUDA_LAUNCHED(error, ecc_li_gd_config_kernel);
    LI_GD_LAUNCH(error, ecc_li_gd_open_kernel, most, stream, *g);
    LI_GD_LAUNCH(error, ecc_li_gd_prepare_kernel, g->n_crews * ECC_LANES, stream, *g);
    return ESW_OK;
}

static esw_status run_phase(const li_gd_stage *g, const eswi_ecc_batch *batch, eswi_ecc_phase phase,
                            cudaStream_t stream, esw_error *error)
{
    const int relaxed = eswi_ecc_phase_relaxed(&g->work, phase);
    const uint32_t threads = g->n_crews * ECC_LANES;
    LI_GD_LAUNCH(error, ecc_li_gd_aim_kernel, g->n_crews, stream, *g, eswi_ecc_phase_direction(phase), relaxed);
    if (!relaxed)
        LI_GD_LAUNCH(error, ecc_li_gd_powers_kernel, threads, stream, *g, phase);
    else if (batch->config.reading == ECC_PUBLISHED)
        LI_GD_LAUNCH(error, ecc_li_gd_published_kernel, threads, stream, *g, phase);
    else
        LI_GD_LAUNCH(error, ecc_li_gd_shares_kernel, threads, stream, *g, phase);
    return ESW_OK;
}

/* Phases 3 and 4 and the decision they lead to. */
static esw_status refine_powers(const li_gd_stage *g, const eswi_ecc_batch *batch, cudaStream_t stream,
                                esw_error *error)
{
    esw_status status = run_phase(g, batch, PHASE_POWER_DOWN, stream, error);
    if (!status)
        status = run_phase(g, batch, PHASE_POWER_UP, stream, error);
    if (!status)
        LI_GD_LAUNCH(error, ecc_li_gd_write_kernel, g->n_crews * ECC_LANES, stream, *g);
    return status;
}

esw_status eswi_cuda_ecc_li_gd_run(const eswi_ecc_batch *batch, ecc_method method,
                                   eswi_cuda_ecc_li_gd_shape shape, cudaStream_t stream, esw_error *error)
{
    li_gd_stage g = {};
    lay_out(&g, &batch->config, shape, batch->capacity, batch->d_scratch);
    g.work.config = g.config;
    g.work.cold = method == ECC_GD;
    g.work.relaxed = batch->config.access == ECC_NOMA;
    g.work.instances = batch->d_instances;
    g.work.instance_bytes = batch->instance_bytes;
    g.work.count = batch->count;
    g.decisions = batch->d_decisions;
    g.decision_bytes = batch->decision_bytes;

    esw_status status = open_stage(&g, batch, stream, error);
    if (!status)
        status = run_phase(&g, batch, PHASE_DOWN, stream, error);
    if (!status)
        status = run_phase(&g, batch, PHASE_UP, stream, error);
    if (!status)
        status = refine_powers(&g, batch, stream, error);
    if (!status && batch->config.split == ECC_SPLIT_PER_USER) {
        LI_GD_LAUNCH(error, ecc_li_gd_resplit_kernel, g.n_crews * ECC_LANES, stream, g);
        status = refine_powers(&g, batch, stream, error);
    }
    if (!status)
        LI_GD_LAUNCH(error, ecc_li_gd_settle_kernel, g.n_crews * ECC_LANES, stream, g);
    return status;
}

eswi_cuda_ecc_li_gd_shape eswi_cuda_ecc_li_gd_shape_for(const eswi_ecc_config *config, uint32_t capacity)
{
    eswi_cuda_ecc_li_gd_shape shape;
    shape.spread = config->access == ECC_NOMA && config->subchannels >= SPREAD_FROM_SUBCHANNELS;
    const uint32_t seats = shape.spread ? 1 : ECC_LANES, crews = (capacity + seats - 1) / seats;
    shape.crews = crews < CREWS_MOST ? crews : CREWS_MOST;
    return shape;
}

size_t eswi_cuda_ecc_li_gd_shape_bytes(const eswi_ecc_config *config, eswi_cuda_ecc_li_gd_shape shape,
                                       uint32_t capacity)
{
    li_gd_stage measured = {};
    return lay_out(&measured, config, shape, capacity, nullptr);
}

size_t eswi_cuda_ecc_li_gd_scratch(const eswi_ecc_config *config, ecc_method method, uint32_t capacity)
{
    (void)method;
    return eswi_cuda_ecc_li_gd_shape_bytes(config, eswi_cuda_ecc_li_gd_shape_for(config, capacity), capacity);
}

esw_status eswi_cuda_ecc_li_gd_solve(const eswi_ecc_batch *batch, ecc_method method, cudaStream_t stream,
                                     esw_error *error)
{
    return eswi_cuda_ecc_li_gd_run(
        batch, method, eswi_cuda_ecc_li_gd_shape_for(&batch->config, batch->capacity), stream, error);
}
