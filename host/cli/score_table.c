#include "score_table.h"

#include "document.h"

void cli_score_table_begin(cli_table *table, const esw_system *system, const char *first)
{
    *table = (cli_table){.columns = 1};
    cli_table_add(table, "%s", first);
    for (size_t i = 0; i < system->n_metrics; i++) {
        if (system->metrics[i].flags & ESW_METRIC_DIAGNOSTIC)
            continue;
        table->columns++;
        cli_table_add(table, "%s", system->metrics[i].name);
    }
}

void cli_score_table_row(cli_table *table, const esw_system *system, const char *name, const json_t *metrics)
{
    cli_table_add(table, "%s", name);
    for (size_t i = 0; i < system->n_metrics; i++) {
        if (system->metrics[i].flags & ESW_METRIC_DIAGNOSTIC)
            continue;
        char text[64];
        cli_document_scalar(cli_document_metric(metrics, system->metrics[i].name), text, sizeof text);
        cli_table_add(table, "%s", text);
    }
}
