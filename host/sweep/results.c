#include "edgesweep/results.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "sweep/results_internal.h"

#define X(percent) percent,
const unsigned eswi_quantile_percents[ESW_QUANTILES] = {ESW_QUANTILE_LIST(X)};
#undef X

static esw_status out_of_memory(const esw_results *results, esw_error *error)
{
    return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", results->directory);
}

/* ---------------------------------------------------------------- opening */

/* The sizes of every point, which say what its records hold. */
static esw_status find_shapes(esw_results *results, esw_error *error)
{
    const size_t points = esw_experiment_point_count(results->experiment);
    const esw_system *system = esw_experiment_system(results->experiment);
    results->shapes = calloc(points, sizeof *results->shapes);
    results->sizes = calloc(points, sizeof *results->sizes);
    if (!results->shapes || !results->sizes)
        return out_of_memory(results, error);
    for (size_t point = 0; point < points; ++point) {
        esw_config *config;
        esw_status status = esw_experiment_configure(results->experiment, point, ESW_NONE, &config, error);
        if (status)
            return status;
        results->sizes[point] = system->sizes(config);
        results->shapes[point] =
            eswi_block_shape_of(results->experiment, &results->metrics, results->sizes[point]);
        system->config_free(config);
    }
    return ESW_OK;
}

static esw_summary summarise(const eswi_moments *moments, const eswi_histogram *histogram)
{
    esw_summary summary = {
        .count = moments->count,
        .undefined = moments->undefined,
        .infinite = moments->infinite,
        .mean = NAN,
        .std = eswi_moments_std(moments),
        .ci95_low = NAN,
        .ci95_high = NAN,
        .min = NAN,
        .max = NAN,
    };
    for (size_t i = 0; i < ESW_QUANTILES; ++i) {
        double quantile = eswi_histogram_quantile(histogram, eswi_quantile_percents[i]);
        /* The edge of the outermost bins may lie beyond the values in them. */
        if (quantile < moments->min)
            quantile = moments->min;
        if (quantile > moments->max)
            quantile = moments->max;
        summary.quantiles[i] = quantile;
    }
    if (moments->count == 0)
        return summary;
    summary.mean = moments->mean;
    summary.min = moments->min;
    summary.max = moments->max;
    if (moments->count > 1) {
        double half = eswi_moments_halfwidth(moments);
        summary.ci95_low = moments->mean - half;
        summary.ci95_high = moments->mean + half;
    }
    return summary;
}

static esw_ratio ratio_of(const eswi_comoments *comoments)
{
    eswi_interval interval = eswi_ratio_of_means(comoments);
    return (esw_ratio){comoments->count, interval.value, interval.low, interval.high};
}

static esw_status summarise_method(esw_results *results, size_t point, size_t method, esw_error *error)
{
    const size_t at = point * esw_experiment_method_count(results->experiment) + method;
    size_t n;
    const eswi_record_place *places = eswi_results_places(results, point, method, &n);
    for (size_t i = 0; i < n; ++i)
        results->done[at] += places[i].count;
    eswi_totals totals;
    esw_status status = eswi_results_totals(results, point, method, &totals, error);
    for (size_t m = 0; m < results->metrics.n && !status; ++m)
        results->summaries[at * results->metrics.n + m] = summarise(&totals.moments[m], &totals.histograms[m]);
    for (size_t m = 0; m < results->metrics.n * ESWI_CODES_MAX && !status && results->codes; ++m)
        results->codes[at * results->metrics.n * ESWI_CODES_MAX + m] =
            eswi_histogram_count(&totals.histograms[m / ESWI_CODES_MAX], (double)(m % ESWI_CODES_MAX));
    for (int kind = 0; kind < ESW_RATIOS && !status; ++kind)
        results->ratios[at * ESW_RATIOS + kind] = ratio_of(&totals.ratios[kind]);
    eswi_totals_free(&totals);
    return status;
}

static esw_status summarise_all(esw_results *results, esw_error *error)
{
    const size_t points = esw_experiment_point_count(results->experiment);
    const size_t methods = esw_experiment_method_count(results->experiment);
    const size_t n = points * methods;
    results->summaries = calloc(n * results->metrics.n, sizeof *results->summaries);
    results->ratios = calloc(n * ESW_RATIOS, sizeof *results->ratios);
    results->done = calloc(n, sizeof *results->done);
    const bool coded = esw_experiment_system(results->experiment)->codes != NULL;
    if (coded)
        results->codes = calloc(n * results->metrics.n * ESWI_CODES_MAX, sizeof *results->codes);
    if (!results->summaries || !results->ratios || !results->done || (coded && !results->codes))
        return out_of_memory(results, error);
    esw_status status = ESW_OK;
    for (size_t i = 0; i < n && !status; ++i)
        status = summarise_method(results, i / methods, i % methods, error);
    return status;
}

esw_status eswi_results_open_index(const char *const *directories, size_t n, const esw_experiment *experiment,
                                   bool must_hold, const volatile sig_atomic_t *stop, esw_results **results,
                                   esw_error *error)
{
    esw_results *opened = calloc(1, sizeof *opened);
    if (!opened || !(opened->directory = strdup(directories[0]))) {
        free(opened);
        return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", directories[0]);
    }
    opened->experiment = experiment;
    opened->stop = stop;
    esw_status status = eswi_metrics_make(experiment, &opened->metrics, error);
    if (!status)
        status = find_shapes(opened, error);
    if (!status)
        status = eswi_results_index(opened, directories, n, must_hold, error);
    if (status) {
        esw_results_close(opened);
        return status;
    }
    *results = opened;
    return ESW_OK;
}

void esw_results_stop_at(esw_results *results, const volatile sig_atomic_t *stop)
{
    results->stop = stop;
}

esw_status eswi_results_go_on(const esw_results *results, esw_error *error)
{
    return results->stop && *results->stop
               ? esw_fail(error, ESW_INTERRUPTED, "%s: interrupted", results->directory)
               : ESW_OK;
}

esw_status esw_results_open(const char *directory, esw_results **results, esw_error *error)
{
    return eswi_results_open(directory, NULL, results, error);
}

esw_status eswi_results_open(const char *directory, const volatile sig_atomic_t *stop, esw_results **results,
                             esw_error *error)
{
    char *path = eswi_path_join(directory, "experiment.yaml");
    esw_experiment *experiment = NULL;
    esw_results *opened = NULL;
    esw_status status = path ? esw_experiment_load(path, NULL, &experiment, error)
                             : esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", directory);
    free(path);
    if (!status)
        status = eswi_results_open_index(&directory, 1, experiment, true, stop, &opened, error);
    if (status) {
        esw_experiment_free(experiment);
        return status;
    }
    opened->loaded = experiment;
    status = summarise_all(opened, error);
    if (status)
        esw_results_close(opened);
    else
        *results = opened;
    return status;
}

void esw_results_close(esw_results *results)
{
    if (!results)
        return;
    for (size_t i = 0; i < results->n_journals; ++i) {
        eswi_journal_reader_close(&results->journals[i]);
        free(results->views[i].methods);
    }
    free(results->journals);
    free(results->views);
    free(results->extents);
    free(results->places);
    free(results->first_place);
    free(results->shapes);
    free(results->sizes);
    free(results->summaries);
    free(results->ratios);
    free(results->done);
    free(results->codes);
    eswi_metrics_free(&results->metrics);
    esw_experiment_free(results->loaded);
    free(results->directory);
    free(results);
}

/* ---------------------------------------------------------------- records */

const eswi_record_place *eswi_results_places(const esw_results *results, size_t point, size_t method, size_t *n)
{
    const size_t at = point * esw_experiment_method_count(results->experiment) + method;
    *n = results->first_place[at + 1] - results->first_place[at];
    return *n > 0 ? &results->places[results->first_place[at]] : NULL;
}

static esw_status malformed(const esw_results *results, const eswi_record_place *place, esw_error *error)
{
    return esw_fail(error, ESW_IO,
                    "%s: the record at byte %" PRIu64 " does not have the form its header promises",
                    results->journals[place->journal].path, place->offset);
}

/* What the records of a journal hold at a point: the experiment's shape, or more of it. */
static eswi_block_shape journal_shape(const esw_results *results, const eswi_record_place *place)
{
    const eswi_journal_view *view = &results->views[place->journal];
    const esw_system *system = esw_experiment_system(results->experiment);
    const esw_sizes *sizes = &results->sizes[place->point];
    eswi_block_shape shape = results->shapes[place->point];
    shape.keep = view->keep;
    shape.entity_values = view->keep & ESW_KEEP_ENTITIES ? system->n_fields * sizes->entities : 0;
    shape.series_values = view->keep & ESW_KEEP_SERIES ? system->n_series * sizes->frames : 0;
    if (view->ratios) {
        shape.ratio_metric[ESW_RATIO_SPEED_UP] = eswi_metric_flagged(system, ESW_METRIC_LATENCY);
        shape.ratio_metric[ESW_RATIO_ENERGY] = eswi_metric_flagged(system, ESW_METRIC_ENERGY);
    }
    return shape;
}

esw_status eswi_results_record(const esw_results *results, const eswi_record_place *place, eswi_buffer *buffer,
                               eswi_cursor *payload, eswi_block_key *key, esw_error *error)
{
    const eswi_journal_view *view = &results->views[place->journal];
    const eswi_block_shape *narrow = &results->shapes[place->point];
    const bool ratios = esw_experiment_baseline(results->experiment) != ESW_NONE;
    esw_status status = eswi_results_go_on(results, error);
    if (!status)
        status = eswi_journal_read(&results->journals[place->journal], place->offset, buffer, payload, error);
    if (status)
        return status;
    if (view->keep != narrow->keep || view->ratios != ratios) {
        const eswi_block_shape wide = journal_shape(results, place);
        if (!eswi_block_narrow(&wide, narrow, buffer))
            return malformed(results, place, error);
        *payload = (eswi_cursor){.data = buffer->data, .size = buffer->size};
    }
    *key = eswi_block_read_key(payload);
    return ESW_OK;
}

bool eswi_results_has(const esw_results *results, size_t point, size_t method, uint64_t block)
{
    size_t n, low = 0;
    const eswi_record_place *places = eswi_results_places(results, point, method, &n);
    while (n > 0) {
        const size_t half = n / 2;
        if (places[low + half].block == block)
            return true;
        if (places[low + half].block < block) {
            low += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return false;
}

esw_status eswi_results_totals(const esw_results *results, size_t point, size_t method, eswi_totals *totals,
                               esw_error *error)
{
    const eswi_block_shape *shape = &results->shapes[point];
    size_t n;
    const eswi_record_place *places = eswi_results_places(results, point, method, &n);
    eswi_buffer buffer = {0};
    if (!eswi_totals_init(totals, shape))
        return out_of_memory(results, error);
    esw_status status = ESW_OK;
    for (size_t i = 0; i < n && !status; ++i) {
        eswi_cursor payload;
        eswi_block_key key;
        status = eswi_results_record(results, &places[i], &buffer, &payload, &key, error);
        if (!status && !eswi_block_merge(shape, &key, &payload, totals))
            status = payload.failed ? malformed(results, &places[i], error) : out_of_memory(results, error);
    }
    eswi_buffer_free(&buffer);
    return status;
}

esw_status esw_results_scenarios(const esw_results *results, size_t point, size_t method, size_t metric,
                                 uint64_t first, size_t count, double *values, esw_error *error)
{
    const eswi_block_shape *shape = &results->shapes[point];
    if (!(shape->keep & ESW_KEEP_SCENARIOS))
        return esw_fail(error, ESW_BAD_USAGE, "%s: scenarios were not kept; run with `keep: [scenarios]`",
                        results->directory);
    for (size_t i = 0; i < count; ++i)
        values[i] = NAN;
    size_t n;
    const eswi_record_place *places = eswi_results_places(results, point, method, &n);
    eswi_buffer buffer = {0};
    esw_status status = ESW_OK;
    for (size_t i = 0; i < n && !status; ++i) {
        const uint64_t start = places[i].block * ESW_BLOCK_SCENARIOS;
        eswi_cursor payload;
        eswi_block_key key;
        if (start + places[i].count <= first || start >= first + count)
            continue;
        status = eswi_results_record(results, &places[i], &buffer, &payload, &key, error);
        const unsigned char *kept = status ? NULL : eswi_block_scenarios(shape, &key, &payload);
        if (!status && !kept)
            status = malformed(results, &places[i], error);
        for (uint32_t k = 0; k < places[i].count && !status; ++k)
            if (start + k >= first && start + k < first + count)
                values[start + k - first] = eswi_load_f64(kept + 8 * (metric * key.count + k));
    }
    eswi_buffer_free(&buffer);
    return status;
}

esw_status esw_results_field_histogram(const esw_results *results, size_t point, size_t method, size_t field,
                                       int64_t low, int64_t high, uint64_t *counts, uint64_t *outside,
                                       esw_error *error)
{
    const eswi_block_shape *shape = &results->shapes[point];
    const size_t entities = results->sizes[point].entities;
    uint64_t others = 0;
    if (!(shape->keep & ESW_KEEP_ENTITIES)) {
        const char *entity = esw_experiment_system(results->experiment)->entity;
        return esw_fail(error, ESW_BAD_USAGE, "%s: %s were not kept; run with `keep: [%s]`", results->directory,
                        entity, entity);
    }
    memset(counts, 0, (size_t)(high - low + 1) * sizeof *counts);
    size_t n;
    const eswi_record_place *places = eswi_results_places(results, point, method, &n);
    eswi_buffer buffer = {0};
    esw_status status = ESW_OK;
    for (size_t i = 0; i < n && !status; ++i) {
        eswi_cursor payload;
        eswi_block_key key;
        status = eswi_results_record(results, &places[i], &buffer, &payload, &key, error);
        const unsigned char *kept = status ? NULL : eswi_block_entities(shape, &key, &payload);
        if (!status && !kept)
            status = malformed(results, &places[i], error);
        for (size_t k = 0; k < (size_t)key.count * entities && !status; ++k) {
            size_t at = k / entities * shape->entity_values + field * entities + k % entities;
            double value = eswi_load_f64(kept + 8 * at);
            if (value >= (double)low && value <= (double)high)
                ++counts[(int64_t)value - low];
            else
                ++others;
        }
    }
    if (outside)
        *outside = others;
    eswi_buffer_free(&buffer);
    return status;
}

/* ---------------------------------------------------------------- accessors */

const esw_experiment *esw_results_experiment(const esw_results *results)
{
    return results->experiment;
}

const char *esw_results_warning(const esw_results *results)
{
    return results->warning;
}

uint64_t esw_results_done(const esw_results *results, size_t point, size_t method)
{
    return results->done[point * esw_experiment_method_count(results->experiment) + method];
}

size_t esw_results_metric_count(const esw_results *results)
{
    return results->metrics.n;
}

const esw_metric *esw_results_metric(const esw_results *results, size_t metric)
{
    return &results->metrics.list[metric];
}

const char *esw_results_codes(const esw_results *results, size_t metric)
{
    return eswi_metric_codes(esw_experiment_system(results->experiment), metric);
}

uint64_t esw_results_code_count(const esw_results *results, size_t point, size_t method, size_t metric,
                                size_t code)
{
    const size_t at = point * esw_experiment_method_count(results->experiment) + method;
    return esw_results_codes(results, metric) && code < ESWI_CODES_MAX
               ? results->codes[(at * results->metrics.n + metric) * ESWI_CODES_MAX + code]
               : 0;
}

void esw_results_summary(const esw_results *results, size_t point, size_t method, size_t metric,
                         esw_summary *summary)
{
    const size_t at = point * esw_experiment_method_count(results->experiment) + method;
    *summary = results->summaries[at * results->metrics.n + metric];
}

void esw_results_ratio(const esw_results *results, size_t point, size_t method, esw_ratio_kind kind,
                       esw_ratio *ratio)
{
    const size_t at = point * esw_experiment_method_count(results->experiment) + method;
    *ratio = results->ratios[at * ESW_RATIOS + kind];
}

const char *esw_ratio_name(esw_ratio_kind kind)
{
    return kind == ESW_RATIO_SPEED_UP ? "speed_up" : "energy_ratio";
}
