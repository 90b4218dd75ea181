/* Figures of papers: an experiment, what to plot of it, and the paper's claims about it, each checked.
 *
 * A figure is a YAML file (docs/figures.md); those that come with edgesweep lie in datasets/figures. A claim is a
 * statement over a formula of means (`latency_s(device-only) / latency_s(ecc-noma)`) that holds in a range or
 * along the sweep. It is checked against the 95 % interval of that formula over the run's scenarios: the whole
 * interval inside the range is `reproduced`, the whole interval outside `not reproduced`, anything else
 * `undetermined`.
 */
#ifndef EDGESWEEP_FIGURE_H
#define EDGESWEEP_FIGURE_H

#include <stddef.h>
#include <stdint.h>

#include "edgesweep/results.h"
#include "edgesweep/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct esw_figure esw_figure;

typedef enum esw_claim_verdict {
    ESW_REPRODUCED,
    ESW_NOT_REPRODUCED,
    ESW_UNDETERMINED, /* the interval is too wide, or there is none */
} esw_claim_verdict;

const char *esw_claim_verdict_text(
    esw_claim_verdict verdict); /* "reproduced", "not reproduced", "undetermined" */

/* Reads a figure file. ESW_BAD_USAGE with file and line for anything wrong in it, ESW_IO, ESW_NO_MEMORY. */
esw_status esw_figure_load(const char *path, esw_figure **figure, esw_error *error);
void esw_figure_free(esw_figure *figure); /* NULL is allowed */

const char *esw_figure_name(const esw_figure *figure);  /* what `reproduce` calls it, "ecc-fig2" */
const char *esw_figure_title(const esw_figure *figure); /* one line */
const char *esw_figure_paper(const esw_figure *figure);
const char *esw_figure_reading(const esw_figure *figure); /* how the paper was read where it is silent, or "" */
const char *esw_figure_experiment(const esw_figure *figure);   /* path of the experiment file */
uint64_t esw_figure_quick_scenarios(const esw_figure *figure); /* per point for a quick look */

/* The paths of the figures that come with edgesweep, in natural order (fig2 before fig10); free each and the
 * list. */
esw_status esw_figures_find(char ***paths, size_t *count, esw_error *error);

/* A claim and what came of it; texts are borrowed from the figure. */
typedef struct esw_claim_check {
    const char *claim;    /* the paper's statement */
    const char *source;   /* where the paper says it, or "" */
    const char *reading;  /* how the statement was read where it is ambiguous, or "" */
    const char *quantity; /* the formula */
    const char *note;     /* why the verdict is what it is, or "" */
    esw_claim_verdict verdict;
    /* The value that decides: of those that fail, else of those that are undetermined, else of all, the one
     * farthest out of its range or nearest to its edge. For trends it is a step along the sweep. */
    double value, low, high;
    double range_low, range_high; /* what it must lie in; infinite where open */
    char what[256];               /* what the value is, "users = 90" or "change from users = 50 to 150" */
    size_t checks, held, failed;  /* values checked; the others are undetermined */
} esw_claim_check;

size_t esw_figure_claim_count(const esw_figure *figure);

/* Checks all claims against a run of the figure's experiment (or one with the same methods, metrics and swept
 * keys) that kept scenarios: checks[claim count]. ESW_BAD_USAGE with the figure's file and line when the run
 * lacks what a claim names. */
esw_status esw_figure_check(const esw_figure *figure, const esw_results *results, esw_claim_check *checks,
                            esw_error *error);

#ifdef __cplusplus
}
#endif
#endif
