#include "sweep/workspace.h"

#include <stdlib.h>
#include <string.h>

#include "sweep/experiment.h"

/* n elements of `size` bytes on a cache line of their own; NULL also when the product does not fit. */
static void *allocate(size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX - 128)
        return NULL;
    bytes = (bytes + 64) / 64 * 64;
    void *memory = aligned_alloc(64, bytes);
    if (memory)
        memset(memory, 0, bytes);
    return memory;
}

/* Below this many scenarios waking the other threads costs more than they save. */
enum { PARALLEL_MIN = 16 };

static esw_status allocate_arrays(eswi_workspace *w, esw_error *error)
{
    const size_t runs = w->configs.n_runs;
    w->n_records = runs * (w->group / ESW_BLOCK_SCENARIOS);
    w->decisions = allocate(w->batch, w->sizes.decision_bytes);
    w->metrics = allocate(runs * w->shape.n_metrics * w->group, sizeof *w->metrics);
    w->entities =
        allocate(w->shape.entity_values ? runs * w->group : 0, w->shape.entity_values * sizeof *w->entities);
    w->series = allocate(runs * w->shape.series_values, sizeof *w->series);
    w->series_scratch = allocate((size_t)w->plan->threads * w->shape.series_values, sizeof *w->series_scratch);
    w->records = allocate(w->n_records, sizeof *w->records);
    if (w->decisions && w->metrics && w->entities && w->series && w->series_scratch && w->records)
        return ESW_OK;
    return esw_fail(error, ESW_NO_MEMORY, "out of memory for the results in flight");
}

esw_status eswi_workspace_open(eswi_workspace *w, const esw_experiment *experiment, const eswi_run_plan *plan,
                               size_t point, esw_error *error)
{
    *w = (eswi_workspace){
        .plan = plan, .point = point, .baseline = experiment->baseline, .optimum = experiment->optimum};
    esw_status status = eswi_point_configure(experiment, point, ESW_NONE, &w->configs, error);
    if (status)
        return status;
    w->sizes = experiment->system->sizes(w->configs.instance);
    w->shape = eswi_block_shape_of(experiment, &plan->metrics, w->sizes);
    w->batch = plan->points[point].batch;
    w->group = eswi_group_scenarios(&w->shape, w->batch);
    if (w->batch > w->group)
        w->batch = w->group;
    eswi_resources resources = {.threads = plan->threads, .batch = w->batch, .max_bytes = plan->allowed_bytes};
    status = plan->ops->open(&w->configs.point, &resources, &w->solver, error);
    return status ? status : allocate_arrays(w, error);
}

void eswi_workspace_close(eswi_workspace *w)
{
    if (w->solver)
        w->plan->ops->close(w->solver);
    for (size_t i = 0; w->records && i < w->n_records; ++i)
        eswi_buffer_free(&w->records[i]);
    free(w->decisions);
    free(w->metrics);
    free(w->entities);
    free(w->series);
    free(w->series_scratch);
    free(w->records);
    eswi_point_free(&w->configs);
    *w = (eswi_workspace){0};
}

static double *metrics_of(const eswi_workspace *w, size_t run)
{
    return w->metrics + run * w->shape.n_metrics * w->group;
}

static double *entities_of(const eswi_workspace *w, size_t run, size_t scenario)
{
    return w->entities + (run * w->group + scenario) * w->shape.entity_values;
}

/* Accounts decision i of the current batch, whose first one is scenario `offset` of the group; series NULL: none. */
static void account_one(const eswi_workspace *w, size_t run, uint32_t offset, uint32_t i, double *series)
{
    const esw_system *system = w->configs.system;
    double row[ESWI_METRICS_MAX], *metrics = metrics_of(w, run);
    const esw_scores scores = {row, w->shape.entity_values > 0 ? entities_of(w, run, offset + i) : NULL,
                               series};
    system->account(w->configs.runs[run].config, w->plan->ops->instance(w->solver, i),
                    w->decisions + i * w->sizes.decision_bytes, &scores);
    for (size_t m = 0; m < system->n_metrics; ++m)
        metrics[m * w->group + offset + i] = row[m];
}

/* Accounts the decisions of the current batch, scenarios offset .. offset+count-1 of the group. */
static void account_part(const eswi_workspace *w, size_t run, uint32_t offset, uint32_t count)
{
#pragma omp parallel for num_threads(w->plan->threads) schedule(dynamic, 4) if (count >= PARALLEL_MIN)
    for (uint32_t i = 0; i < count; ++i)
        account_one(w, run, offset, i, NULL);
}

/* The same with series: drawn out in parallel, a few scenarios at a time, added up in scenario order. */
static void account_series(const eswi_workspace *w, size_t run, uint32_t offset, uint32_t count)
{
    const uint32_t width = (uint32_t)w->plan->threads;
    const size_t n = w->shape.series_values;
    eswi_running *series = w->series + run * n;
    for (uint32_t first = 0; first < count; first += width) {
        uint32_t some = count - first < width ? count - first : width;
#pragma omp parallel for num_threads(w->plan->threads) if (count >= PARALLEL_MIN)
        for (uint32_t i = 0; i < some; ++i)
            account_one(w, run, offset, first + i, w->series_scratch + i * n);
#pragma omp parallel for num_threads(w->plan->threads) if (n >= PARALLEL_MIN)
        for (size_t k = 0; k < n; ++k)
            for (uint32_t i = 0; i < some; ++i)
                eswi_running_add(&series[k], w->series_scratch[i * n + k]);
    }
}

/* A method that is asked for, or one that those are compared with. */
static bool is_needed(const eswi_workspace *w, const unsigned char *wanted, size_t run)
{
    return wanted[run] || run == w->baseline || run == w->optimum;
}

static esw_status solve_part(const eswi_workspace *w, uint64_t first, uint32_t offset, uint32_t count,
                             const unsigned char *wanted, esw_error *error)
{
    const eswi_solver_ops *ops = w->plan->ops;
    esw_status status = ops->stage(w->solver, first + offset, count, error);
    for (size_t run = 0; run < w->configs.n_runs && !status; ++run) {
        if (!is_needed(w, wanted, run))
            continue;
        status = ops->solve(w->solver, run, w->decisions, error);
        if (status)
            break;
        if (w->shape.series_values > 0)
            account_series(w, run, offset, count);
        else
            account_part(w, run, offset, count);
    }
    return status;
}

/* Writes the record of one block of the group and one run. */
static void encode_record(const eswi_workspace *w, uint64_t first, uint32_t count, size_t index)
{
    const size_t runs = w->configs.n_runs;
    const size_t block = index / runs, run = index % runs;
    const uint32_t start = (uint32_t)(block * ESW_BLOCK_SCENARIOS);
    const eswi_block_key key = {
        .point = (uint32_t)w->point,
        .method = (uint32_t)run,
        .block = first / ESW_BLOCK_SCENARIOS + block,
        .count = count - start < ESW_BLOCK_SCENARIOS ? count - start : ESW_BLOCK_SCENARIOS,
    };
    const eswi_block_values values = {
        .metrics = metrics_of(w, run) + start,
        .baseline = w->baseline == ESW_NONE ? NULL : metrics_of(w, w->baseline) + start,
        .stride = w->group,
        .entities = entities_of(w, run, start),
        .series = w->series + run * w->shape.series_values,
    };
    eswi_block_encode(&w->shape, &key, &values, &w->records[index]);
}

static esw_status finish_group(const eswi_workspace *w, uint64_t first, uint32_t count,
                               const unsigned char *wanted, eswi_journal *journal, esw_error *error)
{
    const size_t blocks = (count + ESW_BLOCK_SCENARIOS - 1) / ESW_BLOCK_SCENARIOS;
    const size_t n = blocks * w->configs.n_runs;
    if (w->optimum != ESW_NONE)
        for (size_t run = 0; run < w->configs.n_runs; ++run)
            if (wanted[run])
                eswi_metrics_derive(&w->plan->metrics, metrics_of(w, run), metrics_of(w, w->optimum), w->group,
                                    count);
#pragma omp parallel for num_threads(w->plan->threads) schedule(dynamic, 1) if (count >= PARALLEL_MIN)
    for (size_t i = 0; i < n; ++i)
        if (wanted[i % w->configs.n_runs])
            encode_record(w, first, count, i);
    esw_status status = ESW_OK;
    for (size_t i = 0; i < n && journal && !status; ++i)
        if (wanted[i % w->configs.n_runs])
            status = eswi_journal_append(journal, &w->records[i], error);
    return status;
}

esw_status eswi_workspace_run(eswi_workspace *w, uint64_t first, uint32_t count, const unsigned char *wanted,
                              eswi_journal *journal, const eswi_patience *patience, esw_error *error)
{
    esw_status status = ESW_OK;
    memset(w->series, 0, w->configs.n_runs * w->shape.series_values * sizeof *w->series);
    for (uint32_t offset = 0; offset < count && !status; offset += w->batch) {
        uint32_t some = count - offset < w->batch ? count - offset : w->batch;
        if (offset > 0 && patience->over(patience->context))
            return esw_fail(error, ESW_INTERRUPTED, "interrupted within a block");
        status = solve_part(w, first, offset, some, wanted, error);
    }
    return status ? status : finish_group(w, first, count, wanted, journal, error);
}

eswi_moments eswi_workspace_moments(const eswi_workspace *w, size_t method, size_t metric, uint32_t block,
                                    uint32_t count)
{
    return eswi_moments_of(metrics_of(w, method) + metric * w->group + block * ESW_BLOCK_SCENARIOS, count);
}
