/* What the engine costs: a whole run, from drawing to results, beside the solver alone on the same scenarios. */
#include "bench.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "sweep/experiment.h"
#include "sweep/plan.h"

/* As small as instances get, so that whatever the engine does for each of them shows most. */
static const char EXPERIMENT[] = "system: ecc\nname: engine\nscenarios: 1048576\nmethods: [li-gd]\n"
                                 "parameters: {aps: 1, users: 4, subchannels: 2}\nkeep: [summary]\n";

/* Measurements this often longer than the others': the start and the end of a run must not count for much. */
enum { LONGER = 4, REPEATS_MOST = 101 };

typedef struct engine_state {
    esw_experiment *experiment;
    eswi_run_plan plan;
    eswi_point_configs configs;
    eswi_solver *solver;
    void *decisions;
    int threads;
    uint64_t seen; /* calls of the progress */
} engine_state;

static esw_status load(engine_state *s, uint64_t scenarios, esw_error *error)
{
    const esw_overrides overrides = {.scenarios = scenarios};
    esw_experiment_free(s->experiment);
    s->experiment = NULL;
    return esw_experiment_parse(EXPERIMENT, strlen(EXPERIMENT), "bench", ".", &overrides, &s->experiment,
                                error);
}

/* Opens the solver as a run of the experiment would. */
static esw_status open_solver(engine_state *s, esw_error *error)
{
    const esw_run_options options = {.backend = "cpu", .threads = s->threads};
    esw_status status = load(s, 0, error);
    if (!status)
        status = eswi_run_plan_make(s->experiment, &options, &s->plan, error);
    if (!status)
        status = eswi_point_configure(s->experiment, 0, ESW_NONE, &s->configs, error);
    if (status)
        return status;
    const eswi_resources resources = {.threads = s->threads, .batch = s->plan.points[0].batch};
    const size_t bytes = s->configs.system->sizes(s->configs.instance).decision_bytes;
    s->decisions = aligned_alloc(64, (bytes * resources.batch + 63) / 64 * 64);
    return s->decisions ? s->plan.ops->open(&s->configs.point, &resources, &s->solver, error)
                        : esw_fail(error, ESW_NO_MEMORY, "no memory for the engine benchmark");
}

/* Draws and solves scenarios 0 .. count-1. */
static esw_status solve_all(engine_state *s, uint64_t count, esw_error *error)
{
    const uint32_t batch = s->plan.points[0].batch;
    esw_status status = ESW_OK;
    for (uint64_t first = 0; first < count && !status; first += batch) {
        const uint32_t some = count - first < batch ? (uint32_t)(count - first) : batch;
        status = s->plan.ops->stage(s->solver, first, some, error);
        if (!status)
            status = s->plan.ops->solve(s->solver, 0, s->decisions, error);
    }
    return status;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

static void count_progress(void *context, const esw_progress *progress)
{
    (void)progress;
    ++((engine_state *)context)->seen;
}

/* A run into a new folder where temporary files go, with everything on. */
static esw_status run_all(engine_state *s, esw_error *error)
{
    const char *place = getenv("TMPDIR");
    char *folder = eswi_format("%s/edgesweep-bench-XXXXXX", place && *place ? place : "/tmp");
    if (!folder || !mkdtemp(folder)) {
        free(folder);
        return esw_fail(error, ESW_IO, "no folder for a run can be made in %s; set TMPDIR",
                        place ? place : "/tmp");
    }
    const esw_run_options options = {
        .directory = folder, .backend = "cpu", .threads = s->threads, .progress = count_progress, .context = s};
    esw_status status = esw_run(s->experiment, &options, NULL, error);
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(folder);
    return status;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The two take turns, so that what else the machine does meets both. */
static esw_status measure(const esw_bench_options *options, engine_state *s, json_t **result, esw_error *error)
{
    const int repeats = options->repeats < REPEATS_MOST ? options->repeats : REPEATS_MOST;
    double engine[REPEATS_MOST], solver[REPEATS_MOST], seconds = 0.0;
    uint64_t count = 4 * s->plan.points[0].batch;
    esw_status status = ESW_OK;
    while (!status && seconds < LONGER * options->seconds) {
        count *= 2;
        const double begun_s = eswi_clock_s();
        status = solve_all(s, count, error);
        seconds = eswi_clock_s() - begun_s;
    }
    if (!status)
        status = load(s, count, error);
    for (int i = 0; i < repeats && !status; i++) {
        const double begun_s = eswi_clock_s();
        status = run_all(s, error);
        const double between_s = eswi_clock_s();
        if (!status)
            status = solve_all(s, count, error);
        engine[i] = (double)count / (between_s - begun_s);
        solver[i] = (double)count / (eswi_clock_s() - between_s);
    }
    if (status)
        return status;
    qsort(engine, (size_t)repeats, sizeof *engine, ascending);
    qsort(solver, (size_t)repeats, sizeof *solver, ascending);
    *result = bench_case("engine", "scenarios/s of a whole run at 1 x 4 x 2, li-gd, keep: [summary]",
                         engine[repeats / 2]);
    bench_rival(*result, "the solver alone on the same scenarios", solver[repeats / 2]);
    return ESW_OK;
}

json_t *bench_engine(const esw_bench_options *options, esw_error *error)
{
    engine_state s = {.threads = options->threads};
    json_t *result = NULL;
    if (!open_solver(&s, error))
        measure(options, &s, &result, error);
    if (s.solver)
        s.plan.ops->close(s.solver);
    free(s.decisions);
    eswi_point_free(&s.configs);
    eswi_run_plan_free(&s.plan);
    esw_experiment_free(s.experiment);
    return result;
}
