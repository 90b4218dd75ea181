#include "codes.h"
#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Scenarios of a point, by all methods or one (ESW_NONE: all), in which a metric has a code. */
static uint64_t count(const esw_results *results, size_t point, size_t method, size_t metric, size_t code)
{
    const size_t methods = esw_experiment_method_count(esw_results_experiment(results));
    uint64_t sum = 0;
    for (size_t i = 0; i < methods; i++)
        if (method == ESW_NONE || method == i)
            sum += esw_results_code_count(results, point, i, metric, code);
    return sum;
}

static bool print_metric(const esw_results *results, size_t point, size_t metric)
{
    const esw_experiment *experiment = esw_results_experiment(results);
    const char *codes = esw_results_codes(results, metric);
    cli_table table = {.columns = 1};
    cli_table_add(&table, "%s, scenarios", esw_results_metric(results, metric)->name);
    for (size_t code = 0; codes[0]; code++) {
        const size_t length = strcspn(codes, "|");
        if (count(results, point, ESW_NONE, metric, code) > 0) {
            cli_table_add(&table, "%.*s", (int)length, codes);
            table.columns++;
        }
        codes += length + (codes[length] == '|');
    }
    for (size_t method = 0; method < esw_experiment_method_count(experiment); method++) {
        cli_table_add(&table, "%s", esw_experiment_method_label(experiment, method));
        for (size_t code = 0, column = 1; column < table.columns; code++)
            if (count(results, point, ESW_NONE, metric, code) > 0) {
                cli_table_add(&table, "%" PRIu64, count(results, point, method, metric, code));
                column++;
            }
    }
    putchar('\n');
    return cli_table_print(&table, 2);
}

/* Whether a method has proved bounds here, or has left scenarios without a value. */
static bool matters(const esw_results *results, size_t point)
{
    const size_t methods = esw_experiment_method_count(esw_results_experiment(results));
    for (size_t i = 0; i < methods * esw_results_metric_count(results); i++) {
        const size_t metric = i / methods;
        const unsigned flags = esw_results_metric(results, metric)->flags;
        esw_summary summary;
        esw_results_summary(results, point, i % methods, metric, &summary);
        if ((flags & ESW_METRIC_LOWER_BOUND && summary.count > 0) ||
            (flags & ESW_METRIC_OBJECTIVE && summary.undefined > 0))
            return true;
    }
    return false;
}

esw_status cli_codes_print(const esw_results *results, size_t point, const bool *shown, esw_error *error)
{
    for (size_t i = 0; i < esw_results_metric_count(results); i++)
        if (esw_results_codes(results, i) && (shown[i] || matters(results, point)) &&
            !print_metric(results, point, i))
            return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    return ESW_OK;
}
