/* The inside of a report: its plots, and what writes its parts as HTML. */
#ifndef ESWI_REPORT_H
#define ESWI_REPORT_H

#include "edgesweep/report.h"
#include "sweep/figure.h"
#include "sweep/html.h"
#include "sweep/plot.h"

/* A run has at most this many plots of its own; what is left out is said. */
enum { ESWI_REPORT_PLOTS = 48 };

typedef struct eswi_report_plot {
    eswi_plot plot;
    size_t part;
    const esw_figure *figure; /* NULL: the run's own */
    char *title, *help;       /* what it shows: a heading, and a sentence or "" */
    char *x_label, *y_label;
} eswi_report_plot;

typedef struct eswi_report {
    eswi_report_plot *plots;
    size_t n_plots;
    size_t left_out; /* plots beyond ESWI_REPORT_PLOTS */
} eswi_report;

void eswi_report_free(eswi_report *report);

/* report_plots.c: the plots of a figure of a part, or of the run itself: every main metric and ratio over the
 * sweep, and the distribution of the gaps. */
esw_status eswi_report_add_figure(eswi_report *report, size_t part, const esw_figure *figure,
                                  const esw_results *results, esw_error *error);
esw_status eswi_report_add_run(eswi_report *report, size_t part, const esw_results *results, esw_error *error);
/* The same for one metric or ratio, ESW_BAD_USAGE when there is none of this name. */
esw_status eswi_report_add_metric(eswi_report *report, const esw_results *results, const char *name,
                                  esw_error *error);

/* report_tables.c */
void eswi_report_claims(eswi_buffer *html, const esw_claim_check *checks, size_t n);
void eswi_report_tables(eswi_buffer *html, const esw_results *results);
void eswi_report_provenance(eswi_buffer *html, const char *directory, const esw_results *results);

#endif
