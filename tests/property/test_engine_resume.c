/* Resumed, cut into shards, extended, stopped by `stop:`: the same bits as one run in one go. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/stats.h"
#include "edgesweep/results.h"
#include "edgesweep/run.h"
#include "run_folder.h"
#include "toy_system.h"

#define HEAD  "system: toy\nseed: 3\n"
#define BODY  "parameters: {frames: 12}\nsweep: {users: [1, 7, 3], shape: [round, square]}\n"
#define THREE "methods: [slow, {use: quick, as: q3, boost: 3}, best]\n"
#define PAIRS "compare: {baseline: slow, optimum: best}\n"
#define ALL   "keep: [summary, scenarios, users, series]\n"

static const char text[] = HEAD BODY THREE PAIRS ALL "scenarios: 1000\n";

static esw_experiment *parse(const char *source)
{
    esw_experiment *experiment = NULL;
    esw_error error = {0};
    toy_use();
    cr_assert_eq(esw_experiment_parse(source, strlen(source), "toy.yaml", ".", NULL, &experiment, &error),
                 ESW_OK, "%s", error.text);
    return experiment;
}

/* Runs into a folder and gives the status; the error's text in `said` (may be NULL). */
static esw_status run_into(const char *folder, const char *source, esw_run_options options, char said[1024])
{
    esw_experiment *experiment = parse(source);
    esw_error error = {0};
    options.directory = folder;
    options.threads = options.threads ? options.threads : 1;
    esw_status status = esw_run(experiment, &options, NULL, &error);
    esw_experiment_free(experiment);
    if (said)
        strcpy(said, error.text);
    return status;
}

static char *run(const char *source)
{
    char *folder = run_folder_make();
    cr_assert_eq(run_into(folder, source, (esw_run_options){0}, NULL), ESW_OK);
    return folder;
}

static void same_file(const char *a, const char *b, const char *name)
{
    size_t length_a, length_b;
    char *data_a = run_folder_read(a, name, &length_a), *data_b = run_folder_read(b, name, &length_b);
    cr_assert_eq(length_a, length_b, "%s of %s: %zu and %zu bytes", name, b, length_a, length_b);
    cr_assert_eq(memcmp(data_a, data_b, length_a), 0, "%s of %s differs", name, b);
    free(data_a);
    free(data_b);
}

/* Every number of two runs, to the bit. */
static void same_results(const char *a, const char *b)
{
    esw_results *x, *y;
    esw_error error = {0};
    cr_assert_eq(esw_results_open(a, &x, &error), ESW_OK, "%s", error.text);
    cr_assert_eq(esw_results_open(b, &y, &error), ESW_OK, "%s", error.text);
    const esw_experiment *experiment = esw_results_experiment(x);
    const size_t methods = esw_experiment_method_count(experiment);
    cr_assert_eq(esw_experiment_method_count(esw_results_experiment(y)), methods);
    for (size_t i = 0; i < esw_experiment_point_count(experiment) * methods; ++i) {
        cr_assert_eq(esw_results_done(x, i / methods, i % methods),
                     esw_results_done(y, i / methods, i % methods));
        for (size_t m = 0; m < esw_results_metric_count(x); ++m) {
            esw_summary p, q;
            esw_results_summary(x, i / methods, i % methods, m, &p);
            esw_results_summary(y, i / methods, i % methods, m, &q);
            cr_assert_eq(memcmp(&p, &q, sizeof p), 0, "point %zu, method %zu, metric %zu", i / methods,
                         i % methods, m);
        }
    }
    cr_assert(strstr(esw_results_warning(y), "not done") == NULL, "%s", esw_results_warning(y));
    esw_results_close(x);
    esw_results_close(y);
    if (esw_have_hdf5())
        same_file(a, b, "results.h5");
}

/* Ends a run by its progress reports, after so many of them. */
typedef struct stopper {
    volatile sig_atomic_t stop;
    int reports, at;
} stopper;

static void count_down(void *context, const esw_progress *progress)
{
    stopper *s = context;
    cr_assert_leq(progress->scenarios_done, progress->scenarios_total);
    if (s->reports++ == s->at)
        s->stop = 1;
}

/* Runs until done, interrupted after one report, two, three, ... Gives the number of runs it took. */
static int run_in_pieces(const char *folder, const char *source)
{
    static const uint32_t batches[] = {64, 0, 300, 256, 7};
    for (int piece = 0; piece < 200; ++piece) {
        stopper s = {.at = 1 + piece % 3};
        esw_run_options options = {.resume = true,
                                   .stop = &s.stop,
                                   .progress = count_down,
                                   .context = &s,
                                   .threads = 1 + piece % 2,
                                   .batch = batches[piece % 5]};
        esw_status status = run_into(folder, source, options, NULL);
        if (status == ESW_OK)
            return piece + 1;
        cr_assert_eq(status, ESW_INTERRUPTED);
    }
    cr_assert_fail("does not come to an end");
    return 0;
}

Test(engine_resume, a_run_in_pieces_has_the_bits_of_one_in_one_go)
{
    char *whole = run(text), *folder = run_folder_make();
    cr_assert_gt(run_in_pieces(folder, text), 4);
    same_results(whole, folder);
    run_folder_remove(whole);
    run_folder_remove(folder);
}

Test(engine_resume, a_run_that_is_done_is_left_as_it_is)
{
    size_t length;
    char *folder = run(text);
    char *before = run_folder_read(folder, "journal-0000.bin", &length);
    cr_assert_eq(run_into(folder, text, (esw_run_options){.resume = true}, NULL), ESW_OK);
    char *after = run_folder_read(folder, "journal-0000.bin", NULL);
    cr_assert_eq(memcmp(before, after, length), 0);
    cr_assert_not(run_folder_has(folder, "journal-0001.bin"));
    free(before);
    free(after);
    run_folder_remove(folder);
}

Test(engine_resume, shards_merge_to_the_same_bytes_in_any_order)
{
    static const uint32_t counts[] = {1, 2, 5, 23};
    char *whole = run(text);
    for (size_t c = 0; c < 4; ++c) {
        char *parts[24], *merged = run_folder_make();
        const uint32_t n = counts[c];
        for (uint32_t i = 0; i < n; ++i) {
            /* In the order n-1, 0, n-2, 1, ... */
            const uint32_t shard = i % 2 ? i / 2 : n - 1 - i / 2;
            parts[i] = run_folder_make();
            cr_assert_eq(run_into(parts[i], text, (esw_run_options){.shard = shard, .shards = n}, NULL),
                         ESW_OK);
        }
        esw_error error = {0};
        cr_assert_eq(esw_merge((const char *const *)parts, n, merged, NULL, NULL, &error), ESW_OK, "%s",
                     error.text);
        same_file(whole, merged, "journal-0000.bin");
        same_results(whole, merged);
        for (uint32_t i = 0; i < n; ++i)
            run_folder_remove(parts[i]);
        run_folder_remove(merged);
    }
    run_folder_remove(whole);
}

Test(engine_resume, a_merge_that_lacks_a_shard_says_so_and_can_be_resumed)
{
    char *whole = run(text), *merged = run_folder_make(), *parts[2];
    esw_error error = {0};
    esw_results *results;
    for (uint32_t i = 0; i < 2; ++i) {
        parts[i] = run_folder_make();
        cr_assert_eq(run_into(parts[i], text, (esw_run_options){.shard = i, .shards = 3}, NULL), ESW_OK);
    }
    cr_assert_eq(esw_merge((const char *const *)parts, 2, merged, NULL, NULL, NULL), ESW_OK);
    cr_assert_eq(esw_results_open(merged, &results, NULL), ESW_OK);
    cr_assert(strstr(esw_results_warning(results), "of 72 blocks are not done"), "%s",
              esw_results_warning(results));
    esw_results_close(results);
    cr_assert_eq(esw_merge((const char *const *)parts, 2, merged, NULL, NULL, &error), ESW_BAD_USAGE);
    cr_assert_eq(run_into(merged, text, (esw_run_options){.resume = true}, NULL), ESW_OK);
    same_results(whole, merged);
    run_folder_remove(whole);
    run_folder_remove(merged);
    run_folder_remove(parts[0]);
    run_folder_remove(parts[1]);
}

Test(engine_resume, parts_of_different_runs_are_not_merged)
{
    char *parts[] = {run(text), run(HEAD BODY THREE PAIRS ALL "scenarios: 900\n")}, *merged = run_folder_make();
    esw_error error = {0};
    cr_assert_eq(esw_merge((const char *const *)parts, 2, merged, NULL, NULL, &error), ESW_BAD_USAGE);
    cr_assert(strstr(error.text, "`scenarios: 1000` and `scenarios: 900`"), "%s", error.text);
    run_folder_remove(merged);
    run_folder_remove(parts[0]);
    run_folder_remove(parts[1]);
}

/* What a run may become, one step after the other; each must be what a fresh run gives. */
Test(engine_resume, a_run_can_be_extended)
{
    static const char *const steps[] = {
        HEAD BODY "methods: [slow]\nkeep: [summary]\nscenarios: 300\n",
        HEAD BODY "methods: [slow]\nkeep: [summary]\nscenarios: 700\n",                  /* scenarios */
        HEAD BODY "methods: [best, slow]\nkeep: [summary]\nscenarios: 700\n",            /* methods */
        HEAD BODY "methods: [best, slow]\nkeep: [summary, scenarios]\nscenarios: 700\n", /* more kept */
        HEAD BODY "methods: [slow, best]\ncompare: {baseline: slow}\n" ALL "scenarios: 700\n",
        HEAD BODY THREE PAIRS ALL "scenarios: 1000\n",
        HEAD BODY THREE PAIRS "keep: [summary, users]\nscenarios: 1000\n", /* less kept */
        HEAD BODY THREE "compare: {optimum: best}\nscenarios: 1000\n",     /* less compared */
        HEAD BODY "methods: [best]\nscenarios: 256\n",                     /* less of everything */
    };
    char *folder = run(steps[0]);
    for (size_t i = 1; i < sizeof steps / sizeof *steps; ++i) {
        char *fresh = run(steps[i]), said[1024];
        esw_status status = run_into(folder, steps[i], (esw_run_options){.resume = true}, said);
        cr_assert_eq(status, ESW_OK, "step %zu: %s", i, said);
        same_results(fresh, folder);
        run_folder_remove(fresh);
    }
    run_folder_remove(folder);
}

Test(engine_resume, only_what_is_missing_is_done)
{
    static const char less[] = HEAD "methods: [slow]\nscenarios: 1024\n";
    static const char more[] = HEAD "methods: [slow, quick]\nscenarios: 1024\n";
    size_t first, second;
    char *folder = run(less), *other = run(HEAD "methods: [quick]\nscenarios: 1024\n");
    cr_assert_eq(run_into(folder, more, (esw_run_options){.resume = true}, NULL), ESW_OK);
    /* The new journal holds the new method alone, and its header one more method. */
    free(run_folder_read(folder, "journal-0001.bin", &first));
    free(run_folder_read(other, "journal-0000.bin", &second));
    cr_assert_lt(first, second + 100);
    run_folder_remove(folder);
    run_folder_remove(other);
}

Test(engine_resume, another_experiment_is_refused_and_named)
{
    static const struct {
        const char *source, *says;
    } wrong[] = {
        {"system: toy\nseed: 4\n" BODY THREE "scenarios: 9\n", "seed: 3 there, 4 here"},
        {HEAD "parameters: {frames: 13}\nsweep: {users: [1, 7, 3], shape: [round, square]}\n" THREE
              "scenarios: 9\n",
         "parameters: frames: 12 there, 13 here"},
        {HEAD "parameters: {frames: 12}\nsweep: {users: [1, 7], shape: [round, square]}\n" THREE
              "scenarios: 9\n",
         "sweep: users: [1,7,3] there, [1,7] here"},
        {HEAD "parameters: {frames: 12}\nsweep: {shape: [round, square], users: [1, 7, 3]}\n" THREE
              "scenarios: 9\n",
         "the order of the sweep"},
        {HEAD BODY "methods: [{use: quick, as: q3, boost: 4}]\nscenarios: 9\n",
         "method q3 ran with other options"},
    };
    char *folder = run(text);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; ++i) {
        char said[1024];
        cr_assert_eq(run_into(folder, wrong[i].source, (esw_run_options){.resume = true}, said), ESW_BAD_USAGE);
        cr_assert(strstr(said, wrong[i].says), "%s", said);
    }
    run_folder_remove(folder);
}

/* ---------------------------------------------------------------- stop */

#define STOP "system: toy\nscenarios: 1000\nmethods: [slow, quick]\nsweep: {scale: [0.1, 1.5, 9]}\n"

/* The blocks that a point needs: the rule as it is written down, from the definition of the toy. */
static uint64_t blocks_by_the_rule(double scale, double percent, uint64_t limit)
{
    for (uint64_t blocks = 1;; blocks *= 2) {
        blocks = blocks < limit ? blocks : limit;
        bool all = true;
        for (size_t method = 0; method < 2; ++method) {
            const double n = (double)(blocks * 256);
            double sum = 0, squares = 0, metrics[TOY_METRICS];
            for (uint64_t i = 0; i < blocks * 256; ++i) {
                toy_expected(1, i, 4, scale, false, 2, method, metrics);
                sum += metrics[TOY_LATENCY];
                squares += metrics[TOY_LATENCY] * metrics[TOY_LATENCY];
            }
            const double mean = sum / n, variance = (squares - n * mean * mean) / (n - 1);
            all &= eswi_student_975(blocks * 256 - 1) * sqrt(variance / n) <= percent / 100 * mean;
        }
        if (all || blocks == limit)
            return blocks;
    }
}

Test(engine_stop, a_point_has_as_many_blocks_as_the_rule_says)
{
    static const double scales[] = {0.1, 1.5, 9};
    static const double percents[] = {1, 2, 5, 12};
    bool seen[17] = {false};
    for (size_t k = 0; k < 4; ++k) {
        char source[300];
        esw_results *results;
        snprintf(source, sizeof source,
                 STOP "stop: {metric: latency_s, halfwidth: %g%%, max_scenarios: 4096}\n", percents[k]);
        char *folder = run(source), *pieces = run_folder_make();
        cr_assert_eq(esw_results_open(folder, &results, NULL), ESW_OK);
        cr_assert_str_empty(esw_results_warning(results));
        for (size_t point = 0; point < 3; ++point) {
            const uint64_t blocks = blocks_by_the_rule(scales[point], percents[k], 16);
            for (size_t method = 0; method < 2; ++method)
                cr_assert_eq(esw_results_done(results, point, method), blocks * 256, "%g %%, scale %g: %llu",
                             percents[k], scales[point], (unsigned long long)blocks);
            seen[blocks] = true;
        }
        esw_results_close(results);
        if (k == 1) {
            run_in_pieces(pieces, source);
            same_results(folder, pieces);
        }
        run_folder_remove(folder);
        run_folder_remove(pieces);
    }
    cr_assert(seen[1] && seen[16] && (seen[2] || seen[4] || seen[8]),
              "the cases do not tell the rule from others");
}

Test(engine_stop, blocks_beyond_the_stop_do_not_count)
{
    static const char stop[] = STOP "stop: {metric: latency_s, halfwidth: 5%, max_scenarios: 5000}\n";
    static const char fixed[] = "system: toy\nscenarios: 5000\nmethods: [slow, quick]\n"
                                "sweep: {scale: [0.1, 1.5, 9]}\n";
    char *fresh = run(stop), *folder = run(fixed);
    cr_assert_eq(run_into(folder, stop, (esw_run_options){.resume = true}, NULL), ESW_OK);
    cr_assert_not(run_folder_has(folder, "journal-0001.bin"), "all was there");
    same_results(fresh, folder);
    /* And a tighter one, or none, goes on. */
    char *longer = run(fixed);
    cr_assert_eq(run_into(fresh, fixed, (esw_run_options){.resume = true}, NULL), ESW_OK);
    same_results(longer, fresh);
    run_folder_remove(fresh);
    run_folder_remove(longer);
    run_folder_remove(folder);
}

Test(engine_stop, an_absolute_halfwidth_is_in_the_unit_of_the_metric)
{
    esw_results *results;
    char *folder = run(STOP "stop: {metric: cost, halfwidth: 0.03, max_scenarios: 4096}\n");
    cr_assert_eq(esw_results_open(folder, &results, NULL), ESW_OK);
    for (size_t i = 0; i < 6; ++i) {
        esw_summary s;
        esw_results_summary(results, i / 2, i % 2, TOY_COST, &s);
        cr_assert_lt(s.count, 4096);
        cr_assert_leq((s.ci95_high - s.ci95_low) / 2, 0.03 * (1 + 1e-12));
    }
    esw_results_close(results);
    run_folder_remove(folder);
}

Test(engine_stop, shards_and_stop_exclude_each_other)
{
    char said[1024], *folder = run_folder_make();
    const esw_run_options options = {.shard = 0, .shards = 2};
    cr_assert_eq(run_into(folder, STOP "stop: {metric: cost, halfwidth: 1%}\n", options, said), ESW_BAD_USAGE);
    cr_assert(strstr(said, "--shard") && strstr(said, "stop:"), "%s", said);
    run_folder_remove(folder);
}
