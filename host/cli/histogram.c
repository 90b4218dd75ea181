#include "histogram.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "table.h"

enum {
    LOWEST = -1, /* -1 is "none" in columns that hold an index */
    HIGHEST = 1022,
    VALUES = HIGHEST - LOWEST + 1,
    BAR_WIDTH = 8
};

static uint64_t sum(const uint64_t *counts)
{
    uint64_t total = 0;
    for (size_t i = 0; i < VALUES; i++)
        total += counts[i];
    return total;
}

/* "  83.1 % ######  ", nothing where the value does not occur. */
static void add_share(cli_table *table, uint64_t count, uint64_t total)
{
    if (count == 0) {
        cli_table_add(table, "%*s", BAR_WIDTH + 1, "");
        return;
    }
    double share = (double)count / (double)total;
    char bar[BAR_WIDTH + 1];
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = i < share * BAR_WIDTH ? '#' : ' ';
    bar[BAR_WIDTH] = '\0';
    cli_table_add(table, "%.1f %% %s", 100.0 * share, bar);
}

static void add_value_row(cli_table *table, const uint64_t *counts, const uint64_t *totals, size_t methods,
                          size_t value)
{
    uint64_t any = 0;
    for (size_t m = 0; m < methods; m++)
        any += counts[m * VALUES + value];
    if (any == 0)
        return;
    cli_table_add(table, "%d", (int)value + LOWEST);
    for (size_t m = 0; m < methods; m++)
        add_share(table, counts[m * VALUES + value], totals[m]);
}

/* counts[method][value] and totals[method]; *outside sums what lies beyond the values counted. */
static esw_status count_values(const esw_results *results, size_t point, size_t field, uint64_t *counts,
                               uint64_t *totals, uint64_t *outside, esw_error *error)
{
    size_t methods = esw_experiment_method_count(esw_results_experiment(results));
    *outside = 0;
    for (size_t m = 0; m < methods; m++) {
        uint64_t beyond = 0;
        esw_status status = esw_results_field_histogram(results, point, m, field, LOWEST, HIGHEST,
                                                        counts + m * VALUES, &beyond, error);
        if (status != ESW_OK)
            return status;
        totals[m] = sum(counts + m * VALUES) + beyond;
        *outside += beyond;
    }
    return ESW_OK;
}

static bool print_table(const esw_experiment *experiment, size_t field, const uint64_t *counts,
                        const uint64_t *totals)
{
    const esw_system *system = esw_experiment_system(experiment);
    size_t methods = esw_experiment_method_count(experiment);
    cli_table table = {.columns = methods + 1};
    cli_table_add(&table, "%s", system->fields[field].name);
    for (size_t m = 0; m < methods; m++)
        cli_table_add(&table, "%s", esw_experiment_method_label(experiment, m));
    for (size_t value = 0; value < VALUES; value++)
        add_value_row(&table, counts, totals, methods, value);
    printf("\n  %s of the %s (%s)\n", system->fields[field].name, system->entity, system->fields[field].help);
    return cli_table_print(&table, 2);
}

esw_status cli_histogram_print(const esw_results *results, size_t point, size_t field, esw_error *error)
{
    const esw_experiment *experiment = esw_results_experiment(results);
    size_t methods = esw_experiment_method_count(experiment);
    uint64_t *counts = calloc(methods * (VALUES + 1), sizeof *counts);
    if (!counts)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    uint64_t *totals = counts + methods * VALUES, outside;
    esw_status status = count_values(results, point, field, counts, totals, &outside, error);
    if (status == ESW_OK && !print_table(experiment, field, counts, totals))
        status = esw_fail(error, ESW_NO_MEMORY, "out of memory");
    if (status == ESW_OK && outside > 0)
        printf("  %" PRIu64 " values outside %d..%d are not shown\n", outside, LOWEST, HIGHEST);
    free(counts);
    return status;
}
