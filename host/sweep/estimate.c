/* How long a run would take: a few scenarios of a few points, solved and timed. */
#include "edgesweep/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sweep/experiment.h"
#include "sweep/workspace.h"

enum { POINTS_TIMED = 8 };
/* A sample says something when it is long, and the sooner when it is of many scenarios: the first ones wake threads. */
static const double long_s = 0.25, enough_s = 0.05;
static const uint32_t many = 64;
static const double patience_s = 1; /* for all samples together, as far as one of them allows */

static bool never(const void *context)
{
    (void)context;
    return false;
}

/* Times scenarios 0 .. count-1 of a point, all methods, as a machine with nothing else to do would take for them: this
 * thread takes part in all of it, so what others keep it waiting is what it has stood in line. */
static esw_status time_group(eswi_workspace *workspace, const unsigned char *wanted, uint32_t count,
                             double *seconds, esw_error *error)
{
    const eswi_patience patience = {never, NULL};
    const double begun_s = eswi_clock_s() - eswi_clock_queued_s();
    esw_status status = eswi_workspace_run(workspace, 0, count, wanted, NULL, &patience, error);
    *seconds = eswi_clock_s() - eswi_clock_queued_s() - begun_s;
    return status;
}

/* Seconds per scenario of a point, from ever more scenarios until they take long enough: the least of a few such
 * samples, for everything else that happens only adds. */
static esw_status time_point(const esw_experiment *experiment, const eswi_run_plan *plan, size_t point,
                             const unsigned char *wanted, double until_s, double *per_scenario,
                             uint64_t *solved, esw_error *error)
{
    eswi_workspace workspace;
    double seconds = 0;
    esw_status status = eswi_workspace_open(&workspace, experiment, plan, point, error);
    const uint32_t most =
        experiment->scenarios < workspace.group ? (uint32_t)experiment->scenarios : workspace.group;
    uint32_t count = 1;
    for (; !status; count = count > most / 16 ? most : 16 * count) {
        status = time_group(&workspace, wanted, count, &seconds, error);
        *per_scenario = seconds / count;
        *solved += count;
        if (seconds >= long_s || (seconds >= enough_s && count >= many) || count == most)
            break;
    }
    for (int again = 0; again < 2 && !status && eswi_clock_s() < until_s; again++) {
        status = time_group(&workspace, wanted, count, &seconds, error);
        *per_scenario = seconds / count < *per_scenario ? seconds / count : *per_scenario;
        *solved += count;
    }
    eswi_workspace_close(&workspace);
    return status;
}

static esw_status time_points(const esw_experiment *experiment, const eswi_run_plan *plan,
                              const unsigned char *wanted, esw_estimate *estimate, esw_error *error)
{
    const size_t points = experiment->n_points;
    const size_t samples = points < POINTS_TIMED ? points : POINTS_TIMED;
    const double begun_s = eswi_clock_s();
    double sum = 0;
    esw_status status = ESW_OK;
    for (size_t i = 0; i < samples && !status; ++i) {
        double per_scenario = 0;
        if (i > 0 && eswi_clock_s() - begun_s > patience_s)
            break;
        status = time_point(experiment, plan, samples > 1 ? i * (points - 1) / (samples - 1) : 0, wanted,
                            begun_s + patience_s, &per_scenario, &estimate->scenarios, error);
        sum += per_scenario;
        ++estimate->points;
    }
    if (!status)
        estimate->seconds = sum / (double)estimate->points * (double)experiment->scenarios * (double)points;
    return status;
}

esw_status esw_estimate_time(const esw_experiment *experiment, const esw_run_options *options,
                             esw_estimate *estimate, esw_error *error)
{
    eswi_run_plan plan;
    *estimate = (esw_estimate){0};
    esw_status status = eswi_run_plan_make(experiment, options, &plan, error);
    unsigned char *wanted = malloc(experiment->n_methods);
    if (!status && !wanted)
        status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", experiment->source);
    if (!status) {
        memset(wanted, 1, experiment->n_methods);
        status = time_points(experiment, &plan, wanted, estimate, error);
    }
    if (!status && options->shards > 0)
        estimate->seconds /= options->shards;
    free(wanted);
    eswi_run_plan_free(&plan);
    return status;
}
