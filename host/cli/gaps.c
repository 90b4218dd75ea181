#include "gaps.h"
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Positions of 50, 90, 95, 99 percent among the quantiles of a summary. */
static const int SHOWN[] = {4, 6, 7, 8};

static void add_percent(cli_table *table, double share)
{
    if (isfinite(share))
        cli_table_add(table, "%.4f", 100.0 * share);
    else
        cli_table_add(table, "-");
}

static esw_status print_metric(const esw_results *results, size_t point, size_t metric, esw_error *error)
{
    const esw_experiment *experiment = esw_results_experiment(results);
    cli_table table = {.columns = 7};
    cli_table_add(&table, "%s, %%", esw_results_metric(results, metric)->name);
    for (size_t i = 0; i < 6; i++)
        cli_table_add(&table, "%s", (const char *const[]){"mean", "p50", "p90", "p95", "p99", "max"}[i]);
    for (size_t method = 0; method < esw_experiment_method_count(experiment); method++) {
        esw_summary summary;
        esw_results_summary(results, point, method, metric, &summary);
        cli_table_add(&table, "%s", esw_experiment_method_label(experiment, method));
        add_percent(&table, summary.mean);
        for (size_t i = 0; i < sizeof SHOWN / sizeof *SHOWN; i++)
            add_percent(&table, summary.quantiles[SHOWN[i]]);
        add_percent(&table, summary.max);
    }
    putchar('\n');
    return cli_table_print(&table, 2) ? ESW_OK : esw_fail(error, ESW_NO_MEMORY, "out of memory");
}

esw_status cli_gaps_print(const esw_results *results, size_t point, esw_error *error)
{
    for (size_t i = 0; i < esw_results_metric_count(results); i++) {
        if (strncmp(esw_results_metric(results, i)->name, "gap_to_", 7) != 0)
            continue;
        const esw_status status = print_metric(results, point, i, error);
        if (status != ESW_OK)
            return status;
    }
    return ESW_OK;
}
