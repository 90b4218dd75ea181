/* esw_run: from a plan to a finished run directory. */
#include "edgesweep/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "sweep/experiment.h"
#include "sweep/journal.h"
#include "sweep/journal_header.h"
#include "sweep/rounds.h"
#include "sweep/run_directory.h"
#include "sweep/team.h"
#include "sweep/workspace.h"

typedef struct runner {
    const esw_experiment *experiment;
    const esw_run_options *options;
    const esw_team *team;
    const eswi_run_plan *plan;
    eswi_share share;
    size_t interval_metric; /* what the progress gives the interval of */
    eswi_round round;
    eswi_dispenser dispenser;
    eswi_journal journal;
    uint32_t journal_number;
    eswi_file_lock claim;     /* of the directory, the leader's */
    bool started;             /* the directory was found free, or ready to be resumed, and is being written */
    uint64_t kept;            /* records in this journal */
    eswi_workspace workspace; /* of the point in work */
    size_t point;             /* ESW_NONE without a workspace */
    uint32_t pace;            /* scenarios of the next group at this point */
    double started_s;
    uint64_t before;      /* scenarios done before this run */
    uint64_t done, total; /* scenarios; with a team as far as this process knows */
} runner;

/* ---------------------------------------------------------------- progress */

/* The widest interval of the methods at a point, relative to the mean; NaN while one is not known. */
static double widest_interval(const runner *r, size_t point)
{
    double widest = 0;
    for (size_t method = 0; method < r->experiment->n_methods; ++method) {
        const eswi_moments *known = &r->round.known[point * r->experiment->n_methods + method];
        double relative = eswi_moments_halfwidth(known) / fabs(known->mean);
        if (!(relative <= widest))
            widest = relative;
    }
    return widest;
}

static void report_progress(const runner *r, size_t point)
{
    if (!r->options->progress || !r->round.known)
        return;
    double elapsed = eswi_clock_s() - r->started_s;
    esw_progress progress = {
        .point = point,
        .points = r->experiment->n_points,
        .scenarios_done = r->done,
        .scenarios_total = r->total,
        .elapsed_s = elapsed,
        .scenarios_per_s = elapsed > 0 ? (double)(r->done - r->before) / elapsed : 0,
        .metric = r->plan->metrics.list[r->interval_metric].name,
        .halfwidth = widest_interval(r, point),
    };
    if (progress.scenarios_per_s > 0)
        progress.remaining_s = (double)(r->total - r->done) / progress.scenarios_per_s;
    r->options->progress(r->options->context, &progress);
}

/* Adds the group that was done last to what is known of its point. */
static void learn(runner *r, const eswi_segment *segment, uint32_t count)
{
    const size_t methods = r->experiment->n_methods;
    for (size_t method = 0; r->round.known && method < methods; ++method)
        for (uint32_t start = 0; start < count; start += ESW_BLOCK_SCENARIOS) {
            if (!r->round.work.sets[segment->set * methods + method])
                continue;
            uint32_t some = count - start < ESW_BLOCK_SCENARIOS ? count - start : ESW_BLOCK_SCENARIOS;
            eswi_moments moments = eswi_workspace_moments(&r->workspace, method, r->interval_metric,
                                                          start / ESW_BLOCK_SCENARIOS, some);
            eswi_moments_merge(&r->round.known[segment->point * methods + method], &moments);
        }
}

/* ---------------------------------------------------------------- stopping */

static bool out_of_time(const void *context)
{
    const runner *r = context;
    return r->options->max_seconds > 0 && eswi_clock_s() - r->started_s >= r->options->max_seconds;
}

/* A signal lets the blocks in flight be finished; a time limit is a promise and does not. */
static bool should_stop(const runner *r)
{
    return (r->options->stop && *r->options->stop) || out_of_time(r);
}

/* ---------------------------------------------------------------- work */

static esw_status create_journal(runner *r, esw_error *error)
{
    if (r->journal.file.path)
        return ESW_OK;
    json_t *header = eswi_journal_header(r->experiment, &r->plan->metrics);
    char *path = eswi_run_directory_journal(r->options->directory, r->journal_number);
    esw_status status = header && path
                            ? eswi_journal_create(&r->journal, path, header, error)
                            : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", r->options->directory);
    json_decref(header);
    free(path);
    return status;
}

static void close_workspace(runner *r)
{
    if (r->point != ESW_NONE)
        eswi_workspace_close(&r->workspace);
    r->point = ESW_NONE;
}

static esw_status open_workspace(runner *r, size_t point, esw_error *error)
{
    if (r->point == point)
        return ESW_OK;
    close_workspace(r);
    r->point = point;
    r->pace = ESW_BLOCK_SCENARIOS;
    return eswi_workspace_open(&r->workspace, r->experiment, r->plan, point, error);
}

/* Scenarios of the next group, whole blocks: about a second of work, which is what a kill may lose. */
static uint32_t next_pace(uint32_t pace, double seconds)
{
    if (seconds < 0.5 && pace <= UINT32_MAX / 2)
        return 2 * pace;
    return seconds > 2.0 && pace > ESW_BLOCK_SCENARIOS ? pace / 2 : pace;
}

/* One group: blocks from `block` on of a segment. *blocks is how many may be done, then how many were. */
static esw_status run_group(runner *r, const eswi_segment *segment, uint64_t block, uint64_t *blocks,
                            esw_error *error)
{
    const eswi_patience patience = {out_of_time, r};
    esw_status status = open_workspace(r, segment->point, error);
    if (status)
        return status;
    const uint64_t first = block * ESW_BLOCK_SCENARIOS, left = r->experiment->scenarios - first;
    const uint64_t most = r->workspace.group / ESW_BLOCK_SCENARIOS;
    *blocks = *blocks < most ? *blocks : most;
    const uint64_t whole = *blocks * ESW_BLOCK_SCENARIOS;
    const uint32_t count = (uint32_t)(whole < left ? whole : left);
    const unsigned char *wanted = r->round.work.sets + segment->set * r->round.work.n_methods;
    const double begun_s = eswi_clock_s();
    status = eswi_workspace_run(&r->workspace, first, count, wanted, &r->journal, &patience, error);
    if (status)
        return status;
    r->pace = next_pace(r->pace, eswi_clock_s() - begun_s);
    r->done += count;
    learn(r, segment, count);
    return ESW_OK;
}

/* The blocks with numbers first .. first+blocks-1 of the round's work, a group at a time. */
static esw_status run_range(runner *r, uint64_t first, uint64_t blocks, esw_error *error)
{
    esw_status status = ESW_OK;
    while (blocks > 0 && !status) {
        uint64_t block, left;
        const eswi_segment *segment = eswi_work_find(&r->round.work, first, &block, &left);
        uint64_t some = left < blocks ? left : blocks;
        status = run_group(r, segment, block, &some, error);
        if (status)
            break;
        first += some;
        blocks -= some;
        report_progress(r, segment->point);
        if (should_stop(r) && r->done < r->total)
            status = ESW_INTERRUPTED;
    }
    return status;
}

/* How many blocks to ask for: a second of work, at the end less, so that all processes end together. */
static uint64_t blocks_wanted(const runner *r, uint64_t first_left)
{
    const uint64_t blocks = r->round.work.blocks, at_pace = r->pace / ESW_BLOCK_SCENARIOS;
    const uint64_t left = first_left < blocks ? blocks - first_left : 0;
    const uint64_t fair = r->team ? left / (2 * (uint64_t)r->team->size) + 1 : left + 1;
    return at_pace < fair ? at_pace : fair;
}

/* Takes blocks of the round until there are no more. */
static esw_status run_round(runner *r, esw_error *error)
{
    const uint64_t done = r->done;
    uint64_t first = 0;
    esw_status status = ESW_OK;
    r->pace = ESW_BLOCK_SCENARIOS;
    while (!status) {
        uint64_t wanted = blocks_wanted(r, first);
        status = eswi_dispenser_take(&r->dispenser, wanted, &first, error);
        if (status || first >= r->round.work.blocks)
            break;
        if (r->team && first * ESW_BLOCK_SCENARIOS < r->total - done)
            r->done = done + first * ESW_BLOCK_SCENARIOS; /* what others have taken counts as done */
        const uint64_t left = r->round.work.blocks - first;
        status = run_range(r, first, wanted < left ? wanted : left, error);
    }
    close_workspace(r);
    if (status == ESW_INTERRUPTED)
        esw_fail(error, status, "%s: interrupted; what is done is kept", r->options->directory);
    if (status)
        eswi_dispenser_shut(&r->dispenser, NULL);
    return status;
}

/* Collective: the leader decides on the next round, everyone gets it. */
static esw_status plan_round(runner *r, esw_error *error)
{
    esw_status status = ESW_OK;
    eswi_round_free(&r->round);
    if (eswi_team_leads(r->team)) {
        const size_t metric = r->options->progress ? r->interval_metric : ESW_NONE;
        status = eswi_round_plan(r->options->directory, r->experiment, &r->share, metric, &r->round, error);
    }
    status = eswi_team_agree(r->team, status, error);
    if (!status)
        status = eswi_team_share_work(r->team, &r->round.work, error);
    uint64_t numbers[] = {r->round.done, r->round.total};
    if (!status)
        status = eswi_team_share(r->team, numbers, sizeof numbers, error);
    r->done = numbers[0];
    r->total = numbers[1];
    return status;
}

/* All rounds from the one that is planned. */
static esw_status run_rounds(runner *r, esw_error *error)
{
    esw_status status = ESW_OK;
    if (r->round.work.blocks == 0 && r->journal_number == 0) /* a shard without blocks is a run all the same */
        status = create_journal(r, error);
    for (int round = 0; !status && r->round.work.blocks > 0; ++round) {
        r->dispenser = (eswi_dispenser){.team = r->team, .round = round};
        status = create_journal(r, error);
        status = eswi_team_agree(r->team, status, error);
        if (!status)
            report_progress(r, r->round.work.segments[0].point);
        if (!status)
            status = run_round(r, error);
        /* What others decide from must be on the disk that all see. */
        if (r->team && !status)
            status = eswi_journal_sync(&r->journal, error);
        status = eswi_team_agree(r->team, status, error);
        if (status || !esw_experiment_stop(r->experiment))
            break;
        status = plan_round(r, error);
    }
    r->kept = r->journal.records;
    esw_error closing = {0};
    esw_status closed = eswi_journal_close(&r->journal, &closing);
    /* An interruption must not hide a full disk. */
    if (closed && (status == ESW_OK || status == ESW_INTERRUPTED)) {
        status = closed;
        if (error)
            *error = closing;
    }
    return eswi_team_agree(r->team, status, error);
}

/* ---------------------------------------------------------------- the whole run */

/* Collective: the leader looks at the directory and writes what must be there before the first block. */
static esw_status prepare(runner *r, eswi_run_state *state, esw_error *error)
{
    const char *directory = r->options->directory;
    esw_status status = ESW_OK;
    if (eswi_team_leads(r->team)) {
        status = eswi_run_directory_check(directory, r->experiment, r->options->resume, error);
        if (!status)
            status = eswi_run_directory_claim(directory, r->experiment, r->options->resume, &r->claim, error);
    }
    status = eswi_team_agree(r->team, status, error);
    if (!status)
        status = plan_round(r, error);
    if (status)
        return status;
    r->before = r->done;
    if (eswi_team_leads(r->team)) {
        r->journal_number = eswi_run_directory_next_journal(directory);
        state->history = eswi_manifest_history(directory);
        r->started = true;
        status = eswi_run_directory_prepare(directory, r->experiment, r->plan, r->options, state, error);
    }
    status = eswi_team_agree(r->team, status, error);
    if (!status)
        status = eswi_team_share(r->team, &r->journal_number, sizeof r->journal_number, error);
    r->journal_number += r->team ? (uint32_t)r->team->rank : 0;
    return status;
}

/* What all processes of a team have done, from their journals: while they work each knows only what the others took. */
static void count_done(runner *r)
{
    eswi_round left;
    if (eswi_round_plan(r->options->directory, r->experiment, &r->share, ESW_NONE, &left, NULL) == ESW_OK)
        r->done = left.done;
    eswi_round_free(&left);
}

/* Results and manifest of a run that is over; `status` is how it ended. The first failure wins. */
static esw_status finish(const runner *r, esw_status status, eswi_run_state *state, bool *hdf5,
                         esw_error *error)
{
    const char *directory = r->options->directory;
    if (status == ESW_OK || status == ESW_INTERRUPTED) {
        esw_status written = eswi_run_directory_results(directory, NULL, hdf5, status ? NULL : error);
        if (!status)
            status = written;
    }
    state->state = status == ESW_OK ? "done" : status == ESW_INTERRUPTED ? "interrupted" : "failed";
    eswi_clock_utc(state->ended);
    esw_status noted =
        eswi_manifest_write(directory, r->experiment, r->plan, r->options, state, status ? NULL : error);
    return status ? status : noted;
}

static esw_status run_planned(runner *r, bool *hdf5, esw_error *error)
{
    eswi_run_state state = {.state = "running"};
    eswi_clock_utc(state.started);
    esw_status status = prepare(r, &state, error);
    if (!status) {
        status = run_rounds(r, error);
        if (eswi_team_leads(r->team)) {
            if (r->team && status == ESW_INTERRUPTED)
                count_done(r);
            status = finish(r, status, &state, hdf5, error);
        }
        status = eswi_team_agree(r->team, status, error);
    }
    /* A disk that was full at the start must not leave a folder that looks like a run. */
    if (status == ESW_IO && r->started && !r->options->resume && !r->team && r->kept == 0)
        eswi_run_directory_clear(r->options->directory, r->experiment, r->journal_number);
    eswi_file_lock_release(&r->claim);
    json_decref(state.history);
    return status;
}

/* The metric whose interval the progress shows. */
static size_t find_interval_metric(const esw_experiment *experiment, const eswi_metrics *metrics)
{
    const esw_stop_rule *rule = esw_experiment_stop(experiment);
    if (rule)
        return eswi_metrics_find(metrics, rule->metric);
    size_t metric = eswi_metric_flagged(experiment->system, ESW_METRIC_LATENCY);
    if (metric == ESW_NONE)
        metric = eswi_metric_flagged(experiment->system, ESW_METRIC_OBJECTIVE);
    return metric == ESW_NONE ? 0 : metric;
}

static esw_status check_options(const esw_experiment *experiment, const esw_run_options *options,
                                esw_error *error)
{
    if (!options->directory)
        return esw_fail(error, ESW_BAD_USAGE, "a run needs a folder to write to (-o DIR)");
    if (options->shards > 0 && options->shard >= options->shards)
        return esw_fail(error, ESW_BAD_USAGE, "--shard: found %u/%u, must be i/N with i from 0 to N-1",
                        options->shard, options->shards);
    if (options->shards > 0 && esw_experiment_stop(experiment))
        return esw_fail(
            error, ESW_BAD_USAGE,
            "--shard: not together with `stop:`: where a point stops depends on all its blocks; give "
            "`scenarios` instead, or let edgesweep-mpi share the work");
    return ESW_OK;
}

esw_status esw_run(const esw_experiment *experiment, const esw_run_options *options, esw_run_report *report,
                   esw_error *error)
{
    eswi_run_plan plan = {0};
    bool hdf5 = false;
    runner r = {
        .experiment = experiment,
        .options = options,
        .team = options->team,
        .plan = &plan,
        .share = {options->shard, options->shards},
        .point = ESW_NONE,
        .started_s = eswi_clock_s(),
    };
    esw_status status = check_options(experiment, options, error);
    if (!status)
        status = eswi_run_plan_make(experiment, options, &plan, error);
    status = eswi_team_agree(options->team, status, error);
    if (!status) {
        r.interval_metric = find_interval_metric(experiment, &plan.metrics);
        status = run_planned(&r, &hdf5, error);
    }
    if (report)
        *report = (esw_run_report){
            .scenarios_done = r.done,
            .scenarios_total = r.total,
            .scenarios_before = r.before,
            .seconds = eswi_clock_s() - r.started_s,
            .hdf5 = hdf5,
        };
    eswi_round_free(&r.round);
    eswi_run_plan_free(&plan);
    return status;
}
