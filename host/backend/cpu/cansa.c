/* CANSA on the CPU: packs of sixteen scenarios, or one at a time, over the threads. */
#include <stdlib.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "backend/cpu/isa.h"
#include "backend/cpu/pin.h"
#include "backend/cpu/solvers.h"
#include "cansa/pack.h"

struct eswi_solver {
    const eswi_cansa_config *config;
    uint64_t seed;
    int threads;
    uint32_t count;
    size_t instance_bytes, scratch_bytes;
    char *instances, *scratch;
    size_t n_runs;
    eswi_method_run runs[];
};

static const eswi_cansa_config *config_of(const eswi_method_run *run)
{
    return (const eswi_cansa_config *)(const void *)run->config;
}

/* The game's own arrays beside those of instance and decision. */
static eswi_cansa_game game_layout(eswi_carve *carve, int clients)
{
    eswi_cansa_game game = {0};
    game.saved = ESWI_CARVE(carve, double, (size_t)clients);
    game.need = ESWI_CARVE(carve, int32_t, (size_t)clients);
    return game;
}

/* Scratch of one thread for a run. */
static size_t run_bytes(const eswi_method_run *run)
{
    eswi_carve carve = {NULL, 0};
    if (run->method == CANSA_OPTIMUM)
        eswi_cansa_knapsack_layout(&carve, config_of(run));
    else if (run->method == CANSA_NASH)
        game_layout(&carve, config_of(run)->clients);
    else
        eswi_cansa_pack_layout(&carve, config_of(run)->clients);
    return carve.used;
}

static size_t most_run_bytes(const eswi_point *point)
{
    size_t most = 0;
    for (size_t i = 0; i < point->n_runs; i++)
        most = run_bytes(&point->runs[i]) > most ? run_bytes(&point->runs[i]) : most;
    return most;
}

static size_t footprint(const eswi_point *point, const eswi_resources *resources)
{
    const eswi_cansa_config *config = (const eswi_cansa_config *)(const void *)point->config;
    return sizeof(eswi_solver) + point->n_runs * sizeof(eswi_method_run) +
           eswi_cansa_instance_bytes(config) * resources->batch +
           most_run_bytes(point) * (size_t)resources->threads;
}

static void close_solver(eswi_solver *solver)
{
    if (!solver)
        return;
    free(solver->instances);
    free(solver->scratch);
    free(solver);
}

static esw_status open_solver(const eswi_point *point, const eswi_resources *resources, eswi_solver **out,
                              esw_error *error)
{
    eswi_solver *solver = calloc(1, sizeof *solver + point->n_runs * sizeof(eswi_method_run));
    if (!solver)
        return esw_fail(error, ESW_NO_MEMORY, "no memory for a solver");
    solver->config = (const eswi_cansa_config *)(const void *)point->config;
    solver->seed = point->seed;
    solver->threads = resources->threads;
    solver->n_runs = point->n_runs;
    for (size_t i = 0; i < point->n_runs; i++)
        solver->runs[i] = point->runs[i];
    solver->instance_bytes = eswi_cansa_instance_bytes(solver->config);
    solver->scratch_bytes = most_run_bytes(point);
    solver->instances = aligned_alloc(ESWI_CARVE_ALIGN, solver->instance_bytes * resources->batch);
    solver->scratch =
        aligned_alloc(ESWI_CARVE_ALIGN, solver->scratch_bytes * (size_t)resources->threads + ESWI_CARVE_ALIGN);
    if (!solver->instances || !solver->scratch) {
        close_solver(solver);
        return esw_fail(error, ESW_NO_MEMORY, "no memory for a batch of %u scenarios; lower --max-memory",
                        resources->batch);
    }
    eswi_cpu_pin_threads(resources->threads);
    *out = solver;
    return ESW_OK;
}

static esw_status stage(eswi_solver *solver, uint64_t first, uint32_t count, esw_error *error)
{
    (void)error;
    solver->count = count;
#pragma omp parallel for num_threads(solver->threads) schedule(static)
    for (uint32_t i = 0; i < count; i++) {
        const eswi_cansa_instance instance =
            eswi_cansa_instance_view(solver->config, solver->instances + i * solver->instance_bytes);
        eswi_cansa_stage(solver->config, solver->seed, first + i, &instance);
    }
    return ESW_OK;
}

/* ---------------------------------------------------------------- solving */

/* A method's work in flight: what is solved, where the decisions go, the thread's scratch. */
typedef struct job {
    const eswi_solver *solver;
    const eswi_method_run *run;
    char *decisions;
    size_t decision_bytes;
} job;

static eswi_cansa_decision decision_at(const job *j, uint32_t i)
{
    return eswi_cansa_decision_view(config_of(j->run), j->decisions + i * j->decision_bytes);
}

static eswi_cansa_instance instance_at(const job *j, uint32_t i)
{
    return eswi_cansa_instance_view(j->solver->config, j->solver->instances + i * j->solver->instance_bytes);
}

/* Scenarios first .. first + 15 of the batch, as far as there are any. */
static void solve_pack(const job *j, uint32_t first, void *scratch)
{
    static const int ALLOCATION[CANSA_METHODS] = {[CANSA_AVERAGE] = CANSA_ALLOCATE_EVENLY,
                                                  [CANSA_PROPORTIONAL] = CANSA_ALLOCATE_BY_RATE,
                                                  [CANSA_EQUAL_RATE] = CANSA_ALLOCATE_EQUAL_RATES};
    const eswi_cansa_config *config = config_of(j->run);
    const eswi_cpu_kernels *kernels = eswi_cpu_kernels_in_use();
    const uint32_t left = j->solver->count - first, used = left < ESW_LANES ? left : ESW_LANES;
    eswi_carve carve = {scratch, 0};
    const eswi_cansa_pack pack = eswi_cansa_pack_layout(&carve, config->clients);
    for (uint32_t l = 0; l < ESW_LANES; l++) {
        if (l < used) {
            const eswi_cansa_instance instance = instance_at(j, first + l);
            eswi_cansa_pack_load(&pack, (int)l, config, &instance);
        } else {
            eswi_cansa_pack_load_nothing(&pack, (int)l, config->clients);
        }
    }
    if (j->run->method == CANSA_AUCTION)
        kernels->cansa_auction(&config->rules, &pack);
    else
        kernels->cansa_baseline(&config->rules, &pack, ALLOCATION[j->run->method]);
    for (uint32_t l = 0; l < used; l++) {
        const eswi_cansa_decision decision = decision_at(j, first + l);
        eswi_cansa_pack_store(&pack, (int)l, config, &decision);
    }
}

static void solve_one(const job *j, uint32_t i, void *scratch)
{
    const eswi_cansa_config *config = config_of(j->run);
    const eswi_cansa_instance instance = instance_at(j, i);
    const eswi_cansa_decision decision = decision_at(j, i);
    eswi_carve carve = {scratch, 0};
    if (j->run->method == CANSA_OPTIMUM) {
        eswi_cansa_knapsack knapsack = eswi_cansa_knapsack_layout(&carve, config);
        knapsack.rate = instance.rate_per_rb_bps;
        knapsack.context = instance.context;
        eswi_cpu_kernels_in_use()->cansa_optimum(&config->rules, &knapsack, decision.rbs, decision.option,
                                                 decision.bid);
        eswi_cansa_report(&decision, CANSA_REASON_NONE, 0, 0, 1);
        return;
    }
    eswi_cansa_game game = game_layout(&carve, config->clients);
    game.rate = instance.rate_per_rb_bps;
    game.context = instance.context;
    game.bid = decision.bid;
    game.rbs = decision.rbs;
    game.option = decision.option;
    const eswi_cansa_ending end = eswi_cansa_nash(&config->rules, &game);
    eswi_cansa_report(&decision, end.reason, end.sweeps, end.cycle, 0);
}

static esw_status solve(eswi_solver *solver, size_t index, void *decisions, esw_error *error)
{
    const eswi_method_run *run = &solver->runs[index];
    const job j = {solver, run, decisions, eswi_cansa_decision_bytes(config_of(run))};
    const uint32_t step = run->method == CANSA_OPTIMUM || run->method == CANSA_NASH ? 1 : ESW_LANES;
    (void)error;
#pragma omp parallel for num_threads(solver->threads) schedule(dynamic, 1)
    for (uint32_t first = 0; first < solver->count; first += step) {
        int thread = 0;
#ifdef _OPENMP
        thread = omp_get_thread_num();
#endif
        void *scratch = solver->scratch + (size_t)thread * solver->scratch_bytes;
        if (step == 1)
            solve_one(&j, first, scratch);
        else
            solve_pack(&j, first, scratch);
    }
    return ESW_OK;
}

static const void *staged_instance(eswi_solver *solver, uint32_t i)
{
    return solver->instances + i * solver->instance_bytes;
}

const eswi_solver_ops eswi_cpu_cansa_ops = {
    .footprint = footprint,
    .open = open_solver,
    .close = close_solver,
    .stage = stage,
    .solve = solve,
    .instance = staged_instance,
};
