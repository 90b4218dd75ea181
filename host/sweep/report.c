/* A report: plots are collected and drawn by one gnuplot, then the page is written around them. */
#include "sweep/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fileio.h"
#include "base/text.h"
#include "sweep/experiment.h"
#include "sweep/results_internal.h"

static const size_t svg_bytes_max = (size_t)1 << 26;

typedef struct writer {
    const char *title, *path;
    const esw_report_part *parts;
    size_t n_parts;
    char *folder; /* of the figures */
    eswi_report report;
    esw_claim_check **checks; /* one array a figure, in the order of parts and figures */
    esw_report_summary summary;
    eswi_buffer html;
} writer;

static esw_status out_of_memory(const writer *w, esw_error *error)
{
    return esw_fail(error, ESW_NO_MEMORY, "%s: out of memory", w->path);
}

/* A signal that reaches the whole terminal ends gnuplot too: what it says then is not what went wrong. */
static esw_status unless_stopped(const writer *w, esw_status status, esw_error *error)
{
    for (size_t part = 0; part < w->n_parts; ++part)
        if (status == ESW_INTERRUPTED || eswi_results_go_on(w->parts[part].results, NULL))
            return esw_fail(error, ESW_INTERRUPTED, "%s: interrupted; no report was written", w->path);
    return status;
}

/* ---------------------------------------------------------------- collecting */

static esw_status collect_part(writer *w, size_t part, size_t *n_checks, esw_error *error)
{
    const esw_report_part *p = &w->parts[part];
    esw_status status = ESW_OK;
    if (p->n_figures == 0)
        return eswi_report_add_run(&w->report, part, p->results, error);
    for (size_t i = 0; i < p->n_figures && !status; ++i) {
        esw_claim_check **more = realloc(w->checks, (*n_checks + 1) * sizeof *more);
        if (more)
            w->checks = more;
        const size_t n = esw_figure_claim_count(p->figures[i]);
        esw_claim_check *checks = more ? calloc(n + 1, sizeof *checks) : NULL;
        if (!checks)
            return out_of_memory(w, error);
        w->checks[(*n_checks)++] = checks;
        status = eswi_report_add_figure(&w->report, part, p->figures[i], p->results, error);
        if (!status)
            status = esw_figure_check(p->figures[i], p->results, checks, error);
        for (size_t k = 0; k < n && !status; ++k)
            ++w->summary.verdicts[checks[k].verdict];
    }
    return status;
}

/* ---------------------------------------------------------------- drawing */

/* A plot's file in the folder: its name and an ending. */
static char *plot_path(const writer *w, const eswi_plot *plot, const char *ending)
{
    return eswi_format("%s/%s%s", w->folder, plot->name, ending);
}

/* Adds both sizes of a plot to the script and writes the wide one's own script beside it, to be changed and run
 * again by hand. */
static esw_status script_plot(const writer *w, const eswi_plot *plot, eswi_buffer *script, esw_error *error)
{
    eswi_buffer own = {0};
    char *wide = eswi_format("%s.svg", plot->name), *narrow = eswi_format("%s-narrow.svg", plot->name);
    char *path = plot_path(w, plot, ".gp");
    esw_status status = ESW_OK;
    if (wide && narrow && path) {
        eswi_plot_script(plot, ESWI_PLOT_WIDE, wide, 0, 0, &own);
        eswi_plot_script(plot, ESWI_PLOT_NARROW, narrow, 0, 0, script);
        eswi_buffer_put(script, own.data, own.size);
    }
    if (!wide || !narrow || !path || own.failed || script->failed)
        status = out_of_memory(w, error);
    if (!status)
        status = eswi_file_replace(path, own.data, own.size, error);
    eswi_buffer_free(&own);
    free(wide);
    free(narrow);
    free(path);
    return status;
}

static esw_status draw(writer *w, esw_error *error)
{
    eswi_buffer script = {0};
    esw_error cause = {0};
    esw_status status = w->report.n_plots > 0 ? eswi_make_directories(w->folder, error) : ESW_OK;
    for (size_t i = 0; i < w->report.n_plots && !status; ++i)
        status = script_plot(w, &w->report.plots[i].plot, &script, error);
    if (!status && w->report.n_plots > 0) {
        status = eswi_gnuplot_run(w->folder, &script, NULL, &cause);
        if (status == ESW_UNSUPPORTED) { /* then the report has its tables */
            snprintf(w->summary.without, sizeof w->summary.without, "%.200s", cause.text);
            status = ESW_OK;
        } else if (status) {
            esw_fail(error, status, "%s: %s", w->folder, cause.text);
        } else {
            snprintf(w->summary.figures, sizeof w->summary.figures, "%s", w->folder);
            w->summary.plots = w->report.n_plots;
        }
    }
    eswi_buffer_free(&script);
    return status;
}

/* ---------------------------------------------------------------- the page */

static esw_status put_svg(writer *w, const eswi_report_plot *plot, const char *ending, const char *css_class,
                          esw_error *error)
{
    char *path = plot_path(w, &plot->plot, ending), *svg = NULL;
    char *prefix = eswi_format("%s-%s-", plot->plot.name, css_class);
    size_t length;
    esw_status status =
        path && prefix ? eswi_file_read(path, svg_bytes_max, &svg, &length, error) : out_of_memory(w, error);
    if (!status) {
        char *label = eswi_format("%s: %s over %s", plot->title, plot->plot.y_label, plot->plot.x_label);
        eswi_html_svg(&w->html, svg, length, prefix, css_class, label ? label : plot->title);
        free(label);
    }
    free(svg);
    free(prefix);
    free(path);
    return status;
}

/* The plots of a figure, or of a part without figures. */
static esw_status put_plots(writer *w, size_t part, const esw_figure *figure, esw_error *error)
{
    esw_status status = ESW_OK;
    for (size_t i = 0; i < w->report.n_plots && !status && w->summary.plots > 0; ++i) {
        const eswi_report_plot *plot = &w->report.plots[i];
        if (plot->part != part || plot->figure != figure)
            continue;
        eswi_html(&w->html, "<figure>\n");
        if (!figure)
            eswi_html(&w->html, "<h3>%s</h3>\n", plot->title);
        status = put_svg(w, plot, ".svg", "wide", error);
        if (!status)
            status = put_svg(w, plot, "-narrow.svg", "narrow", error);
        char *narrow = plot_path(w, &plot->plot, "-narrow.svg");
        if (narrow)
            unlink(narrow); /* only the page needs it */
        free(narrow);
        if (figure)
            eswi_html(&w->html,
                      "<figcaption><code>%s</code>; bars are 95 %% intervals.</figcaption></figure>\n",
                      plot->help);
        else
            eswi_html(&w->html, "<figcaption>%s%s</figcaption></figure>\n", plot->help,
                      plot->plot.distribution ? "" : " Bars are 95 % intervals.");
    }
    return status;
}

static void put_head(writer *w)
{
    eswi_html(&w->html,
              "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
              "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
              "<link rel=\"icon\" href=\"data:,\">\n<title>%s</title>\n<style>\n",
              w->title);
    eswi_buffer_put(&w->html, eswi_report_style, strlen(eswi_report_style));
    eswi_html(&w->html, "</style>\n</head>\n<body>\n<main>\n<h1>%s</h1>\n", w->title);
}

/* How many claims have which verdict, and where to find them. */
static void put_overview(writer *w)
{
    const size_t *v = w->summary.verdicts;
    char text[160];
    size_t figures = 0;
    for (size_t part = 0; part < w->n_parts; ++part)
        figures += w->parts[part].n_figures;
    if (figures == 0)
        return;
    snprintf(text, sizeof text, "%zu claims: %zu reproduced, %zu not reproduced, %zu undetermined.",
             v[0] + v[1] + v[2], v[ESW_REPRODUCED], v[ESW_NOT_REPRODUCED], v[ESW_UNDETERMINED]);
    eswi_html(&w->html,
              "<p>%s</p>\n<p class=\"quiet\">A claim is reproduced when the whole 95 %% interval of the "
              "value lies where the claim puts it, not reproduced when the whole interval lies elsewhere, "
              "and undetermined otherwise.</p>\n<nav aria-label=\"figures\"><ul>\n",
              text);
    for (size_t part = 0; part < w->n_parts; ++part)
        for (size_t i = 0; i < w->parts[part].n_figures; ++i)
            eswi_html(&w->html, "<li><a href=\"#%s\">%s</a></li>\n", esw_figure_name(w->parts[part].figures[i]),
                      esw_figure_title(w->parts[part].figures[i]));
    eswi_html(&w->html, "</ul></nav>\n");
}

static esw_status put_figure(writer *w, size_t part, const esw_figure *figure, const esw_claim_check *checks,
                             esw_error *error)
{
    eswi_html(&w->html, "<section id=\"%s\">\n<h2>%s</h2>\n<p class=\"quiet\">%s</p>\n",
              esw_figure_name(figure), esw_figure_title(figure), esw_figure_paper(figure));
    if (*esw_figure_reading(figure))
        eswi_html(&w->html, "<p><strong>Reading.</strong> %s</p>\n", esw_figure_reading(figure));
    esw_status status = put_plots(w, part, figure, error);
    eswi_report_claims(&w->html, checks, esw_figure_claim_count(figure));
    eswi_html(&w->html, "</section>\n");
    return status;
}

static esw_status put_part(writer *w, size_t part, size_t *n_checks, esw_error *error)
{
    const esw_report_part *p = &w->parts[part];
    esw_status status = ESW_OK;
    for (size_t i = 0; i < p->n_figures && !status; ++i)
        status = put_figure(w, part, p->figures[i], w->checks[(*n_checks)++], error);
    if (p->n_figures == 0)
        status = put_plots(w, part, NULL, error);
    if (p->n_figures == 0 && w->report.left_out > 0) {
        char text[32];
        snprintf(text, sizeof text, "%zu", w->report.left_out);
        eswi_html(&w->html,
                  "<p><strong>Note.</strong> The sweep has more lines than a report draws: %s figures are "
                  "left out; the tables have all values.</p>\n",
                  text);
    }
    return status;
}

/* What was run, and its tables; once for parts that share a run. */
static void put_run(writer *w, size_t part)
{
    const esw_report_part *p = &w->parts[part];
    for (size_t i = 0; i < part; ++i)
        if (w->parts[i].results == p->results)
            return;
    eswi_html(&w->html, "<section>\n<h2>The run %s</h2>\n",
              esw_experiment_name(esw_results_experiment(p->results)));
    eswi_report_provenance(&w->html, p->directory, p->results);
    eswi_report_tables(&w->html, p->results);
    eswi_html(&w->html, "</section>\n");
}

static esw_status write_page(writer *w, esw_error *error)
{
    size_t n_checks = 0;
    esw_status status = ESW_OK;
    put_head(w);
    put_overview(w);
    if (w->summary.without[0])
        eswi_html(&w->html, "<p><strong>Note.</strong> There are no figures: %s.</p>\n", w->summary.without);
    for (size_t part = 0; part < w->n_parts && !status; ++part)
        status = put_part(w, part, &n_checks, error);
    for (size_t part = 0; part < w->n_parts && !status; ++part)
        put_run(w, part);
    eswi_html(&w->html, "</main>\n</body>\n</html>\n");
    if (!status && w->html.failed)
        status = out_of_memory(w, error);
    return status ? status : eswi_file_replace(w->path, w->html.data, w->html.size, error);
}

/* "runs/a/report.html" has its figures in "runs/a/report-figures". */
static char *figures_folder(const char *path)
{
    const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');
    const int stem = dot && (!slash || dot > slash + 1) ? (int)(dot - path) : (int)strlen(path);
    return eswi_format("%.*s-figures", stem, path);
}

esw_status esw_report_write(const char *title, const esw_report_part *parts, size_t n_parts, const char *path,
                            esw_report_summary *summary, esw_error *error)
{
    writer w = {
        .title = title, .path = path, .parts = parts, .n_parts = n_parts, .folder = figures_folder(path)};
    size_t n_checks = 0;
    esw_status status = w.folder ? ESW_OK : out_of_memory(&w, error);
    for (size_t part = 0; part < n_parts && !status; ++part)
        status = collect_part(&w, part, &n_checks, error);
    if (!status)
        status = draw(&w, error);
    status = unless_stopped(&w, status, error);
    if (!status)
        status = write_page(&w, error);
    for (size_t i = 0; i < n_checks; ++i)
        free(w.checks[i]);
    free(w.checks);
    if (summary)
        *summary = w.summary;
    eswi_buffer_free(&w.html);
    eswi_report_free(&w.report);
    free(w.folder);
    return status;
}

esw_status esw_report_plot_text(const esw_results *results, const char *metric, unsigned columns, unsigned rows,
                                char **text, esw_error *error)
{
    eswi_report report = {0};
    eswi_buffer script = {0}, output = {0};
    esw_status status = eswi_report_add_metric(&report, results, metric, error);
    for (size_t i = 0; i < report.n_plots && !status; ++i) {
        if (!report.plots[i].plot.numeric || report.plots[i].plot.n_x < 2)
            status = esw_fail(error, ESW_BAD_USAGE, "a plot needs a sweep over at least two numbers");
        else
            eswi_plot_script(&report.plots[i].plot, ESWI_PLOT_TEXT, NULL, columns, rows, &script);
    }
    if (!status && report.n_plots == 0)
        status = esw_fail(error, ESW_BAD_USAGE, "%s has no values in this run", metric);
    if (!status)
        status = eswi_gnuplot_run(".", &script, &output, error);
    for (size_t i = 0; i < output.size; ++i) /* gnuplot begins a plot with a form feed */
        if (output.data[i] == '\f')
            output.data[i] = '\n';
    eswi_buffer_put(&output, "", 1);
    if (!status && output.failed)
        status = esw_fail(error, ESW_NO_MEMORY, "out of memory");
    if (!status) {
        *text = (char *)output.data;
        output.data = NULL;
    }
    eswi_buffer_free(&output);
    eswi_buffer_free(&script);
    eswi_report_free(&report);
    return status;
}
