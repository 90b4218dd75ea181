#include "sweep/plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/machine.h"
#include "base/text.h"
#include "sweep/experiment.h"

/* A batch beyond this many scenarios, or a solver beyond this many bytes, gains nothing on a processor. A backend that
 * wants more scenarios says so (batch_worth); it may take a quarter of the memory, as it pins what it takes. */
enum { PROCESSOR_BATCH = 4096 };
static const uint64_t processor_bytes = UINT64_C(1) << 28;
static const uint64_t device_share = 4;

static const double memory_share = 0.9;

esw_status eswi_point_configure(const esw_experiment *experiment, size_t point, size_t only,
                                eswi_point_configs *configs, esw_error *error)
{
    size_t n_runs = only == ESW_NONE ? experiment->n_methods : 1;
    *configs = (eswi_point_configs){.system = experiment->system};
    configs->runs = calloc(n_runs, sizeof *configs->runs);
    if (!configs->runs)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", experiment->source);
    esw_status status = esw_experiment_configure(experiment, point, ESW_NONE, &configs->instance, error);
    for (size_t i = 0; i < n_runs && !status; ++i) {
        size_t method = only == ESW_NONE ? i : only;
        esw_config *config;
        status = esw_experiment_configure(experiment, point, method, &config, error);
        if (!status)
            configs->runs[configs->n_runs++] = (eswi_method_run){experiment->methods[method].method, config};
    }
    configs->point = (eswi_point){
        .system = experiment->system,
        .seed = experiment->seed,
        .config = configs->instance,
        .runs = configs->runs,
        .n_runs = configs->n_runs,
    };
    return status;
}

void eswi_point_free(eswi_point_configs *configs)
{
    for (size_t i = 0; i < configs->n_runs; ++i)
        configs->system->config_free((esw_config *)configs->runs[i].config);
    if (configs->instance)
        configs->system->config_free(configs->instance);
    free(configs->runs);
    *configs = (eswi_point_configs){0};
}

uint32_t eswi_group_scenarios(const eswi_block_shape *shape, uint32_t batch)
{
    /* Kept columns are large: one block of them at a time. */
    bool wide = shape->entity_values > 0 || shape->series_values > 0;
    if (wide || batch < ESW_BLOCK_SCENARIOS)
        return ESW_BLOCK_SCENARIOS;
    return batch - batch % ESW_BLOCK_SCENARIOS;
}

/* Bytes of one record of a full block at most: its statistics, histograms of all different values, kept
 * parts. */
static uint64_t record_bytes(const eswi_block_shape *shape)
{
    uint64_t per_metric = 64 + ESW_BLOCK_SCENARIOS * (shape->keep & ESW_KEEP_SCENARIOS ? 12 : 4);
    return 256 + shape->n_metrics * per_metric + shape->entity_values * (8 * ESW_BLOCK_SCENARIOS) +
           shape->series_values * sizeof(eswi_running);
}

static uint64_t engine_bytes(const eswi_block_shape *shape, size_t decision_bytes, size_t n_runs,
                             uint32_t batch, int threads)
{
    uint64_t group = eswi_group_scenarios(shape, batch);
    uint64_t matrix = n_runs * shape->n_metrics * group * sizeof(double);
    uint64_t entities = n_runs * shape->entity_values * group * sizeof(double);
    uint64_t series =
        shape->series_values * (n_runs * sizeof(eswi_running) + (uint64_t)threads * sizeof(double));
    uint64_t records = n_runs * (group / ESW_BLOCK_SCENARIOS) * record_bytes(shape);
    return decision_bytes * (uint64_t)batch + matrix + entities + series + records;
}

enum { WHERE_TEXT = 300 };

/* " at users = 5, access = oma" into text, nothing without a sweep; returns text. */
static const char *where_text(const esw_experiment *experiment, size_t point, char text[WHERE_TEXT])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < experiment->n_axes && used < WHERE_TEXT; ++i)
        used += (size_t)snprintf(text + used, WHERE_TEXT - used, "%s%s = %.60s", i ? ", " : " at ",
                                 esw_experiment_sweep_key(experiment, i),
                                 esw_experiment_sweep_text(experiment, point, i));
    return text;
}

esw_status eswi_point_check_scenarios(const esw_experiment *experiment, size_t point, const esw_config *config,
                                      uint64_t wanted, esw_error *error)
{
    const uint64_t there = experiment->system->sizes(config).scenarios;
    char where[WHERE_TEXT];
    if (there == 0 || wanted <= there)
        return ESW_OK;
    return esw_fail(error, ESW_BAD_USAGE,
                    "%s: scenarios 0 to %" PRIu64 " are asked for, its files have 0 to %" PRIu64
                    "%s: ask for fewer (scenarios, stop: max_scenarios, --scenarios, --scenario)",
                    experiment->source, wanted - 1, there - 1, where_text(experiment, point, where));
}

static esw_status too_large(const esw_experiment *experiment, size_t point, const eswi_point_plan *plan,
                            uint64_t allowed, esw_error *error)
{
    char where[WHERE_TEXT];
    char needed[32], solver[32], results[32], limit[32];
    return esw_fail(error, ESW_TOO_LARGE,
                    "%s: needs %s of memory%s (solver %s, results in flight %s) with batches of %" PRIu32
                    "; allowed: %s. Make the instance smaller or raise --max-memory",
                    experiment->source,
                    eswi_format_bytes((double)(plan->solver_bytes + plan->engine_bytes), needed),
                    where_text(experiment, point, where),
                    eswi_format_bytes((double)plan->solver_bytes, solver),
                    eswi_format_bytes((double)plan->engine_bytes, results), plan->batch,
                    eswi_format_bytes((double)allowed, limit));
}

/* The largest batch that fits and is worth it; *fits says whether even that one does. */
static eswi_point_plan choose_batch(const eswi_run_plan *plan, const eswi_point *point,
                                    const eswi_block_shape *shape, size_t decision_bytes, uint32_t wanted,
                                    uint64_t scenarios, bool *fits)
{
    const bool device = plan->ops->batch_worth > 0;
    const uint64_t bytes_worth = device ? plan->allowed_bytes / device_share : processor_bytes;
    uint32_t batch = wanted ? wanted : device ? plan->ops->batch_worth : PROCESSOR_BATCH;
    uint64_t rounded = (scenarios + ESW_BLOCK_SCENARIOS - 1) / ESW_BLOCK_SCENARIOS * ESW_BLOCK_SCENARIOS;
    if (!wanted && rounded < batch)
        batch = (uint32_t)rounded;
    for (;;) {
        eswi_resources resources = {.threads = plan->threads, .batch = batch, .max_bytes = plan->allowed_bytes};
        eswi_point_plan chosen = {.batch = batch};
        chosen.solver_bytes = plan->ops->footprint(point, &resources);
        chosen.engine_bytes = engine_bytes(shape, decision_bytes, point->n_runs, batch, plan->threads);
        chosen.journal_bytes =
            (scenarios + ESW_BLOCK_SCENARIOS - 1) / ESW_BLOCK_SCENARIOS * point->n_runs * record_bytes(shape);
        *fits = chosen.solver_bytes <= plan->allowed_bytes &&
                chosen.engine_bytes <= plan->allowed_bytes - chosen.solver_bytes;
        bool worth_it = wanted || chosen.solver_bytes <= bytes_worth || batch <= (uint32_t)plan->threads;
        if ((*fits && worth_it) || batch == 1)
            return chosen;
        batch /= 2;
    }
}

static esw_status plan_point(const esw_experiment *experiment, const esw_run_options *options, size_t index,
                             eswi_run_plan *plan, esw_error *error)
{
    eswi_point_configs configs;
    esw_status status = eswi_point_configure(experiment, index, ESW_NONE, &configs, error);
    if (!status)
        status = eswi_point_check_scenarios(experiment, index, configs.instance, experiment->scenarios, error);
    if (!status) {
        bool fits;
        esw_sizes sizes = experiment->system->sizes(configs.instance);
        eswi_block_shape shape = eswi_block_shape_of(experiment, &plan->metrics, sizes);
        eswi_point_plan chosen = choose_batch(plan, &configs.point, &shape, sizes.decision_bytes,
                                              options->batch, experiment->scenarios, &fits);
        plan->points[index] = chosen;
        if (!fits)
            status = too_large(experiment, index, &chosen, plan->allowed_bytes, error);
    }
    eswi_point_free(&configs);
    return status;
}

static void summarise(const esw_experiment *experiment, eswi_run_plan *plan)
{
    esw_plan *summary = &plan->summary;
    *summary = (esw_plan){
        .backend = plan->backend->name,
        .points = experiment->n_points,
        .methods = experiment->n_methods,
        .scenarios = experiment->scenarios,
        .blocks =
            (experiment->scenarios + ESW_BLOCK_SCENARIOS - 1) / ESW_BLOCK_SCENARIOS * experiment->n_points,
        .allowed_bytes = plan->allowed_bytes,
        .threads = plan->threads,
    };
    for (size_t i = 0; i < experiment->n_points; ++i) {
        const eswi_point_plan *point = &plan->points[i];
        summary->journal_bytes += point->journal_bytes;
        if (point->solver_bytes + point->engine_bytes < summary->solver_bytes + summary->engine_bytes)
            continue;
        summary->largest_point = i;
        summary->batch = point->batch;
        summary->solver_bytes = point->solver_bytes;
        summary->engine_bytes = point->engine_bytes;
    }
}

esw_status eswi_run_plan_make(const esw_experiment *experiment, const esw_run_options *options,
                              eswi_run_plan *plan, esw_error *error)
{
    *plan = (eswi_run_plan){0};
    if (options->threads < 0)
        return esw_fail(error, ESW_BAD_USAGE, "--threads: found %d, must be at least 1", options->threads);
    plan->threads = options->threads ? options->threads : eswi_machine_cores();
    plan->allowed_bytes = options->max_memory_bytes
                              ? options->max_memory_bytes
                              : (uint64_t)(memory_share * (double)eswi_machine_memory_bytes());
    uint64_t methods = 0;
    for (size_t i = 0; i < experiment->n_methods; ++i)
        methods |= UINT64_C(1) << experiment->methods[i].method;
    esw_status status =
        eswi_backend_find(options->backend, experiment->system, methods, &plan->backend, &plan->ops, error);
    if (status)
        return status;
    status = eswi_metrics_make(experiment, &plan->metrics, error);
    if (status)
        return status;
    plan->points = calloc(experiment->n_points, sizeof *plan->points);
    if (!plan->points)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", experiment->source);
    plan->system = experiment->system;
    status = esw_experiment_configure(experiment, 0, ESW_NONE, &plan->kept, error);
    for (size_t i = 0; i < experiment->n_points && !status; ++i)
        status = plan_point(experiment, options, i, plan, error);
    if (!status)
        summarise(experiment, plan);
    return status;
}

void eswi_run_plan_free(eswi_run_plan *plan)
{
    eswi_metrics_free(&plan->metrics);
    if (plan->kept)
        plan->system->config_free(plan->kept);
    free(plan->points);
    *plan = (eswi_run_plan){0};
}

esw_status esw_plan_make(const esw_experiment *experiment, const esw_run_options *options, esw_plan *summary,
                         esw_error *error)
{
    eswi_run_plan plan;
    esw_status status = eswi_run_plan_make(experiment, options, &plan, error);
    if (!status)
        *summary = plan.summary;
    eswi_run_plan_free(&plan);
    return status;
}
