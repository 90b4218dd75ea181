/* A plot as data, the gnuplot script that draws it, and running gnuplot. */
#ifndef ESWI_PLOT_H
#define ESWI_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "edgesweep/status.h"

/* One curve: a value and its interval for every x; NaN where there is none. */
typedef struct eswi_curve {
    const char *label;
    double *y, *low, *high;     /* [n_x] the ends of the interval, of a distribution its 5 and 95 % */
    double *box_low, *box_high; /* [n_x] the quartiles of a distribution; NULL for others */
} eswi_curve;

/* Texts are borrowed. Numbers on the x axis give lines, texts groups of bars. */
typedef struct eswi_plot {
    char name[64]; /* of its file: letters, digits and '-' */
    const char *x_label, *y_label;
    bool numeric;
    double *x;            /* [n_x] when numeric */
    const char **x_texts; /* [n_x] otherwise */
    size_t n_x;
    eswi_curve *curves;
    size_t n_curves;
    bool distribution;
} eswi_plot;

/* Makes room for n_curves curves of n_x values, all NaN. False when out of memory; free also then. */
bool eswi_plot_alloc(eswi_plot *plot, size_t n_x, size_t n_curves, bool distribution);
void eswi_plot_free(eswi_plot *plot);

typedef enum eswi_plot_medium { ESWI_PLOT_WIDE, ESWI_PLOT_NARROW, ESWI_PLOT_TEXT } eswi_plot_medium;

/* Appends the script that draws the plot into `output` (a file name; NULL: standard output). `columns` and
 * `rows` are characters for ESWI_PLOT_TEXT and ignored otherwise. */
void eswi_plot_script(const eswi_plot *plot, eswi_plot_medium medium, const char *output, unsigned columns,
                      unsigned rows, eswi_buffer *script);

/* Runs gnuplot in `folder` on a script; what it prints is appended to `output` (may be NULL). ESW_UNSUPPORTED
 * when there is no gnuplot, ESW_IO with its first message when it fails. */
esw_status eswi_gnuplot_run(const char *folder, const eswi_buffer *script, eswi_buffer *output,
                            esw_error *error);

#endif
