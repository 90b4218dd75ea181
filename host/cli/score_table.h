/* Tables of scores: a row per method or decision, a column per metric that is no diagnostic. */
#ifndef CLI_SCORE_TABLE_H
#define CLI_SCORE_TABLE_H

#include <jansson.h>

#include "edgesweep/system.h"
#include "table.h"

/* Begins a table: the title of the first column and the names of the metrics. The caller adds headers of columns
 * of its own, and counts them in `columns`. */
void cli_score_table_begin(cli_table *table, const esw_system *system, const char *first);

/* Adds a row's name and its metrics, from a document's "metrics"; the cells of the caller's columns follow. Where there
 * are none, the first cell says `reason`, which may be NULL. */
void cli_score_table_row(cli_table *table, const esw_system *system, const char *name, const json_t *metrics,
                         const char *reason);

#endif
