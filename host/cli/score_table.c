#include "score_table.h"

#include "document.h"

static bool is_shown(const esw_metric *metric)
{
    return !(metric->flags & ESW_METRIC_DIAGNOSTIC);
}

void cli_score_table_begin(cli_table *table, const esw_system *system, const char *first)
{
    *table = (cli_table){.columns = 1};
    cli_table_add(table, "%s", first);
    for (size_t i = 0; i < system->n_metrics; i++) {
        if (!is_shown(&system->metrics[i]))
            continue;
        table->columns++;
        cli_table_add(table, "%s", system->metrics[i].name);
    }
}

void cli_score_table_row(cli_table *table, const esw_system *system, const char *name, const json_t *metrics,
                         const char *reason)
{
    bool any = false;
    for (size_t i = 0; i < system->n_metrics; i++)
        any |= is_shown(&system->metrics[i]) &&
               json_is_number(cli_document_metric(metrics, system->metrics[i].name));
    cli_table_add(table, "%s", name);
    for (size_t i = 0; i < system->n_metrics; i++) {
        if (!is_shown(&system->metrics[i]))
            continue;
        char text[64];
        cli_document_scalar(cli_document_metric(metrics, system->metrics[i].name), text, sizeof text);
        if (!any && reason)
            cli_table_add(table, "%s (%s)", text, reason);
        else
            cli_table_add(table, "%s", text);
        any = true;
    }
}
