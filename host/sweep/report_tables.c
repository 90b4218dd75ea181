/* The parts of a report that are text: claims, tables, provenance. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "base/text.h"
#include "sweep/experiment.h"
#include "sweep/points.h"
#include "sweep/report.h"

static const size_t manifest_bytes_max = (size_t)1 << 24;

/* ---------------------------------------------------------------- claims */

/* "4.20 [4.18, 4.22]". */
static void put_interval(eswi_buffer *html, const esw_claim_check *check)
{
    char text[96];
    if (isfinite(check->low) && isfinite(check->high))
        snprintf(text, sizeof text, "%.4g [%.4g, %.4g]", check->value, check->low, check->high);
    else
        snprintf(text, sizeof text, isfinite(check->value) ? "%.4g, no interval" : "no value", check->value);
    eswi_html(html, "%s", text);
}

/* "above 1", "3.1 to 8". */
static void put_range(eswi_buffer *html, const esw_claim_check *check)
{
    char text[96];
    if (isinf(check->range_low))
        snprintf(text, sizeof text, "below %.4g", check->range_high);
    else if (isinf(check->range_high))
        snprintf(text, sizeof text, "above %.4g", check->range_low);
    else
        snprintf(text, sizeof text, "%.4g to %.4g", check->range_low, check->range_high);
    eswi_html(html, "%s", text);
}

static void put_claim(eswi_buffer *html, const esw_claim_check *check)
{
    static const char *const classes[] = {"reproduced", "not", "undetermined"};
    static const char *const signs[] = {"✓", "✗", "?"};
    char count[64];
    eswi_html(html, "<tr><td>%s", check->claim);
    if (check->source[0])
        eswi_html(html, " <small>%s</small>", check->source);
    if (check->reading[0])
        eswi_html(html, "<br><small>Read as: %s</small>", check->reading);
    if (check->note[0])
        eswi_html(html, "<br><small>%s</small>", check->note);
    eswi_html(html, "</td><td data-label=\"here\">");
    put_interval(html, check);
    eswi_html(html, "<br><small>%s", check->what);
    snprintf(count, sizeof count, "%zu of %zu values hold", check->held, check->checks);
    if (check->checks > 1)
        eswi_html(html, "; %s", count);
    eswi_html(html, "<br><code>%s</code></small></td><td data-label=\"holds if\">", check->quantity);
    put_range(html, check);
    eswi_html(html, "</td><td class=\"verdict %s\">%s %s</td></tr>\n", classes[check->verdict],
              signs[check->verdict], esw_claim_verdict_text(check->verdict));
}

void eswi_report_claims(eswi_buffer *html, const esw_claim_check *checks, size_t n)
{
    if (n == 0)
        return;
    eswi_html(
        html,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"claims\"><table class=\"claims\">"
        "<thead><tr><th scope=\"col\">the paper says</th><th scope=\"col\">here, with 95 %% interval</th>"
        "<th scope=\"col\">holds if</th><th scope=\"col\">verdict</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < n; ++i)
        put_claim(html, &checks[i]);
    eswi_html(html, "</tbody></table></div>\n");
}

/* ---------------------------------------------------------------- tables */

static void put_cell(eswi_buffer *html, const char *label, double value, double low, double high)
{
    char text[ESWI_INTERVAL_TEXT];
    eswi_html(html, "<td class=\"number\" data-label=\"%s\">%s</td>", label,
              eswi_format_interval(value, low, high, text));
}

static void put_row(eswi_buffer *html, const esw_results *results, size_t point, size_t method,
                    bool diagnostics)
{
    char text[32];
    eswi_html(html, "<tr><th scope=\"row\">%s</th>",
              esw_experiment_method_label(esw_results_experiment(results), method));
    for (size_t i = 0; i < esw_results_metric_count(results); ++i) {
        const esw_metric *metric = esw_results_metric(results, i);
        esw_summary s;
        if (((metric->flags & ESW_METRIC_DIAGNOSTIC) != 0) != diagnostics || esw_results_codes(results, i))
            continue;
        esw_results_summary(results, point, method, i, &s);
        put_cell(html, metric->name, s.mean, s.ci95_low, s.ci95_high);
    }
    for (int kind = 0; kind < ESW_RATIOS && !diagnostics; ++kind) {
        esw_ratio ratio;
        esw_results_ratio(results, point, method, (esw_ratio_kind)kind, &ratio);
        if (esw_experiment_baseline(esw_results_experiment(results)) != ESW_NONE)
            put_cell(html, esw_ratio_name((esw_ratio_kind)kind), ratio.value, ratio.ci95_low, ratio.ci95_high);
    }
    snprintf(text, sizeof text, "%" PRIu64, esw_results_done(results, point, method));
    eswi_html(html, "<td class=\"number\" data-label=\"scenarios\">%s</td></tr>\n", text);
}

static void put_head(eswi_buffer *html, const esw_results *results, bool diagnostics)
{
    eswi_html(html, "<thead><tr><th scope=\"col\">method</th>");
    for (size_t i = 0; i < esw_results_metric_count(results); ++i) {
        const esw_metric *metric = esw_results_metric(results, i);
        const bool unit = strcmp(metric->unit, "1") != 0;
        if (((metric->flags & ESW_METRIC_DIAGNOSTIC) != 0) == diagnostics && !esw_results_codes(results, i))
            eswi_html(html, "<th scope=\"col\" class=\"number\" title=\"%s\">%s%s%s</th>", metric->help,
                      metric->name, unit ? ", " : "", unit ? metric->unit : "");
    }
    for (int kind = 0; kind < ESW_RATIOS && !diagnostics; ++kind)
        if (esw_experiment_baseline(esw_results_experiment(results)) != ESW_NONE)
            eswi_html(html, "<th scope=\"col\" class=\"number\">%s</th>", esw_ratio_name((esw_ratio_kind)kind));
    eswi_html(html, "<th scope=\"col\" class=\"number\">scenarios</th></tr></thead>");
}

static void put_table(eswi_buffer *html, const esw_results *results, size_t point, bool diagnostics)
{
    const esw_experiment *experiment = esw_results_experiment(results);
    char name[512];
    eswi_point_name(experiment, point, ESW_NONE, name, sizeof name);
    eswi_html(html, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"results %s\"><table>",
              name);
    if (name[0])
        eswi_html(html, "<caption>%s</caption>", name);
    put_head(html, results, diagnostics);
    eswi_html(html, "<tbody>\n");
    for (size_t method = 0; method < esw_experiment_method_count(experiment); ++method)
        put_row(html, results, point, method, diagnostics);
    eswi_html(html, "</tbody></table></div>\n");
}

void eswi_report_tables(eswi_buffer *html, const esw_results *results)
{
    const size_t points = esw_experiment_point_count(esw_results_experiment(results));
    eswi_html(
        html,
        "<details><summary>Tables of all results</summary>\n"
        "<p class=\"quiet\">Means over the scenarios with the half width of their 95 %% interval (Student's t). "
        "A ratio is a ratio of means over the same scenarios, its interval by the delta method.</p>\n");
    for (size_t point = 0; point < points; ++point)
        put_table(html, results, point, false);
    eswi_html(html, "</details>\n<details><summary>How the methods ended (diagnostics)</summary>\n");
    for (size_t point = 0; point < points; ++point)
        put_table(html, results, point, true);
    eswi_html(html, "</details>\n");
}

/* ---------------------------------------------------------------- provenance */

static void put_fact(eswi_buffer *html, const char *name, const char *value)
{
    if (value && *value)
        eswi_html(html, "<dt>%s</dt><dd>%s</dd>\n", name, value);
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* Facts of manifest.json; a run without one (or with one from another version) has fewer. */
static void put_manifest(eswi_buffer *html, const char *directory)
{
    char *text = NULL, *path = eswi_path_join(directory, "manifest.json");
    size_t length, i;
    json_t *input, *manifest = NULL;
    if (path && eswi_file_read(path, manifest_bytes_max, &text, &length, NULL) == ESW_OK)
        manifest = json_loadb(text, length, 0, NULL);
    const json_t *build = json_object_get(manifest, "edgesweep");
    char *version =
        eswi_format("%s, commit %s%s", text_of(build, "version"), text_of(build, "commit"),
                    json_is_true(json_object_get(build, "dirty")) ? " with uncommitted changes" : "");
    if (build)
        put_fact(html, "edgesweep", version);
    put_fact(html, "built with", text_of(build, "compiler"));
    put_fact(html, "backend", text_of(manifest, "backend"));
    put_fact(html, "device", text_of(manifest, "device"));
    put_fact(html, "host", text_of(manifest, "host"));
    put_fact(html, "started", text_of(manifest, "started"));
    put_fact(html, "ended", text_of(manifest, "ended"));
    put_fact(html, "state", text_of(manifest, "state"));
    put_fact(html, "configuration", text_of(manifest, "config_hash"));
    json_array_foreach(json_object_get(manifest, "inputs"), i, input)
        eswi_html(html, "<dt>input</dt><dd>%s <small>CRC32C %s</small></dd>\n", text_of(input, "from"),
                  text_of(input, "crc32c"));
    if (text_of(manifest, "command_line")[0])
        eswi_html(html, "<dt>command</dt><dd><code>%s</code></dd>\n", text_of(manifest, "command_line"));
    json_decref(manifest);
    free(version);
    free(text);
    free(path);
}

void eswi_report_provenance(eswi_buffer *html, const char *directory, const esw_results *results)
{
    const esw_experiment *experiment = esw_results_experiment(results);
    const esw_system *system = esw_experiment_system(experiment);
    char text[64];
    char *yaml = eswi_experiment_yaml(experiment, true);
    eswi_html(html, "<details open><summary>What was run</summary>\n<dl>\n");
    put_fact(html, "experiment", esw_experiment_name(experiment));
    eswi_html(html, "<dt>system</dt><dd>%s: %s</dd>\n", system->name, system->title);
    put_fact(html, "paper", system->paper);
    snprintf(text, sizeof text, "%" PRIu64, esw_experiment_seed(experiment));
    put_fact(html, "seed", text);
    snprintf(text, sizeof text, "%" PRIu64 " per point, %zu point%s", esw_experiment_scenarios(experiment),
             esw_experiment_point_count(experiment), esw_experiment_point_count(experiment) == 1 ? "" : "s");
    put_fact(html, "scenarios", text);
    put_manifest(html, directory);
    eswi_html(html, "</dl>\n");
    if (*esw_results_warning(results))
        eswi_html(html, "<p><strong>Note.</strong> %s</p>\n", esw_results_warning(results));
    eswi_html(html, "</details>\n");
    if (yaml)
        eswi_html(
            html,
            "<details><summary>The experiment, every default written out</summary>\n<pre>%s</pre></details>\n",
            yaml);
    free(yaml);
}
