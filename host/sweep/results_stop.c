/* `stop:` applied to what the journals hold.
 *
 * The rule is tested over prefixes of 1, 2, 4, ... blocks and over all, in index order; the first prefix at
 * which every method passes is the point, and blocks behind it do not count. Which blocks there are beyond it
 * depends on who computed them and in which order; what the point holds does not.
 */
#include <stdlib.h>

#include "base/stats.h"
#include "sweep/experiment.h"
#include "sweep/results_internal.h"

/* The moments of one method so far. */
typedef struct method_state {
    eswi_moments moments;
    size_t next; /* into the places of the method: the first that is not yet in the moments */
} method_state;

typedef struct stop_test {
    const esw_results *results;
    size_t point, metric;
    method_state *methods;
    eswi_buffer buffer;
} stop_test;

/* Adds the blocks below `blocks` to the moments of a method; *whole says whether all of them are there. */
static esw_status extend(stop_test *t, size_t method, uint64_t blocks, bool *whole, esw_error *error)
{
    method_state *state = &t->methods[method];
    size_t n;
    const eswi_record_place *places = eswi_results_places(t->results, t->point, method, &n);
    esw_status status = ESW_OK;
    while (!status && state->next < n && places[state->next].block == state->next && state->next < blocks) {
        eswi_cursor payload;
        eswi_block_key key;
        eswi_moments moments;
        status = eswi_results_record(t->results, &places[state->next], &t->buffer, &payload, &key, error);
        if (!status && !eswi_block_moments(&payload, t->metric, &moments))
            status = esw_fail(error, ESW_IO, "%s: a record is shorter than its header promises",
                              t->results->journals[places[state->next].journal].path);
        if (!status) {
            eswi_moments_merge(&state->moments, &moments);
            ++state->next;
        }
    }
    *whole = state->next >= blocks;
    return status;
}

static bool passes(const stop_test *t, size_t method)
{
    const eswi_moments *moments = &t->methods[method].moments;
    return eswi_stop_met(&t->results->experiment->stop.rule, moments->mean, eswi_moments_halfwidth(moments));
}

/* Tests the prefixes of one point. */
static esw_status settle_point(stop_test *t, eswi_extent *extent, esw_error *error)
{
    const size_t methods = esw_experiment_method_count(t->results->experiment);
    const uint64_t limit = (extent->scenarios - 1) / ESW_BLOCK_SCENARIOS + 1;
    for (uint64_t blocks = 1;; blocks *= 2) {
        bool all_pass = true, all_whole = true;
        if (blocks > limit)
            blocks = limit;
        for (size_t method = 0; method < methods && all_whole; ++method) {
            esw_status status = extend(t, method, blocks, &all_whole, error);
            if (status)
                return status;
            all_pass = all_pass && all_whole && passes(t, method);
        }
        extent->settled = all_whole && (all_pass || blocks == limit);
        if (extent->settled && blocks < limit)
            extent->scenarios = blocks * ESW_BLOCK_SCENARIOS;
        if (!all_whole || extent->settled)
            return ESW_OK;
    }
}

/* Drops the places of blocks beyond the extents. */
static void drop_places(esw_results *results)
{
    const size_t methods = esw_experiment_method_count(results->experiment);
    const size_t n = esw_experiment_point_count(results->experiment) * methods;
    size_t kept = 0, at = 0;
    for (size_t i = 0; i < n; ++i) {
        const size_t end = results->first_place[i + 1];
        const uint64_t scenarios = results->extents[i / methods].scenarios;
        results->first_place[i] = kept;
        for (; at < end; ++at)
            if (results->places[at].block * ESW_BLOCK_SCENARIOS < scenarios)
                results->places[kept++] = results->places[at];
    }
    results->first_place[n] = kept;
    results->n_places = kept;
}

esw_status eswi_results_settle(esw_results *results, esw_error *error)
{
    const esw_experiment *experiment = results->experiment;
    const esw_stop_rule *rule = esw_experiment_stop(experiment);
    stop_test t = {.results = results};
    esw_status status = ESW_OK;
    results->extents = calloc(experiment->n_points, sizeof *results->extents);
    if (!results->extents)
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", results->directory);
    for (size_t point = 0; point < experiment->n_points; ++point)
        results->extents[point] = (eswi_extent){experiment->scenarios, true};
    if (!rule)
        return ESW_OK;
    t.metric = eswi_metrics_find(&results->metrics, rule->metric);
    for (; t.point < experiment->n_points && !status; ++t.point) {
        t.methods = calloc(experiment->n_methods, sizeof *t.methods);
        status = t.methods ? settle_point(&t, &results->extents[t.point], error)
                           : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", results->directory);
        free(t.methods);
    }
    eswi_buffer_free(&t.buffer);
    if (!status)
        drop_places(results);
    return status;
}

uint64_t eswi_results_scenario_axis(const esw_results *results)
{
    const size_t points = esw_experiment_point_count(results->experiment);
    uint64_t longest = 0;
    for (size_t point = 0; point < points; ++point)
        if (results->extents[point].settled && results->extents[point].scenarios > longest)
            longest = results->extents[point].scenarios;
    for (size_t i = 0; i < results->n_places; ++i) {
        const eswi_record_place *place = &results->places[i];
        const uint64_t end = place->block * ESW_BLOCK_SCENARIOS + place->count;
        longest = end > longest ? end : longest;
    }
    return longest;
}
