/* results.h5. Layout: docs/formats.md. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sweep/experiment.h"
#include "sweep/hdf5_file.h"
#include "sweep/results_internal.h"

bool esw_have_hdf5(void)
{
    return true;
}

typedef struct writer {
    const esw_results *results;
    const esw_experiment *experiment;
    size_t points, methods, metrics;
    uint64_t scenarios;
    eswi_h5_file h5;
    esw_status status; /* of reading the journal */
    esw_error *error;
} writer;

/* ---------------------------------------------------------------- axes */

/* One text per index, from a function of the experiment; written as the scale `name`. */
static void write_text_scale(writer *w, const char *name, size_t n,
                             const char *(*text_of)(const writer *, size_t))
{
    const char **texts = malloc((n + 1) * sizeof *texts);
    if (!texts) {
        w->h5.failed = true;
        return;
    }
    for (size_t i = 0; i < n; ++i)
        texts[i] = text_of(w, i);
    eswi_h5_write_texts(&w->h5, w->h5.file, name, texts, (eswi_h5_dim){n, NULL});
    eswi_h5_make_scale(&w->h5, name);
    free(texts);
}

static const char *label_of(const writer *w, size_t i)
{
    return esw_experiment_method_label(w->experiment, i);
}

static const char *metric_of(const writer *w, size_t i)
{
    return w->results->metrics.list[i].name;
}

static const char *ratio_name_of(const writer *w, size_t i)
{
    (void)w;
    return esw_ratio_name((esw_ratio_kind)i);
}

static const char *series_of(const writer *w, size_t i)
{
    return w->experiment->system->series[i].name;
}

static void write_index_scale(writer *w, const char *name, uint64_t n)
{
    int64_t *index = malloc((n + 1) * sizeof *index);
    if (!index) {
        w->h5.failed = true;
        return;
    }
    for (uint64_t i = 0; i < n; ++i)
        index[i] = (int64_t)i;
    const eswi_h5_dim dim = {n, NULL};
    eswi_h5_write(&w->h5, w->h5.file, name, H5T_NATIVE_INT64, &dim, 1, index, NULL);
    eswi_h5_make_scale(&w->h5, name);
    free(index);
}

/* The values of a swept key over the points: numbers where the parameter is one, else texts. */
static void write_sweep_key(writer *w, hid_t group, size_t key)
{
    const esw_param *param = &w->experiment->system->params[w->experiment->axes[key].param];
    bool number = param->type == ESW_PARAM_INTEGER || param->type == ESW_PARAM_REAL;
    double *values = calloc(w->points, sizeof *values);
    const char **texts = calloc(w->points, sizeof *texts);
    const eswi_h5_dim dim = {w->points, "/point"};
    for (size_t point = 0; values && texts && point < w->points; ++point) {
        texts[point] = esw_experiment_sweep_text(w->experiment, point, key);
        if (!eswi_parse_real(texts[point], &values[point]))
            values[point] = NAN;
    }
    if (!values || !texts)
        w->h5.failed = true;
    else if (number)
        eswi_h5_write(&w->h5, group, param->name, H5T_NATIVE_DOUBLE, &dim, 1, values, param->unit);
    else
        eswi_h5_write_texts(&w->h5, group, param->name, texts, dim);
    free(values);
    free(texts);
}

/* What the values of coded metrics stand for: attributes of the scale, by the metric's name. */
static void write_codes(writer *w)
{
    const hid_t scale = w->h5.failed ? -1 : H5Dopen2(w->h5.file, "metric", H5P_DEFAULT);
    for (size_t i = 0; i < w->metrics && scale >= 0; ++i) {
        const char *codes = esw_results_codes(w->results, i);
        if (codes)
            eswi_h5_attribute_text(&w->h5, scale, metric_of(w, i), codes);
    }
    w->h5.failed |= scale < 0;
    if (scale >= 0)
        H5Dclose(scale);
}

static void write_axes(writer *w)
{
    double quantiles[ESW_QUANTILES];
    const eswi_h5_dim dim = {ESW_QUANTILES, NULL};
    write_index_scale(w, "point", w->points);
    write_text_scale(w, "method", w->methods, label_of);
    write_text_scale(w, "metric", w->metrics, metric_of);
    for (size_t i = 0; i < ESW_QUANTILES; ++i)
        quantiles[i] = eswi_quantile_percents[i] / 100.0;
    eswi_h5_write(&w->h5, w->h5.file, "quantile", H5T_NATIVE_DOUBLE, &dim, 1, quantiles, NULL);
    eswi_h5_make_scale(&w->h5, "quantile");
    hid_t sweep = eswi_h5_group(&w->h5, w->h5.file, "sweep");
    for (size_t i = 0; i < w->experiment->n_axes; ++i)
        write_sweep_key(w, sweep, i);
    if (sweep >= 0)
        H5Gclose(sweep);
    const char **units = calloc(w->metrics, sizeof *units);
    for (size_t i = 0; units && i < w->metrics; ++i)
        units[i] = w->results->metrics.list[i].unit;
    if (units)
        eswi_h5_write_texts(&w->h5, w->h5.file, "metric_unit", units, (eswi_h5_dim){w->metrics, "/metric"});
    w->h5.failed |= !units;
    free(units);
    write_codes(w);
}

static void write_provenance(writer *w)
{
    char hash[33];
    esw_experiment_hash(w->experiment, hash);
    eswi_h5_attribute_text(&w->h5, w->h5.file, "system", w->experiment->system->name);
    eswi_h5_attribute_text(&w->h5, w->h5.file, "name", w->experiment->name);
    eswi_h5_attribute_text(&w->h5, w->h5.file, "config_hash", hash);
    eswi_h5_attribute(&w->h5, w->h5.file, "seed", H5T_NATIVE_UINT64, &w->experiment->seed);
    eswi_h5_attribute(&w->h5, w->h5.file, "scenarios", H5T_NATIVE_UINT64, &w->scenarios);
    const uint64_t complete = eswi_results_are_complete(w->results);
    eswi_h5_attribute(&w->h5, w->h5.file, "complete", H5T_NATIVE_UINT64, &complete);
}

/* ---------------------------------------------------------------- summary, compare */

/* One number of each summary, at `offset` bytes into it, as a dataset. */
static void write_summary_field(writer *w, hid_t group, const char *name, size_t offset, bool is_count)
{
    const size_t n = w->points * w->methods * w->metrics;
    const eswi_h5_dim dims[] = {{w->points, "/point"}, {w->methods, "/method"}, {w->metrics, "/metric"}};
    unsigned char *values = malloc(8 * n);
    if (!values) {
        w->h5.failed = true;
        return;
    }
    for (size_t i = 0; i < n; ++i)
        memcpy(values + 8 * i, (const char *)&w->results->summaries[i] + offset, 8);
    eswi_h5_write(&w->h5, group, name, is_count ? H5T_NATIVE_UINT64 : H5T_NATIVE_DOUBLE, dims, 3, values, NULL);
    free(values);
}

static void write_quantiles(writer *w, hid_t group)
{
    const size_t n = w->points * w->methods * w->metrics;
    const eswi_h5_dim dims[] = {
        {w->points, "/point"}, {w->methods, "/method"}, {w->metrics, "/metric"}, {ESW_QUANTILES, "/quantile"}};
    double *values = malloc(n * ESW_QUANTILES * sizeof *values);
    if (!values) {
        w->h5.failed = true;
        return;
    }
    for (size_t i = 0; i < n; ++i)
        memcpy(values + i * ESW_QUANTILES, w->results->summaries[i].quantiles, ESW_QUANTILES * sizeof *values);
    eswi_h5_write(&w->h5, group, "quantiles", H5T_NATIVE_DOUBLE, dims, 4, values, NULL);
    free(values);
}

static void write_summary(writer *w)
{
    static const struct {
        const char *name;
        size_t offset;
        bool is_count;
    } fields[] = {
        {"count", offsetof(esw_summary, count), true},
        {"undefined", offsetof(esw_summary, undefined), true},
        {"infinite", offsetof(esw_summary, infinite), true},
        {"mean", offsetof(esw_summary, mean), false},
        {"std", offsetof(esw_summary, std), false},
        {"ci95_low", offsetof(esw_summary, ci95_low), false},
        {"ci95_high", offsetof(esw_summary, ci95_high), false},
        {"min", offsetof(esw_summary, min), false},
        {"max", offsetof(esw_summary, max), false},
    };
    hid_t group = eswi_h5_group(&w->h5, w->h5.file, "summary");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; ++i)
        write_summary_field(w, group, fields[i].name, fields[i].offset, fields[i].is_count);
    write_quantiles(w, group);
    if (group >= 0)
        H5Gclose(group);
}

static void write_compare(writer *w)
{
    static const struct {
        const char *name;
        size_t offset;
        bool is_count;
    } fields[] = {
        {"count", offsetof(esw_ratio, count), true},
        {"value", offsetof(esw_ratio, value), false},
        {"ci95_low", offsetof(esw_ratio, ci95_low), false},
        {"ci95_high", offsetof(esw_ratio, ci95_high), false},
    };
    const size_t n = w->points * w->methods * ESW_RATIOS;
    const eswi_h5_dim dims[] = {{w->points, "/point"}, {w->methods, "/method"}, {ESW_RATIOS, "/ratio"}};
    write_text_scale(w, "ratio", ESW_RATIOS, ratio_name_of);
    hid_t group = eswi_h5_group(&w->h5, w->h5.file, "compare");
    unsigned char *values = malloc(8 * n);
    w->h5.failed |= !values;
    for (size_t k = 0; k < sizeof fields / sizeof *fields && !w->h5.failed; ++k) {
        for (size_t i = 0; i < n; ++i)
            memcpy(values + 8 * i, (const char *)&w->results->ratios[i] + fields[k].offset, 8);
        eswi_h5_write(&w->h5, group, fields[k].name, fields[k].is_count ? H5T_NATIVE_UINT64 : H5T_NATIVE_DOUBLE,
                      dims, 3, values, NULL);
    }
    free(values);
    if (group < 0)
        return;
    eswi_h5_attribute_text(&w->h5, group, "baseline", label_of(w, w->experiment->baseline));
    H5Gclose(group);
}

/* ---------------------------------------------------------------- kept parts */

/* Calls `take` with every record of a point and method. */
static void for_each_record(writer *w, size_t point, size_t method,
                            void (*take)(writer *w, hid_t target, const eswi_block_key *key,
                                         const eswi_cursor *payload, size_t point, size_t method),
                            hid_t target)
{
    size_t n;
    const eswi_record_place *places = eswi_results_places(w->results, point, method, &n);
    eswi_buffer buffer = {0};
    for (size_t i = 0; i < n && !w->status && !w->h5.failed; ++i) {
        eswi_cursor payload;
        eswi_block_key key;
        w->status = eswi_results_record(w->results, &places[i], &buffer, &payload, &key, w->error);
        if (!w->status)
            take(w, target, &key, &payload, point, method);
    }
    eswi_buffer_free(&buffer);
}

static void scenarios_record(writer *w, hid_t dataset, const eswi_block_key *key, const eswi_cursor *payload,
                             size_t point, size_t method)
{
    const unsigned char *kept = eswi_block_scenarios(&w->results->shapes[point], key, payload);
    double *rows = malloc(key->count * w->metrics * sizeof *rows);
    if (kept && rows) {
        for (size_t i = 0; i < key->count; ++i)
            for (size_t m = 0; m < w->metrics; ++m)
                rows[i * w->metrics + m] = eswi_load_f64(kept + 8 * (m * key->count + i));
        const hsize_t start[] = {point, method, key->block * ESW_BLOCK_SCENARIOS, 0};
        const hsize_t count[] = {1, 1, key->count, w->metrics};
        eswi_h5_write_part(&w->h5, dataset, 4, start, count, rows);
    } else {
        w->h5.failed = true;
    }
    free(rows);
}

static void write_scenarios(writer *w)
{
    const eswi_h5_dim dims[] = {
        {w->points, "/point"}, {w->methods, "/method"}, {w->scenarios, "/scenario"}, {w->metrics, "/metric"}};
    hid_t dataset = eswi_h5_dataset(&w->h5, w->h5.file, "scenarios", H5T_IEEE_F64LE, dims, 4, NULL);
    if (dataset < 0)
        return;
    for (size_t i = 0; i < w->points * w->methods; ++i)
        for_each_record(w, i / w->methods, i % w->methods, scenarios_record, dataset);
    H5Dclose(dataset);
}

static void entities_record(writer *w, hid_t group, const eswi_block_key *key, const eswi_cursor *payload,
                            size_t point, size_t method)
{
    const esw_system *system = w->experiment->system;
    const eswi_block_shape *shape = &w->results->shapes[point];
    const size_t entities = w->results->sizes[point].entities;
    const unsigned char *kept = eswi_block_entities(shape, key, payload);
    double *rows = malloc((key->count * entities + 1) * sizeof *rows);
    w->h5.failed |= !kept || !rows;
    for (size_t field = 0; field < system->n_fields && !w->h5.failed; ++field) {
        for (size_t i = 0; i < key->count; ++i)
            for (size_t e = 0; e < entities; ++e)
                rows[i * entities + e] =
                    eswi_load_f64(kept + 8 * (i * shape->entity_values + field * entities + e));
        const hsize_t start[] = {method, key->block * ESW_BLOCK_SCENARIOS, 0};
        const hsize_t count[] = {1, key->count, entities};
        hid_t dataset = H5Dopen2(group, system->fields[field].name, H5P_DEFAULT);
        w->h5.failed |= dataset < 0;
        eswi_h5_write_part(&w->h5, dataset, 3, start, count, rows);
        if (dataset >= 0)
            H5Dclose(dataset);
    }
    free(rows);
}

/* /users/<point>/<field> [method][scenario][user]: the number of users may differ between points, so each has a
 * scale of its own, /users/<point>/index. */
static void write_entities_of_point(writer *w, hid_t parent, size_t point)
{
    const esw_system *system = w->experiment->system;
    const size_t entities = w->results->sizes[point].entities;
    char name[32], index[96];
    snprintf(name, sizeof name, "%zu", point);
    snprintf(index, sizeof index, "/%s/%zu/index", system->entity, point);
    const eswi_h5_dim dims[] = {{w->methods, "/method"}, {w->scenarios, "/scenario"}, {entities, index}};
    hid_t group = eswi_h5_group(&w->h5, parent, name);
    if (group < 0)
        return;
    write_index_scale(w, index, entities);
    for (size_t field = 0; field < system->n_fields; ++field) {
        const esw_field *info = &system->fields[field];
        hid_t dataset = eswi_h5_dataset(&w->h5, group, info->name, H5T_IEEE_F64LE, dims, 3, info->unit);
        if (dataset >= 0)
            H5Dclose(dataset);
    }
    for (size_t method = 0; method < w->methods; ++method)
        for_each_record(w, point, method, entities_record, group);
    H5Gclose(group);
}

static void write_entities(writer *w)
{
    hid_t group = eswi_h5_group(&w->h5, w->h5.file, w->experiment->system->entity);
    if (group < 0)
        return;
    for (size_t point = 0; point < w->points; ++point)
        write_entities_of_point(w, group, point);
    H5Gclose(group);
}

/* Mean and spread of every frame of one method at one point, into the two datasets
 * [point][method][frame][series]. */
static void write_series_of(writer *w, const hid_t datasets[2], size_t point, size_t method)
{
    const size_t n_series = w->experiment->system->n_series, frames = w->results->sizes[point].frames;
    const hsize_t start[] = {point, method, 0, 0}, count[] = {1, 1, frames, n_series};
    eswi_totals totals;
    double *rows = malloc((frames * n_series + 1) * sizeof *rows);
    w->status = eswi_results_totals(w->results, point, method, &totals, w->error);
    w->h5.failed |= !rows;
    for (int part = 0; part < 2 && !w->status && !w->h5.failed; ++part) {
        for (size_t s = 0; s < n_series; ++s)
            for (size_t frame = 0; frame < frames; ++frame) {
                const eswi_running *running = &totals.series[s * frames + frame];
                double mean = running->count ? running->mean : NAN;
                rows[frame * n_series + s] = part == 0 ? mean : eswi_running_std(running);
            }
        if (frames > 0)
            eswi_h5_write_part(&w->h5, datasets[part], 4, start, count, rows);
    }
    eswi_totals_free(&totals);
    free(rows);
}

/* Points with fewer frames than the longest are filled up with NaN. */
static void write_series(writer *w)
{
    size_t frames = 0;
    for (size_t point = 0; point < w->points; ++point)
        if (w->results->sizes[point].frames > frames)
            frames = w->results->sizes[point].frames;
    write_index_scale(w, "frame", frames);
    write_text_scale(w, "series_metric", w->experiment->system->n_series, series_of);
    const eswi_h5_dim dims[] = {{w->points, "/point"},
                                {w->methods, "/method"},
                                {frames, "/frame"},
                                {w->experiment->system->n_series, "/series_metric"}};
    hid_t group = eswi_h5_group(&w->h5, w->h5.file, "series");
    const hid_t datasets[] = {eswi_h5_dataset(&w->h5, group, "mean", H5T_IEEE_F64LE, dims, 4, NULL),
                              eswi_h5_dataset(&w->h5, group, "std", H5T_IEEE_F64LE, dims, 4, NULL)};
    for (size_t i = 0; i < w->points * w->methods && !w->status && !w->h5.failed; ++i)
        write_series_of(w, datasets, i / w->methods, i % w->methods);
    for (int part = 0; part < 2; ++part)
        if (datasets[part] >= 0)
            H5Dclose(datasets[part]);
    if (group >= 0)
        H5Gclose(group);
}

esw_status esw_results_write_hdf5(const esw_results *results, const char *path, esw_error *error)
{
    const unsigned keep = esw_experiment_keep(results->experiment);
    writer w = {
        .results = results,
        .experiment = results->experiment,
        .points = esw_experiment_point_count(results->experiment),
        .methods = esw_experiment_method_count(results->experiment),
        .metrics = results->metrics.n,
        .scenarios = eswi_results_scenario_axis(results),
        .error = error,
    };
    esw_status status = eswi_h5_begin(&w.h5, path, error);
    if (status)
        return status;
    write_provenance(&w);
    write_axes(&w);
    write_summary(&w);
    if (w.experiment->baseline != ESW_NONE)
        write_compare(&w);
    if (keep & (ESW_KEEP_SCENARIOS | ESW_KEEP_ENTITIES))
        write_index_scale(&w, "scenario", w.scenarios);
    if (keep & ESW_KEEP_SCENARIOS)
        write_scenarios(&w);
    if (keep & ESW_KEEP_ENTITIES)
        write_entities(&w);
    if (keep & ESW_KEEP_SERIES)
        write_series(&w);
    w.h5.failed |= w.status != ESW_OK;
    status = eswi_h5_finish(&w.h5, w.status ? NULL : error);
    return w.status ? w.status : status;
}
