/* What a run reports against a plain computation from the definition of the test system. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "edgesweep/results.h"
#include "edgesweep/run.h"
#include "run_folder.h"
#include "toy_system.h"

enum { SEED = 3, SCENARIOS = 1100, POINTS = 4, METHODS = 3, FRAMES = 5 };

static const char text[] = "system: toy\nseed: 3\nscenarios: 1100\n"
                           "methods: [slow, {use: quick, as: q3, boost: 3, scale: 2}, best]\n"
                           "parameters: {frames: 5}\n"
                           "sweep: {users: [1, 7], shape: [round, square]}\n"
                           "compare: {baseline: slow, optimum: best}\n"
                           "keep: [summary, scenarios, users, series]\n";

static char *folder;
static esw_results *results;

static void open_results(void)
{
    esw_experiment *experiment;
    toy_use();
    folder = run_folder_make();
    cr_assert_eq(esw_experiment_parse(text, strlen(text), "toy.yaml", ".", NULL, &experiment, NULL), ESW_OK);
    esw_run_options options = {.directory = folder, .threads = 2};
    cr_assert_eq(esw_run(experiment, &options, NULL, NULL), ESW_OK);
    esw_experiment_free(experiment);
    esw_error error = {0};
    cr_assert_eq(esw_results_open(folder, &results, &error), ESW_OK, "%s", error.text);
    cr_assert_str_eq(esw_results_warning(results), "");
}

static void close_results(void)
{
    esw_results_close(results);
    run_folder_remove(folder);
}

TestSuite(engine_results, .init = open_results, .fini = close_results);

enum { GAP = TOY_METRICS, GAP_BOUND, ALL_METRICS };

/* All metrics of one scenario, from the definitions. */
static void expected(size_t point, size_t method, uint64_t scenario, double out[ALL_METRICS])
{
    double best[TOY_METRICS];
    int users = point / 2 ? 7 : 1;
    bool square = point % 2;
    double scale = method == 1 ? 2 : 1.5, boost = method == 1 ? 3 : 2;
    toy_expected(SEED, scenario, users, scale, square, boost, method, out);
    toy_expected(SEED, scenario, users, 1.5, square, 2, 2, best);
    out[GAP] = (out[TOY_COST] - best[TOY_COST]) / best[TOY_COST];
    out[GAP_BOUND] = (out[TOY_COST] - best[TOY_BOUND]) / out[TOY_COST];
}

/* All scenarios of one metric. */
static void column(size_t point, size_t method, size_t metric, double values[SCENARIOS])
{
    for (uint64_t s = 0; s < SCENARIOS; ++s) {
        double row[ALL_METRICS];
        expected(point, method, s, row);
        values[s] = row[metric];
    }
}

static void for_all(void (*check)(size_t point, size_t method, size_t metric))
{
    for (size_t point = 0; point < POINTS; ++point)
        for (size_t method = 0; method < METHODS; ++method)
            for (size_t metric = 0; metric < ALL_METRICS; ++metric)
                check(point, method, metric);
}

Test(engine_results, metrics_are_the_systems_and_the_gaps)
{
    cr_assert_eq(esw_results_metric_count(results), ALL_METRICS);
    cr_assert_str_eq(esw_results_metric(results, TOY_COST)->name, "cost");
    cr_assert_str_eq(esw_results_metric(results, GAP)->name, "gap_to_optimum");
    cr_assert_str_eq(esw_results_metric(results, GAP_BOUND)->name, "gap_to_bound");
}

static void check_scenarios(size_t point, size_t method, size_t metric)
{
    static double wanted[SCENARIOS], found[SCENARIOS];
    column(point, method, metric, wanted);
    cr_assert_eq(esw_results_scenarios(results, point, method, metric, 0, SCENARIOS, found, NULL), ESW_OK);
    for (size_t s = 0; s < SCENARIOS; ++s)
        cr_assert(found[s] == wanted[s] || (isnan(found[s]) && isnan(wanted[s])),
                  "%zu %zu %zu %zu: %.17g %.17g", point, method, metric, s, found[s], wanted[s]);
}

Test(engine_results, every_scenario_has_its_own_numbers)
{
    for_all(check_scenarios);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void check_summary(size_t point, size_t method, size_t metric)
{
    static double values[SCENARIOS], finite[SCENARIOS];
    static const double levels[ESW_QUANTILES] = {0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99};
    esw_summary s;
    size_t n = 0, undefined = 0;
    long double sum = 0, squares = 0;
    column(point, method, metric, values);
    for (size_t i = 0; i < SCENARIOS; ++i) {
        undefined += isnan(values[i]);
        if (isfinite(values[i]))
            finite[n++] = values[i];
    }
    esw_results_summary(results, point, method, metric, &s);
    cr_assert_eq(s.count, n);
    cr_assert_eq(s.undefined, undefined);
    cr_assert_eq(s.infinite, SCENARIOS - n - undefined);
    if (n == 0) {
        cr_assert(isnan(s.mean) && isnan(s.std) && isnan(s.min) && isnan(s.quantiles[4]));
        return;
    }
    for (size_t i = 0; i < n; ++i)
        sum += finite[i];
    double mean = (double)(sum / n);
    for (size_t i = 0; i < n; ++i)
        squares += (finite[i] - sum / n) * (finite[i] - sum / n);
    double std = sqrt((double)(squares / (n - 1)));
    qsort(finite, n, sizeof *finite, ascending);
    cr_assert_float_eq(s.mean, mean, 1e-14 * fabs(mean));
    cr_assert_float_eq(s.std, std, 1e-13 * std + 1e-15 * fabs(mean));
    cr_assert_eq(s.min, finite[0]);
    cr_assert_eq(s.max, finite[n - 1]);
    /* Student's factor for n > 900 is within 0.2 % of 1.96. */
    double half = 1.96 * std / sqrt((double)n);
    cr_assert_float_eq(s.ci95_high - s.mean, half, 0.002 * half + 1e-15 * fabs(mean));
    cr_assert_float_eq(s.mean - s.ci95_low, s.ci95_high - s.mean, 1e-12 * fabs(mean));
    for (size_t q = 0; q < ESW_QUANTILES; ++q) {
        double exact = finite[(size_t)ceil(levels[q] * (double)n - 1e-9) - 1];
        cr_assert_float_eq(s.quantiles[q], exact, 0.001 * fabs(exact), "%zu: %g %g", q, s.quantiles[q], exact);
    }
}

Test(engine_results, summaries_are_those_of_the_scenarios)
{
    for_all(check_summary);
}

static void check_ratio(size_t point, size_t method, esw_ratio_kind kind, size_t metric)
{
    static double a[SCENARIOS], b[SCENARIOS];
    esw_ratio ratio;
    double sum_a = 0, sum_b = 0, residual = 0;
    size_t n = 0;
    column(point, 0, metric, a);
    column(point, method, metric, b);
    for (size_t i = 0; i < SCENARIOS; ++i)
        if (isfinite(a[i]) && isfinite(b[i])) {
            sum_a += a[i];
            sum_b += b[i];
            ++n;
        }
    for (size_t i = 0; i < SCENARIOS; ++i)
        if (isfinite(a[i]) && isfinite(b[i])) {
            double d = a[i] - sum_a / n - sum_a / sum_b * (b[i] - sum_b / n);
            residual += d * d;
        }
    double half = 1.96 * sqrt(residual / (n - 1.0) / n) / (sum_b / n);
    esw_results_ratio(results, point, method, kind, &ratio);
    cr_assert_eq(ratio.count, n);
    cr_assert_float_eq(ratio.value, sum_a / sum_b, 1e-13 * ratio.value);
    cr_assert_float_eq(ratio.ci95_high - ratio.value, half, 0.002 * half + 1e-15);
    cr_assert_float_eq(ratio.value - ratio.ci95_low, half, 0.002 * half + 1e-15);
}

Test(engine_results, ratios_are_paired_ratios_of_means)
{
    for (size_t point = 0; point < POINTS; ++point)
        for (size_t method = 0; method < METHODS; ++method) {
            check_ratio(point, method, ESW_RATIO_SPEED_UP, TOY_LATENCY);
            check_ratio(point, method, ESW_RATIO_ENERGY, TOY_ENERGY);
        }
}

Test(engine_results, field_histograms_count_every_user)
{
    uint64_t counts[4], outside, wanted[5] = {0};
    cr_assert_eq(esw_results_field_histogram(results, 2, 1, 1, 0, 3, counts, &outside, NULL), ESW_OK);
    for (uint64_t s = 0; s < SCENARIOS; ++s)
        for (int user = 0; user < 7; ++user)
            ++wanted[(int)toy_field(SEED, s, 1, 1, user)];
    for (size_t i = 0; i < 4; ++i)
        cr_assert_eq(counts[i], wanted[i]);
    cr_assert_eq(outside, wanted[4]);
}

/* The lines of a CSV file; *n of them, the head included. */
static char **lines_of(const char *name, char **data, size_t *n)
{
    static char *lines[200000];
    *data = run_folder_read(folder, name, NULL);
    *n = 0;
    for (char *rest = *data, *line; (line = strsep(&rest, "\n"));)
        if (*line)
            lines[(*n)++] = line;
    return lines;
}

Test(engine_results, csv_files_are_tidy_and_complete)
{
    esw_error error = {0};
    char *data;
    size_t n;
    cr_assert_eq(esw_results_export_csv(results, folder, &error), ESW_OK, "%s", error.text);
    char **lines = lines_of("summary.csv", &data, &n);
    cr_assert_eq(n, 1 + POINTS * METHODS * ALL_METRICS);
    cr_assert_str_eq(lines[0],
                     "point,users,shape,method,metric,unit,count,undefined,infinite,mean,std,ci95_low,"
                     "ci95_high,min,max,q01,q05,q10,q25,q50,q75,q90,q95,q99");
    cr_assert_eq(strncmp(lines[1], "0,1,round,slow,latency_s,s,1100,0,0,", 36), 0, "%s", lines[1]);
    free(data);
    lines = lines_of("compare.csv", &data, &n);
    cr_assert_eq(n, 1 + POINTS * METHODS * ESW_RATIOS);
    cr_assert_eq(strncmp(lines[1], "0,1,round,slow,slow,speed_up,1100,1,1,1", 39), 0, "%s", lines[1]);
    free(data);
    lines = lines_of("scenarios.csv", &data, &n);
    cr_assert_eq(n, 1 + POINTS * METHODS * SCENARIOS * ALL_METRICS);
    free(data);
    lines = lines_of("users.csv", &data, &n);
    cr_assert_eq(n, 1 + (2 * 1 + 2 * 7) * METHODS * SCENARIOS);
    cr_assert_str_eq(lines[0], "point,users,shape,method,scenario,index,share,kind");
    free(data);
    lines = lines_of("series.csv", &data, &n);
    cr_assert_eq(n, 1 + POINTS * METHODS * FRAMES);
    free(data);
}

Test(engine_results, csv_numbers_read_back_to_the_same_doubles)
{
    char *data;
    size_t n, seen = 0;
    cr_assert_eq(esw_results_export_csv(results, folder, NULL), ESW_OK);
    char **lines = lines_of("scenarios.csv", &data, &n);
    for (size_t i = 1; i < n; ++i) {
        unsigned point, users;
        unsigned long long scenario;
        char shape[16], method[16], metric[32], value[32];
        int fields = sscanf(lines[i], "%u,%u,%15[^,],%15[^,],%llu,%31[^,],%31s", &point, &users, shape, method,
                            &scenario, metric, value);
        cr_assert_eq(fields, 7, "%s", lines[i]);
        if (strcmp(metric, "cost") != 0 || strcmp(method, "q3") != 0)
            continue;
        double row[ALL_METRICS];
        expected(point, 1, scenario, row);
        cr_assert_eq(strtod(value, NULL), row[TOY_COST], "%s", lines[i]);
        ++seen;
    }
    cr_assert_eq(seen, POINTS * SCENARIOS);
    free(data);
}

Test(engine_results, series_are_means_over_the_scenarios)
{
    char *data;
    size_t n;
    cr_assert_eq(esw_results_export_csv(results, folder, NULL), ESW_OK);
    char **lines = lines_of("series.csv", &data, &n);
    for (size_t i = 1; i < n; ++i) {
        unsigned point, users, frame, count;
        char shape[16], method[16];
        double mean, std;
        int fields = sscanf(lines[i], "%u,%u,%15[^,],%15[^,],%u,queue,1,%u,%lf,%lf", &point, &users, shape,
                            method, &frame, &count, &mean, &std);
        cr_assert_eq(fields, 8, "%s", lines[i]);
        size_t index = strcmp(method, "slow") == 0 ? 0 : strcmp(method, "q3") == 0 ? 1 : 2;
        double sum = 0, squares = 0;
        for (uint64_t s = 0; s < SCENARIOS; ++s)
            sum += toy_series(SEED, s, index, frame);
        for (uint64_t s = 0; s < SCENARIOS; ++s) {
            double d = toy_series(SEED, s, index, frame) - sum / SCENARIOS;
            squares += d * d;
        }
        cr_assert_eq(count, SCENARIOS);
        cr_assert_float_eq(mean, sum / SCENARIOS, 1e-12 * mean);
        cr_assert_float_eq(std, sqrt(squares / (SCENARIOS - 1)), 1e-12 * std);
    }
    free(data);
}

Test(engine_results, one_scenario_solved_alone_has_the_numbers_of_the_run)
{
    json_t *document;
    const esw_experiment *experiment = esw_results_experiment(results);
    for (uint64_t scenario = 0; scenario < SCENARIOS; scenario += 271) {
        double row[ALL_METRICS];
        cr_assert_eq(esw_solve(experiment, 3, 1, scenario, NULL, &document, NULL), ESW_OK);
        expected(3, 1, scenario, row);
        json_t *metrics = json_object_get(document, "metrics");
        cr_assert_eq(json_real_value(json_object_get(metrics, "latency_s")), row[TOY_LATENCY]);
        cr_assert_str_eq(json_string_value(json_object_get(document, "method")), "q3");
        cr_assert_eq(json_integer_value(json_object_get(json_object_get(document, "point"), "users")), 7);
        json_decref(document);
    }
}

Test(engine_results, account_scores_a_document_and_compares_it)
{
    json_t *document, *report;
    esw_error error = {0};
    cr_assert_eq(esw_solve(esw_results_experiment(results), 0, 0, 12, NULL, &document, NULL), ESW_OK);
    cr_assert_eq(esw_account(document, ".", "best,slow", NULL, &report, &error), ESW_OK, "%s", error.text);
    double slow[ALL_METRICS];
    expected(0, 0, 12, slow);
    json_t *cost = json_object_get(json_object_get(report, "metrics"), "cost");
    cr_assert_eq(json_real_value(cost), slow[TOY_COST]);
    json_t *against = json_object_get(report, "against");
    cr_assert_eq(json_array_size(against), 2);
    json_t *gap = json_object_get(json_array_get(against, 0), "gap");
    cr_assert_float_eq(json_real_value(gap), slow[GAP], 1e-15);
    cr_assert_eq(json_real_value(json_object_get(json_array_get(against, 1), "gap")), 0);
    json_decref(report);
    /* An instance that the seed does not draw cannot be handed to a method. */
    json_object_set_new(json_object_get(document, "instance"), "drawn", json_integer(13));
    cr_assert_eq(esw_account(document, ".", "best", NULL, &report, &error), ESW_BAD_INPUT);
    cr_assert(strstr(error.text, "--against best: instance.drawn: 13, not the"), "%s", error.text);
    /* ... but scored, and where nobody asked for a method by name, that is all. */
    cr_assert_eq(esw_account(document, ".", "all", NULL, &report, &error), ESW_OK, "%s", error.text);
    cr_assert_eq(json_array_size(json_object_get(report, "against")), 0);
    cr_assert(strstr(json_string_value(json_object_get(report, "note")), "instance.drawn: 13, not the"));
    json_decref(report);
    json_decref(document);
}

Test(engine_results, instances_are_those_of_the_scenarios)
{
    char path[300];
    size_t length;
    snprintf(path, sizeof path, "%s/instances.json", folder);
    cr_assert_eq(esw_instances_write(esw_results_experiment(results), 1, 5, 7, path, NULL, NULL), ESW_OK);
    char *written = run_folder_read(folder, "instances.json", &length);
    json_t *document = json_loads(written, 0, NULL);
    free(written);
    cr_assert_eq(json_integer_value(json_object_get(json_object_get(document, "point"), "users")), 1);
    cr_assert_eq(json_integer_value(json_object_get(json_object_get(document, "parameters"), "users")), 1);
    json_t *list = json_object_get(document, "instances");
    cr_assert_eq(json_array_size(list), 3);
    json_t *last = json_array_get(list, 2);
    cr_assert_eq(json_integer_value(json_object_get(last, "scenario")), 7);
    cr_assert_eq(json_integer_value(json_object_get(json_object_get(last, "instance"), "drawn")), 7);
    json_decref(document);
}
