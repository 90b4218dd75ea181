/* esw_run: from a plan to a finished run directory. */
#include "edgesweep/run.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fileio.h"
#include "edgesweep/results.h"
#include "sweep/experiment.h"
#include "sweep/journal.h"
#include "sweep/journal_header.h"
#include "sweep/manifest.h"
#include "sweep/plan.h"
#include "sweep/workspace.h"

typedef struct runner {
    const esw_experiment *experiment;
    const esw_run_options *options;
    const eswi_run_plan *plan;
    eswi_journal journal;
    double started_s;
    uint64_t done, total; /* scenarios */
} runner;

static void report_progress(const runner *r, size_t point)
{
    double elapsed = eswi_clock_s() - r->started_s;
    esw_progress progress = {
        .point = point,
        .points = r->experiment->n_points,
        .scenarios_done = r->done,
        .scenarios_total = r->total,
        .elapsed_s = elapsed,
        .scenarios_per_s = elapsed > 0 ? (double)r->done / elapsed : 0,
    };
    if (progress.scenarios_per_s > 0)
        progress.remaining_s = (double)(r->total - r->done) / progress.scenarios_per_s;
    if (r->options->progress)
        r->options->progress(r->options->context, &progress);
}

static bool should_stop(const void *context)
{
    const runner *r = context;
    if (r->done == r->total)
        return false;
    if (r->options->stop && *r->options->stop)
        return true;
    return r->options->max_seconds > 0 && eswi_clock_s() - r->started_s >= r->options->max_seconds;
}

/* Scenarios of the next group, whole blocks: about a second of work, which is what a kill may lose. */
static uint32_t next_pace(uint32_t pace, double seconds)
{
    if (seconds < 0.5 && pace <= UINT32_MAX / 2)
        return 2 * pace;
    return seconds > 2.0 && pace > ESW_BLOCK_SCENARIOS ? pace / 2 : pace;
}

static esw_status run_point(runner *r, size_t point, esw_error *error)
{
    const eswi_patience patience = {should_stop, r};
    uint32_t pace = ESW_BLOCK_SCENARIOS;
    eswi_workspace workspace;
    esw_status status = eswi_workspace_open(&workspace, r->experiment, r->plan, point, error);
    const uint64_t scenarios = r->experiment->scenarios;
    for (uint64_t first = 0; first < scenarios && !status;) {
        uint64_t left = scenarios - first;
        uint32_t wanted = pace < workspace.group ? pace : workspace.group;
        uint32_t count = left < wanted ? (uint32_t)left : wanted;
        const double begun_s = eswi_clock_s();
        status = eswi_workspace_run(&workspace, first, count, &r->journal, &patience, error);
        if (!status) {
            first += count;
            r->done += count;
            report_progress(r, point);
            pace = next_pace(pace, eswi_clock_s() - begun_s);
        }
        if (status == ESW_INTERRUPTED || (!status && should_stop(r)))
            status = esw_fail(error, ESW_INTERRUPTED, "%s: interrupted; what is done is kept",
                              r->options->directory);
    }
    eswi_workspace_close(&workspace);
    return status;
}

static esw_status run_points(runner *r, esw_error *error)
{
    esw_status status = ESW_OK;
    report_progress(r, 0);
    for (size_t point = 0; point < r->experiment->n_points && !status; ++point)
        status = run_point(r, point, error);
    esw_error closing = {0};
    esw_status closed = eswi_journal_close(&r->journal, &closing);
    /* An interruption must not hide a full disk. */
    if (closed && (status == ESW_OK || status == ESW_INTERRUPTED)) {
        if (error)
            *error = closing;
        return closed;
    }
    return status;
}

/* Refuses a folder that already holds a run. */
static esw_status check_empty(const char *directory, esw_error *error)
{
    esw_status status = ESW_OK;
    DIR *folder = opendir(directory);
    if (!folder)
        return ESW_OK;
    for (const struct dirent *entry; !status && (entry = readdir(folder));)
        if (strcmp(entry->d_name, "experiment.yaml") == 0 || strcmp(entry->d_name, "manifest.json") == 0 ||
            strncmp(entry->d_name, "journal-", 8) == 0)
            status = esw_fail(error, ESW_BAD_USAGE,
                              "%s: already holds a run (%s); choose another folder or remove it", directory,
                              entry->d_name);
    closedir(folder);
    return status;
}

static esw_status write_experiment(const esw_experiment *experiment, const char *directory, esw_error *error)
{
    char *text = eswi_experiment_yaml(experiment, true);
    char *path = eswi_path_join(directory, "experiment.yaml");
    esw_status status = text && path ? eswi_file_replace(path, text, strlen(text), error)
                                     : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", directory);
    free(text);
    free(path);
    return status;
}

static esw_status create_journal(runner *r, esw_error *error)
{
    json_t *header = eswi_journal_header(r->experiment, &r->plan->metrics);
    char *path = eswi_path_join(r->options->directory, "journal-0000.bin");
    esw_status status = header && path
                            ? eswi_journal_create(&r->journal, path, header, error)
                            : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", r->options->directory);
    json_decref(header);
    free(path);
    return status;
}

static esw_status prepare_directory(runner *r, const char *started, esw_error *error)
{
    const char *directory = r->options->directory;
    esw_status status = check_empty(directory, error);
    if (!status)
        status = eswi_make_directories(directory, error);
    if (!status)
        status = eswi_inputs_copy(r->experiment, directory, error);
    if (!status)
        status = write_experiment(r->experiment, directory, error);
    if (!status)
        status =
            eswi_manifest_write(directory, r->experiment, r->plan, r->options, "running", started, NULL, error);
    return status ? status : create_journal(r, error);
}

/* results.h5, where this build can write it. */
static esw_status write_results(const char *directory, bool *written, esw_error *error)
{
    *written = false;
    if (!esw_have_hdf5())
        return ESW_OK;
    esw_results *results;
    esw_status status = esw_results_open(directory, &results, error);
    if (status)
        return status;
    char *path = eswi_path_join(directory, "results.h5");
    status = path ? esw_results_write_hdf5(results, path, error)
                  : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", directory);
    *written = !status;
    free(path);
    esw_results_close(results);
    return status;
}

/* Results and manifest of a run that is over; `status` is how it ended. The first failure wins. */
static esw_status finish(const runner *r, esw_status status, const char *started, bool *hdf5, esw_error *error)
{
    char ended[24];
    const char *directory = r->options->directory;
    if (status == ESW_OK || status == ESW_INTERRUPTED) {
        esw_status written = write_results(directory, hdf5, status ? NULL : error);
        if (!status)
            status = written;
    }
    const char *state = status == ESW_OK ? "done" : status == ESW_INTERRUPTED ? "interrupted" : "failed";
    esw_status noted = eswi_manifest_write(directory, r->experiment, r->plan, r->options, state, started,
                                           eswi_clock_utc(ended), status ? NULL : error);
    return status ? status : noted;
}

static esw_status run_planned(runner *r, bool *hdf5, esw_error *error)
{
    char started[24];
    eswi_clock_utc(started);
    esw_status status = prepare_directory(r, started, error);
    if (status) {
        eswi_journal_close(&r->journal, NULL);
        return status;
    }
    status = run_points(r, error);
    return finish(r, status, started, hdf5, error);
}

esw_status esw_run(const esw_experiment *experiment, const esw_run_options *options, esw_run_report *report,
                   esw_error *error)
{
    eswi_run_plan plan;
    bool hdf5 = false;
    if (!options->directory)
        return esw_fail(error, ESW_BAD_USAGE, "a run needs a folder to write to (-o DIR)");
    esw_status status = eswi_run_plan_make(experiment, options, &plan, error);
    runner r = {
        .experiment = experiment,
        .options = options,
        .plan = &plan,
        .started_s = eswi_clock_s(),
        .total = experiment->scenarios * experiment->n_points,
    };
    if (!status)
        status = run_planned(&r, &hdf5, error);
    if (report)
        *report = (esw_run_report){
            .scenarios_done = r.done,
            .scenarios_total = r.total,
            .seconds = eswi_clock_s() - r.started_s,
            .hdf5 = hdf5,
        };
    eswi_run_plan_free(&plan);
    return status;
}
