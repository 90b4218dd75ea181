/* Tidy CSV: the swept values stand in every row, so that each file can be read on its own. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/text_file.h"
#include "sweep/results_internal.h"

/* A file being written. */
typedef struct csv_file {
    const esw_results *results;
    eswi_text_file out;
} csv_file;

static void csv_open(csv_file *csv, const esw_results *results, const char *directory, const char *name,
                     esw_error *error)
{
    *csv = (csv_file){.results = results, .out = {.file = {.fd = -1}, .error = error}};
    char *path = eswi_format("%s/%s.csv", directory, name);
    if (path)
        eswi_text_file_open(&csv->out, path, error);
    else
        csv->out.status = esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", directory);
    free(path);
}

static void end_row(csv_file *csv)
{
    eswi_buffer_put(&csv->out.text, "\n", 1);
    eswi_text_file_flush(&csv->out);
}

/* RFC 4180: quotes where a text holds a comma, a quote or a line break. */
static void put_text(csv_file *csv, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        eswi_buffer_put(&csv->out.text, text, strlen(text));
        return;
    }
    eswi_buffer_put(&csv->out.text, "\"", 1);
    for (; *text; ++text)
        eswi_buffer_put(&csv->out.text, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    eswi_buffer_put(&csv->out.text, "\"", 1);
}

static void put_real(csv_file *csv, double value)
{
    char text[ESWI_REAL_TEXT];
    eswi_buffer_printf(&csv->out.text, ",%s", eswi_format_real(value, text));
}

static void put_count(csv_file *csv, uint64_t value)
{
    eswi_buffer_printf(&csv->out.text, ",%" PRIu64, value);
}

/* Whether "a,b,c" lists a name. */
static bool lists(const char *names, const char *name)
{
    const size_t length = strlen(name);
    for (; *names; names += strcspn(names, ","), names += *names == ',')
        if (strcspn(names, ",") == length && strncmp(names, name, length) == 0)
            return true;
    return false;
}

/* "point,users,...,method" and then `rest`. A swept key of the name of another column is called swept_KEY. */
static void put_head(csv_file *csv, const char *rest)
{
    const esw_experiment *experiment = csv->results->experiment;
    eswi_buffer_printf(&csv->out.text, "point");
    for (size_t i = 0; i < esw_experiment_sweep_key_count(experiment); ++i) {
        const char *key = esw_experiment_sweep_key(experiment, i);
        eswi_buffer_printf(&csv->out.text, ",%s%s", lists(rest, key) ? "swept_" : "", key);
    }
    eswi_buffer_printf(&csv->out.text, ",method,%s", rest);
}

static void begin_row(csv_file *csv, size_t point, size_t method)
{
    const esw_experiment *experiment = csv->results->experiment;
    eswi_buffer_printf(&csv->out.text, "%zu", point);
    for (size_t i = 0; i < esw_experiment_sweep_key_count(experiment); ++i) {
        eswi_buffer_put(&csv->out.text, ",", 1);
        put_text(csv, esw_experiment_sweep_text(experiment, point, i));
    }
    eswi_buffer_printf(&csv->out.text, ",%s", esw_experiment_method_label(experiment, method));
}

static void summary_row(csv_file *csv, size_t point, size_t method, size_t metric)
{
    const esw_metric *info = esw_results_metric(csv->results, metric);
    esw_summary summary;
    esw_results_summary(csv->results, point, method, metric, &summary);
    begin_row(csv, point, method);
    eswi_buffer_printf(&csv->out.text, ",%s,%s", info->name, info->unit);
    put_count(csv, summary.count);
    put_count(csv, summary.undefined);
    put_count(csv, summary.infinite);
    const double numbers[] = {summary.mean,      summary.std, summary.ci95_low,
                              summary.ci95_high, summary.min, summary.max};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; ++i)
        put_real(csv, numbers[i]);
    for (size_t i = 0; i < ESW_QUANTILES; ++i)
        put_real(csv, summary.quantiles[i]);
    end_row(csv);
}

/* Calls `rows` for every point and method. */
static void for_each_method(csv_file *csv, void (*rows)(csv_file *csv, size_t point, size_t method))
{
    const esw_experiment *experiment = csv->results->experiment;
    for (size_t point = 0; point < esw_experiment_point_count(experiment); ++point)
        for (size_t method = 0; method < esw_experiment_method_count(experiment); ++method)
            rows(csv, point, method);
}

static void summary_rows(csv_file *csv, size_t point, size_t method)
{
    for (size_t metric = 0; metric < csv->results->metrics.n; ++metric)
        summary_row(csv, point, method, metric);
}

static esw_status export_summary(const esw_results *results, const char *directory, esw_error *error)
{
    csv_file csv;
    csv_open(&csv, results, directory, "summary", error);
    put_head(&csv, "metric,unit,count,undefined,infinite,mean,std,ci95_low,ci95_high,min,max");
    for (size_t i = 0; i < ESW_QUANTILES; ++i)
        eswi_buffer_printf(&csv.out.text, ",q%02u", eswi_quantile_percents[i]);
    end_row(&csv);
    for_each_method(&csv, summary_rows);
    return eswi_text_file_close(&csv.out);
}

static void compare_rows(csv_file *csv, size_t point, size_t method)
{
    const esw_experiment *experiment = csv->results->experiment;
    for (int kind = 0; kind < ESW_RATIOS; ++kind) {
        if (csv->results->metrics.ratio_metric[kind] == ESW_NONE)
            continue;
        esw_ratio ratio;
        esw_results_ratio(csv->results, point, method, (esw_ratio_kind)kind, &ratio);
        begin_row(csv, point, method);
        eswi_buffer_printf(&csv->out.text, ",%s,%s",
                           esw_experiment_method_label(experiment, esw_experiment_baseline(experiment)),
                           esw_ratio_name((esw_ratio_kind)kind));
        put_count(csv, ratio.count);
        put_real(csv, ratio.value);
        put_real(csv, ratio.ci95_low);
        put_real(csv, ratio.ci95_high);
        end_row(csv);
    }
}

static esw_status export_compare(const esw_results *results, const char *directory, esw_error *error)
{
    csv_file csv;
    csv_open(&csv, results, directory, "compare", error);
    put_head(&csv, "baseline,ratio,count,value,ci95_low,ci95_high");
    end_row(&csv);
    for_each_method(&csv, compare_rows);
    return eswi_text_file_close(&csv.out);
}

/* Calls `rows` with each record of a point and method. */
static void for_each_record(csv_file *csv, size_t point, size_t method,
                            void (*rows)(csv_file *csv, const eswi_block_key *key, const eswi_cursor *payload,
                                         size_t point, size_t method))
{
    size_t n;
    const eswi_record_place *places = eswi_results_places(csv->results, point, method, &n);
    eswi_buffer buffer = {0};
    for (size_t i = 0; i < n && !csv->out.status; ++i) {
        eswi_cursor payload;
        eswi_block_key key;
        csv->out.status =
            eswi_results_record(csv->results, &places[i], &buffer, &payload, &key, csv->out.error);
        if (!csv->out.status)
            rows(csv, &key, &payload, point, method);
    }
    eswi_buffer_free(&buffer);
}

static void scenario_record(csv_file *csv, const eswi_block_key *key, const eswi_cursor *payload, size_t point,
                            size_t method)
{
    const unsigned char *kept = eswi_block_scenarios(&csv->results->shapes[point], key, payload);
    for (uint32_t i = 0; kept && i < key->count; ++i)
        for (size_t metric = 0; metric < csv->results->metrics.n; ++metric) {
            begin_row(csv, point, method);
            put_count(csv, key->block * ESW_BLOCK_SCENARIOS + i);
            eswi_buffer_printf(&csv->out.text, ",%s", esw_results_metric(csv->results, metric)->name);
            put_real(csv, eswi_load_f64(kept + 8 * (metric * key->count + i)));
            end_row(csv);
        }
}

static void scenario_rows(csv_file *csv, size_t point, size_t method)
{
    for_each_record(csv, point, method, scenario_record);
}

static esw_status export_scenarios(const esw_results *results, const char *directory, esw_error *error)
{
    csv_file csv;
    csv_open(&csv, results, directory, "scenarios", error);
    put_head(&csv, "scenario,metric,value");
    end_row(&csv);
    for_each_method(&csv, scenario_rows);
    return eswi_text_file_close(&csv.out);
}

static void entity_record(csv_file *csv, const eswi_block_key *key, const eswi_cursor *payload, size_t point,
                          size_t method)
{
    const esw_system *system = esw_experiment_system(csv->results->experiment);
    const eswi_block_shape *shape = &csv->results->shapes[point];
    const size_t entities = csv->results->sizes[point].entities;
    const unsigned char *kept = eswi_block_entities(shape, key, payload);
    for (uint32_t i = 0; kept && i < key->count; ++i)
        for (size_t e = 0; e < entities; ++e) {
            begin_row(csv, point, method);
            put_count(csv, key->block * ESW_BLOCK_SCENARIOS + i);
            put_count(csv, e);
            for (size_t field = 0; field < system->n_fields; ++field)
                put_real(csv, eswi_load_f64(kept + 8 * (i * shape->entity_values + field * entities + e)));
            end_row(csv);
        }
}

static void entity_rows(csv_file *csv, size_t point, size_t method)
{
    for_each_record(csv, point, method, entity_record);
}

static esw_status export_entities(const esw_results *results, const char *directory, esw_error *error)
{
    const esw_system *system = esw_experiment_system(results->experiment);
    csv_file csv;
    csv_open(&csv, results, directory, system->entity, error);
    eswi_buffer columns = {0};
    eswi_buffer_printf(&columns, "scenario,index");
    for (size_t field = 0; field < system->n_fields; ++field)
        eswi_buffer_printf(&columns, ",%s", system->fields[field].name);
    eswi_buffer_put(&columns, "", 1);
    put_head(&csv, columns.failed ? "" : (const char *)columns.data);
    csv.out.text.failed |= columns.failed;
    eswi_buffer_free(&columns);
    end_row(&csv);
    for_each_method(&csv, entity_rows);
    return eswi_text_file_close(&csv.out);
}

static void series_rows(csv_file *csv, size_t point, size_t method)
{
    const esw_system *system = esw_experiment_system(csv->results->experiment);
    const size_t frames = csv->results->sizes[point].frames;
    eswi_totals totals;
    if (csv->out.status)
        return;
    csv->out.status = eswi_results_totals(csv->results, point, method, &totals, csv->out.error);
    for (size_t s = 0; s < system->n_series && !csv->out.status; ++s)
        for (size_t frame = 0; frame < frames; ++frame) {
            const eswi_running *running = &totals.series[s * frames + frame];
            begin_row(csv, point, method);
            put_count(csv, frame);
            eswi_buffer_printf(&csv->out.text, ",%s,%s", system->series[s].name, system->series[s].unit);
            put_count(csv, running->count);
            put_real(csv, running->count ? running->mean : NAN);
            put_real(csv, eswi_running_std(running));
            end_row(csv);
        }
    eswi_totals_free(&totals);
}

static esw_status export_series(const esw_results *results, const char *directory, esw_error *error)
{
    csv_file csv;
    csv_open(&csv, results, directory, "series", error);
    put_head(&csv, "frame,series,unit,count,mean,std");
    end_row(&csv);
    for_each_method(&csv, series_rows);
    return eswi_text_file_close(&csv.out);
}

esw_status esw_results_export_csv(const esw_results *results, const char *directory, esw_error *error)
{
    const unsigned keep = esw_experiment_keep(results->experiment);
    esw_status status = eswi_make_directories(directory, error);
    if (!status)
        status = export_summary(results, directory, error);
    if (!status && esw_experiment_baseline(results->experiment) != ESW_NONE)
        status = export_compare(results, directory, error);
    if (!status && (keep & ESW_KEEP_SCENARIOS))
        status = export_scenarios(results, directory, error);
    if (!status && (keep & ESW_KEEP_ENTITIES))
        status = export_entities(results, directory, error);
    if (!status && (keep & ESW_KEEP_SERIES))
        status = export_series(results, directory, error);
    return status;
}
