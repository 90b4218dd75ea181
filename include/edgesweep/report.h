/* Reports of runs: one self-contained HTML file, its figures also as SVG, and a plot as text.
 *
 * Figures are drawn by gnuplot, which is looked for when a report is written; without it a report has its tables
 * and says what is missing.
 */
#ifndef EDGESWEEP_REPORT_H
#define EDGESWEEP_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "edgesweep/figure.h"
#include "edgesweep/results.h"
#include "edgesweep/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A run and figures of papers it was made for; without figures the report plots every main metric. Parts come in
 * the order given, what was run behind all of them and once for parts that share their results. */
typedef struct esw_report_part {
    const char *directory; /* the run's, for its manifest */
    const esw_results *results;
    const esw_figure *const *figures; /* [n_figures]; may be NULL */
    size_t n_figures;
} esw_report_part;

typedef struct esw_report_summary {
    size_t plots;       /* in the report */
    size_t verdicts[3]; /* claims by esw_claim_verdict */
    char figures[4096]; /* the folder of the SVG files and the gnuplot scripts that drew them, "" if none */
    char without[256];  /* "" or why there are no plots */
} esw_report_summary;

/* Writes the report to `path` and the figures to the folder beside it that has its name and "-figures" behind
 * it. `summary` may be NULL. ESW_IO; errors of esw_figure_check. */
esw_status esw_report_write(const char *title, const esw_report_part *parts, size_t n_parts, const char *path,
                            esw_report_summary *summary, esw_error *error);

/* A metric, or a ratio by its name, over the sweep as lines of text of at most `columns` characters; free
 * *text. ESW_BAD_USAGE for an unknown name or a sweep without two numbers, ESW_UNSUPPORTED without gnuplot. */
esw_status esw_report_plot_text(const esw_results *results, const char *metric, unsigned columns, unsigned rows,
                                char **text, esw_error *error);

#ifdef __cplusplus
}
#endif
#endif
