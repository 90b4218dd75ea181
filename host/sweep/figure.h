/* The inside of a figure: its plots and claims as read from the file. */
#ifndef ESWI_FIGURE_H
#define ESWI_FIGURE_H

#include "base/node.h"
#include "edgesweep/figure.h"
#include "sweep/formula_estimate.h"

typedef struct eswi_label {
    char *key, *text;
} eswi_label;

/* Methods by their labels in the experiment; none where the file names none. */
typedef struct eswi_method_names {
    char **names;
    size_t n;
} eswi_method_names;

/* One plot: a curve per method over a swept key. */
typedef struct eswi_figure_plot {
    eswi_formula y; /* with the method "*" */
    char *title;    /* of the plot, or NULL */
    char *label;    /* of the y axis, with its unit */
    char *x;        /* the swept key along the axis; NULL: the experiment's first */
    char *x_label;
    eswi_method_names methods; /* none: all */
    int line;
} eswi_figure_plot;

typedef enum eswi_claim_kind {
    ESWI_CLAIM_RANGE,      /* the value lies in [low, high] at every point */
    ESWI_CLAIM_INCREASING, /* each step along the sweep is above 0 */
    ESWI_CLAIM_DECREASING,
    ESWI_CLAIM_CONSTANT, /* value / first value lies in [low, high] */
} eswi_claim_kind;

typedef struct eswi_claim {
    char *claim, *source, *reading, *note;
    eswi_formula quantity;
    eswi_method_names methods; /* those that the method "*" of the quantity stands for, each in turn */
    eswi_claim_kind kind;
    double low, high;
    char *along; /* trends: the swept key; NULL: the experiment's first */
    json_t *at;  /* {key: value or list of values}; NULL: every point */
    int line;
} eswi_claim;

struct esw_figure {
    char *source; /* the file, for errors */
    char *name, *title, *paper, *reading, *experiment;
    uint64_t quick_scenarios;
    eswi_label *labels; /* what a method or a value of the x axis is called in plots */
    size_t n_labels;
    eswi_figure_plot *plots;
    size_t n_plots;
    eswi_claim *claims;
    size_t n_claims;
};

/* What a method or a value is called in plots and tables of the figure: its label, else its own text. */
const char *eswi_figure_label(const esw_figure *figure, const char *text);

/* Whether a sweep point has the values that `at` asks for. */
bool eswi_point_matches(const json_t *point, const json_t *at);

#endif
