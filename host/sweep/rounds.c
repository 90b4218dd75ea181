#include "sweep/rounds.h"

#include <stdlib.h>

#include "sweep/experiment.h"

/* Scenarios of the blocks of a list; only the last block of a run is shorter than the others. */
static uint64_t scenarios_of(const eswi_work *work, uint64_t scenarios)
{
    const uint64_t blocks = (scenarios - 1) / ESW_BLOCK_SCENARIOS + 1;
    uint64_t sum = work->blocks * ESW_BLOCK_SCENARIOS;
    for (size_t i = 0; i < work->n_segments; ++i)
        if (work->segments[i].first + work->segments[i].blocks == blocks)
            sum -= blocks * ESW_BLOCK_SCENARIOS - scenarios;
    return sum;
}

/* The smallest of 1, 2, 4, ... blocks, and at most all, that reaches beyond the first missing one. */
static uint64_t next_prefix(uint64_t missing, uint64_t blocks)
{
    uint64_t prefix = 1;
    while (prefix <= missing && prefix < blocks)
        prefix *= 2;
    return prefix < blocks ? prefix : blocks;
}

static bool plan_point(const esw_experiment *experiment, const esw_results *results, const eswi_share *share,
                       size_t point, eswi_round *round)
{
    const esw_results *done = results->n_places > 0 ? results : NULL;
    const eswi_extent *extent = &results->extents[point];
    const uint64_t blocks = (extent->scenarios - 1) / ESW_BLOCK_SCENARIOS + 1;
    uint64_t first, end;
    eswi_work missing = {0};
    eswi_share_of(share, point, blocks, &first, &end);
    bool good = eswi_work_add(&missing, experiment, done, point, first, end);
    const uint64_t beyond = end * ESW_BLOCK_SCENARIOS;
    const uint64_t mine =
        end > first ? (beyond < extent->scenarios ? beyond : extent->scenarios) - first * ESW_BLOCK_SCENARIOS
                    : 0;
    round->total += mine;
    round->done += mine - scenarios_of(&missing, extent->scenarios);
    if (!extent->settled && missing.n_segments > 0)
        end = next_prefix(missing.segments[0].first, blocks);
    eswi_work_free(&missing);
    return good && eswi_work_add(&round->work, experiment, done, point, first, end);
}

/* The moments of a metric over all blocks done of a method at a point. */
static esw_status collect(const esw_results *results, size_t point, size_t method, size_t metric,
                          eswi_moments *known, esw_error *error)
{
    size_t n;
    const eswi_record_place *places = eswi_results_places(results, point, method, &n);
    eswi_buffer buffer = {0};
    esw_status status = ESW_OK;
    for (size_t i = 0; i < n && !status; ++i) {
        eswi_cursor payload;
        eswi_block_key key;
        eswi_moments moments;
        status = eswi_results_record(results, &places[i], &buffer, &payload, &key, error);
        if (!status && eswi_block_moments(&payload, metric, &moments))
            eswi_moments_merge(known, &moments);
    }
    eswi_buffer_free(&buffer);
    return status;
}

static esw_status collect_all(const esw_experiment *experiment, const esw_results *results, size_t metric,
                              eswi_round *round, esw_error *error)
{
    const size_t n = experiment->n_points * experiment->n_methods;
    round->known = calloc(n, sizeof *round->known);
    if (!round->known)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", results->directory);
    esw_status status = ESW_OK;
    for (size_t i = 0; i < n && !status; ++i)
        status = collect(results, i / experiment->n_methods, i % experiment->n_methods, metric,
                         &round->known[i], error);
    return status;
}

esw_status eswi_round_plan(const char *directory, const esw_experiment *experiment, const eswi_share *share,
                           size_t metric, eswi_round *round, esw_error *error)
{
    *round = (eswi_round){0};
    esw_results *results;
    esw_status status = eswi_results_open_index(&directory, 1, experiment, false, NULL, &results, error);
    if (status)
        return status;
    for (size_t point = 0; point < experiment->n_points && !status; ++point)
        if (!plan_point(experiment, results, share, point, round))
            status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", directory);
    if (!status && metric != ESW_NONE)
        status = collect_all(experiment, results, metric, round, error);
    esw_results_close(results);
    return status;
}

void eswi_round_free(eswi_round *round)
{
    eswi_work_free(&round->work);
    free(round->known);
    *round = (eswi_round){0};
}
