/* CANSA on the CPU: packs of sixteen scenarios, or one at a time, over the threads. */
#include "backend/cpu/isa.h"
#include "backend/cpu/solver.h"
#include "cansa/pack.h"

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

static size_t scratch_bytes(const eswi_method_run *run)
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

static eswi_cansa_instance instance_at(const eswi_method_run *run, const eswi_cpu_batch *batch, uint32_t i)
{
    return eswi_cansa_instance_view(config_of(run), batch->instances + i * batch->instance_bytes);
}

static eswi_cansa_decision decision_at(const eswi_method_run *run, const eswi_cpu_batch *batch, uint32_t i)
{
    return eswi_cansa_decision_view(config_of(run), batch->decisions + i * batch->decision_bytes);
}

/* Scenarios first .. first + 15 of the batch, as far as there are any. */
static void solve_pack(const eswi_method_run *run, const eswi_cpu_batch *batch, uint32_t first, void *scratch)
{
    static const int ALLOCATION[CANSA_METHODS] = {[CANSA_AVERAGE] = CANSA_ALLOCATE_EVENLY,
                                                  [CANSA_PROPORTIONAL] = CANSA_ALLOCATE_BY_RATE,
                                                  [CANSA_EQUAL_RATE] = CANSA_ALLOCATE_EQUAL_RATES};
    const eswi_cansa_config *config = config_of(run);
    const eswi_cpu_kernels *kernels = eswi_cpu_kernels_in_use();
    const uint32_t left = batch->count - first, used = left < ESW_LANES ? left : ESW_LANES;
    eswi_carve carve = {scratch, 0};
    const eswi_cansa_pack pack = eswi_cansa_pack_layout(&carve, config->clients);
    for (uint32_t l = 0; l < ESW_LANES; l++) {
        if (l < used) {
            const eswi_cansa_instance instance = instance_at(run, batch, first + l);
            eswi_cansa_pack_load(&pack, (int)l, config, &instance);
        } else {
            eswi_cansa_pack_load_nothing(&pack, (int)l, config->clients);
        }
    }
    if (run->method == CANSA_AUCTION)
        kernels->cansa_auction(&config->rules, &pack);
    else
        kernels->cansa_baseline(&config->rules, &pack, ALLOCATION[run->method]);
    for (uint32_t l = 0; l < used; l++) {
        const eswi_cansa_decision decision = decision_at(run, batch, first + l);
        eswi_cansa_pack_store(&pack, (int)l, config, &decision);
    }
}

static void solve_one(const eswi_method_run *run, const eswi_cpu_batch *batch, uint32_t i, void *scratch)
{
    const eswi_cansa_config *config = config_of(run);
    const eswi_cansa_instance instance = instance_at(run, batch, i);
    const eswi_cansa_decision decision = decision_at(run, batch, i);
    eswi_carve carve = {scratch, 0};
    if (run->method == CANSA_OPTIMUM) {
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

static uint32_t together(size_t method)
{
    return method == CANSA_OPTIMUM || method == CANSA_NASH ? 1 : ESW_LANES;
}

static void solve(const eswi_method_run *run, const eswi_cpu_batch *batch, uint32_t first, void *scratch)
{
    if (together(run->method) == 1)
        solve_one(run, batch, first, scratch);
    else
        solve_pack(run, batch, first, scratch);
}

const eswi_cpu_system eswi_cpu_cansa = {
    .name = "cansa",
    .scratch_bytes = scratch_bytes,
    .solve = solve,
    .together = together,
};
