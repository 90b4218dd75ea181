/* Which plots a report has, and their values. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sweep/experiment.h"
#include "sweep/points.h"
#include "sweep/report.h"

/* One line of points along a swept key; without a sweep the one point, and the methods stand along the axis. */
typedef struct line {
    size_t *points;
    size_t n;
    size_t key; /* ESW_NONE without a sweep */
    char name[256];
} line;

/* The value of a plot at a point, and its interval. */
typedef struct value {
    double y, low, high, box_low, box_high;
} value;

/* What the values of a plot are, of a method at a point. */
typedef struct source {
    const esw_results *results;
    const esw_figure *figure; /* formulas and labels; NULL for metrics and ratios */
    const eswi_formula *formula;
    size_t metric; /* ESW_NONE: the ratio */
    esw_ratio_kind ratio;
    const size_t *methods;
    size_t n_methods;
    bool distribution;
} source;

void eswi_report_free(eswi_report *report)
{
    for (size_t i = 0; i < report->n_plots; ++i) {
        eswi_plot_free(&report->plots[i].plot);
        free(report->plots[i].title);
        free(report->plots[i].help);
        free(report->plots[i].x_label);
        free(report->plots[i].y_label);
    }
    free(report->plots);
    *report = (eswi_report){0};
}

/* ---------------------------------------------------------------- values */

static value value_of_summary(const source *from, size_t point, size_t method)
{
    esw_summary s;
    esw_results_summary(from->results, point, method, from->metric, &s);
    if (!from->distribution)
        return (value){s.mean, s.ci95_low, s.ci95_high, NAN, NAN};
    double quantile[101];
#define X(percent) percent,
    static const unsigned percents[ESW_QUANTILES] = {ESW_QUANTILE_LIST(X)};
#undef X
    for (size_t i = 0; i < ESW_QUANTILES; ++i)
        quantile[percents[i]] = s.quantiles[i];
    return (value){quantile[50], quantile[5], quantile[95], quantile[25], quantile[75]};
}

static esw_status find_value(const source *from, size_t point, size_t method, value *v, esw_error *error)
{
    if (from->formula) {
        eswi_estimate estimate;
        const eswi_estimand estimand = {from->formula, point, method};
        esw_status status = eswi_estimate_value(from->results, estimand, &estimate, error);
        *v = (value){estimate.value, estimate.low, estimate.high, NAN, NAN};
        return status;
    }
    if (from->metric != ESW_NONE) {
        *v = value_of_summary(from, point, method);
        return ESW_OK;
    }
    esw_ratio ratio;
    esw_results_ratio(from->results, point, method, from->ratio, &ratio);
    *v = (value){ratio.value, ratio.ci95_low, ratio.ci95_high, NAN, NAN};
    return ESW_OK;
}

static esw_status fill(const source *from, const line *along, eswi_plot *plot, esw_error *error)
{
    const esw_experiment *experiment = esw_results_experiment(from->results);
    const bool swept = along->key != ESW_NONE;
    for (size_t m = 0; m < from->n_methods; ++m) {
        const char *label = esw_experiment_method_label(experiment, from->methods[m]);
        if (swept)
            plot->curves[m].label = eswi_figure_label(from->figure, label);
        else
            plot->x_texts[m] = eswi_figure_label(from->figure, label);
        for (size_t i = 0; i < along->n; ++i) {
            value v;
            esw_status status = find_value(from, along->points[i], from->methods[m], &v, error);
            if (status)
                return status;
            const eswi_curve *curve = &plot->curves[swept ? m : 0];
            const size_t at = swept ? i : m;
            curve->y[at] = v.y;
            curve->low[at] = v.low;
            curve->high[at] = v.high;
            if (from->distribution) {
                curve->box_low[at] = v.box_low;
                curve->box_high[at] = v.box_high;
            }
        }
    }
    for (size_t i = 0; i < along->n && swept; ++i) {
        const char *text = esw_experiment_sweep_text(experiment, along->points[i], along->key);
        plot->x_texts[i] = eswi_figure_label(from->figure, text);
        eswi_parse_real(text, &plot->x[i]);
    }
    return ESW_OK;
}

/* ---------------------------------------------------------------- lines */

/* The swept key along the axis: the first with numbers, else the first. */
static size_t axis_key(const esw_experiment *experiment)
{
    for (size_t key = 0; key < esw_experiment_sweep_key_count(experiment); ++key)
        if (eswi_sweep_key_is_numeric(experiment, key))
            return key;
    return eswi_sweep_key_find(experiment, NULL);
}

/* The line that begins at `first`, if no earlier point is on it: false then. */
static bool line_from(const esw_experiment *experiment, size_t first, line *along)
{
    along->n = 0;
    for (size_t point = 0; point < esw_experiment_point_count(experiment); ++point)
        if (eswi_points_in_line(experiment, first, point, along->key)) {
            if (point < first)
                return false;
            along->points[along->n++] = point;
        }
    eswi_point_name(experiment, first, along->key, along->name, sizeof along->name);
    return true;
}

/* ---------------------------------------------------------------- making plots */

/* The texts of a plot, without the line's own name. */
typedef struct wording {
    const char *name, *title, *help, *x_label, *y_label;
} wording;

/* The file name of the newest plot: `name`, with a number when an earlier plot has it. */
static void name_plot(const eswi_report *report, eswi_report_plot *added, const char *name)
{
    size_t used = 0, number = 1;
    char base[40];
    for (; name[used] && used + 1 < sizeof base; ++used)
        base[used] = isalnum((unsigned char)name[used]) ? name[used] : '-';
    base[used] = '\0';
    snprintf(added->plot.name, sizeof added->plot.name, "%s", base);
    for (size_t i = 0; i + 1 < report->n_plots;) {
        if (strcmp(report->plots[i].plot.name, added->plot.name) == 0) {
            snprintf(added->plot.name, sizeof added->plot.name, "%s-%zu", base, ++number);
            i = 0;
        } else {
            ++i;
        }
    }
}

static esw_status add_plot(eswi_report *report, size_t part, const source *from, const line *along,
                           const wording *words, esw_error *error)
{
    eswi_report_plot *plots = realloc(report->plots, (report->n_plots + 1) * sizeof *plots);
    if (!plots)
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    report->plots = plots;
    eswi_report_plot *added = &plots[report->n_plots++];
    *added = (eswi_report_plot){.part = part, .figure = from->figure};
    const bool swept = along->key != ESW_NONE;
    const char *comma = along->name[0] ? ", " : "";
    added->title = eswi_format("%s%s%s", words->title, comma, along->name);
    added->help = strdup(words->help);
    added->x_label = strdup(words->x_label);
    added->y_label = strdup(words->y_label);
    if (!added->title || !added->help || !added->x_label || !added->y_label ||
        !eswi_plot_alloc(&added->plot, swept ? along->n : from->n_methods, swept ? from->n_methods : 1,
                         from->distribution))
        return esw_fail(error, ESW_NO_MEMORY, "out of memory");
    name_plot(report, added, words->name);
    added->plot.x_label = added->x_label;
    added->plot.y_label = added->y_label;
    added->plot.numeric = swept && !from->distribution &&
                          eswi_sweep_key_is_numeric(esw_results_experiment(from->results), along->key);
    if (!swept)
        added->plot.curves[0].label = "";
    return fill(from, along, &added->plot, error);
}

/* One plot for each line along `key`. */
static esw_status add_lines(eswi_report *report, size_t part, const source *from, size_t key,
                            const wording *words, esw_error *error)
{
    const esw_experiment *experiment = esw_results_experiment(from->results);
    const size_t points = esw_experiment_point_count(experiment);
    line along = {.points = calloc(points, sizeof *along.points), .key = key};
    esw_status status = along.points ? ESW_OK : esw_fail(error, ESW_NO_MEMORY, "out of memory");
    for (size_t first = 0; first < points && !status; ++first) {
        if (!line_from(experiment, first, &along))
            continue;
        if (report->n_plots >= ESWI_REPORT_PLOTS && !from->figure)
            ++report->left_out;
        else
            status = add_plot(report, part, from, &along, words, error);
    }
    free(along.points);
    return status;
}

/* "users" or "bandwidth, Hz"; units[64] is the text where a unit has to be added. */
static const char *with_unit(const char *name, const char *unit, char *text, size_t length)
{
    snprintf(text, length, "%s%s%s", name, unit && strcmp(unit, "1") != 0 ? ", " : "",
             unit && strcmp(unit, "1") != 0 ? unit : "");
    return text;
}

static const char *key_label(const esw_experiment *experiment, size_t key, char *text, size_t length)
{
    if (key == ESW_NONE)
        return "method";
    return with_unit(esw_experiment_sweep_key(experiment, key), esw_experiment_sweep_unit(experiment, key),
                     text, length);
}

/* ---------------------------------------------------------------- a run's own plots */

/* Whether a metric or ratio has a finite value anywhere. */
static bool has_values(const source *from)
{
    const esw_experiment *experiment = esw_results_experiment(from->results);
    for (size_t point = 0; point < esw_experiment_point_count(experiment); ++point)
        for (size_t m = 0; m < from->n_methods; ++m) {
            value v;
            if (find_value(from, point, from->methods[m], &v, NULL) == ESW_OK && isfinite(v.y))
                return true;
        }
    return false;
}

static esw_status add_values(eswi_report *report, size_t part, const source *from, const wording *words,
                             esw_error *error)
{
    const esw_experiment *experiment = esw_results_experiment(from->results);
    const size_t key = axis_key(experiment);
    char text[128];
    wording full = *words;
    full.x_label = key_label(experiment, key, text, sizeof text);
    return has_values(from) ? add_lines(report, part, from, key, &full, error) : ESW_OK;
}

static esw_status add_metric(eswi_report *report, size_t part, source *from, size_t metric, esw_error *error)
{
    const esw_metric *m = esw_results_metric(from->results, metric);
    char label[128];
    from->metric = metric;
    from->distribution = strncmp(m->name, "gap_to_", 7) == 0;
    const wording words = {.name = m->name,
                           .title = m->name,
                           .help = from->distribution
                                       ? "Distribution over the scenarios: median, quartiles (box), "
                                         "5 % and 95 % (whiskers)."
                                       : m->help,
                           .y_label = with_unit(m->name, m->unit, label, sizeof label)};
    return add_values(report, part, from, &words, error);
}

static esw_status add_ratio(eswi_report *report, size_t part, source *from, esw_ratio_kind kind,
                            esw_error *error)
{
    const esw_experiment *experiment = esw_results_experiment(from->results);
    const size_t baseline = esw_experiment_baseline(experiment);
    char help[256];
    from->metric = ESW_NONE;
    from->distribution = false;
    from->ratio = kind;
    snprintf(help, sizeof help, "Ratio of means, %s over the method; above 1 the method is better.",
             baseline == ESW_NONE ? "baseline" : esw_experiment_method_label(experiment, baseline));
    const wording words = {esw_ratio_name(kind), esw_ratio_name(kind), help, "", esw_ratio_name(kind)};
    return add_values(report, part, from, &words, error);
}

/* All methods of the run; free it. */
static size_t *all_methods(const esw_experiment *experiment, source *from, esw_error *error)
{
    size_t *methods = calloc(esw_experiment_method_count(experiment) + 1, sizeof *methods);
    if (!methods)
        esw_fail(error, ESW_NO_MEMORY, "out of memory");
    from->n_methods = esw_experiment_method_count(experiment);
    for (size_t i = 0; methods && i < from->n_methods; ++i)
        methods[i] = i;
    from->methods = methods;
    return methods;
}

/* Adds the metrics and ratios of this name, or all main ones. */
static esw_status add_named(eswi_report *report, size_t part, const esw_results *results, const char *name,
                            bool *found, esw_error *error)
{
    source from = {.results = results};
    size_t *methods = all_methods(esw_results_experiment(results), &from, error);
    esw_status status = methods ? ESW_OK : ESW_NO_MEMORY;
    for (int kind = 0; kind < ESW_RATIOS && !status; ++kind)
        if (!name || strcmp(name, esw_ratio_name((esw_ratio_kind)kind)) == 0) {
            *found = true;
            status = add_ratio(report, part, &from, (esw_ratio_kind)kind, error);
        }
    for (size_t i = 0; i < esw_results_metric_count(results) && !status; ++i) {
        const esw_metric *metric = esw_results_metric(results, i);
        if (name ? strcmp(name, metric->name) == 0 : !(metric->flags & ESW_METRIC_DIAGNOSTIC)) {
            *found = true;
            status = add_metric(report, part, &from, i, error);
        }
    }
    free(methods);
    return status;
}

esw_status eswi_report_add_run(eswi_report *report, size_t part, const esw_results *results, esw_error *error)
{
    bool found;
    return add_named(report, part, results, NULL, &found, error);
}

static esw_status unknown_metric(const esw_results *results, const char *name, esw_error *error)
{
    char known[512] = "";
    for (size_t i = 0; i < esw_results_metric_count(results); ++i)
        eswi_list_append(known, sizeof known, esw_results_metric(results, i)->name);
    for (int kind = 0; kind < ESW_RATIOS; ++kind)
        eswi_list_append(known, sizeof known, esw_ratio_name((esw_ratio_kind)kind));
    return esw_fail(error, ESW_BAD_USAGE, "the run has no metric or ratio %.60s; it has %s", name, known);
}

esw_status eswi_report_add_metric(eswi_report *report, const esw_results *results, const char *name,
                                  esw_error *error)
{
    bool found = false;
    esw_status status = add_named(report, 0, results, name, &found, error);
    return status || found ? status : unknown_metric(results, name, error);
}

/* ---------------------------------------------------------------- a figure's plots */

static esw_status find_methods(const eswi_figure_plot *plot, const esw_experiment *experiment, source *from,
                               size_t *methods, esw_error *error)
{
    if (plot->methods.n == 0)
        return ESW_OK;
    from->n_methods = plot->methods.n;
    for (size_t i = 0; i < plot->methods.n; ++i) {
        methods[i] = esw_experiment_method_find(experiment, plot->methods.names[i]);
        if (methods[i] == ESW_NONE)
            return esw_fail(error, ESW_BAD_USAGE, "plots: the run has no method '%.60s'",
                            plot->methods.names[i]);
    }
    return ESW_OK;
}

static esw_status add_figure_plot(eswi_report *report, size_t part, const esw_figure *figure,
                                  const eswi_figure_plot *plot, const esw_results *results, esw_error *error)
{
    const esw_experiment *experiment = esw_results_experiment(results);
    source from = {.results = results, .figure = figure, .formula = &plot->y};
    const size_t all = esw_experiment_method_count(experiment);
    const size_t key = eswi_sweep_key_find(experiment, plot->x);
    char text[128];
    if (plot->x && key == ESW_NONE)
        return esw_fail(error, ESW_BAD_USAGE, "plots: x: '%.60s' is not swept", plot->x);
    if (plot->methods.n > all)
        return esw_fail(error, ESW_BAD_USAGE, "plots: more methods than the run has");
    size_t *methods = all_methods(experiment, &from, error);
    esw_status status = methods ? find_methods(plot, experiment, &from, methods, error) : ESW_NO_MEMORY;
    const wording words = {esw_figure_name(figure), plot->title ? plot->title : figure->title, plot->y.text,
                           plot->x_label ? plot->x_label : key_label(experiment, key, text, sizeof text),
                           plot->label};
    if (!status)
        status = add_lines(report, part, &from, key, &words, error);
    free(methods);
    return status;
}

esw_status eswi_report_add_figure(eswi_report *report, size_t part, const esw_figure *figure,
                                  const esw_results *results, esw_error *error)
{
    esw_status status = ESW_OK;
    for (size_t i = 0; i < figure->n_plots && !status; ++i) {
        esw_error cause = {0};
        status = add_figure_plot(report, part, figure, &figure->plots[i], results, &cause);
        if (status == ESW_BAD_USAGE)
            eswi_fail_at((eswi_place){figure->source, figure->plots[i].line}, error, "%s", cause.text);
        else if (status)
            esw_fail(error, status, "%s", cause.text);
    }
    return status;
}
